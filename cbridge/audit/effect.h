/* What Linux makes of the values that seccomp filters return: the same in C as
 * semantics/SeccompEffect.v and checker/AuditEffect.v, which is proved exact. */
#ifndef WARRANT_EFFECT_H
#define WARRANT_EFFECT_H

#include "audit/table.h"

/* False for a value that Linux does not know, and treats as KILL_PROCESS. */
bool w_action_known(uint32_t value);
/* The value that stands for all those that Linux treats alike: an error number above 4095 is 4095,
 * the data of actions other than ERRNO, TRACE and TRAP are nothing, and what is no action is
 * KILL_PROCESS. */
uint32_t w_action_effect(uint32_t value);
/* The call is executed: ALLOW or LOG. */
bool w_action_runs(uint32_t value);
/* What Linux takes of values that a newer and an older filter returned. */
uint32_t w_action_stricter(uint32_t newer, uint32_t older);

/* Outcomes of one effect are one. The result's outcomes are owned and to be freed; all else of it
 * is what `raw` has, and borrowed. Returns -1 when memory runs out, 1 when the table's limit is
 * met. */
int w_audit_effects(const struct audit *raw, struct audit *result);

#endif
