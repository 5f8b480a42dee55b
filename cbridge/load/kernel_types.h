/* A kernel's types, with a chain of ids for the essential part of each name. */
#ifndef WARRANT_KERNEL_TYPES_H
#define WARRANT_KERNEL_TYPES_H

#include "warrant.h"

struct btf;

struct warrant_kernel_types {
  struct btf *btf;        /* owned */
  uint32_t *heads, *next; /* owned; next[id] is another type in the same bucket, 0: none */
  uint32_t buckets;       /* a power of two */
};
/* The first type whose name may have these `n` bytes as its essential part; 0: none. */
uint32_t warrant_types_first(const struct warrant_kernel_types *types, const char *name, size_t n);

/* The length of a name up to its flavour: `task_struct___old` is an object's word for task_struct.
 */
size_t warrant_core_essential(const char *name);

/* Makes the chains of types->btf; false: out of memory. */
bool w_types_index(struct warrant_kernel_types *types);
void w_types_free(struct warrant_kernel_types *types);

#endif
