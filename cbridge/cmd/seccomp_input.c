#include "cmd/seccomp_input.h"

#include <inttypes.h>
#include <stdlib.h>

#include "audit/input.h"
#include "audit/naming.h"
#include "cmd/cmd.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_wrap.h"

/* "flags=O_RDWR|O_CREAT", or "0x2" where names are not known. */
static void put_argument(FILE *out, unsigned arch, const char *call, unsigned i, uint64_t value) {
  const char *arch_name = arch < ARCHES ? arches[arch].name : "";
  char name[ARGUMENT_NAME_MAX];
  struct text words = {0}; /* owned here */
  fputs(i ? ", " : "", out);
  if (w_argument_name(arch_name, call, i, name))
    fprintf(out, "%s=", name);
  if (w_name_value(&words, w_argument_kind(arch_name, call, i), arch_name, UINT64_MAX, value) &&
      words.s)
    fputs(words.s, out);
  else
    fprintf(out, "0x%" PRIx64, value);
  free(words.s);
}
/* As the process passes the numbers. */
static struct seccomp_data passed(const struct seccomp_data *d) {
  return w_arch_big_endian(d->arch) ? w_input_swapped(d) : *d;
}

char *input_text(const struct seccomp_data *input) {
  struct seccomp_data numbers = passed(input), *d = &numbers;
  char *text = NULL; /* owned by the caller */
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  unsigned arch = arch_of(d);
  char *name = arch < ARCHES ? call_name(arch, (uint32_t)d->nr) : NULL;
  char number[CALL_NUMBER_MAX];
  call_number((uint32_t)d->nr, number);
  if (name)
    fprintf(out, "%s(", name);
  else
    fprintf(out, "call %s (", number);
  int last = 5;
  while (last > 0 && d->args[last] == 0)
    last--;
  for (int i = 0; i <= last; i++)
    put_argument(out, arch, name, (unsigned)i, d->args[i]);
  if (arch < ARCHES)
    fprintf(out, ") on %s", arches[arch].name);
  else
    fprintf(out, ") on architecture 0x%08" PRIx32, d->arch);
  free(name);
  if (d->instruction_pointer)
    fprintf(out, " at 0x%" PRIx64, (uint64_t)d->instruction_pointer);
  if (fclose(out) == 0)
    return text;
  free(text);
  return NULL;
}
void print_input(FILE *out, const struct seccomp_data *d) {
  enum { INDENT = 8, ACTION = 36 };
  char *text = input_text(d); /* owned here */
  put_within(out, WRAP_COLUMNS - ACTION, INDENT, INDENT + 4, text ? text : "out of memory");
  free(text);
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
