#!/usr/bin/env bash
# Judging beside this host's kernel, and the interpreters against each other:
#   make bench [SAMPLES="FOLDER..."] [LIST=VERDICTS.csv]
# SAMPLES are folders of objects besides the corpus and libxdp1's (where that package is installed). With LIST, only the
# programs are taken that the list names and whose kernel verdict there is `pass` (tests/bench_verify.c has its columns).
set -u
. "$(dirname "$0")/lib.sh"

read -ra samples <<< "${SAMPLES:-}"
shopt -s nullglob
installed=(/usr/lib/*/bpf)

${MAKE:-make} --no-print-directory build/tests/bench_verify build/tests/bench || exit
build/tests/bench_verify $CORPUS "${installed[@]}"
if [ -n "${LIST:-}" ]; then
  for folder in "${samples[@]}"; do
    build/tests/bench_verify --list "$LIST" "$folder"
  done
elif [ ${#samples[@]} != 0 ]; then
  build/tests/bench_verify "${samples[@]}"
fi
printf '\n'
build/tests/bench
