/* Potentials: why a program ends, and after how many steps at most.
 *
 * Each node has a number that bounds the steps still to come from there, its potential, and the
 * validator (checker/Pot.v) checks that it falls along every path by the steps taken. Where the
 * paths of a node end in exits and in other finished nodes, that is a constant: the steps of the
 * longest path, and what the node at its end still takes. A path back to the head of a loop has no
 * such constant. There something counts the rounds, and the potential has a term k * (N - counter),
 * where N is the most that the counter can be: with k steps paid for each 1 that it rises, a round
 * of 12 steps is paid by k = 12 when the counter rises by 1 in it, and the loop `for (i = 0; i <
 * 10; i++)` costs 12 * (10 - i) and a constant. A counter that falls has a negative k, and N is the
 * least that it can be. Nodes inside of the loop get the same term for what the counter is called
 * there; of nested loops each has one, that of the outermost first.
 *
 * A node that ends in another one (an edge) says what each of the other's symbols is: a value here,
 * symbol + constant. So a term there and its counterpart here differ by a constant, and that is how
 * far the counter moved. */
#include "verify/price.h"

#include <string.h>

typedef __int128 big;
#define NEVER (-((big)1 << 100)) /* of a path that does not count */
#define TOO_MUCH ((big)1 << 62)
#define NO_SYMBOL UINT32_MAX
enum { PASSES = 24 }; /* over the nodes of a loop, until nothing changes */

void w_pricing_free(struct w_pool *pool, struct w_pricing *p) {
  w_release(pool, p->pieces, p->piece_cap * sizeof *p->pieces);
  w_release(pool, p->values, p->value_cap * sizeof *p->values);
  w_release(pool, p->in, p->in_cap);
  w_release(pool, p->sym, p->sym_cap * sizeof *p->sym);
  w_release(pool, p->adv, p->adv_cap * sizeof *p->adv);
  w_release(pool, p->round, p->round_cap * sizeof *p->round);
  w_release(pool, p->taken, p->taken_cap * sizeof *p->taken);
  memset(p, 0, sizeof *p);
}

/* --- Edges ----------------------------------------------------------------------------------- */

/* A signed number, as w_put_s writes it; *at moves on. */
static int64_t next_s(const struct w_buf *b, size_t *at) {
  uint64_t u = w_next_u(b, at);
  return (int64_t)(u >> 1 ^ (u & 1 ? UINT64_MAX : 0));
}

/* An end in another node: the substitution, and the ranges of its values. */
struct edge {
  const struct w_buf *b;
  uint32_t to;
  uint64_t n; /* symbols of the other node */
  size_t subs, ranges;
};

/* The edge whose W_CODE_SUB lies right before `at`. */
static struct edge edge_at(const struct w_buf *b, size_t at) {
  struct edge e = {.b = b};
  e.to = (uint32_t)w_next_u(b, &at);
  e.n = w_next_u(b, &at);
  e.subs = at;
  for (uint64_t k = 0; k < 3 * e.n; k++)
    w_next_u(b, &at);
  e.ranges = at;
  return e;
}

/* What a symbol of the other node is here: sym + c, in lo .. hi if that is known. */
struct image {
  uint32_t sym;
  int64_t c;
  bool bounded;
  uint64_t lo, hi;
};

/* Of this symbol; false: it is none, or has no range. */
static bool image_of(const struct edge *e, uint64_t symbol, struct image *v) {
  size_t at = e->subs, r = e->ranges;
  for (uint64_t k = 0; k < e->n; k++) {
    uint64_t s = w_next_u(e->b, &at);
    v->sym = (uint32_t)w_next_u(e->b, &at);
    v->c = next_s(e->b, &at);
    v->bounded = w_next_u(e->b, &r);
    v->lo = w_next_u(e->b, &r);
    v->hi = w_next_u(e->b, &r);
    if (s == symbol)
      return v->bounded;
  }
  return false;
}

/* --- Terms ----------------------------------------------------------------------------------- */

/* What the terms give along an edge, as terms_drop in checker/Pot.v has it, where a term's own
 * floor is 0. */
static bool terms_drop(const struct w_node *from, const struct w_node *to, const struct edge *e,
                       big *drop) {
  *drop = 0;
  for (uint32_t i = 0; i < to->nterms; i++) {
    const struct w_term *q = &to->terms[i];
    struct image v;
    if (!image_of(e, q->symbol, &v))
      return false;
    const struct w_term *p = i < from->nterms ? &from->terms[i] : NULL;
    if (p && p->symbol == v.sym && p->k == q->k)
      *drop += (big)p->k * ((big)p->N - (big)q->N + v.c);
    else
      *drop -= (big)q->k * ((big)q->N - (q->k > 0 ? (big)v.lo : (big)v.hi));
  }
  return true;
}

