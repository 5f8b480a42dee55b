/* The audit of seccomp filters against the interpreter, libseccomp's rules and the running kernel:
 * conditions on generated filters, witnesses, joins that multiply paths, conditions as text. What
 * it says of single filters is in tests/seccomp. A line a test, `ok NAME` or `not ok NAME: why`. */
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/condition.h"
#include "audit/condition_text.h"
#include "audit/policy.h"
#include "classic/classic_asm.h"
#include "diagram_text.h"
#include "random.h"
#include "report.h"

/* ---- Random numbers, the same in each run ---- */

static struct gen gen = {1};
static uint32_t below(uint32_t n) { return gen_below(&gen, n); }
/* Numbers that comparisons are likely to use, and their neighbours. */
static uint64_t likely(void) {
  static const uint64_t some[] = {0, 1, 2, 3, 7, 16, 255, 4095, 0x7fffffff, 0x80000000, 0xffffffff};
  uint64_t v = some[below(sizeof some / sizeof *some)];
  switch (below(4)) {
  case 0:
    return v | some[below(sizeof some / sizeof *some)] << 32;
  case 1:
    return gen_u64(&gen);
  default:
    return v + below(3) - 1;
  }
}

/* ---- Filters ---- */

#define MAX_INSNS 4096
static struct warrant_cinsn insns[MAX_INSNS];
static struct warrant_program filter = {.kind = WARRANT_SECCOMP, .cinsns = insns};
static void emit(uint16_t code, uint8_t jt, uint8_t jf, uint32_t k) {
  insns[filter.insn_count++] = (struct warrant_cinsn){code, jt, jf, k};
}
static const uint32_t returns[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2,
                                   SECCOMP_RET_ERRNO | 13};

/* A filter that the checker accepts: loads, arithmetic, scratch memory, forward jumps. */
static void random_filter(unsigned length, bool gentle) {
  static const uint16_t simple[] = {BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH};
  static const uint16_t hard[] = {BPF_MUL, BPF_DIV};
  filter.insn_count = 0;
  for (unsigned i = 0; i < 4; i++) { /* every scratch word that is read has been written */
    emit(BPF_LD | BPF_IMM, 0, 0, (uint32_t)likely());
    emit(BPF_ST, 0, 0, i);
  }
  while (filter.insn_count < length) {
    unsigned left = length - filter.insn_count;
    uint16_t source = below(3) == 0 ? BPF_X : BPF_K;
    uint32_t k = (uint32_t)likely();
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 * below(gentle ? 8 : 16));
      break;
    case 3:
      emit(below(2) ? BPF_MISC | BPF_TAX : BPF_LDX | BPF_IMM, 0, 0, k % 40);
      break;
    case 4:
      emit(below(2) ? BPF_ST : BPF_LDX | BPF_MEM, 0, 0, below(4));
      break;
    case 5: {
      uint16_t op = !gentle && below(6) == 0 ? hard[below(2)] : simple[below(7)];
      if (op == BPF_DIV)
        k = k % 50 + 1;
      if (op == BPF_LSH || op == BPF_RSH)
        k %= 32;
      emit(BPF_ALU | op | source, 0, 0, k);
      break;
    }
    case 6:
      emit(below(2) ? BPF_LD | BPF_MEM : BPF_ALU | BPF_NEG, 0, 0, below(4));
      break;
    default: {
      static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
      uint8_t jt = (uint8_t)below(left > 6 ? 6 : left), jf = (uint8_t)below(left > 6 ? 6 : left);
      emit(BPF_JMP | tests[below(4)] | source, jt, jf, k);
      if (below(4) == 0)
        emit(BPF_RET | BPF_K, 0, 0, returns[below(4)]);
    }
    }
  }
  emit(below(8) == 0 ? BPF_RET | BPF_A : BPF_RET | BPF_K, 0, 0, returns[below(4)]);
  for (unsigned i = 0; i < 8; i++)
    emit(BPF_RET | BPF_K, 0, 0, returns[below(4)]);
}

/* A place in an input: the half of an argument, seldom another word. */
static uint32_t place(void) { return below(8) ? 16 + 4 * below(12) : 4 * below(4); }
static uint32_t some_return(void) { return returns[below(4)]; }
/* A or X := a word, perhaps a few bits of it. */
static void load_masked(uint32_t from, uint32_t mask, bool masked, bool to_x) {
  emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, from);
  if (masked)
    emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
  if (to_x)
    emit(BPF_MISC | BPF_TAX, 0, 0, 0);
}
/* Two words with each other, or their sum or difference with a number; falls through if it holds.
 */
static void compare_words(void) {
  static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
  bool masked = below(3) == 0;
  uint32_t mask = (uint32_t)likely(), k = (uint32_t)likely();
  load_masked(place(), mask, masked, true);
  load_masked(place(), mask, masked, false);
  switch (below(4)) {
  case 0: /* a sum with a number */
    emit(BPF_ALU | (below(2) ? BPF_ADD : BPF_SUB) | BPF_X, 0, 0, 0);
    emit(BPF_JMP | tests[below(4)] | BPF_K, 0, 1, k);
    break;
  case 1: /* a sum with the other word */
    emit(BPF_ALU | (below(2) ? BPF_ADD : BPF_SUB) | BPF_K, 0, 0, k);
    emit(BPF_JMP | tests[below(3)] | BPF_X, 0, 1, 0);
    break;
  default:
    emit(BPF_JMP | tests[below(3)] | BPF_X, 0, 1, 0);
  }
}
/* Two arguments with each other, all 64 bits or some of them; falls through if it holds. */
static void compare_arguments(void) {
  uint32_t a = 16 + 8 * below(6), b = 16 + 8 * below(6);
  bool masked = below(3) == 0, equal = below(2) == 0;
  uint8_t low = masked ? 6 : 4; /* instructions of the comparison of the low halves */
  uint64_t mask = likely();
  load_masked(a + 4, (uint32_t)(mask >> 32), masked, true);
  load_masked(b + 4, (uint32_t)(mask >> 32), masked, false);
  if (!equal)
    emit(BPF_JMP | BPF_JGT | BPF_X, low + 1, 0, 0);
  emit(BPF_JMP | BPF_JEQ | BPF_X, 0, low + 1, 0);
  load_masked(a, (uint32_t)mask, masked, true);
  load_masked(b, (uint32_t)mask, masked, false);
  emit(BPF_JMP | (equal ? BPF_JEQ : below(2) ? BPF_JGT : BPF_JGE) | BPF_X, 0, 1, 0);
}
/* Rules one after the other, as filters have them: 64-bit numbers, bits, ranges; with `meet`, two
 * arguments with each other, too. Without, the audit goes by halves. */
