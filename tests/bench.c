/* How fast programs run here: the C interpreter, checked and certified, beside hand-written loops,
 * the plain interpreter, the reference one and this host's kernel, all on the same instructions in
 * one run. Times are the thread's processor time; ratios are taken round by round, so that what
 * slows a round slows both. bench [ROUNDS] */
#include <bpf/bpf.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clock.h"
#include "cmd/cmd.h"
#include "run/session.h"
#include "load/image.h"
#include "kernel/kernel.h"
#include "peers.h"
#include "cmd/validator.h"
#include "verify/verify.h"

enum {
  ROUNDS_MAX = 101,
  INSNS_MAX = 256,
  MEMORY = 1500,
  STEPS_A_ROUND = 2000000,
  REFERENCE_ROUNDS = 3
};
enum engine { RAW, BOUNDED, FREE, CHECKED, CERTIFIED, PLAIN, REFERENCE, KERNEL, ENGINES };
static const char *const names[ENGINES] = {"goto, raw, fuel and pc checks",
                                           "goto, predecoded, bounds checks",
                                           "goto, predecoded, no checks",
                                           "warrant, checked",
                                           "warrant, certified",
                                           "warrant, plain (as for traces)",
                                           "reference, extracted",
                                           "kernel, TEST_RUN"};

struct workload {
  const char *name;
  struct warrant_insn insns[INSNS_MAX];
  uint32_t count;
  uint64_t steps;
};

/* --- Workloads ------------------------------------------------------------------------------- */

static void add(struct workload *w, uint8_t op, unsigned dst, unsigned src, int off, int32_t imm) {
  w->insns[w->count++] = (struct warrant_insn){
      .op = op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}

/* Eleven instructions, 10,000 times. */
static void make_alu(struct workload *w) {
  w->name = "ALU loop";
  add(w, 0xb7, 0, 0, 0, 1);
  add(w, 0xb7, 2, 0, 0, 10000);
  add(w, 0x07, 0, 0, 0, 7);
  add(w, 0xbf, 3, 0, 0, 0);
  add(w, 0x67, 3, 0, 0, 3);
  add(w, 0xaf, 0, 3, 0, 0);
  add(w, 0x27, 0, 0, 0, 31);
  add(w, 0xbf, 3, 0, 0, 0);
  add(w, 0x77, 3, 0, 0, 5);
  add(w, 0x1f, 0, 3, 0, 0);
  add(w, 0x47, 0, 0, 0, 1);
  add(w, 0x17, 2, 0, 0, 1);
  add(w, 0x55, 2, 0, -11, 0);
  add(w, 0x95, 0, 0, 0, 0);
  w->steps = 110003;
}

/* The sum of 750 16-bit words, folded once. */
static void make_checksum(struct workload *w) {
  w->name = "checksum";
  add(w, 0xb7, 0, 0, 0, 0);
  add(w, 0xb7, 2, 0, 0, MEMORY / 2);
  add(w, 0x69, 3, 1, 0, 0);
  add(w, 0x0f, 0, 3, 0, 0);
  add(w, 0x07, 1, 0, 0, 2);
  add(w, 0x17, 2, 0, 0, 1);
  add(w, 0x55, 2, 0, -5, 0);
  add(w, 0xbf, 3, 0, 0, 0);
  add(w, 0x77, 3, 0, 0, 16);
  add(w, 0x57, 0, 0, 0, 0xffff);
  add(w, 0x0f, 0, 3, 0, 0);
  add(w, 0x95, 0, 0, 0, 0);
  w->steps = 2 + 5 * (MEMORY / 2) + 5;
}

/* A policy as seccomp has them: two words of the memory, and a hundred comparisons of which the
 * last one matches. */
static void make_filter(struct workload *w) {
  w->name = "filter";
  add(w, 0x61, 2, 1, 4, 0);
  add(w, 0x55, 2, 0, 102, 62);
  add(w, 0x61, 2, 1, 0, 0);
  add(w, 0x35, 2, 0, 100, 0x40000000);
  for (int i = 0; i < 100; i++)
    add(w, 0x15, 2, 0, 101 - i, i == 99 ? 777 : 1000 + i);
  add(w, 0xb7, 0, 0, 0, 0);
  add(w, 0x95, 0, 0, 0, 0);
  add(w, 0xb7, 0, 0, 0, 1);
  add(w, 0x95, 0, 0, 0, 0);
  w->steps = 4 + 100 + 2;
}

static void fill_memory(uint8_t *memory) {
  const uint32_t start[2] = {777, 62};
  for (int i = 0; i < MEMORY; i++)
    memory[i] = (uint8_t)(i * 7 + (i >> 3));
  memcpy(memory, start, sizeof start);
}

/* --- One workload ---------------------------------------------------------------------------- */

struct bench {
  const struct workload *w;
  struct warrant_program program;
  struct warrant_env env;
  uint8_t memory[MEMORY], stack[512];
  struct peer_memory peer;
  struct peer_op *bounded, *unbounded;                 /* owned */
  struct warrant_session *checked, *certified, *plain; /* owned */
  uint8_t *image, *environment, *idle; /* owned; idle: the environment without fuel */
  size_t image_size, environment_size, idle_size;
  int kernel, kernel_empty; /* programs, or -1 */
  uint64_t repeat;          /* runs in a round */
  bool is_certified;
  double ns[ENGINES][ROUNDS_MAX]; /* of a step */
  int rounds[ENGINES];            /* 0: not measured */
  uint64_t result[ENGINES];
};

/* The program for the kernel: the memory is the packet. Five more steps. */
static int load_kernel(const struct workload *w) {
  struct warrant_insn insns[INSNS_MAX + 7] = {{.op = 0x61, .dst = 2, .src = 1, .off = 4},
                                              {.op = 0x61, .dst = 1, .src = 1},
                                              {.op = 0xbf, .dst = 3, .src = 1},
                                              {.op = 0x07, .dst = 3, .imm = MEMORY},
                                              {.op = 0xbd, .dst = 3, .src = 2, .off = 2},
                                              {.op = 0xb7},
                                              {.op = 0x95}};
  memcpy(insns + 7, w->insns, w->count * sizeof *insns);
  return bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", (const struct bpf_insn *)insns, w->count + 7,
                       NULL);
}

