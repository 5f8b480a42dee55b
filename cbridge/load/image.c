/* Writes the image of image.h: measures first, so that there is one allocation and no growth. */
#include "load/image.h"

#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/error.h"

static uint8_t *put32(uint8_t *at, uint32_t value) {
  w_store_le(at, 4, value);
  return at + 4;
}

/* Offsets in an object, each with a type. */
static uint8_t *put_places(uint8_t *at, const struct warrant_pointer *places, uint32_t count) {
  at = put32(at, count);
  for (uint32_t k = 0; k < count; k++)
    at = put32(put32(at, places[k].offset), places[k].type);
  return at;
}

/* Sizes of the parts, each with its count. */
static uint64_t head_size(const struct warrant_program *p) {
  return 8 + 4 * 4 + 4 * (uint64_t)p->argument_count + 1;
}
static uint64_t types_size(const struct warrant_program *p) {
  uint64_t size = 4;
  for (uint32_t i = 0; i < p->type_count; i++)
    size += 4 * 4 + strlen(p->types[i].name) +
            8 * ((uint64_t)p->types[i].pointer_count + p->types[i].part_count);
  return size;
}
static uint64_t maps_size(const struct warrant_program *p) {
  uint64_t size = 4;
  for (uint32_t i = 0; i < p->map_count; i++)
    size += 5 * 4 + 1 + 4 + 4 + (p->maps[i].initial ? p->maps[i].value_size : 0);
  return size;
}

struct w_image_parts w_image_parts(const struct warrant_program *p) {
  struct w_image_parts parts;
  parts.types = (size_t)head_size(p);
  parts.maps = parts.types + (size_t)types_size(p);
  parts.instructions = parts.maps + (size_t)maps_size(p) + 4;
  return parts;
}

bool w_is_image(const uint8_t *bytes, size_t size) {
  return size >= 4 && memcmp(bytes, "WIMG", 4) == 0;
}

int warrant_image(const struct warrant_program *p, uint8_t **bytes, size_t *len,
                  struct warrant_error *error) {
  uint64_t size = head_size(p) + types_size(p) + maps_size(p) + 4 + 8 * (uint64_t)p->insn_count;
  if (size > UINT32_MAX)
    return warrant_fail(error, WARRANT_UNSUPPORTED, "%s: too large to validate", p->file);
  uint8_t *buffer = malloc(size);
  if (!buffer)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  uint8_t *at = buffer;
  memcpy(at, "WIMG", 4);
  at[4] = 4;
  at[5] = p->kind == WARRANT_EBPF ? 0 : p->kind == WARRANT_CBPF ? 1 : 2;
  at[6] = p->profile == WARRANT_STRICT ? 1 : 0;
  at[7] = 0;
  at = put32(at + 8, p->type);
  at = put32(at, p->attach_type);
  at = put32(at, p->ctx_size);
  at = put32(at, p->argument_count);
  for (uint32_t i = 0; i < p->argument_count; i++)
    at = put32(at, p->arguments[i]);
  *at++ = p->void_result ? 1 : p->boolean_result ? 2 : 0;
  at = put32(at, p->type_count);
  for (uint32_t i = 0; i < p->type_count; i++) {
    const struct warrant_object_type *t = &p->types[i];
    uint32_t length = (uint32_t)strlen(t->name);
    at = put32(at, t->size);
    at = put32(at, length);
    memcpy(at, t->name, length);
    at = put_places(at + length, t->pointers, t->pointer_count);
    at = put_places(at, t->parts, t->part_count);
  }
  at = put32(at, p->map_count);
  for (uint32_t i = 0; i < p->map_count; i++) {
    const struct warrant_map *m = &p->maps[i];
    uint32_t initial = m->initial ? m->value_size : 0;
    at = put32(at, m->type);
    at = put32(at, m->key_size);
    at = put32(at, m->value_size);
    at = put32(at, m->max_entries);
    at = put32(at, m->flags);
    *at++ = m->readonly;
    at = put32(at, m->inner);
    at = put32(at, initial);
    if (initial)
      memcpy(at, m->initial, initial);
    at += initial;
  }
  at = put32(at, p->insn_count);
  for (uint32_t pc = 0; pc < p->insn_count; pc++, at += 8) {
    if (p->kind == WARRANT_EBPF)
      w_put_insn(at, &p->insns[pc]);
    else
      w_put_cinsn(at, &p->cinsns[pc]);
  }
  *bytes = buffer;
  *len = (size_t)(at - buffer);
  return 0;
}
