/* warrant seccomp emu: one call, instruction by instruction, in both interpreters. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "classic/classic.h"
#include "cmd/cmd_packets.h"
#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_listing.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_wrap.h"

struct steps {
  const struct warrant_program *p;
  const struct note *notes;
  unsigned arch;
  cJSON *json; /* a list, or NULL: printed */
};
static void print_step(void *data, uint64_t pc, uint32_t a, uint32_t x) {
  struct steps *s = data;
  if (pc >= s->p->insn_count)
    return;
  if (s->json) {
    cJSON *o = cJSON_CreateObject();
    put_insn(s->p, s->notes, (uint32_t)pc, s->arch, o);
    cmd_json_u64(o, "a", a);
    cmd_json_u64(o, "x", x);
    cJSON_AddItemToArray(s->json, o);
    return;
  }
  printf("A=0x%08" PRIx32 " X=0x%08" PRIx32 " ", a, x);
  put_insn(s->p, s->notes, (uint32_t)pc, s->arch, NULL);
  putchar('\n');
}

static int emulate(const struct subject *s, const struct cmd_options *options,
                   const struct seccomp_data *d) {
  uint32_t value = 0;
  uint64_t steps = 0;
  char action[64];
  cJSON *o = options->json ? cJSON_CreateObject() : NULL;
  cJSON *filters = o ? cJSON_AddArrayToObject(o, "filters") : NULL;
  for (unsigned i = s->count; i-- > 0;) { /* the newest first */
    const struct warrant_program *p = &s->objects[i].programs[0];
    struct note *notes = notes_of(p); /* owned here */
    if (!notes) {
      cJSON_Delete(o);
      cmd_complain("out of memory");
      return WARRANT_BAD_INPUT;
    }
    uint8_t bytes[64];
    w_audit_bytes(d, bytes);
    struct warrant_classic_input in = {.bytes = bytes, .length = 64, .wire_length = 64};
    const struct audit_packet packet = {.length = 64, .bytes = bytes};
    struct warrant_classic_result r;
    cJSON *list = o ? cJSON_CreateArray() : NULL;
    unsigned arch = arch_of(d);
    struct steps trace = {p, notes, arch < ARCHES ? arch : X86_64, list};
    bool shown = o || !options->quiet;
    if (shown && !o && s->count > 1)
      printf("filter %u of %u\n", i, s->count);
    int ran = warrant_classic_run(p, WARRANT_DIALECT_SECCOMP, &in, p->insn_count,
                                  shown ? print_step : NULL, &trace, &r, NULL);
    free(notes);
    if (list)
      cJSON_AddItemToArray(filters, list);
    if (ran || r.outcome != WARRANT_CLASSIC_DONE ||
        !packets_reference_agrees(p, &packet, r.value)) {
      cJSON_Delete(o);
      cmd_complain("the two interpreters do not agree about filter %u", i);
      return WARRANT_REFUSED;
    }
    steps += r.steps;
  }
  subject_run(s, d, &value);
  w_action_text(w_action_effect(value), action, sizeof action);
  if (o) {
    cJSON_AddItemToObject(o, "input", json_input(d));
    cmd_json_text(o, "action", action);
    cmd_json_u64(o, "value", value);
    cmd_json_u64(o, "steps", steps);
    cmd_print_json(o);
  } else {
    char *text = NULL, *input = input_text(d); /* owned here */
    if (!input || asprintf(&text, "%s -> %s, %" PRIu64 " instructions", input, action, steps) < 0)
      text = NULL;
    put_wrapped(stdout, 0, 4, text ? text : "out of memory");
    putchar('\n');
    free(text);
    free(input);
  }
  return WARRANT_OK;
}

int seccomp_emulate(const struct seccomp_options *options, char **files, unsigned count) {
  struct seccomp_data call = options->call;
  struct subject s = {0};
  uint32_t nr;
  char *end;
  errno = 0;
  long number = strtol(options->call_name, &end, 0);
  if (*options->call_name && !*end) {
    if (errno || number < INT32_MIN || number > UINT32_MAX) {
      cmd_complain("--syscall %s: a number has 32 bits", options->call_name);
      return WARRANT_BAD_INPUT;
    }
    call.nr = (int)number;
  } else if (call_by_name(options->arch, options->call_name, &nr)) {
    call.nr = (int)nr;
  } else {
    cmd_complain("--syscall %s: no such call on %s", options->call_name,
                 arches[options->arch].name);
    return WARRANT_BAD_INPUT;
  }
  call.arch = arches[options->arch].token;
  if (w_arch_big_endian(call.arch)) /* as the words lie */
    call = w_input_swapped(&call);
  int code = subject_filters(&s, options, files, count);
  for (unsigned i = 0; i < s.count && !code; i++) {
    struct warrant_classic_verdict v;
    if (warrant_classic_check(&s.objects[i].programs[0], &v) || !v.accept) {
      cmd_complain("%s: %s", s.objects[i].programs[0].file, v.message);
      code = WARRANT_REFUSED;
    }
  }
  if (!code)
    code = emulate(&s, &options->common, &call);
  subject_free(&s);
  return code;
}
