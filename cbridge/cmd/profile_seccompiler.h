/* The JSON of rust-vmm's seccompiler, 0.5, and of the compiler of that name in Firecracker, 1.17:
 * filters by the names of threads, each with an action for calls that match and one for the others.
 */
#ifndef WARRANT_PROFILE_SECCOMPILER_H
#define WARRANT_PROFILE_SECCOMPILER_H

#include "cmd/profile.h"

/* Which of the two a text of JSON is for, by keys that stand in such a file alone; else
 * RUNTIME_RUNC. */
enum runtime profile_like_seccompiler(const char *text);
/* Reads the filter that --set names, or the only one. Returns an exit code, having complained. */
int profile_seccompiler(struct profile *p, const char *text, bool by_firecracker);

#endif
