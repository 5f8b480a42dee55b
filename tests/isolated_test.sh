#!/usr/bin/env bash
# `--isolated`: verifier and validator in processes of their own. The same verdicts; and what becomes of a validator that is
# not there, dies or answers what no validator does is never "certified".
set -u
. "$(dirname "$0")/lib.sh"

# This program with a validator beside it, as they are installed.
mkdir "$work/bin"
cp "$ASAN_WARRANT" "$work/bin/warrant"
cp build/bin/warrant-validate "$work/bin/"
isolated=$work/bin/warrant

# --- The same verdicts --------------------------------------------------------------------------

plain() { jq -c 'del(.time_us, .validate_us)'; } # what two runs share

# alike NAME ARGUMENT...: the same JSON, certificates, images and exit status
alike() {
  local name=$1 here there
  shift
  rm -rf "$work/here" "$work/there" && mkdir "$work/here" "$work/there"
  "$isolated" check --json --explain --cert "$work/here" --image "$work/here" "$@" > "$work/out" 2> "$work/err"
  here="$? $(plain < "$work/out")"
  "$isolated" check --isolated --json --explain --cert "$work/there" --image "$work/there" "$@" > "$work/out" 2> "$work/err"
  there="$? $(plain < "$work/out")"
  same "$name" "$here" "$there"
  same "$name: what is kept" "" "$(diff -rq "$work/here" "$work/there")"
}
for base in xdp_flow/xdp_flow xdp_flow/off_by_one xdp_calls/xdp_calls small/references small/stack small/loops small/frames \
  small/control objects/rodata objects/strays; do
  alike "$base" "$CORPUS/$base.o"
