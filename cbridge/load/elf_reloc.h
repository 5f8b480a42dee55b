/* Relocations: notes, one for each slot of a section of instructions, and what a program's notes do
 * to it. */
#ifndef WARRANT_ELF_RELOC_H
#define WARRANT_ELF_RELOC_H

#include "load/elf_file.h"

/* One note for each slot of section `index`; the caller frees them. NULL has been reported. */
struct note *w_elf_notes(struct elf *e, uint32_t index);

/* Says in `problem` why the slot needs what is not supported; true when it does. */
bool w_elf_problem(struct elf *e, uint32_t pc, struct warrant_insn insn, const struct note *note,
                   struct warrant_error *problem);
/* Applies the CO-RE relocations. */
int w_elf_fit_to_kernel(struct elf *e, const struct note *notes, struct warrant_program *p,
                        struct warrant_error *problem);
/* Puts in the addresses of externs: a variable is one of the layout's choosing, what is absent has
 * the address 0 and can't be called. */
void w_elf_place_externs(const struct elf *e, const struct note *notes, struct warrant_program *p);
/* Copies maps that the program's notes name, in object order, and points its instructions at the
 * copies. */
int w_elf_relocate(struct elf *e, const struct note *notes, struct warrant_program *p);

#endif
