/* What the ways into the kernel share: its log, its clock, and what an error number says. */
#ifndef WARRANT_KERNEL_LOG_H
#define WARRANT_KERNEL_LOG_H

#include "kernel/kernel.h"

#define W_LOG_SIZE ((uint32_t)(16 << 20) - 1) /* the most that Linux before 5.2 takes */
enum { W_LOG_STEPS = 1, W_LOG_FIGURES = 4 };

uint64_t w_now_us(void);
/* The number after `before` and in front of `after`, where the log last says so. */
bool w_number_in(const char *log, const char *before, const char *after, uint64_t *value);
/* The verdict and the message for a load that failed with this errno. */
void w_kernel_refuse(struct warrant_kernel_result *r, int why);

#endif
