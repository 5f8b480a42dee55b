/* warrant check: a verdict for every program of every file. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "cmd_judge.h"
#include "disasm.h"

static const char help[] =
    "usage: warrant check [OPTION]... FILE...\n"
    "\n"
    "Decides for every program in FILE whether it is safe. An accept is certified: the proved\n"
    "validator has checked its certificate. A refusal names the instruction and source line.\n"
    "\n"
    "FILE is an eBPF object, raw eBPF or classic BPF instructions, the text of `tcpdump -ddd`,\n"
    "or - for standard input; its form is found from its content.\n"
    "\n"
    "  --format FORM   elf, ebpf, cbpf or seccomp, instead of what the content says\n"
    "  --hex           FILE is hexadecimal text of a raw form\n"
    "  --prog NAME     only this program (a function, or else a section)\n"
    "  --type TYPE     program type (xdp, tc, socket, raw, ...), instead of the section name's\n"
    "  --ctx-size N    bytes of context for --type raw\n"
    "  --profile P     root (default) or strict: undefined stack bytes must not be read\n"
    "  --cert PATH     save the certificate in this file or directory, for `warrant validate`\n"
    "  --reasons       print the words that `reason` can be, and stop\n"
    "  --json          one object a program on standard output\n"
    "  --quiet         no line for what is accepted, one line for what is not\n"
    "  --jobs N        taken for compatibility: programs are checked one after another\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0 all accepted and certified; else 1 some refused; else 2 unreadable input;\n"
    "else 3 not supported.\n"
    "\n"
    "Examples:\n"
    "  warrant check prog.bpf.o\n"
    "  warrant check --json *.bpf.o | jq -r 'select(.verdict != \"accept\") | .message'\n"
    "  warrant check --format seccomp filter.bpf\n"
    "  tcpdump -ddd -y EN10MB tcp port 80 | warrant check -\n"
    "  warrant check --cert flow.cert prog.bpf.o && warrant validate prog.bpf.o flow.cert\n";

enum { OPT_CERT = CMD_OWN, OPT_REASONS };

struct check {
  struct cmd_options options;
  const char *cert; /* NULL: do not save */
  bool cert_is_directory;
  int code;
};

static const char *type_name(const struct warrant_program *p) {
  if (p->kind == WARRANT_SECCOMP)
    return "seccomp";
  return p->kind == WARRANT_CBPF ? "socket" : warrant_type_name(p->type);
}

/* "file.c:LINE" of an instruction; false when there is no line information. */
static bool source(const struct warrant_program *p, uint32_t pc, char *text, size_t size) {
  const struct warrant_line *line = warrant_line_at(p, pc);
  if (!line || line->line == 0)
    return false;
  snprintf(text, size, "%s:%" PRIu32, line->file, line->line);
  return true;
}

static void number_or_null(cJSON *o, const char *name, bool known, uint64_t value) {
  if (known)
    cmd_json_u64(o, name, value);
  else
    cJSON_AddNullToObject(o, name);
}

/* `p` is NULL when the file gave no program. */
static void print_json(const char *file, const struct warrant_program *p,
                       const struct judgement *j) {
  cJSON *o = cJSON_CreateObject();
  char place[1024];
  cmd_json_text(o, "file", file);
  cmd_json_text(o, "section", p && *p->section ? p->section : NULL);
  cmd_json_text(o, "program", p && *p->name ? p->name : NULL);
  cmd_json_text(o, "type", p ? type_name(p) : NULL);
  number_or_null(o, "insns", p, p ? p->insn_count : 0);
  cmd_json_text(o, "verdict", judged_word(j->verdict));
  cJSON_AddBoolToObject(o, "certified", j->certified);
  number_or_null(o, "pc", j->has_pc, j->pc);
  cmd_json_text(o, "reason", j->reason);
  cmd_json_text(o, "message", *j->message ? j->message : NULL);
  cmd_json_text(o, "source",
                p && j->has_pc && source(p, j->pc, place, sizeof place) ? place : NULL);
  cmd_json_text(o, "state", *j->state ? j->state : NULL);
  number_or_null(o, "steps_bound", j->verdict == JUDGED_ACCEPT, j->steps_bound);
  number_or_null(o, "visited", j->measured, j->visited);
  number_or_null(o, "time_us", j->measured, j->time_us);
  number_or_null(o, "peak_kb", j->measured, j->peak_kb);
  number_or_null(o, "validate_us", j->verdict == JUDGED_ACCEPT, j->validate_us);
  cJSON *warnings = cJSON_AddArrayToObject(o, "warnings");
  for (uint32_t i = 0; i < j->warning_count; i++)
    cJSON_AddItemToArray(warnings, cJSON_CreateString(j->warnings[i]));
  cmd_print_json(o);
}

