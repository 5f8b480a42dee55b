/* checker/Calls.v: helpers, local functions, and the legacy packet loads. */
#include "verify/domain/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "load/objects.h"

/* Memory of n bytes that helper h reads, or writes: *pl is where. */
static bool a_memory(const struct w_target *t, const struct w_state *st, int r, uint64_t n,
                     bool write, const struct w_helper *h, struct w_place *pl, struct w_why *why) {
  if (!n)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s points at nothing: its size is 0", r, h->name);
  if (!w_a_addr(t, st, st->regs[r], 0, n, write, pl)) {
    char text[sizeof why->text];
    w_refuse_address(t, st, r, 0, n, write, why);
    snprintf(text, sizeof text, "argument %d of %s: %.300s", r, h->name, why->text);
    return w_refuse(why, W_BAD_HELPER_ARGUMENT, "%s", text);
  }
  if (pl->kind == W_PPKT && (write || !w_packet_arg(&t->type, h)))
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s points into the packet, %s: copy the bytes to the stack", r,
                    h->name,
                    write      ? "which helpers do not write"
                    : h->moves ? "which this helper may move"
                               : "which this helper does not read");
  if (pl->kind == W_PCTX || pl->kind == W_PSOCK || pl->kind == W_POBJ)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s points at %s, which helpers do not %s", r, h->name,
                    pl->kind == W_PCTX    ? "the context"
                    : pl->kind == W_PSOCK ? "a socket"
                                          : "a kernel object",
                    write ? "write" : "read");
  return true;
}

static bool a_reads(const struct w_target *t, const struct w_state *st, int r, uint64_t n,
                    const struct w_helper *h, struct w_effects *effects, struct w_why *why) {
  struct w_place pl;
  return a_memory(t, st, r, n, false, h, &pl, why) &&
         (pl.kind != W_PSTACK || w_read_frame(t, st, pl.k, pl.mx + (uint32_t)n, effects, why));
}

/* Is register r the reference that helper h takes or releases? */
static bool a_refs(const struct w_state *st, int r, const struct w_helper *h, struct w_why *why) {
  const struct w_fact *f = w_fact_of(st, st->regs[r]);
  const char *what = w_ref_name(h->ref);
  bool fits = f->kind == W_FREF && w_ref_fits(h->ref, f->ref);
  if (fits && !f->null && !st->regs[r].c)
    return true;
  if (fits && f->null)
    return w_refuse(why, W_NULL_POINTER, "argument %d of %s: the %s may be null: test r%d first", r,
                    h->name, what, r);
  if (fits)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s has to be the start of the %s, and r%d is %" PRId64
                    " bytes from there",
                    r, h->name, what, r, st->regs[r].c);
  if (f->kind == W_FSCALAR && f->gone)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s: r%d was released before", r,
                    h->name, r);
  if (h->ref >= W_OBJECT_REF && f->kind == W_FOBJ && h->args[r - 1] == W_ARG_REF)
    return w_refuse(why, W_UNSUPPORTED,
                    "argument %d of %s is a kernel object that was not acquired, and that is not "
                    "supported yet",
                    r, h->name);
  return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                  "argument %d of %s must be an acquired %s reference; r%d is not", r, h->name,
                  what, r);
}

