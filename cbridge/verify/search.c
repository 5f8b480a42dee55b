/* Paths are followed one after the other; where paths meet, the state becomes a node, and a later
 * path that a finished node covers ends there. What the derivation of a finished node never looked
 * at is dropped from its state, so that it covers more. Where nodes pile up, a more general state
 * is tried, and given up when something is refused under it. */
#include "verify/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verify/invariant.h"

enum {
  FRESH_SYMBOLS = 64, /* a node is made after so many, lest states grow */
  NESTED_BRANCHES = 1000,
  SHORT_ROUND = 32, /* steps: a loop whose round is shorter gets a node every few rounds */
  CROWDED = 4,      /* finished nodes at one place before a general one is tried */
  PARTNERS = 16,    /* finished nodes looked at for the one to generalise with */
  OTHER_SHAPE = 8,  /* as far from each other as a pointer and a number */
  UNPACKED = 256,   /* on the stack: what is further down keeps its state as bytes */
};

/* --- Trace ----------------------------------------------------------------------------------- */

static const char *const way_words[WAYS] = {
    "up to the nearest number compared with, less 1",
    "the same, with what was not covered",
    "the same, with what was not covered then",
    "up to the nearest number compared with",
    "up to the furthest number compared with, less 1",
    "up to the furthest number compared with",
    "all nodes of its shape, any number where they differ",
    "the nearest node, any number where they differ",
    "the nearest node, the numbers of both",
};

void w_tell(const struct search *s, enum w_event_kind kind, int64_t pc, uint32_t node,
            enum way how) {
  if (!s->q->trace)
    return;
  const struct w_event event = {
      .kind = kind,
      .pc = (uint32_t)pc,
      .node = node,
      .target = &s->q->target,
      .st = kind == W_EVENT_STEP || kind == W_EVENT_GENERAL || kind == W_EVENT_INVARIANT ? &s->st
                                                                                         : NULL,
      .way = way_words[how],
      .why = &s->a->why,
      .closed = kind == W_EVENT_CLOSED ? &s->a->nodes[node] : NULL};
  s->q->trace(s->q->trace_data, &event);
}

/* --- Code ------------------------------------------------------------------------------------ */

static bool decide(struct search *s, uint32_t pc, bool taken) {
  if (!w_reserve(s->pool, (void **)&s->a->trail, &s->trail_cap, s->a->trail_len + 1,
                 sizeof *s->a->trail))
    return false;
  s->a->trail[s->a->trail_len++] = pc << 1 | taken;
  return true;
}

static bool code_u(struct search *s, uint64_t v) {
  return w_put_u(s->pool, &s->a->nodes[s->node].code, v);
}
static bool flush_steps(struct search *s) {
  uint64_t n = s->steps;
  s->steps = 0;
  return !n || (code_u(s, W_CODE_STEPS) && code_u(s, n));
}
static bool code(struct search *s, int tag) { return flush_steps(s) && code_u(s, (uint64_t)tag); }

bool w_code_sub(struct search *s, uint32_t node) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < s->sub.n; k++)
    n += s->sub.set[k];
  if (!code(s, W_CODE_SUB) || !code_u(s, node) || !code_u(s, n))
    return false;
  for (uint32_t k = 0; k < s->sub.n; k++)
    if (s->sub.set[k] && !(code_u(s, k) && code_u(s, s->sub.v[k].sym) &&
                           w_put_s(s->pool, &s->a->nodes[s->node].code, s->sub.v[k].c)))
      return false;
  for (uint32_t k = 0; k < s->sub.n; k++) { /* for potentials: the ranges of the values */
    if (!s->sub.set[k])
      continue;
    const struct w_fact *f = &s->st.facts[s->sub.v[k].sym];
    __int128 c = s->sub.v[k].c, lo = c + f->s.all.umin, hi = c + f->s.all.umax;
    bool good = f->kind == W_FSCALAR && lo >= 0 && hi <= UINT64_MAX;
    if (!code_u(s, good) || !code_u(s, good ? (uint64_t)lo : 0) ||
        !code_u(s, good ? (uint64_t)hi : 0))
      return false;
  }
  return true;
}

/* The bytes of a read that had been written, run by run; and a write, or a spill that was read.
 * `before`: the bytes written before the instruction, where it may have written more. */
