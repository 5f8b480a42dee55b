/* The audit of a classic filter; see audit.h. Names and order follow checker/Audit.v, so that the
 * two can be read side by side and give the same table. */
#include "audit/audit.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "isa/error.h"
#include "isa/room.h"

#define SKF_AD ((uint32_t)SKF_AD_OFF) /* offsets from here on are ancillary loads */

enum { REG_A = 16, REG_X = 17, REGS = 18, MAX_VALUES = 1024 };

/* 32 bits, and the inputs for which they mean nothing. */
struct value {
  struct bdd_vec bits;
  bdd_t unknown;
};
struct state {
  bdd_t guard;
  uint32_t present; /* one bit a register; what is absent is unknown */
  struct value reg[REGS];
};

struct auditor {
  const struct warrant_program *p;
  bool packets; /* a socket filter */
  bdd_t all;    /* every input there is */
  struct bdd *m;
  uint32_t *live;         /* owned; one bit a register */
  struct state **pending; /* owned, and its elements; one an instruction, or NULL */
  struct audit *audit;
  size_t room;
  bdd_t lost; /* inputs of which nothing is known */
  bool no_memory;
};

static struct value constant(uint32_t k) {
  return (struct value){.bits = w_bdd_const(k), .unknown = BDD_FALSE};
}
static struct value unknown(void) {
  return (struct value){.bits = w_bdd_const(0), .unknown = BDD_TRUE};
}
static struct value get(const struct state *s, unsigned reg) {
  return s->present >> reg & 1 ? s->reg[reg] : unknown();
}
static void set(struct state *s, unsigned reg, struct value v) {
  s->reg[reg] = v;
  s->present |= 1u << reg;
}

/* Ends an attempt: the result, or what to fall back on when a limit was met, if only for a bit that
 * the result leaves out: a carry, a remainder. */
static bdd_t settle(struct bdd *m, bdd_t result, bdd_t otherwise) {
  if (!w_bdd_failed(m)) {
    w_bdd_done(m);
    return result;
  }
  w_bdd_fail(m);
  return otherwise;
}
static struct value settle_value(struct bdd *m, struct value v) {
  if (!w_bdd_failed(m)) {
    w_bdd_done(m);
    return v;
  }
  w_bdd_fail(m);
  return unknown();
}
static bdd_t either(struct bdd *m, bdd_t f, bdd_t g) {
  w_bdd_attempt(m);
  return settle(m, bdd_or(m, f, g), BDD_TRUE);
}

/* ---- Operations ---- */

static struct value load(struct auditor *t, uint32_t offset) {
  struct bdd *m = t->m;
  struct value v = {.unknown = BDD_FALSE};
  w_bdd_attempt(m);
  for (unsigned i = 0; i < BDD_BITS; i++)
    v.bits.bit[i] = w_bdd_make(m, w_input_var(m, w_audit_word(offset), i), BDD_FALSE, BDD_TRUE);
  return settle_value(m, v);
}

static struct value alu(struct auditor *t, uint8_t op, struct value a, struct value y) {
  if (a.unknown == BDD_TRUE || y.unknown == BDD_TRUE)
    return unknown();
  struct value r;
  w_bdd_attempt(t->m);
  r.bits = w_bdd_vec_alu(t->m, op, &a.bits, &y.bits);
  r.unknown = bdd_or(t->m, a.unknown, y.unknown);
  return settle_value(t->m, r);
}

static bdd_t test(struct bdd *m, uint8_t op, const struct bdd_vec *a, const struct bdd_vec *y) {
  switch (op) {
  case BPF_JEQ:
    return w_bdd_vec_same(m, a, y);
  case BPF_JGT:
    return w_bdd_vec_less(m, false, y, a);
  case BPF_JGE:
    return w_bdd_vec_less(m, true, y, a);
  default:
    return w_bdd_vec_meets(m, a, y);
  }
}

/* The inputs of `guard` for which a test holds and those for which it does not; both where it is
 * unknown. */
