#include "cmd/seccomp_sections.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition_text.h"
#include "audit/policy.h"
#include "cmd/seccomp_pieces.h"
#include "isa/room.h"

const char unprinted_condition[] = "(a condition too large to print)";
const char unprinted_numbers[] = "(numbers of a set too large to print)";

bdd_t condition_of(const struct table *t, bdd_t f, uint32_t index) {
  bdd_t leaf = index == t->a->outcome_count
                   ? BDD_FALSE
                   : w_bdd_make(t->m, INPUT_VARS + index, BDD_FALSE, BDD_TRUE);
  return leaf == BDD_NONE ? BDD_NONE : w_bdd_cut(t->m, f, INPUT_VARS, leaf);
}
void outcome_name(const struct table *t, uint32_t index, char *out, size_t size) {
  if (index == t->a->outcome_count)
    snprintf(out, size, "undecided");
  else
    w_action_text(t->a->outcomes[index].value, out, size);
}

/* ---- Groups ---- */

/* The group of a part of the diagram; a new one, if there is none yet. NULL: out of memory. */
static struct group *group_of(struct section *s, bdd_t f) {
  for (size_t i = 0; i < s->group_count; i++)
    if (s->groups[i].f == f)
      return &s->groups[i];
  struct group *more = w_room_for_one(s->groups, s->group_count, &s->group_room, sizeof *more);
  if (!more)
    return NULL;
  s->groups = more;
  s->groups[s->group_count] = (struct group){.f = f, .rest = f == s->rest};
  return &s->groups[s->group_count++];
}
static bool add_call(struct section *s, bdd_t f, char *name, uint32_t low, uint32_t high) {
  struct group *group = group_of(s, f);
  if (!group)
    return false;
  void *more = w_room_for_one(group->calls, group->count, &group->room, sizeof *group->calls);
  if (!more)
    return false;
  group->calls = more;
  group->calls[group->count].name = name;
  group->calls[group->count].low = low;
  group->calls[group->count++].high = high;
  return true;
}

/* How the calls of a group end. */
static bool add_endings(struct table *t, struct group *g) {
  g->endings = calloc(t->a->outcome_count + 1, sizeof *g->endings);
  if (!g->endings)
    return false;
  for (uint32_t i = 0; i <= t->a->outcome_count; i++) {
    bdd_t when = condition_of(t, g->f, i);
    if (when == BDD_FALSE)
      continue;
    struct ending *e = &g->endings[g->ending_count++];
    *e = (struct ending){.index = i, .always = when == BDD_TRUE};
    if (when != BDD_TRUE && when != BDD_NONE)
      e->condition = w_condition_text(t->m, when);
    t->unprinted += !e->always && !e->condition;
  }
  return true;
}

/* ---- The calls of a section ---- */

/* The numbers of a section. */
static bdd_t domain_of(struct bdd *m, const struct section *s) {
  bdd_t domain = BDD_FALSE;
  for (unsigned k = 0; k < s->range_count; k++)
    domain = bdd_or(m, domain, word_within(m, INPUT_NR, s->ranges[k].low, s->ranges[k].high));
  return domain;
}

/* A run of numbers: those with a name one by one, the others in runs. */
static bool add_run(struct section *s, const struct piece *p, unsigned k) {
  uint32_t low = p->low, high = p->high;
  bool good = true;
  if (high < s->ranges[k].low || low > s->ranges[k].high)
    return true;
  low = low < s->ranges[k].low ? s->ranges[k].low : low;
  high = high > s->ranges[k].high ? s->ranges[k].high : high;
  unsigned next = 0, end = s->calls.count; /* the first named call from low on */
  while (next < end) {
    unsigned middle = next + (end - next) / 2;
    if (s->calls.calls[middle].nr < low)
      next = middle + 1;
    else
      end = middle;
  }
  uint64_t from = low;
  for (; next < s->calls.count && s->calls.calls[next].nr <= high && good; next++) {
    uint32_t nr = s->calls.calls[next].nr;
    if (p->f != s->rest && from < nr)
      good = add_call(s, p->f, NULL, (uint32_t)from, nr - 1);
    good = good && add_call(s, p->f, s->calls.calls[next].name, nr, nr);
    from = (uint64_t)nr + 1;
  }
  if (p->f != s->rest && from <= high)
    good = good && add_call(s, p->f, NULL, (uint32_t)from, high);
  return good;
}
/* A set of numbers without names. */
static bool add_set(struct table *t, struct section *s, const struct piece *p, bdd_t unnamed) {
  if (p->f == s->rest)
    return true;
  struct group *g = group_of(s, p->f);
  if (!g)
    return false;
  g->by_numbers = true;
  bdd_t all = w_bdd_cut(t->m, s->f, 32 * (INPUT_NR + 1), p->f); /* with those that have names */
  g->numbers = word_text(t->m, all, INPUT_NR, unnamed);
  s->calls_unprinted |= !g->numbers;
  t->unprinted += !g->numbers;
  return true;
}

