/* The writer looks for the form that a person would have chosen: intervals, sets and masked
 * comparisons of one argument, joined for several. What it finds is read back by the reader and
 * compared, so a form that it gets wrong is never shown. */
#include "audit/condition_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/comparison.h"
#include "audit/condition.h"
#include "audit/cover.h"
#include "audit/exits.h"
#include "audit/phrase.h"
#include "audit/term.h"

enum {
  REGIONS_MAX = 64,      /* intervals of one argument */
  EXITS_MAX = 24,        /* different conditions that values of one argument lead to */
  DIAGRAM_MAX = 1 << 20, /* of a diagram's text */
};

/* ---- One argument ---- */

struct region {
  uint64_t low, high;
};
struct regions {
  unsigned count;
  bool too_many;
  struct region region[REGIONS_MAX];
};

/* The bits of one argument that are looked at, highest first. */
struct bits {
  unsigned count;
  uint32_t var[64];
  uint64_t mask;
};

/* The values for which f has the truth value `want`, as numbers made of those bits alone. */
static void find_regions(const struct bdd *m, bdd_t f, const struct bits *bits, unsigned at,
                         uint64_t base, bdd_t want, struct regions *r) {
  if (r->too_many)
    return;
  unsigned left = bits->count - at;
  if (bdd_is_leaf(f)) {
    if (f != want)
      return;
    uint64_t high = left == 64 ? UINT64_MAX : base + (((uint64_t)1 << left) - 1);
    if (r->count && r->region[r->count - 1].high + 1 == base) {
      r->region[r->count - 1].high = high;
    } else if (r->count == REGIONS_MAX) {
      r->too_many = true;
    } else {
      r->region[r->count++] = (struct region){base, high};
    }
    return;
  }
  bool here = w_bdd_var(m, f) == bits->var[at];
  find_regions(m, here ? w_bdd_low(m, f) : f, bits, at + 1, base, want, r);
  find_regions(m, here ? w_bdd_high(m, f) : f, bits, at + 1, base + ((uint64_t)1 << (left - 1)),
               want, r);
}

/* The number whose bits under `mask` are those of v. */
static uint64_t spread(uint64_t v, uint64_t mask) {
  uint64_t r = 0;
  for (unsigned bit = 0; bit < 64; bit++)
    if (mask >> bit & 1) {
      r |= (v & 1) << bit;
      v >>= 1;
    }
  return r;
}

/* How long they are to read: a range is two numbers. */
static unsigned length(const struct regions *r) {
  unsigned n = 0;
  for (unsigned i = 0; i < r->count; i++)
    n += r->region[i].low == r->region[i].high ? 1 : 2;
  return n;
}

