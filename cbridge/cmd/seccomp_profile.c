#include "cmd/seccomp_profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/calls.h"
#include "audit/policy.h"
#include "cmd/profile_json.h"
#include "cmd/profile_kafel.h"
#include "cmd/profile_lxc.h"
#include "cmd/profile_minijail.h"
#include "cmd/profile_seccompiler.h"
#include "cmd/profile_snapd.h"

/* ---- JSON ---- */

/* The data of an action; EPERM where none is given, as the runtimes have it. They keep 16 bits. */
static int read_error(struct profile *p, const cJSON *error, const char *place, uint32_t *action) {
  bool takes = *action == SECCOMP_RET_ERRNO || *action == SECCOMP_RET_TRACE;
  uint64_t data = EPERM;
  bool given = error && !cJSON_IsNull(error);
  if (given && !profile_number(error, UINT64_MAX, &data))
    return profile_bad(p, "an error number is no whole number", place);
  if (given && !takes && !profile_for_runc(p))
    return profile_bad(p, "crun refuses an error number for this action", place);
  if (given && !takes)
    profile_finding(p, false, "errno-unused", place, "the action takes no error number");
  const char *lost = given && takes ? profile_data_lost(*action, data) : NULL;
  if (lost)
    profile_finding(p, true, "errno-range", place, lost);
  if (takes)
    *action |= (uint32_t)data & SECCOMP_RET_DATA;
  return WARRANT_OK;
}
static int read_action(struct profile *p, const cJSON *from, const char *name, const cJSON *error,
                       const char *place, uint32_t *action) {
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
      return read_error(p, error, place, action);
    }
  return profile_bad(p, "no such action", text->valuestring);
}

static int read_value(struct profile *p, const cJSON *arg, const char *name, const char *at,
                      uint64_t *v) {
  const cJSON *n = cJSON_GetObjectItemCaseSensitive(arg, name);
  *v = 0;
  if (!n || cJSON_IsNull(n))
    return WARRANT_OK;
  if (cJSON_IsNumber(n) && p->options->runtime == RUNTIME_CRUN && *n->valuestring == '-' &&
      n->valuestring[1 + strspn(n->valuestring + 1, "0123456789")] == '\0') {
    errno = 0;
    *v = strtoull(n->valuestring, NULL, 10); /* which wraps, there as here */
    if (!errno) {
      char place[PLACE_MAX];
      snprintf(place, sizeof place, "%s/%s", at, name);
      profile_finding(p, true, "negative-value", place, "crun takes it as a number of 64 bits");
      return WARRANT_OK;
    }
  }
  return profile_number(n, UINT64_MAX, v)
             ? WARRANT_OK
             : profile_bad(p, "an argument's value is not a whole number of 64 bits", name);
}
static int read_arg(struct profile *p, const cJSON *arg, const char *at, struct scmp_arg_cmp *cmp) {
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
  uint64_t a, b, place;
  int code = read_value(p, arg, "value", at, &a);
  if (!code)
    code = read_value(p, arg, "valueTwo", at, &b);
  if (code)
    return code;
  if (!index)
    place = 0; /* as the decoders leave it */
  else if (!profile_number(index, 5, &place))
    return profile_bad(p, "an argument needs an index from 0 to 5", NULL);
  if (!cJSON_IsString(op))
    return profile_bad(p, "an argument needs an op", NULL);
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ops[i].name, op->valuestring) == 0) {
      *cmp = (struct scmp_arg_cmp){(unsigned)place, ops[i].op, a, b};
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
  if (kernel && !cJSON_IsNull(kernel) && p->options->runtime != RUNTIME_PODMAN) {
    unsigned least[2];
    const unsigned *has = p->options->kernel;
    if (!cJSON_IsString(kernel) || read_version(kernel->valuestring, least))
      return profile_bad(p, "minKernel is not of the form \"4.8\"", NULL);
    bool met = has[0] > least[0] || (has[0] == least[0] && has[1] >= least[1]);
    *yes = all ? *yes && met : *yes || met;
  }
  return WARRANT_OK;
}

/* The error number of an action. podman has names for it, and numbers in quotes, which count before
 * the other key. */
