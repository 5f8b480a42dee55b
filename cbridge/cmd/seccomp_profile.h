/* A container profile (the JSON of OCI, Docker and podman) or a set of systemd's, as rules. */
#ifndef WARRANT_SECCOMP_PROFILE_H
#define WARRANT_SECCOMP_PROFILE_H

#include <seccomp.h>

#include "cmd/seccomp_names.h"
#include "cmd/seccomp_options.h"

/* One rule of the profile; all its comparisons must hold. */
struct rule {
  char call[64];
  uint32_t action; /* as the filter returns it */
  struct scmp_arg_cmp args[6];
  unsigned arg_count;
};
struct profile {
  const char *path;
  const struct seccomp_options *options;
  uint32_t otherwise; /* what calls without a rule come to */
  struct rule *rules; /* owned */
  unsigned count, room;
  unsigned skipped; /* rules for capabilities or architectures that are not there */
  bool arches[ARCHES];
};

/* Complains about a profile; returns WARRANT_BAD_INPUT. */
int profile_bad(const struct profile *p, const char *what, const char *about);
/* Reads the JSON of a container profile, or what `systemd-analyze syscall-filter` prints, of which
 * it takes one set. `p` has its path and options. Returns 0 or an exit code; the caller frees
 * p->rules either way. `text` is changed. */
int profile_read(struct profile *p, char *text);

#endif
