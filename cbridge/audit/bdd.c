/* Binary decision diagrams; see bdd.h. */
#include "audit/bdd.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "audit/order.h"

struct node {
  uint32_t var;
  bdd_t low, high;
  bdd_t next; /* in its bucket; the newest node of a bucket is its first */
};
struct memo {
  bdd_t f, g, h, result; /* f is 0 in an empty one: if-then-else of a leaf is not remembered */
};

struct bdd {
  struct node *nodes; /* owned; the first two stand for the leaves */
  uint32_t count, room;
  bdd_t *buckets; /* owned; `bucket_count`, a power of two; 0 ends a chain */
  uint32_t bucket_count;
  struct memo *memo; /* owned; `memo_count`, a power of two; the last result of each slot */
  uint32_t memo_count;
  uint32_t *written; /* owned; slots of the memo since the attempt began, the first WRITTEN_MAX */
  uint32_t written_count;
  uint32_t total, limit, allow; /* node numbers, as in checker/Bdd.v */
  uint32_t mark;                /* the count when the attempt began */
  bool failed;                  /* a limit was met since the attempt began */
  uint64_t work, work_limit;    /* recursive calls; a diagram can be visited without growing */
  uint64_t work_total;
  struct input_order order;
};

enum {
  FIRST_ROOM = 4096,
  MEMO_MAX = 1 << 20,
  WRITTEN_MAX = 1 << 16,
  WORK_A_NODE = 32,       /* calls that an attempt may make for each node that it may make, */
  WORK_LEAST = 1 << 16,   /* and these besides */
  WORK_TOTAL_A_NODE = 128 /* the same for everything together */
};

struct bdd *w_bdd_new(uint32_t limit) {
  struct bdd *m = calloc(1, sizeof *m);
  if (!m)
    return NULL;
  struct meetings none;
  w_meetings_start(&none);
  m->order = w_order_with(&none);
  m->total = limit < 64 ? 64 : limit > 0x7fffffff ? 0x7fffffff : limit;
  m->limit = m->total;
  m->allow = m->total / 4;
  m->work_total = m->work_limit = (uint64_t)m->total * WORK_TOTAL_A_NODE + (1 << 20);
  m->room = m->bucket_count = FIRST_ROOM;
  m->memo_count = FIRST_ROOM;
  m->nodes = malloc(m->room * sizeof *m->nodes);
  m->buckets = calloc(m->bucket_count, sizeof *m->buckets);
  m->memo = calloc(m->memo_count, sizeof *m->memo);
  m->written = malloc(WRITTEN_MAX * sizeof *m->written);
  if (!m->nodes || !m->buckets || !m->memo || !m->written) {
    w_bdd_free(m);
    return NULL;
  }
  for (m->count = 0; m->count < 2; m->count++)
    m->nodes[m->count] = (struct node){.var = UINT32_MAX, .low = m->count, .high = m->count};
  return m;
}

void w_bdd_free(struct bdd *m) {
  if (!m)
    return;
  free(m->nodes);
  free(m->buckets);
  free(m->memo);
  free(m->written);
  free(m);
}

void w_bdd_allow(struct bdd *m, uint32_t more) {
  m->total = more < 0x7fffffff - m->total ? m->total + more : 0x7fffffff;
  m->work_total += (uint64_t)more * WORK_TOTAL_A_NODE;
  w_bdd_done(m);
}

const struct input_order *w_bdd_order(const struct bdd *m) { return &m->order; }
void w_bdd_set_order(struct bdd *m, const struct input_order *order) { m->order = *order; }

uint32_t w_bdd_var(const struct bdd *m, bdd_t f) { return m->nodes[f].var; }
bdd_t w_bdd_low(const struct bdd *m, bdd_t f) { return m->nodes[f].low; }
bdd_t w_bdd_high(const struct bdd *m, bdd_t f) { return m->nodes[f].high; }
uint32_t w_bdd_nodes(const struct bdd *m) { return m->count; }

