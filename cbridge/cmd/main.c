/* warrant: finds the command. Each command is a file cmd_*.c. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct {
  const char *name;
  int (*run)(int argc, char **argv); /* NULL: named in the interface, not built yet */
  const char *does;
} commands[] = {
    {"check", cmd_check, "is it safe? the verdict, certified, or the reason and the source line"},
    {"validate", cmd_validate, "the proved validator alone, on a saved certificate"},
    {"run", cmd_run, "execute one program on given context, packet and maps"},
    {"disasm", cmd_disasm, "assembly text"},
    {"asm", cmd_asm, "assembly text to raw eBPF instructions"},
    {"kernel", cmd_kernel, "load the program in this host's kernel, for its verdict"},
    {"seccomp", cmd_seccomp,
     "what a filter allows; what changed between two; from a process or profile"},
    {"corpus", cmd_corpus, "the verifier's tests of a Linux source as objects"},
    {"schema", cmd_schema, "the JSON schema of what --json prints, with its version"},
    {"bmc", NULL, NULL},
    {"diff", NULL, NULL},
    {"fuzz", NULL, NULL},
    {"report", NULL, NULL},
};

static void usage(FILE *out) {
  fprintf(out, "usage: warrant COMMAND [OPTION]... FILE...\n\nIs a BPF program safe? Commands:\n");
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (commands[i].run)
      fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].does);
  fprintf(
      out,
      "\n`warrant COMMAND --help` has the options and examples. For all: --json, --quiet,\n"
      "--jobs N, --help, --version.\n"
      "\nExit codes: 0 accepted; 1 refused; 2 wrong usage or unreadable input; 3 something not\n"
      "supported; 4 an engine is missing.\n"
      "\nExamples:\n"
      "  warrant check prog.bpf.o\n"
      "  tcpdump -ddd -y EN10MB tcp port 80 | warrant check -\n");
}

/* libbpf explains damaged type information in its own words; ours say it once. */
static int say_nothing(enum libbpf_print_level level, const char *format, va_list args) {
  (void)level, (void)format, (void)args;
  return 0;
}

int main(int argc, char **argv) {
  libbpf_set_print(say_nothing);
  if (argc < 2) {
    usage(stderr);
    return WARRANT_BAD_INPUT;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
    usage(stdout);
    return WARRANT_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    return cmd_print_version(argc > 2 && strcmp(argv[2], "--json") == 0);
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(argv[1], commands[i].name) == 0) {
      if (!commands[i].run) {
        cmd_complain("the command '%s' is not built yet", argv[1]);
        return WARRANT_UNSUPPORTED;
      }
      int code = commands[i].run(argc - 1, argv + 1);
      cmd_release();
      if (fflush(stdout) || ferror(stdout)) {
        cmd_complain("the results could not be written to standard output");
        return WARRANT_BAD_INPUT;
      }
      return code;
    }
  cmd_complain("no command '%s'; `warrant --help` lists them", argv[1]);
  return WARRANT_BAD_INPUT;
}
