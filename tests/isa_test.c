/* Every eBPF instruction on boundary operands, in both interpreters and against what RFC 9669 says,
 * written down here a third time; what is no instruction decodes in neither; and long random
 * programs, of which the results are compared. isa_test [EXECUTIONS]   of random instructions */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "both.h"
#include "decode.h"
#include "disasm.h"
#include "gen.h"

static int failures;
static void report(bool good, const char *name, const char *why) {
  printf("%s %s%s%s\n", good ? "ok" : "not ok", name, good ? "" : ": ", good ? "" : why);
  failures += !good;
}

/* --- What the RFC says ----------------------------------------------------------------------- */

enum { ALU32 = 4, JMP64 = 5, JMP32 = 6, ALU64 = 7 };
enum { LOAD_ACQUIRE = 0x100, STORE_RELEASE = 0x110, CMPXCHG = 0xf1 };

__extension__ typedef __int128 wide;

static uint64_t cut(uint64_t v, unsigned bits) {
  return bits == 64 ? v : v & ((UINT64_C(1) << bits) - 1);
}
static int64_t as_signed(uint64_t v, unsigned bits) {
  switch (bits) {
  case 8:
    return (int8_t)v;
  case 16:
    return (int16_t)v;
  case 32:
    return (int32_t)v;
  default:
    return (int64_t)v;
  }
}

/* The arithmetic is done in 128 bits, where nothing overflows but products, and then cut. */
static uint64_t rfc_alu(const struct warrant_insn *i, uint64_t dst, uint64_t src) {
  unsigned bits = (i->op & 7) == ALU64 ? 64 : 32;
  uint64_t x = cut(dst, bits), y = cut(src, bits);
  wide sx = as_signed(x, bits), sy = as_signed(y, bits);
  unsigned n = (unsigned)(y % bits);
  switch (i->op >> 4) {
  case 0x0:
    return cut((uint64_t)(sx + sy), bits);
  case 0x1:
    return cut((uint64_t)(sx - sy), bits);
  case 0x2:
    return cut(x * y, bits);
  case 0x3:
    return i->off ? cut(sy ? (uint64_t)(sx / sy) : 0, bits) : y ? x / y : 0;
  case 0x4:
    return x | y;
  case 0x5:
    return x & y;
  case 0x6:
    return cut(x << n, bits);
  case 0x7:
    return x >> n;
  case 0x8:
    return cut((uint64_t)-sx, bits);
  case 0x9:
    return i->off ? cut(sy ? (uint64_t)(sx % sy) : x, bits) : y ? x % y : x;
  case 0xa:
    return x ^ y;
  case 0xb:
    return i->off ? cut((uint64_t)as_signed(src, (unsigned)i->off), bits) : y;
  case 0xc: { /* the sign comes in from the left */
    wide power = (wide)1 << n, quotient = sx / power;
    return cut((uint64_t)(sx < 0 && quotient * power != sx ? quotient - 1 : quotient), bits);
  }
  default:
    abort();
  }
}

static uint64_t rfc_swap(const struct warrant_insn *i, uint64_t v) {
  uint64_t out = 0;
  if (i->op == 0xd4) /* the machine is a little-endian one */
    return cut(v, (unsigned)i->imm);
  for (int from = 0; from < i->imm; from += 8)
    out |= (v >> from & 255) << (i->imm - 8 - from);
  return out;
}

static bool rfc_jump(const struct warrant_insn *i, uint64_t dst, uint64_t src) {
  unsigned bits = (i->op & 7) == JMP64 ? 64 : 32;
  uint64_t x = cut(dst, bits), y = cut(src, bits);
  int64_t sx = as_signed(x, bits), sy = as_signed(y, bits);
  switch (i->op >> 4) {
  case 0x0:
    return true;
  case 0x1:
    return x == y;
  case 0x2:
    return x > y;
  case 0x3:
    return x >= y;
  case 0x4:
    return (x & y) != 0;
  case 0x5:
    return x != y;
  case 0x6:
    return sx > sy;
  case 0x7:
    return sx >= sy;
  case 0xa:
    return x < y;
  case 0xb:
    return x <= y;
  case 0xc:
    return sx < sy;
  case 0xd:
    return sx <= sy;
  default:
    abort();
  }
}

static bool is_atomic(const struct gen_form *f) {
  return (f->op & 0xe7) == 0xc3 && f->imm != LOAD_ACQUIRE && f->imm != STORE_RELEASE;
}
static bool is_legacy(const struct gen_form *f) { return (f->op & 7) == 0 && f->op != 0x18; }
static bool loads(const struct gen_form *f) {
  return (f->op & 7) == 1 || ((f->op & 0xe7) == 0xc3 && f->imm == LOAD_ACQUIRE);
}

/* What an atomic operation leaves in memory. */
static uint64_t rfc_atomic(int32_t imm, unsigned bits, uint64_t old, uint64_t src, uint64_t r0) {
  switch (imm) {
  case 0x00:
  case 0x01:
    return cut(old + src, bits);
  case 0x40:
  case 0x41:
    return cut(old | src, bits);
  case 0x50:
  case 0x51:
    return cut(old & src, bits);
  case 0xa0:
  case 0xa1:
    return cut(old ^ src, bits);
  case 0xe1:
    return cut(src, bits);
  case CMPXCHG:
    return cut(old == cut(r0, bits) ? src : old, bits);
  default:
    abort();
  }
}

/* --- A program of many cases ----------------------------------------------------------------- */

enum {
  SLOTS_MAX = 4000,
  CASE_MAX = 24,
  FAR = 40000,
  FAR_MAX = FAR + 100,
  MEMORY = 64,
  PACKET = 20
};

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 7,
                                 31,
                                 32,
                                 63,
                                 64,
                                 0x7f,
                                 0x80,
                                 0xff,
                                 0x7fff,
                                 0x8000,
                                 0xffff,
                                 0x7fffffff,
                                 0x80000000,
                                 0xfffffffe,
                                 0xffffffff,
                                 UINT64_C(0x100000000),
                                 UINT64_C(0x1ffffffff),
                                 UINT64_C(0x7fffffffffffffff),
                                 UINT64_C(0x8000000000000000),
                                 UINT64_C(0xffffffff80000000),
                                 UINT64_C(0xffffffff7fffffff),
                                 UINT64_C(0xfffffffffffffffe),
                                 UINT64_MAX,
                                 UINT64_C(0x123456789abcdef0),
                                 UINT64_C(0xfedcba9876543210)};
static const int32_t small_edges[] = {0,
                                      1,
                                      2,
                                      7,
                                      31,
                                      32,
                                      63,
                                      64,
                                      127,
                                      128,
                                      255,
                                      32767,
                                      65535,
                                      65536,
                                      INT32_MAX,
                                      INT32_MIN,
                                      INT32_MIN + 1,
                                      -1,
                                      -2,
                                      -32,
                                      -128,
                                      0x12345678};
enum {
  EDGES = sizeof edges / sizeof *edges,
  SMALL_EDGES = sizeof small_edges / sizeof *small_edges
};