static uint32_t mix(uint32_t a, uint32_t b, uint32_t c) {
  uint64_t h = a * 0x9e3779b97f4a7c15u ^ b * 0xc2b2ae3d27d4eb4fu ^ c * 0x165667b19e3779f9u;
  return (uint32_t)(h >> 32) ^ (uint32_t)h;
}
static uint32_t bucket_of(const struct bdd *m, const struct node *n) {
  return mix(n->var, n->low, n->high) & (m->bucket_count - 1);
}

/* Doubles everything that grows with the number of nodes. */
static bool grow(struct bdd *m) {
  uint32_t room = m->room * 2;
  struct node *nodes = realloc(m->nodes, room * sizeof *nodes);
  if (!nodes)
    return false;
  m->nodes = nodes;
  bdd_t *buckets = calloc(room, sizeof *buckets);
  if (!buckets)
    return false;
  free(m->buckets);
  m->buckets = buckets;
  m->bucket_count = m->room = room;
  for (bdd_t f = 2; f < m->count; f++) { /* oldest first: see struct node */
    bdd_t *bucket = &m->buckets[bucket_of(m, &m->nodes[f])];
    m->nodes[f].next = *bucket;
    *bucket = f;
  }
  if (room <= MEMO_MAX) {
    struct memo *memo = calloc(room, sizeof *memo);
    if (memo) { /* a small one is slower, and no more */
      free(m->memo);
      m->memo = memo;
      m->memo_count = room;
    }
  }
  return true;
}

void w_bdd_attempt(struct bdd *m) {
  m->failed = false;
  m->written_count = 0;
  m->mark = m->count;
  m->limit = m->total - m->count < m->allow ? m->total : m->count + m->allow;
  uint64_t work = m->work + (uint64_t)m->allow * WORK_A_NODE + WORK_LEAST;
  m->work_limit = work < m->work_total ? work : m->work_total;
}
bool w_bdd_failed(const struct bdd *m) { return m->failed; }
void w_bdd_done(struct bdd *m) {
  m->limit = m->total;
  m->work_limit = m->work_total;
}
void w_bdd_forget(struct bdd *m) {
  while (m->count > m->mark) {
    const struct node *n = &m->nodes[--m->count];
    m->buckets[bucket_of(m, n)] = n->next;
  }
  /* What was remembered since may be about nodes that are gone. */
  if (m->written_count < WRITTEN_MAX)
    for (uint32_t i = 0; i < m->written_count; i++)
      m->memo[m->written[i]] = (struct memo){0};
  else
    memset(m->memo, 0, m->memo_count * sizeof *m->memo);
  w_bdd_done(m);
}
uint32_t w_bdd_limit(const struct bdd *m) { return m->total; }
uint64_t w_bdd_work(const struct bdd *m) { return m->work; }
void w_bdd_work_at_most(struct bdd *m, uint64_t most) { m->work_limit = m->work + most; }
void w_bdd_work_back(struct bdd *m, uint64_t work) { m->work = work; }
void w_bdd_fail(struct bdd *m) {
  w_bdd_forget(m);
  m->allow = m->allow / 2 > m->total / 1000 ? m->allow / 2 : m->total / 1000;
}

bdd_t w_bdd_make(struct bdd *m, uint32_t var, bdd_t low, bdd_t high) {
  if (low == BDD_NONE || high == BDD_NONE)
    return BDD_NONE;
  if (low == high)
    return low;
  struct node n = {.var = var, .low = low, .high = high};
  for (bdd_t f = m->buckets[bucket_of(m, &n)]; f; f = m->nodes[f].next)
    if (m->nodes[f].var == var && m->nodes[f].low == low && m->nodes[f].high == high)
      return f;
  if (m->count >= m->limit || (m->count == m->room && !grow(m))) {
    m->failed = true;
    return BDD_NONE;
  }
  uint32_t bucket = bucket_of(m, &n);
  n.next = m->buckets[bucket];
  m->nodes[m->count] = n;
  return m->buckets[bucket] = m->count++;
}

