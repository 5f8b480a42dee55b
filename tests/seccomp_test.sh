#!/usr/bin/env bash
# warrant seccomp: large filters, differences, policies, profiles, explanations, single calls, text, processes. What the audit says of
# small filters is in tests/seccomp_tables_test.sh.
set -u
. "$(dirname "$0")/lib.sh"

# The filters of tests/seccomp, and those that are made here, as NAME.bpf.
assemble() { "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }
for file in tests/seccomp/*.s; do assemble "$(basename "$file" .s)" < "$file"; done
on_x86_64='ld arch
jeq #x86_64, native
ret KILL_PROCESS
native: ld nr
jlt #0x40000000, numbers
ret KILL_PROCESS
numbers:'
audit() { "$WARRANT" seccomp audit --json "$@"; }
echo '# no assertions' > "$work/none"

# ---- The default policy, and other forms of a filter ----
same 'finding: an escape' 'escape ptrace on x86_64 violates: never RUN for ptrace' "$(audit --findings "$work/ptrace.bpf" | jq -r '"\(.finding) \(.message)"')"
"$WARRANT" seccomp audit --policy "$work/none" "$work/good.bpf" > "$work/text"
same 'audit: exit 0' 0 $?
for arch in aarch64 x86_64; do
  same "audit: --arch $arch alone" "$(audit --policy "$work/none" "$work/good.bpf" |
    jq -c --arg arch "$arch" 'select(.arch == (if $arch == "x86_64" then $arch else "*" end)) | [.action, .condition]' | sort -u)" \
    "$(audit --policy "$work/none" --arch "$arch" "$work/good.bpf" | jq -c 'select(.arch) | [.action, .condition]' | sort -u)"
done
same 'asm: why nothing is written' '2 warrant: /dev/full: could not be written: No space left on device' \
  "$("$WARRANT" seccomp asm --output /dev/full tests/seccomp/good.s 2> "$work/err"; echo "$? $(cat "$work/err")")"
same 'audit: numbers from 2^31 on' '      every negative number (#0x80000000..0xffffffff)' "$(grep '#' "$work/text")"
od -An -v -tx1 -w8 "$work/good.bpf" | tr -d ' ' > "$work/good.hex"
"$WARRANT" seccomp audit --hex --policy "$work/none" "$work/good.hex" | sed 's/good.hex/good.bpf/' > "$work/hex"
same 'audit: --hex' "$(cat "$work/text")" "$(cat "$work/hex")"
"$WARRANT" seccomp audit --quiet --policy "$work/none" "$work/product.bpf" > /dev/null
same 'undecided: exit 1' 1 $?

# answers FILE POLICY: whether each assertion holds, and for the first that does not, the call's arguments 0 to 2
answers() {
  printf '%s\n' "$2" > "$work/policy"
  "$WARRANT" seccomp check --json --policy "$work/policy" "$1" |
    jq -rs '(map(.holds | tostring) | join(" ")) + (map(select(.holds == false and .witness))[0] | if . then " " + (.witness.args[0:3] | join(",")) else "" end)'
}
# Shapes on which a search of paths gives up: here they are decided, and the answers are exact.
# Parity of 18 bits of an argument, each test followed by a join: 2^18 paths in 64 instructions.
{ echo "$on_x86_64 jeq #getpid, counted"; echo 'ret EPERM'; echo 'counted: ldx #0'; echo 'ld arg0'
  for ((i = 0; i < 18; i++)); do printf 'jset #0x%x, odd%d, even%d\nodd%d: txa\nxor #1\ntax\neven%d: ld arg0\n' $((1 << i)) $i $i $i $i; done
  printf 'txa\njeq #1, allow, deny\nallow: ret ALLOW\ndeny: ret EPERM\n'; } | assemble parity
same 'exact: 18 bit tests that join' 'true true true true false 0x1,0x0,0x0' "$(answers "$work/parity.bpf" 'ALLOW for getpid when arg0 in {1, 2, 4, 7, 0x3ffff00000001}
EPERM for getpid when arg0 in {0, 3, 5, 0x3ffff}
EPERM for getpid when arg0 & 0x3ffff == 0
can ALLOW for getpid
never RUN for getpid')"
# How many bits of 32 are set: allowed with 16 of them.
{ echo "$on_x86_64 jeq #getpid, counted"; echo 'ret EPERM'; echo 'counted: ldx #0'
  for ((i = 0; i < 32; i++)); do printf 'ld arg0\njset #0x%x, one%d, next%d\none%d: txa\nadd #1\ntax\nnext%d:\n' $((1 << i)) $i $i $i $i; done
  printf 'txa\njeq #16, allow, deny\nallow: ret ALLOW\ndeny: ret EPERM\n'; } | assemble count
same 'exact: a count of bits' 'true true true false 0xffff,0x0,0x0' "$(answers "$work/count.bpf" 'ALLOW for getpid when arg0 in {0xffff, 0xffff0000, 0x55555555, 0xf0f0f0f0}
EPERM for getpid when arg0 in {0, 0x1ffff, 0x7fff, 0xffffffff}
EPERM for getpid when arg0 & 0x1ffff == 0x1ffff
never RUN for getpid')"
# A list of 121 pointers, high half then low half, each mismatch going on to the next: many paths, as in Tor's filter.
pointers=()
{ echo "$on_x86_64 jeq #openat, list"; echo 'ret EPERM'; echo 'list:'
  for ((i = 0; i < 121; i++)); do
    pointers+=("$(printf '0x7f%06x%06x10' $((i * 40503 % 16777216)) $((i * 7919)))")
    printf 'ld arg1.high\njne #%d, next%d\nld arg1\njne #%d, next%d\nret ALLOW\nnext%d:\n' \
      $((pointers[i] >> 32)) $i $((pointers[i] & 0xffffffff)) $i $i
  done; echo 'ret EPERM'; } > "$work/pointers.s"
assemble pointers < "$work/pointers.s"
list="{$(IFS=,; echo "${pointers[*]}")}"
same 'exact: 121 pointers' 'true true true false 0x0,0x7f00000000000010,0x0' "$(answers "$work/pointers.bpf" "ALLOW for openat when arg1 in $list
never RUN for openat unless arg1 in $list
EPERM for openat when arg1 == ${pointers[3]%10}11
never RUN for openat")"
# 2,000 comparisons that join, in a second and 200 MB
{ echo 'ld arg0'; for ((i = 0; i < 2000; i++)); do printf 'jeq #%d, yes%d, no%d\nyes%d: ja no%d\nno%d:\n' $((i * 7)) $i $i $i $i $i; done
  printf 'jeq #42, allow, kill\nallow: ret ALLOW\nkill: ret KILL_PROCESS\n'; } | assemble joins
start=$(date +%s%N)
(ulimit -v 400000; "$WARRANT" seccomp audit --quiet --findings --policy "$work/none" "$work/joins.bpf" > /dev/null)
status=$?
took=$((($(date +%s%N) - start) / 1000000))
if [ $status = 1 ] && [ $took -lt 3000 ]; then ok "joins: $took ms"; else not_ok joins "exit $status after $took ms"; fi

# ---- diff ----
same 'diff: equivalent' 'equivalent: every input ends the same' "$("$WARRANT" seccomp diff "$work/good.bpf" "$work/good.bpf")"
same 'diff: equivalent though written otherwise' '' "$("$WARRANT" seccomp diff --json "$work/good.bpf" "$work/good_otherwise.bpf")"
same 'diff: both ways' 'allowed getuid ERRNO(EPERM) ALLOW|denied ptrace ALLOW ERRNO(EPERM)' "$("$WARRANT" seccomp diff --json "$work/ptrace.bpf" "$work/getuid.bpf" |
  jq -rs 'map(select(.arch == "x86_64") | "\(.change) \(.syscall) \(.old) \(.new)") | sort | join("|")')"
"$WARRANT" seccomp diff --quiet --fail-on allowed "$work/ptrace.bpf" "$work/none_allowed.bpf"
same 'diff: --fail-on allowed, nothing allowed' 0 $?
"$WARRANT" seccomp diff --quiet --fail-on allowed "$work/none_allowed.bpf" "$work/ptrace.bpf"
same 'diff: --fail-on allowed, something allowed' 1 $?

# ---- check ----
cat > "$work/policy" <<'END'
# what this filter is for
list tracing = ptrace, process_vm_readv
never RUN for @tracing, execve
always ALLOW for personality when arg0 <= 3
EPERM for mount
can ALLOW for getpid
ALLOW for personality
never ALLOW for execve on x86_64 unless arg0 == 0   # none at all
END
same 'check: answers' 'true true true true false true' "$("$WARRANT" seccomp check --json --policy "$work/policy" "$work/good.bpf" | jq -rs 'map(.holds | tostring) | join(" ")')"
same 'check: the witness of one that fails' '135 0x4' "$("$WARRANT" seccomp check --json --policy "$work/policy" "$work/good.bpf" | jq -r 'select(.holds == false) | "\(.witness.nr) \(.witness.args[0])"')"

n=0
while IFS= read -r line; do
  n=$((n + 1))
  printf '%s\n' "$line" > "$work/bad"
  "$ASAN_WARRANT" seccomp check --policy "$work/bad" "$work/good.bpf" > /dev/null 2> "$work/err"
  same "check: refused policy $n" '2 1' "$? $(wc -l < "$work/err")"
done <<'END'
never RUN for aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
never
never RUN
never RUN for
never RUN for no_such_call
never RUN for @nothing
never FLY for read
never ERRNO(ENOSUCH) for read
never RUN for read on vax
never RUN for read when
never RUN for read when arg9 == 1
never RUN for read when (arg0 == 1
never RUN for read when arg0 == 1 arg1 == 2
list a
list a = @a
END

# ---- Profiles ----
cat > "$work/profile.json" <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
 "syscalls": [
  {"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
  {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
  {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
  {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_PTRACE"]}}]}
END
"$WARRANT" seccomp import "$work/profile.json" --output "$work/profile.bpf" > "$work/out"
same 'import: the filter does what the profile says' 0 $?
same 'import: what is allowed' 'clone arg0 & 0x7e020000 == 0|exit_group null|personality arg0 == 8|read null|write null' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/profile.bpf" |
  jq -rs 'map(select(.arch == "x86_64" and .action == "ALLOW") | "\(.syscall) \(.condition)") | sort | join("|")')"
# What a profile says of capabilities, kernels and architectures: each rule lets one call through.
cat > "$work/container.json" <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
 "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}, {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
 "syscalls": [
  {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
  {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_CHROOT"]}},
  {"names": ["reboot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_CHROOT", "CAP_SYS_BOOT"]}},
  {"names": ["mknodat"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_SYS_BOOT"]}},
  {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
  {"names": ["ftruncate"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "4.8"}},
  {"names": ["syslog"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}},
  {"names": ["uname"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["arm64"]}},
  {"names": ["getcpu"], "action": "SCMP_ACT_ALLOW", "args": []}]}
END
# imported NAME WANT [OPTION]...: the calls that are let through
imported() {
  local name=$1 want=$2
  shift 2
  "$WARRANT" seccomp import "$work/container.json" --quiet --output "$work/container.bpf" "$@"
  same "import: $name, the filter does what the profile says" 0 $?
  same "import: $name" "$want" "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/container.bpf" |
    jq -rs 'map(select(.action == "ALLOW" and .arch != "arm") | .syscall) | sort | join(" ")')"
}
imported 'usual capabilities' 'chroot getcpu mknodat ptrace read uname'
imported '--cap' 'bpf chroot getcpu ptrace read uname' --cap CAP_SYS_ADMIN
imported '--cap, both that a rule needs' 'chroot getcpu ptrace read reboot uname' --cap sys_boot
imported '--drop-cap' 'getcpu mknodat ptrace read uname' --drop-cap CAP_SYS_CHROOT
imported '--cap ALL, then one dropped' 'chroot getcpu ptrace read reboot uname' --cap ALL --drop-cap CAP_SYS_ADMIN
imported '--kernel below minKernel' 'chroot ftruncate getcpu mknodat read uname' --kernel 4.7
imported '--kernel 4.8' 'chroot getcpu mknodat ptrace read uname' --kernel 4.8
imported '--kernel 10.0' 'chroot getcpu mknodat ptrace read uname' --kernel 10.0
imported '--arch' 'chroot getcpu mknodat ptrace read syslog' --arch aarch64
same 'import: sub-architectures' arm "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/container.bpf" | jq -r 'select(.syscall == "read" and .arch == "arm") | .arch')"
same 'import: defaultErrnoRet' 'ERRNO(ENOSYS)' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/container.bpf" | jq -r 'select(.syscall == "write" and .arch == "aarch64") | .action')"
for options in '--arch vax' '--arch s390x' '--kernel five'; do
  # shellcheck disable=SC2086 # words
  "$ASAN_WARRANT" seccomp import "$work/container.json" $options > /dev/null 2> "$work/err"
  status=$?
  same "import: refused $options" "$([ "$options" = '--arch s390x' ] && echo 3 || echo 2) 1" "$status $(wc -l < "$work/err")"
done
for text in '' '{' '{}' '{"defaultAction": "NO"}' '{"defaultAction": "SCMP_ACT_KILL", "syscalls": [{"names": ["read"]}]}' '{"defaultAction": "SCMP_ACT_KILL", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "new"}}]}' \
  'no_such_call' '@x
  @x'; do
  printf '%s' "$text" > "$work/bad"
  "$ASAN_WARRANT" seccomp import "$work/bad" > /dev/null 2> "$work/err"
  status=$?
  same "import: refused (${text//$'\n'/ })" 2 $status
done
if command -v systemd-analyze > /dev/null && systemd-analyze syscall-filter > "$work/sets" 2> /dev/null; then
  "$WARRANT" seccomp import --set @system-service "$work/sets" --output "$work/service.bpf" > "$work/out"
  same 'import: systemd @system-service' 0 $?
  same 'import: its rows' true "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/service.bpf" | jq -rs 'map(select(.action == "ALLOW")) | length > 200')"
else
  skip 'import: systemd @system-service' 'systemd-analyze is not here'
fi

# ---- explain: the whole filter as a policy, which it keeps and others do not ----
explained() { # NAME FILE
  "$WARRANT" seccomp explain --format seccomp "$2" > "$work/explained"
  same "explain: $1, exit 0" 0 $?
  same "explain: $1 keeps it" true "$("$WARRANT" seccomp check --json --format seccomp --policy "$work/explained" "$2" |
    jq -s 'length > 1 and all(.holds == true)')"
}
for filter in good pointers parity ip; do explained $filter "$work/$filter.bpf"; done
explained profile "$work/profile.bpf"
explained worker $CORPUS/seccomp/worker.bpf
"$WARRANT" seccomp explain "$work/good.bpf" > "$work/explained"
same 'explain: what it says' 'ALLOW for getpid on x86_64|ALLOW for personality on x86_64 when arg0 <= 3' "$(grep ALLOW "$work/explained" | paste -sd '|')"
same 'explain: as JSON' 'ALLOW for getpid on x86_64' "$("$WARRANT" seccomp explain --json "$work/good.bpf" | jq -r 'select(.assertion) | .assertion' | grep 'ALLOW for getpid')"
"$WARRANT" seccomp check --quiet --policy "$work/explained" "$work/ptrace.bpf" > /dev/null
same 'explain: another filter does not keep it' 1 $?

# ---- emu: one call ----
emu() { "$WARRANT" seccomp emu --json "$@"; }
same 'emu: allowed' 'ALLOW 0,1,3,4,6,8,9,10,11,12,13' "$(emu "$work/good.bpf" --syscall personality --arg 0=3 | jq -r '"\(.action) \([.filters[0][].pc | tostring] | join(","))"')"
same 'emu: denied for its high half' 'ERRNO(EPERM) 0x100000003' "$(emu "$work/good.bpf" --syscall 135 --arg 0=0x100000003 | jq -r '"\(.action) \(.input.args[0])"')"
same 'emu: by another architecture' 'KILL_PROCESS 3' "$(emu "$work/good.bpf" --arch aarch64 --syscall getpid | jq -r '"\(.action) \(.steps)"')"
same 'emu: x32' 'KILL_PROCESS' "$(emu "$work/good.bpf" --arch x32 --syscall getpid | jq -r .action)"
same 'emu: the instruction pointer' 'ERRNO(EPERM) ALLOW' "$(for ip in 0xfff 0x1000; do emu "$work/ip.bpf" --syscall getpid --ip $ip | jq -r .action; done | paste -sd ' ')"
same 'emu: a stack ends with the stricter' 'KILL_PROCESS 2' "$(emu "$work/no_arch.bpf" "$work/good.bpf" --syscall getpid | jq -r '"\(.action) \(.filters | length)"')"
same 'emu: as text' 'getpid(0x0) on x86_64 -> ALLOW, 6 instructions' "$("$WARRANT" seccomp emu "$work/good.bpf" --syscall getpid | tail -n 1)"
for options in '--syscall no_such_call' '--syscall getpid --arg 6=1' '--syscall getpid --arg 0=' '--syscall getpid --ip x'; do
  # shellcheck disable=SC2086 # words
  "$ASAN_WARRANT" seccomp emu "$work/good.bpf" $options > /dev/null 2> "$work/err"
  status=$?
  same "emu: refused $options" '2 1' "$status $(wc -l < "$work/err")"
done

# ---- disasm and asm, which are inverses ----
for filter in $CORPUS/socket/*.ddd; do
  # what an instruction ignores is not in the text, so texts are compared
  same "asm: ${filter##*/}" "$("$WARRANT" disasm "$filter")" "$("$WARRANT" disasm "$filter" | "$WARRANT" seccomp asm - | "$WARRANT" disasm --format cbpf -)"
