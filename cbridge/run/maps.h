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
/* What the helpers return. */
int64_t w_map_update(struct w_store *s, const uint8_t *key, const uint8_t *value, uint64_t flags);
int64_t w_map_delete(struct w_store *s, const uint8_t *key);
/* The number of the map that a map of maps has under `key`, or -1. */
int64_t w_inner_map(const struct w_machine *m, const struct w_store *s, const uint8_t *key);

#endif
