/* warrant kernel load: the same program in this host's kernel. */
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/cmd.h"
#include "kernel/kernel.h"

static const char help[] =
    "usage: warrant kernel load [OPTION]... FILE...\n"
    "\n"
    "Loads every program in FILE into this host's kernel and prints its verdict. Nothing is "
    "attached\n"
    "to anything of the host, and what was loaded is dropped at once. An ELF object goes through\n"
    "libbpf, one program at a time, as its loader would load it. A socket filter goes to a\n"
    "socket made for it, a seccomp filter to a child process. Programs of more than 4096\n"
    "instructions are refused here: the kernel's own verifier can stall a processor on them.\n"
    "\n"
    "  --prog NAME     only this program\n"
    "  --format FORM, --hex, --type TYPE, --btf FILE, --kconfig FILE, --rodata NAME=VALUE\n"
    "                  as for `warrant check`\n"
    "  --json          one object a program: file section program kernel flags verdict errno "
    "visited\n"
    "                  time_us log\n"
    "  --quiet         without the log of what is refused\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0 all accepted; else 1 some refused; else 2 unreadable input; else 3 not "
    "supported\n"
    "or kept off the host; else 4 no permission for bpf(2).\n"
    "\n"
    "Example:\n"
    "  sudo warrant kernel load prog.bpf.o\n";

static bool is_elf(const char *path) {
  char magic[4] = {0};
  FILE *f = strcmp(path, "-") ? fopen(path, "rb") : NULL;
  bool yes = f && fread(magic, 1, sizeof magic, f) == sizeof magic && !memcmp(magic, "\177ELF", 4);
  if (f)
    fclose(f);
  return yes;
}

struct loading {
  struct cmd_options options;
  char release[sizeof((struct utsname *)0)->release];
  int code;
};

static const char *verdict_word(enum warrant_kernel_verdict verdict) {
  static const char *const words[] = {"accept", "reject", "unsupported", "error"};
  return words[verdict];
}

static void print_json(const struct loading *l, const char *path, const struct warrant_program *p,
                       const struct warrant_kernel_result *r) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "file", path);
  cmd_json_text(o, "section", p && *p->section ? p->section : NULL);
  cmd_json_text(o, "program", p && *p->name ? p->name : NULL);
  cmd_json_text(o, "kernel", l->release);
  cmd_json_u64(o, "flags", r->flags);
  cmd_json_text(o, "verdict", verdict_word(r->verdict));
  cmd_json_text(o, "errno", r->number ? strerrorname_np(r->number) : NULL);
  if (r->visited_known)
    cmd_json_u64(o, "visited", r->visited);
  else
    cJSON_AddNullToObject(o, "visited");
  cmd_json_u64(o, "time_us", r->time_us);
  cmd_json_text(o, "log", r->log ? r->log : "");
  cmd_json_text(o, "message", *r->message ? r->message : NULL);
  cmd_print_json(o);
}

/* The reason stands in the log's last lines; those before say how it got there. */
static void print_log(const char *log) {
  enum { SHOWN = 12 };
  const char *starts[SHOWN];
  size_t lines = 0;
  for (const char *at = log; *at;) {
    starts[lines++ % SHOWN] = at;
    size_t n = strcspn(at, "\n");
    at += n + (at[n] == '\n');
  }
  if (lines > SHOWN)
    printf("    (the last %d of %zu lines; --json has them all)\n", SHOWN, lines);
  for (size_t i = lines > SHOWN ? lines - SHOWN : 0; i < lines; i++) {
    const char *at = starts[i % SHOWN];
    printf("    ");
    char line[512];
    size_t n = strcspn(at, "\n");
    snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), at);
    cmd_print_safe(stdout, line);
    putchar('\n');
  }
}

static void print_text(const struct loading *l, const char *path, const struct warrant_program *p,
                       const struct warrant_kernel_result *r) {
  cmd_print_name(stdout, path, p);
  printf(": Linux %s: %s%s%s", l->release,
         cmd_colour(stdout, r->verdict == WARRANT_KERNEL_ACCEPT ? CMD_GOOD : CMD_BAD),
         verdict_word(r->verdict), cmd_colour(stdout, CMD_PLAIN));
  if (*r->message)
    printf(", %s", r->message);
  if (r->visited_known)
    printf(", %" PRIu64 " instructions processed", r->visited);
  if (r->time_us) /* it was asked */
    printf(", %" PRIu64 " us", r->time_us);
  putchar('\n');
  if (r->verdict == WARRANT_KERNEL_REJECT && !l->options.quiet && r->log)
    print_log(r->log);
}

