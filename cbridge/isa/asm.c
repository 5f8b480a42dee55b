/* The assembler: a line is read from left to right by a parser that never goes back, into one
 * instruction; targets that are labels are filled in at the end. */
#include "isa/asm.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "isa/asm_line.h"
#include "isa/disasm.h"
#include "isa/tables.h"

/* --- Statements ------------------------------------------------------------------------------- */

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

/* A function of the kernel, by number or name, behind "kernel-function". */
static bool kernel_function(struct assembler *a, struct warrant_insn i) {
  struct word w;
  i.src = BPF_PSEUDO_KFUNC_CALL;
  if (!w_asm_need(a, "#"))
    return false;
  if (w_asm_number_at(a))
    return w_asm_signed32(a, "the function's number", &i.imm) && w_asm_emit(a, i);
  if (!w_asm_word(a, &w))
    return w_asm_expected(a, "a function of the kernel");
  for (uint32_t k = 0; k < w_function_count; k++)
    if (w_asm_same(&w, w_functions[k].call.name)) {
      i.imm = w_functions[k].call.id;
      return w_asm_emit(a, i);
    }
  for (uint32_t k = 0; k < w_unsupported_function_count; k++)
    if (w_asm_same(&w, w_unsupported_functions[k].name)) {
      i.imm = w_unsupported_number(k);
      return w_asm_emit(a, i);
    }
  return w_asm_fail(a, "no function of the kernel is known here as '%.*s'", w_asm_shown(w.size),
                    w.at);
}

/* A helper's number or name, "pc+3", a label, or a kernel function. */
static bool call(struct assembler *a) {
  struct warrant_insn i = {.op = BPF_JMP | BPF_CALL};
  struct word w;
  w_asm_skip_blanks(a);
  if (w_asm_number_at(a))
    return w_asm_signed32(a, "the helper's number", &i.imm) && w_asm_emit(a, i);
  const char *from = a->at;
  if (!w_asm_word(a, &w))
    return w_asm_expected(a, "what is called");
  if (w_asm_same(&w, "kernel") && w_asm_take(a, "-function"))
    return kernel_function(a, i);
  if (w.size > 4 && memcmp(w.at, "bpf_", 4) == 0) {
    bool known = helper_number(&w, &i.imm);
    int32_t named = i.imm;
    if (w_asm_take(a, "#")) {
      if (!w_asm_signed32(a, "the helper's number", &i.imm))
        return false;
      if (known && named != i.imm)
        return w_asm_fail(a, "%.*s is helper %d, not %d", w_asm_shown(w.size), w.at, named, i.imm);
      known = true;
    }
    return known ? w_asm_emit(a, i)
                 : w_asm_fail(a, "no helper is named '%.*s'", w_asm_shown(w.size), w.at);
  }
  i.src = BPF_PSEUDO_CALL;
  a->at = from;
  return w_asm_target(a, &i, true) && w_asm_emit(a, i);
}

static bool conditional(struct assembler *a) {
  static const struct {
    const char *text;
    uint8_t op;
  } tests[] = {{"s>=", 0x70}, {"s<=", 0xd0}, {"s>", 0x60}, {"s<", 0xc0}, {"==", 0x10}, {"!=", 0x50},
               {">=", 0x30},  {"<=", 0xb0},  {">", 0x20},  {"<", 0xa0},  {"&", 0x40}};
  struct warrant_insn i = {0};
  struct reg d = {0};
  if (!w_asm_need_reg(a, "a register", &d))
    return false;
  i.dst = d.n & 15;
  for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
    if (w_asm_take(a, tests[k].text)) {
      i.op = (uint8_t)((d.wide ? BPF_JMP : BPF_JMP32) | tests[k].op);
      return w_asm_operand(a, d.wide, &i) && w_asm_need(a, "goto") && w_asm_target(a, &i, false) &&
             w_asm_emit(a, i);
    }
  return w_asm_expected(a, "a comparison (==, !=, <, s<, &, ...)");
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
  if (!w_asm_need(a, "*") || !w_asm_cast(a, &size, &is_signed) || !w_asm_place(a, &base, &i))
    return false;
  if (is_signed || (size != BPF_W && size != BPF_DW))
    return w_asm_fail(a, "an atomic operation is of u32 or u64");
  for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
    if (w_asm_take(a, ops[k].text)) {
      i.op |= size;
      i.imm = ops[k].imm;
      return w_asm_need_width(a, size == BPF_DW, &src) && w_asm_set_dst(&i, base) &&
             w_asm_set_src(&i, src) && w_asm_emit(a, i);
    }
  return w_asm_expected(a, "one of '+=', '|=', '&=', '^='");
}

