/* Every eBPF instruction, run. The rows of RFC 9669 are written down here; those of the decoder are
 * printed from semantics/Encode.v. Each row of either must be in the other or be refused by name.
 * Each is run with boundary operands: the C interpreters (traced, not traced, threaded) and the
 * reference one have to agree, and each result has to be what this file computes in another way,
 * or has by hand. What is no instruction decodes in neither. Long random programs come last.
 *   isa_test [EXECUTIONS]   of instructions of random programs */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "both.h"
#include "isa/decode.h"
#include "isa/tables.h"
#include "classic/disasm.h"
#include "run/session.h"
#include "gen.h"
#include "report.h"

/* --- The rows -------------------------------------------------------------------------------- */

#define ANY INT64_MIN

/* The instructions of RFC 9669 by conformance group, and those that only Linux has ("beyond"). */
static const struct rfc_row {
  uint8_t op;
  int64_t src, off, imm;
  const char *group;
} rfc[] = {
    {0x04, 0, 0, ANY, "base32"},       {0x05, 0, ANY, 0, "base32"},
    {0x06, 0, 0, ANY, "base32"},       {0x0c, ANY, 0, 0, "base32"},
    {0x14, 0, 0, ANY, "base32"},       {0x16, 0, ANY, ANY, "base32"},
    {0x1c, ANY, 0, 0, "base32"},       {0x1e, ANY, ANY, 0, "base32"},
    {0x26, 0, ANY, ANY, "base32"},     {0x2e, ANY, ANY, 0, "base32"},
    {0x36, 0, ANY, ANY, "base32"},     {0x3e, ANY, ANY, 0, "base32"},
    {0x44, 0, 0, ANY, "base32"},       {0x46, 0, ANY, ANY, "base32"},
    {0x4c, ANY, 0, 0, "base32"},       {0x4e, ANY, ANY, 0, "base32"},
    {0x54, 0, 0, ANY, "base32"},       {0x56, 0, ANY, ANY, "base32"},
    {0x5c, ANY, 0, 0, "base32"},       {0x5e, ANY, ANY, 0, "base32"},
    {0x61, ANY, ANY, 0, "base32"},     {0x62, 0, ANY, ANY, "base32"},
    {0x63, ANY, ANY, 0, "base32"},     {0x64, 0, 0, ANY, "base32"},
    {0x66, 0, ANY, ANY, "base32"},     {0x69, ANY, ANY, 0, "base32"},
    {0x6a, 0, ANY, ANY, "base32"},     {0x6b, ANY, ANY, 0, "base32"},
    {0x6c, ANY, 0, 0, "base32"},       {0x6e, ANY, ANY, 0, "base32"},
    {0x71, ANY, ANY, 0, "base32"},     {0x72, 0, ANY, ANY, "base32"},
    {0x73, ANY, ANY, 0, "base32"},     {0x74, 0, 0, ANY, "base32"},
    {0x76, 0, ANY, ANY, "base32"},     {0x7c, ANY, 0, 0, "base32"},
    {0x7e, ANY, ANY, 0, "base32"},     {0x84, 0, 0, 0, "base32"},
    {0x85, 0, 0, ANY, "base32"},       {0x85, 1, 0, ANY, "base32"},
    {0x85, 2, 0, ANY, "base32"},       {0x95, 0, 0, 0, "base32"},
    {0xa4, 0, 0, ANY, "base32"},       {0xa6, 0, ANY, ANY, "base32"},
    {0xac, ANY, 0, 0, "base32"},       {0xae, ANY, ANY, 0, "base32"},
    {0xb4, 0, 0, ANY, "base32"},       {0xb6, 0, ANY, ANY, "base32"},
    {0xbc, ANY, 0, 0, "base32"},       {0xbc, ANY, 8, 0, "base32"},
    {0xbc, ANY, 16, 0, "base32"},      {0xbe, ANY, ANY, 0, "base32"},
    {0xc4, 0, 0, ANY, "base32"},       {0xc6, 0, ANY, ANY, "base32"},
    {0xcc, ANY, 0, 0, "base32"},       {0xce, ANY, ANY, 0, "base32"},
    {0xd4, 0, 0, 16, "base32"},        {0xd4, 0, 0, 32, "base32"},
    {0xd6, 0, ANY, ANY, "base32"},     {0xd7, 0, 0, 16, "base32"},
    {0xd7, 0, 0, 32, "base32"},        {0xdc, 0, 0, 16, "base32"},
    {0xdc, 0, 0, 32, "base32"},        {0xde, ANY, ANY, 0, "base32"},
    {0x81, ANY, ANY, 0, "base32"},     {0x89, ANY, ANY, 0, "base32"},
    {0x91, ANY, ANY, 0, "base32"},     {0x00, 0, 0, ANY, "base64"},
    {0x07, 0, 0, ANY, "base64"},       {0x0f, ANY, 0, 0, "base64"},
    {0x15, 0, ANY, ANY, "base64"},     {0x17, 0, 0, ANY, "base64"},
    {0x18, 0, 0, ANY, "base64"},       {0x18, 1, 0, ANY, "base64"},
    {0x18, 2, 0, ANY, "base64"},       {0x18, 3, 0, ANY, "base64"},
    {0x18, 4, 0, ANY, "base64"},       {0x18, 5, 0, ANY, "base64"},
    {0x18, 6, 0, ANY, "base64"},       {0x1d, ANY, ANY, 0, "base64"},
    {0x1f, ANY, 0, 0, "base64"},       {0x25, 0, ANY, ANY, "base64"},
    {0x2d, ANY, ANY, 0, "base64"},     {0x35, 0, ANY, ANY, "base64"},
    {0x3d, ANY, ANY, 0, "base64"},     {0x45, 0, ANY, ANY, "base64"},
    {0x47, 0, 0, ANY, "base64"},       {0x4d, ANY, ANY, 0, "base64"},
    {0x4f, ANY, 0, 0, "base64"},       {0x55, 0, ANY, ANY, "base64"},
    {0x57, 0, 0, ANY, "base64"},       {0x5d, ANY, ANY, 0, "base64"},
    {0x5f, ANY, 0, 0, "base64"},       {0x65, 0, ANY, ANY, "base64"},
    {0x67, 0, 0, ANY, "base64"},       {0x6d, ANY, ANY, 0, "base64"},
    {0x6f, ANY, 0, 0, "base64"},       {0x75, 0, ANY, ANY, "base64"},
    {0x77, 0, 0, ANY, "base64"},       {0x79, ANY, ANY, 0, "base64"},
    {0x7a, 0, ANY, ANY, "base64"},     {0x7b, ANY, ANY, 0, "base64"},
    {0x7d, ANY, ANY, 0, "base64"},     {0x7f, ANY, 0, 0, "base64"},
    {0x87, 0, 0, 0, "base64"},         {0xa5, 0, ANY, ANY, "base64"},
    {0xa7, 0, 0, ANY, "base64"},       {0xad, ANY, ANY, 0, "base64"},
    {0xaf, ANY, 0, 0, "base64"},       {0xb5, 0, ANY, ANY, "base64"},
    {0xb7, 0, 0, ANY, "base64"},       {0xbd, ANY, ANY, 0, "base64"},
    {0xbf, ANY, 0, 0, "base64"},       {0xbf, ANY, 8, 0, "base64"},
    {0xbf, ANY, 16, 0, "base64"},      {0xbf, ANY, 32, 0, "base64"},
    {0xc5, 0, ANY, ANY, "base64"},     {0xc7, 0, 0, ANY, "base64"},
    {0xcd, ANY, ANY, 0, "base64"},     {0xcf, ANY, 0, 0, "base64"},
    {0xd4, 0, 0, 64, "base64"},        {0xd5, 0, ANY, ANY, "base64"},
    {0xd7, 0, 0, 64, "base64"},        {0xdc, 0, 0, 64, "base64"},
    {0xdd, ANY, ANY, 0, "base64"},     {0x24, 0, 0, ANY, "divmul32"},
    {0x2c, ANY, 0, 0, "divmul32"},     {0x34, 0, 0, ANY, "divmul32"},
    {0x34, 0, 1, ANY, "divmul32"},     {0x3c, ANY, 0, 0, "divmul32"},
    {0x3c, ANY, 1, 0, "divmul32"},     {0x94, 0, 0, ANY, "divmul32"},
    {0x94, 0, 1, ANY, "divmul32"},     {0x9c, ANY, 0, 0, "divmul32"},
    {0x9c, ANY, 1, 0, "divmul32"},     {0x27, 0, 0, ANY, "divmul64"},
    {0x2f, ANY, 0, 0, "divmul64"},     {0x37, 0, 0, ANY, "divmul64"},
    {0x37, 0, 1, ANY, "divmul64"},     {0x3f, ANY, 0, 0, "divmul64"},
    {0x3f, ANY, 1, 0, "divmul64"},     {0x97, 0, 0, ANY, "divmul64"},
    {0x97, 0, 1, ANY, "divmul64"},     {0x9f, ANY, 0, 0, "divmul64"},
    {0x9f, ANY, 1, 0, "divmul64"},     {0xc3, ANY, ANY, 0, "atomic32"},
    {0xc3, ANY, ANY, 1, "atomic32"},   {0xc3, ANY, ANY, 64, "atomic32"},
    {0xc3, ANY, ANY, 65, "atomic32"},  {0xc3, ANY, ANY, 80, "atomic32"},
    {0xc3, ANY, ANY, 81, "atomic32"},  {0xc3, ANY, ANY, 160, "atomic32"},
    {0xc3, ANY, ANY, 161, "atomic32"}, {0xc3, ANY, ANY, 225, "atomic32"},
    {0xc3, ANY, ANY, 241, "atomic32"}, {0xdb, ANY, ANY, 0, "atomic64"},
    {0xdb, ANY, ANY, 1, "atomic64"},   {0xdb, ANY, ANY, 64, "atomic64"},
    {0xdb, ANY, ANY, 65, "atomic64"},  {0xdb, ANY, ANY, 80, "atomic64"},
    {0xdb, ANY, ANY, 81, "atomic64"},  {0xdb, ANY, ANY, 160, "atomic64"},
    {0xdb, ANY, ANY, 161, "atomic64"}, {0xdb, ANY, ANY, 225, "atomic64"},
    {0xdb, ANY, ANY, 241, "atomic64"}, {0x20, 0, 0, ANY, "packet"},
    {0x28, 0, 0, ANY, "packet"},       {0x30, 0, 0, ANY, "packet"},
    {0x40, ANY, 0, ANY, "packet"},     {0x48, ANY, 0, ANY, "packet"},
    {0x50, ANY, 0, ANY, "packet"},     {0x8d, 0, 0, 0, "beyond"},
    {0xc3, ANY, ANY, 0x100, "beyond"}, {0xc3, ANY, ANY, 0x110, "beyond"},
    {0xcb, ANY, ANY, 0x100, "beyond"}, {0xcb, ANY, ANY, 0x110, "beyond"},
    {0xd3, ANY, ANY, 0x100, "beyond"}, {0xd3, ANY, ANY, 0x110, "beyond"},
    {0xdb, ANY, ANY, 0x100, "beyond"}, {0xdb, ANY, ANY, 0x110, "beyond"},
    {0xe5, 0, ANY, 0, "beyond"},
};
enum { RFC_ROWS = sizeof rfc / sizeof *rfc };

