/* Text that grows, and pieces of a condition that are joined with `and` and `or`. */
#ifndef WARRANT_AUDIT_PHRASE_H
#define WARRANT_AUDIT_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
  char *s; /* owned */
  size_t length, room;
  bool failed;
};
void w_text_put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void w_text_number(struct text *t, uint64_t v);
/* "arg1" or "arg1 & 0x3" */
void w_text_term(struct text *t, unsigned field, uint64_t mask);
/* A number that a masked term is compared with. */
void w_text_value(struct text *t, uint64_t mask, uint64_t v);

/* What binds least in a text, to know where parentheses are needed. */
enum binding { BIND_OR, BIND_AND, BIND_TEST };
struct phrase {
  struct text text;
  enum binding binding;
};
void w_phrase_free(struct phrase *p);
/* Out of memory, or too long to be read. */
bool w_phrase_bad(const struct phrase *p);
struct phrase w_phrase_none(void); /* a bad one */
/* Appends `part` (and frees it) to `whole` with "and" or "or" between them. */
void w_phrase_join(struct phrase *whole, enum binding how, struct phrase part);

#endif