/* "store_release((u64 *)(r1 + 0), r2)" */
static bool release(struct assembler *a) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .imm = 0x110};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0, src = 0;
  if (!w_asm_need(a, "(") || !w_asm_cast(a, &size, &is_signed) || !w_asm_place(a, &base, &i) ||
      !w_asm_need(a, ","))
    return false;
  if (is_signed)
    return w_asm_fail(a, "a stored type has no sign: u8, u16, u32 or u64");
  i.op |= size;
  return w_asm_need_width(a, size == BPF_DW, &src) && w_asm_need(a, ")") &&
         w_asm_set_dst(&i, base) && w_asm_set_src(&i, src) && w_asm_emit(a, i);
}

/* A register that a load or store may name by its lower half too: its bits are the same. */
static bool moved(struct assembler *a, uint8_t size, struct reg r) {
  return r.wide || size != BPF_DW || w_asm_fail(a, "w%u has half of the access's 64 bits", r.n);
}

/* "*(u32 *)(r1 + 0) = r2", or a number */
static bool store(struct assembler *a) {
  struct warrant_insn i = {0};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  struct reg r;
  if (!w_asm_cast(a, &size, &is_signed) || !w_asm_place(a, &base, &i) || !w_asm_need(a, "="))
    return false;
  if (is_signed)
    return w_asm_fail(a, "a stored type has no sign: u8, u16, u32 or u64");
  w_asm_set_dst(&i, base);
  if (w_asm_reg(a, &r)) {
    i.op = BPF_STX | BPF_MEM | size;
    return moved(a, size, r) && w_asm_set_src(&i, r.n) && w_asm_emit(a, i);
  }
  i.op = BPF_ST | BPF_MEM | size;
  w_asm_skip_blanks(a);
  if (!w_asm_number_at(a))
    return w_asm_expected(a, "a register or a number");
  return w_asm_bounded(a, "the number", INT32_MIN, size == BPF_DW ? INT32_MAX : UINT32_MAX,
                       &i.imm) &&
         w_asm_emit(a, i);
}

/* After "r0 =": "*(u32 *)(r1 + 0)", "*(u32 *)skb[4]", "*(u32 *)skb[r1 + 4]" */
static bool load(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!w_asm_cast(a, &size, &is_signed))
    return false;
  if (w_asm_take(a, "skb")) {
    if (is_signed || size == BPF_DW || d.n != 0 || !d.wide)
      return w_asm_fail(a, "a packet load is of u8, u16 or u32, into r0");
    struct reg r;
    if (!w_asm_need(a, "["))
      return false;
    i.op = BPF_LD | BPF_ABS | size;
    if (w_asm_reg(a, &r)) {
      if (!r.wide)
        return w_asm_fail(a, "the place in a packet is in a whole register");
      i.op = BPF_LD | BPF_IND | size;
      w_asm_set_src(&i, r.n);
      w_asm_skip_blanks(a);
      if (a->at < a->end && *a->at == ']')
        return w_asm_need(a, "]") && w_asm_emit(a, i);
      /* "+ -4" is how a negative number is printed here */
      const char *from = a->at;
      if (w_asm_take(a, "+")) {
        w_asm_skip_blanks(a);
        if (a->at == a->end || *a->at != '-')
          a->at = from;
      }
    }
    return w_asm_signed32(a, "the place in the packet", &i.imm) && w_asm_need(a, "]") &&
           w_asm_emit(a, i);
  }
  if (!w_asm_place(a, &base, &i))
    return false;
  if (is_signed && size == BPF_DW)
    return w_asm_fail(a, "a load of 64 bits has no sign: u64");
  if (is_signed && !d.wide)
    return w_asm_fail(a, "a load with sign fills a whole register: r%u", d.n);
  i.op = (uint8_t)(BPF_LDX | (is_signed ? 0x80 : BPF_MEM) | size);
  return moved(a, size, d) && w_asm_set_src(&i, base) && w_asm_emit(a, i);
}

/* After "r1 =": "load_acquire((u64 *)(r2 + 0))" */
static bool acquire(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .dst = d.n & 15, .imm = 0x100};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!w_asm_need(a, "(") || !w_asm_cast(a, &size, &is_signed) || !w_asm_place(a, &base, &i) ||
      !w_asm_need(a, ")"))
    return false;
  if (is_signed)
    return w_asm_fail(a, "an acquiring load has no sign: u8, u16, u32 or u64");
  if ((size == BPF_DW) != d.wide)
    return w_asm_fail(a, "the register should be %c%u, as wide as the load", d.wide ? 'w' : 'r',
                      d.n);
  i.op |= size;
  return w_asm_set_src(&i, base) && w_asm_emit(a, i);
}

