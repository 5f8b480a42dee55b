/* warrant seccomp asm: a filter from a list of instructions, with names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "classic/classic_asm.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_listing.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_subject.h"

static bool resolve_name(void *data, enum warrant_asm_name what, const char *name,
                         uint32_t *value) {
  unsigned arch = *(unsigned *)data;
  if (what == WARRANT_ASM_RETURN)
    return w_action_value(name, value);
  if (what == WARRANT_ASM_FIELD) {
    char word[24];
    for (*value = 0; *value < 64; *value += 4) {
      word_name(*value, arches[arch].big_endian, word, sizeof word);
      if (strcmp(word, name) == 0)
        return true;
    }
    return false;
  }
  unsigned named = arch_by_name(name);
  if (named < ARCHES) {
    *value = arches[named].token;
    return true;
  }
  return call_by_name(arch, name, value);
}

int seccomp_assemble(const struct seccomp_options *options, char **files, unsigned file_count) {
  (void)file_count;
  const char *path = files[0];
  unsigned arch = options->arch;
  char *text = NULL; /* owned here, and insns */
  struct warrant_cinsn *insns = NULL;
  uint32_t count = 0;
  struct warrant_error error = {0};
  int code = cmd_read_text(path, &text);
  if (code)
    return code;
  if (warrant_classic_asm(path, text, resolve_name, &arch, &insns, &count, &error)) {
    free(text);
    return cmd_error(&error);
  }
  free(text);
  struct warrant_program p = {.kind = WARRANT_SECCOMP, .cinsns = insns, .insn_count = count};
  if (options->output) {
    code = filter_write(options->output, &p);
  } else if (options->common.json) {
    cJSON *o = cJSON_CreateObject(), *list = NULL;
    cmd_json_text(o, "file", path);
    list = cJSON_AddArrayToObject(o, "insns");
    for (uint32_t i = 0; i < count; i++) {
      cJSON *c = cJSON_CreateObject();
      cmd_json_u64(c, "code", insns[i].code);
      cmd_json_u64(c, "jt", insns[i].jt);
      cmd_json_u64(c, "jf", insns[i].jf);
      cmd_json_u64(c, "k", insns[i].k);
      cJSON_AddItemToArray(list, c);
    }
    cmd_print_json(o);
  } else { /* as tcpdump -ddd, which every command reads */
    printf("%" PRIu32 "\n", count);
    for (uint32_t i = 0; i < count; i++)
      printf("%u %u %u %" PRIu32 "\n", insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
  }
  free(insns);
  return code;
}
