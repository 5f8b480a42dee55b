/* warrant check: a verdict for every program of every file. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "cmd/cmd.h"
#include "cmd/cmd_bound.h"
#include "cmd/cmd_digests.h"
#include "cmd/cmd_judge.h"
#include "cmd/cmd_packets.h"
#include "cmd/cmd_rodata.h"
#include "cmd/cmd_subjects.h"
#include "classic/disasm.h"
#include "verify/event.h"
#include "verify/show.h"

static const char help[] =
    "usage: warrant check [OPTION]... FILE|FOLDER...\n"
    "\n"
    "Decides for every program in FILE whether it is safe. An accept is certified: the proved\n"
    "validator has checked its certificate. A refusal names the instruction and source line.\n"
    "For a socket filter it also says what it can return, with a packet for each outcome.\n"
    "\n"
    "FILE is an eBPF object, raw eBPF or classic BPF instructions, the assembly text of `warrant\n"
    "disasm`, the text of `tcpdump -ddd` or of `iptables -m bpf --bytecode`, or - for standard\n"
    "input; its form is found from its content.\n"
    "\n"
    "Of a FOLDER every BPF object is checked, in subfolders too, and a table ends the output.\n"
    "Objects inside of executables, as libbpf's skeletons embed them, count as FILE@0xOFFSET.\n"
    "\n"
    "  --format FORM   elf, ebpf, asm, cbpf or seccomp, instead of what the content says; for a\n"
    "                  form of classic filters its name in docs/formats.md, or KIND:FORM\n"
    "  --hex           FILE is hexadecimal text of a raw form\n"
    "  --prog NAME     only this program (a function, or else a section)\n"
    "  --type TYPE     program type (xdp, tc, raw, ...) or section name (cgroup/connect4), instead "
    "of\n"
    "                  the section name's\n"
    "  --ctx-size N    bytes of context for --type raw\n"
    "  --profile P     root (default) or strict: undefined stack bytes must not be read\n"
    "  --btf FILE      types of the kernel that is meant (BTF, or ELF with .BTF); default: this "
    "host's\n"
    "  --kconfig FILE  its configuration, perhaps in gzip; default: this host's\n"
    "  --rodata V      what `const volatile` data may hold: file (default), what the file says;\n"
    "                  any, everything that a loader may set before loading; or NAME=VALUE, a "
    "variable\n"
    "                  set to a number, true or false (repeatable)\n"
    "  --cert PATH     save the certificate in this file or directory, for `warrant validate`\n"
    "  --image PATH    the same with the image: the program as the validator saw it\n"
    "  --isolated      the verifier and the validator in processes of their own; the latter is\n"
    "                  the program warrant-validate\n"
    "  --pcap-dir DIR  write each sample packet here, as FILE.0xRETURNED.pcap\n"
    "  --pcap-link N   with this link type (DLT_*): 1 is Ethernet (default), 101 is IP\n"
    "  --timeout S     seconds of processor time for each program, 0.5 as well\n"
    "  --memory SIZE   memory for each program in MB (default 1024), or with a K, M or G\n"
    "  --limit N       instructions that the search looks at for each program; of a classic\n"
    "                  filter, nodes of the diagrams that samples come from (default 2000000)\n"
    "                  What ends by one of these three is `gave-up`, and no refusal. Without\n"
    "                  --limit 1000000 are looked at, and who needs more is refused, as by Linux.\n"
    "  --explain       for a refusal, how the program gets there: the steps that matter\n"
    "  --trace         the search as it goes, of eBPF, one line an event: states, what ended\n"
    "                  a path, what was generalised and given up\n"
    "  --linux[=REL]   what is safe and Linux refuses counts as refused: Linux 6.18, or release "
    "REL;\n"
    "                  without it, each of Linux's rules that a program breaks is a warning\n"
    "  --reasons       print the words that `reason` can be, and stop\n"
    "  --json          one object a program on standard output, and one an event of --trace\n"
    "  --quiet         no line for what is accepted, one line for what is not\n"
    "  --jobs N        files are checked by so many processes; the output is the same\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0 all accepted and certified; else 1 some refused; else 2 unreadable input;\n"
    "else 3 not supported or given up; 4 --isolated, and the validator is not there.\n"
    "\n"
    "Examples:\n"
    "  warrant check prog.bpf.o\n"
    "  warrant check --json *.bpf.o | jq -r 'select(.verdict != \"accept\") | .message'\n"
    "  warrant check --quiet --jobs 4 /usr/lib/x86_64-linux-gnu/bpf\n"
    "  warrant check --format seccomp filter.bpf\n"
    "  tcpdump -ddd -y EN10MB tcp port 80 | warrant check -\n"
    "  warrant check --pcap-dir . web.ddd && tcpdump -r web.ddd.0x40000.pcap tcp port 80\n"
    "  echo '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0' | warrant check --pcap-link 101 -\n"
    "  warrant check --cert flow.cert prog.bpf.o && warrant validate prog.bpf.o flow.cert\n";

enum {
  OPT_CERT = CMD_OWN,
  OPT_IMAGE,
  OPT_ISOLATED,
  OPT_REASONS,
  OPT_EXPLAIN,
  OPT_PCAP_DIR,
  OPT_PCAP_LINK,
  OPT_LIMIT,
  OPT_TIMEOUT,
  OPT_MEMORY,
  OPT_TRACE,
  OPT_LINUX
};

/* Something of each accepted program that is saved. */
struct kept {
  const char *option, *suffix, *what;
  const char *path; /* NULL: do not save */
  bool is_directory;
};

