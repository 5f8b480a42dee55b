/* Bytes as text: hexadecimal, base64, arrays of a C source, and dumps with offsets. What they are
 * bytes of is for who reads raw instructions. */
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "load/forms/scan.h"

static int nibble(char c) { return w_digit(c, 16); }

static bool is_return(uint8_t code) {
  return BPF_CLASS(code) == BPF_RET && code <= (BPF_RET | BPF_A);
}

/* Whether bytes look as if each word of them stood backwards, as od -t x4 and xxd -e print them:
 * the last instruction, which is a return in every filter, is one then. Words of two bytes, turned,
 * look as a filter of the other byte order does. */
static bool backwards(const struct w_scan *s, size_t word) {
  if (s->byte_count < 8 || s->byte_count % 8)
    return false;
  const uint8_t *last = s->bytes + s->byte_count - 8, *half = word == 8 ? last + 4 : last;
  if (is_return(last[0]) || (word > 2 && is_return(last[1])))
    return false;
  return word == 2                ? !last[0] && is_return(last[1])
         : word == 4 || word == 8 ? !half[0] && !half[1] && !half[2] && is_return(half[3])
                                  : false;
}
static const char backwards_words[] =
    "words whose bytes stand backwards (xxd -p and `od -A n -t x1` show bytes)";

bool w_read_hex(struct w_scan *s) {
  size_t word = 0, digits = 0; /* bytes of the words, if all have as many */
  bool several = false;
  for (bool inside = false; s->at < s->end;) {
    if (strchr(" \t\r\n\f,;:\"'", *s->at)) {
      s->at++;
      several |= inside && word && word != digits;
      word = inside ? digits : word;
      inside = false;
      digits = 0;
      continue;
    }
    inside = true;
    if (w_scan_take(s, "\\x") || w_scan_take(s, "0x") || w_scan_take(s, "0X"))
      continue;
    digits++;
    int high = nibble(*s->at), low = s->end - s->at > 1 ? nibble(s->at[1]) : -1;
    if (high < 0 || low < 0)
      return w_scan_fail(s, "'%c' is not the first of two hexadecimal digits", *s->at);
    if (!w_scan_byte(s, (uint8_t)(high << 4 | low)))
      return false;
    s->at += 2;
  }
  several |= digits && word != digits;
  if (!several && backwards(s, word))
    return w_scan_fail(s, backwards_words);
  return s->byte_count > 0 || w_scan_fail(s, "no hexadecimal digits in it");
}

