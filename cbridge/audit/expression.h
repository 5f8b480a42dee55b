/* Values of 64 bits that conditions compare: an argument under a mask, a number, and sums of them,
 * modulo 2^64. */
#ifndef WARRANT_AUDIT_EXPRESSION_H
#define WARRANT_AUDIT_EXPRESSION_H

#include "audit/bdd.h"
#include "audit/term.h"

enum { WIDE = 64 };
struct expression {
  enum { EXPRESSION_NUMBER, EXPRESSION_TERM, EXPRESSION_BITS } kind;
  uint64_t number;
  struct term term;
  bdd_t bit[WIDE]; /* the lowest first; some are BDD_NONE where a limit is met */
};

struct expression w_expression_number(uint64_t k);
struct expression w_expression_field(unsigned field);
/* The high half of a field, as a number below 2^32. */
struct expression w_expression_high(struct bdd *m, unsigned field);
struct expression w_expression_and(struct bdd *m, const struct expression *a,
                                   const struct expression *b);
/* Of these the lowest `width` bits: those above are 0, for a mask that leaves them out. */
struct expression w_expression_add(struct bdd *m, unsigned width, const struct expression *a,
                                   const struct expression *b);
struct expression w_expression_subtract(struct bdd *m, unsigned width, const struct expression *a,
                                        const struct expression *b);
bdd_t w_expression_equal(struct bdd *m, const struct expression *a, const struct expression *b);
/* a < b, or a <= b with `or_equal`. */
bdd_t w_expression_less(struct bdd *m, bool or_equal, const struct expression *a,
                        const struct expression *b);

#endif
