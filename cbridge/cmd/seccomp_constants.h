/* The names of Linux's constants that languages of other programs have: these know some alone.
 * Their values are in audit/constants.h. */
#ifndef WARRANT_SECCOMP_CONSTANTS_H
#define WARRANT_SECCOMP_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

enum constant_language { OF_MINIJAIL, OF_SNAPD };
bool constant_known(enum constant_language language, const char *name);
/* False: not known, or not for that architecture (as seccomp_names.h counts them). */
bool constant_value(enum constant_language language, const char *name, unsigned arch,
                    uint64_t *value);

#endif
