/* A comparison of two arguments is guessed from the bits of theirs that a diagram looks at. It is
 * read as any text is, and the diagram is simplified for where it holds and for where it does not:
 * the guess that leaves least is taken, and what is left is written the same way. */
#include "audit/comparison.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "audit/term.h"

enum {
  NODES_MAX = 5000,    /* of a diagram that is looked into */
  WORK_NODES = 300000, /* for all guesses about one condition */
  GUESSES_MAX = 1500,
  STEPS_MAX = 50000, /* for what one guess leaves */
  SIMPLE_MAX = 16,   /* parts that are written without comparisons */
  DEPTH_MAX = 5,     /* comparisons in one condition, one within the other */
  CACHE = 1 << 13,
};
#define LOW_HALF UINT64_C(0xffffffff)

struct simplified {
  bdd_t f, care, result;
};
struct hunt {
  struct bdd *m; /* owned; in the order of the diagrams that are asked about */
  simple_phrase *simple;
  unsigned guesses, simple_left, steps; /* what is left of them, but for guesses */
  struct simplified cache[CACHE];
};

/* ---- Diagrams ---- */

static bdd_t side(const struct bdd *m, bdd_t f, uint32_t var, bool high) {
  if (bdd_is_leaf(f) || w_bdd_var(m, f) != var)
    return f;
  return high ? w_bdd_high(m, f) : w_bdd_low(m, f);
}
/* What equals f where `care` holds, and looks at no variable without need. */
static bdd_t within(struct hunt *h, bdd_t f, bdd_t care) {
  struct bdd *m = h->m;
  if (f == BDD_NONE || care == BDD_NONE || h->steps == 0)
    return BDD_NONE;
  h->steps--;
  if (bdd_is_leaf(f) || care == BDD_TRUE)
    return f;
  if (care == BDD_FALSE)
    return BDD_FALSE;
  struct simplified *seen = &h->cache[(f * 2654435761u ^ care * 40503u) % CACHE];
  if (seen->f == f && seen->care == care)
    return seen->result;
  uint32_t var = w_bdd_var(m, f);
  bdd_t result;
  if (w_bdd_var(m, care) < var) {
    result = within(h, f, bdd_or(m, w_bdd_low(m, care), w_bdd_high(m, care)));
  } else {
    bdd_t care0 = side(m, care, var, false), care1 = side(m, care, var, true);
    if (care0 == BDD_FALSE)
      result = within(h, w_bdd_high(m, f), care1);
    else if (care1 == BDD_FALSE)
      result = within(h, w_bdd_low(m, f), care0);
    else {
      bdd_t low = within(h, w_bdd_low(m, f), care0);
      bdd_t high = low == BDD_NONE ? BDD_NONE : within(h, w_bdd_high(m, f), care1);
      result = w_bdd_make(m, var, low, high);
    }
  }
  if (result != BDD_NONE)
    *seen = (struct simplified){f, care, result};
  return result;
}

static unsigned count(const struct bdd *m, bdd_t f, uint8_t *seen) {
  if (bdd_is_leaf(f) || seen[f / 8] >> f % 8 & 1)
    return 0;
  seen[f / 8] |= (uint8_t)(1u << f % 8);
  return 1 + count(m, w_bdd_low(m, f), seen) + count(m, w_bdd_high(m, f), seen);
}
static unsigned size(const struct bdd *m, bdd_t f) {
  uint8_t *seen = calloc(w_bdd_nodes(m) / 8 + 1, 1); /* owned here */
  unsigned n = seen ? count(m, f, seen) : UINT32_MAX / 4;
  free(seen);
  return n;
}
/* A diagram of a manager in another one with the same order; `done` as in copies. */
static bdd_t taken(const struct bdd *from, bdd_t f, struct bdd *to, uint32_t *done) {
  if (bdd_is_leaf(f))
    return f;
  if (!done[f]) {
    bdd_t low = taken(from, w_bdd_low(from, f), to, done);
    if (low == BDD_NONE)
      return BDD_NONE;
    bdd_t high = taken(from, w_bdd_high(from, f), to, done);
    done[f] = w_bdd_make(to, w_bdd_var(from, f), low, high) + 1; /* BDD_NONE + 1 is 0 */
  }
  return done[f] - 1;
}

/* ---- Guesses ---- */