static bdd_t when(const struct bdd *m, uint32_t var, bdd_t f, bool value) {
  const struct node *n = &m->nodes[f];
  return n->var != var ? f : value ? n->high : n->low;
}

bdd_t w_bdd_ite(struct bdd *m, bdd_t f, bdd_t g, bdd_t h) {
  if (f == BDD_NONE || g == BDD_NONE || h == BDD_NONE)
    return BDD_NONE;
  if (bdd_is_leaf(f))
    return f ? g : h;
  if (g == h)
    return g;
  if (g == BDD_TRUE && h == BDD_FALSE)
    return f;
  uint32_t slot = mix(f, g, h) & (m->memo_count - 1);
  const struct memo *seen = &m->memo[slot];
  if (seen->f == f && seen->g == g && seen->h == h)
    return seen->result;
  if (m->work >= m->work_limit) {
    m->failed = true;
    return BDD_NONE;
  }
  m->work++;
  uint32_t var = m->nodes[f].var;
  if (m->nodes[g].var < var)
    var = m->nodes[g].var;
  if (m->nodes[h].var < var)
    var = m->nodes[h].var;
  bdd_t low = w_bdd_ite(m, when(m, var, f, false), when(m, var, g, false), when(m, var, h, false));
  if (low == BDD_NONE)
    return BDD_NONE;
  bdd_t high = w_bdd_ite(m, when(m, var, f, true), when(m, var, g, true), when(m, var, h, true));
  bdd_t result = w_bdd_make(m, var, low, high);
  if (result != BDD_NONE) {
    slot = mix(f, g, h) & (m->memo_count - 1); /* the table may have grown */
    m->memo[slot] = (struct memo){f, g, h, result};
    if (m->written_count < WRITTEN_MAX)
      m->written[m->written_count++] = slot;
  }
  return result;
}

bdd_t w_bdd_choose(struct bdd *m, uint32_t var, bdd_t low, bdd_t high) {
  if (low != BDD_NONE && high != BDD_NONE &&
      (m->nodes[low].var <= var || m->nodes[high].var <= var))
    return w_bdd_ite(m, w_bdd_make(m, var, BDD_FALSE, BDD_TRUE), high, low);
  return w_bdd_make(m, var, low, high);
}
bdd_t w_bdd_xor(struct bdd *m, bdd_t f, bdd_t g) { return w_bdd_ite(m, f, bdd_not(m, g), g); }

bool w_bdd_value(const struct bdd *m, bdd_t f, const uint8_t *assignment) {
  while (!bdd_is_leaf(f)) {
    uint32_t v = m->nodes[f].var;
    f = assignment[v / 8] >> v % 8 & 1 ? m->nodes[f].high : m->nodes[f].low;
  }
  return f == BDD_TRUE;
}

bdd_t w_bdd_follow(const struct bdd *m, bdd_t f, uint32_t end, const uint8_t *assignment) {
  while (m->nodes[f].var < end) { /* a leaf's is the greatest */
    uint32_t v = m->nodes[f].var;
    f = assignment[v / 8] >> v % 8 & 1 ? m->nodes[f].high : m->nodes[f].low;
  }
  return f;
}

/* ---- Rewriting ---- */

