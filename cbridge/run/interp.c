#include "run/interp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"
#include "run/fast.h"
#include "run/machine.h"

enum {
  MAP_PERCPU_ARRAY = 6,
  MAP_RINGBUF = 27,
  ROOM = 256,
  HASH_SLOTS = 256,
  OBJECT_STRIDE = 256,
  TICK = 1000,
  RECORD_HEADER = 8,
  RECORD_MAX = 0x3fffffff,
  MAX_META = 252
};
#define MAP_STRIDE (UINT64_C(1) << 32)
#define RING_START (UINT64_C(1) << 31) /* from a ring buffer's values to its records */
/* Where kernel variables and functions are: no region lies up there. */
#define FUNCTIONS (UINT64_C(1) << 48)
#define VARIABLES (UINT64_C(1) << 49)
/* Kernel objects that are gone, and TYPE_STRIDE * (i + 1) above them the one of type i. */
#define DEAD (UINT64_C(3) << 48)
#define TYPE_STRIDE (UINT64_C(1) << 32)
#define MEMORY_MAX (UINT64_C(1) << 30)

void warrant_env_default(struct warrant_env *env) {
  *env = (struct warrant_env){.stack = 0x10000000,
                              .ctx = 0x20000000,
                              .packet = 0x30000000,
                              .maps = 0x40000000,
                              .values = UINT64_C(0x100000000),
                              .seed = 1,
                              .fuel = 1000000};
}

const char *warrant_fault_name(enum warrant_fault fault) {
  static const char *const names[] = {"none",
                                      "bad-pc",
                                      "undefined-register",
                                      "frame-pointer-write",
                                      "out-of-bounds",
                                      "read-only",
                                      "bad-context-access",
                                      "undefined-stack",
                                      "bad-helper-argument",
                                      "unknown-helper",
                                      "bad-map",
                                      "stack-overflow",
                                      "bad-instruction",
                                      "leaked-reference",
                                      "out-of-fuel"};
  return names[fault];
}

size_t warrant_trace_line(const struct warrant_trace *step, char *line, size_t size) {
  size_t n = (size_t)snprintf(line, size, "{\"pc\":%" PRId64 ",\"regs\":[", step->pc);
  for (int r = 0; r < 11; r++) {
    const char *comma = r ? "," : "";
    if (step->defined >> r & 1)
      n += (size_t)snprintf(line + n, size - n, "%s\"0x%" PRIx64 "\"", comma, step->regs[r]);
    else
      n += (size_t)snprintf(line + n, size - n, "%snull", comma);
  }
  if (!step->writes)
    return n + (size_t)snprintf(line + n, size - n, "],\"write\":null}");
  char region[40];
  if (step->region == 3)
    snprintf(region, sizeof region, "map%" PRIu32 "[%" PRIu32 "]", step->map, step->index);
  else if (step->region == 0 && step->index)
    snprintf(region, sizeof region, "stack%" PRIu32, step->index);
  else
    snprintf(region, sizeof region, "%s",
             step->region == 0   ? "stack"
             : step->region == 1 ? "ctx"
             : step->region == 2 ? "packet"
                                 : "record");
  n += (size_t)snprintf(line + n, size - n,
                        "],\"write\":{\"region\":\"%s\",\"off\":%" PRId64 ",\"bytes\":\"", region,
                        step->off);
  for (int i = 0; i < step->size; i++)
    n += (size_t)snprintf(line + n, size - n, "%02x", step->bytes[i]);
  return n + (size_t)snprintf(line + n, size - n, "\"}}");
}

/* --- Words ----------------------------------------------------------------------------------- */

static uint64_t load_le(const uint8_t *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++)
    v |= (uint64_t)p[i] << (8 * i);
  return v;
}