/* Is register r the kernel object that helper h takes? */
static bool a_object(const struct w_target *t, const struct w_state *st, int r,
                     const struct w_helper *h, struct w_why *why) {
  const struct w_fact *f = w_fact_of(st, st->regs[r]);
  uint32_t wanted;
  if (f->kind == W_FREF && f->ref != W_RECORD)
    return w_refuse(why, W_UNSUPPORTED,
                    "argument %d of %s is an acquired socket, which is not supported yet", r,
                    h->name);
  bool known = w_type_named(t->types, t->type_count, h->takes, &wanted);
  if (!known && (f->kind == W_FSCALAR || f->kind == W_FNONE))
    return w_refuse(why, W_UNSUPPORTED,
                    "argument %d of %s has to be a kernel object of type %s, and none of that "
                    "type is known here",
                    r, h->name, h->takes);
  if (f->kind == W_FOBJ_OR_NULL)
    return w_refuse(why, W_NULL_POINTER,
                    "argument %d of %s: the kernel object may be null: test r%d first", r, h->name,
                    r);
  if (f->kind != W_FOBJ)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s has to be a kernel object of type %s, and r%d is none", r,
                    h->name, h->takes, r);
  if (known && w_has_part(t->types, t->type_count, f->type, st->regs[r].c, wanted))
    return true;
  return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                  "argument %d of %s has to be a kernel object of type %s, and r%d points at "
                  "byte %" PRId64 " of a %s",
                  r, h->name, h->takes, r, st->regs[r].c,
                  f->type < t->type_count ? t->types[f->type].name : "kernel object");
}

/* Does text begin in register r that never changes, and is its end within reach? */
static bool a_text(const struct w_target *t, const struct w_state *st, int r,
                   const struct w_helper *h, struct w_why *why) {
  const struct w_fact *f = w_fact_of(st, st->regs[r]);
  int64_t k = st->regs[r].c;
  const uint8_t *bytes =
      f->kind == W_FMAP_VALUE && f->map < t->map_count ? w_constants(&t->maps[f->map]) : NULL;
  if (!bytes || f->mx)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s has to be a constant string, and r%d points at nothing "
                    "that is known for good",
                    r, h->name, r);
  int64_t room = k < 0 ? 0 : (int64_t)t->maps[f->map].value_size - k;
  if (room > 0 && memchr(bytes + k, 0, (size_t)(room < w_longest_text ? room : w_longest_text)))
    return true;
  return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                  "argument %d of %s has to be a constant string, and there is no end of one at "
                  "r%d, within %" PRIu32 " bytes of byte %" PRId64 " of %s",
                  r, h->name, r, w_longest_text, k,
                  t->maps[f->map].name ? t->maps[f->map].name : "the map");
}

/* A helper writes at least lo and at most hi bytes from r on. */
static bool a_written(const struct w_target *t, const struct w_state *st, int r, uint64_t lo,
                      uint64_t hi, const struct w_helper *h, struct w_seen *q, struct w_why *why) {
  if (!a_memory(t, st, r, hi, true, h, &q->pl, why))
    return false;
  q->out = true;
  q->lo = (uint32_t)lo;
  q->hi = (uint32_t)hi;
  return true;
}

/* Argument i is memory whose size is the next argument. */
static bool a_sized(const struct w_target *t, const struct w_state *st, const struct w_helper *h,
                    int i, struct w_seen *q, struct w_effects *effects, struct w_why *why) {
  int r = i + 1;
  bool tainted;
  struct w_scalar room;
  if (r + 1 > 5 || !(st->defined >> (r + 1) & 1))
    return w_refuse(why, W_UNDEFINED_REGISTER, "argument %d of %s: r%d is not set", r + 1, h->name,
                    r + 1);
  const struct w_scalar *s = w_view(st, st->regs[r + 1], &tainted, &room);
  if (!s)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s has to be a size, and r%d is a pointer", r + 1, h->name,
                    r + 1);
  bool empty = h->args[i] == W_ARG_MEM0 || h->args[i] == W_ARG_OUT0;
  if (empty && !s->all.umax)
    return true;
  if (!empty && !s->all.umin)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                    "argument %d of %s is a size that may be 0: test r%d first", r + 1, h->name,
                    r + 1);
  return (!w_arg_read(h->args[i]) || a_reads(t, st, r, s->all.umax, h, effects, why)) &&
         (!w_arg_written(h->args[i]) || a_written(t, st, r, s->all.umin, s->all.umax, h, q, why));
}