/* --- The longest path of a derivation -------------------------------------------------------- */

/* One walk over the derivation of nodes[node], and for loops what is known of their nodes. */
struct walk {
  struct w_node *nodes;
  uint32_t node;
  big exit;                                         /* what an exit is worth */
  big (*end)(struct walk *w, const struct edge *e); /* what an end in another node is worth */
  bool failed; /* set by `end`: the loop cannot be closed in this way */

  /* Of a loop, whose nodes are order[0 .. count) and then the head. */
  uint32_t head, symbol; /* the head's symbol that is tried as the counter */
  int sign;              /* 1: it rises; -1: it falls */
  const uint32_t *order;
  uint32_t count;
  const uint8_t *in; /* by node: it belongs to the loop */
  uint32_t *sym; /* by node: what the counter is there, or NO_SYMBOL: no path leads to the head */
  big *adv;      /* by node: how far the counter goes, at least, until the head */
  big *round;    /* by node: how many steps are taken, at most, until the head */
  struct w_taken *taken; /* by node: a term for the same counter, of a loop inside */
  bool changed;          /* in this pass over the nodes */
};

/* The most that a path is worth: its steps, and its end. From the last piece of the derivation to
 * the first, with a stack of what follows. False: out of memory. */
static bool worth(struct w_pool *pool, struct w_pricing *p, struct walk *w, big *result) {
  const struct w_buf *b = &w->nodes[w->node].code;
  uint32_t count, ends, height = 0;
  if (!w_code_pieces(pool, b, &p->pieces, &p->piece_cap, &count, &ends) ||
      !w_reserve(pool, (void **)&p->values, &p->value_cap, count + 1, sizeof *p->values))
    return false;
  big *values = p->values;
  while (count) {
    size_t at = p->pieces[--count];
    uint8_t tag = b->bytes[at++];
    if (tag == W_CODE_EXIT) {
      values[height++] = w->exit;
    } else if (tag == W_CODE_DEAD) {
      values[height++] = NEVER;
    } else if (tag == W_CODE_SUB) {
      struct edge e = edge_at(b, at);
      values[height++] = w->end(w, &e);
    } else if (tag == W_CODE_BRANCH) { /* one step, and the worse of its sides */
      big other = values[--height];
      if (values[height - 1] < other)
        values[height - 1] = other;
      values[height - 1]++;
    } else if (tag == W_CODE_STEPS) {
      values[height - 1] += w_next_u(b, &at);
    }
  }
  *result = height ? values[0] : 0;
  return true;
}

/* An end costs what the other node still takes, less what the terms pay on the way. */
static big end_cost(struct walk *w, const struct edge *e) {
  big drop;
  if (!terms_drop(&w->nodes[w->node], &w->nodes[e->to], e, &drop)) {
    w->failed = true;
    return 0;
  }
  big cost = (big)w->nodes[e->to].potential - drop;
  return cost > 0 ? cost : 0; /* the program may end on the way */
}

bool w_price(struct w_pool *pool, struct w_pricing *p, struct w_node *nodes, uint32_t node) {
  struct walk w = {.nodes = nodes, .node = node, .exit = 1, .end = end_cost};
  big c;
  if (!worth(pool, p, &w, &c))
    return false;
  nodes[node].potential = c < 0 ? 0 : c > TOO_MUCH ? (uint64_t)TOO_MUCH : (uint64_t)c;
  return true;
}

/* --- Loops ----------------------------------------------------------------------------------- */

/* The i-th node of the loop; the head is the last one. */
static uint32_t loop_node(const struct walk *w, uint32_t i) {
  return i < w->count ? w->order[i] : w->head;
}

/* Is this an edge on a way back to the head, as far as is known? */
static bool leads_back(const struct walk *w, const struct edge *e) {
  return w->in[e->to] && (e->to == w->head || w->sym[e->to] != NO_SYMBOL);
}

/* An end, to find which symbol of the node is the counter and how far that goes, at least, until
 * the head: all of the node's paths back must agree on the symbol. Worth nothing. */
