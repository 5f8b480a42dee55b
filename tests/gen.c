#include "gen.h"

#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "load/objects.h"

/* --- Numbers --------------------------------------------------------------------------------- */

/* The order in which a compiler evaluates operands must not matter, so no expression draws twice.
 */
uint64_t gen_number(struct gen *g) {
  static const uint8_t bits[] = {7, 8, 15, 16, 31, 32, 63};
  unsigned shift = gen_below(g, 64);
  switch (gen_below(g, 8)) {
  case 0:
    return gen_below(g, 4);
  case 1:
    return 0 - (uint64_t)gen_below(g, 4);
  case 2:
  case 3:
  case 4: { /* around a power of two, or around its negative */
    uint64_t v = (UINT64_C(1) << GEN_PICK(g, bits)) - 1;
    v += gen_below(g, 3);
    return gen_percent(g, 30) ? 0 - v : v;
  }
  case 5:
    return UINT64_C(1) << shift;
  case 6:
    return gen_below(g, 256);
  default:
    return gen_u64(g) >> shift;
  }
}

/* --- Wild programs --------------------------------------------------------------------------- */

static unsigned any_reg(struct gen *g) {
  return gen_percent(g, 10) ? 10 : gen_percent(g, 70) ? gen_below(g, 4) : gen_below(g, 10);
}

static int32_t any_helper(struct gen *g) {
  if (gen_percent(g, 85))
    return w_helpers[gen_below(g, w_helper_count)].id;
  return gen_percent(g, 50) ? (int32_t)gen_below(g, 220) : (int32_t)gen_number(g);
}

static int32_t any_function(struct gen *g) {
  return gen_percent(g, 85) ? w_functions[gen_below(g, w_function_count)].call.id
                            : (int32_t)gen_number(g);
}

/* A jump mostly goes a little forward. */
static int32_t any_distance(struct gen *g) {
  if (gen_percent(g, 3))
    return (int32_t)gen_number(g);
  return gen_percent(g, 12) ? -(int32_t)gen_below(g, 9) : (int32_t)gen_below(g, 6);
}

static int32_t any_map(struct gen *g, uint32_t maps) {
  return maps && gen_percent(g, 93) ? (int32_t)gen_below(g, maps) : (int32_t)gen_number(g);
}

/* A row of the decoder's table that is supported. */
static const struct w_encoding *any_encoding(struct gen *g) {
  const struct w_encoding *e;
  do
    e = &w_encodings[gen_below(g, w_encoding_count)];
  while (e->unsupported);
  return e;
}

static uint32_t any_insn(struct gen *g, const struct w_encoding *e, uint32_t maps,
                         struct warrant_insn *out) {
  struct warrant_insn i = e->slot, next = {0};
  unsigned op = e->insn.op;
  bool jumps = op == W_OP_JA || op == W_OP_JMP || op == W_OP_MAYGOTO || op == W_OP_CALLLOCAL ||
               op == W_OP_LDCODE,
       map = op == W_OP_LDMAP || op == W_OP_LDMAPVALUE;
  if (e->free & W_FREE_DST)
    i.dst = any_reg(g) & 15;
  if (e->free & W_FREE_SRC)
    i.src = any_reg(g) & 15;
  if (e->free & W_FREE_OFF)
    i.off = jumps                ? (int16_t)any_distance(g)
            : gen_percent(g, 60) ? (int16_t)-gen_below(g, 72)
            : gen_percent(g, 70) ? (int16_t)gen_below(g, 80)
                                 : (int16_t)gen_number(g);
  if (e->free & W_FREE_IMM)
    i.imm = map                                         ? any_map(g, maps)
            : op == W_OP_CALL                           ? any_helper(g)
            : op == W_OP_CALLKERNEL                     ? any_function(g)
            : op == W_OP_CALLLOCAL && gen_percent(g, 8) ? -1 /* calls itself */
            : e->off == W_IN_IMM                        ? any_distance(g)
            : op == W_OP_LDPKT && gen_percent(g, 80)    ? (int32_t)gen_below(g, 40)
                                                        : (int32_t)gen_number(g);
  if (e->free & W_FREE_NEXT)
    next.imm = map ? (int32_t)gen_below(g, 70) - 4 : (int32_t)gen_number(g);
  out[0] = i;
  if (w_slots(&e->insn) == 1)
    return 1;
  out[1] = next;
  return 2;
}

/* Something to begin with, so that not every program ends at once. */
static uint32_t first_value(struct gen *g, unsigned r, uint32_t maps, struct warrant_insn *out) {
  struct warrant_insn second = {0}, first = {.op = 0xb7, .dst = r & 15};
  int32_t number = (int32_t)gen_number(g), map = any_map(g, maps);
  switch (gen_below(g, 8)) {
  case 0:
  case 1:
    first.imm = number;
    break;
  case 2:
  case 3:
  case 4: /* the frame */
    first = (struct warrant_insn){.op = 0xbf, .dst = r & 15, .src = 10};
    second = (struct warrant_insn){.op = 0x07, .dst = r & 15, .imm = -8 * (int32_t)gen_below(g, 9)};
    break;
  case 5:
    first = (struct warrant_insn){.op = 0x18, .dst = r & 15, .src = 1, .imm = map};
    break;
  case 6:
    first = (struct warrant_insn){.op = 0x18, .dst = r & 15, .src = 2, .imm = map};
    break;
  default: /* the context, or nothing */
    if (r == 1)
      return 0;
    first = (struct warrant_insn){.op = 0xbf, .dst = r & 15, .src = 1};
  }
  out[0] = first;
  out[1] = second;
  return first.op == 0x18 || second.op ? 2 : 1;
}

static void wild(struct gen *g, struct gen_program *out) {
  uint32_t want = 1 + gen_below(g, 60), n = 0;
  for (unsigned r = 0; r < 10 && gen_percent(g, 88); r++)
    n += first_value(g, r, out->p.map_count, &out->insns[n]);
  if (gen_percent(g, 4)) /* a function that calls itself, and no other end than an overflow */
    out->insns[n++] = (struct warrant_insn){.op = 0x85, .src = 1, .imm = -1};
  while (n < want) {
    uint32_t at = n;
    n += any_insn(g, any_encoding(g), out->p.map_count, &out->insns[n]);
    if (out->insns[at].op == 0x8d && gen_percent(g, 70)) { /* mostly behind a helper's number */
      out->insns[n++] = out->insns[at];
      out->insns[at] =
          (struct warrant_insn){.op = 0xb7, .dst = out->insns[n - 1].dst, .imm = any_helper(g)};
    }
  }
  if (gen_percent(g, 80))
    out->insns[n++] = (struct warrant_insn){.op = 0x95};
  out->p.insn_count = n;
}

/* --- Opcodes that programs are built of ------------------------------------------------------ */

static const uint8_t size_codes[4] = {0x10, 0x08, 0x00, 0x18}; /* 1, 2, 4, 8 bytes */
static const uint8_t compare_codes[] = {0x10, 0x20, 0x30, 0x40, 0x50, 0x60,
                                        0x70, 0xa0, 0xb0, 0xc0, 0xd0};
static const uint8_t plain_codes[] = {0x00, 0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0};
static const uint8_t divide_codes[] = {0x30, 0x90};
static const uint8_t atomic_codes[] = {0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1};
enum { LOAD_ACQUIRE = 0x100, STORE_RELEASE = 0x110, CMPXCHG = 0xf1 };

/* --- Careful programs: what is known of each register ---------------------------------------- */

enum kind {
  UNKNOWN,
  NUMBER,
  CTX,
  FRAME,
  PACKET,
  PACKET_END,
  VALUE,
  MAYBE_VALUE,
  BUFFER,
  MAP,
  MAYBE_MAP,
  REF,
  INSIDE,
  OBJECT
};
enum { BUFFER_SIZE = 16, FUNCTIONS_MAX = 5, FUNCTION_ROOM = GEN_INSNS_MAX - 16 };
struct value {
  uint8_t kind;  /* UNKNOWN: better not read */
  uint8_t map;   /* VALUE; REF: enum w_ref; OBJECT: its type */
  uint16_t id;   /* REF: the same for copies, and for INSIDE, a record plus what was added unknown;
                    PACKET, VALUE: pointers with one id share what was   added unknown */
  int32_t off;   /* FRAME: from its top; PACKET, VALUE, OBJECT: from the start;
                    BUFFER (written bytes of a caller's frame, no pointers): from the start */
  uint64_t most; /* NUMBER: no more than this; VALUE, FRAME, BUFFER: what was added unknown, at
                    most; REF, INSIDE: bytes of a record */
  uint32_t checked; /* PACKET: bytes that are there, `off` not counted; INSIDE: what was added
                       unknown, at most */
};
struct known {
  struct value r[10];
  uint64_t written[8];      /* frame bytes, from the lowest */
  struct value spilled[64]; /* by 8 bytes; UNKNOWN: plain bytes */
  bool dead;
};
/* A function that is called already and has yet to be put. */
struct function {
  struct known k; /* what all its callers know of r1 to r5 */
  unsigned level; /* frames in use, at most */
  bool callback;  /* a helper calls it */
  uint32_t calls[6], call_count;
};
struct builder {
  struct gen *g;
  struct gen_program *out;
  const struct w_prog_type *type;
  const struct w_field *data, *data_end, *data_meta; /* or NULL */
  uint32_t count, room;
  uint16_t next_id, kept;   /* kept: bit r: no piece may write r */
  bool loose;               /* now and then a check is left out or wrong */
  unsigned depth, acquired; /* how many references: no piece may leave */
  unsigned level;           /* 0: in the main function */
  bool callback;            /* in a callback, whose result is 0 or 1 */
  uint32_t start;           /* of the function */
  struct function functions[FUNCTIONS_MAX];
  unsigned function_count, function_next; /* from function_next on they have yet to be put */
};

