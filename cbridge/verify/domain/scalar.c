/* checker/Scalar.v in C, function by function: the bounds of a word, and those of its low half
 * moved up by 32 bits. */
#include "verify/domain/scalar.h"

#include "verify/domain/tnum.h"

#define HIGH32 0xffffffff00000000u

static struct w_scalar sc_of(struct w_bounds b) { return (struct w_scalar){.all = b}; }

static struct w_bounds up(struct w_bounds b) { return w_bd_shl(b, 32, 32); }

static bool in_int(struct w_bounds b) { return b.smin >= INT32_MIN && b.smax <= INT32_MAX; }

/* The multiple of 2^32 below. */
static uint64_t base(uint64_t z) { return z & HIGH32; }
static int64_t signed_base(int64_t z) { return (int64_t)base((uint64_t)z); }

/* Narrows `b`, whose low half is in `l`. */
static bool with_up(struct w_bounds *b, struct w_bounds l) {
  struct w_bounds r = w_bd_shr(l, 32, 32), c = *b;
  struct tnum t;
  c.umin = w_max_u(c.umin, base(c.umin) + r.umin);
  c.umax = w_min_u(c.umax, base(c.umax) + r.umax);
  c.smin = w_max_s(c.smin, signed_base(c.smin) + (int64_t)r.umin);
  c.smax = w_min_s(c.smax, signed_base(c.smax) + (int64_t)r.umax);
  if (!tn_meet((struct tnum){c.val, c.mask}, (struct tnum){r.val, r.mask | HIGH32}, &t))
    return false;
  c.val = t.val, c.mask = t.mask;
  return in_int(*b) ? w_bd_meet(c, w_bd_sar(l, 32, 32), b) : w_bd_check(c, b);
}

/* Each part tightens the other; the low half stays only where it says more. */
static bool norm(struct w_bounds b, struct w_bounds l, struct w_scalar *s) {
  if (!with_up(&b, l))
    return false;
  struct w_bounds u = up(b);
  if (!w_bd_meet(u, l, &l))
    return false;
  *s = w_bd_le(u, l) ? sc_of(b) : (struct w_scalar){b, true, l};
  return true;
}

static struct w_scalar with(struct w_bounds b, struct w_bounds l) {
  struct w_scalar s;
  return norm(b, l, &s) ? s : sc_of(b);
}

static struct w_bounds sc_up(struct w_scalar s) { return s.has_low ? s.low : up(s.all); }

static struct w_bounds sc_zext(struct w_scalar s) {
  return s.has_low ? w_bd_shr(s.low, 32, 32) : w_bd_trunc(W_A32, s.all);
}

static struct w_bounds sc_int(struct w_scalar s) {
  return s.has_low ? w_bd_sar(s.low, 32, 32) : w_bd_sext(W_A64, W_S4, s.all);
}

static bool knows_low(struct w_scalar s) {
  return s.has_low || s.all.umin > 0 || s.all.umax < UINT32_MAX || in_int(s.all);
}

/* Numbers of 32 bits on both sides of the sign. */
static bool across(struct w_bounds b) { return b.umin <= INT32_MAX && b.umax > INT32_MAX; }

struct w_scalar w_sc_top(void) {
  return sc_of(w_bd_top());
}
struct w_scalar w_sc_const(uint64_t c) {
  return sc_of(w_bd_const(c));
}
struct w_scalar w_sc_range(uint64_t lo, uint64_t hi) {
  return sc_of(w_bd_range(lo, hi));
}
struct w_scalar w_sc_srange(int64_t lo, int64_t hi) {
  return sc_of(w_bd_srange(lo, hi));
}
struct w_scalar w_sc_result(int64_t lo, int64_t hi) {
  return with(w_bd_top(), up(w_bd_srange(lo, hi)));
}
struct w_scalar w_sc_of_bytes(enum w_size size) {
  return sc_of(w_bd_of_bytes(size));
}
bool w_sc_le(const struct w_scalar *a, const struct w_scalar *b) {
  return w_bd_le(a->all, b->all) && (!b->has_low || w_bd_le(sc_up(*a), b->low));
}

