#include "audit/reach.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "audit/halves.h"

/* An audit by halves has no set of the inputs that reach an instruction: together these sets are
 * quadratic. It has the conditions of the intervals on the way there, a few for each doubling of
 * the filter. Whether one input meets all of them is looked for in all these diagrams at once,
 * variable by variable; where that takes too many steps they are joined, in a manager of their own.
 */
enum { CONDITIONS_MAX = 16, STEPS_A_WAY = 4000, STEPS_A_JUMP = 20000 };
enum { JOIN_NODES = 1 << 16, JOINS_NODES = 1 << 20 };

struct search {
  const struct audit *a;
  uint32_t pc;
  bdd_t on_the_way[CONDITIONS_MAX]; /* the first is the jump's own */
  unsigned count;
  uint32_t steps, all_steps;    /* left: for this way, for the jump */
  uint32_t nodes;               /* left, for joins */
  uint8_t bits[INPUT_VARS / 8]; /* the assignment so far */
  struct seccomp_data example;
};

static void bit_set(struct search *s, uint32_t var, bool one) {
  uint8_t bit = (uint8_t)(1u << var % 8);
  s->bits[var / 8] = (uint8_t)(one ? s->bits[var / 8] | bit : s->bits[var / 8] & ~bit);
}

/* Is there an input that meets all of these? */
static enum reach meet(struct search *s, const bdd_t *conditions, unsigned count) {
  const struct bdd *m = s->a->bdd;
  bdd_t open[CONDITIONS_MAX];
  unsigned left = 0;
  uint32_t var = UINT32_MAX;
  if (s->steps == 0)
    return REACH_UNKNOWN;
  s->steps--;
  for (unsigned i = 0; i < count; i++) {
    bool known = conditions[i] == BDD_TRUE;
    if (conditions[i] == BDD_FALSE)
      return REACH_NEVER;
    for (unsigned k = 0; k < left; k++)
      known |= open[k] == conditions[i];
    if (known)
      continue;
    open[left++] = conditions[i];
    if (w_bdd_var(m, conditions[i]) < var)
      var = w_bdd_var(m, conditions[i]);
  }
  if (left == 0) {
    s->example = w_audit_data(m, s->bits);
    return REACH_SOME;
  }
  for (int high = 0; high < 2; high++) {
    bdd_t next[CONDITIONS_MAX];
    for (unsigned i = 0; i < left; i++)
      next[i] = w_bdd_var(m, open[i]) != var ? open[i]
                : high                       ? w_bdd_high(m, open[i])
                                             : w_bdd_low(m, open[i]);
    bit_set(s, var, high);
    enum reach r = meet(s, next, left);
    if (r != REACH_NEVER)
      return r;
  }
  bit_set(s, var, false);
  return REACH_NEVER;
}
/* The same by joining them, from the jump outwards: these have more in common. */
static enum reach join(struct search *s) {
  uint32_t limit = s->nodes < JOIN_NODES ? s->nodes : JOIN_NODES;
  struct bdd *m = limit < 64 ? NULL : w_bdd_new(limit);
  if (!m)
    return REACH_UNKNOWN;
  w_bdd_set_order(m, w_bdd_order(s->a->bdd));
  bdd_t all = w_bdd_copy(m, s->a->bdd, s->on_the_way[0]);
  for (unsigned i = s->count; i-- > 1;)
    all = bdd_and(m, all, w_bdd_copy(m, s->a->bdd, s->on_the_way[i]));
  if (all != BDD_NONE && all != BDD_FALSE)
    s->example = w_audit_input(m, all);
  s->nodes -= w_bdd_nodes(m);
  w_bdd_free(m);
  return all == BDD_NONE ? REACH_UNKNOWN : all == BDD_FALSE ? REACH_NEVER : REACH_SOME;
}

/* Ways from `entry` to the jump, within an interval; the conditions before are on the way. */
static enum reach way_there(struct search *s, uint32_t k, uint32_t from, uint32_t entry) {
  struct halves *h = s->a->halves;
  if (s->all_steps == 0)
    return REACH_UNKNOWN;
  s->all_steps--;
  if (k == 0) {
    if (entry != s->pc)
      return REACH_NEVER;
    uint32_t steps = s->all_steps < STEPS_A_WAY ? s->all_steps : STEPS_A_WAY;
    memset(s->bits, 0, sizeof s->bits);
    s->steps = steps;
    enum reach r = meet(s, s->on_the_way, s->count);
    s->all_steps -= steps - s->steps;
    return r == REACH_UNKNOWN ? join(s) : r;
  }
  uint32_t middle = from + (1u << (k - 1));
  if (s->pc < middle)
    return entry < middle ? way_there(s, k - 1, from, entry) : REACH_NEVER;
  if (entry >= middle)
    return way_there(s, k - 1, middle, entry);
  struct exits first = w_exits_of(h, k - 1, from, entry);
  enum reach result = REACH_NEVER;
  for (uint32_t i = 0; i < first.count && s->count < CONDITIONS_MAX; i++) {
    if (first.exits[i].to > s->pc)
      continue;
    s->on_the_way[s->count++] = first.exits[i].when;
    enum reach r = way_there(s, k - 1, middle, (uint32_t)first.exits[i].to);
    s->count--;
    if (r == REACH_SOME)
      return r;
    if (r == REACH_UNKNOWN)
      result = r;
  }
  return result;
}

/* A way of the jump at s->pc, whose condition is `when`. */
static enum reach one_way(struct search *s, bdd_t when) {
  if (when == BDD_FALSE)
    return REACH_NEVER;
  s->on_the_way[0] = when;
  s->count = 1;
  s->all_steps = STEPS_A_JUMP;
  return way_there(s, s->a->halves->doublings, 0, 0);
}
static void arrive(struct reached *at, enum reach how, const struct seccomp_data *example) {
  if (how > at->here) {
    at->here = how;
    at->example = *example;
  }
}

static void by_halves(struct reached *all, const struct audit *a, const struct warrant_program *p) {
  struct search s = {.a = a, .nodes = JOINS_NODES};
  all[0].here = REACH_SOME;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct warrant_cinsn *i = &p->cinsns[pc];
    struct reached *r = &all[pc];
    if (r->here == REACH_NEVER || BPF_CLASS(i->code) == BPF_RET)
      continue;
    if (BPF_CLASS(i->code) != BPF_JMP) {
      arrive(&all[pc + 1], r->here, &r->example);
    } else if (BPF_OP(i->code) == BPF_JA) {
      arrive(&all[pc + 1 + i->k], r->here, &r->example);
    } else {
      s.pc = pc;
      r->taken = one_way(&s, a->taken[pc]);
      arrive(&all[pc + 1 + i->jt], r->taken, &s.example);
      r->fallen = one_way(&s, a->fallen[pc]);
      arrive(&all[pc + 1 + i->jf], r->fallen, &s.example);
    }
  }
}

struct reached *w_audit_reached(const struct audit *a, const struct warrant_program *p) {
  struct reached *all = calloc(a->insn_count, sizeof *all);
  if (all && a->halves) {
    by_halves(all, a, p);
  } else if (all) {
    for (uint32_t pc = 0; pc < a->insn_count; pc++)
      if (a->reach[pc] != BDD_FALSE) {
        all[pc].here = REACH_SOME;
        all[pc].taken = a->taken[pc] == BDD_FALSE ? REACH_NEVER : REACH_SOME;
        all[pc].fallen = a->fallen[pc] == BDD_FALSE ? REACH_NEVER : REACH_SOME;
        all[pc].example = w_audit_input(a->bdd, a->reach[pc]);
      }
  }
  return all;
}