static void rule_filter(unsigned length, bool meet) {
  filter.insn_count = 0;
  while (filter.insn_count < length) {
    uint32_t arg = 16 + 8 * below(6);
    uint64_t k = likely();
    switch (below(meet ? 5 : 3)) {
    case 0:
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, arg + 4);
      emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, (uint32_t)(k >> 32));
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, arg);
      emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)k);
      break;
    case 1:
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, place());
      emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, (uint32_t)k);
      emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)(k & likely()));
      break;
    case 2:
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, place());
      emit(BPF_JMP | BPF_JGT | BPF_K, 0, 2, (uint32_t)k);
      emit(BPF_JMP | BPF_JGE | BPF_K, 1, 0, (uint32_t)k + below(600));
      break;
    case 3:
      compare_words();
      break;
    default:
      compare_arguments();
    }
    emit(BPF_RET | BPF_K, 0, 0, some_return());
  }
  emit(BPF_RET | BPF_K, 0, 0, some_return());
}
/* Of A alone, with jumps all over: the audit goes by halves where A does not depend on the way. */
static void plain_filter(unsigned length) {
  static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
  static const uint16_t ops[] = {BPF_AND, BPF_ADD, BPF_RSH, BPF_LSH, BPF_OR, BPF_XOR, BPF_SUB};
  bool loaded = false;
  filter.insn_count = 0;
  while (filter.insn_count < length) {
    unsigned left = length - filter.insn_count;
    uint32_t k = (uint32_t)likely();
    if (!loaded || below(6) == 0) { /* A is loaded before what reads it, whatever way led there */
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, place());
      loaded = true;
    } else if (below(8) == 0) {
      uint16_t op = ops[below(7)];
      emit(BPF_ALU | op | BPF_K, 0, 0, op == BPF_RSH || op == BPF_LSH ? k % 32 : k);
    } else if (below(12) == 0) {
      emit(BPF_JMP | BPF_JA, 0, 0, below(left > 4 ? 4 : left));
      loaded = below(6) == 0; /* else it would depend on the way */
    } else {
      uint8_t jt = (uint8_t)below(left > 8 ? 8 : left), jf = (uint8_t)below(left > 8 ? 8 : left);
      emit(BPF_JMP | tests[below(4)] | BPF_K, jt, jf, k);
      loaded = below(6) == 0;
      if (below(4) == 0)
        emit(BPF_RET | BPF_K, 0, 0, some_return());
    }
  }
  for (unsigned i = 0; i < 9; i++)
    emit(BPF_RET | BPF_K, 0, 0, some_return());
}

/* ---- Tables as text, for comparison with the proved audit ---- */

/* A line `filter LIMIT CODE JT JF K ...`, or `halves` where it was decided so, a line `row OUTCOME
 * DIAGRAM` each, `undecided DIAGRAM`. */
