#include "verify/linux.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ERRNO_MOST = 4095, GOTOL = 0x06 };

#define OFFSET_MOST (INT64_C(1) << 29)
#define PACKET_MOST 65535 /* so far into a packet Linux learns from comparisons with its end */

/* Where an instruction is looked at. */
struct at {
  struct w_linux *l;
  const struct w_insn *i;
  const struct w_state *st;
  uint32_t pc;
};
#define FOUND(a, rule, ...) w_policy(&(a)->l->found, rule, (a)->pc, __VA_ARGS__)

/* Is a number here as well known as the program lets it be? In a general state it may be any. */
static bool is_exact(const struct w_linux *l) {
  return l->node >= l->node_cap || !l->nodes[l->node].general;
}

static const struct w_fact *fact(const struct at *a, int r) {
  return a->st->defined >> r & 1 ? w_fact_of(a->st, a->st->regs[r]) : NULL;
}

/* What Linux calls a pointer, too. */
static bool is_pointer(const struct w_fact *f) {
  return f && f->kind != W_FNONE && f->kind != W_FSCALAR;
}

static bool is_null_perhaps(const struct w_fact *f) {
  return f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP_OR_NULL ||
         f->kind == W_FOBJ_OR_NULL || (f->kind == W_FREF && f->null);
}

/* --- Arithmetic ------------------------------------------------------------------------------ */

static void judge_offset(const struct at *a, struct w_aval number, bool minus,
                         struct w_aval pointer) {
  bool tainted;
  struct w_scalar room;
  uint64_t c;
  const struct w_scalar *s = w_any_view(a->st, number, &tainted, &room);
  int64_t least = s->all.smin, sum = pointer.c;
  /* what is unknown was perhaps forgotten, where its value does not matter */
  bool far = (least >= OFFSET_MOST || least <= -OFFSET_MOST) && is_exact(a->l) && !tainted;
  if (!far && w_const_of(a->st, number, &c))
    sum = (int64_t)((uint64_t)sum + (minus ? 0 - c : c));
  if (far || sum >= OFFSET_MOST || sum <= -OFFSET_MOST)
    FOUND(a, W_RULE_POINTER_OFFSET, 0, 0,
          "instruction %" PRIu32
          " adds to a pointer what may be below -2^29, or 2^29 and more: bound it on both sides",
          a->pc);
}

/* One operand is a pointer, and the other a number. */
static void judge_sum(const struct at *a, bool pointer_is_dst) {
  const struct w_insn *i = a->i;
  struct w_aval number, pointer = a->st->regs[pointer_is_dst ? i->dst : i->src];
  const struct w_fact *f = w_fact_of(a->st, pointer);
  uint64_t c = (uint64_t)i->imm;
  bool constant = !i->reg;
  if (i->reg) {
    number = a->st->regs[pointer_is_dst ? i->src : i->dst];
    constant = w_const_of(a->st, number, &c);
  } else if (!w_aconst(a->st, i->imm, &number)) {
    return;
  }
  bool fixed = f->kind == W_FEND || f->kind == W_FMAP || (f->kind == W_FREF && f->ref != W_RECORD);
  if (is_null_perhaps(f))
    FOUND(a, W_RULE_POINTER_ARITHMETIC, 0, 0,
          "instruction %" PRIu32 " moves a pointer that may be null: test it first", a->pc);
  else if (fixed && !(f->kind == W_FMAP && constant && !c && i->alu == W_ADD))
    FOUND(a, W_RULE_POINTER_ARITHMETIC, 0, 0,
          "instruction %" PRIu32 " moves a pointer of a kind that is only used as it is", a->pc);
  else if (i->alu == W_SUB && !pointer_is_dst)
    FOUND(a, W_RULE_POINTER_ARITHMETIC, 0, 0,
          "instruction %" PRIu32 " subtracts a pointer from a number", a->pc);
  else if (i->alu == W_SUB && f->kind == W_FSTACK)
    FOUND(a, W_RULE_POINTER_ARITHMETIC, 0, 0,
          "instruction %" PRIu32 " subtracts from a pointer to the stack: add a negative number",
          a->pc);
  else
    judge_offset(a, number, i->alu == W_SUB, pointer);
}

