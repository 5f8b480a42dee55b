#include "cmd/profile_kafel.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/policy.h"
#include "cmd/kafel_words.h"
#include "isa/room.h"

/* ---- Policies ---- */

/* A rule, or the place of another policy's. */
struct item {
  const struct policy *use; /* or NULL */
  struct rule rule;         /* its tests are owned here until they are the profile's */
};
struct policy {
  char name[WORD_MAX];
  unsigned line;
  struct item *items; /* owned */
  unsigned count;
  size_t room;
  bool used; /* its rules are the profile's */
  struct policy *before;
};
struct reader {
  struct kafel k;
  struct policy main;
  struct policy *last; /* owned, as those before it */
  bool has_default;
};

static bool add(struct kafel *k, struct policy *to, const struct item *item) {
  struct item *more = w_room_for_one(to->items, to->count, &to->room, sizeof *more);
  if (!more)
    return kafel_bad(k, WARRANT_BAD_INPUT, "out of memory%s", "");
  to->items = more;
  to->items[to->count++] = *item;
  return true;
}
static void policy_free(struct policy *p) {
  for (unsigned i = 0; i < p->count; i++)
    free(p->items[i].rule.tests);
  free(p->items);
}
/* A policy that was used already adds nothing: its rules have decided. */
static bool use(struct kafel *k, struct policy *p) {
  if (p->used)
    return true;
  p->used = true;
  for (unsigned i = 0; i < p->count && !k->code; i++) {
    struct item *item = &p->items[i];
    if (item->use) {
      use(k, (struct policy *)item->use);
      continue;
    }
    k->code = profile_add(k->p, &item->rule);
    item->rule.tests = NULL;
  }
  return !k->code;
}

/* ---- Calls ---- */

