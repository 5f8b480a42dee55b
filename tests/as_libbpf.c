/* Is what is certified what libbpf loads? Of each program of an object, the instructions in the
 * image that the validator gets (load/image.h) are compared, slot by slot, with those that libbpf
 * hands to bpf(2); maps by name, and by what they are made with. Nothing is loaded: fake_bpf.c
 * answers for the kernel.
 *
 *   as_libbpf [--btf FILE] [--kconfig FILE] OBJECT...
 *
 * Prints a line a program, separated by tabs: `program`, file, section, name, what came of it
 * (same, differs, not-here, not-libbpf), slots, slots that differ in a way that docs/libbpf.md
 * explains, the digest of the image's instructions, and a word or two. Lines `slot` and `map`
 * before it say what differs. Exit status: 1 when a program differs, 2 when nothing could be asked.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_bpf.h"
#include "isa/bytes.h"
#include "isa/decode.h"
#include "isa/tables.h"
#include "load/core.h"
#include "load/elf_file.h"
#include "load/file.h"
#include "load/image.h"

/* --- What libbpf says ------------------------------------------------------------------------ */

static char said[256]; /* its last warning that is not about what follows from one */

static int listen(enum libbpf_print_level level, const char *format, va_list values) {
  char line[sizeof said];
  if (level != LIBBPF_WARN)
    return 0;
  vsnprintf(line, sizeof line, format, values);
  const char *text = strncmp(line, "libbpf: ", 8) ? line : line + 8;
  if (strncmp(text, "failed to load object", 21) && strncmp(text, "failed to open object", 21))
    snprintf(said, sizeof said, "%.*s", (int)strcspn(text, "\n"), text);
  return 0;
}

struct options {
  const char *btf, *kconfig, *other;
  char *config; /* owned; the text of kconfig */
};

static struct bpf_program *find(struct bpf_object *object, const struct warrant_program *p) {
  struct bpf_program *program;
  bpf_object__for_each_program(program, object) {
    if (!strcmp(bpf_program__name(program), p->name) &&
        !strcmp(bpf_program__section_name(program), p->section))
      return program;
  }
  return NULL;
}

/* Opens the object and loads one program of it, or all that are known here. NULL: libbpf does not;
 * `said` says why. */
static struct bpf_object *load(const char *path, const struct options *options,
                               const struct warrant_object *known,
                               const struct warrant_program *only) {
  *said = '\0';
  fake_forget();
  LIBBPF_OPTS(bpf_object_open_opts, open, .btf_custom_path = options->btf,
              .kconfig = options->config);
  struct bpf_object *object = bpf_object__open_file(options->other ? options->other : path, &open);
  if (!object)
    return NULL;
  struct bpf_program *program;
  struct bpf_map *map;
  bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, false);
  bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
  for (uint32_t i = 0; i < known->count; i++) {
    const struct warrant_program *p = &known->programs[i];
    if (known->problems[i].code || (only && p != only) || !(program = find(object, p)))
      continue;
    bpf_program__set_autoload(program, true);
    if (bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC) {
      bpf_program__set_type(program, (enum bpf_prog_type)p->type);
      bpf_program__set_expected_attach_type(program, (enum bpf_attach_type)p->attach_type);
    }
  }
  if (bpf_object__load(object) == 0)
    return object;
  bpf_object__close(object);
  return NULL;
}

/* --- The comparison -------------------------------------------------------------------------- */

struct comparing {
  const char *path;
  const struct warrant_program *program;
  struct bpf_object *object;
  const struct btf *kernel; /* in which libbpf finds functions; NULL: it can't be read */
  uint32_t explained, differ;
};

/* Is libbpf's map with this descriptor the program's map of this number? */
static bool same_map(const struct comparing *c, int fd, uint32_t number) {
  const struct warrant_program *p = c->program;
  if (number >= p->map_count)
    return false;
  struct bpf_map *map = bpf_object__find_map_by_name(c->object, p->maps[number].name);
  return map && bpf_map__fd(map) == fd;
}

