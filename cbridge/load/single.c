#include "load/single.h"

#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "load/hooks.h"
#include "load/sections.h"

int warrant_single(const char *name, enum warrant_kind kind, struct warrant_insn *insns,
                   struct warrant_cinsn *cinsns, uint32_t count,
                   const struct warrant_load_options *options, struct warrant_object *object,
                   struct warrant_error *error) {
  struct warrant_program p = {.kind = kind,
                              .insns = insns,
                              .cinsns = cinsns,
                              .insn_count = count,
                              .profile = options->profile,
                              .file = strdup(name),
                              .section = strdup(""),
                              .name = strdup("")};
  memset(object, 0, sizeof *object);
  object->programs = calloc(1, sizeof *object->programs);
  object->problems = calloc(1, sizeof *object->problems);
  int result = 0;
  if (!p.file || !p.section || !p.name || !object->programs || !object->problems) {
    result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  } else if (options->prog) {
    result =
        warrant_fail(error, WARRANT_BAD_INPUT,
                     "%s: --prog %s: a raw program has no name to choose by", name, options->prog);
  } else if (kind == WARRANT_EBPF) {
    if (options->type) {
      struct warrant_section kind_of = {0};
      if (!warrant_type_of(options->type, &kind_of))
        result = warrant_fail(error, WARRANT_BAD_INPUT, "unknown program type '%s'", options->type);
      p.type = kind_of.type;
      p.attach_type = kind_of.attach_type;
    } else if (options->need_type) {
      result = warrant_fail(error, WARRANT_BAD_INPUT,
                            "%s: raw eBPF does not say what kind of program it is: use --type xdp, "
                            "socket, tc, ... or raw",
                            name);
    }
    p.ctx_size = p.type ? warrant_type_ctx_size(p.type) : options->ctx_size;
  } else {
    p.type = kind == WARRANT_CBPF ? BPF_PROG_TYPE_SOCKET_FILTER : 0; /* seccomp has no number */
    p.ctx_size = kind == WARRANT_SECCOMP ? sizeof(struct seccomp_data) : 0;
  }
  if (!result && options->type)
    result = warrant_hook(&p, options->type, options->host, object->problems, error);
  if (result) {
    warrant_program_free(&p);
    free(object->programs);
    free(object->problems);
    memset(object, 0, sizeof *object);
    return result;
  }
  object->programs[0] = p;
  object->count = 1;
  return 0;
}