static bool a_args(const struct w_target *t, const struct w_state *st, const struct w_helper *h,
                   struct w_seen *q, struct w_effects *effects, struct w_why *why) {
  for (int i = 0; i < h->nargs; i++) {
    int r = i + 1;
    if (!(st->defined >> r & 1))
      return w_refuse(why, W_UNDEFINED_REGISTER, "argument %d of %s: r%d is not set", r, h->name,
                      r);
    const struct w_fact *f = w_fact_of(st, st->regs[r]);
    uint64_t zero;
    switch (h->args[i]) {
    case W_ARG_ANY:
    case W_ARG_SIZE:
      break;
    case W_ARG_MAP:
      if (f->kind == W_FMAP_OR_NULL)
        return w_refuse(why, W_NULL_POINTER,
                        "argument %d of %s: the map may be null: test r%d before using it", r,
                        h->name, r);
      if (f->kind != W_FMAP || st->regs[r].c)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                        "argument %d of %s has to be a map, and r%d is none", r, h->name, r);
      if (f->map < t->map_count && !w_takes_map(h, t->maps[f->map].type))
        return w_refuse(
            why, W_BAD_HELPER_ARGUMENT, "%s can't be used on %s, which is a map of type %" PRIu32,
            h->name, t->maps[f->map].name ? t->maps[f->map].name : "the map", t->maps[f->map].type);
      if (f->map < t->map_count && h->changes && t->maps[f->map].readonly)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                        "%s would change %s, which programs may not write", h->name,
                        t->maps[f->map].name ? t->maps[f->map].name : "the map");
      q->map = f->map;
      break;
    case W_ARG_OBJECT:
      if (!a_object(t, st, r, h, why))
        return false;
      break;
    case W_ARG_KEY:
    case W_ARG_VALUE:
    case W_ARG_VALUE0:
      if (h->args[i] == W_ARG_VALUE0 && w_const_of(st, st->regs[r], &zero) && !zero)
        break;
      if (q->map < 0 || q->map >= t->map_count)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s needs a map before it", r,
                        h->name);
      if (!a_reads(t, st, r,
                   h->args[i] == W_ARG_KEY ? t->maps[q->map].key_size : t->maps[q->map].value_size,
                   h, effects, why))
        return false;
      break;
    case W_ARG_VALUE_OUT:
      if (q->map < 0 || q->map >= t->map_count)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s needs a map before it", r,
                        h->name);
      if (!a_written(t, st, r, t->maps[q->map].value_size, t->maps[q->map].value_size, h, q, why))
        return false;
      break;
    case W_ARG_MEMN:
    case W_ARG_OUTN:
    case W_ARG_INOUTN:
      if ((w_arg_read(h->args[i]) && !a_reads(t, st, r, h->sizes[i], h, effects, why)) ||
          (w_arg_written(h->args[i]) && !a_written(t, st, r, h->sizes[i], h->sizes[i], h, q, why)))
        return false;
      break;
    case W_ARG_MEM:
    case W_ARG_MEM0:
    case W_ARG_OUT:
    case W_ARG_OUT0:
    case W_ARG_INOUT:
      if (!a_sized(t, st, h, i, q, effects, why))
        return false;
      break;
    case W_ARG_CTX:
    case W_ARG_CTX0:
      if (h->args[i] == W_ARG_CTX0 && w_const_of(st, st->regs[r], &zero) && !zero)
        break;
      if (f->kind != W_FCTX || st->regs[r].c)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                        "argument %d of %s has to be the context%s, and r%d is not", r, h->name,
                        h->args[i] == W_ARG_CTX0 ? " or 0" : "", r);
      break;
    case W_ARG_ALLOC:
      if (!w_const_of(st, st->regs[r], &q->size))
        return w_refuse(
            why, W_BAD_HELPER_ARGUMENT,
            "argument %d of %s is how many bytes are asked for, and r%d is not one and the "
            "same number on every path",
            r, h->name, r);
      break;
    case W_ARG_STRING:
      if (!a_text(t, st, r, h, why))
        return false;
      break;
    case W_ARG_CALLBACK:
      if (f->kind != W_FFUNC || st->regs[r].c)
        return w_refuse(why, W_BAD_HELPER_ARGUMENT,
                        "argument %d of %s has to be a function of this program, and r%d is none",
                        r, h->name, r);
      q->callback = f->code;
      break;
    case W_ARG_REF:
    case W_ARG_RELEASE:
      if ((f->kind == W_FOBJ || f->kind == W_FOBJ_OR_NULL) && h->args[i] == W_ARG_REF && h->takes) {
        if (!a_object(t, st, r, h, why))
          return false;
        break;
      }
      if (!a_refs(st, r, h, why))
        return false;
      q->release |= h->args[i] == W_ARG_RELEASE;
      q->symbol = st->regs[r].sym;
      break;
    }
  }
  return true;
}

