#include "run/memory.h"

#include <string.h>

#include "isa/bytes.h"
#include "load/objects.h"

uint64_t w_values_at(const struct w_machine *m, uint32_t i) {
  return m->env->values + i * W_VALUES_STRIDE;
}

uint64_t w_map_at(const struct w_machine *m, uint32_t i) {
  return m->env->maps + (uint64_t)i * W_MAP_OBJECT_STRIDE;
}

static bool within(uint64_t base, uint64_t size, uint64_t a, uint64_t n) {
  return a >= base && n <= size && a - base <= size - n;
}

uint8_t *w_packet_bytes(struct w_machine *m) {
  return m->buffer + W_PACKET_ROOM + (m->packet_at - m->env->packet);
}

/* Bytes [off, off + n) of the packet, both as helpers take them; NULL when they are not there. */
uint8_t *w_packet_span(struct w_machine *m, uint64_t off, uint64_t n) {
  off = (uint32_t)off;
  return off <= m->packet_size && n <= m->packet_size - off ? w_packet_bytes(m) + off : NULL;
}

uint64_t w_object_at(uint32_t type) {
  return W_FREED_OBJECTS + (type + UINT64_C(1)) * W_TYPE_STRIDE;
}

/* Which object an address would be in: 0 the dead ones, or 1 + its type. */
static bool object_number(const struct w_machine *m, uint64_t a, uint64_t *k) {
  *k = (a - W_FREED_OBJECTS) / W_TYPE_STRIDE;
  return m->program->type_count && a >= W_FREED_OBJECTS && *k <= m->program->type_count;
}

static bool find_object(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *p) {
  uint64_t k, off = (a - W_FREED_OBJECTS) % W_TYPE_STRIDE;
  if (!object_number(m, a, &k) ||
      !within(0, k ? m->program->types[k - 1].size : m->largest_object, off, n))
    return false;
  *p = (struct w_place){5, 0, 0, off, m->objects + (k ? m->object_at[k - 1] : 0) + off, false};
  return true;
}

/* A typed pointer leads to the one object of its type, or to the dead ones where its bytes are 0.
 */
static uint64_t leads_to(const struct w_machine *m, uint64_t bytes, uint32_t type) {
  return bytes && type < m->program->type_count ? w_object_at(type) : W_FREED_OBJECTS;
}

/* Is there a typed pointer at `a`, and of what type? */
static bool pointed(const struct w_machine *m, uint64_t a, unsigned n, uint32_t *type) {
  uint64_t k, off = (a - W_FREED_OBJECTS) % W_TYPE_STRIDE;
  if (n != 8 || !object_number(m, a, &k))
    return false;
  if (k)
    return w_pointer_at(&m->program->types[k - 1], off, type);
  for (uint32_t i = 0; i < m->program->type_count; i++)
    if (w_pointer_at(&m->program->types[i], off, type))
      return true;
  return false;
}

bool w_is_named(const struct w_machine *m, uint64_t a, const char *name) {
  const struct warrant_program *p = m->program;
  int64_t off = (int64_t)((a - W_FREED_OBJECTS) % W_TYPE_STRIDE);
  uint64_t k;
  uint32_t wanted;
  if (!object_number(m, a, &k) || !w_type_named(p->types, p->type_count, name, &wanted))
    return false;
  bool found = false; /* among the dead is one of every type */
  for (uint32_t i = 0; i < p->type_count; i++)
    found |= (!k || k - 1 == i) && w_has_part(p->types, p->type_count, i, off, wanted);
  return found;
}

/* The live region that holds [a, a + n). */
bool w_find(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *p) {
  const struct warrant_env *env = m->env;
  if (within(env->stack, W_STACK_SIZE, a,
             n)) { /* within one live frame; the first one is the topmost */
    uint64_t off = a - env->stack, frame = W_FRAMES - 1 - off / W_FRAME_SIZE;
    if (frame <= m->depth && off % W_FRAME_SIZE + n <= W_FRAME_SIZE) {
      *p = (struct w_place){0, 0, (uint32_t)frame, off, m->stack + off, true};
      return true;
    }
  }
  if (within(env->ctx, m->type->ctx_size, a, n)) {
    *p = (struct w_place){1, 0, 0, a - env->ctx, m->ctx + (a - env->ctx), true};
    return true;
  }
  if (within(m->packet_at - m->meta_size, m->meta_size + m->packet_size, a, n)) {
    int64_t off = (int64_t)(a - m->packet_at); /* metadata are below 0 */
    *p = (struct w_place){2, 0, 0, (uint64_t)off, w_packet_bytes(m) + off, m->type->writes};
    return true;
  }
  for (uint32_t k = m->nrefs; k-- > 0;) {
    const struct w_reference *h = &m->refs[k];
    if (within(h->base, h->size, a, n)) {
      *p = (struct w_place){
          4, 0, h->kind, a - h->base, h->bytes + (a - h->base), h->kind == W_RECORD};
      return true;
    }
  }
  if (a < env->values || (a - env->values) / W_VALUES_STRIDE >= m->store_count)
    return find_object(m, a, n, p);
  uint32_t i = (uint32_t)((a - env->values) / W_VALUES_STRIDE);
  const struct w_store *s = &m->stores[i];
  uint64_t rest = (a - env->values) % W_VALUES_STRIDE, j = rest / s->stride, off = rest % s->stride;
  if (j >= s->slots || !within(0, s->map->value_size, off, n))
    return find_object(m, a, n, p);
  *p = (struct w_place){3, i, (uint32_t)j, off, s->bytes + rest, !s->map->readonly};
  return true;
}

