#include "verify/prune.h"

#include <string.h>

/* Values that are kept of a caller: r6 to r10, its rounds, two of its callback. */
enum { CALLERS = W_VALUES - 6 + 2 };

/* --- Inclusion ------------------------------------------------------------------------------- */

void w_subst_free(struct w_pool *pool, struct w_subst *sub) {
  w_release(pool, sub->v, sub->cap * sizeof *sub->v);
  w_release(pool, sub->set, sub->set_cap);
  memset(sub, 0, sizeof *sub);
}

static bool subst_reset(struct w_pool *pool, struct w_subst *sub, uint32_t n) {
  if (!w_reserve(pool, (void **)&sub->v, &sub->cap, n, sizeof *sub->v) ||
      !w_reserve(pool, (void **)&sub->set, &sub->set_cap, n, 1))
    return false;
  memset(sub->set, 0, n);
  sub->n = n;
  return true;
}

/* The source value x is the target value y: the first use of a symbol says what it stands for. */
static bool match(struct w_subst *sub, struct w_aval x, struct w_aval y) {
  struct w_aval v = {x.sym, (int64_t)((uint64_t)x.c - (uint64_t)y.c)};
  if (sub->set[y.sym])
    return sub->v[y.sym].sym == v.sym && sub->v[y.sym].c == v.c;
  sub->v[y.sym] = v;
  sub->set[y.sym] = 1;
  return true;
}

/* A constant that is another one in the source, or none: most states differ there, and it is
 * quickly seen. */
static bool constant_differs(const struct w_state *from, struct w_aval x, const struct w_state *to,
                             struct w_aval y) {
  const struct w_fact *f = w_fact_of(from, x), *g = w_fact_of(to, y);
  uint64_t c, d;
  if (g->kind != W_FSCALAR || !w_sc_is_const(&g->s, &d))
    return false;
  return f->kind != W_FSCALAR || !w_sc_is_const(&f->s, &c) ||
         c + (uint64_t)x.c != d + (uint64_t)y.c;
}

/* Both wait for the same callback, for as many rounds; or for none. */
static bool same_callback(const struct w_frame *f, const struct w_frame *g) {
  return f->again == g->again && (!f->again || (f->callback == g->callback && f->most == g->most));
}

/* The same calls are under way, and `from` knows at least the registers of callers that `to` knows.
 */
static bool same_callers(const struct w_state *from, const struct w_state *to) {
  if (from->depth != to->depth)
    return false;
  for (uint32_t k = 0; k < to->depth; k++)
    if (from->frames[k].pc != to->frames[k].pc ||
        (to->frames[k].defined & ~from->frames[k].defined) ||
        !same_callback(&from->frames[k], &to->frames[k]))
      return false;
  return true;
}

/* The references of `from` are those of `to`, each under one symbol. */
static bool same_refs(const struct w_state *from, const struct w_state *to,
                      const struct w_subst *sub) {
  for (uint32_t k = 0; k < from->next; k++) {
    uint32_t images = 0;
    for (uint32_t j = 0; from->facts[k].kind == W_FREF && j < to->next; j++)
      images += to->facts[j].kind == W_FREF && sub->v[j].sym == k;
    if (images != (from->facts[k].kind == W_FREF))
      return false;
  }
  return true;
}

/* The slot of `st` with the place and size of *slot, or NULL; *at moves on to it, for the next. */
static const struct w_slot *slot_from(const struct w_state *st, uint32_t *at,
                                      const struct w_slot *slot) {
  while (*at < st->nslots && st->slots[*at].off < slot->off)
    ++*at;
  const struct w_slot *s = &st->slots[*at];
  return *at < st->nslots && s->off == slot->off && s->size == slot->size ? s : NULL;
}

/* Bytes that `to` has written if its symbol is 0 are so in `from`: they are written, or wait for
 * the same symbol; or that is not 0. */
