#include "run/setup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"
#include "run/maps.h"
#include "run/memory.h"

enum { MAP_QUEUE = 22, MAP_STACK = 23, MAP_RINGBUF = 27, HASH_SLOTS = 256 };
#define MEMORY_MAX (UINT64_C(1) << 30)

static void *bytes_or_fail(uint64_t n, uint64_t *total, struct warrant_error *error) {
  *total += n;
  void *p = *total > MEMORY_MAX ? NULL : calloc(1, n ? n : 1);
  if (!p)
    warrant_fail(error, WARRANT_UNSUPPORTED,
                 "the program's maps need more memory than a run is given");
  return p;
}

void w_machine_free(struct w_machine *m) {
  for (uint32_t i = 0; m->stores && i < m->store_count; i++) {
    free(m->stores[i].bytes);
    free(m->stores[i].keys);
    free(m->stores[i].used);
    free(m->stores[i].ring);
    free(m->stores[i].queue);
  }
  free(m->stores);
  free(m->refs);
  free(m->ctx);
  free(m->buffer);
  free(m->second);
  free(m->objects);
  free(m->object_at);
}

static void place_entry(struct w_store *s, const uint8_t *key, const uint8_t *value) {
  if (w_bad_key(s->map, key))
    return;
  int64_t j = w_slot_of(s, key);
  if (j < 0 && !w_is_array(s->map) && (j = w_free_slot(s)) >= 0)
    w_claim_slot(s, j, key);
  if (j >= 0)
    memcpy(s->bytes + (uint64_t)j * s->stride, value, s->map->value_size);
}

/* `own`: a map of the program, which begins with its data; others only have its constants. */
static int store_init(struct w_store *s, const struct warrant_map *map, bool own,
                      const struct warrant_entries *entries, uint64_t *total,
                      struct warrant_error *error) {
  s->map = map;
  s->stride = ((uint64_t)map->value_size + 15) & ~UINT64_C(7);
  s->slots = w_is_array(map) || map->max_entries < HASH_SLOTS ? map->max_entries : HASH_SLOTS;
  if (map->inner) {
    s->slots = 0;
    s->inner = entries;
    return 0;
  }
  if (!(s->bytes = bytes_or_fail(s->slots * s->stride, total, error)))
    return -1;
  if (!w_is_array(map) && (!(s->keys = bytes_or_fail(s->slots * map->key_size, total, error)) ||
                           !(s->used = bytes_or_fail(s->slots, total, error))))
    return -1;
  if (map->initial && map->readonly && entries && entries->count)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s holds constants: its contents come with the program",
                        map->name ? map->name : "a map");
  if (map->type == MAP_RINGBUF) {
    s->ring_size = map->max_entries < W_RING_START ? map->max_entries : W_RING_START;
    if (!(s->ring = bytes_or_fail(s->ring_size, total, error)))
      return -1;
  }
  if ((map->type == MAP_QUEUE || map->type == MAP_STACK) &&
      !(s->queue = bytes_or_fail(w_queue_room(map) * map->value_size, total, error)))
    return -1;
  if ((own ? map->initial : w_constants(map)) && s->slots)
    memcpy(s->bytes, map->initial, map->value_size);
  size_t size = (size_t)map->key_size + map->value_size;
  for (uint32_t i = 0; entries && i < entries->count; i++)
    place_entry(s, entries->bytes + i * size, entries->bytes + i * size + map->key_size);
  return 0;
}

void w_machine_start(struct w_machine *m) {
  memset(m->regs, 0, sizeof m->regs);
  if (m->strict)
    memset(m->written + (W_STACK_SIZE - W_FRAME_SIZE) / 8, 0, W_FRAME_SIZE / 8);
  m->pc = 0;
  m->depth = 0;
  m->packet_at = m->env->packet;
  m->packet_size = m->env->packet_size;
  m->nrefs = 0;
  for (uint32_t i = 0; i < m->store_count; i++)
    m->stores[i].ring_used = 0;
  m->meta_size = 0;
  m->random = m->env->seed;
  m->rounds = w_usual_rounds;
  m->time = 0;
  m->level = -1;
  m->hash = 0;
  m->headed = false;
  m->regs[1] = m->env->ctx;
  m->regs[10] = m->env->stack + W_STACK_SIZE;
  m->defined = 1u << 1 | 1u << 10;
}

