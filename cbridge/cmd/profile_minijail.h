/* Policies of minijail0 -S, as minijail0.5 describes and minijail's syscall_filter.c (release
 * linux-v2026.05.18) reads them. */
#ifndef WARRANT_PROFILE_MINIJAIL_H
#define WARRANT_PROFILE_MINIJAIL_H

#include "cmd/profile.h"

/* Reads one, which is taken apart. Returns an exit code, having complained. */
int profile_minijail(struct profile *p, char *text);

#endif
