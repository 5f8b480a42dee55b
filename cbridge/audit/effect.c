#include "audit/effect.h"

#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "isa/tables.h"

bool w_action_known(uint32_t value) { return w_seccomp_action_of(value) != NULL; }
uint32_t w_action_effect(uint32_t value) {
  const struct w_seccomp_action *a = w_seccomp_action_of(value);
  if (!a)
    return SECCOMP_RET_KILL_PROCESS;
  uint32_t data = value & SECCOMP_RET_DATA;
  return a->value + (data < a->data ? data : a->data);
}
bool w_action_runs(uint32_t value) {
  const struct w_seccomp_action *a = w_seccomp_action_of(value);
  return a && a->runs;
}

/* Linux compares actions as signed numbers. */
static int32_t strictness(uint32_t value) { return (int32_t)(value & SECCOMP_RET_ACTION_FULL); }
uint32_t w_action_stricter(uint32_t newer, uint32_t older) {
  return strictness(older) < strictness(newer) ? older : newer;
}

int w_audit_effects(const struct audit *raw, struct audit *result) {
  *result = *raw;
  result->outcome_count = 0;
  result->outcomes = calloc(raw->outcome_count + 1, sizeof *result->outcomes);
  if (!result->outcomes)
    return -1;
  for (uint32_t i = 0; i < raw->outcome_count; i++) {
    struct audit_outcome new = {w_action_effect(raw->outcomes[i].value), raw->outcomes[i].when};
    struct audit_outcome *at = result->outcomes, *end = at + result->outcome_count;
    while (at < end && at->value < new.value)
      at++;
    if (at == end || at->value != new.value) {
      memmove(at + 1, at, (size_t)(end - at) * sizeof *at);
      *at = new;
      result->outcome_count++;
    } else if ((at->when = bdd_or(raw->bdd, at->when, new.when)) == BDD_NONE) {
      return 1;
    }
  }
  return 0;
}
