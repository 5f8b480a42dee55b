/* Where things stand in a JSON text: cJSON keeps no places. */
#ifndef WARRANT_JSON_LINES_H
#define WARRANT_JSON_LINES_H

#include <stddef.h>

/* The line, from 1 on, of what each JSON pointer names, in one pass: a member by its key, the last
 * one of several, and one in another case if no other is there. What is not there has the line of
 * the part that is. `text` is JSON that a parser took. The caller frees the `count` lines; NULL:
 * out of memory. */
unsigned *json_lines(const char *text, const char *const *pointers, size_t count);

#endif