/* A range of a few values is rather part of a set, unless it is all there is. */
static bool in_set(const struct regions *r, unsigned i) {
  enum { FEW_VALUES = 4 };
  uint64_t more = r->region[i].high - r->region[i].low;
  return more == 0 || (more < FEW_VALUES && r->count > 1);
}
static void range_put(struct phrase *p, unsigned field, uint64_t mask, uint64_t low,
                      uint64_t high) {
  w_text_term(&p->text, field, mask);
  if (low == 0) {
    w_text_put(&p->text, " <= ");
    w_text_value(&p->text, mask, high);
  } else if (high == mask) {
    w_text_put(&p->text, " >= ");
    w_text_value(&p->text, mask, low);
  } else {
    w_text_put(&p->text, " in [");
    w_text_value(&p->text, mask, low);
    w_text_put(&p->text, ", ");
    w_text_value(&p->text, mask, high);
    w_text_put(&p->text, "]");
  }
}
static struct phrase regions_phrase(unsigned field, uint64_t mask, const struct regions *r) {
  struct phrase p = {.binding = BIND_TEST};
  uint64_t values = 0,
           base = mask; /* of the set: how many, and what tells their base, the same for all */
  unsigned parts = 0;
  for (unsigned i = 0; i < r->count; i++)
    if (in_set(r, i)) {
      values += r->region[i].high - r->region[i].low + 1;
      base = spread(r->region[i].high, mask) > UINT16_MAX ? 0 : base;
    } else {
      w_text_put(&p.text, "%s", parts++ ? " or " : "");
      range_put(&p, field, mask, spread(r->region[i].low, mask), spread(r->region[i].high, mask));
    }
  if (values) {
    w_text_put(&p.text, "%s", parts++ ? " or " : "");
    w_text_term(&p.text, field, mask);
    w_text_put(&p.text, "%s", values == 1 ? " == " : " in {");
    bool first = true;
    for (unsigned i = 0; i < r->count; i++)
      for (uint64_t k = 0; in_set(r, i) && k <= r->region[i].high - r->region[i].low; k++) {
        w_text_put(&p.text, "%s", first ? "" : ", ");
        w_text_value(&p.text, base, spread(r->region[i].low + k, mask));
        first = false;
      }
    if (values > 1)
      w_text_put(&p.text, "}");
  }
  if (parts > 1)
    p.binding = BIND_OR;
  return p;
}
/* All values but those. */
static struct phrase outside_phrase(unsigned field, uint64_t mask, const struct regions *r) {
  struct phrase p = {.binding = BIND_TEST};
  for (unsigned i = 0; i < r->count; i++) {
    uint64_t low = spread(r->region[i].low, mask), high = spread(r->region[i].high, mask);
    struct phrase part = {.binding = BIND_TEST};
    w_text_term(&part.text, field, mask);
    if (low == high) {
      w_text_put(&part.text, " != ");
      w_text_value(&part.text, mask, low);
    } else if (low == 0) {
      w_text_put(&part.text, " > ");
      w_text_value(&part.text, mask, high);
    } else if (high == mask) {
      w_text_put(&part.text, " < ");
      w_text_value(&part.text, mask, low);
    } else {
      w_text_put(&part.text, " < ");
      w_text_value(&part.text, mask, low);
      w_text_put(&part.text, " or ");
      w_text_term(&part.text, field, mask);
      w_text_put(&part.text, " > ");
      w_text_value(&part.text, mask, high);
      part.binding = BIND_OR;
    }
    w_phrase_join(&p, BIND_AND, part);
  }
  return p;
}

/* A diagram with a single path to `end` (all others lead to its opposite) as mask and value. */
static bool cube(const struct bdd *m, bdd_t f, bdd_t end, uint64_t *mask, uint64_t *value) {
  bdd_t other = end == BDD_TRUE ? BDD_FALSE : BDD_TRUE;
  *mask = *value = 0;
  while (!bdd_is_leaf(f)) {
    uint64_t bit = (uint64_t)1 << w_term_bit(m, w_bdd_var(m, f));
    *mask |= bit;
    if (w_bdd_low(m, f) == other) {
      *value |= bit;
      f = w_bdd_high(m, f);
    } else if (w_bdd_high(m, f) == other) {
      f = w_bdd_low(m, f);
    } else {
      return false;
    }
  }
  return f == end;
}

static struct phrase field_phrase(struct bdd *m, bdd_t f, unsigned field, int depth);

/* The bits that have one value for all inputs of g. False when memory runs out. */
static bool forced_bits(const struct bdd *m, bdd_t g, const struct bits *bits, uint64_t *mask,
                        uint64_t *value) {
  uint8_t zeros[INPUT_VARS / 8] = {0}, ones[INPUT_VARS / 8] = {0};
  *mask = *value = 0;
  if (!w_bdd_values(m, g, INPUT_VARS, zeros, ones))
    return false;
  for (unsigned i = 0; i < bits->count; i++) {
    uint32_t v = bits->var[i];
    uint64_t bit = (uint64_t)1 << w_term_bit(m, v);
    bool zero = zeros[v / 8] >> v % 8 & 1, one = ones[v / 8] >> v % 8 & 1;
    if (!zero || !one)
      *mask |= bit;
    if (!zero)
      *value |= bit;
  }
  return true;
}

