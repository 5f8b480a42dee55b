#!/usr/bin/env bash
# To see inside: a certificate as text, and the search as it goes.
set -u
. "$(dirname "$0")/lib.sh"

loops=$CORPUS/small/loops.o
flow=$CORPUS/xdp_flow/xdp_flow.o

# --- warrant validate --show ---------------------------------------------------------------------

show() { "$ASAN_WARRANT" validate --show "$@" 2> "$work/err"; }

"$WARRANT" check --quiet --prog ten_million_rounds --cert "$work/loop" $loops
"$WARRANT" check --quiet --prog xdp_flow --cert "$work/flow" $flow
show "$work/loop" > "$work/out"
same "show: exit code" 0 $?
same "show: the bound" "at most 30000004 steps, 1 node" "$(head -n 1 "$work/out")"
# It is the loop's.
same "show: an invariant" "node 0 at 2
  r0 = s1, r1 = s2, r10 = s3
  s0 is 0
  s2 is number 0..9999999
  s3 is frame
  at most 5 + 3 * (9999999 - s2) steps
  derivation:
  2 steps
  branch, taken:
    to node 0 where s0 = s0, s1 = s4, s2 = s2 + 1, s3 = s3
  1 step
  end" "$(sed -n '/^node 0 /,$p' "$work/out")"
same "show: with the program" "node 0 at 2: r0 += r1" "$(show --prog ten_million_rounds $loops "$work/loop" | grep '^node 0 ')"
show "$work/flow" > "$work/out"
same "show: a node for each" "$(sed -n '1s/.*, \([0-9]*\) nodes/\1/p' "$work/out")" "$(grep -c '^node ' "$work/out")"
same "show: what is checked of a packet" 1 "$(grep -c '^  s1 is packet (14 bytes checked from there)$' <(sed -n '/^node 1 /,/^node 2 /p' "$work/out"))"
same "show: bytes of the stack" "  stack -10..-9 written" "$(sed -n '/^node 1 /,/^node 2 /p' "$work/out" | grep stack)"

"$WARRANT" check --quiet --prog counts_on_the_stack_in_4_bytes --cert "$work/stack" $loops
show "$work/stack" > "$work/out"
same "show: a spill" "  stack -4, 4 bytes = s2" "$(sed -n '/^node 0 /,$p' "$work/out" | grep bytes)"
"$WARRANT" check --quiet --prog until_equal_by_4 --cert "$work/stride" $loops
show "$work/stride" > "$work/out"
same "show: known bits" 1 "$(grep -c 'is number [0-9]*\.\.996, bits 0x3 = 0x0$' "$work/out")"
"$WARRANT" check --quiet --cert "$work/calls" $CORPUS/xdp_calls/xdp_calls.o
callers=$(show "$work/calls" | grep -c '^  returns to ')
same "show: callers" "true $callers" \
  "$([ "$callers" -gt 0 ] && echo true) $(show --json "$work/calls" | jq '[.nodes[].state.callers | length] | add')"

# JSON says the same.
show --json "$work/loop" > "$work/json"
same "show: one object" 1 "$(wc -l < "$work/json")"
same "show: the invariant in JSON" '[30000004,1,2,"s2","number 0..9999999",5,["3 * (9999999 - s2)"],null]' \
  "$(jq -c '[.bound, (.nodes | length)] + (.nodes[0].state | [.pc, .registers.r1, .facts.s2, .potential, .terms, .insn])' "$work/json")"
same "show: its derivation in JSON" '[["steps",0],["branch",0],["subsume",1],["steps",0],["end",0]]' \
  "$(jq -c '[.nodes[0].derivation[] | [.move, .level]]' "$work/json")"
same "show: a meaning in JSON" '"s2 + 1"' "$(jq -c '.nodes[0].derivation[2].where.s2' "$work/json")"
same "show: moves of both forms" "$(show "$work/flow" | grep -cE '^ +([0-9]+ steps?|branch, taken:|to node .*|end)$')" \
  "$(show --json "$work/flow" | jq '[.derivation, .nodes[].derivation | length] | add')"

# bad NAME ARGUMENT...: exit code 2 and one sentence
bad() {
  local name=$1 status
  shift
  show "$@" > "$work/out"
  status=$?
  same "show: $name" "2 1 0" "$status $(grep -c '^warrant: ' "$work/err") $(wc -c < "$work/out")"
}
head -c 60 "$work/flow" > "$work/short"
bad "cut short" "$work/short"
bad "cut short, JSON" --json "$work/short"
bad "no certificate" Makefile
bad "no file" "$work/none"
bad "no argument"
bad "too many arguments" $flow $flow "$work/flow"
bad "a classic program" $CORPUS/socket/web.ddd "$work/flow"

