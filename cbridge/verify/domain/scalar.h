/* What is known of a number: bounds of the word, and of its low half where the word's do not imply
 * them. Each function here computes exactly what its namesake in checker/Scalar.v does (w_sc_add is
 * sc_add), which is proved sound; nothing here is trusted. */
#ifndef WARRANT_SCALAR_H
#define WARRANT_SCALAR_H

#include "verify/domain/bounds.h"

struct w_scalar {
  struct w_bounds all;
  bool has_low;
  struct w_bounds low; /* of the low half, moved up by 32 bits; zeros without has_low */
};

struct w_scalar w_sc_top(void);
struct w_scalar w_sc_const(uint64_t c);
struct w_scalar w_sc_range(uint64_t lo, uint64_t hi);
struct w_scalar w_sc_srange(int64_t lo, int64_t hi);
/* Words whose low half, as a signed number, is in these bounds. */
struct w_scalar w_sc_result(int64_t lo, int64_t hi);
struct w_scalar w_sc_of_bytes(enum w_size size);
/* Whether *s is one number, then in *c. */
static inline bool w_sc_is_const(const struct w_scalar *s, uint64_t *c) {
  if (s->all.umin != s->all.umax)
    return false;
  *c = s->all.umin;
  return true;
}

/* Whether everything in *a is in *b. */
bool w_sc_le(const struct w_scalar *a, const struct w_scalar *b);
/* What is in both, in *meet; false when nothing is, then *meet is left alone. */
bool w_sc_meet(struct w_scalar a, struct w_scalar b, struct w_scalar *meet);
struct w_scalar w_sc_join(struct w_scalar a, struct w_scalar b);

struct w_scalar w_sc_add(struct w_scalar a, struct w_scalar b);
struct w_scalar w_sc_sub(struct w_scalar a, struct w_scalar b);
struct w_scalar w_sc_alu(enum w_width w, enum w_aluop op, struct w_scalar a, struct w_scalar b);
struct w_scalar w_sc_neg(enum w_width w, struct w_scalar s);
struct w_scalar w_sc_sext(enum w_width w, enum w_size size, struct w_scalar s);
struct w_scalar w_sc_byte_order(enum w_swap k, enum w_size size, struct w_scalar s);
struct w_scalar w_sc_trunc(enum w_width w, struct w_scalar s);

/* Narrows *a and *b to what they are when the comparison comes out as `outcome`; false when it
 * can't, then both are left alone. */
bool w_sc_refine(enum w_width w, enum w_cmp c, bool outcome, struct w_scalar *a,
                 struct w_scalar *b);

#endif
