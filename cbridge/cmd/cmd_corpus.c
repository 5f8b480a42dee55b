/* warrant corpus: programs from elsewhere with the verdict that is expected of them. The kernel's
 * own tests are C initialisers; a harness of ours (corpus/selftests/harness.c) is compiled with
 * them, on this host, and writes what they would load. */
#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"

static const char help[] =
    "usage: warrant corpus import-selftests [OPTION]... DIR\n"
    "\n"
    "Makes BPF objects of the verifier's tests in a Linux kernel's source (Linux 5.18 to 6.2 have\n"
    "most of them there; Debian: linux-source-6.1), with the verdict that they expect. DIR is the\n"
    "source, or tools/testing/selftests/bpf in it. Its code is compiled and run: as trusted as "
    "it.\n"
    "\n"
    "  --output OUT    a folder, which is made (default: selftests)\n"
    "  --kernel        ask this host's kernel, too; programs are loaded and forgotten, never run\n"
    "  --json, --quiet, --jobs N, --help, --version\n"
    "\n"
    "OUT/expected.jsonl has an object a test: `object` and `program` (of OUT/OBJECT.o; \"\" where "
    "no\n"
    "object can hold it), `test`, `section`, `expected` and, with --kernel, `kernel`: accept or\n"
    "reject. `strict_alignment`: it expects a refusal for that flag alone.\n"
    "\n"
    "Needs a C compiler (CC, or cc) with libbpf's headers, and clang (CLANG, or clang).\n"
    "Exit code: 0; 2 what is there cannot be imported; 4 a compiler is missing.\n"
    "\n"
    "Examples:\n"
    "  warrant corpus import-selftests --output tests linux-source-6.1\n"
    "  warrant check --json tests | jq -r '[.program, .verdict] | join(\" \")'\n";

