/* The search for a derivation, path by path. */
#ifndef WARRANT_SEARCH_H
#define WARRANT_SEARCH_H

#include "verify/question.h"

enum w_outcome { W_FOUND, W_REFUSED, W_NO_MEMORY, W_NO_TIME, W_TOO_LONG };
/* NO_TIME, TOO_LONG: the question's limits of time and instructions were reached.
 * Free the answer with w_answer_free in any case. */
enum w_outcome w_search(const struct w_question *question, struct w_answer *answer);
/* Of this thread, in nanoseconds. */
uint64_t w_processor_time(void);
void w_answer_free(const struct w_question *question, struct w_answer *answer);

#endif