static bool section_gather(struct table *t, struct section *s) {
  if (s->index < ARCHES)
    s->calls = calls_of(s->index);
  bdd_t domain = domain_of(t->m, s), named = named_numbers(t->m, &s->calls);
  bdd_t unnamed = bdd_and(t->m, domain, bdd_not(t->m, named));
  struct pieces p = split_within(t->m, s->f, INPUT_NR, domain, named);
  s->rest = most_common(t->m, &p, INPUT_NR, s->ranges[0].low, s->ranges[0].high);
  bool good = !p.failed;
  for (unsigned k = 0; k < s->range_count; k++)
    for (size_t i = 0; i < p.count && good; i++)
      if (p.pieces[i].set == BDD_NONE)
        good = add_run(s, &p.pieces[i], k);
      else if (k == 0)
        good = add_set(t, s, &p.pieces[i], unnamed);
  free(p.pieces);
  good = good && group_of(s, s->rest);
  for (size_t i = 0; i < s->group_count && good; i++)
    good = add_endings(t, &s->groups[i]);
  return good;
}

/* ---- Sections ---- */

static void section_free(struct section *s) {
  for (size_t i = 0; i < s->group_count; i++) {
    for (size_t k = 0; k < s->groups[i].ending_count; k++)
      free(s->groups[i].endings[k].condition);
    free(s->groups[i].endings);
    free(s->groups[i].numbers);
    free(s->groups[i].calls);
  }
  free(s->groups);
  calls_free(&s->calls);
  free(s->arch);
}
void table_free(struct table *t) {
  for (size_t i = 0; i < t->count; i++)
    section_free(&t->sections[i]);
  free(t->sections);
  costs_free(t->costs);
  t->costs = NULL;
  t->sections = NULL;
  t->count = t->room = 0;
}

/* Adds a section, which is then the table's. `name` is borrowed for the call. */
static void add_section(struct table *t, struct section s, const char *name) {
  s.arch = strdup(name);
  bool good = s.arch && section_gather(t, &s);
  struct section *more =
      good ? w_room_for_one(t->sections, t->count, &t->room, sizeof *more) : NULL;
  if (!more) {
    section_free(&s);
    t->failed = true;
    return;
  }
  t->sections = more;
  t->sections[t->count++] = s;
}

/* A section of architectures of both byte orders: two, unless it does not matter. */
static void mixed_section(struct table *t, struct section s, const char *name) {
  bdd_t big = w_audit_swapped(t->m, s.f);
  char *second = NULL; /* owned here */
  t->failed |= big == BDD_NONE || asprintf(&second, "%s, big-endian", name) < 0;
  if (!t->failed)
    add_section(t, s, name);
  if (!t->failed && big != s.f) {
    s.f = big;
    add_section(t, s, second);
  }
  free(second);
}

static void arch_section(struct table *t, const char *name, uint32_t token, unsigned arch) {
  if (t->options->arch_name && strcmp(t->options->arch_name, name) != 0)
    return;
  struct section s = {.index = arch, .ranges = {{0, UINT32_MAX}}, .range_count = 1};
  s.f = w_audit_fix(t->m, t->together, INPUT_ARCH, token);
  if (w_arch_big_endian(token)) /* its conditions are about numbers as they are passed */
    s.f = w_audit_swapped(t->m, s.f);
  if (arch == X86_64) { /* the numbers between are x32's */
    s.ranges[0].high = X32_BIT - 1;
    s.ranges[1].low = 2 * X32_BIT;
    s.ranges[1].high = UINT32_MAX;
    s.range_count = 2;
  } else if (arch == X32) {
    s.ranges[0].low = X32_BIT;
    s.ranges[0].high = 2 * X32_BIT - 1;
  }
  s.token = token;
  s.one_token = true;
  add_section(t, s, name);
}

