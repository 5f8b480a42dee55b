#include "cmd/cmd_bound.h"

#include <linux/bpf.h>

#include "isa/tables.h"

bool bound_ends_at_a_tail_call(const struct warrant_program *p) {
  for (uint32_t pc = 0; p->kind == WARRANT_EBPF && pc < p->insn_count; pc++) {
    const struct warrant_insn insn = p->insns[pc];
    const struct w_helper *h =
        insn.op == (BPF_JMP | BPF_CALL) && insn.src == 0 ? w_helper_of(insn.imm) : NULL;
    if ((h && h->ret == W_RET_TAIL) || insn.op == (BPF_JMP | BPF_CALL | BPF_X))
      return true; /* a helper that is called by a register may be any */
  }
  return false;
}

const char *bound_covers(const struct warrant_program *p) {
  return bound_ends_at_a_tail_call(p) ? "until a tail call" : "all";
}
