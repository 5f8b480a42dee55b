#include "cmd/seccomp_subject.h"

#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "audit/policy.h"
#include "classic/classic.h"
#include "cmd/seccomp_process.h"
#include "isa/bytes.h"

int subjects_order(struct bdd *bdd, const struct subject *const *subjects, unsigned count,
                   const char *policy) {
  struct meetings meetings;
  w_meetings_start(&meetings);
  if (policy)
    w_condition_meetings(policy, &meetings);
  for (unsigned i = 0; i < count; i++)
    for (unsigned k = 0; k < subjects[i]->count; k++)
      if (w_meetings_of(&meetings, &subjects[i]->objects[k].programs[0]))
        return -1;
  /* Where two halves of arguments meet, so do the other two, which are the same halves of a
   * big-endian architecture. */
  w_meetings_mirror(&meetings);
  return w_input_order(bdd, NULL, 0, &meetings);
}

static int merge_effects(struct subject *s, const char *name) {
  int failed = w_audit_effects(subject_returns(s), &s->all);
  if (!failed)
    return WARRANT_OK;
  if (failed < 0) {
    cmd_complain("%s: out of memory", name);
    return WARRANT_BAD_INPUT;
  }
  cmd_complain("%s: undecided: the table is too large for --limit", name);
  return WARRANT_REFUSED;
}

int subject_audit(struct subject *s, const char *name, struct bdd *bdd, uint32_t limit) {
  struct warrant_error error = {0};
  s->own_bdd = !bdd;
  s->bdd = bdd ? bdd : w_bdd_new(limit);
  s->audits = calloc(s->count, sizeof *s->audits);
  if (!s->bdd || !s->audits ||
      (s->own_bdd && subjects_order(s->bdd, (const struct subject *[]){s}, 1, s->policy))) {
    cmd_complain("%s: out of memory", name);
    return WARRANT_BAD_INPUT;
  }
  for (unsigned i = 0; i < s->count; i++)
    if (warrant_audit(&s->objects[i].programs[0], s->bdd, &s->audits[i], &error)) {
      cmd_complain("%s: %s", name, error.text);
      return error.code;
    }
  s->stacked = s->count > 1;
  if (s->stacked && w_audit_stack(s->audits, s->count, &s->stack, &error)) {
    cmd_complain("%s: %s", name, error.text);
    return error.code;
  }
  return merge_effects(s, name);
}
const struct audit *subject_returns(const struct subject *s) {
  return s->stacked ? &s->stack : &s->audits[0];
}

/* The filters of one file: one, or a stack, each of which becomes an object of its own. */
static int add_file(struct subject *s, const struct cmd_options *options, const char *path) {
  struct warrant_object file;
  int code = cmd_load_stack(path, options, &file);
  if (code)
    return code;
  struct warrant_object *more = realloc(s->objects, (s->count + file.count) * sizeof *more);
  if (!more) {
    warrant_object_free(&file);
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  s->objects = more;
  uint32_t taken = 0;
  for (; taken < file.count; taken++) {
    struct warrant_object *o = &s->objects[s->count];
    memset(o, 0, sizeof *o);
    o->programs = malloc(sizeof *o->programs);
    o->problems = calloc(1, sizeof *o->problems);
    if (!o->programs || !o->problems) {
      free(o->programs);
      free(o->problems);
      cmd_complain("out of memory");
      code = WARRANT_BAD_INPUT;
      break;
    }
    o->programs[0] = file.programs[taken];
    o->count = 1;
    s->count++;
    if (o->programs[0].kind != WARRANT_SECCOMP && !code) {
      cmd_complain("%s: this is no seccomp filter", path);
      code = WARRANT_BAD_INPUT;
    }
  }
  for (uint32_t i = taken; i < file.count; i++)
    warrant_program_free(&file.programs[i]);
  free(file.programs);
  free(file.problems);
  return code;
}

int subject_filters(struct subject *s, const struct seccomp_options *options, char **files,
                    unsigned count) {
  *s = (struct subject){.policy = s->policy};
  int code = WARRANT_OK;
  for (unsigned i = 0; i < count && !code; i++)
    code = add_file(s, &options->common, files[i]);
  return code;
}

int subject_load(struct subject *s, const struct seccomp_options *options, char **files,
                 unsigned count, struct bdd *bdd) {
  int code = subject_filters(s, options, files, count);
  return code ? code : subject_audit(s, files[0], bdd, options->limit);
}

int subject_open(struct subject *s, const struct seccomp_options *options, char **files,
                 unsigned count, char process[SUBJECT_NAME_MAX], const char **name) {
  *s = (struct subject){.policy = s->policy};
  *name = options->pid ? process : files[0];
  if (!options->pid)
    return subject_load(s, options, files, count, NULL);
  snprintf(process, SUBJECT_NAME_MAX, "process %ld", options->pid);
  int code = filters_of_process(options->pid, &s->objects, &s->count);
  return code ? code : subject_audit(s, process, NULL, options->limit);
}

void subject_free(struct subject *s) {
  for (unsigned i = 0; i < s->count; i++) {
    if (s->audits)
      w_audit_free(&s->audits[i]);
    warrant_object_free(&s->objects[i]);
  }
  w_audit_free(&s->stack);
  free(s->all.outcomes);
  free(s->audits);
  free(s->objects);
  if (s->own_bdd)
    w_bdd_free(s->bdd);
  memset(s, 0, sizeof *s);
}

bool subject_decide(const struct subject *s, const struct seccomp_data *d, uint32_t *value,
                    uint32_t *filter, uint32_t *pc) {
  uint8_t bytes[64];
  w_audit_bytes(d, bytes);
  const struct warrant_classic_input in = {.bytes = bytes, .length = 64, .wire_length = 64};
  for (unsigned i = s->count; i-- > 0;) {
    const struct warrant_program *p = &s->objects[i].programs[0];
    struct warrant_classic_result r;
    if (warrant_classic_run(p, WARRANT_DIALECT_SECCOMP, &in, p->insn_count, NULL, NULL, &r, NULL) ||
        r.outcome != WARRANT_CLASSIC_DONE)
      return false;
    uint32_t both = i == s->count - 1 ? r.value : w_action_stricter(*value, r.value);
    if (i == s->count - 1 || both != *value) {
      *value = both;
      *filter = i;
      *pc = (uint32_t)r.pc;
    }
  }
  return s->count > 0;
}

bool subject_run(const struct subject *s, const struct seccomp_data *d, uint32_t *value) {
  uint32_t filter, pc;
  return subject_decide(s, d, value, &filter, &pc);
}

int filter_write(const char *path, const struct warrant_program *p) {
  FILE *f = fopen(path, "wb");
  bool good = f;
  for (uint32_t k = 0; k < p->insn_count && good; k++) {
    uint8_t bytes[8];
    w_put_cinsn(bytes, &p->cinsns[k]);
    good = fwrite(bytes, sizeof bytes, 1, f) == 1;
  }
  int why = cmd_close_written(f, good);
  if (!why)
    return WARRANT_OK;
  cmd_complain("%s: could not be written: %s", path, strerror(why));
  return WARRANT_BAD_INPUT;
}
