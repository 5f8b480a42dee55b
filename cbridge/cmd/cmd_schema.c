/* warrant schema: the JSON schema of what a command prints with --json. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/schema.h"

static const char help[] =
    "usage: warrant schema [OPTION]... [COMMAND]\n"
    "\n"
    "Prints the JSON schema (draft 2020-12) of what COMMAND prints with --json, one such object a\n"
    "line; without COMMAND, of what any of them prints. `version` is that of the JSON: objects "
    "only\n"
    "gain members while it stays the same. `warrant --version --json` has it too.\n"
    "\n"
    "  --json          in one line\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0; 2 for a command without a schema.\n"
    "\n"
    "Examples:\n"
    "  warrant schema seccomp audit > audit.schema.json\n"
    "  warrant schema --json check | jq -r '.\"$defs\".verdict.properties | keys[]'\n"
    "\n"
    "Commands:\n";

/* The names of commands, each behind `before`; the caller frees them. NULL: out of memory. */
static char *command_names(const cJSON *commands, const char *before) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  const cJSON *c;
  if (!out)
    return NULL;
  cJSON_ArrayForEach(c, commands)
      fprintf(out, "%s%s", c == commands->child ? "" : before, c->string);
  if (fclose(out) == 0)
    return text;
  free(text);
  return NULL;
}

/* Copies the definitions that `item` names, and those that they name. */
static void keep_definitions(const cJSON *item, const cJSON *all, cJSON *kept) {
  static const char start[] = "#/$defs/";
  const cJSON *inner;
  if (cJSON_IsString(item) && item->string && strcmp(item->string, "$ref") == 0 &&
      strncmp(item->valuestring, start, strlen(start)) == 0) {
    const char *name = item->valuestring + strlen(start);
    const cJSON *definition = cJSON_GetObjectItemCaseSensitive(all, name);
    if (definition && !cJSON_GetObjectItemCaseSensitive(kept, name)) {
      cJSON_AddItemToObject(kept, name, cJSON_Duplicate(definition, true));
      keep_definitions(definition, all, kept);
    }
  }
  cJSON_ArrayForEach(inner, item) keep_definitions(inner, all, kept);
}

/* The schema of one command, or of all when `command` is NULL. */
static cJSON *schema_of(const cJSON *file, const cJSON *commands, const cJSON *command) {
  cJSON *o = cJSON_CreateObject();
  const cJSON *item;
  char title[100];
  snprintf(title, sizeof title, "what warrant%s%s prints with --json: one such object a line",
           command ? " " : "", command ? command->string : "");
  cJSON_ArrayForEach(item, file) {
    if (item == commands || strcmp(item->string, "$defs") == 0)
      continue;
    cJSON_AddItemToObject(o, item->string, cJSON_Duplicate(item, true));
  }
  cmd_json_text(o, "title", title);
  if (command) {
    cJSON_ArrayForEach(item, command)
        cJSON_AddItemToObject(o, item->string, cJSON_Duplicate(item, true));
  } else {
    cJSON *any = cJSON_AddArrayToObject(o, "anyOf");
    cJSON_ArrayForEach(item, commands) {
      cJSON *one = cJSON_Duplicate(item, true);
      cJSON_AddStringToObject(one, "title", item->string);
      cJSON_AddItemToArray(any, one);
    }
  }
  cJSON *kept = cJSON_CreateObject();
  keep_definitions(o, cJSON_GetObjectItemCaseSensitive(file, "$defs"), kept);
  cJSON_AddItemToObject(o, "$defs", kept);
  return o;
}

static int print_schema(cJSON *o, bool one_line) {
  if (one_line) {
    cmd_print_json(o);
    return WARRANT_OK;
  }
  char *text = cJSON_Print(o);
  cJSON_Delete(o);
  if (!text) {
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  puts(text);
  cJSON_free(text);
  return WARRANT_OK;
}

/* `words` are a command's, such as seccomp and audit. */
static int find_and_print(const cJSON *file, char **words, int count, bool one_line) {
  const cJSON *commands = cJSON_GetObjectItemCaseSensitive(file, "commands");
  char name[64] = "";
  for (int i = 0; i < count; i++) {
    size_t used = strlen(name);
    snprintf(name + used, sizeof name - used, "%s%s", i ? " " : "", words[i]);
  }
  const cJSON *command = cJSON_GetObjectItemCaseSensitive(commands, name);
  if (command || count == 0)
    return print_schema(schema_of(file, commands, command), one_line);
  char *known = command_names(commands, ", "); /* owned here */
  cmd_complain("no schema of '%s'; there are those of %s", name, known ? known : "other commands");
  free(known);
  return WARRANT_BAD_INPUT;
}

int cmd_schema(int argc, char **argv) {
  static const struct option long_options[] = {CMD_COMMON_OPTIONS, {NULL, 0, NULL, 0}};
  struct cmd_options options = {.jobs = 1};
  cJSON *file = schema_read(); /* owned here */
  if (!file) {
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  int code = -1;
  for (int option; code < 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    code = cmd_option(&options, option, "schema", help);
    if (option == CMD_HELP) {
      char *names = command_names(cJSON_GetObjectItemCaseSensitive(file, "commands"), "\n  ");
      printf("  %s\n", names ? names : "");
      free(names);
    }
  }
  if (code < 0)
    code = find_and_print(file, argv + optind, argc - optind, options.json);
  cJSON_Delete(file);
  return code;
}
