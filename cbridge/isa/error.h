/* Sentences: filling a struct warrant_error, and lists of names. */
#ifndef WARRANT_ERROR_H
#define WARRANT_ERROR_H

#include "warrant.h"

/* Writes the sentence and the exit code when `error` is not NULL; always returns -1, so that a
 * caller can write `return warrant_fail(...)`. Bytes that are not printable ASCII become '?': names
 * come from files. */
int warrant_fail(struct warrant_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a name to a list that becomes part of a sentence. False: there is no room, and the list ends
 * with ", ...". */
bool w_add_name(char *list, size_t size, const char *name);

#endif
