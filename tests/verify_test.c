/* The verifier on small programs and on random ones. Each certificate has to convince the proved
 * validator, and the bound has to be exact: with one step less it must not. */
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/cert.h"
#include "load/image.h"
#include "random.h"
#include "report.h"
#include "cmd/validator.h"
#include "verify/verify.h"

/* --- Assembly -------------------------------------------------------------------------------- */

#define I(o, d, s, f, i)                                                                           \
  { .op = (o), .dst = (d), .src = (s), .off = (f), .imm = (i) }
#define MOV(d, i) I(0xb7, d, 0, 0, i)
#define MOVR(d, s) I(0xbf, d, s, 0, 0)
#define MOV32R(d, s) I(0xbc, d, s, 0, 0)
#define ADD(d, i) I(0x07, d, 0, 0, i)
#define ADDR(d, s) I(0x0f, d, s, 0, 0)
#define SUBR(d, s) I(0x1f, d, s, 0, 0)
#define AND(d, i) I(0x57, d, 0, 0, i)
#define MUL(d, i) I(0x27, d, 0, 0, i)
#define LSH(d, i) I(0x67, d, 0, 0, i)
#define RSH(d, i) I(0x77, d, 0, 0, i)
#define LDB(d, s, f) I(0x71, d, s, f, 0)
#define LDH(d, s, f) I(0x69, d, s, f, 0)
#define LDW(d, s, f) I(0x61, d, s, f, 0)
#define LDDW(d, s, f) I(0x79, d, s, f, 0)
#define STB(d, f, s) I(0x73, d, s, f, 0)
#define STW(d, f, s) I(0x63, d, s, f, 0)
#define STDW(d, f, s) I(0x7b, d, s, f, 0)
#define STIW(d, f, i) I(0x62, d, 0, f, i)
#define STIDW(d, f, i) I(0x7a, d, 0, f, i)
#define JA(f) I(0x05, 0, 0, f, 0)
#define JEQ(d, i, f) I(0x15, d, 0, f, i)
#define JNE(d, i, f) I(0x55, d, 0, f, i)
#define JGT(d, i, f) I(0x25, d, 0, f, i)
#define JLT(d, i, f) I(0xa5, d, 0, f, i)
#define JGTR(d, s, f) I(0x2d, d, s, f, 0)
#define JGER(d, s, f) I(0x3d, d, s, f, 0)
#define CALL(h) I(0x85, 0, 0, 0, h)
#define EXIT I(0x95, 0, 0, 0, 0)
#define CALLX(r) I(0x8d, r, 0, 0, 0)
#define FUNCTION(f) I(0x85, 0, 1, 0, f)
#define MAYGOTO(f) I(0xe5, 0, 0, f, 0)
#define ATOMIC(d, f, s, i) I(0xdb, d, s, f, i)
#define ATOMIC32(d, f, s, i) I(0xc3, d, s, f, i)
#define LDABS(z, i) I(0x20 | (z), 0, 0, 0, i)
#define LDIND(z, s, i) I(0x40 | (z), 0, s, 0, i)
enum {
  AT_ADD = 0,
  AT_FETCH = 1,
  AT_XCHG = 0xe1,
  AT_CMPXCHG = 0xf1,
  AT_ACQUIRE = 0x100,
  AT_RELEASE = 0x110
};
#define LDIMM(d, lo, hi) I(0x18, d, 0, 0, lo), I(0, 0, 0, 0, hi)
#define LDMAP(d, m) I(0x18, d, 1, 0, m), I(0, 0, 0, 0, 0)
#define LDLONG(d, src, lo, hi) I(0x18, d, src, 0, lo), I(0, 0, 0, 0, hi)
#define LDVALUE(d, m, off) I(0x18, d, 2, 0, m), I(0, 0, 0, 0, off)

/* Maps: 0 a hash of 4-byte keys and 16-byte values, 1 an array of one 8-byte value, 2 the same,
 * read-only, 3 an array of programs. */
static char name0[] = "pairs", name1[] = "counter", name2[] = "settings", name3[] = "programs";
static struct warrant_map maps[] = {
    {.name = name0, .type = 1, .key_size = 4, .value_size = 16, .max_entries = 16},
    {.name = name1, .type = 2, .key_size = 4, .value_size = 8, .max_entries = 1},
    {.name = name2, .type = 2, .key_size = 4, .value_size = 8, .max_entries = 1, .readonly = true},
    {.name = name3, .type = 3, .key_size = 4, .value_size = 4, .max_entries = 8},
};

static struct warrant_program program_of(struct warrant_insn *insns, uint32_t n, uint32_t type) {
  return (struct warrant_program){.kind = WARRANT_EBPF,
                                  .type = type,
                                  .ctx_size = type ? 0 : 64,
                                  .insns = insns,
                                  .insn_count = n,
                                  .maps = maps,
                                  .map_count = sizeof maps / sizeof *maps};
}

/* --- The proved validator -------------------------------------------------------------------- */

/* NULL when the certificate holds with `less` steps taken off its bound; else why not. */
static const char *validate(const struct warrant_program *p, const struct warrant_verdict *v,
                            uint64_t less) {
  static char why[600];
  struct w_pool pool = {.limit = (size_t)1 << 30};
  struct w_buf bytes = {0};
  struct w_cert cert;
  struct warrant_error error;
  uint8_t *image;
  size_t image_size, at = 5;
  uint64_t bound;
  if (w_cert_read(&pool, v->cert, v->cert_len, &cert, &error)) {
    w_cert_free(&pool, &cert);
    return "our own reader refuses it";
  }
  bool odd = cert.bound != v->steps_bound;
  w_cert_free(&pool, &cert);
  if (odd || pool.used)
    return "our own reader reads another bound, or keeps memory";
  if (warrant_image(p, &image, &image_size, &error))
    return "no image";
  w_get_u(v->cert, v->cert_len, &at, &bound);
  w_put(&pool, &bytes, v->cert, 5);
  w_put_u(&pool, &bytes, bound - less);
  w_put(&pool, &bytes, v->cert + at, (uint32_t)(v->cert_len - at));
  int good = warrant_validate_bytes(image, image_size, bytes.bytes, bytes.len, why, sizeof why);
  free(image);
  w_buf_free(&pool, &bytes);
  return good == 1 ? NULL : why;
}

/* --- Programs -------------------------------------------------------------------------------- */

struct expected {
  const char *name;
  struct warrant_insn insns[48];
  const char *reason; /* NULL: accepted */
  uint32_t pc;
  uint64_t bound;     /* 0: not looked at */
  uint32_t warnings;  /* of an accept */
  const char *strict; /* the reason under the strict profile, when it is another */
  uint32_t type;      /* 0: XDP */
};
#define RAW UINT32_MAX

/* Eight bytes of the stack, which are written if r0 is 0. */
#define WRITES_8 MOV(2, 0), MOVR(3, 10), ADD(3, -8), MOV(4, 8), CALL(189)

#define LOOKUP                                                                                     \
  MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), LDMAP(1, 0), CALL(1) /* 7 slots */
#define PACKET LDW(2, 1, 0), LDW(3, 1, 4)
#define METADATA LDW(2, 1, 8), LDW(3, 1, 0)
#define SKB_PACKET LDW(2, 1, 76), LDW(3, 1, 80)
#define FORK LDW(2, 1, 16), JEQ(2, 0, 1), MOV(3, 1)

