/* eBPF objects as clang makes them. */
#ifndef WARRANT_ELF_H
#define WARRANT_ELF_H

#include "warrant.h"

int warrant_load_elf(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error);

#endif
