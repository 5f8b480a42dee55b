#include "cmd/seccomp_pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition_text.h"
#include "audit/exits.h"
#include "audit/term.h"
#include "isa/room.h"

enum {
  RUNS_MAX = 4096,    /* more runs of values than that are looked at as sets */
  SET_RUNS_MAX = 64,  /* a set of no more runs is written as those */
  SETS_MAX = 1u << 16 /* different parts of a diagram */
};

bdd_t outcomes_together(const struct audit *a) {
  bdd_t f = BDD_FALSE;
  for (uint32_t i = 0; i < a->outcome_count; i++) {
    bdd_t leaf = w_bdd_make(a->bdd, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    f = w_bdd_ite(a->bdd, a->outcomes[i].when, leaf, f);
  }
  return f;
}

static bool add(struct pieces *p, struct piece piece) {
  struct piece *more = w_room_for_one(p->pieces, p->count, &p->room, sizeof *more);
  if (!more)
    return false;
  p->pieces = more;
  p->pieces[p->count++] = piece;
  return true;
}

/* ---- As runs ---- */

struct cutter {
  const struct bdd *m;
  unsigned word;
  size_t most; /* runs */
  struct pieces p;
  bool too_many;
};
static void cut(struct cutter *c, bdd_t f, unsigned bit, uint32_t base) {
  if (c->p.failed || c->too_many)
    return;
  unsigned left = 32 - bit;
  if (bdd_is_leaf(f) || w_bdd_var(c->m, f) >= 32 * (c->word + 1)) {
    uint32_t high = left == 32 ? UINT32_MAX : base + (((uint32_t)1 << left) - 1);
    if (c->p.count && c->p.pieces[c->p.count - 1].f == f)
      c->p.pieces[c->p.count - 1].high = high;
    else if (c->p.count == c->most)
      c->too_many = true;
    else
      c->p.failed = !add(&c->p, (struct piece){base, high, f, BDD_NONE});
    return;
  }
  bool here = w_bdd_var(c->m, f) == 32 * c->word + bit;
  cut(c, here ? w_bdd_low(c->m, f) : f, bit + 1, base);
  cut(c, here ? w_bdd_high(c->m, f) : f, bit + 1, base + ((uint32_t)1 << (left - 1)));
}
/* False when there are more. */
static bool as_runs(const struct bdd *m, bdd_t f, unsigned word, size_t most, struct pieces *p) {
  struct cutter c = {.m = m, .word = word, .most = most};
  cut(&c, f, 0, 0);
  *p = c.p;
  if (!c.too_many)
    return true;
  free(p->pieces);
  *p = (struct pieces){0};
  return false;
}

/* ---- As sets ---- */

static uint32_t least(const struct bdd *m, bdd_t set) {
  uint32_t v = 0;
  while (!bdd_is_leaf(set)) {
    bool high = w_bdd_low(m, set) == BDD_FALSE;
    v |= high ? 1u << (31 - w_bdd_var(m, set) % 32) : 0;
    set = high ? w_bdd_high(m, set) : w_bdd_low(m, set);
  }
  return v;
}

/* One part's values, as few runs or as a set. */
static bool add_part(struct bdd *m, bdd_t f, unsigned word, bdd_t set, struct pieces *p) {
  struct pieces runs;
  if (as_runs(m, set, word, 2 * SET_RUNS_MAX, &runs)) {
    bool good = !runs.failed;
    for (size_t i = 0; i < runs.count && good; i++)
      if (runs.pieces[i].f == BDD_TRUE)
        good = add(p, (struct piece){runs.pieces[i].low, runs.pieces[i].high, f, BDD_NONE});
    free(runs.pieces);
    return good;
  }
  uint32_t low = least(m, set);
  return add(p, (struct piece){low, low, f, set});
}
static int by_value(const void *a, const void *b) {
  const struct piece *p = a, *q = b;
  if ((p->set == BDD_NONE) != (q->set == BDD_NONE))
    return p->set == BDD_NONE ? -1 : 1;
  return p->low < q->low ? -1 : p->low > q->low;
}
/* All values, the named ones one by one. */
static struct pieces as_sets(struct bdd *m, bdd_t f, unsigned word, bdd_t domain, bdd_t named) {
  struct pieces p = {0}, names = {0};
  struct exits e;
  uint32_t end = 32 * (word + 1);
  bdd_t others = bdd_and(m, domain, bdd_not(m, named));
  p.failed = !w_bdd_exits(m, f, end, SETS_MAX, &e) || others == BDD_NONE ||
             !as_runs(m, named, word, RUNS_MAX, &names) || names.failed;
  for (size_t i = 0; i < e.count && !p.failed; i++) {
    bdd_t set = bdd_and(m, others, w_bdd_cut(m, f, end, e.exit[i]));
    if (set != BDD_FALSE)
      p.failed = set == BDD_NONE || !add_part(m, e.exit[i], word, set, &p);
  }
  for (size_t i = 0; i < names.count && !p.failed; i++)
    for (uint64_t v = names.pieces[i].low; v <= names.pieces[i].high && !p.failed; v++) {
      if (names.pieces[i].f != BDD_TRUE)
        break;
      p.failed = !add(&p, (struct piece){(uint32_t)v, (uint32_t)v,
                                         w_audit_fix(m, f, word, (uint32_t)v), BDD_NONE});
    }
  if (p.count)
    qsort(p.pieces, p.count, sizeof *p.pieces, by_value);
  free(names.pieces);
  free(e.exit);
  return p;
}

struct pieces split_within(struct bdd *m, bdd_t f, unsigned word, bdd_t domain, bdd_t named) {
  struct pieces p = {.failed = true};
  if (f == BDD_NONE || domain == BDD_NONE || named == BDD_NONE)
    return p;
  if (as_runs(m, f, word, RUNS_MAX, &p))
    return p;
  return as_sets(m, f, word, domain, bdd_and(m, named, domain));
}
struct pieces split_word(struct bdd *m, bdd_t f, unsigned word) {
  return split_within(m, f, word, BDD_TRUE, BDD_FALSE);
}

bdd_t most_common(struct bdd *m, const struct pieces *p, unsigned word, uint32_t low,
                  uint32_t high) {
  double best = 0;
  bdd_t f = BDD_FALSE, range = BDD_NONE;
  for (size_t i = 0; i < p->count; i++) {
    const struct piece *q = &p->pieces[i];
    double size = 0;
    if (q->set != BDD_NONE) {
      if (range == BDD_NONE)
        range = word_within(m, word, low, high);
      size = word_count(m, bdd_and(m, q->set, range));
    } else if (q->high >= low && q->low <= high) {
      uint32_t from = q->low < low ? low : q->low, to = q->high > high ? high : q->high;
      size = (double)to - from + 1;
    }
    if (size > best) {
      best = size;
      f = q->f;
    }
  }
  return f;
}

/* ---- Sets of values ---- */

/* Values that are at most `limit`. */
static bdd_t at_most(struct bdd *m, unsigned word, uint32_t limit) {
  bdd_t f = BDD_TRUE;
  for (unsigned bit = 0; bit < 32; bit++) {
    bool one = limit >> bit & 1;
    f = w_bdd_make(m, 32 * word + 31 - bit, one ? BDD_TRUE : f, one ? f : BDD_FALSE);
  }
  return f;
}
bdd_t word_within(struct bdd *m, unsigned word, uint32_t low, uint32_t high) {
  bdd_t f = at_most(m, word, high);
  return low ? bdd_and(m, f, bdd_not(m, at_most(m, word, low - 1))) : f;
}
bdd_t named_arches(struct bdd *m) {
  bdd_t named = BDD_FALSE;
  for (unsigned i = 0; i < ARCHES; i++)
    named = bdd_or(m, named, word_within(m, INPUT_ARCH, arches[i].token, arches[i].token));
  return named;
}
bdd_t named_numbers(struct bdd *m, const struct arch_calls *calls) {
  bdd_t named = BDD_FALSE;
  for (unsigned i = 0; i < calls->count; i++)
    named = bdd_or(m, named, word_within(m, INPUT_NR, calls->calls[i].nr, calls->calls[i].nr));
  return named;
}
double word_count(const struct bdd *m, bdd_t set) {
  return set == BDD_NONE ? 0 : w_bdd_share(m, set) * 4294967296.0;
}

/* The same set of values of arg0's low half, which conditions are about. `done` keeps what each
 * node became, since a part can be reached on many paths. */
static bdd_t as_argument(struct bdd *m, bdd_t f, bdd_t *done) {
  if (bdd_is_leaf(f) || f == BDD_NONE)
    return f;
  if (done[f] == BDD_FALSE) {
    unsigned bit = 31 - w_bdd_var(m, f) % 32;
    bdd_t low = as_argument(m, w_bdd_low(m, f), done),
          high = as_argument(m, w_bdd_high(m, f), done);
    done[f] = w_bdd_make(m, w_term_var(m, 0, bit), low, high);
  }
  return done[f];
}
/* And its text: arg0 & 0xffffffff is the word, as is arg0 where other bits are masked away. */
static char *with_name(const char *text, const char *name) {
  static const char field[] = "arg0", whole[] = "arg0 & 0xffffffff";
  char *out = NULL; /* owned by the caller */
  size_t size = 0;
  FILE *f = open_memstream(&out, &size);
  if (!f)
    return NULL;
  while (*text) {
    if (strncmp(text, whole, sizeof whole - 1) == 0 ||
        strncmp(text, field, sizeof field - 1) == 0) {
      fputs(name, f);
      text += strncmp(text, whole, sizeof whole - 1) == 0 ? sizeof whole - 1 : sizeof field - 1;
    } else {
      fputc(*text++, f);
    }
  }
  if (fclose(f) == 0)
    return out;
  free(out);
  return NULL;
}
char *word_text(struct bdd *m, bdd_t set, unsigned word, bdd_t care) {
  const char *name = word == INPUT_ARCH ? "arch" : "nr";
  char *best = NULL; /* owned here */
  bdd_t forms[] = {w_bdd_simplify(m, set, care), set};
  if (set == BDD_NONE || care == BDD_NONE)
    return NULL;
  bdd_t *done = calloc(w_bdd_nodes(m) + 2, sizeof *done); /* owned here */
  if (!done)
    return NULL;
  for (unsigned i = 0; i < 2; i++) {
    bdd_t f = as_argument(m, forms[i], done);
    char *text = f == BDD_NONE ? NULL : w_condition_text(m, f); /* owned here */
    if (text && (!best || strlen(text) < strlen(best))) {
      free(best);
      best = text;
    } else {
      free(text);
    }
  }
  char *out = best ? with_name(best, name) : NULL;
  free(best);
  free(done);
  return out;
}
