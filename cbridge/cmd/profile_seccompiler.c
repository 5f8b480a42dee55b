#include "cmd/profile_seccompiler.h"

#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/profile_json.h"

enum runtime profile_like_seccompiler(const char *text) {
  return strstr(text, "\"mismatch_action\"")  ? RUNTIME_SECCOMPILER
         : strstr(text, "\"default_action\"") ? RUNTIME_FIRECRACKER
                                              : RUNTIME_RUNC;
}
/* Firecracker's compiler, which has libseccomp make the filter. */
static bool firecracker(const struct profile *p) { return !p->ordered; }

/* ---- Objects as serde reads them ---- */

/* An object with keys of the list alone, each once; two keys with the same letter before them are
 * one under two names. */
static int keys_of(struct profile *p, const cJSON *object, const char *keys, const char *place) {
  if (!cJSON_IsObject(object))
    return profile_says(p, WARRANT_BAD_INPUT, place, "not an object");
  unsigned seen = 0;
  for (const cJSON *item = object->child; item; item = item->next) {
    const char *key = keys;
    while (*key && (strlen(item->string) != strcspn(key + 1, "|") ||
                    strncmp(key + 1, item->string, strlen(item->string)) != 0))
      key += 1 + strcspn(key + 1, "|") + 1;
    if (firecracker(p) && strcmp(item->string, "comment") == 0)
      continue;
    if (firecracker(p) && !*key) {
      profile_finding(p, true, "unknown-key", place,
                      "Firecracker passes over a key that it does not know");
      continue;
    }
    if (!*key)
      return profile_says(p, WARRANT_BAD_INPUT, place, "seccompiler knows no key %.60s",
                          item->string);
    if (seen & 1u << (*key - 'a'))
      return profile_says(p, WARRANT_BAD_INPUT, place, "the key %.60s stands twice", item->string);
    seen |= 1u << (*key - 'a');
  }
  return WARRANT_OK;
}
/* The value of a key that stands for one, of either name; `null` is none where `may_lack`. */
static const cJSON *value_of(const cJSON *object, const char *name, const char *also) {
  const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
  if (!value && also)
    value = cJSON_GetObjectItemCaseSensitive(object, also);
  return value;
}
static bool missing(const cJSON *value) { return !value || cJSON_IsNull(value); }
static int comment_of(const struct profile *p, const cJSON *object, const char *place) {
  const cJSON *comment = value_of(object, "comment", NULL);
  return firecracker(p) || missing(comment) || cJSON_IsString(comment)
             ? WARRANT_OK
             : profile_says(p, WARRANT_BAD_INPUT, place, "a comment is no string");
}
/* One of an enumeration: a name, or an object whose only key is the name of one with a number.
 * Returns the name, or NULL. */
static const char *choice(const cJSON *value, const cJSON **number) {
  *number = NULL;
  if (cJSON_IsString(value))
    return value->valuestring;
  if (!cJSON_IsObject(value) || !value->child || value->child->next)
    return NULL;
  *number = value->child;
  return value->child->string;
}

/* ---- Actions ---- */

struct action {
  uint32_t kind, data;
};
static int read_action(struct profile *p, const cJSON *value, const char *place,
                       struct action *action) {
  static const struct {
    const char *name;
    uint32_t kind;
    bool data;
  } names[] = {
      {"allow", SECCOMP_RET_ALLOW, false},
      {"errno", SECCOMP_RET_ERRNO, true},
      {"kill_thread", SECCOMP_RET_KILL_THREAD, false},
      {"kill_process", SECCOMP_RET_KILL_PROCESS, false},
      {"log", SECCOMP_RET_LOG, false},
      {"trace", SECCOMP_RET_TRACE, true},
      {"trap", SECCOMP_RET_TRAP, false},
      {"user_notif", SECCOMP_RET_USER_NOTIF, false},
  };
  const cJSON *number;
  const char *name = choice(value, &number);
  uint64_t most = firecracker(p) ? UINT16_MAX : UINT32_MAX;
  for (size_t i = 0; i < sizeof names / sizeof *names && name; i++) {
    if (strcmp(names[i].name, name) != 0)
      continue;
    uint64_t data = 0;
    if (firecracker(p) && names[i].kind == SECCOMP_RET_USER_NOTIF)
      break;
    if (names[i].data ? !number || !profile_number(number, most, &data)
                      : number && !cJSON_IsNull(number))
      return profile_says(p, WARRANT_BAD_INPUT, place, "%s takes %s", name,
                          !names[i].data   ? "no number"
                          : firecracker(p) ? "a number of 16 bits"
                                           : "a number of 32 bits");
    *action = (struct action){names[i].kind, (uint32_t)data};
    const char *lost = names[i].data ? profile_data_lost(names[i].kind, data) : NULL;
    if (lost)
      profile_finding(p, true, "errno-range", place, lost);
    return WARRANT_OK;
  }
  return profile_says(p, WARRANT_BAD_INPUT, place, "no such action%s%.60s", name ? ": " : "",
                      name ? name : "");
}
static uint32_t returned(struct action a) { return a.kind | (a.data & SECCOMP_RET_DATA); }

