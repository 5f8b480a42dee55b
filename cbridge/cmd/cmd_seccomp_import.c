/* warrant seccomp import: a profile as the filter that libseccomp compiles for it, and then the
 * compiler checked: what the profile says against what the filter does, for every input. */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_profile.h"
#include "cmd/seccomp_stub.h"
#include "cmd/seccomp_subject.h"

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

static int compile(const struct profile *p, scmp_filter_ctx ctx) {
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
  for (unsigned i = 0; i < p->count && !error; i++) {
    const struct rule *r = &p->rules[i];
    int nr = seccomp_syscall_resolve_name(r->call);
    if (nr == __NR_SCMP_ERROR || r->action == p->otherwise)
      continue; /* newer than libseccomp; or nothing new */
    error = seccomp_rule_add_array(ctx, to_libseccomp(r->action), nr, r->arg_count, r->args);
    if (error == -EEXIST && !p->json)
      error = 0;
  }
  if (!error)
    return WARRANT_OK;
  cmd_complain("%s: libseccomp does not compile the profile: %s", p->path, strerror(-error));
  return WARRANT_BAD_INPUT;
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
static int export_to(const struct profile *p, const struct stub *stub, scmp_filter_ctx ctx,
                     const char *output, struct warrant_object *object) {
  size_t size = 0;
  int why = 0;
  uint8_t *bytes = installed(stub, ctx, &size, &why); /* owned here */
  if (!bytes) {
    cmd_complain("%s: the filter could not be made: %s", p->path, strerror(why));
    return WARRANT_BAD_INPUT;
  }
  struct warrant_error bad = {0};
  struct warrant_load_options load = {.format = "seccomp"};
  int code = WARRANT_OK;
  if (warrant_load_bytes(p->path, bytes, size, &load, object, &bad))
    code = cmd_error(&bad);
  else if (output)
    code = filter_write(output, &object->programs[0]);
  free(bytes);
  return code;
}

/* ---- Checking the compiler ---- */

static bdd_t rule_meaning(struct bdd *m, const struct rule *r) {
  static const char *const ops[] = {
      [SCMP_CMP_NE] = "!=", [SCMP_CMP_LT] = "<",  [SCMP_CMP_LE] = "<=",
      [SCMP_CMP_EQ] = "==", [SCMP_CMP_GE] = ">=", [SCMP_CMP_GT] = ">"};
  bdd_t all = BDD_TRUE;
  for (unsigned i = 0; i < r->arg_count; i++) {
    const struct scmp_arg_cmp *c = &r->args[i];
    char text[120];
    const char *at = text;
    bdd_t f = BDD_NONE;
    if (c->op == SCMP_CMP_MASKED_EQ)
      snprintf(text, sizeof text, "arg%u & 0x%" PRIx64 " == 0x%" PRIx64, c->arg,
               (uint64_t)c->datum_a, (uint64_t)(c->datum_b & c->datum_a));
    else
      snprintf(text, sizeof text, "arg%u %s 0x%" PRIx64, c->arg, ops[c->op], (uint64_t)c->datum_a);
    if (w_condition_read(m, &at, &f, NULL))
      return BDD_NONE;
    all = bdd_and(m, all, f);
  }
  return all;
}

struct comparison {
  const struct seccomp_options *options;
  struct profile *profile;
  const struct stub *stub;
  const struct subject *s;
  bdd_t *meanings; /* owned; when each rule matches; BDD_NONE at a limit */
  unsigned differences;
  bool undecided;
};
static void tell(struct comparison *c, unsigned arch, const struct named_call *call, bdd_t when,
                 uint32_t value, const char *expected) {
  struct seccomp_data d = w_audit_input(c->s->bdd, when);
  d.arch = arches[arch].token;
  d.nr = (int)call->nr;
  char action[64];
  w_action_text(value, action, sizeof action);
  c->differences++;
  if (c->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "difference", "compiler");
    cmd_json_text(o, "arch", arches[arch].name);
    cmd_json_text(o, "syscall", call->name);
    cmd_json_u64(o, "nr", call->nr);
    cmd_json_text(o, "profile", expected);
    cmd_json_text(o, "filter", action);
    cJSON_AddItemToObject(o, "witness", json_input(&d));
    cmd_print_json(o);
    return;
  }
  printf("differs: ");
  print_input(stdout, &d);
  printf(": the filter gives %s, the profile %s\n", action, expected);
}