static void branch(struct auditor *t, bdd_t guard, uint8_t op, struct value a, struct value y,
                   bdd_t *yes, bdd_t *no) {
  struct bdd *m = t->m;
  *yes = *no = guard;
  if (a.unknown == BDD_TRUE || y.unknown == BDD_TRUE)
    return;
  w_bdd_attempt(m);
  bdd_t c = test(m, op, &a.bits, &y.bits);
  bdd_t u = bdd_or(m, a.unknown, y.unknown);
  bdd_t if_true = bdd_and(m, guard, bdd_or(m, c, u));
  bdd_t n = bdd_not(m, c);
  bdd_t if_false = bdd_and(m, guard, bdd_or(m, n, u));
  if (if_true == BDD_NONE || if_false == BDD_NONE) {
    w_bdd_fail(m);
    return;
  }
  w_bdd_done(m);
  *yes = if_true;
  *no = if_false;
}

/* ---- Ends ---- */

static void add_out(struct auditor *t, uint32_t value, bdd_t guard) {
  struct audit *r = t->audit;
  if (guard == BDD_FALSE)
    return;
  uint32_t low = 0, high = r->outcome_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (r->outcomes[middle].value < value)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < r->outcome_count && r->outcomes[low].value == value) {
    r->outcomes[low].when = either(t->m, r->outcomes[low].when, guard);
    return;
  }
  struct audit_outcome *more =
      w_room_for_one(r->outcomes, r->outcome_count, &t->room, sizeof *more);
  if (!more) {
    t->no_memory = true;
    return;
  }
  r->outcomes = more;
  memmove(r->outcomes + low + 1, r->outcomes + low, (r->outcome_count - low) * sizeof *r->outcomes);
  r->outcomes[low] = (struct audit_outcome){value, guard};
  r->outcome_count++;
}

static void add_lost(struct auditor *t, bdd_t guard) { t->lost = either(t->m, t->lost, guard); }

struct split {
  uint32_t count;
  struct audit_outcome found[MAX_VALUES];
};
/* The values that bits 0 to `bit` can have for the inputs of `guard`, above them `value`. False at
 * a limit. */
static bool split(struct bdd *m, const struct bdd_vec *bits, int bit, bdd_t guard, uint32_t value,
                  struct split *found) {
  if (guard == BDD_FALSE)
    return true;
  if (guard == BDD_NONE)
    return false;
  if (bit < 0) {
    if (found->count == MAX_VALUES)
      return false;
    found->found[found->count++] = (struct audit_outcome){value, guard};
    return true;
  }
  bdd_t b = bits->bit[bit];
  bdd_t zero = bdd_and(m, guard, bdd_not(m, b)), one = bdd_and(m, guard, b);
  return zero != BDD_NONE && one != BDD_NONE && split(m, bits, bit - 1, zero, value << 1, found) &&
         split(m, bits, bit - 1, one, value << 1 | 1, found);
}

static void ret_a(struct auditor *t, bdd_t guard, struct value a) {
  struct bdd *m = t->m;
  if (a.unknown == BDD_TRUE) {
    add_lost(t, guard);
    return;
  }
  struct split *found = malloc(sizeof *found); /* owned here */
  if (!found) {
    t->no_memory = true;
    return;
  }
  found->count = 0;
  w_bdd_attempt(m);
  bdd_t no = bdd_and(m, guard, a.unknown);
  bdd_t known = bdd_and(m, guard, bdd_not(m, a.unknown));
  if (no == BDD_NONE || !split(m, &a.bits, BDD_BITS - 1, known, 0, found)) {
    w_bdd_fail(m);
    add_lost(t, guard);
  } else {
    w_bdd_done(m);
    add_lost(t, no);
    while (found->count) {
      const struct audit_outcome *o = &found->found[--found->count];
      add_out(t, o->value, o->when);
    }
  }
  free(found);
}

/* ---- Joins ---- */

