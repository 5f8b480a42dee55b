/* warrant seccomp: what a filter allows, what changed between two, whether it keeps a policy, and
 * the filters of a process. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "cmd/cmd_seccomp.h"
#include "load/loader.h"

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
    "the arguments; then findings, each with a call that shows it. Several files are the filters\n"
    "of one process, in the order they were installed. diff says what became allowed or denied,\n"
    "with a call for each; nothing when the filters are equivalent. check decides assertions such\n"
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
    "  --arch NAME     audit, explain: only this architecture's rows; others: the machine's\n"
    "                  (x86_64); resolve: on this one alone\n"
    "  --fail-on WHAT  diff: exit 1 for `allowed`, `denied`, or `any` change (default)\n"
    "  --limit N       nodes of all diagrams together (default 2000000)\n"
    "  --pid PID       a process in place of files\n"
    "  --count N       dump: end the command after so many filters\n"
    "  --output FILE   import, asm, dump: write the filter here (dump: FILE.0, FILE.1, ...)\n"
    "  --set @NAME     import: this set of what `systemd-analyze syscall-filter` prints\n"
    "  --cap NAME      import: the container has this capability, or ALL, besides the usual ones\n"
    "  --drop-cap NAME import: and not this one; the options count in their order\n"
    "  --kernel X.Y    import: for minKernel, the version (any is taken as met)\n"
    "  --syscall CALL, --arg N=VALUE, --ip ADDRESS   emu: the call; what is not given is 0\n"
    "  --format FORM, --hex   as for `warrant check`; seccomp is assumed\n"
    "  --json          one object a line\n"
    "  --quiet, --help, --version\n"
    "\n"
    "Exit code: 0 nothing found, equivalent, every assertion holds; 1 found, different, an\n"
    "assertion fails, or something is undecided; 2 unreadable input; 3 not supported; 4 no\n"
    "permission to look at a process.\n"
    "\n"
    "Examples:\n"
    "  warrant seccomp audit filter.bpf\n"
    "  warrant seccomp diff --fail-on allowed old.bpf new.bpf\n"
    "  echo 'never RUN for execve, execveat' > p && warrant seccomp check --policy p filter.bpf\n"
    "  warrant seccomp audit --json filter.bpf | jq -r 'select(.syscall == \"clone\")'\n"
    "  warrant seccomp explain filter.bpf > policy && warrant seccomp check --policy policy "
    "new.bpf\n"
    "  warrant seccomp emu filter.bpf --syscall openat --arg 0=0xffffff9c\n"
    "  warrant seccomp dump --output filter -- ssh -V\n"
    "  printf 'ld nr\\njeq #execve, deny\\nret ALLOW\\ndeny: ret EPERM\\n' | warrant seccomp asm "
    "-\n"
    "  warrant seccomp resolve --arch aarch64 openat 59\n";

/* ---- Filters ---- */

int read_text(const char *path, char **text) {
  struct warrant_error error = {0};
  uint8_t *bytes;
  size_t size;
  if (warrant_read_file(path, &bytes, &size, &error))
    return cmd_error(&error);
  char *copy = malloc(size + 1);
  if (copy) {
    memcpy(copy, bytes, size);
    copy[size] = '\0';
  }
  free(bytes);
  if (!copy || strlen(copy) != size) {
    cmd_complain(copy ? "%s: not a text file" : "%s: out of memory", path);
    free(copy);
    return WARRANT_BAD_INPUT;
  }
  *text = copy;
  return WARRANT_OK;
}

int subject_audit(struct subject *s, const char *name, struct bdd *bdd, uint32_t limit) {
  struct warrant_error error = {0};
  s->own_bdd = !bdd;
  s->bdd = bdd ? bdd : w_bdd_new(limit);
  s->audits = calloc(s->count, sizeof *s->audits);
  if (!s->bdd || !s->audits) {
    cmd_complain("%s: out of memory", name);
    return WARRANT_BAD_INPUT;
  }
  for (unsigned i = 0; i < s->count; i++)
    if (warrant_audit(&s->objects[i].programs[0], s->bdd, &s->audits[i], &error)) {
      cmd_complain("%s: %s", name, error.text);
      return error.code;
    }
  s->stacked = s->count > 1;
  s->all = s->audits[0];
  if (s->stacked && w_audit_stack(s->audits, s->count, &s->all, &error)) {
    cmd_complain("%s: %s", name, error.text);
    return error.code;
  }
  return WARRANT_OK;
}

