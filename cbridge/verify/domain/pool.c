/* Memory that one verification may use, counted as it is taken. */
#include "verify/domain/pool.h"

#include <stdlib.h>

void *w_resize(struct w_pool *pool, void *old, size_t have, size_t want) {
  if (want > have && want - have > pool->limit - pool->used) {
    pool->exhausted = true;
    return NULL;
  }
  void *new = realloc(old, want ? want : 1);
  if (!new) {
    pool->exhausted = true;
    return NULL;
  }
  pool->used = pool->used - have + want;
  if (pool->used > pool->peak)
    pool->peak = pool->used;
  return new;
}

void w_release(struct w_pool *pool, void *block, size_t have) {
  free(block);
  if (block)
    pool->used -= have;
}

bool w_grow(struct w_pool *pool, void **array, uint32_t *cap, uint32_t want, size_t each) {
  uint32_t size = *cap + *cap / 2 > want ? *cap + *cap / 2 : want;
  if (size < 8)
    size = 8;
  if (size * each < 64) /* many arrays start small */
    size = (uint32_t)(64 / each);
  void *new = w_resize(pool, *array, *cap * each, size * each);
  if (!new)
    return false;
  *array = new;
  *cap = size;
  return true;
}
