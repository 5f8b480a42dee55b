/* Conditions as text; see condition.h. The writer looks for the form that a person would have
 * chosen: intervals, sets and masked comparisons of one argument, joined for several. What it finds
 * is read back by the reader and compared, so a form that it gets wrong is never shown. */
#include "audit/condition.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"

enum {
  FIELDS = 7, /* six arguments and the instruction pointer */
  FIRST_VAR = 32 * INPUT_ARG,
  REGIONS_MAX = 64,      /* intervals of one argument */
  EXITS_MAX = 24,        /* different conditions that values of one argument lead to */
  TEXT_MAX = 20000,      /* a longer text is no longer readable, and a diagram is shorter */
  DIAGRAM_MAX = 1 << 20, /* of a diagram's text */
  DEPTH_MAX = 100,       /* of parentheses */
  CUBES_MAX = 40,        /* masked comparisons of which a condition is made */
};

static uint32_t var_of(unsigned field, unsigned bit) { return FIRST_VAR + 64 * field + 63 - bit; }
static unsigned field_of(uint32_t var) { return (var - FIRST_VAR) / 64; }
static unsigned bit_of(uint32_t var) { return 63 - (var - FIRST_VAR) % 64; }

static const char *const field_names[FIELDS] = {"arg0", "arg1", "arg2", "arg3",
                                                "arg4", "arg5", "ip"};

/* ---- Text that grows ---- */

struct text {
  char *s; /* owned */
  size_t length, room;
  bool failed;
};
static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *t, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0 || t->failed) {
    t->failed = true;
  } else {
    if (t->length + (size_t)n + 1 > t->room) {
      size_t room = 2 * (t->length + (size_t)n + 32);
      char *s = realloc(t->s, room);
      if (!s)
        t->failed = true;
      else
        t->s = s, t->room = room;
    }
    if (!t->failed) {
      vsnprintf(t->s + t->length, t->room - t->length, format, again);
      t->length += (size_t)n;
    }
  }
  va_end(again);
}

/* What binds least in a text, to know where parentheses are needed. */
enum binding { BIND_OR, BIND_AND, BIND_TEST };
struct phrase {
  struct text text;
  enum binding binding;
};
static void phrase_free(struct phrase *p) { free(p->text.s); }
static bool phrase_bad(const struct phrase *p) {
  return p->text.failed || p->text.length > TEXT_MAX;
}
static struct phrase bad_phrase(void) { return (struct phrase){.text = {.failed = true}}; }

/* Appends `part` (and frees it) to `whole` with "and" or "or" between them. */
static void join(struct phrase *whole, enum binding how, struct phrase part) {
  if (phrase_bad(&part))
    whole->text.failed = true;
  bool first = whole->text.length == 0;
  if (!first)
    put(&whole->text, "%s", how == BIND_AND ? " and " : " or ");
  if (!phrase_bad(&part)) {
    bool wrap = how == BIND_AND && part.binding == BIND_OR;
    put(&whole->text, "%s%s%s", wrap ? "(" : "", part.text.s, wrap ? ")" : "");
    whole->binding = first && !wrap ? part.binding : how;
    if (first && wrap)
      whole->binding = BIND_TEST;
  }
  phrase_free(&part);
}

static void put_number(struct text *t, uint64_t v) {
  put(t, v <= 65535 ? "%" PRIu64 : "0x%" PRIx64, v);
}
/* "arg1" or "arg1 & 0x3" */
static void put_term(struct text *t, unsigned field, uint64_t mask) {
  put(t, "%s", field_names[field]);
  if (mask != UINT64_MAX)
    put(t, " & 0x%" PRIx64, mask);
}
static void put_value(struct text *t, uint64_t mask, uint64_t v) {
  if (mask == UINT64_MAX || v == 0)
    put_number(t, v);
  else
    put(t, "0x%" PRIx64, v);
}

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

