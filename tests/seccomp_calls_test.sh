#!/usr/bin/env bash
# What the kernel takes of each argument of each call, by architecture and number, and what the audit finds with it.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"

# filter NAME ARCH CALL INSTRUCTIONS: NAME.bpf, on ARCH: CALL goes to the instructions, which end at `allow` or `deny`;
# every other call is denied.
filter() {
  printf 'ld arch\njeq #%s, native\nret KILL_PROCESS\nnative: ld nr\njeq #%s, call\ndeny: ret EPERM\ncall:\n%s\nallow: ret ALLOW\n' "$2" "$3" "$4" |
    "$WARRANT" seccomp asm --arch "$2" - --output "$work/$1.bpf"
}
# findings FILTER: NAME SEVERITY of each, in a line
findings() {
  "$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/$1.bpf" |
    jq -rs 'map(select(.finding)) | map("\(.finding) \(.severity)") | unique | join(", ")'
}
# low ARCH CALL ARG: findings of a filter that compares the low half of an argument with 5 and no other half
low() {
  filter low "$1" "$2" $'ld arg'"$3"$'\njeq #5, allow\nret EPERM'
  findings low
}
# both ARCH CALL ARG: of one that denies 5 in 64 bits
both() {
  filter both "$1" "$2" $'ld arg'"$3"$'\njne #5, allow\nld arg'"$3"$'.high\njne #0, allow\nret EPERM'
  findings both
}

# ---- The table ----
table=cbridge/audit/calls.txt
same 'the table: its release' 1 "$(grep -cE '^#.* of Linux [0-9.]+; written by tests/seccomp_calls.pl\.$' "$table")"
mk/calls.sh "$table" > "$work/table.c"
same 'the table, printed, is what is compiled' '' "$(diff "$work/table.c" build/generated/calls_table.c | head -n 3)"
same 'the table: 18 architectures' 18 "$(grep -c '^static const struct kernel_call calls_' "$work/table.c")"
for line in 'x	x86_64:1 x86_64:1	-' 'x	x86_64:1	s31 fd' 'x	x86_64	-' 'x	x86_64:1' 'X"	x86_64:1	-' \
  'x	x86_64:1	64' 'x	x86_64:1	64 a"' 'x	x86_64:1	64 a b' "x	x86_64:1	64 a$(printf '%031d' 0)" \
  'x	x86_64:1	64 a, 64 b, 64 c, 64 d, 64 e, 64 f, 64 g'; do
  { head -n 1 "$table"; echo "$line"; } > "$work/bad.txt"
  mk/calls.sh "$work/bad.txt" > "$work/out" 2> "$work/err"
  same "the table: refused: ${line//$'\t'/ }" 1 $?
