/* Numbers in text, as bpf_strtol and bpf_strtoul read them. The same as semantics/Numeral.v. */
#ifndef WARRANT_NUMERAL_H
#define WARRANT_NUMERAL_H

#include <stdbool.h>
#include <stdint.h>

/* How many bytes the number takes, with what is before it; or a negative error, and then *value
 * is 0. */
int64_t w_numeral(const uint8_t *text, uint64_t size, uint64_t flags, bool is_signed,
                  uint64_t *value);

#endif
