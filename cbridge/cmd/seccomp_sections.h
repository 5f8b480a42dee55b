/* The table of what filters decide: a section an architecture, in it groups of calls that end
 * alike, with the condition of each end. It is complete before anything of it is printed, so that
 * what comes first can say what could not be written. */
#ifndef WARRANT_SECCOMP_SECTIONS_H
#define WARRANT_SECCOMP_SECTIONS_H

#include "cmd/seccomp_cost.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_options.h"
#include "cmd/seccomp_subject.h"

/* One way in which the calls of a group end. */
struct ending {
  uint32_t index;  /* of the outcome, or outcome_count: undecided */
  bool always;     /* for all arguments */
  char *condition; /* owned; else when; NULL: it was too large to be written */
};

/* Calls that one part of a diagram stands for, on one architecture. */
struct group {
  bdd_t f;
  struct {
    char *name; /* borrowed, or NULL for a number or a run of them */
    uint32_t low, high;
  } * calls; /* owned */
  size_t count, room;
  bool by_numbers;        /* and numbers that no row of the section names, those where ... */
  char *numbers;          /* owned; ... holds; NULL: it was too large to be written */
  bool rest;              /* and all calls that no other row is about */
  struct ending *endings; /* owned */
  size_t ending_count;
};

/* An architecture's part of the table. */
struct section {
  char *arch;     /* owned */
  unsigned index; /* of the architecture; ARCHES: libseccomp has no names for it */
  struct {
    uint32_t low, high;
  } ranges[2]; /* of numbers; the first decides what is usual */
  unsigned range_count;
  bdd_t f;                 /* over numbers and arguments */
  bdd_t rest;              /* what calls without a name come to, for the most part */
  struct arch_calls calls; /* owned */
  struct group *groups;    /* owned; that of the rest is last, if it has no call of its own */
  size_t group_count, group_room;
  bool calls_unprinted; /* numbers of some group could not be written */
  uint32_t token;       /* of the architecture */
  bool one_token;       /* there is one */
};

struct table {
  const struct seccomp_options *options;
  const struct subject *s;
  struct bdd *m;
  const struct audit *a;
  bdd_t together;           /* all outcomes in one diagram */
  struct section *sections; /* owned */
  size_t count, room;
  struct costs *costs; /* owned; NULL: not counted */
  unsigned unprinted;  /* rows that could not be written in full */
  bool failed;         /* out of memory or at a limit: there is no table */
};
/* Makes the table: every architecture's section in turn, or that of --arch alone. `others` is the
 * name of all that have none of their own. Returns 0 or an exit code, having complained; then the
 * table is empty. table_free after either. */
int table_of(struct table *t, const struct seccomp_options *options, const struct subject *s,
             const char *name, const char *others);
void table_free(struct table *t);

/* `index` is an outcome, or outcome_count for what is undecided: the arguments for which a part of
 * the table ends so, and its name. */
bdd_t condition_of(const struct table *t, bdd_t f, uint32_t index);
void outcome_name(const struct table *t, uint32_t index, char *out, size_t size);
/* What texts say in the place of a condition that could not be written. */
extern const char unprinted_condition[], unprinted_numbers[];

#endif
