/* checker/Callbacks.v: a helper that calls a function of the program, round by round. */
#include "verify/domain/internal.h"

#include <inttypes.h>

bool w_forks(const struct w_insn *i, const struct w_state *st) {
  const struct w_helper *h = i->op == W_OP_CALL ? w_helper_of(i->imm) : NULL;
  return (h && h->ret == W_RET_ROUNDS) ||
         (i->op == W_OP_EXIT && st->depth && st->frames[st->depth - 1].again);
}

/* A new symbol for a number in lo .. hi. There is room for it. */
static struct w_aval between(struct w_state *st, uint64_t lo, uint64_t hi) {
  struct w_aval v = w_fresh_scalar(st, false, w_sc_range(lo, hi));
  st->next++;
  return v;
}

/* A round begins, of which the innermost caller says the rest: its index is any number below the
 * most that there are. */
static void a_round(struct w_state *st) {
  const struct w_frame *f = &st->frames[st->depth - 1];
  st->regs[1] = between(st, 0, f->most - 1);
  st->regs[2] = f->ctx;
  st->defined = 1u << 1 | 1u << 2;
  w_a_begin(st, f->callback);
}

static bool fork_call(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
                      struct w_state *st, struct w_sides *sides, struct w_effects *effects,
                      struct w_why *why) {
  struct w_seen q;
  const struct w_helper *h = w_a_args(t, st, false, i->imm, &q, effects, why);
  bool tainted;
  struct w_scalar n;
  uint64_t flags;
  if (!h)
    return false;
  n = *w_any_view(st, st->regs[1], &tainted, &n);
  uint64_t max = (uint64_t)h->hi, most = n.all.umax < max ? n.all.umax : max;
  bool right = n.all.umax <= max && w_const_of(st, st->regs[4], &flags) && !flags;
  sides->falls = !right || !n.all.umin;
  sides->taken = most > 0;
  if (sides->falls) {
    if (!w_state_copy(pool, &sides->fall, st))
      return false;
    sides->fall.defined &= (uint16_t)~0x3f;
    w_a_put(&sides->fall, 1, 0,
            w_fresh_scalar(&sides->fall, false, right ? w_sc_const(0) : w_sc_top()));
  }
  if (!sides->taken)
    return true;
  struct w_aval ctx = st->regs[3], rest = between(st, 0, most - 1);
  struct w_frame *f = w_a_push(pool, st, why);
  if (!f)
    return false;
  f->again = true;
  f->callback = q.callback;
  f->rest = rest;
  f->ctx = ctx;
  f->most = most;
  a_round(st);
  return true;
}

/* The callback's end: one more round, or back to the caller. */
static bool fork_exit(struct w_pool *pool, struct w_state *st, struct w_sides *sides,
                      struct w_why *why) {
  struct w_frame *f = &st->frames[st->depth - 1];
  bool tainted;
  struct w_scalar room;
  const struct w_scalar *s = NULL;
  if (!(st->defined & 1))
    return w_refuse(why, W_UNDEFINED_REGISTER,
                    "r0 holds no result at the callback's exit: set it on every path");
  if (!(s = w_view(st, st->regs[0], &tainted, &room)) || s->all.umax > 1)
    return w_refuse(why, W_BAD_RETURN,
                    "a callback returns 0 to go on or 1 to end the rounds, and r0 may be %s",
                    s ? "another number" : "a pointer");
  bool end = s->all.umin > 0, go_on = !s->all.umax;
  s = w_view(st, f->rest, &tainted, &room);
  sides->falls = !(go_on && s && s->all.umin);
  if (sides->falls) {
    uint64_t most = f->most;
    struct w_state *fall = &sides->fall;
    if (!w_state_copy(pool, fall, st))
      return false;
    w_a_leave(fall);
    w_a_put(fall, 0, 0, w_fresh_scalar(fall, false, w_sc_range(1, most)));
  }
  sides->taken = !end && w_narrow(st, f->rest, w_sc_range(1, f->most));
  if (!sides->taken)
    return true;
  f->rest.c = (int64_t)((uint64_t)f->rest.c - 1);
  a_round(st);
  return true;
}

bool w_a_fork(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
              struct w_state *st, struct w_sides *sides, struct w_effects *effects,
              struct w_why *why) {
  *sides = (struct w_sides){.taken = false};
  effects->count = 0;
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, st->next + 3, sizeof *st->facts))
    return false;
  bool made = i->op == W_OP_CALL ? fork_call(pool, t, i, st, sides, effects, why)
                                 : fork_exit(pool, st, sides, why);
  if (!made)
    w_state_free(pool, &sides->fall);
  return made;
}