static bool same_pending(const struct w_state *from, const struct w_state *to,
                         const struct w_subst *sub) {
  const struct w_pending *p = &to->pending, *q = &from->pending;
  bool tainted;
  struct w_scalar room;
  if (!p->n)
    return true;
  if (!sub->set[p->sym])
    return false;
  struct w_aval v = sub->v[p->sym];
  const struct w_scalar *s = w_view(from, v, &tainted, &room);
  if (!s)
    return false;
  if (s->all.umin)
    return true;
  bool wait = q->n && q->sym == v.sym && !v.c;
  for (int32_t off = p->off; off < p->off + (int32_t)p->n; off++)
    if (!w_written(from, off) && !(wait && off >= q->off && off < q->off + (int32_t)q->n))
      return false;
  return true;
}

bool w_subsume(struct w_pool *pool, const struct w_target *t, const struct w_state *from,
               const struct w_state *to, struct w_subst *sub) {
  if (from->pc != to->pc || (to->defined & ~from->defined) || !same_callers(from, to))
    return false;
  for (uint32_t i = 0; i < w_words(to); i++)
    if (*w_word(to, i) & ~*w_word(from, i))
      return false;
  for (int r = 0; r < W_VALUES; r++)
    if (to->defined >> r & 1 && constant_differs(from, from->regs[r], to, to->regs[r]))
      return false;
  for (uint32_t k = 0; k < to->depth; k++)
    for (int r = 6; r < W_VALUES; r++)
      if (to->frames[k].defined >> r & 1 &&
          constant_differs(from, from->frames[k].regs[r], to, to->frames[k].regs[r]))
        return false;
  if (!subst_reset(pool, sub, to->next))
    return false;
  if (to->next && to->facts[0].kind != W_FNONE) {
    sub->v[0] = (struct w_aval){0, 0};
    sub->set[0] = 1;
  }
  for (int r = 0; r < W_VALUES; r++)
    if (to->defined >> r & 1 && !match(sub, from->regs[r], to->regs[r]))
      return false;
  for (uint32_t k = 0; k < to->depth; k++)
    for (int r = 6; r < W_VALUES; r++)
      if (to->frames[k].defined >> r & 1 &&
          !match(sub, from->frames[k].regs[r], to->frames[k].regs[r]))
        return false;
  for (uint32_t k = 0; k < to->depth; k++)
    if (to->frames[k].again && !(match(sub, from->frames[k].rest, to->frames[k].rest) &&
                                 match(sub, from->frames[k].ctx, to->frames[k].ctx)))
      return false;
  for (uint32_t i = 0, k = 0; i < to->nslots; i++) {
    const struct w_slot *s = slot_from(from, &k, &to->slots[i]);
    if (!s || !match(sub, s->v, to->slots[i].v))
      return false;
  }
  for (uint32_t k = 0; k < to->next; k++)
    if (to->facts[k].kind != W_FNONE &&
        (!sub->set[k] || !w_fact_le(t, from, sub->v[k], &to->facts[k])))
      return false;
  return same_pending(from, to, sub) && same_refs(from, to, sub);
}

/* --- Normal form ----------------------------------------------------------------------------- */

void w_names_free(struct w_pool *pool, struct w_names *names) {
  w_release(pool, names->to, names->to_cap * sizeof *names->to);
  w_release(pool, names->base, names->base_cap * sizeof *names->base);
  w_release(pool, names->plain, names->plain_cap);
  memset(names, 0, sizeof *names);
}

static uint32_t add_fact(struct w_state *st, const struct w_fact *f) {
  if (f)
    st->facts[st->next] = *f;
  else
    memset(&st->facts[st->next], 0, sizeof *st->facts);
  return st->next++;
}

static struct w_aval rename_value(const struct w_state *from, struct w_names *names,
                                  struct w_state *to, struct w_aval a) {
  const struct w_fact *f = w_fact_of(from, a);
  uint64_t c;
  if (f->kind == W_FSCALAR && w_sc_is_const(&f->s, &c)) {
    uint32_t sym = add_fact(to, f);
    to->facts[sym].s = w_sc_const(c + (uint64_t)a.c);
    return (struct w_aval){sym, 0};
  }
  if (!names->to[a.sym]) {
    int64_t base = f->kind == W_FSCALAR && !names->plain[a.sym] ? a.c : 0;
    uint32_t sym = add_fact(to, f);
    if (base)
      to->facts[sym].s = w_sc_add(f->s, w_sc_const((uint64_t)base));
    names->to[a.sym] = sym + 1;
    names->base[a.sym] = base;
  }
  return (struct w_aval){names->to[a.sym] - 1,
                         (int64_t)((uint64_t)a.c - (uint64_t)names->base[a.sym])};
}