static void mixed_arches(struct table *t, const char *name, uint32_t token) {
  struct section s = {.index = ARCHES, .ranges = {{0, UINT32_MAX}}, .range_count = 1};
  s.f = w_audit_fix(t->m, t->together, INPUT_ARCH, token);
  s.token = token;
  s.one_token = true;
  if (!t->options->arch_name)
    mixed_section(t, s, name);
}

/* Architectures without a name that are told from others: a run of them, or a set. */
static void other_section(struct table *t, const struct piece *p, bdd_t unnamed) {
  if (p->set != BDD_NONE) {
    bdd_t all = w_bdd_cut(t->m, t->together, 32 * (INPUT_ARCH + 1), p->f);
    char *text = word_text(t->m, all, INPUT_ARCH, unnamed), *name = NULL; /* owned here */
    t->unprinted += !text;
    if (asprintf(&name, "other architectures with %s",
                 text ? text : "values of a set too large to print") < 0)
      name = NULL;
    if (name)
      mixed_arches(t, name, p->low);
    else
      t->failed = true;
    free(name);
    free(text);
    return;
  }
  char name[64];
  if (p->low == p->high) {
    snprintf(name, sizeof name, "0x%08" PRIx32, p->low);
    arch_section(t, name, p->low, ARCHES);
    return;
  }
  snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, p->low, p->high);
  mixed_arches(t, name, p->low);
}

static void add_sections(struct table *t, const char *others_name) {
  bdd_t named = named_arches(t->m), unnamed = bdd_not(t->m, named);
  struct pieces by_arch = split_within(t->m, t->together, INPUT_ARCH, BDD_TRUE, named);
  t->failed |= by_arch.failed || unnamed == BDD_NONE;
  bdd_t others = most_common(t->m, &by_arch, INPUT_ARCH, 0, UINT32_MAX);
  bool plain = bdd_is_leaf(others) || w_bdd_var(t->m, others) >= INPUT_VARS;
  for (unsigned i = 0; i < ARCHES && !t->failed; i++) {
    bdd_t f = w_audit_fix(t->m, t->together, INPUT_ARCH, arches[i].token);
    /* A filter that does not look at the architecture is shown for the machine's own one; and one
     * that is asked for has a section also where it is like the others. */
    if (f != others || (!plain && (i == X86_64 || i == X32)) || t->options->arch_name)
      arch_section(t, arches[i].name, arches[i].token, i);
  }
  for (size_t i = 0; i < by_arch.count && !t->failed; i++) {
    const struct piece *p = &by_arch.pieces[i];
    bool known = false;
    for (unsigned k = 0; k < ARCHES; k++)
      known |= arches[k].token == p->low;
    if (p->f != others && (p->set != BDD_NONE || !known || p->low != p->high))
      other_section(t, p, unnamed);
  }
  if (!t->options->arch_name && !t->failed) {
    struct section s = {
        .index = ARCHES, .ranges = {{0, UINT32_MAX}}, .range_count = 1, .f = others};
    mixed_section(t, s, others_name);
  }
  free(by_arch.pieces);
}

int table_of(struct table *t, const struct seccomp_options *options, const struct subject *s,
             const char *name, const char *others) {
  *t = (struct table){.options = options, .s = s, .m = s->bdd, .a = &s->all};
  w_bdd_allow(t->m, AUDIT_LIMIT / 2); /* the report's own diagrams */
  t->together = outcomes_together(t->a);
  t->failed = t->together == BDD_NONE;
  if (!t->failed)
    add_sections(t, others);
  if (!t->failed)
    return WARRANT_OK;
  table_free(t);
  cmd_complain("%s: undecided: the table is too large for --limit", name);
  return WARRANT_REFUSED;
}