static bool code_effects(struct search *s, const struct w_effects *effects,
                         const uint64_t *before) {
  for (uint32_t k = 0; k < effects->count; k++) {
    const struct w_effect *e = &effects->e[k];
    int32_t end = e->off + e->n;
    if (e->kind == W_READ_SLOT || e->kind == W_WRITE) {
      bool slot = e->kind == W_READ_SLOT;
      if (!code(s, slot ? W_CODE_SLOT : W_CODE_WRITE) ||
          !code_u(s, (uint64_t)(e->off + W_STACK_TOTAL)) || (!slot && !code_u(s, e->n)))
        return false;
      continue;
    }
    for (int32_t at = e->off; at < end;) {
      int32_t from = at;
      while (at < end && (before ? w_bit(before, at) : w_written(&s->st, at)))
        at++;
      if (at > from && (!code(s, W_CODE_READ) || !code_u(s, (uint64_t)(from + W_STACK_TOTAL)) ||
                        !code_u(s, (uint64_t)(at - from))))
        return false;
      while (at < end && !(before ? w_bit(before, at) : w_written(&s->st, at)))
        at++;
    }
  }
  return true;
}

/* --- Nodes ----------------------------------------------------------------------------------- */

static uint32_t new_node(struct search *s) {
  if (!w_reserve(s->pool, (void **)&s->a->nodes, &s->a->cap, s->a->count + 1,
                 sizeof *s->a->nodes) ||
      !w_reserve(s->pool, (void **)&s->infos, &s->info_cap, s->a->count + 1, sizeof *s->infos))
    return NO_NODE;
  memset(&s->a->nodes[s->a->count], 0, sizeof *s->a->nodes);
  memset(&s->infos[s->a->count], 0, sizeof *s->infos);
  return s->a->count++;
}

static void drop_state(struct search *s, struct work *w) {
  if (w->st) {
    w_state_free(s->pool, w->st);
    w_release(s->pool, w->st, sizeof *w->st);
    w->st = NULL;
  }
  w_buf_free(s->pool, &w->packed);
}

/* The state as bytes: as a certificate has it, then what facts have for messages alone. */
static bool pack(struct search *s, struct work *w) {
  struct w_buf packed = {0};
  bool good = w_forget(s->pool, &s->room, w->st) && w_state_write(s->pool, w->st, &packed);
  for (uint32_t k = 0; good && k < w->st->next; k++) {
    const struct w_fact *f = &w->st->facts[k];
    if (f->kind != W_FNONE)
      good = w_put_u(s->pool, &packed,
                     (uint64_t)f->which << 3 | f->gone << 2 | f->stale << 1 | f->moved);
  }
  drop_state(s, w);
  w->packed = packed;
  return good;
}

static bool unpack(struct search *s, const struct w_buf *packed, struct w_state *st) {
  size_t at = 0;
  if (!w_state_read(s->pool, packed, &at, st))
    return false;
  for (uint32_t k = 0; k < st->next; k++) {
    struct w_fact *f = &st->facts[k];
    if (f->kind == W_FNONE)
      continue;
    uint64_t v = w_next_u(packed, &at);
    f->moved = v & 1, f->stale = v >> 1 & 1, f->gone = v >> 2 & 1;
    f->which = (uint32_t)(v >> 3);
  }
  return true;
}

/* The path goes on in the state that was kept; it has none now. */
static bool resume(struct search *s, struct work *w) {
  bool good = true;
  if (w->st) {
    s->st = *w->st;
    w_release(s->pool, w->st, sizeof *w->st);
    w->st = NULL;
  } else {
    memset(&s->st, 0, sizeof s->st);
    good = unpack(s, &w->packed, &s->st);
  }
  drop_state(s, w);
  return good;
}

static struct work *push_work(struct search *s) {
  if (!w_reserve(s->pool, (void **)&s->stack, &s->stack_cap, s->height + 1, sizeof *s->stack))
    return NULL;
  if (s->height >= UNPACKED) {
    struct work *deep = &s->stack[s->height - UNPACKED];
    if (deep->kind == BRANCH && deep->st && !pack(s, deep))
      return NULL;
  }
  struct work *w = &s->stack[s->height++];
  memset(w, 0, sizeof *w);
  return w;
}