static void judge_alu(const struct at *a) {
  const struct w_insn *i = a->i;
  bool shifts = i->alu == W_LSH || i->alu == W_RSH || i->alu == W_ARSH;
  bool divides = i->alu == W_DIV || i->alu == W_SDIV || i->alu == W_MOD || i->alu == W_SMOD;
  if (!i->reg && shifts && (i->imm < 0 || i->imm >= (i->width == W_A64 ? 64 : 32)))
    FOUND(a, W_RULE_CONSTANT, 0, 0, "shift by the width or more at %" PRIu32, a->pc);
  if (!i->reg && divides && !i->imm)
    FOUND(a, W_RULE_CONSTANT, 0, 0, "division by 0 at %" PRIu32, a->pc);
  if (i->alu == W_MOV)
    return;
  bool dst = is_pointer(fact(a, i->dst)), src = i->reg && is_pointer(fact(a, i->src));
  bool sum = i->alu == W_ADD || i->alu == W_SUB;
  if ((!dst && !src) || (i->alu == W_SUB && dst && (src || i->width == W_A32)))
    return;
  if (i->width == W_A32 && !(dst && src)) {
    if (i->alu != W_SUB)
      FOUND(a, W_RULE_POINTER_HALF, 0, 0,
            "32-bit arithmetic on a pointer at %" PRIu32 ": use the 64-bit operation", a->pc);
  } else if (!sum || (dst && src)) {
    FOUND(a, W_RULE_POINTER_ARITHMETIC, 0, 0,
          "instruction %" PRIu32 " computes with the bits of a pointer", a->pc);
  } else {
    judge_sum(a, dst);
  }
}

/* --- Memory ---------------------------------------------------------------------------------- */

/* The byte at `off` of that frame is used, and all above it are the frame's. */
static void use_frame(struct w_linux *l, const struct w_state *st, uint32_t pc, uint32_t frame,
                      int64_t off) {
  if (frame > st->depth || off >= 0 || off < -W_STACK)
    return;
  /* a caller goes on behind its call */
  uint32_t at = frame == st->depth ? pc : st->frames[frame].pc - 1;
  if (at >= l->functions.slots)
    return;
  uint32_t *depth = &l->functions.depth[l->functions.of[at]];
  if (*depth < (uint32_t)-off)
    *depth = (uint32_t)-off;
}

static void judge_stack(const struct at *a, const struct w_fact *f, int64_t k) {
  const struct w_insn *i = a->i;
  uint32_t n = w_bytes(i->size);
  use_frame(a->l, a->st, a->pc, f->frame, k);
  if (f->mx) { /* the search may have forgotten that the place is one alone */
    if (i->op == W_OP_ATOMIC && is_exact(a->l))
      FOUND(a, W_RULE_ATOMIC_OFFSET, 0, 0,
            "the atomic operation at %" PRIu32 " is on a variable place of the stack", a->pc);
    return;
  }
  if (k % (int64_t)n)
    FOUND(a, W_RULE_STACK_ALIGNMENT, 0, 0,
          "instruction %" PRIu32 " accesses %" PRIu32 " bytes of the stack at r10 - %" PRId64
          ", which is no multiple of %" PRIu32,
          a->pc, n, -k, n);
  const struct w_fact *stored = i->op == W_OP_STX ? fact(a, i->src) : NULL;
  if (is_pointer(stored) && n < 8)
    FOUND(a, W_RULE_PART_STORED, 0, 0,
          "instruction %" PRIu32 " stores a part of a pointer to the stack", a->pc);
  if (is_pointer(stored) && n == 8 && stored->kind == W_FSTACK && f->frame != a->st->depth)
    FOUND(a, W_RULE_STACK_POINTER_STORED, 0, 0,
          "instruction %" PRIu32 " stores an address of the stack in a caller's frame", a->pc);
  const struct w_slot *slot =
      n < 8 && (i->op == W_OP_LDX || i->op == W_OP_ATOMIC)
          ? w_slot_at(a->st, (int32_t)(k & ~INT64_C(7)) - (int32_t)f->frame * W_STACK)
          : NULL;
  if (slot && slot->size == W_S8 && is_pointer(w_fact_of(a->st, slot->v)))
    FOUND(a, W_RULE_PART_LOADED, 0, 0,
          "instruction %" PRIu32 " loads a part of a pointer that was stored to the stack", a->pc);
}

