/* Strongly connected parts of the graph are loops; and then, without what leads to the slots where
 * paths come to them first, those within them. */
#include "verify/loops.h"

#include <string.h>

static void *zeroed(struct w_pool *pool, size_t count, size_t each) {
  void *block = w_resize(pool, NULL, 0, count * each);
  if (block)
    memset(block, 0, count * each);
  return block;
}

enum { NESTED_LOOPS = 32 };

struct loops {
  struct w_pool *pool;
  const struct w_insn *insns;
  struct w_flow *flow;
  const uint16_t *frame; /* by slot: registers that may point into the frame */
  uint32_t *order;       /* by slot: when it was first seen, from 1; 0: not yet */
  uint32_t *low;         /* by slot: the earliest open slot that is reached from it */
  uint32_t *part; /* by slot: the part that it is in, named by the part's first slot, plus 1; 0:
                     still open */
  uint32_t *open; /* slots whose part is not known yet, in the order they were seen */
  uint32_t *path; /* the slots being looked at, each a successor of the one before */
  uint8_t *side;  /* by slot: how many of its successors were looked at */
  uint8_t
      *cut; /* by slot: the first slot of a loop that was found, so nothing leads here any more */
  uint32_t open_count, seen;
  bool failed; /* out of memory */
};

static uint32_t loop_successors(const struct loops *l, uint32_t pc, uint32_t *next) {
  uint32_t n = w_successors(l->insns, l->flow->count, pc, next), kept = 0;
  for (uint32_t k = 0; k < n; k++)
    if (!l->cut[next[k]])
      next[kept++] = next[k];
  return kept;
}

/* What decides when the members of a part are left, from within it. */
static uint16_t find_counts(const struct loops *l, const uint32_t *members, uint32_t count) {
  uint16_t counts = 0, had;
  uint32_t next[2], part = l->part[members[0]];
  for (uint32_t m = 0; m < count; m++) {
    const struct w_insn *i = &l->insns[members[m]];
    if (i->op == W_OP_MAYGOTO)
      counts |= w_reg_bit(W_ROUNDS);
    if (i->op != W_OP_JMP)
      continue;
    uint32_t n = w_successors(l->insns, l->flow->count, members[m], next);
    for (uint32_t k = 0; k < n; k++)
      if (l->part[next[k]] != part)
        counts |= w_reg_bit(i->dst) | (i->reg ? w_reg_bit(i->src) : 0);
  }
  do { /* at most once for each register */
    had = counts;
    for (uint32_t m = 0; m < count; m++) {
      const struct w_insn *i = &l->insns[members[m]];
      if (!(counts & w_reg_bit(i->dst)))
        continue;
      if ((i->op == W_OP_ALU && i->reg) || i->op == W_OP_MOVSX)
        counts |= w_reg_bit(i->src);
      else if (i->op == W_OP_LDX && l->frame[members[m]] & w_reg_bit(i->src))
        counts |= W_ANY_SLOT;
    }
  } while (counts != had);
  return counts;
}

/* The registers that the instruction does more to than adding a constant. */
static uint16_t spoils(const struct w_insn *i) {
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    return i->reg || (i->alu != W_ADD && i->alu != W_SUB) ? w_reg_bit(i->dst) : 0;
  case W_OP_NEG:
  case W_OP_END:
  case W_OP_MOVSX:
  case W_OP_LDIMM:
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
  case W_OP_LDVAR:
  case W_OP_LDCODE:
  case W_OP_LDX:
    return w_reg_bit(i->dst);
  case W_OP_ATOMIC:
    return i->fetch ? w_reg_bit(i->atomic == W_CMPXCHG ? 0 : i->src) : 0;
  case W_OP_CALL:
  case W_OP_CALLX:
  case W_OP_CALLLOCAL:
  case W_OP_LDPKT:
    return 0x3f;
  default:
    return 0;
  }
}

/* What counts the rounds of the loop, and where it ends. */
static void find_exits(const struct loops *l, const uint32_t *members, uint32_t count,
                       struct w_loop *loop) {
  uint64_t steps[W_VALUES] = {0};
  uint32_t next[2], part = l->part[members[0]];
  uint16_t spoilt = 0;
  for (uint32_t m = 0; m < count; m++) {
    const struct w_insn *i = &l->insns[members[m]];
    spoilt |= spoils(i);
    if (i->op == W_OP_MAYGOTO)
      loop->most = w_most_rounds;
    if (i->op == W_OP_ALU && !i->reg && (i->alu == W_ADD || i->alu == W_SUB))
      steps[i->dst] |= (uint64_t)i->imm;
  }
  for (int r = 0; r < W_VALUES; r++) {
    loop->counters |= steps[r] && !(spoilt >> r & 1) ? w_reg_bit(r) : 0;
    loop->step[r] = steps[r] ? steps[r] & -steps[r] : 1;
  }
  for (uint32_t m = 0; m < count; m++) {
    const struct w_insn *i = &l->insns[members[m]];
    uint32_t n = i->op == W_OP_JMP ? w_successors(l->insns, l->flow->count, members[m], next) : 0;
    bool leaves = false;
    for (uint32_t k = 0; k < n; k++)
      leaves |= l->part[next[k]] != part;
    if (!leaves)
      continue;
    uint64_t imm = i->imm < 0 ? -(uint64_t)i->imm : (uint64_t)i->imm;
    if ((w_reg_bit(i->dst) | (i->reg ? w_reg_bit(i->src) : 0)) & loop->counters) {
      if (loop->exit_count < W_LOOP_EXITS)
        loop->exits[loop->exit_count++] = members[m];
    } else if (!i->reg && imm > loop->most) {
      loop->most = imm;
    }
  }
}

