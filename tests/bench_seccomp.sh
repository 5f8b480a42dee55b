#!/usr/bin/env bash
# How the cost of `warrant seccomp audit` grows with a filter's rules, beside an earlier revision and seccomp-tools:
#   make bench-seccomp [OLD=REVISION] [SECCOMP_TOOLS=PATH]
# OLD= compares with none. An earlier revision is built from this repository's history under build/old, once.
# The profiles of Docker and podman are taken where their packages are installed, or can be.
set -u
. "$(dirname "$0")/lib.sh"
old=${OLD-4e9e30c}
arguments=()

if [ -n "$old" ]; then
  tree=build/old/$old
  if [ ! -e "$tree/complete" ]; then
    rm -rf "$tree" && mkdir -p "$tree"
    if ! { git archive "$old" | tar -x -C "$tree"; } 2> "$work/log" ||
      ! ${MAKE:-make} --no-print-directory -C "$tree" -j"${JOBS:-2}" DUNE='dune build --root .' build/bin/warrant > "$work/log" 2>&1; then
      echo "bench-seccomp: $old can't be built: $(tail -n 1 "$work/log")" >&2
      exit 2
    fi
    touch "$tree/complete"
  fi
  arguments+=(--old "$tree/build/bin/warrant")
fi
[ -z "${SECCOMP_TOOLS:-}" ] || arguments+=(--tools "$SECCOMP_TOOLS")

files=("$CORPUS/seccomp/worker.bpf")
profile() { # NAME FILE PACKAGE
  echo "$3" > "$work/list"
  [ -e "$2" ] || mk/packages.sh "$work/list" > "$work/log" 2>&1
  if [ -e "$2" ] && "$WARRANT" seccomp import "$2" --output "$work/$1" > "$work/log" 2>&1; [ -s "$work/$1" ]; then
    files+=("$work/$1")
  else
    echo "not had: $1: $(tail -n 1 "$work/log")"
  fi
}
profile docker /usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json golang-github-docker-docker-dev
profile podman /usr/share/containers/seccomp.json golang-github-containers-common
build/tests/bench_seccomp "$work" "$WARRANT" ${arguments[@]+"${arguments[@]}"} "${files[@]}"
