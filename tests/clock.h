/* Nanoseconds of a clock: CLOCK_THREAD_CPUTIME_ID, or CLOCK_PROCESS_CPUTIME_ID for what runs on a
 * thread of its own, as the reference interpreter does. */
#ifndef WARRANT_TESTS_CLOCK_H
#define WARRANT_TESTS_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t ns_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

#endif