/* After "r1 = atomic_fetch_add": "((u64 *)(r2 + 0), r1)" */
static bool fetch(struct assembler *a, struct reg d, int32_t op) {
  struct warrant_insn i = {.op = BPF_STX | BPF_ATOMIC, .src = d.n & 15, .imm = op | BPF_FETCH};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned base = 0;
  if (!w_asm_need(a, "(") || !w_asm_cast(a, &size, &is_signed) || !w_asm_place(a, &base, &i) ||
      !w_asm_need(a, ","))
    return false;
  if (is_signed || (size != BPF_W && size != BPF_DW))
    return w_asm_fail(a, "an atomic operation is of u32 or u64");
  if ((size == BPF_DW) != d.wide)
    return w_asm_fail(a, "the register should be %c%u, as wide as the operation",
                      d.wide ? 'w' : 'r', d.n);
  i.op |= size;
  return w_asm_need_this(a, d, "the old value replaces the operand") && w_asm_need(a, ")") &&
         w_asm_set_dst(&i, base) && w_asm_emit(a, i);
}

/* After "r1 = xchg_64": "(r2 + 0, r1)"; after "r0 = cmpxchg_64": "(r2 + 0, r0, r1)" */
static bool exchange(struct assembler *a, struct reg d, bool wide, bool compares) {
  struct warrant_insn i = {.op = (uint8_t)(BPF_STX | BPF_ATOMIC | (wide ? BPF_DW : BPF_W)),
                           .imm = compares ? BPF_CMPXCHG : BPF_XCHG};
  unsigned base = 0, src = d.n;
  if (d.wide != wide)
    return w_asm_fail(a, "the register should be %c%u, as wide as the operation", wide ? 'r' : 'w',
                      d.n);
  if (compares && d.n != 0)
    return w_asm_fail(a, "the old value goes to %c0 here", wide ? 'r' : 'w');
  if (!w_asm_need(a, "(") || !w_asm_base_offset(a, &base, &i) || !w_asm_need(a, ","))
    return false;
  if (!w_asm_need_this(a, d, compares ? "it is compared" : "the old value replaces the operand"))
    return false;
  if (compares && (!w_asm_need(a, ",") || !w_asm_need_width(a, wide, &src)))
    return false;
  return w_asm_need(a, ")") && w_asm_set_dst(&i, base) && w_asm_set_src(&i, src) &&
         w_asm_emit(a, i);
}

static bool whole(struct assembler *a, struct reg d) {
  return d.wide || w_asm_fail(a, "a 64-bit constant needs a whole register: r%u", d.n);
}

/* After "r1 = map" or "r1 = map_idx": "[#3] ll", "[#3][0]+8 ll" */
static bool map(struct assembler *a, struct reg d, bool by_index) {
  struct warrant_insn i = {.dst = d.n & 15};
  int32_t off = 0;
  if (!whole(a, d) || !w_asm_need(a, "["))
    return false;
  if (!by_index && !w_asm_take(a, "#"))
    return w_asm_fail(a, "a map has its number here, as in map[#0]: this text has no maps to name");
  if (!w_asm_signed32(a, "the map's number", &i.imm) || !w_asm_need(a, "]"))
    return false;
  bool value = w_asm_take(a, "[");
  if (value && (!w_asm_need(a, "0") || !w_asm_need(a, "]") ||
                !w_asm_bounded(a, "the offset in the value", INT32_MIN, UINT32_MAX, &off)))
    return false;
  i.src = value      ? by_index ? BPF_PSEUDO_MAP_IDX_VALUE : BPF_PSEUDO_MAP_VALUE
          : by_index ? BPF_PSEUDO_MAP_IDX
                     : BPF_PSEUDO_MAP_FD;
  return w_asm_need(a, "ll") && w_asm_emit_long(a, i, off);
}

static bool function(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15, .src = BPF_PSEUDO_FUNC};
  return whole(a, d) && w_asm_need(a, "[") && w_asm_target(a, &i, true) && w_asm_need(a, "]") &&
         w_asm_need(a, "ll") && w_asm_emit_long(a, i, 0);
}

