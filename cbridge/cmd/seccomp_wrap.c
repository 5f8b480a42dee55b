#include "cmd/seccomp_wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

/* How lines are broken. */
struct style {
  size_t columns;
  const char *end, *next; /* what a broken line ends in, and what the next one begins with */
  unsigned indent;        /* spaces after `next` */
  bool cut;               /* words that are too long */
};

/* How good a place to end a line is before text[n]. */
enum place { NOWHERE, WORD, PHRASE };
static enum place place(const char *text, size_t n) {
  char before = text[n - 1];
  if (before == '|' || (before == ',' && text[n] != ' '))
    return WORD;
  if (before != ' ')
    return NOWHERE;
  size_t open = n - 1; /* an interval stays whole */
  while (open > 0 && text[open] != '[' && text[open] != ']')
    open--;
  if (text[open] == '[')
    return NOWHERE;
  bool after = n > 1 && (text[n - 2] == ',' || text[n - 2] == ';');
  bool joins = strncmp(text + n, "and ", 4) == 0 || strncmp(text + n, "or ", 3) == 0;
  return after || joins ? PHRASE : WORD;
}
/* How much of a text, which does not fit into `room` columns, goes on this line; 0 when no part of
 * it does. A phrase ends a line when it fills half of it. */
static size_t fitting(const char *text, size_t room) {
  size_t phrase = 0, any = 0;
  for (size_t n = 1; text[n] && n - (text[n - 1] == ' ') <= room; n++) {
    enum place here = place(text, n);
    phrase = here == PHRASE ? n : phrase;
    any = here != NOWHERE ? n : any;
  }
  return phrase > room / 2 ? phrase : any;
}
/* The first word whole: of one that is too long. */
static size_t word(const char *text) {
  size_t n = 1;
  while (text[n] && place(text, n) == NOWHERE)
    n++;
  return n;
}
static void put_part(FILE *out, const char *text, size_t n) {
  char *part = strndup(text, n); /* owned here */
  if (part)
    cmd_print_safe(out, part);
  free(part);
}
static unsigned put(FILE *out, const struct style *s, unsigned column, const char *text) {
  unsigned begin = (unsigned)strlen(s->next) + s->indent;
  size_t ends = s->columns - strlen(s->end);
  for (;;) {
    size_t length = strnlen(text, WRAP_COLUMNS + 1);
    if (column + length <= s->columns) {
      put_part(out, text, length);
      return column + (unsigned)length;
    }
    size_t n = column < ends ? fitting(text, ends - column) : 0;
    if (n == 0 && column <= begin) { /* not even on a line of its own */
      n = s->cut ? ends - begin : word(text);
      while (s->cut && n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--; /* not within a character of UTF-8 */
    }
    put_part(out, text, n && text[n - 1] == ' ' ? n - 1 : n);
    text += n;
    if (!*text)
      return column + (unsigned)n;
    fprintf(out, "%s\n%s%*s", s->end, s->next, (int)s->indent, "");
    column = begin;
  }
}

unsigned put_within(FILE *out, unsigned columns, unsigned column, unsigned indent,
                    const char *text) {
  return put(out, &(struct style){columns, "", "", indent, true}, column, text);
}
unsigned put_wrapped(FILE *out, unsigned column, unsigned indent, const char *text) {
  return put_within(out, WRAP_COLUMNS, column, indent, text);
}
void put_named(FILE *out, const char *name, const char *text) {
  cmd_print_safe(out, name);
  put_wrapped(out, (unsigned)strlen(name), 4, text);
  fputc('\n', out);
}
void put_policy(FILE *out, bool assertion, const char *text) {
  const struct style policy = {WRAP_COLUMNS, " \\", "", 4, false},
                     comment = {WRAP_COLUMNS, "", "#", 5, true};
  if (!assertion)
    fputs("# ", out);
  put(out, assertion ? &policy : &comment, assertion ? 0 : 2, text);
  fputc('\n', out);
}
