#!/usr/bin/env bash
# Names of arguments, flags and commands: what audit, explain and diff print of them is true on the architecture that it is printed for,
# and is read back by check as the same condition.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"
assemble() { "$WARRANT" seccomp asm --arch "${2:-x86_64}" - --output "$work/$1.bpf"; }
# on ARCH NAME BODY: BODY on one architecture, with the number loaded; the others are killed
on() { printf 'ld arch\njeq #%s, native\nret KILL_PROCESS\nnative: ld nr\n%s\n' "$1" "$3" | assemble "$2" "$1"; }
rows() { # NAME: the rows of --json that have a named condition
  "$WARRANT" seccomp audit --json --policy "$work/none" "$work/$1.bpf" | jq -r 'select(.condition_named) | "\(.arch) \(.syscall) \(.action): \(.condition_named)"'
}
answers() { # NAME POLICY
  printf '%s\n' "$2" > "$work/policy"
  "$WARRANT" seccomp check --json --policy "$work/policy" "$work/$1.bpf" | jq -rs 'map(.holds | tostring) | join(" ")'
}

# ---- What is printed ----
on x86_64 words 'jeq #ioctl, io
jeq #openat, op
jeq #socket, so
jeq #socketpair, so
jeq #clone, cl
jeq #unshare, cl
jeq #mmap, mm
jeq #personality, pe
jeq #futex, fu
jeq #setsockopt, fu
ret ALLOW
io: ld arg1
jeq #0x5412, deny
jeq #0x541c, deny
jeq #0x1234, deny
ret ALLOW
op: ld arg2
and #0x8043
jeq #0x8041, allow
ret EPERM
so: ld arg0
jeq #1, allow
jeq #2, type
jeq #10, type
jeq #16, allow
ret EPERM
type: ld arg1
and #0xfff7f7ff
jeq #1, allow
jeq #2, allow
ret EPERM
cl: ld arg0
jset #0x10020000, deny
ret ALLOW
mm: ld arg2
jset #4, deny
ret ALLOW
pe: ld arg0
jeq #0, allow
jeq #0x20008, allow
jeq #0xffffffff, allow
ret EPERM
fu: ld arg1
and #0x7f
jeq #0, allow
jeq #1, allow
jeq #9, allow
ret EPERM
allow: ret ALLOW
deny: ret EPERM'
same 'conditions with names' "$(cat <<'END'
x86_64 clone ALLOW: arg0 & (CLONE_NEWNS|CLONE_NEWUSER) == 0
x86_64 clone ERRNO(EPERM): arg0 & (CLONE_NEWNS|CLONE_NEWUSER) != 0
x86_64 futex ALLOW: arg1 & 0x7f in {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET}
x86_64 futex ERRNO(EPERM): not (arg1 & 0x7f in {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET})
x86_64 ioctl ALLOW: not (arg1 & 0xffffffff in {0x1234, TIOCSTI, TIOCLINUX})
x86_64 ioctl ERRNO(EPERM): arg1 & 0xffffffff in {0x1234, TIOCSTI, TIOCLINUX}
x86_64 mmap ALLOW: arg2 & PROT_EXEC == 0
x86_64 mmap ERRNO(EPERM): arg2 & PROT_EXEC == PROT_EXEC
x86_64 openat ALLOW: arg2 & (O_ACCMODE|O_CREAT|O_LARGEFILE) == (O_WRONLY|O_CREAT|O_LARGEFILE)
x86_64 openat ERRNO(EPERM): arg2 & (O_ACCMODE|O_CREAT|O_LARGEFILE) != (O_WRONLY|O_CREAT|O_LARGEFILE)
x86_64 personality ALLOW: arg0 & 0xffffffff in {PER_LINUX, PER_LINUX32|UNAME26, 0xffffffff}
x86_64 personality ERRNO(EPERM): not (arg0 & 0xffffffff in {PER_LINUX, PER_LINUX32|UNAME26, 0xffffffff})
x86_64 socket ALLOW: arg0 & 0xffffffff in {AF_UNIX, AF_NETLINK} or arg0 & 0xffffffff in {AF_INET, AF_INET6} and arg1 & 0xfff7f7ff in {SOCK_STREAM, SOCK_DGRAM}
x86_64 unshare ALLOW: arg0 & (CLONE_NEWNS|CLONE_NEWUSER) == 0
x86_64 unshare ERRNO(EPERM): arg0 & (CLONE_NEWNS|CLONE_NEWUSER) != 0
END
)" "$(rows words | grep -vE 'socketpair|setsockopt|socket ERRNO' | sort)"
same 'JSON: condition stays in numbers' 'arg0 & 0x10020000 == 0' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/words.bpf" |
  jq -r 'select(.syscall == "clone" and .action == "ALLOW" and .arch == "x86_64") | .condition')"
