#ifndef WARRANT_POOL_H
#define WARRANT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory that one verification may use. Sizes are subtracted when freed, so nothing has to be
 * looked up. */
struct w_pool {
  size_t used, peak, limit;
  bool exhausted; /* an allocation was refused: the answers since then mean nothing */
};
/* Like realloc, for an array of `have` bytes that becomes `want` bytes. NULL when refused; `old`
 * then lives on. */
void *w_resize(struct w_pool *pool, void *old, size_t have, size_t want);
void w_release(struct w_pool *pool, void *block, size_t have);
/* Makes room for `want` elements of `each` bytes in an array that has room for *cap. */
bool w_grow(struct w_pool *pool, void **array, uint32_t *cap, uint32_t want, size_t each);
static inline bool w_reserve(struct w_pool *pool, void **array, uint32_t *cap, uint32_t want,
                             size_t each) {
  return want <= *cap || w_grow(pool, array, cap, want, each);
}

#endif
