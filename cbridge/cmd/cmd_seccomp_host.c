/* warrant seccomp host: the machine's architecture, what libseccomp and the kernel offer. */
#include <inttypes.h>
#include <seccomp.h>
#include <string.h>

#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"

int seccomp_host(const struct seccomp_options *options, char **files, unsigned count) {
  (void)files, (void)count;
  uint32_t native = seccomp_arch_native();
  unsigned arch = 0;
  while (arch < ARCHES && arches[arch].libseccomp != native)
    arch++;
  const char *name = arch < ARCHES ? arches[arch].name : "unknown";
  const struct scmp_version *v = seccomp_version();
  char actions[256] = "";
  FILE *f = fopen("/proc/sys/kernel/seccomp/actions_avail", "r");
  if (f) {
    if (fgets(actions, sizeof actions, f))
      actions[strcspn(actions, "\n")] = '\0';
    fclose(f);
  }
  char version[40];
  snprintf(version, sizeof version, "%u.%u.%u", v ? v->major : 0, v ? v->minor : 0,
           v ? v->micro : 0);
  if (options->common.json) {
    cJSON *o = cJSON_CreateObject();
    char token[16];
    snprintf(token, sizeof token, "0x%08" PRIx32, native);
    cmd_json_text(o, "arch", name);
    cmd_json_text(o, "token", token);
    cmd_json_u64(o, "api_level", seccomp_api_get());
    cmd_json_text(o, "libseccomp", version);
    cmd_json_text(o, "actions", actions);
    cmd_print_json(o);
  } else {
    printf("architecture  %s (0x%08" PRIx32 ")\nlibseccomp    %s, API level %u\nkernel        %s\n",
           name, native, version, seccomp_api_get(), *actions ? actions : "does not say");
  }
  return WARRANT_OK;
}
