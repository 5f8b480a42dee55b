/* The plain interpreter: the machine of semantics/Machine.v in the concrete environment of
 * semantics/Concrete.v, step for step the same. */
#ifndef WARRANT_INTERP_H
#define WARRANT_INTERP_H

#include "run/machine.h"

static inline bool w_is_atomic(const struct warrant_insn *i) { return (i->op & 0xe7) == 0xc3; }
/* Of an atomic instruction's immediate. Load-acquire and store-release are a load and a store here,
 * but for where they may be: others write between steps. */
enum { LOAD_ACQUIRE = 0x100, STORE_RELEASE = 0x110, FETCH = 1, CMPXCHG = 0xf1 };

/* Goes on from m->pc and run->steps until the program ends, faults or is out of fuel. `trace` may
 * be NULL. */
void w_machine_run(struct w_machine *m, warrant_trace_fn *trace, void *data,
                   struct warrant_run *run);
/* One instruction at m->pc. *done is set when the program ends. */
enum warrant_fault w_step(struct w_machine *m, const struct warrant_insn *insn, bool *done);

#endif
