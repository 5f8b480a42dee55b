/* Type information, read through libbpf: opened and closed, and the sections in it. libbpf writes
 * warnings about damaged BTF to standard error unless its caller has set libbpf_set_print; the
 * command line has. */
#ifndef WARRANT_BTF_H
#define WARRANT_BTF_H

#include "warrant.h"

struct btf;

struct warrant_btf {
  struct btf *btf;     /* owned */
  uint32_t maps_id;    /* the DATASEC of .maps, 0: none */
  uint32_t externs[2]; /* the same for .kconfig and .ksyms */
  size_t work;         /* types visited so far: a small object can describe a very large graph */
};
int warrant_btf_open(const char *name, const uint8_t *bytes, size_t size, struct warrant_btf *types,
                     struct warrant_error *error);
void warrant_btf_close(struct warrant_btf *types);
/* The id of the DATASEC of that name, 0: there is none. */
uint32_t w_btf_section(const struct btf *btf, const char *section);

#endif
