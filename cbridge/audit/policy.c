/* Policies; see policy.h. */
#include "audit/policy.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "isa/error.h"
#include "isa/tables.h"

/* ---- Actions ---- */

int w_action_text(uint32_t value, char *out, size_t size) {
  const struct w_seccomp_action *action = w_seccomp_action_of(value);
  uint32_t data = value & SECCOMP_RET_DATA;
  if (!action)
    return snprintf(out, size, "0x%08" PRIx32, value);
  const char *name = action->name;
  if (action->value == SECCOMP_RET_ERRNO) {
    const char *error = data ? strerrorname_np((int)data) : NULL;
    return error ? snprintf(out, size, "%s(%s)", name, error)
                 : snprintf(out, size, "%s(%" PRIu32 ")", name, data);
  }
  return data ? snprintf(out, size, "%s(%" PRIu32 ")", name, data)
              : snprintf(out, size, "%s", name);
}

/* ---- Policies ---- */

enum quantifier { NEVER, ALWAYS, CAN };
enum { NAME_MAX_LENGTH = 64, ACTIONS_MAX = 16, LIST_DEPTH = 16 };

struct wanted { /* actions that match: (value & mask) == bits */
  uint32_t mask, bits;
};
struct call {
  char name[NAME_MAX_LENGTH];
};
struct assertion {
  enum quantifier quantifier;
  struct wanted wanted[ACTIONS_MAX];
  unsigned wanted_count;
  bool any_call;
  struct call *calls; /* owned */
  unsigned call_count;
  uint64_t arches; /* one bit an architecture */
  bool arches_named;
  bdd_t when;
  bdd_t when_swapped; /* of big-endian architectures, once it is known */
  bool swapped_known;
  bdd_t *whens; /* owned; in the place of both where names stand in it: see when_of */
  unsigned line;
  char *text; /* owned */
};
struct list { /* a name for several calls */
  char name[NAME_MAX_LENGTH];
  struct call *calls; /* owned */
  unsigned call_count;
};
struct policy {
  struct bdd *bdd;
  struct seccomp_names names;
  struct assertion *assertions; /* owned */
  unsigned count;
  struct list *lists; /* owned */
  unsigned list_count;
};

void w_policy_free(struct policy *policy) {
  if (!policy)
    return;
  for (unsigned i = 0; i < policy->count; i++) {
    free(policy->assertions[i].calls);
    free(policy->assertions[i].whens);
    free(policy->assertions[i].text);
  }
  for (unsigned i = 0; i < policy->list_count; i++)
    free(policy->lists[i].calls);
  free(policy->assertions);
  free(policy->lists);
  free(policy);
}
unsigned w_policy_count(const struct policy *policy) { return policy->count; }

