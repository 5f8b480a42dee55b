/* warrant seccomp import: a profile as the filter that libseccomp compiles for it, and then the
 * compiler checked: what the profile says against what the filter does, for every input. */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "audit/policy.h"
#include "cmd/json_lines.h"
#include "cmd/profile_write.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_profile.h"
#include "cmd/seccomp_rules.h"
#include "cmd/seccomp_sarif.h"
#include "cmd/seccomp_stub.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_wrap.h"

/* ---- Compiling ---- */

static uint32_t to_libseccomp(uint32_t action) {
  switch (action & SECCOMP_RET_ACTION_FULL) {
  case SECCOMP_RET_ERRNO:
    return SCMP_ACT_ERRNO(action & SECCOMP_RET_DATA);
  case SECCOMP_RET_TRACE:
    return SCMP_ACT_TRACE(action & SECCOMP_RET_DATA);
  default:
    return action;
  }
}

static int no_filter(const struct profile *p, const struct rule *r, int error) {
  if (p->strict && r) {
    char place[PLACE_MAX];
    profile_place(r, place);
    return profile_says(p, WARRANT_BAD_INPUT, place, "libseccomp refuses the rule for %s: %s",
                        r->call, strerror(-error));
  }
  cmd_complain("%s: libseccomp does not compile the profile: %s", p->path, strerror(-error));
  return WARRANT_BAD_INPUT;
}
static int call_of(const struct rule *r) {
  return *r->call == '#' ? atoi(r->call + 1) : seccomp_syscall_resolve_name(r->call);
}
/* The rules from `first` on, up to `end`. */
static int compile(const struct profile *p, scmp_filter_ctx ctx, unsigned first, unsigned end) {
  int error = 0;
  bool native = false;
  for (unsigned i = 0; i < ARCHES && !error; i++)
    if (p->arches[i]) {
      bool here = arches[i].libseccomp == seccomp_arch_native();
      native |= here;
      error = here ? 0 : seccomp_arch_add(ctx, arches[i].libseccomp);
    }
  if (!native && !error)
    error = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
  if (error)
    return no_filter(p, NULL, error);
  for (unsigned i = first; i < end; i++) {
    const struct rule *r = &p->rules[i];
    uint32_t action = to_libseccomp(r->action);
    int nr = call_of(r);
    if (nr == __NR_SCMP_ERROR || r->action == p->otherwise)
      continue; /* newer than libseccomp; or nothing new */
    if (p->exact)
      error = seccomp_rule_add_exact_array(ctx, action, nr, r->arg_count, r->args);
    if (!p->exact || error)
      error = seccomp_rule_add_array(ctx, action, nr, r->arg_count, r->args);
    if (error && (error != -EEXIST || p->json || p->strict))
      return no_filter(p, r, error);
  }
  return WARRANT_OK;
}
/* As LXC does: a filter for each architecture, exact in its rules and with those alone that it has
 * calls for; then all in one. Takes ctx along where it fails. */
static int compile_merged(const struct profile *p, scmp_filter_ctx *all) {
  seccomp_release(*all);
  *all = NULL;
  for (unsigned i = 0; i < ARCHES; i++) {
    if (!p->arches[i])
      continue;
    uint32_t arch = arches[i].libseccomp;
    scmp_filter_ctx ctx = seccomp_init(to_libseccomp(p->otherwise));
    int code = WARRANT_OK, error = ctx ? 0 : -ENOMEM;
    if (!error && arch != seccomp_arch_native() && !(error = seccomp_arch_add(ctx, arch)))
      error = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
    if (error)
      code = no_filter(p, NULL, error);
    for (unsigned k = 0; k < p->count && !code; k++) {
      const struct rule *r = &p->rules[k];
      int nr = call_of(r);
      if (*r->call != '#' && seccomp_syscall_resolve_name_arch(arch, r->call) < 0)
        continue;
      error =
          seccomp_rule_add_exact_array(ctx, to_libseccomp(r->action), nr, r->arg_count, r->args);
      if (error)
        code = no_filter(p, r, error);
    }
    if (!code && *all && (error = seccomp_merge(*all, ctx)))
      code = no_filter(p, NULL, error);
    if (code && ctx)
      seccomp_release(ctx);
    if (code)
      return code;
    if (!*all)
      *all = ctx;
  }
  return WARRANT_OK;
}

