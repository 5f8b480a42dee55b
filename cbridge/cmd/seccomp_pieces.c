#include "cmd/seccomp_pieces.h"

#include <stdlib.h>

bdd_t outcomes_together(const struct audit *a) {
  bdd_t f = BDD_FALSE;
  for (uint32_t i = 0; i < a->outcome_count; i++) {
    bdd_t leaf = w_bdd_make(a->bdd, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    f = w_bdd_ite(a->bdd, a->outcomes[i].when, leaf, f);
  }
  return f;
}

static void cut(const struct bdd *m, bdd_t f, unsigned word, unsigned bit, uint32_t base,
                struct pieces *p) {
  enum { PIECES_MAX = 200000 };
  if (p->failed)
    return;
  unsigned left = 32 - bit;
  if (bdd_is_leaf(f) || w_bdd_var(m, f) >= 32 * (word + 1)) {
    uint32_t high = left == 32 ? UINT32_MAX : base + (((uint32_t)1 << left) - 1);
    if (p->count && p->pieces[p->count - 1].f == f) {
      p->pieces[p->count - 1].high = high;
      return;
    }
    if (p->count == p->room) {
      size_t room = p->room ? 2 * p->room : 64;
      struct piece *more = room <= PIECES_MAX ? realloc(p->pieces, room * sizeof *more) : NULL;
      if (!more) {
        p->failed = true;
        return;
      }
      p->pieces = more;
      p->room = room;
    }
    p->pieces[p->count++] = (struct piece){base, high, f};
    return;
  }
  bool here = w_bdd_var(m, f) == 32 * word + bit;
  cut(m, here ? w_bdd_low(m, f) : f, word, bit + 1, base, p);
  cut(m, here ? w_bdd_high(m, f) : f, word, bit + 1, base + ((uint32_t)1 << (left - 1)), p);
}
struct pieces split_word(const struct bdd *m, bdd_t f, unsigned word) {
  struct pieces p = {0};
  cut(m, f, word, 0, 0, &p);
  return p;
}

bdd_t most_common(const struct pieces *p, uint32_t low, uint32_t high) {
  uint64_t best = 0;
  bdd_t f = BDD_FALSE;
  for (size_t i = 0; i < p->count; i++) {
    if (p->pieces[i].high < low || p->pieces[i].low > high)
      continue;
    uint32_t from = p->pieces[i].low < low ? low : p->pieces[i].low;
    uint32_t to = p->pieces[i].high > high ? high : p->pieces[i].high;
    uint64_t size = (uint64_t)to - from + 1;
    if (size > best) {
      best = size;
      f = p->pieces[i].f;
    }
  }
  return f;
}