static struct expected programs[] = {
    {"returns", {MOV(0, 2), EXIT}, .bound = 2},
    {"no result", {EXIT}, .reason = "undefined-register", .pc = 0},
    {"function without a result", {FUNCTION(2), MOV(0, 0), EXIT, MOV(1, 0), EXIT}, .bound = 5},
    {"no result of a function",
     {FUNCTION(2), ADD(0, 0), EXIT, MOV(1, 0), EXIT},
     .reason = "undefined-register",
     .pc = 1},
    {"no result of a function is the program's",
     {FUNCTION(1), EXIT, MOV(1, 0), EXIT},
     .reason = "undefined-register",
     .pc = 1},
    {"undefined source", {MOVR(0, 3), EXIT}, .reason = "undefined-register", .pc = 0},
    {"undefined operand", {MOV(0, 0), ADDR(0, 5), EXIT}, .reason = "undefined-register", .pc = 1},
    {"runs off", {MOV(0, 0)}, .reason = "bad-pc", .pc = 0},
    {"jumps out", {MOV(0, 0), JA(100), EXIT}, .reason = "bad-pc", .pc = 1},
    {"jumps before", {MOV(0, 0), JEQ(1, 5, -5), EXIT}, .reason = "bad-pc", .pc = 1},
    {"jumps into a constant",
     {MOV(0, 0), JEQ(1, 5, 1), LDIMM(2, 5, 0), EXIT},
     .reason = "bad-pc",
     .pc = 1},
    {"frame pointer", {ADD(10, -8), EXIT}, .reason = "frame-pointer-write", .pc = 0},
    {"unknown helper", {CALL(9999), EXIT}, .reason = "unknown-helper", .pc = 0},
    {"helper of another type",
     {MOV(1, 1), MOV(2, 0), CALL(23), EXIT},
     .reason = "unknown-helper",
     .pc = 2,
     .type = 1},
    {"stays", {MOV(0, 0), JNE(1, 0, -1), EXIT}, .reason = "loop", .pc = 1},
    {"goes round", {MOV(0, 0), ADD(0, 1), JA(-2), EXIT}, "loop", 1, .warnings = 1},
    {"counts to ten", {MOV(0, 0), ADD(0, 1), JLT(0, 10, -2), EXIT}, .bound = 22},
    {"counts for ever",
     {MOV(0, 0), ADD(0, 1), JNE(0, -1, -2), EXIT},
     .reason = "too-complex",
     .pc = 2},
    {"dead branch", {MOV(2, 0), MOV(0, 1), JNE(2, 0, 1), EXIT, LDDW(0, 2, 0), EXIT}, .bound = 4},
    {"both ways",
     {MOV(3, 1), FORK, FORK, FORK, FORK, FORK, FORK, FORK, FORK, MOVR(0, 3), EXIT},
     .bound = 27},
    {"unreachable", {MOV(0, 0), EXIT, MOV(0, 1), EXIT}, .bound = 2, .warnings = 1},
    {"wide shift", {MOV(0, 1), LSH(0, 64), EXIT}, .bound = 3, .warnings = 1},
    {"context", {LDW(0, 1, 12), EXIT}, .bound = 2},
    {"context end", {LDW(0, 1, 24), EXIT}, .reason = "bad-context-access", .pc = 0},
    {"context hole", {LDW(0, 1, 14), EXIT}, .reason = "bad-context-access", .pc = 0},
    {"context write", {MOV(2, 0), STW(1, 12, 2), EXIT}, .reason = "bad-context-access", .pc = 1},
    {"context write allowed", {MOV(0, 0), STW(1, 48, 0), EXIT}, .type = 1},
    {"raw memory", {LDDW(0, 1, 56), STB(1, 63, 0), EXIT}, .type = RAW, .bound = 3},
    {"raw memory end",
     {LDDW(0, 1, 57), EXIT},
     .reason = "bad-context-access",
     .pc = 0,
     .type = RAW},
    {"number as pointer",
     {MOV(1, 4096), LDDW(0, 1, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 1},
    {"null", {MOV(1, 0), LDDW(0, 1, 0), EXIT}, .reason = "null-pointer", .pc = 1},
    {"stack", {MOV(2, 7), STDW(10, -8, 2), LDDW(0, 10, -8), EXIT}, .bound = 4},
    {"stack bottom", {MOV(2, 7), STDW(10, -512, 2), MOV(0, 0), EXIT}, .bound = 4},
    {"below the stack", {MOV(2, 7), STDW(10, -520, 2), EXIT}, .reason = "out-of-bounds", .pc = 1},
    {"above the stack", {MOV(2, 7), STDW(10, -4, 2), EXIT}, .reason = "out-of-bounds", .pc = 1},
    {"undefined stack", {LDDW(0, 10, -8), EXIT}, .warnings = 1, .strict = "undefined-stack"},
    {"undefined stack, once",
     {MOV(6, 0), LDB(0, 10, -1), ADD(6, 1), JLT(6, 3, -3), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 1},
    {"spilled context", {STDW(10, -8, 1), LDDW(2, 10, -8), LDW(0, 2, 16), EXIT}, .bound = 4},
    {"spoiled spill",
     {STDW(10, -8, 1), MOV(3, 1), STB(10, -8, 3), LDDW(2, 10, -8), LDW(0, 2, 16), EXIT},
     .reason = "invalid-pointer",
     .pc = 4},
    {"frame plus unknown",
     {LDW(2, 1, 16), MOVR(3, 10), ADDR(3, 2), STB(3, -8, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 3},
    {"packet unchecked", {PACKET, LDB(0, 2, 0), EXIT}, .reason = "out-of-bounds", .pc = 2},
    {"packet checked",
     {PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 0), EXIT, MOV(0, 2), EXIT},
     .bound = 7},
    {"packet one more",
     {PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 1), EXIT, MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 5},
    {"packet strictly",
     {PACKET, MOVR(4, 2), ADD(4, 8), JGER(4, 3, 2), LDB(0, 2, 8), EXIT, MOV(0, 2), EXIT},
     .bound = 7},
    {"packet end", {PACKET, LDB(0, 3, 0), EXIT}, .reason = "invalid-pointer", .pc = 2},
    {"metadata",
     {METADATA, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 0), EXIT, MOV(0, 2), EXIT},
     .bound = 7},
    {"metadata one more",
     {METADATA, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 1), EXIT, MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 5},
    {"metadata turned",
     {METADATA, MOVR(4, 2), ADD(4, 8), JGER(3, 4, 2), MOV(0, 2), EXIT, STDW(2, 0, 1), MOV(0, 2),
      EXIT},
     .bound = 8},
    {"metadata unchecked", {METADATA, LDB(0, 2, 0), EXIT}, .reason = "out-of-bounds", .pc = 2},
    {"metadata against the packet's end",
     {METADATA, LDW(3, 1, 4), MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 0), EXIT, MOV(0, 2),
      EXIT},
     .reason = "out-of-bounds",
     .pc = 6},
    {"packet against the packet",
     {PACKET, LDW(3, 1, 0), MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 2), LDDW(0, 2, 0), EXIT, MOV(0, 2),
      EXIT},
     .reason = "out-of-bounds",
     .pc = 6},
    {"metadata of variable length",
     {METADATA, LDW(5, 1, 16), AND(5, 28), ADDR(2, 5), MOVR(4, 2), ADD(4, 4), JGTR(4, 3, 2),
      LDW(0, 2, 0), EXIT, MOV(0, 2), EXIT},
     .bound = 10},
    {"packet read by cgroup_skb",
     {SKB_PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 1), LDDW(5, 2, 0), MOV(0, 1), EXIT},
     .bound = 8,
     .type = 8},
    {"packet written by cgroup_skb",
     {SKB_PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 1), STDW(2, 0, 4), MOV(0, 1), EXIT},
     .reason = "read-only",
     .pc = 5,
     .type = 8},
    {"packet written by tc",
     {SKB_PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 1), STDW(2, 0, 4), MOV(0, 1), EXIT},
     .type = 3},
    {"packet variable",
     {PACKET, MOVR(4, 2), ADD(4, 1), JGTR(4, 3, 7), LDB(5, 2, 0), ADDR(2, 5), MOVR(4, 2), ADD(4, 4),
      JGTR(4, 3, 2), LDW(0, 2, 0), EXIT, MOV(0, 2), EXIT},
     .bound = 12},
    {"packet variable unchecked",
     {PACKET, MOVR(4, 2), ADD(4, 1), JGTR(4, 3, 4), LDB(5, 2, 0), ADDR(2, 5), LDB(0, 2, 0), EXIT,
      MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 7},
    {"value", {LOOKUP, JEQ(0, 0, 2), LDDW(0, 0, 8), EXIT, MOV(0, 2), EXIT}, .bound = 9},
    {"value unchecked", {LOOKUP, LDDW(0, 0, 8), EXIT}, .reason = "null-pointer", .pc = 7},
    {"value wrong side",
     {LOOKUP, JNE(0, 0, 2), LDDW(0, 0, 8), EXIT, MOV(0, 2), EXIT},
     .reason = "null-pointer",
     .pc = 8},
    {"value end",
     {LOOKUP, JEQ(0, 0, 2), LDB(0, 0, 16), EXIT, MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 8},
    {"value start",
     {LOOKUP, JEQ(0, 0, 2), LDB(0, 0, -1), EXIT, MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 8},
    {"value copy",
     {LOOKUP, MOVR(6, 0), JEQ(0, 0, 2), LDDW(0, 6, 8), EXIT, MOV(0, 2), EXIT},
     .bound = 10},
    {"value index",
     {LOOKUP, JEQ(0, 0, 5), LDDW(2, 0, 0), AND(2, 15), ADDR(0, 2), LDB(0, 0, 0), EXIT, MOV(0, 2),
      EXIT},
     .bound = 0},
    {"value index too wide",
     {LOOKUP, JEQ(0, 0, 5), LDDW(2, 0, 0), AND(2, 31), ADDR(0, 2), LDB(0, 0, 0), EXIT, MOV(0, 2),
      EXIT},
     .reason = "out-of-bounds",
     .pc = 11},
    {"global value", {LDVALUE(1, 1, 0), LDDW(0, 1, 0), STDW(1, 0, 0), EXIT}, .bound = 4},
    {"global value end",
     {LDVALUE(1, 1, 8), LDB(0, 1, 0), EXIT},
     .reason = "out-of-bounds",
     .pc = 2},
    {"read-only",
     {LDVALUE(1, 2, 0), LDDW(0, 1, 0), STDW(1, 0, 0), EXIT},
     .reason = "read-only",
     .pc = 3},
    {"no such map", {LDMAP(1, 7), MOV(0, 0), EXIT}, .reason = "invalid-instruction", .pc = 0},
    {"map contents", {LDMAP(1, 0), LDW(0, 1, 0), EXIT}, .reason = "invalid-pointer", .pc = 2},
    {"map by index",
     {MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), LDLONG(1, 5, 0, 0), CALL(1), MOV(0, 2),
      EXIT},
     .bound = 8},
    {"map by index that is not there",
     {LDLONG(1, 5, 7, 0), MOV(0, 0), EXIT},
     .reason = "invalid-instruction",
     .pc = 0},
    {"global value by index", {LDLONG(1, 6, 1, 0), LDDW(0, 1, 0), STDW(1, 0, 0), EXIT}, .bound = 4},
    {"global value by index, end",
     {LDLONG(1, 6, 1, 8), LDB(0, 1, 0), EXIT},
     .reason = "out-of-bounds",
     .pc = 2},
    {"kernel variable", {LDLONG(1, 3, 8, 9), LDLONG(2, 3, 8, 0), MOV(0, 0), EXIT}, .bound = 4},
    {"kernel variable read",
     {LDLONG(1, 3, 8, 0), LDB(0, 1, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 2},
    {"address of code",
     {LDLONG(1, 4, -1, 0), LDLONG(2, 4, 1, 0), MOV(0, 0), EXIT},
     .bound = 4,
     .warnings = 2}, /* for Linux the function calls itself */
    {"address of code read",
     {LDLONG(1, 4, 1, 0), LDB(0, 1, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 2},
    {"address of half an instruction",
     {LDLONG(1, 4, 0, 0), MOV(0, 0), EXIT},
     .reason = "invalid-instruction",
     .pc = 0},
    {"address of code outside",
     {LDLONG(1, 4, 3, 0), MOV(0, 0), EXIT},
     .reason = "invalid-instruction",
     .pc = 0},
    {"key outside",
     {MOVR(2, 10), ADD(2, -2), LDMAP(1, 0), CALL(1), EXIT},
     .reason = "bad-helper-argument",
     .pc = 4},
    {"key a number",
     {MOV(2, 4096), LDMAP(1, 0), CALL(1), EXIT},
     .reason = "bad-helper-argument",
     .pc = 3},
    {"key undefined",
     {MOVR(2, 10), ADD(2, -4), LDMAP(1, 0), CALL(1), MOV(0, 2), EXIT},
     .warnings = 1,
     .pc = 4,
     .strict = "undefined-stack"},
    {"map a number",
     {MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), MOV(1, 1), CALL(1), EXIT},
     .reason = "bad-helper-argument",
     .pc = 5},
    {"argument missing", {LDMAP(1, 0), CALL(1), EXIT}, .reason = "undefined-register", .pc = 2},
    {"argument after a call", {LOOKUP, MOVR(0, 1), EXIT}, .reason = "undefined-register", .pc = 7},
    {"size may be zero",
     {LDW(2, 1, 12), AND(2, 7), MOVR(1, 10), ADD(1, -8), STIDW(10, -8, 0), CALL(6), EXIT},
     .reason = "bad-helper-argument",
     .pc = 5},
    {"size",
     {MOVR(1, 10), ADD(1, -8), STIDW(10, -8, 0), MOV(2, 8), MOV(3, 0), MOV(4, 0), MOV(5, 0),
      CALL(6), EXIT},
     .bound = 9},
    {"low half of an address",
     {LOOKUP, JEQ(0, 0, 4), I(0x16, 0, 0, 2, 0), MOV(0, 2), EXIT, LDDW(0, 0, 4096), EXIT, MOV(0, 0),
      EXIT},
     .reason = "out-of-bounds",
     .pc = 11},
    {"one path defines",
     {LDW(2, 1, 16), JEQ(2, 0, 1), MOV(3, 1), MOVR(0, 3), EXIT},
     .reason = "undefined-register",
     .pc = 3},
    {"cut to a byte",
     {LOOKUP, JEQ(0, 0, 4), LDB(2, 0, 0), I(0x75, 2, 0, 2, 17), ADDR(0, 2), LDB(0, 0, 0), MOV(0, 2),
      EXIT},
     .reason = "out-of-bounds",
     .pc = 11},
    /* functions of the program */
    {"function", {MOV(1, 5), FUNCTION(1), EXIT, MOVR(0, 1), ADD(0, 2), EXIT}, .bound = 6},
    {"function with the context", {FUNCTION(1), EXIT, LDW(0, 1, 16), EXIT}, .bound = 4},
    {"function twice",
     {MOVR(6, 1), FUNCTION(4), MOVR(1, 6), FUNCTION(2), EXIT, EXIT, LDW(0, 1, 16), EXIT},
     .bound = 9,
     .warnings = 1},
    {"function keeps r6",
     {MOVR(6, 1), FUNCTION(2), LDW(0, 6, 16), EXIT, MOV(6, 0), MOV(0, 0), EXIT},
     .bound = 7},
    {"function loses r1",
     {FUNCTION(2), MOVR(0, 1), EXIT, MOV(0, 0), EXIT},
     .reason = "undefined-register",
     .pc = 1},
    {"function gets no r6",
     {MOVR(6, 1), FUNCTION(1), EXIT, LDW(0, 6, 16), EXIT},
     .reason = "undefined-register",
     .pc = 3},
    {"function gets no r0",
     {MOV(0, 0), FUNCTION(1), EXIT, EXIT},
     .reason = "undefined-register",
     .pc = 2},
    {"function changes r10",
     {FUNCTION(1), EXIT, ADD(10, 8), EXIT},
     .reason = "frame-pointer-write",
     .pc = 2},
    {"frame of its own",
     {MOV(2, 7), STDW(10, -8, 2), FUNCTION(2), LDDW(0, 10, -8), EXIT, MOV(3, 9), STDW(10, -8, 3),
      MOV(0, 0), EXIT},
     .bound = 9},
    {"frame of its own is undefined",
     {MOV(2, 7), STDW(10, -8, 2), FUNCTION(1), EXIT, LDDW(0, 10, -8), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 4},
    {"frame left is undefined again",
     {FUNCTION(4), FUNCTION(1), EXIT, LDDW(0, 10, -8), EXIT, STIDW(10, -8, 1), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 3},
    {"writes the caller's frame",
     {MOVR(1, 10), ADD(1, -8), FUNCTION(2), LDDW(0, 10, -8), EXIT, STIDW(1, 0, 3), MOV(0, 0), EXIT},
     .bound = 8},
    {"spills in the caller's frame",
     {STDW(10, -8, 1), MOVR(1, 10), FUNCTION(1), EXIT, LDDW(2, 1, -8), LDW(0, 2, 16), EXIT},
     .bound = 7},
    {"spoils the caller's spill",
     {STDW(10, -8, 1), MOVR(1, 10), FUNCTION(3), LDDW(2, 10, -8), LDW(0, 2, 16), EXIT,
      STIW(1, -8, 0), MOV(0, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 4},
    {"past the caller's frame",
     {MOVR(1, 10), FUNCTION(1), EXIT, STIDW(1, 0, 3), MOV(0, 0), EXIT},
     .reason = "out-of-bounds",
     .pc = 3},
    {"from frame to frame",
     {MOVR(1, 10), ADD(1, -512), FUNCTION(1), EXIT, STIDW(1, -4, 3), MOV(0, 0), EXIT},
     .reason = "out-of-bounds",
     .pc = 4},
    {"frame that was left",
     {FUNCTION(2), LDDW(0, 0, -8), EXIT, STIDW(10, -8, 1), MOVR(0, 10), EXIT},
     .reason = "out-of-bounds",
     .pc = 1},
    {"below the function's frame",
     {FUNCTION(1), EXIT, STIDW(10, -520, 1), MOV(0, 0), EXIT},
     .reason = "out-of-bounds",
     .pc = 2},
    {"calls eight deep",
     {FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT,
      FUNCTION(1), EXIT, FUNCTION(1), EXIT, MOV(0, 0), EXIT},
     .bound = 16},
    {"calls nine deep",
     {FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT,
      FUNCTION(1), EXIT, FUNCTION(1), EXIT, FUNCTION(1), EXIT, MOV(0, 0), EXIT},
     .reason = "stack-overflow",
     .pc = 14},
    {"calls itself", {MOV(0, 0), FUNCTION(-2), EXIT}, .reason = "stack-overflow", .pc = 1},
    {"calls itself, a few times",
     {MOV(1, 4), FUNCTION(1), EXIT, MOV(0, 0), JEQ(1, 0, 2), ADD(1, -1), FUNCTION(-4), EXIT},
     .warnings = 1},
    {"calls outside", {FUNCTION(100), EXIT}, .reason = "bad-pc", .pc = 0},
    {"calls into a constant",
     {FUNCTION(2), EXIT, LDIMM(2, 5, 0), EXIT},
     .reason = "bad-pc",
     .pc = 0},
    {"function in a loop",
     {MOVR(7, 1), MOV(6, 0), MOVR(1, 7), FUNCTION(4), ADD(6, 1), JLT(6, 20, -4), MOV(0, 0), EXIT,
      LDW(2, 1, 16), MOV(0, 1), JEQ(2, 0, 1), MOV(0, 2), EXIT},
     .bound = 0},
    {"function with two ways in",
     {MOVR(7, 1), MOVR(1, 7), FUNCTION(3), MOVR(1, 7), FUNCTION(1), EXIT, LDW(2, 1, 16),
      JEQ(2, 0, 2), MOV(0, 1), EXIT, LDW(0, 1, 12), EXIT},
     .bound = 14},
    /* atomics */
    {"atomic",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC(10, -8, 2, AT_ADD), LDDW(0, 10, -8), EXIT},
     .bound = 5},
    {"atomic 32",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC32(10, -8, 2, AT_ADD | AT_FETCH), MOVR(0, 2), EXIT},
     .bound = 5},
    {"atomic on undefined stack",
     {MOV(2, 1), ATOMIC(10, -8, 2, AT_ADD), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 1},
    {"atomic on a spill",
     {STDW(10, -8, 1), MOV(2, 0), ATOMIC(10, -8, 2, AT_ADD), LDDW(3, 10, -8), LDW(0, 3, 16), EXIT},
     .bound = 6},
    {"atomic on half a spill",
     {STDW(10, -8, 1), MOV(2, 0), ATOMIC32(10, -8, 2, AT_ADD), LDDW(3, 10, -8), LDW(0, 3, 16),
      EXIT},
     .reason = "invalid-pointer",
     .pc = 4},
    {"atomic on a value",
     {LDVALUE(1, 1, 0), MOV(2, 1), ATOMIC(1, 0, 2, AT_ADD | AT_FETCH), MOVR(0, 2), EXIT},
     .bound = 5},
    {"atomic between two words",
     {MOV(2, 1), STDW(10, -8, 2), STDW(10, -16, 2), ATOMIC(10, -12, 2, AT_ADD), EXIT},
     .reason = "misaligned",
     .pc = 3},
    {"atomic at an odd place",
     {LDVALUE(1, 1, 0), MOV(2, 1), ATOMIC32(1, 2, 2, AT_ADD), EXIT},
     .reason = "misaligned",
     .pc = 3},
    {"load_acquire at an odd place",
     {STDW(10, -8, 1), ATOMIC32(0, -6, 10, AT_ACQUIRE), EXIT},
     .reason = "misaligned",
     .pc = 1},
    {"load_acquire on the context",
     {ATOMIC32(0, 12, 1, AT_ACQUIRE), EXIT},
     .reason = "bad-context-access",
     .pc = 0},
    {"load_acquire on a packet",
     {PACKET, MOVR(4, 2), ADD(4, 8), JGTR(4, 3, 1), ATOMIC32(0, 0, 2, AT_ACQUIRE), MOV(0, 2), EXIT},
     .reason = "out-of-bounds",
     .pc = 5},
    {"store_release between two words",
     {MOV(2, 1), ATOMIC(10, -12, 2, AT_RELEASE), MOV(0, 0), EXIT},
     .reason = "misaligned",
     .pc = 1},
    {"store_release to a value",
     {LDVALUE(1, 1, 0), MOV(2, 1), ATOMIC(1, 0, 2, AT_RELEASE), MOV(0, 0), EXIT},
     .bound = 5,
     .warnings = 1},
    {"store_release to a read-only value",
     {LDVALUE(1, 2, 0), MOV(2, 1), ATOMIC(1, 0, 2, AT_RELEASE), MOV(0, 0), EXIT},
     .reason = "read-only",
     .pc = 3},
    {"atomic past a value",
     {LDVALUE(1, 1, 0), MOV(2, 1), ATOMIC(1, 8, 2, AT_ADD), EXIT},
     .reason = "out-of-bounds",
     .pc = 3},
    {"atomic on a read-only value",
     {LDVALUE(1, 2, 0), MOV(2, 1), ATOMIC(1, 0, 2, AT_ADD), EXIT},
     .reason = "read-only",
     .pc = 3},
    {"atomic on the context",
     {MOV(2, 1), ATOMIC32(1, 12, 2, AT_ADD), EXIT},
     .reason = "bad-context-access",
     .pc = 1},
    {"exchange",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC(10, -8, 2, AT_XCHG), MOVR(0, 2), EXIT},
     .bound = 5},
    {"exchange to r10",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC(10, -8, 10, AT_XCHG), EXIT},
     .reason = "frame-pointer-write",
     .pc = 2},
    {"exchanged pointer",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC(10, -8, 1, AT_XCHG), LDW(0, 1, 16), EXIT},
     .reason = "invalid-pointer",
     .pc = 3},
    {"compare and exchange",
     {MOV(0, 1), STDW(10, -8, 0), MOV(2, 2), ATOMIC(10, -8, 2, AT_CMPXCHG), EXIT},
     .bound = 5},
    {"compare with nothing",
     {MOV(2, 1), STDW(10, -8, 2), ATOMIC(10, -8, 2, AT_CMPXCHG), EXIT},
     .reason = "undefined-register",
     .pc = 2},
    {"release two bytes",
     {I(0xcb, 10, 1, -8, AT_RELEASE), MOV(0, 0), EXIT},
     .bound = 3,
     .warnings = 2},
    {"acquire and release",
     {STDW(10, -8, 1), I(0xdb, 2, 10, -8, AT_ACQUIRE), I(0xdb, 10, 2, -16, AT_RELEASE),
      LDDW(3, 10, -16), LDW(0, 3, 16), EXIT},
     .bound = 6,
     .warnings = 2},
    {"acquire a byte",
     {STIDW(10, -8, 1), I(0xd3, 0, 10, -8, AT_ACQUIRE), EXIT},
     .bound = 3,
     .warnings = 1},
    {"acquire out of bounds",
     {I(0xdb, 0, 10, 0, AT_ACQUIRE), EXIT},
     .reason = "out-of-bounds",
     .pc = 0},
    {"atomic of 2 bytes",
     {MOV(2, 1), I(0xcb, 10, 2, -8, AT_ADD), EXIT},
     .reason = "invalid-instruction",
     .pc = 1},
    {"exchange without fetching",
     {MOV(2, 1), ATOMIC(10, -8, 2, 0xe0), EXIT},
     .reason = "invalid-instruction",
     .pc = 1},
    /* helpers that write, that move the packet, that do not come back */
    {"helper writes",
     {MOVR(1, 10), ADD(1, -16), MOV(2, 16), MOV(3, 0), CALL(113), LDDW(0, 10, -16), EXIT},
     .bound = 7},
    {"helper writes on success",
     {WRITES_8, JNE(0, 0, 1), LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .bound = 9},
    {"helper writes on success, by half",
     {WRITES_8, I(0x56, 0, 0, 1, 0), LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .bound = 9},
    {"a map's address and more is no map",
     {MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), LDMAP(1, 0), ADD(1, 8), CALL(1), EXIT},
     .reason = "bad-helper-argument",
     .pc = 7},
    {"a map's address and more, and less, is one",
     {MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), LDMAP(1, 0), ADD(1, 8), ADD(1, -8),
      CALL(1), MOV(0, 0), EXIT},
     .bound = 10,
     .warnings = 2},
    {"part of a spill",
     {LDW(2, 1, 16), I(0x57, 2, 0, 0, 7), STDW(10, -8, 2), LDW(3, 10, -8), MOVR(4, 10), ADD(4, -16),
      ADDR(4, 3), LDB(0, 4, 0), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 7},
    {"helper writes if there is no error",
     {WRITES_8, I(0xc5, 0, 0, 1, 0), LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .bound = 9},
    {"helper writes on success, tested by the caller, where calls meet",
     {MOVR(2, 10), ADD(2, -8), FUNCTION(4), JNE(0, 0, 1), LDDW(0, 10, -8), MOV(0, 0), EXIT,
      MOVR(3, 2), MOV(2, 0), MOV(4, 8), CALL(189), EXIT},
     .bound = 12},
    {"helper writes on success, tested later",
     {WRITES_8, STDW(10, -16, 0), CALL(7), JEQ(0, 5, 3), LDDW(1, 10, -16), JNE(1, 0, 1),
      LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .bound = 13},
    {"helper writes on success, not tested",
     {WRITES_8, LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 5},
    {"helper writes on success, tested the wrong way round",
     {WRITES_8, JEQ(0, 0, 1), LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 6},
    {"helper writes on success, tested for an error",
     {WRITES_8, JNE(0, -14, 1), LDDW(0, 10, -8), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 6},
    {"helper writes on success, tested where paths meet",
     {LDW(6, 1, 16), WRITES_8, JEQ(6, 3, 1), MOV(6, 4), JNE(0, 0, 1), LDDW(0, 10, -8), MOV(0, 0),
      EXIT},
     .bound = 12},
    {"helper writes on success, in one of the cases that meet",
     {LDW(6, 1, 16), MOV(0, 0), JEQ(6, 3, 5), WRITES_8, JNE(0, 0, 1), LDDW(0, 10, -8), MOV(0, 0),
      EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 9},
    {"helper writes on success, into a frame that is entered again",
     {FUNCTION(4), MOVR(2, 0), FUNCTION(8), MOV(0, 0), EXIT, WRITES_8, EXIT, MOV(0, 0),
      JNE(2, 0, 1), LDDW(0, 10, -8), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 13},
    {"helper writes a part for sure",
     {LDW(4, 1, 16), AND(4, 7), ADD(4, 1), MOV(2, 0), MOVR(3, 10), ADD(3, -8), CALL(189),
      JNE(0, 0, 2), LDB(0, 10, -8), LDB(0, 10, -7), MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 9},
    {"helper writes a string",
     {MOVR(1, 10), ADD(1, -8), MOV(2, 8), MOV(3, 0), CALL(115), JNE(0, 0, 1), LDDW(0, 10, -8),
      MOV(0, 0), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 6},
    {"helper writes too far",
     {MOV(2, 0), MOVR(3, 10), ADD(3, -8), MOV(4, 16), CALL(189), EXIT},
     .reason = "bad-helper-argument",
     .pc = 4},
    {"helper writes over a spill",
     {STDW(10, -8, 1), MOV(2, 0), MOVR(3, 10), ADD(3, -8), MOV(4, 8), CALL(189), LDDW(1, 10, -8),
      LDW(0, 1, 16), EXIT},
     .reason = "invalid-pointer",
     .pc = 7},
    {"helper writes a read-only value",
     {MOV(2, 0), LDVALUE(3, 2, 0), MOV(4, 8), CALL(189), EXIT},
     .reason = "bad-helper-argument",
     .pc = 4},
    {"helper writes as much as it is told",
     {LDW(2, 1, 16), AND(2, 7), ADD(2, 1), MOV(3, 0), MOVR(1, 10), ADD(1, -8), CALL(113),
      LDB(0, 10, -8), LDB(0, 10, -1), EXIT},
     .warnings = 1,
     .strict = "undefined-stack",
     .pc = 8},
    {"packet after a helper moved it",
     {MOVR(6, 1), LDW(7, 1, 0), LDW(3, 1, 4), MOVR(2, 7), ADD(2, 8), JGTR(2, 3, 4), MOV(2, -4),
      CALL(44), LDB(0, 7, 0), EXIT, MOV(0, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 8},
    {"packet again after a helper moved it",
     {MOVR(6, 1), MOV(2, -4), CALL(44), LDW(7, 6, 0), LDW(3, 6, 4), MOVR(2, 7), ADD(2, 8),
      JGTR(2, 3, 2), LDB(0, 7, 0), EXIT, MOV(0, 0), EXIT},
     .bound = 10},
    {"packet in the caller after a helper moved it",
     {MOVR(6, 1), LDW(7, 1, 0), LDW(3, 1, 4), MOVR(2, 7), ADD(2, 8), JGTR(2, 3, 3), FUNCTION(4),
      LDB(0, 7, 0), EXIT, MOV(0, 0), EXIT, MOV(2, -4), CALL(44), MOV(0, 0), EXIT},
     .reason = "invalid-pointer",
     .pc = 7},
    {"tail call", {LDMAP(2, 3), MOV(3, 1), CALL(12), MOV(0, 2), EXIT}, .bound = 5},
    {"tail call sets nothing",
     {LDMAP(2, 3), MOV(3, 1), CALL(12), EXIT},
     .reason = "undefined-register",
     .pc = 4},
    {"tail call of no programs",
     {LDMAP(2, 1), MOV(3, 1), CALL(12), MOV(0, 2), EXIT},
     .reason = "bad-helper-argument",
     .pc = 3},
    {"tail call in a function",
     {FUNCTION(1), EXIT, LDMAP(2, 3), MOV(3, 1), CALL(12), MOV(0, 2), EXIT},
     .reason = "bad-instruction",
     .pc = 5},
    {"lookup in programs",
     {MOV(2, 0), STW(10, -4, 2), MOVR(2, 10), ADD(2, -4), LDMAP(1, 3), CALL(1), MOV(0, 0), EXIT},
     .reason = "bad-helper-argument",
     .pc = 6},
    {"helper by register", {MOV(6, 7), CALLX(6), EXIT}, .bound = 3, .warnings = 1},
    {"helper by register, unknown",
     {LDW(6, 1, 16), CALLX(6), EXIT},
     .reason = "unknown-helper",
     .pc = 1},
    {"helper by register, none",
     {MOV(6, 9999), CALLX(6), EXIT},
     .reason = "unknown-helper",
     .pc = 1},
    /* legacy packet loads, and jumps by a budget */
    {"packet load", {MOVR(6, 1), LDABS(8, 12), EXIT}, .bound = 3, .type = 1},
    {"packet load by register",
     {MOVR(6, 1), LDABS(0x10, 14), MOVR(7, 0), LDIND(0, 7, 14), EXIT},
     .bound = 5,
     .type = 3},
    {"packet load in XDP", {MOVR(6, 1), LDABS(0, 12), EXIT}, .reason = "bad-instruction", .pc = 1},
    {"packet load in a function",
     {FUNCTION(1), EXIT, MOVR(6, 1), LDABS(0, 12), EXIT},
     .reason = "bad-instruction",
     .pc = 3,
     .type = 1},
    {"packet load without context",
     {LDABS(0, 12), EXIT},
     .reason = "undefined-register",
     .pc = 0,
     .type = 1},
    {"packet load with another",
     {MOV(6, 0), LDABS(0, 12), EXIT},
     .reason = "bad-helper-argument",
     .pc = 1,
     .type = 1},
    {"packet load clobbers",
     {MOVR(6, 1), LDABS(0, 12), LDW(0, 1, 16), EXIT},
     .reason = "undefined-register",
     .pc = 2,
     .type = 1},
    {"packet load of 8 bytes",
     {MOVR(6, 1), LDABS(0x18, 12), EXIT},
     .reason = "invalid-instruction",
     .pc = 1,
     .type = 1},
    {"may_goto", {MOV(0, 0), MAYGOTO(1), MOV(0, 1), EXIT}, .bound = 4, .warnings = 1},
    {"may_goto undefined", {MAYGOTO(1), MOV(0, 1), EXIT}, .reason = "undefined-register", .pc = 2},
    {"may_goto alone ends a loop",
     {MOV(0, 0), MAYGOTO(1), JA(-2), EXIT},
     .bound = 8589934595,
     .warnings = 1},
    {"may_goto that stays in the loop when it jumps",
     {MOV(0, 0), MAYGOTO(0), JA(-2), EXIT},
     .reason = "loop",
     .pc = 1},
    {"may_goto on one side of a loop",
     {MOV(0, 0), CALL(7), JGT(0, 3, 2), MAYGOTO(2), JA(-4), JA(-5), MOV(0, 0), EXIT},
     .reason = "loop",
     .pc = 1},
    {"unknown opcode", {I(0xff, 0, 0, 0, 0), EXIT}, .reason = "invalid-instruction", .pc = 0},
    {"bad register", {MOV(11, 0), EXIT}, .reason = "invalid-instruction", .pc = 0},
    {"reserved field", {I(0xb7, 0, 1, 0, 0), EXIT}, .reason = "invalid-instruction", .pc = 0},
    {"half a constant", {MOV(0, 0), I(0x18, 0, 0, 0, 0)}, .reason = "invalid-instruction", .pc = 1},
};

static uint32_t length(const struct warrant_insn *insns, uint32_t most) {
  uint32_t n = most;
  while (n && !memcmp(&insns[n - 1], &(struct warrant_insn){0}, sizeof *insns))
    n--;
  return n;
}

static void judge(const char *name, struct warrant_program *p, const char *reason, uint32_t pc,
                  bool look_at_pc, uint64_t bound, int64_t warnings) {
  struct warrant_verdict v;
  struct warrant_error error;
  char what[1800], title[120];
  snprintf(title, sizeof title, "%s%s", name, p->profile == WARRANT_STRICT ? ", strict" : "");
  if (warrant_verify(p, NULL, &v, &error)) {
    report(false, title, error.text);
    return;
  }
  snprintf(what, sizeof what,
           "verdict %d pc %u reason %s bound %" PRIu64 " visited %" PRIu64 " warnings %u [%s] {%s}",
           (int)v.verdict, v.pc, v.reason ? v.reason : "-", v.steps_bound, v.visited,
           v.warning_count + v.linux_count, v.message, v.state);
  bool good = reason ? v.verdict == WARRANT_REJECT && !strcmp(v.reason, reason) &&
                           (!look_at_pc || v.pc == pc) && v.message[0] && !v.cert
                     : v.verdict == WARRANT_ACCEPT && v.cert && (!bound || v.steps_bound == bound);
  if (warnings >= 0 && v.warning_count + v.linux_count != warnings)
    good = false;
  report(good, title, what);
  if (getenv("SAY") && v.message[0])
    printf("# %s: %u %s: %s {%s}\n", title, v.pc, v.reason, v.message, v.state);
  if (v.verdict == WARRANT_ACCEPT) {
    snprintf(title, sizeof title, "%s%s, validated", name,
             p->profile == WARRANT_STRICT ? ", strict" : "");
    const char *why = validate(p, &v, 0);
    report(!why, title, why ? why : "");
    snprintf(title, sizeof title, "%s%s, with a step less", name,
             p->profile == WARRANT_STRICT ? ", strict" : "");
    report(validate(p, &v, 1) != NULL, title, "it holds");
  }
  warrant_verdict_free(&v);
}

static void small_programs(void) {
  for (size_t k = 0; k < sizeof programs / sizeof *programs; k++) {
    struct expected *e = &programs[k];
    struct warrant_program p =
        program_of(e->insns, length(e->insns, sizeof e->insns / sizeof *e->insns),
                   e->type == RAW ? 0
                   : e->type      ? e->type
                                  : 6);
    judge(e->name, &p, e->reason, e->pc, true, e->bound, e->reason ? -1 : (int64_t)e->warnings);
    p.profile = WARRANT_STRICT;
    judge(e->name, &p, e->strict ? e->strict : e->reason, e->pc, true, e->strict ? 0 : e->bound,
          -1);
  }
}

/* --- Programs that are made ------------------------------------------------------------------ */

struct maker {
  struct warrant_insn *insns;
  uint32_t n;
};
static void emit(struct maker *m, struct warrant_insn i) { m->insns[m->n++] = i; }
#define EMIT(m, ...) emit(m, (struct warrant_insn)__VA_ARGS__)

/* n tests in a row, each of which sets another bit of r6: 2^n values. `used`: they index a value at
 * the end. */
static void flags(uint32_t n, bool used, bool too_far) {
  struct maker m = {calloc(16 * n + 64, sizeof *m.insns), 0};
  EMIT(&m, MOVR(7, 1));
  EMIT(&m, MOV(6, 0));
  for (uint32_t k = 0; k < n; k++) {
    EMIT(&m, LDW(2, 7, 16));
    EMIT(&m, JEQ(2, 0, 1));
    EMIT(&m, I(0x47, 6, 0, 0, (int32_t)(1u << (k % (used ? 3 : 30)))));
  }
  const struct warrant_insn lookup[] = {LOOKUP};
  for (size_t k = 0; k < sizeof lookup / sizeof *lookup; k++)
    emit(&m, lookup[k]);
  EMIT(&m, JEQ(0, 0, 3));
  if (used)
    EMIT(&m, ADDR(0, 6));
  else
    EMIT(&m, JGT(6, 100, 2));
  EMIT(&m, LDB(0, 0, too_far ? 9 : 8));
  EMIT(&m, EXIT);
  EMIT(&m, MOV(0, 0));
  EMIT(&m, EXIT);
  struct warrant_program p = program_of(m.insns, m.n, 6);
  char name[80];
  snprintf(name, sizeof name, "%u flags%s%s", n, used ? " used" : "", too_far ? " too far" : "");
  judge(name, &p, too_far ? "out-of-bounds" : NULL, 0, false, 0, -1);
  free(m.insns);
}

/* A loop of n rounds, with a fork in each that counts. */
static void rounds(uint32_t n, bool fork, uint64_t bound) {
  struct maker m = {calloc(64, sizeof *m.insns), 0};
  EMIT(&m, MOVR(7, 1));
  EMIT(&m, MOV(6, 0));
  EMIT(&m, MOV(8, 0));
  EMIT(&m, MOV(9, 0));
  uint32_t top = m.n;
  if (fork) {
    EMIT(&m, LDW(2, 7, 16));
    EMIT(&m, JEQ(2, 0, 2));
    EMIT(&m, ADD(8, 1));
    EMIT(&m, JA(1));
    EMIT(&m, ADD(9, 1));
  }
  EMIT(&m, ADD(6, 1));
  EMIT(&m, JLT(6, (int32_t)n, (int16_t)((int32_t)top - (int32_t)m.n - 1)));
  EMIT(&m, MOVR(0, 8));
  EMIT(&m, ADDR(0, 9));
  if (fork) {
    EMIT(&m, JGT(0, 5, 0));
  }
  EMIT(&m, EXIT);
  struct warrant_program p = program_of(m.insns, m.n, 6);
  char name[80];
  snprintf(name, sizeof name, "%u rounds%s", n, fork ? " with a fork" : "");
  judge(name, &p, NULL, 0, false, bound, -1);
  free(m.insns);
}

/* Long code without a place where paths meet. */
static void straight(uint32_t n) {
  struct maker m = {calloc(n + 8, sizeof *m.insns), 0};
  EMIT(&m, LDW(6, 1, 16));
  for (uint32_t k = 0; k < n; k++)
    EMIT(&m, I(0x57, 6, 0, 0, 0x7fffffff - (int32_t)(k % 7)));
  EMIT(&m, MOVR(0, 6));
  EMIT(&m, EXIT);
  struct warrant_program p = program_of(m.insns, m.n, 6);
  judge("straight", &p, NULL, 0, false, n + 3, -1);
  free(m.insns);
}

/* n tests that each leave for the same end: nested n deep. */
static void ladder(uint32_t n) {
  struct maker m = {calloc(2 * n + 8, sizeof *m.insns), 0};
  EMIT(&m, LDW(6, 1, 16));
  EMIT(&m, MOV(0, 1));
  for (uint32_t k = 0; k < n; k++)
    EMIT(&m, I(0x15, 6, 0, (int16_t)(n - k), (int32_t)k));
  EMIT(&m, MOV(0, 2));
  EMIT(&m, EXIT);
  struct warrant_program p = program_of(m.insns, m.n, 6);
  judge("ladder", &p, NULL, 0, false, n + 4, -1);
  free(m.insns);
}

/* Bytes that are written if r6 is 0, which is tested behind each of n nested branches: their other
 * sides wait until the innermost is done. */
static void tested_within(uint32_t n) {
  struct maker m = {calloc(5 * n + 12, sizeof *m.insns), 0};
  static const struct warrant_insn writes[] = {LDW(7, 1, 16), WRITES_8, MOVR(6, 0)};
  for (size_t k = 0; k < sizeof writes / sizeof *writes; k++)
    emit(&m, writes[k]);
  for (uint32_t k = 0; k < n; k++) {
    EMIT(&m, JNE(7, (int32_t)k, 4));
    EMIT(&m, JNE(6, 0, 1));
    EMIT(&m, LDDW(0, 10, -8));
    EMIT(&m, MOV(0, 0));
    EMIT(&m, EXIT);
  }
  EMIT(&m, MOV(0, 0));
  EMIT(&m, EXIT);
  struct warrant_program p = program_of(m.insns, m.n, 6);
  p.profile = WARRANT_STRICT;
  judge("tested within branches", &p, NULL, 0, true, n + 11, -1);
  free(m.insns);
}

/* A loop that no counter ends, so that it is unrolled: r0 = 3 * r0 + 1, from 0. */
static void memory_limit(void) {
  struct warrant_insn insns[] = {MOV(0, 0), LDW(6, 1, 16),          I(0x27, 0, 0, 0, 3),
                                 ADD(0, 1), JNE(0, 0x7fffffff, -3), EXIT};
  struct warrant_program p = program_of(insns, 6, 6);
  struct warrant_verify_options options = {.max_bytes = 1 << 20};
  struct warrant_verdict v;
  struct warrant_error error;
  bool good = !warrant_verify(&p, &options, &v, &error) && v.verdict == WARRANT_GAVE_UP &&
              v.limit == WARRANT_LIMIT_MEMORY && !v.reason && v.peak_kb <= 1024;
  report(good, "memory limit", v.message);
  warrant_verdict_free(&v);
  options = (struct warrant_verify_options){.max_visited = 100};
  good = !warrant_verify(&p, &options, &v, &error) && v.verdict == WARRANT_GAVE_UP &&
         v.limit == WARRANT_LIMIT_VISITED && v.visited == 100 && v.pc < 6;
  report(good, "visited limit", v.message);
  warrant_verdict_free(&v);
  options = (struct warrant_verify_options){.max_ns = 20000000};
  good = !warrant_verify(&p, &options, &v, &error) && v.verdict == WARRANT_GAVE_UP &&
         v.limit == WARRANT_LIMIT_TIME && v.pc < 6 && strstr(v.message, "0.02 s");
  report(good, "time limit", v.message);
  warrant_verdict_free(&v);
  good = !warrant_verify(&p, NULL, &v, &error) && v.verdict == WARRANT_REJECT &&
         !strcmp(v.reason, "too-complex") && v.visited == 1000000;
  report(good, "Linux's limit refuses", v.message);
  warrant_verdict_free(&v);
}

/* Refused allocations, one after the other: nothing may be lost or used after. */
static void little_memory(void) {
  struct warrant_insn insns[] = {MOVR(7, 1),     MOV(6, 0),    FORK,           ADD(6, 1),
                                 STW(10, -8, 6), FORK,         LDW(6, 10, -8), JLT(6, 3, -7),
                                 FORK,           FORK,         FORK,           LOOKUP,
                                 JEQ(0, 0, 1),   LDW(0, 0, 0), MOV(0, 0),      EXIT};
  for (size_t k = 0; k < sizeof insns / sizeof *insns; k++)
    if (insns[k].op == 0x61 && insns[k].src == 1)
      insns[k].src = 7;
  struct warrant_program p = program_of(insns, sizeof insns / sizeof *insns, 6);
  uint32_t accepted = 0, refused = 0, none = 0, odd = 0;
  for (size_t limit = 1; limit < 120000; limit += limit < 20000 ? 37 : 401) {
    struct warrant_verify_options options = {.max_bytes = limit};
    struct warrant_verdict v;
    struct warrant_error error;
    if (warrant_verify(&p, &options, &v, &error)) {
      none++;
      continue;
    }
    if (v.verdict == WARRANT_ACCEPT)
      accepted++;
    else if (v.verdict == WARRANT_GAVE_UP && v.limit == WARRANT_LIMIT_MEMORY)
      refused++;
    else
      odd++;
    warrant_verdict_free(&v);
  }
  printf("# memory: %u without a verdict, %u refused, %u accepted\n", none, refused, accepted);
  report(!odd && none && refused && accepted, "little memory", "another outcome");
}

static void unsupported(void) {
  static const struct {
    const char *name;
    struct warrant_insn insn;
  } rows[] = {{"kfunc", I(0x85, 0, 2, 0, 1)}, {"gotox", I(0x0d, 0, 0, 0, 0)}};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    struct warrant_insn insns[] = {MOV(0, 0), rows[k].insn, EXIT};
    struct warrant_program p = program_of(insns, 3, 6);
    struct warrant_verdict v;
    struct warrant_error error;
    bool good = !warrant_verify(&p, NULL, &v, &error) && v.verdict == WARRANT_VERDICT_UNSUPPORTED &&
                v.pc == 1 && v.message[0] && !v.reason;
    report(good, rows[k].name, v.message);
    warrant_verdict_free(&v);
  }
  /* What Linux has in a context and the model has not: whole, as Linux lets it be read. */
  for (uint32_t k = 0; k < w_unsupported_field_count; k++)
    for (int whole = 0; whole < 2; whole++) {
      const struct w_unsupported_field *f = &w_unsupported_fields[k];
      struct warrant_insn insns[] = {
          I(whole ? 0x79 : 0x69, 0, 1, (int16_t)(whole ? f->off : f->off + 2), 0), MOV(0, 0), EXIT};
      struct warrant_program p = program_of(insns, 3, f->type);
      p.attach_type = f->type == 18 ? 8 : f->type == 25 ? 21 : 0;
      struct warrant_verdict v;
      struct warrant_error error;
      bool good =
          !warrant_verify(&p, NULL, &v, &error) &&
          v.verdict == (whole ? WARRANT_VERDICT_UNSUPPORTED : WARRANT_REJECT) && !v.pc &&
          (whole ? strstr(v.message, f->what) != NULL : !strcmp(v.reason, "bad-context-access"));
      report(good, f->name, v.message);
      warrant_verdict_free(&v);
    }
  struct warrant_insn insns[] = {MOV(0, 0), EXIT};
  struct warrant_program p = program_of(insns, 2, 4000);
  struct warrant_verdict v;
  struct warrant_error error;
  report(!warrant_verify(&p, NULL, &v, &error) && v.verdict == WARRANT_VERDICT_UNSUPPORTED,
         "unknown type", v.message);
  warrant_verdict_free(&v);
  p.kind = WARRANT_CBPF;
  report(warrant_verify(&p, NULL, &v, &error) == -1, "classic", "it was judged");
}

/* --- Random programs: no crash, and what is accepted replays --------------------------------- */

static struct gen random_state = {1};
static uint32_t chance(uint32_t n) { return gen_below(&random_state, n); }

static struct warrant_insn random_insn(uint32_t left) {
  static const int32_t numbers[] = {0,  1,  -1,  2,    7,         8,         15, 16, 31,
                                    63, 64, 255, 4096, INT32_MAX, INT32_MIN, -4, -8};
  static const uint8_t sizes[] = {0x61, 0x69, 0x71, 0x79};
  static const uint8_t cmps[] = {1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13};
  uint8_t dst = (uint8_t)chance(10), src = (uint8_t)chance(11);
  int32_t imm = numbers[chance(sizeof numbers / sizeof *numbers)];
  int16_t off = (int16_t)(-8 * (int32_t)(1 + chance(8)));
  switch (chance(15)) {
  case 12: {
    static const int32_t ops[] = {0, 1, 0x40, 0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110, 2};
    return (struct warrant_insn)I(
        (uint8_t)(chance(8) ? chance(2) ? 0xdb : 0xc3 : 0xcb + 8 * chance(2)), chance(3) ? 10 : dst,
        chance(3) ? dst : src, off, ops[chance(10)]);
  }
  case 13:
    return chance(3) ? (struct warrant_insn)FUNCTION(chance(30) ? (int32_t)chance(left + 1)
                                                                : -(int32_t)chance(8))
                     : (struct warrant_insn)MAYGOTO((int16_t)chance(left + 1));
  case 14:
    switch (chance(6)) {
    case 0:
      return (struct warrant_insn)EXIT;
    case 1:
      return (struct warrant_insn)CALLX(dst);
    case 2:
      return (struct warrant_insn)LDABS(8 * chance(3), imm);
    case 3:
      return (struct warrant_insn)LDIND(8 * chance(3), src, imm);
    case 4:
      return (struct warrant_insn)MOVR(6, 8);
    default:
      return (struct warrant_insn)CALL(chance(2) ? 44 : 12);
    }
  case 0:
    return (struct warrant_insn)LDW(dst, 1, (int16_t)(4 * chance(6)));
  case 1:
    return (struct warrant_insn)I(sizes[chance(4)], dst, src, chance(4) ? off : (int16_t)chance(40),
                                  0);
  case 2:
    return (struct warrant_insn)I((uint8_t)(sizes[chance(4)] + 2), 10, src, off, 0);
  case 3:
    return (struct warrant_insn)I((uint8_t)(sizes[chance(4)] + 1), chance(3) ? 10 : dst, 0, off,
                                  imm);
  case 4:
    return (struct warrant_insn)I(
        (uint8_t)(cmps[chance(11)] << 4 | (chance(4) ? 5 : 6)), dst, 0,
        (int16_t)(chance(20) ? (int32_t)chance(left + 1) : -(int32_t)chance(5)), imm);
  case 5:
    return (struct warrant_insn)I((uint8_t)(cmps[chance(11)] << 4 | 8 | (chance(4) ? 5 : 6)), dst,
                                  src, (int16_t)chance(left + 1), 0);
  case 6:
    return (struct warrant_insn)MOVR(dst, src);
  case 7:
    return (struct warrant_insn)MOV(dst, imm);
  case 8: {
    static const int32_t helpers[] = {5, 7, 8, 1, 3};
    return (struct warrant_insn)CALL(helpers[chance(5)]);
  }
  default: {
    static const uint8_t ops[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 12};
    bool reg = chance(2);
    return (struct warrant_insn)I(
        (uint8_t)(ops[chance(11)] << 4 | (reg ? 8 : 0) | (chance(3) ? 7 : 4)), dst, reg ? src : 0,
        0, reg ? 0 : imm);
  }
  }
}

static void fuzz(uint32_t rounds) {
  uint32_t accepted = 0, bad = 0;
  for (uint32_t k = 0; k < rounds; k++) {
    struct warrant_insn insns[64];
    uint32_t n = 4 + chance(40), at = 0;
    if (k % 4 == 0) { /* any bytes */
      for (uint32_t b = 0; b < n * 8; b++)
        ((uint8_t *)insns)[b] = (uint8_t)chance(256);
      at = n;
    } else {
      static const struct warrant_insn start[] = {MOV(0, 0),   MOV(2, 1),  MOV(3, 2),
                                                  MOV(4, 3),   MOV(5, 4),  MOV(6, 5),
                                                  MOVR(7, 10), MOVR(8, 1), LDW(9, 1, 16)};
      memcpy(insns, start, sizeof start);
      for (at = sizeof start / sizeof *start; at < n + 9; at++)
        insns[at] = random_insn(n + 9 - at);
      insns[at++] = (struct warrant_insn)MOV(0, 0);
      insns[at++] = (struct warrant_insn)EXIT;
    }
    struct warrant_program p = program_of(insns, at, k % 3 ? k % 2 ? 6 : 1 : 0);
    p.profile = k % 5 ? WARRANT_ROOT : WARRANT_STRICT;
    struct warrant_verify_options options = {.max_visited = 5000};
    struct warrant_verdict v;
    struct warrant_error error;
    if (warrant_verify(&p, &options, &v, &error)) {
      bad++;
      continue;
    }
    if (v.verdict == WARRANT_ACCEPT) {
      accepted++;
      const char *why = validate(&p, &v, 0);
      if (why) {
        printf("# round %u: %s\n", k, why);
        bad++;
      }
    }
    warrant_verdict_free(&v);
  }
  printf("# %u random programs, %u accepted\n", rounds, accepted);
  report(!bad && accepted > rounds / 100, "random programs", "some went wrong");
}

/* Values that name a device may be read alone: a program whose map says otherwise has no proof. */
static void devices(void) {
  struct warrant_insn insns[] = {MOV(0, 0), EXIT};
  struct warrant_map map = maps[0];
  struct warrant_program p = program_of(insns, 2, 6);
  p.maps = &map;
  p.map_count = 1;
  for (int readonly = 0; readonly < 2; readonly++) {
    struct warrant_verdict v;
    struct warrant_error error;
    map.type = BPF_MAP_TYPE_DEVMAP;
    map.readonly = readonly;
    if (warrant_verify(&p, NULL, &v, &error)) {
      report(false, "a map of devices", "not judged");
      return;
    }
    const char *why = validate(&p, &v, 0);
    report(readonly ? !why : why && strstr(why, "may not write"),
           readonly ? "a map of devices" : "a map of devices that programs write",
           why ? why : "it has a proof");
    warrant_verdict_free(&v);
  }
}

/* Programs put together from pieces and functions that are safe by themselves, with jumps over
 * some: most are accepted, and take all of the domain's functions to be so. r6 the context, r7 the
 * packet, r8 its end, r9 a number; r0 to r5 numbers between pieces. */
static void emit_numbers(struct maker *m) {
  for (uint8_t r = 0; r < 6; r++)
    EMIT(m, MOV(r, (int32_t)chance(1000) - 500));
}

static void emit_alu(struct maker *m) {
  static const uint8_t ops[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12};
  static const int32_t numbers[] = {0,  1,  -1,  2,   7,     8,    15,        31,
                                    32, 63, 255, 256, 65535, 4096, INT32_MAX, INT32_MIN};
  static const uint8_t numbers_in[] = {0, 1, 2, 3, 4, 5, 9};
  uint8_t dst = numbers_in[chance(7)], src = numbers_in[chance(7)], op = ops[chance(12)];
  uint8_t wide = chance(2) ? 7 : 4;
  bool reg = chance(2);
  int16_t off = (op == 3 || op == 9) && chance(2) ? 1 : 0;
  switch (chance(8)) {
  case 0:
    EMIT(m, I((uint8_t)(0xd0 | (chance(2) ? 8 : 0) | 4), dst, 0, 0, 16 << chance(3)));
    break;
  case 1:
    EMIT(m, I(0xd7, dst, 0, 0, 16 << chance(3)));
    break;
  case 2:
    EMIT(m, I((uint8_t)(0x80 | wide), dst, 0, 0, 0));
    break;
  case 3:
    EMIT(m, I((uint8_t)(0xb8 | wide), dst, src, (int16_t)(8 << chance(2)), 0));
    break;
  default:
    EMIT(m, I((uint8_t)(op << 4 | (reg ? 8 : 0) | wide), dst, reg ? src : 0, off,
              reg ? 0 : numbers[chance(sizeof numbers / sizeof *numbers)]));
  }
}

/* Calls of functions, to be led there when these have been written, and whose they are. */
struct calls {
  uint32_t at[2000], to[2000], count, functions;
};

static void emit_call(struct maker *m, struct calls *calls, uint32_t first) {
  EMIT(m, MOVR(1, 6));
  EMIT(m, MOVR(2, 10));
  EMIT(m, ADD(2, -64));
  EMIT(m, MOVR(3, 9));
  calls->at[calls->count] = m->n;
  calls->to[calls->count++] = first + chance(calls->functions - first);
  EMIT(m, FUNCTION(0));
  for (uint8_t r = 1; r < 6; r++)
    EMIT(m, MOV(r, (int32_t)chance(1000) - 500));
}

/* What needs no packet: in the main function, and in others, whose r7 is the caller's bytes from
 * frame top - 64 on. */
static void emit_common(struct maker *m, struct calls *calls, uint32_t first, bool in_main) {
  static const int32_t ops[] = {0, 1, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1};
  static const uint8_t numbers_in[] = {0, 1, 2, 3, 4, 5, 9};
  uint8_t r = numbers_in[chance(7)];
  bool callers = !in_main && chance(2);
  int16_t off = (int16_t)(callers ? 8 * (int32_t)chance(8) : -8 * (int32_t)(1 + chance(8)));
  uint8_t base = callers ? 7 : 10;
  switch (chance(5)) {
  case 0:
    EMIT(m, STDW(base, off, r));
    EMIT(m, I(chance(2) ? 0xdb : 0xc3, base, numbers_in[chance(7)], off, ops[chance(10)]));
    if (chance(2))
      EMIT(m, LDDW(r, base, off));
    break;
  case 1:
    EMIT(m, STDW(base, off, 6)); /* a pointer, and back */
    if (chance(3) == 0)
      emit_alu(m);
    EMIT(m, LDDW(2, base, off));
    EMIT(m, LDW(r, 2, 12));
    EMIT(m, MOV(2, 1));
    break;
  case 2:
    EMIT(m, MAYGOTO(1));
    EMIT(m, MOV(r, 7));
    break;
  case 3:
    EMIT(m, I(0xdb, base, r, off, AT_RELEASE));
    EMIT(m, I(0xdb, numbers_in[chance(7)], base, off, AT_ACQUIRE));
    break;
  default:
    if (first < calls->functions)
      emit_call(m, calls, first);
  }
}

/* r1 the context, r2 64 bytes of the caller's, r3 a number; gives a number. */
static void emit_function(struct maker *m, struct calls *calls, uint32_t self) {
  for (uint32_t k = 0; k < calls->count; k++)
    if (calls->to[k] == self)
      m->insns[calls->at[k]].imm = (int32_t)(m->n - calls->at[k] - 1);
  EMIT(m, MOVR(6, 1));
  EMIT(m, MOVR(7, 2));
  EMIT(m, MOVR(9, 3));
  emit_numbers(m);
  for (uint32_t i = chance(5); i > 0; i--) {
    uint32_t jump = m->n;
    bool skips = chance(2);
    if (skips)
      EMIT(m, JEQ((uint8_t)(chance(2) ? 9 : chance(6)), (int32_t)chance(9), 0));
    if (chance(3))
      emit_common(m, calls, self + 1, false);
    else
      emit_alu(m);
    if (skips)
      m->insns[jump].off = (int16_t)(m->n - jump - 1);
  }
  EMIT(m, MOVR(0, (uint8_t)(chance(2) ? 9 : 3)));
  EMIT(m, EXIT);
}

static void emit_piece(struct maker *m, uint32_t *exits, uint32_t *exit_count) {
  static const uint8_t loads[] = {0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91},
                       bytes[] = {4, 2, 1, 8, 4, 2, 1};
  static const uint8_t numbers_in[] = {0, 1, 2, 3, 4, 5, 9};
  static const struct warrant_insn programs_of[] = {LDMAP(2, 3)};
  uint32_t z = chance(7), k = 1 + chance(60);
  uint8_t r = numbers_in[chance(7)];
  switch (chance(11)) {
  case 8: /* a helper writes */
    EMIT(m, MOVR(1, 6));
    EMIT(m, MOV(2, 0));
    EMIT(m, MOVR(3, 10));
    EMIT(m, ADD(3, -16));
    EMIT(m, MOVR(4, 9));
    EMIT(m, AND(4, 7));
    EMIT(m, ADD(4, 1 + (int32_t)chance(9)));
    EMIT(m, CALL(189));
    if (chance(2))
      EMIT(m, JNE(0, 0, 1));
    EMIT(m, I(loads[z], 9, 10, -16, 0));
    emit_numbers(m);
    break;
  case 9: /* a helper moves the packet */
    EMIT(m, MOVR(1, 6));
    EMIT(m, MOV(2, -4));
    EMIT(m, CALL(44));
    EMIT(m, LDW(7, 6, 0));
    EMIT(m, LDW(8, 6, 4));
    emit_numbers(m);
    break;
  case 10: /* perhaps another program */
    EMIT(m, MOVR(1, 6));
    for (size_t i = 0; i < sizeof programs_of / sizeof *programs_of; i++)
      emit(m, programs_of[i]);
    EMIT(m, MOV(3, 1));
    EMIT(m, CALL(12));
    emit_numbers(m);
    break;
  case 0: /* packet bytes at a fixed place */
    EMIT(m, MOVR(2, 7));
    EMIT(m, ADD(2, (int32_t)(k + 8)));
    exits[(*exit_count)++] = m->n;
    EMIT(m, JGTR(2, 8, 0));
    EMIT(m, I(loads[z], r, 7, (int16_t)chance(k + 9 - bytes[z]), 0));
    EMIT(m, MOV(2, 0));
    break;
  case 1: /* and at a place that a number says */
    EMIT(m, AND(9, 63));
    EMIT(m, MOVR(2, 7));
    EMIT(m, ADDR(2, 9));
    EMIT(m, MOVR(3, 2));
    EMIT(m, ADD(3, 8));
    exits[(*exit_count)++] = m->n;
    EMIT(m, JGTR(3, 8, 0));
    EMIT(m, I(loads[z], r, 2, 0, 0));
    EMIT(m, MOV(2, 0));
    EMIT(m, MOV(3, 0));
    break;
  case 2: { /* a lookup */
    static const struct warrant_insn lookup[] = {LOOKUP};
    for (size_t i = 0; i < sizeof lookup / sizeof *lookup; i++)
      emit(m, lookup[i]);
    exits[(*exit_count)++] = m->n;
    EMIT(m, JEQ(0, 0, 0));
    EMIT(m, AND(9, 7));
    EMIT(m, ADDR(0, 9));
    EMIT(m, I((uint8_t)(loads[chance(4)] + 2), 0, 9, (int16_t)chance(2), 0));
    EMIT(m, I(loads[z], 9, 0, (int16_t)chance(2), 0));
    emit_numbers(m);
    break;
  }
  case 3: { /* spill and fill, not always of the same size */
    int16_t off = (int16_t)(-8 * (int32_t)(1 + chance(4)));
    uint32_t y = chance(3) ? z % 4 : chance(4);
    EMIT(m, I((uint8_t)(loads[z % 4] + 2), 10, r, off, 0));
    if (chance(2))
      emit_alu(m);
    EMIT(m, I(loads[y], numbers_in[chance(7)], 10, off, 0));
    break;
  }
  case 4: /* a loop */
    EMIT(m, MOV(5, 0));
    k = m->n;
    EMIT(m, ADD(5, 1));
    emit_alu(m);
    if (m->insns[m->n - 1].dst == 5)
      m->n--;
    EMIT(m, JLT(5, (int32_t)(1 + chance(5)), (int16_t)((int32_t)k - (int32_t)m->n - 1)));
    break;
  case 5:
    EMIT(m, LDW(r, 6, (int16_t)(12 + 4 * chance(3))));
    break;
  default:
    emit_alu(m);
  }
}

static void generated(uint32_t rounds) {
  static const uint8_t cmps[] = {1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13};
  static const uint8_t numbers_in[] = {0, 1, 2, 3, 4, 5, 9};
  uint32_t accepted = 0, bad = 0;
  uint64_t visited = 0, slots = 0;
  for (uint32_t k = 0; k < rounds; k++) {
    struct maker m = {calloc(4000, sizeof *m.insns), 0};
    uint32_t exits[400], exit_count = 0, pieces = 3 + chance(25);
    static struct calls calls;
    calls.count = 0;
    calls.functions = chance(3) ? chance(5) : 0;
    EMIT(&m, MOVR(6, 1));
    EMIT(&m, LDW(7, 6, 0));
    EMIT(&m, LDW(8, 6, 4));
    EMIT(&m, LDW(9, 6, 12));
    emit_numbers(&m);
    for (uint32_t i = 0; i < pieces; i++) {
      uint32_t jump = m.n;
      bool skips = chance(2);
      if (skips)
        EMIT(&m, I((uint8_t)(cmps[chance(11)] << 4 | (chance(2) ? 5 : 6)), numbers_in[chance(7)], 0,
                   0, (int32_t)chance(70) - 5));
      if (chance(3))
        emit_piece(&m, exits, &exit_count);
      else
        emit_common(&m, &calls, 0, true);
      if (skips)
        m.insns[jump].off = (int16_t)(m.n - jump - 1);
    }
    for (uint32_t i = 0; i < exit_count; i++)
      m.insns[exits[i]].off = (int16_t)(m.n - exits[i] - 1);
    EMIT(&m, MOV(0, 0));
    EMIT(&m, EXIT);
    for (uint32_t f = 0; f < calls.functions; f++)
      emit_function(&m, &calls, f);
    struct warrant_program p = program_of(m.insns, m.n, 6);
    p.profile = k % 3 ? WARRANT_ROOT : WARRANT_STRICT;
    struct warrant_verify_options options = {.max_visited = 100000};
    struct warrant_verdict v;
    struct warrant_error error;
    if (warrant_verify(&p, &options, &v, &error)) {
      bad++;
    } else {
      visited += v.visited;
      slots += p.insn_count;
      const char *why = v.verdict == WARRANT_ACCEPT ? validate(&p, &v, 0) : NULL;
      accepted += v.verdict == WARRANT_ACCEPT;
      if (v.verdict == WARRANT_GAVE_UP)
        why = v.message;
      if (why) {
        printf("# program %u: %s\n", k, why);
        bad++;
      }
      if (getenv("SAY") && v.verdict == WARRANT_REJECT)
        printf("# program %u: %u %s: %s {%s}\n", k, v.pc, v.reason, v.message, v.state);
      warrant_verdict_free(&v);
    }
    free(m.insns);
  }
  printf("# %u programs of pieces, %u accepted; %" PRIu64 " instructions, %" PRIu64 " visited\n",
         rounds, accepted, slots, visited);
  report(!bad && accepted > rounds / 2, "programs of pieces", "some went wrong");
}

/* Certificates with a byte changed: the reader must come back. */
static void mutate(void) {
  struct expected *e = &programs[0];
  for (size_t k = 0; k < sizeof programs / sizeof *programs; k++)
    if (!strcmp(programs[k].name, "packet variable"))
      e = &programs[k];
  struct warrant_program p = program_of(e->insns, length(e->insns, 48), 6);
  struct warrant_verdict v;
  struct warrant_error error;
  struct w_cert cert;
  struct w_pool pool = {.limit = (size_t)1 << 30};
  if (warrant_verify(&p, NULL, &v, &error) || !v.cert) {
    report(false, "mutated certificates", "no certificate");
    return;
  }
  for (uint32_t k = 0; k < 20000; k++) {
    size_t at = chance((uint32_t)v.cert_len),
           len = chance(4) ? v.cert_len : chance((uint32_t)v.cert_len + 1);
    uint8_t had = v.cert[at];
    v.cert[at] = (uint8_t)chance(256);
    w_cert_read(&pool, v.cert, len, &cert, &error);
    w_cert_free(&pool, &cert);
    v.cert[at] = had;
  }
  report(pool.used == 0, "mutated certificates", "memory is not freed");
  warrant_verdict_free(&v);
}

int main(int argc, char **argv) {
  small_programs();
  flags(10, false, false);
  flags(40, false, false);
  flags(40, true, false);
  flags(40, true, true);
  rounds(1000, false, 4 + 2000 + 3);
  rounds(50, true, 0);
  rounds(500, true, 0);
  straight(100000);
  ladder(20000);
  tested_within(500);
  memory_limit();
  little_memory();
  unsupported();
  devices();
  mutate();
  generated(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) / 10 : 1000);
  fuzz(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20000);
  return failures != 0;
}
