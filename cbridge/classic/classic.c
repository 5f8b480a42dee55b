/* Classic BPF; see classic.h. Names follow semantics/Classic.v, so that the two can be read side by
 * side. */
#include "classic/classic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classic/code.h"
#include "isa/error.h"

enum {
  LINUX_MAX_INSNS = 4096,
  SCRATCH_SIZE = 16,
  SECCOMP_SIZE = 64,
};
#define ALL_WRITTEN 0xffffu
#define SKF_NET (-0x100000)
#define SKF_LL (-0x200000)

/* Metadata that needs more than a look at the table. */
enum { AD_IFINDEX = 8, AD_NLATTR = 12, AD_NLATTR_NEST = 16, AD_HATYPE = 28, AD_ALU_XOR_X = 40 };

/* ---- Decoding ---- */

static bool in_dialect(enum warrant_dialect dialect, const struct w_classic_code *o) {
  if (dialect != WARRANT_DIALECT_SECCOMP)
    return true;
  switch (o->kind) {
  case W_CLASSIC_LD_ABS:
    return o->size == 4;
  case W_CLASSIC_LD_IND:
  case W_CLASSIC_LDX_MSH:
    return false;
  case W_CLASSIC_ALU:
    return o->sub != W_CLASSIC_MOD;
  default:
    return true;
  }
}

static bool seccomp_word(uint32_t k) { return k < SECCOMP_SIZE && k % 4 == 0; }

/* ---- Checker ---- */

static const char *const reason_words[WARRANT_CLASSIC_REASONS] = {
    [WARRANT_CLASSIC_EMPTY] = "empty",
    [WARRANT_CLASSIC_TOO_LONG] = "too-long",
    [WARRANT_CLASSIC_INSN] = "unknown-instruction",
    [WARRANT_CLASSIC_DIV_ZERO] = "division-by-zero",
    [WARRANT_CLASSIC_SHIFT] = "bad-shift",
    [WARRANT_CLASSIC_SCRATCH_INDEX] = "scratch-index",
    [WARRANT_CLASSIC_JUMP] = "bad-jump",
    [WARRANT_CLASSIC_ANCILLARY] = "unknown-ancillary",
    [WARRANT_CLASSIC_NO_RETURN] = "no-return",
    [WARRANT_CLASSIC_SCRATCH_UNDEF] = "scratch-undefined",
    [WARRANT_CLASSIC_SECCOMP_INSN] = "seccomp-instruction",
    [WARRANT_CLASSIC_SECCOMP_LOAD] = "seccomp-load",
};

const char *warrant_classic_reason_word(enum warrant_classic_reason reason) {
  return (unsigned)reason < WARRANT_CLASSIC_REASONS ? reason_words[reason] : "";
}

/* What one check says; -1 is no objection. */
typedef int objection;
#define NO_OBJECTION (-1)

static objection check_insn(enum warrant_dialect dialect, uint32_t len, uint32_t pc,
                            const struct warrant_cinsn *i) {
  struct w_classic_code o;
  if (!w_classic_decode(i->code, &o))
    return WARRANT_CLASSIC_INSN;
  switch (o.kind) {
  case W_CLASSIC_ALU:
    if (o.x)
      break;
    if ((o.sub == W_CLASSIC_DIV || o.sub == W_CLASSIC_MOD) && i->k == 0)
      return WARRANT_CLASSIC_DIV_ZERO;
    if ((o.sub == W_CLASSIC_LSH || o.sub == W_CLASSIC_RSH) && i->k >= 32)
      return WARRANT_CLASSIC_SHIFT;
    break;
  case W_CLASSIC_LD_MEM:
  case W_CLASSIC_LDX_MEM:
  case W_CLASSIC_ST:
  case W_CLASSIC_STX:
    if (i->k >= SCRATCH_SIZE)
      return WARRANT_CLASSIC_SCRATCH_INDEX;
    break;
  case W_CLASSIC_JA:
    if (i->k >= len - pc - 1)
      return WARRANT_CLASSIC_JUMP;
    break;
  case W_CLASSIC_JMP:
    if (i->jt >= len - pc - 1 || i->jf >= len - pc - 1)
      return WARRANT_CLASSIC_JUMP;
    break;
  case W_CLASSIC_LD_ABS:
    if (dialect != WARRANT_DIALECT_LIBPCAP && i->k >= W_CLASSIC_AD && !w_classic_ancillary(i->k))
      return WARRANT_CLASSIC_ANCILLARY;
    break;
  default:
    break;
  }
  return NO_OBJECTION;
}