/* Loads a stack of filters without an audit. */
static int load_filters(struct subject *s, const struct cmd_options *options, char **files,
                        unsigned count) {
  memset(s, 0, sizeof *s);
  s->objects = calloc(count, sizeof *s->objects);
  if (!s->objects) {
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  for (unsigned i = 0; i < count; i++) {
    int code = cmd_load_one(files[i], options, &s->objects[i]);
    if (code)
      return code;
    s->count++;
    if (s->objects[i].programs[0].kind != WARRANT_SECCOMP) {
      cmd_complain("%s: this is no seccomp filter", files[i]);
      return WARRANT_BAD_INPUT;
    }
  }
  return WARRANT_OK;
}

int subject_load(struct subject *s, char **files, unsigned count, const struct cmd_options *options,
                 struct bdd *bdd, uint32_t limit) {
  int code = load_filters(s, options, files, count);
  if (code)
    return code;
  return subject_audit(s, files[0], bdd, limit);
}

void subject_free(struct subject *s) {
  for (unsigned i = 0; i < s->count; i++) {
    if (s->audits)
      w_audit_free(&s->audits[i]);
    warrant_object_free(&s->objects[i]);
  }
  if (s->stacked)
    w_audit_free(&s->all);
  free(s->audits);
  free(s->objects);
  if (s->own_bdd)
    w_bdd_free(s->bdd);
  memset(s, 0, sizeof *s);
}

bool subject_run(const struct subject *s, const struct seccomp_data *d, uint32_t *value) {
  for (unsigned i = s->count; i-- > 0;) {
    uint32_t v;
    if (w_audit_run(&s->objects[i].programs[0], d, &v, NULL))
      return false;
    if (i == s->count - 1 ||
        (int32_t)(v & SECCOMP_RET_ACTION_FULL) < (int32_t)(*value & SECCOMP_RET_ACTION_FULL))
      *value = v;
  }
  return s->count > 0;
}

/* ---- Inputs ---- */

void print_input(FILE *out, const struct seccomp_data *d) {
  unsigned arch = arch_of(d);
  char *name = arch < ARCHES ? call_name(arch, (uint32_t)d->nr) : NULL;
  if (name)
    fprintf(out, "%s(", name);
  else
    fprintf(out, "call %" PRIu32 " (", (uint32_t)d->nr);
  free(name);
  int last = 5;
  while (last > 0 && d->args[last] == 0)
    last--;
  for (int i = 0; i <= last; i++)
    fprintf(out, "%s0x%" PRIx64, i ? ", " : "", (uint64_t)d->args[i]);
  if (arch < ARCHES)
    fprintf(out, ") on %s", arches[arch].name);
  else
    fprintf(out, ") on architecture 0x%08" PRIx32, d->arch);
  if (d->instruction_pointer)
    fprintf(out, " at 0x%" PRIx64, (uint64_t)d->instruction_pointer);
}

cJSON *json_input(const struct seccomp_data *d) {
  cJSON *o = cJSON_CreateObject();
  char text[32];
  snprintf(text, sizeof text, "0x%08" PRIx32, d->arch);
  cmd_json_text(o, "arch", text);
  cmd_json_u64(o, "nr", (uint32_t)d->nr);
  snprintf(text, sizeof text, "0x%" PRIx64, (uint64_t)d->instruction_pointer);
  cmd_json_text(o, "ip", text);
  cJSON *args = cJSON_AddArrayToObject(o, "args");
  for (int i = 0; i < 6; i++) {
    snprintf(text, sizeof text, "0x%" PRIx64, (uint64_t)d->args[i]);
    cJSON_AddItemToArray(args, cJSON_CreateString(text));
  }
  return o;
}

/* ---- Tables ---- */

bdd_t outcomes_together(const struct audit *a) {
  bdd_t f = BDD_FALSE;
  for (uint32_t i = 0; i < a->outcome_count; i++) {
    bdd_t leaf = w_bdd_make(a->bdd, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    f = w_bdd_ite(a->bdd, a->outcomes[i].when, leaf, f);
  }
  return f;
}

static void cut(const struct bdd *m, bdd_t f, unsigned word, unsigned bit, uint32_t base,
                struct pieces *p) {
  enum { PIECES_MAX = 200000 };
  if (p->failed)
    return;
  unsigned left = 32 - bit;
  if (bdd_is_leaf(f) || w_bdd_var(m, f) >= 32 * (word + 1)) {
    uint32_t high = left == 32 ? UINT32_MAX : base + (((uint32_t)1 << left) - 1);
    if (p->count && p->pieces[p->count - 1].f == f) {
      p->pieces[p->count - 1].high = high;
      return;
    }
    if (p->count == p->room) {
      size_t room = p->room ? 2 * p->room : 64;
      struct piece *more = room <= PIECES_MAX ? realloc(p->pieces, room * sizeof *more) : NULL;
      if (!more) {
        p->failed = true;
        return;
      }
      p->pieces = more;
      p->room = room;
    }
    p->pieces[p->count++] = (struct piece){base, high, f};
    return;
  }
  bool here = w_bdd_var(m, f) == 32 * word + bit;
  cut(m, here ? w_bdd_low(m, f) : f, word, bit + 1, base, p);
  cut(m, here ? w_bdd_high(m, f) : f, word, bit + 1, base + ((uint32_t)1 << (left - 1)), p);
}
struct pieces split_word(const struct bdd *m, bdd_t f, unsigned word) {
  struct pieces p = {0};
  cut(m, f, word, 0, 0, &p);
  return p;
}

bdd_t most_common(const struct pieces *p, uint32_t low, uint32_t high) {
  uint64_t best = 0;
  bdd_t f = BDD_FALSE;
  for (size_t i = 0; i < p->count; i++) {
    if (p->pieces[i].high < low || p->pieces[i].low > high)
      continue;
    uint32_t from = p->pieces[i].low < low ? low : p->pieces[i].low;
    uint32_t to = p->pieces[i].high > high ? high : p->pieces[i].high;
    uint64_t size = (uint64_t)to - from + 1;
    if (size > best) {
      best = size;
      f = p->pieces[i].f;
    }
  }
  return f;
}

/* ---- diff ---- */

enum fail_on { FAIL_ANY, FAIL_ALLOWED, FAIL_DENIED };

struct change {
  uint32_t old, new;
  const char *word;
};
struct diff {
  const struct cmd_options *options;
  struct bdd *m;
  struct change *changes; /* owned; variable INPUT_VARS + i stands for change i */
  uint32_t count;
  unsigned allowed, denied, changed;
};

static void print_change(struct diff *d, const char *arch, const char *call, uint32_t low,
                         uint32_t high, bdd_t f, uint32_t token) {
  for (uint32_t i = 0; i < d->count; i++) {
    bdd_t leaf = w_bdd_make(d->m, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    bdd_t when = w_bdd_cut(d->m, f, INPUT_VARS, leaf);
    if (when == BDD_FALSE || when == BDD_NONE)
      continue;
    const struct change *c = &d->changes[i];
    unsigned *counter = *c->word == 'a' ? &d->allowed : *c->word == 'd' ? &d->denied : &d->changed;
    ++*counter;
    struct seccomp_data input = w_audit_input(d->m, when);
    input.arch = token;
    input.nr = (int)low;
    char old[64], new[64];
    w_action_text(c->old, old, sizeof old);
    w_action_text(c->new, new, sizeof new);
    if (d->options->json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "change", c->word);
      cmd_json_text(o, "arch", arch);
      cmd_json_text(o, "syscall", call);
      cmd_json_u64(o, "nr", low);
      if (high != low)
        cmd_json_u64(o, "nr_last", high);
      cmd_json_text(o, "old", old);
      cmd_json_text(o, "new", new);
      cJSON_AddItemToObject(o, "witness", json_input(&input));
      cmd_print_json(o);
    } else if (!d->options->quiet) {
      printf("%s%-8s%s ", cmd_colour(stdout, *c->word == 'a' ? CMD_BAD : CMD_NOTE), c->word,
             cmd_colour(stdout, CMD_PLAIN));
      print_input(stdout, &input);
      if (high != low)
        printf(" (and numbers up to %" PRIu32 ")", high);
      printf(": %s, was %s\n", new, old);
    }
  }
}

static void diff_numbers(struct diff *d, const char *name, uint32_t token, unsigned arch, bdd_t f,
                         uint32_t from, uint32_t to) {
  struct pieces p = split_word(d->m, f, INPUT_NR);
  struct arch_calls calls = {0};
  if (arch < ARCHES)
    calls = calls_of(arch);
  unsigned next = 0;
  for (size_t i = 0; i < p.count; i++) {
    uint32_t low = p.pieces[i].low < from ? from : p.pieces[i].low;
    uint32_t high = p.pieces[i].high > to ? to : p.pieces[i].high;
    if (low > high || p.pieces[i].high < from || p.pieces[i].low > to)
      continue;
    bdd_t g = p.pieces[i].f;
    while (next < calls.count && calls.calls[next].nr < low)
      next++;
    if (g == BDD_FALSE)
      continue;
    uint64_t at = low;
    for (; next < calls.count && calls.calls[next].nr <= high; next++) {
      if (at < calls.calls[next].nr)
        print_change(d, name, NULL, (uint32_t)at, calls.calls[next].nr - 1, g, token);
      print_change(d, name, calls.calls[next].name, calls.calls[next].nr, calls.calls[next].nr, g,
                   token);
      at = (uint64_t)calls.calls[next].nr + 1;
    }
    if (at <= high)
      print_change(d, name, NULL, (uint32_t)at, high, g, token);
  }
  calls_free(&calls);
  free(p.pieces);
}

static const char *change_word(uint32_t old, uint32_t new) {
  bool before = w_action_runs(old), after = w_action_runs(new);
  return before == after ? "changed" : after ? "allowed" : "denied";
}

/* The inputs that end differently, with the kind of change below them. BDD_NONE at a limit. */
static bdd_t differences(struct diff *d, const struct audit *old, const struct audit *new) {
  bdd_t f = BDD_FALSE;
  d->changes = calloc((size_t)old->outcome_count * new->outcome_count + 1, sizeof *d->changes);
  if (!d->changes)
    return BDD_NONE;
  for (uint32_t i = 0; i < old->outcome_count; i++)
    for (uint32_t j = 0; j < new->outcome_count; j++) {
      uint32_t a = old->outcomes[i].value, b = new->outcomes[j].value;
      if (a == b)
        continue;
      bdd_t both = bdd_and(d->m, old->outcomes[i].when, new->outcomes[j].when);
      if (both == BDD_FALSE)
        continue;
      bdd_t leaf = w_bdd_make(d->m, INPUT_VARS + d->count, BDD_FALSE, BDD_TRUE);
      f = w_bdd_ite(d->m, both, leaf, f);
      d->changes[d->count++] = (struct change){a, b, change_word(a, b)};
    }
  return f;
}

static int cmd_diff(char **files, const struct cmd_options *options, uint32_t limit,
                    enum fail_on fail_on) {
  struct bdd *bdd = w_bdd_new(limit);
  struct subject old = {0}, new = {0};
  struct diff d = {.options = options, .m = bdd};
  int code = bdd ? WARRANT_OK : WARRANT_BAD_INPUT;
  if (!bdd)
    cmd_complain("out of memory");
  if (!code)
    code = subject_load(&old, &files[0], 1, options, bdd, limit);
  if (!code)
    code = subject_load(&new, &files[1], 1, options, bdd, limit);
  if (!code) {
    w_bdd_allow(bdd, limit / 2);
    bdd_t f = differences(&d, &old.all, &new.all);
    bool undecided =
        f == BDD_NONE || old.all.undecided != BDD_FALSE || new.all.undecided != BDD_FALSE;
    struct pieces p = {0};
    if (f != BDD_NONE)
      p = split_word(bdd, f, INPUT_ARCH);
    for (size_t i = 0; i < p.count; i++) {
      const struct piece *q = &p.pieces[i];
      if (q->f == BDD_FALSE)
        continue;
      bool named = false;
      for (unsigned k = 0; k < ARCHES; k++)
        if (arches[k].token >= q->low && arches[k].token <= q->high) {
          named = true;
          diff_numbers(&d, arches[k].name, arches[k].token, k, q->f, k == X32 ? X32_BIT : 0,
                       k == X86_64 ? X32_BIT - 1 : UINT32_MAX);
        }
      if (!named || q->low != q->high) {
        char name[64];
        snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, q->low, q->high);
        diff_numbers(&d, name, q->low, ARCHES, q->f, 0, UINT32_MAX);
      }
    }
    undecided |= p.failed;
    free(p.pieces);
    if (undecided)
      cmd_complain("undecided for some inputs: their arithmetic is too large for --limit");
    else if (!options->json && !options->quiet && f == BDD_FALSE)
      puts("equivalent: every input ends the same");
    unsigned counted = fail_on == FAIL_ALLOWED  ? d.allowed
                       : fail_on == FAIL_DENIED ? d.denied
                                                : d.allowed + d.denied + d.changed;
    code = counted || undecided ? WARRANT_REFUSED : WARRANT_OK;
  }
  free(d.changes);
  subject_free(&old);
  subject_free(&new);
  w_bdd_free(bdd);
  return code;
}

/* ---- check ---- */

static int check_policy(const struct audit_options *options, struct subject *s, const char *text) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_libseccomp();
  struct policy *policy = NULL;
  w_bdd_allow(s->bdd, options->limit / 2);
  if (w_policy_read(options->policy, text, s->bdd, &names, &policy, &error))
    return cmd_error(&error);
  int code = WARRANT_OK;
  for (unsigned i = 0; i < w_policy_count(policy); i++) {
    struct assertion_result r;
    if (w_policy_decide(policy, i, &s->all, &r, &error))
      r.holds = -1;
    if (r.holds != 1)
      code = WARRANT_REFUSED;
    if (options->common.json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "assertion", r.text);
      if (r.holds < 0)
        cJSON_AddNullToObject(o, "holds");
      else
        cJSON_AddBoolToObject(o, "holds", r.holds);
      if (r.has_witness)
        cJSON_AddItemToObject(o, "witness", json_input(&r.witness));
      else
        cJSON_AddNullToObject(o, "witness");
      cmd_print_json(o);
      continue;
    }
    if (r.holds == 1 && options->common.quiet)
      continue;
    printf("%s%-9s%s ", cmd_colour(stdout, r.holds == 1 ? CMD_GOOD : CMD_BAD),
           r.holds == 1   ? "holds"
           : r.holds == 0 ? "fails"
                          : "undecided",
           cmd_colour(stdout, CMD_PLAIN));
    cmd_print_safe(stdout, r.text);
    putchar('\n');
    if (r.has_witness) {
      uint32_t value = r.value;
      char action[64];
      subject_run(s, &r.witness, &value);
      w_action_text(value, action, sizeof action);
      fputs("          ", stdout);
      print_input(stdout, &r.witness);
      printf(" -> %s\n", action);
    } else if (r.holds == 0) {
      printf("          no input of %s on %s\n", r.call ? r.call : "any call", r.arch);
    }
  }
  w_policy_free(policy);
  return code;
}