static void store_le(uint8_t *p, unsigned n, uint64_t v) {
  for (unsigned i = 0; i < n; i++)
    p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t sign_extend(uint64_t v, unsigned bits) {
  return bits == 64 ? v : (v ^ (UINT64_C(1) << (bits - 1))) - (UINT64_C(1) << (bits - 1));
}

static uint64_t low_bits(uint64_t v, unsigned bits) {
  return bits == 64 ? v : v & ((UINT64_C(1) << bits) - 1);
}

static uint64_t swap_bytes(uint64_t v, unsigned bits) {
  return __builtin_bswap64(v) >> (64 - bits);
}

/* Division by 0 gives 0, modulo 0 the dividend; the most negative number over -1 wraps. */
static uint64_t signed_div(uint64_t x, uint64_t y) {
  if (y == 0)
    return 0;
  return y == UINT64_MAX ? 0 - x : (uint64_t)((int64_t)x / (int64_t)y);
}

static uint64_t signed_mod(uint64_t x, uint64_t y) {
  if (y == 0)
    return x;
  return y == UINT64_MAX ? 0 : (uint64_t)((int64_t)x % (int64_t)y);
}

static uint64_t shift_right_signed(uint64_t x, unsigned n) { return x >> 63 ? ~(~x >> n) : x >> n; }

/* `op` is the opcode's upper four bits; both operands are truncated already when `wide` is false.
 */
static uint64_t arith(bool wide, uint8_t op, bool is_signed, uint64_t x, uint64_t y) {
  unsigned count = (unsigned)y & (wide ? 63 : 31);
  uint64_t sx = wide ? x : sign_extend(x, 32), sy = wide ? y : sign_extend(y, 32), v;
  switch (op) {
  case 0x00:
    v = x + y;
    break;
  case 0x10:
    v = x - y;
    break;
  case 0x20:
    v = x * y;
    break;
  case 0x30:
    v = is_signed ? signed_div(sx, sy) : y ? x / y : 0;
    break;
  case 0x40:
    v = x | y;
    break;
  case 0x50:
    v = x & y;
    break;
  case 0x60:
    v = x << count;
    break;
  case 0x70:
    v = x >> count;
    break;
  case 0x90:
    v = is_signed ? signed_mod(sx, sy) : y ? x % y : x;
    break;
  case 0xa0:
    v = x ^ y;
    break;
  case 0xb0:
    v = y;
    break;
  default:
    v = shift_right_signed(sx, count);
    break; /* 0xc0 */
  }
  return wide ? v : (uint32_t)v;
}

static bool compare(bool wide, uint8_t op, uint64_t x, uint64_t y) {
  int64_t sx = (int64_t)(wide ? x : sign_extend((uint32_t)x, 32));
  int64_t sy = (int64_t)(wide ? y : sign_extend((uint32_t)y, 32));
  if (!wide)
    x = (uint32_t)x, y = (uint32_t)y;
  switch (op) {
  case 0x10:
    return x == y;
  case 0x20:
    return x > y;
  case 0x30:
    return x >= y;
  case 0x40:
    return (x & y) != 0;
  case 0x50:
    return x != y;
  case 0x60:
    return sx > sy;
  case 0x70:
    return sx >= sy;
  case 0xa0:
    return x < y;
  case 0xb0:
    return x <= y;
  case 0xc0:
    return sx < sy;
  default:
    return sx <= sy; /* 0xd0 */
  }
}

/* --- Memory ---------------------------------------------------------------------------------- */

uint64_t w_values_at(const struct w_machine *m, uint32_t i) {
  return m->env->values + i * MAP_STRIDE;
}

uint64_t w_map_at(const struct w_machine *m, uint32_t i) {
  return m->env->maps + (uint64_t)i * OBJECT_STRIDE;
}

static bool within(uint64_t base, uint64_t size, uint64_t a, uint64_t n) {
  return a >= base && n <= size && a - base <= size - n;
}

uint8_t *w_packet_bytes(struct w_machine *m) {
  return m->buffer + ROOM + (m->packet_at - m->env->packet);
}

static uint64_t object_addr(uint32_t type) { return DEAD + (type + UINT64_C(1)) * TYPE_STRIDE; }

/* Which object an address would be in: 0 the dead ones, or 1 + its type. */
static bool object_number(const struct w_machine *m, uint64_t a, uint64_t *k) {
  *k = (a - DEAD) / TYPE_STRIDE;
  return m->program->type_count && a >= DEAD && *k <= m->program->type_count;
}

static bool find_object(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *p) {
  uint64_t k, off = (a - DEAD) % TYPE_STRIDE;
  if (!object_number(m, a, &k) ||
      !within(0, k ? m->program->types[k - 1].size : m->largest_object, off, n))
    return false;
  *p = (struct w_place){5, 0, 0, off, m->objects + (k ? m->object_at[k - 1] : 0) + off, false};
  return true;
}

/* A typed pointer leads to the one object of its type, or to the dead ones where its bytes are 0.
 */
static uint64_t leads_to(const struct w_machine *m, uint64_t bytes, uint32_t type) {
  return bytes && type < m->program->type_count ? object_addr(type) : DEAD;
}

/* Is there a typed pointer at `a`, and of what type? */
static bool pointed(const struct w_machine *m, uint64_t a, unsigned n, uint32_t *type) {
  uint64_t k, off = (a - DEAD) % TYPE_STRIDE;
  if (n != 8 || !object_number(m, a, &k))
    return false;
  if (k)
    return w_pointer_at(&m->program->types[k - 1], off, type);
  for (uint32_t i = 0; i < m->program->type_count; i++)
    if (w_pointer_at(&m->program->types[i], off, type))
      return true;
  return false;
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
  if (a < env->values || (a - env->values) / MAP_STRIDE >= m->store_count)
    return find_object(m, a, n, p);
  uint32_t i = (uint32_t)((a - env->values) / MAP_STRIDE);
  const struct w_store *s = &m->stores[i];
  uint64_t rest = (a - env->values) % MAP_STRIDE, j = rest / s->stride, off = rest % s->stride;
  if (j >= s->slots || !within(0, s->map->value_size, off, n))
    return find_object(m, a, n, p);
  *p = (struct w_place){3, i, (uint32_t)j, off, s->bytes + rest, !s->map->readonly};
  return true;
}

static void mark_written(struct w_machine *m, const struct w_place *p, uint64_t n) {
  for (uint64_t i = p->off; p->region == 0 && i < p->off + n; i++)
    m->written[i / 8] |= (uint8_t)(1u << (i % 8));
}

static bool all_written(const struct w_machine *m, uint64_t off, uint64_t n) {
  for (uint64_t i = off; i < off + n; i++)
    if (!(m->written[i / 8] >> (i % 8) & 1))
      return false;
  return true;
}

static bool undefined_stack(const struct w_machine *m, const struct w_place *p, uint64_t n) {
  return p->region == 0 && m->strict && !all_written(m, p->off, n);
}

static bool is_socket(const struct w_place *p) { return p->region == 4 && p->index != W_RECORD; }

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
      *v = with_result(m->type, load_le(p.bytes, n));
      return WARRANT_NO_FAULT;
    }
    if (f->kind == W_FIELD_TYPED) {
      *v = leads_to(m, load_le(p.bytes, 8), f->type);
      return WARRANT_NO_FAULT;
    }
    if (f->kind) {
      *v = m->packet_at + (f->kind == W_FIELD_DATA_END    ? m->packet_size
                           : f->kind == W_FIELD_DATA_META ? 0 - m->meta_size
                                                          : 0);
      return WARRANT_NO_FAULT;
    }
  }
  const struct w_ref_kind *socket = is_socket(&p) ? &w_ref_kinds[p.index] : NULL;
  if (socket && !w_field_in(socket->fields, socket->nfields, p.off, n))
    return WARRANT_BAD_CONTEXT;
  if (undefined_stack(m, &p, n))
    return WARRANT_UNDEFINED_STACK;
  *v = load_le(p.bytes, n);
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
  mark_written(m, &p, n);
  store_le(p.bytes, n, v);
  return WARRANT_NO_FAULT;
}

/* --- Helpers --------------------------------------------------------------------------------- */

