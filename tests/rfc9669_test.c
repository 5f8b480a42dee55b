/* Every instruction of RFC 9669, run. The RFC's rows are written down here; the rows of the decoder
 * are printed from semantics/Encode.v. Each row of either must be in the
 * other or be named as not supported, and must have been run with boundary operands: the C
 * interpreters (traced, not traced, threaded) and the reference one have to agree, and each result
 * has to be what this file computes in another way, or has by hand. Fields that must have one value
 * are tried with others, which both decoders must refuse. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm.h"
#include "decode.h"
#include "disasm.h"
#include "fast.h"
#include "image.h"
#include "interp.h"
#include "validator.h"

#define ANY INT64_MIN

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
    {0x50, ANY, 0, ANY, "packet"},
};
enum { RFC_ROWS = sizeof rfc / sizeof *rfc };

/* The rows that the decoder goes by, and what is printed besides of each that is supported. */
static const struct {
  const char *group, *text, *test;
} printed[] = {
#include "../build/generated/isa_rows.h"
};
enum { ROWS = sizeof printed / sizeof *printed };
static struct row {
  uint8_t op;
  int64_t dst, src, off, imm, next;
  struct {
    uint8_t dst, src;
    int16_t off;
    int32_t imm, next;
  } sample;
  const char *group, *text, *test;
} rows[ROWS];

static int64_t field(const struct w_encoding *e, unsigned bit, int64_t value) {
  return e->free & bit ? ANY : value;
}
/* False when there are more or fewer than were printed. */
static bool read_rows(void) {
  uint32_t n = 0;
  for (const struct w_encoding *e = w_encodings; e < w_encodings + w_encoding_count; e++) {
    if (e->unsupported)
      continue;
    if (n == ROWS)
      return false;
    struct row *r = &rows[n];
    *r = (struct row){.op = e->slot.op,
                      .dst = field(e, W_FREE_DST, e->slot.dst),
                      .src = field(e, W_FREE_SRC, e->slot.src),
                      .off = field(e, W_FREE_OFF, e->slot.off),
                      .imm = field(e, W_FREE_IMM, e->slot.imm),
                      .next = field(e, W_FREE_NEXT, 0),
                      .group = printed[n].group,
                      .text = printed[n].text,
                      .test = printed[n].test};
    r->sample.dst = (uint8_t)(r->dst == ANY ? 1 : r->dst);
    r->sample.src = (uint8_t)(r->src == ANY ? 2 : r->src);
    r->sample.off = (int16_t)(r->off == ANY ? 3 : r->off);
    r->sample.imm = (int32_t)(r->imm == ANY ? 8 : r->imm);
    r->sample.next = r->next == ANY ? 9 : 0;
    n++;
  }
  return n == ROWS;
}
static uint64_t tried[ROWS];
static const char *by[ROWS]; /* the test that has run it */

static unsigned failures;
static void report(bool good, const char *name) {
  printf("%s isa %s\n", good ? "ok" : "not ok", name);
  failures += !good;
}

/* --- A program with what it should do -------------------------------------------------------- */

enum { SLOTS = 90000, CHECKS = 12000, CTX = 64, PACKET = 40, MAPS = 2 };
static struct warrant_insn code[SLOTS];
static uint32_t count;
static struct check { /* before slot `pc` runs, the register is this */
  uint32_t pc;
  uint8_t reg;
  uint64_t value;
} checks[CHECKS];
static uint32_t check_count, checks_met;
static bool traced_well;
static uint8_t ctx_bytes[CTX], packet_bytes[PACKET];
static enum warrant_fault want_fault;
static int64_t want_pc;
static uint64_t want_result;
static uint32_t program_type; /* 0: the context is plain memory */