/* What the options say. */
struct arguments {
  struct audit_options audit;
  enum fail_on fail_on;
  long pid;      /* 0: none */
  unsigned most; /* filters of a command */
  struct seccomp_data call;
  const char *call_name;
  struct import_options import;
};

/* ---- dump ---- */

int seccomp_write(const char *path, const struct warrant_program *p) {
  FILE *f = fopen(path, "wb");
  bool good = f;
  for (uint32_t k = 0; k < p->insn_count && good; k++) {
    const struct warrant_cinsn *c = &p->cinsns[k];
    const uint8_t bytes[8] = {(uint8_t)c->code,
                              (uint8_t)(c->code >> 8),
                              c->jt,
                              c->jf,
                              (uint8_t)c->k,
                              (uint8_t)(c->k >> 8),
                              (uint8_t)(c->k >> 16),
                              (uint8_t)(c->k >> 24)};
    good = fwrite(bytes, sizeof bytes, 1, f) == 1;
  }
  int why = errno;
  if (f && fclose(f))
    good = false;
  if (good)
    return WARRANT_OK;
  cmd_complain("%s: could not be written: %s", path, strerror(why));
  return WARRANT_BAD_INPUT;
}

/* The filters of a process, or with `argv` those that a command installs. */
static int dump(const struct arguments *a, char **argv) {
  const struct cmd_options *options = &a->audit.common;
  struct warrant_object *objects = NULL;
  unsigned count = 0;
  int code = argv ? filters_of_command(argv, a->most, &objects, &count)
                  : filters_of_process(a->pid, &objects, &count);
  for (unsigned i = 0; i < count && !code && a->import.output; i++) {
    const struct warrant_program *p = &objects[i].programs[0];
    char path[4096];
    snprintf(path, sizeof path, "%s.%u", a->import.output, i);
    code = seccomp_write(path, p);
    if (!code && !options->quiet && !options->json)
      printf("%s: %" PRIu32 " instructions\n", path, p->insn_count);
  }
  if (!code && !a->import.output)
    code = seccomp_list(objects, count, a->import.arch, options->json);
  for (unsigned i = 0; i < count; i++)
    warrant_object_free(&objects[i]);
  free(objects);
  return code;
}

