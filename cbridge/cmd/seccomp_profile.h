/* A container profile (the JSON of OCI, Docker and podman) or a set of systemd's, as rules. */
#ifndef WARRANT_SECCOMP_PROFILE_H
#define WARRANT_SECCOMP_PROFILE_H

#include "cmd/profile.h"

/* Reads the JSON of a container profile, or what `systemd-analyze syscall-filter` prints, of which
 * it takes one set. `p` has its path and options. Returns 0 or an exit code; the caller frees
 * p->rules either way. `text` is changed. */
int profile_read(struct profile *p, char *text);

#endif