done
# What is known from elsewhere, a row each: ARCH NUMBER NAME ARGUMENTS NARROW SIXTEEN WIDE.
while read -r arch nr name count narrow sixteen wide; do
  same "the table: $name on $arch" "    {${nr}u, \"$name\", true, $count, $narrow, $sixteen, $wide" \
    "$(sed -n "/calls_$arch\[/,/^};/p" "$work/table.c" | grep "{${nr}u," | sed 's/, [0-9]*},$//')"
done << 'ROWS'
x86_64 105 setuid 1 0x01 0x00 0x00
x86_64 117 setresuid 3 0x07 0x00 0x00
x86_64 30 shmat 3 0x05 0x00 0x02
x86_64 31 shmctl 3 0x03 0x00 0x04
x86_64 272 unshare 1 0x00 0x00 0x01
x86_64 56 clone 5 0x01 0x00 0x1e
s390x 120 clone 5 0x02 0x00 0x1d
aarch64 220 clone 5 0x01 0x00 0x1e
x86_64 135 personality 1 0x01 0x00 0x00
ppc64 136 personality 1 0x01 0x00 0x00
x86_64 9 mmap 6 0x00 0x00 0x23
x86_64 19 readv 3 0x01 0x00 0x02
x86_64 0 read 3 0x01 0x00 0x06
x86_64 247 waitid 5 0x0b 0x00 0x14
x32 1073742353 waitid 5 0x0b 0x00 0x14
x86_64 54 setsockopt 5 0x17 0x00 0x08
x86_64 39 getpid 0 0x00 0x00 0x00
x86_64 202 futex 6 0x26 0x00 0x19
i386 23 setuid 1 0x01 0x01 0x00
i386 213 setuid32 1 0x01 0x00 0x00
x86_64 90 chmod 2 0x02 0x02 0x01
x86_64 257 openat 4 0x0d 0x08 0x02
ROWS
# Arguments that have constants are named by calls and names that the table has, or the manual.
perl -0ne 'while (/\{KIND_\w+, "(\w+)",\s*((?:"[^"]*"\s*)+)\}/g) { my ($n, $c) = ($1, $2); print "$_ $n\n" for split " ", $c =~ s/"\s*"|"//gr }' \
  cbridge/audit/arguments.c > "$work/kinds"
perl -ne 'while (/\{"(\w+)", "([a-z -]+)", NULL\}/g) { print "$1 $_\n" for split " ", $2 }' cbridge/audit/arguments.c > "$work/others"
same 'arguments with constants: of the table' ' yes' "$(while read -r call name; do
  grep -qE "^$call	[^	]*	.*[a-z0-9?] $name(,|\$)" "$table" || grep -qx "$call $name" "$work/others" || echo "$call $name"
done < "$work/kinds") $([ "$(wc -l < "$work/kinds")" -gt 90 ] && echo yes)"
same 'no name of the manual is the definition'"'"'s' '' "$(grep -v ' -$' "$work/others" | while read -r call name; do
  grep -E "^$call	[^	]*	.*[a-z0-9?] $name(,|\$)" "$table" | head -n 1
done)"
# What this kernel says of its own calls where it traces them; tracefs is mounted for this process alone.
mkdir "$work/trace"
if [ "$(uname -m)" = x86_64 ] && unshare -m sh -c 'mount -t tracefs none "$1" && [ -r "$1/events/syscalls/sys_enter_read/format" ] &&
  perl tests/seccomp_calls_traced.pl "$1/events/syscalls"' - "$work/trace" > "$work/traced" 2> "$work/err"; then
  same "the table and this kernel: $(tail -n 1 "$work/traced")" '' "$(sed '$d' "$work/traced")"
else
  skip 'the table and this kernel' 'tracefs has no system calls, or may not be mounted'
fi

# ---- What the audit finds with it ----
for row in 'setuid 0' 'setresuid 2' 'shmat 0' 'shmctl 1' 'readv 0' 'clone 0' 'personality 0' 'landlock_restrict_self 0'; do
  read -r call arg <<< "$row"
  same "64 bits of arg$arg of $call" 'high-half high' "$(both x86_64 "$call" "$arg")"
  same "32 bits of arg$arg of $call" '' "$(low x86_64 "$call" "$arg")"
done
for row in 'mprotect 2' 'shmat 1' 'unshare 0' 'read 2' 'ptrace 0'; do
  read -r call arg <<< "$row"
  same "64 bits of arg$arg of $call" '' "$(both x86_64 "$call" "$arg")"
  same "32 bits of arg$arg of $call" 'low-half-only medium' "$(low x86_64 "$call" "$arg")"
