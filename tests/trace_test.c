/* The C interpreter against the reference one on generated programs: the same line for each step,
 * and the same end. And the promise behind a certificate: a program that has one runs without a
 * fault, in any environment, and within its bound. trace_test [PROGRAMS [FIRST]]   program number N
 * is made from the seed N trace_test show N               prints program N and both traces
 *   trace_test speed                steps a second of both interpreters */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "both.h"
#include "clock.h"
#include "isa/decode.h"
#include "classic/disasm.h"
#include "gen.h"
#include "load/image.h"
#include "report.h"
#include "cmd/validator.h"
#include "verify/verify.h"

enum {
  WORKERS = 2,
  ENVIRONMENTS = 20,
  FUEL = 300,
  PACKET_MAX = 65535,
  TRACED_PACKET_MAX = 300,
  FAULTS = 32,
  ROWS_MAX = 256,
  SHOWN = 3
};
static const uint64_t default_programs = 100000;

/* What a worker has seen; the parent adds them up. */
struct counts {
  uint64_t programs[GEN_STYLES], accepted[GEN_STYLES], undecoded, runs, steps;
  uint64_t outcome[FAULTS];
  uint64_t rows[ROWS_MAX], certified_rows[ROWS_MAX]; /* of w_encodings: executed; certified */
  uint64_t c_ns, reference_ns, verify_ns, validate_ns, sound_ns;
  uint64_t accepted_all, accepted_strict, uncertified, sound_runs, sound_steps,
      tightest; /* runs that took the whole bound */
  uint64_t different, unsound, broken;
  bool done;
};

/* --- Showing a program ----------------------------------------------------------------------- */

static void show(const struct warrant_program *p, const struct warrant_env *e) {
  char text[WARRANT_DISASM_MAX];
  printf("#   type %s, profile %s, context of %" PRIu32 " bytes\n", warrant_type_name(p->type),
         p->profile == WARRANT_STRICT ? "strict" : "root", p->ctx_size);
  for (uint32_t i = 0; i < p->map_count; i++)
    printf("#   map %" PRIu32 ": type %" PRIu32 ", key %" PRIu32 ", value %" PRIu32
           ", entries %" PRIu32 " (%" PRIu32 " at first)%s\n",
           i, p->maps[i].type, p->maps[i].key_size, p->maps[i].value_size, p->maps[i].max_entries,
           e->entries ? e->entries[i].count : 0, p->maps[i].readonly ? ", read-only" : "");
  for (uint32_t i = 0; i < p->type_count; i++) {
    printf("#   type %" PRIu32 ": %s, %" PRIu32 " bytes", i, p->types[i].name, p->types[i].size);
    for (uint32_t k = 0; k < p->types[i].pointer_count; k++)
      printf(", %" PRIu32 " -> %" PRIu32, p->types[i].pointers[k].offset,
             p->types[i].pointers[k].type);
    printf("\n");
  }
  for (uint32_t i = 0; i < p->argument_count; i++)
    printf("#   argument %" PRIu32 ": %" PRIu32 "\n", i, p->arguments[i]);
  printf("#   stack 0x%" PRIx64 " ctx 0x%" PRIx64 " packet 0x%" PRIx64 " (%" PRIu32
         ") maps 0x%" PRIx64 " values 0x%" PRIx64 " seed 0x%" PRIx64 " fuel %" PRIu64 "\n",
         e->stack, e->ctx, e->packet, e->packet_size, e->maps, e->values, e->seed, e->fuel);
  for (uint32_t pc = 0; pc < p->insn_count;) {
    uint32_t n = warrant_disasm(p, pc, text, sizeof text);
    printf("#   %4" PRIu32 ": %s\n", pc, text);
    pc += n;
  }
}