/* The two guards overlap only where a branch was unknown. */
static struct value merge_value(struct bdd *m, bdd_t guard0, bdd_t guard1, struct value a,
                                struct value b) {
  if (a.unknown == BDD_TRUE && b.unknown == BDD_TRUE)
    return unknown();
  struct value r;
  w_bdd_attempt(m);
  if (w_bdd_vec_equal(&a.bits, &b.bits)) {
    r.bits = a.bits;
    r.unknown = bdd_or(m, a.unknown, b.unknown);
  } else {
    r.bits = w_bdd_vec_ite(m, guard1, &b.bits, &a.bits);
    bdd_t o = bdd_or(m, b.unknown, guard0);
    r.unknown = w_bdd_ite(m, guard1, o, a.unknown);
  }
  return settle_value(m, r);
}

static void go(struct auditor *t, uint32_t pc, const struct state *s, bdd_t guard) {
  if (guard == BDD_FALSE)
    return;
  struct state *old = t->pending[pc];
  if (!old) {
    t->pending[pc] = old = malloc(sizeof *old);
    if (!old) {
      t->no_memory = true;
      return;
    }
    *old = *s;
    old->guard = guard;
    return;
  }
  bdd_t guard0 = old->guard;
  old->guard = either(t->m, guard0, guard);
  old->present &= s->present & t->live[pc];
  for (int r = REGS - 1; r >= 0; r--)
    if (old->present >> r & 1)
      old->reg[r] = merge_value(t->m, guard0, guard, old->reg[r], s->reg[r]);
}

/* ---- Which registers may still be read ---- */

static uint32_t uses(const struct warrant_cinsn *i) {
  uint32_t a = 1u << REG_A, x = 1u << REG_X;
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
    if (BPF_MODE(i->code) == BPF_IND)
      return x;
    if (BPF_MODE(i->code) == BPF_ABS && i->k >= SKF_AD)
      return a | x;
    return BPF_MODE(i->code) == BPF_MEM ? 1u << i->k : 0;
  case BPF_LDX:
    return BPF_MODE(i->code) == BPF_MEM ? 1u << i->k : 0;
  case BPF_ST:
    return a;
  case BPF_STX:
    return x;
  case BPF_ALU:
    return BPF_OP(i->code) != BPF_NEG && BPF_SRC(i->code) == BPF_X ? a | x : a;
  case BPF_JMP:
    return BPF_OP(i->code) == BPF_JA ? 0 : BPF_SRC(i->code) == BPF_X ? a | x : a;
  case BPF_RET:
    return i->code == (BPF_RET | BPF_A) ? a : 0;
  default:
    return BPF_MISCOP(i->code) == BPF_TAX ? a : x;
  }
}
static uint32_t defines(const struct warrant_cinsn *i) {
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
  case BPF_ALU:
    return 1u << REG_A;
  case BPF_LDX:
    return 1u << REG_X;
  case BPF_ST:
  case BPF_STX:
    return 1u << i->k;
  case BPF_MISC:
    return BPF_MISCOP(i->code) == BPF_TAX ? 1u << REG_X : 1u << REG_A;
  default:
    return 0;
  }
}
static void liveness(struct auditor *t) {
  for (uint32_t pc = t->p->insn_count; pc-- > 0;) {
    const struct warrant_cinsn *i = &t->p->cinsns[pc];
    uint32_t after = 0;
    if (i->code == (BPF_JMP | BPF_JA))
      after = t->live[pc + 1 + i->k];
    else if (BPF_CLASS(i->code) == BPF_JMP)
      after = t->live[pc + 1 + i->jt] | t->live[pc + 1 + i->jf];
    else if (BPF_CLASS(i->code) != BPF_RET)
      after = t->live[pc + 1];
    t->live[pc] = (after & ~defines(i)) | uses(i);
  }
}

/* ---- Loads of a socket filter: they may lie outside of the packet, which ends it with 0 ---- */

