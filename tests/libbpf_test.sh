#!/usr/bin/env bash
# What is certified is what libbpf loads: on the corpus, instruction by instruction, map by map. `make same-as-libbpf`
# does it on more objects; docs/libbpf.md says what differs. Needs no privilege: libbpf's calls of bpf(2) go nowhere.
set -u
. "$(dirname "$0")/lib.sh"

tool=build/tests/as_libbpf
objects=$CORPUS/objects
kernel=() # options about the kernel that is meant

# compared NAME OBJECT: nothing differs; libbpf loads all that is loaded here; and
# what `check` certifies has the digest of the instructions that were compared.
compared() {
  $tool "${kernel[@]}" "$2" > "$work/out" 2> "$work/err"
  same "$1: nothing differs" "0 0" "$? $(grep -c '	differs	' "$work/out")"
  same "$1: loaded by libbpf" 0 "$(awk -F'\t' '$1 == "program" && $5 == "not-libbpf"' "$work/out" | wc -l)"
  awk -F'\t' '$1 == "program" && $5 == "same" { print $3, $4, $8 }' "$work/out" | sort > "$work/digests"
  same "$1: the digests of what is certified" "" \
    "$("$WARRANT" check --json "${kernel[@]}" "$2" 2> /dev/null |
      jq -r 'select(.verdict == "accept") | "\(.section) \(.program) \(.digests.instructions)"' | sort | comm -23 - "$work/digests")"
  count=$((count + $(wc -l < "$work/digests")))
}
count=0
for object in "$CORPUS"/xdp_flow/*.o "$CORPUS"/xdp_calls/*.o "$CORPUS"/runs/*.o $objects/rodata.o $objects/libbpf.o $objects/strays.o; do
  compared "$(basename "$object")" "$object"
done
for source in corpus/small/*.c; do
  compared "small/$(basename "$source" .c)" "$CORPUS/small/$(basename "$source" .c).o"
done
same "some hundred programs were compared" 1 $((count > 350))
kernel=(--kconfig corpus/objects/kconfig)
compared "order of functions, layout of settings" $objects/as_libbpf.o
same "all of its programs" "calls_a_global_function calls_in_calls calls_one_of_them configured has_a_constant has_a_size names_a_map uses_data uses_maps" \
  "$(cut -d' ' -f2 "$work/digests" | sort | paste -sd' ')"
for types in kernel_a kernel_b; do
  kernel=(--btf "$objects/$types.o")
  compared "CO-RE relocations with $types" $objects/core.o
done
kernel=()
if [ -r /sys/kernel/btf/vmlinux ] && [ -r /proc/kallsyms ]; then
  compared "the kernel's variables and functions" $objects/ksyms.o
  same "what of them differs, as docs/libbpf.md says" "address_alone address,vanished_function missing" \
    "$(awk -F'\t' '$1 == "slot" { print $3, $7 }' "$work/out" | sort -u | paste -sd,)"
else
  skip "the kernel's variables and functions" "this kernel shows no types or no symbols"
fi
# What no libbpf since 1.0 opens.
for object in legacy:2 gobpf:1; do
  same "${object%:*}, which libbpf does not open" "0 ${object#*:}" \
    "$($tool "$objects/${object%:*}.o" > "$work/out"; echo $?) $(grep -c '	not-libbpf	' "$work/out")"
done

# --- Differences are seen -----------------------------------------------------------------------

# differs NAME OTHER OBJECT WANT: what differs when libbpf gets OTHER
differs() {
  $tool --kconfig corpus/objects/kconfig --other "$2" "$3" > "$work/out" 2> "$work/err"
  same "$1" "1 $4" "$? $(awk -F'\t' '$1 != "program" && $1 != "end" { print $1, $3 }' "$work/out" | sort | uniq -c | awk '{ print $2, $3 ":" $1 }' | paste -sd,)"
}
differs "another map, a map of another size, another constant" "$CORPUS/other/as_libbpf.o" $objects/as_libbpf.o \
  "map has_a_constant:1,map has_a_size:1,slot names_a_map:1"
differs "another instruction" "$CORPUS/xdp_flow/off_by_one.o" "$CORPUS/xdp_flow/xdp_flow.o" "slot xdp_flow:1"
differs "fewer instructions" "$CORPUS/xdp_flow/no_bounds_check.o" "$CORPUS/xdp_flow/xdp_flow.o" "slot xdp_flow:1"
finish
