/* What libbpf reads in a section name. */
#ifndef WARRANT_SECTIONS_H
#define WARRANT_SECTIONS_H

#include "warrant.h"

struct warrant_section {
  uint32_t type, attach_type, prog_flags;
};
bool warrant_section_type(const char *section, struct warrant_section *result);
/* The same for the name of a program type, or else for a section name. */
bool warrant_type_of(const char *name, struct warrant_section *result);

#endif
