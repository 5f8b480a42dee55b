/* A test's lines, which tests/run.sh counts, and its exit status. */
#ifndef WARRANT_TESTS_REPORT_H
#define WARRANT_TESTS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

static int failures;

/* `why` is said when it is not good; NULL: there is no more to say. */
static inline void report(bool good, const char *name, const char *why) {
  bool say = !good && why && *why;
  printf("%s %s%s%s\n", good ? "ok" : "not ok", name, say ? ": " : "", say ? why : "");
  failures += !good;
}

#endif
