#include "audit/auditor.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "audit/input.h"
#include "isa/room.h"

bdd_t w_settle(struct bdd *m, bdd_t result, bdd_t otherwise) {
  if (!w_bdd_failed(m)) {
    w_bdd_done(m);
    return result;
  }
  w_bdd_fail(m);
  return otherwise;
}
struct value w_settle_value(struct bdd *m, struct value v) {
  if (!w_bdd_failed(m)) {
    w_bdd_done(m);
    return v;
  }
  w_bdd_fail(m);
  return w_value_unknown();
}
bdd_t w_either(struct bdd *m, bdd_t f, bdd_t g) {
  w_bdd_attempt(m);
  return w_settle(m, bdd_or(m, f, g), BDD_TRUE);
}

/* ---- Operations ---- */

struct value w_value_constant(uint32_t k) {
  return (struct value){.bits = w_bdd_const(k), .unknown = BDD_FALSE};
}

struct value w_value_unknown(void) {
  return (struct value){.bits = w_bdd_const(0), .unknown = BDD_TRUE};
}

struct value w_value_load(struct auditor *t, uint32_t offset) {
  struct bdd *m = t->m;
  struct value v = {.unknown = BDD_FALSE};
  w_bdd_attempt(m);
  for (unsigned i = 0; i < BDD_BITS; i++)
    v.bits.bit[i] = w_bdd_make(m, w_input_var(m, w_audit_word(offset), i), BDD_FALSE, BDD_TRUE);
  return w_settle_value(m, v);
}

struct value w_value_alu(struct auditor *t, uint8_t op, struct value a, struct value y) {
  if (a.unknown == BDD_TRUE || y.unknown == BDD_TRUE)
    return w_value_unknown();
  struct value r;
  w_bdd_attempt(t->m);
  r.bits = w_bdd_vec_alu(t->m, op, &a.bits, &y.bits);
  r.unknown = bdd_or(t->m, a.unknown, y.unknown);
  return w_settle_value(t->m, r);
}

static bdd_t test(struct bdd *m, uint8_t op, const struct bdd_vec *a, const struct bdd_vec *y) {
  switch (op) {
  case BPF_JEQ:
    return w_bdd_vec_same(m, a, y);
  case BPF_JGT:
    return w_bdd_vec_less(m, false, y, a);
  case BPF_JGE:
    return w_bdd_vec_less(m, true, y, a);
  default:
    return w_bdd_vec_meets(m, a, y);
  }
}

void w_value_branch(struct auditor *t, bdd_t guard, uint8_t op, struct value a, struct value y,
                    bdd_t *yes, bdd_t *no) {
  struct bdd *m = t->m;
  *yes = *no = guard;
  if (a.unknown == BDD_TRUE || y.unknown == BDD_TRUE)
    return;
  w_bdd_attempt(m);
  bdd_t c = test(m, op, &a.bits, &y.bits);
  bdd_t u = bdd_or(m, a.unknown, y.unknown);
  bdd_t if_true = bdd_and(m, guard, bdd_or(m, c, u));
  bdd_t n = bdd_not(m, c);
  bdd_t if_false = bdd_and(m, guard, bdd_or(m, n, u));
  if (if_true == BDD_NONE || if_false == BDD_NONE) {
    w_bdd_fail(m);
    return;
  }
  w_bdd_done(m);
  *yes = if_true;
  *no = if_false;
}

/* ---- Ends ---- */

void w_add_out(struct auditor *t, uint32_t value, bdd_t guard) {
  struct audit *r = t->audit;
  if (guard == BDD_FALSE)
    return;
  uint32_t low = 0, high = r->outcome_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (r->outcomes[middle].value < value)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < r->outcome_count && r->outcomes[low].value == value) {
    r->outcomes[low].when = w_either(t->m, r->outcomes[low].when, guard);
    return;
  }
  struct audit_outcome *more =
      w_room_for_one(r->outcomes, r->outcome_count, &t->room, sizeof *more);
  if (!more) {
    t->no_memory = true;
    return;
  }
  r->outcomes = more;
  memmove(r->outcomes + low + 1, r->outcomes + low, (r->outcome_count - low) * sizeof *r->outcomes);
  r->outcomes[low] = (struct audit_outcome){value, guard};
  r->outcome_count++;
}

void w_add_lost(struct auditor *t, bdd_t guard) { t->lost = w_either(t->m, t->lost, guard); }
