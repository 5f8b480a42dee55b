#!/usr/bin/env bash
# Objects as people have them: old loaders' forms, relocations against a kernel's types, externs.
set -u
. "$(dirname "$0")/lib.sh"

# says NAME STATUS WANT ARGUMENT...: both builds of check leave with STATUS; each line of their JSON, as
# `PROGRAM VERDICT REASON WARNINGS`, is the same line of WANT, a pattern.
says() {
  local name=$1 status=$2 want=$3 program got code
  shift 3
  for program in "$WARRANT" "$ASAN_WARRANT"; do
    timeout 60 "$program" check --json "$@" > "$work/out" 2> "$work/err"
    code=$?
    got=$(verdict < "$work/out" | cut -d' ' -f1,2,4,7)
    if [ $code != "$status" ]; then
      not_ok "$name" "${program%/bin*}: exit status $code, want $status; $got; $(head -c 400 "$work/err")"
      return
    fi
    # shellcheck disable=SC2053 # a pattern
    if [[ $got != $want ]]; then
      not_ok "$name" "${program%/bin*}: want $want, got $got"
      return
    fi
  done
  ok "$name"
}
two() { printf '%s\n%s' "$1" "$2"; }
# message TEXT: the last says printed a message or warning with this in it
message() {
  if grep -qF -- "$1" "$work/out" "$work/err"; then ok "... which says: $1"; else
    not_ok "... which says: $1" "it says $(jq -r '.message, .warnings[]' < "$work/out" | head -c 400)"
  fi
}

# --- Loaders before libbpf ----------------------------------------------------------------------

old=$CORPUS/hostile/old
says "legacy maps" 0 "$(two 'count accept - 0' 'keep accept - 0')" $CORPUS/objects/legacy.o
says "a section for each legacy map" 0 "seen accept - 0" $CORPUS/objects/gobpf.o
says "data that is no map, in an object without maps" 3 'uses_stray unsupported *' $CORPUS/objects/strays.o
says "relocations with addends" 0 "$(two 'count accept - 0' 'keep accept - 0')" $old/addends.o
says "relocations from before their types had numbers" 0 "$(two 'count accept - 0' 'keep accept - 0')" \
  $old/addends_without_numbers.o
says "an addend chooses the map" 1 "$(two 'count reject out-of-bounds 0' 'keep accept - 0')" $old/addends_to_the_other_map.o
says "an addend into a map's definition" 3 "$(two 'count unsupported not-supported 0' 'keep accept - 0')" \
  $old/addend_between_maps.o
says "an addend that wraps" 3 "$(two 'count unsupported not-supported 0' 'keep accept - 0')" $old/addend_wraps.o
says "types that are damaged and not needed" 0 "$(two 'count accept - 1' 'keep accept - 1')" \
  $old/strings_beyond_their_section.o
message "the type information (.BTF) is damaged"
says "types that are none and not needed" 0 "$(two 'count accept - 1' 'keep accept - 1')" $old/types_of_other_magic.o
says "a section whose function has no place" 0 "$(two 'count accept - 1' 'socket accept - 1')" $old/function_of_no_section.o
message "no function symbol lies in section 'socket'"

# --- CO-RE relocations --------------------------------------------------------------------------

objects=$CORPUS/objects
bytes=$(for i in $(seq 0 71); do printf %02x "$i"; done)
printf '[{"key":"00000000","value":"%s"}]' "$bytes" > "$work/bytes.json"

# What each program of core.c gives with kernel_a's types, and with kernel_b's; byte i of its map is i.
while read -r program a b; do
  for kernel in a b; do
    map=()
    [[ $program != read_* ]] || map=(--map "bytes=$work/bytes.json")
    [ $kernel = a ] && want=$a || want=$b
    same "$program of kernel $kernel" "$want" "$("$WARRANT" run --btf "$objects/kernel_$kernel.o" --prog "$program" \
      "${map[@]}" $objects/core.o 2>&1 | tail -n 1 | sed 's/^fault: \([a-z-]*\).*/\1/')"
  done
done << 'VALUES'
read_wide 0x3020100 0x3b3a3938
read_small 0xb0a0908 0x38
read_sign 0xf0e0d0c 0x43424140
read_deep 0x1b1a1918 0x1b1a1918
read_list 0x27262524 0x2b2a2928
read_bits 0x22 0x2a
read_pointer 0x1 out-of-bounds
read_gone 0x17161514 unknown-helper
read_gone_if_there 0x17161514 0xffffffff
offset_list 0x1c 0x20
size_small 0x4 0x1
sign_sign 0x0 0x1
type_vanished 0x1 0x0
type_arrived 0x0 0x1
type_never 0x0 0x0
size_shape 0x30 0x50
size_number 0x4 0x8
size_never 0x0 0x0
enum_red 0x1 0x7
enum_white 0x1 0x0
enum_white_used 0x4 unknown-helper
id_local 0x1 0x1
id_kernel 0x1 0x1
id_kernel_never 0x0 0x0
VALUES

