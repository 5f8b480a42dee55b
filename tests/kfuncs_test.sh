#!/usr/bin/env bash
# Programs that call functions of the kernel, against the small kernel of corpus/kfuncs/kernel.c; then what this host's
# kernel says to them.
set -u
. "$(dirname "$0")/lib.sh"

objects=$CORPUS/kfuncs
kernel=$objects/kernel.o

# expected SOURCE: a line a program: its name, verdict, reason, and what the kernel says.
expected() {
  sed -n 's/^.*expect: \([a-z_0-9]*\) \([a-z]*\) \([a-z:-]*\)\(; kernel: \([a-z]*\)\)\{0,1\} \*\/$/\1 \2 \3 \5/p' "$1"
}

# --- Verdicts -----------------------------------------------------------------------------------

for part in kfuncs other; do
  expected corpus/kfuncs/$part.c > "$work/expected"
  same "each program of $part.c has an expectation" "$(grep -c '^SEC("[^l]' corpus/kfuncs/$part.c)" "$(wc -l < "$work/expected")"
  for profile in root strict; do
    for program in "$WARRANT" "$ASAN_WARRANT"; do
      "$program" check --json --profile $profile --btf $kernel $objects/$part.o > "$work/out" 2> "$work/err"
      verdict < "$work/out" | cut -d' ' -f1-4 > "$work/verdicts"
      while read -r name want reason _; do
        [[ $reason != strict:* ]] || [ $profile = root ] || want=reject
        [[ $reason != strict:* ]] || [ $profile = strict ] || reason=-
        certified=$([ "$want" = accept ] && echo true || echo false)
        same "$name, $profile" "$name $want $certified ${reason#strict:}" "$(grep "^$name " "$work/verdicts")"
      done < "$work/expected"
    done
  done
done

check_says "what an unsupported function needs" 3 "the kernel function bpf_rcu_read_lock needs RCU sections" \
  --btf $kernel --prog section $objects/kfuncs.o
check_says "a function that the kernel lacks" 3 "'bpf_needed', which is not in the kernel's types" \
  --btf $kernel --prog needed $objects/other.o
check_says "a function of another kernel" 3 "'bpf_strlen', which has other parameters in this kernel" \
  --btf $kernel --prog another_function $objects/other.o
check_says "a function that is declared otherwise" 3 "'bpf_strspn', which is declared with other parameters" \
  --btf $kernel --prog declared_otherwise $objects/other.o
check_says "the kernel's types are not there" 3 "so name its types with --btf FILE" \
  --btf "$work/nothing" --prog compares $objects/kfuncs.o
printf 'r1 = 0\nr2 = 0\ncall kernel-function#64061\nexit\n' > "$work/number.s"
check_says "a function by a kernel's own number" 3 "which kernel function number 64061 is depends on the kernel" \
  --format asm --type xdp "$work/number.s"
printf 'r1 = 0\nr2 = 0\ncall 1048586\nexit\n' > "$work/helper.s"
check_says "no helper has a function's number" 1 "helper number 1048586 is not known here" --format asm --type xdp "$work/helper.s"

# --- Images, certificates and listings ----------------------------------------------------------

"$WARRANT" check --btf $kernel --prog timestamp --cert "$work/cert" --image "$work/image" $objects/kfuncs.o > "$work/out"
same "the certificate is valid for the image" "$work/image: valid" "$("$WARRANT" validate "$work/image" "$work/cert" 2>&1)"
"$WARRANT" check --btf $kernel --prog pulled --cert "$work/other" $objects/kfuncs.o > "$work/out"
"$WARRANT" validate "$work/image" "$work/other" > "$work/out" 2>&1
same "another program's certificate is not" 1 $?
"$WARRANT" disasm --btf $kernel --prog timestamp $objects/kfuncs.o > "$work/listing"
same "the listing has its name" 1 "$(grep -c 'call kernel-function#bpf_xdp_metadata_rx_timestamp$' "$work/listing")"
sed -n 's/^ *[0-9]*: //p' "$work/listing" > "$work/listing.s"
check_says "the listing is the program again" 0 "accept, certified" --format asm --type xdp "$work/listing.s"

# --- Runs: both interpreters, step by step ------------------------------------------------------

expected corpus/kfuncs/kfuncs.c > "$work/expected"
while read -r name want _; do
  [ "$want" = unsupported ] && continue
  for engine in c reference; do
    "$WARRANT" run --btf $kernel --prog "$name" --packet 000102030405060708090a0b0800 --trace --engine $engine \
      $objects/kfuncs.o > "$work/$engine" 2>&1
  done
  if cmp -s "$work/c" "$work/reference" && [ -s "$work/c" ]; then ok "$name runs alike"; else
    not_ok "$name runs alike" "$(diff "$work/c" "$work/reference" | head -c 300)"
  fi
done < "$work/expected"

# --- This host's kernel -------------------------------------------------------------------------

"$WARRANT" kernel load --json $objects/kfuncs.o > "$work/out" 2> "$work/err"
if [ $? = 4 ] || ! grep -q '"verdict":"accept"' "$work/out"; then
  skip "this host's kernel" "it takes none of them: $(head -c 200 "$work/err" "$work/out" | tr '\n' ' ')"
else
  jq -r '[.program, .verdict] | join(" ")' < "$work/out" > "$work/verdicts"
  while read -r name want _ kernel; do
    [ "$kernel" = any ] || same "$name, this host's kernel" "$name ${kernel:-$want}" "$(grep "^$name " "$work/verdicts")"
  done < "$work/expected"
fi

finish
