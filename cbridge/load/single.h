/* A program that comes without an object: it has no name, and the user says its type. */
#ifndef WARRANT_SINGLE_H
#define WARRANT_SINGLE_H

#include "warrant.h"

/* Makes the object with its one program. The instructions, `insns` or `cinsns`, become its own,
 * even on failure. */
int warrant_single(const char *name, enum warrant_kind kind, struct warrant_insn *insns,
                   struct warrant_cinsn *cinsns, uint32_t count,
                   const struct warrant_load_options *options, struct warrant_object *object,
                   struct warrant_error *error);

#endif
