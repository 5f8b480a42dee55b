/* Classic BPF as eBPF: the same in C as semantics/Translate.v, which is proved to keep results.
 * Names follow it, so that the two can be read side by side. */
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "isa/error.h"
#include "isa/tables.h"

enum { REG_A = BPF_REG_0, REG_TMP = BPF_REG_2, REG_CTX = BPF_REG_6, REG_X = BPF_REG_7 };
enum { BLOCK_MAX = 7, PROLOGUE = 3 };

/* The instructions of one block, or of none when there is no counterpart. */
struct block {
  struct warrant_insn insns[BLOCK_MAX];
  uint32_t count;
};
struct place {
  const uint32_t *starts; /* the slot where each block begins; NULL while sizes are counted */
  uint32_t pc;
  bool seccomp;
};

static void emit(struct block *b, uint8_t op, uint8_t dst, uint8_t src, int32_t off, int32_t imm) {
  b->insns[b->count++] = (struct warrant_insn){
      .op = op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}
static void move(struct block *b, uint8_t dst, uint8_t src) {
  emit(b, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}
static void constant(struct block *b, uint8_t dst, uint32_t k) {
  emit(b, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, (int32_t)k);
}
static void load_word(struct block *b, uint8_t dst, uint8_t base, int32_t off) {
  emit(b, BPF_LDX | BPF_MEM | BPF_W, dst, base, off, 0);
}
static void leave(struct block *b) { emit(b, BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }
static int32_t scratch_slot(uint32_t k) { return -4 * (int32_t)k - 4; }

/* What a jump in the block's next instruction needs to get to the block of `target` instructions
 * on. */
static int32_t offset_to(const struct place *at, const struct block *b, uint32_t target) {
  if (!at->starts)
    return 0;
  return (int32_t)(at->starts[at->pc + 1 + target] - at->starts[at->pc] - 1 - b->count);
}

static uint8_t alu_code(uint8_t sub) {
  static const uint8_t codes[] = {
      [W_CLASSIC_ADD] = BPF_ADD, [W_CLASSIC_SUB] = BPF_SUB, [W_CLASSIC_MUL] = BPF_MUL,
      [W_CLASSIC_DIV] = BPF_DIV, [W_CLASSIC_MOD] = BPF_MOD, [W_CLASSIC_OR] = BPF_OR,
      [W_CLASSIC_AND] = BPF_AND, [W_CLASSIC_XOR] = BPF_XOR, [W_CLASSIC_LSH] = BPF_LSH,
      [W_CLASSIC_RSH] = BPF_RSH,
  };
  return codes[sub];
}

static void ancillary_block(struct block *b, uint32_t number) {
  for (uint32_t i = 0; i < w_classic_field_count; i++)
    if (w_classic_fields[i].number == number) {
      load_word(b, REG_A, REG_CTX, w_classic_fields[i].offset);
      if (w_classic_fields[i].network_order)
        emit(b, BPF_ALU | BPF_END | BPF_TO_BE, REG_A, 0, 0, 16);
      return;
    }
  switch (number) {
  case SKF_AD_IFINDEX: /* without a device the program ends, and the result is A as it stands */
    load_word(b, REG_TMP, REG_CTX, offsetof(struct __sk_buff, ifindex));
    emit(b, BPF_JMP | BPF_JNE | BPF_K, REG_TMP, 0, 1, 0);
    leave(b);
    move(b, REG_A, REG_TMP);
    break;
  case SKF_AD_CPU:
    emit(b, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_smp_processor_id);
    break;
  case SKF_AD_ALU_XOR_X:
    emit(b, BPF_ALU | BPF_XOR | BPF_X, REG_A, REG_X, 0, 0);
    break;
  default:
    break;
  }
}

static void load_packet(struct block *b, uint8_t size, bool indirect, uint32_t k) {
  uint8_t bits = size == 4 ? BPF_W : size == 2 ? BPF_H : BPF_B;
  emit(b, BPF_LD | bits | (indirect ? BPF_IND : BPF_ABS), 0, indirect ? REG_X : 0, 0, (int32_t)k);
}
static void length_block(const struct place *at, struct block *b, uint8_t dst) {
  if (at->seccomp)
    constant(b, dst, 64);
  else
    load_word(b, dst, REG_CTX, offsetof(struct __sk_buff, len));
}

static void alu_block(struct block *b, const struct w_classic_code *c, uint32_t k) {
  uint8_t op = BPF_ALU | alu_code(c->sub);
  if (c->x && (c->sub == W_CLASSIC_DIV || c->sub == W_CLASSIC_MOD)) {
    emit(b, BPF_ALU | BPF_MOV | BPF_X, REG_X, REG_X, 0, 0);
    emit(b, BPF_JMP | BPF_JNE | BPF_K, REG_X, 0, 2, 0);
    emit(b, BPF_ALU | BPF_XOR | BPF_X, REG_A, REG_A, 0, 0);
    leave(b);
  }
  emit(b, op | (c->x ? BPF_X : BPF_K), REG_A, c->x ? REG_X : 0, 0, c->x ? 0 : (int32_t)k);
}

static void jump_block(const struct place *at, struct block *b, const struct w_classic_code *c,
                       const struct warrant_cinsn *i) {
  static const uint8_t codes[] = {[W_CLASSIC_JEQ] = BPF_JEQ,
                                  [W_CLASSIC_JGT] = BPF_JGT,
                                  [W_CLASSIC_JGE] = BPF_JGE,
                                  [W_CLASSIC_JSET] = BPF_JSET};
  static const uint8_t inverses[] = {[W_CLASSIC_JEQ] = BPF_JNE,
                                     [W_CLASSIC_JGT] = BPF_JLE,
                                     [W_CLASSIC_JGE] = BPF_JLT,
                                     [W_CLASSIC_JSET] = 0};
  bool reg = c->x;
  uint8_t src = c->x ? REG_X : 0;
  int32_t imm = c->x ? 0 : (int32_t)i->k;
  if (!c->x && imm < 0) { /* it would be extended with its sign */
    constant(b, REG_TMP, i->k);
    reg = true;
    src = REG_TMP;
    imm = 0;
  }
  uint8_t op = BPF_JMP | (reg ? BPF_X : BPF_K);
  if (i->jf && !i->jt && inverses[c->sub]) {
    emit(b, op | inverses[c->sub], REG_A, src, offset_to(at, b, i->jf), imm);
    return;
  }
  emit(b, op | codes[c->sub], REG_A, src, offset_to(at, b, i->jt), imm);
  if (i->jf)
    emit(b, BPF_JMP | BPF_JA, 0, 0, offset_to(at, b, i->jf), 0);
}

/* The block of an instruction that the checker accepts. */
static void translate_one(const struct place *at, const struct warrant_cinsn *i, struct block *b) {
  const struct w_classic_code *c = &w_classic_codes[i->code];
  b->count = 0;
  switch (c->kind) {
  case W_CLASSIC_LD_ABS:
    if (at->seccomp)
      load_word(b, REG_A, REG_CTX, (int32_t)i->k);
    else if (i->k < (uint32_t)SKF_AD_OFF)
      load_packet(b, c->size, false, i->k);
    else
      ancillary_block(b, i->k - (uint32_t)SKF_AD_OFF);
    break;
  case W_CLASSIC_LD_IND:
    load_packet(b, c->size, true, i->k);
    break;
  case W_CLASSIC_LD_LEN:
    length_block(at, b, REG_A);
    break;
  case W_CLASSIC_LDX_LEN:
    length_block(at, b, REG_X);
    break;
  case W_CLASSIC_LD_IMM:
    constant(b, REG_A, i->k);
    break;
  case W_CLASSIC_LDX_IMM:
    constant(b, REG_X, i->k);
    break;
  case W_CLASSIC_LD_MEM:
    load_word(b, REG_A, BPF_REG_10, scratch_slot(i->k));
    break;
  case W_CLASSIC_LDX_MEM:
    load_word(b, REG_X, BPF_REG_10, scratch_slot(i->k));
    break;
  case W_CLASSIC_ST:
  case W_CLASSIC_STX:
    emit(b, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, c->kind == W_CLASSIC_ST ? REG_A : REG_X,
         scratch_slot(i->k), 0);
    break;
  case W_CLASSIC_LDX_MSH:
    move(b, REG_X, REG_A);
    load_packet(b, 1, false, i->k);
    emit(b, BPF_ALU | BPF_AND | BPF_K, REG_A, 0, 0, 15);
    emit(b, BPF_ALU | BPF_LSH | BPF_K, REG_A, 0, 0, 2);
    move(b, REG_TMP, REG_X);
    move(b, REG_X, REG_A);
    move(b, REG_A, REG_TMP);
    break;
  case W_CLASSIC_ALU:
    alu_block(b, c, i->k);
    break;
  case W_CLASSIC_NEG:
    emit(b, BPF_ALU | BPF_NEG, REG_A, 0, 0, 0);
    break;
  case W_CLASSIC_JA:
    emit(b, BPF_JMP | BPF_JA, 0, 0, offset_to(at, b, i->k), 0);
    break;
  case W_CLASSIC_JMP:
    jump_block(at, b, c, i);
    break;
  case W_CLASSIC_RET_K:
    constant(b, REG_A, i->k);
    leave(b);
    break;
  case W_CLASSIC_RET_A:
    leave(b);
    break;
  case W_CLASSIC_TAX:
    move(b, REG_X, REG_A);
    break;
  case W_CLASSIC_TXA:
    move(b, REG_A, REG_X);
    break;
  default:
    break;
  }
}

/* Counts the slots before each block, and after the last one. */
static int count_slots(const struct warrant_program *p, struct place *at, uint32_t *starts,
                       struct warrant_error *error) {
  struct block b;
  starts[0] = PROLOGUE;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    at->pc = pc;
    translate_one(at, &p->cinsns[pc], &b);
    if (b.count == 0) {
      char text[64];
      warrant_classic_disasm(&p->cinsns[pc], pc, text, sizeof text);
      return warrant_fail(error, WARRANT_UNSUPPORTED,
                          "%s: instruction %" PRIu32
                          " (%s) reads what eBPF programs cannot, so there is no translation",
                          p->file, pc, text);
    }
    starts[pc + 1] = starts[pc] + b.count;
  }
  return 0;
}

static void write_slots(const struct warrant_program *p, struct place *at, const uint32_t *starts,
                        struct warrant_insn *out) {
  struct block b = {.count = 0};
  constant(&b, REG_A, 0);
  constant(&b, REG_X, 0);
  move(&b, REG_CTX, BPF_REG_1);
  memcpy(out, b.insns, PROLOGUE * sizeof *out);
  at->starts = starts;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    at->pc = pc;
    translate_one(at, &p->cinsns[pc], &b);
    memcpy(out + starts[pc], b.insns, b.count * sizeof *out);
  }
}

/* By the type's name in the tables. */
static bool set_type(struct warrant_program *p, const char *name) {
  for (uint32_t i = 0; i < w_prog_type_count; i++)
    if (strcmp(w_prog_types[i].name, name) == 0) {
      p->type = w_prog_types[i].id;
      p->ctx_size = w_prog_types[i].ctx_size;
      return true;
    }
  return false;
}

int warrant_translate(const struct warrant_program *p, struct warrant_program *result,
                      struct warrant_error *error) {
  struct warrant_classic_verdict verdict;
  memset(result, 0, sizeof *result);
  if (warrant_classic_check(p, &verdict))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", p->file, verdict.message);
  if (!verdict.accept)
    return warrant_fail(error, WARRANT_REFUSED, "%s: only what is accepted is translated: %s",
                        p->file, verdict.message);
  struct place at = {.seccomp = p->kind == WARRANT_SECCOMP};
  uint32_t *starts = calloc(p->insn_count + 1, sizeof *starts);
  if (!starts)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  int failed = count_slots(p, &at, starts, error);
  if (!failed) {
    *result = (struct warrant_program){.kind = WARRANT_EBPF,
                                       .file = strdup(p->file),
                                       .section = strdup(p->section),
                                       .name = strdup(p->name),
                                       .insn_count = starts[p->insn_count],
                                       .profile = p->profile};
    result->insns = calloc(result->insn_count, sizeof *result->insns);
    bool known = set_type(result, at.seccomp ? "seccomp" : "socket");
    if (!known || !result->file || !result->section || !result->name || !result->insns)
      failed = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
    else
      write_slots(p, &at, starts, result->insns);
  }
  free(starts);
  if (failed)
    warrant_program_free(result);
  return failed;
}