static struct phrase regions_phrase(unsigned field, uint64_t mask, const struct regions *r) {
  struct phrase p = {.binding = BIND_TEST};
  unsigned single = 0, parts = 0;
  for (unsigned i = 0; i < r->count; i++)
    single += r->region[i].low == r->region[i].high;
  for (unsigned i = 0; i < r->count; i++) {
    uint64_t low = spread(r->region[i].low, mask), high = spread(r->region[i].high, mask);
    if (low == high)
      continue;
    put(&p.text, "%s", parts++ ? " or " : "");
    put_term(&p.text, field, mask);
    if (low == 0) {
      put(&p.text, " <= ");
      put_value(&p.text, mask, high);
    } else if (high == mask) {
      put(&p.text, " >= ");
      put_value(&p.text, mask, low);
    } else {
      put(&p.text, " in [");
      put_value(&p.text, mask, low);
      put(&p.text, ", ");
      put_value(&p.text, mask, high);
      put(&p.text, "]");
    }
  }
  if (single) {
    put(&p.text, "%s", parts++ ? " or " : "");
    put_term(&p.text, field, mask);
    put(&p.text, "%s", single == 1 ? " == " : " in {");
    bool first = true;
    for (unsigned i = 0; i < r->count; i++)
      if (r->region[i].low == r->region[i].high) {
        put(&p.text, "%s", first ? "" : ", ");
        put_value(&p.text, mask, spread(r->region[i].low, mask));
        first = false;
      }
    if (single > 1)
      put(&p.text, "}");
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
    put_term(&part.text, field, mask);
    if (low == high) {
      put(&part.text, " != ");
      put_value(&part.text, mask, low);
    } else if (low == 0) {
      put(&part.text, " > ");
      put_value(&part.text, mask, high);
    } else if (high == mask) {
      put(&part.text, " < ");
      put_value(&part.text, mask, low);
    } else {
      put(&part.text, " < ");
      put_value(&part.text, mask, low);
      put(&part.text, " or ");
      put_term(&part.text, field, mask);
      put(&part.text, " > ");
      put_value(&part.text, mask, high);
      part.binding = BIND_OR;
    }
    join(&p, BIND_AND, part);
  }
  return p;
}