/* ---- Rules ---- */

struct condition {
  unsigned index;
  enum scmp_compare op;
  bool whole; /* all 64 bits are meant */
  uint64_t mask, value;
};
/* As rust-vmm compares: a dword is the lowest 32 bits. */
static int add_test(struct profile *p, const struct condition *c, const char *place,
                    struct rule *rule) {
  bool masked = c->op == SCMP_CMP_MASKED_EQ;
  uint64_t bits = c->whole ? UINT64_MAX : UINT32_MAX;
  if (c->value > bits || (masked && c->mask > bits))
    profile_finding(p, true, "value-range", place,
                    "a dword is compared with the lowest 32 bits of the number");
  if (masked && (c->value & bits & ~c->mask))
    profile_finding(p, true, "value-range", place, "bits of `val` outside of the mask are dropped");
  uint64_t mask = c->mask & bits;
  struct test test = {c->index, masked ? SCMP_CMP_EQ : c->op, mask,
                      c->value & (masked ? mask : bits)};
  return profile_test(p, rule, test);
}
/* As Firecracker hands a comparison to libseccomp: a dword is one for `eq` alone. */
static int add_comparison(struct profile *p, const struct condition *c, const char *place,
                          struct rule *rule) {
  for (unsigned i = 0; i < rule->arg_count; i++)
    if (rule->args[i].arg == c->index)
      return profile_says(p, WARRANT_BAD_INPUT, place,
                          "argument %u is compared twice, which libseccomp refuses", c->index);
  struct scmp_arg_cmp cmp = {c->index, c->op, c->value, 0};
  if (c->op == SCMP_CMP_MASKED_EQ)
    cmp = (struct scmp_arg_cmp){c->index, c->op, c->mask, c->value};
  else if (c->op == SCMP_CMP_EQ && !c->whole)
    cmp = (struct scmp_arg_cmp){c->index, SCMP_CMP_MASKED_EQ, UINT32_MAX, c->value};
  else if (!c->whole)
    profile_finding(p, true, "dword-ignored", place,
                    "Firecracker compares all 64 bits here, since only `eq` looks at `type`");
  if (cmp.op == SCMP_CMP_MASKED_EQ && (cmp.datum_b & ~cmp.datum_a))
    profile_finding(p, true, "value-range", place, "bits of `val` outside of the mask are dropped");
  rule->args[rule->arg_count++] = cmp; /* six arguments, each once */
  return WARRANT_OK;
}
static int read_condition(struct profile *p, const cJSON *from, const char *place,
                          struct rule *rule) {
  static const struct {
    const char *name;
    enum scmp_compare op;
  } ops[] = {{"eq", SCMP_CMP_EQ},
             {"ne", SCMP_CMP_NE},
             {"ge", SCMP_CMP_GE},
             {"gt", SCMP_CMP_GT},
             {"le", SCMP_CMP_LE},
             {"lt", SCMP_CMP_LT},
             {"masked_eq", SCMP_CMP_MASKED_EQ}};
  uint64_t index, value, mask;
  const cJSON *number;
  int code = keys_of(p, from, "aindex|btype|cop|dval|ecomment|", place);
  if (!code)
    code = comment_of(p, from, place);
  if (code)
    return code;
  const cJSON *type = value_of(from, "type", NULL);
  const char *name = choice(value_of(from, "op", NULL), &number);
  if (!profile_number(value_of(from, "index", NULL), 5, &index))
    return profile_says(p, WARRANT_BAD_INPUT, place, "`index` is a number from 0 to 5");
  bool whole = cJSON_IsString(type) && strcmp(type->valuestring, "qword") == 0;
  if (!whole && !(cJSON_IsString(type) && strcmp(type->valuestring, "dword") == 0))
    return profile_says(p, WARRANT_BAD_INPUT, place, "`type` is dword or qword");
  if (!profile_number(value_of(from, "val", NULL), UINT64_MAX, &value))
    return profile_says(p, WARRANT_BAD_INPUT, place, "`val` is a whole number of 64 bits");
  for (size_t i = 0; i < sizeof ops / sizeof *ops && name; i++) {
    if (strcmp(ops[i].name, name) != 0)
      continue;
    bool masked = ops[i].op == SCMP_CMP_MASKED_EQ;
    mask = UINT64_MAX;
    if (masked ? !number || !profile_number(number, UINT64_MAX, &mask)
               : number && !cJSON_IsNull(number))
      break;
    struct condition c = {(unsigned)index, ops[i].op, whole, mask, value};
    return firecracker(p) ? add_comparison(p, &c, place, rule) : add_test(p, &c, place, rule);
  }
  return profile_says(p, WARRANT_BAD_INPUT, place,
                      "`op` is eq, ne, ge, gt, le, lt or {\"masked_eq\": MASK}");
}
static int read_rule(struct profile *p, const cJSON *from, const char *place, struct rule *rule) {
  int code = keys_of(p, from, "asyscall|bargs|ccomment|", place);
  if (!code)
    code = comment_of(p, from, place);
  if (code)
    return code;
  const cJSON *call = value_of(from, "syscall", NULL), *args = value_of(from, "args", NULL), *arg;
  if (!cJSON_IsString(call))
    return profile_says(p, WARRANT_BAD_INPUT, place, "`syscall` is the name of a call");
  unsigned arch = p->options->arch, i = 0;
  int nr = seccomp_syscall_resolve_name_arch(arches[arch].libseccomp, call->valuestring);
  if (strlen(call->valuestring) >= sizeof rule->call ||
      (firecracker(p) ? nr == __NR_SCMP_ERROR : nr < 0))
    return profile_says(p, WARRANT_BAD_INPUT, place,
                        "no such call: %.60s (misspelt, of another architecture, or too new)",
                        call->valuestring);
  snprintf(rule->call, sizeof rule->call, "%s", call->valuestring);
  if (missing(args))
    return WARRANT_OK;
  if (firecracker(p) && cJSON_IsArray(args) && !args->child) {
    profile_finding(p, true, "no-comparison", place, "without a condition every call matches");
    return WARRANT_OK;
  }
  if (!cJSON_IsArray(args) || !args->child)
    return profile_says(p, WARRANT_BAD_INPUT, place, "`args` is a list of at least one condition");
  cJSON_ArrayForEach(arg, args) {
    char inner[PLACE_MAX];
    snprintf(inner, sizeof inner, "%.120s/args/%u", place, i++);
    if (!code)
      code = read_condition(p, arg, inner, rule);
  }
  return code;
}
/* A rule without conditions adds none to those of its call: where others have some, they alone
 * count. */