/* ---- The command ---- */

enum {
  OPT_POLICY = CMD_OWN,
  OPT_FINDINGS,
  OPT_ARCH,
  OPT_FAIL_ON,
  OPT_LIMIT,
  OPT_PID,
  OPT_OUTPUT,
  OPT_SET,
  OPT_CAP,
  OPT_DROP_CAP,
  OPT_KERNEL,
  OPT_SYSCALL,
  OPT_ARG,
  OPT_IP,
  OPT_COUNT,
};

/* Returns -1 to go on, or an exit code. */
static int read_option(struct arguments *a, int option) {
  uint32_t value;
  switch (option) {
  case OPT_POLICY:
    a->audit.policy = optarg;
    return -1;
  case OPT_FINDINGS:
    a->audit.findings_only = true;
    return -1;
  case OPT_ARCH:
    a->audit.arch = optarg;
    return -1;
  case OPT_OUTPUT:
    a->import.output = optarg;
    return -1;
  case OPT_SET:
    a->import.set = optarg;
    return -1;
  case OPT_CAP:
  case OPT_DROP_CAP:
    if (a->import.cap_count == CAP_CHANGES_MAX) {
      cmd_complain("--cap: more than %d", CAP_CHANGES_MAX);
      return WARRANT_BAD_INPUT;
    }
    a->import.caps[a->import.cap_count].name = optarg;
    a->import.caps[a->import.cap_count++].granted = option == OPT_CAP;
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
  case OPT_KERNEL:
    if (sscanf(optarg, "%u.%u", &a->import.kernel[0], &a->import.kernel[1]) != 2) {
      cmd_complain("--kernel %s: not a version such as 5.10", optarg);
      return WARRANT_BAD_INPUT;
    }
    return -1;
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
    return cmd_number("--limit", 1000, 100000000, &a->audit.limit) ? -1 : WARRANT_BAD_INPUT;
  case OPT_PID:
    if (!cmd_number("--pid", 1, INT32_MAX, &value))
      return WARRANT_BAD_INPUT;
    a->pid = (long)value;
    return -1;
  default:
    return cmd_option(&a->audit.common, option, "seccomp", help);
  }
}

