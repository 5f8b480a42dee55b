#include "audit/phrase.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/term.h"

enum { TEXT_MAX = 20000 }; /* a longer text is no longer readable, and a diagram is shorter */

void w_text_put(struct text *t, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0 || t->failed) {
    t->failed = true;
  } else {
    if (t->length + (size_t)n + 1 > t->room) {
      size_t room = 2 * (t->length + (size_t)n + 32);
      char *s = realloc(t->s, room);
      if (!s)
        t->failed = true;
      else
        t->s = s, t->room = room;
    }
    if (!t->failed) {
      vsnprintf(t->s + t->length, t->room - t->length, format, again);
      t->length += (size_t)n;
    }
  }
  va_end(again);
}

void w_phrase_free(struct phrase *p) { free(p->text.s); }
bool w_phrase_bad(const struct phrase *p) { return p->text.failed || p->text.length > TEXT_MAX; }
struct phrase w_phrase_none(void) {
  return (struct phrase){.text = {.failed = true}};
}

void w_phrase_join(struct phrase *whole, enum binding how, struct phrase part) {
  if (w_phrase_bad(&part))
    whole->text.failed = true;
  bool first = whole->text.length == 0;
  if (!first)
    w_text_put(&whole->text, "%s", how == BIND_AND ? " and " : " or ");
  if (!w_phrase_bad(&part)) {
    bool wrap = how == BIND_AND && part.binding == BIND_OR;
    w_text_put(&whole->text, "%s%s%s", wrap ? "(" : "", part.text.s, wrap ? ")" : "");
    whole->binding = first && !wrap ? part.binding : how;
    if (first && wrap)
      whole->binding = BIND_TEST;
  }
  w_phrase_free(&part);
}

void w_text_number(struct text *t, uint64_t v) {
  w_text_put(t, v <= 65535 ? "%" PRIu64 : "0x%" PRIx64, v);
}
void w_text_term(struct text *t, unsigned field, uint64_t mask) {
  w_text_put(t, "%s", w_term_names[field]);
  if (mask != UINT64_MAX)
    w_text_put(t, " & 0x%" PRIx64, mask);
}
void w_text_value(struct text *t, uint64_t mask, uint64_t v) {
  if (mask == UINT64_MAX || v == 0)
    w_text_number(t, v);
  else
    w_text_put(t, "0x%" PRIx64, v);
}
