#include "verify/price.h"

#include <string.h>

typedef __int128 big;
#define NEVER (-((big)1 << 100))
#define TOO_MUCH ((big)1 << 60)
#define NO_SYMBOL UINT32_MAX
enum { PASSES = 24 };

void w_pricing_free(struct w_pool *pool, struct w_pricing *p) {
  w_release(pool, p->pieces, p->piece_cap * sizeof *p->pieces);
  w_release(pool, p->values, p->value_cap * sizeof *p->values);
  memset(p, 0, sizeof *p);
}

static int64_t next_s(const struct w_buf *b, size_t *at) {
  uint64_t u = w_next_u(b, at);
  return (int64_t)(u >> 1 ^ (u & 1 ? UINT64_MAX : 0));
}

/* An end in another node: the substitution, and the ranges of its values. */
struct edge {
  const struct w_buf *b;
  uint32_t to;
  uint64_t n;
  size_t subs, ranges;
};
static struct edge edge_at(const struct w_buf *b, size_t at) { /* after the tag */
  struct edge e = {.b = b};
  e.to = (uint32_t)w_next_u(b, &at);
  e.n = w_next_u(b, &at);
  e.subs = at;
  for (uint64_t k = 0; k < 3 * e.n; k++)
    w_next_u(b, &at);
  e.ranges = at;
  return e;
}
struct image {
  uint32_t sym;
  int64_t c;
  bool bounded;
  uint64_t lo, hi;
};
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

/* The value of an end, and of the derivation: the most of steps + end. */
struct walk {
  struct w_node *nodes;
  uint32_t node;
  big exit;
  big (*end)(struct walk *w, const struct edge *e);
  /* of a loop */
  uint32_t head, symbol;
  int sign;
  const uint8_t *in;
  uint32_t *sym;
  big *adv, *round;
  bool failed;
};

static bool go(struct w_pool *pool, struct w_pricing *p, struct walk *w, big *result) {
  static const uint8_t numbers[] = {
      [W_CODE_STEPS] = 1, [W_CODE_SLOT] = 1, [W_CODE_READ] = 2,
      [W_CODE_WRITE] = 2, [W_CODE_SUB] = 2,
  };
  const struct w_buf *b = &w->nodes[w->node].code;
  uint32_t count = 0, height = 0;
  for (size_t at = 0; at < b->len;) {
    if (!w_reserve(pool, (void **)&p->pieces, &p->piece_cap, count + 1, sizeof *p->pieces))
      return false;
    p->pieces[count++] = (uint32_t)at;
    uint8_t tag = b->bytes[at++];
    uint64_t last = 0;
    for (int k = 0; k < numbers[tag]; k++)
      last = w_next_u(b, &at);
    if (tag == W_CODE_SUB)
      for (last *= 6; last > 0; last--)
        w_next_u(b, &at);
  }
  if (!w_reserve(pool, (void **)&p->values, &p->value_cap, count + 1, sizeof *p->values))
    return false;
  while (count) {
    size_t at = p->pieces[--count];
    uint8_t tag = b->bytes[at++];
    if (tag == W_CODE_EXIT || tag == W_CODE_DEAD) {
      p->values[height++] = tag == W_CODE_EXIT ? w->exit : NEVER;
    } else if (tag == W_CODE_SUB) {
      struct edge e = edge_at(b, at);
      p->values[height++] = w->end(w, &e);
    } else if (tag == W_CODE_BRANCH) {
      height--;
      big x = p->values[height], y = p->values[height - 1];
      p->values[height - 1] = (x > y ? x : y) + 1;
    } else if (tag == W_CODE_STEPS) {
      p->values[height - 1] += w_next_u(b, &at);
    }
  }
  *result = height ? p->values[0] : 0;
  return true;
}

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
  if (!go(pool, p, &w, &c))
    return false;
  nodes[node].potential = c < 0 ? 0 : c > TOO_MUCH ? (uint64_t)TOO_MUCH : (uint64_t)c;
  return true;
}

/* Which symbol of the node is the counter, and how far it goes, at least, until the head again. */
static big end_advance(struct walk *w, const struct edge *e) {
  bool back = e->to == w->head;
  if (!w->in[e->to] || (!back && w->sym[e->to] == NO_SYMBOL))
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
  if (*mine == NO_SYMBOL) {
    *mine = v.sym;
    w->adv[w->node] = adv;
  } else if (*mine != v.sym) {
    w->failed = true;
  } else if (adv < w->adv[w->node]) {
    w->adv[w->node] = adv;
  }
  return 0;
}

