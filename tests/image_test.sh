#!/usr/bin/env bash
# What was certified, kept and named: --image, `digests`, and validation of an image.
set -u
. "$(dirname "$0")/lib.sh"

object=$CORPUS/objects/rodata.o
kernel=$CORPUS/typed/kernel.o

u32() { od -An -tu4 -j"$2" -N4 "$1" | tr -d ' '; }
# part FILE FROM TO: the digest of these bytes
part() { tail -c +$(($2 + 1)) "$1" | head -c $(($3 - $2)) | sha256sum | cut -d' ' -f1; }

# The parts, found by docs/formats.md: parts IMAGE INSTRUCTIONS. Gives `image instructions maps types`.
parts() {
  local image=$1 size at n k
  size=$(stat -c %s "$image")
  at=$((24 + 4 * $(u32 "$image" 20) + 1))
  local types=$at
  n=$(u32 "$image" $at)
  at=$((at + 4))
  for ((k = 0; k < n; k++)); do
    at=$((at + 8 + $(u32 "$image" $((at + 4)))))
    at=$((at + 4 + 8 * $(u32 "$image" $at))) # its pointers
    at=$((at + 4 + 8 * $(u32 "$image" $at))) # and its parts
  done
  local maps=$at
  n=$(u32 "$image" $at)
  at=$((at + 4))
  for ((k = 0; k < n; k++)); do
    at=$((at + 29 + $(u32 "$image" $((at + 25)))))
  done
  same "$(basename "$image"): its parts end where it does" "$2 $size" "$(u32 "$image" $at) $((at + 4 + 8 * $2))"
  echo "$(part "$image" 0 "$size") $(part "$image" $((at + 4)) "$size") $(part "$image" "$maps" "$at") $(part "$image" "$types" "$maps")" > "$work/parts"
}

# kept NAME FILE OF-A-PROGRAM ARGUMENT...: the image and certificate of each accepted program are
# valid, for both programs that validate, and the digests are those of the image's parts.
kept() {
  local name=$1 file=$2 count=0 base program insns want image cert
  shift 2
  rm -rf "$work/kept" && mkdir "$work/kept"
  "$ASAN_WARRANT" check --json --image "$work/kept" --cert "$work/kept" "$@" "$file" > "$work/json" 2> /dev/null
  while read -r program insns want; do
    base=$work/kept/$(basename "$file")
    [ "$program" = - ] || base=$base.$program
    image=$base.image cert=$base.cert
    parts "$image" "$insns"
    same "$name $program: digests" "$want" "$(cat "$work/parts")"
    "$ASAN_WARRANT" validate "$image" "$cert" > "$work/out" 2>&1
    same "$name $program: valid" "0 $image: valid" "$? $(cat "$work/out")"
    build/bin/warrant-validate "$image" "$cert" > "$work/out" 2>&1
    same "$name $program: valid, warrant-validate" "0 valid" "$? $(cat "$work/out")"
    count=$((count + 1))
  done < <(jq -r 'select(.verdict == "accept") | [.program // "-", .insns, .digests.image, .digests.instructions, .digests.maps,
    .digests.types] | join(" ")' "$work/json")
  same "$name: images" "$(jq -r 'select(.verdict == "accept").verdict' "$work/json" | wc -l)" "$count"
  same "$name: digests of what has no image" "" "$(jq -c 'select(.verdict != "accept").digests | select(. != null)' "$work/json")"
}
kept objects $object
kept any $object --rodata any
kept strict $CORPUS/xdp_flow/xdp_flow.o --profile strict
kept typed $CORPUS/typed/typed.o --btf $kernel
kept socket $CORPUS/socket/web.ddd
kept seccomp $CORPUS/seccomp/worker.bpf

