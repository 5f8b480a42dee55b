/* JSON in which an instruction is one 64-bit number, as seccompiler's library has it: the eight
 * bytes of struct sock_filter read as a little-endian number. An object has a filter a name. */
#include <string.h>

#include "load/forms/scan.h"

static bool numbers(struct w_scan *s) {
  uint64_t v;
  w_scan_space(s, false);
  if (w_scan_take(s, "]"))
    return true;
  for (;;) {
    w_scan_space(s, false);
    if (!w_scan_number(s, &v))
      return w_scan_fail(s, "a number below 2^64 should stand here");
    if (!w_scan_insn(s, v & 0xffff, v >> 16 & 0xff, v >> 24 & 0xff, v >> 32))
      return false;
    w_scan_space(s, false);
    if (w_scan_take(s, "]"))
      return true;
    if (!w_scan_take(s, ","))
      return w_scan_fail(s, "a comma or the end of the list should stand here");
  }
}

bool w_read_words(struct w_scan *s) {
  w_scan_space(s, false);
  if (w_scan_take(s, "[")) {
    if (!w_scan_filter(s, "") || !numbers(s))
      return false;
  } else {
    if (!w_scan_take(s, "{"))
      return w_scan_fail(s, "a list or an object should stand here");
    for (;;) {
      char name[W_FILTER_NAME_MAX];
      w_scan_space(s, false);
      if (!w_scan_take(s, "\"") || !w_scan_word(s, name, sizeof name) || !w_scan_take(s, "\""))
        return w_scan_fail(s, "the name of a filter should stand here");
      w_scan_space(s, false);
      if (!w_scan_take(s, ":"))
        return w_scan_fail(s, "a colon should stand here");
      w_scan_space(s, false);
      if (!w_scan_take(s, "[") || !w_scan_filter(s, name) || !numbers(s))
        return w_scan_fail(s, "a list of 64-bit numbers should stand here");
      w_scan_space(s, false);
      if (w_scan_take(s, "}"))
        break;
      if (!w_scan_take(s, ","))
        return w_scan_fail(s, "a comma or the end of the object should stand here");
    }
  }
  w_scan_space(s, false);
  return s->at == s->end ? w_scan_some(s, "no instruction in it")
                         : w_scan_fail(s, "something stands behind the end of the JSON");
}
