/* The path is replayed from the decisions that the search took, with a number for each value that a
 * register or stack slot gets: where it was made, and of what. From the values of the refused
 * instruction back, that gives the steps that made them; and a branch matters when it tests such a
 * value or one made of the same origin, as a check of `data + 14` is one of `data`. */
#include "verify/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  STEPS_MAX = 300000, /* of a longer path, its end is looked at */
  SHOWN_MAX = 24,     /* steps; of more, the first few and the last */
  SHOWN_FIRST = 6,
  SLOTS_MAX = 64,
};

/* A value: the step that made it, from which others, and the first one of its line. */
struct value {
  uint32_t step, from[2], origin;
  bool frame; /* r10 plus `off` */
  int32_t off;
};
struct slot {
  uint32_t value;
  int32_t off;
};
struct replay {
  const struct w_question *q;
  const struct w_answer *a;
  struct warrant_step *steps; /* owned */
  uint32_t count;
  struct value *values; /* owned; number 0 is none */
  uint32_t value_count, value_cap;
  uint32_t (*tests)[2]; /* owned; by step: what a branch compares */
  uint32_t regs[W_FRAMES][11], depth;
  struct slot slots[SLOTS_MAX];
  uint32_t slot_count;
};

static uint32_t make(struct replay *r, uint32_t step, uint32_t from, uint32_t other) {
  if (r->value_count == r->value_cap) {
    uint32_t cap = r->value_cap ? 2 * r->value_cap : 1024;
    struct value *larger = realloc(r->values, cap * sizeof *larger);
    if (!larger)
      return 0;
    r->values = larger;
    r->value_cap = cap;
  }
  uint32_t v = r->value_count++;
  r->values[v] = (struct value){.step = step, .from = {from, other}};
  r->values[v].origin = from ? r->values[from].origin : v;
  return v;
}

static struct slot *slot_at(struct replay *r, int32_t off, bool add) {
  for (uint32_t k = 0; k < r->slot_count; k++)
    if (r->slots[k].off == off)
      return &r->slots[k];
  if (!add || r->slot_count == SLOTS_MAX)
    return NULL;
  r->slots[r->slot_count] = (struct slot){.off = off};
  return &r->slots[r->slot_count++];
}

/* A call of a local function: it gets r1 to r5, and a frame of its own. */
static void enter_function(struct replay *r, uint32_t step) {
  uint32_t *regs = r->regs[r->depth], v;
  if (r->depth + 1 == W_FRAMES)
    return;
  memset(r->regs[r->depth + 1], 0, sizeof r->regs[0]);
  memcpy(r->regs[r->depth + 1] + 1, regs + 1, 5 * sizeof *regs);
  memset(regs, 0, 6 * sizeof *regs);
  r->depth++;
  if ((v = make(r, step, 0, 0))) {
    r->values[v].frame = true;
    r->values[v].off = -(int32_t)r->depth * W_STACK;
    r->regs[r->depth][10] = v;
  }
}

