/* The audit by halves: what an interval of a filter's instructions does from one of them, by what
 * its halves do. It grows less than executing forward, where every condition has all those before
 * it within it. Names and order follow checker/Audit.v. */
#ifndef WARRANT_HALVES_H
#define WARRANT_HALVES_H

#include "audit/auditor.h"

/* A way out of an interval, to an instruction or with a returned value: a jump to a return
 * returns. */
#define EXIT_RETURNS ((uint64_t)1 << 32)
struct exit {
  uint64_t to; /* EXIT_RETURNS and the value, or the instruction's number */
  bdd_t when;
};
struct exits {
  struct exit *exits; /* owned; none twice */
  uint32_t count;
};
/* Of the interval of 2^k instructions from `from` on, entered at `entry`. */
struct known {
  bool used;
  uint32_t k, from, entry;
  struct exits exits;
};
struct halves {
  struct bdd *m;                     /* borrowed, as are the next three */
  const struct warrant_cinsn *insns; /* as long as the program */
  const bdd_t *taken, *fallen;       /* the conditions of jumps */
  uint32_t doublings;                /* of one instruction, until the filter is in it */
  struct known *known;               /* owned; `room`, a power of two */
  uint32_t count, room;
  bool no_memory;
};
/* The ways out of an interval; they stay the halves'. */
struct exits w_exits_of(struct halves *h, uint32_t k, uint32_t from, uint32_t entry);

/* Decides a seccomp filter by halves: its ends, and `taken`, `fallen` and `halves` of the audit.
 * False when the filter is not of the kind that allows it: A alone is used, and where it is read it
 * is the same function of the input whatever way led there. */
bool w_audit_by_halves(struct auditor *t);
void w_halves_free(struct halves *h);

#endif
