#!/usr/bin/env bash
# warrant seccomp import reads the policies of other programs as these do: what the filter then does with
# calls, what it refuses, and what it says of lines that the program passes over in silence.
set -u
. "$(dirname "$0")/lib.sh"

# imported NAME WANT LANGUAGE [OPTION]... < TEXT: exit code and findings, as NAME@PLACE; LANGUAGE `-` is
# for a text that tells its own
imported() {
  local name=$1 want=$2 code file=$work/policy
  local options=(--runtime "$3")
  [ "$3" != - ] || options=()
  shift 3
  cat > "$file"
  "$ASAN_WARRANT" seccomp import --json --output "$work/filter.bpf" "${options[@]}" "$@" "$file" > "$work/out" 2> "$work/err"
  code=$?
  same "$name" "$want" "$(printf '%s\n' $code; jq -r 'select(.finding) | .finding + "@" + (.place | sub(" "; ":"))' "$work/out" | sort)"
  [ $code -lt 2 ] || same "$name: one sentence" 1 "$(wc -l < "$work/err")"
  same "$name: the filter does what it says" 0 "$(grep -c '"difference"' "$work/out")"
}
# does WANT CALL [ARGUMENT]...: what the filter made last does with a call
does() {
  local want=$1 call=$2
  local arguments=()
  shift 2
  for argument; do arguments+=(--arg "$argument"); done
  same "  $call $*" "$want" "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --syscall "$call" "${arguments[@]}" | jq -r .action)"
}
# refused LANGUAGE CODE LINE TEXT: no filter, and where it says why
refused() {
  printf '%b' "$4" > "$work/policy"
  "$ASAN_WARRANT" seccomp import --runtime "$1" "$work/policy" > "$work/out" 2> "$work/err"
  same "$1 refused: $4" "$2 1 0" "$? $(wc -l < "$work/err") $(wc -c < "$work/out")"
  [ -z "$3" ] || same "$1 refused: $4: where" 1 "$(grep -c -F "$3: " "$work/err")"
}

# ---- minijail ----
imported 'minijail: told by its text' 0 - << 'END'
# a comment
read: 1
 write : arg0 == 1 || arg0 == 2; return EBADF
mmap: arg2 in ~PROT_EXEC || arg2 in ~PROT_WRITE
openat: arg2 & O_CREAT && arg3 <= 0777
socket: arg0 == AF_UNIX || arg0 == AF_INET && \
  arg1 in SOCK_STREAM|(SOCK_CLOEXEC)