/* Puts `ja +0` where instructions make no difference to `still`. */
static void minimise(struct gen_program *q, bool still(void *data), void *data) {
  for (bool again = true; again;) {
    again = false;
    for (uint32_t pc = 0; pc < q->p.insn_count; pc++) {
      const struct warrant_insn nothing = {.op = 0x05};
      struct warrant_insn kept[2] = {q->insns[pc],
                                     q->insns[pc + 1 < q->p.insn_count ? pc + 1 : pc]};
      bool two = kept[0].op == 0x18 && pc + 1 < q->p.insn_count;
      if (!memcmp(&kept[0], &nothing, sizeof nothing))
        continue;
      q->insns[pc] = nothing;
      if (two)
        q->insns[pc + 1] = nothing;
      if (still(data)) {
        again = true;
      } else {
        q->insns[pc] = kept[0];
        if (two)
          q->insns[pc + 1] = kept[1];
      }
      pc += two && !again;
    }
  }
}

/* --- A worker -------------------------------------------------------------------------------- */

struct worker {
  struct both both;
  struct counts *counts;
  struct gen_program program;
  struct gen_env env;
  uint8_t packet[PACKET_MAX];
  uint64_t number;
};

static enum gen_style style_of(uint64_t n) {
  uint64_t k = n % 20;
  return k < 10 ? GEN_CAREFUL : k < 15 ? GEN_LOOSE : k < 19 ? GEN_WILD : GEN_DAMAGED;
}

static struct gen gen_of(uint64_t n) { return (struct gen){n * UINT64_C(0xd1342543de82ef95)}; }

static void make(struct worker *w, struct gen *g, uint64_t n) {
  *g = gen_of(n);
  w->number = n;
  gen_program(g, style_of(n), &w->program);
  gen_env(g, &w->program.p, w->packet, TRACED_PACKET_MAX, &w->env);
  w->env.env.fuel = gen_percent(g, 97) ? FUEL : gen_below(g, 10);
}

static void count(const struct warrant_insn *i, uint64_t *rows) {
  const struct w_encoding *e = w_encoding_of(i, NULL);
  if (e)
    rows[e - w_encodings]++;
}

/* Counts the instruction that is about to run. */
static void count_row(void *data, const struct warrant_trace *step) {
  struct worker *w = data;
  if (w->counts && step->pc >= 0 && step->pc < (int64_t)w->program.p.insn_count)
    count(&w->program.insns[step->pc], w->counts->rows);
}

static void count_certified(struct worker *w, struct counts *counts) {
  for (uint32_t pc = 0; pc < w->program.p.insn_count; pc++) {
    count(&w->program.insns[pc], counts->certified_rows);
    pc += w->program.insns[pc].op == 0x18;
  }
}

static bool still_different(void *data) {
  struct worker *w = data;
  return !both_agree(&w->both, &w->program.p, &w->env.env);
}

static void compare(struct worker *w, struct counts *counts) {
  w->counts = counts;
  bool same = both_agree(&w->both, &w->program.p, &w->env.env);
  w->counts = NULL;
  counts->runs++;
  counts->steps += w->both.run.steps;
  counts->c_ns += w->both.c_ns;
  counts->reference_ns += w->both.reference_ns;
  if (w->both.decoded)
    counts->outcome[(unsigned)w->both.run.fault % FAULTS]++;
  else
    counts->undecoded++;
  if (same || counts->different++ >= SHOWN)
    return;
  minimise(&w->program, still_different, w);
  both_agree(&w->both, &w->program.p, &w->env.env);
  printf("# program %" PRIu64 ": the interpreters differ %s\n", w->number, w->both.why);
  show(&w->program.p, &w->env.env);
  struct gen g; /* the program as it was, for what follows */
  make(w, &g, w->number);
}

/* Does the certified program fault here, or take more steps than it is certified for? A loop that
 * an invariant covers may be long: a million steps of it will do. */
static bool faults(struct worker *w, uint64_t bound, struct warrant_run *run) {
  enum { STEPS = 1000000 };
  struct warrant_error error;
  w->env.env.fuel = bound < STEPS ? bound : STEPS;
  return warrant_interpret(&w->program.p, &w->env.env, NULL, NULL, run, &error) ||
         (run->fault == WARRANT_OUT_OF_FUEL ? bound <= STEPS : run->fault != WARRANT_NO_FAULT);
}

