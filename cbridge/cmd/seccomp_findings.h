/* What looks wrong with a filter, each time with a witness: a call that shows it. */
#ifndef WARRANT_SECCOMP_FINDINGS_H
#define WARRANT_SECCOMP_FINDINGS_H

#include "cmd/seccomp_options.h"
#include "cmd/seccomp_subject.h"

struct findings {
  const struct seccomp_options *options;
  const struct subject *s;
  bdd_t run;      /* calls_that_run */
  unsigned found; /* those that matter */
  bool undecided;
};
/* Inputs for which the call is executed. BDD_NONE at a limit. */
bdd_t calls_that_run(const struct audit *a);
/* Prints each finding with its witness, and counts them. Returns 0 or an exit code. */
int findings_print(struct findings *f);

#endif
