#include "verify/flow.h"

#include <string.h>

#include "verify/loops.h"

/* Slots that still have to be looked at; each at most once at a time. */
struct queue {
  uint32_t *slots;
  uint8_t *waiting;
  uint32_t n;
};
static void push(struct queue *q, uint32_t pc) {
  if (!q->waiting[pc])
    q->slots[q->n++] = pc;
  q->waiting[pc] = 1;
}
static uint32_t pop(struct queue *q) {
  uint32_t pc = q->slots[--q->n];
  q->waiting[pc] = 0;
  return pc;
}

/* What is found out along the paths takes one sweep over the slots, in their order or from the last
 * to the first; the queue has what has to be looked at again, because a jump leads back. */
struct work {
  const struct w_target *t;
  const struct w_insn *insns;
  struct w_flow *flow;
  struct queue queue;
  bool backward;   /* some jump leads back; if so: */
  uint32_t *preds; /* the slots before slot pc are preds[first[pc] .. first[pc + 1]) */
  uint32_t *first;
  uint16_t *frame; /* by slot: registers that may point into the frame */
  bool spilled;    /* a pointer into the frame may have been stored: loads may bring it back */
  bool returned;   /* a function may return a pointer into the frame */
};

/* Does the helper call a function of the program? */
static bool rounds(const struct w_insn *i) {
  const struct w_helper *h = i->op == W_OP_CALL ? w_helper_of(i->imm) : NULL;
  return h && h->ret == W_RET_ROUNDS;
}

static void find_reached(struct work *w) {
  struct w_flow *f = w->flow;
  uint32_t next[2];
  f->at[0].reached = true;
  push(&w->queue, 0);
  while (w->queue.n) {
    uint32_t pc = pop(&w->queue), n = w_successors(w->insns, f->count, pc, next);
    for (uint32_t k = 0; k < n; k++) {
      struct w_flow_at *to = &f->at[next[k]];
      w->backward |= next[k] <= pc;
      to->join |= next[k] <= pc; /* a loop's head, perhaps */
      if (to->reached)
        to->join = true;
      else
        push(&w->queue, next[k]);
      to->reached = true;
    }
    uint32_t callback;
    if (w_callback(w->insns, f->count, pc, &callback)) {
      f->calls = true;
      f->at[callback].join = true; /* each of its rounds begins there */
      if (!f->at[callback].reached)
        push(&w->queue, callback);
      f->at[callback].reached = true;
    }
    const struct w_insn *i = &w->insns[pc];
    if (i->op == W_OP_CALLLOCAL || rounds(i)) {
      f->calls = true;
      if (pc + 1 < f->count)
        f->at[pc + 1].join = true; /* where the exits of the function lead */
    }
  }
}

static void find_predecessors(struct work *w) {
  struct w_flow *f = w->flow;
  uint32_t next[2];
  for (uint32_t pc = 0; pc < f->count; pc++) {
    uint32_t n = f->at[pc].reached ? w_successors(w->insns, f->count, pc, next) : 0;
    for (uint32_t k = 0; k < n; k++)
      w->first[next[k] + 1]++;
  }
  for (uint32_t pc = 0; pc < f->count; pc++)
    w->first[pc + 1] += w->first[pc];
  uint32_t total = w->first[f->count];
  for (uint32_t pc = f->count; pc-- > 0;) {
    uint32_t n = f->at[pc].reached ? w_successors(w->insns, f->count, pc, next) : 0;
    for (uint32_t k = 0; k < n; k++) {
      uint32_t p = next[k];
      w->preds[--w->first[p + 1]] = pc;
    }
  }
  /* first[p + 1] has moved down to where the entries of p begin */
  for (uint32_t pc = 0; pc < f->count; pc++)
    w->first[pc] = w->first[pc + 1];
  w->first[f->count] = total;
}

static uint16_t frame_after(struct work *w, uint32_t pc) {
  const struct w_insn *i = &w->insns[pc];
  uint16_t in = w->frame[pc], d = w_reg_bit(i->dst);
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    if (i->alu == W_MOV)
      in &= (uint16_t)~d;
    return i->reg && in & w_reg_bit(i->src) ? in | d : in;
  case W_OP_MOVSX:
  case W_OP_LDIMM:
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
  case W_OP_LDVAR:
  case W_OP_LDCODE:
    return in & (uint16_t)~d;
  case W_OP_LDX:
    return w->spilled && i->size == W_S8 ? in | d : in & (uint16_t)~d;
  case W_OP_STX:
    if (i->size == W_S8 && in & w_reg_bit(i->src))
      w->spilled = true;
    return in;
  case W_OP_ATOMIC:
    return i->fetch ? in & (uint16_t) ~(i->atomic == W_CMPXCHG ? 1 : w_reg_bit(i->src)) : in;
  case W_OP_EXIT:
    w->returned |= in & 1;
    return in;
  case W_OP_LDPKT:
  case W_OP_CALLX:
  case W_OP_CALL:
  case W_OP_CALLKERNEL:
    return in & (uint16_t)~0x3f;
  default:
    return in;
  }
}

