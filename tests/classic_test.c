/* Classic BPF in C: what the checker accepts and refuses on both sides of each rule, what programs
 * return, how what is refused faults, and the text of every kind of instruction. A line a test, `ok
 * NAME` or `not ok NAME: why`, and a count at the end. */
#include "classic/classic.h"
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SOCKET = WARRANT_DIALECT_SOCKET,
  SECCOMP = WARRANT_DIALECT_SECCOMP,
  LIBPCAP = WARRANT_DIALECT_LIBPCAP
};
#define ACCEPT (-1)
#define AD 0xfffff000u
#define END                                                                                        \
  { 0xffff, 0, 0, 0 } /* ends the lists below */

static void not_ok(const char *name, const char *want, const char *got) {
  char why[2000];
  snprintf(why, sizeof why, "want %s, got %s", want, got);
  report(false, name, why);
}
static void same(const char *name, const char *want, const char *got) {
  if (strcmp(want, got) == 0)
    report(true, name, NULL);
  else
    not_ok(name, want, got);
}

static struct warrant_program program(struct warrant_cinsn *insns, uint32_t count) {
  return (struct warrant_program){.kind = WARRANT_CBPF, .cinsns = insns, .insn_count = count};
}
static uint32_t count(const struct warrant_cinsn *insns) {
  uint32_t n = 0;
  while (insns[n].code != 0xffff)
    n++;
  return n;
}

/* ---- Checker ---- */

struct check_case {
  const char *name;
  int dialect;
  struct warrant_cinsn insns[8];
  int reason; /* or ACCEPT */
  uint32_t pc;
};

