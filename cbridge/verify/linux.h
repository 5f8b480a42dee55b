/* What Linux refuses though it is safe here: told by the instructions, and by the states that the
 * search sees. Verdicts and certificates do not depend on it. */
#ifndef WARRANT_LINUX_H
#define WARRANT_LINUX_H

#include "verify/functions.h"
#include "verify/question.h"

struct w_linux {
  const struct warrant_program *program; /* borrowed */
  const struct w_prog_type *type;        /* borrowed */
  const struct w_insn *insns;            /* borrowed */
  bool off;                              /* a type that no kernel loads as eBPF */
  bool licensed;                         /* like the GPL, or it is not known */
  struct w_functions functions;
  struct w_policies found;
  struct w_linux_node {
    uint32_t from;         /* the node before it */
    bool general;          /* it comes from a state that stands for more than one path's */
  } * nodes;               /* owned */
  uint32_t node, node_cap; /* `node` is the one that the path is in */
  w_trace_fn *next;        /* is told, too; NULL: nobody */
  void *next_data;
};
/* `q` has the instructions, and what listens to it is told what this listens to. False: out of
 * memory. Free with w_linux_free in either case. */
bool w_linux_begin(struct w_linux *l, struct w_question *q, const struct warrant_program *program);
/* After the search: the rules about the whole program. False: out of memory. */
bool w_linux_end(struct w_linux *l);
void w_linux_free(struct w_linux *l);

#endif
