/* warrant seccomp import: a container profile (the JSON of OCI, Docker and podman) or a set of
 * systemd's as the filter that libseccomp compiles for it, and then the compiler checked: what the
 * profile says against what the filter does, for every input. */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/cmd_seccomp.h"
#include "audit/condition.h"

/* One rule of the profile; all its comparisons must hold. */
struct rule {
  char call[64];
  uint32_t action; /* as the filter returns it */
  struct scmp_arg_cmp args[6];
  unsigned arg_count;
};
struct profile {
  const char *path;
  const struct import_options *import;
  uint32_t otherwise; /* what calls without a rule come to */
  struct rule *rules; /* owned */
  unsigned count, room;
  unsigned skipped; /* rules for capabilities or architectures that are not there */
  bool arches[ARCHES];
};

static int bad(const struct profile *p, const char *what, const char *about) {
  cmd_complain("%s: %s%s%s", p->path, what, about ? ": " : "", about ? about : "");
  return WARRANT_BAD_INPUT;
}
static int add_rule(struct profile *p, const struct rule *rule) {
  if (p->count == p->room) {
    unsigned room = p->room ? 2 * p->room : 256;
    struct rule *more = realloc(p->rules, room * sizeof *more);
    if (!more)
      return bad(p, "out of memory", NULL);
    p->rules = more;
    p->room = room;
  }
  p->rules[p->count++] = *rule;
  return WARRANT_OK;
}

/* ---- JSON ---- */

