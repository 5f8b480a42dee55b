#include "cmd/profile.h"

#include <stdlib.h>

int profile_bad(const struct profile *p, const char *what, const char *about) {
  cmd_complain("%s: %s%s%s", p->path, what, about ? ": " : "", about ? about : "");
  return WARRANT_BAD_INPUT;
}
void profile_finding(struct profile *p, bool warning, const char *name, const char *place,
                     const char *text) {
  struct finding *more = realloc(p->findings, (p->finding_count + 1) * sizeof *more);
  if (!more) {
    cmd_complain("%s: %s: %s", p->path, place, text);
    return;
  }
  p->findings = more;
  struct finding *f = &more[p->finding_count++];
  *f = (struct finding){.warning = warning, .name = name};
  snprintf(f->place, sizeof f->place, "%s%s", p->bundle ? "/linux/seccomp" : "", place);
  snprintf(f->text, sizeof f->text, "%s", text);
}
