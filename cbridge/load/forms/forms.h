/* Every form in which people have classic filters, other than raw instructions: text of tools,
 * sources, dumps, and the container of snap-seccomp. docs/formats.md lists them. */
#ifndef WARRANT_FORMS_H
#define WARRANT_FORMS_H

#include "warrant.h"

enum { W_FILTERS_MAX = 4096, W_FILTER_NAME_MAX = 64 };

/* Which kind of filter it is, where the form tells. */
enum w_form_kind { W_FORM_EITHER, W_FORM_SOCKET, W_FORM_SECCOMP };
struct w_filter {
  struct warrant_cinsn *insns; /* owned */
  uint32_t count, room;
  enum w_form_kind kind;
  char name[W_FILTER_NAME_MAX]; /* "": it has none */
};
/* What a file holds: filters, or bytes that are raw instructions. */
struct w_filters {
  struct w_filter *list; /* owned */
  uint32_t count, room;
  bool stack;     /* the filters of one process, the first installed first */
  uint8_t *bytes; /* owned; NULL: there are filters */
  size_t byte_count;
  const char *form; /* its name, static; NULL: none of the forms */
};
void w_filters_free(struct w_filters *f);

/* Whether there is a form of that name. */
bool w_form_known(const char *form);
/* All names, with ", " between. */
void w_form_names(char *text, size_t size);
/* Reads a file as `form`, or where that is NULL as what it looks like. What is not text, and not
 * another form either, leaves filters->form NULL. Text that is none of the forms fails, and the
 * sentence names the nearest. Free *filters, also after a failure. */
int w_forms_read(const char *name, const uint8_t *bytes, size_t size, const char *form,
                 struct w_filters *filters, struct warrant_error *error);

#endif
