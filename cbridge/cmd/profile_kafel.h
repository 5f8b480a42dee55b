/* Policies in kafel's language, as its README has it and kafel's parser of April 2026 reads them,
 * for one machine. */
#ifndef WARRANT_PROFILE_KAFEL_H
#define WARRANT_PROFILE_KAFEL_H

#include "cmd/profile.h"

/* Whether a text has words that stand in such a policy alone. */
bool profile_like_kafel(const char *text);
/* Reads one. Returns an exit code, having complained. */
int profile_kafel(struct profile *p, const char *text);

#endif
