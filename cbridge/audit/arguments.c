#include "audit/arguments.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "audit/calls.h"

/* ---- Names ----
 * Names are those of the kernel's definitions (calls.h), but for these; `-`: the definition's. A
 * row for some architectures, of which there is no definition, says all that there is. */
static const struct other {
  const char *call, *names, *arches;
} others[] = {
    {"socket", "domain", NULL}, /* a family is an address's in the manual, and this is a domain */
    {"socketpair", "domain", NULL},
    {"execveat", "dfd", NULL}, /* not what is executed, but a folder, as in all calls beside it */
    {"madvise", "- len", NULL},
    {"mmap", "addr len prot flags fd off", "parisc parisc64"},
    {"mmap2", "arg", "s390"}, /* the address of all of them */
};
enum { OTHERS = sizeof others / sizeof *others };

struct word {
  const char *at;
  size_t length; /* 0: there is none */
};
/* The n-th word of a text, counted from 0. */
static struct word nth(const char *text, unsigned n) {
  struct word w = {text, strcspn(text, " ")};
  while (n-- > 0 && w.length) {
    w.at += w.length + (w.at[w.length] == ' ');
    w.length = strcspn(w.at, " ");
  }
  return w;
}
static bool same_word(struct word a, struct word b) {
  return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}
static unsigned place_of(const char *names, struct word wanted) {
  for (unsigned n = 0; n < ARGUMENTS && wanted.length; n++)
    if (same_word(nth(names, n), wanted))
      return n;
  return ARGUMENTS;
}
static bool has_word(const char *text, const char *wanted) {
  struct word w;
  for (const char *at = text; (w = nth(at, 0)).length;
       at = w.at + w.length + (w.at[w.length] == ' '))
    if (same_word(w, (struct word){wanted, strlen(wanted)}))
      return true;
  return false;
}
/* A name that would be taken for an argument's number: arg2 of prctl is its second. */
static bool number_of_argument(struct word w) {
  return w.length == 4 && memcmp(w.at, "arg", 3) == 0 && isdigit((unsigned char)w.at[3]);
}

/* A definition of the call, or NULL. The kernel of the table has no s390 of 31 bits any more; its
 * calls were defined together with those of s390x. */
static const struct kernel_call *defined(const char *arch, const char *call) {
  const struct kernel_call *k =
      w_kernel_call_by_name(strcmp(arch, "s390") == 0 ? "s390x" : arch, call);
  return k && k->defined ? k : NULL;
}
static const char *names_of(const struct kernel_call *k) { return w_argument_lists[k->list]; }

/* The name that all definitions of other architectures agree about, where an architecture has none.
 * From the first on that is wide in each of them, an argument may take two registers of 32 bits. */
static struct word agreed(const char *call, unsigned argument) {
  struct word w = {NULL, 0};
  unsigned wide = UINT8_MAX; /* in all */
  for (unsigned i = 0; i < w_kernel_arch_count; i++) {
    const struct kernel_call *k = defined(w_kernel_arches[i].name, call);
    if (!k)
      continue;
    struct word here = nth(names_of(k), argument);
    if (here.length == 0 || (w.at && !same_word(here, w)))
      return (struct word){NULL, 0};
    w = here;
    wide &= ~(unsigned)k->narrow;
  }
  bool sure = (wide & ((2u << argument) - 1)) == 0;
  return sure ? w : (struct word){NULL, 0};
}
static struct word name_of(const char *arch, const char *call, unsigned argument) {
  struct word none = {NULL, 0}, w = none;
  for (unsigned i = 0; i < OTHERS; i++) {
    if (strcmp(others[i].call, call) != 0 ||
        (others[i].arches && !has_word(others[i].arches, arch)))
      continue;
    w = nth(others[i].names, argument);
    if (others[i].arches || (w.length && *w.at != '-'))
      return w;
  }
  const struct kernel_call *k = defined(arch, call);
  w = k ? nth(names_of(k), argument) : agreed(call, argument);
  return number_of_argument(w) ? none : w;
}
/* The argument that has the name in all those definitions of a call that have it and as many
 * arguments, or ARGUMENTS: what a condition says is about the same on each architecture. */
static unsigned named_elsewhere(const char *call, unsigned count, struct word name) {
  unsigned place = ARGUMENTS;
  for (unsigned i = 0; i < w_kernel_arch_count; i++) {
    const struct kernel_call *k = defined(w_kernel_arches[i].name, call);
    unsigned here = k && k->arguments == count ? place_of(names_of(k), name) : ARGUMENTS;
    if (here != ARGUMENTS && place != ARGUMENTS && here != place)
      return ARGUMENTS;
    place = here != ARGUMENTS ? here : place;
  }
  return place;
}