static void print_table(uint32_t limit) {
  struct bdd *m = w_bdd_new(limit);
  struct numbering *n = malloc(sizeof *n);
  struct audit a;
  if (!m || !n || warrant_audit(&filter, m, &a, NULL))
    exit(2);
  printf("%s %" PRIu32, a.halves ? "halves" : "filter", limit);
  for (uint32_t i = 0; i < filter.insn_count; i++)
    printf(" %u %u %u %" PRIu32, insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
  putchar('\n');
  for (uint32_t i = 0; i < a.outcome_count; i++) {
    printf("row %" PRIu32, a.outcomes[i].value);
    n->count = 0;
    print_diagram(m, a.outcomes[i].when, n);
    putchar('\n');
  }
  printf("undecided");
  n->count = 0;
  print_diagram(m, a.undecided, n);
  putchar('\n');
  w_audit_free(&a);
  free(n);
  w_bdd_free(m);
}
/* Filters at a limit's edge: there a carry, or a remainder, that nobody asked for meets it; or what
 * is left of it is so little that a bound on time was met first. */
static const struct {
  uint32_t limit, count;
  struct warrant_cinsn insns[40];
} edges[] = {
    {300, 39, {{0, 0, 0, 4294967294u},  {2, 0, 0, 0u},           {0, 0, 0, 1u},
               {2, 0, 0, 1u},           {0, 0, 0, 257858092u},   {2, 0, 0, 2u},
               {0, 0, 0, 2147483647u},  {2, 0, 0, 3u},           {97, 0, 0, 3u},
               {32, 0, 0, 28u},         {1, 0, 0, 7u},           {21, 5, 0, 1158216679u},
               {32, 0, 0, 12u},         {69, 1, 5, 2147483647u}, {61, 4, 0, 4294967295u},
               {4, 0, 0, 4094u},        {37, 3, 5, 16u},         {100, 0, 0, 30u},
               {21, 4, 4, 1966558624u}, {132, 0, 0, 3u},         {97, 0, 0, 3u},
               {28, 0, 0, 1133254349u}, {21, 4, 4, 2147483647u}, {132, 0, 0, 1u},
               {84, 0, 0, 7u},          {53, 0, 3, 1u},          {6, 0, 0, 327682u},
               {76, 0, 0, 1005247273u}, {32, 0, 0, 8u},          {37, 0, 0, 2u},
               {6, 0, 0, 2147418112u},  {6, 0, 0, 327681u},      {6, 0, 0, 327681u},
               {6, 0, 0, 2147418112u},  {6, 0, 0, 2147418112u},  {6, 0, 0, 327681u},
               {6, 0, 0, 327682u},      {6, 0, 0, 327681u},      {6, 0, 0, 327681u}}},
    {1000, 40, {{0, 0, 0, 3u},          {2, 0, 0, 0u},
                {0, 0, 0, 2147483648u}, {2, 0, 0, 1u},
                {0, 0, 0, 2147483648u}, {2, 0, 0, 2u},
                {0, 0, 0, 4294967294u}, {2, 0, 0, 3u},
                {32, 0, 0, 0u},         {84, 0, 0, 17u},
                {32, 0, 0, 28u},        {96, 0, 0, 2u},
                {32, 0, 0, 12u},        {2, 0, 0, 1u},
                {132, 0, 0, 1u},        {32, 0, 0, 0u},
                {69, 1, 5, 6u},         {76, 0, 0, 3971135203u},
                {164, 0, 0, 1u},        {164, 0, 0, 2147483647u},
                {12, 0, 0, 256u},       {53, 1, 2, 3u},
                {132, 0, 0, 2u},        {20, 0, 0, 992499387u},
                {32, 0, 0, 24u},        {4, 0, 0, 2u},
                {32, 0, 0, 4u},         {77, 1, 1, 4095u},
                {29, 1, 0, 16u},        {21, 1, 0, 1u},
                {6, 0, 0, 327682u},     {6, 0, 0, 327693u},
                {6, 0, 0, 327681u},     {6, 0, 0, 327682u},
                {6, 0, 0, 327693u},     {6, 0, 0, 2147418112u},
                {6, 0, 0, 327682u},     {6, 0, 0, 327681u},
                {6, 0, 0, 327681u},     {6, 0, 0, 327681u}}},
    {1000,
     27,
     {{32, 0, 0, 40u},         {21, 3, 5, 4294967295u}, {6, 0, 0, 327682u},      {32, 0, 0, 56u},
      {69, 5, 5, 0u},          {32, 0, 0, 52u},         {53, 3, 0, 17u},         {32, 0, 0, 52u},
      {21, 5, 0, 549604573u},  {32, 0, 0, 24u},         {37, 4, 0, 2u},          {32, 0, 0, 0u},
      {53, 1, 3, 4294967294u}, {32, 0, 0, 52u},         {69, 1, 2, 3452187144u}, {32, 0, 0, 24u},
      {53, 1, 1, 4294967295u}, {6, 0, 0, 327693u},      {6, 0, 0, 327681u},      {6, 0, 0, 327682u},
      {6, 0, 0, 327693u},      {6, 0, 0, 327682u},      {6, 0, 0, 327682u},      {6, 0, 0, 327681u},
      {6, 0, 0, 327693u},      {6, 0, 0, 327682u},      {6, 0, 0, 2147418112u}}},
};

/* `part` 0 has files and larger filters; the others are many small ones, each part's its own. */
static int print_tables(unsigned count, unsigned part, char **files) {
  for (; *files; files++) { /* real ones: as they lie in a file */
    FILE *f = fopen(*files, "rb");
    struct sock_filter one;
    filter.insn_count = 0;
    while (f && filter.insn_count < MAX_INSNS && fread(&one, sizeof one, 1, f) == 1)
      emit(one.code, one.jt, one.jf, one.k);
    if (!f || fclose(f))
      return 2;
    print_table(AUDIT_LIMIT);
  }
  gen.state = part * UINT64_C(0xd1342543de82ef95) + 1; /* far from every other part's */
  for (unsigned n = 0; n < count; n++) {
    static const uint32_t limits[] = {3000, 20000, 20000, 100000}, low[] = {100, 300, 1000, 3000};
    bool gentle = below(4) != 0;
    if (part == 0 && n < sizeof edges / sizeof *edges) {
      filter.insn_count = edges[n].count;
      memcpy(insns, edges[n].insns, sizeof edges[n].insns);
      print_table(edges[n].limit);
      continue;
    }
    unsigned length = part ? 12 + below(20) : 10 + below(40);
    switch (below(4)) {
    case 0:
      plain_filter(length);
      break;
    case 1:
      rule_filter(2 * length, below(2) == 0);
      break;
    default:
      random_filter(length, gentle);
    }
    print_table(part ? low[below(4)] : limits[below(4)]);
  }
  return 0;
}

/* ---- The table against the interpreter, on inputs at random ---- */

/* Loads of every kind, at places that short packets have and lack. */
static void random_socket_filter(unsigned length) {
  static const uint16_t sizes[] = {BPF_W, BPF_H, BPF_B};
  static const uint32_t values[] = {0, 1, 6, 96, 262144};
  static const uint16_t operations[] = {BPF_ADD, BPF_SUB, BPF_AND, BPF_OR,
                                        BPF_XOR, BPF_LSH, BPF_RSH, BPF_MOD};
  filter.insn_count = 0;
  emit(BPF_ST, 0, 0, 0);
  while (filter.insn_count < length) {
    unsigned left = length - filter.insn_count;
    uint32_t k = below(3) ? below(64) : (uint32_t)likely();
    switch (below(12)) {
    case 0:
    case 1:
      emit(BPF_LD | BPF_ABS | sizes[below(3)], 0, 0, below(40));
      break;
    case 2: /* an offset with few values, or with many */
      if (below(4))
        emit(BPF_LDX | BPF_MSH | BPF_B, 0, 0, below(30));
      else
        emit(BPF_MISC | BPF_TAX, 0, 0, 0);
      emit(BPF_LD | BPF_IND | sizes[below(3)], 0, 0, below(30) - (below(20) == 0 ? 25 : 0));
      break;
    case 3:
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0,
           (uint32_t)SKF_AD_OFF + (below(3) ? 4 * below(16) : SKF_AD_RANDOM));
      break;
    case 4:
      emit(BPF_LD | BPF_W | (below(3) ? BPF_LEN : BPF_ABS), 0, 0, (uint32_t)SKF_NET_OFF + below(8));
      break;
    case 5:
      emit(below(2) ? BPF_ST : BPF_LDX | BPF_MEM, 0, 0, 0);
      break;
    case 6:
    case 7: {
      uint16_t op = operations[below(8)], source = below(3) == 0 ? BPF_X : BPF_K;
      emit(BPF_ALU | op | source, 0, 0, op == BPF_LSH || op == BPF_RSH ? k % 32 : k ? k : 1);
      break;
    }
    default: {
      static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
      uint8_t jt = (uint8_t)below(left > 5 ? 5 : left), jf = (uint8_t)below(left > 5 ? 5 : left);
      emit(BPF_JMP | tests[below(4)] | (below(4) ? BPF_K : BPF_X), jt, jf, k);
      if (below(4) == 0)
        emit(BPF_RET | BPF_K, 0, 0, values[below(5)]);
    }
    }
  }
  for (unsigned i = 0; i < 8; i++)
    emit(below(8) == 0 ? BPF_RET | BPF_A : BPF_RET | BPF_K, 0, 0, values[below(5)]);
}

/* An input of `filter`: a call for seccomp, a packet for a socket filter. */
struct input {
  struct seccomp_data call;
  struct audit_packet packet; /* its bytes are owned */
};
static bool of_sockets(void) { return filter.kind == WARRANT_CBPF; }

static struct input witness(const struct audit *a, bdd_t when) {
  struct input in = {0};
  if (!of_sockets())
    in.call = w_audit_input(a->bdd, when);
  else if (w_audit_packet(a->bdd, when, &in.packet))
    exit(2);
  return in;
}

static bool run(const struct input *in, uint32_t *value) {
  return of_sockets() ? !w_audit_run_packet(&filter, &in->packet, value)
                      : !w_audit_run(&filter, &in->call, value, NULL);
}

