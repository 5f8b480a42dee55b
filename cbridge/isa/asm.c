/* The assembler: a line is read from left to right by a parser that never goes back, into one
 * instruction; targets that are labels are filled in at the end. */
#include "isa/asm.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/disasm.h"
#include "isa/error.h"
#include "load/loader.h"

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
  uint32_t count, room;
  struct label *labels;
  uint32_t label_count, label_room;
  struct fixup *fixups;
  uint32_t fixup_count, fixup_room;
};

/* --- Messages ----------------------------------------------------------------------------------
 */

static bool fail(struct assembler *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool fail(struct assembler *a, const char *format, ...) {
  char text[300];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  warrant_fail(a->error, WARRANT_BAD_INPUT, "%s: line %" PRIu32 ": %s", a->name, a->line, text);
  return false;
}

static int shown(size_t size) { return size > 40 ? 40 : (int)size; }

static void skip_blanks(struct assembler *a) {
  while (a->at < a->end && (*a->at == ' ' || *a->at == '\t' || *a->at == '\r' || *a->at == '\f'))
    a->at++;
}

static bool expected(struct assembler *a, const char *what) {
  skip_blanks(a);
  if (a->at == a->end)
    return fail(a, "%s is missing at the end of the line", what);
  return fail(a, "%s should be where '%.*s' is", what, shown((size_t)(a->end - a->at)), a->at);
}

/* --- Words -------------------------------------------------------------------------------------
 */

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}
static bool name_char(char c) { return letter(c) || digit(c) || c == '/'; }

/* Takes `token` when it is next. One that ends as a name must not go on as one. */
static bool take(struct assembler *a, const char *token) {
  skip_blanks(a);
  size_t n = strlen(token);
  if ((size_t)(a->end - a->at) < n || memcmp(a->at, token, n) != 0)
    return false;
  if (name_char(token[n - 1]) && a->at + n < a->end && name_char(a->at[n]))
    return false;
  a->at += n;
  return true;
}
static bool need(struct assembler *a, const char *token) {
  char quoted[24];
  snprintf(quoted, sizeof quoted, "'%s'", token);
  return take(a, token) || expected(a, quoted);
}

static bool word(struct assembler *a, struct word *w) {
  skip_blanks(a);
  const char *from = a->at;
  if (from == a->end || !letter(*from))
    return false;
  while (a->at < a->end && name_char(*a->at))
    a->at++;
  *w = (struct word){from, (size_t)(a->at - from)};
  return true;
}

static bool same(const struct word *w, const char *name) {
  return strlen(name) == w->size && memcmp(w->at, name, w->size) == 0;
}

