/* One instruction to one line of text. Classic ones are in classic/disasm.c. */
#include "isa/disasm.h"

#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdio.h>

#include "isa/tables.h"

const char *warrant_helper_name(uint32_t number) {
#define NAME(helper) #helper
  static const char *const names[] = {__BPF_FUNC_MAPPER(NAME)};
#undef NAME
  return number && number < sizeof names / sizeof *names ? names[number] : NULL;
}

static const char *const sizes[] = {"u32", "u16", "u8", "u64"}; /* by bits 3 and 4 of the opcode */
static const char *const signed_sizes[] = {"s32", "s16", "s8", "s64"};

static uint32_t data_word(const struct warrant_insn *i, char *text, size_t size) {
  uint64_t word = i->op | (uint64_t)(i->src << 4 | i->dst) << 8 | (uint64_t)(uint16_t)i->off << 16 |
                  (uint64_t)(uint32_t)i->imm << 32;
  snprintf(text, size, ".8byte 0x%016llx", (unsigned long long)word);
  return 1;
}

/* "+ 4", "- 8": the offset of a memory operand. */
static const char *offset(char *text, size_t size, int off) {
  snprintf(text, size, "%c %d", off < 0 ? '-' : '+', off < 0 ? -off : off);
  return text;
}

static bool alu(const struct warrant_insn *i, char *text, size_t size) {
  static const char *const ops[] = {
      "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", NULL, "%=", "^=", "=", "s>>="};
  bool wide = (i->op & 7) == BPF_ALU64;
  char r = wide ? 'r' : 'w';
  unsigned op = i->op >> 4;
  bool from_register = i->op & BPF_X;
  if (op == BPF_END >> 4) {
    if (i->imm != 16 && i->imm != 32 && i->imm != 64)
      return false;
    if (wide && from_register)
      return false;
    const char *kind = wide ? "bswap" : from_register ? "be" : "le";
    snprintf(text, size, "r%u = %s%d r%u", i->dst, kind, i->imm, i->dst);
    return true;
  }
  if (op == BPF_NEG >> 4) {
    if (from_register)
      return false;
    snprintf(text, size, "%c%u = -%c%u", r, i->dst, r, i->dst);
    return true;
  }
  if (op >= sizeof ops / sizeof *ops)
    return false;
  bool divides = op == BPF_DIV >> 4 || op == BPF_MOD >> 4;
  const char *sign = "";
  if (i->off && divides && i->off == 1)
    sign = "s";
  else if (i->off && op == BPF_MOV >> 4 && from_register &&
           (i->off == 8 || i->off == 16 || (i->off == 32 && wide))) {
    snprintf(text, size, "%c%u = (s%d)%c%u", r, i->dst, i->off, r, i->src);
    return true;
  } else if (i->off) {
    return false;
  }
  if (from_register)
    snprintf(text, size, "%c%u %s%s %c%u", r, i->dst, sign, ops[op], r, i->src);
  else
    snprintf(text, size, "%c%u %s%s %d", r, i->dst, sign, ops[op], i->imm);
  return true;
}

