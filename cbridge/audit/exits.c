#include "audit/exits.h"

#include <stdlib.h>

#include "isa/room.h"

struct search {
  const struct bdd *m;
  uint32_t end;
  size_t most;
  uint8_t *seen; /* owned; a bit a node */
  struct exits *exits;
};
static bool find(struct search *s, bdd_t f) {
  struct exits *e = s->exits;
  if (s->seen[f / 8] >> f % 8 & 1)
    return true;
  s->seen[f / 8] |= (uint8_t)(1u << f % 8);
  if (!bdd_is_leaf(f) && w_bdd_var(s->m, f) < s->end)
    return find(s, w_bdd_low(s->m, f)) && find(s, w_bdd_high(s->m, f));
  bdd_t *more =
      e->count < s->most ? w_room_for_one(e->exit, e->count, &e->room, sizeof *more) : NULL;
  if (!more)
    return false;
  e->exit = more;
  e->exit[e->count++] = f;
  return true;
}
bool w_bdd_exits(const struct bdd *m, bdd_t f, uint32_t end, size_t most, struct exits *exits) {
  struct search s = {m, end, most, calloc(w_bdd_nodes(m) / 8 + 1, 1), exits};
  *exits = (struct exits){0};
  bool all = s.seen && find(&s, f);
  free(s.seen);
  return all;
}
