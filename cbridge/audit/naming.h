/* Conditions and numbers with the names of Linux's constants in them. */
#ifndef WARRANT_AUDIT_NAMING_H
#define WARRANT_AUDIT_NAMING_H

#include "audit/arguments.h"
#include "audit/bdd.h"
#include "audit/phrase.h"

/* The text of a condition that means f, as w_condition_text writes it, with constants of an
 * architecture for the numbers that arguments of a call are compared with. It is read back and
 * compared. The caller frees it; NULL when there is nothing to name. */
char *w_condition_named(struct bdd *m, const char *plain, bdd_t f, const char *arch,
                        const char *call);
/* "O_RDWR|O_CREAT": a number of a kind, of which the bits of `mask` count. False, and nothing is
 * written, where the number says more. */
bool w_name_value(struct text *out, enum constant_kind kind, const char *arch, uint64_t mask,
                  uint64_t value);

#endif