ptrace: return EPERM
lseek: arg1 >= 0x100000000 && arg1 < 0x300000002; return 7
ioctl: arg1 != -2
fcntl: arg1 > 0x1ffffffff
kill: return
END
does ALLOW read
does ALLOW write 0=2
does 'ERRNO(EBADF)' write 0=3
does 'ERRNO(EBADF)' write 0=0x100000001
does ALLOW mmap 2=0xfffffffffffffffb
does KILL_THREAD mmap 2=6
does ALLOW openat 2=0x41 3=0x1ff
does KILL_THREAD openat 2=1 3=0
does KILL_THREAD openat 2=0x40 3=0x200
does ALLOW socket 0=1 1=77
does ALLOW socket 0=2 1=0x80001
does KILL_THREAD socket 0=2 1=0x80002
does 'ERRNO(EPERM)' ptrace
does 'ERRNO(E2BIG)' lseek 1=0xffffffff
does ALLOW lseek 1=0x100000000
does ALLOW lseek 1=0x300000001
does 'ERRNO(E2BIG)' lseek 1=0x300000002
does KILL_THREAD ioctl 1=0xfffffffffffffffe
does ALLOW ioctl 1=0xfffffffe
does KILL_THREAD fcntl 1=0x1ffffffff
does ALLOW fcntl 1=0x200000000
does KILL_THREAD kill
does KILL_THREAD getpid
does KILL_THREAD 0x40000000
same '  a call of i386' KILL_THREAD "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch i386 --syscall read | jq -r .action)"
imported 'minijail: a call that libseccomp is too old for' 0 minijail <<< 'mseal: 1'
does ALLOW mseal
does KILL_THREAD read
imported 'minijail: what it passes over' $'1\ncomment-goes-on@line:2\nerrno-range@line:11\nerrno-zero@line:8\nfrequency@line:1\nglued@line:4\nlost-line@line:12\nnever-holds@line:6\nno-comparison@line:7\noverruled@line:9\nrest-of-line@line:10\nrest-of-line@line:5' minijail << 'END'
@frequency ./some.frequency
# a comment \
read: 1
write: return1
open: return EPERM now
openat: arg2 & O_RDONLY
close: ;
dup: return 0
lseek: arg1 == 1 || arg0 >= 0; return 1
ioctl: arg0 == 1; return 1; return 2
kill: return 5000
getpid: 1 \
END
does KILL_THREAD read
does KILL_THREAD write
does KILL_THREAD getpid
does 'ERRNO(4095)' kill
# names LANGUAGE: those that the sources say it has
names() { sed -n "/of_$1\[\] = {/,/NULL/p" cbridge/cmd/seccomp_constants.c | grep -o '"[^"]*"' | tr -d '"' | tr ' ' '\n'; }
same 'minijail: names' yes "$([ "$(names minijail | wc -l)" -gt 700 ] && echo yes)"
names minijail | paste -sd '|' | sed 's/^/read: arg0 == /' > "$work/names.policy"
imported 'minijail: each of its names has a value' 0 minijail < "$work/names.policy"
imported 'minijail: values' 0 minijail <<< 'openat: arg2 == O_RDWR|O_NOFOLLOW && arg3 in S_IREAD; return EOVERFLOW'
does ALLOW openat 2=0x20002 3=0x100
does 'ERRNO(EOVERFLOW)' openat 2=0x20002 3=0x80
imported 'minijail: another value of aarch64' 0 minijail --arch aarch64 <<< 'openat: arg2 == O_NOFOLLOW'
same '  openat' ALLOW "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch aarch64 --syscall openat --arg 2=0x8000 | jq -r .action)"
imported 'minijail: a name that x86 alone has' 3 minijail --arch aarch64 <<< 'read: arg0 == ARCH_SET_FS'
imported 'minijail: a name whose value is not known on mips' 3 minijail --arch mips64el <<< 'read: arg0 == SO_TYPE'
imported 'minijail: a name whose value is known there' 0 minijail --arch mips64el <<< 'openat: arg2 == O_CREAT'
same '  openat' ALLOW "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch mips64el --syscall openat --arg 2=0x100 | jq -r .action)"
imported 'minijail: on aarch64' 0 minijail --arch aarch64 <<< 'fcntl: arg1 == F_SETFL && arg2 in O_NONBLOCK|O_APPEND'
imported 'minijail: halves on i386' 0 minijail --arch i386 << 'END'
write: arg0 == -1
socketcall: arg0 != 1 && arg0 > 0xfffffffe
END
printf 'write: 1\nread: arg0 in 0\n' > "$work/included.policy"
imported 'minijail: an included file' 0 minijail <<< "@include $work/included.policy"
does ALLOW write
imported 'minijail: nothing' 0 minijail < /dev/null
does KILL_THREAD read
for text in 'read' 'read:' 'read: 2' 'read: arg0' 'read: arg0 =' 'read: arg0 = 1' 'read: arg0 == 1 1' 'read: arg6 == 1' 'read: arg == 1' 'read: arg0x == 1' 'read: arg0 == 1x' 'read: arg0 == 08' 'read: arg0 == 0x' \
  'read: arg0 == 0x10000000000000000' 'read: arg0 == -0x8000000000000001' 'read: arg0 == (1' 'read: arg0 == (1)2' 'read: arg0 == (1)|' 'read: arg0 == ~' 'read: arg0 == ()' 'read: arg0 == |1' 'read: arg0 == 1 &&' 'read: || arg0 == 1' \
  'read: arg0 == 1; EPERM' 'read: return -1' 'read: return EPERM;' 'read: ; return 1' 'read: 1 # all' 'read: 1\r' 'raed: 1' '0: 1' 'read: 1\nread: 1' '@default kill' '@include x' '@include\t/x' 'read: allow'; do
  line=1
  [ "${text#*\\nread}" = "$text" ] || line=2
  refused minijail 2 "line $line" "$text\n"