static int load_kernel_empty(void) {
  static const struct bpf_insn nothing[] = {{.code = 0xb7, .imm = 2}, {.code = 0x95}};
  return bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", nothing, 2, NULL);
}

/* Nanoseconds of `repeat` runs, or -1. */
static double run_kernel(struct bench *b, int program, uint64_t repeat, uint64_t *result) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = b->memory, .data_size_in = MEMORY,
              .repeat = (int)repeat);
  uint64_t t0 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  int failed = bpf_prog_test_run_opts(program, &options);
  uint64_t t1 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  *result = options.retval;
  return failed ? -1 : (double)(t1 - t0);
}

static bool certify(struct bench *b, char *why, size_t size) {
  struct warrant_verdict v;
  struct warrant_error error = {0};
  if (warrant_verify(&b->program, NULL, &v, &error)) {
    snprintf(why, size, "%s", error.text);
    return false;
  }
  snprintf(why, size, "%s", v.message);
  bool good = v.verdict == WARRANT_ACCEPT &&
              warrant_validate_bytes(b->image, b->image_size, v.cert, v.cert_len, why, size) == 1;
  warrant_verdict_free(&v);
  return good;
}

static int open_bench(struct bench *b, const struct workload *w) {
  static char empty[] = "";
  const struct warrant_session_options plain = {.plain = true}, certified = {.certified = true};
  struct warrant_error error = {0};
  char why[512];
  memset(b, 0, sizeof *b);
  b->w = w;
  b->program = (struct warrant_program){.file = empty,
                                        .section = empty,
                                        .name = empty,
                                        .ctx_size = MEMORY,
                                        .insns = (struct warrant_insn *)(uintptr_t)w->insns,
                                        .insn_count = w->count};
  fill_memory(b->memory);
  b->peer = (struct peer_memory){b->memory, b->stack, MEMORY, sizeof b->stack};
  warrant_env_default(&b->env);
  b->env.ctx_bytes = b->memory;
  b->env.ctx_size = MEMORY;
  b->repeat = STEPS_A_ROUND / w->steps;
  b->bounded = peer_decode(w->insns, w->count, true);
  b->unbounded = peer_decode(w->insns, w->count, false);
  struct warrant_env idle = b->env;
  idle.fuel = 0;
  if (!b->bounded || !b->unbounded ||
      warrant_session_open(&b->program, &b->env, NULL, &b->checked, &error) ||
      warrant_session_open(&b->program, &b->env, &plain, &b->plain, &error) ||
      warrant_image(&b->program, &b->image, &b->image_size, &error) ||
      warrant_env_encode(&b->program, &b->env, &b->environment, &b->environment_size, &error) ||
      warrant_env_encode(&b->program, &idle, &b->idle, &b->idle_size, &error)) {
    fprintf(stderr, "bench: %s: %s\n", w->name, error.text);
    return -1;
  }
  b->is_certified = certify(b, why, sizeof why);
  if (!b->is_certified)
    printf("%s: no certificate, so nothing is said about certified code: %s\n", w->name, why);
  else if (warrant_session_open(&b->program, &b->env, &certified, &b->certified, &error))
    return -1;
  b->kernel = load_kernel(w);
  b->kernel_empty = load_kernel_empty();
  return 0;
}