static const cJSON *named_error(struct profile *p, const cJSON *from, const char *at,
                                const char *name, const char *plain) {
  const cJSON *error = cJSON_GetObjectItemCaseSensitive(from, plain);
  const cJSON *text = cJSON_GetObjectItemCaseSensitive(from, name);
  if (p->options->runtime == RUNTIME_PODMAN && cJSON_IsString(text) && *text->valuestring &&
      !error) {
    char place[PLACE_MAX];
    snprintf(place, sizeof place, "%s/%s", at, name);
    profile_finding(p, true, "errno-name", place, "a name of an error without its number");
  }
  return error;
}

/* One call of an entry, whose place is `place`. */
static int read_name(struct profile *p, const cJSON *name, struct rule *rule, const char *place) {
  if (!cJSON_IsString(name))
    return profile_bad(p, "the name of a system call is not a string", place);
  if (!*name->valuestring && p->options->runtime != RUNTIME_CRUN)
    return profile_bad(p, "the name of a system call is empty", place);
  snprintf(rule->call, sizeof rule->call, "%s", name->valuestring);
  if (seccomp_syscall_resolve_name(name->valuestring) == __NR_SCMP_ERROR) {
    char text[200];
    /* What was to be let through falls to a stricter default: nothing becomes possible by that. */
    bool lost = p->otherwise == SECCOMP_RET_ALLOW || p->otherwise == SECCOMP_RET_LOG;
    bool newer = false;
    for (unsigned i = 0; i < ARCHES; i++)
      newer |= w_kernel_call_by_name(arches[i].name, name->valuestring) != NULL;
    snprintf(text, sizeof text, "libseccomp knows no call %.60s: %s; the rule is left out",
             name->valuestring, newer ? "it is newer" : "misspelt, or newer than it");
    profile_finding(p, lost, "unknown-call", place, text);
  }
  if (rule->action != SECCOMP_RET_USER_NOTIF)
    return WARRANT_OK;
  if (profile_for_runc(p)) {
    if (strcmp(rule->call, "write") == 0)
      return profile_bad(p, "runc refuses SCMP_ACT_NOTIFY for write", place);
    if (!p->listener)
      return profile_bad(p, "runc refuses SCMP_ACT_NOTIFY without listenerPath", place);
  } else if (!p->listener) {
    profile_finding(p, true, "no-listener", place, "without listenerPath the call fails (ENOSYS)");
  }
  return WARRANT_OK;
}

enum { COMPARISONS_MAX = 64 };
/* The comparisons of an entry; *again: one argument is compared twice, and each is a rule then. */
static int read_args(struct profile *p, const cJSON *entry, const char *place,
                     struct scmp_arg_cmp compared[COMPARISONS_MAX], unsigned *count, bool *again) {
  const cJSON *arg;
  cJSON_ArrayForEach(arg, cJSON_GetObjectItemCaseSensitive(entry, "args")) {
    if (*count == 6 && !profile_for_runc(p)) {
      profile_finding(p, true, "args-left-out", place,
                      "crun reads the first six comparisons alone");
      break;
    }
    if (*count == COMPARISONS_MAX)
      return profile_bad(p, "too many comparisons in one rule", place);
    char at[PLACE_MAX];
    snprintf(at, sizeof at, "%.120s/args/%u", place, *count);
    int code = read_arg(p, arg, at, &compared[*count]);
    if (code)
      return code;
    for (unsigned i = 0; i < *count; i++)
      *again |= compared[i].arg == compared[*count].arg;
    ++*count;
  }
  if (*again)
    profile_finding(
        p, true, "alternatives", place,
        "one argument is compared twice: the runtime takes each comparison as a rule of "
        "its own, so any one of them is enough");
  return WARRANT_OK;
}

