/* Kernel objects, and the program types whose context is the arguments of what a program is
 * attached to. */
#ifndef WARRANT_OBJECTS_H
#define WARRANT_OBJECTS_H

#include "isa/tables.h"
#include "warrant.h"

/* A program's type with its own context: with_arguments of semantics/Target.v. */
struct w_own_type {
  struct w_prog_type type; /* its fields may point into this struct, which must not move */
  struct w_field fields[4 * WARRANT_ARGUMENTS_MAX];
};
/* NULL when it is not known; else an entry of the table, or &own->type. */
const struct w_prog_type *w_type_of(const struct warrant_program *program, struct w_own_type *own);

/* The type that the pointer at offset `k` leads to; false: there is no pointer. */
bool w_pointer_at(const struct warrant_object_type *type, uint64_t k, uint32_t *to);
/* Does an object of type j lie k bytes from the start of one of type i? has_part of
 * semantics/Target.v. */
bool w_has_part(const struct warrant_object_type *types, uint32_t count, uint32_t i, int64_t k,
                uint32_t j);
/* The number of the type of this name; false: the program has none. */
bool w_type_named(const struct warrant_object_type *types, uint32_t count, const char *name,
                  uint32_t *number);

#endif
