#include "isa/asm_line.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"
#include "isa/room.h"

/* --- Messages --------------------------------------------------------------------------------- */

bool w_asm_fail(struct assembler *a, const char *format, ...) {
  char text[300];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  warrant_fail(a->error, WARRANT_BAD_INPUT, "%s: line %" PRIu32 ": %s", a->name, a->line, text);
  return false;
}

void w_asm_skip_blanks(struct assembler *a) {
  while (a->at < a->end && (*a->at == ' ' || *a->at == '\t' || *a->at == '\r' || *a->at == '\f'))
    a->at++;
}

bool w_asm_expected(struct assembler *a, const char *what) {
  w_asm_skip_blanks(a);
  if (a->at == a->end)
    return w_asm_fail(a, "%s is missing at the end of the line", what);
  return w_asm_fail(a, "%s should be where '%.*s' is", what, w_asm_shown((size_t)(a->end - a->at)),
                    a->at);
}

/* --- Words ------------------------------------------------------------------------------------ */

/* Takes `token` when it is next. One that ends as a name must not go on as one. */
bool w_asm_take(struct assembler *a, const char *token) {
  w_asm_skip_blanks(a);
  size_t n = strlen(token);
  if ((size_t)(a->end - a->at) < n || memcmp(a->at, token, n) != 0)
    return false;
  if (w_asm_name_char(token[n - 1]) && a->at + n < a->end && w_asm_name_char(a->at[n]))
    return false;
  a->at += n;
  return true;
}
bool w_asm_need(struct assembler *a, const char *token) {
  char quoted[24];
  snprintf(quoted, sizeof quoted, "'%s'", token);
  return w_asm_take(a, token) || w_asm_expected(a, quoted);
}

bool w_asm_word(struct assembler *a, struct word *w) {
  w_asm_skip_blanks(a);
  const char *from = a->at;
  if (from == a->end || !w_asm_letter(*from))
    return false;
  while (a->at < a->end && w_asm_name_char(*a->at))
    a->at++;
  *w = (struct word){from, (size_t)(a->at - from)};
  return true;
}

bool w_asm_same(const struct word *w, const char *name) {
  return strlen(name) == w->size && memcmp(w->at, name, w->size) == 0;
}