/* Any call, or one near a boundary; a packet near a boundary, if there is one. */
static struct input random_input(const struct audit *a) {
  struct input in = {0};
  uint64_t words[8];
  if (a->outcome_count && (of_sockets() || below(2))) {
    in = witness(a, a->outcomes[below(a->outcome_count)].when);
    memcpy(words, &in.call, sizeof words);
    for (unsigned i = below(3); i > 0; i--)
      words[below(8)] ^= (uint64_t)1 << below(64);
  } else {
    for (unsigned i = 0; i < 8; i++)
      words[i] = likely();
  }
  memcpy(&in.call, words, sizeof words);
  if (of_sockets()) {
    struct audit_packet *p = &in.packet;
    uint8_t *bytes = calloc(1, 80);
    if (!bytes)
      exit(2);
    memcpy(bytes, p->bytes ? p->bytes : bytes, p->length < 80 ? p->length : 80);
    free(p->bytes);
    p->bytes = bytes;
    p->length = below(3) || p->length > 80 ? below(81) : p->length;
    for (uint32_t b = below(5); b > 0; b--)
      bytes[below(80)] = (uint8_t)likely();
    p->device = below(2);
    p->meta[below(16)] = (uint32_t)likely();
  }
  return in;
}

static void assign_packet(const struct audit_packet *p, uint8_t *bits) {
#define SET(v, one) bits[(v) / 8] |= (uint8_t)((one) << (v) % 8)
  for (uint32_t i = 0; i < 8 * p->length; i++)
    SET(i, p->bytes[i / 8] >> (7 - i % 8) & 1);
  for (uint32_t i = 0; i < 32; i++) {
    SET(PACKET_LENGTH + i, p->length >> (31 - i) & 1);
    for (uint32_t n = 0; n < 16; n++)
      SET(PACKET_META + 32 * n + i, p->meta[n] >> (31 - i) & 1);
    for (uint32_t pc = 0; pc < filter.insn_count; pc++)
      SET(PACKET_RANDOM + 32 * pc + i, p->meta[SKF_AD_RANDOM / 4] >> (31 - i) & 1);
  }
  SET(PACKET_DEVICE, p->device);
}

/* The table's answer for one input: 1 and its value, 0 when it is undecided, -1 when rows overlap
 * or none is there. */
static int lookup(const struct audit *a, const struct input *in, uint32_t *value) {
  static uint8_t bits[PACKET_VARS / 8 + 1];
  memset(bits, 0, sizeof bits);
  if (of_sockets())
    assign_packet(&in->packet, bits);
  else
    w_audit_assignment(a->bdd, &in->call, bits);
  int rows = 0;
  for (uint32_t i = 0; i < a->outcome_count; i++)
    if (w_bdd_value(a->bdd, a->outcomes[i].when, bits)) {
      *value = a->outcomes[i].value;
      rows++;
    }
  if (rows == 1) /* at a limit it may be undecided besides */
    return 1;
  return rows == 0 && w_bdd_value(a->bdd, a->undecided, bits) ? 0 : -1;
}

static const struct sampled {
  const char *name;
  enum warrant_kind kind;
  bool gentle;
  uint32_t limit;
  unsigned filters, samples; /* of each filter */
  unsigned exact;            /* tables, at least */
} sampled[] = {
    {"sampled, easy arithmetic", WARRANT_SECCOMP, true, AUDIT_LIMIT, 250, 200, 200},
    {"sampled, all arithmetic", WARRANT_SECCOMP, false, 200000, 150, 200, 100},
    {"sampled, hardly any memory", WARRANT_SECCOMP, false, 3000, 200, 100, 20},
    {"sampled, socket filters", WARRANT_CBPF, false, 200000, 200, 200, 50},
};

static void test_sampled(const struct sampled *s) {
  char why[200] = "";
  unsigned undecided = 0, exact = 0, outcomes = 0;
  filter.kind = s->kind;
  for (unsigned n = 0; n < s->filters && !*why; n++) {
    if (of_sockets())
      random_socket_filter(8 + below(30));
    else
      random_filter(20 + below(60), s->gentle);
    struct bdd *m = w_bdd_new(s->limit);
    struct audit a;
    struct warrant_error error = {0};
    if (warrant_audit(&filter, m, &a, &error)) {
      snprintf(why, sizeof why, "filter %u: %.150s", n, error.text);
      w_bdd_free(m);
      break;
    }
    exact += a.undecided == BDD_FALSE;
    outcomes += a.outcome_count;
    for (uint32_t i = 0; i < a.outcome_count && !*why; i++) {
      struct input in = witness(&a, a.outcomes[i].when);
      uint32_t value;
      if (!in.packet.several_randoms && (!run(&in, &value) || value != a.outcomes[i].value))
        snprintf(why, sizeof why, "filter %u: the witness of 0x%" PRIx32 " gives another result", n,
                 a.outcomes[i].value);
      free(in.packet.bytes);
    }
    for (unsigned i = 0; i < s->samples && !*why; i++) {
      struct input in = random_input(&a);
      uint32_t want, got;
      int found = lookup(&a, &in, &got);
      undecided += found == 0;
      if (!run(&in, &want) || found < 0 || (found > 0 && got != want))
        snprintf(why, sizeof why, "filter %u sample %u: the table and the interpreter differ", n,
                 i);
      free(in.packet.bytes);
    }
    w_audit_free(&a);
    w_bdd_free(m);
  }
  filter.kind = WARRANT_SECCOMP;
  report(!*why && exact >= s->exact, s->name, *why ? why : "hardly any is exact");
  printf("# %s: %u filters, %u exact, %u outcomes, %u samples, %u of them undecided\n", s->name,
         s->filters, exact, outcomes, s->filters * s->samples, undecided);
}

/* ---- Shapes that make paths multiply ---- */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The filter that assembly text describes. */
static void assembled(const char *text) {
  struct warrant_cinsn *from = NULL; /* owned here */
  uint32_t count = 0;
  struct warrant_error error = {0};
  if (warrant_classic_asm("text", text, NULL, NULL, &from, &count, &error) || count > MAX_INSNS) {
    fprintf(stderr, "%s\n", error.text);
    exit(2);
  }
  memcpy(insns, from, count * sizeof *from);
  filter.insn_count = count;
  free(from);
}