static big end_advance(struct walk *w, const struct edge *e) {
  bool back = e->to == w->head;
  if (!leads_back(w, e))
    return 0;
  struct image v;
  const struct w_state *st = &w->nodes[w->node].st;
  if (!image_of(e, back ? w->symbol : w->sym[e->to], &v) || v.sym >= st->next ||
      st->facts[v.sym].kind != W_FSCALAR) {
    w->failed = true;
    return 0;
  }
  big adv = (back ? 0 : w->adv[e->to]) + (big)w->sign * v.c;
  uint32_t *mine = &w->sym[w->node];
  if (*mine != NO_SYMBOL && *mine != v.sym) {
    w->failed = true;
  } else if (*mine == NO_SYMBOL || adv < w->adv[w->node]) {
    *mine = v.sym;
    w->adv[w->node] = adv;
    w->changed = true;
  }
  return 0;
}

/* An end, to find the steps until the head: those from the other node on, less what inner loops'
 * terms pay on the way. */
static big end_round(struct walk *w, const struct edge *e) {
  if (!leads_back(w, e))
    return NEVER;
  big drop, rest = e->to == w->head ? 0 : w->round[e->to];
  if (rest <= NEVER / 2)
    return NEVER;
  if (!terms_drop(&w->nodes[w->node], &w->nodes[e->to], e, &drop)) {
    w->failed = true;
    return NEVER;
  }
  return rest - drop;
}

/* What a walk found for its node, `value`, is noted; end_advance has done so itself. */
static void note_nothing(struct walk *w, big value) { (void)w, (void)value; }
static void note_round(struct walk *w, big value) {
  if (value < NEVER / 2 || value <= w->round[w->node])
    return;
  w->round[w->node] = value;
  w->changed = true;
}
static void note_cost(struct walk *w, big value) {
  if (value > TOO_MUCH)
    w->failed = true;
  if (value <= (big)w->nodes[w->node].potential)
    return;
  w->nodes[w->node].potential = (uint64_t)value;
  w->changed = true;
}

/* Walks over all nodes of the loop, again and again, until nothing changes. 1: so it is; 0: it does
 * not come to that, or failed; -1: out of memory. */
static int settle(struct w_pool *pool, struct w_pricing *p, struct walk *w,
                  big (*end)(struct walk *w, const struct edge *e),
                  void (*note)(struct walk *w, big value)) {
  w->end = end;
  w->changed = true;
  for (int pass = 0; w->changed && pass < PASSES; pass++) {
    w->changed = false;
    for (uint32_t i = 0; i <= w->count; i++) {
      big value;
      w->node = loop_node(w, i);
      if (!worth(pool, p, w, &value))
        return -1;
      note(w, value);
      if (w->failed)
        return 0;
    }
  }
  return !w->changed;
}

/* A term for `symbol`, before those of inner loops. */
static bool add_term(struct w_pool *pool, struct w_node *n, uint32_t symbol, big k) {
  if (!w_reserve(pool, (void **)&n->terms, &n->term_cap, n->nterms + 1, sizeof *n->terms))
    return false;
  memmove(n->terms + 1, n->terms, n->nterms++ * sizeof *n->terms);
  const struct w_bounds *b = &n->st.facts[symbol].s.all;
  n->terms[0] = (struct w_term){.k = (int64_t)k, .symbol = symbol, .N = k > 0 ? b->umax : b->umin};
  return true;
}

/* Each node from which the head is reached again gets a term for the counter. False: out of memory.
 */
static bool add_terms(struct w_pool *pool, struct walk *w, big k) {
  for (uint32_t i = 0; i <= w->count; i++) {
    uint32_t n = loop_node(w, i);
    w->nodes[n].potential = 0;
    if (w->sym[n] != NO_SYMBOL && !add_term(pool, &w->nodes[n], w->sym[n], w->sign * k))
      return false;
  }
  return true;
}

/* Takes these terms away again. */
static void drop_terms(struct walk *w) {
  for (uint32_t i = 0; i <= w->count; i++) {
    struct w_node *n = &w->nodes[loop_node(w, i)];
    if (w->sym[loop_node(w, i)] != NO_SYMBOL)
      memmove(n->terms, n->terms + 1, --n->nterms * sizeof *n->terms);
  }
}

/* Takes terms away that inner loops have for the same counter. The largest k. */
static big take_terms(struct walk *w) {
  big most = 0;
  for (uint32_t i = 0; i <= w->count; i++) {
    uint32_t n = loop_node(w, i);
    struct w_node *node = &w->nodes[n];
    w->taken[n].term.k = 0;
    for (uint32_t k = 0; k < node->nterms && w->sym[n] != NO_SYMBOL; k++) {
      struct w_term *t = &node->terms[k];
      if (t->symbol != w->sym[n] || (big)w->sign * t->k < 0)
        continue;
      most = most < (big)w->sign * t->k ? (big)w->sign * t->k : most;
      w->taken[n] = (struct w_taken){.at = k, .term = *t};
      memmove(t, t + 1, (--node->nterms - k) * sizeof *t);
      break;
    }
  }
  return most;
}

