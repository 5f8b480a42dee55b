/* What the kernel said of a program, and what the ways into it share: its log, the clock, and what
 * an error number says. */
#ifndef WARRANT_KERNEL_RESULT_H
#define WARRANT_KERNEL_RESULT_H

#include <stdbool.h>
#include <stdint.h>

enum warrant_kernel_verdict {
  WARRANT_KERNEL_ACCEPT,
  WARRANT_KERNEL_REJECT,
  WARRANT_KERNEL_UNSUPPORTED,
  WARRANT_KERNEL_ERROR
};

struct warrant_kernel_result {
  enum warrant_kernel_verdict verdict;
  int number; /* errno, 0 on accept */
  bool visited_known;
  uint64_t visited; /* instructions the kernel's verifier processed */
  uint64_t time_us; /* of the system call */
  bool verification_known;
  uint64_t verification_us; /* of the kernel's verifier, as it reports it */
  uint32_t flags;           /* BPF_PROG_LOAD's prog_flags */
  char *log;                /* owned; the verifier's log, "" for none */
  char message[256];        /* one sentence; "" on accept */
};

void warrant_kernel_result_free(struct warrant_kernel_result *result);

#define W_LOG_SIZE ((uint32_t)(16 << 20) - 1) /* the most that Linux before 5.2 takes */
enum { W_LOG_STEPS = 1, W_LOG_FIGURES = 4 };

uint64_t w_now_us(void);
/* The number after `before` and in front of `after`, where the log last says so. */
bool w_number_in(const char *log, const char *before, const char *after, uint64_t *value);
/* The verdict and the message for a load that failed with this errno. */
void w_kernel_refuse(struct warrant_kernel_result *r, int why);

#endif
