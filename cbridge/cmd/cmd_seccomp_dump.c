/* warrant seccomp dump: the filters of a process, or those that a command installs. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_listing.h"
#include "cmd/seccomp_process.h"
#include "cmd/seccomp_subject.h"

int seccomp_dump(const struct seccomp_options *options, char **files, unsigned command_words) {
  struct warrant_object *objects = NULL;
  unsigned count = 0;
  int code = command_words ? filters_of_command(files, options->most, &objects, &count)
                           : filters_of_process(options->pid, &objects, &count);
  for (unsigned i = 0; i < count && !code && options->output; i++) {
    const struct warrant_program *p = &objects[i].programs[0];
    char path[4096];
    snprintf(path, sizeof path, "%s.%u", options->output, i);
    code = filter_write(path, p);
    if (!code && !options->common.quiet && !options->common.json)
      printf("%s: %" PRIu32 " instructions\n", path, p->insn_count);
  }
  if (!code && !options->output)
    code = filters_list(objects, count, options->arch, options->common.json);
  for (unsigned i = 0; i < count; i++)
    warrant_object_free(&objects[i]);
  free(objects);
  return code;
}