/* A condition of which some bits are always required, and of which the rest is simpler:
 * `arg & mask == value and rest`; with `dual` the same of the opposite. */
static bool required_bits(struct bdd *m, bdd_t f, unsigned field, const struct bits *bits,
                          bool dual, int depth, struct phrase *result) {
  bdd_t g = dual ? bdd_not(m, f) : f;
  uint8_t fixed[INPUT_VARS / 8] = {0}, values[INPUT_VARS / 8] = {0};
  uint64_t mask, value;
  if (g == BDD_NONE)
    return false;
  if (!forced_bits(m, g, bits, &mask, &value) || mask == 0 || mask == bits->mask)
    return false;
  for (unsigned bit = 0; bit < 64; bit++) {
    uint32_t v = w_term_var(m, field, bit);
    if (mask >> bit & 1)
      fixed[v / 8] |= (uint8_t)(1u << v % 8);
    if (value >> bit & 1)
      values[v / 8] |= (uint8_t)(1u << v % 8);
  }
  bdd_t rest = w_bdd_fix(m, g, fixed, values);
  if (rest == BDD_NONE || bdd_is_leaf(rest))
    return false;
  if (dual)
    rest = bdd_not(m, rest);
  struct phrase p = {.binding = BIND_TEST}, test = {.binding = BIND_TEST};
  w_text_term(&test.text, field, mask);
  w_text_put(&test.text, "%s", dual ? " != " : " == ");
  w_text_value(&test.text, mask, value);
  enum binding how = dual ? BIND_OR : BIND_AND;
  w_phrase_join(&p, how, test);
  w_phrase_join(&p, how, field_phrase(m, rest, field, depth + 1));
  *result = p;
  return true;
}

/* The least value, or the greatest. */
static uint64_t extreme(const struct bdd *m, bdd_t f, bool greatest) {
  uint64_t v = greatest ? UINT64_MAX : 0;
  while (!bdd_is_leaf(f)) {
    uint64_t bit = (uint64_t)1 << w_term_bit(m, w_bdd_var(m, f));
    bool high = greatest ? w_bdd_high(m, f) != BDD_FALSE : w_bdd_low(m, f) == BDD_FALSE;
    v = high ? v | bit : v & ~bit;
    f = high ? w_bdd_high(m, f) : w_bdd_low(m, f);
  }
  return v;
}

/* `arg & mask == value and arg <= k`, and the like: a masked comparison within an interval. */
static bool within_interval(struct bdd *m, bdd_t f, unsigned field, const struct bits *bits,
                            struct phrase *result) {
  uint64_t low = extreme(m, f, false), high = extreme(m, f, true), mask, value;
  struct term all = {field, UINT64_MAX};
  if ((low == 0 && high == UINT64_MAX) || !forced_bits(m, f, bits, &mask, &value))
    return false;
  /* The highest bits, up to the first that varies, are the interval's. */
  for (uint64_t bit = (uint64_t)1 << 63; bit & mask; bit >>= 1)
    mask &= ~bit;
  value &= mask;
  struct term masked = {field, mask};
  if (low == value)
    low = 0; /* the mask alone keeps what lies below */
  bdd_t inside = bdd_and(m, w_term_at_most(m, &all, high, BDD_TRUE),
                         bdd_not(m, w_term_at_most(m, &all, low, BDD_FALSE)));
  if (mask == 0 || inside == BDD_NONE || bdd_and(m, inside, w_term_equals(m, &masked, value)) != f)
    return false;
  struct phrase test = {.binding = BIND_TEST}, p = {.binding = BIND_TEST};
  w_text_term(&test.text, field, mask);
  w_text_put(&test.text, " == ");
  w_text_value(&test.text, mask, value);
  w_phrase_join(&p, BIND_AND, test);
  struct regions r = {.count = 1, .region = {{low, high}}};
  w_phrase_join(&p, BIND_AND, regions_phrase(field, UINT64_MAX, &r));
  *result = p;
  return true;
}