/* What libseccomp compiled, behind the stub; owned by the caller, or NULL with the cause. */
static uint8_t *installed(const struct stub *stub, scmp_filter_ctx ctx, size_t *size, int *why) {
  FILE *f = tmpfile();
  int error = f ? seccomp_export_bpf(ctx, fileno(f)) : -errno;
  long compiled = -1;
  struct sock_filter first[STUB_MAX];
  size_t before = stub_make(stub, first) * sizeof *first;
  uint8_t *bytes = NULL;
  if (!error && fseek(f, 0, SEEK_END) == 0)
    compiled = ftell(f);
  if (compiled > 0 && (bytes = malloc(before + (size_t)compiled))) {
    rewind(f);
    memcpy(bytes, first, before);
    if (fread(bytes + before, 1, (size_t)compiled, f) != (size_t)compiled) {
      free(bytes);
      bytes = NULL;
    }
  }
  *why = error ? -error : errno;
  *size = before + (size_t)compiled;
  if (f)
    fclose(f);
  return bytes;
}
/* A filter by libseccomp, of the rules that deny behind the other one's or of the others; owned by
 * the caller, or NULL after a complaint. */
static uint8_t *by_libseccomp(const struct profile *p, const struct stub *stub, bool behind,
                              size_t *size, int *code) {
  uint8_t *bytes = NULL;
  int why = 0;
  scmp_filter_ctx ctx = seccomp_init(to_libseccomp(behind ? SECCOMP_RET_ALLOW : p->otherwise));
  *code = !ctx        ? profile_bad(p, "libseccomp takes no such default action", NULL)
          : p->merged ? compile_merged(p, &ctx)
                      : compile(p, ctx, behind ? 0 : p->denied, behind ? p->denied : p->count);
  if (!*code && !(bytes = installed(stub, ctx, size, &why)))
    *code = profile_bad(p, "the filter could not be made", strerror(why));
  if (ctx)
    seccomp_release(ctx);
  return bytes;
}
static int make_filter(const struct profile *p, const struct stub *stub, bool behind,
                       const char *output, struct warrant_object *object) {
  size_t size = 0;
  int code = WARRANT_OK;
  uint8_t *bytes = p->ordered ? profile_write(p, &size, &code)
                              : by_libseccomp(p, stub, behind, &size, &code); /* owned here */
  if (!bytes)
    return code;
  struct warrant_error bad = {0};
  struct warrant_load_options load = {.format = "seccomp"};
  if (warrant_load_bytes(p->path, bytes, size, &load, object, &bad))
    code = cmd_error(&bad);
  else if (output && (code = filter_write(output, &object->programs[0])))
    warrant_object_free(object);
  free(bytes);
  return code;
}

/* The filter, and where rules deny by one of their own the other one, which is written beside it.
 */
static int make_filters(const struct profile *p, const struct stub *stub, const char *output,
                        struct subject *s) {
  static const struct stub none;
  char *behind = NULL; /* owned here */
  s->objects = calloc(2, sizeof *s->objects);
  if (!s->objects || (output && asprintf(&behind, "%s.deny", output) < 0))
    return profile_bad(p, "out of memory", NULL);
  int code = make_filter(p, stub, false, output, &s->objects[0]);
  s->count = !code;
  if (!code && p->denied) {
    code = make_filter(p, &none, true, behind, &s->objects[1]);
    s->count += !code;
  }
  free(behind);
  return code;
}

/* ---- Checking the compiler ---- */

static const char *const ops[] = {[SCMP_CMP_NE] = "!=", [SCMP_CMP_LT] = "<",  [SCMP_CMP_LE] = "<=",
                                  [SCMP_CMP_EQ] = "==", [SCMP_CMP_GE] = ">=", [SCMP_CMP_GT] = ">"};
