/* What a seccomp filter decides, for every input at once: each outcome with its exact condition, a
 * diagram over the 512 bits of struct seccomp_data. The same in C as checker/Audit.v, which is
 * proved exact. */
#ifndef WARRANT_AUDIT_H
#define WARRANT_AUDIT_H

#include <linux/seccomp.h>

#include "bdd.h"
#include "warrant.h"

/* The words of seccomp_data in the order of the variables; variable 32 w + i is bit 31 - i of word
 * w. Argument n has its high half in INPUT_ARG + 2 n and its low half after it. */
enum { INPUT_ARCH = 0, INPUT_NR = 1, INPUT_ARG = 2, INPUT_IP = 14, INPUT_WORDS = 16 };
enum { INPUT_VARS = 32 * INPUT_WORDS };
/* The word at an offset that is a multiple of 4 below 64. */
unsigned audit_word(uint32_t offset);

#define AUDIT_LIMIT 2000000u /* nodes: the default */

struct audit_outcome {
  uint32_t value; /* what the filter returns */
  bdd_t when;     /* for exactly these inputs */
};
struct audit {
  struct bdd *bdd;                /* borrowed */
  struct audit_outcome *outcomes; /* owned; ascending values; disjoint, none empty */
  uint32_t outcome_count;
  bdd_t undecided; /* the other inputs: BDD_FALSE when the table is exact */
  uint32_t insn_count;
  bdd_t *reach;  /* owned; for each instruction the inputs that may reach it */
  bdd_t *taken;  /* owned; for each conditional jump those that may jump; BDD_NONE for others */
  bdd_t *fallen; /* owned; and those that may not */
};

/* Audits a filter that the classic checker accepts. Several audits can share one manager, whose
 * limit is for all of them. Free the audit before the manager. */
int warrant_audit(const struct warrant_program *p, struct bdd *bdd, struct audit *audit,
                  struct warrant_error *error);
void audit_free(struct audit *audit);

/* The stack of filters that a process has, the first one installed first: what Linux makes of it.
 * `reach`, `taken` and `fallen` stay NULL. */
int audit_stack(const struct audit *audits, uint32_t count, struct audit *result,
                struct warrant_error *error);

/* An input of `when`, which is not BDD_FALSE; bits that do not matter are 0. */
struct seccomp_data audit_input(const struct bdd *m, bdd_t when);
/* The assignment of an input, for bdd_value. */
void audit_assignment(const struct seccomp_data *input, uint8_t bits[INPUT_VARS / 8]);
/* The inputs whose word `word` is `value`: what is left of a diagram when that is fixed. The words
 * before it must not occur in it any more. */
bdd_t audit_fix(const struct bdd *m, bdd_t f, unsigned word, uint32_t value);

/* Runs a filter on one input by the interpreter. Returns 0 with its result in *value, or -1. */
int audit_run(const struct warrant_program *p, const struct seccomp_data *input, uint32_t *value,
              uint64_t *steps);

#endif