bool w_sc_meet(struct w_scalar a, struct w_scalar b, struct w_scalar *meet) {
  struct w_bounds m, l;
  if (!w_bd_meet(a.all, b.all, &m))
    return false;
  if (a.has_low || b.has_low)
    return w_bd_meet(sc_up(a), sc_up(b), &l) && norm(m, l, meet);
  *meet = sc_of(m);
  return true;
}

struct w_scalar w_sc_join(struct w_scalar a, struct w_scalar b) {
  struct w_bounds j = w_bd_join(a.all, b.all);
  return a.has_low || b.has_low ? with(j, w_bd_join(sc_up(a), sc_up(b))) : sc_of(j);
}

struct w_scalar w_sc_trunc(enum w_width w, struct w_scalar s) {
  if (w == W_A64)
    return s;
  struct w_bounds r = sc_zext(s);
  return s.has_low || (in_int(s.all) && across(r)) ? with(r, sc_up(s)) : sc_of(r);
}

struct w_scalar w_sc_sext(enum w_width w, enum w_size size, struct w_scalar s) {
  unsigned c = 64 - w_size_bits(size);
  return w_sc_trunc(w, sc_of(s.has_low && size != W_S8
                                 ? w_bd_sar(w_bd_shl(s.low, c - 32, c - 32), c, c)
                                 : w_bd_sext(W_A64, size, s.all)));
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
  return w_bd_meet(a, b, &m) ? m : a;
}

static struct w_scalar sc_alu64(enum w_aluop op, struct w_scalar a, struct w_scalar b) {
  if (op == W_MOV)
    return b;
  struct w_bounds r = w_bd_alu64(op, a.all, b.all);
  if (!low_follows(op) || !(a.has_low || b.has_low || may_fix(op, r)))
    return sc_of(r);
  bool shift = op == W_LSH;
  return with(r, both(up(w_bd_alu64(op, sc_zext(a), shift ? b.all : sc_zext(b))),
                      up(w_bd_alu64(op, sc_int(a), shift ? b.all : sc_int(b)))));
}

/* A 32-bit operation is the 64-bit one on extended operands, truncated. */
static struct w_scalar sc_alu32(enum w_aluop op, struct w_scalar a, struct w_scalar b) {
  if (op == W_MOV)
    return w_sc_trunc(W_A32, b);
  bool division = op == W_SDIV || op == W_SMOD;
  bool shift = op == W_LSH || op == W_RSH || op == W_ARSH;
  struct w_bounds left = division || op == W_ARSH ? sc_int(a) : sc_zext(a), right;
  if (shift)
    right = w_bd_and(b.has_low ? sc_zext(b) : b.all, w_bd_const(31));
  else
    right = division ? sc_int(b) : sc_zext(b);
  struct w_bounds r = w_bd_trunc(W_A32, w_bd_alu64(op, left, right));
  if (!(low_follows(op) || division || op == W_ARSH) || !across(r) || !knows_low(a) ||
      !knows_low(b))
    return sc_of(r);
  return with(r, up(w_bd_alu64(op, sc_int(a), shift ? right : sc_int(b))));
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
  return sc_of(w_bd_byte_order(k, size, s.all));
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
  return w_bd_refine64(c, r, &p, &q) && norm_low(p, a) && norm_low(q, b);
}

/* Narrows `s`, whose low half is in `l`. */
static bool meet_low(struct w_scalar *s, struct w_bounds l) {
  return w_bd_meet(sc_up(*s), l, &l) && norm(s->all, l, s);
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
  return w_bd_refine64(c, r, &p, &q) && meet_low(a, up(p)) && meet_low(b, up(q));
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