/* What is printed of each row of the decoder that is supported, in their order. */
static const struct {
  const char *group, *text;
} printed[] = {
#include "../_build/default/extraction/isa_rows.h"
};
enum { ROWS = sizeof printed / sizeof *printed };

/* --- Results, computed in another way than the interpreters do -------------------------------- */

enum { ALU32 = 4, JMP64 = 5, JMP32 = 6, ALU64 = 7 };
enum { LOAD_ACQUIRE = 0x100, STORE_RELEASE = 0x110, CMPXCHG = 0xf1 };

__extension__ typedef unsigned __int128 wide_t;
__extension__ typedef __int128 swide_t;
static uint64_t low(uint64_t v, unsigned bits) {
  return (uint64_t)((wide_t)v % ((wide_t)1 << bits));
}
static swide_t as_signed(uint64_t v, unsigned bits) {
  swide_t x = low(v, bits);
  return x >= (swide_t)1 << (bits - 1) ? x - ((swide_t)1 << bits) : x;
}
static uint64_t bitwise(uint64_t x, uint64_t y,
                        const char *truth) { /* results for 00, 01, 10, 11 */
  uint64_t v = 0;
  for (int i = 0; i < 64; i++)
    v += (uint64_t)(truth[2 * (x >> i & 1) + (y >> i & 1)] == '1') << i;
  return v;
}
static uint64_t divided(swide_t x, swide_t y,
                        bool rest) { /* toward zero; by zero: 0, and all of x remains */
  wide_t rem = (wide_t)(x < 0 ? -x : x), d = (wide_t)(y < 0 ? -y : y);
  swide_t q = 0;
  for (int i = 63; d && i >= 0; i--)
    if (rem >= d << i) {
      rem -= d << i;
      q += (swide_t)1 << i;
    }
  swide_t n = (swide_t)rem;
  return (uint64_t)(rest ? (x < 0 ? -n : n) : (x < 0) != (y < 0) ? -q : q);
}
static uint64_t rfc_alu(unsigned op, int off, uint64_t x, uint64_t y) {
  unsigned bits = (op & 7) == ALU64 ? 64 : 32;
  uint64_t a = low(x, bits), b = low(y, bits), power = UINT64_C(1) << (b % bits), v = 0;
  swide_t sa = as_signed(x, bits), sb = as_signed(y, bits);
  switch (op & 0xf0) {
  case 0x00:
    v = (uint64_t)((wide_t)a + b);
    break;
  case 0x10:
    v = (uint64_t)(((wide_t)1 << bits) + a - b);
    break;
  case 0x20:
    v = (uint64_t)((wide_t)a * b);
    break;
  case 0x30:
    v = off ? divided(sa, sb, false) : divided(a, b, false);
    break;
  case 0x40:
    v = bitwise(a, b, "0111");
    break;
  case 0x50:
    v = bitwise(a, b, "0001");
    break;
  case 0x60:
    v = (uint64_t)((wide_t)a * power);
    break;
  case 0x70:
    v = a / power;
    break;
  case 0x80:
    v = (uint64_t)(((wide_t)1 << bits) - a);
    break;
  case 0x90:
    v = off ? divided(sa, sb, true) : divided(a, b, true);
    break;
  case 0xa0:
    v = bitwise(a, b, "0110");
    break;
  case 0xb0:
    v = off ? (uint64_t)as_signed(y, (unsigned)off) : b;
    break;
  case 0xc0:
    v = (uint64_t)((sa - (swide_t)(wide_t)(((uint64_t)sa) % power)) / (swide_t)power);
    break; /* floor */
  default:
    abort();
  }
  return low(v, bits);
}
static uint64_t rfc_swap(unsigned op, int bits, uint64_t x) {
  uint8_t b[8];
  uint64_t v = 0;
  for (int i = 0; i < bits / 8; i++)
    b[i] = (uint8_t)(x >> 8 * i);
  for (int i = 0; i < bits / 8; i++)
    v |= (uint64_t)b[op == 0xd4 ? i : bits / 8 - 1 - i] << 8 * i;
  return v;
}
static bool rfc_jump(unsigned op, uint64_t x, uint64_t y) {
  unsigned bits = (op & 7) == JMP64 ? 64 : 32;
  swide_t a = low(x, bits), b = low(y, bits), sa = as_signed(x, bits), sb = as_signed(y, bits);
  switch (op & 0xf0) {
  case 0x00:
    return true;
  case 0x10:
    return a == b;
  case 0x20:
    return a > b;
  case 0x30:
    return a >= b;
  case 0x40:
    return bitwise((uint64_t)a, (uint64_t)b, "0001") != 0;
  case 0x50:
    return a != b;
  case 0x60:
    return sa > sb;
  case 0x70:
    return sa >= sb;
  case 0xa0:
    return a < b;
  case 0xb0:
    return a <= b;
  case 0xc0:
    return sa < sb;
  case 0xd0:
    return sa <= sb;
  default:
    abort();
  }
}

