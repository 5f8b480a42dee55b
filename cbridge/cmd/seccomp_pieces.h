/* A diagram cut by the values of one word: by architecture, or by number. */
#ifndef WARRANT_SECCOMP_PIECES_H
#define WARRANT_SECCOMP_PIECES_H

#include "audit/audit.h"

/* All outcomes in one diagram: below the input's bits, variable INPUT_VARS + i stands for outcome
 * i, and false for what is undecided. */
bdd_t outcomes_together(const struct audit *a);
/* A run of values of one word that lead to the same part of a diagram. */
struct piece {
  uint32_t low, high;
  bdd_t f;
};
struct pieces {
  struct piece *pieces; /* owned */
  size_t count, room;
  bool failed;
};
/* Cuts a diagram whose first variables are those of `word` by that word's values. */
struct pieces split_word(const struct bdd *m, bdd_t f, unsigned word);
/* The part that most values lead to. */
bdd_t most_common(const struct pieces *p, uint32_t low, uint32_t high);

#endif