static objection check_seccomp(const struct warrant_cinsn *i) {
  struct w_classic_code o;
  if (!w_classic_decode(i->code, &o) || !in_dialect(WARRANT_DIALECT_SECCOMP, &o))
    return WARRANT_CLASSIC_SECCOMP_INSN;
  if (o.kind == W_CLASSIC_LD_ABS && !seccomp_word(i->k))
    return WARRANT_CLASSIC_SECCOMP_LOAD;
  return NO_OBJECTION;
}

/* Finds a read of scratch memory that some path reaches before a write. Bit k of a mask says that
 * M[k] is written on every path to here; `masks`, one element an instruction, holds what jumps
 * brought to places further on. As in Linux, what precedes a return flows into what follows it.
 * Every instruction must have passed check_insn. */
static bool scratch_undefined(const struct warrant_program *p, uint16_t *masks, uint32_t *at) {
  memset(masks, 0xff, p->insn_count * sizeof masks[0]);
  uint16_t valid = 0;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct warrant_cinsn *i = &p->cinsns[pc];
    struct w_classic_code o;
    valid &= masks[pc];
    if (!w_classic_decode(i->code, &o))
      continue;
    switch (o.kind) {
    case W_CLASSIC_ST:
    case W_CLASSIC_STX:
      valid |= (uint16_t)(1u << i->k);
      break;
    case W_CLASSIC_LD_MEM:
    case W_CLASSIC_LDX_MEM:
      if (!(valid & (1u << i->k))) {
        *at = pc;
        return true;
      }
      break;
    case W_CLASSIC_JA:
      masks[pc + 1 + i->k] &= valid;
      valid = ALL_WRITTEN;
      break;
    case W_CLASSIC_JMP:
      masks[pc + 1 + i->jt] &= valid;
      masks[pc + 1 + i->jf] &= valid;
      valid = ALL_WRITTEN;
      break;
    default:
      break;
    }
  }
  return false;
}

/* What is wrong with one instruction: the text before its k and after it, or all of it. */
static const struct {
  const char *before, *after;
} objections[WARRANT_CLASSIC_REASONS] = {
    [WARRANT_CLASSIC_DIV_ZERO] = {"divides by the constant 0", NULL},
    [WARRANT_CLASSIC_SHIFT] = {"shifts a 32-bit value by ", ", and 31 is the most"},
    [WARRANT_CLASSIC_SCRATCH_INDEX] = {"uses scratch word ", ", and the last one is 15"},
    [WARRANT_CLASSIC_JUMP] = {"jumps to a place that is not a later instruction of the program",
                              NULL},
    [WARRANT_CLASSIC_ANCILLARY] = {"loads metadata that does not exist", NULL},
    [WARRANT_CLASSIC_SCRATCH_UNDEF] = {"may read scratch word ",
                                       " before any instruction writes it"},
    [WARRANT_CLASSIC_SECCOMP_INSN] = {"is not allowed in a seccomp filter", NULL},
    [WARRANT_CLASSIC_SECCOMP_LOAD] =
        {"loads from offset ", ", which is not an aligned word of the 64 bytes of seccomp_data"},
};

static void explain(const struct warrant_program *p, struct warrant_classic_verdict *v) {
  static const struct warrant_cinsn none;
  const struct warrant_cinsn *i = v->pc < p->insn_count ? &p->cinsns[v->pc] : &none;
  char text[64], k[12];
  warrant_classic_disasm(i, v->pc, text, sizeof text);
  char *m = v->message;
  size_t n = sizeof v->message;
  const char *before = objections[v->reason].before, *after = objections[v->reason].after;
  switch (v->reason) {
  case WARRANT_CLASSIC_EMPTY:
    snprintf(m, n, "the program has no instructions");
    break;
  case WARRANT_CLASSIC_TOO_LONG:
    snprintf(m, n, "the program has %" PRIu32 " instructions, and at most %d are allowed",
             p->insn_count, LINUX_MAX_INSNS);
    break;
  case WARRANT_CLASSIC_INSN:
    snprintf(m, n, "instruction %" PRIu32 " has opcode 0x%04x, which does not exist", v->pc,
             (unsigned)i->code);
    break;
  case WARRANT_CLASSIC_NO_RETURN:
    snprintf(m, n, "the last instruction, %" PRIu32 " (%s), is not a return", v->pc, text);
    break;
  default:
    snprintf(k, sizeof k, "%" PRIu32, i->k);
    snprintf(m, n, "instruction %" PRIu32 " (%s) %s%s%s", v->pc, text, before, after ? k : "",
             after ? after : "");
    break;
  }
}