struct expected {
  bool set, seen, undefined;
  uint8_t reg;
  uint64_t v;
};
struct bench {
  struct both both;
  struct warrant_program p;
  struct warrant_env env;
  uint8_t memory[MEMORY], packet[PACKET];
  struct warrant_map maps[2];
  struct warrant_insn insns[FAR_MAX];
  struct expected expected[FAR_MAX]; /* in front of the instruction at that slot */
  uint32_t n;
  uint64_t cases, steps;
  char why[2300]; /* the first that went wrong; "" */
};

static void check_step(void *data, const struct warrant_trace *step) {
  struct bench *b = data;
  b->steps++;
  if (step->pc < 0 || step->pc >= FAR_MAX)
    return;
  struct expected *e = &b->expected[step->pc];
  bool defined = step->defined >> e->reg & 1;
  if (!e->set)
    return;
  e->seen = true;
  if ((e->undefined ? defined : !defined || step->regs[e->reg] != e->v) && !b->why[0])
    snprintf(b->why, sizeof b->why, "before %" PRId64 " r%u is 0x%" PRIx64 " (%s), not 0x%" PRIx64,
             step->pc, e->reg, step->regs[e->reg], defined ? "defined" : "undefined", e->v);
}

static void put(struct bench *b, unsigned op, unsigned dst, unsigned src, int off, int64_t imm) {
  b->insns[b->n++] = (struct warrant_insn){.op = (uint8_t)op,
                                           .dst = dst & 15,
                                           .src = src & 15,
                                           .off = (int16_t)off,
                                           .imm = (int32_t)imm};
}
static void set(struct bench *b, unsigned reg, uint64_t v) {
  put(b, 0x18, reg, 0, 0, (int32_t)v);
  put(b, 0, 0, 0, 0, (int32_t)(v >> 32));
}
/* Of what comes next. */
static void expect(struct bench *b, unsigned reg, uint64_t v) {
  b->expected[b->n] = (struct expected){.set = true, .reg = (uint8_t)reg, .v = v};
  b->cases++;
}
static void expect_undefined(struct bench *b, unsigned reg) {
  b->expected[b->n] = (struct expected){.set = true, .reg = (uint8_t)reg, .undefined = true};
}

/* Runs what was put, and begins anew. `fault`: how it has to end. */
static void run(struct bench *b, enum warrant_fault fault) {
  if (fault == WARRANT_NO_FAULT) {
    put(b, 0xb7, 0, 0, 0, 0);
    put(b, 0x95, 0, 0, 0, 0);
  }
  b->p.insns = b->insns;
  b->p.insn_count = b->n;
  bool same = both_agree(&b->both, &b->p, &b->env);
  if (!b->why[0] && !same)
    snprintf(b->why, sizeof b->why, "the interpreters differ %s", b->both.why);
  if (!b->why[0] && !b->both.decoded)
    snprintf(b->why, sizeof b->why, "%s", b->both.why);
  if (!b->why[0] && b->both.run.fault != fault)
    snprintf(b->why, sizeof b->why, "ended with %s, not %s", warrant_fault_name(b->both.run.fault),
             warrant_fault_name(fault));
  for (uint32_t i = 0; i < b->n; i++)
    if (b->expected[i].set && !b->expected[i].seen && !b->why[0])
      snprintf(b->why, sizeof b->why, "did not come to %" PRIu32, i);
  memset(b->expected, 0, (b->n + 1) * sizeof *b->expected);
  b->n = 0;
}
/* The program has its own end, and the result is to be this. */
static void run_to(struct bench *b, uint64_t result) {
  run(b, WARRANT_NO_FAULT);
  if (b->both.run.result != result && !b->why[0])
    snprintf(b->why, sizeof b->why, "the result is 0x%" PRIx64 ", not 0x%" PRIx64,
             b->both.run.result, result);
  b->cases++;
}
static void run_when_full(struct bench *b) {
  if (b->n > SLOTS_MAX - CASE_MAX)
    run(b, WARRANT_NO_FAULT);
}

/* The second operand: of a register, or the constant with its sign extended. */
static uint64_t operand(const struct warrant_insn *i, uint64_t src) {
  return i->op & 8 ? src : (uint64_t)(int64_t)i->imm;
}

/* --- Rows ------------------------------------------------------------------------------------ */

static struct warrant_insn insn_of(const struct gen_form *f, unsigned dst, unsigned src, int off,
                                   int32_t imm) {
  struct warrant_insn i = {.op = f->op, .src = f->src & 15, .off = f->off, .imm = f->imm};
  if (f->free & GEN_DST)
    i.dst = dst & 15;
  if (f->free & GEN_SRC)
    i.src = src & 15;
  if (f->free & (GEN_OFF | GEN_JUMP_OFF))
    i.off = (int16_t)off;
  if (f->free & (GEN_IMM | GEN_HELPER | GEN_MAP))
    i.imm = imm;
  if (f->free & GEN_JUMP_IMM)
    i.imm = off;
  return i;
}

static void alu_case(struct bench *b, const struct gen_form *f, unsigned dst, unsigned src,
                     uint64_t x, uint64_t y, int32_t imm) {
  struct warrant_insn i = insn_of(f, dst, src, 0, imm);
  run_when_full(b);
  set(b, dst, x);
  if (f->free & GEN_SRC)
    set(b, src, y);
  if (dst == src)
    x = y;
  b->insns[b->n++] = i;
  expect(b, dst, i.op >> 4 == 0xd ? rfc_swap(&i, x) : rfc_alu(&i, x, operand(&i, y)));
}

static void jump_case(struct bench *b, const struct gen_form *f, unsigned dst, unsigned src,
                      uint64_t x, uint64_t y, int32_t imm) {
  struct warrant_insn i = insn_of(f, dst, src, 1, imm);
  run_when_full(b);
  if (f->free & GEN_DST)
    set(b, dst, x);
  if (f->free & GEN_SRC)
    set(b, src, y);
  if (dst == src)
    x = y;
  put(b, 0xb7, 0, 0, 0, 0);
  b->insns[b->n++] = i;
  put(b, 0xb7, 0, 0, 0, 1);
  expect(b, 0, !rfc_jump(&i, x, operand(&i, y)));
  /* and back: over an instruction that goes on */
  i = insn_of(f, dst, src, -2, imm);
  put(b, 0x05, 0, 0, 1, 0);
  put(b, 0x05, 0, 0, 1, 0);
  b->insns[b->n++] = i;
}

typedef void case_fn(struct bench *b, const struct gen_form *f, unsigned dst, unsigned src,
                     uint64_t x, uint64_t y, int32_t imm);

/* All pairs of boundary operands, in registers that change from case to case; r0 is left out. */
static void pairs(struct bench *b, const struct gen_form *f, case_fn *one) {
  unsigned k = 0, second = f->free & GEN_SRC ? EDGES : f->free & GEN_IMM ? SMALL_EDGES : 1;
  for (unsigned x = 0; x < EDGES; x++)
    for (unsigned y = 0; y < second; y++, k++) {
      unsigned dst = 1 + k % 9, src = 1 + (k + 1 + k / 9 % 8) % 9;
      one(b, f, dst, src, edges[x], f->free & GEN_SRC ? edges[y] : 0,
          f->free & GEN_IMM ? small_edges[y] : 0);
    }
  if (f->free & GEN_SRC)
    for (unsigned x = 0; x < EDGES; x++)
      one(b, f, 1 + x % 9, 1 + x % 9, edges[x], edges[x], 0);
  run(b, WARRANT_NO_FAULT);
}