static void give_terms_back(struct walk *w) {
  for (uint32_t i = 0; i <= w->count; i++) {
    uint32_t n = loop_node(w, i);
    struct w_node *node = &w->nodes[n];
    struct w_taken *t = &w->taken[n];
    if (!t->term.k)
      continue;
    memmove(&node->terms[t->at + 1], &node->terms[t->at],
            (node->nterms++ - t->at) * sizeof *node->terms);
    node->terms[t->at] = t->term;
  }
}

/* Loops inside of this one that the same counter ends need no terms of their own: what a round of
 * any of them costs is paid by the one for this loop. The number of steps that each 1 pays is
 * found by trying. */
static int close_shared(struct w_pool *pool, struct w_pricing *p, struct walk *w) {
  const struct w_bounds *b = &w->nodes[w->head].st.facts[w->symbol].s.all;
  int settled = 0;
  big k = take_terms(w);
  for (; k && !settled && k * ((big)b->umax - b->umin) <= TOO_MUCH; k *= 2) {
    w->failed = false;
    if (!add_terms(pool, w, k))
      return -1;
    w->exit = 1;
    settled = settle(pool, p, w, end_cost, note_cost);
    if (settled == 0)
      drop_terms(w);
  }
  if (settled == 0)
    give_terms_back(w);
  w->failed = false;
  return settled;
}

/* w_close_loop with w->symbol as the counter, which rises or falls. */
static int close_with(struct w_pool *pool, struct w_pricing *p, struct walk *w) {
  const struct w_bounds *b = &w->nodes[w->head].st.facts[w->symbol].s.all;
  w->failed = false;
  for (uint32_t i = 0; i <= w->count; i++) {
    w->sym[loop_node(w, i)] = NO_SYMBOL;
    w->adv[loop_node(w, i)] = 0;
    w->round[loop_node(w, i)] = NEVER;
  }
  w->exit = 1;
  int settled = settle(pool, p, w, end_advance, note_nothing);
  if (settled != 1)
    return settled;
  big advance = w->adv[w->head];
  if (w->sym[w->head] != w->symbol || advance <= 0)
    return 0;
  settled = close_shared(pool, p, w);
  if (settled)
    return settled;
  w->exit = NEVER;
  settled = settle(pool, p, w, end_round, note_round);
  if (settled != 1)
    return settled;
  big round = w->round[w->head], k = (round + advance - 1) / advance;
  if (round < 0 || k > TOO_MUCH || k * ((big)b->umax - b->umin) > TOO_MUCH)
    return 0;
  if (!add_terms(pool, w, k ? k : 1))
    return -1;
  w->exit = 1;
  settled = settle(pool, p, w, end_cost, note_cost);
  if (settled == 0)
    drop_terms(w);
  return settled;
}

int w_close_loop(struct w_pool *pool, struct w_pricing *p, struct w_node *nodes,
                 uint32_t node_count, uint32_t head, const uint32_t *order, uint32_t count) {
  struct walk w = {.nodes = nodes, .head = head, .order = order, .count = count};
  uint32_t known = p->in_cap;
  if (!w_reserve(pool, (void **)&p->in, &p->in_cap, node_count, sizeof *p->in) ||
      !w_reserve(pool, (void **)&p->sym, &p->sym_cap, node_count, sizeof *p->sym) ||
      !w_reserve(pool, (void **)&p->adv, &p->adv_cap, node_count, sizeof *p->adv) ||
      !w_reserve(pool, (void **)&p->round, &p->round_cap, node_count, sizeof *p->round) ||
      !w_reserve(pool, (void **)&p->taken, &p->taken_cap, node_count, sizeof *p->taken))
    return -1;
  memset(p->in + known, 0, p->in_cap - known);
  w.in = p->in;
  w.sym = p->sym;
  w.adv = p->adv;
  w.round = p->round;
  w.taken = p->taken;
  for (uint32_t i = 0; i <= count; i++)
    p->in[loop_node(&w, i)] = 1;
  int result = 0;
  for (uint32_t s = 1; !result && s < nodes[head].st.next; s++) {
    const struct w_fact *f = &nodes[head].st.facts[s];
    if (f->kind != W_FSCALAR || f->s.all.umin == f->s.all.umax)
      continue;
    for (w.sign = 1; !result && w.sign >= -1; w.sign -= 2) {
      w.symbol = s;
      result = close_with(pool, p, &w);
    }
  }
  for (uint32_t i = 0; i <= count; i++)
    p->in[loop_node(&w, i)] = 0;
  return result;
}