/* The source line and the instructions around `pc`. */
static void print_place(FILE *out, const struct warrant_program *p, uint32_t pc) {
  enum { BEFORE = 4, AFTER = 2 };
  const struct warrant_line *line = warrant_line_at(p, pc);
  if (line && line->line) {
    fputs("  ", out);
    cmd_print_safe(out, line->file);
    fprintf(out, ":%" PRIu32 "\n", line->line);
    if (line->text) {
      fprintf(out, "    %s", cmd_colour(out, CMD_NOTE));
      cmd_print_safe(out, line->text + strspn(line->text, " \t"));
      fprintf(out, "%s\n", cmd_colour(out, CMD_PLAIN));
    }
  }
  char text[WARRANT_DISASM_MAX];
  uint32_t starts[BEFORE] = {0}, seen = 0, at = 0;
  while (at < pc) { /* instructions take one slot or two, so they are counted from the start */
    starts[seen++ % BEFORE] = at;
    uint32_t slots = warrant_disasm(p, at, text, sizeof text);
    if (at + slots > pc) { /* pc is a second slot: show it as it stands */
      at = pc;
      break;
    }
    at += slots;
  }
  uint32_t show = seen < BEFORE ? seen : BEFORE;
  for (uint32_t i = seen - show; i < seen; i++) {
    warrant_disasm(p, starts[i % BEFORE], text, sizeof text);
    fprintf(out, "  %s%6" PRIu32 ": %s%s\n", cmd_colour(out, CMD_DIM), starts[i % BEFORE], text,
            cmd_colour(out, CMD_PLAIN));
  }
  for (uint32_t i = 0; i <= AFTER && at < p->insn_count; i++) {
    uint32_t slots = warrant_disasm(p, at, text, sizeof text);
    if (i == 0)
      fprintf(out, "%s> %6" PRIu32 ": %s%s\n", cmd_colour(out, CMD_BAD), at, text,
              cmd_colour(out, CMD_PLAIN));
    else
      fprintf(out, "  %s%6" PRIu32 ": %s%s\n", cmd_colour(out, CMD_DIM), at, text,
              cmd_colour(out, CMD_PLAIN));
    at += slots;
  }
}

static void print_text(const struct check *check, const char *file, const struct warrant_program *p,
                       const struct judgement *j) {
  FILE *out = stdout;
  if (j->verdict == JUDGED_ACCEPT && check->options.quiet && j->certified && !j->warning_count)
    return;
  if (!p) { /* the file gave no program, and the message names it */
    cmd_complain("%s", j->message);
    return;
  }
  cmd_print_name(out, file, p);
  fputs(": ", out);
  if (j->verdict == JUDGED_ACCEPT) {
    fprintf(out, "%saccept, %s%s, at most %" PRIu64 " steps\n", cmd_colour(out, CMD_GOOD),
            j->certified ? "certified" : "not certified", cmd_colour(out, CMD_PLAIN),
            j->steps_bound);
  } else {
    fprintf(out, "%s%s%s", cmd_colour(out, CMD_BAD), judged_word(j->verdict),
            cmd_colour(out, CMD_PLAIN));
    if (j->reason && j->verdict != JUDGED_UNSUPPORTED)
      fprintf(out, ", %s", j->reason);
    if (j->has_pc)
      fprintf(out, " at instruction %" PRIu32, j->pc);
    fputs(": ", out);
    cmd_print_safe(out, j->message);
    fputc('\n', out);
    if (!check->options.quiet && j->has_pc && j->pc < p->insn_count)
      print_place(out, p, j->pc);
    if (!check->options.quiet && *j->state) {
      fputs("  known there: ", out);
      cmd_print_safe(out, j->state);
      fputc('\n', out);
    }
  }
  for (uint32_t i = 0; i < j->warning_count; i++) {
    fprintf(out, "  %swarning:%s ", cmd_colour(out, CMD_NOTE), cmd_colour(out, CMD_PLAIN));
    cmd_print_safe(out, j->warnings[i]);
    fputc('\n', out);
  }
}