static bool find_writable(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *p) {
  return w_find(m, a, n, p) && p->writable;
}

static enum warrant_fault helper_reads(struct w_machine *m, uint64_t a, uint64_t n) {
  struct w_place p;
  if (!w_find(m, a, n, &p) || p.region == 1 || p.region == 5 || is_socket(&p))
    return WARRANT_BAD_HELPER_ARGUMENT;
  return undefined_stack(m, &p, n) ? WARRANT_UNDEFINED_STACK : WARRANT_NO_FAULT;
}

/* --- References --- */

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
static uint64_t hand_out(struct w_machine *m, struct w_reference h) {
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
  return hand_out(
      m, (struct w_reference){W_RECORD, w_values_at(m, map) + RING_START + at, n, s->ring + at});
}

/* There are a full socket, found where the first byte of what is looked for is odd, and one that is
 * not full, which skc_lookup_tcp finds instead where the second byte is odd, too. */
static uint64_t find_socket(struct w_machine *m, const uint8_t *tuple, uint64_t n, bool full) {
  if (!(tuple[0] & 1) || m->env->maps <= 2 * OBJECT_STRIDE)
    return 0;
  uint8_t kind = full || n < 2 || !(tuple[1] & 1) ? W_SOCKET : W_SOCK_COMMON;
  uint64_t base = m->env->maps - (kind == W_SOCKET ? 1 : 2) * OBJECT_STRIDE;
  return hand_out(m, (struct w_reference){kind, base, w_ref_kinds[kind].size, m->socket});
}

/* Checks the arguments; *map is the map passed, or -1, and *out the memory written, of *out_size
 * bytes. */
static enum warrant_fault check_args(struct w_machine *m, const struct w_helper *h, int64_t *map,
                                     struct w_place *out, uint64_t *out_size) {
  *map = -1;
  *out_size = 0;
  for (unsigned i = 0; i < h->nargs; i++) {
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
      if (x < m->env->maps || (x - m->env->maps) % OBJECT_STRIDE ||
          (x - m->env->maps) / OBJECT_STRIDE >= m->store_count)
        return WARRANT_BAD_HELPER_ARGUMENT;
      *map = (int64_t)((x - m->env->maps) / OBJECT_STRIDE);
      if (!w_takes_map(h, m->stores[*map].map->type))
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
    if (w_arg_read(h->args[i]) && (f = helper_reads(m, x, n)) != WARRANT_NO_FAULT)
      return f;
    if (w_arg_written(h->args[i])) {
      if (!find_writable(m, x, n, out) || out->region == 1)
        return WARRANT_BAD_HELPER_ARGUMENT;
      *out_size = n;
    }
  }
  return WARRANT_NO_FAULT;
}

/* There is one processor, so a per-CPU map is like any other. */
static bool is_array(const struct warrant_map *map) {
  return map->type == W_MAP_ARRAY || map->type == MAP_PERCPU_ARRAY;
}

/* May one stand for the other inside a map of maps? */
static bool alike(const struct warrant_map *a, const struct warrant_map *b) {
  const uint8_t *x = w_constants(a), *y = w_constants(b);
  return a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size &&
         a->readonly == b->readonly && a->inner == b->inner && !x == !y &&
         (!x || !memcmp(x, y, a->value_size));
}

static int64_t find_key(const struct w_store *s, const uint8_t *key) {
  for (uint64_t j = 0; j < s->slots; j++)
    if (s->used[j] && !memcmp(s->keys + j * s->map->key_size, key, s->map->key_size))
      return (int64_t)j;
  return -1;
}

static int64_t free_slot(const struct w_store *s) {
  for (uint64_t j = 0; j < s->slots; j++)
    if (!s->used[j])
      return (int64_t)j;
  return -1;
}

/* An array's key is its index; a wider key than eight bytes is an index only if the rest is zero.
 */
static int64_t array_index(const struct w_store *s, const uint8_t *key) {
  for (uint32_t i = 8; i < s->map->key_size; i++)
    if (key[i])
      return -1;
  uint64_t x = load_le(key, s->map->key_size < 8 ? s->map->key_size : 8);
  return x < s->map->max_entries ? (int64_t)x : -1;
}

static int64_t slot_of(const struct w_store *s, const uint8_t *key) {
  return is_array(s->map) ? array_index(s, key) : find_key(s, key);
}

/* The number of the map that a map of maps holds under `key`, or -1. */
static int64_t ref_map(const struct w_machine *m, const struct w_store *s, const uint8_t *key) {
  size_t size = (size_t)s->map->key_size + s->map->value_size;
  for (uint32_t i = s->inner ? s->inner->count : 0; i-- > 0;) {
    const uint8_t *entry = s->inner->bytes + i * size, *value = entry + s->map->key_size;
    if (memcmp(entry, key, s->map->key_size))
      continue;
    for (uint32_t k = 8; k < s->map->value_size; k++)
      if (value[k])
        return -1;
    uint64_t number = load_le(value, s->map->value_size < 8 ? s->map->value_size : 8);
    return number < m->store_count &&
                   alike(&m->program->maps[s->map->inner - 1], m->stores[number].map)
               ? (int64_t)number
               : -1;
  }
  return -1;
}

static void claim(struct w_store *s, int64_t j, const uint8_t *key) {
  s->used[j] = true;
  memcpy(s->keys + (uint64_t)j * s->map->key_size, key, s->map->key_size);
}

static int64_t map_update(struct w_store *s, const uint8_t *key, const uint8_t *value,
                          uint64_t flags) {
  bool array = is_array(s->map);
  if (s->map->readonly)
    return -1; /* EPERM */
  if (flags > 2)
    return -22; /* EINVAL */
  int64_t j = slot_of(s, key);
  if (array && j < 0)
    return -7; /* E2BIG */
  if (j >= 0 && flags == 1)
    return -17; /* EEXIST */
  if (j < 0) {
    if (flags == 2)
      return -2; /* ENOENT */
    if ((j = free_slot(s)) < 0)
      return -7;
    claim(s, j, key);
  }
  memmove(s->bytes + (uint64_t)j * s->stride, value,
          s->map->value_size); /* value may be this very slot */
  return 0;
}

