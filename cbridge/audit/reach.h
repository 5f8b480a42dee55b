/* Which instructions of a filter some input reaches, and which ways of its jumps some input takes.
 */
#ifndef WARRANT_REACH_H
#define WARRANT_REACH_H

#include "audit/input.h"
#include "audit/table.h"

enum reach { REACH_NEVER, REACH_UNKNOWN, REACH_SOME };
struct reached {
  enum reach here;
  enum reach taken, fallen;    /* of a conditional jump */
  struct seccomp_data example; /* reaches it, where `here` is REACH_SOME */
};
/* One for each instruction of an audited seccomp filter; NULL when memory runs out. The caller
 * frees it. It makes no diagrams in the audit's manager; what is too hard for that is unknown. */
struct reached *w_audit_reached(const struct audit *a, const struct warrant_program *p);

#endif