static int hex_value(char c) {
  return digit(c)               ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* A number: its sign, and a magnitude of 64 bits. False without a message: none starts here. */
struct number {
  bool negative;
  uint64_t size;
};
static bool number_at(const struct assembler *a) {
  const char *p = a->at;
  if (p < a->end && (*p == '-' || *p == '+'))
    p++;
  while (p < a->end && (*p == ' ' || *p == '\t'))
    p++;
  return p < a->end && digit(*p);
}
static bool number(struct assembler *a, const char *what, struct number *n) {
  skip_blanks(a);
  if (!number_at(a))
    return expected(a, what);
  const char *from = a->at;
  n->negative = *a->at == '-';
  if (*a->at == '-' || *a->at == '+')
    a->at++;
  skip_blanks(a);
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
  if (a->at < a->end && name_char(*a->at))
    return fail(a, "'%.*s' is not a number", shown((size_t)(a->end - from)), from);
  if (large)
    return fail(a, "the number %.*s does not fit in 64 bits", shown((size_t)(a->at - from)), from);
  return true;
}

/* A number from `low` to `high`; what is above INT32_MAX becomes the 32-bit number of its bits. */
static bool bounded(struct assembler *a, const char *what, int64_t low, int64_t high,
                    int32_t *value) {
  struct number n = {0};
  if (!number(a, what, &n))
    return false;
  bool fits = n.negative ? n.size <= (uint64_t)-low : n.size <= (uint64_t)high;
  if (!fits)
    return fail(a, "%s is not between %" PRId64 " and %" PRId64, what, low, high);
  uint64_t bits = n.negative ? 0 - n.size : n.size;
  *value = (int32_t)(uint32_t)bits;
  return true;
}
static bool signed32(struct assembler *a, const char *what, int32_t *value) {
  return bounded(a, what, INT32_MIN, INT32_MAX, value);
}
static bool offset16(struct assembler *a, const char *what, struct warrant_insn *i) {
  int32_t v = 0;
  if (!bounded(a, what, INT16_MIN, INT16_MAX, &v))
    return false;
  i->off = (int16_t)v;
  return true;
}

/* A register; `wide` is false for w0 to w10, the lower halves. False without a message: none starts
 * here. */
struct reg {
  unsigned n;
  bool wide;
};
static bool reg(struct assembler *a, struct reg *r) {
  skip_blanks(a);
  const char *p = a->at;
  if (a->end - p < 2 || (*p != 'r' && *p != 'w') || !digit(p[1]))
    return false;
  unsigned n = (unsigned)(p[1] - '0');
  p += 2;
  if (n == 1 && p < a->end && *p == '0') {
    n = 10;
    p++;
  }
  if (p < a->end && name_char(*p))
    return false;
  *r = (struct reg){n, *a->at == 'r'};
  a->at = p;
  return true;
}
static bool need_reg(struct assembler *a, const char *what, struct reg *r) {
  return reg(a, r) || expected(a, what);
}
/* A register of the width that the instruction has. */
static bool need_width(struct assembler *a, bool wide, unsigned *n) {
  struct reg r;
  skip_blanks(a);
  if (!need_reg(a, wide ? "a register (r0 to r10)" : "a 32-bit register (w0 to w10)", &r))
    return false;
  *n = r.n;
  return r.wide == wide ||
         fail(a, "%c%u is not as wide as the other operand", r.wide ? 'r' : 'w', r.n);
}
static bool need_this(struct assembler *a, struct reg want, const char *why) {
  struct reg r = {0};
  if (!need_reg(a, "a register", &r))
    return false;
  return (r.n == want.n && r.wide == want.wide) ||
         fail(a, "the register should be %c%u: %s", want.wide ? 'r' : 'w', want.n, why);
}

/* --- Output ------------------------------------------------------------------------------------
 */

/* Makes room for one element more of an array that grows. */
static bool grow(struct assembler *a, void **array, uint32_t count, uint32_t *room, size_t size) {
  if (count < *room)
    return true;
  uint32_t more = *room ? *room * 2 : 64;
  void *larger = realloc(*array, more * size);
  if (!larger)
    return fail(a, "out of memory");
  *array = larger;
  *room = more;
  return true;
}

static bool emit(struct assembler *a, struct warrant_insn i) {
  if (a->count == WARRANT_INSNS_MAX)
    return fail(a, "a program may have %u instructions and no more", WARRANT_INSNS_MAX);
  void *insns = a->insns;
  bool ok = grow(a, &insns, a->count, &a->room, sizeof i);
  a->insns = insns;
  if (ok)
    a->insns[a->count++] = i;
  return ok;
}
static bool emit_long(struct assembler *a, struct warrant_insn i, int32_t next) {
  i.op = BPF_LD | BPF_DW | BPF_IMM;
  return emit(a, i) && emit(a, (struct warrant_insn){.imm = next});
}

static bool add_label(struct assembler *a, struct word name) {
  void *labels = a->labels;
  bool ok = grow(a, &labels, a->label_count, &a->label_room, sizeof *a->labels);
  a->labels = labels;
  if (ok)
    a->labels[a->label_count++] = (struct label){name, a->count, a->line};
  return ok;
}
static bool add_fixup(struct assembler *a, struct word name, bool in_imm) {
  void *fixups = a->fixups;
  bool ok = grow(a, &fixups, a->fixup_count, &a->fixup_room, sizeof *a->fixups);
  a->fixups = fixups;
  if (ok)
    a->fixups[a->fixup_count++] = (struct fixup){name, a->count, a->line, in_imm};
  return ok;
}

/* A distance ("+3", "pc-2") or a label. */
static bool target(struct assembler *a, struct warrant_insn *i, bool in_imm) {
  struct word name;
  const char *from;
  skip_blanks(a);
  from = a->at;
  if (word(a, &name)) {
    skip_blanks(a);
    bool distance = same(&name, "pc") && a->at < a->end && (*a->at == '+' || *a->at == '-');
    if (!distance)
      return add_fixup(a, name, in_imm);
    from = a->at;
  }
  a->at = from;
  if (!number_at(a))
    return expected(a, "a distance or a label");
  return in_imm ? signed32(a, "the distance", &i->imm) : offset16(a, "the distance", i);
}

/* --- Operands ----------------------------------------------------------------------------------
 */

/* "u32": the size as bits 3 and 4 of an opcode. */
static bool type(struct assembler *a, uint8_t *size, bool *is_signed) {
  static const char *const names[2][4] = {{"u32", "u16", "u8", "u64"}, {"s32", "s16", "s8", "s64"}};
  struct word w;
  skip_blanks(a);
  const char *from = a->at;
  if (word(a, &w))
    for (int s = 0; s < 2; s++)
      for (uint8_t k = 0; k < 4; k++)
        if (same(&w, names[s][k])) {
          *size = (uint8_t)(k << 3);
          *is_signed = s == 1;
          return true;
        }
  a->at = from;
  return expected(a, "a type (u8, u16, u32, u64, s8, s16 or s32)");
}
/* "(u32 *)" */
static bool cast(struct assembler *a, uint8_t *size, bool *is_signed) {
  return need(a, "(") && type(a, size, is_signed) && need(a, "*") && need(a, ")");
}
/* "r1 + 8", "r1 - 8", "r1" */
static bool base_offset(struct assembler *a, unsigned *base, struct warrant_insn *i) {
  if (!need_width(a, true, base))
    return false;
  skip_blanks(a);
  return a->at == a->end || (*a->at != '+' && *a->at != '-') || offset16(a, "the offset", i);
}
static bool place(struct assembler *a, unsigned *base, struct warrant_insn *i) {
  return need(a, "(") && base_offset(a, base, i) && need(a, ")");
}

static bool set_dst(struct warrant_insn *i, unsigned n) { return i->dst = n & 15, true; }
static bool set_src(struct warrant_insn *i, unsigned n) { return i->src = n & 15, true; }

/* A register of that width or a number, as the second operand. Signs of a 32-bit number are free.
 */
static bool operand(struct assembler *a, bool wide, struct warrant_insn *i) {
  struct reg r;
  unsigned n = 0;
  skip_blanks(a);
  const char *from = a->at;
  if (reg(a, &r)) {
    a->at = from;
    i->op |= BPF_X;
    return need_width(a, wide, &n) && set_src(i, n);
  }
  if (!number_at(a))
    return expected(a, "a register or a number");
  return bounded(a, "the number", INT32_MIN, wide ? INT32_MAX : UINT32_MAX, &i->imm);
}

/* --- Statements --------------------------------------------------------------------------------
 */

/* The number of a helper that is called by name. */
static bool helper_number(const struct word *w, int32_t *number) {
  for (uint32_t n = 1;; n++) {
    const char *name = warrant_helper_name(n);
    if (!name)
      return false;
    if (strlen(name) + 4 == w->size && memcmp(w->at, "bpf_", 4) == 0 &&
        memcmp(w->at + 4, name, w->size - 4) == 0) {
      *number = (int32_t)n;
      return true;
    }
  }
}

/* A helper's number or name, "pc+3", a label, or a kernel function. */
static bool call(struct assembler *a) {
  struct warrant_insn i = {.op = BPF_JMP | BPF_CALL};
  struct word w;
  skip_blanks(a);
  if (number_at(a))
    return signed32(a, "the helper's number", &i.imm) && emit(a, i);
  const char *from = a->at;
  if (!word(a, &w))
    return expected(a, "what is called");
  if (same(&w, "kernel") && take(a, "-function")) {
    i.src = BPF_PSEUDO_KFUNC_CALL;
    return need(a, "#") && signed32(a, "the function's number", &i.imm) && emit(a, i);
  }
  if (w.size > 4 && memcmp(w.at, "bpf_", 4) == 0) {
    bool known = helper_number(&w, &i.imm);
    int32_t named = i.imm;
    if (take(a, "#")) {
      if (!signed32(a, "the helper's number", &i.imm))
        return false;
      if (known && named != i.imm)
        return fail(a, "%.*s is helper %d, not %d", shown(w.size), w.at, named, i.imm);
      known = true;
    }
    return known ? emit(a, i) : fail(a, "no helper is named '%.*s'", shown(w.size), w.at);
  }
  i.src = BPF_PSEUDO_CALL;
  a->at = from;
  return target(a, &i, true) && emit(a, i);
}

static bool conditional(struct assembler *a) {
  static const struct {
    const char *text;
    uint8_t op;
  } tests[] = {{"s>=", 0x70}, {"s<=", 0xd0}, {"s>", 0x60}, {"s<", 0xc0}, {"==", 0x10}, {"!=", 0x50},
               {">=", 0x30},  {"<=", 0xb0},  {">", 0x20},  {"<", 0xa0},  {"&", 0x40}};
  struct warrant_insn i = {0};
  struct reg d = {0};
  if (!need_reg(a, "a register", &d))
    return false;
  i.dst = d.n & 15;
  for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
    if (take(a, tests[k].text)) {
      i.op = (uint8_t)((d.wide ? BPF_JMP : BPF_JMP32) | tests[k].op);
      return operand(a, d.wide, &i) && need(a, "goto") && target(a, &i, false) && emit(a, i);
    }
  return expected(a, "a comparison (==, !=, <, s<, &, ...)");
}

/* "lock *(u64 *)(r1 + 0) += r2" */
static bool locked(struct assembler *a) {
  static const struct {
    const char *text;
    int32_t imm;
  } ops[] = {{"+=", BPF_ADD}, {"|=", BPF_OR}, {"&=", BPF_AND}, {"^=", BPF_XOR}};
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0, src = 0;
  if (!need(a, "*") || !cast(a, &size, &is_signed) || !place(a, &base, &i))
    return false;
  if (is_signed || (size != BPF_W && size != BPF_DW))
    return fail(a, "an atomic operation is of u32 or u64");
  for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
    if (take(a, ops[k].text)) {
      i.op |= size;
      i.imm = ops[k].imm;
      return need_width(a, size == BPF_DW, &src) && set_dst(&i, base) && set_src(&i, src) &&
             emit(a, i);
    }
  return expected(a, "one of '+=', '|=', '&=', '^='");
}

/* "store_release((u64 *)(r1 + 0), r2)" */
static bool release(struct assembler *a) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .imm = 0x110};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0, src = 0;
  if (!need(a, "(") || !cast(a, &size, &is_signed) || !place(a, &base, &i) || !need(a, ","))
    return false;
  if (is_signed)
    return fail(a, "a stored type has no sign: u8, u16, u32 or u64");
  i.op |= size;
  return need_width(a, size == BPF_DW, &src) && need(a, ")") && set_dst(&i, base) &&
         set_src(&i, src) && emit(a, i);
}

