/* checker/Exec.v: one instruction, and the exit. */
#include "verify/domain/internal.h"

#include <inttypes.h>

static bool defined(const struct w_state *st, int r, struct w_why *why) {
  if (st->defined >> r & 1)
    return true;
  if (st->depth && r >= 6)
    return w_refuse(
        why, W_UNDEFINED_REGISTER,
        "r%d is read, but nothing was written to it on this path (a function starts with "
        "r1 to r5 alone)",
        r);
  if (r >= 1 && r <= 5)
    return w_refuse(
        why, W_UNDEFINED_REGISTER,
        "r%d is read, but nothing was written to it on this path (a call leaves r1 to r5 "
        "undefined)",
        r);
  return w_refuse(why, W_UNDEFINED_REGISTER,
                  "r%d is read, but nothing was written to it on this path", r);
}

static bool a_oper(const struct w_state *st, const struct w_insn *i, struct w_aval *v,
                   struct w_why *why) {
  if (!i->reg)
    return w_aconst(st, i->imm, v);
  *v = st->regs[i->src];
  return defined(st, i->src, why);
}

bool w_a_operands(const struct w_insn *i, const struct w_state *st, struct w_aval *x,
                  struct w_aval *y, struct w_why *why) {
  if (i->op == W_OP_MAYGOTO) {
    *x = st->regs[W_ROUNDS];
    return (st->defined >> W_ROUNDS & 1 && w_aconst(st, 0, y)) ||
           w_refuse(why, W_LOOP, "how many rounds are left to may_goto is not known");
  }
  *x = st->regs[i->dst];
  return defined(st, i->dst, why) && a_oper(st, i, y, why);
}

bool w_a_side(const struct w_target *t, struct w_state *st, const struct w_insn *i, bool taken,
              struct w_aval x, struct w_aval y) {
  if (i->op == W_OP_MAYGOTO) /* it may jump always, and go on where rounds are left */
    return taken || w_refine(t, st, W_A64, W_JGT, true, x, y);
  return w_refine(t, st, i->width, i->cmp, taken, x, y);
}

void w_a_spend(struct w_state *st, const struct w_insn *i) {
  if (i->op == W_OP_MAYGOTO)
    st->regs[W_ROUNDS].c = (int64_t)((uint64_t)st->regs[W_ROUNDS].c - 1);
}

static bool unary(struct w_state *st, const struct w_insn *i, int from, struct w_why *why) {
  bool tainted;
  struct w_scalar s;
  if (!defined(st, from, why))
    return false;
  s = *w_any_view(st, st->regs[from], &tainted, &s);
  switch (i->op) {
  case W_OP_NEG:
    s = w_sc_neg(i->width, s);
    break;
  case W_OP_MOVSX:
    s = w_sc_sext(i->width, i->size, s);
    break;
  default:
    s = w_sc_byte_order(i->swap, i->size, s);
  }
  return w_a_put(st, 1, i->dst, w_scalar_res(st, tainted, s));
}

/* The address of a map, or of its first value. */
static bool a_map(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                  struct w_why *why) {
  if (i->imm < 0 || i->imm >= t->map_count)
    return w_refuse(why, W_INVALID_INSTRUCTION, "the program has no map number %" PRId64, i->imm);
  const struct warrant_map *m = &t->maps[i->imm];
  if (i->op == W_OP_LDMAP)
    return w_a_put(st, 2, i->dst,
                   w_fresh(st, (struct w_fact){.kind = W_FMAP, .map = (uint32_t)i->imm}));
  if (m->type != W_MAP_ARRAY || !m->max_entries)
    return w_refuse(why, W_INVALID_INSTRUCTION,
                    "%s is no array: its value has no address of its own",
                    m->name ? m->name : "the map");
  if (i->off < 0 || (uint32_t)i->off > m->value_size)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "offset %d is outside of the value of %s, which has %" PRIu32 " bytes", i->off,
                    m->name ? m->name : "the map", m->value_size);
  struct w_aval v =
      w_fresh(st, (struct w_fact){.kind = W_FMAP_VALUE, .step = W_WHOLE, .map = (uint32_t)i->imm});
  v.c = i->off;
  return w_a_put(st, 2, i->dst, v);
}

