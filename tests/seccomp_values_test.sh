#!/usr/bin/env bash
# What a filter returns is judged by what Linux makes of it: an error number above 4095 is 4095, the data of ALLOW, KILL and LOG is
# nothing; filters that differ in nothing else are equivalent.
set -u
. "$(dirname "$0")/lib.sh"
# filter NAME VALUE: VALUE for getppid, ALLOW for the rest
filter() { printf '%s\n' 'ld nr' 'jne #getppid, rest' "ret #$2" 'rest: ret ALLOW' | "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }
filter e4 0x50004
filter e5 0x50005
filter e4095 0x50fff
filter e5000 0x51388
filter eall 0x5ffff
filter allow 0x7fff0000
filter allow7 0x7fff0007
filter log 0x7ffc0000
filter log1 0x7ffc0001
filter thread 0
filter thread9 9
filter process 0x80000000
filter process3 0x80000003
filter none 0x12340000
filter none1 0x40001
filter trace 0x7ff00001
filter trace2 0x7ff00002
filter trap 0x30001
filter trap2 0x30002
compare() { "$WARRANT" seccomp diff "$work/$1.bpf" "$work/$2.bpf" > "$work/out" 2> "$work/err"; same "$1 and $2" "$3" $?; }
compare e4095 e5000 0
compare e5000 eall 0
compare allow allow7 0
compare log log1 0
compare thread thread9 0
compare process process3 0
compare none process 0
compare none none1 0
compare none thread 1
compare e4 e5 1
compare e4 e4095 1
compare allow log 1
compare thread process 1
compare trace trace2 1
compare trap trap2 1
for name in e5000 allow7 log1 process3 eall none; do
  "$WARRANT" seccomp explain "$work/$name.bpf" > "$work/policy"
  "$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/$name.bpf"
  same "$name keeps what explain says of it" 0 $?
done
same 'the table has the value that Linux returns' 'ERRNO(4095)' "$("$WARRANT" seccomp audit --json "$work/e5000.bpf" | jq -rs 'map(select(.syscall == "getppid")) | .[0].action')"
same 'emu ends with it' 'ERRNO(4095)' "$("$WARRANT" seccomp emu --json "$work/e5000.bpf" --syscall getppid | jq -r .action)"
same 'and says what the filter returns' $((0x51388)) "$("$WARRANT" seccomp emu --json "$work/e5000.bpf" --syscall getppid | jq .value)"
same 'ALLOW with data is one row with ALLOW' ALLOW "$("$WARRANT" seccomp audit --json "$work/allow7.bpf" | jq -rs 'map(select(.action) | select(.syscall) | .action) | unique | join(" ")')"
echo 'ERRNO(5000) for getppid on x86_64' > "$work/policy"
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/e4095.bpf"
same 'a policy that wants 5000 has 4095' 0 $?
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/e4.bpf"
same 'and not 4' 1 $?
same 'what is no action is KILL_PROCESS' KILL_PROCESS "$("$WARRANT" seccomp audit --json "$work/none.bpf" | jq -rs 'map(select(.syscall == "getppid")) | .[0].action')"
same 'emu says so, too' 'KILL_PROCESS 305397760' "$("$WARRANT" seccomp emu --json "$work/none.bpf" --syscall getppid | jq -r '"\(.action) \(.value)"')"
same 'and the audit names the number' '0x12340000 is no action; Linux kills the process for it' "$("$WARRANT" seccomp audit --json "$work/none.bpf" | jq -r 'select(.finding == "bad-action") | .message')"
echo 'KILL_PROCESS for getppid on x86_64' > "$work/policy"
"$WARRANT" seccomp check --quiet --policy "$work/policy" "$work/none.bpf"
same 'a policy that wants KILL_PROCESS has it' 0 $?
# A stack compares actions as they are returned: the newest of equal actions has its data.
same 'in a stack it counts by its number: below it, KILL_THREAD' KILL_THREAD "$("$WARRANT" seccomp audit --json "$work/none.bpf" "$work/thread.bpf" | jq -rs 'map(select(.syscall == "getppid")) | .[0].action')"
same 'and is named where it counts alone' '0 1' "$(for other in e4 allow; do "$WARRANT" seccomp audit --json "$work/none.bpf" "$work/$other.bpf" | jq -rs 'map(select(.finding == "bad-action")) | length'; done | paste -sd' ')"
same 'emu of a stack: of equal actions the newest' 'ERRNO(EINTR)' "$("$WARRANT" seccomp emu --json "$work/e5000.bpf" "$work/e4.bpf" --syscall getppid | jq -r .action)"

cat > "$work/child.c" <<'END_C'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void *call(void *none) {
  syscall(SYS_getpgrp);
  return none;
}
int main(void) {
  struct sock_filter f[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
                            {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getppid},
                            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 5000},
                            {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getpgrp},
                            {BPF_RET | BPF_K, 0, 0, 0x12340000},
                            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW | 7}};
  struct sock_fprog p = {6, f};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p))
    return 77;
  errno = 0;
  long r = syscall(SYS_getppid);
  int first = errno;
  struct sock_filter g[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
                            {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getppid},
                            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 4},
                            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW | 1}};
  struct sock_fprog newer = {4, g};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &newer))
    return 77;
  syscall(SYS_getppid);
  printf("%ld %d %d %d\n", r, first, getpid() > 0, errno);
  fflush(stdout);
  pthread_t thread; /* the call is another thread's: killed alone, it would leave this one */
  if (pthread_create(&thread, NULL, call, NULL) || pthread_join(thread, NULL))
    return 78;
  return 79;
}
END_C
cc -pthread -o "$work/child" "$work/child.c" || not_ok 'the running kernel' 'cc failed'
ran=$(ulimit -c 0; "$work/child" 2> "$work/err")
status=$?
if [ $status = 77 ]; then
  skip 'the running kernel' 'it installs no filter here'
else
  same 'the running kernel: 5000 is 4095, ALLOW with data allows, of equal actions the newest' '-1 4095 1 4' "$ran"
  IFS=.- read -r major minor _ <<< "$(uname -r)"
  if [ $((major * 100 + minor)) -lt 511 ]; then
    skip 'the running kernel: no action' 'it is older than 5.11'
  else
    same 'the running kernel: what is no action kills the process' $((128 + 31)) $status
  fi
fi
finish
