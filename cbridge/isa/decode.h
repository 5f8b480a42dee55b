/* Decoded eBPF instructions. The names follow semantics/Insn.v, the rules semantics/Encode.v. */
#ifndef WARRANT_DECODE_H
#define WARRANT_DECODE_H

#include "warrant.h"

/* More than this in one program is not supported (Linux stops at the same number). */
#define WARRANT_INSNS_MAX 1000000u

enum w_width { W_A32, W_A64 };
enum w_size { W_S1, W_S2, W_S4, W_S8 };
enum w_aluop {
  W_ADD,
  W_SUB,
  W_MUL,
  W_DIV,
  W_SDIV,
  W_MOD,
  W_SMOD,
  W_OR,
  W_AND,
  W_XOR,
  W_LSH,
  W_RSH,
  W_ARSH,
  W_MOV,
};
enum w_swap { W_TOLE, W_TOBE, W_SWAP };
enum w_cmp {
  W_JEQ,
  W_JNE,
  W_JGT,
  W_JGE,
  W_JLT,
  W_JLE,
  W_JSET,
  W_JSGT,
  W_JSGE,
  W_JSLT,
  W_JSLE,
};
enum w_op {
  W_OP_NONE, /* the second slot of a long instruction: nothing starts here */
  W_OP_ALU,
  W_OP_NEG,
  W_OP_MOVSX,
  W_OP_END,
  W_OP_LDIMM,
  W_OP_LDMAP,
  W_OP_LDMAPVALUE,
  W_OP_LDVAR,
  W_OP_LDCODE,
  W_OP_LDX,
  W_OP_ST,
  W_OP_STX,
  W_OP_ATOMIC,
  W_OP_LDPKT,
  W_OP_JA,
  W_OP_JMP,
  W_OP_MAYGOTO,
  W_OP_CALL,
  W_OP_CALLKERNEL,
  W_OP_CALLX,
  W_OP_CALLLOCAL,
  W_OP_EXIT,
};
enum w_atomic { W_ATADD, W_ATOR, W_ATAND, W_ATXOR, W_XCHG, W_CMPXCHG };

struct w_insn {
  uint8_t op;     /* enum w_op */
  uint8_t width;  /* enum w_width; ALU, NEG, MOVSX, JMP */
  uint8_t alu;    /* enum w_aluop; ALU */
  uint8_t cmp;    /* enum w_cmp; JMP */
  uint8_t swap;   /* enum w_swap; END */
  uint8_t atomic; /* enum w_atomic; ATOMIC */
  uint8_t size;   /* enum w_size; MOVSX, END, LDX, ST, STX, ATOMIC, LDPKT */
  bool reg; /* ALU, JMP: the second operand is register src, else imm; LDPKT: src is added to the
               place */
  bool sx;  /* LDX: sign-extending */
  bool ordered; /* LDX, STX: it acquires, or releases */
  bool fetch;   /* ATOMIC: the old value goes to src, or to r0 for a CMPXCHG */
  uint8_t dst, src;
  int32_t off; /* LDX, ST, STX, ATOMIC: bytes; JA, JMP, MAYGOTO, CALLLOCAL, LDCODE: slots, from the
                  next slot; LDMAPVALUE: bytes; LDVAR: the module, 0 for the kernel */
  int64_t imm; /* ALU, JMP, ST, LDPKT; LDIMM: the constant; LDMAP, LDMAPVALUE: the map; LDVAR: the
                  variable; CALL: the helper; CALLKERNEL: the kernel's
                  function. CALLX: the helper is in dst */
};

static inline uint32_t w_bytes(enum w_size size) { return 1u << size; }

/* How an instruction is written in slots. The rows are printed from semantics/Encode.v into
 * tables.c. */
enum { W_FREE_DST = 1, W_FREE_SRC = 2, W_FREE_OFF = 4, W_FREE_IMM = 8, W_FREE_NEXT = 16 };
enum w_found { W_NOWHERE, W_IN_OFF, W_IN_IMM, W_IN_NEXT, W_IN_BOTH };
struct w_encoding {
  struct warrant_insn slot; /* the first slot; a field that is free has 0 here */
  uint8_t free;             /* the fields that operands fill; W_FREE_NEXT: the second slot's imm */
  uint8_t off, imm;         /* enum w_found: where those of `insn` are found */
  struct w_insn insn;       /* but for its operands */
  const char *unsupported;  /* what it is called, when it can't be decoded; else NULL */
};
extern const struct w_encoding w_encodings[]; /* ascending opcodes */
extern const uint32_t w_encoding_count;
extern const uint16_t w_encodings_of[257]; /* by opcode: where its rows begin; the next one's end */
/* The one that fits, or NULL. `next`: the second slot; NULL: its constant is not looked at. */
const struct w_encoding *w_encoding_of(const struct warrant_insn *slot,
                                       const struct warrant_insn *next);

enum w_decoded {
  W_DECODED,
  W_DECODE_INVALID,     /* no instruction looks like this */
  W_DECODE_UNSUPPORTED, /* an instruction, but not one of semantics/Insn.v */
};

/* Decodes the instruction that starts at slot `pc` of `count`. `text` (which may be NULL) gets a
 * sentence when the result is not W_DECODED. */
enum w_decoded w_decode(const struct warrant_insn *slots, uint32_t count, uint32_t pc,
                        struct w_insn *insn, char *text, size_t size);
/* Decodes all `count` slots into `insns` (the caller's, `count` long). When the result is not
 * W_DECODED, *bad is the slot that `text` is about: the first invalid one, or else the first
 * unsupported one. */
enum w_decoded w_decode_all(const struct warrant_insn *slots, uint32_t count, struct w_insn *insns,
                            uint32_t *bad, char *text, size_t size);
/* Fails with a sentence when some instruction of an eBPF program does not decode: bad input, or not
 * supported. */
int w_decode_check(const struct warrant_program *program, struct warrant_error *error);
/* Slots that the instruction takes. */
static inline uint32_t w_slots(const struct w_insn *insn) {
  return insn->op >= W_OP_LDIMM && insn->op <= W_OP_LDCODE ? 2 : 1;
}

enum { W_MAP_ARRAY = 2, W_MAP_LPM_TRIE = 11 };
/* How far values lie past a multiple of 8: value_skew of semantics/Target.v. */
static inline uint64_t w_value_skew(const struct warrant_map *m) {
  return m->type == W_MAP_LPM_TRIE ? (uint64_t)m->key_size - 4 : 0;
}
/* The contents of a map that never changes, or NULL. */
static inline const uint8_t *w_constants(const struct warrant_map *m) {
  return m->readonly && m->type == W_MAP_ARRAY && m->max_entries == 1 ? m->initial : NULL;
}

#endif