/* A register that a load or store may name by its lower half too: its bits are the same. */
static bool moved(struct assembler *a, uint8_t size, struct reg r) {
  return r.wide || size != BPF_DW || fail(a, "w%u has half of the access's 64 bits", r.n);
}

/* "*(u32 *)(r1 + 0) = r2", or a number */
static bool store(struct assembler *a) {
  struct warrant_insn i = {0};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  struct reg r;
  if (!cast(a, &size, &is_signed) || !place(a, &base, &i) || !need(a, "="))
    return false;
  if (is_signed)
    return fail(a, "a stored type has no sign: u8, u16, u32 or u64");
  set_dst(&i, base);
  if (reg(a, &r)) {
    i.op = BPF_STX | BPF_MEM | size;
    return moved(a, size, r) && set_src(&i, r.n) && emit(a, i);
  }
  i.op = BPF_ST | BPF_MEM | size;
  skip_blanks(a);
  if (!number_at(a))
    return expected(a, "a register or a number");
  return bounded(a, "the number", INT32_MIN, size == BPF_DW ? INT32_MAX : UINT32_MAX, &i.imm) &&
         emit(a, i);
}

/* After "r0 =": "*(u32 *)(r1 + 0)", "*(u32 *)skb[4]", "*(u32 *)skb[r1 + 4]" */
static bool load(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!cast(a, &size, &is_signed))
    return false;
  if (take(a, "skb")) {
    if (is_signed || size == BPF_DW || d.n != 0 || !d.wide)
      return fail(a, "a packet load is of u8, u16 or u32, into r0");
    struct reg r;
    if (!need(a, "["))
      return false;
    i.op = BPF_LD | BPF_ABS | size;
    if (reg(a, &r)) {
      if (!r.wide)
        return fail(a, "the place in a packet is in a whole register");
      i.op = BPF_LD | BPF_IND | size;
      set_src(&i, r.n);
      skip_blanks(a);
      if (a->at < a->end && *a->at == ']')
        return need(a, "]") && emit(a, i);
      /* "+ -4" is how a negative number is printed here */
      const char *from = a->at;
      if (take(a, "+")) {
        skip_blanks(a);
        if (a->at == a->end || *a->at != '-')
          a->at = from;
      }
    }
    return signed32(a, "the place in the packet", &i.imm) && need(a, "]") && emit(a, i);
  }
  if (!place(a, &base, &i))
    return false;
  if (is_signed && size == BPF_DW)
    return fail(a, "a load of 64 bits has no sign: u64");
  if (is_signed && !d.wide)
    return fail(a, "a load with sign fills a whole register: r%u", d.n);
  i.op = (uint8_t)(BPF_LDX | (is_signed ? 0x80 : BPF_MEM) | size);
  return moved(a, size, d) && set_src(&i, base) && emit(a, i);
}