struct reader {
  struct policy *policy;
  const char *name, *at;
  unsigned line, next_line;
  struct warrant_error *error;
};
static int complain(struct reader *r, const char *what, const char *about) {
  return warrant_fail(r->error, WARRANT_BAD_INPUT, "%s:%u: %s%s%s", r->name, r->line, what,
                      about ? ": " : "", about ? about : "");
}
static void skip_space(struct reader *r) {
  while (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')
    r->at++;
}
static bool symbol(struct reader *r, char c) {
  skip_space(r);
  if (*r->at != c)
    return false;
  r->at++;
  return true;
}
/* A name of letters, digits, '_' and '-'. False where there is none or one too long (cut short it
 * could be another's). */
static bool name(struct reader *r, char out[NAME_MAX_LENGTH]) {
  skip_space(r);
  size_t n = 0;
  while (isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '-') {
    if (n + 1 < NAME_MAX_LENGTH)
      out[n] = *r->at;
    n++;
    r->at++;
  }
  bool good = n > 0 && n < NAME_MAX_LENGTH;
  out[good ? n : 0] = '\0';
  return good;
}
static bool keyword(struct reader *r, const char *word) {
  const char *start = r->at;
  char got[NAME_MAX_LENGTH];
  if (name(r, got) && strcmp(got, word) == 0)
    return true;
  r->at = start;
  return false;
}

static int want(struct reader *r, struct assertion *a, uint32_t mask, uint32_t bits) {
  if (a->wanted_count == ACTIONS_MAX)
    return complain(r, "too many actions in one assertion", NULL);
  if (mask & SECCOMP_RET_DATA) /* as in the outcomes that it is compared with */
    bits = w_action_effect(bits);
  a->wanted[a->wanted_count++] = (struct wanted){mask, bits};
  return 0;
}
/* All actions that execute the call, or all that refuse it. */
static int want_all(struct reader *r, struct assertion *a, bool run) {
  for (uint32_t i = 0; i < w_seccomp_action_count; i++) {
    const struct w_seccomp_action *action = &w_seccomp_actions[i];
    if ((run ? action->runs : action->refuses) &&
        want(r, a, SECCOMP_RET_ACTION_FULL, action->value))
      return -1;
  }
  return 0;
}
/* An error by number or name; false when there is none. */
static bool error_number(const char *text, uint32_t *number) {
  if (isdigit((unsigned char)*text)) {
    char *end;
    unsigned long v = strtoul(text, &end, 0);
    *number = (uint32_t)v;
    return *end == '\0' && v <= SECCOMP_RET_DATA;
  }
  for (int e = 1; e < 4096; e++) {
    const char *known = strerrorname_np(e);
    if (known && strcmp(known, text) == 0) {
      *number = (uint32_t)e;
      return true;
    }
  }
  return false;
}
static const struct w_seccomp_action *action_named(const char *name) {
  for (uint32_t i = 0; i < w_seccomp_action_count; i++)
    if (strcmp(name, w_seccomp_actions[i].name) == 0)
      return &w_seccomp_actions[i];
  return NULL;
}
bool w_action_value(const char *text, uint32_t *value) {
  char word[NAME_MAX_LENGTH], data[NAME_MAX_LENGTH], end;
  uint32_t number = 0;
  int n = sscanf(text, "%63[A-Z_a-z0-9](%63[A-Za-z0-9])%c", word, data, &end);
  if (n == 2 && text[strlen(text) - 1] == ')' ? !error_number(data, &number)
                                              : n != 1 || strlen(word) != strlen(text))
    return false;
  const struct w_seccomp_action *action = action_named(word);
  if (action) {
    *value = action->value | number;
    return true;
  }
  *value = SECCOMP_RET_ERRNO;
  if (n == 2 || !isalpha((unsigned char)*word) || !error_number(word, &number))
    return false;
  *value |= number;
  return true;
}
static int read_action(struct reader *r, struct assertion *a) {
  char word[NAME_MAX_LENGTH], data[NAME_MAX_LENGTH];
  if (!name(r, word))
    return complain(r, "an action such as ALLOW or ERRNO(EPERM) should stand here", NULL);
  uint32_t number = 0;
  bool with_data = symbol(r, '(');
  if (with_data && (!name(r, data) || !error_number(data, &number) || !symbol(r, ')')))
    return complain(r, "an action's data is a number or the name of an error, in parentheses",
                    NULL);
  uint32_t mask = SECCOMP_RET_ACTION_FULL | (with_data ? SECCOMP_RET_DATA : 0);
  const struct w_seccomp_action *action = action_named(word);
  if (action)
    return want(r, a, mask, action->value | number);
  if (with_data)
    return complain(r, "no such action", word);
  if (strcmp(word, "KILL") == 0)
    return want(r, a, mask, SECCOMP_RET_KILL_PROCESS) || want(r, a, mask, SECCOMP_RET_KILL_THREAD)
               ? -1
               : 0;
  if (strcmp(word, "RUN") == 0)
    return want_all(r, a, true);
  if (strcmp(word, "DENY") == 0)
    return want_all(r, a, false);
  if (error_number(word, &number) && isalpha((unsigned char)*word))
    return want(r, a, mask | SECCOMP_RET_DATA, SECCOMP_RET_ERRNO | number);
  return complain(r, "no such action", word);
}

/* A call that is there already is not added: lists of lists would double each time. */
static int add_call(struct reader *r, struct call **calls, unsigned *count, const char *text) {
  for (unsigned i = 0; i < *count; i++)
    if (strcmp((*calls)[i].name, text) == 0)
      return 0;
  struct call *more = realloc(*calls, (*count + 1) * sizeof *more);
  if (!more)
    return complain(r, "out of memory", NULL);
  *calls = more;
  snprintf((*calls)[(*count)++].name, NAME_MAX_LENGTH, "%s", text);
  return 0;
}
static bool known_call(const struct policy *p, const char *text) {
  uint32_t nr;
  for (unsigned i = 0; i < p->names.arch_count; i++)
    if (p->names.number(p->names.data, i, text, &nr))
      return true;
  return false;
}
static int read_calls(struct reader *r, struct call **calls, unsigned *count, bool *any) {
  do {
    char word[NAME_MAX_LENGTH];
    if (any && symbol(r, '*')) {
      *any = true;
      continue;
    }
    if (symbol(r, '@')) {
      const struct list *list = NULL;
      if (!name(r, word))
        return complain(r, "after @ comes the name of a list", NULL);
      for (unsigned i = 0; i < r->policy->list_count; i++)
        if (strcmp(r->policy->lists[i].name, word) == 0)
          list = &r->policy->lists[i];
      if (!list)
        return complain(r, "no list of this name has been given", word);
      for (unsigned i = 0; i < list->call_count; i++)
        if (add_call(r, calls, count, list->calls[i].name))
          return -1;
      continue;
    }
    if (!name(r, word))
      return complain(r, "the name of a system call, of at most 63 letters, should stand here",
                      NULL);
    if (!known_call(r->policy, word))
      return complain(r, "no architecture has a system call of this name", word);
    if (add_call(r, calls, count, word))
      return -1;
  } while (symbol(r, ','));
  return 0;
}
static int read_arches(struct reader *r, struct assertion *a) {
  const struct seccomp_names *names = &r->policy->names;
  a->arches = 0;
  a->arches_named = true;
  do {
    char word[NAME_MAX_LENGTH];
    uint32_t token;
    if (!name(r, word))
      return complain(r, "the name of an architecture should stand here", NULL);
    bool begins = *r->at == '*'; /* each one whose name begins so */
    r->at += begins;
    uint64_t meant = 0;
    for (unsigned i = 0; i < names->arch_count; i++) {
      const char *arch = names->arch(names->data, i, &token);
      if (begins ? strncmp(arch, word, strlen(word)) == 0 : strcmp(arch, word) == 0)
        meant |= (uint64_t)1 << i;
    }
    if (!meant)
      return complain(r, "no such architecture", word);
    a->arches |= meant;
  } while (symbol(r, ','));
  return 0;
}

/* What stands from `start` to `end`, with one space where there are several, as where lines have
 * been joined, and none there between flags. The caller frees it; NULL when memory runs out. */
static char *one_line(const char *start, const char *end) {
  char *text = malloc((size_t)(end - start) + 1);
  size_t n = 0;
  while (text && start < end) {
    size_t space = 0;
    while (start + space < end && isspace((unsigned char)start[space]))
      space++;
    bool joined = space > 1 && n && text[n - 1] == '|';
    start += space;
    if (space && n && start < end && !joined)
      text[n++] = ' ';
    if (start < end)
      text[n++] = *start++;
  }
  if (text)
    text[n] = '\0';
  return text;
}
/* The calls that an assertion names, and one more for all of them. */
static unsigned call_slots(const struct assertion *a) { return a->call_count + a->any_call; }
/* The place of the condition for an architecture and a call, where names stand in it. */
static bdd_t *when_of(const struct assertion *a, unsigned arch, unsigned call) {
  return &a->whens[(size_t)arch * call_slots(a) + call];
}
/* The condition at r->at as it is for one architecture and call. */
static int read_one(struct reader *r, struct assertion *a, bool unless, unsigned arch,
                    unsigned call, struct words *words) {
  struct warrant_error why = {0};
  const struct seccomp_names *names = &r->policy->names;
  uint32_t token;
  bdd_t f = BDD_NONE;
  *words = (struct words){.arch = names->arch(names->data, arch, &token),
                          .call = call < a->call_count ? a->calls[call].name : NULL};
  skip_space(r);
  int status = w_condition_read_words(r->policy->bdd, words, &r->at, &f, &why);
  /* Without `on` only a filter tells whether this architecture is meant. */
  bool later = words->unknown && !a->arches_named && a->quantifier != NEVER;
  if (status && !later)
    return complain(r, why.text, NULL);
  f = status ? BDD_NONE : unless ? bdd_not(r->policy->bdd, f) : f;
  if (!a->whens)
    a->when = f;
  else
    *when_of(a, arch, call) = w_arch_big_endian(token) ? w_audit_swapped(r->policy->bdd, f) : f;
  return 0;
}
/* Reads it for each architecture and call, if names stand in it. */
static int read_condition(struct reader *r, struct assertion *a, bool unless) {
  const struct seccomp_names *names = &r->policy->names;
  const char *start = r->at, *end = NULL;
  struct words words;
  unsigned first = 0;
  while (first + 1 < names->arch_count && !(a->arches >> first & 1))
    first++;
  if (read_one(r, a, unless, first, 0, &words))
    return -1;
  if (!words.used)
    return 0;
  a->whens = malloc((size_t)names->arch_count * call_slots(a) * sizeof *a->whens);
  if (!a->whens)
    return complain(r, "out of memory", NULL);
  for (size_t i = 0; i < (size_t)names->arch_count * call_slots(a); i++)
    a->whens[i] = BDD_NONE;
  for (unsigned arch = first; arch < names->arch_count; arch++) {
    const bdd_t *known = NULL; /* for all calls there, where no argument has a name */
    for (unsigned call = 0; call < call_slots(a) && a->arches >> arch & 1; call++) {
      uint32_t nr;
      if (call < a->call_count && !names->number(names->data, arch, a->calls[call].name, &nr))
        continue;
      if (known) {
        *when_of(a, arch, call) = *known;
        continue;
      }
      r->at = start;
      if (read_one(r, a, unless, arch, call, &words))
        return -1;
      end = words.unknown ? end : r->at;
      known = words.by_call || words.unknown ? NULL : when_of(a, arch, call);
    }
  }
  if (!end) { /* nowhere: what the first architecture and call say is right or wrong, though */
    r->at = start;
    return read_one(r, a, unless, first, 0, &words);
  }
  r->at = end;
  return 0;
}
static int read_assertion(struct reader *r, enum quantifier quantifier, const char *start) {
  struct policy *p = r->policy;
  struct assertion *more = realloc(p->assertions, (p->count + 1) * sizeof *more);
  if (!more)
    return complain(r, "out of memory", NULL);
  p->assertions = more;
  struct assertion *a = &p->assertions[p->count++];
  *a = (struct assertion){
      .quantifier = quantifier, .arches = UINT64_MAX, .when = BDD_TRUE, .line = r->line};
  do {
    if (read_action(r, a))
      return -1;
  } while (symbol(r, '|'));
  if (!keyword(r, "for"))
    return complain(r, "`for` and system calls should follow the action", NULL);
  if (read_calls(r, &a->calls, &a->call_count, &a->any_call))
    return -1;
  bool except = keyword(r, "except");
  if (keyword(r, "on") ? read_arches(r, a)
                       : except && complain(r, "`except` is followed by `on`", NULL))
    return -1;
  if (except) {
    a->arches = ~a->arches;
    a->arches_named = false;
  }
  bool unless = keyword(r, "unless");
  if ((unless || keyword(r, "when")) && read_condition(r, a, unless))
    return -1;
  a->text = one_line(start, r->at);
  return a->text ? 0 : complain(r, "out of memory", NULL);
}
static int read_list(struct reader *r) {
  struct policy *p = r->policy;
  struct list *more = realloc(p->lists, (p->list_count + 1) * sizeof *more);
  if (!more)
    return complain(r, "out of memory", NULL);
  p->lists = more;
  struct list *list = &p->lists[p->list_count++];
  memset(list, 0, sizeof *list);
  char word[NAME_MAX_LENGTH];
  if (!name(r, word) || !symbol(r, '='))
    return complain(r, "a list is written `list NAME = CALL, CALL, ...`", NULL);
  /* The list gets its name last, so that it cannot contain itself. */
  struct call *calls = NULL;
  unsigned count = 0;
  int status = read_calls(r, &calls, &count, NULL);
  list = &p->lists[p->list_count - 1];
  list->calls = calls;
  list->call_count = count;
  memcpy(list->name, word, sizeof word);
  return status;
}

static int read_line(struct reader *r) {
  skip_space(r);
  const char *start = r->at;
  if (*r->at == '\0' || *r->at == '#')
    return 0;
  int status;
  if (keyword(r, "list"))
    status = read_list(r);
  else if (keyword(r, "never"))
    status = read_assertion(r, NEVER, start);
  else if (keyword(r, "always"))
    status = read_assertion(r, ALWAYS, start);
  else if (keyword(r, "can"))
    status = read_assertion(r, CAN, start);
  else /* an action at once: always */
    status = read_assertion(r, ALWAYS, start);
  skip_space(r);
  if (status == 0 && *r->at != '\0' && *r->at != '#')
    return complain(r, "this is not understood", r->at);
  return status;
}

/* Ends the line at `line` in place, with those that it goes on in: the next begins with a number of
 * r->next_line. Returns it, or NULL. */
static char *end_line(struct reader *r, char *line) {
  r->line = r->next_line;
  bool comment = false; /* it ends with its line */
  for (char *from = line;;) {
    char *end = strchr(from, '\n');
    r->next_line++;
    if (!end)
      return NULL;
    *end = '\0';
    char *last = end > from && end[-1] == '\r' ? end - 1 : end;
    comment |= strchr(from, '#') != NULL;
    if (comment || last == from || last[-1] != '\\')
      return end + 1;
    memset(last - 1, ' ', (size_t)(end - last) + 2);
    from = end + 1;
  }
}

int w_policy_read(const char *name, const char *text, struct bdd *bdd,
                  const struct seccomp_names *names, struct policy **policy,
                  struct warrant_error *error) {
  struct policy *p = calloc(1, sizeof *p);
  char *copy = strdup(text); /* owned here: lines are ended in it */
  if (!p || !copy) {
    free(p);
    free(copy);
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  }
  p->bdd = bdd;
  p->names = *names;
  struct reader r = {.policy = p, .name = name, .next_line = 1, .error = error};
  int status = 0;
  for (char *line = copy, *next; line && status == 0; line = next) {
    next = end_line(&r, line);
    r.at = line;
    status = read_line(&r);
  }
  free(copy);
  if (status) {
    w_policy_free(p);
    return -1;
  }
  *policy = p;
  return 0;
}

/* ---- Deciding ---- */

static bool is_wanted(const struct assertion *a, uint32_t value) {
  for (unsigned i = 0; i < a->wanted_count; i++)
    if ((value & a->wanted[i].mask) == a->wanted[i].bits)
      return true;
  return false;
}

/* The condition over words as they lie. */
static bdd_t asked_of(struct bdd *m, struct assertion *a, unsigned arch, uint32_t token,
                      unsigned call) {
  if (a->whens)
    return *when_of(a, arch, call);
  if (!w_arch_big_endian(token))
    return a->when;
  if (!a->swapped_known)
    a->when_swapped = w_audit_swapped(m, a->when);
  a->swapped_known = true;
  return a->when_swapped;
}

/* One architecture and one system call, or all of them when `nr` is NULL. */
static int decide_one(struct assertion *a, const struct audit *audit, unsigned arch, uint32_t token,
                      unsigned call, const uint32_t *nr, struct assertion_result *result) {
  struct bdd *m = audit->bdd;
  bdd_t good = BDD_FALSE; /* inputs that end in an action of the assertion */
  for (uint32_t i = 0; i < audit->outcome_count; i++)
    if (is_wanted(a, audit->outcomes[i].value)) {
      bdd_t when = w_audit_fix(m, audit->outcomes[i].when, INPUT_ARCH, token);
      good = bdd_or(m, good, nr ? w_audit_fix(m, when, INPUT_NR, *nr) : when);
    }
  bdd_t unknown = w_audit_fix(m, audit->undecided, INPUT_ARCH, token);
  if (nr)
    unknown = w_audit_fix(m, unknown, INPUT_NR, *nr);
  if (a->quantifier == NEVER && good == BDD_FALSE && unknown == BDD_FALSE)
    return 0; /* whatever the condition is, and however large */
  bdd_t asked = asked_of(m, a, arch, token, call);
  unknown = bdd_and(m, unknown, asked);
  bdd_t bad;
  if (a->quantifier == NEVER) {
    bad = bdd_and(m, good, asked);
  } else if (a->quantifier == ALWAYS) {
    bad = bdd_and(m, asked, bdd_not(m, bdd_or(m, good, unknown)));
  } else {
    bdd_t shown = bdd_and(m, good, asked);
    if (shown == BDD_NONE || unknown == BDD_NONE)
      return -1;
    if (shown == BDD_FALSE)
      result->holds = unknown != BDD_FALSE ? -1 : 0;
    return 0;
  }
  if (bad == BDD_NONE || unknown == BDD_NONE)
    return -1;
  if (bad != BDD_FALSE) {
    result->holds = 0;
    result->has_witness = true;
    result->witness = w_audit_input(m, bad);
    result->witness.arch = token;
    if (nr)
      result->witness.nr = (int)*nr;
    uint8_t bits[INPUT_VARS / 8];
    w_audit_assignment(m, &result->witness, bits);
    for (uint32_t i = 0; i < audit->outcome_count; i++)
      if (w_bdd_value(m, audit->outcomes[i].when, bits))
        result->value = audit->outcomes[i].value;
  } else if (unknown != BDD_FALSE) {
    result->holds = -1;
  }
  return 0;
}

/* What `always` and `can` are about without `on`: the architectures that the filter tells from
 * others, and of two with one AUDIT_ARCH value the first (x32 calls are x86_64's with a bit set).
 */
static bool is_meant(const struct seccomp_names *names, const struct audit *a, unsigned arch) {
  enum { NO_ARCH = 0x5ec0ffee };
  uint32_t token, other;
  names->arch(names->data, arch, &token);
  for (unsigned i = 0; i < arch; i++) {
    names->arch(names->data, i, &other);
    if (other == token)
      return false;
  }
  bool none = true; /* the filter does not look at the architecture */
  for (uint32_t i = 0; i < a->outcome_count; i++) {
    bdd_t when = a->outcomes[i].when;
    bdd_t usual = w_audit_fix(a->bdd, when, INPUT_ARCH, NO_ARCH);
    if (w_audit_fix(a->bdd, when, INPUT_ARCH, token) != usual)
      return true;
    none &= usual == when;
  }
  return none;
}

int w_policy_decide_from(const struct policy *policy, unsigned i, const struct audit *audit,
                         unsigned *from, struct assertion_result *result,
                         struct warrant_error *error) {
  struct assertion *a = &policy->assertions[i];
  const struct seccomp_names *names = &policy->names;
  unsigned calls = call_slots(a);
  *result = (struct assertion_result){.text = a->text, .line = a->line, .holds = 1};
  bool undecided = false;
  while (*from < names->arch_count * calls) {
    unsigned arch = *from / calls, c = (*from)++ % calls;
    uint32_t token, nr;
    const char *arch_name = names->arch(names->data, arch, &token);
    if (!(a->arches >> arch & 1) ||
        (!a->arches_named && a->quantifier != NEVER && !is_meant(names, audit, arch)))
      continue;
    bool all = c == a->call_count;
    if (!all && !names->number(names->data, arch, a->calls[c].name, &nr))
      continue;
    result->arch = arch_name;
    result->call = all ? NULL : a->calls[c].name;
    if (decide_one(a, audit, arch, token, c, all ? NULL : &nr, result))
      return warrant_fail(error, WARRANT_REFUSED, "line %u is undecided within --limit", a->line);
    if (result->holds == 0)
      return 0;
    undecided |= result->holds < 0;
    result->holds = 1;
  }
  if (undecided)
    result->holds = -1;
  return 0;
}

int w_policy_decide(const struct policy *policy, unsigned i, const struct audit *audit,
                    struct assertion_result *result, struct warrant_error *error) {
  unsigned from = 0;
  return w_policy_decide_from(policy, i, audit, &from, result, error);
}
