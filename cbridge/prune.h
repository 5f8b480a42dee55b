/* Comparing and generalising states: the substitution that Subsume.v checks has to be found first. */
#ifndef WARRANT_PRUNE_H
#define WARRANT_PRUNE_H

#include "flow.h"

/* For each symbol of the target state, a value of the source state, if it has one. */
struct w_subst {
  struct w_aval *v; /* owned */
  uint8_t *set;     /* owned */
  uint32_t n, cap, set_cap;
};
void w_subst_free(struct w_pool *pool, struct w_subst *sub);

/* Does `to` hold in every machine that `from` stands for? If so *sub says why. */
bool w_subsume(struct w_pool *pool, const struct w_target *t, const struct w_state *from,
               const struct w_state *to, struct w_subst *sub);

/* The state as a node wants it: what cannot matter any more dropped, symbols renumbered, and a symbol for
 * each constant, so that it can stand for more than one. False: out of memory. */
bool w_normalise(struct w_pool *pool, const struct w_flow *flow, const struct w_state *from,
                 struct w_state *to);

enum w_join_how { W_JOIN_SIZED, W_JOIN_EXACT };
/* A state that stands for all that normalised `a` stands for, and where they have the same shape for what `b`
 * does. SIZED: a number that differs becomes any number of as many bytes. False: out of memory. */
bool w_join(struct w_pool *pool, const struct w_state *a, const struct w_state *b, enum w_join_how how,
            struct w_state *to);
/* How far a state is from being covered by another; 0 is not said to mean that it is. */
uint32_t w_distance(const struct w_target *t, const struct w_state *a, const struct w_state *b);

bool w_state_equal(const struct w_state *a, const struct w_state *b);
uint64_t w_state_hash(const struct w_state *st);

#endif
