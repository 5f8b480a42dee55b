/* What the search is asked, and what it answers. */
#ifndef WARRANT_QUESTION_H
#define WARRANT_QUESTION_H

#include "verify/cert.h"
#include "verify/event.h"
#include "verify/flow.h"

struct w_question {
  struct w_pool *pool;
  struct w_target target;
  const struct w_insn *insns; /* `flow.count` slots */
  struct w_flow flow;
  uint64_t max_visited;
  bool visited_refuses; /* a program that needs more is refused, as by Linux; else given up */
  uint64_t max_ns;      /* as the caller said */
  uint64_t deadline_ns; /* of the thread's processor time; UINT64_MAX: none */
  w_trace_fn *trace;    /* NULL: nobody listens */
  void *trace_data;
};
struct w_answer {
  struct w_node
      *nodes; /* owned; nodes[0] is the root, and `potential` there the most steps of a run */
  uint32_t count, cap;
  uint64_t visited, compared;
  uint8_t *undefined; /* owned; by slot: it reads stack bytes that may not have been written */
  struct w_why
      why; /* of a refusal, at instruction `pc`, in the state `st` (its arrays are owned) */
  uint32_t pc;
  struct w_state st;
  uint32_t *trail; /* owned; of a refusal, the branches on the way: 2 * pc + (1: taken) */
  uint32_t trail_len, trail_cap;
};

#endif
