/* The functions of a program as Linux cuts it, and the rules of Linux that are about them: what the
 * instructions alone tell. */
#ifndef WARRANT_FUNCTIONS_H
#define WARRANT_FUNCTIONS_H

#include "verify/domain/domain.h"
#include "verify/policy.h"

/* A function goes from where it is called to where the next one starts. */
struct w_functions {
  const struct w_insn *insns; /* borrowed; `slots` of them */
  uint32_t slots, count;
  uint32_t *of;    /* owned; by slot: its function */
  uint32_t *start; /* owned; by function, and the end of the last one */
  uint32_t *depth; /* owned; by function: bytes of its frame, as far as they are used */
};
/* False: out of memory. Free with w_functions_free in either case. */
bool w_functions_make(struct w_functions *f, const struct w_insn *insns, uint32_t slots);
void w_functions_free(struct w_functions *f);

/* Unreachable instructions, jumps out of functions, recursion; and, once f->depth is known, how
 * deep calls are nested and how much of the stack they take. False: out of memory. */
bool w_functions_judge(const struct w_functions *f, const struct w_prog_type *type,
                       uint32_t attach_type, struct w_policies *p);

#endif