/* Kafel's names for calls of x86_64 where those are not libseccomp's. */
static const char *libseccomp_name(const char *name, bool *hers) {
  static const char *const names[][2] = {{"newfstat", "fstat"},      {"newlstat", "lstat"},
                                         {"newstat", "stat"},        {"newuname", "uname"},
                                         {"sendfile64", "sendfile"}, {"sysctl", "_sysctl"},
                                         {"umount", "umount2"}};
  *hers = false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i][0], name) == 0)
      return names[i][1];
    *hers |= strcmp(names[i][1], name) == 0;
  }
  return name;
}
static bool numbered(struct kafel *k, uint64_t number, struct rule *rule) {
  if (number > UINT32_MAX && number < (uint64_t)INT32_MIN)
    return kafel_bad(k, WARRANT_UNSUPPORTED, "not supported: the number of a call has 32 bits%s",
                     "");
  char *name = call_name(k->p->options->arch, (uint32_t)number);
  if (name)
    snprintf(rule->call, sizeof rule->call, "%s", name);
  else
    snprintf(rule->call, sizeof rule->call, "#%u", (uint32_t)number);
  free(name);
  return true;
}
/* "write", a constant, or "SYSCALL[4]". *name stays empty but for the first. */
static bool read_call(struct kafel *k, struct rule *rule, char name[WORD_MAX]) {
  uint64_t number;
  if (kafel_is(k, "SYSCALL")) {
    if (!kafel_step(k) || !kafel_take(k, "["))
      return false;
    if (k->word != WORD_NUMBER)
      return kafel_bad(k, WARRANT_BAD_INPUT, "a number is expected and not %.60s", k->text);
    return numbered(k, k->number, rule) && kafel_step(k) && kafel_take(k, "]");
  }
  if (k->word != WORD_NAME || kafel_keyword(k))
    return kafel_bad(k, WARRANT_BAD_INPUT, "a call is expected and not %.60s", k->text);
  if (kafel_constant(k, k->text, &number))
    return numbered(k, number, rule) && kafel_step(k);
  snprintf(name, WORD_MAX, "%s", k->text);
  return kafel_step(k);
}
/* "(fd, buf)" */
static bool read_arguments(struct kafel *k) {
  k->declared = true;
  if (!kafel_step(k))
    return false;
  if (kafel_is(k, ")"))
    return kafel_step(k);
  for (;;) {
    if (k->word != WORD_NAME || kafel_keyword(k))
      return kafel_bad(k, WARRANT_BAD_INPUT, "the name of an argument is expected and not %.60s",
                       k->text);
    for (unsigned i = 0; i < k->arg_count; i++)
      if (strcmp(k->args[i], k->text) == 0)
        return kafel_bad(k, WARRANT_BAD_INPUT, "two arguments are named %.60s", k->text);
    if (k->arg_count == ARGS)
      return kafel_bad(k, WARRANT_BAD_INPUT, "a call has six arguments at most%s", "");
    snprintf(k->args[k->arg_count++], WORD_MAX, "%s", k->text);
    if (!kafel_step(k))
      return false;
    if (!kafel_is(k, ","))
      return kafel_take(k, ")");
    if (!kafel_step(k))
      return false;
  }
}
/* One architecture of a guard: a bit of *seen. */
static bool read_arch(struct kafel *k, unsigned *seen, bool *here) {
  static const struct {
    const char *name;
    unsigned bit;
    const char *arch;
  } names[] = {{"arm", 0, "arm"},       {"aarch64", 1, "aarch64"}, {"arm64", 1, "aarch64"},
               {"x86_64", 2, "x86_64"}, {"amd64", 2, "x86_64"},    {"x86", 3, "i386"},
               {"i386", 3, "i386"},     {"mips", 4, "mips"},       {"mipso32", 4, "mips"},
               {"mips64", 5, "mips64"}, {"riscv64", 6, "riscv64"}, {"rv64", 6, "riscv64"},
               {"m68k", 7, "m68k"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (k->word != WORD_NAME || strcasecmp(names[i].name, k->text) != 0)
      continue;
    if (*seen & 1u << names[i].bit)
      return kafel_bad(k, WARRANT_BAD_INPUT, "an architecture stands twice: %.60s", k->text);
    *seen |= 1u << names[i].bit;
    *here |= strcmp(names[i].arch, arches[k->p->options->arch].name) == 0;
    return kafel_step(k);
  }
  return kafel_bad(k, WARRANT_BAD_INPUT, "kafel knows no architecture %.60s", k->text);
}
static bool read_guard(struct kafel *k) {
  unsigned seen = 0;
  bool here = false;
  if (!kafel_is(k, "ON"))
    return true;
  if (!kafel_step(k))
    return false;
  bool list = kafel_is(k, "{");
  if ((list && !kafel_step(k)) || !read_arch(k, &seen, &here))
    return false;
  while (list && kafel_is(k, ","))
    if (!kafel_step(k) || !read_arch(k, &seen, &here))
      return false;
  k->ignored = !here;
  return !list || kafel_take(k, "}");
}
/* The rule for each alternative of the condition; none stands for every call. */
static bool read_rules(struct kafel *k, struct policy *to, const struct rule *like) {
  struct kafel_choices choices = {0};
  struct item item = {.rule = *like};
  bool conditional = false;
  if (kafel_is(k, "{")) {
    if (!kafel_step(k))
      return false;
    conditional = !kafel_is(k, "}");
    if ((conditional && !kafel_condition(k, &choices)) || !kafel_take(k, "}")) {
      kafel_choices_free(&choices);
      return false;
    }
  }
  bool good = true;
  if (!conditional && !k->ignored)
    good = add(k, to, &item);
  for (unsigned i = 0; i < choices.count && good; i++) {
    item.rule.tests = choices.all[i].tests;
    item.rule.test_count = choices.all[i].count;
    good = add(k, to, &item);
    if (good)
      choices.all[i].tests = NULL;
  }
  kafel_choices_free(&choices);
  return good;
}
static bool read_filter(struct kafel *k, struct policy *to, uint32_t action) {
  struct rule rule = {.action = action, .within = "line ", .entry = k->line};
  char name[WORD_MAX] = "";
  k->arg_count = 0;
  k->declared = k->ignored = false;
  if (!read_call(k, &rule, name) || (kafel_is(k, "(") && !read_arguments(k)) || !read_guard(k))
    return false;
  if (*name && !k->ignored) {
    bool hers;
    const char *known = libseccomp_name(name, &hers);
    if (hers)
      return kafel_bad(k, WARRANT_BAD_INPUT,
                       "kafel has another name for %.60s, such as newfstat for fstat", name);
    if (!call_by_name(k->p->options->arch, known, &(uint32_t){0}))
      return kafel_bad(k, WARRANT_BAD_INPUT,
                       "no such call: %.60s (misspelt, of another architecture, or too new)", name);
    snprintf(rule.call, sizeof rule.call, "%s", known);
  } else if (!*name) {
    k->declared = true;
  }
  return read_rules(k, to, &rule);
}

/* ---- Statements ---- */

static bool is_action(const struct kafel *k) {
  return kafel_keyword(k) && !kafel_is(k, "SYSCALL") && !kafel_is(k, "USE") &&
         !kafel_is(k, "POLICY") && !kafel_is(k, "DEFAULT") && !kafel_is(k, "ON") &&
         !kafel_is(k, "define");
}
static bool read_action(struct kafel *k, uint32_t *action) {
  static const struct {
    const char *name;
    uint32_t action;
    bool data;
  } names[] = {{"ALLOW", SECCOMP_RET_ALLOW, false},
               {"LOG", SECCOMP_RET_LOG, false},
               {"KILL", SECCOMP_RET_KILL_THREAD, false},
               {"KILL_THREAD", SECCOMP_RET_KILL_THREAD, false},
               {"DENY", SECCOMP_RET_KILL_THREAD, false},
               {"KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false},
               {"USER_NOTIF", SECCOMP_RET_USER_NOTIF, false},
               {"ERRNO", SECCOMP_RET_ERRNO, true},
               {"TRAP", SECCOMP_RET_TRAP, true},
               {"TRACE", SECCOMP_RET_TRACE, true}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!kafel_is(k, names[i].name))
      continue;
    *action = names[i].action;
    if (!kafel_step(k) || !names[i].data)
      return !k->code;
    if (!kafel_take(k, "("))
      return false;
    if (k->word != WORD_NUMBER)
      return kafel_bad(k, WARRANT_BAD_INPUT, "a number is expected and not %.60s", k->text);
    if (k->number > SECCOMP_RET_DATA)
      return kafel_bad(k, WARRANT_BAD_INPUT, "%.60s has more than 16 bits", k->text);
    const char *lost = profile_data_lost(*action, k->number);
    *action |= (uint32_t)k->number;
    if (lost)
      kafel_found(k, "errno-range", lost);
    return kafel_step(k) && kafel_take(k, ")");
  }
  return kafel_bad(k, WARRANT_BAD_INPUT, "an action is expected and not %.60s", k->text);
}
/* "ALLOW { read, write }" or "USE other" */
static bool read_statement(struct reader *r, struct policy *to) {
  struct kafel *k = &r->k;
  uint32_t action;
  if (kafel_is(k, "USE")) {
    if (!kafel_step(k))
      return false;
    struct policy *other = r->last;
    while (other && (k->word != WORD_NAME || strcmp(other->name, k->text) != 0))
      other = other->before;
    if (!other)
      return kafel_bad(k, WARRANT_BAD_INPUT, "no policy before this has the name %.60s", k->text);
    struct item item = {.use = other};
    return add(k, to, &item) && kafel_step(k);
  }
  if (!read_action(k, &action) || !kafel_take(k, "{"))
    return false;
  if (kafel_is(k, "}"))
    return kafel_step(k);
  while (read_filter(k, to, action) && kafel_is(k, ","))
    if (!kafel_step(k))
      return false;
  return !k->code && kafel_take(k, "}");
}
static bool read_statements(struct reader *r, struct policy *to) {
  while (read_statement(r, to) && kafel_is(&r->k, ","))
    if (!kafel_step(&r->k))
      return false;
  return !r->k.code;
}
static bool read_policy(struct reader *r) {
  struct kafel *k = &r->k;
  if (!kafel_step(k))
    return false;
  if (k->word != WORD_NAME || kafel_keyword(k))
    return kafel_bad(k, WARRANT_BAD_INPUT, "the name of a policy is expected and not %.60s",
                     k->text);
  struct policy *p = calloc(1, sizeof *p);
  if (!p)
    return kafel_bad(k, WARRANT_BAD_INPUT, "out of memory%s", "");
  snprintf(p->name, sizeof p->name, "%s", k->text);
  p->line = k->line;
  bool good = kafel_step(k) && kafel_take(k, "{") && (kafel_is(k, "}") || read_statements(r, p)) &&
              kafel_take(k, "}");
  for (const struct policy *other = r->last; other; other = other->before)
    if (good && strcmp(other->name, p->name) == 0)
      good = kafel_bad(k, WARRANT_BAD_INPUT, "two policies have the name %.60s", p->name);
  p->before = r->last;
  r->last = p;
  return good;
}
/* "#define NAME NUMBER", from the name on. */
static bool read_constant(struct kafel *k) {
  uint64_t before;
  if (k->word != WORD_NAME || kafel_keyword(k))
    return kafel_bad(k, WARRANT_BAD_INPUT, "the name of a constant is expected and not %.60s",
                     k->text);
  struct kafel_constant *more = realloc(k->constants, (k->constant_count + 1) * sizeof *more);
  if (!more)
    return kafel_bad(k, WARRANT_BAD_INPUT, "out of memory%s", "");
  k->constants = more;
  struct kafel_constant *c = &more[k->constant_count];
  snprintf(c->name, sizeof c->name, "%s", k->text);
  bool again = kafel_constant(k, c->name, &before);
  if (!kafel_step(k))
    return false;
  if (k->word != WORD_NUMBER)
    return kafel_bad(k, WARRANT_BAD_INPUT, "a number is expected and not %.60s", k->text);
  c->value = k->number;
  if (again && before != c->value)
    return kafel_bad(k, WARRANT_BAD_INPUT, "the constant has another value already: %.60s",
                     c->name);
  k->constant_count += !again;
  return kafel_step(k);
}
static bool read_program(struct reader *r) {
  struct kafel *k = &r->k;
  if (!kafel_step(k))
    return false;
  if (k->word == WORD_END)
    return kafel_bad(k, WARRANT_BAD_INPUT, "kafel refuses a policy without a statement%s", "");
  while (k->word != WORD_END && !k->code) {
    if (kafel_is(k, "#")) {
      if (kafel_step(k) && kafel_take(k, "define"))
        read_constant(k);
    } else if (kafel_is(k, "POLICY")) {
      read_policy(r);
    } else if (kafel_is(k, "DEFAULT")) {
      if (r->has_default)
        return kafel_bad(k, WARRANT_BAD_INPUT, "DEFAULT stands twice%s", "");
      r->has_default = true;
      if (kafel_step(k))
        read_action(k, &k->p->otherwise);
    } else if (kafel_is(k, "USE") || is_action(k)) {
      read_statements(r, &r->main);
    } else {
      kafel_bad(k, WARRANT_BAD_INPUT, "a statement is expected and not %.60s", k->text);
    }
  }
  return !k->code;
}

/* A line that begins with a word of kafel's, all of which have capitals. */
bool profile_like_kafel(const char *text) {
  static const char *const words[] = {"POLICY", "USE",   "DEFAULT",    "ALLOW",
                                      "LOG",    "KILL",  "DENY",       "ERRNO",
                                      "TRAP",   "TRACE", "USER_NOTIF", "KILL_PROCESS"};
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    const char *begin = line + strspn(line, " \t");
    size_t n = strspn(begin, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (n == strlen(words[i]) && strncmp(words[i], begin, n) == 0)
        return true;
  }
  return false;
}
int profile_kafel(struct profile *p, const char *text) {
  struct reader r = {.k = {.p = p, .next = text, .ahead = 1, .line = 1}};
  if (p->options->arch != X86_64) {
    cmd_complain("%s: not supported: kafel's policies on %s", p->path,
                 arches[p->options->arch].name);
    return WARRANT_UNSUPPORTED;
  }
  p->ordered = p->by_line = true;
  p->otherwise = p->elsewhere = SECCOMP_RET_KILL_THREAD;
  if (read_program(&r) && use(&r.k, &r.main))
    for (const struct policy *policy = r.last; policy; policy = policy->before)
      if (!policy->used) {
        char text[120];
        snprintf(text, sizeof text, "no USE has the policy %s, so it does nothing", policy->name);
        r.k.line = policy->line;
        kafel_found(&r.k, "unused-policy", text);
      }
  policy_free(&r.main);
  for (struct policy *policy = r.last, *before; policy; policy = before) {
    before = policy->before;
    policy_free(policy);
    free(policy);
  }
  free(r.k.constants);
  return r.k.code;
}