static bool address(const struct w_target *t, const struct w_state *st, const struct w_insn *i,
                    bool write, struct w_place *pl, struct w_why *why) {
  int r = write ? i->dst : i->src;
  return w_a_addr(t, st, st->regs[r], i->off, w_bytes(i->size), write, pl) ||
         w_refuse_address(t, st, r, i->off, w_bytes(i->size), write, why);
}

/* The same for what is atomic or in an order. */
static bool ordered(const struct w_target *t, const struct w_state *st, const struct w_insn *i,
                    bool write, struct w_place *pl, struct w_why *why) {
  int r = write ? i->dst : i->src;
  const char *what = i->op == W_OP_ATOMIC ? "an atomic operation"
                     : write              ? "store_release"
                                          : "load_acquire";
  if (!address(t, st, i, write, pl, why))
    return false;
  if (pl->kind == W_PCTX)
    return w_refuse(why, W_BAD_CONTEXT_ACCESS, "%s can't be used on the context", what);
  if (pl->kind == W_PSOCK)
    return w_refuse(why, W_BAD_CONTEXT_ACCESS, "%s can't be used on a socket", what);
  if (pl->kind == W_PPKT)
    return w_refuse(why, W_OUT_OF_BOUNDS, "%s can't be used on a packet", what);
  return w_a_aligned(t, st, st->regs[r], i->off, w_bytes(i->size)) ||
         w_refuse_alignment(t, st, r, i->off, w_bytes(i->size), what, why);
}

static bool exec_atomic(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
                        struct w_state *st, struct w_effects *effects, struct w_why *why) {
  struct w_place pl;
  struct w_aval old;
  bool to_src = i->fetch && i->atomic != W_CMPXCHG;
  if (!defined(st, i->dst, why) || !defined(st, i->src, why) ||
      !ordered(t, st, i, true, &pl, why) || (i->atomic == W_CMPXCHG && !defined(st, 0, why)))
    return false;
  if (to_src && i->src == 10)
    return w_refuse(why, W_FRAME_POINTER_WRITE, "r10 is the frame pointer: it can't be changed");
  if (!w_a_atomic(pool, t, i, st, pl, &old, effects, why))
    return false;
  if (i->fetch)
    return w_a_put(st, 1, to_src ? i->src : 0, old);
  st->pc++;
  return true;
}

static bool place(const struct w_target *t, const struct w_state *st, const struct w_insn *i,
                  bool write, struct w_place *pl, struct w_why *why) {
  return i->ordered ? ordered(t, st, i, write, pl, why) : address(t, st, i, write, pl, why);
}

static bool writes_dst(const struct w_insn *i) { return i->op >= W_OP_ALU && i->op <= W_OP_LDX; }

