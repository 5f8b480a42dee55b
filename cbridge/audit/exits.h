/* The parts of a diagram below its first variables. */
#ifndef WARRANT_EXITS_H
#define WARRANT_EXITS_H

#include "audit/bdd.h"

struct exits {
  bdd_t *exit; /* owned */
  size_t count, room;
};
/* The different parts of f below the variables before `end`, each once, in the order of the least
 * values that lead to them. False when there are more than `most`, or memory runs out. The caller
 * frees `exit` in any case. */
bool w_bdd_exits(const struct bdd *m, bdd_t f, uint32_t end, size_t most, struct exits *exits);

#endif