static void load_row(struct bench *b, const struct gen_form *f) {
  static const uint8_t sizes[] = {4, 2, 1, 8};
  unsigned n = sizes[f->op >> 3 & 3], bits = 8 * n;
  for (unsigned e = 0; e < EDGES; e++) {
    memset(b->memory, 0xa5, MEMORY);
    for (unsigned i = 0; i < 8; i++)
      b->memory[e % 8 + 8 + i] = (uint8_t)(edges[e] >> 8 * i);
    uint64_t v = cut(edges[e], bits);
    v = (f->op & 0xe0) == 0x80 ? (uint64_t)as_signed(v, bits) : v;
    b->insns[b->n++] = insn_of(f, 2, 1, (int)(e % 8) + 8, 0);
    expect(b, 2, v);
    put(b, 0x07, 1, 0, 0, 40); /* from behind, and into the address itself */
    b->insns[b->n++] = insn_of(f, 1, 1, (int)(e % 8) + 8 - 40, 0);
    expect(b, 1, v);
    run(b, WARRANT_NO_FAULT);
  }
  /* to the last byte, and one further, at both ends of the memory and of the frame */
  const struct {
    unsigned src;
    int off;
    bool good;
  } ends[] = {{1, 0, true},
              {1, -1, false},
              {1, MEMORY - (int)n, true},
              {1, MEMORY - (int)n + 1, false},
              {10, -512, true},
              {10, -513, false},
              {10, -(int)n, true},
              {10, -(int)n + 1, false},
              {1, 32767, false},
              {1, -32768, false},
              {10, 0, false}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    b->insns[b->n++] = insn_of(f, 2, ends[i].src, ends[i].off, 0);
    run(b, ends[i].good ? WARRANT_NO_FAULT : WARRANT_OUT_OF_BOUNDS);
  }
}

static void store_row(struct bench *b, const struct gen_form *f) {
  static const uint8_t sizes[] = {4, 2, 1, 8};
  unsigned n = sizes[f->op >> 3 & 3];
  unsigned count = f->free & GEN_SRC ? EDGES : SMALL_EDGES;
  for (unsigned e = 0; e < count; e++) {
    uint64_t v = f->free & GEN_SRC ? edges[e] : (uint64_t)(int64_t)small_edges[e];
    for (int frame = 0; frame < 2; frame++) {
      unsigned base = frame ? 10 : 1;
      int at = frame ? -24 - (int)(e % 8) : 16 + (int)(e % 8);
      run_when_full(b);
      set(b, 3, v);
      set(b, 4, UINT64_C(0x5a5a5a5a5a5a5a5a));
      put(b, 0x7b, base, 4, at, 0);
      b->insns[b->n++] = insn_of(f, base, 3, at, f->free & GEN_IMM ? small_edges[e] : 0);
      put(b, 0x79, 5, base, at, 0);
      expect(b, 5,
             n == 8 ? v : cut(v, 8 * n) | (UINT64_C(0x5a5a5a5a5a5a5a5a) & ~cut(UINT64_MAX, 8 * n)));
    }
  }
  run(b, WARRANT_NO_FAULT);
  const struct {
    unsigned base;
    int off;
    bool good;
  } ends[] = {{1, 0, true},
              {1, -1, false},
              {1, MEMORY - (int)n, true},
              {1, MEMORY - (int)n + 1, false},
              {10, -512, true},
              {10, -513, false},
              {10, -(int)n, true},
              {10, -(int)n + 1, false}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    set(b, 3, 7);
    b->insns[b->n++] = insn_of(f, ends[i].base, 3, ends[i].off, 7);
    run(b, ends[i].good ? WARRANT_NO_FAULT : WARRANT_OUT_OF_BOUNDS);
  }
}

/* Addresses of kernel variables and of code: the interpreter has places for them. */
static void address_row(struct bench *b, const struct gen_form *f) {
  for (unsigned e = 0; e < SMALL_EDGES && f->src == 3; e++) {
    uint64_t id = (uint32_t)small_edges[e], module = (uint32_t)small_edges[SMALL_EDGES - 1 - e];
    b->insns[b->n++] = insn_of(f, 3, 0, 0, small_edges[e]);
    put(b, 0, 0, 0, 0, small_edges[SMALL_EDGES - 1 - e]);
    expect(b, 3, (UINT64_C(1) << 49) + (module << 36) + 8 * id);
  }
  for (int to = -1; to < 2 && f->src == 4; to += 2) { /* itself, and what follows */
    uint64_t at = b->n;
    b->insns[b->n++] = insn_of(f, 3, 0, to, 0);
    put(b, 0, 0, 0, 0, 0);
    expect(b, 3, (UINT64_C(1) << 48) + 8 * (at + 1 + (uint64_t)(int64_t)to));
  }
  run(b, WARRANT_NO_FAULT);
  static const int none[] = {0, 100, -2, INT32_MIN, INT32_MAX}; /* a second slot, and outside */
  for (size_t i = 0; i < sizeof none / sizeof *none && f->src == 4; i++) {
    b->insns[b->n++] = insn_of(f, 3, 0, none[i], 0);
    put(b, 0, 0, 0, 0, 0);
    run(b, WARRANT_BAD_INSTRUCTION);
  }
}

static void long_row(struct bench *b, const struct gen_form *f) {
  bool value = f->src == 2 || f->src == 6;
  if (f->src == 3 || f->src == 4) {
    address_row(b, f);
    return;
  }
  if (!(f->free & GEN_MAP)) {
    for (unsigned e = 0; e < EDGES; e++) {
      set(b, e % 10, edges[e]);
      expect(b, e % 10, edges[e]);
    }
    run(b, WARRANT_NO_FAULT);
    return;
  }
  for (int map = 0; map < 2; map++)
    for (unsigned e = 0; e < (value ? SMALL_EDGES : 1); e++) {
      int32_t off = value ? small_edges[e] : 0;
      b->insns[b->n++] = insn_of(f, 3, 0, 0, map);
      put(b, 0, 0, 0, 0, off);
      expect(b, 3,
             value ? b->env.values + ((uint64_t)map << 32) + (uint64_t)(int64_t)off
                   : b->env.maps + 256 * (uint64_t)map);
    }
  run(b, WARRANT_NO_FAULT);
  static const int32_t none[] = {2, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    b->insns[b->n++] = insn_of(f, 3, 0, 0, none[i]);
    put(b, 0, 0, 0, 0, 0);
    run(b, WARRANT_BAD_MAP);
  }
}

