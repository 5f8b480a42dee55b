#!/usr/bin/env bash
# Rules of Linux that are no faults here: each on a program that is accepted and gets the warning, and on
# a close one that does not; this host's kernel is asked about both.
set -u
. "$(dirname "$0")/lib.sh"
# A folder: programs go there, for other kernels to be asked, and nothing else is done.
KEEP=${KEEP:-}

release=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
"$WARRANT" kernel load --json $CORPUS/objects/linux.o > "$work/kernel" 2> "$work/err"
[ $? -lt 2 ] && asks=yes || asks=
if [ "$asks" ] && ! "$WARRANT" check --linux="$release" --reasons > "$work/out" 2> "$work/err"; then
  asks= # a release whose rules are not known
fi
[ "$asks" ] || skip "the kernel's verdicts" "$(sed "s/^warrant: //" "$work/err" | head -n 1)"

# told JSON: `RULE PC` of each rule, with the releases where it is not all of them.
told() {
  jq -r '[.verdict, (.linux[] | .rule, .pc, (if .from then "from \(.from)" else empty end),
    (if .before then "before \(.before)" else empty end))] | join(" ")' "$1"
}
# judged NAME WANT OPTION...: WANT is what `check` tells of the file in $program.
judged() {
  local name=$1 want=$2 code
  shift 2
  "$ASAN_WARRANT" check --json "$@" "$program" > "$work/out" 2> "$work/err"
  same "$name" "accept${want:+ $want}" "$(told "$work/out")$(head -c 200 "$work/err")"
  same "$name: each rule is a warning, too" true \
    "$(jq '(.linux | map(.message)) - .warnings == [] and all(.linux[]; .message | startswith("Linux "))' "$work/out")"
  [ "$asks" ] || return
  "$WARRANT" check --linux="$release" "$@" "$program" > "$work/out" 2>&1
  code=$?
  "$WARRANT" kernel load "$@" "$program" > "$work/out" 2>&1
  same "$name: Linux $release says so" "$code" $?
}
# keep TYPE NAME: $program goes to the folder KEEP, under its type and its name.
keep() {
  local kept
  kept=$KEEP/$1/$(tr -sc 'a-z0-9_\n' - <<< "${2,,}")
  mkdir -p "${kept%/*}"
  if [ -e "$kept" ] || ! cp "$program" "$kept"; then not_ok "$2: kept" "$kept"; fi
}
# rule NAME 'RULE PC...' TYPE LINE...: a program as text; none: one that breaks no rule.
rule() {
  local name=$1 want=$2 type=$3
  shift 3
  printf '%s\n' "$@" > "$work/text"
  program=$work/program
  "$WARRANT" asm -o "$program" "$work/text" 2> "$work/err" || not_ok "$name" "$(cat "$work/err")"
  if [ "$KEEP" ]; then
    keep "$type" "$name"
    return
  fi
  judged "$name" "$want" --format ebpf --type "$type"
}
none() { rule "$1" "" "${@:2}"; }

# --- Functions and jumps -------------------------------------------------------------------------

rule "nothing reaches an instruction" "unreachable 2" xdp 'r0 = 1' exit 'r0 = 2' exit
none "each is reached" xdp 'r0 = *(u32 *)(r1 + 12)' 'if r0 == 0 goto +1' 'r0 = 2' exit

into() { printf '%s\n' 'r1 = *(u32 *)(r1 + 12)' 'call pc+3' "if r0 == 0 goto +$1" 'r0 = 1' exit 'r0 = r1' exit; }
mapfile -t lines < <(into 3)
rule "a jump into another function" "jump-out 2" xdp "${lines[@]}"
mapfile -t lines < <(into 1)
none "a jump in its function" xdp "${lines[@]}"

rule "a function that falls into the next one" "falls-out 4" xdp \
  'call pc+2' 'call pc+3' exit 'r0 = 0' 'r0 = 1' 'r0 = 2' exit
none "a function that ends" xdp 'call pc+2' 'call pc+3' exit 'r0 = 0' exit 'r0 = 2' exit

round() { printf '%s\n' 'r1 = 0' 'call pc+1' exit 'r1 += 1' 'r0 = r1' 'if r1 < 4 goto +1' exit "$1" exit; }
mapfile -t lines < <(round 'call pc-5')
rule "recursion" "recursion 7" xdp "${lines[@]}"
mapfile -t lines < <(round 'r0 = 3')
none "no recursion" xdp "${lines[@]}"

