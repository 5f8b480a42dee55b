#include "run/numeral.h"

#define SIGN (UINT64_C(1) << 63)
enum { INVALID = -22, OUT_OF_RANGE = -34, LONGEST = 63 };

static bool is_space(uint8_t c) { return (c >= 9 && c <= 13) || c == 32 || c == 160; }

/* One that no base has, where there is no digit. */
static unsigned digit(uint8_t c) {
  uint8_t low = c | 32;
  return c >= '0' && c <= '9' ? c - 48u : low >= 'a' && low <= 'f' ? low - 87u : 255;
}

/* 0x, and something behind it or not */
static bool has_hex(const uint8_t *text, uint64_t size) {
  return size > 1 && text[0] == '0' && (text[1] | 32) == 'x';
}

static unsigned base_of(const uint8_t *text, uint64_t size) {
  if (!size || text[0] != '0')
    return 10;
  return has_hex(text, size) && size > 2 && digit(text[2]) < 16 ? 16 : 8;
}

/* The digits' count; false: the number has no room in 64 bits. */
static bool read_digits(const uint8_t *text, uint64_t size, unsigned base, uint64_t *count,
                        uint64_t *value) {
  bool fits = true;
  *value = 0;
  for (*count = 0; *count < size && digit(text[*count]) < base; ++*count) {
    fits &= !__builtin_mul_overflow(*value, (uint64_t)base, value);
    fits &= !__builtin_add_overflow(*value, (uint64_t)digit(text[*count]), value);
  }
  return fits;
}

static int64_t negate(uint64_t *value, int64_t taken) {
  if (*value > SIGN)
    return OUT_OF_RANGE;
  *value = 0 - *value;
  return taken;
}

static int64_t read(const uint8_t *text, uint64_t size, uint64_t flags, bool is_signed,
                    uint64_t *value) {
  uint64_t i = 0, count;
  if (flags != 0 && flags != 8 && flags != 10 && flags != 16)
    return INVALID;
  while (i < size && is_space(text[i]))
    i++;
  bool minus = i < size && text[i] == '-';
  i += minus;
  uint64_t left = size - i < LONGEST ? size - i : LONGEST;
  unsigned base = flags ? (unsigned)flags : base_of(text + i, left);
  uint64_t prefix = base == 16 && has_hex(text + i, left) ? 2 : 0;
  bool fits = read_digits(text + i + prefix, left - prefix, base, &count, value);
  if (!fits)
    return OUT_OF_RANGE;
  if (!count)
    return INVALID;
  int64_t taken = (int64_t)(i + prefix + count);
  if (!is_signed)
    return minus ? INVALID : taken;
  if (minus)
    return negate(value, taken);
  return *value >= SIGN ? OUT_OF_RANGE : taken;
}

int64_t w_numeral(const uint8_t *text, uint64_t size, uint64_t flags, bool is_signed,
                  uint64_t *value) {
  int64_t result = read(text, size, flags, is_signed, value);
  if (result < 0)
    *value = 0;
  return result;
}
