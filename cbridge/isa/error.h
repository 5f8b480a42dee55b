/* Filling a struct warrant_error. */
#ifndef WARRANT_ERROR_H
#define WARRANT_ERROR_H

#include "warrant.h"

/* Writes the sentence and the exit code when `error` is not NULL; always returns -1, so that a
 * caller can write `return warrant_fail(...)`. Bytes that are not printable ASCII become '?': names
 * come from files. */
int warrant_fail(struct warrant_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
