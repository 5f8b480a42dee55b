/* checker/Fact.v: symbols, facts, and what a value is as a number. */
#include "verify/domain/internal.h"

#include <stddef.h>
#include <string.h>

void w_set_scalar(struct w_fact *f, bool tainted, struct w_scalar s) {
  memset(f, 0, offsetof(struct w_fact, s));
  f->kind = W_FSCALAR;
  f->tainted = tainted;
  f->s = s;
}

const struct w_scalar *w_view(const struct w_state *st, struct w_aval a, bool *tainted,
                              struct w_scalar *room) {
  const struct w_fact *f = w_fact_of(st, a);
  if (f->kind != W_FSCALAR)
    return NULL;
  *tainted = f->tainted;
  if (!a.c)
    return &f->s;
  *room = w_sc_add(f->s, w_sc_const((uint64_t)a.c));
  return room;
}

const struct w_scalar *w_any_view(const struct w_state *st, struct w_aval a, bool *tainted,
                                  struct w_scalar *room) {
  const struct w_scalar *s = w_view(st, a, tainted, room);
  if (s)
    return s;
  *tainted = true;
  *room = w_sc_top();
  return room;
}

bool w_const_of(const struct w_state *st, struct w_aval a, uint64_t *c) {
  const struct w_fact *f = w_fact_of(st, a);
  bool tainted;
  struct w_scalar sum;
  if (f->kind != W_FSCALAR)
    return false;
  if (w_sc_is_const(&f->s, c)) {
    *c += (uint64_t)a.c;
    return true;
  }
  return a.c && w_sc_is_const(w_view(st, a, &tainted, &sum), c);
}

bool w_aconst(const struct w_state *st, int64_t z, struct w_aval *v) {
  const struct w_fact *zero = &st->facts[0];
  if (!st->next || zero->kind != W_FSCALAR || zero->tainted || zero->s.all.umin || zero->s.all.umax)
    return false;
  *v = (struct w_aval){0, z};
  return true;
}

struct w_aval w_fresh(struct w_state *st, struct w_fact f) {
  st->facts[st->next] = f;
  return (struct w_aval){st->next, 0};
}
struct w_aval w_fresh_scalar(struct w_state *st, bool tainted, struct w_scalar s) {
  w_set_scalar(&st->facts[st->next], tainted, s);
  return (struct w_aval){st->next, 0};
}
