#include "run/maps.h"

#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"

enum { MAP_PERCPU_ARRAY = 6, MAP_TRIE = 11, MAP_STACK = 23, MAP_BLOOM = 30 };
enum {
  EPERM_ = -1,
  ENOENT_ = -2,
  E2BIG_ = -7,
  EAGAIN_ = -11,
  EFAULT_ = -14,
  EEXIST_ = -17,
  EINVAL_ = -22,
  ENOSPC_ = -28
};
enum { NOEXIST = 1, EXIST = 2, LOCK = 4 }; /* flags of an update */
enum { RECORD_HEADER = 8, RECORD_MAX = 0x3fffffff };

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

/* --- Keys ------------------------------------------------------------------------------------ */

/* A trie's key: how many bits count, in four bytes, and then these bits. */
static uint32_t prefix_bits(const struct warrant_map *map, const uint8_t *key) {
  return (uint32_t)w_load_le(key, map->key_size < 4 ? map->key_size : 4);
}

bool w_bad_key(const struct warrant_map *map, const uint8_t *key) {
  return map->type == MAP_TRIE && 8 * ((int64_t)map->key_size - 4) < prefix_bits(map, key);
}

static bool same_bits(const uint8_t *a, const uint8_t *b, uint32_t n) {
  uint32_t whole = n / 8, rest = n % 8;
  return !memcmp(a, b, whole) && (!rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* The prefix in slot j is one of the key, or the key itself. */
static bool is_prefix(const struct w_store *s, uint64_t j, const uint8_t *key) {
  const uint8_t *there = s->keys + j * s->map->key_size;
  uint32_t n = prefix_bits(s->map, there);
  return n <= prefix_bits(s->map, key) && same_bits(there + 4, key + 4, n);
}

static bool same_key(const struct w_store *s, uint64_t j, const uint8_t *key) {
  const uint8_t *there = s->keys + j * s->map->key_size;
  if (s->map->type == MAP_TRIE)
    return prefix_bits(s->map, there) == prefix_bits(s->map, key) && is_prefix(s, j, key);
  return !memcmp(there, key, s->map->key_size);
}

static int64_t find_key(const struct w_store *s, const uint8_t *key) {
  for (uint64_t j = 0; j < s->slots; j++)
    if (s->used[j] && same_key(s, j, key))
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

int64_t w_lookup(const struct w_store *s, const uint8_t *key) {
  if (s->map->type != MAP_TRIE)
    return w_slot_of(s, key);
  int64_t best = -1;
  uint32_t most = 0;
  for (uint64_t j = 0; !w_bad_key(s->map, key) && j < s->slots; j++) {
    uint32_t n = prefix_bits(s->map, s->keys + j * s->map->key_size);
    if (s->used[j] && is_prefix(s, j, key) && (best < 0 || n > most)) {
      best = (int64_t)j;
      most = n;
    }
  }
  return best;
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

/* --- What helpers do ------------------------------------------------------------------------- */

int64_t w_map_update(struct w_store *s, const uint8_t *key, const uint8_t *value, uint64_t flags) {
  bool array = w_is_array(s->map);
  uint64_t lock = array ? LOCK : 0;
  if (s->map->readonly)
    return EPERM_;
  if ((flags & ~lock) > EXIST || w_bad_key(s->map, key))
    return EINVAL_;
  int64_t j = w_slot_of(s, key);
  if (array && j < 0)
    return E2BIG_;
  if (j >= 0 && flags & NOEXIST)
    return EEXIST_;
  if (flags & lock) /* no value has one */
    return EINVAL_;
  if (j < 0) {
    if (flags == EXIST)
      return ENOENT_;
    if ((j = w_free_slot(s)) < 0)
      return s->map->type == MAP_TRIE ? ENOSPC_ : E2BIG_;
    w_claim_slot(s, j, key);
  }
  memmove(s->bytes + (uint64_t)j * s->stride, value,
          s->map->value_size); /* value may be this very slot */
  return 0;
}

int64_t w_map_delete(struct w_store *s, const uint8_t *key) {
  if (w_is_array(s->map) || w_bad_key(s->map, key))
    return EINVAL_;
  int64_t j = find_key(s, key);
  if (j < 0)
    return ENOENT_;
  s->used[j] = false;
  return 0;
}

int64_t w_queue_push(struct w_store *s, const uint8_t *value, uint64_t flags) {
  uint64_t most = s->map->max_entries, room = w_queue_room(s->map);
  if (s->map->type == MAP_BLOOM) /* nothing is asked but whether it takes it */
    return flags ? EINVAL_ : 0;
  if (flags != 0 && flags != EXIST)
    return EINVAL_;
  bool full = s->in_queue >= most;
  if (full && !flags)
    return E2BIG_;
  if (full && s->in_queue) { /* the oldest one makes room */
    s->oldest = (s->oldest + 1) % room;
    s->in_queue--;
  }
  memcpy(s->queue + (s->oldest + s->in_queue++) % room * s->map->value_size, value,
         s->map->value_size);
  return 0;
}

const uint8_t *w_queue_first(struct w_store *s, bool taken) {
  if (!s->in_queue)
    return NULL;
  bool stack = s->map->type == MAP_STACK;
  uint64_t room = w_queue_room(s->map);
  uint64_t at = (s->oldest + (stack ? s->in_queue - 1 : 0)) % room;
  if (taken) {
    s->in_queue--;
    if (!stack)
      s->oldest = (s->oldest + 1) % room;
  }
  return s->queue + at * s->map->value_size;
}

int64_t w_ring_reserve(struct w_store *s, uint64_t n) {
  if (n > RECORD_MAX)
    return -1;
  uint64_t at = s->ring_used + RECORD_HEADER, after = (at + n + 7) & ~UINT64_C(7);
  if (after >= s->ring_size)
    return -1;
  s->ring_used = after;
  return (int64_t)at;
}

int64_t w_ring_output(struct w_store *s, uint64_t n, uint64_t flags) {
  if (flags & ~UINT64_C(3))
    return EINVAL_;
  return w_ring_reserve(s, n) < 0 ? EAGAIN_ : 0;
}

/* What is not consumed, the size, where the consumer is, and the producer. */
uint64_t w_ring_query(const struct w_store *s, uint64_t what) {
  return what == 0 || what == 3 ? s->ring_used : what == 1 ? s->map->max_entries : 0;
}

static int64_t no_event(const struct w_store *s, uint32_t index) {
  uint32_t of_this = index == UINT32_MAX ? 0 : index; /* of the processor that runs this */
  return of_this >= s->map->max_entries ? E2BIG_ : ENOENT_;
}

int64_t w_event_output(const struct w_store *s, uint64_t flags, unsigned known, uint64_t size) {
  if (flags >> known)
    return EINVAL_;
  return flags >> 32 > size ? EFAULT_ : no_event(s, (uint32_t)flags);
}

int64_t w_event_read(const struct w_store *s, uint64_t flags, uint64_t size) {
  return size != 24 || flags >> 32 ? EINVAL_ : no_event(s, (uint32_t)flags);
}

int64_t w_under_cgroup(const struct w_store *s, uint32_t index) {
  return index >= s->map->max_entries ? E2BIG_ : EAGAIN_;
}

int64_t w_redirect_map(const struct w_store *s, uint64_t flags) {
  uint64_t all = s->map->type == 14 || s->map->type == 25 ? 24 : 0;
  return flags & ~(3 + all) ? 0 : flags & all & 8 ? 4 : (int64_t)(flags & 3);
}