done
# Sixteen bits: of a mode everywhere, of a user in the old calls of i386 and arm.
for row in 'x86_64 chmod 1' 'aarch64 openat 3' 's390x mkdir 1' 'i386 setuid 0' 'arm setresgid 2' 'i386 chmod 1'; do
  read -r arch call arg <<< "$row"
  filter sixteen "$arch" "$call" $'ld arg'"$arg"$'\njne #5, allow\nret EPERM'
  same "32 bits of arg$arg of $call on $arch" 'high-bits high' "$(findings sixteen)"
  same "and the witness" '5 ALLOW true' "$("$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/sixteen.bpf" | jq -r --argjson arg "$arg" 'select(.finding) |
    (.witness.args[$arg] | ltrimstr("0x")) as $value | "\($value[-1:]) \(.action) \($value | test("^[0-9a-f]{1,4}000[05]$"))"')"
  filter sixteen "$arch" "$call" $'ld arg'"$arg"$'\nand #0xffff\njne #5, allow\nret EPERM'
  same "16 bits of arg$arg of $call on $arch" '' "$(findings sixteen)"
  filter sixteen "$arch" "$call" $'ld arg'"$arg"$'\njeq #5, allow\nret EPERM'
  same "one value of arg$arg of $call on $arch" '' "$(findings sixteen)"
done
filter sixteen i386 setuid32 $'ld arg0\njne #5, allow\nret EPERM'
same "setuid32 on i386 takes 32 bits" '' "$(findings sixteen)"
# x32 calls that let through only what the kernel takes for the same are no way around.
x32() { # x32 CALL ARG: 5 in 64 bits by the x86_64 number, in its low half by the x32 number
  printf 'ld arch\njeq #x86_64, native\nret KILL_PROCESS\nnative: ld nr\njeq #%s, wide\njeq #%s, narrow\ndeny: ret EPERM\nwide: ld arg%s.high\njne #0, no\nnarrow: ld arg%s\njeq #5, allow\nno: ret EPERM\nallow: ret ALLOW\n' \
    "$("$WARRANT" seccomp resolve --arch x86_64 "$1" | awk '{ print $2 }')" "$("$WARRANT" seccomp resolve --arch x32 "$1" | awk '{ print $2 }')" "$2" "$2" |
    "$WARRANT" seccomp asm - --output "$work/x32.bpf"
  findings x32
}
for row in 'shmat 0' 'shmat 2' 'shmctl 1' 'mmap 2' 'setuid 0'; do
  read -r call arg <<< "$row"
  same "x32: 32 bits of arg$arg of $call" 0 "$(x32 "$call" "$arg" | grep -c 'x32-open high')"
done
same 'x32: 32 bits of an address' 1 "$(x32 munmap 0 | grep -c 'x32-open high')"
# Nothing is claimed where the body decides, past the last argument, and of calls without a definition.
for row in 'mmap 2' 'mmap 4' 'prctl 1' 'getpid 0' 'setuid 1'; do
  read -r call arg <<< "$row"
  same "64 bits of arg$arg of $call: no claim" '' "$(both x86_64 "$call" "$arg")"
  same "32 bits of arg$arg of $call: no claim" '' "$(low x86_64 "$call" "$arg")"
done
# A call without a definition, by name and by number, is said to be unknown.
for call in tuxcall 999; do
  same "64 bits of an unknown call: $call" 'unknown-width info' "$(both x86_64 "$call" 0)"
  same "32 bits of an unknown call: $call" 'unknown-width info' "$(low x86_64 "$call" 0)"
done
same 'an unknown call: which, with a witness' 'call 999 on x86_64: how much of its arguments the kernel takes is not known, so nothing is said of their halves | 999' \
  "$("$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/low.bpf" | jq -r 'select(.finding) | "\(.message) | \(.witness.nr)"')"
"$WARRANT" seccomp audit --quiet --findings --policy "$work/none" "$work/low.bpf" > "$work/out"
same 'an unknown call: exit 0' 0 $?

# ---- Calls newer than libseccomp's list ----
# statmount, listmount, ... have names in the kernel's tables; which ones libseccomp has too depends on its release.
filter newer x86_64 rseq_slice_yield 'jmp allow'
filter none x86_64 read 'ret EPERM'
same 'its name in asm and disasm' 'jeq #0x1d7, ; nr: rseq_slice_yield' "$("$WARRANT" seccomp disasm "$work/newer.bpf" | grep nr: | grep -oE 'jeq #0x1d7,|;.*' | tr -s '\n ' ' ' | sed 's/ $//')"
same 'its name in a table' 'rseq_slice_yield 471' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/newer.bpf" |
  jq -r 'select(.action == "ALLOW") | "\(.syscall) \(.nr)"')"