done
refused minijail 3 'line 1' 'read: arg-1 == 0\n'
refused minijail 3 'line 1' 'read: arg0 == KCMP_FILE\n'
refused minijail 3 'line 1' 'read: arg0 == AT_FDCWD\n'
refused minijail 2 '' '@include /nonexistent\n'
printf 'read: 1\n@include ./x\n' > "$work/included.policy"
refused minijail 2 'included.policy line 2' "@include $work/included.policy\n"

# ---- seccompiler, as rust-vmm and as Firecracker have it ----
# filter KEYS RULE: a file of one thread
filter() { printf '{"vmm": {%s, "filter": [%s]}}' "$1" "$2"; }
denies='"mismatch_action": {"errno": 1}, "match_action": "allow"'
condition='{"index": 1, "type": "qword", "op": "eq", "val": 5}'
imported 'seccompiler: told by its text' 0 - << END
$(filter "$denies" '{"syscall": "read", "comment": "any"}, {"syscall": "fcntl", "args": [{"index": 1, "type": "dword", "op": "eq", "val": 4}, {"index": 2, "type": "qword", "op": {"masked_eq": 4294967295}, "val": 2}]},
  {"syscall": "fcntl", "args": [{"index": 1, "type": "dword", "op": "ge", "val": 10}, {"index": 1, "type": "dword", "op": "lt", "val": 20}]}, {"syscall": "write", "args": [{"index": 2, "type": "qword", "op": "le", "val": 12884901893}]}')
END
does ALLOW read
does ALLOW fcntl 1=0x700000004 2=0x900000002
does 'ERRNO(EPERM)' fcntl 1=4 2=3
does ALLOW fcntl 1=0x10000000a
does ALLOW fcntl 1=19
does 'ERRNO(EPERM)' fcntl 1=20
does ALLOW write 2=0x300000005
does 'ERRNO(EPERM)' write 2=0x300000006
does 'ERRNO(EPERM)' 0x40000000
same '  a call of i386' KILL_PROCESS "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch i386 --syscall read | jq -r .action)"
imported 'seccompiler: what it passes over' $'1\nerrno-range@/vmm\nerrno-range@/vmm\noverruled@/vmm/filter/0\nvalue-range@/vmm/filter/1/args/0\nvalue-range@/vmm/filter/1/args/1' seccompiler << END
$(filter '"default_action": {"errno": 65537}, "filter_action": {"errno": 5000}' '{"syscall": "read"}, {"syscall": "read", "args": [{"index": 0, "type": "dword", "op": "ne", "val": 4294967301}, {"index": 1, "type": "qword", "op": {"masked_eq": 1}, "val": 3}]}')
END
does 'ERRNO(EPERM)' read 0=5 1=1
does 'ERRNO(4095)' read 0=6 1=1
does 'ERRNO(EPERM)' read 0=6 1=2
imported 'Firecracker: told by its text' 0 - << END
$(filter '"default_action": "trap", "filter_action": "allow"' "{\"syscall\": \"read\"}, {\"syscall\": \"ioctl\", \"args\": [{\"index\": 1, \"type\": \"dword\", \"op\": \"eq\", \"val\": 44672}]}")
END
does ALLOW ioctl 1=0x70000ae80
does TRAP ioctl 1=0xae81
does TRAP write
imported 'Firecracker: what it passes over' $'1\ndword-ignored@/vmm/filter/0/args/0\nno-comparison@/vmm/filter/1\nunknown-key@/vmm/filter/1' firecracker << END
$(filter '"default_action": "trap", "filter_action": "allow"' '{"syscall": "read", "args": [{"index": 0, "type": "dword", "op": "le", "val": 5}]}, {"syscall": "write", "args": [], "arg": 5}')
END
does TRAP read 0=0x100000001
does ALLOW write
two='{"api": {"default_action": "trap", "filter_action": "allow", "filter": []}, "vmm": {"default_action": "allow", "filter_action": "trap", "filter": [{"syscall": "read"}]}}'
imported 'seccompiler: two filters' 2 - <<< "$two"
imported 'seccompiler: one of them' 0 - --set vmm <<< "$two"
does TRAP read
does ALLOW write
imported 'seccompiler: none of that name' 2 - --set vcpu <<< "$two"
for text in '[]' '{"a": 5}' '{}' '{"a": {"default_action": "trap", "filter_action": "allow", "filter": []}, "a": {"default_action": "trap", "filter_action": "allow", "filter": []}}' "$(filter '"mismatch_action": "trap"' '')" "$(filter '"mismatch_action": "trap", "match_action": "trap"' '')" \
  "$(filter '"mismatch_action": "trap", "default_action": "trap", "match_action": "allow"' '')" "$(filter '"mismatch_action": "Trap", "match_action": "allow"' '')" "$(filter '"mismatch_action": {"trap": 1}, "match_action": "allow"' '')" "$(filter '"mismatch_action": "errno", "match_action": "allow"' '')" \
  "$(filter '"mismatch_action": {"errno": -1}, "match_action": "allow"' '')" "$(filter '"mismatch_action": {"errno": 4294967296}, "match_action": "allow"' '')" "$(filter "$denies" '{"syscall": "raed"}')" "$(filter "$denies" '{"syscall": 0}')" "$(filter "$denies" '{"name": "read"}')" "$(filter "$denies" '{"syscall": "read", "args": []}')" \
  "$(filter "$denies" '{"syscall": "read", "comment": 1}')" "$(filter "$denies" '5')" "$(filter "$denies, \"x\": 1" '')" "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/1/6}]}")" "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/qword/word}]}")" \
  "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/eq/is}]}")" "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/5/-5}]}")" "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/5/18446744073709551616}]}")" "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [${condition/val/value}]}")"; do
  refused seccompiler 2 '' "$text"