void w_mark_written(struct w_machine *m, const struct w_place *p, uint64_t n) {
  for (uint64_t i = p->off; p->region == 0 && i < p->off + n; i++)
    m->written[i / 8] |= (uint8_t)(1u << (i % 8));
}

int64_t w_give(struct w_machine *m, const struct w_place *out, uint64_t n, const uint8_t *from) {
  if (from)
    memmove(out->bytes, from, n);
  else
    memset(out->bytes, 0, n);
  w_mark_written(m, out, n);
  return from ? 0 : -14; /* EFAULT */
}

static bool all_written(const struct w_machine *m, uint64_t off, uint64_t n) {
  for (uint64_t i = off; i < off + n; i++)
    if (!(m->written[i / 8] >> (i % 8) & 1))
      return false;
  return true;
}

bool w_undefined_stack(const struct w_machine *m, const struct w_place *p, uint64_t n) {
  return p->region == 0 && m->strict && !all_written(m, p->off, n);
}

bool w_is_socket(const struct w_place *p) { return p->region == 4 && p->index != W_RECORD; }

/* `x`, whose low half becomes a result that the program type allows. */
static uint64_t with_result(const struct w_prog_type *type, uint64_t x) {
  int64_t low = (int32_t)(uint32_t)x;
  low = low < type->ret_lo ? type->ret_lo : low > type->ret_hi ? type->ret_hi : low;
  return (x & ~UINT64_C(0xffffffff)) | (uint32_t)low;
}

enum warrant_fault w_load(struct w_machine *m, uint64_t a, unsigned n, uint64_t *v) {
  struct w_place p;
  if (!w_find(m, a, n, &p))
    return WARRANT_OUT_OF_BOUNDS;
  if (p.region == 1 && !m->type->raw) {
    const struct w_field *f = w_field_in(m->type->fields, m->type->nfields, p.off, n);
    if (!f)
      return WARRANT_BAD_CONTEXT;
    if (f->kind == W_FIELD_RESULT) {
      *v = with_result(m->type, w_load_le(p.bytes, n));
      return WARRANT_NO_FAULT;
    }
    if (f->kind == W_FIELD_TYPED) {
      uint64_t bytes = w_load_le(p.bytes, 8);
      bool none = !bytes || !m->program->type_count; /* nothing is known of any type */
      *v = f->null && none ? 0 : leads_to(m, bytes, f->type);
      return WARRANT_NO_FAULT;
    }
    if (f->kind) {
      *v = m->packet_at + (f->kind == W_FIELD_DATA_END    ? m->packet_size
                           : f->kind == W_FIELD_DATA_META ? 0 - m->meta_size
                                                          : 0);
      return WARRANT_NO_FAULT;
    }
  }
  const struct w_ref_kind *socket = w_is_socket(&p) ? &w_ref_kinds[p.index] : NULL;
  if (socket && !w_field_in(socket->fields, socket->nfields, p.off, n))
    return WARRANT_BAD_CONTEXT;
  if (w_undefined_stack(m, &p, n))
    return WARRANT_UNDEFINED_STACK;
  *v = w_load_le(p.bytes, n);
  uint32_t type;
  if (p.region > 1 && pointed(m, a, n, &type))
    *v = leads_to(m, *v, type);
  return WARRANT_NO_FAULT;
}

enum warrant_fault w_store_value(struct w_machine *m, uint64_t a, unsigned n, uint64_t v) {
  struct w_place p;
  if (!w_find(m, a, n, &p))
    return WARRANT_OUT_OF_BOUNDS;
  if (!p.writable)
    return WARRANT_READ_ONLY;
  if (p.region == 1 && !m->type->raw) {
    const struct w_field *f = w_field_in(m->type->fields, m->type->nfields, p.off, n);
    if (!f || !f->writable || f->kind)
      return WARRANT_BAD_CONTEXT;
  }
  w_mark_written(m, &p, n);
  w_store_le(p.bytes, n, v);
  return WARRANT_NO_FAULT;
}
