/* Text that is broken into lines of at most 120 columns. */
#ifndef WARRANT_SECCOMP_WRAP_H
#define WARRANT_SECCOMP_WRAP_H

#include <stdio.h>

enum { WRAP_COLUMNS = 120 };

/* Prints text that begins in `column`, and returns the column behind it. A line goes on, indented,
 * before `and` and `or` and after commas and semicolons; what has no such place stays whole. What
 * could drive a terminal is replaced by '?'. */
unsigned put_wrapped(FILE *out, unsigned column, unsigned indent, const char *text);

#endif