/* Of a caller's registers, those that count where it goes on. */
static void normalise_caller(const struct w_flow *flow, const struct w_state *from, uint32_t k,
                             struct w_names *names, struct w_state *to) {
  const struct w_frame *f = &from->frames[k];
  struct w_frame *g = &to->frames[k];
  bool goes_on = f->pc < flow->count;
  uint16_t live = (goes_on ? flow->at[f->pc].live : 0) | 1u << 10,
           value = (goes_on ? flow->at[f->pc].value : 0) | 1u << 10;
  memset(g, 0, sizeof *g);
  memcpy(g->written, f->written, sizeof g->written);
  g->pc = f->pc;
  g->defined = f->defined & live;
  for (int r = 6; r < W_VALUES; r++)
    if (g->defined >> r & 1)
      g->regs[r] = value >> r & 1 ? rename_value(from, names, to, f->regs[r])
                                  : (struct w_aval){add_fact(to, NULL), 0};
  g->again = f->again;
  if (!f->again)
    return;
  g->callback = f->callback;
  g->most = f->most;
  g->rest = rename_value(from, names, to, f->rest);
  g->ctx = rename_value(from, names, to, f->ctx);
}

bool w_normalise(struct w_pool *pool, const struct w_flow *flow, struct w_names *names,
                 const struct w_state *from, struct w_state *to) {
  uint16_t live = flow->at[from->pc].live | 1u << 10, value = flow->at[from->pc].value | 1u << 10;
  uint32_t n = from->next;
  memset(to, 0, sizeof *to);
  to->defined = from->defined & live;
  if (!w_reserve(pool, (void **)&names->to, &names->to_cap, n, sizeof *names->to) ||
      !w_reserve(pool, (void **)&names->base, &names->base_cap, n, sizeof *names->base) ||
      !w_reserve(pool, (void **)&names->plain, &names->plain_cap, n, 1) ||
      !w_reserve(pool, (void **)&to->facts, &to->fact_cap,
                 1 + (uint32_t)__builtin_popcount(to->defined) + CALLERS * from->depth +
                     from->nslots,
                 sizeof *to->facts) ||
      (from->nslots &&
       !w_reserve(pool, (void **)&to->slots, &to->slot_cap, from->nslots, sizeof *to->slots)) ||
      (from->depth &&
       !w_reserve(pool, (void **)&to->frames, &to->frame_cap, from->depth, sizeof *to->frames))) {
    w_state_free(pool, to);
    return false;
  }
  memset(names->to, 0, n * sizeof *names->to);
  memset(names->plain, 0, n);
  to->pc = from->pc;
  to->depth = from->depth;
  memcpy(to->written, from->written, sizeof to->written);
  add_fact(to, &from->facts[0]);
  for (int r = 0; r < W_VALUES; r++)
    if (to->defined & value & 1u << r && !from->regs[r].c)
      names->plain[from->regs[r].sym] = 1;
  for (uint32_t k = 0; k < from->depth; k++)
    for (int r = 6; r < W_VALUES; r++)
      if (from->frames[k].defined >> r & 1 && !from->frames[k].regs[r].c)
        names->plain[from->frames[k].regs[r].sym] = 1;
  for (uint32_t k = 0; k < from->depth; k++) {
    const struct w_frame *f = &from->frames[k];
    if (f->again && !f->rest.c)
      names->plain[f->rest.sym] = 1;
    if (f->again && !f->ctx.c)
      names->plain[f->ctx.sym] = 1;
  }
  for (uint32_t i = 0; i < from->nslots; i++)
    if (!from->slots[i].v.c)
      names->plain[from->slots[i].v.sym] = 1;
  for (int r = 0; r < W_VALUES; r++)
    if (to->defined >> r & 1)
      to->regs[r] = value >> r & 1 ? rename_value(from, names, to, from->regs[r])
                                   : (struct w_aval){add_fact(to, NULL), 0};
  for (uint32_t k = 0; k < from->depth; k++)
    normalise_caller(flow, from, k, names, to);
  for (uint32_t i = 0; i < from->nslots; i++) {
    const struct w_slot *s = &from->slots[i];
    if (s->off < w_frame_top(from) - W_STACK ||
        !(flow->loaded[w_frame_byte(s->off)] >> s->size & 1))
      continue;
    to->slots[to->nslots] = *s;
    to->slots[to->nslots++].v = rename_value(from, names, to, s->v);
  }
  const struct w_pending *p = &from->pending;
  if (p->n && names->to[p->sym] && !names->base[p->sym]) /* the result is still known */
    to->pending = (struct w_pending){.sym = names->to[p->sym] - 1, .off = p->off, .n = p->n};
  return true;
}

