/* Listings that show code, jt, jf and k of each instruction in columns before its text:
 * scmp_bpf_disasm, seccomp-tools and ceccomp. The columns are read, the text is not. */
#include <stdio.h>

#include "load/forms/scan.h"

enum { LINE_MAX_ = 1024 };

bool w_read_columns(struct w_scan *s) {
  char line[LINE_MAX_];
  const char *before = s->at;
  while (w_scan_next_line(s, line, sizeof line)) {
    unsigned number, code, jt, jf, k;
    int used = 0;
    const char *text = line;
    while (*text == ' ' || *text == '\t')
      text++;
    text += *text == 'L';
    const char *after = s->at;
    s->at = before; /* what fails is in this line */
    if (sscanf(text, "%u: 0x%x 0x%x 0x%x 0x%x%n", &number, &code, &jt, &jf, &k, &used) == 5) {
      uint32_t have = s->out->count ? s->out->list[s->out->count - 1].count : 0;
      bool first = !have || number == 0 || (number == 1 && text > line && text[-1] == 'L');
      if (first && !w_scan_filter(s, ""))
        return false;
      if (!first && number != have && number != have + 1)
        return w_scan_fail(s, "the instructions before number %u are missing", number);
      if (first && number > 1)
        return w_scan_fail(s, "the listing should begin with its first instruction");
      if (!w_scan_insn(s, code, jt, jf, k))
        return false;
    } else if (*text >= '0' && *text <= '9' && sscanf(text, "%u:", &number) == 1) {
      return w_scan_fail(s, "the columns of code, jt, jf and k are missing");
    }
    s->at = after;
    before = after;
  }
  return s->at == s->end && w_scan_some(s, "no instruction in it");
}
