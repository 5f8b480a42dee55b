/* Every form in which people have classic filters, other than raw instructions: text of tools,
 * sources, dumps, and the container of snap-seccomp. docs/formats.md lists them. */
#ifndef WARRANT_FORMS_H
#define WARRANT_FORMS_H

#include "load/forms/filters.h"

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