/* With the C interpreter alone, which the traces were compared for. */
static void soundness(struct worker *w, struct gen *g, struct counts *counts, uint64_t bound) {
  uint64_t most = 0;
  for (unsigned i = 0; i < ENVIRONMENTS; i++) {
    struct warrant_run run;
    gen_env(g, &w->program.p, w->packet, gen_percent(g, 5) ? PACKET_MAX : 600, &w->env);
    bool bad = faults(w, bound, &run);
    counts->sound_runs++;
    counts->sound_steps += run.steps;
    most = run.steps > most ? run.steps : most;
    if (bad && counts->unsound++ < SHOWN) {
      printf("# program %" PRIu64 " is certified within %" PRIu64
             " steps, and ends with %s at %" PRId64 " after %" PRIu64 " steps\n",
             w->number, bound, warrant_fault_name(run.fault), run.pc, run.steps);
      show(&w->program.p, &w->env.env);
    }
    if (bad)
      return;
  }
  counts->tightest += most == bound;
}

struct refusal {
  struct worker *w;
  char why[300];
};
static bool still_uncertified(void *data) {
  struct refusal *r = data;
  struct warrant_verdict v;
  struct warrant_error error;
  uint8_t *image = NULL;
  size_t size;
  bool bad = false;
  if (warrant_verify(&r->w->program.p, NULL, &v, &error))
    return false;
  if (v.verdict == WARRANT_ACCEPT && !warrant_image(&r->w->program.p, &image, &size, &error))
    bad = warrant_validate_bytes(image, size, v.cert, v.cert_len, r->why, sizeof r->why) != 1;
  free(image);
  warrant_verdict_free(&v);
  return bad;
}

static void judge(struct worker *w, struct gen *g, struct counts *counts) {
  struct warrant_verdict v;
  struct warrant_error error;
  uint8_t *image = NULL;
  size_t size;
  char why[300];
  const struct warrant_verify_options options = {.max_visited = 4000};
  uint64_t t0 = ns_of(CLOCK_THREAD_CPUTIME_ID);
  if (warrant_verify(&w->program.p, &options, &v, &error)) {
    counts->broken += error.code != WARRANT_UNSUPPORTED && error.code != WARRANT_BAD_INPUT;
    return;
  }
  counts->verify_ns += ns_of(CLOCK_THREAD_CPUTIME_ID) - t0;
  if (v.verdict == WARRANT_ACCEPT && !warrant_image(&w->program.p, &image, &size, &error)) {
    uint64_t t1 = ns_of(CLOCK_PROCESS_CPUTIME_ID);
    int valid = warrant_validate_bytes(image, size, v.cert, v.cert_len, why, sizeof why);
    uint64_t t2 = ns_of(CLOCK_PROCESS_CPUTIME_ID), bound = v.steps_bound;
    counts->validate_ns += t2 - t1;
    if (valid == 1) {
      counts->accepted_all++;
      counts->accepted_strict += w->program.p.profile == WARRANT_STRICT;
      counts->accepted[style_of(w->number)]++;
      count_certified(w, counts);
      soundness(w, g, counts, bound);
      counts->sound_ns += ns_of(CLOCK_PROCESS_CPUTIME_ID) - t2;
    } else if (counts->uncertified++ < SHOWN) {
      struct refusal r = {.w = w};
      minimise(&w->program, still_uncertified, &r);
      still_uncertified(&r);
      printf("# program %" PRIu64 ": the verifier accepts, the validator refuses: %s\n", w->number,
             r.why);
      show(&w->program.p, &w->env.env);
    }
  }
  free(image);
  warrant_verdict_free(&v);
}

static void set_up(struct worker *w) {
  if (w_encoding_count > ROWS_MAX)
    abort();
  w->both.step = count_row;
  w->both.data = w;
}

static void work(uint64_t from, uint64_t until, uint64_t stride, struct counts *counts) {
  struct worker *w = calloc(1, sizeof *w);
  if (!w)
    abort();
  set_up(w);
  for (uint64_t n = from; n < until; n += stride) {
    struct gen g;
    make(w, &g, n);
    counts->programs[style_of(n)]++;
    compare(w, counts);
    if (style_of(n) != GEN_DAMAGED)
      judge(w, &g, counts);
  }
  both_free(&w->both);
  free(w);
  counts->done = true;
}

