/* Transfer functions, in the order of checker/: facts, arithmetic, addresses, loads and stores,
 * refinement, calls, dispatch, inclusion. */
#include "verify/domain/domain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/objects.h"

__extension__ typedef __int128
    wide; /* sums of constants, offsets and sizes that may leave 64 bits */

/* --- Memory ---------------------------------------------------------------------------------- */

void *w_resize(struct w_pool *pool, void *old, size_t have, size_t want) {
  if (want > have && want - have > pool->limit - pool->used) {
    pool->exhausted = true;
    return NULL;
  }
  void *new = realloc(old, want ? want : 1);
  if (!new) {
    pool->exhausted = true;
    return NULL;
  }
  pool->used = pool->used - have + want;
  if (pool->used > pool->peak)
    pool->peak = pool->used;
  return new;
}

void w_release(struct w_pool *pool, void *block, size_t have) {
  free(block);
  if (block)
    pool->used -= have;
}

bool w_grow(struct w_pool *pool, void **array, uint32_t *cap, uint32_t want, size_t each) {
  uint32_t size = *cap + *cap / 2 > want ? *cap + *cap / 2 : want;
  if (size < 8)
    size = 8;
  if (size * each < 64) /* many arrays start small */
    size = (uint32_t)(64 / each);
  void *new = w_resize(pool, *array, *cap * each, size * each);
  if (!new)
    return false;
  *array = new;
  *cap = size;
  return true;
}

/* --- Refusals -------------------------------------------------------------------------------- */

static bool refuse(struct w_why *why, enum w_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse(struct w_why *why, enum w_reason reason, const char *format, ...) {
  why->reason = reason;
  va_list args;
  va_start(args, format);
  vsnprintf(why->text, sizeof why->text, format, args);
  va_end(args);
  return false;
}

/* --- Fact.v, State.v ------------------------------------------------------------------------- */

static void set_scalar(struct w_fact *f, bool tainted, struct w_scalar s) {
  memset(f, 0, offsetof(struct w_fact, s));
  f->kind = W_FSCALAR;
  f->tainted = tainted;
  f->s = s;
}

bool w_a_init(struct w_pool *pool, struct w_state *st) {
  memset(st, 0, sizeof *st);
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, 16, sizeof *st->facts))
    return false;
  set_scalar(&st->facts[0], false, w_sc_const(0));
  st->facts[1] = (struct w_fact){.kind = W_FCTX};
  st->facts[2] = (struct w_fact){.kind = W_FSTACK, .mx = 0};
  st->next = 3;
  st->regs[1] = (struct w_aval){1, 0};
  st->regs[10] = (struct w_aval){2, 0};
  st->defined = 1u << 1 | 1u << 10;
  return true;
}

bool w_state_copy(struct w_pool *pool, struct w_state *to, const struct w_state *from) {
  memset(to, 0, sizeof *to);
  if (w_state_set(pool, to, from))
    return true;
  w_state_free(pool, to);
  return false;
}

bool w_state_set(struct w_pool *pool, struct w_state *to, const struct w_state *from) {
  struct w_state st = *from;
  if (!w_reserve(pool, (void **)&to->facts, &to->fact_cap, from->next + 8, sizeof *to->facts) ||
      !w_reserve(pool, (void **)&to->slots, &to->slot_cap, from->nslots, sizeof *to->slots) ||
      !w_reserve(pool, (void **)&to->frames, &to->frame_cap, from->depth, sizeof *to->frames))
    return false;
  st.facts = to->facts, st.fact_cap = to->fact_cap;
  st.slots = to->slots, st.slot_cap = to->slot_cap;
  st.frames = to->frames, st.frame_cap = to->frame_cap;
  *to = st;
  memcpy(to->facts, from->facts, from->next * sizeof *to->facts);
  if (from->nslots)
    memcpy(to->slots, from->slots, from->nslots * sizeof *to->slots);
  if (from->depth)
    memcpy(to->frames, from->frames, from->depth * sizeof *to->frames);
  return true;
}

void w_state_free(struct w_pool *pool, struct w_state *st) {
  w_release(pool, st->slots, st->slot_cap * sizeof *st->slots);
  w_release(pool, st->facts, st->fact_cap * sizeof *st->facts);
  w_release(pool, st->frames, st->frame_cap * sizeof *st->frames);
  st->slots = NULL;
  st->facts = NULL;
  st->frames = NULL;
  st->nslots = st->slot_cap = st->next = st->fact_cap = st->depth = st->frame_cap = 0;
}

