/* What the bound on steps is a bound of. */
#ifndef WARRANT_CMD_BOUND_H
#define WARRANT_CMD_BOUND_H

#include "warrant.h"

/* May it hand over to another program, whose steps are not in its bound? */
bool bound_ends_at_a_tail_call(const struct warrant_program *program);
/* The JSON word. */
const char *bound_covers(const struct warrant_program *program);

#endif