static int run_audit(struct arguments *a, char **files, unsigned count) {
  struct subject s = {0};
  char process[32];
  const char *name = count ? files[0] : process;
  int code;
  if (a->pid) {
    snprintf(process, sizeof process, "process %ld", a->pid);
    name = process;
    code = filters_of_process(a->pid, &s.objects, &s.count);
    if (!code)
      code = subject_audit(&s, name, NULL, a->audit.limit);
  } else {
    code = subject_load(&s, files, count, &a->audit.common, NULL, a->audit.limit);
  }
  if (!code)
    code = audit_report(&a->audit, name, &s);
  subject_free(&s);
  return code;
}

static int run_check(struct arguments *a, char **files, unsigned count) {
  struct subject s = {0};
  char *text = NULL; /* owned here */
  int code = read_text(a->audit.policy, &text);
  if (!code)
    code = subject_load(&s, files, count, &a->audit.common, NULL, a->audit.limit);
  if (!code)
    code = check_policy(&a->audit, &s, text);
  free(text);
  subject_free(&s);
  return code;
}

static int run_import(struct arguments *a, const char *path) {
  if (arches[a->import.arch].big_endian) {
    cmd_complain("--arch %s is not supported: the halves of its arguments lie the other way round",
                 a->audit.arch);
    return WARRANT_UNSUPPORTED;
  }
  return seccomp_import(path, &a->audit, &a->import);
}

