#include "cmd/profile_lxc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "audit/policy.h"

struct reader {
  struct profile *p;
  unsigned line;
  uint32_t listed; /* the action of rules that name none */
};
static int bad(const struct reader *r, int code, const char *format, const char *about) {
  return profile_bad_line(r->p, "line ", r->line, code, format, about);
}
static void found(const struct reader *r, bool warning, const char *name, const char *text) {
  profile_finding_line(r->p, warning, name, "line ", r->line, text);
}
static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}
bool profile_like_lxc(const char *text) {
  text += strspn(text, " \t\r\n");
  if ((*text != '1' && *text != '2') || !isspace((unsigned char)text[1]))
    return false;
  text += 1 + strspn(text + 1, " \t\r\n");
  return begins(text, "allowlist") || begins(text, "whitelist") || begins(text, "denylist") ||
         begins(text, "blacklist");
}

/* ---- Actions ---- */

/* The action that a text begins with; whatever follows its word is passed over. */
static int read_action(const struct reader *r, const char *text, uint32_t *action) {
  static const struct {
    const char *name;
    uint32_t action;
  } names[] = {{"kill", SECCOMP_RET_KILL_THREAD},
               {"errno", SECCOMP_RET_ERRNO},
               {"allow", SECCOMP_RET_ALLOW},
               {"trap", SECCOMP_RET_TRAP},
               {"notify", SECCOMP_RET_USER_NOTIF}};
  size_t i = 0;
  while (i < sizeof names / sizeof *names && !begins(text, names[i].name))
    i++;
  if (i == sizeof names / sizeof *names)
    return bad(r, WARRANT_BAD_INPUT, "no such action: %.60s", text);
  *action = names[i].action;
  const char *rest = text + strlen(names[i].name);
  if (*action == SECCOMP_RET_ERRNO) {
    char *end;
    errno = 0;
    long n = strtol(rest, &end, 10);
    if (end == rest)
      return bad(r, WARRANT_BAD_INPUT, "`errno` needs a number%s", "");
    if (errno || n < INT32_MIN || n > INT32_MAX)
      return bad(r, WARRANT_UNSUPPORTED, "not supported: the error number %.40s", rest);
    *action |= (uint32_t)n & SECCOMP_RET_DATA;
    const char *lost = profile_data_lost(SECCOMP_RET_ERRNO, (uint64_t)n);
    if (lost)
      found(r, true, "errno-range", lost);
    rest = end;
  }
  if (*rest && !isspace((unsigned char)*rest) && *rest != '#' && *rest != '[')
    found(r, true, "glued", "what stands right behind the action is passed over");
  else if (*(rest += strspn(rest, " \t\r\n")) && *rest != '#' && *rest != '[')
    found(r, true, "rest-of-line", "what stands behind the action is passed over");
  return WARRANT_OK;
}

/* ---- Arguments ---- */

static int number(const struct reader *r, const char *text, uint64_t *value) {
  char *end;
  text += strspn(text, " \t\n\v\f\r");
  errno = 0;
  *value = strtoull(text, &end, 0);
  if (*text == '-' || errno || end == text || *end)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no number of 64 bits", text);
  return WARRANT_OK;
}
/* "[1,0x5401,==" or "[0,0x10,&=,0x10": the closing bracket is taken off. */
static int comparison(const struct reader *r, const char *text, struct rule *rule) {
  static const struct {
    const char *name, *sign;
    enum scmp_compare op;
  } ops[] = {{"SCMP_CMP_NE", "!=", SCMP_CMP_NE},
             {"SCMP_CMP_LT", "<", SCMP_CMP_LT},
             {"SCMP_CMP_LE", "<=", SCMP_CMP_LE},
             {"SCMP_CMP_EQ", "==", SCMP_CMP_EQ},
             {"SCMP_CMP_GE", ">=", SCMP_CMP_GE},
             {"SCMP_CMP_GT", ">", SCMP_CMP_GT},
             {"SCMP_CMP_MASKED_EQ", "&=", SCMP_CMP_MASKED_EQ}};
  int index, end = 0;
  char value[24], op[31], mask[24] = "0";
  uint64_t a, b;
  const char *open = strchr(text, '[');
  if (!open)
    return bad(r, WARRANT_BAD_INPUT, "what stands behind a bracket is no comparison: %.60s", text);
  int count =
      sscanf(open, "[%i,%23[^,],%30[^0-9^,]%n,%23[^,]%n", &index, value, op, &end, mask, &end);
  if (count < 3 || index < 0 || index > 5)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no comparison [INDEX,VALUE,OP,MASK]", open);
  int code = number(r, value, &a);
  if (!code)
    code = number(r, mask, &b);
  if (code)
    return code;
  if (count == 3 && open[end] == ',')
    end++; /* a mask that is empty */
  if (open[end])
    found(r, true, "rest-of-line", "what stands behind the comparison's mask is passed over");
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    if (strcmp(ops[i].name, op) != 0 && strcmp(ops[i].sign, op) != 0)
      continue;
    bool masked = ops[i].op == SCMP_CMP_MASKED_EQ;
    if (masked && b == 0)
      found(r, true, "no-mask", "without a mask no bit is compared, and every value is equal");
    else if (masked && (a & ~b))
      found(r, true, "value-range", "bits of the value outside of the mask are dropped");
    if (!masked && count == 4)
      found(r, true, "mask-unused", "a mask goes with &= alone, and is passed over");
    rule->args[rule->arg_count++] = masked
                                        ? (struct scmp_arg_cmp){(unsigned)index, ops[i].op, b, a}
                                        : (struct scmp_arg_cmp){(unsigned)index, ops[i].op, a, 0};
    return WARRANT_OK;
  }
  return bad(r, WARRANT_BAD_INPUT, "no such comparison: %.40s", op);
}
static int comparisons(const struct reader *r, char *line, struct rule *rule) {
  int code = WARRANT_OK;
  if (!strchr(line, '['))
    return code;
  char *save = NULL;
  for (char *text = strtok_r(line, "]", &save); text && !code; text = strtok_r(NULL, "]", &save)) {
    if (rule->arg_count == 6) {
      found(r, true, "args-left-out", "LXC reads the first six comparisons alone");
      break;
    }
    code = comparison(r, text, rule);
  }
  return code;
}

