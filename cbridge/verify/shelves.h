/* Where finished nodes are found again: by their place, and within a loop by what counts its
 * rounds, so that the nodes of one round are not looked through for another. */
#ifndef WARRANT_SHELVES_H
#define WARRANT_SHELVES_H

#include "verify/domain/domain.h"

struct w_shelf {
  uint64_t key;
  uint32_t pc;     /* plus 1; 0: no shelf */
  uint32_t *nodes; /* owned; oldest first */
  uint32_t count, cap;
};
struct w_shelves {
  struct w_shelf *at; /* owned; by hash, `size` of them: a power of two */
  uint32_t size, count;
};
/* The constants in the registers of `counts`, in one number. */
uint64_t w_round_key(const struct w_state *st, uint32_t counts);
/* NULL: there is none. */
struct w_shelf *w_shelf_find(const struct w_shelves *shelves, uint32_t pc, uint64_t key);
/* False: out of memory. Moves shelves. */
bool w_shelf_add(struct w_pool *pool, struct w_shelves *shelves, uint32_t pc, uint64_t key,
                 uint32_t node);
void w_shelf_remove(struct w_shelf *shelf, uint32_t position);
void w_shelves_free(struct w_pool *pool, struct w_shelves *shelves);

#endif