/* The first slot at or after `off`. */
static uint32_t slot_index(const struct w_state *st, int32_t off) {
  uint32_t lo = 0, hi = st->nslots;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (st->slots[mid].off < off)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

const struct w_slot *w_slot_at(const struct w_state *st, int32_t off) {
  uint32_t i = slot_index(st, off);
  return i < st->nslots && st->slots[i].off == off ? &st->slots[i] : NULL;
}

const struct w_scalar *w_view(const struct w_state *st, struct w_aval a, bool *tainted,
                              struct w_scalar *room) {
  const struct w_fact *f = w_fact_of(st, a);
  if (f->kind != W_FSCALAR)
    return NULL;
  *tainted = f->tainted;
  if (!a.c)
    return &f->s;
  *room = w_sc_add(f->s, w_sc_const((uint64_t)a.c));
  return room;
}

const struct w_scalar *w_any_view(const struct w_state *st, struct w_aval a, bool *tainted,
                                  struct w_scalar *room) {
  const struct w_scalar *s = w_view(st, a, tainted, room);
  if (s)
    return s;
  *tainted = true;
  *room = w_sc_top();
  return room;
}

bool w_const_of(const struct w_state *st, struct w_aval a, uint64_t *c) {
  const struct w_fact *f = w_fact_of(st, a);
  bool tainted;
  struct w_scalar sum;
  if (f->kind != W_FSCALAR)
    return false;
  if (w_sc_is_const(&f->s, c)) {
    *c += (uint64_t)a.c;
    return true;
  }
  return a.c && w_sc_is_const(w_view(st, a, &tainted, &sum), c);
}

bool w_aconst(const struct w_state *st, int64_t z, struct w_aval *v) {
  const struct w_fact *zero = &st->facts[0];
  if (!st->next || zero->kind != W_FSCALAR || zero->tainted || zero->s.all.umin || zero->s.all.umax)
    return false;
  *v = (struct w_aval){0, z};
  return true;
}

/* A result is an old value, or a new symbol plus a constant: the symbol `next`, whose fact lies
 * behind the others until the result is put somewhere. w_a_exec makes room for it. */
static struct w_aval fresh(struct w_state *st, struct w_fact f) {
  st->facts[st->next] = f;
  return (struct w_aval){st->next, 0};
}
static struct w_aval fresh_scalar(struct w_state *st, bool tainted, struct w_scalar s) {
  set_scalar(&st->facts[st->next], tainted, s);
  return (struct w_aval){st->next, 0};
}

static struct w_aval scalar_res(struct w_state *st, bool tainted, struct w_scalar s) {
  uint64_t c;
  struct w_aval v;
  if (!tainted && w_sc_is_const(&s, &c) && w_aconst(st, (int64_t)c, &v))
    return v;
  return fresh_scalar(st, tainted, s);
}

static bool a_put(struct w_state *st, int slots, int d, struct w_aval v) {
  st->next += v.sym == st->next;
  st->regs[d] = v;
  st->defined |= (uint16_t)(1u << d);
  st->pc += slots;
  return true;
}

/* --- Arith.v --------------------------------------------------------------------------------- */

static struct w_aval shift(struct w_aval a, uint64_t c) {
  return (struct w_aval){a.sym, (int64_t)((uint64_t)a.c + c)};
}

static bool add_ptr(const struct w_target *t, struct w_state *st, struct w_aval p, struct w_aval x,
                    struct w_aval *r) {
  bool tainted;
  struct w_scalar room;
  const struct w_scalar *s = w_view(st, x, &tainted, &room);
  if (!s)
    return false;
  struct w_fact f = *w_fact_of(st, p);
  if (f.kind == W_FSTACK) {
    wide mx = f.mx + ((wide)s->all.smax - s->all.smin);
    if (mx > W_STACK)
      return false;
    f.mx = (int64_t)mx;
    *r = shift(fresh(st, f), (uint64_t)p.c + (uint64_t)s->all.smin);
    return true;
  }
  if (f.kind == W_FPKT) {
    if ((wide)f.mx + s->all.umax >= W_REACH)
      return false;
    f.checked = false;
    f.av = 0;
  } else if (f.kind == W_FMAP_VALUE) {
    if (f.map >= t->map_count || (wide)f.mx + s->all.umax > t->maps[f.map].value_size)
      return false;
  } else if (f.kind == W_FRECORD_AT || (f.kind == W_FREF && f.ref == W_RECORD && !f.null)) {
    uint64_t mx = f.kind == W_FRECORD_AT ? (uint64_t)f.mx : 0;
    if ((wide)mx + s->all.umax > f.size)
      return false;
    f.kind = W_FRECORD_AT;
    f.mx = (int64_t)mx;
  } else {
    return false;
  }
  f.mx = (int64_t)((uint64_t)f.mx + s->all.umax);
  *r = shift(fresh(st, f), (uint64_t)p.c);
  return true;
}

static bool is_pointer(const struct w_fact *f) {
  return f->kind == W_FSTACK || f->kind == W_FCTX || f->kind == W_FPKT || f->kind == W_FEND ||
         f->kind == W_FMAP_VALUE || f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP ||
         f->kind == W_FMAP_OR_NULL || f->kind == W_FREF || f->kind == W_FRECORD_AT ||
         f->kind == W_FOBJ || (f->kind == W_FSCALAR && f->moved);
}

static struct w_aval a_scalar_alu(struct w_state *st, enum w_width w, enum w_aluop op,
                                  struct w_aval a, struct w_aval b) {
  bool ta, tb;
  struct w_scalar room_a, room_b;
  const struct w_scalar *sa = w_any_view(st, a, &ta, &room_a);
  const struct w_scalar *sb = w_any_view(st, b, &tb, &room_b);
  struct w_aval r = scalar_res(st, ta || tb, w_sc_alu(w, op, *sa, *sb));
  if (r.sym == st->next && w == W_A64 && (op == W_ADD || op == W_SUB))
    st->facts[r.sym].moved = is_pointer(w_fact_of(st, a)) != is_pointer(w_fact_of(st, b));
  return r;
}

static struct w_aval a_add(const struct w_target *t, struct w_state *st, struct w_aval a,
                           struct w_aval b) {
  uint64_t c;
  struct w_aval r;
  if (w_const_of(st, b, &c))
    return shift(a, c);
  if (w_const_of(st, a, &c))
    return shift(b, c);
  if (add_ptr(t, st, a, b, &r) || add_ptr(t, st, b, a, &r))
    return r;
  return a_scalar_alu(st, W_A64, W_ADD, a, b);
}

static struct w_aval a_sub(struct w_state *st, struct w_aval a, struct w_aval b) {
  uint64_t c;
  if (w_const_of(st, b, &c))
    return shift(a, 0 - c);
  return a_scalar_alu(st, W_A64, W_SUB, a, b);
}

/* A sum or difference of 32 bits, of a number and a constant: where it does not wrap it is that of
 * 64 bits. */
static bool a_alu32(const struct w_state *st, enum w_aluop op, struct w_aval a, struct w_aval b,
                    struct w_aval *r) {
  bool tainted;
  struct w_scalar room;
  uint64_t k;
  if ((op != W_ADD && op != W_SUB) || !w_const_of(st, b, &k))
    return false;
  int64_t c = op == W_ADD ? (int64_t)(int32_t)k : -(int64_t)(int32_t)k;
  const struct w_scalar *s = w_view(st, a, &tainted, &room);
  if (!s || s->all.umax > UINT32_MAX || (int64_t)s->all.umin + c < 0 ||
      (int64_t)s->all.umax + c > (int64_t)UINT32_MAX)
    return false;
  *r = shift(a, (uint64_t)c);
  return true;
}

static struct w_aval a_alu(const struct w_target *t, struct w_state *st, enum w_width w,
                           enum w_aluop op, struct w_aval a, struct w_aval b) {
  struct w_aval r;
  if (w == W_A32 && a_alu32(st, op, a, b, &r))
    return r;
  if (w == W_A64 && op == W_ADD)
    return a_add(t, st, a, b);
  if (w == W_A64 && op == W_SUB)
    return a_sub(st, a, b);
  return a_scalar_alu(st, w, op, a, b);
}

static struct w_aval a_mov(struct w_state *st, enum w_width w, struct w_aval b) {
  bool tainted;
  struct w_scalar room;
  if (w == W_A64)
    return b;
  const struct w_scalar *s = w_any_view(st, b, &tainted, &room);
  if (s->all.umax <= UINT32_MAX)
    return b;
  return scalar_res(st, tainted, w_sc_trunc(W_A32, *s));
}

/* --- Address.v ------------------------------------------------------------------------------- */

bool w_a_addr(const struct w_target *t, const struct w_state *st, struct w_aval a, int32_t off,
              uint64_t n, bool write, struct w_place *pl) {
  const struct w_fact *f = w_fact_of(st, a);
  wide k = (wide)a.c + off;
  switch (f->kind) {
  case W_FSTACK:
    *pl = (struct w_place){
        .kind = W_PSTACK, .k = (int32_t)(k - (wide)f->map * W_STACK), .mx = (uint32_t)f->mx};
    return f->map <= st->depth && -W_STACK <= k && f->mx + k + n <= 0;
  case W_FCTX:
    *pl = (struct w_place){.kind = W_PCTX, .k = (int32_t)k};
    return 0 <= k && k + n <= t->type.ctx_size;
  case W_FPKT:
    *pl = (struct w_place){.kind = W_PPKT};
    return f->checked && 0 <= k && k + n <= f->av && !(write && !t->type.writes);
  case W_FMAP_VALUE: {
    if (f->map >= t->map_count)
      return false;
    const struct warrant_map *m = &t->maps[f->map];
    if (0 > k || f->mx + k + n > m->value_size || (write && m->readonly))
      return false;
    const uint8_t *constants = f->mx == 0 ? w_constants(m) : NULL;
    *pl = (struct w_place){.kind = W_PVAL, .known = constants ? constants + (size_t)k : NULL};
    return true;
  }
  case W_FREF:
    *pl = (struct w_place){
        .kind = f->ref == W_RECORD ? W_PVAL : W_PSOCK, .ref = f->ref, .k = (int32_t)k};
    return !f->null && 0 <= k && k + n <= f->size && !(write && f->ref != W_RECORD);
  case W_FRECORD_AT:
    *pl = (struct w_place){.kind = W_PVAL};
    return 0 <= k && (wide)(uint64_t)f->mx + k + n <= f->size;
  case W_FOBJ:
    *pl = (struct w_place){.kind = W_POBJ, .k = (int32_t)k, .type = f->map};
    return !write && f->map < t->type_count && 0 <= k && k + n <= t->types[f->map].size &&
           k <= INT32_MAX;
  }
  return false;
}

/* The address of a kernel object of type `i`; nothing is known, if there is no such type. */
static struct w_aval object_res(const struct w_target *t, struct w_state *st, uint32_t i) {
  return i < t->type_count ? fresh(st, (struct w_fact){.kind = W_FOBJ, .map = i})
                           : fresh_scalar(st, true, w_sc_top());
}

/* --- Ref.v ----------------------------------------------------------------------------------- */

uint32_t w_nrefs(const struct w_state *st) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < st->next; k++)
    n += st->facts[k].kind == W_FREF;
  return n;
}

static const char *ref_name(const struct w_fact *f) {
  return f->ref == W_RECORD ? "record" : "socket";
}

