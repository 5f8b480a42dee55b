/* The longest run is found instruction by instruction: the inputs that get there after each number
 * of steps. Few numbers meet at one place, so these sets stay small, where a sum over all
 * instructions is one function of every argument at once. */
#include "cmd/seccomp_cost.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "isa/room.h"

struct pace {
  uint32_t steps;
  bdd_t when;
};
struct paces {
  struct pace *paces; /* owned; ascending, none twice */
  uint32_t count;
  size_t room;
};
struct walk {
  struct bdd *m;
  const struct audit *a;
  const struct warrant_cinsn *insns;
  uint32_t token, nr;
  struct paces *at; /* owned; by instruction */
  uint32_t budget;  /* of sets that are still made */
};

static bdd_t of_call(const struct walk *w, bdd_t f) {
  return w_audit_fix(w->m, w_audit_fix(w->m, f, INPUT_ARCH, w->token), INPUT_NR, w->nr);
}

static bool pace_add(struct walk *w, uint64_t pc, uint32_t steps, bdd_t when) {
  if (when == BDD_FALSE)
    return true;
  if (when == BDD_NONE || w->budget == 0)
    return false;
  w->budget--;
  struct paces *to = &w->at[pc];
  uint32_t i = to->count;
  while (i > 0 && to->paces[i - 1].steps > steps)
    i--;
  if (i > 0 && to->paces[i - 1].steps == steps) {
    to->paces[i - 1].when = bdd_or(w->m, to->paces[i - 1].when, when);
    return to->paces[i - 1].when != BDD_NONE;
  }
  struct pace *more = w_room_for_one(to->paces, to->count, &to->room, sizeof *more);
  if (!more)
    return false;
  to->paces = more;
  memmove(to->paces + i + 1, to->paces + i, (to->count - i) * sizeof *to->paces);
  to->paces[i] = (struct pace){steps, when};
  to->count++;
  return true;
}

/* Where one set goes from an instruction; *longest grows at a return. A division by X of 0 ends a
 * run as a return does; it counts as one for all, and the others go on. */
static bool pace_step(struct walk *w, uint32_t pc, struct pace p, bdd_t yes, bdd_t no,
                      uint32_t *longest) {
  const struct warrant_cinsn *c = &w->insns[pc];
  uint32_t steps = p.steps + 1;
  uint8_t class = BPF_CLASS(c->code);
  if (w->a->taken[pc] != BDD_NONE)
    return pace_add(w, (uint64_t)pc + 1 + c->jt, steps, bdd_and(w->m, p.when, yes)) &&
           pace_add(w, (uint64_t)pc + 1 + c->jf, steps, bdd_and(w->m, p.when, no));
  if (class == BPF_RET || c->code == (BPF_ALU | BPF_DIV | BPF_X) ||
      c->code == (BPF_ALU | BPF_MOD | BPF_X))
    *longest = steps > *longest ? steps : *longest;
  if (class == BPF_RET)
    return true;
  return pace_add(w, c->code == (BPF_JMP | BPF_JA) ? (uint64_t)pc + 1 + c->k : (uint64_t)pc + 1,
                  steps, p.when);
}

/* How many nodes the walk may have made when it has come to an instruction. They grow by the square
 * of the way at least, so one that is going to need too many is given up early. */
static uint64_t nodes_allowed(uint32_t pc, uint32_t n) {
  enum { NODES_MAX = 1 << 18, NODES_FIRST = 1 << 14 };
  return NODES_FIRST + (uint64_t)(NODES_MAX - NODES_FIRST) * pc / n * pc / n;
}

/* The longest run, and the mean, which divisions by X of 0 would make too large; *mean is negative
 * when it is not known. False at a limit. */
