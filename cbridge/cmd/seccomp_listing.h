/* Instructions with the names of what they load and compare. */
#ifndef WARRANT_SECCOMP_LISTING_H
#define WARRANT_SECCOMP_LISTING_H

#include <cjson/cJSON.h>

#include "warrant.h"

/* What the accumulator holds where an instruction begins: a word of the data by its offset, or
 * NO_WORD; and the architecture that a comparison has established, or ARCHES. */
enum { NO_WORD = 64, NOT_REACHED = 65 };
struct note {
  uint8_t word, arch;
};
/* One an instruction. The caller frees what it returns; NULL when memory runs out. */
struct note *notes_of(const struct warrant_program *p);
/* "arg0.high": the name of a word by its offset; the first half is the high one or the low one. */
void word_name(unsigned offset, bool big_endian, char *out, size_t size);
/* One instruction into an object, or printed when `json` is NULL; numbers are names of `arch` where
 * the filter does not say. */
void put_insn(const struct warrant_program *p, const struct note *notes, uint32_t pc, unsigned arch,
              cJSON *json);
/* All instructions of some filters. Returns an exit code. */
int filters_list(const struct warrant_object *objects, unsigned count, unsigned arch, bool json);

#endif