enum { JOIN_SHAPES = 3, JOINS = 2000 };
/* Comparisons each of which joins at once; [16] is the low half of argument 0. */
static void many_joins(int shape) {
  char *text = NULL; /* owned here */
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    exit(2);
  fprintf(out, "ld [16]\nldx #0\n");
  for (uint32_t n = 2; n < 2 * JOINS; n += shape == 1 ? 4 : 2) { /* n: of the instruction */
    if (shape == 0)
      fprintf(out, "jeq #%u, yes%u, no%u\nyes%u: ja no%u\nno%u:\n", n * 7, n, n, n, n, n);
    else if (shape == 1) /* counts bits */
      fprintf(out, "jset #%u, set%u, clear%u\nset%u: txa\ntax\nclear%u: ld [%u]\n",
              1u << n / 4 % 32, n, n, n, n, 16 + 8 * (n % 6));
    else /* what is loaded next depends on each comparison */
      fprintf(out, "jgt #%u, over%u\nld [%u]\nover%u:\n", n * 1000, n, 16 + 4 * (n % 12), n);
  }
  fprintf(out, "jeq #42, allow, kill\nallow: ret #%u\nkill: ret #%u\n", SECCOMP_RET_ALLOW,
          SECCOMP_RET_KILL_PROCESS);
  fclose(out);
  assembled(text);
  free(text);
}

static void test_joins(void) {
  char why[100] = "";
  for (int shape = 0; shape < JOIN_SHAPES; shape++) {
    many_joins(shape);
    double start = seconds();
    struct bdd *m = w_bdd_new(AUDIT_LIMIT);
    struct audit a;
    struct warrant_error error = {0};
    if (warrant_audit(&filter, m, &a, &error)) {
      snprintf(why, sizeof why, "shape %d: %.60s", shape, error.text);
    } else {
      double time = seconds() - start;
      if (shape != 2 && a.undecided != BDD_FALSE)
        snprintf(why, sizeof why, "shape %d is undecided", shape);
      if (time > 10) /* the sanitizers are slow; the figure is below */
        snprintf(why, sizeof why, "shape %d took %.1f s", shape, time);
      printf("# joins, shape %d: %.3f s, %" PRIu32 " nodes, %s\n", shape, time, w_bdd_nodes(m),
             a.undecided == BDD_FALSE ? "exact" : "some undecided");
      w_audit_free(&a);
    }
    w_bdd_free(m);
  }
  report(!*why, "joins", why);
}

/* ---- Conditions as text ---- */

static void test_text(void) {
  static const struct {
    const char *text, *written; /* NULL: as it stands */
  } cases[] = {
      {"true", NULL},
      {"arg0 == 1", NULL},
      {"arg1 & 0x3 == 0", NULL},
      {"arg2 in [0, 4095]", "arg2 <= 4095"},
      {"arg2 in [5, 4095]", NULL},
      {"arg2 >= 0x100000000", NULL},
      {"arg0 in {1, 2, 9}", NULL},
      {"arg0 in [1, 2] or arg0 in {9, 0x12345}", "arg0 in {0x1, 0x2, 0x9, 0x12345}"},
      {"arg1 == 0x80247009 or arg1 in {0x5401, 0x541b, 0x7003, 0x7004, 0x8946, 0x40103d02, "
       "0x43403d05}",
       "arg1 in {0x5401, 0x541b, 0x7003, 0x7004, 0x8946, 0x40103d02, 0x43403d05, 0x80247009}"},
      {"arg3 & 0xffffffff == 0x7", NULL},
      {"arg3 & 0xffffffff <= 0x10", NULL},
      {"arg0 == 1 and arg2 != 7", NULL},
      {"arg0 == 1 or arg2 == 7", NULL},
      {"arg0 == 1 and (arg1 == 2 or arg2 == 3)", NULL},
      {"arg0 & 0x3 == 0 and arg0 <= 0x100000", NULL},
      {"not (arg0 == 1 and arg1 == 2)", "arg0 != 1 or arg1 != 2"},
      {"ip >= 0x7f0000000000", NULL},
  };
  struct bdd *m = w_bdd_new(AUDIT_LIMIT);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *at = cases[i].text;
    bdd_t f = BDD_NONE;
    struct warrant_error error = {0};
    char name[120];
    snprintf(name, sizeof name, "text: %s", cases[i].text);
    if (w_condition_read(m, &at, &f, &error)) {
      report(false, name, error.text);
      continue;
    }
    char *text = w_condition_text(m, f);
    const char *want = cases[i].written ? cases[i].written : cases[i].text;
    report(text && strcmp(text, want) == 0, name, text ? text : "no text");
    free(text);
  }
  unsigned none = 0, diagrams = 0;
  for (unsigned n = 0; n < 500; n++) { /* whatever it is, it is written and read back */
    w_bdd_free(m);
    m = w_bdd_new(AUDIT_LIMIT);
    bdd_t f = BDD_FALSE;
    for (unsigned i = 1 + below(4); i > 0; i--) {
      char one[200];
      const char *at = one;
      bdd_t g = BDD_FALSE;
      snprintf(one, sizeof one, "arg%u & 0x%" PRIx64 " %s %" PRIu64 " and arg%u %s %" PRIu64,
               below(3), gen_u64(&gen) | gen_u64(&gen),
               below(2) ? "<=" : "==", likely() >> below(64), below(3),
               below(2) ? ">" : "!=", likely());
      w_condition_read(m, &at, &g, NULL);
      f = below(3) ? bdd_or(m, f, g) : w_bdd_xor(m, f, g);
    }
    char *text = w_condition_text(m, f);
    none += !text;
    diagrams += text && strncmp(text, "diagram", 7) == 0;
    free(text);
  }
  report(none == 0, "text: 500 random conditions", "some have no text");
  printf("# text: %u of 500 random conditions came out as diagrams\n", diagrams);
  static const char *const bad[] = {"",
                                    "arg6 == 1",
                                    "arg0",
                                    "arg0 == ",
                                    "arg0 = 1",
                                    "(arg0 == 1",
                                    "arg0 in [1]",
                                    "arg0 == 1x",
                                    "not",
                                    "arg0 in {1, }",
                                    "arg0 & == 1",
                                    "diagram(n2)",
                                    "arg0 == 99999999999999999999"};
  unsigned accepted = 0;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *at = bad[i];
    bdd_t f;
    accepted += w_condition_read(m, &at, &f, NULL) == 0;
  }
  report(accepted == 0, "text: malformed conditions are refused", "one was accepted");
  w_bdd_free(m);
}

/* ---- libseccomp's rules ---- */

static bool exported(scmp_filter_ctx ctx) {
  int ends[2];
  if (pipe(ends))
    return false;
  bool good = seccomp_export_bpf(ctx, ends[1]) == 0;
  close(ends[1]);
  struct sock_filter buffer[512];
  ssize_t n = good ? read(ends[0], buffer, sizeof buffer) : -1;
  close(ends[0]);
  if (n <= 0)
    return false;
  filter.insn_count = (uint32_t)((size_t)n / sizeof *buffer);
  for (uint32_t i = 0; i < filter.insn_count; i++)
    insns[i] = (struct warrant_cinsn){buffer[i].code, buffer[i].jt, buffer[i].jf, buffer[i].k};
  return true;
}

