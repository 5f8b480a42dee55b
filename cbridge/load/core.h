/* CO-RE relocations, one at a time. */
#ifndef WARRANT_CORE_H
#define WARRANT_CORE_H

#include "load/kernel_types.h"

/* What libbpf calls where there is nothing to relocate to: no helper has this number. */
#define WARRANT_CORE_POISON 0xbad2310

enum warrant_core_outcome {
  WARRANT_CORE_VALUE,
  WARRANT_CORE_MISSING,  /* the kernel has no such thing; `text` names it */
  WARRANT_CORE_NO_TYPES, /* needs a kernel's types, and there are none */
  WARRANT_CORE_BAD, /* no relocation at all; `text` ends a sentence "its CO-RE relocation ..." */
};
struct warrant_core_fix {
  enum warrant_core_outcome kind;
  bool check;     /* `old` must be what the instruction holds */
  bool of_kernel; /* it depends on a kernel's types */
  bool misfit;    /* a load or store has no way to take the kernel's size */
  uint64_t old, new, old_size, new_size;
  char text[200];
};

/* Solves the relocation that `type_id`, `access` and `kind` of a .BTF.ext record say. `types` may
 * be NULL. `work` counts over all calls of one object, from 0. */
void warrant_core_solve(const struct btf *local, const struct warrant_kernel_types *types,
                        uint32_t type_id, const char *access, uint32_t kind, uint64_t *work,
                        struct warrant_core_fix *fix);
/* Puts it into an instruction with `room` slots from it on, and says in *missing whether that
 * became the call that no kernel knows. Returns NULL, or the end of a sentence "its CO-RE
 * relocation ...".
 */
const char *warrant_core_patch(const struct warrant_core_fix *fix, struct warrant_insn *insn,
                               uint32_t room, bool *missing);
/* Is type `b` of the kind of type `a`, what they are made of included? */
bool warrant_core_compatible(const struct btf *local, uint32_t a, const struct btf *target,
                             uint32_t b, uint64_t *work);

#endif
