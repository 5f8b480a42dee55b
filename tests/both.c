#include "both.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "load/image.h"
#include "cmd/validator.h"
#include "verify/verify.h"

static void append(struct both_text *t, const char *line, size_t n) {
  if (t->size + n + 2 > t->room) {
    t->room = 2 * (t->size + n + 2);
    t->bytes = realloc(t->bytes, t->room);
    if (!t->bytes)
      abort();
  }
  memcpy(t->bytes + t->size, line, n);
  t->size += n;
  t->bytes[t->size++] = '\n';
  t->bytes[t->size] = '\0';
}

static void c_step(void *data, const struct warrant_trace *step) {
  struct both *b = data;
  char line[512];
  append(&b->c, line, warrant_trace_line(step, line, sizeof line));
  if (b->step)
    b->step(b->data, step);
}

static void c_end(struct both_text *t, const struct warrant_run *run) {
  char line[200];
  int n;
  if (run->fault == WARRANT_NO_FAULT)
    n = snprintf(line, sizeof line,
                 "{\"result\":\"0x%" PRIx64 "\",\"steps\":%" PRIu64 ",\"fault\":null}", run->result,
                 run->steps);
  else
    n = snprintf(line, sizeof line,
                 "{\"result\":null,\"steps\":%" PRIu64 ",\"fault\":{\"kind\":\"%s\",\"pc\":%" PRId64
                 "}}",
                 run->steps, warrant_fault_name(run->fault), run->pc);
  append(t, line, (size_t)n);
}

static void reference_line(void *data, const char *line, size_t n) {
  append(&((struct both *)data)->reference, line, n);
}

/* The first line that differs, from both. */
static void explain(struct both *b) {
  const char *x = b->c.bytes, *y = b->reference.bytes;
  size_t line = 0;
  while (*x && *x == *y) {
    line += *x == '\n';
    x++, y++;
  }
  while (x > b->c.bytes && x[-1] != '\n')
    x--, y--;
  snprintf(b->why, sizeof b->why, "at step %zu\n#   C         %.*s\n#   reference %.*s", line,
           (int)strcspn(x, "\n"), x, (int)strcspn(y, "\n"), y);
}

bool both_agree(struct both *b, const struct warrant_program *p, const struct warrant_env *env) {
  struct warrant_error error = {0};
  uint8_t *image = NULL, *bytes = NULL;
  size_t image_size, size;
  b->c.size = b->reference.size = 0;
  memset(&b->run, 0, sizeof b->run);
  uint64_t t0 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  b->decoded = warrant_interpret(p, env, b->quiet ? NULL : c_step, b, &b->run, &error) == 0;
  if (b->decoded)
    c_end(&b->c, &b->run);
  uint64_t t1 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  b->c_ns = t1 - t0;
  snprintf(b->why, sizeof b->why, "%s", error.text);
  if (warrant_image(p, &image, &image_size, &error) ||
      warrant_env_encode(p, env, &bytes, &size, &error)) {
    free(image);
    snprintf(b->why, sizeof b->why, "%s", error.text);
    return false;
  }
  char said[200] = "";
  t0 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  int got = warrant_reference_run(image, image_size, bytes, size, !b->quiet, reference_line, b,
                                  said, sizeof said);
  b->reference_ns = ns_of(CLOCK_PROCESS_CPUTIME_ID) - t0;
  free(image);
  free(bytes);
  if ((got >= 0) != b->decoded) {
    size_t n = strlen(b->why);
    snprintf(b->why + n, sizeof b->why - n, " | reference: %s", said);
    return false;
  }
  if (!b->decoded)
    return true;
  if (b->c.size == b->reference.size && !memcmp(b->c.bytes, b->reference.bytes, b->c.size))
    return (got == 1) == (b->run.fault == WARRANT_NO_FAULT);
  explain(b);
  return false;
}

void both_free(struct both *b) {
  free(b->c.bytes);
  free(b->reference.bytes);
  memset(b, 0, sizeof *b);
}

uint64_t both_certified(const struct warrant_program *p) {
  const struct warrant_verify_options options = {.max_visited = 200000};
  struct warrant_verdict v;
  struct warrant_error error;
  uint8_t *image = NULL;
  size_t size;
  char why[200];
  if (warrant_verify(p, &options, &v, &error))
    return 0;
  bool good = v.verdict == WARRANT_ACCEPT && !warrant_image(p, &image, &size, &error) &&
              warrant_validate_bytes(image, size, v.cert, v.cert_len, why, sizeof why) == 1;
  uint64_t bound = v.steps_bound;
  free(image);
  warrant_verdict_free(&v);
  return good ? bound : 0;
}
