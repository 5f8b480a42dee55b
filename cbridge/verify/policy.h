/* Rules of Linux that this model does not have: their names, and those that a program breaks. */
#ifndef WARRANT_POLICY_H
#define WARRANT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A release of Linux, and whether one is at least another: they compare as numbers. */
#define WARRANT_RELEASE(major, minor) ((uint32_t)(major)*1000 + (minor))

enum w_rule {
  W_RULE_UNREACHABLE,
  W_RULE_JUMP_OUT,
  W_RULE_FALLS_OUT,
  W_RULE_RECURSION,
  W_RULE_FRAMES,
  W_RULE_STACK_DEPTH,
  W_RULE_TAIL_CALL_DEPTH,
  W_RULE_LICENCE,
  W_RULE_NEW_INSTRUCTION,
  W_RULE_NEW_TYPE,
  W_RULE_CONSTANT,
  W_RULE_CALLX,
  W_RULE_MAP_VALUE,
  W_RULE_SET_RETVAL,
  W_RULE_CONTEXT_MOVED,
  W_RULE_CONTEXT_CONSTANT,
  W_RULE_POINTER_HALF,
  W_RULE_POINTER_ARITHMETIC,
  W_RULE_POINTER_OFFSET,
  W_RULE_PACKET_OFFSET,
  W_RULE_STACK_ALIGNMENT,
  W_RULE_ATOMIC_OFFSET,
  W_RULE_PART_STORED,
  W_RULE_PART_LOADED,
  W_RULE_STACK_POINTER_STORED,
  W_RULE_STACK_POINTER_RETURNED,
  W_RULES,
};
/* Its word, which stays the same from release to release of this program; and what it is about. */
const char *w_rule_word(enum w_rule rule);
const char *w_rule_meaning(enum w_rule rule);

/* A rule that a program breaks. */
struct warrant_policy {
  const char *rule;  /* static, one word */
  uint32_t pc;       /* the instruction it is about */
  uint32_t from;     /* the first release that refuses it; 0: all before `before` */
  uint32_t before;   /* the first one that does not any more; 0: none */
  char message[320]; /* "Linux refuses this: ...", one sentence */
};
/* Does Linux of that release refuse it? */
static inline bool warrant_policy_holds(const struct warrant_policy *p, uint32_t release) {
  return release >= p->from && (!p->before || release < p->before);
}

/* What `--linux` asks for unless it names a release; and the releases whose rules are known. */
#define WARRANT_LINUX_DEFAULT WARRANT_RELEASE(6, 18)
#define WARRANT_LINUX_FIRST WARRANT_RELEASE(6, 1)
#define WARRANT_LINUX_LAST WARRANT_RELEASE(7, 3)

/* Those of one program: of a rule, an instruction and releases once; beyond a hundred, of a rule
 * and releases once. */
struct w_policies {
  struct warrant_policy *list; /* owned */
  uint32_t count, cap;
  uint32_t *noted; /* owned; by slot: a bit a rule */
  uint32_t slots;
  bool failed; /* out of memory */
};
/* False: out of memory. Free with w_policies_free in either case. */
bool w_policies_make(struct w_policies *p, uint32_t slots);
void w_policies_free(struct w_policies *p);
/* Notes it, unless it is noted. The text comes after "Linux refuses this: ". */
void w_policy(struct w_policies *p, enum w_rule rule, uint32_t pc, uint32_t from, uint32_t before,
              const char *format, ...) __attribute__((format(printf, 6, 7)));
/* By instruction. */
void w_policies_sort(struct w_policies *p);

#endif