bool w_a_exec(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
              struct w_state *st, struct w_effects *effects, struct w_why *why) {
  struct w_aval x, y;
  struct w_place pl;
  effects->count = 0;
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, st->next + 1, sizeof *st->facts))
    return false;
  if (writes_dst(i) && i->dst == 10)
    return w_refuse(why, W_FRAME_POINTER_WRITE, "r10 is the frame pointer: it can't be changed");
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    if (i->alu == W_MOV)
      return a_oper(st, i, &y, why) && w_a_put(st, 1, i->dst, w_a_mov(st, i->width, y));
    if (!w_a_operands(i, st, &x, &y, why))
      return false;
    /* No fault in the model, where the sum is a number computed from addresses. Linux refuses it,
     * and whoever wrote it did not mean it. */
    if (i->width == W_A64 && i->alu == W_ADD && w_is_pointer(w_fact_of(st, x)) &&
        w_is_pointer(w_fact_of(st, y)))
      return w_refuse(why, W_INVALID_POINTER,
                      "this adds two pointers, and the sum points nowhere: add a number to one");
    return w_a_put(st, 1, i->dst, w_a_alu(t, st, i->width, i->alu, x, y));
  case W_OP_NEG:
  case W_OP_END:
    return unary(st, i, i->dst, why);
  case W_OP_MOVSX:
    return unary(st, i, i->src, why);
  case W_OP_LDIMM:
    return w_aconst(st, i->imm, &y) && w_a_put(st, 2, i->dst, y);
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
    return a_map(t, i, st, why);
  case W_OP_LDCODE: /* there is such a function: the search has looked */
    return w_a_put(
        st, 2, i->dst,
        w_fresh(st, (struct w_fact){.kind = W_FFUNC, .code = (uint32_t)(st->pc + 1 + i->off)}));
  case W_OP_LDVAR: /* an address, of which nothing is known */
    return w_a_put(st, 2, i->dst, w_fresh_scalar(st, true, w_sc_top()));
  case W_OP_LDX:
    return defined(st, i->src, why) && place(t, st, i, false, &pl, why) &&
           w_a_load(t, st, i, pl, &x, effects, why) && w_a_put(st, 1, i->dst, x);
  case W_OP_ST:
    return defined(st, i->dst, why) && w_aconst(st, i->imm, &y) &&
           address(t, st, i, true, &pl, why) &&
           w_a_store(pool, t, st, i->size, pl, y, effects, why);
  case W_OP_STX:
    return defined(st, i->dst, why) && defined(st, i->src, why) &&
           place(t, st, i, true, &pl, why) &&
           w_a_store(pool, t, st, i->size, pl, st->regs[i->src], effects, why);
  case W_OP_JA:
    st->pc += 1 + (int64_t)i->off;
    return true;
  case W_OP_CALL:
  case W_OP_CALLKERNEL:
    return w_a_call(t, st, i->op == W_OP_CALLKERNEL, i->imm, effects, why);
  case W_OP_CALLX: {
    uint64_t id;
    if (!defined(st, i->dst, why))
      return false;
    if (!w_const_of(st, st->regs[i->dst], &id))
      return w_refuse(why, W_UNKNOWN_HELPER,
                      "r%d has to be the number of a helper, one and the same on every path",
                      i->dst);
    return w_a_call(t, st, false, (int64_t)id, effects, why);
  }
  case W_OP_CALLLOCAL:
    return w_a_call_local(pool, st, st->pc + 1 + i->off, why);
  case W_OP_ATOMIC:
    return exec_atomic(pool, t, i, st, effects, why);
  case W_OP_LDPKT:
    return w_a_load_packet(t, i, st, why);
  case W_OP_EXIT:
    if (st->depth)
      return w_a_leave(st);
    break;
  case W_OP_JMP:
  case W_OP_MAYGOTO:
  case W_OP_NONE:
    break;
  }
  return w_refuse(why, W_BAD_PC, "no instruction starts here");
}

bool w_a_exit(const struct w_target *t, const struct w_state *st, struct w_why *why) {
  bool tainted;
  struct w_scalar s;
  if (!(st->defined & 1))
    return w_refuse(why, W_UNDEFINED_REGISTER,
                    "r0 holds no result at the exit: set it on every path");
  if (w_nrefs(st))
    return w_refuse_leak(st, NULL, why);
  if (!t->type.has_ret)
    return true;
  bool sign = t->type.ret_lo < 0;
  s = *w_any_view(st, st->regs[0], &tainted, &s);
  s = sign ? w_sc_sext(W_A64, W_S4, s) : w_sc_trunc(W_A32, s);
  int64_t lo = sign ? s.all.smin : (int64_t)s.all.umin,
          hi = sign ? s.all.smax : (int64_t)s.all.umax;
  if (t->type.ret_lo <= lo && hi <= t->type.ret_hi)
    return true;
  if (lo == hi)
    return w_refuse(why, W_BAD_RETURN,
                    "%s programs return %" PRId64 " to %" PRId64 ", and r0 is %" PRId64,
                    t->type.name, t->type.ret_lo, t->type.ret_hi, lo);
  return w_refuse(why, W_BAD_RETURN,
                  "%s programs return %" PRId64 " to %" PRId64 ", and r0 may be %" PRId64
                  " to %" PRId64,
                  t->type.name, t->type.ret_lo, t->type.ret_hi, lo, hi);
}
