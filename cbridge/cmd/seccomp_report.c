#include "cmd/seccomp_report.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_sarif.h"
#include "cmd/seccomp_wrap.h"
#include "isa/room.h"
#include "load/file.h"

/* ---- Collecting ---- */

/* x32 calls that are let through concern both of the architectures that share a token. */
static bool asked_for(const struct seccomp_options *o, const struct found *f) {
  return !o->arch_name || !f->about_arch || o->arch == f->arch ||
         (o->arch == X32 && strcmp(f->name, "x32-open") == 0);
}

/* A copy, or NULL for NULL; *failed when memory runs out. */
static char *copy(const char *text, bool *failed) {
  char *own = text ? strdup(text) : NULL;
  *failed |= text && !own;
  return own;
}
static char *call_message(const struct found *f, bool *failed) {
  char *text = NULL; /* the caller's; a cause can be of any length */
  if (asprintf(&text, "%s on %s: %s", f->call ? f->call : "a call", arches[f->arch].name,
               f->cause) < 0)
    text = NULL;
  *failed |= !text;
  return text;
}
static void found_free(struct found *f) {
  free((char *)f->message);
  free((char *)f->cause);
  free((char *)f->call);
}

void report_add(struct report *r, const struct found *f) {
  if (!asked_for(r->options, f))
    return;
  struct found *more = w_room_for_one(r->all, r->count, &r->room, sizeof *more);
  bool failed = !more;
  struct found own = *f;
  if (more) {
    r->all = more;
    own.message = f->message ? copy(f->message, &failed) : call_message(f, &failed);
    own.cause = copy(f->cause ? f->cause : f->message, &failed);
    own.call = copy(f->call, &failed);
  }
  r->matter += strcmp(f->severity, "info") != 0;
  if (failed) {
    if (more)
      found_free(&own);
    cmd_complain("out of memory: a finding is left out: %s", f->name);
    r->failed = true;
    return;
  }
  uint32_t filter = NO_FILTER, pc = NO_PC;
  if (f->witness) {
    own.input = *f->witness;
    own.ran = subject_decide(r->s, &own.input, &own.value, &filter, &pc);
    own.value = w_action_effect(own.value);
  }
  if (!f->has_place) {
    own.filter = own.ran ? filter : r->s->count == 1 ? 0 : NO_FILTER;
    own.pc = own.ran ? pc : NO_PC;
  }
  own.number = (unsigned)r->count;
  r->all[r->count++] = own;
}

void report_free(struct report *r) {
  for (size_t i = 0; i < r->count; i++)
    found_free(&r->all[i]);
  free(r->all);
  r->all = NULL;
  r->count = r->room = 0;
}

/* ---- Order ---- */

/* Whether a process of this machine can make calls of the architecture. */
static bool runs_here(unsigned arch) {
  static const char *const families[][3] = {
      {"x86_64", "x32", "i386"},       {"aarch64", "arm", NULL},
      {"s390x", "s390", NULL},         {"ppc64", "ppc", NULL},
      {"mips64", "mips64n32", "mips"}, {"mips64el", "mipsel64n32", "mipsel"},
      {"parisc64", "parisc", NULL}};
  uint32_t native = seccomp_arch_native();
  if (arches[arch].libseccomp == native)
    return true;
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    unsigned wide = arch_by_name(families[i][0]);
    if (wide == ARCHES || arches[wide].libseccomp != native)
      continue;
    for (unsigned k = 1; k < 3 && families[i][k]; k++)
      if (strcmp(families[i][k], arches[arch].name) == 0)
        return true;
  }
  return false;
}
static bool foreign(const struct found *f) { return f->about_arch && !runs_here(f->arch); }

static bool same_text(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}
/* What one line can say: all but the architecture is the same. */
static bool same_cause(const struct found *a, const struct found *b) {
  if (!a->about_arch || !b->about_arch || !a->call || !b->call)
    return a == b;
  if (!same_text(a->name, b->name) || !same_text(a->severity, b->severity) ||
      !same_text(a->cause, b->cause) || a->one_hole != b->one_hole)
    return false;
  return !a->one_hole ||
         (a->filter == b->filter && a->pc == b->pc && a->ran == b->ran && a->value == b->value);
}
static bool same_group(const struct found *a, const struct found *b) {
  return same_cause(a, b) && (a == b || a->arch == b->arch);
}
/* Architectures that the machine doesn't run share a line. */
static bool same_line(const struct found *a, const struct found *b) {
  return same_cause(a, b) && (a == b || a->arch == b->arch || (foreign(a) && foreign(b)));
}

static int by_group(const void *x, const void *y) {
  const struct found *a = x, *b = y;
  if (a->group != b->group)
    return a->group < b->group ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}