static int64_t map_delete(struct w_store *s, const uint8_t *key) {
  if (is_array(s->map))
    return -22;
  int64_t j = find_key(s, key);
  if (j < 0)
    return -2;
  s->used[j] = false;
  return 0;
}

const struct w_helper *w_find_helper(const struct w_prog_type *type, int32_t id) {
  bool permitted = false;
  for (uint32_t i = 0; i < type->nhelpers; i++)
    permitted |= type->helpers[i] == id;
  for (uint32_t i = 0; permitted && i < w_helper_count; i++)
    if (w_helpers[i].id == id)
      return &w_helpers[i];
  return NULL;
}

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

/* Bytes [off, off + n) of the packet, both as helpers take them; NULL when they are not there. */
static uint8_t *packet_span(struct w_machine *m, uint64_t off, uint64_t n) {
  off = (uint32_t)off;
  return off <= m->packet_size && n <= m->packet_size - off ? w_packet_bytes(m) + off : NULL;
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
  if (n < 14 || n > 65535 || at - m->meta_size < env->packet - ROOM ||
      at + (uint64_t)n > env->packet + env->packet_size + ROOM)
    return -22; /* EINVAL */
  return place_packet(m, at, (uint64_t)n, m->meta_size);
}
static int64_t adjust_meta(struct w_machine *m, int32_t by) {
  int64_t n = (int64_t)m->meta_size - by, room = (int64_t)(m->packet_at - m->env->packet) + ROOM;
  if (n < 0 || n > room)
    return -22; /* EINVAL */
  if (n > MAX_META || n % 4)
    return -13; /* EACCES */
  return place_packet(m, m->packet_at, m->packet_size, (uint64_t)n);
}

/* Copies `from` (zeros when NULL) to where a helper writes; the two may overlap. */
static int64_t give(struct w_machine *m, const struct w_place *out, uint64_t n,
                    const uint8_t *from) {
  if (from)
    memmove(out->bytes, from, n);
  else
    memset(out->bytes, 0, n);
  mark_written(m, out, n);
  return from ? 0 : -14; /* EFAULT */
}

enum warrant_fault w_call_helper(struct w_machine *m, const struct w_helper *h) {
  uint32_t type;
  int64_t map, choice = 0;
  struct w_place out;
  uint64_t out_size;
  uint8_t *span;
  uint64_t handed = 0;
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
    choice = s->map->inner ? ref_map(m, s, key.bytes) : slot_of(s, key.bytes);
    break;
  case 195: /* with the number of a processor */
    choice = (uint32_t)m->regs[3] ? -1 : slot_of(s, key.bytes);
    break;
  case 2:
    w_find(m, m->regs[3], s->map->value_size, &value);
    choice = map_update(s, key.bytes, value.bytes, m->regs[4]);
    break;
  case 3:
    choice = map_delete(s, key.bytes);
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
    if ((span = packet_span(m, m->regs[2], m->regs[4])))
      memmove(span, value.bytes, m->regs[4]);
    choice = span ? 0 : h->id == 9 ? -14 : xdp_error(m->regs[2], m->regs[4]);
    break;
  case 26:
    choice = give(m, &out, out_size, packet_span(m, m->regs[2], out_size));
    break;
  case 189: /* leaves the memory as it is when there is nothing to read */
    span = packet_span(m, m->regs[2], out_size);
    give(m, &out, out_size, span ? span : out.bytes);
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
    handed = find_socket(m, value.bytes, m->regs[3], h->id != 99);
    break;
  case 131:
    handed = reserve(m, (uint32_t)map, m->regs[2], m->regs[3]);
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
    m->regs[0] = handed;
  else if (h->ret == W_RET_TYPED)
    m->regs[0] = w_type_named(m->program->types, m->program->type_count, h->object, &type)
                     ? object_addr(type)
                     : 0;
  else if (h->ret == W_RET_VALUE && s->map->inner)
    m->regs[0] = choice < 0 ? 0 : m->env->maps + (uint64_t)choice * OBJECT_STRIDE;
  else if (h->ret == W_RET_VALUE)
    m->regs[0] =
        choice < 0 ? 0 : m->env->values + (uint64_t)map * MAP_STRIDE + (uint64_t)choice * s->stride;
  else
    m->regs[0] = (uint64_t)(choice < h->lo ? h->lo : choice > h->hi ? h->hi : choice);
  return WARRANT_NO_FAULT;
}

/* --- Steps ----------------------------------------------------------------------------------- */

static bool is_defined(const struct w_machine *m, unsigned r) { return m->defined >> r & 1; }

static enum warrant_fault put(struct w_machine *m, unsigned slots, unsigned d, uint64_t v) {
  m->regs[d] = v;
  m->defined |= (uint16_t)(1u << d);
  m->pc += slots;
  return WARRANT_NO_FAULT;
}

static enum warrant_fault alu_step(struct w_machine *m, const struct warrant_insn *i) {
  bool wide = (i->op & 7) == 7, by_register = i->op & 8;
  uint8_t op = i->op & 0xf0;
  uint64_t x = m->regs[i->dst], y = by_register ? m->regs[i->src] : (uint64_t)(int64_t)i->imm;
  if (op == 0xd0) { /* byte order */
    if (!is_defined(m, i->dst))
      return WARRANT_UNDEFINED_REGISTER;
    bool keep = !wide && !by_register; /* to little endian, on a little-endian machine */
    return put(m, 1, i->dst,
               keep ? low_bits(x, (unsigned)i->imm) : swap_bytes(x, (unsigned)i->imm));
  }
  if (op == 0x80) { /* negation */
    if (!is_defined(m, i->dst))
      return WARRANT_UNDEFINED_REGISTER;
    return put(m, 1, i->dst, wide ? 0 - x : (uint32_t)(0 - x));
  }
  if ((by_register && !is_defined(m, i->src)) || (op != 0xb0 && !is_defined(m, i->dst)))
    return WARRANT_UNDEFINED_REGISTER;
  if (op == 0xb0 && i->off) { /* sign-extending move */
    y = sign_extend(low_bits(y, (unsigned)i->off), (unsigned)i->off);
    return put(m, 1, i->dst, wide ? y : (uint32_t)y);
  }
  if (!wide)
    x = (uint32_t)x, y = (uint32_t)y;
  return put(m, 1, i->dst, arith(wide, op, i->off == 1, x, y));
}