/* What a step does to the values. Stack offsets count over all frames, as elsewhere. */
static void follow(struct replay *r, uint32_t step, const struct w_insn *i) {
  uint32_t *regs = r->regs[r->depth], dst = i->dst, src = i->src, v;
  struct value *base;
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    if (i->alu == W_MOV) {
      v = make(r, step, i->reg ? regs[src] : 0, 0);
      if (i->reg && regs[src] && v) {
        r->values[v].frame = r->values[regs[src]].frame;
        r->values[v].off = r->values[regs[src]].off;
      }
    } else {
      v = make(r, step, regs[dst], i->reg ? regs[src] : 0);
      if (regs[dst] && v && r->values[regs[dst]].frame && i->alu == W_ADD && !i->reg) {
        r->values[v].frame = true;
        /* it may wrap: then no slot is there */
        r->values[v].off =
            (int32_t)((uint32_t)r->values[regs[dst]].off + (uint32_t)(int32_t)i->imm);
      }
    }
    regs[dst] = v;
    break;
  case W_OP_NEG:
  case W_OP_END:
    regs[dst] = make(r, step, regs[dst], 0);
    break;
  case W_OP_MOVSX:
    regs[dst] = make(r, step, regs[src], 0);
    break;
  case W_OP_LDIMM:
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
  case W_OP_LDVAR:
  case W_OP_LDCODE:
    regs[dst] = make(r, step, 0, 0);
    break;
  case W_OP_LDX: {
    base = regs[src] ? &r->values[regs[src]] : NULL;
    struct slot *s = base && base->frame ? slot_at(r, base->off + i->off, false) : NULL;
    regs[dst] = make(r, step, s ? s->value : 0, 0);
    break;
  }
  case W_OP_ST:
  case W_OP_STX:
    base = regs[dst] ? &r->values[regs[dst]] : NULL;
    if (base && base->frame) {
      struct slot *s = slot_at(r, base->off + i->off, true);
      v = make(r, step, i->op == W_OP_STX ? regs[src] : 0, 0);
      if (s)
        s->value = v;
    }
    break;
  case W_OP_ATOMIC:
    if (i->fetch)
      regs[i->atomic == W_CMPXCHG ? 0 : src] = make(r, step, 0, 0);
    break;
  case W_OP_CALL:
    if (r->steps[step].decision == 1) {
      enter_function(r, step);
      break;
    }
    /* fall through */
  case W_OP_LDPKT:
  case W_OP_CALLKERNEL:
  case W_OP_CALLX:
    regs[0] = make(r, step, 0, 0);
    memset(regs + 1, 0, 5 * sizeof *regs);
    break;
  case W_OP_CALLLOCAL:
    enter_function(r, step);
    break;
  case W_OP_EXIT:
    if (r->depth) {
      r->depth--;
      if (r->steps[step].decision == 1) { /* another round */
        enter_function(r, step);
        break;
      }
      r->regs[r->depth][0] = r->regs[r->depth + 1][0];
    }
    break;
  case W_OP_JMP:
    r->tests[step][0] = regs[dst];
    r->tests[step][1] = i->reg ? regs[src] : 0;
    break;
  case W_OP_NONE:
  case W_OP_JA:
  case W_OP_MAYGOTO:
    break;
  }
}

/* The steps in order, from the decisions: all but the first `leave` of them go to r->steps, if that
 * is there. Returns how many there are. */
static uint64_t walk(struct replay *r, uint64_t leave) {
  const struct w_question *q = r->q;
  const struct w_answer *a = r->a;
  uint32_t next = 0, depth = 0, back[W_FRAMES];
  int64_t callback[W_FRAMES]; /* that the helper there calls; -1: it is an ordinary call */
  uint64_t n = 0, most = (uint64_t)q->max_visited * 2 + q->flow.count;
  for (int64_t pc = 0; pc >= 0 && pc < q->flow.count && n < most;) {
    const struct w_insn *i = &q->insns[pc];
    const struct w_helper *h = i->op == W_OP_CALL ? w_helper_of(i->imm) : NULL;
    bool calls = h && h->ret == W_RET_ROUNDS;
    bool branch = i->op == W_OP_JMP || i->op == W_OP_MAYGOTO || calls ||
                  (i->op == W_OP_EXIT && depth && callback[depth - 1] >= 0);
    bool end = next == a->trail_len && (uint32_t)pc == a->pc;
    int decision = -1;
    if (branch && !end) {
      if (next == a->trail_len || a->trail[next] >> 1 != (uint32_t)pc)
        break; /* not what the search did: show what there is */
      decision = a->trail[next++] & 1;
    }
    if (r->steps && n >= leave)
      r->steps[r->count++] =
          (struct warrant_step){.pc = (uint32_t)pc, .decision = (int8_t)decision};
    n++;
    if (end)
      break;
    if (calls && decision == 1) {
      if (next == a->trail_len || depth + 1 == W_FRAMES)
        break;
      back[depth] = (uint32_t)pc + 1;
      pc = callback[depth++] = a->trail[next++] >> 1;
    } else if (i->op == W_OP_EXIT && decision == 1) {
      pc = callback[depth - 1];
    } else if (i->op == W_OP_JA || decision == 1) {
      pc += 1 + i->off;
    } else if (i->op == W_OP_CALLLOCAL && depth + 1 < W_FRAMES) {
      callback[depth] = -1;
      back[depth++] = (uint32_t)pc + 1;
      pc += 1 + i->off;
    } else if (i->op == W_OP_EXIT) {
      if (!depth)
        break;
      pc = back[--depth];
    } else {
      pc += w_slots(i);
    }
  }
  return n;
}

