/* The search finds a state again by its hash, and looks through few others: a hash that leaves out
 * what states differ in would make every round of a loop look through all rounds before it. */
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "random.h"
#include "report.h"
#include "verify/prune.h"
#include "verify/verify.h"

/* --- What equality reads, the hash reads ------------------------------------------------------ */

/* A state with something in every part. */
struct full {
  struct w_state st;
  struct w_frame frame;
  struct w_slot slots[2];
  struct w_fact facts[4];
};

static void fill(struct full *f, struct gen *g) {
  memset(f, 0, sizeof *f);
  struct w_state *st = &f->st;
  st->pc = gen_below(g, 1000);
  st->defined = 0x7ff;
  st->pending = (struct w_pending){.sym = 1, .off = -8, .n = 8};
  f->frame.pc = gen_below(g, 1000);
  f->frame.defined = 0x7c0;
  for (int r = 0; r < 11; r++) {
    st->regs[r] = (struct w_aval){gen_below(g, 4), (int64_t)gen_u64(g)};
    f->frame.regs[r] = (struct w_aval){gen_below(g, 4), (int64_t)gen_u64(g)};
  }
  for (int k = 0; k < 2; k++)
    f->slots[k] = (struct w_slot){(int16_t)(16 * k - 64), 2, {gen_below(g, 4), 0}};
  for (int k = 0; k < 4; k++) {
    struct w_fact *fact = &f->facts[k];
    fact->kind = (uint8_t)gen_below(g, 24); /* more than there are: also those that come */
    fact->which = gen_below(g, 4);
    fact->step = 4;
    fact->checked = fact->kind == W_FPKT;
    if (fact->kind == W_FSCALAR) {
      uint64_t x = gen_u64(g) >> 1, y = gen_u64(g) >> 1;
      fact->s = w_sc_join(w_sc_const(x), w_sc_const(y));
      if (gen_percent(g, 50))
        fact->s = w_sc_join(fact->s, w_sc_const(~x)); /* of both signs */
      if (gen_percent(g, 50))
        fact->s = w_sc_result(-5, 9);
    } else {
      fact->mx = (int64_t)gen_u64(g);
      fact->av = (int64_t)gen_u64(g);
      fact->size = gen_u64(g);
    }
  }
}

static void join_up(struct full *f) {
  f->st.frames = &f->frame;
  f->st.slots = f->slots;
  f->st.facts = f->facts;
  f->st.depth = 1;
  f->st.nslots = 2;
  f->st.next = 4;
}

/* One bit changed, in any byte: if that makes another state, then with another hash. */
static void hash_reads_it(void) {
  struct gen g = {1};
  struct full a, b;
  uint64_t other = 0, same_hash = 0, odd = 0;
  for (int round = 0; round < 200; round++) {
    fill(&a, &g);
    join_up(&a);
    for (size_t at = 0; at < sizeof a; at++) {
      b = a;
      ((uint8_t *)&b)[at] ^= 1; /* booleans stay booleans */
      join_up(&b);
      if (w_state_equal(&a.st, &b.st))
        continue;
      other++;
      same_hash += w_state_hash(&a.st) == w_state_hash(&b.st);
    }
    odd += !w_state_equal(&a.st, &a.st);
  }
  char text[100];
  snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " pairs have one hash", same_hash, other);
  report(other > 10000 && !same_hash && !odd, "states that differ in one bit have different hashes",
         text);
}

/* --- What a search compares ------------------------------------------------------------------- */

/* Loops that nothing covers by an invariant, so that each round is a state of its own. */
static const struct {
  const char *differ; /* in what */
  const char *text;
} programs[] = {
    {"signed bounds", "call 7\nif w0 s> 999 goto done\nagain:\nw0 += 1\nif w0 s< 999 goto again\n"
                      "done:\nr0 = 2\nexit\n"},
    {"a register", "r6 = 0\nagain:\nr6 *= 3\nr6 += 1\nif r6 != 7 goto again\nr0 = 0\nexit\n"},
    {"a slot", "r6 = 0\n*(u64 *)(r10 - 8) = r6\nagain:\nr6 = *(u64 *)(r10 - 8)\nr6 *= 3\n"
               "r6 += 1\n*(u64 *)(r10 - 8) = r6\nif r6 != 7 goto again\nr0 = 0\nexit\n"},
    {"a caller's register", "r6 = 0\nagain:\nr6 *= 3\nr6 += 1\ncall sub\nif r6 != 7 goto again\n"
                            "r0 = 0\nexit\nsub:\ncall 7\nif r0 == 0 goto out\nr0 = 1\nout:\n"
                            "exit\n"},
    {"known bits", "call 7\nr6 = r0\nr7 = 1\nagain:\nr7 *= 3\nr6 = r0\nr6 |= r7\nr6 &= 0xffffff\n"
                   "if r6 != 7 goto again\nr0 = 0\nexit\n"},
    {"where nodes pile up", "r6 = 0\nagain:\nr6 *= 3\nr6 += 1\ncall 7\nif r0 == 0 goto a\n"
                            "r7 = 1\na:\ncall 7\nif r0 == 0 goto b\nr6 += 2\nb:\n"
                            "if r6 != 7 goto again\nr0 = 0\nexit\n"},
};

/* How many states were looked at in a search of so many instructions; 0: there is no verdict. */
static uint64_t compared(const char *differ, const char *text, uint64_t most, uint64_t *visited) {
  struct warrant_program p = {.kind = WARRANT_EBPF, .type = BPF_PROG_TYPE_SOCKET_FILTER};
  const struct warrant_verify_options options = {.max_visited = most};
  struct warrant_error error = {0};
  struct warrant_verdict v;
  uint64_t count = 0;
  if (warrant_asm(differ, (const uint8_t *)text, strlen(text), &p.insns, &p.insn_count, &error)) {
    report(false, differ, error.text);
    return 0;
  }
  if (!warrant_verify(&p, &options, &v, &error)) {
    count = v.compared;
    *visited = v.visited;
    warrant_verdict_free(&v);
  }
  free(p.insns);
  return count;
}

int main(void) {
  hash_reads_it();
  for (size_t k = 0; k < sizeof programs / sizeof *programs; k++) {
    char name[100], text[120];
    uint64_t visited = 0, count = compared(programs[k].differ, programs[k].text, 100000, &visited);
    snprintf(name, sizeof name, "rounds that differ in %s are told apart at once",
             programs[k].differ);
    snprintf(text, sizeof text, "%" PRIu64 " instructions visited, %" PRIu64 " states compared",
             visited, count);
    report(visited == 100000 && count && count < 20 * visited, name, text);
    printf("# %s\n", text);
  }
  return failures != 0;
}