bool w_argument_name(const char *arch, const char *call, unsigned argument,
                     char name[ARGUMENT_NAME_MAX]) {
  struct word w = call && argument < ARGUMENTS ? name_of(arch, call, argument) : (struct word){0};
  if (w.length)
    snprintf(name, ARGUMENT_NAME_MAX, "%.*s", (int)w.length, w.at);
  return w.length > 0;
}
unsigned w_argument_named(const char *arch, const char *call, const char *name, size_t length) {
  struct word wanted = {name, length};
  if (!call || !length || number_of_argument(wanted))
    return ARGUMENTS;
  for (unsigned n = 0; n < ARGUMENTS; n++)
    if (same_word(name_of(arch, call, n), wanted))
      return n;
  const struct kernel_call *k = defined(arch, call);
  return k ? named_elsewhere(call, k->arguments, wanted) : ARGUMENTS;
}
unsigned w_arguments_called(const char *name, size_t length) {
  struct word wanted = {name, length};
  unsigned found = 0;
  for (unsigned i = 0; i < w_argument_list_count; i++)
    found |= 1u << place_of(w_argument_lists[i], wanted);
  for (unsigned i = 0; i < OTHERS; i++)
    found |= 1u << place_of(others[i].names, wanted);
  return found & ((1u << ARGUMENTS) - 1);
}

/* ---- Constants ---- */

/* The arguments of calls that have constants, by their names. */
static const struct {
  enum constant_kind kind;
  const char *name, *calls;
} kinds[] = {
    {KIND_OPEN, "flags", "open openat open_by_handle_at pipe2 dup3"},
    {KIND_OPEN, "oflag", "mq_open"},
    {KIND_OPEN, "event_f_flags", "fanotify_init"},
    {KIND_FCNTL, "cmd", "fcntl fcntl64"},
    {KIND_FLOCK, "cmd", "flock"},
    {KIND_PROT, "prot", "mmap mmap2 mprotect pkey_mprotect remap_file_pages"},
    {KIND_MAP, "flags", "mmap mmap2 remap_file_pages"},
    {KIND_MSYNC, "flags", "msync"},
    {KIND_MLOCKALL, "flags", "mlockall"},
    {KIND_MADVISE, "behavior", "madvise process_madvise"},
    {KIND_MREMAP, "flags", "mremap"},
    {KIND_RLIMIT, "resource", "getrlimit setrlimit ugetrlimit prlimit64"},
    {KIND_IOCTL, "cmd", "ioctl"},
    {KIND_LEVEL, "level", "setsockopt getsockopt"},
    {KIND_SIGNAL, "sig",
     "rt_sigaction kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal"},
    {KIND_AT, "flags", "faccessat2 execveat fchmodat2 linkat statx utimensat"},
    {KIND_AT, "flag", "fchownat newfstatat fstatat64 name_to_handle_at"},
    {KIND_UNLINKAT, "flag", "unlinkat"},
    {KIND_RENAME, "flags", "renameat2"},
    {KIND_MEMFD, "flags", "memfd_create"},
    {KIND_CLONE, "clone_flags", "clone"},
    {KIND_UNSHARE, "unshare_flags", "unshare"},
    {KIND_NAMESPACE, "flags", "setns"},
    {KIND_POLICY, "policy", "sched_setscheduler sched_get_priority_max sched_get_priority_min"},
    {KIND_DOMAIN, "domain", "socket socketpair"},
    {KIND_TYPE, "type", "socket socketpair"},
    {KIND_ACCEPT, "flags", "accept4"},
    {KIND_MESSAGE, "flags", "send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg"},
    {KIND_SHUTDOWN, "how", "shutdown"},
    {KIND_PRCTL, "option", "prctl"},
    {KIND_FUTEX, "op", "futex futex_time64"},
    {KIND_PERSONALITY, "personality", "personality"},
    {KIND_SECCOMP, "op", "seccomp"},
    {KIND_SECCOMP_FLAGS, "flags", "seccomp"},
    {KIND_BPF, "cmd", "bpf"},
    {KIND_PTRACE, "request", "ptrace"},
    {KIND_KEYCTL, "option", "keyctl"},
    {KIND_WHENCE, "whence", "lseek _llseek"},
    {KIND_CLOCK, "which_clock",
     "clock_settime clock_gettime clock_getres clock_nanosleep clock_settime64 clock_gettime64 "
     "clock_getres_time64 clock_nanosleep_time64 timer_create"},
    {KIND_CLOCK, "clockid", "timerfd_create"},
    {KIND_MOUNT, "flags", "mount"},
    {KIND_EPOLL, "op", "epoll_ctl"},
    {KIND_RANDOM, "flags", "getrandom"},
    {KIND_MEMBARRIER, "cmd", "membarrier"},
    {KIND_CLOSE_RANGE, "flags", "close_range"},
    {KIND_FALLOCATE, "mode", "fallocate"},
    {KIND_KCMP, "type", "kcmp"},
    {KIND_PERF, "flags", "perf_event_open"},
};

enum constant_kind w_argument_kind(const char *arch, const char *call, unsigned argument) {
  char name[ARGUMENT_NAME_MAX];
  if (!w_argument_name(arch, call, argument, name))
    return KIND_NONE;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].name, name) == 0 && has_word(kinds[i].calls, call))
      return kinds[i].kind;
  return KIND_NONE;
}