"$WARRANT" seccomp audit --policy "$work/none" "$work/words.bpf" > "$work/text"
# Calls that share a condition, but not its names, have rows of their own.
same 'text: arguments have names' 'futex(uaddr, op)|setsockopt(fd, level)|ioctl(fd, cmd)|socket(domain, type) socketpair(domain, type)|clone(clone_flags) unshare(unshare_flags)' \
  "$(grep -oE 'futex\(.*|setsockopt\(.*|ioctl\(.*|socket\(.*|clone\(.*' "$work/text" | sort | tr '\n' '|' | sed 's/|$//' | awk -F'|' '{ print $2 "|" $4 "|" $3 "|" $5 "|" $1 }')"
same 'text: names, and numbers of other calls' '1 1' "$(grep -cF 'when not (arg1 & 0x7f in {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET})' "$work/text") $(grep -cF 'when not (arg1 & 0x7f in {0, 0x1, 0x9})' "$work/text")"
same 'a witness has names' 'ioctl(fd=0x0, cmd=TIOCSTI) on x86_64 -> ERRNO(EPERM), 8 instructions' \
  "$("$WARRANT" seccomp emu "$work/words.bpf" --syscall ioctl --arg 1=0x5412 | tail -n 1 | sed 's/, [0-9]* instr/, 8 instr/')"
same 'diff has names' 'clone(clone_flags=CLONE_NEWNS)' "$(on x86_64 all 'ret ALLOW'; "$WARRANT" seccomp diff "$work/words.bpf" "$work/all.bpf" | grep -o 'clone([^)]*)' | head -n 1)"

# ---- The same numbers elsewhere ----
# A number that has a name on x86_64 is a number, or has another name, where it means something else.
elsewhere() { # ARCH CALL ARGUMENT NUMBER WANT
  on "$1" elsewhere "jeq #$2, it
ret ALLOW
it: ld arg$3
jeq #$4, deny
ret ALLOW
deny: ret EPERM"
  same "$1: $2 of $4" "$5" "$(rows elsewhere | sed -n 's/.*ERRNO(EPERM): //p')"
}
elsewhere x86_64 ioctl 1 0x5412 'arg1 & 0xffffffff == TIOCSTI'
elsewhere ppc64le ioctl 1 0x5412 'arg1 & 0xffffffff == TIOCSTI'
elsewhere mipsel ioctl 1 0x5412 ''
elsewhere mipsel ioctl 1 0x5472 'arg1 & 0xffffffff == TIOCSTI'
elsewhere x86_64 ioctl 1 0x5401 'arg1 & 0xffffffff == TCGETS'
elsewhere ppc64le ioctl 1 0x5401 ''
elsewhere ppc64le ioctl 1 0x402c7413 'arg1 & 0xffffffff == TCGETS'
elsewhere x86_64 ioctl 1 0x40049409 'arg1 & 0xffffffff == FICLONE'
elsewhere mips64el ioctl 1 0x40049409 ''
elsewhere mips64el ioctl 1 0x80049409 'arg1 & 0xffffffff == FICLONE'
elsewhere x86_64 ioctl 1 0x80086601 'arg1 & 0xffffffff == FS_IOC_GETFLAGS'
elsewhere i386 ioctl 1 0x80046601 'arg1 & 0xffffffff == FS_IOC_GETFLAGS'
elsewhere i386 ioctl 1 0x80086601 ''
elsewhere x86_64 socket 1 1 'arg1 & 0xffffffff == SOCK_STREAM'
elsewhere mips64el socket 1 1 'arg1 & 0xffffffff == SOCK_DGRAM'
elsewhere x86_64 openat 2 0x10000 'arg2 & 0xffffffff == O_DIRECTORY'
elsewhere aarch64 openat 2 0x10000 'arg2 & 0xffffffff == O_DIRECT'
elsewhere arm openat 2 0x4000 'arg2 & 0xffffffff == O_DIRECTORY'
elsewhere mipsel openat 2 0x40 ''
elsewhere mipsel openat 2 0x100 'arg2 & 0xffffffff == O_CREAT'
elsewhere x86_64 mlockall 0 1 'arg0 & 0xffffffff == MCL_CURRENT'
elsewhere ppc64le mlockall 0 0x2000 'arg0 & 0xffffffff == MCL_CURRENT'
elsewhere riscv64 clone 0 0x10000000 'arg0 & 0xffffffff == CLONE_NEWUSER'
elsewhere x86_64 kill 1 9 'arg1 & 0xffffffff == SIGKILL'
elsewhere mipsel kill 1 17 'arg1 & 0xffffffff == SIGUSR2'
elsewhere i386 mmap 2 4 '' # its one argument is an address there

