/* checker/Access.v: loads, stores and atomic operations at a place. */
#include "verify/domain/internal.h"

#include <string.h>

#include "load/objects.h"

struct w_aval w_object_res(const struct w_target *t, struct w_state *st, bool null, uint32_t i) {
  return i < t->type_count
             ? w_fresh(st, (struct w_fact){.kind = null ? W_FOBJ_OR_NULL : W_FOBJ, .type = i})
             : w_fresh_scalar(st, true, w_sc_top());
}

/* What others returned before: the whole of it, or its low half. */
static struct w_scalar earlier_result(const struct w_target *t, uint32_t n) {
  struct w_scalar s = w_sc_result(t->type.ret_lo, t->type.ret_hi);
  return n == 8 ? s : w_sc_trunc(W_A32, s);
}

static bool low_bytes(const struct w_state *st, enum w_size z, struct w_aval v,
                      struct w_aval *low) {
  *low = v;
  if (z == W_S8)
    return true;
  bool tainted;
  struct w_scalar room;
  uint64_t c, ones = (UINT64_C(1) << (8 * w_bytes(z))) - 1;
  const struct w_scalar *s = w_view(st, v, &tainted, &room);
  if (!s)
    return false;
  if (w_sc_is_const(s, &c))
    return w_aconst(st, (int64_t)(c & ones), low);
  return s->all.umax <= ones;
}

/* The spill that holds the n bytes from k on, or NULL. */
static const struct w_slot *spill_around(const struct w_state *st, int32_t k, uint32_t n) {
  for (int32_t d = 0; d < 8; d++) {
    const struct w_slot *slot = w_slot_at(st, k - d);
    if (slot && (uint32_t)d + n <= w_bytes(slot->size))
      return slot;
  }
  return NULL;
}

/* The z bytes of v from byte d on. */
static struct w_aval part_of(struct w_state *st, enum w_size z, uint32_t d, struct w_aval v) {
  struct w_aval low;
  bool tainted;
  struct w_scalar room;
  if (!d && low_bytes(st, z, v, &low))
    return low;
  const struct w_scalar *s = w_any_view(st, v, &tainted, &room);
  return w_scalar_res(
      st, tainted, (struct w_scalar){.all = w_bd_trunc_bytes(z, w_bd_shr(s->all, 8 * d, 8 * d))});
}

/* The bytes from k on, of several spills. False: none has one of them. */
static bool gather(struct w_state *st, enum w_size z, int32_t k, struct w_aval *r,
                   struct w_effects *effects) {
  int32_t n = (int32_t)w_bytes(z);
  struct w_bounds b = w_bd_const(0);
  bool known = false, tainted = false;
  uint32_t near = w_slot_index(st, k - 7);
  if (near == st->nslots || st->slots[near].off >= k + n)
    return false;
  while (n-- > 0) { /* the highest first */
    const struct w_slot *slot = spill_around(st, k + n, 1);
    struct w_bounds byte = w_bd_of_bytes(W_S1);
    bool t = true;
    struct w_scalar room;
    if (slot) {
      uint32_t d = 8 * (uint32_t)(k + n - slot->off);
      byte = w_bd_trunc_bytes(W_S1, w_bd_shr(w_any_view(st, slot->v, &t, &room)->all, d, d));
      w_note(effects, W_READ_SLOT, slot->off, w_bytes(slot->size), false);
      known = true;
    }
    tainted |= t;
    b = w_bd_alu64(W_ADD, byte, w_bd_shl(b, 8, 8));
  }
  if (known)
    *r = w_scalar_res(st, tainted, (struct w_scalar){.all = b});
  return known;
}

/* False: no spill has these bytes, nor one of them. */
static bool load_spill(struct w_state *st, enum w_size z, int32_t k, struct w_aval *r,
                       struct w_effects *effects) {
  const struct w_slot *slot = spill_around(st, k, w_bytes(z));
  if (!slot)
    return gather(st, z, k, r, effects);
  w_note(effects, W_READ_SLOT, slot->off, w_bytes(slot->size), false);
  *r = slot->size == z ? slot->v : part_of(st, z, (uint32_t)(k - slot->off), slot->v);
  return true;
}

/* No field of the context is read by n bytes there: Linux may have one. */
static bool refuse_field(const struct w_target *t, int32_t k, uint32_t n, struct w_why *why) {
  for (uint32_t i = 0; i < w_unsupported_field_count; i++) {
    const struct w_unsupported_field *f = &w_unsupported_fields[i];
    if (f->type == t->type.id && k >= 0 && f->off == (uint32_t)k && n == 8)
      return w_refuse(why, W_UNSUPPORTED,
                      "the context's field %s points to %s, and that is not supported yet", f->name,
                      f->what);
  }
  return w_refuse(why, W_BAD_CONTEXT_ACCESS,
                  "no field of the context of %s programs is read by %u byte%s at offset %d",
                  t->type.name, n, n == 1 ? "" : "s", k);
}