static void call_row(struct bench *b) {
  for (unsigned r = 0; r < 10; r++)
    set(b, r, 100 + r);
  put(b, 0x85, 0, 0, 0, 5); /* a clock that ticks 1000 at a time */
  expect(b, 0, 1000);
  put(b, 0xb7, 0, 0, 0, 0);
  for (unsigned r = 1; r <= 5; r++) {
    expect_undefined(b, r);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  for (unsigned r = 6; r < 10; r++) {
    expect(b, r, 100 + r);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  put(b, 0x85, 0, 0, 0, 5);
  expect(b, 0, 2000);
  run(b, WARRANT_NO_FAULT);
  static const int32_t none[] = {0, -1, 4, INT32_MAX, INT32_MIN, 1000};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    put(b, 0x85, 0, 0, 0, none[i]);
    run(b, WARRANT_UNKNOWN_HELPER);
  }
}

static void exit_row(struct bench *b) {
  for (unsigned e = 0; e < EDGES; e++) {
    set(b, 0, edges[e]);
    put(b, 0x95, 0, 0, 0, 0);
    put(b, 0xb7, 0, 0, 0, 1);
    put(b, 0x95, 0, 0, 0, 0);
    b->n -= 2; /* `run` puts its own end behind */
    run(b, WARRANT_NO_FAULT);
    if (b->both.run.result != edges[e] && !b->why[0])
      snprintf(b->why, sizeof b->why, "the result is 0x%" PRIx64, b->both.run.result);
    b->cases++;
  }
}

/* Memory of eight bytes, a register, and r0: what is in them afterwards. */
static void atomic_case(struct bench *b, const struct gen_form *f, int place, unsigned src,
                        uint64_t memory, uint64_t y, uint64_t r0) {
  unsigned bits = f->op == 0xc3 ? 32 : 64;
  uint64_t old = cut(memory, bits), upper = memory & ~cut(UINT64_MAX, bits);
  if (src == 0)
    y = r0;
  uint64_t left = rfc_atomic(f->imm, bits, old, y, r0);
  int at = place == 0 ? -16 : place == 1 ? 24 : 8;
  run_when_full(b);
  set(b, 3, memory);
  if (place == 2) {
    put(b, 0x18, 2, 2, 0, 1);
    put(b, 0, 0, 0, 0, 0);
  } else if (place == 1) {
    put(b, 0xbf, 2, 10, 0, 0);
    put(b, 0x07, 2, 0, 0, -80);
  }
  unsigned base = place ? 2 : 10;
  put(b, 0x7b, base, 3, at, 0);
  set(b, 0, r0);
  if (src)
    set(b, src, y);
  b->insns[b->n++] = insn_of(f, base, src, at, 0);
  bool fetch = f->imm & 1;
  expect(b, 0, f->imm == CMPXCHG || (fetch && src == 0) ? old : r0);
  put(b, 0x79, 5, base, at, 0);
  expect(b, 5, upper | left);
  put(b, 0xb7, 5, 0, 0, 0);
  if (src)
    expect(b, src, fetch && f->imm != CMPXCHG ? old : y);
  put(b, 0xb7, 5, 0, 0, 0);
}

static void atomic_row(struct bench *b, const struct gen_form *f) {
  int n = f->op == 0xc3 ? 4 : 8;
  unsigned k = 0;
  for (unsigned x = 0; x < EDGES; x++)
    for (unsigned y = 0; y < EDGES; y++, k++) {
      const uint64_t r0[] = {edges[x], edges[y], edges[x] ^ UINT64_C(0x10000000000), edges[x] ^ 1};
      for (unsigned e = 0; e < (f->imm == CMPXCHG ? 4 : 1); e++)
        atomic_case(b, f, (int)(k % 3), k % 7 ? 4 + 2 * (k & 1) : 0, edges[x], edges[y], r0[e]);
    }
  run(b, WARRANT_NO_FAULT);
  const struct {
    int map, off; /* a value of 16 bytes, or the frame */
    bool good;
  } ends[] = {{0, -512, true},   {0, -513, false},  {0, -n, true},
              {0, 1 - n, false}, {0, 0, false},     {1, 0, true},
              {1, -1, false},    {1, 16 - n, true}, {1, 17 - n, false}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    put(b, 0xb7, 0, 0, 0, 0);
    put(b, 0xb7, 4, 0, 0, 0);
    put(b, 0xbf, 3, 10, 0, 0);
    if (ends[i].map) {
      put(b, 0x18, 3, 2, 0, 0);
      put(b, 0, 0, 0, 0, 0);
    }
    b->insns[b->n++] = insn_of(f, 3, 4, ends[i].off, 0);
    run(b, ends[i].good ? WARRANT_NO_FAULT : WARRANT_OUT_OF_BOUNDS);
    b->cases++;
  }
  /* the context has none; a map that may only be read; bytes that were never written; r10 */
  for (int what = 0; what < 6; what++) {
    enum warrant_fault fault[] = {WARRANT_BAD_CONTEXT,     WARRANT_READ_ONLY,
                                  WARRANT_UNDEFINED_STACK, WARRANT_NO_FAULT,
                                  WARRANT_FRAME_WRITE,     WARRANT_UNDEFINED_REGISTER};
    bool takes_r10 = !(f->imm & 1) || f->imm == CMPXCHG;
    if (what == 5 && f->imm != CMPXCHG)
      continue;
    b->p.profile = what == 2 ? WARRANT_STRICT : WARRANT_ROOT;
    b->maps[1].readonly = what == 1;
    if (what != 5)
      put(b, 0xb7, 0, 0, 0, 0);
    put(b, 0xbf, 3, what ? 10 : 1, 0, 0);
    if (what == 1) {
      put(b, 0x18, 3, 2, 0, 1);
      put(b, 0, 0, 0, 0, 0);
    }
    put(b, 0xb7, 4, 0, 0, 0);
    b->insns[b->n++] = insn_of(f, 3, what == 4 ? 10 : 4, what < 2 ? 0 : -8, 0);
    run(b, what == 4 && takes_r10 ? WARRANT_NO_FAULT : fault[what]);
    b->p.profile = WARRANT_ROOT;
    b->maps[1].readonly = false;
    b->cases++;
  }
}

/* r6 is the context of a program of type socket; what is there is read from the left. */
static void legacy_start(struct bench *b) {
  b->p.type = 1;
  put(b, 0xbf, 6, 1, 0, 0);
  put(b, 0xb7, 0, 0, 0, 5);
}

static void legacy_case(struct bench *b, const struct gen_form *f, uint64_t y, int32_t imm) {
  int n = f->op >> 3 & 2 ? 1 : f->op >> 3 & 1 ? 2 : 4;
  int32_t at = (int32_t)((uint32_t)imm + (f->free & GEN_SRC ? (uint32_t)y : 0));
  legacy_start(b);
  set(b, 7, y);
  b->insns[b->n++] = insn_of(f, 0, 7, 0, imm);
  if (at < 0 || at > PACKET - n) { /* the end of it all */
    put(b, 0xb7, 0, 0, 0, 9);
    run_to(b, 0);
    if (b->both.run.steps != 4 && !b->why[0])
      snprintf(b->why, sizeof b->why, "went on after a load at %" PRId32, at);
    return;
  }
  uint64_t v = 0;
  for (int i = 0; i < n; i++)
    v += (uint64_t)b->packet[at + n - 1 - i] << 8 * i;
  expect(b, 0, v);
  for (unsigned r = 1; r <= 5; r++) {
    put(b, 0xb7, 0, 0, 0, 0);
    expect_undefined(b, r);
  }
  put(b, 0xb7, 0, 0, 0, 0);
  expect(b, 7, y);
  run(b, WARRANT_NO_FAULT);
}

static void legacy_row(struct bench *b, const struct gen_form *f) {
  bool indirect = f->free & GEN_SRC;
  for (int32_t at = -5; at <= PACKET + 1; at++) {
    legacy_case(b, f, 0, at);
    legacy_case(b, f, indirect ? 3 : 0, at);
    legacy_case(b, f, indirect ? (uint64_t)(int64_t)at : 0, indirect ? 1 : at);
    legacy_case(b, f, UINT64_C(0x500000000) + (uint32_t)at, indirect ? 0 : at);
  }
  for (unsigned e = 0; e < SMALL_EDGES; e++) {
    legacy_case(b, f, 0, small_edges[e]);
    legacy_case(b, f, UINT64_C(0x7fffffff), small_edges[e]);
    legacy_case(b, f, UINT64_C(0xffffffff), small_edges[e]);
  }
  for (int what = 0; what < 6; what++) {
    if (what == 5 && !indirect)
      continue;
    legacy_start(b);
    put(b, 0xb7, 7, 0, 0, 0);
    enum warrant_fault fault = WARRANT_BAD_HELPER_ARGUMENT;
    switch (what) {
    case 0:
      put(b, 0xb7, 6, 0, 0, 5);
      break;
    case 1:
      put(b, 0xbf, 6, 10, 0, 0);
      break;
    case 2: /* a function has no r6 */
      put(b, 0x85, 0, 1, 0, 0);
      fault = WARRANT_BAD_INSTRUCTION;
      break;
    case 3:
      b->p.type = 6;
      fault = WARRANT_BAD_INSTRUCTION;
      break;
    case 4:
      b->n -= 3;
      put(b, 0xb7, 7, 0, 0, 0);
      fault = WARRANT_UNDEFINED_REGISTER;
      break;
    default:
      fault = WARRANT_UNDEFINED_REGISTER;
    }
    b->insns[b->n++] = insn_of(f, 0, what == 5 ? 8 : 7, 0, 0);
    run(b, fault);
    b->cases++;
  }
  b->p.type = 0;
}

/* Nothing of what a function does to its own registers and frame is seen by its caller. */
static void local_row(struct bench *b) {
  uint64_t top = b->env.stack + 4096;
  /* 0 */ put(b, 0xb7, 6, 0, 0, 60);
  put(b, 0xb7, 7, 0, 0, 70);
  put(b, 0xb7, 8, 0, 0, 80);
  put(b, 0xb7, 9, 0, 0, 90);
  put(b, 0x7a, 10, 0, -8, 111);
  for (unsigned r = 1; r <= 5; r++)
    put(b, 0xb7, r, 0, 0, 10 * r);
  expect(b, 10, top);
  /* 10 */ put(b, 0x85, 0, 1, 0, 17);
  expect(b, 0, 150);
  for (unsigned r = 1; r <= 10; r++) { /* 11 to 20 */
    put(b, 0xb7, 0, 0, 0, 0);
    if (r <= 5)
      expect_undefined(b, r);
    else
      expect(b, r, r < 10 ? 10 * r : top);
  }
  put(b, 0x79, 3, 10, -8, 0);
  expect(b, 3, 111);
  put(b, 0xb7, 0, 0, 0, 0);
  put(b, 0x05, 0, 0, 29, 0); /* 23: over the function */
  while (b->n < 28)
    put(b, 0xb7, 0, 0, 0, 0);
  /* 28: the function */
  for (unsigned r = 0; r <= 10; r++) {
    if (r == 0 || (r > 5 && r < 10))
      expect_undefined(b, r);
    else
      expect(b, r, r < 10 ? 10 * r : top - 512);
    put(b, 0x7a, 10, 0, -8, 222); /* where the caller has 111 */
  }
  put(b, 0xb7, 0, 0, 0, 0);
  for (unsigned r = 1; r <= 5; r++)
    put(b, 0x0f, 0, r, 0, 0);
  for (unsigned r = 6; r <= 9; r++)
    put(b, 0xb7, r, 0, 0, -1);
  put(b, 0x95, 0, 0, 0, 0);
  while (b->n < 53)
    put(b, 0xb7, 0, 0, 0, 0);
  b->cases++;
  run(b, WARRANT_NO_FAULT);

  /* through a pointer into the caller's frame, and beyond its own */
  put(b, 0xbf, 1, 10, 0, 0);
  put(b, 0x07, 1, 0, 0, -16);
  put(b, 0x7a, 10, 0, -512, 333);
  put(b, 0x85, 0, 1, 0, 4);
  expect(b, 0, 333);
  put(b, 0x79, 2, 10, -16, 0);
  expect(b, 2, 444);
  put(b, 0xbf, 0, 2, 0, 0);
  put(b, 0x95, 0, 0, 0, 0);
  put(b, 0x95, 0, 0, 0, 0);
  put(b, 0x7a, 1, 0, 0, 444);
  put(b, 0x79, 0, 10, 0, 0); /* the caller's lowest bytes */
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 444);

  /* what lies across two frames, in a frame that is gone, and in one that is not there yet */
  put(b, 0x85, 0, 1, 0, 0);
  put(b, 0x79, 0, 10, -4, 0);
  run(b, WARRANT_OUT_OF_BOUNDS);
  put(b, 0x85, 0, 1, 0, 2);
  put(b, 0x79, 0, 0, 0, 0);
  put(b, 0x95, 0, 0, 0, 0);
  put(b, 0xbf, 0, 10, 0, 0);
  put(b, 0x7a, 10, 0, -8, 1);
  put(b, 0x07, 0, 0, 0, -8);
  put(b, 0x95, 0, 0, 0, 0);
  run(b, WARRANT_OUT_OF_BOUNDS);
  put(b, 0x79, 0, 10, -520, 0);
  run(b, WARRANT_OUT_OF_BOUNDS);

  /* a second call does not see what the first one wrote */
  for (int strict = 0; strict < 2; strict++) {
    b->p.profile = strict ? WARRANT_STRICT : WARRANT_ROOT;
    put(b, 0xb7, 1, 0, 0, 0);
    put(b, 0x85, 0, 1, 0, 3);
    put(b, 0xb7, 1, 0, 0, 1);
    put(b, 0x85, 0, 1, 0, 1);
    put(b, 0x05, 0, 0, 5, 0);
    put(b, 0x55, 1, 0, 1, 0);
    put(b, 0x7a, 10, 0, -8, 6);
    put(b, 0x79, 0, 10, -8, 0);
    put(b, 0x95, 0, 0, 0, 0);
    put(b, 0x95, 0, 0, 0, 0);
    run(b, strict ? WARRANT_UNDEFINED_STACK : WARRANT_NO_FAULT);
  }
  b->p.profile = WARRANT_ROOT;

  /* eight frames, and not one more; each has kept its own r6 */
  for (int calls = 1; calls <= 9; calls++) {
    put(b, 0xb7, 1, 0, 0, calls);
    put(b, 0x85, 0, 1, 0, 1);
    put(b, 0x95, 0, 0, 0, 0);
    put(b, 0xbf, 6, 1, 0, 0);
    put(b, 0x7b, 10, 1, -8, 0);
    put(b, 0xb7, 0, 0, 0, 0);
    put(b, 0x07, 1, 0, 0, -1);
    put(b, 0x15, 1, 0, 1, 0);
    put(b, 0x85, 0, 1, 0, -6); /* the function itself */
    put(b, 0x79, 2, 10, -8, 0);
    put(b, 0x0f, 0, 6, 0, 0);
    put(b, 0x0f, 0, 2, 0, 0);
    put(b, 0x95, 0, 0, 0, 0);
    if (calls < 8)
      run_to(b, (uint64_t)(calls * (calls + 1)));
    else
      run(b, WARRANT_STACK_OVERFLOW);
  }

  /* targets that are not there; a function without a result */
  static const int32_t none[] = {INT32_MAX, INT32_MIN, -2, 1, 1000};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    put(b, 0x85, 0, 1, 0, none[i]);
    put(b, 0x95, 0, 0, 0, 0);
    run(b, WARRANT_BAD_PC);
  }
  put(b, 0xb7, 0, 0, 0, 0);
  put(b, 0x85, 0, 1, 0, 0);
  put(b, 0x95, 0, 0, 0, 0);
  run(b, WARRANT_UNDEFINED_REGISTER);
  /* further than the displacement of a jump goes, there and back; the value comes whole */
  for (unsigned e = 0; e < EDGES; e++) {
    int far = e ? 40 : FAR;
    put(b, 0x05, 0, 0, 3, 0);
    set(b, 0, edges[e]);
    put(b, 0x95, 0, 0, 0, 0);
    while (b->n < (uint32_t)far)
      put(b, 0xb7, 0, 0, 0, 2);
    put(b, 0x85, 0, 1, 0, -far);
    expect(b, 0, edges[e]);
    put(b, 0x95, 0, 0, 0, 0);
    b->insns[4].op = 0x06; /* gotol, over all of it */
    b->insns[4].dst = 0;
    b->insns[4].imm = far - 5;
    run_to(b, edges[e]);
  }
}

