/* The instructions that runc puts before a filter: calls newer than the newest one that the
 * profile names give ENOSYS, so that programs fall back to older calls. */
#ifndef WARRANT_SECCOMP_STUB_H
#define WARRANT_SECCOMP_STUB_H

#include <linux/filter.h>

#include "cmd/profile.h"

struct stub {
  uint32_t newest[ARCHES]; /* call that the profile names; 0: the architecture has no stub */
};
/* None at all where runc puts none before this profile's filter. */
struct stub stub_of(const struct profile *p);
/* Whether it answers for this call. */
static inline bool stub_answers(const struct stub *stub, unsigned arch, uint32_t nr) {
  return stub->newest[arch] && nr > stub->newest[arch];
}
enum { STUB_MAX = 6 * ARCHES };
/* Writes them; returns how many. They fall through to the filter, or end. */
unsigned stub_make(const struct stub *stub, struct sock_filter out[STUB_MAX]);

#endif
