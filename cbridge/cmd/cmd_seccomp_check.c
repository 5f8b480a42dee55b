/* warrant seccomp check: whether a filter keeps a policy, and for an assertion that fails a
 * witness. */
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_report.h"
#include "cmd/seccomp_rules.h"
#include "cmd/seccomp_sarif.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_wrap.h"

static void answer_json(const struct assertion_result *r) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "assertion", r->text);
  if (r->holds < 0)
    cJSON_AddNullToObject(o, "holds");
  else
    cJSON_AddBoolToObject(o, "holds", r->holds);
  if (r->has_witness)
    cJSON_AddItemToObject(o, "witness", json_input(&r->witness));
  else
    cJSON_AddNullToObject(o, "witness");
  cmd_print_json(o);
}

/* The witness with its end, or why there is none; NULL where nothing is known. The caller frees it.
 */
static char *why_of(struct subject *s, const struct assertion_result *r) {
  char *text = NULL;
  if (r->has_witness) {
    uint32_t value = r->value;
    char action[64];
    subject_run(s, &r->witness, &value);
    w_action_text(w_action_effect(value), action, sizeof action);
    char *input = input_text(&r->witness); /* owned here */
    if (!input || asprintf(&text, "%s -> %s", input, action) < 0)
      text = strdup("out of memory");
    free(input);
  } else if (r->holds == 0 &&
             asprintf(&text, "no input of %s on %s", r->call ? r->call : "any call", r->arch) < 0) {
    text = strdup("out of memory");
  }
  return text;
}

static void answer_text(const struct seccomp_options *options, struct subject *s,
                        const struct assertion_result *r) {
  if (r->holds == 1 && options->common.quiet)
    return;
  printf("%s%-9s%s ", cmd_colour(stdout, r->holds == 1 ? CMD_GOOD : CMD_BAD),
         r->holds == 1   ? "holds"
         : r->holds == 0 ? "fails"
                         : "undecided",
         cmd_colour(stdout, CMD_PLAIN));
  put_wrapped(stdout, 10, 14, r->text);
  putchar('\n');
  char *why = why_of(s, r); /* owned here */
  if (why) {
    fputs("          ", stdout);
    put_wrapped(stdout, 10, 14, why);
    putchar('\n');
  }
  free(why);
}

/* The place is the instruction by which the witness returns, if there is one. */
static void answer_sarif(cJSON *log, const struct seccomp_options *options, struct subject *s,
                         const struct assertion_result *r) {
  uint32_t value = 0, filter = 0, pc = 0;
  char *message = NULL; /* owned here */
  if (r->holds == 1)
    return;
  char *why = why_of(s, r); /* owned here */
  bool written = asprintf(&message, "%s: %s%s%s", r->holds == 0 ? "fails" : "undecided", r->text,
                          why ? "; " : "", why ? why : "") >= 0;
  free(why);
  bool ran = r->has_witness && subject_decide(s, &r->witness, &value, &filter, &pc);
  const char *const same[] = {r->text, r->arch, r->call};
  struct sarif_result result = {.rule = r->holds == 0 ? "assertion-fails" : "assertion-undecided",
                                .severity = "high",
                                .message = written ? message : r->text,
                                .policy = strcmp(options->policy, "-") ? options->policy : NULL,
                                .policy_line = r->line,
                                .same = same,
                                .same_count = sizeof same / sizeof *same,
                                .properties = r->has_witness ? json_input(&r->witness) : NULL};
  /* Without a witness no filter of a stack is to blame alone. */
  char *inside = report_place(options, s, ran || s->count == 1 ? filter : NO_FILTER,
                              ran ? pc : NO_PC, &result); /* owned here */
  sarif_add(log, &result);
  free(inside);
  if (written)
    free(message);
}

static int check_policy(const struct seccomp_options *options, struct subject *s,
                        const char *text) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_calls();
  struct policy *policy = NULL;
  w_bdd_allow(s->bdd, options->limit / 2);
  if (w_policy_read(options->policy, text, s->bdd, &names, &policy, &error))
    return cmd_error(&error);
  int code = WARRANT_OK;
  cJSON *log = options->sarif ? sarif_start(OF_CHECK) : NULL;
  if (options->sarif && !log)
    code = WARRANT_BAD_INPUT;
  for (unsigned i = 0; i < w_policy_count(policy) && code != WARRANT_BAD_INPUT; i++) {
    struct assertion_result r;
    if (w_policy_decide(policy, i, &s->all, &r, &error))
      r.holds = -1;
    if (r.holds != 1)
      code = WARRANT_REFUSED;
    if (log)
      answer_sarif(log, options, s, &r);
    else if (options->common.json)
      answer_json(&r);
    else
      answer_text(options, s, &r);
  }
  w_policy_free(policy);
  return log ? sarif_print(log, code) : code;
}

int seccomp_check(const struct seccomp_options *options, char **files, unsigned count) {
  struct subject s = {0};
  char *text = NULL; /* owned here */
  int code = cmd_read_text(options->policy, &text);
  s.policy = text;
  if (!code)
    code = subject_load(&s, options, files, count, NULL);
  if (!code)
    code = check_policy(options, &s, text);
  free(text);
  subject_free(&s);
  return code;
}
