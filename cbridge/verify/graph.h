/* The control-flow graph: what leads where, and what is known of each slot and loop from it alone.
 */
#ifndef WARRANT_GRAPH_H
#define WARRANT_GRAPH_H

#include "verify/domain/domain.h"

#define W_ANY_SLOT (1u << W_VALUES)
#define W_ANY_CALLER (2u << W_VALUES) /* a register of a caller */
/* Of a register, in sets of them. */
static inline uint16_t w_reg_bit(int r) { return (uint16_t)(1u << r); }

struct w_flow_at {
  bool join;       /* more than one way leads here */
  bool reached;    /* some way leads here */
  bool head;       /* paths come to a loop here: what leads here from within it is another round */
  uint16_t live;   /* a bit a register, and W_ROUNDS: it is read before it is written again */
  uint16_t value;  /* of these, the registers whose value can matter, rather than that they are
                      defined */
  uint16_t counts; /* the registers, and W_ANY_SLOT, that decide when a loop around it ends */
  uint32_t loop;   /* the innermost loop that it is in, an index plus 1; 0: none */
};
/* A loop: what it has is at slots from first to last, those that w_in_loop says. */
enum { W_LOOP_EXITS = 8 };
struct w_loop {
  uint32_t first, last, size;
  uint32_t around;         /* the loop around it, plus 1; 0: none */
  bool nested;             /* others are within it */
  uint16_t counters;       /* the registers that nothing is done to in it but adding constants */
  uint64_t step[W_VALUES]; /* by register: the power of two that these constants are multiples of */
  uint32_t exits[W_LOOP_EXITS], exit_count; /* jumps out of it that compare a counter */
  uint64_t most; /* what the other jumps out of it compare with, at most */
};
struct w_flow {
  uint32_t count;
  struct w_flow_at *at; /* owned; by slot */
  /* By byte of a frame, any frame: bit z, some load of size z starts here. Nodes keep the spills
   * that are read so; one that is read in part alone is known along a path, no further: programs
   * that clear structures and read their members would have many more nodes. */
  uint8_t loaded[W_STACK];
  bool calls;           /* some local function is called */
  struct w_loop *loops; /* owned */
  uint32_t loop_count, loop_cap;
};
/* Is slot `pc` in the loop `loop` (an index plus 1), or in one within it? */
static inline bool w_in_loop(const struct w_flow *flow, uint32_t pc, uint32_t loop) {
  uint32_t in = flow->at[pc].loop;
  while (in > loop)
    in = flow->loops[in - 1].around;
  return in == loop;
}
static inline uint32_t w_frame_byte(int32_t off) { return (uint32_t)off % W_STACK; }
/* Does an instruction start at slot `to`? Then that is *next. */
static inline bool w_starts(const struct w_insn *insns, uint32_t count, int64_t to,
                            uint32_t *next) {
  if (to < 0 || to >= count || insns[to].op == W_OP_NONE)
    return false;
  *next = (uint32_t)to;
  return true;
}

/* Does `pc` take the address of a function? Then that is *callback. */
static inline bool w_callback(const struct w_insn *insns, uint32_t count, uint32_t pc,
                              uint32_t *callback) {
  return insns[pc].op == W_OP_LDCODE &&
         w_starts(insns, count, (int64_t)pc + 1 + insns[pc].off, callback);
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