static bool jump(const struct warrant_insn *i, char *text, size_t size) {
  static const char *const ops[] = {NULL,  "==", ">",  ">=", "&",  "!=", "s>",
                                    "s>=", NULL, NULL, "<",  "<=", "s<", "s<="};
  bool wide = (i->op & 7) == BPF_JMP;
  char r = wide ? 'r' : 'w';
  unsigned op = i->op >> 4;
  bool from_register = i->op & BPF_X;
  switch (i->op) {
  case BPF_JMP | BPF_JA:
    snprintf(text, size, "goto %+d", i->off);
    return true;
  case BPF_JMP32 | BPF_JA:
    snprintf(text, size, "gotol %+d", i->imm);
    return true;
  case BPF_JMP | BPF_EXIT:
    snprintf(text, size, "exit");
    return true;
  case BPF_JMP | 0xe0:
    if (i->src)
      return false;
    snprintf(text, size, "may_goto %+d", i->off);
    return true;
  case BPF_JMP | BPF_CALL: {
    const char *name = warrant_helper_name((uint32_t)i->imm);
    const struct w_function *f = w_function_of(i->imm);
    const struct w_unsupported_function *other = w_unsupported_function_of(i->imm);
    if (i->src == BPF_PSEUDO_CALL)
      snprintf(text, size, "call pc%+d", i->imm);
    else if (i->src == BPF_PSEUDO_KFUNC_CALL && (f || other))
      snprintf(text, size, "call kernel-function#%s", f ? f->call.name : other->name);
    else if (i->src == BPF_PSEUDO_KFUNC_CALL)
      snprintf(text, size, "call kernel-function#%d", i->imm);
    else if (i->src)
      return false;
    else if (name)
      snprintf(text, size, "call bpf_%s#%d", name, i->imm);
    else
      snprintf(text, size, "call %d", i->imm);
    return true;
  }
  case BPF_JMP | BPF_CALL | BPF_X:
    snprintf(text, size, "callx r%u", i->dst);
    return true;
  default:
    if (op >= sizeof ops / sizeof *ops || !ops[op])
      return false;
    if (from_register)
      snprintf(text, size, "if %c%u %s %c%u goto %+d", r, i->dst, ops[op], r, i->src, i->off);
    else
      snprintf(text, size, "if %c%u %s %d goto %+d", r, i->dst, ops[op], i->imm, i->off);
    return true;
  }
}

static bool atomic(const struct warrant_insn *i, const char *type, const char *at, char *text,
                   size_t size) {
  bool wide = (i->op & 0x18) == BPF_DW;
  if (i->imm == 0x100) {
    char r = wide ? 'r' : 'w';
    char place[16];
    snprintf(text, size, "%c%u = load_acquire((%s *)(r%u %s))", r, i->dst, type, i->src,
             offset(place, sizeof place, i->off));
    return true;
  }
  if (i->imm == 0x110) {
    snprintf(text, size, "store_release((%s *)(r%u %s), %c%u)", type, i->dst, at, wide ? 'r' : 'w',
             i->src);
    return true;
  }
  if (!wide && (i->op & 0x18) != BPF_W)
    return false;
  char r = wide ? 'r' : 'w';
  const char *suffix = wide ? "_64" : "32_32"; /* as LLVM spells them */
  switch (i->imm) {
  case BPF_ADD:
  case BPF_OR:
  case BPF_AND:
  case BPF_XOR:
    snprintf(text, size, "lock *(%s *)(r%u %s) %s %c%u", type, i->dst, at,
             i->imm == BPF_ADD   ? "+="
             : i->imm == BPF_OR  ? "|="
             : i->imm == BPF_AND ? "&="
                                 : "^=",
             r, i->src);
    return true;
  case BPF_ADD | BPF_FETCH:
  case BPF_OR | BPF_FETCH:
  case BPF_AND | BPF_FETCH:
  case BPF_XOR | BPF_FETCH:
    snprintf(text, size, "%c%u = atomic_fetch_%s((%s *)(r%u %s), %c%u)", r, i->src,
             (i->imm & 0xf0) == BPF_ADD   ? "add"
             : (i->imm & 0xf0) == BPF_OR  ? "or"
             : (i->imm & 0xf0) == BPF_AND ? "and"
                                          : "xor",
             type, i->dst, at, r, i->src);
    return true;
  case BPF_XCHG:
    snprintf(text, size, "%c%u = xchg%s(r%u %s, %c%u)", r, i->src, suffix, i->dst, at, r, i->src);
    return true;
  case BPF_CMPXCHG:
    snprintf(text, size, "%c0 = cmpxchg%s(r%u %s, %c0, %c%u)", r, suffix, i->dst, at, r, r, i->src);
    return true;
  default:
    return false;
  }
}

