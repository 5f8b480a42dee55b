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

/* --- What the RFC says
 * -----------------------------------------------------------------------------------------------
 */

enum { ALU32 = 4, JMP64 = 5, JMP32 = 6, ALU64 = 7 };

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

/* --- A program of many cases
 * -------------------------------------------------------------------------------------------- */

enum { SLOTS_MAX = 4000, CASE_MAX = 16, MEMORY = 64 };

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
  uint8_t memory[MEMORY];
  struct warrant_map maps[2];
  struct warrant_insn insns[SLOTS_MAX + CASE_MAX];
  struct expected expected[SLOTS_MAX + CASE_MAX]; /* in front of the instruction at that slot */
  uint32_t n;
  uint64_t cases, steps;
  char why[2300]; /* the first that went wrong; "" */
};

static void check_step(void *data, const struct warrant_trace *step) {
  struct bench *b = data;
  b->steps++;
  if (step->pc < 0 || step->pc >= SLOTS_MAX + CASE_MAX)
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
  memset(b->expected, 0, sizeof b->expected);
  b->n = 0;
}
static void run_when_full(struct bench *b) {
  if (b->n > SLOTS_MAX - CASE_MAX)
    run(b, WARRANT_NO_FAULT);
}

/* The second operand: of a register, or the constant with its sign extended. */
static uint64_t operand(const struct warrant_insn *i, uint64_t src) {
  return i->op & 8 ? src : (uint64_t)(int64_t)i->imm;
}

/* --- Rows
 * ----------------------------------------------------------------------------------------------------------------
 */

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

static void long_row(struct bench *b, const struct gen_form *f) {
  if (!(f->free & GEN_MAP)) {
    for (unsigned e = 0; e < EDGES; e++) {
      set(b, e % 10, edges[e]);
      expect(b, e % 10, edges[e]);
    }
    run(b, WARRANT_NO_FAULT);
    return;
  }
  for (int map = 0; map < 2; map++)
    for (unsigned e = 0; e < (f->src == 2 ? SMALL_EDGES : 1); e++) {
      int32_t off = f->src == 2 ? small_edges[e] : 0;
      b->insns[b->n++] = insn_of(f, 3, 0, 0, map);
      put(b, 0, 0, 0, 0, off);
      expect(b, 3,
             f->src == 1 ? b->env.maps + 256 * (uint64_t)map
                         : b->env.values + ((uint64_t)map << 32) + (uint64_t)(int64_t)off);
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

/* A register that was never set, in each place, and the frame pointer where something is written.
 */
static void undefined_operands(struct bench *b, const struct gen_form *f) {
  unsigned class = f->op & 7;
  bool writes = class == ALU32 || class == ALU64 || class <= 1;
  bool reads = f->free & GEN_DST && !(class <= 1) && f->op >> 4 != 0xb;
  struct warrant_insn next = {0};
  for (int what = 0; what < 3; what++) {
    if ((what == 0 && !reads) || (what == 1 && !(f->free & GEN_SRC)) || (what == 2 && !writes))
      continue;
    put(b, 0xbf, 3, 1, 0, 0);
    put(b, 0xbf, 4, 1, 0, 0);
    b->insns[b->n++] = insn_of(f, what == 0 ? 7 : what == 2 ? 10 : 3, what == 1 ? 8 : 4, 0, 0);
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
    call_row(b);
  else if (f->op == 0x95)
    exit_row(b);
  else if (class == JMP64 || class == JMP32)
    pairs(b, f, jump_case);
  else if (class == 0)
    long_row(b, f);
  else if (class == 1)
    load_row(b, f);
  else
    store_row(b, f);
  undefined_operands(b, f);
  b->insns[0] = insn_of(f, 3, 4, 8, 5);
  b->insns[1] = (struct warrant_insn){0};
  b->p.insns = b->insns;
  b->p.insn_count = 2;
  warrant_disasm(&b->p, 0, text, sizeof text);
  snprintf(name, sizeof name, "0x%02x %s (%" PRIu64 " cases)", f->op, text, b->cases - cases);
  report(!b->why[0] && b->cases > cases, name, b->why);
}

/* --- What is no instruction
 * ------------------------------------------------------------------------------------------------
 */

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
  static const int32_t imms[] = {0, 1, 8, 16, 32, 64, 0x50, 0xa0, 0xe1, 0xf1, 0x100, -1, INT32_MIN};
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

/* --- Long random programs
 * ------------------------------------------------------------------------------------------------------
 */

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
    if (f->op == 0x85 || f->op == 0x95 || f->free & (GEN_MAP | GEN_JUMP_IMM))
      continue;
    if (class == JMP64 || class == JMP32)
      off =
          (int)gen_below(g, 5); /* the last few land behind the loop's end, on what is put there */
    if (class >= 1 && class <= 3) {
      off = -8 * (1 + (int)gen_below(g, 8));
      *(class == 1 ? &src : &dst) = 10;
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
  b.both.step = check_step;
  b.both.data = &b;
  for (uint32_t i = 0; i < count; i++)
    test_row(&b, &forms[i]);
  printf("# %" PRIu32 " instructions, %" PRIu64 " cases, %" PRIu64 " steps traced\n", count,
         b.cases, b.steps);
  refusals(&b, forms, count);
  random_programs(&b, forms, count, executions);
  both_free(&b.both);
  return failures != 0;
}
