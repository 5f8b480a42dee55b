/* The loops of the control-flow graph, and what may count their rounds. */
#ifndef WARRANT_LOOPS_H
#define WARRANT_LOOPS_H

#include "verify/graph.h"

/* Finds flow->loops, and what the slots have of them; `frame` has the registers that may point into
 * the frame, by slot. False: out of memory. */
bool w_loops_find(struct w_pool *pool, const struct w_insn *insns, struct w_flow *flow,
                  const uint16_t *frame);
void w_loops_free(struct w_pool *pool, struct w_flow *flow);

#endif
