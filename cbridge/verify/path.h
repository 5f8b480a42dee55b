/* The path that is followed, its nodes, and what is left for later: what search.c and invariant.c
 * work on, and they alone. */
#ifndef WARRANT_PATH_H
#define WARRANT_PATH_H

#include "verify/price.h"
#include "verify/prune.h"
#include "verify/question.h"
#include "verify/shelves.h"
#include "verify/weaken.h"

enum {
  RECENT = 4, /* finished nodes tried beside those of the same round of a loop */
  BAD_SETS = 8,
  ENCLOSING = 8, /* general nodes on the path that a state at their place is compared with */
};
#define NO_NODE UINT32_MAX

/* Ways to generalise, in the order tried. First an invariant for a loop: if it had one before, in
 * another round of a loop around it, then like that one. Else what moves is any number, what counts
 * the rounds goes up to the nearest number that it is compared with, less 1 (three times, each time
 * with what had come back to the head and was not covered); to that; to the furthest, less 1; to
 * that, or to any number where may_goto counts the rounds. Then to what covers all nodes of the
 * same shape, any number where they differ; the same with the nearest node alone; and with no more
 * numbers than the two have. */
enum way {
  LIKE,
  NEAR_BEFORE,
  NEAR_AGAIN,
  NEAR_THIRD,
  NEAR,
  FAR_BEFORE,
  FAR,
  ALL,
  WIDE,
  COVERING,
  WAYS
};

/* A node, and what the search knows of it beside the derivation. */
struct search_node {
  uint64_t hash;      /* of the exact state, while it is on the path */
  uint32_t hash_next; /* the next node on the path in the same bucket */
  uint64_t key;       /* of its shelf */
  uint32_t hits, misses;
  bool on_path, general;
  bool loop;     /* general: paths may lead back to it while it is on the path */
  bool closes;   /* no such head, but paths lead back to it that may_goto counts */
  bool dead;     /* finished, but what it ends in is gone */
  uint8_t how;   /* general: enum way */
  uint32_t prev; /* the node before it on the path at the same place, plus 1 */
  uint32_t
      outer; /* general: the one before it there that is a head of a loop as it is, or is none */
  uint32_t place;  /* general: where it is in the search's list of those */
  uint32_t rounds; /* how many of those are of earlier rounds of the same loop */
  uint32_t first;  /* the first of those that has no general node above it, or this one */
  uint64_t made;   /* how many instructions had been looked at */
  uint32_t order;  /* loop: how many nodes had been finished before */
};

/* A place in the program where nodes are. */
struct site {
  uint32_t recent[RECENT], finished; /* the last nodes that were finished, and how many ever were */
  uint32_t top;                      /* the last node on the path, plus 1 */
  struct w_state miss; /* came back to a loop's head, and its invariant did not cover it */
  bool missed;
  uint32_t closed[RECENT], closed_count; /* the last heads of loops that were finished */
  /* The last on the path, plus 1: of the heads of loops, and of the other general nodes. */
  uint32_t loop, broad;
  /* What became of general nodes; and for some that failed, a bit for each register that had been
   * generalised, as w_differs has them. */
  uint32_t failures[WAYS], successes[WAYS];
  uint16_t bad[BAD_SETS];
  uint32_t bad_count;
};

/* What is still to be done, last first: the other side of a branch, or, when all of a node's paths
 * have ended, to finish it. */
struct work {
  enum { BRANCH, FINISH } kind;
  uint32_t node; /* whose derivation goes on, or which one is complete */
  /* Owned. BRANCH: where it goes on; NULL: this side cannot be taken, or `packed` has it. FINISH:
   * what a general node was made from, or the first one at a loop's head. */
  struct w_state *st;
  struct w_buf packed;         /* owned; BRANCH: the state as bytes */
  uint32_t depth, taken, from; /* as in struct search */
  uint32_t trail;              /* how long it was */
  /* FINISH alone: is it a general node, and then how was it made, of what, which node ends in it,
   * how long was that one's derivation before, and when to give up. */
  bool general;
  enum way how;
  uint32_t differs, owner, owner_len;
  uint64_t visited_max;
};

struct search {
  const struct w_question *q;
  struct w_answer *a;
  struct w_pool *pool;
  uint32_t *site_of;  /* owned; by slot: where it is in `sites`, plus 1; 0: not yet */
  struct site *sites; /* owned */
  uint32_t site_count, site_cap;
  struct w_shelves shelves;
  struct w_room room;
  struct w_names names;

