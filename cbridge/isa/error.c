/* One sentence for a person, safe to print on a terminal whatever the input was. */
#include "isa/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int warrant_fail(struct warrant_error *error, int code, const char *format, ...) {
  if (!error)
    return -1;
  error->code = code;
  va_list args;
  va_start(args, format);
  vsnprintf(error->text, sizeof error->text, format, args);
  va_end(args);
  for (char *c = error->text; *c; c++)
    if (*c < ' ' || *c > '~')
      *c = '?';
  return -1;
}

bool w_add_name(char *list, size_t size, const char *name) {
  size_t n = strlen(list);
  bool fits = n + strlen(name) + sizeof ", , ..." <= size;
  snprintf(list + n, size - n, "%s%s", n || !fits ? ", " : "", fits ? name : "...");
  return fits;
}