/* What the stack has there; it may be read. */
static struct w_aval stack_value(struct w_state *st, enum w_size z, struct w_place pl,
                                 struct w_effects *effects) {
  struct w_aval r;
  return !pl.mx && load_spill(st, z, pl.k, &r, effects)
             ? r
             : w_fresh_scalar(st, true, w_sc_of_bytes(z));
}

bool w_a_load(const struct w_target *t, struct w_state *st, const struct w_insn *i,
              struct w_place pl, struct w_aval *r, struct w_effects *effects, struct w_why *why) {
  uint32_t n = w_bytes(i->size);
  *r = w_fresh_scalar(st, false, w_sc_of_bytes(i->size));
  switch (pl.kind) {
  case W_PSTACK: {
    if (!w_read_frame(t, st, pl.k, pl.mx + n, effects, why))
      return false;
    *r = stack_value(st, i->size, pl, effects);
    break;
  }
  case W_PCTX: {
    if (t->type.raw)
      break;
    const struct w_field *f = w_field_in(t->type.fields, t->type.nfields, (uint64_t)pl.k, n);
    if (!f)
      return refuse_field(t, pl.k, n, why);
    if (f->kind == W_FIELD_DATA)
      *r = w_fresh(st, (struct w_fact){.kind = W_FPKT, .checked = true});
    else if (f->kind == W_FIELD_DATA_END)
      *r = w_fresh(st, (struct w_fact){.kind = W_FEND});
    else if (f->kind == W_FIELD_DATA_META)
      *r = w_fresh(st, (struct w_fact){.kind = W_FPKT, .area = W_METADATA});
    else if (f->kind == W_FIELD_TYPED)
      *r = w_object_res(t, st, f->null, f->type);
    else if (f->kind == W_FIELD_RESULT)
      *r = w_fresh_scalar(st, false, earlier_result(t, n));
    break;
  }
  case W_POBJ: {
    uint32_t to;
    if (n == 8 && w_pointer_at(&t->types[pl.type], (uint64_t)pl.k, &to))
      *r = w_object_res(t, st, false, to);
    break;
  }
  case W_PSOCK: {
    const struct w_ref_kind *kind = &w_ref_kinds[pl.ref], *full = &w_ref_kinds[W_SOCKET];
    if (w_field_in(kind->fields, kind->nfields, (uint64_t)pl.k, n))
      break;
    const struct w_field *f = w_field_in(full->fields, full->nfields, (uint64_t)pl.k, n);
    if (f)
      return w_refuse(why, W_BAD_CONTEXT_ACCESS,
                      "only full sockets have the field %s, and this may be another one", f->name);
    return w_refuse(why, W_BAD_CONTEXT_ACCESS,
                    "no field of a socket is read by %u byte%s at offset %d", n, n == 1 ? "" : "s",
                    pl.k);
  }
  case W_PVAL:
    if (pl.known) {
      uint64_t c = 0;
      for (uint32_t b = n; b > 0; b--)
        c = c << 8 | pl.known[b - 1];
      *r = w_scalar_res(st, false, w_sc_const(c));
    }
    break;
  default:
    break;
  }
  if (i->sx) {
    bool tainted;
    struct w_scalar room;
    const struct w_scalar *s = w_any_view(st, *r, &tainted, &room);
    *r = w_scalar_res(st, tainted, w_sc_sext(W_A64, i->size, *s));
  }
  return true;
}

void w_kill_slots(struct w_state *st, int32_t k, uint32_t n) {
  uint32_t from = w_slot_index(st, k - 7), to = w_slot_index(st, k + (int32_t)n), keep = from;
  for (uint32_t i = from; i < to; i++)
    if (st->slots[i].off + (int32_t)w_bytes(st->slots[i].size) <= k)
      st->slots[keep++] = st->slots[i];
  if (to != keep) {
    memmove(&st->slots[keep], &st->slots[to], (st->nslots - to) * sizeof *st->slots);
    st->nslots -= to - keep;
  }
}

static bool set_slot(struct w_pool *pool, struct w_state *st, int32_t k, enum w_size z,
                     struct w_aval v) {
  if (!w_reserve(pool, (void **)&st->slots, &st->slot_cap, st->nslots + 1, sizeof *st->slots))
    return false;
  uint32_t at = w_slot_index(st, k);
  memmove(&st->slots[at + 1], &st->slots[at], (st->nslots - at) * sizeof *st->slots);
  st->slots[at] = (struct w_slot){.off = (int16_t)k, .size = (uint8_t)z, .v = v};
  st->nslots++;
  return true;
}