static void drop_unconditional(struct profile *p) {
  unsigned kept = 0;
  for (unsigned i = 0; i < p->count; i++) {
    bool conditions = false;
    for (unsigned k = 0; k < p->count && p->rules[i].test_count == 0 && !conditions; k++)
      conditions |= p->rules[k].test_count > 0 && strcmp(p->rules[k].call, p->rules[i].call) == 0;
    if (conditions) {
      char place[PLACE_MAX], text[200];
      profile_place(&p->rules[i], place);
      snprintf(text, sizeof text,
               "%s has rules with `args`, too: this one without is dropped, and those count",
               p->rules[i].call);
      profile_finding(p, true, "overruled", place, text);
    } else {
      p->rules[kept++] = p->rules[i];
    }
  }
  p->count = kept;
}
/* All of one filter, into the profile. */
static int read_filter(struct profile *p, const cJSON *from) {
  char place[PLACE_MAX], inner[PLACE_MAX];
  struct action no = {0}, yes = {0};
  snprintf(place, sizeof place, "/%.60s", from->string);
  const char *keys = firecracker(p) ? "adefault_action|bfilter_action|cfilter|"
                                    : "amismatch_action|adefault_action|bmatch_action|bfilter_"
                                      "action|cfilter|";
  int code = keys_of(p, from, keys, place);
  if (!code)
    code = read_action(
        p, value_of(from, firecracker(p) ? "default_action" : "mismatch_action", "default_action"),
        place, &no);
  if (!code)
    code = read_action(
        p, value_of(from, firecracker(p) ? "filter_action" : "match_action", "filter_action"),
        place, &yes);
  if (!code && no.kind == yes.kind && no.data == yes.data)
    code = profile_says(p, WARRANT_BAD_INPUT, place, "both actions are the same");
  const cJSON *rules = value_of(from, "filter", NULL), *one;
  if (!code && !cJSON_IsArray(rules))
    code = profile_says(p, WARRANT_BAD_INPUT, place, "`filter` is a list of rules");
  snprintf(inner, sizeof inner, "%.100s/filter/", place);
  const char *within = profile_keep(p, inner);
  if (!code && !within)
    code = profile_bad(p, "out of memory", NULL);
  p->otherwise = returned(no);
  unsigned i = 0;
  cJSON_ArrayForEach(one, rules) {
    struct rule rule = {.action = returned(yes), .within = within, .entry = i++};
    if (code)
      break;
    profile_place(&rule, inner);
    code = read_rule(p, one, inner, &rule);
    if (code)
      free(rule.tests);
    else
      code = profile_add(p, &rule);
  }
  if (!code && !firecracker(p))
    drop_unconditional(p);
  return code;
}
/* Forgets what was read of a filter that is not wanted. */
static void forget(struct profile *p) {
  for (unsigned i = 0; i < p->count; i++)
    free(p->rules[i].tests);
  p->count = 0;
}

