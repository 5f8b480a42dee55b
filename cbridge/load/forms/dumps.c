/* Bytes as text: hexadecimal, base64, arrays of a C source, and dumps with offsets. What they are
 * bytes of is for who reads raw instructions. */
#include <stdio.h>
#include <string.h>

#include "load/forms/scan.h"

static int nibble(char c) { return w_digit(c, 16); }

bool w_read_hex(struct w_scan *s) {
  while (s->at < s->end) {
    if (strchr(" \t\r\n\f,;:\"'", *s->at)) {
      s->at++;
      continue;
    }
    if (w_scan_take(s, "\\x") || w_scan_take(s, "0x") || w_scan_take(s, "0X"))
      continue;
    int high = nibble(*s->at), low = s->end - s->at > 1 ? nibble(s->at[1]) : -1;
    if (high < 0 || low < 0)
      return w_scan_fail(s, "'%c' is not the first of two hexadecimal digits", *s->at);
    if (!w_scan_byte(s, (uint8_t)(high << 4 | low)))
      return false;
    s->at += 2;
  }
  return s->byte_count > 0 || w_scan_fail(s, "no hexadecimal digits in it");
}

bool w_read_byte_array(struct w_scan *s) {
  if (!w_scan_find(s, "{") && !w_scan_find(s, "["))
    return w_scan_fail(s, "a list of bytes should stand here");
  s->at++;
  for (;;) {
    uint64_t v;
    w_scan_space(s, true);
    if (w_scan_take(s, "}") || w_scan_take(s, "]"))
      return s->byte_count > 0 || w_scan_fail(s, "no bytes in it");
    if (!w_scan_number(s, &v) || v > UINT8_MAX)
      return w_scan_fail(s, "a byte should stand here");
    if (!w_scan_byte(s, (uint8_t)v))
      return false;
    w_scan_space(s, true);
    w_scan_take(s, ",");
  }
}

bool w_read_base64(struct w_scan *s) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;
  unsigned have = 0, letters_seen = 0, padding = 0;
  w_scan_space(s, false);
  if (s->end - s->at > 1 && s->at[0] == 'b' && strchr("\"'", s->at[1])) /* Python's bytes */
    s->at++;
  for (; s->at < s->end; s->at++) {
    const char *found;
    if (strchr(" \t\r\n\f\"'", *s->at))
      continue;
    if (*s->at == '=') {
      padding++;
      continue;
    }
    char c = *s->at == '-' ? '+' : *s->at == '_' ? '/' : *s->at;
    if (padding || !(found = strchr(letters, c)))
      return w_scan_fail(s, "'%c' is no part of base64", *s->at);
    bits = bits << 6 | (uint32_t)(found - letters);
    letters_seen++;
    have += 6;
    if (have >= 8) {
      have -= 8;
      if (!w_scan_byte(s, (uint8_t)(bits >> have)))
        return false;
    }
  }
  if (letters_seen % 4 == 1 || padding > 2 || (padding && (letters_seen + padding) % 4))
    return w_scan_fail(s, "the base64 text is cut off");
  return s->byte_count > 0 || w_scan_fail(s, "no bytes in it");
}

/* One line of a dump behind its offset: words of one size, up to two spaces (xxd) or a bar
 * (hexdump -C), where the characters begin. Words of two bytes behind an offset without a colon are
 * hexdump's: the low byte of each is its second. */
static bool dump_line(struct w_scan *s, const char *text, bool xxd) {
  size_t begun = s->byte_count;
  while (*text == ' ' || *text == '\t')
    text++;
  for (;;) {
    uint8_t word[16];
    size_t n = 0;
    while (nibble(text[0]) >= 0 && nibble(text[1]) >= 0 && n < sizeof word) {
      word[n++] = (uint8_t)(nibble(text[0]) << 4 | nibble(text[1]));
      text += 2;
    }
    if (*text && *text != ' ' && *text != '\t')
      return w_scan_fail(s, "'%c' is no part of a dump of bytes", *text);
    for (size_t i = 0; i < n; i++)
      if (!w_scan_byte(s, !xxd && n == 2 ? word[1 - i] : word[i]))
        return false;
    if (!*text || (xxd && text[0] == ' ' && text[1] == ' '))
      break;
    while (*text == ' ' || *text == '\t')
      text++;
    if (!*text || *text == '|' || *text == '>')
      break;
  }
  return s->byte_count > begun || w_scan_fail(s, "a line of a dump without bytes");
}

bool w_read_dump(struct w_scan *s) {
  char line[1024];
  bool same = false;
  size_t line_size = 0;
  const char *before = s->at;
  while (w_scan_next_line(s, line, sizeof line)) {
    const char *after = s->at;
    char *text = line;
    unsigned long long offset;
    int used = 0;
    s->at = before;
    while (*text == ' ' || *text == '\t')
      text++;
    if (strcmp(text, "*") == 0) {
      if (!line_size)
        return w_scan_fail(s, "a star without a line before it");
      same = true;
    } else if (*text) {
      if (sscanf(text, "%16llx%n", &offset, &used) != 1)
        return w_scan_fail(s, "a line of a dump begins with its offset");
      bool xxd = text[used] == ':';
      if (same) /* the last line stands for all up to here */
        while (s->byte_count < offset)
          if (!w_scan_byte(s, s->bytes[s->byte_count - line_size]))
            return false;
      same = false;
      if (offset != s->byte_count)
        return w_scan_fail(s, "the offset %s is not where the bytes before it end",
                           xxd ? "before the colon" : "of this line");
      text += used + xxd;
      line_size = s->byte_count;
      if (*text && !dump_line(s, text, xxd))
        return false;
      line_size = s->byte_count - line_size;
    }
    s->at = after;
    before = after;
  }
  if (s->at != s->end)
    return false;
  if (same)
    return w_scan_fail(s, "the dump ends in a star without the offset of its end");
  return s->byte_count > 0 || w_scan_fail(s, "no bytes in it");
}