static void judge_context(const struct at *a, int64_t moved) {
  if (moved)
    FOUND(a, W_RULE_CONTEXT_MOVED, 0,
          w_among(w_plain_contexts, a->l->type->id) && moved > 0 ? WARRANT_RELEASE(7, 2) : 0,
          "instruction %" PRIu32 " accesses the context through its address + %" PRId64
          ": use the offset of the access",
          a->pc, moved);
  if (a->i->op == W_OP_ST)
    FOUND(a, W_RULE_CONTEXT_CONSTANT, 0, WARRANT_RELEASE(6, 4),
          "instruction %" PRIu32 " stores a constant to the context: store a register", a->pc);
}

static void judge_access(const struct at *a) {
  const struct w_insn *i = a->i;
  int r = i->op == W_OP_LDX ? i->src : i->dst;
  const struct w_fact *f = fact(a, r);
  if (i->ordered)
    FOUND(a, W_RULE_NEW_INSTRUCTION, 0, WARRANT_RELEASE(6, 15),
          "load_acquire or store_release at %" PRIu32, a->pc);
  if (f && f->kind == W_FSTACK)
    judge_stack(a, f, a->st->regs[r].c + i->off);
  else if (f && f->kind == W_FPKT && is_exact(a->l) &&
           f->mx + a->st->regs[r].c + i->off + w_bytes(i->size) > PACKET_MOST)
    FOUND(a, W_RULE_PACKET_OFFSET, 0, 0,
          "instruction %" PRIu32 " may access the packet beyond its first %d bytes: limit what is "
          "added to the packet's address",
          a->pc, PACKET_MOST);
  else if (f && f->kind == W_FCTX)
    judge_context(a, a->st->regs[r].c);
}

/* --- Calls ----------------------------------------------------------------------------------- */

static bool any_licence(const struct w_linux *l, int64_t helper) {
  for (const int32_t *t = w_not_gpl_in; *t >= 0; t += 3)
    if (t[0] == helper && (uint32_t)t[1] == l->type->id &&
        (uint32_t)t[2] == l->program->attach_type)
      return true;
  return false;
}

static bool any_errno(const struct w_linux *l) {
  for (const int32_t *t = w_any_errno_in; *t >= 0; t += 2)
    if ((uint32_t)t[0] == l->type->id && (uint32_t)t[1] == l->program->attach_type)
      return true;
  return false;
}

static void judge_errno(const struct at *a, const struct w_helper *h) {
  bool tainted;
  struct w_scalar room;
  const struct w_fact *f = fact(a, 1);
  if (!f || any_errno(a->l) || !is_exact(a->l))
    return;
  room = *w_any_view(a->st, a->st->regs[1], &tainted, &room);
  room = w_sc_sext(W_A64, W_S4, room);
  if (is_pointer(f) || room.all.smin < -ERRNO_MOST || room.all.smax > 0)
    FOUND(a, W_RULE_SET_RETVAL, WARRANT_RELEASE(7, 2), 0,
          "%s at %" PRIu32 " gets what may not be 0 or an error (-4095 to -1)", h->name, a->pc);
}

