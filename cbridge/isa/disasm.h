/* Assembly text: eBPF as LLVM and the kernel write it. */
#ifndef WARRANT_DISASM_H
#define WARRANT_DISASM_H

#include "warrant.h"

#define WARRANT_DISASM_MAX 160 /* enough for any instruction, classic ones too, with its NUL */

/* Writes the instruction at `pc`, cut at `size` bytes; what is no instruction becomes `.8byte
 * 0x...`. Returns the slots it takes: 2 for a 64-bit constant, otherwise 1. */
uint32_t warrant_ebpf_disasm(const struct warrant_program *p, uint32_t pc, char *text, size_t size);

/* "map_lookup_elem" for 1, without bpf_; NULL for a number that the build's kernel headers do not
 * have. */
const char *warrant_helper_name(uint32_t number);

#endif