/* The members of a part are a loop, within the one that all of them are in so far; paths come to
 * its slot `head` first. False: out of memory. */
static bool add_loop(struct loops *l, uint32_t head, const uint32_t *members, uint32_t count) {
  struct w_flow *f = l->flow;
  if (!w_reserve(l->pool, (void **)&f->loops, &f->loop_cap, f->loop_count + 1, sizeof *f->loops))
    return false;
  uint32_t around = f->at[head].loop;
  if (around)
    f->loops[around - 1].nested = true;
  struct w_loop *loop = &f->loops[f->loop_count++];
  *loop = (struct w_loop){.first = head, .last = head, .size = count, .around = around};
  f->at[head].head = f->at[head].join = true;
  for (uint32_t m = 0; m < count; m++) {
    loop->first = members[m] < loop->first ? members[m] : loop->first;
    loop->last = members[m] > loop->last ? members[m] : loop->last;
    f->at[members[m]].loop = f->loop_count;
  }
  find_exits(l, members, count, loop);
  return true;
}

/* A part is complete: everything open from `first` on. */
static bool close_part(struct loops *l, uint32_t first) {
  uint32_t from = l->open_count, next[2];
  do
    l->part[l->open[--from]] = first + 1;
  while (l->open[from] != first);
  const uint32_t *members = &l->open[from];
  uint32_t count = l->open_count - from;
  l->open_count = from;
  bool loop = count > 1;
  for (uint32_t k = loop_successors(l, first, next); k > 0; k--)
    loop |= next[k - 1] == first;
  if (!loop)
    return false;
  l->failed |= !add_loop(l, first, members, count);
  uint16_t counts = find_counts(l, members, count);
  for (uint32_t m = 0; m < count; m++)
    l->flow->at[members[m]].counts |= counts;
  return true;
}

/* All parts that are reached from `start`. True: some were loops. */
static bool find_parts(struct loops *l, uint32_t start) {
  uint32_t height = 0, next[2];
  bool found = false;
  l->path[height++] = start;
  while (height) {
    uint32_t pc = l->path[height - 1];
    if (!l->order[pc]) {
      l->order[pc] = l->low[pc] = ++l->seen;
      l->open[l->open_count++] = pc;
    }
    uint32_t n = loop_successors(l, pc, next);
    if (l->side[pc] < n) {
      uint32_t to = next[l->side[pc]++];
      if (!l->order[to])
        l->path[height++] = to;
      else if (!l->part[to] && l->order[to] < l->low[pc])
        l->low[pc] = l->order[to];
      continue;
    }
    height--;
    if (height && l->low[pc] < l->low[l->path[height - 1]])
      l->low[l->path[height - 1]] = l->low[pc];
    if (l->low[pc] == l->order[pc] && close_part(l, pc))
      found = true, l->side[pc] = UINT8_MAX;
  }
  return found;
}

bool w_loops_find(struct w_pool *pool, const struct w_insn *insns, struct w_flow *flow,
                  const uint16_t *frame) {
  struct loops l = {.pool = pool, .insns = insns, .flow = flow, .frame = frame};
  size_t n = flow->count;
  bool made = (l.order = zeroed(pool, n, 4)) && (l.low = zeroed(pool, n, 4)) &&
              (l.part = zeroed(pool, n, 4)) && (l.open = zeroed(pool, n, 4)) &&
              (l.path = zeroed(pool, n, 4)) && (l.side = zeroed(pool, n, 1)) &&
              (l.cut = zeroed(pool, n, 1));
  bool found = made;
  for (int nested = 0; found && nested < NESTED_LOOPS; nested++) {
    memset(l.order, 0, n * 4);
    memset(l.part, 0, n * 4);
    memset(l.side, 0, n);
    l.seen = l.open_count = 0;
    found = false;
    for (size_t pc = 0; pc < n; pc++)
      if (flow->at[pc].reached && !l.order[pc])
        found |= find_parts(&l, (uint32_t)pc);
    for (size_t pc = 0; pc < n; pc++)
      l.cut[pc] |= l.side[pc] == UINT8_MAX;
  }
  w_release(pool, l.order, n * 4);
  w_release(pool, l.low, n * 4);
  w_release(pool, l.part, n * 4);
  w_release(pool, l.open, n * 4);
  w_release(pool, l.path, n * 4);
  w_release(pool, l.side, n);
  w_release(pool, l.cut, n);
  return made && !l.failed;
}

void w_loops_free(struct w_pool *pool, struct w_flow *flow) {
  w_release(pool, flow->loops, flow->loop_cap * sizeof *flow->loops);
}
