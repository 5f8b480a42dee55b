/* The line and relocation records of .BTF.ext. */
#ifndef WARRANT_LINEINFO_H
#define WARRANT_LINEINFO_H

#include "warrant.h"

struct btf;

struct warrant_line_record {
  uint32_t insn;                           /* slot in the ELF section */
  uint32_t file_offset, text_offset, line; /* offsets into the BTF strings */
};
/* Line records of `section`, ascending; the caller frees *records. Damaged line information is bad
 * input. */
int warrant_ext_lines(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                      const char *section, struct warrant_line_record **records, size_t *count,
                      struct warrant_error *error);
/* Whether there are CO-RE relocations, as far as damaged bytes can say so. */
bool warrant_ext_has_core(const uint8_t *ext, size_t size);
/* Calls `each` with every CO-RE relocation of `section`; not 0: it is damaged. */
struct warrant_core_record {
  uint32_t insn;               /* slot in the ELF section */
  uint32_t type, access, kind; /* type id, offset into the BTF strings, what is asked */
};
int warrant_ext_core(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                     const char *section,
                     int (*each)(void *context, const struct warrant_core_record *record),
                     void *context, struct warrant_error *error);

#endif