static void report(struct loading *l, const char *path, const struct warrant_program *p,
                   const struct warrant_kernel_result *r) {
  static const int codes[] = {WARRANT_OK, WARRANT_REFUSED, WARRANT_UNSUPPORTED, WARRANT_NO_ENGINE};
  if (l->options.json)
    print_json(l, path, p, r);
  else if (p)
    print_text(l, path, p, r);
  l->code = cmd_worse(l->code, codes[r->verdict]);
}

/* An ELF object goes through libbpf, as its loader would load it; what is no object, and what
 * libbpf does not open, such as old map definitions, in the form that `check` sees. */
static int ask(const char *path, const struct warrant_program *p, bool through_libbpf,
               const struct warrant_error *problem, struct warrant_kernel_result *r,
               struct warrant_error *error) {
  bool opened = false;
  if (warrant_kernel_available(p->kind, error))
    return -1;
  if (p->kind == WARRANT_EBPF && through_libbpf &&
      warrant_kernel_load_object(path, p, &opened, r, error))
    return -1;
  if (opened)
    return 0;
  warrant_kernel_result_free(r);
  if (!problem->code)
    return warrant_kernel_load(p, r, error);
  memset(r, 0, sizeof *r);
  r->verdict = WARRANT_KERNEL_UNSUPPORTED;
  snprintf(r->message, sizeof r->message, "not loaded: %.240s", problem->text);
  return 0;
}

/* Returns false when there is no use in going on. */
static bool load_file(struct loading *l, const char *path) {
  struct warrant_error error = {0};
  struct warrant_object object;
  struct warrant_kernel_result r;
  const struct warrant_load_options options = cmd_loading(&l->options);
  if (warrant_load(path, &options, &object, &error)) {
    cmd_error(&error);
    memset(&r, 0, sizeof r);
    r.verdict =
        error.code == WARRANT_UNSUPPORTED ? WARRANT_KERNEL_UNSUPPORTED : WARRANT_KERNEL_ERROR;
    snprintf(r.message, sizeof r.message, "%.250s", error.text);
    if (l->options.json)
      print_json(l, path, NULL, &r);
    l->code = cmd_worse(l->code, error.code);
    return true;
  }
  bool go_on = true;
  for (uint32_t i = 0; i < object.count && go_on; i++) {
    const struct warrant_program *p = &object.programs[i];
    memset(&r, 0, sizeof r);
    /* constants that are set are those of the program, which has to be there for it */
    bool through_libbpf = is_elf(path) && !(object.problems[i].code && options.rodata_count);
    if (ask(path, p, through_libbpf, &object.problems[i], &r, &error)) {
      l->code = cmd_worse(l->code, cmd_error(&error));
      go_on = false;
    } else {
      report(l, path, p, &r);
      warrant_kernel_result_free(&r);
    }
  }
  warrant_object_free(&object);
  return go_on;
}

int cmd_kernel(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS, CMD_LOAD_OPTIONS, {NULL, 0, NULL, 0}};
  if (argc < 2 || (strcmp(argv[1], "load") && argv[1][0] != '-')) {
    if (argc >= 2 && (strcmp(argv[1], "matrix") == 0 || strcmp(argv[1], "diff") == 0)) {
      cmd_complain("the command 'kernel %s' is not built yet", argv[1]);
      return WARRANT_UNSUPPORTED;
    }
    cmd_complain(
        "kernel: what to do? `warrant kernel load FILE...`; `warrant kernel --help` says more");
    return WARRANT_BAD_INPUT;
  }
  bool load = strcmp(argv[1], "load") == 0;
  struct loading l = {.options = {.jobs = 1, .load = {.need_type = true}}};
  argc -= load;
  argv += load;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    int code = cmd_option(&l.options, option, "kernel", help);
    if (code >= 0)
      return code;
  }
  if (!load || optind == argc) {
    cmd_complain(
        "kernel: `warrant kernel load` needs at least one FILE; `warrant kernel --help` says more");
    return WARRANT_BAD_INPUT;
  }
  struct utsname host;
  if (uname(&host) == 0)
    memcpy(l.release, host.release, sizeof l.release);
  for (int i = optind; i < argc; i++)
    if (!load_file(&l, argv[i]))
      break;
  return l.code;
}
