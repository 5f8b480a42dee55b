#include "audit/expression.h"

struct expression w_expression_number(uint64_t k) {
  return (struct expression){.kind = EXPRESSION_NUMBER, .number = k};
}
struct expression w_expression_field(unsigned field) {
  return (struct expression){.kind = EXPRESSION_TERM, .term = {field, UINT64_MAX}};
}
static bdd_t variable(struct bdd *m, unsigned field, unsigned bit) {
  return w_bdd_make(m, w_term_var(m, field, bit), BDD_FALSE, BDD_TRUE);
}
struct expression w_expression_high(struct bdd *m, unsigned field) {
  struct expression e = {.kind = EXPRESSION_BITS};
  for (unsigned i = 0; i < WIDE / 2; i++)
    e.bit[i] = variable(m, field, WIDE / 2 + i);
  return e;
}

/* As bits, whatever it is. */
static struct expression bits(struct bdd *m, const struct expression *e) {
  struct expression r = *e;
  r.kind = EXPRESSION_BITS;
  for (unsigned i = 0; i < WIDE; i++) {
    if (e->kind == EXPRESSION_NUMBER)
      r.bit[i] = e->number >> i & 1 ? BDD_TRUE : BDD_FALSE;
    else if (e->kind == EXPRESSION_TERM)
      r.bit[i] = e->term.mask >> i & 1 ? variable(m, e->term.field, i) : BDD_FALSE;
  }
  return r;
}
struct expression w_expression_and(struct bdd *m, const struct expression *a,
                                   const struct expression *b) {
  if (a->kind == EXPRESSION_NUMBER && b->kind == EXPRESSION_NUMBER)
    return w_expression_number(a->number & b->number);
  if (a->kind == EXPRESSION_NUMBER)
    return w_expression_and(m, b, a);
  struct expression r = *a;
  if (a->kind == EXPRESSION_TERM && b->kind == EXPRESSION_NUMBER) {
    r.term.mask &= b->number;
    return r;
  }
  struct expression y = bits(m, b);
  r = bits(m, a);
  for (unsigned i = 0; i < WIDE; i++)
    r.bit[i] = bdd_and(m, r.bit[i], y.bit[i]);
  return r;
}
static struct expression sum(struct bdd *m, unsigned width, const struct expression *a,
                             const struct expression *b, bool minus) {
  struct expression r = bits(m, a), y = bits(m, b);
  bdd_t carry = minus ? BDD_TRUE : BDD_FALSE;
  for (unsigned i = 0; i < WIDE; i++) {
    if (i >= width) {
      r.bit[i] = BDD_FALSE;
      continue;
    }
    bdd_t p = r.bit[i], q = minus ? bdd_not(m, y.bit[i]) : y.bit[i];
    bdd_t either = w_bdd_xor(m, p, q);
    r.bit[i] = w_bdd_xor(m, either, carry);
    carry = i + 1 < width ? w_bdd_ite(m, either, carry, p) : BDD_FALSE;
  }
  return r;
}
struct expression w_expression_add(struct bdd *m, unsigned width, const struct expression *a,
                                   const struct expression *b) {
  if (a->kind == EXPRESSION_NUMBER && b->kind == EXPRESSION_NUMBER)
    return w_expression_number(a->number + b->number);
  return sum(m, width, a, b, false);
}
struct expression w_expression_subtract(struct bdd *m, unsigned width, const struct expression *a,
                                        const struct expression *b) {
  if (a->kind == EXPRESSION_NUMBER && b->kind == EXPRESSION_NUMBER)
    return w_expression_number(a->number - b->number);
  return sum(m, width, a, b, true);
}

bdd_t w_expression_equal(struct bdd *m, const struct expression *a, const struct expression *b) {
  if (a->kind == EXPRESSION_TERM && b->kind == EXPRESSION_NUMBER)
    return w_term_equals(m, &a->term, b->number);
  struct expression x = bits(m, a), y = bits(m, b);
  bdd_t f = BDD_TRUE;
  for (unsigned i = 0; i < WIDE; i++)
    f = bdd_and(m, f, bdd_not(m, w_bdd_xor(m, x.bit[i], y.bit[i])));
  return f;
}
bdd_t w_expression_less(struct bdd *m, bool or_equal, const struct expression *a,
                        const struct expression *b) {
  bdd_t f = or_equal ? BDD_TRUE : BDD_FALSE;
  if (a->kind == EXPRESSION_TERM && b->kind == EXPRESSION_NUMBER)
    return w_term_at_most(m, &a->term, b->number, f);
  struct expression x = bits(m, a), y = bits(m, b);
  for (unsigned i = 0; i < WIDE; i++) {
    bdd_t below = bdd_and(m, bdd_not(m, x.bit[i]), y.bit[i]);
    f = w_bdd_ite(m, w_bdd_xor(m, x.bit[i], y.bit[i]), below, f);
  }
  return f;
}
