/* warrant validate: the proved validator alone, on a certificate from a file. */
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/cmd_judge.h"
#include "load/loader.h"

static const char help[] =
    "usage: warrant validate [OPTION]... FILE CERT\n"
    "\n"
    "Asks the proved validator alone whether CERT, as `warrant check --cert` saves it, proves "
    "that\n"
    "the program in FILE is safe. Nothing is searched, and where CERT comes from does not matter.\n"
    "\n"
    "  --prog NAME     the program, when FILE holds several\n"
    "  --profile P     root (default) or strict, as the certificate was made for\n"
    "  --btf FILE      types of the kernel that is meant (BTF, or ELF with .BTF); default: this "
    "host's\n"
    "  --kconfig FILE  its configuration, perhaps in gzip; default: this host's\n"
    "  --format FORM, --hex, --type TYPE, --ctx-size N   as for `warrant check`\n"
    "  --json          one object: file section program cert valid message\n"
    "  --quiet         only the exit code\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0 valid; 1 refused; 2 unreadable input; 3 not supported.\n"
    "\n"
    "Example:\n"
    "  warrant check --cert flow.cert prog.bpf.o && warrant validate prog.bpf.o flow.cert\n";

int cmd_validate(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS, CMD_LOAD_OPTIONS, {NULL, 0, NULL, 0}};
  struct cmd_options options = {.jobs = 1, .load = {.need_type = true}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    int code = cmd_option(&options, option, "validate", help);
    if (code >= 0)
      return code;
  }
  if (argc - optind != 2) {
    cmd_complain("validate: needs FILE and CERT; `warrant validate --help` says more");
    return WARRANT_BAD_INPUT;
  }
  const char *path = argv[optind], *cert_path = argv[optind + 1];
  struct warrant_object object;
  int code = cmd_load_one(path, &options, &object);
  if (code)
    return code;
  struct warrant_error error = {0};
  uint8_t *cert = NULL;
  size_t size = 0;
  if (warrant_read_file(cert_path, &cert, &size, &error)) {
    warrant_object_free(&object);
    return cmd_error(&error);
  }
  const struct warrant_program *p = &object.programs[0];
  char why[400];
  int valid = judge_certificate(p, cert, size, why, sizeof why);
  if (options.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "file", path);
    cmd_json_text(o, "section", *p->section ? p->section : NULL);
    cmd_json_text(o, "program", *p->name ? p->name : NULL);
    cmd_json_text(o, "cert", cert_path);
    cJSON_AddBoolToObject(o, "valid", valid == 1);
    cmd_json_text(o, "message", valid == 1 ? NULL : why);
    cmd_print_json(o);
  } else if (valid < 0) {
    cmd_complain("%s: the validator could not look at it: %s", path, why);
  } else if (!options.quiet) {
    cmd_print_safe(stdout, path);
    printf(": %s%s%s", cmd_colour(stdout, valid ? CMD_GOOD : CMD_BAD), valid ? "valid" : "refused",
           cmd_colour(stdout, CMD_PLAIN));
    if (!valid) {
      fputs(": ", stdout);
      cmd_print_safe(stdout, why);
    }
    putchar('\n');
  }
  free(cert);
  warrant_object_free(&object);
  return valid == 1 ? WARRANT_OK : valid == 0 ? WARRANT_REFUSED : WARRANT_UNSUPPORTED;
}