static int refuse(const struct warrant_program *p, uint32_t pc, enum warrant_classic_reason reason,
                  struct warrant_classic_verdict *v) {
  v->pc = pc;
  v->reason = reason;
  v->word = warrant_classic_reason_word(reason);
  explain(p, v);
  return 0;
}

int warrant_classic_check_as(const struct warrant_program *p, enum warrant_dialect dialect,
                             struct warrant_classic_verdict *v) {
  memset(v, 0, sizeof *v);
  v->word = "";
  if (p->kind != WARRANT_CBPF && p->kind != WARRANT_SECCOMP) {
    snprintf(v->message, sizeof v->message, "the program is not classic BPF");
    return -1;
  }
  uint32_t len = p->insn_count;
  if (len == 0)
    return refuse(p, 0, WARRANT_CLASSIC_EMPTY, v);
  if (dialect != WARRANT_DIALECT_LIBPCAP && len > LINUX_MAX_INSNS)
    return refuse(p, LINUX_MAX_INSNS, WARRANT_CLASSIC_TOO_LONG, v);

  for (uint32_t pc = 0; pc < len; pc++) {
    objection r = check_insn(dialect, len, pc, &p->cinsns[pc]);
    if (r != NO_OBJECTION)
      return refuse(p, pc, (enum warrant_classic_reason)r, v);
  }
  struct w_classic_code last;
  w_classic_decode(p->cinsns[len - 1].code, &last);
  if (last.kind != W_CLASSIC_RET_K && last.kind != W_CLASSIC_RET_A)
    return refuse(p, len - 1, WARRANT_CLASSIC_NO_RETURN, v);

  uint32_t at = 0;
  uint16_t *masks = malloc(len * sizeof masks[0]); /* owned here */
  if (!masks) {
    snprintf(v->message, sizeof v->message, "there is not enough memory to check the program");
    return -1;
  }
  bool undefined = scratch_undefined(p, masks, &at);
  free(masks);
  if (undefined)
    return refuse(p, at, WARRANT_CLASSIC_SCRATCH_UNDEF, v);

  for (uint32_t pc = 0; dialect == WARRANT_DIALECT_SECCOMP && pc < len; pc++) {
    objection r = check_seccomp(&p->cinsns[pc]);
    if (r != NO_OBJECTION)
      return refuse(p, pc, (enum warrant_classic_reason)r, v);
  }
  v->accept = true;
  return 0;
}

int warrant_classic_check(const struct warrant_program *p, struct warrant_classic_verdict *v) {
  return warrant_classic_check_as(
      p, p->kind == WARRANT_SECCOMP ? WARRANT_DIALECT_SECCOMP : WARRANT_DIALECT_SOCKET, v);
}

/* ---- Interpreter ---- */

static const char *const fault_words[WARRANT_CFAULTS] = {
    [WARRANT_CFAULT_PC] = "bad-pc",
    [WARRANT_CFAULT_INSN] = "unknown-instruction",
    [WARRANT_CFAULT_SCRATCH_INDEX] = "scratch-index",
    [WARRANT_CFAULT_SCRATCH_UNDEF] = "scratch-undefined",
    [WARRANT_CFAULT_DIV_ZERO] = "division-by-zero",
    [WARRANT_CFAULT_SHIFT] = "bad-shift",
    [WARRANT_CFAULT_LOAD] = "bad-load",
};

const char *warrant_classic_fault_word(enum warrant_classic_fault fault) {
  return (unsigned)fault < WARRANT_CFAULTS ? fault_words[fault] : "";
}