/* Steps until the head again. */
static big end_round(struct walk *w, const struct edge *e) {
  if (!w->in[e->to] || (e->to != w->head && w->sym[e->to] == NO_SYMBOL))
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

static bool add_term(struct w_pool *pool, struct w_node *n, uint32_t symbol, big k) {
  if (!w_reserve(pool, (void **)&n->terms, &n->term_cap, n->nterms + 1, sizeof *n->terms))
    return false;
  memmove(n->terms + 1, n->terms, n->nterms++ * sizeof *n->terms);
  const struct w_bounds *b = &n->st.facts[symbol].s.all;
  n->terms[0] = (struct w_term){.k = (int64_t)k, .symbol = symbol, .N = k > 0 ? b->umax : b->umin};
  return true;
}

/* As the function below, with one symbol, which rises or falls. */
static int close_with(struct w_pool *pool, struct w_pricing *p, struct walk *w,
                      const uint32_t *order, uint32_t count) {
  uint32_t head = w->head;
  const struct w_bounds *b = &w->nodes[head].st.facts[w->symbol].s.all;
  big value;
  bool changed = true;
  for (uint32_t i = 0; i <= count; i++) {
    uint32_t n = i < count ? order[i] : head;
    w->sym[n] = NO_SYMBOL;
    w->round[n] = NEVER;
  }
  w->failed = false;
  for (int pass = 0; changed && pass < PASSES; pass++) {
    changed = false;
    for (uint32_t i = 0; i <= count; i++) {
      w->node = i < count ? order[i] : head;
      uint32_t sym = w->sym[w->node];
      big adv = w->adv[w->node];
      w->end = end_advance;
      if (!go(pool, p, w, &value))
        return -1;
      if (w->failed)
        return 0;
      changed |= sym != w->sym[w->node] || (sym != NO_SYMBOL && adv != w->adv[w->node]);
    }
  }
  if (changed || w->sym[head] != w->symbol || w->adv[head] <= 0)
    return 0;
  changed = true;
  w->exit = NEVER;
  for (int pass = 0; changed && pass < PASSES; pass++) {
    changed = false;
    for (uint32_t i = 0; i <= count; i++) {
      w->node = i < count ? order[i] : head;
      w->end = end_round;
      if (!go(pool, p, w, &value))
        return -1;
      if (w->failed)
        return 0;
      if (value < NEVER / 2)
        value = NEVER;
      changed |= value > w->round[w->node];
      if (value > w->round[w->node])
        w->round[w->node] = value;
    }
  }
  big k = (w->round[head] + w->adv[head] - 1) / w->adv[head];
  if (changed || w->round[head] < 0 || k > TOO_MUCH || k * ((big)b->umax - b->umin) > TOO_MUCH)
    return 0;
  if (!k)
    k = 1;
  for (uint32_t i = 0; i <= count; i++) {
    uint32_t n = i < count ? order[i] : head;
    w->nodes[n].potential = 0;
    if (w->sym[n] != NO_SYMBOL && !add_term(pool, &w->nodes[n], w->sym[n], w->sign * k))
      return -1;
  }
  changed = true;
  w->exit = 1;
  for (int pass = 0; changed && pass < PASSES; pass++) {
    changed = false;
    for (uint32_t i = 0; i <= count; i++) {
      w->node = i < count ? order[i] : head;
      w->end = end_cost;
      if (!go(pool, p, w, &value))
        return -1;
      if (value > TOO_MUCH)
        w->failed = true;
      if (value > (big)w->nodes[w->node].potential) {
        w->nodes[w->node].potential = (uint64_t)value;
        changed = true;
      }
      if (w->failed)
        break;
    }
    if (w->failed)
      break;
  }
  if (!changed && !w->failed)
    return 1;
  for (uint32_t i = 0; i <= count; i++) { /* back to what it was */
    struct w_node *n = &w->nodes[i < count ? order[i] : head];
    if (w->sym[i < count ? order[i] : head] != NO_SYMBOL)
      memmove(n->terms, n->terms + 1, --n->nterms * sizeof *n->terms);
  }
  return 0;
}

int w_close_loop(struct w_pool *pool, struct w_pricing *p, struct w_node *nodes,
                 uint32_t node_count, uint32_t head, const uint32_t *order, uint32_t count) {
  struct walk w = {.nodes = nodes, .head = head, .exit = 1};
  size_t n = node_count;
  int result = -1;
  uint8_t *in = w_resize(pool, NULL, 0, n);
  w.sym = w_resize(pool, NULL, 0, n * sizeof *w.sym);
  w.adv = w_resize(pool, NULL, 0, n * sizeof *w.adv);
  w.round = w_resize(pool, NULL, 0, n * sizeof *w.round);
  if (in && w.sym && w.adv && w.round) {
    memset(in, 0, n);
    memset(w.adv, 0, n * sizeof *w.adv);
    for (uint32_t i = 0; i < count; i++)
      in[order[i]] = 1;
    in[head] = 1;
    w.in = in;
    result = 0;
    for (uint32_t s = 1; !result && s < nodes[head].st.next; s++) {
      const struct w_fact *f = &nodes[head].st.facts[s];
      if (f->kind != W_FSCALAR || f->s.all.umin == f->s.all.umax)
        continue;
      for (w.sign = 1; !result && w.sign >= -1; w.sign -= 2) {
        w.symbol = s;
        w.exit = 1;
        result = close_with(pool, p, &w, order, count);
      }
    }
  }
  w_release(pool, in, n);
  w_release(pool, w.sym, n * sizeof *w.sym);
  w_release(pool, w.adv, n * sizeof *w.adv);
  w_release(pool, w.round, n * sizeof *w.round);
  return result;
}