/* A table from diagrams to results, for one walk. */
struct walk {
  bdd_t *keys, *results; /* owned; `room`, a power of two; key 0 is empty */
  uint32_t count, room;
};
static void walk_free(struct walk *w) {
  free(w->keys);
  free(w->results);
}
static uint32_t walk_slot(const struct walk *w, bdd_t key) {
  uint32_t i = key * 0x9e3779b9u & (w->room - 1);
  while (w->keys[i] && w->keys[i] != key)
    i = (i + 1) & (w->room - 1);
  return i;
}
static bool walk_grow(struct walk *w) {
  struct walk bigger = {.room = w->room ? 2 * w->room : 64};
  bigger.keys = calloc(bigger.room, sizeof *bigger.keys);
  bigger.results = calloc(bigger.room, sizeof *bigger.results);
  if (!bigger.keys || !bigger.results) {
    walk_free(&bigger);
    return false;
  }
  for (uint32_t i = 0; i < w->room; i++)
    if (w->keys[i]) {
      uint32_t slot = walk_slot(&bigger, w->keys[i]);
      bigger.keys[slot] = w->keys[i];
      bigger.results[slot] = w->results[i];
      bigger.count++;
    }
  walk_free(w);
  *w = bigger;
  return true;
}
static bool walk_find(const struct walk *w, bdd_t key, bdd_t *result) {
  if (!w->room)
    return false;
  uint32_t slot = walk_slot(w, key);
  *result = w->results[slot];
  return w->keys[slot] == key;
}
static bdd_t walk_add(struct walk *w, bdd_t key, bdd_t result) {
  if (2 * w->count >= w->room && !walk_grow(w))
    return BDD_NONE;
  uint32_t slot = walk_slot(w, key);
  w->keys[slot] = key;
  w->results[slot] = result;
  w->count++;
  return result;
}

static bdd_t fix(struct bdd *m, struct walk *w, bdd_t f, const uint8_t *fixed,
                 const uint8_t *values) {
  bdd_t result;
  if (bdd_is_leaf(f) || walk_find(w, f, &result))
    return bdd_is_leaf(f) ? f : result;
  struct node n = m->nodes[f]; /* by value: the table may move */
  if (fixed[n.var / 8] >> n.var % 8 & 1) {
    bool high = values[n.var / 8] >> n.var % 8 & 1;
    result = fix(m, w, high ? n.high : n.low, fixed, values);
  } else {
    bdd_t low = fix(m, w, n.low, fixed, values);
    bdd_t high = low == BDD_NONE ? BDD_NONE : fix(m, w, n.high, fixed, values);
    result = w_bdd_make(m, n.var, low, high);
  }
  return result == BDD_NONE ? BDD_NONE : walk_add(w, f, result);
}
bdd_t w_bdd_fix(struct bdd *m, bdd_t f, const uint8_t *fixed, const uint8_t *values) {
  struct walk w = {0};
  bdd_t result = f == BDD_NONE ? BDD_NONE : fix(m, &w, f, fixed, values);
  walk_free(&w);
  return result;
}

static bdd_t cut(struct bdd *m, struct walk *w, bdd_t f, uint32_t end, bdd_t chosen) {
  bdd_t result;
  if (m->nodes[f].var >= end)
    return f == chosen ? BDD_TRUE : BDD_FALSE;
  if (walk_find(w, f, &result))
    return result;
  struct node n = m->nodes[f];
  bdd_t low = cut(m, w, n.low, end, chosen);
  bdd_t high = low == BDD_NONE ? BDD_NONE : cut(m, w, n.high, end, chosen);
  result = w_bdd_make(m, n.var, low, high);
  return result == BDD_NONE ? BDD_NONE : walk_add(w, f, result);
}
bdd_t w_bdd_cut(struct bdd *m, bdd_t f, uint32_t end, bdd_t chosen) {
  struct walk w = {0};
  bdd_t result = f == BDD_NONE ? BDD_NONE : cut(m, &w, f, end, chosen);
  walk_free(&w);
  return result;
}

static bdd_t copy(struct bdd *to, const struct bdd *from, struct walk *w, bdd_t f) {
  bdd_t result;
  if (bdd_is_leaf(f) || walk_find(w, f, &result))
    return bdd_is_leaf(f) ? f : result;
  const struct node *n = &from->nodes[f];
  bdd_t low = copy(to, from, w, n->low);
  bdd_t high = low == BDD_NONE ? BDD_NONE : copy(to, from, w, n->high);
  result = w_bdd_make(to, n->var, low, high);
  return result == BDD_NONE ? BDD_NONE : walk_add(w, f, result);
}
bdd_t w_bdd_copy(struct bdd *to, const struct bdd *from, bdd_t f) {
  struct walk w = {0};
  bdd_t result = f == BDD_NONE ? BDD_NONE : copy(to, from, &w, f);
  walk_free(&w);
  return result;
}

