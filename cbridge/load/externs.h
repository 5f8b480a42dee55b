/* What the kernel has for the names that an object leaves undefined. */
#ifndef WARRANT_EXTERNS_H
#define WARRANT_EXTERNS_H

#include "load/btf.h"

enum warrant_extern_kind {
  WARRANT_EXTERN_NONE,     /* `problem` says why */
  WARRANT_EXTERN_CONFIG,   /* at `offset` of what warrant_externs_solve makes; perhaps a problem */
  WARRANT_EXTERN_ADDRESS,  /* of a variable: BTF id `id`, or the number of an untyped one */
  WARRANT_EXTERN_FUNCTION, /* BTF id `id`; perhaps a problem of calling it */
  WARRANT_EXTERN_ABSENT,   /* weak, and the kernel has none: its address is 0 */
};
struct warrant_extern {
  uint32_t symbol;  /* index in the symbol table */
  const char *name; /* in the file */
  bool weak, untyped;
  enum warrant_extern_kind kind;
  uint32_t offset, id;
  int32_t number;    /* of a function: in semantics/KernelFunctions.v; 0: it is not there */
  char problem[200]; /* "" or the end of a sentence "the external ... " */
};
/* Fills all but the first three fields. The caller frees *data: `size` bytes, the configuration. */
int warrant_externs_solve(const char *name, struct warrant_btf *types, struct warrant_host *host,
                          struct warrant_extern *externs, size_t count, uint8_t **data,
                          uint32_t *size, struct warrant_error *error);

#endif
