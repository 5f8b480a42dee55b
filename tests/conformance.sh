#!/usr/bin/env bash
# The public eBPF conformance suite through warrant-plugin, with each engine:
#   tests/conformance.sh PROGRAMS.jsonl [REFUSED.jsonl]
#   tests/conformance.sh CHECKOUT [RUNNER_OPTION]...
# A line of PROGRAMS.jsonl is {"name","insns","mem","r0"}, with instructions and memory in hexadecimal; the programs of
# REFUSED.jsonl ({"name","insns"}) have fields that must be zero and are not, and must not be run.
# CHECKOUT is a clone of github.com/Alan-Jowett/bpf_conformance with its runner built in CHECKOUT/build.
set -u
. "$(dirname "$0")/lib.sh"

PLUGIN=${PLUGIN:-$PWD/build/bin/warrant-plugin}

if [ $# = 0 ]; then
  sed -n '2,7s/^# //p' "$0"
  exit 2
fi
if [ -d "$1" ]; then
  suite=$1
  shift
  runner=$(find "$suite/build" -name bpf_conformance_runner -type f -perm -u+x 2> "$work/err" | head -n 1)
  if [ -z "$runner" ]; then
    echo "tests/conformance.sh: no bpf_conformance_runner in $suite/build" >&2
    exit 2
  fi
  for engine in interpret certified reference; do
    if "$runner" --test_file_directory "$suite/tests" --plugin_path "$PLUGIN" --plugin_options "--$engine" \
      --cpu_version v4 "$@"; then
      ok "conformance suite, --$engine"
    else
      not_ok "conformance suite, --$engine" "the runner says what failed"
    fi
  done
  finish
fi

# Lines `NAME HEX MEMORY WANT` with - for nothing.
programs() {
  jq -r '[.name, .insns, (if .mem == "" then "-" else .mem end), (.r0 // "-")] | @tsv' "$1"
}

for engine in interpret certified reference; do
  passed=0 all=0
  while IFS=$'\t' read -r name insns memory want; do
    all=$((all + 1))
    [ "$memory" != - ] || memory=
    if got=$("$PLUGIN" "$memory" --$engine <<< "$insns" 2> "$work/err") && [ $((16#$got)) = $((want)) ]; then
      passed=$((passed + 1))
    else
      not_ok "$name, --$engine" "want $want, got ${got:-$(head -n 1 "$work/err")}"
    fi
  done < <(programs "$1")
  same "programs that end as they should, --$engine" "$all" "$passed"

  [ $# -gt 1 ] || continue
  refused=0 all=0
  while IFS=$'\t' read -r name insns _; do
    all=$((all + 1))
    "$PLUGIN" --$engine <<< "$insns" > "$work/out" 2> "$work/err"
    status=$?
    if [ $status = 2 ] && [ ! -s "$work/out" ]; then
      refused=$((refused + 1))
    else
      not_ok "$name, --$engine" "exit status $status; $(head -n 1 "$work/err" "$work/out" | tr '\n' ' ')"
    fi
  done < <(programs "$2")
  same "programs refused, --$engine" "$all" "$refused"
done
finish
