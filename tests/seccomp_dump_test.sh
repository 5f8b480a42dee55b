#!/usr/bin/env bash
# `warrant seccomp dump --count N -- COMMAND` ends, whatever the command leaves running: threads that
# sleep while another one installs, children that go on, a filter for all threads at once. It takes
# the filters that prctl and seccomp install alike.
set -u
. "$(dirname "$0")/lib.sh"

cat > "$work/busy.c" <<'END_C'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
static struct sock_fprog program = {1, allow};

static void *sleeps(void *unused) {
  for (;;)
    pause();
  return unused;
}
static void *installs(void *how) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (strchr(how, 'p'))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  if (strchr(how, 's'))
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
  if (strchr(how, 't'))
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  return sleeps(how);
}
/* busy HOW [f]: p, s and t install; f: in a child, which this process waits for */
int main(int argc, char **argv) {
  pthread_t thread;
  if (argc > 2 && fork() > 0)
    return wait(NULL) < 0;
  for (int i = 0; i < 8; i++)
    pthread_create(&thread, NULL, sleeps, NULL);
  pthread_create(&thread, NULL, installs, argv[1]);
  sleeps(NULL);
}
END_C
cc -O1 -pthread -o "$work/busy" "$work/busy.c" || { not_ok 'dump: its program' 'cc failed'; finish; }

timeout -s KILL 10 "$WARRANT" seccomp dump --count 1 -- "$work/busy" p > "$work/out" 2> "$work/err"
if [ $? = 4 ]; then
  skip "dump: the filters of a command that goes on" "$(head -n 1 "$work/err")"
  finish
fi
# How many processes run the program.
running() {
  local exe count=0
  for exe in /proc/[0-9]*/exe; do
    if [ "$(readlink "$exe" 2> /dev/null)" = "$work/busy" ]; then count=$((count + 1)); fi
  done
  echo $count
}
# dumped NAME COUNT WANT ARGUMENT...: exit code and filters, within ten seconds, and nothing is left
dumped() {
  local name=$1 count=$2 want=$3
  shift 3
  timeout -s KILL 10 "$WARRANT" seccomp dump --json --count "$count" -- "$work/busy" "$@" > "$work/out" 2> "$work/err"
  same "dump: $name" "$want" "$? $(jq -r '.filter // 0' "$work/out" | sort -u | wc -l)"
  same "dump: $name, nothing is left running" 0 "$(running)"
}
dumped 'threads that go on, prctl' 1 '0 1' p
dumped 'threads that go on, seccomp' 1 '0 1' s
dumped 'threads that go on, a filter for all of them' 1 '0 1' t
dumped 'a child that goes on' 1 '0 1' p f
dumped 'a child with a filter for all its threads' 1 '0 1' t f
dumped 'two of three filters' 2 '0 2' pst
dumped 'three filters' 3 '0 3' pst f

finish