/* The byte at offset `at` from the start of the data; the caller has checked the offset. */
static uint32_t byte_at(const struct warrant_classic_input *in, int64_t at) {
  return in->bytes[(int64_t)in->headroom + at];
}
static uint32_t read_be(const struct warrant_classic_input *in, unsigned size, int64_t at) {
  uint32_t v = 0;
  for (unsigned n = 0; n < size; n++)
    v = v << 8 | byte_at(in, at + n);
  return v;
}
static uint32_t read_le(const struct warrant_classic_input *in, unsigned size, int64_t at) {
  uint32_t v = 0;
  for (unsigned n = 0; n < size; n++)
    v |= byte_at(in, at + n) << 8 * n;
  return v;
}

/* Linux reads an offset as signed: a negative one counts from the network or the link-layer header.
 * It has done so up to the packet's end, and not only in its first piece, since 6.16. */
bool warrant_classic_place(const struct warrant_classic_input *in, uint32_t offset, int64_t *at) {
  int64_t o = offset < 0x80000000u ? (int64_t)offset : (int64_t)offset - 0x100000000;
  if (o >= 0)
    *at = o;
  else if (o >= SKF_NET)
    *at = o - SKF_NET + in->network;
  else if (o >= SKF_LL && in->link_known)
    *at = o - SKF_LL + in->link;
  else
    return false;
  return true;
}

/* False when the load lies outside the packet, which ends the program with result 0.
 * `offset` may exceed 32 bits: X + k, which libpcap does not let wrap around. */
static bool packet_load(enum warrant_dialect dialect, const struct warrant_classic_input *in,
                        unsigned size, uint64_t offset, uint32_t *v) {
  int64_t at = (int64_t)offset;
  if (dialect != WARRANT_DIALECT_LIBPCAP &&
      (!warrant_classic_place(in, (uint32_t)offset, &at) || at < -(int64_t)in->headroom))
    return false;
  if (at + (int64_t)size > (int64_t)in->length)
    return false;
  *v = read_be(in, size, at);
  return true;
}

/* The offset of the first netlink attribute of a type among those in `left` bytes from `at` on, or
 * 0. */
static uint32_t nla_find(const struct warrant_classic_input *in, int64_t at, int64_t left,
                         uint32_t type) {
  while (left >= 4) {
    uint32_t len = read_le(in, 2, at);
    if (len < 4 || len > left)
      break;
    if ((read_le(in, 2, at + 2) & 0x3fff) == type)
      return (uint32_t)at;
    int64_t step = (len + 3) & ~(uint32_t)3;
    at += step;
    left -= step;
  }
  return 0;
}

static uint32_t nlattr(const struct warrant_classic_input *in, uint32_t a, uint32_t x, bool nest) {
  if (!in->linear || in->length < 4 || a > in->length - 4)
    return 0;
  uint32_t left = in->length - a;
  if (!nest)
    return nla_find(in, a, left, x);
  uint32_t len = read_le(in, 2, a);
  return len > left ? 0 : nla_find(in, (int64_t)a + 4, (int64_t)len - 4, x);
}

/* False when the packet has no device: Linux then ends the program at once, with A as the result.
 */
static bool ancillary_load(const struct warrant_classic_input *in, uint32_t pc, uint32_t number,
                           uint32_t x, uint32_t *a) {
  switch (number) {
  case AD_ALU_XOR_X:
    *a ^= x;
    return true;
  case AD_NLATTR:
  case AD_NLATTR_NEST:
    *a = nlattr(in, *a, x, number == AD_NLATTR_NEST);
    return true;
  case AD_IFINDEX:
  case AD_HATYPE:
    if (!in->device)
      return false;
    break;
  default:
    break;
  }
  *a = in->answer ? in->answer(in->answer_data, number, pc) : in->meta[number / 4];
  return true;
}

