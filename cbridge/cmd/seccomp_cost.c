/* The longest run is found instruction by instruction: the inputs that get there after each number
 * of steps. Few numbers meet at one place, so these sets stay small, where a sum over all
 * instructions is one function of every argument at once. */
#include "cmd/seccomp_cost.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
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
  uint8_t call[INPUT_VARS / 8]; /* its architecture and number, as an assignment */
  struct paces *at;             /* owned; by instruction */
  uint32_t budget;              /* of sets that are still made */
  uint64_t *work;               /* that is left for all calls together */
};
enum { ALIKE_MAX = 16 }; /* calls that are remembered */
struct costs {
  const struct subject *s;
  uint64_t work;              /* that is left */
  bdd_t *keys[ALIKE_MAX + 1]; /* owned; the last one is for the call in question */
  struct cost costs[ALIKE_MAX];
  size_t key_size;
  unsigned count, next;
};

/* The architecture and the number come first in every order. */
static bdd_t of_call(const struct walk *w, bdd_t f) {
  return w_bdd_follow(w->m, f, 32 * INPUT_ARG, w->call);
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

static bool may_end(const struct warrant_cinsn *c) {
  return BPF_CLASS(c->code) == BPF_RET || c->code == (BPF_ALU | BPF_DIV | BPF_X) ||
         c->code == (BPF_ALU | BPF_MOD | BPF_X);
}
static uint32_t after(const struct warrant_cinsn *c, uint32_t pc) {
  return c->code == (BPF_JMP | BPF_JA) ? pc + 1 + c->k : pc + 1;
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
  if (may_end(c))
    *longest = steps > *longest ? steps : *longest;
  if (class == BPF_RET)
    return true;
  return pace_add(w, after(c, pc), steps, p.when);
}

/* What A is for all inputs of the call, where that is simple: it decides most jumps at once. */
struct simple {
  bool known;
  uint32_t a;
};
static void simple_step(const struct walk *w, const struct warrant_cinsn *c, struct simple *s) {
  if (c->code == (BPF_LD | BPF_W | BPF_ABS) && c->k == offsetof(struct seccomp_data, nr))
    *s = (struct simple){true, w->nr};
  else if (c->code == (BPF_LD | BPF_W | BPF_ABS) && c->k == offsetof(struct seccomp_data, arch))
    *s = (struct simple){true, w->token};
  else if (BPF_CLASS(c->code) == BPF_LD || BPF_CLASS(c->code) == BPF_ALU ||
           c->code == (BPF_MISC | BPF_TXA))
    s->known = false;
}
static bool simple_holds(const struct warrant_cinsn *c, uint32_t a) {
  switch (BPF_OP(c->code)) {
  case BPF_JEQ:
    return a == c->k;
  case BPF_JGT:
    return a > c->k;
  case BPF_JGE:
    return a >= c->k;
  default:
    return (a & c->k) != 0;
  }
}
/* The way that all inputs of the call have in common: where it ends, and its steps. Most calls have
 * no other. */
static uint32_t common_way(const struct walk *w, uint32_t *steps) {
  uint32_t pc = 0;
  struct simple s = {true, 0};
  for (*steps = 0; !may_end(&w->insns[pc]); ++*steps) {
    const struct warrant_cinsn *c = &w->insns[pc];
    simple_step(w, c, &s);
    if (w->a->taken[pc] == BDD_NONE)
      pc = after(c, pc);
    else if (s.known && BPF_SRC(c->code) == BPF_K)
      pc += 1 + (simple_holds(c, s.a) ? c->jt : c->jf);
    else if (of_call(w, w->a->taken[pc]) == BDD_FALSE)
      pc += 1 + c->jf;
    else if (of_call(w, w->a->fallen[pc]) == BDD_FALSE)
      pc += 1 + c->jt;
    else
      break;
  }
  return pc;
}

/* How many nodes the walk may have made when it has come to an instruction. They grow by the square
 * of the way at least, so one that is going to need too many is given up early. */
static uint64_t nodes_allowed(uint32_t pc, uint32_t n) {
  enum { NODES_MAX = 1 << 18, NODES_FIRST = 1 << 14 };
  return NODES_FIRST + (uint64_t)(NODES_MAX - NODES_FIRST) * pc / n * pc / n;
}

/* Takes what was done since the manager's count was `work` from the calls' own. */
static void work_spent(const struct walk *w, uint64_t work) {
  uint64_t used = w_bdd_work(w->m) - work;
  *w->work -= used < *w->work ? used : *w->work;
  w_bdd_work_back(w->m, work);
}

/* The longest run, and the mean, which divisions by X of 0 would make too large; *mean is negative
 * when it is not known. False at a limit. */
static bool walk(struct walk *w, uint32_t *longest, double *mean) {
  uint32_t n = w->a->insn_count;
  enum { SETS_AN_INSN = 64, SETS_LEAST = 4096, NODES_KEPT = 256 };
  uint32_t steps, start = common_way(w, &steps);
  *longest = 0;
  *mean = steps;
  w->budget = SETS_AN_INSN * n + SETS_LEAST;
  w->at = calloc(n, sizeof *w->at);
  uint32_t nodes = w_bdd_nodes(w->m);
  uint64_t work = w_bdd_work(w->m);
  w_bdd_attempt(w->m);
  w_bdd_work_at_most(w->m, *w->work);
  bool good = w->at && pace_add(w, start, steps, BDD_TRUE);
  for (uint32_t pc = start; pc < n && good; pc++) {
    bool jump = w->at[pc].count && w->a->taken[pc] != BDD_NONE;
    bdd_t yes = jump ? of_call(w, w->a->taken[pc]) : BDD_FALSE;
    /* What gets here goes one way or the other. */
    bdd_t no = !jump ? BDD_FALSE : yes == BDD_FALSE ? BDD_TRUE : of_call(w, w->a->fallen[pc]);
    good = w_bdd_nodes(w->m) - nodes <= nodes_allowed(pc, n);
    for (uint32_t i = 0; i < w->at[pc].count && good; i++) {
      /* the mean is asked for where no instruction has a set of its own */
      double share = w->a->reach ? 0 : w_bdd_share(w->m, w->at[pc].paces[i].when);
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
  work_spent(w, work);
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

/* What the cost depends on: for each jump the arguments that take it and those that do not. */
static bool key_of(const struct walk *w, bdd_t *key) {
  bool good = true;
  for (uint32_t pc = 0; pc < w->a->insn_count; pc++) {
    bool jump = w->a->taken[pc] != BDD_NONE;
    key[3 * pc] = w->a->reach ? of_call(w, w->a->reach[pc]) : BDD_NONE;
    key[3 * pc + 1] = jump ? of_call(w, w->a->taken[pc]) : BDD_NONE;
    key[3 * pc + 2] = jump ? of_call(w, w->a->fallen[pc]) : BDD_NONE;
    good &= !jump || (key[3 * pc + 1] != BDD_NONE && key[3 * pc + 2] != BDD_NONE);
  }
  return good;
}

struct costs *costs_of(const struct subject *s) {
  enum { WORK_A_NODE = 8, WORK_LEAST = 1 << 16 };
  struct costs *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->s = s;
  c->work = (uint64_t)w_bdd_limit(s->bdd) * WORK_A_NODE + WORK_LEAST;
  c->key_size = s->stacked ? 0 : 3 * sizeof(bdd_t) * s->audits[0].insn_count;
  bool good = true;
  for (unsigned i = 0; i < ALIKE_MAX + 1; i++) {
    c->keys[i] = malloc(c->key_size + 1);
    good &= c->keys[i] != NULL;
  }
  if (good)
    return c;
  costs_free(c);
  return NULL;
}
void costs_free(struct costs *c) {
  for (unsigned i = 0; c && i < ALIKE_MAX + 1; i++)
    free(c->keys[i]);
  free(c);
}

/* Whether each jump is known to go one way for each input. One that may go both ways, since what it
 * compares was beyond a limit, makes sets too large, also where both ways end alike. */
static bool ways_known(const struct walk *w) {
  bool good = true;
  uint64_t work = w_bdd_work(w->m);
  w_bdd_attempt(w->m);
  w_bdd_work_at_most(w->m, *w->work);
  for (uint32_t pc = 0; pc < w->a->insn_count && good; pc++)
    good = w->a->taken[pc] == BDD_NONE ||
           bdd_and(w->m, of_call(w, w->a->taken[pc]), of_call(w, w->a->fallen[pc])) == BDD_FALSE;
  w_bdd_forget(w->m);
  work_spent(w, work);
  return good;
}

static struct cost count_of(struct walk *w, bool decided) {
  struct cost c = {.exact = decided};
  bool varies = !w->a->reach; /* an audit by halves: the walk tells */
  for (uint32_t pc = 0; pc < w->a->insn_count && w->a->reach; pc++) {
    bdd_t f = of_call(w, w->a->reach[pc]);
    double share = f == BDD_NONE ? -1 : w_bdd_share(w->m, f);
    varies |= !bdd_is_leaf(f);
    c.longest += f == BDD_TRUE;
    c.mean = share < 0 || c.mean < 0 ? -1 : c.mean + share;
  }
  c.known = true;
  double mean = -1;
  if (varies && !walk(w, &c.longest, &mean)) {
    mean = -1;
    c.exact = false;
    c.known = bound_of(w, &c.longest);
  }
  if (!w->a->reach)
    c.mean = mean;
  if (!decided)
    c.mean = -1;
  return c;
}

struct cost cost_of(struct costs *all, uint32_t token, uint32_t nr) {
  if (!all || all->s->stacked)
    return (struct cost){0};
  const struct subject *s = all->s;
  struct walk w = {.m = s->bdd,
                   .a = &s->audits[0],
                   .insns = s->objects[0].programs[0].cinsns,
                   .token = token,
                   .nr = nr,
                   .work = &all->work};
  w_audit_assignment(s->bdd, &(struct seccomp_data){.arch = token, .nr = (int)nr}, w.call);
  bool decided = s->all.undecided == BDD_FALSE; /* else more may reach than does */
  uint32_t steps, end = common_way(&w, &steps);
  if (BPF_CLASS(w.insns[end].code) == BPF_RET)
    return (struct cost){
        .known = true, .exact = decided, .longest = steps + 1, .mean = decided ? steps + 1.0 : -1};
  bdd_t *key = all->keys[ALIKE_MAX];
  bool known = key_of(&w, key);
  for (unsigned i = 0; i < all->count && known; i++)
    if (!memcmp(key, all->keys[i], all->key_size))
      return all->costs[i];
  struct cost c = count_of(&w, decided && ways_known(&w));
  if (known) { /* in the place of the oldest */
    unsigned at = all->next;
    all->next = (at + 1) % ALIKE_MAX;
    all->count += all->count < ALIKE_MAX;
    all->keys[ALIKE_MAX] = all->keys[at];
    all->keys[at] = key;
    all->costs[at] = c;
  }
  return c;
}