static bdd_t read_condition(struct bdd *m, const char *text) {
  bdd_t f = BDD_NONE;
  return w_condition_read(m, &text, &f, NULL) ? BDD_NONE : f;
}
static bdd_t rule_meaning(struct bdd *m, const struct rule *r) {
  bdd_t all = BDD_TRUE;
  for (unsigned i = 0; i < r->test_count; i++) {
    const struct test *t = &r->tests[i];
    char text[120];
    snprintf(text, sizeof text, "arg%u & 0x%" PRIx64 " %s 0x%" PRIx64, t->arg, t->mask, ops[t->op],
             t->value);
    all = bdd_and(m, all, read_condition(m, text));
  }
  for (unsigned i = 0; i < r->arg_count; i++) {
    const struct scmp_arg_cmp *c = &r->args[i];
    char text[120];
    if (c->op == SCMP_CMP_MASKED_EQ)
      snprintf(text, sizeof text, "arg%u & 0x%" PRIx64 " == 0x%" PRIx64, c->arg,
               (uint64_t)c->datum_a, (uint64_t)(c->datum_b & c->datum_a));
    else
      snprintf(text, sizeof text, "arg%u %s 0x%" PRIx64, c->arg, ops[c->op], (uint64_t)c->datum_a);
    all = bdd_and(m, all, read_condition(m, text));
  }
  return all;
}

struct comparison {
  const struct seccomp_options *options;
  cJSON *log; /* of SARIF, or NULL */
  struct profile *profile;
  const struct stub *stub;
  const struct subject *s;
  unsigned differences;
  bool undecided;
};
static const char *profile_file(const struct profile *p) {
  return strcmp(p->path, "-") ? p->path : NULL;
}
static void difference_sarif(struct comparison *c, const char *arch, const char *call,
                             const char *action, const char *expected, cJSON *properties) {
  char message[300];
  snprintf(message, sizeof message, "%s on %s: the filter gives %s, the profile %s",
           call ? call : "a call without a name", arch ? arch : "another architecture", action,
           expected);
  const char *const same[] = {arch, call, action, expected};
  sarif_add(c->log, &(struct sarif_result){.rule = "compiler",
                                           .severity = "high",
                                           .message = message,
                                           .file = profile_file(c->profile),
                                           .same = same,
                                           .same_count = sizeof same / sizeof *same,
                                           .properties = properties});
}
/* `call` may be NULL, where it has no name. */
static void tell(struct comparison *c, const struct seccomp_data *d, const char *arch,
                 const char *call, uint32_t value, const char *expected) {
  char action[64];
  w_action_text(value, action, sizeof action);
  c->differences++;
  if (c->log || c->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "difference", "compiler");
    cmd_json_text(o, "arch", arch);
    cmd_json_text(o, "syscall", call);
    cmd_json_u64(o, "nr", (uint32_t)d->nr);
    cmd_json_text(o, "profile", expected);
    cmd_json_text(o, "filter", action);
    cJSON_AddItemToObject(o, "witness", json_input(d));
    if (c->log)
      difference_sarif(c, arch, call, action, expected, o);
    else
      cmd_print_json(o);
    return;
  }
  char *text = NULL, *input = input_text(d); /* owned here */
  if (!input || asprintf(&text, "differs: %s: the filter gives %s, the profile %s", input, action,
                         expected) < 0)
    text = NULL;
  put_wrapped(stdout, 0, 4, text ? text : "out of memory");
  putchar('\n');
  free(text);
  free(input);
}

/* Arguments have 32 bits there. */
static bdd_t narrow_domain(struct bdd *m) {
  bdd_t f = BDD_TRUE;
  for (unsigned arg = 6; arg-- > 0;)
    for (unsigned i = 32; i-- > 0;)
      f = w_bdd_choose(m, w_input_var(m, INPUT_ARG + 2 * arg, 31 - i), f, BDD_FALSE);
  return f;
}

/* One finding of a kind for a rule. */
static void find_once(struct comparison *c, const struct rule *r, const char *name,
                      const char *text) {
  char place[PLACE_MAX];
  profile_place(r, place);
  for (unsigned i = 0; i < c->profile->finding_count; i++)
    if (strcmp(c->profile->findings[i].text, text) == 0 &&
        strcmp(c->profile->findings[i].place, place) == 0)
      return;
  profile_finding(c->profile, true, name, place, text);
}
/* A rule that does not decide what it says: another one of the call does. */
static void find_overruled(struct comparison *c, const struct rule *r, bdd_t matched) {
  char text[200], action[64];
  if (matched == BDD_FALSE || matched == BDD_NONE || !c->profile->json || c->profile->ordered)
    return;
  w_action_text(r->action, action, sizeof action);
  snprintf(text, sizeof text, "%s for %s is dropped%s: another rule for the call counts", action,
           r->call, r->arg_count ? " for some arguments" : "");
  find_once(c, r, "overruled", text);
}
/* What an ordered profile's rule never gets to decide. */
static void find_idle(struct comparison *c, const struct rule *r, bdd_t alone, bdd_t left) {
  char text[200], action[64];
  w_action_text(r->action, action, sizeof action);
  snprintf(text, sizeof text, "%s for %s never applies: %s", action, r->call,
           alone == BDD_FALSE ? "its comparisons never hold" : "those before it decide");
  if (left == BDD_FALSE)
    find_once(c, r, alone == BDD_FALSE ? "never-holds" : "overruled", text);
}

