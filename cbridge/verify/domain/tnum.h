/* Known bits: checker/Tnum.v in C, function by function. For bounds.c and scalar.c alone, and
 * inline, as they are a few instructions each. */
#ifndef WARRANT_TNUM_H
#define WARRANT_TNUM_H

#include <stdbool.h>
#include <stdint.h>

/* A bit set in mask is unknown; the others are those of val. */
struct tnum {
  uint64_t val, mask;
};

#define TN_TOP ((struct tnum){0, UINT64_MAX})

static inline bool tn_le(struct tnum a, struct tnum b) {
  return (a.mask & ~b.mask) == 0 && (a.val & ~b.mask) == b.val;
}

static inline bool tn_meet(struct tnum a, struct tnum b, struct tnum *t) {
  if (((a.val ^ b.val) & ~(a.mask | b.mask)) != 0)
    return false;
  *t = (struct tnum){a.val | b.val, a.mask & b.mask};
  return true;
}

static inline struct tnum tn_join(struct tnum a, struct tnum b) {
  uint64_t m = a.mask | b.mask | (a.val ^ b.val);
  return (struct tnum){a.val & ~m, m};
}

static inline unsigned log2_of(uint64_t x) { return 63 - (unsigned)__builtin_clzll(x); }

/* The high bits that all of lo .. hi share. */
static inline struct tnum tn_range(uint64_t lo, uint64_t hi) {
  uint64_t d = lo ^ hi;
  if (d == 0)
    return (struct tnum){lo, 0};
  uint64_t m = UINT64_MAX >> (63 - log2_of(d));
  return (struct tnum){lo & ~m, m};
}

static inline struct tnum tn_and(struct tnum a, struct tnum b) {
  uint64_t v = a.val & b.val;
  return (struct tnum){v, (a.val | a.mask) & (b.val | b.mask) & ~v};
}

static inline struct tnum tn_or(struct tnum a, struct tnum b) {
  uint64_t v = a.val | b.val;
  return (struct tnum){v, (a.mask | b.mask) & ~v};
}

static inline struct tnum tn_xor(struct tnum a, struct tnum b) {
  uint64_t m = a.mask | b.mask;
  return (struct tnum){(a.val ^ b.val) & ~m, m};
}

/* A bit of a sum is known when both operands' bits are and every sum carries alike into it. */
static inline struct tnum tn_add(struct tnum a, struct tnum b) {
  uint64_t v = a.val + b.val, top = v + a.mask + b.mask;
  uint64_t m = (top ^ v) | a.mask | b.mask;
  return (struct tnum){v & ~m, m};
}

static inline struct tnum tn_sub(struct tnum a, struct tnum b) {
  uint64_t v = a.val - b.val, top = v + a.mask, bot = v - b.mask;
  uint64_t m = (top ^ bot) | a.mask | b.mask;
  return (struct tnum){v & ~m, m};
}

static inline struct tnum tn_shl(struct tnum t, unsigned c) {
  return (struct tnum){t.val << c, t.mask << c};
}

static inline struct tnum tn_shr(struct tnum t, unsigned c) {
  return (struct tnum){t.val >> c, t.mask >> c};
}

static inline struct tnum tn_sar(struct tnum t, unsigned c) {
  return (struct tnum){(uint64_t)((int64_t)t.val >> c), (uint64_t)((int64_t)t.mask >> c)};
}

static inline struct tnum tn_mul_loop(struct tnum a, struct tnum b, struct tnum acc) {
  for (; (a.val | a.mask) != 0; a = tn_shr(a, 1), b = tn_shl(b, 1)) {
    if (a.val & 1)
      acc = tn_add(acc, (struct tnum){0, b.mask});
    else if (a.mask & 1)
      acc = tn_add(acc, (struct tnum){0, b.val | b.mask});
  }
  return acc;
}

static inline struct tnum tn_mul(struct tnum a, struct tnum b) {
  struct tnum acc = {a.val * b.val, 0};
  return b.mask == 0 ? tn_mul_loop(b, a, acc) : tn_mul_loop(a, b, acc);
}

#endif
