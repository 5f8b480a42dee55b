/* Findings as data: collected, brought in order, gathered by what they have in common, printed. */
#ifndef WARRANT_SECCOMP_REPORT_H
#define WARRANT_SECCOMP_REPORT_H

#include "cmd/seccomp_names.h"
#include "cmd/seccomp_options.h"
#include "cmd/seccomp_subject.h"

enum { NO_FILTER = UINT32_MAX, NO_PC = UINT32_MAX };
/* One finding. A finder fills what it knows and gives it to report_add, which copies the texts. */
struct found {
  const char *name, *severity;        /* static */
  const struct seccomp_data *witness; /* or NULL; in a report it points at `input` */
  const char *message;                /* NULL: the call, its architecture and the cause */
  const char *cause; /* what is said about several calls alike; NULL: the message */
  const char *call;  /* NULL: of no single one */
  bool about_arch;   /* `arch` means something: else it is about the whole filter */
  bool one_hole;     /* calls belong together only where one return lets them through */
  unsigned arch;
  bool has_place; /* filter and pc are known; without them, those that decide the witness */
  uint32_t filter, pc;
  /* report_add fills these. */
  struct seccomp_data input;
  bool ran;        /* the witness did, and came to `value` */
  uint32_t value;  /* as Linux takes it */
  unsigned group;  /* from 1 on: findings of one architecture and cause */
  unsigned number; /* in the order in which they were found */
};
struct report {
  const struct seccomp_options *options;
  const struct subject *s;
  struct found *all; /* owned, with the texts */
  size_t count, room;
  unsigned matter; /* those that are more than information */
  bool failed;     /* memory ran out: something is missing, which was said */
};
/* Adds one, unless --arch asks for another architecture. */
void report_add(struct report *r, const struct found *f);
/* Brings them in order and numbers the groups; before report_print, and nothing is added after it.
 */
void report_order(struct report *r);
void report_print(const struct report *r);
/* What is said at once: one finding, or several of one cause. */
struct saying {
  const struct found *first; /* the others follow it */
  size_t count;
  char *title;   /* owned, as are the next two; NULL: out of memory */
  char *calls;   /* of several; else NULL */
  char *example; /* a witness and what comes of it; NULL: there is none */
  bool failed;   /* memory ran out for one of them */
};
/* That which begins with the finding i, after report_order. saying_free after it. */
struct saying report_saying(const struct report *r, size_t i);
void saying_free(struct saying *s);
/* The same as results of a SARIF log. */
void report_sarif(const struct report *r, cJSON *log);
/* Where a filter's instruction is, each as far as it is known: the file, its bytes if they are
 * instructions, and a name, which the caller frees. */
struct sarif_result;
char *report_place(const struct seccomp_options *options, const struct subject *s, uint32_t filter,
                   uint32_t pc, struct sarif_result *result);
void report_free(struct report *r);

#endif
