/* An audit as a page of HTML that needs nothing else: no script, no network. */
#ifndef WARRANT_SECCOMP_HTML_H
#define WARRANT_SECCOMP_HTML_H

#include "cmd/seccomp_report.h"
#include "cmd/seccomp_sections.h"

/* Writes the page to options->html; `r`, in order, is what it begins with. Returns 0 or an exit
 * code, having complained. */
int html_write(const struct seccomp_options *options, const char *name, const struct table *t,
               const struct report *r);

#endif
