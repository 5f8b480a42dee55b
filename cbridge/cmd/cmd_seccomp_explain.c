/* warrant seccomp explain: the whole table as a policy that `check` decides. */
#include <inttypes.h>
#include <stdlib.h>

#include "audit/condition_text.h"
#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_sections.h"
#include "cmd/seccomp_subject.h"

/* One line of a policy: an assertion, or a comment where the language has no words. */
static void policy_line(struct table *t, bool assertion, const char *action, const char *calls,
                        const char *condition) {
  if (t->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    char *text = NULL; /* owned here */
    if (asprintf(&text, "%s for %s%s%s", action, calls, condition ? " when " : "",
                 condition ? condition : "") < 0)
      text = NULL;
    cmd_json_text(o, assertion ? "assertion" : "comment", text);
    cmd_print_json(o);
    free(text);
    return;
  }
  printf("%s%s for %s%s%s\n", assertion ? "" : "# ", action, calls, condition ? " when " : "",
         condition ? condition : "");
}
/* The rows of one part of a diagram as a policy. */
static void group_policy(struct table *t, const struct section *s, const struct group *g,
                         bool named) {
  for (uint32_t i = 0; i <= t->a->outcome_count; i++) {
    bdd_t when = condition_of(t, g->f, i);
    if (when == BDD_FALSE)
      continue;
    char action[64], text[64], *calls = NULL; /* owned here */
    size_t size = 0, count = 0;
    FILE *list = open_memstream(&calls, &size);
    char *condition = when == BDD_TRUE || when == BDD_NONE ? NULL : w_condition_text(t->m, when);
    if (!list || when == BDD_NONE || (when != BDD_TRUE && !condition))
      t->failed = true;
    outcome_name(t, i, action, sizeof action);
    for (size_t c = 0; c < g->count && list; c++)
      if (g->calls[c].name)
        fprintf(list, "%s%s", count++ ? ", " : "", g->calls[c].name);
    if (list) {
      fprintf(list, " on %s", s->arch);
      fclose(list);
    }
    if (count)
      policy_line(t, named && i < t->a->outcome_count && w_action_known(t->a->outcomes[i].value),
                  action, calls, condition);
    free(calls);
    for (size_t c = 0; c < g->count; c++)
      if (!g->calls[c].name) {
        char low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
        call_number(g->calls[c].low, low);
        call_number(g->calls[c].high, high);
        snprintf(text, sizeof text, "the numbers %s to %s", low, high);
        policy_line(t, false, action, text, condition);
      }
    if (g->f == s->rest)
      policy_line(t, false, action, "every other number", condition);
    free(condition);
  }
}

static void section_policy(struct table *t, const struct section *s) {
  bool any = false;
  if (!t->options->common.json)
    printf("\n# %s\n", s->arch);
  for (size_t i = 0; i < s->groups.count; i++) {
    group_policy(t, s, &s->groups.groups[i], s->index < ARCHES);
    any |= s->groups.groups[i].f == s->rest;
  }
  struct group rest = {.f = s->rest};
  if (!any)
    group_policy(t, s, &rest, false);
}

static int explain(const struct seccomp_options *options, const char *name,
                   const struct subject *s) {
  bool json = options->common.json;
  struct table t;
  if (!table_of(&t, options, s)) {
    cmd_complain("%s: undecided: the table is too large for --limit", name);
    return WARRANT_REFUSED;
  }
  if (!json) {
    fputs("# ", stdout);
    cmd_print_safe(stdout, name);
    putchar('\n');
  }
  table_sections(&t, json ? "*" : "every other architecture", section_policy);
  if (t.failed)
    cmd_complain("%s: a condition was too large to print; see --limit", name);
  return s->all.undecided != BDD_FALSE || t.failed ? WARRANT_REFUSED : WARRANT_OK;
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
