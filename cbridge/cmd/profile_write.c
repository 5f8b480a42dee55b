#include "cmd/profile_write.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "isa/room.h"

struct out {
  struct sock_filter *insns; /* owned */
  size_t count, room;
  bool full; /* out of memory */
};
static void put(struct out *o, struct sock_filter insn) {
  struct sock_filter *more = w_room_for_one(o->insns, o->count, &o->room, sizeof *more);
  if (!more) {
    o->full = true;
    return;
  }
  o->insns = more;
  o->insns[o->count++] = insn;
}
static void load(struct out *o, size_t offset) {
  put(o, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}
static void jump(struct out *o, unsigned op, uint32_t k, unsigned yes, unsigned no) {
  put(o, (struct sock_filter)BPF_JUMP(BPF_JMP | op | BPF_K, k, (uint8_t)yes, (uint8_t)no));
}
static void ret(struct out *o, uint32_t action) {
  put(o, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}
/* A jump as far as it takes, to where `land` is called; returns where it stands. */
static size_t away(struct out *o) {
  put(o, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
  return o->count - 1;
}
static void land(struct out *o, size_t from) {
  if (!o->full)
    o->insns[from].k = (uint32_t)(o->count - from - 1);
}

/* Half of an argument behind half of the mask; returns how many instructions. */
static unsigned half(struct out *o, const struct test *t, bool high) {
  uint32_t mask = (uint32_t)(high ? t->mask >> 32 : t->mask);
  load(o, offsetof(struct seccomp_data, args) + 8 * t->arg + (high ? 4 : 0));
  if (mask == UINT32_MAX)
    return 1;
  put(o, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  return 2;
}
/* One test: what does not hold jumps away, from the place that is returned; what holds goes on
 * behind that jump. The low half decides only where the high halves are equal. */
static size_t one_test(struct out *o, const struct test *t) {
  uint32_t high = (uint32_t)(t->value >> 32), low = (uint32_t)t->value;
  bool turned = t->op == SCMP_CMP_NE || t->op == SCMP_CMP_LT || t->op == SCMP_CMP_LE;
  bool equal = t->op == SCMP_CMP_EQ || t->op == SCMP_CMP_NE;
  /* x < v is not x >= v, and x <= v is not x > v. */
  unsigned op = equal ? BPF_JEQ : t->op == SCMP_CMP_GE || t->op == SCMP_CMP_LT ? BPF_JGE : BPF_JGT;
  if (t->mask >> 32 || high) {
    unsigned rest = (uint32_t)t->mask == UINT32_MAX ? 2 : 3; /* what the low half takes */
    half(o, t, true);
    /* The jump away stands first behind the low half's part, and what holds goes on after it. */
    unsigned fails = rest, holds = rest + 1;
    if (!equal)
      jump(o, BPF_JGT, high, (turned ? fails : holds) + 1, 0);
    jump(o, BPF_JEQ, high, 0, turned ? holds : fails);
  }
  half(o, t, false);
  jump(o, op, low, turned ? 0 : 1, turned ? 1 : 0);
  return away(o);
}

/* Everything that one call's rules say. */
static void one_call(struct out *o, const struct profile *p, unsigned first) {
  bool always = false;
  for (unsigned i = first; i < p->count && !always && !o->full && o->count <= BPF_MAXINSNS; i++) {
    const struct rule *r = &p->rules[i];
    if (strcmp(r->call, p->rules[first].call) != 0)
      continue;
    size_t *fails = calloc(r->test_count + 1, sizeof *fails);
    o->full |= !fails;
    for (unsigned k = 0; k < r->test_count && fails; k++)
      fails[k] = one_test(o, &r->tests[k]);
    ret(o, r->action);
    for (unsigned k = 0; k < r->test_count && fails; k++)
      land(o, fails[k]);
    free(fails);
    always = r->test_count == 0;
  }
  if (!always)
    ret(o, p->otherwise);
}
static bool first_of_call(const struct profile *p, unsigned i) {
  for (unsigned k = 0; k < i; k++)
    if (strcmp(p->rules[k].call, p->rules[i].call) == 0)
      return false;
  return true;
}

uint8_t *profile_write(const struct profile *p, size_t *size, int *code) {
  struct out o = {0};
  unsigned arch = 0;
  while (arch < ARCHES && !p->arches[arch])
    arch++;
  load(&o, offsetof(struct seccomp_data, arch));
  jump(&o, BPF_JEQ, arches[arch].token, 1, 0);
  ret(&o, p->elsewhere);
  load(&o, offsetof(struct seccomp_data, nr));
  for (unsigned i = 0; i < p->count && !o.full && o.count <= BPF_MAXINSNS; i++) {
    const char *call = p->rules[i].call;
    uint32_t nr = *call == '#' ? (uint32_t)strtoul(call + 1, NULL, 10) : 0;
    if ((*call != '#' && !call_by_name(arch, call, &nr)) || !first_of_call(p, i))
      continue;
    jump(&o, BPF_JEQ, nr, 1, 0);
    size_t other = away(&o);
    one_call(&o, p, i);
    land(&o, other);
  }
  ret(&o, p->otherwise);
  *size = o.count * sizeof *o.insns;
  *code = WARRANT_OK;
  if (o.full) {
    *code = profile_bad(p, "out of memory", NULL);
  } else if (o.count > BPF_MAXINSNS) {
    cmd_complain("%s: not supported: its filter has more than %d instructions here", p->path,
                 BPF_MAXINSNS);
    *code = WARRANT_UNSUPPORTED;
  }
  if (*code) {
    free(o.insns);
    return NULL;
  }
  return (uint8_t *)o.insns;
}
