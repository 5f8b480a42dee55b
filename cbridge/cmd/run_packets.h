/* A classic socket filter on packets: a part of `warrant run`. */
#ifndef WARRANT_CMD_RUN_PACKETS_H
#define WARRANT_CMD_RUN_PACKETS_H

#include "cmd/cmd.h"

enum run_engine { ENGINE_C, ENGINE_REFERENCE, ENGINE_KERNEL, ENGINES };
enum { META_GIVEN_MAX = 32, NETWORK_UNKNOWN = -1 };

struct packet_run_options {
  const uint8_t *packet; /* one packet, or NULL */
  uint32_t packet_size;
  const char *packets;              /* a file of packets, or NULL */
  const char *meta[META_GIVEN_MAX]; /* NAME=VALUE, from the command line */
  size_t meta_count;
  int64_t network;    /* where the network header is, or NETWORK_UNKNOWN */
  bool link_given;    /* the link type of packets in hexadecimal was named: */
  uint32_t link_type; /* LINKTYPE_* */
  enum run_engine engine;
  bool json, quiet, trace;
  uint64_t fuel;
};

/* Runs it and prints what it returned, for one packet as `warrant run` does for eBPF, for a file of
 * packets a line each and a summary. Returns an exit code, having complained. */
int run_packets(const struct packet_run_options *options, const struct warrant_program *p);

#endif