static bdd_t simplify(struct bdd *m, bdd_t f, bdd_t care, uint32_t *budget) {
  if (bdd_is_leaf(care) || bdd_is_leaf(f) || *budget == 0)
    return f;
  --*budget;
  struct node n = m->nodes[f], c = m->nodes[care];
  if (c.var < n.var) {
    bdd_t both = bdd_or(m, c.low, c.high);
    return both == BDD_NONE ? f : simplify(m, f, both, budget);
  }
  bdd_t care_low = c.var == n.var ? c.low : care, care_high = c.var == n.var ? c.high : care;
  if (care_low == BDD_FALSE)
    return simplify(m, n.high, care_high, budget);
  if (care_high == BDD_FALSE)
    return simplify(m, n.low, care_low, budget);
  bdd_t low = simplify(m, n.low, care_low, budget);
  bdd_t high = simplify(m, n.high, care_high, budget);
  bdd_t result = w_bdd_make(m, n.var, low, high);
  return result == BDD_NONE ? f : result;
}
bdd_t w_bdd_simplify(struct bdd *m, bdd_t f, bdd_t care) {
  uint32_t budget = 10000;
  bdd_t result = simplify(m, f, care, &budget);
  return budget ? result : f;
}

static bool support(const struct bdd *m, struct walk *w, bdd_t f, uint8_t *vars) {
  bdd_t seen;
  if (bdd_is_leaf(f) || walk_find(w, f, &seen))
    return true;
  uint32_t v = m->nodes[f].var;
  vars[v / 8] |= (uint8_t)(1u << v % 8);
  return walk_add(w, f, f) != BDD_NONE && support(m, w, m->nodes[f].low, vars) &&
         support(m, w, m->nodes[f].high, vars);
}
bool w_bdd_support(const struct bdd *m, bdd_t f, uint8_t *vars) {
  struct walk w = {0};
  bool good = support(m, &w, f, vars);
  walk_free(&w);
  return good;
}

/* A way from one variable to the next that skips those between leaves them both values. */
static void both_values(uint32_t from, uint32_t to, uint8_t *zeros, uint8_t *ones) {
  for (uint32_t v = from; v < to; v++) {
    zeros[v / 8] |= (uint8_t)(1u << v % 8);
    ones[v / 8] |= (uint8_t)(1u << v % 8);
  }
}
static bool values(const struct bdd *m, struct walk *w, bdd_t f, uint32_t vars, uint8_t *zeros,
                   uint8_t *ones) {
  bdd_t seen;
  if (bdd_is_leaf(f) || walk_find(w, f, &seen))
    return true;
  const struct node *n = &m->nodes[f];
  if (walk_add(w, f, f) == BDD_NONE)
    return false;
  for (int high = 0; high < 2; high++) {
    bdd_t next = high ? n->high : n->low;
    if (next == BDD_FALSE)
      continue;
    (high ? ones : zeros)[n->var / 8] |= (uint8_t)(1u << n->var % 8);
    both_values(n->var + 1, next == BDD_TRUE ? vars : m->nodes[next].var, zeros, ones);
    if (!values(m, w, next, vars, zeros, ones))
      return false;
  }
  return true;
}
bool w_bdd_values(const struct bdd *m, bdd_t f, uint32_t vars, uint8_t *zeros, uint8_t *ones) {
  struct walk w = {0};
  if (f != BDD_FALSE)
    both_values(0, f == BDD_TRUE ? vars : m->nodes[f].var, zeros, ones);
  bool good = values(m, &w, f, vars, zeros, ones);
  walk_free(&w);
  return good;
}

