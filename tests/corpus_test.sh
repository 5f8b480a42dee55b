#!/usr/bin/env bash
# Every program of the corpus gets the verdict that its source expects, and the kernel's beside it.
set -u
. "$(dirname "$0")/lib.sh"

flow=corpus/xdp_flow/xdp_flow.c

# check_one NAME WANT ARGUMENT...: `warrant check` on one program, WANT as verdict() prints it but for the name.
# A * in WANT stands for anything.
check_one() {
  local name=$1 want=$2 got status
  shift 2
  "$WARRANT" check --json "$@" > "$work/out" 2> "$work/err"
  status=$?
  got=$(verdict < "$work/out" | cut -d' ' -f2-)
  # shellcheck disable=SC2053 # the wanted line is a pattern
  if [[ $got != $want ]]; then
    not_ok "$name" "want $want, got $got; $(head -c 300 "$work/err")"
  elif [ "$status" != "$([ "${want%% *}" = accept ] && echo 0 || echo 1)" ]; then
    not_ok "$name" "exit status $status with ${want%% *}"
  else
    ok "$name"
  fi
}

# --- The flow filter and its twins ---------------------------------------------------------------

refused() { echo "reject false $1 * *xdp_flow.c:$(marker_line $flow "$2") 0"; }

for profile in root strict; do
  check_one "xdp_flow, $profile" "accept true - - - 0" --profile $profile $CORPUS/xdp_flow/xdp_flow.o
  while read -r twin reason; do
    check_one "$twin, $profile" "$(refused "$reason" "${twin^^}")" --profile $profile "$CORPUS/xdp_flow/$twin.o"
  done << 'TWINS'
no_bounds_check out-of-bounds
no_null_check null-pointer
off_by_one out-of-bounds
past_value out-of-bounds
TWINS
done
check_one "undefined_key, root" "accept true - - - [1-9]*" $CORPUS/xdp_flow/undefined_key.o
check_one "undefined_key, strict" "$(refused undefined-stack UNDEFINED_KEY)" \
  --profile strict $CORPUS/xdp_flow/undefined_key.o

# --- Classic filters ----------------------------------------------------------------------------

check_one "seccomp worker" "accept true - - - 0" --format seccomp $CORPUS/seccomp/worker.bpf
for filter in $CORPUS/socket/*.ddd; do
  check_one "socket ${filter##*/}" "accept true - - - 0" "$filter"
done
# Their translations to eBPF, as text, assembled again.
translated() {
  if "$WARRANT" disasm --translate "$3" | "$WARRANT" asm -o "$work/translated" - 2> "$work/err"; then
    check_one "$1, translated" "accept true - - - 0" --format ebpf --type "$2" "$work/translated"
  else
    not_ok "$1, translated" "$(head -c 300 "$work/err")"
  fi
}
translated "seccomp worker" seccomp $CORPUS/seccomp/worker.bpf
for filter in $CORPUS/socket/*.ddd; do
  translated "socket ${filter##*/}" socket "$filter"
done
# ld nla; ret a
printf '2\n32 0 0 4294963212\n22 0 0 0\n' > "$work/nla.ddd"
"$WARRANT" disasm --translate "$work/nla.ddd" > "$work/out" 2> "$work/err"
same "an ancillary load without a counterpart is named" "3 1 0" "$? $(grep -c 'instruction 0 (ld nla)' "$work/err") $(wc -c < "$work/out")"
"$WARRANT" disasm --translate $CORPUS/xdp_flow/xdp_flow.o > "$work/out" 2>&1
same "an eBPF object is not translated" "2 1" "$? $(grep -c 'not classic BPF' "$work/out")"
# The same expression's bytes under the other's rules: seccomp has no packet.
check_one "socket filter as seccomp" "reject false * * - 0" --format seccomp $CORPUS/socket/web.ddd