static const struct w_unsupported_helper *unsupported_helper(int64_t id) {
  for (uint32_t k = 0; k < w_unsupported_helper_count; k++)
    if (w_unsupported_helpers[k].id == id)
      return &w_unsupported_helpers[k];
  return NULL;
}

static void a_clobber(struct w_state *st) { st->defined &= (uint16_t)~0x3f; /* r0 to r5 */ }

/* The packet may have moved: what pointed into it is a number that tells an address. */
static void a_moved(struct w_state *st) {
  for (uint32_t k = 0; k < st->next; k++)
    if (st->facts[k].kind == W_FPKT || st->facts[k].kind == W_FEND) {
      w_set_scalar(&st->facts[k], true, w_sc_top());
      st->facts[k].stale = true;
    }
}

/* A reference was released; so may have been what a pointer with an offset points into: which
 * record that is its size alone tells. */
static void a_released(struct w_state *st, uint32_t symbol) {
  const struct w_fact released = st->facts[symbol];
  for (uint32_t k = 0; k < st->next; k++) {
    struct w_fact *f = &st->facts[k];
    if (k == symbol ||
        (f->kind == W_FRECORD_AT && released.ref == W_RECORD && f->size == released.size)) {
      w_set_scalar(f, true, w_sc_top());
      f->gone = true;
    }
  }
}

/* The helper that programs of this type may call by this number, or NULL. */
static const struct w_helper *offered_helper(const struct w_target *t, int64_t id,
                                             struct w_why *why) {
  const struct w_helper *h = w_helper_in(&t->type, id);
  bool offered = false;
  for (uint32_t i = 0; i < t->type.nhelpers && !offered; i++)
    offered = t->type.helpers[i] == id;
  const struct w_unsupported_helper *other = h ? NULL : unsupported_helper(id);
  if (!h && !other)
    w_refuse(why, W_UNKNOWN_HELPER, "helper number %" PRId64 " is not known here", id);
  else if (!offered)
    w_refuse(why, W_UNKNOWN_HELPER, "%s programs can't call helper %" PRId64 " (%s)", t->type.name,
             id, h ? h->name : other->name);
  else if (other)
    w_refuse(why, W_UNSUPPORTED, "helper %" PRId64 " (%s) needs %s, and that is not supported yet",
             id, other->name, other->needs);
  return offered ? h : NULL;
}

static const struct w_helper *offered_function(const struct w_target *t, int64_t number,
                                               struct w_why *why) {
  const struct w_function *f = w_function_of(number);
  const struct w_unsupported_function *other = w_unsupported_function_of(number);
  if (f && w_offers_function(&t->type, f))
    return &f->call;
  if (f)
    w_refuse(why, W_UNKNOWN_HELPER, "%s programs can't call the kernel function %s", t->type.name,
             f->call.name);
  else if (other)
    w_refuse(why, W_UNSUPPORTED, "the kernel function %s needs %s, and that is not supported yet",
             other->name, other->needs);
  else if (number >= 0 && number < w_first_function)
    w_refuse(why, W_UNSUPPORTED,
             "which kernel function number %" PRId64
             " is depends on the kernel, and objects alone name it",
             number);
  else
    w_refuse(why, W_UNKNOWN_HELPER, "kernel function number %" PRId64 " is not known here", number);
  return NULL;
}

