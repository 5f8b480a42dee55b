/* The filters of a running process, from the kernel. */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "cmd_seccomp.h"

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
