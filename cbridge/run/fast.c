#include "run/fast.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "run/frames.h"
#include "run/helpers.h"
#include "run/interp.h"
#include "run/memory.h"

/* --- Threaded code --------------------------------------------------------------------------- */

/* `go` is where the code of the instruction is. */
struct op {
  const void *go;
  union {
    struct {
      int32_t imm;
      int32_t jump; /* bytes from this op to the target */
    };
    uint64_t wide;
    const void *pointer;
  };
  int32_t off; /* loads and stores: bytes. Jumps: what the jump adds to the count of steps, see
                  `bias` */
  uint8_t dst, src;
  uint8_t window; /* loads and stores: where the last access was */
};
_Static_assert(sizeof(struct op) <= 24, "three ops in 72 bytes");

/* A piece of memory that accesses of some instruction hit last. An access of n bytes at offset o is
 * inside when o < room[log2 n]. */
struct window {
  uint64_t base, room[4];
  uint8_t *bytes; /* borrowed from the machine */
  uint64_t size, unused;
};
enum {
  STACK,
  CTX,
  PACKET,
  VALUE,
  CONSTANT,
  WINDOWS
}; /* CONSTANT: a value that may not be written */

struct w_fast {
  struct w_machine *m; /* borrowed */
  struct window windows[WINDOWS];
  bool certified;
  struct op *ops;     /* owned */
  int64_t *pc_of;     /* owned; of an op */
  uint32_t *index_of; /* owned; of the op of a slot; one more for the slot after the last */
  uint32_t count,
      room; /* ops; after those of instructions, one for each target outside the program */
};

/* One a line; the formatter would fill lines with them. */
/* clang-format off */
/* Name and value. T and S are the unsigned and the signed type. */
#define ARITHMETIC(X) \
  X(ADD, x + y) \
  X(SUB, x - y) \
  X(MUL, x * y) \
  X(DIV, y ? x / y : 0) \
  X(OR, x | y) \
  X(AND, x & y) \
  X(LSH, x << (y & (8 * sizeof(T) - 1))) \
  X(RSH, x >> (y & (8 * sizeof(T) - 1))) \
  X(MOD, y ? x % y : x) \
  X(XOR, x ^ y) \
  X(MOV, y) \
  X(ARSH, (T)((S)x >> (y & (8 * sizeof(T) - 1)))) \
  X(SDIV, y == 0 ? 0 : y == (T)-1 ? 0 - x : (T)((S)x / (S)y)) \
  X(SMOD, y == 0 ? x : y == (T)-1 ? 0 : (T)((S)x % (S)y))
#define COMPARISONS(X) \
  X(JEQ, x == y) \
  X(JGT, x > y) \
  X(JGE, x >= y) \
  X(JSET, (x & y) != 0) \
  X(JNE, x != y) \
  X(JSGT, (S)x > (S)y) \
  X(JSGE, (S)x >= (S)y) \
  X(JLT, x < y) \
  X(JLE, x <= y) \
  X(JSLT, (S)x < (S)y) \
  X(JSLE, (S)x <= (S)y)
/* name, log2 of the size, type, conversion to and from little endian */
#define SIZES(X) \
  X(1, 0, uint8_t, ) \
  X(2, 1, uint16_t, le16toh) \
  X(4, 2, uint32_t, le32toh) \
  X(8, 3, uint64_t, le64toh)
#define SIGNED_SIZES(X) \
  X(1, 0, int8_t, uint8_t, ) \
  X(2, 1, int16_t, uint16_t, le16toh) \
  X(4, 2, int32_t, uint32_t, le32toh)
/* clang-format on */

/* Kinds of ops. K: the second operand is in the instruction; X: in a register; BACK: the target is
 * not after the jump; FRAME: a place in the current frame that is known beforehand. */
#define ARITHMETIC_KINDS(name, e) name##32K, name##32X, name##64K, name##64X,
#define COMPARISON_KINDS(name, e)                                                                  \
  name##32K, name##32X, name##64K, name##64X, name##32K_BACK, name##32X_BACK, name##64K_BACK,      \
      name##64X_BACK,
#define SIZE_KINDS(n, log, T, swap)                                                                \
  LOAD##n, LOAD##n##_FRAME, STOREK##n, STOREK##n##_FRAME, STOREX##n, STOREX##n##_FRAME,
