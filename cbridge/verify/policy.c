#include "verify/policy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100 };

static const struct {
  const char *word, *meaning;
} rules[W_RULES] = {
    [W_RULE_UNREACHABLE] = {"unreachable", "every instruction can be reached"},
    [W_RULE_JUMP_OUT] = {"jump-out", "jumps stay in their function"},
    [W_RULE_FALLS_OUT] = {"falls-out", "a function ends with an exit or a jump"},
    [W_RULE_RECURSION] = {"recursion", "no function calls itself, by way of others either"},
    [W_RULE_FRAMES] = {"frames", "calls are nested 8 deep, or 16"},
    [W_RULE_STACK_DEPTH] = {"stack-depth",
                            "the frames of a chain of calls have 512 bytes together"},
    [W_RULE_TAIL_CALL_DEPTH] = {"tail-call-depth", "256 bytes of stack above a tail call"},
    [W_RULE_LICENCE] = {"licence", "some helpers and types are for licences like the GPL"},
    [W_RULE_NEW_INSTRUCTION] = {"new-instruction", "instructions that the release has"},
    [W_RULE_NEW_TYPE] = {"new-type", "program types that the release has"},
    [W_RULE_CONSTANT] = {"constant", "no constant shift by the width, no constant divisor 0"},
    [W_RULE_CALLX] = {"callx", "no call of a helper by a register"},
    [W_RULE_MAP_VALUE] = {"map-value",
                          "constant addresses are inside the value of an array of one"},
    [W_RULE_SET_RETVAL] = {"set-retval", "set_retval gets 0 or an error"},
    [W_RULE_CONTEXT_MOVED] = {"context-moved", "the context is accessed through its own address"},
    [W_RULE_CONTEXT_CONSTANT] = {"context-constant", "no constant is stored to the context"},
    [W_RULE_POINTER_HALF] = {"pointer-half", "no 32-bit arithmetic on pointers"},
    [W_RULE_POINTER_ARITHMETIC] = {"pointer-arithmetic", "sums and differences of pointers alone"},
    [W_RULE_POINTER_OFFSET] = {"pointer-offset", "less than 2^29 is added to a pointer"},
    [W_RULE_PACKET_OFFSET] = {"packet-offset", "only the first 65535 bytes of a packet are read"},
    [W_RULE_STACK_ALIGNMENT] = {"stack-alignment", "accesses of the stack are aligned"},
    [W_RULE_ATOMIC_OFFSET] = {"atomic-offset", "atomics have one place in the stack"},
    [W_RULE_PART_STORED] = {"part-stored", "pointers go to the stack as a whole"},
    [W_RULE_PART_LOADED] = {"part-loaded", "pointers come from the stack as a whole"},
    [W_RULE_STACK_POINTER_STORED] = {"stack-pointer-stored",
                                     "no address of the stack in a caller's frame"},
    [W_RULE_STACK_POINTER_RETURNED] = {"stack-pointer-returned",
                                       "no function returns an address of the stack"},
};

const char *w_rule_word(enum w_rule rule) { return rules[rule].word; }
const char *w_rule_meaning(enum w_rule rule) { return rules[rule].meaning; }

bool w_policies_make(struct w_policies *p, uint32_t slots) {
  *p = (struct w_policies){.slots = slots, .noted = calloc(slots, sizeof *p->noted)};
  return p->noted != NULL;
}

void w_policies_free(struct w_policies *p) {
  free(p->list);
  free(p->noted);
  *p = (struct w_policies){.list = NULL};
}

/* What the release that is asked for unless told otherwise refuses begins with "Linux refuses
 * this".
 */
static void begin(char *text, size_t size, const struct warrant_policy *p) {
  uint32_t release = p->from ? p->from : p->before;
  const char *which = p->from ? "from" : "before", *on = p->from ? " on" : "";
  if (!release)
    snprintf(text, size, "Linux refuses this: ");
  else if (warrant_policy_holds(p, WARRANT_LINUX_DEFAULT))
    snprintf(text, size, "Linux refuses this (%s %" PRIu32 ".%" PRIu32 "%s): ", which,
             release / 1000, release % 1000, on);
  else
    snprintf(text, size, "Linux %s %" PRIu32 ".%" PRIu32 "%s refuses this: ", which, release / 1000,
             release % 1000, on);
}

/* The same rule, for the same releases, there; or anywhere, once there are many. */
static bool known(const struct w_policies *p, const struct warrant_policy *new) {
  for (uint32_t i = 0; i < p->count; i++) {
    const struct warrant_policy *old = &p->list[i];
    if (old->rule == new->rule && old->from == new->from && old->before == new->before &&
        (old->pc == new->pc || p->count >= MANY))
      return true;
  }
  return false;
}

void w_policy(struct w_policies *p, enum w_rule rule, uint32_t pc, uint32_t from, uint32_t before,
              const char *format, ...) {
  struct warrant_policy new = {.rule = rules[rule].word, .pc = pc, .from = from, .before = before};
  if (pc >= p->slots || ((p->noted[pc] >> rule & 1 || p->count >= MANY) && known(p, &new)))
    return;
  if (p->count == p->cap) {
    uint32_t cap = p->cap ? 2 * p->cap : 8;
    struct warrant_policy *more = realloc(p->list, cap * sizeof *more);
    if (!more) {
      p->failed = true;
      return;
    }
    p->list = more;
    p->cap = cap;
  }
  struct warrant_policy *made = &p->list[p->count++];
  *made = new;
  begin(made->message, sizeof made->message, made);
  size_t n = strlen(made->message);
  va_list values;
  va_start(values, format);
  vsnprintf(made->message + n, sizeof made->message - n, format, values);
  va_end(values);
  p->noted[pc] |= UINT32_C(1) << rule;
}

static int by_pc(const void *a, const void *b) {
  const struct warrant_policy *x = a, *y = b;
  int rules_differ = strcmp(x->rule, y->rule);
  return x->pc != y->pc ? (x->pc > y->pc) - (x->pc < y->pc) : rules_differ;
}

void w_policies_sort(struct w_policies *p) {
  if (p->count)
    qsort(p->list, p->count, sizeof *p->list, by_pc);
}