static enum warrant_fault jump_step(struct w_machine *m, const struct warrant_insn *i) {
  uint8_t op = i->op & 0xf0;
  bool wide = (i->op & 7) == 5, by_register = i->op & 8;
  if (op == 0) {
    m->pc += 1 + (int64_t)(wide ? i->off : i->imm);
    return WARRANT_NO_FAULT;
  }
  if (!is_defined(m, i->dst) || (by_register && !is_defined(m, i->src)))
    return WARRANT_UNDEFINED_REGISTER;
  uint64_t y = by_register ? m->regs[i->src] : (uint64_t)(int64_t)i->imm;
  m->pc += compare(wide, op, m->regs[i->dst], y) ? 1 + (int64_t)i->off : 1;
  return WARRANT_NO_FAULT;
}

static const uint8_t size_of_code[4] = {4, 2, 1, 8};

static bool is_atomic(const struct warrant_insn *i) { return (i->op & 0xe7) == 0xc3; }
/* Load-acquire and store-release are a load and a store here: others write between steps. */
enum { LOAD_ACQUIRE = 0x100, STORE_RELEASE = 0x110, FETCH = 1, CMPXCHG = 0xf1 };

static enum warrant_fault memory_step(struct w_machine *m, const struct warrant_insn *i) {
  unsigned n = size_of_code[i->op >> 3 & 3];
  enum warrant_fault f;
  uint64_t v = 0, off = (uint64_t)(int64_t)i->off;
  if ((i->op & 7) == 1 ||
      (is_atomic(i) && i->imm == LOAD_ACQUIRE)) { /* mode 0x80 extends the sign */
    if (!is_defined(m, i->src))
      return WARRANT_UNDEFINED_REGISTER;
    if ((f = w_load(m, m->regs[i->src] + off, n, &v)) != WARRANT_NO_FAULT)
      return f;
    return put(m, 1, i->dst, (i->op & 0xe0) == 0x80 ? sign_extend(low_bits(v, 8 * n), 8 * n) : v);
  }
  bool by_register = (i->op & 7) == 3;
  if (!is_defined(m, i->dst) || (by_register && !is_defined(m, i->src)))
    return WARRANT_UNDEFINED_REGISTER;
  v = by_register ? m->regs[i->src] : (uint64_t)(int64_t)i->imm;
  if ((f = w_store_value(m, m->regs[i->dst] + off, n, v)) == WARRANT_NO_FAULT)
    m->pc++;
  return f;
}

static enum warrant_fault load_imm_step(struct w_machine *m, const struct warrant_insn *i) {
  uint64_t number = (uint32_t)i->imm, second = (uint32_t)i[1].imm;
  switch (i->src) {
  case 0:
    return put(m, 2, i->dst, number | second << 32);
  case 3:
    return put(m, 2, i->dst, VARIABLES + (second << 36) + 8 * number);
  case 4:
    return put(m, 2, i->dst, FUNCTIONS + 8 * (uint64_t)(m->pc + 1 + i->imm));
  }
  if (i->imm < 0 || number >= m->program->map_count)
    return WARRANT_BAD_MAP;
  if (i->src == 1 || i->src == 5)
    return put(m, 2, i->dst, m->env->maps + number * OBJECT_STRIDE);
  if (!m->stores[number].slots)
    return WARRANT_BAD_MAP;
  return put(m, 2, i->dst, m->env->values + number * MAP_STRIDE + (uint64_t)(int64_t)i[1].imm);
}

static bool is_packet_load(const struct warrant_insn *i) {
  return (i->op & 7) == 0 && i->op != 0x18;
}

static uint64_t atomic_value(const struct warrant_insn *i, uint64_t old, uint64_t x,
                             uint64_t expected) {
  switch (i->imm & ~FETCH) {
  case 0x00:
    return old + x;
  case 0x40:
    return old | x;
  case 0x50:
    return old & x;
  case 0xa0:
    return old ^ x;
  case 0xe0:
    return x;
  default:
    return old == expected ? x : old; /* compare and exchange */
  }
}

static enum warrant_fault atomic_step(struct w_machine *m, const struct warrant_insn *i) {
  unsigned n = size_of_code[i->op >> 3 & 3];
  struct w_place p;
  if ((i->imm == CMPXCHG && !is_defined(m, 0)) || !is_defined(m, i->dst) || !is_defined(m, i->src))
    return WARRANT_UNDEFINED_REGISTER;
  uint64_t x = m->regs[i->src], a = m->regs[i->dst] + (uint64_t)(int64_t)i->off;
  if (!w_find(m, a, n, &p))
    return WARRANT_OUT_OF_BOUNDS;
  if (!p.writable)
    return WARRANT_READ_ONLY;
  if (p.region == 1)
    return WARRANT_BAD_CONTEXT;
  if (undefined_stack(m, &p, n))
    return WARRANT_UNDEFINED_STACK;
  uint64_t old = load_le(p.bytes, n);
  if (i->imm != CMPXCHG && (i->imm & FETCH) && i->src == 10)
    return WARRANT_FRAME_WRITE;
  mark_written(m, &p, n);
  store_le(p.bytes, n, atomic_value(i, old, x, low_bits(m->regs[0], 8 * n)));
  if (i->imm == CMPXCHG)
    return put(m, 1, 0, old);
  if (i->imm & FETCH)
    return put(m, 1, i->src, old);
  m->pc++;
  return WARRANT_NO_FAULT;
}

