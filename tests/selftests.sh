#!/usr/bin/env bash
# LINUX=DIR tests/selftests.sh: the verifier's tests in a Linux source (warrant corpus import-selftests) by `warrant check`.
# What this host's kernel accepts should be certified; what it and the tests refuse may be accepted by a rule of Linux alone.
set -u
. "$(dirname "$0")/lib.sh"

out=build/selftests
[ -n "${LINUX:-}" ] || { echo "make selftests LINUX=DIR, a Linux source (Debian: linux-source-6.1)" >&2; exit 2; }
rm -rf "$out"
"$WARRANT" corpus import-selftests --kernel --output "$out" "$LINUX" || exit
# Errors and refusals are expected.
"$WARRANT" check --json --jobs "${JOBS:-1}" "$out"/*.o > "$work/check" 2> "$work/err"
jq -c --slurpfile check "$work/check" -n '
  ($check | map({key: .program, value: .}) | from_entries) as $verdicts
  | inputs | . + {v: $verdicts[.program]}
  | . + {linux: (.kernel // .expected), here: (if .v.verdict == "accept" and .v.certified then "certified" else (.v.reason // "no-form") end)}' \
  "$out/expected.jsonl" > "$out/joined.jsonl"

count() { jq -s "map(select($1)) | length" "$out/joined.jsonl"; }
must='.expected == "reject" and .linux == "reject" and (.strict_alignment | not)'
printf 'Linux %s accepts %d: certified %d\n' "$(uname -r)" "$(count '.linux == "accept"')" \
  "$(count '.linux == "accept" and .here == "certified"')"
jq -r 'select(.linux == "accept" and .here != "certified") | .here' "$out/joined.jsonl" | sort | uniq -c | sort -rn
jq -r 'select(.linux == "accept" and .here != "certified") | "  \(.here): \(.program) (\(.section)), \(.test): \(.v.message // "")"' \
  "$out/joined.jsonl" | sort
printf 'Refused by the tests and this kernel %d: accepted %d, by rule\n' "$(count "$must")" "$(count "$must and .here == \"certified\"")"
jq -r "select($must and .here == \"certified\") | (.v.linux | map(.rule) | unique | join(\" \")) | if . == \"\" then \"no rule\" else . end" \
  "$out/joined.jsonl" | sort | uniq -c | sort -rn
jq -r "select($must and .here == \"certified\" and (.v.linux | length) == 0) | \"  no rule: \(.program) (\(.section)), \(.test)\"" \
  "$out/joined.jsonl" | sort
