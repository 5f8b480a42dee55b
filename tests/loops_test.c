/* Loops: what the validator takes as a proof that one ends, by certificates that are written by
 * hand, one node a loop, with the exact bound; and what the search finds by itself. */
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/validator.h"
#include "isa/asm.h"
#include "load/image.h"
#include "report.h"
#include "verify/cert.h"
#include "verify/verify.h"

/* --- Certificates to write ------------------------------------------------------------------- */

/* A register, or a symbol of a node that is subsumed into, and what it stands for. */
struct value {
  bool there; /* the first one that is not ends the list */
  uint8_t of;
  uint64_t symbol;
  int64_t c;
};
#define IS(of, symbol, c)                                                                          \
  { true, of, symbol, c }

/* What a derivation does next. */
struct move {
  enum { EXIT, STEPS, BRANCH, SUB } kind;
  uint64_t n;         /* STEPS: how many; SUB: into which node */
  struct value to[3]; /* SUB: beside symbol 0, which stays zero */
};
#define SUBSUME(node, ...)                                                                         \
  {                                                                                                \
    SUB, node, { __VA_ARGS__ }                                                                     \
  }

struct fact {
  enum { NONE, NUMBER, FRAME, PACKET, PACKET_END } kind;
  uint64_t lo, hi; /* NUMBER */
  uint64_t stride; /* NUMBER: a multiple of this power of two; 0: any */
  uint64_t mx;     /* PACKET: so far past its start, at most */
};
#define RANGE(lo, hi)                                                                              \
  { NUMBER, lo, hi, 0, 0 }
#define ANY RANGE(0, UINT64_MAX)

struct node {
  uint32_t pc;
  struct value regs[4];
  struct fact facts[3]; /* of the symbols from 1 on; symbol 0 is zero */
  struct {
    int64_t off;
    uint8_t size; /* 0: there is none */
    uint64_t symbol;
  } slot; /* a number on the stack, written */
  int64_t steps;
  struct {
    int64_t k;
    uint64_t symbol, N;
  } terms[2]; /* of the most steps from here: k * (N - symbol) each */
  struct move code[9];
};

struct loop {
  const char *name, *text;
  uint32_t type;
  bool refused; /* no certificate of this form proves it yet */
  uint64_t bound;
  struct move root[3];
  struct node nodes[2]; /* one that takes no steps is none */
};

enum { ZERO = 0, MILLIONS = 10000000 };

/* The whole of r1 = 0; loop: r1 += 1; COMPARE; exit, which goes round 1,000 times. */
#define COUNTED(compare) "loop:\n" compare " goto loop\nr0 = 0\nexit\n"
#define RISING                                                                                     \
  .bound = 2003, .root = {{STEPS, 1}, SUBSUME(0, IS(1, ZERO, 0))},                                 \
  .nodes = {{.pc = 1,                                                                              \
             .regs = {IS(1, 1, 0)},                                                                \
             .facts = {RANGE(0, 999)},                                                             \
             .steps = 4,                                                                           \
             .terms = {{2, 1, 999}},                                                               \
             .code = {{STEPS, 1}, {BRANCH}, SUBSUME(0, IS(1, 1, 1)), {STEPS, 1}, {EXIT}}}}
#define FALLING                                                                                    \
  .bound = 2003, .root = {{STEPS, 1}, SUBSUME(0, IS(1, ZERO, 1000))},                              \
  .nodes = {{.pc = 1,                                                                              \
             .regs = {IS(1, 1, 0)},                                                                \
             .facts = {RANGE(1, 1000)},                                                            \
             .steps = 4,                                                                           \
             .terms = {{-2, 1, 1}},                                                                \
             .code = {{STEPS, 1}, {BRANCH}, SUBSUME(0, IS(1, 1, -1)), {STEPS, 1}, {EXIT}}}}
/* The counter is on the stack: symbol 1 is the frame, symbol 2 the counter. */
#define STACKED(offset, bytes)                                                                     \
  .bound = 4003, .root = {{STEPS, 1}, SUBSUME(0, IS(1, 2, 0), IS(2, ZERO, 0))},                    \
  .nodes = {                                                                                       \
      {.pc = 1,                                                                                    \
       .regs = {IS(10, 1, 0)},                                                                     \
       .facts = {{.kind = FRAME}, RANGE(0, 999)},                                                  \
       .slot = {offset, bytes, 2},                                                                 \
       .steps = 6,                                                                                 \
       .terms = {{4, 2, 999}},                                                                     \
       .code = {{STEPS, 3}, {BRANCH}, SUBSUME(0, IS(1, 1, 0), IS(2, 2, 1)), {STEPS, 1}, {EXIT}}}}

