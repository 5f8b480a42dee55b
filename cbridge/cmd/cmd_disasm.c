/* warrant disasm: every program as assembly text, with its source lines. */
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "classic/disasm.h"

static const char help[] =
    "usage: warrant disasm [OPTION]... FILE...\n"
    "\n"
    "Prints the instructions of every program in FILE: eBPF as LLVM and the kernel write it, "
    "classic\n"
    "BPF as tcpdump does. Line information becomes comments (lines that start with a semicolon).\n"
    "\n"
    "  --prog NAME     only this program\n"
    "  --translate     classic BPF as the eBPF that Linux makes of it\n"
    "  --format FORM, --hex, --type TYPE, --btf FILE, --kconfig FILE, --rodata NAME=VALUE\n"
    "                  as for `warrant check`\n"
    "  --json          one object an instruction: file section program pc text source\n"
    "  --quiet         without source lines\n"
    "  --help, --version\n"
    "\n"
    "Examples:\n"
    "  warrant disasm --prog flow prog.bpf.o\n"
    "  warrant disasm --translate filter.bpf | warrant asm --hex -\n"
    "  echo 'b7 00 00 00 01 00 00 00 95 00 00 00 00 00 00 00' | warrant disasm --hex -\n";

static void print_source(const struct warrant_line *line) {
  fputs("; ", stdout);
  if (line->text) {
    cmd_print_safe(stdout, line->text + strspn(line->text, " \t"));
    fputs("  ", stdout);
  }
  printf("%s(", cmd_colour(stdout, CMD_DIM));
  cmd_print_safe(stdout, line->file);
  printf(":%" PRIu32 ")%s\n", line->line, cmd_colour(stdout, CMD_PLAIN));
}

static void print_json(const char *path, const struct warrant_program *p, uint32_t pc,
                       const char *text) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "file", path);
  cmd_json_text(o, "section", *p->section ? p->section : NULL);
  cmd_json_text(o, "program", *p->name ? p->name : NULL);
  cmd_json_u64(o, "pc", pc);
  cmd_json_text(o, "text", text);
  const struct warrant_line *line = warrant_line_at(p, pc);
  char place[1024];
  if (line)
    snprintf(place, sizeof place, "%s:%" PRIu32, line->file, line->line);
  cmd_json_text(o, "source", line ? place : NULL);
  cmd_print_json(o);
}

static void print_program(const char *path, const struct cmd_options *options,
                          const struct warrant_program *p, const struct warrant_error *problem) {
  if (!options->json && *p->name && !*p->section) { /* a filter of several: see forms/assembly.c */
    fputs("; ", stdout);
    cmd_print_safe(stdout, p->name);
    putchar('\n');
  } else if (!options->json && *p->name) {
    cmd_print_safe(stdout, p->section);
    putchar('/');
    cmd_print_safe(stdout, p->name);
    puts(":");
  }
  if (problem->code)
    cmd_problem(p, problem);
  const struct warrant_line *shown = NULL; /* several records can name one line, for its columns */
  for (uint32_t pc = 0; pc < p->insn_count;) {
    char text[WARRANT_DISASM_MAX];
    uint32_t slots = warrant_disasm(p, pc, text, sizeof text);
    if (options->json) {
      print_json(path, p, pc, text);
    } else {
      const struct warrant_line *line = warrant_line_at(p, pc);
      bool again =
          shown && line && line->line == shown->line && strcmp(line->file, shown->file) == 0;
      if (line && !again && line->line && !options->quiet) {
        print_source(line);
        shown = line;
      }
      printf("%6" PRIu32 ": %s\n", pc, text);
    }
    pc += slots;
  }
}

static int print_translation(const char *path, const struct cmd_options *options,
                             const struct warrant_program *p) {
  struct warrant_error error = {0};
  struct warrant_program translated;
  if (warrant_translate(p, &translated, &error))
    return cmd_error(&error);
  print_program(path, options, &translated, &error);
  warrant_program_free(&translated);
  return WARRANT_OK;
}

int cmd_disasm(int argc, char **argv) {
  enum { TRANSLATE = CMD_OWN };
  static const struct option long_options[] = {CMD_COMMON_OPTIONS,
                                               CMD_LOAD_OPTIONS,
                                               {"translate", no_argument, NULL, TRANSLATE},
                                               {NULL, 0, NULL, 0}};
  struct cmd_options options = {.jobs = 1};
  bool translate = false;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    if (option == TRANSLATE) {
      translate = true;
      continue;
    }
    int code = cmd_option(&options, option, "disasm", help);
    if (code >= 0)
      return code;
  }
  if (optind == argc) {
    cmd_complain("disasm: name at least one FILE; `warrant disasm --help` says more");
    return WARRANT_BAD_INPUT;
  }
  int code = WARRANT_OK;
  for (int i = optind; i < argc; i++) {
    struct warrant_error error = {0};
    struct warrant_object object;
    const struct warrant_load_options load = cmd_loading(&options);
    if (warrant_load(argv[i], &load, &object, &error)) {
      code = cmd_worse(code, cmd_error(&error));
      continue;
    }
    for (uint32_t k = 0; k < object.count; k++) {
      if (k && !options.json)
        putchar('\n');
      if (translate)
        code = cmd_worse(code, print_translation(argv[i], &options, &object.programs[k]));
      else
        print_program(argv[i], &options, &object.programs[k], &object.problems[k]);
    }
    warrant_object_free(&object);
  }
  return code;
}
