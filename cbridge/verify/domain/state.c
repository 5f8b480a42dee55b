/* checker/State.v: registers, stack slots, callers and facts. */
#include "verify/domain/internal.h"

#include <string.h>

bool w_a_init(struct w_pool *pool, struct w_state *st) {
  memset(st, 0, sizeof *st);
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, 16, sizeof *st->facts))
    return false;
  w_set_scalar(&st->facts[0], false, w_sc_const(0));
  st->facts[1] = (struct w_fact){.kind = W_FCTX};
  st->facts[2] = (struct w_fact){.kind = W_FSTACK, .step = W_WHOLE};
  st->next = 3;
  st->regs[1] = (struct w_aval){1, 0};
  st->regs[10] = (struct w_aval){2, 0};
  st->regs[W_ROUNDS] = (struct w_aval){0, (int64_t)w_most_rounds};
  st->defined = 1u << 1 | 1u << 10 | 1u << W_ROUNDS;
  return true;
}

bool w_state_copy(struct w_pool *pool, struct w_state *to, const struct w_state *from) {
  memset(to, 0, sizeof *to);
  if (w_state_set(pool, to, from))
    return true;
  w_state_free(pool, to);
  return false;
}

bool w_state_set(struct w_pool *pool, struct w_state *to, const struct w_state *from) {
  struct w_state st = *from;
  if (!w_reserve(pool, (void **)&to->facts, &to->fact_cap, from->next + 8, sizeof *to->facts) ||
      !w_reserve(pool, (void **)&to->slots, &to->slot_cap, from->nslots, sizeof *to->slots) ||
      !w_reserve(pool, (void **)&to->frames, &to->frame_cap, from->depth, sizeof *to->frames))
    return false;
  st.facts = to->facts, st.fact_cap = to->fact_cap;
  st.slots = to->slots, st.slot_cap = to->slot_cap;
  st.frames = to->frames, st.frame_cap = to->frame_cap;
  *to = st;
  memcpy(to->facts, from->facts, from->next * sizeof *to->facts);
  if (from->nslots)
    memcpy(to->slots, from->slots, from->nslots * sizeof *to->slots);
  if (from->depth)
    memcpy(to->frames, from->frames, from->depth * sizeof *to->frames);
  return true;
}

void w_state_free(struct w_pool *pool, struct w_state *st) {
  w_release(pool, st->slots, st->slot_cap * sizeof *st->slots);
  w_release(pool, st->facts, st->fact_cap * sizeof *st->facts);
  w_release(pool, st->frames, st->frame_cap * sizeof *st->frames);
  st->slots = NULL;
  st->facts = NULL;
  st->frames = NULL;
  st->nslots = st->slot_cap = st->next = st->fact_cap = st->depth = st->frame_cap = 0;
}

uint32_t w_slot_index(const struct w_state *st, int32_t off) {
  uint32_t lo = 0, hi = st->nslots;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (st->slots[mid].off < off)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

const struct w_slot *w_slot_at(const struct w_state *st, int32_t off) {
  uint32_t i = w_slot_index(st, off);
  return i < st->nslots && st->slots[i].off == off ? &st->slots[i] : NULL;
}

bool w_a_put(struct w_state *st, int slots, int d, struct w_aval v) {
  st->next += v.sym == st->next;
  st->regs[d] = v;
  st->defined |= (uint16_t)(1u << d);
  st->pc += slots;
  return true;
}
