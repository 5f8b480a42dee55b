/* warrant seccomp disasm: instructions with the names of what they compare. */
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_listing.h"
#include "cmd/seccomp_subject.h"

int seccomp_disasm(const struct seccomp_options *options, char **files, unsigned count) {
  struct subject s = {0};
  int code = subject_filters(&s, options, files, count);
  if (!code)
    code = filters_list(s.objects, s.count, options->arch, options->common.json);
  subject_free(&s);
  return code;
}
