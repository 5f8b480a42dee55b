/* A certificate in words, part by part: what `warrant validate --show` prints. It may be hostile,
 * but w_cert_read has taken it. */
#ifndef WARRANT_SHOW_H
#define WARRANT_SHOW_H

#include "verify/cert.h"

enum { W_SHOWN = 400 }; /* room for any of the texts below */

/* "r0" to "r10", and "rounds". */
extern const char *const w_value_names[W_VALUES];
/* "s2 + 1" */
void w_show_value(struct w_aval v, char text[W_SHOWN]);
/* What is known of a symbol, in the words of a refusal, and what they leave out: "number 0..996,
 * bits 0x3 = 0x0". A type or map that the target has not is told by its number. */
void w_show_fact(const struct w_target *t, const struct w_state *st, uint32_t symbol,
                 char text[W_SHOWN]);
/* Of a potential: "3 * (999 - s2)". */
void w_show_term(const struct w_term *term, char text[W_SHOWN]);
/* The same with the register or spill of `st` that the symbol is: "3 * (999 - r1)". */
void w_show_count(const struct w_state *st, const struct w_term *term, char text[W_SHOWN]);

/* What a derivation does next. After a branch comes its taken side, one level deeper; when that has
 * ended, the side that falls through goes on at the branch's level. */
struct w_move {
  enum { W_MOVE_EXIT, W_MOVE_STEPS, W_MOVE_BRANCH, W_MOVE_SUBSUME } kind;
  uint32_t level;
  uint64_t n;     /* STEPS: how many; SUBSUME: into which node */
  uint32_t count; /* SUBSUME: what symbols of that node stand for, for w_next_meaning */
};
struct w_moves {
  const uint8_t *bytes; /* borrowed */
  size_t at, end;
  uint32_t level;
  bool ended;
};
/* The moves of a derivation, from `code` up to `end` in the bytes of the certificate. */
struct w_moves w_moves_of(const uint8_t *bytes, size_t code, size_t end);
/* False when there are no more. */
bool w_next_move(struct w_moves *moves, struct w_move *move);
/* After SUBSUME, to be called `count` times. */
void w_next_meaning(struct w_moves *moves, uint64_t *symbol, struct w_aval *value);

#endif
