/* Functions of the kernel that programs call: which one of semantics/KernelFunctions.v a name is,
 * in a kernel with these types. */
#ifndef WARRANT_KFUNCS_H
#define WARRANT_KFUNCS_H

#include "load/kernel_types.h"

/* What the function of BTF id `id` is: its number in a program, or the end of a sentence "the
 * kernel function ... ". */
struct w_kfunc {
  const char *name;
  uint32_t id;
  int32_t number;
  const char *problem;
};

/* Fills all but the first two fields. `local`: what the object declares, 0: nothing. False: the
 * object declares another function than the kernel has, so for libbpf there is none. */
bool w_kfunc_solve(const struct btf *object, uint32_t local,
                   const struct warrant_kernel_types *kernel, uint64_t *work, struct w_kfunc *f);

#endif