done
denies='"default_action": {"errno": 1}, "filter_action": "allow"'
for text in "$(filter '"mismatch_action": "trap", "match_action": "allow"' '')" "$(filter '"default_action": {"errno": 65536}, "filter_action": "allow"' '')" "$(filter '"default_action": "user_notif", "filter_action": "allow"' '')" \
  "$(filter "$denies" "{\"syscall\": \"read\", \"args\": [$condition, $condition]}")" "$(filter "$denies" '{"syscall": "raed"}')"; do
  refused firecracker 2 '' "$text"
done
"$ASAN_WARRANT" seccomp import --runtime seccompiler --arch i386 "$work/policy" > /dev/null 2>&1
same 'seccompiler: an architecture that it does not know' 2 $?

# ---- LXC ----
imported 'LXC: told by its text' $'0\nunknown-call@line:9' - << 'END'
2
denylist errno 38
# a comment
reject_force_umount  # another
read errno 1
write trap [0,5,==][2,0xff,&=,0xff]
mknod
umount notify
raed_of_another_kernel errno 1
waitpid errno 3
[arm]
getpid kill
[all]
ptrace allow [0,3,>=]
END
does 'ERRNO(ENOSYS)' getpid
does 'ERRNO(EACCES)' umount2 1=1
does 'ERRNO(ENOSYS)' umount2 1=2
does 'ERRNO(EPERM)' read
does TRAP write 0=5 2=0x1ff
does 'ERRNO(ENOSYS)' write 0=5 2=0x1fe
does KILL_THREAD mknod
does ALLOW ptrace 0=3
same '  a call of i386' 'ERRNO(ESRCH)' "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch i386 --syscall waitpid | jq -r .action)"
same '  a call of x32' 'ERRNO(EPERM)' "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch x32 --syscall read | jq -r .action)"
imported 'LXC: an allowlist' 0 lxc <<< $'2\nallowlist trap\nread\nopenat allow [2,0,==]'
does ALLOW read
does TRAP openat 2=1
does TRAP write
imported 'LXC: version 1' 0 - <<< $'1\nallowlist\n0\n 1\n335'
does ALLOW write
does ALLOW 335
does KILL_THREAD open
imported 'LXC: what it passes over' $'1\nargs-left-out@line:11\nerrno-range@line:5\nglued@line:4\nmask-unused@line:9\nno-mask@line:8\nrest-of-line@line:10\nrest-of-line@line:7\nsection-ignored@line:12\nunknown-call@line:3\nvalue-range@line:10' lxc << 'END'
2
denylist
raed errno 1
open kill_process
close errno 65537
dup errno 4000
read errno 1 now
lseek trap [0,5,&=]
write trap [0,5,==,7]
mmap trap [0,5,&=,4,1]
brk trap [0,1,==][1,1,==][2,1,==][3,1,==][4,1,==][5,1,==][0,2,==]
[x86_64]
[x86]
stat errno 1
END
does KILL_THREAD open
does TRAP lseek
does 'ERRNO(EPERM)' stat
for text in '' '3\nallowlist\n' '1' '1\nwhitelist\n0\n' '1\nallowlist\nread\n' '1\nallowlist\n\n' '2\nlist\n' '2\nallowlist debug\n' '2\nallowlist \n' '2\nallowlist maybe\n' '2\nallowlist errno\n'; do refused lxc 2 '' "$text"; done
for text in 'read maybe' 'read errno 5000' ' read' 'read [0,1,==]' 'read errno' 'read trap [0,1,==] ' 'read trap [0,1,==] # c' 'read trap [6,1,==]' 'read trap [-1,1,==]' 'read trap [0,-1,==]' 'read trap [0,1x,==]' 'read trap [0,0x10000000000000000,==]' 'read trap [0,1,=]' 'read trap [0,1, ==]' 'read trap [0,1]' 'read trap [0,1,==,x]' \
  'read trap [0,1,==][0,2,==]' 'read allow' '[z80]' '[x86' '[]'; do
  refused lxc 2 'line 3' "2\\ndenylist\\n$text\\n"
