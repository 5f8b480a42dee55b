#include "cmd/seccomp_words.h"

#include <stdlib.h>
#include <string.h>

#include "audit/naming.h"
#include "isa/room.h"

void variants_free(struct variants *v) {
  for (size_t i = 0; i < v->count; i++) {
    for (size_t k = 0; k < v->endings && v->variants[i].conditions; k++)
      free(v->variants[i].conditions[k]);
    free(v->variants[i].conditions);
    free(v->variants[i].calls);
  }
  free(v->variants);
  *v = (struct variants){0};
}

/* The conditions of a call in its words; the caller frees them. */
static char **conditions_of(const struct table *t, const struct section *s, const struct group *g,
                            const char *call) {
  char **conditions = calloc(g->ending_count + 1, sizeof *conditions);
  for (size_t i = 0; i < g->ending_count && conditions && call && s->index < ARCHES; i++)
    if (g->endings[i].condition)
      conditions[i] = w_condition_named(t->m, g->endings[i].condition,
                                        condition_of(t, g->f, g->endings[i].index),
                                        arches[s->index].name, call);
  return conditions;
}
static bool alike(char *const *a, char *const *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!a[i] != !b[i] || (a[i] && strcmp(a[i], b[i]) != 0))
      return false;
  return true;
}
/* Makes the variant with these conditions, which it owns then, or finds the one that there is. */
static struct variant *variant_with(struct variants *v, char **conditions) {
  struct variant *found = NULL;
  for (size_t i = 0; i < v->count && conditions && !found; i++)
    if (alike(v->variants[i].conditions, conditions, v->endings))
      found = &v->variants[i];
  struct variant *more = NULL;
  if (conditions && !found && (more = realloc(v->variants, (v->count + 1) * sizeof *v->variants))) {
    v->variants = more;
    v->variants[v->count] = (struct variant){.conditions = conditions};
    return &v->variants[v->count++];
  }
  for (size_t k = 0; k < v->endings && conditions; k++)
    free(conditions[k]);
  free(conditions);
  return found;
}
bool variants_of(const struct table *t, const struct section *s, const struct group *g,
                 struct variants *v) {
  *v = (struct variants){.endings = g->ending_count};
  bool conditional = false;
  for (size_t i = 0; i < g->ending_count; i++)
    conditional |= g->endings[i].condition != NULL;
  if (!variant_with(v, calloc(g->ending_count + 1, sizeof(char *))))
    return false;
  for (size_t c = 0; c < g->count; c++) {
    struct variant *of = &v->variants[0];
    if (conditional && g->calls[c].name)
      of = variant_with(v, conditions_of(t, s, g, g->calls[c].name));
    size_t *calls = of ? realloc(of->calls, (of->count + 1) * sizeof *calls) : NULL;
    if (!calls)
      return false;
    of->calls = calls;
    of->calls[of->count++] = c;
  }
  return true;
}
bool variant_empty(const struct group *g, const struct variants *v, size_t i) {
  return i == 0 && v->variants[0].count == 0 && !g->by_numbers && !g->rest;
}
const char *variant_condition(const struct group *g, const struct variant *v, size_t ending) {
  return v->conditions[ending] ? v->conditions[ending] : g->endings[ending].condition;
}

/* How many arguments there are up to the last that a text is about. */
static unsigned arguments_in(const char *text) {
  unsigned most = 0;
  for (const char *s = text; (s = strstr(s, "arg")); s += 3)
    if (s[3] >= '0' && s[3] <= '5' && (unsigned)(s[3] - '0') + 1 > most)
      most = (unsigned)(s[3] - '0') + 1;
  return most;
}
void call_signature(const struct section *s, const struct group *g, const char *call, char *out,
                    size_t size) {
  enum { CALLS_MAX = 16 }; /* of a row that has room for their arguments */
  unsigned most = 0;
  char name[ARGUMENT_NAME_MAX];
  for (size_t i = 0; i < g->ending_count; i++) {
    const char *text = g->endings[i].condition;
    unsigned here = text ? arguments_in(text) : 0;
    most = here > most ? here : most;
  }
  bool known = s->index < ARCHES && g->count <= CALLS_MAX && most > 0 &&
               w_argument_name(arches[s->index].name, call, 0, name);
  size_t used = (size_t)snprintf(out, size, "%s%s", call, known ? "(" : "");
  for (unsigned i = 0; i < most && known && used < size; i++) {
    if (!w_argument_name(arches[s->index].name, call, i, name))
      snprintf(name, sizeof name, "arg%u", i);
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", name);
  }
  if (known && used < size)
    snprintf(out + used, size - used, ")");
}