static bool walk(struct walk *w, uint32_t *longest, double *mean) {
  uint32_t n = w->a->insn_count;
  enum { SETS_AN_INSN = 64, SETS_LEAST = 4096, NODES_KEPT = 256 };
  w->budget = SETS_AN_INSN * n + SETS_LEAST;
  w->at = calloc(n, sizeof *w->at);
  uint32_t nodes = w_bdd_nodes(w->m);
  *longest = 0;
  *mean = 0;
  w_bdd_attempt(w->m);
  bool good = w->at && pace_add(w, 0, 0, BDD_TRUE);
  for (uint32_t pc = 0; pc < n && good; pc++) {
    bool jump = w->at[pc].count && w->a->taken[pc] != BDD_NONE;
    bdd_t yes = jump ? of_call(w, w->a->taken[pc]) : BDD_FALSE;
    bdd_t no = jump ? of_call(w, w->a->fallen[pc]) : BDD_FALSE;
    good = w_bdd_nodes(w->m) - nodes <= nodes_allowed(pc, n);
    for (uint32_t i = 0; i < w->at[pc].count && good; i++) {
      double share = w_bdd_share(w->m, w->at[pc].paces[i].when);
      *mean = share < 0 || *mean < 0 ? -1 : *mean + share;
      good = pace_step(w, pc, w->at[pc].paces[i], yes, no, longest);
    }
  }
  for (uint32_t pc = 0; pc < n && w->at; pc++)
    free(w->at[pc].paces);
  free(w->at);
  w->at = NULL;
  if (good && w_bdd_nodes(w->m) - nodes <= NODES_KEPT)
    w_bdd_done(w->m);
  else
    w_bdd_forget(w->m);
  return good;
}

/* The longest way along jumps that each some input takes: no run is longer. */
static bool bound_of(const struct walk *w, uint32_t *bound) {
  uint32_t n = w->a->insn_count;
  uint32_t *left = calloc((size_t)n + 1, sizeof *left); /* owned here */
  for (uint32_t pc = n; left && pc-- > 0;) {
    const struct warrant_cinsn *c = &w->insns[pc];
    uint32_t most = 0;
    if (w->a->taken[pc] != BDD_NONE) {
      if (of_call(w, w->a->taken[pc]) != BDD_FALSE)
        most = left[pc + 1 + c->jt];
      if (of_call(w, w->a->fallen[pc]) != BDD_FALSE && left[pc + 1 + c->jf] > most)
        most = left[pc + 1 + c->jf];
    } else if (BPF_CLASS(c->code) != BPF_RET) {
      most = left[c->code == (BPF_JMP | BPF_JA) ? pc + 1 + c->k : pc + 1];
    }
    left[pc] = most + 1;
  }
  *bound = left ? left[0] : 0;
  free(left);
  return left != NULL;
}

struct cost cost_of(const struct subject *s, uint32_t token, uint32_t nr) {
  bool decided = s->all.undecided == BDD_FALSE; /* else what may reach may be more than what does */
  struct cost c = {.exact = decided};
  if (s->stacked)
    return c;
  struct walk w = {.m = s->bdd,
                   .a = &s->audits[0],
                   .insns = s->objects[0].programs[0].cinsns,
                   .token = token,
                   .nr = nr};
  bool varies = !w.a->reach; /* an audit by halves: the walk tells */
  for (uint32_t pc = 0; pc < w.a->insn_count && w.a->reach; pc++) {
    bdd_t f = of_call(&w, w.a->reach[pc]);
    double share = f == BDD_NONE ? -1 : w_bdd_share(w.m, f);
    varies |= !bdd_is_leaf(f);
    c.longest += f == BDD_TRUE;
    c.mean = share < 0 || c.mean < 0 ? -1 : c.mean + share;
  }
  c.known = true;
  double mean = -1;
  if (varies && !walk(&w, &c.longest, &mean)) {
    mean = -1;
    c.exact = false;
    c.known = bound_of(&w, &c.longest);
  }
  if (!w.a->reach)
    c.mean = mean;
  if (!decided)
    c.mean = -1;
  return c;
}
