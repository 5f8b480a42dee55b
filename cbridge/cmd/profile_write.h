/* The filter of an ordered profile, which libseccomp has no words for: the first rule of a call
 * whose comparisons hold decides, an argument may be compared often, and `&` goes with any
 * comparison. */
#ifndef WARRANT_PROFILE_WRITE_H
#define WARRANT_PROFILE_WRITE_H

#include "cmd/profile.h"

/* Its instructions as they lie in memory, for the one architecture that the profile has; owned by
 * the caller. NULL after a complaint, with *code the exit code. */
uint8_t *profile_write(const struct profile *p, size_t *size, int *code);

#endif
