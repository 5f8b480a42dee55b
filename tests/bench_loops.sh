#!/usr/bin/env bash
# What loops cost by the number of their rounds, beside this host's kernel, and beside PREVAIL where a binary is named:
#   tests/bench_loops.sh [ROUNDS...]        PREVAIL=PATH (its command is `PATH OBJECT`; clang-14 makes the object)
# A line a loop: instructions visited, processor time of the search in microseconds, the bound; the kernel's verdict,
# instructions and microseconds; PREVAIL's exit code, first line and seconds.
set -u
. "$(dirname "$0")/lib.sh"

# one NAME TEXT: the program of TEXT
one() {
  printf '%s\n' "$2" > "$work/loop.s"
  local here kernel prevail='' start
  here=$("$WARRANT" check --json --type xdp "$work/loop.s" |
    jq -r '[if .certified then "certified" else .verdict end, .visited, .time_us, .steps_bound // "-"] | @tsv')
  kernel=$("$WARRANT" kernel load --json --quiet --type xdp "$work/loop.s" 2> /dev/null |
    jq -r '[.verdict // "-", .visited // "-", .time_us // "-"] | @tsv')
  if [ -n "${PREVAIL:-}" ]; then
    { printf '.section xdp,"ax",@progbits\n.globl f\nf:\n' && cat "$work/loop.s"; } > "$work/loop.S"
    clang-14 -target bpf -c "$work/loop.S" -o "$work/loop.o" || exit
    start=$EPOCHREALTIME
    "$PREVAIL" "$work/loop.o" > "$work/said" 2>&1
    prevail=$(printf '%s\t%s\t%s' $? "$(head -n 1 "$work/said")" "$(echo "$EPOCHREALTIME - $start" | bc)")
  fi
  printf '%s\t%s\t%s\t%s\n' "$1" "$here" "${kernel:-not run}" "$prevail"
}

# nest DEPTH ROUNDS: loops, each in another
nest() {
  local registers=(6 7 8 9 1 2) k
  for ((k = 0; k < $1; k++)); do printf 'r%s = 0\nl%s:\n' "${registers[k]}" $k; done
  for ((k = $1 - 1; k >= 0; k--)); do
    printf 'r%s += 1\nif r%s < %s goto l%s\n' "${registers[k]}" "${registers[k]}" "$2" $k
  done
  printf 'r0 = 0\nexit\n'
}

printf 'loop\there\tvisited\tus\tbound\tkernel\tvisited\tus\t%s\n' "${PREVAIL:+PREVAIL	says	seconds}"
[ $# != 0 ] || set -- 10 1000 10000000
for n; do
  one "up to $n" $'r1 = 0\nr0 = 0\nl:\nr0 += r1\nr1 += 1\nif r1 < '"$n"$' goto l\nr0 = 0\nexit'
  one "until $n" $'r1 = 0\nl:\nr1 += 1\nif r1 != '"$n"$' goto l\nr0 = 0\nexit'
  one "on the stack, $n" $'*(u64 *)(r10 - 8) = 0\nl:\nr1 = *(u64 *)(r10 - 8)\nr1 += 1\n*(u64 *)(r10 - 8) = r1\nif r1 < '"$n"$' goto l\nr0 = 0\nexit'
  one "with a call, $n" $'r6 = 0\nl:\ncall 7\nr6 += 1\nif r6 < '"$n"$' goto l\nr0 = 0\nexit'
done
for depth in 2 3 6; do
  one "$depth of 10, nested" "$(nest $depth 10)"
done
