#!/usr/bin/env bash
# The BPF objects in Debian packages, and what becomes of them: `make packages`.
# Downloads the packages of three suites into build/packages and unpacks them there (nothing is installed), takes
# their objects out, also of executables, each once, and checks them all. What has been downloaded stays.
# Prints, by package and by type, how many programs are accepted and certified, and why others are not.
set -u
. "$(dirname "$0")/lib.sh"

suites=(bookworm trixie sid)
packages=(libxdp1 xdp-tools xdp-tests suricata network-manager libknot13 libknot15 libknot16 nsd
  qemu-system-x86 systemd libsystemd-shared mimic oar-common rsched rtc-testbench pwru bpftop ir-keytable libbpf-tools
  pcp libbpftune0 udev-hid-bpf opensnitch-ebpf-modules golang-github-cilium-ebpf-dev)
JOBS=${JOBS:-2}
here=build/packages
mkdir -p $here/deb $here/objects
. tests/archive.sh
archive $here/apt "${suites[@]}" || {
  echo "packages: no Debian archive is configured here" >&2
  exit 4
}

# unpack DEB PREFIX: its objects into $here/objects
unpack() {
  rm -rf $here/root && mkdir -p $here/root && dpkg-deb -x "$1" $here/root &&
    find $here/root -type f -size +400c -print0 | xargs -0 -r build/tests/carve $here/objects "$2"
  local status=$?
  rm -rf $here/root
  return $status
}

if [ ! -e $here/complete ]; then
  apt-get "${apt[@]}" update || {
    echo "packages: the package lists cannot be had, so there is nothing to check"
    exit 4
  }
  # Lines `PACKAGE VERSION SUITE`, each version once, of the first suite that has it.
  apt-cache "${apt[@]}" madison "${packages[@]}" | awk -F'|' '
    { gsub(/^ +| +$/, "", $1); gsub(/ /, "", $2); split($3, where, " "); sub("/.*", "", where[2])
      if (where[4] != "Sources" && !seen[$1, $2]++) print $1, $2, where[2] }' > $here/versions
  mkdir -p $here/get
  while read -r package version suite; do
    [ -e "$here/deb/$package=$version" ] && continue
    rm -f $here/get/*
    (cd $here/get && apt-get "${apt[@]}" download "$package=$version") || exit 4
    for deb in "$here"/get/*.deb; do
      unpack "$deb" "$package:$suite" || exit 1
    done
    touch "$here/deb/$package=$version"
  done < $here/versions
  rm -rf $here/get
  touch $here/complete
fi

"$WARRANT" check --json --quiet --jobs "$JOBS" $here/objects > $here/verdicts.jsonl 2> $here/messages
jq -r '(.file | sub(".*/"; "") | split(":")) as $f | [$f[0], (.type // "none"),
    (if .verdict == "accept" and .certified then "certified" else .verdict end), (.reason // "-"), .message // "", .program, .file]
  | @tsv' $here/verdicts.jsonl > $here/rows.tsv

network='^(xdp|tc|sched_act|socket|cgroup_skb)$'
# table COLUMN: programs and certified ones by that column, network types first in $2
table() {
  awk -F'\t' -v column="$1" -v network="$network" '
    { k = $column; all[k]++; good[k] += $3 == "certified"
      if ($2 ~ network) { n[k]++; certified[k] += $3 == "certified" } }
    END { for (k in all) printf "%-32s %5d of %5d   %5d of %5d\n", k, certified[k], n[k], good[k], all[k] }' $here/rows.tsv | sort
}
printf '%-32s %14s   %14s\n' "package" "network types" "all types"
table 1
printf '\n%-32s %14s   %14s\n' "program type" "network types" "all types"
table 2
why() {
  awk -F'\t' -v network="$network" -v want="$1" '$3 != "certified" && ($2 ~ network) == want { print $4 ": " $5 }' $here/rows.tsv |
    sed -E "s/instruction [0-9]+/instruction N/g; s/\b(bytes?) [0-9]+(\.\.[0-9]+)?/\1 N/g; s/[0-9]+ bytes?/N bytes/g; s/^(.{150}).*/\1/" |
    sort | uniq -c | sort -rn | head -n "$2"
}
printf '\nnetwork types, not accepted because of\n'
why 1 60
printf '\nother types, the most frequent reasons\n'
why 0 25
awk -F'\t' -v network="$network" '$2 ~ network { n++; good += $3 == "certified" }
  END { share = n ? 100 * good / n : 0
    printf "\nnetwork types: %d of %d programs accepted and certified, %.1f %%\n", good, n, share; exit n && share >= 85 ? 0 : 1 }' $here/rows.tsv