#define SIGNED_KINDS(n, log, S, T, swap) LOADS##n,
enum kind {
  ARITHMETIC(ARITHMETIC_KINDS) COMPARISONS(COMPARISON_KINDS) SIZES(SIZE_KINDS)
      SIGNED_SIZES(SIGNED_KINDS) NEG32,
  NEG64,
  CONSTANT64,
  JA,
  JA_BACK,
  MAYGOTO,
  CALL,
  CALLLOCAL,
  EXIT,
  STEP,
  FAULT,
  BADPC,
  JEQ32K_RUN,
  JEQ64K_RUN, /* another one of the same kind follows: filters have long rows of them */
  KINDS,
};

static void open_window(struct window *w, uint64_t base, uint64_t size, uint8_t *bytes) {
  w->base = base;
  w->size = size;
  w->bytes = bytes;
  for (unsigned log = 0; log < 4; log++)
    w->room[log] = size >> log ? size - (UINT64_C(1) << log) + 1 : 0;
}

static void packet_window(struct w_fast *s) {
  const struct window *w = &s->windows[PACKET];
  /* A store through a window is not asked whether it may. */
  uint64_t size = s->m->type->writes || s->certified ? s->m->packet_size : 0;
  if (w->base == s->m->packet_at && w->size == size && w->bytes)
    return;
  open_window(&s->windows[PACKET], s->m->packet_at, size, w_packet_bytes(s->m));
}

/* Checked: the current frame, unless each byte's definedness matters. Certified: all frames. */
static void stack_window(struct w_fast *s) {
  struct w_machine *m = s->m;
  uint64_t low = s->certified ? 0 : W_STACK_SIZE - (m->depth + 1) * (uint64_t)W_FRAME_SIZE;
  if (s->windows[STACK].base == m->env->stack + low && s->windows[STACK].bytes)
    return;
  uint64_t size = s->certified ? W_STACK_SIZE : m->strict ? 0 : W_FRAME_SIZE;
  open_window(&s->windows[STACK], m->env->stack + low, size, m->stack + low);
}

/* After an access that no window had: the next one of this instruction is likely to be near. */
static void look_near(struct w_fast *s, struct op *op, uint64_t a, unsigned n) {
  struct w_machine *m = s->m;
  struct w_place p;
  if (!w_find(m, a, n, &p))
    return;
  if (p.region > 3) /* a reference may be released before the next access; an object has pointers */
    return;
  if (p.region != 3) {
    op->window = p.region; /* STACK, CTX, PACKET */
    return;
  }
  const struct w_store *store = &m->stores[p.map];
  op->window = p.writable ? VALUE : CONSTANT;
  if (s->certified)
    open_window(&s->windows[op->window], w_values_at(m, p.map), store->slots * store->stride,
                store->bytes);
  else
    open_window(&s->windows[op->window], a - p.off, store->map->value_size, p.bytes - p.off);
}

static enum warrant_fault load_anywhere(struct w_fast *s, struct op *op, uint64_t a, unsigned n,
                                        uint64_t *v) {
  enum warrant_fault f = w_load(s->m, a, n, v);
  if (f == WARRANT_NO_FAULT)
    look_near(s, op, a, n);
  return f;
}

static enum warrant_fault store_anywhere(struct w_fast *s, struct op *op, uint64_t a, unsigned n,
                                         uint64_t v) {
  enum warrant_fault f = w_store_value(s->m, a, n, v);
  if (f == WARRANT_NO_FAULT)
    look_near(s, op, a, n);
  return f;
}

/* Runs; with s == NULL, fills `labels` instead. False: the plain interpreter must go on, from m->pc
 * and run->steps. */