static struct warrant_insn *put(struct builder *b, unsigned op, unsigned dst, unsigned src,
                                int32_t off, int32_t imm) {
  if (b->count >= GEN_INSNS_MAX)
    abort();
  struct warrant_insn *i = &b->out->insns[b->count++];
  *i = (struct warrant_insn){
      .op = (uint8_t)op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
  return i;
}
static void land(struct builder *b, struct warrant_insn *jump) {
  jump->off = (int16_t)(&b->out->insns[b->count] - jump - 1);
}
static bool room(const struct builder *b, uint32_t n) { return b->count + n <= b->room; }

static bool careless(struct builder *b) { return b->loose && gen_percent(b->g, 6); }

static int reg_of_kind(struct builder *b, const struct known *k, enum kind kind) {
  unsigned from = gen_below(b->g, 10);
  for (unsigned i = 0; i < 10; i++)
    if (k->r[(from + i) % 10].kind == kind)
      return (int)((from + i) % 10);
  return -1;
}

/* A register to write, one that holds no pointer when there is such a one. The last context pointer
 * lives on. */
static unsigned free_reg(struct builder *b, const struct known *k) {
  unsigned contexts = 0, best = 0;
  for (unsigned r = 0; r < 10; r++)
    contexts += k->r[r].kind == CTX;
  for (int tries = 0; tries < 30; tries++) {
    best = gen_below(b->g, 10);
    if (b->kept >> best & 1 || (k->r[best].kind == CTX && contexts == 1))
      continue;
    if (k->r[best].kind <= NUMBER || tries > 6)
      return best;
  }
  return 0;
}

static struct value number(uint64_t most) { return (struct value){.kind = NUMBER, .most = most}; }

/* A register with a number, set now when there is none. */
static unsigned number_reg(struct builder *b, struct known *k) {
  int r = reg_of_kind(b, k, NUMBER);
  if (r >= 0)
    return (unsigned)r;
  unsigned d = free_reg(b, k);
  int32_t v = (int32_t)gen_number(b->g);
  put(b, 0xb7, d, 0, 0, v);
  k->r[d] = number(v < 0 ? UINT64_MAX : (uint64_t)v);
  return d;
}

static bool frame_written(const struct known *k, int32_t off, unsigned n) {
  for (unsigned i = (unsigned)(off + 512); i < (unsigned)(off + 512) + n; i++)
    if (!(k->written[i / 64] >> (i % 64) & 1))
      return false;
  return true;
}
/* No pointer is there, whole or in part. */
static bool frame_plain(const struct known *k, int32_t off, unsigned n) {
  for (unsigned i = (unsigned)(off + 512); i < (unsigned)(off + 512) + n; i++)
    if (k->spilled[i / 8].kind > NUMBER)
      return false;
  return true;
}
/* Something may have been written there. */
static void frame_forget(struct known *k, int32_t off, unsigned n) {
  for (unsigned i = (unsigned)(off + 512); i < (unsigned)(off + 512) + n; i++)
    k->spilled[i / 8] = (struct value){0};
}
static void frame_write(struct known *k, int32_t off, unsigned n, const struct value *v) {
  unsigned from = (unsigned)(off + 512);
  frame_forget(k, off, n);
  for (unsigned i = from; i < from + n; i++)
    k->written[i / 64] |= UINT64_C(1) << (i % 64);
  if (v && n == 8 && from % 8 == 0)
    k->spilled[from / 8] = *v;
}

/* --- Pieces ---------------------------------------------------------------------------------- */

static void arithmetic(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned class = gen_percent(g, 60) ? 7 : 4, d = number_reg(b, k);
  if (b->kept >> d & 1) {
    unsigned to = free_reg(b, k);
    put(b, 0xbf, to, d, 0, 0);
    d = to;
  }
  uint64_t most = UINT64_MAX;
  unsigned op, s, variant;
  switch (gen_below(g, 10)) {
  case 0:
    put(b, class | 0x80, d, 0, 0, 0);
    break;
  case 1: {
    static const uint8_t swaps[] = {0xd4, 0xdc, 0xd7};
    int bits = 16 << gen_below(g, 3);
    put(b, GEN_PICK(g, swaps), d, 0, 0, bits);
    most = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    break;
  }
  case 2:
    s = number_reg(b, k);
    put(b, class | 0xb8, d, s, 8 << gen_below(g, class == 7 ? 3 : 2), 0);
    break;
  case 3:
    op = GEN_PICK(g, divide_codes);
    variant = gen_below(g, 2);
    if (gen_percent(g, 50))
      put(b, class | op, d, 0, (int32_t)variant, (int32_t)gen_number(g));
    else
      put(b, class | op | 8, d, number_reg(b, k), (int32_t)variant, 0);
    break;
  case 4: { /* a bounded number */
    int32_t mask = (int32_t)(gen_percent(g, 60) ? (1u << gen_below(g, 6)) - 1 : gen_below(g, 64));
    put(b, 0x57, d, 0, 0, mask);
    most = (uint64_t)mask;
    break;
  }
  case 5:
  case 6: /* a shift by a constant that can be one in both widths */
    op = gen_percent(g, 50) ? 0x60 : gen_percent(g, 50) ? 0x70 : 0xc0;
    put(b, class | op, d, 0, 0, (int32_t)gen_below(g, class == 7 ? 64 : 32));
    break;
  case 7: {
    op = GEN_PICK(g, plain_codes);
    s = number_reg(b, k);
    if (op == 0x60 || op == 0x70 || op == 0xc0) {
      if (b->kept >> s & 1)
        return;
      put(b, 0x57, s, 0, 0, class == 7 ? 63 : 31);
      k->r[s] = number(class == 7 ? 63 : 31);
    }
    put(b, class | op | 8, d, s, 0, 0);
    break;
  }
  default:
    op = GEN_PICK(g, plain_codes);
    put(b, class | op, d, 0, 0,
        (int32_t)(op == 0x60 || op == 0x70 || op == 0xc0 ? gen_below(g, 32) : gen_number(g)));
    break;
  }
  if (class == 4 && most > UINT32_MAX)
    most = UINT32_MAX;
  k->r[d] = number(most);
}

static void constant(struct builder *b, struct known *k) {
  unsigned d = free_reg(b, k);
  uint64_t v = gen_number(b->g);
  if (gen_percent(b->g, 40)) {
    put(b, 0x18, d, 0, 0, (int32_t)v);
    put(b, 0, 0, 0, 0, (int32_t)(v >> 32));
  } else {
    v = (uint64_t)(int64_t)(int32_t)v;
    put(b, 0xb7, d, 0, 0, (int32_t)v);
  }
  k->r[d] = number(v);
}

static void copy(struct builder *b, struct known *k) {
  unsigned d = free_reg(b, k), s = gen_below(b->g, 11);
  if (s == 10) {
    put(b, 0xbf, d, 10, 0, 0);
    k->r[d] = (struct value){.kind = FRAME};
  } else if (k->r[s].kind != UNKNOWN) {
    put(b, 0xbf, d, s, 0, 0);
    k->r[d] = k->r[s];
  }
}

/* Where an access of `n` bytes may go. */
struct place {
  unsigned base;
  int32_t off;     /* the instruction's */
  int32_t frame;   /* on the frame: from its top; else 1 */
  unsigned spread; /* on the frame: it may start so much further on */
  bool found, writable;
};

static struct place any_place(struct builder *b, const struct known *k, unsigned n) {
  struct gen *g = b->g;
  struct place p = {.frame = 1, .found = true, .writable = true};
  unsigned r = gen_below(g, 10);
  int pointer = gen_percent(g, 50) ? reg_of_kind(b, k,
                                                 gen_percent(g, 40)   ? PACKET
                                                 : gen_percent(g, 50) ? VALUE
                                                 : gen_percent(g, 50) ? REF
                                                 : gen_percent(g, 50) ? INSIDE
                                                                      : BUFFER)
                                   : -1;
  if (pointer >= 0)
    r = (unsigned)pointer;
  const struct value *v = &k->r[r];
  p.base = r;
  switch (pointer < 0 && gen_percent(g, 30) ? UNKNOWN : v->kind) {
  case PACKET:
    p.writable = b->type->writes || (b->loose && gen_percent(g, 30));
    p.found = v->checked >= n;
    if (p.found && careless(b))
      p.off = (int32_t)(v->checked + 1 - n) - v->off;
    else if (p.found)
      p.off = (int32_t)gen_below(g, v->checked - n + 1) - v->off;
    break;
  case VALUE: {
    const struct warrant_map *m = &b->out->maps[v->map];
    p.writable = !m->readonly || (b->loose && gen_percent(g, 30));
    p.found = v->most + n <= m->value_size;
    if (p.found && careless(b))
      p.off = (int32_t)(m->value_size + 1 - v->most - n) - v->off;
    else if (p.found)
      p.off = (int32_t)gen_below(g, (uint32_t)(m->value_size - v->most - n + 1)) - v->off;
    break;
  }
  case BUFFER:
    p.found = v->most + n <= BUFFER_SIZE;
    if (p.found && careless(b))
      p.off = (int32_t)(BUFFER_SIZE + 1 - v->most - n) - v->off;
    else if (p.found)
      p.off = (int32_t)gen_below(g, (uint32_t)(BUFFER_SIZE - v->most - n + 1)) - v->off;
    break;
  case REF:
    if (v->map != W_RECORD) { /* a field */
      const struct w_ref_kind *kind = &w_ref_kinds[v->map];
      if (!kind->nfields)
        break;
      const struct w_field *f = &kind->fields[gen_below(g, kind->nfields)];
      p.off = (int32_t)f->off - v->off + (careless(b) ? 1 : 0);
      p.writable = b->loose && gen_percent(g, 30);
      p.found = f->size == n || (f->narrow && f->size > n) || careless(b);
      break;
    }
    p.found = v->most >= n;
    if (p.found && careless(b))
      p.off = (int32_t)(v->most + 1 - n) - v->off;
    else if (p.found)
      p.off = (int32_t)gen_below(g, (uint32_t)(v->most - n + 1)) - v->off;
    break;
  case INSIDE:
    p.found = v->most >= v->checked + n;
    if (p.found && careless(b))
      p.off = (int32_t)(v->most + 1 - v->checked - n) - v->off;
    else if (p.found)
      p.off = (int32_t)gen_below(g, (uint32_t)(v->most - v->checked - n + 1)) - v->off;
    break;
  default: { /* the frame */
    uint32_t step = gen_percent(g, 90) ? n : 1;
    p.spread = v->kind == FRAME ? (unsigned)v->most : 0;
    p.frame = -(int32_t)(p.spread + n + step * gen_below(g, 72 / step - n / step + 1));
    p.base = v->kind == FRAME ? r : 10;
    p.off = p.frame - (v->kind == FRAME ? v->off : 0);
    if (p.spread && careless(b))
      p.off = 1 - (int32_t)(p.spread + n) - v->off;
  }
  }
  return p;
}

/* Moves a place to where n bytes may be atomic or in an order. False: there is none; who is
 * careless takes it as it is. */
static bool ordered_place(struct builder *b, const struct known *k, struct place *p, unsigned n) {
  const struct value *v = &k->r[p->base];
  int32_t mask = (int32_t)(n - 1);
  if (careless(b))
    return true;
  if (p->frame < 0) {
    p->off -= p->frame & mask;
    p->frame -= p->frame & mask;
    return !p->spread;
  }
  p->off -= (v->off + p->off) & mask;
  return v->kind != PACKET && !(v->kind == REF && v->map != W_RECORD) && !v->most;
}

static void load(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned code = gen_below(g, 4), n = 1u << code, d;
  struct place p = any_place(b, k, n);
  bool extend = code < 3 && gen_percent(g, 25);
  if (!p.found)
    return;
  if (p.frame < 0 && !frame_written(k, p.frame, p.spread + n) &&
      (b->out->p.profile == WARRANT_STRICT || gen_percent(g, 80)) && !careless(b))
    return;
  struct value v = number(extend || n == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n) - 1);
  if (p.frame < 0 && !p.spread && n == 8 && (p.frame & 7) == 0 &&
      k->spilled[(p.frame + 512) / 8].kind != UNKNOWN)
    v = k->spilled[(p.frame + 512) / 8];
  d = free_reg(b, k);
  struct place o = p;
  if (!extend && gen_percent(g, 15) && ordered_place(b, k, &o, n) && o.frame == p.frame)
    p = o, put(b, 0xc3u | size_codes[code], d, p.base, p.off, LOAD_ACQUIRE);
  else
    put(b, (extend ? 0x81u : 0x61u) | size_codes[code], d, p.base, p.off, 0);
  k->r[d] = v;
}