static int read_action(const struct profile *p, const cJSON *from, const char *name,
                       const cJSON *error, uint32_t *action) {
  static const struct {
    const char *name;
    uint32_t action;
  } names[] = {
      {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
      {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
      {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
      {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
      {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
      {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF},
      {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE},
      {"SCMP_ACT_LOG", SECCOMP_RET_LOG},
      {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
  };
  const cJSON *text = cJSON_GetObjectItemCaseSensitive(from, name);
  if (!cJSON_IsString(text))
    return bad(p, "an action is missing", name);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i].name, text->valuestring) == 0) {
      *action = names[i].action;
      if (*action == SECCOMP_RET_ERRNO || *action == SECCOMP_RET_TRACE) {
        double data = cJSON_IsNumber(error) ? error->valuedouble : 1; /* EPERM, as runc has it */
        if (data < 0 || data > SECCOMP_RET_DATA)
          return bad(p, "an error number is out of range", NULL);
        *action |= (uint32_t)data;
      }
      return WARRANT_OK;
    }
  return bad(p, "no such action", text->valuestring);
}

static int read_value(const struct profile *p, const cJSON *arg, const char *name, uint64_t *v) {
  const cJSON *n = cJSON_GetObjectItemCaseSensitive(arg, name);
  *v = 0;
  if (!n || cJSON_IsNull(n))
    return WARRANT_OK;
  if (!cJSON_IsNumber(n) || n->valuedouble < 0)
    return bad(p, "an argument's value is not a number", name);
  if (n->valuedouble > 9007199254740992.0) { /* JSON numbers are doubles here */
    cmd_complain("%s: values above 2^53 are not supported", p->path);
    return WARRANT_UNSUPPORTED;
  }
  *v = (uint64_t)n->valuedouble;
  return WARRANT_OK;
}
static int read_arg(const struct profile *p, const cJSON *arg, struct scmp_arg_cmp *cmp) {
  static const struct {
    const char *name;
    enum scmp_compare op;
  } ops[] = {{"SCMP_CMP_NE", SCMP_CMP_NE},
             {"SCMP_CMP_LT", SCMP_CMP_LT},
             {"SCMP_CMP_LE", SCMP_CMP_LE},
             {"SCMP_CMP_EQ", SCMP_CMP_EQ},
             {"SCMP_CMP_GE", SCMP_CMP_GE},
             {"SCMP_CMP_GT", SCMP_CMP_GT},
             {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  const cJSON *index = cJSON_GetObjectItemCaseSensitive(arg, "index");
  const cJSON *op = cJSON_GetObjectItemCaseSensitive(arg, "op");
  uint64_t a, b;
  int code = read_value(p, arg, "value", &a);
  if (!code)
    code = read_value(p, arg, "valueTwo", &b);
  if (code)
    return code;
  if (!cJSON_IsNumber(index) || index->valuedouble < 0 || index->valuedouble > 5 ||
      !cJSON_IsString(op))
    return bad(p, "an argument needs an index from 0 to 5 and an op", NULL);
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ops[i].name, op->valuestring) == 0) {
      *cmp = (struct scmp_arg_cmp){(unsigned)index->valuedouble, ops[i].op, a, b};
      return WARRANT_OK;
    }
  return bad(p, "no such op", op->valuestring);
}

static bool contains(const cJSON *list, const char *text) {
  const cJSON *item;
  cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) &&
                                     strcmp(item->valuestring, text) == 0) return true;
  return false;
}
static const char *without_prefix(const char *cap) {
  return strncasecmp(cap, "CAP_", 4) == 0 ? cap + 4 : cap;
}
/* What a container has by default, as Docker and podman give it, and what options change. */
static bool has_capability(const struct import_options *import, const char *cap) {
  static const char *const usual[] = {
      "AUDIT_WRITE", "CHOWN",   "DAC_OVERRIDE",     "FOWNER", "FSETID",  "KILL",   "MKNOD",
      "NET_RAW",     "SETFCAP", "NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
  bool granted = false;
  cap = without_prefix(cap);
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    granted |= strcasecmp(usual[i], cap) == 0;
  for (unsigned i = 0; i < import->cap_count; i++) {
    const char *changed = without_prefix(import->caps[i].name);
    if (strcasecmp(changed, "ALL") == 0 || strcasecmp(changed, cap) == 0)
      granted = import->caps[i].granted;
  }
  return granted;
}
/* "4.8" */
static int read_version(const char *text, unsigned version[2]) {
  char end;
  return sscanf(text, "%u.%u%c", &version[0], &version[1], &end) == 2 ? 0 : -1;
}
/* Whether a filter of a rule (`includes` or `excludes`) speaks of this container: for `includes`
 * all that it names must be so, for `excludes` anything. */
static int speaks(const struct profile *p, const cJSON *rule, const char *name, bool *yes) {
  bool all = strcmp(name, "includes") == 0;
  const cJSON *filter = cJSON_GetObjectItemCaseSensitive(rule, name), *cap;
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(filter, "arches");
  const cJSON *kernel = cJSON_GetObjectItemCaseSensitive(filter, "minKernel");
  *yes = all;
  cJSON_ArrayForEach(cap, cJSON_GetObjectItemCaseSensitive(filter, "caps")) {
    bool granted = cJSON_IsString(cap) && has_capability(p->import, cap->valuestring);
    *yes = all ? *yes && granted : *yes || granted;
  }
  if (cJSON_GetArraySize(list) > 0) {
    bool here = contains(list, arches[p->import->arch].go);
    *yes = all ? *yes && here : *yes || here;
  }
  if (kernel && !cJSON_IsNull(kernel)) {
    unsigned least[2];
    const unsigned *has = p->import->kernel;
    if (!cJSON_IsString(kernel) || read_version(kernel->valuestring, least))
      return bad(p, "minKernel is not of the form \"4.8\"", NULL);
    bool met = has[0] > least[0] || (has[0] == least[0] && has[1] >= least[1]);
    *yes = all ? *yes && met : *yes || met;
  }
  return WARRANT_OK;
}

static int read_entry(struct profile *p, const cJSON *entry) {
  struct rule rule = {0};
  const cJSON *names = cJSON_GetObjectItemCaseSensitive(entry, "names");
  const cJSON *one = cJSON_GetObjectItemCaseSensitive(entry, "name");
  const cJSON *args = cJSON_GetObjectItemCaseSensitive(entry, "args"), *arg, *name;
  int code = read_action(p, entry, "action", cJSON_GetObjectItemCaseSensitive(entry, "errnoRet"),
                         &rule.action);
  if (code)
    return code;
  struct scmp_arg_cmp compared[16];
  unsigned count = 0;
  bool again = false; /* one argument compared twice: runc then takes each comparison as a rule */
  cJSON_ArrayForEach(arg, args) {
    if (count == 16)
      return bad(p, "too many comparisons in one rule", NULL);
    if ((code = read_arg(p, arg, &compared[count])))
      return code;
    for (unsigned i = 0; i < count; i++)
      again |= compared[i].arg == compared[count].arg;
    count++;
  }
  if (one && cJSON_IsString(one))
    names = NULL;
  for (name = names ? names->child : one; name; name = names ? name->next : NULL) {
    if (!cJSON_IsString(name))
      return bad(p, "the name of a system call is not a string", NULL);
    snprintf(rule.call, sizeof rule.call, "%s", name->valuestring);
    for (unsigned i = 0; i < (again ? count : 1) && !code; i++) {
      rule.arg_count = again ? 1 : count;
      memcpy(rule.args, compared + (again ? i : 0), rule.arg_count * sizeof *rule.args);
      code = add_rule(p, &rule);
    }
    if (code)
      return code;
  }
  return WARRANT_OK;
}

static int read_json(struct profile *p, const char *text) {
  cJSON *json = cJSON_Parse(text);
  if (!json)
    return bad(p, "not JSON", NULL);
  int code = read_action(p, json, "defaultAction",
                         cJSON_GetObjectItemCaseSensitive(json, "defaultErrnoRet"), &p->otherwise);
  const cJSON *entry;
  cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(json, "syscalls")) {
    bool included, excluded;
    if (!code)
      code = speaks(p, entry, "includes", &included);
    if (!code)
      code = speaks(p, entry, "excludes", &excluded);
    if (code)
      break;
    if (included && !excluded)
      code = read_entry(p, entry);
    else
      p->skipped++;
  }
  const cJSON *map = cJSON_GetObjectItemCaseSensitive(json, "archMap"), *item;
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "architectures");
  char name[40];
  snprintf(name, sizeof name, "SCMP_ARCH_%s", arches[p->import->arch].oci);
  cJSON_ArrayForEach(item, map) {
    const cJSON *main_arch = cJSON_GetObjectItemCaseSensitive(item, "architecture");
    if (cJSON_IsString(main_arch) && strcmp(main_arch->valuestring, name) == 0)
      list = cJSON_GetObjectItemCaseSensitive(item, "subArchitectures");
  }
  for (unsigned i = 0; i < ARCHES; i++) {
    snprintf(name, sizeof name, "SCMP_ARCH_%s", arches[i].oci);
    if (!contains(list, name))
      continue;
    if (arches[i].big_endian) {
      cmd_complain("%s: %s is not supported: the halves of its arguments lie the other way round",
                   p->path, name);
      code = code ? code : WARRANT_UNSUPPORTED;
    }
    p->arches[i] = true;
  }
  cJSON_Delete(json);
  return code;
}

