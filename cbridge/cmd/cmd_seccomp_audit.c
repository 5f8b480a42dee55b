/* warrant seccomp audit: the table of what a filter decides, and what looks wrong with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition_text.h"
#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_findings.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_sections.h"
#include "cmd/seccomp_subject.h"

struct cost {
  bool known;
  uint32_t longest;
  double mean;
};

/* How many instructions one call executes: the longest and the mean over its arguments. */
static struct cost cost_of(const struct table *t, const struct section *s, uint32_t nr) {
  enum { VARYING_MAX = 256 };
  struct cost c = {.known = s->reach != NULL};
  struct bdd *m = t->m;
  bdd_t varying[VARYING_MAX];
  unsigned count = 0;
  for (uint32_t pc = 0; c.known && pc < s->insn_count; pc++) {
    bdd_t f = w_audit_fix(m, s->reach[pc], INPUT_NR, nr);
    if (f == BDD_TRUE) {
      c.longest++;
      c.mean++;
    } else if (f != BDD_FALSE) {
      double share = w_bdd_share(m, f);
      c.mean += share;
      c.known = share >= 0 && count < VARYING_MAX;
      if (c.known)
        varying[count++] = f;
    }
  }
  if (!c.known || count == 0)
    return c;
  struct bdd_vec sum = w_bdd_const(0);
  for (unsigned i = 0; i < count; i++) {
    struct bdd_vec one = w_bdd_const(0);
    one.bit[0] = varying[i];
    sum = w_bdd_vec_alu(m, 0x00, &sum, &one); /* BPF_ADD */
  }
  bdd_t domain = BDD_TRUE;
  for (int bit = 9; bit >= 0; bit--) {
    bdd_t high = bdd_and(m, domain, sum.bit[bit]);
    c.known &= high != BDD_NONE;
    if (high != BDD_FALSE) {
      domain = high;
      c.longest += 1u << bit;
    }
  }
  return c;
}

static const char *action_colour(uint32_t value) {
  return cmd_colour(stdout, w_action_runs(value) ? CMD_GOOD : CMD_BAD);
}

static void row_json(const struct section *s, const char *call, const uint32_t *low, uint32_t high,
                     const char *action, const char *condition, const struct cost *cost) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "arch", s->arch);
  cmd_json_text(o, "syscall", call);
  if (low)
    cmd_json_u64(o, "nr", *low);
  else
    cJSON_AddNullToObject(o, "nr");
  if (low && high != *low)
    cmd_json_u64(o, "nr_last", high);
  cmd_json_text(o, "action", action);
  cmd_json_text(o, "condition", condition);
  if (cost && cost->known) {
    cmd_json_u64(o, "steps_longest", cost->longest);
    cJSON_AddNumberToObject(o, "steps_mean", cost->mean);
  }
  cmd_print_json(o);
}

/* The rows of one part of a diagram, for all its calls. */
static void group_json(struct table *t, const struct section *s, const struct group *g) {
  for (uint32_t i = 0; i <= t->a->outcome_count; i++) {
    bdd_t when = condition_of(t, g->f, i);
    if (when == BDD_FALSE)
      continue;
    char action[64];
    outcome_name(t, i, action, sizeof action);
    char *condition = when == BDD_TRUE || when == BDD_NONE ? NULL : w_condition_text(t->m, when);
    if (when == BDD_NONE || (when != BDD_TRUE && !condition))
      t->failed = true;
    for (size_t c = 0; c < g->count; c++) {
      struct cost cost = {0};
      if (g->calls[c].name)
        cost = cost_of(t, s, g->calls[c].low);
      row_json(s, g->calls[c].name, &g->calls[c].low, g->calls[c].high, action, condition, &cost);
    }
    if (g->f == s->rest)
      row_json(s, "*", NULL, 0, action, condition, NULL);
    free(condition);
  }
}

