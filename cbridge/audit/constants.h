/* Constants of Linux that arguments of system calls have: flags, commands, families of sockets.
 * Values are what the headers say that this is compiled with, and are written nowhere else; what
 * differs on an architecture from the generic headers is in constants_elsewhere.c. */
#ifndef WARRANT_AUDIT_CONSTANTS_H
#define WARRANT_AUDIT_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an argument is, by the constants that it has. */
enum constant_kind {
  KIND_NONE,
  KIND_OPEN,
  KIND_FCNTL,
  KIND_FLOCK,
  KIND_PROT,
  KIND_MAP,
  KIND_MSYNC,
  KIND_MLOCKALL,
  KIND_MADVISE,
  KIND_RLIMIT,
  KIND_IOCTL,
  KIND_LEVEL,
  KIND_SIGNAL,
  KIND_AT,
  KIND_UNLINKAT,
  KIND_RENAME,
  KIND_MREMAP,
  KIND_MEMFD,
  KIND_CLONE,
  KIND_UNSHARE,
  KIND_NAMESPACE,
  KIND_POLICY,
  KIND_DOMAIN,
  KIND_TYPE,
  KIND_ACCEPT,
  KIND_MESSAGE,
  KIND_SHUTDOWN,
  KIND_PRCTL,
  KIND_FUTEX,
  KIND_PERSONALITY,
  KIND_SECCOMP,
  KIND_SECCOMP_FLAGS,
  KIND_BPF,
  KIND_PTRACE,
  KIND_KEYCTL,
  KIND_WHENCE,
  KIND_CLOCK,
  KIND_MOUNT,
  KIND_EPOLL,
  KIND_RANDOM,
  KIND_MEMBARRIER,
  KIND_CLOSE_RANGE,
  KIND_FALLOCATE,
  KIND_KCMP,
  KIND_PERF,
  KINDS,
};
/* A constant is a value, of all bits that are not flags of the kind; a flag, of one bit or a few;
 * or the mask of the bits that are values, where the headers name it. */
enum constant_role { ROLE_VALUE, ROLE_FLAG, ROLE_FIELD };
/* How a number depends on the architecture: not, but for what is in constants_elsewhere.c; that of
 * an ioctl by the places of direction and size, and by the size of a long as well. Or it is known
 * only where the headers are the generic ones, or for x86. */
enum constant_encoding {
  ENCODING_NONE,
  ENCODING_IOC,
  ENCODING_IOC_LONG,
  ENCODING_GENERIC,
  ENCODING_X86
};
struct constant {
  const char *name;
  uint64_t value; /* of the generic headers */
  uint8_t kinds[3];
  uint8_t role, encoding;
};
struct constants {
  const struct constant *rows;
  size_t count;
};
/* Those of asm-generic, all others that arguments have, and those without a kind. */
extern const struct constants w_constants_generic, w_constants_linux, w_constants_other;

/* Constants that have another value on some architectures than in the generic headers; 0: the same
 * value. UNSURE: none that all releases of Linux agree about. */
#define UNSURE UINT32_MAX
struct elsewhere {
  const char *name;
  uint32_t arm, ppc, mips, parisc; /* arm: 32 and 64 bits */
};
extern const struct elsewhere w_elsewhere[];
extern const size_t w_elsewhere_count;

/* The i-th constant, or NULL when there are no more. */
const struct constant *w_constant(size_t i);
/* The one with a name of `length` characters, or NULL. */
const struct constant *w_constant_named(const char *name, size_t length);
/* Its value on an architecture, as seccomp_names has them. False where it has none or none that is
 * sure. */
bool w_constant_value(const struct constant *c, const char *arch, uint64_t *value);
bool w_constant_is(const struct constant *c, enum constant_kind kind);

#endif
