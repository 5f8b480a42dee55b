/* The instructions that our loader fits to a kernel are the ones that libbpf would load:
 * core_test [OBJECT [BTF]]..., by default the corpus' objects against the types of two kernels.
 * libbpf relocates only on the way to bpf(2), so without that the comparison is skipped. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warrant.h"

static char said[400];

static int remember(enum libbpf_print_level level, const char *format, va_list args) {
  if (level == LIBBPF_WARN)
    vsnprintf(said, sizeof said, format, args);
  return 0;
}

static bool same(const struct warrant_insn *a, const struct bpf_insn *b, bool second) {
  bool place = second || (a->op == 0x18 && a->src); /* of a map or value: theirs has a descriptor */
  return a->op == b->code && a->dst == b->dst_reg && (place || a->src == b->src_reg) &&
         a->off == b->off && (place || a->imm == b->imm);
}

/* Returns how many programs differ; the counts grow. */
static int compare(const char *path, const char *btf, unsigned *equal, unsigned *left_out) {
  struct warrant_host *host = warrant_host_new(btf, NULL);
  struct warrant_load_options options = {.host = host};
  struct warrant_object ours;
  struct warrant_error error;
  int different = 0;
  if (!host || warrant_load(path, &options, &ours, &error)) {
    printf("skip %s: %s\n", path, error.text);
    warrant_host_free(host);
    return 0;
  }
  LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf);
  struct bpf_object *theirs = bpf_object__open_file(path, &opts);
  *said = '\0';
  int loaded = theirs ? bpf_object__load(theirs) : -errno; /* a refusal comes after relocation */
  for (uint32_t i = 0; i < ours.count; i++) {
    const struct warrant_program *p = &ours.programs[i];
    struct bpf_program *q = theirs ? bpf_object__find_program_by_name(theirs, p->name) : NULL;
    bool calls = false;
    for (uint32_t pc = 0; pc < p->insn_count; pc++)
      calls |= p->insns[pc].op == 0x85 && p->insns[pc].src == 1; /* the parts' order is free */
    if (!q || ours.problems[i].code || calls ||
        (loaded && bpf_program__insn_cnt(q) != p->insn_count)) {
      ++*left_out;
      continue;
    }
    const struct bpf_insn *insns = bpf_program__insns(q);
    uint32_t pc = 0;
    bool second = false;
    if (bpf_program__insn_cnt(q) == p->insn_count)
      for (; pc < p->insn_count && same(&p->insns[pc], &insns[pc], second); pc++)
        second = !second && p->insns[pc].op == 0x18 && p->insns[pc].src;
    if (pc == p->insn_count) {
      ++*equal;
      continue;
    }
    different++;
    printf("not ok %s/%s against %s: instruction %u is %02x %d %d %d here, %02x %d %d %d in "
           "libbpf%s%s\n",
           path, p->name, btf ? btf : "the host", pc, p->insns[pc].op, p->insns[pc].src,
           p->insns[pc].off, p->insns[pc].imm, insns[pc].code, insns[pc].src_reg, insns[pc].off,
           insns[pc].imm, loaded ? ", which then said: " : "", loaded ? said : "");
  }
  bpf_object__close(theirs);
  warrant_object_free(&ours);
  warrant_host_free(host);
  return different;
}

int main(int argc, char **argv) {
  static const char core[] = "build/corpus/objects/core.o";
  static const char *const types[] = {"build/corpus/objects/kernel_a.o",
                                      "build/corpus/objects/kernel_b.o"};
  unsigned equal = 0, left_out = 0;
  int different = 0;
  libbpf_set_print(remember);
  if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SOCKET_FILTER, NULL) != 1) {
    printf("skip relocations beside libbpf's: bpf(2) is not allowed here\n");
    return 0;
  }
  if (argc > 1) {
    for (int i = 1; i < argc; i++)
      different += compare(argv[i], NULL, &equal, &left_out);
    printf("%s %u programs as libbpf has them, %d differ, %u not compared\n",
           different ? "not ok" : "ok", equal, different, left_out);
    return different > 0;
  }
  for (int i = 0; i < 2; i++) {
    equal = left_out = 0;
    int bad = compare(core, types[i], &equal, &left_out);
    if (bad == 0 && equal > 10 && left_out == 0)
      printf("ok core.o against %s: %u programs as libbpf has them\n", types[i], equal);
    else if (bad == 0)
      printf("not ok core.o against %s: %u programs compared, %u not\n", types[i], equal, left_out);
    different += bad;
  }
  return different > 0;
}
