#include "verify/weaken.h"

#include <string.h>

/* What a derivation needs of the frame, and its steps. */
struct w_need {
  uint64_t written[W_STACK_WORDS], slots[W_STACK_WORDS];
  bool pending; /* some of the bytes that are pending */
  uint64_t steps;
};

/* Words of these sets that count: those of frames that some state had. */
static uint32_t words(const struct w_room *room) { return (room->depth + 1) * W_FRAME_WORDS; }

static void nothing_needed(const struct w_room *room, struct w_need *need) {
  memset(need->written, 0, words(room) * sizeof *need->written);
  memset(need->slots, 0, words(room) * sizeof *need->slots);
  need->pending = false;
  need->steps = 0;
}

static void need_of_node(const struct w_room *room, const struct w_node *node,
                         struct w_need *need) {
  nothing_needed(room, need);
  for (uint32_t k = 0; k < w_words(&node->st); k++)
    need->written[k] = *w_word(&node->st, k);
  for (uint32_t k = 0; k < node->st.nslots; k++)
    w_bit_set(need->slots, node->st.slots[k].off);
  const struct w_pending *p = &node->st.pending;
  need->pending = p->n;
  for (uint32_t k = 0; k < p->n; k++) /* they may be written here already */
    w_bit_set(need->written, p->off + (int32_t)k);
  need->steps = node->potential;
}

/* A piece before which the derivation needs `need`, and after which it needs what is in `need` now.
 */
static void before_piece(const struct w_buf *b, size_t at, struct w_need *need) {
  uint8_t tag = b->bytes[at++];
  if (tag == W_CODE_STEPS) {
    need->steps += w_next_u(b, &at);
    return;
  }
  int32_t off = (int32_t)w_next_u(b, &at) - W_STACK_TOTAL;
  if (tag == W_CODE_SLOT) {
    w_bit_set(need->slots, off);
    return;
  }
  int32_t n = (int32_t)w_next_u(b, &at);
  if (tag == W_CODE_WRITE)
    w_bit_clear(need->slots, off);
  if (tag == W_CODE_AWAIT) {
    need->pending = false;
    return;
  }
  for (int32_t k = 0; k < n; k++) {
    if (tag == W_CODE_READ) {
      w_bit_set(need->written, off + k);
      continue;
    }
    if (tag == W_CODE_SETTLE && w_bit(need->written, off + k))
      need->pending = true;
    w_bit_clear(need->written, off + k);
  }
}

/* A branch: one step, and what either side needs. A side that cannot be taken takes no steps. */
static void merge(const struct w_room *room, struct w_need *need, const struct w_need *other) {
  for (uint32_t k = 0; k < words(room); k++) {
    need->written[k] |= other->written[k];
    need->slots[k] |= other->slots[k];
  }
  need->pending |= other->pending;
  if (need->steps < other->steps)
    need->steps = other->steps;
  need->steps++;
}

/* From the last piece to the first, so that what follows a piece is known when it is reached. */
static bool work_out_need(struct w_pool *pool, struct w_room *room, const struct w_node *nodes,
                          uint32_t node, struct w_need **result) {
  const struct w_buf *b = &nodes[node].code;
  uint32_t count, ends, height = 0;
  if (!w_code_pieces(pool, b, &room->pieces, &room->piece_cap, &count, &ends) ||
      !w_reserve(pool, (void **)&room->needs, &room->need_cap, ends, sizeof *room->needs))
    return false;
  struct w_need *needs = room->needs;
  while (count) {
    size_t at = room->pieces[--count];
    uint8_t tag = b->bytes[at];
    if (tag == W_CODE_EXIT || tag == W_CODE_DEAD) {
      nothing_needed(room, &needs[height]);
      needs[height++].steps = tag == W_CODE_EXIT;
    } else if (tag == W_CODE_SUB) {
      at++;
      need_of_node(room, &nodes[w_next_u(b, &at)], &needs[height++]);
    } else if (tag == W_CODE_BRANCH) {
      height--;
      merge(room, &needs[height - 1], &needs[height]);
    } else {
      before_piece(b, at, &needs[height - 1]);
    }
  }
  *result = &needs[0];
  return true;
}

bool w_forget(struct w_pool *pool, struct w_room *room, struct w_state *st) {
  if (!w_reserve(pool, (void **)&room->used, &room->used_cap, st->next, 1))
    return false;
  memset(room->used, 0, st->next);
  for (uint32_t k = 0; k < st->nslots; k++)
    room->used[st->slots[k].v.sym] = 1;
  for (int r = 0; r < W_VALUES; r++)
    if (st->defined >> r & 1)
      room->used[st->regs[r].sym] = 1;
  for (uint32_t k = 0; k < st->depth; k++)
    for (int r = 6; r < W_VALUES; r++)
      if (st->frames[k].defined >> r & 1)
        room->used[st->frames[k].regs[r].sym] = 1;
  for (uint32_t k = 0; k < st->depth; k++)
    if (st->frames[k].again)
      room->used[st->frames[k].rest.sym] = room->used[st->frames[k].ctx.sym] = 1;
  if (st->pending.n)
    room->used[st->pending.sym] = 1;
  for (uint32_t k = 1; k < st->next; k++)
    if (!room->used[k] && st->facts[k].kind != W_FREF)
      st->facts[k].kind = W_FNONE;
  return true;
}

bool w_weaken(struct w_pool *pool, struct w_room *room, struct w_node *nodes, uint32_t node) {
  struct w_state *st = &nodes[node].st;
  struct w_need *need;
  uint32_t kept = 0;
  if (!work_out_need(pool, room, nodes, node, &need))
    return false;
  nodes[node].potential = need->steps;
  for (uint32_t k = 0; k < w_words(st); k++)
    *w_word(st, k) &= need->written[k];
  for (uint32_t k = 0; k < st->nslots; k++)
    if (w_bit(need->slots, st->slots[k].off))
      st->slots[kept++] = st->slots[k];
  st->nslots = kept;
  if (!need->pending)
    st->pending.n = 0;
  return w_forget(pool, room, st);
}

void w_room_free(struct w_pool *pool, struct w_room *room) {
  w_release(pool, room->pieces, room->piece_cap * sizeof *room->pieces);
  w_release(pool, room->needs, room->need_cap * sizeof *room->needs);
  w_release(pool, room->used, room->used_cap);
  memset(room, 0, sizeof *room);
}
