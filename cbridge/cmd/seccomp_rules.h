/* The findings that there are: one table for --help, SARIF and docs/seccomp.md, which a test
 * compares with it. */
#ifndef WARRANT_SECCOMP_RULES_H
#define WARRANT_SECCOMP_RULES_H

#include <stdio.h>

/* Which commands have it. */
enum { OF_AUDIT = 1, OF_IMPORT = 2, OF_CHECK = 4 };
struct seccomp_rule {
  const char *name;
  unsigned of;
  const char *severity; /* the usual one: "high", "medium", "low" or "info" */
  const char *text;     /* what it means, as in docs/seccomp.md */
  const char *remedy;   /* what to do about it, a sentence */
};
enum { SECCOMP_RULES = 44 };
extern const struct seccomp_rule seccomp_rules[SECCOMP_RULES];
/* The names with what they mean, for --help. */
void rules_print(FILE *out);

#endif
