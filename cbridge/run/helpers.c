#include "run/helpers.h"

#include <stdlib.h>
#include <string.h>

#include "load/objects.h"
#include "run/maps.h"
#include "run/memory.h"

enum { TICK = 1000, RECORD_HEADER = 8, RECORD_MAX = 0x3fffffff, MAX_META = 252 };

/* --- References ------------------------------------------------------------------------------ */

static struct w_reference *find_ref(struct w_machine *m, uint8_t kind, uint64_t base) {
  for (uint32_t k = m->nrefs; k-- > 0;)
    if (w_ref_fits(kind, m->refs[k].kind) && m->refs[k].base == base)
      return &m->refs[k];
  return NULL;
}

static void release_ref(struct w_machine *m, struct w_reference *h) {
  m->nrefs--;
  memmove(h, h + 1, (size_t)(m->refs + m->nrefs - h) * sizeof *h);
}

/* Its address, or 0 where there is no memory to remember it. */
static uint64_t acquire(struct w_machine *m, struct w_reference h) {
  if (m->nrefs == m->refs_cap) {
    uint32_t cap = m->refs_cap ? 2 * m->refs_cap : 8;
    struct w_reference *refs = realloc(m->refs, cap * sizeof *refs);
    if (!refs)
      return 0;
    m->refs = refs;
    m->refs_cap = cap;
  }
  m->refs[m->nrefs++] = h;
  return h.base;
}

/* Records follow each other, and nobody consumes them. */
static uint64_t reserve(struct w_machine *m, uint32_t map, uint64_t n, uint64_t flags) {
  struct w_store *s = &m->stores[map];
  if (flags || n > RECORD_MAX)
    return 0;
  uint64_t at = s->ring_used + RECORD_HEADER, after = (at + n + 7) & ~UINT64_C(7);
  if (after >= s->ring_size)
    return 0;
  s->ring_used = after;
  return acquire(
      m, (struct w_reference){W_RECORD, w_values_at(m, map) + W_RING_START + at, n, s->ring + at});
}

/* There are a full socket, found where the first byte of what is looked for is odd, and one that is
 * not full, which skc_lookup_tcp finds instead where the second byte is odd, too. */
static uint64_t find_socket(struct w_machine *m, const uint8_t *tuple, uint64_t n, bool full) {
  if (!(tuple[0] & 1) || m->env->maps <= 2 * W_MAP_OBJECT_STRIDE)
    return 0;
  uint8_t kind = full || n < 2 || !(tuple[1] & 1) ? W_SOCKET : W_SOCK_COMMON;
  uint64_t base = m->env->maps - (kind == W_SOCKET ? 1 : 2) * W_MAP_OBJECT_STRIDE;
  return acquire(m, (struct w_reference){kind, base, w_ref_kinds[kind].size, m->socket});
}

/* --- Arguments ------------------------------------------------------------------------------- */

static bool find_writable(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *p) {
  return w_find(m, a, n, p) && p->writable;
}

static enum warrant_fault helper_reads(struct w_machine *m, const struct w_helper *h, uint64_t a,
                                       uint64_t n) {
  struct w_place p;
  if (!w_find(m, a, n, &p) || p.region == 1 || (p.region == 2 && !w_packet_arg(m->type, h)) ||
      p.region == 5 || w_is_socket(&p))
    return WARRANT_BAD_HELPER_ARGUMENT;
  return w_undefined_stack(m, &p, n) ? WARRANT_UNDEFINED_STACK : WARRANT_NO_FAULT;
}

/* Checks the arguments; *map is the map passed, or -1, and *out the memory written, of *out_size
 * bytes. */
