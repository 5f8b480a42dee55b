/* A condition on the arguments of a system call as text, in the grammar of condition.h. */
#ifndef WARRANT_AUDIT_CONDITION_TEXT_H
#define WARRANT_AUDIT_CONDITION_TEXT_H

#include "audit/bdd.h"

/* Writes a diagram over arguments and instruction pointer as text that means exactly that diagram:
 * the text is read back and compared. The caller frees it. NULL at a limit. */
char *w_condition_text(struct bdd *m, bdd_t f);

#endif