# What a socket filter returns, with a packet for each outcome: the command has run it in both interpreters, and here
# tcpdump says what it makes of the file.
if ! command -v tcpdump > /dev/null; then
  skip "sample packets" "tcpdump is not here"
else
  while IFS=: read -r name expression; do
    "$WARRANT" check --json --pcap-dir "$work" "$CORPUS/socket/$name.ddd" > "$work/out"
    same "samples: $name is decided" false "$(jq .undecided "$work/out")"
    got=$(jq -r '.outcomes[] | "\(.returns) \(.pcap)"' "$work/out" | while read -r returned pcap; do
      echo "$returned $(tcpdump -r "$pcap" "$expression" 2> /dev/null | wc -l)"
    done | paste -sd,)
    same "samples: $name, as tcpdump has it" "$([ "$name" = all ] || echo 0 0,)262144 1" "$got"
  done < <(grep -v '^#' corpus/socket/expressions.txt)
fi
# sample NAME FILTER JQ WANT [OPTION]...: what it says of a filter in the form of tcpdump -ddd or iptables --bytecode
sample() {
  local name=$1 filter=$2 query=$3 want=$4
  shift 4
  same "samples: $name" "$want" "$(echo "$filter" | "$WARRANT" check --json "$@" - | jq -r "$query")"
}
sample 'iptables --bytecode' '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0' '.outcomes[] | "\(.returns) \(.needed)"' $'0 \n1 packet[9] == 0x6'
sample 'a value that no byte has' '4,48 0 0 9,21 0 1 256,6 0 0 1,6 0 0 0' '[.outcomes[].returns | tostring] | join(" ")' 0
sample 'length' '4,128 0 0 0,53 0 1 60,6 0 0 1,6 0 0 0' '.outcomes[1].packet | length / 2' 60
sample 'longer than any packet' '4,128 0 0 0,53 0 1 600000,6 0 0 1,6 0 0 0' '[.outcomes[].returns | tostring] | join(" ")' 0
sample 'metadata' '4,32 0 0 4294963200,21 0 1 2048,6 0 0 1,6 0 0 0' '.outcomes[1].metadata.proto' 2048
sample 'an offset of many values' '5,40 0 0 0,7 0 0 0,64 0 0 0,6 0 0 1,6 0 0 0' '"\(.verdict) \(.undecided)"' 'accept true'
sample 'a product' '6,32 0 0 0,7 0 0 0,32 0 0 4,44 0 0 0,21 0 0 7,22 0 0 0' '"\(.verdict) \(.undecided)"' 'accept true' --limit 20000
echo '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0' > "$work/four.ddd"
"$ASAN_WARRANT" check --quiet --pcap-dir "$work/nowhere" "$work/four.ddd" > /dev/null 2> "$work/err"
same "samples: a directory that is not there" "2 2" "$? $(wc -l < "$work/err")"
mkdir "$work/full" && ln -s /dev/full "$work/full/four.ddd.0x1.pcap"
"$ASAN_WARRANT" check --quiet --pcap-dir "$work/full" "$work/four.ddd" > /dev/null 2> "$work/err"
same "samples: no room" "2 the packet could not be written: No space left on device" "$? $(sed 's/.*pcap: //' "$work/err")"
"$ASAN_WARRANT" check --pcap-dir "$work" --pcap-link 101 "$work/four.ddd" > /dev/null
same "samples: link type" "65 00" "$(od -An -tx1 -j20 -N2 "$work/four.ddd.0x1.pcap" | xargs)"

# --- Programs to run ----------------------------------------------------------------------------

while read -r program; do
  check_one "runs/$program" "accept true - - - 0" --prog "$program" $CORPUS/runs/runs.o
done < <("$WARRANT" check --json $CORPUS/runs/runs.o | jq -r .program)

# --- Small programs -----------------------------------------------------------------------------

