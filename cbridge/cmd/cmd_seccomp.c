/* warrant seccomp: what its options say, and which of its commands runs. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_rules.h"

static const char help[] =
    "usage: warrant seccomp audit   [OPTION]... FILE... | --pid PID\n"
    "       warrant seccomp diff    [OPTION]... OLD NEW\n"
    "       warrant seccomp check   [OPTION]... FILE... --policy POLICY\n"
    "       warrant seccomp import  [OPTION]... PROFILE.json\n"
    "       warrant seccomp explain [OPTION]... FILE... | --pid PID\n"
    "       warrant seccomp emu     [OPTION]... FILE... --syscall CALL [--arg N=VALUE]...\n"
    "       warrant seccomp dump    [OPTION]... --pid PID | -- COMMAND...\n"
    "       warrant seccomp disasm  [OPTION]... FILE...\n"
    "       warrant seccomp asm     [OPTION]... FILE.s\n"
    "       warrant seccomp resolve [OPTION]... NAME|NUMBER...\n"
    "       warrant seccomp host\n"
    "\n"
    "Decides what seccomp filters allow, for every input: nothing is sampled, and what is beyond\n"
    "--limit is reported as undecided.\n"
    "\n"
    "audit prints, for each architecture and system call, the outcomes and the exact condition on\n"
    "the arguments; then findings, each with a witness call. Several files are the filters\n"
    "of one process, in the order they were installed. diff says what became allowed or denied,\n"
    "with a witness for each; nothing when the filters are equivalent. check decides assertions "
    "such\n"
    "as `never RUN for ptrace`; see docs/seccomp.md for the language. import compiles an OCI or\n"
    "Docker profile, or a set of systemd's, with libseccomp and compares the result with what the\n"
    "profile says. explain prints the whole filter as a policy that check can decide.\n"
    "\n"
    "emu runs one call, instruction by instruction, in both interpreters. dump takes the filters\n"
    "of a running process from the kernel (CAP_SYS_ADMIN), or those that a command and its\n"
    "children install. disasm lists instructions with the names of what they compare, and asm\n"
    "reads such a list. resolve gives the numbers of calls, or names; host the architecture, API\n"
    "level and actions of this machine.\n"
    "\n"
    "  --policy FILE   audit: assertions in place of the default list of escapes; check: these\n"
    "  --findings      audit: without the table\n"
    "  --html FILE     audit: a page of HTML besides, which needs nothing else\n"
    "  --arch NAME     audit, explain: only this architecture's rows and findings; others: the\n"
    "                  machine's (x86_64); resolve: on this one alone\n"
    "  --fail-on WHAT  diff: exit 1 for `allowed`, `denied`, or `any` change (default)\n"
    "  --limit N       nodes of all diagrams together (default 2000000)\n"
    "  --pid PID       a process in place of files\n"
    "  --count N       dump: end the command after so many filters\n"
    "  --output FILE   import, asm, dump: write the filter here (dump: FILE.0, FILE.1, ...)\n"
    "  --set NAME      import: this @set of what `systemd-analyze syscall-filter` prints, or this\n"
    "                  thread's filter of seccompiler's\n"
    "  --runtime NAME  import: as runc (default), crun, docker or podman reads and installs it,\n"
    "                  or as minijail, seccompiler, firecracker, lxc, snapd or kafel reads its "
    "own,\n"
    "                  which are told by their text\n"
    "  --cap NAME      import: the container has this capability, or ALL, besides the usual ones\n"
    "  --drop-cap NAME import: and not this one; the options count in their order\n"
    "  --kernel X.Y    import: for minKernel, the version (any is taken as met)\n"
    "  --syscall CALL, --arg N=VALUE, --ip ADDRESS   emu: the call; what is not given is 0\n"
    "  --format FORM, --hex   as for `warrant check`; seccomp is assumed\n"
    "  --json          one object a line; `warrant schema` describes it\n"
    "  --sarif         audit, check, import: what was found as SARIF 2.1.0, for code scanning\n"
    "  --quiet, --help, --version\n"
    "\n"
    "Exit code: 0 nothing found, equivalent, every assertion holds; 1 found, different, an\n"
    "assertion fails, or something is undecided; 2 unreadable input; 3 not supported; 4 no\n"
    "permission to look at a process.\n"
    "\n"
    "Examples:\n"
    "  warrant seccomp audit filter.bpf\n"
    "  warrant seccomp diff --fail-on allowed old.bpf new.bpf\n"
    "  echo 'never RUN for clone when clone_flags & CLONE_NEWUSER != 0' > p && \\\n"
    "    warrant seccomp check --policy p filter.bpf\n"
    "  warrant seccomp audit --json filter.bpf | jq -r 'select(.syscall == \"clone\")'\n"
    "  warrant seccomp explain filter.bpf > policy && warrant seccomp check --policy policy "
    "new.bpf\n"
    "  warrant seccomp emu filter.bpf --syscall openat --arg 0=0xffffff9c\n"
    "  warrant seccomp dump --output filter -- ssh -V\n"
    "  printf 'ld nr\\njeq #execve, deny\\nret ALLOW\\ndeny: ret EPERM\\n' | warrant seccomp asm "
    "-\n"
    "  warrant seccomp resolve --arch aarch64 openat 59\n";

enum {
  OPT_POLICY = CMD_OWN,
  OPT_FINDINGS,
  OPT_ARCH,
  OPT_FAIL_ON,
  OPT_LIMIT,
  OPT_PID,
  OPT_OUTPUT,
  OPT_SET,
  OPT_RUNTIME,
  OPT_CAP,
  OPT_DROP_CAP,
  OPT_KERNEL,
  OPT_SYSCALL,
  OPT_ARG,
  OPT_IP,
  OPT_COUNT,
  OPT_SARIF,
  OPT_HTML,
};

/* As read_option. */
static int read_runtime(const char *name, enum runtime *runtime) {
  static const char *const names[] = {"runc",        "crun",        "docker", "podman", "minijail",
                                      "seccompiler", "firecracker", "lxc",    "snapd",  "kafel"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) {
      *runtime = (enum runtime)i;
      return -1;
    }
  cmd_complain("--runtime %s: runc, crun, docker, podman, minijail, seccompiler, firecracker and "
               "lxc are known",
               name);
  return WARRANT_BAD_INPUT;
}

