/* What the kernel's own tables and definitions say of each call of each architecture: its name, and
 * of each argument its name and how much of it the kernel takes. The data are in calls.txt, which
 * names its source and release; mk/calls.sh prints them as C. */
#ifndef WARRANT_AUDIT_CALLS_H
#define WARRANT_AUDIT_CALLS_H

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
  uint16_t list;   /* their names, in w_argument_lists */
};
struct kernel_arch {
  const char *name;
  const struct kernel_call *calls; /* by ascending numbers */
  size_t count;
};
extern const struct kernel_arch w_kernel_arches[];
extern const unsigned w_kernel_arch_count;
/* Names of arguments, with a space between them; each list once. */
extern const char *const w_argument_lists[];
extern const unsigned w_argument_list_count;
extern const char w_kernel_release[];

/* The call of this number, or of this name, on the architecture of a name; NULL: it has none. */
const struct kernel_call *w_kernel_call_by_number(const char *arch, uint32_t nr);
const struct kernel_call *w_kernel_call_by_name(const char *arch, const char *name);

#endif