struct check {
  struct cmd_options options;
  struct kept cert, image;
  bool whole_names; /* what is kept is named by paths: folders have files of the same name */
  struct packet_options packets;
  struct warrant_verify_options limits; /* of the search and, but for instructions, the validator */
  bool explain;                         /* the way to a refusal */
  bool trace;                           /* the search */
  uint32_t linux_release;               /* whose policy refuses, too; 0: none */
  bool alone;                           /* one input: its programs are the progress */
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

static bool has_outcomes(const struct warrant_program *p, const struct judgement *j) {
  return p && p->kind == WARRANT_CBPF && j->verdict == JUDGED_ACCEPT && j->certified;
}

static const char *decision_word(int decision) {
  return decision < 0 ? NULL : decision ? "taken" : "not taken";
}

static void json_way(cJSON *o, const struct warrant_program *p, const struct judgement *j) {
  char text[WARRANT_DISASM_MAX > 1024 ? WARRANT_DISASM_MAX : 1024];
  cJSON *way = cJSON_AddArrayToObject(o, "way");
  for (uint32_t i = 0; i < j->way_len; i++) {
    cJSON *step = cJSON_CreateObject();
    cmd_json_u64(step, "pc", j->way[i].pc);
    warrant_disasm(p, j->way[i].pc, text, sizeof text);
    cmd_json_text(step, "insn", text);
    cmd_json_text(step, "branch", decision_word(j->way[i].decision));
    cmd_json_text(step, "source", source(p, j->way[i].pc, text, sizeof text) ? text : NULL);
    cJSON_AddItemToArray(way, step);
  }
  cJSON_AddItemReferenceToObject(o, "trace", way); /* the field's word, beside the first one */
}

/* "6.18", or null for 0. */
static void json_release(cJSON *o, const char *name, uint32_t release) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu32 ".%" PRIu32, release / 1000, release % 1000);
  cmd_json_text(o, name, release ? text : NULL);
}

/* Linux's rules, each a warning as well. */
static void json_linux(cJSON *o, cJSON *warnings, const struct warrant_program *p,
                       const struct judgement *j) {
  char place[1024];
  cJSON *rules = cJSON_AddArrayToObject(o, "linux");
  for (uint32_t i = 0; i < j->linux_count; i++) {
    const struct warrant_policy *policy = &j->linux_rules[i];
    cJSON *rule = cJSON_CreateObject();
    cmd_json_text(rule, "rule", policy->rule);
    cmd_json_u64(rule, "pc", policy->pc);
    cmd_json_text(rule, "source", source(p, policy->pc, place, sizeof place) ? place : NULL);
    json_release(rule, "from", policy->from);
    json_release(rule, "before", policy->before);
    cmd_json_text(rule, "message", policy->message);
    cJSON_AddItemToArray(rules, rule);
    cJSON_AddItemToArray(warnings, cJSON_CreateString(policy->message));
  }
}

