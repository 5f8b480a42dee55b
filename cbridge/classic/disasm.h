/* One instruction of any program as text: classic BPF as tcpdump and bpf_dbg write it, eBPF as in
 * isa/disasm.h. */
#ifndef WARRANT_CLASSIC_DISASM_H
#define WARRANT_CLASSIC_DISASM_H

#include "isa/disasm.h"
#include "warrant.h"

/* Writes the instruction at `pc` of an eBPF or classic program, cut at `size` bytes; returns the
 * slots it takes: 2 for a 64-bit constant, otherwise 1. */
uint32_t warrant_disasm(const struct warrant_program *p, uint32_t pc, char *text, size_t size);

/* What metadata is called, by SKF_AD_* / 4 below 16; static. */
const char *warrant_classic_ancillary_name(unsigned number);

/* Writes one instruction as text, with the absolute targets of jumps, and returns what snprintf
 * would. */
int warrant_classic_disasm(const struct warrant_cinsn *insn, uint32_t pc, char *out, size_t size);

#endif