static int run_list(struct arguments *a, char **files, unsigned count) {
  struct subject s;
  int code = load_filters(&s, &a->audit.common, files, count);
  if (!code)
    code = seccomp_list(s.objects, s.count, a->import.arch, a->audit.common.json);
  subject_free(&s);
  return code;
}
static int run_emulate(struct arguments *a, char **files, unsigned count) {
  struct subject s;
  struct seccomp_names names = names_of_libseccomp();
  uint32_t nr;
  char *end;
  long number = strtol(a->call_name, &end, 0);
  if (*a->call_name && !*end) {
    a->call.nr = (int)number;
  } else if (names.number(names.data, a->import.arch, a->call_name, &nr)) {
    a->call.nr = (int)nr;
  } else {
    cmd_complain("--syscall %s: no such call on %s", a->call_name, arches[a->import.arch].name);
    return WARRANT_BAD_INPUT;
  }
  a->call.arch = arches[a->import.arch].token;
  int code = load_filters(&s, &a->audit.common, files, count);
  for (unsigned i = 0; i < s.count && !code; i++) {
    struct warrant_classic_verdict v;
    if (warrant_classic_check(&s.objects[i].programs[0], &v) || !v.accept) {
      cmd_complain("%s: %s", files[i], v.message);
      code = WARRANT_REFUSED;
    }
  }
  if (!code)
    code = seccomp_emulate(&s, &a->audit.common, &a->call);
  subject_free(&s);
  return code;
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
      {"cap", required_argument, NULL, OPT_CAP},
      {"drop-cap", required_argument, NULL, OPT_DROP_CAP},
      {"kernel", required_argument, NULL, OPT_KERNEL},
      {"syscall", required_argument, NULL, OPT_SYSCALL},
      {"arg", required_argument, NULL, OPT_ARG},
      {"ip", required_argument, NULL, OPT_IP},
      {"count", required_argument, NULL, OPT_COUNT},
      {NULL, 0, NULL, 0},
  };
  struct arguments a = {
      .audit = {.common = {.jobs = 1, .load = {.format = "seccomp"}}, .limit = AUDIT_LIMIT},
      .most = UINT_MAX,
      .import = {.kernel = {UINT_MAX, 0}}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    int code = read_option(&a, option);
    if (code >= 0)
      return code;
  }
  const char *what = optind < argc ? argv[optind] : "";
  char **files = argv + optind + 1;
  unsigned count = optind < argc ? (unsigned)(argc - optind - 1) : 0;
  if (strcmp(what, "diff") == 0 && count == 2)
    return cmd_diff(files, &a.audit.common, a.audit.limit, a.fail_on);
  if (strcmp(what, "check") == 0 && count > 0 && a.audit.policy)
    return run_check(&a, files, count);
  const char *arch = a.audit.arch;
  a.import.arch = arch ? arch_by_name(arch) : X86_64;
  bool table =
      strcmp(what, "audit") == 0 || strcmp(what, "explain") == 0; /* these know others, too */
  if (a.import.arch == ARCHES && !table) {
    cmd_complain("--arch %s: no such architecture", arch);
    return WARRANT_BAD_INPUT;
  }
  if (strcmp(what, "audit") == 0 && (count > 0) != (a.pid > 0))
    return run_audit(&a, files, count);
  if (strcmp(what, "explain") == 0 && (count > 0) != (a.pid > 0)) {
    a.audit.explain = true;
    return run_audit(&a, files, count);
  }
  if (strcmp(what, "dump") == 0 && (count > 0) != (a.pid > 0))
    return dump(&a, count ? files : NULL);
  if (strcmp(what, "disasm") == 0 && count > 0)
    return run_list(&a, files, count);
  if (strcmp(what, "asm") == 0 && count == 1)
    return seccomp_assemble(files[0], a.import.arch, a.import.output, a.audit.common.json);
  if (strcmp(what, "emu") == 0 && count > 0 && a.call_name)
    return run_emulate(&a, files, count);
  if (strcmp(what, "resolve") == 0 && count > 0)
    return seccomp_resolve(files, count, arch ? a.import.arch : ARCHES, a.audit.common.json);
  if (strcmp(what, "host") == 0 && count == 0)
    return seccomp_host(a.audit.common.json);
  if (strcmp(what, "import") == 0 && count == 1)
    return run_import(&a, files[0]);
  cmd_complain(
      "seccomp: say audit FILE, diff OLD NEW, check FILE --policy POLICY, import PROFILE, explain "
      "FILE, emu FILE --syscall CALL, disasm FILE, asm FILE, dump --pid PID, dump -- COMMAND, "
      "resolve NAME or host; `warrant seccomp --help` says more");
  return WARRANT_BAD_INPUT;
}