static bool hash_path(struct search *s, uint32_t node) {
  if (s->a->count > s->bucket_count) { /* grows rarely: all nodes are put in again */
    uint32_t want = s->bucket_count ? s->bucket_count * 2 : 64;
    while (want < s->a->count)
      want *= 2;
    uint32_t *b = w_resize(s->pool, s->buckets, s->bucket_count * sizeof *b, want * sizeof *b);
    if (!b)
      return false;
    s->buckets = b;
    s->bucket_count = want;
    memset(b, 0xff, want * sizeof *b);
    for (uint32_t k = 0; k < s->a->count; k++)
      if (s->infos[k].on_path && !s->infos[k].general) {
        s->infos[k].hash_next = b[s->infos[k].hash & (want - 1)];
        b[s->infos[k].hash & (want - 1)] = k;
      }
  }
  struct search_node *info = &s->infos[node];
  uint32_t *bucket = &s->buckets[info->hash & (s->bucket_count - 1)];
  info->on_path = true;
  info->hash_next = *bucket;
  *bucket = node;
  return true;
}

/* NULL: out of memory. Moves sites. */
static struct site *site_at(struct search *s, uint32_t pc) {
  if (s->site_of[pc])
    return w_known_site(s, pc);
  if (!w_reserve(s->pool, (void **)&s->sites, &s->site_cap, s->site_count + 1, sizeof *s->sites))
    return NULL;
  memset(&s->sites[s->site_count], 0, sizeof *s->sites);
  s->site_of[pc] = ++s->site_count;
  return w_known_site(s, pc);
}

static void leave_path(struct search *s, uint32_t node) {
  struct search_node *info = &s->infos[node];
  if (!info->on_path)
    return;
  info->on_path = false;
  w_known_site(s, s->a->nodes[node].st.pc)->top = info->prev;
  w_known_site(s, s->a->nodes[node].st.pc)->loops -= info->loop;
  if (info->general) {
    w_known_site(s, s->a->nodes[node].st.pc)->general--;
    return;
  }
  uint32_t *link = &s->buckets[info->hash & (s->bucket_count - 1)];
  while (*link != node)
    link = &s->infos[*link].hash_next;
  *link = info->hash_next;
}

static void drop_node(struct search *s, uint32_t node) {
  leave_path(s, node);
  /* what ends in it is no derivation any more */
  for (uint32_t k = s->infos[node].order; s->infos[node].loop && k < s->order_count; k++)
    s->infos[s->order[k]].dead = true;
  w_state_free(s->pool, &s->a->nodes[node].st);
  w_buf_free(s->pool, &s->a->nodes[node].code);
}

/* 1: done; 0: nothing shows that the loop ends; -1: out of memory. */
static int finish(struct search *s, uint32_t node) {
  leave_path(s, node);
  if (!w_weaken(s->pool, &s->room, s->a->nodes, node))
    return -1;
  struct search_node *info = &s->infos[node];
  if (info->loop && info->hits) {
    int closed = w_close_loop(s->pool, &s->pricing, s->a->nodes, s->a->count, node,
                              &s->order[info->order], s->order_count - info->order);
    if (closed != 1)
      return closed;
    w_tell(s, W_EVENT_CLOSED, s->a->nodes[node].st.pc, node, info->how);
  } else if (!w_price(s->pool, &s->pricing, s->a->nodes, node)) {
    return -1;
  }
  if (!node)
    return 1;
  uint32_t pc = (uint32_t)s->a->nodes[node].st.pc;
  struct site *site = w_known_site(s, pc);
  if (info->general)
    site->successes[info->how]++;
  site->recent[site->finished++ % RECENT] = node;
  if (info->loop)
    site->closed[site->closed_count++ % RECENT] = node;
  if (!w_reserve(s->pool, (void **)&s->order, &s->order_cap, s->order_count + 1, sizeof *s->order))
    return -1;
  s->order[s->order_count++] = node;
  return w_shelf_add(s->pool, &s->shelves, pc, info->key, node) ? 1 : -1;
}

/* --- The search ------------------------------------------------------------------------------ */

enum next w_refused(struct search *s, enum w_reason reason, uint32_t pc, const char *text) {
  s->a->why.reason = reason;
  snprintf(s->a->why.text, sizeof s->a->why.text, "%s", text);
  s->a->pc = pc;
  return REFUSED;
}

static uint64_t round_key(const struct search *s, const struct w_state *st) {
  const struct w_flow *flow = &s->q->flow;
  uint64_t key = w_round_key(st, flow->at[st->pc].counts & flow->at[st->pc].value), c;
  for (uint32_t k = 0; k < st->depth; k++) { /* and the loops that callers are in */
    const struct w_frame *f = &st->frames[k];
    uint16_t counts =
        f->pc < flow->count ? f->defined & flow->at[f->pc].counts & flow->at[f->pc].value : 0;
    for (int r = 6; r < 10; r++)
      if (counts >> r & 1 && w_const_of(st, f->regs[r], &c))
        key = (key ^ c ^ (uint64_t)(k << 4 | (unsigned)r) << 56) * UINT64_C(0x9e3779b97f4a7c15) + 1;
  }
  return key;
}