/* --- All of them ----------------------------------------------------------------------------- */

static void report_outcomes(const struct counts *c) {
  bool all = true;
  printf("# %" PRIu64 " programs: %" PRIu64 " careful, %" PRIu64 " loose, %" PRIu64
         " wild, %" PRIu64 " damaged; %" PRIu64 " steps\n",
         c->runs, c->programs[0], c->programs[1], c->programs[2], c->programs[3], c->steps);
  printf("# %" PRIu64 " ended, %" PRIu64 " not decoded;", c->outcome[WARRANT_NO_FAULT],
         c->undecoded);
  for (int f = WARRANT_BAD_PC; f <= WARRANT_OUT_OF_FUEL; f++) {
    printf(" %s %" PRIu64, warrant_fault_name((enum warrant_fault)f), c->outcome[f]);
    all &= c->outcome[f] > 0;
  }
  puts("");
  report(all && c->undecoded && c->outcome[WARRANT_NO_FAULT], "every end was met", NULL);
}

static void report_rows(const struct counts *c) {
  uint32_t count = 0, missing = 0, uncertified = 0;
  uint64_t least = UINT64_MAX, least_certified = UINT64_MAX;
  for (uint32_t i = 0; i < w_encoding_count; i++) {
    const struct warrant_insn *s = &w_encodings[i].slot;
    if (w_encodings[i].unsupported)
      continue;
    count++;
    least = c->rows[i] < least ? c->rows[i] : least;
    least_certified =
        c->certified_rows[i] < least_certified ? c->certified_rows[i] : least_certified;
    if (c->rows[i] && c->certified_rows[i])
      continue;
    missing += !c->rows[i];
    uncertified += !c->certified_rows[i];
    printf("# never %s: opcode 0x%02x src %u off %d imm %d\n",
           c->rows[i] ? "certified" : "executed", s->op, s->src, s->off, s->imm);
  }
  printf("# %" PRIu32 " instructions, each executed at least %" PRIu64
         " times, and found at least %" PRIu64 " times in certified programs\n",
         count, least, least_certified);
  report(!missing, "every instruction was executed", NULL);
  report(!uncertified, "every instruction is in a certified program", NULL);
}

static void add(struct counts *sum, const struct counts *c) {
  uint64_t *to = (uint64_t *)sum;
  const uint64_t *from = (const uint64_t *)c;
  for (size_t i = 0; i < offsetof(struct counts, done) / sizeof *to; i++)
    to[i] += from[i];
}

static double per(uint64_t ns, uint64_t n) { return n ? (double)ns / 1000 / (double)n : 0; }

