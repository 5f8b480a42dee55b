/* What BTF says about maps and global data. */
#ifndef WARRANT_BTFMAPS_H
#define WARRANT_BTFMAPS_H

#include "load/btf.h"

/* A map that uses something not supported has `problem` set: only programs that refer to it are
 * affected. */
struct warrant_map_def {
  struct warrant_map map; /* name and initial owned */
  uint32_t section;       /* ELF section index and offset there: what relocations point at; 0: none
                             does, it is the inner map of another one */
  uint64_t offset;
  const uint8_t *data; /* global data that is in no section: value_size bytes; NULL: none */
  uint8_t *set;        /* owned; the section's bytes with constants that were set; NULL: none was */
  char problem[160];   /* "" or the end of a sentence "map NAME ..." */
};
/* Fills the sizes, type, flags and problem of def->map from the BTF variable def->map.name in
 * .maps, and *inner (name owned) with those of its inner maps, where it is a map-in-map. */
int warrant_btf_map(const char *name, struct warrant_btf *types, struct warrant_map_def *def,
                    struct warrant_map_def *inner, uint64_t room, struct warrant_error *error);
/* The same check for a data section: sets `problem` when a variable in it is not plain bytes. */
void warrant_btf_data(struct warrant_btf *types, const char *section, char *problem, size_t size);

#endif