static void store(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned code = gen_below(g, 4), n = 1u << code, s = gen_below(g, 10);
  struct place p = any_place(b, k, n);
  if (!p.found || !p.writable)
    return;
  if (p.spread && !frame_plain(k, p.frame, p.spread + n))
    return;
  struct place o = p;
  bool spill =
      p.frame < 0 && !p.spread && code == 3 && (p.frame & 7) == 0 && k->r[s].kind != UNKNOWN;
  if (!spill && k->r[s].kind != NUMBER) {
    put(b, 0x62u | size_codes[code], p.base, 0, p.off, (int32_t)gen_number(g));
    s = 10;
  } else if (gen_percent(g, 15) && ordered_place(b, k, &o, n) && o.frame == p.frame) {
    put(b, 0xc3u | size_codes[code], o.base, s, o.off, STORE_RELEASE);
  } else {
    put(b, 0x63u | size_codes[code], p.base, s, p.off, 0);
  }
  if (p.spread)
    frame_forget(k, p.frame, p.spread + n);
  else if (p.frame < 0)
    frame_write(k, p.frame, n, s < 10 ? &k->r[s] : NULL);
}

/* On numbers that are there: a pointer on the frame is left alone. */
static void atomic(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned code = 2 + gen_below(g, 2), n = 1u << code, s = number_reg(b, k);
  int32_t what = GEN_PICK(g, atomic_codes);
  uint64_t most = code == 2 ? UINT32_MAX : UINT64_MAX;
  struct place p = any_place(b, k, n);
  if (!p.found || !p.writable || k->r[s].kind != NUMBER || !ordered_place(b, k, &p, n))
    return;
  if (p.spread) {
    if (!frame_plain(k, p.frame, p.spread + n) || !frame_written(k, p.frame, p.spread + n))
      return;
    frame_forget(k, p.frame, p.spread + n);
  } else if (p.frame < 0) {
    if (k->spilled[(p.frame + 512) / 8].kind > NUMBER)
      return;
    if (!frame_written(k, p.frame, n) && !careless(b)) {
      put(b, 0x62u | size_codes[code], p.base, 0, p.off, (int32_t)gen_number(g));
    }
    frame_write(k, p.frame, n, NULL);
  }
  if (what == CMPXCHG) {
    if (p.base == 0 || b->kept & 1)
      return;
    if (k->r[0].kind != NUMBER || gen_percent(g, 30))
      put(b, 0xb7, 0, 0, 0, (int32_t)gen_below(g, 4));
    k->r[0] = number(UINT64_MAX);
  } else if (what & 1 && b->kept >> s & 1) {
    what &= 0xf0;
    what = what == 0xe0 ? 0 : what;
  }
  put(b, 0xc3u | size_codes[code], p.base, s, p.off, what);
  if (what == CMPXCHG)
    k->r[0] = number(most);
  else if (what & 1)
    k->r[s] = number(most);
}

static int32_t any_result(struct builder *b) {
  const struct w_prog_type *t = b->type;
  if (b->callback)
    return (int32_t)gen_below(b->g, careless(b) ? 3 : 2);
  if (!t->hooked || !t->has_ret || gen_percent(b->g, 10))
    return (int32_t)gen_below(b->g, 5);
  return (int32_t)(t->ret_lo + (int64_t)gen_below(b->g, (uint32_t)(t->ret_hi - t->ret_lo + 1)));
}

static void leave_fresh(struct builder *b) {
  put(b, 0xb7, 0, 0, 0, any_result(b));
  put(b, 0x95, 0, 0, 0, 0);
}

/* Goes on where `d` is not null. */
static void not_null(struct builder *b, unsigned d) {
  if (b->acquired || careless(b))
    return;
  struct warrant_insn *good = put(b, 0x55, d, 0, 0, 0);
  leave_fresh(b);
  land(b, good);
}

static void context(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  int c = reg_of_kind(b, k, CTX);
  if (c < 0)
    return;
  uint32_t code = gen_below(g, 4), off;
  bool write, null = false;
  uint32_t typed = UINT32_MAX;
  if (!b->type->raw && !b->type->nfields)
    return;
  if (b->type->raw) {
    uint32_t n = 1u << code;
    if (b->type->ctx_size < n)
      return;
    off = gen_below(g, b->type->ctx_size - n + 1);
    write = gen_percent(g, 40);
  } else {
    const struct w_field *f = &b->type->fields[gen_below(g, b->type->nfields)];
    if (f->kind == W_FIELD_DATA || f->kind == W_FIELD_DATA_END || f->kind == W_FIELD_DATA_META)
      return;
    if (f->kind == W_FIELD_TYPED) {
      typed = f->type;
      null = f->null;
    }
    code = f->size == 4 ? 2 : f->size == 8 ? 3 : f->size == 2 ? 1 : 0;
    if (f->narrow && gen_percent(g, 40))
      code = gen_below(g, code + 1);
    off = f->off + (1u << code) * gen_below(g, f->size >> code);
    write = (f->writable && gen_percent(g, 50)) || careless(b);
    if (careless(b)) {
      code = gen_below(g, 3);
      off = gen_percent(g, 70) ? f->off + gen_below(g, f->size) : gen_below(g, b->type->ctx_size);
      typed = UINT32_MAX;
      null = false;
    }
  }
  if (!write) {
    unsigned d = free_reg(b, k);
    put(b, 0x61u | size_codes[code], d, (unsigned)c, (int32_t)off, 0);
    if (null)
      not_null(b, d);
    k->r[d] = typed < b->out->p.type_count
                  ? (struct value){.kind = OBJECT, .map = (uint8_t)typed}
                  : number(code == 3 ? UINT64_MAX : (UINT64_C(1) << (8u << code)) - 1);
  } else if (gen_percent(g, 50)) {
    put(b, 0x62u | size_codes[code], (unsigned)c, 0, (int32_t)off, (int32_t)gen_number(g));
  } else {
    unsigned s = number_reg(b, k);
    if (k->r[(unsigned)c].kind == CTX)
      put(b, 0x63u | size_codes[code], (unsigned)c, s, (int32_t)off, 0);
  }
}

/* Along a pointer in a kernel object, or to a number there; sometimes by its member's address. */
static void walk(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  int r = reg_of_kind(b, k, OBJECT);
  if (r < 0)
    return;
  struct value v = k->r[r];
  const struct warrant_object_type *t = &b->out->types[v.map];
  uint32_t code = gen_below(g, 4), n = 1u << code, to;
  int64_t off = (int64_t)gen_below(g, t->size - n + 1);
  if (t->pointer_count && gen_percent(g, 70)) {
    off = t->pointers[gen_below(g, t->pointer_count)].offset;
    code = 3;
    n = 8;
  }
  if (careless(b))
    off = gen_percent(g, 50) ? (int64_t)t->size + 1 - n : -1;
  if (careless(b) && gen_percent(g, 30)) {
    put(b, 0x7b, (unsigned)r, 10, (int32_t)off, 0);
    return;
  }
  if (gen_percent(g, 20) && !(b->kept >> r & 1)) {
    int32_t c = (int32_t)gen_below(g, t->size);
    put(b, 0x07, (unsigned)r, 0, 0, c);
    v.off = k->r[r].off += c;
  }
  unsigned d = free_reg(b, k);
  put(b, 0x61u | size_codes[code], d, (unsigned)r, (int32_t)(off - v.off), 0);
  k->r[d] = n == 8 && w_pointer_at(t, (uint64_t)off, &to) && to < b->out->p.type_count
                ? (struct value){.kind = OBJECT, .map = (uint8_t)to}
                : number(code == 3 ? UINT64_MAX : (UINT64_C(1) << (8u << code)) - 1);
}

