#include "cmd/seccomp_sections.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_pieces.h"

bool table_of(struct table *t, const struct seccomp_options *options, const struct subject *s) {
  *t = (struct table){.options = options, .s = s, .m = s->bdd, .a = &s->all};
  w_bdd_allow(t->m, AUDIT_LIMIT / 2); /* the report's own diagrams */
  t->together = outcomes_together(t->a);
  return t->together != BDD_NONE;
}

bdd_t condition_of(const struct table *t, bdd_t f, uint32_t index) {
  bdd_t leaf = index == t->a->outcome_count
                   ? BDD_FALSE
                   : w_bdd_make(t->m, INPUT_VARS + index, BDD_FALSE, BDD_TRUE);
  return w_bdd_cut(t->m, f, INPUT_VARS, leaf);
}
void outcome_name(const struct table *t, uint32_t index, char *out, size_t size) {
  if (index == t->a->outcome_count)
    snprintf(out, size, "undecided");
  else
    w_action_text(t->a->outcomes[index].value, out, size);
}

static bool group_add(struct groups *g, bdd_t f, char *name, uint32_t low, uint32_t high) {
  size_t i = 0;
  while (i < g->count && g->groups[i].f != f)
    i++;
  if (i == g->count) {
    if (g->count == g->room) {
      size_t room = g->room ? 2 * g->room : 16;
      struct group *more = realloc(g->groups, room * sizeof *more);
      if (!more)
        return false;
      g->groups = more;
      g->room = room;
    }
    g->groups[g->count++] = (struct group){.f = f};
  }
  struct group *group = &g->groups[i];
  if (group->count == group->room) {
    size_t room = group->room ? 2 * group->room : 8;
    void *more = realloc(group->calls, room * sizeof *group->calls);
    if (!more)
      return false;
    group->calls = more;
    group->room = room;
  }
  group->calls[group->count].name = name;
  group->calls[group->count].low = low;
  group->calls[group->count++].high = high;
  return true;
}
static void groups_free(struct groups *g) {
  for (size_t i = 0; i < g->count; i++)
    free(g->groups[i].calls);
  free(g->groups);
}

/* Gathers the calls of a section. */
static void section_gather(struct table *t, struct section *s) {
  struct pieces pieces = split_word(t->m, s->f, INPUT_NR);
  s->rest = most_common(&pieces, s->ranges[0].low, s->ranges[0].high);
  if (s->index < ARCHES)
    s->calls = calls_of(s->index);
  bool good = !pieces.failed;
  for (unsigned k = 0; k < s->range_count; k++) {
    unsigned next = 0; /* the first named call not yet passed */
    for (size_t i = 0; i < pieces.count && good; i++) {
      uint32_t low = pieces.pieces[i].low, high = pieces.pieces[i].high;
      bdd_t f = pieces.pieces[i].f;
      if (high < s->ranges[k].low || low > s->ranges[k].high)
        continue;
      low = low < s->ranges[k].low ? s->ranges[k].low : low;
      high = high > s->ranges[k].high ? s->ranges[k].high : high;
      while (next < s->calls.count && s->calls.calls[next].nr < low)
        next++;
      uint64_t from = low; /* numbers without a name are gathered in runs */
      for (; next < s->calls.count && s->calls.calls[next].nr <= high && good; next++) {
        uint32_t nr = s->calls.calls[next].nr;
        if (f != s->rest && from < nr)
          good = group_add(&s->groups, f, NULL, (uint32_t)from, nr - 1);
        good = good && group_add(&s->groups, f, s->calls.calls[next].name, nr, nr);
        from = (uint64_t)nr + 1;
      }
      if (f != s->rest && from <= high)
        good = good && group_add(&s->groups, f, NULL, (uint32_t)from, high);
    }
  }
  free(pieces.pieces);
  t->failed |= !good;
}

static void section_show(struct table *t, struct section *s, section_print *print) {
  section_gather(t, s);
  print(t, s);
  groups_free(&s->groups);
  calls_free(&s->calls);
  free(s->reach);
}

static void arch_section(struct table *t, const char *name, uint32_t token, unsigned arch,
                         section_print *print) {
  if (t->options->arch_name && strcmp(t->options->arch_name, name) != 0)
    return;
  struct section s = {.arch = name, .index = arch, .ranges = {{0, UINT32_MAX}}, .range_count = 1};
  s.f = w_audit_fix(t->m, t->together, INPUT_ARCH, token);
  if (arch == X86_64) { /* the numbers between are x32's */
    s.ranges[0].high = X32_BIT - 1;
    s.ranges[1].low = 2 * X32_BIT;
    s.ranges[1].high = UINT32_MAX;
    s.range_count = 2;
  } else if (arch == X32) {
    s.ranges[0].low = X32_BIT;
    s.ranges[0].high = 2 * X32_BIT - 1;
  }
  const struct audit *one = t->s->stacked ? NULL : &t->s->audits[0];
  if (one && (s.reach = malloc(one->insn_count * sizeof *s.reach))) {
    s.insn_count = one->insn_count;
    for (uint32_t pc = 0; pc < s.insn_count; pc++)
      s.reach[pc] = w_audit_fix(t->m, one->reach[pc], INPUT_ARCH, token);
  }
  section_show(t, &s, print);
}

void table_sections(struct table *t, const char *others_name, section_print *print) {
  struct pieces by_arch = split_word(t->m, t->together, INPUT_ARCH);
  if (by_arch.failed) {
    t->failed = true;
    return;
  }
  bdd_t others = most_common(&by_arch, 0, UINT32_MAX);
  bool plain = bdd_is_leaf(others) || w_bdd_var(t->m, others) >= INPUT_VARS;
  for (unsigned i = 0; i < ARCHES; i++) {
    bdd_t f = w_audit_fix(t->m, t->together, INPUT_ARCH, arches[i].token);
    /* A filter that does not look at the architecture is shown for the machine's own one; and one
     * that is asked for has a section also where it is like the others. */
    if (f != others || (!plain && (i == X86_64 || i == X32)) || t->options->arch_name)
      arch_section(t, arches[i].name, arches[i].token, i, print);
  }
  for (size_t i = 0; i < by_arch.count; i++) {
    const struct piece *p = &by_arch.pieces[i];
    bool known = false;
    for (unsigned k = 0; k < ARCHES; k++)
      known |= arches[k].token == p->low;
    if (p->f == others || (known && p->low == p->high))
      continue;
    char name[64];
    if (p->low == p->high)
      snprintf(name, sizeof name, "0x%08" PRIx32, p->low);
    else
      snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, p->low, p->high);
    arch_section(t, name, p->low, ARCHES, print);
  }
  if (!t->options->arch_name) {
    struct section s = {.arch = others_name,
                        .index = ARCHES,
                        .ranges = {{0, UINT32_MAX}},
                        .range_count = 1,
                        .f = others};
    section_show(t, &s, print);
  }
  free(by_arch.pieces);
}