static enum warrant_fault check_args(struct w_machine *m, const struct w_helper *h, int64_t *map,
                                     struct w_place *out, uint64_t *out_size) {
  *map = -1;
  *out_size = 0;
  for (unsigned i = 0; i < w_nargs_in(m->type, h); i++) {
    unsigned r = i + 1;
    if (!(m->defined >> r & 1))
      return WARRANT_UNDEFINED_REGISTER;
    uint64_t x = m->regs[r], n;
    enum warrant_fault f;
    switch (h->args[i]) {
    case W_ARG_ANY:
    case W_ARG_SIZE:
    case W_ARG_ALLOC:
      continue;
    case W_ARG_REF:
    case W_ARG_RELEASE:
      if (!find_ref(m, h->ref, x))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_MAP:
      if (x < m->env->maps || (x - m->env->maps) % W_MAP_OBJECT_STRIDE ||
          (x - m->env->maps) / W_MAP_OBJECT_STRIDE >= m->store_count)
        return WARRANT_BAD_HELPER_ARGUMENT;
      *map = (int64_t)((x - m->env->maps) / W_MAP_OBJECT_STRIDE);
      if (!w_takes_map(h, m->stores[*map].map->type) ||
          (h->changes && m->stores[*map].map->readonly))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_CTX:
    case W_ARG_CTX0:
      if (x != m->env->ctx && (x || h->args[i] == W_ARG_CTX))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_MEMN:
    case W_ARG_OUTN:
    case W_ARG_INOUTN:
      n = h->sizes[i];
      break;
    case W_ARG_KEY:
    case W_ARG_VALUE:
    case W_ARG_VALUE_OUT:
      if (*map < 0)
        return WARRANT_BAD_HELPER_ARGUMENT;
      n = h->args[i] == W_ARG_KEY ? m->stores[*map].map->key_size : m->stores[*map].map->value_size;
      break;
    default: /* memory, with its size */
      if (r + 1 > 5)
        return WARRANT_BAD_HELPER_ARGUMENT;
      if (!(m->defined >> (r + 1) & 1))
        return WARRANT_UNDEFINED_REGISTER;
      n = m->regs[r + 1];
      if (n == 0 && (h->args[i] == W_ARG_MEM0 || h->args[i] == W_ARG_OUT0))
        continue;
      if (n == 0)
        return WARRANT_BAD_HELPER_ARGUMENT;
      break;
    }
    if (w_arg_read(h->args[i]) && (f = helper_reads(m, h, x, n)) != WARRANT_NO_FAULT)
      return f;
    if (w_arg_written(h->args[i])) {
      if (!find_writable(m, x, n, out) || out->region == 1 || out->region == 2)
        return WARRANT_BAD_HELPER_ARGUMENT;
      *out_size = n;
    }
  }
  return WARRANT_NO_FAULT;
}

/* --- Packets --------------------------------------------------------------------------------- */

/* What XDP's two helpers say of bytes that are not in the packet. */
static int64_t xdp_error(uint64_t off, uint64_t n) {
  return (uint32_t)off > 65535 || n > 65535 ? -14 : -22; /* EFAULT, EINVAL */
}

/* Where a packet goes: to the device, or nowhere with flags that are not known. */
static int64_t redirect(const struct w_machine *m) {
  uint64_t flags = m->regs[2];
  if (m->type->id == 6)
    return flags ? 0 : 4;
  return flags & ~UINT64_C(1) ? 2 : 7;
}

/* No map has a device here, so the flags decide: what to do then, or that all devices get it. */
static int64_t redirect_map(const struct w_store *s, uint64_t flags) {
  uint64_t all = s->map->type == 14 || s->map->type == 25 ? 24 : 0;
  return flags & ~(3 + all) ? 0 : flags & all & 8 ? 4 : (int64_t)(flags & 3);
}

static bool apart(uint64_t base, uint64_t size, uint64_t at, uint64_t n) {
  return base + size <= at || at + n <= base;
}

/* Moves the packet to [at, at + n), with its metadata, where that leaves the layout well formed. */
static int64_t place_packet(struct w_machine *m, uint64_t at, uint64_t n, uint64_t meta) {
  const struct warrant_env *env = m->env;
  if (apart(env->stack, W_STACK_SIZE, at - meta, meta + n) &&
      apart(env->ctx, m->type->ctx_size, at - meta, meta + n)) {
    m->packet_at = at;
    m->packet_size = n;
    m->meta_size = meta;
  }
  return 0;
}
static int64_t move_packet(struct w_machine *m, uint64_t at, int64_t n) {
  const struct warrant_env *env = m->env;
  if (n < 14 || n > 65535 || at - m->meta_size < env->packet - W_PACKET_ROOM ||
      at + (uint64_t)n > env->packet + env->packet_size + W_PACKET_ROOM)
    return -22; /* EINVAL */
  return place_packet(m, at, (uint64_t)n, m->meta_size);
}
static int64_t adjust_meta(struct w_machine *m, int32_t by) {
  int64_t n = (int64_t)m->meta_size - by,
          room = (int64_t)(m->packet_at - m->env->packet) + W_PACKET_ROOM;
  if (n < 0 || n > room)
    return -22; /* EINVAL */
  if (n > MAX_META || n % 4)
    return -13; /* EACCES */
  return place_packet(m, m->packet_at, m->packet_size, (uint64_t)n);
}

/* --- Calls ----------------------------------------------------------------------------------- */

const struct w_helper *w_find_helper(const struct w_prog_type *type, int32_t id) {
  bool permitted = false;
  for (uint32_t i = 0; i < type->nhelpers; i++)
    permitted |= type->helpers[i] == id;
  return permitted ? w_helper_of(id) : NULL;
}

/* Copies `from` (zeros when NULL) to where a helper writes; the two may overlap. */
static int64_t give(struct w_machine *m, const struct w_place *out, uint64_t n,
                    const uint8_t *from) {
  if (from)
    memmove(out->bytes, from, n);
  else
    memset(out->bytes, 0, n);
  w_mark_written(m, out, n);
  return from ? 0 : -14; /* EFAULT */
}

