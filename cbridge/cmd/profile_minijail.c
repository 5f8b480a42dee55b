#include "cmd/profile_minijail.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_constants.h"

/* What minijail's own filter takes, whose size it limits. */
struct size {
  size_t insns, labels;
};
enum { INSNS_MAX = 4096, LABELS_MAX = 512 };
/* A file that is read, and the line of it. */
struct reader {
  struct profile *p;
  struct size *size;
  const char *within; /* what places in it begin with */
  unsigned line;
  bool included;
};
static int bad(const struct reader *r, int code, const char *format, const char *about) {
  return profile_bad_line(r->p, r->within, r->line, code, format, about);
}
static void found(const struct reader *r, bool warning, const char *name, const char *text) {
  profile_finding_line(r->p, warning, name, r->within, r->line, text);
}
static char *stripped(char *s) {
  s += strspn(s, " \t");
  size_t n = strlen(s);
  while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
    s[--n] = '\0';
  return s;
}

/* ---- Constants ---- */

static bool narrow(const struct reader *r) { return !arches[r->p->options->arch].wide; }

/* A number as strtol and, beyond that, strtoul read it, or a name. */
static int one_constant(const struct reader *r, const char *text, uint64_t *value) {
  size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  if (name > 0 && name == strlen(text) && !isdigit((unsigned char)*text)) {
    if (constant_value(OF_MINIJAIL, text, r->p->options->arch, value))
      return WARRANT_OK;
    return bad(r, WARRANT_UNSUPPORTED,
               "not supported: the value of the constant %.60s is not known here", text);
  }
  const char *digits = text + (*text == '-' || *text == '+');
  char *end;
  errno = 0;
  uint64_t n = strtoull(digits, &end, 0);
  uint64_t most = narrow(r) ? UINT32_MAX : UINT64_MAX;
  bool negative = *text == '-';
  if (!isdigit((unsigned char)*digits) || *end)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no constant", text);
  if (errno || n > most || (negative && n > most / 2 + 1))
    return bad(r, WARRANT_BAD_INPUT, "the number %.60s is too large", text);
  *value = negative ? 0 - n : n;
  return WARRANT_OK;
}
/* Where the parenthesis that begins here ends; or NULL. */
static char *closing(char *c) {
  unsigned depth = 0;
  for (; *c; c++) {
    depth += *c == '(';
    if (*c == ')' && --depth == 0)
      return c;
  }
  return NULL;
}
enum { DEPTH_MAX = 100 };
/* Constants with `|` between them, each perhaps behind `~` or in parentheses. */
static int constant(const struct reader *r, char *text, unsigned depth, uint64_t *value) {
  *value = 0;
  if (!*text)
    return bad(r, WARRANT_BAD_INPUT, "a constant is missing%s", "");
  if (depth > DEPTH_MAX)
    return bad(r, WARRANT_UNSUPPORTED, "not supported: parentheses too deep%s", "");
  while (*text) {
    uint64_t one;
    int code;
    bool turned = *text == '~';
    text += turned;
    if (*text == '(') {
      char *end = closing(text);
      if (!end)
        return bad(r, WARRANT_BAD_INPUT, "a parenthesis is not closed: %.60s", text);
      *end++ = '\0';
      code = constant(r, text + 1, depth + 1, &one);
      if (!code && *end && (*end != '|' || !end[1]))
        code = bad(r, WARRANT_BAD_INPUT, "what follows a parenthesis is no constant: %.60s", end);
      text = end + (*end == '|');
    } else {
      char *next = strchr(text, '|');
      if (next)
        *next++ = '\0';
      code = one_constant(r, text, &one);
      text = next ? next : text + strlen(text);
    }
    if (code)
      return code;
    *value |= turned ? ~one : one;
  }
  if (narrow(r))
    *value &= UINT32_MAX;
  return WARRANT_OK;
}

/* ---- Expressions ---- */