const struct w_helper *w_a_args(const struct w_target *t, const struct w_state *st, bool kernel,
                                int64_t number, struct w_seen *q, struct w_effects *effects,
                                struct w_why *why) {
  const struct w_helper *h =
      kernel ? offered_function(t, number, why) : offered_helper(t, number, why);
  *q = (struct w_seen){.map = -1};
  return h && a_args(t, st, h, q, effects, why) ? h : NULL;
}

bool w_a_call(const struct w_target *t, struct w_state *st, bool kernel, int64_t number,
              struct w_effects *effects, struct w_why *why) {
  struct w_seen q;
  const struct w_helper *h = w_a_args(t, st, kernel, number, &q, effects, why);
  if (!h)
    return false;
  struct w_aval r = {0, 0};
  switch ((enum w_ret)h->ret) {
  case W_RET_VALUE:
    if (q.map < 0 || q.map >= t->map_count)
      return w_refuse(why, W_BAD_HELPER_ARGUMENT, "%s needs a map", h->name);
    r = t->maps[q.map].inner
            ? w_fresh(st, (struct w_fact){.kind = W_FMAP_OR_NULL, .map = t->maps[q.map].inner - 1})
            : w_fresh(st, (struct w_fact){.kind = W_FMAP_VALUE_OR_NULL, .map = (uint32_t)q.map});
    break;
  case W_RET_INT:
    r = w_fresh_scalar(st, false, w_sc_srange(h->lo, h->hi));
    break;
  case W_RET_SIZE:
    r = w_fresh_scalar(st, false, w_sc_srange(-4095, q.out ? q.hi : 0));
    break;
  case W_RET_TAIL:
    if (t->type.has_ret && (t->type.ret_lo > t->type.ret_hi))
      return w_refuse(why, W_BAD_RETURN,
                      "%s programs have no result that a tail call could end with", t->type.name);
    if (st->depth)
      return w_refuse(why, W_BAD_INSTRUCTION,
                      "%s is for the main function: here it would end only the function it is in",
                      h->name);
    if (w_nrefs(st))
      return w_refuse_leak(st, NULL, why);
    break;
  case W_RET_ACQUIRE:
    r = w_fresh(st,
                (struct w_fact){.kind = W_FREF,
                                .ref = h->ref,
                                .null = true,
                                .origin = (uint32_t)st->pc,
                                .size = h->ref == W_RECORD ? q.size : w_ref_kinds[h->ref].size});
    break;
  case W_RET_TYPED: {
    uint32_t type;
    if (!w_type_named(t->types, t->type_count, h->object, &type))
      return w_refuse(
          why, W_UNSUPPORTED,
          "%s gives a %s, and the kernel's types are not known here: --btf FILE names them",
          h->name, h->object);
    r = w_object_res(t, st, h->object_null, type);
    break;
  }
  case W_RET_ROUNDS: /* what its callback does is followed from its own call alone */
    return w_refuse(why, W_UNSUPPORTED, "%s can't be called through a register here", h->name);
  case W_RET_VOID:
    break;
  }
  a_clobber(st);
  if (q.out)
    w_a_scribble(st, q.pl, h->partly ? 0 : q.lo, q.hi, effects);
  if (h->moves)
    a_moved(st);
  if (q.release)
    a_released(st, q.symbol);
  if (h->ret == W_RET_TAIL || h->ret == W_RET_VOID) {
    st->pc++;
    return true;
  }
  w_a_put(st, 1, 0, r);
  if (h->on_success && q.out)
    w_a_await(st, q.pl, q.lo, r, effects);
  return true;
}

