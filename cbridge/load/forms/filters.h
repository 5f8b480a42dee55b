/* Classic filters that were read from one file, on their way to programs. */
#ifndef WARRANT_FORMS_FILTERS_H
#define WARRANT_FORMS_FILTERS_H

#include "warrant.h"

enum { W_FILTERS_MAX = 4096, W_FILTER_NAME_MAX = 64 };

/* Which kind of filter it is, where the form tells. */
enum w_form_kind { W_FORM_EITHER, W_FORM_SOCKET, W_FORM_SECCOMP };
struct w_filter {
  struct warrant_cinsn *insns; /* owned */
  uint32_t count;
  size_t room;
  enum w_form_kind kind;
  char name[W_FILTER_NAME_MAX]; /* "": it has none */
};
/* What a file holds: filters, or bytes that are raw instructions. */
struct w_filters {
  struct w_filter *list; /* owned */
  uint32_t count;
  size_t room;
  bool stack;     /* the filters of one process, the first installed first */
  uint8_t *bytes; /* owned; NULL: there are filters */
  size_t byte_count;
  const char *form; /* its name, static; NULL: none of the forms */
};
void w_filters_free(struct w_filters *f);

#endif
