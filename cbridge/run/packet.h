/* What helpers do to the packet and say of it. Arguments are in r1 to r5, checked. */
#ifndef WARRANT_PACKET_H
#define WARRANT_PACKET_H

#include "run/memory.h"

/* XDP: its first byte, its end and the metadata before it move. */
int64_t w_adjust_head(struct w_machine *m);
int64_t w_adjust_tail(struct w_machine *m);
int64_t w_adjust_meta(struct w_machine *m);
/* Socket buffers: the same, and what else is known of them. */
int64_t w_change_head(struct w_machine *m);
int64_t w_change_tail(struct w_machine *m);
int64_t w_change_type(const struct w_machine *m);
int64_t w_set_tstamp(const struct w_machine *m);
int64_t w_csum_level(struct w_machine *m);
/* Bytes. `out` is where they go. */
int64_t w_load_bytes(struct w_machine *m, const struct w_place *out, uint64_t n, bool xdp);
int64_t w_load_relative(struct w_machine *m, const struct w_place *out, uint64_t n);
int64_t w_store_bytes(struct w_machine *m, bool xdp);
int64_t w_csum_replace(struct w_machine *m, bool transport);
/* Where it goes: to the device, to a neighbour, to the peer of a device. */
int64_t w_redirect(const struct w_machine *m);
int64_t w_redirect_other(const struct w_machine *m, bool neighbour);

#endif
