/* A masked argument, as conditions compare it, and what such comparisons are as diagrams. */
#ifndef WARRANT_AUDIT_TERM_H
#define WARRANT_AUDIT_TERM_H

#include "audit/bdd.h"
#include "audit/input.h"

enum { FIELDS = 7 }; /* six arguments and the instruction pointer */
extern const char *const w_term_names[FIELDS];

/* The variable of a bit of a field, and which field and bit a variable is. */
uint32_t w_term_var(const struct bdd *m, unsigned field, unsigned bit);
unsigned w_term_field(const struct bdd *m, uint32_t var);
unsigned w_term_bit(const struct bdd *m, uint32_t var);

struct term {
  unsigned field;
  uint64_t mask;
};
/* `acc` where the masked term equals k, and otherwise true where it is less. */
bdd_t w_term_at_most(struct bdd *m, const struct term *t, uint64_t k, bdd_t acc);
bdd_t w_term_equals(struct bdd *m, const struct term *t, uint64_t k);

#endif
