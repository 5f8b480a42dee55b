#include "audit/arguments.h"

#include <stdio.h>
#include <string.h>

/* Names are those of the kernel's definitions. A row for some architectures comes before the one
 * for the others. Arguments that are not the same on all architectures are left out, as are
 * names that would be taken for another argument's number (prctl's arg2 is the second). */
static const struct row {
  const char *call, *names;
  uint8_t kinds[ARGUMENTS];
  const char *arches; /* or NULL: all */
} rows[] = {
    {"read", "fd buf count", {0}, NULL},
    {"write", "fd buf count", {0}, NULL},
    {"open", "filename flags mode", {KIND_NONE, KIND_OPEN}, NULL},
    {"openat", "dfd filename flags mode", {KIND_NONE, KIND_NONE, KIND_OPEN}, NULL},
    {"openat2", "dfd filename how usize", {0}, NULL},
    {"creat", "pathname mode", {0}, NULL},
    {"close", "fd", {0}, NULL},
    {"close_range", "fd max_fd flags", {KIND_NONE, KIND_NONE, KIND_CLOSE_RANGE}, NULL},
    {"fstat", "fd statbuf", {0}, NULL},
    {"lseek", "fd offset whence", {KIND_NONE, KIND_NONE, KIND_WHENCE}, NULL},
    {"mprotect", "start len prot", {KIND_NONE, KIND_NONE, KIND_PROT}, NULL},
    {"pkey_mprotect", "start len prot pkey", {KIND_NONE, KIND_NONE, KIND_PROT}, NULL},
    {"munmap", "addr len", {0}, NULL},
    {"brk", "brk", {0}, NULL},
    {"mremap",
     "addr old_len new_len flags new_addr",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MREMAP},
     NULL},
    {"msync", "start len flags", {KIND_NONE, KIND_NONE, KIND_MSYNC}, NULL},
    {"mincore", "start len vec", {0}, NULL},
    {"madvise", "start len behavior", {KIND_NONE, KIND_NONE, KIND_MADVISE}, NULL},
    {"process_madvise",
     "pidfd vec vlen behavior flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MADVISE},
     NULL},
    {"mlock", "start len", {0}, NULL},
    {"mlock2", "start len flags", {0}, NULL},
    {"mlockall", "flags", {KIND_MLOCKALL}, NULL},
    {"remap_file_pages",
     "start size prot pgoff flags",
     {KIND_NONE, KIND_NONE, KIND_PROT, KIND_NONE, KIND_MAP},
     NULL},
    {"rt_sigaction", "sig act oact sigsetsize", {KIND_SIGNAL}, NULL},
    {"rt_sigprocmask", "how set oset sigsetsize", {0}, NULL},
    {"ioctl", "fd cmd arg", {KIND_NONE, KIND_IOCTL}, NULL},
    {"fcntl", "fd cmd arg", {KIND_NONE, KIND_FCNTL}, NULL},
    {"flock", "fd cmd", {KIND_NONE, KIND_FLOCK}, NULL},
    {"readv", "fd vec vlen", {0}, NULL},
    {"writev", "fd vec vlen", {0}, NULL},
    {"access", "filename mode", {0}, NULL},
    {"faccessat", "dfd filename mode", {0}, NULL},
    {"faccessat2", "dfd filename mode flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"pipe2", "fildes flags", {KIND_NONE, KIND_OPEN}, NULL},
    {"dup", "fildes", {0}, NULL},
    {"dup2", "oldfd newfd", {0}, NULL},
    {"dup3", "oldfd newfd flags", {KIND_NONE, KIND_NONE, KIND_OPEN}, NULL},
    {"socket", "domain type protocol", {KIND_DOMAIN, KIND_TYPE}, NULL},
    {"socketpair", "domain type protocol usockvec", {KIND_DOMAIN, KIND_TYPE}, NULL},
    {"bind", "fd umyaddr addrlen", {0}, NULL},
    {"connect", "fd uservaddr addrlen", {0}, NULL},
    {"listen", "fd backlog", {0}, NULL},
    {"accept", "fd upeer_sockaddr upeer_addrlen", {0}, NULL},
    {"accept4",
     "fd upeer_sockaddr upeer_addrlen flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_ACCEPT},
     NULL},
    {"send", "fd buff len flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE}, NULL},
    {"sendto",
     "fd buff len flags addr addr_len",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE},
     NULL},
    {"sendmsg", "fd msg flags", {KIND_NONE, KIND_NONE, KIND_MESSAGE}, NULL},
    {"sendmmsg", "fd mmsg vlen flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE}, NULL},
    {"recv", "fd ubuf size flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE}, NULL},
    {"recvfrom",
     "fd ubuf size flags addr addr_len",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE},
     NULL},
    {"recvmsg", "fd msg flags", {KIND_NONE, KIND_NONE, KIND_MESSAGE}, NULL},
    {"recvmmsg",
     "fd mmsg vlen flags timeout",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MESSAGE},
     NULL},
    {"setsockopt", "fd level optname optval optlen", {KIND_NONE, KIND_LEVEL}, NULL},
    {"getsockopt", "fd level optname optval optlen", {KIND_NONE, KIND_LEVEL}, NULL},
    {"shutdown", "fd how", {KIND_NONE, KIND_SHUTDOWN}, NULL},
    {"sendfile", "out_fd in_fd offset count", {0}, NULL},
    {"clone3", "uargs size", {0}, NULL},
    {"unshare", "unshare_flags", {KIND_UNSHARE}, NULL},
    {"setns", "fd flags", {KIND_NONE, KIND_NAMESPACE}, NULL},
    {"execve", "filename argv envp", {0}, NULL},
    {"execveat",
     "dfd filename argv envp flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT},
     NULL},
    {"exit", "error_code", {0}, NULL},
    {"exit_group", "error_code", {0}, NULL},
    {"wait4", "upid stat_addr options ru", {0}, NULL},
    {"waitid", "which upid infop options ru", {0}, NULL},
    {"kill", "pid sig", {KIND_NONE, KIND_SIGNAL}, NULL},
    {"tkill", "pid sig", {KIND_NONE, KIND_SIGNAL}, NULL},
    {"tgkill", "tgid pid sig", {KIND_NONE, KIND_NONE, KIND_SIGNAL}, NULL},
    {"rt_sigqueueinfo", "pid sig uinfo", {KIND_NONE, KIND_SIGNAL}, NULL},
    {"rt_tgsigqueueinfo", "tgid pid sig uinfo", {KIND_NONE, KIND_NONE, KIND_SIGNAL}, NULL},
    {"pidfd_send_signal", "pidfd sig info flags", {KIND_NONE, KIND_SIGNAL}, NULL},
    {"pidfd_open", "pid flags", {0}, NULL},
    {"pidfd_getfd", "pidfd fd flags", {0}, NULL},
    {"shmget", "key size shmflg", {0}, NULL},
    {"shmat", "shmid shmaddr shmflg", {0}, NULL},
    {"shmctl", "shmid cmd buf", {0}, NULL},
    {"semget", "key nsems semflg", {0}, NULL},
    {"semctl", "semid semnum cmd arg", {0}, NULL},
    {"msgget", "key msgflg", {0}, NULL},
    {"msgctl", "msqid cmd buf", {0}, NULL},
    {"truncate", "path length", {0}, NULL},
    {"ftruncate", "fd length", {0}, NULL},
    {"chdir", "filename", {0}, NULL},
    {"fchdir", "fd", {0}, NULL},
    {"mkdir", "pathname mode", {0}, NULL},
    {"mkdirat", "dfd pathname mode", {0}, NULL},
    {"mknod", "filename mode dev", {0}, NULL},
    {"mknodat", "dfd filename mode dev", {0}, NULL},
    {"chmod", "filename mode", {0}, NULL},
    {"fchmod", "fd mode", {0}, NULL},
    {"fchmodat", "dfd filename mode", {0}, NULL},
    {"fchmodat2", "dfd filename mode flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"chown", "filename user group", {0}, NULL},
    {"fchown", "fd user group", {0}, NULL},
    {"lchown", "filename user group", {0}, NULL},
    {"fchownat",
     "dfd filename user group flag",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT},
     NULL},
    {"unlinkat", "dfd pathname flag", {KIND_NONE, KIND_NONE, KIND_UNLINKAT}, NULL},
    {"linkat",
     "olddfd oldname newdfd newname flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT},
     NULL},
    {"renameat2",
     "olddfd oldname newdfd newname flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_RENAME},
     NULL},
    {"newfstatat", "dfd filename statbuf flag", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"fstatat64", "dfd filename statbuf flag", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"statx", "dfd filename flags mask buffer", {KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"utimensat", "dfd filename utimes flags", {KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT}, NULL},
    {"name_to_handle_at",
     "dfd name handle mnt_id flag",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_AT},
     NULL},
    {"open_by_handle_at", "mountdirfd handle flags", {KIND_NONE, KIND_NONE, KIND_OPEN}, NULL},
    {"umask", "mask", {0}, NULL},
    {"getrlimit", "resource rlim", {KIND_RLIMIT}, NULL},
    {"setrlimit", "resource rlim", {KIND_RLIMIT}, NULL},
    {"ugetrlimit", "resource rlim", {KIND_RLIMIT}, NULL},
    {"prlimit64", "pid resource new_rlim old_rlim", {KIND_NONE, KIND_RLIMIT}, NULL},
    {"getrusage", "who ru", {0}, NULL},
    {"ptrace", "request pid addr data", {KIND_PTRACE}, NULL},
    {"syslog", "type buf len", {0}, NULL},
    {"setuid", "uid", {0}, NULL},
    {"setgid", "gid", {0}, NULL},
    {"setreuid", "ruid euid", {0}, NULL},
    {"setregid", "rgid egid", {0}, NULL},
    {"setresuid", "ruid euid suid", {0}, NULL},
    {"setresgid", "rgid egid sgid", {0}, NULL},
    {"setfsuid", "uid", {0}, NULL},
    {"setfsgid", "gid", {0}, NULL},
    {"setpgid", "pid pgid", {0}, NULL},
    {"setgroups", "gidsetsize grouplist", {0}, NULL},
    {"personality", "personality", {KIND_PERSONALITY}, NULL},
    {"getpriority", "which who", {0}, NULL},
    {"setpriority", "which who niceval", {0}, NULL},
    {"sched_setscheduler", "pid policy param", {KIND_NONE, KIND_POLICY}, NULL},
    {"sched_get_priority_max", "policy", {KIND_POLICY}, NULL},
    {"sched_get_priority_min", "policy", {KIND_POLICY}, NULL},
    {"sched_setaffinity", "pid len user_mask_ptr", {0}, NULL},
    {"sched_setattr", "pid uattr flags", {0}, NULL},
    {"prctl", "option", {KIND_PRCTL}, NULL},
    {"arch_prctl", "option", {0}, NULL},
    {"mount",
     "dev_name dir_name type flags data",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_MOUNT},
     NULL},
    {"umount2", "name flags", {0}, NULL},
    {"pivot_root", "new_root put_old", {0}, NULL},
    {"chroot", "filename", {0}, NULL},
    {"swapon", "specialfile swap_flags", {0}, NULL},
    {"reboot", "magic1 magic2 cmd arg", {0}, NULL},
    {"quotactl", "cmd special id addr", {0}, NULL},
    {"acct", "name", {0}, NULL},
    {"iopl", "level", {0}, NULL},
    {"ioperm", "from num turn_on", {0}, NULL},
    {"init_module", "umod len uargs", {0}, NULL},
    {"finit_module", "fd uargs flags", {0}, NULL},
    {"delete_module", "name_user flags", {0}, NULL},
    {"kexec_load", "entry nr_segments segments flags", {0}, NULL},
    {"kexec_file_load", "kernel_fd initrd_fd cmdline_len cmdline_ptr flags", {0}, NULL},
    {"futex", "uaddr op val utime uaddr2 val3", {KIND_NONE, KIND_FUTEX}, NULL},
    {"futex_time64", "uaddr op val utime uaddr2 val3", {KIND_NONE, KIND_FUTEX}, NULL},
    {"epoll_create1", "flags", {0}, NULL},
    {"epoll_ctl", "epfd op fd event", {KIND_NONE, KIND_EPOLL}, NULL},
    {"epoll_wait", "epfd events maxevents timeout", {0}, NULL},
    {"clock_settime", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_gettime", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_getres", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_nanosleep", "which_clock flags rqtp rmtp", {KIND_CLOCK}, NULL},
    {"clock_settime64", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_gettime64", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_getres_time64", "which_clock tp", {KIND_CLOCK}, NULL},
    {"clock_nanosleep_time64", "which_clock flags rqtp rmtp", {KIND_CLOCK}, NULL},
    {"timer_create", "which_clock timer_event_spec created_timer_id", {KIND_CLOCK}, NULL},
    {"timerfd_create", "clockid flags", {KIND_CLOCK}, NULL},
    {"timerfd_settime", "ufd flags utmr otmr", {0}, NULL},
    {"eventfd2", "count flags", {0}, NULL},
    {"signalfd4", "ufd user_mask sizemask flags", {0}, NULL},
    {"inotify_init1", "flags", {0}, NULL},
    {"inotify_add_watch", "fd pathname mask", {0}, NULL},
    {"ioprio_set", "which who ioprio", {0}, NULL},
    {"ioprio_get", "which who", {0}, NULL},
    {"mq_open", "u_name oflag mode u_attr", {KIND_NONE, KIND_OPEN}, NULL},
    {"add_key", "_type _description _payload plen ringid", {0}, NULL},
    {"request_key", "_type _description _callout_info destringid", {0}, NULL},
    {"keyctl", "option", {KIND_KEYCTL}, NULL},
    {"mbind", "start len mode nmask maxnode flags", {0}, NULL},
    {"set_mempolicy", "mode nmask maxnode", {0}, NULL},
    {"move_pages", "pid nr_pages pages nodes status flags", {0}, NULL},
    {"migrate_pages", "pid maxnode old_nodes new_nodes", {0}, NULL},
    {"splice", "fd_in off_in fd_out off_out len flags", {0}, NULL},
    {"tee", "fdin fdout len flags", {0}, NULL},
    {"vmsplice", "fd uiov nr_segs flags", {0}, NULL},
    {"perf_event_open",
     "attr_uptr pid cpu group_fd flags",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_PERF},
     NULL},
    {"process_vm_readv", "pid lvec liovcnt rvec riovcnt flags", {0}, NULL},
    {"process_vm_writev", "pid lvec liovcnt rvec riovcnt flags", {0}, NULL},
    {"kcmp", "pid1 pid2 type idx1 idx2", {KIND_NONE, KIND_NONE, KIND_KCMP}, NULL},
    {"seccomp", "op flags uargs", {KIND_SECCOMP, KIND_SECCOMP_FLAGS}, NULL},
    {"getrandom", "ubuf len flags", {KIND_NONE, KIND_NONE, KIND_RANDOM}, NULL},
    {"memfd_create", "uname flags", {KIND_NONE, KIND_MEMFD}, NULL},
    {"memfd_secret", "flags", {0}, NULL},
    {"bpf", "cmd uattr size", {KIND_BPF}, NULL},
    {"userfaultfd", "flags", {0}, NULL},
    {"membarrier", "cmd flags cpu_id", {KIND_MEMBARRIER}, NULL},
    {"copy_file_range", "fd_in off_in fd_out off_out len flags", {0}, NULL},
    {"fanotify_init", "flags event_f_flags", {KIND_NONE, KIND_OPEN}, NULL},
    {"io_uring_setup", "entries params", {0}, NULL},
    {"io_uring_enter", "fd to_submit min_complete flags argp argsz", {0}, NULL},
    {"io_uring_register", "fd opcode arg nr_args", {0}, NULL},
    {"open_tree", "dfd filename flags", {0}, NULL},
    {"move_mount", "from_dfd from_pathname to_dfd to_pathname flags", {0}, NULL},
    {"fsopen", "_fs_name flags", {0}, NULL},
    {"fsconfig", "fd cmd _key _value aux", {0}, NULL},
    {"fsmount", "fs_fd flags attr_flags", {0}, NULL},
    {"fspick", "dfd path flags", {0}, NULL},
    {"mount_setattr", "dfd path flags uattr usize", {0}, NULL},
    {"landlock_create_ruleset", "attr size flags", {0}, NULL},
    {"landlock_add_rule", "ruleset_fd rule_type rule_attr flags", {0}, NULL},
    {"landlock_restrict_self", "ruleset_fd flags", {0}, NULL},
    {"rseq", "rseq rseq_len flags sig", {0}, NULL},
    {"pkey_alloc", "flags init_val", {0}, NULL},
    {"getcpu", "cpup nodep unused", {0}, NULL},
    {"pread64", "fd buf count", {0}, NULL},
    {"pwrite64", "fd buf count", {0}, NULL},
    {"preadv", "fd vec vlen", {0}, NULL},
    {"pwritev", "fd vec vlen", {0}, NULL},
    {"fallocate", "fd mode", {KIND_NONE, KIND_FALLOCATE}, NULL},
    {"fcntl64", "fd cmd arg", {KIND_NONE, KIND_FCNTL}, NULL},
    {"_llseek",
     "fd offset_high offset_low result whence",
     {KIND_NONE, KIND_NONE, KIND_NONE, KIND_NONE, KIND_WHENCE},
     NULL},
    {"socketcall", "call args", {0}, NULL},
    {"ipc", "call first second third ptr fifth", {0}, NULL},
    {"clone", "newsp clone_flags", {KIND_NONE, KIND_CLONE}, "s390 s390x"},
    {"clone", "clone_flags newsp", {KIND_CLONE}, NULL},
    {"mmap", "arg", {0}, "i386 s390 s390x"},
    {"mmap", "addr len prot flags fd off", {KIND_NONE, KIND_NONE, KIND_PROT, KIND_MAP}, NULL},
    {"mmap2", "arg", {0}, "s390 s390x"},
    {"mmap2", "addr len prot flags fd pgoff", {KIND_NONE, KIND_NONE, KIND_PROT, KIND_MAP}, NULL},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* The n-th word of a text, counted from 0; its length, or 0. */
