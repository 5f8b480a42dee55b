/* What a capture does not say of a packet and a filter asks for. */
#ifndef WARRANT_CMD_PACKET_NEEDS_H
#define WARRANT_CMD_PACKET_NEEDS_H

#include "classic/classic.h"

enum { META_NUMBERS = 16, NEED_WORD = 20 };

/* What is told of a packet. */
struct packet_known {
  struct warrant_classic_input in;
  uint32_t captured; /* bytes: what is behind them in `in` are zeros in place of what it had */
  bool network;      /* where the network header is */
  bool bare;         /* it has its bytes alone: no place of a header, no device, no metadata */
  uint16_t meta;     /* one bit each, by SKF_AD_* / 4 */
};

/* Fills in what a frame tells about itself: where its headers are (`network` is where the network
 * header is, or negative: by the link type), its protocol, its device's type. */
void packet_from_link(struct packet_known *packet, uint32_t link_type, int64_t network);
/* What messages call a link type: its name, or NULL. Static. */
const char *packet_link_name(uint32_t link_type);

/* One option NAME=VALUE. False: there is no such name or value. */
bool packet_meta_option(const char *option, struct packet_known *packet);

/* What instruction `pc` asks for, before it runs, that is not known: one word (static), or NULL. */
const char *packet_needs(const struct packet_known *packet, const struct warrant_program *p,
                         uint64_t pc, uint32_t x);

#endif