uint16_t w_reads(const struct w_insn *i) {
  uint16_t d = (uint16_t)(1u << i->dst), r = (uint16_t)(1u << i->src);
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    return (uint16_t)((i->alu == W_MOV ? 0 : d) | (i->reg ? r : 0));
  case W_OP_JMP:
    return (uint16_t)(d | (i->reg ? r : 0));
  case W_OP_STX:
    return d | r;
  case W_OP_NEG:
  case W_OP_END:
  case W_OP_ST:
    return d;
  case W_OP_MOVSX:
  case W_OP_LDX:
    return r;
  case W_OP_EXIT:
    return 1;
  case W_OP_ATOMIC:
    return (uint16_t)(d | r | (i->atomic == W_CMPXCHG));
  case W_OP_LDPKT:
    return (uint16_t)(1u << 6 | (i->reg ? r : 0));
  case W_OP_CALLX:
    return d;
  case W_OP_CALLLOCAL:
    return 1u << 10;
  case W_OP_CALL:
  case W_OP_CALLKERNEL: {
    const struct w_helper *h = w_callee(NULL, i->op == W_OP_CALLKERNEL, i->imm);
    return h ? (uint16_t)(((1u << h->nargs) - 1) << 1) : 0;
  }
  default:
    return 0;
  }
}

/* The registers that the refusal is about: those that its sentence names, or else all that are
 * read. */
static uint16_t subjects(const struct w_answer *a, const struct w_insn *i) {
  uint16_t read = w_reads(i), named = 0;
  if (a->why.reason == W_UNKNOWN_HELPER)
    return 0;
  for (const char *s = a->why.text; (s = strchr(s, 'r')); s++) {
    bool word = s == a->why.text || strchr(" (*,", s[-1]);
    if (word && s[1] >= '0' && s[1] <= '9' && (s[2] < '0' || s[2] > '9'))
      named |= (uint16_t)(1u << (s[1] - '0'));
  }
  if (i->op == W_OP_STX && !(named & read)) /* mostly the place, not what is written */
    return (uint16_t)(1u << i->dst);
  return named & read ? named & read : read;
}

/* Marks a value and what it was made of. */
static void mark(const struct replay *r, uint32_t v, uint8_t *marked, uint32_t *todo) {
  uint32_t pending = 0;
  if (!v || marked[v])
    return;
  marked[v] = 1;
  todo[pending++] = v;
  while (pending) {
    const struct value *x = &r->values[todo[--pending]];
    for (int k = 0; k < 2; k++)
      if (x->from[k] && !marked[x->from[k]]) {
        marked[x->from[k]] = 1;
        todo[pending++] = x->from[k];
      }
  }
}

