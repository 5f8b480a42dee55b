/* What the arguments of system calls are called in Linux, and which constants they have. */
#ifndef WARRANT_AUDIT_ARGUMENTS_H
#define WARRANT_AUDIT_ARGUMENTS_H

#include "audit/constants.h"

enum { ARGUMENTS = 6, ARGUMENT_NAME_MAX = 32 };

/* The kind of an argument of a call on an architecture; KIND_NONE: not known, or no constants. */
enum constant_kind w_argument_kind(const char *arch, const char *call, unsigned argument);
/* Its name; false where it is not known. */
bool w_argument_name(const char *arch, const char *call, unsigned argument,
                     char name[ARGUMENT_NAME_MAX]);
/* The argument of a call with a name of `length` characters, or ARGUMENTS. */
unsigned w_argument_named(const char *arch, const char *call, const char *name, size_t length);
/* Those that have this name in some call on some architecture, one bit each. */
unsigned w_arguments_called(const char *name, size_t length);

#endif
