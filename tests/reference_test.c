/* The C interpreter and decoder against the reference ones, which are extracted from Coq: on
 * generated programs, each step's registers and writes and the end have to be the same text, and
 * bytes decode in both or in neither. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "image.h"
#include "interp.h"
#include "validator.h"

/* --- Text of a run
 * --------------------------------------------------------------------------------------------- */

struct text {
  char *bytes;
  size_t size, room;
};

static void append(struct text *t, const char *line, size_t n) {
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

static void reference_line(void *data, const char *line, size_t n) { append(data, line, n); }

static void c_step(void *data, const struct warrant_trace *step) {
  char line[512];
  append(data, line, warrant_trace_line(step, line, sizeof line));
}

static void c_result(struct text *t, const struct warrant_run *run) {
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

/* --- Comparing
 * -------------------------------------------------------------------------------------------------
 */

static unsigned failures, ended, faulted[WARRANT_OUT_OF_FUEL + 1], undecoded;

static void show(const struct warrant_program *p) {
  printf("# type %" PRIu32 ", profile %d, %" PRIu32 " maps:", p->type, (int)p->profile,
         p->map_count);
  for (uint32_t i = 0; i < p->insn_count; i++) {
    const struct warrant_insn *s = &p->insns[i];
    printf(" %02x%x%x%04x%08" PRIx32, s->op, s->src, s->dst, (uint16_t)s->off, (uint32_t)s->imm);
  }
  puts("");
}

/* Whether both say the same. */
static bool agree(const struct warrant_program *p, const struct warrant_env *env) {
  struct warrant_error error = {0};
  uint8_t *image = NULL, *environment = NULL;
  size_t image_size = 0, environment_size = 0;
  if (warrant_image(p, &image, &image_size, &error) ||
      warrant_env_encode(p, env, &environment, &environment_size, &error))
    abort();
  struct text c = {0}, reference = {0};
  struct warrant_run run;
  char why[400];
  int ran = warrant_reference_run(image, image_size, environment, environment_size, true,
                                  reference_line, &reference, why, sizeof why);
  bool same;
  if (warrant_interpret(p, env, c_step, &c, &run, &error)) {
    same = ran < 0;
    undecoded++;
    append(&c, error.text, strlen(error.text));
  } else {
    c_result(&c, &run);
    same = ran >= 0 && c.size == reference.size && !memcmp(c.bytes, reference.bytes, c.size);
    if (run.fault == WARRANT_NO_FAULT)
      ended++;
    else
      faulted[run.fault]++;
  }
  if (!same) {
    show(p);
    const char *x = c.bytes ? c.bytes : "", *y = reference.bytes ? reference.bytes : why;
    while (*x && *x == *y && strchr(x, '\n') && strchr(y, '\n') &&
           strchr(x, '\n') - x == strchr(y, '\n') - y &&
           !memcmp(x, y, (size_t)(strchr(x, '\n') - x)))
      x = strchr(x, '\n') + 1, y = strchr(y, '\n') + 1;
    printf("# C:         %.*s\n# reference: %.*s\n", (int)strcspn(x, "\n"), x,
           (int)strcspn(y, "\n"), y);
  }
  free(c.bytes), free(reference.bytes), free(image), free(environment);
  return same;
}

static void report(bool good, const char *name) {
  printf("%s reference %s\n", good ? "ok" : "not ok", name);
  failures += !good;
}

int main(void) {
  static const uint32_t types[] = {6, 1, 3, 0};
  static const char *const names[] = {"traces of xdp programs", "traces of socket filters",
                                      "traces of tc programs", "traces of programs on raw memory"};
  static const uint8_t entries0[] = {1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  static uint8_t bytes[256];
  static struct build b;
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)(i * 37 + 11);
  for (unsigned kind = 0; kind < 5; kind++) {
    bool good = true;
    for (unsigned n = 0; n < 4000 && good; n++) {
      uint32_t type = types[kind == 4 ? below(4) : kind];
      struct warrant_program p = generate_program(&b, type);
      if (kind == 4) /* damaged bytes */
        ((uint8_t *)b.insns)[below(b.count * 8)] ^= (uint8_t)(1u << below(8));
      struct warrant_entries entries[3] = {{1, entries0}, {0, NULL}, {0, NULL}};
      struct warrant_env env;
      warrant_env_default(&env);
      env.seed = below(1000);
      env.fuel = 300;
      env.ctx_bytes = bytes, env.ctx_size = below(193);
      env.packet_bytes = bytes + 7, env.packet_size = below(60);
      env.entries = entries;
      good = agree(&p, &env);
    }
    report(good, kind == 4 ? "decoding of damaged programs" : names[kind]);
  }
  printf("# %u ended, %u not decoded; faults:", ended, undecoded);
  bool all = true;
  for (int f = WARRANT_BAD_PC; f <= WARRANT_OUT_OF_FUEL; f++) {
    printf(" %s %u", warrant_fault_name((enum warrant_fault)f), faulted[f]);
    all &= faulted[f] > 0;
  }
  puts("");
  report(all && ended && undecoded, "every kind of fault was met");
  return failures ? 1 : 0;
}