static void print_calls(const struct group *g) {
  int column = 0;
  for (size_t c = 0; c < g->count; c++) {
    char text[96], low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
    call_number(g->calls[c].low, low);
    call_number(g->calls[c].high, high);
    if (g->calls[c].name)
      snprintf(text, sizeof text, "%s", g->calls[c].name);
    else if (g->calls[c].low == g->calls[c].high)
      snprintf(text, sizeof text, "#%s", low);
    else
      snprintf(text, sizeof text, "#%s..%s", low, high);
    int n = (int)strlen(text) + 1;
    if (column == 0 || column + n > 90) {
      printf("%s      ", column ? "\n" : "");
      column = 6;
    }
    printf("%s%s", text, c + 1 < g->count ? " " : "");
    column += n;
  }
  putchar('\n');
}
static void group_text(struct table *t, const struct section *s, const struct group *g) {
  bool rest = g->f == s->rest, first = true;
  /* One of several outcomes needs no words: what calls usually come to, or else the last. */
  bdd_t usual = s->rest;
  uint32_t otherwise = UINT32_MAX, outcomes = 0;
  for (uint32_t i = 0; i <= t->a->outcome_count; i++)
    if (condition_of(t, g->f, i) != BDD_FALSE) {
      outcomes++;
      if (otherwise == UINT32_MAX || condition_of(t, usual, otherwise) != BDD_TRUE)
        otherwise = i;
    }
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i <= t->a->outcome_count; i++) {
      if ((i == otherwise) != (pass == 1))
        continue;
      bdd_t when = condition_of(t, g->f, i);
      if (when == BDD_FALSE)
        continue;
      char action[64];
      outcome_name(t, i, action, sizeof action);
      printf("  %s%-14s%s", i < t->a->outcome_count ? action_colour(t->a->outcomes[i].value) : "",
             action, cmd_colour(stdout, CMD_PLAIN));
      if (outcomes > 1 && i == otherwise) {
        printf(" otherwise");
      } else if (when != BDD_TRUE) {
        char *condition = when == BDD_NONE ? NULL : w_condition_text(t->m, when);
        if (condition)
          printf(" when %s", condition);
        else
          t->failed = true;
        free(condition);
      }
      puts(rest && first ? "  (every other call)" : "");
      first = false;
    }
  if (!rest || g->count)
    print_calls(g);
}

static void section_json(struct table *t, const struct section *s) {
  bool rest_seen = false;
  for (size_t i = 0; i < s->groups.count; i++) {
    rest_seen |= s->groups.groups[i].f == s->rest;
    group_json(t, s, &s->groups.groups[i]);
  }
  struct group rest = {.f = s->rest};
  if (!rest_seen)
    group_json(t, s, &rest);
}

/* What a section's calls execute, all of them together. */
static void costs_text(const struct table *t, const struct section *s) {
  double mean = 0;
  uint32_t longest = 0;
  const char *slowest = NULL;
  unsigned counted = 0;
  for (unsigned i = 0; i < s->calls.count && s->reach; i++) {
    struct cost cost = cost_of(t, s, s->calls.calls[i].nr);
    if (!cost.known)
      continue;
    mean += cost.mean;
    counted++;
    if (cost.longest > longest) {
      longest = cost.longest;
      slowest = s->calls.calls[i].name;
    }
  }
  if (counted)
    printf("  %scost: %.1f instructions in the mean over the calls, at most %" PRIu32 " (%s)%s\n",
           cmd_colour(stdout, CMD_DIM), mean / counted, longest, slowest ? slowest : "none",
           cmd_colour(stdout, CMD_PLAIN));
}
static void section_text(struct table *t, const struct section *s) {
  printf("%s%s%s\n", cmd_colour(stdout, CMD_NOTE), s->arch, cmd_colour(stdout, CMD_PLAIN));
  for (size_t i = 0; i < s->groups.count; i++)
    if (s->groups.groups[i].f != s->rest)
      group_text(t, s, &s->groups.groups[i]);
  struct group rest = {.f = s->rest};
  group_text(t, s, &rest);
  costs_text(t, s);
}

static int report(const struct seccomp_options *options, const char *name,
                  const struct subject *s) {
  bool json = options->common.json;
  struct table t;
  struct findings f = {.options = options, .s = s, .undecided = s->all.undecided != BDD_FALSE};
  bool good = table_of(&t, options, s);
  f.run = calls_that_run(&s->all);
  if (!good || f.run == BDD_NONE) {
    cmd_complain("%s: undecided: the table is too large for --limit", name);
    return WARRANT_REFUSED;
  }
  if (!json) {
    cmd_print_safe(stdout, name);
    printf(": %" PRIu32 " outcome%s, %s\n", t.a->outcome_count, t.a->outcome_count == 1 ? "" : "s",
           f.undecided ? "not all inputs decided" : "every input decided");
  }
  if (!options->findings_only)
    table_sections(&t, json ? "*" : "every other architecture", json ? section_json : section_text);
  int code = findings_print(&f);
  if (t.failed)
    cmd_complain("%s: a condition was too large to print; see --limit", name);
  if (!json && !f.found)
    puts("nothing found");
  if (code)
    return code;
  return f.found || f.undecided || t.failed ? WARRANT_REFUSED : WARRANT_OK;
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
    code = report(options, name, &s);
  free(policy);
  subject_free(&s);
  return code;
}