/* All filters are read, since one that is refused refuses the file; the wanted one last. */
static int read_filters(struct profile *p, const cJSON *root) {
  const cJSON *wanted = NULL, *one;
  unsigned count = 0, findings = 0;
  char names[200] = "";
  cJSON_ArrayForEach(one, root) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%.40s", count++ ? ", " : "", one->string);
    if (!p->options->set || strcmp(p->options->set, one->string) == 0)
      wanted = one;
    for (const cJSON *before = root->child; before != one; before = before->next)
      if (strcmp(before->string, one->string) == 0)
        return profile_bad(p, "a filter stands twice", one->string);
  }
  if (!wanted)
    return profile_bad(p, p->options->set ? "no such filter" : "no filter is in it",
                       p->options->set);
  if (count > 1 && !p->options->set)
    return profile_bad(p, "--set chooses one of its filters", names);
  cJSON_ArrayForEach(one, root) {
    int code = one == wanted ? WARRANT_OK : read_filter(p, one);
    forget(p);
    p->finding_count = findings;
    if (code)
      return code;
  }
  return read_filter(p, wanted);
}
int profile_seccompiler(struct profile *p, const char *text, bool by_firecracker) {
  static const char *const known[] = {"x86_64", "aarch64", "riscv64"};
  const char *arch = arches[p->options->arch].name;
  bool supported = false;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    supported |= strcmp(known[i], arch) == 0;
  if (!supported || (by_firecracker && strcmp(arch, "riscv64") == 0))
    return profile_bad(p, "seccompiler does not know the architecture", arch);
  p->ordered = !by_firecracker;
  p->strict = by_firecracker;
  p->elsewhere = SECCOMP_RET_KILL_PROCESS;
  cJSON *root = profile_parse(p, text);
  int code = !root                   ? WARRANT_BAD_INPUT
             : !cJSON_IsObject(root) ? profile_bad(p, "not an object of filters", NULL)
                                     : read_filters(p, root);
  cJSON_Delete(root);
  return code;
}
