#include "load/objects.h"

#include <string.h>

/* A number is read as a whole, or its first bytes; a pointer as a whole; a result or its low half.
 */
static uint32_t argument_fields(const struct w_prog_type *type, uint32_t argument, uint32_t off,
                                struct w_field *fields) {
  static const uint32_t smallest[] = {[WARRANT_NUMBER] = 1, [WARRANT_RESULT] = 4};
  uint32_t n = 0, least = argument >= WARRANT_POINTER ? 8 : smallest[argument];
  if (argument == WARRANT_HIDDEN)
    return 0;
  for (uint32_t size = 8; size >= least; size /= 2) {
    struct w_field *f = &fields[n++];
    *f = (struct w_field){.name = "argument", .off = off, .size = size};
    if (argument == WARRANT_RESULT && type->has_ret)
      f->kind = W_FIELD_RESULT;
    if (argument >= WARRANT_POINTER) {
      f->kind = W_FIELD_TYPED;
      f->type = (argument & ~WARRANT_OR_NULL) - WARRANT_POINTER;
      f->null = argument & WARRANT_OR_NULL;
    }
  }
  return n;
}

const struct w_prog_type *w_type_of(const struct warrant_program *p, struct w_own_type *own) {
  const struct w_prog_type *type = w_prog_type_of(p->type, p->attach_type, p->ctx_size, &own->type);
  if (!type || !type->hooked)
    return type;
  own->type = *type;
  own->type.fields = own->fields;
  own->type.nfields = 0;
  own->type.ctx_size = 8 * p->argument_count;
  own->type.has_ret = type->has_ret && !p->void_result;
  if (p->boolean_result && !p->void_result) {
    own->type.has_ret = true;
    own->type.ret_lo = 0;
    own->type.ret_hi = 1;
  }
  for (uint32_t i = 0; i < p->argument_count && i < WARRANT_ARGUMENTS_MAX; i++)
    own->type.nfields +=
        argument_fields(&own->type, p->arguments[i], 8 * i, &own->fields[own->type.nfields]);
  return &own->type;
}

bool w_pointer_at(const struct warrant_object_type *type, uint64_t k, uint32_t *to) {
  for (uint32_t i = 0; i < type->pointer_count; i++)
    if (type->pointers[i].offset == k) {
      *to = type->pointers[i].type;
      return true;
    }
  return false;
}

bool w_has_part(const struct warrant_object_type *types, uint32_t count, uint32_t i, int64_t k,
                uint32_t j) {
  if (i >= count || k < 0 || k > types[i].size)
    return false;
  for (uint32_t n = 0; n < types[i].part_count; n++)
    if (types[i].parts[n].offset == k && types[i].parts[n].type == j)
      return true;
  return !k && i == j;
}

bool w_type_named(const struct warrant_object_type *types, uint32_t count, const char *name,
                  uint32_t *number) {
  for (uint32_t i = 0; i < count; i++)
    if (strcmp(types[i].name, name) == 0) {
      *number = i;
      return true;
    }
  return false;
}