enum { TEXT_MAX = 200 };
struct guess {
  char text[TEXT_MAX], opposite[TEXT_MAX];
  bdd_t when, unless; /* what is left of the diagram where it holds, and where not */
  unsigned left;
};
static void try(struct hunt *h, bdd_t f, struct guess *best, const char *left, const char *op,
                const char *not_op, const char *right) {
  struct guess g = {.left = 0};
  if (best->left == 0 || h->guesses == GUESSES_MAX)
    return;
  h->guesses++;
  int n = snprintf(g.text, sizeof g.text, "%s %s %s", left, op, right);
  int k = snprintf(g.opposite, sizeof g.opposite, "%s %s %s", left, not_op, right);
  const char *at = g.text;
  bdd_t c = BDD_NONE;
  if (n >= TEXT_MAX || k >= TEXT_MAX || w_condition_read(h->m, &at, &c, NULL) || bdd_is_leaf(c))
    return;
  h->steps = STEPS_MAX;
  g.when = within(h, f, c);
  g.unless = within(h, f, bdd_not(h->m, c));
  if (g.when == BDD_NONE || g.unless == BDD_NONE)
    return;
  g.left = size(h->m, g.when) + size(h->m, g.unless);
  if (g.left < best->left)
    *best = g;
}
static void try_orders(struct hunt *h, bdd_t f, struct guess *best, const char *left,
                       const char *right) {
  try(h, f, best, left, "==", "!=", right);
  try(h, f, best, left, "<", ">=", right);
  try(h, f, best, left, ">", "<=", right);
}

/* A field under a mask, with parentheses where it stands in a sum. */
static void term_text(char text[TEXT_MAX], unsigned field, uint64_t mask, bool in_sum) {
  const char *name = w_term_names[field];
  if (mask == UINT64_MAX)
    snprintf(text, TEXT_MAX, "%s", name);
  else if (mask == ~LOW_HALF)
    snprintf(text, TEXT_MAX, "%s.high", name);
  else
    snprintf(text, TEXT_MAX, in_sum ? "(%s & 0x%" PRIx64 ")" : "%s & 0x%" PRIx64, name, mask);
}
/* The least value of `to` for which f can hold when `from` is 0: what is added, in a comparison. */
static uint64_t offset(struct hunt *h, bdd_t f, unsigned from, unsigned to) {
  uint8_t fixed[INPUT_VARS / 8] = {0}, values[INPUT_VARS / 8] = {0};
  for (unsigned bit = 0; bit < 64; bit++) {
    uint32_t v = w_term_var(h->m, from, bit);
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
  }
  bdd_t g = w_bdd_fix(h->m, f, fixed, values);
  if (g == BDD_NONE || bdd_is_leaf(g))
    return 0;
  struct seccomp_data d = w_audit_input(h->m, g);
  return to < 6 ? d.args[to] : d.instruction_pointer;
}
static void try_sums(struct hunt *h, bdd_t f, struct guess *best, unsigned i, unsigned j,
                     uint64_t mask_i, uint64_t mask_j) {
  char left[TEXT_MAX], right[TEXT_MAX], sum[TEXT_MAX + 64];
  bdd_t not_f = bdd_not(h->m, f);
  uint64_t adds[2] = {offset(h, f, i, j) & mask_j,
                      not_f == BDD_NONE ? 0 : offset(h, not_f, i, j) & mask_j};
  term_text(left, i, mask_i, true);
  term_text(right, j, mask_j, false);
  for (unsigned k = 0; k < 2; k++) {
    if (adds[k] == 0)
      continue;
    snprintf(sum, sizeof sum, "%s + %" PRIu64, left, adds[k]);
    try(h, f, best, sum, "==", "!=", right);
    try(h, f, best, sum, "<=", ">", right);
    bool minus = mask_j - adds[k] < adds[k]; /* it is shorter to subtract */
    snprintf(sum, sizeof sum, "%s %c %" PRIu64 " & 0x%" PRIx64, w_term_names[i], "+-"[minus],
             minus ? mask_j - adds[k] + 1 : adds[k], mask_j);
    try(h, f, best, sum, "==", "!=", right);
    try(h, f, best, sum, "<=", ">", right);
  }
}
/* A sum or a difference of two, and a number. */
static void try_totals(struct hunt *h, bdd_t f, struct guess *best, unsigned i, unsigned j,
                       uint64_t mask) {
  char left[TEXT_MAX], right[TEXT_MAX];
  bdd_t not_f = bdd_not(h->m, f);
  uint64_t least = offset(h, f, j, i) & mask,
           least_not = not_f == BDD_NONE ? 0 : offset(h, not_f, j, i) & mask;
  for (const char *sign = "+-"; *sign; sign++) {
    snprintf(left, sizeof left, "%s %c %s & 0x%" PRIx64, w_term_names[i], *sign, w_term_names[j],
             mask);
    if (mask == UINT64_MAX)
      snprintf(left, sizeof left, "%s %c %s", w_term_names[i], *sign, w_term_names[j]);
    snprintf(right, sizeof right, "%" PRIu64, least);
    try(h, f, best, left, "==", "!=", right);
    try(h, f, best, left, ">=", "<", right);
    snprintf(right, sizeof right, "%" PRIu64, least_not);
    try(h, f, best, left, "<", ">=", right);
  }
}

