#include "cmd/profile_snapd.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/seccomp_constants.h"

/* ---- Numbers ---- */

/* A family of sockets that Linux does not have; the other names of snap-seccomp's are Linux's. */
enum { SNAPD_CONN = 123 };
static bool named(const char *text, uint64_t *value) {
  bool own = strcmp(text, "AF_CONN") == 0 || strcmp(text, "PF_CONN") == 0;
  *value = SNAPD_CONN;
  return own || constant_value(OF_SNAPD, text, X86_64, value);
}

/* Calls whose arguments may be negative; of those the lowest 32 bits are compared. */
static bool takes_negative(const char *call) {
  static const char *const calls[] = {"chown",       "chown32",  "fchown",     "fchown32",
                                      "fchownat",    "lchown",   "lchown32",   "setgid",
                                      "setgid32",    "setregid", "setregid32", "setresgid",
                                      "setresgid32", "setreuid", "setreuid32", "setresuid",
                                      "setresuid32", "setuid",   "setuid32",   "copy_file_range"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (strcmp(calls[i], call) == 0)
      return true;
  return false;
}

struct reader {
  struct profile *p;
  unsigned line;
};
static int bad(const struct reader *r, int code, const char *format, const char *about) {
  return profile_bad_line(r->p, "line ", r->line, code, format, about);
}
static void found(const struct reader *r, bool warning, const char *name, const char *text) {
  profile_finding_line(r->p, warning, name, "line ", r->line, text);
}

static int number(const struct reader *r, const char *text, const char *call, uint64_t *value) {
  if (named(text, value))
    return r->p->options->arch == X86_64
               ? WARRANT_OK
               : bad(r, WARRANT_UNSUPPORTED,
                     "not supported: named numbers on other machines than x86_64: %.60s", text);
  bool sign = takes_negative(call) && (*text == '-' || *text == '+');
  const char *digits = text + sign;
  char *end;
  errno = 0;
  uint64_t n = strtoull(digits, &end, 10),
           most = !sign ? UINT32_MAX : (uint64_t)INT32_MAX + (*text == '-');
  if (!*digits || digits[strspn(digits, "0123456789")])
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no number that snap-seccomp 2.64 reads", text);
  if (errno || n > most)
    return bad(r, WARRANT_BAD_INPUT, "%.60s has more than 32 bits", text);
  *value = (uint32_t)(*text == '-' ? 0 - n : n);
  return WARRANT_OK;
}
/* "u:NAME" and "g:NAME" are of the machine where the template is compiled. */
static int owner(const struct reader *r, const char *text, uint64_t *value) {
  const struct passwd *user = *text == 'u' ? getpwnam(text + 2) : NULL;
  const struct group *group = *text == 'g' ? getgrnam(text + 2) : NULL;
  if (!user && !group)
    return bad(r, WARRANT_UNSUPPORTED, "not supported: %.60s is not on this machine", text);
  *value = user ? user->pw_uid : group->gr_gid;
  return WARRANT_OK;
}

/* ---- Lines ---- */

/* One argument of a line, which is not "-". */
static int argument(const struct reader *r, char *text, unsigned index, struct rule *rule) {
  static const struct {
    const char *sign;
    enum scmp_compare op;
  } signs[] = {{">=", SCMP_CMP_GE}, {"<=", SCMP_CMP_LE}, {"!", SCMP_CMP_NE},
               {"<", SCMP_CMP_LT},  {">", SCMP_CMP_GT},  {"|", SCMP_CMP_MASKED_EQ}};
  enum scmp_compare op = SCMP_CMP_EQ;
  uint64_t value, also = 0;
  size_t i = 0;
  int code;
  while (i < sizeof signs / sizeof *signs &&
         strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
    i++;
  char *bar = strchr(text, '|');
  if (i < sizeof signs / sizeof *signs) {
    op = signs[i].op;
    code = number(r, text + strlen(signs[i].sign), rule->call, &value);
    also = value;
  } else if (bar) {
    op = SCMP_CMP_MASKED_EQ;
    *bar = '\0';
    code = number(r, text, rule->call, &value);
    if (!code)
      code = number(r, bar + 1, rule->call, &also);
    if (!code && (also & ~value))
      found(r, true, "value-range", "bits behind the bar that are not before it are dropped");
  } else if (strncmp(text, "u:", 2) == 0 || strncmp(text, "g:", 2) == 0) {
    code = owner(r, text, &value);
  } else {
    code = number(r, text, rule->call, &value);
  }
  if (!code && takes_negative(rule->call) && op != SCMP_CMP_EQ)
    code = bad(r, WARRANT_BAD_INPUT, "snap-seccomp compares arguments of %.60s for equality alone",
               rule->call);
  struct scmp_arg_cmp *c = &rule->args[rule->arg_count++];
  if (code)
    return code;
  *c = (struct scmp_arg_cmp){index, op, value, op == SCMP_CMP_MASKED_EQ ? also : 0};
  if (takes_negative(rule->call))
    *c = (struct scmp_arg_cmp){index, SCMP_CMP_MASKED_EQ, UINT32_MAX, value};
  if (op == SCMP_CMP_MASKED_EQ && value == 0)
    found(r, true, "no-mask", "without a mask no bit is compared, and every value is equal");
  return WARRANT_OK;
}
/* One line, of `line`; a rule of the kind that is wanted now joins the profile. */
static int one_line(const struct reader *r, char *line, bool denied) {
  struct rule rule = {.action = SECCOMP_RET_ALLOW, .within = "line ", .entry = r->line};
  char *save = NULL, *arg;
  unsigned count = 0;
  const char *call = strtok_r(line, " \t\r\v\f", &save);
  if (!call)
    return bad(r, WARRANT_BAD_INPUT, "snap-seccomp ends at a line of spaces alone%s", "");
  bool denies = *call == '~';
  call += denies;
  if (denies != denied)
    return WARRANT_OK;
  if (denies)
    rule.action = SECCOMP_RET_ERRNO | EACCES;
  bool known =
      strlen(call) < sizeof rule.call && seccomp_syscall_resolve_name(call) != __NR_SCMP_ERROR;
  if (known)
    snprintf(rule.call, sizeof rule.call, "%s", call);
  int code = WARRANT_OK;
  for (; !code && (arg = strtok_r(NULL, " \t\r\v\f", &save)); count++) {
    if (count == 6)
      code = bad(r, WARRANT_BAD_INPUT, "more than six arguments for %.60s", call);
    else if (known && strcmp(arg, "-") != 0)
      code = argument(r, arg, count, &rule);
  }
  if (!code && !known && *call != '@') {
    found(r, denies, "unknown-call", "libseccomp knows no such call: the line is passed over");
    return code;
  }
  return code || !known ? code : profile_add(r->p, &rule);
}
enum { LINE_MAX_GO = 65536 };
/* All lines that deny, or all others. */
static int lines(struct profile *p, const char *text, bool denied) {
  struct reader r = {.p = p};
  int code = WARRANT_OK;
  for (const char *next = text; *next && !code; next += *next == '\n') {
    size_t n = strcspn(next, "\n");
    r.line++;
    if (n >= LINE_MAX_GO) {
      if (denied)
        found(&r, true, "lost-line", "snap-seccomp stops reading at a line of 64 KiB");
      break;
    }
    char *line = strndup(next, n);
    if (!line)
      return profile_bad(p, "out of memory", NULL);
    if (n > 0 && line[n - 1] == '\r')
      line[n - 1] = '\0';
    if (*line && *line != '#')
      code = one_line(&r, line, denied);
    free(line);
    next += n;
  }
  return code;
}

/* Whether a line is this word alone. */
static bool has_line(const char *text, const char *word) {
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    const char *begin = line + strspn(line, " \t\r");
    size_t n = strlen(word);
    if (strncmp(begin, word, n) == 0 && strchr("\n", begin[n + strspn(begin + n, " \t\r")]))
      return true;
  }
  return false;
}
bool profile_like_snapd(const char *text) {
  if (has_line(text, "@unrestricted") || has_line(text, "@complain"))
    return true;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (*line == '~' || (n > 0 && line[n] == ' ' &&
                         strchr("-<>!|0123456789AKNPQSTug", line[n + strspn(line + n, " ")])))
      return true;
  }
  return false;
}
int profile_snapd(struct profile *p, char *text) {
  const char *arch = arches[p->options->arch].name;
  bool arm = strcmp(arch, "aarch64") == 0;
  if (p->options->arch != X86_64 && !arm) {
    cmd_complain("%s: not supported: snapd's templates on %s", p->path, arch);
    return WARRANT_UNSUPPORTED;
  }
  if (has_line(text, "@unrestricted"))
    return profile_bad(p, "@unrestricted: such a snap has no filter", NULL);
  p->otherwise = has_line(text, "@complain") ? SECCOMP_RET_LOG : SECCOMP_RET_ERRNO | EPERM;
  p->arches[arch_by_name(arm ? "arm" : "i386")] = true;
  p->strict = p->exact = p->by_line = true;
  int code = lines(p, text, true);
  p->denied = p->count;
  return code ? code : lines(p, text, false);
}
