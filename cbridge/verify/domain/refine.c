/* checker/Refine.v: what the outcome of a comparison tells of its operands. */
#include "verify/domain/internal.h"

bool w_narrow(struct w_state *st, struct w_aval a, struct w_scalar s) {
  struct w_fact *f = &st->facts[a.sym];
  if (f->kind != W_FSCALAR)
    return true;
  if (a.c)
    s = w_sc_sub(s, w_sc_const((uint64_t)a.c));
  return w_sc_meet(f->s, s, &f->s);
}

static bool refine_scalar(struct w_state *st, enum w_width w, enum w_cmp c, bool b, struct w_aval x,
                          struct w_aval y) {
  bool tx, ty;
  struct w_scalar room_x, room_y;
  const struct w_scalar *px = w_view(st, x, &tx, &room_x), *py = w_view(st, y, &ty, &room_y);
  if (!px || !py)
    return true;
  struct w_scalar sx = *px, sy = *py;
  return w_sc_refine(w, c, b, &sx, &sy) && w_narrow(st, x, sx) && w_narrow(st, y, sy);
}

enum rel { REL_EQ, REL_NE, REL_LT, REL_LE };
static bool rel_of(enum w_cmp c, bool b, enum rel *r, struct w_aval *x, struct w_aval *y) {
  bool swap = false;
  switch (c) {
  case W_JEQ:
    *r = b ? REL_EQ : REL_NE;
    break;
  case W_JNE:
    *r = b ? REL_NE : REL_EQ;
    break;
  case W_JGT:
    *r = b ? REL_LT : REL_LE;
    swap = b;
    break;
  case W_JLE:
    *r = b ? REL_LE : REL_LT;
    swap = !b;
    break;
  case W_JLT:
    *r = b ? REL_LT : REL_LE;
    swap = !b;
    break;
  case W_JGE:
    *r = b ? REL_LE : REL_LT;
    swap = b;
    break;
  default:
    return false;
  }
  if (swap) {
    struct w_aval z = *x;
    *x = *y;
    *y = z;
  }
  return true;
}

/* The end of an area: of metadata it is the packet's first byte. */
static bool is_end(const struct w_state *st, uint32_t area, struct w_aval y) {
  const struct w_fact *f = w_fact_of(st, y);
  if (y.c)
    return false;
  return area == W_PACKET ? f->kind == W_FEND : f->kind == W_FPKT && f->area == W_PACKET && !f->mx;
}

/* How a pointer into an area lies to its end: false, if it can't lie so. */
static bool refine_packet(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  struct w_fact *f = &st->facts[x.sym];
  if (f->kind != W_FPKT || !is_end(st, f->area, y) || x.c < 0 || (wide)f->mx + x.c >= W_REACH)
    return true;
  int64_t k = r == REL_LT || r == REL_NE ? x.c + 1 : x.c;
  if (r == REL_EQ && f->checked && x.c < f->av)
    return false;
  if (r == REL_NE && !(f->checked && x.c <= f->av))
    return true;
  if (!f->checked || f->av < k)
    f->av = k;
  f->checked = true;
  return true;
}

/* The end below a pointer, or where it is. */
static bool refine_end(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  if (r == REL_EQ || r == REL_NE)
    return refine_packet(st, r, y, x);
  const struct w_fact *f = w_fact_of(st, y);
  return f->kind != W_FPKT || !is_end(st, f->area, x) || y.c < 0 || (wide)f->mx + y.c >= W_REACH ||
         !f->checked || f->av < y.c + (r == REL_LE);
}

/* Words that don't wrap: what has fact f is the same number plus c, for each such c. */
static bool unwrapped(const struct w_target *t, const struct w_fact *f, int64_t c) {
  switch (f->kind) {
  case W_FSCALAR:
    return (wide)f->s.all.umin + c >= 0 && (wide)f->s.all.umax + c <= (wide)UINT64_MAX;
  case W_FSTACK:
    return f->frame < W_FRAMES && c >= -W_STACK && (wide)f->mx + c <= 0;
  case W_FPKT:
    return c >= 0 && (wide)f->mx + c < W_REACH;
  case W_FMAP_VALUE:
    return c >= 0 && f->map < t->map_count && (wide)f->mx + c <= t->maps[f->map].value_size;
  case W_FRECORD_AT:
    return c >= 0 && (wide)(uint64_t)f->mx + c <= (wide)f->size;
  default:
    return false;
  }
}