static void leave(struct builder *b, const struct known *k) {
  if (k->r[0].kind != NUMBER || ((b->type->hooked || b->callback) && gen_percent(b->g, 80)))
    put(b, 0xb7, 0, 0, 0, any_result(b));
  put(b, 0x95, 0, 0, 0, 0);
}

/* Leaves unless `n` bytes from pointer `d` on are in the packet. Needs two registers besides. */
static void check_packet(struct builder *b, struct known *k, unsigned d, unsigned end, unsigned t,
                         uint32_t n) {
  put(b, 0xbf, t, d, 0, 0);
  put(b, 0x07, t, 0, 0, (int32_t)n);
  if (gen_percent(b->g, 50))
    put(b, gen_percent(b->g, 80) ? 0xbd : 0xad, t, end, 2, 0); /* t <= end or t < end: go on */
  else
    put(b, gen_percent(b->g, 80) ? 0x3d : 0x2d, end, t, 2, 0);
  leave_fresh(b);
  k->r[t] = (struct value){0};
  for (unsigned r = 0; r < 10; r++)
    if (k->r[r].kind == PACKET && k->r[r].id == k->r[d].id &&
        (int32_t)k->r[r].checked < k->r[d].off + (int32_t)n)
      k->r[r].checked = (uint32_t)(k->r[d].off + (int32_t)n);
}

static void packet(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  int c = reg_of_kind(b, k, CTX);
  if (c < 0 || !b->data || !room(b, 14) || b->acquired)
    return;
  unsigned r[3], kept = b->kept;
  for (int i = 0; i < 3; i++) {
    r[i] = free_reg(b, k);
    if (b->kept >> r[i] & 1)
      goto out;
    b->kept |= (uint16_t)(1u << r[i]);
  }
  if (b->kept >> c & 1)
    goto out;                                     /* the context's only register */
  bool meta = b->data_meta && gen_percent(g, 35); /* the metadata, which the packet ends */
  put(b, 0x61, r[0], (unsigned)c, (int32_t)(meta ? b->data_meta : b->data)->off, 0);
  put(b, 0x61, r[1], (unsigned)c, (int32_t)(meta ? b->data : b->data_end)->off, 0);
  k->r[r[0]] = (struct value){.kind = PACKET, .id = b->next_id++};
  k->r[r[1]] = (struct value){.kind = PACKET_END};
  if (gen_percent(g, 25)) {
    int32_t off = (int32_t)gen_below(g, meta ? 5 : 20);
    put(b, 0x07, r[0], 0, 0, off);
    k->r[r[0]].off = off;
  }
  if (gen_percent(g, 40)) { /* after a header of unknown length */
    unsigned n = number_reg(b, k);
    if (k->r[n].most > 64) {
      if (b->kept >> n & 1)
        goto out;
      put(b, 0x57, n, 0, 0, 60);
      k->r[n] = number(60);
    }
    put(b, 0x0f, r[0], n, 0, 0);
    k->r[r[0]] = (struct value){.kind = PACKET, .id = b->next_id++};
  }
  check_packet(b, k, r[0], r[1], r[2], 1 + gen_below(g, meta ? 12 : 40));
out:
  b->kept = (uint16_t)kept;
}

/* Adds a number to a pointer into a map value or the stack, or a constant to any pointer. */
static void move_pointer(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned r = gen_below(g, 10);
  struct value *v = &k->r[r];
  if (b->kept >> r & 1)
    return;
  int32_t by = (int32_t)gen_below(g, 24) - (v->off > 0 ? 8 : 0);
  switch (v->kind) {
  case FRAME:
  case BUFFER:
    if (gen_percent(g, 40)) {
      unsigned n = number_reg(b, k), most = (2u << gen_below(g, 3)) - 1;
      if (n == r || b->kept >> n & 1 || k->r[r].kind < FRAME || v->most > 16)
        return;
      if (k->r[n].most > most || gen_percent(g, 10)) {
        put(b, 0x57, n, 0, 0, (int32_t)most);
        k->r[n] = number(most);
      }
      most = (unsigned)k->r[n].most;
      if (gen_percent(g, 25)) { /* on both sides of zero */
        put(b, 0x07, n, 0, 0, -4);
        k->r[n] = number(UINT64_MAX);
        v->off -= 4;
      }
      put(b, 0x0f, r, n, 0, 0);
      v->most += most;
      return;
    }
    by = v->kind == FRAME ? -by : by;
    break;
  case PACKET:
    break;
  case REF:
  case INSIDE: {
    unsigned n = number_reg(b, k);
    if (n == r || b->kept >> n & 1 || k->r[r].kind < REF || v->map != W_RECORD ||
        v->most < 8 + v->checked)
      return;
    if (k->r[n].most > 7) {
      put(b, 0x57, n, 0, 0, 7);
      k->r[n] = number(7);
    }
    put(b, 0x0f, r, n, 0, 0);
    v->checked += (uint32_t)k->r[n].most;
    v->kind = INSIDE;
    return;
  }
  case VALUE:
    if (gen_percent(g, 60)) {
      unsigned n = number_reg(b, k);
      if (n == r || k->r[n].most > 64 || k->r[r].kind != VALUE)
        return;
      put(b, 0x0f, r, n, 0, 0);
      v->most += k->r[n].most;
      return;
    }
    break;
  default:
    return;
  }
  put(b, 0x07, r, 0, 0, by);
  v->off += by;
}

static void map_value(struct builder *b, struct known *k) {
  uint32_t m = gen_below(b->g, b->out->p.map_count ? b->out->p.map_count : 1);
  if (!b->out->p.map_count || b->out->maps[m].type != 2 || !b->out->maps[m].max_entries)
    return;
  unsigned d = free_reg(b, k);
  int32_t off = (int32_t)gen_below(b->g, b->out->maps[m].value_size);
  if (careless(b))
    off = (int32_t)gen_below(b->g, b->out->maps[m].value_size + 16) - 8;
  put(b, 0x18, d, 2, 0, (int32_t)m);
  put(b, 0, 0, 0, 0, off);
  k->r[d] = (struct value){.kind = VALUE, .map = (uint8_t)m, .off = off};
}

/* Makes `n` bytes of the frame written, and returns where. */
static int32_t written_frame(struct builder *b, struct known *k, uint32_t n, bool small) {
  int32_t off = -(int32_t)(((n + 7) & ~7u) + 8 * gen_below(b->g, 5));
  for (int32_t at = off; at < off + (int32_t)n; at += 8)
    if ((small || !frame_written(k, at, 8)) && !careless(b)) {
      put(b, 0x7a, 10, 0, at,
          (int32_t)(at == off && gen_percent(b->g, 85) ? gen_below(b->g, 4) : gen_below(b->g, 2)));
      frame_write(k, at, 8, NULL);
    }
  return off;
}

/* Makes `r` point to `size` bytes of the packet, of a map value or of the stack, when a register
 * that no argument takes does. */
static bool pointer_argument(struct builder *b, struct known *k, unsigned r, uint32_t size,
                             bool written) {
  unsigned from = 6 + gen_below(b->g, 4);
  const struct value *v = &k->r[from];
  uint64_t there = v->kind == PACKET   ? written && !b->type->writes ? 0 : v->checked
                   : v->kind == BUFFER ? BUFFER_SIZE - v->most
                   : v->kind == REF    ? v->most
                   : v->kind == INSIDE ? v->most - v->checked
                   : v->kind == VALUE && !(written && b->out->maps[v->map].readonly)
                       ? b->out->maps[v->map].value_size - v->most
                       : 0;
  if (v->kind == FRAME && v->most && gen_percent(b->g, 80)) {
    uint32_t bytes = size + (uint32_t)v->most;
    int32_t at = -(int32_t)(bytes + gen_below(b->g, 48));
    if (!frame_written(k, at, bytes) || !frame_plain(k, at, bytes))
      return false;
    put(b, 0xbf, r, from, 0, 0);
    put(b, 0x07, r, 0, 0, at - v->off);
    if (written)
      frame_forget(k, at, bytes);
    return true;
  }
  if (there < size || there > 4096 || !gen_percent(b->g, 70))
    return false;
  put(b, 0xbf, r, from, 0, 0);
  put(b, 0x07, r, 0, 0, (int32_t)gen_below(b->g, (uint32_t)there - size + 1) - v->off);
  return true;
}

/* The context, in a register that outlives calls where there is one. */
static int kept_context(struct builder *b, struct known *k) {
  int c = reg_of_kind(b, k, CTX);
  if (c >= 0 && c <= 5 && !(b->kept >> 6 & 1)) {
    unsigned to = 6 + gen_below(b->g, 2);
    if (!(b->kept >> to & 1)) {
      put(b, 0xbf, to, (unsigned)c, 0, 0);
      k->r[to] = k->r[c];
      c = (int)to;
    }
  }
  return c;
}

static void forget_packet(struct known *k) {
  for (unsigned r = 0; r < 10; r++)
    if (k->r[r].kind == PACKET || k->r[r].kind == PACKET_END)
      k->r[r] = (struct value){0};
  for (unsigned i = 0; i < 64; i++)
    if (k->spilled[i].kind == PACKET || k->spilled[i].kind == PACKET_END) {
      k->spilled[i] = (struct value){0};
      k->written[i / 8] &= ~(UINT64_C(255) << (i % 8 * 8));
    }
}

