#include "cmd/json_lines.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A pointer that is looked for, or one of its beginnings, which stand for it where it is missing.
 */
struct wanted {
  char *pointer; /* owned */
  unsigned line; /* 0: not met */
  bool exact;    /* met in this case */
};
struct pass {
  const char *at;
  unsigned line, depth;
  struct wanted *wanted; /* owned; ascending by by_pointer, none twice */
  size_t count;
  char *path; /* owned: where `at` is, as a pointer */
  size_t length, room;
  bool failed;
};

/* Those that differ in case alone are neighbours. */
static int by_pointer(const void *x, const void *y) {
  const struct wanted *a = x, *b = y;
  int order = strcasecmp(a->pointer, b->pointer);
  return order ? order : strcmp(a->pointer, b->pointer);
}

/* ---- What is looked for ---- */

static bool want(struct pass *p, const char *pointer, size_t length) {
  p->wanted[p->count] = (struct wanted){.pointer = strndup(pointer, length)};
  return p->wanted[p->count++].pointer != NULL;
}
static bool want_all(struct pass *p, const char *const *pointers, size_t count) {
  size_t most = 0;
  bool good = true;
  for (size_t i = 0; i < count; i++)
    for (const char *c = pointers[i]; *c; c++)
      most += *c == '/';
  p->wanted = calloc(most + 1, sizeof *p->wanted);
  for (size_t i = 0; i < count && p->wanted && good; i++)
    for (const char *end = pointers[i]; *end == '/' && good;) {
      end += 1 + strcspn(end + 1, "/");
      good = want(p, pointers[i], (size_t)(end - pointers[i]));
    }
  if (!p->wanted || !good)
    return false;
  qsort(p->wanted, p->count, sizeof *p->wanted, by_pointer);
  size_t kept = 0;
  for (size_t i = 0; i < p->count; i++)
    if (kept && strcmp(p->wanted[kept - 1].pointer, p->wanted[i].pointer) == 0)
      free(p->wanted[i].pointer);
    else
      p->wanted[kept++] = p->wanted[i];
  p->count = kept;
  return true;
}
/* The first of those that are `pointer`, but for case. */
static size_t first_of(const struct pass *p, const char *pointer) {
  size_t low = 0, high = p->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcasecmp(p->wanted[middle].pointer, pointer) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
/* p->path is on p->line. */
static void met(struct pass *p) {
  for (size_t i = first_of(p, p->path);
       i < p->count && strcasecmp(p->wanted[i].pointer, p->path) == 0; i++) {
    bool exact = strcmp(p->wanted[i].pointer, p->path) == 0;
    if (exact || !p->wanted[i].exact)
      p->wanted[i].line = p->line;
    p->wanted[i].exact |= exact;
  }
}
static unsigned line_of(const struct pass *p, const char *pointer) {
  size_t length = strlen(pointer);
  char *part = strdup(pointer);
  unsigned line = 0;
  while (part && length && !line) {
    part[length] = '\0';
    for (size_t i = first_of(p, part); i < p->count && strcasecmp(p->wanted[i].pointer, part) == 0;
         i++)
      if (strcmp(p->wanted[i].pointer, part) == 0)
        line = p->wanted[i].line;
    while (length && part[--length] != '/')
      ;
  }
  free(part);
  return line ? line : 1;
}

/* ---- The text ---- */

static void space(struct pass *p) {
  for (; *p->at && (unsigned char)*p->at <= ' '; p->at++)
    p->line += *p->at == '\n';
}
/* Passes the string that begins here. */
static void string(struct pass *p) {
  for (p->at++; *p->at && *p->at != '"'; p->at++) {
    if (*p->at == '\\' && p->at[1])
      p->at++;
    p->line += *p->at == '\n';
  }
  p->at += *p->at == '"';
}
static void path_put(struct pass *p, const char *text, size_t n) {
  if (p->length + n + 1 > p->room) {
    size_t room = 2 * (p->length + n + 1);
    char *more = realloc(p->path, room);
    if (!more) {
      p->failed = true;
      return;
    }
    p->path = more;
    p->room = room;
  }
  memcpy(p->path + p->length, text, n);
  p->length += n;
  p->path[p->length] = '\0';
}
/* A key, as a part of a pointer. */
static void path_key(struct pass *p, const char *key, size_t n) {
  path_put(p, "/", 1);
  for (size_t i = 0; i < n; i++)
    if (key[i] == '~' || key[i] == '/')
      path_put(p, key[i] == '~' ? "~0" : "~1", 2);
    else
      path_put(p, key + i, 1);
}
static void value(struct pass *p);
static void member(struct pass *p) {
  const char *start = p->at;
  unsigned line = p->line;
  string(p);
  size_t n = (size_t)(p->at - start);
  cJSON *decoded = memchr(start, '\\', n) ? cJSON_ParseWithLength(start, n) : NULL;
  if (cJSON_IsString(decoded))
    path_key(p, decoded->valuestring, strlen(decoded->valuestring));
  else
    path_key(p, start + 1, n < 2 ? 0 : n - 2);
  cJSON_Delete(decoded);
  unsigned behind = p->line;
  p->line = line;
  met(p);
  p->line = behind;
  space(p);
  p->at += *p->at == ':';
  space(p);
  value(p);
}
static void element(struct pass *p, uint64_t index) {
  char text[24];
  path_put(p, text, (size_t)snprintf(text, sizeof text, "/%llu", (unsigned long long)index));
  met(p);
  value(p);
}
/* cJSON takes a thousand in one another. */
static void value(struct pass *p) {
  enum { DEPTH_MAX = 1100 };
  bool object = *p->at == '{';
  size_t length = p->length;
  if (*p->at == '"') {
    string(p);
    return;
  }
  if (!object && *p->at != '[') {
    while (*p->at && !strchr(",]}", *p->at) && (unsigned char)*p->at > ' ')
      p->at++;
    return;
  }
  if (p->depth == DEPTH_MAX)
    return;
  p->depth++;
  p->at++;
  space(p);
  for (uint64_t i = 0; !p->failed && *p->at && *p->at != '}' && *p->at != ']'; i++) {
    const char *before = p->at;
    if (!object)
      element(p, i);
    else if (*p->at == '"')
      member(p);
    p->length = length;
    if (p->path)
      p->path[length] = '\0';
    space(p);
    p->at += *p->at == ',';
    space(p);
    if (p->at == before)
      break;
  }
  p->at += *p->at == '}' || *p->at == ']';
  p->depth--;
}

unsigned *json_lines(const char *text, const char *const *pointers, size_t count) {
  struct pass p = {.at = text, .line = 1};
  unsigned *lines = calloc(count + 1, sizeof *lines); /* the caller's */
  bool good = lines && want_all(&p, pointers, count);
  if (good) {
    path_put(&p, "", 0);
    space(&p);
    value(&p);
    good = !p.failed;
  }
  for (size_t i = 0; i < count && good; i++)
    lines[i] = line_of(&p, pointers[i]);
  for (size_t i = 0; i < p.count; i++)
    free(p.wanted[i].pointer);
  free(p.wanted);
  free(p.path);
  if (good)
    return lines;
  free(lines);
  return NULL;
}