double w_bdd_share(const struct bdd *m, bdd_t f) {
  if (bdd_is_leaf(f))
    return f;
  /* Children are older than their parents, so one pass over a prefix of the nodes would do; but a
   * small diagram can be a young one, so the walk goes from the top and keeps what it has seen. */
  struct walk seen = {0};
  double *shares = NULL;
  uint32_t count = 0, room = 0, depth = 0;
  bdd_t stack[1200];
  bool good = true;
  stack[depth++] = f;
  while (depth && good) {
    bdd_t g = stack[depth - 1], at = 0, other = 0;
    const struct node *n = &m->nodes[g];
    if (walk_find(&seen, g, &at)) {
      depth--;
    } else if (!bdd_is_leaf(n->low) && !walk_find(&seen, n->low, &at)) {
      stack[depth++] = n->low;
    } else if (!bdd_is_leaf(n->high) && !walk_find(&seen, n->high, &other)) {
      stack[depth++] = n->high;
    } else {
      if (count == room) {
        room = room ? 2 * room : 64;
        double *more = realloc(shares, room * sizeof *more);
        if (!more) {
          good = false;
          break;
        }
        shares = more;
      }
      double low = bdd_is_leaf(n->low) ? n->low : shares[at];
      double high = bdd_is_leaf(n->high) ? n->high : shares[other];
      shares[count] = (low + high) / 2;
      good = walk_add(&seen, g, count) != BDD_NONE;
      count++;
      depth--;
    }
  }
  double result = good ? shares[count - 1] : -1;
  free(shares);
  walk_free(&seen);
  return result;
}

/* ---- Vectors ---- */

struct bdd_vec w_bdd_const(uint32_t k) {
  struct bdd_vec v;
  for (int i = 0; i < BDD_BITS; i++)
    v.bit[i] = k >> i & 1;
  return v;
}

bool w_bdd_vec_equal(const struct bdd_vec *a, const struct bdd_vec *b) {
  return memcmp(a->bit, b->bit, sizeof a->bit) == 0;
}
bool w_bdd_vec_failed(const struct bdd_vec *a) {
  for (int i = 0; i < BDD_BITS; i++)
    if (a->bit[i] == BDD_NONE)
      return true;
  return false;
}

struct bdd_vec w_bdd_vec_ite(struct bdd *m, bdd_t c, const struct bdd_vec *a,
                             const struct bdd_vec *b) {
  struct bdd_vec r;
  for (int i = 0; i < BDD_BITS; i++)
    r.bit[i] = w_bdd_ite(m, c, a->bit[i], b->bit[i]);
  return r;
}

/* n bits, with a carry in. */
static void add(struct bdd *m, int n, bdd_t carry, const bdd_t *a, const bdd_t *b, bdd_t *sum) {
  for (int i = 0; i < n; i++) {
    bdd_t x = a[i], y = b[i];
    sum[i] = w_bdd_xor(m, x, w_bdd_xor(m, y, carry));
    bdd_t either = bdd_or(m, y, carry);
    carry = w_bdd_ite(m, x, either, bdd_and(m, y, carry));
  }
}
static void subtract(struct bdd *m, int n, const bdd_t *a, const bdd_t *b, bdd_t *difference) {
  bdd_t not_b[BDD_BITS + 1];
  for (int i = 0; i < n; i++)
    not_b[i] = bdd_not(m, b[i]);
  add(m, n, BDD_TRUE, a, not_b, difference);
}
static bdd_t less(struct bdd *m, int n, bool or_equal, const bdd_t *a, const bdd_t *b) {
  bdd_t r = or_equal ? BDD_TRUE : BDD_FALSE;
  for (int i = 0; i < n; i++)
    r = w_bdd_ite(m, w_bdd_xor(m, a[i], b[i]), b[i], r);
  return r;
}

