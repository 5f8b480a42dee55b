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

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Only what is compiled asks for these; the scripts set their own.
export ASAN_OPTIONS=exitcode=99:use_sigaltstack=0 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

# one DIR TEST: runs a test, prints what failed or was skipped and a line of counts, and leaves the counts in DIR.
one() {
  local base=${2##*/} log=$1/${2##*/}.log start=$SECONDS status p f s
  timeout -k 10 "${TEST_SECONDS:-900}" "./$2" > "$log" 2>&1
  status=$?
  p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log")
  {
    if [ $((p + f + s)) = 0 ] || { [ "$status" != 0 ] && [ "$f" = 0 ]; }; then
      f=$((f + 1))
      echo "not ok $base: exit status $status after $((p + s)) tests; its last lines:"
      tail -n 20 "$log" | sed 's/^/    /'
    elif [ "$f" != 0 ]; then
      grep -v -e '^ok ' -e '^skip ' "$log"
    fi
    grep '^skip ' "$log"
    printf '%-28s %5d passed %3d failed %3d skipped  %d s\n' "${base%.sh}" "$p" "$f" "$s" $((SECONDS - start))
  } > "$log.said"
  echo "$p $f $s" > "$1/$base.counts"
  cat "$log.said"
}
export -f one

# The build's own test asks make whether anything is left to do, and so runs alone; the others side by side.
alone=() others=()
for test in ${tests[@]+"${tests[@]}"}; do
  if [ "${test##*/}" = build_test.sh ]; then alone+=("$test"); else others+=("$test"); fi
done
for test in ${alone[@]+"${alone[@]}"}; do one "$work" "$test"; done
# shellcheck disable=SC2016 # the started shell expands these
[ "${#others[@]}" = 0 ] || printf '%s\0' "${others[@]}" |
  xargs -0 -r -P "${JOBS:-$(nproc 2> /dev/null || echo 1)}" -I{} bash -c 'one "$1" "$2"' one "$work" {}

# A test that left no counts was ended from outside: it failed.
cat "$work"/*.counts 2> /dev/null | awk -v tests="${#tests[@]}" '
  { p += $1; f += $2; s += $3 }
  END { f += tests - NR; printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f != 0 || p == 0 }'
