#!/usr/bin/env bash
# The contracts of semantics/Target.v against unmodified kernels: `make contracts KERNELS="6.1 6.12 6.18 7.3"`.
# Each boots in QEMU and is asked about each helper: what its verifier takes (tests/helpers_test.c), and what the
# helper answers and writes when it is called (tests/answers_test.c). A result outside of the table's range, or a byte
# that counts as written and is not, fails. What a release is known to do otherwise is in tests/guest/differences/; a
# difference that is new there, or gone, fails. What was seen is in build/contracts/RELEASE: log, differences, answers.
set -u
. "$(dirname "$0")/../lib.sh"

# ask RELEASE: boots it, and leaves its log
ask() {
  mkdir -p "build/contracts/$1"
  tests/guest/boot.sh "$1" "build/contracts/$1/log" \
    "build/tests/helpers_test --differences" "build/tests/answers_test --guest" 2> "build/contracts/$1/why"
  echo $? > "build/contracts/$1/status"
}
export -f ask

read -r -a kernels <<< "${KERNELS:-6.1 6.12 6.18 7.3}"
for release in "${kernels[@]}"; do
  rm -rf "build/contracts/$release"
  tests/guest/kernel.sh "$release" > /dev/null || exit 4 # one after the other: they share the lists of packages
done
printf '%s\0' "${kernels[@]}" | xargs -0 -P "${JOBS:-2}" -I{} bash -c 'ask "$1"' ask {}

for release in "${kernels[@]}"; do
  seen=build/contracts/$release known=tests/guest/differences/$release.txt
  name="Linux $release"
  if [ "$(cat "$seen/status")" != 0 ]; then
    not_ok "$name: the guest comes to its end" "$(cat "$seen/why")"
    continue
  fi
  ok "$name: the guest comes to its end"
  echo "# $(grep -o 'guest: Linux .*' "$seen/log" | cut -c8-); $(grep '^# .* helpers answered' "$seen/log" | tail -n 1 | cut -c3-)"
  sed -n 's/^difference //p' "$seen/log" | LC_ALL=C sort > "$seen/differences"
  sed -n 's/^answer //p' "$seen/log" > "$seen/answers"
  same "$name: both programs come to their end" "exit 0
exit 0" "$(sed -n 's/^guest: \(exit .*\|ended .*\)/\1/p' "$seen/log")"
  bad=$(grep '^not ok ' "$seen/log")
  if [ -z "$bad" ]; then ok "$name: results and written bytes are as the table says"; else
    not_ok "$name: results and written bytes are as the table says" "$bad"
  fi
  if [ ! -e "$known" ]; then
    not_ok "$name: the differences are the known ones" "$known is missing; $seen/differences is what was seen"
  elif diff "$known" "$seen/differences" > "$seen/changes"; then
    ok "$name: the differences are the known ones"
  else
    not_ok "$name: the differences are the known ones" "< is gone, > is new; in $seen/changes:
$(cut -c1-160 "$seen/changes")"
  fi
done
finish