static struct bdd_vec variables(struct bdd *m, uint32_t first) {
  struct bdd_vec v;
  for (unsigned i = 0; i < BDD_BITS; i++)
    v.bit[i] = w_bdd_make(m, first + 31 - i, BDD_FALSE, BDD_TRUE);
  return v;
}
/* The inputs whose packet has at least that many bytes. */
static bdd_t at_least(struct bdd *m, uint32_t bytes) {
  struct bdd_vec length = variables(m, PACKET_LENGTH), k = w_bdd_const(bytes);
  return w_bdd_vec_less(m, true, &k, &length);
}
static unsigned load_size(uint16_t code) {
  return BPF_SIZE(code) == BPF_B ? 1 : BPF_SIZE(code) == BPF_H ? 2 : 4;
}
/* `size` bytes from `place` on, in network order. */
static struct bdd_vec packet_bits(struct bdd *m, uint32_t place, unsigned size) {
  struct bdd_vec v = w_bdd_const(0);
  for (unsigned i = 0; i < 8 * size; i++)
    v.bit[i] = w_bdd_make(m, 8 * (place + size) - 1 - i, BDD_FALSE, BDD_TRUE);
  return v;
}

/* What a load does at each of the places that its offset can have: the inputs that go on, those
 * that end, and the loaded value. False at a limit. */
struct loaded {
  bdd_t inside, outside, unknown;
  struct bdd_vec bits;
};
/* `guard` lies within `when`, which is smaller as a diagram. */
static bool load_at(struct bdd *m, uint32_t place, unsigned size, bdd_t guard, bdd_t when,
                    struct loaded *r) {
  bdd_t in = guard, out = BDD_FALSE;
  if (place >= (uint32_t)SKF_LL_OFF) { /* from a header whose place is not known here */
    r->unknown = bdd_or(m, r->unknown, guard);
    out = guard;
  } else if (place > PACKET_MAX - size) {
    in = BDD_FALSE;
    out = guard;
  } else {
    bdd_t enough = at_least(m, place + size);
    struct bdd_vec bits = packet_bits(m, place, size);
    in = bdd_and(m, guard, enough);
    out = bdd_and(m, guard, bdd_not(m, enough));
    r->bits = w_bdd_vec_ite(m, when, &bits, &r->bits);
  }
  r->inside = bdd_or(m, r->inside, in);
  r->outside = bdd_or(m, r->outside, out);
  return r->inside != BDD_NONE && r->outside != BDD_NONE && r->unknown != BDD_NONE &&
         !w_bdd_vec_failed(&r->bits);
}

static void load_packet(struct auditor *t, uint32_t pc, struct state *s, struct value offset) {
  const struct warrant_cinsn *i = &t->p->cinsns[pc];
  struct bdd *m = t->m;
  unsigned size = load_size(i->code), to = BPF_CLASS(i->code) == BPF_LD ? REG_A : REG_X;
  struct loaded r = {BDD_FALSE, BDD_FALSE, BDD_FALSE, w_bdd_const(0)};
  struct split *places = malloc(sizeof *places); /* owned here */
  if (!places) {
    t->no_memory = true;
    return;
  }
  places->count = 0;
  bool good = offset.unknown != BDD_TRUE;
  w_bdd_attempt(m);
  if (good) {
    bdd_t lost = bdd_and(m, s->guard, offset.unknown);
    bdd_t known = bdd_and(m, s->guard, bdd_not(m, offset.unknown));
    good = lost != BDD_NONE && split(m, &offset.bits, BDD_BITS - 1, known, 0, places);
    r.inside = r.outside = r.unknown = lost;
  }
  for (uint32_t n = 0; n < places->count && good; n++) {
    struct bdd_vec here = w_bdd_const(places->found[n].value);
    bdd_t when = w_bdd_vec_same(m, &offset.bits, &here);
    good = when != BDD_NONE &&
           load_at(m, places->found[n].value + i->k, size, places->found[n].when, when, &r);
  }
  free(places);
  if (good) {
    w_bdd_done(m);
  } else {
    w_bdd_fail(m);
    r = (struct loaded){s->guard, s->guard, BDD_TRUE, w_bdd_const(0)};
  }
  if (to == REG_X) { /* 4 * (P[k] & 15) */
    struct bdd_vec byte = r.bits;
    r.bits = w_bdd_const(0);
    memcpy(r.bits.bit + 2, byte.bit, 4 * sizeof byte.bit[0]);
  }
  add_out(t, 0, r.outside);
  set(s, to, (struct value){r.bits, r.unknown});
  go(t, pc + 1, s, r.inside);
}