static int read_entry(struct profile *p, const cJSON *entry, unsigned number) {
  struct rule rule = {.entry = number};
  char place[PLACE_MAX];
  const cJSON *names = cJSON_GetObjectItemCaseSensitive(entry, "names"), *name;
  const cJSON *one = cJSON_GetObjectItemCaseSensitive(entry, "name");
  struct scmp_arg_cmp compared[COMPARISONS_MAX];
  unsigned count = 0, i = 0;
  bool again = false;
  snprintf(place, sizeof place, "/syscalls/%u", number);
  const cJSON *error = named_error(p, entry, place, "errno", "errnoRet");
  int code = read_action(p, entry, "action", error, place, &rule.action);
  if (!code)
    code = read_args(p, entry, place, compared, &count, &again);
  bool both = cJSON_GetArraySize(names) > 0 && cJSON_IsString(one) && *one->valuestring;
  if (!code && both && profile_for_engine(p))
    return profile_bad(p, "name and names are both given, which Docker and podman refuse", place);
  if (!code && one && (both || p->bundle)) {
    profile_finding(p, true, "name-ignored", place, "the runtime reads names, not name");
    one = NULL;
  }
  if (one && !cJSON_IsNull(one))
    names = NULL;
  for (name = names ? names->child : one; name && !code; name = names ? name->next : NULL, i++) {
    snprintf(place, sizeof place, names ? "/syscalls/%u/names/%u" : "/syscalls/%u/name", number, i);
    code = read_name(p, name, &rule, place);
    for (unsigned k = 0; k < (again ? count : 1) && !code; k++) {
      rule.arg_count = again ? 1 : count;
      memcpy(rule.args, compared + (again ? k : 0), rule.arg_count * sizeof *rule.args);
      code = profile_add(p, &rule);
    }
  }
  return code;
}

/* runc 1.1 knows fewer architectures than libseccomp. */
static bool runc_knows(const char *oci) {
  static const char *const newer[] = {"RISCV64", "LOONGARCH64", "PARISC", "PARISC64",
                                      "M68K",    "SH",          "SHEB"};
  for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
    if (strcmp(newer[i], oci) == 0)
      return false;
  return true;
}
/* What the runtimes know of architectures and flags, or refuse. */
static int read_arches(struct profile *p, const cJSON *json) {
  const cJSON *item, *map = cJSON_GetObjectItemCaseSensitive(json, "archMap");
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "architectures");
  char name[40];
  if (p->bundle)
    map = NULL; /* the runtime does not know it */
  if (cJSON_GetArraySize(map) > 0 && cJSON_GetArraySize(list) > 0)
    return profile_bad(
        p, "archMap and architectures are both given, which Docker and podman refuse", NULL);
  snprintf(name, sizeof name, "SCMP_ARCH_%s", arches[p->options->arch].oci);
  cJSON_ArrayForEach(item, map) {
    const cJSON *main_arch = cJSON_GetObjectItemCaseSensitive(item, "architecture");
    if (cJSON_IsString(main_arch) && strcmp(main_arch->valuestring, name) == 0) {
      list = cJSON_GetObjectItemCaseSensitive(item, "subArchitectures");
      p->listed[p->options->arch] = true;
    }
  }
  cJSON_ArrayForEach(item, list) {
    unsigned i = 0;
    for (; i < ARCHES; i++) {
      snprintf(name, sizeof name, "SCMP_ARCH_%s", arches[i].oci);
      if (cJSON_IsString(item) && strcmp(item->valuestring, name) == 0)
        break;
    }
    if (i < ARCHES && p->options->runtime == RUNTIME_RUNC && !runc_knows(arches[i].oci))
      return profile_bad(p, "runc 1.1 does not know this architecture", name);
    if (i == ARCHES)
      return profile_bad(p, "no such architecture",
                         cJSON_IsString(item) ? item->valuestring : NULL);
    if (arches[i].big_endian) {
      cmd_complain("%s: %s is not supported: the halves of its arguments lie the other way round",
                   p->path, name);
      return WARRANT_UNSUPPORTED;
    }
    p->arches[i] = p->listed[i] = true;
  }
  return WARRANT_OK;
}
static int read_flags(const struct profile *p, const cJSON *json) {
  static const char *const known[] = {"TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"};
  const cJSON *item;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "flags")) {
    bool good = false;
    for (size_t i = 0; i < sizeof known / sizeof *known && cJSON_IsString(item); i++)
      good |= strncmp(item->valuestring, "SECCOMP_FILTER_FLAG_", 20) == 0 &&
              strcmp(item->valuestring + 20, known[i]) == 0;
    if (p->options->runtime == RUNTIME_RUNC)
      return profile_bad(p, "runc 1.1 refuses a profile with flags", "/flags");
    if (!good)
      return profile_bad(p, "no such flag",
                         cJSON_IsString(item) ? item->valuestring : "not a string");
  }
  return WARRANT_OK;
}

