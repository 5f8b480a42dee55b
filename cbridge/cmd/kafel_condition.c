/* Conditions of kafel's language: read as a tree, then alternatives are made of it. */
#include <stdlib.h>
#include <string.h>

#include "cmd/kafel_words.h"

enum kind { ALL, ANY, NOT, COMPARE, AND_BITS, OR_BITS, NUMBER, ARGUMENT };
struct node {
  enum kind kind;
  enum scmp_compare op; /* of a comparison */
  uint64_t number;
  unsigned arg;
  unsigned depth;            /* 0 for a leaf */
  struct node *left, *right; /* owned */
};
enum { DEPTH_MAX = 200 };
static bool is_value(const struct node *n) { return n->kind >= AND_BITS; }
static void node_free(struct node *n) {
  if (!n)
    return;
  node_free(n->left);
  node_free(n->right);
  free(n);
}
/* Takes both over; NULL after a complaint, or where one of them is. */
static struct node *join(struct kafel *k, enum kind kind, struct node *left, struct node *right) {
  struct node *n = left && right ? calloc(1, sizeof *n) : NULL;
  unsigned depth = !n ? 0 : left->depth > right->depth ? left->depth : right->depth;
  if (!n || depth >= DEPTH_MAX) {
    if (left && right)
      kafel_bad(k, WARRANT_BAD_INPUT,
                n ? "the condition is deeper than kafel's 200%s" : "out of memory%s", "");
    free(n);
    node_free(left);
    node_free(right);
    return NULL;
  }
  *n = (struct node){.kind = kind, .depth = depth + 1, .left = left, .right = right};
  return n;
}

/* ---- Reading ---- */

static struct node *any(struct kafel *k, unsigned depth);

static struct node *leaf(struct kafel *k) {
  struct node n = {.kind = NUMBER, .number = k->number};
  if (k->word == WORD_NAME && !kafel_constant(k, k->text, &n.number)) {
    n.kind = ARGUMENT;
    while (n.arg < k->arg_count && strcmp(k->args[n.arg], k->text) != 0)
      n.arg++;
    if (n.arg == k->arg_count && !k->ignored) {
      if (k->declared)
        kafel_bad(k, WARRANT_BAD_INPUT, "neither an argument nor a constant: %.60s", k->text);
      else
        kafel_bad(k, WARRANT_UNSUPPORTED,
                  "not supported: kafel's own name of an argument, %.60s; name the arguments "
                  "behind the call",
                  k->text);
      return NULL;
    }
  }
  struct node *copy = malloc(sizeof *copy);
  if (!copy || !kafel_step(k)) {
    free(copy);
    return NULL;
  }
  *copy = n;
  return copy;
}
/* A value, or a condition in parentheses. */
static struct node *operand(struct kafel *k, unsigned depth) {
  if (depth > DEPTH_MAX) {
    kafel_bad(k, WARRANT_BAD_INPUT, "parentheses are too deep%s", "");
    return NULL;
  }
  if ((k->word == WORD_NAME && !kafel_keyword(k)) || k->word == WORD_NUMBER)
    return leaf(k);
  if (!kafel_is(k, "(")) {
    kafel_bad(k, WARRANT_BAD_INPUT, "an argument or a number is expected and not %.60s", k->text);
    return NULL;
  }
  struct node *n = kafel_step(k) ? any(k, depth + 1) : NULL;
  if (n && !kafel_take(k, ")")) {
    node_free(n);
    return NULL;
  }
  return n;
}
/* Both have to be values, or both conditions. */
static struct node *pair(struct kafel *k, enum kind kind, struct node *left, struct node *right,
                         bool values) {
  if (left && right && (is_value(left) != values || is_value(right) != values)) {
    kafel_bad(k, WARRANT_BAD_INPUT,
              values ? "a condition stands where a value is needed%s"
                     : "a value stands where a condition is needed%s",
              "");
    node_free(left);
    node_free(right);
    return NULL;
  }
  return join(k, kind, left, right);
}
static struct node *and_bits(struct kafel *k, unsigned depth) {
  struct node *n = operand(k, depth);
  while (n && kafel_is(k, "&"))
    n = pair(k, AND_BITS, n, kafel_step(k) ? operand(k, depth) : NULL, true);
  return n;
}
static struct node *or_bits(struct kafel *k, unsigned depth) {
  struct node *n = and_bits(k, depth);
  while (n && kafel_is(k, "|"))
    n = pair(k, OR_BITS, n, kafel_step(k) ? and_bits(k, depth) : NULL, true);
  return n;
}
static struct node *one(struct kafel *k, unsigned depth) {
  static const struct {
    const char *sign;
    enum scmp_compare op;
  } ops[] = {{"==", SCMP_CMP_EQ}, {"!=", SCMP_CMP_NE}, {"<", SCMP_CMP_LT},
             {"<=", SCMP_CMP_LE}, {">", SCMP_CMP_GT},  {">=", SCMP_CMP_GE}};
  if (depth > DEPTH_MAX) {
    kafel_bad(k, WARRANT_BAD_INPUT, "the condition is too deep%s", "");
    return NULL;
  }
  if (kafel_is(k, "!")) {
    struct node *inner = kafel_step(k) ? one(k, depth + 1) : NULL;
    struct node *empty = inner ? calloc(1, sizeof *empty) : NULL;
    struct node *n = inner && is_value(inner) ? NULL : join(k, NOT, inner, empty);
    if (inner && is_value(inner)) {
      kafel_bad(k, WARRANT_BAD_INPUT, "a value stands where a condition is needed%s", "");
      node_free(inner);
      free(empty);
    }
    return n;
  }
  struct node *n = or_bits(k, depth);
  for (size_t i = 0; i < sizeof ops / sizeof *ops && n; i++)
    if (kafel_is(k, ops[i].sign)) {
      n = pair(k, COMPARE, n, kafel_step(k) ? or_bits(k, depth) : NULL, true);
      if (n)
        n->op = ops[i].op;
      break;
    }
  return n;
}
static struct node *all(struct kafel *k, unsigned depth) {
  struct node *n = one(k, depth);
  while (n && kafel_is(k, "&&"))
    n = pair(k, ALL, n, kafel_step(k) ? one(k, depth) : NULL, false);
  return n;
}
static struct node *any(struct kafel *k, unsigned depth) {
  struct node *n = all(k, depth);
  while (n && (kafel_is(k, "||") || kafel_is(k, ",")))
    n = pair(k, ANY, n, kafel_step(k) ? all(k, depth) : NULL, false);
  return n;
}