done
refused lxc 3 'line 3' '2\ndenylist\nread errno 99999999999\n'
refused lxc 3 'line 3' '1\nallowlist\n-1\n'
"$ASAN_WARRANT" seccomp import --runtime lxc --arch riscv64 "$work/policy" > /dev/null 2>&1
same 'LXC: a machine that is not supported' 3 $?

# ---- snapd ----
imported 'snapd: told by its text' $'0\nunknown-call@line:4' - << 'END'
# a template
read
write - >=3 <=0
raed
socket AF_UNIX
socket AF_NETLINK - !NETLINK_AUDIT
fchownat - - -1 u:root
mknod - |S_IFCHR -
openat - - 65|64
lseek >4294967294
~ptrace
~write 7
END
does ALLOW read
does ALLOW write 1=3 2=0
does 'ERRNO(EPERM)' write 1=2 2=0
does ALLOW socket 0=1
does ALLOW socket 0=16 2=3
does 'ERRNO(EPERM)' socket 0=16 2=9
does ALLOW fchownat 2=0x1ffffffff 3=0
does 'ERRNO(EPERM)' fchownat 2=1 3=0
does ALLOW mknod 1=0xb000
does 'ERRNO(EPERM)' mknod 1=0x1000
does ALLOW openat 2=0xfffffffffffffffe
does 'ERRNO(EPERM)' openat 2=0xffffffffffffffff
does 'ERRNO(EPERM)' lseek 0=0xfffffffe
does ALLOW lseek 0=0x100000000
same '  what it denies, in a filter behind it' 'ERRNO(EACCES) ERRNO(EACCES) ALLOW' \
  "$(for call in 'ptrace' 'write --arg 0=7 --arg 1=9' 'write --arg 0=8 --arg 1=9'; do "$WARRANT" seccomp emu --json "$work"/filter.bpf "$work"/filter.bpf.deny --syscall $call | jq -r .action; done | paste -sd ' ')"
