/* Rows of the table in the words of Linux: calls whose arguments have other names have rows of
 * their own. */
#ifndef WARRANT_SECCOMP_WORDS_H
#define WARRANT_SECCOMP_WORDS_H

#include "cmd/seccomp_sections.h"

enum { CALL_TEXT_MAX = 100 };
/* Calls of a group whose conditions read alike. */
struct variant {
  char **conditions; /* owned; one an ending: with names, or NULL where there is none to name */
  size_t *calls;     /* owned; of the group's calls */
  size_t count;
};
/* The first one is of what has no names: it may have no calls. */
struct variants {
  struct variant *variants; /* owned */
  size_t count, endings;
};
/* False when memory runs out. variants_free after either. */
bool variants_of(const struct table *t, const struct section *s, const struct group *g,
                 struct variants *v);
void variants_free(struct variants *v);
/* Whether a row would say nothing: the first variant of a group all of whose calls have names. */
bool variant_empty(const struct group *g, const struct variants *v, size_t i);
/* The condition of an ending as a variant has it, which may be NULL. */
const char *variant_condition(const struct group *g, const struct variant *v, size_t ending);
/* "ioctl(fd, cmd)": a call with its arguments up to the last that a condition of the group is
 * about; its name alone where there is none or where names are not known. */
void call_signature(const struct section *s, const struct group *g, const char *call, char *out,
                    size_t size);

#endif