static int argument(const struct reader *r, const char *text, unsigned *arg) {
  char *end;
  if (strncmp(text, "arg", 3) != 0)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no argument: arg0 to arg5 are", text);
  errno = 0;
  long n = strtol(text + 3, &end, 10);
  if (end == text + 3 || *end)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no argument: arg0 to arg5 are", text);
  if (errno || n > 5)
    return bad(r, WARRANT_BAD_INPUT, "there is no %.60s, and Linux refuses the filter", text);
  if (n < 0)
    return bad(r, WARRANT_UNSUPPORTED,
               "not supported: %.60s reads what stands before the arguments", text);
  *arg = (unsigned)n;
  return WARRANT_OK;
}
/* "arg1 & O_CREAT" */
static int atom(const struct reader *r, char *text, struct rule *rule) {
  static const struct {
    const char *text;
    enum scmp_compare op;
  } ops[] = {{"==", SCMP_CMP_EQ}, {"!=", SCMP_CMP_NE}, {"<", SCMP_CMP_LT},
             {"<=", SCMP_CMP_LE}, {">", SCMP_CMP_GT},  {">=", SCMP_CMP_GE}};
  char *save = NULL;
  const char *arg = strtok_r(text, " ", &save), *op = strtok_r(NULL, " ", &save);
  char *value = strtok_r(NULL, " ", &save);
  const char *more = strtok_r(NULL, " ", &save);
  struct test test = {.mask = narrow(r) ? UINT32_MAX : UINT64_MAX};
  if (!arg)
    return bad(r, WARRANT_BAD_INPUT, "a comparison is missing%s", "");
  if (!value)
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no comparison such as arg0 == 1", arg);
  if (more)
    return bad(r, WARRANT_BAD_INPUT, "%.60s stands behind a comparison", more);
  int code = argument(r, arg, &test.arg);
  bool known = strcmp(op, "&") == 0 || strcmp(op, "in") == 0;
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ops[i].text, op) == 0) {
      test.op = ops[i].op;
      known = true;
    }
  if (!code && !known)
    code = bad(r, WARRANT_BAD_INPUT, "%.60s is no comparison", op);
  if (!code)
    code = constant(r, value, 0, &test.value);
  if (code)
    return code;
  bool order = test.op != SCMP_CMP_EQ && test.op != SCMP_CMP_NE;
  r->size->insns += narrow(r) ? 3 : 8 + (order && test.value >> 32);
  if (strcmp(op, "&") == 0)
    test = (struct test){test.arg, SCMP_CMP_NE, test.value, 0};
  else if (strcmp(op, "in") == 0)
    test = (struct test){test.arg, SCMP_CMP_EQ, test.mask & ~test.value, 0};
  return profile_test(r->p, rule, test);
}
/* "return EPERM", or "return" alone, which is the default; what follows is passed over. */
static int result(const struct reader *r, char *text, uint32_t *action) {
  char *save = NULL;
  const char *word = strtok_r(text, " ", &save);
  char *number = strtok_r(NULL, " ", &save);
  uint64_t value;
  if (!word || strncmp(word, "return", 6) != 0)
    return bad(r, WARRANT_BAD_INPUT, "`return` is expected behind the semicolon%s", "");
  if (word[6])
    found(r, true, "glued", "what stands right behind `return` is passed over");
  *action = r->p->otherwise;
  if (!number)
    return WARRANT_OK;
  if (strtok_r(NULL, " ", &save))
    found(r, true, "rest-of-line", "what stands behind the error number is passed over");
  int code = constant(r, number, 0, &value);
  if (!code && (uint32_t)value == UINT32_MAX)
    code = bad(r, WARRANT_BAD_INPUT, "-1 is no error number%s", "");
  if (code)
    return code;
  *action = SECCOMP_RET_ERRNO | ((uint32_t)value & SECCOMP_RET_DATA);
  const char *lost = profile_data_lost(SECCOMP_RET_ERRNO, value);
  if (lost)
    found(r, true, "errno-range", lost);
  else if (value == 0)
    found(r, true, "errno-zero", "the call is not made and seems to succeed");
  return WARRANT_OK;
}

static int add(const struct reader *r, const struct rule *like, struct rule *rule) {
  snprintf(rule->call, sizeof rule->call, "%s", like->call);
  rule->within = r->within;
  rule->entry = r->line;
  return profile_add(r->p, rule);
}
/* The next part of a text, which ends before `until` or at its end; NULL: there is none. */
static char *part(char **text, const char *until) {
  char *begin = *text, *end = begin ? strstr(begin, until) : NULL;
  if (end)
    *end = '\0';
  *text = end ? end + strlen(until) : NULL;
  return begin;
}
/* What stands behind the colon. */
static int expression(const struct reader *r, const struct rule *call, char *text) {
  char *save = NULL, *group;
  struct rule otherwise = {.action = r->p->otherwise};
  int code = WARRANT_OK;
  if (strcmp(text, "1") == 0) {
    struct rule all = {.action = SECCOMP_RET_ALLOW};
    r->size->insns += 2;
    return add(r, call, &all);
  }
  r->size->insns += 4;
  r->size->labels++;
  if (strncmp(text, "return", 6) == 0) {
    code = result(r, text, &otherwise.action);
    return code ? code : add(r, call, &otherwise);
  }
  char *tests = strtok_r(text, ";", &save), *behind = strtok_r(NULL, ";", &save);
  if (strtok_r(NULL, ";", &save))
    found(r, true, "rest-of-line", "what stands behind a second semicolon is passed over");
  r->size->insns += 2;
  r->size->labels++;
  if (!tests)
    found(r, true, "no-comparison", "the call has no comparison, and so is never let through");
  while (!code && (group = part(&tests, "||"))) {
    struct rule rule = {.action = SECCOMP_RET_ALLOW};
    const char *one;
    r->size->insns += 2;
    r->size->labels++;
    while (!code && (one = part(&group, "&&")))
      code = atom(r, (char *)one, &rule);
    if (code)
      free(rule.tests);
    else
      code = add(r, call, &rule);
  }
  if (!code && behind)
    code = result(r, behind, &otherwise.action);
  return code ? code : add(r, call, &otherwise);
}

