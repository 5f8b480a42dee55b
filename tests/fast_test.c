/* Threaded code against the plain interpreter on generated programs: the same result, steps, fault
 * and place of it, and the same memory afterwards, in two runs of one session; as checked code, and
 * for what the verifier accepts as certified code. fast_test [PROGRAMS [FIRST]]   program number N
 * is made from the seed N */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/session.h"
#include "gen.h"
#include "run/memory.h"
#include "report.h"
#include "verify/verify.h"

enum { PACKET_MAX = 300, RUNS = 2, FAULTS = WARRANT_OUT_OF_FUEL + 1, SHOWN = 5 };
static const uint64_t default_programs = 40000;

struct counts {
  uint64_t programs, undecoded, threaded, certified, steps, different;
  uint64_t outcome[FAULTS]; /* of first runs in threaded code */
};

static bool same_memory(const struct warrant_program *p, struct warrant_session *x,
                        struct warrant_session *y) {
  const struct w_machine *a = warrant_session_machine(x), *b = warrant_session_machine(y);
  bool same = !memcmp(a->stack, b->stack, sizeof a->stack) &&
              !memcmp(a->ctx, b->ctx, a->type->ctx_size) && a->packet_at == b->packet_at &&
              a->packet_size == b->packet_size && a->random == b->random && a->time == b->time &&
              a->depth == b->depth;
  same = same && (!a->packet_size ||
                  !memcmp(w_packet_bytes((struct w_machine *)(uintptr_t)a),
                          w_packet_bytes((struct w_machine *)(uintptr_t)b), a->packet_size));
  for (uint32_t i = 0; same && i < p->map_count; i++)
    for (uint32_t j = 0; same && warrant_session_value(x, i, j); j++)
      same = !memcmp(warrant_session_value(x, i, j), warrant_session_value(y, i, j),
                     p->maps[i].value_size);
  return same;
}

static void tell(uint64_t number, const char *what, int round, const struct warrant_run *plain,
                 const struct warrant_run *fast) {
  printf("# program %" PRIu64 ", %s, run %d: plain 0x%" PRIx64 " after %" PRIu64
         " steps, %s at %" PRId64 "; threaded 0x%" PRIx64 " after %" PRIu64 " steps, %s at %" PRId64
         "\n",
         number, what, round, plain->result, plain->steps, warrant_fault_name(plain->fault),
         plain->pc, fast->result, fast->steps, warrant_fault_name(fast->fault), fast->pc);
}

/* Both engines, in sessions of their own. */
static void compare(uint64_t number, const struct warrant_program *p, const struct warrant_env *env,
                    bool certified, struct counts *c) {
  const struct warrant_session_options plain_options = {.plain = true},
                                       options = {.certified = certified};
  struct warrant_session *plain, *fast;
  struct warrant_error error;
  int failed = warrant_session_open(p, env, &plain_options, &plain, &error);
  if ((warrant_session_open(p, env, &options, &fast, &error) != 0) != (failed != 0)) {
    printf("# program %" PRIu64 ": one interpreter takes it and the other does not\n", number);
    c->different++;
  }
  if (failed) {
    c->undecoded++;
    return;
  }
  bool threaded = warrant_session_is_threaded(fast), same = true;
  *(certified ? &c->certified : &c->threaded) += threaded;
  for (int round = 0; same && round < RUNS; round++) {
    struct warrant_run x, y;
    warrant_session_run(plain, &x);
    warrant_session_run(fast, &y);
    c->steps += y.steps;
    if (threaded && round == 0)
      c->outcome[y.fault]++;
    same = x.result == y.result && x.steps == y.steps && x.fault == y.fault && x.pc == y.pc &&
           same_memory(p, plain, fast);
    if (!same && c->different++ < SHOWN)
      tell(number, certified ? "certified" : "checked", round, &x, &y);
  }
  warrant_session_close(plain);
  warrant_session_close(fast);
}

static bool accepted(const struct warrant_program *p) {
  const struct warrant_verify_options options = {.max_visited = 20000};
  struct warrant_verdict v;
  struct warrant_error error;
  if (warrant_verify(p, &options, &v, &error))
    return false;
  bool yes = v.verdict == WARRANT_ACCEPT;
  warrant_verdict_free(&v);
  return yes;
}

/* In front of the program: each register gets a value, so that more programs have no undefined
 * ones. And some instructions become calls of local functions, which may begin anywhere, or loads
 * from the packet. */
static void prepare(struct gen *g, struct warrant_program *p, struct warrant_insn *insns) {
  uint32_t n = 0;
  insns[n++] = (struct warrant_insn){.op = 0xbf, .dst = 6, .src = 1};
  for (unsigned r = 0; r < 10; r++)
    if (r != 1 && r != 6)
      insns[n++] = (struct warrant_insn){.op = 0xb7, .dst = r & 15, .imm = (int32_t)gen_number(g)};
  memcpy(insns + n, p->insns, p->insn_count * sizeof *insns);
  p->insns = insns;
  p->insn_count += n;
  for (uint32_t k = gen_below(g, 5); k--;) {
    if (gen_percent(g, 30)) { /* a row of comparisons */
      uint32_t from = n + gen_below(g, p->insn_count - n + 1) / 2, length = gen_below(g, 5);
      for (uint32_t i = from;
           i < from + length && i < p->insn_count && insns[i].op != 0x18 && insns[i].op; i++)
        insns[i] = (struct warrant_insn){.op = gen_percent(g, 90) ? 0x15 : 0x16,
                                         .dst = 2,
                                         .off = (int16_t)gen_below(g, 4),
                                         .imm = (int32_t)gen_below(g, 2)};
    }
    uint32_t at = gen_below(g, p->insn_count), to = gen_below(g, p->insn_count + 1);
    if (insns[at].op != 0x18 && insns[at].op != 0)
      insns[at] = gen_percent(g, 80)
                      ? (struct warrant_insn){.op = 0x85, .src = 1, .imm = (int32_t)(to - at - 1)}
                      : (struct warrant_insn){.op = 0x28, .imm = (int32_t)gen_below(g, PACKET_MAX)};
  }
}