enum { ARGUMENTS = 0x3e, KEPT = 0x7c0 | 1 << W_ROUNDS };

/* Of the registers in `out`, after `pc`, those that reach `to`: a function gets its arguments
 * alone, its caller keeps the others. */
static uint16_t along(const struct w_insn *insns, uint32_t pc, uint32_t to, uint16_t out) {
  uint16_t some = 0;
  if (insns[pc].op != W_OP_CALLLOCAL)
    return out;
  if (to == (uint32_t)((int64_t)pc + 1 + insns[pc].off))
    some |= out & ARGUMENTS;
  if (to == pc + 1)
    some |= out & KEPT;
  return some;
}

/* What slot `pc` passes on; those before `swept` have to be looked at again where it says more. */
static void pass_frame(struct work *w, uint32_t pc, uint32_t swept) {
  uint32_t next[2], n = w_successors(w->insns, w->flow->count, pc, next);
  uint16_t after = frame_after(w, pc);
  for (uint32_t k = 0; k < n; k++) {
    uint16_t out = along(w->insns, pc, next[k], after) | w_reg_bit(10);
    if (w->returned && w->insns[pc].op == W_OP_CALLLOCAL)
      out |= 1;
    if (out & ~w->frame[next[k]] && next[k] < swept)
      push(&w->queue, next[k]);
    w->frame[next[k]] |= out;
  }
}

/* Forward: which registers may point into the frame. */
static void find_frame(struct work *w) {
  struct w_flow *f = w->flow;
  bool spilled, returned;
  w->frame[0] = w_reg_bit(10);
  uint32_t callback;
  for (uint32_t pc = 0; pc < f->count; pc++) /* it gets whatever its helper is given */
    if (f->at[pc].reached && w_callback(w->insns, f->count, pc, &callback))
      w->frame[callback] = ARGUMENTS | w_reg_bit(10);
  do {
    spilled = w->spilled;
    returned = w->returned;
    for (uint32_t pc = 0; pc < f->count; pc++)
      if (f->at[pc].reached)
        pass_frame(w, pc, pc + 1);
    while (w->queue.n)
      pass_frame(w, pop(&w->queue), f->count);
  } while (spilled != w->spilled || returned != w->returned);
  for (uint32_t pc = 0; pc < f->count; pc++) {
    const struct w_insn *i = &w->insns[pc];
    if (!f->at[pc].reached || i->op != W_OP_LDX)
      continue;
    uint8_t z = (uint8_t)(1u << i->size);
    if (i->src == 10 && i->off >= -W_STACK && i->off < 0)
      f->loaded[w_frame_byte(i->off)] |= z;
    else if (w->frame[pc] & w_reg_bit(i->src))
      for (uint32_t k = 0; k < W_STACK; k++)
        f->loaded[k] |= z;
  }
}

/* Can a store's value come back? What goes elsewhere than to the frame is forgotten. */
static bool store_matters(const struct work *w, uint32_t pc) {
  const struct w_insn *i = &w->insns[pc];
  if (i->dst == 10)
    return i->off >= -W_STACK && i->off < 0 && w->flow->loaded[w_frame_byte(i->off)] >> i->size & 1;
  if (!(w->frame[pc] & w_reg_bit(i->dst)))
    return false;
  for (uint32_t k = 0; k < W_STACK; k++)
    if (w->flow->loaded[k] >> i->size & 1)
      return true;
  return false;
}

