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
