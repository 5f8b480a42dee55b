#include "run/checksum.h"

#include "isa/bytes.h"

static uint16_t add16(uint16_t x, uint16_t y) {
  uint32_t s = (uint32_t)x + y;
  return (uint16_t)(s + (s >> 16));
}
static uint32_t add32(uint32_t x, uint32_t y) {
  uint64_t s = (uint64_t)x + y;
  return (uint32_t)(s + (s >> 32));
}
static uint16_t fold(uint32_t x) { return add16((uint16_t)x, (uint16_t)(x >> 16)); }
static uint16_t not16(uint16_t x) { return (uint16_t)~x; }

bool w_sum_replace(unsigned size, uint16_t sum, uint64_t old, uint64_t new, uint16_t *result) {
  uint32_t without = ~(uint32_t)sum;
  switch (size) {
  case 0:
    *result = not16(fold(add32((uint32_t) new, without)));
    return old == 0;
  case 2:
    *result = not16(add16(add16(not16(sum), not16((uint16_t)old)), (uint16_t) new));
    return true;
  case 4:
    *result = not16(fold(add32(add32(without, ~(uint32_t)old), (uint32_t) new)));
    return true;
  default:
    return false;
  }
}

/* The last word is filled up with zeros. */
static uint32_t sum_words(uint32_t seed, const uint8_t *bytes, uint64_t size) {
  for (uint64_t i = 0; i < size; i += 4)
    seed = add32(seed, (uint32_t)w_load_le(bytes + i, size - i < 4 ? (unsigned)(size - i) : 4));
  return seed;
}

uint16_t w_sum_difference(const uint8_t *from, uint64_t from_size, const uint8_t *to,
                          uint64_t to_size, uint32_t seed) {
  if (!from_size)
    return fold(sum_words(seed, to, to_size));
  if (!to_size)
    return fold(~sum_words(~seed, from, from_size));
  return fold(add32(sum_words(seed, to, to_size), ~sum_words(0, from, from_size)));
}
