/* The filters of a running process, from the kernel, or those that a command installs. */
#ifndef WARRANT_SECCOMP_PROCESS_H
#define WARRANT_SECCOMP_PROCESS_H

#include "warrant.h"

/* The filters of a process, oldest first, one object each. Returns 0 or an exit code. */
int filters_of_process(long pid, struct warrant_object **objects, unsigned *count);

/* Starts a command and takes the filters that it and its children install, one object each, in
 * their order; ends it after `most`. Returns 0 or an exit code. */
int filters_of_command(char **argv, unsigned most, struct warrant_object **objects,
                       unsigned *count);

#endif
