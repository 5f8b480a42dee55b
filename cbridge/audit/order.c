#include "audit/order.h"

#include <linux/filter.h>
#include <stdlib.h>

enum { SCRATCH = 16, REG_A = 16, REG_X = 17, REGS = 18 };

static const uint8_t word_offsets[INPUT_WORDS] = {4,  0,  20, 16, 28, 24, 36, 32,
                                                  44, 40, 52, 48, 60, 56, 12, 8};

unsigned w_audit_offset(unsigned word) { return word_offsets[word]; }
unsigned w_audit_word(uint32_t offset) {
  unsigned w = 0;
  while (w < INPUT_WORDS - 1 && word_offsets[w] != offset)
    w++;
  return w;
}

/* ---- Which words meet ---- */

void w_meetings_start(struct meetings *g) {
  for (unsigned w = 0; w < INPUT_WORDS; w++)
    g->group[w] = (uint16_t)(1u << w);
}
void w_meetings_add(struct meetings *g, uint16_t words) {
  uint16_t all = words;
  for (unsigned w = 0; w < INPUT_WORDS; w++)
    if (words >> w & 1)
      all |= g->group[w];
  for (unsigned w = 0; w < INPUT_WORDS; w++)
    if (all >> w & 1)
      g->group[w] = all;
}

void w_meetings_mirror(struct meetings *g) {
  enum { LATER_HALVES = 0xaaaa };
  for (unsigned w = INPUT_ARG; w < INPUT_WORDS; w++) {
    uint16_t words = g->group[w];
    w_meetings_add(g, (uint16_t)((words & LATER_HALVES) >> 1 | (words & ~LATER_HALVES) << 1));
  }
}

/* The words on which each register may depend, where an instruction is reached. */
struct sources {
  bool reached;
  uint16_t reg[REGS];
};
struct search {
  const struct warrant_program *p;
  struct sources *at; /* owned; one an instruction */
  struct meetings *meetings;
};
static void reach_with(struct search *s, uint64_t pc, const struct sources *d) {
  if (pc >= s->p->insn_count)
    return;
  s->at[pc].reached = true;
  for (unsigned r = 0; r < REGS; r++)
    s->at[pc].reg[r] |= d->reg[r];
}
static void meet(struct search *s, uint16_t a, uint16_t x) {
  if (a && x)
    w_meetings_add(s->meetings, a | x);
}
static uint16_t loaded(const struct warrant_cinsn *i, const struct sources *d) {
  switch (BPF_MODE(i->code)) {
  case BPF_ABS: {
    unsigned w = w_audit_word(i->k);
    return w == INPUT_ARCH || w == INPUT_NR ? 0 : (uint16_t)(1u << w);
  }
  case BPF_MEM:
    return i->k < SCRATCH ? d->reg[i->k] : 0;
  default:
    return 0;
  }
}
static void step(struct search *s, uint32_t pc) {
  const struct warrant_cinsn *i = &s->p->cinsns[pc];
  struct sources d = s->at[pc];
  bool with_x = BPF_SRC(i->code) == BPF_X;
  switch (BPF_CLASS(i->code)) {
  case BPF_LD:
    d.reg[REG_A] = loaded(i, &d);
    break;
  case BPF_LDX:
    d.reg[REG_X] = loaded(i, &d);
    break;
  case BPF_ST:
  case BPF_STX:
    if (i->k < SCRATCH)
      d.reg[i->k] = d.reg[BPF_CLASS(i->code) == BPF_ST ? REG_A : REG_X];
    break;
  case BPF_ALU:
    if (with_x && BPF_OP(i->code) != BPF_NEG) {
      meet(s, d.reg[REG_A], d.reg[REG_X]);
      d.reg[REG_A] |= d.reg[REG_X];
    }
    break;
  case BPF_JMP:
    if (i->code == (BPF_JMP | BPF_JA)) {
      reach_with(s, (uint64_t)pc + 1 + i->k, &d);
      return;
    }
    if (with_x)
      meet(s, d.reg[REG_A], d.reg[REG_X]);
    reach_with(s, (uint64_t)pc + 1 + i->jt, &d);
    reach_with(s, (uint64_t)pc + 1 + i->jf, &d);
    return;
  case BPF_RET:
    return;
  default:
    if (BPF_MISCOP(i->code) == BPF_TAX)
      d.reg[REG_X] = d.reg[REG_A];
    else
      d.reg[REG_A] = d.reg[REG_X];
  }
  reach_with(s, (uint64_t)pc + 1, &d);
}
int w_meetings_of(struct meetings *g, const struct warrant_program *p) {
  struct search s = {.p = p, .meetings = g};
  if (p->insn_count == 0)
    return 0;
  s.at = calloc(p->insn_count, sizeof *s.at);
  if (!s.at)
    return -1;
  s.at[0].reached = true;
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    if (s.at[pc].reached)
      step(&s, pc);
  free(s.at);
  return 0;
}

/* ---- The order ---- */

struct input_order w_order_with(const struct meetings *g) {
  struct input_order o = {.plain = true};
  unsigned base = 0;
  for (unsigned first = 0; first < INPUT_WORDS; first++) {
    uint16_t group = g->group[first];
    if (group & ((1u << first) - 1))
      continue; /* it stands where its first word is */
    unsigned size = (unsigned)__builtin_popcount(group), index = 0;
    o.plain &= size == 1;
    for (unsigned w = first; w < INPUT_WORDS; w++) {
      if (!(group >> w & 1))
        continue;
      o.group[w] = group;
      for (unsigned j = 0; j < 32; j++) {
        unsigned v = base + size * (31 - j) + index;
        o.var[32 * w + j] = (uint16_t)v;
        o.place[v] = (uint16_t)(32 * w + j);
      }
      index++;
    }
    base += 32 * size;
  }
  return o;
}
