/* Sentences for a person: why something is refused, and what a value is known to be. Nothing of
 * this matters to a verdict. */
#include "verify/domain/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool w_refuse(struct w_why *why, enum w_reason reason, const char *format, ...) {
  why->reason = reason;
  va_list args;
  va_start(args, format);
  vsnprintf(why->text, sizeof why->text, format, args);
  va_end(args);
  return false;
}

const char *w_ref_name(uint8_t ref) {
  return ref == W_SOCK_COMMON ? "socket" : w_ref_kinds[ref].name;
}

/* --- Addresses: why w_a_addr said no -----------------------------------------------------------
 */

/* An access of n bytes at register r (or argument r of a helper) + off. */
struct access {
  const struct w_target *t;
  const struct w_state *st;
  const struct w_fact *f; /* of the register */
  struct w_aval a;
  int r;
  uint64_t n;
  bool write;
  int64_t k;        /* the constant part of the offset */
  int64_t need;     /* off + n: what has to be compared with the end */
  uint64_t last;    /* the last byte of the access, from k */
  const char *verb; /* "reading" or "writing" */
  const char *s;    /* of "bytes", if it is more than one */
  char bytes[80];   /* "bytes 2..5" */
};

static bool refuse_stack(const struct access *x, struct w_why *why) {
  const struct w_fact *f = x->f;
  if (f->frame > x->st->depth)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "r%d points into the frame of a function that has returned", x->r);
  if (f->frame != x->st->depth)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "%s %" PRIu64 " byte%s there leaves the caller's frame that r%d points into",
                    x->verb, x->n, x->s, x->r);
  if (f->mx)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "%s %" PRIu64 " byte%s at frame offset %" PRId64 " to %" PRId64
                    " leaves the stack: offsets are -512 to -1 from r10, and the variable part of "
                    "this one can be as large as %" PRId64,
                    x->verb, x->n, x->s, x->k, (int64_t)((uint64_t)x->k + (uint64_t)f->mx), f->mx);
  return w_refuse(why, W_OUT_OF_BOUNDS,
                  "%s %" PRIu64 " byte%s at frame offset %" PRId64
                  " leaves the stack: offsets are -512 to -1 from r10",
                  x->verb, x->n, x->s, x->k);
}

static bool refuse_packet(const struct access *x, struct w_why *why) {
  if (x->write && !x->t->type.writes)
    return w_refuse(why, W_READ_ONLY, "%s programs can't write the packet, only read it",
                    x->t->type.name);
  if (x->k < 0)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "%s %s of the packet: that is before the pointer that was checked", x->verb,
                    x->bytes);
  if (x->f->area == W_METADATA)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "the packet may have no metadata here: compare r%d + %" PRId64
                    " with data before %s %" PRIu64 " byte%s",
                    x->r, x->need, x->verb, x->n, x->s);
  if (x->f->mx)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "the packet may end before this: compare r%d + %" PRId64
                    " with data_end, after the variable offset was added, before %s %" PRIu64
                    " byte%s here",
                    x->r, x->need, x->verb, x->n, x->s);
  return w_refuse(why, W_OUT_OF_BOUNDS,
                  "the packet may be shorter than %" PRIu64
                  " bytes here: compare with data_end before %s %s",
                  x->last + 1, x->verb, x->bytes);
}

static bool refuse_map_value(const struct access *x, struct w_why *why) {
  const struct w_fact *f = x->f;
  const struct warrant_map *m = &x->t->maps[f->map];
  const char *name = m->name ? m->name : "the map";
  if (x->k >= 0 && (wide)f->mx + x->k + x->n <= m->value_size)
    return w_refuse(why, W_READ_ONLY, "%s is read-only: a program can't write its values", name);
  if (x->k < 0)
    return w_refuse(why, W_OUT_OF_BOUNDS, "%s %s of a value of %s: that is before its start",
                    x->verb, x->bytes, name);
  if (f->mx)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "%s up to byte %" PRIu64 " of a value of %s, which has %" PRIu32
                    " bytes: the variable part of the offset can be as large as %" PRId64,
                    x->verb, x->last + (uint64_t)f->mx, name, m->value_size, f->mx);
  return w_refuse(why, W_OUT_OF_BOUNDS, "%s %s of a value of %s, which has %" PRIu32 " bytes",
                  x->verb, x->bytes, name, m->value_size);
}

static bool refuse_ref(const struct access *x, struct w_why *why) {
  const struct w_fact *f = x->f;
  if (f->null)
    return w_refuse(why, W_NULL_POINTER, "the %s may be null: test r%d before using it",
                    w_ref_name(f->ref), x->r);
  if (f->ref >= W_OBJECT_REF)
    return w_refuse(why, W_UNSUPPORTED,
                    "r%d is an acquired %s, whose members are not supported yet: functions alone "
                    "take it",
                    x->r, w_ref_name(f->ref));
  if (x->write && f->ref != W_RECORD)
    return w_refuse(why, W_READ_ONLY, "r%d is a socket: a program can't write its fields", x->r);
  return w_refuse(why, W_OUT_OF_BOUNDS, "%s %s of a %s, which has %" PRIu64 " bytes", x->verb,
                  x->bytes, w_ref_name(f->ref), f->size);
}

