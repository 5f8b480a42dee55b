#include "cmd/seccomp_profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int profile_bad(const struct profile *p, const char *what, const char *about) {
  cmd_complain("%s: %s%s%s", p->path, what, about ? ": " : "", about ? about : "");
  return WARRANT_BAD_INPUT;
}
static int add_rule(struct profile *p, const struct rule *rule) {
  if (p->count == p->room) {
    unsigned room = p->room ? 2 * p->room : 256;
    struct rule *more = realloc(p->rules, room * sizeof *more);
    if (!more)
      return profile_bad(p, "out of memory", NULL);
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
    return profile_bad(p, "an action is missing", name);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i].name, text->valuestring) == 0) {
      *action = names[i].action;
      if (*action == SECCOMP_RET_ERRNO || *action == SECCOMP_RET_TRACE) {
        double data = cJSON_IsNumber(error) ? error->valuedouble : 1; /* EPERM, as runc has it */
        if (data < 0 || data > SECCOMP_RET_DATA)
          return profile_bad(p, "an error number is out of range", NULL);
        *action |= (uint32_t)data;
      }
      return WARRANT_OK;
    }
  return profile_bad(p, "no such action", text->valuestring);
}

static int read_value(const struct profile *p, const cJSON *arg, const char *name, uint64_t *v) {
  const cJSON *n = cJSON_GetObjectItemCaseSensitive(arg, name);
  *v = 0;
  if (!n || cJSON_IsNull(n))
    return WARRANT_OK;
  if (!cJSON_IsNumber(n) || n->valuedouble < 0)
    return profile_bad(p, "an argument's value is not a number", name);
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
    return profile_bad(p, "an argument needs an index from 0 to 5 and an op", NULL);
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ops[i].name, op->valuestring) == 0) {
      *cmp = (struct scmp_arg_cmp){(unsigned)index->valuedouble, ops[i].op, a, b};
      return WARRANT_OK;
    }
  return profile_bad(p, "no such op", op->valuestring);
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
static bool has_capability(const struct seccomp_options *options, const char *cap) {
  static const char *const usual[] = {
      "AUDIT_WRITE", "CHOWN",   "DAC_OVERRIDE",     "FOWNER", "FSETID",  "KILL",   "MKNOD",
      "NET_RAW",     "SETFCAP", "NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
  bool granted = false;
  cap = without_prefix(cap);
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    granted |= strcasecmp(usual[i], cap) == 0;
  for (unsigned i = 0; i < options->cap_count; i++) {
    const char *changed = without_prefix(options->caps[i].name);
    if (strcasecmp(changed, "ALL") == 0 || strcasecmp(changed, cap) == 0)
      granted = options->caps[i].granted;
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
    bool granted = cJSON_IsString(cap) && has_capability(p->options, cap->valuestring);
    *yes = all ? *yes && granted : *yes || granted;
  }
  if (cJSON_GetArraySize(list) > 0) {
    bool here = contains(list, arches[p->options->arch].go);
    *yes = all ? *yes && here : *yes || here;
  }
  if (kernel && !cJSON_IsNull(kernel)) {
    unsigned least[2];
    const unsigned *has = p->options->kernel;
    if (!cJSON_IsString(kernel) || read_version(kernel->valuestring, least))
      return profile_bad(p, "minKernel is not of the form \"4.8\"", NULL);
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
      return profile_bad(p, "too many comparisons in one rule", NULL);
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
      return profile_bad(p, "the name of a system call is not a string", NULL);
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
    return profile_bad(p, "not JSON", NULL);
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
  snprintf(name, sizeof name, "SCMP_ARCH_%s", arches[p->options->arch].oci);
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
      return profile_bad(
          p,
          "this set is not in the file; the output of `systemd-analyze syscall-filter` "
          "without arguments has all of them",
          set);
  }
  if (depth > 20)
    return profile_bad(p, "a set contains itself", set);
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
    return profile_bad(p, "out of memory", NULL);
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
      code = profile_bad(p, "neither a JSON profile nor a list of system calls", NULL);
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
  return code || known ? code
                       : profile_bad(p, "no system call that libseccomp knows is in it", NULL);
}

int profile_read(struct profile *p, char *text) {
  p->arches[p->options->arch] = true;
  return text[strspn(text, " \t\r\n")] == '{' ? read_json(p, text)
                                              : read_list(p, text, p->options->set);
}