/* A reference that was released, or is not there after all: no copy of it can be used. */
static void forget_refs(struct known *k, uint16_t id) {
  for (unsigned r = 0; r < 10; r++)
    if (k->r[r].kind >= REF && k->r[r].id == id)
      k->r[r] = (struct value){0};
  for (unsigned i = 0; i < 64; i++)
    if (k->spilled[i].kind >= REF && k->spilled[i].id == id) {
      k->spilled[i] = (struct value){0};
      k->written[i / 8] &= ~(UINT64_C(255) << (i % 8 * 8));
    }
}

static void after_call(struct known *k) {
  for (unsigned r = 1; r <= 5; r++)
    k->r[r] = (struct value){0};
}

/* Makes `r` a map that came out of a map of maps, when a register has one that the helper takes. */
static bool inner_map(struct builder *b, const struct known *k, const struct w_helper *h,
                      unsigned r, uint32_t *map) {
  int from = reg_of_kind(b, k, MAP);
  if (from < 0 || (from >= 1 && from <= 5) || !gen_percent(b->g, 80) ||
      !w_takes_map(h, b->out->maps[k->r[from].map].type))
    return false;
  put(b, 0xbf, r, (unsigned)from, 0, 0);
  *map = k->r[from].map;
  return true;
}

/* The helper that programs of this type may call under that number, or NULL. */
static const struct w_helper *helper(const struct builder *b, int32_t id) {
  const struct w_helper *h = w_helper_in(b->type, id);
  bool permitted = false;
  for (uint32_t i = 0; i < b->type->nhelpers; i++)
    permitted |= b->type->helpers[i] == id;
  return permitted ? h : NULL;
}

/* A call with the arguments that the table asks for; false: there are none. */
static bool call_helper(struct builder *b, struct known *k, const struct w_helper *h) {
  struct gen *g = b->g;
  int c = kept_context(b, k);
  uint32_t map = 0, size = 0, start = b->count;
  int32_t out = 0;
  uint16_t back = 0;
  struct known before = *k;
  for (unsigned i = 0; i < h->nargs; i++) {
    unsigned r = i + 1;
    int32_t off;
    switch (h->args[i]) {
    case W_ARG_ANY:
      if (h->id == 54 && gen_percent(g, 60)) /* room for metadata */
        put(b, 0xb7, r, 0, 0, -4 * (int32_t)gen_below(g, 9));
      else if (gen_percent(g, 30))
        put(b, 0xb7, r, 0, 0, (int32_t)gen_below(g, 64) - 32);
      else
        put(b, 0xb7, r, 0, 0, (int32_t)(gen_percent(g, 70) ? gen_below(g, 4) : gen_number(g)));
      break;
    case W_ARG_MAP:
      if (!b->out->p.map_count)
        goto undo;
      if (inner_map(b, k, h, r, &map))
        break;
      map = gen_below(g, b->out->p.map_count);
      for (unsigned tries = 0; tries < 6 && !w_takes_map(h, b->out->maps[map].type); tries++)
        map = gen_below(g, b->out->p.map_count);
      if (!w_takes_map(h, b->out->maps[map].type) && !careless(b))
        goto undo;
      put(b, 0x18, r, 1, 0, (int32_t)map);
      put(b, 0, 0, 0, 0, 0);
      break;
    case W_ARG_KEY:
    case W_ARG_VALUE:
    case W_ARG_VALUE0:
    case W_ARG_MEM:
    case W_ARG_MEM0:
    case W_ARG_INOUT:
    case W_ARG_MEMN:
    case W_ARG_INOUTN:
      if (h->args[i] == W_ARG_VALUE0 && gen_percent(g, 60)) {
        put(b, 0xb7, r, 0, 0, 0);
        break;
      }
      size = h->args[i] == W_ARG_KEY ? b->out->maps[map].key_size
             : h->args[i] == W_ARG_VALUE || h->args[i] == W_ARG_VALUE0
                 ? b->out->maps[map].value_size
             : h->sizes[i] ? h->sizes[i]
                           : 1 + gen_below(g, 24);
      if (pointer_argument(b, k, r, size, w_arg_written(h->args[i])))
        break;
      off = written_frame(b, k, size, h->args[i] == W_ARG_KEY);
      if (w_arg_written(h->args[i]))
        for (int32_t at = off; at < off + (int32_t)size; at += 8)
          frame_write(k, at, 8, NULL); /* no pointer is left there */
      put(b, 0xbf, r, 10, 0, 0);
      put(b, 0x07, r, 0, 0, off);
      break;
    case W_ARG_OUT:
    case W_ARG_OUT0:
    case W_ARG_OUTN:
    case W_ARG_VALUE_OUT:
      size = h->args[i] == W_ARG_VALUE_OUT ? b->out->maps[map].value_size
             : h->sizes[i]                 ? h->sizes[i]
                                           : 1 + gen_below(g, 24);
      if (pointer_argument(b, k, r, size, true))
        break;
      out = -(int32_t)(((size + 7) & ~7u) + 8 * gen_below(g, 5));
      put(b, 0xbf, r, 10, 0, 0);
      put(b, 0x07, r, 0, 0, out);
      break;
    case W_ARG_CTX0:
      if (c <= 5 || gen_percent(g, 30))
        put(b, 0xb7, r, 0, 0, 0);
      else
        put(b, 0xbf, r, (unsigned)c, 0, 0);
      break;
    case W_ARG_SIZE:
      if (h->args[i - 1] == W_ARG_OUT0 && gen_percent(g, 20)) /* nothing is written */
        size = 0, out = 0;
      if (careless(b))
        size = gen_percent(g, 50) ? 0 : gen_below(g, 600);
      put(b, 0xb7, r, 0, 0, (int32_t)size);
      break;
    case W_ARG_STRING:
      map = 0;
      while (map < b->out->p.map_count && !w_constants(&b->out->maps[map]))
        map++;
      if (map == b->out->p.map_count)
        goto undo;
      put(b, 0x18, r, 2, 0, (int32_t)map);
      put(b, 0, 0, 0, 0, (int32_t)gen_below(g, b->out->maps[map].value_size + careless(b)));
      break;
    case W_ARG_OBJECT: { /* in a register that no argument takes */
      unsigned from = 6;
      while (from < 10 && (k->r[from].kind != OBJECT || k->r[from].off))
        from++;
      if (from == 10)
        goto undo;
      put(b, 0xbf, r, from, 0, 0);
      if (gen_percent(g, 10))
        put(b, 0x07, r, 0, 0, 8 * (int32_t)gen_below(g, 3));
      break;
    }
    case W_ARG_CTX:
      if (c <= 5)
        goto undo;
      put(b, 0xbf, r, (unsigned)c, 0, 0);
      break;
    case W_ARG_ALLOC:
      size = gen_percent(g, 95) ? gen_below(g, 64) : gen_below(g, 5000);
      put(b, 0xb7, r, 0, 0, (int32_t)size);
      break;
    case W_ARG_REF:
    case W_ARG_RELEASE: { /* in a register that no argument takes */
      unsigned from = 6;
      while (from < 10 && (k->r[from].kind != REF || !w_ref_fits(h->ref, k->r[from].map)))
        from++;
      if (from == 10 || k->r[from].off)
        goto undo;
      put(b, 0xbf, r, from, 0, 0);
      back = k->r[from].id;
      break;
    }
    default:
      goto undo;
    }
    if (careless(b))
      put(b, 0xbf, r, c > 5 && gen_percent(g, 70) ? (unsigned)c : 10, 0, 0);
  }
  bool kernel = h->id >= w_first_function;
  if (!kernel && gen_percent(g, 15)) { /* by the number in a register */
    unsigned by = h->nargs < 5 && gen_percent(g, 50) ? h->nargs + 1u : 0;
    put(b, 0xb7, by, 0, 0, h->id);
    put(b, 0x8d, by, 0, 0, 0);
  } else {
    put(b, 0x85, 0, kernel ? 2 : 0, 0, h->id);
  }
  after_call(k);
  if (out < 0 && size <= (uint32_t)-out)
    frame_write(k, out, size, NULL);
  if (h->moves)
    forget_packet(k);
  k->r[0] = h->ret == W_RET_VALUE
                ? b->out->maps[map].inner
                      ? (struct value){.kind = MAYBE_MAP,
                                       .map = (uint8_t)(b->out->maps[map].inner - 1),
                                       .id = b->next_id++}
                      : (struct value){.kind = MAYBE_VALUE, .map = (uint8_t)map, .id = b->next_id++}
            : h->ret == W_RET_ACQUIRE
                ? (struct value){.kind = REF, .map = h->ref, .id = b->next_id++}
            /* the first type is named so */
            : h->ret == W_RET_TYPED && !h->object_null && b->out->p.type_count
                ? (struct value){.kind = OBJECT}
            : h->ret == W_RET_INT ? number(UINT64_MAX)
                                  : (struct value){0};
  if (h->ret == W_RET_ACQUIRE && h->ref == W_RECORD)
    k->r[0].most = size;
  if (back && h->args[0] == W_ARG_RELEASE)
    forget_refs(k, back);
  if (h->on_success && !b->acquired && gen_percent(g, 90)) { /* what was not written is not read */
    struct warrant_insn *good = put(b, gen_percent(g, 70) ? 0x15 : 0x16, 0, 0, 0, 0);
    leave_fresh(b);
    land(b, good);
    k->r[0] = number(0);
  }
  return true;
undo:
  b->count = start;
  *k = before;
  return false;
}

/* A function of the kernel that programs of this type may call, or NULL. */
static const struct w_helper *function(const struct builder *b) {
  const struct w_function *f = &w_functions[gen_below(b->g, w_function_count)];
  return w_offers_function(b->type, f) ? &f->call : NULL;
}

