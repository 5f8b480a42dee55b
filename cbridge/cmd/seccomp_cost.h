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
/* Of the call `nr` on the architecture `token`, by a filter that is alone (no stack). Diagrams that
 * it makes are taken back at its limit, so what comes after is not decided less. */
struct cost cost_of(const struct subject *s, uint32_t token, uint32_t nr);

#endif