# chain N: N functions, each called by the one before; what the eighth calls is never called.
chain() {
  local k
  for ((k = 1; k < $1; k++)); do
    [ $k = 8 ] && printf '%s\n' 'r0 = 0' 'if r0 == 0 goto +1'
    printf '%s\n' 'call pc+1' exit
  done
  printf '%s\n' 'r0 = 1' exit
}
mapfile -t lines < <(chain 8)
none "8 frames" xdp "${lines[@]}"
mapfile -t lines < <(chain 9)
rule "9 frames" "frames 16 before 7.2" xdp "${lines[@]}"
mapfile -t lines < <(chain 17)
rule "17 frames" "frames 16 before 7.2 frames 32 stack-depth 32 before 6.12" xdp "${lines[@]}"

# two MAIN CALLEE: frames of so many bytes.
two() {
  printf '%s\n' "*(u64 *)(r10 - $1) = 1" 'call pc+2' 'r0 = 2' exit "*(u64 *)(r10 - $2) = 1" 'r0 = 0' exit
}
mapfile -t lines < <(two 480 8)
none "two frames in 512 bytes" xdp "${lines[@]}"
mapfile -t lines < <(two 496 8)
rule "two frames in 512 bytes, if they are not rounded up to 32" "stack-depth 1 before 6.12" xdp "${lines[@]}"
mapfile -t lines < <(two 512 8)
rule "two frames in more" "stack-depth 1" xdp "${lines[@]}"
rule "frames apart from the kernel's stack" "stack-depth 1 before 6.13" tracepoint "${lines[@]:0:1}" \
  'call pc+2' 'r0 = 0' exit '*(u64 *)(r10 - 512) = 1' 'r0 = 0' exit
rule "a frame of no bytes below" "stack-depth 1 before 6.12" xdp "${lines[@]:0:1}" 'call pc+2' 'r0 = 2' exit 'r0 = 0' exit
rule "a caller's frame that is used below" "stack-depth 2" xdp 'r1 = r10' 'r1 += -512' 'call pc+2' 'r0 = 2' exit \
  '*(u64 *)(r1 + 0) = 1' '*(u64 *)(r10 - 8) = 1' 'r0 = 0' exit
rule "a frame that a helper reads" "stack-depth 3" xdp 'r1 = r10' 'r1 += -512' 'r2 = 8' \
  'call pc+2' 'r0 = 2' exit '*(u64 *)(r10 - 8) = 1' 'r3 = r1' 'r4 = r2' 'r1 = 0' 'r2 = 0' 'r5 = 0' \
  'call 28' 'r0 = 0' exit

# --- Instructions --------------------------------------------------------------------------------

rule "movsx" "new-instruction 1 before 6.6" xdp 'r1 = 5' 'r0 = (s8)r1' exit
none "mov" xdp 'r1 = 5' 'r0 = r1' exit
rule "bswap" "new-instruction 1 before 6.6" xdp 'r0 = 5' 'r0 = bswap32 r0' exit
none "be32" xdp 'r0 = 5' 'r0 = be32 r0' exit
rule "signed division" "new-instruction 1 before 6.6" xdp 'r0 = 5' 'r0 s/= 2' exit
none "division" xdp 'r0 = 5' 'r0 /= 2' exit
rule "sign-extending load" "new-instruction 1 before 6.6" xdp '*(u64 *)(r10 - 8) = 1' 'r0 = *(s8 *)(r10 - 8)' exit
none "load" xdp '*(u64 *)(r10 - 8) = 1' 'r0 = *(u8 *)(r10 - 8)' exit
rule "signed remainder" "new-instruction 1 before 6.6" xdp 'r0 = 5' 'r0 s%= 2' exit
none "remainder" xdp 'r0 = 5' 'r0 %= 2' exit
beyond() { printf '%s\n' 'r0 = *(u32 *)(r1 + 12)' 'if r0 == 0 goto +1' "$1" 'r0 = 2' exit; }
mapfile -t lines < <(beyond 'gotol +1')
rule "gotol" "new-instruction 2 before 6.6" xdp "${lines[@]}"
mapfile -t lines < <(beyond 'goto +1')
none "goto" xdp "${lines[@]}"
mapfile -t lines < <(beyond 'may_goto +1')
rule "may_goto" "new-instruction 2 before 6.9" xdp "${lines[@]}"
rule "may_goto to the next one" "new-instruction 1 before 6.14" xdp 'r0 = 2' 'may_goto +0' exit
rule "load_acquire" "new-instruction 1 before 6.15" xdp '*(u64 *)(r10 - 8) = 1' 'r0 = load_acquire((u64 *)(r10 - 8))' exit
rule "an opcode that no path reaches" "new-instruction 2 before 6.6" xdp \
  'r0 = 1' 'if r0 == 1 goto +1' 'r0 = bswap32 r0' exit
