/* The maps of an object: those that it defines, its global data, and the externs that make one. */
#ifndef WARRANT_ELF_MAPS_H
#define WARRANT_ELF_MAPS_H

#include "load/elf_file.h"

/* In this order: maps of global data come first, and declared ones are found by their place. */
int w_elf_data_maps(struct elf *e);
int w_elf_externs(struct elf *e);
int w_elf_declared_maps(struct elf *e);

/* The map defined exactly there, or NULL. */
const struct warrant_map_def *w_elf_map_at(const struct elf *e, uint32_t section, uint64_t offset);
/* The extern of a symbol, or NULL. */
const struct warrant_extern *w_elf_extern_of(const struct elf *e, uint64_t symbol);

#endif