core() { says "$1 with kernel $3's types" "$2" "$4" --btf "$objects/kernel_$3.o" --prog "$1" $objects/core.o; }
core read_pointer 0 a 'read_pointer accept - 0'
core read_pointer 1 b 'read_pointer reject out-of-bounds 0'
core read_gone 0 a 'read_gone accept - 0'
core read_gone 1 b 'read_gone reject unknown-helper 0'
message "the kernel's types have no struct shape.gone"
core read_gone_if_there 0 b 'read_gone_if_there accept - *'
core enum_white_used 1 b 'enum_white_used reject unknown-helper *'
says "types that are not there" 2 'read_wide error bad-input 0' --btf "$work/none" --prog read_wide $objects/core.o
message "--btf FILE: $work/none: No such file"
says "types that are none" 2 'read_wide error bad-input 0' --btf tests/lib.sh --prog read_wide $objects/core.o
says "types in a file without any" 2 'read_wide error bad-input 0' --btf $CORPUS/hostile/machine_code.o --prog read_wide $objects/core.o
says "types that nothing asks for" 0 'id_local accept - *' --btf "$work/none" --prog id_local $objects/core.o

for lie in core_asks_the_unknown core_of_no_type core_of_other_instruction core_of_void core_path_of_words; do
  says "$lie" 2 'read_wide error bad-input 0' --btf $objects/kernel_a.o --prog read_wide $CORPUS/hostile/core/$lie.o
done
for lie in core_odd core_outside core_path_outside core_twice; do
  says "$lie" 2 '- error bad-input 0' --btf $objects/kernel_a.o $CORPUS/hostile/core/$lie.o
done

# --- Externs ------------------------------------------------------------------------------------

kernel=(--btf "$objects/kernel_a.o" --kconfig corpus/objects/kconfig)
while read -r program want; do
  same "$program" "$want" "$("$WARRANT" run "${kernel[@]}" --prog "$program" $objects/externs.o 2>&1 | tail -n 1)"
  says "$program, checked" 0 "$program accept - [01]" "${kernel[@]}" --prog "$program" $objects/externs.o
done << 'VALUES'
version 0x60cff
hz 0x3e8
jit 0x1
ipv6 0x2
local 0x77
local_end 0x0
negative 0xfffffffd
absent 0x0
vanished 0x0
asked_first 0x4
constant 0x1
VALUES
while read -r program message; do
  says "$program" 3 "$program unsupported not-supported 0" "${kernel[@]}" --prog "$program" $objects/externs.o
  message "$message"
done << 'REFUSALS'
too_wide the external 'CONFIG_WIDE', which has a type that its value '300' does not fit
module the external 'CONFIG_MODULE_ALONE', which has a type that its value 'm' does not fit
needed the external 'CONFIG_NEEDED', which is not set in the kernel's configuration
needed_typed the external 'needed_variable', which is not in the kernel's types
REFUSALS
says "a function that is not there and not asked for" 1 'not_asked reject unknown-helper 0' "${kernel[@]}" \
  --prog not_asked $objects/externs.o
message "no function vanished_function"
id=$("$WARRANT" disasm "${kernel[@]}" --prog typed $objects/externs.o | grep -o 'btf_id\[[0-9]*\]')
[ -n "$id" ] && ok "a variable by its BTF id" || not_ok "a variable by its BTF id" "disasm names none"
says "a configuration that is not there" 3 'hz unsupported not-supported 0' --kconfig "$work/none" --prog hz $objects/externs.o
gzip -c corpus/objects/kconfig > "$work/config.gz"
same "a configuration in gzip" 0x3e8 "$("$WARRANT" run --kconfig "$work/config.gz" --prog hz $objects/externs.o 2>&1 | tail -n 1)"
head -c 100 "$work/config.gz" > "$work/cut.gz"
says "a configuration cut short" 3 'hz unsupported not-supported 0' --kconfig "$work/cut.gz" --prog hz $objects/externs.o
if [ -r /sys/kernel/btf/vmlinux ] && { [ -r /proc/config.gz ] || [ -r "/boot/config-$(uname -r)" ]; }; then
  says "this host's version" 0 'version accept - 0' --prog version $objects/externs.o
  IFS=.- read -r a b c _ <<< "$(uname -r)"
  same "this host's version, run" "$(printf 0x%x $(((a << 16) + (b << 8) + (c > 255 ? 255 : c))))" \
    "$("$WARRANT" run --prog version $objects/externs.o | tail -n 1)"
else
  skip "this host's version" "its types or configuration can't be read"
fi

finish