static int read_json(struct profile *p, const char *text) {
  cJSON *root = NULL;
  const cJSON *json = profile_json(p, text, &root), *entry;
  if (!json) {
    cJSON_Delete(root);
    return WARRANT_BAD_INPUT;
  }
  p->json = true;
  const cJSON *error = named_error(p, json, "", "defaultErrno", "defaultErrnoRet");
  const cJSON *listener = cJSON_GetObjectItemCaseSensitive(json, "listenerPath");
  p->listener = cJSON_IsString(listener) && *listener->valuestring;
  uint64_t data;
  p->no_stub = error && profile_number(error, UINT64_MAX, &data) && data == SCMP_ACT_ERRNO(ENOSYS);
  int code = read_action(p, json, "defaultAction", error, "/defaultErrnoRet", &p->otherwise);
  if (!code && p->otherwise == SECCOMP_RET_USER_NOTIF && profile_for_runc(p))
    code = profile_bad(p, "runc refuses SCMP_ACT_NOTIFY as default action", NULL);
  if (!code)
    code = read_flags(p, json);
  if (!code)
    code = read_arches(p, json);
  unsigned number = 0;
  cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(json, "syscalls")) {
    bool included = true, excluded = false;
    if (!code && !p->bundle) {
      code = speaks(p, entry, "includes", &included);
      if (!code)
        code = speaks(p, entry, "excludes", &excluded);
    } else if (!code && (cJSON_GetObjectItemCaseSensitive(entry, "includes") ||
                         cJSON_GetObjectItemCaseSensitive(entry, "excludes"))) {
      char place[PLACE_MAX];
      snprintf(place, sizeof place, "/syscalls/%u", number);
      profile_finding(p, true, "unknown-key", place,
                      "runtimes read neither includes nor excludes: the rule applies everywhere");
    }
    if (code)
      break;
    if (included && !excluded)
      code = read_entry(p, entry, number);
    else
      p->skipped++;
    number++;
  }
  cJSON_Delete(root);
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
      code = known ? WARRANT_OK : profile_add(p, &rule);
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

/* ---- Which language ---- */

/* Whether a line of the text, up to a comment, looks like one of minijail's: "read: 1". */
static bool like_minijail(const char *text) {
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    line += strspn(line, " \t");
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (n > 0 && line[n + strspn(line + n, " \t")] == ':')
      return true;
  }
  return false;
}
/* The language of a text that --runtime does not name. */
static enum runtime language(const struct profile *p, const char *text) {
  if (p->options->runtime != RUNTIME_RUNC)
    return p->options->runtime;
  if (text[strspn(text, " \t\r\n")] == '{')
    return strstr(text, "\"defaultAction\"") ? RUNTIME_RUNC : profile_like_seccompiler(text);
  if (profile_like_lxc(text))
    return RUNTIME_LXC;
  if (profile_like_kafel(text))
    return RUNTIME_KAFEL;
  if (profile_like_snapd(text))
    return RUNTIME_SNAPD;
  return like_minijail(text) ? RUNTIME_MINIJAIL : RUNTIME_RUNC;
}

int profile_read(struct profile *p, char *text) {
  p->arches[p->options->arch] = true;
  switch (language(p, text)) {
  case RUNTIME_MINIJAIL:
    return profile_minijail(p, text);
  case RUNTIME_LXC:
    return profile_lxc(p, text);
  case RUNTIME_SNAPD:
    return profile_snapd(p, text);
  case RUNTIME_KAFEL:
    return profile_kafel(p, text);
  case RUNTIME_SECCOMPILER:
    return profile_seccompiler(p, text, false);
  case RUNTIME_FIRECRACKER:
    return profile_seccompiler(p, text, true);
  default:
    return text[strspn(text, " \t\r\n")] == '{' ? read_json(p, text)
                                                : read_list(p, text, p->options->set);
  }
}
