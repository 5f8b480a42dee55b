#!/usr/bin/env bash
# A table of what a filter allows is whole: for filters that take numbers by their bits, every number's row is what the interpreter says,
# and a row that cannot be written says so, in text, JSON, explain and the exit code.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"
# filter NAME BODY: on x86_64 BODY with the number loaded, all else killed
filter() { printf 'ld arch\njeq #x86_64, native\nret KILL_PROCESS\nnative: ld nr\n%s\n' "$2" | "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }

# What the rows of --json say of a number: rows with numbers, then those with a condition on them, then the others. Reads `MASK VALUE`
# comparisons alone, which is what these filters are written as.
row_of='
def hex: ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + (if $c < 58 then $c - 48 else $c - 87 end));
def number: if startswith("0x") then hex else tonumber end;
def masked($m): . as $v | reduce range(0; 32) as $i (0; pow(2; $i) as $b
  | if ($m / $b | floor) % 2 == 1 and ($v / $b | floor) % 2 == 1 then . + $b else . end);
def holds($nr): capture("^nr & (?<mask>0x[0-9a-f]+) (?<op>==|!=) (?<value>[0-9a-fx]+)$") as $c
  | ($nr | masked($c.mask | hex)) as $got | if $c.op == "==" then $got == ($c.value | number) else $got != ($c.value | number) end;
map(select(.arch == "x86_64")) as $rows
| $numbers[] as $nr
| ([$rows[] | select(.nr != null and .nr <= $nr and (.nr_last // .nr) >= $nr)] | map(.action)) as $own
| ([$rows[] | select(.numbers != null) | select(.numbers | holds($nr))] | map(.action)) as $set
| ([$rows[] | select(.syscall == "*")] | map(.action)) as $rest
| "\($nr) \((if $own != [] then $own elif $set != [] then $set else $rest end) | unique | join("|"))"'
numbers='0 1 2 3 58 59 334 335 500 501 512 513 1000 1001 65536 65537 123456 123457 1073741823 2147483648 2147483649 4294967294 4294967295'
agrees() { # NAME
  "$WARRANT" seccomp audit --json --policy "$work/none" "$work/$1.bpf" > "$work/json"
  same "$1: exit code of audit" "$2" $?
  jq -rs --argjson numbers "[$(tr ' ' ',' <<< "$numbers")]" "$row_of" "$work/json" > "$work/rows"
  for nr in $numbers; do
    echo "$nr $("$WARRANT" seccomp emu --json "$work/$1.bpf" --syscall "$nr" | jq -r .action)"
  done > "$work/ran"
  same "$1: each number's row is what the interpreter says" "$(cat "$work/ran")" "$(cat "$work/rows")"
}
filter odd $'jset #1, allow\nret KILL_PROCESS\nallow: ret ALLOW'
filter sparse $'and #0x10101\njeq #0x10001, allow\nret EPERM\nallow: ret ALLOW'
filter fourth $'and #0xfffc0003\njeq #2, allow\nret EPERM\nallow: ret ALLOW'
agrees odd 1
agrees sparse 0
agrees fourth 0
"$WARRANT" seccomp audit --policy "$work/none" "$work/odd.bpf" > "$work/text"
same 'odd: the text names the numbers' 1 "$(sed -n '/^x86_64/,/^x32/p' "$work/text" | grep -c 'every other call with nr & 0x1 \(== 0x1\|!= 0\|== 0\)$')"
same 'odd: no line above 120 columns' '' "$(grep -E '.{121}' "$work/text")"
same 'odd: numbers with the x32 bit' x32-open "$("$WARRANT" seccomp audit --findings --json --policy "$work/none" "$work/odd.bpf" | jq -r .finding | sort -u)"
"$WARRANT" seccomp explain "$work/odd.bpf" > "$work/policy"
same 'odd: explain is whole' 0 $?
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/odd.bpf"
same 'odd: it keeps what explain says' 0 $?
"$WARRANT" seccomp diff --json "$work/odd.bpf" "$work/odd.bpf" > "$work/out"
same 'odd: the same as itself' '0 ' "$? $(cat "$work/out")"
"$WARRANT" seccomp diff --json "$work/odd.bpf" "$work/sparse.bpf" > "$work/out"
same 'odd and sparse: numbers without names differ, too' true "$(jq -s 'any(.numbers)' "$work/out")"

# Architectures by their bits.
printf 'ld arch\njset #4, allow\nret KILL_PROCESS\nallow: ret ALLOW\n' | "$WARRANT" seccomp asm - --output "$work/arches.bpf"
"$WARRANT" seccomp audit --json --policy "$work/none" "$work/arches.bpf" > "$work/json"
same 'architectures by a bit' true "$(jq -s 'any(.arch // "" | test("arch & 0x4"))' "$work/json")"
same 'architectures by a bit: found' true "$(jq -s 'any(.finding == "arch-unchecked")' "$work/json")"

# A row that cannot be written: two arguments of 14 bits that are equal.
filter equal $'jeq #getpid, compare\nret EPERM\ncompare: ld arg1\nand #0x3fff\ntax\nld arg0\nand #0x3fff\njeq x, allow\nret EPERM\nallow: ret ALLOW'
"$WARRANT" seccomp audit --json --policy "$work/none" "$work/equal.bpf" > "$work/json" 2> "$work/err"
code=$?
if jq -es 'any(.unprinted)' "$work/json" > "$work/out"; then
  same 'unprinted: exit 1, and a word' '1 1' "$code $(grep -c 'could not be printed' "$work/err")"
  same 'unprinted: no condition' '[false]' "$(jq -cs 'map(select(.unprinted) | has("condition")) | unique' "$work/json")"
  same 'unprinted: the header says it' 1 "$("$WARRANT" seccomp audit --policy "$work/none" "$work/equal.bpf" 2> "$work/err" | head -n 1 | grep -c 'could not be printed in full')"
  "$WARRANT" seccomp explain "$work/equal.bpf" > "$work/policy" 2> "$work/err"
  same 'unprinted: explain exits with 1' 1 $?
  "$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/equal.bpf"
  same 'unprinted: what explain says holds' 0 $?
else
  # Where the language can say it, nothing may be missing.
  same 'equal arguments: printed and decided' '0 true' "$code $(jq -s 'any(.syscall == "getpid" and .action == "ALLOW" and .condition != null)' "$work/json")"
fi

# More than a line holds is counted.
{ for ((i = 0; i < 100; i++)); do echo "ld arch"; echo "jge #0, n$i, bad"; echo "n$i:"; done; echo 'ret ALLOW'; echo 'bad: ret KILL_PROCESS'; } |
  "$WARRANT" seccomp asm - --output "$work/always.bpf"
same 'a list of 100 comparisons says how many it leaves out' 100 "$("$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/always.bpf" |
  jq -r 'select(.message | test("always true")) | .message | capture(": (?<l>.*) and (?<n>[0-9]+) more$") | (.l | split(", ") | length) + (.n | tonumber)')"
finish
