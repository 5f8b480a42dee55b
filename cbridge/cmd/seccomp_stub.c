#include "cmd/seccomp_stub.h"

#include <errno.h>
#include <stddef.h>

struct stub stub_of(const struct profile *p) {
  struct stub stub = {{0}};
  uint32_t action = p->otherwise & SECCOMP_RET_ACTION_FULL;
  if (!p->json || p->no_stub || !profile_for_runc(p) || action == SECCOMP_RET_ALLOW ||
      action == SECCOMP_RET_LOG || action == SECCOMP_RET_TRACE)
    return stub;
  for (unsigned arch = 0; arch < ARCHES; arch++)
    for (unsigned i = 0; i < p->count && p->listed[arch]; i++) {
      int nr = seccomp_syscall_resolve_name_arch(arches[arch].libseccomp, p->rules[i].call);
      /* libseccomp has negative numbers for calls that are not there. */
      if (nr > (int)stub.newest[arch])
        stub.newest[arch] = (uint32_t)nr;
    }
  return stub;
}

unsigned stub_make(const struct stub *stub, struct sock_filter out[STUB_MAX]) {
  unsigned n = 0;
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    uint32_t most = stub->newest[arch];
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