/* `y` is below 32 for a shift, and not 0 for a division. */
static uint32_t alu_value(uint8_t op, uint32_t a, uint32_t y) {
  switch (op) {
  case W_CLASSIC_ADD:
    return a + y;
  case W_CLASSIC_SUB:
    return a - y;
  case W_CLASSIC_MUL:
    return a * y;
  case W_CLASSIC_DIV:
    return a / y;
  case W_CLASSIC_MOD:
    return a % y;
  case W_CLASSIC_OR:
    return a | y;
  case W_CLASSIC_AND:
    return a & y;
  case W_CLASSIC_XOR:
    return a ^ y;
  case W_CLASSIC_LSH:
    return a << y;
  default:
    return a >> y;
  }
}

static bool cond_holds(uint8_t cond, uint32_t a, uint32_t y) {
  switch (cond) {
  case W_CLASSIC_JEQ:
    return a == y;
  case W_CLASSIC_JGT:
    return a > y;
  case W_CLASSIC_JGE:
    return a >= y;
  default:
    return (a & y) != 0;
  }
}

struct machine {
  enum warrant_dialect dialect;
  const struct warrant_classic_input *in;
  uint64_t pc; /* an unchecked jump may leave 32 bits */
  uint32_t a, x;
  uint32_t scratch[SCRATCH_SIZE];
  uint16_t written; /* one bit a scratch word */
};

/* Where a step leads; -1 - fault is a fault. */
enum { STEP_NEXT = 0, STEP_END = 1 };
static int fail(enum warrant_classic_fault f) { return -1 - (int)f; }

static int step_alu(struct machine *m, const struct w_classic_code *o, uint32_t k,
                    uint32_t *result) {
  uint32_t y = o->x ? m->x : k;
  if ((o->sub == W_CLASSIC_DIV || o->sub == W_CLASSIC_MOD) && y == 0) {
    if (!o->x)
      return fail(WARRANT_CFAULT_DIV_ZERO);
    *result = 0;
    return STEP_END;
  }
  if ((o->sub == W_CLASSIC_LSH || o->sub == W_CLASSIC_RSH) && y >= 32) {
    if (!o->x)
      return fail(WARRANT_CFAULT_SHIFT);
    if (m->dialect == WARRANT_DIALECT_LIBPCAP) {
      m->a = 0;
      return STEP_NEXT;
    }
    y &= 31;
  }
  m->a = alu_value(o->sub, m->a, y);
  return STEP_NEXT;
}

static int step_load_abs(struct machine *m, const struct w_classic_code *o, uint32_t k,
                         uint32_t *result) {
  if (m->dialect == WARRANT_DIALECT_SECCOMP) {
    if (!seccomp_word(k))
      return fail(WARRANT_CFAULT_LOAD);
    m->a = read_le(m->in, 4, k);
    return STEP_NEXT;
  }
  if (m->dialect == WARRANT_DIALECT_SOCKET && k >= W_CLASSIC_AD) {
    if (!w_classic_ancillary(k))
      return fail(WARRANT_CFAULT_LOAD);
    if (ancillary_load(m->in, (uint32_t)m->pc, k - W_CLASSIC_AD, m->x, &m->a))
      return STEP_NEXT;
    *result = m->a;
    return STEP_END;
  }
  *result = 0;
  return packet_load(m->dialect, m->in, o->size, k, &m->a) ? STEP_NEXT : STEP_END;
}

static int step_scratch_read(struct machine *m, uint32_t k, uint32_t *to) {
  if (k >= SCRATCH_SIZE)
    return fail(WARRANT_CFAULT_SCRATCH_INDEX);
  if (!(m->written & (1u << k)))
    return fail(WARRANT_CFAULT_SCRATCH_UNDEF);
  *to = m->scratch[k];
  return STEP_NEXT;
}

static int step_store(struct machine *m, uint32_t k, uint32_t v) {
  if (k >= SCRATCH_SIZE)
    return fail(WARRANT_CFAULT_SCRATCH_INDEX);
  m->scratch[k] = v;
  m->written |= (uint16_t)(1u << k);
  return STEP_NEXT;
}

static uint32_t input_length(const struct machine *m) {
  switch (m->dialect) {
  case WARRANT_DIALECT_SECCOMP:
    return SECCOMP_SIZE;
  case WARRANT_DIALECT_LIBPCAP:
    return m->in->wire_length;
  default:
    return m->in->length;
  }
}

