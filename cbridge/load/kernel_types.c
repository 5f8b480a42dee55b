#include "load/kernel_types.h"

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

size_t warrant_core_essential(const char *name) {
  size_t n = strlen(name);
  for (size_t i = n < 5 ? 0 : n - 4; i-- > 0;) {
    const char *s = name + i;
    if (s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_')
      return i + 1;
  }
  return n;
}

static uint32_t bucket(const struct warrant_kernel_types *types, const char *name, size_t n) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < n; i++)
    hash = (hash ^ (uint8_t)name[i]) * 16777619u;
  return hash & (types->buckets - 1);
}

uint32_t warrant_types_first(const struct warrant_kernel_types *types, const char *name, size_t n) {
  return types->heads[bucket(types, name, n)];
}

/* Chains are in ascending order, so they are made from the last type on. */
bool w_types_index(struct warrant_kernel_types *types) {
  uint32_t count = btf__type_cnt(types->btf);
  types->buckets = 64;
  while (types->buckets < count)
    types->buckets *= 2;
  types->heads = calloc(types->buckets, sizeof *types->heads);
  types->next = calloc(count, sizeof *types->next);
  if (!types->heads || !types->next)
    return false;
  for (uint32_t id = count; id-- > 1;) {
    const struct btf_type *t = btf__type_by_id(types->btf, id);
    const char *name = t ? btf__str_by_offset(types->btf, t->name_off) : NULL;
    if (!name || !*name)
      continue;
    uint32_t *head = &types->heads[bucket(types, name, warrant_core_essential(name))];
    types->next[id] = *head;
    *head = id;
  }
  return true;
}

void w_types_free(struct warrant_kernel_types *types) {
  btf__free(types->btf);
  free(types->heads);
  free(types->next);
}
