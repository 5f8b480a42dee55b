#!/usr/bin/env bash
# Ratios, best of several rounds: verifier and validator against this host's kernel, and the two interpreters.
set -u
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-20}

# best FIELD COMMAND...: the least value of a field of the JSON that a command prints, summed over its objects.
best() {
  local field=$1
  shift
  for _ in $(seq "$rounds"); do
    "$@" 2> /dev/null | jq -s "map(.$field // 0) | add // 0"
  done | sort -n | head -n 1
}

printf '%-24s %9s %12s %12s %12s\n' "microseconds" programs "verifier" "validator" "Linux $(uname -r | cut -d- -f1)"
for object in $CORPUS/xdp_flow/xdp_flow.o $CORPUS/small/*.o; do
  printf '%-24s %9s %12s %12s %12s\n' "$(basename "$object")" \
    "$("$WARRANT" check --json "$object" | wc -l)" \
    "$(best time_us "$WARRANT" check --json "$object")" \
    "$(best validate_us "$WARRANT" check --json "$object")" \
    "$(best time_us "$WARRANT" kernel load --json "$object" | sed "s/^0$/-/")"
done

# r0 counts r1 down: three instructions a round.
loop() {
  printf 'b7 00 00 00 00 00 00 00 b7 01 00 00 %02x %02x %02x 00 ' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16))
  printf '07 00 00 00 01 00 00 00 17 01 00 00 01 00 00 00 55 01 fd ff 00 00 00 00 95 00 00 00 00 00 00 00'
}

# nanoseconds ENGINE ROUNDS: the least time of one run of the loop.
nanoseconds() {
  loop "$2" > "$work/loop"
  for _ in 1 2 3 4 5; do
    local start=${EPOCHREALTIME/./}
    "$WARRANT" run --engine "$1" --hex --format ebpf --fuel 100000000 "$work/loop" > /dev/null || exit 1
    echo $(((${EPOCHREALTIME/./} - start) * 1000))
  done | sort -n | head -n 1
}

printf '\n%-24s %12s\n' "interpreter" "ns a step"
for engine in c reference; do
  long=$([ $engine = c ] && echo 8000000 || echo 400000)
  printf '%-24s %12s\n' "$engine" \
    "$(jq -n "$(nanoseconds $engine "$long") - $(nanoseconds $engine 1) | . / ($long * 3) * 100 | round / 100")"
done