static bool memory(const struct warrant_insn *i, char *text, size_t size) {
  char place[16];
  const char *at = offset(place, sizeof place, i->off);
  unsigned width = i->op >> 3 & 3;
  const char *type = sizes[width];
  /* LLVM names the 32-bit half of a register when the access is at most 32 bits wide only from
   * -mcpu=v3 on, and prints r in either case in the forms that the kernel takes; so does this. */
  switch (i->op & 0xe7) {
  case BPF_LDX | BPF_MEM:
    snprintf(text, size, "r%u = *(%s *)(r%u %s)", i->dst, type, i->src, at);
    return true;
  case BPF_LDX | 0x80:
    if (width == 3)
      return false;
    snprintf(text, size, "r%u = *(%s *)(r%u %s)", i->dst, signed_sizes[width], i->src, at);
    return true;
  case BPF_ST | BPF_MEM:
    snprintf(text, size, "*(%s *)(r%u %s) = %d", type, i->dst, at, i->imm);
    return true;
  case BPF_STX | BPF_MEM:
    snprintf(text, size, "*(%s *)(r%u %s) = r%u", type, i->dst, at, i->src);
    return true;
  case BPF_STX | BPF_ATOMIC:
    return atomic(i, type, at, text, size);
  case BPF_LD | BPF_ABS:
    if (width == 3)
      return false;
    snprintf(text, size, "r0 = *(%s *)skb[%d]", type, i->imm);
    return true;
  case BPF_LD | BPF_IND:
    if (width == 3)
      return false;
    snprintf(text, size, "r0 = *(%s *)skb[r%u + %d]", type, i->src, i->imm);
    return true;
  default:
    return false;
  }
}

/* A name in the output must not drive a terminal or break a line. */
static void map_name(const struct warrant_program *p, int32_t index, char *text, size_t size) {
  if (index < 0 || (uint32_t)index >= p->map_count) {
    snprintf(text, size, "#%d", index);
    return;
  }
  snprintf(text, size, "%s", p->maps[index].name);
  for (char *c = text; *c; c++)
    if (*c <= ' ' || *c > '~')
      *c = '?';
}

static uint32_t constant(const struct warrant_program *p, uint32_t pc, char *text, size_t size) {
  const struct warrant_insn *i = &p->insns[pc], *high = i + 1;
  if (pc + 1 == p->insn_count || high->op || high->dst || high->src || high->off)
    return data_word(i, text, size);
  char name[64];
  switch (i->src) {
  case 0:
    snprintf(text, size, "r%u = 0x%llx ll", i->dst,
             (unsigned long long)((uint64_t)(uint32_t)high->imm << 32 | (uint32_t)i->imm));
    return 2;
  case BPF_PSEUDO_MAP_FD:
    map_name(p, i->imm, name, sizeof name);
    snprintf(text, size, "r%u = map[%s] ll", i->dst, name);
    return 2;
  case BPF_PSEUDO_MAP_VALUE:
    map_name(p, i->imm, name, sizeof name);
    snprintf(text, size, "r%u = map[%s][0]+%u ll", i->dst, name, (uint32_t)high->imm);
    return 2;
  case BPF_PSEUDO_BTF_ID:
    if (high->imm)
      snprintf(text, size, "r%u = btf_id[%d:%d] ll", i->dst, i->imm, high->imm);
    else
      snprintf(text, size, "r%u = btf_id[%d] ll", i->dst, i->imm);
    return 2;
  case BPF_PSEUDO_FUNC:
    snprintf(text, size, "r%u = func[pc%+d] ll", i->dst, i->imm);
    return 2;
  case BPF_PSEUDO_MAP_IDX:
    snprintf(text, size, "r%u = map_idx[%d] ll", i->dst, i->imm);
    return 2;
  case BPF_PSEUDO_MAP_IDX_VALUE:
    snprintf(text, size, "r%u = map_idx[%d][0]+%u ll", i->dst, i->imm, (uint32_t)high->imm);
    return 2;
  default:
    return data_word(i, text, size);
  }
}

uint32_t warrant_ebpf_disasm(const struct warrant_program *p, uint32_t pc, char *text,
                             size_t size) {
  const struct warrant_insn *i = &p->insns[pc];
  bool known = false;
  if (i->op == (BPF_LD | BPF_DW | BPF_IMM))
    return constant(p, pc, text, size);
  switch (i->op & 7) {
  case BPF_ALU:
  case BPF_ALU64:
    known = alu(i, text, size);
    break;
  case BPF_JMP:
  case BPF_JMP32:
    known = jump(i, text, size);
    break;
  default:
    known = memory(i, text, size);
  }
  return known ? 1 : data_word(i, text, size);
}