/* ---- Version 2 ---- */

/* Whether a call is there on one of the architectures that the filter is for. */
static bool is_somewhere(const struct profile *p, const char *call) {
  for (unsigned i = 0; i < ARCHES; i++)
    if (p->arches[i] && seccomp_syscall_resolve_name_arch(arches[i].libseccomp, call) >= 0)
      return true;
  return false;
}
static int one_rule(const struct reader *r, char *line) {
  struct rule rule = {.action = r->listed, .within = "line ", .entry = r->line};
  struct profile *p = r->p;
  char *space = strchr(line, ' ');
  const char *action = space ? space + strspn(space, " ") : "";
  int code = WARRANT_OK;
  if (*action && *action != '#')
    code = read_action(r, action, &rule.action);
  size_t n = space ? (size_t)(space - line) : strlen(line);
  if (n >= sizeof rule.call)
    n = sizeof rule.call - 1;
  memcpy(rule.call, line, n);
  if (!code)
    code = comparisons(r, line, &rule);
  if (code)
    return code;
  if (begins(rule.call, "reject_force_umount")) {
    rule = (struct rule){.call = "umount2",
                         .action = SECCOMP_RET_ERRNO | EACCES,
                         .args = {{1, SCMP_CMP_MASKED_EQ, MNT_FORCE, MNT_FORCE}},
                         .arg_count = 1,
                         .within = "line ",
                         .entry = r->line};
  } else if (!*rule.call) {
    return WARRANT_OK;
  } else if (seccomp_syscall_resolve_name(rule.call) == __NR_SCMP_ERROR) {
    bool lost = p->otherwise == SECCOMP_RET_ALLOW || p->otherwise == SECCOMP_RET_LOG;
    found(r, lost, "unknown-call", "libseccomp knows no such call: the line is passed over");
    return WARRANT_OK;
  } else if (!is_somewhere(p, rule.call)) {
    p->skipped++;
    return WARRANT_OK;
  }
  if (rule.action == p->otherwise)
    return bad(r, WARRANT_BAD_INPUT,
               "the action of %.60s is the default one, which libseccomp refuses", rule.call);
  return profile_add(p, &rule);
}

