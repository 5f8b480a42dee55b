/* The scalar domain: checker/Tnum.v, checker/Bounds.v and checker/Scalar.v in C, function by
 * function. Coq's numbers don't overflow: what may leave 64 bits is computed in 128. */
#include "verify/scalar.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

#define SIGN64 0x8000000000000000u
#define SMAX64 INT64_MAX
#define SMIN64 INT64_MIN
#define HIGH32 0xffffffff00000000u
#define WORD ((wide)1 << 64)

struct tnum {
  uint64_t val, mask;
};

static uint64_t u_max(uint64_t a, uint64_t b) { return a > b ? a : b; }
static uint64_t u_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
static int64_t s_max(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t s_min(int64_t a, int64_t b) { return a < b ? a : b; }

/* Known bits. */

static const struct tnum tn_top = {0, UINT64_MAX};

static struct tnum tn(struct w_bounds s) { return (struct tnum){s.val, s.mask}; }

static bool tn_le(struct tnum a, struct tnum b) {
  return (a.mask & ~b.mask) == 0 && (a.val & ~b.mask) == b.val;
}

static bool tn_meet(struct tnum a, struct tnum b, struct tnum *t) {
  if (((a.val ^ b.val) & ~(a.mask | b.mask)) != 0)
    return false;
  *t = (struct tnum){a.val | b.val, a.mask & b.mask};
  return true;
}

static struct tnum tn_join(struct tnum a, struct tnum b) {
  uint64_t m = a.mask | b.mask | (a.val ^ b.val);
  return (struct tnum){a.val & ~m, m};
}

static unsigned log2_of(uint64_t x) { return 63 - (unsigned)__builtin_clzll(x); }

/* The high bits that all of lo .. hi share. */
static struct tnum tn_range(uint64_t lo, uint64_t hi) {
  uint64_t d = lo ^ hi;
  if (d == 0)
    return (struct tnum){lo, 0};
  uint64_t m = UINT64_MAX >> (63 - log2_of(d));
  return (struct tnum){lo & ~m, m};
}

static struct tnum tn_and(struct tnum a, struct tnum b) {
  uint64_t v = a.val & b.val;
  return (struct tnum){v, (a.val | a.mask) & (b.val | b.mask) & ~v};
}

static struct tnum tn_or(struct tnum a, struct tnum b) {
  uint64_t v = a.val | b.val;
  return (struct tnum){v, (a.mask | b.mask) & ~v};
}

static struct tnum tn_xor(struct tnum a, struct tnum b) {
  uint64_t m = a.mask | b.mask;
  return (struct tnum){(a.val ^ b.val) & ~m, m};
}

/* A bit of a sum is known when both operands' bits are and every sum carries alike into it. */
static struct tnum tn_add(struct tnum a, struct tnum b) {
  uint64_t v = a.val + b.val, top = v + a.mask + b.mask;
  uint64_t m = (top ^ v) | a.mask | b.mask;
  return (struct tnum){v & ~m, m};
}

static struct tnum tn_sub(struct tnum a, struct tnum b) {
  uint64_t v = a.val - b.val, top = v + a.mask, bot = v - b.mask;
  uint64_t m = (top ^ bot) | a.mask | b.mask;
  return (struct tnum){v & ~m, m};
}

static struct tnum tn_shl(struct tnum t, unsigned c) {
  return (struct tnum){t.val << c, t.mask << c};
}

static struct tnum tn_shr(struct tnum t, unsigned c) {
  return (struct tnum){t.val >> c, t.mask >> c};
}

static struct tnum tn_sar(struct tnum t, unsigned c) {
  return (struct tnum){(uint64_t)((int64_t)t.val >> c), (uint64_t)((int64_t)t.mask >> c)};
}

static struct tnum tn_mul_loop(struct tnum a, struct tnum b, struct tnum acc) {
  for (; (a.val | a.mask) != 0; a = tn_shr(a, 1), b = tn_shl(b, 1)) {
    if (a.val & 1)
      acc = tn_add(acc, (struct tnum){0, b.mask});
    else if (a.mask & 1)
      acc = tn_add(acc, (struct tnum){0, b.val | b.mask});
  }
  return acc;
}

static struct tnum tn_mul(struct tnum a, struct tnum b) {
  struct tnum acc = {a.val * b.val, 0};
  return b.mask == 0 ? tn_mul_loop(b, a, acc) : tn_mul_loop(a, b, acc);
}

/* Reduction. */

static const struct w_bounds nothing = {.umin = 1, .umax = 0, .smin = 1, .smax = 0};

static struct w_bounds finish(struct w_bounds s, uint64_t umin, uint64_t umax, int64_t smin,
                              int64_t smax) {
  struct tnum t;
  if (!tn_meet(tn(s), tn_range(umin, umax), &t))
    return nothing;
  return (struct w_bounds){t.val, t.mask, umin, umax, smin, smax};
}

/* The word is in lo1 .. hi1, where both readings agree, or in lo2 .. hi2, the negative half. */
static struct w_bounds sync1(struct w_bounds s) {
  uint64_t umin = u_max(s.umin, s.val), umax = u_min(s.umax, s.val | s.mask);
  int64_t smin = s_max(s.smin, (int64_t)(s.val | (s.mask & SIGN64)));
  int64_t smax = s_min(s.smax, (int64_t)(s.val | (s.mask & SMAX64)));
  uint64_t lo1 = u_max(umin, smin > 0 ? (uint64_t)smin : 0), hi1 = u_min(umax, (uint64_t)smax);
  uint64_t lo2 = u_max(umin, (uint64_t)smin), hi2 = smax < 0 ? u_min(umax, (uint64_t)smax) : umax;
  bool first = smax >= 0 && lo1 <= hi1, second = smin < 0 && lo2 <= hi2;
  if (first && second)
    return finish(s, lo1, hi2, (int64_t)lo2, (int64_t)hi1);
  if (first)
    return finish(s, lo1, hi1, (int64_t)lo1, (int64_t)hi1);
  return second ? finish(s, lo2, hi2, (int64_t)lo2, (int64_t)hi2) : nothing;
}

/* Once more, if the first time told bits: else there is nothing new to say. */
static struct w_bounds sync_all(struct w_bounds s) {
  struct w_bounds r = sync1(s);
  return r.val == s.val && r.mask == s.mask ? r : sync1(r);
}

static bool check(struct w_bounds b, struct w_bounds *s) {
  struct w_bounds r = sync_all(b);
  if (r.umax < r.umin)
    return false;
  *s = r;
  return true;
}

/* Known bits and an unsigned range. */
static struct w_bounds make_unsigned(struct tnum t, uint64_t lo, uint64_t hi) {
  return sync_all((struct w_bounds){t.val, t.mask, lo, hi, SMIN64, SMAX64});
}

static struct w_bounds make_signed(struct tnum t, int64_t lo, int64_t hi) {
  return sync_all((struct w_bounds){t.val, t.mask, 0, UINT64_MAX, lo, hi});
}

/* Making and comparing. */

static struct w_bounds bd_top(void) {
  return (struct w_bounds){0, UINT64_MAX, 0, UINT64_MAX, SMIN64, SMAX64};
}

static struct w_bounds bd_const(uint64_t c) {
  return (struct w_bounds){c, 0, c, c, (int64_t)c, (int64_t)c};
}

static struct w_bounds bd_range(uint64_t lo, uint64_t hi) { return make_unsigned(tn_top, lo, hi); }

static struct w_bounds bd_srange(int64_t lo, int64_t hi) { return make_signed(tn_top, lo, hi); }

static unsigned size_bits(enum w_size size) { return 8u << size; }

static struct w_bounds bd_of_bytes(enum w_size size) {
  if (size == W_S8)
    return bd_top();
  uint64_t most = ((uint64_t)1 << size_bits(size)) - 1;
  return (struct w_bounds){0, most, 0, most, 0, (int64_t)most};
}

static bool bd_is_const(struct w_bounds s, uint64_t *c) {
  if (s.umin != s.umax)
    return false;
  *c = s.umin;
  return true;
}

static bool bd_le(struct w_bounds a, struct w_bounds b) {
  return tn_le(tn(a), tn(b)) && b.umin <= a.umin && a.umax <= b.umax && b.smin <= a.smin &&
         a.smax <= b.smax;
}

static bool meet_tnum(struct w_bounds *s, struct tnum t) {
  if (!tn_meet(tn(*s), t, &t))
    return false;
  return check((struct w_bounds){t.val, t.mask, s->umin, s->umax, s->smin, s->smax}, s);
}

static bool bd_meet(struct w_bounds a, struct w_bounds b, struct w_bounds *meet) {
  struct tnum t;
  if (!tn_meet(tn(a), tn(b), &t))
    return false;
  return check((struct w_bounds){t.val, t.mask, u_max(a.umin, b.umin), u_min(a.umax, b.umax),
                                 s_max(a.smin, b.smin), s_min(a.smax, b.smax)},
               meet);
}

static struct w_bounds bd_join(struct w_bounds a, struct w_bounds b) {
  struct tnum t = tn_join(tn(a), tn(b));
  return sync_all((struct w_bounds){t.val, t.mask, u_min(a.umin, b.umin), u_max(a.umax, b.umax),
                                    s_min(a.smin, b.smin), s_max(a.smax, b.smax)});
}

/* Low bits, fewer than 64. */

static struct w_bounds low(unsigned bits, struct w_bounds s) {
  uint64_t ones = ((uint64_t)1 << bits) - 1;
  if (s.umax <= ones)
    return s;
  bool same = s.umin >> bits == s.umax >> bits;
  return make_unsigned((struct tnum){s.val & ones, s.mask & ones}, same ? s.umin & ones : 0,
                       same ? s.umax & ones : ones);
}

static struct w_bounds bd_trunc(enum w_width w, struct w_bounds s) {
  return w == W_A32 ? low(32, s) : s;
}

static struct w_bounds bd_trunc_bytes(enum w_size size, struct w_bounds s) {
  return size == W_S8 ? s : low(size_bits(size), s);
}

/* 64-bit arithmetic. */

/* For a result known before it wraps: in ulo .. uhi computed from the unsigned readings, and in slo
 * .. shi from the signed ones. `>>` rounds down, as gcc and clang define it for negative numbers.
 */
static struct w_bounds make(struct tnum t, wide ulo, wide uhi, wide slo, wide shi) {
  bool u = ulo >> 64 == uhi >> 64;
  bool s = (slo + (wide)SIGN64) >> 64 == (shi + (wide)SIGN64) >> 64;
  return sync_all((struct w_bounds){t.val, t.mask, u ? (uint64_t)ulo : 0,
                                    u ? (uint64_t)uhi : UINT64_MAX, s ? (int64_t)slo : SMIN64,
                                    s ? (int64_t)shi : SMAX64});
}

static struct w_bounds bd_add(struct w_bounds a, struct w_bounds b) {
  return make(tn_add(tn(a), tn(b)), (wide)a.umin + b.umin, (wide)a.umax + b.umax,
              (wide)a.smin + b.smin, (wide)a.smax + b.smax);
}

static struct w_bounds bd_sub(struct w_bounds a, struct w_bounds b) {
  return make(tn_sub(tn(a), tn(b)), (wide)a.umin - b.umax, (wide)a.umax - b.umin,
              (wide)a.smin - b.smax, (wide)a.smax - b.smin);
}

static wide least(wide a, wide b) { return a < b ? a : b; }
static wide most(wide a, wide b) { return a > b ? a : b; }

static struct w_bounds mul(struct w_bounds a, struct w_bounds b) {
  uwide ulo = (uwide)a.umin * b.umin, uhi = (uwide)a.umax * b.umax;
  wide p = (wide)a.smin * b.smin, q = (wide)a.smin * b.smax;
  wide r = (wide)a.smax * b.smin, s = (wide)a.smax * b.smax;
  wide slo = least(least(p, q), least(r, s)), shi = most(most(p, q), most(r, s));
  bool ok = uhi <= UINT64_MAX, sok = slo >= SMIN64 && shi <= SMAX64;
  if (ok && ulo > UINT64_MAX) /* only of records that hold nothing */
    return nothing;
  struct tnum t = tn_mul(tn(a), tn(b));
  return sync_all((struct w_bounds){t.val, t.mask, ok ? (uint64_t)ulo : 0,
                                    ok ? (uint64_t)uhi : UINT64_MAX, sok ? (int64_t)slo : SMIN64,
                                    sok ? (int64_t)shi : SMAX64});
}

static struct w_bounds divide(struct w_bounds a, struct w_bounds b) {
  if (b.umin == 0)
    return bd_range(0, a.umax);
  return bd_range(b.umax ? a.umin / b.umax : 0, a.umax / b.umin);
}

static struct w_bounds both_bits(struct w_bounds a, struct w_bounds b) {
  return make_unsigned(tn_and(tn(a), tn(b)), 0, u_min(a.umax, b.umax));
}

static bool one_bit(uint64_t c) { return c != 0 && (c & (c - 1)) == 0; }

static struct w_bounds mod(struct w_bounds a, struct w_bounds b) {
  if (b.umin == 0)
    return bd_range(0, a.umax);
  if (a.umax < b.umin)
    return a;
  if (b.umin == b.umax && one_bit(b.umin))
    return both_bits(a, bd_const(b.umin - 1));
  return b.umax ? make_unsigned(tn_top, 0, u_min(a.umax, b.umax - 1)) : nothing;
}

static bool both_nonneg(struct w_bounds a, struct w_bounds b) { return a.smin >= 0 && b.smin >= 0; }

static struct w_bounds sdiv(struct w_bounds a, struct w_bounds b) {
  if (both_nonneg(a, b))
    return divide(a, b);
  if (b.smin > 0 && b.smin == b.smax)
    return bd_srange(a.smin / b.smin, a.smax / b.smin);
  return bd_top();
}

static struct w_bounds smod(struct w_bounds a, struct w_bounds b) {
  if (both_nonneg(a, b))
    return mod(a, b);
  if (b.smin > 0 && b.smax <= 0)
    return nothing;
  if (b.smin > 0)
    return make_signed(tn_top, s_max(s_min(a.smin, 0), 1 - b.smax),
                       s_min(s_max(a.smax, 0), b.smax - 1));
  return bd_top();
}

/* Shifts by an amount in c1 .. c2, both below 64. */

static wide shl(wide x, uint64_t c) { return x * ((wide)1 << c); }

static struct w_bounds shift_left(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make(c1 == c2 ? tn_shl(tn(s), (unsigned)c1) : tn_top, shl(s.umin, c1), shl(s.umax, c2),
              shl(s.smin, s.smin < 0 ? c2 : c1), shl(s.smax, s.smax < 0 ? c1 : c2));
}

static struct w_bounds shift_right(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make_unsigned(c1 == c2 ? tn_shr(tn(s), (unsigned)c1) : tn_top, s.umin >> c2, s.umax >> c1);
}

static struct w_bounds shift_right_signed(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make_signed(c1 == c2 ? tn_sar(tn(s), (unsigned)c1) : tn_top,
                     s.smin >> (s.smin < 0 ? c1 : c2), s.smax >> (s.smax < 0 ? c2 : c1));
}

static struct w_bounds alu64(enum w_aluop op, struct w_bounds a, struct w_bounds b) {
  switch (op) {
  case W_ADD:
    return bd_add(a, b);
  case W_SUB:
    return bd_sub(a, b);
  case W_MUL:
    return mul(a, b);
  case W_DIV:
    return divide(a, b);
  case W_SDIV:
    return sdiv(a, b);
  case W_MOD:
    return mod(a, b);
  case W_SMOD:
    return smod(a, b);
  case W_OR:
    return make_unsigned(tn_or(tn(a), tn(b)), u_max(a.umin, b.umin), UINT64_MAX);
  case W_AND:
    return both_bits(a, b);
  case W_XOR:
    return make_unsigned(tn_xor(tn(a), tn(b)), 0, UINT64_MAX);
  case W_LSH:
  case W_RSH:
  case W_ARSH: {
    struct w_bounds c = both_bits(b, bd_const(63));
    if (op == W_LSH)
      return shift_left(a, c.umin, c.umax);
    return op == W_RSH ? shift_right(a, c.umin, c.umax) : shift_right_signed(a, c.umin, c.umax);
  }
  case W_MOV:
    return b;
  }
  return bd_top();
}

static struct w_bounds bd_sext(enum w_width w, enum w_size size, struct w_bounds s) {
  unsigned c = 64 - size_bits(size);
  return bd_trunc(w, shift_right_signed(shift_left(s, c, c), c, c));
}

/* The low bytes of `x` in opposite order. */
static uint64_t rev_bytes(enum w_size size, uint64_t x) {
  return __builtin_bswap64(x) >> (64 - size_bits(size));
}

static struct w_bounds bd_byte_order(enum w_swap k, enum w_size size, struct w_bounds s) {
  if (k == W_TOLE)
    return bd_trunc_bytes(size, s);
  return make_unsigned((struct tnum){rev_bytes(size, s.val), rev_bytes(size, s.mask)}, 0,
                       UINT64_MAX);
}

/* What a comparison's outcome says of its operands. Each of these narrows both, or returns false;
 * then what is left of them counts for nothing. */

/* x + k <= y, unsigned; k is 0 or 1 */
static bool unsigned_le(unsigned k, struct w_bounds *a, struct w_bounds *b) {
  struct w_bounds x = *a, y = *b;
  if (a->umin > UINT64_MAX - k || b->umax < k)
    return false;
  x.umax = u_min(x.umax, b->umax - k);
  y.umin = u_max(y.umin, a->umin + k);
  return check(x, a) && check(y, b);
}

static bool signed_le(int k, struct w_bounds *a, struct w_bounds *b) {
  struct w_bounds x = *a, y = *b;
  if (a->smin > SMAX64 - k || b->smax < SMIN64 + k)
    return false;
  x.smax = s_min(x.smax, b->smax - k);
  y.smin = s_max(y.smin, a->smin + k);
  return check(x, a) && check(y, b);
}

/* The members and `c` are alike below this bit, so that they differ by a multiple of it. */
static uint64_t step_of(const struct w_bounds *s, uint64_t c) {
  uint64_t m = s->mask ? (s->mask & -s->mask) - 1 : 0;
  return (c & m) == (s->val & m) && m < (uint64_t)SMAX64 ? m + 1 : 1;
}

/* Not equal to a constant: it is no end point. */
static bool trim(struct w_bounds *s, uint64_t c) {
  struct w_bounds b = *s;
  int64_t g = (int64_t)c;
  uint64_t d = step_of(s, c);
  if ((b.umin == c && c > UINT64_MAX - d) || (b.umax == c && c < d) ||
      (b.smin == g && g > SMAX64 - (int64_t)d) || (b.smax == g && g < SMIN64 + (int64_t)d))
    return false;
  b.umin += b.umin == c ? d : 0;
  b.umax -= b.umax == c ? d : 0;
  b.smin += b.smin == g ? (int64_t)d : 0;
  b.smax -= b.smax == g ? (int64_t)d : 0;
  return check(b, s);
}

static bool equal(struct w_bounds *a, struct w_bounds *b) {
  if (!bd_meet(*a, *b, a))
    return false;
  *b = *a;
  return true;
}

static bool unequal(struct w_bounds *a, struct w_bounds *b) {
  uint64_t x, y;
  bool a_const = bd_is_const(*a, &x), b_const = bd_is_const(*b, &y);
  return (!b_const || trim(a, y)) && (!a_const || trim(b, x));
}

/* Some bit is set in both: which, only when a single one may be. */
static bool some_bit(struct w_bounds *a, struct w_bounds *b) {
  uint64_t p = (a->val | a->mask) & (b->val | b->mask);
  if (p == 0)
    return false;
  struct tnum t = {p, ~p};
  return !one_bit(p) || (meet_tnum(a, t) && meet_tnum(b, t));
}

static bool no_bit(struct w_bounds *a, struct w_bounds *b) {
  struct tnum x = {0, ~b->val}, y = {0, ~a->val};
  return meet_tnum(a, x) && meet_tnum(b, y);
}

static bool refine64(enum w_cmp c, bool r, struct w_bounds *a, struct w_bounds *b) {
  switch (c) {
  case W_JEQ:
    return r ? equal(a, b) : unequal(a, b);
  case W_JNE:
    return r ? unequal(a, b) : equal(a, b);
  case W_JGT:
    return r ? unsigned_le(1, b, a) : unsigned_le(0, a, b);
  case W_JGE:
    return r ? unsigned_le(0, b, a) : unsigned_le(1, a, b);
  case W_JLT:
    return r ? unsigned_le(1, a, b) : unsigned_le(0, b, a);
  case W_JLE:
    return r ? unsigned_le(0, a, b) : unsigned_le(1, b, a);
  case W_JSET:
    return r ? some_bit(a, b) : no_bit(a, b);
  case W_JSGT:
    return r ? signed_le(1, b, a) : signed_le(0, a, b);
  case W_JSGE:
    return r ? signed_le(0, b, a) : signed_le(1, a, b);
  case W_JSLT:
    return r ? signed_le(1, a, b) : signed_le(0, b, a);
  case W_JSLE:
    return r ? signed_le(0, a, b) : signed_le(1, b, a);
  }
  return true;
}

/* --- Scalar.v: the word, and its low half moved up ---------------------------------------------
 */

static struct w_scalar sc_of(struct w_bounds b) { return (struct w_scalar){.all = b}; }

static struct w_bounds up(struct w_bounds b) { return shift_left(b, 32, 32); }

static bool in_int(struct w_bounds b) { return b.smin >= INT32_MIN && b.smax <= INT32_MAX; }

/* The multiple of 2^32 below. */
static uint64_t base(uint64_t z) { return z & HIGH32; }
static int64_t signed_base(int64_t z) { return (int64_t)base((uint64_t)z); }

/* Narrows `b`, whose low half is in `l`. */
static bool with_up(struct w_bounds *b, struct w_bounds l) {
  struct w_bounds r = shift_right(l, 32, 32), c = *b;
  struct tnum t;
  c.umin = u_max(c.umin, base(c.umin) + r.umin);
  c.umax = u_min(c.umax, base(c.umax) + r.umax);
  c.smin = s_max(c.smin, signed_base(c.smin) + (int64_t)r.umin);
  c.smax = s_min(c.smax, signed_base(c.smax) + (int64_t)r.umax);
  if (!tn_meet(tn(c), (struct tnum){r.val, r.mask | HIGH32}, &t))
    return false;
  c.val = t.val, c.mask = t.mask;
  return in_int(*b) ? bd_meet(c, shift_right_signed(l, 32, 32), b) : check(c, b);
}

/* Each part tightens the other; the low half stays only where it says more. */
static bool norm(struct w_bounds b, struct w_bounds l, struct w_scalar *s) {
  if (!with_up(&b, l))
    return false;
  struct w_bounds u = up(b);
  if (!bd_meet(u, l, &l))
    return false;
  *s = bd_le(u, l) ? sc_of(b) : (struct w_scalar){b, true, l};
  return true;
}

static struct w_scalar with(struct w_bounds b, struct w_bounds l) {
  struct w_scalar s;
  return norm(b, l, &s) ? s : sc_of(b);
}

static struct w_bounds sc_up(struct w_scalar s) { return s.has_low ? s.low : up(s.all); }

static struct w_bounds sc_zext(struct w_scalar s) {
  return s.has_low ? shift_right(s.low, 32, 32) : bd_trunc(W_A32, s.all);
}

static struct w_bounds sc_int(struct w_scalar s) {
  return s.has_low ? shift_right_signed(s.low, 32, 32) : bd_sext(W_A64, W_S4, s.all);
}

static bool knows_low(struct w_scalar s) {
  return s.has_low || s.all.umin > 0 || s.all.umax < UINT32_MAX || in_int(s.all);
}

/* Numbers of 32 bits on both sides of the sign. */
static bool across(struct w_bounds b) { return b.umin <= INT32_MAX && b.umax > INT32_MAX; }

struct w_scalar w_sc_top(void) {
  return sc_of(bd_top());
}
struct w_scalar w_sc_const(uint64_t c) {
  return sc_of(bd_const(c));
}
struct w_scalar w_sc_range(uint64_t lo, uint64_t hi) {
  return sc_of(bd_range(lo, hi));
}
struct w_scalar w_sc_srange(int64_t lo, int64_t hi) {
  return sc_of(bd_srange(lo, hi));
}
struct w_scalar w_sc_result(int64_t lo, int64_t hi) {
  return with(bd_top(), up(bd_srange(lo, hi)));
}
struct w_scalar w_sc_of_bytes(enum w_size size) {
  return sc_of(bd_of_bytes(size));
}
bool w_sc_le(const struct w_scalar *a, const struct w_scalar *b) {
  return bd_le(a->all, b->all) && (!b->has_low || bd_le(sc_up(*a), b->low));
}

bool w_sc_meet(struct w_scalar a, struct w_scalar b, struct w_scalar *meet) {
  struct w_bounds m, l;
  if (!bd_meet(a.all, b.all, &m))
    return false;
  if (a.has_low || b.has_low)
    return bd_meet(sc_up(a), sc_up(b), &l) && norm(m, l, meet);
  *meet = sc_of(m);
  return true;
}

struct w_scalar w_sc_join(struct w_scalar a, struct w_scalar b) {
  struct w_bounds j = bd_join(a.all, b.all);
  return a.has_low || b.has_low ? with(j, bd_join(sc_up(a), sc_up(b))) : sc_of(j);
}

struct w_scalar w_sc_trunc(enum w_width w, struct w_scalar s) {
  if (w == W_A64)
    return s;
  struct w_bounds r = sc_zext(s);
  return s.has_low || (in_int(s.all) && across(r)) ? with(r, sc_up(s)) : sc_of(r);
}

struct w_scalar w_sc_sext(enum w_width w, enum w_size size, struct w_scalar s) {
  unsigned c = 64 - size_bits(size);
  return w_sc_trunc(w, sc_of(s.has_low && size != W_S8
                                 ? shift_right_signed(shift_left(s.low, c - 32, c - 32), c, c)
                                 : bd_sext(W_A64, size, s.all)));
}

/* Operations whose result's low half follows from the operands' low halves. */
static bool low_follows(enum w_aluop op) {
  return op == W_ADD || op == W_SUB || op == W_MUL || op == W_AND || op == W_OR || op == W_XOR ||
         op == W_LSH;
}

/* Those that may fix the low half where the operands' words alone fix it. */
static bool may_fix(enum w_aluop op, struct w_bounds r) {
  return (op == W_AND || op == W_OR) && base(r.umin) != base(r.umax);
}

static struct w_bounds both(struct w_bounds a, struct w_bounds b) {
  struct w_bounds m;
  return bd_meet(a, b, &m) ? m : a;
}

static struct w_scalar sc_alu64(enum w_aluop op, struct w_scalar a, struct w_scalar b) {
  if (op == W_MOV)
    return b;
  struct w_bounds r = alu64(op, a.all, b.all);
  if (!low_follows(op) || !(a.has_low || b.has_low || may_fix(op, r)))
    return sc_of(r);
  bool shift = op == W_LSH;
  return with(r, both(up(alu64(op, sc_zext(a), shift ? b.all : sc_zext(b))),
                      up(alu64(op, sc_int(a), shift ? b.all : sc_int(b)))));
}

/* A 32-bit operation is the 64-bit one on extended operands, truncated. */
static struct w_scalar sc_alu32(enum w_aluop op, struct w_scalar a, struct w_scalar b) {
  if (op == W_MOV)
    return w_sc_trunc(W_A32, b);
  bool division = op == W_SDIV || op == W_SMOD;
  bool shift = op == W_LSH || op == W_RSH || op == W_ARSH;
  struct w_bounds left = division || op == W_ARSH ? sc_int(a) : sc_zext(a), right;
  if (shift)
    right = both_bits(b.has_low ? sc_zext(b) : b.all, bd_const(31));
  else
    right = division ? sc_int(b) : sc_zext(b);
  struct w_bounds r = bd_trunc(W_A32, alu64(op, left, right));
  if (!(low_follows(op) || division || op == W_ARSH) || !across(r) || !knows_low(a) ||
      !knows_low(b))
    return sc_of(r);
  return with(r, up(alu64(op, sc_int(a), shift ? right : sc_int(b))));
}

struct w_scalar w_sc_alu(enum w_width w, enum w_aluop op, struct w_scalar a, struct w_scalar b) {
  return w == W_A64 ? sc_alu64(op, a, b) : sc_alu32(op, a, b);
}

struct w_scalar w_sc_add(struct w_scalar a, struct w_scalar b) {
  return sc_alu64(W_ADD, a, b);
}
struct w_scalar w_sc_sub(struct w_scalar a, struct w_scalar b) {
  return sc_alu64(W_SUB, a, b);
}

struct w_scalar w_sc_neg(enum w_width w, struct w_scalar s) {
  return w_sc_alu(w, W_SUB, w_sc_const(0), s);
}

struct w_scalar w_sc_byte_order(enum w_swap k, enum w_size size, struct w_scalar s) {
  return sc_of(bd_byte_order(k, size, s.all));
}

static bool norm_low(struct w_bounds b, struct w_scalar *s) {
  if (s->has_low)
    return norm(b, s->low, s);
  *s = sc_of(b);
  return true;
}

static bool says_equal(enum w_cmp c, bool r) { return c == W_JEQ ? r : c == W_JNE && !r; }

static bool sc_refine64(enum w_cmp c, bool r, struct w_scalar *a, struct w_scalar *b) {
  if (says_equal(c, r)) {
    if (!w_sc_meet(*a, *b, a))
      return false;
    *b = *a;
    return true;
  }
  struct w_bounds p = a->all, q = b->all;
  return refine64(c, r, &p, &q) && norm_low(p, a) && norm_low(q, b);
}

/* Narrows `s`, whose low half is in `l`. */
static bool meet_low(struct w_scalar *s, struct w_bounds l) {
  return bd_meet(sc_up(*s), l, &l) && norm(s->all, l, s);
}

static bool is_signed(enum w_cmp c) {
  return c == W_JSGT || c == W_JSGE || c == W_JSLT || c == W_JSLE;
}

static bool sc_refine32(enum w_cmp c, bool r, struct w_scalar *a, struct w_scalar *b) {
  if (says_equal(c, r)) {
    struct w_bounds p = sc_up(*a), q = sc_up(*b);
    return meet_low(a, q) && meet_low(b, p);
  }
  struct w_bounds p = is_signed(c) ? sc_int(*a) : sc_zext(*a);
  struct w_bounds q = is_signed(c) ? sc_int(*b) : sc_zext(*b);
  return refine64(c, r, &p, &q) && meet_low(a, up(p)) && meet_low(b, up(q));
}

bool w_sc_refine(enum w_width w, enum w_cmp c, bool outcome, struct w_scalar *a,
                 struct w_scalar *b) {
  struct w_scalar x = *a, y = *b;
  uint64_t most = is_signed(c) ? INT32_MAX : UINT32_MAX;
  bool half = w == W_A32 && !(x.all.umax <= most && y.all.umax <= most);
  if (!(half ? sc_refine32(c, outcome, &x, &y) : sc_refine64(c, outcome, &x, &y)))
    return false;
  *a = x;
  *b = y;
  return true;
}
