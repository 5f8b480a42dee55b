/* What the two ways to execute a filter on diagrams share: values, tests, ends. */
#ifndef WARRANT_AUDITOR_H
#define WARRANT_AUDITOR_H

#include "audit/table.h"
#include "warrant.h"

/* 32 bits, and the inputs for which they mean nothing. */
struct value {
  struct bdd_vec bits;
  bdd_t unknown;
};
struct state;
struct auditor {
  const struct warrant_program *p;
  bool packets; /* a socket filter */
  bdd_t all;    /* every input there is */
  struct bdd *m;
  uint32_t *live;         /* owned; one bit a register */
  struct state **pending; /* owned, and its elements; one an instruction, or NULL */
  struct audit *audit;
  size_t room;
  bdd_t lost; /* inputs of which nothing is known */
  bool no_memory;
};

/* Ends an attempt: the result, or what to fall back on when a limit was met, if only for a bit that
 * the result leaves out: a carry, a remainder. */
bdd_t w_settle(struct bdd *m, bdd_t result, bdd_t otherwise);
struct value w_settle_value(struct bdd *m, struct value v);
/* f or g; true at a limit. */
bdd_t w_either(struct bdd *m, bdd_t f, bdd_t g);

/* `op` is the instruction's; at a limit a value is unknown. */
struct value w_value_constant(uint32_t k);
struct value w_value_unknown(void);
struct value w_value_load(struct auditor *t, uint32_t offset);
struct value w_value_alu(struct auditor *t, uint8_t op, struct value a, struct value y);
/* The inputs of `guard` for which a test holds and those for which it does not; both where it is
 * unknown. */
void w_value_branch(struct auditor *t, bdd_t guard, uint8_t op, struct value a, struct value y,
                    bdd_t *yes, bdd_t *no);

/* The inputs of `guard` end with `value`, or with nothing that is known. */
void w_add_out(struct auditor *t, uint32_t value, bdd_t guard);
void w_add_lost(struct auditor *t, bdd_t guard);

#endif
