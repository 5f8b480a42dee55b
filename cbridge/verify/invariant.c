/* An invariant of a loop is made from what the rounds so far have had at its head: what differs
 * between them is widened. It is a guess. Where the path comes back with a state that it does not
 * cover, it is given up, and the next way to widen is tried. */
#include "verify/invariant.h"

enum {
  UNROLLED = 6, /* nodes at a loop's head, each of a later round, before an invariant is tried */
  SOON = 2,     /* as many of them in a loop that seems to be long */
  LONG = 16,    /* steps that are still to come in such a loop */
  THRESHOLDS = 16,
};

/* The number that v is; false: it is none. */
static bool number_of(const struct w_state *st, struct w_aval v, struct w_scalar *n) {
  bool tainted;
  struct w_scalar room;
  const struct w_scalar *s =
      w_fact_of(st, v)->kind == W_FSCALAR ? w_view(st, v, &tainted, &room) : NULL;
  if (s)
    *n = *s;
  return s;
}

/* The loop that the slot is in, innermost; NULL: none. */
static const struct w_loop *loop_at(const struct search *s, int64_t pc) {
  uint32_t loop = s->q->flow.at[pc].loop;
  return loop ? &s->q->flow.loops[loop - 1] : NULL;
}
/* Is slot `pc` in the loop around the slot `head`? */
static bool within(const struct search *s, int64_t head, uint32_t pc) {
  return w_in_loop(&s->q->flow, pc, s->q->flow.at[head].loop);
}

/* What a register (-1: any) is compared with in the loop. */
static uint32_t find_thresholds(const struct search *s, const struct w_state *st, int r,
                                uint64_t *list) {
  const struct w_loop *loop = loop_at(s, st->pc);
  uint32_t n = 0;
  for (uint32_t pc = loop ? loop->first : 0; loop && pc <= loop->last && n + 2 < THRESHOLDS; pc++) {
    const struct w_insn *i = &s->q->insns[pc];
    struct w_scalar v;
    if (i->op != W_OP_JMP || (r >= 0 && i->dst != r && !(i->reg && i->src == r)) ||
        !within(s, st->pc, pc))
      continue;
    if (!i->reg)
      list[n++] = i->width == W_A32 ? (uint32_t)i->imm : (uint64_t)i->imm;
    for (int k = 0; i->reg && k < 2; k++) {
      int other = k ? i->dst : i->src;
      if (other != r && st->defined >> other & 1 && number_of(st, st->regs[other], &v))
        list[n++] = v.all.umax;
    }
  }
  return n;
}

/* How many rounds a jump out of the loop lets it make, if its operand r, a counter, is known. */
static bool rounds_to(const struct search *s, const struct w_loop *loop, const struct w_insn *i,
                      int r, uint64_t *rounds) {
  const struct w_state *st = &s->st;
  uint64_t now, limit = (uint64_t)i->imm;
  struct w_scalar n;
  if (!(loop->counters & st->defined & 1u << r) || !number_of(st, st->regs[r], &n) ||
      !w_sc_is_const(&n, &now))
    return false;
  int other = r == i->dst ? i->src : i->dst;
  if (i->reg) {
    if (!(st->defined >> other & 1) || !number_of(st, st->regs[other], &n))
      return false;
    limit = n.all.umax;
  }
  uint64_t up = limit - now, down = now - limit;
  if (i->width == W_A32)
    up = (uint32_t)up, down = (uint32_t)down;
  *rounds = (up < down ? up : down) / loop->step[r];
  return true;
}

/* How many rounds are still to come, at most, as it seems. */
static uint64_t rounds_left(const struct search *s, const struct w_loop *loop) {
  uint64_t least = UINT64_MAX, n;
  for (uint32_t k = 0; k < loop->exit_count; k++) {
    const struct w_insn *i = &s->q->insns[loop->exits[k]];
    for (int side = 0; side < 1 + i->reg; side++)
      if (rounds_to(s, loop, i, side ? i->src : i->dst, &n) && n < least)
        least = n;
  }
  return least < UINT64_MAX ? least : loop->most;
}

