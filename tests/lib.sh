# shellcheck shell=bash disable=SC2034 # the scripts use what this sets
# What every test script shares.  A script prints one line a test, `ok NAME`, `not ok NAME: why` or
# `skip NAME: why`, and leaves with finish.  It runs from the top of the repository.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

WARRANT=${WARRANT:-build/bin/warrant}
ASAN_WARRANT=${ASAN_WARRANT:-build/asan/bin/warrant}
CORPUS=build/corpus
# A sanitizer's report is told from a refusal by the exit code. OCaml has a signal stack of its own, which ASan would free.
export ASAN_OPTIONS=exitcode=99:use_sigaltstack=0 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

ok() { printf 'ok %s\n' "$1"; }
not_ok() {
  printf 'not ok %s: %s\n' "$1" "$2"
  failed=1
}
skip() { printf 'skip %s: %s\n' "$1" "$2"; }

# same NAME WANT GOT
same() {
  if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "want $2, got $3"; fi
}

# check_says NAME STATUS TEXT ARGUMENT...: the exit status, and a message with this in it
check_says() {
  local name=$1 status=$2 text=$3
  shift 3
  "$ASAN_WARRANT" check "$@" > "$work/out" 2>&1
  same "$name" "$status 1" "$? $(grep -cF -- "$text" "$work/out")"
}

finish() { exit "$failed"; }

# The line of the one marker in a source: marker_line FILE MACRO
marker_line() { grep -n "REFUSED HERE: $2 " "$1" | cut -d: -f1; }

# What a verdict says in a line: verdict < JSON, one object a line.
# Gives `PROGRAM VERDICT CERTIFIED REASON PC SOURCE WARNINGS` with - for what is not there.
verdict() {
  jq -r '[.program, .verdict, .certified, .reason, .pc, .source, (.warnings // [] | length)]
         | map(if . == null or . == "" then "-" else tostring end) | join(" ")'
}
