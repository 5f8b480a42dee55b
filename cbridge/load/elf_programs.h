/* Which programs an object has, and which functions they can call. */
#ifndef WARRANT_ELF_PROGRAMS_H
#define WARRANT_ELF_PROGRAMS_H

#include "load/elf_file.h"

/* Fills e->programs and e->functions, both by position. */
int w_elf_find_programs(struct elf *e);
/* Keeps the programs that --prog names: by function, or else by section. */
int w_elf_choose_programs(struct elf *e);
/* The function that starts there; `e->function_count`: none. */
uint32_t w_elf_function_at(const struct elf *e, uint32_t section, uint32_t start);

#endif
