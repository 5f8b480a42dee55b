/* Constants of Linux by their names, as policies write them. */
#ifndef WARRANT_SECCOMP_CONSTANTS_H
#define WARRANT_SECCOMP_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

/* False: not known here, or not for that architecture (as seccomp_names.h counts them), where it
 * may have another value. Negative ones have 64 bits. */
bool constant_value(const char *name, unsigned arch, uint64_t *value);

#endif