/* After "r1 =": "load_acquire((u64 *)(r2 + 0))" */
static bool acquire(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .dst = d.n & 15, .imm = 0x100};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!need(a, "(") || !cast(a, &size, &is_signed) || !place(a, &base, &i) || !need(a, ")"))
    return false;
  if (is_signed)
    return fail(a, "an acquiring load has no sign: u8, u16, u32 or u64");
  if ((size == BPF_DW) != d.wide)
    return fail(a, "the register should be %c%u, as wide as the load", d.wide ? 'w' : 'r', d.n);
  i.op |= size;
  return set_src(&i, base) && emit(a, i);
}

/* After "r1 = atomic_fetch_add": "((u64 *)(r2 + 0), r1)" */
static bool fetch(struct assembler *a, struct reg d, int32_t op) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .src = d.n & 15, .imm = op | BPF_FETCH};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!need(a, "(") || !cast(a, &size, &is_signed) || !place(a, &base, &i) || !need(a, ","))
    return false;
  if (is_signed || (size != BPF_W && size != BPF_DW))
    return fail(a, "an atomic operation is of u32 or u64");
  if ((size == BPF_DW) != d.wide)
    return fail(a, "the register should be %c%u, as wide as the operation", d.wide ? 'w' : 'r',
                d.n);
  i.op |= size;
  return need_this(a, d, "the old value replaces the operand") && need(a, ")") &&
         set_dst(&i, base) && emit(a, i);
}

