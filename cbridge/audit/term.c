#include "audit/term.h"

enum { FIRST_VAR = 32 * INPUT_ARG };

const char *const w_term_names[FIELDS] = {"arg0", "arg1", "arg2", "arg3", "arg4", "arg5", "ip"};

uint32_t w_term_var(unsigned field, unsigned bit) { return FIRST_VAR + 64 * field + 63 - bit; }
unsigned w_term_field(uint32_t var) { return (var - FIRST_VAR) / 64; }
unsigned w_term_bit(uint32_t var) { return 63 - (var - FIRST_VAR) % 64; }

bdd_t w_term_at_most(struct bdd *m, const struct term *t, uint64_t k, bdd_t acc) {
  for (unsigned bit = 0; bit < 64; bit++) {
    bool one = k >> bit & 1;
    if (!(t->mask >> bit & 1))
      acc = one ? BDD_TRUE : acc; /* the term has 0 there */
    else
      acc = w_bdd_make(m, w_term_var(t->field, bit), one ? BDD_TRUE : acc, one ? acc : BDD_FALSE);
  }
  return acc;
}
bdd_t w_term_equals(struct bdd *m, const struct term *t, uint64_t k) {
  if (k & ~t->mask)
    return BDD_FALSE;
  bdd_t f = BDD_TRUE;
  for (unsigned bit = 0; bit < 64; bit++)
    if (t->mask >> bit & 1) {
      bool one = k >> bit & 1;
      f = w_bdd_make(m, w_term_var(t->field, bit), one ? BDD_FALSE : f, one ? f : BDD_FALSE);
    }
  return f;
}
