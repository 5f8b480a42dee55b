/* Classic programs in the interpreter that is extracted from Coq. */
#ifndef WARRANT_CMD_REFERENCE_PACKET_H
#define WARRANT_CMD_REFERENCE_PACKET_H

#include "classic/classic.h"
#include "cmd/validator.h"

/* Runs a socket or seccomp filter on one input: all of it but `headroom`, `wire_length`, `linear`
 * and `answer`, which are as docs/formats.md has them. Lines and what is returned are those of
 * warrant_reference_run. */
int reference_packet_run(const struct warrant_program *p, const struct warrant_classic_input *in,
                         uint64_t fuel, bool trace, warrant_line_fn *line, void *data, char *why,
                         size_t why_size);

#endif
