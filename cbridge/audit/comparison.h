/* Conditions in which arguments are compared with each other. */
#ifndef WARRANT_AUDIT_COMPARISON_H
#define WARRANT_AUDIT_COMPARISON_H

#include "audit/bdd.h"
#include "audit/phrase.h"

/* Looks for comparisons of arguments by which f falls into simpler parts, and writes these with
 * `simple`. A bad phrase when there are none. What it gives has to be read back: it is a guess. */
typedef struct phrase simple_phrase(const struct bdd *m, bdd_t f);
struct phrase w_comparison_phrase(const struct bdd *m, bdd_t f, simple_phrase *simple);

#endif
