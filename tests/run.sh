#!/usr/bin/env bash
# Runs the tests and counts: tests/run.sh [NAME...], all of them without a name.
# The last line is `N passed, N failed, N skipped`.
set -u
cd "$(dirname "$0")/.." || exit

shopt -s nullglob
tests=(tests/*_test.sh build/asan/tests/*_test)
for source in tests/*_test.ml; do # `make classic-million` leaves a test in C beside these
  name=build/tests/$(basename "$source" .ml)
  [ -x "$name" ] && tests+=("$name")
done
if [ $# -gt 0 ]; then
  chosen=()
  for name; do
    for test in "${tests[@]}"; do
      base=${test##*/}
      [ "${base%.sh}" = "${name%.sh}" ] && chosen+=("$test")
    done
  done
  tests=("${chosen[@]}")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Only what is compiled asks for these; the scripts set their own.
export ASAN_OPTIONS=exitcode=99:use_sigaltstack=0 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
passed=0 failed=0 skipped=0
for test in ${tests[@]+"${tests[@]}"}; do
  base=${test##*/}
  start=$SECONDS
  timeout -k 10 "${TEST_SECONDS:-900}" "./$test" > "$log" 2>&1
  status=$?
  p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log")
  if [ $((p + f + s)) = 0 ] || { [ "$status" != 0 ] && [ "$f" = 0 ]; }; then
    f=$((f + 1))
    echo "not ok $base: exit status $status after $((p + s)) tests; its last lines:"
    tail -n 20 "$log" | sed 's/^/    /'
  elif [ "$f" != 0 ]; then
    grep -v -e '^ok ' -e '^skip ' "$log"
  fi
  grep '^skip ' "$log"
  printf '%-28s %5d passed %3d failed %3d skipped  %d s\n' "${base%.sh}" "$p" "$f" "$s" $((SECONDS - start))
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