/* After "r1 = xchg_64": "(r2 + 0, r1)"; after "r0 = cmpxchg_64": "(r2 + 0, r0, r1)" */
static bool exchange(struct assembler *a, struct reg d, bool wide, bool compares) {
  struct warrant_insn i = {.op = (uint8_t)(BPF_STX | BPF_ATOMIC | (wide ? BPF_DW : BPF_W)),
                           .imm = compares ? BPF_CMPXCHG : BPF_XCHG};
  unsigned base = 0, src = d.n;
  if (d.wide != wide)
    return fail(a, "the register should be %c%u, as wide as the operation", wide ? 'r' : 'w', d.n);
  if (compares && d.n != 0)
    return fail(a, "the old value goes to %c0 here", wide ? 'r' : 'w');
  if (!need(a, "(") || !base_offset(a, &base, &i) || !need(a, ","))
    return false;
  if (!need_this(a, d, compares ? "it is compared" : "the old value replaces the operand"))
    return false;
  if (compares && (!need(a, ",") || !need_width(a, wide, &src)))
    return false;
  return need(a, ")") && set_dst(&i, base) && set_src(&i, src) && emit(a, i);
}

static bool whole(struct assembler *a, struct reg d) {
  return d.wide || fail(a, "a 64-bit constant needs a whole register: r%u", d.n);
}

/* After "r1 = map" or "r1 = map_idx": "[#3] ll", "[#3][0]+8 ll" */
static bool map(struct assembler *a, struct reg d, bool by_index) {
  struct warrant_insn i = {.dst = d.n & 15};
  int32_t off = 0;
  if (!whole(a, d) || !need(a, "["))
    return false;
  if (!by_index && !take(a, "#"))
    return fail(a, "a map has its number here, as in map[#0]: this text has no maps to name");
  if (!signed32(a, "the map's number", &i.imm) || !need(a, "]"))
    return false;
  bool value = take(a, "[");
  if (value && (!need(a, "0") || !need(a, "]") ||
                !bounded(a, "the offset in the value", INT32_MIN, UINT32_MAX, &off)))
    return false;
  i.src = value      ? by_index ? BPF_PSEUDO_MAP_IDX_VALUE : BPF_PSEUDO_MAP_VALUE
          : by_index ? BPF_PSEUDO_MAP_IDX
                     : BPF_PSEUDO_MAP_FD;
  return need(a, "ll") && emit_long(a, i, off);
}

