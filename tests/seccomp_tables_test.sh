#!/usr/bin/env bash
# Filters and what is decided about them: tests/seccomp/NAME.s, as `warrant seccomp asm` reads it, and NAME.rows:
#   ARCH ACTION CALLS [when CONDITION]     a row of `warrant seccomp audit --json`, calls that have it gathered; * are all
#                                          others, and a call that has the rows of * is not named
#   finding NAME SEVERITY: MESSAGE [| ARCH NUMBER ARGUMENTS [ip ADDRESS] -> ACTION]     and its witness
#   exit CODE
#   true|false|undecided ASSERTION [| NUMBER ARGUMENTS]        what `warrant seccomp check` says of it, and its witness
# `tests/seccomp_tables_test.sh NAME` prints the lines as they are now: for a new filter, to be read before they are kept.
set -u
. "$(dirname "$0")/lib.sh"
tables=tests/seccomp

# The rows and findings of an audit.
rows_of='
def outcome: .action + " " + (.condition // "");
def call: .syscall // ("#\(.nr)" + (if .nr_last then "..\(.nr_last)" else "" end));
def arguments: until(length == 1 or last != "0x0"; .[:-1]) | join(",");
(map(select(has("finding") | not))
 | group_by(.arch) | map(
     (map(select(.syscall == "*") | outcome) | sort) as $others
     | group_by(call) | map(select(.[0].syscall == "*" or (map(outcome) | sort) != $others)) | add)
 | add // [] | group_by([.arch, .action, .condition])[]
 | "\(.[0].arch) \(.[0].action) \(map(call) | sort | join(","))" + (.[0].condition | if . then " when \(.)" else "" end)),
(.[] | select(.finding) | "finding \(.finding) \(.severity): \(.message)" + (if .witness then
   " | \(.witness.arch) \(.witness.nr) \(.witness.args | arguments)"
   + (if .witness.ip != "0x0" then " ip \(.witness.ip)" else "" end) + " -> \(.action)" else "" end))'
# The answers of a check.
answers_of='
def arguments: until(length == 1 or last != "0x0"; .[:-1]) | join(",");
"\(.holds | if . == null then "undecided" else . end) \(.assertion)"
+ (.witness | if . then " | \(.nr) \(.args | arguments)" else "" end)'
answer='^\(true\|false\|undecided\) '

# lines NAME: what is decided, in the order of NAME.rows
lines() {
  "$WARRANT" seccomp asm "$tables/$1.s" --output "$work/$1.bpf" || return
  : > "$work/none"
  "$WARRANT" seccomp audit --json --policy "$work/none" "$work/$1.bpf" > "$work/json"
  code=$?
  jq -rs "$rows_of" "$work/json"
  echo "exit $code"
  grep "$answer" "$tables/$1.rows" 2> /dev/null | sed "s/$answer//; s/ | .*//" > "$work/policy"
  if [ -s "$work/policy" ]; then
    "$WARRANT" seccomp check --json --policy "$work/policy" "$work/$1.bpf" | jq -r "$answers_of"
  fi
}
if [ $# -gt 0 ]; then
  for name; do lines "$name"; done
  exit
fi

# part NAME WHAT GREP-OPTION...: the lines of one kind, as they should be and as they are
part() {
  local name=$1 what=$2
  shift 2
  if diff <(grep "$@" "$tables/$name.rows") <(grep "$@" "$work/lines") > "$work/diff"; then
    ok "$name: $what"
  else
    not_ok "$name: $what" "want <, got >: $(grep '^[<>]' "$work/diff" | head -n 20)"
  fi
}
count=0
for file in "$tables"/*.s; do
  name=$(basename "$file" .s)
  count=$((count + 1))
  lines "$name" > "$work/lines" 2>&1
  part "$name" rows -v -e '^finding ' -e '^exit ' -e "$answer"
  part "$name" findings '^finding '
  part "$name" 'exit code' '^exit '
  mapfile -t want < <(grep "$answer" "$tables/$name.rows")
  mapfile -t got < <(grep "$answer" "$work/lines")
  for ((i = 0; i < ${#want[@]}; i++)); do
    same "$name: $(sed "s/$answer//; s/ | .*//" <<< "${want[i]}")" "${want[i]}" "${got[i]:-nothing}"
  done
done
same 'each table has a filter' "$count" "$(find "$tables" -name '*.rows' | wc -l)"
finish
