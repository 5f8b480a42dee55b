/* Reads conditions on the arguments of a system call; condition_text.h writes them. The grammar,
 * which docs/seccomp.md explains:
 *
 *   condition  = and { "or" and }        and = unary { "and" unary }
 *   unary      = "not" unary | "(" condition ")" | "true" | "false" | diagram | test
 *   test       = expression ("==" | "!=" | "<" | "<=" | ">" | ">=") expression
 *              | expression "in" ( "[" number "," number "]" | "{" number { "," number } "}" )
 *   expression = part { ("+" | "-") part } { "&" part }            64 bits, unsigned, modulo 2^64
 *   part       = ("arg0" ... "arg5" | "ip") [ ".high" ] | number | "(" expression ")"
 *   diagram    = "diagram(" { "n"NUMBER "=" term-bit "?" node ":" node ";" } node ")" */
#ifndef WARRANT_CONDITION_H
#define WARRANT_CONDITION_H

#include "audit/bdd.h"
#include "audit/order.h"
#include "warrant.h"

/* Reads a condition from *text on and leaves *text behind it. On an error *text is where it is. */
int w_condition_read(struct bdd *m, const char **text, bdd_t *f, struct warrant_error *error);
/* Adds the words that conditions in a text compare with each other: for an order in which they are
 * small. The text need not be right. */
void w_condition_meetings(const char *text, struct meetings *g);

#endif