/* `p` is NULL when the file gave no program. */
static void print_json(struct check *check, const char *file, const struct warrant_program *p,
                       const struct judgement *j) {
  cJSON *o = cJSON_CreateObject();
  char place[1024];
  cmd_json_text(o, "file", file);
  cmd_json_text(o, "section", p && *p->section ? p->section : NULL);
  cmd_json_text(o, "program", p && *p->name ? p->name : NULL);
  cmd_json_text(o, "form", p ? p->form : NULL);
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
  cmd_json_text(o, "hint", j->hint);
  if (check->explain && p)
    json_way(o, p, j);
  cmd_json_rodata(o, p, &check->options);
  cmd_json_digests(o, p, j->image, j->image_size, cmd_loading(&check->options).host);
  number_or_null(o, "steps_bound", j->verdict == JUDGED_ACCEPT, j->steps_bound);
  cmd_json_text(o, "bound_covers", j->verdict == JUDGED_ACCEPT ? bound_covers(p) : NULL);
  number_or_null(o, "visited", j->measured, j->visited);
  number_or_null(o, "time_us", j->measured, j->time_us);
  number_or_null(o, "peak_kb", j->measured, j->peak_kb);
  number_or_null(o, "validate_us", j->verdict == JUDGED_ACCEPT, j->validate_us);
  cJSON *warnings = cJSON_AddArrayToObject(o, "warnings");
  for (uint32_t i = 0; i < j->warning_count; i++)
    cJSON_AddItemToArray(warnings, cJSON_CreateString(j->warnings[i]));
  json_linux(o, warnings, p, j);
  if (has_outcomes(p, j))
    check->code = cmd_worse(check->code, packets_report(&check->packets, file, p, o));
  cmd_print_json(o);
}

