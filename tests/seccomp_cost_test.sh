#!/usr/bin/env bash
# warrant seccomp audit: "at most N instructions" is never below a run, however many rules compare the arguments of one call; what is a
# bound says so; and counting takes nothing from the findings.
set -u
. "$(dirname "$0")/lib.sh"
start() { printf '%s\n' 'ld arch' 'jeq #x86_64, native' 'ret KILL_PROCESS' 'native: ld nr' 'jeq #write, rules' 'ret EPERM'; }
# N rules over the six arguments: a flag test each, or an equality of 64 bits
flags() {
  start
  for ((i = 0; i < $1; i++)); do
    printf '%s\n' "$([ "$i" = 0 ] && echo 'rules: ')ld arg$((i % 6))" "and #$((65793 * (i + 3)))" "jne #$((65793 * (i + 3) & i * 2654435769 & 0xffffffff)), r$i" 'ret ALLOW' "r$i: ld nr"
  done
  echo 'ret EPERM'
}
equal64() {
  local label=rules
  start
  for ((i = 0; i < $1; i++)); do
    printf '%s\n' "$label: ld arg$((i % 6)).high" "jne #$((i * 7 + 1)), r$i" "ld arg$((i % 6))" "jne #$((i * 2654435761 & 0xffffffff)), r$i" 'ret ALLOW'
    label=r$i
  done
  echo "$label: ret EPERM"
}
# masks N: N rules about some bits of a low half
masks() {
  local label=rules
  start
  for ((i = 0; i < $1; i++)); do
    printf '%s\n' "$label: ld arg$((i % 6))" "and #$((0x10101 * (i + 3)))" "jne #$((0x10101 * (i + 3) & i * 0x9e3779b9 & 0xffffffff)), r$i" 'ret ALLOW'
    label=r$i
  done
  echo "$label: ret EPERM"
}
# What --json says of write, and the interpreter's steps for some arguments: none may be above.
count() { # NAME
  local most ran
  "$WARRANT" seccomp asm "$work/$1.s" --output "$work/$1.bpf"
  "$WARRANT" seccomp audit --json "$work/$1.bpf" > "$work/json" 2> "$work/err"
  same "$1: findings, or none, and no error" true "$([ $? -le 1 ] && echo true)"
  same "$1: nothing left out" '' "$(cat "$work/err")"
  most=$(jq -s 'map(select(.syscall == "write") | .steps_longest // .steps_bound) | max' "$work/json")
  for value in 0 1 0x1010101 0xffffffffffffffff; do
    ran=$("$WARRANT" seccomp emu --json "$work/$1.bpf" --syscall write --arg 0=$value --arg 1=$value --arg 5=$value | jq "[.filters[][]] | length")
    same "$1: no run of write is longer than said ($value)" true "$([ "$ran" -gt 0 ] && [ "$ran" -le "$most" ] && echo true || echo "$ran > $most")"
  done
  same "$1: the text has the same number" 1 "$("$WARRANT" seccomp audit "$work/$1.bpf" | grep -c "at most $most (write\(, a bound\)\?)")"
}
flags 3 > "$work/few.s"
count few
same 'few: exact' true "$(jq -s 'map(select(.syscall == "write")) | all(.steps_longest)' "$work/json")"
flags 60 > "$work/flags.s"
count flags
equal64 20 > "$work/equal20.s"
count equal20
equal64 50 > "$work/equal50.s"
count equal50
# What the words of conditions take is missing in the findings as well: the default policy is decided.
equal64 800 | "$WARRANT" seccomp asm - --output "$work/equal800.bpf"
"$WARRANT" seccomp audit --findings "$work/equal800.bpf" > "$work/out" 2> "$work/err"
same 'equal800: findings' 1 $?
same 'equal800: no assertion is left out' '' "$(grep policy "$work/err")"
# A row too large for words leaves the table its room, and the findings theirs.
masks 800 | "$WARRANT" seccomp asm - --output "$work/masks800.bpf"
"$WARRANT" seccomp audit --json "$work/masks800.bpf" > "$work/json" 2> "$work/err"
same 'masks800: a table and findings' '1 true true' "$? $(jq -s 'any(.[]; .syscall == "write" and .unprinted), any(.[]; .finding == "dead-rule")' "$work/json" | paste -sd ' ')"
# Calls that are alike are one question, however large; and where it was beyond the limit what a jump compares, the mean is not told, also
# where both ways end alike. Of a million runs the mean was 18.1.
cat > "$work/alike.s" << 'end'
ld arg2.high
jge #0x2673dfc2, on, trace
on: ld ip.high
jgt #0x421f60b7, one, shift
one: st M[0]
ld arg1.high
jgt #0x541c, shift, shift
shift: ld arg0
lsh #24
tax
ld arg1
jeq x, or, flag
or: or #0x1
ja flags
flag: jset #0xff, flags, flags
flags: ld arg0
jeq #0x0, one_more, odd
odd: jset #0x1, one_more, large
one_more: jeq #0x44db04ef, large, large
large: jgt #0xff, last, and
last: ld arg1.high
and: and x
ld arg0.high
ret ERRNO(EPERM)
trace: ret TRACE(5)
end
"$WARRANT" seccomp asm "$work/alike.s" --output "$work/alike.bpf"
(ulimit -t 8; exec "$WARRANT" seccomp audit --json "$work/alike.bpf" > "$work/json" 2> "$work/err")
same 'alike: an answer in 8 seconds, and no error' '0 ' "$? $(cat "$work/err")"
same 'alike: the mean' 18.1 "$(jq -s 'map(select(.syscall == "write"))[0].steps_mean * 10 | round / 10' "$work/json")"
"$WARRANT" seccomp audit --limit 20000 --json "$work/alike.bpf" > "$work/json"
same 'alike, a small limit: decided, and a bound without a mean' '[0,23,null,null]' "$(jq -cs '[map(select(.finding == "undecided"))
  | length] + (map(select(.syscall == "write"))[0] | [.steps_bound, .steps_mean, .steps_longest])' "$work/json")"
finish