/* Numbers the groups as they come, first those of this machine, and lines keep together. */
void report_order(struct report *r) {
  unsigned groups = 0;
  for (int away = 0; away < 2; away++)
    for (size_t i = 0; i < r->count; i++) {
      if (r->all[i].group || foreign(&r->all[i]) != (away == 1))
        continue;
      for (size_t k = i; k < r->count; k++) { /* each group of the line in turn */
        if (r->all[k].group || !same_line(&r->all[i], &r->all[k]))
          continue;
        groups++;
        for (size_t n = k; n < r->count; n++)
          if (!r->all[n].group && same_group(&r->all[k], &r->all[n]))
            r->all[n].group = groups;
      }
    }
  if (r->count)
    qsort(r->all, r->count, sizeof *r->all, by_group);
  for (size_t i = 0; i < r->count; i++)
    r->all[i].witness = r->all[i].witness ? &r->all[i].input : NULL;
}

/* ---- JSON ---- */

static const char *file_of(const struct report *r, const struct found *f) {
  return f->filter == NO_FILTER ? NULL : r->s->objects[f->filter].programs[0].file;
}
static void json_number(cJSON *o, const char *name, uint32_t value, uint32_t none) {
  if (value == none)
    cJSON_AddNullToObject(o, name);
  else
    cmd_json_u64(o, name, value);
}
static cJSON *found_json(const struct report *r, const struct found *f) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "finding", f->name);
  cmd_json_text(o, "severity", f->severity);
  cmd_json_text(o, "message", f->message);
  if (f->witness)
    cJSON_AddItemToObject(o, "witness", json_input(f->witness));
  else
    cJSON_AddNullToObject(o, "witness");
  char action[64] = "";
  if (f->ran)
    w_action_text(f->value, action, sizeof action);
  cmd_json_text(o, "action", f->ran ? action : NULL);
  cmd_json_text(o, "file", file_of(r, f));
  json_number(o, "filter", f->filter, NO_FILTER);
  json_number(o, "pc", f->pc, NO_PC);
  cmd_json_text(o, "call", f->call);
  cJSON *group = cJSON_AddObjectToObject(o, "group");
  cmd_json_u64(group, "number", f->group);
  cmd_json_text(group, "arch", f->about_arch ? arches[f->arch].name : NULL);
  cmd_json_text(group, "cause", f->cause);
  return o;
}

/* ---- SARIF ---- */

char *report_place(const struct seccomp_options *options, const struct subject *s, uint32_t filter,
                   uint32_t pc, struct sarif_result *result) {
  char *inside = NULL; /* the caller's */
  if (filter == NO_FILTER)
    return NULL;
  const struct warrant_program *p = &s->objects[filter].programs[0];
  bool a_file = !options->pid && strcmp(p->file, w_file_name("-")) != 0;
  bool raw = p->form && strcmp(p->form, "raw") == 0 && !options->common.load.hex;
  if ((pc == NO_PC ? asprintf(&inside, "filter %" PRIu32, filter)
                   : asprintf(&inside, "filter %" PRIu32 "/instruction %" PRIu32, filter, pc)) < 0)
    inside = NULL;
  result->file = a_file ? p->file : NULL;
  result->in_bytes = a_file && raw && pc != NO_PC;
  result->offset = (uint64_t)8 * pc;
  result->length = 8;
  result->inside = inside;
  return inside;
}
/* "ptrace(request=PTRACE_TRACEME) on x86_64 -> ALLOW"; the caller frees it. NULL: out of memory. */
static char *witness_text(const struct found *f) {
  char *text = NULL, action[64] = "?";
  if (f->ran)
    w_action_text(f->value, action, sizeof action);
  char *input = input_text(f->witness); /* owned here */
  if (!input || asprintf(&text, "%s -> %s", input, action) < 0)
    text = NULL;
  free(input);
  return text;
}
/* The message with its witness; the caller frees it. */
static char *told(const struct found *f) {
  char *witness = f->ran ? witness_text(f) : NULL, *text = NULL; /* owned here; the caller's */
  if (witness && asprintf(&text, "%s; such as %s", f->message, witness) < 0)
    text = NULL;
  free(witness);
  return text ? text : strdup(f->message);
}
void report_sarif(const struct report *r, cJSON *log) {
  for (size_t i = 0; i < r->count; i++) {
    const struct found *f = &r->all[i];
    /* Numbers of instructions move; of several findings about instructions the count stays. */
    char nth[24];
    unsigned before = 0;
    for (size_t k = 0; k < i; k++)
      before += f->has_place && r->all[k].has_place && strcmp(r->all[k].name, f->name) == 0;
    snprintf(nth, sizeof nth, "%u", before);
    const char *same[] = {f->about_arch ? arches[f->arch].name : NULL,
                          f->has_place ? NULL : f->cause, f->call, f->has_place ? nth : f->message};
    struct sarif_result result = {.rule = f->name,
                                  .severity = f->severity,
                                  .same = same,
                                  .same_count = sizeof same / sizeof *same,
                                  .properties = found_json(r, f)};
    char *inside = report_place(r->options, r->s, f->filter, f->pc, &result); /* owned here */
    char *message = told(f);                                                  /* owned here */
    result.message = message ? message : f->message;
    sarif_add(log, &result);
    free(inside);
    free(message);
  }
}

