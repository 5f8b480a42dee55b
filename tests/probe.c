#include "probe.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>

#include "attach.h"

enum { GIVEN, LEFT, OWN };
enum { BUFFER = -(PLACES * ROOM), TUPLE = BUFFER - 16 };

/* A map of each type, as small as may be. */
static const struct warrant_map shapes[] = {
    {.type = 1, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 2, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 3, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 4, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 5, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 6, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 7, .key_size = 4, .value_size = 64, .max_entries = 4},
    {.type = 8, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 9, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 10, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 11, .key_size = 8, .value_size = 8, .max_entries = 4, .flags = BPF_F_NO_PREALLOC},
    {.type = 14, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 15, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 16, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 17, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 18, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 20, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 22, .key_size = 0, .value_size = 8, .max_entries = 4},
    {.type = 23, .key_size = 0, .value_size = 8, .max_entries = 4},
    {.type = 25, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 27, .key_size = 0, .value_size = 0, .max_entries = 4096},
    {.type = 30, .key_size = 0, .value_size = 8, .max_entries = 4},
};

uint32_t probe_map(const struct w_helper *h, unsigned k) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (w_takes_map(h, shapes[i].type) && !k--)
      return shapes[i].type;
  return 0;
}

static void put(struct probe *m, unsigned op, unsigned dst, unsigned src, int off, int32_t imm) {
  m->insns[m->p.insn_count++] = (struct warrant_insn){
      .op = (uint8_t)op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}
static void put_map(struct probe *m, unsigned r, unsigned src, int32_t map) {
  put(m, 0x18, r, src, 0, map);
  put(m, 0, 0, 0, 0, 0);
}
/* All memory from where r1 is, at `off`, to where r2 is. */
static void copy(struct probe *m, unsigned to, int to_off, unsigned from, int from_off) {
  for (int k = 0; k < PLACES * ROOM; k += 8) {
    put(m, 0x79, 0, from, from_off + k, 0);
    put(m, 0x7b, to, 0, to_off + k, 0);
  }
}
static void leave(struct probe *m, const struct w_prog_type *type) {
  put(m, 0xb7, 0, 0, 0, type->has_ret ? (int32_t)type->ret_hi : 0);
  put(m, 0x95, 0, 0, 0, 0);
}

static bool offers(const struct w_prog_type *type, int32_t id) {
  for (uint32_t k = 0; k < type->nhelpers; k++)
    if (type->helpers[k] == id)
      return true;
  return false;
}

static void begin(struct probe *m, const struct choice *c) {
  static char empty[] = "", name[] = "p", license[] = "GPL", map[] = "map", task[] = "task_struct",
              regs[] = "pt_regs", function[] = "bpf_fentry_test1",
              modified[] = "bpf_modify_return_test";
  memset(m, 0, sizeof *m);
  m->types[0] = (struct warrant_object_type){.name = task, .size = 8};
  m->types[1] = (struct warrant_object_type){.name = regs, .size = 8};
  m->p = (struct warrant_program){.kind = WARRANT_EBPF,
                                  .file = empty,
                                  .section = empty,
                                  .name = name,
                                  .license = license,
                                  .type = c->type->id,
                                  .insns = m->insns,
                                  .maps = m->maps,
                                  .map_count = OWN,
                                  .types = m->types,
                                  .type_count = sizeof m->types / sizeof *m->types};
  m->p.attach_type = attach_type_of(c->type);
  if (c->type->id == BPF_PROG_TYPE_TRACING)
    m->p.attach_to = m->p.attach_type == BPF_MODIFY_RETURN ? modified : function;
  m->p.attach_id = attach_number(&m->p);
  m->p.prog_flags = c->type->id == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0;
  m->maps[GIVEN] = (struct warrant_map){
      .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(struct given)};
  m->maps[LEFT] = (struct warrant_map){
      .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(struct answers)};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (shapes[i].type == c->map)
      m->maps[m->p.map_count++] = shapes[i];
  for (unsigned i = 0; i < m->p.map_count; i++)
    m->maps[i].name = map;
  m->maps[GIVEN].max_entries = m->maps[LEFT].max_entries = 1;
}

/* r9: a reference of the kind that the helper asks for; without one the program ends. */
static bool acquire(struct probe *m, const struct choice *c) {
  bool record = c->helper->ref == W_RECORD;
  int32_t from = record ? BPF_FUNC_ringbuf_reserve : BPF_FUNC_skc_lookup_tcp;
  if (!offers(c->type, from))
    return false;
  if (record) {
    m->maps[m->p.map_count] = (struct warrant_map){
        .name = m->maps[0].name, .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096};
    put_map(m, 1, 1, (int32_t)m->p.map_count++);
    put(m, 0xb7, 2, 0, 0, 8);
    put(m, 0xb7, 3, 0, 0, 0);
  } else { /* from 127.0.0.1 to the port there that listens */
    put(m, 0x62, 10, 0, TUPLE, (int32_t)htonl(0x7f000001));
    put(m, 0x62, 10, 0, TUPLE + 4, (int32_t)htonl(0x7f000001));
    put(m, 0x62, 10, 0, TUPLE + 8, (int32_t)((uint32_t)htons(c->port) << 16 | htons(9)));
    put(m, 0xbf, 1, 6, 0, 0);
    put(m, 0xbf, 2, 10, 0, 0);
    put(m, 0x07, 2, 0, 0, TUPLE);
    put(m, 0xb7, 3, 0, 0, 12);
    put(m, 0xb7, 4, 0, 0, -1);
    put(m, 0xb7, 5, 0, 0, 0);
  }
  put(m, 0x85, 0, 0, 0, from);
  put(m, 0x55, 0, 0, 2, 0);
  leave(m, c->type);
  put(m, 0xbf, 9, 0, 0, 0);
  return true;
}
static void release(struct probe *m, const struct w_helper *h, unsigned r) {
  put(m, 0xbf, 1, r, 0, 0);
  put(m, 0xb7, 2, 0, 0, 0);
  put(m, 0x85, 0, 0, 0, h->ref == W_RECORD ? BPF_FUNC_ringbuf_discard : BPF_FUNC_sk_release);
}

/* r8: the current task. False: it is no task that the helper takes. */
static bool use_object(struct probe *m, const struct choice *c) {
  const struct w_helper *from = w_helper_of(BPF_FUNC_get_current_task_btf);
  if (strcmp(c->helper->takes, from->object) || !offers(c->type, from->id))
    return false;
  put(m, 0x85, 0, 0, 0, from->id);
  put(m, 0xbf, 8, 0, 0, 0);
  return true;
}

static void argument(struct probe *m, const struct choice *c, unsigned i, int *place) {
  enum w_arg g = c->helper->args[i];
  unsigned r = i + 1;
  bool last = true; /* the last that is a number */
  for (unsigned k = i + 1; k < c->helper->nargs; k++)
    last &= c->helper->args[k] != W_ARG_ANY;
  m->places[i] = -1;
  if (g == W_ARG_MAP) {
    put_map(m, r, 1, OWN);
  } else if (g == W_ARG_CTX || g == W_ARG_CTX0) {
    put(m, 0xbf, r, 6, 0, 0);
  } else if (g == W_ARG_REF || g == W_ARG_RELEASE) {
    put(m, 0xbf, r, 9, 0, 0);
  } else if (g == W_ARG_OBJECT) {
    put(m, 0xbf, r, 8, 0, 0);
  } else if (g == W_ARG_SIZE || g == W_ARG_ALLOC) {
    put(m, 0xb7, r, 0, 0, (int32_t)c->size);
  } else if (g == W_ARG_ANY && c->an_address && last) {
    put(m, 0xbf, r, 10, 0, 0);
    put(m, 0x07, r, 0, 0, BUFFER + ROOM);
  } else if (g == W_ARG_ANY) {
    put(m, 0x79, r, 7, (int)(offsetof(struct given, numbers) + 8 * i), 0);
  } else {
    m->places[i] = (*place)++;
    put(m, 0xbf, r, 10, 0, 0);
    put(m, 0x07, r, 0, 0, BUFFER + m->places[i] * ROOM);
  }
}

/* r8: the result as it is noted. */
static void result(struct probe *m, const struct w_helper *h) {
  switch (h->ret) {
  case W_RET_VOID:
  case W_RET_TAIL: /* here when nothing happened; Linux lets nobody read r0 */
    put(m, 0xb7, 8, 0, 0, 0);
    return;
  case W_RET_VALUE:
  case W_RET_ACQUIRE:
    put(m, 0xb7, 8, 0, 0, 0);
    put(m, 0x15, 0, 0, h->ret == W_RET_ACQUIRE ? 4 : 1, 0);
    put(m, 0xb7, 8, 0, 0, 1);
    if (h->ret == W_RET_ACQUIRE)
      release(m, h, 0);
    return;
  case W_RET_TYPED:
    put(m, 0xb7, 8, 0, 0, 1);
    return;
  default:
    put(m, 0xbf, 8, 0, 0, 0);
  }
}

bool probe_make(struct probe *m, const struct choice *c) {
  const struct w_helper *h = c->helper;
  int place = 0;
  bool kept = false, lent = false, object = false, text = false;
  begin(m, c);
  for (unsigned i = 0; i < h->nargs; i++) {
    object |= h->args[i] == W_ARG_OBJECT;
    text |= h->args[i] == W_ARG_STRING;
    kept |= h->args[i] == W_ARG_REF;
    lent |= h->args[i] == W_ARG_REF || h->args[i] == W_ARG_RELEASE;
  }
  put(m, 0xbf, 6, 1, 0, 0);
  if ((lent && !acquire(m, c)) || (object && !use_object(m, c)) || text)
    return false;
  put_map(m, 7, 2, GIVEN);
  copy(m, 10, BUFFER, 7, offsetof(struct given, memory));
  for (unsigned i = 0; i < h->nargs; i++)
    argument(m, c, i, &place);
  put(m, 0x85, 0, 0, 0, h->id);
  result(m, h);
  put_map(m, 7, 2, LEFT);
  put(m, 0x79, 1, 7, 0, 0);
  put(m, 0xbf, 2, 1, 0, 0);
  put(m, 0x07, 1, 0, 0, 1);
  put(m, 0x7b, 7, 1, 0, 0);
  put(m, 0x57, 2, 0, 0, ANSWERS - 1);
  put(m, 0x27, 2, 0, 0, sizeof(struct answer));
  put(m, 0x0f, 7, 2, 0, 0);
  put(m, 0x7b, 7, 8, offsetof(struct answers, list), 0);
  copy(m, 7, offsetof(struct answers, list) + offsetof(struct answer, memory), 10, BUFFER);
  if (kept)
    release(m, h, 9);
  leave(m, c->type);
  return true;
}
