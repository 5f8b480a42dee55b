#!/usr/bin/env bash
# The import of a kernel's own tests, from a small suite of the same shape (tests/selftests/test_verifier.c).
set -u
. "$(dirname "$0")/lib.sh"

suite=$work/linux/tools/testing/selftests/bpf
mkdir -p "$suite/verifier" "$work/tmp"
export TMPDIR=$work/tmp
cp tests/selftests/test_verifier.c "$suite"
cat > "$suite/verifier/plain.c" << 'SUITE'
{ "ends", .insns = {{0xb7, 0, 0, 0, 0}, {0x95}}, .count = 2 },
{ "reads what is not there", .insns = {{0xbf, 0, 3, 0, 0}, {0x95}}, .count = 2, .result = REJECT },
{ "of another type", .insns = {{0xb7, 0, 0, 0, 2}, {0x95}}, .count = 2, .prog_type = BPF_PROG_TYPE_XDP },
SUITE
cat > "$suite/verifier/maps.c" << 'SUITE'
{ "looks up", .insns = {{0x62, 10, 0, -4, 0}, {0xbf, 2, 10}, {0x07, 2, 0, 0, -4}, {0x18, 1, 1}, {0}, {0x85, 0, 0, 0, 1},
  {0x15, 0, 0, 2, 0}, {0x79, 0, 0, 8, 0}, {0xb7, 0, 0, 0, 0}, {0xb7, 0, 0, 0, 0}, {0x95}}, .count = 11, .map = 1 },
{ "looks up past the end", .insns = {{0x62, 10, 0, -4, 0}, {0xbf, 2, 10}, {0x07, 2, 0, 0, -4}, {0x18, 1, 1}, {0}, {0x85, 0, 0, 0, 1},
  {0x15, 0, 0, 1, 0}, {0x79, 1, 0, 16, 0}, {0xb7, 0, 0, 0, 0}, {0x95}}, .count = 10, .map = 1, .result = REJECT },
{ "a value", .insns = {{0x18, 1, 2}, {0, 0, 0, 0, 8}, {0x79, 0, 1, 0, 0}, {0xb7, 0, 0, 0, 0}, {0x95}}, .count = 5, .value = 1 },
{ "past a value", .insns = {{0x18, 1, 2}, {0, 0, 0, 0, 16}, {0x79, 0, 1, 0, 0}, {0xb7, 0, 0, 0, 0}, {0x95}}, .count = 5, .value = 1, .result = REJECT },
SUITE
cat > "$suite/verifier/functions.c" << 'SUITE'
{ "calls", .insns = {{0x85, 0, 1, 0, 1}, {0x95}, {0xb7, 0, 0, 0, 7}, {0x95}}, .count = 4 },
{ "jumps into another", .insns = {{0x85, 0, 1, 0, 2}, {0x05, 0, 0, 1}, {0x95}, {0xb7, 0, 0, 0, 7}, {0x95}}, .count = 5, .result = REJECT },
SUITE

"$WARRANT" corpus import-selftests --output "$work/out" --json "$work/linux" > "$work/json"
same "imported" "0 3 9" "$? $(jq -r '"\(.objects) \(.tests)"' "$work/json")"
same "what the tests expect" \
  "functions_1 accept, functions_2 reject, maps_1 accept, maps_2 reject, maps_3 accept, maps_4 reject, plain_1 accept, plain_2 reject, plain_3 accept" \
  "$(jq -r '"\(.program) \(.expected)"' "$work/out/expected.jsonl" | paste -sd, | sed 's/,/, /g')"
same "without a form" "functions_2 maps_4" "$(jq -r 'select(.object == "") | .program' "$work/out/expected.jsonl" | xargs)"
"$WARRANT" check --json "$work"/out/*.o > "$work/check"
same "verdicts are as expected" "functions_1 accept, maps_1 accept, maps_2 reject, maps_3 accept, plain_1 accept, plain_2 reject, plain_3 accept" \
  "$(jq -r '"\(.program) \(.verdict)"' "$work/check" | paste -sd, | sed 's/,/, /g')"
same "types" "socket socket xdp" "$(jq -r 'select(.file | endswith("plain.o")) | .type' "$work/check" | xargs)"
same "the folder of the suite itself" 0 "$("$WARRANT" corpus import-selftests --quiet --output "$work/out2" "$suite" > "$work/said" 2>&1; echo $?)"
same "--quiet says nothing" "" "$(cat "$work/said")"

"$WARRANT" corpus import-selftests --output "$work/none" "$work" 2> "$work/err"
same "no suite there" "2 1" "$? $(grep -c 'has no tools/testing/selftests/bpf/test_verifier.c' "$work/err")"
CC=no-such-compiler "$WARRANT" corpus import-selftests --output "$work/none" "$suite" 2> "$work/err"
same "no compiler" "4 1" "$? $(grep -c 'no-such-compiler: there is no such C compiler' "$work/err")"
echo 'not C' > "$suite/verifier/plain.c"
"$WARRANT" corpus import-selftests --output "$work/none" "$suite" 2> "$work/err"
same "a suite that does not compile" "2 1" "$? $(grep -c '^warrant: .*do not compile' "$work/err")"
"$WARRANT" corpus wrong 2> "$work/err"
same "wrong usage" "2 1" "$? $(grep -c 'corpus --help' "$work/err")"
same "nothing is left behind" "" "$(ls "$TMPDIR")"
finish
