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
refused minijail 2 '' '@include /nonexistent\n'
printf 'read: 1\n@include ./x\n' > "$work/included.policy"
refused minijail 2 'included.policy line 2' "@include $work/included.policy\n"

finish
