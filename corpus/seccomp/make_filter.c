/* Writes the seccomp filter of a worker process as libseccomp compiles it: `make_filter FILE`.
 *
 * The worker got its sockets and files from its parent.  It may compute, wait, read and write what
 * it has, take memory that is never executable, make threads but no processes,
 * and end. What it may ask for only with certain arguments stands beside the call; what fails
 * softly gets an error number, so that a library which only tries does not die; anything else ends
 * the process. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(a)[0])
#define LONGEST_WRITE (1u << 20)
/* What pthread_create asks clone for: everything shared, TLS and ids set. */
#define THREAD_FLAGS 0x003d0f00
#define NAMESPACE_FLAGS 0x7e020000

/* Calls that need no look at their arguments. */
static const int always[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(lseek),
    SCMP_SYS(munmap),
    SCMP_SYS(brk),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe2),
    SCMP_SYS(accept4),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(getgid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getegid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(uname),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Calls that fail with an error number, whatever their arguments. */
static const struct {
  int call, error;
} soft[] = {
    {SCMP_SYS(open), EACCES},   {SCMP_SYS(openat), EACCES}, {SCMP_SYS(access), EACCES},
    {SCMP_SYS(unlink), EACCES}, {SCMP_SYS(connect), EPERM}, {SCMP_SYS(sysinfo), ENOSYS},
    {SCMP_SYS(clone3), ENOSYS}, {SCMP_SYS(execve), EPERM},
};

/* Calls allowed when every condition of one row holds.  Two rows of one call are alternatives. */
#define AT_MOST 3
static const struct {
  int call;
  unsigned count;
  struct scmp_arg_cmp conditions[AT_MOST];
} conditional[] = {
    {SCMP_SYS(write), 1, {{2, SCMP_CMP_LE, LONGEST_WRITE, 0}}},
    {SCMP_SYS(sendto), 2, {{2, SCMP_CMP_LE, LONGEST_WRITE, 0}, {4, SCMP_CMP_EQ, 0, 0}}},
    {SCMP_SYS(recvfrom), 1, {{3, SCMP_CMP_NE, MSG_OOB, 0}}},
    {SCMP_SYS(mmap),
     2,
     {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}, {3, SCMP_CMP_MASKED_EQ, MAP_SHARED, 0}}},
    {SCMP_SYS(mprotect), 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {SCMP_SYS(mremap), 1, {{3, SCMP_CMP_LE, MREMAP_MAYMOVE, 0}}},
    {SCMP_SYS(madvise), 1, {{2, SCMP_CMP_EQ, MADV_DONTNEED, 0}}},
    {SCMP_SYS(madvise), 1, {{2, SCMP_CMP_EQ, MADV_FREE, 0}}},
    {SCMP_SYS(socket),
     3,
     {{0, SCMP_CMP_EQ, AF_UNIX, 0},
      {1, SCMP_CMP_MASKED_EQ, (scmp_datum_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK), SOCK_STREAM},
      {2, SCMP_CMP_EQ, 0, 0}}},
    {SCMP_SYS(setsockopt),
     2,
     {{1, SCMP_CMP_EQ, SOL_SOCKET, 0}, {2, SCMP_CMP_LT, SO_ATTACH_FILTER, 0}}},
    {SCMP_SYS(getsockopt), 2, {{1, SCMP_CMP_EQ, SOL_SOCKET, 0}, {2, SCMP_CMP_EQ, SO_ERROR, 0}}},
    {SCMP_SYS(fcntl), 1, {{1, SCMP_CMP_EQ, F_GETFL, 0}}},
    {SCMP_SYS(fcntl), 1, {{1, SCMP_CMP_EQ, F_GETFD, 0}}},
    {SCMP_SYS(fcntl), 2, {{1, SCMP_CMP_EQ, F_SETFD, 0}, {2, SCMP_CMP_EQ, FD_CLOEXEC, 0}}},
    {SCMP_SYS(fcntl), 2, {{1, SCMP_CMP_EQ, F_SETFL, 0}, {2, SCMP_CMP_MASKED_EQ, O_ASYNC, 0}}},
    {SCMP_SYS(ioctl), 1, {{1, SCMP_CMP_EQ, FIONREAD, 0}}},
    {SCMP_SYS(ioctl), 1, {{1, SCMP_CMP_EQ, FIONBIO, 0}}},
    {SCMP_SYS(futex), 1, {{1, SCMP_CMP_EQ, FUTEX_WAIT_PRIVATE, 0}}},
    {SCMP_SYS(futex), 1, {{1, SCMP_CMP_EQ, FUTEX_WAKE_PRIVATE, 0}}},
    {SCMP_SYS(futex), 1, {{1, SCMP_CMP_EQ, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0}}},
    {SCMP_SYS(clone), 1, {{0, SCMP_CMP_MASKED_EQ, THREAD_FLAGS | NAMESPACE_FLAGS, THREAD_FLAGS}}},
    {SCMP_SYS(prctl), 1, {{0, SCMP_CMP_EQ, PR_SET_NAME, 0}}},
    {SCMP_SYS(prlimit64),
     3,
     {{0, SCMP_CMP_EQ, 0, 0}, {1, SCMP_CMP_EQ, RLIMIT_STACK, 0}, {2, SCMP_CMP_EQ, 0, 0}}},
    {SCMP_SYS(clock_gettime), 1, {{0, SCMP_CMP_LE, CLOCK_TAI, 0}}},
    {SCMP_SYS(clock_nanosleep),
     2,
     {{0, SCMP_CMP_EQ, CLOCK_MONOTONIC, 0}, {1, SCMP_CMP_LE, TIMER_ABSTIME, 0}}},
    {SCMP_SYS(tgkill), 1, {{2, SCMP_CMP_EQ, SIGABRT, 0}}},
    {SCMP_SYS(close), 1, {{0, SCMP_CMP_GT, 2, 0}}},
    {SCMP_SYS(dup3), 2, {{1, SCMP_CMP_GE, 3, 0}, {2, SCMP_CMP_EQ, O_CLOEXEC, 0}}},
};

/* The filter is for x86-64 whatever machine builds it, so that every build checks the same bytes.
 */
static int only_x86_64(scmp_filter_ctx filter) {
  if (seccomp_arch_native() == SCMP_ARCH_X86_64)
    return 0;
  int error = seccomp_arch_add(filter, SCMP_ARCH_X86_64);
  return error ? error : seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
}

static int add_rules(scmp_filter_ctx filter) {
  int error = 0;
  for (size_t i = 0; i < ARRAY_SIZE(always) && !error; i++)
    error = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW, always[i], 0);
  for (size_t i = 0; i < ARRAY_SIZE(soft) && !error; i++)
    error = seccomp_rule_add_exact(filter, SCMP_ACT_ERRNO(soft[i].error), soft[i].call, 0);
  for (size_t i = 0; i < ARRAY_SIZE(conditional) && !error; i++)
    error = seccomp_rule_add_exact_array(filter, SCMP_ACT_ALLOW, conditional[i].call,
                                         conditional[i].count, conditional[i].conditions);
  return error;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: make_filter FILE\n");
    return 2;
  }
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  FILE *out = fopen(argv[1], "wb");
  int error = !filter ? -ENOMEM : !out ? -errno : 0;
  if (!error)
    error = only_x86_64(filter);
  if (!error)
    error = add_rules(filter);
  if (!error)
    error = seccomp_export_bpf(filter, fileno(out));
  if (out && fclose(out) && !error)
    error = -errno;
  if (filter)
    seccomp_release(filter);
  if (error)
    fprintf(stderr, "make_filter: %s: %s\n", argv[1], strerror(-error));
  return error ? 1 : 0;
}