/* Returns -1 to go on, or an exit code. */
static int read_option(struct seccomp_options *a, int option) {
  uint32_t value;
  switch (option) {
  case OPT_POLICY:
    a->policy = optarg;
    return -1;
  case OPT_FINDINGS:
    a->findings_only = true;
    return -1;
  case OPT_ARCH:
    a->arch_name = optarg;
    return -1;
  case OPT_OUTPUT:
    a->output = optarg;
    return -1;
  case OPT_HTML:
    a->html = optarg;
    return -1;
  case OPT_SET:
    a->set = optarg;
    return -1;
  case OPT_RUNTIME:
    return read_runtime(optarg, &a->runtime);
  case OPT_CAP:
  case OPT_DROP_CAP:
    if (a->cap_count == CAP_CHANGES_MAX) {
      cmd_complain("--cap: more than %d", CAP_CHANGES_MAX);
      return WARRANT_BAD_INPUT;
    }
    a->caps[a->cap_count].name = optarg;
    a->caps[a->cap_count++].granted = option == OPT_CAP;
    return -1;
  case OPT_SYSCALL:
    a->call_name = optarg;
    return -1;
  case OPT_ARG: {
    char *end = optarg + 1;
    uint64_t number = 0;
    errno = 0;
    if (*optarg >= '0' && *optarg <= '5' && optarg[1] == '=')
      number = strtoull(optarg + 2, &end, 0);
    if (end <= optarg + 2 || *end || errno) {
      cmd_complain("--arg %s: not an argument such as 0=0xffffff9c", optarg);
      return WARRANT_BAD_INPUT;
    }
    a->call.args[*optarg - '0'] = number;
    return -1;
  }
  case OPT_IP: {
    char *end;
    errno = 0;
    a->call.instruction_pointer = strtoull(optarg, &end, 0);
    if (end == optarg || *end || errno) {
      cmd_complain("--ip %s: not an address", optarg);
      return WARRANT_BAD_INPUT;
    }
    return -1;
  }
  case OPT_COUNT:
    return cmd_number("--count", 1, 1000, &a->most) ? -1 : WARRANT_BAD_INPUT;
  case OPT_KERNEL: {
    const char *dot = strchr(optarg, '.');
    char rest = '\0';
    if (!isdigit((unsigned char)*optarg) || !dot || !isdigit((unsigned char)dot[1]) ||
        sscanf(optarg, "%6u.%6u%c", &a->kernel[0], &a->kernel[1], &rest) < 2 ||
        (rest && !strchr(".-+", rest))) {
      cmd_complain("--kernel %s: not a version such as 5.10", optarg);
      return WARRANT_BAD_INPUT;
    }
    return -1;
  }
  case OPT_FAIL_ON:
    if (strcmp(optarg, "any") == 0)
      a->fail_on = FAIL_ANY;
    else if (strcmp(optarg, "allowed") == 0)
      a->fail_on = FAIL_ALLOWED;
    else if (strcmp(optarg, "denied") == 0)
      a->fail_on = FAIL_DENIED;
    else {
      cmd_complain("--fail-on %s: any, allowed and denied are known", optarg);
      return WARRANT_BAD_INPUT;
    }
    return -1;
  case OPT_LIMIT:
    return cmd_number("--limit", 1000, 100000000, &a->limit) ? -1 : WARRANT_BAD_INPUT;
  case OPT_PID:
    if (!cmd_number("--pid", 1, INT32_MAX, &value))
      return WARRANT_BAD_INPUT;
    a->pid = (long)value;
    return -1;
  case OPT_SARIF:
    a->sarif = true;
    return -1;
  case CMD_HELP:
    fputs(help, stdout);
    rules_print(stdout);
    return WARRANT_OK;
  default:
    return cmd_option(&a->common, option, "seccomp", help);
  }
}