static void callx_row(struct bench *b, const struct gen_form *f) {
  for (unsigned r = 0; r < 10; r++) {
    put(b, 0xb7, r, 0, 0, 5);
    b->insns[b->n++] = insn_of(f, r, 0, 0, 0);
    expect(b, 0, 1000);
    for (unsigned q = 1; q <= 5; q++) {
      put(b, 0xb7, 0, 0, 0, 0);
      expect_undefined(b, q);
    }
    run(b, WARRANT_NO_FAULT);
  }
  static const uint64_t none[] = {0,
                                  4,
                                  1000,
                                  UINT64_MAX,
                                  UINT64_C(0x100000005),
                                  UINT64_C(0x8000000000000005),
                                  UINT64_C(0xffffffff00000005)};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    set(b, 7, none[i]);
    b->insns[b->n++] = insn_of(f, 7, 0, 0, 0);
    run(b, WARRANT_UNKNOWN_HELPER);
  }
  b->insns[b->n++] = insn_of(f, 10, 0, 0, 0);
  run(b, WARRANT_UNKNOWN_HELPER);
}

/* It may jump, and here never does, wherever to. */
static void may_goto_row(struct bench *b, const struct gen_form *f) {
  static const int offs[] = {0, 1, 2, -1, -2, 1000, 32767, -32768};
  for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
    put(b, 0xb7, 0, 0, 0, 0);
    b->insns[b->n++] = insn_of(f, 0, 0, offs[i], 0);
    put(b, 0x07, 0, 0, 0, 1);
    expect(b, 0, 1);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  run(b, WARRANT_NO_FAULT);
}