/* Has the kernel's function with this number the name of the program's? */
static bool same_function(const struct comparing *c, int id, int32_t number) {
  const struct w_function *f = w_function_of(number);
  const struct w_unsupported_function *other = w_unsupported_function_of(number);
  const char *name = f ? f->call.name : other ? other->name : "";
  return c->kernel && btf__find_by_name_kind(c->kernel, name, BTF_KIND_FUNC) == id;
}

static bool plain_same(struct warrant_insn a, const struct bpf_insn *b) {
  return a.op == b->code && a.dst == b->dst_reg && a.src == b->src_reg && a.off == b->off &&
         a.imm == b->imm;
}

/* The differences that docs/libbpf.md explains; `slots` is how many it takes. NULL: none of them.
 */
static const char *explained(const struct warrant_insn a[2], const struct bpf_insn b[2], bool wide,
                             uint32_t *slots) {
  enum { POISONED_KFUNCS = 2002000000, EXTERNS_MAX = 1 << 20 }; /* libbpf 1.5 */
  *slots = wide ? 2 : 1;
  /* the address of a kernel symbol without a type, which libbpf reads in /proc/kallsyms */
  if (wide && a[0].src == BPF_PSEUDO_BTF_ID && a[1].imm == -1 && b[0].src_reg == 0 &&
      a[0].op == b[0].code && a[0].dst == b[0].dst_reg)
    return "address";
  /* a call that no kernel has, for a kernel function that it does not have; libbpf 1.1 leaves
   * the function's number 0 */
  if (!wide && a[0].op == OP_CALL && b[0].code == OP_CALL && a[0].imm == WARRANT_CORE_POISON &&
      (b[0].src_reg == BPF_PSEUDO_KFUNC_CALL
           ? b[0].imm == 0
           : b[0].imm >= POISONED_KFUNCS && b[0].imm < POISONED_KFUNCS + EXTERNS_MAX))
    return "missing";
  return NULL;
}

static void print_slot(const struct comparing *c, uint32_t pc, struct warrant_insn a,
                       const struct bpf_insn *b, const char *why) {
  printf("slot\t%s\t%s\t%u\t%02x %u %u %d %d\t%02x %u %u %d %d\t%s\n", c->path, c->program->name,
         pc, a.op, a.dst, a.src, a.off, a.imm, b->code, b->dst_reg, b->src_reg, b->off, b->imm,
         why);
}

static void compare_slots(struct comparing *c, const uint8_t *image,
                          const struct fake_program *libbpf) {
  uint32_t count = c->program->insn_count, slots;
  for (uint32_t pc = 0; pc < count; pc += slots) {
    const struct bpf_insn none = {0}, *b = &libbpf->insns[pc];
    const struct warrant_insn pair[2] = {w_insn_at(image + 8 * (size_t)pc),
                                         pc + 1 < count ? w_insn_at(image + 8 * (size_t)pc + 8)
                                                        : (struct warrant_insn){0}};
    const struct bpf_insn other[2] = {b[0], pc + 1 < count ? b[1] : none};
    bool wide = pair[0].op == OP_LD_IMM64 && pc + 1 < count;
    struct warrant_insn first = pair[0];
    slots = wide ? 2 : 1;
    if (wide && (first.src == BPF_PSEUDO_MAP_FD || first.src == BPF_PSEUDO_MAP_VALUE) &&
        same_map(c, b[0].imm, (uint32_t)first.imm))
      first.imm = b[0].imm;
    if (first.op == OP_CALL && first.src == BPF_PSEUDO_KFUNC_CALL &&
        same_function(c, b[0].imm, first.imm))
      first.imm = b[0].imm;
    bool good[2] = {plain_same(first, &b[0]), !wide || plain_same(pair[1], &other[1])};
    if (good[0] && good[1])
      continue;
    const char *why = explained(pair, other, wide, &slots);
    for (uint32_t k = 0; k < slots; k++)
      if (!good[k])
        print_slot(c, pc + k, pair[k], &other[k], why ? why : "-");
    *(why ? &c->explained : &c->differ) += (uint32_t)!good[0] + (uint32_t)!good[1];
  }
}

/* libbpf lets user space map global data, and makes arrays of perf events as long as there are
 * processors. */
