/* What a profile says, as rules, and what is found in it. */
#ifndef WARRANT_PROFILE_H
#define WARRANT_PROFILE_H

#include <seccomp.h>

#include "cmd/seccomp_names.h"
#include "cmd/seccomp_options.h"

/* A comparison that libseccomp has no form for: `argN & mask op value`, unsigned. */
struct test {
  unsigned arg;
  enum scmp_compare op; /* but for SCMP_CMP_MASKED_EQ */
  uint64_t mask, value;
};
/* One rule of the profile; all its comparisons must hold. */
struct rule {
  char call[64];   /* its name, or # and its number */
  uint32_t action; /* as the filter returns it */
  struct scmp_arg_cmp args[6];
  unsigned arg_count;
  struct test *tests; /* owned by the profile; in place of args, where it is ordered */
  unsigned test_count;
  const char *within; /* borrowed, or NULL: what the place of a finding begins with */
  unsigned entry;     /* its place in `syscalls`, or its line */
};
/* What a runtime does with the profile that its writer may not have meant. */
enum { PLACE_MAX = 160, FILE_MAX = 100 /* letters of an included file's path in one */ };
struct finding {
  bool warning;          /* the filter is not what the profile says */
  const char *name;      /* static */
  char place[PLACE_MAX]; /* a JSON pointer, or "line N", of an included file behind its path */
  char text[200];
};
struct profile {
  const char *path;
  const struct seccomp_options *options;
  uint32_t otherwise; /* what calls without a rule come to */
  struct rule *rules; /* owned */
  unsigned count;
  size_t room;
  unsigned skipped; /* rules for capabilities or architectures that are not there */
  /* The first rule of a call whose comparisons hold decides, whatever comes after it, and such a
   * filter is not libseccomp's. */
  bool ordered;
  bool strict;     /* what libseccomp refuses of a rule is refused, also one that stands twice */
  bool merged;     /* libseccomp makes a filter an architecture, and one of them all */
  bool exact;      /* rules are exact where libseccomp lets them be */
  unsigned denied; /* so many rules at the front are of a filter of their own, behind the other */
  uint32_t elsewhere; /* then: what calls of other architectures come to */
  char **texts;       /* owned: what `within` of rules borrows */
  unsigned text_count;
  bool arches[ARCHES];
  bool listed[ARCHES];      /* by the profile: of these runc knows the newest call */
  bool json, bundle;        /* a container's profile; in an OCI bundle */
  bool by_line;             /* places are lines, not JSON pointers */
  bool listener;            /* it names one */
  bool no_stub;             /* defaultErrnoRet is the number by which runc leaves its stub out */
  struct finding *findings; /* owned */
  unsigned finding_count;
};

/* The runtime is runc, alone or under Docker; the others hand a profile to crun. */
static inline bool profile_for_runc(const struct profile *p) {
  return p->options->runtime == RUNTIME_RUNC || p->options->runtime == RUNTIME_DOCKER;
}
/* It is read by Docker or podman first. */
static inline bool profile_for_engine(const struct profile *p) {
  return p->options->runtime == RUNTIME_DOCKER || p->options->runtime == RUNTIME_PODMAN;
}

/* Complains about a profile; returns WARRANT_BAD_INPUT. */
int profile_bad(const struct profile *p, const char *what, const char *about);
/* The same for a place in it, and an exit code that the caller chooses. */
int profile_says(const struct profile *p, int code, const char *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same on a line of a text; `within` is what its place begins with, as of a rule. `format`
 * takes `about` and nothing else. */
int profile_bad_line(const struct profile *p, const char *within, unsigned line, int code,
                     const char *format, const char *about);
/* What is lost of an action's data: the sentence of `errno-range`, or NULL. */
const char *profile_data_lost(uint32_t action, uint64_t data);
/* Adds a rule, which keeps its tests even where there is no memory for it. */
int profile_add(struct profile *p, const struct rule *rule);
/* Adds a test to a rule that is not in the profile yet. */
int profile_test(const struct profile *p, struct rule *rule, struct test test);
/* Keeps a text as long as the profile. NULL: out of memory. */
const char *profile_keep(struct profile *p, const char *text);
/* Where a rule stands. */
void profile_place(const struct rule *rule, char place[PLACE_MAX]);
/* Adds a finding, at a JSON pointer from the profile on (or a line); one that finds no memory is
 * told at once. */
void profile_finding(struct profile *p, bool warning, const char *name, const char *place,
                     const char *text);
void profile_finding_line(struct profile *p, bool warning, const char *name, const char *within,
                          unsigned line, const char *text);
void profile_free(struct profile *p);

#endif
