#include "cmd/json_lines.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Behind what the parser takes for space. */
static const char *space(const char *c) {
  while (*c && (unsigned char)*c <= ' ')
    c++;
  return c;
}
/* Behind the string that begins here. */
static const char *string_end(const char *c) {
  for (c++; *c && *c != '"'; c++)
    if (*c == '\\' && c[1])
      c++;
  return c + (*c == '"');
}
/* Behind the value that begins here. */
static const char *value_end(const char *c) {
  unsigned depth = 0;
  while (*c) {
    if (*c == '"') {
      c = string_end(c);
    } else {
      depth += *c == '{' || *c == '[';
      depth -= depth && (*c == '}' || *c == ']');
      c++;
    }
    if (depth == 0 && (*c == ',' || *c == '}' || *c == ']'))
      break;
  }
  return c;
}

/* One part of a pointer, as text; the caller frees it. NULL: out of memory. */
static char *part_of(const char *pointer, size_t length) {
  char *part = strndup(pointer, length);
  char *out = part;
  for (const char *c = part; c && *c; c++) {
    bool escaped = *c == '~' && (c[1] == '0' || c[1] == '1');
    *out++ = escaped ? c[1] == '0' ? '~' : '/' : *c;
    c += escaped;
  }
  if (out)
    *out = '\0';
  return part;
}

/* How the string that begins here compares with a key: 2 the same, 1 but for case, 0 not. */
static int compare(const char *c, const char *end, const char *key) {
  size_t n = strlen(key);
  if (memchr(c, '\\', (size_t)(end - c))) {
    cJSON *decoded = cJSON_ParseWithLength(c, (size_t)(end - c));
    bool same = cJSON_IsString(decoded) && strcmp(decoded->valuestring, key) == 0;
    cJSON_Delete(decoded);
    return same ? 2 : 0;
  }
  if ((size_t)(end - c) != n + 2)
    return 0;
  return strncmp(c + 1, key, n) == 0 ? 2 : strncasecmp(c + 1, key, n) == 0;
}
/* The member of this key: the last one of several, and one of another case if no other is there.
 * Its key, and *value; or NULL. */
static const char *member(const char *c, const char *key, const char **value) {
  const char *found = NULL;
  int best = 1;
  for (c = space(c + 1); *c == '"';) {
    const char *end = string_end(c), *at = space(end);
    if (*at == ':')
      at = space(at + 1);
    int same = compare(c, end, key);
    if (same >= best) {
      found = c;
      *value = at;
      best = same;
    }
    c = space(value_end(at));
    if (*c != ',')
      break;
    c = space(c + 1);
  }
  return found;
}
static const char *element(const char *c, const char *index) {
  unsigned long n = strtoul(index, NULL, 10);
  for (c = space(c + 1); *c && *c != ']'; c = space(c + 1)) {
    if (n-- == 0)
      return c;
    c = space(value_end(c));
    if (*c != ',')
      break;
  }
  return NULL;
}

unsigned json_line(const char *text, const char *pointer) {
  const char *at = space(text), *value = at;
  while (*pointer == '/') {
    size_t n = strcspn(pointer + 1, "/");
    char *part = part_of(pointer + 1, n); /* owned here */
    const char *next = NULL;
    if (part && *value == '{')
      next = member(value, part, &value);
    else if (part && *value == '[')
      next = value = element(value, part);
    free(part);
    if (!next)
      break;
    at = next;
    pointer += 1 + n;
  }
  unsigned line = 1;
  for (const char *c = text; c < at; c++)
    line += *c == '\n';
  return line;
}
