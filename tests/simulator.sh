#!/usr/bin/env bash
# The audit against the simulator in libseccomp's source (tools/scmp_bpf_sim.c, which no package has): FILTERS filters of random
# rules, SAMPLES inputs each. The source comes from Debian's archive to a temporary folder and is built there; nothing of it is kept.
set -u
. "$(dirname "$0")/lib.sh"
filters=${1:-20} samples=${2:-5000}

lack() {
  skip "libseccomp's simulator" "$1"
  finish
}
key=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$work/apt/lists/partial" "$work/source"
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/$') ||
  lack "no Debian archive is configured here"
echo "deb-src [signed-by=$key] $archive bookworm main" > "$work/apt/list"
apt=(-qq -o "Dir::Etc::SourceList=$work/apt/list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/apt/lists"
  -o "Dir::Cache=$work/apt" -o "APT::Sandbox::User=$(id -un)")
{ apt-get "${apt[@]}" update && (cd "$work/source" && apt-get "${apt[@]}" source libseccomp); } > "$work/log" 2>&1 ||
  lack "its source could not be had: $(tail -n 1 "$work/log")"
source=$(echo "$work"/source/libseccomp-*/)
gcc -O2 -w -I "$source/include" "$source/tools/scmp_bpf_sim.c" "$source/tools/util.c" -o "$work/simulator" > "$work/log" 2>&1 ||
  lack "it does not build: $(head -n 1 "$work/log")"

SECONDS=0 agreed=0 instructions=0
for ((n = 1; n <= filters; n++)); do
  build/asan/tests/audit_test --samples "$n" "$samples" "$work" || {
    not_ok "simulator: filter $n" "no samples"
    break
  }
  xargs -L 1 "$work/simulator" -f "$work/filter" < "$work/arguments" > "$work/said" 2>&1
  instructions=$((instructions + $(stat -c %s "$work/filter") / 8))
  if cmp -s "$work/said" "$work/expected" && [ "$(wc -l < "$work/said")" = "$samples" ]; then
    agreed=$((agreed + samples))
  else
    not_ok "simulator: filter $n" "$(paste "$work/expected" "$work/said" "$work/arguments" | awk -F '\t' '$1 != $2' | head -n 1)"
  fi
done
same "simulator: inputs on which it and the audit agree" $((filters * samples)) $agreed
echo "# ${source##*/source/}: $filters filters, $instructions instructions, $samples inputs each, $SECONDS s"
finish