# Lines `NAME|EXPECTATION` of a source.
expectations() {
  awk '/^\/\* expect: / { e = $0; sub(/^\/\* expect: /, "", e); sub(/ \*\/$/, "", e) }
       /^PROGRAM\(/ { n = $0; sub(/^PROGRAM\(/, "", n); sub(/,.*/, "", n); print n "|" e; e = "" }' "$1"
}

# The part of an expectation for one judge: root, strict or kernel; the first part where it has none.
expectation_for() {
  local part found=${1%%;*}
  IFS=';' read -ra parts <<< "$1"
  for part in "${parts[@]}"; do
    part=${part# }
    [ "${part%%:*}" = "$2" ] && found=${part#*: }
  done
  echo "$found"
}

# meets EXPECTATION VERDICT CERTIFIED REASON PC
meets() {
  local want reasons pc
  read -r want reasons pc <<< "$1"
  case $want in
  accept) [ "$2 $3" = "accept true" ] ;;
  reject) [ "$2 $3" = "reject false" ] && { [ "$reasons" = '*' ] || [[ "|$reasons|" == *"|$4|"* ]]; } &&
    { [ "$pc" = '*' ] || [ "$pc" = "$5" ]; } ;;
  *) false ;;
  esac
}

for source in corpus/small/*.c; do
  base=$(basename "$source" .c)
  for profile in root strict; do
    "$WARRANT" check --json --profile $profile "$CORPUS/small/$base.o" > "$work/out" 2> "$work/err"
    verdict < "$work/out" > "$work/verdicts"
    while IFS='|' read -r program expectation; do
      want=$(expectation_for "$expectation" $profile)
      got=$(grep "^$program " "$work/verdicts" | cut -d' ' -f2-5)
      # shellcheck disable=SC2086 # four words
      if meets "$want" $got; then
        ok "$base/$program, $profile"
      else
        not_ok "$base/$program, $profile" "want $want, got ${got:-nothing}"
      fi
    done < <(expectations "$source")
    same "$base has no other programs, $profile" "$(expectations "$source" | wc -l)" "$(wc -l < "$work/verdicts")"
  done
done

# --- The kernel ---------------------------------------------------------------------------------

# kernel_verdicts FILE: lines `PROGRAM VERDICT` in $work/kernel; fails when the kernel cannot be asked.
kernel_verdicts() {
  "$WARRANT" kernel load --json "$1" > "$work/out" 2> "$work/err"
  [ $? -lt 2 ] && jq -r '"\(.program) \(.verdict)"' < "$work/out" > "$work/kernel"
}

if ! kernel_verdicts $CORPUS/xdp_flow/xdp_flow.o; then
  skip "the kernel's verdicts" "$(sed "s/^warrant: //" "$work/err" | head -n 1)"
  finish
fi
for object in xdp_flow no_bounds_check no_null_check off_by_one past_value undefined_key; do
  kernel_verdicts $CORPUS/xdp_flow/$object.o
  case $object in
  xdp_flow | undefined_key) same "kernel: $object" "xdp_flow accept" "$(cat "$work/kernel")" ;;
  *)
    same "kernel: $object" "xdp_flow reject" "$(cat "$work/kernel")"
    # Its log is a line an instruction, so the last one is where it stopped.
    same "kernel: $object at the same instruction" \
      "$("$WARRANT" check --json $CORPUS/xdp_flow/$object.o | jq .pc)" \
      "$(jq -r .log < "$work/out" | grep -o '^[0-9]*: (' | tail -n 1 | cut -d: -f1)"
    ;;
  esac
done
kernel_verdicts $CORPUS/runs/runs.o
same "kernel: runs" "" "$(grep -v ' accept$' "$work/kernel")"
for source in corpus/small/*.c; do
  base=$(basename "$source" .c)
  kernel_verdicts "$CORPUS/small/$base.o"
  while IFS='|' read -r program expectation; do
    want=$(expectation_for "$expectation" kernel)
    same "kernel: $base/$program" "$program ${want%% *}" "$(grep "^$program " "$work/kernel")"
  done < <(expectations "$source")
done

finish
