/* Known bits and ranges of a word: checker/Bounds.v. */
#ifndef WARRANT_BOUNDS_H
#define WARRANT_BOUNDS_H

#include "isa/decode.h"

struct w_bounds {
  uint64_t val, mask;  /* a bit set in mask is unknown; the others are those of val */
  uint64_t umin, umax; /* inclusive */
  int64_t smin, smax;  /* inclusive, of the two's complement reading */
};

static inline struct w_bounds w_bd_top(void) {
  return (struct w_bounds){0, UINT64_MAX, 0, UINT64_MAX, INT64_MIN, INT64_MAX};
}
static inline struct w_bounds w_bd_const(uint64_t c) {
  return (struct w_bounds){c, 0, c, c, (int64_t)c, (int64_t)c};
}
struct w_bounds w_bd_range(uint64_t lo, uint64_t hi);
struct w_bounds w_bd_srange(int64_t lo, int64_t hi);
struct w_bounds w_bd_of_bytes(enum w_size size);
static inline unsigned w_size_bits(enum w_size size) { return 8u << size; }

/* Whether everything in a is in b. */
bool w_bd_le(struct w_bounds a, struct w_bounds b);
/* What is in both, in *meet; false when nothing is, then *meet is left alone. */
bool w_bd_meet(struct w_bounds a, struct w_bounds b, struct w_bounds *meet);
struct w_bounds w_bd_join(struct w_bounds a, struct w_bounds b);
/* The parts of b, each tightened by the others, in *s; false when nothing is left. */
bool w_bd_check(struct w_bounds b, struct w_bounds *s);

struct w_bounds w_bd_trunc(enum w_width w, struct w_bounds s);
struct w_bounds w_bd_trunc_bytes(enum w_size size, struct w_bounds s);
struct w_bounds w_bd_sext(enum w_width w, enum w_size size, struct w_bounds s);
struct w_bounds w_bd_byte_order(enum w_swap k, enum w_size size, struct w_bounds s);
struct w_bounds w_bd_and(struct w_bounds a, struct w_bounds b);
/* Shifts by an amount in c1 .. c2, both below 64. */
struct w_bounds w_bd_shl(struct w_bounds s, uint64_t c1, uint64_t c2);
struct w_bounds w_bd_shr(struct w_bounds s, uint64_t c1, uint64_t c2);
struct w_bounds w_bd_sar(struct w_bounds s, uint64_t c1, uint64_t c2);
struct w_bounds w_bd_alu64(enum w_aluop op, struct w_bounds a, struct w_bounds b);

/* Narrows *a and *b to what they are when the 64-bit comparison comes out as r; false when it
 * can't: then what is left of them counts for nothing. */
bool w_bd_refine64(enum w_cmp c, bool r, struct w_bounds *a, struct w_bounds *b);

/* Bounds are computed from these. */
static inline uint64_t w_max_u(uint64_t a, uint64_t b) { return a > b ? a : b; }
static inline uint64_t w_min_u(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline int64_t w_max_s(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t w_min_s(int64_t a, int64_t b) { return a < b ? a : b; }

#endif