"$WARRANT" seccomp explain "$work/newer.bpf" > "$work/policy"
same 'its name in explain' 1 "$(grep -c '^ALLOW for rseq_slice_yield on x86_64' "$work/policy")"
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/newer.bpf" > "$work/out"
same 'explain, read back' 0 $?
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/none.bpf" > "$work/out"
same 'another filter breaks it' 1 $?
same 'its name in diff' 1 "$("$WARRANT" seccomp diff "$work/none.bpf" "$work/newer.bpf" | grep -c 'rseq_slice_yield(0x0) on x86_64')"
same 'emu by its name' 471 "$("$WARRANT" seccomp emu --json --syscall rseq_slice_yield "$work/newer.bpf" | jq -s 'last | .input.nr')"
same 'resolve: name to number' 'x86_64 471' "$("$WARRANT" seccomp resolve --arch x86_64 rseq_slice_yield | tr -s ' ' | cut -d' ' -f1,2)"
same 'resolve: number to name' 'mips64el 5471 rseq_slice_yield' "$("$WARRANT" seccomp resolve --arch mips64el 5471 | tr -s ' ')"
same 'resolve: every architecture of the table' 18 "$("$WARRANT" seccomp resolve rseq_slice_yield | wc -l)"
"$WARRANT" seccomp resolve no_such_call > "$work/out" 2>&1
same 'resolve: no such call' 2 $?
echo 'never RUN for no_such_call' > "$work/policy"
"$WARRANT" seccomp check --policy "$work/policy" "$work/newer.bpf" > "$work/out" 2>&1
same 'a policy: no such call' '2 1' "$? $(grep -c 'no architecture has a system call of this name: no_such_call' "$work/out")"
# The runtime compiles with libseccomp: a call that it doesn't know stays unknown there.
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["rseq_slice_yield"], "action": "SCMP_ACT_ERRNO"}]}' > "$work/profile.json"
"$WARRANT" seccomp import "$work/profile.json" > "$work/out" 2>&1
code=$? # a newer libseccomp may know it
same 'import knows what libseccomp knows' "$(grep -c unknown-call "$work/out") 0" "$code $(grep -c 'differs from the profile' "$work/out")"
# libseccomp comes first, and where both have a name they agree.
"$WARRANT" seccomp resolve read openat clone3 pidfd_getfd > "$work/out"
same 'the table and libseccomp have the same numbers' '' "$(while read -r arch nr name; do
  grep -q "^$name	.*\b$arch:$nr\b" "$table" || [ "$arch" = s390 ] || echo "$arch $nr $name"
done < "$work/out")"

# ---- The other byte order: the high half comes first ----
# passes FILTER: the rows of the call that is let through, as ARCH CONDITION
passes() {
  "$WARRANT" seccomp audit --json --policy "$work/none" "$work/$1.bpf" | jq -r 'select(.arch and .action == "ALLOW") | "\(.arch) \(.syscall) \(.condition)"'
}
# escapes FILTER CALL: the first arguments of the witness for the default policy
escapes() {
  "$WARRANT" seccomp audit --json --findings "$work/$1.bpf" |
    jq -r --arg call "$2" 'select(.finding == "escape" and (.message | startswith($call + " "))) | .witness.args[0:2] | join(",")' | tr '\n' ' '
}
clone=$'ld arg1.high\njset #0, allow, more\nmore: ld arg1\njset #0x7e020000, no, allow\nno: ret EPERM'
filter s390x_clone s390x clone "$clone"
same 's390x: flags of clone, arg1' 's390x clone arg1 & 0x7e020000 == 0' "$(passes s390x_clone)"
same 's390x: words of a listing' 'arg1.high arg1' "$("$WARRANT" seccomp disasm "$work/s390x_clone.bpf" | sed -n 's/.*ld .*; \(arg.*\)/\1/p' | tr '\n' ' ' | sed 's/ $//')"
same 's390x: an offset in asm' 'ld [24] ld [28]' "$("$WARRANT" seccomp disasm "$work/s390x_clone.bpf" | grep -oE 'ld \[2[0-9]\]' | tr '\n' ' ' | sed 's/ $//')"
same 's390x: no escape by clone' '' "$(escapes s390x_clone clone)"
"$WARRANT" seccomp explain "$work/s390x_clone.bpf" > "$work/policy"
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/s390x_clone.bpf" > "$work/out"
same 's390x: explain, read back' '0 1' "$? $(sed -e ':more' -e '/\\$/N; s/ *\\\n *//; t more' "$work/policy" |
  grep -cxF 'ALLOW for clone on s390x when arg1 & (CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET) == 0')"
