/* What a socket filter returns for which packets: a part of `warrant check`. */
#ifndef WARRANT_CMD_PACKETS_H
#define WARRANT_CMD_PACKETS_H

#include "audit/input.h"
#include "cmd/cmd.h"

struct packet_options {
  const char *directory; /* for a pcap file for each sample; NULL: none */
  uint32_t link_type;    /* DLT_* of these files */
  uint32_t limit;        /* nodes of diagrams */
};
/* Finds the outcomes of a socket filter that was accepted, with a sample packet each. Both
 * interpreters have run every sample, and ended as it says. Adds `outcomes` and `undecided` to
 * `json`; or, when that is NULL, prints lines. Returns 0 or an exit code, having complained. */
int packets_report(const struct packet_options *options, const char *file,
                   const struct warrant_program *p, cJSON *json);
/* Whether the interpreter that is extracted from Coq ends with `value` (docs/formats.md). */
bool packets_reference_agrees(const struct warrant_program *p, const struct audit_packet *packet,
                              uint32_t value);

#endif