/* The source line and, `around`, the instructions there. */
static void print_place(FILE *out, const struct warrant_program *p, uint32_t pc, bool around) {
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
  if (!around)
    return;
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

/* The steps that matter, up to the refused instruction, each with its source line where that is
 * another one than before. */
static void print_way(FILE *out, const struct warrant_program *p, const struct judgement *j) {
  const struct warrant_line *shown = NULL;
  char text[WARRANT_DISASM_MAX], line[WARRANT_DISASM_MAX + 32];
  fputs("  how it gets here:\n", out);
  for (uint32_t i = 0; i < j->way_len; i++) {
    const struct warrant_step *step = &j->way[i];
    const struct warrant_line *from = warrant_line_at(p, step->pc);
    const char *decision = decision_word(step->decision);
    warrant_disasm(p, step->pc, text, sizeof text);
    snprintf(line, sizeof line, "%s%s%s", text, decision ? ": " : "", decision ? decision : "");
    bool refused = i + 1 == j->way_len;
    fprintf(out, "%s%s%6" PRIu32 ": %s%s", refused ? "> " : "  ",
            cmd_colour(out, refused ? CMD_BAD : CMD_PLAIN), step->pc, line,
            cmd_colour(out, CMD_PLAIN));
    if (from && from->line && from->text && (!shown || from->line != shown->line)) {
      fprintf(out, "%*s%s ; %" PRIu32 ": ", strlen(line) < 44 ? (int)(44 - strlen(line)) : 0, "",
              cmd_colour(out, CMD_DIM), from->line);
      cmd_print_safe(out, from->text + strspn(from->text, " \t"));
      fputs(cmd_colour(out, CMD_PLAIN), out);
    }
    shown = from;
    fputc('\n', out);
  }
}

static void print_linux(FILE *out, const struct warrant_program *p, const struct judgement *j) {
  char place[1024];
  for (uint32_t i = 0; i < j->linux_count; i++) {
    const struct warrant_policy *policy = &j->linux_rules[i];
    fprintf(out, "  %swarning:%s ", cmd_colour(out, CMD_NOTE), cmd_colour(out, CMD_PLAIN));
    cmd_print_safe(out, policy->message);
    if (source(p, policy->pc, place, sizeof place)) {
      fputs(", ", out);
      cmd_print_safe(out, place);
    }
    fprintf(out, " (%s)\n", policy->rule);
  }
}

static void print_text(struct check *check, const char *file, const struct warrant_program *p,
                       const struct judgement *j) {
  FILE *out = stdout;
  bool outcomes = has_outcomes(p, j) && (!check->options.quiet || check->packets.directory);
  if (j->verdict == JUDGED_ACCEPT && check->options.quiet && j->certified && !j->warning_count &&
      !j->linux_count && !outcomes)
    return;
  if (!p) { /* the file gave no program, and the message names it */
    cmd_complain("%s", j->message);
    return;
  }
  cmd_print_name(out, file, p);
  fputs(": ", out);
  if (j->verdict == JUDGED_ACCEPT) {
    fprintf(out, "%saccept, %s%s, at most %" PRIu64 " steps%s\n", cmd_colour(out, CMD_GOOD),
            j->certified ? "certified" : "not certified", cmd_colour(out, CMD_PLAIN),
            j->steps_bound, bound_ends_at_a_tail_call(p) ? " until a tail call" : "");
    if (!check->options.quiet)
      cmd_print_rodata(out, p, &check->options);
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
    bool way = check->explain && j->way_len > 1;
    if (!check->options.quiet && j->has_pc && j->pc < p->insn_count)
      print_place(out, p, j->pc, !way);
    if (way)
      print_way(out, p, j);
    if (!check->options.quiet && *j->state) {
      fputs("  known there: ", out);
      cmd_print_safe(out, j->state);
      fputc('\n', out);
    }
    if (!check->options.quiet && j->hint)
      fprintf(out, "  %shint:%s %s\n", cmd_colour(out, CMD_NOTE), cmd_colour(out, CMD_PLAIN),
              j->hint);
  }
  for (uint32_t i = 0; i < j->warning_count; i++) {
    fprintf(out, "  %swarning:%s ", cmd_colour(out, CMD_NOTE), cmd_colour(out, CMD_PLAIN));
    cmd_print_safe(out, j->warnings[i]);
    fputc('\n', out);
  }
  print_linux(out, p, j);
  if (outcomes)
    check->code = cmd_worse(check->code, packets_report(&check->packets, file, p, NULL));
}

/* DIRECTORY/FILE.PROGRAM.cert, with nothing in the names that a path could use; or the named file.
 */
static int save(const struct check *check, const struct kept *kept, const char *file,
                const struct warrant_program *p, const uint8_t *bytes, size_t size) {
  char path[4096];
  if (kept->is_directory) {
    const char *base = check->whole_names ? NULL : strrchr(file, '/');
    base = base ? base + 1 : file;
    int n = snprintf(path, sizeof path, "%s/", kept->path);
    if (n < 0 || (size_t)n + strlen(base) + strlen(p->name) + 16 > sizeof path) {
      cmd_complain("the name of the %s would be too long", kept->what);
      return WARRANT_BAD_INPUT;
    }
    snprintf(path + n, sizeof path - (size_t)n, "%s%s%s.%s", base, *p->name ? "." : "", p->name,
             kept->suffix);
    for (char *c = path + n; *c; c++)
      if (*c == '/' || *c < ' ' || *c > '~')
        *c = '_';
  } else {
    snprintf(path, sizeof path, "%s", kept->path);
  }
  FILE *out = fopen(path, "wb");
  bool good = out && fwrite(bytes ? bytes : (const uint8_t *)"", 1, size, out) == size;
  int why = cmd_close_written(out, good);
  if (!why)
    return WARRANT_OK;
  cmd_complain("%s: the %s could not be written: %s", path, kept->what, strerror(why));
  return WARRANT_BAD_INPUT;
}

static int save_all(const struct check *check, const char *file, const struct warrant_program *p,
                    const struct judgement *j) {
  int code = WARRANT_OK;
  if (check->cert.path && j->verdict == JUDGED_ACCEPT)
    code = save(check, &check->cert, file, p, j->cert, j->cert_size);
  if (check->image.path && j->verdict == JUDGED_ACCEPT)
    code = cmd_worse(code, save(check, &check->image, file, p, j->image, j->image_size));
  return code;
}

/* Whether it can be kept of more than one program. */
static bool is_for_several(const struct kept *kept) { return !kept->path || kept->is_directory; }

/* Looks where it goes; several: of more than one file. Returns 0 or an exit code. */
static int prepare(struct kept *kept, bool several) {
  struct stat st;
  kept->is_directory = kept->path && stat(kept->path, &st) == 0 && S_ISDIR(st.st_mode);
  if (!several || is_for_several(kept))
    return WARRANT_OK;
  cmd_complain("%s %s: for several files it must be a directory that exists", kept->option,
               kept->path);
  return WARRANT_BAD_INPUT;
}

static void report(struct check *check, const char *file, const struct warrant_program *p,
                   const struct judgement *j, struct tally *tally) {
  static const enum tally_column columns[] = {TALLY_CERTIFIED, TALLY_REFUSED, TALLY_UNSUPPORTED,
                                              TALLY_ERROR, TALLY_GAVE_UP};
  if (check->options.json)
    print_json(check, file, p, j);
  else
    print_text(check, file, p, j);
  check->code = cmd_worse(check->code, judged_code(j));
  tally_add(tally, p ? type_name(p) : NULL,
            j->verdict == JUDGED_ACCEPT && !j->certified ? TALLY_UNCERTIFIED : columns[j->verdict],
            j->reason);
}

/* --- The search as it goes ------------------------------------------------------------------- */

struct tracing {
  const char *path;
  const struct warrant_program *program;
  bool json;
};

static const char *const event_words[] = {
    [W_EVENT_STEP] = "step",       [W_EVENT_RESUMED] = "resumed",     [W_EVENT_NODE] = "node",
    [W_EVENT_GENERAL] = "general", [W_EVENT_INVARIANT] = "invariant", [W_EVENT_PRUNED] = "pruned",
    [W_EVENT_BACK] = "back",       [W_EVENT_CLOSED] = "closed",       [W_EVENT_REFUSED] = "refused",
    [W_EVENT_SPENT] = "spent",     [W_EVENT_GIVEN_UP] = "given-up",
};

static const char *reason_word(const struct w_why *why) {
  size_t n;
  const char *const *words = warrant_reasons(&n);
  return why->reason < n ? words[why->reason] : "not-supported";
}

/* "r1 = 0; r10 = frame; stack -8 = 5" */
static void print_known(const struct w_event *e) {
  char text[W_SHOWN];
  const char *before = "";
  for (int r = 0; r < 11; r++)
    if (e->st->defined >> r & 1) {
      w_describe(e->target, e->st, e->st->regs[r], text, sizeof text);
      printf("%sr%d = ", before, r);
      cmd_print_safe(stdout, text);
      before = "; ";
    }
  for (uint32_t k = 0; k < e->st->nslots; k++) {
    w_describe(e->target, e->st, e->st->slots[k].v, text, sizeof text);
    printf("%sstack %d = ", before, e->st->slots[k].off);
    cmd_print_safe(stdout, text);
    before = "; ";
  }
}

static void print_event(const struct w_event *e, const char *insn) {
  char text[W_SHOWN];
  switch (e->kind) {
  case W_EVENT_STEP:
    printf("%6" PRIu32 ": %-36s ; ", e->pc, insn);
    print_known(e);
    break;
  case W_EVENT_RESUMED:
    printf("%6" PRIu32 "  goes on where a branch fell through", e->pc);
    break;
  case W_EVENT_NODE:
    printf("%6" PRIu32 "  node %" PRIu32, e->pc, e->node);
    break;
  case W_EVENT_GENERAL:
  case W_EVENT_INVARIANT:
    printf("%6" PRIu32 "  node %" PRIu32 ", tried as %s (%s): ", e->pc, e->node,
           e->kind == W_EVENT_GENERAL ? "a more general state" : "an invariant", e->way);
    print_known(e);
    break;
  case W_EVENT_PRUNED:
    printf("%6" PRIu32 "  ends: node %" PRIu32 " covers it", e->pc, e->node);
    break;
  case W_EVENT_BACK:
    printf("%6" PRIu32 "  ends: back in node %" PRIu32 ", its invariant holds", e->pc, e->node);
    break;
  case W_EVENT_CLOSED:
    printf("%6" PRIu32 "  the loop of node %" PRIu32 " ends: at most %" PRIu64, e->pc, e->node,
           e->closed->potential);
    for (uint32_t k = 0; k < e->closed->nterms; k++) {
      w_show_count(&e->closed->st, &e->closed->terms[k], text);
      printf(" + %s", text);
    }
    fputs(" steps", stdout);
    break;
  case W_EVENT_REFUSED:
    printf("%6" PRIu32 "  refused, %s: ", e->pc, reason_word(e->why));
    cmd_print_safe(stdout, e->why->text);
    break;
  case W_EVENT_SPENT:
    printf("%6" PRIu32 "  this takes too long", e->pc);
    break;
  case W_EVENT_GIVEN_UP:
    printf("%6" PRIu32 "  node %" PRIu32 " given up (%s)", e->pc, e->node, e->way);
  }
  putchar('\n');
}

static void json_known(cJSON *o, const struct w_event *e) {
  char text[W_SHOWN], name[24];
  cJSON *known = cJSON_AddObjectToObject(o, "known");
  for (int r = 0; r < 11; r++)
    if (e->st->defined >> r & 1) {
      snprintf(name, sizeof name, "r%d", r);
      w_describe(e->target, e->st, e->st->regs[r], text, sizeof text);
      cmd_json_text(known, name, text);
    }
  for (uint32_t k = 0; k < e->st->nslots; k++) {
    snprintf(name, sizeof name, "stack %d", e->st->slots[k].off);
    w_describe(e->target, e->st, e->st->slots[k].v, text, sizeof text);
    cmd_json_text(known, name, text);
  }
}

static void print_json_event(const struct tracing *t, const struct w_event *e, const char *insn) {
  char text[W_SHOWN];
  bool way =
      e->kind == W_EVENT_GENERAL || e->kind == W_EVENT_INVARIANT || e->kind == W_EVENT_GIVEN_UP;
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "event", event_words[e->kind]);
  cmd_json_text(o, "file", t->path);
  cmd_json_text(o, "program", *t->program->name ? t->program->name : NULL);
  cmd_json_u64(o, "pc", e->pc);
  if (e->kind == W_EVENT_STEP)
    cmd_json_text(o, "insn", insn);
  else if (e->kind != W_EVENT_RESUMED && e->kind != W_EVENT_REFUSED && e->kind != W_EVENT_SPENT)
    cmd_json_u64(o, "node", e->node);
  if (way)
    cmd_json_text(o, "tried", e->way);
  if (e->st)
    json_known(o, e);
  if (e->kind == W_EVENT_REFUSED) {
    cmd_json_text(o, "reason", reason_word(e->why));
    cmd_json_text(o, "message", e->why->text);
  }
  if (e->closed) {
    cmd_json_u64(o, "potential", e->closed->potential);
    cJSON *terms = cJSON_AddArrayToObject(o, "terms");
    for (uint32_t k = 0; k < e->closed->nterms; k++) {
      w_show_count(&e->closed->st, &e->closed->terms[k], text);
      cJSON_AddItemToArray(terms, cJSON_CreateString(text));
    }
  }
  cmd_print_json(o);
}

