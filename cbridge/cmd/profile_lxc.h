/* Lists of system calls for LXC (lxc.seccomp.profile), versions 1 and 2, as lxc.container.conf(5)
 * describes and LXC 5.0.2 reads them. */
#ifndef WARRANT_PROFILE_LXC_H
#define WARRANT_PROFILE_LXC_H

#include "cmd/profile.h"

/* Whether a text begins as such a list does: with a version alone in its line and a kind of list.
 */
bool profile_like_lxc(const char *text);
/* Reads one, which is taken apart. Returns an exit code, having complained. */
int profile_lxc(struct profile *p, char *text);

#endif