bool w_refuse_leak(const struct w_state *st, const struct w_state *rest, struct w_why *why) {
  const struct w_fact *f = NULL;
  for (uint32_t k = st->next; k-- > 0;) {
    bool kept = st->facts[k].kind != W_FREF;
    for (uint32_t j = 0; rest && !kept && j < rest->next; j++)
      kept = rest->facts[j].kind == W_FREF && rest->facts[j].map == st->facts[k].map;
    if (!kept)
      f = &st->facts[k];
  }
  if (!f)
    return refuse(why, W_LEAKED_REFERENCE,
                  "a reference acquired earlier is lost here and can no longer be released");
  return refuse(why, W_LEAKED_REFERENCE, "the %s from the call at %" PRIu32 " %s: %s on every path",
                ref_name(f), f->map,
                rest ? "is lost here and can no longer be released" : "is not released here",
                f->ref == W_RECORD ? "submit or discard it" : "release it");
}

/* All of the n bytes from off written; with `undefined` in mind, n > 0 and the bytes within the
 * frame. */
static bool all_init(const struct w_state *st, int32_t off, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!w_written(st, off + (int32_t)i))
      return false;
  return true;
}

/* Why w_a_addr said no to an access of n bytes at register r (or argument r of a helper) + off. */
static bool refuse_address(const struct w_target *t, const struct w_state *st, int r, int32_t off,
                           uint64_t n, bool write, struct w_why *why) {
  struct w_aval a = st->regs[r];
  const struct w_fact *f = w_fact_of(st, a);
  int64_t k = (int64_t)((uint64_t)a.c + (uint64_t)(int64_t)off);
  const char *verb = write ? "writing" : "reading";
  uint64_t c, last = (uint64_t)k + n - 1;
  char bytes[80];
  if (n == 1)
    snprintf(bytes, sizeof bytes, "byte %" PRId64, k);
  else
    snprintf(bytes, sizeof bytes, "bytes %" PRId64 "..%" PRId64, k, (int64_t)last);
  switch (f->kind) {
  case W_FSTACK:
    if (f->map != st->depth)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "%s %" PRIu64 " byte%s there leaves the caller's frame that r%d points into",
                    verb, n, n == 1 ? "" : "s", r);
    if (f->mx)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "%s %" PRIu64 " byte%s at frame offset %" PRId64 " to %" PRId64
                    " leaves the stack: offsets are -512 to -1 from r10, and the variable part of "
                    "this one can be as large as %" PRId64,
                    verb, n, n == 1 ? "" : "s", k, (int64_t)((uint64_t)k + (uint64_t)f->mx), f->mx);
    return refuse(why, W_OUT_OF_BOUNDS,
                  "%s %" PRIu64 " byte%s at frame offset %" PRId64
                  " leaves the stack: offsets are -512 to -1 from r10",
                  verb, n, n == 1 ? "" : "s", k);
  case W_FCTX:
    return refuse(why, W_BAD_CONTEXT_ACCESS,
                  "%s %s of the context, but that of %s programs has %" PRIu32 " bytes", verb,
                  bytes, t->type.name, t->type.ctx_size);
  case W_FPKT:
    if (write && !t->type.writes)
      return refuse(why, W_READ_ONLY, "%s programs can't write the packet, only read it",
                    t->type.name);
    if (k < 0)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "%s %s of the packet: that is before the pointer that was checked", verb,
                    bytes);
    if (f->map == W_METADATA)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "the packet may have no metadata here: compare r%d + %" PRId64
                    " with data before %s %" PRIu64 " byte%s",
                    r, (int64_t)((uint64_t)off + n), verb, n, n == 1 ? "" : "s");
    if (f->mx)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "the packet may end before this: compare r%d + %" PRId64
                    " with data_end, after the variable offset was added, before %s %" PRIu64
                    " byte%s here",
                    r, (int64_t)((uint64_t)off + n), verb, n, n == 1 ? "" : "s");
    return refuse(why, W_OUT_OF_BOUNDS,
                  "the packet may be shorter than %" PRIu64
                  " bytes here: compare with data_end before %s %s",
                  last + 1, verb, bytes);
  case W_FEND:
    return refuse(why, W_INVALID_POINTER,
                  "r%d is the packet's end: it can be compared with, and nothing can be read there",
                  r);
  case W_FMAP:
    return refuse(why, W_INVALID_POINTER,
                  "r%d is a map, not what is in it: look an element up to get a value", r);
  case W_FMAP_VALUE: {
    const struct warrant_map *m = &t->maps[f->map];
    const char *name = m->name ? m->name : "the map";
    if (k >= 0 && (wide)f->mx + k + n <= m->value_size)
      return refuse(why, W_READ_ONLY, "%s is read-only: a program can't write its values", name);
    if (k < 0)
      return refuse(why, W_OUT_OF_BOUNDS, "%s %s of a value of %s: that is before its start", verb,
                    bytes, name);
    if (f->mx)
      return refuse(why, W_OUT_OF_BOUNDS,
                    "%s up to byte %" PRIu64 " of a value of %s, which has %" PRIu32
                    " bytes: the variable part of the offset can be as large as %" PRId64,
                    verb, last + (uint64_t)f->mx, name, m->value_size, f->mx);
    return refuse(why, W_OUT_OF_BOUNDS, "%s %s of a value of %s, which has %" PRIu32 " bytes", verb,
                  bytes, name, m->value_size);
  }
  case W_FMAP_VALUE_OR_NULL:
    return refuse(why, W_NULL_POINTER, "the map value may be null: test r%d before using it", r);
  case W_FMAP_OR_NULL:
    return refuse(
        why, W_INVALID_POINTER,
        "r%d is a map that another map holds, or null: test it, and look an element up to "
        "get a value",
        r);
  case W_FREF:
    if (f->null)
      return refuse(why, W_NULL_POINTER, "the %s may be null: test r%d before using it",
                    ref_name(f), r);
    if (write && f->ref != W_RECORD)
      return refuse(why, W_READ_ONLY, "r%d is a socket: a program can't write its fields", r);
    return refuse(why, W_OUT_OF_BOUNDS, "%s %s of a %s, which has %" PRIu64 " bytes", verb, bytes,
                  ref_name(f), f->size);
  case W_FRECORD_AT:
    if (k < 0)
      return refuse(why, W_OUT_OF_BOUNDS, "%s %s of a record: that is before its start", verb,
                    bytes);
    return refuse(why, W_OUT_OF_BOUNDS,
                  "%s up to byte %" PRIu64 " of a record, which has %" PRIu64
                  " bytes: the variable part of the offset can be as large as %" PRIu64,
                  verb, last + (uint64_t)f->mx, f->size, (uint64_t)f->mx);
  case W_FOBJ: {
    const struct warrant_object_type *type = &t->types[f->map];
    if (write)
      return refuse(why, W_READ_ONLY, "r%d points at a kernel object, a %s: it can only be read", r,
                    type->name);
    return refuse(why, W_OUT_OF_BOUNDS,
                  "%s %s of a kernel object, a %s, which has %" PRIu32 " bytes", verb, bytes,
                  type->name, type->size);
  }
  }
  if (f->kind == W_FSCALAR && f->stale)
    return refuse(why, W_INVALID_POINTER,
                  "r%d pointed into the packet, and a helper called since may have moved that: "
                  "read data and data_end "
                  "again and compare anew",
                  r);
  if (f->kind == W_FSCALAR && f->gone)
    return refuse(why, W_INVALID_POINTER,
                  "r%d points into memory that was released (or may have been: a record of the "
                  "same size was released)",
                  r);
  if (f->kind == W_FSCALAR && f->moved)
    return refuse(why, W_OUT_OF_BOUNDS,
                  "r%d is a pointer plus a number without a bound that is small enough: limit the "
                  "number before "
                  "the addition",
                  r);
  if (w_const_of(st, a, &c) && !c)
    return refuse(why, W_NULL_POINTER, "r%d is null here: test it before using it", r);
  if (f->kind == W_FSCALAR && f->tainted)
    return refuse(why, W_INVALID_POINTER,
                  "r%d is no known pointer: it is a number computed from an address, or it was "
                  "read from stack "
                  "bytes that do not hold a whole pointer",
                  r);
  return refuse(why, W_INVALID_POINTER, "r%d is a number, not a pointer", r);
}

/* --- Access.v -------------------------------------------------------------------------------- */

static void note(struct w_effects *effects, enum w_effect_kind kind, int32_t off, uint32_t n,
                 bool undefined) {
  if (effects->count < sizeof effects->e / sizeof *effects->e)
    effects->e[effects->count++] = (struct w_effect){
        .kind = (uint8_t)kind, .undefined = undefined, .off = (int16_t)off, .n = (uint16_t)n};
}

