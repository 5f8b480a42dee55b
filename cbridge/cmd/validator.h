/* The proved side, extracted from Coq and embedded: bytes in, verdict out. Programs link this; the
 * library does not. Any number of threads may call; one call runs at a time. */
#ifndef WARRANT_VALIDATOR_H
#define WARRANT_VALIDATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Validates the program image (load/image.h) with a certificate, or, for a classic image, checks it
 * with an empty one. Returns 1 when it is accepted, and so proved safe; 0 when it is refused, with
 * the reason in `why`; -1 when no verdict was reached (out of memory, say), with the cause in
 * `why`. Both are borrowed for the call. */
int warrant_validate_bytes(const uint8_t *image, size_t image_size, const uint8_t *certificate,
                           size_t certificate_size, char *why, size_t why_size);

/* One line of a trace or the result, without its newline and not ending in a zero byte; borrowed.
 */
typedef void warrant_line_fn(void *data, const char *line, size_t length);
/* Runs the image in the environment (docs/formats.md) with the reference interpreter. Calls `line`
 * for each step when `trace` is set, and then for the result. Returns 1 when the program ended with
 * a result, 0 when it faulted, -1 when it could not be run, with the reason in `why`. `line` may
 * not call back into these functions, and may be called from another thread, while the caller
 * waits. */
int warrant_reference_run(const uint8_t *image, size_t image_size, const uint8_t *environment,
                          size_t environment_size, bool trace, warrant_line_fn *line, void *data,
                          char *why, size_t why_size);

#endif
