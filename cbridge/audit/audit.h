/* What a classic filter decides, for every input at once: each outcome with its exact condition.
 * For seccomp that is a diagram over the 512 bits of struct seccomp_data, and the same in C as
 * checker/Audit.v, which is proved exact. For a socket filter it is one over the bits of a packet,
 * its length and its metadata: the same engine, with loads that the proof does not speak of. */
#ifndef WARRANT_AUDIT_H
#define WARRANT_AUDIT_H

#include "audit/bdd.h"
#include "audit/input.h"
#include "audit/table.h"
#include "warrant.h"

#define AUDIT_LIMIT 2000000u /* nodes: the default */

/* Audits a filter that the classic checker accepts by its kind's rules. Several audits can share
 * one manager, whose limit is for all of them; then w_input_order chooses an order of variables for
 * all of them before, and otherwise the first one does. Free the audit before the manager. */
int warrant_audit(const struct warrant_program *p, struct bdd *bdd, struct audit *audit,
                  struct warrant_error *error);
void w_audit_free(struct audit *audit);

/* The stack of filters that a process has, the first one installed first: what Linux makes of it.
 * `reach`, `taken` and `fallen` stay NULL. */
int w_audit_stack(const struct audit *audits, uint32_t count, struct audit *result,
                  struct warrant_error *error);

#endif
