/* Sums of the Internet's kind, as Linux computes them: a carry out of the top comes back in at the
 * bottom. The same as semantics/Checksum.v. */
#ifndef WARRANT_CHECKSUM_H
#define WARRANT_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

/* What becomes of a sum in a header when a field of `size` bytes changes; size 0: `new` is the
 * difference that other changes made. False: there is no such field. */
bool w_sum_replace(unsigned size, uint16_t sum, uint64_t old, uint64_t new, uint16_t *result);
/* The difference from one piece of memory to another, of which either may be empty, on top of
 * `seed`. */
uint16_t w_sum_difference(const uint8_t *from, uint64_t from_size, const uint8_t *to,
                          uint64_t to_size, uint32_t seed);

#endif
