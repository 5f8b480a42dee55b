#include "verify/functions.h"

#include <inttypes.h>
#include <stdlib.h>

#include "verify/flow.h"

enum { FRAMES_MOST = 16, TAIL_CALL = 256, OWN_STACK = 64, ITERATOR = 28 };
#define NOT_CALLED UINT32_MAX
#define FINISHED (UINT32_MAX - 1)

static bool branches(const struct w_insn *i) {
  return i->op == W_OP_JA || i->op == W_OP_JMP || i->op == W_OP_MAYGOTO;
}

static bool target_of(const struct w_functions *f, uint32_t pc, uint32_t *to) {
  const struct w_insn *i = &f->insns[pc];
  return branches(i) && w_starts(f->insns, f->slots, (int64_t)pc + 1 + i->off, to);
}

static bool starts_function(const struct w_insn *i) {
  return i->op == W_OP_CALLLOCAL || i->op == W_OP_LDCODE;
}

bool w_functions_make(struct w_functions *f, const struct w_insn *insns, uint32_t slots) {
  uint32_t to;
  *f = (struct w_functions){.insns = insns, .slots = slots, .of = calloc(slots, sizeof *f->of)};
  if (!f->of)
    return false;
  f->of[0] = 1;
  for (uint32_t pc = 0; pc < slots; pc++)
    if (starts_function(&insns[pc]) && w_starts(insns, slots, (int64_t)pc + 1 + insns[pc].off, &to))
      f->of[to] = 1;
  for (uint32_t pc = 0; pc < slots; pc++)
    f->count += f->of[pc];
  f->start = malloc((f->count + 1) * sizeof *f->start);
  f->depth = calloc(f->count, sizeof *f->depth);
  if (!f->start || !f->depth)
    return false;
  for (uint32_t pc = 0, n = 0; pc < slots; pc++) {
    if (f->of[pc])
      f->start[n++] = pc;
    f->of[pc] = n - 1;
  }
  f->start[f->count] = slots;
  return true;
}

void w_functions_free(struct w_functions *f) {
  free(f->of);
  free(f->start);
  free(f->depth);
  *f = (struct w_functions){.of = NULL};
}

/* --- What is reached, and where jumps lead --------------------------------------------------- */

static bool find_unreachable(const struct w_functions *f, struct w_policies *p) {
  uint32_t next[3], n = 0;
  uint32_t *queue = malloc(f->slots * sizeof *queue);
  bool *reached = calloc(f->slots, sizeof *reached);
  if (queue && reached) {
    queue[n++] = 0;
    reached[0] = true;
  }
  while (n) {
    uint32_t pc = queue[--n], ways = w_successors(f->insns, f->slots, pc, next);
    if (f->insns[pc].op == W_OP_LDCODE)
      ways += w_starts(f->insns, f->slots, (int64_t)pc + 1 + f->insns[pc].off, &next[ways]);
    for (uint32_t k = 0; k < ways; k++)
      if (!reached[next[k]]) {
        reached[next[k]] = true;
        queue[n++] = next[k];
      }
  }
  bool before = true, good = queue && reached;
  for (uint32_t pc = 0; good && pc < f->slots; pc++)
    if (f->insns[pc].op != W_OP_NONE) {
      if (before && !reached[pc])
        w_policy(p, W_RULE_UNREACHABLE, pc, 0, 0, "nothing reaches instruction %" PRIu32, pc);
      before = reached[pc];
    }
  free(queue);
  free(reached);
  return good;
}

static void judge_jumps(const struct w_functions *f, struct w_policies *p) {
  uint32_t to;
  for (uint32_t pc = 0; pc < f->slots; pc++) {
    const struct w_insn *i = &f->insns[pc];
    if (branches(i) && (!target_of(f, pc, &to) || f->of[to] != f->of[pc]))
      w_policy(p, W_RULE_JUMP_OUT, pc, 0, 0,
               "the jump at %" PRIu32 " leads out of its function, to %" PRId64, pc,
               (int64_t)pc + 1 + i->off);
  }
  for (uint32_t k = 0; k < f->count; k++) {
    uint32_t last = f->start[k + 1] - 1, op = f->insns[last].op;
    if (op != W_OP_EXIT && op != W_OP_JA)
      w_policy(p, W_RULE_FALLS_OUT, last, 0, 0,
               "the function at %" PRIu32 " does not end with an exit or a jump, but at %" PRIu32,
               f->start[k], last);
  }
}