/* One step; sets `result` when it ends the program. */
static int step(struct machine *m, const struct warrant_cinsn *i, uint32_t *result) {
  struct w_classic_code o;
  uint64_t next = m->pc + 1;
  uint32_t v;
  int r = STEP_NEXT;
  if (!w_classic_decode(i->code, &o) || !in_dialect(m->dialect, &o))
    return fail(WARRANT_CFAULT_INSN);
  switch (o.kind) {
  case W_CLASSIC_LD_ABS:
    r = step_load_abs(m, &o, i->k, result);
    break;
  case W_CLASSIC_LD_IND:
    *result = 0;
    r = packet_load(m->dialect, m->in, o.size, (uint64_t)m->x + i->k, &m->a) ? STEP_NEXT : STEP_END;
    break;
  case W_CLASSIC_LD_LEN:
    m->a = input_length(m);
    break;
  case W_CLASSIC_LD_IMM:
    m->a = i->k;
    break;
  case W_CLASSIC_LD_MEM:
    r = step_scratch_read(m, i->k, &m->a);
    break;
  case W_CLASSIC_LDX_LEN:
    m->x = input_length(m);
    break;
  case W_CLASSIC_LDX_MSH:
    *result = 0;
    if (!packet_load(m->dialect, m->in, 1, i->k, &v))
      return STEP_END;
    m->x = 4 * (v & 15);
    break;
  case W_CLASSIC_LDX_IMM:
    m->x = i->k;
    break;
  case W_CLASSIC_LDX_MEM:
    r = step_scratch_read(m, i->k, &m->x);
    break;
  case W_CLASSIC_ST:
    r = step_store(m, i->k, m->a);
    break;
  case W_CLASSIC_STX:
    r = step_store(m, i->k, m->x);
    break;
  case W_CLASSIC_ALU:
    r = step_alu(m, &o, i->k, result);
    break;
  case W_CLASSIC_NEG:
    m->a = -m->a;
    break;
  case W_CLASSIC_JA:
    /* libpcap's pc wraps around, which makes loops */
    next += i->k;
    if (m->dialect == WARRANT_DIALECT_LIBPCAP)
      next &= 0xffffffffu;
    break;
  case W_CLASSIC_JMP:
    next += cond_holds(o.sub, m->a, o.x ? m->x : i->k) ? i->jt : i->jf;
    break;
  case W_CLASSIC_RET_K:
    *result = i->k;
    return STEP_END;
  case W_CLASSIC_RET_A:
    *result = m->a;
    return STEP_END;
  case W_CLASSIC_TAX:
    m->x = m->a;
    break;
  case W_CLASSIC_TXA:
    m->a = m->x;
    break;
  }
  if (r == STEP_NEXT)
    m->pc = next;
  return r;
}

int warrant_classic_run(const struct warrant_program *p, enum warrant_dialect dialect,
                        const struct warrant_classic_input *input, uint64_t max_steps,
                        warrant_classic_trace *trace, void *trace_data,
                        struct warrant_classic_result *result, struct warrant_error *error) {
  memset(result, 0, sizeof *result);
  if (p->kind != WARRANT_CBPF && p->kind != WARRANT_SECCOMP)
    return warrant_fail(error, WARRANT_BAD_INPUT, "the program is not classic BPF");
  if (dialect == WARRANT_DIALECT_SECCOMP && input->length < SECCOMP_SIZE)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "a seccomp filter runs on 64 bytes of seccomp_data, and there are fewer");

  struct machine m = {.dialect = dialect, .in = input};
  result->outcome = WARRANT_CLASSIC_OUT_OF_STEPS;
  while (result->steps < max_steps) {
    if (trace)
      trace(trace_data, m.pc, m.a, m.x);
    result->steps++;
    int r =
        m.pc < p->insn_count ? step(&m, &p->cinsns[m.pc], &result->value) : fail(WARRANT_CFAULT_PC);
    if (r == STEP_NEXT)
      continue;
    if (r == STEP_END) {
      result->outcome = WARRANT_CLASSIC_DONE;
    } else {
      result->outcome = WARRANT_CLASSIC_FAULT;
      result->fault = (enum warrant_classic_fault)(-1 - r);
    }
    break;
  }
  if (result->outcome != WARRANT_CLASSIC_DONE)
    result->value = 0;
  result->pc = m.pc;
  return 0;
}