static void close_bench(struct bench *b) {
  free(b->bounded);
  free(b->unbounded);
  free(b->image);
  free(b->environment);
  free(b->idle);
  warrant_session_close(b->checked);
  warrant_session_close(b->certified);
  warrant_session_close(b->plain);
  if (b->kernel >= 0)
    close(b->kernel);
  if (b->kernel_empty >= 0)
    close(b->kernel_empty);
}

static void take_result(void *data, const char *line, size_t length) {
  static const char start[] = "{\"result\":\"0x";
  if (length > sizeof start && !strncmp(line, start, sizeof start - 1))
    *(uint64_t *)data = strtoull(line + sizeof start - 1, NULL, 16);
}

static double run_reference(struct bench *b, uint64_t *result) {
  char why[200];
  uint64_t nothing, t0 = ns_of(CLOCK_PROCESS_CPUTIME_ID); /* it runs on a thread of its own */
  warrant_reference_run(b->image, b->image_size, b->environment, b->environment_size, false,
                        take_result, result, why, sizeof why);
  uint64_t t1 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  warrant_reference_run(b->image, b->image_size, b->idle, b->idle_size, false, take_result,
                        &nothing, why, sizeof why);
  uint64_t t2 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  return (double)(t1 - t0) - (double)(t2 - t1);
}

static double run_session(struct warrant_session *s, uint64_t repeat, uint64_t *result) {
  struct warrant_run run = {0};
  uint64_t t0 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < repeat; i++)
    warrant_session_run(s, &run);
  uint64_t t1 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  *result = run.fault == WARRANT_NO_FAULT ? run.result : UINT64_MAX;
  return (double)(t1 - t0);
}

static double run_peer(struct bench *b, enum engine e, uint64_t *result) {
  bool good = true;
  uint64_t t0 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < b->repeat; i++)
    good &= e == RAW ? peer_raw(b->w->insns, b->w->count, &b->peer, b->env.fuel, result)
                     : peer_predecoded(e == BOUNDED ? b->bounded : b->unbounded, &b->peer, result);
  uint64_t t1 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  if (!good)
    *result = UINT64_MAX;
  return (double)(t1 - t0);
}

/* One round of one engine. */
static void measure(struct bench *b, enum engine e, int round) {
  double steps = (double)(b->repeat * b->w->steps), ns = -1;
  uint64_t ignored;
  switch (e) {
  case CHECKED:
    ns = run_session(b->checked, b->repeat, &b->result[e]);
    break;
  case CERTIFIED:
    ns = b->certified ? run_session(b->certified, b->repeat, &b->result[e]) : -1;
    break;
  case PLAIN:
    ns = run_session(b->plain, b->repeat, &b->result[e]);
    break;
  case REFERENCE:
    if (round >= REFERENCE_ROUNDS)
      return;
    ns = run_reference(b, &b->result[e]);
    steps = (double)b->w->steps;
    break;
  case KERNEL:
    if (b->kernel < 0 || b->kernel_empty < 0)
      return;
    ns = run_kernel(b, b->kernel, b->repeat, &b->result[e]);
    ns -= ns < 0 ? 0 : run_kernel(b, b->kernel_empty, b->repeat, &ignored);
    steps += 5 * (double)b->repeat;
    b->result[e] |= b->result[RAW] & ~UINT64_C(0xffffffff); /* it gives the low half alone */
    break;
  default:
    ns = run_peer(b, e, &b->result[e]);
    break;
  }
  if (ns >= 0)
    b->ns[e][b->rounds[e]++] = ns / steps;
}

