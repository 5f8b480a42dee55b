/* Assembly text to eBPF: the inverse of disasm.h. */
#ifndef WARRANT_ASM_H
#define WARRANT_ASM_H

#include "warrant.h"

/* Assembles `size` bytes of text, which `name` stands for in messages. One instruction a line, as
 * warrant_ebpf_disasm writes it, after an optional slot number ("12:"); a jump's target may be a
 * label
 * ("name:") too, and a comment starts with ';', '//' or a '#' after a space. The caller frees
 * *insns, `*count` slots; on failure there is nothing to free, and the sentence has the line. */
int warrant_asm(const char *name, const uint8_t *text, size_t size, struct warrant_insn **insns,
                uint32_t *count, struct warrant_error *error);
/* Whether the first instruction of a text starts as assembly does. */
bool warrant_asm_likely(const uint8_t *text, size_t size);

#endif
