/* Programs that are attached to functions, tracepoints, iterators and hooks of the kernel. */
#ifndef WARRANT_HOOKS_H
#define WARRANT_HOOKS_H

#include "warrant.h"

/* Fills the arguments of a program that is attached to the kernel's functions, and the
 * types of the objects that it can get to from there. `section` says to what, as libbpf reads it.
 * Sets *problem where that is not known; fails when out of memory. */
int warrant_hook(struct warrant_program *program, const char *section, struct warrant_host *host,
                 struct warrant_error *problem, struct warrant_error *error);

#endif
