/* Random numbers that follow from a seed alone, the same on every machine (SplitMix64). */
#ifndef WARRANT_TESTS_RANDOM_H
#define WARRANT_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct gen {
  uint64_t state;
};
static inline uint64_t gen_u64(struct gen *g) {
  uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}
static inline uint32_t gen_below(struct gen *g, uint32_t n) { /* n > 0 */
  return (uint32_t)((gen_u64(g) >> 32) * n >> 32);
}
static inline bool gen_percent(struct gen *g, uint32_t percent) {
  return gen_below(g, 100) < percent;
}
#define GEN_PICK(g, array) ((array)[gen_below((g), sizeof(array) / sizeof *(array))])

#endif