/* DIRECTORY/FILE.PROGRAM.cert, with nothing in the names that a path could use; or the named file.
 */
static int save_certificate(struct check *check, const char *file, const struct warrant_program *p,
                            const struct judgement *j) {
  char path[4096];
  if (check->cert_is_directory) {
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    int n = snprintf(path, sizeof path, "%s/", check->cert);
    if (n < 0 || (size_t)n + strlen(base) + strlen(p->name) + 16 > sizeof path) {
      cmd_complain("the name of the certificate would be too long");
      return WARRANT_BAD_INPUT;
    }
    snprintf(path + n, sizeof path - (size_t)n, "%s%s%s.cert", base, *p->name ? "." : "", p->name);
    for (char *c = path + n; *c; c++)
      if (*c == '/' || *c < ' ' || *c > '~')
        *c = '_';
  } else {
    snprintf(path, sizeof path, "%s", check->cert);
  }
  FILE *out = fopen(path, "wb");
  bool good =
      out && fwrite(j->cert ? j->cert : (const uint8_t *)"", 1, j->cert_size, out) == j->cert_size;
  int why = errno;
  if (out && fclose(out))
    good = false;
  if (good)
    return WARRANT_OK;
  cmd_complain("%s: the certificate could not be written: %s", path, strerror(why));
  return WARRANT_BAD_INPUT;
}

static void report(struct check *check, const char *file, const struct warrant_program *p,
                   const struct judgement *j) {
  if (check->options.json)
    print_json(file, p, j);
  else
    print_text(check, file, p, j);
  check->code = cmd_worse(check->code, judged_code(j));
}

static void check_file(struct check *check, const char *path) {
  struct warrant_error error = {0};
  struct warrant_object object;
  struct judgement j;
  if (warrant_load(path, &check->options.load, &object, &error)) {
    judge_problem(&error, &j);
    if (check->options.json)
      cmd_complain("%s", error.text);
    report(check, path, NULL, &j);
    return;
  }
  if (check->cert && !check->cert_is_directory && object.count > 1) {
    cmd_complain("%s: holds %u programs, so --cert needs a directory (or choose one with --prog)",
                 path, object.count);
    check->code = cmd_worse(check->code, WARRANT_BAD_INPUT);
    warrant_object_free(&object);
    return;
  }
  for (uint32_t i = 0; i < object.count; i++) {
    const struct warrant_program *p = &object.programs[i];
    cmd_progress(&check->options, i, object.count, p->name);
    if (object.problems[i].code)
      judge_problem(&object.problems[i], &j);
    else
      judge(p, &j);
    judgement_warn(&j, object.warning);
    cmd_progress(&check->options, object.count, object.count, "");
    report(check, path, p, &j);
    if (check->cert && j.verdict == JUDGED_ACCEPT)
      check->code = cmd_worse(check->code, save_certificate(check, path, p, &j));
    judgement_free(&j);
  }
  warrant_object_free(&object);
}

static void print_reason(const char *word, const char *meaning) {
  printf("%-24s %s\n", word, meaning);
}

int cmd_check(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS,
      CMD_LOAD_OPTIONS,
      {"cert", required_argument, NULL, OPT_CERT},
      {"reasons", no_argument, NULL, OPT_REASONS},
      {NULL, 0, NULL, 0},
  };
  struct check check = {.options = {.jobs = 1, .load = {.need_type = true}}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
    case OPT_CERT:
      check.cert = optarg;
      break;
    case OPT_REASONS:
      judge_reasons(print_reason);
      return WARRANT_OK;
    default: {
      int code = cmd_option(&check.options, option, "check", help);
      if (code >= 0)
        return code;
    }
    }
  }
  int files = argc - optind;
  if (files == 0) {
    cmd_complain("check: name at least one FILE; `warrant check --help` says more");
    return WARRANT_BAD_INPUT;
  }
  if (check.cert) {
    struct stat st;
    check.cert_is_directory = stat(check.cert, &st) == 0 && S_ISDIR(st.st_mode);
    if (files > 1 && !check.cert_is_directory) {
      cmd_complain("--cert %s: for several files it must be a directory that exists", check.cert);
      return WARRANT_BAD_INPUT;
    }
  }
  for (int i = 0; i < files; i++)
    check_file(&check, argv[optind + i]);
  return check.code;
}