static void test_libseccomp(void) {
  static const struct {
    enum scmp_compare op;
    const char *text;
  } ops[] = {{SCMP_CMP_EQ, "=="}, {SCMP_CMP_NE, "!="}, {SCMP_CMP_LT, "<"},
             {SCMP_CMP_LE, "<="}, {SCMP_CMP_GT, ">"},  {SCMP_CMP_GE, ">="}};
  unsigned built = 0, differ = 0, refused = 0;
  char first[400] = "";
  for (unsigned n = 0; n < 2000; n++) {
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    struct bdd *m = w_bdd_new(AUDIT_LIMIT);
    bdd_t meaning = BDD_FALSE;
    char rules[300] = "";
    bool good = ctx && m;
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
      good = good && seccomp_arch_add(ctx, SCMP_ARCH_X86_64) == 0 &&
             seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) == 0;
    for (unsigned i = 1 + below(3); i > 0 && good; i--) {
      char rule[100];
      struct scmp_arg_cmp cmp = {.arg = 0};
      if (below(4) == 0) {
        uint64_t mask = gen_u64(&gen) & gen_u64(&gen) & (below(2) ? UINT32_MAX : UINT64_MAX);
        cmp.op = SCMP_CMP_MASKED_EQ;
        cmp.datum_a = mask;
        cmp.datum_b = gen_u64(&gen) & mask;
        snprintf(rule, sizeof rule, "arg0 & 0x%" PRIx64 " == 0x%" PRIx64, (uint64_t)cmp.datum_a,
                 (uint64_t)cmp.datum_b);
      } else {
        unsigned op = below(6);
        cmp.op = ops[op].op;
        cmp.datum_a = likely();
        snprintf(rule, sizeof rule, "arg0 %s 0x%" PRIx64, ops[op].text, (uint64_t)cmp.datum_a);
      }
      if (seccomp_rule_add_exact_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(getpid), 1, &cmp))
        continue; /* a rule that it does not take is none */
      const char *at = rule;
      bdd_t f = BDD_NONE;
      good = w_condition_read(m, &at, &f, NULL) == 0;
      meaning = bdd_or(m, meaning, f);
      size_t used = strlen(rules);
      snprintf(rules + used, sizeof rules - used, "%s%s", used ? " or " : "", rule);
    }
    struct audit a;
    if (good && exported(ctx) && warrant_audit(&filter, m, &a, NULL) == 0) {
      built++;
      bdd_t allowed = BDD_FALSE;
      for (uint32_t i = 0; i < a.outcome_count; i++)
        if (a.outcomes[i].value == SECCOMP_RET_ALLOW)
          allowed = w_audit_fix(
              m, w_audit_fix(m, a.outcomes[i].when, INPUT_ARCH, AUDIT_ARCH_X86_64), INPUT_NR, 39);
      if (allowed != meaning) {
        /* A difference counts only with a call that the interpreter confirms. */
        bdd_t more = bdd_and(m, allowed, bdd_not(m, meaning));
        bdd_t less = bdd_and(m, meaning, bdd_not(m, allowed));
        struct seccomp_data d = w_audit_input(m, more != BDD_FALSE ? more : less);
        d.arch = AUDIT_ARCH_X86_64;
        d.nr = 39;
        uint32_t value = 0;
        w_audit_run(&filter, &d, &value, NULL);
        if ((value == SECCOMP_RET_ALLOW) != (more != BDD_FALSE)) {
          snprintf(first, sizeof first, "a false alarm: %.300s", rules);
        } else {
          differ++;
        }
      }
      w_audit_free(&a);
    } else {
      refused++;
    }
    seccomp_release(ctx);
    w_bdd_free(m);
  }
  report(!*first && built > 1000, "libseccomp: no false alarm in 2000 rule sets",
         *first ? first : "too few rule sets were built");
  printf("# libseccomp: %u rule sets compiled, %u not, %u differ from their meaning\n", built,
         refused, differ);
}

/* ---- libseccomp's simulator ---- */

/* A filter that libseccomp compiles from a few rules about several calls and arguments. */
static bool random_rules(void) {
  static const uint32_t actions[] = {SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP,
                                     SCMP_ACT_LOG,          SCMP_ACT_ALLOW,       SCMP_ACT_ERRNO(1),
                                     SCMP_ACT_ERRNO(38),    SCMP_ACT_TRACE(7)};
  enum { ACTIONS = sizeof actions / sizeof *actions };
  scmp_filter_ctx ctx = seccomp_init(actions[below(ACTIONS)]);
  if (!ctx)
    return false;
  if (below(2))
    seccomp_arch_add(ctx, SCMP_ARCH_X86);
  if (below(2))
    seccomp_arch_add(ctx, SCMP_ARCH_X32);
  if (below(2))
    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (unsigned i = 2 + below(12); i > 0; i--) {
    struct scmp_arg_cmp cmp[3];
    unsigned count = below(4);
    for (unsigned k = 0; k < count; k++) {
      cmp[k] = (struct scmp_arg_cmp){.arg = (2 * k + below(2)) % 6,
                                     .op = (enum scmp_compare)(SCMP_CMP_NE + below(7)),
                                     .datum_a = likely(),
                                     .datum_b = likely()};
    }
    seccomp_rule_add_array(ctx, actions[below(ACTIONS)], (int)below(20), count, cmp);
  }
  bool good = exported(ctx);
  seccomp_release(ctx);
  return good;
}
/* Its arguments for `samples` inputs of a filter, one a line, and what the table says of each:
 * DIRECTORY/filter, arguments, expected. */