/* ---- Alternatives ---- */

enum { CHOICES_MAX = 1000, TESTS_MAX = 100 };
void kafel_choices_free(struct kafel_choices *choices) {
  for (unsigned i = 0; i < choices->count; i++)
    free(choices->all[i].tests);
  free(choices->all);
  *choices = (struct kafel_choices){0};
}
/* Adds an alternative that has the tests of both. */
static bool add_choice(struct kafel *k, struct kafel_choices *out, const struct kafel_choice *a,
                       const struct kafel_choice *b) {
  if (out->count == CHOICES_MAX || a->count + b->count > TESTS_MAX)
    return kafel_bad(k, WARRANT_UNSUPPORTED, "not supported: a condition of so many alternatives%s",
                     "");
  struct kafel_choice *more = realloc(out->all, (out->count + 1) * sizeof *more);
  if (more)
    out->all = more;
  struct kafel_choice c = {calloc(a->count + b->count + 1, sizeof *c.tests), a->count + b->count};
  if (!more || !c.tests) {
    free(c.tests);
    return kafel_bad(k, WARRANT_BAD_INPUT, "out of memory%s", "");
  }
  if (a->count)
    memcpy(c.tests, a->tests, a->count * sizeof *c.tests);
  if (b->count)
    memcpy(c.tests + a->count, b->tests, b->count * sizeof *c.tests);
  out->all[out->count++] = c;
  return true;
}
/* A value as `argument & mask`, or a number, where it is one. */
static bool value(const struct node *n, struct test *t, bool *number) {
  struct test left = {.mask = UINT64_MAX}, right = {.mask = UINT64_MAX};
  bool l, r;
  *number = n->kind == NUMBER;
  if (n->kind == NUMBER || n->kind == ARGUMENT) {
    *t = (struct test){.arg = n->arg, .mask = UINT64_MAX, .value = n->number};
    return true;
  }
  if (!value(n->left, &left, &l) || !value(n->right, &right, &r) || (!l && !r))
    return false;
  *number = l && r;
  if (l && r) {
    t->value = n->kind == AND_BITS ? left.value & right.value : left.value | right.value;
    return true;
  }
  uint64_t constant = l ? left.value : right.value;
  *t = l ? right : left;
  if (n->kind == AND_BITS)
    t->mask &= constant;
  return n->kind == AND_BITS || constant == 0;
}
static bool holds(enum scmp_compare op, uint64_t a, uint64_t b) {
  switch (op) {
  case SCMP_CMP_EQ:
    return a == b;
  case SCMP_CMP_NE:
    return a != b;
  case SCMP_CMP_LT:
    return a < b;
  case SCMP_CMP_LE:
    return a <= b;
  case SCMP_CMP_GT:
    return a > b;
  default:
    return a >= b;
  }
}
static bool compare(struct kafel *k, const struct node *n, bool turned, struct kafel_choices *out) {
  static const enum scmp_compare negated[] = {
      [SCMP_CMP_EQ] = SCMP_CMP_NE, [SCMP_CMP_NE] = SCMP_CMP_EQ, [SCMP_CMP_LT] = SCMP_CMP_GE,
      [SCMP_CMP_GE] = SCMP_CMP_LT, [SCMP_CMP_GT] = SCMP_CMP_LE, [SCMP_CMP_LE] = SCMP_CMP_GT};
  static const enum scmp_compare mirrored[] = {
      [SCMP_CMP_EQ] = SCMP_CMP_EQ, [SCMP_CMP_NE] = SCMP_CMP_NE, [SCMP_CMP_LT] = SCMP_CMP_GT,
      [SCMP_CMP_GT] = SCMP_CMP_LT, [SCMP_CMP_GE] = SCMP_CMP_LE, [SCMP_CMP_LE] = SCMP_CMP_GE};
  struct test left = {0}, right = {0};
  const struct kafel_choice none = {0};
  bool l, r;
  if (!value(n->left, &left, &l) || !value(n->right, &right, &r) || (!l && !r))
    return kafel_bad(k, WARRANT_UNSUPPORTED,
                     "not supported: arguments compared with each other, or with bits added by |%s",
                     "");
  enum scmp_compare op = turned ? negated[n->op] : n->op;
  if (l && r)
    return !holds(op, left.value, right.value) || add_choice(k, out, &none, &none);
  struct test t = l ? right : left;
  t.value = l ? left.value : right.value;
  t.op = l ? mirrored[op] : op;
  return add_choice(k, out, &(struct kafel_choice){&t, 1}, &none);
}
/* All alternatives of a condition, or of what it is not. */
static bool alternatives(struct kafel *k, const struct node *n, bool turned,
                         struct kafel_choices *out) {
  if (n->kind == NOT)
    return alternatives(k, n->left, !turned, out);
  if (n->kind == COMPARE)
    return compare(k, n, turned, out);
  if ((n->kind == ANY) != turned)
    return alternatives(k, n->left, turned, out) && alternatives(k, n->right, turned, out);
  struct kafel_choices left = {0}, right = {0};
  bool good = alternatives(k, n->left, turned, &left) && alternatives(k, n->right, turned, &right);
  for (unsigned i = 0; i < left.count && good; i++)
    for (unsigned j = 0; j < right.count && good; j++)
      good = add_choice(k, out, &left.all[i], &right.all[j]);
  kafel_choices_free(&left);
  kafel_choices_free(&right);
  return good;
}

bool kafel_condition(struct kafel *k, struct kafel_choices *out) {
  struct node *n = any(k, 0);
  bool good = n != NULL;
  if (n && is_value(n))
    good = kafel_bad(k, WARRANT_BAD_INPUT, "a value stands where a condition is needed%s", "");
  if (!n)
    kafel_bad(k, WARRANT_BAD_INPUT, "out of memory%s", ""); /* unless it was said */
  good = good && (k->ignored || alternatives(k, n, false, out));
  node_free(n);
  return good;
}