/* Metadata of the packet. */
static void load_ancillary(struct auditor *t, uint32_t pc, struct state *s) {
  struct bdd *m = t->m;
  uint32_t number = t->p->cinsns[pc].k - SKF_AD, from = PACKET_META + 8 * number;
  bdd_t rest = s->guard;
  struct value v = {.unknown = BDD_FALSE};
  if (number == SKF_AD_ALU_XOR_X) {
    set(s, REG_A, alu(t, BPF_XOR, get(s, REG_A), get(s, REG_X)));
    go(t, pc + 1, s, rest);
    return;
  }
  if (number == SKF_AD_RANDOM)
    from = PACKET_RANDOM + 32 * pc;
  w_bdd_attempt(m);
  v.bits = variables(m, from);
  v = settle_value(m, v);
  if (number == SKF_AD_NLATTR || number == SKF_AD_NLATTR_NEST) {
    v = unknown(); /* a search through the packet */
  } else if (number == SKF_AD_IFINDEX || number == SKF_AD_HATYPE) {
    w_bdd_attempt(m); /* without a device it ends with what A is */
    bdd_t device = w_bdd_make(m, PACKET_DEVICE, BDD_FALSE, BDD_TRUE);
    bdd_t with = bdd_and(m, rest, device), without = bdd_and(m, rest, bdd_not(m, device));
    bool good = with != BDD_NONE && without != BDD_NONE;
    if (good)
      w_bdd_done(m);
    else
      w_bdd_fail(m);
    ret_a(t, good ? without : rest, get(s, REG_A));
    rest = good ? with : rest;
  }
  set(s, REG_A, v);
  go(t, pc + 1, s, rest);
}

/* ---- One instruction ---- */

static void step(struct auditor *t, uint32_t pc, struct state *s) {
  const struct warrant_cinsn *i = &t->p->cinsns[pc];
  struct value a = get(s, REG_A), x = get(s, REG_X);
  struct value y = BPF_SRC(i->code) == BPF_X ? x : constant(i->k);
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
  case BPF_LDX: {
    unsigned to = BPF_CLASS(i->code) == BPF_LD ? REG_A : REG_X;
    switch (BPF_MODE(i->code)) {
    case BPF_ABS:
      if (!t->packets) {
        set(s, to, load(t, i->k));
        break;
      }
      if (i->k >= SKF_AD)
        load_ancillary(t, pc, s);
      else
        load_packet(t, pc, s, constant(0));
      return;
    case BPF_IND:
      load_packet(t, pc, s, x);
      return;
    case BPF_MSH:
      load_packet(t, pc, s, constant(0));
      return;
    case BPF_LEN:
      if (t->packets) {
        struct value v = {.unknown = BDD_FALSE};
        w_bdd_attempt(t->m);
        v.bits = variables(t->m, PACKET_LENGTH);
        set(s, to, settle_value(t->m, v));
      } else {
        set(s, to, constant(sizeof(struct seccomp_data)));
      }
      break;
    case BPF_IMM:
      set(s, to, constant(i->k));
      break;
    default:
      set(s, to, get(s, i->k));
    }
    break;
  }
  case BPF_ST:
    set(s, i->k, a);
    break;
  case BPF_STX:
    set(s, i->k, x);
    break;
  case BPF_ALU:
    if (i->code == (BPF_ALU | BPF_NEG)) {
      set(s, REG_A, alu(t, BPF_SUB, constant(0), a));
    } else if (i->code == (BPF_ALU | BPF_DIV | BPF_X) || i->code == (BPF_ALU | BPF_MOD | BPF_X)) {
      bdd_t zero, rest;
      branch(t, s->guard, BPF_JEQ, x, constant(0), &zero, &rest);
      add_out(t, 0, zero);
      set(s, REG_A, alu(t, BPF_OP(i->code), a, x));
      go(t, pc + 1, s, rest);
      return;
    } else {
      set(s, REG_A, alu(t, BPF_OP(i->code), a, y));
    }
    break;
  case BPF_JMP:
    if (i->code == (BPF_JMP | BPF_JA)) {
      go(t, pc + 1 + i->k, s, s->guard);
      return;
    }
    branch(t, s->guard, BPF_OP(i->code), a, y, &t->audit->taken[pc], &t->audit->fallen[pc]);
    go(t, pc + 1 + i->jt, s, t->audit->taken[pc]);
    go(t, pc + 1 + i->jf, s, t->audit->fallen[pc]);
    return;
  case BPF_RET:
    if (i->code == (BPF_RET | BPF_A))
      ret_a(t, s->guard, a);
    else
      add_out(t, i->k, s->guard);
    return;
  default:
    if (BPF_MISCOP(i->code) == BPF_TAX)
      set(s, REG_X, a);
    else
      set(s, REG_A, x);
  }
  go(t, pc + 1, s, s->guard);
}