__attribute__((noinline)) static bool execute(struct w_fast *s, struct warrant_run *run,
                                              const void **labels) {
#define ARITHMETIC_LABELS(name, e)                                                                 \
  &&l_##name##32K, &&l_##name##32X, &&l_##name##64K, &&l_##name##64X,
#define COMPARISON_LABELS(name, e)                                                                 \
  &&l_##name##32K, &&l_##name##32X, &&l_##name##64K, &&l_##name##64X, &&l_##name##32K_BACK,        \
      &&l_##name##32X_BACK, &&l_##name##64K_BACK, &&l_##name##64X_BACK,
#define SIZE_LABELS(n, log, T, swap)                                                               \
  &&l_LOAD##n, &&l_LOAD##n##_FRAME, &&l_STOREK##n, &&l_STOREK##n##_FRAME, &&l_STOREX##n,           \
      &&l_STOREX##n##_FRAME,
#define SIGNED_LABELS(n, log, S, T, swap) &&l_LOADS##n,
  if (!s) {
    __extension__ static const void *const all[KINDS] = {
        ARITHMETIC(ARITHMETIC_LABELS) COMPARISONS(COMPARISON_LABELS) SIZES(SIZE_LABELS)
                SIGNED_SIZES(SIGNED_LABELS) &&
            l_NEG32,
        &&l_NEG64,
        &&l_CONSTANT64,
        &&l_JA,
        &&l_JA_BACK,
        &&l_MAYGOTO,
        &&l_CALL,
        &&l_CALLLOCAL,
        &&l_EXIT,
        &&l_STEP,
        &&l_FAULT,
        &&l_BADPC,
        &&l_JEQ32K_RUN,
        &&l_JEQ64K_RUN};
    memcpy(labels, all, sizeof all);
    return true;
  }
  struct w_machine *m = s->m;
  uint64_t *const r = m->regs;
  struct op *const ops = s->ops, *ip = ops;
  uint8_t *top = m->stack + W_STACK_SIZE;
  struct window *const windows = s->windows;
  enum warrant_fault fault;
  /* Steps taken before the op at ip are bias + (ip - ops): a jump adds 1 and takes away the
   * distance. Up to the next backward jump they grow by less than the number of ops. */
  int64_t bias = 0;
  const uint64_t margin = 2 * (uint64_t)s->count, fuel = m->env->fuel;
  const int64_t limit = fuel - margin > INT64_MAX ? INT64_MAX : (int64_t)(fuel - margin);
  if (fuel < margin)
    return false;

#define GO __extension__({ goto * ip->go; })
#define NEXT                                                                                       \
  do {                                                                                             \
    ip++;                                                                                          \
    GO;                                                                                            \
  } while (0)
#define JUMP                                                                                       \
  do {                                                                                             \
    bias += ip->off;                                                                               \
    ip = (struct op *)((char *)ip + ip->jump);                                                     \
  } while (0)
#define CHECK_FUEL                                                                                 \
  if (bias > limit)                                                                                \
  goto give_up

  GO;

#define ALU(label, type, stype, second, expr)                                                      \
  l_##label : {                                                                                    \
    typedef type T;                                                                                \
    typedef stype S __attribute__((unused));                                                       \
    T x = (T)r[ip->dst], y = (T)(second);                                                          \
    (void)x;                                                                                       \
    r[ip->dst] = (T)(expr);                                                                        \
    NEXT;                                                                                          \
  }