static bool fact_equal(const struct w_fact *f, const struct w_fact *g) {
  if (f->kind != g->kind)
    return false;
  switch (f->kind) {
  case W_FSCALAR:
    return f->tainted == g->tainted && w_sc_le(&f->s, &g->s) && w_sc_le(&g->s, &f->s);
  case W_FPKT:
    return f->area == g->area && f->mx == g->mx && f->checked == g->checked &&
           (!f->checked || f->av == g->av);
  case W_FSTACK:
  case W_FMAP_VALUE:
    return f->which == g->which && f->mx == g->mx && f->step == g->step;
  case W_FMAP:
  case W_FMAP_VALUE_OR_NULL:
  case W_FMAP_OR_NULL:
  case W_FOBJ:
  case W_FOBJ_OR_NULL:
  case W_FFUNC:
    return f->which == g->which;
  case W_FREF:
    return f->ref == g->ref && f->size == g->size && f->null == g->null;
  case W_FRECORD_AT:
    return f->size == g->size && f->mx == g->mx && f->step == g->step;
  }
  return true;
}

static bool value_equal(struct w_aval a, struct w_aval b) { return a.sym == b.sym && a.c == b.c; }

static bool pending_equal(const struct w_pending *a, const struct w_pending *b) {
  return a->n == b->n && (!a->n || (a->sym == b->sym && a->off == b->off));
}

static bool callers_equal(const struct w_state *a, const struct w_state *b) {
  if (a->depth != b->depth)
    return false;
  for (uint32_t k = 0; k < a->depth; k++) {
    const struct w_frame *f = &a->frames[k], *g = &b->frames[k];
    if (f->pc != g->pc || f->defined != g->defined ||
        memcmp(f->written, g->written, sizeof f->written) || !same_callback(f, g) ||
        (f->again && !(value_equal(f->rest, g->rest) && value_equal(f->ctx, g->ctx))))
      return false;
    for (int r = 6; r < W_VALUES; r++)
      if (f->defined >> r & 1 && !value_equal(f->regs[r], g->regs[r]))
        return false;
  }
  return true;
}

bool w_state_equal(const struct w_state *a, const struct w_state *b) {
  if (a->pc != b->pc || a->defined != b->defined || a->nslots != b->nslots || a->next != b->next ||
      memcmp(a->written, b->written, sizeof a->written) || !callers_equal(a, b) ||
      !pending_equal(&a->pending, &b->pending))
    return false;
  for (int r = 0; r < W_VALUES; r++)
    if (a->defined >> r & 1 && !value_equal(a->regs[r], b->regs[r]))
      return false;
  for (uint32_t i = 0; i < a->nslots; i++)
    if (a->slots[i].off != b->slots[i].off || a->slots[i].size != b->slots[i].size ||
        !value_equal(a->slots[i].v, b->slots[i].v))
      return false;
  for (uint32_t k = 0; k < a->next; k++)
    if (!fact_equal(&a->facts[k], &b->facts[k]))
      return false;
  return true;
}

static uint64_t mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
  return h ^ h >> 29;
}

static uint64_t mix_bounds(uint64_t h, const struct w_bounds *b) {
  h = mix(mix(h, b->val), b->mask);
  h = mix(mix(h, b->umin), b->umax);
  return mix(mix(h, (uint64_t)b->smin), (uint64_t)b->smax);
}

