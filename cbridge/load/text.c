#include "load/text.h"

#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"

bool warrant_is_text(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if ((bytes[i] < ' ' || bytes[i] > '~') && !strchr("\t\n\r\f", bytes[i] ? bytes[i] : 1))
      return false;
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
                          "%s: byte %zu: not a pair of hexadecimal digits, which --hex asks for",
                          name, i);
    }
    bytes[n++] = (uint8_t)(high << 4 | low);
    i += 2;
  }
  *out = bytes;
  *out_size = n;
  return 0;
}

int warrant_decimal(const char *name, const uint8_t *text, size_t size,
                    struct warrant_cinsn **insns, uint32_t *count, struct warrant_error *error) {
  for (size_t i = 0; i < size; i++)
    if (!is_space(text[i]) && text[i] != ',' && (text[i] < '0' || text[i] > '9'))
      return 1;
  static const uint64_t limits[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX};
  static const char *const fields[] = {"code", "jt", "jf", "k"};
  struct warrant_cinsn *list = NULL, now = {0};
  uint64_t declared = 0;
  size_t numbers = 0;
  for (size_t i = 0; i < size;) {
    if (text[i] < '0' || text[i] > '9') {
      i++;
      continue;
    }
    uint64_t value = 0;
    for (; i < size && text[i] >= '0' && text[i] <= '9'; i++)
      if (value <= UINT32_MAX)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (numbers == 0) {
      declared = value;
      if (declared == 0 || declared > WARRANT_INSNS_MAX)
        return warrant_fail(
            error, WARRANT_BAD_INPUT,
            "%s: the first number, the count of instructions, is not between 1 and %u", name,
            WARRANT_INSNS_MAX);
      list = calloc(declared, sizeof *list);
      if (!list)
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
    } else {
      size_t field = (numbers - 1) % 4, index = (numbers - 1) / 4;
      if (index >= declared) {
        free(list);
        return warrant_fail(error, WARRANT_BAD_INPUT,
                            "%s: more than the %llu instructions that its first number declares",
                            name, (unsigned long long)declared);
      }
      if (value > limits[field]) {
        free(list);
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: instruction %zu: %s is above %llu", name,
                            index, fields[field], (unsigned long long)limits[field]);
      }
      switch (field) {
      case 0:
        now.code = (uint16_t)value;
        break;
      case 1:
        now.jt = (uint8_t)value;
        break;
      case 2:
        now.jf = (uint8_t)value;
        break;
      default:
        now.k = (uint32_t)value;
        list[index] = now;
      }
    }
    numbers++;
  }
  if (numbers == 0)
    return 1;
  if (numbers != 1 + 4 * declared) {
    free(list);
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: %llu instructions are declared, so %llu numbers should follow, not %zu", name,
        (unsigned long long)declared, (unsigned long long)(4 * declared), numbers - 1);
  }
  *insns = list;
  *count = (uint32_t)declared;
  return 0;
}
