/* warrant seccomp audit: the table of what a filter decides, and what looks wrong with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/naming.h"
#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_cost.h"
#include "cmd/seccomp_findings.h"
#include "cmd/seccomp_html.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_rules.h"
#include "cmd/seccomp_sarif.h"
#include "cmd/seccomp_sections.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_words.h"
#include "cmd/seccomp_wrap.h"

static const char *action_colour(uint32_t value) {
  return cmd_colour(stdout, w_action_runs(value) ? CMD_GOOD : CMD_BAD);
}

/* ---- JSON ---- */

/* A row of the table: `low` is NULL where no single number or run of numbers is meant. */
static void row_json(const struct table *t, const struct section *s, const char *call,
                     const uint32_t *low, uint32_t high, const struct group *g, const char *action,
                     const struct ending *e, bool calls_told, const struct cost *cost) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "arch", s->arch);
  cmd_json_text(o, "syscall", call);
  if (low)
    cmd_json_u64(o, "nr", *low);
  else
    cJSON_AddNullToObject(o, "nr");
  if (low && high != *low)
    cmd_json_u64(o, "nr_last", high);
  if (!low && !call && g->numbers)
    cmd_json_text(o, "numbers", g->numbers);
  cmd_json_text(o, "action", action);
  /* null is "always", so there is none when it is not known which calls or arguments are meant. */
  if (calls_told && (e->always || e->condition))
    cmd_json_text(o, "condition", e->condition);
  else
    cJSON_AddTrueToObject(o, "unprinted");
  if (calls_told && call && e->condition && s->index < ARCHES) {
    char *named = w_condition_named(t->m, e->condition, condition_of(t, g->f, e->index),
                                    arches[s->index].name, call); /* owned here */
    if (named)
      cmd_json_text(o, "condition_named", named);
    free(named);
  }
  if (cost && cost->known) {
    cmd_json_u64(o, cost->exact ? "steps_longest" : "steps_bound", cost->longest);
    if (cost->mean >= 0)
      cJSON_AddNumberToObject(o, "steps_mean", cost->mean);
  }
  cmd_print_json(o);
}

/* The rows of one part of a diagram, for all its calls. */
static void group_json(const struct table *t, const struct section *s, const struct group *g) {
  struct cost *costs = calloc(g->count + 1, sizeof *costs); /* owned here; of each call */
  if (!costs)
    cmd_complain("out of memory: what calls cost is left out");
  for (size_t c = 0; c < g->count && costs; c++)
    if (g->calls[c].name && s->one_token)
      costs[c] = cost_of(t->costs, s->token, g->calls[c].low);
  for (size_t i = 0; i < g->ending_count; i++) {
    const struct ending *e = &g->endings[i];
    char action[64];
    outcome_name(t, e->index, action, sizeof action);
    for (size_t c = 0; c < g->count; c++)
      row_json(t, s, g->calls[c].name, &g->calls[c].low, g->calls[c].high, g, action, e, true,
               costs ? &costs[c] : NULL);
    if (g->by_numbers)
      row_json(t, s, NULL, NULL, 0, g, action, e, g->numbers, NULL);
    if (g->rest)
      row_json(t, s, "*", NULL, 0, g, action, e, !s->calls_unprinted, NULL);
  }
  free(costs);
}

/* ---- Text ---- */

/* The calls of a row. `first`: and the numbers that have no name. */
static void print_calls(const struct section *s, const struct group *g, const struct variant *v,
                        bool first) {
  enum { INDENT = 6, CALLS_COLUMNS = 90 };
  const uint32_t negative = UINT32_C(1) << 31; /* the first number that no call can have */
  unsigned column = 0;
  for (size_t i = 0; i < v->count; i++) {
    size_t c = v->calls[i];
    char text[CALL_TEXT_MAX], low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
    call_number(g->calls[c].low, low);
    call_number(g->calls[c].high, high);
    if (g->calls[c].name)
      call_signature(s, g, g->calls[c].name, text, sizeof text);
    else if (g->calls[c].low == g->calls[c].high)
      snprintf(text, sizeof text, "#%s", low);
    else if (g->calls[c].low == negative && g->calls[c].high == UINT32_MAX)
      snprintf(text, sizeof text, "every negative number (#%s..%s)", low, high);
    else
      snprintf(text, sizeof text, "#%s..%s", low, high);
    unsigned n = (unsigned)strlen(text) + 1;
    if (column == 0 || column + n > CALLS_COLUMNS) {
      printf("%s%*s", column ? "\n" : "", INDENT, "");
      column = INDENT;
    }
    printf("%s%s", column > INDENT ? " " : "", text);
    column += n;
  }
  if (v->count)
    putchar('\n');
  if (g->by_numbers && first) {
    printf("%*severy other call with ", INDENT, "");
    put_wrapped(stdout, INDENT + 22, INDENT + 2, g->numbers ? g->numbers : unprinted_numbers);
    putchar('\n');
  }
}

