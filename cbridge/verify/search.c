/* Paths are followed one after the other; where paths meet, the state becomes a node, and a later
 * path that a finished node covers ends there. What the derivation of a finished node never looked
 * at is dropped from its state, so that it covers more. Where nodes pile up, a more general state
 * is tried, and given up when something is refused under it. */
#define _POSIX_C_SOURCE 200809L
#include "verify/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "verify/invariant.h"
#include "verify/path.h"

enum {
  FRESH_SYMBOLS = 64, /* a node is made after so many, lest states grow */
  NESTED_BRANCHES = 1000,
  TIMED = 256,      /* states, until the clock is asked again */
  SHORT_ROUND = 32, /* steps: a loop whose round is shorter gets a node every few rounds */
  CROWDED = 4,      /* finished nodes at one place before a general one is tried */
  PARTNERS = 16,    /* finished nodes looked at for the one to generalise with */
  OTHER_SHAPE = 8,  /* as far from each other as a pointer and a number */
};

/* Was a node finished here, in the same round of a loop? */
static bool known_round(const struct search *s) {
  return w_shelf_find(&s->shelves, (uint32_t)s->st.pc, w_shelf_key(s, &s->st)) != NULL;
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
    s->a->compared++;
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

/* Does something that the search need not find count the rounds of a loop here? */
static bool counted_anyway(const struct search *s) {
  uint64_t c;
  return s->q->flow.at[s->st.pc].counts >> W_ROUNDS & 1 && s->st.defined >> W_ROUNDS & 1 &&
         !w_const_of(&s->st, s->st.regs[W_ROUNDS], &c);
}

/* The path is back in `node`, which covers its state as it is: the node is the head of a loop that
 * the rounds of may_goto count. */
static enum next close_at(struct search *s, uint32_t node) {
  if (!w_covers(s, node))
    return s->pool->exhausted ? FAILED : w_refused(s, W_LOOP, (uint32_t)s->st.pc, same_state);
  s->infos[node].closes = true;
  w_tell(s, W_EVENT_BACK, s->st.pc, node, s->infos[node].how);
  return w_code_sub(s, node) ? LEAF : FAILED;
}

/* The path's state is at a place where paths meet. `how`: the first way of generalising that was
 * not tried yet. */
static enum next meet(struct search *s, enum way how) {
  uint32_t pc = (uint32_t)s->st.pc;
  struct site *site = w_site_at(s, pc);
  bool done;
  if (!site)
    return FAILED;
  uint64_t key = w_shelf_key(s, &s->st);
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
    uint32_t k = site->broad;
    for (uint32_t n = 0; k && n < ENCLOSING; n++, k = s->infos[k - 1].outer)
      if (w_covers(s, k - 1)) {
        if (counted_anyway(s))
          return close_at(s, k - 1);
        /* it is too general: whatever counts the rounds is lost in it */
        s->blame = s->infos[k - 1].place;
        return w_refused(s, W_LOOP, pc, same_state);
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
  /* what was there before the last invariant was tried says nothing about the rounds in it */
  uint32_t since = s->general_count ? s->stack[s->general[s->general_count - 1]].node : 0;
  for (; twin != NO_NODE; twin = s->infos[twin].hash_next) {
    s->a->compared++;
    if (twin >= since && s->infos[twin].hash == hash &&
        w_state_equal(&s->a->nodes[twin].st, &exact)) {
      w_state_free(s->pool, &exact);
      return counted_anyway(s) ? close_at(s, twin) : w_refused(s, W_LOOP, pc, same_state);
    }
  }
  for (; how < WAYS; how++) {
    if (site->failures[how] > 2 + 2 * site->successes[how] ||
        (how < ALL ? !w_loop_due(s, site, how) : site->finished <= CROWDED))
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

/* A side of the branch at pc: the path goes on in its state. */
static enum next go(struct search *s, uint32_t pc, bool taken) {
  struct w_effects effects = {.count = 0};
  w_a_settle(&s->st, &effects);
  return w_code_effects(s, &effects, NULL) && w_decide(s, pc, taken) ? arrive(s, pc) : FAILED;
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
        return w_code(s, W_CODE_DEAD) ? LEAF : FAILED;
      if (!w_resume(s, w))
        return FAILED;
      w_tell(s, W_EVENT_RESUMED, s->st.pc, s->node, 0);
      return go(s, w->from, false);
    }
    uint32_t done = w->node;
    int finished = w_finish(s, done);
    if (!finished) { /* back_track finds it as it was */
      s->height++;
      s->blame = s->general_count - 1;
      return w_refused(s, W_LOOP, (uint32_t)s->a->nodes[w->node].st.pc, same_state);
    }
    s->general_count -= w->general;
    w_drop_state(s, w);
    if (finished < 0 || !w_skip_rounds(s, done))
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
      w_drop_node(s, w->node);
    if (s->height == to) {
      struct site *site = w_known_site(s, w->st->pc);
      w_tell(s, W_EVENT_GIVEN_UP, w->st->pc, w->node, w->how);
      site->failures[w->how]++;
      if (w->how == COVERING && site->bad_count < BAD_SETS)
        site->bad[site->bad_count++] = (uint16_t)w->differs;
      w_resume(s, w);
      s->node = w->owner;
      s->a->nodes[s->node].code.len = w->owner_len;
      s->depth = w->depth;
      s->from = w->from;
      s->a->trail_len = w->trail;
      s->steps = 0;
      *how = w->how + 1;
      return true;
    }
    w_drop_state(s, w);
  }
}

static enum next branch(struct search *s, const struct w_insn *i) {
  struct w_aval x, y;
  uint32_t pc = (uint32_t)s->st.pc;
  s->a->pc = pc;
  if (!w_a_operands(i, &s->st, &x, &y, &s->a->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (!w_code(s, W_CODE_BRANCH))
    return FAILED;
  /* only the facts of these two symbols change */
  struct w_fact fx = s->st.facts[x.sym], fy = s->st.facts[y.sym];
  bool falls = w_a_side(&s->q->target, &s->st, i, false, x, y);
  struct w_fact gx = s->st.facts[x.sym], gy = s->st.facts[y.sym];
  s->st.facts[x.sym] = fx;
  s->st.facts[y.sym] = fy;
  bool taken = w_a_side(&s->q->target, &s->st, i, true, x, y);
  int64_t target = (int64_t)pc + 1 + i->off;
  s->taken++;
  if (taken && falls) {
    struct work *w = w_push_work(s);
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
    w_a_spend(w->st, i);
    s->depth++;
    s->st.pc = target;
    return go(s, pc, true);
  }
  if (taken) {
    /* The side that falls through comes last: it is written when this one is complete. */
    struct work *w = w_push_work(s);
    if (!w)
      return FAILED;
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth;
    w->trail = s->a->trail_len;
    s->depth++;
    s->st.pc = target;
    return go(s, pc, true);
  }
  if (!w_code(s, W_CODE_DEAD))
    return FAILED;
  if (!falls)
    return w_code(s, W_CODE_DEAD) ? LEAF : FAILED;
  s->st.facts[x.sym] = gx;
  s->st.facts[y.sym] = gy;
  w_a_spend(&s->st, i);
  s->st.pc = (int64_t)pc + 1;
  return go(s, pc, false);
}

/* A callback may run or not: at the helper's call, and at the callback's end. */
static enum next fork_path(struct search *s, const struct w_insn *i) {
  uint32_t pc = (uint32_t)s->st.pc;
  struct w_effects effects;
  struct w_sides sides;
  s->a->pc = pc;
  if (!w_a_fork(s->pool, &s->q->target, i, &s->st, &sides, &effects, &s->a->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (s->room.depth < s->st.depth)
    s->room.depth = s->st.depth;
  bool good = w_code_effects(s, &effects, NULL) && w_code(s, W_CODE_BRANCH);
  s->taken++;
  if (good && !sides.taken) {
    w_state_free(s->pool, &s->st);
    s->st = sides.fall;
    return w_code(s, W_CODE_DEAD) ? go(s, pc, false) : FAILED;
  }
  struct work *w = good ? w_push_work(s) : NULL;
  if (w) {
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth++;
    w->taken = s->taken;
    w->from = pc;
    w->trail = s->a->trail_len;
    if (sides.falls && (w->st = w_resize(s->pool, NULL, 0, sizeof *w->st)))
      *w->st = sides.fall;
  }
  if (!w || (sides.falls && !w->st)) {
    w_state_free(s->pool, &sides.fall);
    return FAILED;
  }
  enum next next = go(s, pc, true);
  /* where the callback is, for whoever follows the decisions */
  if (next == GO_ON && i->op == W_OP_CALL && !w_decide(s, (uint32_t)s->st.pc, true))
    return FAILED;
  return next;
}

static enum next step(struct search *s) {
  uint32_t pc = (uint32_t)s->st.pc;
  const struct w_insn *i = &s->q->insns[pc];
  struct w_effects effects;
  if (++s->a->visited > s->q->max_visited) {
    char text[200];
    snprintf(text, sizeof text,
             "processed more than %" PRIu64 " instructions (the limit) without reaching the end: "
             "simplify the program, or raise the limit (--limit)",
             s->q->max_visited);
    s->a->visited = s->q->max_visited;
    return w_refused(s, W_TOO_COMPLEX, pc, text);
  }
  w_tell(s, W_EVENT_STEP, pc, s->node, 0);
  if (i->op == W_OP_JMP || i->op == W_OP_MAYGOTO)
    return branch(s, i);
  if (w_forks(i, &s->st))
    return fork_path(s, i);
  s->a->pc = pc;
  int64_t code_at = (int64_t)pc + 1 + i->off;
  if (i->op == W_OP_LDCODE &&
      (code_at < 0 || code_at >= s->q->flow.count || s->q->insns[code_at].op == W_OP_NONE))
    return w_refused(s, W_INVALID_INSTRUCTION, pc, "no instruction starts at the address of code");
  if (i->op == W_OP_EXIT && !s->st.depth) {
    if (!w_a_exit(&s->q->target, &s->st, &s->a->why))
      return REFUSED;
    return w_code(s, W_CODE_EXIT) ? LEAF : FAILED;
  }
  uint64_t before[W_STACK_WORDS];
  bool both = i->op == W_OP_ATOMIC || i->op == W_OP_CALL || i->op == W_OP_CALLKERNEL ||
              i->op == W_OP_CALLX; /* read, then write */
  for (uint32_t k = 0; both && k < w_words(&s->st); k++)
    before[k] = *w_word(&s->st, k);
  if (!w_a_exec(s->pool, &s->q->target, i, &s->st, &effects, &s->a->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (effects.count && !w_code_effects(s, &effects, both ? before : NULL))
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
  bool back = w_jumped_back(s);
  if (top && back && (s->infos[top - 1].loop || w_seems_long(s, top - 1)) &&
      w_another_round(s, w_known_site(s, s->st.pc)))
    return true; /* once round */
  /* Back at the start of a short loop, and no one was here in this round: go on, there would be
   * nothing but nodes. */
  /* since the last node here: those of loops inside of the round do not count */
  uint64_t round = top ? s->a->visited - s->infos[top - 1].made : SHORT_ROUND;
  if (s->q->flow.at[s->st.pc].join &&
      !((s->q->flow.at[s->st.pc].head ? back : s->from >= s->st.pc) && round < SHORT_ROUND &&
        !known_round(s)))
    return true;
  return s->st.next >= s->a->nodes[s->node].st.next + FRESH_SYMBOLS || s->depth >= NESTED_BRANCHES;
}

uint64_t w_processor_time(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now))
    return 0;
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
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
  if (w_new_node(s) == NO_NODE || !w_a_init(s->pool, &s->a->nodes[0].st) ||
      !w_state_copy(s->pool, &s->st, &s->a->nodes[0].st) || !(w = w_push_work(s)))
    return W_NO_MEMORY;
  w->kind = FINISH;
  s->blame = UINT32_MAX;
  enum way how = 0;
  bool again = false; /* back at a place where paths meet, after a general state failed there */
  for (uint32_t round = 0;; round++) {
    if (round % TIMED == 0 && s->q->deadline_ns != UINT64_MAX &&
        w_processor_time() > s->q->deadline_ns)
      return W_NO_TIME;
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
      bool over = s->a->why.reason == W_TOO_COMPLEX && s->a->visited >= s->q->max_visited;
      if (over && !s->q->visited_refuses)
        return W_TOO_LONG;
      if (over || !back_track(s, &how))
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
    w_drop_state(&s, &s.stack[k]);
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
