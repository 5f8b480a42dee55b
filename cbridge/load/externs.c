/* What an object names and the kernel has: values of its configuration (`__kconfig`), its variables
 * and its functions (`__ksym`), each a variable or function of the object's BTF. */
#include "load/externs.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/error.h"
#include "load/btfwalk.h"
#include "load/host.h"
#include "load/kfuncs.h"

/* Of one extern, what BTF says. */
struct declared {
  const struct btf_type *type; /* of the variable; NULL: nothing is declared */
  bool config, function, typed;
  uint32_t proto; /* of a function */
};

/* Looks in .kconfig and .ksyms; a kernel function has no variable there in some compilers' output,
 * and is an extern function. */
static struct declared find(struct warrant_btf *types, const char *name) {
  const struct btf *btf = types->btf;
  struct declared d = {0};
  for (int k = 0; k < 2; k++) {
    const struct btf_type *section = btf__type_by_id(btf, types->externs[k]);
    const struct btf_var_secinfo *vars =
        types->externs[k] && section ? btf_var_secinfos(section) : NULL;
    for (uint32_t i = 0; vars && i < btf_vlen(section); i++) {
      const struct btf_type *t = btf__type_by_id(btf, vars[i].type);
      types->work++;
      if (!t || strcmp(w_btf_text(btf, t->name_off), name))
        continue;
      d.config = k == 0;
      d.function = btf_is_func(t);
      d.proto = d.function ? t->type : 0;
      if (btf_is_var(t))
        d.type = w_btf_type(btf, t->type);
      d.typed = d.type && btf_kind(d.type) != BTF_KIND_UNKN;
      return d;
    }
  }
  return d;
}

/* --- Configuration --------------------------------------------------------------------------- */

enum shape { NO_SHAPE, BOOL, TRISTATE, CHARACTER, INTEGER, TEXT };

static enum shape shape_of(const struct btf *btf, const struct btf_type *t, uint32_t *size,
                           bool *negative) {
  *size = t->size;
  if (btf_is_int(t)) {
    *negative = btf_int_encoding(t) & BTF_INT_SIGNED;
    if (btf_int_encoding(t) & BTF_INT_BOOL)
      return t->size == 1 ? BOOL : NO_SHAPE;
    if (t->size == 1)
      return CHARACTER;
    return t->size == 2 || t->size == 4 || t->size == 8 ? INTEGER : NO_SHAPE;
  }
  if (btf_is_any_enum(t))
    return t->size == 4 && strcmp(w_btf_text(btf, t->name_off), "libbpf_tristate") == 0 ? TRISTATE
                                                                                        : NO_SHAPE;
  if (!btf_is_array(t) || btf_array(t)->nelems == 0)
    return NO_SHAPE;
  const struct btf_type *each = w_btf_type(btf, btf_array(t)->type);
  *size = btf_array(t)->nelems;
  return each && btf_is_int(each) && each->size == 1 && *size <= 4096 ? TEXT : NO_SHAPE;
}

/* The text of a configuration as the bytes of a variable; false: it doesn't fit that type. */
static bool convert(const char *value, enum shape shape, uint32_t size, bool negative,
                    uint8_t *out) {
  size_t n = strlen(value);
  if (n == 1 && strchr("ynm", *value)) {
    static const char states[] = "nym"; /* TRI_NO, TRI_YES, TRI_MODULE */
    if (shape == CHARACTER)
      *out = (uint8_t)*value;
    else if (shape == TRISTATE)
      *out = (uint8_t)(strchr(states, *value) - states);
    else if (shape == BOOL && *value != 'm')
      *out = *value == 'y';
    else
      return false;
    return true;
  }
  if (*value == '"') {
    if (shape != TEXT || n < 2 || value[n - 1] != '"')
      return false;
    n = n - 2 < size - 1 ? n - 2 : size - 1;
    memcpy(out, value + 1, n);
    return true;
  }
  char *end = NULL;
  errno = 0;
  uint64_t v = strtoull(value, &end, 0);
  if (errno || end == value || *end || (shape != INTEGER && shape != CHARACTER))
    return false;
  unsigned bits = 8 * size;
  if (size < 8 && (negative ? v + (UINT64_C(1) << (bits - 1)) >= UINT64_C(1) << bits
                            : v >= UINT64_C(1) << bits))
    return false;
  w_store_le(out, size, v);
  return true;
}

/* A variable of the configuration, to be laid out. */
struct setting {
  struct warrant_extern *extern_;
  enum shape shape;
  uint32_t size, align;
  bool negative;
};

/* libbpf's order, so that offsets are the ones that a loader's program has: by alignment, the
 * largest first, then by size, then by name. */
static int by_layout(const void *a, const void *b) {
  const struct setting *s = a, *t = b;
  if (s->align != t->align)
    return s->align > t->align ? -1 : 1;
  if (s->size != t->size)
    return s->size < t->size ? -1 : 1;
  return strcmp(s->extern_->name, t->extern_->name);
}

