/* Comparing and generalising states: the substitution that Subsume.v checks has to be found first.
 */
#ifndef WARRANT_PRUNE_H
#define WARRANT_PRUNE_H

#include "verify/flow.h"

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

/* Room for renaming, used again each time. All zero at first. */
struct w_names {
  uint32_t *to;   /* owned; the new symbol of an old one, plus 1; 0: none yet */
  int64_t *base;  /* owned; what the new one is above the old one */
  uint8_t *plain; /* owned; the old one is used without a constant somewhere */
  uint32_t to_cap, base_cap, plain_cap;
};
void w_names_free(struct w_pool *pool, struct w_names *names);

/* The state as a node wants it: what cannot matter any more dropped, symbols renumbered, and a
 * symbol for each constant, so that it can stand for more than one. False: out of memory. */
bool w_normalise(struct w_pool *pool, const struct w_flow *flow, struct w_names *names,
                 const struct w_state *from, struct w_state *to);

/* A state that stands for all that normalised `a` stands for (with the same calls as `b`), and
 * where they have the same shape for what `b` does. In the registers of `wide` (and the slots, with
 * W_ANY_SLOT) a number that differs becomes any number, of as many bytes as both when both are
 * constants; in the others it becomes what covers both. False: out of memory. */
bool w_join(struct w_pool *pool, const struct w_state *a, const struct w_state *b, uint32_t wide,
            struct w_state *to);
/* The same, where the numbers of `a` stay wherever `b` has a constant: as `b` is, in another round
 * of the loops around it. */
bool w_join_like(struct w_pool *pool, const struct w_state *a, const struct w_state *b,
                 struct w_state *to);
/* Where `a` is not covered by `b`: a bit for each register, W_ANY_SLOT and W_ANY_CALLER. */
struct w_difference {
  uint32_t where, constants; /* `constants`: where one of the two is a constant */
  uint32_t distance;         /* grows with how much; 0 is not said to mean that b covers a */
};
/* False: the distance is `least` or more, or a constant differs where `alike` has a bit; then *d
 * says nothing. */
bool w_differs(const struct w_target *t, const struct w_state *a, const struct w_state *b,
               uint32_t least, uint32_t alike, struct w_difference *d);

bool w_state_equal(const struct w_state *a, const struct w_state *b);
uint64_t w_state_hash(const struct w_state *st);

#endif