/* --- Chains of calls ------------------------------------------------------------------------- */

/* What is found on the way from the main function: each number by function. */
struct chains {
  uint32_t *order; /* callers before what they call, if nothing calls itself */
  uint32_t *at;    /* NOT_CALLED, how far the function's calls have been followed, or FINISHED */
  uint32_t *stack;
  uint32_t *frames;          /* above it and with it, at most */
  uint32_t *tails;           /* it makes tail calls */
  uint32_t *old, *new, *own; /* bytes above it, at most, as releases count them: see old_size */
  uint32_t ordered;
  bool circle;
};

/* The next call of a local function in the slots from *pc to `end`; whoever takes the address of
 * one calls it there, for Linux. */
static bool next_call(const struct w_functions *f, uint32_t *pc, uint32_t end, uint32_t *callee) {
  uint32_t to;
  for (; *pc < end; ++*pc)
    if (starts_function(&f->insns[*pc]) &&
        w_starts(f->insns, f->slots, (int64_t)*pc + 1 + f->insns[*pc].off, &to)) {
      *callee = f->of[to];
      return true;
    }
  return false;
}

/* The functions that the main one leads to, last the one that is finished first. */
static void find_order(const struct w_functions *f, struct chains *c, struct w_policies *p) {
  uint32_t height = 0, place = f->count, callee;
  for (uint32_t k = 0; k < f->count; k++)
    c->at[k] = NOT_CALLED;
  c->at[0] = 0;
  c->stack[height++] = 0;
  while (height) {
    uint32_t k = c->stack[height - 1];
    if (!next_call(f, &c->at[k], f->start[k + 1], &callee)) {
      c->order[--place] = k;
      c->at[k] = FINISHED;
      height--;
    } else if (c->at[callee] == NOT_CALLED) {
      c->at[callee] = f->start[callee];
      c->at[k]++; /* goes on behind the call */
      c->stack[height++] = callee;
    } else {
      if (c->at[callee] != FINISHED) {
        c->circle = true;
        w_policy(p, W_RULE_RECURSION, c->at[k], 0, 0,
                 "the call at %" PRIu32 " makes the function at %" PRIu32 " recursive", c->at[k],
                 f->start[callee]);
      }
      c->at[k]++;
    }
  }
  c->ordered = place;
}

static uint32_t round_up(uint32_t n, uint32_t to) { return (n + to - 1) / to * to; }
/* What a frame adds to the stack: before Linux 6.12, in it, and since 6.13, where frames may be
 * apart from it. */
static uint32_t old_size(const struct w_functions *f, uint32_t k) {
  return round_up(f->depth[k] ? f->depth[k] : 1, 32);
}
static uint32_t new_size(const struct w_functions *f, uint32_t k) {
  return round_up(round_up(f->depth[k], 8), 16);
}
static uint32_t own_size(const struct w_functions *f, uint32_t k, bool apart) {
  uint32_t size = new_size(f, k);
  return apart && size >= OWN_STACK ? 0 : size;
}

static bool tail_calls(const struct w_functions *f, uint32_t k) {
  for (uint32_t pc = f->start[k]; pc < f->start[k + 1]; pc++) {
    const struct w_helper *h = f->insns[pc].op == W_OP_CALL ? w_helper_of(f->insns[pc].imm) : NULL;
    if (h && h->ret == W_RET_TAIL)
      return true;
  }
  return false;
}

/* The call that makes it too much is the one to tell of. */
static bool exceeds(uint32_t above, uint32_t more) {
  return above <= W_STACK && above + more > W_STACK;
}

