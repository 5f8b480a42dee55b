/* The assembler's reader: one line from left to right, never going back, into words, numbers,
 * registers and operands; and its writer, which keeps labels for later. What can fail has said why
 * when it returns false, unless it says here that it gives no message. */
#ifndef WARRANT_ASM_LINE_H
#define WARRANT_ASM_LINE_H

#include "warrant.h"

struct word {
  const char *at; /* borrowed from the text */
  size_t size;
};
struct label {
  struct word name;
  uint32_t slot, line;
};
/* A jump to a label, in its offset or (`in_imm`) in its constant. */
struct fixup {
  struct word name;
  uint32_t slot, line;
  bool in_imm;
};

struct assembler {
  const char *name;
  struct warrant_error *error;
  const char *at, *end; /* what is left of the line */
  uint32_t line;
  struct warrant_insn *insns; /* owned, as are labels and fixups */
  uint32_t count;
  size_t room;
  struct label *labels;
  uint32_t label_count;
  size_t label_room;
  struct fixup *fixups;
  uint32_t fixup_count;
  size_t fixup_room;
};

/* --- Messages --------------------------------------------------------------------------------- */

bool w_asm_fail(struct assembler *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* That `what` should be here. */
bool w_asm_expected(struct assembler *a, const char *what);
/* As much of a word as a message has room for. */
static inline int w_asm_shown(size_t size) { return size > 40 ? 40 : (int)size; }

/* --- Words ------------------------------------------------------------------------------------ */

static inline bool w_asm_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool w_asm_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}
static inline bool w_asm_name_char(char c) { return w_asm_letter(c) || w_asm_digit(c) || c == '/'; }

void w_asm_skip_blanks(struct assembler *a);
/* Takes `token` when it is next: no message. One that ends as a name must not go on as one. */
bool w_asm_take(struct assembler *a, const char *token);
/* The same, and it has to be. */
bool w_asm_need(struct assembler *a, const char *token);
/* A name; no message. */
bool w_asm_word(struct assembler *a, struct word *w);
bool w_asm_same(const struct word *w, const char *name);

/* A number: its sign, and a magnitude of 64 bits. False without a message: none starts here. */
struct number {
  bool negative;
  uint64_t size;
};
bool w_asm_number_at(const struct assembler *a);
bool w_asm_number(struct assembler *a, const char *what, struct number *n);
/* A number from `low` to `high`; what is above INT32_MAX becomes the 32-bit number of its bits. */
bool w_asm_bounded(struct assembler *a, const char *what, int64_t low, int64_t high,
                   int32_t *value);
bool w_asm_signed32(struct assembler *a, const char *what, int32_t *value);

/* A register; `wide` is false for w0 to w10, the lower halves. No message from `reg`: none starts
 * here. */
struct reg {
  unsigned n;
  bool wide;
};
bool w_asm_reg(struct assembler *a, struct reg *r);
bool w_asm_need_reg(struct assembler *a, const char *what, struct reg *r);
/* A register of the width that the instruction has. */
bool w_asm_need_width(struct assembler *a, bool wide, unsigned *n);
bool w_asm_need_this(struct assembler *a, struct reg want, const char *why);

/* --- Operands --------------------------------------------------------------------------------- */

/* "u32": the size as bits 3 and 4 of an opcode. */
bool w_asm_type(struct assembler *a, uint8_t *size, bool *is_signed);
/* "(u32 *)" */
bool w_asm_cast(struct assembler *a, uint8_t *size, bool *is_signed);
/* "r1 + 8", "r1 - 8", "r1" */
bool w_asm_base_offset(struct assembler *a, unsigned *base, struct warrant_insn *i);
/* The same in parentheses. */
bool w_asm_place(struct assembler *a, unsigned *base, struct warrant_insn *i);
/* A register of that width or a number, as the second operand. Signs of a 32-bit number are free.
 */
bool w_asm_operand(struct assembler *a, bool wide, struct warrant_insn *i);
static inline bool w_asm_set_dst(struct warrant_insn *i, unsigned n) {
  return i->dst = n & 15, true;
}
static inline bool w_asm_set_src(struct warrant_insn *i, unsigned n) {
  return i->src = n & 15, true;
}

/* --- Output ----------------------------------------------------------------------------------- */

bool w_asm_emit(struct assembler *a, struct warrant_insn i);
/* A 64-bit constant: `next` is in its second slot. */
bool w_asm_emit_long(struct assembler *a, struct warrant_insn i, int32_t next);
bool w_asm_add_label(struct assembler *a, struct word name);
/* A distance ("+3", "pc-2") or a label. */
bool w_asm_target(struct assembler *a, struct warrant_insn *i, bool in_imm);

#endif