static void trace(void *data, const struct w_event *e) {
  const struct tracing *t = data;
  char insn[WARRANT_DISASM_MAX];
  warrant_disasm(t->program, e->pc, insn, sizeof insn);
  if (t->json)
    print_json_event(t, e, insn);
  else
    print_event(e, insn);
}

static void judge_subject(const struct check *check, const char *path,
                          const struct warrant_program *p, struct judgement *j) {
  struct tracing tracing = {path, p, check->options.json};
  struct warrant_verify_options options = check->limits;
  options.trace = check->trace ? trace : NULL;
  options.trace_data = &tracing;
  if (check->trace && !check->options.json && p->kind == WARRANT_EBPF) {
    cmd_print_name(stdout, path, p);
    puts(": the search");
  }
  judge_with(p, &options, j);
}

/* No rule tells what Linux says of a global function, so this is no refusal with --linux either. */
static void warn_of_functions(struct judgement *j, const struct warrant_program *p) {
  char text[256];
  if (j->verdict != JUDGED_ACCEPT || !p->apart)
    return;
  snprintf(
      text, sizeof text,
      "Linux judges the global function '%.60s' apart from its callers, which is not done here "
      "(global-function): make it static, or test in it what it is given",
      p->apart);
  judgement_warn(j, text);
}

