/* checker/Bounds.v in C, function by function. Coq's numbers don't overflow: what may leave 64 bits
 * is computed in 128. */
#include "verify/domain/bounds.h"

#include "verify/domain/tnum.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

#define SIGN64 0x8000000000000000u
#define SMAX64 INT64_MAX
#define SMIN64 INT64_MIN

static struct tnum tn(struct w_bounds s) { return (struct tnum){s.val, s.mask}; }

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
  uint64_t umin = w_max_u(s.umin, s.val), umax = w_min_u(s.umax, s.val | s.mask);
  int64_t smin = w_max_s(s.smin, (int64_t)(s.val | (s.mask & SIGN64)));
  int64_t smax = w_min_s(s.smax, (int64_t)(s.val | (s.mask & SMAX64)));
  uint64_t lo1 = w_max_u(umin, smin > 0 ? (uint64_t)smin : 0), hi1 = w_min_u(umax, (uint64_t)smax);
  uint64_t lo2 = w_max_u(umin, (uint64_t)smin),
           hi2 = smax < 0 ? w_min_u(umax, (uint64_t)smax) : umax;
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

bool w_bd_check(struct w_bounds b, struct w_bounds *s) {
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

struct w_bounds w_bd_range(uint64_t lo, uint64_t hi) {
  return make_unsigned(TN_TOP, lo, hi);
}

struct w_bounds w_bd_srange(int64_t lo, int64_t hi) {
  return make_signed(TN_TOP, lo, hi);
}

struct w_bounds w_bd_of_bytes(enum w_size size) {
  if (size == W_S8)
    return w_bd_top();
  uint64_t most = ((uint64_t)1 << w_size_bits(size)) - 1;
  return (struct w_bounds){0, most, 0, most, 0, (int64_t)most};
}

static bool bd_is_const(struct w_bounds s, uint64_t *c) {
  if (s.umin != s.umax)
    return false;
  *c = s.umin;
  return true;
}

bool w_bd_le(struct w_bounds a, struct w_bounds b) {
  return tn_le(tn(a), tn(b)) && b.umin <= a.umin && a.umax <= b.umax && b.smin <= a.smin &&
         a.smax <= b.smax;
}

static bool meet_tnum(struct w_bounds *s, struct tnum t) {
  if (!tn_meet(tn(*s), t, &t))
    return false;
  return w_bd_check((struct w_bounds){t.val, t.mask, s->umin, s->umax, s->smin, s->smax}, s);
}

bool w_bd_meet(struct w_bounds a, struct w_bounds b, struct w_bounds *meet) {
  struct tnum t;
  if (!tn_meet(tn(a), tn(b), &t))
    return false;
  return w_bd_check((struct w_bounds){t.val, t.mask, w_max_u(a.umin, b.umin),
                                      w_min_u(a.umax, b.umax), w_max_s(a.smin, b.smin),
                                      w_min_s(a.smax, b.smax)},
                    meet);
}

struct w_bounds w_bd_join(struct w_bounds a, struct w_bounds b) {
  struct tnum t = tn_join(tn(a), tn(b));
  return sync_all((struct w_bounds){t.val, t.mask, w_min_u(a.umin, b.umin), w_max_u(a.umax, b.umax),
                                    w_min_s(a.smin, b.smin), w_max_s(a.smax, b.smax)});
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

struct w_bounds w_bd_trunc(enum w_width w, struct w_bounds s) {
  return w == W_A32 ? low(32, s) : s;
}

struct w_bounds w_bd_trunc_bytes(enum w_size size, struct w_bounds s) {
  return size == W_S8 ? s : low(w_size_bits(size), s);
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
    return w_bd_range(0, a.umax);
  return w_bd_range(b.umax ? a.umin / b.umax : 0, a.umax / b.umin);
}

struct w_bounds w_bd_and(struct w_bounds a, struct w_bounds b) {
  return make_unsigned(tn_and(tn(a), tn(b)), 0, w_min_u(a.umax, b.umax));
}

static bool one_bit(uint64_t c) { return c != 0 && (c & (c - 1)) == 0; }

static struct w_bounds mod(struct w_bounds a, struct w_bounds b) {
  if (b.umin == 0)
    return w_bd_range(0, a.umax);
  if (a.umax < b.umin)
    return a;
  if (b.umin == b.umax && one_bit(b.umin))
    return w_bd_and(a, w_bd_const(b.umin - 1));
  if (b.umin == b.umax && a.umin / b.umin == a.umax / b.umin)
    return w_bd_range(a.umin % b.umin, a.umax % b.umin);
  return b.umax ? make_unsigned(TN_TOP, 0, w_min_u(a.umax, b.umax - 1)) : nothing;
}

static bool both_nonneg(struct w_bounds a, struct w_bounds b) { return a.smin >= 0 && b.smin >= 0; }

static struct w_bounds sdiv(struct w_bounds a, struct w_bounds b) {
  if (both_nonneg(a, b))
    return divide(a, b);
  bool fixed = b.smin == b.smax, small = a.smin > SMIN64;
  if (fixed && b.smin > 0)
    return w_bd_srange(a.smin / b.smin, a.smax / b.smin);
  if (fixed && b.smin < 0 && small && a.smax > SMIN64)
    return w_bd_srange(a.smax / b.smin, a.smin / b.smin);
  if (!small)
    return w_bd_top();
  int64_t m = w_max_s(-a.smin, a.smax);
  return w_bd_srange(-m, m);
}

static struct w_bounds smod(struct w_bounds a, struct w_bounds b) {
  if (both_nonneg(a, b))
    return mod(a, b);
  wide c = b.smin, lo = least(a.smin, 0), hi = most(a.smax, 0);
  if (b.smin == b.smax && c != 0 && a.smin / c == a.smax / c)
    return w_bd_srange((int64_t)(a.smin % c), (int64_t)(a.smax % c));
  if (b.smin > 0 || b.smax < 0) {
    wide m = most(c < 0 ? -c : c, b.smax < 0 ? -(wide)b.smax : b.smax) - 1;
    lo = most(lo, -m);
    hi = least(hi, m);
  }
  return w_bd_srange((int64_t)lo, (int64_t)hi);
}

/* Shifts by an amount in c1 .. c2, both below 64. */

static wide shl(wide x, uint64_t c) { return x * ((wide)1 << c); }

struct w_bounds w_bd_shl(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make(c1 == c2 ? tn_shl(tn(s), (unsigned)c1) : TN_TOP, shl(s.umin, c1), shl(s.umax, c2),
              shl(s.smin, s.smin < 0 ? c2 : c1), shl(s.smax, s.smax < 0 ? c1 : c2));
}

struct w_bounds w_bd_shr(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make_unsigned(c1 == c2 ? tn_shr(tn(s), (unsigned)c1) : TN_TOP, s.umin >> c2, s.umax >> c1);
}

struct w_bounds w_bd_sar(struct w_bounds s, uint64_t c1, uint64_t c2) {
  return make_signed(c1 == c2 ? tn_sar(tn(s), (unsigned)c1) : TN_TOP,
                     s.smin >> (s.smin < 0 ? c1 : c2), s.smax >> (s.smax < 0 ? c2 : c1));
}

struct w_bounds w_bd_alu64(enum w_aluop op, struct w_bounds a, struct w_bounds b) {
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
    return make_unsigned(tn_or(tn(a), tn(b)), w_max_u(a.umin, b.umin), UINT64_MAX);
  case W_AND:
    return w_bd_and(a, b);
  case W_XOR:
    return make_unsigned(tn_xor(tn(a), tn(b)), 0, UINT64_MAX);
  case W_LSH:
  case W_RSH:
  case W_ARSH: {
    struct w_bounds c = w_bd_and(b, w_bd_const(63));
    if (op == W_LSH)
      return w_bd_shl(a, c.umin, c.umax);
    return op == W_RSH ? w_bd_shr(a, c.umin, c.umax) : w_bd_sar(a, c.umin, c.umax);
  }
  case W_MOV:
    return b;
  }
  return w_bd_top();
}

struct w_bounds w_bd_sext(enum w_width w, enum w_size size, struct w_bounds s) {
  unsigned c = 64 - w_size_bits(size);
  return w_bd_trunc(w, w_bd_sar(w_bd_shl(s, c, c), c, c));
}

/* The low bytes of `x` in opposite order. */
static uint64_t rev_bytes(enum w_size size, uint64_t x) {
  return __builtin_bswap64(x) >> (64 - w_size_bits(size));
}

struct w_bounds w_bd_byte_order(enum w_swap k, enum w_size size, struct w_bounds s) {
  if (k == W_TOLE)
    return w_bd_trunc_bytes(size, s);
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
  x.umax = w_min_u(x.umax, b->umax - k);
  y.umin = w_max_u(y.umin, a->umin + k);
  return w_bd_check(x, a) && w_bd_check(y, b);
}

static bool signed_le(int k, struct w_bounds *a, struct w_bounds *b) {
  struct w_bounds x = *a, y = *b;
  if (a->smin > SMAX64 - k || b->smax < SMIN64 + k)
    return false;
  x.smax = w_min_s(x.smax, b->smax - k);
  y.smin = w_max_s(y.smin, a->smin + k);
  return w_bd_check(x, a) && w_bd_check(y, b);
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
  return w_bd_check(b, s);
}

static bool equal(struct w_bounds *a, struct w_bounds *b) {
  if (!w_bd_meet(*a, *b, a))
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

bool w_bd_refine64(enum w_cmp c, bool r, struct w_bounds *a, struct w_bounds *b) {
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
