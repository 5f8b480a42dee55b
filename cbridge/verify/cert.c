#include "verify/cert.h"

#include <stdlib.h>
#include <string.h>

#include "isa/error.h"

enum { MAX_NESTED = 100000, MAX_SYMBOL = 1 << 20, WRITTEN_BYTES = W_STACK_TOTAL / 8 };

/* --- Numbers --------------------------------------------------------------------------------- */

static bool room(struct w_pool *pool, struct w_buf *b, uint32_t n) {
  if (n <= b->cap - b->len)
    return true;
  if (b->len + (uint64_t)n > UINT32_MAX / 2) {
    pool->exhausted = true;
    return false;
  }
  return w_grow(pool, (void **)&b->bytes, &b->cap, b->len + n, 1);
}

bool w_put(struct w_pool *pool, struct w_buf *b, const void *bytes, uint32_t n) {
  if (!room(pool, b, n))
    return false;
  memcpy(b->bytes + b->len, bytes, n);
  b->len += n;
  return true;
}

bool w_put_u(struct w_pool *pool, struct w_buf *b, uint64_t v) {
  if (!room(pool, b, 10)) /* the longest number */
    return false;
  uint8_t *to = b->bytes + b->len;
  for (; v > 127; v >>= 7)
    *to++ = (uint8_t)(v | 128);
  *to++ = (uint8_t)v;
  b->len = (uint32_t)(to - b->bytes);
  return true;
}

