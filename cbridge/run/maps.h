/* Maps of a run: values by their keys. */
#ifndef WARRANT_MAPS_H
#define WARRANT_MAPS_H

#include "run/machine.h"

/* There is one processor, so a per-CPU map is like any other. */
bool w_is_array(const struct warrant_map *map);
/* The slot of a key, and one that no key has yet; -1: there is none. */
int64_t w_slot_of(const struct w_store *s, const uint8_t *key);
int64_t w_free_slot(const struct w_store *s);
void w_claim_slot(struct w_store *s, int64_t j, const uint8_t *key);
/* A trie's key that asks for more bits than it has: none of them is there. */
bool w_bad_key(const struct warrant_map *map, const uint8_t *key);
/* The slot that a lookup finds: of a trie, that of the longest prefix. */
int64_t w_lookup(const struct w_store *s, const uint8_t *key);
/* What the helpers return. */
int64_t w_map_update(struct w_store *s, const uint8_t *key, const uint8_t *value, uint64_t flags);
int64_t w_map_delete(struct w_store *s, const uint8_t *key);
/* How many elements a queue has room for: one that makes way for the next, if none is asked for. */
static inline uint64_t w_queue_room(const struct warrant_map *map) {
  return map->max_entries ? map->max_entries : 1;
}
int64_t w_queue_push(struct w_store *s, const uint8_t *value, uint64_t flags);
/* The element that comes first, or NULL: there is none. It stays unless it is `taken`. */
const uint8_t *w_queue_first(struct w_store *s, bool taken);
/* A place for a record of n bytes in a ring buffer, from its start; -1: there is none. Records
 * follow each other, and nobody consumes them. */
int64_t w_ring_reserve(struct w_store *s, uint64_t n);
int64_t w_ring_output(struct w_store *s, uint64_t n, uint64_t flags);
uint64_t w_ring_query(const struct w_store *s, uint64_t what);
/* Of maps for events and control groups, in which nothing is. `known`: bits of the flags that may
 * be set; `size`: of the packet, whose bytes may follow an event. */
int64_t w_event_output(const struct w_store *s, uint64_t flags, unsigned known, uint64_t size);
int64_t w_event_read(const struct w_store *s, uint64_t flags, uint64_t size);
int64_t w_under_cgroup(const struct w_store *s, uint32_t index);
/* No map has a device here, so the flags decide: what to do then, or that all devices get it. */
int64_t w_redirect_map(const struct w_store *s, uint64_t flags);
/* The number of the map that a map of maps has under `key`, or -1. */
int64_t w_inner_map(const struct w_machine *m, const struct w_store *s, const uint8_t *key);

#endif
