/* Programs as their instruction bytes alone. */
#ifndef WARRANT_RAWFORMS_H
#define WARRANT_RAWFORMS_H

#include "warrant.h"

int warrant_load_raw(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error);

#endif