static void judge_depth(const struct w_functions *f, const struct chains *c, uint32_t pc,
                        uint32_t callee, bool apart, struct w_policies *p) {
  uint32_t caller = f->of[pc];
  uint32_t old = c->old[caller] + old_size(f, caller), old_more = old_size(f, callee);
  uint32_t new = c->new[caller] + new_size(f, caller), new_more = new_size(f, callee);
  uint32_t own = c->own[caller] + own_size(f, caller, apart), own_more = own_size(f, callee, apart);
  bool in_old = exceeds(old, old_more), in_new = exceeds(new, new_more),
       always = exceeds(own, own_more), tails = c->tails[callee];
  if (always || in_new || in_old)
    w_policy(p, W_RULE_STACK_DEPTH, pc, 0,
             always   ? 0
             : in_new ? WARRANT_RELEASE(6, 13)
                      : WARRANT_RELEASE(6, 12),
             "the frames of the calls down to the one at %" PRIu32 " take %" PRIu32
             " bytes of stack together, and 512 is the most",
             pc,
             always   ? own + own_more
             : in_new ? new + new_more
                      : old + old_more);
  if (tails && (new >= TAIL_CALL || old >= TAIL_CALL))
    w_policy(p, W_RULE_TAIL_CALL_DEPTH, pc, 0, new >= TAIL_CALL ? 0 : WARRANT_RELEASE(6, 12),
             "the function that is called at %" PRIu32
             " makes tail calls, and the frames above it take %" PRIu32
             " bytes of stack: 256 is too much",
             pc, new >= TAIL_CALL ? new : old);
}

static void judge_call(const struct w_functions *f, const struct chains *c, uint32_t pc,
                       uint32_t callee, bool apart, struct w_policies *p) {
  uint32_t caller = f->of[pc], frames = c->frames[caller] + 1;
  if (frames == W_FRAMES + 1)
    w_policy(p, W_RULE_FRAMES, pc, 0, WARRANT_RELEASE(7, 2),
             "with the call at %" PRIu32 " calls are nested so that there are %" PRIu32
             " frames, and 8 is the most",
             pc, frames);
  if (frames == FRAMES_MOST + 1)
    w_policy(p, W_RULE_FRAMES, pc, 0, 0,
             "with the call at %" PRIu32 " calls are nested so that there are %" PRIu32
             " frames, and 8 is the most, or 16 from 7.2 on",
             pc, frames);
  judge_depth(f, c, pc, callee, apart, p);
}

static void raise_to(uint32_t *n, uint32_t least) {
  if (*n < least)
    *n = least;
}

static void judge_chains(const struct w_functions *f, const struct w_prog_type *type,
                         uint32_t attach_type, struct chains *c, struct w_policies *p) {
  bool apart = w_among(w_own_stacks, type->id) && attach_type != ITERATOR;
  uint32_t callee;
  for (uint32_t k = 0; k < f->count; k++) {
    c->tails[k] = tail_calls(f, k);
    apart = apart && !c->tails[k];
  }
  c->frames[0] = 1;
  for (uint32_t n = c->ordered; n < f->count; n++) {
    uint32_t k = c->order[n];
    for (uint32_t pc = f->start[k]; next_call(f, &pc, f->start[k + 1], &callee); pc++) {
      raise_to(&c->frames[callee], c->frames[k] + 1);
      raise_to(&c->old[callee], c->old[k] + old_size(f, k));
      raise_to(&c->new[callee], c->new[k] + new_size(f, k));
      raise_to(&c->own[callee], c->own[k] + own_size(f, k, apart));
    }
  }
  for (uint32_t n = c->ordered; n < f->count; n++) {
    uint32_t k = c->order[n];
    for (uint32_t pc = f->start[k]; next_call(f, &pc, f->start[k + 1], &callee); pc++)
      judge_call(f, c, pc, callee, apart, p);
  }
}

bool w_functions_judge(const struct w_functions *f, const struct w_prog_type *type,
                       uint32_t attach_type, struct w_policies *p) {
  if (!find_unreachable(f, p))
    return false;
  judge_jumps(f, p);
  uint32_t *room = f->count > 1 ? calloc(f->count, 8 * sizeof *room) : NULL;
  if (!room)
    return f->count == 1;
  struct chains c = {.order = room,
                     .at = room + f->count,
                     .stack = room + 2 * (size_t)f->count,
                     .frames = room + 3 * (size_t)f->count,
                     .old = room + 4 * (size_t)f->count,
                     .new = room + 5 * (size_t)f->count,
                     .own = room + 6 * (size_t)f->count,
                     .tails = room + 7 * (size_t)f->count};
  find_order(f, &c, p);
  if (!c.circle)
    judge_chains(f, type, attach_type, &c, p);
  free(room);
  return true;
}