static uint64_t mix_fact(uint64_t h, const struct w_fact *f) {
  h = mix(h, f->kind);
  switch (f->kind) {
  case W_FSCALAR:
    h = mix_bounds(mix(h, f->tainted), &f->s.all);
    return f->s.has_low ? mix_bounds(h, &f->s.low) : h;
  case W_FPKT:
    return mix(mix(mix(h, f->area), (uint64_t)f->mx), f->checked ? (uint64_t)f->av + 1 : 0);
  case W_FSTACK:
  case W_FMAP_VALUE:
    return mix(mix(mix(h, f->which), (uint64_t)f->mx), f->step);
  case W_FREF:
    return mix(mix(mix(h, f->ref), f->size), f->null);
  case W_FRECORD_AT:
    return mix(mix(mix(h, f->size), (uint64_t)f->mx), f->step);
  case W_FMAP:
  case W_FMAP_VALUE_OR_NULL:
  case W_FMAP_OR_NULL:
  case W_FOBJ:
  case W_FOBJ_OR_NULL:
  case W_FFUNC:
    return mix(h, f->which);
  }
  return h;
}

/* Of all that w_state_equal looks at: a hash of less would put whole loops into one bucket. */
uint64_t w_state_hash(const struct w_state *st) {
  uint64_t h = mix(mix(st->defined, (uint64_t)st->pc), st->pending.n);
  if (st->pending.n)
    h = mix(mix(h, st->pending.sym), (uint32_t)st->pending.off);
  for (uint32_t i = 0; i < w_words(st); i++)
    h = mix(h, *w_word(st, i));
  for (int r = 0; r < W_VALUES; r++)
    if (st->defined >> r & 1)
      h = mix(mix(h, st->regs[r].sym), (uint64_t)st->regs[r].c);
  for (uint32_t k = 0; k < st->depth; k++) {
    const struct w_frame *f = &st->frames[k];
    h = mix(mix(h, f->pc), f->defined);
    for (int r = 6; r < W_VALUES; r++)
      if (f->defined >> r & 1)
        h = mix(mix(h, f->regs[r].sym), (uint64_t)f->regs[r].c);
    if (f->again)
      h = mix(mix(mix(h, f->callback), (uint64_t)f->most),
              mix(mix(f->rest.sym, (uint64_t)f->rest.c), mix(f->ctx.sym, (uint64_t)f->ctx.c)));
  }
  for (uint32_t i = 0; i < st->nslots; i++)
    h = mix(mix(mix(h, (uint16_t)st->slots[i].off | (uint64_t)st->slots[i].size << 16),
                st->slots[i].v.sym),
            (uint64_t)st->slots[i].v.c);
  for (uint32_t k = 0; k < st->next; k++)
    h = mix_fact(h, &st->facts[k]);
  return h;
}

/* --- Generalising ---------------------------------------------------------------------------- */

/* A new symbol is a.sym + base; where b has a counterpart it is also b.sym + base + delta. */
struct pair {
  uint32_t a, b, sym;
  uint64_t delta;
  int64_t base;
  bool both;
};
struct joining {
  const struct w_state *a, *b;
  bool wide; /* for the value at hand */
  bool like; /* what is a constant in b, or of another kind there, stays as it is in a */
  struct w_state *to;
  struct pair *pairs; /* owned */
  uint32_t count;
};

static int64_t max64(int64_t x, int64_t y) { return x > y ? x : y; }
static int64_t min64(int64_t x, int64_t y) { return x < y ? x : y; }

static struct w_fact join_scalars(const struct joining *j, struct w_aval x, struct w_aval y) {
  struct w_fact f = {.kind = W_FSCALAR};
  bool ta, tb;
  struct w_scalar room_a, room_b;
  const struct w_scalar *a = w_any_view(j->a, x, &ta, &room_a);
  const struct w_scalar *b = w_any_view(j->b, y, &tb, &room_b);
  f.tainted = ta || tb;
  if (w_sc_le(a, b)) {
    f.s = *b;
    return f;
  }
  f.s = w_sc_join(*a, *b);
  if (!j->wide)
    return f;
  uint64_t c;
  if (f.s.all.smin < 0 || f.s.all.umax > UINT32_MAX || !w_sc_is_const(a, &c) ||
      !w_sc_is_const(b, &c))
    f.s = w_sc_top();
  else
    f.s = w_sc_of_bytes(f.s.all.umax <= UINT8_MAX    ? W_S1
                        : f.s.all.umax <= UINT16_MAX ? W_S2
                                                     : W_S4);
  return f;
}

