/* What looks wrong with a filter, each time with a witness: a call that shows it. */
#ifndef WARRANT_SECCOMP_FINDINGS_H
#define WARRANT_SECCOMP_FINDINGS_H

#include "cmd/seccomp_report.h"

struct findings {
  const struct seccomp_options *options;
  const struct subject *s;
  struct report *report;
  bdd_t run; /* calls_that_run */
  bool undecided;
};
/* Inputs for which the call is executed. BDD_NONE at a limit. */
bdd_t calls_that_run(const struct audit *a);
/* Adds each finding with its witness to the report. Returns 0 or an exit code. */
int findings_collect(struct findings *f);
/* In its place, where there is no diagram of the calls that run. */
void findings_too_large(struct findings *f);

#endif
