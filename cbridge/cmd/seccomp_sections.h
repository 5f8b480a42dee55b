/* The table of what filters decide: a section an architecture, in it groups of calls that end
 * alike. */
#ifndef WARRANT_SECCOMP_SECTIONS_H
#define WARRANT_SECCOMP_SECTIONS_H

#include "cmd/seccomp_names.h"
#include "cmd/seccomp_options.h"
#include "cmd/seccomp_subject.h"

struct table {
  const struct seccomp_options *options;
  const struct subject *s;
  struct bdd *m;
  const struct audit *a;
  bdd_t together; /* all outcomes in one diagram */
  bool failed;    /* out of memory or at a limit: said once, at the end */
};
/* Begins a table; false at a limit. */
bool table_of(struct table *t, const struct seccomp_options *options, const struct subject *s);

/* Calls that one part of a diagram stands for, on one architecture. */
struct group {
  bdd_t f;
  struct {
    char *name; /* borrowed, or NULL for a number or a run of them */
    uint32_t low, high;
  } * calls; /* owned */
  size_t count, room;
};
struct groups {
  struct group *groups; /* owned */
  size_t count, room;
};

/* An architecture's part of the table. */
struct section {
  const char *arch;
  unsigned index; /* of the architecture; ARCHES: libseccomp has no names for it */
  struct {
    uint32_t low, high;
  } ranges[2]; /* of numbers; the first decides what is usual */
  unsigned range_count;
  bdd_t f;                 /* over numbers and arguments */
  bdd_t rest;              /* what calls without a name come to, for the most part */
  struct arch_calls calls; /* owned */
  struct groups groups; /* owned; calls without a name are in it when they differ from the rest */
  bdd_t *reach;         /* owned; what may reach each instruction on this architecture, or NULL */
  uint32_t insn_count;
};
/* Calls `print` with each architecture's section in turn, or with that of --arch alone. `others` is
 * the name of all that have none of their own. */
typedef void section_print(struct table *t, const struct section *s);
void table_sections(struct table *t, const char *others, section_print *print);

/* `index` is an outcome, or outcome_count for what is undecided: the arguments for which a part of
 * the table ends so, and its name. */
bdd_t condition_of(const struct table *t, bdd_t f, uint32_t index);
void outcome_name(const struct table *t, uint32_t index, char *out, size_t size);

#endif