static bool function(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15, .src = BPF_PSEUDO_FUNC};
  return whole(a, d) && need(a, "[") && target(a, &i, true) && need(a, "]") && need(a, "ll") &&
         emit_long(a, i, 0);
}

/* After "r1 = btf_id": "[8] ll", or with a module "[8:3] ll" */
static bool btf_id(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15, .src = BPF_PSEUDO_BTF_ID};
  int32_t module = 0;
  return whole(a, d) && need(a, "[") && signed32(a, "the variable's number", &i.imm) &&
         (!take(a, ":") || signed32(a, "the module's number", &module)) && need(a, "]") &&
         need(a, "ll") && emit_long(a, i, module);
}

/* After "r1 = be16": "r1" */
static bool swap(struct assembler *a, struct reg d, uint8_t op, int32_t bits) {
  struct warrant_insn i = {.op = op, .dst = d.n & 15, .imm = bits};
  if (!d.wide)
    return fail(a, "a byte swap names the whole register: r%u", d.n);
  return need_this(a, d, "a byte swap is in place") && emit(a, i);
}

/* After "r1 = (": "s8)r2" */
static bool extend(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_MOV | BPF_X),
                           .dst = d.n & 15};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned src = 0;
  if (!type(a, &size, &is_signed))
    return false;
  i.off = size == BPF_B ? 8 : size == BPF_H ? 16 : 32;
  if (!is_signed || size == BPF_DW || (size == BPF_W && !d.wide))
    return fail(a, "a move extends s8, s16, or into a whole register s32");
  return need(a, ")") && need_width(a, d.wide, &src) && set_src(&i, src) && emit(a, i);
}

/* After "r1 =": what starts with a name. */
static bool named(struct assembler *a, struct reg d) {
  static const struct {
    const char *name;
    int32_t bits;
    uint8_t op;
  } swaps[] = {{"le16", 16, 0xd4},    {"le32", 32, 0xd4},    {"le64", 64, 0xd4},
               {"be16", 16, 0xdc},    {"be32", 32, 0xdc},    {"be64", 64, 0xdc},
               {"bswap16", 16, 0xd7}, {"bswap32", 32, 0xd7}, {"bswap64", 64, 0xd7}};
  static const struct {
    const char *name;
    int32_t op;
  } fetches[] = {{"atomic_fetch_add", BPF_ADD},
                 {"atomic_fetch_or", BPF_OR},
                 {"atomic_fetch_and", BPF_AND},
                 {"atomic_fetch_xor", BPF_XOR}};
  for (size_t k = 0; k < sizeof swaps / sizeof *swaps; k++)
    if (take(a, swaps[k].name))
      return swap(a, d, swaps[k].op, swaps[k].bits);
  for (size_t k = 0; k < sizeof fetches / sizeof *fetches; k++)
    if (take(a, fetches[k].name))
      return fetch(a, d, fetches[k].op);
  if (take(a, "load_acquire"))
    return acquire(a, d);
  if (take(a, "xchg_64"))
    return exchange(a, d, true, false);
  if (take(a, "xchg32_32"))
    return exchange(a, d, false, false);
  if (take(a, "cmpxchg_64"))
    return exchange(a, d, true, true);
  if (take(a, "cmpxchg32_32"))
    return exchange(a, d, false, true);
  if (take(a, "map"))
    return map(a, d, false);
  if (take(a, "map_idx"))
    return map(a, d, true);
  if (take(a, "func"))
    return function(a, d);
  if (take(a, "btf_id"))
    return btf_id(a, d);
  return expected(a, "a value");
}

