/* What a refusal is made of: its reason, and the steps that lead to it. */
#ifndef WARRANT_REFUSAL_H
#define WARRANT_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

/* Why a program is refused. Their words: warrant_reasons. */
enum w_reason {
  W_BAD_PC,
  W_UNDEFINED_REGISTER,
  W_OUT_OF_BOUNDS,
  W_READ_ONLY,
  W_BAD_CONTEXT_ACCESS,
  W_UNDEFINED_STACK,
  W_BAD_HELPER_ARGUMENT,
  W_UNKNOWN_HELPER,
  W_NULL_POINTER,
  W_INVALID_POINTER,
  W_FRAME_POINTER_WRITE,
  W_BAD_RETURN,
  W_LEAKED_REFERENCE,
  W_LOOP,
  W_TOO_COMPLEX,
  W_INVALID_INSTRUCTION,
  W_STACK_OVERFLOW,
  W_BAD_INSTRUCTION,
  W_MISALIGNED,
  W_REASONS,
  W_UNSUPPORTED, /* not a reason to refuse: there is no verdict */
};
/* The reason words, in the order of enum w_reason; static. */
const char *const *warrant_reasons(size_t *n);

/* A step of the way to a refusal. */
struct warrant_step {
  uint32_t pc;
  int8_t decision; /* of a branch: 1 it is taken, 0 it falls through; -1: no branch */
  uint32_t before; /* steps left out since the one before */
};

#endif
