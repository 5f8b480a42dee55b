#include "audit/halves.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

/* ---- The kind of filter ---- */

static bool plain(const struct warrant_cinsn *i) {
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
    return BPF_MODE(i->code) == BPF_ABS || BPF_MODE(i->code) == BPF_LEN ||
           BPF_MODE(i->code) == BPF_IMM;
  case BPF_ALU:
    return i->code == (BPF_ALU | BPF_NEG) || BPF_SRC(i->code) == BPF_K;
  case BPF_JMP:
    return BPF_OP(i->code) == BPF_JA || BPF_SRC(i->code) == BPF_K;
  case BPF_RET:
    return i->code == (BPF_RET | BPF_K);
  default:
    return false;
  }
}

/* ---- The conditions of jumps ---- */

/* What A is at each instruction. */
struct guesses {
  enum guess { NOT_REACHED, ONE, SEVERAL } * kinds; /* owned */
  struct value *values;                             /* owned */
};
/* A way leads to `pc`, on which A is *v, or differs when v is NULL. */
static void flow(struct guesses *g, uint32_t pc, const struct value *v) {
  if (g->kinds[pc] == NOT_REACHED) {
    g->kinds[pc] = v ? ONE : SEVERAL;
    if (v)
      g->values[pc] = *v;
  } else if (!v || g->kinds[pc] == SEVERAL || g->values[pc].unknown != v->unknown ||
             !w_bdd_vec_equal(&g->values[pc].bits, &v->bits)) {
    g->kinds[pc] = SEVERAL;
  }
}

/* One instruction that is reached. False: it reads A, which depends on the way. */
static bool jumps_step(struct auditor *t, struct guesses *g, uint32_t pc) {
  const struct warrant_cinsn *i = &t->p->cinsns[pc];
  struct value a = g->values[pc];
  const struct value *v = g->kinds[pc] == ONE ? &a : NULL;
  struct value k = w_value_constant(i->k);
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
    a = BPF_MODE(i->code) == BPF_ABS   ? w_value_load(t, i->k)
        : BPF_MODE(i->code) == BPF_LEN ? w_value_constant(sizeof(struct seccomp_data))
                                       : k;
    flow(g, pc + 1, &a);
    return true;
  case BPF_ALU:
    if (!v)
      return false;
    a = i->code == (BPF_ALU | BPF_NEG) ? w_value_alu(t, BPF_SUB, w_value_constant(0), a)
                                       : w_value_alu(t, BPF_OP(i->code), a, k);
    flow(g, pc + 1, &a);
    return true;
  case BPF_JMP:
    if (BPF_OP(i->code) == BPF_JA) {
      flow(g, pc + 1 + i->k, v);
      return true;
    }
    if (!v)
      return false;
    w_value_branch(t, BDD_TRUE, BPF_OP(i->code), a, k, &t->audit->taken[pc], &t->audit->fallen[pc]);
    flow(g, pc + 1 + i->jt, v);
    flow(g, pc + 1 + i->jf, v);
    return true;
  default:
    return true;
  }
}
/* False when A depends on the way somewhere, and then no condition is left. */
static bool jump_conditions(struct auditor *t) {
  uint32_t n = t->p->insn_count;
  struct guesses g = {.kinds = calloc(n, sizeof *g.kinds), .values = calloc(n, sizeof *g.values)};
  bool good = g.kinds && g.values;
  t->no_memory |= !good;
  if (good) {
    struct value zero = w_value_constant(0);
    flow(&g, 0, &zero);
  }
  for (uint32_t pc = 0; pc < n && good; pc++)
    if (g.kinds[pc] != NOT_REACHED)
      good = jumps_step(t, &g, pc);
  free(g.kinds);
  free(g.values);
  if (!good) {
    memset(t->audit->taken, 0xff, n * sizeof *t->audit->taken); /* BDD_NONE */
    memset(t->audit->fallen, 0xff, n * sizeof *t->audit->fallen);
  }
  return good;
}

/* ---- The ways out of an interval ---- */

static void exit_add(struct halves *h, struct exits *l, uint64_t to, bdd_t when) {
  if (when == BDD_FALSE)
    return;
  for (uint32_t i = 0; i < l->count; i++)
    if (l->exits[i].to == to) {
      l->exits[i].when = w_either(h->m, l->exits[i].when, when);
      return;
    }
  struct exit *more = realloc(l->exits, (l->count + 1) * sizeof *more);
  if (!more) {
    h->no_memory = true;
    return;
  }
  l->exits = more;
  l->exits[l->count++] = (struct exit){to, when};
}
static uint64_t target(const struct halves *h, uint32_t pc) {
  const struct warrant_cinsn *i = &h->insns[pc];
  return BPF_CLASS(i->code) == BPF_RET ? EXIT_RETURNS | i->k : pc;
}
static void one_exits(struct halves *h, uint32_t pc, struct exits *l) {
  const struct warrant_cinsn *i = &h->insns[pc];
  if (BPF_CLASS(i->code) == BPF_RET)
    exit_add(h, l, target(h, pc), BDD_TRUE);
  else if (i->code == (BPF_JMP | BPF_JA))
    exit_add(h, l, target(h, pc + 1 + i->k), BDD_TRUE);
  else if (BPF_CLASS(i->code) == BPF_JMP) {
    exit_add(h, l, target(h, pc + 1 + i->jt), h->taken[pc]);
    exit_add(h, l, target(h, pc + 1 + i->jf), h->fallen[pc]);
  } else
    exit_add(h, l, target(h, pc + 1), BDD_TRUE);
}

