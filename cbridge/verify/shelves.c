#include "verify/shelves.h"

#include <string.h>

uint64_t w_round_key(const struct w_state *st, uint32_t counts) {
  uint64_t key = 0, c;
  for (int r = 0; r < W_VALUES; r++)
    if (counts & st->defined & 1u << r && w_const_of(st, st->regs[r], &c)) {
      key = (key ^ c ^ (uint64_t)(r + 1) << 56) * UINT64_C(0x9e3779b97f4a7c15);
      key ^= key >> 31;
    }
  return key;
}

/* The shelf, or the free place where it would be. */
static uint32_t place(const struct w_shelves *shelves, uint32_t pc, uint64_t key) {
  uint64_t h = (key ^ pc) * UINT64_C(0x9e3779b97f4a7c15);
  uint32_t mask = shelves->size - 1, i = (uint32_t)(h >> 32) & mask;
  while (shelves->at[i].pc && (shelves->at[i].pc != pc + 1 || shelves->at[i].key != key))
    i = (i + 1) & mask;
  return i;
}

struct w_shelf *w_shelf_find(const struct w_shelves *shelves, uint32_t pc, uint64_t key) {
  if (!shelves->size)
    return NULL;
  struct w_shelf *shelf = &shelves->at[place(shelves, pc, key)];
  return shelf->pc ? shelf : NULL;
}

static bool grow(struct w_pool *pool, struct w_shelves *shelves) {
  struct w_shelves old = *shelves;
  shelves->size = old.size ? 2 * old.size : 64;
  shelves->at = w_resize(pool, NULL, 0, shelves->size * sizeof *shelves->at);
  if (!shelves->at) {
    *shelves = old;
    return false;
  }
  memset(shelves->at, 0, shelves->size * sizeof *shelves->at);
  for (uint32_t k = 0; k < old.size; k++)
    if (old.at[k].pc)
      shelves->at[place(shelves, old.at[k].pc - 1, old.at[k].key)] = old.at[k];
  w_release(pool, old.at, old.size * sizeof *old.at);
  return true;
}

bool w_shelf_add(struct w_pool *pool, struct w_shelves *shelves, uint32_t pc, uint64_t key,
                 uint32_t node) {
  if (4 * shelves->count >= 3 * shelves->size && !grow(pool, shelves))
    return false;
  struct w_shelf *shelf = &shelves->at[place(shelves, pc, key)];
  if (!shelf->pc) {
    shelf->pc = pc + 1;
    shelf->key = key;
    shelves->count++;
  }
  if (!w_reserve(pool, (void **)&shelf->nodes, &shelf->cap, shelf->count + 1, sizeof *shelf->nodes))
    return false;
  shelf->nodes[shelf->count++] = node;
  return true;
}

void w_shelf_remove(struct w_shelf *shelf, uint32_t position) {
  shelf->count--;
  memmove(&shelf->nodes[position], &shelf->nodes[position + 1],
          (shelf->count - position) * sizeof *shelf->nodes);
}

void w_shelves_free(struct w_pool *pool, struct w_shelves *shelves) {
  for (uint32_t k = 0; k < shelves->size; k++)
    w_release(pool, shelves->at[k].nodes, shelves->at[k].cap * sizeof *shelves->at[k].nodes);
  w_release(pool, shelves->at, shelves->size * sizeof *shelves->at);
  memset(shelves, 0, sizeof *shelves);
}
