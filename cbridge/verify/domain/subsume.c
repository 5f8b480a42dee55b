/* checker/Subsume.v: whether a fact holds of a value. The substitution is found in verify/prune.c.
 */
#include "verify/domain/internal.h"

/* A multiple of g's step and a.c further on: a multiple of f's. */
static bool divided(const struct w_fact *g, struct w_aval a, const struct w_fact *f) {
  return f->step && g->step % f->step == 0 && a.c % f->step == 0;
}

bool w_fact_le(const struct w_target *t, const struct w_state *st, struct w_aval a,
               const struct w_fact *f) {
  const struct w_fact *g = w_fact_of(st, a);
  uint64_t c;
  switch (f->kind) {
  case W_FSCALAR: {
    bool tainted;
    struct w_scalar room;
    const struct w_scalar *s = w_any_view(st, a, &tainted, &room);
    return (f->tainted || !tainted) && w_sc_le(s, &f->s);
  }
  case W_FSTACK:
    return g->kind == W_FSTACK && g->frame == f->frame && a.c >= 0 && (wide)g->mx + a.c <= f->mx &&
           divided(g, a, f);
  case W_FCTX:
  case W_FEND:
    return !a.c && g->kind == f->kind;
  case W_FMAP:
    return !a.c && g->kind == W_FMAP && g->map == f->map;
  case W_FPKT:
    return g->kind == W_FPKT && a.c >= 0 && (wide)g->mx + a.c <= f->mx && g->area == f->area &&
           (wide)g->mx + a.c < W_REACH &&
           (!f->checked || (g->checked && f->av <= (wide)g->av - a.c));
  case W_FMAP_VALUE:
    return g->kind == W_FMAP_VALUE && g->map == f->map && f->map < t->map_count && a.c >= 0 &&
           (wide)g->mx + a.c <= f->mx && (wide)g->mx + a.c <= t->maps[f->map].value_size &&
           divided(g, a, f);
  case W_FMAP_VALUE_OR_NULL:
    if (g->kind == W_FMAP_VALUE_OR_NULL)
      return !a.c && g->map == f->map;
    if (g->kind == W_FMAP_VALUE)
      return !a.c && g->map == f->map && !g->mx;
    return g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FMAP_OR_NULL:
    if (g->kind == W_FMAP_OR_NULL || g->kind == W_FMAP)
      return !a.c && g->map == f->map;
    return g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FREF:
    if (g->kind == W_FREF)
      return !a.c && w_ref_fits(f->ref, g->ref) && g->size == f->size && (f->null || !g->null);
    return f->null && g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FRECORD_AT: {
    wide mx = (wide)(uint64_t)g->mx + a.c;
    return g->kind == W_FRECORD_AT && g->size == f->size && a.c >= 0 && mx <= (uint64_t)f->mx &&
           mx <= f->size && divided(g, a, f);
  }
  case W_FOBJ:
    return !a.c && g->kind == W_FOBJ && g->type == f->type;
  case W_FOBJ_OR_NULL:
    if (g->kind == W_FOBJ_OR_NULL || g->kind == W_FOBJ)
      return !a.c && g->type == f->type;
    return g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c && f->type < t->type_count;
  case W_FFUNC:
    return !a.c && g->kind == W_FFUNC && g->code == f->code;
  }
  return true; /* no fact */
}
