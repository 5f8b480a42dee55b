#!/usr/bin/env bash
# `make linux-agrees`: does `warrant check --linux` say what this host's kernel says to libbpf? Over the corpus,
# the objects of libxdp1 and the network programs of the Debian packages (`make packages` downloads those).
# Prints the figures, and every difference with the name that its reason has in docs/linux.md; fails on one that
# has no name there.
set -u
. "$(dirname "$0")/lib.sh"

release=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
network='^(xdp|tc|sched_act|socket|cgroup_skb)$'
packages=build/packages/objects
[ -d $packages ] || {
  echo "linux-agrees: $packages is not there: make packages downloads it" >&2
  exit 4
}

# Lines `FILE SECTION PROGRAM TYPE VERDICT REASON MESSAGE` of check; and of kernel load, with the kernel's last words
# for the type on.
judge() {
  "$WARRANT" check --json --linux="$release" "$@" 2> /dev/null |
    jq -r '[.file, .section // "", .program // "", .type // "", .verdict, .reason // "-", .message // "-"] | @tsv'
}
ask() {
  "$WARRANT" kernel load --json "$@" 2> "$work/err" | jq -r '
    def words: [.[-4000:] | split("\n")[] | select(. != "" and (test("^(processed|verification|stack depth|mark_)") | not))] | last;
    [.file, .section // "", .program // "", .verdict, .message // "-",
     (.log // "" | if contains("is global and assumed valid") then "global function: " else "" end + (words // "-"))] | @tsv'
  [ "${PIPESTATUS[0]}" != 4 ] || {
    echo "linux-agrees: $(cat "$work/err")" >&2
    exit 4
  }
}

# look SET TYPES FILE OPTION...: lines `SET FILE PROGRAM WARRANT REASON MESSAGE KERNEL MESSAGE WORDS`.
look() {
  local set=$1 types=$2 file=$3
  shift 3
  judge "$@" "$file" > "$work/ours"
  awk -F'\t' -v types="$types" '$4 ~ types { found = 1 } END { exit !found }' "$work/ours" || return
  ask "$@" "$file" > "$work/theirs" || exit 4
  awk -F'\t' -v OFS='\t' -v set="$set" -v types="$types" '
    NR == FNR { theirs[$1, $2, $3] = $4 OFS $5 OFS $6; next }
    $4 ~ types { k = ($1 SUBSEP $2 SUBSEP $3) in theirs ? theirs[$1, $2, $3] : "none" OFS "-" OFS "-"
      sub(".*/", "", $1); print set, $1, $3, $5, $6, $7, k }' "$work/theirs" "$work/ours"
}

{
  for source in corpus/{xdp_calls,small,runs,objects,faults,typed}/*.c; do
    object=build/${source%.c}.o
    [ ! -e "$object" ] || look corpus . "$object"
  done
  for object in "$CORPUS"/xdp_flow/*.o; do look corpus . "$object"; done
  for filter in "$CORPUS"/socket/*.ddd; do look corpus . "$filter"; done
  look corpus . "$CORPUS/seccomp/worker.bpf" --format seccomp
  for object in /usr/lib/*-linux-gnu/bpf/*.o; do look libxdp1 . "$object"; done
  for object in "$packages"/*; do look packages "$network" "$object"; done
} > "$work/all" || exit

# The class of each line, as the first column.
awk -F'\t' -v OFS='\t' '
  function both() { return $4 == "accept" || $4 == "reject" }
  { ours = $4; theirs = $7
    kernel = theirs == "accept" || theirs == "reject"
    if (both() && kernel) class = ours == theirs ? "agree-" ours : ours == "accept" ? "kernel-alone" : "warrant-alone"
    else class = "no-verdict"
    print class, $0 }' "$work/all" > "$work/classes"

printf '%-10s %9s %12s %12s %14s %14s %12s\n' set programs 'both accept' 'both refuse' 'Linux refuses' 'Warrant does' 'one is mute'
for set in corpus libxdp1 packages; do
  awk -F'\t' -v set="$set" '$2 == set { n++; c[$1]++ }
    END { printf "%-10s %9d %12d %12d %14d %14d %12d\n", set, n, c["agree-accept"], c["agree-reject"], c["kernel-alone"],
      c["warrant-alone"], c["no-verdict"] }' "$work/classes"
done

# Random programs: lines of the same form, without a file.
build/tests/linux_random "${PROGRAMS:-20000}" > "$work/random" || exit
tail -n 1 "$work/random"
awk -F'\t' -v OFS='\t' 'NF > 1 { print $1, "random", "-", $3, "accept", $2, $2, "-", "-", $2 }' "$work/random" >> "$work/classes"

# Why they differ, as docs/linux.md calls it.
awk -F'\t' -v OFS='\t' '
  function why() {
    if ($1 == "kernel-alone") {
      if ($10 ~ /^global function/) return "global-function"
      if ($10 ~ /too large/) return "too-large"
      if ($10 ~ /old state|infinite loop/) return "no-progress"
      if ($10 ~ /misaligned value access/) return $4 ~ /_in_a_trie$/ ? "trie-alignment" : "?"
      if ($10 ~ /btf_id|kernel symbol/) return "kernel-variable"
      if ($3 == "precision.o") return "known-here"
      return $2 == "random" ? "known-here" : "?"
    }
    if ($1 == "warrant-alone") {
      if ($7 ~ /of the same size was released/) return "one-size"
      if ($7 ~ /tail_call is for the main function/) return "tail-call"
      return $2 == "random" ? "reached-here" : "?"
    }
    if ($5 == "unsupported") return $8 == "unsupported" ? "neither" : "not-supported"
    if ($8 == "unsupported" && $9 ~ /^not loaded/) return "not-loaded"
    return "?"
  }
  $1 !~ /^agree/ { print why(), $1, $2, $3, $4, $7 == "-" ? "" : $7, $10 == "-" ? $9 : $10 }' "$work/classes" | sort > "$work/differ"

printf '\n%-18s %9s %9s %9s %9s\n' why corpus libxdp1 packages random
cut -f1 "$work/differ" | uniq | while read -r name; do
  awk -F'\t' -v name="$name" '$1 == name { n[$3]++ }
    END { printf "%-18s %9d %9d %9d %9d\n", name, n["corpus"], n["libxdp1"], n["packages"], n["random"] }' "$work/differ"
done
printf '\nwhere one refuses and the other does not\n'
awk -F'\t' '$2 != "no-verdict" && $3 != "random" { printf "%-18s %s %s: %s\n", $1, $4, $5, $2 == "kernel-alone" ? $7 : $6 }' "$work/differ"

missing=0
while read -r name; do
  grep -qF "| \`$name\` |" docs/linux.md || {
    echo "linux-agrees: docs/linux.md has no reason '$name':" >&2
    awk -F'\t' -v name="$name" '$1 == name' "$work/differ" | head -n 5 >&2
    missing=1
  }
done < <(cut -f1 "$work/differ" | uniq)
exit $missing
