/* A reader by recursive descent: a function for each rule of the grammar in condition.h. */
#include "audit/condition.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/term.h"
#include "isa/error.h"
#include "isa/room.h"

enum { DEPTH_MAX = 100 }; /* of parentheses */

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
  for (t->field = 0; t->field < FIELDS && !word(r, w_term_names[t->field]); t->field++)
    ;
  if (t->field == FIELDS)
    return complain(r, "a condition should stand here, such as `arg0 == 1`");
  t->mask = UINT64_MAX;
  return !symbol(r, "&") || number(r, &t->mask);
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
      *f = bdd_and(m, w_term_at_most(m, &t, high, BDD_TRUE),
                   bdd_not(m, w_term_at_most(m, &t, k, BDD_FALSE)));
      return true;
    }
    if (!symbol(r, "{"))
      return complain(r, "after `in` comes `[LOW, HIGH]` or `{A, B, ...}`");
    *f = BDD_FALSE;
    do {
      if (!number(r, &k))
        return false;
      *f = bdd_or(m, *f, w_term_equals(m, &t, k));
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
    *f = w_term_equals(m, &t, k);
    break;
  case 1:
    *f = bdd_not(m, w_term_equals(m, &t, k));
    break;
  case 2:
    *f = w_term_at_most(m, &t, k, BDD_TRUE);
    break;
  case 3:
    *f = bdd_not(m, w_term_at_most(m, &t, k, BDD_FALSE));
    break;
  case 4:
    *f = w_term_at_most(m, &t, k, BDD_FALSE);
    break;
  default:
    *f = bdd_not(m, w_term_at_most(m, &t, k, BDD_TRUE));
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
    struct named *more = w_room_for_one(names, count, &room, sizeof *more);
    if (!more) {
      good = complain(r, "out of memory");
      break;
    }
    names = more;
    struct term t;
    bdd_t yes, no;
    good = term(r, &t) && symbol(r, "?") && node(r, names, count, &yes) && symbol(r, ":") &&
           node(r, names, count, &no) && symbol(r, ";");
    if (!good || t.mask == 0 || t.mask & (t.mask - 1)) {
      good = complain(r, "a node is written `nNAME = argN & BIT ? NODE : NODE;`");
      break;
    }
    unsigned bit = (unsigned)__builtin_ctzll(t.mask);
    bdd_t v = w_bdd_make(r->m, w_term_var(r->m, t.field, bit), BDD_FALSE, BDD_TRUE);
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