/* False: no option has this type, which is the extern's problem. */
static bool measure(const struct warrant_btf *types, const struct declared *d,
                    struct warrant_extern *x, struct setting *s) {
  *s = (struct setting){.extern_ = x};
  s->shape = d->type ? shape_of(types->btf, d->type, &s->size, &s->negative) : NO_SHAPE;
  if (s->shape == NO_SHAPE)
    snprintf(x->problem, sizeof x->problem, "has a type that no Kconfig option has");
  s->align = s->shape == TEXT ? 1 : s->size;
  return s->shape != NO_SHAPE;
}

/* Puts it behind the `used` bytes of `data`, with its value in the kernel's configuration. */
static int place(const char *name, const struct setting *s, struct warrant_host *host,
                 uint8_t **data, uint32_t *used, struct warrant_error *error) {
  struct warrant_extern *x = s->extern_;
  x->offset = (*used + s->align - 1) / s->align * s->align;
  uint8_t *larger = realloc(*data, x->offset + s->size);
  if (!larger)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  memset(larger + *used, 0, x->offset + s->size - *used);
  *data = larger;
  *used = x->offset + s->size;
  x->kind = WARRANT_EXTERN_CONFIG;
  const char *why = NULL, *value = warrant_host_config(host, x->name, &why);
  if (why)
    snprintf(x->problem, sizeof x->problem,
             "is of the kernel's configuration, so name that with --kconfig FILE: %.100s", why);
  else if (!value && !x->weak)
    snprintf(x->problem, sizeof x->problem, "is not set in the kernel's configuration");
  else if (value && !convert(value, s->shape, s->size, s->negative, larger + x->offset))
    snprintf(x->problem, sizeof x->problem, "has a type that its value '%.40s' does not fit",
             value);
  return 0;
}

/* --- All of them ----------------------------------------------------------------------------- */

/* A variable or function of the kernel's types. */
static uint32_t kernel_id(const struct warrant_kernel_types *types, const char *name,
                          bool function) {
  for (uint32_t id = warrant_types_first(types, name, warrant_core_essential(name)); id;
       id = types->next[id]) {
    const struct btf_type *t = btf__type_by_id(types->btf, id);
    if ((function ? btf_is_func(t) : btf_is_var(t)) &&
        strcmp(w_btf_text(types->btf, t->name_off), name) == 0)
      return id;
  }
  return 0;
}

/* False: the kernel's function of this name is not the one that is declared. */
static bool is_function(const struct btf *btf, uint32_t proto,
                        const struct warrant_kernel_types *kernel, uint64_t *work,
                        struct warrant_extern *x) {
  struct w_kfunc f = {.name = x->name, .id = x->id};
  bool same = w_kfunc_solve(btf, proto, kernel, work, &f);
  x->number = f.number;
  snprintf(x->problem, sizeof x->problem, "%s", f.problem ? f.problem : "");
  return same;
}

int warrant_externs_solve(const char *name, struct warrant_btf *types, struct warrant_host *host,
                          struct warrant_extern *externs, size_t count, uint8_t **data,
                          uint32_t *size, struct warrant_error *error) {
  enum { WORK_MAX = 4000000 };
  struct setting *settings = calloc(count + 1, sizeof *settings);
  size_t setting_count = 0;
  uint64_t work = 0;
  int result = -1;
  if (!settings)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  for (size_t i = 0; i < count; i++) {
    struct warrant_extern *x = &externs[i];
    if (types->work > WORK_MAX) {
      warrant_fail(error, WARRANT_UNSUPPORTED,
                   "%s: more externals than can be looked up are not supported", name);
      goto out;
    }
    const struct declared d = types->btf ? find(types, x->name) : (struct declared){0};
    const char *why = "";
    x->kind = WARRANT_EXTERN_NONE;
    if (d.config) {
      setting_count += measure(types, &d, x, &settings[setting_count]);
    } else if (d.type && !d.typed) { /* an address alone, and nothing says which */
      x->kind = WARRANT_EXTERN_ADDRESS;
      x->id = (uint32_t)i;
      x->untyped = true;
    } else if (d.typed || d.function) {
      const struct warrant_kernel_types *kernel = warrant_host_types(host, &why);
      x->id = kernel ? kernel_id(kernel, x->name, d.function) : 0;
      if (!kernel)
        snprintf(x->problem, sizeof x->problem,
                 "is of the kernel, so name its types with --btf FILE: %.110s", why);
      else if (x->id && !d.function)
        x->kind = WARRANT_EXTERN_ADDRESS;
      else if (x->id && is_function(types->btf, d.proto, kernel, &work, x))
        x->kind = WARRANT_EXTERN_FUNCTION;
      else if (x->id && !x->weak)
        snprintf(x->problem, sizeof x->problem,
                 "is declared with other parameters than the kernel's function has");
      else if (x->weak)
        x->kind = WARRANT_EXTERN_ABSENT;
      else
        snprintf(x->problem, sizeof x->problem, "is not in the kernel's types");
    } else {
      snprintf(x->problem, sizeof x->problem, "is declared neither __kconfig nor __ksym");
    }
  }
  qsort(settings, setting_count, sizeof *settings, by_layout);
  result = 0;
  for (size_t i = 0; i < setting_count && result == 0; i++)
    result = place(name, &settings[i], host, data, size, error);
out:
  free(settings);
  return result;
}