/* Horner's scheme, from the highest bit of b down. */
static struct bdd_vec multiply(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *b) {
  struct bdd_vec r = w_bdd_const(0), zero = w_bdd_const(0);
  for (int i = BDD_BITS - 1; i >= 0 && r.bit[BDD_BITS - 1] != BDD_NONE; i--) {
    struct bdd_vec t = w_bdd_vec_ite(m, b->bit[i], a, &zero);
    memmove(r.bit + 1, r.bit, sizeof r.bit - sizeof r.bit[0]);
    r.bit[0] = BDD_FALSE;
    add(m, BDD_BITS, BDD_FALSE, t.bit, r.bit, r.bit);
  }
  return r;
}

/* As on paper, from the highest bit of a down. */
static void divide(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *d,
                   struct bdd_vec *quotient, struct bdd_vec *remainder) {
  bdd_t r[BDD_BITS + 1], divisor[BDD_BITS + 1], less_divisor[BDD_BITS + 1];
  memcpy(divisor, d->bit, sizeof d->bit);
  divisor[BDD_BITS] = BDD_FALSE;
  memset(r, 0, sizeof r);
  for (int i = BDD_BITS - 1; i >= 0; i--) {
    memmove(r + 1, r, sizeof d->bit);
    r[0] = a->bit[i];
    bdd_t q = less(m, BDD_BITS + 1, true, divisor, r);
    subtract(m, BDD_BITS + 1, r, divisor, less_divisor);
    for (int j = 0; j <= BDD_BITS; j++)
      r[j] = w_bdd_ite(m, q, less_divisor[j], r[j]);
    quotient->bit[i] = q;
  }
  memcpy(remainder->bit, r, sizeof remainder->bit);
}

static struct bdd_vec shift(struct bdd *m, bool left, const struct bdd_vec *a,
                            const struct bdd_vec *by) {
  struct bdd_vec r = *a, moved;
  for (int i = 0; i < 5; i++) {
    int n = 1 << i;
    for (int j = 0; j < BDD_BITS; j++) {
      int from = left ? j - n : j + n;
      moved.bit[j] = from < 0 || from >= BDD_BITS ? BDD_FALSE : r.bit[from];
    }
    r = w_bdd_vec_ite(m, by->bit[i], &moved, &r);
  }
  return r;
}

struct bdd_vec w_bdd_vec_alu(struct bdd *m, uint8_t op, const struct bdd_vec *a,
                             const struct bdd_vec *y) {
  struct bdd_vec r, s;
  switch (op) {
  case BPF_ADD:
    add(m, BDD_BITS, BDD_FALSE, a->bit, y->bit, r.bit);
    break;
  case BPF_SUB:
    subtract(m, BDD_BITS, a->bit, y->bit, r.bit);
    break;
  case BPF_MUL:
    r = multiply(m, a, y);
    break;
  case BPF_DIV:
    divide(m, a, y, &r, &s);
    break;
  case BPF_MOD:
    divide(m, a, y, &s, &r);
    break;
  case BPF_LSH:
  case BPF_RSH:
    r = shift(m, op == BPF_LSH, a, y);
    break;
  default:
    for (int i = 0; i < BDD_BITS; i++)
      r.bit[i] = op == BPF_OR    ? bdd_or(m, a->bit[i], y->bit[i])
                 : op == BPF_AND ? bdd_and(m, a->bit[i], y->bit[i])
                                 : w_bdd_xor(m, a->bit[i], y->bit[i]);
  }
  return r;
}

bdd_t w_bdd_vec_less(struct bdd *m, bool or_equal, const struct bdd_vec *a,
                     const struct bdd_vec *b) {
  return less(m, BDD_BITS, or_equal, a->bit, b->bit);
}
bdd_t w_bdd_vec_same(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *b) {
  bdd_t r = BDD_TRUE;
  for (int i = 0; i < BDD_BITS; i++)
    r = w_bdd_ite(m, w_bdd_xor(m, a->bit[i], b->bit[i]), BDD_FALSE, r);
  return r;
}
bdd_t w_bdd_vec_meets(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *b) {
  bdd_t r = BDD_FALSE;
  for (int i = 0; i < BDD_BITS; i++)
    r = bdd_or(m, bdd_and(m, a->bit[i], b->bit[i]), r);
  return r;
}
