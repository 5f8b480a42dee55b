/* Assertions about a seccomp filter, decided for every input. docs/seccomp.md has the text form. */
#ifndef WARRANT_POLICY_H
#define WARRANT_POLICY_H

#include "audit/audit.h"
#include "audit/effect.h"

/* What a filter returns as text: "ALLOW", "ERRNO(EPERM)", "TRACE(7)", or the number when it is no
 * action. Returns what snprintf would. */
int w_action_text(uint32_t value, char *out, size_t size);
/* The reverse, for one action; an error's name alone stands for ERRNO(..). */
bool w_action_value(const char *text, uint32_t *value);

/* Architectures and system calls by name; the caller's, for as long as a policy lives. */
struct seccomp_names {
  void *data;
  unsigned arch_count;
  /* Name and INPUT_ARCH value of an architecture, 0 <= i < arch_count. */
  const char *(*arch)(void *data, unsigned i, uint32_t *token);
  /* The number of a system call there; false when it has none of that name. */
  bool (*number)(void *data, unsigned arch, const char *name, uint32_t *nr);
};

struct policy; /* assertions */

/* Reads a policy; `name` is what messages call it. Conditions become diagrams of `bdd`. Free it
 * with w_policy_free. */
int w_policy_read(const char *name, const char *text, struct bdd *bdd,
                  const struct seccomp_names *names, struct policy **policy,
                  struct warrant_error *error);
void w_policy_free(struct policy *policy);

struct assertion_result {
  const char *text; /* the assertion's line, owned by the policy */
  unsigned line;
  int holds;        /* 1, 0, or -1: undecided */
  bool has_witness; /* when it does not hold: an input that violates it */
  struct seccomp_data witness;
  uint32_t value;   /* what the filter returns for it */
  const char *call; /* the system call asserted about, or NULL for all of them */
  const char *arch;
};
unsigned w_policy_count(const struct policy *policy);
/* Decides assertion i. Returns 0, or -1 at a limit. */
int w_policy_decide(const struct policy *policy, unsigned i, const struct audit *audit,
                    struct assertion_result *result, struct warrant_error *error);
/* The same for the calls that are left: *from is 0 at first, and then behind the call of the last
 * result that did not hold. */
int w_policy_decide_from(const struct policy *policy, unsigned i, const struct audit *audit,
                         unsigned *from, struct assertion_result *result,
                         struct warrant_error *error);

#endif