static bool is_atomic(const struct w_encoding *f) {
  return (f->slot.op & 0xe7) == 0xc3 && f->slot.imm != LOAD_ACQUIRE && f->slot.imm != STORE_RELEASE;
}
static bool is_legacy(const struct w_encoding *f) {
  return (f->slot.op & 7) == 0 && f->slot.op != 0x18;
}
static bool loads(const struct w_encoding *f) {
  return (f->slot.op & 7) == 1 || ((f->slot.op & 0xe7) == 0xc3 && f->slot.imm == LOAD_ACQUIRE);
}

static unsigned access_bytes(const struct w_encoding *f) {
  static const unsigned sizes[] = {4, 2, 1, 8};
  return sizes[f->slot.op >> 3 & 3];
}
static uint64_t bytes_value(const uint8_t *b, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = n; i-- > 0;)
    v = v * 256 + b[i];
  return v;
}
/* What a load makes of the bytes. */
static uint64_t loaded(const struct w_encoding *f, const uint8_t *bytes) {
  unsigned n = access_bytes(f);
  uint64_t v = bytes_value(bytes, n);
  return (f->slot.op & 0xe7) == 0x81 ? (uint64_t)as_signed(v, 8 * n) : v;
}

/* What an atomic operation leaves in memory. */
static uint64_t rfc_atomic(int32_t imm, unsigned bits, uint64_t old, uint64_t src, uint64_t r0) {
  uint64_t a = low(old, bits), b = low(src, bits);
  switch (imm) {
  case 0x00:
  case 0x01:
    return low((uint64_t)((wide_t)a + b), bits);
  case 0x40:
  case 0x41:
    return bitwise(a, b, "0111");
  case 0x50:
  case 0x51:
    return bitwise(a, b, "0001");
  case 0xa0:
  case 0xa1:
    return bitwise(a, b, "0110");
  case 0xe1:
    return b;
  case CMPXCHG:
    return low(r0, bits) == a ? b : a;
  default:
    abort();
  }
}

/* --- A program of many cases ----------------------------------------------------------------- */

enum {
  SLOTS_MAX = 4000,
  CASE_MAX = 60,
  FAR = 40000,
  FAR_MAX = 2 * FAR + 100,
  MEMORY = 64,
  PACKET = 20
};

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 7,
                                 31,
                                 32,
                                 33,
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
                                 UINT64_C(0x100000001),
                                 UINT64_C(0x80000000ffffffff),
                                 UINT64_C(0x1ffffffff),
                                 UINT64_C(0x7fffffffffffffff),
                                 UINT64_C(0x8000000000000000),
                                 UINT64_C(0xffffffff80000000),
                                 UINT64_C(0xffffffff7fffffff),
                                 UINT64_C(0xfffffffffffffffe),
                                 UINT64_MAX,
                                 UINT64_C(0x123456789abcdef0),
                                 UINT64_C(0xfedcba9876543210)};
static const int32_t small_edges[] = {
    0,     1,     2,     5,     7,         31,        32,
    33,    63,    64,    -64,   127,       128,       255,
    32767, 32768, 65535, 65536, INT32_MAX, INT32_MIN, INT32_MIN + 1,
    -1,    -2,    -32,   -128,  0x12345678};
static const int displacements[] = {0,    1,     -1,        7,         -8,
                                    1000, 32766, INT16_MAX, INT16_MIN, INT16_MIN + 1};
enum {
  EDGES = sizeof edges / sizeof *edges,
  SMALL_EDGES = sizeof small_edges / sizeof *small_edges,
  DISPLACEMENTS = sizeof displacements / sizeof *displacements
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
  struct expected expected[FAR_MAX][2]; /* in front of the instruction at that slot */
  uint32_t n;
  int64_t subject; /* the slot of the instruction that is tested; a fault has to be there */
  uint64_t cases, steps;
  char why[2300]; /* the first that went wrong; "" */
};

