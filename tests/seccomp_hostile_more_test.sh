#!/usr/bin/env bash
# warrant seccomp: numbers that are too large for a call, lists of lists, filters that cannot be written.
set -u
. "$(dirname "$0")/lib.sh"
printf 'ld nr\njeq #0, allow, deny\nallow: ret ALLOW\ndeny: ret EPERM\n' | "$WARRANT" seccomp asm - --output "$work/read.bpf"
# A number of a call has 32 bits, with or without a sign: one that has more is not another call.
for number in 4294967296 -2147483649 18446744073709551616 99999999999999999999; do
  same "emu: --syscall $number is refused" "2 warrant: --syscall $number: a number has 32 bits" \
    "$("$WARRANT" seccomp emu "$work/read.bpf" --syscall=$number 2> "$work/err" > "$work/out"; echo "$? $(cat "$work/err")")"
  same "emu: --syscall $number prints nothing" '' "$(cat "$work/out")"
done
for number in 0 4294967295 -1 -2147483648; do
  same "emu: --syscall $number" $((number & 0xffffffff)) "$("$WARRANT" seccomp emu --json "$work/read.bpf" --syscall=$number | jq .input.nr)"
done
# A kernel's version: two numbers, and what a release says behind them
for version in 5.10 6.1.0-50-amd64; do
  "$WARRANT" seccomp import --quiet --kernel $version tests/seccomp/profiles/arguments.json > /dev/null 2>&1
  same "import: --kernel $version" 0 $?
done
for version in 5 -1.2 5.-1 5.10x 99999999999.1 4294967302.1; do
  same "import: --kernel $version is refused" "2 warrant: --kernel $version: not a version such as 5.10" \
    "$("$WARRANT" seccomp import --kernel=$version tests/seccomp/profiles/arguments.json 2> "$work/err"; echo "$? $(cat "$work/err")")"
done
# Each list has the one before it twice: it is 2^60 names, or one.
{ echo 'list a0 = read'; for ((i = 0; i < 60; i++)); do echo "list a$((i + 1)) = @a$i, @a$i"; done; echo 'ALLOW for @a60 on x86_64'; } > "$work/policy"
(ulimit -t 10; exec "$WARRANT" seccomp check --policy "$work/policy" "$work/read.bpf" > "$work/out" 2>&1)
same 'check: lists of lists' 0 $?
# What was made is freed where it cannot be written.
for name in /dev/full "$work/none/filter"; do
  "$ASAN_WARRANT" seccomp import --output "$name" tests/seccomp/profiles/arguments.json > "$work/out" 2> "$work/err"
  same "import: $name is not written" '2 1' "$? $(grep -c '' "$work/err")"
done
finish
