#!/usr/bin/env bash
# How findings are told: gathered by architecture and cause, in order, each with its filter and instruction.
set -u
. "$(dirname "$0")/lib.sh"

assemble() { "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }
findings() { "$WARRANT" seccomp audit --findings "$@"; }
machine=$("$WARRANT" seccomp host --json | jq -r .arch)

# ---- One hole, many calls ----
# i386 is denied, and everything else is let through by instruction 2.
printf 'ld arch\njeq #i386, deny\nret ALLOW\ndeny: ret EPERM\n' | assemble open
findings "$work/open.bpf" > "$work/text"
findings --json "$work/open.bpf" > "$work/json"
same 'one hole: a line an architecture, and one for those that this machine does not run' 3 "$(grep -c '^escape ' "$work/text")"
same 'one hole: how many calls' "escape (high): 38 calls on x86_64: let through against the default policy" "$(grep '^escape .* on x86_64:' "$work/text")"
same 'one hole: one example' '    ptrace(0x0) on x86_64 -> ALLOW, by instruction 2' "$(grep ' ptrace(.* on x86_64' "$work/text")"
same 'one hole: the calls are listed' "$(jq -rs 'map(select(.group.arch == "x86_64" and .call) | .call) | unique | join(" ")' "$work/json")" \
  "$(sed -n '/^escape .* on x86_64/,/->/p' "$work/text" | sed '1d;$d' | tr -d ' \n' | tr , '\n' | sort | paste -sd ' ')"
same 'one hole: JSON has an object each' true "$(jq -s '[.[] | select(.finding == "escape" and .group.arch == "x86_64")] | length == 39 and ([.[].message] | unique | length == 39)' "$work/json")"
same 'one hole: one group an architecture' true "$(jq -s '[.[] | select(.finding == "escape")] | (map(.group.number) | unique | length) == (map(.group.arch) | unique | length)' "$work/json")"
same 'one hole: file, filter and instruction' "$work/open.bpf 0 2" "$(jq -r 'select(.finding == "escape") | "\(.file) \(.filter) \(.pc)"' "$work/json" | sort -u)"
same 'no line above 120 columns' 0 "$(sed "s#$work/##" "$work/text" | awk 'length > 120' | wc -l)"
# Two returns are two holes.
printf 'ld nr\njeq #ptrace, one\njeq #bpf, two\njeq #kcmp, two\nret EPERM\none: ret ALLOW\ntwo: ret ALLOW\n' > "$work/two.s"
sed '1i ld arch\njne #x86_64, kill' "$work/two.s" > "$work/holes.s"
echo 'kill: ret KILL_PROCESS' >> "$work/holes.s"
assemble holes < "$work/holes.s"
same 'two holes: two lines' 'escape (high): ptrace on x86_64 violates: never RUN for ptrace|escape (high): 2 calls on x86_64: let through against the default policy' \
  "$(findings "$work/holes.bpf" | grep '^escape' | paste -sd '|')"
same 'two holes: their returns' 'bpf 8|kcmp 8|ptrace 7' "$(findings --json "$work/holes.bpf" | jq -r 'select(.finding == "escape") | "\(.call) \(.pc)"' | sort | paste -sd '|')"
# Every call on every architecture that breaks an assertion is told, not its first one alone.
echo 'never RUN for ptrace, bpf, kcmp, read' > "$work/policy"
same 'each call of an assertion' 'bpf kcmp ptrace' "$(findings --json --policy "$work/policy" "$work/holes.bpf" | jq -r 'select(.finding == "escape") | .call' | sort | paste -sd ' ')"
# Halves of arguments: one line for each argument and architecture.
{ printf 'ld arch\njne #x86_64, kill\nld nr\njeq #munmap, look\njeq #mremap, look\nkill: ret KILL_PROCESS\n'
  printf 'look: ld arg1\njeq #0x1000, allow\nret EPERM\nallow: ret ALLOW\n'; } | assemble halves
findings "$work/halves.bpf" > "$work/text"
same 'halves: one line, the calls, an example' 'low-half-only (medium): 2 calls on x86_64: only the low half of arg1 is compared, and any high half passes|    munmap, mremap|    munmap(0x0, 0x100001000) on x86_64 -> ALLOW, by instruction 9' \
  "$(sed 1d "$work/text" | paste -sd '|')"

# ---- A stack: which filter ----
same 'a stack: the filter that decides' "    ptrace(0x0) on x86_64 -> ALLOW, by instruction 7 of filter 1 ($work/holes.bpf)" \
  "$(findings "$work/open.bpf" "$work/holes.bpf" | grep ' ptrace(')"
same 'a stack: in JSON' "$work/holes.bpf 1 7" "$(findings --json "$work/open.bpf" "$work/holes.bpf" | jq -r 'select(.call == "ptrace") | "\(.file) \(.filter) \(.pc)"')"
printf 'ld nr\njeq #read, never\nret ALLOW\nnever: jeq #write, dead\nret ALLOW\ndead: ret EPERM\n' | assemble dead
findings --json --policy /dev/null "$work/dead.bpf" "$work/holes.bpf" > "$work/json"
same 'a dead rule is at itself, not where its example ends' "$work/dead.bpf 0 3" "$(jq -r 'select(.finding == "dead-rule") | "\(.file) \(.filter) \(.pc)"' "$work/json")"
same 'an unreachable instruction has no example' "$work/dead.bpf 0 5 null" "$(jq -r 'select(.finding == "unreachable") | "\(.file) \(.filter) \(.pc) \(.witness)"' "$work/json")"
same 'a stack: the filter of a dead rule' "1" "$(findings --policy /dev/null "$work/dead.bpf" "$work/holes.bpf" | grep -c "^dead-rule .*, filter 0 ($work/dead.bpf)\$")"

# ---- Order and --arch ----
# What this machine runs comes first.
case $machine in
  x86_64) own='["x86_64", "x32", "i386"]' ;;
  aarch64) own='["aarch64", "arm"]' ;;
  *) own="[\"$machine\"]" ;;
esac
same 'architectures that this machine does not run come last' '[true,true]' "$(findings --json "$work/open.bpf" | jq -sc --argjson own "$own" '
  map(.group.arch | . == null or IN($own[])) | [index(false) != null, . == (sort | reverse)]')"
for arch in aarch64 x86_64 x32; do
  same "--arch $arch: its findings, and those about the whole filter" "$(findings --json "$work/open.bpf" |
    jq -sc --arg a $arch '[.[] | select(.group.arch == null or .group.arch == $a or ($a == "x32" and .finding == "x32-open")) | .message]')" \
    "$(findings --json --arch $arch "$work/open.bpf" | jq -sc '[.[].message]')"
done
# They alone make the exit code.
printf 'ld arch\njeq #x86_64, open\njne #aarch64, kill\nld nr\njeq #read, open\nkill: ret KILL_PROCESS\nopen: ret ALLOW\n' > "$work/one_open.s"
assemble one_open < "$work/one_open.s"
findings --arch aarch64 "$work/one_open.bpf" > /dev/null
same '--arch: exit 0 where the other architecture alone is open' 0 $?
findings --arch x86_64 "$work/one_open.bpf" > /dev/null
same '--arch: exit 1' 1 $?
finish