/* After "r1 =" */
static bool assign(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_MOV),
                           .dst = d.n & 15};
  struct reg s;
  skip_blanks(a);
  if (take(a, "*"))
    return load(a, d);
  if (take(a, "("))
    return extend(a, d);
  if (reg(a, &s)) {
    i.op |= BPF_X;
    i.src = s.n & 15;
    return s.wide == d.wide ? emit(a, i) : fail(a, "the two registers are not equally wide");
  }
  if (number_at(a)) {
    struct number n = {0};
    const char *from = a->at;
    if (!number(a, "a number", &n))
      return false;
    if (take(a, "ll")) {
      if (n.negative && n.size > UINT64_C(1) << 63)
        return fail(a, "the number does not fit in 64 bits");
      uint64_t v = n.negative ? 0 - n.size : n.size;
      i.imm = (int32_t)(uint32_t)v;
      return whole(a, d) && emit_long(a, i, (int32_t)(uint32_t)(v >> 32));
    }
    a->at = from;
    return operand(a, d.wide, &i) && emit(a, i);
  }
  if (take(a, "-")) { /* "r1 = -r1" */
    i.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_NEG);
    return need_this(a, d, "a negation is in place") && emit(a, i);
  }
  return named(a, d);
}

static bool arithmetic(struct assembler *a, struct reg d) {
  static const struct {
    const char *text;
    uint8_t op;
    int16_t off;
  } ops[] = {{"+=", 0x00, 0},  {"-=", 0x10, 0},   {"*=", 0x20, 0}, {"/=", 0x30, 0},
             {"s/=", 0x30, 1}, {"|=", 0x40, 0},   {"&=", 0x50, 0}, {"<<=", 0x60, 0},
             {">>=", 0x70, 0}, {"s>>=", 0xc0, 0}, {"%=", 0x90, 0}, {"s%=", 0x90, 1},
             {"^=", 0xa0, 0}};
  for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
    if (take(a, ops[k].text)) {
      struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | ops[k].op),
                               .dst = d.n & 15,
                               .off = ops[k].off};
      return operand(a, d.wide, &i) && emit(a, i);
    }
  return take(a, "=") ? assign(a, d) : expected(a, "'=', '+=' or another assignment");
}

static bool data(struct assembler *a) {
  struct number n = {0};
  if (!number(a, "a number", &n))
    return false;
  uint64_t v = n.negative ? 0 - n.size : n.size;
  return emit(a, (struct warrant_insn){.op = (uint8_t)v,
                                       .dst = v >> 8 & 15,
                                       .src = v >> 12 & 15,
                                       .off = (int16_t)(v >> 16),
                                       .imm = (int32_t)(v >> 32)});
}

static bool statement(struct assembler *a) {
  struct reg d;
  struct warrant_insn i = {0};
  if (reg(a, &d))
    return arithmetic(a, d);
  if (take(a, "if"))
    return conditional(a);
  if (take(a, "*"))
    return store(a);
  if (take(a, "goto")) {
    i.op = BPF_JMP | BPF_JA;
    return target(a, &i, false) && emit(a, i);
  }
  if (take(a, "gotol")) {
    i.op = BPF_JMP32 | BPF_JA;
    return target(a, &i, true) && emit(a, i);
  }
  if (take(a, "may_goto")) {
    i.op = BPF_JMP | 0xe0;
    return target(a, &i, false) && emit(a, i);
  }
  if (take(a, "call"))
    return call(a);
  if (take(a, "callx")) {
    unsigned n = 0;
    i.op = BPF_JMP | BPF_CALL | BPF_X;
    return need_width(a, true, &n) && set_dst(&i, n) && emit(a, i);
  }
  if (take(a, "exit")) {
    i.op = BPF_JMP | BPF_EXIT;
    return emit(a, i);
  }
  if (take(a, "lock"))
    return locked(a);
  if (take(a, "store_release"))
    return release(a);
  if (take(a, ".8byte"))
    return data(a);
  return fail(a, "'%.*s' is no instruction", shown((size_t)(a->end - a->at)), a->at);
}

/* --- Lines -------------------------------------------------------------------------------------
 */

/* Where the comment of a line starts, or its end. '#' is also in "map[#0]" and "call bpf_x#1". */
static const char *comment(const char *from, const char *end) {
  for (const char *p = from; p < end; p++) {
    bool after_space = p == from || p[-1] == ' ' || p[-1] == '\t';
    if (*p == ';' || (*p == '/' && p + 1 < end && p[1] == '/') || (*p == '#' && after_space))
      return p;
  }
  return end;
}