/* Results worked out by hand, from the text of the RFC. */
static void by_hand(struct bench *b) {
  static const struct {
    uint8_t op;
    int16_t off;
    uint64_t x, y, result;
  } alu[] = {
      {0x9c, 0, UINT64_C(0x123456789), 0, 0x23456789}, /* w1 %= 0 */
      {0x9c, 0, UINT64_C(0xffffffff80000000), UINT64_C(0x500000000), 0x80000000},
      {0x9c, 1, UINT64_C(0xfffffffffffffffd), 0, 0xfffffffd},
      {0x9c, 1, 0x80000000, 0xffffffff, 0},
      {0x9c, 1, 0xfffffff9, 2, 0xffffffff}, /* -7 s% 2 = -1 */
      {0x9f, 0, UINT64_C(0x123456789), 0, UINT64_C(0x123456789)},
      {0x9f, 1, UINT64_C(0x8000000000000000), UINT64_MAX, 0},
      {0x3c, 0, UINT64_C(0x123456789), 0, 0},
      {0x3c, 0, UINT64_C(0x123456789), UINT64_C(0x500000000), 0},
      {0x3c, 1, 0x80000000, 0xffffffff, 0x80000000},
      {0x3f, 0, 7, 0, 0},
      {0x3f, 1, UINT64_C(0x8000000000000000), UINT64_MAX, UINT64_C(0x8000000000000000)},
      {0x0c, 0, UINT64_MAX, 2, 1},
      {0xcc, 0, 0x80000000, 35, 0xf0000000},
  };
  for (size_t i = 0; i < sizeof alu / sizeof *alu; i++) {
    set(b, 1, alu[i].x);
    set(b, 2, alu[i].y);
    put(b, alu[i].op, 1, 2, alu[i].off, 0);
    expect(b, 1, alu[i].result);
    put(b, 0xb7, 0, 0, 0, 0);
    if (alu[i].y != (uint64_t)(int64_t)(int32_t)alu[i].y)
      continue;
    set(b, 1, alu[i].x); /* and with a constant */
    put(b, alu[i].op & ~8u, 1, 0, alu[i].off, (int32_t)alu[i].y);
    expect(b, 1, alu[i].result);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  run(b, WARRANT_NO_FAULT);
  static const struct {
    uint8_t op;
    int32_t imm;
    uint64_t memory, src, r0, memory_after, src_after, r0_after;
  } atomics[] = {
      /* 32 bits: the old value comes without the register's upper half, and without a sign */
      {0xc3, 0x01, UINT64_C(0xaaaaaaaafffffff0), UINT64_C(0xdead00000020), 3,
       UINT64_C(0xaaaaaaaa00000010), 0xfffffff0, 3},
      {0xc3, 0x41, UINT64_C(0xaaaaaaaa80000001), UINT64_C(0xffffffff00000006), 3,
       UINT64_C(0xaaaaaaaa80000007), 0x80000001, 3},
      {0xc3, 0x51, UINT64_C(0xaaaaaaaa80000003), UINT64_C(0xffffffff80000006), 3,
       UINT64_C(0xaaaaaaaa80000002), 0x80000003, 3},
      {0xc3, 0xa1, UINT64_C(0xaaaaaaaa80000003), UINT64_C(0xffffffff80000006), 3,
       UINT64_C(0xaaaaaaaa00000005), 0x80000003, 3},
      {0xc3, 0xe1, UINT64_C(0xaaaaaaaa80000003), UINT64_C(0x1234567887654321), 3,
       UINT64_C(0xaaaaaaaa87654321), 0x80000003, 3},
      {0xc3, 0xf1, UINT64_C(0xaaaaaaaa80000003), UINT64_C(0x1234567887654321),
       UINT64_C(0xffffffff80000003), UINT64_C(0xaaaaaaaa87654321), UINT64_C(0x1234567887654321),
       0x80000003},
      {0xc3, 0xf1, UINT64_C(0xaaaaaaaa80000003), 7, UINT64_C(0xffffffff80000004),
       UINT64_C(0xaaaaaaaa80000003), 7, 0x80000003},
      {0xc3, 0x00, UINT64_C(0xaaaaaaaaffffffff), UINT64_C(0x700000001), 3,
       UINT64_C(0xaaaaaaaa00000000), UINT64_C(0x700000001), 3},
      {0xdb, 0x01, UINT64_MAX, 2, 3, 1, UINT64_MAX, 3},
      {0xdb, 0x00, UINT64_MAX, 2, 3, 1, 2, 3},
      {0xdb, 0x40, 5, 2, 3, 7, 2, 3},
      {0xdb, 0x50, 6, 3, 3, 2, 3, 3},
      {0xdb, 0xa0, 6, 3, 3, 5, 3, 3},
      {0xdb, 0xe1, 6, 3, 9, 3, 6, 9},
      {0xdb, 0xf1, 6, 3, 6, 3, 3, 6},
      {0xdb, 0xf1, UINT64_C(0x100000006), 3, 6, UINT64_C(0x100000006), 3, UINT64_C(0x100000006)},
  };
  for (size_t i = 0; i < sizeof atomics / sizeof *atomics; i++) {
    set(b, 1, atomics[i].memory);
    put(b, 0x7b, 10, 1, -8, 0);
    set(b, 4, atomics[i].src);
    set(b, 0, atomics[i].r0);
    put(b, atomics[i].op, 10, 4, -8, atomics[i].imm);
    expect(b, 4, atomics[i].src_after);
    put(b, 0x79, 1, 10, -8, 0);
    expect(b, 1, atomics[i].memory_after);
    put(b, 0xb7, 4, 0, 0, 0);
    expect(b, 0, atomics[i].r0_after);
    put(b, 0xb7, 4, 0, 0, 0);
  }
  run(b, WARRANT_NO_FAULT);
  /* gotol goes where imm says, forward and back, and never on */
  put(b, 0xb7, 0, 0, 0, 1);
  put(b, 0x06, 0, 0, 0, 2);
  put(b, 0x07, 0, 0, 0, 22);
  put(b, 0x95, 0, 0, 0, 0);
  put(b, 0xb7, 0, 0, 0, 20);
  put(b, 0x06, 0, 0, 0, -4);
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 42);
  /* a function's frame and registers are its own: 7 in each of four places */
  put(b, 0xb7, 6, 0, 0, 7);
  put(b, 0x7a, 10, 0, -8, 7);
  put(b, 0x85, 0, 1, 0, 4);
  put(b, 0x79, 1, 10, -8, 0);
  put(b, 0x0f, 1, 6, 0, 0);
  put(b, 0x0f, 0, 1, 0, 0);
  put(b, 0x95, 0, 0, 0, 0);
  put(b, 0xb7, 6, 0, 0, 100);
  put(b, 0x7a, 10, 0, -8, 200);
  put(b, 0xb7, 0, 0, 0, 7);
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 21);
}

