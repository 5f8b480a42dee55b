/* Families of seccomp filters with n rules, to see how the cost of an audit grows with n. Rule i is
 * about argument i mod 6 of the call 1; what no rule allows is EPERM. */
#ifndef WARRANT_TESTS_RULES_H
#define WARRANT_TESTS_RULES_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

enum rules { RULES_EQUAL64, RULES_RANGES, RULES_MASKS, RULES_KINDS };
static const char *const rules_names[] = {"args64", "ranges", "masks"};
enum { RULES_INSNS_MAX = 4096, RULES_CALL = 1 };

struct rules_filter {
  struct sock_filter insns[RULES_INSNS_MAX];
  uint32_t count;
};
static inline void rules_emit(struct rules_filter *f, uint16_t code, uint8_t jt, uint8_t jf,
                              uint32_t k) {
  f->insns[f->count++] = (struct sock_filter){code, jt, jf, k};
}

/* Ends behind the rule's return when the rule does not match. */
static inline void rules_one(struct rules_filter *f, enum rules kind, uint32_t i) {
  uint32_t low = 16 + 8 * (i % 6), mask = 0x10101 * (i + 3);
  switch (kind) {
  case RULES_EQUAL64:
    rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, low + 4);
    rules_emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 7 * i + 1);
    rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, low);
    rules_emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 2654435761u * i);
    break;
  case RULES_RANGES:
    rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, low);
    rules_emit(f, BPF_JMP | BPF_JGT | BPF_K, 0, 2, 1000 * i + 5);
    rules_emit(f, BPF_JMP | BPF_JGT | BPF_K, 1, 0, 1000 * i + 505);
    break;
  default:
    rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, low);
    rules_emit(f, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
    rules_emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, mask & i * 0x9e3779b9u);
  }
  rules_emit(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
}
static inline void rules_make(struct rules_filter *f, enum rules kind, uint32_t n) {
  f->count = 0;
  rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, 4);
  rules_emit(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
  rules_emit(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  rules_emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, 0);
  rules_emit(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, RULES_CALL);
  rules_emit(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 1);
  for (uint32_t i = 0; i < n; i++)
    rules_one(f, kind, i);
  rules_emit(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 1);
}

#endif