/* After "r1 = btf_id": "[8] ll", or with a module "[8:3] ll" */
static bool btf_id(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.dst = d.n & 15, .src = BPF_PSEUDO_BTF_ID};
  int32_t module = 0;
  return whole(a, d) && w_asm_need(a, "[") && w_asm_signed32(a, "the variable's number", &i.imm) &&
         (!w_asm_take(a, ":") || w_asm_signed32(a, "the module's number", &module)) &&
         w_asm_need(a, "]") && w_asm_need(a, "ll") && w_asm_emit_long(a, i, module);
}

/* After "r1 = be16": "r1" */
static bool swap(struct assembler *a, struct reg d, uint8_t op, int32_t bits) {
  struct warrant_insn i = {.op = op, .dst = d.n & 15, .imm = bits};
  if (!d.wide)
    return w_asm_fail(a, "a byte swap names the whole register: r%u", d.n);
  return w_asm_need_this(a, d, "a byte swap is in place") && w_asm_emit(a, i);
}

/* After "r1 = (": "s8)r2" */
static bool extend(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_MOV | BPF_X),
                           .dst = d.n & 15};
  uint8_t size = 0;
  bool is_signed = false;
  unsigned src = 0;
  if (!w_asm_type(a, &size, &is_signed))
    return false;
  i.off = size == BPF_B ? 8 : size == BPF_H ? 16 : 32;
  if (!is_signed || size == BPF_DW || (size == BPF_W && !d.wide))
    return w_asm_fail(a, "a move extends s8, s16, or into a whole register s32");
  return w_asm_need(a, ")") && w_asm_need_width(a, d.wide, &src) && w_asm_set_src(&i, src) &&
         w_asm_emit(a, i);
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
    if (w_asm_take(a, swaps[k].name))
      return swap(a, d, swaps[k].op, swaps[k].bits);
  for (size_t k = 0; k < sizeof fetches / sizeof *fetches; k++)
    if (w_asm_take(a, fetches[k].name))
      return fetch(a, d, fetches[k].op);
  if (w_asm_take(a, "load_acquire"))
    return acquire(a, d);
  if (w_asm_take(a, "xchg_64"))
    return exchange(a, d, true, false);
  if (w_asm_take(a, "xchg32_32"))
    return exchange(a, d, false, false);
  if (w_asm_take(a, "cmpxchg_64"))
    return exchange(a, d, true, true);
  if (w_asm_take(a, "cmpxchg32_32"))
    return exchange(a, d, false, true);
  if (w_asm_take(a, "map"))
    return map(a, d, false);
  if (w_asm_take(a, "map_idx"))
    return map(a, d, true);
  if (w_asm_take(a, "func"))
    return function(a, d);
  if (w_asm_take(a, "btf_id"))
    return btf_id(a, d);
  return w_asm_expected(a, "a value");
}

/* After "r1 =" */
static bool assign(struct assembler *a, struct reg d) {
  struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_MOV),
                           .dst = d.n & 15};
  struct reg s;
  w_asm_skip_blanks(a);
  if (w_asm_take(a, "*"))
    return load(a, d);
  if (w_asm_take(a, "("))
    return extend(a, d);
  if (w_asm_reg(a, &s)) {
    i.op |= BPF_X;
    i.src = s.n & 15;
    return s.wide == d.wide ? w_asm_emit(a, i)
                            : w_asm_fail(a, "the two registers are not equally wide");
  }
  if (w_asm_number_at(a)) {
    struct number n = {0};
    const char *from = a->at;
    if (!w_asm_number(a, "a number", &n))
      return false;
    if (w_asm_take(a, "ll")) {
      if (n.negative && n.size > UINT64_C(1) << 63)
        return w_asm_fail(a, "the number does not fit in 64 bits");
      uint64_t v = n.negative ? 0 - n.size : n.size;
      i.imm = (int32_t)(uint32_t)v;
      return whole(a, d) && w_asm_emit_long(a, i, (int32_t)(uint32_t)(v >> 32));
    }
    a->at = from;
    return w_asm_operand(a, d.wide, &i) && w_asm_emit(a, i);
  }
  if (w_asm_take(a, "-")) { /* "r1 = -r1" */
    i.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | BPF_NEG);
    return w_asm_need_this(a, d, "a negation is in place") && w_asm_emit(a, i);
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
    if (w_asm_take(a, ops[k].text)) {
      struct warrant_insn i = {.op = (uint8_t)((d.wide ? BPF_ALU64 : BPF_ALU) | ops[k].op),
                               .dst = d.n & 15,
                               .off = ops[k].off};
      return w_asm_operand(a, d.wide, &i) && w_asm_emit(a, i);
    }
  return w_asm_take(a, "=") ? assign(a, d) : w_asm_expected(a, "'=', '+=' or another assignment");
}