emulated() { "$WARRANT" seccomp emu --json --arch "$1" --syscall clone --arg "$2" "$work/$3.bpf" | jq -rs 'last | "\(.action) \(.input.args[1])"'; }
same 's390x: emu, a low half' 'ERRNO(EPERM) 0x20000' "$(emulated s390x 1=0x20000 s390x_clone)"
same 's390x: emu, a high half' 'ALLOW 0x2000000000000' "$(emulated s390x 1=0x2000000000000 s390x_clone)"
# arg0 is the stack there, so a filter that looks at it lets every clone through; elsewhere arg0 has the flags.
filter s390x_wrong s390x clone $'ld arg0\njset #0x7e020000, no, allow\nno: ret EPERM'
same 's390x: escape by arg1' '0x0,0x20000 ' "$(escapes s390x_wrong clone)"
filter aarch64_clone aarch64 clone $'ld arg0\njset #0x7e020000, no, allow\nno: ret EPERM'
same 'aarch64: no escape by clone' '' "$(escapes aarch64_clone clone)"
filter ppc64_clone ppc64 clone "$clone"
same 'ppc64: escape by arg0' '0x20000,0x0 ' "$(escapes ppc64_clone clone)"
same 'ppc64: the halves of arg1' 'ppc64 clone arg1 & 0x7e020000 == 0' "$(passes ppc64_clone)"
"$WARRANT" seccomp diff --json "$work/none.bpf" "$work/s390x_clone.bpf" > "$work/out"
same 's390x: a witness of diff' '["clone","0x0"]' "$(jq -cs 'map(select(.arch == "s390x" and .new == "ALLOW"))[0] | [.syscall, .witness.args[1]]' "$work/out")"
filter s390x_other s390x clone $'ld arg1.high\njset #0, allow, more\nmore: ld arg1\njset #0x7c020000, no, allow\nno: ret EPERM'
same 's390x: a witness of a change' '0x2000000' "$("$WARRANT" seccomp diff --json "$work/s390x_clone.bpf" "$work/s390x_other.bpf" | jq -r '.witness.args[1]')"
for arch in s390x ppc64 mips64 parisc64; do
  filter big "$arch" setresuid $'ld arg1\njne #5, allow\nld arg1.high\njne #0, allow\nret EPERM'
  same "$arch: 64 bits of arg1 of setresuid" 'high-half high' "$(findings big)"
  same "$arch: its witness" '0x100000005 ALLOW' "$("$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/big.bpf" |
    jq -r 'select(.finding) | "\(.witness.args[1]) \(.action)"')"
  filter big "$arch" munmap $'ld arg1\njeq #5, allow\nret EPERM'
  same "$arch: 32 bits of arg1 of munmap" 'low-half-only medium' "$(findings big)"
  same "$arch: its witness" '0x100000005 ALLOW' "$("$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/big.bpf" |
    jq -r 'select(.finding) | "\(.witness.args[1]) \(.action)"')"