enum next w_enter(struct search *s, struct w_state *st, bool general, enum way how,
                  uint32_t differs) {
  struct work work = {.kind = FINISH,
                      .depth = s->depth,
                      .general = general,
                      .how = how,
                      .differs = differs,
                      .owner = s->node,
                      .from = s->from,
                      .trail = s->a->trail_len,
                      .visited_max = s->a->visited + (s->q->max_visited - s->a->visited) / 4};
  if (!flush_steps(s)) {
    w_state_free(s->pool, st);
    return FAILED;
  }
  work.owner_len = s->a->nodes[s->node].code.len;
  uint32_t node = new_node(s);
  if (node == NO_NODE) {
    w_state_free(s->pool, st);
    return FAILED;
  }
  s->a->nodes[node].st = *st; /* owned by the node from here on */
  struct search_node *info = &s->infos[node];
  info->general = general;
  info->how = (uint8_t)how;
  info->key = round_key(s, st);
  info->loop = general && how < ALL;
  info->order = s->order_count;
  info->made = s->a->visited;
  struct site *site = w_known_site(s, st->pc);
  info->prev = site->top;
  info->rounds = s->from >= st->pc && site->top && !s->infos[site->top - 1].loop
                     ? s->infos[site->top - 1].rounds + 1
                     : 0;
  site->top = node + 1;
  site->loops += info->loop;
  if (general) {
    info->on_path = true;
    w_known_site(s, st->pc)->general++;
  } else {
    info->hash = w_state_hash(st);
    if (!hash_path(s, node))
      return FAILED;
  }
  if (!w_code_sub(s, node))
    return FAILED;
  struct work *w = push_work(s);
  if (!w)
    return FAILED;
  *w = work;
  w->node = node;
  if (general) {
    if (!(w->st = w_resize(s->pool, NULL, 0, sizeof *w->st)))
      return FAILED;
    *w->st = s->st;
    memset(&s->st, 0, sizeof s->st);
    if (!w_reserve(s->pool, (void **)&s->general, &s->general_cap, s->general_count + 1,
                   sizeof *s->general))
      return FAILED;
    s->general[s->general_count++] = s->height - 1;
  }
  if (!w_state_set(s->pool, &s->st, &s->a->nodes[node].st))
    return FAILED;
  s->node = node;
  s->depth = 0;
  s->taken = 0;
  w_tell(s,
         !general    ? W_EVENT_NODE
         : how < ALL ? W_EVENT_INVARIANT
                     : W_EVENT_GENERAL,
         s->st.pc, node, how);
  return GO_ON;
}

/* Was a node finished here, in the same round of a loop? */
static bool known_round(const struct search *s) {
  return w_shelf_find(&s->shelves, (uint32_t)s->st.pc, round_key(s, &s->st)) != NULL;
}

bool w_covers(struct search *s, uint32_t node) {
  bool found = !s->infos[node].dead &&
               w_subsume(s->pool, &s->q->target, &s->st, &s->a->nodes[node].st, &s->sub);
  if (found)
    s->infos[node].hits++;
  return found;
}

/* A finished node that covers the path's state; NO_NODE: none. */
static uint32_t find_cover(struct search *s, const struct site *site, uint64_t key) {
  struct w_shelf *shelf = w_shelf_find(&s->shelves, (uint32_t)s->st.pc, key);
  for (uint32_t k = 0; k < RECENT && k < site->closed_count; k++)
    if (w_covers(s, site->closed[k]))
      return site->closed[k];
  for (uint32_t k = shelf ? shelf->count : 0; k-- > 0;) {
    uint32_t node = shelf->nodes[k];
    if (w_covers(s, node))
      return node;
    if (++s->infos[node].misses > 3 * s->infos[node].hits + 32)
      w_shelf_remove(shelf, k);
  }
  for (uint32_t k = 0; k < RECENT && k < site->finished; k++)
    if (s->infos[site->recent[k]].key != key && w_covers(s, site->recent[k]))
      return site->recent[k];
  return NO_NODE;
}

static const char same_state[] =
    "the program can come back here with nothing changed: the loop may never end";