bool w_read_byte_array(struct w_scan *s) {
  bool open = w_scan_find(s, "{") || w_scan_find(s, "[");
  s->at += open;
  for (;;) {
    uint64_t v;
    w_scan_space(s, true);
    if (open ? w_scan_take(s, "}") || w_scan_take(s, "]") : s->at == s->end)
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

struct dump {
  bool xxd;               /* a colon stands behind each offset */
  bool gdb;               /* addresses in place of offsets */
  bool hex, octal, other; /* the bases, 16, 8 and 10, in which all offsets so far are right */
  uint64_t first;         /* address */
  size_t word;            /* bytes of the first word */
};

/* One line of a dump behind its offset: words of one size, up to two spaces (xxd) or a bar
 * (hexdump -C), where the characters begin. hexdump, od and gdb show words as numbers, with the
 * lowest byte last; xxd shows bytes, and groups them. */
static bool dump_line(struct w_scan *s, struct dump *d, const char *text) {
  size_t begun = s->byte_count;
  text += strspn(text, " \t");
  for (;;) {
    uint8_t word[16];
    size_t n = 0;
    if (d->gdb && strncmp(text, "0x", 2) != 0)
      return w_scan_fail(s, "gdb shows hexadecimal words with x/xb, x/xw and x/xg");
    text += d->gdb ? 2 : 0;
    while (nibble(text[0]) >= 0 && nibble(text[1]) >= 0 && n < sizeof word) {
      word[n++] = (uint8_t)(nibble(text[0]) << 4 | nibble(text[1]));
      text += 2;
    }
    if (*text && *text != ' ' && *text != '\t')
      return w_scan_fail(s, "'%c' is no part of a dump of bytes", *text);
    if (!d->xxd && (n & (n - 1)))
      return w_scan_fail(s, "words of %u digits (`od -t x1` shows bytes)", (unsigned)(2 * n));
    for (size_t i = 0; i < n; i++)
      if (!w_scan_byte(s, word[d->xxd ? i : n - 1 - i]))
        return false;
    if (s->byte_count == n)
      d->word = n;
    if (!*text || (d->xxd && text[0] == ' ' && text[1] == ' '))
      break;
    text += strspn(text, " \t");
    if (!*text || *text == '|' || *text == '>')
      break;
  }
  return s->byte_count > begun || w_scan_fail(s, "a line of a dump without bytes");
}

/* The offset in its bases that fit: it is `at`, or behind a star any from there on. False when none
 * fits, or they differ. */
static bool offset_fits(struct dump *d, const char *digits, bool star, uint64_t *at) {
  bool *const fits[] = {&d->hex, &d->octal, &d->other};
  const uint64_t least = *at;
  bool any = false, same = true;
  for (int b = 0; b < 3; b++) {
    char *end;
    uint64_t offset = strtoull(digits, &end, b == 0 ? 16 : b == 1 ? 8 : 10);
    *fits[b] = *fits[b] && nibble(*end) < 0 && (star ? offset >= least : offset == least);
    if (!*fits[b])
      continue;
    same &= !any || offset == *at;
    any = true;
    *at = offset;
  }
  return any && same;
}

/* The offset that a line begins with, over it: all bytes before it are there, or a star stands for
 * them. */
static bool dump_offset(struct w_scan *s, struct dump *d, const char **text, size_t star) {
  size_t digits = strspn(*text, "0123456789abcdefABCDEF");
  uint64_t at = s->byte_count;
  if (d->gdb) {
    char *end;
    uint64_t address = strtoull(*text, &end, 16);
    const char *colon = strchr(end, ':');
    if (!at)
      d->first = address;
    if (!colon || end == *text || address - d->first != at)
      return w_scan_fail(s, "a line should begin with the address behind the one before");
    *text = colon + 1;
    return true;
  }
  if (!digits)
    return w_scan_fail(s, "a line of a dump begins with its offset");
  if (!at) { /* offsets of seven digits are od's or hexdump's */
    d->xxd = (*text)[digits] == ':';
    d->hex = true;
    d->octal = digits == 7 && !d->xxd;
    d->other = digits == 7 || d->xxd;
  }
  if (!offset_fits(d, *text, star > 0, &at))
    return w_scan_fail(s, "the offset %s is not where the bytes before it end",
                       d->xxd ? "before the colon" : "of this line");
  while (s->byte_count < at) /* the last line stands for all up to here */
    if (!w_scan_byte(s, s->bytes[s->byte_count - star]))
      return false;
  *text += digits + d->xxd;
  return true;
}

bool w_read_dump(struct w_scan *s) {
  char line[1024];
  struct dump d = {.gdb = *s->at == '0' && s->end - s->at > 1 && s->at[1] == 'x'};
  size_t line_size = 0, star = 0; /* star: the size of the line that one stands for */
  const char *before = s->at;
  while (w_scan_next_line(s, line, sizeof line)) {
    const char *after = s->at, *text = line + strspn(line, " \t");
    s->at = before;
    if (strcmp(text, "*") == 0) {
      if (!line_size)
        return w_scan_fail(s, "a star without a line before it");
      star = line_size;
    } else if (*text) {
      if (!dump_offset(s, &d, &text, star))
        return false;
      star = 0;
      line_size = s->byte_count;
      if (*text && !dump_line(s, &d, text))
        return false;
      line_size = s->byte_count - line_size;
    }
    s->at = after;
    before = after;
  }
  if (s->at != s->end)
    return false;
  if (star)
    return w_scan_fail(s, "the dump ends in a star without the offset of its end");
  if (d.xxd && d.word >= 4 && backwards(s, d.word))
    return w_scan_fail(s, backwards_words);
  return s->byte_count > 0 || w_scan_fail(s, "no bytes in it");
}
