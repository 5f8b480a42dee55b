#include "load/kfuncs.h"

#include <stdio.h>
#include <string.h>

#include "isa/tables.h"
#include "load/btfwalk.h"
#include "load/core.h"

static bool is_number(const struct btf_type *t) { return btf_is_int(t) || btf_is_any_enum(t); }

/* What a pointer leads to; NULL: it is no pointer, or to nothing that has a kind. */
static const struct btf_type *pointee(const struct btf *btf, const struct btf_type *t) {
  return btf_is_ptr(t) && t->type ? w_btf_type(btf, t->type) : NULL;
}

static uint32_t size_of(const struct btf_type *t) {
  return is_number(t) || btf_is_composite(t) ? t->size : 0;
}

/* Addresses that the function itself takes for numbers. */
static bool is_ignored(const char *name) {
  static const char end[] = "__ign";
  size_t n = strlen(name), k = sizeof end - 1;
  return n >= k && strcmp(name + n - k, end) == 0;
}

static bool parameter_fits(const struct btf *btf, const struct btf_param *p, enum w_arg arg,
                           uint32_t size) {
  const struct btf_type *t = w_btf_type(btf, p->type);
  const struct btf_type *to = t ? pointee(btf, t) : NULL;
  switch (arg) {
  case W_ARG_ANY:
    return t && (is_number(t) || (btf_is_ptr(t) && is_ignored(w_btf_text(btf, p->name_off))));
  case W_ARG_SIZE:
  case W_ARG_ALLOC:
    return t && is_number(t);
  case W_ARG_MEMN:
  case W_ARG_OUTN:
  case W_ARG_INOUTN:
    return to && size_of(to) == size;
  default:
    return t && btf_is_ptr(t);
  }
}

static bool result_fits(const struct btf *btf, uint32_t id, const struct w_helper *h) {
  const struct btf_type *t = id ? w_btf_type(btf, id) : NULL, *to = t ? pointee(btf, t) : NULL;
  switch ((enum w_ret)h->ret) {
  case W_RET_VOID:
    return !id;
  case W_RET_TYPED:
    return to && btf_is_struct(to) && strcmp(w_btf_text(btf, to->name_off), h->object) == 0;
  case W_RET_INT:
    return t && is_number(t);
  default:
    return to;
  }
}

/* Is it the function that the contract is about? */
static bool contract_fits(const struct btf *btf, const struct btf_type *proto,
                          const struct w_helper *h) {
  bool fits = btf_vlen(proto) == h->nargs && result_fits(btf, proto->type, h);
  for (uint16_t k = 0; fits && k < h->nargs; k++)
    fits = parameter_fits(btf, &btf_params(proto)[k], h->args[k], h->sizes[k]);
  return fits;
}

bool w_kfunc_solve(const struct btf *object, uint32_t local,
                   const struct warrant_kernel_types *kernel, uint64_t *work, struct w_kfunc *f) {
  const struct btf_type *t = btf__type_by_id(kernel->btf, f->id),
                        *proto = t ? btf__type_by_id(kernel->btf, t->type) : NULL;
  if (!proto || !btf_is_func_proto(proto) ||
      (local && !warrant_core_compatible(object, local, kernel->btf, t->type, work)))
    return false;
  for (uint32_t k = 0; k < w_function_count; k++) {
    const struct w_helper *h = &w_functions[k].call;
    if (strcmp(h->name, f->name))
      continue;
    if (contract_fits(kernel->btf, proto, h))
      f->number = h->id;
    else
      f->problem = "has other parameters in this kernel than the function that is known here";
    return true;
  }
  for (uint32_t k = 0; k < w_unsupported_function_count; k++)
    if (strcmp(w_unsupported_functions[k].name, f->name) == 0) {
      f->number = w_unsupported_number(k);
      return true;
    }
  f->problem = "is not known here, and so not supported";
  return true;
}
