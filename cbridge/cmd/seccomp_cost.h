/* How many instructions a filter executes for one call. */
#ifndef WARRANT_SECCOMP_COST_H
#define WARRANT_SECCOMP_COST_H

#include "cmd/seccomp_subject.h"

struct cost {
  bool known;
  bool exact;       /* some input takes `longest` steps; else none takes more */
  uint32_t longest; /* in steps, over all arguments */
  double mean;      /* over arguments drawn evenly; negative: not known */
};
/* Counts for a subject, which is borrowed. NULL when memory runs out: then nothing is known. */
struct costs *costs_of(const struct subject *s);
void costs_free(struct costs *c);
/* Of the call `nr` on the architecture `token`, by a filter that is alone (no stack). Diagrams that
 * it makes are taken back at its limit, and the work is not counted, so what comes after is not
 * decided less. Work for all calls together is bounded; calls that are alike are one question. */
struct cost cost_of(struct costs *all, uint32_t token, uint32_t nr);

#endif