static void begin(void) {
  program_type = 0;
  count = check_count = 0;
  want_fault = WARRANT_NO_FAULT;
  want_pc = 0;
  want_result = 0;
}
static void emit(unsigned op, unsigned dst, unsigned src, int off, int32_t imm) {
  if (count == SLOTS)
    abort();
  code[count++] = (struct warrant_insn){
      .op = (uint8_t)op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}
static void constant(unsigned r, uint64_t v) {
  emit(0x18, r, 0, 0, (int32_t)(uint32_t)v);
  emit(0, 0, 0, 0, (int32_t)(v >> 32));
}
static void check(unsigned r, uint64_t v) {
  if (check_count == CHECKS)
    abort();
  checks[check_count++] = (struct check){count, (uint8_t)r, v};
}
/* The same for a run that is not traced: r9 collects the differences. r8 is lost. */
static void check_here(unsigned r, uint64_t v) {
  check(r, v);
  constant(8, v);
  emit(0xaf, 8, r, 0, 0);
  emit(0x4f, 9, 8, 0, 0);
}
static void finish(void) {
  emit(0xbf, 0, 9, 0, 0);
  emit(0x95, 0, 0, 0, 0);
}

struct text {
  char *bytes; /* owned */
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
  for (; checks_met < check_count && checks[checks_met].pc == step->pc; checks_met++) {
    const struct check *c = &checks[checks_met];
    if (traced_well && (!(step->defined >> c->reg & 1) || step->regs[c->reg] != c->value)) {
      printf("# before slot %" PRId64 " r%u is 0x%" PRIx64 ", not 0x%" PRIx64 "\n", step->pc,
             c->reg, step->regs[c->reg], c->value);
      traced_well = false;
    }
  }
}
static void c_end(struct text *t, const struct warrant_run *run) {
  char line[200];
  int n = run->fault == WARRANT_NO_FAULT
              ? snprintf(line, sizeof line,
                         "{\"result\":\"0x%" PRIx64 "\",\"steps\":%" PRIu64 ",\"fault\":null}",
                         run->result, run->steps)
              : snprintf(line, sizeof line,
                         "{\"result\":null,\"steps\":%" PRIu64
                         ",\"fault\":{\"kind\":\"%s\",\"pc\":%" PRId64 "}}",
                         run->steps, warrant_fault_name(run->fault), run->pc);
  append(t, line, (size_t)n);
}

static struct warrant_map maps[MAPS] = {
    {.name = (char[]){"a"}, .type = 2, .key_size = 4, .value_size = 32, .max_entries = 3},
    {.name = (char[]){"b"}, .type = 2, .key_size = 4, .value_size = 8, .max_entries = 1}};
static struct warrant_program program(void) {
  return (struct warrant_program){.type = program_type,
                                  .ctx_size = CTX,
                                  .insns = code,
                                  .insn_count = count,
                                  .maps = maps,
                                  .map_count = MAPS};
}
static struct warrant_env environment(void) {
  struct warrant_env env;
  warrant_env_default(&env);
  env.ctx_bytes = ctx_bytes, env.ctx_size = CTX;
  env.packet_bytes = packet_bytes, env.packet_size = PACKET;
  return env;
}
/* What the reference says of the program; -1: it can't be run. */
static int reference(bool trace, struct text *out) {
  struct warrant_program p = program();
  struct warrant_env env = environment();
  struct warrant_error error = {0};
  uint8_t *image = NULL, *bytes = NULL;
  size_t image_size = 0, size = 0;
  char why[400];
  if (warrant_image(&p, &image, &image_size, &error) ||
      warrant_env_encode(&p, &env, &bytes, &size, &error))
    abort();
  int ran = warrant_reference_run(image, image_size, bytes, size, trace, reference_line, out, why,
                                  sizeof why);
  free(image), free(bytes);
  return ran;
}

static void show(const char *what) {
  printf("# %s;", what);
  for (uint32_t i = 0; i < count && i < 12; i++)
    printf(" %02x%x%x%04x%08" PRIx32, code[i].op, code[i].src, code[i].dst, (uint16_t)code[i].off,
           (uint32_t)code[i].imm);
  puts("");
}

static bool run_threaded(const struct warrant_program *p, const struct warrant_env *env,
                         struct warrant_run *run, struct warrant_error *error) {
  static const struct warrant_session_options options = {0};
  struct warrant_session *session = NULL;
  if (warrant_session_open(p, env, &options, &session, error))
    return false;
  warrant_session_run(session, run);
  warrant_session_close(session);
  return true;
}
static bool same_end(const struct warrant_run *a, const struct warrant_run *b) {
  return a->fault == b->fault && a->result == b->result && a->steps == b->steps &&
         (!a->fault || a->pc == b->pc);
}

/* Runs it in all ways; true: each gives what is wanted. */
static bool runs(void) {
  struct warrant_program p = program();
  struct warrant_env env = environment();
  struct warrant_error error = {0};
  struct warrant_run traced = {0}, plain = {0}, threaded = {0};
  struct text c = {0}, r = {0};
  checks_met = 0;
  traced_well = true;
  bool good = !warrant_interpret(&p, &env, c_step, &c, &traced, &error) &&
              !warrant_interpret(&p, &env, NULL, NULL, &plain, &error) &&
              run_threaded(&p, &env, &threaded, &error);
  if (!good) {
    show(error.text);
  } else {
    c_end(&c, &traced);
    int ran = reference(true, &r);
    const char *wrong =
        !traced_well || checks_met != check_count ? "another value than expected"
        : traced.fault != want_fault || (want_fault && traced.pc != want_pc)
            ? "another fault than expected"
        : !want_fault && traced.result != want_result ? "another result than expected"
        : !same_end(&plain, &traced)                  ? "not the same without a trace"
        : !same_end(&threaded, &traced)               ? "not the same in threaded code"
        : ran < 0 || c.size != r.size || memcmp(c.bytes, r.bytes, c.size) ? "the reference differs"
                                                                          : NULL;
    if (wrong)
      show(wrong);
    good = !wrong;
  }
  free(c.bytes), free(r.bytes);
  return good;
}

/* --- Numbers, computed in another way than the interpreters do ------------------------------- */

static const uint64_t numbers[] = {0,
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
                                   0xffffffff,
                                   0x100000000,
                                   0x100000001,
                                   0x80000000ffffffff,
                                   INT64_MAX,
                                   UINT64_C(1) << 63,
                                   UINT64_MAX,
                                   UINT64_MAX - 1,
                                   0xffffffff80000000,
                                   0x123456789abcdef0};
static const int32_t constants[] = {0,         1,     -1,    2,         5,         31,
                                    32,        33,    63,    64,        -64,       127,
                                    255,       32768, 65535, INT32_MAX, INT32_MIN, INT32_MIN + 1,
                                    0x12345678};
#define EACH(array, i) for (size_t i = 0; i < sizeof(array) / sizeof *(array); i++)

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
static uint64_t want_alu(unsigned op, int off, uint64_t x, uint64_t y) {
  unsigned bits = (op & 7) == 7 ? 64 : 32;
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
static uint64_t want_swap(unsigned op, int bits, uint64_t x) {
  uint8_t b[8];
  uint64_t v = 0;
  for (int i = 0; i < bits / 8; i++)
    b[i] = (uint8_t)(x >> 8 * i);
  for (int i = 0; i < bits / 8; i++)
    v |= (uint64_t)b[op == 0xd4 ? i : bits / 8 - 1 - i] << 8 * i;
  return v;
}
static bool want_jump(unsigned op, uint64_t x, uint64_t y) {
  unsigned bits = (op & 7) == 5 ? 64 : 32;
  swide_t a = low(x, bits), b = low(y, bits), sa = as_signed(x, bits), sb = as_signed(y, bits);
  switch (op & 0xf0) {
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

/* --- One test a kind of instruction ---------------------------------------------------------- */

/* Runs what was built and counts it for the row. */
static bool done(size_t row, const char *test) {
  bool good = runs();
  tried[row]++;
  by[row] = test;
  if (!good)
    printf("# in the row of %s\n", rows[row].text);
  return good;
}

static void start_checking(void) {
  begin();
  emit(0xb7, 9, 0, 0, 0);
}

static bool arithmetic(size_t k, const char *test) {
  const struct row *r = &rows[k];
  unsigned code_of = r->op & 0xf0;
  start_checking();
  EACH(numbers, i) {
    uint64_t x = numbers[i];
    unsigned d = i % 8;
    if (code_of == 0xd0 || code_of == 0x80) { /* byte order, negation */
      constant(d, x);
      emit(r->op, d, 0, 0, (int32_t)r->imm);
      check_here(d, code_of == 0xd0 ? want_swap(r->op, (int)r->imm, x) : want_alu(r->op, 0, x, 0));
    } else if (r->op & 8) {
      EACH(numbers, j) {
        unsigned s = (d + 1 + j % 7) % 8;
        constant(d, x);
        constant(s, numbers[j]);
        emit(r->op, d, s, (int)r->off, 0);
        check(s, numbers[j]);
        check_here(d, want_alu(r->op, (int)r->off, x, numbers[j]));
      }
      constant(d, x);
      emit(r->op, d, d, (int)r->off, 0);
      check_here(d, want_alu(r->op, (int)r->off, x, x));
    } else {
      EACH(constants, j) {
        constant(d, x);
        emit(r->op, d, 0, (int)r->off, constants[j]);
        check_here(d, want_alu(r->op, (int)r->off, x, (uint64_t)(int64_t)constants[j]));
      }
    }
  }
  finish();
  return done(k, test);
}

static bool constant_rows(size_t k, const char *test) {
  const struct row *r = &rows[k];
  struct warrant_env env = environment();
  bool good = true;
  start_checking();
  if (r->src == 0)
    EACH(numbers, i) {
      constant(i % 8, numbers[i]);
      check_here(i % 8, numbers[i]);
    }
  bool value = r->src == 2 || r->src == 6, map = value || r->src == 1 || r->src == 5;
  for (unsigned m = 0; map && m < MAPS; m++)
    EACH(constants, i) {
      emit(0x18, m + 3, (unsigned)r->src, 0, (int32_t)m);
      emit(0, 0, 0, 0, value ? constants[i] : 0);
      check_here(m + 3, value
                            ? env.values + (UINT64_C(1) << 32) * m + (uint64_t)(int64_t)constants[i]
                            : env.maps + 256 * m);
    }
  if (r->src == 3) /* where the interpreters place kernel variables, and below code */
    EACH(constants, i) {
      uint64_t module = (uint32_t)constants[(i + 1) % (sizeof constants / sizeof *constants)];
      emit(0x18, 3, 3, 0, constants[i]);
      emit(0, 0, 0, 0, (int32_t)(uint32_t)module);
      check_here(3, 562949953421312 + module * 68719476736 + (uint64_t)(uint32_t)constants[i] * 8);
    }
  if (r->src == 4)
    for (int32_t to = -1; to < 2; to += 2) { /* itself, and what follows */
      uint32_t at = count;
      emit(0x18, 3, 4, 0, to);
      emit(0, 0, 0, 0, 0);
      check_here(3, 281474976710656 + 8 * ((uint64_t)at + (to < 0 ? 0 : 2)));
    }
  finish();
  good &= done(k, test);
  for (int32_t to = -2; r->src == 4 && to <= 2; to += 2) { /* outside, and a second slot */
    begin();
    emit(0x18, 0, 4, 0, to);
    emit(0, 0, 0, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_fault = WARRANT_BAD_INSTRUCTION;
    good &= done(k, test);
  }
  for (int32_t m = -1; map && m <= MAPS; m += MAPS + 1) { /* no such map */
    begin();
    emit(0x18, 0, (unsigned)r->src, 0, m);
    emit(0, 0, 0, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_fault = WARRANT_BAD_MAP;
    good &= done(k, test);
  }
  return good;
}

static unsigned access_bytes(unsigned op) {
  static const unsigned sizes[] = {4, 2, 1, 8};
  return sizes[op >> 3 & 3];
}
static uint64_t bytes_value(const uint8_t *b, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = n; i-- > 0;)
    v = v * 256 + b[i];
  return v;
}
static const int displacements[] = {0,    1,     -1,        7,         -8,
                                    1000, 32766, INT16_MAX, INT16_MIN, INT16_MIN + 1};

static bool memory(size_t k, const char *test) {
  const struct row *r = &rows[k];
  struct warrant_env env = environment();
  bool atomic = (r->op & 0xe7) == 0xc3, loads = (r->op & 7) == 1 || (atomic && r->imm == 0x100),
       good = true;
  bool extends = (r->op & 0xe7) == 0x81;
  unsigned n = access_bytes(r->op);
  for (unsigned fill = 0; fill < 2; fill++) {
    uint8_t now[CTX];
    for (unsigned i = 0; i < CTX; i++)
      now[i] = ctx_bytes[i] = (uint8_t)(i * 0x9d + (fill ? 0x7b : 0xf4));
    start_checking();
    EACH(displacements, j) {
      const unsigned places[] = {0, 1, 5, 8, CTX - n};
      EACH(places, q) {
        unsigned at = places[q], d = (unsigned)(j + q) % 6, b = 6 + (q & 1);
        uint64_t v = numbers[(j * 5 + q * 3 + fill) % (sizeof numbers / sizeof *numbers)];
        constant(b, env.ctx + at - (uint64_t)(int64_t)displacements[j]);
        if (loads) {
          uint64_t want = bytes_value(now + at, n);
          if (extends && want >= UINT64_C(1) << (8 * n - 1))
            want -= UINT64_C(1) << (8 * n); /* not of 8 bytes */
          emit(r->op, d, b, displacements[j], (int32_t)r->imm);
          check_here(d, want);
          continue;
        }
        bool number = (r->op & 7) == 2;
        int32_t c = constants[(j * 5 + q * 3 + fill) % (sizeof constants / sizeof *constants)];
        if (number)
          v = (uint64_t)(int64_t)c;
        else
          constant(d, v);
        emit(r->op, b, number ? 0 : d, displacements[j], number ? c : (int32_t)r->imm);
        for (unsigned i = 0; i < n; i++)
          now[at + i] = (uint8_t)(v >> 8 * i);
        constant(b, env.ctx);
        for (int i = 0; i < CTX; i += 8) { /* all of it: the bytes beside are as they were */
          emit(0x79, d, b, i, 0);
          check_here(d, bytes_value(now + i, 8));
        }
      }
    }
    finish();
    good &= done(k, test);
  }
  const int64_t outside[] = {-1, -(int64_t)n, CTX - (int64_t)n + 1, CTX};
  EACH(outside, q) {
    begin();
    emit(0xb7, 0, 0, 0, 0);
    constant(2, env.ctx + (uint64_t)outside[q] - 16);
    emit(r->op, loads ? 0 : 2,
         loads              ? 2
         : (r->op & 7) == 2 ? 0
                            : 1,
         16, (r->op & 7) == 2 ? 9 : (int32_t)r->imm);
    emit(0x95, 0, 0, 0, 0);
    want_fault = WARRANT_OUT_OF_BOUNDS;
    want_pc = 3;
    good &= done(k, test);
  }
  return good;
}

static bool atomics(size_t k, const char *test) {
  const struct row *r = &rows[k];
  unsigned n = access_bytes(r->op), bits = 8 * n;
  bool compares = r->imm == 0xf1, fetches = r->imm & 1;
  start_checking();
  EACH(numbers, i)
  EACH(numbers, j) {
    int off = displacements[(i + j) % (sizeof displacements / sizeof *displacements)],
        at = -8 - 4 * (int)(j % 3);
    uint64_t old = numbers[i], x = numbers[j], a = low(old, bits), b = low(x, bits), new = 0;
    /* compared with: the old value, it with other upper bits, another one */
    uint64_t expected = (i + j) % 3 == 0   ? a
                        : (i + j) % 3 == 1 ? (n == 4 ? a + (UINT64_C(5) << 32) : a)
                                           : a + 1;
    switch (r->imm & 0xf0) {
    case 0x00:
      new = low((uint64_t)((wide_t)a + b), bits);
      break;
    case 0x40:
      new = bitwise(a, b, "0111");
      break;
    case 0x50:
      new = bitwise(a, b, "0001");
      break;
    case 0xa0:
      new = bitwise(a, b, "0110");
      break;
    case 0xe0:
      new = b;
      break;
    default:
      new = low(expected, bits) == a ? b : a;
      break;
    }
    constant(1, UINT64_C(0xa5a5a5a5a5a5a5a5));
    emit(0x7b, 10, 1, at, 0);
    constant(1, old);
    emit(n == 4 ? 0x63 : 0x7b, 10, 1, at, 0);
    constant(2, x);
    constant(0, compares ? expected : 77);
    emit(0xbf, 3, 10, 0, 0);
    constant(4, (uint64_t)(int64_t)at - (uint64_t)(int64_t)off);
    emit(0x0f, 3, 4, 0, 0);
    emit(r->op, 3, 2, off, (int32_t)r->imm);
    check(0, compares ? a : 77);
    check_here(
        2, fetches && !compares ? a : x); /* the whole register: the upper half of 32 bits is 0 */
    if (compares)
      check_here(0, a);
    emit(0x79, 5, 10, at, 0);
    check_here(5, n == 8 ? new : new + (UINT64_C(0xa5a5a5a5) << 32));
  }
  finish();
  return done(k, test);
}

static bool packet_loads(size_t k, const char *test) {
  const struct row *r = &rows[k];
  unsigned n = access_bytes(r->op);
  bool indirect = (r->op & 0xe0) == 0x40, good = true;
  const int32_t places[] = {0,      1,  7,         PACKET - (int)n, PACKET - (int)n + 1,
                            PACKET, -1, INT32_MAX, INT32_MIN,       -0x1000};
  const uint64_t added[] = {0, 3, UINT64_MAX, 0xffffffff, 0x500000002, UINT64_C(1) << 31};
  for (unsigned i = 0; i < PACKET; i++)
    packet_bytes[i] = (uint8_t)(i * 0x53 + 0x91);
  EACH(places, i)
  for (size_t j = 0; j < (indirect ? sizeof added / sizeof *added : 1); j++) {
    int64_t at = (int64_t)as_signed((uint64_t)(int64_t)places[i] + (indirect ? added[j] : 0), 32);
    bool inside = at >= 0 && at + (int)n <= PACKET;
    begin();
    program_type = 1; /* a socket filter */
    emit(0xbf, 6, 1, 0, 0);
    constant(7, added[j]);
    emit(r->op, 0, indirect ? 7 : 0, 0, places[i]);
    for (unsigned b = 0; inside && b < n; b++) /* big endian */
      want_result = want_result * 256 + packet_bytes[at + b];
    if (inside) { /* what was not there ends the program with 0 */
      check(0, want_result);
      emit(0x07, 0, 0, 0, 1);
      want_result++;
    } else {
      emit(0xb7, 0, 0, 0, 5);
    }
    emit(0x95, 0, 0, 0, 0);
    good &= done(k, test);
  }
  begin(); /* other programs have no such loads */
  emit(0xbf, 6, 1, 0, 0);
  emit(r->op, 0, indirect ? 6 : 0, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  want_fault = WARRANT_BAD_INSTRUCTION;
  want_pc = 1;
  good &= done(k, test);
  return good;
}

/* A jump over the longest distance backward, and another forward to the end. */
static void far_jump(const struct row *r, uint64_t x, uint64_t y, int32_t imm, int32_t distance) {
  bool by_register = (r->op & 8) != 0 && r->op != 0x05 && r->op != 0x06, in_imm = r->op == 0x06;
  int32_t n = distance;
  begin();
  emit(0xb7, 0, 0, 0, 3);
  constant(1, x);
  constant(2, y);
  emit(0x06, 0, 0, 0, n); /* to the jump back */
  uint32_t landing = count;
  bool compares = r->op != 0x05 && r->op != 0x06;
  emit(0x07, 0, 0, 0, 4);
  emit(r->op, compares ? 1 : 0, by_register ? 2 : 0, in_imm ? 0 : n - 1,
       in_imm                     ? n - 1
       : compares && !by_register ? imm
                                  : 0);
  while (count < landing + (uint32_t)n)
    emit(0x95, 0, 0, 0, 0);
  emit(r->op, compares ? 1 : 0, by_register ? 2 : 0, in_imm ? 0 : -n - 1,
       in_imm                     ? -n - 1
       : compares && !by_register ? imm
                                  : 0);
  emit(0x07, 0, 0, 0, 8); /* both end here */
  emit(0x95, 0, 0, 0, 0);
  want_result = 15;
}

static bool jumps(size_t k, const char *test) {
  const struct row *r = &rows[k];
  bool good = true;
  if (r->op == 0xe5) { /* the budget is never used up here */
    begin();
    emit(0xb7, 0, 0, 0, 1);
    emit(0xe5, 0, 0, 1, 0);
    emit(0xb7, 0, 0, 0, 2);
    emit(0x95, 0, 0, 0, 0);
    want_result = 2;
    return done(k, test);
  }
  if (r->op == 0x05 || r->op == 0x06) {
    far_jump(r, 0, 0, 0, r->op == 0x05 ? 32767 : 40000);
    return done(k, test);
  }
  start_checking();
  bool by_register = r->op & 8, far = false;
  EACH(numbers, i)
  for (size_t j = 0;
       j < (by_register ? sizeof numbers / sizeof *numbers : sizeof constants / sizeof *constants);
       j++) {
    uint64_t y = by_register ? numbers[j] : (uint64_t)(int64_t)constants[j];
    constant(3, numbers[i]);
    constant(4, y);
    emit(0xb7, 0, 0, 0, 1);
    emit(r->op, 3, by_register ? 4 : 0, 1, by_register ? 0 : constants[j]);
    emit(0xb7, 0, 0, 0, 0);
    check_here(0, want_jump(r->op, numbers[i], y));
  }
  finish();
  good &= done(k, test);
  EACH(numbers, i)
  if (!far && want_jump(r->op, numbers[i], 7)) {
    far_jump(r, numbers[i], 7, 7, 32767);
    far = true;
    good &= done(k, test);
  }
  return good && far;
}

static bool calls(size_t k, const char *test) {
  const struct row *r = &rows[k];
  bool good = true;
  if (r->op == 0x95) {
    EACH(numbers, i) {
      begin();
      constant(0, numbers[i]);
      emit(0x95, 0, 0, 0, 0);
      emit(0xb7, 0, 0, 0, 5);
      want_result = numbers[i];
      good &= done(k, test);
    }
    return good;
  }
  if (r->op == 0x85 && r->src == 1) {
    /* Frames: the function has its own stack, r10 and r6 to r9, and gets r1 to r5; what it leaves
     * in r0 comes back. */
    begin();
    emit(0x05, 0, 0, 4, 0);
    emit(0x7a, 10, 0, -8, 77); /* the function: its own frame's byte 8 */
    emit(0xb7, 6, 0, 0, 66);
    emit(0xbf, 0, 1, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    emit(0x7a, 10, 0, -8, 1000); /* main */
    emit(0xb7, 6, 0, 0, 100);
    emit(0xb7, 1, 0, 0, 10);
    emit(0x85, 0, 1, 0, 1 - 9); /* backward */
    emit(0x0f, 0, 6, 0, 0);
    emit(0x79, 3, 10, -8, 0);
    emit(0x0f, 0, 3, 0, 0);
    emit(0xbf, 7, 0, 0, 0);
    emit(0xb7, 1, 0, 0, 20000);
    emit(0x85, 0, 1, 0, 2); /* forward */
    emit(0x0f, 0, 7, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    emit(0xbf, 0, 1, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_result = 20000 + 1000 + 100 + 10;
    good &= done(k, test);
    /* The distance of r10 from the caller's is one frame, and a caller's frame can be written
     * through a pointer. */
    begin();
    emit(0xbf, 1, 10, 0, 0);
    emit(0x7a, 10, 0, -16, 5);
    emit(0x85, 0, 1, 0, 3);
    emit(0x79, 3, 10, -16, 0);
    emit(0x0f, 0, 3, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    emit(0x7a, 1, 0, -16, 3000); /* the function */
    emit(0xbf, 0, 1, 0, 0);
    emit(0x1f, 0, 10, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_result = 512 + 3000;
    good &= done(k, test);
    for (int depth = 7; depth <= 8; depth++) { /* seven calls within each other, and one too many */
      begin();
      emit(0xb7, 1, 0, 0, depth);
      emit(0x85, 0, 1, 0, 1);
      emit(0x95, 0, 0, 0, 0);
      emit(0xb7, 0, 0, 0, 0);
      emit(0x07, 1, 0, 0, -1);
      emit(0x15, 1, 0, 1, 0);
      emit(0x85, 0, 1, 0, -4);
      emit(0x07, 0, 0, 0, 1);
      emit(0x95, 0, 0, 0, 0);
      want_result = 7;
      want_fault = depth == 8 ? WARRANT_STACK_OVERFLOW : WARRANT_NO_FAULT;
      want_pc = 6;
      good &= done(k, test);
    }
    for (unsigned lost = 1; lost <= 5;
         lost++) { /* r1 to r5 do not survive; nor do r6 to r9 get in */
      begin();
      emit(0xb7, lost, 0, 0, 1);
      emit(0x85, 0, 1, 0, 2);
      emit(0xbf, 0, lost, 0, 0);
      emit(0x95, 0, 0, 0, 0);
      emit(0xb7, 0, 0, 0, 0);
      emit(0x95, 0, 0, 0, 0);
      want_fault = WARRANT_UNDEFINED_REGISTER;
      want_pc = 2;
      good &= done(k, test);
      begin();
      emit(0xb7, 4 + lost, 0, 0, 1);
      emit(0xb7, 0, 0, 0, 1);
      emit(0x85, 0, 1, 0, 1);
      emit(0x95, 0, 0, 0, 0);
      emit(0x0f, 4 + lost == 5 ? 0 : 4 + lost, 0, 0, 0); /* r0 does not get in either */
      emit(0x95, 0, 0, 0, 0);
      want_fault = WARRANT_UNDEFINED_REGISTER;
      want_pc = 4;
      good &= done(k, test);
    }
    return good;
  }
  bool by_register = r->op == 0x8d;
  for (unsigned reg = 0; reg < (by_register ? 10 : 1); reg++) {
    begin(); /* the clock advances by 1000 a call */
    emit(0xb7, reg, 0, 0, 5);
    emit(r->op, by_register ? reg : 0, 0, 0, by_register ? 0 : 5);
    emit(0xbf, 6, 0, 0, 0);
    emit(0xb7, reg, 0, 0, 5);
    emit(r->op, by_register ? reg : 0, 0, 0, by_register ? 0 : 5);
    if (reg != 6)
      emit(0x0f, 0, 6, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_result = reg == 6 ? 2000 : 3000;
    good &= done(k, test);
    const int32_t none[] = {0, 9999, -1, INT32_MAX, INT32_MIN};
    EACH(none, i) {
      begin();
      emit(0xb7, reg, 0, 0, none[i]);
      emit(r->op, by_register ? reg : 0, 0, 0, by_register ? 0 : none[i]);
      emit(0x95, 0, 0, 0, 0);
      want_fault = WARRANT_UNKNOWN_HELPER;
      want_pc = 1;
      good &= done(k, test);
    }
  }
  for (unsigned lost = 1; lost <= 5; lost++) {
    begin();
    emit(0xb7, lost, 0, 0, 1);
    emit(0xb7, 7, 0, 0, 5);
    emit(r->op, by_register ? 7 : 0, 0, 0, by_register ? 0 : 5);
    emit(0xbf, 0, lost, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    want_fault = WARRANT_UNDEFINED_REGISTER;
    want_pc = 3;
    good &= done(k, test);
  }
  return good;
}

/* --- By hand --------------------------------------------------------------------------------- */

/* Mistakes that the public conformance suite does not notice, each with a number worked out by
 * hand. */
static void by_hand(void) {
  bool good = true;
  begin(); /* a 32-bit fetch clears the upper half */
  constant(1, UINT64_C(0xffffffff00000001));
  emit(0x62, 10, 0, -4, (int32_t)0x89abcdef);
  emit(0xc3, 10, 1, -4, 0x01);
  emit(0xbf, 0, 1, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  want_result = 0x89abcdef;
  good &= runs();
  begin(); /* so does a 32-bit compare and exchange that compares unequal, and the memory stays */
  constant(0, UINT64_C(0xffffffff00000001));
  emit(0xb7, 1, 0, 0, 7);
  emit(0x62, 10, 0, -4, (int32_t)0x89abcdef);
  emit(0xc3, 10, 1, -4, 0xf1);
  emit(0x61, 2, 10, -4, 0);
  emit(0x67, 2, 0, 0, 32);
  emit(0x4f, 0, 2, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  want_result = UINT64_C(0x89abcdef89abcdef);
  good &= runs();
  report(good, "by hand: 32-bit fetches clear the upper half");
  good = true;
  for (int form = 0; form < 4; form++) { /* signed and not, by number and by register */
    begin();
    constant(0, UINT64_C(0xfffffffe80000001));
    constant(1, UINT64_C(0x1200000000));
    emit(form & 1 ? 0x9c : 0x94, 0, form & 1 ? 1 : 0, form >> 1, 0);
    emit(0x95, 0, 0, 0, 0);
    want_result = 0x80000001;
    good &= runs();
  }
  report(good, "by hand: 32-bit modulo by zero keeps the lower half");
  begin();
  emit(0xb4, 0, 0, 0, 1);
  emit(0x06, 0, 0, 0, 1);
  emit(0xb4, 0, 0, 0, 2);
  emit(0x95, 0, 0, 0, 0);
  want_result = 1;
  report(runs(), "by hand: gotol jumps");
  begin(); /* a call gets a frame of its own and gives back the caller's registers */
  emit(0xb7, 6, 0, 0, 11);
  emit(0x7a, 10, 0, -8, 22);
  emit(0x85, 0, 1, 0, 3);
  emit(0x79, 0, 10, -8, 0);
  emit(0x0f, 0, 6, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  emit(0x7a, 10, 0, -8, 1000);
  emit(0xb7, 6, 0, 0, 1000);
  emit(0xb7, 0, 0, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  want_result = 33;
  report(runs(), "by hand: call frames");
}

/* --- Both tables ----------------------------------------------------------------------------- */

static bool row_is(const struct row *r, const struct rfc_row *q) {
  return r->op == q->op && r->src == q->src && r->off == q->off && r->imm == q->imm;
}

/* Rows of the RFC that are refused by name, and those beyond it. */
static const struct named {
  uint8_t op, src;
  int16_t off;
  int32_t imm;
  const char *says;
} named[] = {{0x85, 2, 0, 8, "kernel functions"},
             {0xbf, 2, 1, 1, "address spaces"},
             {0x0d, 0, 0, 0, "gotox"}};

static bool refused(const char *says) {
  struct warrant_program p = program();
  struct warrant_env env = environment();
  struct warrant_error error = {0};
  struct warrant_run run;
  struct text t = {0};
  bool good = warrant_interpret(&p, &env, NULL, NULL, &run, &error) < 0 &&
              reference(false, &t) < 0 &&
              (!says || (error.code == WARRANT_UNSUPPORTED && strstr(error.text, says)));
  free(t.bytes);
  if (!good)
    show(says ? says : "taken in spite of a field that must have another value");
  return good;
}

static void tables(void) {
  unsigned missing = 0, extra = 0, second = 0, not_supported = 0;
  for (size_t q = 0; q < RFC_ROWS; q++) {
    bool found = false, by_name = false;
    for (size_t k = 0; k < ROWS; k++)
      found |= row_is(&rows[k], &rfc[q]) && !strcmp(rows[k].group, rfc[q].group);
    EACH(named, i)
    by_name |= named[i].op == rfc[q].op && named[i].src == rfc[q].src && named[i].off == rfc[q].off;
    second += rfc[q].op == 0;
    not_supported += by_name;
    if (!found && !by_name && rfc[q].op != 0) {
      printf("# opcode 0x%02x of RFC 9669 is in no row\n", rfc[q].op);
      missing++;
    }
  }
  for (size_t k = 0; k < ROWS; k++) {
    bool found = false;
    for (size_t q = 0; q < RFC_ROWS; q++)
      found |= row_is(&rows[k], &rfc[q]);
    bool atomic = (rows[k].op & 0xe7) == 0xc3 && (rows[k].imm == 0x100 || rows[k].imm == 0x110);
    bool beyond = atomic || rows[k].op == 0xe5 || rows[k].op == 0x8d;
    if (found == beyond || beyond != !strcmp(rows[k].group, "beyond")) {
      printf("# '%s' is decoded, and RFC 9669 has no such row\n", rows[k].text);
      extra++;
    }
  }
  printf(
      "# RFC 9669: %d rows, of which %u are refused by name and %u is a second slot; decoded: %d\n",
      (int)RFC_ROWS, not_supported, second, (int)ROWS);
  report(!missing && !extra && RFC_ROWS == 171 && second == 1 && not_supported == 1,
         "the RFC's rows and the decoder's");
  bool good = true;
  EACH(named, i) {
    begin();
    emit(named[i].op, named[i].op == 0x85 ? 0 : 1, named[i].src, named[i].off, named[i].imm);
    if (named[i].op == 0x18)
      emit(0, 0, 0, 0, 0);
    emit(0x95, 0, 0, 0, 0);
    good &= refused(named[i].says);
  }
  begin(); /* a second slot alone */
  emit(0, 0, 0, 0, 0);
  emit(0x95, 0, 0, 0, 0);
  report(refused(NULL) && good, "named and not supported");
}

/* A row's example is what the disassembler prints for it and the assembler reads. */
static void examples(void) {
  bool good = true;
  for (size_t k = 0; k < ROWS; k++) {
    const struct row *r = &rows[k];
    struct warrant_insn *insns = NULL;
    uint32_t n = 0;
    char text[WARRANT_DISASM_MAX];
    begin();
    emit(r->op, r->sample.dst, r->sample.src, r->sample.off, r->sample.imm);
    if (r->op == 0x18)
      emit(0, 0, 0, 0, r->sample.next);
    struct warrant_program p = {.insns = code, .insn_count = count};
    warrant_disasm(&p, 0, text, sizeof text);
    bool same = !warrant_asm("row", (const uint8_t *)r->text, strlen(r->text), &insns, &n, NULL) &&
                n == count && !memcmp(insns, code, count * sizeof *code);
    if (r->op != 0x85 || r->src) /* helpers are printed by name */
      same &= !strcmp(text, r->text);
    if (!same)
      printf("# '%s' is printed as '%s'\n", r->text, text);
    free(insns);
    good &= same;
  }
  report(good, "examples");
}

static bool legal(const struct warrant_insn *i, int32_t next) {
  for (size_t k = 0; k < ROWS; k++) {
    const struct row *r = &rows[k];
    if (r->op == i->op && (r->dst == ANY || r->dst == i->dst) &&
        (r->src == ANY || r->src == i->src) && (r->off == ANY || r->off == i->off) &&
        (r->imm == ANY || r->imm == i->imm) && (r->op != 0x18 || r->next == ANY || r->next == next))
      return true;
  }
  return false;
}
static void reserved(void) {
  static const int32_t values[] = {1, 2, 3, 7, 8, 15, 16, 64, 255, -1, 32767};
  unsigned n = 0;
  bool good = true;
  for (size_t k = 0; k < ROWS; k++)
    for (int field = 0; field < 5; field++)
      EACH(values, v) {
        const struct row *r = &rows[k];
        struct warrant_insn i = {.op = r->op,
                                 .dst = r->sample.dst & 15,
                                 .src = r->sample.src & 15,
                                 .off = r->sample.off,
                                 .imm = r->sample.imm};
        int32_t next = r->sample.next;
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
          next = values[v];
          break;
        }
        bool bad_register = i.dst > 10 || i.src > 10;
        if ((field == 4 && r->op != 0x18) || (legal(&i, next) && !bad_register))
          continue;
        begin();
        code[count++] = i;
        if (r->op == 0x18)
          emit(0, 0, 0, 0, next);
        emit(0x95, 0, 0, 0, 0);
        good &= refused(NULL);
        n++;
      }
  printf("# %u instructions with a field that must have another value\n", n);
  report(good && n > 2000, "reserved fields");
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

int main(void) {
  static const struct {
    const char *test;
    bool (*run)(size_t row, const char *test);
  } kinds[] = {
      {"arithmetic", arithmetic}, {"constants", constant_rows},   {"loads and stores", memory},
      {"atomics", atomics},       {"packet loads", packet_loads}, {"jumps", jumps},
      {"calls", calls},           {"acquire and release", memory}};
  report(read_rows(), "as many rows in C as printed");
  tables();
  examples();
  EACH(kinds, i) {
    bool good = true;
    unsigned n = 0;
    for (size_t k = 0; k < ROWS; k++)
      if (!strcmp(rows[k].test, kinds[i].test)) {
        good &= kinds[i].run(k, kinds[i].test);
        n++;
      }
    report(good && n, kinds[i].test);
  }
  by_hand();
  reserved();
  unsigned untested = 0;
  for (size_t k = 0; k < ROWS; k++)
    if (!tried[k] || !by[k] || strcmp(by[k], rows[k].test)) {
      printf("# '%s' was not run\n", rows[k].text);
      untested++;
    }
  printf("# untested rows: %u\n", untested);
  report(untested == 0, "every row was run");
  report(same_files("docs/isa.md", "build/generated/isa.md"),
         "docs/isa.md is current (make docs/isa.md)");
  return failures ? 1 : 0;
}
