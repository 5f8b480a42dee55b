/* What the kernel's own tables and definitions say of each call of each architecture: its name, and
 * how much of each argument the kernel takes. The data are in seccomp_calls.txt, which names its
 * source and release; mk/seccomp_calls.sh prints them as C. */
#ifndef WARRANT_SECCOMP_CALLS_H
#define WARRANT_SECCOMP_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_call {
  uint32_t nr;
  const char *name;
  bool defined;      /* its definition is known; else nothing is said of its arguments */
  uint8_t arguments; /* how many */
  /* Arguments, one bit each; those that are neither narrow nor wide are doubtful. */
  uint8_t narrow;  /* the kernel takes the low 32 bits, or fewer, and no others */
  uint8_t sixteen; /* of the narrow ones: the low 16 bits */
  uint8_t wide;    /* the kernel looks at all 64 bits */
};
struct kernel_arch {
  const char *name;
  const struct kernel_call *calls; /* by ascending numbers */
  size_t count;
};
extern const struct kernel_arch kernel_arches[];
extern const unsigned kernel_arch_count;
extern const char kernel_release[];

/* The call of this number, or of this name, on the architecture of a name; NULL: it has none. */
const struct kernel_call *kernel_call_by_number(const char *arch, uint32_t nr);
const struct kernel_call *kernel_call_by_name(const char *arch, const char *name);

#endif
