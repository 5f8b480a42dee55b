/* How a program gets to where it is refused: the steps that matter of the path that was followed,
 * and what to try. */
#ifndef WARRANT_EXPLAIN_H
#define WARRANT_EXPLAIN_H

#include "verify/question.h"

/* The registers that an instruction reads, a bit each. */
uint16_t w_reads(const struct w_insn *insn);

/* Of the path to a refusal: where the values came from that the refused instruction uses, and the
 * branches that tested them. The caller frees *steps. False: out of memory. */
bool w_explain(const struct w_question *question, const struct w_answer *answer,
               struct warrant_step **steps, uint32_t *count);
/* What to try, for the most frequent causes; NULL: nothing. */
const char *w_hint(const struct w_question *question, const struct w_answer *answer);

#endif