/* f is no leaf and looks at one argument alone. */
static struct phrase field_phrase(struct bdd *m, bdd_t f, unsigned field, int depth) {
  if (f == BDD_NONE || bdd_is_leaf(f) || depth > 8)
    return w_phrase_none();
  struct phrase p = {.binding = BIND_TEST};
  uint64_t mask = 0, value = 0;
  bool equal = cube(m, f, BDD_TRUE, &mask, &value);
  bool is_cube = equal || cube(m, f, BDD_FALSE, &mask, &value);
  uint8_t vars[INPUT_VARS / 8] = {0};
  if (!w_bdd_support(m, f, vars))
    return w_phrase_none();
  struct bits all = {.count = 64, .mask = UINT64_MAX}, used = {0};
  for (unsigned i = 0; i < 64; i++) {
    uint32_t v = w_term_var(m, field, 63 - i);
    all.var[i] = v;
    if (vars[v / 8] >> v % 8 & 1) {
      used.var[used.count++] = v;
      used.mask |= (uint64_t)1 << (63 - i);
    }
  }
  /* Inside or outside of intervals, of all bits or of those that are looked at. */
  struct regions found[4] = {0};
  unsigned best = 4;
  for (unsigned i = 0; i < 4; i++) {
    find_regions(m, f, i < 2 ? &all : &used, 0, 0, i % 2 ? BDD_FALSE : BDD_TRUE, &found[i]);
    if (!found[i].too_many && (best == 4 || length(&found[i]) < length(&found[best])))
      best = i;
  }
  /* A masked comparison that leaves few bits open is rather a set or an interval. */
  enum { FEW_BITS = 8, FEW_REGIONS = 4 };
  unsigned plain = found[1].too_many || found[0].count <= found[1].count ? 0 : 1;
  bool few = __builtin_popcountll(~mask) <= FEW_BITS && !found[plain].too_many &&
             found[plain].count <= FEW_REGIONS;
  if (is_cube && (few || (!found[plain].too_many && found[plain].count == 1)))
    best = plain;
  else if (is_cube) {
    w_text_term(&p.text, field, mask);
    w_text_put(&p.text, "%s", equal ? " == " : " != ");
    w_text_value(&p.text, mask, value);
    return p;
  }
  struct phrase listed = w_phrase_none();
  uint64_t of = best < 2 ? UINT64_MAX : used.mask;
  if (best < 4)
    listed = best % 2 ? outside_phrase(field, of, &found[best])
                      : regions_phrase(field, of, &found[best]);
  enum { FEW = 6 };
  if (best < 4 && found[best].count <= FEW)
    return listed;
  if (within_interval(m, f, field, &used, &p) ||
      required_bits(m, f, field, &used, false, depth, &p) ||
      required_bits(m, f, field, &used, true, depth, &p)) {
    bool longer = !w_phrase_bad(&listed) && p.text.length >= listed.text.length;
    if (!w_phrase_bad(&p) && !longer) {
      w_phrase_free(&listed);
      return p;
    }
    w_phrase_free(&p);
  }
  return best < 4 ? listed : w_cover_phrase(m, f);
}

/* ---- Several arguments ---- */

