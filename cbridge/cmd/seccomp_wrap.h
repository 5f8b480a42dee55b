/* Text that is broken into lines of at most 120 columns. */
#ifndef WARRANT_SECCOMP_WRAP_H
#define WARRANT_SECCOMP_WRAP_H

#include <stdbool.h>
#include <stdio.h>

enum { WRAP_COLUMNS = 120 };

/* Prints text that begins in `column`, and returns the column behind it. A line goes on, indented,
 * before `and` and `or` and after commas and semicolons; where there is no such place at any space,
 * comma or `|`; and a word that is longer than a line is cut. What could drive a terminal is
 * replaced by '?'. */
unsigned put_wrapped(FILE *out, unsigned column, unsigned indent, const char *text);
/* The same for lines of fewer columns. */
unsigned put_within(FILE *out, unsigned columns, unsigned column, unsigned indent,
                    const char *text);
/* The name of a file, which stays whole, and what is said of it; a line and its end. */
void put_named(FILE *out, const char *name, const char *text);
/* A line of a policy, and its end: an assertion, or a comment. No word of an assertion is cut, and
 * its lines but the last end in a backslash, by which a policy's line goes on. */
void put_policy(FILE *out, bool assertion, const char *text);

#endif