/* The halves of two fields whose bits take turns: where they do not, a comparison is too large. */
static bool in_turns(const struct bdd *m, unsigned word, unsigned other) {
  return w_bdd_order(m)->group[word] >> other & 1;
}
static unsigned word_of(unsigned field, bool high) { return INPUT_ARG + 2 * field + !high; }
static uint64_t meeting(const struct bdd *m, unsigned i, unsigned j) {
  return (in_turns(m, word_of(i, true), word_of(j, true)) ? ~LOW_HALF : 0) |
         (in_turns(m, word_of(i, false), word_of(j, false)) ? LOW_HALF : 0);
}
static void try_pair(struct hunt *h, bdd_t f, struct guess *best, unsigned i, unsigned j,
                     const uint64_t seen[FIELDS]) {
  const uint64_t meet = meeting(h->m, i, j), both = seen[i] & seen[j] & meet;
  const uint64_t halves[] = {UINT64_MAX, LOW_HALF, ~LOW_HALF};
  uint64_t masks[16][2];
  unsigned n = 0;
  for (unsigned k = 0; k < 3; k++) {
    if (halves[k] & ~meet)
      continue;
    const uint64_t some[3][2] = {{seen[i] & halves[k], seen[j] & halves[k]},
                                 {both & halves[k], both & halves[k]},
                                 {halves[k], halves[k]}};
    for (unsigned s = 0; s < 3; s++) {
      bool old = some[s][0] == 0 || some[s][1] == 0;
      for (unsigned o = 0; o < n; o++)
        old |= masks[o][0] == some[s][0] && masks[o][1] == some[s][1];
      if (!old)
        memcpy(masks[n++], some[s], sizeof some[s]);
    }
  }
  char left[TEXT_MAX], right[TEXT_MAX];
  for (unsigned k = 0; k < n; k++) {
    term_text(left, i, masks[k][0], false);
    term_text(right, j, masks[k][1], false);
    try_orders(h, f, best, left, right);
  }
  for (unsigned k = 0; k < n; k++) {
    try_sums(h, f, best, i, j, masks[k][0], masks[k][1]);
    try_sums(h, f, best, j, i, masks[k][1], masks[k][0]);
    try_totals(h, f, best, i, j, masks[k][0]);
    try_totals(h, f, best, j, i, masks[k][1]);
  }
  snprintf(left, sizeof left, "%s & %s", w_term_names[i], w_term_names[j]);
  if (both != UINT64_MAX)
    snprintf(left, sizeof left, "%s & %s & 0x%" PRIx64, w_term_names[i], w_term_names[j], both);
  if (both)
    try(h, f, best, left, "!=", "==", "0");
}
/* A high half and a low one. */
static void try_halves(struct hunt *h, bdd_t f, struct guess *best, unsigned i, unsigned j,
                       const uint64_t seen[FIELDS]) {
  char left[TEXT_MAX], right[TEXT_MAX];
  if (!(seen[i] & ~LOW_HALF) || !(seen[j] & LOW_HALF) ||
      !in_turns(h->m, word_of(i, true), word_of(j, false)))
    return;
  term_text(left, i, ~LOW_HALF, false);
  term_text(right, j, LOW_HALF, false);
  try_orders(h, f, best, left, right);
}
/* The sum of two and a third one. */
static void try_triple(struct hunt *h, bdd_t f, struct guess *best, unsigned i, unsigned j,
                       unsigned k, const uint64_t seen[FIELDS]) {
  char left[TEXT_MAX], right[TEXT_MAX], other[TEXT_MAX];
  const uint64_t mask = seen[k] & meeting(h->m, i, k) & meeting(h->m, j, k);
  if (mask == 0)
    return;
  term_text(right, k, mask, false);
  if (mask == UINT64_MAX)
    snprintf(left, sizeof left, "%s + %s", w_term_names[i], w_term_names[j]);
  else
    snprintf(left, sizeof left, "%s + %s & 0x%" PRIx64, w_term_names[i], w_term_names[j], mask);
  try_orders(h, f, best, left, right);
  term_text(left, i, seen[i] & meeting(h->m, i, k), true);
  term_text(other, j, seen[j] & meeting(h->m, j, k), true);
  char sum[2 * TEXT_MAX + 8];
  snprintf(sum, sizeof sum, "%s + %s", left, other);
  try_orders(h, f, best, sum, right);
}
static struct guess best_guess(struct hunt *h, bdd_t f) {
  struct guess best = {.left = size(h->m, f)};
  uint8_t vars[INPUT_VARS / 8] = {0};
  uint64_t seen[FIELDS] = {0};
  if (best.left > NODES_MAX || !w_bdd_support(h->m, f, vars))
    return best;
  for (unsigned field = 0; field < FIELDS; field++)
    for (unsigned bit = 0; bit < 64; bit++) {
      uint32_t v = w_term_var(h->m, field, bit);
      seen[field] |= (uint64_t)(vars[v / 8] >> v % 8 & 1) << bit;
    }
  for (unsigned i = 0; i < FIELDS; i++)
    for (unsigned j = i + 1; j < FIELDS; j++)
      if (seen[i] && seen[j])
        try_pair(h, f, &best, i, j, seen);
  for (unsigned i = 0; i < FIELDS; i++)
    for (unsigned j = 0; j < FIELDS; j++)
      try_halves(h, f, &best, i, j, seen);
  for (unsigned i = 0; i < FIELDS; i++)
    for (unsigned j = i + 1; j < FIELDS; j++)
      for (unsigned k = 0; k < FIELDS; k++)
        if (seen[i] && seen[j] && seen[k] && k != i && k != j)
          try_triple(h, f, &best, i, j, k, seen);
  return best;
}