/* init_ok, for the n bytes of the frame from off. */
static bool read_frame(const struct w_target *t, const struct w_state *st, int32_t off, uint32_t n,
                       struct w_effects *effects, struct w_why *why) {
  bool init = all_init(st, off, n);
  if (!init && t->strict) {
    int32_t hole = off;
    while (w_written(st, hole))
      hole++;
    return refuse(
        why, W_UNDEFINED_STACK,
        "the stack byte at r10 %c %d was never written: clear the memory before it is read",
        hole < w_frame_top(st) ? '-' : '+', abs(hole - w_frame_top(st)));
  }
  note(effects, W_READ, off, n, !init);
  return true;
}

/* What others returned before: the whole of it, or its low half. */
static struct w_scalar earlier_result(const struct w_target *t, uint32_t n) {
  struct w_scalar s = w_sc_result(t->type.ret_lo, t->type.ret_hi);
  return n == 8 ? s : w_sc_trunc(W_A32, s);
}

static bool a_load(const struct w_target *t, struct w_state *st, const struct w_insn *i,
                   struct w_place pl, struct w_aval *r, struct w_effects *effects,
                   struct w_why *why) {
  uint32_t n = w_bytes(i->size);
  *r = fresh_scalar(st, false, w_sc_of_bytes(i->size));
  switch (pl.kind) {
  case W_PSTACK: {
    if (!read_frame(t, st, pl.k, pl.mx + n, effects, why))
      return false;
    const struct w_slot *slot = pl.mx ? NULL : w_slot_at(st, pl.k);
    if (slot && slot->size == i->size) {
      *r = slot->v;
      note(effects, W_READ_SLOT, pl.k, n, false);
    } else {
      st->facts[r->sym].tainted = true;
    }
    break;
  }
  case W_PCTX: {
    if (t->type.raw)
      break;
    const struct w_field *f = w_field_in(t->type.fields, t->type.nfields, (uint64_t)pl.k, n);
    if (!f)
      return refuse(why, W_BAD_CONTEXT_ACCESS,
                    "no field of the context of %s programs is read by %u byte%s at offset %d",
                    t->type.name, n, n == 1 ? "" : "s", pl.k);
    if (f->kind == W_FIELD_DATA)
      *r = fresh(st, (struct w_fact){.kind = W_FPKT, .checked = true});
    else if (f->kind == W_FIELD_DATA_END)
      *r = fresh(st, (struct w_fact){.kind = W_FEND});
    else if (f->kind == W_FIELD_DATA_META)
      *r = fresh(st, (struct w_fact){.kind = W_FPKT, .map = W_METADATA});
    else if (f->kind == W_FIELD_TYPED)
      *r = object_res(t, st, f->type);
    else if (f->kind == W_FIELD_RESULT)
      *r = fresh_scalar(st, false, earlier_result(t, n));
    break;
  }
  case W_POBJ: {
    uint32_t to;
    if (n == 8 && w_pointer_at(&t->types[pl.type], (uint64_t)pl.k, &to))
      *r = object_res(t, st, to);
    break;
  }
  case W_PSOCK: {
    const struct w_ref_kind *kind = &w_ref_kinds[pl.ref], *full = &w_ref_kinds[W_SOCKET];
    if (w_field_in(kind->fields, kind->nfields, (uint64_t)pl.k, n))
      break;
    const struct w_field *f = w_field_in(full->fields, full->nfields, (uint64_t)pl.k, n);
    if (f)
      return refuse(why, W_BAD_CONTEXT_ACCESS,
                    "only full sockets have the field %s, and this may be another one", f->name);
    return refuse(why, W_BAD_CONTEXT_ACCESS,
                  "no field of a socket is read by %u byte%s at offset %d", n, n == 1 ? "" : "s",
                  pl.k);
  }
  case W_PVAL:
    if (pl.known) {
      uint64_t c = 0;
      for (uint32_t b = n; b > 0; b--)
        c = c << 8 | pl.known[b - 1];
      *r = scalar_res(st, false, w_sc_const(c));
    }
    break;
  default:
    break;
  }
  if (i->sx) {
    bool tainted;
    struct w_scalar room;
    const struct w_scalar *s = w_any_view(st, *r, &tainted, &room);
    *r = scalar_res(st, tainted, w_sc_sext(W_A64, i->size, *s));
  }
  return true;
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

/* A store to the frame ends every spill it overlaps. */
static void kill_slots(struct w_state *st, int32_t k, uint32_t n) {
  uint32_t from = slot_index(st, k - 7), to = slot_index(st, k + (int32_t)n), keep = from;
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
  uint32_t at = slot_index(st, k);
  memmove(&st->slots[at + 1], &st->slots[at], (st->nslots - at) * sizeof *st->slots);
  st->slots[at] = (struct w_slot){.off = (int16_t)k, .size = (uint8_t)z, .v = v};
  st->nslots++;
  return true;
}

static void set_written(struct w_state *st, int32_t k, uint32_t n) {
  for (int32_t off = k; n > 0; off++, n--)
    *w_word(st, w_bit_of(off) >> 6) |= UINT64_C(1) << (off & 63);
}

/* Bytes that were written, at least n of the place and at most m: spills end that may lie among
 * them, and those bytes are written for sure that are among the n wherever the place starts. */
static void a_scribble(struct w_state *st, struct w_place pl, uint32_t n, uint32_t m,
                       struct w_effects *effects) {
  if (pl.kind != W_PSTACK)
    return;
  int32_t k = pl.k + (int32_t)pl.mx;
  n = n > pl.mx ? n - pl.mx : 0;
  kill_slots(st, pl.k, pl.mx + m);
  set_written(st, k, n);
  note(effects, W_WRITE, k, n, false);
}

static bool a_store(struct w_pool *pool, const struct w_target *t, struct w_state *st,
                    enum w_size z, struct w_place pl, struct w_aval v, struct w_effects *effects,
                    struct w_why *why) {
  uint32_t n = w_bytes(z);
  if (pl.kind == W_PSTACK) {
    struct w_aval low;
    a_scribble(st, pl, n, n, effects);
    if (!pl.mx && low_bytes(st, z, v, &low) && !set_slot(pool, st, pl.k, z, low))
      return false;
  } else if (pl.kind == W_PCTX && !t->type.raw) {
    const struct w_field *f = w_field_in(t->type.fields, t->type.nfields, (uint64_t)pl.k, n);
    if (!f || !f->writable || f->kind != W_FIELD_PLAIN)
      return refuse(
          why, W_BAD_CONTEXT_ACCESS,
          "no field of the context of %s programs can be written by %u byte%s at offset %d",
          t->type.name, n, n == 1 ? "" : "s", pl.k);
  }
  st->pc++;
  return true;
}

static bool a_atomic(const struct w_target *t, struct w_state *st, enum w_size z, struct w_place pl,
                     struct w_effects *effects, struct w_why *why) {
  uint32_t n = w_bytes(z);
  if (pl.kind == W_PCTX)
    return refuse(why, W_BAD_CONTEXT_ACCESS, "atomic operations can't be used on the context");
  if (pl.kind != W_PSTACK)
    return true;
  if (!read_frame(t, st, pl.k, pl.mx + n, effects, why))
    return false;
  a_scribble(st, pl, n, n, effects);
  return true;
}

/* --- Refine.v -------------------------------------------------------------------------------- */

static bool narrow(struct w_state *st, struct w_aval a, struct w_scalar s) {
  struct w_fact *f = &st->facts[a.sym];
  if (f->kind != W_FSCALAR)
    return true;
  if (a.c)
    s = w_sc_sub(s, w_sc_const((uint64_t)a.c));
  return w_sc_meet(f->s, s, &f->s);
}

static bool refine_scalar(struct w_state *st, enum w_width w, enum w_cmp c, bool b, struct w_aval x,
                          struct w_aval y) {
  bool tx, ty;
  struct w_scalar room_x, room_y;
  const struct w_scalar *px = w_view(st, x, &tx, &room_x), *py = w_view(st, y, &ty, &room_y);
  if (!px || !py)
    return true;
  struct w_scalar sx = *px, sy = *py;
  return w_sc_refine(w, c, b, &sx, &sy) && narrow(st, x, sx) && narrow(st, y, sy);
}

enum rel { REL_EQ, REL_NE, REL_LT, REL_LE };
static bool rel_of(enum w_cmp c, bool b, enum rel *r, struct w_aval *x, struct w_aval *y) {
  bool swap = false;
  switch (c) {
  case W_JEQ:
    *r = b ? REL_EQ : REL_NE;
    break;
  case W_JNE:
    *r = b ? REL_NE : REL_EQ;
    break;
  case W_JGT:
    *r = b ? REL_LT : REL_LE;
    swap = b;
    break;
  case W_JLE:
    *r = b ? REL_LE : REL_LT;
    swap = !b;
    break;
  case W_JLT:
    *r = b ? REL_LT : REL_LE;
    swap = !b;
    break;
  case W_JGE:
    *r = b ? REL_LE : REL_LT;
    swap = b;
    break;
  default:
    return false;
  }
  if (swap) {
    struct w_aval z = *x;
    *x = *y;
    *y = z;
  }
  return true;
}

/* The end of an area: of metadata it is the packet's first byte. */
static bool is_end(const struct w_state *st, uint32_t area, struct w_aval y) {
  const struct w_fact *f = w_fact_of(st, y);
  if (y.c)
    return false;
  return area == W_PACKET ? f->kind == W_FEND : f->kind == W_FPKT && f->map == W_PACKET && !f->mx;
}

static void refine_packet(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  struct w_fact *f = &st->facts[x.sym];
  if (f->kind != W_FPKT || !is_end(st, f->map, y) || x.c < 0 || (wide)f->mx + x.c >= W_REACH ||
      r == REL_NE)
    return;
  int64_t k = r == REL_LT ? x.c + 1 : x.c;
  if (!f->checked || f->av < k)
    f->av = k;
  f->checked = true;
}

static bool refine_null(struct w_state *st, enum rel r, struct w_aval x, struct w_aval y) {
  struct w_fact *f = &st->facts[x.sym];
  uint64_t c;
  bool null = f->kind == W_FMAP_VALUE_OR_NULL || f->kind == W_FMAP_OR_NULL;
  if ((!null && f->kind != W_FMAP_VALUE && f->kind != W_FMAP && f->kind != W_FREF) || x.c ||
      !w_const_of(st, y, &c) || c)
    return true;
  if (f->kind == W_FREF) {
    bool can_be = f->null;
    if (r == REL_EQ && can_be)
      set_scalar(f, false, w_sc_const(0));
    else if (r == REL_NE)
      f->null = false;
    return r != REL_EQ || can_be;
  }
  if (!null)
    return r != REL_EQ;
  if (r == REL_EQ) {
    set_scalar(f, false, w_sc_const(0));
  } else if (r == REL_NE) {
    f->kind = f->kind == W_FMAP_VALUE_OR_NULL ? W_FMAP_VALUE : W_FMAP;
    f->mx = 0;
  }
  return true;
}

bool w_refine(struct w_state *st, enum w_width w, enum w_cmp c, bool b, struct w_aval x,
              struct w_aval y) {
  enum rel r;
  if (!refine_scalar(st, w, c, b, x, y))
    return false;
  if (w != W_A64 || !rel_of(c, b, &r, &x, &y))
    return true;
  refine_packet(st, r, x, y);
  return refine_null(st, r, x, y);
}

/* --- Calls.v --------------------------------------------------------------------------------- */

/* Memory of n bytes that helper h reads, or writes: *pl is where. */
static bool a_memory(const struct w_target *t, const struct w_state *st, int r, uint64_t n,
                     bool write, const struct w_helper *h, struct w_place *pl, struct w_why *why) {
  if (!n)
    return refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s points at nothing: its size is 0",
                  r, h->name);
  if (!w_a_addr(t, st, st->regs[r], 0, n, write, pl)) {
    char text[sizeof why->text];
    refuse_address(t, st, r, 0, n, write, why);
    snprintf(text, sizeof text, "argument %d of %s: %.300s", r, h->name, why->text);
    return refuse(why, W_BAD_HELPER_ARGUMENT, "%s", text);
  }
  if (pl->kind == W_PCTX || pl->kind == W_PSOCK || pl->kind == W_POBJ)
    return refuse(why, W_BAD_HELPER_ARGUMENT,
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
         (pl.kind != W_PSTACK || read_frame(t, st, pl.k, pl.mx + (uint32_t)n, effects, why));
}

/* What the arguments show: the map passed, or -1; the memory written, at least lo and at most hi
 * bytes of it. */
struct seen {
  int64_t map;
  bool out;
  struct w_place pl;
  uint32_t lo, hi;
  uint64_t size;   /* the size asked for */
  bool release;    /* a reference is released: */
  uint32_t symbol; /* its symbol */
};

/* Is register r the reference that helper h takes or releases? */
static bool a_refs(const struct w_state *st, int r, const struct w_helper *h, struct w_why *why) {
  const struct w_fact *f = w_fact_of(st, st->regs[r]);
  const char *what = h->ref == W_RECORD ? "record" : "socket";
  bool fits = f->kind == W_FREF && w_ref_fits(h->ref, f->ref);
  if (fits && !f->null && !st->regs[r].c)
    return true;
  if (fits && f->null)
    return refuse(why, W_NULL_POINTER, "argument %d of %s: the %s may be null: test r%d first", r,
                  h->name, what, r);
  if (fits)
    return refuse(why, W_BAD_HELPER_ARGUMENT,
                  "argument %d of %s has to be the start of the %s, and r%d is %" PRId64
                  " bytes from there",
                  r, h->name, what, r, st->regs[r].c);
  if (f->kind == W_FSCALAR && f->gone)
    return refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s: r%d was released before", r,
                  h->name, r);
  return refuse(why, W_BAD_HELPER_ARGUMENT,
                "argument %d of %s must be an acquired %s reference; r%d is not", r, h->name, what,
                r);
}

