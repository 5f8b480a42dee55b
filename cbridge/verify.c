/* The search. Paths are followed one after the other; where paths meet, the state becomes a node, and a later
 * path that a finished node covers ends there. What the derivation of a finished node never looked at is dropped
 * from its state, so that it covers more. Where nodes pile up at one place, a more general state is tried, and
 * given up when something is refused under it. */
#define _POSIX_C_SOURCE 200809L
#include "verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cert.h"
#include "error.h"
#include "prune.h"

enum {
  FRESH_SYMBOLS = 64,   /* a node is made after so many, lest states grow */
  NESTED_BRANCHES = 1000,
  CROWDED = 4,          /* finished nodes at one place before a general one is tried */
  PARTNERS = 16,        /* finished nodes looked at for the one to generalise with */
  OTHER_SHAPE = 8,      /* as far from each other as a pointer and a number */
  BAD_SETS = 8,
  MAX_WARNINGS = 100,
};
#define NO_NODE UINT32_MAX

const char *const *warrant_reasons(size_t *n) {
  static const char *const words[W_REASONS] = {
      "bad-pc",         "undefined-register", "out-of-bounds",       "read-only",
      "bad-context-access", "undefined-stack", "bad-helper-argument", "unknown-helper",
      "null-pointer",   "invalid-pointer",    "frame-pointer-write", "bad-return",
      "leaked-reference", "loop",             "too-complex",         "invalid-instruction",
  };
  *n = W_REASONS;
  return words;
}

/* Ways to generalise, in the order tried: to what covers all nodes of the same shape, any number where they differ; the
 * same with the nearest node alone; and with no more numbers than the two have. */
enum way { ALL, WIDE, COVERING, WAYS };

/* A node, and what the search knows of it beside the derivation. */
struct search_node {
  uint64_t hash;     /* of the exact state, while it is on the path */
  uint32_t hash_next; /* the next node on the path in the same bucket */
  uint32_t hits, misses;
  bool on_path, general;
  uint8_t how; /* general: enum way */
};

/* A place in the program where nodes are. */
struct site {
  uint32_t *done; /* owned; finished nodes worth trying, oldest first */
  uint32_t count, cap;
  uint32_t failures[WAYS], successes[WAYS]; /* of general nodes */
  uint16_t bad[BAD_SETS];       /* what was generalised when it failed: a bit a register, as w_differs has it */
  uint32_t bad_count;
  uint32_t general;             /* general nodes on the path */
};

/* What is still to be done, last first. */
struct work {
  enum { BRANCH, FINISH } kind;
  uint32_t node;      /* BRANCH: whose derivation goes on; FINISH: which one is complete when this is reached */
  uint32_t depth;     /* branches that the derivation is inside of */
  struct w_state st;  /* owned; BRANCH: where it goes on. FINISH of a general node: what it was made from */
  bool general;       /* FINISH */
  enum way how;
  uint32_t differs;          /* general: what was generalised */
  uint32_t owner, owner_len; /* general: the node that ends in this one, and its derivation before that */
  uint64_t visited_max;      /* general: give up then */
};

struct search {
  struct w_pool *pool;
  const struct warrant_program *program;
  struct w_target target;
  struct w_insn *insns; /* owned */
  struct w_flow flow;
  struct site *sites; /* owned; by slot */

  struct w_node *nodes; /* owned; nodes[0] is the root */
  struct search_node *infos; /* owned */
  uint32_t count, node_cap, info_cap;
  uint32_t *buckets; /* owned; exact nodes on the path by hash */
  uint32_t bucket_count;

  struct work *stack; /* owned */
  uint32_t height, stack_cap;
  uint32_t *general; /* owned; positions in the stack of general nodes on the path */
  uint32_t general_count, general_cap;
  uint32_t blame; /* after a refusal: how many of them may stay */

  struct w_state st; /* the path being followed */
  uint32_t node;     /* whose derivation it belongs to */
  uint32_t depth;
  uint64_t steps;    /* since the last code written */
  bool at_start;     /* no step was taken since the node */

  struct w_subst sub;
  struct w_why why;
  uint32_t pc; /* of the refusal */
  uint64_t visited, max_visited;
  struct warrant_verdict *verdict;
  uint8_t *warned; /* owned; by slot */
};

/* --- Code ------------------------------------------------------------------------------------------------------- */

static bool code_u(struct search *s, uint64_t v) { return w_put_u(s->pool, &s->nodes[s->node].code, v); }
static bool flush_steps(struct search *s) {
  uint64_t n = s->steps;
  s->steps = 0;
  return !n || (code_u(s, W_CODE_STEPS) && code_u(s, n));
}
static bool code(struct search *s, int tag) { return flush_steps(s) && code_u(s, (uint64_t)tag); }

