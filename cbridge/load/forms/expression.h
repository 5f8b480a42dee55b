/* Constant expressions of C, as sources and strace write the fields of an instruction. */
#ifndef WARRANT_FORMS_EXPRESSION_H
#define WARRANT_FORMS_EXPRESSION_H

#include "load/forms/scan.h"

/* Numbers, characters, the names that <linux/filter.h>, <linux/seccomp.h> and <linux/audit.h> give,
 * errors, offsetof(struct seccomp_data, ...), casts, parentheses and the operators ~ - + | & << >>.
 * Fails with a sentence. */
bool w_expression(struct w_scan *s, uint64_t *value);

#endif
