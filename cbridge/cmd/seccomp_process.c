#include "cmd/seccomp_process.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
enum { FILTERS_MAX = 1024 };

static bool take(struct warrant_object *o, const struct sock_filter *insns, long count) {
  memset(o, 0, sizeof *o);
  o->programs = calloc(1, sizeof *o->programs);
  o->problems = calloc(1, sizeof *o->problems);
  if (!o->programs || !o->problems)
    return false;
  o->count = 1;
  struct warrant_program *p = &o->programs[0];
  p->kind = WARRANT_SECCOMP;
  p->file = strdup("process");
  p->section = strdup("");
  p->name = strdup("");
  p->insn_count = (uint32_t)count;
  p->cinsns = calloc((size_t)count, sizeof *p->cinsns);
  if (!p->file || !p->section || !p->name || !p->cinsns)
    return false;
  for (long i = 0; i < count; i++)
    p->cinsns[i] = (struct warrant_cinsn){insns[i].code, insns[i].jt, insns[i].jf, insns[i].k};
  return true;
}

/* The process is stopped. Filter 0 of the kernel's numbering is the newest. */
static int take_all(pid_t pid, struct warrant_object **objects, unsigned *count) {
  struct sock_filter *insns = calloc(BPF_MAXINSNS, sizeof *insns); /* owned here */
  *objects = calloc(FILTERS_MAX, sizeof **objects);
  if (!insns || !*objects) {
    free(insns);
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  int code = WARRANT_OK;
  while (*count < FILTERS_MAX) {
    errno = 0;
    long n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)(uintptr_t)*count, insns);
    if (n < 0 && errno == ENOENT)
      break;
    if (n < 0 || n > BPF_MAXINSNS) {
      int why = errno;
      if (why == EINVAL && *count == 0)
        cmd_complain("process %d has no seccomp filter", (int)pid);
      else
        cmd_complain("the filters of process %d can't be read: %s%s", (int)pid, strerror(why),
                     why == EACCES || why == EPERM ? " (CAP_SYS_ADMIN is needed)" : "");
      code = why == EINVAL ? WARRANT_BAD_INPUT : WARRANT_NO_ENGINE;
      break;
    }
    if (!take(&(*objects)[(*count)++], insns, n)) {
      cmd_complain("out of memory");
      code = WARRANT_BAD_INPUT;
      break;
    }
  }
  free(insns);
  if (!code && *count == 0) {
    cmd_complain("process %d has no seccomp filter", (int)pid);
    code = WARRANT_BAD_INPUT;
  }
  for (unsigned i = 0; i < *count / 2; i++) { /* oldest first */
    struct warrant_object o = (*objects)[i];
    (*objects)[i] = (*objects)[*count - 1 - i];
    (*objects)[*count - 1 - i] = o;
  }
  return code;
}

int filters_of_process(long pid, struct warrant_object **objects, unsigned *count) {
  *count = 0;
  *objects = NULL;
  if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL)) {
    int why = errno;
    cmd_complain("process %ld can't be looked at: %s", pid, strerror(why));
    return why == ESRCH ? WARRANT_BAD_INPUT : WARRANT_NO_ENGINE;
  }
  int status = 0, code = WARRANT_NO_ENGINE;
  if (ptrace(PTRACE_INTERRUPT, (pid_t)pid, NULL, NULL) ||
      waitpid((pid_t)pid, &status, __WALL) != (pid_t)pid || !WIFSTOPPED(status))
    cmd_complain("process %ld can't be stopped: %s", pid, strerror(errno));
  else
    code = take_all((pid_t)pid, objects, count);
  /* Stopped by a signal rather than by us: that signal is still to be delivered. */
  long signal = WIFSTOPPED(status) && status >> 16 != PTRACE_EVENT_STOP ? WSTOPSIG(status) : 0;
  ptrace(PTRACE_DETACH, (pid_t)pid, NULL, (void *)signal);
  return code;
}

/* ---- What a command installs ---- */

/* A process that is tracing, between the entry of a call that installs a filter and its end. */
struct installing {
  pid_t pid;
  struct sock_filter *insns; /* owned; NULL: the call is another one */
  uint16_t count;
};
struct tracing {
  struct warrant_object *objects; /* owned */
  unsigned count, most;
  struct installing *calls; /* owned; one a process that has one under way */
  unsigned call_count;
};

