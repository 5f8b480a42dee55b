/* warrant seccomp explain: the whole table as a policy that `check` decides. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_sections.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_words.h"
#include "cmd/seccomp_wrap.h"

/* "ACTION for CALLS when CONDITION"; the caller frees it. */
static char *line_text(const char *action, const char *calls, const struct ending *e,
                       const char *condition) {
  char *text = NULL; /* owned by the caller */
  if (e->always)
    condition = NULL;
  else if (!condition)
    condition = unprinted_condition;
  if (asprintf(&text, "%s for %s%s%s", action, calls, condition ? " when " : "",
               condition ? condition : "") < 0)
    return NULL;
  return text;
}
/* One line of a policy: an assertion, or a comment where the language has no words, or where the
 * condition could not be written, so that `check` would be asked something else. `named` is the
 * condition with names, or NULL. */
static void policy_line(const struct table *t, bool assertion, const char *action,
                        const char *calls, const struct ending *e, const char *named) {
  bool written = e->always || e->condition;
  char *text = line_text(action, calls, e, e->condition);          /* owned here */
  char *words = named ? line_text(action, calls, e, named) : NULL; /* owned here */
  assertion &= written;
  if (!text || (named && !words)) {
    cmd_complain("out of memory");
  } else if (t->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, assertion ? "assertion" : "comment", text);
    if (words)
      cmd_json_text(o, "named", words);
    if (!written)
      cJSON_AddTrueToObject(o, "unprinted");
    cmd_print_json(o);
  } else {
    put_policy(stdout, assertion, words ? words : text);
  }
  free(text);
  free(words);
}
/* "read, write on x86_64": the calls of a variant that have names, or NULL. The caller frees it. */
static char *named_calls(const struct section *s, const struct group *g, const struct variant *v,
                         bool *failed) {
  char *calls = NULL; /* owned by the caller */
  size_t size = 0, count = 0;
  FILE *list = open_memstream(&calls, &size);
  for (size_t i = 0; i < v->count && list; i++)
    if (g->calls[v->calls[i]].name)
      fprintf(list, "%s%s", count++ ? ", " : "", g->calls[v->calls[i]].name);
  if (list)
    fprintf(list, " on %s", s->arch);
  if (!list || fclose(list) != 0)
    *failed = true;
  if (count && !*failed)
    return calls;
  free(calls);
  return NULL;
}
/* What a group is besides calls that have names. */
static void unnamed_policy(struct table *t, const struct group *g, const char *action,
                           const struct ending *e) {
  char text[64];
  for (size_t c = 0; c < g->count; c++)
    if (!g->calls[c].name) {
      char low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
      call_number(g->calls[c].low, low);
      call_number(g->calls[c].high, high);
      snprintf(text, sizeof text, "the numbers %s to %s", low, high);
      policy_line(t, false, action, text, e, NULL);
    }
  if (g->by_numbers) {
    char *numbers = NULL; /* owned here */
    if (asprintf(&numbers, "every other number with %s",
                 g->numbers ? g->numbers : unprinted_numbers) >= 0)
      policy_line(t, false, action, numbers, e, NULL);
    else
      t->failed = true;
    free(numbers);
  }
  if (g->rest)
    policy_line(t, false, action, "every other number", e, NULL);
}
/* What the arguments are called that conditions are about: a comment, for people alone. */
static void signatures(const struct table *t, const struct section *s, const struct group *g,
                       const struct variant *v) {
  char *list = NULL; /* owned here */
  size_t size = 0, count = 0;
  FILE *out = t->options->common.json ? NULL : open_memstream(&list, &size);
  for (size_t i = 0; i < v->count && out; i++) {
    char text[CALL_TEXT_MAX];
    const char *name = g->calls[v->calls[i]].name;
    if (!name)
      continue;
    call_signature(s, g, name, text, sizeof text);
    if (strchr(text, '('))
      fprintf(out, "%s%s", count++ ? ", " : "", text);
  }
  if (out && fclose(out) == 0 && count)
    put_policy(stdout, false, list);
  free(list);
}
/* The rows of one part of a diagram as a policy. */
static void group_policy(struct table *t, const struct section *s, const struct group *g) {
  struct variants v;
  t->failed |= !variants_of(t, s, g, &v);
  for (size_t k = 0; k < v.count; k++) {
    char *calls = named_calls(s, g, &v.variants[k], &t->failed); /* owned here */
    signatures(t, s, g, &v.variants[k]);
    for (size_t i = 0; i < g->ending_count; i++) {
      const struct ending *e = &g->endings[i];
      char action[64];
      outcome_name(t, e->index, action, sizeof action);
      bool named = s->index < ARCHES && e->index < t->a->outcome_count;
      if (calls)
        policy_line(t, named, action, calls, e, v.variants[k].conditions[i]);
      if (k == 0)
        unnamed_policy(t, g, action, e);
    }
    free(calls);
  }
  variants_free(&v);
}

static int explain(const struct seccomp_options *options, const char *name,
                   const struct subject *s) {
  bool json = options->common.json;
  struct table t;
  int code = table_of(&t, options, s, name, json ? "*" : "every other architecture");
  if (code)
    return code;
  if (!json) {
    fputs("# ", stdout);
    cmd_print_safe(stdout, name);
    putchar('\n');
    if (t.unprinted)
      printf("# %u row%s could not be printed in full\n", t.unprinted, t.unprinted == 1 ? "" : "s");
  }
  for (size_t i = 0; i < t.count; i++) {
    if (!json) {
      putchar('\n');
      put_policy(stdout, false, t.sections[i].arch);
    }
    for (size_t k = 0; k < t.sections[i].group_count; k++)
      group_policy(&t, &t.sections[i], &t.sections[i].groups[k]);
  }
  if (t.failed)
    cmd_complain("%s: out of memory", name);
  if (t.unprinted)
    cmd_complain("%s: %u row%s could not be printed in full: too large", name, t.unprinted,
                 t.unprinted == 1 ? "" : "s");
  bool whole = s->all.undecided == BDD_FALSE && !t.failed && !t.unprinted;
  table_free(&t);
  return whole ? WARRANT_OK : WARRANT_REFUSED;
}

int seccomp_explain(const struct seccomp_options *options, char **files, unsigned count) {
  struct subject s = {0};
  char process[SUBJECT_NAME_MAX];
  const char *name;
  int code = subject_open(&s, options, files, count, process, &name);
  if (!code)
    code = explain(options, name, &s);
  subject_free(&s);
  return code;
}