/* The assembler finds the file from the top of the sources, where make runs. */
__asm__(".section .rodata\n"
        ".hidden harness_text\n"
        ".globl harness_text\n"
        "harness_text:\n"
        ".incbin \"corpus/selftests/harness.c\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char harness_text[] __attribute__((visibility("hidden")));
extern char **environ;

enum { PATH_MAX_HERE = 4096, OUTPUT = CMD_OWN, KERNEL };

struct import {
  struct cmd_options options;
  const char *output;
  bool kernel;
  char suite[PATH_MAX_HERE]; /* the folder that has test_verifier.c */
  char work[PATH_MAX_HERE];  /* of temporary files */
  uint32_t objects, programs;
};

/* A path; false, having complained: it is too long. */
static bool join(char *path, const char *a, const char *b) {
  int n = snprintf(path, PATH_MAX_HERE, "%s/%s", a, b);
  if (n > 0 && n < PATH_MAX_HERE)
    return true;
  cmd_complain("%s/%s: the path is too long", a, b);
  return false;
}

/* Runs a program to its end. Returns its exit status, or -1 when it was not there. */
static int run(const char *const *argv) {
  pid_t child;
  int status = 0;
  if (posix_spawnp(&child, argv[0], NULL, NULL, (char *const *)argv, environ))
    return -1;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static bool ends_in(const char *name, const char *end) {
  size_t n = strlen(name), m = strlen(end);
  return n > m && strcmp(name + n - m, end) == 0;
}
static int is_source(const struct dirent *e) {
  return *e->d_name != '.' && ends_in(e->d_name, ".c");
}

static const char *or_else(const char *variable, const char *otherwise) {
  const char *value = getenv(variable);
  return value && *value ? value : otherwise;
}

/* Finds the suite in `given` or below it. */
static bool find_suite(struct import *in, const char *given) {
  static const char *const below[] = {".", "tools/testing/selftests/bpf"};
  char path[PATH_MAX_HERE];
  char *whole = realpath(given, NULL);
  bool found = false;
  for (int i = 0; whole && i < 2 && !found; i++)
    found = join(in->suite, whole, below[i]) && join(path, in->suite, "test_verifier.c") &&
            access(path, R_OK) == 0;
  free(whole);
  if (!found)
    cmd_complain("%s: has no tools/testing/selftests/bpf/test_verifier.c", given);
  else if (strpbrk(in->suite, "\"\\\n")) {
    cmd_complain("%s: its path has characters that C sources cannot name", given);
    found = false;
  }
  return found;
}

static bool write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  int why = cmd_close_written(f, f && fputs(text, f) >= 0);
  if (why)
    cmd_complain("%s: %s", path, strerror(why));
  return !why;
}

/* The suite's files, each behind a marker with its name, which the harness reads. */
static bool write_list(struct import *in) {
  char path[PATH_MAX_HERE], folder[PATH_MAX_HERE];
  struct dirent **names = NULL;
  if (!join(folder, in->work, "verifier") || mkdir(folder, 0700) ||
      !join(path, folder, "tests.h") || !join(folder, in->suite, "verifier"))
    return false;
  int count = scandir(folder, &names, is_source, alphasort);
  FILE *f = fopen(path, "w");
  if (f)
    fputs("#ifdef FILL_ARRAY\n", f);
  for (int i = 0; i < count; i++) {
    size_t n = strlen(names[i]->d_name) - 2;
    if (f && !strpbrk(names[i]->d_name, "\"\\\n"))
      fprintf(f, "{ .descr = \"\\001\" \"%.*s\" },\n#include \"%s/%s\"\n", (int)n, names[i]->d_name,
              folder, names[i]->d_name);
    free(names[i]);
  }
  free(names);
  if (f)
    fputs("#endif\n", f);
  int why = cmd_close_written(f, f && count > 0);
  if (why || count <= 0)
    cmd_complain("%s: has no tests", folder);
  return !why && count > 0;
}

/* Compiles the harness with the suite, and runs it. Returns 0 or an exit code. */
static int extract(struct import *in) {
  char harness[PATH_MAX_HERE], program[PATH_MAX_HERE], include[PATH_MAX_HERE + 2],
      suite[PATH_MAX_HERE + 2], tools[PATH_MAX_HERE];
  if (!join(harness, in->work, "harness.c") || !join(program, in->work, "harness") ||
      !join(tools, in->suite, "../../../include") || !write_text(harness, harness_text) ||
      !write_list(in))
    return WARRANT_BAD_INPUT;
  snprintf(include, sizeof include, "-I%s", in->work);
  snprintf(suite, sizeof suite, "-I%s", in->suite);
  const char *compile[] = {or_else("CC", "cc"),
                           "-O1",
                           "-w",
                           include,
                           suite,
                           "-idirafter",
                           tools,
                           "-include",
                           "linux/types.h",
                           "-Du32=__u32",
                           "-Du64=__u64",
                           harness,
                           "-o",
                           program,
                           "-lbpf",
                           "-lelf",
                           NULL};
  int status = run(compile);
  if (status < 0) {
    cmd_complain("%s: there is no such C compiler", compile[0]);
    return WARRANT_NO_ENGINE;
  }
  if (status) {
    cmd_complain("%s: its tests do not compile with the harness; those of Linux 6.1 do", in->suite);
    return WARRANT_BAD_INPUT;
  }
  const char *argv[] = {program, in->output, in->kernel ? "kernel" : NULL, NULL};
  if (run(argv) == 0)
    return WARRANT_OK;
  cmd_complain("%s: the programs could not be written to %s", in->suite, in->output);
  return WARRANT_BAD_INPUT;
}

/* An object of each C file that the harness wrote. Returns 0 or an exit code. */
static int compile_all(struct import *in) {
  struct dirent **names = NULL;
  int count = scandir(in->output, &names, is_source, alphasort), code = WARRANT_OK;
  for (int i = 0; i < count; i++) {
    char source[PATH_MAX_HERE], object[PATH_MAX_HERE];
    const char *argv[] = {or_else("CLANG", "clang"),
                          "-target",
                          "bpf",
                          "-O2",
                          "-g",
                          "-w",
                          "-c",
                          source,
                          "-o",
                          object,
                          NULL};
    cmd_progress(&in->options, (size_t)i, (size_t)count, names[i]->d_name);
    if (code == WARRANT_OK && join(source, in->output, names[i]->d_name) &&
        join(object, in->output, names[i]->d_name)) {
      object[strlen(object) - 1] = 'o';
      int status = run(argv);
      if (status < 0) {
        cmd_complain("%s: there is no such compiler", argv[0]);
        code = WARRANT_NO_ENGINE;
      } else if (status) {
        cmd_complain("%s: does not compile", source);
        code = WARRANT_BAD_INPUT;
      } else {
        in->objects++;
      }
    }
    free(names[i]);
  }
  cmd_progress(&in->options, (size_t)count, (size_t)count, "");
  free(names);
  return code;
}

static void remove_work(const struct import *in) {
  static const char *const files[] = {"harness.c", "harness", "verifier/tests.h"};
  char path[PATH_MAX_HERE];
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (join(path, in->work, files[i]))
      unlink(path);
  if (join(path, in->work, "verifier"))
    rmdir(path);
  rmdir(in->work);
}

static void count_programs(struct import *in) {
  char path[PATH_MAX_HERE];
  FILE *f = join(path, in->output, "expected.jsonl") ? fopen(path, "r") : NULL;
  for (int c; f && (c = getc(f)) != EOF;)
    in->programs += c == '\n';
  if (f)
    fclose(f);
}

static int import(struct import *in, const char *given) {
  const char *temporary = or_else("TMPDIR", "/tmp");
  if (!find_suite(in, given))
    return WARRANT_BAD_INPUT;
  if (mkdir(in->output, 0777) && errno != EEXIST) {
    cmd_complain("%s: %s", in->output, strerror(errno));
    return WARRANT_BAD_INPUT;
  }
  if (!join(in->work, temporary, "warrant-XXXXXX") || !mkdtemp(in->work)) {
    cmd_complain("%s: no folder can be made there: %s", temporary, strerror(errno));
    return WARRANT_BAD_INPUT;
  }
  int code = extract(in);
  remove_work(in);
  if (code == WARRANT_OK)
    code = compile_all(in);
  if (code != WARRANT_OK)
    return code;
  count_programs(in);
  if (in->options.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "output", in->output);
    cmd_json_u64(o, "objects", in->objects);
    cmd_json_u64(o, "tests", in->programs);
    cmd_print_json(o);
  } else if (!in->options.quiet) {
    printf("%s: %u objects of %u tests\n", in->output, in->objects, in->programs);
  }
  return WARRANT_OK;
}

int cmd_corpus(int argc, char **argv) {
  static const struct option long_options[] = {CMD_COMMON_OPTIONS,
                                               {"output", required_argument, NULL, OUTPUT},
                                               {"kernel", no_argument, NULL, KERNEL},
                                               {NULL, 0, NULL, 0}};
  struct import in = {.options = {.jobs = 1}, .output = "selftests"};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    if (option == OUTPUT) {
      in.output = optarg;
    } else if (option == KERNEL) {
      in.kernel = true;
    } else {
      int code = cmd_option(&in.options, option, "corpus", help);
      if (code >= 0)
        return code;
    }
  }
  if (argc - optind == 2 && strcmp(argv[optind], "import-selftests") == 0)
    return import(&in, argv[optind + 1]);
  cmd_complain("corpus: `warrant corpus import-selftests DIR`; `warrant corpus --help` says more");
  return WARRANT_BAD_INPUT;
}