static struct phrase phrase_of(struct bdd *m, bdd_t f, int depth);
/* The parts of f below its first argument, which is `field`. */
static struct phrase parts_phrase(struct bdd *m, bdd_t f, unsigned field, uint32_t end,
                                  const struct exits *e, int depth) {
  struct phrase p = {.binding = BIND_TEST};
  bool leaves = true;
  bdd_t common = BDD_TRUE; /* what holds whatever this argument is */
  for (size_t i = 0; i < e->count; i++) {
    leaves &= bdd_is_leaf(e->exit[i]);
    common = bdd_and(m, common, e->exit[i]);
  }
  if (leaves)
    return field_phrase(m, f, field, depth);
  if (common == BDD_NONE)
    return w_phrase_none();
  for (size_t i = 0; i < e->count; i++) {
    bdd_t rest = e->exit[i];
    if (rest == common || rest == BDD_FALSE)
      continue;
    bdd_t when = w_bdd_cut(m, f, end, rest);
    struct phrase part = {.binding = BIND_TEST};
    w_phrase_join(&part, BIND_AND, field_phrase(m, when, field, depth));
    if (rest != BDD_TRUE) {
      if (common != BDD_FALSE)
        rest = w_bdd_simplify(m, rest, bdd_not(m, common));
      w_phrase_join(&part, BIND_AND, phrase_of(m, rest, depth + 1));
    }
    w_phrase_join(&p, BIND_OR, part);
  }
  if (common != BDD_FALSE)
    w_phrase_join(&p, BIND_OR, phrase_of(m, common, depth + 1));
  return p;
}
static struct phrase phrase_of(struct bdd *m, bdd_t f, int depth) {
  struct phrase p = {.binding = BIND_TEST};
  if (f == BDD_NONE || depth > 12)
    return w_phrase_none();
  if (bdd_is_leaf(f)) {
    w_text_put(&p.text, "%s", f ? "true" : "false");
    return p;
  }
  unsigned field = w_term_field(m, w_bdd_var(m, f));
  uint32_t end = w_term_var(m, field, 0) + 1;
  struct exits e; /* owned here */
  p = w_bdd_exits(m, f, end, EXITS_MAX, &e) ? parts_phrase(m, f, field, end, &e, depth)
                                            : w_phrase_none();
  free(e.exit);
  return p;
}

/* ---- A diagram as such ---- */

static void put_node(struct text *t, bdd_t f) {
  if (bdd_is_leaf(f))
    w_text_put(t, "%s", f ? "true" : "false");
  else
    w_text_put(t, "n%" PRIu32, f);
}
/* Nodes before those that refer to them. `seen` has a bit for each node. */
static void put_nodes(const struct bdd *m, struct text *t, bdd_t f, uint8_t *seen) {
  if (bdd_is_leaf(f) || seen[f / 8] >> f % 8 & 1 || t->failed)
    return;
  t->failed |= t->length > DIAGRAM_MAX;
  seen[f / 8] |= (uint8_t)(1u << f % 8);
  put_nodes(m, t, w_bdd_low(m, f), seen);
  put_nodes(m, t, w_bdd_high(m, f), seen);
  uint32_t v = w_bdd_var(m, f);
  w_text_put(t, "n%" PRIu32 " = %s & 0x%" PRIx64 " ? ", f, w_term_names[w_term_field(m, v)],
             (uint64_t)1 << w_term_bit(m, v));
  put_node(t, w_bdd_high(m, f));
  w_text_put(t, " : ");
  put_node(t, w_bdd_low(m, f));
  w_text_put(t, "; ");
}
static char *diagram_text(const struct bdd *m, bdd_t f) {
  struct text t = {0};
  uint8_t *seen = calloc(w_bdd_nodes(m) / 8 + 1, 1); /* owned here */
  if (!seen)
    return NULL;
  w_text_put(&t, "diagram(");
  put_nodes(m, &t, f, seen);
  put_node(&t, f);
  w_text_put(&t, ")");
  free(seen);
  if (!t.failed)
    return t.s;
  free(t.s);
  return NULL;
}

static bool means(struct bdd *m, const char *text, bdd_t f) {
  bdd_t g = BDD_NONE;
  return w_condition_read(m, &text, &g, NULL) == 0 && *text == '\0' && g == f;
}

