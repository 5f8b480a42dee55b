/* The JSON of a container profile as the runtimes read it: numbers exact, keys as they compare
 * them. What a runtime would pass over in silence is a finding with its place (a JSON pointer). */
#ifndef WARRANT_PROFILE_JSON_H
#define WARRANT_PROFILE_JSON_H

#include "cmd/profile.h"

/* The profile, or NULL after a complaint: keys have their proper case and stand once; numbers keep
 * their text in `valuestring`. An OCI bundle's config.json gives what is in its linux.seccomp. The
 * caller deletes *root, which owns it. */
cJSON *profile_json(struct profile *p, const char *text, cJSON **root);
/* The same for any JSON: numbers keep their text, and keys are as they are written. The caller
 * deletes it. */
cJSON *profile_parse(const struct profile *p, const char *text);
/* A whole number from 0 to `most`, written as Go wants it for an unsigned one. */
bool profile_number(const cJSON *n, uint64_t most, uint64_t *value);

#endif
