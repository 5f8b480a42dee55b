/* Assembly text of classic BPF, as warrant_classic_disasm writes it, and with names:
 *
 *   line     = [ NUMBER ":" ] [ LABEL ":" ] [ instruction ] [ ";" comment ]
 *   load     = ("ld" | "ldh" | "ldb") ( "[K]" | "[x + K]" | "M[K]" | "#len" | "#K" | metadata )
 *            | "ldx" ( "M[K]" | "#len" | "#K" ) | "ldxb 4*([K]&0xf)" | ("st" | "stx") "M[K]"
 *   alu      = ("add" | "sub" | "mul" | "div" | "mod" | "or" | "and" | "xor" | "lsh" | "rsh")
 *              ( "#K" | "x" ) | "neg" | "tax" | "txa"
 *   jump     = "ja" target | ("jeq" | "jne" | "jgt" | "jle" | "jge" | "jlt" | "jset")
 *              ( "#K" | "x" ) "," target [ "," target ]         without the second: what follows
 *   return   = "ret" ( "a" | "#K" | NAME ) | "unimp #CODE, JT, JF, #K"
 *   target   = LABEL | NUMBER of the instruction
 *
 * And as other tools write these: "(000)" before an instruction and "jt TARGET jf TARGET" (tcpdump
 * -d); "#NAME" and "[NAME]" for metadata, "%x", "%a", jneq (bpf_asm, bpfc, Go).
 *
 * For seccomp the words of its data can be named after `ld`, and constants; the caller knows them.
 */
#ifndef WARRANT_CLASSIC_ASM_H
#define WARRANT_CLASSIC_ASM_H

#include "warrant.h"

enum warrant_asm_name {
  WARRANT_ASM_FIELD,    /* ld NAME: an offset */
  WARRANT_ASM_CONSTANT, /* #NAME */
  WARRANT_ASM_RETURN,   /* ret NAME */
};
/* What a name stands for; false when it is none. */
typedef bool warrant_asm_resolve(void *data, enum warrant_asm_name what, const char *name,
                                 uint32_t *value);

/* The caller frees *insns. `resolve` may be NULL. */
int warrant_classic_asm(const char *name, const char *text, warrant_asm_resolve *resolve,
                        void *data, struct warrant_cinsn **insns, uint32_t *count,
                        struct warrant_error *error);
/* A listing without names, which is a part of a file from line `first_line` on: the numbers before
 * instructions have to be theirs. With `skips` a number in a jump is not the number of an
 * instruction, but how many are skipped, as golang.org/x/net/bpf has it. */
int warrant_classic_listing(const char *name, const char *text, unsigned first_line, bool skips,
                            struct warrant_cinsn **insns, uint32_t *count,
                            struct warrant_error *error);

#endif
