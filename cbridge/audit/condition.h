/* Reads conditions on the arguments of a system call; condition_text.h writes them. The grammar,
 * which docs/seccomp.md explains:
 *
 *   condition  = and { "or" and }        and = unary { "and" unary }
 *   unary      = "not" unary | "(" condition ")" | "true" | "false" | diagram | test
 *   test       = expression ("==" | "!=" | "<" | "<=" | ">" | ">=") expression
 *              | expression "in" ( "[" bits "," bits "]" | "{" bits { "," bits } "}" )
 *   expression = part { ("+" | "-") part } { "&" part }            64 bits, unsigned, modulo 2^64
 *   part       = ("arg0" ... "arg5" | "ip" | an argument's name) [ ".high" ]
 *              | number | constant | "(" expression ")" | "(" bits ")"
 *   bits       = ( number | constant ) { "|" ( number | constant ) }
 *   diagram    = "diagram(" { "n"NUMBER "=" term-bit "?" node ":" node ";" } node ")" */
#ifndef WARRANT_CONDITION_H
#define WARRANT_CONDITION_H

#include "audit/bdd.h"
#include "audit/order.h"
#include "warrant.h"

/* Whose names a condition may have: constants are those of the architecture, and names of
 * arguments those of the call, which may be NULL. */
struct words {
  const char *arch, *call;
  bool used;    /* it had some: read for another architecture it means something else */
  bool by_call; /* so it does for another call: an argument has a name */
  bool unknown; /* one has no value on the architecture that is sure */
};
/* Reads a condition from *text on and leaves *text behind it. On an error *text is where it is. */
int w_condition_read(struct bdd *m, const char **text, bdd_t *f, struct warrant_error *error);
/* The same where names have a meaning. */
int w_condition_read_words(struct bdd *m, struct words *words, const char **text, bdd_t *f,
                           struct warrant_error *error);
/* Adds the words that conditions in a text compare with each other: for an order in which they are
 * small. The text need not be right. */
void w_condition_meetings(const char *text, struct meetings *g);

#endif
