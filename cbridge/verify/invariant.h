/* Invariants of loops: states for a loop's head that stand for all of its rounds. */
#ifndef WARRANT_INVARIANT_H
#define WARRANT_INVARIANT_H

#include "verify/path.h"

/* At a loop's head, after a jump back to it: are so many rounds expected, by what counts them, that
 * an invariant is tried soon? `top`: the last node here. */
bool w_seems_long(const struct search *s, uint32_t top);
/* Is this the head of a loop that had an invariant before, or some rounds later? Then one is tried
 * in this way. */
bool w_loop_due(const struct search *s, const struct site *site, enum way how);
/* Tries an invariant, made from `exact`, the path's state, and from those of the rounds before. */
enum next w_invent(struct search *s, const struct site *site, const struct w_state *exact,
                   enum way how, bool *entered);
/* Does the path lead back to the head of a loop that it is in? *back: then it ends there. */
enum next w_come_back(struct search *s, const struct site *site, bool *back);

#endif