/* ---- The table ---- */

/* Leaves each outcome the inputs that may end in no other way. */
static void make_exact(struct auditor *t) {
  struct bdd *m = t->m;
  struct audit *r = t->audit;
  bdd_t any = BDD_FALSE, bad = t->lost;
  for (uint32_t i = 0; i < r->outcome_count; i++) {
    bdd_t when = r->outcomes[i].when;
    w_bdd_attempt(m);
    bdd_t both = bdd_and(m, any, when);
    bad = settle(m, bdd_or(m, bad, both), BDD_TRUE);
    any = either(m, any, when);
  }
  bdd_t rest = t->all;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < r->outcome_count; i++) {
    w_bdd_attempt(m);
    bdd_t good = bdd_not(m, bad);
    bdd_t when = settle(m, bdd_and(m, r->outcomes[i].when, good), BDD_FALSE);
    if (when != BDD_FALSE)
      r->outcomes[kept++] = (struct audit_outcome){r->outcomes[i].value, when};
  }
  r->outcome_count = kept;
  for (uint32_t i = 0; i < kept; i++) {
    w_bdd_attempt(m);
    bdd_t others = bdd_not(m, r->outcomes[i].when);
    rest = settle(m, bdd_and(m, rest, others), BDD_TRUE);
  }
  r->undecided = rest;
}

static void audit_program(struct auditor *t) {
  const struct warrant_program *p = t->p;
  struct state *start = calloc(1, sizeof *start);
  if (!start) {
    t->no_memory = true;
    return;
  }
  if (t->packets) {
    w_bdd_attempt(t->m);
    t->all = settle(t->m, bdd_not(t->m, at_least(t->m, PACKET_MAX + 1)), BDD_TRUE);
  }
  start->guard = t->all;
  set(start, REG_A, constant(0));
  set(start, REG_X, constant(0));
  t->pending[0] = start;
  liveness(t);
  for (uint32_t pc = 0; pc < p->insn_count && !t->no_memory; pc++) {
    struct state *s = t->pending[pc];
    if (!s)
      continue;
    t->audit->reach[pc] = s->guard;
    step(t, pc, s);
    free(s);
    t->pending[pc] = NULL;
  }
  if (!t->no_memory)
    make_exact(t);
}

