#!/usr/bin/env bash
# Verifier and validator against this host's kernel, best of several rounds, and the interpreters against each other.
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

# The interpreters, on three programs: a program of its own, for processor time in one process.
printf '\n'
${MAKE:-make} --no-print-directory build/tests/bench && build/tests/bench
