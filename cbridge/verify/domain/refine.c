/* checker/Refine.v: what the outcome of a comparison tells of its operands. */
#include "verify/domain/internal.h"

static bool narrow(struct w_state *st, struct w_aval a, struct w_scalar s) {
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
  return w_sc_refine(w, c, b, &sx, &sy) && narrow(st, x, sx) && narrow(st, y, sy);
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

static void refine_packet(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  struct w_fact *f = &st->facts[x.sym];
  if (f->kind != W_FPKT || !is_end(st, f->area, y) || x.c < 0 || (wide)f->mx + x.c >= W_REACH ||
      r == REL_NE)
    return;
  int64_t k = r == REL_LT ? x.c + 1 : x.c;
  if (!f->checked || f->av < k)
    f->av = k;
  f->checked = true;
}

static bool refine_null(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  struct w_fact *f = &st->facts[x.sym];
  uint64_t c;
  bool null = f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP_OR_NULL;
  if ((!null && f->kind != W_FMAP_VALUE && f->kind != W_FMAP && f->kind != W_FREF) || x.c ||
      !w_const_of(st, y, &c) || c)
    return true;
  if (f->kind == W_FREF) {
    bool can_be = f->null;
    if (r == REL_EQ && can_be)
      w_set_scalar(f, false, w_sc_const(0));
    else if (r == REL_NE)
      f->null = false;
    return r != REL_EQ || can_be;
  }
  if (!null)
    return r != REL_EQ;
  if (r == REL_EQ) {
    w_set_scalar(f, false, w_sc_const(0));
  } else if (r == REL_NE) {
    f->kind = f->kind == W_FMAP_VALUE_OR_NULL ? W_FMAP_VALUE : W_FMAP;
    f->mx = 0;
    f->step = W_WHOLE;
  }
  return true;
}

bool w_refine(struct w_state *st, enum w_width w, enum w_cmp c, bool b, struct w_aval x,
              struct w_aval y) {
  enum rel r;
  if (!refine_scalar(st, w, c, b, x, y))
    return false;
  if (w != W_A64 || !rel_of(c, b, &r, &x, &y))
    return true;
  refine_packet(st, r, x, y);
  return refine_null(st, r, x, y);
}
