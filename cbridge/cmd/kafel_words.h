/* The words of a policy in kafel's language, and the expressions on arguments. */
#ifndef WARRANT_KAFEL_WORDS_H
#define WARRANT_KAFEL_WORDS_H

#include "cmd/profile.h"

enum { WORD_MAX = 64, ARGS = 6 };
/* What comes next: a name, a number, or a sign of one or two characters. */
enum word { WORD_END, WORD_NAME, WORD_NUMBER, WORD_SIGN };
struct kafel_constant {
  char name[WORD_MAX];
  uint64_t value;
};
struct kafel {
  struct profile *p;
  const char *next; /* what is not read yet */
  unsigned line;    /* of the word */
  unsigned ahead;   /* of what is not read yet */
  enum word word;
  char text[WORD_MAX]; /* the name, or the sign */
  uint64_t number;
  struct kafel_constant *constants; /* owned */
  unsigned constant_count;
  char args[ARGS][WORD_MAX]; /* of the call that is read */
  unsigned arg_count;
  bool declared; /* the policy names its arguments */
  bool ignored;  /* it is of other architectures */
  int code;      /* of what was refused */
};

/* Complains about the line that is read, once; returns false. */
bool kafel_bad(struct kafel *k, int code, const char *format, const char *about);
void kafel_found(struct kafel *k, const char *name, const char *text);
/* Reads the next word. False after a complaint, as below. */
bool kafel_step(struct kafel *k);
/* Whether the word has a meaning of its own, and is no name. */
bool kafel_keyword(const struct kafel *k);
/* Whether the word is this name or sign. */
bool kafel_is(const struct kafel *k, const char *text);
/* Reads on behind this sign, which has to be here. */
bool kafel_take(struct kafel *k, const char *sign);
bool kafel_constant(const struct kafel *k, const char *name, uint64_t *value);

/* Alternatives, each with all of its tests. */
struct kafel_choice {
  struct test *tests; /* owned */
  unsigned count;
};
struct kafel_choices {
  struct kafel_choice *all; /* owned */
  unsigned count;
};
/* Reads a condition and makes alternatives of it; in *out, for kafel_choices_free, also after a
 * complaint. */
bool kafel_condition(struct kafel *k, struct kafel_choices *out);
void kafel_choices_free(struct kafel_choices *choices);

#endif