static int run_all(uint64_t programs, uint64_t first) {
  struct counts *shared = mmap(NULL, WORKERS * sizeof *shared, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return 2;
  fflush(stdout);
  bool whole = true;
  pid_t children[WORKERS];
  for (int i = 0; i < WORKERS; i++)
    if (!(children[i] = fork())) {
      work(first + (uint64_t)i, first + programs, WORKERS, &shared[i]);
      exit(0);
    }
  struct counts c = {0};
  for (int i = 0; i < WORKERS; i++) {
    int status;
    whole &= children[i] > 0 && waitpid(children[i], &status, 0) == children[i] &&
             WIFEXITED(status) && WEXITSTATUS(status) == 0 && shared[i].done;
    add(&c, &shared[i]);
  }
  munmap(shared, WORKERS * sizeof *shared);
  report(whole, "no run was cut short", NULL);
  report(!c.different, "traces of the C and the reference interpreter are equal", NULL);
  report_outcomes(&c);
  report_rows(&c);
  report(!c.uncertified && !c.broken, "what the verifier accepts, the validator certifies", NULL);
  printf("# %" PRIu64 " certified (%" PRIu64 " careful, %" PRIu64 " loose, %" PRIu64
         " wild; %" PRIu64 " strict), %" PRIu64 " not; %" PRIu64 " runs of %" PRIu64
         " steps in all; %" PRIu64 " reached their bound\n",
         c.accepted_all, c.accepted[0], c.accepted[1], c.accepted[2], c.accepted_strict,
         c.uncertified, c.sound_runs, c.sound_steps, c.tightest);
  report(!c.unsound, "certified programs run without a fault, within their bounds", NULL);
  report(c.accepted_all > 1000 || c.accepted_all > programs / 20, "many programs were certified",
         NULL);
  printf("# microseconds: a step with its line %.2f in C, %.2f in the reference (start included); "
         "a program %.0f and %.0f;"
         " verifying %.0f; validating %.0f; %d environments %.0f\n",
         per(c.c_ns, c.steps), per(c.reference_ns, c.steps), per(c.c_ns, c.runs),
         per(c.reference_ns, c.runs), per(c.verify_ns, c.runs), per(c.validate_ns, c.accepted_all),
         ENVIRONMENTS, per(c.sound_ns, c.accepted_all));
  return failures != 0;
}

static int show_one(uint64_t n) {
  struct worker *w = calloc(1, sizeof *w);
  struct gen g;
  if (!w)
    return 2;
  set_up(w);
  make(w, &g, n);
  bool same = both_agree(&w->both, &w->program.p, &w->env.env);
  show(&w->program.p, &w->env.env);
  printf("C:\n%sreference:\n%s%s%s\n", w->both.c.bytes, w->both.reference.bytes,
         same ? "equal " : "different ", w->both.why);
  struct warrant_verdict v;
  struct warrant_error error;
  if (!warrant_verify(&w->program.p, NULL, &v, &error)) {
    printf("%s %s %s\n", v.verdict == WARRANT_ACCEPT ? "accept" : "not accepted",
           v.reason ? v.reason : "", v.message);
    warrant_verdict_free(&v);
  }
  both_free(&w->both);
  free(w);
  return !same;
}

/* --- Speed ----------------------------------------------------------------------------------- */

static void speed_of(const char *name, struct warrant_insn *insns, uint32_t count) {
  static char empty[] = "";
  struct warrant_program p = {
      .file = empty, .section = empty, .name = empty, .insns = insns, .insn_count = count};
  struct warrant_env env;
  struct both b = {.quiet = true};
  warrant_env_default(&env);
  env.fuel = 2000000;
  bool same = both_agree(&b, &p, &env);
  double steps = (double)b.run.steps;
  printf("%-8s C %6.1f ns a step, reference %7.1f ns a step%s\n", name, (double)b.c_ns / steps,
         (double)b.reference_ns / steps, same ? "" : " (they differ)");
  both_free(&b);
}

static int speed(void) {
  struct warrant_insn alu[] = {
      {.op = 0xb7, .dst = 1, .imm = 1},
      {.op = 0x07, .dst = 1, .imm = 3},
      {.op = 0x27, .dst = 1, .imm = 1103515245},
      {.op = 0xbf, .dst = 2, .src = 1},
      {.op = 0x77, .dst = 2, .imm = 7},
      {.op = 0xaf, .dst = 1, .src = 2},
      {.op = 0x04, .dst = 1, .imm = 123},
      {.op = 0x55, .dst = 1, .off = -7},
      {.op = 0x05, .off = -8},
  };
  struct warrant_insn memory[] = {
      {.op = 0xb7, .dst = 1, .imm = 1},
      {.op = 0x7b, .dst = 10, .src = 1, .off = -8},
      {.op = 0x61, .dst = 2, .src = 10, .off = -8},
      {.op = 0x0f, .dst = 1, .src = 2},
      {.op = 0x73, .dst = 10, .src = 1, .off = -20},
      {.op = 0x71, .dst = 3, .src = 10, .off = -20},
      {.op = 0x05, .off = -6},
  };
  speed_of("ALU", alu, sizeof alu / sizeof *alu);
  speed_of("memory", memory, sizeof memory / sizeof *memory);
  return 0;
}

int main(int argc, char **argv) {
  uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : default_programs;
  if (argc > 2 && !strcmp(argv[1], "show"))
    return show_one(strtoull(argv[2], NULL, 0));
  if (argc > 1 && !strcmp(argv[1], "speed"))
    return speed();
  return run_all(n, argc > 2 ? strtoull(argv[2], NULL, 0) : 0);
}
