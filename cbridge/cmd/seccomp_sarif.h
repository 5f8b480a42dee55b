/* Findings as SARIF 2.1.0, for code scanning. */
#ifndef WARRANT_SECCOMP_SARIF_H
#define WARRANT_SECCOMP_SARIF_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* One result. */
struct sarif_result {
  const char *rule;     /* a name in seccomp_rules */
  const char *severity; /* "high", "medium", "low", "info", or "warning", "note" */
  const char *message;
  const char *file;        /* as the user names it; NULL: none, as for a process */
  unsigned line;           /* of the file, or 0 */
  bool in_bytes;           /* `offset` and `length` are where in the file */
  uint64_t offset, length; /* bytes */
  const char *inside;      /* what it is about within the file: a name, or NULL */
  const char *policy;      /* a file with the assertion, or NULL */
  unsigned policy_line;
  const char *const *same; /* texts that are equal for equal results of several runs */
  unsigned same_count;
  cJSON *properties; /* more about it; taken; may be NULL */
};
/* A log with the rules of the commands `of`, no results yet. NULL: out of memory, which it said. */
cJSON *sarif_start(unsigned of);
void sarif_add(cJSON *log, const struct sarif_result *result);
/* Something that is no finding, and makes the exit code 1. */
void sarif_notify(cJSON *log, const char *text);
/* Prints the log of a run that ends with this exit code, which it returns, and frees it. */
int sarif_print(cJSON *log, int code);

#endif
