/* Objects inside of other files. */
#ifndef WARRANT_EMBEDDED_H
#define WARRANT_EMBEDDED_H

#include "warrant.h"

/* The next BPF object inside of a larger file, from *at on. */
bool warrant_embedded(const uint8_t *bytes, size_t size, size_t *at, size_t *length);

#endif
