#include "run/interp.h"

#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"
#include "run/frames.h"
#include "run/helpers.h"
#include "run/memory.h"

/* Where kernel variables are: no region lies up there. */
#define VARIABLES (UINT64_C(1) << 49)

/* --- Words ----------------------------------------------------------------------------------- */

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

/* What is atomic or in an order: not on the context, a socket or the packet, and at a multiple of
 * its size. */
static enum warrant_fault in_order(const struct w_machine *m, const struct w_place *p, unsigned n) {
  if (p->region == 1 || w_is_socket(p))
    return WARRANT_BAD_CONTEXT;
  if (p->region == 2)
    return WARRANT_OUT_OF_BOUNDS;
  uint64_t skew = p->region == 3 ? w_value_skew(m->stores[p->map].map) : 0;
  return (p->off + skew) % n ? WARRANT_MISALIGNED : WARRANT_NO_FAULT;
}
/* The same of a load that acquires, or a store that releases; where nothing is, they say so. */
static enum warrant_fault unordered(struct w_machine *m, uint64_t a, unsigned n, bool write) {
  struct w_place p;
  return w_find(m, a, n, &p) && !(write && !p.writable) ? in_order(m, &p, n) : WARRANT_NO_FAULT;
}

static enum warrant_fault memory_step(struct w_machine *m, const struct warrant_insn *i) {
  unsigned n = size_of_code[i->op >> 3 & 3];
  enum warrant_fault f;
  uint64_t v = 0, off = (uint64_t)(int64_t)i->off;
  if ((i->op & 7) == 1 ||
      (w_is_atomic(i) && i->imm == LOAD_ACQUIRE)) { /* mode 0x80 extends the sign */
    if (!is_defined(m, i->src))
      return WARRANT_UNDEFINED_REGISTER;
    if (w_is_atomic(i) && (f = unordered(m, m->regs[i->src] + off, n, false)) != WARRANT_NO_FAULT)
      return f;
    if ((f = w_load(m, m->regs[i->src] + off, n, &v)) != WARRANT_NO_FAULT)
      return f;
    return put(m, 1, i->dst, (i->op & 0xe0) == 0x80 ? sign_extend(low_bits(v, 8 * n), 8 * n) : v);
  }
  bool by_register = (i->op & 7) == 3;
  if (!is_defined(m, i->dst) || (by_register && !is_defined(m, i->src)))
    return WARRANT_UNDEFINED_REGISTER;
  v = by_register ? m->regs[i->src] : (uint64_t)(int64_t)i->imm;
  if (w_is_atomic(i) && (f = unordered(m, m->regs[i->dst] + off, n, true)) != WARRANT_NO_FAULT)
    return f;
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
    return put(m, 2, i->dst, W_FUNCTIONS + 8 * (uint64_t)(m->pc + 1 + i->imm));
  }
  if (i->imm < 0 || number >= m->program->map_count)
    return WARRANT_BAD_MAP;
  if (i->src == 1 || i->src == 5)
    return put(m, 2, i->dst, m->env->maps + number * W_MAP_OBJECT_STRIDE);
  if (!m->stores[number].slots)
    return WARRANT_BAD_MAP;
  return put(m, 2, i->dst, m->env->values + number * W_VALUES_STRIDE + (uint64_t)(int64_t)i[1].imm);
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
  enum warrant_fault f = in_order(m, &p, n);
  if (f != WARRANT_NO_FAULT)
    return f;
  if (w_undefined_stack(m, &p, n))
    return WARRANT_UNDEFINED_STACK;
  uint64_t old = w_load_le(p.bytes, n);
  if (i->imm != CMPXCHG && (i->imm & FETCH) && i->src == 10)
    return WARRANT_FRAME_WRITE;
  w_mark_written(m, &p, n);
  w_store_le(p.bytes, n, atomic_value(i, old, x, low_bits(m->regs[0], 8 * n)));
  if (i->imm == CMPXCHG)
    return put(m, 1, 0, old);
  if (i->imm & FETCH)
    return put(m, 1, i->src, old);
  m->pc++;
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
  const uint8_t *p = off < 0 ? NULL : w_packet_span(m, (uint32_t)off, n);
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
         (w_is_atomic(i) && i->imm == LOAD_ACQUIRE);
}

static enum warrant_fault call_step(struct w_machine *m, const struct w_helper *h) {
  if (!h)
    return WARRANT_UNKNOWN_HELPER;
  unsigned depth = m->depth;
  enum warrant_fault f = w_call_helper(m, h);
  m->pc += f == WARRANT_NO_FAULT && m->depth == depth; /* unless a callback begins */
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
    return w_is_atomic(i) && i->imm != LOAD_ACQUIRE && i->imm != STORE_RELEASE ? atomic_step(m, i)
                                                                               : memory_step(m, i);
  default:
    break;
  }
  switch (i->op) {
  case 0x85:
    if (i->src == 1)
      return w_call_local(m, m->pc + 1 + i->imm);
    return call_step(m, i->src ? w_find_function(m->type, i->imm) : w_find_helper(m->type, i->imm));
  case 0x8d:
    if (!is_defined(m, i->dst))
      return WARRANT_UNDEFINED_REGISTER;
    return call_step(
        m, w_find_helper(m->type, m->regs[i->dst] > INT32_MAX ? -1 : (int32_t)m->regs[i->dst]));
  case 0x95:
    return w_leave(m, done);
  case 0xe5: /* may_goto */
    m->pc += m->rounds ? 1 : 1 + (int64_t)i->off;
    m->rounds -= m->rounds > 0;
    return WARRANT_NO_FAULT;
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
  bool loads = w_is_atomic(i) && i->imm == LOAD_ACQUIRE;
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
      if (w_is_atomic(i) && i->imm != STORE_RELEASE) {
        uint64_t expected = is_defined(m, 0) ? low_bits(m->regs[0], 8 * n) : 0;
        v = atomic_value(i, w_load_le(p.bytes, n), v, expected);
      }
      w_store_le(t.bytes, n, v);
    }
  }
  trace(data, &t);
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