static void check_step(void *data, const struct warrant_trace *step) {
  struct bench *b = data;
  b->steps++;
  if (step->pc < 0 || step->pc >= FAR_MAX)
    return;
  for (struct expected *e = b->expected[step->pc]; e < b->expected[step->pc] + 2 && e->set; e++) {
    bool defined = step->defined >> e->reg & 1;
    e->seen = true;
    if ((e->undefined ? defined : !defined || step->regs[e->reg] != e->v) && !b->why[0])
      snprintf(b->why, sizeof b->why,
               "before %" PRId64 " r%u is 0x%" PRIx64 " (%s), not 0x%" PRIx64, step->pc, e->reg,
               step->regs[e->reg], defined ? "defined" : "undefined", e->v);
  }
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
static void subject(struct bench *b, struct warrant_insn i) {
  b->subject = b->n;
  b->insns[b->n++] = i;
}
static void expectation(struct bench *b, struct expected e) {
  struct expected *at = b->expected[b->n];
  at[at->set] = e;
}
/* Of what comes next. */
static void expect(struct bench *b, unsigned reg, uint64_t v) {
  expectation(b, (struct expected){.set = true, .reg = (uint8_t)reg, .v = v});
  b->cases++;
}
static void expect_undefined(struct bench *b, unsigned reg) {
  expectation(b, (struct expected){.set = true, .reg = (uint8_t)reg, .undefined = true});
  b->cases++;
}

/* The interpreters in C without a trace. */
static bool run_plain(const struct bench *b, struct warrant_run *out) {
  return warrant_interpret(&b->p, &b->env, NULL, NULL, out, NULL) == 0;
}
static bool run_threaded(const struct bench *b, struct warrant_run *out) {
  static const struct warrant_session_options options = {0};
  struct warrant_session *session = NULL;
  if (warrant_session_open(&b->p, &b->env, &options, &session, NULL))
    return false;
  warrant_session_run(session, out);
  warrant_session_close(session);
  return true;
}
static void same_end(struct bench *b, const char *name,
                     bool (*engine)(const struct bench *b, struct warrant_run *out)) {
  struct warrant_run run = {0}, *traced = &b->both.run;
  bool same = engine(b, &run) && run.fault == traced->fault && run.steps == traced->steps &&
              (run.fault ? run.pc == traced->pc : run.result == traced->result);
  if (!same && !b->why[0])
    snprintf(b->why, sizeof b->why, "another end %s: %s", name, warrant_fault_name(run.fault));
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
  if (!b->why[0] && fault != WARRANT_NO_FAULT && b->subject >= 0 && b->both.run.pc != b->subject)
    snprintf(b->why, sizeof b->why, "%s at %" PRId64 ", not at %" PRId64, warrant_fault_name(fault),
             b->both.run.pc, b->subject);
  same_end(b, "without a trace", run_plain);
  same_end(b, "in threaded code", run_threaded);
  for (uint32_t i = 0; i < b->n; i++)
    for (int k = 0; k < 2; k++)
      if (b->expected[i][k].set && !b->expected[i][k].seen && !b->why[0])
        snprintf(b->why, sizeof b->why, "did not come to %" PRIu32, i);
  memset(b->expected, 0, (b->n + 1) * sizeof *b->expected);
  b->cases++;
  b->n = 0;
  b->subject = -1;
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

/* `off` is a displacement or a distance, in whichever field it stands. */
static struct warrant_insn insn_of(const struct w_encoding *f, unsigned dst, unsigned src, int off,
                                   int32_t imm) {
  struct warrant_insn i = f->slot;
  if (f->free & W_FREE_DST)
    i.dst = dst & 15;
  if (f->free & W_FREE_SRC)
    i.src = src & 15;
  if (f->free & W_FREE_OFF)
    i.off = (int16_t)off;
  if (f->free & W_FREE_IMM)
    i.imm = f->off == W_IN_IMM ? off : imm;
  return i;
}
/* Is there a number among its operands? */
static bool has_number(const struct w_encoding *f) { return f->imm == W_IN_IMM; }

static void alu_case(struct bench *b, const struct w_encoding *f, unsigned dst, unsigned src,
                     uint64_t x, uint64_t y, int32_t imm) {
  struct warrant_insn i = insn_of(f, dst, src, 0, imm);
  run_when_full(b);
  set(b, dst, x);
  if (f->free & W_FREE_SRC)
    set(b, src, y);
  if (dst == src)
    x = y;
  subject(b, i);
  expect(b, dst,
         i.op >> 4 == 0xd ? rfc_swap(i.op, i.imm, x) : rfc_alu(i.op, i.off, x, operand(&i, y)));
  if (f->free & W_FREE_SRC && src != dst)
    expect(b, src, y);
}

static void jump_case(struct bench *b, const struct w_encoding *f, unsigned dst, unsigned src,
                      uint64_t x, uint64_t y, int32_t imm) {
  struct warrant_insn i = insn_of(f, dst, src, 1, imm);
  run_when_full(b);
  if (f->free & W_FREE_DST)
    set(b, dst, x);
  if (f->free & W_FREE_SRC)
    set(b, src, y);
  if (dst == src)
    x = y;
  put(b, 0xb7, 0, 0, 0, 0);
  b->insns[b->n++] = i;
  put(b, 0xb7, 0, 0, 0, 1);
  expect(b, 0, !rfc_jump(i.op, x, operand(&i, y)));
  /* and back: over an instruction that goes on */
  i = insn_of(f, dst, src, -2, imm);
  put(b, 0x05, 0, 0, 1, 0);
  put(b, 0x05, 0, 0, 1, 0);
  b->insns[b->n++] = i;
}

typedef void case_fn(struct bench *b, const struct w_encoding *f, unsigned dst, unsigned src,
                     uint64_t x, uint64_t y, int32_t imm);

/* All pairs of boundary operands, in registers that change from case to case; r0 is left out. */
static void pairs(struct bench *b, const struct w_encoding *f, case_fn *one) {
  unsigned k = 0, second = f->free & W_FREE_SRC ? EDGES : has_number(f) ? SMALL_EDGES : 1;
  for (unsigned x = 0; x < EDGES; x++)
    for (unsigned y = 0; y < second; y++, k++) {
      unsigned dst = 1 + k % 9, src = 1 + (k + 1 + k / 9 % 8) % 9;
      one(b, f, dst, src, edges[x], f->free & W_FREE_SRC ? edges[y] : 0,
          has_number(f) ? small_edges[y] : 0);
    }
  if (f->free & W_FREE_SRC)
    for (unsigned x = 0; x < EDGES; x++)
      one(b, f, 1 + x % 9, 1 + x % 9, edges[x], edges[x], 0);
  run(b, WARRANT_NO_FAULT);
}

/* Over the whole distance and back: to the row's jump back, to one on, and behind both. */
static void far_jump(struct bench *b, const struct w_encoding *f, uint64_t x, int32_t distance) {
  set(b, 1, x);
  set(b, 2, 7);
  put(b, 0xb7, 0, 0, 0, 3);
  put(b, 0x06, 0, 0, 0, distance);
  uint32_t landing = b->n;
  put(b, 0x07, 0, 0, 0, 4);
  subject(b, insn_of(f, 1, 2, distance - 1, 7));
  while (b->n < landing + (uint32_t)distance)
    put(b, 0x95, 0, 0, 0, 0);
  subject(b, insn_of(f, 1, 2, -distance - 1, 7));
  put(b, 0x07, 0, 0, 0, 8);
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 15);
}

static void jump_row(struct bench *b, const struct w_encoding *f) {
  unsigned e = 0;
  pairs(b, f, jump_case);
  while (!rfc_jump(f->slot.op, edges[e], 7))
    e++;
  far_jump(b, f, edges[e], f->off == W_IN_IMM ? FAR : INT16_MAX);
}

/* Everywhere in the context, with each displacement; all of it is read after a store. */
static void displaced(struct bench *b, const struct w_encoding *f) {
  unsigned n = access_bytes(f), places[] = {0, 1, 5, 8, MEMORY - n};
  for (unsigned d = 0; d < DISPLACEMENTS; d++)
    for (unsigned q = 0; q < sizeof places / sizeof *places; q++) {
      uint8_t now[MEMORY];
      unsigned at = places[q], base = 6 + (q & 1);
      uint64_t v = edges[(d * 5 + q * 3) % EDGES];
      for (unsigned i = 0; i < MEMORY; i++)
        now[i] = b->memory[i] = (uint8_t)(i * 0x9d + (q & 1 ? 0x7b : 0xf4));
      set(b, base, b->env.ctx + at - (uint64_t)(int64_t)displacements[d]);
      if (loads(f)) {
        subject(b, insn_of(f, d % 6, base, displacements[d], 0));
        expect(b, d % 6, loaded(f, now + at));
      } else {
        set(b, d % 6, v);
        int32_t c = small_edges[(d * 5 + q * 3) % SMALL_EDGES];
        subject(b, insn_of(f, base, d % 6, displacements[d], c));
        v = has_number(f) ? (uint64_t)(int64_t)c : v;
        for (unsigned i = 0; i < n; i++)
          now[at + i] = (uint8_t)(v >> 8 * i);
        set(b, base, b->env.ctx);
        for (int i = 0; i < MEMORY; i += 8) {
          put(b, 0x79, 3, base, i, 0);
          expect(b, 3, bytes_value(now + i, 8));
        }
      }
      run(b, WARRANT_NO_FAULT);
    }
}

/* To the last byte, and one further, at both ends of the memory and of the frame. */
static void at_the_ends(struct bench *b, const struct w_encoding *f) {
  int n = (int)access_bytes(f);
  const struct {
    unsigned base;
    int off;
    bool good;
  } ends[] = {{1, 0, true},       {1, -1, false},        {1, -n, false},
              {1, MEMORY, false}, {1, MEMORY - n, true}, {1, MEMORY - n + 1, false},
              {1, 32767, false},  {1, -32768, false},    {10, -512, true},
              {10, -513, false},  {10, -n, true},        {10, -n + 1, false},
              {10, 0, false}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    bool load = loads(f);
    set(b, 3, 7);
    subject(b, insn_of(f, load ? 2 : ends[i].base, load ? ends[i].base : 3, ends[i].off, 7));
    run(b, ends[i].good ? WARRANT_NO_FAULT : WARRANT_OUT_OF_BOUNDS);
  }
}

static void load_row(struct bench *b, const struct w_encoding *f) {
  displaced(b, f);
  for (unsigned e = 0; e < EDGES; e++) {
    memset(b->memory, 0xa5, MEMORY);
    for (unsigned i = 0; i < 8; i++)
      b->memory[e % 8 + 8 + i] = (uint8_t)(edges[e] >> 8 * i);
    uint64_t v = loaded(f, b->memory + e % 8 + 8);
    subject(b, insn_of(f, 2, 1, (int)(e % 8) + 8, 0));
    expect(b, 2, v);
    put(b, 0x07, 1, 0, 0, 40); /* from behind, and into the address itself */
    subject(b, insn_of(f, 1, 1, (int)(e % 8) + 8 - 40, 0));
    expect(b, 1, v);
    run(b, WARRANT_NO_FAULT);
  }
  at_the_ends(b, f);
}

static void store_row(struct bench *b, const struct w_encoding *f) {
  unsigned n = access_bytes(f);
  displaced(b, f);
  unsigned count = f->free & W_FREE_SRC ? EDGES : SMALL_EDGES;
  for (unsigned e = 0; e < count; e++) {
    uint64_t v = f->free & W_FREE_SRC ? edges[e] : (uint64_t)(int64_t)small_edges[e];
    for (int frame = 0; frame < 2; frame++) {
      unsigned base = frame ? 10 : 1;
      int at = frame ? -24 - (int)(e % 8) : 16 + (int)(e % 8);
      run_when_full(b);
      set(b, 3, v);
      set(b, 4, UINT64_C(0x5a5a5a5a5a5a5a5a));
      put(b, 0x7b, base, 4, at, 0);
      subject(b, insn_of(f, base, 3, at, has_number(f) ? small_edges[e] : 0));
      put(b, 0x79, 5, base, at, 0);
      expect(b, 5,
             n == 8 ? v : low(v, 8 * n) | (UINT64_C(0x5a5a5a5a5a5a5a5a) & ~low(UINT64_MAX, 8 * n)));
    }
  }
  run(b, WARRANT_NO_FAULT);
  at_the_ends(b, f);
}

static bool is_ordered(const struct w_encoding *f) {
  return (f->slot.op & 0xe7) == 0xc3 &&
         (f->slot.imm == LOAD_ACQUIRE || f->slot.imm == STORE_RELEASE);
}

/* The row's load from, or store to, `base` + off: into r5, of r3. */
static struct warrant_insn ordered_at(const struct w_encoding *f, unsigned base, int off) {
  return loads(f) ? insn_of(f, 5, base, off, 0) : insn_of(f, base, 3, off, 0);
}

/* Loads that acquire and stores that release: in the frame, under r10 or not. */
static void ordered_values(struct bench *b, const struct w_encoding *f) {
  int n = (int)access_bytes(f);
  for (unsigned e = 0; e < EDGES; e++)
    for (unsigned frame = 0; frame < 2; frame++) {
      uint64_t v = edges[e], before = loads(f) ? v : UINT64_C(0x5a5a5a5a5a5a5a5a);
      int at = -64 + n * (int)(e % 8), word = at & ~7;
      int off = frame ? at : displacements[e % DISPLACEMENTS];
      unsigned shift = 8 * (unsigned)(at - word);
      uint64_t mask = low(UINT64_MAX, 8 * (unsigned)n) << shift;
      run_when_full(b);
      set(b, 3, v);
      set(b, 4, before);
      put(b, 0x7b, 10, 4, word, 0);
      put(b, 0xbf, 2, 10, 0, 0);
      set(b, 1, (uint64_t)(int64_t)(at - off));
      put(b, 0x0f, 2, 1, 0, 0);
      subject(b, ordered_at(f, frame ? 10 : 2, off));
      if (loads(f))
        expect(b, 5, (v & mask) >> shift);
      put(b, 0x79, 5, 10, word, 0);
      expect(b, 5, loads(f) ? v : (before & ~mask) | (v << shift & mask));
    }
  run(b, WARRANT_NO_FAULT);
}

static void ordered_row(struct bench *b, const struct w_encoding *f) {
  int n = (int)access_bytes(f);
  ordered_values(b, f);
  const struct {
    int base, off; /* 0: a value of 16 bytes, in r2 */
    enum warrant_fault fault;
  } ends[] = {{10, -512, WARRANT_NO_FAULT},
              {10, -512 - n, WARRANT_OUT_OF_BOUNDS},
              {10, -n, WARRANT_NO_FAULT},
              {10, 0, WARRANT_OUT_OF_BOUNDS},
              {10, -16 + n / 2, n == 1 ? WARRANT_NO_FAULT : WARRANT_MISALIGNED},
              {10, -15, n == 1 ? WARRANT_NO_FAULT : WARRANT_MISALIGNED},
              {1, 0, WARRANT_BAD_CONTEXT},
              {0, 0, WARRANT_NO_FAULT},
              {0, -n, WARRANT_OUT_OF_BOUNDS},
              {0, 1, n == 1 ? WARRANT_NO_FAULT : WARRANT_MISALIGNED},
              {0, 16 - n, WARRANT_NO_FAULT},
              {0, 16, WARRANT_OUT_OF_BOUNDS}};
  for (size_t i = 0; i < 2 * (sizeof ends / sizeof *ends); i++) {
    bool readonly = i % 2 && !ends[i / 2].base;
    b->maps[0].readonly = readonly;
    put(b, 0xb7, 3, 0, 0, 7);
    if (!ends[i / 2].base) {
      put(b, 0x18, 2, 2, 0, 0);
      put(b, 0, 0, 0, 0, 0);
    }
    subject(b, ordered_at(f, ends[i / 2].base ? (unsigned)ends[i / 2].base : 2, ends[i / 2].off));
    bool there = ends[i / 2].fault != WARRANT_OUT_OF_BOUNDS;
    run(b, readonly && there && !loads(f) ? WARRANT_READ_ONLY : ends[i / 2].fault);
    b->maps[0].readonly = false;
  }
}

/* Addresses of kernel variables and of code: the interpreter has places for them. */
static void address_row(struct bench *b, const struct w_encoding *f) {
  for (unsigned e = 0; e < SMALL_EDGES && f->slot.src == 3; e++) {
    uint64_t id = (uint32_t)small_edges[e], module = (uint32_t)small_edges[SMALL_EDGES - 1 - e];
    subject(b, insn_of(f, 3, 0, 0, small_edges[e]));
    put(b, 0, 0, 0, 0, small_edges[SMALL_EDGES - 1 - e]);
    expect(b, 3, (UINT64_C(1) << 49) + (module << 36) + 8 * id);
  }
  for (int to = -1; to < 2 && f->slot.src == 4; to += 2) { /* itself, and what follows */
    uint64_t at = b->n;
    subject(b, insn_of(f, 3, 0, to, 0));
    put(b, 0, 0, 0, 0, 0);
    expect(b, 3, (UINT64_C(1) << 48) + 8 * (at + 1 + (uint64_t)(int64_t)to));
  }
  run(b, WARRANT_NO_FAULT);
  static const int none[] = {0, 100, -2, INT32_MIN, INT32_MAX}; /* a second slot, and outside */
  for (size_t i = 0; i < sizeof none / sizeof *none && f->slot.src == 4; i++) {
    subject(b, insn_of(f, 3, 0, none[i], 0));
    put(b, 0, 0, 0, 0, 0);
    run(b, WARRANT_BAD_INSTRUCTION);
  }
}

static void long_row(struct bench *b, const struct w_encoding *f) {
  bool value = f->slot.src == 2 || f->slot.src == 6;
  if (f->slot.src == 3 || f->slot.src == 4) {
    address_row(b, f);
    return;
  }
  if (f->insn.op == W_OP_LDIMM) {
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
      subject(b, insn_of(f, 3, 0, 0, map));
      put(b, 0, 0, 0, 0, off);
      expect(b, 3,
             value ? b->env.values + ((uint64_t)map << 32) + (uint64_t)(int64_t)off
                   : b->env.maps + 256 * (uint64_t)map);
    }
  run(b, WARRANT_NO_FAULT);
  static const int32_t none[] = {2, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    subject(b, insn_of(f, 3, 0, 0, none[i]));
    put(b, 0, 0, 0, 0, 0);
    run(b, WARRANT_BAD_MAP);
  }
}

/* The instruction calls a helper whose number is given, and which r7 holds too. */
static void helper_call(struct bench *b, const struct w_encoding *f, int32_t helper) {
  put(b, 0xb7, 7, 0, 0, helper);
  subject(b, insn_of(f, 7, 0, 0, helper));
}

static void helper_row(struct bench *b, const struct w_encoding *f) {
  for (unsigned r = 0; r < 10; r++)
    set(b, r, 100 + r);
  helper_call(b, f, 5); /* a clock that ticks 1000 at a time */
  expect(b, 0, 1000);
  put(b, 0xb7, 0, 0, 0, 0);
  for (unsigned r = 1; r <= 5; r++) {
    expect_undefined(b, r);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  for (unsigned r = 6; r < 10; r++) {
    expect(b, r, r == 7 ? 5 : 100 + r);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  helper_call(b, f, 5);
  expect(b, 0, 2000);
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 2000);
  static const int32_t none[] = {0, -1, 4, INT32_MAX, INT32_MIN, 1000, 9999};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    helper_call(b, f, none[i]);
    run(b, WARRANT_UNKNOWN_HELPER);
  }
  for (unsigned lost = 1; lost <= 5; lost++) {
    put(b, 0xb7, lost, 0, 0, 1);
    helper_call(b, f, 5);
    put(b, 0xbf, 0, lost, 0, 0);
    b->subject = b->n - 1;
    run(b, WARRANT_UNDEFINED_REGISTER);
  }
}

static void function_call(struct bench *b, const struct w_encoding *f, int32_t number) {
  set(b, 1, 1);
  set(b, 2, 2);
  subject(b, insn_of(f, 0, 2, 0, number));
}

static void function_row(struct bench *b, const struct w_encoding *f) {
  int32_t compares = 0;
  for (uint32_t k = 0; k < w_function_count; k++)
    if (!strcmp(w_functions[k].call.name, "bpf_strcmp"))
      compares = w_functions[k].call.id;
  function_call(b, f, compares);
  expect(b, 0, 0);
  put(b, 0xb7, 0, 0, 0, 0);
  for (unsigned r = 1; r <= 5; r++) {
    expect_undefined(b, r);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  put(b, 0x95, 0, 0, 0, 0);
  run_to(b, 0);
  static const int32_t none[] = {0, -1, 5, INT32_MAX, INT32_MIN, 1048576, 9999};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    function_call(b, f, none[i]);
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
  }
}

/* Memory of eight bytes, a register, and r0: what is in them afterwards. The memory is in the
 * frame, under r10 or not, or a map's value. */
static void atomic_case(struct bench *b, const struct w_encoding *f, unsigned k, unsigned src,
                        uint64_t memory, uint64_t y, uint64_t r0) {
  unsigned place = k % 3;
  unsigned bits = f->slot.op == 0xc3 ? 32 : 64;
  uint64_t old = low(memory, bits), upper = memory & ~low(UINT64_MAX, bits);
  if (src == 0)
    y = r0;
  uint64_t left = rfc_atomic(f->slot.imm, bits, old, y, r0);
  int n = (int)bits / 8;
  int at = place == 0 ? -8 - n * (int)(k / 3 % 3) : displacements[k / 3 % DISPLACEMENTS];
  run_when_full(b);
  set(b, 3, memory);
  if (place) {
    put(b, 0xbf, 2, 10, 0, 0);
    if (place == 2) {
      put(b, 0x18, 2, 2, 0, 1);
      put(b, 0, 0, 0, 0, 0);
    }
    set(b, 1, (uint64_t)(int64_t)((place == 2 ? 8 : -56 - n * (int)(k % 4)) - at));
    put(b, 0x0f, 2, 1, 0, 0);
  }
  unsigned base = place ? 2 : 10;
  put(b, 0x7b, base, 3, at, 0);
  set(b, 0, r0);
  if (src)
    set(b, src, y);
  subject(b, insn_of(f, base, src, at, 0));
  bool fetch = f->slot.imm & 1;
  expect(b, 0, f->slot.imm == CMPXCHG || (fetch && src == 0) ? old : r0);
  put(b, 0x79, 5, base, at, 0);
  expect(b, 5, upper | left);
  put(b, 0xb7, 5, 0, 0, 0);
  if (src)
    expect(b, src, fetch && f->slot.imm != CMPXCHG ? old : y);
  put(b, 0xb7, 5, 0, 0, 0);
}

static void atomic_row(struct bench *b, const struct w_encoding *f) {
  int n = (int)access_bytes(f);
  unsigned k = 0;
  for (unsigned x = 0; x < EDGES; x++)
    for (unsigned y = 0; y < EDGES; y++, k++) {
      const uint64_t r0[] = {edges[x], edges[y], edges[x] ^ UINT64_C(0x10000000000), edges[x] ^ 1};
      for (unsigned e = 0; e < (f->slot.imm == CMPXCHG ? 4 : 1); e++)
        atomic_case(b, f, k, k % 7 ? 4 + 2 * (k & 1) : 0, edges[x], edges[y], r0[e]);
    }
  run(b, WARRANT_NO_FAULT);
  const struct {
    int map, off; /* a value of 16 bytes, or the frame */
    enum warrant_fault fault;
  } ends[] = {{0, -512, WARRANT_NO_FAULT},        {0, -513, WARRANT_OUT_OF_BOUNDS},
              {0, -n, WARRANT_NO_FAULT},          {0, 1 - n, WARRANT_OUT_OF_BOUNDS},
              {0, 0, WARRANT_OUT_OF_BOUNDS},      {1, 0, WARRANT_NO_FAULT},
              {1, -1, WARRANT_OUT_OF_BOUNDS},     {1, 16 - n, WARRANT_NO_FAULT},
              {1, 17 - n, WARRANT_OUT_OF_BOUNDS}, {0, -16 + n / 2, WARRANT_MISALIGNED},
              {1, n / 2, WARRANT_MISALIGNED},     {1, 1, WARRANT_MISALIGNED}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    put(b, 0xb7, 0, 0, 0, 0);
    put(b, 0xb7, 4, 0, 0, 0);
    put(b, 0xbf, 3, 10, 0, 0);
    if (ends[i].map) {
      put(b, 0x18, 3, 2, 0, 0);
      put(b, 0, 0, 0, 0, 0);
    }
    subject(b, insn_of(f, 3, 4, ends[i].off, 0));
    run(b, ends[i].fault);
  }
  /* the context has none; a map that may only be read; bytes that were never written; r10 */
  for (int what = 0; what < 6; what++) {
    enum warrant_fault fault[] = {WARRANT_BAD_CONTEXT,     WARRANT_READ_ONLY,
                                  WARRANT_UNDEFINED_STACK, WARRANT_NO_FAULT,
                                  WARRANT_FRAME_WRITE,     WARRANT_UNDEFINED_REGISTER};
    bool takes_r10 = !(f->slot.imm & 1) || f->slot.imm == CMPXCHG;
    if (what == 5 && f->slot.imm != CMPXCHG)
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
    subject(b, insn_of(f, 3, what == 4 ? 10 : 4, what < 2 ? 0 : -8, 0));
    run(b, what == 4 && takes_r10 ? WARRANT_NO_FAULT : fault[what]);
    b->p.profile = WARRANT_ROOT;
    b->maps[1].readonly = false;
  }
}

/* r6 is the context of a program of type socket; what is there is read from the left. */
static void legacy_start(struct bench *b) {
  b->p.type = 1;
  put(b, 0xbf, 6, 1, 0, 0);
  put(b, 0xb7, 0, 0, 0, 5);
}

static void legacy_case(struct bench *b, const struct w_encoding *f, uint64_t y, int32_t imm) {
  int n = f->slot.op >> 3 & 2 ? 1 : f->slot.op >> 3 & 1 ? 2 : 4;
  int32_t at = (int32_t)((uint32_t)imm + (f->free & W_FREE_SRC ? (uint32_t)y : 0));
  legacy_start(b);
  set(b, 7, y);
  subject(b, insn_of(f, 0, 7, 0, imm));
  if (at < 0 || at > PACKET - n) { /* the end of it all */
    put(b, 0xb7, 0, 0, 0, 9);
    run_to(b, 0);
    if (b->both.run.steps != 4 && !b->why[0])
      snprintf(b->why, sizeof b->why, "went on after a load at %" PRId32, at);
    return;
  }
  uint64_t v = 0; /* big endian */
  for (int i = 0; i < n; i++)
    v = v * 256 + b->packet[at + i];
  expect(b, 0, v);
  for (unsigned r = 1; r <= 5; r++) {
    put(b, 0xb7, 0, 0, 0, 0);
    expect_undefined(b, r);
  }
  put(b, 0xb7, 0, 0, 0, 0);
  expect(b, 7, y);
  run(b, WARRANT_NO_FAULT);
}

static void legacy_row(struct bench *b, const struct w_encoding *f) {
  bool indirect = f->free & W_FREE_SRC;
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
    legacy_case(b, f, UINT64_MAX, small_edges[e]);
    legacy_case(b, f, UINT64_C(1) << 31, small_edges[e]);
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
    subject(b, insn_of(f, 0, what == 5 ? 8 : 7, 0, 0));
    run(b, fault);
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

  /* r1 to r5 do not come back from a function; r0 and r6 to r9 do not get in */
  for (unsigned lost = 0; lost < 10; lost++) {
    bool kept = lost == 0 || lost > 5;
    put(b, 0xb7, lost, 0, 0, 1);
    put(b, 0x85, 0, 1, 0, 2);
    put(b, 0xbf, 0, lost, 0, 0);
    put(b, 0x95, 0, 0, 0, 0);
    put(b, kept ? 0xbf : 0xb7, 0, kept ? lost : 0, 0, 0);
    put(b, 0x95, 0, 0, 0, 0);
    b->subject = kept ? 4 : 2;
    run(b, WARRANT_UNDEFINED_REGISTER);
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

static void callx_row(struct bench *b, const struct w_encoding *f) {
  helper_row(b, f);
  for (unsigned r = 0; r < 10; r++) {
    put(b, 0xb7, r, 0, 0, 5);
    subject(b, insn_of(f, r, 0, 0, 0));
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
    subject(b, insn_of(f, 7, 0, 0, 0));
    run(b, WARRANT_UNKNOWN_HELPER);
  }
  subject(b, insn_of(f, 10, 0, 0, 0));
  run(b, WARRANT_UNKNOWN_HELPER);
}

/* It may jump, and here never does, wherever to. */
static void may_goto_row(struct bench *b, const struct w_encoding *f) {
  static const int offs[] = {0, 1, 2, -1, -2, 1000, 32767, -32768};
  for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
    put(b, 0xb7, 0, 0, 0, 0);
    subject(b, insn_of(f, 0, 0, offs[i], 0));
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
      {0x9c, 1, UINT64_C(0xfffffffe80000001), UINT64_C(0x1200000000), 0x80000001},
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
static void undefined_operands(struct bench *b, const struct w_encoding *f) {
  unsigned class = f->slot.op & 7;
  bool writes = class == ALU32 || class == ALU64 || class == 0 || loads(f);
  bool reads = f->free & W_FREE_DST && class && !loads(f) && f->slot.op >> 4 != 0xb;
  struct warrant_insn next = {0};
  for (int what = 0; what < 3; what++) {
    if ((what == 0 && !reads) || (what == 1 && !(f->free & W_FREE_SRC)) || (what == 2 && !writes))
      continue;
    put(b, 0xbf, 3, 1, 0, 0);
    put(b, 0xbf, 4, 1, 0, 0);
    int to = f->slot.op == 0x18 && f->slot.src == 4 ? -1 : 0; /* the address of code: its own */
    subject(b, insn_of(f, what == 0 ? 7 : what == 2 ? 10 : 3, what == 1 ? 8 : 4, to, 0));
    if (w_slots(&f->insn) == 2)
      b->insns[b->n++] = next;
    run(b, what == 2 ? WARRANT_FRAME_WRITE : WARRANT_UNDEFINED_REGISTER);
  }
}

static void test_row(struct bench *b, const struct w_encoding *f, const char *text) {
  char name[WARRANT_DISASM_MAX + 80];
  unsigned class = f->slot.op & 7;
  uint64_t cases = b->cases;
  b->why[0] = '\0';
  if (class == ALU32 || class == ALU64)
    pairs(b, f, alu_case);
  else if (f->slot.op == 0x85)
    f->slot.src == 2 ? function_row(b, f) : f->slot.src ? local_row(b) : helper_row(b, f);
  else if (f->slot.op == 0x8d)
    callx_row(b, f);
  else if (f->slot.op == 0xe5)
    may_goto_row(b, f);
  else if (f->slot.op == 0x95)
    exit_row(b);
  else if (class == JMP64 || class == JMP32)
    jump_row(b, f);
  else if (is_legacy(f))
    legacy_row(b, f);
  else if (class == 0)
    long_row(b, f);
  else if (is_ordered(f))
    ordered_row(b, f);
  else if (loads(f))
    load_row(b, f);
  else if (is_atomic(f))
    atomic_row(b, f);
  else
    store_row(b, f);
  if (!is_legacy(f))
    undefined_operands(b, f);
  snprintf(name, sizeof name, "0x%02x %s (%" PRIu64 " cases)", f->slot.op, text, b->cases - cases);
  report(!b->why[0] && b->cases > cases, name, b->why);
}

/* --- What is no instruction, and the rows themselves ----------------------------------------- */

static bool fits(const struct rfc_row *q, const struct warrant_insn *i) {
  bool takes_dst = (i->op & 7) != 0 || i->op == 0x18;
  takes_dst &= i->op != 0x05 && i->op != 0x06 && i->op != 0x85 && i->op != 0x95 && i->op != 0xe5;
  return q->op && q->op == i->op && (q->src == ANY ? i->src <= 10 : q->src == i->src) &&
         (q->off == ANY || q->off == i->off) && (q->imm == ANY || q->imm == i->imm) &&
         (takes_dst ? i->dst <= 10 : !i->dst);
}
/* By the rows that are written down here: decodes when it is supported. */
static bool is_insn(const struct warrant_insn *i, int32_t next) {
  if (i->op == 0x18 && (i->src == 1 || i->src == 4 || i->src == 5) && next)
    return false;
  for (size_t q = 0; q < RFC_ROWS; q++)
    if (fits(&rfc[q], i))
      return true;
  return false;
}

struct refused {
  uint64_t all, no;
  bool good;
};
/* Both have to refuse it, or to take it for an instruction, as the rows say. */
static void judge(struct bench *b, struct warrant_insn i, int32_t next, struct refused *r) {
  b->n = 0;
  b->insns[b->n++] = i;
  if (i.op == 0x18)
    put(b, 0, 0, 0, 0, next);
  put(b, 0x95, 0, 0, 0, 0);
  b->p.insns = b->insns;
  b->p.insn_count = b->n;
  b->n = 0;
  bool good = both_agree(&b->both, &b->p, &b->env) && is_insn(&i, next) == b->both.decoded;
  r->all++;
  r->no += !b->both.decoded;
  r->good &= good;
  if (!good && !b->why[0])
    snprintf(b->why, sizeof b->why,
             "opcode 0x%02x dst %u src %u off %d imm %" PRId32 " next %" PRId32 ": %s", i.op, i.dst,
             i.src, i.off, i.imm, next, b->both.why);
}

/* An instruction of the row, with operands that differ from each other. */
static struct warrant_insn sample(const struct w_encoding *f, int32_t *next) {
  *next = f->free & W_FREE_NEXT ? 9 : 0;
  return insn_of(f, 1, 2, f->off == W_IN_IMM ? 8 : 3, 8);
}

static void refusals(struct bench *b) {
  static const int16_t offs[] = {0, 1, 2, 8, 16, 32, 64, -1, INT16_MIN};
  static const int32_t imms[] = {0,    1,    8,    16,   32,    64,    0x41,  0x50, 0xa0,
                                 0xe0, 0xe1, 0xf0, 0xf1, 0x100, 0x101, 0x110, -1,   INT32_MIN};
  static const uint8_t regs[] = {0, 1, 2, 3, 10, 11, 15};
  static const int32_t values[] = {1, 2, 3, 7, 8, 15, 16, 64, 255, -1, 32767};
  struct gen g = {2};
  struct refused r = {.good = true};
  b->both.quiet = true;
  b->why[0] = '\0';
  for (unsigned op = 0; op < 256; op++)
    for (size_t o = 0; o < sizeof offs / sizeof *offs; o++)
      for (size_t m = 0; m < sizeof imms / sizeof *imms; m++)
        for (size_t k = 0; k < sizeof regs; k++) {
          /* each field by itself, and some of the rest */
          if ((k != 0) + (o != 0) + (m != 0) > 1 && gen_below(&g, 32))
            continue;
          for (int place = 0; place < (k ? 2 : 1); place++) {
            struct warrant_insn i = {.op = (uint8_t)op, .off = offs[o], .imm = imms[m]};
            if (place)
              i.src = regs[k] & 15;
            else
              i.dst = regs[k] & 15;
            judge(b, i, 0, &r);
          }
        }
  /* each row with one field changed */
  for (const struct w_encoding *f = w_encodings; f < w_encodings + w_encoding_count; f++)
    for (int field = 0; field < 5; field++)
      for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        int32_t next;
        struct warrant_insn i = sample(f, &next);
        switch (field) {
        case 0:
          i.dst = values[v] & 15;
          break;
        case 1:
          i.src = values[v] & 15;
          break;
        case 2:
          i.off = (int16_t)values[v];
          break;
        case 3:
          i.imm = values[v];
          break;
        default:
          if (w_slots(&f->insn) == 1)
            continue;
          next = values[v];
        }
        judge(b, i, next, &r);
      }
  b->both.quiet = false;
  char name[120];
  snprintf(name, sizeof name,
           "decoders agree with the table on %" PRIu64 " patterns, %" PRIu64 " of them refused",
           r.all, r.no);
  report(r.good && r.no > 25000 && r.no < r.all, name, b->why);
}

/* Refused by the name of what it is. */
static bool named(struct bench *b, struct warrant_insn i, const char *says) {
  struct warrant_error error = {0};
  struct warrant_run run;
  struct refused r = {.good = true};
  judge(b, i, 0, &r);
  return r.good && r.no && warrant_interpret(&b->p, &b->env, NULL, NULL, &run, &error) < 0 &&
         error.code == WARRANT_UNSUPPORTED && strstr(error.text, says);
}

/* The decoder has the rows that are written down here, but for the second slot of a 64-bit
 * constant, and for what is refused by name. */
static void tables(struct bench *b) {
  unsigned missing = 0, extra = 0, rfc_rows = 0;
  uint32_t supported = 0;
  bool found[RFC_ROWS] = {false};
  for (const struct w_encoding *f = w_encodings; f < w_encodings + w_encoding_count; f++) {
    if (f->unsupported)
      continue;
    bool known = false;
    for (size_t q = 0; q < RFC_ROWS && supported < ROWS; q++) {
      bool same = rfc[q].op == f->slot.op &&
                  rfc[q].src == (f->free & W_FREE_SRC ? ANY : f->slot.src) &&
                  rfc[q].off == (f->free & W_FREE_OFF ? ANY : f->slot.off) &&
                  rfc[q].imm == (f->free & W_FREE_IMM ? ANY : f->slot.imm) &&
                  !strcmp(rfc[q].group, printed[supported].group);
      found[q] |= same;
      known |= same;
    }
    if (!known)
      printf("# opcode 0x%02x is decoded, and is not written down here\n", f->slot.op);
    extra += !known;
    supported++;
  }
  for (size_t q = 0; q < RFC_ROWS; q++) {
    bool second = rfc[q].op == 0;
    rfc_rows += strcmp(rfc[q].group, "beyond") != 0;
    if (found[q] == second) {
      printf("# opcode 0x%02x is %s\n", rfc[q].op, found[q] ? "in a row" : "in no row");
      missing++;
    }
  }
  report(!missing && !extra && supported == ROWS && rfc_rows == 171,
         "the RFC's 171 rows and the decoder's", "they differ");
  b->why[0] = '\0';
  bool good = named(b, (struct warrant_insn){.op = 0x85, .src = 2, .off = 3}, "kernel modules") &&
              named(b, (struct warrant_insn){0xbf, 1, 2, 1, 1}, "address spaces") &&
              named(b, (struct warrant_insn){0xbf, 1, 2, 1, 0x10000}, "address spaces") &&
              named(b, (struct warrant_insn){.op = 0x0d, .dst = 1}, "gotox");
  report(good, "named and not supported", b->why);
}

/* A row's example is what the disassembler prints for it and the assembler reads. */
static void examples(struct bench *b) {
  uint32_t k = 0;
  b->why[0] = '\0';
  for (const struct w_encoding *f = w_encodings; f < w_encodings + w_encoding_count; f++) {
    if (f->unsupported || k == ROWS)
      continue;
    const char *written = printed[k++].text;
    struct warrant_insn *insns = NULL;
    uint32_t n = 0;
    int32_t next;
    char text[WARRANT_DISASM_MAX];
    b->n = 0;
    b->insns[b->n++] = sample(f, &next);
    if (w_slots(&f->insn) == 2)
      put(b, 0, 0, 0, 0, next);
    struct warrant_program p = {.insns = b->insns, .insn_count = b->n};
    warrant_disasm(&p, 0, text, sizeof text);
    bool same = !warrant_asm("row", (const uint8_t *)written, strlen(written), &insns, &n, NULL) &&
                n == b->n && !memcmp(insns, b->insns, n * sizeof *insns);
    if (f->insn.op != W_OP_CALL) /* helpers are printed by name */
      same &= !strcmp(text, written);
    if (!same && !b->why[0])
      snprintf(b->why, sizeof b->why, "'%s' is printed as '%s'", written, text);
    free(insns);
    b->n = 0;
  }
  report(!b->why[0] && k == ROWS, "examples", b->why);
}

static bool same_files(const char *a, const char *b) {
  FILE *x = fopen(a, "r"), *y = fopen(b, "r");
  bool same = x && y;
  for (int c = 0; same && c != EOF;) {
    c = getc(x);
    same = c == getc(y);
  }
  if (x)
    fclose(x);
  if (y)
    fclose(y);
  return same;
}

/* --- Long random programs -------------------------------------------------------------------- */

/* A loop of arithmetic, loads, stores and short jumps, in which every register but r9 and r10 is a
 * number. */
static void random_program(struct bench *b, struct gen *g, int32_t turns) {
  b->n = 0;
  for (unsigned r = 0; r < 9; r++)
    set(b, r, gen_number(g));
  for (int at = -64; at < 0; at += 8)
    put(b, 0x7b, 10, gen_below(g, 9), at, 0);
  put(b, 0xb7, 9, 0, 0, turns);
  uint32_t start = b->n, end = start + 300;
  while (b->n < end) {
    const struct w_encoding *f = &w_encodings[gen_below(g, w_encoding_count)];
    unsigned class = f->slot.op & 7, dst = gen_below(g, 9), src = gen_below(g, 9);
    int32_t imm = (int32_t)gen_number(g);
    int off = 0;
    if (f->unsupported || f->slot.op == 0x85 || f->slot.op == 0x8d || f->slot.op == 0x95 ||
        is_legacy(f) || f->off == W_IN_IMM || f->insn.op == W_OP_LDMAP ||
        f->insn.op == W_OP_LDMAPVALUE)
      continue;
    if (class == JMP64 || class == JMP32)
      off =
          (int)gen_below(g, 5); /* the last few land behind the loop's end, on what is put there */
    if (class >= 1 && class <= 3) {
      off = -8 * (1 + (int)gen_below(g, 8));
      *(loads(f) ? &src : &dst) = 10;
    }
    subject(b, insn_of(f, dst, src, off, imm));
    if (w_slots(&f->insn) == 2)
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

static void random_programs(struct bench *b, uint64_t executions) {
  struct gen g = {1};
  uint64_t done = 0, programs = 0, c_ns = 0, reference_ns = 0;
  bool good = true;
  b->both.quiet = true;
  b->why[0] = '\0';
  while (done < executions && good) {
    random_program(b, &g, 40);
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
  static struct bench b;
  static char empty[] = "";
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
  b.subject = -1;
  tables(&b);
  examples(&b);
  for (uint32_t i = 0, k = 0; i < w_encoding_count && k < ROWS; i++)
    if (!w_encodings[i].unsupported)
      test_row(&b, &w_encodings[i], printed[k++].text);
  b.why[0] = '\0';
  by_hand(&b);
  report(!b.why[0], "results worked out by hand", b.why);
  printf("# %d instructions, %" PRIu64 " cases, %" PRIu64 " steps traced\n", (int)ROWS, b.cases,
         b.steps);
  refusals(&b);
  random_programs(&b, executions);
  report(same_files("docs/isa.md", "_build/default/extraction/isa.md"), "docs/isa.md is current",
         "make docs/isa.md");
  both_free(&b.both);
  return failures != 0;
}