static const struct loop loops[] = {
    {.name = "ten million rounds",
     .text = "r1 = 0\nr0 = 0\nloop:\nr0 += r1\nr1 += 1\nif r1 < 10000000 goto loop\nr0 = 0\nexit\n",
     .bound = 2 + 3 * (uint64_t)MILLIONS + 2,
     .root = {{STEPS, 2}, SUBSUME(0, IS(1, ZERO, 0), IS(2, ZERO, 0))},
     .nodes = {{.pc = 2,
                .regs = {IS(0, 1, 0), IS(1, 2, 0)},
                .facts = {ANY, RANGE(0, MILLIONS - 1)},
                .steps = 5,
                .terms = {{3, 2, MILLIONS - 1}},
                .code = {{STEPS, 2},
                         {BRANCH},
                         SUBSUME(0, IS(1, 3, 0), IS(2, 2, 1)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "20 rounds in each of 10", /* a round of the outer one takes 43 steps */
     .text = "r1 = 0\nouter:\nr2 = 0\ninner:\nr2 += 1\nif r2 < 20 goto inner\n"
             "r1 += 1\nif r1 < 10 goto outer\nr0 = 0\nexit\n",
     .bound = 1 + 10 * 43 + 2,
     .root = {{STEPS, 1}, SUBSUME(0, IS(1, ZERO, 0))},
     .nodes = {{.pc = 1,
                .regs = {IS(1, 1, 0)},
                .facts = {RANGE(0, 9)},
                .steps = 45,
                .terms = {{43, 1, 9}},
                .code = {{STEPS, 1}, SUBSUME(1, IS(1, 1, 0), IS(2, ZERO, 0))}},
               {.pc = 2,
                .regs = {IS(1, 1, 0), IS(2, 2, 0)},
                .facts = {RANGE(0, 9), RANGE(0, 19)},
                .steps = 6,
                .terms = {{43, 1, 9}, {2, 2, 19}},
                .code = {{STEPS, 1},
                         {BRANCH},
                         SUBSUME(1, IS(1, 1, 0), IS(2, 2, 1)),
                         {STEPS, 1},
                         {BRANCH},
                         SUBSUME(0, IS(1, 1, 1)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "a counter of 8 bytes on the stack",
     .text = "*(u64 *)(r10 - 8) = 0\nloop:\nr1 = *(u64 *)(r10 - 8)\nr1 += 1\n"
             "*(u64 *)(r10 - 8) = r1\nif r1 < 1000 goto loop\nr0 = 0\nexit\n",
     STACKED(-8, 8)},
    {.name = "a counter of 4 bytes on the stack",
     .text = "*(u32 *)(r10 - 4) = 0\nloop:\nw1 = *(u32 *)(r10 - 4)\nw1 += 1\n"
             "*(u32 *)(r10 - 4) = w1\nif w1 < 1000 goto loop\nr0 = 0\nexit\n",
     STACKED(-4, 4)},
    {.name = "a counter of 4 bytes on the stack, added to in 64 bits",
     .text = "*(u32 *)(r10 - 4) = 0\nloop:\nw1 = *(u32 *)(r10 - 4)\nr1 += 1\n"
             "*(u32 *)(r10 - 4) = w1\nif w1 < 1000 goto loop\nr0 = 0\nexit\n",
     STACKED(-4, 4)},
    {.name = "until it is equal", .text = "r1 = 0\n" COUNTED("r1 += 1\nif r1 != 1000"), RISING},
    {.name = "until it is equal, by 4", /* k is whole: 1 for each unit, where half would do */
     .text = "r1 = 0\n" COUNTED("r1 += 4\nif r1 != 1000"),
     .bound = 1 + 4 + 996,
     .root = {{STEPS, 1}, SUBSUME(0, IS(1, ZERO, 0))},
     .nodes = {{.pc = 1,
                .regs = {IS(1, 1, 0)},
                .facts = {{NUMBER, 0, 996, 4, 0}},
                .steps = 4,
                .terms = {{1, 1, 996}},
                .code = {{STEPS, 1}, {BRANCH}, SUBSUME(0, IS(1, 1, 4)), {STEPS, 1}, {EXIT}}}}},
    {.name = "a packet, byte by byte",
     .type = BPF_PROG_TYPE_XDP,
     .text = "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr6 = 0\nloop:\nr4 = r2\nr4 += r6\n"
             "r5 = r4\nr5 += 1\nif r5 > r3 goto end\nr0 = *(u8 *)(r4 + 0)\nr6 += 1\n"
             "if r6 < 1400 goto loop\nend:\nr0 = 2\nexit\n",
     .bound = 3 + 8 * 1400 + 2,
     .root = {{STEPS, 3}, SUBSUME(0, IS(1, 3, 0), IS(2, 4, 0), IS(3, ZERO, 0))},
     .nodes = {{.pc = 3,
                .regs = {IS(2, 1, 0), IS(3, 2, 0), IS(6, 3, 0)},
                .facts = {{.kind = PACKET}, {.kind = PACKET_END}, RANGE(0, 1399)},
                .steps = 10,
                .terms = {{8, 3, 1399}},
                .code = {{STEPS, 4},
                         {BRANCH},
                         {STEPS, 1},
                         {EXIT},
                         {STEPS, 2},
                         {BRANCH},
                         SUBSUME(0, IS(1, 1, 0), IS(2, 2, 0), IS(3, 3, 1)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "a packet pointer that moves", /* how far it has moved is not tied to the counter */
     .type = BPF_PROG_TYPE_XDP,
     .refused = true,
     .text = "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr6 = 0\nloop:\nr5 = r2\nr5 += 4\n"
             "if r5 > r3 goto end\nr0 = *(u32 *)(r2 + 0)\nr2 += 4\nr6 += 1\nif r6 < 8 goto loop\n"
             "end:\nr0 = 2\nexit\n",
     .bound = 3 + 7 * 8 + 2,
     .root = {{STEPS, 3}, SUBSUME(0, IS(1, 3, 0), IS(2, 4, 0), IS(3, ZERO, 0))},
     .nodes = {{.pc = 3,
                .regs = {IS(2, 1, 0), IS(3, 2, 0), IS(6, 3, 0)},
                .facts = {{.kind = PACKET, .mx = 28}, {.kind = PACKET_END}, RANGE(0, 7)},
                .steps = 9,
                .terms = {{7, 3, 7}},
                .code = {{STEPS, 2},
                         {BRANCH},
                         {STEPS, 1},
                         {EXIT},
                         {STEPS, 3},
                         {BRANCH},
                         SUBSUME(0, IS(1, 1, 4), IS(2, 2, 0), IS(3, 3, 1)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "in 32 bits", .text = "w1 = 0\n" COUNTED("w1 += 1\nif w1 < 1000"), RISING},
    {.name = "in 64 bits, compared in 32",
     .text = "r1 = 0\n" COUNTED("r1 += 1\nif w1 < 1000"),
     RISING},
    {.name = "compared with sign", .text = "r1 = 0\n" COUNTED("r1 += 1\nif r1 s< 1000"), RISING},
    {.name = "compared with sign in 32 bits",
     .text = "r1 = 0\n" COUNTED("r1 += 1\nif w1 s< 1000"),
     RISING},
    {.name = "from -5 to 5", /* the counter is the symbol less 5 */
     .text = "r1 = -5\n" COUNTED("r1 += 1\nif r1 s< 5"),
     .bound = 1 + 2 * 10 + 2,
     .root = {{STEPS, 1}, SUBSUME(0, IS(1, ZERO, 0))},
     .nodes = {{.pc = 1,
                .regs = {IS(1, 1, -5)},
                .facts = {RANGE(0, 9)},
                .steps = 4,
                .terms = {{2, 1, 9}},
                .code = {{STEPS, 1}, {BRANCH}, SUBSUME(0, IS(1, 1, 1)), {STEPS, 1}, {EXIT}}}}},
    {.name = "down to zero", .text = "r1 = 1000\n" COUNTED("r1 += -1\nif r1 != 0"), FALLING},
    {.name = "down while above zero",
     .text = "r1 = 1000\n" COUNTED("r1 += -1\nif r1 > 0"),
     FALLING},
    {.name = "as often as the input says",
     .text = "r2 = *(u32 *)(r1 + 0)\nr2 &= 63\nr1 = 0\ngoto test\nloop:\nr1 += 1\ntest:\n"
             "if r1 < r2 goto loop\nr0 = 0\nexit\n",
     .bound = 4 + 2 * 63 + 3,
     .root = {{STEPS, 4}, SUBSUME(0, IS(1, ZERO, 0), IS(2, 4, 0))},
     .nodes = {{.pc = 5,
                .regs = {IS(1, 1, 0), IS(2, 2, 0)},
                .facts = {RANGE(0, 63), RANGE(0, 63)},
                .steps = 3,
                .terms = {{2, 1, 63}},
                .code = {{BRANCH},
                         {STEPS, 1},
                         SUBSUME(0, IS(1, 1, 1), IS(2, 2, 0)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "one number rises or another falls", /* at most 126 rounds of 4 steps */
     .text = "r2 = *(u32 *)(r1 + 0)\nr2 &= 63\nr1 = 0\ngoto test\nloop:\nif r2 & 1 goto up\n"
             "r2 += -1\ngoto test\nup:\nr1 += 1\ntest:\nif r1 < r2 goto loop\nr0 = 0\nexit\n",
     .bound = 4 + 4 * 126 + 3,
     .root = {{STEPS, 4}, SUBSUME(0, IS(1, ZERO, 0), IS(2, 4, 0))},
     .nodes = {{.pc = 8,
                .regs = {IS(1, 1, 0), IS(2, 2, 0)},
                .facts = {RANGE(0, 63), RANGE(0, 63)},
                .steps = 3,
                .terms = {{4, 1, 63}, {-4, 2, 0}},
                .code = {{BRANCH},
                         {BRANCH},
                         {STEPS, 1},
                         SUBSUME(0, IS(1, 1, 1), IS(2, 2, 0)),
                         {STEPS, 2},
                         SUBSUME(0, IS(1, 1, 0), IS(2, 2, -1)),
                         {STEPS, 1},
                         {EXIT}}}}},
    {.name = "halved until it is zero", /* a shift gives another number, not one so much less */
     .refused = true,
     .text = "r1 = *(u32 *)(r1 + 0)\n" COUNTED("r1 >>= 1\nif r1 != 0"),
     .bound = 1 + 2 * 32 + 2,
     .root = {{STEPS, 1}, SUBSUME(0, IS(1, 3, 0))},
     .nodes = {{.pc = 1,
                .regs = {IS(1, 1, 0)},
                .facts = {RANGE(0, UINT32_MAX)},
                .steps = 4,
                .terms = {{-2, 1, 0}},
                .code = {{STEPS, 1}, {BRANCH}, SUBSUME(0, IS(1, 2, 0)), {STEPS, 1}, {EXIT}}}}},
};
enum { LOOPS = sizeof loops / sizeof *loops };

/* --- Writing them ---------------------------------------------------------------------------- */

static struct w_pool pool = {.limit = (size_t)1 << 20};
static struct w_buf out;

static void u(uint64_t v) {
  if (!w_put_u(&pool, &out, v))
    abort();
}
static void s(int64_t v) {
  if (!w_put_s(&pool, &out, v))
    abort();
}

static void write_value(const struct value *v) {
  u(v->symbol);
  s(v->c);
}

/* The known bits are those above the highest one of `hi`, and the lowest ones of a multiple. */
static void write_number(uint64_t lo, uint64_t hi, uint64_t stride) {
  uint64_t mask = 0;
  for (uint64_t rest = hi; rest && lo != hi; rest >>= 1)
    mask = mask << 1 | 1;
  u(0); /* a number */
  u(0); /* not tainted */
  u(lo == hi ? lo : 0);
  u(mask & ~(stride ? stride - 1 : 0));
  u(lo);
  u(hi);
  s(hi > INT64_MAX ? INT64_MIN : (int64_t)lo);
  s(hi > INT64_MAX ? INT64_MAX : (int64_t)hi);
  u(0); /* nothing more of its low half */
}

static void write_fact(const struct fact *f) {
  switch (f->kind) {
  case NUMBER:
    write_number(f->lo, f->hi, f->stride);
    break;
  case FRAME: /* the first one */
    u(1);
    u(0);
    u(0);
    u(W_WHOLE);
    break;
  case PACKET: /* none of it is checked */
    u(3);
    u(0);
    u(f->mx);
    u(0);
    break;
  case PACKET_END:
    u(4);
    break;
  case NONE:
    break;
  }
}

static void write_state(const struct node *n) {
  uint64_t count = 0;
  u(n->pc);
  for (uint8_t r = 0; r < 12; r++) {
    const struct value *v = n->regs;
    while (v->there && v->of != r)
      v++;
    u(v->there);
    if (v->there)
      write_value(v);
  }
  u(n->slot.size != 0);
  if (n->slot.size) {
    s(n->slot.off);
    u(n->slot.size);
    u(n->slot.symbol);
    s(0);
  }
  u(n->slot.size != 0); /* bytes of the set of bytes written: the highest eight bytes */
  if (n->slot.size && !w_put(&pool, &out, n->slot.size == 8 ? "\xff" : "\xf0", 1))
    abort();
  u(0); /* callers */
  while (count < 3 && n->facts[count].kind != NONE)
    count++;
  u(count + 1);
  for (uint64_t k = 0; k <= count; k++) {
    u(k);
    write_fact(k ? &n->facts[k - 1] : &(struct fact){.kind = NUMBER});
  }
  u(count + 1); /* the next symbol */
}

static void write_code(const struct move *m) {
  for (unsigned open = 1; open; m++) {
    uint64_t count = 0;
    u((uint64_t)m->kind);
    switch (m->kind) {
    case STEPS:
      u(m->n);
      break;
    case BRANCH:
      open++;
      break;
    case SUB:
      while (count < 3 && m->to[count].there)
        count++;
      u(m->n);
      u(count + 1);
      u(ZERO);
      write_value(&(struct value){.symbol = ZERO});
      for (uint64_t k = 0; k < count; k++) {
        u(m->to[k].of);
        write_value(&m->to[k]);
      }
      open--;
      break;
    case EXIT:
      open--;
      break;
    }
  }
}

static void write_cert(const struct loop *l, uint64_t bound) {
  uint64_t count = l->nodes[1].steps ? 2 : 1;
  out.len = 0;
  if (!w_put(&pool, &out, "WCRT\5", 5))
    abort();
  u(bound);
  u(count);
  write_code(l->root);
  for (uint64_t k = 0; k < count; k++) {
    const struct node *n = &l->nodes[k];
    uint64_t terms = 0;
    write_state(n);
    s(n->steps);
    while (terms < 2 && n->terms[terms].k)
      terms++;
    u(terms);
    for (uint64_t i = 0; i < terms; i++) {
      s(n->terms[i].k);
      u(n->terms[i].symbol);
      u(n->terms[i].N);
    }
    write_code(n->code);
  }
}

/* --- The validator --------------------------------------------------------------------------- */

/* False after it was said why. The caller frees p->insns. */
static bool assemble(const char *name, const char *text, uint32_t type, struct warrant_program *p) {
  struct warrant_error error = {0};
  *p = (struct warrant_program){.kind = WARRANT_EBPF,
                                .type = type ? type : BPF_PROG_TYPE_SOCKET_FILTER};
  if (!warrant_asm(name, (const uint8_t *)text, strlen(text), &p->insns, &p->insn_count, &error))
    return true;
  report(false, name, error.text);
  return false;
}

static char why[600];
static int validate(const struct warrant_program *p) {
  struct warrant_error error = {0};
  uint8_t *image;
  size_t size;
  if (warrant_image(p, &image, &size, &error)) {
    snprintf(why, sizeof why, "%s", error.text);
    return -1;
  }
  int valid = warrant_validate_bytes(image, size, out.bytes, out.len, why, sizeof why);
  free(image);
  return valid;
}

static void by_hand(const struct loop *l) {
  char name[120];
  struct warrant_program p;
  if (!assemble(l->name, l->text, l->type, &p))
    return;
  write_cert(l, l->bound);
  int valid = validate(&p);
  snprintf(name, sizeof name, "loop %s: %s", l->name,
           l->refused ? "refused, as it is now" : "valid with the exact bound");
  if (l->refused) /* for a reason that is the loop's, not the certificate's form */
    report(valid == 0 && strstr(why, "node 0"), name, valid == 1 ? "it is valid" : why);
  else
    report(valid == 1, name, why);
  write_cert(l, l->bound - 1);
  valid = validate(&p);
  snprintf(name, sizeof name, "loop %s: refused with one step less", l->name);
  report(valid == 0 && strstr(why, "the bound on steps does not fall"), name,
         valid == 1 ? "it is valid" : why);
  free(p.insns);
}

/* --- What the search finds ------------------------------------------------------------------- */

/* Families of loops that differ in the number of rounds alone, `%N` in their text. */
struct family {
  const char *name, *text;
  unsigned each, once; /* steps a round, and beside that: the bound has to be this, exactly */
};

static const struct family families[] = {
    {"counted up", "r1 = 0\nr0 = 0\nl:\nr0 += r1\nr1 += 1\nif r1 < %N goto l\nr0 = 0\nexit\n", 3,
     4},
    {"counted up to a number", "r1 = 0\nl:\nr1 += 1\nif r1 != %N goto l\nr0 = 0\nexit\n", 2, 3},
    {"counted down", "r1 = %N\nl:\nr1 -= 1\nif r1 != 0 goto l\nr0 = 0\nexit\n", 2, 3},
    {"counted in 32 bits", "w1 = %N\nl:\nw1 -= 1\nif w1 > 0 goto l\nr0 = 0\nexit\n", 2, 3},
    {"counted on the stack",
     "*(u64 *)(r10 - 8) = 0\nl:\nr1 = *(u64 *)(r10 - 8)\nr1 += 1\n*(u64 *)(r10 - 8) = r1\n"
     "if r1 < %N goto l\nr0 = 0\nexit\n",
     4, 3},
    {"tested at its head", "r1 = 0\nl:\nif r1 >= %N goto e\nr1 += 1\ngoto l\ne:\nr0 = 0\nexit\n", 3,
     4},
    {"entered in its middle", "r1 = 0\ngoto m\nl:\nr1 += 1\nm:\nif r1 != %N goto l\nr0 = 0\nexit\n",
     2, 5},
    {"that calls a function, which has a loop",
     "r6 = 0\nl:\ncall f\nr6 += 1\nif r6 < %N goto l\nr0 = 0\nexit\n"
     "f:\nr2 = 0\nm:\nr2 += 1\nif r2 < 100 goto m\nr0 = 0\nexit\n",
     206, 3},
    {"around two others",
     "r6 = 0\na:\nr7 = 0\nb:\nr8 = 0\nc:\nr8 += 1\nif r8 < 10 goto c\nr7 += 1\nif r7 < 10 goto b\n"
     "r6 += 1\nif r6 < %N goto a\nr0 = 0\nexit\n",
     233, 3},
    {"around two others, the innermost with a break",
     "r6 = 0\na:\nr7 = 0\nb:\nr8 = 0\nc:\ncall 7\nif r0 == 0 goto d\nr8 += 1\nif r8 < 100 goto c\n"
     "d:\nr7 += 1\nif r7 < 10 goto b\nr6 += 1\nif r6 < %N goto a\nr0 = 0\nexit\n",
     4033, 3},
};
enum { FAMILIES = sizeof families / sizeof *families };

/* The text with its %N; the caller frees it. */
static char *with_rounds(const char *text, uint64_t rounds) {
  const char *at = strstr(text, "%N");
  size_t size = strlen(text) + 24;
  char *made = malloc(size);
  if (!at || !made)
    abort();
  snprintf(made, size, "%.*s%" PRIu64 "%s", (int)(at - text), text, rounds, at + 2);
  return made;
}

/* What the search says of the text, and whether the validator agrees; `out` has the certificate. */
struct finding {
  bool accepted, certified;
  uint64_t visited, bound;
};
static struct finding find(const char *name, const char *text) {
  struct finding f = {0};
  struct warrant_program p;
  struct warrant_verdict v;
  struct warrant_error error = {0};
  if (!assemble(name, text, 0, &p))
    return f;
  out.len = 0;
  if (warrant_verify(&p, NULL, &v, &error)) {
    snprintf(why, sizeof why, "%s", error.text);
  } else {
    snprintf(why, sizeof why, "%s", v.message);
    f.accepted = v.verdict == WARRANT_ACCEPT;
    f.certified =
        f.accepted && w_put(&pool, &out, v.cert, (uint32_t)v.cert_len) && validate(&p) == 1;
    f.bound = v.steps_bound;
    f.visited = v.visited;
    warrant_verdict_free(&v);
  }
  free(p.insns);
  return f;
}

/* Ten rounds or ten million: certified with the exact bound, and no more work. Nor does the
 * certificate have rounds that were followed one by one. */
static void constant_cost(const struct family *l) {
  uint64_t rounds[] = {10, MILLIONS}, visited[2];
  uint32_t len[2];
  char name[160], text[160];
  for (int k = 0; k < 2; k++) {
    char *program = with_rounds(l->text, rounds[k]);
    snprintf(name, sizeof name, "loop %s, %" PRIu64 " rounds: certified with the exact bound",
             l->name, rounds[k]);
    struct finding f = find(name, program);
    snprintf(text, sizeof text, "bound %" PRIu64 ", %.100s", f.bound, why);
    report(f.certified && f.bound == rounds[k] * l->each + l->once, name, text);
    visited[k] = f.visited;
    len[k] = out.len;
    free(program);
  }
  snprintf(name, sizeof name, "loop %s: as much work for ten rounds as for ten million", l->name);
  snprintf(text, sizeof text, "%" PRIu64 " instructions visited, and %" PRIu64, visited[0],
           visited[1]);
  report(visited[0] && visited[0] <= 2 * visited[1] && visited[1] <= 2 * visited[0], name, text);
  snprintf(name, sizeof name, "loop %s: no longer a certificate", l->name);
  snprintf(text, sizeof text, "%" PRIu32 " bytes, and %" PRIu32, len[0], len[1]);
  report(len[0] && len[1] < len[0] + 100, name, text);
}

/* Loops, each within the one before, counted by registers or on the stack. */
static void nested(unsigned depth, unsigned rounds, bool stack, uint64_t most) {
  static const int counters[] = {6, 7, 8, 9, 1, 2};
  char text[2000], name[160], said[160];
  size_t n = 0;
  uint64_t bound = 0;
  for (unsigned k = 0; k < depth; k++)
    n += (size_t)(stack ? snprintf(text + n, sizeof text - n, "*(u64 *)(r10 - %u) = 0\nl%u:\n",
                                   8 * k + 8, k)
                        : snprintf(text + n, sizeof text - n, "r%d = 0\nl%u:\n", counters[k], k));
  for (unsigned k = depth; k-- > 0; bound = (bound + (stack ? 4 : 2)) * rounds + 1)
    n += (size_t)(stack ? snprintf(text + n, sizeof text - n,
                                   "r1 = *(u64 *)(r10 - %u)\nr1 += 1\n*(u64 *)(r10 - %u) = r1\n"
                                   "if r1 < %u goto l%u\n",
                                   8 * k + 8, 8 * k + 8, rounds, k)
                        : snprintf(text + n, sizeof text - n, "r%d += 1\nif r%d < %u goto l%u\n",
                                   counters[k], counters[k], rounds, k));
  snprintf(text + n, sizeof text - n, "r0 = 0\nexit\n");
  bound += 2;
  snprintf(name, sizeof name, "%u loops of %u rounds, each in another, %s: certified", depth,
           rounds, stack ? "counted on the stack" : "counted by registers");
  struct finding f = find(name, text);
  snprintf(said, sizeof said, "bound %" PRIu64 " and not %" PRIu64 ", %" PRIu64 " visited, %.60s",
           f.bound, bound, f.visited, why);
  report(f.certified && f.bound == bound && f.visited <= most, name, said);
}

int main(void) {
  for (unsigned k = 0; k < LOOPS; k++)
    by_hand(&loops[k]);
  for (unsigned k = 0; k < FAMILIES; k++)
    constant_cost(&families[k]);
  nested(6, 10, false, 400);
  nested(6, 1000, false, 400);
  nested(6, 10, true, 400);
  w_buf_free(&pool, &out);
  return failures != 0;
}
