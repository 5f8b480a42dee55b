#include "audit/cover.h"

#include <stdlib.h>
#include <string.h>

#include "audit/term.h"

enum { CUBES_MAX = 40 }; /* masked comparisons of which a condition is made */

struct cube {
  uint64_t mask[FIELDS], value[FIELDS];
};
struct cover {
  struct cube cubes[CUBES_MAX];
  unsigned count;
  uint32_t budget; /* steps left */
};
static bdd_t side(const struct bdd *m, bdd_t f, uint32_t var, bool high) {
  if (bdd_is_leaf(f) || w_bdd_var(m, f) != var)
    return f;
  return high ? w_bdd_high(m, f) : w_bdd_low(m, f);
}
/* Adds cubes that cover `least` and nothing outside of `most`, none of them needless (Minato and
 * Morreale); returns their union, or BDD_NONE at a limit. */
static bdd_t add_cubes(struct bdd *m, bdd_t least, bdd_t most, struct cube *now, struct cover *c) {
  if (least == BDD_NONE || most == BDD_NONE || c->budget == 0)
    return BDD_NONE;
  c->budget--;
  if (least == BDD_FALSE)
    return BDD_FALSE;
  if (most == BDD_TRUE) {
    if (c->count == CUBES_MAX)
      return BDD_NONE;
    c->cubes[c->count++] = *now;
    return BDD_TRUE;
  }
  uint32_t var = w_bdd_var(m, most);
  if (!bdd_is_leaf(least) && w_bdd_var(m, least) < var)
    var = w_bdd_var(m, least);
  bdd_t least0 = side(m, least, var, false), least1 = side(m, least, var, true);
  bdd_t most0 = side(m, most, var, false), most1 = side(m, most, var, true);
  unsigned field = w_term_field(m, var);
  uint64_t bit = (uint64_t)1 << w_term_bit(m, var);
  now->mask[field] |= bit;
  bdd_t zero = add_cubes(m, bdd_and(m, least0, bdd_not(m, most1)), most0, now, c);
  now->value[field] |= bit;
  bdd_t one = zero == BDD_NONE ? BDD_NONE
                               : add_cubes(m, bdd_and(m, least1, bdd_not(m, most0)), most1, now, c);
  now->value[field] &= ~bit;
  now->mask[field] &= ~bit;
  if (one == BDD_NONE)
    return BDD_NONE;
  bdd_t rest0 = bdd_and(m, least0, bdd_not(m, zero)), rest1 = bdd_and(m, least1, bdd_not(m, one));
  bdd_t both = add_cubes(m, bdd_or(m, rest0, rest1), bdd_and(m, most0, most1), now, c);
  if (both == BDD_NONE)
    return BDD_NONE;
  return bdd_or(m, w_bdd_ite(m, w_bdd_make(m, var, BDD_FALSE, BDD_TRUE), one, zero), both);
}
/* The same fields and masks. */
static bool same_masks(const struct cube *a, const struct cube *b) {
  return memcmp(a->mask, b->mask, sizeof a->mask) == 0;
}
struct phrase w_cover_phrase(struct bdd *m, bdd_t f) {
  struct phrase p = {.binding = BIND_TEST};
  struct cover *c = calloc(1, sizeof *c); /* owned here */
  struct cube now = {0};
  if (c)
    c->budget = 20000;
  if (!c || add_cubes(m, f, f, &now, c) == BDD_NONE) {
    free(c);
    return w_phrase_none();
  }
  bool written[CUBES_MAX] = {0};
  for (unsigned i = 0; i < c->count; i++) {
    struct phrase all = {.binding = BIND_TEST};
    unsigned fields = 0, alike = 0;
    for (unsigned k = 0; k < FIELDS; k++)
      fields += c->cubes[i].mask[k] != 0;
    for (unsigned j = i; j < c->count; j++)
      alike += same_masks(&c->cubes[i], &c->cubes[j]);
    for (unsigned k = 0; k < FIELDS && !written[i]; k++) {
      uint64_t mask = c->cubes[i].mask[k];
      struct phrase test = {.binding = BIND_TEST};
      if (mask == 0)
        continue;
      w_text_term(&test.text, k, mask);
      if (fields > 1 || alike == 1) {
        w_text_put(&test.text, " == ");
        w_text_value(&test.text, mask, c->cubes[i].value[k]);
      } else { /* of one field and mask: a set */
        const char *before = " in {";
        for (unsigned j = i; j < c->count; j++)
          if (same_masks(&c->cubes[i], &c->cubes[j])) {
            w_text_put(&test.text, "%s", before);
            w_text_value(&test.text, mask, c->cubes[j].value[k]);
            before = ", ";
            written[j] = true;
          }
        w_text_put(&test.text, "}");
      }
      w_phrase_join(&all, BIND_AND, test);
    }
    if (all.text.length)
      w_phrase_join(&p, BIND_OR, all);
    else
      w_phrase_free(&all);
  }
  free(c);
  return p;
}