/* ---- Phrases ---- */

static struct phrase phrase_of(struct hunt *h, bdd_t f, unsigned depth);
/* "TEXT and what is left", or the text alone where that is true. */
static void add_part(struct hunt *h, struct phrase *whole, const char *text, bdd_t rest,
                     unsigned depth) {
  struct phrase part = {.binding = BIND_TEST};
  if (rest == BDD_FALSE)
    return;
  w_text_put(&part.text, "%s", text);
  if (rest != BDD_TRUE)
    w_phrase_join(&part, BIND_AND, phrase_of(h, rest, depth + 1));
  w_phrase_join(whole, BIND_OR, part);
}
static struct phrase phrase_of(struct hunt *h, bdd_t f, unsigned depth) {
  enum { SHORT = 80 };
  struct phrase simple = w_phrase_none();
  if (depth && h->simple_left) {
    h->simple_left--;
    simple = h->simple(h->m, f);
  }
  if (depth == DEPTH_MAX || (!w_phrase_bad(&simple) && simple.text.length < SHORT))
    return simple;
  struct guess g = best_guess(h, f);
  struct phrase p = {.binding = BIND_TEST};
  if (!g.text[0])
    return simple;
  if (g.when == BDD_TRUE && !bdd_is_leaf(g.unless)) { /* "c or rest" is shorter */
    w_text_put(&p.text, "%s", g.text);
    w_phrase_join(&p, BIND_OR, phrase_of(h, g.unless, depth + 1));
  } else if (g.unless == BDD_TRUE && !bdd_is_leaf(g.when)) {
    w_text_put(&p.text, "%s", g.opposite);
    w_phrase_join(&p, BIND_OR, phrase_of(h, g.when, depth + 1));
  } else {
    add_part(h, &p, g.text, g.when, depth);
    add_part(h, &p, g.opposite, g.unless, depth);
  }
  if (w_phrase_bad(&p) || (!w_phrase_bad(&simple) && simple.text.length <= p.text.length)) {
    w_phrase_free(&p);
    return simple;
  }
  w_phrase_free(&simple);
  return p;
}

struct phrase w_comparison_phrase(const struct bdd *m, bdd_t f, simple_phrase *simple) {
  struct phrase p = w_phrase_none();
  struct hunt *h = calloc(1, sizeof *h);                 /* owned here */
  uint32_t *done = calloc(w_bdd_nodes(m), sizeof *done); /* owned here */
  struct bdd *work = w_bdd_new(WORK_NODES);              /* owned here */
  if (h && done && work) {
    w_bdd_set_order(work, w_bdd_order(m));
    h->m = work;
    h->simple = simple;
    h->simple_left = SIMPLE_MAX;
    bdd_t g = taken(m, f, work, done);
    if (g != BDD_NONE)
      p = phrase_of(h, g, 0);
  }
  w_bdd_free(work);
  free(done);
  free(h);
  return p;
}