static bool data(struct assembler *a) {
  struct number n = {0};
  if (!w_asm_number(a, "a number", &n))
    return false;
  uint64_t v = n.negative ? 0 - n.size : n.size;
  return w_asm_emit(a, (struct warrant_insn){.op = (uint8_t)v,
                                             .dst = v >> 8 & 15,
                                             .src = v >> 12 & 15,
                                             .off = (int16_t)(v >> 16),
                                             .imm = (int32_t)(v >> 32)});
}

static bool statement(struct assembler *a) {
  struct reg d;
  struct warrant_insn i = {0};
  if (w_asm_reg(a, &d))
    return arithmetic(a, d);
  if (w_asm_take(a, "if"))
    return conditional(a);
  if (w_asm_take(a, "*"))
    return store(a);
  if (w_asm_take(a, "goto")) {
    i.op = BPF_JMP | BPF_JA;
    return w_asm_target(a, &i, false) && w_asm_emit(a, i);
  }
  if (w_asm_take(a, "gotol")) {
    i.op = BPF_JMP32 | BPF_JA;
    return w_asm_target(a, &i, true) && w_asm_emit(a, i);
  }
  if (w_asm_take(a, "may_goto")) {
    i.op = BPF_JMP | 0xe0;
    return w_asm_target(a, &i, false) && w_asm_emit(a, i);
  }
  if (w_asm_take(a, "call"))
    return call(a);
  if (w_asm_take(a, "callx")) {
    unsigned n = 0;
    i.op = BPF_JMP | BPF_CALL | BPF_X;
    return w_asm_need_width(a, true, &n) && w_asm_set_dst(&i, n) && w_asm_emit(a, i);
  }
  if (w_asm_take(a, "exit")) {
    i.op = BPF_JMP | BPF_EXIT;
    return w_asm_emit(a, i);
  }
  if (w_asm_take(a, "lock"))
    return locked(a);
  if (w_asm_take(a, "store_release"))
    return release(a);
  if (w_asm_take(a, ".8byte"))
    return data(a);
  return w_asm_fail(a, "'%.*s' is no instruction", w_asm_shown((size_t)(a->end - a->at)), a->at);
}

/* --- Lines ------------------------------------------------------------------------------------ */

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
  w_asm_skip_blanks(a);
  const char *p = a->at;
  bool number = p < a->end && w_asm_digit(*p);
  if (p == a->end || !w_asm_name_char(*p))
    return false;
  while (p < a->end && (number ? w_asm_digit(*p) : w_asm_name_char(*p)))
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
    if (name.size && !w_asm_add_label(a, name))
      return false;
  w_asm_skip_blanks(a);
  if (a->at == a->end)
    return true;
  if (!statement(a))
    return false;
  w_asm_skip_blanks(a);
  return a->at == a->end || w_asm_fail(a, "'%.*s' is left over after the instruction",
                                       w_asm_shown((size_t)(a->end - a->at)), a->at);
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
      return w_asm_fail(a, "the label '%.*s' is on line %" PRIu32 " already",
                        w_asm_shown(one->name.size), one->name.at, one->line);
  }
  for (uint32_t k = 0; k < a->fixup_count; k++) {
    const struct fixup *f = &a->fixups[k];
    const struct label *l =
        a->label_count ? bsearch(&f->name, a->labels, a->label_count, sizeof *a->labels, find_label)
                       : NULL;
    a->line = f->line;
    if (!l)
      return w_asm_fail(a, "there is no label '%.*s'", w_asm_shown(f->name.size), f->name.at);
    int64_t distance = (int64_t)l->slot - f->slot - 1; /* slots are at most a million */
    if (f->in_imm)
      a->insns[f->slot].imm = (int32_t)distance;
    else if (distance < INT16_MIN || distance > INT16_MAX)
      return w_asm_fail(a, "the label '%.*s' is too far for this jump: gotol goes further",
                        w_asm_shown(f->name.size), f->name.at);
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
  return resolve(a) && (a->count || w_asm_fail(a, "the text has no instruction"));
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
    w_asm_skip_blanks(&a);
    if (a.at < a.end) {
      for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (w_asm_take(&a, words[k]))
          return true;
      return w_asm_reg(&a, &r);
    }
    p = newline ? newline + 1 : end;
  }
  return false;
}
