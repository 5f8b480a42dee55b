/* Invariants of loops: states for a loop's head that stand for all of its rounds. */
#ifndef WARRANT_INVARIANT_H
#define WARRANT_INVARIANT_H

#include "verify/path.h"

/* Is this the head of a loop, some rounds later? Then an invariant may be there. */
bool w_loop_due(const struct search *s, const struct site *site);
/* Tries an invariant, made from `exact`, the path's state, and from those of the rounds before. */
enum next w_invent(struct search *s, const struct site *site, const struct w_state *exact,
                   enum way how, bool *entered);
/* Does the path lead back to the head of a loop that it is in? *back: then it ends there. */
enum next w_come_back(struct search *s, const struct site *site, bool *back);

#endif