bool w_seems_long(const struct search *s, uint32_t top) {
  const struct search_node *info = &s->infos[top];
  const struct w_loop *loop = loop_at(s, s->st.pc);
  if (info->rounds >= SOON || info->general || !loop)
    return false;
  uint64_t round = s->a->visited - info->made;
  if (!s->q->flow.calls && !loop->nested && round > loop->size)
    round = loop->size; /* it may be that of several rounds */
  return rounds_left(s, loop) >= LONG / (round ? round : 1);
}

/* States of a loop's head: of this round, of the node before, of the one before that, and of the
 * first. */
struct rounds {
  const struct w_state *now, *before, *earlier, *first;
  enum way how; /* to widen */
};
/* One value: in the invariant, and in each of these states. */
struct place {
  struct w_aval to, now, first;
  const struct w_aval *before, *earlier; /* NULL: not there in that state */
  int r;                                 /* the register; -1: a stack slot */
  bool counts;                           /* it can decide when the loop ends */
};

static bool constant_in(const struct w_state *st, const struct w_aval *v, uint64_t *c) {
  struct w_scalar n;
  return v && number_of(st, *v, &n) && w_sc_is_const(&n, c);
}

/* Does a constant move as evenly as the rounds do? What does not is no counter of this loop. */
static bool even(const struct rounds *in, const struct place *v, uint64_t now) {
  uint64_t before, earlier;
  return !constant_in(in->before, v->before, &before) ||
         !constant_in(in->earlier, v->earlier, &earlier) || now - before == before - earlier;
}

/* How much further the number n may go, by what the register (-1: any) is compared with. False:
 * with nothing ahead. */
static bool find_limit(const struct search *s, const struct rounds *in, int r,
                       const struct w_bounds *n, bool up, uint64_t *most) {
  uint64_t list[THRESHOLDS];
  bool found = false;
  uint32_t count = find_thresholds(s, in->now, r, list);
  *most = 0;
  for (uint32_t k = 0; k < count; k++) {
    uint64_t d = up ? list[k] - n->umax : n->umin - list[k];
    if (up ? list[k] < n->umax : list[k] > n->umin)
      continue;
    if (!found || (in->how <= NEAR ? d < *most : d > *most))
      *most = d;
    found = true;
  }
  if (!found && r >= 0) /* a copy of it may be compared */
    return find_limit(s, in, -1, n, up, most);
  if (in->how != NEAR && in->how != FAR && *most)
    --*most;
  return found;
}

/* Widens a value of the invariant `st` that differs from round to round: to any number, or, if it
 * counts the rounds, from what it was first to its limit, by the steps that it takes. */
static void widen(const struct search *s, const struct rounds *in, const struct place *v,
                  struct w_state *st) {
  struct w_scalar now, first;
  struct w_fact *f = &st->facts[v->to.sym];
  const struct w_loop *loop = loop_at(s, st->pc);
  uint64_t c = 0, d, most;
  if (f->kind != W_FSCALAR || v->to.c || !number_of(in->now, v->now, &now) ||
      !number_of(in->first, v->first, &first))
    return;
  if (w_sc_le(&now, &first))
    return;               /* it becomes narrower */
  if (v->r == W_ROUNDS) { /* it only falls */
    f->s = w_sc_range(0, first.all.umax);
    return;
  }
  const struct w_bounds *x = &now.all, *y = &first.all;
  bool constant = w_sc_is_const(&now, &c) && w_sc_is_const(&first, &d);
  bool up = x->umin >= y->umin && x->umax > y->umax;
  bool down = x->umax <= y->umax && x->umin < y->umin;
  if (!v->counts || !(up || down) || (constant && !even(in, v, c)) ||
      !find_limit(s, in, v->r, x, up, &most)) {
    f->s = w_sc_top();
    return;
  }
  uint64_t lo = up ? y->umin : x->umin - most, hi = up ? x->umax + most : y->umax;
  uint64_t rest = constant && v->r >= 0 && loop ? loop->step[v->r] - 1 : 0;
  lo += up ? 0 : (hi - lo) & rest;
  hi -= up ? (hi - lo) & rest : 0;
  f->s = w_sc_range(lo, hi);
  f->s.all.val = (f->s.all.val & ~rest) | (lo & rest);
  f->s.all.mask &= ~rest;
}

