/* warrant seccomp resolve: names for numbers and numbers for names. */
#include <ctype.h>
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>

#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"

static void put_call(unsigned arch, const char *name, int nr, bool json) {
  if (!json) {
    printf("%-12s %11d  %s\n", arches[arch].name, nr, name);
    return;
  }
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "arch", arches[arch].name);
  cmd_json_text(o, "syscall", name);
  cJSON_AddNumberToObject(o, "nr", nr);
  cmd_print_json(o);
}
int seccomp_resolve(const struct seccomp_options *options, char **words, unsigned count) {
  unsigned only = options->arch_name ? options->arch : ARCHES; /* or all of them */
  bool json = options->common.json;
  int code = WARRANT_OK;
  for (unsigned i = 0; i < count; i++) {
    char *end;
    bool found = false;
    errno = 0;
    long nr = strtol(words[i], &end, 0);
    bool number = (isdigit((unsigned char)*words[i]) || *words[i] == '-') && !*end && !errno &&
                  nr >= INT32_MIN && nr <= INT32_MAX;
    for (unsigned a = 0; a < ARCHES; a++) {
      if (only < ARCHES && a != only)
        continue;
      if (number) {
        /* Below 0: libseccomp's own number of a call that is not there. */
        char *name = nr < 0 ? seccomp_syscall_resolve_num_arch(arches[a].libseccomp, (int)nr)
                            : call_name(a, (uint32_t)nr);
        if (name)
          put_call(a, name, (int)nr, json), found = true;
        free(name);
      } else {
        uint32_t there;
        bool known = call_by_name(a, words[i], &there);
        if (known || (only < ARCHES && (int)there != __NR_SCMP_ERROR))
          put_call(a, words[i], (int)there, json), found = true;
      }
    }
    if (!found) {
      cmd_complain("%s: no such system call%s%s", words[i], only < ARCHES ? " on " : "",
                   only < ARCHES ? arches[only].name : "");
      code = WARRANT_BAD_INPUT;
    }
  }
  return code;
}
