#include "run/helpers.h"

#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"
#include "load/objects.h"
#include "run/checksum.h"
#include "run/frames.h"
#include "run/maps.h"
#include "run/memory.h"
#include "run/numeral.h"
#include "run/packet.h"

enum { TICK = 1000 };

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

static uint64_t reserve(struct w_machine *m, uint32_t map, uint64_t n, uint64_t flags) {
  struct w_store *s = &m->stores[map];
  int64_t at = flags ? -1 : w_ring_reserve(s, n);
  if (at < 0)
    return 0;
  return acquire(m,
                 (struct w_reference){W_RECORD, w_values_at(m, map) + W_RING_START + (uint64_t)at,
                                      n, s->ring + at});
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

/* Does text begin there that never changes, and is its end in the same region? */
static bool text_at(struct w_machine *m, uint64_t a) {
  struct w_place p;
  if (!w_find(m, a, 1, &p) || p.region != 3 || !w_constants(m->stores[p.map].map))
    return false;
  uint64_t room = m->stores[p.map].map->value_size - p.off;
  return memchr(p.bytes, 0, room < w_longest_text ? room : w_longest_text) != NULL;
}

/* Checks the arguments; *map is the map passed, or -1, *out the memory written, of *out_size
 * bytes, and *callback the slot of the function passed. */
static enum warrant_fault check_args(struct w_machine *m, const struct w_helper *h, int64_t *map,
                                     struct w_place *out, uint64_t *out_size, int64_t *callback) {
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
    case W_ARG_CALLBACK:
      if (!w_function_at(x, callback))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_REF:
    case W_ARG_RELEASE:
      if (!find_ref(m, h->ref, x) &&
          (h->args[i] == W_ARG_RELEASE || !h->takes || !w_is_named(m, x, h->takes)))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_STRING:
      if (!text_at(m, x))
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
    case W_ARG_OBJECT:
      if (!w_is_named(m, x, h->takes))
        return WARRANT_BAD_HELPER_ARGUMENT;
      continue;
    case W_ARG_MEMN:
    case W_ARG_OUTN:
    case W_ARG_INOUTN:
      n = h->sizes[i];
      break;
    case W_ARG_KEY:
    case W_ARG_VALUE:
    case W_ARG_VALUE0:
    case W_ARG_VALUE_OUT:
      if (!x && h->args[i] == W_ARG_VALUE0)
        continue;
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

/* --- Calls ----------------------------------------------------------------------------------- */

const struct w_helper *w_find_helper(const struct w_prog_type *type, int32_t id) {
  bool permitted = false;
  for (uint32_t i = 0; i < type->nhelpers; i++)
    permitted |= type->helpers[i] == id;
  return permitted ? w_helper_in(type, id) : NULL;
}

const struct w_helper *w_find_function(const struct w_prog_type *type, int32_t number) {
  const struct w_function *f = w_function_of(number);
  return f && w_offers_function(type, f) ? &f->call : NULL;
}

/* A call whose arguments are checked. */
struct call {
  struct w_machine *m;
  const struct w_helper *helper;
  int64_t map;        /* the number of the map passed, or -1 */
  struct w_store *s;  /* of that map, or NULL */
  struct w_place out; /* the memory written, of out_size bytes */
  uint64_t out_size;
  uint64_t acquired; /* a reference's address */
  int64_t choice;    /* what it answers */
};

/* The memory that a register points to. */
static const uint8_t *memory(struct w_machine *m, unsigned r, uint64_t n) {
  struct w_place p;
  return w_find(m, m->regs[r], n, &p) ? p.bytes : NULL;
}

/* Helpers that take a map, in r1 or behind the context. False: it is another one. */
static bool answer_map(struct call *c) {
  /* XDP, and what has a socket buffer: part of the packet may follow an event */
  static const uint64_t with_packets =
      1 << 1 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 14 | 1 << 19;
  struct w_store *s = c->s;
  const uint64_t *r = c->m->regs;
  if (!s)
    return false;
  const uint8_t *key = memory(c->m, 2, s->map->key_size);
  switch (c->helper->id) {
  case 1:
    c->choice = s->map->inner ? w_inner_map(c->m, s, key) : w_lookup(s, key);
    return true;
  case 2:
    c->choice = w_map_update(s, key, memory(c->m, 3, s->map->value_size), r[4]);
    return true;
  case 3:
    c->choice = w_map_delete(s, key);
    return true;
  case 22:
    c->choice = w_event_read(s, r[2], 24);
    return true;
  case 25:
    c->choice =
        w_event_output(s, r[3], with_packets >> c->m->type->id & 1 ? 52 : 32, c->m->packet_size);
    return true;
  case 33:
  case 37:
    c->choice = w_under_cgroup(s, (uint32_t)r[c->helper->id == 33 ? 3 : 2]);
    return true;
  case 51:
    c->choice = w_redirect_map(s, r[3]);
    return true;
  case 55:
    w_give(c->m, &c->out, c->out_size, NULL);
    c->choice = w_event_read(s, r[2], c->out_size);
    return true;
  case 87:
    c->choice = w_queue_push(s, memory(c->m, 2, s->map->value_size), r[3]);
    return true;
  case 88:
  case 89:
    if (w_give(c->m, &c->out, c->out_size, w_queue_first(s, c->helper->id == 88)))
      c->choice = -2; /* ENOENT */
    return true;
  case 130:
    c->choice = w_ring_output(s, r[3], r[4]);
    return true;
  case 131:
    c->acquired = reserve(c->m, (uint32_t)c->map, r[2], r[3]);
    return true;
  case 134:
    c->choice = (int64_t)w_ring_query(s, r[2]);
    return true;
  case 107:
  case 145:
  case 156:
  case 210: /* nothing is kept for an object */
    c->choice = -1;
    return true;
  case 108:
  case 146:
  case 157:
  case 211:
    c->choice = -2; /* ENOENT */
    return true;
  case 195: /* with the number of a processor */
    c->choice = (uint32_t)r[3] ? -1 : w_lookup(s, key);
    return true;
  default:
    return false;
  }
}

/* Helpers that take the packet, or bytes that are summed for it. */
static bool answer_packet(struct call *c) {
  struct w_machine *m = c->m;
  const uint64_t *r = m->regs;
  int32_t id = c->helper->id;
  switch (id) {
  case 9:
  case 190:
    c->choice = w_store_bytes(m, id == 190);
    return true;
  case 10:
  case 11:
    c->choice = w_csum_replace(m, id == 11);
    return true;
  case 23:
    c->choice = w_redirect(m);
    return true;
  case 26:
  case 189:
    c->choice = w_load_bytes(m, &c->out, c->out_size, id == 189);
    return true;
  case 28:
    c->choice =
        w_sum_difference(memory(m, 1, r[2]), r[2], memory(m, 3, r[4]), r[4], (uint32_t)r[5]);
    return true;
  case 32:
    c->choice = w_change_type(m);
    return true;
  case 34:
    c->choice = m->hash;
    return true;
  case 41:
  case 48:
    m->hash = id == 48 ? (uint32_t)r[2] : 0;
    return true;
  case 38:
    c->choice = w_change_tail(m);
    return true;
  case 39:
    c->choice = (uint32_t)r[2] <= m->packet_size ? 0 : -12; /* ENOMEM */
    return true;
  case 40:
    c->choice = -524; /* ENOTSUPP: the packet has no sum of all of it */
    return true;
  case 43:
    c->choice = w_change_head(m);
    return true;
  case 44:
    c->choice = w_adjust_head(m);
    return true;
  case 54:
    c->choice = w_adjust_meta(m);
    return true;
  case 65:
    c->choice = w_adjust_tail(m);
    return true;
  case 68:
    c->choice = w_load_relative(m, &c->out, c->out_size);
    return true;
  case 135:
    c->choice = w_csum_level(m);
    return true;
  case 152:
  case 155:
    c->choice = w_redirect_other(m, id == 152);
    return true;
  case 188: /* elsewhere it is told of another packet */
    c->choice = m->type->id == 6 ? (int64_t)m->packet_size : 0;
    return true;
  case 192:
    c->choice = w_set_tstamp(m);
    return true;
  default:
    return false;
  }
}

/* The name of the task that asks for a test run: as much of it as fits before a zero. */
static void give_comm(struct call *c) {
  static const char name[] = "warrant";
  w_give(c->m, &c->out, c->out_size, NULL);
  memcpy(c->out.bytes, name, c->out_size > sizeof name ? sizeof name : c->out_size - 1);
}

/* A string of the kernel's, or an error. Its end is put there where the room ends before; what is
 * behind it stays as it was. */
static int64_t give_string(struct call *c) {
  uint8_t *bytes = malloc(c->out_size ? c->out_size : 1);
  struct w_place p;
  uint64_t n = 0;
  bool more = bytes != NULL, readable = more;
  while (more && readable && n < c->out_size) {
    readable = w_find(c->m, c->m->regs[3] + n, 1, &p);
    bytes[n] = readable && n + 1 < c->out_size ? *p.bytes : 0;
    more = bytes[n++];
  }
  int64_t result = readable ? (int64_t)n : w_give(c->m, &c->out, c->out_size, NULL);
  if (readable && n)
    w_give(c->m, &c->out, n, bytes);
  free(bytes);
  return result;
}

static int64_t give_numeral(struct call *c, bool is_signed) {
  uint8_t bytes[8];
  uint64_t value;
  const uint64_t *r = c->m->regs;
  int64_t taken = w_numeral(memory(c->m, 1, r[2]), r[2], r[3], is_signed, &value);
  w_store_le(bytes, 8, value);
  w_give(c->m, &c->out, c->out_size, bytes);
  return taken;
}

static void answer_other(struct call *c) {
  struct w_machine *m = c->m;
  const uint64_t *r = m->regs;
  switch (c->helper->id) {
  case 4:
  case 113:
    if (c->out_size)
      c->choice = w_give(m, &c->out, c->out_size, memory(m, 3, c->out_size));
    return;
  case 5:
  case 125:
    c->choice = (int64_t)(m->time += TICK);
    return;
  case 6:
    c->choice = r[2] > INT64_MAX ? INT64_MAX : (int64_t)r[2];
    return;
  case 7:
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    c->choice = (int64_t)(m->random >> 32);
    return;
  case 16:
    give_comm(c);
    return;
  case 45:
  case 115:
    c->choice = give_string(c);
    return;
  case 84:
  case 85:
  case 99:
    c->acquired = find_socket(m, memory(m, 2, r[3]), r[3], c->helper->id != 99);
    return;
  case 86:
  case 132:
  case 133:
    release_ref(m, find_ref(m, c->helper->ref, r[1]));
    return;
  case 105:
  case 106:
    c->choice = give_numeral(c, c->helper->id == 105);
    return;
  case 112:
  case 114: /* EFAULT: there is no memory of a user's */
    c->choice = c->out_size ? -14 : 0;
    break;
  case 20:
  case 30:
  case 66:
  case 120: /* EINVAL: the packet came through no tunnel, and there is no other name space */
    c->choice = -22;
    break;
  case 29: /* ENOENT: nor has it a tunnel's options */
    c->choice = -2;
    break;
  default:
    break;
  }
  bool leaves = c->helper->id >= w_first_function && !c->helper->on_success;
  if (c->out_size && !leaves)
    w_give(m, &c->out, c->out_size, NULL);
}

/* The answer as the helper's result. */
static void put_result(struct call *c) {
  struct w_machine *m = c->m;
  const struct w_helper *h = c->helper;
  uint32_t type;
  m->defined = (uint16_t)((m->defined | 1u) & ~0x3eu);
  if (h->ret == W_RET_TAIL || h->ret == W_RET_VOID) { /* a tail call found no program */
    m->defined &= (uint16_t)~1u;
  } else if (h->ret == W_RET_ACQUIRE) {
    m->regs[0] = c->acquired;
  } else if (h->ret == W_RET_TYPED) {
    m->regs[0] = w_type_named(m->program->types, m->program->type_count, h->object, &type)
                     ? w_object_at(type)
                     : 0;
  } else if (h->ret == W_RET_VALUE && c->s->map->inner) {
    m->regs[0] = c->choice < 0 ? 0 : m->env->maps + (uint64_t)c->choice * W_MAP_OBJECT_STRIDE;
  } else if (h->ret == W_RET_VALUE) {
    m->regs[0] =
        c->choice < 0 ? 0 : w_values_at(m, (uint32_t)c->map) + (uint64_t)c->choice * c->s->stride;
  } else {
    int64_t lo = h->ret == W_RET_SIZE ? -4095 : h->lo;
    int64_t hi = h->ret == W_RET_SIZE ? (int64_t)c->out_size : h->hi;
    m->regs[0] = (uint64_t)(c->choice < lo ? lo : c->choice > hi ? hi : c->choice);
  }
}

enum warrant_fault w_call_helper(struct w_machine *m, const struct w_helper *h) {
  struct call c = {.m = m, .helper = h};
  int64_t callback;
  enum warrant_fault f = check_args(m, h, &c.map, &c.out, &c.out_size, &callback);
  if (f != WARRANT_NO_FAULT)
    return f;
  if (h->ret == W_RET_ROUNDS)
    return w_first_round(m, h, callback);
  if (h->ret == W_RET_TAIL && m->depth) /* a tail call would not end the callers */
    return WARRANT_BAD_INSTRUCTION;
  if (h->ret == W_RET_TAIL && m->nrefs)
    return WARRANT_LEAKED_REFERENCE;
  c.s = c.map < 0 ? NULL : &m->stores[c.map];
  if (!answer_map(&c) && !answer_packet(&c))
    answer_other(&c);
  put_result(&c);
  return WARRANT_NO_FAULT;
}