/* The program's maps, and two more of the kind that each map of maps holds. */
static int make_stores(struct w_machine *m, uint64_t *total, struct warrant_error *error) {
  const struct warrant_program *p = m->program;
  const struct warrant_entries *entries = m->env->entries;
  uint32_t count = p->map_count;
  for (uint32_t i = 0; i < p->map_count; i++)
    count += p->maps[i].inner && p->maps[i].inner <= p->map_count ? 2 : 0;
  if (!(m->stores = bytes_or_fail(count * sizeof *m->stores, total, error)))
    return -1;
  m->store_count = count;
  uint32_t k = 0;
  for (; k < p->map_count; k++)
    if (store_init(&m->stores[k], &p->maps[k], true, entries ? &entries[k] : NULL, total, error))
      return -1;
  for (uint32_t i = 0; i < p->map_count; i++)
    for (int n = 0; n < 2 && p->maps[i].inner && p->maps[i].inner <= p->map_count; n++, k++)
      if (store_init(&m->stores[k], &p->maps[p->maps[i].inner - 1], false, NULL, total, error))
        return -1;
  return 0;
}

/* Any bytes will do, but the reference has the same. */
static uint8_t noise(const struct warrant_env *env, uint64_t offset) {
  uint64_t v = ((offset + 1) * 2654435761u + env->seed) * UINT64_C(11400714819323198485);
  return (uint8_t)(v >> 56);
}

static int make_objects(struct w_machine *m, uint64_t *total, struct warrant_error *error) {
  const struct warrant_program *p = m->program;
  uint64_t size = 0;
  if (!p->type_count)
    return 0;
  for (uint32_t i = 0; i < p->type_count; i++)
    if (p->types[i].size > m->largest_object)
      m->largest_object = p->types[i].size;
  for (uint32_t i = 0; i < p->type_count; i++)
    size += p->types[i].size;
  if (!(m->objects = bytes_or_fail(m->largest_object + size, total, error)) ||
      !(m->object_at = bytes_or_fail(p->type_count * sizeof *m->object_at, total, error)))
    return -1;
  uint64_t at = m->largest_object;
  for (uint32_t i = 0; i < p->type_count; at += p->types[i++].size) {
    m->object_at[i] = at;
    for (uint32_t k = 0; k < p->types[i].size; k++)
      m->objects[at + k] = noise(m->env, w_object_at(i) - W_FREED_OBJECTS + k);
  }
  return 0;
}

static int fill(struct w_machine *m, struct warrant_error *error) {
  const struct warrant_program *program = m->program;
  const struct warrant_env *env = m->env;
  uint64_t total = 0;
  if (!(m->ctx = bytes_or_fail(m->type->ctx_size, &total, error)) ||
      !(m->buffer = bytes_or_fail(env->packet_size + 2 * (uint64_t)W_PACKET_ROOM, &total, error)) ||
      !(m->second = bytes_or_fail(program->insn_count, &total, error)) ||
      make_stores(m, &total, error) || make_objects(m, &total, error))
    return -1;
  for (uint32_t i = 0; i + 1 < program->insn_count; i++)
    if (!m->second[i] && program->insns[i].op == 0x18)
      m->second[i + 1] = true;
  if (env->ctx_size)
    memcpy(m->ctx, env->ctx_bytes,
           env->ctx_size < m->type->ctx_size ? env->ctx_size : m->type->ctx_size);
  if (env->packet_size)
    memcpy(m->buffer + W_PACKET_ROOM, env->packet_bytes, env->packet_size);
  for (uint64_t i = 0; i < W_STACK_SIZE; i++)
    m->stack[i] = noise(env, i);
  return 0;
}

int w_machine_init(struct w_machine *m, const struct warrant_program *program,
                   const struct warrant_env *env, struct warrant_error *error) {
  *m = (struct w_machine){
      .program = program, .env = env, .strict = program->profile == WARRANT_STRICT};
  if (!(m->type = w_type_of(program, &m->own_type)))
    return warrant_fail(error, WARRANT_UNSUPPORTED,
                        "programs of type %" PRIu32 " can't be run here", program->type);
  if (w_decode_check(program, error))
    return -1;
  if (fill(m, error)) {
    w_machine_free(m);
    return -1;
  }
  w_machine_start(m);
  return 0;
}