static uint32_t slot_of(const struct halves *h, uint32_t k, uint32_t from, uint32_t entry) {
  uint32_t i = (k * 2654435761u ^ from * 2246822519u ^ entry * 3266489917u) & (h->room - 1);
  while (h->known[i].used &&
         (h->known[i].k != k || h->known[i].from != from || h->known[i].entry != entry))
    i = (i + 1) & (h->room - 1);
  return i;
}
static bool make_room(struct halves *h) {
  if (2 * h->count < h->room)
    return true;
  struct halves bigger = *h;
  bigger.room = h->room ? 2 * h->room : 1024;
  bigger.known = calloc(bigger.room, sizeof *bigger.known);
  if (!bigger.known)
    return false;
  for (uint32_t i = 0; i < h->room; i++)
    if (h->known[i].used)
      bigger.known[slot_of(&bigger, h->known[i].k, h->known[i].from, h->known[i].entry)] =
          h->known[i];
  free(h->known);
  *h = bigger;
  return true;
}

/* The first half's ways go on through the second. */
static void go_on(struct halves *h, uint32_t k, uint32_t middle, const struct exits *first,
                  struct exits *l) {
  for (uint32_t i = 0; i < first->count && !h->no_memory; i++) {
    struct exit x = first->exits[i];
    if (x.to >= middle + ((uint64_t)1 << k)) {
      exit_add(h, l, x.to, x.when);
      continue;
    }
    struct exits second = w_exits_of(h, k, middle, (uint32_t)x.to);
    for (uint32_t j = 0; j < second.count; j++) {
      w_bdd_attempt(h->m);
      bdd_t both = w_settle(h->m, bdd_and(h->m, x.when, second.exits[j].when), x.when);
      exit_add(h, l, second.exits[j].to, both);
    }
  }
}
struct exits w_exits_of(struct halves *h, uint32_t k, uint32_t from, uint32_t entry) {
  struct exits l = {0};
  if (!h->no_memory && !make_room(h))
    h->no_memory = true;
  if (h->no_memory)
    return l;
  uint32_t slot = slot_of(h, k, from, entry);
  if (h->known[slot].used)
    return h->known[slot].exits;
  if (k == 0) {
    one_exits(h, from, &l);
  } else {
    uint32_t middle = from + (1u << (k - 1));
    struct exits first = w_exits_of(h, k - 1, entry < middle ? from : middle, entry);
    if (entry < middle)
      go_on(h, k - 1, middle, &first, &l);
    else
      for (uint32_t i = 0; i < first.count; i++)
        exit_add(h, &l, first.exits[i].to, first.exits[i].when);
  }
  if (!make_room(h)) {
    free(l.exits);
    h->no_memory = true;
    return (struct exits){0};
  }
  h->known[slot_of(h, k, from, entry)] = (struct known){true, k, from, entry, l};
  h->count++;
  return l;
}

void w_halves_free(struct halves *h) {
  for (uint32_t i = 0; h && i < h->room; i++)
    free(h->known[i].exits.exits);
  if (h)
    free(h->known);
  free(h);
}

bool w_audit_by_halves(struct auditor *t) {
  uint32_t n = t->p->insn_count;
  for (uint32_t pc = 0; pc < n; pc++)
    if (!plain(&t->p->cinsns[pc]))
      return false;
  if (!jump_conditions(t))
    return t->no_memory;
  struct audit *a = t->audit;
  struct halves *h = calloc(1, sizeof *h); /* the audit's */
  if (!h) {
    t->no_memory = true;
    return true;
  }
  *h = (struct halves){.m = t->m, .insns = t->p->cinsns, .taken = a->taken, .fallen = a->fallen};
  while ((1u << h->doublings) < n)
    h->doublings++;
  a->halves = h;
  struct exits all = w_exits_of(h, h->doublings, 0, 0);
  for (uint32_t i = 0; i < all.count && !t->no_memory; i++)
    if (all.exits[i].to >= EXIT_RETURNS)
      w_add_out(t, (uint32_t)all.exits[i].to, all.exits[i].when);
    else
      w_add_lost(t, all.exits[i].when);
  t->no_memory |= h->no_memory;
  free(a->reach);
  a->reach = NULL;
  return true;
}