/* ---- Lines ---- */

static int read_file(struct reader *r, char *text);

static int statement(const struct reader *r, char *line) {
  if (strncmp(line, "@frequency", 10) == 0) {
    found(r, false, "frequency", "minijail0 passes over @frequency");
    return WARRANT_OK;
  }
  if (strncmp(line, "@default", 8) == 0)
    return bad(r, WARRANT_BAD_INPUT, "@default is read by compile_seccomp_policy.py alone%s", "");
  if (strncmp(line, "@include ", 9) != 0)
    return bad(r, WARRANT_BAD_INPUT, "no such statement: %.60s", line);
  if (r->included)
    return bad(r, WARRANT_BAD_INPUT, "an included file can not include another one%s", "");
  const char *path = line + 9;
  if (*path != '/' && strncmp(path, "./", 2) != 0)
    return bad(r, WARRANT_BAD_INPUT,
               "the path of an included file begins with / or ./, and not as %.60s", path);
  char *text = NULL, within[PLACE_MAX - 20];
  int code = cmd_read_text(path, &text);
  if (code)
    return code;
  snprintf(within, sizeof within, "%.*s line ", FILE_MAX, path);
  struct reader inner = {
      .p = r->p, .size = r->size, .within = profile_keep(r->p, within), .included = true};
  code = inner.within ? read_file(&inner, text) : profile_bad(r->p, "out of memory", NULL);
  free(text);
  return code;
}
static int one_line(const struct reader *r, char *line) {
  if (*line == '@')
    return statement(r, line);
  char *colon = strchr(line, ':');
  if (!colon)
    return bad(r, WARRANT_BAD_INPUT, "a line needs a call, a colon and what it may do: %.60s",
               line);
  *colon = '\0';
  char *text = stripped(colon + 1);
  line = stripped(line);
  if (!*text)
    return bad(r, WARRANT_BAD_INPUT, "nothing stands behind %.60s:", line);
  if (*line && strspn(line, "0123456789") == strlen(line))
    return bad(r, WARRANT_BAD_INPUT, "minijail0 reads no numbers of calls, only names: %.60s",
               line);
  unsigned arch = r->p->options->arch;
  struct rule rule = {.call = ""};
  if (!call_by_name(arch, line, &(uint32_t){0}) || strlen(line) >= sizeof rule.call)
    return bad(r, WARRANT_BAD_INPUT,
               "no such call: %.60s (misspelt, of another architecture, or too new)", line);
  snprintf(rule.call, sizeof rule.call, "%s", line);
  for (unsigned i = 0; i < r->p->count; i++)
    if (strcmp(r->p->rules[i].call, rule.call) == 0)
      return bad(r, WARRANT_BAD_INPUT, "%.60s has a line before, and minijail0 takes one alone",
                 line);
  return expression(r, &rule, text);
}
/* A line whose end is a backslash goes on in the next one; a space is between them. */
static int read_file(struct reader *r, char *text) {
  unsigned next_line = 1;
  int code = WARRANT_OK;
  for (char *next; text && *text && !code; text = next) {
    r->line = next_line;
    char *end = text;
    bool joined = false, lost = false;
    for (;; joined = true) {
      end = strchr(end, '\n');
      next = end ? end + 1 : NULL;
      next_line++;
      char *last = end ? end : text + strlen(text);
      if (last == text || last[-1] != '\\') {
        *last = '\0';
        break;
      }
      last[-1] = ' ';
      lost = !end || !*next;
      if (lost)
        break;
      *end = ' ';
    }
    char *line = stripped(text);
    if (lost && *line && *line != '#') {
      found(r, true, "lost-line",
            "the file ends behind a backslash: minijail0 passes over the line");
      continue;
    }
    if (*line == '#' && joined)
      found(r, true, "comment-goes-on",
            "the comment ends in a backslash: the next line belongs to it");
    if (*line && *line != '#')
      code = one_line(r, line);
  }
  return code;
}

int profile_minijail(struct profile *p, char *text) {
  struct size size = {.insns = 5}; /* the architecture, the number, the default */
  struct reader r = {.p = p, .size = &size, .within = "line "};
  p->ordered = p->by_line = true;
  p->otherwise = p->elsewhere = SECCOMP_RET_KILL_THREAD;
  int code = read_file(&r, text);
  if (!code && (size.insns > INSNS_MAX || size.labels > LABELS_MAX))
    code = profile_says(p, WARRANT_BAD_INPUT, "all",
                        "minijail refuses it: %zu instructions and %zu labels of %d and %d",
                        size.insns, size.labels, INSNS_MAX, LABELS_MAX);
  return code;
}