/* Was less than this generalised here before, in vain? */
static bool is_bad(const struct site *site, uint32_t differs) {
  for (uint32_t k = 0; k < site->bad_count; k++)
    if (!(site->bad[k] & ~differs))
      return true;
  return false;
}

/* Tries a state that stands for more than the path's, in one of the ways. */
static enum next generalise(struct search *s, const struct site *site, const struct w_state *exact,
                            uint64_t key, enum way how, bool *entered) {
  uint32_t least = how == ALL ? OTHER_SHAPE : UINT32_MAX;
  uint32_t partners[PARTNERS], count = 0, differs = 0;
  uint32_t counts = s->q->flow.at[exact->pc].counts;
  const struct w_shelf *shelf = w_shelf_find(&s->shelves, (uint32_t)exact->pc, key);
  *entered = false;
  for (uint32_t k = 0; shelf && k < shelf->count && k < PARTNERS; k++) {
    uint32_t node = shelf->nodes[shelf->count - 1 - k];
    struct w_difference d;
    if (s->infos[node].dead)
      continue;
    /* another round of a loop is left alone: what counts the rounds must stay known */
    if (!w_differs(&s->q->target, exact, &s->a->nodes[node].st, least, counts | W_ANY_CALLER, &d) ||
        is_bad(site, d.where))
      continue;
    if (how != ALL) {
      least = d.distance;
      count = differs = 0;
    }
    partners[count++] = node;
    differs |= d.where;
  }
  if (!count || (how == ALL && count == 1))
    return GO_ON;
  struct w_state st, more;
  uint32_t wide = how == COVERING ? 0 : ~(counts | W_ANY_CALLER);
  if (!w_join(s->pool, exact, &s->a->nodes[partners[0]].st, wide, &st))
    return FAILED;
  for (uint32_t k = 1; k < count; k++) {
    bool made = w_join(s->pool, &st, &s->a->nodes[partners[k]].st, wide, &more);
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
  return w_enter(s, &st, true, how, differs);
}

/* The path's state is at a place where paths meet. `how`: the first way of generalising that was
 * not tried yet. */
static enum next meet(struct search *s, enum way how) {
  uint32_t pc = (uint32_t)s->st.pc;
  struct site *site = site_at(s, pc);
  bool done;
  if (!site)
    return FAILED;
  uint64_t key = round_key(s, &s->st);
  if (!how) {
    uint32_t cover = find_cover(s, site, key);
    if (cover != NO_NODE) {
      w_tell(s, W_EVENT_PRUNED, pc, cover, 0);
      return w_code_sub(s, cover) ? LEAF : FAILED;
    }
    if (s->pool->exhausted)
      return FAILED;
    enum next next = w_come_back(s, site, &done);
    if (done || next == FAILED)
      return next;
    for (uint32_t k = s->general_count; site->general && k-- > 0;) {
      const struct w_state *st = &s->a->nodes[s->stack[s->general[k]].node].st;
      if (st->pc == pc && !s->infos[s->stack[s->general[k]].node].loop &&
          w_subsume(s->pool, &s->q->target, &s->st, st, &s->sub)) {
        s->blame = k; /* it is too general: whatever counts the rounds is lost in it */
        return w_refused(s, W_LOOP, pc, same_state);
      }
    }
  }
  struct w_state exact;
  if (!w_normalise(s->pool, &s->q->flow, &s->names, &s->st, &exact))
    return FAILED;
  if (w_nrefs(&exact) != w_nrefs(&s->st)) { /* nothing points at it that is used again */
    struct w_why why;
    w_refuse_leak(&s->st, &exact, &why);
    w_state_free(s->pool, &exact);
    return w_refused(s, why.reason, pc, why.text);
  }
  uint64_t hash = w_state_hash(&exact);
  uint32_t twin = s->bucket_count ? s->buckets[hash & (s->bucket_count - 1)] : NO_NODE;
  for (; twin != NO_NODE; twin = s->infos[twin].hash_next)
    if (s->infos[twin].hash == hash && w_state_equal(&s->a->nodes[twin].st, &exact)) {
      w_state_free(s->pool, &exact);
      return w_refused(s, W_LOOP, pc, same_state);
    }
  for (; how < WAYS; how++) {
    if (site->failures[how] > 2 + 2 * site->successes[how] ||
        (how < ALL ? !w_loop_due(s, site) : site->finished <= CROWDED))
      continue;
    enum next next = how < ALL ? w_invent(s, site, &exact, how, &done)
                               : generalise(s, site, &exact, key, how, &done);
    if (done || next == FAILED) {
      w_state_free(s->pool, &exact);
      return next;
    }
  }
  if (!w_subsume(s->pool, &s->q->target, &s->st, &exact, &s->sub)) {
    w_state_free(s->pool, &exact);
    return s->pool->exhausted
               ? FAILED
               : w_refused(s, W_TOO_COMPLEX, pc, "a state cannot be compared with itself");
  }
  return w_enter(s, &exact, false, COVERING, 0);
}

/* Where a jump or the next slot leads, if an instruction starts there. */
static enum next arrive(struct search *s, uint32_t from) {
  int64_t to = s->st.pc;
  char text[160];
  s->from = from;
  if (to >= 0 && to < s->q->flow.count && s->q->insns[to].op != W_OP_NONE)
    return GO_ON;
  if (to >= 0 && to < s->q->flow.count)
    snprintf(text, sizeof text, "the jump leads into the middle of the 64-bit constant at %" PRId64,
             to - 1);
  else if (to == (int64_t)from + w_slots(&s->q->insns[from]))
    snprintf(text, sizeof text, "the program runs off its end here: an exit is missing");
  else
    snprintf(text, sizeof text,
             "the jump leads to %" PRId64 ", outside of the program (0 to %" PRIu32 ")", to,
             s->q->flow.count - 1);
  return w_refused(s, W_BAD_PC, from, text);
}

/* The next work after a path has ended. */
static enum next take_up(struct search *s, bool *complete) {
  *complete = false;
  while (s->height) {
    struct work *w = &s->stack[--s->height];
    if (w->kind == BRANCH) {
      s->node = w->node;
      s->depth = w->depth;
      s->taken = w->taken;
      s->from = w->from;
      s->a->trail_len = w->trail;
      if (!w->st && !w->packed.len)
        return code(s, W_CODE_DEAD) ? LEAF : FAILED;
      if (!resume(s, w))
        return FAILED;
      w_tell(s, W_EVENT_RESUMED, s->st.pc, s->node, 0);
      return decide(s, w->from, false) ? arrive(s, w->from) : FAILED;
    }
    int finished = finish(s, w->node);
    if (!finished) { /* back_track finds it as it was */
      s->height++;
      s->blame = s->general_count - 1;
      return w_refused(s, W_LOOP, (uint32_t)s->a->nodes[w->node].st.pc, same_state);
    }
    s->general_count -= w->general;
    drop_state(s, w);
    if (finished < 0)
      return FAILED;
  }
  *complete = true;
  return LEAF;
}

/* Back to where the general node to blame, or else the last one, was made; false: there is none. */
static bool back_track(struct search *s, enum way *how) {
  if (!s->general_count)
    return false;
  s->general_count = s->blame < s->general_count ? s->blame : s->general_count - 1;
  s->blame = UINT32_MAX;
  uint32_t to = s->general[s->general_count];
  w_state_free(s->pool, &s->st);
  for (;;) {
    struct work *w = &s->stack[--s->height];
    if (w->kind == FINISH)
      drop_node(s, w->node);
    if (s->height == to) {
      struct site *site = w_known_site(s, w->st->pc);
      w_tell(s, W_EVENT_GIVEN_UP, w->st->pc, w->node, w->how);
      site->failures[w->how]++;
      if (w->how == COVERING && site->bad_count < BAD_SETS)
        site->bad[site->bad_count++] = (uint16_t)w->differs;
      resume(s, w);
      s->node = w->owner;
      s->a->nodes[s->node].code.len = w->owner_len;
      s->depth = w->depth;
      s->from = w->from;
      s->a->trail_len = w->trail;
      s->steps = 0;
      *how = w->how + 1;
      return true;
    }
    drop_state(s, w);
  }
}

static enum next branch(struct search *s, const struct w_insn *i) {
  struct w_aval x = {0, 0}, y = {0, 0};
  bool free_choice = i->op == W_OP_MAYGOTO; /* either side may be */
  uint32_t pc = (uint32_t)s->st.pc;
  s->a->pc = pc;
  if (!free_choice && !w_a_operands(i, &s->st, &x, &y, &s->a->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (!code(s, W_CODE_BRANCH))
    return FAILED;
  /* only the facts of these two symbols change */
  struct w_fact fx = s->st.facts[x.sym], fy = s->st.facts[y.sym];
  bool falls = free_choice || w_refine(&s->st, i->width, i->cmp, false, x, y);
  struct w_fact gx = s->st.facts[x.sym], gy = s->st.facts[y.sym];
  s->st.facts[x.sym] = fx;
  s->st.facts[y.sym] = fy;
  bool taken = free_choice || w_refine(&s->st, i->width, i->cmp, true, x, y);
  int64_t target = (int64_t)pc + 1 + i->off;
  s->taken++;
  if (taken && falls) {
    struct work *w = push_work(s);
    if (!w)
      return FAILED;
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth;
    w->taken = s->taken;
    w->from = pc;
    w->trail = s->a->trail_len;
    if (!(w->st = w_resize(s->pool, NULL, 0, sizeof *w->st)))
      return FAILED;
    if (!w_state_copy(s->pool, w->st, &s->st))
      return FAILED;
    w->st->pc = (int64_t)pc + 1;
    w->st->facts[x.sym] = gx;
    w->st->facts[y.sym] = gy;
    s->depth++;
    s->st.pc = target;
    return decide(s, pc, true) ? arrive(s, pc) : FAILED;
  }
  if (taken) {
    /* The side that falls through comes last: it is written when this one is complete. */
    struct work *w = push_work(s);
    if (!w)
      return FAILED;
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth;
    w->trail = s->a->trail_len;
    s->depth++;
    s->st.pc = target;
    return decide(s, pc, true) ? arrive(s, pc) : FAILED;
  }
  if (!code(s, W_CODE_DEAD))
    return FAILED;
  if (!falls)
    return code(s, W_CODE_DEAD) ? LEAF : FAILED;
  s->st.facts[x.sym] = gx;
  s->st.facts[y.sym] = gy;
  s->st.pc = (int64_t)pc + 1;
  return decide(s, pc, false) ? arrive(s, pc) : FAILED;
}

static enum next step(struct search *s) {
  uint32_t pc = (uint32_t)s->st.pc;
  const struct w_insn *i = &s->q->insns[pc];
  struct w_effects effects;
  if (++s->a->visited > s->q->max_visited) {
    char text[200];
    snprintf(text, sizeof text,
             "processed more than %" PRIu64 " instructions (the limit) without reaching the end: "
             "simplify the program, or raise the limit",
             s->q->max_visited);
    s->a->visited = s->q->max_visited;
    return w_refused(s, W_TOO_COMPLEX, pc, text);
  }
  w_tell(s, W_EVENT_STEP, pc, s->node, 0);
  if (i->op == W_OP_JMP || i->op == W_OP_MAYGOTO)
    return branch(s, i);
  s->a->pc = pc;
  int64_t code_at = (int64_t)pc + 1 + i->off;
  if (i->op == W_OP_LDCODE &&
      (code_at < 0 || code_at >= s->q->flow.count || s->q->insns[code_at].op == W_OP_NONE))
    return w_refused(s, W_INVALID_INSTRUCTION, pc, "no instruction starts at the address of code");
  if (i->op == W_OP_EXIT && !s->st.depth) {
    if (!w_a_exit(&s->q->target, &s->st, &s->a->why))
      return REFUSED;
    return code(s, W_CODE_EXIT) ? LEAF : FAILED;
  }
  uint64_t before[W_STACK_WORDS];
  bool both =
      i->op == W_OP_ATOMIC || i->op == W_OP_CALL || i->op == W_OP_CALLX; /* read, then write */
  for (uint32_t k = 0; both && k < w_words(&s->st); k++)
    before[k] = *w_word(&s->st, k);
  if (!w_a_exec(s->pool, &s->q->target, i, &s->st, &effects, &s->a->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (effects.count && !code_effects(s, &effects, both ? before : NULL))
    return FAILED;
  for (uint32_t k = 0; k < effects.count; k++)
    s->a->undefined[pc] |= effects.e[k].undefined;
  if (s->room.depth < s->st.depth)
    s->room.depth = s->st.depth;
  s->steps++;
  s->taken++;
  return arrive(s, pc);
}

static bool time_for_node(const struct search *s) {
  if (!s->taken)
    return false;
  uint32_t top = s->site_of[s->st.pc] ? w_known_site(s, s->st.pc)->top : 0;
  if (top && s->infos[top - 1].loop && s->from >= s->st.pc)
    return true; /* once round */
  /* Back at the start of a short loop, and no one was here in this round: go on, there would be
   * nothing but nodes. */
  /* since the last node here: those of loops inside of the round do not count */
  uint64_t round = top ? s->a->visited - s->infos[top - 1].made : SHORT_ROUND;
  if (s->q->flow.at[s->st.pc].join &&
      !(s->from >= s->st.pc && round < SHORT_ROUND && !known_round(s)))
    return true;
  return s->st.next >= s->a->nodes[s->node].st.next + FRESH_SYMBOLS || s->depth >= NESTED_BRANCHES;
}

static enum w_outcome search(struct search *s) {
  bool complete = false;
  size_t slots = s->q->flow.count;
  s->site_of = w_resize(s->pool, NULL, 0, slots * sizeof *s->site_of);
  s->a->undefined = w_resize(s->pool, NULL, 0, slots);
  if (!s->site_of || !s->a->undefined)
    return W_NO_MEMORY;
  memset(s->site_of, 0, slots * sizeof *s->site_of);
  memset(s->a->undefined, 0, slots);
  struct work *w;
  if (new_node(s) == NO_NODE || !w_a_init(s->pool, &s->a->nodes[0].st) ||
      !w_state_copy(s->pool, &s->st, &s->a->nodes[0].st) || !(w = push_work(s)))
    return W_NO_MEMORY;
  w->kind = FINISH;
  s->blame = UINT32_MAX;
  enum way how = 0;
  bool again = false; /* back at a place where paths meet, after a general state failed there */
  for (;;) {
    enum next next = again || time_for_node(s) ? meet(s, how) : step(s);
    bool spent = false;
    again = false;
    how = 0;
    if (next == GO_ON && s->general_count &&
        s->a->visited > s->stack[s->general[s->general_count - 1]].visited_max) {
      w_tell(s, W_EVENT_SPENT, s->st.pc, s->node, 0);
      spent = true;
      next = REFUSED;
    }
    if (next == LEAF) {
      w_state_free(s->pool, &s->st);
      do {
        next = take_up(s, &complete);
        if (complete)
          return W_FOUND;
      } while (next == LEAF);
    }
    if (next == FAILED)
      return W_NO_MEMORY;
    if (next == REFUSED) {
      if (!spent)
        w_tell(s, W_EVENT_REFUSED, s->a->pc, s->node, 0);
      if ((s->a->why.reason == W_TOO_COMPLEX && s->a->visited >= s->q->max_visited) ||
          !back_track(s, &how))
        return W_REFUSED;
      again = true;
    }
  }
}

enum w_outcome w_search(const struct w_question *question, struct w_answer *answer) {
  struct w_pool *pool = question->pool;
  struct search s = {.q = question, .a = answer, .pool = pool};
  memset(answer, 0, sizeof *answer);
  enum w_outcome outcome = search(&s);
  answer->st = s.st;
  for (uint32_t k = 0; k < s.height; k++)
    drop_state(&s, &s.stack[k]);
  w_shelves_free(pool, &s.shelves);
  w_room_free(pool, &s.room);
  w_pricing_free(pool, &s.pricing);
  for (uint32_t k = 0; k < s.site_count; k++)
    w_state_free(pool, &s.sites[k].miss);
  w_release(pool, s.order, s.order_cap * sizeof *s.order);
  w_names_free(pool, &s.names);
  w_subst_free(pool, &s.sub);
  w_release(pool, s.site_of, question->flow.count * sizeof *s.site_of);
  w_release(pool, s.sites, s.site_cap * sizeof *s.sites);
  w_release(pool, s.infos, s.info_cap * sizeof *s.infos);
  w_release(pool, s.buckets, s.bucket_count * sizeof *s.buckets);
  w_release(pool, s.stack, s.stack_cap * sizeof *s.stack);
  answer->trail_cap = s.trail_cap;
  w_release(pool, s.general, s.general_cap * sizeof *s.general);
  return outcome;
}

void w_answer_free(const struct w_question *question, struct w_answer *answer) {
  struct w_pool *pool = question->pool;
  w_state_free(pool, &answer->st);
  for (uint32_t k = 0; k < answer->count; k++) {
    w_state_free(pool, &answer->nodes[k].st);
    w_buf_free(pool, &answer->nodes[k].code);
    w_release(pool, answer->nodes[k].terms, answer->nodes[k].term_cap * sizeof(struct w_term));
  }
  w_release(pool, answer->nodes, answer->cap * sizeof *answer->nodes);
  w_release(pool, answer->undefined, question->flow.count);
  w_release(pool, answer->trail, answer->trail_cap * sizeof *answer->trail);
  memset(answer, 0, sizeof *answer);
}