/* Whether the outcome can be, where both are one symbol and a constant. */
static bool same_symbol(const struct w_target *t, const struct w_state *st, enum w_width w,
                        enum w_cmp c, bool b, struct w_aval x, struct w_aval y) {
  enum rel r;
  if (x.sym != y.sym)
    return true;
  if (x.c == y.c)
    switch (c) {
    case W_JEQ:
    case W_JGE:
    case W_JLE:
    case W_JSGE:
    case W_JSLE:
      return b;
    case W_JNE:
    case W_JGT:
    case W_JLT:
    case W_JSGT:
    case W_JSLT:
      return !b;
    case W_JSET:
      return true;
    }
  if (w != W_A64 || !rel_of(c, b, &r, &x, &y) || r == REL_NE)
    return true;
  const struct w_fact *f = w_fact_of(st, x);
  return r != REL_EQ && (!unwrapped(t, f, x.c) || !unwrapped(t, f, y.c) || x.c < y.c);
}

/* Null, and what can't be. */
static bool is_null(const struct w_state *st, struct w_aval a) {
  uint64_t c;
  return w_const_of(st, a, &c) && !c;
}

static bool not_null(const struct w_target *t, const struct w_state *st, struct w_aval a) {
  const struct w_fact *f = w_fact_of(st, a);
  bool tainted;
  struct w_scalar room;
  switch (f->kind) {
  case W_FSCALAR:
    return w_view(st, a, &tainted, &room)->all.umin > 0;
  case W_FSTACK:
  case W_FMAP_VALUE:
  case W_FRECORD_AT:
    return unwrapped(t, f, a.c);
  case W_FCTX:
  case W_FMAP:
    return !a.c;
  case W_FREF:
    return !f->null && !a.c;
  default:
    return false;
  }
}

/* x is null, or it is not. False: it can't be. */
static bool set_null(const struct w_target *t, struct w_state *st, struct w_aval x, bool null) {
  struct w_fact *f = &st->facts[x.sym];
  if (null && not_null(t, st, x))
    return false;
  bool map = f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP_OR_NULL;
  bool object = f->kind == W_FOBJ_OR_NULL;
  if (x.c || (!map && !object && !(f->kind == W_FREF && f->null)))
    return true;
  if (null) {
    w_set_scalar(f, false, w_sc_const(0));
  } else if (object) {
    f->kind = W_FOBJ;
  } else if (!map) {
    f->null = false;
  } else {
    f->kind = f->kind == W_FMAP_VALUE_OR_NULL ? W_FMAP_VALUE : W_FMAP;
    f->mx = 0;
    f->step = W_WHOLE;
  }
  return true;
}

/* What x r y says of x, and y r x where `right`. */
static bool refine_null(const struct w_target *t, struct w_state *st, enum rel r, struct w_aval x,
                        struct w_aval y, bool right) {
  if (right && r == REL_LT)
    return set_null(t, st, x, false);
  if (right && r == REL_LE)
    return !not_null(t, st, y) || set_null(t, st, x, false);
  if (r != REL_LT && is_null(st, y))
    return set_null(t, st, x, r != REL_NE);
  return r != REL_EQ || !not_null(t, st, y) || set_null(t, st, x, false);
}

bool w_refine(const struct w_target *t, struct w_state *st, enum w_width w, enum w_cmp c, bool b,
              struct w_aval x, struct w_aval y) {
  enum rel r;
  if (!same_symbol(t, st, w, c, b, x, y) || !refine_scalar(st, w, c, b, x, y))
    return false;
  if (w != W_A64 || !rel_of(c, b, &r, &x, &y))
    return true;
  return refine_packet(st, r, x, y) && refine_end(st, r, x, y) &&
         refine_null(t, st, r, x, y, false) && refine_null(t, st, r, y, x, true);
}
