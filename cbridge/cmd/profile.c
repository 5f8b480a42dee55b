#include "cmd/profile.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "isa/room.h"

int profile_bad(const struct profile *p, const char *what, const char *about) {
  cmd_complain("%s: %s%s%s", p->path, what, about ? ": " : "", about ? about : "");
  return WARRANT_BAD_INPUT;
}
int profile_says(const struct profile *p, int code, const char *place, const char *format, ...) {
  char text[300];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  cmd_complain("%s: %s: %s", p->path, place, text);
  return code;
}
enum { RULES_MAX = 10000 };
int profile_add(struct profile *p, const struct rule *rule) {
  if (p->count == RULES_MAX) {
    free(rule->tests);
    cmd_complain("%s: not supported: more than %d rules", p->path, RULES_MAX);
    return WARRANT_UNSUPPORTED;
  }
  struct rule *more = w_room_for_one(p->rules, p->count, &p->room, sizeof *more);
  if (!more) {
    free(rule->tests);
    return profile_bad(p, "out of memory", NULL);
  }
  p->rules = more;
  p->rules[p->count++] = *rule;
  return WARRANT_OK;
}
int profile_test(const struct profile *p, struct rule *rule, struct test test) {
  struct test *more = realloc(rule->tests, (rule->test_count + 1) * sizeof *more);
  if (!more)
    return profile_bad(p, "out of memory", NULL);
  rule->tests = more;
  rule->tests[rule->test_count++] = test;
  return WARRANT_OK;
}
const char *profile_keep(struct profile *p, const char *text) {
  char **more = realloc(p->texts, (p->text_count + 1) * sizeof *more);
  if (!more)
    return NULL;
  p->texts = more;
  char *copy = strdup(text);
  if (copy)
    p->texts[p->text_count++] = copy;
  return copy;
}
void profile_place(const struct rule *rule, char place[PLACE_MAX]) {
  snprintf(place, PLACE_MAX, "%s%u", rule->within ? rule->within : "/syscalls/", rule->entry);
}
void profile_finding(struct profile *p, bool warning, const char *name, const char *place,
                     const char *text) {
  struct finding *more = realloc(p->findings, (p->finding_count + 1) * sizeof *more);
  if (!more) {
    cmd_complain("%s: %s: %s", p->path, place, text);
    return;
  }
  p->findings = more;
  struct finding *f = &more[p->finding_count++];
  *f = (struct finding){.warning = warning, .name = name};
  snprintf(f->place, sizeof f->place, "%s%s", p->bundle ? "/linux/seccomp" : "", place);
  snprintf(f->text, sizeof f->text, "%s", text);
}
void profile_free(struct profile *p) {
  for (unsigned i = 0; i < p->count; i++)
    free(p->rules[i].tests);
  for (unsigned i = 0; i < p->text_count; i++)
    free(p->texts[i]);
  free(p->rules);
  free(p->texts);
  free(p->findings);
}

const char *profile_data_lost(uint32_t action, uint64_t data) {
  if (data > SECCOMP_RET_DATA)
    return "only the lowest 16 bits of the number count";
  uint32_t whole = action | (uint32_t)data;
  return w_action_effect(whole) != whole ? "Linux makes 4095 of larger error numbers" : NULL;
}

/* ---- Lines of a text ---- */

int profile_bad_line(const struct profile *p, const char *within, unsigned line, int code,
                     const char *format, const char *about) {
  char place[PLACE_MAX], text[200];
  snprintf(place, sizeof place, "%s%u", within, line);
  snprintf(text, sizeof text, format, about);
  return profile_says(p, code, place, "%s", text);
}
void profile_finding_line(struct profile *p, bool warning, const char *name, const char *within,
                          unsigned line, const char *text) {
  char place[PLACE_MAX];
  snprintf(place, sizeof place, "%s%u", within, line);
  profile_finding(p, warning, name, place, text);
}