static const struct group *rest_of(const struct section *s) {
  for (size_t i = 0; i < s->group_count; i++)
    if (s->groups[i].rest)
      return &s->groups[i];
  return NULL;
}
/* The one of several endings that needs no words: what calls usually come to, or else the last. */
static size_t otherwise_of(const struct section *s, const struct group *g) {
  const struct group *rest = rest_of(s);
  uint32_t usual = rest && rest->ending_count == 1 ? rest->endings[0].index : UINT32_MAX;
  for (size_t i = 0; i < g->ending_count; i++)
    if (g->endings[i].index == usual)
      return i;
  return g->ending_count - 1;
}
/* What stands behind a row's action in the place of calls, where it is about all that are left. */
static const char *others_text(const struct section *s, const struct group *g, bool alone) {
  if (s->calls_unprinted)
    return "  (every other call, but for numbers too large a set to print)";
  return alone && s->group_count == 1 && !g->by_numbers ? "  (every call)" : "  (every other call)";
}
static void variant_text(const struct table *t, const struct section *s, const struct group *g,
                         const struct variant *v, const char *others) {
  size_t otherwise = otherwise_of(s, g);
  for (size_t k = 0; k < g->ending_count; k++) {
    /* That one stands last. */
    size_t i = k + 1 == g->ending_count ? otherwise : k < otherwise ? k : k + 1;
    const struct ending *e = &g->endings[i];
    bool last = g->ending_count > 1 && i == otherwise, tell_others = others && k == 0;
    char action[64];
    outcome_name(t, e->index, action, sizeof action);
    unsigned column = 2 + (unsigned)(strlen(action) > 14 ? strlen(action) : 14);
    int width = last || !e->always || tell_others ? 14 : 0; /* no spaces at a line's end */
    printf("  %s%-*s%s",
           e->index < t->a->outcome_count ? action_colour(t->a->outcomes[e->index].value) : "",
           width, action, cmd_colour(stdout, CMD_PLAIN));
    if (last) {
      column = put_wrapped(stdout, column, 8, " otherwise");
    } else if (!e->always) {
      column = put_wrapped(stdout, column, 8, " when ");
      const char *condition = variant_condition(g, v, i);
      column = put_wrapped(stdout, column, 8, condition ? condition : unprinted_condition);
    }
    if (tell_others)
      put_wrapped(stdout, column, 8, others);
    putchar('\n');
  }
}
static void group_text(const struct table *t, const struct section *s, const struct group *g,
                       bool every_other) {
  struct variants v;
  if (!variants_of(t, s, g, &v))
    cmd_complain("out of memory: some rows are left out");
  for (size_t i = 0; i < v.count; i++) {
    if (variant_empty(g, &v, i))
      continue;
    variant_text(t, s, g, &v.variants[i],
                 every_other && i == 0 ? others_text(s, g, v.count == 1) : NULL);
    if (!every_other || i > 0)
      print_calls(s, g, &v.variants[i], i == 0);
  }
  variants_free(&v);
}

/* What a section's calls execute, all of them together. A call of which nothing is known is told.
 */