/* Any helper, or function of the kernel, but those that acquire or release. */
static void call(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  if (!b->type->nhelpers)
    return;
  const struct w_helper *h =
      gen_percent(g, 12)
          ? function(b)
          : helper(b, gen_percent(g, 50) ? 1 + (int32_t)gen_below(g, 3)
                                         : b->type->helpers[gen_below(g, b->type->nhelpers)]);
  if (!h || !room(b, 40))
    return;
  /* the packet stays where it is for the callers, and what ends the program is in the main function
   */
  if (b->level && (h->moves || h->ret == W_RET_TAIL) && !careless(b))
    return;
  bool refs = h->ret == W_RET_ACQUIRE || (h->nargs && h->args[0] == W_ARG_RELEASE);
  if ((refs || (b->acquired && h->ret == W_RET_TAIL)) && !careless(b))
    return;
  if (call_helper(b, k, h) && h->moves && !b->acquired && gen_percent(g, 50))
    packet(b, k);
}

static void block(struct builder *b, struct known *k, unsigned pieces);
static void merge(struct known *a, const struct known *with);

/* A reference is acquired, used when it is there, and released. */
static void hold(struct builder *b, struct known *k) {
  static const int32_t takers[] = {131, 131, 131, 84, 85, 99};
  struct gen *g = b->g;
  const struct w_helper *h = helper(b, GEN_PICK(g, takers));
  unsigned s = 7 + gen_below(g, 3);
  if (!h || !room(b, 60) || b->depth > 3 || b->acquired > 1 || b->kept >> s & 1 ||
      k->r[s].kind == CTX || !call_helper(b, k, h))
    return;
  put(b, 0xbf, s, 0, 0, 0);
  k->r[s] = k->r[0];
  uint16_t id = k->r[s].id, kept = b->kept;
  struct known other = *k;
  forget_refs(&other, id);
  other.r[0] = other.r[s] = number(0);
  bool checked = !careless(b);
  struct warrant_insn *jump = checked ? put(b, 0x15, gen_percent(g, 50) ? 0 : s, 0, 0, 0) : NULL;
  b->kept |= (uint16_t)(1u << s);
  b->acquired++;
  block(b, k, 1 + gen_below(g, 5));
  b->acquired--;
  b->kept = kept;
  if (!k->dead && !careless(b)) {
    const struct w_helper *back =
        helper(b, h->ref != W_RECORD ? 86 : 132 + (int32_t)gen_below(g, 2));
    put(b, 0xbf, 1, s, 0, 0);
    if (back->nargs > 1)
      put(b, 0xb7, 2, 0, 0, (int32_t)gen_below(g, 3));
    put(b, 0x85, 0, 0, 0, back->id);
    after_call(k);
    k->r[0] = back->ret == W_RET_INT ? number(UINT64_MAX) : (struct value){0};
    forget_refs(k, id);
  }
  if (jump) {
    land(b, jump);
    merge(k, &other);
  }
}

/* A load with the packet in r6, as old filters have it; outside the packet it ends the program. */
static void legacy_load(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  unsigned code = gen_below(g, 3);
  int c = reg_of_kind(b, k, CTX);
  if (((!b->type->legacy || b->level || b->acquired) && !careless(b)) || c < 0 || b->kept ||
      !room(b, 8))
    return;
  if (k->r[6].kind != CTX) {
    put(b, 0xbf, 6, (unsigned)c, 0, 0);
    k->r[6] = k->r[c];
  }
  if (gen_percent(g, 50)) {
    put(b, 0x20u | size_codes[code], 0, 0, 0, (int32_t)gen_below(g, 24));
  } else {
    unsigned s = number_reg(b, k);
    if (k->r[6].kind != CTX)
      return;
    if (k->r[s].most > 64 && gen_percent(g, 80)) {
      put(b, 0x57, s, 0, 0, 15);
      k->r[s] = number(15);
    }
    put(b, 0x40u | size_codes[code], 0, s, 0, (int32_t)gen_below(g, 16) - 4);
  }
  after_call(k);
  k->r[0] = number((UINT64_C(1) << (8u << code)) - 1);
}

/* A call of a function that is put behind the program. */
static void call_function(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  if (b->kept || b->level >= 6 || !room(b, 20))
    return;
  struct function *f = NULL;
  for (unsigned i = b->function_next; i < b->function_count; i++)
    if (gen_percent(g, 40) && b->functions[i].call_count < 6 && !b->functions[i].callback)
      f = &b->functions[i];
  if (!f && b->function_count == FUNCTIONS_MAX)
    return;
  kept_context(b, k);
  struct known args = {0};
  for (unsigned r = 1; r <= 5; r++) {
    args.r[r] = k->r[r];
    if (gen_percent(g, 30)) {
      int32_t off = written_frame(b, k, BUFFER_SIZE, true);
      put(b, 0xbf, r, 10, 0, 0);
      put(b, 0x07, r, 0, 0, off);
      args.r[r] = (struct value){.kind = BUFFER};
      for (unsigned q = 1; q < r; q++) /* it may lie over what was spilled */
        if (args.r[q].kind == FRAME)
          args.r[q] = (struct value){0};
    } else if (k->r[r].kind == FRAME) {
      args.r[r] = (struct value){0};
    } else if (k->r[r].kind == UNKNOWN && gen_percent(g, 60)) {
      put(b, 0xb7, r, 0, 0, (int32_t)gen_below(g, 64));
      args.r[r] = number(63);
    }
  }
  if (f) {
    merge(&f->k, &args);
  } else {
    f = &b->functions[b->function_count++];
    *f = (struct function){.k = args};
  }
  if (b->level && careless(b)) {
    put(b, 0x85, 0, 1, 0, (int32_t)b->start - (int32_t)b->count - 1);
    put(b, 0xb7, 0, 0, 0, 0);
  }
  f->level = f->level > b->level + 1 ? f->level : b->level + 1;
  f->calls[f->call_count++] = b->count;
  put(b, 0x85, 0, 1, 0, 0);
  after_call(k);
  k->r[0] = number(UINT64_MAX);
}

/* A helper runs a function that is put behind the program, a few rounds or many. */
static void call_back(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  if (b->kept || b->level >= 6 || !room(b, 24) || !helper(b, 181) ||
      b->function_count == FUNCTIONS_MAX)
    return;
  kept_context(b, k);
  struct function *f = &b->functions[b->function_count++];
  *f =
      (struct function){.k.r = {[1] = number(UINT32_MAX)}, .level = b->level + 1, .callback = true};
  if (gen_percent(g, 60)) {
    int32_t off = written_frame(b, k, BUFFER_SIZE, true);
    put(b, 0xbf, 3, 10, 0, 0);
    put(b, 0x07, 3, 0, 0, off);
    f->k.r[2] = (struct value){.kind = BUFFER};
  } else {
    put(b, 0xb7, 3, 0, 0, (int32_t)gen_below(g, 64));
    f->k.r[2] = number(63);
  }
  int number_in = gen_percent(g, 20) ? reg_of_kind(b, k, NUMBER) : -1;
  if (number_in > 5)
    put(b, 0xbf, 1, (unsigned)number_in, 0, 0);
  else
    put(b, 0xb7, 1, 0, 0, (int32_t)(gen_percent(g, 90) ? gen_below(g, 6) : gen_number(g)));
  put(b, 0xb7, 4, 0, 0, gen_percent(g, 95) ? 0 : 1);
  f->calls[f->call_count++] = b->count;
  put(b, 0x18, 2, 4, 0, 0);
  put(b, 0, 0, 0, 0, 0);
  put(b, 0x85, 0, 0, 0, 181);
  after_call(k);
  k->r[0] = number(UINT64_MAX);
}

static void merge(struct known *a, const struct known *with) {
  if (a->dead || with->dead) {
    if (a->dead)
      *a = *with;
    return;
  }
  for (unsigned r = 0; r < 10; r++) {
    struct value *x = &a->r[r];
    const struct value *y = &with->r[r];
    if (x->kind == NUMBER && y->kind == NUMBER)
      x->most = x->most > y->most ? x->most : y->most;
    else if (x->kind != y->kind || x->map != y->map || x->id != y->id || x->off != y->off ||
             x->most != y->most || (x->kind == INSIDE && x->checked != y->checked))
      *x = (struct value){0};
    else if (y->checked < x->checked)
      x->checked = y->checked;
  }
  for (unsigned i = 0; i < 8; i++)
    a->written[i] &= with->written[i];
  for (unsigned i = 0; i < 64; i++)
    if (memcmp(&a->spilled[i], &with->spilled[i], sizeof a->spilled[i])) {
      if (a->spilled[i].kind > NUMBER || with->spilled[i].kind > NUMBER)
        a->written[i / 8] &=
            ~(UINT64_C(255) << (i % 8 * 8)); /* neither a number nor a pointer: leave it alone */
      a->spilled[i] = (struct value){0};
    }
}

/* VALUE: or the map, where it may be one; else NUMBER, it is null. */
static void found_one(struct value *v, uint16_t id, enum kind kind) {
  if ((v->kind != MAYBE_VALUE && v->kind != MAYBE_MAP) || v->id != id)
    return;
  v->kind = (uint8_t)(kind == VALUE && v->kind == MAYBE_MAP ? MAP : kind);
  v->most = 0;
}

static void found(struct known *k, uint16_t id, enum kind kind) {
  for (unsigned r = 0; r < 10; r++)
    found_one(&k->r[r], id, kind);
  for (unsigned i = 0; i < 64; i++)
    found_one(&k->spilled[i], id, kind);
}

/* Looks whether a lookup found something; goes on, or into a block, only when it did. */
static void null_check(struct builder *b, struct known *k) {
  int r = reg_of_kind(b, k, MAYBE_VALUE);
  if (r < 0)
    r = reg_of_kind(b, k, MAYBE_MAP);
  if (r < 0 || !room(b, 12))
    return;
  uint16_t id = k->r[r].id;
  if (careless(b)) {
    found(k, id, VALUE);
    return;
  }
  if (gen_percent(b->g, 50) && (!b->acquired || careless(b))) {
    put(b, 0x55, (unsigned)r, 0, 2, 0);
    leave_fresh(b);
    found(k, id, VALUE);
    return;
  }
  struct warrant_insn *jump = put(b, 0x15, (unsigned)r, 0, 0, 0);
  struct known other = *k;
  found(k, id, VALUE);
  found(&other, id, NUMBER);
  block(b, k, 1 + gen_below(b->g, 3));
  land(b, jump);
  merge(k, &other);
}