rule "store_release" "new-instruction 1 before 6.15" xdp 'r0 = 1' 'store_release((u64 *)(r10 - 8), r0)' exit
none "an atomic addition" xdp 'r0 = 0' '*(u64 *)(r10 - 8) = r0' 'lock *(u64 *)(r10 - 8) += r0' exit
rule "shift by the width" "constant 1" xdp 'r0 = 1' 'r0 <<= 64' exit
none "shift by less" xdp 'r0 = 1' 'r0 <<= 63' exit
rule "division by 0" "constant 1" xdp 'r0 = 1' 'r0 /= 0' exit
none "division by 1" xdp 'r0 = 1' 'r0 /= 1' exit
rule "a helper by a register" "callx 1" xdp 'r2 = 5' 'callx r2' 'r0 = 0' exit
none "a helper by its number" xdp 'call 5' 'r0 = 0' exit
rule "set_retval of what is no error" "set-retval 1 from 7.2" cgroup/setsockopt 'r1 = 1' 'call 187' 'r0 = 1' exit
none "set_retval of an error" cgroup/setsockopt 'r1 = -1' 'call 187' 'r0 = 1' exit
none "set_retval of any number" cgroup/getsockopt 'r1 = 1' 'call 187' 'r0 = 1' exit

# --- Pointers ------------------------------------------------------------------------------------

rule "the context + 4" "context-moved 1" xdp 'r1 += 4' 'r0 = *(u32 *)(r1 + 8)' exit
none "the context" xdp 'r0 = *(u32 *)(r1 + 12)' exit
rule "a context that is plain memory + 8" "context-moved 1 before 7.2" kprobe 'r1 += 8' 'r0 = *(u64 *)(r1 + 8)' exit
rule "a constant to the context" "context-constant 0 before 6.4" tc '*(u32 *)(r1 + 8) = 1' 'r0 = 0' exit
none "a register to the context" tc 'r0 = 0' '*(u32 *)(r1 + 8) = r0' exit
rule "32-bit sum of a pointer" "pointer-half 1" xdp 'r2 = r1' 'w2 += 1' 'r0 = 0' exit
none "32-bit difference of a pointer" xdp 'r2 = r1' 'w2 -= 1' 'r0 = 0' exit
rule "a pointer shifted" "pointer-arithmetic 1" xdp 'r2 = r1' 'r2 <<= 3' 'r0 = 0' exit
rule "bits of two pointers" "pointer-arithmetic 1" xdp 'r2 = r1' 'r2 ^= r10' 'r0 = 0' exit
none "the difference of two pointers" xdp 'r2 = r1' 'r2 -= r10' 'r0 = 0' exit
rule "a number less a pointer" "pointer-arithmetic 1" xdp 'r2 = 0' 'r2 -= r10' 'r0 = 0' exit
rule "less in the stack" "pointer-arithmetic 1" xdp 'r2 = r10' 'r2 -= 8' 'r0 = 0' exit
none "more of what is negative" xdp 'r2 = r10' 'r2 += -8' 'r0 = 0' exit
rule "the packet's end + 1" "pointer-arithmetic 1" xdp 'r2 = *(u32 *)(r1 + 4)' 'r2 += 1' 'r0 = 0' exit
none "the packet's start + 1" xdp 'r2 = *(u32 *)(r1 + 0)' 'r2 += 1' 'r0 = 0' exit
rule "a number without bounds" "pointer-offset 2" xdp 'call 5' 'r2 = r10' 'r2 += r0' 'r0 = 0' exit
none "a number with bounds" xdp 'call 5' 'r2 = r10' 'r0 &= 7' 'r2 += r0' 'r0 = 0' exit
rule "2^29" "pointer-offset 1" xdp 'r2 = r1' 'r2 += 536870912' 'r0 = 0' exit
none "2^29 - 1" xdp 'r2 = r1' 'r2 += 536870911' 'r0 = 0' exit

