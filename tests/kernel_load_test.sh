#!/usr/bin/env bash
# `warrant kernel load` gives the verdict that a loader gets, who goes through libbpf.
set -u
. "$(dirname "$0")/lib.sh"

object=$CORPUS/objects/libbpf.o
"$WARRANT" kernel load --json "$object" > "$work/out" 2> "$work/err"
if [ $? = 4 ]; then
  skip "objects through libbpf" "$(head -c 200 "$work/err")"
  finish
fi
# says PROGRAM VERDICT [PATTERN in the log]
says() {
  local got log
  got=$(jq -r --arg p "$1" 'select(.program == $p) | .verdict' "$work/out")
  log=$(jq -r --arg p "$1" 'select(.program == $p) | .log' "$work/out")
  same "kernel load: $1" "$2" "$got"
  [ $# -lt 3 ] || same "kernel load: $1, why" 1 "$(grep -q -- "$3" <<< "$log" && echo 1)"
}
says calls_a_global_function reject "unbounded min value"
says tail_calls_in_a_function accept
says takes_a_lock accept
says takes_what_is_no_lock reject "bpf_spin_lock"
# The log has the source's lines.
same "kernel load: source lines" 1 "$(jq -r .log "$work/out" | grep -q 'c->slot\[i\]++' && echo 1)"
# What libbpf does not open still gets a verdict.
"$WARRANT" kernel load --json "$CORPUS/objects/legacy.o" > "$work/out" 2> "$work/err"
same "kernel load: old map definitions" "0 accept" "$? $(jq -r .verdict "$work/out" | sort -u | paste -sd' ')"
finish
