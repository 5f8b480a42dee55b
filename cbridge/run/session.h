/* A program made ready once and run many times, by threaded code where it can be and one step at a
 * time where it can't. Both give the same results. */
#ifndef WARRANT_SESSION_H
#define WARRANT_SESSION_H

#include "run/env.h"

struct warrant_session_options {
  bool plain;     /* one step at a time, with every check */
  bool certified; /* the program has a valid certificate for this type, maps and profile: no safety
                   * check is made. If it has none, results can be wrong, but nothing outside the
                   * session is touched. */
};
struct warrant_session;
/* Program and environment are borrowed until the session is closed. Fails as warrant_interpret
 * does. */
int warrant_session_open(const struct warrant_program *program, const struct warrant_env *env,
                         const struct warrant_session_options *options,
                         struct warrant_session **session, struct warrant_error *error);
/* From the start. Contents of maps, packet and context are what the run before left; all else
 * starts afresh. */
void warrant_session_run(struct warrant_session *session, struct warrant_run *run);
/* Whether runs use threaded code. */
bool warrant_session_is_threaded(const struct warrant_session *session);
/* The bytes of value number `index` of map number `map`, or NULL: there is no such value. */
const uint8_t *warrant_session_value(const struct warrant_session *session, uint32_t map,
                                     uint32_t index);
void warrant_session_close(struct warrant_session *session);

/* Its machine, to be looked at between runs. */
struct w_machine;
struct w_machine *warrant_session_machine(struct warrant_session *session);

/* One run. Runs an eBPF program; `trace` may be NULL. Fails (without running) on a program that
 * does not decode, of a type that is not known, or too large for memory. */
int warrant_interpret(const struct warrant_program *program, const struct warrant_env *env,
                      warrant_trace_fn *trace, void *data, struct warrant_run *run,
                      struct warrant_error *error);

#endif
