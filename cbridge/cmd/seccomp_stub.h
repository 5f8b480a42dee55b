/* The instructions that runc puts before a filter: calls newer than the newest one that the
 * profile names give ENOSYS, so that programs fall back to older calls. */
#ifndef WARRANT_SECCOMP_STUB_H
#define WARRANT_SECCOMP_STUB_H

#include <linux/filter.h>

#include "cmd/profile.h"

/* Whether runc puts them before this profile's filter. */
bool stub_applies(const struct profile *p);
/* Whether they answer for this call. */
bool stub_answers(const struct profile *p, unsigned arch, uint32_t nr);
enum { STUB_MAX = 6 * ARCHES };
/* Writes them; returns how many. They fall through to the filter, or end. */
unsigned stub_make(const struct profile *p, struct sock_filter out[STUB_MAX]);

#endif