struct w_frame *w_a_push(struct w_pool *pool, struct w_state *st, struct w_why *why) {
  if (st->depth + 1 >= W_FRAMES) {
    w_refuse(why, W_STACK_OVERFLOW,
             "this call needs a frame more than the %d that there are (Linux has 16 from 7.2 on)",
             W_FRAMES);
    return NULL;
  }
  if (!w_reserve(pool, (void **)&st->frames, &st->frame_cap, st->depth + 1, sizeof *st->frames))
    return NULL;
  struct w_frame *f = &st->frames[st->depth++];
  *f = (struct w_frame){.pc = (uint32_t)st->pc + 1, .defined = st->defined & 0xfc0};
  memcpy(f->regs, st->regs, sizeof f->regs); /* r0 to r5 do not come back */
  return f;
}

void w_a_begin(struct w_state *st, int64_t target) {
  struct w_frame *f = &st->frames[st->depth - 1];
  if (w_aconst(st, (int64_t)w_most_rounds, &st->regs[W_ROUNDS]))
    st->defined |= 1u << W_ROUNDS;
  w_kill_slots(st, w_frame_top(st) - W_STACK, W_STACK);
  memset(f->written, 0, sizeof f->written);
  st->pending.n = 0;
  for (uint32_t k = 0; k < st->next; k++) /* it may be elsewhere than the last one of this depth */
    if (st->facts[k].kind == W_FSTACK && st->facts[k].frame == st->depth) {
      st->facts[k] = (struct w_fact){.kind = W_FSCALAR, .tainted = true};
      st->facts[k].s = w_sc_top();
    }
  w_a_put(st, 0, 10,
          w_fresh(st, (struct w_fact){.kind = W_FSTACK, .step = W_WHOLE, .frame = st->depth}));
  st->pc = target;
}

bool w_a_call_local(struct w_pool *pool, struct w_state *st, int64_t target, struct w_why *why) {
  if (!w_a_push(pool, st, why))
    return false;
  st->defined &= 0x3e; /* r1 to r5 are the arguments */
  w_a_begin(st, target);
  return true;
}

bool w_a_leave(struct w_state *st) {
  const struct w_frame *f = &st->frames[--st->depth];
  st->defined = f->defined | (st->defined & 1);
  for (int r = 1; r < W_VALUES; r++)
    st->regs[r] = f->regs[r];
  st->pc = f->pc;
  if (st->pending.off < w_frame_top(st) - W_STACK)
    st->pending.n = 0; /* they are of the frame that is gone */
  return true;
}

bool w_a_load_packet(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                     struct w_why *why) {
  if (!t->type.legacy)
    return w_refuse(why, W_BAD_INSTRUCTION, "%s programs can't use the legacy packet loads",
                    t->type.name);
  if (st->depth)
    return w_refuse(why, W_BAD_INSTRUCTION,
                    "legacy packet loads are for the main function: here one would end only the "
                    "function it is in");
  if (t->type.has_ret && (t->type.ret_lo > 0 || t->type.ret_hi < 0))
    return w_refuse(
        why, W_BAD_RETURN,
        "a legacy packet load may end the program with 0, which %s programs can't return",
        t->type.name);
  if (!(st->defined >> 6 & 1) || (i->reg && !(st->defined >> i->src & 1)))
    return w_refuse(why, W_UNDEFINED_REGISTER,
                    "r%d is read, but nothing was written to it on this path",
                    st->defined >> 6 & 1 ? i->src : 6);
  if (w_fact_of(st, st->regs[6])->kind != W_FCTX || st->regs[6].c)
    return w_refuse(why, W_BAD_HELPER_ARGUMENT, "legacy packet loads need the context in r6");
  if (w_nrefs(st))
    return w_refuse_leak(st, NULL, why);
  a_clobber(st);
  return w_a_put(st, 1, 0, w_fresh_scalar(st, false, w_sc_of_bytes(i->size)));
}
