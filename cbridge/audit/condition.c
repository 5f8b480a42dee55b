/* A reader by recursive descent: a function for each rule of the grammar in condition.h. */
#include "audit/condition.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/arguments.h"
#include "audit/expression.h"
#include "isa/error.h"
#include "isa/room.h"

enum { DEPTH_MAX = 100 }; /* of parentheses */

struct reader {
  struct bdd *m;
  const char *at;
  struct warrant_error *error;
  struct words *words; /* or NULL: there are no names */
  int depth;
  bool said; /* what is wrong, better than by where it is noticed */
};
static bool complain(struct reader *r, const char *what) {
  if (!r->said)
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
/* The length of a name that stands next. */
static size_t name(struct reader *r) {
  size_t n = 0;
  skip_space(r);
  while (isalpha((unsigned char)r->at[n]) || r->at[n] == '_' ||
         (n && isdigit((unsigned char)r->at[n])))
    n++;
  return n;
}
/* A constant that stands next, if there is one: whether there is, and then *good: it has a value.
 */
static bool constant(struct reader *r, uint64_t *v, bool *good) {
  size_t n = r->words ? name(r) : 0;
  const struct constant *c = n ? w_constant_named(r->at, n) : NULL;
  uint64_t value;
  if (!c)
    return false;
  *good = w_constant_value(c, r->words->arch, &value);
  *v = value;
  if (!*good && !r->said)
    warrant_fail(r->error, WARRANT_BAD_INPUT,
                 "the value of %s on %s is not known: say `on` and the architectures", c->name,
                 r->words->arch);
  r->said |= !*good;
  r->words->unknown |= !*good;
  r->words->used = true;
  r->at += n;
  return true;
}
static bool number(struct reader *r, uint64_t *v) {
  bool good;
  if (constant(r, v, &good))
    return good;
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

/* Numbers and constants with `|` between them. */
static bool bits(struct reader *r, uint64_t *v) {
  uint64_t more;
  if (!number(r, v))
    return false;
  while (symbol(r, "|")) {
    if (!number(r, &more))
      return false;
    *v |= more;
  }
  return true;
}

/* ---- Expressions ---- */

static bool expression(struct reader *r, unsigned width, struct expression *e);
/* The argument that the name stands for which comes next, or FIELDS. */
static unsigned field_named(struct reader *r) {
  for (unsigned field = 0; field < FIELDS; field++)
    if (word(r, w_term_names[field]))
      return field;
  size_t n = r->words ? name(r) : 0;
  unsigned argument = n ? w_argument_named(r->words->arch, r->words->call, r->at, n) : ARGUMENTS;
  if (argument == ARGUMENTS)
    return FIELDS;
  r->words->used = r->words->by_call = true;
  r->at += n;
  return argument;
}
/* `(A|B)`; false where something else stands, and nothing is read then. */
static bool bits_in_parentheses(struct reader *r, uint64_t *k) {
  struct reader ahead = *r;
  ahead.error = NULL;
  if (!bits(&ahead, k) || !symbol(&ahead, ")"))
    return false;
  r->at = ahead.at;
  return true;
}
static bool part(struct reader *r, unsigned width, struct expression *e) {
  uint64_t k;
  bool good;
  skip_space(r);
  if (symbol(r, "(")) {
    if (bits_in_parentheses(r, &k)) {
      *e = w_expression_number(k);
      return true;
    }
    if (++r->depth > DEPTH_MAX)
      return complain(r, "the condition is nested too deeply");
    good = expression(r, width, e) && (symbol(r, ")") || complain(r, "`)` is missing"));
    r->depth--;
    return good;
  }
  unsigned field = field_named(r);
  if (field < FIELDS) {
    *e = symbol(r, ".high") ? w_expression_high(r->m, field) : w_expression_field(field);
    return true;
  }
  bool digit = isdigit((unsigned char)*r->at);
  if (digit ? number(r, &k) : constant(r, &k, &good) && good) {
    if (symbol(r, "|"))
      return complain(r, "put parentheses around what is joined with `|`");
    *e = w_expression_number(k);
    return true;
  }
  if (digit || r->said)
    return false;
  return complain(r, "a condition should stand here, such as `arg0 == 1`");
}
/* Behind what looks like a part of an expression. */
static const char *behind_part(const char *s) {
  unsigned depth = 0;
  while (*s == ' ' || *s == '\t')
    s++;
  if (*s != '(') {
    while (isalnum((unsigned char)*s) || *s == '.' || *s == '_')
      s++;
    return s;
  }
  do {
    depth += *s == '(';
    depth -= *s == ')';
  } while (*s++ && *s != '\n' && depth);
  return depth ? "" : s;
}
/* How many bits of a sum matter: those up to the highest of a mask that stands behind it. */
static unsigned bits_before_mask(const struct reader *from) {
  struct reader r = {.at = behind_part(from->at), .words = from->words};
  while (symbol(&r, "+") || symbol(&r, "-"))
    r.at = behind_part(r.at);
  uint64_t mask;
  if (!symbol(&r, "&") || !(symbol(&r, "(") ? bits_in_parentheses(&r, &mask) : number(&r, &mask)))
    return WIDE;
  return mask ? WIDE - (unsigned)__builtin_clzll(mask) : 1;
}
/* The lowest `width` bits of an expression: others are 0, or not there. */
static bool expression(struct reader *r, unsigned width, struct expression *e) {
  struct expression y;
  unsigned masked = bits_before_mask(r);
  width = masked < width ? masked : width;
  if (!part(r, width, e))
    return false;
  for (;;) {
    bool plus = symbol(r, "+");
    if (!plus && !symbol(r, "-"))
      break;
    if (!part(r, width, &y))
      return false;
    *e = plus ? w_expression_add(r->m, width, e, &y) : w_expression_subtract(r->m, width, e, &y);
  }
  while (symbol(r, "&")) {
    if (!part(r, WIDE, &y))
      return false;
    *e = w_expression_and(r->m, e, &y);
    skip_space(r);
    if (*r->at == '+' || *r->at == '-')
      return complain(r, "`&` binds less than `+` and `-`: put parentheses around one of them");
  }
  return true;
}

/* An argument and a mask of one bit. */
static bool term_bit(struct reader *r, unsigned *field, unsigned *bit) {
  struct expression e;
  if (!expression(r, WIDE, &e))
    return false;
  uint64_t mask = e.kind == EXPRESSION_TERM ? e.term.mask : 0;
  if (mask == 0 || mask & (mask - 1))
    return false;
  *field = e.term.field;
  *bit = (unsigned)__builtin_ctzll(mask);
  return true;
}

static bool member(struct reader *r, const struct expression *e, bdd_t *f) {
  uint64_t k, high;
  struct bdd *m = r->m;
  if (symbol(r, "[")) {
    if (!bits(r, &k) || !symbol(r, ",") || !bits(r, &high) || !symbol(r, "]"))
      return complain(r, "an interval is written `[LOW, HIGH]`");
    struct expression from = w_expression_number(k), to = w_expression_number(high);
    *f = bdd_and(m, w_expression_less(m, true, e, &to),
                 bdd_not(m, w_expression_less(m, false, e, &from)));
    return true;
  }
  if (!symbol(r, "{"))
    return complain(r, "after `in` comes `[LOW, HIGH]` or `{A, B, ...}`");
  *f = BDD_FALSE;
  do {
    if (!bits(r, &k))
      return false;
    struct expression one = w_expression_number(k);
    *f = bdd_or(m, *f, w_expression_equal(m, e, &one));
  } while (symbol(r, ","));
  return symbol(r, "}") || complain(r, "a set ends with `}`");
}
static bool test(struct reader *r, bdd_t *f) {
  struct expression a, b;
  struct bdd *m = r->m;
  if (!expression(r, WIDE, &a))
    return false;
  if (word(r, "in"))
    return member(r, &a, f);
  static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};
  unsigned op = 0;
  while (op < 6 && !symbol(r, operators[op]))
    op++;
  if (op == 6)
    return complain(r, "a comparison or `in` should follow");
  if (!expression(r, WIDE, &b))
    return false;
  switch (op) {
  case 0:
    *f = w_expression_equal(m, &a, &b);
    break;
  case 1:
    *f = bdd_not(m, w_expression_equal(m, &a, &b));
    break;
  case 2:
    *f = w_expression_less(m, true, &a, &b);
    break;
  case 3:
    *f = bdd_not(m, w_expression_less(m, false, &a, &b));
    break;
  case 4:
    *f = w_expression_less(m, false, &a, &b);
    break;
  default:
    *f = bdd_not(m, w_expression_less(m, true, &a, &b));
  }
  return true;
}

/* Whether a parenthesis is around an expression, not a condition: that shows behind it. */
static bool opens_expression(const char *s) {
  unsigned depth = 0;
  do {
    depth += *s == '(';
    depth -= *s == ')';
    if (*s == '\0' || *s == '\n')
      return false;
    s++;
  } while (depth);
  while (*s == ' ' || *s == '\t')
    s++;
  return (*s && strchr("+-&=!<>", *s)) ||
         (strncmp(s, "in", 2) == 0 && !isalnum((unsigned char)s[2]));
}

/* ---- Conditions ---- */

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
    unsigned field, bit;
    bdd_t yes, no;
    good = term_bit(r, &field, &bit) && symbol(r, "?") && node(r, names, count, &yes) &&
           symbol(r, ":") && node(r, names, count, &no) && symbol(r, ";");
    if (!good) {
      good = complain(r, "a node is written `nNAME = argN & BIT ? NODE : NODE;`");
      break;
    }
    bdd_t v = w_bdd_make(r->m, w_term_var(r->m, field, bit), BDD_FALSE, BDD_TRUE);
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
  } else if (skip_space(r), *r->at == '(' && opens_expression(r->at)) {
    good = test(r, f);
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

/* The fields that the word at `s` may be, one bit each. A name stands for what it is in any call.
 */
static unsigned fields_at(const char *s, bool *high) {
  struct reader r = {.at = s};
  for (unsigned field = 0; field < FIELDS; field++)
    if (word(&r, w_term_names[field])) {
      *high |= symbol(&r, ".high");
      return 1u << field;
    }
  return w_arguments_called(s, name(&r));
}
/* The fields that a stretch of text compares: from one `and`, `or`, `when`, ... to the next. A name
 * alone does not compare what it may stand for. */
void w_condition_meetings(const char *text, struct meetings *g) {
  static const char *const ends[] = {"and", "or", "not", "when", "unless"};
  unsigned fields = 0, terms = 0;
  bool halves = false;
  for (const char *s = text;; s++) {
    bool end = *s == '\0' || strchr("\n?:;#", *s);
    bool starts = s == text || !(isalnum((unsigned char)s[-1]) || s[-1] == '_');
    struct reader r = {.at = s};
    for (unsigned i = 0; starts && !end && i < sizeof ends / sizeof *ends; i++)
      end = word(&r, ends[i]);
    if (starts && !end && (isalpha((unsigned char)*s) || *s == '_')) {
      unsigned more = fields_at(s, &halves);
      terms += more != 0;
      fields |= more;
    }
    if (end) {
      uint16_t low = 0, high = 0;
      for (unsigned field = 0; field < FIELDS && terms > 1; field++)
        if (fields >> field & 1) {
          high |= (uint16_t)(1u << (INPUT_ARG + 2 * field));
          low |= (uint16_t)(1u << (INPUT_ARG + 2 * field + 1));
        }
      w_meetings_add(g, halves ? high | low : high);
      w_meetings_add(g, halves ? high | low : low);
      fields = terms = 0;
      halves = false;
    }
    if (*s == '\0')
      return;
  }
}

int w_condition_read(struct bdd *m, const char **text, bdd_t *f, struct warrant_error *error) {
  return w_condition_read_words(m, NULL, text, f, error);
}
int w_condition_read_words(struct bdd *m, struct words *words, const char **text, bdd_t *f,
                           struct warrant_error *error) {
  struct reader r = {.m = m, .at = *text, .error = error, .words = words};
  bool good = any_of(&r, f);
  skip_space(&r);
  *text = r.at;
  if (good && *f == BDD_NONE)
    return warrant_fail(error, WARRANT_BAD_INPUT, "the condition is too large for --limit");
  return good ? 0 : -1;
}
