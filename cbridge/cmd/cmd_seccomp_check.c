/* warrant seccomp check: whether a filter keeps a policy, and for an assertion that fails a
 * witness. */
#include <stdlib.h>

#include "audit/policy.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_wrap.h"

static int check_policy(const struct seccomp_options *options, struct subject *s,
                        const char *text) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_calls();
  struct policy *policy = NULL;
  w_bdd_allow(s->bdd, options->limit / 2);
  if (w_policy_read(options->policy, text, s->bdd, &names, &policy, &error))
    return cmd_error(&error);
  int code = WARRANT_OK;
  for (unsigned i = 0; i < w_policy_count(policy); i++) {
    struct assertion_result r;
    if (w_policy_decide(policy, i, &s->all, &r, &error))
      r.holds = -1;
    if (r.holds != 1)
      code = WARRANT_REFUSED;
    if (options->common.json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "assertion", r.text);
      if (r.holds < 0)
        cJSON_AddNullToObject(o, "holds");
      else
        cJSON_AddBoolToObject(o, "holds", r.holds);
      if (r.has_witness)
        cJSON_AddItemToObject(o, "witness", json_input(&r.witness));
      else
        cJSON_AddNullToObject(o, "witness");
      cmd_print_json(o);
      continue;
    }
    if (r.holds == 1 && options->common.quiet)
      continue;
    printf("%s%-9s%s ", cmd_colour(stdout, r.holds == 1 ? CMD_GOOD : CMD_BAD),
           r.holds == 1   ? "holds"
           : r.holds == 0 ? "fails"
                          : "undecided",
           cmd_colour(stdout, CMD_PLAIN));
    put_wrapped(stdout, 10, 14, r.text);
    putchar('\n');
    if (r.has_witness) {
      uint32_t value = r.value;
      char action[64];
      subject_run(s, &r.witness, &value);
      w_action_text(w_action_effect(value), action, sizeof action);
      fputs("          ", stdout);
      print_input(stdout, &r.witness);
      printf(" -> %s\n", action);
    } else if (r.holds == 0) {
      printf("          no input of %s on %s\n", r.call ? r.call : "any call", r.arch);
    }
  }
  w_policy_free(policy);
  return code;
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
