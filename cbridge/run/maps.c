#include "run/maps.h"

#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"

enum { MAP_PERCPU_ARRAY = 6 };

/* There is one processor, so a per-CPU map is like any other. */
bool w_is_array(const struct warrant_map *map) {
  return map->type == W_MAP_ARRAY || map->type == MAP_PERCPU_ARRAY;
}

/* May one stand for the other inside a map of maps? */
static bool alike(const struct warrant_map *a, const struct warrant_map *b) {
  const uint8_t *x = w_constants(a), *y = w_constants(b);
  return a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size &&
         a->readonly == b->readonly && a->inner == b->inner && !x == !y &&
         (!x || !memcmp(x, y, a->value_size));
}

static int64_t find_key(const struct w_store *s, const uint8_t *key) {
  for (uint64_t j = 0; j < s->slots; j++)
    if (s->used[j] && !memcmp(s->keys + j * s->map->key_size, key, s->map->key_size))
      return (int64_t)j;
  return -1;
}

int64_t w_free_slot(const struct w_store *s) {
  for (uint64_t j = 0; j < s->slots; j++)
    if (!s->used[j])
      return (int64_t)j;
  return -1;
}

/* An array's key is its index; a wider key than eight bytes is an index only if the rest is zero.
 */
static int64_t array_index(const struct w_store *s, const uint8_t *key) {
  for (uint32_t i = 8; i < s->map->key_size; i++)
    if (key[i])
      return -1;
  uint64_t x = w_load_le(key, s->map->key_size < 8 ? s->map->key_size : 8);
  return x < s->map->max_entries ? (int64_t)x : -1;
}

int64_t w_slot_of(const struct w_store *s, const uint8_t *key) {
  return w_is_array(s->map) ? array_index(s, key) : find_key(s, key);
}

/* The number of the map that a map of maps holds under `key`, or -1. */
int64_t w_inner_map(const struct w_machine *m, const struct w_store *s, const uint8_t *key) {
  size_t size = (size_t)s->map->key_size + s->map->value_size;
  for (uint32_t i = s->inner ? s->inner->count : 0; i-- > 0;) {
    const uint8_t *entry = s->inner->bytes + i * size, *value = entry + s->map->key_size;
    if (memcmp(entry, key, s->map->key_size))
      continue;
    for (uint32_t k = 8; k < s->map->value_size; k++)
      if (value[k])
        return -1;
    uint64_t number = w_load_le(value, s->map->value_size < 8 ? s->map->value_size : 8);
    return number < m->store_count &&
                   alike(&m->program->maps[s->map->inner - 1], m->stores[number].map)
               ? (int64_t)number
               : -1;
  }
  return -1;
}

void w_claim_slot(struct w_store *s, int64_t j, const uint8_t *key) {
  s->used[j] = true;
  memcpy(s->keys + (uint64_t)j * s->map->key_size, key, s->map->key_size);
}

int64_t w_map_update(struct w_store *s, const uint8_t *key, const uint8_t *value, uint64_t flags) {
  bool array = w_is_array(s->map);
  if (s->map->readonly)
    return -1; /* EPERM */
  if (flags > 2)
    return -22; /* EINVAL */
  int64_t j = w_slot_of(s, key);
  if (array && j < 0)
    return -7; /* E2BIG */
  if (j >= 0 && flags == 1)
    return -17; /* EEXIST */
  if (j < 0) {
    if (flags == 2)
      return -2; /* ENOENT */
    if ((j = w_free_slot(s)) < 0)
      return -7;
    w_claim_slot(s, j, key);
  }
  memmove(s->bytes + (uint64_t)j * s->stride, value,
          s->map->value_size); /* value may be this very slot */
  return 0;
}

int64_t w_map_delete(struct w_store *s, const uint8_t *key) {
  if (w_is_array(s->map))
    return -22;
  int64_t j = find_key(s, key);
  if (j < 0)
    return -2;
  s->used[j] = false;
  return 0;
}