/* The machine as a section names it, or ARCHES. `here`: LXC reads the lines of such a section. */
static bool section(const struct profile *p, const char *name, bool *here) {
  static const struct {
    const char *name;
    const char *on[2]; /* machines */
  } sections[] = {{"x86", {"x86_64", "i386"}},
                  {"x32", {"x86_64"}},
                  {"x86_64", {"x86_64"}},
                  {"arm", {"aarch64", "arm"}},
                  {"arm64", {"aarch64"}},
                  {"ppc64le", {0}},
                  {"ppc64", {0}},
                  {"ppc", {0}},
                  {"mips64", {0}},
                  {"mips64n32", {0}},
                  {"mips", {0}},
                  {"mipsel64", {0}},
                  {"mipsel64n32", {0}},
                  {"mipsel", {0}},
                  {"s390x", {0}},
                  {"s390", {0}},
                  {"all", {0}}};
  size_t length = strlen(name);
  if (length < 3 || name[length - 1] != ']')
    return false;
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
    char upper[20] = "";
    for (size_t k = 0; sections[i].name[k]; k++)
      upper[k] = (char)toupper((unsigned char)sections[i].name[k]);
    size_t n = strlen(upper);
    if (n != length - 2 ||
        (strncmp(name + 1, upper, n) != 0 && strncmp(name + 1, sections[i].name, n) != 0))
      continue;
    *here = strcmp(sections[i].name, "all") == 0;
    for (unsigned k = 0; k < 2 && sections[i].on[k]; k++)
      *here |= strcmp(sections[i].on[k], arches[p->options->arch].name) == 0;
    return true;
  }
  return false;
}
static int version_2(struct reader *r, const char *kind, char *text) {
  struct profile *p = r->p;
  bool deny = begins(kind, "denylist") || begins(kind, "blacklist");
  if (!deny && !begins(kind, "allowlist") && !begins(kind, "whitelist"))
    return bad(r, WARRANT_BAD_INPUT, "neither allowlist nor denylist: %.60s", kind);
  p->otherwise = deny ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_THREAD;
  r->listed = deny ? SECCOMP_RET_KILL_THREAD : SECCOMP_RET_ALLOW;
  const char *space = strchr(kind, ' ');
  int code = space ? read_action(r, space + strspn(space, " "), &p->otherwise) : WARRANT_OK;
  bool here = true, both = false;
  for (char *next; text && *text && !code; text = next) {
    next = strchr(text, '\n');
    if (next)
      *next++ = '\0';
    r->line++;
    if (*text == '#' || !*text)
      continue;
    if (*text != '[') {
      if (here)
        code = one_rule(r, text);
      else
        p->skipped++;
    } else if (!section(p, text, &here)) {
      code = bad(r, WARRANT_BAD_INPUT, "no such architecture: %.60s", text);
    } else if (here && strcasecmp(text, "[all]") != 0 && !both) {
      both = p->arches[X86_64] || strcmp(arches[p->options->arch].name, "aarch64") == 0;
      if (both)
        found(r, true, "section-ignored",
              "LXC applies the lines of a section to every architecture that the machine runs");
    }
  }
  return code;
}

/* ---- Version 1 ---- */

static int version_1(struct reader *r, const char *kind, char *text) {
  struct profile *p = r->p;
  p->otherwise = SECCOMP_RET_KILL_THREAD;
  if (!strstr(kind, "allowlist"))
    return bad(r, WARRANT_BAD_INPUT, "version 1 has `allowlist` in its second line alone: %.60s",
               kind);
  int code = WARRANT_OK;
  for (char *next; text && *text && !code; text = next) {
    next = strchr(text, '\n');
    if (next)
      *next++ = '\0';
    r->line++;
    struct rule rule = {.action = SECCOMP_RET_ALLOW, .within = "line ", .entry = r->line};
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (end == text)
      return bad(r, WARRANT_BAD_INPUT, "no number of a call: %.60s", text);
    if (errno || n < 0 || n > INT32_MAX)
      return bad(r, WARRANT_UNSUPPORTED, "not supported: the number %.40s", text);
    if (end[strspn(end, " \t\r")])
      found(r, true, "rest-of-line", "what stands behind the number is passed over");
    char *name = libseccomp_names(p->options->arch, (uint32_t)n)
                     ? call_name(p->options->arch, (uint32_t)n)
                     : NULL;
    if (name)
      snprintf(rule.call, sizeof rule.call, "%s", name);
    else
      snprintf(rule.call, sizeof rule.call, "#%ld", n);
    free(name);
    code = profile_add(p, &rule);
  }
  return code;
}

int profile_lxc(struct profile *p, char *text) {
  struct reader r = {.p = p, .line = 1};
  static const char *const known[] = {"x86_64", "i386", "aarch64", "arm"};
  const char *arch = arches[p->options->arch].name;
  bool supported = false;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    supported |= strcmp(known[i], arch) == 0;
  if (!supported)
    return bad(&r, WARRANT_UNSUPPORTED, "not supported: LXC's lists on %s", arch);
  char *end;
  errno = 0;
  long version = strtol(text, &end, 10);
  if (end == text || errno || (version != 1 && version != 2))
    return bad(&r, WARRANT_BAD_INPUT, "a list begins with its version, 1 or 2%s", "");
  for (; isspace((unsigned char)*end); end++)
    r.line += *end == '\n';
  char *kind = end;
  if (!*kind)
    return bad(&r, WARRANT_BAD_INPUT, "the kind of list is missing%s", "");
  end = strchr(kind, '\n');
  if (end)
    *end++ = '\0';
  if (strstr(kind, "debug"))
    return bad(&r, WARRANT_BAD_INPUT, "LXC refuses debug%s", "");
  p->strict = p->merged = p->by_line = true;
  if (version == 1)
    return version_1(&r, kind, end);
  if (p->arches[X86_64])
    p->arches[X32] = p->arches[arch_by_name("i386")] = true;
  if (strcmp(arch, "aarch64") == 0)
    p->arches[arch_by_name("arm")] = true;
  return version_2(&r, kind, end);
}