/* What a command needs besides its files. */
enum {
  TAKES_PID = 1,    /* --pid in place of them */
  NEEDS_POLICY = 2, /* --policy */
  NEEDS_CALL = 4,   /* --syscall */
  ANY_ARCH = 8,     /* --arch, if it looks at that, may be one without a name */
  HAS_SARIF = 16,   /* --sarif */
};
static const struct {
  const char *name;
  unsigned least, most; /* files, or words */
  unsigned flags;
  int (*run)(const struct seccomp_options *options, char **files, unsigned count);
} commands[] = {
    {"audit", 1, UINT_MAX, TAKES_PID | ANY_ARCH | HAS_SARIF, seccomp_audit},
    {"diff", 2, 2, ANY_ARCH, seccomp_diff},
    {"check", 1, UINT_MAX, NEEDS_POLICY | ANY_ARCH | HAS_SARIF, seccomp_check},
    {"import", 1, 1, HAS_SARIF, seccomp_import},
    {"explain", 1, UINT_MAX, TAKES_PID | ANY_ARCH, seccomp_explain},
    {"emu", 1, UINT_MAX, NEEDS_CALL, seccomp_emulate},
    {"dump", 1, UINT_MAX, TAKES_PID, seccomp_dump},
    {"disasm", 1, UINT_MAX, 0, seccomp_disasm},
    {"asm", 1, 1, 0, seccomp_assemble},
    {"resolve", 1, UINT_MAX, 0, seccomp_resolve},
    {"host", 0, 0, 0, seccomp_host},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static bool complete(size_t command, const struct seccomp_options *o, unsigned count) {
  unsigned flags = commands[command].flags;
  if (flags & TAKES_PID)
    return (count > 0) != (o->pid > 0);
  return count >= commands[command].least && count <= commands[command].most &&
         (!(flags & NEEDS_POLICY) || o->policy) && (!(flags & NEEDS_CALL) || o->call_name);
}

int cmd_seccomp(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS,
      CMD_LOAD_OPTIONS,
      {"policy", required_argument, NULL, OPT_POLICY},
      {"findings", no_argument, NULL, OPT_FINDINGS},
      {"arch", required_argument, NULL, OPT_ARCH},
      {"fail-on", required_argument, NULL, OPT_FAIL_ON},
      {"limit", required_argument, NULL, OPT_LIMIT},
      {"pid", required_argument, NULL, OPT_PID},
      {"output", required_argument, NULL, OPT_OUTPUT},
      {"set", required_argument, NULL, OPT_SET},
      {"runtime", required_argument, NULL, OPT_RUNTIME},
      {"cap", required_argument, NULL, OPT_CAP},
      {"drop-cap", required_argument, NULL, OPT_DROP_CAP},
      {"kernel", required_argument, NULL, OPT_KERNEL},
      {"syscall", required_argument, NULL, OPT_SYSCALL},
      {"arg", required_argument, NULL, OPT_ARG},
      {"ip", required_argument, NULL, OPT_IP},
      {"count", required_argument, NULL, OPT_COUNT},
      {"sarif", no_argument, NULL, OPT_SARIF},
      {"html", required_argument, NULL, OPT_HTML},
      {NULL, 0, NULL, 0},
  };
  struct seccomp_options o = {.common = {.jobs = 1, .load = {.format = "seccomp"}},
                              .limit = AUDIT_LIMIT,
                              .most = UINT_MAX,
                              .kernel = {UINT_MAX, 0}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    int code = read_option(&o, option);
    if (code >= 0)
      return code;
  }
  const char *what = optind < argc ? argv[optind] : "";
  char **files = argv + optind + 1;
  unsigned count = optind < argc ? (unsigned)(argc - optind - 1) : 0;
  size_t c = 0;
  while (c < COMMANDS && strcmp(commands[c].name, what) != 0)
    c++;
  o.arch = o.arch_name ? arch_by_name(o.arch_name) : X86_64;
  if (o.arch == ARCHES && !(c < COMMANDS && commands[c].flags & ANY_ARCH)) {
    cmd_complain("--arch %s: no such architecture", o.arch_name);
    return WARRANT_BAD_INPUT;
  }
  if (o.sarif && (o.common.json || (c < COMMANDS && !(commands[c].flags & HAS_SARIF)))) {
    cmd_complain(o.common.json ? "--sarif: goes with no --json"
                               : "--sarif: is for audit, check and import");
    return WARRANT_BAD_INPUT;
  }
  if (c < COMMANDS && complete(c, &o, count))
    return commands[c].run(&o, files, count);
  cmd_complain(
      "seccomp: say audit FILE, diff OLD NEW, check FILE --policy POLICY, import PROFILE, explain "
      "FILE, emu FILE --syscall CALL, disasm FILE, asm FILE, dump --pid PID, dump -- COMMAND, "
      "resolve NAME or host; `warrant seccomp --help` says more");
  return WARRANT_BAD_INPUT;
}