enum warrant_fault w_call_local(struct w_machine *m, int64_t target) {
  if (m->depth + 1 >= W_FRAMES)
    return WARRANT_STACK_OVERFLOW;
  struct w_frame *f = &m->frames[m->depth++];
  f->pc = m->pc + 1;
  f->defined = m->defined;
  memcpy(f->regs, m->regs, sizeof f->regs);
  uint64_t top = W_STACK_SIZE - m->depth * W_FRAME_SIZE;
  memset(m->written + (top - W_FRAME_SIZE) / 8, 0, W_FRAME_SIZE / 8);
  m->regs[10] = m->env->stack + top;
  m->defined = (uint16_t)((m->defined & 0x3eu) | 1u << 10);
  m->pc = target;
  return WARRANT_NO_FAULT;
}

enum warrant_fault w_leave(struct w_machine *m, bool *done) {
  if (m->depth == 0 && !is_defined(m, 0))
    return WARRANT_UNDEFINED_REGISTER;
  if (m->depth == 0 && m->nrefs)
    return WARRANT_LEAKED_REFERENCE;
  *done = m->depth == 0;
  if (*done)
    return WARRANT_NO_FAULT;
  struct w_frame *f = &m->frames[--m->depth];
  m->pc = f->pc;
  memcpy(m->regs + 1, f->regs + 1, sizeof f->regs - sizeof *f->regs);
  m->defined = (uint16_t)((f->defined & ~0x3fu) | (m->defined & 1u));
  return WARRANT_NO_FAULT;
}

/* Legacy packet loads: big endian; a load outside the packet ends the program with 0. */
static enum warrant_fault packet_load_step(struct w_machine *m, const struct warrant_insn *i,
                                           bool *done) {
  unsigned n = size_of_code[i->op >> 3 & 3];
  bool indirect = (i->op & 0xe0) == 0x40;
  if (!m->type->legacy || m->depth) /* it could not end the callers */
    return WARRANT_BAD_INSTRUCTION;
  if (!is_defined(m, 6) || (indirect && !is_defined(m, i->src)))
    return WARRANT_UNDEFINED_REGISTER;
  if (m->regs[6] != m->env->ctx)
    return WARRANT_BAD_HELPER_ARGUMENT;
  if (m->nrefs)
    return WARRANT_LEAKED_REFERENCE;
  int32_t off = (int32_t)((uint32_t)i->imm + (indirect ? (uint32_t)m->regs[i->src] : 0));
  const uint8_t *p = off < 0 ? NULL : packet_span(m, (uint32_t)off, n);
  m->regs[0] = 0;
  *done = p == NULL;
  for (unsigned k = 0; p && k < n; k++)
    m->regs[0] = m->regs[0] << 8 | p[k];
  m->defined = (uint16_t)((m->defined | 1u) & ~0x3eu);
  m->pc++;
  return WARRANT_NO_FAULT;
}

/* Does the instruction name a register that it writes? */
static bool names_target(const struct warrant_insn *i) {
  unsigned class = i->op & 7;
  return class == 4 || class == 7 || i->op == 0x18 || class == 1 ||
         (is_atomic(i) && i->imm == LOAD_ACQUIRE);
}

static enum warrant_fault call_step(struct w_machine *m, uint64_t number) {
  const struct w_helper *h = w_find_helper(m->type, number > INT32_MAX ? -1 : (int32_t)number);
  if (!h)
    return WARRANT_UNKNOWN_HELPER;
  enum warrant_fault f = w_call_helper(m, h);
  m->pc += f == WARRANT_NO_FAULT;
  return f;
}

/* The address of code is that of an instruction. */
static bool code_ok(const struct w_machine *m, const struct warrant_insn *i) {
  int64_t to = m->pc + 1 + i->imm;
  return i->op != 0x18 || i->src != 4 || (to >= 0 && to < m->program->insn_count && !m->second[to]);
}

enum warrant_fault w_step(struct w_machine *m, const struct warrant_insn *i, bool *done) {
  if (!code_ok(m, i))
    return WARRANT_BAD_INSTRUCTION;
  if (names_target(i) && i->dst == 10)
    return WARRANT_FRAME_WRITE;
  switch (i->op & 7) {
  case 4:
  case 7:
    return alu_step(m, i);
  case 0:
    return is_packet_load(i) ? packet_load_step(m, i, done) : load_imm_step(m, i);
  case 1:
  case 2:
    return memory_step(m, i);
  case 3:
    return is_atomic(i) && i->imm != LOAD_ACQUIRE && i->imm != STORE_RELEASE ? atomic_step(m, i)
                                                                             : memory_step(m, i);
  default:
    break;
  }
  switch (i->op) {
  case 0x85:
    if (i->src == 1)
      return w_call_local(m, m->pc + 1 + i->imm);
    return call_step(m, (uint64_t)(int64_t)i->imm);
  case 0x8d:
    return is_defined(m, i->dst) ? call_step(m, m->regs[i->dst]) : WARRANT_UNDEFINED_REGISTER;
  case 0x95:
    return w_leave(m, done);
  case 0xe5:
    m->pc++;
    return WARRANT_NO_FAULT; /* may_goto: the budget is never used up here */
  default:
    return jump_step(m, i);
  }
}

static void trace_step(struct w_machine *m, const struct warrant_insn *i, warrant_trace_fn *trace,
                       void *data) {
  struct warrant_trace t = {.pc = m->pc, .defined = m->defined};
  unsigned class = i->op & 7;
  struct w_place p;
  memcpy(t.regs, m->regs, sizeof t.regs);
  bool loads = is_atomic(i) && i->imm == LOAD_ACQUIRE;
  if ((class == 2 || (class == 3 && !loads && is_defined(m, i->src))) && is_defined(m, i->dst)) {
    unsigned n = size_of_code[i->op >> 3 & 3];
    if (w_find(m, m->regs[i->dst] + (uint64_t)(int64_t)i->off, n, &p) && p.writable) {
      t.writes = true;
      t.region = p.region;
      t.map = p.map;
      t.index = p.index;
      t.off = p.region ? (int64_t)p.off : (int64_t)(p.off % W_FRAME_SIZE) - W_FRAME_SIZE;
      t.size = (uint8_t)n;
      uint64_t v = class == 3 ? m->regs[i->src] : (uint64_t)(int64_t)i->imm;
      if (is_atomic(i) && i->imm != STORE_RELEASE) {
        uint64_t expected = is_defined(m, 0) ? low_bits(m->regs[0], 8 * n) : 0;
        v = atomic_value(i, load_le(p.bytes, n), v, expected);
      }
      store_le(t.bytes, n, v);
    }
  }
  trace(data, &t);
}