static int print_samples(unsigned seed, unsigned samples, const char *directory) {
  static const struct {
    const char *name;
    uint32_t token;
  } of[] = {{"x86_64", AUDIT_ARCH_X86_64},
            {"x86_64", AUDIT_ARCH_X86_64},
            {"x86", AUDIT_ARCH_I386},
            {"aarch64", AUDIT_ARCH_AARCH64}};
  gen.state = seed * UINT64_C(0xd1342543de82ef95) + 1;
  while (!random_rules())
    ;
  char path[3][300];
  static const char *const names[] = {"filter", "arguments", "expected"};
  FILE *files[3];
  for (int i = 0; i < 3; i++) {
    snprintf(path[i], sizeof path[i], "%s/%s", directory, names[i]);
    files[i] = fopen(path[i], "w");
    if (!files[i])
      return 2;
  }
  for (uint32_t i = 0; i < filter.insn_count; i++) {
    struct sock_filter one = {insns[i].code, insns[i].jt, insns[i].jf, insns[i].k};
    if (fwrite(&one, sizeof one, 1, files[0]) != 1)
      return 2;
  }
  struct bdd *m = w_bdd_new(AUDIT_LIMIT);
  struct audit a;
  if (!m || warrant_audit(&filter, m, &a, NULL))
    return 2;
  for (unsigned n = 0; n < samples; n++) {
    struct input in = random_input(&a);
    struct seccomp_data d = in.call;
    unsigned arch = below(4);
    uint32_t value = 0;
    d.arch = of[arch].token;
    d.nr = below(8) ? (int)below(24) | (below(6) ? 0 : 0x40000000) : (int)(gen_u64(&gen) >> 33);
    d.instruction_pointer = 0; /* it has none */
    in.call = d;
    if (lookup(&a, &in, &value) != 1)
      return 3;
    fprintf(files[1], "-a %s -s %d", of[arch].name, d.nr);
    for (int i = 0; i < 6; i++)
      fprintf(files[1], " -%d 0x%" PRIx64, i, (uint64_t)d.args[i]);
    fputc('\n', files[1]);
    unsigned data = value & SECCOMP_RET_DATA;
    switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_PROCESS:
      fputs("KILL_PROCESS\n", files[2]);
      break;
    case SECCOMP_RET_KILL_THREAD:
      fputs("KILL\n", files[2]);
      break;
    case SECCOMP_RET_TRAP:
      fputs("TRAP\n", files[2]);
      break;
    case SECCOMP_RET_LOG:
      fputs("LOG\n", files[2]);
      break;
    case SECCOMP_RET_ALLOW:
      fputs("ALLOW\n", files[2]);
      break;
    default:
      fprintf(files[2], "%s(%u)\n",
              (value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO ? "ERRNO" : "TRACE", data);
    }
  }
  w_audit_free(&a);
  w_bdd_free(m);
  bool good = true;
  for (int i = 0; i < 3; i++)
    good &= fclose(files[i]) == 0;
  return good ? 0 : 2;
}

/* ---- The running kernel ---- */

enum { UNUSED_CALL = 1000 }; /* far above any that exists: ALLOW gives ENOSYS */

/* In a child: loads the filter and makes calls that do not exist. */
static int in_kernel(const struct audit *a, unsigned samples) {
  struct sock_filter *code = calloc(filter.insn_count, sizeof *code);
  if (!code)
    return 2;
  for (uint32_t i = 0; i < filter.insn_count; i++)
    code[i] = (struct sock_filter){insns[i].code, insns[i].jt, insns[i].jf, insns[i].k};
  struct sock_fprog prog = {(unsigned short)filter.insn_count, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
    return 2;
  for (unsigned n = 0; n < samples; n++) {
    struct input in = random_input(a);
    struct seccomp_data d = in.call;
    uint32_t want;
    d.arch = AUDIT_ARCH_X86_64;
    d.nr = UNUSED_CALL + (int)below(8);
    d.instruction_pointer = 0;
    in.call = d;
    if (lookup(a, &in, &want) != 1)
      return 3;
    errno = 0;
    long r = syscall(d.nr, d.args[0], d.args[1], d.args[2], d.args[3], d.args[4], d.args[5]);
    int error = r == -1 ? errno : 0;
    int expected = want == SECCOMP_RET_ALLOW ? ENOSYS : (int)(want & SECCOMP_RET_DATA);
    if (error != expected)
      return 4;
  }
  return 0;
}

static void test_kernel(void) {
#ifdef __x86_64__
  enum { FILTERS = 20, SAMPLES = 5500 };
  char why[100] = "";
  unsigned ran = 0;
  for (unsigned n = 0; n < FILTERS && !*why; n++) {
    random_filter(40, true);
    /* Numbers that exist pass; the instruction pointer is not ours to choose. */
    for (uint32_t i = 0; i < filter.insn_count; i++)
      if (insns[i].code == (BPF_LD | BPF_W | BPF_ABS) && (insns[i].k == 8 || insns[i].k == 12))
        insns[i].k = 16;
      else if (insns[i].code == (BPF_RET | BPF_A))
        insns[i] = (struct warrant_cinsn){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 5};
    memmove(insns + 4, insns, filter.insn_count * sizeof *insns);
    insns[0] = (struct warrant_cinsn){BPF_LD | BPF_W | BPF_ABS, 0, 0, 0};
    insns[1] = (struct warrant_cinsn){BPF_JMP | BPF_JGE | BPF_K, 1, 0, UNUSED_CALL};
    insns[2] = (struct warrant_cinsn){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    insns[3] = (struct warrant_cinsn){BPF_LD | BPF_IMM, 0, 0, 0};
    filter.insn_count += 4;
    struct bdd *m = w_bdd_new(AUDIT_LIMIT);
    struct audit a;
    if (warrant_audit(&filter, m, &a, NULL)) {
      snprintf(why, sizeof why, "filter %u is refused", n);
      w_bdd_free(m);
      break;
    }
    if (a.undecided != BDD_FALSE) {
      w_audit_free(&a);
      w_bdd_free(m);
      continue;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
      _exit(in_kernel(&a, SAMPLES));
    int status = -1;
    waitpid(child, &status, 0);
    gen_u64(&gen); /* the child drew from a copy */
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
      printf("skip kernel: filters can't be loaded here\n");
      w_audit_free(&a);
      w_bdd_free(m);
      return;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status))
      snprintf(why, sizeof why, "filter %u: status 0x%x", n, (unsigned)status);
    ran++;
    w_audit_free(&a);
    w_bdd_free(m);
  }
  report(!*why && ran > 0, "kernel agrees", *why ? why : "no filter was decided");
  printf("# kernel: %u filters, %u calls each\n", ran, SAMPLES);
#else
  printf("skip kernel: the test calls by x86-64 numbers\n");
#endif
}

/* ---- Stacks of filters in the running kernel ---- */

#ifdef __x86_64__
enum { STACK_MAX = 5 };

static volatile sig_atomic_t trapped;
static void on_trap(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  trapped = info->si_errno;
}
/* What Linux does with getppid, which looks at no argument, as a value that a filter returns. TRACE
 * without a tracer is ENOSYS, so its data stays unknown. */
static uint32_t call_made(const struct seccomp_data *d) {
  trapped = -1;
  errno = 0;
  long r =
      syscall(SYS_getppid, d->args[0], d->args[1], d->args[2], d->args[3], d->args[4], d->args[5]);
  int error = errno;
  if (trapped >= 0)
    return SECCOMP_RET_TRAP | (uint32_t)trapped;
  if (r != -1)
    return SECCOMP_RET_ALLOW;
  return error == ENOSYS ? SECCOMP_RET_TRACE : SECCOMP_RET_ERRNO | (uint32_t)error;
}
/* The same where the table says that it kills: in a child. */
static uint32_t call_that_kills(const struct seccomp_data *d) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    call_made(d);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? SECCOMP_RET_KILL_PROCESS : 0;
}