/* A register that was never set, in each place, and the frame pointer where something is written.
 */
static void undefined_operands(struct bench *b, const struct gen_form *f) {
  unsigned class = f->op & 7;
  bool writes = class == ALU32 || class == ALU64 || class == 0 || loads(f);
  bool reads = f->free & GEN_DST && class && !loads(f) && f->op >> 4 != 0xb;
  struct warrant_insn next = {0};
  for (int what = 0; what < 3; what++) {
    if ((what == 0 && !reads) || (what == 1 && !(f->free & GEN_SRC)) || (what == 2 && !writes))
      continue;
    put(b, 0xbf, 3, 1, 0, 0);
    put(b, 0xbf, 4, 1, 0, 0);
    int to = f->op == 0x18 && f->src == 4 ? -1 : 0; /* the address of code: its own */
    b->insns[b->n++] = insn_of(f, what == 0 ? 7 : what == 2 ? 10 : 3, what == 1 ? 8 : 4, to, 0);
    if (f->free & GEN_LONG)
      b->insns[b->n++] = next;
    run(b, what == 2 ? WARRANT_FRAME_WRITE : WARRANT_UNDEFINED_REGISTER);
    b->cases++;
  }
}

static void test_row(struct bench *b, const struct gen_form *f) {
  char text[WARRANT_DISASM_MAX], name[WARRANT_DISASM_MAX + 80];
  unsigned class = f->op & 7;
  uint64_t cases = b->cases;
  b->why[0] = '\0';
  if (class == ALU32 || class == ALU64)
    pairs(b, f, alu_case);
  else if (f->op == 0x85)
    f->src ? local_row(b) : call_row(b);
  else if (f->op == 0x8d)
    callx_row(b, f);
  else if (f->op == 0xe5)
    may_goto_row(b, f);
  else if (f->op == 0x95)
    exit_row(b);
  else if (class == JMP64 || class == JMP32)
    pairs(b, f, jump_case);
  else if (is_legacy(f))
    legacy_row(b, f);
  else if (class == 0)
    long_row(b, f);
  else if (loads(f))
    load_row(b, f);
  else if (is_atomic(f))
    atomic_row(b, f);
  else
    store_row(b, f);
  if (!is_legacy(f))
    undefined_operands(b, f);
  b->insns[0] = insn_of(f, 3, 4, 8, 5);
  b->insns[1] = (struct warrant_insn){0};
  b->p.insns = b->insns;
  b->p.insn_count = 2;
  warrant_disasm(&b->p, 0, text, sizeof text);
  snprintf(name, sizeof name, "0x%02x %s (%" PRIu64 " cases)", f->op, text, b->cases - cases);
  report(!b->why[0] && b->cases > cases, name, b->why);
}

/* --- What is no instruction ------------------------------------------------------------------ */

/* True when both refuse it, or both take it for a row of the table. */
static bool judged_alike(struct bench *b, const struct gen_form *forms, uint32_t count,
                         struct warrant_insn i, uint64_t *no) {
  b->n = 0;
  b->insns[b->n++] = i;
  if (i.op == 0x18)
    b->insns[b->n++] = (struct warrant_insn){0};
  put(b, 0x95, 0, 0, 0, 0);
  b->p.insns = b->insns;
  b->p.insn_count = b->n;
  b->n = 0;
  bool same = both_agree(&b->both, &b->p, &b->env);
  int32_t row = gen_form_of(forms, count, &i);
  const struct gen_form *f = row < 0 ? NULL : &forms[row];
  bool insn = f && (f->free & GEN_DST ? i.dst <= 10 : i.dst == 0) &&
              (f->free & GEN_SRC ? i.src <= 10 : i.src == f->src);
  *no += !b->both.decoded;
  if (same && insn == b->both.decoded)
    return true;
  if (!b->why[0])
    snprintf(b->why, sizeof b->why, "opcode 0x%02x dst %u src %u off %d imm %d: %s", i.op, i.dst,
             i.src, i.off, i.imm, b->both.why);
  return false;
}

