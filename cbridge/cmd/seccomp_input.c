#include "cmd/seccomp_input.h"

#include <inttypes.h>
#include <stdlib.h>

#include "audit/input.h"
#include "cmd/cmd.h"
#include "cmd/seccomp_names.h"

/* As the process passes the numbers. */
static struct seccomp_data passed(const struct seccomp_data *d) {
  return w_arch_big_endian(d->arch) ? w_input_swapped(d) : *d;
}

void print_input(FILE *out, const struct seccomp_data *input) {
  struct seccomp_data numbers = passed(input), *d = &numbers;
  unsigned arch = arch_of(d);
  char *name = arch < ARCHES ? call_name(arch, (uint32_t)d->nr) : NULL;
  char number[CALL_NUMBER_MAX];
  call_number((uint32_t)d->nr, number);
  if (name)
    fprintf(out, "%s(", name);
  else
    fprintf(out, "call %s (", number);
  free(name);
  int last = 5;
  while (last > 0 && d->args[last] == 0)
    last--;
  for (int i = 0; i <= last; i++)
    fprintf(out, "%s0x%" PRIx64, i ? ", " : "", (uint64_t)d->args[i]);
  if (arch < ARCHES)
    fprintf(out, ") on %s", arches[arch].name);
  else
    fprintf(out, ") on architecture 0x%08" PRIx32, d->arch);
  if (d->instruction_pointer)
    fprintf(out, " at 0x%" PRIx64, (uint64_t)d->instruction_pointer);
}

cJSON *json_input(const struct seccomp_data *input) {
  struct seccomp_data numbers = passed(input), *d = &numbers;
  cJSON *o = cJSON_CreateObject();
  char text[32];
  snprintf(text, sizeof text, "0x%08" PRIx32, d->arch);
  cmd_json_text(o, "arch", text);
  cmd_json_u64(o, "nr", (uint32_t)d->nr);
  snprintf(text, sizeof text, "0x%" PRIx64, (uint64_t)d->instruction_pointer);
  cmd_json_text(o, "ip", text);
  cJSON *args = cJSON_AddArrayToObject(o, "args");
  for (int i = 0; i < 6; i++) {
    snprintf(text, sizeof text, "0x%" PRIx64, (uint64_t)d->args[i]);
    cJSON_AddItemToArray(args, cJSON_CreateString(text));
  }
  return o;
}