/* The rules of one call, and for which arguments each decides; alternatives but where the profile
 * is ordered. */
struct choice {
  const struct rule *rule;
  uint32_t value; /* what Linux makes of its action, as outcomes are */
  bdd_t when;
};
static struct choice *choices_of(struct comparison *c, const char *call, bdd_t domain,
                                 unsigned *count, bdd_t *matched) {
  struct bdd *m = c->s->bdd;
  const struct profile *p = c->profile;
  struct choice *all = calloc(p->count + 1, sizeof *all);
  *matched = BDD_FALSE;
  *count = 0;
  for (unsigned i = 0; i < p->count && all; i++)
    if (strcmp(p->rules[i].call, call) == 0) {
      bdd_t alone = bdd_and(m, rule_meaning(m, &p->rules[i]), domain);
      bool first = p->ordered || p->denied;
      bdd_t left = first ? bdd_and(m, alone, bdd_not(m, *matched)) : alone, others = BDD_FALSE;
      for (unsigned k = 0; k < *count && first; k++)
        if (all[k].rule->action != p->rules[i].action)
          others = bdd_or(m, others, all[k].when);
      if (first)
        find_idle(c, &p->rules[i], alone, bdd_and(m, alone, bdd_not(m, others)));
      all[(*count)++] = (struct choice){&p->rules[i], w_action_effect(p->rules[i].action), left};
      *matched = bdd_or(m, *matched, alone);
    }
  return all;
}
/* An outcome that the profile does not have for these inputs. */
static void tell_wrong(struct comparison *c, unsigned arch, const struct named_call *call,
                       bdd_t wrong, bdd_t matched, uint32_t otherwise, uint32_t value,
                       const struct choice *choices, unsigned count) {
  struct bdd *m = c->s->bdd;
  bdd_t by_default = bdd_and(m, wrong, bdd_not(m, matched));
  char expected[64] = "another action";
  if (by_default != BDD_FALSE)
    w_action_text(otherwise, expected, sizeof expected);
  else
    for (unsigned i = 0; i < count; i++)
      if (bdd_and(m, wrong, choices[i].when) != BDD_FALSE)
        w_action_text(choices[i].rule->action, expected, sizeof expected);
  struct seccomp_data d = w_audit_input(m, by_default != BDD_FALSE ? by_default : wrong);
  d.arch = arches[arch].token;
  d.nr = (int)call->nr;
  tell(c, &d, arches[arch].name, call->name, value, expected);
}

static void compare_call(struct comparison *c, unsigned arch, const struct named_call *call) {
  struct bdd *m = c->s->bdd;
  const struct audit *a = &c->s->all;
  uint32_t otherwise = stub_answers(c->stub, arch, call->nr)
                           ? SECCOMP_RET_ERRNO | ENOSYS
                           : w_action_effect(c->profile->otherwise);
  /* For libseccomp x32 is one of those, although the kernel passes 64 bits on. */
  bdd_t domain = arches[arch].wide && arch != X32 ? BDD_TRUE : narrow_domain(m), matched;
  unsigned count;
  struct choice *choices = choices_of(c, call->name, domain, &count, &matched); /* owned here */
  c->undecided |= !choices;
  for (uint32_t k = 0; k < a->outcome_count && choices; k++) {
    uint32_t value = a->outcomes[k].value;
    bdd_t when = w_audit_fix(m, a->outcomes[k].when, INPUT_ARCH, arches[arch].token);
    when = bdd_and(m, w_audit_fix(m, when, INPUT_NR, call->nr), domain);
    if (when == BDD_FALSE)
      continue;
    /* Where several rules match, any of their actions will do. */
    bdd_t right = value == otherwise ? bdd_not(m, matched) : BDD_FALSE;
    for (unsigned i = 0; i < count; i++)
      if (choices[i].value == value)
        right = bdd_or(m, right, choices[i].when);
      else
        find_overruled(c, choices[i].rule, bdd_and(m, when, choices[i].when));
    bdd_t wrong = bdd_and(m, when, bdd_not(m, right));
    if (wrong == BDD_NONE)
      c->undecided = true;
    else if (wrong != BDD_FALSE)
      tell_wrong(c, arch, call, wrong, matched, otherwise, value, choices, count);
  }
  free(choices);
}

