/* Reads conditions on the arguments of a system call; condition_text.h writes them. The grammar,
 * which docs/seccomp.md explains:
 *
 *   condition  = and { "or" and }        and = unary { "and" unary }
 *   unary      = "not" unary | "(" condition ")" | "true" | "false" | diagram | test
 *   test       = term ("==" | "!=" | "<" | "<=" | ">" | ">=") number
 *              | term "in" "[" number "," number "]" | term "in" "{" number { "," number } "}"
 *   term       = ("arg0" ... "arg5" | "ip") [ "&" number ]       all 64 bits, unsigned
 *   diagram    = "diagram(" { "n"NUMBER "=" term-bit "?" node ":" node ";" } node ")" */
#ifndef WARRANT_CONDITION_H
#define WARRANT_CONDITION_H

#include "audit/bdd.h"
#include "warrant.h"

/* Reads a condition from *text on and leaves *text behind it. On an error *text is where it is. */
int w_condition_read(struct bdd *m, const char **text, bdd_t *f, struct warrant_error *error);

#endif
