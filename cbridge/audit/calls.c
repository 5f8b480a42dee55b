#include "audit/calls.h"

#include <stdlib.h>
#include <string.h>

static const struct kernel_arch *calls_at(const char *arch) {
  for (unsigned i = 0; i < w_kernel_arch_count; i++)
    if (strcmp(w_kernel_arches[i].name, arch) == 0)
      return &w_kernel_arches[i];
  return NULL;
}

static int by_number(const void *key, const void *call) {
  uint32_t a = *(const uint32_t *)key, b = ((const struct kernel_call *)call)->nr;
  return (a > b) - (a < b);
}
const struct kernel_call *w_kernel_call_by_number(const char *arch, uint32_t nr) {
  const struct kernel_arch *a = calls_at(arch);
  return a ? bsearch(&nr, a->calls, a->count, sizeof *a->calls, by_number) : NULL;
}

const struct kernel_call *w_kernel_call_by_name(const char *arch, const char *name) {
  const struct kernel_arch *a = calls_at(arch);
  for (size_t i = 0; a && i < a->count; i++)
    if (strcmp(a->calls[i].name, name) == 0)
      return &a->calls[i];
  return NULL;
}
