#include "cmd/seccomp_stub.h"

#include <errno.h>
#include <stddef.h>

bool stub_applies(const struct profile *p) {
  if (!p->json || p->no_stub)
    return false;
  if (p->options->runtime != RUNTIME_RUNC && p->options->runtime != RUNTIME_DOCKER)
    return false;
  uint32_t action = p->otherwise & SECCOMP_RET_ACTION_FULL;
  return action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG && action != SECCOMP_RET_TRACE;
}

/* The newest call of an architecture that the profile names; 0: none, and no stub for it. */
static uint32_t newest(const struct profile *p, unsigned arch) {
  int most = 0;
  for (unsigned i = 0; i < p->count && p->listed[arch]; i++) {
    int nr = seccomp_syscall_resolve_name_arch(arches[arch].libseccomp, p->rules[i].call);
    if (nr > most) /* libseccomp has negative numbers for calls that are not there */
      most = nr;
  }
  return (uint32_t)most;
}

bool stub_answers(const struct profile *p, unsigned arch, uint32_t nr) {
  uint32_t most = stub_applies(p) ? newest(p, arch) : 0;
  return most && nr > most;
}

unsigned stub_make(const struct profile *p, struct sock_filter out[STUB_MAX]) {
  unsigned n = 0;
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    uint32_t most = newest(p, arch);
    if (!most)
      continue;
    /* x86_64 and x32 have one token; a bit of the number tells them apart. */
    bool x86 = arch == X86_64 || arch == X32;
    out[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    out[n++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arches[arch].token, 0, x86 ? 4 : 3);
    out[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    if (x86)
      out[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_BIT,
                                              arch == X32 ? 0 : 2, arch == X32 ? 2 : 0);
    out[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, most, 0, 1);
    out[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
  }
  return n;
}