/* The last invariant that the loop here had, be it closed or not; NO_NODE: none. */
static uint32_t last_invariant(const struct search *s, const struct site *site) {
  uint32_t last = site->loop;
  for (uint32_t k = 0; k < RECENT && k < site->closed_count; k++)
    if (!s->infos[site->closed[k]].dead && site->closed[k] >= last)
      last = site->closed[k] + 1;
  return last ? last - 1 : NO_NODE;
}

bool w_loop_due(const struct search *s, const struct site *site, enum way how) {
  const struct search_node *top = site->top ? &s->infos[site->top - 1] : NULL;
  bool back = w_another_round(s, site);
  if (how == LIKE)
    return !back && last_invariant(s, site) != NO_NODE;
  return back && top && !top->general &&
         (top->rounds >= UNROLLED || (top->rounds == SOON - 1 && w_seems_long(s, site->top - 1)));
}

static const struct w_slot *slot_of(const struct w_state *st, const struct w_slot *slot) {
  const struct w_slot *o = w_slot_at(st, slot->off);
  return o && o->off == slot->off && o->size == slot->size ? o : NULL;
}

/* Widens all values of `st`, which covers this round and the first. */
static void widen_all(const struct search *s, const struct rounds *in, struct w_state *st) {
  uint16_t counts = s->q->flow.at[st->pc].counts;
  if (counts >> W_ROUNDS & 1 && in->how == FAR)
    counts = 0; /* may_goto counts the rounds, and no other counter is needed */
  const struct w_state *now = in->now, *first = in->first;
  for (int r = 0; r < W_VALUES; r++) {
    struct place v = {.r = r, .counts = counts >> r & 1, .to = st->regs[r]};
    if (!(st->defined >> r & 1))
      continue;
    v.now = now->regs[r];
    v.first = first->regs[r];
    v.before = in->before->defined >> r & 1 ? &in->before->regs[r] : NULL;
    v.earlier = in->earlier->defined >> r & 1 ? &in->earlier->regs[r] : NULL;
    widen(s, in, &v, st);
  }
  for (uint32_t k = 0; k < st->nslots; k++) {
    struct place v = {.r = -1, .counts = counts & W_ANY_SLOT, .to = st->slots[k].v};
    const struct w_slot *x = slot_of(now, &st->slots[k]), *y = slot_of(first, &st->slots[k]);
    const struct w_slot *z = slot_of(in->before, &st->slots[k]);
    const struct w_slot *e = slot_of(in->earlier, &st->slots[k]);
    if (!x || !y)
      continue;
    v.now = x->v;
    v.first = y->v;
    v.before = z ? &z->v : NULL;
    v.earlier = e ? &e->v : NULL;
    widen(s, in, &v, st);
  }
}

/* The state is that of the loop's last invariant, with what is another constant here. */
static enum next repeat(struct search *s, const struct site *site, const struct w_state *exact,
                        bool *entered) {
  uint32_t last = last_invariant(s, site);
  struct w_difference d;
  struct w_state st;
  if (!w_differs(&s->q->target, exact, &s->a->nodes[last].st, UINT32_MAX, 0, &d))
    return GO_ON;
  if (!w_join_like(s->pool, exact, &s->a->nodes[last].st, &st))
    return FAILED;
  if (!w_subsume(s->pool, &s->q->target, &s->st, &st, &s->sub)) {
    w_state_free(s->pool, &st);
    return s->pool->exhausted ? FAILED : GO_ON;
  }
  *entered = true;
  return w_enter(s, &st, true, LIKE, 0);
}

