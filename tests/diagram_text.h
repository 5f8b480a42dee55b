/* Diagrams as text, for comparison with those of the proved audit; tests/diagram_text.ml writes the
 * same. */
#ifndef WARRANT_TESTS_DIAGRAM_TEXT_H
#define WARRANT_TESTS_DIAGRAM_TEXT_H

#include <inttypes.h>
#include <stdio.h>

#include "audit/bdd.h"

/* Parents before children, numbered as they are met: equal texts, equal diagrams. */
struct numbering {
  bdd_t seen[200000];
  unsigned count;
};
static inline void print_diagram(const struct bdd *m, bdd_t f, struct numbering *n) {
  if (bdd_is_leaf(f)) {
    printf(" %c", f ? 'T' : 'F');
    return;
  }
  unsigned i = 0;
  while (i < n->count && n->seen[i] != f)
    i++;
  printf(" %u", i);
  if (i < n->count)
    return;
  n->seen[n->count++] = f;
  printf(":%" PRIu32, w_bdd_var(m, f));
  print_diagram(m, w_bdd_low(m, f), n);
  print_diagram(m, w_bdd_high(m, f), n);
}

#endif
