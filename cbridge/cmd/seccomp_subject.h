/* The filters of one process, or the one of a file, and what they decide together. */
#ifndef WARRANT_SECCOMP_SUBJECT_H
#define WARRANT_SECCOMP_SUBJECT_H

#include "audit/audit.h"
#include "cmd/seccomp_options.h"

struct subject {
  struct warrant_object *objects; /* owned; one program each */
  unsigned count;
  struct bdd *bdd;
  struct audit *audits; /* owned; one a filter */
  struct audit stack;   /* owned; of several filters: what they return together */
  struct audit all;     /* what Linux makes of that; its outcomes are owned */
  bool stacked, own_bdd;
  const char *policy; /* borrowed, may be NULL: a text that conditions are read of later */
};
/* Loads a stack of filters, the first one installed first, without an audit. Returns 0 or an exit
 * code, having complained, as do those below. subject_free after each of them. What `s` has before
 * is dropped, but for `policy`. */
int subject_filters(struct subject *s, const struct seccomp_options *options, char **files,
                    unsigned count);
/* Loads and audits them. `bdd` is NULL for a manager of its own. */
int subject_load(struct subject *s, const struct seccomp_options *options, char **files,
                 unsigned count, struct bdd *bdd);
/* The same for the files, or with --pid for the filters of a process, whose name `process` keeps.
 * `name` is what to call either. */
enum { SUBJECT_NAME_MAX = 32 };
int subject_open(struct subject *s, const struct seccomp_options *options, char **files,
                 unsigned count, char process[SUBJECT_NAME_MAX], const char **name);
/* One order of variables for all of them, and for what a policy compares (NULL without one), before
 * any is audited. Not 0 when memory runs out. */
int subjects_order(struct bdd *bdd, const struct subject *const *subjects, unsigned count,
                   const char *policy);
/* Audits loaded programs. */
int subject_audit(struct subject *s, const char *name, struct bdd *bdd, uint32_t limit);
void subject_free(struct subject *s);
/* What an audited subject returns, before Linux makes something of it. */
const struct audit *subject_returns(const struct subject *s);
/* What the subject returns for an input, by the interpreter. */
bool subject_run(const struct subject *s, const struct seccomp_data *d, uint32_t *value);
/* The same, with the filter that decides and the instruction by which it returns. */
bool subject_decide(const struct subject *s, const struct seccomp_data *d, uint32_t *value,
                    uint32_t *filter, uint32_t *pc);

/* Writes the instructions as they lie in memory. Returns 0 or an exit code. */
int filter_write(const char *path, const struct warrant_program *p);

#endif