/* ---- What `systemd-analyze syscall-filter` prints ---- */

/* A set begins with its name at the left; below it, indented, stand calls and other sets. A list of
 * calls alone is a set without a name. */
struct line {
  const char *text; /* borrowed, trimmed */
  bool head;        /* the name of the set that follows */
};
struct lines {
  struct line *line; /* owned */
  size_t count;
};

static int read_set(struct profile *p, const struct lines *l, const char *set, unsigned depth) {
  size_t i = 0;
  if (set) {
    while (i < l->count && !(l->line[i].head && strcmp(l->line[i].text, set) == 0))
      i++;
    if (i++ == l->count)
      return bad(p,
                 "this set is not in the file; the output of `systemd-analyze syscall-filter` "
                 "without arguments has all of them",
                 set);
  }
  if (depth > 20)
    return bad(p, "a set contains itself", set);
  for (; i < l->count && !l->line[i].head; i++) {
    int code;
    const char *text = l->line[i].text;
    if (*text == '@') {
      code = read_set(p, l, text, depth + 1);
    } else {
      struct rule rule = {.action = SECCOMP_RET_ALLOW};
      snprintf(rule.call, sizeof rule.call, "%s", text);
      bool known = false;
      for (unsigned k = 0; k < p->count; k++)
        known |= strcmp(p->rules[k].call, rule.call) == 0;
      code = known ? WARRANT_OK : add_rule(p, &rule);
    }
    if (code)
      return code;
  }
  return WARRANT_OK;
}