enum next w_invent(struct search *s, const struct site *site, const struct w_state *exact,
                   enum way how, bool *entered) {
  *entered = false;
  if (how == LIKE)
    return repeat(s, site, exact, entered);
  uint32_t before = site->top - 1, first = s->infos[before].first;
  uint32_t earlier = before == first ? first : s->infos[before].prev - 1;
  const struct rounds in = {.now = exact,
                            .before = &s->a->nodes[before].st,
                            .first = &s->a->nodes[first].st,
                            .earlier = &s->a->nodes[earlier].st,
                            .how = how};
  uint16_t counts = s->q->flow.at[exact->pc].counts;
  struct w_difference d;
  struct w_state st;
  if (!w_differs(&s->q->target, exact, in.first, UINT32_MAX, 0, &d))
    return GO_ON;
  if (!w_join(s->pool, exact, in.first, 0, &st))
    return FAILED;
  widen_all(s, &in, &st);
  if (how > NEAR_BEFORE && site->missed &&
      w_differs(&s->q->target, &st, &site->miss, UINT32_MAX, 0, &d)) {
    struct w_state more;
    bool made = w_join(s->pool, &st, &site->miss, ~(counts | W_ANY_CALLER), &more);
    w_state_free(s->pool, &st);
    if (!made)
      return FAILED;
    st = more;
  }
  if (!w_subsume(s->pool, &s->q->target, &s->st, &st, &s->sub)) {
    w_state_free(s->pool, &st);
    return s->pool->exhausted ? FAILED : GO_ON;
  }
  *entered = true;
  return w_enter(s, &st, true, how, 0);
}

/* What came back and was not covered is kept for the next invariant. False: out of memory. */
static bool note_miss(struct search *s) {
  struct site *site = w_known_site(s, s->st.pc);
  struct w_state miss, both;
  struct w_difference d;
  if (!w_normalise(s->pool, &s->q->flow, &s->names, &s->st, &miss))
    return false;
  if (s->infos[site->top - 1].how <= NEAR_BEFORE && site->missed) {
    w_state_free(s->pool, &site->miss);
    site->missed = false;
  }
  if (site->missed && w_differs(&s->q->target, &miss, &site->miss, UINT32_MAX, 0, &d)) {
    bool made = w_join(s->pool, &miss, &site->miss, 0, &both);
    w_state_free(s->pool, &miss);
    if (!made)
      return false;
    miss = both;
  }
  w_state_free(s->pool, &site->miss);
  site->miss = miss;
  site->missed = true;
  return true;
}

/* Was the function in which `node` is left since? Then its loop began anew. */
static bool left_since(const struct search *s, uint32_t node) {
  for (uint32_t k = s->st.depth ? s->height : 0; k-- > 0;) {
    const struct work *w = &s->stack[k];
    if (w->kind != FINISH)
      continue;
    if (w->node == node)
      return false;
    if (s->a->nodes[w->node].st.depth < s->st.depth)
      return true;
  }
  return false;
}

enum next w_come_back(struct search *s, const struct site *site, bool *back) {
  *back = false;
  uint32_t k = site->loop;
  for (uint32_t n = 0; k && n < ENCLOSING; n++, k = s->infos[k - 1].outer)
    if (!left_since(s, k - 1) && w_covers(s, k - 1)) {
      *back = true;
      w_tell(s, W_EVENT_BACK, s->st.pc, k - 1, s->infos[k - 1].how);
      return w_code_sub(s, k - 1) ? LEAF : FAILED;
    }
  if (s->pool->exhausted)
    return FAILED;
  if (!site->top || !s->infos[site->top - 1].loop || !w_another_round(s, site))
    return GO_ON;
  s->blame = s->infos[site->top - 1].place;
  *back = true;
  if (!note_miss(s))
    return FAILED;
  return w_refused(s, W_LOOP, (uint32_t)s->st.pc, "the invariant of a loop does not hold");
}