# Instructions are as in a raw file.
printf 'r0 = 0\nexit\n' > "$work/two.s"
"$WARRANT" asm "$work/two.s" -o "$work/two.ebpf"
same "raw instructions" "$(sha256sum < "$work/two.ebpf" | cut -d' ' -f1)" \
  "$("$WARRANT" check --json --format ebpf --type xdp "$work/two.ebpf" | jq -r .digests.instructions)"

# Only what is asked for changes a digest.
digest() {
  local which=$1
  shift
  "$WARRANT" check --json --prog as_it_is "$@" $object | jq -r ".digests.$which"
}
same "another constant: the same instructions" "$(digest instructions)" "$(digest instructions --rodata place=7)"
same "another constant: other maps" different \
  "$([ "$(digest maps)" = "$(digest maps --rodata place=7)" ] && echo the-same || echo different)"

# The kernel's types, of programs that depend on them.
btf() { "$ASAN_WARRANT" check --json "$@" 2> /dev/null | jq -c 'select(.verdict == "accept") | [.program, .digests.btf]' | sort | paste -sd' '; }
types_of() { # FILE: the digest of its section .BTF
  llvm-objcopy --dump-section .BTF="$work/types" "$1" /dev/null 2> /dev/null || llvm-objcopy --dump-section .BTF="$work/types" "$1" "$work/copy"
  sha256sum < "$work/types" | cut -d' ' -f1
}
want=$(types_of $CORPUS/objects/kernel_a.o)
same "CO-RE relocations: the types that were used" "[\"read_wide\",\"$want\"]" \
  "$(btf --prog read_wide --btf $CORPUS/objects/kernel_a.o $CORPUS/objects/core.o)"
same "an object's own types are not the kernel's" '["id_local",null]' \
  "$(btf --prog id_local --btf $CORPUS/objects/kernel_a.o $CORPUS/objects/core.o)"
same "other types have another digest" "[\"read_wide\",\"$(types_of $CORPUS/objects/kernel_b.o)\"]" \
  "$(btf --prog read_wide --btf $CORPUS/objects/kernel_b.o $CORPUS/objects/core.o)"
same "which differ" 2 "$({ types_of $CORPUS/objects/kernel_a.o; types_of $CORPUS/objects/kernel_b.o; } | sort -u | wc -l)"
want=$(types_of $kernel)
same "what a program is attached to" "$want" "$("$ASAN_WARRANT" check --json --btf $kernel $CORPUS/typed/typed.o 2> /dev/null |
  jq -r 'select(.verdict == "accept").digests.btf' | sort -u)"
given=(--kconfig corpus/objects/kconfig --btf "$CORPUS/objects/kernel_a.o")
want=$(types_of $CORPUS/objects/kernel_a.o)
same "a kernel variable, and a function that is not there" "[\"asked_first\",\"$want\"] [\"typed\",\"$want\"] [\"vanished\",\"$want\"]" \
  "$(for program in asked_first typed vanished; do btf "${given[@]}" --prog $program $CORPUS/objects/externs.o; done | paste -sd' ')"
same "the configuration, and an address without a type" '["hz",null] ["address",null]' \
  "$(for program in hz address; do btf "${given[@]}" --prog $program $CORPUS/objects/externs.o; done | paste -sd' ')"
same "a program that depends on none" '["xdp_flow",null]' "$(btf --btf $kernel $CORPUS/xdp_flow/xdp_flow.o)"
if [ -r /sys/kernel/btf/vmlinux ]; then
  same "this host's types" "[\"vanished\",\"$(sha256sum < /sys/kernel/btf/vmlinux | cut -d' ' -f1)\"]" \
    "$(btf --prog vanished $CORPUS/objects/ksyms.o)"
else
  skip "this host's types" "this kernel shows none"
fi

# --- Another byte is another program ------------------------------------------------------------