static int read_list(struct profile *p, char *text, const char *set) {
  p->otherwise = SECCOMP_RET_ERRNO | EPERM; /* as SystemCallFilter= with SystemCallErrorNumber= */
  struct lines l = {0};
  size_t lines = 1;
  for (const char *c = text; *c; c++)
    lines += *c == '\n';
  l.line = calloc(lines, sizeof *l.line);
  if (!l.line)
    return bad(p, "out of memory", NULL);
  char *save = NULL;
  int code = WARRANT_OK;
  for (char *line = strtok_r(text, "\n", &save); line && !code;
       line = strtok_r(NULL, "\n", &save)) {
    bool indented = *line == ' ' || *line == '\t';
    line += strspn(line, " \t");
    size_t n = strcspn(line, " \t\r#");
    if (n == 0)
      continue;
    line[n] = '\0';
    if (strspn(line, "@_-abcdefghijklmnopqrstuvwxyz0123456789") != n)
      code = bad(p, "neither a JSON profile nor a list of system calls", NULL);
    l.line[l.count++] = (struct line){line, *line == '@' && !indented};
  }
  if (!code && !set && l.count && l.line[0].head)
    set = l.line[0].text;
  if (!code)
    code = read_set(p, &l, set, 0);
  free(l.line);
  unsigned known = 0;
  for (unsigned i = 0; i < p->count; i++)
    known += seccomp_syscall_resolve_name(p->rules[i].call) != __NR_SCMP_ERROR;
  return code || known ? code : bad(p, "no system call that libseccomp knows is in it", NULL);
}

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
    if (error == -EEXIST)
      error = 0;
  }
  if (!error)
    return WARRANT_OK;
  cmd_complain("%s: libseccomp does not compile the profile: %s", p->path, strerror(-error));
  return WARRANT_BAD_INPUT;
}

static int export_to(const struct profile *p, scmp_filter_ctx ctx, const char *output,
                     struct warrant_object *object) {
  FILE *f = output ? fopen(output, "w+b") : tmpfile();
  int error = f ? seccomp_export_bpf(ctx, fileno(f)) : -errno;
  long size = -1;
  uint8_t *bytes = NULL; /* owned here */
  if (!error && fseek(f, 0, SEEK_END) == 0)
    size = ftell(f);
  if (size > 0 && (bytes = malloc((size_t)size)))
    rewind(f);
  bool good = bytes && fread(bytes, 1, (size_t)size, f) == (size_t)size;
  if (f && fclose(f))
    good = false;
  int code = WARRANT_OK;
  struct warrant_error why = {0};
  struct warrant_load_options load = {.format = "seccomp"};
  if (!good) {
    cmd_complain("%s: the filter could not be written: %s", output ? output : p->path,
                 strerror(error ? -error : errno));
    code = WARRANT_BAD_INPUT;
  } else if (warrant_load_bytes(p->path, bytes, (size_t)size, &load, object, &why)) {
    code = cmd_error(&why);
  }
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
  const struct audit_options *options;
  const struct profile *profile;
  const struct subject *s;
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
      f = w_bdd_make(m, 32 * (INPUT_ARG + 2 * arg) + i, f, BDD_FALSE);
  return f;
}