done
for filter in "$work/profile.bpf" $CORPUS/seccomp/worker.bpf "$work/pointers.bpf" "$work/parity.bpf"; do
  "$WARRANT" seccomp disasm "$filter" | "$WARRANT" seccomp asm - --output "$work/again.bpf"
  if cmp -s "$filter" "$work/again.bpf"; then ok "asm: ${filter##*/}"; else not_ok "asm: ${filter##*/}" 'it differs'; fi
done
build/asan/tests/audit_test --tables 40 1 | awk '$1 == "filter" || $1 == "halves" {printf "%d", (NF - 2) / 4; for (i = 3; i <= NF; i++) printf " %s", $i; print ""}' > "$work/filters"
n=0
while IFS= read -r line; do
  echo "$line" > "$work/one.ddd"
  again=$("$WARRANT" seccomp disasm "$work/one.ddd" | "$WARRANT" seccomp asm - | paste -sd ' ')
  [ "$(echo "$again" | "$WARRANT" seccomp disasm -)" = "$("$WARRANT" seccomp disasm "$work/one.ddd")" ] && n=$((n + 1))
done < "$work/filters"
same 'asm: 40 generated filters' 40 $n
same 'disasm: names' 'arch: x86_64|nr: the x32 bit|nr: getpid|ALLOW|nr: personality|arg0.high|arg0' "$("$WARRANT" seccomp disasm --json "$work/good.bpf" |
  jq -r 'select(.note) | .note' | grep -v -e '^arch$' -e '^nr$' -e KILL -e EPERM | awk '!seen[$0]++' | paste -sd '|')"