static const struct check_case checks[] = {
    {"empty", SOCKET, {END}, WARRANT_CLASSIC_EMPTY, 0},
    {"ret k", SOCKET, {{6, 0, 0, 0}, END}, ACCEPT, 0},
    {"ret a, unused fields set", SOCKET, {{0x16, 1, 2, 3}, END}, ACCEPT, 0},
    {"ret x", SOCKET, {{0x0e, 0, 0, 0}, END}, WARRANT_CLASSIC_INSN, 0},
    {"byte immediate", LIBPCAP, {{0x10, 0, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_INSN, 0},
    {"opcode above 255", SOCKET, {{6, 0, 0, 0}, {0x106, 0, 0, 0}, END}, WARRANT_CLASSIC_INSN, 1},
    {"neg x", SOCKET, {{0x8c, 0, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_INSN, 0},
    {"div 1", SOCKET, {{0x34, 0, 0, 1}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"div 0", SOCKET, {{0x34, 0, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_DIV_ZERO, 0},
    {"mod 0", SOCKET, {{0x94, 0, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_DIV_ZERO, 0},
    {"div x with k 0", SOCKET, {{0x3c, 0, 0, 0}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"lsh 31", SOCKET, {{0x64, 0, 0, 31}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"lsh 32", SOCKET, {{0x64, 0, 0, 32}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_SHIFT, 0},
    {"rsh 32 in libpcap", LIBPCAP, {{0x74, 0, 0, 32}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_SHIFT, 0},
    {"scratch 15", SOCKET, {{2, 0, 0, 15}, {0x60, 0, 0, 15}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"scratch 16", SOCKET, {{3, 0, 0, 16}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_SCRATCH_INDEX, 0},
    {"ja to the last", SOCKET, {{5, 0, 0, 0}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"ja past the last", SOCKET, {{5, 0, 0, 1}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_JUMP, 0},
    {"ja back", LIBPCAP, {{5, 0, 0, 0xffffffff}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_JUMP, 0},
    {"ja at the end", SOCKET, {{5, 0, 0, 0}, END}, WARRANT_CLASSIC_JUMP, 0},
    {"jt past the last", SOCKET, {{0x15, 1, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_JUMP, 0},
    {"jf past the last", SOCKET, {{0x15, 0, 1, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_JUMP, 0},
    {"ancillary 60", SOCKET, {{0x20, 0, 0, AD + 60}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"ancillary 60 as a byte", SOCKET, {{0x30, 0, 0, AD + 60}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"ancillary 64",
     SOCKET,
     {{0x20, 0, 0, AD + 64}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_ANCILLARY,
     0},
    {"ancillary 2",
     SOCKET,
     {{0x20, 0, 0, AD + 2}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_ANCILLARY,
     0},
    {"below ancillary", SOCKET, {{0x20, 0, 0, AD - 1}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"ancillary 64 in libpcap", LIBPCAP, {{0x20, 0, 0, AD + 64}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"no return", SOCKET, {{6, 0, 0, 0}, {7, 0, 0, 0}, END}, WARRANT_CLASSIC_NO_RETURN, 1},
    {"scratch unwritten",
     SOCKET,
     {{0x61, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SCRATCH_UNDEF,
     0},
    {"scratch unwritten in libpcap",
     LIBPCAP,
     {{0x61, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SCRATCH_UNDEF,
     0},
    {"scratch written where true",
     SOCKET,
     {{0x15, 0, 1, 0}, {2, 0, 0, 3}, {0x60, 0, 0, 3}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SCRATCH_UNDEF,
     2},
    {"scratch written where false",
     SOCKET,
     {{0x15, 1, 0, 0}, {2, 0, 0, 3}, {0x60, 0, 0, 3}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SCRATCH_UNDEF,
     2},
    {"scratch not written before ja",
     SOCKET,
     {{5, 0, 0, 1}, {2, 0, 0, 3}, {0x60, 0, 0, 3}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SCRATCH_UNDEF,
     2},
    {"scratch written on both paths",
     SOCKET,
     {{0x15, 0, 2, 0},
      {2, 0, 0, 3},
      {5, 0, 0, 1},
      {2, 0, 0, 3},
      {0x60, 0, 0, 3},
      {6, 0, 0, 0},
      END},
     ACCEPT,
     0},
    {"scratch read by dead code",
     SOCKET,
     {{5, 0, 0, 1}, {0x60, 0, 0, 3}, {6, 0, 0, 0}, END},
     ACCEPT,
     0},
    {"seccomp last word", SECCOMP, {{0x20, 0, 0, 60}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"seccomp outside",
     SECCOMP,
     {{0x20, 0, 0, 64}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_LOAD,
     0},
    {"seccomp misaligned",
     SECCOMP,
     {{0x20, 0, 0, 2}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_LOAD,
     0},
    {"seccomp metadata",
     SECCOMP,
     {{0x20, 0, 0, AD}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_LOAD,
     0},
    {"seccomp half",
     SECCOMP,
     {{0x28, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_INSN,
     0},
    {"seccomp indirect",
     SECCOMP,
     {{0x40, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_INSN,
     0},
    {"seccomp msh", SECCOMP, {{0xb1, 0, 0, 0}, {6, 0, 0, 0}, END}, WARRANT_CLASSIC_SECCOMP_INSN, 0},
    {"seccomp mod x",
     SECCOMP,
     {{0x9c, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_SECCOMP_INSN,
     0},
    {"seccomp len", SECCOMP, {{0x80, 0, 0, 0}, {6, 0, 0, 0}, END}, ACCEPT, 0},
    {"common rules before seccomp's",
     SECCOMP,
     {{0x28, 0, 0, 0}, {0x34, 0, 0, 0}, {6, 0, 0, 0}, END},
     WARRANT_CLASSIC_DIV_ZERO,
     1},
};

static void describe(const struct warrant_classic_verdict *v, char *out, size_t size) {
  if (v->accept)
    snprintf(out, size, "accept");
  else
    snprintf(out, size, "%s at %" PRIu32, v->word, v->pc);
}

static void test_check(const char *name, int dialect, const struct warrant_program *p, int reason,
                       uint32_t pc) {
  struct warrant_classic_verdict v;
  char title[80], want[64], got[64];
  snprintf(title, sizeof title, "check: %s", name);
  snprintf(want, sizeof want, "accept");
  if (reason != ACCEPT)
    snprintf(want, sizeof want, "%s at %" PRIu32, warrant_classic_reason_word(reason), pc);
  if (warrant_classic_check_as(p, dialect, &v) != 0) {
    not_ok(title, want, "an error");
    return;
  }
  describe(&v, got, sizeof got);
  if (v.accept != (v.message[0] == 0))
    not_ok(title, "a message with a refusal only", v.message);
  else
    same(title, want, got);
}

static void test_checks(void) {
  for (size_t n = 0; n < sizeof checks / sizeof checks[0]; n++) {
    struct warrant_cinsn insns[8];
    memcpy(insns, checks[n].insns, sizeof insns);
    struct warrant_program p = program(insns, count(insns));
    test_check(checks[n].name, checks[n].dialect, &p, checks[n].reason, checks[n].pc);
  }
}

static void test_length(void) {
  enum { MANY = 5000 };
  struct warrant_cinsn *insns = calloc(MANY, sizeof insns[0]);
  if (!insns)
    abort();
  for (int i = 0; i < MANY; i++)
    insns[i].code = 6;
  struct warrant_program p = program(insns, 4096);
  test_check("4096 instructions", SOCKET, &p, ACCEPT, 0);
  p.insn_count = 4097;
  test_check("4097 instructions", SOCKET, &p, WARRANT_CLASSIC_TOO_LONG, 4096);
  test_check("4097 instructions in seccomp", SECCOMP, &p, WARRANT_CLASSIC_TOO_LONG, 4096);
  p.insn_count = MANY;
  test_check("5000 instructions in libpcap", LIBPCAP, &p, ACCEPT, 0);
  free(insns);
}

/* Each 16-bit opcode alone, before a return: as many exist as Linux has, and seccomp allows fewer.
 */
static void test_opcodes(void) {
  int exist = 0, allowed = 0;
  for (unsigned code = 0; code <= 0xffff; code++) {
    struct warrant_cinsn insns[] = {{2, 0, 0, 0}, {(uint16_t)code, 0, 0, 0}, {6, 0, 0, 0}};
    struct warrant_program p = program(insns, 3);
    struct warrant_classic_verdict v;
    warrant_classic_check_as(&p, WARRANT_DIALECT_SOCKET, &v);
    exist += v.accept || v.reason != WARRANT_CLASSIC_INSN;
    warrant_classic_check_as(&p, WARRANT_DIALECT_SECCOMP, &v);
    allowed += v.accept || v.reason == WARRANT_CLASSIC_DIV_ZERO;
  }
  char got[64];
  snprintf(got, sizeof got, "%d and %d", exist, allowed);
  /* MOD by the constant 0 is refused for its operand before seccomp refuses it */
  same("check: 49 opcodes, 41 in seccomp and one counted for its operand", "49 and 42", got);
}

static void test_kinds(void) {
  struct warrant_cinsn insns[] = {{0x28, 0, 0, 12}, {6, 0, 0, 0}};
  struct warrant_program p = program(insns, 2);
  struct warrant_classic_verdict v;
  char got[64];
  warrant_classic_check(&p, &v);
  describe(&v, got, sizeof got);
  same("check: a socket filter by its kind", "accept", got);
  p.kind = WARRANT_SECCOMP;
  warrant_classic_check(&p, &v);
  describe(&v, got, sizeof got);
  same("check: a seccomp filter by its kind", "seccomp-instruction at 0", got);
  same("check: the message names the instruction",
       "instruction 0 (ldh [12]) is not allowed in a seccomp filter", v.message);
  p.kind = WARRANT_EBPF;
  same("check: eBPF is an error", "-1 the program is not classic BPF",
       warrant_classic_check(&p, &v) == -1 && !v.accept ? "-1 the program is not classic BPF"
                                                        : v.message);
}

/* ---- Interpreter ---- */

/* A packet with 4 bytes of headroom: an Ethernet header, then IPv4 with options. */
static const uint8_t packet[] = {
    0xaa, 0xbb, 0xcc, 0xdd, /* headroom */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, /* link */
    0x46, 0x00, 0x00, 0x28, 0x12, 0x34, 0x80, 0x00, 0x40, 0x06, /* network */
};
/* Attributes of type 3 (5 bytes, padded) and 9 (4 bytes). */
static const uint8_t attributes[] = {5, 0, 3, 0, 1, 0, 0, 0, 4, 0, 9, 0xc0};
/* The same two inside one of type 1. */
static const uint8_t nested[] = {16, 0, 1, 0x80, 5, 0, 3, 0, 1, 0, 0, 0, 4, 0, 9, 0x80};
/* An attribute that nests type 3; beside it, type 9. */
static const uint8_t siblings[] = {8, 0, 1, 0x80, 4, 0, 3, 0, 4, 0, 9, 0};
/* getpid on x86-64 */
static const uint8_t syscall[64] = {39, 0, 0, 0, 62, 0, 0, 192, [60] = 1, 2, 3, 4};

enum input_name {
  PACKET,
  NO_DEVICE,
  PIECES,
  ATTRIBUTES,
  NESTED,
  SIBLINGS,
  SYSCALL,
  HEADROOM,
  BEFORE_HEADROOM
};
static struct warrant_classic_input input(enum input_name name) {
  struct warrant_classic_input in = {
      .bytes = packet,
      .headroom = 4,
      .length = sizeof packet - 4,
      .wire_length = 1500,
      .network = 14,
      .link_known = true,
      .link = 0,
      .linear = true,
      .device = true,
  };
  for (uint32_t n = 0; n < 16; n++)
    in.meta[n] = 100 + n;
  if (name == NO_DEVICE)
    in.device = in.link_known = false;
  if (name == ATTRIBUTES || name == PIECES) {
    in.bytes = attributes;
    in.headroom = 0;
    in.length = sizeof attributes;
    in.linear = name == ATTRIBUTES;
  }
  if (name == NESTED) {
    in.bytes = nested;
    in.headroom = 0;
    in.length = sizeof nested;
  }
  if (name == SIBLINGS) {
    in.bytes = siblings;
    in.headroom = 0;
    in.length = sizeof siblings;
  }
  if (name == HEADROOM || name == BEFORE_HEADROOM)
    in.network = name == HEADROOM ? -4 : -5;
  if (name == SYSCALL) {
    in.bytes = syscall;
    in.headroom = 0;
    in.length = sizeof syscall;
  }
  return in;
}

struct run_case {
  const char *name;
  int dialect;
  enum input_name input;
  struct warrant_cinsn insns[8];
  const char *want; /* `VALUE`, `FAULT at PC`, or `out of steps` after 20 */
};

#define RET_A                                                                                      \
  { 0x16, 0, 0, 0 }
#define LD(k)                                                                                      \
  { 0x00, 0, 0, k }
#define LDX(k)                                                                                     \
  { 0x01, 0, 0, k }

static const struct run_case runs[] = {
    {"ret k", SOCKET, PACKET, {{6, 0, 0, 0xffffffff}, END}, "4294967295"},
    {"registers begin as 0", SOCKET, PACKET, {{0x0c, 0, 0, 0}, RET_A, END}, "0"},
    {"word", SOCKET, PACKET, {{0x20, 0, 0, 10}, RET_A, END}, "67584"},
    {"half", SOCKET, PACKET, {{0x28, 0, 0, 12}, RET_A, END}, "2048"},
    {"byte", SOCKET, PACKET, {{0x30, 0, 0, 14}, RET_A, END}, "70"},
    {"last byte", SOCKET, PACKET, {{0x30, 0, 0, 23}, RET_A, END}, "6"},
    {"past the last byte", SOCKET, PACKET, {LD(9), {0x30, 0, 0, 24}, RET_A, END}, "0"},
    {"last word", SOCKET, PACKET, {{0x20, 0, 0, 20}, RET_A, END}, "2147500038"},
    {"past the last word", SOCKET, PACKET, {LD(9), {0x20, 0, 0, 21}, RET_A, END}, "0"},
    {"far outside", SOCKET, PACKET, {LD(9), {0x20, 0, 0, 0x7fffffff}, RET_A, END}, "0"},
    {"indirect", SOCKET, PACKET, {LDX(10), {0x48, 0, 0, 2}, RET_A, END}, "2048"},
    {"indirect wraps in Linux",
     SOCKET,
     PACKET,
     {LDX(0xfffffffe), {0x48, 0, 0, 14}, RET_A, END},
     "2048"},
    {"indirect does not wrap in libpcap",
     LIBPCAP,
     PACKET,
     {LDX(0xfffffffe), {0x48, 0, 0, 14}, RET_A, END},
     "0"},
    {"from the network header", SOCKET, PACKET, {{0x30, 0, 0, 0xfff00000}, RET_A, END}, "70"},
    {"from the link header", SOCKET, PACKET, {{0x28, 0, 0, 0xffe0000c}, RET_A, END}, "2048"},
    {"first byte of the link header",
     SOCKET,
     PACKET,
     {{0x28, 0, 0, 0xffe00000}, RET_A, END},
     "65535"},
    {"in the headroom", SOCKET, HEADROOM, {{0x28, 0, 0, 0xfff00000}, RET_A, END}, "43707"},
    {"before the headroom",
     SOCKET,
     BEFORE_HEADROOM,
     {LD(9), {0x28, 0, 0, 0xfff00000}, RET_A, END},
     "0"},
    {"no link header", SOCKET, NO_DEVICE, {LD(9), {0x28, 0, 0, 0xffe0000c}, RET_A, END}, "0"},
    {"before the link header", SOCKET, PACKET, {LD(9), {0x30, 0, 0, 0xffdfffff}, RET_A, END}, "0"},
    {"no headers in libpcap", LIBPCAP, PACKET, {LD(9), {0x30, 0, 0, 0xfff00000}, RET_A, END}, "0"},
    {"len", SOCKET, PACKET, {{0x80, 0, 0, 0}, RET_A, END}, "24"},
    {"ldx len", SOCKET, PACKET, {{0x81, 0, 0, 0}, {0x87, 0, 0, 0}, RET_A, END}, "24"},
    {"len in libpcap", LIBPCAP, PACKET, {{0x80, 0, 0, 0}, RET_A, END}, "1500"},
    {"len in seccomp", SECCOMP, SYSCALL, {{0x80, 0, 0, 0}, RET_A, END}, "64"},
    {"msh keeps A", SOCKET, PACKET, {LD(5), {0xb1, 0, 0, 14}, {0x0c, 0, 0, 0}, RET_A, END}, "29"},
    {"msh masks", SOCKET, PACKET, {{0xb1, 0, 0, 18}, {0x87, 0, 0, 0}, RET_A, END}, "8"},
    {"msh outside", SOCKET, PACKET, {LD(5), {0xb1, 0, 0, 24}, RET_A, END}, "0"},
    {"scratch",
     SOCKET,
     PACKET,
     {LD(7), {2, 0, 0, 15}, LD(0), {0x61, 0, 0, 15}, {0x87, 0, 0, 0}, RET_A, END},
     "7"},
    {"stx", SOCKET, PACKET, {LDX(8), {3, 0, 0, 0}, {0x60, 0, 0, 0}, RET_A, END}, "8"},
    {"add wraps", SOCKET, PACKET, {LD(0xffffffff), {0x04, 0, 0, 2}, RET_A, END}, "1"},
    {"sub wraps", SOCKET, PACKET, {LD(1), {0x14, 0, 0, 2}, RET_A, END}, "4294967295"},
    {"mul wraps", SOCKET, PACKET, {LD(0x80000001), {0x24, 0, 0, 3}, RET_A, END}, "2147483651"},
    {"div is unsigned",
     SOCKET,
     PACKET,
     {LD(0xfffffffe), {0x34, 0, 0, 2}, RET_A, END},
     "2147483647"},
    {"mod is unsigned", SOCKET, PACKET, {LD(0xffffffff), {0x94, 0, 0, 10}, RET_A, END}, "5"},
    {"div by X = 0", SOCKET, PACKET, {LD(8), {0x3c, 0, 0, 0}, {6, 0, 0, 1}, END}, "0"},
    {"mod by X = 0", SOCKET, PACKET, {LD(8), {0x9c, 0, 0, 0}, {6, 0, 0, 1}, END}, "0"},
    {"or, and, xor",
     SOCKET,
     PACKET,
     {LD(12), {0x44, 0, 0, 3}, {0x54, 0, 0, 0xfe}, {0xa4, 0, 0, 6}, RET_A, END},
     "8"},
    {"lsh", SOCKET, PACKET, {LD(3), {0x64, 0, 0, 31}, RET_A, END}, "2147483648"},
    {"rsh is logical", SOCKET, PACKET, {LD(0x80000000), {0x74, 0, 0, 31}, RET_A, END}, "1"},
    {"lsh by X = 33", SOCKET, PACKET, {LD(1), LDX(33), {0x6c, 0, 0, 0}, RET_A, END}, "2"},
    {"lsh by X = 48", SOCKET, PACKET, {LD(1), LDX(48), {0x6c, 0, 0, 0}, RET_A, END}, "65536"},
    {"rsh by X = 32", SECCOMP, SYSCALL, {LD(8), LDX(32), {0x7c, 0, 0, 0}, RET_A, END}, "8"},
    {"lsh by X = 33 in libpcap",
     LIBPCAP,
     PACKET,
     {LD(1), LDX(33), {0x6c, 0, 0, 0}, RET_A, END},
     "0"},
    {"neg", SOCKET, PACKET, {LD(1), {0x84, 0, 0, 0}, RET_A, END}, "4294967295"},
    {"jeq taken", SOCKET, PACKET, {LD(7), {0x15, 1, 0, 7}, {6, 0, 0, 1}, {6, 0, 0, 2}, END}, "2"},
    {"jeq not taken",
     SOCKET,
     PACKET,
     {LD(7), {0x15, 1, 0, 8}, {6, 0, 0, 1}, {6, 0, 0, 2}, END},
     "1"},
    {"jgt of equals",
     SOCKET,
     PACKET,
     {LD(7), {0x25, 1, 0, 7}, {6, 0, 0, 1}, {6, 0, 0, 2}, END},
     "1"},
    {"jge of equals",
     SOCKET,
     PACKET,
     {LD(7), {0x35, 1, 0, 7}, {6, 0, 0, 1}, {6, 0, 0, 2}, END},
     "2"},
    {"jgt is unsigned",
     SOCKET,
     PACKET,
     {LD(0x80000000), {0x2d, 1, 0, 0}, {6, 0, 0, 1}, {6, 0, 0, 2}, END},
     "2"},
    {"jset",
     SOCKET,
     PACKET,
     {LD(6), LDX(9), {0x4d, 1, 0, 0}, {6, 0, 0, 1}, {6, 0, 0, 2}, END},
     "1"},
    {"ja", SOCKET, PACKET, {{5, 0, 0, 1}, {6, 0, 0, 1}, {6, 0, 0, 2}, END}, "2"},
    {"metadata", SOCKET, PACKET, {{0x20, 0, 0, AD + 60}, RET_A, END}, "115"},
    {"interface index", SOCKET, PACKET, {LD(5), {0x20, 0, 0, AD + 8}, RET_A, END}, "102"},
    {"interface index without a device",
     SOCKET,
     NO_DEVICE,
     {LD(5), {0x20, 0, 0, AD + 8}, {6, 0, 0, 1}, END},
     "5"},
    {"xor x", SOCKET, PACKET, {LD(5), LDX(6), {0x20, 0, 0, AD + 40}, RET_A, END}, "3"},
    {"nla", SOCKET, ATTRIBUTES, {LDX(9), {0x20, 0, 0, AD + 12}, RET_A, END}, "8"},
    {"nla at the very end",
     SOCKET,
     ATTRIBUTES,
     {LD(8), LDX(9), {0x20, 0, 0, AD + 12}, RET_A, END},
     "8"},
    {"nla past the end",
     SOCKET,
     ATTRIBUTES,
     {LD(9), LDX(9), {0x20, 0, 0, AD + 12}, RET_A, END},
     "0"},
    {"nla not there", SOCKET, ATTRIBUTES, {LDX(4), {0x20, 0, 0, AD + 12}, RET_A, END}, "0"},
    {"nla in pieces", SOCKET, PIECES, {LDX(9), {0x20, 0, 0, AD + 12}, RET_A, END}, "0"},
    {"nla nested", SOCKET, NESTED, {LDX(9), {0x20, 0, 0, AD + 16}, RET_A, END}, "12"},
    {"nla beside a nest", SOCKET, SIBLINGS, {LDX(9), {0x20, 0, 0, AD + 16}, RET_A, END}, "0"},
    {"seccomp word", SECCOMP, SYSCALL, {{0x20, 0, 0, 4}, RET_A, END}, "3221225534"},
    {"seccomp last word", SECCOMP, SYSCALL, {{0x20, 0, 0, 60}, RET_A, END}, "67305985"},
    {"no metadata in libpcap", LIBPCAP, PACKET, {LD(5), {0x20, 0, 0, AD}, RET_A, END}, "0"},
    {"off the end", SOCKET, PACKET, {LD(5), END}, "bad-pc at 1"},
    {"a far jump",
     SOCKET,
     PACKET,
     {{5, 0, 0, 0xffffffff}, {6, 0, 0, 0}, END},
     "bad-pc at 4294967296"},
    {"a loop in libpcap",
     LIBPCAP,
     PACKET,
     {{5, 0, 0, 0xffffffff}, {6, 0, 0, 0}, END},
     "out of steps"},
    {"unknown instruction", SOCKET, PACKET, {{0x0e, 0, 0, 0}, END}, "unknown-instruction at 0"},
    {"mod in seccomp", SECCOMP, SYSCALL, {{0x94, 0, 0, 1}, RET_A, END}, "unknown-instruction at 0"},
    {"scratch 16", SOCKET, PACKET, {{2, 0, 0, 16}, RET_A, END}, "scratch-index at 0"},
    {"read of scratch 16", SOCKET, PACKET, {{0x60, 0, 0, 16}, RET_A, END}, "scratch-index at 0"},
    {"scratch unwritten",
     SOCKET,
     PACKET,
     {{2, 0, 0, 1}, {0x60, 0, 0, 2}, RET_A, END},
     "scratch-undefined at 1"},
    {"div 0", SOCKET, PACKET, {{0x34, 0, 0, 0}, RET_A, END}, "division-by-zero at 0"},
    {"mod 0", SOCKET, PACKET, {{0x94, 0, 0, 0}, RET_A, END}, "division-by-zero at 0"},
    {"lsh 32", SOCKET, PACKET, {{0x64, 0, 0, 32}, RET_A, END}, "bad-shift at 0"},
    {"ancillary 64", SOCKET, PACKET, {{0x20, 0, 0, AD + 64}, RET_A, END}, "bad-load at 0"},
    {"seccomp outside", SECCOMP, SYSCALL, {{0x20, 0, 0, 64}, RET_A, END}, "bad-load at 0"},
};

static void test_runs(void) {
  for (size_t n = 0; n < sizeof runs / sizeof runs[0]; n++) {
    const struct run_case *c = &runs[n];
    struct warrant_cinsn insns[8];
    memcpy(insns, c->insns, sizeof insns);
    struct warrant_program p = program(insns, count(insns));
    struct warrant_classic_input in = input(c->input);
    struct warrant_classic_result r;
    struct warrant_error e;
    char title[80], got[64];
    snprintf(title, sizeof title, "run: %s", c->name);
    if (warrant_classic_run(&p, c->dialect, &in, 20, NULL, NULL, &r, &e) != 0) {
      not_ok(title, c->want, e.text);
      continue;
    }
    if (r.outcome == WARRANT_CLASSIC_DONE)
      snprintf(got, sizeof got, "%" PRIu32, r.value);
    else if (r.outcome == WARRANT_CLASSIC_FAULT)
      snprintf(got, sizeof got, "%s at %" PRIu64, warrant_classic_fault_word(r.fault), r.pc);
    else
      snprintf(got, sizeof got, "out of steps");
    same(title, c->want, got);
  }
}

static void append_step(void *data, uint64_t pc, uint32_t a, uint32_t x) {
  char *out = data;
  size_t used = strlen(out);
  snprintf(out + used, 100 - used, "%" PRIu64 ":%" PRIu32 ",%" PRIu32 " ", pc, a, x);
}
static uint32_t pc_as_answer(void *data, uint32_t number, uint32_t pc) {
  return *(uint32_t *)data + 1000 * number + pc;
}

static void test_run_interface(void) {
  struct warrant_cinsn insns[] = {LD(3), {7, 0, 0, 0},          {5, 0, 0, 1},
                                  LD(4), {0x20, 0, 0, AD + 56}, RET_A};
  struct warrant_program p = program(insns, 6);
  struct warrant_classic_input in = input(PACKET);
  uint32_t base = 5000000;
  in.answer = pc_as_answer;
  in.answer_data = &base;
  struct warrant_classic_result r;
  struct warrant_error e = {.code = 0};
  char trace[100] = "", got[64];
  warrant_classic_run(&p, WARRANT_DIALECT_SOCKET, &in, 20, append_step, trace, &r, &e);
  same("run: trace", "0:0,0 1:3,0 2:3,3 4:3,3 5:5056004,3 ", trace);
  snprintf(got, sizeof got, "%" PRIu32 " after %" PRIu64 " at %" PRIu64, r.value, r.steps, r.pc);
  same("run: an answer by number and pc, and steps", "5056004 after 5 at 5", got);
  warrant_classic_run(&p, WARRANT_DIALECT_SOCKET, &in, 4, NULL, NULL, &r, &e);
  snprintf(got, sizeof got, "%d %" PRIu32 " after %" PRIu64 " at %" PRIu64, r.outcome, r.value,
           r.steps, r.pc);
  same("run: out of steps", "2 0 after 4 at 5", got);
  in.length = 63;
  int code = warrant_classic_run(&p, WARRANT_DIALECT_SECCOMP, &in, 4, NULL, NULL, &r, &e);
  snprintf(got, sizeof got, "%d %d", code, e.code);
  same("run: too little seccomp_data", "-1 2", got);
}

/* ---- Text ---- */

static const struct {
  struct warrant_cinsn insn;
  const char *text;
} texts[] = {
    {{0x20, 0, 0, 12}, "ld [12]"},
    {{0x28, 0, 0, 12}, "ldh [12]"},
    {{0x30, 0, 0, 0xfff00000}, "ldb [0xfff00000]"},
    {{0x20, 0, 0, AD}, "ld proto"},
    {{0x28, 0, 0, AD + 60}, "ldh vlan_tpid"},
    {{0x20, 0, 0, AD + 40}, "ld [0xfffff028]"},
    {{0x40, 0, 0, 14}, "ld [x + 14]"},
    {{0x48, 0, 0, 14}, "ldh [x + 14]"},
    {{0x50, 0, 0, 14}, "ldb [x + 14]"},
    {{0x80, 0, 0, 0}, "ld #len"},
    {{0x00, 0, 0, 255}, "ld #0xff"},
    {{0x60, 0, 0, 3}, "ld M[3]"},
    {{0x81, 0, 0, 0}, "ldx #len"},
    {{0xb1, 0, 0, 14}, "ldxb 4*([14]&0xf)"},
    {{0x01, 0, 0, 1}, "ldx #0x1"},
    {{0x61, 0, 0, 15}, "ldx M[15]"},
    {{0x02, 0, 0, 1}, "st M[1]"},
    {{0x03, 0, 0, 1}, "stx M[1]"},
    {{0x04, 0, 0, 1}, "add #0x1"},
    {{0x1c, 0, 0, 0}, "sub x"},
    {{0x2c, 0, 0, 0}, "mul x"},
    {{0x34, 0, 0, 16}, "div #0x10"},
    {{0x94, 0, 0, 16}, "mod #0x10"},
    {{0x44, 0, 0, 16}, "or #0x10"},
    {{0x54, 0, 0, 16}, "and #0x10"},
    {{0xac, 0, 0, 0}, "xor x"},
    {{0x64, 0, 0, 16}, "lsh #16"},
    {{0x7c, 0, 0, 0}, "rsh x"},
    {{0x84, 0, 0, 0}, "neg"},
    {{0x05, 0, 0, 2}, "ja 13"},
    {{0x15, 0, 1, 0x800}, "jeq #0x800, 11, 12"},
    {{0x2d, 255, 1, 0}, "jgt x, 266, 12"},
    {{0x35, 0, 1, 1}, "jge #0x1, 11, 12"},
    {{0x45, 0, 1, 1}, "jset #0x1, 11, 12"},
    {{0x06, 0, 0, 0x40000}, "ret #0x40000"},
    {{0x16, 0, 0, 0}, "ret a"},
    {{0x07, 0, 0, 0}, "tax"},
    {{0x87, 0, 0, 0}, "txa"},
    {{0x0e, 1, 2, 3}, "unimp #0xe, 1, 2, #0x3"},
};

static void test_texts(void) {
  for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++) {
    char title[80], got[64];
    snprintf(title, sizeof title, "text: %s", texts[n].text);
    int length = warrant_classic_disasm(&texts[n].insn, 10, got, sizeof got);
    if (length != (int)strlen(got))
      not_ok(title, "the length of the text", "another number");
    else
      same(title, texts[n].text, got);
  }
  char small[5];
  int length = warrant_classic_disasm(&texts[0].insn, 0, small, sizeof small);
  same("text: cut to the room there is", "ld [", length == 7 ? small : "another length");
}

int main(void) {
  test_checks();
  test_length();
  test_opcodes();
  test_kinds();
  test_runs();
  test_run_interface();
  test_texts();
  return failures != 0;
}
