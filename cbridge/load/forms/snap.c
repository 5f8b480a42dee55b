/* What snap-seccomp writes for a snap since snapd 2.68 (.bin2): a header of 128 bytes and two
 * filters, of which snap-confine installs both. The header: "SC", version 1, a byte that is 1 for a
 * snap without restrictions, 4 bytes of nothing, the lengths of the filter that allows and of the
 * one that denies (in bytes, the machine's byte order), zeros. */
#include <string.h>

#include "isa/bytes.h"
#include "load/forms/scan.h"

enum { HEADER = 128, ALLOW_AT = 8, DENY_AT = 12 };

static uint32_t big(uint32_t v) { return __builtin_bswap32(v); }

bool w_read_snap(struct w_scan *s) {
  static const char *const names[] = {"allow", "deny"};
  const uint8_t *b = (const uint8_t *)s->start;
  size_t size = (size_t)(s->end - s->start);
  s->end = s->at = s->start; /* it has no lines to speak of */
  if (size < HEADER)
    return w_scan_fail(s, "the header of a snap's filters is cut off");
  uint32_t length[2] = {w_le32(b + ALLOW_AT), w_le32(b + DENY_AT)};
  if (b[2] != 1)
    return w_scan_fail(s, "a snap's filters of version %u; version 1 is known", (unsigned)b[2]);
  if (b[3] && !length[0] && !length[1])
    return w_scan_fail(s, "a snap without restrictions (@unrestricted): there is no filter");
  bool swapped = (uint64_t)length[0] + length[1] != size - HEADER;
  if (swapped)
    length[0] = big(length[0]), length[1] = big(length[1]);
  if ((uint64_t)length[0] + length[1] != size - HEADER)
    return w_scan_fail(s, "the lengths in the header are not those of what follows it");
  s->out->stack = true;
  const uint8_t *at = b + HEADER;
  for (int n = 0; n < 2; n++) {
    if (length[n] % 8)
      return w_scan_fail(s, "the %s filter is not a whole number of instructions", names[n]);
    if (length[n] && !w_scan_filter(s, names[n]))
      return false;
    for (uint32_t i = 0; i < length[n]; i += 8, at += 8) {
      uint32_t k = w_le32(at + 4);
      uint16_t code = w_le16(at);
      if (!w_scan_insn(s, swapped ? __builtin_bswap16(code) : code, at[2], at[3],
                       swapped ? big(k) : k))
        return false;
    }
  }
  return w_scan_some(s, "neither of a snap's two filters has instructions");
}