bool w_put_s(struct w_pool *pool, struct w_buf *b, int64_t v) {
  return w_put_u(pool, b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

void w_buf_free(struct w_pool *pool, struct w_buf *b) {
  w_release(pool, b->bytes, b->cap);
  memset(b, 0, sizeof *b);
}

bool w_get_u(const uint8_t *bytes, size_t len, size_t *at, uint64_t *v) {
  *v = 0;
  for (int shift = 0; *at < len; shift += 7) {
    uint8_t byte = bytes[(*at)++];
    if (shift == 63 && byte > 1)
      return false;
    *v |= (uint64_t)(byte & 127) << shift;
    if (!(byte & 128))
      return true;
  }
  return false;
}

bool w_get_s(const uint8_t *bytes, size_t len, size_t *at, int64_t *v) {
  uint64_t u;
  if (!w_get_u(bytes, len, at, &u))
    return false;
  *v = (int64_t)(u >> 1 ^ (u & 1 ? UINT64_MAX : 0));
  return true;
}

/* --- Tags ------------------------------------------------------------------------------------ */

enum { NO_TAG = 0xff };
static const uint8_t fact_tags[] = {
    [W_FNONE] = NO_TAG,
    [W_FSCALAR] = W_CERT_FACT_SCALAR,
    [W_FSTACK] = W_CERT_FACT_STACK,
    [W_FCTX] = W_CERT_FACT_CTX,
    [W_FPKT] = W_CERT_FACT_PKT,
    [W_FEND] = W_CERT_FACT_END,
    [W_FMAP] = W_CERT_FACT_MAP,
    [W_FMAP_VALUE] = W_CERT_FACT_MAP_VALUE,
    [W_FMAP_VALUE_OR_NULL] = W_CERT_FACT_MAP_VALUE_OR_NULL,
    [W_FMAP_OR_NULL] = W_CERT_FACT_MAP_OR_NULL,
    [W_FREF] = W_CERT_FACT_REF,
    [W_FRECORD_AT] = W_CERT_FACT_RECORD_AT,
    [W_FOBJ] = W_CERT_FACT_OBJ,
    [W_FOBJ_OR_NULL] = W_CERT_FACT_OBJ_OR_NULL,
    [W_FFUNC] = W_CERT_FACT_FUNC,
};
static const uint8_t area_tags[] = {
    [W_PACKET] = W_CERT_PACKET,
    [W_METADATA] = W_CERT_METADATA,
};
static const uint8_t ref_tags[] = {
    [W_RECORD] = W_CERT_RECORD,
    [W_SOCKET] = W_CERT_SOCKET,
    [W_SOCK_COMMON] = W_CERT_SOCK_COMMON,
};
/* The number that has this tag; there is one. */
static uint8_t tagged(const uint8_t *tags, uint8_t tag) {
  uint8_t n = 0;
  while (tags[n] != tag)
    n++;
  return n;
}

/* --- Derivations of the search --------------------------------------------------------------- */

uint8_t w_code_next(const struct w_buf *code, size_t *at) {
  static const uint8_t numbers[] = {
      /* that follow the tag; after those of a SUB come six a symbol */
      [W_CODE_STEPS] = 1, [W_CODE_SLOT] = 1,  [W_CODE_READ] = 2,  [W_CODE_SUB] = 2,
      [W_CODE_WRITE] = 2, [W_CODE_AWAIT] = 2, [W_CODE_SETTLE] = 2};
  uint8_t tag = code->bytes[(*at)++];
  uint64_t last = 0;
  for (int k = 0; k < numbers[tag]; k++)
    last = w_next_u(code, at);
  if (tag == W_CODE_SUB)
    for (last *= 6; last > 0; last--)
      w_next_u(code, at);
  return tag;
}

bool w_code_pieces(struct w_pool *pool, const struct w_buf *code, uint32_t **pieces, uint32_t *cap,
                   uint32_t *count, uint32_t *ends) {
  *count = *ends = 0;
  for (size_t at = 0; at < code->len;) {
    if (!w_reserve(pool, (void **)pieces, cap, *count + 1, sizeof **pieces))
      return false;
    (*pieces)[(*count)++] = (uint32_t)at;
    uint8_t tag = w_code_next(code, &at);
    *ends += tag == W_CODE_EXIT || tag == W_CODE_SUB || tag == W_CODE_DEAD;
  }
  return true;
}

/* --- Writing --------------------------------------------------------------------------------- */

struct writer {
  struct w_pool *pool;
  struct w_buf out;
  bool ok;
};
static void u(struct writer *w, uint64_t v) { w->ok = w->ok && w_put_u(w->pool, &w->out, v); }
static void s(struct writer *w, int64_t v) { w->ok = w->ok && w_put_s(w->pool, &w->out, v); }
static void byte(struct writer *w, uint8_t v) {
  w->ok = w->ok && room(w->pool, &w->out, 1);
  if (w->ok)
    w->out.bytes[w->out.len++] = v;
}

static void write_value(struct writer *w, struct w_aval a) {
  u(w, a.sym);
  s(w, a.c);
}

static void write_bounds(struct writer *w, const struct w_bounds *b) {
  u(w, b->val);
  u(w, b->mask);
  u(w, b->umin);
  u(w, b->umax);
  s(w, b->smin);
  s(w, b->smax);
}

static void write_fact(struct writer *w, const struct w_fact *f) {
  byte(w, fact_tags[f->kind]);
  switch (f->kind) {
  case W_FSCALAR:
    byte(w, f->tainted);
    write_bounds(w, &f->s.all);
    byte(w, f->s.has_low);
    if (f->s.has_low)
      write_bounds(w, &f->s.low);
    break;
  case W_FPKT:
    byte(w, area_tags[f->area]);
    u(w, (uint64_t)f->mx);
    byte(w, f->checked);
    if (f->checked)
      s(w, f->av);
    break;
  case W_FMAP:
  case W_FMAP_VALUE_OR_NULL:
  case W_FMAP_OR_NULL:
    u(w, f->map);
    break;
  case W_FOBJ:
  case W_FOBJ_OR_NULL:
    u(w, f->type);
    break;
  case W_FFUNC:
    u(w, f->code);
    break;
  case W_FSTACK:
    u(w, f->frame);
    u(w, (uint64_t)f->mx);
    byte(w, f->step);
    break;
  case W_FMAP_VALUE:
    u(w, f->map);
    u(w, (uint64_t)f->mx);
    byte(w, f->step);
    break;
  case W_FREF:
    byte(w,
         f->ref < W_OBJECT_REF ? ref_tags[f->ref] : (uint8_t)(W_CERT_REFS + f->ref - W_OBJECT_REF));
    u(w, f->size);
    byte(w, f->null);
    break;
  case W_FRECORD_AT:
    u(w, f->size);
    u(w, (uint64_t)f->mx);
    byte(w, f->step);
    break;
  }
}

static void write_registers(struct writer *w, uint16_t defined, const struct w_aval *regs) {
  for (int r = 0; r < W_VALUES; r++) {
    byte(w, defined >> r & 1);
    if (defined >> r & 1)
      write_value(w, regs[r]);
  }
}

/* Byte i of the set of stack bytes written, from the lowest of its frames. */
static uint8_t written_byte(const struct w_state *st, uint32_t i) {
  uint32_t frame = st->depth - i / (W_STACK / 8), in_frame = i % (W_STACK / 8);
  return (uint8_t)(*w_word(st, frame * W_FRAME_WORDS + in_frame / 8) >> (in_frame % 8 * 8));
}

static void write_after(struct writer *w, const struct w_frame *f) {
  byte(w, f->again ? W_CERT_ROUNDS : W_CERT_BACK);
  if (!f->again)
    return;
  u(w, f->callback);
  write_value(w, f->rest);
  write_value(w, f->ctx);
  u(w, f->most);
}

static void write_state(struct writer *w, const struct w_state *st) {
  u(w, (uint64_t)st->pc);
  write_registers(w, st->defined, st->regs);
  u(w, st->nslots + (st->pending.n > 0));
  if (st->pending.n) {
    s(w, st->pending.off);
    byte(w, W_CERT_PENDING);
    u(w, st->pending.n);
    u(w, st->pending.sym);
  }
  for (uint32_t i = 0; i < st->nslots; i++) {
    s(w, st->slots[i].off);
    byte(w, (uint8_t)w_bytes(st->slots[i].size));
    write_value(w, st->slots[i].v);
  }
  uint32_t from = 0, end = w_words(st) * 8;
  while (from < end && !written_byte(st, from))
    from++;
  u(w, end - from);
  for (; from < end; from++)
    byte(w, written_byte(st, from));
  u(w, st->depth);
  for (uint32_t k = st->depth; k-- > 0;) {
    u(w, st->frames[k].pc);
    write_registers(w, st->frames[k].defined, st->frames[k].regs);
    write_after(w, &st->frames[k]);
  }
  uint32_t facts = 0;
  for (uint32_t k = 0; k < st->next; k++)
    facts += st->facts[k].kind != W_FNONE;
  u(w, facts);
  for (uint32_t k = 0; k < st->next; k++)
    if (st->facts[k].kind != W_FNONE) {
      u(w, k);
      write_fact(w, &st->facts[k]);
    }
  u(w, st->next);
}

bool w_state_write(struct w_pool *pool, const struct w_state *st, struct w_buf *buf) {
  struct writer w = {.pool = pool, .out = *buf, .ok = true};
  write_state(&w, st);
  *buf = w.out;
  return w.ok;
}

static void write_code(struct writer *w, const struct w_buf *code, const struct w_node *nodes) {
  uint64_t steps = 0;
  for (size_t at = 0; at < code->len;) {
    uint8_t tag = code->bytes[at++];
    if (tag == W_CODE_STEPS) { /* runs that only the search had to part are one */
      steps += w_next_u(code, &at);
      continue;
    }
    if (tag >= W_CODE_READ) { /* what only the search needs */
      w_next_u(code, &at);
      if (tag != W_CODE_SLOT)
        w_next_u(code, &at);
      continue;
    }
    if (steps) {
      byte(w, W_CERT_STEPS);
      u(w, steps);
      steps = 0;
    }
    if (tag == W_CODE_SUB) {
      byte(w, W_CERT_SUB);
      u(w, nodes[w_next_u(code, &at)].number - 1);
      uint64_t n = w_next_u(code, &at);
      u(w, n);
      size_t from = at;
      for (uint64_t i = 0; i < 3 * n; i++)
        w_next_u(code, &at);
      w->ok = w->ok && w_put(w->pool, &w->out, code->bytes + from, (uint32_t)(at - from));
      for (uint64_t i = 0; i < 3 * n; i++)
        w_next_u(code, &at);
    } else {
      byte(w, tag == W_CODE_BRANCH ? W_CERT_BRANCH : W_CERT_EXIT); /* a dead side: an exit */
    }
  }
}

/* Numbers the nodes that the root needs; `order` gets them in that order. */
static uint32_t number_nodes(struct w_node *nodes, uint32_t root, uint32_t *order) {
  uint32_t count = 0, done = 0;
  const struct w_buf *code = &nodes[root].code;
  for (;;) {
    for (size_t at = 0; at < code->len;) {
      size_t piece = at;
      if (w_code_next(code, &at) != W_CODE_SUB)
        continue;
      piece++;
      uint64_t node = w_next_u(code, &piece);
      if (!nodes[node].number) {
        order[count] = (uint32_t)node;
        nodes[node].number = ++count;
      }
    }
    if (done == count)
      return count;
    code = &nodes[order[done++]].code;
  }
}

bool w_cert_write(struct w_pool *pool, struct w_node *nodes, uint32_t count, uint32_t root,
                  uint8_t **bytes, size_t *len) {
  struct writer w = {.pool = pool, .ok = true};
  size_t size = count * sizeof(uint32_t);
  uint32_t *order = w_resize(pool, NULL, 0, size);
  if (!order)
    return false;
  uint32_t n = number_nodes(nodes, root, order);
  w.ok = w_put(pool, &w.out, "WCRT\5", 5);
  u(&w, nodes[root].potential);
  u(&w, n);
  write_code(&w, &nodes[root].code, nodes);
  for (uint32_t i = 0; i < n; i++) {
    const struct w_node *node = &nodes[order[i]];
    write_state(&w, &node->st);
    s(&w, (int64_t)node->potential);
    u(&w, node->nterms);
    for (uint32_t k = 0; k < node->nterms; k++) {
      s(&w, node->terms[k].k);
      u(&w, node->terms[k].symbol);
      u(&w, node->terms[k].N);
    }
    write_code(&w, &node->code, nodes);
  }
  w_release(pool, order, size);
  if (!w.ok) {
    w_buf_free(pool, &w.out);
    return false;
  }
  *bytes = w.out.bytes;
  *len = w.out.len;
  pool->used -= w.out.cap;
  return true;
}

/* --- Reading --------------------------------------------------------------------------------- */

struct reader {
  struct w_pool *pool;
  const uint8_t *bytes;
  size_t len, at;
  bool ok;
};
static uint64_t get_u(struct reader *r, uint64_t most) {
  uint64_t v;
  r->ok = r->ok && w_get_u(r->bytes, r->len, &r->at, &v) && v <= most;
  return r->ok ? v : 0;
}
static int64_t get_s(struct reader *r) {
  int64_t v;
  r->ok = r->ok && w_get_s(r->bytes, r->len, &r->at, &v);
  return r->ok ? v : 0;
}
static uint8_t get_byte(struct reader *r, uint8_t most) {
  if (r->ok && (r->at >= r->len || r->bytes[r->at] > most))
    r->ok = false;
  return r->ok ? r->bytes[r->at++] : 0;
}
/* How many of something follow: each takes a byte at least, so memory follows the input's size. */
static uint32_t get_count(struct reader *r) {
  uint64_t n = get_u(r, UINT32_MAX);
  if (n > r->len - r->at)
    r->ok = false;
  return r->ok ? (uint32_t)n : 0;
}

static struct w_aval get_value(struct reader *r) {
  struct w_aval a;
  a.sym = (uint32_t)get_u(r, MAX_SYMBOL - 1);
  a.c = get_s(r);
  return a;
}

static struct w_bounds get_bounds(struct reader *r) {
  struct w_bounds b;
  b.val = get_u(r, UINT64_MAX);
  b.mask = get_u(r, UINT64_MAX);
  b.umin = get_u(r, UINT64_MAX);
  b.umax = get_u(r, UINT64_MAX);
  b.smin = get_s(r);
  b.smax = get_s(r);
  return b;
}

static uint8_t get_step(struct reader *r) {
  uint8_t step = get_byte(r, W_WHOLE);
  if (step & (step - 1) || !step)
    r->ok = false;
  return step;
}

static void get_fact(struct reader *r, struct w_fact *f) {
  memset(f, 0, sizeof *f);
  f->kind = tagged(fact_tags, get_byte(r, W_CERT_FACTS - 1));
  switch (f->kind) {
  case W_FSCALAR:
    f->tainted = get_byte(r, 1);
    f->s.all = get_bounds(r);
    f->s.has_low = get_byte(r, 1);
    if (f->s.has_low)
      f->s.low = get_bounds(r);
    break;
  case W_FPKT:
    f->area = tagged(area_tags, get_byte(r, W_CERT_AREAS - 1));
    f->mx = (int64_t)get_u(r, UINT32_MAX);
    f->checked = get_byte(r, 1);
    f->av = f->checked ? get_s(r) : 0;
    break;
  case W_FMAP:
  case W_FMAP_VALUE_OR_NULL:
  case W_FMAP_OR_NULL:
    f->map = (uint32_t)get_u(r, UINT32_MAX);
    break;
  case W_FOBJ:
  case W_FOBJ_OR_NULL:
    f->type = (uint32_t)get_u(r, UINT32_MAX);
    break;
  case W_FFUNC:
    f->code = (uint32_t)get_u(r, INT32_MAX);
    break;
  case W_FSTACK:
    f->frame = (uint32_t)get_u(r, UINT32_MAX);
    f->mx = (int64_t)get_u(r, UINT32_MAX);
    f->step = get_step(r);
    break;
  case W_FMAP_VALUE:
    f->map = (uint32_t)get_u(r, UINT32_MAX);
    f->mx = (int64_t)get_u(r, UINT32_MAX);
    f->step = get_step(r);
    break;
  case W_FREF:
    f->ref = get_byte(r, (uint8_t)(w_ref_count - 1));
    f->ref = f->ref < W_CERT_REFS ? tagged(ref_tags, f->ref)
                                  : (uint8_t)(f->ref - W_CERT_REFS + W_OBJECT_REF);
    f->size = get_u(r, UINT64_MAX);
    f->null = get_byte(r, 1);
    break;
  case W_FRECORD_AT:
    f->size = get_u(r, UINT64_MAX);
    f->mx = (int64_t)get_u(r, UINT64_MAX);
    f->step = get_step(r);
    break;
  }
}

static uint16_t get_registers(struct reader *r, struct w_aval *regs) {
  uint16_t defined = 0;
  for (int i = 0; i < W_VALUES; i++)
    if (get_byte(r, 1)) {
      defined |= (uint16_t)(1u << i);
      regs[i] = get_value(r);
    }
  return defined;
}

static void get_after(struct reader *r, struct w_frame *f) {
  f->again = get_byte(r, W_CERT_AFTERS - 1) == W_CERT_ROUNDS;
  if (!f->again)
    return;
  f->callback = (uint32_t)get_u(r, INT32_MAX);
  f->rest = get_value(r);
  f->ctx = get_value(r);
  f->most = get_u(r, UINT64_MAX);
}

static bool get_callers(struct reader *r, struct w_state *st) {
  uint32_t n = (uint32_t)get_u(r, W_FRAMES - 1);
  if (n && !w_reserve(r->pool, (void **)&st->frames, &st->frame_cap, n, sizeof *st->frames))
    return false;
  st->depth = n;
  for (uint32_t k = n; k-- > 0;) {
    memset(&st->frames[k], 0, sizeof *st->frames);
    st->frames[k].pc = (uint32_t)get_u(r, INT32_MAX);
    st->frames[k].defined = get_registers(r, st->frames[k].regs);
    get_after(r, &st->frames[k]);
  }
  return true;
}

static bool names_known(const struct w_aval *regs, uint16_t defined, uint32_t next) {
  for (int i = 0; i < W_VALUES; i++)
    if (defined >> i & 1 && regs[i].sym >= next)
      return false;
  return true;
}

static void get_pending(struct reader *r, int64_t off, struct w_state *st) {
  uint64_t n = get_u(r, W_STACK_TOTAL);
  uint32_t sym = (uint32_t)get_u(r, MAX_SYMBOL - 1);
  r->ok = r->ok && n && !st->pending.n && off + (int64_t)n <= 0;
  st->pending = (struct w_pending){.sym = sym, .off = (int32_t)off, .n = r->ok ? (uint32_t)n : 0};
}

static void get_slots(struct reader *r, struct w_state *st) {
  uint32_t n = get_count(r);
  if (n > W_STACK_TOTAL ||
      !w_reserve(r->pool, (void **)&st->slots, &st->slot_cap, n, sizeof *st->slots)) {
    r->ok = false;
    return;
  }
  for (uint32_t i = 0; i < n && r->ok; i++) {
    int64_t off = get_s(r);
    uint8_t size = get_byte(r, 8);
    r->ok = r->ok && off >= -W_STACK_TOTAL && off < 0;
    if (size == W_CERT_PENDING) {
      get_pending(r, off, st);
      continue;
    }
    struct w_aval v = get_value(r);
    r->ok = r->ok && (!st->nslots || off > st->slots[st->nslots - 1].off) && !(size & (size - 1));
    if (r->ok)
      st->slots[st->nslots++] = (struct w_slot){
          .off = (int16_t)off, .size = (uint8_t)(size == 8 ? W_S8 : size / 2), .v = v};
  }
}

static void get_state(struct reader *r, struct w_state *st) {
  st->pc = (int64_t)get_u(r, INT32_MAX);
  st->defined = get_registers(r, st->regs);
  get_slots(r, st);
  uint8_t written[WRITTEN_BYTES] = {0};
  for (uint32_t i = WRITTEN_BYTES - (uint32_t)get_u(r, WRITTEN_BYTES); i < WRITTEN_BYTES && r->ok;
       i++)
    written[i] = get_byte(r, 255);
  if (!get_callers(r, st)) {
    r->ok = false;
    return;
  }
  for (uint32_t i = 0; i < w_words(st) * 8; i++) {
    uint32_t frame = i / (W_STACK / 8), in_frame = i % (W_STACK / 8);
    *w_word(st, i / 8) |= (uint64_t)written[(W_FRAMES - 1 - frame) * (W_STACK / 8) + in_frame]
                          << (i % 8 * 8);
  }
  uint32_t n = get_count(r);
  for (uint32_t i = 0; i < n && r->ok; i++) {
    uint32_t k = (uint32_t)get_u(r, MAX_SYMBOL - 1);
    uint32_t had = st->next;
    if (k >= had) {
      if (!w_reserve(r->pool, (void **)&st->facts, &st->fact_cap, k + 1, sizeof *st->facts)) {
        r->ok = false;
        return;
      }
      memset(&st->facts[had], 0, (k + 1 - had) * sizeof *st->facts);
      st->next = k + 1;
    }
    get_fact(r, &st->facts[k]);
  }
  uint32_t next = (uint32_t)get_u(r, MAX_SYMBOL);
  uint32_t had = st->next;
  if (!r->ok || next < had ||
      !w_reserve(r->pool, (void **)&st->facts, &st->fact_cap, next ? next : 1, sizeof *st->facts)) {
    r->ok = false;
    return;
  }
  memset(&st->facts[had], 0, (next - had) * sizeof *st->facts);
  st->next = next;
  r->ok = names_known(st->regs, st->defined, next) && (!st->pending.n || st->pending.sym < next);
  for (uint32_t k = 0; k < st->depth; k++)
    r->ok =
        r->ok && names_known(st->frames[k].regs, st->frames[k].defined, next) &&
        (!st->frames[k].again || (st->frames[k].rest.sym < next && st->frames[k].ctx.sym < next));
  for (uint32_t i = 0; i < st->nslots; i++)
    r->ok = r->ok && st->slots[i].v.sym < next;
}

bool w_state_read(struct w_pool *pool, const struct w_buf *buf, size_t *at, struct w_state *st) {
  struct reader r = {.pool = pool, .bytes = buf->bytes, .len = buf->len, .at = *at, .ok = true};
  get_state(&r, st);
  *at = r.at;
  return r.ok;
}

static void skip_code(struct reader *r) {
  uint32_t open = 1,
           nested = 0; /* derivations still to come; branches, an upper bound of their nesting */
  while (open && r->ok) {
    switch (get_byte(r, W_CERT_CODES - 1)) {
    case W_CERT_EXIT:
      open--;
      break;
    case W_CERT_STEPS:
      if (!get_u(r, UINT64_MAX))
        r->ok = false;
      break;
    case W_CERT_BRANCH:
      open++;
      if (open > MAX_NESTED || ++nested == UINT32_MAX)
        r->ok = false;
      break;
    case W_CERT_SUB:
      get_u(r, UINT64_MAX);
      for (uint32_t n = get_count(r); n > 0 && r->ok; n--) {
        get_u(r, UINT64_MAX);
        get_value(r);
      }
      open--;
    }
  }
}

static bool read_nodes(struct reader *r, struct w_cert *cert) {
  uint32_t n = get_count(r);
  cert->root = r->at;
  skip_code(r);
  cert->root_end = r->at;
  for (uint32_t i = 0; i < n && r->ok; i++) {
    if (!w_reserve(r->pool, (void **)&cert->nodes, &cert->cap, i + 1, sizeof *cert->nodes))
      return false;
    struct w_cert_node *node = &cert->nodes[cert->count++];
    memset(node, 0, sizeof *node);
    get_state(r, &node->st);
    node->potential = get_s(r);
    uint32_t terms = get_count(r);
    if (terms && !(node->terms = w_resize(r->pool, NULL, 0, terms * sizeof *node->terms)))
      return false;
    node->nterms = terms;
    for (uint32_t k = 0; k < terms; k++) {
      node->terms[k].k = get_s(r);
      node->terms[k].symbol = get_u(r, UINT64_MAX);
      node->terms[k].N = get_u(r, UINT64_MAX);
    }
    node->code = r->at;
    skip_code(r);
    node->code_end = r->at;
  }
  return r->ok && r->at == r->len;
}

int w_cert_read(struct w_pool *pool, const uint8_t *bytes, size_t len, struct w_cert *cert,
                struct warrant_error *error) {
  struct reader r = {.pool = pool, .bytes = bytes, .len = len, .at = 5, .ok = true};
  memset(cert, 0, sizeof *cert);
  if (len < 5 || memcmp(bytes, "WCRT\5", 5))
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        len ? "this is no certificate"
                            : "this is empty, as the certificate of a classic program is");
  cert->bound = get_u(&r, UINT64_MAX);
  if (!read_nodes(&r, cert))
    return warrant_fail(error, WARRANT_BAD_INPUT, "the certificate is damaged at byte %zu", r.at);
  return 0;
}

void w_cert_free(struct w_pool *pool, struct w_cert *cert) {
  for (uint32_t i = 0; i < cert->count; i++) {
    w_state_free(pool, &cert->nodes[i].st);
    w_release(pool, cert->nodes[i].terms, cert->nodes[i].nterms * sizeof *cert->nodes[i].terms);
  }
  w_release(pool, cert->nodes, cert->cap * sizeof *cert->nodes);
  memset(cert, 0, sizeof *cert);
}
