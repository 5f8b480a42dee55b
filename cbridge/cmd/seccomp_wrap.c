#include "cmd/seccomp_wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

/* The length of text up to the next place where a line may end, the space behind it included. */
static size_t chunk(const char *text) {
  for (const char *s = text; *s; s++) {
    if (*s != ' ')
      continue;
    bool after = s > text && (s[-1] == ',' || s[-1] == ';');
    bool before = strncmp(s + 1, "and ", 4) == 0 || strncmp(s + 1, "or ", 3) == 0;
    if (after || before)
      return (size_t)(s - text) + 1;
  }
  return strlen(text);
}

unsigned put_wrapped(FILE *out, unsigned column, unsigned indent, const char *text) {
  while (*text) {
    size_t n = chunk(text), seen = n - (text[n - 1] == ' ');
    char *part = strndup(text, n); /* owned here */
    if (column + seen > WRAP_COLUMNS && column > indent) {
      fprintf(out, "\n%*s", (int)indent, "");
      column = indent;
    }
    /* A space at the end of a line is left out: it is written before what follows. */
    bool last = text[n] == '\0', space = text[n - 1] == ' ';
    size_t next = last ? 0 : chunk(text + n);
    bool breaks = !last && column + n + next - (text[n + next - 1] == ' ') > WRAP_COLUMNS;
    if (part && space && breaks)
      part[n - 1] = '\0';
    if (part)
      cmd_print_safe(out, part);
    free(part);
    column += (unsigned)n;
    text += n;
  }
  return column;
}