/* --- Setting up ------------------------------------------------------------------------------ */

static void *bytes_or_fail(uint64_t n, uint64_t *total, struct warrant_error *error) {
  *total += n;
  void *p = *total > MEMORY_MAX ? NULL : calloc(1, n ? n : 1);
  if (!p)
    warrant_fail(error, WARRANT_UNSUPPORTED,
                 "the program's maps need more memory than a run is given");
  return p;
}

void w_machine_free(struct w_machine *m) {
  for (uint32_t i = 0; m->stores && i < m->store_count; i++) {
    free(m->stores[i].bytes);
    free(m->stores[i].keys);
    free(m->stores[i].used);
    free(m->stores[i].ring);
  }
  free(m->stores);
  free(m->refs);
  free(m->ctx);
  free(m->buffer);
  free(m->second);
  free(m->objects);
  free(m->object_at);
}

static void place_entry(struct w_store *s, const uint8_t *key, const uint8_t *value) {
  int64_t j = slot_of(s, key);
  if (j < 0 && !is_array(s->map) && (j = free_slot(s)) >= 0)
    claim(s, j, key);
  if (j >= 0)
    memcpy(s->bytes + (uint64_t)j * s->stride, value, s->map->value_size);
}

/* `own`: a map of the program, which begins with its data; others only have its constants. */
static int store_init(struct w_store *s, const struct warrant_map *map, bool own,
                      const struct warrant_entries *entries, uint64_t *total,
                      struct warrant_error *error) {
  s->map = map;
  s->stride = ((uint64_t)map->value_size + 15) & ~UINT64_C(7);
  s->slots = is_array(map) || map->max_entries < HASH_SLOTS ? map->max_entries : HASH_SLOTS;
  if (map->inner) {
    s->slots = 0;
    s->inner = entries;
    return 0;
  }
  if (!(s->bytes = bytes_or_fail(s->slots * s->stride, total, error)))
    return -1;
  if (!is_array(map) && (!(s->keys = bytes_or_fail(s->slots * map->key_size, total, error)) ||
                         !(s->used = bytes_or_fail(s->slots, total, error))))
    return -1;
  if (map->initial && map->readonly && entries && entries->count)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s holds constants: its contents come with the program",
                        map->name ? map->name : "a map");
  if (map->type == MAP_RINGBUF) {
    s->ring_size = map->max_entries < RING_START ? map->max_entries : RING_START;
    if (!(s->ring = bytes_or_fail(s->ring_size, total, error)))
      return -1;
  }
  if ((own ? map->initial : w_constants(map)) && s->slots)
    memcpy(s->bytes, map->initial, map->value_size);
  size_t size = (size_t)map->key_size + map->value_size;
  for (uint32_t i = 0; entries && i < entries->count; i++)
    place_entry(s, entries->bytes + i * size, entries->bytes + i * size + map->key_size);
  return 0;
}

void w_machine_start(struct w_machine *m) {
  memset(m->regs, 0, sizeof m->regs);
  if (m->strict)
    memset(m->written + (W_STACK_SIZE - W_FRAME_SIZE) / 8, 0, W_FRAME_SIZE / 8);
  m->pc = 0;
  m->depth = 0;
  m->packet_at = m->env->packet;
  m->packet_size = m->env->packet_size;
  m->nrefs = 0;
  for (uint32_t i = 0; i < m->store_count; i++)
    m->stores[i].ring_used = 0;
  m->meta_size = 0;
  m->random = m->env->seed;
  m->time = 0;
  m->regs[1] = m->env->ctx;
  m->regs[10] = m->env->stack + W_STACK_SIZE;
  m->defined = 1u << 1 | 1u << 10;
}

/* The program's maps, and two more of the kind that each map of maps holds. */
static int make_stores(struct w_machine *m, uint64_t *total, struct warrant_error *error) {
  const struct warrant_program *p = m->program;
  const struct warrant_entries *entries = m->env->entries;
  uint32_t count = p->map_count;
  for (uint32_t i = 0; i < p->map_count; i++)
    count += p->maps[i].inner && p->maps[i].inner <= p->map_count ? 2 : 0;
  if (!(m->stores = bytes_or_fail(count * sizeof *m->stores, total, error)))
    return -1;
  m->store_count = count;
  uint32_t k = 0;
  for (; k < p->map_count; k++)
    if (store_init(&m->stores[k], &p->maps[k], true, entries ? &entries[k] : NULL, total, error))
      return -1;
  for (uint32_t i = 0; i < p->map_count; i++)
    for (int n = 0; n < 2 && p->maps[i].inner && p->maps[i].inner <= p->map_count; n++, k++)
      if (store_init(&m->stores[k], &p->maps[p->maps[i].inner - 1], false, NULL, total, error))
        return -1;
  return 0;
}

/* Any bytes will do, but the reference has the same. */
static uint8_t noise(const struct warrant_env *env, uint64_t offset) {
  __extension__ unsigned __int128 v = (unsigned __int128)(offset + 1) * 2654435761u + env->seed;
  return (uint8_t)(v >> 13);
}