/* A helper writes at least lo and at most hi bytes from r on. */
static bool a_written(const struct w_target *t, const struct w_state *st, int r, uint64_t lo,
                      uint64_t hi, const struct w_helper *h, struct seen *q, struct w_why *why) {
  if (!a_memory(t, st, r, hi, true, h, &q->pl, why))
    return false;
  q->out = true;
  q->lo = (uint32_t)lo;
  q->hi = (uint32_t)hi;
  return true;
}

static bool a_args(const struct w_target *t, const struct w_state *st, const struct w_helper *h,
                   struct seen *q, struct w_effects *effects, struct w_why *why) {
  for (int i = 0; i < h->nargs; i++) {
    int r = i + 1;
    if (!(st->defined >> r & 1))
      return refuse(why, W_UNDEFINED_REGISTER, "argument %d of %s: r%d is not set", r, h->name, r);
    const struct w_fact *f = w_fact_of(st, st->regs[r]);
    switch (h->args[i]) {
    case W_ARG_ANY:
    case W_ARG_SIZE:
      break;
    case W_ARG_MAP:
      if (f->kind == W_FMAP_OR_NULL)
        return refuse(why, W_NULL_POINTER,
                      "argument %d of %s: the map may be null: test r%d before using it", r,
                      h->name, r);
      if (f->kind != W_FMAP || st->regs[r].c)
        return refuse(why, W_BAD_HELPER_ARGUMENT,
                      "argument %d of %s has to be a map, and r%d is none", r, h->name, r);
      if (f->map < t->map_count && !w_takes_map(h, t->maps[f->map].type))
        return refuse(
            why, W_BAD_HELPER_ARGUMENT, "%s can't be used on %s, which is a map of type %" PRIu32,
            h->name, t->maps[f->map].name ? t->maps[f->map].name : "the map", t->maps[f->map].type);
      q->map = f->map;
      break;
    case W_ARG_KEY:
    case W_ARG_VALUE:
      if (q->map < 0 || q->map >= t->map_count)
        return refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s needs a map before it", r,
                      h->name);
      if (!a_reads(t, st, r,
                   h->args[i] == W_ARG_KEY ? t->maps[q->map].key_size : t->maps[q->map].value_size,
                   h, effects, why))
        return false;
      break;
    case W_ARG_VALUE_OUT:
      if (q->map < 0 || q->map >= t->map_count)
        return refuse(why, W_BAD_HELPER_ARGUMENT, "argument %d of %s needs a map before it", r,
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
    case W_ARG_INOUT: {
      bool tainted;
      struct w_scalar room;
      if (r + 1 > 5 || !(st->defined >> (r + 1) & 1))
        return refuse(why, W_UNDEFINED_REGISTER, "argument %d of %s: r%d is not set", r + 1,
                      h->name, r + 1);
      const struct w_scalar *s = w_view(st, st->regs[r + 1], &tainted, &room);
      if (!s)
        return refuse(why, W_BAD_HELPER_ARGUMENT,
                      "argument %d of %s has to be a size, and r%d is a pointer", r + 1, h->name,
                      r + 1);
      bool empty = h->args[i] == W_ARG_MEM0 || h->args[i] == W_ARG_OUT0;
      if (empty && !s->all.umax)
        break;
      if (!empty && !s->all.umin)
        return refuse(why, W_BAD_HELPER_ARGUMENT,
                      "argument %d of %s is a size that may be 0: test r%d first", r + 1, h->name,
                      r + 1);
      if ((w_arg_read(h->args[i]) && !a_reads(t, st, r, s->all.umax, h, effects, why)) ||
          (w_arg_written(h->args[i]) && !a_written(t, st, r, s->all.umin, s->all.umax, h, q, why)))
        return false;
      break;
    }
    case W_ARG_CTX:
    case W_ARG_CTX0: {
      uint64_t zero;
      if (h->args[i] == W_ARG_CTX0 && w_const_of(st, st->regs[r], &zero) && !zero)
        break;
      if (f->kind != W_FCTX || st->regs[r].c)
        return refuse(why, W_BAD_HELPER_ARGUMENT,
                      "argument %d of %s has to be the context%s, and r%d is not", r, h->name,
                      h->args[i] == W_ARG_CTX0 ? " or 0" : "", r);
      break;
    case W_ARG_ALLOC:
      if (!w_const_of(st, st->regs[r], &q->size))
        return refuse(
            why, W_BAD_HELPER_ARGUMENT,
            "argument %d of %s is how many bytes are asked for, and r%d is not one and the "
            "same number on every path",
            r, h->name, r);
      break;
    case W_ARG_REF:
    case W_ARG_RELEASE:
      if (!a_refs(st, r, h, why))
        return false;
      q->release |= h->args[i] == W_ARG_RELEASE;
      q->symbol = st->regs[r].sym;
      break;
    }
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
      set_scalar(&st->facts[k], true, w_sc_top());
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
      set_scalar(f, true, w_sc_top());
      f->gone = true;
    }
  }
}