static bool code_sub(struct search *s, uint32_t node) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < s->sub.n; k++)
    n += s->sub.set[k];
  if (!code(s, W_CODE_SUB) || !code_u(s, node) || !code_u(s, n))
    return false;
  for (uint32_t k = 0; k < s->sub.n; k++)
    if (s->sub.set[k] && !(code_u(s, k) && code_u(s, s->sub.v[k].sym) &&
                           w_put_s(s->pool, &s->nodes[s->node].code, s->sub.v[k].c)))
      return false;
  return true;
}

/* The bytes of a read that had been written, run by run; and a write, or a spill that was read. */
static bool code_effects(struct search *s, const struct w_effects *effects, const uint64_t *written) {
  for (uint32_t k = 0; k < effects->count; k++) {
    const struct w_effect *e = &effects->e[k];
    int32_t end = e->off + e->n;
    if (e->kind == W_READ_SLOT || e->kind == W_WRITE) {
      bool slot = e->kind == W_READ_SLOT;
      if (!code(s, slot ? W_CODE_SLOT : W_CODE_WRITE) || !code_u(s, (uint64_t)(e->off + W_STACK)) ||
          (!slot && !code_u(s, e->n)))
        return false;
      continue;
    }
    for (int32_t at = e->off; at < end;) {
      int32_t from = at;
      while (at < end && w_bit(written, at))
        at++;
      if (at > from && (!code(s, W_CODE_READ) || !code_u(s, (uint64_t)(from + W_STACK)) ||
                        !code_u(s, (uint64_t)(at - from))))
        return false;
      while (at < end && !w_bit(written, at))
        at++;
    }
  }
  return true;
}

/* --- Warnings --------------------------------------------------------------------------------------------------- */

static bool warn(struct search *s, const char *format, uint32_t pc) {
  struct warrant_verdict *v = s->verdict;
  if (v->warning_count == MAX_WARNINGS)
    return true;
  char(*more)[256] = realloc(v->warnings, (v->warning_count + 1) * sizeof *more);
  if (!more) {
    s->pool->exhausted = true;
    return false;
  }
  v->warnings = more;
  snprintf(more[v->warning_count++], sizeof *more, format, pc);
  return true;
}

/* What Linux refuses before it looks at paths. */
static bool warn_statically(struct search *s) {
  bool before = true;
  for (uint32_t pc = 0; pc < s->flow.count; pc++) {
    const struct w_insn *i = &s->insns[pc];
    if (i->op == W_OP_NONE)
      continue;
    if (before && !s->flow.reached[pc] &&
        !warn(s, "unreachable instruction at %" PRIu32 ": Linux refuses it", pc))
      return false;
    before = s->flow.reached[pc];
    if (i->op != W_OP_ALU || i->reg)
      continue;
    bool is_shift = i->alu == W_LSH || i->alu == W_RSH || i->alu == W_ARSH;
    bool is_division = i->alu == W_DIV || i->alu == W_SDIV || i->alu == W_MOD || i->alu == W_SMOD;
    if (is_shift && (i->imm < 0 || i->imm >= (i->width == W_A64 ? 64 : 32)) &&
        !warn(s, "shift by more than the width at %" PRIu32 ": Linux refuses it", pc))
      return false;
    if (is_division && !i->imm && !warn(s, "division by 0 at %" PRIu32 ": Linux refuses it", pc))
      return false;
  }
  return true;
}

/* --- Nodes ------------------------------------------------------------------------------------------------------ */

static uint32_t new_node(struct search *s) {
  if (!w_reserve(s->pool, (void **)&s->nodes, &s->node_cap, s->count + 1, sizeof *s->nodes) ||
      !w_reserve(s->pool, (void **)&s->infos, &s->info_cap, s->count + 1, sizeof *s->infos))
    return NO_NODE;
  memset(&s->nodes[s->count], 0, sizeof *s->nodes);
  memset(&s->infos[s->count], 0, sizeof *s->infos);
  return s->count++;
}

static struct work *push_work(struct search *s) {
  if (!w_reserve(s->pool, (void **)&s->stack, &s->stack_cap, s->height + 1, sizeof *s->stack))
    return NULL;
  struct work *w = &s->stack[s->height++];
  memset(w, 0, sizeof *w);
  return w;
}

