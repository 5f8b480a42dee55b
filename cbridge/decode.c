/* The eBPF decoder: opcode by opcode, with every field that must be zero checked. */
#include "decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

/* Instruction classes, the low three bits of an opcode (RFC 9669, section 3.1). */
enum { LD, LDX, ST, STX, ALU, JMP, JMP32, ALU64 };

static enum w_decoded say(enum w_decoded result, char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static enum w_decoded say(enum w_decoded result, char *text, size_t size, const char *format, ...) {
  if (text && size) {
    va_list args;
    va_start(args, format);
    vsnprintf(text, size, format, args);
    va_end(args);
  }
  return result;
}
#define INVALID(...) say(W_DECODE_INVALID, text, size, __VA_ARGS__)
#define UNSUPPORTED(...) say(W_DECODE_UNSUPPORTED, text, size, __VA_ARGS__)
#define NONZERO(field) INVALID("the instruction's " field " must be 0")

static bool size_of_bits(int32_t bits, uint8_t *size) {
  switch (bits) {
  case 8:
    *size = W_S1;
    return true;
  case 16:
    *size = W_S2;
    return true;
  case 32:
    *size = W_S4;
    return true;
  case 64:
    *size = W_S8;
    return true;
  }
  return false;
}

/* Bits 3 and 4 of a load or store. */
static enum w_size size_of_op(uint8_t op) {
  static const enum w_size sizes[] = {W_S4, W_S2, W_S1, W_S8};
  return sizes[op >> 3 & 3];
}

static enum w_decoded decode_ld(const struct warrant_insn *s, const struct warrant_insn *next,
                                struct w_insn *i, char *text, size_t size) {
  uint8_t mode = s->op & 0xe0;
  if ((mode == 0x20 || mode == 0x40) && size_of_op(s->op) != W_S8) {
    if (s->dst)
      return NONZERO("destination register");
    if (mode == 0x20 && s->src)
      return NONZERO("source register");
    if (s->off)
      return NONZERO("offset");
    i->op = W_OP_LDPKT;
    i->size = size_of_op(s->op);
    i->reg = mode == 0x40;
    i->imm = s->imm;
    return W_DECODED;
  }
  if (s->op != 0x18)
    return INVALID("opcode 0x%02x does not exist", s->op);
  if (!next)
    return INVALID("the second half of a 64-bit constant is missing");
  if (next->op || next->dst || next->src || next->off)
    return INVALID("the second half of a 64-bit constant has fields that must be 0");
  if (s->off)
    return NONZERO("offset");
  switch (s->src) {
  case 0:
    i->op = W_OP_LDIMM;
    i->imm = (int64_t)((uint64_t)(uint32_t)s->imm | (uint64_t)(uint32_t)next->imm << 32);
    return W_DECODED;
  case 1: /* by descriptor, or by an index in a list of them */
  case 5:
    if (next->imm)
      return INVALID("the second half of a map's address must be 0");
    i->op = W_OP_LDMAP;
    i->imm = s->imm;
    return W_DECODED;
  case 2:
  case 6:
    i->op = W_OP_LDMAPVALUE;
    i->imm = s->imm;
    i->off = next->imm;
    return W_DECODED;
  case 3:
    i->op = W_OP_LDVAR;
    i->imm = s->imm;
    i->off = next->imm;
    return W_DECODED;
  case 4:
    if (next->imm)
      return INVALID("the second half of a function's address must be 0");
    i->op = W_OP_LDCODE;
    i->off = s->imm;
    return W_DECODED;
  }
  return INVALID("a 64-bit constant of kind %u does not exist", s->src);
}

/* What the constant of an atomic says; loads that acquire and stores that release are loads and
 * stores. */
static enum w_decoded decode_atomic(const struct warrant_insn *s, struct w_insn *i, char *text,
                                    size_t size) {
  i->op = s->imm == 0x100 ? W_OP_LDX : s->imm == 0x110 ? W_OP_STX : W_OP_ATOMIC;
  if (i->op != W_OP_ATOMIC)
    return W_DECODED;
  if (i->size != W_S4 && i->size != W_S8)
    return INVALID("atomic operations are of 4 or 8 bytes");
  i->fetch = s->imm & 1;
  switch (s->imm) {
  case 0x00:
  case 0x01:
    i->atomic = W_ATADD;
    return W_DECODED;
  case 0x40:
  case 0x41:
    i->atomic = W_ATOR;
    return W_DECODED;
  case 0x50:
  case 0x51:
    i->atomic = W_ATAND;
    return W_DECODED;
  case 0xa0:
  case 0xa1:
    i->atomic = W_ATXOR;
    return W_DECODED;
  case 0xe1:
    i->atomic = W_XCHG;
    return W_DECODED;
  case 0xf1:
    i->atomic = W_CMPXCHG;
    return W_DECODED;
  }
  return INVALID("atomic operation 0x%02x does not exist", (unsigned)s->imm);
}

static enum w_decoded decode_memory(const struct warrant_insn *s, struct w_insn *i, char *text,
                                    size_t size) {
  uint8_t class = s->op & 7, mode = s->op & 0xe0;
  i->size = size_of_op(s->op);
  i->off = s->off;
  if (mode == 0xc0 && class == STX)
    return decode_atomic(s, i, text, size);
  i->sx = mode == 0x80;
  if (mode != 0x60 && !(i->sx && class == LDX && i->size != W_S8))
    return INVALID("opcode 0x%02x does not exist", s->op);
  if (class == ST) {
    if (s->src)
      return NONZERO("source register");
    i->op = W_OP_ST;
    i->imm = s->imm;
    return W_DECODED;
  }
  if (s->imm)
    return NONZERO("constant");
  i->op = class == LDX ? W_OP_LDX : W_OP_STX;
  return W_DECODED;
}

static enum w_decoded decode_end(const struct warrant_insn *s, struct w_insn *i, char *text,
                                 size_t size) {
  if ((s->op & 7) == ALU64 && s->op & 8)
    return INVALID("opcode 0x%02x does not exist", s->op);
  if (s->src)
    return NONZERO("source register");
  if (s->off)
    return NONZERO("offset");
  if (!size_of_bits(s->imm, &i->size) || i->size == W_S1)
    return INVALID("a byte swap is of 16, 32 or 64 bits, not %d", s->imm);
  i->op = W_OP_END;
  i->swap = (s->op & 7) == ALU64 ? W_SWAP : s->op & 8 ? W_TOBE : W_TOLE;
  return W_DECODED;
}

static enum w_decoded decode_alu(const struct warrant_insn *s, struct w_insn *i, char *text,
                                 size_t size) {
  static const int8_t ops[16] = {
      W_ADD, W_SUB, W_MUL, W_DIV, W_OR,   W_AND, W_LSH, W_RSH,
      -1,    W_MOD, W_XOR, W_MOV, W_ARSH, -1,    -1,    -1,
  };
  uint8_t code = s->op >> 4;
  i->width = (s->op & 7) == ALU64 ? W_A64 : W_A32;
  i->reg = s->op & 8;
  if (code == 0xd)
    return decode_end(s, i, text, size);
  if (code == 0x8) {
    if (i->reg)
      return INVALID("opcode 0x%02x does not exist", s->op);
    if (s->src)
      return NONZERO("source register");
    if (s->off)
      return NONZERO("offset");
    if (s->imm)
      return NONZERO("constant");
    i->op = W_OP_NEG;
    return W_DECODED;
  }
  if (ops[code] < 0)
    return INVALID("opcode 0x%02x does not exist", s->op);
  i->alu = (uint8_t)ops[code];
  if (i->reg ? s->imm : s->src) {
    if (i->alu == W_MOV && i->reg && i->width == W_A64 && s->off == 1)
      return UNSUPPORTED("casts between address spaces are not supported");
    return i->reg ? NONZERO("constant") : NONZERO("source register");
  }
  i->op = W_OP_ALU;
  i->imm = i->reg ? 0 : s->imm;
  if (!s->off)
    return W_DECODED;
  if (i->alu == W_MOV && i->reg && size_of_bits(s->off, &i->size) && i->size != W_S8 &&
      !(i->size == W_S4 && i->width == W_A32)) {
    i->op = W_OP_MOVSX;
    return W_DECODED;
  }
  if ((i->alu == W_DIV || i->alu == W_MOD) && s->off == 1) {
    i->alu = i->alu == W_DIV ? W_SDIV : W_SMOD;
    return W_DECODED;
  }
  return INVALID("the instruction's offset must not be %d", s->off);
}

static enum w_decoded decode_call(const struct warrant_insn *s, struct w_insn *i, char *text,
                                  size_t size) {
  if (s->dst)
    return NONZERO("destination register");
  if (s->src == 2)
    return UNSUPPORTED("calls of kernel functions (kfuncs) are not supported");
  if (s->off)
    return NONZERO("offset");
  if (s->src == 1) {
    i->op = W_OP_CALLLOCAL;
    i->off = s->imm;
    return W_DECODED;
  }
  if (s->src)
    return INVALID("a call of kind %u does not exist", s->src);
  i->op = W_OP_CALL;
  i->imm = s->imm;
  return W_DECODED;
}

static enum w_decoded decode_jmp(const struct warrant_insn *s, struct w_insn *i, char *text,
                                 size_t size) {
  static const int8_t cmps[16] = {
      -1, W_JEQ, W_JGT, W_JGE, W_JSET, W_JNE,  W_JSGT, W_JSGE,
      -1, -1,    W_JLT, W_JLE, W_JSLT, W_JSLE, -1,     -1,
  };
  uint8_t code = s->op >> 4;
  bool wide = (s->op & 7) == JMP;
  i->width = wide ? W_A64 : W_A32;
  i->reg = s->op & 8;
  i->off = s->off;
  if (cmps[code] >= 0) {
    if (i->reg ? s->imm : s->src)
      return i->reg ? NONZERO("constant") : NONZERO("source register");
    i->op = W_OP_JMP;
    i->cmp = (uint8_t)cmps[code];
    i->imm = s->imm;
    return W_DECODED;
  }
  switch (s->op) {
  case 0x05: /* JA by the offset, or by the constant */
  case 0x06:
    if (s->dst)
      return NONZERO("destination register");
    if (s->src)
      return NONZERO("source register");
    if (wide ? s->imm != 0 : s->off != 0)
      return wide ? NONZERO("constant") : NONZERO("offset");
    i->op = W_OP_JA;
    i->off = wide ? s->off : s->imm;
    return W_DECODED;
  case 0x85:
    return decode_call(s, i, text, size);
  case 0x8d:
    if (s->src)
      return NONZERO("source register");
    if (s->off)
      return NONZERO("offset");
    if (s->imm)
      return NONZERO("constant");
    i->op = W_OP_CALLX;
    return W_DECODED;
  case 0x0d:
    return UNSUPPORTED("jumps through a register (gotox) are not supported");
  case 0xe5:
    if (s->dst)
      return NONZERO("destination register");
    if (s->src)
      return NONZERO("source register");
    if (s->imm)
      return NONZERO("constant");
    i->op = W_OP_MAYGOTO;
    return W_DECODED;
  case 0x95:
    if (s->dst)
      return NONZERO("destination register");
    if (s->src)
      return NONZERO("source register");
    if (s->off)
      return NONZERO("offset");
    if (s->imm)
      return NONZERO("constant");
    i->op = W_OP_EXIT;
    return W_DECODED;
  }
  return INVALID("opcode 0x%02x does not exist", s->op);
}

enum w_decoded w_decode(const struct warrant_insn *slots, uint32_t count, uint32_t pc,
                        struct w_insn *insn, char *text, size_t size) {
  const struct warrant_insn *s = &slots[pc];
  memset(insn, 0, sizeof *insn);
  insn->dst = s->dst;
  insn->src = s->src;
  enum w_decoded result;
  switch (s->op & 7) {
  case LD:
    result = decode_ld(s, pc + 1 < count ? s + 1 : NULL, insn, text, size);
    break;
  case ALU:
  case ALU64:
    result = decode_alu(s, insn, text, size);
    break;
  case JMP:
  case JMP32:
    result = decode_jmp(s, insn, text, size);
    break;
  default:
    result = decode_memory(s, insn, text, size);
  }
  /* After the fields: what is not supported should be called by its name. */
  if (result == W_DECODED && (s->dst > 10 || s->src > 10))
    return INVALID("register r%u does not exist", s->dst > 10 ? s->dst : s->src);
  return result;
}

enum w_decoded w_decode_all(const struct warrant_insn *slots, uint32_t count, struct w_insn *insns,
                            uint32_t *bad, char *text, size_t size) {
  enum w_decoded all = W_DECODED;
  char sentence[160];
  for (uint32_t pc = 0; pc < count;) {
    enum w_decoded one = w_decode(slots, count, pc, &insns[pc], sentence, sizeof sentence);
    if (one != W_DECODED && (all == W_DECODED || one == W_DECODE_INVALID)) {
      all = one;
      *bad = pc;
      if (text && size)
        snprintf(text, size, "%s", sentence);
      if (one == W_DECODE_INVALID)
        return all;
    }
    uint32_t n = one == W_DECODED ? w_slots(&insns[pc]) : slots[pc].op == 0x18 ? 2 : 1;
    if (n == 2 && pc + 1 < count)
      memset(&insns[pc + 1], 0, sizeof insns[pc + 1]);
    pc += n;
  }
  return all;
}

int w_decode_check(const struct warrant_program *program, struct warrant_error *error) {
  char text[160];
  for (uint32_t pc = 0; pc < program->insn_count;) {
    struct w_insn insn;
    enum w_decoded one =
        w_decode(program->insns, program->insn_count, pc, &insn, text, sizeof text);
    if (one != W_DECODED)
      return warrant_fail(error, one == W_DECODE_INVALID ? WARRANT_BAD_INPUT : WARRANT_UNSUPPORTED,
                          "instruction %u: %s", pc, text);
    pc += w_slots(&insn);
  }
  return 0;
}