# Damaged ones are shown or refused, and nothing else happens.
survived=0
size=$(wc -c < "$work/flow")
for n in $(seq 1 40); do
  cp "$work/flow" "$work/damaged"
  printf "\\x$(printf %02x $((n * 37 % 256)))" |
    dd of="$work/damaged" bs=1 seek=$((5 + n * 7919 % (size - 5))) conv=notrunc status=none
  for form in "" --json; do
    # shellcheck disable=SC2086 # one word or none
    show $form "$work/damaged" > "$work/out"
    status=$?
    if [ $status = 0 ] || { [ $status = 2 ] && [ "$(wc -l < "$work/err")" = 1 ]; }; then
      survived=$((survived + 1))
    fi
  done
done
same "show: damaged certificates" 80 $survived

# Why a certificate is not there is the reason that the system gives, also when it comes at the end.
"$ASAN_WARRANT" check --quiet --cert /dev/full $flow 2> "$work/err"
same "saved nowhere: exit code and reason" "2 warrant: /dev/full: the certificate could not be written: No space left on device" "$? $(cat "$work/err")"

# --- warrant check --trace -----------------------------------------------------------------------

trace() { "$ASAN_WARRANT" check --trace "$@" 2> "$work/err"; }

trace --prog ten_million_rounds $loops > "$work/out"
same "trace: exit code" 0 $?
same "trace: steps" "     0: r1 = 0                               ; r1 = context; r10 = frame
     1: r0 = 0                               ; r1 = 0; r10 = frame" "$(sed -n 2,3p "$work/out")"
# How a loop gets its invariant.
same "trace: an invariant" "     2  node 3, tried as an invariant (up to the nearest number compared with, less 1): r0 = unknown; r1 = number 0..9999999; r10 = frame
     2  ends: back in node 3, its invariant holds
     5  goes on where a branch fell through
     2  the loop of node 3 ends: at most 5 + 3 * (9999999 - r1) steps" \
  "$(sed -n '/ node 3, tried/,$p' "$work/out" | grep '^ *[0-9][0-9]*  ')"
same "trace: then the verdict" "$("$WARRANT" check --prog ten_million_rounds $loops)" "$(tail -n 1 "$work/out")"
same "trace: a spill" 1 "$(trace --prog counts_on_the_stack_in_8_bytes $loops | grep -c 'an invariant.*; stack -8 = number 0\.\.999$')"
trace --prog clears_one_byte_more $loops > "$work/out"
same "trace: exit code of a refusal" 1 $?
same "trace: tried, refused and given up" "     2  node 3, tried
     5  refused
     2  node 3 given up (up to the nearest number compared with, less 1)" \
  "$(sed -n '/ node 3, tried/,/ given up/p' "$work/out" | grep '^ *[0-9][0-9]*  ' | sed 's/\(tried\|refused\).*/\1/')"
same "trace: each that is tried is given up" "$(grep -c ', tried as ' "$work/out")" "$(grep -c ' given up ' "$work/out")"

# As many steps as instructions visited, and the same verdict without it.
for program in xdp_flow/xdp_flow xdp_calls/xdp_calls xdp_flow/off_by_one; do
  trace --json $CORPUS/$program.o > "$work/json"
  same "trace: steps of $program" "$(jq -s '[.[] | select(.event == "step")] | length' "$work/json")" \
    "$(jq 'select(.event == null) | .visited' "$work/json")"
  same "trace: events say their file, $program" "$CORPUS/$program.o" "$(jq -r .file "$work/json" | sort -u)"
  same "trace: verdict of $program" \
    "$("$WARRANT" check --json $CORPUS/$program.o | jq -c 'del(.time_us, .validate_us)')" \
    "$(tail -n 1 "$work/json" | jq -c 'del(.time_us, .validate_us)')"
done
trace --json $flow > "$work/json"
same "trace: what prunes was a node" 0 \
  "$(jq -s '([.[] | select(.event == "node" or .event == "general" or .event == "invariant") | .node]) as $made | [.[] | select(.event == "pruned") | .node | select(. as $n | $made | index($n) | not)] | length' "$work/json")"
same "trace: paths that end" "$(trace $flow | grep -c '^ *[0-9]*  ends: node [0-9]* covers it$')" \
  "$(jq -s '[.[] | select(.event == "pruned")] | length' "$work/json")"
trace --json --prog clears_one_byte_more $loops > "$work/json"
same "trace: a refusal in JSON" '["refused",5,"out-of-bounds"]' \
  "$(jq -c 'select(.event == "refused") | [.event, .pc, .reason]' "$work/json" | head -n 1)"
same "trace: given up in JSON" '["given-up",2,3,"up to the nearest number compared with, less 1"]' \
  "$(jq -c 'select(.event == "given-up") | [.event, .pc, .node, .tried]' "$work/json" | head -n 1)"
trace $CORPUS/socket/web.ddd > "$work/out"
same "trace: a classic program has none" 0 "$(grep -c 'the search' "$work/out")"

finish