/* Which steps matter, as a flag each; NULL: out of memory. */
static uint8_t *choose(struct replay *r) {
  uint32_t last = r->count - 1;
  const struct w_insn *refused = &r->q->insns[r->steps[last].pc];
  r->value_count = 1;
  if ((r->values = calloc(1024, sizeof *r->values)))
    r->value_cap = 1024;
  uint32_t v = r->values ? make(r, UINT32_MAX, 0, 0) : 0; /* at the start: r1 and r10 */
  uint32_t top = v ? make(r, UINT32_MAX, 0, 0) : 0;
  if (!top)
    return NULL;
  r->values[top].frame = true;
  r->regs[0][1] = v;
  r->regs[0][10] = top;
  for (uint32_t k = 0; k < last; k++)
    follow(r, k, &r->q->insns[r->steps[k].pc]);
  uint8_t *matters = calloc(r->count, 1), *marked = calloc(r->value_count, 1);
  uint8_t *origins = calloc(r->value_count, 1);
  uint32_t *todo = calloc(r->value_count, sizeof *todo);
  if (matters && marked && origins && todo) {
    uint16_t about = subjects(r->a, refused);
    for (int k = 0; k < 10; k++)
      if (about >> k & 1)
        mark(r, r->regs[r->depth][k], marked, todo);
    for (uint32_t k = 1; k < r->value_count; k++)
      if (marked[k])
        origins[r->values[k].origin] = 1;
    origins[1] = origins[2] = 0; /* nearly everything comes from the context */
    for (uint32_t k = 0; k < last; k++)
      for (int n = 0; n < 2; n++) {
        uint32_t tested = r->tests[k][n];
        if (tested && (marked[tested] || origins[r->values[tested].origin]))
          matters[k] = 2;
      }
    for (uint32_t k = 0; k < last; k++) /* what these branches compare with */
      for (int n = 0; n < 2 && matters[k] == 2; n++)
        mark(r, r->tests[k][n], marked, todo);
    for (uint32_t k = 1; k < r->value_count; k++)
      if (marked[k] && r->values[k].step != UINT32_MAX)
        matters[r->values[k].step] = 1;
    matters[last] = 1;
  } else {
    free(matters);
    matters = NULL;
  }
  free(marked);
  free(origins);
  free(todo);
  return matters;
}

bool w_explain(const struct w_question *q, const struct w_answer *a, struct warrant_step **steps,
               uint32_t *count) {
  struct replay r = {.q = q, .a = a};
  uint64_t all = walk(&r, 0), leave = all > STEPS_MAX ? all - STEPS_MAX : 0;
  size_t kept = (size_t)(all - leave);
  *steps = NULL;
  *count = 0;
  if (kept == 0)
    return true;
  r.steps = calloc(kept, sizeof *r.steps);
  r.tests = calloc(kept, sizeof *r.tests);
  uint8_t *matters = NULL;
  if (r.steps && r.tests) {
    walk(&r, leave);
    matters = choose(&r);
  }
  uint8_t *seen_at = calloc(q->flow.count, 1);
  struct warrant_step *out = matters && seen_at ? calloc(SHOWN_MAX, sizeof *out) : NULL;
  for (uint32_t k = out ? r.count : 0; k-- > 0;) { /* of the rounds of a loop, the last */
    uint8_t *seen = &seen_at[r.steps[k].pc];
    if (matters[k] && *seen)
      matters[k] = 0;
    else if (matters[k])
      *seen = 1;
  }
  free(seen_at);
  if (out) {
    uint32_t shown = 0, n = 0, since = 0;
    for (uint32_t k = 0; k < r.count; k++)
      shown += matters[k] != 0;
    for (uint32_t k = 0, seen = 0; k < r.count; k++) {
      bool show = matters[k] && (shown <= SHOWN_MAX || seen < SHOWN_FIRST ||
                                 seen >= shown - (SHOWN_MAX - SHOWN_FIRST));
      seen += matters[k] != 0;
      if (show) {
        out[n] = r.steps[k];
        out[n++].before = since;
      }
      since = show ? 0 : since + 1;
    }
    out[0].before += (uint32_t)leave;
    *steps = out;
    *count = n;
  }
  free(matters);
  free(r.steps);
  free(r.tests);
  free(r.values);
  return out != NULL;
}

/* --- What to try ----------------------------------------------------------------------------- */