static bool hash_path(struct search *s, uint32_t node) {
  if (s->count > s->bucket_count) { /* grows rarely: all nodes are put in again */
    uint32_t want = s->bucket_count ? s->bucket_count * 2 : 64;
    while (want < s->count)
      want *= 2;
    uint32_t *b = w_resize(s->pool, s->buckets, s->bucket_count * sizeof *b, want * sizeof *b);
    if (!b)
      return false;
    s->buckets = b;
    s->bucket_count = want;
    memset(b, 0xff, want * sizeof *b);
    for (uint32_t k = 0; k < s->count; k++)
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

static void leave_path(struct search *s, uint32_t node) {
  struct search_node *info = &s->infos[node];
  if (!info->on_path)
    return;
  info->on_path = false;
  if (info->general) {
    s->sites[s->nodes[node].st.pc].general--;
    return;
  }
  uint32_t *link = &s->buckets[info->hash & (s->bucket_count - 1)];
  while (*link != node)
    link = &s->infos[*link].hash_next;
  *link = info->hash_next;
}

static void drop_node(struct search *s, uint32_t node) {
  leave_path(s, node);
  w_state_free(s->pool, &s->nodes[node].st);
  w_buf_free(s->pool, &s->nodes[node].code);
}

/* --- Finishing a node ------------------------------------------------------------------------------------------- */

/* What a derivation needs of the frame, and its steps. */
struct need {
  uint64_t written[W_FRAME_WORDS], slots[W_FRAME_WORDS];
  uint64_t steps;
};

static uint64_t next_u(const struct w_buf *b, size_t *at) {
  uint64_t v;
  w_get_u(b->bytes, b->len, at, &v);
  return v;
}

static void need_of_node(const struct w_node *node, struct need *need) {
  memset(need->slots, 0, sizeof need->slots);
  memcpy(need->written, node->st.written, sizeof need->written);
  for (uint32_t k = 0; k < node->st.nslots; k++)
    w_bit_set(need->slots, node->st.slots[k].off);
  need->steps = node->potential;
}

/* From the last piece of code to the first, so that what follows a step is known when it is reached. */
static bool work_out_need(struct search *s, uint32_t node, struct need *result) {
  const struct w_buf *b = &s->nodes[node].code;
  uint32_t *pieces = NULL, count = 0, cap = 0, most = 0, height = 0;
  for (size_t at = 0; at < b->len;) {
    if (!w_reserve(s->pool, (void **)&pieces, &cap, count + 1, sizeof *pieces))
      goto failed;
    pieces[count++] = (uint32_t)at;
    uint8_t tag = b->bytes[at++];
    uint64_t numbers = tag == W_CODE_STEPS || tag == W_CODE_SLOT                        ? 1
                       : tag == W_CODE_READ || tag == W_CODE_WRITE || tag == W_CODE_SUB ? 2
                                                                                        : 0;
    uint64_t last = 0;
    for (; numbers > 0; numbers--)
      last = next_u(b, &at);
    if (tag == W_CODE_SUB)
      for (last *= 3; last > 0; last--)
        next_u(b, &at);
    most += tag == W_CODE_EXIT || tag == W_CODE_SUB || tag == W_CODE_DEAD;
  }
  struct need *needs = w_resize(s->pool, NULL, 0, most * sizeof *needs);
  if (!needs)
    goto failed;
  while (count) {
    size_t at = pieces[--count];
    struct need *top = height ? &needs[height - 1] : needs;
    switch (b->bytes[at++]) {
    case W_CODE_EXIT:
    case W_CODE_DEAD:
      memset(&needs[height], 0, sizeof *needs);
      needs[height++].steps = b->bytes[at - 1] == W_CODE_EXIT;
      break;
    case W_CODE_SUB: need_of_node(&s->nodes[next_u(b, &at)], &needs[height++]); break;
    case W_CODE_STEPS: top->steps += next_u(b, &at); break;
    case W_CODE_BRANCH: {
      /* a side that cannot be taken costs no step, but it is harmless to count the branch itself */
      struct need *other = --height ? &needs[height - 1] : needs;
      for (int k = 0; k < W_FRAME_WORDS; k++) {
        other->written[k] |= top->written[k];
        other->slots[k] |= top->slots[k];
      }
      if (other->steps < top->steps)
        other->steps = top->steps;
      other->steps++;
      break;
    }
    case W_CODE_SLOT: w_bit_set(top->slots, (int32_t)next_u(b, &at) - W_STACK); break;
    case W_CODE_READ:
    case W_CODE_WRITE: {
      bool reads = b->bytes[at - 1] == W_CODE_READ;
      int32_t off = (int32_t)next_u(b, &at) - W_STACK, n = (int32_t)next_u(b, &at);
      if (!reads)
        w_bit_clear(top->slots, off);
      for (int32_t k = 0; k < n; k++)
        if (reads)
          w_bit_set(top->written, off + k);
        else
          w_bit_clear(top->written, off + k);
    }
    }
  }
  *result = needs[0];
  w_release(s->pool, needs, most * sizeof *needs);
  w_release(s->pool, pieces, cap * sizeof *pieces);
  return true;
failed:
  w_release(s->pool, pieces, cap * sizeof *pieces);
  return false;
}

/* Drops from the state what its derivation does not look at. Symbols keep their numbers: the derivation and those
 * that end here name them. */
static bool weaken(struct search *s, uint32_t node, const struct need *need) {
  struct w_state *st = &s->nodes[node].st;
  uint32_t kept = 0, cap = 0;
  uint8_t *used = NULL;
  if (!w_reserve(s->pool, (void **)&used, &cap, st->next, 1))
    return false;
  memset(used, 0, st->next);
  for (int k = 0; k < W_FRAME_WORDS; k++)
    st->written[k] &= need->written[k];
  for (uint32_t k = 0; k < st->nslots; k++)
    if (w_bit(need->slots, st->slots[k].off)) {
      used[st->slots[k].v.sym] = 1;
      st->slots[kept++] = st->slots[k];
    }
  st->nslots = kept;
  for (int r = 0; r < 11; r++)
    if (st->defined >> r & 1)
      used[st->regs[r].sym] = 1;
  for (uint32_t k = 1; k < st->next; k++)
    if (!used[k])
      st->facts[k].kind = W_FNONE;
  w_release(s->pool, used, cap);
  return true;
}

static bool finish(struct search *s, uint32_t node) {
  struct need need;
  if (!work_out_need(s, node, &need))
    return false;
  s->nodes[node].potential = need.steps;
  if (!node)
    return true;
  leave_path(s, node);
  if (!weaken(s, node, &need))
    return false;
  struct site *site = &s->sites[s->nodes[node].st.pc];
  if (s->infos[node].general)
    site->successes[s->infos[node].how]++;
  if (!w_reserve(s->pool, (void **)&site->done, &site->cap, site->count + 1, sizeof *site->done))
    return false;
  site->done[site->count++] = node;
  return true;
}

/* --- The search ------------------------------------------------------------------------------------------------- */

enum next { GO_ON, LEAF, REFUSED, FAILED };

static enum next refused(struct search *s, enum w_reason reason, uint32_t pc, const char *text) {
  s->why.reason = reason;
  snprintf(s->why.text, sizeof s->why.text, "%s", text);
  s->pc = pc;
  return REFUSED;
}

/* Goes on in a new node whose state is `st`; *st is taken over. */
static enum next enter(struct search *s, struct w_state *st, bool general, enum way how,
                       uint32_t differs) {
  struct work work = {.kind = FINISH,
                      .depth = s->depth,
                      .general = general,
                      .how = how,
                      .differs = differs,
                      .owner = s->node,
                      .visited_max = s->visited + (s->max_visited - s->visited) / 4};
  if (!flush_steps(s)) {
    w_state_free(s->pool, st);
    return FAILED;
  }
  work.owner_len = s->nodes[s->node].code.len;
  uint32_t node = new_node(s);
  if (node == NO_NODE) {
    w_state_free(s->pool, st);
    return FAILED;
  }
  s->nodes[node].st = *st; /* owned by the node from here on */
  struct search_node *info = &s->infos[node];
  info->general = general;
  info->how = (uint8_t)how;
  if (general) {
    info->on_path = true;
    s->sites[st->pc].general++;
  } else {
    info->hash = w_state_hash(st);
    if (!hash_path(s, node))
      return FAILED;
  }
  if (!code_sub(s, node))
    return FAILED;
  struct w_state start;
  if (!w_state_copy(s->pool, &start, &s->nodes[node].st))
    return FAILED;
  if (general) {
    if (!w_reserve(s->pool, (void **)&s->general, &s->general_cap, s->general_count + 1,
                   sizeof *s->general)) {
      w_state_free(s->pool, &start);
      return FAILED;
    }
    s->general[s->general_count] = s->height;
  }
  struct work *w = push_work(s);
  if (!w) {
    w_state_free(s->pool, &start);
    return FAILED;
  }
  *w = work;
  w->node = node;
  if (general) {
    s->general_count++;
    w->st = s->st;
  } else {
    w_state_free(s->pool, &s->st);
  }
  s->st = start;
  s->node = node;
  s->depth = 0;
  s->at_start = true;
  return GO_ON;
}

/* A finished node that covers the path's state. */
static enum next find_cover(struct search *s, struct site *site, bool *found) {
  *found = false;
  for (uint32_t k = site->count; k-- > 0;) {
    uint32_t node = site->done[k];
    if (w_subsume(s->pool, &s->target, &s->st, &s->nodes[node].st, &s->sub)) {
      s->infos[node].hits++;
      *found = true;
      return code_sub(s, node) ? LEAF : FAILED;
    }
    if (s->pool->exhausted)
      return FAILED;
    if (++s->infos[node].misses > 3 * s->infos[node].hits + 32) {
      site->count--;
      memmove(&site->done[k], &site->done[k + 1], (site->count - k) * sizeof *site->done);
    }
  }
  return GO_ON;
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
static enum next generalise(struct search *s, struct site *site, const struct w_state *exact,
                            enum way how, bool *entered) {
  uint32_t partners[PARTNERS], count = 0, least = how == ALL ? OTHER_SHAPE : UINT32_MAX, differs = 0;
  uint32_t counts = s->flow.counts[exact->pc];
  *entered = false;
  for (uint32_t k = 0; k < site->count && k < PARTNERS; k++) {
    uint32_t node = site->done[site->count - 1 - k];
    struct w_difference d = w_differs(&s->target, exact, &s->nodes[node].st);
    /* another round of a loop is left alone: what counts the rounds must stay known */
    if (d.distance >= least || d.constants & counts || is_bad(site, d.where))
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
  uint32_t wide = how == COVERING ? 0 : ~counts;
  if (!w_join(s->pool, exact, &s->nodes[partners[0]].st, wide, &st))
    return FAILED;
  for (uint32_t k = 1; k < count; k++) {
    bool made = w_join(s->pool, &st, &s->nodes[partners[k]].st, wide, &more);
    w_state_free(s->pool, &st);
    if (!made)
      return FAILED;
    st = more;
  }
  if (!w_subsume(s->pool, &s->target, &s->st, &st, &s->sub)) {
    w_state_free(s->pool, &st);
    return s->pool->exhausted ? FAILED : GO_ON;
  }
  *entered = true;
  return enter(s, &st, true, how, differs);
}

/* The path's state is at a place where paths meet. `how`: the first way of generalising that was not tried yet. */
static enum next meet(struct search *s, enum way how) {
  uint32_t pc = (uint32_t)s->st.pc;
  struct site *site = &s->sites[pc];
  bool done;
  if (how == ALL) {
    enum next next = find_cover(s, site, &done);
    if (done || next == FAILED)
      return next;
    for (uint32_t k = s->general_count; site->general && k-- > 0;) {
      const struct w_state *st = &s->nodes[s->stack[s->general[k]].node].st;
      if (st->pc == pc && w_subsume(s->pool, &s->target, &s->st, st, &s->sub)) {
        s->blame = k; /* it is too general: whatever counts the rounds is lost in it */
        return refused(s, W_LOOP, pc, same_state);
      }
    }
  }
  struct w_state exact;
  if (!w_normalise(s->pool, &s->flow, &s->st, &exact))
    return FAILED;
  uint64_t hash = w_state_hash(&exact);
  uint32_t twin = s->bucket_count ? s->buckets[hash & (s->bucket_count - 1)] : NO_NODE;
  for (; twin != NO_NODE; twin = s->infos[twin].hash_next)
    if (s->infos[twin].hash == hash && w_state_equal(&s->nodes[twin].st, &exact)) {
      w_state_free(s->pool, &exact);
      return refused(s, W_LOOP, pc, same_state);
    }
  for (; how < WAYS && site->count > CROWDED; how++) {
    if (site->failures[how] > 2 + 2 * site->successes[how])
      continue;
    enum next next = generalise(s, site, &exact, how, &done);
    if (done || next == FAILED) {
      w_state_free(s->pool, &exact);
      return next;
    }
  }
  if (!w_subsume(s->pool, &s->target, &s->st, &exact, &s->sub)) {
    w_state_free(s->pool, &exact);
    return s->pool->exhausted ? FAILED : refused(s, W_TOO_COMPLEX, pc, "a state cannot be compared with itself");
  }
  return enter(s, &exact, false, COVERING, 0);
}

/* The next work after a path has ended. */
static enum next take_up(struct search *s, bool *complete) {
  *complete = false;
  while (s->height) {
    struct work *w = &s->stack[--s->height];
    if (w->kind == BRANCH) {
      s->st = w->st;
      s->node = w->node;
      s->depth = w->depth;
      s->at_start = false;
      return GO_ON;
    }
    if (w->general) {
      s->general_count--;
      w_state_free(s->pool, &w->st);
    }
    if (!finish(s, w->node))
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
      struct site *site = &s->sites[w->st.pc];
      site->failures[w->how]++;
      if (w->how == COVERING && site->bad_count < BAD_SETS)
        site->bad[site->bad_count++] = (uint16_t)w->differs;
      s->st = w->st;
      s->node = w->owner;
      s->nodes[s->node].code.len = w->owner_len;
      s->depth = w->depth;
      s->steps = 0;
      *how = w->how + 1;
      return true;
    }
    w_state_free(s->pool, &w->st);
  }
}

/* Where a jump or the next slot leads, if an instruction starts there. */
static enum next arrive(struct search *s, uint32_t from) {
  int64_t to = s->st.pc;
  char text[160];
  if (to >= 0 && to < s->program->insn_count && s->insns[to].op != W_OP_NONE)
    return GO_ON;
  if (to >= 0 && to < s->program->insn_count)
    snprintf(text, sizeof text, "the jump leads into the middle of the 64-bit constant at %" PRId64, to - 1);
  else if (to == (int64_t)from + w_slots(&s->insns[from]))
    snprintf(text, sizeof text, "the program runs off its end here: an exit is missing");
  else
    snprintf(text, sizeof text, "the jump leads to %" PRId64 ", outside of the program (0 to %" PRIu32 ")", to,
             s->program->insn_count - 1);
  return refused(s, W_BAD_PC, from, text);
}

static enum next branch(struct search *s, const struct w_insn *i) {
  struct w_aval x, y;
  uint32_t pc = (uint32_t)s->st.pc;
  s->pc = pc;
  if (!w_a_operands(i, &s->st, &x, &y, &s->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (!code(s, W_CODE_BRANCH))
    return FAILED;
  /* only the facts of these two symbols change */
  struct w_fact fx = s->st.facts[x.sym], fy = s->st.facts[y.sym];
  bool falls = w_refine(&s->st, i->width, i->cmp, false, x, y);
  struct w_fact gx = s->st.facts[x.sym], gy = s->st.facts[y.sym];
  s->st.facts[x.sym] = fx;
  s->st.facts[y.sym] = fy;
  bool taken = w_refine(&s->st, i->width, i->cmp, true, x, y);
  int64_t target = (int64_t)pc + 1 + i->off;
  s->at_start = false;
  if (taken && falls) {
    struct work *w = push_work(s);
    if (!w)
      return FAILED;
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth;
    if (!w_state_copy(s->pool, &w->st, &s->st)) {
      s->height--;
      return FAILED;
    }
    w->st.pc = (int64_t)pc + 1;
    w->st.facts[x.sym] = gx;
    w->st.facts[y.sym] = gy;
    s->depth++;
    s->st.pc = target;
    return arrive(s, pc);
  }
  if (taken) {
    /* The side that falls through comes last: it is written when this one is complete. */
    struct work *w = push_work(s);
    if (!w)
      return FAILED;
    w->kind = BRANCH;
    w->node = s->node;
    w->depth = s->depth;
    w->st.pc = -1;
    s->depth++;
    s->st.pc = target;
    return arrive(s, pc);
  }
  if (!code(s, W_CODE_DEAD))
    return FAILED;
  if (!falls)
    return code(s, W_CODE_DEAD) ? LEAF : FAILED;
  s->st.facts[x.sym] = gx;
  s->st.facts[y.sym] = gy;
  s->st.pc = (int64_t)pc + 1;
  return arrive(s, pc);
}

static enum next step(struct search *s) {
  uint32_t pc = (uint32_t)s->st.pc;
  const struct w_insn *i = &s->insns[pc];
  struct w_effects effects;
  if (++s->visited > s->max_visited) {
    char text[200];
    snprintf(text, sizeof text,
             "more than %" PRIu64 " instructions were looked at without an end: simplify the program, or raise the limit",
             s->max_visited);
    s->visited = s->max_visited;
    return refused(s, W_TOO_COMPLEX, pc, text);
  }
  if (i->op == W_OP_JMP)
    return branch(s, i);
  s->pc = pc;
  if (i->op == W_OP_EXIT) {
    if (!w_a_exit(&s->target, &s->st, &s->why))
      return REFUSED;
    return code(s, W_CODE_EXIT) ? LEAF : FAILED;
  }
  uint64_t written[W_FRAME_WORDS];
  memcpy(written, s->st.written, sizeof written);
  if (!w_a_exec(s->pool, &s->target, i, &s->st, &effects, &s->why))
    return s->pool->exhausted ? FAILED : REFUSED;
  if (effects.count && !code_effects(s, &effects, written))
    return FAILED;
  for (uint32_t k = 0; k < effects.count; k++)
    if (effects.e[k].undefined && !s->warned[pc]) {
      s->warned[pc] = 1;
      if (!warn(s, "instruction %" PRIu32 " reads stack bytes that were never written: the strict profile refuses it", pc))
        return FAILED;
    }
  s->steps++;
  s->at_start = false;
  return arrive(s, pc);
}

static bool time_for_node(const struct search *s) {
  if (s->at_start)
    return false;
  return s->flow.join[s->st.pc] || s->st.next >= s->nodes[s->node].st.next + FRESH_SYMBOLS ||
         s->depth >= NESTED_BRANCHES;
}

/* 1: accepted; 0: refused, with s->why and s->pc; -1: no memory. */
static int search(struct search *s) {
  bool complete = false;
  if (new_node(s) == NO_NODE || !w_a_init(s->pool, &s->nodes[0].st) ||
      !w_state_copy(s->pool, &s->st, &s->nodes[0].st))
    return -1;
  struct work *w = push_work(s);
  if (!w)
    return -1;
  w->kind = FINISH;
  s->at_start = true;
  s->blame = UINT32_MAX;
  enum way how = ALL;
  bool again = false; /* back at a place where paths meet, after a general state failed there */
  for (;;) {
    enum next next = again || time_for_node(s) ? meet(s, how) : step(s);
    again = false;
    how = ALL;
    if (next == GO_ON && s->general_count &&
        s->visited > s->stack[s->general[s->general_count - 1]].visited_max)
      next = REFUSED;
    if (next == LEAF) {
      w_state_free(s->pool, &s->st);
      do {
        next = take_up(s, &complete);
        if (complete)
          return 1;
        if (next == GO_ON && s->st.pc < 0) { /* the other side of a branch, which cannot be taken */
          if (!code(s, W_CODE_DEAD))
            return -1;
          next = LEAF;
        }
      } while (next == LEAF);
    }
    if (next == FAILED)
      return -1;
    if (next == REFUSED) {
      if ((s->why.reason == W_TOO_COMPLEX && s->visited >= s->max_visited) || !back_track(s, &how))
        return 0;
      again = true;
    }
  }
}

/* --- The verdict ------------------------------------------------------------------------------------------------ */

static void describe_registers(struct search *s) {
  const struct w_insn *i = &s->insns[s->pc];
  uint16_t which = 0;
  char *text = s->verdict->state;
  size_t size = sizeof s->verdict->state, n = 0;
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
  case W_OP_JMP:
  case W_OP_STX: which = (uint16_t)(1u << i->dst | (i->reg || i->op == W_OP_STX ? 1u << i->src : 0)); break;
  case W_OP_NEG:
  case W_OP_END:
  case W_OP_ST: which = (uint16_t)(1u << i->dst); break;
  case W_OP_MOVSX:
  case W_OP_LDX: which = (uint16_t)(1u << i->src); break;
  case W_OP_EXIT: which = 1; break;
  case W_OP_CALL:
    for (uint32_t k = 0; k < w_helper_count; k++)
      if (w_helpers[k].id == i->imm)
        which = (uint16_t)(((1u << w_helpers[k].nargs) - 1) << 1);
    break;
  default: break;
  }
  for (int r = 0; r < 11; r++) {
    char value[160] = "undefined";
    if (!(which >> r & 1) || n >= size)
      continue;
    if (s->st.defined >> r & 1)
      w_describe(&s->st, s->st.regs[r], value, sizeof value);
    n += (size_t)snprintf(text + n, size - n, "%sr%d = %s", n ? "; " : "", r, value);
  }
}

static void free_search(struct search *s) {
  struct w_pool *pool = s->pool;
  uint32_t slots = s->program->insn_count;
  w_state_free(pool, &s->st);
  for (uint32_t k = 0; k < s->count; k++) {
    w_state_free(pool, &s->nodes[k].st);
    w_buf_free(pool, &s->nodes[k].code);
  }
  for (uint32_t k = 0; k < s->height; k++)
    w_state_free(pool, &s->stack[k].st);
  for (uint32_t k = 0; s->sites && k < slots; k++)
    w_release(pool, s->sites[k].done, s->sites[k].cap * sizeof(uint32_t));
  w_release(pool, s->sites, slots * sizeof *s->sites);
  w_release(pool, s->nodes, s->node_cap * sizeof *s->nodes);
  w_release(pool, s->infos, s->info_cap * sizeof *s->infos);
  w_release(pool, s->buckets, s->bucket_count * sizeof *s->buckets);
  w_release(pool, s->stack, s->stack_cap * sizeof *s->stack);
  w_release(pool, s->general, s->general_cap * sizeof *s->general);
  w_release(pool, s->insns, slots * sizeof *s->insns);
  w_release(pool, s->warned, slots);
  w_subst_free(pool, &s->sub);
  w_flow_free(pool, &s->flow);
}

/* Judges a decoded program. False: out of memory. */
static bool judge(struct search *s) {
  struct warrant_verdict *v = s->verdict;
  uint32_t n = s->program->insn_count;
  s->sites = w_resize(s->pool, NULL, 0, n * sizeof *s->sites);
  if (!s->sites)
    return false;
  memset(s->sites, 0, n * sizeof *s->sites);
  if (!(s->warned = w_resize(s->pool, NULL, 0, n)))
    return false;
  memset(s->warned, 0, n);
  if (!w_flow_make(s->pool, &s->target, s->insns, n, &s->flow) || !warn_statically(s))
    return false;
  int found = search(s);
  v->visited = s->visited;
  if (found < 0)
    return false;
  if (found) {
    v->verdict = WARRANT_ACCEPT;
    v->steps_bound = s->nodes[0].potential;
    return w_cert_write(s->pool, s->nodes, s->count, 0, &v->cert, &v->cert_len);
  }
  size_t count;
  v->verdict = WARRANT_REJECT;
  v->pc = s->pc;
  v->reason = warrant_reasons(&count)[s->why.reason];
  snprintf(v->message, sizeof v->message, "%s", s->why.text);
  describe_registers(s);
  return true;
}

static uint64_t processor_time(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now))
    return 0;
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static int verify(struct search *s, struct warrant_error *error) {
  const struct warrant_program *p = s->program;
  struct warrant_verdict *v = s->verdict;
  size_t count;
  const char *const *words = warrant_reasons(&count);
  if (!p->insn_count) {
    v->verdict = WARRANT_REJECT;
    v->reason = words[W_BAD_PC];
    snprintf(v->message, sizeof v->message, "the program is empty");
    return 0;
  }
  if (!(s->insns = w_resize(s->pool, NULL, 0, p->insn_count * sizeof *s->insns)))
    return warrant_fail(error, WARRANT_BAD_INPUT, "the program is too large for the memory allowed");
  switch (w_decode_all(p->insns, p->insn_count, s->insns, &v->pc, v->message, sizeof v->message)) {
  case W_DECODED: break;
  case W_DECODE_INVALID:
    v->verdict = WARRANT_REJECT;
    v->reason = words[W_INVALID_INSTRUCTION];
    return 0;
  case W_DECODE_UNSUPPORTED: v->verdict = WARRANT_VERDICT_UNSUPPORTED; return 0;
  }
  if (judge(s))
    return 0;
  /* A program that needs more memory than allowed is refused; its certificate would need it too. */
  v->verdict = WARRANT_REJECT;
  v->pc = s->st.pc >= 0 && s->st.pc < p->insn_count ? (uint32_t)s->st.pc : 0;
  v->reason = words[W_TOO_COMPLEX];
  v->steps_bound = 0;
  snprintf(v->message, sizeof v->message,
           "the analysis needs more than %zu MB of memory: simplify the program, or raise the limit", s->pool->limit >> 20);
  return 0;
}

int warrant_verify(const struct warrant_program *program, const struct warrant_verify_options *options,
                   struct warrant_verdict *verdict, struct warrant_error *error) {
  uint64_t start = processor_time();
  struct w_pool pool = {.limit = options && options->max_bytes ? options->max_bytes : (size_t)1 << 30};
  struct search s = {.pool = &pool, .program = program, .verdict = verdict};
  struct w_prog_type raw;
  memset(verdict, 0, sizeof *verdict);
  if (program->kind != WARRANT_EBPF)
    return warrant_fail(error, WARRANT_BAD_INPUT, "classic programs are checked without this analysis");
  const struct w_prog_type *type = w_prog_type_of(program->type, program->ctx_size, &raw);
  if (!type) {
    verdict->verdict = WARRANT_VERDICT_UNSUPPORTED;
    snprintf(verdict->message, sizeof verdict->message, "programs of type %" PRIu32 " (%s) are not supported",
             program->type, warrant_type_name(program->type) ? warrant_type_name(program->type) : "unknown");
    return 0;
  }
  s.target = (struct w_target){.type = *type,
                               .maps = program->maps,
                               .map_count = program->map_count,
                               .strict = program->profile == WARRANT_STRICT};
  s.max_visited = options && options->max_visited ? options->max_visited : 1000000;
  int result = verify(&s, error);
  free_search(&s);
  if (result) {
    warrant_verdict_free(verdict);
    return result;
  }
  verdict->time_ns = processor_time() - start;
  verdict->peak_kb = (pool.peak + 1023) / 1024;
  return 0;
}

void warrant_verdict_free(struct warrant_verdict *verdict) {
  free(verdict->cert);
  free(verdict->warnings);
  verdict->cert = NULL;
  verdict->warnings = NULL;
  verdict->cert_len = 0;
  verdict->warning_count = 0;
}