same 'snapd: names' yes "$([ "$(names snapd | wc -l)" -gt 200 ] && echo yes)"
{ echo AF_CONN; echo PF_CONN; names snapd; } | sed 's/^/read /' > "$work/names.policy"
imported 'snapd: each of its names has a value' 0 snapd < "$work/names.policy"
imported 'snapd: values' 0 snapd <<< $'socket AF_CONN\nprctl PR_SET_MM\nptrace PTRACE_PEEKUSR\nmknod - S_IFIFO'
does ALLOW socket 0=123
does ALLOW prctl 0=35
does ALLOW ptrace 0=3
does ALLOW mknod 1=0x1000
imported 'snapd: @complain' 0 - <<< $'@complain\nread'
does LOG write
imported 'snapd: what it passes over' $'1\nno-mask@line:3\noverruled@line:4\nunknown-call@line:1\nvalue-range@line:2' snapd << 'END'
~raed
open - 1|3
dup |0
mount - 1
~mount
END
for text in 'read 1x' 'read 4294967296' 'read -1' 'read 0x1' 'read AF_NONE' 'read EPERM' 'read O_RDWR' 'read 1 2 3 4 5 6 7' 'read # all' 'read |' 'read 1|2|3' 'setuid >=0' 'setuid -2147483649' 'setuid 1|1'; do
  refused snapd 2 'line 1' "$text\\n"
done
refused snapd 2 '' '# all\n @unrestricted\nread\n'
refused snapd 3 'line 1' 'setuid u:no-such-user-here\n'
"$ASAN_WARRANT" seccomp import --runtime snapd --arch i386 "$work/policy" > /dev/null 2>&1
same 'snapd: a machine that is not supported' 3 $?

# ---- kafel ----
imported 'kafel: told by its text' 0 - << 'END'
#define STDERR 2
#define own -1 // a number that no call has
POLICY writes {
  ALLOW { write(fd, buf, size) { (fd == 1 || fd == STDERR) && !(size >= 4 && (buf & 0xff) == 0) } }
}
POLICY main {
  USE writes,
  ERRNO(9) { write, newfstat, SYSCALL[9](a, b) { a != 5, 3 > b } },
  TRAP(3) { own(x) { (x & 0xf0) == 0x10|0x20 } } /* and
  more */
}
ALLOW { lseek ON arm, read ON {x86_64, arm} }
USE main, KILL_PROCESS { ptrace(a) { 5 == 5 && a < 0b101 } }
DEFAULT LOG
END
does ALLOW write 0=2 1=0x100 2=3
does ALLOW write 0=1 1=0x101 2=9
does 'ERRNO(EBADF)' write 0=1 1=0x100 2=4
does 'ERRNO(EBADF)' write 0=0x100000001
does 'ERRNO(EBADF)' fstat
does 'ERRNO(EBADF)' mmap 0=5 1=2
does LOG mmap 0=5 1=3
does 'TRAP(3)' 0xffffffff 0=0x35
does LOG 0xffffffff 0=0x15
does ALLOW read
does LOG lseek
does KILL_PROCESS ptrace 0=4
does LOG ptrace 0=5
same '  a call of i386' KILL_THREAD "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --arch i386 --syscall read | jq -r .action)"
imported 'kafel: a call that libseccomp is too old for' 0 kafel <<< 'ALLOW { mseal }'
does ALLOW mseal
imported 'kafel: KILL where DEFAULT is not' 0 kafel <<< 'ALLOW { read }'
does KILL_THREAD write
imported 'kafel: what it passes over' $'1\nerrno-range@line:4\nnever-holds@line:6\noctal@line:5\noverruled@line:7\nunused-policy@line:1' kafel << 'END'
POLICY spare { ALLOW { read } }
POLICY used { ALLOW { getpid } }
USE used
ERRNO(5000) { open,
  close(fd) { fd == 08 },
  lseek(fd) { fd < 3 && fd > 4 } }
