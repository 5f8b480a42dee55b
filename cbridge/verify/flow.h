/* What the control-flow graph alone tells: where paths meet, which code nothing reaches, and which
 * registers still matter. */
#ifndef WARRANT_FLOW_H
#define WARRANT_FLOW_H

#include "verify/domain/domain.h"

#define W_ANY_SLOT (1u << W_VALUES)
#define W_ANY_CALLER (2u << W_VALUES) /* a register of a caller */
struct w_flow_at {
  bool join;       /* more than one way leads here */
  bool reached;    /* some way leads here */
  uint16_t live;   /* a bit a register, and W_ROUNDS: it is read before it is written again */
  uint16_t value;  /* of these, the registers whose value can matter, rather than that they are
                      defined */
  uint16_t counts; /* the registers, and W_ANY_SLOT, that decide when a loop around it ends */
};
struct w_flow {
  uint32_t count;
  struct w_flow_at *at; /* owned; by slot */
  /* By byte of a frame, any frame: bit z, some load of size z starts here. Nodes keep the spills
   * that are read so; one that is read in part alone is known along a path, no further: programs
   * that clear structures and read their members would have many more nodes. */
  uint8_t loaded[W_STACK];
  bool calls; /* some local function is called */
};
static inline uint32_t w_frame_byte(int32_t off) { return (uint32_t)off % W_STACK; }
/* False: out of memory. Free with w_flow_free in either case. */
bool w_flow_make(struct w_pool *pool, const struct w_target *t, const struct w_insn *insns,
                 uint32_t count, struct w_flow *flow);
void w_flow_free(struct w_pool *pool, struct w_flow *flow);

/* Does an instruction start at slot `to`? Then that is *next. */
static inline bool w_starts(const struct w_insn *insns, uint32_t count, int64_t to,
                            uint32_t *next) {
  if (to < 0 || to >= count || insns[to].op == W_OP_NONE)
    return false;
  *next = (uint32_t)to;
  return true;
}

/* The slots after `pc`, at most two, in `next`; those outside of the program are left out. After a
 * call of a local function come the function and the next slot; where the function goes on after
 * its exit is not said. */
static inline uint32_t w_successors(const struct w_insn *insns, uint32_t count, uint32_t pc,
                                    uint32_t *next) {
  const struct w_insn *i = &insns[pc];
  uint32_t n = 0;
  if (i->op == W_OP_JA || i->op == W_OP_JMP || i->op == W_OP_MAYGOTO || i->op == W_OP_CALLLOCAL)
    n += w_starts(insns, count, (int64_t)pc + 1 + i->off, &next[n]);
  if (i->op != W_OP_JA && i->op != W_OP_EXIT && i->op != W_OP_NONE)
    n += w_starts(insns, count, (int64_t)pc + w_slots(i), &next[n]);
  return n;
}

#endif