static bool a_call(const struct w_target *t, struct w_state *st, int64_t id,
                   struct w_effects *effects, struct w_why *why) {
  const struct w_helper *h = w_helper_of(id);
  bool offered = false;
  for (uint32_t i = 0; i < t->type.nhelpers && !offered; i++)
    offered = t->type.helpers[i] == id;
  const struct w_unsupported_helper *other = h ? NULL : unsupported_helper(id);
  if (!h && !other)
    return refuse(why, W_UNKNOWN_HELPER, "helper number %" PRId64 " is not known here", id);
  if (!offered)
    return refuse(why, W_UNKNOWN_HELPER, "%s programs can't call helper %" PRId64 " (%s)",
                  t->type.name, id, h ? h->name : other->name);
  if (other)
    return refuse(why, W_UNSUPPORTED,
                  "helper %" PRId64 " (%s) needs %s, and that is not supported yet", id,
                  other->name, other->needs);
  struct seen q = {.map = -1};
  if (!a_args(t, st, h, &q, effects, why))
    return false;
  struct w_aval r = {0, 0};
  switch ((enum w_ret)h->ret) {
  case W_RET_VALUE:
    if (q.map < 0 || q.map >= t->map_count)
      return refuse(why, W_BAD_HELPER_ARGUMENT, "%s needs a map", h->name);
    r = t->maps[q.map].inner
            ? fresh(st, (struct w_fact){.kind = W_FMAP_OR_NULL, .map = t->maps[q.map].inner - 1})
            : fresh(st, (struct w_fact){.kind = W_FMAP_VALUE_OR_NULL, .map = (uint32_t)q.map});
    break;
  case W_RET_INT:
    r = fresh_scalar(st, false, w_sc_srange(h->lo, h->hi));
    break;
  case W_RET_TAIL:
    if (t->type.has_ret && (t->type.ret_lo > t->type.ret_hi))
      return refuse(why, W_BAD_RETURN, "%s programs have no result that a tail call could end with",
                    t->type.name);
    if (st->depth)
      return refuse(why, W_BAD_INSTRUCTION,
                    "%s is for the main function: here it would end only the function it is in",
                    h->name);
    if (w_nrefs(st))
      return w_refuse_leak(st, NULL, why);
    break;
  case W_RET_ACQUIRE:
    r = fresh(st, (struct w_fact){.kind = W_FREF,
                                  .ref = h->ref,
                                  .null = true,
                                  .map = (uint32_t)st->pc,
                                  .size = h->ref == W_RECORD ? q.size : w_ref_kinds[h->ref].size});
    break;
  case W_RET_TYPED: {
    uint32_t type;
    if (!w_type_named(t->types, t->type_count, h->object, &type))
      return refuse(
          why, W_UNSUPPORTED,
          "%s gives a %s, and the kernel's types are not known here: --btf FILE names them",
          h->name, h->object);
    r = object_res(t, st, type);
    break;
  }
  case W_RET_VOID:
    break;
  }
  a_clobber(st);
  if (q.out)
    a_scribble(st, q.pl, q.lo, q.hi, effects);
  if (h->moves)
    a_moved(st);
  if (q.release)
    a_released(st, q.symbol);
  if (h->ret != W_RET_TAIL && h->ret != W_RET_VOID)
    return a_put(st, 1, 0, r);
  st->pc++;
  return true;
}

/* A local function: a frame of its own, nothing in it written. */
static bool a_call_local(struct w_pool *pool, struct w_state *st, int64_t target,
                         struct w_why *why) {
  if (st->depth + 1 >= W_FRAMES)
    return refuse(why, W_STACK_OVERFLOW,
                  "calls are nested %d deep here, and the stack has %d frames", W_FRAMES, W_FRAMES);
  if (!w_reserve(pool, (void **)&st->frames, &st->frame_cap, st->depth + 1, sizeof *st->frames))
    return false;
  struct w_frame *f = &st->frames[st->depth++];
  f->pc = (uint32_t)st->pc + 1;
  f->defined = st->defined & 0x7c0; /* r0 to r5 do not come back */
  memcpy(f->regs, st->regs, sizeof f->regs);
  st->defined &= 0x43e; /* r1 to r5 are the arguments */
  kill_slots(st, w_frame_top(st) - W_STACK, W_STACK);
  memset(f->written, 0, sizeof f->written);
  for (uint32_t k = 0; k < st->next; k++) /* it may be elsewhere than the last one of this depth */
    if (st->facts[k].kind == W_FSTACK && st->facts[k].map == st->depth) {
      st->facts[k] = (struct w_fact){.kind = W_FSCALAR, .tainted = true};
      st->facts[k].s = w_sc_top();
    }
  a_put(st, 0, 10, fresh(st, (struct w_fact){.kind = W_FSTACK, .map = st->depth}));
  st->pc = target;
  return true;
}

/* A function that returns nothing leaves r0 undefined. */
static bool a_leave(struct w_state *st) {
  const struct w_frame *f = &st->frames[--st->depth];
  st->defined = f->defined | (st->defined & 1);
  for (int r = 1; r < 11; r++)
    st->regs[r] = f->regs[r];
  st->pc = f->pc;
  return true;
}

