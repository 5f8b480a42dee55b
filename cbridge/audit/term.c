#include "audit/term.h"

const char *const w_term_names[FIELDS] = {"arg0", "arg1", "arg2", "arg3", "arg4", "arg5", "ip"};

uint32_t w_term_var(const struct bdd *m, unsigned field, unsigned bit) {
  return w_input_var(m, INPUT_ARG + 2 * field + (bit < 32), bit % 32);
}
unsigned w_term_field(const struct bdd *m, uint32_t var) {
  return (w_input_word(m, var) - INPUT_ARG) / 2;
}
unsigned w_term_bit(const struct bdd *m, uint32_t var) {
  bool high = w_input_word(m, var) % 2 == INPUT_ARG % 2;
  return w_input_bit(m, var) + (high ? 32 : 0);
}

bdd_t w_term_at_most(struct bdd *m, const struct term *t, uint64_t k, bdd_t acc) {
  for (unsigned bit = 0; bit < 64; bit++) {
    bool one = k >> bit & 1;
    if (!(t->mask >> bit & 1))
      acc = one ? BDD_TRUE : acc; /* the term has 0 there */
    else
      acc = w_bdd_choose(m, w_term_var(m, t->field, bit), one ? BDD_TRUE : acc,
                         one ? acc : BDD_FALSE);
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
      f = w_bdd_choose(m, w_term_var(m, t->field, bit), one ? BDD_FALSE : f, one ? f : BDD_FALSE);
    }
  return f;
}
