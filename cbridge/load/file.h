/* Files and standard input. */
#ifndef WARRANT_FILE_H
#define WARRANT_FILE_H

#include "warrant.h"

/* All of a file ("-": standard input) up to WARRANT_FILE_MAX; the caller frees *bytes. */
int warrant_read_file(const char *path, uint8_t **bytes, size_t *size, struct warrant_error *error);
/* The same up to `most` bytes. */
int w_read_file(const char *path, size_t most, uint8_t **bytes, size_t *size,
                struct warrant_error *error);
/* Says that it is larger than that. */
int w_too_large(const char *path, struct warrant_error *error);
/* What messages call a path. */
const char *w_file_name(const char *path);

#endif