static struct w_fact any_fact(void) {
  struct w_fact f = {.kind = W_FSCALAR, .tainted = true};
  f.s = w_sc_top();
  return f;
}

/* Of two values of which one is a reference at least: that or null, or nothing is known. */
static struct w_fact join_refs(const struct joining *j, struct w_aval x, struct w_aval y,
                               int64_t *base) {
  const struct w_fact *f = w_fact_of(j->a, x), *g = w_fact_of(j->b, y);
  uint64_t c;
  struct w_fact h = f->kind == W_FREF ? *f : *g;
  if (f->kind == g->kind) {
    if (x.c != y.c || f->ref != g->ref || f->size != g->size)
      return any_fact();
    *base = 0;
    h.null = f->null || g->null;
    return h;
  }
  if ((f->kind == W_FREF ? x.c : y.c) ||
      !(f->kind == W_FREF ? w_const_of(j->b, y, &c) : w_const_of(j->a, x, &c)) || c)
    return any_fact();
  h.null = true;
  return h;
}

/* The fact of a new symbol that stands for x in a and for y in b, and what it is above x.sym. */
static struct w_fact join_facts(const struct joining *j, struct w_aval x, struct w_aval y,
                                int64_t *base) {
  const struct w_fact *f = w_fact_of(j->a, x), *g = w_fact_of(j->b, y);
  struct w_fact h = *f;
  *base = x.c;
  if (f->kind == W_FNONE || g->kind == W_FNONE) {
    memset(&h, 0, sizeof h);
    return h;
  }
  if (f->kind == W_FSCALAR && g->kind == W_FSCALAR)
    return join_scalars(j, x, y);
  if (f->kind == g->kind && f->which == g->which &&
      (f->kind == W_FPKT || f->kind == W_FMAP_VALUE || f->kind == W_FSTACK ||
       f->kind == W_FRECORD_AT)) {
    int64_t c = min64(x.c, y.c), da, db;
    if (__builtin_sub_overflow(x.c, c, &da) || __builtin_sub_overflow(y.c, c, &db) ||
        da > W_REACH || db > W_REACH ||
        (f->kind == W_FRECORD_AT && (f->size != g->size || f->size > INT32_MAX)))
      return any_fact();
    h.mx = max64(f->mx + da, g->mx + db);
    if (f->kind == W_FPKT) {
      /* how far into the packet hardly ever matters: fewer states differ in it alone */
      for (int64_t up = 255; h.mx != f->mx && up < W_REACH / 2; up = 2 * up + 1)
        if (h.mx <= up) {
          h.mx = up;
          break;
        }
      h.checked = f->checked && g->checked;
      h.av = h.checked ? min64(f->av - da, g->av - db) : 0;
    } else {
      h.step = w_step(w_step(f->step, g->step), (uint64_t)(da | db));
    }
    *base = da;
    return h;
  }
  if (f->kind == W_FREF || g->kind == W_FREF)
    return join_refs(j, x, y, base);
  if (f->kind == g->kind && x.c == y.c &&
      (f->which == g->which || f->kind == W_FCTX || f->kind == W_FEND)) {
    *base = 0;
    return h;
  }
  if (!x.c && !y.c &&
      ((f->kind == W_FMAP_VALUE_OR_NULL && g->kind == W_FMAP_VALUE && !g->mx) ||
       (f->kind == W_FMAP_VALUE && g->kind == W_FMAP_VALUE_OR_NULL && !f->mx)) &&
      f->map == g->map) {
    struct w_fact null = {.kind = W_FMAP_VALUE_OR_NULL, .map = f->map};
    return null;
  }
  if (!x.c && !y.c && f->map == g->map &&
      ((f->kind == W_FMAP_OR_NULL && g->kind == W_FMAP) ||
       (f->kind == W_FMAP && g->kind == W_FMAP_OR_NULL))) {
    struct w_fact null = {.kind = W_FMAP_OR_NULL, .map = f->map};
    return null;
  }
  if (!x.c && !y.c && f->type == g->type &&
      ((f->kind == W_FOBJ_OR_NULL && g->kind == W_FOBJ) ||
       (f->kind == W_FOBJ && g->kind == W_FOBJ_OR_NULL))) {
    struct w_fact null = {.kind = W_FOBJ_OR_NULL, .type = f->type};
    return null;
  }
  return any_fact();
}

