#!/usr/bin/env bash
# Does `warrant check --linux=RELEASE` say what that kernel says? `make linux-agrees KERNELS="6.1 6.12 6.18 7.3"`.
# Each kernel boots in QEMU and is asked about the raw programs of tests/linux_test.sh, and about objects of the corpus.
# A difference has a name in docs/linux.md, and stands in tests/guest/verdicts/RELEASE.txt; one that is new there, or
# gone, fails. What was seen is in build/verdicts/RELEASE: log, theirs, ours, differences, words.
set -u
. "$(dirname "$0")/../lib.sh"

# Without what guests have nothing for: the kernel's configuration, and variables and functions of a made kernel; and
# without the loops, a million instructions of which take minutes there.
absent='/(as_libbpf|externs|ksyms|kernel_a|kernel_b|loops)\.c$'
typed=(filters answers_yes answers_an_error iterates current_task) # of corpus/typed/typed.c

rm -rf build/rules
KEEP=build/rules tests/linux_test.sh > "$work/kept" || {
  grep -v '^ok ' "$work/kept" >&2
  exit 1
}
mapfile -t raw < <(cd build/rules && find . -type f | cut -c3- | LC_ALL=C sort)
mapfile -t objects < <(printf '%s\n' corpus/{objects,small,xdp_calls,runs,faults}/*.c | grep -vE "$absent" |
  sed 's#\(.*\)\.c$#build/\1.o#' && printf '%s\n' $CORPUS/xdp_flow/*.o)

# Lines `NAME VERDICT WHY`; NAME is the file and the program in it.
check() {
  "$WARRANT" check --json "--linux=$release" "$@" 2> /dev/null | jq -r '
    [.file[6:] + (if .program then " \(.section)/\(.program)" else "" end), .verdict, .message // "-"] | @tsv'
}
ours() {
  local program
  for program in "${raw[@]}"; do check --format ebpf --type "${program%/*}" "build/rules/$program"; done
  check "${objects[@]}"
  for program in "${typed[@]}"; do check --btf $CORPUS/typed/kernel.o --prog "$program" $CORPUS/typed/typed.o; done
}
# The same of what the guest printed: a line with the verdict, and under it the log's end, whose last words say why.
theirs() {
  awk '
    function out() { if (name) printf "%s\t%s\t%s\n", name, verdict, why; name = "" }
    match($0, /^build\/.*: Linux [^ ]*: (accept|reject|unsupported|error)/) {
      out()
      verdict = why = substr($0, RSTART, RLENGTH); sub(/.*: /, "", verdict)
      why = substr($0, RLENGTH + 1)
      name = substr($0, 7, index($0, ": Linux ") - 7); sub(/: raw eBPF$/, "", name); sub(/: /, " ", name)
      next }
    /^    / { if ($0 !~ /^    *(processed|verification|stack depth|mark_|\(the last|$)/) why = substr($0, 5); next }
    { out() }
    END { out() }' "$1"
}
# Why they differ, as docs/linux.md calls it, and which of them refuses.
name_differences() {
  awk -F'\t' -v OFS='\t' '
    function why(w) {
      if ($2 == "accept") {
        if (w ~ /misaligned value access/) return $1 ~ /_in_a_trie$/ ? "trie-alignment" : "?"
        if (w ~ /unknown func|cannot use helper|^R[0-9] type=.* expected=/) return "new-helper"
        if (w ~ /invalid (indirect |variable-offset )?read from stack/) return "unwritten-stack"
        if ($1 ~ /a_global_function$/) return "global-function"
        return "known-here"
      }
      if (ours ~ /of the same size was released/) return "one-size"
      if (ours ~ /tail_call is for the main function/) return "tail-call"
      if (ours ~ /return .* to .*, and r0 (may be|is)/) return "new-range"
      if (ours ~ /before 6.6 refuses this: gotol/) return "backported"
      return "?"
    }
    NR == FNR { verdict[$1] = $2; words[$1] = $3; next }
    { v = $1 in verdict ? verdict[$1] : "none"; ours = $3
      judged = ($2 == "accept" || $2 == "reject") && (v == "accept" || v == "reject")
      if (judged && v != $2) print (why(words[$1]) " " ($2 == "accept" ? "Linux" : "Warrant") ": " $1), ours, words[$1] }' "$1" "$2"
}

# ask RELEASE: boots it, and leaves its log
ask() {
  local commands
  mapfile -t commands < build/verdicts/commands
  FILES=$(< build/verdicts/files) tests/guest/boot.sh "$1" "build/verdicts/$1/log" "${commands[@]}" 2> "build/verdicts/$1/why"
  echo $? > "build/verdicts/$1/status"
}
export -f ask

read -r -a kernels <<< "${KERNELS:-6.1 6.12 6.18 7.3}"
mkdir -p build/verdicts
for program in "${raw[@]}"; do
  echo "build/bin/warrant kernel load --format ebpf --type ${program%/*} build/rules/$program"
done > build/verdicts/commands
printf 'build/bin/warrant kernel load %s\n' "${objects[@]}" >> build/verdicts/commands
printf "build/bin/warrant kernel load --prog %s $CORPUS/typed/typed.o\n" "${typed[@]}" >> build/verdicts/commands
echo build/rules "${objects[@]}" $CORPUS/typed/typed.o > build/verdicts/files
for release in "${kernels[@]}"; do
  rm -rf "build/verdicts/$release"
  mkdir "build/verdicts/$release"
  tests/guest/kernel.sh "$release" > /dev/null || exit 4 # one after the other: they share the lists of packages
done
printf '%s\0' "${kernels[@]}" | xargs -0 -P "${JOBS:-2}" -I{} bash -c 'ask "$1"' ask {}

for release in "${kernels[@]}"; do
  seen=build/verdicts/$release known=tests/guest/verdicts/$release.txt name="Linux $release"
  if [ "$(cat "$seen/status")" != 0 ]; then
    not_ok "$name: the guest comes to its end" "$(cat "$seen/why")"
    continue
  fi
  ok "$name: the guest comes to its end"
  theirs "$seen/log" | LC_ALL=C sort > "$seen/theirs"
  ours > "$seen/ours"
  # each program that is known here was asked about there
  missing=$(LC_ALL=C comm -23 <(cut -f1 "$seen/ours" | LC_ALL=C sort) <(cut -f1 "$seen/theirs" | LC_ALL=C sort) | head -n 3)
  if [ -z "$missing" ]; then ok "$name: it is asked about every program"; else
    not_ok "$name: it is asked about every program" "$missing"
  fi
  name_differences "$seen/theirs" "$seen/ours" > "$seen/words"
  cut -f1 "$seen/words" | LC_ALL=C sort > "$seen/differences"
  awk -F'\t' -v name="$(grep -o 'guest: Linux .*' "$seen/log" | cut -c8-)" '
    NR == FNR { v[$1] = $2; next }
    { $2 !~ /^(accept|reject)$/ || v[$1] !~ /^(accept|reject)$/ ? mute++ : $2 != v[$1] ? differ++ : $2 == "accept" ? both++ : none++ }
    END { printf "# %s: %d programs: %d accepted by both, %d refused by both, %d differ, of %d one has no verdict\n", name, FNR,
      both, none, differ, mute }' "$seen/theirs" "$seen/ours"
  if [ ! -e "$known" ]; then
    not_ok "$name: the differences are the known ones" "$known is missing; $seen/differences is what was seen"
  elif diff "$known" "$seen/differences" > "$seen/changes"; then
    ok "$name: the differences are the known ones"
  else
    not_ok "$name: the differences are the known ones" "< is gone, > is new; in $seen/changes:
$(cut -c1-160 "$seen/changes")"
  fi
  unnamed=$(cut -d' ' -f1 "$seen/differences" | sort -u | while read -r word; do grep -qF "| \`$word\` |" docs/linux.md || echo "$word"; done)
  if [ -z "$unnamed" ]; then ok "$name: docs/linux.md has each reason"; else
    not_ok "$name: docs/linux.md has each reason" "$unnamed"
  fi
done
finish