static void judge_call(const struct at *a, int64_t id) {
  const struct w_helper *h = w_callee(NULL, a->i->op == W_OP_CALLKERNEL, id);
  if (!h)
    return;
  if (!a->l->licensed && w_among(w_gpl_helpers, id) && !any_licence(a->l, id))
    FOUND(a, W_RULE_LICENCE, 0, 0,
          "%s at %" PRIu32 " is for programs with a licence like the GPL, and this one has %s%.40s",
          h->name, a->pc, a->l->program->license ? "" : "none",
          a->l->program->license ? a->l->program->license : "");
  if (w_among(w_errno_helpers, id))
    judge_errno(a, h);
  for (int k = 0; k < h->nargs; k++) {
    const struct w_fact *f = fact(a, k + 1);
    if (f && f->kind == W_FSTACK && (w_arg_read(h->args[k]) || w_arg_written(h->args[k])))
      use_frame(a->l, a->st, a->pc, f->frame, a->st->regs[k + 1].c);
  }
}

/* --- One instruction ------------------------------------------------------------------------- */

/* Newer forms of instructions that every release has. */
static void judge_new(const struct at *a) {
  const struct w_insn *i = a->i;
  const char *name = i->op == W_OP_MOVSX ? "movsx"
                     : i->op == W_OP_ALU && (i->alu == W_SDIV || i->alu == W_SMOD)
                         ? "signed division"
                         : NULL;
  if (name)
    FOUND(a, W_RULE_NEW_INSTRUCTION, 0, WARRANT_RELEASE(6, 6), "%s at %" PRIu32, name, a->pc);
}

static void judge_step(struct w_linux *l, uint32_t pc, const struct w_state *st) {
  const struct at a = {l, &l->insns[pc], st, pc};
  judge_new(&a);
  switch ((enum w_op)a.i->op) {
  case W_OP_ALU:
    judge_alu(&a);
    break;
  case W_OP_LDX:
  case W_OP_ST:
  case W_OP_STX:
  case W_OP_ATOMIC:
    judge_access(&a);
    break;
  case W_OP_CALL:
  case W_OP_CALLKERNEL:
    judge_call(&a, a.i->imm);
    break;
  case W_OP_EXIT: {
    const struct w_fact *f = st->depth ? fact(&a, 0) : NULL;
    if (f && f->kind == W_FSTACK)
      FOUND(&a, W_RULE_STACK_POINTER_RETURNED, 0, 0,
            "the function that ends at %" PRIu32 " returns an address of the stack", pc);
    break;
  }
  default:
    break;
  }
}

/* --- The search ------------------------------------------------------------------------------ */

/* Goes on in a new node. */
static void enter(struct w_linux *l, uint32_t node, bool general) {
  struct w_linux_node entered = {l->node, general || !is_exact(l)};
  if (node >= l->node_cap) {
    uint32_t cap = 2 * node + 64;
    struct w_linux_node *more = realloc(l->nodes, cap * sizeof *more);
    if (!more) {
      l->found.failed = true;
      return;
    }
    memset(more + l->node_cap, 0, (cap - l->node_cap) * sizeof *more);
    l->nodes = more;
    l->node_cap = cap;
  }
  l->nodes[node] = entered;
  l->node = node;
}

static void listen(void *data, const struct w_event *e) {
  struct w_linux *l = data;
  if (e->kind == W_EVENT_STEP && !l->off) {
    l->node = e->node;
    judge_step(l, e->pc, e->st);
  } else if (e->kind == W_EVENT_RESUMED) {
    l->node = e->node;
  } else if (e->kind == W_EVENT_NODE) {
    enter(l, e->node, false);
  } else if (e->kind == W_EVENT_GENERAL || e->kind == W_EVENT_INVARIANT) {
    enter(l, e->node, true);
  } else if (e->kind == W_EVENT_GIVEN_UP && e->node < l->node_cap) {
    l->node = l->nodes[e->node].from;
  }
  if (l->next)
    l->next(l->next_data, e);
}

