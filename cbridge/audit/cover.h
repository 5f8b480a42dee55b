/* A condition as a union of masked comparisons, each of some arguments. */
#ifndef WARRANT_AUDIT_COVER_H
#define WARRANT_AUDIT_COVER_H

#include "audit/bdd.h"
#include "audit/phrase.h"

/* A bad phrase when it takes too many of them. */
struct phrase w_cover_phrase(struct bdd *m, bdd_t f);

#endif