static int check_subject(void *context, const struct subject *subject, struct tally *tally) {
  struct check *check = context;
  const char *path = subject->name;
  struct warrant_error error = {0};
  struct warrant_object object;
  struct judgement j;
  const struct warrant_load_options load = cmd_loading(&check->options);
  check->code = WARRANT_OK;
  if (subjects_load(subject, &load, &object, &error)) {
    judge_problem(&error, &j);
    if (check->options.json)
      cmd_complain("%s", error.text);
    report(check, path, NULL, &j, tally);
    return check->code;
  }
  const struct kept *one = is_for_several(&check->cert) ? &check->image : &check->cert;
  if (!is_for_several(one) && object.count > 1) {
    cmd_complain("%s: holds %u programs, so %s needs a directory (or choose one with --prog)", path,
                 object.count, one->option);
    warrant_object_free(&object);
    return WARRANT_BAD_INPUT;
  }
  for (uint32_t i = 0; i < object.count; i++) {
    const struct warrant_program *p = &object.programs[i];
    if (check->alone)
      cmd_progress(&check->options, i, object.count, p->name);
    if (object.problems[i].code)
      judge_problem(&object.problems[i], &j);
    else
      judge_subject(check, path, p, &j);
    if (check->linux_release)
      judgement_linux(&j, check->linux_release);
    judgement_warn(&j, object.warning);
    warn_of_functions(&j, p);
    if (check->alone)
      cmd_progress(&check->options, object.count, object.count, "");
    report(check, path, p, &j, tally);
    check->code = cmd_worse(check->code, save_all(check, path, p, &j));
    judgement_free(&j);
  }
  warrant_object_free(&object);
  return check->code;
}