static bool as_libbpf_makes(const struct warrant_map *m, const struct fake_map *made) {
  if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
    return m->max_entries == 0 && m->flags == made->flags &&
           (int)made->max_entries == libbpf_num_possible_cpus();
  return *m->name == '.' && made->flags == (m->flags | BPF_F_MMAPABLE) &&
         m->max_entries == made->max_entries;
}

/* What the program's maps are made with, and the contents of global data. */
static void compare_maps(struct comparing *c) {
  for (uint32_t i = 0; i < c->program->map_count; i++) {
    const struct warrant_map *m = &c->program->maps[i];
    struct bpf_map *map = bpf_object__find_map_by_name(c->object, m->name);
    const struct fake_map *made = map ? fake_map(bpf_map__fd(map)) : NULL;
    if (!made) { /* an inner map is made for the outer one alone */
      bool inner = false;
      for (uint32_t k = 0; k < c->program->map_count; k++)
        inner |= c->program->maps[k].inner == i + 1;
      if (!inner)
        printf("map\t%s\t%s\t%s\tlibbpf made none\n", c->path, c->program->name, m->name);
      c->differ += !inner;
      continue;
    }
    const uint32_t ours[] = {m->type, m->key_size, m->value_size, m->max_entries, m->flags},
                   libbpf[] = {made->type, made->key_size, made->value_size, made->max_entries,
                               made->flags};
    static const char *const words[] = {"type", "key size", "value size", "entries", "flags"};
    for (int k = 0; k < 5; k++)
      if (ours[k] != libbpf[k] && !(k > 2 && as_libbpf_makes(m, made))) {
        printf("map\t%s\t%s\t%s\t%s (type %u)\t%u\t%u\n", c->path, c->program->name, m->name,
               words[k], m->type, ours[k], libbpf[k]);
        c->differ++;
      }
    if (m->initial && made->value_size == m->value_size) {
      size_t bad = 0;
      for (uint32_t k = 0; k < m->value_size; k++)
        bad += m->initial[k] != (made->first ? made->first[k] : 0);
      if (bad)
        printf("map\t%s\t%s\t%s\t%zu bytes of its first value\n", c->path, c->program->name,
               m->name, bad);
      c->differ += bad != 0;
    }
  }
}

