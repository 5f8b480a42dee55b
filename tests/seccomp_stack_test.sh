#!/usr/bin/env bash
# What Linux does with calls behind a stack of 2 to 5 filters, what the audit's table of the stack says, and `warrant seccomp emu`: the
# same action and the same data, whichever filter it is that decides.
set -u
. "$(dirname "$0")/lib.sh"
stacks=20 calls=40 emulated=4

agreed=0 depth=0 undecided=0 actions=''
for ((n = 1; n <= stacks + undecided && n <= 2 * stacks; n++)); do
  rm -f "$work"/filter.*
  build/asan/tests/audit_test --stack "$n" "$calls" "$work"
  case $? in
  0) ;;
  2)
    skip "stacks in the kernel" "filters can't be loaded here"
    finish
    ;;
  4)
    not_ok "stack $n: the kernel and the table" "$(tail -n 1 "$work/calls")"
    continue
    ;;
  6)
    undecided=$((undecided + 1))
    continue
    ;;
  *)
    not_ok "stack $n" "no calls were made"
    continue
    ;;
  esac
  depth=$((depth + $(find "$work" -name 'filter.*' | wc -l)))
  actions+=$(sed 's/.* //' "$work/calls")$'\n'
  while read -r line; do
    read -ra words <<< "$line"
    want=${words[-1]}
    # shellcheck disable=SC2046 # the files in their order
    got=$("$WARRANT" seccomp emu --json --format seccomp $(printf '%s\n' "$work"/filter.*) --syscall getppid "${words[@]:0:12}" | jq .value)
    if [ "$want" = "$got" ]; then agreed=$((agreed + 1)); else not_ok "stack $n: emu ${words[*]:0:12}" "the kernel has $want, emu $got"; fi
  done < <(head -n $emulated "$work/calls")
done
same 'stacks: calls on which the kernel and emu agree' $((stacks * emulated)) $agreed
# 0x7fff0000, 0x50001, 0x5000d, 0x30005, 0x3ffff, 0x7ff00000, 0x80000000
same 'stacks: every action occurs' '196613 262143 327681 327693 2146435072 2147418112 2147483648' "$(sort -nu <<< "$actions" | grep . | paste -sd ' ')"
echo "# $stacks stacks, $depth filters, $((stacks * calls)) calls in the kernel; $undecided more stacks were undecided"
finish