/* A diagram with a single path to `end` (all others lead to its opposite) as mask and value. */
static bool cube(const struct bdd *m, bdd_t f, bdd_t end, uint64_t *mask, uint64_t *value) {
  bdd_t other = end == BDD_TRUE ? BDD_FALSE : BDD_TRUE;
  *mask = *value = 0;
  while (!bdd_is_leaf(f)) {
    uint64_t bit = (uint64_t)1 << bit_of(w_bdd_var(m, f));
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

/* ---- Masked comparisons whose union is the condition ---- */

struct cube {
  uint64_t mask[FIELDS], value[FIELDS];
};
struct cover {
  struct cube cubes[CUBES_MAX];
  unsigned count;
  uint32_t budget; /* steps left */
};
static bdd_t side(const struct bdd *m, bdd_t f, uint32_t var, bool high) {
  if (bdd_is_leaf(f) || w_bdd_var(m, f) != var)
    return f;
  return high ? w_bdd_high(m, f) : w_bdd_low(m, f);
}
/* Adds cubes that cover `least` and nothing outside of `most`, none of them needless (Minato and
 * Morreale); returns their union, or BDD_NONE at a limit. */
static bdd_t add_cubes(struct bdd *m, bdd_t least, bdd_t most, struct cube *now, struct cover *c) {
  if (least == BDD_NONE || most == BDD_NONE || c->budget == 0)
    return BDD_NONE;
  c->budget--;
  if (least == BDD_FALSE)
    return BDD_FALSE;
  if (most == BDD_TRUE) {
    if (c->count == CUBES_MAX)
      return BDD_NONE;
    c->cubes[c->count++] = *now;
    return BDD_TRUE;
  }
  uint32_t var = w_bdd_var(m, most);
  if (!bdd_is_leaf(least) && w_bdd_var(m, least) < var)
    var = w_bdd_var(m, least);
  bdd_t least0 = side(m, least, var, false), least1 = side(m, least, var, true);
  bdd_t most0 = side(m, most, var, false), most1 = side(m, most, var, true);
  unsigned field = field_of(var);
  uint64_t bit = (uint64_t)1 << bit_of(var);
  now->mask[field] |= bit;
  bdd_t zero = add_cubes(m, bdd_and(m, least0, bdd_not(m, most1)), most0, now, c);
  now->value[field] |= bit;
  bdd_t one = zero == BDD_NONE ? BDD_NONE
                               : add_cubes(m, bdd_and(m, least1, bdd_not(m, most0)), most1, now, c);
  now->value[field] &= ~bit;
  now->mask[field] &= ~bit;
  if (one == BDD_NONE)
    return BDD_NONE;
  bdd_t rest0 = bdd_and(m, least0, bdd_not(m, zero)), rest1 = bdd_and(m, least1, bdd_not(m, one));
  bdd_t both = add_cubes(m, bdd_or(m, rest0, rest1), bdd_and(m, most0, most1), now, c);
  if (both == BDD_NONE)
    return BDD_NONE;
  return bdd_or(m, w_bdd_ite(m, w_bdd_make(m, var, BDD_FALSE, BDD_TRUE), one, zero), both);
}
/* The same fields and masks. */
static bool same_masks(const struct cube *a, const struct cube *b) {
  return memcmp(a->mask, b->mask, sizeof a->mask) == 0;
}
static struct phrase cover_phrase(struct bdd *m, bdd_t f) {
  struct phrase p = {.binding = BIND_TEST};
  struct cover *c = calloc(1, sizeof *c); /* owned here */
  struct cube now = {0};
  if (c)
    c->budget = 20000;
  if (!c || add_cubes(m, f, f, &now, c) == BDD_NONE) {
    free(c);
    return bad_phrase();
  }
  bool written[CUBES_MAX] = {0};
  for (unsigned i = 0; i < c->count; i++) {
    struct phrase all = {.binding = BIND_TEST};
    unsigned fields = 0, alike = 0;
    for (unsigned k = 0; k < FIELDS; k++)
      fields += c->cubes[i].mask[k] != 0;
    for (unsigned j = i; j < c->count; j++)
      alike += same_masks(&c->cubes[i], &c->cubes[j]);
    for (unsigned k = 0; k < FIELDS && !written[i]; k++) {
      uint64_t mask = c->cubes[i].mask[k];
      struct phrase test = {.binding = BIND_TEST};
      if (mask == 0)
        continue;
      put_term(&test.text, k, mask);
      if (fields > 1 || alike == 1) {
        put(&test.text, " == ");
        put_value(&test.text, mask, c->cubes[i].value[k]);
      } else { /* of one field and mask: a set */
        const char *before = " in {";
        for (unsigned j = i; j < c->count; j++)
          if (same_masks(&c->cubes[i], &c->cubes[j])) {
            put(&test.text, "%s", before);
            put_value(&test.text, mask, c->cubes[j].value[k]);
            before = ", ";
            written[j] = true;
          }
        put(&test.text, "}");
      }
      join(&all, BIND_AND, test);
    }
    if (all.text.length)
      join(&p, BIND_OR, all);
    else
      phrase_free(&all);
  }
  free(c);
  return p;
}

static struct phrase field_phrase(struct bdd *m, bdd_t f, unsigned field, int depth);

/* The bits that have one value for all inputs of g. */
static void forced_bits(struct bdd *m, bdd_t g, const struct bits *bits, uint64_t *mask,
                        uint64_t *value) {
  *mask = *value = 0;
  for (unsigned i = 0; i < bits->count; i++) {
    uint32_t v = bits->var[i];
    uint64_t bit = (uint64_t)1 << bit_of(v);
    bdd_t one = bdd_and(m, g, w_bdd_make(m, v, BDD_FALSE, BDD_TRUE));
    bdd_t zero = bdd_and(m, g, w_bdd_make(m, v, BDD_TRUE, BDD_FALSE));
    if (one == BDD_FALSE || zero == BDD_FALSE)
      *mask |= bit;
    if (zero == BDD_FALSE)
      *value |= bit;
  }
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
  forced_bits(m, g, bits, &mask, &value);
  if (mask == 0 || mask == bits->mask)
    return false;
  for (unsigned bit = 0; bit < 64; bit++) {
    uint32_t v = var_of(field, bit);
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
  put_term(&test.text, field, mask);
  put(&test.text, "%s", dual ? " != " : " == ");
  put_value(&test.text, mask, value);
  enum binding how = dual ? BIND_OR : BIND_AND;
  join(&p, how, test);
  join(&p, how, field_phrase(m, rest, field, depth + 1));
  *result = p;
  return true;
}

/* The least value, or the greatest. */
static uint64_t extreme(const struct bdd *m, bdd_t f, bool greatest) {
  uint64_t v = greatest ? UINT64_MAX : 0;
  while (!bdd_is_leaf(f)) {
    uint64_t bit = (uint64_t)1 << bit_of(w_bdd_var(m, f));
    bool high = greatest ? w_bdd_high(m, f) != BDD_FALSE : w_bdd_low(m, f) == BDD_FALSE;
    v = high ? v | bit : v & ~bit;
    f = high ? w_bdd_high(m, f) : w_bdd_low(m, f);
  }
  return v;
}

struct term {
  unsigned field;
  uint64_t mask;
};
static bdd_t at_most(struct bdd *m, const struct term *t, uint64_t k, bdd_t acc);
static bdd_t equals(struct bdd *m, const struct term *t, uint64_t k);

/* `arg & mask == value and arg <= k`, and the like: a masked comparison within an interval. */
static bool within_interval(struct bdd *m, bdd_t f, unsigned field, const struct bits *bits,
                            struct phrase *result) {
  uint64_t low = extreme(m, f, false), high = extreme(m, f, true), mask, value;
  struct term all = {field, UINT64_MAX};
  if (low == 0 && high == UINT64_MAX)
    return false;
  forced_bits(m, f, bits, &mask, &value);
  /* The highest bits, up to the first that varies, are the interval's. */
  for (uint64_t bit = (uint64_t)1 << 63; bit & mask; bit >>= 1)
    mask &= ~bit;
  value &= mask;
  struct term masked = {field, mask};
  if (low == value)
    low = 0; /* the mask alone keeps what lies below */
  bdd_t inside =
      bdd_and(m, at_most(m, &all, high, BDD_TRUE), bdd_not(m, at_most(m, &all, low, BDD_FALSE)));
  if (mask == 0 || inside == BDD_NONE || bdd_and(m, inside, equals(m, &masked, value)) != f)
    return false;
  struct phrase test = {.binding = BIND_TEST}, p = {.binding = BIND_TEST};
  put_term(&test.text, field, mask);
  put(&test.text, " == ");
  put_value(&test.text, mask, value);
  join(&p, BIND_AND, test);
  struct regions r = {.count = 1, .region = {{low, high}}};
  join(&p, BIND_AND, regions_phrase(field, UINT64_MAX, &r));
  *result = p;
  return true;
}

/* f is no leaf and looks at one argument alone. */
static struct phrase field_phrase(struct bdd *m, bdd_t f, unsigned field, int depth) {
  if (f == BDD_NONE || bdd_is_leaf(f) || depth > 8)
    return bad_phrase();
  struct phrase p = {.binding = BIND_TEST};
  uint64_t mask = 0, value = 0;
  bool equal = cube(m, f, BDD_TRUE, &mask, &value);
  bool is_cube = equal || cube(m, f, BDD_FALSE, &mask, &value);
  uint8_t vars[INPUT_VARS / 8] = {0};
  if (!w_bdd_support(m, f, vars))
    return bad_phrase();
  struct bits all = {.count = 64, .mask = UINT64_MAX}, used = {0};
  for (unsigned i = 0; i < 64; i++) {
    uint32_t v = var_of(field, 63 - i);
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
    put_term(&p.text, field, mask);
    put(&p.text, "%s", equal ? " == " : " != ");
    put_value(&p.text, mask, value);
    return p;
  }
  if (best == 4 || found[best].count > 6) {
    if (within_interval(m, f, field, &used, &p) ||
        required_bits(m, f, field, &used, false, depth, &p) ||
        required_bits(m, f, field, &used, true, depth, &p)) {
      if (!phrase_bad(&p))
        return p;
      phrase_free(&p);
    }
  }
  if (best == 4)
    return cover_phrase(m, f);
  uint64_t of = best < 2 ? UINT64_MAX : used.mask;
  return best % 2 ? outside_phrase(field, of, &found[best])
                  : regions_phrase(field, of, &found[best]);
}

/* ---- Several arguments ---- */

struct exits {
  unsigned count;
  bool too_many;
  bdd_t exit[EXITS_MAX];
};
/* The different parts below the variables before `end`. */
static void find_exits(const struct bdd *m, bdd_t f, uint32_t end, struct exits *e,
                       uint32_t *budget) {
  if (e->too_many)
    return;
  if (*budget == 0) {
    e->too_many = true;
    return;
  }
  --*budget;
  if (!bdd_is_leaf(f) && w_bdd_var(m, f) < end) {
    find_exits(m, w_bdd_low(m, f), end, e, budget);
    find_exits(m, w_bdd_high(m, f), end, e, budget);
    return;
  }
  for (unsigned i = 0; i < e->count; i++)
    if (e->exit[i] == f)
      return;
  if (e->count == EXITS_MAX)
    e->too_many = true;
  else
    e->exit[e->count++] = f;
}

static struct phrase phrase_of(struct bdd *m, bdd_t f, int depth) {
  struct phrase p = {.binding = BIND_TEST};
  if (f == BDD_NONE || depth > 12)
    return bad_phrase();
  if (bdd_is_leaf(f)) {
    put(&p.text, "%s", f ? "true" : "false");
    return p;
  }
  unsigned field = field_of(w_bdd_var(m, f));
  uint32_t end = FIRST_VAR + 64 * (field + 1), budget = 200000;
  struct exits e = {0};
  find_exits(m, f, end, &e, &budget);
  if (e.too_many)
    return bad_phrase();
  bool leaves = true;
  bdd_t common = BDD_TRUE; /* what holds whatever this argument is */
  for (unsigned i = 0; i < e.count; i++) {
    leaves &= bdd_is_leaf(e.exit[i]);
    common = bdd_and(m, common, e.exit[i]);
  }
  if (leaves)
    return field_phrase(m, f, field, depth);
  if (common == BDD_NONE)
    return bad_phrase();
  for (unsigned i = 0; i < e.count; i++) {
    bdd_t rest = e.exit[i];
    if (rest == common || rest == BDD_FALSE)
      continue;
    bdd_t when = w_bdd_cut(m, f, end, rest);
    struct phrase part = {.binding = BIND_TEST};
    join(&part, BIND_AND, field_phrase(m, when, field, depth));
    if (rest != BDD_TRUE) {
      if (common != BDD_FALSE)
        rest = w_bdd_simplify(m, rest, bdd_not(m, common));
      join(&part, BIND_AND, phrase_of(m, rest, depth + 1));
    }
    join(&p, BIND_OR, part);
  }
  if (common != BDD_FALSE)
    join(&p, BIND_OR, phrase_of(m, common, depth + 1));
  return p;
}

/* ---- A diagram as such ---- */

static void put_node(struct text *t, bdd_t f) {
  if (bdd_is_leaf(f))
    put(t, "%s", f ? "true" : "false");
  else
    put(t, "n%" PRIu32, f);
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
  put(t, "n%" PRIu32 " = %s & 0x%" PRIx64 " ? ", f, field_names[field_of(v)],
      (uint64_t)1 << bit_of(v));
  put_node(t, w_bdd_high(m, f));
  put(t, " : ");
  put_node(t, w_bdd_low(m, f));
  put(t, "; ");
}
static char *diagram_text(const struct bdd *m, bdd_t f) {
  struct text t = {0};
  uint8_t *seen = calloc(w_bdd_nodes(m) / 8 + 1, 1); /* owned here */
  if (!seen)
    return NULL;
  put(&t, "diagram(");
  put_nodes(m, &t, f, seen);
  put_node(&t, f);
  put(&t, ")");
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

char *w_condition_text(struct bdd *m, bdd_t f) {
  if (f == BDD_NONE)
    return NULL;
  struct phrase plain = phrase_of(m, f, 0);
  if (phrase_bad(&plain) || plain.binding != BIND_TEST) { /* perhaps the opposite is simpler */
    bdd_t g = bdd_not(m, f);
    struct phrase inner = phrase_of(m, g, 0), opposite = {.binding = BIND_TEST};
    if (!phrase_bad(&inner))
      put(&opposite.text, "not (%s)", inner.text.s);
    bool good = !phrase_bad(&inner) && !phrase_bad(&opposite);
    phrase_free(&inner);
    if (good && (phrase_bad(&plain) || opposite.text.length < plain.text.length)) {
      phrase_free(&plain);
      plain = opposite;
    } else {
      phrase_free(&opposite);
    }
  }
  if (!phrase_bad(&plain) && means(m, plain.text.s, f))
    return plain.text.s;
  phrase_free(&plain);
  plain = cover_phrase(m, f);
  if (!phrase_bad(&plain) && plain.text.length && means(m, plain.text.s, f))
    return plain.text.s;
  phrase_free(&plain);
  char *text = diagram_text(m, f);
  if (text && means(m, text, f))
    return text;
  free(text);
  return NULL;
}

/* ---- Reading ---- */

struct reader {
  struct bdd *m;
  const char *at;
  struct warrant_error *error;
  int depth;
};
static bool complain(struct reader *r, const char *what) {
  warrant_fail(r->error, WARRANT_BAD_INPUT, "%s", what);
  return false;
}
static void skip_space(struct reader *r) {
  while (*r->at == ' ' || *r->at == '\t')
    r->at++;
}
static bool symbol(struct reader *r, const char *s) {
  skip_space(r);
  size_t n = strlen(s);
  if (strncmp(r->at, s, n) != 0)
    return false;
  r->at += n;
  return true;
}
static bool word(struct reader *r, const char *s) {
  skip_space(r);
  size_t n = strlen(s);
  if (strncmp(r->at, s, n) != 0 || isalnum((unsigned char)r->at[n]) || r->at[n] == '_')
    return false;
  r->at += n;
  return true;
}
static bool number(struct reader *r, uint64_t *v) {
  skip_space(r);
  char *end = NULL;
  errno = 0;
  if (isdigit((unsigned char)*r->at))
    *v = strtoull(r->at, &end, 0);
  if (!end || end == r->at || errno || isalnum((unsigned char)*end))
    return complain(r, "a number below 2^64 should stand here");
  r->at = end;
  return true;
}

static bool term(struct reader *r, struct term *t) {
  for (t->field = 0; t->field < FIELDS && !word(r, field_names[t->field]); t->field++)
    ;
  if (t->field == FIELDS)
    return complain(r, "a condition should stand here, such as `arg0 == 1`");
  t->mask = UINT64_MAX;
  return !symbol(r, "&") || number(r, &t->mask);
}
/* `acc` where the masked term equals k, and otherwise true where it is less. */
static bdd_t at_most(struct bdd *m, const struct term *t, uint64_t k, bdd_t acc) {
  for (unsigned bit = 0; bit < 64; bit++) {
    bool one = k >> bit & 1;
    if (!(t->mask >> bit & 1))
      acc = one ? BDD_TRUE : acc; /* the term has 0 there */
    else
      acc = w_bdd_make(m, var_of(t->field, bit), one ? BDD_TRUE : acc, one ? acc : BDD_FALSE);
  }
  return acc;
}
static bdd_t equals(struct bdd *m, const struct term *t, uint64_t k) {
  if (k & ~t->mask)
    return BDD_FALSE;
  bdd_t f = BDD_TRUE;
  for (unsigned bit = 0; bit < 64; bit++)
    if (t->mask >> bit & 1) {
      bool one = k >> bit & 1;
      f = w_bdd_make(m, var_of(t->field, bit), one ? BDD_FALSE : f, one ? f : BDD_FALSE);
    }
  return f;
}
static bool test(struct reader *r, bdd_t *f) {
  struct term t;
  uint64_t k, high;
  struct bdd *m = r->m;
  if (!term(r, &t))
    return false;
  if (word(r, "in")) {
    if (symbol(r, "[")) {
      if (!number(r, &k) || !symbol(r, ",") || !number(r, &high) || !symbol(r, "]"))
        return complain(r, "an interval is written `[LOW, HIGH]`");
      *f = bdd_and(m, at_most(m, &t, high, BDD_TRUE), bdd_not(m, at_most(m, &t, k, BDD_FALSE)));
      return true;
    }
    if (!symbol(r, "{"))
      return complain(r, "after `in` comes `[LOW, HIGH]` or `{A, B, ...}`");
    *f = BDD_FALSE;
    do {
      if (!number(r, &k))
        return false;
      *f = bdd_or(m, *f, equals(m, &t, k));
    } while (symbol(r, ","));
    return symbol(r, "}") || complain(r, "a set ends with `}`");
  }
  static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};
  unsigned op = 0;
  while (op < 6 && !symbol(r, operators[op]))
    op++;
  if (op == 6)
    return complain(r, "a comparison or `in` should follow");
  if (!number(r, &k))
    return false;
  switch (op) {
  case 0:
    *f = equals(m, &t, k);
    break;
  case 1:
    *f = bdd_not(m, equals(m, &t, k));
    break;
  case 2:
    *f = at_most(m, &t, k, BDD_TRUE);
    break;
  case 3:
    *f = bdd_not(m, at_most(m, &t, k, BDD_FALSE));
    break;
  case 4:
    *f = at_most(m, &t, k, BDD_FALSE);
    break;
  default:
    *f = bdd_not(m, at_most(m, &t, k, BDD_TRUE));
  }
  return true;
}

struct named {
  uint64_t name;
  bdd_t f;
};
static bool node(struct reader *r, const struct named *names, size_t count, bdd_t *f) {
  bool yes = word(r, "true");
  if (yes || word(r, "false")) {
    *f = yes ? BDD_TRUE : BDD_FALSE;
    return true;
  }
  uint64_t name;
  if (!symbol(r, "n") || !number(r, &name))
    return complain(r, "the name of a node should stand here");
  for (size_t i = count; i-- > 0;)
    if (names[i].name == name) {
      *f = names[i].f;
      return true;
    }
  return complain(r, "this node has not been defined before");
}
static bool diagram(struct reader *r, bdd_t *f) {
  struct named *names = NULL; /* owned here */
  size_t count = 0, room = 0;
  bool good = true;
  for (;;) {
    const char *start = r->at;
    uint64_t name;
    bool definition = symbol(r, "n") && number(r, &name) && symbol(r, "=");
    if (!definition) {
      r->at = start;
      break;
    }
    if (count == room) {
      room = room ? 2 * room : 64;
      struct named *more = realloc(names, room * sizeof *more);
      if (!more) {
        good = complain(r, "out of memory");
        break;
      }
      names = more;
    }
    struct term t;
    bdd_t yes, no;
    good = term(r, &t) && symbol(r, "?") && node(r, names, count, &yes) && symbol(r, ":") &&
           node(r, names, count, &no) && symbol(r, ";");
    if (!good || t.mask == 0 || t.mask & (t.mask - 1)) {
      good = complain(r, "a node is written `nNAME = argN & BIT ? NODE : NODE;`");
      break;
    }
    unsigned bit = (unsigned)__builtin_ctzll(t.mask);
    bdd_t v = w_bdd_make(r->m, var_of(t.field, bit), BDD_FALSE, BDD_TRUE);
    names[count++] = (struct named){name, w_bdd_ite(r->m, v, yes, no)};
  }
  good = good && node(r, names, count, f) && (symbol(r, ")") || complain(r, "`)` is missing"));
  free(names);
  return good;
}

static bool any_of(struct reader *r, bdd_t *f);
static bool unary(struct reader *r, bdd_t *f) {
  if (++r->depth > DEPTH_MAX)
    return complain(r, "the condition is nested too deeply");
  bool good;
  if (word(r, "not")) {
    good = unary(r, f);
    *f = good ? bdd_not(r->m, *f) : BDD_NONE;
  } else if (symbol(r, "diagram(")) {
    good = diagram(r, f);
  } else if (symbol(r, "(")) {
    good = any_of(r, f) && (symbol(r, ")") || complain(r, "`)` is missing"));
  } else if (word(r, "true")) {
    *f = BDD_TRUE;
    good = true;
  } else if (word(r, "false")) {
    *f = BDD_FALSE;
    good = true;
  } else {
    good = test(r, f);
  }
  r->depth--;
  return good;
}
static bool all_of(struct reader *r, bdd_t *f) {
  bdd_t g;
  if (!unary(r, f))
    return false;
  while (word(r, "and")) {
    if (!unary(r, &g))
      return false;
    *f = bdd_and(r->m, *f, g);
  }
  return true;
}
static bool any_of(struct reader *r, bdd_t *f) {
  bdd_t g;
  if (!all_of(r, f))
    return false;
  while (word(r, "or")) {
    if (!all_of(r, &g))
      return false;
    *f = bdd_or(r->m, *f, g);
  }
  return true;
}

int w_condition_read(struct bdd *m, const char **text, bdd_t *f, struct warrant_error *error) {
  struct reader r = {.m = m, .at = *text, .error = error};
  bool good = any_of(&r, f);
  skip_space(&r);
  *text = r.at;
  if (good && *f == BDD_NONE)
    return warrant_fail(error, WARRANT_BAD_INPUT, "the condition is too large for --limit");
  return good ? 0 : -1;
}