# --- The stack -----------------------------------------------------------------------------------

rule "misaligned" "stack-alignment 0" xdp '*(u32 *)(r10 - 6) = 1' 'r0 = 0' exit
none "aligned" xdp '*(u32 *)(r10 - 8) = 1' 'r0 = 0' exit
somewhere() {
  printf '%s\n' 'r2 = *(u32 *)(r1 + 12)' 'r2 &= 8' '*(u64 *)(r10 - 8) = 0' '*(u64 *)(r10 - 16) = 0' 'r3 = r10' \
    'r3 += -16' 'r3 += r2' 'r4 = 1' "$1" 'r0 = 0' exit
}
mapfile -t lines < <(somewhere 'lock *(u64 *)(r3 + 0) += r4')
rule "an atomic at a variable place" "atomic-offset 8" xdp "${lines[@]}"
mapfile -t lines < <(printf '%s\n' 'r0 = 0' 'r1 = 64' 'r2 = r10' 'r2 += -512' '*(u64 *)(r2 + 0) = r0' \
  'r2 += 8' 'r1 += -1' 'if r1 != 0 goto -4' 'r6 = 0' 'r3 = r10' 'r3 += -512' 'r3 += r6' 'r4 = 1' \
  'lock *(u64 *)(r3 + 0) += r4' 'r6 += 8' 'if r6 < 512 goto -7' 'r0 = 0' exit)
none "atomics at one place a round" xdp "${lines[@]}"
mapfile -t lines < <(somewhere '*(u64 *)(r3 + 0) = r4')
none "a store at a variable place" xdp "${lines[@]}"
rule "half of a pointer is stored" "part-stored 0" xdp '*(u32 *)(r10 - 4) = r1' 'r0 = 0' exit
none "a pointer is stored" xdp '*(u64 *)(r10 - 8) = r1' 'r0 = 0' exit
rule "half of a pointer is loaded" "part-loaded 1" xdp '*(u64 *)(r10 - 8) = r1' 'r2 = *(u32 *)(r10 - 8)' 'r0 = 0' exit
none "a pointer is loaded" xdp '*(u64 *)(r10 - 8) = r1' 'r2 = *(u64 *)(r10 - 8)' 'r0 = 0' exit
lent() { printf '%s\n' 'r1 = r10' 'r1 += -8' 'call pc+2' 'r0 = 0' exit "$@" 'r0 = 0' exit; }
mapfile -t lines < <(lent '*(u64 *)(r1 + 0) = r10')
rule "a frame's address in the caller's" "stack-pointer-stored 5" xdp "${lines[@]}"
mapfile -t lines < <(lent '*(u64 *)(r1 + 0) = 1')
none "a number in the caller's frame" xdp "${lines[@]}"
rule "a frame's address is returned" "stack-pointer-returned 4" xdp 'call pc+2' 'r0 = 0' exit 'r0 = r10' exit
none "a number is returned" xdp 'call pc+2' 'r0 = 0' exit 'r0 = 7' exit

if [ "$KEEP" ]; then
  ok "kept"
  finish
fi

# at N: 8 bytes of the packet from N on, where N is a number of the packet under a mask.
at() { printf '%s\n' 'r6 = *(u32 *)(r1 + 0)' 'r7 = *(u32 *)(r1 + 4)' 'r1 = r6' 'r1 += 4' 'if r1 > r7 goto +7' \
  'r0 = *(u32 *)(r6 + 0)' "r0 &= $1" 'r6 += r0' 'r1 = r6' 'r1 += 8' 'if r1 > r7 goto +1' 'r0 = *(u64 *)(r6 + 0)' 'r0 = 2' exit; }
mapfile -t lines < <(at 65528)
rule "far into the packet" "packet-offset 11" xdp "${lines[@]}"
mapfile -t lines < <(at 65527)
none "less far into the packet" xdp "${lines[@]}"

# --- Objects: licences, and what needs maps --------------------------------------------------------

while read -r name want; do
  program=$CORPUS/objects/linux.o
  judged "$name" "$want" --prog "$name"
done < <(sed -n 's#^/\* linux: \(.*\) \*/#\1#p' corpus/objects/linux.c)

