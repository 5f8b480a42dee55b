#include "cmd/schema.h"

/* The assembler finds the file from the top of the sources, where make runs. */
__asm__(".section .rodata\n"
        ".hidden schema_text\n"
        ".globl schema_text\n"
        "schema_text:\n"
        ".incbin \"cbridge/cmd/schema.json\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char schema_text[] __attribute__((visibility("hidden")));

cJSON *schema_read(void) { return cJSON_Parse(schema_text); }

int schema_version(void) {
  cJSON *schema = schema_read();
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(schema, "version");
  int number = cJSON_IsNumber(version) ? version->valueint : 0;
  cJSON_Delete(schema);
  return number;
}