KILL { getpid }
END
does ALLOW getpid
does 'ERRNO(4095)' close
for text in '' '// all' 'ALLOW' 'ALLOW {' 'ALLOW { read' 'ALLOW { read, }' 'ALLOW { raed }' 'ALLOW { fstat }' 'ALLOW { read } DEFAULT' 'DEFAULT KILL DEFAULT KILL' 'DEFAULT read' 'ERRNO(EPERM) { read }' 'ERRNO(65536) { read }' 'ERRNO { read }' 'USE a' 'POLICY a { USE a }' \
  'POLICY a {} POLICY a {}' 'POLICY ALLOW {}' 'POLICY a { ALLOW { read } ALLOW { write } }' '#define a 1 #define a 2' '#define a b' '#define KILL 1' '# include "x"' 'ALLOW { SYSCALL(1) }' 'ALLOW { SYSCALL[a] }' 'ALLOW { read(a, a) }' 'ALLOW { read(a, b, c, d, e, f, g) }' 'ALLOW { read(a) { b == 1 } }' \
  'ALLOW { read(a) { a } }' 'ALLOW { read(a) { !a } }' 'ALLOW { read(a) { (a == 1) == 1 } }' 'ALLOW { read(a) { a = 1 } }' 'ALLOW { read(a) { a == 1 || } }' 'ALLOW { read(a) { (a == 1 } }' 'ALLOW { read(a) { a == 18446744073709551616 } }' 'ALLOW { read ON z80 }' 'ALLOW { read ON {x86, i386} }' \
  'ALLOW { read } /* all' 'ALLOW { read } /* **/' 'ALLOW { read }\r' 'ALLOW { read } @' "ALLOW { read(a) { $(printf 'a==1||%.0s' {1..201}) a == 1 } }" "ALLOW { read(a) { $(printf '(%.0s' {1..300}) a == 1 } }" "ALLOW { read(a) { $(printf '!%.0s' {1..300}) a == 1 } }"; do
  refused kafel 2 'line 1' "$text"
done
for text in '#include "other"' 'ALLOW { write { fd == 1 } }' 'ALLOW { read(a, b) { a == b } }' 'ALLOW { read(a) { a|1 == 1 } }' 'ALLOW { SYSCALL[4294967296] }' \
  "ALLOW { read(a) { $(for _ in {1..12}; do printf '(a == 1 || a == 2) && '; done) a == 1 } }"; do
  refused kafel 3 'line 1' "$text"
done
"$ASAN_WARRANT" seccomp import --runtime kafel --arch aarch64 "$work/policy" > /dev/null 2>&1
same 'kafel: a machine that is not supported' 3 $?

# ---- More than there can be ----
for rules in 'minijail read: arg0 == 1' 'kafel ALLOW { read'; do
  { printf '%s' "${rules#* }"; if [ "${rules%% *}" = kafel ]; then printf ', read%.0s' {1..10000}; echo ' }'; else printf ' || arg0 == 1%.0s' {1..10000}; fi; } > "$work/policy"
  timeout 60 "$ASAN_WARRANT" seccomp import --runtime "${rules%% *}" "$work/policy" > "$work/out" 2> "$work/err"
  same "${rules%% *}: ten thousand rules" '3 1' "$? $(wc -l < "$work/err")"
done
{ printf 'ALLOW { SYSCALL[1000]'; printf ', SYSCALL[%s]' {1001..3000}; echo ' }'; } > "$work/policy"
"$ASAN_WARRANT" seccomp import "$work/policy" > "$work/out" 2> "$work/err"
same 'kafel: a filter that Linux does not take' '3 1' "$? $(wc -l < "$work/err")"
{ for call in read write open close mmap ioctl; do printf '%s: arg0 == 1' $call; printf ' || arg0 == 1%.0s' {1..90}; echo; done; } > "$work/policy"
"$ASAN_WARRANT" seccomp import "$work/policy" > "$work/out" 2> "$work/err"
same 'minijail: more labels or instructions than it takes' '2 1' "$? $(wc -l < "$work/err")"

finish