static bool read_memory(pid_t pid, uint64_t from, void *to, size_t size) {
  struct iovec here = {to, size}, there = {(void *)(uintptr_t)from, size};
  return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static struct installing *call_of(struct tracing *t, pid_t pid) {
  for (unsigned i = 0; i < t->call_count; i++)
    if (t->calls[i].pid == pid)
      return &t->calls[i];
  struct installing *more = realloc(t->calls, (t->call_count + 1) * sizeof *more);
  if (!more)
    return NULL;
  t->calls = more;
  t->calls[t->call_count] = (struct installing){.pid = pid};
  return &t->calls[t->call_count++];
}

static void forget(struct tracing *t, pid_t pid) {
  for (unsigned i = 0; i < t->call_count; i++)
    if (t->calls[i].pid == pid) {
      free(t->calls[i].insns);
      t->calls[i] = t->calls[--t->call_count];
      return;
    }
}
/* Ends what is still traced. Each thread is waited for: the first thread of a process can't be
 * reaped while another one, traced too, is not. */
static void end_all(struct tracing *t, pid_t child) {
  int status;
  kill(child, SIGKILL);
  for (unsigned i = 0; i < t->call_count; i++)
    kill(t->calls[i].pid, SIGKILL);
  for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0 || (pid < 0 && errno == EINTR);)
    if (pid > 0 && WIFSTOPPED(status))
      kill(pid, SIGKILL); /* begun meanwhile */
}

/* At the entry of seccomp(SECCOMP_SET_MODE_FILTER, flags, program) or
 * prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program): keeps a copy of the program. */
static void entered(struct installing *c, const struct __ptrace_syscall_info *info) {
  const __typeof__(*info->entry.args) *args = info->entry.args;
  bool wide = info->arch & __AUDIT_ARCH_64BIT;
  char *name = seccomp_syscall_resolve_num_arch(info->arch, (int)info->entry.nr);
  uint64_t program = 0;
  if (name && strcmp(name, "seccomp") == 0 && (uint32_t)args[0] == SECCOMP_SET_MODE_FILTER)
    program = args[2];
  else if (name && strcmp(name, "prctl") == 0 && (uint32_t)args[0] == PR_SET_SECCOMP &&
           args[1] == SECCOMP_MODE_FILTER)
    program = args[2];
  free(name);
  uint16_t count = 0;
  uint64_t insns = 0;
  if (!program || !read_memory(c->pid, program, &count, sizeof count) ||
      !read_memory(c->pid, program + (wide ? 8 : 4), &insns, wide ? 8 : 4) || count == 0 ||
      count > BPF_MAXINSNS)
    return;
  c->insns = calloc(count, sizeof *c->insns);
  c->count = count;
  if (c->insns && !read_memory(c->pid, insns, c->insns, count * sizeof *c->insns)) {
    free(c->insns);
    c->insns = NULL;
  }
}
/* At its end: the filter counts when the kernel took it. */
static bool left(struct tracing *t, struct installing *c, int64_t result) {
  bool good = true;
  if (c->insns && result >= 0) {
    struct warrant_object *more = realloc(t->objects, (t->count + 1) * sizeof *more);
    good = more != NULL;
    if (more) {
      t->objects = more;
      good = take(&t->objects[t->count++], c->insns, c->count);
    }
  }
  free(c->insns);
  c->insns = NULL;
  return good;
}

int filters_of_command(char **argv, unsigned most, struct warrant_object **objects,
                       unsigned *count) {
  struct tracing t = {.most = most};
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execvp(argv[0], argv);
    _exit(127);
  }
  int status, code = WARRANT_OK;
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
                 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
      ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)options) ||
      ptrace(PTRACE_SYSCALL, child, NULL, NULL)) {
    cmd_complain("%s can't be traced: %s", argv[0], strerror(errno));
    code = WARRANT_NO_ENGINE;
  }
  while (!code && t.count < most) {
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0)
      break; /* all have ended */
    if (!WIFSTOPPED(status)) {
      forget(&t, pid);
      if (pid == child && WIFEXITED(status) && WEXITSTATUS(status) == 127 && t.count == 0) {
        cmd_complain("%s can't be run", argv[0]);
        code = WARRANT_BAD_INPUT;
      }
      continue;
    }
    long signal = 0;
    if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
      struct __ptrace_syscall_info info = {0};
      struct installing *c = call_of(&t, pid);
      if (!c) {
        cmd_complain("out of memory");
        code = WARRANT_BAD_INPUT;
      } else if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0) {
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
          entered(c, &info);
        else if (info.op == PTRACE_SYSCALL_INFO_EXIT && !left(&t, c, info.exit.rval))
          code = WARRANT_BAD_INPUT;
      }
    } else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP) {
      signal = WSTOPSIG(status); /* its own, to be delivered */
    }
    ptrace(PTRACE_SYSCALL, pid, NULL, (void *)signal);
  }
  if (child > 0 && (code || t.count >= most))
    end_all(&t, child);
  for (unsigned i = 0; i < t.call_count; i++)
    free(t.calls[i].insns);
  free(t.calls);
  *objects = t.objects;
  *count = t.count;
  if (!code && t.count == 0) {
    cmd_complain("%s has installed no filter", argv[0]);
    code = WARRANT_BAD_INPUT;
  }
  return code;
}
