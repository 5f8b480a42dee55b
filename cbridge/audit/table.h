/* The table of an audit. */
#ifndef WARRANT_TABLE_H
#define WARRANT_TABLE_H

#include "audit/bdd.h"

struct halves;
struct audit_outcome {
  uint32_t value; /* what the filter returns */
  bdd_t when;     /* for exactly these inputs */
};
struct audit {
  struct bdd *bdd;                /* borrowed */
  struct audit_outcome *outcomes; /* owned; ascending values; disjoint, none empty */
  uint32_t outcome_count;
  bdd_t undecided; /* the other inputs: BDD_FALSE when the table is exact */
  uint32_t insn_count;
  /* Of an audit by halves, or NULL; see halves.h. */
  struct halves *halves; /* owned */
  bdd_t *reach; /* owned; for each instruction the inputs that may reach it. By halves: NULL */
  /* Owned; for each conditional jump that may be reached, of the inputs that reach it, those that
   * may jump and those that may not; BDD_NONE for other instructions. */
  bdd_t *taken, *fallen;
};

#endif
