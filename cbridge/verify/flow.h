/* What the control-flow graph alone tells: where paths meet, which code nothing reaches, and which
 * registers still matter. */
#ifndef WARRANT_FLOW_H
#define WARRANT_FLOW_H

#include "verify/graph.h"

/* False: out of memory. Free with w_flow_free in either case. */
bool w_flow_make(struct w_pool *pool, const struct w_target *t, const struct w_insn *insns,
                 uint32_t count, struct w_flow *flow);
void w_flow_free(struct w_pool *pool, struct w_flow *flow);

#endif
