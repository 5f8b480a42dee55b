/* Assembly text and listings: what `warrant disasm`, tcpdump -d, bpfc and netsniff-ng print, and
 * with skips in place of targets what golang.org/x/net/bpf does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic_asm.h"
#include "load/forms/scan.h"

/* One filter, from `from` up to s->at. */
static bool part(struct w_scan *s, const char *from, unsigned line, bool skips) {
  struct warrant_cinsn *insns = NULL;
  uint32_t count = 0;
  if (!w_scan_filter(s, ""))
    return false;
  char *text = strndup(from, (size_t)(s->at - from));
  if (!text)
    return w_scan_fail(s, "out of memory");
  int failed = warrant_classic_listing(s->name, text, line, skips, &insns, &count, s->error);
  free(text);
  if (failed)
    return false;
  struct w_filter *f = &s->out->list[s->out->count - 1];
  f->insns = insns;
  f->count = f->room = count;
  return true;
}

/* Whether a listing begins anew: with instruction 0, or `filter 1 of 2, ...`. */
static bool begins(const char *line, bool *heading) {
  unsigned number, of;
  *heading = sscanf(line, "filter %u of %u, ", &number, &of) == 2;
  return *heading || strncmp(line, "0:", 2) == 0 || strncmp(line, "(000) ", 6) == 0 ||
         strncmp(line, "L0:", 3) == 0;
}

static bool parts(struct w_scan *s, bool skips) {
  char line[1024];
  const char *from = s->at;
  unsigned number = 0, from_line = 1;
  bool any = false;
  for (const char *before = s->at; w_scan_next_line(s, line, sizeof line); before = s->at) {
    bool heading;
    const char *text = line + strspn(line, " \t");
    number++;
    if (begins(text, &heading)) {
      const char *after = s->at;
      s->at = before;
      if (any && !part(s, from, from_line, skips))
        return false;
      s->at = after;
      from = heading ? after : before;
      from_line = number + heading;
      any = !heading;
      s->out->stack |= heading;
    } else if (*text && *text != ';') {
      any = true;
    }
  }
  if (s->at != s->end)
    return false;
  return (!any || part(s, from, from_line, skips)) && w_scan_some(s, "no instruction in it");
}

bool w_read_assembly(struct w_scan *s) { return parts(s, false); }
bool w_read_skips(struct w_scan *s) { return parts(s, true); }
