/* checker/Arith.v: sums, differences and moves of values that may be pointers. */
#include "verify/domain/internal.h"

struct w_aval w_scalar_res(struct w_state *st, bool tainted, struct w_scalar s) {
  uint64_t c;
  struct w_aval v;
  if (!tainted && w_sc_is_const(&s, &c) && w_aconst(st, (int64_t)c, &v))
    return v;
  return w_fresh_scalar(st, tainted, s);
}

static struct w_aval shift(struct w_aval a, uint64_t c) {
  return (struct w_aval){a.sym, (int64_t)((uint64_t)a.c + c)};
}

/* Pointer p plus the number s, or NULL: what is none. */
static bool add_ptr(const struct w_target *t, struct w_state *st, struct w_aval p,
                    const struct w_scalar *s, struct w_aval *r) {
  if (!s)
    return false;
  struct w_fact f = *w_fact_of(st, p);
  wide most; /* past the pointer's least */
  switch (f.kind) {
  case W_FSTACK:
    most = W_STACK;
    break;
  case W_FPKT:
    most = W_REACH - 1;
    f.checked = false;
    f.av = 0;
    break;
  case W_FMAP_VALUE:
    if (f.map >= t->map_count)
      return false;
    most = t->maps[f.map].value_size;
    break;
  case W_FREF:
    if (f.ref != W_RECORD || f.null)
      return false;
    f.kind = W_FRECORD_AT;
    f.mx = 0;
    f.step = W_WHOLE;
    most = f.size;
    break;
  case W_FRECORD_AT:
    most = f.size;
    break;
  default:
    return false;
  }
  int64_t least = s->all.smin;
  wide mx = (f.kind == W_FRECORD_AT ? (wide)(uint64_t)f.mx : f.mx) + s->all.smax - least;
  if (mx > most)
    return false;
  f.mx = (int64_t)(uint64_t)mx;
  if (f.kind != W_FPKT) /* bits that may be set divide the number */
    f.step = w_step(w_step(f.step, s->all.val | s->all.mask), (uint64_t)least);
  *r = shift(w_fresh(st, f), (uint64_t)p.c + (uint64_t)least);
  return true;
}

bool w_is_pointer(const struct w_fact *f) {
  return f->kind == W_FSTACK || f->kind == W_FCTX || f->kind == W_FPKT || f->kind == W_FEND ||
         f->kind == W_FMAP_VALUE || f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP ||
         f->kind == W_FMAP_OR_NULL || f->kind == W_FREF || f->kind == W_FRECORD_AT ||
         f->kind == W_FOBJ || f->kind == W_FOBJ_OR_NULL || (f->kind == W_FSCALAR && f->moved);
}

static struct w_aval a_scalar_alu(struct w_state *st, enum w_width w, enum w_aluop op,
                                  struct w_aval a, struct w_aval b) {
  bool ta, tb;
  struct w_scalar room_a, room_b;
  const struct w_scalar *sa = w_any_view(st, a, &ta, &room_a);
  const struct w_scalar *sb = w_any_view(st, b, &tb, &room_b);
  struct w_aval r = w_scalar_res(st, ta || tb, w_sc_alu(w, op, *sa, *sb));
  if (r.sym == st->next && w == W_A64 && (op == W_ADD || op == W_SUB))
    st->facts[r.sym].moved = w_is_pointer(w_fact_of(st, a)) != w_is_pointer(w_fact_of(st, b));
  return r;
}

static struct w_aval a_add(const struct w_target *t, struct w_state *st, struct w_aval a,
                           struct w_aval b) {
  uint64_t c;
  bool tainted;
  struct w_scalar room;
  struct w_aval r;
  if (w_const_of(st, b, &c))
    return shift(a, c);
  if (w_const_of(st, a, &c))
    return shift(b, c);
  if (add_ptr(t, st, a, w_view(st, b, &tainted, &room), &r) ||
      add_ptr(t, st, b, w_view(st, a, &tainted, &room), &r))
    return r;
  return a_scalar_alu(st, W_A64, W_ADD, a, b);
}

/* Of one symbol and two constants the difference is that of the constants. */
static struct w_aval a_sub(const struct w_target *t, struct w_state *st, struct w_aval a,
                           struct w_aval b) {
  uint64_t c;
  bool tainted;
  struct w_scalar less;
  struct w_aval r;
  if (w_const_of(st, b, &c))
    return shift(a, 0 - c);
  if (a.sym == b.sym)
    return w_scalar_res(st, false, w_sc_const((uint64_t)a.c - (uint64_t)b.c));
  const struct w_scalar *s = w_view(st, b, &tainted, &less);
  if (s) {
    less = w_sc_neg(W_A64, *s);
    if (add_ptr(t, st, a, &less, &r))
      return r;
  }
  return a_scalar_alu(st, W_A64, W_SUB, a, b);
}

/* A sum or difference of 32 bits, of a number and a constant: where it does not wrap it is that of
 * 64 bits. */
static bool a_alu32(const struct w_state *st, enum w_aluop op, struct w_aval a, struct w_aval b,
                    struct w_aval *r) {
  bool tainted;
  struct w_scalar room;
  uint64_t k;
  if ((op != W_ADD && op != W_SUB) || !w_const_of(st, b, &k))
    return false;
  int64_t c = op == W_ADD ? (int64_t)(int32_t)k : -(int64_t)(int32_t)k;
  const struct w_scalar *s = w_view(st, a, &tainted, &room);
  if (!s || s->all.umax > UINT32_MAX || (int64_t)s->all.umin + c < 0 ||
      (int64_t)s->all.umax + c > (int64_t)UINT32_MAX)
    return false;
  *r = shift(a, (uint64_t)c);
  return true;
}

struct w_aval w_a_alu(const struct w_target *t, struct w_state *st, enum w_width w, enum w_aluop op,
                      struct w_aval a, struct w_aval b) {
  struct w_aval r;
  if (w == W_A32 && a_alu32(st, op, a, b, &r))
    return r;
  if (w == W_A64 && op == W_ADD)
    return a_add(t, st, a, b);
  if (w == W_A64 && op == W_SUB)
    return a_sub(t, st, a, b);
  return a_scalar_alu(st, w, op, a, b);
}

struct w_aval w_a_mov(struct w_state *st, enum w_width w, struct w_aval b) {
  bool tainted;
  struct w_scalar room;
  if (w == W_A64)
    return b;
  const struct w_scalar *s = w_any_view(st, b, &tainted, &room);
  if (s->all.umax <= UINT32_MAX)
    return b;
  return w_scalar_res(st, tainted, w_sc_trunc(W_A32, *s));
}
