#include "verify/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- Texts ----------------------------------------------------------------------------------- */

const char *const w_value_names[W_VALUES] = {"r0", "r1", "r2", "r3", "r4",  "r5",
                                             "r6", "r7", "r8", "r9", "r10", "rounds"};

void w_show_value(struct w_aval v, char text[W_SHOWN]) {
  int n = snprintf(text, W_SHOWN, "s%" PRIu32, v.sym);
  if (v.c)
    snprintf(text + n, W_SHOWN - (size_t)n, " %c %" PRIu64, v.c < 0 ? '-' : '+',
             v.c < 0 ? 0 - (uint64_t)v.c : (uint64_t)v.c);
}

void w_show_term(const struct w_term *term, char text[W_SHOWN]) {
  snprintf(text, W_SHOWN, "%" PRId64 " * (%" PRIu64 " - s%" PRIu64 ")", term->k, term->N,
           term->symbol);
}

void w_show_count(const struct w_state *st, const struct w_term *term, char text[W_SHOWN]) {
  char name[32] = "";
  for (uint32_t k = 0; k < st->nslots; k++)
    if (st->slots[k].v.sym == term->symbol && !st->slots[k].v.c)
      snprintf(name, sizeof name, "stack %d", st->slots[k].off);
  for (int r = 0; r < W_VALUES; r++)
    if (st->defined >> r & 1 && st->regs[r].sym == term->symbol && !st->regs[r].c)
      snprintf(name, sizeof name, "%s", w_value_names[r]);
  if (*name)
    snprintf(text, W_SHOWN, "%" PRId64 " * (%" PRIu64 " - %s)", term->k, term->N, name);
  else
    w_show_term(term, text);
}

static void add(char text[W_SHOWN], const char *format, uint64_t a, uint64_t b) {
  size_t n = strlen(text);
  snprintf(text + n, W_SHOWN - n, format, a, b);
}

/* Beside the range that w_describe tells: the other range, known bits that do not follow from it,
 * the low half. */
static void add_number(const struct w_fact *f, char text[W_SHOWN]) {
  const struct w_bounds *b = &f->s.all;
  if (b->smin < 0 && (b->umin || b->umax != UINT64_MAX))
    add(text, ", unsigned %" PRIu64 "..%" PRIu64, b->umin, b->umax);
  uint64_t follow = b->umax; /* bits that the range leaves open */
  for (int shift = 1; shift < 64; shift *= 2)
    follow |= follow >> shift;
  if (b->umin != b->umax && follow & ~b->mask)
    add(text, ", bits 0x%" PRIx64 " = 0x%" PRIx64, follow & ~b->mask, b->val);
  if (f->s.has_low)
    add(text, ", low half %" PRIu64 "..%" PRIu64, f->s.low.umin >> 32, f->s.low.umax >> 32);
  if (f->tainted)
    add(text, ", tainted", 0, 0);
}

void w_show_fact(const struct w_target *t, const struct w_state *st, uint32_t symbol,
                 char text[W_SHOWN]) {
  const struct w_fact *f = &st->facts[symbol];
  if (f->kind == W_FNONE) {
    snprintf(text, W_SHOWN, "anything");
  } else if ((f->kind == W_FOBJ || f->kind == W_FOBJ_OR_NULL) && f->map >= t->type_count) {
    snprintf(text, W_SHOWN, "a kernel object of type %" PRIu32, f->map);
  } else {
    w_describe(t, st, (struct w_aval){.sym = symbol}, text, W_SHOWN);
    if (f->kind == W_FSCALAR)
      add_number(f, text);
  }
}

/* --- Derivations ----------------------------------------------------------------------------- */

struct w_moves w_moves_of(const uint8_t *bytes, size_t code, size_t end) {
  return (struct w_moves){.bytes = bytes, .at = code, .end = end};
}

bool w_next_move(struct w_moves *m, struct w_move *move) {
  uint64_t count = 0;
  if (m->ended || m->at >= m->end)
    return false;
  memset(move, 0, sizeof *move);
  move->level = m->level;
  switch (m->bytes[m->at++]) {
  case W_CODE_STEPS:
    move->kind = W_MOVE_STEPS;
    w_get_u(m->bytes, m->end, &m->at, &move->n);
    return true;
  case W_CODE_BRANCH:
    move->kind = W_MOVE_BRANCH;
    m->level++;
    return true;
  case W_CODE_SUB:
    move->kind = W_MOVE_SUBSUME;
    w_get_u(m->bytes, m->end, &m->at, &move->n);
    w_get_u(m->bytes, m->end, &m->at, &count);
    move->count = (uint32_t)count;
    break;
  default:
    move->kind = W_MOVE_EXIT;
  }
  /* This side has ended; what is still to come fell through at the innermost branch. */
  m->ended = !m->level;
  m->level -= !m->ended;
  return true;
}

void w_next_meaning(struct w_moves *m, uint64_t *symbol, struct w_aval *value) {
  uint64_t of = 0;
  w_get_u(m->bytes, m->end, &m->at, symbol);
  w_get_u(m->bytes, m->end, &m->at, &of);
  value->sym = (uint32_t)of;
  w_get_s(m->bytes, m->end, &m->at, &value->c);
}
