#include "run/session.h"

#include <stdlib.h>

#include "isa/error.h"
#include "run/fast.h"
#include "run/interp.h"
#include "run/setup.h"

struct warrant_session {
  struct w_machine m;
  struct w_fast *fast; /* owned; NULL: the plain interpreter runs */
};

int warrant_session_open(const struct warrant_program *program, const struct warrant_env *env,
                         const struct warrant_session_options *options,
                         struct warrant_session **session, struct warrant_error *error) {
  bool plain = options && options->plain, certified = options && options->certified && !plain;
  struct warrant_session *s = *session = calloc(1, sizeof *s);
  if (!s)
    return warrant_fail(error, WARRANT_UNSUPPORTED, "out of memory");
  if (w_machine_init(&s->m, program, env, error)) {
    free(s);
    *session = NULL;
    return -1;
  }
  s->m.strict &= !certified;
  if (!plain)
    s->fast = w_fast_new(&s->m, certified);
  return 0;
}

void warrant_session_run(struct warrant_session *s, struct warrant_run *run) {
  w_machine_start(&s->m);
  *run = (struct warrant_run){0};
  if (!s->fast || !w_fast_run(s->fast, run))
    w_machine_run(&s->m, NULL, NULL, run);
}

bool warrant_session_is_threaded(const struct warrant_session *s) { return s->fast != NULL; }

const uint8_t *warrant_session_value(const struct warrant_session *s, uint32_t map,
                                     uint32_t index) {
  if (map >= s->m.program->map_count || index >= s->m.stores[map].slots)
    return NULL;
  return s->m.stores[map].bytes + index * s->m.stores[map].stride;
}

struct w_machine *warrant_session_machine(struct warrant_session *s) {
  return &s->m;
}

void warrant_session_close(struct warrant_session *s) {
  if (!s)
    return;
  w_fast_free(s->fast);
  w_machine_free(&s->m);
  free(s);
}

int warrant_interpret(const struct warrant_program *program, const struct warrant_env *env,
                      warrant_trace_fn *trace, void *data, struct warrant_run *run,
                      struct warrant_error *error) {
  const struct warrant_session_options options = {.plain = trace != NULL};
  struct warrant_session *session;
  if (warrant_session_open(program, env, &options, &session, error))
    return -1;
  if (trace) {
    *run = (struct warrant_run){0};
    w_machine_run(&session->m, trace, data, run);
  } else {
    warrant_session_run(session, run);
  }
  warrant_session_close(session);
  return 0;
}