"$WARRANT" check --quiet --prog as_it_is --image "$work/image" --cert "$work/cert" $object
size=$(stat -c %s "$work/image")
# changed NAME OFFSET OLD NEW (hexadecimal): refused, by both
changed() {
  cp "$work/image" "$work/other"
  same "$1: the byte that is meant" "$3" "$(od -An -tx1 -j"$2" -N1 "$work/other" | tr -d ' ')"
  printf '%b' "\\x$4" | dd of="$work/other" bs=1 seek="$2" conv=notrunc status=none
  "$ASAN_WARRANT" validate "$work/other" "$work/cert" > "$work/out" 2>&1
  same "$1: refused" "1 1" "$? $(grep -c ': refused: ' "$work/out")"
  build/bin/warrant-validate --image "$work/other" "$work/cert" > "$work/out" 2>&1
  same "$1: refused, warrant-validate" "1" "$?"
}
changed "the version" 4 04 03
changed "a constant" 62 03 08
changed "the program's end" $((size - 8)) 95 94
changed "a load of more bytes" $((size - 16)) 71 79
# Whatever the byte, what is still valid has another digest; 1 in 3 is enough here.
wrong=0 refused=0
original=$(sha256sum < "$work/image")
for ((i = 0; i < size; i += 3)); do
  cp "$work/image" "$work/other"
  old=$(od -An -tu1 -j$i -N1 "$work/other" | tr -d ' ')
  printf '%b' "\\x$(printf %02x $((old ^ 16)))" | dd of="$work/other" bs=1 seek=$i conv=notrunc status=none
  build/bin/warrant-validate --image "$work/other" "$work/cert" > /dev/null 2>&1
  case $? in
    0) [ "$(sha256sum < "$work/other")" != "$original" ] || wrong=$((wrong + 1)) ;;
    1) refused=$((refused + 1)) ;;
    *) wrong=$((wrong + 1)) ;;
  esac
done
same "other bytes: refused or another digest" 0 $wrong
same "other bytes: a quarter and more are refused" 1 $((refused > size / 12))
head -c $((size - 1)) "$work/image" > "$work/other"
"$ASAN_WARRANT" validate "$work/other" "$work/cert" > "$work/out" 2>&1
same "an image cut short" 1 $?

# --- What cannot be asked -----------------------------------------------------------------------

# says NAME STATUS TEXT COMMAND...: exit status, and a line with this in it
says() {
  local name=$1 status=$2 text=$3
  shift 3
  "$@" > "$work/out" 2>&1
  same "$name" "$status 1" "$? $(grep -cF -- "$text" "$work/out")"
}
for option in '--profile strict' '--prog as_it_is' '--rodata any' '--rodata place=1' '--type xdp' '--format elf'; do
  # shellcheck disable=SC2086 # an option and its argument
  says "an image and $option" 2 "is an image" "$ASAN_WARRANT" validate $option "$work/image" "$work/cert"
  # shellcheck disable=SC2086
  says "an image and $option, warrant-validate" 2 "is an image" build/bin/warrant-validate $option "$work/image" "$work/cert"
done
says "an image is no input of check" 2 "is the image of a program" "$ASAN_WARRANT" check "$work/image"
says "several programs, one image" 2 "so --image needs a directory" "$ASAN_WARRANT" check --image "$work/one" $object
says "several files, one image" 2 "--image $work/one: for several files" "$ASAN_WARRANT" check --image "$work/one" $object $object
same "and none was written" no "$([ -e "$work/one" ] && echo yes || echo no)"
says "nowhere to write" 2 "the image could not be written" "$ASAN_WARRANT" check --prog masked --image "$work/none/image" $object
same "JSON of an image" "null null true null" \
  "$("$WARRANT" validate --json "$work/image" "$work/cert" | jq -r '"\(.section) \(.program) \(.valid) \(.rodata)"')"
"$WARRANT" check --quiet --prog as_it_is --rodata any --image "$work/refused" $object > /dev/null
same "no image of what is refused" no "$([ -e "$work/refused" ] && echo yes || echo no)"

finish