  struct search_node *infos; /* owned; beside a->nodes */
  uint32_t info_cap;
  uint32_t *buckets; /* owned; exact nodes on the path by hash */
  uint32_t bucket_count;

  struct work *stack; /* owned */
  uint32_t height, stack_cap;
  uint32_t *general; /* owned; positions in the stack of general nodes on the path */
  uint32_t general_count, general_cap;
  uint32_t blame; /* after a refusal: how many of them may stay */

  struct w_state st;  /* the path being followed */
  uint32_t node;      /* whose derivation it belongs to */
  uint32_t depth;     /* branches that the derivation is inside of here */
  uint32_t from;      /* the instruction before */
  uint64_t steps;     /* since the last code written */
  uint32_t taken;     /* steps since the node, on this path */
  uint32_t trail_cap; /* of a->trail, the decisions from the start to here */
  struct w_subst sub;
  struct w_pricing pricing;
  uint32_t *order; /* owned; the nodes in the order they were finished */
  uint32_t order_count, order_cap;
};

enum next { GO_ON, LEAF, REFUSED, FAILED };

static inline struct site *w_known_site(const struct search *s, int64_t pc) {
  return &s->sites[s->site_of[pc] - 1];
}

/* Tells who asked of what happens, with the path's state where that is of interest; `node` may be
 * NO_NODE. */
void w_tell(const struct search *s, enum w_event_kind kind, int64_t pc, uint32_t node,
            enum way how);
/* The path is refused at `pc`. */
enum next w_refused(struct search *s, enum w_reason reason, uint32_t pc, const char *text);

/* --- Code: what is false is out of memory. */
/* The path takes a branch, or falls through. */
bool w_decide(struct search *s, uint32_t pc, bool taken);
/* The steps up to here, then `tag`. */
bool w_code(struct search *s, int tag);
/* The path ends in `node`, as s->sub says. */
bool w_code_sub(struct search *s, uint32_t node);
/* The bytes of a read that had been written, run by run; and a write, or a spill that was read.
 * `before`: the bytes written before the instruction, where it may have written more. */
bool w_code_effects(struct search *s, const struct w_effects *effects, const uint64_t *before);

/* --- What is left for later */
/* On top of the stack, all zero. NULL: out of memory. */
struct work *w_push_work(struct search *s);
/* The path goes on in the state that was kept; it has none now. */
bool w_resume(struct search *s, struct work *w);
void w_drop_state(struct search *s, struct work *w);

/* --- Nodes */
/* NULL: out of memory. Moves sites. */
struct site *w_site_at(struct search *s, uint32_t pc);
/* Of the shelf that the state belongs on: what counts the rounds of the loops that it is in. */
uint64_t w_shelf_key(const struct search *s, const struct w_state *st);
/* Does the node cover the path's state? Then s->sub says why. */
bool w_covers(struct search *s, uint32_t node);
/* NO_NODE: out of memory. */
uint32_t w_new_node(struct search *s);
/* Goes on in a new node whose state is `st`; *st is taken over. */
enum next w_enter(struct search *s, struct w_state *st, bool general, enum way how,
                  uint32_t differs);
/* All paths from the node have ended. 1: done; 0: nothing shows that the loop ends; -1: out of
 * memory. */
int w_finish(struct search *s, uint32_t node);
/* Takes a node back that is not finished. */
void w_drop_node(struct search *s, uint32_t node);
/* Once the invariant `node` of a loop holds: the path goes there as soon as it comes to the loop,
 * and the rounds that were followed one by one are forgotten. False: out of memory. */
bool w_skip_rounds(struct search *s, uint32_t node);
/* Did a callback's exit lead to its next call? No edge of the graph does. */
static inline bool w_called_again(const struct search *s) {
  const struct w_frame *f = s->st.depth ? &s->st.frames[s->st.depth - 1] : NULL;
  return f && f->again && f->callback == s->st.pc && s->q->insns[s->from].op == W_OP_EXIT;
}
/* Did the path come to the head of a loop from within it? */
static inline bool w_jumped_back(const struct search *s) {
  const struct w_flow *flow = &s->q->flow;
  if (w_called_again(s))
    return true;
  return flow->at[s->st.pc].head && w_in_loop(flow, s->from, flow->at[s->st.pc].loop);
}
/* Has it been in that loop ever since the last node at this place? */
bool w_another_round(const struct search *s, const struct site *site);

#endif
