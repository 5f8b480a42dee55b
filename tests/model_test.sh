#!/usr/bin/env bash
# What a verdict is about: bounds on steps, and images that no loader makes. corpus/small/machine.c and contracts.c have
# the programs that a wrong model would accept.
set -u
. "$(dirname "$0")/lib.sh"

object=$CORPUS/small/machine.o

# --- Bounds -------------------------------------------------------------------------------------

# bound NAME PROGRAM WANT: `steps_bound` and `bound_covers`
bound() {
  "$ASAN_WARRANT" check --json --prog "$2" "${4:-$object}" > "$work/out"
  same "$1" "$3" "$(jq -r '"\(.steps_bound) \(.bound_covers)"' "$work/out")"
}
# A clone that is dropped is answered by 1 or 2, and the program goes the long way.
bound "both answers of a clone count" takes_longer_when_a_clone_is_dropped "206 all"
bound "of a tail call, what comes before it" calls_itself_perhaps "5 until a tail call"
bound "a program without one" returns_what_the_clone_is "4 all"
bound "no bound of what is refused" session_returns_seven "null null"
# A helper that is called by a register may be any of them.
printf '%s\n' 'r2 = 5' 'callx r2' 'r0 = 0' exit > "$work/text"
"$ASAN_WARRANT" asm -o "$work/program" "$work/text"
same "a call by a register counts as one" "4 until a tail call" \
  "$("$ASAN_WARRANT" check --json --format ebpf --type xdp "$work/program" | jq -r '"\(.steps_bound) \(.bound_covers)"')"
"$ASAN_WARRANT" check --prog calls_itself_perhaps $object > "$work/out"
same "as text" "accept, certified, at most 5 steps until a tail call" \
  "$(sed 's/^[^ ]* [^ ]* //' "$work/out")"

# --- Images by hand -----------------------------------------------------------------------------

u32() { printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; }
u32s() { for n; do u32 "$n"; done; }

# A constant is used as an offset, 8, after it was set to 4096: image READ-ONLY SLOTS-BEFORE
cat > "$work/attack.s" << 'END'
r1 = 4096
*(u64 *)(r10 - 16) = r1
r1 = 0
*(u32 *)(r10 - 4) = r1
r1 = map[#0] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call 2
r1 = map[#0][0]+0 ll
r6 = *(u64 *)(r1 + 0)
r2 = map[#1][0]+0 ll
r2 += r6
r0 = *(u8 *)(r2 + 0)
r0 = 2
exit
END
sed 's/^call 2$/r0 = 0/' "$work/attack.s" > "$work/harmless.s"
for name in attack harmless; do
  "$WARRANT" asm "$work/$name.s" -o "$work/$name.ebpf"
  slots=$(($(stat -c %s "$work/$name.ebpf") / 8))
  {
    printf 'WIMG\004\000\000\000'
    u32s 6 0 0 0 # xdp, no attach type, context size or arguments
    printf '\000'
    u32s 0 2 # no types; two maps
    u32s 2 4 8 1 128 # an array that programs may not write, of one value, which is 8
    printf '\001'
    u32s 0 8 8 0
    u32s 2 4 16 1 0 # an array of 16 bytes
    printf '\000'
    u32s 0 0
    u32 "$slots"
    cat "$work/$name.ebpf"
  } > "$work/$name.image"
  # a straight line: at most 18 steps, no node; 17 steps, then the end
  printf 'WCRT\005\022\000\001\021\000' > "$work/cert"
  "$ASAN_WARRANT" validate "$work/$name.image" "$work/cert" > "$work/$name.out" 2>&1
  echo $? >> "$work/$name.out"
done
same "a constant is what it is" "0 1" "$(tail -n 1 "$work/harmless.out") $(grep -c ': valid$' "$work/harmless.out")"
same "no image lets a program set its constant" "1 1" \
  "$(tail -n 1 "$work/attack.out") $(grep -c ': refused: .*is not shown to be safe' "$work/attack.out")"

finish