/* The registers that count before `pc`, from those after it. */
static void before(const struct work *w, uint32_t pc, uint16_t *live, uint16_t *value) {
  const struct w_insn *i = &w->insns[pc];
  uint16_t d = w_reg_bit(i->dst), s = w_reg_bit(i->src), use = 0, matters = 0;
  uint16_t after = *value;
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    use = (i->alu == W_MOV ? 0 : d) | (i->reg ? s : 0);
    matters = after & d ? use : 0;
    *live &= (uint16_t)~d, *value &= (uint16_t)~d;
    break;
  case W_OP_NEG:
  case W_OP_END:
    use = d;
    matters = after & d ? use : 0;
    break;
  case W_OP_MOVSX:
    use = s;
    matters = after & d ? use : 0;
    *live &= (uint16_t)~d, *value &= (uint16_t)~d;
    break;
  case W_OP_LDIMM:
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
  case W_OP_LDVAR:
  case W_OP_LDCODE:
    *live &= (uint16_t)~d, *value &= (uint16_t)~d;
    break;
  case W_OP_LDX:
    *live &= (uint16_t)~d, *value &= (uint16_t)~d;
    use = matters = s;
    break;
  case W_OP_ST:
    use = matters = d;
    break;
  case W_OP_STX:
    use = d | s;
    matters = d | (store_matters(w, pc) ? s : 0);
    break;
  case W_OP_JMP:
    use = matters = d | (i->reg ? s : 0);
    break;
  case W_OP_CALL:
  case W_OP_CALLKERNEL: {
    const struct w_helper *h = w_callee(&w->t->type, i->op == W_OP_CALLKERNEL, i->imm);
    *live &= (uint16_t)~0x3f, *value &= (uint16_t)~0x3f;
    for (int k = 0; h && k < h->nargs; k++) {
      use |= w_reg_bit(k + 1);
      if (h->args[k] != W_ARG_ANY || h->ret == W_RET_ROUNDS)
        matters |= w_reg_bit(k + 1);
    }
    break;
  }
  case W_OP_ATOMIC:
    use = d | s | (i->atomic == W_CMPXCHG ? 1 : 0);
    matters = d;
    if (i->fetch) {
      uint16_t to = i->atomic == W_CMPXCHG ? 1 : s;
      *live &= (uint16_t)~to, *value &= (uint16_t)~to;
    }
    break;
  case W_OP_LDPKT:
    *live &= (uint16_t)~0x3f, *value &= (uint16_t)~0x3f;
    use = w_reg_bit(6) | (i->reg ? s : 0);
    matters = w_reg_bit(6);
    break;
  case W_OP_CALLX: /* of whichever helper */
    *live &= (uint16_t)~0x3f, *value &= (uint16_t)~0x3f;
    use = matters = ARGUMENTS | d;
    break;
  case W_OP_EXIT: /* of a function, perhaps */
    use = w_reg_bit(0);
    matters = w->t->type.has_ret || w->flow->calls ? use : 0;
    break;
  case W_OP_MAYGOTO:
    use = matters = w_reg_bit(W_ROUNDS);
    break;
  case W_OP_CALLLOCAL: /* what it and its caller need was put together before */
  case W_OP_JA:
  case W_OP_NONE:
    break;
  }
  *live |= use;
  *value |= matters;
}

/* What counts before slot `pc`; the slots from `swept` on have to be looked at again where that is
 * more. */
static void pass_live(struct work *w, uint32_t pc, uint32_t swept) {
  struct w_flow_at *at = w->flow->at;
  uint32_t next[2], n = w_successors(w->insns, w->flow->count, pc, next);
  uint16_t live = 0, value = 0;
  for (uint32_t k = 0; k < n; k++) {
    live |= along(w->insns, pc, next[k], at[next[k]].live);
    value |= along(w->insns, pc, next[k], at[next[k]].value);
  }
  before(w, pc, &live, &value);
  if (!((live & ~at[pc].live) | (value & ~at[pc].value)))
    return;
  at[pc].live |= live;
  at[pc].value |= value;
  if (!w->backward)
    return;
  for (uint32_t k = w->first[pc]; k < w->first[pc + 1]; k++)
    if (w->preds[k] >= swept)
      push(&w->queue, w->preds[k]);
}

/* Backward: which registers are read, and whose values matter. */
static void find_live(struct work *w) {
  for (uint32_t pc = w->flow->count; pc-- > 0;)
    if (w->flow->at[pc].reached)
      pass_live(w, pc, pc);
  while (w->queue.n)
    pass_live(w, pop(&w->queue), 0);
}

static void *zeroed(struct w_pool *pool, size_t count, size_t each) {
  void *block = w_resize(pool, NULL, 0, count * each);
  if (block)
    memset(block, 0, count * each);
  return block;
}

static bool find_all(struct w_pool *pool, struct work *w) {
  size_t n = w->flow->count;
  find_reached(w);
  if (w->backward) {
    if (!(w->first = zeroed(pool, n + 1, 4)) || !(w->preds = zeroed(pool, 2 * n, 4)))
      return false;
    find_predecessors(w);
  }
  find_frame(w);
  find_live(w);
  return !w->backward || w_loops_find(pool, w->insns, w->flow, w->frame);
}

bool w_flow_make(struct w_pool *pool, const struct w_target *t, const struct w_insn *insns,
                 uint32_t count, struct w_flow *flow) {
  size_t n = count;
  memset(flow, 0, sizeof *flow);
  flow->count = count;
  struct work w = {.t = t, .insns = insns, .flow = flow};
  bool made = (flow->at = zeroed(pool, n, sizeof *flow->at)) &&
              (w.queue.slots = zeroed(pool, n, 4)) && (w.queue.waiting = zeroed(pool, n, 1)) &&
              (w.frame = zeroed(pool, n, 2)) && (!count || find_all(pool, &w));
  w_release(pool, w.queue.slots, n * 4);
  w_release(pool, w.queue.waiting, n);
  w_release(pool, w.first, (n + 1) * 4);
  w_release(pool, w.preds, n * 8);
  w_release(pool, w.frame, n * 2);
  return made;
}

void w_flow_free(struct w_pool *pool, struct w_flow *flow) {
  w_release(pool, flow->at, flow->count * sizeof *flow->at);
  w_loops_free(pool, flow);
  memset(flow, 0, sizeof *flow);
}
