/* After a derivation is complete: how many steps it takes at most, and what it never looked at. */
#ifndef WARRANT_WEAKEN_H
#define WARRANT_WEAKEN_H

#include "verify/cert.h"

/* Room that is used again for each node. All zero at first; free with w_room_free. */
struct w_room {
  uint32_t depth;       /* of calls, at most, in any state: nothing is needed of other frames */
  uint32_t *pieces;     /* owned */
  struct w_need *needs; /* owned */
  uint8_t *used;        /* owned */
  uint32_t piece_cap, need_cap, used_cap;
};
void w_room_free(struct w_pool *pool, struct w_room *room);

/* Drops the facts that no value of the state is about. False: out of memory. */
bool w_forget(struct w_pool *pool, struct w_room *room, struct w_state *st);

/* Gives nodes[node] its potential, and drops from its state what its derivation does not look at:
 * spills, bytes that had been written, facts. Symbols keep their numbers, since derivations name
 * them. The nodes that it ends in are complete. False: out of memory. */
bool w_weaken(struct w_pool *pool, struct w_room *room, struct w_node *nodes, uint32_t node);

#endif
