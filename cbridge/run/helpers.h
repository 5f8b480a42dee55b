/* The helpers of a run: their arguments, what they do and what they return. */
#ifndef WARRANT_HELPERS_H
#define WARRANT_HELPERS_H

#include "run/machine.h"

/* NULL: there is no such helper for this type. */
const struct w_helper *w_find_helper(const struct w_prog_type *type, int32_t id);
/* The same for a function of the kernel. */
const struct w_helper *w_find_function(const struct w_prog_type *type, int32_t number);
/* Calls it with the arguments in r1 to r5. m->pc stays, unless a callback begins. */
enum warrant_fault w_call_helper(struct w_machine *m, const struct w_helper *helper);

#endif
