#include "verify/refusal.h"

const char *const *warrant_reasons(size_t *n) {
  static const char *const words[W_REASONS] = {
      "bad-pc",
      "undefined-register",
      "out-of-bounds",
      "read-only",
      "bad-context-access",
      "undefined-stack",
      "bad-helper-argument",
      "unknown-helper",
      "null-pointer",
      "invalid-pointer",
      "frame-pointer-write",
      "bad-return",
      "leaked-reference",
      "loop",
      "too-complex",
      "invalid-instruction",
      "stack-overflow",
      "bad-instruction",
      "misaligned",
  };
  *n = W_REASONS;
  return words;
}