static void print_reason(const char *word, const char *meaning) {
  printf("%-24s %s\n", word, meaning);
}

/* Reads `--timeout SECONDS`; false after saying why not. */
static bool seconds_option(uint64_t *ns) {
  char *end = NULL;
  double seconds = strtod(optarg, &end);
  if (!isdigit((unsigned char)*optarg) || *end || !(seconds >= 0.001 && seconds <= 1e6)) {
    cmd_complain("--timeout %s: not a number of seconds from 0.001 to 1000000", optarg);
    return false;
  }
  *ns = (uint64_t)(seconds * 1e9);
  return true;
}

/* Reads `--memory SIZE`: MB, or with a letter. */
static bool size_option(size_t *bytes) {
  char *end = NULL;
  errno = 0;
  unsigned long long n = strtoull(optarg, &end, 10);
  const char *unit = *end ? strchr("KkMmGg", *end) : "M";
  unsigned shift = unit && *unit ? (strchr("Kk", *unit) ? 10 : strchr("Mm", *unit) ? 20 : 30) : 0;
  if (!isdigit((unsigned char)*optarg) || errno || !shift || (*end && end[1]) || !n ||
      n > ((unsigned long long)1 << 44) >> shift) {
    cmd_complain("--memory %s: not a size from 1K to 16384G: MB, or with a K, M or G", optarg);
    return false;
  }
  *bytes = (size_t)n << shift;
  return true;
}

/* Reads `--linux` or `--linux=MAJOR.MINOR`, of which uname -r may add more; false after saying why
 * not. */