/* Arguments have 32 bits there. */
static bdd_t narrow_domain(struct bdd *m) {
  bdd_t f = BDD_TRUE;
  for (unsigned arg = 6; arg-- > 0;)
    for (unsigned i = 32; i-- > 0;)
      f = w_bdd_choose(m, w_input_var(m, INPUT_ARG + 2 * arg, 31 - i), f, BDD_FALSE);
  return f;
}

/* A rule that does not decide what it says: another one of the call does. */
static void find_overruled(struct comparison *c, const struct rule *r, bdd_t matched) {
  char place[PLACE_MAX], text[200], action[64];
  if (matched == BDD_FALSE || matched == BDD_NONE || !c->profile->json)
    return;
  w_action_text(r->action, action, sizeof action);
  snprintf(place, sizeof place, "/syscalls/%u", r->entry);
  snprintf(text, sizeof text, "%s for %s is dropped%s: another rule for the call counts", action,
           r->call, r->arg_count ? " for some arguments" : "");
  for (unsigned i = 0; i < c->profile->finding_count; i++)
    if (strcmp(c->profile->findings[i].text, text) == 0)
      return;
  profile_finding(c->profile, true, "overruled", place, text);
}

static void compare_call(struct comparison *c, unsigned arch, const struct named_call *call) {
  struct bdd *m = c->s->bdd;
  const struct audit *a = &c->s->all;
  const struct profile *p = c->profile;
  uint32_t otherwise =
      stub_answers(c->stub, arch, call->nr) ? SECCOMP_RET_ERRNO | ENOSYS : p->otherwise;
  /* For libseccomp x32 is one of those, although the kernel passes 64 bits on. */
  bdd_t domain = arches[arch].wide && arch != X32 ? BDD_TRUE : narrow_domain(m);
  bdd_t matched = BDD_FALSE;
  for (unsigned i = 0; i < p->count; i++)
    if (strcmp(p->rules[i].call, call->name) == 0)
      matched = bdd_or(m, matched, c->meanings[i]);
  for (uint32_t k = 0; k < a->outcome_count; k++) {
    uint32_t value = a->outcomes[k].value;
    bdd_t when = w_audit_fix(m, a->outcomes[k].when, INPUT_ARCH, arches[arch].token);
    when = bdd_and(m, w_audit_fix(m, when, INPUT_NR, call->nr), domain);
    if (when == BDD_FALSE)
      continue;
    /* Where several rules match, any of their actions will do. */
    bdd_t right = value == otherwise ? bdd_not(m, matched) : BDD_FALSE;
    for (unsigned i = 0; i < p->count; i++)
      if (p->rules[i].action == value && strcmp(p->rules[i].call, call->name) == 0)
        right = bdd_or(m, right, c->meanings[i]);
    bdd_t wrong = bdd_and(m, when, bdd_not(m, right));
    for (unsigned i = 0; i < p->count; i++)
      if (p->rules[i].action != value && strcmp(p->rules[i].call, call->name) == 0)
        find_overruled(c, &p->rules[i], bdd_and(m, when, c->meanings[i]));
    if (wrong == BDD_NONE) {
      c->undecided = true;
    } else if (wrong != BDD_FALSE) {
      bdd_t by_default = bdd_and(m, wrong, bdd_not(m, matched));
      char expected[64] = "another action";
      if (by_default != BDD_FALSE)
        w_action_text(otherwise, expected, sizeof expected);
      else
        for (unsigned i = 0; i < p->count; i++)
          if (strcmp(p->rules[i].call, call->name) == 0 &&
              bdd_and(m, wrong, c->meanings[i]) != BDD_FALSE)
            w_action_text(p->rules[i].action, expected, sizeof expected);
      tell(c, arch, call, by_default != BDD_FALSE ? by_default : wrong, value, expected);
    }
  }
}