done
# libseccomp's own filters for these architectures say what was asked of it.
cat > "$work/libseccomp.c" << 'C'
#include <seccomp.h>
#include <stdlib.h>
int main(int argc, char **argv) { // ARCH NAME ARGUMENT VALUE: NAME with the argument of that value, to standard output
  scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (argc != 5 || !ctx || seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) || seccomp_arch_add(ctx, seccomp_arch_resolve_name(argv[1])))
    return 1;
  struct scmp_arg_cmp one = SCMP_CMP64((unsigned)atoi(argv[3]), SCMP_CMP_EQ, strtoull(argv[4], NULL, 0));
  return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(argv[2]), 1, &one) || seccomp_export_bpf(ctx, 1);
}
C
gcc -Wall -Werror "$work/libseccomp.c" -o "$work/libseccomp" -lseccomp
for arch in s390x ppc64 mips64 parisc64 x86_64; do
  "$work/libseccomp" "$arch" munmap 1 0x123456789 > "$work/theirs.bpf"
  echo "ALLOW for munmap on $arch when arg1 == 0x123456789
KILL for munmap on $arch unless arg1 == 0x123456789" > "$work/policy"
  "$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/theirs.bpf" > "$work/out" 2>&1
  same "libseccomp's filter for $arch" 0 $?
  echo "can ALLOW for munmap on $arch when arg1 == 0x2345678900000001" > "$work/policy"
  "$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/theirs.bpf" > "$work/out" 2>&1
  same "with swapped halves it does not run: $arch" 1 $?
done
# The file itself in the other byte order is the same filter.
od -An -v -tu1 -w8 "$work/s390x_clone.bpf" | while read -r a b c d e f g h; do
  printf "$(printf '\\%03o' "$b" "$a" "$c" "$d" "$h" "$g" "$f" "$e")"
done > "$work/big_file.bpf"
same 'a file in the other byte order' "$(passes s390x_clone)" "$(passes big_file)"
# Where the architecture is not looked at, both orders have a row of their own.
printf 'ld [16]\njeq #5, yes, no\nyes: ret ALLOW\nno: ret EPERM\n' | "$WARRANT" seccomp asm - --output "$work/any.bpf"
same 'no architecture: both orders' '* arg0 & 0xffffffff == 0x5|*, big-endian 0x500000000' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/any.bpf" |
  jq -rs 'map(select(.arch and .action == "ALLOW" and (.arch | startswith("*"))) | "\(.arch) \(.condition | if test("0x500000000") then "0x500000000" else . end)") | unique | join("|")')"
printf 'never RUN for read on ppc64 when arg0 == 0x500000000\nnever RUN for read except on x86_64, x32, ppc64* when arg0 == 0x500000000\nnever RUN for read on ppc64 when arg0 == 5\n' > "$work/policy"
same 'a policy: numbers as they are passed; except on' 'false 0x500000000|false 0x500000000|true -' "$("$WARRANT" seccomp check --json --policy "$work/policy" "$work/any.bpf" |
  jq -rs 'map("\(.holds) \(if .witness then .witness.args[0] else "-" end)") | join("|")')"
# The first architecture that fails is the one that a witness is from.
first_of() { # ARCHES
  echo "never RUN for read on $1 when arg0 == 5" > "$work/policy"
  "$WARRANT" seccomp check --json --policy "$work/policy" "$work/any.bpf" | jq -r .witness.arch
}
same 'a policy: architectures that begin so' '0xc0000008 0x40000003 null' "$(first_of 'mips*') $(first_of 'i*') $(first_of 's390*')"
echo 'never RUN for read on vax*' > "$work/policy"
"$WARRANT" seccomp check --policy "$work/policy" "$work/any.bpf" > "$work/out" 2>&1
same 'a policy: no architecture begins so' '2 1' "$? $(grep -c 'no such architecture: vax' "$work/out")"
echo 'never RUN for read except x86_64' > "$work/policy"
"$WARRANT" seccomp check --policy "$work/policy" "$work/any.bpf" > "$work/out" 2>&1
same 'a policy: except without on' '2 1' "$? $(grep -c '`except` is followed by `on`' "$work/out")"
# TIOCSTI has another number on MIPS.
filter mips_ioctl mips64el ioctl $'ld arg1\njeq #0x5412, no, allow\nno: ret EPERM'
same 'mips64el: TIOCSTI and TIOCLINUX' '0x0,0x5472 0x0,0x5483 ' "$(escapes mips_ioctl ioctl)"
filter arm_ioctl aarch64 ioctl $'ld arg1\njeq #0x5412, no, more\nmore: jeq #0x541c, no, allow\nno: ret EPERM'
same 'aarch64: TIOCSTI and TIOCLINUX' '' "$(escapes arm_ioctl ioctl)"

