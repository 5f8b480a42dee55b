#include "cmd/cmd_rodata.h"

#include <stdlib.h>
#include <string.h>

static bool has_constants(const struct warrant_program *p) {
  for (uint32_t i = 0; p && i < p->map_count; i++)
    if (p->maps[i].rodata)
      return true;
  return false;
}

void cmd_json_rodata(cJSON *object, const struct warrant_program *p,
                     const struct cmd_options *options) {
  if (!has_constants(p) || options->load.rodata_any || !options->load.rodata_count) {
    cmd_json_text(object, "rodata",
                  !has_constants(p)          ? NULL
                  : options->load.rodata_any ? "any"
                                             : "file");
    return;
  }
  cJSON *set = cJSON_AddObjectToObject(object, "rodata");
  for (uint32_t i = 0; i < options->load.rodata_count; i++) {
    const char *text = options->rodata[i];
    char *name = strndup(text, strcspn(text, "="));
    if (!name)
      continue;
    cJSON_DeleteItemFromObjectCaseSensitive(set, name); /* the last counts */
    cmd_json_text(set, name, text + strlen(name) + 1);
    free(name);
  }
}

void cmd_print_rodata(FILE *out, const struct warrant_program *p,
                      const struct cmd_options *options) {
  if (!has_constants(p))
    return;
  if (options->load.rodata_any) {
    fputs("  for every value of its constants\n", out);
    return;
  }
  fputs("  for the constants in the file", out);
  for (uint32_t i = 0; i < options->load.rodata_count; i++) {
    fputs(i ? ", " : ", with ", out);
    cmd_print_safe(out, options->rodata[i]);
  }
  fputs(" (--rodata any: for every value)\n", out);
}
