/* A program made ready once and run many times. It is translated to direct-threaded code: each
 * instruction holds the address of the code that executes it. What can be known before a run is not
 * checked during it: where jumps lead, that no register is read before it is written, and, because
 * between two backward jumps no instruction runs twice, the fuel everywhere but there. Results are
 * those of the plain interpreter, which takes over where this one can't be exact: a program that
 * may read an undefined register, and the last steps before the fuel is used up. */
#ifndef WARRANT_FAST_H
#define WARRANT_FAST_H

#include "run/interp.h"

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

struct w_machine;
struct w_machine *warrant_session_machine(struct warrant_session *session);

#endif
