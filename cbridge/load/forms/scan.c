#include "load/forms/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "isa/room.h"

uint32_t w_scan_line(const struct w_scan *s) {
  uint32_t line = 1;
  for (const char *p = s->start; p < s->at; p++)
    line += *p == '\n';
  return line;
}

bool w_scan_fail(struct w_scan *s, const char *format, ...) {
  char text[300];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  for (char *c = text; *c; c++) /* words of the file may be anything */
    if (*c < ' ' || *c > '~')
      *c = '?';
  warrant_fail(s->error, WARRANT_BAD_INPUT, "%s: line %u: %s", s->name, w_scan_line(s), text);
  return false;
}

/* `# 12 "file.c"` at the beginning of a line, which `gcc -E` leaves between those of a source. */
static bool line_marker(const struct w_scan *s) {
  return s->end - s->at > 2 && s->at[0] == '#' && s->at[1] == ' ' && s->at[2] >= '0' &&
         s->at[2] <= '9' && (s->at == s->start || s->at[-1] == '\n');
}

void w_scan_space(struct w_scan *s, bool comments) {
  for (;;) {
    while (s->at < s->end && w_is_space(*s->at))
      s->at++;
    if (comments && line_marker(s)) {
      while (s->at < s->end && *s->at != '\n')
        s->at++;
      continue;
    }
    if (!comments || s->end - s->at < 2 || *s->at != '/')
      return;
    if (s->at[1] == '/') {
      while (s->at < s->end && *s->at != '\n')
        s->at++;
    } else if (s->at[1] == '*') {
      s->at += 2;
      if (!w_scan_find(s, "*/")) {
        s->at = s->end;
        return;
      }
      s->at += 2;
    } else {
      return;
    }
  }
}

bool w_scan_take(struct w_scan *s, const char *text) {
  size_t n = strlen(text);
  if ((size_t)(s->end - s->at) < n || memcmp(s->at, text, n))
    return false;
  s->at += n;
  return true;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool w_scan_word(struct w_scan *s, char *word, size_t size) {
  size_t n = 0;
  while (s->at < s->end && is_word(*s->at)) {
    if (n + 1 < size)
      word[n++] = *s->at;
    s->at++;
  }
  word[n] = '\0';
  return n > 0;
}

int w_digit(char c, unsigned base) {
  int d = c >= '0' && c <= '9'   ? c - '0'
          : c >= 'a' && c <= 'f' ? c - 'a' + 10
          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                 : 16;
  return d < (int)base ? d : -1;
}

bool w_scan_number(struct w_scan *s, uint64_t *value) {
  const char *p = s->at;
  unsigned base = 10;
  if (s->end - p >= 2 && *p == '0' && (p[1] == 'x' || p[1] == 'X')) {
    base = 16;
    p += 2;
  } else if (s->end - p >= 2 && *p == '0' && w_digit(p[1], 8) >= 0) {
    base = 8;
  }
  if (p == s->end || w_digit(*p, base) < 0)
    return false;
  for (*value = 0; p < s->end && w_digit(*p, base) >= 0; p++) {
    uint64_t d = (uint64_t)w_digit(*p, base);
    if (*value > (UINT64_MAX - d) / base)
      return false;
    *value = *value * base + d;
  }
  while (p < s->end && strchr("uUlL", *p) && *p)
    p++;
  if (p < s->end && is_word(*p))
    return false;
  s->at = p;
  return true;
}

bool w_scan_find(struct w_scan *s, const char *text) {
  const char *found = memmem(s->at, (size_t)(s->end - s->at), text, strlen(text));
  if (found)
    s->at = found;
  return found != NULL;
}

bool w_scan_next_line(struct w_scan *s, char *line, size_t size) {
  if (s->at == s->end)
    return false;
  const char *newline = memchr(s->at, '\n', (size_t)(s->end - s->at));
  size_t n = (size_t)((newline ? newline : s->end) - s->at);
  if (n >= size) {
    w_scan_fail(s, "the line is too long");
    return false;
  }
  memcpy(line, s->at, n);
  while (n && w_is_space(line[n - 1]))
    n--;
  line[n] = '\0';
  s->at = newline ? newline + 1 : s->end;
  return true;
}

bool w_scan_filter(struct w_scan *s, const char *name) {
  struct w_filters *f = s->out;
  if (f->count == W_FILTERS_MAX)
    return w_scan_fail(s, "more than %d filters in one file", W_FILTERS_MAX);
  struct w_filter *more = w_room_for_one(f->list, f->count, &f->room, sizeof *more);
  if (!more)
    return w_scan_fail(s, "out of memory");
  f->list = more;
  struct w_filter *now = &f->list[f->count++];
  memset(now, 0, sizeof *now);
  snprintf(now->name, sizeof now->name, "%s", name);
  return true;
}

bool w_scan_insn(struct w_scan *s, uint64_t code, uint64_t jt, uint64_t jf, uint64_t k) {
  static const uint64_t limits[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX};
  static const char *const fields[] = {"code", "jt", "jf", "k"};
  const uint64_t values[] = {code, jt, jf, k};
  struct w_filter *f = &s->out->list[s->out->count - 1];
  for (int i = 0; i < 4; i++)
    if (values[i] > limits[i])
      return w_scan_fail(s, "instruction %u: %s is above %llu", f->count, fields[i],
                         (unsigned long long)limits[i]);
  if (f->count == WARRANT_INSNS_MAX)
    return w_scan_fail(s, "more than %u instructions", WARRANT_INSNS_MAX);
  struct warrant_cinsn *more = w_room_for_one(f->insns, f->count, &f->room, sizeof *more);
  if (!more)
    return w_scan_fail(s, "out of memory");
  f->insns = more;
  f->insns[f->count++] =
      (struct warrant_cinsn){(uint16_t)code, (uint8_t)jt, (uint8_t)jf, (uint32_t)k};
  return true;
}

bool w_scan_byte(struct w_scan *s, uint8_t byte) {
  /* a text has at least one character a byte; a dump's '*' stands for more */
  enum { FIRST = 4096 };
  bool full = s->byte_count >= FIRST && !(s->byte_count & (s->byte_count - 1));
  if (s->byte_count == 0 || full) {
    uint8_t *more = realloc(s->bytes, s->byte_count ? 2 * s->byte_count : FIRST);
    if (!more)
      return w_scan_fail(s, "out of memory");
    s->bytes = more;
  }
  if (s->byte_count >= (size_t)8 * WARRANT_INSNS_MAX + 128)
    return w_scan_fail(s, "more bytes than %u instructions have", WARRANT_INSNS_MAX);
  s->bytes[s->byte_count++] = byte;
  return true;
}

bool w_scan_some(struct w_scan *s, const char *what) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < s->out->count; i++) { /* one that was only begun is none */
    if (s->out->list[i].count)
      s->out->list[kept++] = s->out->list[i];
    else
      free(s->out->list[i].insns);
  }
  s->out->count = kept;
  return kept || w_scan_fail(s, "%s", what);
}