cat > "$work/named.s" <<'END'
; names for numbers
      ld arch
      jne #x86_64, kill     // another machine
      ld nr
      jge #0x40000000, kill
      jeq #getpid, allow
      jeq #openat, 0x7, deny
   7: ld arg1.high
      jlt #2, allow, deny
allow: ret ALLOW
deny:  ret ERRNO(EPERM)
kill:  ret KILL_PROCESS
END
same 'asm: names and labels' '11,32 0 0 4,21 0 8 3221225534,32 0 0 0,53 6 0 1073741824,21 3 0 39,21 0 3 257,32 0 0 28,53 1 0 2,6 0 0 2147418112,6 0 0 327681,6 0 0 2147483648' \
  "$(sed 's/0x7, deny/seven, deny/; s/   7: /seven: 7: /' "$work/named.s" | "$WARRANT" seccomp asm - | paste -sd ,)"
n=0
while IFS= read -r line; do
  n=$((n + 1))
  printf 'ret ALLOW\n%s\n' "$line" > "$work/bad.s"
  "$ASAN_WARRANT" seccomp asm "$work/bad.s" > /dev/null 2> "$work/err"
  same "asm: refused ($line)" '2 1 line 2' "$? $(wc -l < "$work/err") $(grep -o 'line 2' "$work/err")"
