#!/usr/bin/env bash
# `warrant run` with maps: per-CPU maps, maps of maps and initial entries, in both interpreters.
set -u
. "$(dirname "$0")/lib.sh"

# runs NAME WANT OBJECT PROGRAM ARGUMENT...: both engines trace the same steps and end with WANT.
runs() {
  local name=$1 want=$2 object=$3 program=$4
  shift 4
  if ! "$WARRANT" run --trace --prog "$program" "$@" "$CORPUS/small/$object.o" > "$work/c" 2> "$work/err" ||
    ! "$WARRANT" run --engine reference --trace --prog "$program" "$@" "$CORPUS/small/$object.o" > "$work/reference" 2> "$work/err"; then
    not_ok "$name" "$(tail -n 1 "$work/c"); $(head -n 1 "$work/err")"
    return
  fi
  same "$name" "$want" "$(tail -n 1 "$work/c")"
  if cmp -s "$work/c" "$work/reference"; then
    ok "$name, the same trace"
  else
    not_ok "$name, the same trace" "$(diff "$work/c" "$work/reference" | head -n 3 | tr '\n' ' ')"
  fi
}

# entries FILE (KEY VALUE)...
entries() {
  local out=$1 separator=
  shift
  {
    printf '['
    while [ $# -gt 0 ]; do
      printf '%s{"key":"%s","value":"%s"}' "$separator" "$1" "$2"
      separator=,
      shift 2
    done
    printf ']'
  } > "$out"
}

# --- Per-CPU maps, as one processor has them ------------------------------------------------------

runs "an array has its values" 0x1 percpu counts_here
entries "$work/pair" 00000000 29000000000000000500000000000000
runs "an array begins as given" 0x2a percpu counts_here --map "counts=$work/pair"
runs "an array is updated" 0x9 percpu updates_an_array
runs "a hash is updated" 0x9 percpu updates_a_hash
runs "an entry is deleted" 0x2 percpu deletes_from_a_hash
runs "an array's is not" 0xffffffffffffffea percpu deletes_from_an_array
runs "the first processor is this one" 0x7 percpu looks_at_the_first_processor
runs "another is not there" 0x2 percpu looks_at_no_processor

# --- Maps of maps: an entry's value is the number of a map ----------------------------------------
# Of the program's maps: 0 is the outer one, 1 the kind that it holds; 2 and 3 are two more of that kind.

runs "no inner map" 0x2 nested reads_an_inner_array
for number in 1 2 3; do
  entries "$work/outer" 00000000 0${number}000000
  runs "map $number is inside" 0x0 nested reads_an_inner_array --map "hash=$work/outer"
done
for number in 0 4; do
  entries "$work/outer" 00000000 0${number}000000
  runs "map $number is of no such kind" 0x2 nested reads_an_inner_array --map "hash=$work/outer"
done
entries "$work/outer" 01000000 02000000
runs "inside under another key" 0x2 nested reads_an_inner_array --map "hash=$work/outer"
entries "$work/outer" 00000000 03000000 00000000 00000000
runs "the last entry of a key counts" 0x2 nested reads_an_inner_array --map "hash=$work/outer"
entries "$work/outer" 00000000 01000000
entries "$work/inner" 00000000 29000000000000000500000000000000
runs "the inner map has its entries" 0x5 nested reads_an_inner_array --map "hash=$work/outer" --map "hash.inner=$work/inner"
runs "an inner update" 0x2 nested updates_an_inner_map --map "array=$work/outer"
entries "$work/outer" 00000000 02000000 01000000 03000000
runs "two inner maps are two maps" 0x7 nested keeps_maps_apart --map "array=$work/outer"

finish
