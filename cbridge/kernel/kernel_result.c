/* The clock, the log and the errors of loads. */
#include "kernel/kernel_result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t w_now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

bool w_number_in(const char *log, const char *before, const char *after, uint64_t *value) {
  bool found = false;
  for (const char *at = log; (at = strstr(at, before)); at++) {
    const char *digits = at + strlen(before);
    char *end = NULL;
    unsigned long long n = strtoull(digits, &end, 10);
    if (end != digits && strncmp(end, after, strlen(after)) == 0) {
      *value = n;
      found = true;
    }
  }
  return found;
}

void w_kernel_refuse(struct warrant_kernel_result *r, int why) {
  r->number = why;
  /* EPERM comes from the host's policy before the verifier looks at the program; EAGAIN and ENOMEM
   * say nothing about it either. */
  bool verdict = why != EPERM && why != ENOMEM && why != EAGAIN && why != EINTR;
  r->verdict = verdict ? WARRANT_KERNEL_REJECT : WARRANT_KERNEL_ERROR;
  /* EACCES is how the verifier says no: its usual wording would send the reader after file
   * permissions. */
  const char *name = strerrorname_np(why);
  snprintf(r->message, sizeof r->message, "%s (%s)",
           verdict ? "the kernel refuses the program" : "the kernel did not look at the program",
           name ? name : "unknown error");
}

void warrant_kernel_result_free(struct warrant_kernel_result *r) {
  free(r->log);
  r->log = NULL;
}