static void branch(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  if (!room(b, 24) || b->depth > 3)
    return;
  unsigned d = number_reg(b, k), class = gen_percent(g, 60) ? 5 : 6;
  struct warrant_insn *jump;
  struct known other;
  if (gen_percent(g, 12)) { /* perhaps skip */
    jump = put(b, 0xe5, 0, 0, 0, 0);
    other = *k;
  } else if (gen_percent(g, 25)) { /* if (d > limit) skip */
    uint32_t limit = gen_below(g, 64);
    jump = put(b, 0x25, d, 0, 0, (int32_t)limit);
    other = *k;
    if (k->r[d].most > limit)
      k->r[d].most = limit;
  } else if (gen_percent(g, 50)) {
    class |= GEN_PICK(g, compare_codes);
    jump = put(b, class, d, 0, 0, (int32_t)gen_number(g));
    other = *k;
  } else {
    unsigned s = number_reg(b, k);
    jump = put(b, class | GEN_PICK(g, compare_codes) | 8, d, s, 0, 0);
    other = *k;
  }
  b->depth++;
  block(b, k, 1 + gen_below(g, 4));
  if (!k->dead && gen_percent(g, 15) && (!b->acquired || careless(b))) {
    leave(b, k);
    k->dead = true;
  }
  if (!k->dead && gen_percent(g, 40) && room(b, 12)) {
    struct warrant_insn *over = put(b, 0x05, 0, 0, 0, 0);
    land(b, jump);
    block(b, &other, 1 + gen_below(g, 3));
    if (gen_percent(g, 80)) {
      land(b, over);
    } else {
      over->op = 0x06;
      land(b, over);
      over->imm = over->off;
      over->off = 0;
    }
  } else {
    land(b, jump);
  }
  b->depth--;
  merge(k, &other);
}

/* A few turns, in which only numbers change. */
static void loop(struct builder *b, struct known *k) {
  struct gen *g = b->g;
  if (!room(b, 24) || b->depth > 1)
    return;
  unsigned c = free_reg(b, k), kept = b->kept;
  if (b->kept >> c & 1)
    return;
  bool up = gen_percent(g, 50);
  int32_t turns = 1 + (int32_t)gen_below(g, 5);
  put(b, 0xb7, c, 0, 0, up ? 0 : turns);
  k->r[c] = (struct value){0};
  for (unsigned r = 0; r < 10; r++)
    if (k->r[r].kind != NUMBER)
      b->kept |= (uint16_t)(1u << r);
  uint32_t start = b->count;
  if (b->kept != 0x3ff && reg_of_kind(b, k, NUMBER) >= 0)
    for (unsigned n = 1 + gen_below(g, 3); n > 0; n--)
      arithmetic(b, k);
  put(b, 0x07, c, 0, 0, up ? 1 : -1);
  struct warrant_insn *back =
      up ? put(b, gen_percent(g, 50) ? 0xa5 : 0x55, c, 0, 0, turns) : put(b, 0x55, c, 0, 0, 0);
  back->off = (int16_t)((int32_t)start - (int32_t)b->count);
  b->kept = (uint16_t)kept;
  for (unsigned r = 0; r < 10; r++)
    if (k->r[r].kind == NUMBER)
      k->r[r].most = UINT64_MAX;
  k->r[c] = number((uint64_t)turns);
}

static void block(struct builder *b, struct known *k, unsigned pieces) {
  b->depth++;
  for (; pieces > 0 && !k->dead && room(b, 20); pieces--) {
    uint32_t what = gen_below(b->g, 100);
    if (what < 18)
      arithmetic(b, k);
    else if (what < 21)
      atomic(b, k);
    else if (what < 24)
      gen_percent(b->g, 70) ? call_function(b, k) : call_back(b, k);
    else if (what < 26)
      legacy_load(b, k);
    else if (what < 32)
      constant(b, k);
    else if (what < 37)
      copy(b, k);
    else if (what < 47)
      load(b, k);
    else if (what < 57)
      store(b, k);
    else if (what < 62)
      context(b, k);
    else if (what < 68 && b->out->p.type_count)
      gen_percent(b->g, 30) ? context(b, k) : walk(b, k);
    else if (what < 68)
      packet(b, k);
    else if (what < 71)
      move_pointer(b, k);
    else if (what < 74)
      map_value(b, k);
    else if (what < 82)
      call(b, k);
    else if (what < 85)
      hold(b, k);
    else if (what < 91)
      null_check(b, k);
    else if (what < 97)
      branch(b, k);
    else
      loop(b, k);
  }
  b->depth--;
}

static void careful(struct gen *g, bool loose, struct gen_program *out) {
  struct w_own_type own;
  struct builder b = {.g = g,
                      .out = out,
                      .room = 40 + gen_below(g, GEN_INSNS_MAX - 90),
                      .next_id = 1,
                      .loose = loose};
  struct known k = {.r[1] = {.kind = CTX}};
  b.type = w_type_of(&out->p, &own);
  for (uint32_t i = 0; i < b.type->nfields; i++) {
    if (b.type->fields[i].kind == W_FIELD_DATA)
      b.data = &b.type->fields[i];
    if (b.type->fields[i].kind == W_FIELD_DATA_END)
      b.data_end = &b.type->fields[i];
    if (b.type->fields[i].kind == W_FIELD_DATA_META)
      b.data_meta = &b.type->fields[i];
  }
  block(&b, &k, 3 + gen_below(g, 24));
  if (!k.dead)
    leave(&b, &k);
  while (b.function_next < b.function_count) {
    const struct function *f = &b.functions[b.function_next++];
    for (uint32_t i = 0; i < f->call_count; i++)
      out->insns[f->calls[i]].imm = (int32_t)(b.count - f->calls[i] - 1);
    b.room = b.count + 40 < FUNCTION_ROOM ? b.count + 40 : FUNCTION_ROOM;
    b.level = f->level;
    b.callback = f->callback;
    b.start = b.count;
    k = f->k;
    block(&b, &k, 1 + gen_below(g, 6));
    if (!k.dead)
      leave(&b, &k);
  }
  out->p.insn_count = b.count;
}

/* --- Changing programs ----------------------------------------------------------------------- */

static bool decodes(const struct gen_program *out) { return w_decode_check(&out->p, NULL) == 0; }

static void change_one(struct gen *g, struct gen_program *out) {
  struct warrant_insn pair[2], *i = &out->insns[gen_below(g, out->p.insn_count)];
  switch (gen_below(g, 6)) {
  case 0:
    if (any_insn(g, any_encoding(g), out->p.map_count, pair) == 1)
      *i = pair[0];
    break;
  case 1:
    i->dst = any_reg(g) & 15;
    break;
  case 2:
    i->src = any_reg(g) & 15;
    break;
  case 3:
    i->off = gen_percent(g, 70) ? (int16_t)(i->off + (int32_t)gen_below(g, 17) - 8)
                                : (int16_t)gen_number(g);
    break;
  case 4:
    i->imm = gen_percent(g, 50) ? (int32_t)((uint32_t)i->imm + gen_below(g, 9) - 4)
                                : (int32_t)gen_number(g);
    break;
  default:
    *i = (struct warrant_insn){.op = 0x05};
    break;
  }
}

static void loosen(struct gen *g, struct gen_program *out) {
  struct warrant_insn kept[GEN_INSNS_MAX];
  for (unsigned n = 1 + gen_below(g, 3); n > 0; n--)
    for (int tries = 0; tries < 8; tries++) {
      memcpy(kept, out->insns, sizeof kept);
      change_one(g, out);
      if (decodes(out))
        break;
      memcpy(out->insns, kept, sizeof kept);
    }
}

static void damage(struct gen *g, struct gen_program *out) {
  for (unsigned n = 1 + gen_below(g, 2); n > 0; n--) {
    struct warrant_insn *i = &out->insns[gen_below(g, out->p.insn_count)];
    unsigned bit = gen_below(g, 8);
    switch (gen_below(g, 8)) {
    case 0:
    case 1:
    case 2:
    case 3:
      i->op ^= (uint8_t)(1u << bit);
      break;
    case 4:
      i->dst ^= 1u << bit % 4 & 15;
      break;
    case 5:
      i->src ^= 1u << bit % 4 & 15;
      break;
    case 6:
      i->off ^= (int16_t)(1u << (bit % 5));
      break;
    default:
      i->imm ^= (int32_t)(1u << (bit % 6));
      break;
    }
  }
  if (gen_percent(g, 10)) /* maybe in the middle of a long instruction */
    out->p.insn_count -= gen_below(g, out->p.insn_count);
}

/* --- Maps, and the whole --------------------------------------------------------------------- */

