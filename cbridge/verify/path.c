/* What goes on along a path: the code of the derivation is written, nodes are entered, finished or
 * taken back, and work is left for later. Which path, and where it gets a node, is decided in
 * search.c and invariant.c. */
#include "verify/path.h"

#include <stdio.h>
#include <string.h>

enum {
  UNPACKED = 256, /* on the stack: what is further down keeps its state as bytes */
};

/* --- Trace ----------------------------------------------------------------------------------- */

static const char *const way_words[WAYS] = {
    "like the invariant that it had before",
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

enum next w_refused(struct search *s, enum w_reason reason, uint32_t pc, const char *text) {
  s->a->why.reason = reason;
  snprintf(s->a->why.text, sizeof s->a->why.text, "%s", text);
  s->a->pc = pc;
  return REFUSED;
}

/* --- Code ------------------------------------------------------------------------------------ */

bool w_decide(struct search *s, uint32_t pc, bool taken) {
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
bool w_code(struct search *s, int tag) { return flush_steps(s) && code_u(s, (uint64_t)tag); }

bool w_code_sub(struct search *s, uint32_t node) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < s->sub.n; k++)
    n += s->sub.set[k];
  if (!w_code(s, W_CODE_SUB) || !code_u(s, node) || !code_u(s, n))
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

bool w_code_effects(struct search *s, const struct w_effects *effects, const uint64_t *before) {
  for (uint32_t k = 0; k < effects->count; k++) {
    const struct w_effect *e = &effects->e[k];
    int32_t end = e->off + e->n;
    if (e->kind != W_READ) {
      static const uint8_t tags[] = {[W_READ_SLOT] = W_CODE_SLOT,
                                     [W_WRITE] = W_CODE_WRITE,
                                     [W_AWAIT] = W_CODE_AWAIT,
                                     [W_SETTLE] = W_CODE_SETTLE};
      if (!w_code(s, tags[e->kind]) || !code_u(s, (uint64_t)(e->off + W_STACK_TOTAL)) ||
          (e->kind != W_READ_SLOT && !code_u(s, e->n)))
        return false;
      continue;
    }
    for (int32_t at = e->off; at < end;) {
      int32_t from = at;
      while (at < end && (before ? w_bit(before, at) : w_written(&s->st, at)))
        at++;
      if (at > from && (!w_code(s, W_CODE_READ) || !code_u(s, (uint64_t)(from + W_STACK_TOTAL)) ||
                        !code_u(s, (uint64_t)(at - from))))
        return false;
      while (at < end && !(before ? w_bit(before, at) : w_written(&s->st, at)))
        at++;
    }
  }
  return true;
}

/* --- What is left for later ------------------------------------------------------------------ */

void w_drop_state(struct search *s, struct work *w) {
  if (w->st) {
    w_state_free(s->pool, w->st);
    w_release(s->pool, w->st, sizeof *w->st);
    w->st = NULL;
  }
  w_buf_free(s->pool, &w->packed);
}

/* The state as bytes: as a certificate has it; then what facts have for messages alone. */
static bool pack(struct search *s, struct work *w) {
  struct w_buf packed = {0};
  bool good = w_forget(s->pool, &s->room, w->st) && w_state_write(s->pool, w->st, &packed);
  for (uint32_t k = 0; good && k < w->st->next; k++) {
    const struct w_fact *f = &w->st->facts[k];
    if (f->kind != W_FNONE)
      good = w_put_u(s->pool, &packed,
                     (uint64_t)f->which << 3 | f->gone << 2 | f->stale << 1 | f->moved);
  }
  w_drop_state(s, w);
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

bool w_resume(struct search *s, struct work *w) {
  bool good = true;
  if (w->st) {
    s->st = *w->st;
    w_release(s->pool, w->st, sizeof *w->st);
    w->st = NULL;
  } else {
    memset(&s->st, 0, sizeof s->st);
    good = unpack(s, &w->packed, &s->st);
  }
  w_drop_state(s, w);
  return good;
}

struct work *w_push_work(struct search *s) {
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

/* --- Nodes ----------------------------------------------------------------------------------- */

uint32_t w_new_node(struct search *s) {
  if (!w_reserve(s->pool, (void **)&s->a->nodes, &s->a->cap, s->a->count + 1,
                 sizeof *s->a->nodes) ||
      !w_reserve(s->pool, (void **)&s->infos, &s->info_cap, s->a->count + 1, sizeof *s->infos))
    return NO_NODE;
  memset(&s->a->nodes[s->a->count], 0, sizeof *s->a->nodes);
  memset(&s->infos[s->a->count], 0, sizeof *s->infos);
  return s->a->count++;
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

struct site *w_site_at(struct search *s, uint32_t pc) {
  if (s->site_of[pc])
    return w_known_site(s, pc);
  if (!w_reserve(s->pool, (void **)&s->sites, &s->site_cap, s->site_count + 1, sizeof *s->sites))
    return NULL;
  memset(&s->sites[s->site_count], 0, sizeof *s->sites);
  s->site_of[pc] = ++s->site_count;
  return w_known_site(s, pc);
}

uint64_t w_shelf_key(const struct search *s, const struct w_state *st) {
  const struct w_flow *flow = &s->q->flow;
  uint64_t key = w_round_key(st, flow->at[st->pc].counts & flow->at[st->pc].value), c;
  for (uint32_t k = 0; k < st->depth; k++) { /* and the loops that callers are in */
    const struct w_frame *f = &st->frames[k];
    uint16_t counts =
        f->pc < flow->count ? f->defined & flow->at[f->pc].counts & flow->at[f->pc].value : 0;
    for (int r = 6; r < W_VALUES; r++)
      if (counts >> r & 1 && w_const_of(st, f->regs[r], &c))
        key = (key ^ c ^ (uint64_t)(k << 4 | (unsigned)r) << 56) * UINT64_C(0x9e3779b97f4a7c15) + 1;
  }
  return key;
}

bool w_covers(struct search *s, uint32_t node) {
  s->a->compared++;
  bool found = !s->infos[node].dead &&
               w_subsume(s->pool, &s->q->target, &s->st, &s->a->nodes[node].st, &s->sub);
  if (found)
    s->infos[node].hits++;
  return found;
}

bool w_another_round(const struct search *s, const struct site *site) {
  if (!site->top || !w_jumped_back(s))
    return false;
  for (uint32_t k = s->height; k-- > 0;) {
    const struct work *w = &s->stack[k];
    if (w->kind != FINISH)
      continue;
    if (w->node == site->top - 1)
      return s->a->nodes[w->node].st.depth == s->st.depth;
    const struct w_state *st = &s->a->nodes[w->node].st;
    if (st->depth < s->st.depth ||
        (st->depth == s->st.depth &&
         !w_in_loop(&s->q->flow, (uint32_t)st->pc, s->q->flow.at[s->st.pc].loop)))
      return false;
  }
  return false;
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
  uint32_t node = w_new_node(s);
  if (node == NO_NODE) {
    w_state_free(s->pool, st);
    return FAILED;
  }
  s->a->nodes[node].st = *st; /* owned by the node from here on */
  struct search_node *info = &s->infos[node];
  info->general = general;
  info->how = (uint8_t)how;
  info->key = w_shelf_key(s, st);
  info->loop = general && how < ALL;
  info->order = s->order_count;
  info->made = s->a->visited;
  struct site *site = w_known_site(s, st->pc);
  bool again = w_another_round(s, site);
  info->prev = site->top;
  info->rounds = again && !s->infos[site->top - 1].loop ? s->infos[site->top - 1].rounds + 1 : 0;
  info->first =
      info->rounds && !s->infos[info->prev - 1].general ? s->infos[info->prev - 1].first : node;
  site->top = node + 1;
  if (general) {
    uint32_t *last = info->loop ? &site->loop : &site->broad;
    info->on_path = true;
    info->outer = *last;
    info->place = s->general_count;
    *last = node + 1;
  } else {
    info->hash = w_state_hash(st);
    if (!hash_path(s, node))
      return FAILED;
  }
  if (!w_code_sub(s, node))
    return FAILED;
  struct work *w = w_push_work(s);
  if (!w)
    return FAILED;
  *w = work;
  w->node = node;
  if (general || (s->q->flow.at[st->pc].head && !again)) {
    if (!(w->st = w_resize(s->pool, NULL, 0, sizeof *w->st)))
      return FAILED;
    *w->st = s->st;
    memset(&s->st, 0, sizeof s->st);
  }
  if (general) {
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

static void leave_path(struct search *s, uint32_t node) {
  struct search_node *info = &s->infos[node];
  if (!info->on_path)
    return;
  info->on_path = false;
  struct site *site = w_known_site(s, s->a->nodes[node].st.pc);
  site->top = info->prev;
  if (info->general) {
    *(info->loop ? &site->loop : &site->broad) = info->outer;
    return;
  }
  uint32_t *link = &s->buckets[info->hash & (s->bucket_count - 1)];
  while (*link != node)
    link = &s->infos[*link].hash_next;
  *link = info->hash_next;
}

/* Where the derivation of a node ends in another one, from *at on: that node; NO_NODE: nowhere. */
static uint32_t next_end(const struct w_buf *code, size_t *at) {
  while (*at < code->len) {
    size_t start = *at;
    if (w_code_next(code, at) == W_CODE_SUB) {
      start++;
      return (uint32_t)w_next_u(code, &start);
    }
  }
  return NO_NODE;
}

static bool ends_in_dead(const struct search *s, uint32_t node) {
  size_t at = 0;
  for (uint32_t to; (to = next_end(&s->a->nodes[node].code, &at)) != NO_NODE;)
    if (s->infos[to].dead)
      return true;
  return false;
}

/* A loop's head is gone: what ends in it, or in what does, is no derivation any more. */
static void bury(struct search *s, uint32_t head) {
  bool more = true;
  s->infos[head].dead = true;
  while (more) {
    more = false;
    for (uint32_t k = s->infos[head].order; k < s->order_count; k++) {
      struct search_node *info = &s->infos[s->order[k]];
      if (!info->dead && ends_in_dead(s, s->order[k]))
        info->dead = more = true;
    }
  }
}

void w_drop_node(struct search *s, uint32_t node) {
  leave_path(s, node);
  if (s->infos[node].loop || s->infos[node].closes)
    bury(s, node);
  w_state_free(s->pool, &s->a->nodes[node].st);
  w_buf_free(s->pool, &s->a->nodes[node].code);
}

int w_finish(struct search *s, uint32_t node) {
  leave_path(s, node);
  if (!w_weaken(s->pool, &s->room, s->a->nodes, node))
    return -1;
  struct search_node *info = &s->infos[node];
  if ((info->loop || info->closes) && info->hits) {
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

/* Does the derivation of `node` end in heads of loops on the path, from `to` on the stack, by
 * whatever way? 1: it does; -1: out of memory. */
static int stands_on(struct search *s, uint32_t node, uint32_t to) {
  uint32_t count = s->a->count, n = 1;
  uint32_t *todo = w_resize(s->pool, NULL, 0, count * sizeof *todo);
  uint8_t *seen = w_resize(s->pool, NULL, 0, count);
  int found = todo && seen ? 0 : -1;
  if (!found) {
    memset(seen, 0, count);
    for (uint32_t k = to; k < s->height; k++) {
      const struct work *w = &s->stack[k];
      if (w->kind == FINISH && (s->infos[w->node].loop || s->infos[w->node].closes))
        seen[w->node] = 2;
    }
    todo[0] = node;
  }
  while (!found && n) {
    const struct w_buf *code = &s->a->nodes[todo[--n]].code;
    size_t at = 0;
    for (uint32_t end; (end = next_end(code, &at)) != NO_NODE;) {
      found |= seen[end] == 2;
      if (!seen[end] && !s->infos[end].on_path)
        todo[n++] = end;
      seen[end] |= 1;
    }
  }
  w_release(s->pool, todo, count * sizeof *todo);
  w_release(s->pool, seen, count);
  return found;
}

bool w_skip_rounds(struct search *s, uint32_t node) {
  const struct search_node *info = &s->infos[node];
  if (!info->loop || !info->hits || !info->rounds)
    return true;
  uint32_t first = s->infos[info->prev - 1].first, to = s->height;
  while (to-- > 0 && !(s->stack[to].kind == FINISH && s->stack[to].node == first))
    continue;
  if (to >= s->height || !s->stack[to].st)
    return true;
  int stands = stands_on(s, node, to);
  if (stands)
    return stands > 0;
  if (!w_subsume(s->pool, &s->q->target, s->stack[to].st, &s->a->nodes[node].st, &s->sub))
    return !s->pool->exhausted;
  uint32_t owner = s->stack[to].owner;
  s->node = owner;
  s->a->nodes[owner].code.len = s->stack[to].owner_len;
  s->steps = 0;
  w_resume(s, &s->stack[to]);
  while (s->height > to) {
    struct work *w = &s->stack[--s->height];
    if (w->kind == FINISH)
      w_drop_node(s, w->node);
    s->general_count -= w->general;
    w_drop_state(s, w);
  }
  bool written = w_code_sub(s, node);
  w_state_free(s->pool, &s->st);
  return written;
}
