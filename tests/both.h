/* One program in both interpreters, the C one and the one extracted from Coq: do they say the same?
 */
#ifndef WARRANT_TESTS_BOTH_H
#define WARRANT_TESTS_BOTH_H

#include "run/session.h"

struct both_text {
  char *bytes; /* owned; lines, and a zero byte */
  size_t size, room;
};
/* All zero to begin with; to be freed with both_free. */
struct both {
  struct both_text c, reference; /* traces of the last run, and its last line */
  warrant_trace_fn *step;        /* called for each step of the C interpreter too, when it is set */
  void *data;
  bool quiet;                  /* the last lines alone are made and compared */
  struct warrant_run run;      /* of the C interpreter */
  bool decoded;                /* false: both refuse the program */
  uint64_t c_ns, reference_ns; /* processor time of the last run */
  char why[2048];              /* where they differ, or why the program was refused */
};
/* Runs the program in both, and returns whether they agree in each line. */
bool both_agree(struct both *b, const struct warrant_program *p, const struct warrant_env *env);
/* At most how many steps the program takes, if it is certified; else 0. */
uint64_t both_certified(const struct warrant_program *p);
void both_free(struct both *b);

#endif