static bool refuse_record(const struct access *x, struct w_why *why) {
  const struct w_fact *f = x->f;
  if (x->k < 0)
    return w_refuse(why, W_OUT_OF_BOUNDS, "%s %s of a record: that is before its start", x->verb,
                    x->bytes);
  return w_refuse(why, W_OUT_OF_BOUNDS,
                  "%s up to byte %" PRIu64 " of a record, which has %" PRIu64
                  " bytes: the variable part of the offset can be as large as %" PRIu64,
                  x->verb, x->last + (uint64_t)f->mx, f->size, (uint64_t)f->mx);
}

static bool refuse_object(const struct access *x, struct w_why *why) {
  const struct warrant_object_type *type = &x->t->types[x->f->type];
  if (x->write)
    return w_refuse(why, W_READ_ONLY, "r%d points at a kernel object, a %s: it can only be read",
                    x->r, type->name);
  return w_refuse(why, W_OUT_OF_BOUNDS,
                  "%s %s of a kernel object, a %s, which has %" PRIu32 " bytes", x->verb, x->bytes,
                  type->name, type->size);
}

/* A number, or a value of which nothing is known: what it was before is what helps. */
static bool refuse_number(const struct access *x, struct w_why *why) {
  const struct w_fact *f = x->f;
  uint64_t c;
  if (f->kind == W_FSCALAR && f->stale)
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d pointed into the packet, and a helper called since may have moved that: "
                    "read data and data_end again and compare anew",
                    x->r);
  if (f->kind == W_FSCALAR && f->gone)
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d points into memory that was released (or may have been: a record of the "
                    "same size was released)",
                    x->r);
  if (f->kind == W_FSCALAR && f->moved)
    return w_refuse(why, W_OUT_OF_BOUNDS,
                    "r%d is a pointer plus a number without a bound that is small enough: limit "
                    "the number before the addition",
                    x->r);
  if (w_const_of(x->st, x->a, &c) && !c)
    return w_refuse(why, W_NULL_POINTER, "r%d is null here: test it before using it", x->r);
  if (f->kind == W_FSCALAR && f->tainted)
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d is no known pointer: it is a number computed from an address, or it was "
                    "read from stack bytes that are not a whole pointer",
                    x->r);
  return w_refuse(why, W_INVALID_POINTER, "r%d is a number, not a pointer", x->r);
}

bool w_refuse_address(const struct w_target *t, const struct w_state *st, int r, int32_t off,
                      uint64_t n, bool write, struct w_why *why) {
  struct access x = {.t = t, .st = st, .a = st->regs[r], .r = r, .n = n, .write = write};
  x.f = w_fact_of(st, x.a);
  x.k = (int64_t)((uint64_t)x.a.c + (uint64_t)(int64_t)off);
  x.need = (int64_t)((uint64_t)off + n);
  x.last = (uint64_t)x.k + n - 1;
  x.verb = write ? "writing" : "reading";
  x.s = n == 1 ? "" : "s";
  if (n == 1)
    snprintf(x.bytes, sizeof x.bytes, "byte %" PRId64, x.k);
  else
    snprintf(x.bytes, sizeof x.bytes, "bytes %" PRId64 "..%" PRId64, x.k, (int64_t)x.last);
  switch (x.f->kind) {
  case W_FSTACK:
    return refuse_stack(&x, why);
  case W_FCTX:
    return w_refuse(why, W_BAD_CONTEXT_ACCESS,
                    "%s %s of the context, but that of %s programs has %" PRIu32 " bytes", x.verb,
                    x.bytes, t->type.name, t->type.ctx_size);
  case W_FPKT:
    return refuse_packet(&x, why);
  case W_FEND:
    return w_refuse(
        why, W_INVALID_POINTER,
        "r%d is the packet's end: it can be compared with, and nothing can be read there", r);
  case W_FMAP:
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d is a map, not what is in it: look an element up to get a value", r);
  case W_FMAP_VALUE:
    return refuse_map_value(&x, why);
  case W_FMAP_VALUE_OR_NULL:
    return w_refuse(why, W_NULL_POINTER, "the map value may be null: test r%d before using it", r);
  case W_FMAP_OR_NULL:
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d is an inner map, or null: test it, and look an element up to get a value",
                    r);
  case W_FFUNC:
    return w_refuse(why, W_INVALID_POINTER,
                    "r%d is a function: nothing can be read or written there", r);
  case W_FREF:
    return refuse_ref(&x, why);
  case W_FRECORD_AT:
    return refuse_record(&x, why);
  case W_FOBJ:
    return refuse_object(&x, why);
  case W_FOBJ_OR_NULL:
    return w_refuse(why, W_NULL_POINTER, "the kernel object may be null: test r%d before using it",
                    r);
  }
  return refuse_number(&x, why);
}