static bool release_option(uint32_t *release) {
  unsigned major = 6, minor = 18;
  char rest = '\0';
  if (optarg &&
      (sscanf(optarg, "%3u.%3u%c", &major, &minor, &rest) < 2 || (rest && !strchr(".-+", rest)))) {
    cmd_complain("--linux=%s: a release is MAJOR.MINOR, such as 6.1", optarg);
    return false;
  }
  *release = WARRANT_RELEASE(major, minor);
  if (*release < WARRANT_LINUX_FIRST || *release > WARRANT_LINUX_LAST) {
    cmd_complain("--linux=%s: the rules are those of Linux 6.1 to 7.3; %s is the nearest", optarg,
                 *release < WARRANT_LINUX_FIRST ? "--linux=6.1" : "--linux=7.3");
    return false;
  }
  return true;
}

int cmd_check(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS,
      CMD_LOAD_OPTIONS,
      {"cert", required_argument, NULL, OPT_CERT},
      {"image", required_argument, NULL, OPT_IMAGE},
      {"isolated", no_argument, NULL, OPT_ISOLATED},
      {"reasons", no_argument, NULL, OPT_REASONS},
      {"explain", no_argument, NULL, OPT_EXPLAIN},
      {"trace", no_argument, NULL, OPT_TRACE},
      {"linux", optional_argument, NULL, OPT_LINUX},
      {"pcap-dir", required_argument, NULL, OPT_PCAP_DIR},
      {"pcap-link", required_argument, NULL, OPT_PCAP_LINK},
      {"limit", required_argument, NULL, OPT_LIMIT},
      {"timeout", required_argument, NULL, OPT_TIMEOUT},
      {"memory", required_argument, NULL, OPT_MEMORY},
      {NULL, 0, NULL, 0},
  };
  struct check check = {.options = {.jobs = 1, .load = {.need_type = true}},
                        .cert = {.option = "--cert", .suffix = "cert", .what = "certificate"},
                        .image = {.option = "--image", .suffix = "image", .what = "image"},
                        .packets = {.link_type = 1, .limit = AUDIT_LIMIT}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
    case OPT_CERT:
      check.cert.path = optarg;
      break;
    case OPT_IMAGE:
      check.image.path = optarg;
      break;
    case OPT_ISOLATED:
      if (judge_isolated())
        return WARRANT_NO_ENGINE;
      break;
    case OPT_PCAP_DIR:
      check.packets.directory = optarg;
      break;
    case OPT_PCAP_LINK:
      if (!cmd_number("--pcap-link", 0, 65535, &check.packets.link_type))
        return WARRANT_BAD_INPUT;
      break;
    case OPT_LIMIT:
      if (!cmd_number("--limit", 1, 100000000, &check.packets.limit))
        return WARRANT_BAD_INPUT;
      check.limits.max_visited = check.packets.limit;
      check.packets.limit = check.packets.limit < 1000 ? 1000 : check.packets.limit;
      break;
    case OPT_TIMEOUT:
      if (!seconds_option(&check.limits.max_ns))
        return WARRANT_BAD_INPUT;
      break;
    case OPT_MEMORY:
      if (!size_option(&check.limits.max_bytes))
        return WARRANT_BAD_INPUT;
      break;
    case OPT_EXPLAIN:
      check.explain = true;
      break;
    case OPT_TRACE:
      check.trace = true;
      break;
    case OPT_LINUX:
      if (!release_option(&check.linux_release))
        return WARRANT_BAD_INPUT;
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
  struct subjects subjects;
  struct tally tally = {0};
  int code = subjects_collect(argv + optind, files, &subjects);
  check.alone = subjects.count == 1;
  check.whole_names = subjects.folder;
  bool several = subjects.count > 1 || subjects.folder;
  if (code == WARRANT_OK)
    code = prepare(&check.cert, several);
  if (code == WARRANT_OK)
    code = prepare(&check.image, several);
  if (code == WARRANT_OK && subjects.count == 0) {
    cmd_complain("there is no BPF object in %zu files", subjects.files);
    code = WARRANT_BAD_INPUT;
  } else if (code == WARRANT_OK) {
    code = subjects_run(&check.options, &subjects, check_subject, &check, &tally);
    if (subjects.folder && !check.options.json)
      tally_print(&tally, &subjects);
    else if (subjects.folder && !check.options.quiet)
      subjects_print(stderr, &subjects);
  }
  subjects_free(&subjects);
  return code;
}