static int hex_value(char c) {
  return w_asm_digit(c)         ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

bool w_asm_number_at(const struct assembler *a) {
  const char *p = a->at;
  if (p < a->end && (*p == '-' || *p == '+'))
    p++;
  while (p < a->end && (*p == ' ' || *p == '\t'))
    p++;
  return p < a->end && w_asm_digit(*p);
}
bool w_asm_number(struct assembler *a, const char *what, struct number *n) {
  w_asm_skip_blanks(a);
  if (!w_asm_number_at(a))
    return w_asm_expected(a, what);
  const char *from = a->at;
  n->negative = *a->at == '-';
  if (*a->at == '-' || *a->at == '+')
    a->at++;
  w_asm_skip_blanks(a);
  unsigned base = 10;
  if (*a->at == '0' && a->end - a->at > 2 && (a->at[1] == 'x' || a->at[1] == 'X') &&
      hex_value(a->at[2]) >= 0) {
    base = 16;
    a->at += 2;
  }
  n->size = 0;
  bool large = false;
  for (int d; a->at < a->end && (d = hex_value(*a->at)) >= 0 && (unsigned)d < base; a->at++) {
    large |= n->size > (UINT64_MAX - (unsigned)d) / base;
    n->size = n->size * base + (unsigned)d;
  }
  if (a->at < a->end && w_asm_name_char(*a->at))
    return w_asm_fail(a, "'%.*s' is not a number", w_asm_shown((size_t)(a->end - from)), from);
  if (large)
    return w_asm_fail(a, "the number %.*s does not fit in 64 bits",
                      w_asm_shown((size_t)(a->at - from)), from);
  return true;
}

/* A number from `low` to `high`; what is above INT32_MAX becomes the 32-bit number of its bits. */
bool w_asm_bounded(struct assembler *a, const char *what, int64_t low, int64_t high,
                   int32_t *value) {
  struct number n = {0};
  if (!w_asm_number(a, what, &n))
    return false;
  bool fits = n.negative ? n.size <= (uint64_t)-low : n.size <= (uint64_t)high;
  if (!fits)
    return w_asm_fail(a, "%s is not between %" PRId64 " and %" PRId64, what, low, high);
  uint64_t bits = n.negative ? 0 - n.size : n.size;
  *value = (int32_t)(uint32_t)bits;
  return true;
}
bool w_asm_signed32(struct assembler *a, const char *what, int32_t *value) {
  return w_asm_bounded(a, what, INT32_MIN, INT32_MAX, value);
}
static bool offset16(struct assembler *a, const char *what, struct warrant_insn *i) {
  int32_t v = 0;
  if (!w_asm_bounded(a, what, INT16_MIN, INT16_MAX, &v))
    return false;
  i->off = (int16_t)v;
  return true;
}

bool w_asm_reg(struct assembler *a, struct reg *r) {
  w_asm_skip_blanks(a);
  const char *p = a->at;
  if (a->end - p < 2 || (*p != 'r' && *p != 'w') || !w_asm_digit(p[1]))
    return false;
  unsigned n = (unsigned)(p[1] - '0');
  p += 2;
  if (n == 1 && p < a->end && *p == '0') {
    n = 10;
    p++;
  }
  if (p < a->end && w_asm_name_char(*p))
    return false;
  *r = (struct reg){n, *a->at == 'r'};
  a->at = p;
  return true;
}
bool w_asm_need_reg(struct assembler *a, const char *what, struct reg *r) {
  return w_asm_reg(a, r) || w_asm_expected(a, what);
}
/* A register of the width that the instruction has. */
bool w_asm_need_width(struct assembler *a, bool wide, unsigned *n) {
  struct reg r;
  w_asm_skip_blanks(a);
  if (!w_asm_need_reg(a, wide ? "a register (r0 to r10)" : "a 32-bit register (w0 to w10)", &r))
    return false;
  *n = r.n;
  return r.wide == wide ||
         w_asm_fail(a, "%c%u is not as wide as the other operand", r.wide ? 'r' : 'w', r.n);
}
bool w_asm_need_this(struct assembler *a, struct reg want, const char *why) {
  struct reg r = {0};
  if (!w_asm_need_reg(a, "a register", &r))
    return false;
  return (r.n == want.n && r.wide == want.wide) ||
         w_asm_fail(a, "the register should be %c%u: %s", want.wide ? 'r' : 'w', want.n, why);
}

/* --- Output ----------------------------------------------------------------------------------- */

bool w_asm_emit(struct assembler *a, struct warrant_insn i) {
  if (a->count == WARRANT_INSNS_MAX)
    return w_asm_fail(a, "a program may have %u instructions and no more", WARRANT_INSNS_MAX);
  struct warrant_insn *insns = w_room_for_one(a->insns, a->count, &a->room, sizeof *insns);
  if (!insns)
    return w_asm_fail(a, "out of memory");
  a->insns = insns;
  a->insns[a->count++] = i;
  return true;
}
bool w_asm_emit_long(struct assembler *a, struct warrant_insn i, int32_t next) {
  i.op = BPF_LD | BPF_DW | BPF_IMM;
  return w_asm_emit(a, i) && w_asm_emit(a, (struct warrant_insn){.imm = next});
}

bool w_asm_add_label(struct assembler *a, struct word name) {
  struct label *labels = w_room_for_one(a->labels, a->label_count, &a->label_room, sizeof *labels);
  if (!labels)
    return w_asm_fail(a, "out of memory");
  a->labels = labels;
  a->labels[a->label_count++] = (struct label){name, a->count, a->line};
  return true;
}
static bool add_fixup(struct assembler *a, struct word name, bool in_imm) {
  struct fixup *fixups = w_room_for_one(a->fixups, a->fixup_count, &a->fixup_room, sizeof *fixups);
  if (!fixups)
    return w_asm_fail(a, "out of memory");
  a->fixups = fixups;
  a->fixups[a->fixup_count++] = (struct fixup){name, a->count, a->line, in_imm};
  return true;
}

/* A distance ("+3", "pc-2") or a label. */
bool w_asm_target(struct assembler *a, struct warrant_insn *i, bool in_imm) {
  struct word name;
  const char *from;
  w_asm_skip_blanks(a);
  from = a->at;
  if (w_asm_word(a, &name)) {
    w_asm_skip_blanks(a);
    bool distance = w_asm_same(&name, "pc") && a->at < a->end && (*a->at == '+' || *a->at == '-');
    if (!distance)
      return add_fixup(a, name, in_imm);
    from = a->at;
  }
  a->at = from;
  if (!w_asm_number_at(a))
    return w_asm_expected(a, "a distance or a label");
  return in_imm ? w_asm_signed32(a, "the distance", &i->imm) : offset16(a, "the distance", i);
}

/* --- Operands --------------------------------------------------------------------------------- */

/* "u32": the size as bits 3 and 4 of an opcode. */
bool w_asm_type(struct assembler *a, uint8_t *size, bool *is_signed) {
  static const char *const names[2][4] = {{"u32", "u16", "u8", "u64"}, {"s32", "s16", "s8", "s64"}};
  struct word w;
  w_asm_skip_blanks(a);
  const char *from = a->at;
  if (w_asm_word(a, &w))
    for (int s = 0; s < 2; s++)
      for (uint8_t k = 0; k < 4; k++)
        if (w_asm_same(&w, names[s][k])) {
          *size = (uint8_t)(k << 3);
          *is_signed = s == 1;
          return true;
        }
  a->at = from;
  return w_asm_expected(a, "a type (u8, u16, u32, u64, s8, s16 or s32)");
}
/* "(u32 *)" */
bool w_asm_cast(struct assembler *a, uint8_t *size, bool *is_signed) {
  return w_asm_need(a, "(") && w_asm_type(a, size, is_signed) && w_asm_need(a, "*") &&
         w_asm_need(a, ")");
}
/* "r1 + 8", "r1 - 8", "r1" */
bool w_asm_base_offset(struct assembler *a, unsigned *base, struct warrant_insn *i) {
  if (!w_asm_need_width(a, true, base))
    return false;
  w_asm_skip_blanks(a);
  return a->at == a->end || (*a->at != '+' && *a->at != '-') || offset16(a, "the offset", i);
}
bool w_asm_place(struct assembler *a, unsigned *base, struct warrant_insn *i) {
  return w_asm_need(a, "(") && w_asm_base_offset(a, base, i) && w_asm_need(a, ")");
}

/* A register of that width or a number, as the second operand. Signs of a 32-bit number are free.
 */
bool w_asm_operand(struct assembler *a, bool wide, struct warrant_insn *i) {
  struct reg r;
  unsigned n = 0;
  w_asm_skip_blanks(a);
  const char *from = a->at;
  if (w_asm_reg(a, &r)) {
    a->at = from;
    i->op |= BPF_X;
    return w_asm_need_width(a, wide, &n) && w_asm_set_src(i, n);
  }
  if (!w_asm_number_at(a))
    return w_asm_expected(a, "a register or a number");
  return w_asm_bounded(a, "the number", INT32_MIN, wide ? INT32_MAX : UINT32_MAX, &i->imm);
}