# The default policy names flags, requests and arguments; they are these on each architecture, and none is left out.
three() { # NAME ARCH CLONE UNSHARE IOCTL: a filter that lets these calls through, each after its instructions
  printf 'ld arch\njeq #%s, native\nret KILL_PROCESS\nnative: ld nr\njeq #clone, c\njeq #unshare, u\njeq #ioctl, i\nret EPERM\nc:\n%s\nu:\n%s\ni:\n%s\nno: ret EPERM\nallow: ret ALLOW\n' "$2" "$3" "$4" "$5" |
    "$WARRANT" seccomp asm --arch "$2" - --output "$work/$1.bpf"
}
for arch in x86_64 x32 i386 aarch64 arm riscv64 s390x s390 ppc64le ppc64 ppc mips64el mipsel64n32 mipsel mips64 mips64n32 mips parisc parisc64; do
  flags=arg0 tiocsti=0x5412 tioclinux=0x541c
  case $arch in
    s390*) flags=arg1 ;;
    mips*) tiocsti=0x5472 tioclinux=0x5483 ;;
  esac
  three open "$arch" 'jmp allow' 'jmp allow' 'jmp allow'
  three closed "$arch" $'ld '"$flags"$'\njset #0x7e020000, no, allow' $'ld arg0\njset #0x7e020080, no, allow' $'ld arg1\njeq #'"$tiocsti"', no'$'\njeq #'"$tioclinux"', no, allow'
  three most "$arch" $'ld '"$flags"$'\njset #0x3e020000, no, allow' $'ld arg0\njset #0x7e020000, no, allow' $'ld arg1\njeq #'"$tiocsti"', no, allow'
  same "$arch: the default policy" '1 1 2 0 0x40000000 0x80 '"$tioclinux" \
    "$(for call in clone unshare ioctl; do escapes open "$call" | wc -w; done | xargs) $(for call in clone unshare ioctl; do escapes closed "$call"; done | wc -w) $(
      for call in clone unshare ioctl; do escapes most "$call" | grep -oE '0x[1-9a-f][0-9a-f]*'; done | xargs)"
done

# Arguments that are compared with each other, in either order of bytes: 32 bits of both.
for arch in x86_64 s390x; do
  filter equal "$arch" read $'ld arg1\ntax\nld arg0\njeq x, allow\nret EPERM'
  "$WARRANT" seccomp explain "$work/equal.bpf" > "$work/policy" 2> "$work/err"
  code=$?
  "$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/equal.bpf" > "$work/out"
  same "$arch: equal arguments are decided" '0 0 1' "$code $? $(grep -c "^ALLOW for read on $arch when " "$work/policy")"
  same "$arch: equal arguments, one call" 'ALLOW' "$("$WARRANT" seccomp emu --json --arch "$arch" --syscall read --arg 0=0x500000007 --arg 1=7 "$work/equal.bpf" | jq -rs 'last | .action')"
done
printf 'ld [16]\ntax\nld [24]\njeq x, yes, no\nyes: ret ALLOW\nno: ret EPERM\n' | "$WARRANT" seccomp asm - --output "$work/any.bpf"
"$WARRANT" seccomp audit --json --policy "$work/none" "$work/any.bpf" > "$work/json"
same 'no architecture, equal arguments: both orders' '*|*, big-endian' "$(jq -rs 'map(select(.action == "ALLOW" and .arch) | .arch | select(startswith("*"))) | unique | join("|")' "$work/json")"

finish
