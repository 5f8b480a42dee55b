/* Functions of the program: their addresses, their frames, and the rounds of callbacks. */
#ifndef WARRANT_FRAMES_H
#define WARRANT_FRAMES_H

#include "run/machine.h"

/* Where functions are, eight bytes a slot: no region lies up there. */
#define W_FUNCTIONS (UINT64_C(1) << 48)
/* Is x the address of a function? Then it is at slot *pc, if the program has that. */
bool w_function_at(uint64_t x, int64_t *pc);

/* A local function begins, with r1 to r5. */
enum warrant_fault w_call_local(struct w_machine *m, int64_t target);
/* A helper calls the function at `callback`, as often as r1 says, with r3; or gives its result at
 * once, and then m->pc stays. */
enum warrant_fault w_first_round(struct w_machine *m, const struct w_helper *h, int64_t callback);
/* Exit: the program's end, or back to the caller with r0, or the next round. */
enum warrant_fault w_leave(struct w_machine *m, bool *done);

#endif