bool w_refuse_alignment(const struct w_target *t, const struct w_state *st, int r, int32_t off,
                        uint64_t n, const char *what, struct w_why *why) {
  const struct w_fact *f = w_fact_of(st, st->regs[r]);
  int64_t k = (int64_t)((uint64_t)st->regs[r].c + (uint64_t)(int64_t)off);
  const struct warrant_map *m = f->kind == W_FMAP_VALUE ? &t->maps[f->map] : NULL;
  char why_not[120];
  if (f->kind != W_FREF && f->kind != W_FOBJ && f->mx && f->step % n)
    snprintf(why_not, sizeof why_not, "what was added to r%d is not known to be one", r);
  else if (m && w_value_skew(m) % n)
    snprintf(why_not, sizeof why_not,
             "values of this trie start %" PRIu64 " past one, right behind a key of %" PRIu32
             " bytes",
             w_value_skew(m) % 8, m->key_size);
  else if (f->kind == W_FSTACK)
    snprintf(why_not, sizeof why_not, "this is %" PRId64 " below the frame's top", -k);
  else
    snprintf(why_not, sizeof why_not, "this is %" PRId64 " past the start of the %s", k,
             m                   ? "map value"
             : f->kind == W_FOBJ ? "kernel object"
                                 : "record");
  return w_refuse(why, W_MISALIGNED,
                  "%s of %" PRIu64 " bytes has to be at a multiple of %" PRIu64 ", and %s", what, n,
                  n, why_not);
}

/* --- Values: what is known ------------------------------------------------------------------- */

static void add_offset(char *text, size_t size, int64_t c) {
  size_t n = strlen(text);
  if (c && n < size)
    snprintf(text + n, size - n, c > 0 ? " + %" PRIu64 : " - %" PRIu64,
             c > 0 ? (uint64_t)c : 0 - (uint64_t)c);
}

/* The map's name, or its number in `room` where it has none. */
static const char *map_name(const struct w_target *t, uint32_t map, char *room, size_t size) {
  if (map < t->map_count && t->maps[map].name)
    return t->maps[map].name;
  snprintf(room, size, "%" PRIu32, map);
  return room;
}

void w_describe(const struct w_target *t, const struct w_state *st, struct w_aval a, char *text,
                size_t size) {
  const struct w_fact *f = w_fact_of(st, a);
  struct w_scalar room;
  const struct w_scalar *s;
  bool tainted;
  uint64_t c;
  char name[16];
  switch (f->kind) {
  case W_FSTACK:
    snprintf(text, size, f->frame == st->depth ? "frame" : "a caller's frame");
    if (f->mx)
      snprintf(text + strlen(text), size - strlen(text), " + 0..%" PRId64, f->mx);
    break;
  case W_FCTX:
    snprintf(text, size, "context");
    break;
  case W_FPKT:
    snprintf(text, size, f->area == W_METADATA ? "metadata" : "packet");
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
    snprintf(text, size, "map %s", map_name(t, f->map, name, sizeof name));
    break;
  case W_FMAP_VALUE:
    snprintf(text, size, "value of map %s", map_name(t, f->map, name, sizeof name));
    if (f->mx)
      snprintf(text + strlen(text), size - strlen(text), " + 0..%" PRId64, f->mx);
    break;
  case W_FMAP_VALUE_OR_NULL:
    snprintf(text, size, "value of map %s, or null", map_name(t, f->map, name, sizeof name));
    break;
  case W_FMAP_OR_NULL:
    snprintf(text, size, "map %s, or null", map_name(t, f->map, name, sizeof name));
    break;
  case W_FREF:
    if (f->ref == W_RECORD)
      snprintf(text, size, "record of %" PRIu64 " bytes%s", f->size, f->null ? ", or null" : "");
    else
      snprintf(text, size, "%s%s%s",
               f->ref == W_SOCKET       ? "full "
               : f->ref >= W_OBJECT_REF ? "acquired "
                                        : "",
               w_ref_name(f->ref), f->null ? ", or null" : "");
    break;
  case W_FRECORD_AT:
    snprintf(text, size, "record of %" PRIu64 " bytes + 0..%" PRIu64, f->size, (uint64_t)f->mx);
    break;
  case W_FFUNC:
    snprintf(text, size, "function at %" PRIu32, f->code);
    break;
  case W_FOBJ:
  case W_FOBJ_OR_NULL: {
    const char *name = f->type < t->type_count ? t->types[f->type].name : "kernel object";
    snprintf(text, size, "%s %s%s", strchr("aeiou", name[0]) ? "an" : "a", name,
             f->kind == W_FOBJ ? "" : ", or null");
    break;
  }
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
