/* Arrays that grow one by one. */
#ifndef WARRANT_ROOM_H
#define WARRANT_ROOM_H

#include <stddef.h>
#include <stdlib.h>

/* The array with room for one element more than `count`, each of `size` bytes: itself, or a larger
 * one that takes its place. NULL when memory runs out: then it is as it was, and still owned. */
static inline void *w_room_for_one(void *array, size_t count, size_t *room, size_t size) {
  if (count < *room)
    return array;
  size_t more = *room ? 2 * *room : 16;
  void *larger = realloc(array, more * size);
  if (larger)
    *room = more;
  return larger;
}

#endif