static void digest(const uint8_t *bytes, size_t size, char hex[65]) {
  struct sha256_ctx sha;
  uint8_t sum[32];
  sha256_init(&sha);
  sha256_update(&sha, size, bytes);
  sha256_digest(&sha, sizeof sum, sum);
  for (int i = 0; i < 32; i++)
    snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

static void print_program(const struct comparing *c, const char *outcome, const char *hex,
                          const char *word) {
  const struct warrant_program *p = c->program;
  printf("program\t%s\t%s\t%s\t%s\t%u\t%u\t%s\t%s\n", c->path, p->section, p->name, outcome,
         p->insn_count, c->explained, hex, word);
}

/* True when it is not the same. */
static bool compare(struct comparing *c) {
  const struct warrant_program *p = c->program;
  struct bpf_program *program = find(c->object, p);
  const struct fake_program *libbpf = program ? fake_program(bpf_program__fd(program)) : NULL;
  struct warrant_error error = {0};
  uint8_t *image = NULL;
  size_t size = 0;
  char hex[65] = "-";
  if (!libbpf) {
    print_program(c, "not-libbpf", "-", "libbpf has no such program");
    return false;
  }
  if (warrant_image(p, &image, &size, &error)) {
    print_program(c, "not-here", "-", error.text);
    return false;
  }
  size_t at = w_image_parts(p).instructions;
  digest(image + at, size - at, hex);
  if (libbpf->count != p->insn_count || size - at != 8 * (size_t)p->insn_count) {
    printf("slot\t%s\t%s\t-\t%u slots\t%u slots\t-\n", c->path, p->name, p->insn_count,
           libbpf->count);
    c->differ++;
  } else {
    compare_slots(c, image + at, libbpf);
  }
  compare_maps(c);
  /* of tc's programs the kernel does not look at it */
  bool attach = libbpf->attach_type == p->attach_type || p->type == BPF_PROG_TYPE_SCHED_CLS;
  if (libbpf->type != p->type || !attach) {
    printf("type\t%s\t%s\t%s\t%u %u\t%u %u\n", c->path, p->name, p->section, p->type,
           p->attach_type, libbpf->type, libbpf->attach_type);
    c->differ++;
  }
  print_program(c, c->differ ? "differs" : "same", hex, "-");
  free(image);
  return c->differ;
}

/* A section that names no type is read as one of another type: instructions do not depend on it. */
static void give_types(const char *path, struct warrant_host *host, struct warrant_object *known) {
  for (uint32_t i = 0; i < known->count; i++) {
    struct warrant_program *p = &known->programs[i];
    const struct warrant_load_options how = {.host = host, .prog = p->name, .type = "xdp"};
    struct warrant_object again;
    if (!strstr(known->problems[i].text, "says no program type") ||
        warrant_load(path, &how, &again, NULL))
      continue;
    for (uint32_t k = 0; k < again.count; k++)
      if (!strcmp(again.programs[k].section, p->section) && known->problems[i].code) {
        const struct warrant_program before = *p;
        *p = again.programs[k];
        again.programs[k] = before;
        known->problems[i] = again.problems[k];
      }
    warrant_object_free(&again);
  }
}

/* Returns 0, or 1 when a program differs. */
static int compare_object(const char *path, const struct options *options,
                          struct warrant_host *host, const struct btf *kernel) {
  const struct warrant_load_options how = {.host = host};
  struct warrant_object known;
  struct warrant_error error = {0};
  if (warrant_load(path, &how, &known, &error)) {
    printf("object\t%s\tnot-here\t%s\nend\t%s\n", path, error.text, path);
    return 0;
  }
  give_types(path, host, &known);
  struct bpf_object *all = load(path, options, &known, NULL);
  bool differs = false;
  for (uint32_t i = 0; i < known.count; i++) {
    struct comparing c = {
        .path = path, .program = &known.programs[i], .object = all, .kernel = kernel};
    if (known.problems[i].code) {
      print_program(&c, "not-here", "-", known.problems[i].text);
      continue;
    }
    if (!all) /* one that it does not load keeps it from all */
      c.object = load(path, options, &known, c.program);
    if (c.object)
      differs |= compare(&c);
    else
      print_program(&c, "not-libbpf", "-", said);
    if (!all)
      bpf_object__close(c.object);
  }
  bpf_object__close(all);
  warrant_object_free(&known);
  printf("end\t%s\n", path);
  return differs;
}

/* The options before the objects; false: wrong usage. */
static bool read_options(int argc, char **argv, int *at, struct options *options) {
  for (*at = 1; *at + 1 < argc && strncmp(argv[*at], "--", 2) == 0; *at += 2) {
    const char **value = !strcmp(argv[*at], "--btf")       ? &options->btf
                         : !strcmp(argv[*at], "--kconfig") ? &options->kconfig
                         : !strcmp(argv[*at], "--other")   ? &options->other
                                                           : NULL;
    if (!value)
      return false;
    *value = argv[*at + 1];
  }
  struct warrant_error error = {0};
  uint8_t *config = NULL;
  size_t size = 0;
  if (options->kconfig && warrant_read_file(options->kconfig, &config, &size, &error)) {
    fprintf(stderr, "as_libbpf: %s\n", error.text);
    return false;
  }
  options->config = config ? strndup((const char *)config, size) : NULL;
  free(config);
  return *at < argc;
}

int main(int argc, char **argv) {
  struct options options = {0};
  int at, result = 0;
  if (!read_options(argc, argv, &at, &options)) {
    fputs("usage: as_libbpf [--btf FILE] [--kconfig FILE] [--other FILE] OBJECT...\n", stderr);
    return 2;
  }
  struct warrant_host *host = warrant_host_new(options.btf, options.kconfig);
  if (!host)
    return 2;
  libbpf_set_print(listen);
  struct btf *kernel = btf__load_vmlinux_btf();
  setlinebuf(stdout);
  for (; at < argc; at++)
    result |= compare_object(argv[at], &options, host, kernel);
  fake_forget();
  btf__free(kernel);
  warrant_host_free(host);
  free(options.config);
  return result;
}
