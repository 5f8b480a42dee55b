/* What programs of a type are attached to where a test loads them: the attach type, where the table
 * leaves it open, and the number of a function, tracepoint or hook in the kernel's types. */
#ifndef WARRANT_TESTS_ATTACH_H
#define WARRANT_TESTS_ATTACH_H

#include <bpf/libbpf.h>
#include <stddef.h>

#include "isa/tables.h"
#include "warrant.h"

/* Where many will do, the one that can be triggered. */
static inline uint32_t attach_type_of(const struct w_prog_type *type) {
  static const struct {
    uint32_t type, attach;
  } open[] = {{13, 3}, {14, 5}, {15, 6}, {16, 7}, {20, 16}, {21, 39}, {22, 17}, {23, 18}, {30, 36}};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    if (open[i].type == type->id)
      return open[i].attach;
  return type->nattach ? type->attach[0] : 0;
}

/* 0: there is no such thing. Found among all types, so asked for once for each attach type. */
static inline uint32_t attach_number(const struct warrant_program *p) {
  static int numbers[64];
  int *number = &numbers[p->attach_type % 64];
  if (p->attach_to && !*number)
    *number = libbpf_find_vmlinux_btf_id(p->attach_to, (enum bpf_attach_type)p->attach_type);
  return p->attach_to && *number > 0 ? (uint32_t)*number : 0;
}

#endif