int warrant_audit(const struct warrant_program *p, struct bdd *bdd, struct audit *audit,
                  struct warrant_error *error) {
  memset(audit, 0, sizeof *audit);
  struct warrant_classic_verdict v;
  if (warrant_classic_check(p, &v))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s", v.message);
  if (!v.accept)
    return warrant_fail(error, WARRANT_REFUSED, "Linux does not take this as a %s filter: %s",
                        p->kind == WARRANT_SECCOMP ? "seccomp" : "socket", v.message);
  audit->bdd = bdd;
  audit->insn_count = p->insn_count;
  if (p->kind == WARRANT_SECCOMP && !w_bdd_order(bdd)->chosen && w_input_order_alone(bdd, p))
    return warrant_fail(error, WARRANT_BAD_INPUT, "there is not enough memory to audit the filter");
  struct auditor t = {.p = p,
                      .packets = p->kind == WARRANT_CBPF,
                      .all = BDD_TRUE,
                      .m = bdd,
                      .audit = audit,
                      .lost = BDD_FALSE};
  uint32_t n = p->insn_count;
  t.live = calloc(n, sizeof *t.live);
  t.pending = calloc(n, sizeof(struct state *));
  audit->reach = calloc(n, sizeof *audit->reach);
  audit->taken = malloc(n * sizeof *audit->taken);
  audit->fallen = malloc(n * sizeof *audit->fallen);
  t.no_memory = !t.live || !t.pending || !audit->reach || !audit->taken || !audit->fallen;
  if (!t.no_memory) {
    memset(audit->taken, 0xff, n * sizeof *audit->taken); /* BDD_NONE */
    memset(audit->fallen, 0xff, n * sizeof *audit->fallen);
    audit_program(&t);
  }
  for (uint32_t pc = 0; t.pending && pc < n; pc++)
    free(t.pending[pc]);
  free(t.pending);
  free(t.live);
  if (!t.no_memory)
    return 0;
  w_audit_free(audit);
  return warrant_fail(error, WARRANT_BAD_INPUT, "there is not enough memory to audit the filter");
}

void w_audit_free(struct audit *audit) {
  free(audit->outcomes);
  free(audit->reach);
  free(audit->taken);
  free(audit->fallen);
  memset(audit, 0, sizeof *audit);
}

/* Linux runs the newest filter first and keeps the result of the lowest action, which it compares
 * as a signed number; of equals it keeps the newest filter's. */
static int32_t strictness(uint32_t value) { return (int32_t)(value & SECCOMP_RET_ACTION_FULL); }

int w_audit_stack(const struct audit *audits, uint32_t count, struct audit *result,
                  struct warrant_error *error) {
  memset(result, 0, sizeof *result);
  result->bdd = audits[0].bdd;
  struct bdd *m = result->bdd;
  struct auditor t = {.m = m, .audit = result, .all = BDD_TRUE, .lost = BDD_FALSE};
  for (uint32_t n = count; n-- > 0 && !t.no_memory;) {
    if (n == count - 1) {
      for (uint32_t i = 0; i < audits[n].outcome_count; i++)
        add_out(&t, audits[n].outcomes[i].value, audits[n].outcomes[i].when);
    } else {
      struct audit old = *result;
      result->outcomes = NULL;
      result->outcome_count = 0;
      t.room = 0;
      for (uint32_t i = 0; i < old.outcome_count; i++)
        for (uint32_t j = 0; j < audits[n].outcome_count; j++) {
          uint32_t newer = old.outcomes[i].value, older = audits[n].outcomes[j].value;
          w_bdd_attempt(m);
          bdd_t both =
              settle(m, bdd_and(m, old.outcomes[i].when, audits[n].outcomes[j].when), BDD_TRUE);
          add_out(&t, strictness(older) < strictness(newer) ? older : newer, both);
        }
      free(old.outcomes);
    }
    add_lost(&t, audits[n].undecided);
  }
  if (t.no_memory) {
    w_audit_free(result);
    return warrant_fail(error, WARRANT_BAD_INPUT, "there is not enough memory for these filters");
  }
  make_exact(&t);
  return 0;
}
