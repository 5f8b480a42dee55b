#include "classic/disasm.h"

#include <inttypes.h>
#include <stdio.h>

#include "classic/code.h"

static const char *alu_name(uint8_t op) {
  switch (op) {
  case W_CLASSIC_ADD:
    return "add";
  case W_CLASSIC_SUB:
    return "sub";
  case W_CLASSIC_MUL:
    return "mul";
  case W_CLASSIC_DIV:
    return "div";
  case W_CLASSIC_MOD:
    return "mod";
  case W_CLASSIC_OR:
    return "or";
  case W_CLASSIC_AND:
    return "and";
  case W_CLASSIC_XOR:
    return "xor";
  case W_CLASSIC_LSH:
    return "lsh";
  default:
    return "rsh";
  }
}

static const char *cond_name(uint8_t cond) {
  switch (cond) {
  case W_CLASSIC_JEQ:
    return "jeq";
  case W_CLASSIC_JGT:
    return "jgt";
  case W_CLASSIC_JGE:
    return "jge";
  default:
    return "jset";
  }
}

/* By number / 4; the names that bpf_asm uses. It has none for A ^= X. */
static const char *const ancillary_names[16] = {
    "proto",  "type", "ifidx", "nla",      "nlan",       "mark", "queue", "hatype",
    "rxhash", "cpu",  NULL,    "vlan_tci", "vlan_avail", "poff", "rand",  "vlan_tpid",
};

const char *warrant_classic_ancillary_name(unsigned number) {
  return number < 16 && ancillary_names[number] ? ancillary_names[number] : "alu_xor_x";
}

int warrant_classic_disasm(const struct warrant_cinsn *insn, uint32_t pc, char *out, size_t size) {
  struct w_classic_code o;
  uint32_t k = insn->k;
  uint64_t next = (uint64_t)pc + 1;
  if (!w_classic_decode(insn->code, &o))
    return snprintf(out, size, "unimp #0x%x, %u, %u, #0x%" PRIx32, (unsigned)insn->code,
                    (unsigned)insn->jt, (unsigned)insn->jf, k);
  const char *suffix = o.size == 1 ? "b" : o.size == 2 ? "h" : "";
  switch (o.kind) {
  case W_CLASSIC_LD_ABS:
    if (w_classic_ancillary(k) && ancillary_names[(k - W_CLASSIC_AD) / 4])
      return snprintf(out, size, "ld%s %s", suffix, ancillary_names[(k - W_CLASSIC_AD) / 4]);
    if (k >= 0x80000000u)
      return snprintf(out, size, "ld%s [0x%" PRIx32 "]", suffix, k);
    return snprintf(out, size, "ld%s [%" PRIu32 "]", suffix, k);
  case W_CLASSIC_LD_IND:
    return snprintf(out, size, "ld%s [x + %" PRIu32 "]", suffix, k);
  case W_CLASSIC_LD_LEN:
    return snprintf(out, size, "ld #len");
  case W_CLASSIC_LD_IMM:
    return snprintf(out, size, "ld #0x%" PRIx32, k);
  case W_CLASSIC_LD_MEM:
    return snprintf(out, size, "ld M[%" PRIu32 "]", k);
  case W_CLASSIC_LDX_LEN:
    return snprintf(out, size, "ldx #len");
  case W_CLASSIC_LDX_MSH:
    return snprintf(out, size, "ldxb 4*([%" PRIu32 "]&0xf)", k);
  case W_CLASSIC_LDX_IMM:
    return snprintf(out, size, "ldx #0x%" PRIx32, k);
  case W_CLASSIC_LDX_MEM:
    return snprintf(out, size, "ldx M[%" PRIu32 "]", k);
  case W_CLASSIC_ST:
    return snprintf(out, size, "st M[%" PRIu32 "]", k);
  case W_CLASSIC_STX:
    return snprintf(out, size, "stx M[%" PRIu32 "]", k);
  case W_CLASSIC_ALU:
    if (o.x)
      return snprintf(out, size, "%s x", alu_name(o.sub));
    if (o.sub == W_CLASSIC_LSH || o.sub == W_CLASSIC_RSH)
      return snprintf(out, size, "%s #%" PRIu32, alu_name(o.sub), k);
    return snprintf(out, size, "%s #0x%" PRIx32, alu_name(o.sub), k);
  case W_CLASSIC_NEG:
    return snprintf(out, size, "neg");
  case W_CLASSIC_JA:
    return snprintf(out, size, "ja %" PRIu64, next + k);
  case W_CLASSIC_JMP:
    if (o.x)
      return snprintf(out, size, "%s x, %" PRIu64 ", %" PRIu64, cond_name(o.sub), next + insn->jt,
                      next + insn->jf);
    return snprintf(out, size, "%s #0x%" PRIx32 ", %" PRIu64 ", %" PRIu64, cond_name(o.sub), k,
                    next + insn->jt, next + insn->jf);
  case W_CLASSIC_RET_K:
    return snprintf(out, size, "ret #0x%" PRIx32, k);
  case W_CLASSIC_RET_A:
    return snprintf(out, size, "ret a");
  case W_CLASSIC_TAX:
    return snprintf(out, size, "tax");
  case W_CLASSIC_TXA:
    return snprintf(out, size, "txa");
  }
  return snprintf(out, size, "%s", "");
}

uint32_t warrant_disasm(const struct warrant_program *p, uint32_t pc, char *text, size_t size) {
  if (p->kind == WARRANT_EBPF)
    return warrant_ebpf_disasm(p, pc, text, size);
  warrant_classic_disasm(&p->cinsns[pc], pc, text, size);
  return 1;
}
