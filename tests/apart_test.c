/* The verifier in a process of its own: what it does there does nothing here, and nothing that it
 * may answer does harm. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/cmd_judge.h"
#include "cmd/isolated.h"
#include "random.h"
#include "report.h"

void cmd_complain(const char *format, ...) { (void)format; }

static int touched;

static void writes_here(void *data, FILE *out) {
  *(int *)data = touched = 1;
  fputs("answer", out);
}
static void faults(void *data, FILE *out) {
  (void)data;
  fputs("answer", out);
  fflush(out);
  raise(SIGKILL);
}
static void leaves(void *data, FILE *out) {
  (void)data, (void)out;
  _exit(7);
}
static void answers_without_end(void *data, FILE *out) {
  static const char zeros[1 << 16];
  (void)data;
  while (fwrite(zeros, sizeof zeros, 1, out) == 1)
    continue;
}

static void spins(void *data, FILE *out) {
  (void)data, (void)out;
  for (;;)
    touched++;
}
static void test_limits(void) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  char why[200] = "";
  struct isolated_limits limits = {.ns = 50000000};
  bool good = isolated_run(spins, NULL, 4096, &limits, &bytes, &size, why, sizeof why);
  report(!good && limits.out_of_time && !limits.out_of_memory, "a limit of time ends it", why);
}

static void test_processes(void) {
  enum { MOST = 1 << 20 };
  struct isolated_limits none = {0};
  int value = 0;
  uint8_t *bytes = NULL;
  size_t size = 0;
  char why[200] = "";
  bool good = isolated_run(writes_here, &value, MOST, &none, &bytes, &size, why, sizeof why);
  report(good && size == 6 && memcmp(bytes, "answer", 6) == 0, "an answer comes whole", why);
  report(value == 0 && touched == 0, "memory stays as it is", NULL);
  free(bytes);
  good = isolated_run(faults, NULL, MOST, &none, &bytes, &size, why, sizeof why);
  report(!good && !bytes && strstr(why, "signal 9"), "an end by a signal is said", why);
  good = isolated_run(leaves, NULL, MOST, &none, &bytes, &size, why, sizeof why);
  report(!good && !bytes && strstr(why, "status 7"), "an exit status is said", why);
  good = isolated_run(answers_without_end, NULL, MOST, &none, &bytes, &size, why, sizeof why);
  report(!good && !bytes && strstr(why, "more than there is room"),
         "an answer without end is ended", why);
}

/* --- Answers --------------------------------------------------------------------------------- */

/* r0 = *(u8 *)(r1 + 4096); exit */
static struct warrant_insn insns[] = {{.op = 0x71, .src = 1, .off = 4096}, {.op = 0x95}};
static char name[] = "test";
static struct warrant_program program = {.kind = WARRANT_EBPF,
                                         .file = name,
                                         .section = name,
                                         .name = name,
                                         .type = 6,
                                         .insns = insns,
                                         .insn_count = 2};

static uint8_t *answer(const struct judgement *j, size_t *size) {
  char *bytes = NULL;
  FILE *out = open_memstream(&bytes, size);
  if (out) {
    judgement_put(j, out);
    fclose(out);
  }
  return (uint8_t *)bytes;
}

static bool terminated(const char *text, size_t size) { return memchr(text, 0, size); }

/* What is read can be printed. */
static bool printable(const struct judgement *j) {
  bool good = terminated(j->message, sizeof j->message) && terminated(j->state, sizeof j->state);
  for (uint32_t i = 0; i < j->warning_count; i++)
    good &= terminated(j->warnings[i], sizeof j->warnings[i]);
  for (uint32_t i = 0; i < j->way_len; i++)
    good &= j->way[i].pc < program.insn_count;
  return good && (!j->has_pc || j->pc < program.insn_count) &&
         (j->verdict == JUDGED_ACCEPT || (j->reason && strlen(j->reason) < 64));
}

static void test_answers(void) {
  struct judgement here = {0}, there = {0};
  size_t size = 0;
  judge(&program, &here);
  uint8_t *bytes = answer(&here, &size);
  bool good = bytes && judgement_get(bytes, size, program.insn_count, &there);
  report(good && there.verdict == JUDGED_REJECT && there.pc == here.pc && here.way_len &&
             there.way_len == here.way_len && strcmp(there.reason, here.reason) == 0 &&
             strcmp(there.message, here.message) == 0 && strcmp(there.state, here.state) == 0 &&
             memcmp(there.way, here.way, here.way_len * sizeof *here.way) == 0,
         "a refusal is read as it was", there.message);
  judgement_free(&here);
  judgement_free(&there);
  struct gen g = {1};
  int read = 0, wrong = 0;
  for (int round = 0; round < 20000; round++) {
    uint8_t *other = malloc(size + 1);
    size_t n = gen_below(&g, 4) ? size : gen_below(&g, (uint32_t)size + 1);
    if (!other)
      break;
    memcpy(other, bytes, size);
    for (uint32_t k = gen_below(&g, 6); k-- > 0;) {
      /* numbers are at the start */
      size_t at = gen_below(&g, gen_below(&g, 2) ? 72 : (uint32_t)size);
      other[at] = (uint8_t)gen_below(&g, 256);
    }
    uint8_t *exact = malloc(n + !n);
    if (exact)
      memcpy(exact, other, n);
    struct judgement j = {0};
    if (exact && judgement_get(exact, n, program.insn_count, &j)) {
      read++;
      wrong += !printable(&j);
    }
    judgement_free(&j);
    free(exact);
    free(other);
  }
  report(!wrong && read > 1000, "whatever comes is refused, or can be printed", NULL);
  free(bytes);
}

int main(void) {
  test_processes();
  test_limits();
  test_answers();
  return failures != 0;
}
