/* A diagram cut by the values of one word: by architecture, or by number. */
#ifndef WARRANT_SECCOMP_PIECES_H
#define WARRANT_SECCOMP_PIECES_H

#include "audit/audit.h"
#include "cmd/seccomp_names.h"

/* All outcomes in one diagram: below the input's bits, variable INPUT_VARS + i stands for outcome
 * i, and false for what is undecided. */
bdd_t outcomes_together(const struct audit *a);

/* Values of one word that lead to the same part f of a diagram: from low to high; or, where they
 * are in no few runs, those of a set, of which low is the least. */
struct piece {
  uint32_t low, high;
  bdd_t f;
  bdd_t set; /* over the variables of the word; BDD_NONE: a run */
};
struct pieces {
  struct piece *pieces; /* owned; runs first, each kind by its lowest value */
  size_t count, room;
  bool failed; /* out of memory or at a limit: some values are in no piece */
};
/* Cuts a diagram whose first variables are those of `word` by that word's values. No value is left
 * out unless `failed` says so. */
struct pieces split_word(struct bdd *m, bdd_t f, unsigned word);
/* The same for the values of `domain` alone, and sets lose those for which `named` holds: they have
 * pieces of their own. Both are diagrams over the word. */
struct pieces split_within(struct bdd *m, bdd_t f, unsigned word, bdd_t domain, bdd_t named);
/* The part that most values from low to high lead to. */
bdd_t most_common(struct bdd *m, const struct pieces *p, unsigned word, uint32_t low,
                  uint32_t high);

/* The values of a word from low to high, as a diagram. */
bdd_t word_within(struct bdd *m, unsigned word, uint32_t low, uint32_t high);
/* The architectures that have names, and the numbers of an architecture that have. */
bdd_t named_arches(struct bdd *m);
bdd_t named_numbers(struct bdd *m, const struct arch_calls *calls);
/* How many values a diagram over one word holds for. */
double word_count(const struct bdd *m, bdd_t set);
/* A set of values of a word as a condition such as `nr & 0x1 == 0x1`, which for the values of
 * `care` means exactly the set, and for others what makes the text short. The caller frees it; NULL
 * when it is too large. */
char *word_text(struct bdd *m, bdd_t set, unsigned word, bdd_t care);

#endif
