#!/usr/bin/env bash
# What is said about the ten most frequent faults: a hint, the way there, and less than the kernel's log.
# The first word of this script may be `table`: then it prints the table of docs/refusals.md.
set -u
. "$(dirname "$0")/lib.sh"

faults=$CORPUS/faults/faults.o
"$WARRANT" kernel load --json $faults > "$work/kernel" 2> "$work/err"
asked=$?

# NAME|REASON|HINT|WAY: what the hint has, and what the way has, parted by @
while IFS='|' read -r name reason hint way; do
  profile=root
  [ "$name" = undefined_stack ] && profile=strict
  check=(check --explain --profile "$profile" --prog "$name")
  "$WARRANT" "${check[@]}" $faults > "$work/out" 2> "$work/err"
  "$WARRANT" "${check[@]}" --json $faults > "$work/json" 2>> "$work/err"
  lines=$(wc -l < "$work/out")
  log=$(jq -r --arg name "$name" 'select(.program == $name and .verdict == "reject") | .log' < "$work/kernel" | grep -c .)
  if [ "${1:-}" = table ]; then
    printf '| %s | %s | %d | %s |\n' "$name" "$reason" "$lines" "$([ "$log" = 0 ] && echo accepted || echo "$log")"
    continue
  fi
  same "$name" "reject $reason" "$(jq -r '"\(.verdict) \(.reason)"' < "$work/json")"
  grep -q "^  hint: .*$hint" "$work/out" && jq -e --arg hint "$hint" '.hint | contains($hint)' < "$work/json" > /dev/null &&
    ok "$name: a hint" || not_ok "$name: a hint" "$(grep 'hint:' "$work/out")"
  IFS=@ read -ra parts <<< "$way"
  for part in "${parts[@]}"; do
    sed -n '/how it gets here:\|^> /,/known there:/p' "$work/out" | grep -qF -- "$part" && ok "$name: the way has $part" ||
      not_ok "$name: the way has $part" "$(tail -n +2 "$work/out")"
  done
  same "$name: the way ends where it is refused" "$(jq .pc < "$work/json")" "$(jq '.way[-1].pc' < "$work/json")"
  if [ $asked -ge 2 ]; then
    skip "$name: beside the kernel's log" "$(sed "s/^warrant: //" "$work/err" | head -n 1)"
  elif [ "$name" = undefined_stack ]; then
    same "$name: the kernel lets root do it" 0 "$log"
  elif [ "$lines" -lt "$log" ]; then
    ok "$name: $lines lines, the kernel's log $log"
  else
    not_ok "$name: shorter than the kernel's log" "$lines lines, the kernel's $log"
  fi
done << 'FAULTS'
no_bounds_check|out-of-bounds|> data_end) return|ctx->data_end@not taken@ip->ihl * 4@udp->dest
no_null_check|null-pointer|if (!value) return|bpf_map_lookup_elem(&flows@c->packets++
unbounded_index|out-of-bounds|MASK|bpf_map_lookup_elem(&flows@if (!c)@udp->len
stale_pointer|invalid-pointer|start again|ctx->data@ip->ihl * 4@udp->len
unbounded_size|bad-helper-argument|n == 0|udp->len@bpf_xdp_load_bytes
endless_loop|too-complex|constant bound|bpf_get_smp_processor_id@while (tries
other_types_helper|unknown-helper|another program type|bpf_skb_load_bytes
number_as_pointer|invalid-pointer|bpf_probe_read_kernel|ip->saddr@*list
no_such_field|bad-context-access|whole|r1 + 24
bad_return|bad-return|tested first|c->packets@exit
undefined_stack|undefined-stack|memset|bpf_map_lookup_elem(&flows
FAULTS
[ "${1:-}" != table ] || exit 0

# The hint is for people who read it: not in --quiet, and not on what is accepted.
same "no hint in --quiet" 0 "$("$WARRANT" check --quiet $faults 2> /dev/null | grep -c hint:)"
same "no hint on an accept" null "$("$WARRANT" check --json $CORPUS/xdp_flow/xdp_flow.o | jq -c .hint)"
# What was known there calls a map by its name.
same "a map by its name" "r0 = value of map flows, or null" \
  "$("$WARRANT" check --json --prog no_null_check $faults | jq -r .state)"
same "a map in a map" "r1 = map array.inner, or null; r2 = frame - 4" \
  "$("$WARRANT" check --json $CORPUS/small/nested.o | jq -r 'select(.state | contains("array.inner, or null; r2")).state' | sort -u)"
same "the limit" "processed more than 1000000 instructions (the limit) without reaching the end" \
  "$("$WARRANT" check --json --prog endless_loop $faults | jq -r '.message | split(":")[0]')"
# Of the ways to the refused read only the one that was followed: three checks that were passed, none that was failed.
same "decisions of the way" "not taken" \
  "$("$WARRANT" check --json --explain $CORPUS/xdp_flow/off_by_one.o | jq -r '.way[].branch // empty' | sort -u)"
same "checks on the way" 3 \
  "$("$WARRANT" check --json --explain $CORPUS/xdp_flow/off_by_one.o | jq '[.way[] | select(.branch)] | length')"
for object in $CORPUS/small/*.o $CORPUS/xdp_flow/*.o $CORPUS/xdp_calls/*.o $CORPUS/objects/*.o; do
  "$ASAN_WARRANT" check --json --explain --profile strict $object > "$work/json" 2> "$work/err"
  status=$?
  if [ $status -gt 3 ]; then
    not_ok "ways in ${object##*/}" "exit status $status, $(grep -m1 -E 'ERROR|runtime error' "$work/err")"
  else
    same "ways in ${object##*/} end where they should" 0 \
      "$(jq -c 'select(.verdict == "reject" and .pc != null and .way[-1].pc != .pc and .reason != "invalid-instruction" and .reason != "bad-pc")' < "$work/json" | wc -l)"
  fi
done

finish