static bool is_like_the_gpl(const struct warrant_program *p) {
  static const char *const like[] = {"GPL",          "GPL v2",       "GPL and additional rights",
                                     "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  for (size_t k = 0; p->license && k < sizeof like / sizeof *like; k++)
    if (strcmp(p->license, like[k]) == 0)
      return true;
  return !p->license &&
         (!p->section || !*p->section); /* raw instructions: whoever loads them says */
}

bool w_linux_begin(struct w_linux *l, struct w_question *q, const struct warrant_program *program) {
  *l = (struct w_linux){.program = program,
                        .type = &q->target.type,
                        .insns = q->insns,
                        .off = q->target.type.raw || strcmp(q->target.type.name, "seccomp") == 0,
                        .licensed = is_like_the_gpl(program),
                        .next = q->trace,
                        .next_data = q->trace_data};
  q->trace = listen;
  q->trace_data = l;
  return w_functions_make(&l->functions, q->insns, q->flow.count) &
         w_policies_make(&l->found, q->flow.count);
}

/* Opcodes that a release does not know it refuses, executed or not. */
static void judge_code(struct w_linux *l, const struct w_insn *i, uint32_t pc) {
  const char *name = i->op == W_OP_END && i->swap == W_SWAP                  ? "bswap"
                     : i->op == W_OP_LDX && i->sx                            ? "sign-extending load"
                     : i->op == W_OP_JA && l->program->insns[pc].op == GOTOL ? "gotol"
                                                                             : NULL;
  if (name)
    w_policy(&l->found, W_RULE_NEW_INSTRUCTION, pc, 0, WARRANT_RELEASE(6, 6), "%s at %" PRIu32,
             name, pc);
  if (i->op == W_OP_MAYGOTO)
    w_policy(&l->found, W_RULE_NEW_INSTRUCTION, pc, 0, /* to the next one: refused for longer */
             i->off ? WARRANT_RELEASE(6, 9) : WARRANT_RELEASE(6, 14), "may_goto at %" PRIu32, pc);
}

/* What counts wherever it stands. */
static void judge_anywhere(struct w_linux *l) {
  for (uint32_t pc = 0; pc < l->functions.slots; pc++) {
    const struct w_insn *i = &l->insns[pc];
    judge_code(l, i, pc);
    if (i->op == W_OP_CALLX)
      w_policy(&l->found, W_RULE_CALLX, pc, 0, 0,
               "the helper at %" PRIu32 " is called by a register", pc);
    const struct warrant_map *m =
        i->op == W_OP_LDMAPVALUE && i->imm >= 0 && i->imm < l->program->map_count
            ? &l->program->maps[i->imm]
            : NULL;
    if (m && ((uint32_t)i->off >= m->value_size || m->max_entries != 1))
      w_policy(&l->found, W_RULE_MAP_VALUE, pc, 0, 0,
               "the constant address at %" PRIu32
               " is not inside the value of an array of one entry",
               pc);
  }
}

bool w_linux_end(struct w_linux *l) {
  if (l->off)
    return true;
  if (!l->licensed && w_among(w_gpl_types, l->type->id))
    w_policy(&l->found, W_RULE_LICENCE, 0, 0, 0, "%s programs have to have a licence like the GPL",
             l->type->name);
  if (w_among(w_new_types, l->type->id))
    w_policy(&l->found, W_RULE_NEW_TYPE, 0, 0, WARRANT_RELEASE(6, 4), "programs of type %s",
             l->type->name);
  judge_anywhere(l);
  bool good = w_functions_judge(&l->functions, l->type, l->program->attach_type, &l->found);
  w_policies_sort(&l->found);
  return good && !l->found.failed;
}

void w_linux_free(struct w_linux *l) {
  w_functions_free(&l->functions);
  w_policies_free(&l->found);
  free(l->nodes);
  l->nodes = NULL;
}