static bool a_load_packet(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                          struct w_why *why) {
  if (!t->type.legacy)
    return refuse(why, W_BAD_INSTRUCTION, "%s programs can't use the legacy packet loads",
                  t->type.name);
  if (st->depth)
    return refuse(why, W_BAD_INSTRUCTION,
                  "legacy packet loads are for the main function: here one would end only the "
                  "function it is in");
  if (t->type.has_ret && (t->type.ret_lo > 0 || t->type.ret_hi < 0))
    return refuse(why, W_BAD_RETURN,
                  "a legacy packet load may end the program with 0, which %s programs can't return",
                  t->type.name);
  if (!(st->defined >> 6 & 1) || (i->reg && !(st->defined >> i->src & 1)))
    return refuse(why, W_UNDEFINED_REGISTER,
                  "r%d is read, but nothing was written to it on this path",
                  st->defined >> 6 & 1 ? i->src : 6);
  if (w_fact_of(st, st->regs[6])->kind != W_FCTX || st->regs[6].c)
    return refuse(why, W_BAD_HELPER_ARGUMENT, "legacy packet loads need the context in r6");
  if (w_nrefs(st))
    return w_refuse_leak(st, NULL, why);
  a_clobber(st);
  return a_put(st, 1, 0, fresh_scalar(st, false, w_sc_of_bytes(i->size)));
}

/* --- Exec.v ---------------------------------------------------------------------------------- */

static bool defined(const struct w_state *st, int r, struct w_why *why) {
  if (st->defined >> r & 1)
    return true;
  if (st->depth && r >= 6)
    return refuse(why, W_UNDEFINED_REGISTER,
                  "r%d is read, but nothing was written to it on this path (a function starts with "
                  "r1 to r5 alone)",
                  r);
  if (r >= 1 && r <= 5)
    return refuse(why, W_UNDEFINED_REGISTER,
                  "r%d is read, but nothing was written to it on this path (a call leaves r1 to r5 "
                  "undefined)",
                  r);
  return refuse(why, W_UNDEFINED_REGISTER,
                "r%d is read, but nothing was written to it on this path", r);
}

static bool a_oper(const struct w_state *st, const struct w_insn *i, struct w_aval *v,
                   struct w_why *why) {
  if (!i->reg)
    return w_aconst(st, i->imm, v);
  *v = st->regs[i->src];
  return defined(st, i->src, why);
}

bool w_a_operands(const struct w_insn *i, const struct w_state *st, struct w_aval *x,
                  struct w_aval *y, struct w_why *why) {
  *x = st->regs[i->dst];
  return defined(st, i->dst, why) && a_oper(st, i, y, why);
}

static bool unary(struct w_state *st, const struct w_insn *i, int from, struct w_why *why) {
  bool tainted;
  struct w_scalar s;
  if (!defined(st, from, why))
    return false;
  s = *w_any_view(st, st->regs[from], &tainted, &s);
  switch (i->op) {
  case W_OP_NEG:
    s = w_sc_neg(i->width, s);
    break;
  case W_OP_MOVSX:
    s = w_sc_sext(i->width, i->size, s);
    break;
  default:
    s = w_sc_byte_order(i->swap, i->size, s);
  }
  return a_put(st, 1, i->dst, scalar_res(st, tainted, s));
}

/* The address of a map, or of its first value. */
static bool a_map(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                  struct w_why *why) {
  if (i->imm < 0 || i->imm >= t->map_count)
    return refuse(why, W_INVALID_INSTRUCTION, "the program has no map number %" PRId64, i->imm);
  const struct warrant_map *m = &t->maps[i->imm];
  if (i->op == W_OP_LDMAP)
    return a_put(st, 2, i->dst,
                 fresh(st, (struct w_fact){.kind = W_FMAP, .map = (uint32_t)i->imm}));
  if (m->type != W_MAP_ARRAY || !m->max_entries)
    return refuse(why, W_INVALID_INSTRUCTION, "%s is no array: its value has no address of its own",
                  m->name ? m->name : "the map");
  if (i->off < 0 || (uint32_t)i->off > m->value_size)
    return refuse(why, W_OUT_OF_BOUNDS,
                  "offset %d is outside of the value of %s, which has %" PRIu32 " bytes", i->off,
                  m->name ? m->name : "the map", m->value_size);
  struct w_aval v = fresh(st, (struct w_fact){.kind = W_FMAP_VALUE, .map = (uint32_t)i->imm});
  v.c = i->off;
  return a_put(st, 2, i->dst, v);
}

static bool address(const struct w_target *t, const struct w_state *st, const struct w_insn *i,
                    bool write, struct w_place *pl, struct w_why *why) {
  int r = write ? i->dst : i->src;
  return w_a_addr(t, st, st->regs[r], i->off, w_bytes(i->size), write, pl) ||
         refuse_address(t, st, r, i->off, w_bytes(i->size), write, why);
}

static bool exec_atomic(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                        struct w_effects *effects, struct w_why *why) {
  struct w_place pl;
  bool to_src = i->fetch && i->atomic != W_CMPXCHG;
  if (!defined(st, i->dst, why) || !defined(st, i->src, why) ||
      !address(t, st, i, true, &pl, why) || (i->atomic == W_CMPXCHG && !defined(st, 0, why)))
    return false;
  if (to_src && i->src == 10)
    return refuse(why, W_FRAME_POINTER_WRITE, "r10 is the frame pointer: it can't be changed");
  if (!a_atomic(t, st, i->size, pl, effects, why))
    return false;
  if (i->fetch)
    return a_put(st, 1, to_src ? i->src : 0,
                 fresh_scalar(st, pl.kind == W_PSTACK, w_sc_of_bytes(i->size)));
  st->pc++;
  return true;
}

static bool writes_dst(const struct w_insn *i) { return i->op >= W_OP_ALU && i->op <= W_OP_LDX; }

bool w_a_exec(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
              struct w_state *st, struct w_effects *effects, struct w_why *why) {
  struct w_aval x, y;
  struct w_place pl;
  effects->count = 0;
  if (!w_reserve(pool, (void **)&st->facts, &st->fact_cap, st->next + 1, sizeof *st->facts))
    return false;
  if (writes_dst(i) && i->dst == 10)
    return refuse(why, W_FRAME_POINTER_WRITE, "r10 is the frame pointer: it can't be changed");
  switch ((enum w_op)i->op) {
  case W_OP_ALU:
    if (i->alu == W_MOV)
      return a_oper(st, i, &y, why) && a_put(st, 1, i->dst, a_mov(st, i->width, y));
    if (!w_a_operands(i, st, &x, &y, why))
      return false;
    /* No fault in the model, where the sum is a number computed from addresses. Linux refuses it,
     * and whoever wrote it did not mean it. */
    if (i->width == W_A64 && i->alu == W_ADD && is_pointer(w_fact_of(st, x)) &&
        is_pointer(w_fact_of(st, y)))
      return refuse(why, W_INVALID_POINTER,
                    "this adds two pointers, and the sum points nowhere: add a number to one");
    return a_put(st, 1, i->dst, a_alu(t, st, i->width, i->alu, x, y));
  case W_OP_NEG:
  case W_OP_END:
    return unary(st, i, i->dst, why);
  case W_OP_MOVSX:
    return unary(st, i, i->src, why);
  case W_OP_LDIMM:
    return w_aconst(st, i->imm, &y) && a_put(st, 2, i->dst, y);
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
    return a_map(t, i, st, why);
  case W_OP_LDVAR:
  case W_OP_LDCODE: /* an address, of which nothing is known */
    return a_put(st, 2, i->dst, fresh_scalar(st, true, w_sc_top()));
  case W_OP_LDX:
    return defined(st, i->src, why) && address(t, st, i, false, &pl, why) &&
           a_load(t, st, i, pl, &x, effects, why) && a_put(st, 1, i->dst, x);
  case W_OP_ST:
    return defined(st, i->dst, why) && w_aconst(st, i->imm, &y) &&
           address(t, st, i, true, &pl, why) && a_store(pool, t, st, i->size, pl, y, effects, why);
  case W_OP_STX:
    return defined(st, i->dst, why) && defined(st, i->src, why) &&
           address(t, st, i, true, &pl, why) &&
           a_store(pool, t, st, i->size, pl, st->regs[i->src], effects, why);
  case W_OP_JA:
    st->pc += 1 + (int64_t)i->off;
    return true;
  case W_OP_CALL:
    return a_call(t, st, i->imm, effects, why);
  case W_OP_CALLX: {
    uint64_t id;
    if (!defined(st, i->dst, why))
      return false;
    if (!w_const_of(st, st->regs[i->dst], &id))
      return refuse(why, W_UNKNOWN_HELPER,
                    "r%d has to be the number of a helper, one and the same on every path", i->dst);
    return a_call(t, st, (int64_t)id, effects, why);
  }
  case W_OP_CALLLOCAL:
    return a_call_local(pool, st, st->pc + 1 + i->off, why);
  case W_OP_ATOMIC:
    return exec_atomic(t, i, st, effects, why);
  case W_OP_LDPKT:
    return a_load_packet(t, i, st, why);
  case W_OP_EXIT:
    if (st->depth)
      return a_leave(st);
    break;
  case W_OP_JMP:
  case W_OP_MAYGOTO:
  case W_OP_NONE:
    break;
  }
  return refuse(why, W_BAD_PC, "no instruction starts here");
}