#define ARITHMETIC_CODE(name, expr)                                                                \
  ALU(name##32K, uint32_t, int32_t, ip->imm, expr)                                                 \
  ALU(name##32X, uint32_t, int32_t, r[ip->src], expr)                                              \
  ALU(name##64K, uint64_t, int64_t, (int64_t)ip->imm, expr)                                        \
  ALU(name##64X, uint64_t, int64_t, r[ip->src], expr)
  ARITHMETIC(ARITHMETIC_CODE)

#define COMPARE(label, type, stype, second, expr, check)                                           \
  l_##label : {                                                                                    \
    typedef type T;                                                                                \
    typedef stype S __attribute__((unused));                                                       \
    T x = (T)r[ip->dst], y = (T)(second);                                                          \
    if (expr) {                                                                                    \
      JUMP;                                                                                        \
      check;                                                                                       \
      GO;                                                                                          \
    }                                                                                              \
    NEXT;                                                                                          \
  }
#define COMPARISON_CODE(name, expr)                                                                \
  COMPARE(name##32K, uint32_t, int32_t, ip->imm, expr, )                                           \
  COMPARE(name##32X, uint32_t, int32_t, r[ip->src], expr, )                                        \
  COMPARE(name##64K, uint64_t, int64_t, (int64_t)ip->imm, expr, )                                  \
  COMPARE(name##64X, uint64_t, int64_t, r[ip->src], expr, )                                        \
  COMPARE(name##32K_BACK, uint32_t, int32_t, ip->imm, expr, CHECK_FUEL)                            \
  COMPARE(name##32X_BACK, uint32_t, int32_t, r[ip->src], expr, CHECK_FUEL)                         \
  COMPARE(name##64K_BACK, uint64_t, int64_t, (int64_t)ip->imm, expr, CHECK_FUEL)                   \
  COMPARE(name##64X_BACK, uint64_t, int64_t, r[ip->src], expr, CHECK_FUEL)
  COMPARISONS(COMPARISON_CODE)

/* A jump that is taken leaves; the row ends with an ordinary comparison. */
#define ROW(label, T)                                                                              \
  l_##label : {                                                                                    \
    const void *const self = ip->go;                                                               \
    do {                                                                                           \
      if ((T)r[ip->dst] == (T)(int64_t)ip->imm) {                                                  \
        JUMP;                                                                                      \
        GO;                                                                                        \
      }                                                                                            \
      ip++;                                                                                        \
    } while (ip->go == self);                                                                      \
    GO;                                                                                            \
  }
  ROW(JEQ32K_RUN, uint32_t)
  ROW(JEQ64K_RUN, uint64_t)

#define LOAD(label, n, log, T, swap, convert)                                                      \
  l_##label : {                                                                                    \
    const struct window *w = &windows[ip->window];                                                 \
    uint64_t a = r[ip->src] + (uint64_t)(int64_t)ip->off, o = a - w->base, v;                      \
    T bits;                                                                                        \
    if (__builtin_expect(o < w->room[log], 1)) {                                                   \
      memcpy(&bits, w->bytes + o, n);                                                              \
      v = swap(bits);                                                                              \
    } else if ((fault = load_anywhere(s, ip, a, n, &v)) != WARRANT_NO_FAULT) {                     \
      goto failed;                                                                                 \
    }                                                                                              \
    r[ip->dst] = convert v;                                                                        \
    NEXT;                                                                                          \
  }
#define STORE(label, n, log, T, swap, value)                                                       \
  l_##label : {                                                                                    \
    const struct window *w = &windows[ip->window];                                                 \
    uint64_t a = r[ip->dst] + (uint64_t)(int64_t)ip->off, o = a - w->base;                         \
    T bits = (T)(value);                                                                           \
    if (__builtin_expect(o < w->room[log], 1)) {                                                   \
      bits = swap(bits);                                                                           \
      memcpy(w->bytes + o, &bits, n);                                                              \
    } else if ((fault = store_anywhere(s, ip, a, n, bits)) != WARRANT_NO_FAULT) {                  \
      goto failed;                                                                                 \
    }                                                                                              \
    NEXT;                                                                                          \
  }
#define FRAME_STORE(label, n, T, swap, value)                                                      \
  l_##label : {                                                                                    \
    T bits = (T)(value);                                                                           \
    bits = swap(bits);                                                                             \
    memcpy(top + ip->off, &bits, n);                                                               \
    NEXT;                                                                                          \
  }
#define SIZE_CODE(n, log, T, swap)                                                                 \
  LOAD(LOAD##n, n, log, T, swap, )                                                                 \
  l_LOAD##n##_FRAME : {                                                                            \
    T bits;                                                                                        \
    memcpy(&bits, top + ip->off, n);                                                               \
    r[ip->dst] = swap(bits);                                                                       \
    NEXT;                                                                                          \
  }                                                                                                \
  STORE(STOREK##n, n, log, T, swap, (int64_t)ip->imm)                                              \
  STORE(STOREX##n, n, log, T, swap, r[ip->src])                                                    \
  FRAME_STORE(STOREK##n##_FRAME, n, T, swap, (int64_t)ip->imm)                                     \
  FRAME_STORE(STOREX##n##_FRAME, n, T, swap, r[ip->src])
  SIZES(SIZE_CODE)
#define SIGNED_CODE(n, log, S, T, swap) LOAD(LOADS##n, n, log, T, swap, (uint64_t)(int64_t)(S))
  SIGNED_SIZES(SIGNED_CODE)

l_NEG32:
  r[ip->dst] = (uint32_t)(0 - r[ip->dst]);
  NEXT;
l_NEG64:
  r[ip->dst] = 0 - r[ip->dst];
  NEXT;
l_CONSTANT64:
  r[ip->dst] = ip->wide;
  NEXT;
l_JA:
  JUMP;
  GO;
l_JA_BACK:
  JUMP;
  CHECK_FUEL;
  GO;
l_MAYGOTO:
  if (m->rounds) {
    m->rounds--;
    NEXT;
  }
  JUMP;
  CHECK_FUEL;
  GO;
l_CALL : {
  const struct w_helper *h = ip->pointer;
  m->defined = W_ALL_REGISTERS;
  if ((fault = w_call_helper(m, h)) != WARRANT_NO_FAULT)
    goto failed;
  if (h->moves)
    packet_window(s);
  NEXT;
}
l_CALLLOCAL : {
  m->pc = s->pc_of[ip - ops];
  m->defined = W_ALL_REGISTERS;
  if ((fault = w_call_local(m, 0)) != WARRANT_NO_FAULT)
    goto failed;
  JUMP;
  goto new_frame;
}
l_EXIT : {
  bool done = false;
  int64_t steps = bias + (ip - ops) + 1;
  m->defined = W_ALL_REGISTERS;
  if ((fault = w_leave(m, &done)) != WARRANT_NO_FAULT)
    goto failed;
  if (done) {
    *run = (struct warrant_run){.result = r[0],
                                .steps = (uint64_t)steps,
                                .fault = WARRANT_NO_FAULT,
                                .pc = s->pc_of[ip - ops]};
    return true;
  }
  ip = ops + s->index_of[m->pc];
  bias = steps - (ip - ops);
}
new_frame:
  top = m->stack + W_STACK_SIZE - m->depth * (uint64_t)W_FRAME_SIZE;
  stack_window(s);
  CHECK_FUEL;
  GO;
/* What is not worth code of its own. The program may end there. */
l_STEP : {
  bool done = false;
  m->pc = s->pc_of[ip - ops];
  m->defined = W_ALL_REGISTERS;
  fault = w_step(m, &m->program->insns[m->pc], &done);
  if (done) {
    *run = (struct warrant_run){.result = r[0],
                                .steps = (uint64_t)(bias + (ip - ops) + 1),
                                .fault = WARRANT_NO_FAULT,
                                .pc = s->pc_of[ip - ops]};
    return true;
  }
  if (fault != WARRANT_NO_FAULT)
    goto failed;
  NEXT;
}
l_FAULT:
  fault = (enum warrant_fault)ip->imm;
  goto failed;
l_BADPC:
  fault = WARRANT_BAD_PC;
failed:
  *run = (struct warrant_run){
      .steps = (uint64_t)(bias + (ip - ops) + 1), .fault = fault, .pc = s->pc_of[ip - ops]};
  return true;
give_up:
  m->pc = s->pc_of[ip - ops];
  m->defined = W_ALL_REGISTERS;
  run->steps = (uint64_t)(bias + (ip - ops));
  return false;
}

/* --- Definedness ----------------------------------------------------------------------------- */

/* What an instruction needs to be defined, and what is defined after it, as masks of registers. */
struct effect {
  uint16_t needs, defines, spoils;
};
#define BIT(reg) ((uint16_t)(1u << (reg)))
enum { ARGUMENTS = 0x3e };

/* What a call that is not local calls; NULL: it may not. */
static const struct w_helper *callee(const struct w_prog_type *type, const struct warrant_insn *i) {
  return i->src ? w_find_function(type, i->imm) : w_find_helper(type, i->imm);
}

static struct effect effect_of(const struct w_prog_type *type, const struct warrant_insn *i) {
  uint16_t dst = BIT(i->dst), src = BIT(i->src), second = i->op & 8 ? src : 0;
  unsigned class = i->op & 7, op = i->op & 0xf0;
  switch (class) {
  case 4:
  case 7:
    if (op == 0x80 || op == 0xd0)
      return (struct effect){dst, 0, 0};
    return (struct effect){(uint16_t)((op == 0xb0 ? 0 : dst) | second), dst, 0};
  case 0:
    if (i->op == 0x18)
      return (struct effect){0, dst, 0};
    return (struct effect){(uint16_t)(BIT(6) | ((i->op & 0xe0) == 0x40 ? src : 0)), BIT(0),
                           ARGUMENTS};
  case 1:
    return (struct effect){src, dst, 0};
  case 2:
    return (struct effect){dst, 0, 0};
  case 3:
    if (w_is_atomic(i) && i->imm == LOAD_ACQUIRE)
      return (struct effect){src, dst, 0};
    return (struct effect){
        (uint16_t)(dst | src | (w_is_atomic(i) && i->imm == CMPXCHG ? BIT(0) : 0)),
        w_is_atomic(i) && i->imm == CMPXCHG ? BIT(0) : 0, 0};
  default:
    break;
  }
  if (i->op == 0x85 && i->src != 1) {
    const struct w_helper *h = callee(type, i);
    uint16_t needs = 0;
    for (unsigned k = 0; h && k < h->nargs; k++) {
      needs |= BIT(k + 1);
      if (w_arg_sized(h->args[k]))
        needs |= k < 4 ? BIT(k + 2) : 0;
    }
    bool no_result = h && (h->ret == W_RET_TAIL || h->ret == W_RET_VOID);
    return (struct effect){needs, BIT(0), no_result ? ARGUMENTS | BIT(0) : ARGUMENTS};
  }
  if (i->op == 0x85)
    return (struct effect){0, BIT(0), ARGUMENTS};
  if (i->op == 0x8d)
    return (struct effect){(uint16_t)(dst | ARGUMENTS), 0, ARGUMENTS | BIT(0)};
  if (i->op == 0x95)
    return (struct effect){BIT(0), 0, 0};
  if (op == 0 || i->op == 0xe5)
    return (struct effect){0, 0, 0};
  return (struct effect){(uint16_t)(dst | second), 0, 0};
}

struct flow {
  uint16_t *before; /* registers defined before each op on every path found so far; bit 15: no path
                       found */
  uint32_t *list;   /* ops whose mask has changed since they were looked at */
  uint32_t length;
  bool *listed;
};
enum { UNREACHED = 0xffff };

static void flow_to(struct flow *f, uint32_t to, uint16_t mask) {
  uint16_t now = f->before[to] & mask;
  if (now == f->before[to])
    return;
  f->before[to] = now;
  if (!f->listed[to])
    f->list[f->length++] = to;
  f->listed[to] = true;
}

static uint32_t jump_target(const struct op *op, uint32_t i) {
  return (uint32_t)((int64_t)i + op->jump / (int64_t)sizeof *op);
}

static bool all_defined(struct flow *f, const struct w_fast *s, uint32_t instructions) {
  flow_to(f, 0, BIT(1) | BIT(10));
  while (f->length) {
    uint32_t i = f->list[--f->length];
    f->listed[i] = false;
    if (i >= instructions)
      continue;
    const struct warrant_insn *insn = &s->m->program->insns[s->pc_of[i]];
    unsigned class = insn->op & 7;
    struct effect e = effect_of(s->m->type, insn);
    uint16_t mask = f->before[i];
    if (e.needs & ~mask)
      return false;
    bool local = insn->op == 0x85 && insn->src == 1;
    bool jump = (class == 5 || class == 6) && !local && (insn->op < 0x80 || insn->op > 0x9f);
    if (local)
      flow_to(f, jump_target(&s->ops[i], i), (mask & ARGUMENTS) | BIT(10));
    if (jump)
      flow_to(f, jump_target(&s->ops[i], i), mask);
    if (insn->op != 0x95 && !(jump && (insn->op & 0xf0) == 0))
      flow_to(f, i + 1, (uint16_t)((mask & ~e.spoils) | (e.defines & ~(e.spoils & BIT(0)))));
  }
  return true;
}

/* Whether no path reads a register before it is written. Running out of memory counts as no. */
static bool registers_are_defined(const struct w_fast *s, uint32_t instructions) {
  struct flow f = {malloc(s->count * sizeof *f.before), malloc(s->count * sizeof *f.list), 0,
                   calloc(s->count, 1)};
  bool good = f.before && f.list && f.listed;
  for (uint32_t i = 0; good && i < s->count; i++)
    f.before[i] = UNREACHED;
  good = good && all_defined(&f, s, instructions);
  free(f.before);
  free(f.list);
  free(f.listed);
  return good;
}

/* --- Translation ----------------------------------------------------------------------------- */

/* In the order of ARITHMETIC, for the opcode's upper four bits; -1: not one of them. */
static const int8_t arithmetic_rank[16] = {0, 1, 2, 3, 4, 5, 6, 7, -1, 8, 9, 10, 11, -1, -1, -1};
static const int8_t comparison_rank[16] = {-1, 0, 1, 2, 3, 4, 5, 6, -1, -1, 7, 8, 9, 10, -1, -1};
static const uint8_t log_of_code[4] = {2, 1, 0, 3};

/* The op of the slot where a jump leads: outside, one that faults. */
static uint32_t target_index(struct w_fast *s, const void *const *labels, int64_t pc) {
  const struct w_machine *m = s->m;
  if (pc >= 0 && pc <= (int64_t)m->program->insn_count &&
      !(pc < (int64_t)m->program->insn_count && m->second[pc]))
    return s->index_of[pc];
  s->ops[s->count] = (struct op){.go = labels[BADPC]};
  s->pc_of[s->count] = pc;
  return s->count++;
}

static void set_jump(struct w_fast *s, uint32_t from, uint32_t to) {
  s->ops[from].jump = (int32_t)(((int64_t)to - from) * (int64_t)sizeof(struct op));
  s->ops[from].off = (int32_t)(1 - ((int64_t)to - from));
}

static enum kind alu_kind(const struct warrant_insn *i) {
  bool wide = (i->op & 7) == 7, by_register = i->op & 8;
  unsigned op = i->op >> 4;
  int rank = arithmetic_rank[op];
  if (op == 8)
    return wide ? NEG64 : NEG32;
  if (rank < 0 || (op == 0xb && i->off)) /* byte order, sign-extending moves */
    return STEP;
  if (i->off == 1)
    rank = op == 3 ? 12 : 13;
  return (enum kind)(ADD32K + 4 * rank + 2 * wide + by_register);
}

/* Of a load or store; its op is filled in but for `go`. */
static enum kind memory_kind(const struct w_fast *s, const struct warrant_insn *i, struct op *op) {
  unsigned class = i->op & 7, log = log_of_code[i->op >> 3 & 3], mode = i->op & 0xe0;
  unsigned base = class == 1 ? i->src : i->dst;
  bool framed = base == 10 && !s->m->strict && i->off >= -W_FRAME_SIZE && i->off <= -(1 << log);
  op->window = base == 10 ? STACK : base == 1 && s->m->type->raw ? CTX : PACKET;
  op->off = i->off;
  op->imm = i->imm;
  if (mode == 0x80 && class == 1 && log < 3)
    return (enum kind)(LOADS1 + log);
  if (mode != 0x60)
    return STEP;
  return (enum kind)(LOAD1 + 6 * log + (class == 1 ? 0 : class == 2 ? 2 : 4) + framed);
}

static enum kind long_kind(const struct w_fast *s, const struct warrant_insn *i, struct op *op) {
  unsigned src = i->src > 4 ? i->src - 4u : i->src; /* maps by index are maps */
  if (src > 2 || (src && (i->imm < 0 || (uint32_t)i->imm >= s->m->program->map_count)) ||
      (src == 2 && !s->m->stores[i->imm].slots))
    return STEP;
  uint64_t high = (uint32_t)i[1].imm;
  op->wide = src == 0   ? (uint32_t)i->imm | high << 32
             : src == 1 ? w_map_at(s->m, (uint32_t)i->imm)
                        : w_values_at(s->m, (uint32_t)i->imm) + (uint64_t)(int64_t)i[1].imm;
  return CONSTANT64;
}

static enum kind jump_kind(struct w_fast *s, const void *const *labels, uint32_t index,
                           const struct warrant_insn *i) {
  bool wide = (i->op & 7) == 5, always = (i->op & 0xf0) == 0;
  int64_t distance = always && !wide ? i->imm : i->off;
  uint32_t to = target_index(s, labels, s->pc_of[index] + 1 + distance);
  set_jump(s, index, to);
  if (always)
    return to <= index ? JA_BACK : JA;
  int rank = comparison_rank[i->op >> 4];
  if (rank < 0)
    return KINDS;
  return (enum kind)(JEQ32K + 8 * rank + 4 * (to <= index) + 2 * wide + !!(i->op & 8));
}

/* KINDS: there is no code for it, so the plain interpreter runs the program. */
static enum kind translate_one(struct w_fast *s, const void *const *labels, uint32_t index,
                               const struct warrant_insn *i) {
  struct op *op = &s->ops[index];
  unsigned class = i->op & 7;
  *op = (struct op){.imm = i->imm, .dst = i->dst, .src = i->src};
  bool loads = class == 1 || (w_is_atomic(i) && i->imm == LOAD_ACQUIRE);
  bool code = i->op == 0x18 && i->src == 4; /* what it is the address of comes first */
  if ((class == 4 || class == 7 || (i->op == 0x18 && !code) || loads) && i->dst == 10) {
    op->imm = WARRANT_FRAME_WRITE;
    return FAULT;
  }
  switch (class) {
  case 4:
  case 7:
    return alu_kind(i);
  case 0:
    return i->op == 0x18 ? long_kind(s, i, op) : STEP;
  case 1:
  case 2:
  case 3:
    return memory_kind(s, i, op);
  default:
    break;
  }
  switch (i->op) {
  case 0x85:
    if (i->src == 1) {
      set_jump(s, index, target_index(s, labels, s->pc_of[index] + 1 + i->imm));
      return CALLLOCAL;
    }
    if (!callee(s->m->type, i)) {
      op->imm = WARRANT_UNKNOWN_HELPER;
      return FAULT;
    }
    op->pointer = callee(s->m->type, i);
    if (((const struct w_helper *)op->pointer)->ret == W_RET_ROUNDS)
      return KINDS; /* the plain interpreter has callbacks */
    return CALL;
  case 0x8d:
    return KINDS; /* a helper that is known only then: rare */
  case 0x95:
    return EXIT;
  case 0xe5:
    set_jump(s, index, target_index(s, labels, (int64_t)s->pc_of[index] + 1 + i->off));
    return MAYGOTO;
  default:
    return jump_kind(s, labels, index, i);
  }
}

/* False: not a program for threaded code, or no memory for it. */
static bool translate(struct w_fast *s) {
  const struct warrant_program *p = s->m->program;
  const void *labels[KINDS];
  uint32_t n = 0;
  if (p->insn_count > 1u << 24)
    return false;
  s->room = 2 * p->insn_count + 1;
  s->ops = calloc(s->room, sizeof *s->ops);
  s->pc_of = calloc(s->room, sizeof *s->pc_of);
  s->index_of = calloc((size_t)p->insn_count + 1, sizeof *s->index_of);
  if (!s->ops || !s->pc_of || !s->index_of)
    return false;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    s->index_of[pc] = n;
    if (!s->m->second[pc])
      s->pc_of[n++] = pc;
  }
  s->index_of[p->insn_count] = n;
  s->pc_of[n] = p->insn_count;
  execute(NULL, NULL, labels);
  s->ops[n].go = labels[BADPC];
  s->count = n + 1;
  for (uint32_t i = 0; i < n; i++) {
    enum kind kind = translate_one(s, labels, i, &p->insns[s->pc_of[i]]);
    if (kind == KINDS)
      return false;
    s->ops[i].go = labels[kind];
  }
  for (uint32_t i = 0; i + 1 < n; i++)
    if (s->ops[i].go == s->ops[i + 1].go && s->ops[i].go == labels[JEQ32K])
      s->ops[i].go = labels[JEQ32K_RUN];
    else if (s->ops[i].go == s->ops[i + 1].go && s->ops[i].go == labels[JEQ64K])
      s->ops[i].go = labels[JEQ64K_RUN];
  return s->certified || registers_are_defined(s, n);
}

/* --- The whole ------------------------------------------------------------------------------- */

void w_fast_free(struct w_fast *s) {
  if (!s)
    return;
  free(s->ops);
  free(s->pc_of);
  free(s->index_of);
  free(s);
}

struct w_fast *w_fast_new(struct w_machine *m, bool certified) {
  struct w_fast *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->m = m;
  s->certified = certified;
  if (!translate(s)) {
    w_fast_free(s);
    return NULL;
  }
  if (m->type->raw)
    open_window(&s->windows[CTX], m->env->ctx, m->type->ctx_size, m->ctx);
  return s;
}

bool w_fast_run(struct w_fast *s, struct warrant_run *run) {
  stack_window(s);
  packet_window(s);
  return execute(s, run, NULL);
}