static void one(uint64_t number, struct counts *c) {
  static const enum gen_style styles[] = {GEN_CAREFUL, GEN_CAREFUL, GEN_CAREFUL,
                                          GEN_LOOSE,   GEN_WILD,    GEN_DAMAGED};
  struct gen g = {number * UINT64_C(0xd1342543de82ef95)};
  struct gen_program program;
  struct gen_env env;
  uint8_t packet[PACKET_MAX];
  struct warrant_insn insns[GEN_INSNS_MAX + 10];
  gen_program(&g, styles[number % 6], &program);
  if (gen_percent(&g, 50))
    prepare(&g, &program.p, insns);
  gen_env(&g, &program.p, packet, sizeof packet, &env);
  env.env.fuel = gen_percent(&g, 20)   ? gen_below(&g, 20)
                 : gen_percent(&g, 50) ? gen_below(&g, 2000)
                                       : 20000;
  c->programs++;
  compare(number, &program.p, &env.env, false, c);
  if (accepted(&program.p))
    compare(number, &program.p, &env.env, true, c);
}

/* An instruction that has had access once and may not have it the next time: the value is
 * read-only, which another instruction has just read; the packet has moved. */
static bool accesses_again(struct counts *c) {
  static char empty[] = "";
  static uint8_t packet[64] = {1};
  struct warrant_map maps[2] = {
      {.name = empty,
       .type = 2,
       .key_size = 4,
       .value_size = 8,
       .max_entries = 1,
       .readonly = true},
      {.name = empty, .type = 2, .key_size = 4, .value_size = 8, .max_entries = 1}};
  struct warrant_insn values[] = {
      {.op = 0x18, .dst = 6, .src = 2},           {0},
      {.op = 0x18, .dst = 8, .src = 2, .imm = 1}, {0},
      {.op = 0x62, .dst = 8, .imm = 1},           {.op = 0x61, .dst = 9, .src = 6},
      {.op = 0xbf, .dst = 8, .src = 6},           {.op = 0x05, .off = -4}};
  struct warrant_insn moves[] = {{.op = 0xbf, .dst = 6, .src = 1}, {.op = 0x61, .dst = 7, .src = 6},
                                 {.op = 0x71, .dst = 0, .src = 7}, {.op = 0xbf, .dst = 1, .src = 6},
                                 {.op = 0xb7, .dst = 2, .imm = 4}, {.op = 0x85, .imm = 44},
                                 {.op = 0x05, .off = -5}};
  struct warrant_program p = {
      .file = empty, .section = empty, .name = empty, .maps = maps, .map_count = 2, .type = 6};
  struct warrant_env env;
  uint64_t different = c->different, read_only = c->outcome[WARRANT_READ_ONLY],
           outside = c->outcome[WARRANT_OUT_OF_BOUNDS];
  warrant_env_default(&env);
  env.packet_bytes = packet;
  env.packet_size = sizeof packet;
  p.insns = values;
  p.insn_count = sizeof values / sizeof *values;
  compare(UINT64_MAX, &p, &env, false, c);
  p.insns = moves;
  p.insn_count = sizeof moves / sizeof *moves;
  compare(UINT64_MAX, &p, &env, false, c);
  return c->different == different && c->outcome[WARRANT_READ_ONLY] == read_only + 1 &&
         c->outcome[WARRANT_OUT_OF_BOUNDS] == outside + 1;
}

int main(int argc, char **argv) {
  uint64_t programs = argc > 1 ? strtoull(argv[1], NULL, 0) : default_programs;
  uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
  struct counts c = {0};
  for (uint64_t n = first; n < first + programs; n++)
    one(n, &c);
  printf("# %" PRIu64 " programs, %" PRIu64 " not decoded, %" PRIu64 " as checked and %" PRIu64
         " as certified threaded code, %" PRIu64 " steps\n# ends in threaded code:",
         c.programs, c.undecoded, c.threaded, c.certified, c.steps);
  bool all = true;
  for (int f = 0; f < FAULTS; f++) {
    printf(" %s %" PRIu64, warrant_fault_name((enum warrant_fault)f), c.outcome[f]);
    /* A program that may read an undefined register, or has a callback, runs in the plain
     * interpreter. */
    all &= (c.outcome[f] > 0) == (f != WARRANT_UNDEFINED_REGISTER && f != WARRANT_BAD_CALLBACK);
  }
  puts("");
  report(accesses_again(&c), "an access is checked again when the instruction runs again", NULL);
  report(!c.different, "threaded code and the plain interpreter agree", NULL);
  report(all, "every end was met in threaded code, but for what is not run so", NULL);
  report(c.threaded > programs / 5 && c.certified > programs / 20,
         "many programs ran as threaded code", NULL);
  return failures != 0;
}
