/* Where something stands in a JSON text: cJSON keeps no places. */
#ifndef WARRANT_JSON_LINES_H
#define WARRANT_JSON_LINES_H

/* The line, from 1 on, of what a JSON pointer names: a member by its key. What is not there has the
 * line of the part that is. `text` is JSON that a parser took. */
unsigned json_line(const char *text, const char *pointer);

#endif
