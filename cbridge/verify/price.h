/* Potentials: how many steps a derivation takes at most, where nodes may lead back to loop heads.
 */
#ifndef WARRANT_PRICE_H
#define WARRANT_PRICE_H

#include "verify/cert.h"

/* A term that was taken away, and where it was; k is 0: none. */
struct w_taken {
  uint32_t at;
  struct w_term term;
};
/* Room that is used again. All zero at first. */
struct w_pricing {
  uint32_t *pieces; /* owned */
  uint32_t piece_cap;
  __int128 *values; /* owned */
  uint32_t value_cap;
  /* By node, for the nodes of one loop: see struct walk. A search closes many loops, and has many
   * more nodes than one of them. */
  uint8_t *in; /* owned; zeros between loops */
  uint32_t *sym;
  __int128 *adv, *round;
  struct w_taken *taken;
  uint32_t in_cap, sym_cap, adv_cap, round_cap, taken_cap;
};
void w_pricing_free(struct w_pool *pool, struct w_pricing *p);

/* Gives nodes[node] its potential from those of the nodes that it ends in. False: out of memory. */
bool w_price(struct w_pool *pool, struct w_pricing *p, struct w_node *nodes, uint32_t node);

/* nodes[head] is a loop's head, and order[0 .. count) the nodes that were finished since it was
 * made: finds what counts the rounds, gives all of them a term for it, and their potentials.
 * 1: done; 0: nothing is found to count them; -1: out of memory. */
int w_close_loop(struct w_pool *pool, struct w_pricing *p, struct w_node *nodes,
                 uint32_t node_count, uint32_t head, const uint32_t *order, uint32_t count);

#endif