static void costs_text(const struct table *t, const struct section *s) {
  double mean = 0;
  uint32_t longest = 0;
  const char *slowest = "none";
  unsigned means = 0, unknown = 0;
  bool exact = true; /* of the slowest */
  if (t->s->stacked || !s->one_token || s->calls.count == 0)
    return;
  for (unsigned i = 0; i < s->calls.count; i++) {
    struct cost cost = cost_of(t->costs, s->token, s->calls.calls[i].nr);
    unknown += !cost.known;
    if (cost.known && cost.mean >= 0) {
      mean += cost.mean;
      means++;
    }
    if (cost.known && cost.longest > longest) {
      longest = cost.longest;
      slowest = s->calls.calls[i].name;
      exact = cost.exact;
    }
  }
  printf("  %scost: ", cmd_colour(stdout, CMD_DIM));
  if (means == s->calls.count)
    printf("%.1f instructions in the mean over the calls, ", mean / means);
  printf("at most %" PRIu32 " (%s%s)", longest, slowest, exact ? "" : ", a bound");
  if (unknown)
    printf(", not known for %u call%s", unknown, unknown == 1 ? "" : "s");
  printf("%s\n", cmd_colour(stdout, CMD_PLAIN));
}
static void section_text(const struct table *t, const struct section *s) {
  fputs(cmd_colour(stdout, CMD_NOTE), stdout);
  put_wrapped(stdout, 0, 4, s->arch);
  puts(cmd_colour(stdout, CMD_PLAIN));
  for (size_t i = 0; i < s->group_count; i++)
    if (!s->groups[i].rest)
      group_text(t, s, &s->groups[i], false);
  const struct group *rest = rest_of(s);
  if (rest)
    group_text(t, s, rest, true);
  costs_text(t, s);
}
static void table_print(const struct table *t, bool json) {
  for (size_t i = 0; i < t->count; i++) {
    const struct section *s = &t->sections[i];
    if (!json)
      section_text(t, s);
    for (size_t k = 0; k < s->group_count && json; k++)
      group_json(t, s, &s->groups[k]);
  }
}

static void print_header(const char *name, const struct table *t, bool undecided) {
  char text[160], unprinted[64] = "";
  if (t->unprinted)
    snprintf(unprinted, sizeof unprinted, "; %u row%s could not be printed in full", t->unprinted,
             t->unprinted == 1 ? "" : "s");
  snprintf(text, sizeof text, ": %" PRIu32 " outcome%s, %s%s", t->a->outcome_count,
           t->a->outcome_count == 1 ? "" : "s",
           undecided ? "not all inputs decided" : "every input decided", unprinted);
  put_named(stdout, name, text);
}

/* What was found, in the form that is asked for. Returns the exit code. */
static int tell(const struct seccomp_options *options, struct report *r, unsigned unprinted,
                int code) {
  if (!options->sarif) {
    report_print(r);
    return code;
  }
  cJSON *log = sarif_start(OF_AUDIT);
  if (!log)
    return WARRANT_BAD_INPUT;
  report_sarif(r, log);
  if (unprinted)
    sarif_notify(log, "some rows of the table could not be printed in full: too large");
  return sarif_print(log, code);
}

static int audit_report(const struct seccomp_options *options, const char *name,
                        const struct subject *s) {
  bool json = options->common.json, text = !json && !options->sarif;
  struct table t;
  struct report r = {.options = options, .s = s};
  struct findings f = {
      .options = options, .s = s, .report = &r, .undecided = s->all.undecided != BDD_FALSE};
  int code = table_of(&t, options, s, name, json ? "*" : "every other architecture");
  if (code)
    return code;
  t.costs = costs_of(s);
  f.run = calls_that_run(&s->all);
  if (text && f.run != BDD_NONE)
    print_header(name, &t, f.undecided);
  if (f.run != BDD_NONE && !options->findings_only && !options->sarif)
    table_print(&t, json);
  if (f.run == BDD_NONE) {
    cmd_complain("%s: undecided: the findings are too large for --limit", name);
    findings_too_large(&f);
  } else {
    code = findings_collect(&f);
  }
  if (!code)
    code = r.matter || r.failed || f.undecided || t.unprinted ? WARRANT_REFUSED : WARRANT_OK;
  report_order(&r);
  int page = options->html ? html_write(options, name, &t, &r) : WARRANT_OK;
  code = tell(options, &r, t.unprinted, code);
  code = page && code != WARRANT_BAD_INPUT ? page : code;
  if (t.unprinted)
    cmd_complain("%s: %u row%s could not be printed in full: too large", name, t.unprinted,
                 t.unprinted == 1 ? "" : "s");
  if (text && !r.matter)
    puts("nothing found");
  table_free(&t);
  report_free(&r);
  return code;
}

int seccomp_audit(const struct seccomp_options *options, char **files, unsigned count) {
  struct subject s = {0};
  char process[SUBJECT_NAME_MAX];
  const char *name;
  char *policy = NULL; /* owned here */
  int code = options->policy ? cmd_read_text(options->policy, &policy) : WARRANT_OK;
  s.policy = policy;
  if (!code)
    code = subject_open(&s, options, files, count, process, &name);
  if (!code)
    code = audit_report(options, name, &s);
  free(policy);
  subject_free(&s);
  return code;
}