/* Takes "name:" or the slot number that disasm prints, "12:", which says nothing new. */
static bool prefix(struct assembler *a, struct word *name) {
  skip_blanks(a);
  const char *p = a->at;
  bool number = p < a->end && digit(*p);
  if (p == a->end || !name_char(*p))
    return false;
  while (p < a->end && (number ? digit(*p) : name_char(*p)))
    p++;
  if (p == a->end || *p != ':')
    return false;
  *name = number ? (struct word){0} : (struct word){a->at, (size_t)(p - a->at)};
  a->at = p + 1;
  return true;
}

static bool one_line(struct assembler *a) {
  struct word name;
  while (prefix(a, &name))
    if (name.size && !add_label(a, name))
      return false;
  skip_blanks(a);
  if (a->at == a->end)
    return true;
  if (!statement(a))
    return false;
  skip_blanks(a);
  return a->at == a->end || fail(a, "'%.*s' is left over after the instruction",
                                 shown((size_t)(a->end - a->at)), a->at);
}

static int compare_words(const struct word *x, const struct word *y) {
  if (x->size != y->size)
    return x->size < y->size ? -1 : 1;
  return memcmp(x->at, y->at, x->size);
}
static int compare_labels(const void *x, const void *y) {
  const struct label *a = x, *b = y;
  int c = compare_words(&a->name, &b->name);
  return c ? c : a->line < b->line ? -1 : a->line > b->line;
}
static int find_label(const void *key, const void *label) {
  return compare_words(key, &((const struct label *)label)->name);
}

static bool resolve(struct assembler *a) {
  if (a->label_count)
    qsort(a->labels, a->label_count, sizeof *a->labels, compare_labels);
  for (uint32_t k = 1; k < a->label_count; k++) {
    const struct label *one = &a->labels[k - 1], *other = &a->labels[k];
    a->line = other->line;
    if (compare_words(&one->name, &other->name) == 0)
      return fail(a, "the label '%.*s' is on line %" PRIu32 " already", shown(one->name.size),
                  one->name.at, one->line);
  }
  for (uint32_t k = 0; k < a->fixup_count; k++) {
    const struct fixup *f = &a->fixups[k];
    const struct label *l =
        a->label_count ? bsearch(&f->name, a->labels, a->label_count, sizeof *a->labels, find_label)
                       : NULL;
    a->line = f->line;
    if (!l)
      return fail(a, "there is no label '%.*s'", shown(f->name.size), f->name.at);
    int64_t distance = (int64_t)l->slot - f->slot - 1; /* slots are at most a million */
    if (f->in_imm)
      a->insns[f->slot].imm = (int32_t)distance;
    else if (distance < INT16_MIN || distance > INT16_MAX)
      return fail(a, "the label '%.*s' is too far for this jump: gotol goes further",
                  shown(f->name.size), f->name.at);
    else
      a->insns[f->slot].off = (int16_t)distance;
  }
  return true;
}

static bool assemble(struct assembler *a, const char *text, size_t size) {
  const char *p = text, *end = text + size;
  while (p < end) {
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    a->line++;
    a->at = p;
    a->end = comment(p, newline ? newline : end);
    if (!one_line(a))
      return false;
    p = newline ? newline + 1 : end;
  }
  return resolve(a) && (a->count || fail(a, "the text has no instruction"));
}

int warrant_asm(const char *name, const uint8_t *text, size_t size, struct warrant_insn **insns,
                uint32_t *count, struct warrant_error *error) {
  struct assembler a = {.name = name, .error = error};
  bool ok = assemble(&a, (const char *)text, size);
  free(a.labels);
  free(a.fixups);
  if (!ok) {
    free(a.insns);
    return -1;
  }
  *insns = a.insns;
  *count = a.count;
  return 0;
}

bool warrant_asm_likely(const uint8_t *text, size_t size) {
  static const char *const words[] = {"if",   "goto", "gotol", "may_goto",      "call",  "callx",
                                      "exit", "lock", "*",     "store_release", ".8byte"};
  const char *p = (const char *)text, *end = p + size;
  while (p < end) {
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    const char *line_end = newline ? newline : end;
    struct assembler a = {.at = p, .end = comment(p, line_end)};
    struct word name;
    struct reg r;
    while (prefix(&a, &name)) {
    }
    skip_blanks(&a);
    if (a.at < a.end) {
      for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (take(&a, words[k]))
          return true;
      return reg(&a, &r);
    }
    p = newline ? newline + 1 : end;
  }
  return false;
}
