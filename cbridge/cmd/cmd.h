/* The command line: one cmd_*.c a command, and what they share. Not part of the library. */
#ifndef WARRANT_CMD_H
#define WARRANT_CMD_H

#include <getopt.h>
#include <stdio.h>
#include <cjson/cJSON.h>

#include "warrant.h"

#define WARRANT_VERSION "0.1.0"

/* Each command gets its own argv (argv[0] is its name) and returns an exit code. */
int cmd_check(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_disasm(int argc, char **argv);
int cmd_asm(int argc, char **argv);
int cmd_kernel(int argc, char **argv);
int cmd_seccomp(int argc, char **argv);
int cmd_corpus(int argc, char **argv);
int cmd_schema(int argc, char **argv);

/* Options that every command takes, and those that say how to read a FILE. */
#define CMD_RODATA_MAX 64
struct cmd_options {
  bool json, quiet;
  long jobs;                          /* at least 1 */
  const char *btf, *kconfig;          /* files about the kernel that is meant; NULL: this host's */
  const char *rodata[CMD_RODATA_MAX]; /* load.rodata_count constants to set, NAME=VALUE */
  struct warrant_load_options load;   /* strings borrowed from argv; use cmd_loading */
};

/* Values above every short option. A command's own options start at CMD_OWN. */
enum {
  CMD_JSON = 256,
  CMD_QUIET,
  CMD_JOBS,
  CMD_HELP,
  CMD_VERSION,
  CMD_FORMAT,
  CMD_HEX,
  CMD_PROG,
  CMD_TYPE,
  CMD_CTX_SIZE,
  CMD_PROFILE,
  CMD_BTF,
  CMD_KCONFIG,
  CMD_RODATA,
  CMD_OWN,
};
#define CMD_COMMON_OPTIONS                                                                         \
  {"json", no_argument, NULL, CMD_JSON}, {"quiet", no_argument, NULL, CMD_QUIET},                  \
      {"jobs", required_argument, NULL, CMD_JOBS}, {"help", no_argument, NULL, CMD_HELP}, {        \
    "version", no_argument, NULL, CMD_VERSION                                                      \
  }
#define CMD_LOAD_OPTIONS                                                                           \
  {"format", required_argument, NULL, CMD_FORMAT}, {"hex", no_argument, NULL, CMD_HEX},            \
      {"prog", required_argument, NULL, CMD_PROG}, {"type", required_argument, NULL, CMD_TYPE},    \
      {"ctx-size", required_argument, NULL, CMD_CTX_SIZE},                                         \
      {"profile", required_argument, NULL, CMD_PROFILE},                                           \
      {"btf", required_argument, NULL, CMD_BTF},                                                   \
      {"kconfig", required_argument, NULL, CMD_KCONFIG}, {                                         \
    "rodata", required_argument, NULL, CMD_RODATA                                                  \
  }

/* Takes one option that getopt_long returned. Returns -1 to go on, or the exit code to leave with
 * (help and version were printed, or the option is unknown or has a bad value, which it said).
 * `help` is the command's help text. Call it from `default:` of the command's switch. */
int cmd_option(struct cmd_options *options, int option, const char *command, const char *help);

/* The program's version, and with `json` that of the JSON; returns WARRANT_OK. */
int cmd_print_version(bool json);

/* Reads optarg as a number within bounds; false after saying what is wrong with it. */
bool cmd_number(const char *option, uint32_t low, uint32_t high, uint32_t *value);

/* Closes a file to which everything was written when `good`: 0, or the errno of what went wrong,
 * here or before. NULL could not be opened. */
int cmd_close_written(FILE *f, bool good);

/* "warrant: " and a sentence on standard error. */
void cmd_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As above from a library error; returns its exit code. */
int cmd_error(const struct warrant_error *error);

/* As above for a program's problem, named before it. */
int cmd_problem(const struct warrant_program *program, const struct warrant_error *problem);
/* "FILE: SECTION/PROGRAM", or what a raw form is taken for. */
void cmd_print_name(FILE *out, const char *file, const struct warrant_program *program);

/* How to load, with the kernel that is meant; one for all files. cmd_release frees it at the end.
 */
struct warrant_load_options cmd_loading(const struct cmd_options *options);
void cmd_release(void);

/* Loads exactly one program of `path`: with several and no --prog it says which there are. On
 * success the program is object->programs[0] and can be judged. Returns 0 or an exit code, having
 * complained. */
int cmd_load_one(const char *path, const struct cmd_options *options,
                 struct warrant_object *object);

/* The same where several programs will do, if they are a stack: the filters of one process. */
int cmd_load_stack(const char *path, const struct cmd_options *options,
                   struct warrant_object *object);

/* One program of bytes, which are borrowed for the call. */
int cmd_load_one_bytes(const char *name, const uint8_t *bytes, size_t size,
                       const struct cmd_options *options, struct warrant_object *object);

/* All of a text file, ended by a zero; the caller frees it. Returns 0 or an exit code. */
int cmd_read_text(const char *path, char **text);

/* JSON: one object a line on standard output; takes ownership of `object`. */
void cmd_print_json(cJSON *object);
void cmd_json_u64(cJSON *object, const char *name, uint64_t value);
void cmd_json_text(cJSON *object, const char *name, const char *text); /* NULL becomes null */
/* A name or a source line with everything that could drive a terminal replaced by '?'. */
void cmd_print_safe(FILE *out, const char *text);

/* The worse of two exit codes: what a run over several programs leaves with. */
int cmd_worse(int a, int b);

/* Escape sequences when `out` is a terminal and NO_COLOR is not set, otherwise "". */
enum cmd_colour { CMD_PLAIN, CMD_GOOD, CMD_BAD, CMD_NOTE, CMD_DIM };
const char *cmd_colour(FILE *out, enum cmd_colour colour);

/* Progress bar on standard error, only when that is a terminal. done == total clears it. */
void cmd_progress(const struct cmd_options *options, size_t done, size_t total, const char *what);

#endif
