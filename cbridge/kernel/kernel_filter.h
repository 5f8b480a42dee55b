/* Socket filters in this host's kernel: on packets between two sockets that are made for it. */
#ifndef WARRANT_KERNEL_FILTER_H
#define WARRANT_KERNEL_FILTER_H

#include <linux/filter.h>

#include "warrant.h"

/* The instructions of a classic program as system calls take them; the caller frees them. NULL when
 * memory runs out. */
struct sock_filter *w_kernel_instructions(const struct warrant_program *p);

/* Two sockets, with the filter at one. */
struct warrant_kernel_filter {
  int receiver, sender;
};
/* Needs no privilege. Run only what is certified. Fails with WARRANT_NO_ENGINE where there are no
 * sockets, and with WARRANT_REFUSED when the kernel does not take the filter; then there is nothing
 * to close. */
int warrant_kernel_filter_open(const struct warrant_program *p,
                               struct warrant_kernel_filter *filter, struct warrant_error *error);
/* How many bytes of a packet the filter keeps: its result, or the packet's length if that is less.
 * For the filter the packet has no device, no link-layer header, its network header at its start
 * and no metadata. */
int warrant_kernel_filter_run(const struct warrant_kernel_filter *filter, const uint8_t *packet,
                              uint32_t length, uint32_t *kept, struct warrant_error *error);
void warrant_kernel_filter_close(struct warrant_kernel_filter *filter);

#endif
