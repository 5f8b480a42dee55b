#!/usr/bin/env bash
# What people read of `warrant seccomp` has no line above 120 columns, whatever conditions, lists of calls, policies and messages it
# has, and a policy that was broken into lines is read as what it was.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"
assemble() { "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }
for file in tests/seccomp/*.s; do assemble "$(basename "$file" .s)" < "$file"; done

# Conditions of many values, of many bits, of several arguments, as a diagram; a row of many calls; large arguments of a witness.
native='ld arch
jeq #x86_64, native
ret KILL_PROCESS
native: ld nr
'
{ echo "$native jeq #ioctl, deny"; echo 'ret ALLOW'; echo 'deny: ld arg1'
  for ((i = 0; i < 50; i++)); do echo "jeq #$((i * 7919 + 70000)), allow"; done; printf 'ret EPERM\nallow: ret ALLOW\n'; } | assemble set
{ echo "$native jeq #personality, deny"; echo 'ret ALLOW'; echo 'deny:'
  for ((i = 0; i < 6; i++)); do printf 'ld arg%d.high\njne #0x%x, deny2\nld arg%d\njne #0x%x, deny2\n' $i $((0xfedcba90 + i)) $i $((0x89abcde0 + i)); done
  printf 'ret ALLOW\ndeny2: ret ERRNO(ENOTRECOVERABLE)\n'; } | assemble cube
{ echo "$native jeq #getpid, counted"; echo 'ret EPERM'; echo 'counted: ldx #0'; echo 'ld arg0'
  for ((i = 0; i < 18; i++)); do printf 'jset #0x%x, odd%d, even%d\nodd%d: txa\nxor #1\ntax\neven%d: ld arg0\n' $((1 << i)) $i $i $i $i; done
  printf 'txa\njeq #1, allow, deny\nallow: ret ALLOW\ndeny: ret EPERM\n'; } | assemble parity
{ echo "$native jge #300, allow"; echo 'ld arg0'; echo 'jeq #5, allow'; printf 'ret TRACE(65535)\nallow: ret ALLOW\n'; } | assemble calls
{ echo "$native jeq #mount, flags"; echo 'jeq #clone, clone'; echo 'ret ALLOW'; echo 'flags: ld arg3'
  for ((i = 0; i < 30; i++)); do printf 'jeq #0x%x, deny\n' $((i * 7919 & 0x1ffff)); done
  printf 'ret ALLOW\nclone: ld arg0\njset #0x7e020000, deny\nret ALLOW\ndeny: ret EPERM\n'; } | assemble names
long=$work/$(printf 'a-very-long-name-%.0s' 1 2 3 4 5 6)
mkdir -p "$long" && cp "$work/good.bpf" "$long/filter.bpf"

calls=$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/calls.bpf" |
  jq -rs 'map(select(.arch == "x86_64" and .action == "TRACE(65535)" and .syscall != null and .syscall != "*") | .syscall) | join(", ")')
printf 'never RUN for %s\nlist all=%s\nALLOW for @all unless arg0 in {%s}\n' "$calls" "$(tr -d ' ' <<< "$calls")" "$(seq -s, 100000 100100)" > "$work/long-policy"
same 'a long policy' 1 "$(grep -cE '.{1000}' <(head -n 1 "$work/long-policy"))"

# narrow NAME COMMAND...: what it prints has lines, and none above 120 columns.
narrow() {
  local name=$1
  shift
  "$WARRANT" seccomp "$@" > "$work/lines" 2> "$work/err"
  same "$name: narrow" 'lines ' "$([ -s "$work/lines" ] && echo lines) $(grep -E '.{121}' "$work/lines" | head -n 1)"
}
for bpf in "$work"/*.bpf; do
  name=$(basename "$bpf" .bpf)
  narrow "audit $name" audit "$bpf"
  narrow "explain $name" explain "$bpf"
  narrow "diff $name" diff "$bpf" "$work/cube.bpf"
  narrow "check $name" check --policy "$work/long-policy" "$bpf"
  # What explain says is broken into lines; joined, it is the same assertions, and all of them hold.
  "$WARRANT" seccomp explain "$bpf" > "$work/policy" 2> "$work/err"
  "$WARRANT" seccomp explain --json "$bpf" 2> "$work/err" | jq -r 'select(.assertion) | .named // .assertion' > "$work/want"
  "$WARRANT" seccomp check --json --policy "$work/policy" "$bpf" > "$work/checked"
  same "explain $name: read back" "$(cat "$work/want")" "$(jq -r .assertion "$work/checked")"
  same "explain $name: holds" 0 "$(jq -r 'select(.holds != true) | .assertion' "$work/checked" | wc -l)"
done
narrow 'audit: --policy' audit --policy "$work/long-policy" "$work/good.bpf"
narrow 'emu' emu "$work/cube.bpf" --syscall personality --arg 0=0xffffffffffffffff --arg 1=0xffffffffffffffff --arg 2=0xffffffffffffffff \
  --arg 3=0xffffffffffffffff --arg 4=0xffffffffffffffff --arg 5=0xffffffffffffffff --ip 0xffffffffffffffff
narrow 'disasm' disasm "$work/cube.bpf"
narrow 'resolve' resolve ptrace 59
narrow 'host' host
for profile in tests/seccomp/profiles/*.json; do
  "$WARRANT" seccomp import "$profile" > "$work/lines" 2> "$work/err"
  same "import $(basename "$profile"): narrow" '' "$(grep -E '.{121}' "$work/lines" | head -n 1)"
done
"$WARRANT" seccomp audit --policy "$work/none" "$long/filter.bpf" > "$work/lines"
same 'a name of a file stays whole' "$long/filter.bpf" "$(head -n 1 "$work/lines" | tr -d ':')"

# ---- Policies whose lines go on ----
printf 'ALLOW for getpid, \\\n   getppid \\\r\n  when arg0 == 0 \\\n or true\n# a comment does not \\\nnever RUN for no_such_call\n' > "$work/policy"
"$WARRANT" seccomp check --policy "$work/policy" "$work/good.bpf" > "$work/out" 2> "$work/err"
same 'a comment ends with its line, and lines are counted' "warrant: $work/policy:6: no architecture has a system call of this name: no_such_call" "$(cat "$work/err")"
printf 'never RUN for getpid, \\\n   getppid \\\r\n  when arg0 == 0 \\\n or true\ncan ALLOW for getpid' > "$work/policy"
same 'what went on is one assertion' 'never RUN for getpid, getppid when arg0 == 0 or true|can ALLOW for getpid' \
  "$("$WARRANT" seccomp check --json --policy "$work/policy" "$work/good.bpf" | jq -rs 'map(.assertion) | join("|")')"
for bad in 'never RUN for getpid \' 'never RUN for getpid \ # ' $'never RUN \\\nfor getpid \\ \n' $'never RUN for getpid \\\n\nnever \\'; do
  printf '%s' "$bad" > "$work/policy"
  "$ASAN_WARRANT" seccomp check --policy "$work/policy" "$work/good.bpf" > "$work/out" 2> "$work/err"
  code=$?
  same "refused: $(head -n 1 "$work/policy")" '2 1' "$code $(wc -l < "$work/err")"
done
finish
