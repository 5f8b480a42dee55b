#!/usr/bin/env bash
# Programs that are attached to functions, tracepoints, iterators and hooks, against the small kernel of
# corpus/typed/kernel.c: nothing here depends on the host's types.
set -u
. "$(dirname "$0")/lib.sh"

object=$CORPUS/typed/typed.o
kernel=$CORPUS/typed/kernel.o
# expectations FILE: NAME VERDICT REASON of each program of corpus/typed/FILE.c
expectations() { sed -n 's|^/\* expect: \(.*\) \*/$|\1|p' "corpus/typed/$1.c"; }

# --- Verdicts -----------------------------------------------------------------------------------

for part in typed objects; do
  for program in "$WARRANT" "$ASAN_WARRANT"; do
    "$program" check --json --btf $kernel $CORPUS/typed/$part.o > "$work/out" 2> "$work/err"
    same "exit status, $part, ${program%/bin*}" 1 $?
    verdict < "$work/out" | cut -d' ' -f1,2,3,4 > "$work/verdicts"
    while read -r name want reason; do
      certified=$([ "$want" = accept ] && echo true || echo false)
      same "$name" "$name $want $certified $reason" "$(grep "^$name " "$work/verdicts")"
    done < <(expectations $part)
  done
  same "each program of $part has an expectation" "$(expectations $part | wc -l)" "$(wc -l < "$work/verdicts")"
done

check_says "the kernel's types are not there" 2 "need the kernel's types, so name them with --btf FILE" \
  --btf "$work/nothing" --prog hidden_argument $object
check_says "no such function" 3 "have no function no_such_function" --btf $kernel --prog not_there $object
check_says "a function of a module" 3 "functions of kernel modules" --btf $kernel --prog in_a_module $object
check_says "no function named" 3 "does not say what the program is attached to" --btf $kernel --prog nowhere $object
check_says "a type by option" 3 "no function elsewhere" --btf $kernel --type fentry/elsewhere --prog walks $object
printf 'r1 = *(u64 *)(r1 + 0)\nr1 = *(u64 *)(r1 + 32)\nr0 = *(u32 *)(r1 + 24)\nr0 = 0\nexit\n' > "$work/walk.s"
"$ASAN_WARRANT" check --btf $kernel --format asm --type fentry/probed "$work/walk.s" > "$work/out" 2>&1
same "assembly, attached by --type" "0 1" "$? $(grep -c 'accept, certified' "$work/out")"

check_says "an argument that was perhaps not written, strict" 1 "reject, undefined-stack" \
  --profile strict --btf $kernel --prog asks_for_an_argument $object

# --- Runs: both interpreters, step by step ------------------------------------------------------

for part in typed objects; do
  while read -r name want _; do
    [ "$want" = unsupported ] && continue
    for ctx in 0000000000000000 0101010101010101; do
      all=$(printf "$ctx%.0s" 1 2 3 4 5 6)
      for engine in c reference; do
        "$WARRANT" run --btf $kernel --prog "$name" --ctx "$all" --trace --engine $engine $CORPUS/typed/$part.o > "$work/$engine" 2>&1
      done
      if cmp -s "$work/c" "$work/reference" && [ -s "$work/c" ]; then ok "$name runs alike"; else
        not_ok "$name runs alike" "$(diff "$work/c" "$work/reference" | head -c 300)"
      fi
    done
  done < <(expectations $part)
done
"$WARRANT" run --btf $kernel --prog untested_value --ctx 0101010101010101 $object > "$work/out" 2>&1
same "a null value is no object when it runs" 1 $?

finish