static size_t nth(const char *text, unsigned n, const char **word) {
  size_t length = strcspn(text, " ");
  while (n-- > 0 && length) {
    text += length + (text[length] == ' ');
    length = strcspn(text, " ");
  }
  *word = text;
  return length;
}
static bool has_word(const char *text, const char *wanted) {
  const char *word;
  for (unsigned n = 0; nth(text, n, &word); n++)
    if (nth(text, n, &word) == strlen(wanted) && strncmp(word, wanted, strlen(wanted)) == 0)
      return true;
  return false;
}
static const struct row *row_of(const char *arch, const char *call) {
  for (unsigned i = 0; i < ROWS && call; i++)
    if (strcmp(rows[i].call, call) == 0 && (!rows[i].arches || has_word(rows[i].arches, arch)))
      return &rows[i];
  return NULL;
}
static unsigned place_of(const struct row *r, const char *name, size_t length) {
  const char *word;
  for (unsigned n = 0; n < ARGUMENTS; n++)
    if (nth(r->names, n, &word) == length && length && strncmp(word, name, length) == 0)
      return n;
  return ARGUMENTS;
}

enum constant_kind w_argument_kind(const char *arch, const char *call, unsigned argument) {
  const struct row *r = row_of(arch, call);
  return r && argument < ARGUMENTS ? r->kinds[argument] : KIND_NONE;
}
bool w_argument_name(const char *arch, const char *call, unsigned argument,
                     char name[ARGUMENT_NAME_MAX]) {
  const struct row *r = row_of(arch, call);
  const char *word;
  size_t length = r ? nth(r->names, argument, &word) : 0;
  if (length)
    snprintf(name, ARGUMENT_NAME_MAX, "%.*s", (int)length, word);
  return length > 0;
}
unsigned w_argument_named(const char *arch, const char *call, const char *name, size_t length) {
  const struct row *r = row_of(arch, call);
  return r ? place_of(r, name, length) : ARGUMENTS;
}
unsigned w_arguments_called(const char *name, size_t length) {
  unsigned found = 0;
  for (unsigned i = 0; i < ROWS; i++)
    found |= 1u << place_of(&rows[i], name, length);
  return found & ((1u << ARGUMENTS) - 1);
}
