/* warrant seccomp explain: the whole table as a policy that `check` decides. */
#include <inttypes.h>
#include <stdlib.h>

#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_sections.h"
#include "cmd/seccomp_subject.h"

/* One line of a policy: an assertion, or a comment where the language has no words, or where the
 * condition could not be written, so that `check` would be asked something else. */
static void policy_line(const struct table *t, bool assertion, const char *action,
                        const char *calls, const struct ending *e) {
  bool written = e->always || e->condition;
  char *text = NULL; /* owned here */
  if (asprintf(&text, "%s for %s%s%s", action, calls, e->always ? "" : " when ",
               e->always      ? ""
               : e->condition ? e->condition
                              : unprinted_condition) < 0) {
    cmd_complain("out of memory");
    return;
  }
  assertion &= written;
  if (t->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, assertion ? "assertion" : "comment", text);
    if (!written)
      cJSON_AddTrueToObject(o, "unprinted");
    cmd_print_json(o);
  } else {
    printf("%s%s\n", assertion ? "" : "# ", text);
  }
  free(text);
}
/* "read, write on x86_64": the calls of a group that have names, or NULL. The caller frees it. */
static char *named_calls(const struct section *s, const struct group *g, bool *failed) {
  char *calls = NULL; /* owned by the caller */
  size_t size = 0, count = 0;
  FILE *list = open_memstream(&calls, &size);
  for (size_t c = 0; c < g->count && list; c++)
    if (g->calls[c].name)
      fprintf(list, "%s%s", count++ ? ", " : "", g->calls[c].name);
  if (list)
    fprintf(list, " on %s", s->arch);
  if (!list || fclose(list) != 0)
    *failed = true;
  if (count && !*failed)
    return calls;
  free(calls);
  return NULL;
}
/* The rows of one part of a diagram as a policy. */
static void group_policy(struct table *t, const struct section *s, const struct group *g) {
  char *calls = named_calls(s, g, &t->failed); /* owned here */
  for (size_t i = 0; i < g->ending_count; i++) {
    const struct ending *e = &g->endings[i];
    char action[64], text[64];
    outcome_name(t, e->index, action, sizeof action);
    bool named = s->index < ARCHES && e->index < t->a->outcome_count;
    if (calls)
      policy_line(t, named, action, calls, e);
    for (size_t c = 0; c < g->count; c++)
      if (!g->calls[c].name) {
        char low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
        call_number(g->calls[c].low, low);
        call_number(g->calls[c].high, high);
        snprintf(text, sizeof text, "the numbers %s to %s", low, high);
        policy_line(t, false, action, text, e);
      }
    if (g->by_numbers) {
      char *numbers = NULL; /* owned here */
      if (asprintf(&numbers, "every other number with %s",
                   g->numbers ? g->numbers : unprinted_numbers) >= 0)
        policy_line(t, false, action, numbers, e);
      else
        t->failed = true;
      free(numbers);
    }
    if (g->rest)
      policy_line(t, false, action, "every other number", e);
  }
  free(calls);
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
    if (t.unprinted)
      printf(": %u row%s could not be printed in full", t.unprinted, t.unprinted == 1 ? "" : "s");
    putchar('\n');
  }
  for (size_t i = 0; i < t.count; i++) {
    if (!json) {
      fputs("\n# ", stdout);
      cmd_print_safe(stdout, t.sections[i].arch);
      putchar('\n');
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
