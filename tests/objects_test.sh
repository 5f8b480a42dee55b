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

finish