/* Returns whether one is a warning. */
static bool print_findings(const struct seccomp_options *options, const struct profile *p) {
  bool warned = false;
  for (unsigned i = 0; i < p->finding_count; i++) {
    const struct finding *f = &p->findings[i];
    warned |= f->warning;
    if (options->common.json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "finding", f->name);
      cmd_json_text(o, "level", f->warning ? "warning" : "note");
      cmd_json_text(o, "place", f->place);
      cmd_json_text(o, "text", f->text);
      cmd_print_json(o);
    } else if (!options->common.quiet) {
      printf("%s %s at %s: %s\n", f->warning ? "warning:" : "note:", f->name, f->place, f->text);
    }
  }
  return warned;
}

static int check_compiler(const struct seccomp_options *options, struct profile *p,
                          const struct stub *stub, struct subject *s) {
  struct comparison c = {.options = options, .profile = p, .stub = stub, .s = s};
  w_bdd_allow(s->bdd, options->limit);
  c.undecided = s->all.undecided != BDD_FALSE;
  c.meanings = calloc(p->count + 1, sizeof *c.meanings);
  if (!c.meanings)
    return profile_bad(p, "out of memory", NULL);
  for (unsigned i = 0; i < p->count; i++)
    c.meanings[i] = rule_meaning(s->bdd, &p->rules[i]);
  unsigned calls_compared = 0;
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    if (!p->arches[arch])
      continue;
    struct arch_calls calls = calls_of(arch);
    for (unsigned i = 0; i < calls.count; i++) {
      /* On i386 libseccomp folds the calls of sockets and System V IPC into these two. */
      if (!arches[arch].wide && (strcmp(calls.calls[i].name, "socketcall") == 0 ||
                                 strcmp(calls.calls[i].name, "ipc") == 0))
        continue;
      compare_call(&c, arch, &calls.calls[i]);
      calls_compared++;
    }
    calls_free(&calls);
  }
  free(c.meanings);
  if (c.undecided)
    cmd_complain("%s: undecided for some inputs within --limit", p->path);
  if (!options->common.json && !options->common.quiet)
    printf("%s: %u rules (%u do not apply), %" PRIu32 " instructions, %u calls compared: %s\n",
           p->path, p->count, p->skipped, s->objects[0].programs[0].insn_count, calls_compared,
           c.differences ? "the filter differs from the profile"
           : c.undecided ? "undecided"
                         : "the filter does what the profile says, for every input");
  bool warned = print_findings(options, p);
  return c.differences || c.undecided || warned ? WARRANT_REFUSED : WARRANT_OK;
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
  scmp_filter_ctx ctx = NULL;
  if (!code && !(ctx = seccomp_init(to_libseccomp(p.otherwise))))
    code = profile_bad(&p, "libseccomp takes no such default action", NULL);
  if (!code)
    code = compile(&p, ctx);
  s.objects = calloc(1, sizeof *s.objects);
  if (!code && !s.objects)
    code = profile_bad(&p, "out of memory", NULL);
  if (!code)
    code = export_to(&p, &stub, ctx, options->output, &s.objects[0]);
  if (!code) {
    s.count = 1;
    code = subject_audit(&s, path, NULL, options->limit);
  }
  if (!code)
    code = check_compiler(options, &p, &stub, &s);
  if (ctx)
    seccomp_release(ctx);
  subject_free(&s);
  free(p.rules);
  free(p.findings);
  free(text);
  return code;
}