/* Where a finding is. */
struct spot {
  char file[FILE_MAX + 1]; /* an included one; empty: the profile */
  unsigned line;           /* 0: not known */
};
/* Of "line N" or "PATH line N". A path that may have been cut names no file. */
static struct spot line_spot(const char *place) {
  static const char word[] = "line ";
  enum { WORD = sizeof word - 1 };
  struct spot spot = {.line = 0};
  size_t n = strlen(place);
  while (n > 0 && place[n - 1] >= '0' && place[n - 1] <= '9')
    n--;
  if (n < WORD || strncmp(place + n - WORD, word, WORD) != 0)
    return spot;
  size_t path = n > WORD ? n - WORD - 1 : 0;
  if (path >= FILE_MAX)
    return spot;
  memcpy(spot.file, place, path);
  spot.line = (unsigned)strtoul(place + n, NULL, 10);
  return spot;
}
/* Those of all findings; the caller frees them. */
static struct spot *spots_of(const struct profile *p, const char *text) {
  struct spot *spots = calloc(p->finding_count + 1, sizeof *spots);
  const char **pointers = calloc(p->finding_count + 1, sizeof *pointers); /* owned here */
  unsigned *lines = NULL;                                                 /* owned here */
  for (unsigned i = 0; i < p->finding_count && pointers; i++)
    pointers[i] = *p->findings[i].place == '/' ? p->findings[i].place : "";
  if (pointers && !p->by_line)
    lines = json_lines(text, pointers, p->finding_count);
  for (unsigned i = 0; i < p->finding_count && spots; i++) {
    const char *place = p->findings[i].place;
    if (p->by_line || (*place && *place != '/'))
      spots[i] = line_spot(place);
    else if (lines)
      spots[i].line = *place ? lines[i] : 1;
  }
  if (!p->by_line && !lines) {
    free(spots);
    spots = NULL;
  }
  free(lines);
  free(pointers);
  return spots;
}
static cJSON *finding_json(const struct profile *p, const struct finding *f,
                           const struct spot *spot) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "finding", f->name);
  cmd_json_text(o, "level", f->warning ? "warning" : "note");
  cmd_json_text(o, "place", f->place);
  cmd_json_text(o, "text", f->text);
  cmd_json_text(o, "file", *spot->file ? spot->file : p->path);
  if (spot->line)
    cmd_json_u64(o, "line", spot->line);
  return o;
}
/* The fingerprint has no place: entries and lines move. */
static void finding_sarif(const struct comparison *c, const struct finding *f,
                          const struct spot *spot) {
  const char *key = c->profile->by_line ? NULL : strrchr(f->place, '/');
  const char *const same[] = {key && strspn(key + 1, "0123456789") < strlen(key + 1) ? key : "",
                              f->text};
  sarif_add(c->log,
            &(struct sarif_result){.rule = f->name,
                                   .severity = f->warning ? "warning" : "note",
                                   .message = f->text,
                                   .file = *spot->file ? spot->file : profile_file(c->profile),
                                   .line = spot->line,
                                   .inside = f->place,
                                   .same = same,
                                   .same_count = sizeof same / sizeof *same,
                                   .properties = finding_json(c->profile, f, spot)});
}
/* Returns whether one is a warning. */
static bool tell_findings(const struct comparison *c, const char *text) {
  bool warned = false;
  static const struct spot nowhere;
  struct spot *spots = spots_of(c->profile, text); /* owned here */
  if (!spots)
    cmd_complain("out of memory: the lines of findings are left out");
  for (unsigned i = 0; i < c->profile->finding_count; i++) {
    const struct finding *f = &c->profile->findings[i];
    const struct spot *spot = spots ? &spots[i] : &nowhere;
    warned |= f->warning;
    if (c->log) {
      finding_sarif(c, f, spot);
    } else if (c->options->common.json) {
      cmd_print_json(finding_json(c->profile, f, spot));
    } else if (!c->options->common.quiet) {
      char *told = NULL; /* owned here */
      if (asprintf(&told, "%s %s at %s: %s", f->warning ? "warning:" : "note:", f->name, f->place,
                   f->text) < 0)
        told = NULL;
      put_wrapped(stdout, 0, 4, told ? told : "out of memory");
      putchar('\n');
      free(told);
    }
  }
  free(spots);
  return warned;
}