/* Rules for getppid alone, whose actions can be told from outside. */
static void stack_filter(void) {
  static const uint32_t actions[] = {SECCOMP_RET_ALLOW,     SECCOMP_RET_ALLOW,
                                     SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 13,
                                     SECCOMP_RET_TRAP | 5,  SECCOMP_RET_TRAP | 0xffff,
                                     SECCOMP_RET_TRACE,     SECCOMP_RET_KILL_PROCESS};
  if (below(3) == 0)
    rule_filter(10 + below(10), true);
  else
    rule_filter(20 + below(40), false);
  for (uint32_t i = 0; i < filter.insn_count; i++)
    if (insns[i].code == (BPF_LD | BPF_W | BPF_ABS) && (insns[i].k == 8 || insns[i].k == 12))
      insns[i].k = 16; /* the instruction pointer is not ours to choose */
    else if (insns[i].code == (BPF_RET | BPF_K))
      insns[i].k = actions[below(i + 1 == filter.insn_count ? 2 : 8)];
  memmove(insns + 3, insns, filter.insn_count * sizeof *insns);
  insns[0] = (struct warrant_cinsn){BPF_LD | BPF_W | BPF_ABS, 0, 0, 0};
  insns[1] = (struct warrant_cinsn){BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_getppid};
  insns[2] = (struct warrant_cinsn){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
  filter.insn_count += 3;
}

/* In a child: installs the filters and writes a line a call: its arguments, and what came of it.
 * The exit status is 2 where filters can't be loaded, 4 when the table says something else,
 * 6 when it says too little. */
static int stack_in_kernel(struct sock_fprog *filters, unsigned count, const struct audit *all,
                           unsigned calls, FILE *out) {
  struct sigaction trap = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSYS, &trap, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    return 2;
  for (unsigned i = 0; i < count; i++)
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filters[i]))
      return 2;
  for (unsigned n = 0, drawn = 0; n < calls; n++) {
    struct input in = random_input(all);
    uint32_t want;
    if (drawn++ == 100 * calls)
      return 6; /* undecided on nearly all */
    in.call.arch = AUDIT_ARCH_X86_64;
    in.call.nr = SYS_getppid;
    in.call.instruction_pointer = 0;
    int known = lookup(all, &in, &want);
    if (known < 0)
      return 3;
    if (known == 0) { /* undecided: another one */
      n--;
      continue;
    }
    bool kills = want == SECCOMP_RET_KILL_PROCESS;
    uint32_t got = kills ? call_that_kills(&in.call) : call_made(&in.call);
    for (int i = 0; i < 6; i++)
      fprintf(out, "--arg %d=0x%" PRIx64 " ", i, (uint64_t)in.call.args[i]);
    fprintf(out, "%" PRIu32 "\n", got);
    if (got != want)
      return 4;
  }
  return fflush(out) == 0 ? 0 : 3;
}

/* A filter as the kernel takes it, and in a file. */
static bool stack_keep(struct sock_fprog *to, const char *path) {
  struct sock_filter *code = calloc(filter.insn_count, sizeof *code);
  for (uint32_t i = 0; code && i < filter.insn_count; i++)
    code[i] = (struct sock_filter){insns[i].code, insns[i].jt, insns[i].jf, insns[i].k};
  *to = (struct sock_fprog){(unsigned short)filter.insn_count, code};
  FILE *f = fopen(path, "w");
  return code && f && fwrite(code, sizeof *code, filter.insn_count, f) == filter.insn_count &&
         fclose(f) == 0;
}
/* A stack of 2 to 5 filters: DIRECTORY/filter.0 (the first installed), ... and calls. Nothing is
 * freed: the process ends. */
static int print_stack(unsigned seed, unsigned calls, const char *directory) {
  static struct warrant_cinsn copies[STACK_MAX][MAX_INSNS];
  struct warrant_program programs[STACK_MAX];
  const struct warrant_program *list[STACK_MAX];
  struct sock_fprog filters[STACK_MAX];
  struct audit audits[STACK_MAX], all;
  struct bdd *m = w_bdd_new(AUDIT_LIMIT);
  char path[300];
  gen.state = seed * UINT64_C(0xd1342543de82ef95) + 1;
  unsigned count = 2 + below(STACK_MAX - 1);
  for (unsigned n = 0; n < count; n++) {
    stack_filter();
    memcpy(copies[n], insns, filter.insn_count * sizeof *insns);
    programs[n] = filter;
    programs[n].cinsns = copies[n];
    list[n] = &programs[n];
    snprintf(path, sizeof path, "%s/filter.%u", directory, n);
    if (!stack_keep(&filters[n], path))
      _exit(5);
  }
  if (!m || w_input_order(m, list, count, NULL))
    _exit(5);
  for (unsigned n = 0; n < count; n++)
    if (warrant_audit(&programs[n], m, &audits[n], NULL))
      _exit(5);
  snprintf(path, sizeof path, "%s/calls", directory);
  FILE *out = fopen(path, "w");
  if (!out || w_audit_stack(audits, count, &all, NULL))
    _exit(5);
  int code = stack_in_kernel(filters, count, &all, calls, out);
  fclose(out);
  _exit(code);
}
#else
static int print_stack(unsigned seed, unsigned calls, const char *directory) {
  (void)seed, (void)calls, (void)directory;
  return 2; /* it calls by an x86-64 number */
}
#endif

int main(int argc, char **argv) {
  if (argc >= 4 && strcmp(argv[1], "--tables") == 0)
    return print_tables((unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10),
                        argv + 4);
  if (argc == 5 && strcmp(argv[1], "--samples") == 0)
    return print_samples((unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10),
                         argv[4]);
  if (argc == 5 && strcmp(argv[1], "--stack") == 0)
    return print_stack((unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10),
                       argv[4]);
  test_text();
  test_joins();
  for (size_t i = 0; i < sizeof sampled / sizeof *sampled; i++)
    test_sampled(&sampled[i]);
  test_libseccomp();
  test_kernel();
  return failures != 0;
}