done <<'END'
mov a, x
ld
ld [
ld [4
ld #4294967296
ld nowhere
ldx [4]
jeq #1
jeq #1, nowhere
jeq #1, 0
jeq #no_such_call, 5
ret ERRNO(ENOSUCH)
ret ALLOW ALLOW
st 3
unimp #65536, 0, 0, #0
x: x: tax
END
# ---- resolve, host, dump of a command ----
same 'resolve: by name' 'x86_64 257' "$("$WARRANT" seccomp resolve --json openat | jq -r 'select(.arch == "x86_64") | "\(.arch) \(.nr)"')"
same 'resolve: by number' 'aarch64 openat' "$("$WARRANT" seccomp resolve --json --arch aarch64 56 | jq -r '"\(.arch) \(.syscall)"')"
"$WARRANT" seccomp resolve no_such_call 2> /dev/null
same 'resolve: none' 2 $?
same 'host' true "$("$WARRANT" seccomp host --json | jq '.api_level > 0 and (.arch | length > 0)')"
"$WARRANT" kernel load --json --format seccomp $CORPUS/seccomp/worker.bpf > "$work/out" 2>&1
if [ $? = 0 ] && "$WARRANT" seccomp dump --quiet --output "$work/caught" -- "$WARRANT" kernel load --format seccomp $CORPUS/seccomp/worker.bpf > /dev/null 2> "$work/err"; then
  if cmp -s "$work/caught.0" $CORPUS/seccomp/worker.bpf; then ok 'dump: what a command installs'; else not_ok 'dump: what a command installs' 'another filter'; fi
else
  skip 'dump: what a command installs' "$(head -n 1 "$work/err")"
fi
"$ASAN_WARRANT" seccomp dump -- true 2> /dev/null
same 'dump: a command without filters' 2 $?
"$ASAN_WARRANT" seccomp dump -- "$work/no_such_command" 2> /dev/null
same 'dump: no such command' 2 $?

# ---- Files that are no filters, and processes ----
printf 'x' > "$work/bad"
"$ASAN_WARRANT" seccomp audit "$work/bad" 2> /dev/null
same 'audit: not a filter' 2 $?
printf 'ld [2]\nret ALLOW\n' | assemble bad
"$ASAN_WARRANT" seccomp audit "$work/bad.bpf" 2> /dev/null
same 'audit: what Linux refuses' 1 $?
"$ASAN_WARRANT" seccomp audit "$work/good.bpf" --limit 1000 > /dev/null 2>&1
same 'audit: a low limit is no clean bill' 1 $?
"$WARRANT" seccomp dump --pid $$ 2> "$work/err"
status=$?
if [ $status = 2 ] || [ $status = 4 ] || [ $status = 0 ]; then ok 'dump: this process'; else not_ok 'dump: this process' "exit $status"; fi
for subcommand in audit diff check dump import explain emu disasm asm resolve; do
  "$WARRANT" seccomp "$subcommand" > /dev/null 2>&1
  same "usage: $subcommand" 2 $?
done

finish