static void print_summary(const struct comparison *c, unsigned calls) {
  const struct profile *p = c->profile;
  char text[260], skipped[48] = "", warned[48] = "";
  unsigned warnings = 0;
  for (unsigned i = 0; i < p->finding_count; i++)
    warnings += p->findings[i].warning;
  if (p->skipped)
    snprintf(skipped, sizeof skipped, " (%u %s not apply)", p->skipped,
             p->skipped == 1 ? "does" : "do");
  if (warnings) /* what it was read as need not be what its writer meant */
    snprintf(warned, sizeof warned, " as it is read; %u warning%s", warnings,
             warnings == 1 ? "" : "s");
  snprintf(text, sizeof text, ": %u rule%s%s, %" PRIu32 " instructions, %u calls compared: %s%s",
           p->count, p->count == 1 ? "" : "s", skipped, c->s->objects[0].programs[0].insn_count,
           calls,
           c->differences ? "the filter differs from the profile"
           : c->undecided ? "undecided"
                          : "for every input the filter does what the profile says",
           c->differences || c->undecided ? "" : warned);
  put_named(stdout, p->path, text);
}
static int check_compiler(const struct seccomp_options *options, struct profile *p,
                          const struct stub *stub, struct subject *s, const char *text) {
  struct comparison c = {.options = options, .profile = p, .stub = stub, .s = s};
  if (options->sarif && !(c.log = sarif_start(OF_IMPORT)))
    return WARRANT_BAD_INPUT;
  w_bdd_allow(s->bdd, options->limit);
  c.undecided = s->all.undecided != BDD_FALSE;
  unsigned calls_compared = 0;
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    if (!p->arches[arch])
      continue;
    struct arch_calls calls = calls_of(arch);
    for (unsigned i = 0; i < calls.count; i++) {
      if (!p->ordered && !libseccomp_names(arch, calls.calls[i].nr))
        continue; /* no rule of the filter can be about it; the profile's is a finding */
      /* On i386 libseccomp folds the calls of sockets and System V IPC into these two. */
      if (!p->ordered && !arches[arch].wide &&
          (strcmp(calls.calls[i].name, "socketcall") == 0 ||
           strcmp(calls.calls[i].name, "ipc") == 0))
        continue;
      compare_call(&c, arch, &calls.calls[i]);
      calls_compared++;
    }
    calls_free(&calls);
  }
  if (c.undecided)
    cmd_complain("%s: undecided for some inputs within --limit", p->path);
  if (c.undecided && c.log)
    sarif_add(c.log, &(struct sarif_result){.rule = "undecided",
                                            .severity = "high",
                                            .message = "undecided for some inputs within --limit",
                                            .file = profile_file(p)});
  if (!c.log && !options->common.json && !options->common.quiet)
    print_summary(&c, calls_compared);
  bool warned = tell_findings(&c, text);
  int code = c.differences || c.undecided || warned ? WARRANT_REFUSED : WARRANT_OK;
  return c.log ? sarif_print(c.log, code) : code;
}

int seccomp_import(const struct seccomp_options *options, char **files, unsigned count) {
  (void)count;
  if (arches[options->arch].big_endian) {
    cmd_complain("--arch %s is not supported: the halves of its arguments lie the other way round",
                 options->arch_name);
    return WARRANT_UNSUPPORTED;
  }
  const char *path = files[0];
  struct profile p = {.path = path, .options = options};
  struct subject s = {0};
  char *text = NULL; /* owned here */
  int code = cmd_read_text(path, &text);
  if (!code)
    code = profile_read(&p, text);
  const struct stub stub = stub_of(&p);
  if (!code)
    code = make_filters(&p, &stub, options->output, &s);
  if (!code) {
    code = subject_audit(&s, path, NULL, options->limit);
  }
  if (!code)
    code = check_compiler(options, &p, &stub, &s, text);
  subject_free(&s);
  profile_free(&p);
  free(text);
  return code;
}