done
alike "strict" --profile strict "$CORPUS/small/contracts.o"
alike "any constants" --rodata any "$CORPUS/objects/rodata.o"
alike "kernel objects" --btf "$CORPUS/typed/kernel.o" "$CORPUS/typed/typed.o"
alike "a socket filter" "$CORPUS/socket/web.ddd"
alike "a seccomp filter" "$CORPUS/seccomp/worker.bpf"
alike "a seccomp filter as a socket filter" --format cbpf "$CORPUS/seccomp/worker.bpf"
alike "no object" "$CORPUS/hostile/machine_code.o"
"$isolated" check --trace "$CORPUS/xdp_flow/xdp_flow.o" > "$work/here/trace"
"$isolated" check --isolated --trace "$CORPUS/xdp_flow/xdp_flow.o" > "$work/there/trace"
same "the search as it goes" "" "$(cmp "$work/here/trace" "$work/there/trace" 2>&1)"
"$isolated" check --isolated --jobs 2 "$CORPUS"/xdp_flow/*.o > "$work/there/text"
"$isolated" check --jobs 2 "$CORPUS"/xdp_flow/*.o > "$work/here/text"
same "two at a time, as text" "" "$(cmp "$work/here/text" "$work/there/text" 2>&1)"

# --- Certificates, also hostile ones ------------------------------------------------------------

flow=$CORPUS/xdp_flow/xdp_flow.o
"$isolated" check --quiet --cert "$work/cert" --image "$work/image" "$flow"
size=$(stat -c %s "$work/cert")
# valid_alike NAME FILE CERT
valid_alike() {
  local here there
  here="$("$isolated" validate --json "$2" "$3" 2>&1) $?"
  there="$("$isolated" validate --isolated --json "$2" "$3" 2>&1) $?"
  same "$1" "$here" "$there"
}
valid_alike "a certificate" "$flow" "$work/cert"
valid_alike "an image" "$work/image" "$work/cert"
same "which is valid" "true 0" "$("$isolated" validate --isolated --json "$flow" "$work/cert" | jq .valid) $?"
valid_alike "another program's certificate" "$CORPUS/xdp_calls/xdp_calls.o" "$work/cert"
valid_alike "no certificate at all" "$flow" /dev/null
head -c $((size / 2)) "$work/cert" > "$work/other"
valid_alike "half a certificate" "$flow" "$work/other"
head -c 100000 /dev/zero >> "$work/other"
valid_alike "one with zeros behind it" "$flow" "$work/other"
head -c 90 "$work/image" > "$work/other"
valid_alike "part of an image" "$work/other" "$work/cert"
for ((i = 0; i < 20; i++)); do
  cp "$work/cert" "$work/other"
  printf '%b' "\\x$(printf %02x $((i * 37 % 256)))" | dd of="$work/other" bs=1 seek=$((i * size / 20)) conv=notrunc status=none
  valid_alike "a certificate with byte $((i * size / 20)) changed" "$flow" "$work/other"
done

# --- Validators that are none -------------------------------------------------------------------

# answers NAME WHY: `check` reaches no verdict and says why, and `validate` too
answers() {
  "$isolated" check --isolated --json "$flow" > "$work/out" 2> "$work/err"
  same "$1" "3 error false no-verdict null" "$? $(jq -r '"\(.verdict) \(.certified) \(.reason) \(.steps_bound)"' "$work/out")"
  same "$1: why" 1 "$(jq -r .message "$work/out" | grep -cF "$2")"
  "$isolated" check --isolated "$flow" > "$work/out" 2> "$work/err"
  same "$1: as text" 0 "$(grep -cw -e certified -e accept, "$work/out")"
  "$isolated" validate --isolated "$flow" "$work/cert" > "$work/out" 2>&1
  same "$1: validate" "3 1" "$? $(grep -cF "$2" "$work/out")"
}
# validator TEXT: a script in its place
validator() {
  printf '#!/bin/sh\n%s\n' "$1" > "$work/bin/warrant-validate"
  chmod +x "$work/bin/warrant-validate"
}
# shellcheck disable=SC2016 # the script expands it
validator 'kill -SEGV $$'
answers "a validator that dies" "ended by signal 11"
# shellcheck disable=SC2016
validator 'echo valid; kill -KILL $$'
answers "one that dies when it has answered" "ended by signal 9"
validator 'echo valid; exit 1'
answers "valid, and a status that says otherwise" "left with status 1"
validator 'echo refused: it is not; exit 0'
answers "refused, and a status that says otherwise" "left with status 0"
validator 'exit 0'
answers "no word" "left with status 0"
validator 'echo valid; echo valid'
answers "a word too many" "left with status 0"
validator 'printf valid'
answers "half a line" "left with status 0"
validator 'printf "valid\n\000"'
answers "a zero byte" "left with status 0"
validator 'echo valid >&2; exit 3'
answers "what is no complaint" "left with status 3"
validator 'exec cat /dev/zero'
answers "an answer without end" "more than there is room for"
validator 'echo warrant-validate: /proc/self/fd/3: no memory >&2; exit 3'
answers "one that gave up" "could not look at it: no memory"
printf 'no program' > "$work/bin/warrant-validate"
answers "what can't be started" "could not be started: Exec format error"

# It sees the image and the certificate, and can't change them.
# shellcheck disable=SC2016 # the script expands them
validator 'cmp /proc/self/fd/3 "$IMAGE" && cmp /proc/self/fd/4 "$CERT" && ! (echo other > /proc/self/fd/3) 2> /dev/null && echo valid'
same "the validator's files" "valid" "$(IMAGE=$work/image CERT=$work/cert "$isolated" validate --isolated --json "$flow" "$work/cert" |
  jq -r 'if .valid then "valid" else .message end')"

# Beside this program, or else in PATH, or nowhere.
rm "$work/bin/warrant-validate"
PATH=/nowhere "$isolated" check --isolated "$flow" > "$work/out" 2> "$work/err"
same "no validator" "4 0 1" "$? $(wc -c < "$work/out") $(grep -c 'neither beside this one nor in PATH' "$work/err")"
PATH=/nowhere "$isolated" validate --isolated "$flow" "$work/cert" > "$work/out" 2> "$work/err"
same "no validator: validate" "4 0 1" "$? $(wc -c < "$work/out") $(grep -c 'neither beside this one nor in PATH' "$work/err")"
same "one in PATH" "0 accept true" "$(PATH=/nowhere:$PWD/build/bin "$isolated" check --isolated --json "$flow" > "$work/out"; echo $?) $(jq -r '"\(.verdict) \(.certified)"' "$work/out")"

finish
