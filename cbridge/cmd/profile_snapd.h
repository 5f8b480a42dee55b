/* Templates of snap-seccomp, as snapd 2.64 compiles them: a filter with what is let through, and
 * behind it one with what `~` denies. */
#ifndef WARRANT_PROFILE_SNAPD_H
#define WARRANT_PROFILE_SNAPD_H

#include "cmd/profile.h"

/* Whether a text has lines that stand in such a template alone. */
bool profile_like_snapd(const char *text);
/* Reads one, which is taken apart. Returns an exit code, having complained. */
int profile_snapd(struct profile *p, char *text);

#endif
