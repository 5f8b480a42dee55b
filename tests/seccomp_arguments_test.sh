#!/usr/bin/env bash
# warrant seccomp: filters that compare arguments with each other are decided, and so are their differences.
set -u
. "$(dirname "$0")/lib.sh"

# filter NAME LINE...: a filter for write on x86_64 that ends at the labels `allow` and `deny`
filter() {
  local name=$1
  shift
  printf '%s\n' 'ld arch' 'jne #x86_64, deny' 'ld nr' 'jne #write, deny' "$@" 'allow: ret ALLOW' 'deny: ret EPERM' |
    "$WARRANT" seccomp asm - --output "$work/$name.bpf"
}
filter equal32 'ld arg0' tax 'ld arg1' 'jne x, deny'
filter equal64 'ld arg0' tax 'ld arg1' 'jne x, deny' 'ld arg0.high' tax 'ld arg1.high' 'jne x, deny'
filter below64 'ld arg0.high' 'st M[3]' 'ld arg1.high' 'ldx M[3]' 'jgt x, allow' 'jne x, deny' 'ld arg0' tax 'ld arg1' 'jgt x, allow' 'ja deny'
filter not_above64 'ld arg0.high' 'st M[3]' 'ld arg1.high' 'ldx M[3]' 'jgt x, allow' 'jne x, deny' 'ld arg0' tax 'ld arg1' 'jge x, allow' 'ja deny'
filter flipped64 'ld arg1.high' tax 'ld arg0.high' 'jgt x, deny' 'jne x, allow' 'ld arg1' tax 'ld arg0' 'jge x, deny'
filter sum 'ld arg0' 'and #0xff' 'add #1' tax 'ld arg1' 'and #0xff' 'jne x, deny'
filter xor 'ld arg5' tax 'ld arg2' 'xor x' 'jne #0, deny'
filter three 'ld arg0' tax 'ld arg1' 'add x' tax 'ld arg2' 'jne x, deny'
filter halves 'ld arg0' tax 'ld arg0.high' 'jne x, deny'

# decided FILE: how many outcomes there are, and whether every input has one
decided() { "$WARRANT" seccomp audit --policy "$work/none" "$1" | head -1 | sed 's/.*: //'; }
echo '# no assertions' > "$work/none"
for name in equal32 equal64 below64 not_above64 flipped64 sum xor three halves; do
  same "$name: decided" '2 outcomes, every input decided' "$(decided "$work/$name.bpf")"
  same "$name: equivalent to itself" '0 equivalent: every input ends the same' \
    "$(out=$("$WARRANT" seccomp diff "$work/$name.bpf" "$work/$name.bpf"); echo "$? $out")"
done

# ---- Conditions in words ----
# written NAME CONDITION [LINE...]: how the filter's ALLOW is printed, and a policy of that condition holds
written() {
  local name=$1 condition=$2
  shift 2
  [ $# = 0 ] || filter "$name" "$@"
  same "$name: printed" "$condition" \
    "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/$name.bpf" | jq -r 'select(.action == "ALLOW") | .condition // empty')"
  printf '%s\n' "ALLOW for write on x86_64 when $condition" "never ALLOW for write on x86_64 unless $condition" > "$work/policy"
  "$WARRANT" seccomp check "$work/$name.bpf" --policy "$work/policy" > /dev/null
  same "$name: a policy says the same" 0 $?
}
low='& 0xffffffff'
written equal32 "arg0 $low == arg1 $low"
written equal64 'arg0 == arg1'
written below64 'arg0 < arg1'
written not_above64 'arg0 <= arg1'
written sum '(arg0 & 0xff) + 1 == arg1 & 0xff'
written xor "arg2 $low == arg5 $low"
written three "arg0 + arg1 $low == arg2 $low"
written halves "arg0.high == arg0 $low"
written low_16 'arg0 & 0xffff == arg1 & 0xffff' 'ld arg0' 'and #0xffff' tax 'ld arg1' 'and #0xffff' 'jne x, deny'
written below32 "arg0 $low > arg1 $low" 'ld arg0' tax 'ld arg1' 'jge x, deny'
written not_above32 "arg0 $low >= arg1 $low" 'ld arg0' tax 'ld arg1' 'jgt x, deny'
written difference "arg0 - 7 $low == arg1 $low" 'ld arg0' 'sub #7' tax 'ld arg1' 'jne x, deny'
written total "arg0 + arg1 $low < 4097" 'ld arg0' tax 'ld arg1' 'add x' 'jgt #4096, deny'
written apart "arg1 - arg0 $low < 4" 'ld arg0' tax 'ld arg1' 'sub x' 'jge #4, deny'
written no_common_bit "arg0 & arg1 $low == 0" 'ld arg0' tax 'ld arg1' 'jset x, deny'
written bounded "arg0 $low == arg1 $low and arg0 $low <= 0x64" 'ld arg0' 'jgt #100, deny' tax 'ld arg1' 'jne x, deny'
written two "arg0 $low == arg1 $low or arg2 $low > arg3 $low" 'ld arg0' tax 'ld arg1' 'jeq x, allow' 'ld arg2' tax 'ld arg3' 'jge x, deny'
written chain "arg0 $low == arg1 $low and arg0 $low == arg2 $low" 'ld arg0' tax 'ld arg1' 'jne x, deny' 'ld arg2' 'jne x, deny'

# A policy about arguments that the filter does not compare is decided too, and fails with a witness.
filter first 'ld arg0.high' 'jne #0, deny' 'ld arg0' 'jne #3, deny'
echo 'never ALLOW for write on x86_64 when arg0 > arg1' > "$work/policy"
"$WARRANT" seccomp check --json "$work/first.bpf" --policy "$work/policy" > "$work/answer"
same 'policy: fails' 1 $?
same 'policy: its witness breaks it' true "$(jq '.witness.args[0] > .witness.args[1]' "$work/answer")"
"$WARRANT" seccomp audit --json --findings --policy "$work/policy" "$work/first.bpf" > "$work/answer"
same 'policy: audit finds it too' escape "$(jq -r .finding "$work/answer")"
echo 'never ALLOW for write on x86_64 when arg0 + arg1 == 2 and arg1 < 5' > "$work/policy"
"$WARRANT" seccomp check "$work/first.bpf" --policy "$work/policy" > /dev/null
same 'policy: holds' 0 $?

# Two forms of one comparison, and two that differ where the arguments are equal.
same '< and not >=' '0 equivalent: every input ends the same' \
  "$(out=$("$WARRANT" seccomp diff "$work/below64.bpf" "$work/flipped64.bpf"); echo "$? $out")"
"$WARRANT" seccomp diff --json "$work/below64.bpf" "$work/not_above64.bpf" > "$work/differences"
same '< and <=: exit 1' 1 $?
same '< and <=: a witness with equal arguments' 'true' \
  "$(jq -s 'map(select(.witness)) | length > 0 and all(.witness.args[0] == .witness.args[1])' "$work/differences")"

# A stack has one order for all of its filters.
same 'stack' '2 outcomes, every input decided' "$("$WARRANT" seccomp audit --policy "$work/none" "$work/equal32.bpf" "$work/below64.bpf" "$work/xor.bpf" |
  head -1 | sed 's/.*: //')"

finish
