/* Calls into the embedded OCaml. Its runtime is one for the process, so a lock lets in one call at
 * a time.
 *
 * Each call runs on a thread of its own with a large stack: replaying a certificate recurses once
 * for each branch it is inside of, and the certificate reader's limits keep that well within
 * STACK_SIZE. */
#include "cmd/validator.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define CAML_NAME_SPACE
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>

#define STACK_SIZE ((size_t)256 << 20)

struct job {
  const uint8_t *image, *second; /* second: the certificate or the environment */
  size_t image_size, second_size;
  bool run, trace; /* run: the reference interpreter, else the validator */
  warrant_line_fn *line;
  void *data;
  char *why;
  size_t why_size;
  int result;
};

/* The runtime is global anyway; these say whether it was started, where its signal handler for
 * running out of stack runs, and whose trace lines come. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool started;
static stack_t signal_stack;
static struct job *current;

static void explain(struct job *job, const char *text) {
  if (job->why_size)
    snprintf(job->why, job->why_size, "%s", text);
}

/* Called from OCaml. */
value warrant_reference_line(value line) {
  current->line(current->data, String_val(line), caml_string_length(line));
  return Val_unit;
}

/* What OCaml answered, as results of the public functions. */
static void take(struct job *job, value answer) {
  const char *text = String_val(answer);
  size_t length = caml_string_length(answer);
  if (!job->run) {
    job->result = length == 0;
    explain(job, text);
  } else if (length && text[0] == '{') {
    job->result = strstr(text, "\"fault\":null}") != NULL;
    job->line(job->data, text, length);
  } else {
    job->result = -1;
    explain(job, text);
  }
}

static void call(struct job *job) {
  CAMLparam0();
  CAMLlocal3(image, second, answer);
  const value *f = caml_named_value(job->run ? "warrant_reference" : "warrant_validate");
  if (!f) {
    explain(job, "the embedded validator is missing");
    CAMLreturn0;
  }
  image = caml_alloc_initialized_string(job->image_size, (const char *)job->image);
  second = caml_alloc_initialized_string(job->second_size, (const char *)job->second);
  answer = job->run ? caml_callback3_exn(*f, image, second, Val_bool(job->trace))
                    : caml_callback2_exn(*f, image, second);
  if (Is_exception_result(answer))
    explain(job, "the validator gave up: it ran out of memory or met numbers too large");
  else
    take(job, answer);
  CAMLreturn0;
}

static void *thread(void *argument) {
  static char name[] = "warrant";
  char *argv[] = {name, NULL};
  struct job *job = argument;
  stack_t previous; /* a sanitizer's, which it wants to find again */
  sigaltstack(NULL, &previous);
  if (started) {
    sigaltstack(&signal_stack, NULL);
  } else {
    caml_startup(argv);
    sigaltstack(NULL, &signal_stack);
    started = true;
  }
  current = job;
  call(job);
  current = NULL;
  sigaltstack(&previous, NULL);
  return NULL;
}

static int perform(struct job *job) {
  pthread_attr_t attributes;
  pthread_t worker;
  job->result = -1;
  explain(job, "");
  pthread_mutex_lock(&lock);
  pthread_attr_init(&attributes);
  int failed = pthread_attr_setstacksize(&attributes, STACK_SIZE);
  if (!failed)
    failed = pthread_create(&worker, &attributes, thread, job);
  if (failed)
    explain(job, "there is no memory for the validator's stack");
  else
    pthread_join(worker, NULL);
  pthread_attr_destroy(&attributes);
  pthread_mutex_unlock(&lock);
  return job->result;
}

int warrant_validate_bytes(const uint8_t *image, size_t image_size, const uint8_t *certificate,
                           size_t certificate_size, char *why, size_t why_size) {
  struct job job = {.image = image,
                    .image_size = image_size,
                    .second = certificate,
                    .second_size = certificate_size,
                    .why = why,
                    .why_size = why_size};
  return perform(&job);
}

int warrant_reference_run(const uint8_t *image, size_t image_size, const uint8_t *environment,
                          size_t environment_size, bool trace, warrant_line_fn *line, void *data,
                          char *why, size_t why_size) {
  struct job job = {.image = image,
                    .image_size = image_size,
                    .second = environment,
                    .second_size = environment_size,
                    .run = true,
                    .trace = trace,
                    .line = line,
                    .data = data,
                    .why = why,
                    .why_size = why_size};
  return perform(&job);
}
