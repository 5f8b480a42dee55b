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

# Lines `FILE SECTION PROGRAM TYPE VERDICT REASON VISITED MESSAGE` of check, or with the kernel's last words of kernel load.
judge() {
  "$WARRANT" check --json --linux="$release" "$@" 2> /dev/null |
    jq -r '[.file, .section // "", .program // "", .type // "", .verdict, .reason // "-", .message // "-"] | @tsv'
}
ask() {
  "$WARRANT" kernel load --json "$@" 2> "$work/err" | jq -r '
    [.file, .section // "", .program // "", .verdict, .message // "-",
     ([(.log // "")[-4000:] | split("\n")[] | select(. != "" and (test("^(processed|verification|stack depth|mark_)") | not))] | last // "-")]
    | @tsv'
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
  for folder in xdp_flow xdp_calls small runs objects faults typed; do
    for object in "$CORPUS"/$folder/*.o; do look corpus . "$object"; done
  done
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
grep -P '^(kernel-alone|warrant-alone|no-verdict)\t' "$work/classes" > "$work/differ"
cp "$work/differ" "${DIFFER:-/dev/null}"