/* What a load or store goes through. */
struct base {
  enum w_fact_kind kind;
  bool moved, stale, constant;
};
static struct base base_of(const struct w_answer *a, const struct w_insn *i) {
  uint8_t base = i->op == W_OP_LDX ? i->src : i->dst;
  bool memory = i->op == W_OP_LDX || i->op == W_OP_ST || i->op == W_OP_STX || i->op == W_OP_ATOMIC;
  if (!memory || !(a->st.defined >> base & 1) || a->st.regs[base].sym >= a->st.next)
    return (struct base){.kind = W_FNONE};
  const struct w_fact *f = &a->st.facts[a->st.regs[base].sym];
  return (struct base){.kind = (enum w_fact_kind)f->kind,
                       .moved = f->kind == W_FSCALAR && f->moved,
                       .stale = f->kind == W_FSCALAR && f->stale,
                       .constant = (f->kind == W_FMAP_VALUE || f->kind == W_FSTACK) && f->mx == 0};
}

const char *w_hint(const struct w_question *q, const struct w_answer *a) {
  const struct w_insn *i = &q->insns[a->pc];
  const struct base base = base_of(a, i);
  switch (a->why.reason) {
  case W_OUT_OF_BOUNDS:
    if (base.kind == W_FPKT)
      return "leave the program first when the bytes may not be there: "
             "if ((void *)(p + 1) > data_end) return ...; and read through that same p";
    if (base.kind == W_FMAP_VALUE && base.constant)
      return "the map's values are smaller than the type that they are used as: define the map "
             "with "
             "that type, as __type(value, struct ...)";
    if (base.kind == W_FMAP_VALUE || base.kind == W_FRECORD_AT ||
        (base.kind == W_FSTACK && !base.constant))
      return "compare the index with the size of the array just before it is used, as an unsigned "
             "number: if (i >= SIZE) return ...; or mask it where the size is a power of two";
    if (base.kind == W_FSTACK)
      return "the stack holds 512 bytes in all: use a smaller array, or a per-CPU array map of one "
             "entry for large data";
    if (base.moved)
      return "bound the number before it is added, as an unsigned one: if (n > MAX) return ...; a "
             "compiler may move the test, and `n &= MASK` right before the use stays";
    return NULL;
  case W_NULL_POINTER:
    return "test it before the first use: if (!value) return ...; on every path, and again after "
           "each new lookup";
  case W_INVALID_POINTER:
    if (base.stale)
      return "after the helper, start again: data = (void *)(long)ctx->data, data_end the same, "
             "and "
             "the test of both, before the packet is read";
    return "an address in the kernel is read through bpf_probe_read_kernel, or BPF_CORE_READ; a "
           "pointer that went through memory or arithmetic other than + and - is a number";
  case W_UNDEFINED_REGISTER:
    return i->op == W_OP_EXIT ? "give every path a return value"
                              : "set it on every path that leads here; a call of a helper or "
                                "function leaves r1 to r5 without a value";
  case W_MISALIGNED:
    return "let the compiler place what is counted: a __u64 field at a multiple of 8, in a "
           "structure "
           "that is not packed";
  case W_UNDEFINED_STACK:
    return "clear the whole object first, padding too: __builtin_memset(&key, 0, sizeof(key));";
  case W_BAD_HELPER_ARGUMENT:
    if (strstr(a->why.text, "size"))
      return "bound the size right before the call, from both sides: if (n == 0 || n > "
             "sizeof(buffer)) return ...;";
    return "compare the call with the helper's description (man 7 bpf-helpers): which pointers it "
           "takes, and a size that has a bound and is not 0";
  case W_UNKNOWN_HELPER:
    return "another helper may do, or another program type that has this one: `bpftool feature "
           "probe` and man 7 bpf-helpers say which";
  case W_BAD_CONTEXT_ACCESS:
    return "read each field of the context, or of a socket, by its name and whole, and only fields "
           "that this program type has; write only those that it may";
  case W_LOOP:
  case W_TOO_COMPLEX:
    return "give the loop a constant bound that the compiler keeps (for (i = 0; i < 16; i++)), do "
           "less in a round, or move its body into a function";
  case W_BAD_RETURN:
    return "return one of the values that this program type allows (a callback: 0 to go on, 1 to "
           "stop); a number from memory or a "
           "helper has to be tested first";
  default:
    return NULL;
  }
}
