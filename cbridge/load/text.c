#include "load/text.h"

#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"

/* No instruction that Linux knows is text: the second byte of a classic one is 0 (of a big-endian
 * one the first), and an eBPF program ends in an exit or a jump, whose first bytes are no
 * characters. Characters beyond ASCII stand in comments, an escape begins a colour. */
bool warrant_is_text(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size;) {
    if (bytes[i] >= 0x80) {
      size_t more = bytes[i] >= 0xf0 ? 3 : bytes[i] >= 0xe0 ? 2 : bytes[i] >= 0xc2 ? 1 : 0;
      if (!more || bytes[i] > 0xf4 || more >= size - i)
        return false;
      for (i++; more; more--, i++)
        if ((bytes[i] & 0xc0) != 0x80)
          return false;
      continue;
    }
    if ((bytes[i] < ' ' || bytes[i] > '~') && !strchr("\t\n\r\f\033", bytes[i] ? bytes[i] : 1))
      return false;
    i++;
  }
  return size > 0;
}

static bool is_space(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

int warrant_unhex(const char *name, const uint8_t *text, size_t size, uint8_t **out,
                  size_t *out_size, struct warrant_error *error) {
  uint8_t *bytes = malloc(size / 2 + 1);
  if (!bytes)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  size_t n = 0;
  for (size_t i = 0; i < size;) {
    if (is_space(text[i])) {
      i++;
      continue;
    }
    /* A word may start with 0x, as many tools print bytes. */
    if (text[i] == '0' && i + 1 < size && (text[i + 1] == 'x' || text[i + 1] == 'X') &&
        (i == 0 || is_space(text[i - 1]))) {
      i += 2;
      if (i == size || hex_digit(text[i]) < 0) {
        free(bytes);
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: byte %zu: no hexadecimal digit after 0x",
                            name, i);
      }
    }
    int high = hex_digit(text[i]);
    int low = i + 1 < size ? hex_digit(text[i + 1]) : -1;
    if (high < 0 || low < 0) {
      free(bytes);
      return warrant_fail(error, WARRANT_BAD_INPUT,
                          "%s: byte %zu: not a pair of hexadecimal digits", name, i);
    }
    bytes[n++] = (uint8_t)(high << 4 | low);
    i += 2;
  }
  *out = bytes;
  *out_size = n;
  return 0;
}
