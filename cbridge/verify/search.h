/* The search for a derivation, path by path. */
#ifndef WARRANT_SEARCH_H
#define WARRANT_SEARCH_H

#include "verify/question.h"

enum w_outcome { W_FOUND, W_REFUSED, W_NO_MEMORY };
/* Free the answer with w_answer_free in any case. */
enum w_outcome w_search(const struct w_question *question, struct w_answer *answer);
void w_answer_free(const struct w_question *question, struct w_answer *answer);

#endif