enum warrant_fault w_call_helper(struct w_machine *m, const struct w_helper *h) {
  uint32_t type;
  int64_t map, choice = 0;
  struct w_place out;
  uint64_t out_size;
  uint8_t *span;
  uint64_t acquired = 0;
  enum warrant_fault f = check_args(m, h, &map, &out, &out_size);
  if (f != WARRANT_NO_FAULT)
    return f;
  if (h->ret == W_RET_TAIL && m->depth) /* a tail call would not end the callers */
    return WARRANT_BAD_INSTRUCTION;
  if (h->ret == W_RET_TAIL && m->nrefs)
    return WARRANT_LEAKED_REFERENCE;
  struct w_store *s = map < 0 ? NULL : &m->stores[map];
  struct w_place key = {0}, value = {0};
  if (s)
    w_find(m, m->regs[2], s->map->key_size, &key);
  switch (h->id) {
  case 1:
    choice = s->map->inner ? w_inner_map(m, s, key.bytes) : w_slot_of(s, key.bytes);
    break;
  case 195: /* with the number of a processor */
    choice = (uint32_t)m->regs[3] ? -1 : w_slot_of(s, key.bytes);
    break;
  case 2:
    w_find(m, m->regs[3], s->map->value_size, &value);
    choice = w_map_update(s, key.bytes, value.bytes, m->regs[4]);
    break;
  case 3:
    choice = w_map_delete(s, key.bytes);
    break;
  case 4:
    if (out_size)
      choice =
          give(m, &out, out_size, w_find(m, m->regs[3], out_size, &value) ? value.bytes : NULL);
    break;
  case 9:
  case 190:
    w_find(m, m->regs[3], m->regs[4], &value);
    if (h->id == 9 && m->regs[5] & ~UINT64_C(3)) { /* unknown flags */
      choice = -22;
      break;
    }
    if ((span = w_packet_span(m, m->regs[2], m->regs[4])))
      memmove(span, value.bytes, m->regs[4]);
    choice = span ? 0 : h->id == 9 ? -14 : xdp_error(m->regs[2], m->regs[4]);
    break;
  case 26:
    choice = give(m, &out, out_size, w_packet_span(m, m->regs[2], out_size));
    break;
  case 189: /* leaves the memory as it is when there is nothing to read */
    span = w_packet_span(m, m->regs[2], out_size);
    if (span)
      give(m, &out, out_size, span);
    choice = span ? 0 : xdp_error(m->regs[2], out_size);
    break;
  case 44: {
    int64_t d = (int32_t)m->regs[2];
    choice = move_packet(m, m->packet_at + (uint64_t)d, (int64_t)m->packet_size - d);
    break;
  }
  case 54:
    choice = adjust_meta(m, (int32_t)m->regs[2]);
    break;
  case 65:
    choice = move_packet(m, m->packet_at, (int64_t)m->packet_size + (int32_t)m->regs[2]);
    break;
  case 51:
    choice = redirect_map(s, m->regs[3]);
    break;
  case 84:
  case 85:
  case 99:
    w_find(m, m->regs[2], m->regs[3], &value);
    acquired = find_socket(m, value.bytes, m->regs[3], h->id != 99);
    break;
  case 131:
    acquired = reserve(m, (uint32_t)map, m->regs[2], m->regs[3]);
    break;
  case 86:
  case 132:
  case 133:
    release_ref(m, find_ref(m, h->ref, m->regs[1]));
    break;
  case 5:
  case 125:
    choice = (int64_t)(m->time += TICK);
    break;
  case 6:
    choice = m->regs[2] > INT64_MAX ? INT64_MAX : (int64_t)m->regs[2];
    break;
  case 7:
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    choice = (int64_t)(m->random >> 32);
    break;
  case 23:
    choice = redirect(m);
    break;
  default:
    if (out_size)
      give(m, &out, out_size, NULL);
    break;
  }
  m->defined = (uint16_t)((m->defined | 1u) & ~0x3eu);
  if (h->ret == W_RET_TAIL || h->ret == W_RET_VOID) /* no result; a tail call found no program */
    m->defined &= (uint16_t)~1u;
  else if (h->ret == W_RET_ACQUIRE)
    m->regs[0] = acquired;
  else if (h->ret == W_RET_TYPED)
    m->regs[0] = w_type_named(m->program->types, m->program->type_count, h->object, &type)
                     ? w_object_at(type)
                     : 0;
  else if (h->ret == W_RET_VALUE && s->map->inner)
    m->regs[0] = choice < 0 ? 0 : m->env->maps + (uint64_t)choice * W_MAP_OBJECT_STRIDE;
  else if (h->ret == W_RET_VALUE)
    m->regs[0] = choice < 0 ? 0
                            : m->env->values + (uint64_t)map * W_VALUES_STRIDE +
                                  (uint64_t)choice * s->stride;
  else {
    int64_t lo = h->ret == W_RET_SIZE ? -4095 : h->lo;
    int64_t hi = h->ret == W_RET_SIZE ? (int64_t)out_size : h->hi;
    m->regs[0] = (uint64_t)(choice < lo ? lo : choice > hi ? hi : choice);
  }
  return WARRANT_NO_FAULT;
}