static int by_value(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static double median(const double *from, int n) {
  double values[ROUNDS_MAX];
  memcpy(values, from, (size_t)n * sizeof *values);
  qsort(values, (size_t)n, sizeof *values, by_value);
  return values[n / 2];
}

static double least(const double *values, int n) {
  double v = values[0];
  for (int i = 1; i < n; i++)
    v = values[i] < v ? values[i] : v;
  return v;
}

/* Median of the ratios of rounds; printed as - when one of the two is missing. */
static void print_ratio(const struct bench *b, enum engine e, enum engine peer) {
  double ratios[ROUNDS_MAX];
  int n = b->rounds[e] < b->rounds[peer] ? b->rounds[e] : b->rounds[peer];
  for (int i = 0; i < n; i++)
    ratios[i] = b->ns[e][i] / b->ns[peer][i];
  if (n)
    printf(" %10.2f", median(ratios, n));
  else
    printf(" %10s", "-");
}

static int run_workload(const struct workload *w, int rounds) {
  static struct bench b; /* large */
  if (open_bench(&b, w))
    return 2;
  for (int round = -1; round < rounds; round++)
    for (int e = 0; e < ENGINES; e++) {
      measure(&b, (enum engine)e, round < 0 ? 0 : round);
      if (round < 0)
        b.rounds[e] = 0; /* the first one only warms up */
    }
  printf("\n%s, %" PRIu64 " steps\n%-34s %10s %10s %10s %10s %10s\n", w->name, w->steps,
         "  ns a step", "median", "min", "x raw", "x bounded", "x free");
  int failed = 0;
  for (int e = 0; e < ENGINES; e++) {
    if (!b.rounds[e]) {
      printf("  %-32s %10s\n", names[e], "-");
      continue;
    }
    printf("  %-32s %10.3f %10.3f", names[e], median(b.ns[e], b.rounds[e]),
           least(b.ns[e], b.rounds[e]));
    print_ratio(&b, (enum engine)e, RAW);
    print_ratio(&b, (enum engine)e, BOUNDED);
    print_ratio(&b, (enum engine)e, FREE);
    printf("%s\n", b.result[e] == b.result[RAW] ? "" : "  wrong result");
    failed |= b.result[e] != b.result[RAW];
  }
  close_bench(&b);
  return failed;
}

static void print_versions(void) {
  struct utsname u;
  char line[256], model[200] = "unknown processor";
  FILE *f = fopen("/proc/cpuinfo", "r");
  while (f && fgets(line, sizeof line, f))
    if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
      snprintf(model, sizeof model, "%.*s", (int)strcspn(strchr(line, ':') + 2, "\n"),
               strchr(line, ':') + 2);
      break;
    }
  if (f)
    fclose(f);
  uname(&u);
  printf("warrant %s, compiler %s, Linux %s, %s\n", WARRANT_VERSION, __VERSION__, u.release, model);
}

int main(int argc, char **argv) {
  static struct workload workloads[3];
  int rounds = argc > 1 ? atoi(argv[1]) : 15, failed = 0;
  if (rounds < 1 || rounds > ROUNDS_MAX) {
    fprintf(stderr, "usage: bench [ROUNDS], at most %d\n", ROUNDS_MAX);
    return 2;
  }
  make_alu(&workloads[0]);
  make_checksum(&workloads[1]);
  make_filter(&workloads[2]);
  print_versions();
  for (int i = 0; i < 3; i++)
    failed |= run_workload(&workloads[i], rounds);
  return failed;
}