static struct w_aval keep_value(struct joining *j, struct w_aval x);

static struct w_aval join_values(struct joining *j, struct w_aval x, struct w_aval y) {
  const struct w_fact *g = w_fact_of(j->b, y);
  uint64_t c;
  if (j->like &&
      (w_fact_of(j->a, x)->kind != g->kind || (g->kind == W_FSCALAR && w_sc_is_const(&g->s, &c))))
    return keep_value(j, x);
  uint64_t delta = (uint64_t)y.c - (uint64_t)x.c;
  struct pair *p = j->pairs;
  for (uint32_t i = 0; i < j->count; i++, p++)
    if (p->both && p->a == x.sym && p->b == y.sym && p->delta == delta)
      return (struct w_aval){p->sym, (int64_t)((uint64_t)x.c - (uint64_t)p->base)};
  *p = (struct pair){.a = x.sym, .b = y.sym, .delta = delta, .both = true};
  struct w_fact f = join_facts(j, x, y, &p->base);
  p->sym = add_fact(j->to, &f);
  j->count++;
  return (struct w_aval){p->sym, (int64_t)((uint64_t)x.c - (uint64_t)p->base)};
}

/* A value of `a` that `b` knows nothing of. */
static struct w_aval keep_value(struct joining *j, struct w_aval x) {
  struct pair *p = j->pairs;
  for (uint32_t i = 0; i < j->count; i++, p++)
    if (!p->both && p->a == x.sym)
      return (struct w_aval){p->sym, x.c};
  *p = (struct pair){.a = x.sym};
  p->sym = add_fact(j->to, w_fact_of(j->a, x));
  j->count++;
  return (struct w_aval){p->sym, x.c};
}

/* What waits in `a` waits for the symbol that stands for it. */
static void join_pending(struct joining *j) {
  const struct w_pending *p = &j->a->pending;
  for (uint32_t i = 0; p->n && i < j->count && !j->to->pending.n; i++)
    if (j->pairs[i].both && j->pairs[i].a == p->sym && !j->pairs[i].base)
      j->to->pending = (struct w_pending){.sym = j->pairs[i].sym, .off = p->off, .n = p->n};
}

static bool join(struct w_pool *pool, const struct w_state *a, const struct w_state *b,
                 uint32_t wide, bool like, struct w_state *to) {
  struct joining j = {.a = a, .b = b, .to = to, .like = like};
  size_t size = (W_VALUES + CALLERS * a->depth + a->nslots) * sizeof *j.pairs;
  memset(to, 0, sizeof *to);
  bool made = (j.pairs = w_resize(pool, NULL, 0, size)) &&
              w_reserve(pool, (void **)&to->facts, &to->fact_cap,
                        1 + W_VALUES + CALLERS * a->depth + a->nslots, sizeof *to->facts) &&
              (!a->nslots ||
               w_reserve(pool, (void **)&to->slots, &to->slot_cap, a->nslots, sizeof *to->slots)) &&
              (!a->depth ||
               w_reserve(pool, (void **)&to->frames, &to->frame_cap, a->depth, sizeof *to->frames));
  if (made) {
    to->pc = a->pc;
    to->defined = a->defined & b->defined;
    memcpy(to->written, a->written, sizeof to->written);
    add_fact(to, &a->facts[0]);
    for (int r = 0; r < W_VALUES; r++) {
      j.wide = wide >> r & 1;
      if (to->defined >> r & 1)
        to->regs[r] = join_values(&j, a->regs[r], b->regs[r]);
    }
    j.wide = wide & W_ANY_CALLER;
    to->depth = a->depth; /* the calls are the same */
    for (uint32_t k = 0; k < a->depth; k++) {
      const struct w_frame *f = &a->frames[k], *g = &b->frames[k];
      to->frames[k] = (struct w_frame){.pc = f->pc, .defined = f->defined & g->defined};
      memcpy(to->frames[k].written, f->written, sizeof f->written);
      for (int r = 6; r < W_VALUES; r++)
        if (to->frames[k].defined >> r & 1)
          to->frames[k].regs[r] = join_values(&j, f->regs[r], g->regs[r]);
      to->frames[k].again = f->again; /* the same callback */
      to->frames[k].callback = f->callback;
      to->frames[k].most = f->most;
      if (f->again) {
        to->frames[k].rest = join_values(&j, f->rest, g->rest);
        to->frames[k].ctx = join_values(&j, f->ctx, g->ctx);
      }
    }
    j.wide = wide & W_ANY_SLOT;
    for (uint32_t i = 0, k = 0; i < a->nslots; i++) {
      const struct w_slot *s = &a->slots[i], *o = slot_from(b, &k, s);
      to->slots[to->nslots] = *s;
      to->slots[to->nslots++].v = o ? join_values(&j, s->v, o->v) : keep_value(&j, s->v);
    }
  }
  if (made)
    join_pending(&j);
  w_release(pool, j.pairs, size);
  if (!made)
    w_state_free(pool, to);
  return made;
}