bool w_a_exit(const struct w_target *t, const struct w_state *st, struct w_why *why) {
  bool tainted;
  struct w_scalar s;
  if (!(st->defined & 1))
    return refuse(why, W_UNDEFINED_REGISTER,
                  "r0 holds no result at the exit: set it on every path");
  if (w_nrefs(st))
    return w_refuse_leak(st, NULL, why);
  if (!t->type.has_ret)
    return true;
  bool sign = t->type.ret_lo < 0;
  s = *w_any_view(st, st->regs[0], &tainted, &s);
  s = sign ? w_sc_sext(W_A64, W_S4, s) : w_sc_trunc(W_A32, s);
  int64_t lo = sign ? s.all.smin : (int64_t)s.all.umin,
          hi = sign ? s.all.smax : (int64_t)s.all.umax;
  if (t->type.ret_lo <= lo && hi <= t->type.ret_hi)
    return true;
  return refuse(why, W_BAD_RETURN,
                "%s programs return %" PRId64 " to %" PRId64 ", and r0 may be %" PRId64
                " to %" PRId64,
                t->type.name, t->type.ret_lo, t->type.ret_hi, lo, hi);
}

/* --- Subsume.v ------------------------------------------------------------------------------- */

bool w_fact_le(const struct w_target *t, const struct w_state *st, struct w_aval a,
               const struct w_fact *f) {
  const struct w_fact *g = w_fact_of(st, a);
  uint64_t c;
  switch (f->kind) {
  case W_FSCALAR: {
    bool tainted;
    struct w_scalar room;
    const struct w_scalar *s = w_any_view(st, a, &tainted, &room);
    return (f->tainted || !tainted) && w_sc_le(s, &f->s);
  }
  case W_FSTACK:
    return g->kind == W_FSTACK && g->map == f->map && a.c >= 0 && (wide)g->mx + a.c <= f->mx;
  case W_FCTX:
  case W_FEND:
    return !a.c && g->kind == f->kind;
  case W_FMAP:
    return !a.c && g->kind == W_FMAP && g->map == f->map;
  case W_FPKT:
    return g->kind == W_FPKT && a.c >= 0 && (wide)g->mx + a.c <= f->mx && g->map == f->map &&
           (wide)g->mx + a.c < W_REACH &&
           (!f->checked || (g->checked && f->av <= (wide)g->av - a.c));
  case W_FMAP_VALUE:
    return g->kind == W_FMAP_VALUE && g->map == f->map && f->map < t->map_count && a.c >= 0 &&
           (wide)g->mx + a.c <= f->mx && (wide)g->mx + a.c <= t->maps[f->map].value_size;
  case W_FMAP_VALUE_OR_NULL:
    if (g->kind == W_FMAP_VALUE_OR_NULL)
      return !a.c && g->map == f->map;
    if (g->kind == W_FMAP_VALUE)
      return !a.c && g->map == f->map && !g->mx;
    return g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FMAP_OR_NULL:
    if (g->kind == W_FMAP_OR_NULL || g->kind == W_FMAP)
      return !a.c && g->map == f->map;
    return g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FREF:
    if (g->kind == W_FREF)
      return !a.c && w_ref_fits(f->ref, g->ref) && g->size == f->size && (f->null || !g->null);
    return f->null && g->kind == W_FSCALAR && w_const_of(st, a, &c) && !c;
  case W_FRECORD_AT: {
    wide mx = (wide)(uint64_t)g->mx + a.c;
    return g->kind == W_FRECORD_AT && g->size == f->size && a.c >= 0 && mx <= (uint64_t)f->mx &&
           mx <= f->size;
  }
  case W_FOBJ:
    return !a.c && g->kind == W_FOBJ && g->map == f->map;
  }
  return true; /* no fact */
}

/* --- For a person ---------------------------------------------------------------------------- */

static void add_offset(char *text, size_t size, int64_t c) {
  size_t n = strlen(text);
  if (c && n < size)
    snprintf(text + n, size - n, c > 0 ? " + %" PRIu64 : " - %" PRIu64,
             c > 0 ? (uint64_t)c : 0 - (uint64_t)c);
}

void w_describe(const struct w_target *t, const struct w_state *st, struct w_aval a, char *text,
                size_t size) {
  const struct w_fact *f = w_fact_of(st, a);
  struct w_scalar room;
  const struct w_scalar *s;
  bool tainted;
  uint64_t c;
  switch (f->kind) {
  case W_FSTACK:
    snprintf(text, size, f->map == st->depth ? "frame" : "a caller's frame");
    if (f->mx)
      snprintf(text + strlen(text), size - strlen(text), " + 0..%" PRId64, f->mx);
    break;
  case W_FCTX:
    snprintf(text, size, "context");
    break;
  case W_FPKT:
    snprintf(text, size, f->map == W_METADATA ? "metadata" : "packet");
    if (f->mx)
      snprintf(text + strlen(text), size - strlen(text), " + 0..%" PRId64, f->mx);
    add_offset(text, size, a.c);
    if (f->checked) {
      size_t n = strlen(text);
      snprintf(text + n, size - n, " (%" PRId64 " bytes checked from there)",
               f->av > a.c ? f->av - a.c : 0);
    }
    return;
  case W_FEND:
    snprintf(text, size, "packet end");
    break;
  case W_FMAP:
    snprintf(text, size, "map %" PRIu32, f->map);
    break;
  case W_FMAP_VALUE:
    if (f->mx)
      snprintf(text, size, "value of map %" PRIu32 " + 0..%" PRId64, f->map, f->mx);
    else
      snprintf(text, size, "value of map %" PRIu32, f->map);
    break;
  case W_FMAP_VALUE_OR_NULL:
    snprintf(text, size, "value of map %" PRIu32 " or null", f->map);
    break;
  case W_FMAP_OR_NULL:
    snprintf(text, size, "map like %" PRIu32 " or null", f->map);
    break;
  case W_FREF:
    if (f->ref == W_RECORD)
      snprintf(text, size, "record of %" PRIu64 " bytes%s", f->size, f->null ? " or null" : "");
    else
      snprintf(text, size, "%ssocket%s", f->ref == W_SOCKET ? "full " : "",
               f->null ? " or null" : "");
    break;
  case W_FRECORD_AT:
    snprintf(text, size, "record of %" PRIu64 " bytes + 0..%" PRIu64, f->size, (uint64_t)f->mx);
    break;
  case W_FOBJ:
    snprintf(text, size, "a %s", f->map < t->type_count ? t->types[f->map].name : "kernel object");
    break;
  default:
    s = w_any_view(st, a, &tainted, &room);
    if (w_sc_is_const(s, &c))
      snprintf(text, size, "%" PRId64, (int64_t)c);
    else if (s->all.umin == 0 && s->all.umax == UINT64_MAX && s->all.smin == INT64_MIN &&
             s->all.smax == INT64_MAX)
      snprintf(text, size, tainted ? "unknown" : "any number");
    else if (s->all.smin < 0)
      snprintf(text, size, "number %" PRId64 "..%" PRId64, s->all.smin, s->all.smax);
    else
      snprintf(text, size, "number %" PRIu64 "..%" PRIu64, s->all.umin, s->all.umax);
    return;
  }
  add_offset(text, size, a.c);
}