static int make_objects(struct w_machine *m, uint64_t *total, struct warrant_error *error) {
  const struct warrant_program *p = m->program;
  uint64_t size = 0;
  if (!p->type_count)
    return 0;
  for (uint32_t i = 0; i < p->type_count; i++)
    if (p->types[i].size > m->largest_object)
      m->largest_object = p->types[i].size;
  for (uint32_t i = 0; i < p->type_count; i++)
    size += p->types[i].size;
  if (!(m->objects = bytes_or_fail(m->largest_object + size, total, error)) ||
      !(m->object_at = bytes_or_fail(p->type_count * sizeof *m->object_at, total, error)))
    return -1;
  uint64_t at = m->largest_object;
  for (uint32_t i = 0; i < p->type_count; at += p->types[i++].size) {
    m->object_at[i] = at;
    for (uint32_t k = 0; k < p->types[i].size; k++)
      m->objects[at + k] = noise(m->env, object_addr(i) - DEAD + k);
  }
  return 0;
}

static int fill(struct w_machine *m, struct warrant_error *error) {
  const struct warrant_program *program = m->program;
  const struct warrant_env *env = m->env;
  uint64_t total = 0;
  if (!(m->ctx = bytes_or_fail(m->type->ctx_size, &total, error)) ||
      !(m->buffer = bytes_or_fail(env->packet_size + 2 * (uint64_t)ROOM, &total, error)) ||
      !(m->second = bytes_or_fail(program->insn_count, &total, error)) ||
      make_stores(m, &total, error) || make_objects(m, &total, error))
    return -1;
  for (uint32_t i = 0; i + 1 < program->insn_count; i++)
    if (!m->second[i] && program->insns[i].op == 0x18)
      m->second[i + 1] = true;
  if (env->ctx_size)
    memcpy(m->ctx, env->ctx_bytes,
           env->ctx_size < m->type->ctx_size ? env->ctx_size : m->type->ctx_size);
  if (env->packet_size)
    memcpy(m->buffer + ROOM, env->packet_bytes, env->packet_size);
  for (uint64_t i = 0; i < W_STACK_SIZE; i++)
    m->stack[i] = noise(env, i);
  return 0;
}

int w_machine_init(struct w_machine *m, const struct warrant_program *program,
                   const struct warrant_env *env, struct warrant_error *error) {
  *m = (struct w_machine){
      .program = program, .env = env, .strict = program->profile == WARRANT_STRICT};
  if (!(m->type = w_type_of(program, &m->own_type)))
    return warrant_fail(error, WARRANT_UNSUPPORTED,
                        "programs of type %" PRIu32 " can't be run here", program->type);
  if (w_decode_check(program, error))
    return -1;
  if (fill(m, error)) {
    w_machine_free(m);
    return -1;
  }
  w_machine_start(m);
  return 0;
}

void w_machine_run(struct w_machine *m, warrant_trace_fn *trace, void *data,
                   struct warrant_run *run) {
  run->fault = WARRANT_OUT_OF_FUEL;
  for (bool done = false; !done && run->steps < m->env->fuel;) {
    enum warrant_fault f = WARRANT_BAD_PC;
    run->steps++;
    run->pc = m->pc;
    if (m->pc >= 0 && m->pc < (int64_t)m->program->insn_count && !m->second[m->pc]) {
      const struct warrant_insn *i = &m->program->insns[m->pc];
      if (trace)
        trace_step(m, i, trace, data);
      f = w_step(m, i, &done);
    }
    if (done) {
      run->fault = WARRANT_NO_FAULT;
      run->result = m->regs[0];
    } else if (f != WARRANT_NO_FAULT) {
      run->fault = f;
      return;
    }
  }
  if (run->fault == WARRANT_OUT_OF_FUEL)
    run->pc = m->pc;
}

int warrant_interpret(const struct warrant_program *program, const struct warrant_env *env,
                      warrant_trace_fn *trace, void *data, struct warrant_run *run,
                      struct warrant_error *error) {
  const struct warrant_session_options options = {.plain = trace != NULL};
  struct warrant_session *session;
  if (warrant_session_open(program, env, &options, &session, error))
    return -1;
  if (trace) {
    *run = (struct warrant_run){0};
    w_machine_run(warrant_session_machine(session), trace, data, run);
  } else {
    warrant_session_run(session, run);
  }
  warrant_session_close(session);
  return 0;
}

/* --- The environment as bytes ---------------------------------------------------------------- */

int warrant_env_encode(const struct warrant_program *program, const struct warrant_env *env,
                       uint8_t **bytes, size_t *size, struct warrant_error *error) {
  size_t n = 5 + 7 * 8 + 12 + (size_t)env->ctx_size + env->packet_size;
  for (uint32_t i = 0; i < program->map_count; i++) {
    size_t entry = (size_t)program->maps[i].key_size + program->maps[i].value_size;
    n += 4 + (env->entries ? env->entries[i].count * entry : 0);
  }
  uint8_t *p = *bytes = malloc(n);
  if (!p)
    return warrant_fail(error, WARRANT_BAD_INPUT, "out of memory for the environment");
  memcpy(p, "WENV\1", 5);
  p += 5;
  const uint64_t words[] = {env->stack,  env->ctx,  env->packet, env->maps,
                            env->values, env->seed, env->fuel};
  for (size_t i = 0; i < 7; i++, p += 8)
    store_le(p, 8, words[i]);
  store_le(p, 4, env->ctx_size), p += 4;
  if (env->ctx_size)
    memcpy(p, env->ctx_bytes, env->ctx_size), p += env->ctx_size;
  store_le(p, 4, env->packet_size), p += 4;
  if (env->packet_size)
    memcpy(p, env->packet_bytes, env->packet_size), p += env->packet_size;
  store_le(p, 4, program->map_count), p += 4;
  for (uint32_t i = 0; i < program->map_count; i++) {
    size_t entry = (size_t)program->maps[i].key_size + program->maps[i].value_size;
    uint32_t count = env->entries ? env->entries[i].count : 0;
    store_le(p, 4, count), p += 4;
    if (count)
      memcpy(p, env->entries[i].bytes, count * entry), p += count * entry;
  }
  *size = (size_t)(p - *bytes);
  return 0;
}