static void set_written(struct w_state *st, int32_t k, uint32_t n) {
  for (int32_t off = k; n > 0; off++, n--)
    *w_word(st, w_bit_of(off) >> 6) |= UINT64_C(1) << (off & 63);
}

/* Of n bytes of the place, those that are among them wherever it starts. */
static uint32_t sure(struct w_place pl, uint32_t n, int32_t *k) {
  *k = pl.k + (int32_t)pl.mx;
  return n > pl.mx ? n - pl.mx : 0;
}

void w_a_scribble(struct w_state *st, struct w_place pl, uint32_t n, uint32_t m,
                  struct w_effects *effects) {
  int32_t k;
  if (pl.kind != W_PSTACK)
    return;
  n = sure(pl, n, &k);
  w_kill_slots(st, pl.k, pl.mx + m);
  set_written(st, k, n);
  w_note(effects, W_WRITE, k, n, false);
}

void w_a_await(struct w_state *st, struct w_place pl, uint32_t n, struct w_aval result,
               struct w_effects *effects) {
  if (pl.kind != W_PSTACK || result.c)
    return;
  st->pending.sym = result.sym;
  st->pending.n = sure(pl, n, &st->pending.off);
  w_note(effects, W_AWAIT, st->pending.off, st->pending.n, false);
}

void w_a_settle(struct w_state *st, struct w_effects *effects) {
  struct w_pending *p = &st->pending;
  uint64_t result;
  if (!p->n || !w_const_of(st, (struct w_aval){p->sym, 0}, &result) || result)
    return;
  set_written(st, p->off, p->n);
  w_note(effects, W_SETTLE, p->off, p->n, false);
  p->n = 0;
}

bool w_a_store(struct w_pool *pool, const struct w_target *t, struct w_state *st, enum w_size z,
               struct w_place pl, struct w_aval v, struct w_effects *effects, struct w_why *why) {
  uint32_t n = w_bytes(z);
  if (pl.kind == W_PSTACK) {
    struct w_aval low;
    w_a_scribble(st, pl, n, n, effects);
    if (!pl.mx && low_bytes(st, z, v, &low) && !set_slot(pool, st, pl.k, z, low))
      return false;
  } else if (pl.kind == W_PCTX && !t->type.raw) {
    const struct w_field *f = w_field_in(t->type.fields, t->type.nfields, (uint64_t)pl.k, n);
    if (!f || !f->writable || f->kind != W_FIELD_PLAIN)
      return w_refuse(
          why, W_BAD_CONTEXT_ACCESS,
          "no field of the context of %s programs can be written by %u byte%s at offset %d",
          t->type.name, n, n == 1 ? "" : "s", pl.k);
  }
  st->pc++;
  return true;
}

/* The new value, of the old one and the operand. */
static struct w_aval atomic_new(const struct w_target *t, struct w_state *st,
                                const struct w_insn *i, struct w_aval old, struct w_aval y) {
  enum w_width w = i->size == W_S8 ? W_A64 : W_A32;
  switch ((enum w_atomic)i->atomic) {
  case W_ATADD:
    return w_a_alu(t, st, w, W_ADD, old, y);
  case W_ATOR:
    return w_a_alu(t, st, w, W_OR, old, y);
  case W_ATAND:
    return w_a_alu(t, st, w, W_AND, old, y);
  case W_ATXOR:
    return w_a_alu(t, st, w, W_XOR, old, y);
  case W_XCHG:
    return y;
  default:
    return w_fresh_scalar(st, true, w_sc_top());
  }
}

/* A result as a value: a new one gets a symbol, for which there is room. */
static struct w_aval name(struct w_state *st, struct w_aval v) {
  if (v.sym == st->next)
    st->next++;
  return v;
}

bool w_a_atomic(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
                struct w_state *st, struct w_place pl, struct w_aval *old,
                struct w_effects *effects, struct w_why *why) {
  struct w_aval y = st->regs[i->src];
  if (pl.kind != W_PSTACK) {
    *old = w_fresh_scalar(st, false, w_sc_of_bytes(i->size));
    return true;
  }
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, st->next + 3, sizeof *st->facts) ||
      !w_read_frame(t, st, pl.k, pl.mx + w_bytes(i->size), effects, why))
    return false;
  *old = name(st, stack_value(st, i->size, pl, effects));
  y = name(st, atomic_new(t, st, i, *old, y));
  if (!w_a_store(pool, t, st, i->size, pl, y, effects, why))
    return false;
  st->pc--;
  return true;
}
