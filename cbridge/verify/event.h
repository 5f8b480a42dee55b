/* What the search tells while it is under way, for `warrant check --trace`. */
#ifndef WARRANT_EVENT_H
#define WARRANT_EVENT_H

#include "verify/cert.h"

enum w_event_kind {
  W_EVENT_STEP,      /* the instruction at `pc` is looked at in the state `st` */
  W_EVENT_RESUMED,   /* the side of a branch that falls through, left for later, is taken up */
  W_EVENT_NODE,      /* the state becomes node `node` */
  W_EVENT_GENERAL,   /* a more general state is tried, in the way `way`: `st` */
  W_EVENT_INVARIANT, /* an invariant of a loop is tried, in the way `way`: `st` */
  W_EVENT_PRUNED,    /* the path ends: node `node` covers its state */
  W_EVENT_BACK,      /* the path ends: it is back in node `node`, the invariant of its loop */
  W_EVENT_CLOSED,  /* all paths of a loop are back or ended, and its rounds are counted: `closed` */
  W_EVENT_REFUSED, /* `why` */
  W_EVENT_SPENT,   /* what follows from a general state takes too long */
  W_EVENT_GIVEN_UP, /* after one of these two: the general state `node` is taken back */
};
/* All of it is borrowed, and for the call alone. */
struct w_event {
  enum w_event_kind kind;
  uint32_t pc, node;
  const struct w_target *target;
  const struct w_state *st; /* STEP, GENERAL, INVARIANT */
  const char *way;          /* static */
  const struct w_why *why;
  const struct w_node *closed;
};
typedef void w_trace_fn(void *data, const struct w_event *event);

#endif