static void compare_call(struct comparison *c, unsigned arch, const struct named_call *call) {
  struct bdd *m = c->s->bdd;
  const struct audit *a = &c->s->all;
  const struct profile *p = c->profile;
  /* For libseccomp x32 is one of those, although the kernel passes 64 bits on. */
  bdd_t domain = arches[arch].wide && arch != X32 ? BDD_TRUE : narrow_domain(m);
  bdd_t matched = BDD_FALSE;
  for (unsigned i = 0; i < p->count; i++)
    if (strcmp(p->rules[i].call, call->name) == 0)
      matched = bdd_or(m, matched, rule_meaning(m, &p->rules[i]));
  for (uint32_t k = 0; k < a->outcome_count; k++) {
    uint32_t value = a->outcomes[k].value;
    bdd_t when = w_audit_fix(m, a->outcomes[k].when, INPUT_ARCH, arches[arch].token);
    when = bdd_and(m, w_audit_fix(m, when, INPUT_NR, call->nr), domain);
    if (when == BDD_FALSE)
      continue;
    /* Where several rules match, any of their actions will do. */
    bdd_t right = value == p->otherwise ? bdd_not(m, matched) : BDD_FALSE;
    for (unsigned i = 0; i < p->count; i++)
      if (p->rules[i].action == value && strcmp(p->rules[i].call, call->name) == 0)
        right = bdd_or(m, right, rule_meaning(m, &p->rules[i]));
    bdd_t wrong = bdd_and(m, when, bdd_not(m, right));
    if (wrong == BDD_NONE) {
      c->undecided = true;
    } else if (wrong != BDD_FALSE) {
      bdd_t by_default = bdd_and(m, wrong, bdd_not(m, matched));
      char expected[64] = "another action";
      if (by_default != BDD_FALSE)
        w_action_text(p->otherwise, expected, sizeof expected);
      else
        for (unsigned i = 0; i < p->count; i++)
          if (strcmp(p->rules[i].call, call->name) == 0 &&
              bdd_and(m, wrong, rule_meaning(m, &p->rules[i])) != BDD_FALSE)
            w_action_text(p->rules[i].action, expected, sizeof expected);
      tell(c, arch, call, by_default != BDD_FALSE ? by_default : wrong, value, expected);
    }
  }
}

static int check_compiler(const struct audit_options *options, const struct profile *p,
                          struct subject *s) {
  struct comparison c = {.options = options, .profile = p, .s = s};
  w_bdd_allow(s->bdd, options->limit);
  c.undecided = s->all.undecided != BDD_FALSE;
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
  if (c.undecided)
    cmd_complain("%s: undecided for some inputs within --limit", p->path);
  if (!options->common.json && !options->common.quiet)
    printf("%s: %u rules (%u do not apply), %" PRIu32 " instructions, %u calls compared: %s\n",
           p->path, p->count, p->skipped, s->objects[0].programs[0].insn_count, calls_compared,
           c.differences ? "the filter differs from the profile"
           : c.undecided ? "undecided"
                         : "the filter does what the profile says, for every input");
  return c.differences || c.undecided ? WARRANT_REFUSED : WARRANT_OK;
}

int seccomp_import(const char *path, const struct audit_options *options,
                   const struct import_options *import) {
  struct profile p = {.path = path, .import = import};
  p.arches[import->arch] = true;
  struct subject s = {0};
  char *text = NULL; /* owned here */
  int code = read_text(path, &text);
  if (!code)
    code = text[strspn(text, " \t\r\n")] == '{' ? read_json(&p, text)
                                                : read_list(&p, text, import->set);
  scmp_filter_ctx ctx = NULL;
  if (!code && !(ctx = seccomp_init(to_libseccomp(p.otherwise))))
    code = bad(&p, "libseccomp takes no such default action", NULL);
  if (!code)
    code = compile(&p, ctx);
  s.objects = calloc(1, sizeof *s.objects);
  if (!code && !s.objects)
    code = bad(&p, "out of memory", NULL);
  if (!code)
    code = export_to(&p, ctx, import->output, &s.objects[0]);
  if (!code) {
    s.count = 1;
    code = subject_audit(&s, path, NULL, options->limit);
  }
  if (!code)
    code = check_compiler(options, &p, &s);
  if (ctx)
    seccomp_release(ctx);
  subject_free(&s);
  free(p.rules);
  free(text);
  return code;
}
