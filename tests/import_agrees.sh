#!/usr/bin/env bash
# `make import-agrees`: what `warrant seccomp import` makes of a profile beside what runc installs for it.
# runc starts a container in a temporary folder, `seccomp dump` takes its filter, `seccomp diff` compares:
# the two are equivalent, or both refuse the profile. Profiles: tests/seccomp/profiles, the defaults of
# Docker and of containers-common in Debian's packages, and all in PROFILES=FOLDER. Those in Docker's form
# are handed over to runc as Docker does it, by jq. crun's filter is compared where crun starts. As root.
set -u
. "$(dirname "$0")/lib.sh"
here=$PWD
WARRANT=$here/build/bin/warrant

apt-get install -y -q --no-install-recommends runc crun golang-github-containers-common > /dev/null 2>&1
command -v runc > /dev/null || { echo 'runc is not here and can not be installed'; exit 1; }
mkdir -p "$work/bundle/rootfs" "$work/public"
cp /usr/share/containers/seccomp.json "$work/public/containers-common.json"
(cd "$work" && apt-get download -q golang-github-docker-docker-dev > /dev/null 2>&1 &&
  dpkg-deb --fsys-tarfile golang-github-docker-docker-dev_*.deb | tar -xO ./usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json > public/docker.json)
if [ -n "${PROFILES:-}" ]; then cp "$PROFILES"/*.json "$work/public/"; fi
printf 'int main(void) { return 0; }\n' | cc -static -x c -o "$work/bundle/rootfs/ends" - || exit 1

# The bundle; what is in linux.seccomp stands there as it was written, with the keys that jq would merge.
bundle() { # PROFILE
  printf '%s' '{"ociVersion": "1.0.2", "process": {"user": {"uid": 0, "gid": 0}, "args": ["/ends"], "cwd": "/"},
    "root": {"path": "rootfs", "readonly": true}, "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
    "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}], "seccomp": '
  cat "$1"
  printf '}}'
}
caps='["CAP_AUDIT_WRITE","CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_MKNOD","CAP_NET_RAW","CAP_SETFCAP","CAP_NET_BIND_SERVICE","CAP_SETGID","CAP_SETPCAP","CAP_SETUID","CAP_SYS_CHROOT"]'
# Docker's form as a runtime gets it, on x86_64 with a kernel that meets every minKernel.
handed_over() {
  jq --argjson caps "$caps" '
    def named($list; $what): any($list[]?; . as $x | $what | index([$x]) != null);
    def all_named($list; $what): all($list[]?; . as $x | $what | index([$x]) != null);
    .architectures = (if .archMap then [.archMap[] | select(.architecture == "SCMP_ARCH_X86_64") | .architecture, .subArchitectures[]?] else .architectures // [] end)
    | .syscalls = [.syscalls[] | select((named(.excludes.caps; $caps) or named(.excludes.arches; ["amd64"]) or (.excludes.minKernel // "" | length > 0)) | not)
        | select(all_named(.includes.caps; $caps) and ((.includes.arches // [] | length == 0) or named(.includes.arches; ["amd64"])))
        | {names: (.names // [.name]), action, errnoRet, args}]
    | del(.archMap, .defaultErrno)'
}

# crun 1.8.1 starts nothing where control groups of both versions are mounted: it does not see the second ones.
apart() { unshare -m sh -c 'umount /sys/fs/cgroup/unified 2> /dev/null; exec "$@"' sh "$@"; }
runtime() { # NAME ARGUMENT...
  local name=$1
  shift
  apart "$name" --root "$work/state" "$@"
}
differ=0
count=0
row() { printf '%-28s %-6s %-9s %-9s %s\n' "$@"; }
# compare RUNTIME FILE
compare() {
  local runtime=$1 file=$2 name ours theirs result
  name=$(basename "$file" .json)
  rm -f "$work"/ours "$work"/theirs.*
  "$WARRANT" seccomp import --quiet --runtime "$runtime" --output "$work/ours" "$file" > /dev/null 2> "$work/err"
  ours=$?
  if jq -e 'has("ociVersion")' "$file" > /dev/null; then jq .linux.seccomp "$file" > "$work/profile.json"
  elif jq -e 'has("archMap") or any(.syscalls[]?; (.includes // {}) + (.excludes // {}) != {})' "$file" > /dev/null 2>&1; then handed_over < "$file" > "$work/profile.json"
  else cp "$file" "$work/profile.json"; fi
  bundle "$work/profile.json" > "$work/bundle/config.json"
  (cd "$work" && apart "$WARRANT" seccomp dump --count 1 --quiet --output theirs -- "$runtime" --root "$work/state" run -b bundle "agrees$$") > "$work/dumped" 2>&1
  runtime "$runtime" delete -f "agrees$$" > /dev/null 2>&1
  theirs=none
  # A profile may be refused behind the filter's installation, and a container may end by its own filter.
  if [ $ours = 2 ] && [ -e "$work/theirs.0" ]; then
    runtime "$runtime" run -b "$work/bundle" "agrees$$" > "$work/dumped" 2>&1 < /dev/null || theirs=refused
    ! grep -q 'already dead' "$work/dumped" || theirs=installs
    runtime "$runtime" delete -f "agrees$$" > /dev/null 2>&1
  elif [ -e "$work/theirs.0" ]; then theirs=installs
  elif [ $ours = 2 ]; then theirs=refused
  fi
  if [ $ours = 2 ] && [ "$theirs" = refused ]; then result='both refuse'
  elif [ -e "$work/ours" ] && [ "$theirs" = installs ] && "$WARRANT" seccomp diff "$work/ours" "$work/theirs.0" > "$work/diff" 2>&1; then result=equivalent
  elif grep -q 'open seccomp receiver' "$work/dumped"; then result='not compared: crun wants the listener first'
  else
    result="DIFFERENT: $(head -n 1 "$work/err" "$work/dumped" "$work/diff" 2> /dev/null | grep -v '^==>' | paste -sd ' ' | cut -c 1-120)"
    differ=$((differ + 1))
  fi
  count=$((count + 1))
  row "$name" "$runtime" "$ours" "$theirs" "$result"
}

row profile by import runtime result
for file in "$here"/tests/seccomp/profiles/*.json "$work"/public/*.json; do compare runc "$file"; done
bundle "$here/tests/seccomp/profiles/second-action.json" > "$work/bundle/config.json"
if runtime crun run -b "$work/bundle" "agrees$$" > "$work/dumped" 2>&1; then
  for file in "$here"/tests/seccomp/profiles/*.json "$work"/public/*.json; do compare crun "$file"; done
else
  echo "crun starts no container here: $(tail -n 1 "$work/dumped")"
fi
runtime crun delete -f "agrees$$" > /dev/null 2>&1
echo "$count compared, $differ different"
[ $differ = 0 ]