bool w_join(struct w_pool *pool, const struct w_state *a, const struct w_state *b, uint32_t wide,
            struct w_state *to) {
  return join(pool, a, b, wide, false, to);
}
bool w_join_like(struct w_pool *pool, const struct w_state *a, const struct w_state *b,
                 struct w_state *to) {
  return join(pool, a, b, 0, true, to);
}

static void add_difference(const struct w_target *t, const struct w_state *a, struct w_aval x,
                           const struct w_state *b, struct w_aval y, uint32_t bit,
                           struct w_difference *d) {
  const struct w_fact *f = w_fact_of(a, x), *g = w_fact_of(b, y);
  uint32_t distance = 0;
  if (g->kind == W_FNONE) {
    return;
  } else if (f->kind != g->kind || (f->kind >= W_FMAP && f->which != g->which)) {
    distance = 8;
  } else if (f->kind != W_FSCALAR) {
    distance = (x.c != y.c) + !w_fact_le(t, a, (struct w_aval){x.sym, 0}, g);
  } else {
    bool tx, ty;
    struct w_scalar room_x, room_y;
    const struct w_scalar *sx = w_any_view(a, x, &tx, &room_x);
    const struct w_scalar *sy = w_any_view(b, y, &ty, &room_y);
    distance = !w_sc_le(sx, sy) || (tx && !ty);
    uint64_t c;
    if (distance && (w_sc_is_const(sx, &c) || w_sc_is_const(sy, &c)))
      d->constants |= bit;
  }
  d->where |= distance ? bit : 0;
  d->distance += distance;
}

bool w_differs(const struct w_target *t, const struct w_state *a, const struct w_state *b,
               uint32_t least, uint32_t alike, struct w_difference *d) {
  *d = (struct w_difference){0};
  if (!same_callers(a, b) || !same_callers(b, a))
    return false;
  for (uint32_t k = 0; k < a->depth; k++) {
    const struct w_frame *f = &a->frames[k], *g = &b->frames[k];
    for (int r = 6; r < W_VALUES; r++)
      if (f->defined >> r & 1)
        add_difference(t, a, f->regs[r], b, g->regs[r], W_ANY_CALLER, d);
    if (f->again)
      add_difference(t, a, f->ctx, b, g->ctx, W_ANY_CALLER, d);
  }
  for (int r = 0; r < W_VALUES && d->distance < least && !(d->constants & alike); r++) {
    if ((a->defined ^ b->defined) >> r & 1) {
      d->where |= 1u << r;
      d->distance += 4;
    } else if (a->defined >> r & 1) {
      add_difference(t, a, a->regs[r], b, b->regs[r], 1u << r, d);
    }
  }
  for (uint32_t i = 0, k = 0; i < b->nslots && d->distance < least && !(d->constants & alike);
       i++) {
    const struct w_slot *s = &b->slots[i], *o = slot_from(a, &k, s);
    if (o) {
      add_difference(t, a, o->v, b, s->v, W_ANY_SLOT, d);
    } else {
      d->where |= W_ANY_SLOT;
      d->distance += 4;
    }
  }
  return d->distance < least && !(d->constants & alike);
}