# ---- What is read ----
same 'names and numbers mean the same' 'true true true true true true true true' "$(answers words 'EPERM for ioctl on x86_64 when arg1 & 0xffffffff == TIOCSTI
EPERM for ioctl on x86_64 when cmd & 0xffffffff in {TIOCSTI, TIOCLINUX, 0x1234}
EPERM for clone, unshare on x86_64 when arg0 & (CLONE_NEWUSER | CLONE_NEWNS) != 0
EPERM for clone on x86_64 unless clone_flags & (CLONE_NEWUSER|CLONE_NEWNS) == 0
ALLOW for openat on x86_64 when flags & (O_ACCMODE|O_CREAT|0x8000) == (O_WRONLY|O_CREAT|O_LARGEFILE)
EPERM for socket, socketpair on x86_64 when domain == AF_INET and type & 15 == SOCK_RAW
ALLOW for personality on x86_64 when personality in {PER_LINUX, PER_LINUX32|UNAME26}
EPERM for futex on x86_64 when op & 0x7f in [FUTEX_FD, FUTEX_UNLOCK_PI]')"
same 'without `on`, each architecture has its own number' 'false' "$(answers words 'never ALLOW for ioctl when arg1 == 0x5412')"
on mipsel tiocsti 'jeq #ioctl, it
ret ALLOW
it: ld arg1
jeq #0x5472, deny
ret ALLOW
deny: ret EPERM'
same 'the number of the architecture' 'true false' "$(answers tiocsti 'never ALLOW for ioctl when cmd & 0xffffffff == TIOCSTI
never ALLOW for ioctl when cmd & 0xffffffff == 0x5412')"
on x86_64 which 'jeq #open, first
jeq #openat, second
ret ALLOW
first: ld arg1
jset #0x40, deny
ret ALLOW
second: ld arg2
jset #0x40, deny
ret ALLOW
deny: ret EPERM'
same 'a name is the argument of each call' 'true false' "$(answers which 'EPERM for open, openat on x86_64 when flags & O_CREAT == O_CREAT
EPERM for open, openat on x86_64 when arg1 & O_CREAT == O_CREAT')"
same 'an order of variables for what names compare' 'true' "$(answers which 'ALLOW for mremap on x86_64 when old_len == new_len')"
refused() { # NAME POLICY WORDS
  printf '%s\n' "$2" > "$work/policy"
  "$ASAN_WARRANT" seccomp check --policy "$work/policy" "$work/words.bpf" > "$work/out" 2> "$work/err"
  same "refused: $1" "2 1 1" "$? $(wc -l < "$work/err") $(grep -c -- "$3" "$work/err")"
}
refused 'no such constant' 'EPERM for ioctl when arg1 == TIOCSTY' 'a condition should stand here'
refused 'no such argument' 'EPERM for ioctl when flags == 1' 'a condition should stand here'
refused 'a name without a call' 'EPERM for * when flags == 1' 'a condition should stand here'
refused 'a name of another call' 'EPERM for ioctl, openat when cmd == 1' 'a condition should stand here'
refused 'a constant that is not sure somewhere' 'never RUN for openat when flags & O_NONBLOCK == 0' 'the value of O_NONBLOCK on parisc is not known'
refused 'flags without parentheses' 'EPERM for openat on x86_64 when flags & O_CREAT|O_EXCL == 0' 'put parentheses around'
refused 'half a flag' 'EPERM for openat on x86_64 when flags & (O_CREAT|) == 0' 'put parentheses'
refused 'a list that does not end' 'EPERM for openat on x86_64 when flags in {O_CREAT|O_EXCL' 'a set ends'
same 'not sure, but not asked about' true "$(answers words 'can ALLOW for openat when flags & O_NONBLOCK == 0')"

# ---- What is printed is read back ----
for name in words which tiocsti; do
  "$WARRANT" seccomp explain "$work/$name.bpf" > "$work/policy"
  "$WARRANT" seccomp check --json --policy "$work/policy" "$work/$name.bpf" > "$work/checked"
  same "explain $name: all of it holds" '0 0' "$? $(jq -r 'select(.holds != true) | .assertion' "$work/checked" | wc -l)"
  same "explain $name: names stand in it" true "$(jq -s 'any(.assertion | test("TIOCSTI|O_CREAT"))' "$work/checked")"
  # With an action for another, each assertion that has names fails: it is about the arguments that it names.
  sed -E 's/^ALLOW for/LOG for/; s/^ERRNO\(EPERM\) for/ALLOW for/' "$work/policy" > "$work/wrong"
  same "explain $name: other actions do not hold" 0 "$("$WARRANT" seccomp check --json --policy "$work/wrong" "$work/$name.bpf" | jq -r 'select(.holds == true and (.assertion | test(" when "))) | .assertion' | wc -l)"
done
finish