static void refusals(struct bench *b, const struct gen_form *forms, uint32_t count) {
  static const int16_t offs[] = {0, 1, 2, 8, 16, 32, 64, -1, INT16_MIN};
  static const int32_t imms[] = {0,    1,    8,    16,   32,    64,    0x41,  0x50, 0xa0,
                                 0xe0, 0xe1, 0xf0, 0xf1, 0x100, 0x101, 0x110, -1,   INT32_MIN};
  static const uint8_t regs[] = {0, 1, 2, 3, 10, 11, 15};
  struct gen g = {2};
  uint64_t no = 0, all = 0;
  bool good = true;
  b->why[0] = '\0';
  for (unsigned op = 0; op < 256; op++)
    for (size_t o = 0; o < sizeof offs / sizeof *offs; o++)
      for (size_t m = 0; m < sizeof imms / sizeof *imms; m++)
        for (size_t r = 0; r < sizeof regs; r++) {
          /* each field by itself, and some of the rest */
          if ((r != 0) + (o != 0) + (m != 0) > 1 && gen_below(&g, 32))
            continue;
          for (int place = 0; place < (r ? 2 : 1); place++) {
            struct warrant_insn i = {.op = (uint8_t)op, .off = offs[o], .imm = imms[m]};
            if (place)
              i.src = regs[r] & 15;
            else
              i.dst = regs[r] & 15;
            good &= judged_alike(b, forms, count, i, &no);
            all++;
          }
        }
  char name[120];
  snprintf(name, sizeof name,
           "decoders agree with the table on %" PRIu64 " patterns, %" PRIu64 " of them refused",
           all, no);
  report(good && no && no < all, name, b->why);
}

/* --- Long random programs -------------------------------------------------------------------- */

/* A loop of arithmetic, loads, stores and short jumps, in which every register but r9 and r10 is a
 * number. */
static void random_program(struct bench *b, struct gen *g, const struct gen_form *forms,
                           uint32_t count, int32_t turns) {
  b->n = 0;
  for (unsigned r = 0; r < 9; r++)
    set(b, r, gen_number(g));
  for (int at = -64; at < 0; at += 8)
    put(b, 0x7b, 10, gen_below(g, 9), at, 0);
  put(b, 0xb7, 9, 0, 0, turns);
  uint32_t start = b->n, end = start + 300;
  while (b->n < end) {
    const struct gen_form *f = &forms[gen_below(g, count)];
    unsigned class = f->op & 7, dst = gen_below(g, 9), src = gen_below(g, 9);
    int32_t imm = (int32_t)gen_number(g);
    int off = 0;
    if (f->op == 0x85 || f->op == 0x8d || f->op == 0x95 || is_legacy(f) ||
        f->free & (GEN_MAP | GEN_JUMP_IMM))
      continue;
    if (class == JMP64 || class == JMP32)
      off =
          (int)gen_below(g, 5); /* the last few land behind the loop's end, on what is put there */
    if (class >= 1 && class <= 3) {
      off = -8 * (1 + (int)gen_below(g, 8));
      *(loads(f) ? &src : &dst) = 10;
    }
    b->insns[b->n++] = insn_of(f, dst, src, off, imm);
    if (f->free & GEN_LONG)
      b->insns[b->n++] = (struct warrant_insn){.imm = (int32_t)gen_number(g)};
    if (class == JMP64 || class == JMP32) /* nothing long may lie under it */
      for (int i = 0; i < off; i++)
        put(b, 0x87, gen_below(g, 9), 0, 0, 0);
  }
  put(b, 0x07, 9, 0, 0, -1);
  put(b, 0x55, 9, 0, (int)start - (int)b->n - 1, 0);
  for (unsigned r = 1; r < 9; r++) { /* the result depends on everything */
    put(b, 0x27, 0, 0, 0, 31);
    put(b, 0xaf, 0, r, 0, 0);
  }
  for (int at = -64; at < 0; at += 8) {
    put(b, 0x79, 1, 10, at, 0);
    put(b, 0x27, 0, 0, 0, 31);
    put(b, 0xaf, 0, 1, 0, 0);
  }
  put(b, 0x95, 0, 0, 0, 0);
  b->p.insns = b->insns;
  b->p.insn_count = b->n;
  b->n = 0;
}

static void random_programs(struct bench *b, const struct gen_form *forms, uint32_t count,
                            uint64_t executions) {
  struct gen g = {1};
  uint64_t done = 0, programs = 0, c_ns = 0, reference_ns = 0;
  bool good = true;
  b->both.quiet = true;
  b->why[0] = '\0';
  while (done < executions && good) {
    random_program(b, &g, forms, count, 40);
    good = both_agree(&b->both, &b->p, &b->env) && b->both.run.fault == WARRANT_NO_FAULT;
    done += b->both.run.steps;
    c_ns += b->both.c_ns;
    reference_ns += b->both.reference_ns;
    programs++;
  }
  if (!good) { /* once more, step by step */
    b->both.quiet = false;
    both_agree(&b->both, &b->p, &b->env);
    snprintf(b->why, sizeof b->why, "%s %s", warrant_fault_name(b->both.run.fault), b->both.why);
  }
  char name[120];
  snprintf(name, sizeof name,
           "equal results of %" PRIu64 " random programs, %" PRIu64 " instructions executed",
           programs, done);
  report(good, name, b->why);
  printf("# %.1f ns a step in C, %.1f in the reference\n", (double)c_ns / (double)done,
         (double)reference_ns / (double)done);
}

int main(int argc, char **argv) {
  uint64_t executions = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;
  static struct gen_form forms[GEN_FORMS_MAX];
  static struct bench b;
  static char empty[] = "";
  uint32_t count = gen_forms(forms);
  for (int i = 0; i < 2; i++)
    b.maps[i] = (struct warrant_map){
        .name = empty, .type = 2, .key_size = 4, .value_size = 16, .max_entries = 2};
  b.p = (struct warrant_program){.file = empty,
                                 .section = empty,
                                 .name = empty,
                                 .ctx_size = MEMORY,
                                 .maps = b.maps,
                                 .map_count = 2};
  warrant_env_default(&b.env);
  b.env.ctx_bytes = b.memory;
  b.env.ctx_size = MEMORY;
  b.env.packet_bytes = b.packet;
  b.env.packet_size = PACKET;
  for (int i = 0; i < PACKET; i++)
    b.packet[i] = (uint8_t)(i * 37 + 0x81);
  b.both.step = check_step;
  b.both.data = &b;
  for (uint32_t i = 0; i < count; i++)
    test_row(&b, &forms[i]);
  b.why[0] = '\0';
  by_hand(&b);
  report(!b.why[0], "results worked out by hand", b.why);
  printf("# %" PRIu32 " instructions, %" PRIu64 " cases, %" PRIu64 " steps traced\n", count,
         b.cases, b.steps);
  refusals(&b, forms, count);
  random_programs(&b, forms, count, executions);
  both_free(&b.both);
  return failures != 0;
}