/* The condition as a person would write it; `m` has the plain order. */
static struct phrase short_phrase(struct bdd *m, bdd_t f) {
  struct phrase plain = phrase_of(m, f, 0);
  if (w_phrase_bad(&plain) || plain.binding != BIND_TEST) { /* perhaps the opposite is simpler */
    bdd_t g = bdd_not(m, f);
    struct phrase inner = phrase_of(m, g, 0), opposite = {.binding = BIND_TEST};
    if (!w_phrase_bad(&inner))
      w_text_put(&opposite.text, "not (%s)", inner.text.s);
    bool good = !w_phrase_bad(&inner) && !w_phrase_bad(&opposite);
    w_phrase_free(&inner);
    if (good && (w_phrase_bad(&plain) || opposite.text.length < plain.text.length)) {
      w_phrase_free(&plain);
      plain = opposite;
    } else {
      w_phrase_free(&opposite);
    }
  }
  return plain;
}

/* The same diagram in another manager, whose order may be another one. `done` has what each node
 * has become, and one more; 0 for those that have not been met. */
static bdd_t copied(const struct bdd *from, bdd_t f, struct bdd *to, uint32_t *done) {
  if (bdd_is_leaf(f))
    return f;
  if (done[f])
    return done[f] - 1;
  bdd_t low = copied(from, w_bdd_low(from, f), to, done);
  bdd_t high = low == BDD_NONE ? BDD_NONE : copied(from, w_bdd_high(from, f), to, done);
  if (high == BDD_NONE)
    return BDD_NONE;
  uint32_t v = w_bdd_var(from, f);
  bdd_t g =
      w_bdd_choose(to, w_input_var(to, w_input_word(from, v), w_input_bit(from, v)), low, high);
  if (g != BDD_NONE)
    done[f] = g + 1;
  return g;
}
/* The writer looks at one argument after the other. Where their bits take turns it works on a copy
 * in the plain order, if that is small: where arguments are not compared with each other. */
static struct phrase phrase_in_plain_order(const struct bdd *m, bdd_t f) {
  enum { COPY_MAX = 20000 };
  struct phrase p = w_phrase_none();
  struct bdd *plain = w_bdd_new(COPY_MAX);               /* owned here */
  uint32_t *done = calloc(w_bdd_nodes(m), sizeof *done); /* owned here */
  bdd_t g = plain && done ? copied(m, f, plain, done) : BDD_NONE;
  free(done);
  if (g != BDD_NONE) {
    w_bdd_allow(plain, COPY_MAX);
    p = short_phrase(plain, g);
  }
  w_bdd_free(plain);
  return p;
}

static char *text_of(struct bdd *m, bdd_t f) {
  enum { SHORT = 40 }; /* nothing else is looked for */
  struct phrase plain = w_bdd_order(m)->plain ? short_phrase(m, f) : phrase_in_plain_order(m, f);
  if (!w_bdd_order(m)->plain && (w_phrase_bad(&plain) || plain.text.length > SHORT)) {
    struct phrase compared = w_comparison_phrase(m, f, phrase_in_plain_order);
    bool shorter = w_phrase_bad(&plain) || compared.text.length < plain.text.length;
    if (!w_phrase_bad(&compared) && compared.text.length && shorter &&
        means(m, compared.text.s, f)) {
      w_phrase_free(&plain);
      return compared.text.s;
    }
    w_phrase_free(&compared);
  }
  if (!w_phrase_bad(&plain) && means(m, plain.text.s, f))
    return plain.text.s;
  w_phrase_free(&plain);
  plain = w_cover_phrase(m, f);
  if (!w_phrase_bad(&plain) && plain.text.length && means(m, plain.text.s, f))
    return plain.text.s;
  w_phrase_free(&plain);
  char *text = diagram_text(m, f);
  if (text && means(m, text, f))
    return text;
  free(text);
  return NULL;
}

/* What was tried in diagrams is of no use once there is a text, and what comes after has room. */
char *w_condition_text(struct bdd *m, bdd_t f) {
  if (f == BDD_NONE)
    return NULL;
  w_bdd_attempt(m);
  w_bdd_done(m); /* which has no limit of its own */
  char *text = text_of(m, f);
  w_bdd_forget(m);
  return text;
}