# What no rule tells: a global function is named, and refuses nothing.
apart() { "$ASAN_WARRANT" check --json --linux --prog "$1" $CORPUS/objects/as_libbpf.o | jq -r '[.verdict, (.warnings[] | select(contains("apart")) | split("\u0027")[1])] | join(" ")'; }
same "a global function is named" "accept global_function" "$(apart calls_a_global_function)"
same "static ones are not" "accept" "$(apart calls_in_calls)"

# Types need no map and no code: LSM programs under another licence, and netfilter.
sed 's/\bGPL\x00/MIT\x00/' $CORPUS/typed/typed.o > "$work/typed.o"
licence() {
  "$ASAN_WARRANT" check --json --btf $CORPUS/typed/kernel.o --prog "$1" "$2" > "$work/out" 2> "$work/err"
  told "$work/out"
}
same "an LSM program with a licence like the GPL" "accept" "$(licence keeps_refusals $CORPUS/typed/typed.o)"
same "an LSM program without" "accept licence 0" "$(licence keeps_refusals "$work/typed.o")"
same "netfilter" "accept new-type 0 before 6.4" "$(licence filters "$work/typed.o")"

# --- The option -----------------------------------------------------------------------------------

# says NAME STATUS REASON TEXT OPTION...
says() {
  local name=$1 want=$2
  shift 2
  "$ASAN_WARRANT" check --json --format ebpf --type xdp "$@" "$work/program" > "$work/out" 2> "$work/err"
  same "$name" "$want" "$? $(jq -r '"\(.verdict) \(.certified) \(.reason) \(.pc)"' "$work/out")"
}
printf '%s\n' '*(u64 *)(r10 - 496) = 1' 'call pc+2' 'r0 = 2' exit '*(u64 *)(r10 - 8) = 1' 'r0 = 0' exit > "$work/text"
"$WARRANT" asm -o "$work/program" "$work/text"
says "without --linux" "0 accept true null null"
says "Linux 6.18" "0 accept true null null" --linux
says "Linux 6.1" "1 reject false linux 1" --linux=6.1
same "it is policy" 1 "$(jq -r .message "$work/out" | grep -c "Linux's policy and not a fault")"
says "Linux 6.12" "0 accept true null null" --linux=6.12
says "uname -r" "1 reject false linux 1" --linux=6.11.0-9-amd64
for bad in 6 x 6. 6.x 6.1x .1 6.1234 ''; do
  says "no release: $bad" "2 " "--linux=$bad"
done
for bad in 5.15 6.0 7.4 8.0; do
  says "no rules are known of $bad" "2 " "--linux=$bad"
done
# However many rules of other releases there are, and whichever a path breaks first.
printf '%s\n' 'r1 = 5' "$(for _ in {1..120}; do echo 'r1 = (s8)r1'; done)" 'r0 = 1' 'r0 <<= 64' exit > "$work/text"
"$WARRANT" asm -o "$work/program" "$work/text"
says "behind a hundred others" "1 reject false linux 122" --linux
printf '%s\n' 'r6 = *(u64 *)(r1 + 16)' 'r7 = r1' 'r7 += 8' 'if r6 == 0 goto +2' 'r7 = r1' 'r7 += -8' \
  'r0 = *(u64 *)(r7 + 8)' 'r0 = 0' exit > "$work/text"
"$WARRANT" asm -o "$work/program" "$work/text"
same "the same rule twice, for other releases" "reject" \
  "$("$ASAN_WARRANT" check --linux=7.2 --json --format ebpf --type kprobe "$work/program" | jq -r .verdict)"
printf '%s\n' '*(u64 *)(r10 - 520) = 1' exit 'r0 = 1' exit > "$work/text"
"$WARRANT" asm -o "$work/program" "$work/text"
says "a fault is a fault" "1 reject false out-of-bounds 0" --linux
same "and nothing else is said" "[]" "$(jq -c .linux "$work/out")"
"$WARRANT" check --reasons | sed -n 's/^  *\([a-z-]*\)  *rule of Linux: .*/\1/p' > "$work/rules"
same "docs/linux.md has every rule" "$(sed 's/.*/`&`/' "$work/rules" | sort | xargs)" \
  "$(sed 's/.*/`&`/' "$work/rules" | grep -oFf - <(grep '^| `' docs/linux.md | cut -d'|' -f2) | sort -u | xargs)"
same "rules" yes "$([ "$(wc -l < "$work/rules")" -gt 20 ] && echo yes)"
finish