/* ---- Text ---- */

/* The names of a line, one each, as `what` gives them, or how many they are when out is NULL. */
static unsigned names_of(const struct found *f, size_t count,
                         const char *(*what)(const struct found *), char **out) {
  unsigned n = 0;
  char *text = NULL; /* the caller's */
  for (size_t i = 0; i < count; i++) {
    size_t before = 0;
    while (before < i && strcmp(what(&f[before]), what(&f[i])) != 0)
      before++;
    if (before < i)
      continue;
    n++;
    char *longer = NULL;
    if (out && asprintf(&longer, "%s%s%s", text ? text : "", text ? ", " : "", what(&f[i])) < 0)
      longer = NULL;
    free(text);
    text = longer;
  }
  if (out)
    *out = text;
  return n;
}
static const char *name_of_call(const struct found *f) { return f->call; }
static const char *name_of_arch(const struct found *f) { return arches[f->arch].name; }

/* ", filter 1 (FILE)", with `before` in front: which one of a stack; "" without one. The caller
 * frees it. */
static char *filter_text(const struct report *r, const struct found *f, const char *before) {
  char *text = NULL;
  if (!r->s->stacked || f->filter == NO_FILTER)
    return strdup("");
  if (asprintf(&text, "%sfilter %" PRIu32 " (%s)", before, f->filter, file_of(r, f)) < 0)
    return NULL;
  return text;
}
/* How the example of a finding about an instruction, or several, has to do with it. */
static const char *reached_text(const struct found *f) {
  return !f->has_place ? "" : f->pc != NO_PC ? "reached by " : "the first one is reached by ";
}
static char *example_text(const struct report *r, const struct found *f) {
  char *witness = witness_text(f), *filter = filter_text(r, f, " of "), *text = NULL;
  bool by = !f->has_place && f->pc != NO_PC;
  int n = !witness || !filter ? -1
          : by ? asprintf(&text, "%s, by instruction %" PRIu32 "%s", witness, f->pc, filter)
               : asprintf(&text, "%s%s", reached_text(f), witness);
  free(filter);
  free(witness);
  return n < 0 ? NULL : text;
}
static char *one_title(const struct report *r, const struct found *f) {
  char *filter = f->has_place ? filter_text(r, f, "; ") : strdup(""), *title = NULL;
  if (filter && asprintf(&title, "%s%s", f->message, filter) < 0)
    title = NULL;
  free(filter);
  return title;
}
static char *several_title(const struct found *f, size_t count, unsigned calls) {
  char *names = NULL, *title = NULL; /* owned here; the caller's */
  unsigned a = names_of(f, count, name_of_arch, &names);
  int written = a > 1 ? asprintf(&title,
                                 "%u calls on %u architectures that this machine does not "
                                 "run (%s): %s",
                                 calls, a, names ? names : "", f->cause)
                      : asprintf(&title, "%u call%s on %s: %s", calls, calls == 1 ? "" : "s",
                                 names ? names : "", f->cause);
  free(names);
  return written < 0 ? NULL : title;
}

struct saying report_saying(const struct report *r, size_t i) {
  const struct found *f = &r->all[i];
  struct saying s = {.first = f, .count = 1};
  while (i + s.count < r->count && same_line(f, &r->all[i + s.count]))
    s.count++;
  if (s.count == 1)
    s.title = one_title(r, f);
  else
    s.title = several_title(f, s.count, names_of(f, s.count, name_of_call, &s.calls));
  s.example = f->witness ? example_text(r, f) : NULL;
  s.failed = !s.title || (s.count > 1 && !s.calls) || (f->witness && !s.example);
  return s;
}
void saying_free(struct saying *s) {
  free(s->title);
  free(s->calls);
  free(s->example);
}

static void indented(const char *text, unsigned more) {
  fputs("    ", stdout);
  put_wrapped(stdout, 4, 4 + more, text);
  putchar('\n');
}
static void saying_print(const struct saying *s) {
  const struct found *f = s->first;
  bool bad = strcmp(f->severity, "high") == 0;
  printf("%s%s%s (%s): ", cmd_colour(stdout, bad ? CMD_BAD : CMD_NOTE), f->name,
         cmd_colour(stdout, CMD_PLAIN), f->severity);
  put_wrapped(stdout, (unsigned)(strlen(f->name) + strlen(f->severity) + 5), 4,
              s->title ? s->title : f->cause);
  putchar('\n');
  if (s->calls)
    indented(s->calls, 0);
  if (s->example)
    indented(s->example, 4);
  if (s->failed)
    indented("out of memory: something is left out here", 0);
}

void report_print(const struct report *r) {
  for (size_t i = 0, n; i < r->count; i += n) {
    n = 1;
    if (r->options->common.json) {
      cmd_print_json(found_json(r, &r->all[i]));
      continue;
    }
    struct saying s = report_saying(r, i);
    n = s.count;
    saying_print(&s);
    saying_free(&s);
  }
}