static void make_maps(struct gen *g, struct gen_program *out) {
  static char name[] = "map";
  static const struct warrant_map usual[] = {
      {.type = 2, .key_size = 4, .value_size = 16, .max_entries = 3},
      {.type = 1, .key_size = 8, .value_size = 24, .max_entries = 4},
      {.type = 2, .key_size = 4, .value_size = 40, .max_entries = 1},
      {.type = 2, .key_size = 4, .value_size = 64, .max_entries = 1, .readonly = true},
      {.type = 1, .key_size = 1, .value_size = 8, .max_entries = 2},
      {.type = 5, .key_size = 4, .value_size = 8, .max_entries = 4},
      {.type = 6, .key_size = 4, .value_size = 24, .max_entries = 4},
      {.type = 22, .key_size = 0, .value_size = 8, .max_entries = 4}, /* a queue */
      {.type = 3, .key_size = 4, .value_size = 4, .max_entries = 4},  /* programs */
      {.type = 29, .key_size = 4, .value_size = 16},                  /* what tasks have */
      {.type = 14,
       .key_size = 4,
       .value_size = 4,
       .max_entries = 4,
       .readonly = true},                /* devices */
      {.type = 27, .max_entries = 4096}, /* ring buffers */
      {.type = 27, .max_entries = 128},
  };
  static const struct warrant_map odd[] = {
      {.type = 1, .key_size = 12, .value_size = 5, .max_entries = 300},
      {.type = 2, .key_size = 8, .value_size = 1, .max_entries = 20},
      {.type = 2, .key_size = 4, .value_size = 8, .max_entries = 0},
      {.type = 1, .key_size = 4, .value_size = 8, .max_entries = 0},
      {.type = 2, .key_size = 2, .value_size = 33, .max_entries = 5},
      {.type = 2, .key_size = 16, .value_size = 4, .max_entries = 4},
  };
  out->p.map_count = gen_percent(g, 10) ? 0 : 1 + gen_below(g, GEN_MAPS_MAX);
  for (uint32_t i = 0; i < out->p.map_count; i++) {
    struct warrant_map *m = &out->maps[i];
    *m = gen_percent(g, 95) ? GEN_PICK(g, usual) : GEN_PICK(g, odd);
    m->name = name;
    if (m->type == 2 && m->max_entries && (m->readonly || gen_percent(g, 30))) {
      for (uint32_t j = 0; j < m->value_size; j++)
        out->initial[i][j] = (uint8_t)gen_u64(g);
      m->initial = out->initial[i];
    }
  }
  uint32_t holder = gen_below(g, GEN_MAPS_MAX), inner = gen_below(g, GEN_MAPS_MAX);
  if (holder != inner && holder < out->p.map_count && inner < out->p.map_count &&
      gen_percent(g, 60))
    out->maps[holder] = (struct warrant_map){.name = name,
                                             .type = 12 + gen_below(g, 2),
                                             .key_size = 4,
                                             .value_size = 4,
                                             .max_entries = 4,
                                             .inner = 1 + inner};
}

/* Types of kernel objects, with a pointer now and then that leads to no type or out of its object.
 */
static void make_types(struct gen *g, const struct w_prog_type *type, struct gen_program *out) {
  static char task[] = "task_struct",
              others[][12] = {"mm_struct", "sock_common", "seq_file", "pt_regs"};
  if (!type->hooked && gen_percent(g, 80))
    return;
  out->p.types = out->types;
  out->p.type_count = gen_below(g, GEN_TYPES_MAX + 1);
  for (uint32_t i = 0; i < out->p.type_count; i++) {
    struct warrant_object_type *t = &out->types[i];
    *t = (struct warrant_object_type){.name = i ? GEN_PICK(g, others) : task,
                                      .size = 8 + gen_below(g, 200),
                                      .pointers = out->pointers[i],
                                      .parts = out->parts[i]};
    for (uint32_t n = gen_below(g, GEN_POINTERS_MAX + 1); n > 0; n--)
      t->parts[t->part_count++] = (struct warrant_pointer){
          8 * gen_below(g, 3),
          gen_below(g, gen_percent(g, 90) ? out->p.type_count : GEN_TYPES_MAX + 1)};
    for (uint32_t n = gen_below(g, GEN_POINTERS_MAX + 1); n > 0; n--) {
      uint32_t off = gen_percent(g, 90) ? gen_below(g, (t->size - 1) / 8 + 1) * 8
                                        : gen_below(g, t->size),
               to;
      if (!w_pointer_at(t, off, &to) && (off + 8 <= t->size || gen_percent(g, 10)))
        t->pointers[t->pointer_count++] = (struct warrant_pointer){
            off, gen_below(g, gen_percent(g, 90) ? out->p.type_count : GEN_TYPES_MAX + 1)};
    }
  }
  if (!type->hooked)
    return;
  out->p.arguments = out->arguments;
  out->p.argument_count = gen_below(g, 6);
  out->p.void_result = gen_percent(g, 20);
  out->p.boolean_result = !out->p.void_result && gen_percent(g, 20);
  for (uint32_t i = 0; i < out->p.argument_count; i++)
    out->arguments[i] =
        gen_percent(g, 50)
            ? gen_below(g, WARRANT_POINTER)
            : (gen_percent(g, 30) ? WARRANT_OR_NULL : 0) + WARRANT_POINTER +
                  gen_below(g, gen_percent(g, 90) && out->p.type_count ? out->p.type_count
                                                                       : GEN_TYPES_MAX + 1);
}

void gen_program(struct gen *g, enum gen_style style, struct gen_program *out) {
  static const uint32_t raw_sizes[] = {0, 1, 8, 20, 64, 192};
  static char empty[] = "";
  memset(out, 0, sizeof *out);
  out->p = (struct warrant_program){.kind = WARRANT_EBPF,
                                    .file = empty,
                                    .section = empty,
                                    .name = empty,
                                    .insns = out->insns,
                                    .maps = out->maps};
  const struct w_prog_type *type =
      &w_prog_types[gen_percent(g, 40) ? 0 : gen_below(g, w_prog_type_count)];
  out->p.type = type->id;
  out->p.attach_type = type->nattach ? type->attach[gen_below(g, type->nattach)] : 0;
  out->p.ctx_size = type->raw ? GEN_PICK(g, raw_sizes) : 0;
  out->p.profile = gen_percent(g, 50) ? WARRANT_ROOT : WARRANT_STRICT;
  make_maps(g, out);
  make_types(g, type, out);
  if (style == GEN_WILD)
    wild(g, out);
  else
    careful(g, style != GEN_CAREFUL, out);
  if (style == GEN_DAMAGED || (style == GEN_LOOSE && gen_percent(g, 50)))
    loosen(g, out);
  if (style == GEN_DAMAGED)
    damage(g, out);
}

/* --- Environments ---------------------------------------------------------------------------- */

/* Regions are put into cells of 2^40 bytes, so that they lie apart wherever they begin in them. */
static uint64_t somewhere(struct gen *g, uint32_t *cells, unsigned i) {
  for (bool again = true; again;) {
    cells[i] = gen_percent(g, 25)   ? gen_below(g, 8)
               : gen_percent(g, 50) ? (1u << 24) - 2 - gen_below(g, 8)
                                    : gen_below(g, (1u << 24) - 1);
    again = false;
    for (unsigned j = 0; j < i; j++)
      again |= cells[j] == cells[i];
  }
  uint64_t at;
  switch (gen_below(g, 4)) {
  case 0:
    at = 0;
    break;
  case 1:
    at = (UINT64_C(1) << 32) - 1 - gen_below(g, 64);
    break; /* the low half wraps soon */
  case 2:
    at = (UINT64_C(1) << 31) - gen_below(g, 300);
    break;
  default:
    at = gen_u64(g) >> 25;
    break; /* 2^39, which leaves room for many maps */
  }
  at += (uint64_t)cells[i] << 40;
  return at ? at : 0x1000;
}

void gen_env(struct gen *g, const struct warrant_program *p, uint8_t *packet, uint32_t packet_max,
             struct gen_env *out) {
  uint32_t cells[5];
  struct warrant_env *e = &out->env;
  memset(out, 0, sizeof *out);
  warrant_env_default(e);
  if (gen_percent(g, 80)) {
    e->stack = somewhere(g, cells, 0);
    e->ctx = somewhere(g, cells, 1);
    e->packet = somewhere(g, cells, 2);
    e->maps = somewhere(g, cells, 3);
    e->values = somewhere(g, cells, 4);
  }
  e->seed = gen_number(g);
  e->ctx_size = p->type == 0         ? p->ctx_size
                : gen_percent(g, 90) ? GEN_CTX_MAX
                                     : gen_below(g, GEN_CTX_MAX);
  uint32_t most = p->argument_count ? 8 * p->argument_count : warrant_type_ctx_size(p->type);
  if (e->ctx_size > most && p->type)
    e->ctx_size = most;
  for (uint32_t i = 0; i < e->ctx_size; i++)
    out->ctx[i] = (uint8_t)(gen_percent(g, 20) ? 0 : gen_u64(g));
  for (uint32_t i = 0; i + 8 <= e->ctx_size && p->argument_count; i += 8)
    if (gen_percent(g, 25)) /* a null pointer */
      memset(out->ctx + i, 0, 8);
  e->ctx_bytes = out->ctx;
  uint32_t size = gen_percent(g, 15)   ? gen_below(g, 8)
                  : gen_percent(g, 80) ? gen_below(g, 120)
                                       : packet_max;
  e->packet_size = size < packet_max ? size : packet_max;
  for (uint32_t i = 0; i < e->packet_size; i++)
    packet[i] = (uint8_t)(gen_percent(g, 30) ? gen_below(g, 4) : gen_u64(g));
  e->packet_bytes = packet;
  for (uint32_t i = 0; i < p->map_count; i++) {
    uint32_t key = p->maps[i].key_size, each = key + p->maps[i].value_size;
    bool constant = p->maps[i].readonly && p->maps[i].initial;
    out->entries[i].count = constant || !each ? 0 : gen_below(g, GEN_ENTRIES_MAX);
    out->entries[i].bytes = out->bytes[i];
    for (uint32_t j = 0; j < out->entries[i].count; j++) {
      uint8_t *at = out->bytes[i] + j * each;
      at[0] = (uint8_t)gen_below(g, 4);
      if (key > 1 && gen_percent(g, 10))
        at[key - 1] = (uint8_t)gen_below(g, 3);
      for (uint32_t n = key; n < each; n++)
        at[n] = (uint8_t)(gen_percent(g, 40) ? gen_below(g, 4) : gen_u64(g));
      if (p->maps[i].inner) { /* the number of a map: one of its kind, mostly */
        memset(at + key, 0, each - key);
        at[key] = (uint8_t)(gen_percent(g, 60)   ? p->map_count + gen_below(g, 2)
                            : gen_percent(g, 70) ? p->maps[i].inner - 1
                                                 : gen_below(g, 8));
      }
    }
  }
  e->entries = out->entries;
}
