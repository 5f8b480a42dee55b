/* Written by `warrant corpus import-selftests` and run on the host, never installed: the kernel's
 * own test_verifier.c is included below, and what it would load into the kernel is written as a C
 * source for clang instead, a file for each of the suite's, with what the suite expects.
 *
 *     harness OUTPUT [kernel]      with `kernel`, this host's kernel is asked, too; nothing is run
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- In place of libbpf's functions ----------------------------------------------------------- */

static int h_prog_load(enum bpf_prog_type type, const struct bpf_insn *insns, size_t count,
                       const struct bpf_prog_load_opts *options);
static int h_map_create(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t max,
                        const struct bpf_map_create_opts *options);
static int h_update(int fd, const void *key, const void *value, uint64_t flags);
static int h_btf_load(const void *raw, size_t size, const void *options);
static int h_find_attach(const char *name, enum bpf_attach_type type);
static int h_supported(int type, const void *options) { return (void)type, (void)options, 1; }

#define bpf_prog_load(type, name, license, insns, count, options)                                  \
  h_prog_load(type, insns, count, (const void *)(options))
#define bpf_map_create(type, name, key, value, max, options)                                       \
  h_map_create(type, key, value, max, (const void *)(options))
#define bpf_map_update_elem h_update
#define bpf_btf_load(raw, size, options) h_btf_load(raw, size, options)
#define libbpf_find_vmlinux_btf_id h_find_attach
#define libbpf_probe_bpf_prog_type h_supported
#define libbpf_probe_bpf_map_type h_supported
#define sched_yield() 0 /* after each test, which on a busy host takes minutes */
#define main static __attribute__((unused)) suite_main
#include "test_verifier.c"
#undef main
#undef sched_yield
#undef bpf_prog_load
#undef bpf_map_create
#undef bpf_map_update_elem
#undef bpf_btf_load
#undef libbpf_find_vmlinux_btf_id

int cap_enable_effective(__u64 caps, __u64 *old) { return (void)caps, (void)old, -1; }
int cap_disable_effective(__u64 caps, __u64 *old) { return (void)caps, (void)old, -1; }

enum { MOST = 64, FIRST_FD = 1 << 20 };

struct h_map {
  int fd, inner; /* inner: its number, or -1 */
  uint32_t type, key, value, max, flags, value_type;
  bool as_data; /* programs address its value directly */
};
static struct h_map maps[MOST];
static int map_count, fds = FIRST_FD;
static struct btf *types; /* what the suite last loaded */
static const char *attach_name;

static struct bpf_test *current;
static const char *output;
static bool kernel;
static FILE *list, *source; /* the expectations; the C of the present file */
static char file[64], program[80];
static int number;       /* in the present file */
static bool dumped[256]; /* types of the suite's BTF that the present file has */

/* In the kernel as far as it takes them: older suites have types that newer kernels refuse, at the
 * end. */
static int h_btf_load(const void *raw, size_t size, const void *options) {
  (void)options;
  btf__free(types);
  types = btf__new(raw, size);
  int fd = kernel ? bpf_btf_load(raw, size, NULL) : fds++;
  for (uint32_t most = types ? btf__type_cnt(types) : 0; fd < 0 && most > 1; most--) {
    struct btf *less = btf__new_empty();
    uint32_t n = 0;
    for (uint32_t id = 1; id < most; id++)
      btf__add_type(less, types, btf__type_by_id(types, id));
    const void *bytes = btf__raw_data(less, &n);
    fd = bpf_btf_load(bytes, n, NULL);
    btf__free(less);
  }
  return fd < 0 ? fds++ : fd;
}

static int h_map_create(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t max,
                        const struct bpf_map_create_opts *options) {
  int fd = kernel ? bpf_map_create(type, NULL, key, value, max, (void *)options) : -1;
  if (map_count == MOST)
    return fd;
  struct h_map *m = &maps[map_count++];
  *m = (struct h_map){fd < 0 ? fds++ : fd, -1, type, key, value, max, 0, 0, false};
  if (options) {
    m->flags = options->map_flags;
    m->value_type = options->btf_fd ? options->btf_value_type_id : 0;
    for (int k = 0; options->inner_map_fd && k < map_count; k++)
      if (maps[k].fd == (int)options->inner_map_fd)
        m->inner = k;
  }
  return m->fd;
}

static int h_update(int fd, const void *key, const void *value, uint64_t flags) {
  return fd < FIRST_FD ? bpf_map_update_elem(fd, key, value, flags) : 0;
}

static int h_find_attach(const char *name, enum bpf_attach_type type) {
  attach_name = name;
  int id = kernel ? libbpf_find_vmlinux_btf_id(name, type) : 0;
  return id < 0 ? 0 : id;
}

/* --- Sections --------------------------------------------------------------------------------- */

static const char *tracing(enum bpf_prog_type type, enum bpf_attach_type attach) {
  if (type == BPF_PROG_TYPE_LSM)
    return "lsm";
  return attach == BPF_TRACE_FENTRY    ? "fentry"
         : attach == BPF_TRACE_FEXIT   ? "fexit"
         : attach == BPF_MODIFY_RETURN ? "fmod_ret"
         : attach == BPF_TRACE_RAW_TP  ? "tp_btf"
         : attach == BPF_TRACE_ITER    ? "iter"
                                       : NULL;
}

/* A section's name that libbpf reads as this type; false: there is none. */
static bool section_of(enum bpf_prog_type type, enum bpf_attach_type attach, uint32_t flags,
                       char *text, size_t size) {
  static const char *const names[] = {"socket",
                                      "sk_reuseport/migrate",
                                      "sk_reuseport",
                                      "kprobe",
                                      "tc",
                                      "action",
                                      "tracepoint",
                                      "raw_tp",
                                      "raw_tp.w",
                                      "syscall",
                                      "xdp",
                                      "xdp/devmap",
                                      "xdp/cpumap",
                                      "perf_event",
                                      "lwt_in",
                                      "lwt_out",
                                      "lwt_xmit",
                                      "lwt_seg6local",
                                      "sockops",
                                      "sk_skb/stream_parser",
                                      "sk_skb/stream_verdict",
                                      "sk_skb",
                                      "sk_msg",
                                      "lirc_mode2",
                                      "flow_dissector",
                                      "cgroup_skb/ingress",
                                      "cgroup_skb/egress",
                                      "cgroup/sock_create",
                                      "cgroup/sock_release",
                                      "cgroup/post_bind4",
                                      "cgroup/post_bind6",
                                      "cgroup/bind4",
                                      "cgroup/bind6",
                                      "cgroup/connect4",
                                      "cgroup/connect6",
                                      "cgroup/sendmsg4",
                                      "cgroup/sendmsg6",
                                      "cgroup/recvmsg4",
                                      "cgroup/recvmsg6",
                                      "cgroup/getpeername4",
                                      "cgroup/getpeername6",
                                      "cgroup/getsockname4",
                                      "cgroup/getsockname6",
                                      "cgroup/sysctl",
                                      "cgroup/getsockopt",
                                      "cgroup/setsockopt",
                                      "cgroup/dev",
                                      "sk_lookup"};
  bool sleeps = flags & BPF_F_SLEEPABLE;
  if (type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM) {
    const char *prefix = tracing(type, attach);
    if (prefix)
      snprintf(text, size, "%s%s%s%s", prefix, sleeps ? ".s" : "", attach_name ? "/" : "",
               attach_name ? attach_name : "");
    return prefix;
  }
  for (int any = 0; any < 2; any++)
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      enum bpf_prog_type t;
      enum bpf_attach_type a;
      if (libbpf_prog_type_by_name(names[i], &t, &a) || t != type ||
          !(a == attach || (any && !attach)))
        continue;
      snprintf(text, size, "%s", sleeps && type == BPF_PROG_TYPE_KPROBE ? "uprobe.s" : names[i]);
      return true;
    }
  return false;
}

/* --- A program as C --------------------------------------------------------------------------- */

static bool is_call(const struct bpf_insn *i) {
  return i->code == (BPF_JMP | BPF_CALL) && i->src_reg == BPF_PSEUDO_CALL;
}
static bool is_wide(const struct bpf_insn *i) { return i->code == (BPF_LD | BPF_IMM | BPF_DW); }
static bool is_function(const struct bpf_insn *i) {
  return is_wide(i) && i->src_reg == BPF_PSEUDO_FUNC;
}
static bool goes_on(const struct bpf_insn *i) {
  return i->code != (BPF_JMP | BPF_EXIT) && i->code != (BPF_JMP | BPF_JA);
}

/* The function of each instruction, by what is called; false: they cannot be taken apart, as libbpf
 * wants them. */
static bool take_apart(const struct bpf_insn *insns, long count, int *function, int *functions) {
  char *starts = calloc((size_t)count + 1, 1);
  bool good = true;
  starts[0] = 1;
  for (long i = 0; i < count; i++) {
    long to = i + 1 + insns[i].imm;
    if (is_call(&insns[i]) || is_function(&insns[i])) {
      good &= to > 0 && to < count;
      if (to > 0 && to < count)
        starts[to] = 1;
    }
    i += is_wide(&insns[i]);
  }
  *functions = 0;
  for (long i = 0; i < count; i++)
    function[i] = (*functions += starts[i]) - 1;
  for (long i = 0; *functions > 1 && i < count; i++) {
    uint8_t class = BPF_CLASS(insns[i].code), op = BPF_OP(insns[i].code);
    long to = i + 1 + insns[i].off;
    if ((class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT)
      good &= to >= 0 && to < count && function[to] == function[i];
    if (i + 1 == count || function[i + 1] != function[i])
      good &= !goes_on(&insns[i]);
    if (is_wide(&insns[i]))
      good &= ++i < count && !starts[i];
  }
  free(starts);
  return good;
}

/* The map whose descriptor a wide instruction has, or -1. */
static int map_of(const struct bpf_insn *i) {
  if (is_wide(i) && (i->src_reg == BPF_PSEUDO_MAP_FD || i->src_reg == BPF_PSEUDO_MAP_VALUE))
    for (int k = 0; k < map_count; k++)
      if (maps[k].fd == i->imm)
        return k;
  return -1;
}

static void write_struct(uint32_t id);

/* `name` as a member of type `id`: numbers, structs, and pointers to them with a tag. */
static void write_member(uint32_t id, const char *name, uint32_t k) {
  const struct btf_type *t = btf__type_by_id(types, id), *to = t;
  const char *tag = NULL;
  if (btf_is_ptr(t))
    for (to = btf__type_by_id(types, t->type); btf_kind(to) == BTF_KIND_TYPE_TAG;
         to = btf__type_by_id(types, to->type))
      tag = btf__name_by_offset(types, to->name_off);
  if (btf_is_struct(to))
    fprintf(source, "  struct %s ", btf__name_by_offset(types, to->name_off));
  else
    fprintf(source, "  %s ", t->size == 8 ? "long long" : "int");
  if (tag)
    fprintf(source, "__attribute__((btf_type_tag(\"%s\"))) ", tag);
  fprintf(source, "%s%s", btf_is_ptr(t) ? "*" : "", name);
  if (k) /* some of the suite's have two members of one name */
    fprintf(source, "_%u", k);
  fprintf(source, ";\n");
}

/* A struct of the suite's BTF with those in it, once a file. */
static void write_struct(uint32_t id) {
  const struct btf_type *t = btf__type_by_id(types, id);
  for (bool pointer = false; t && (pointer || btf_is_ptr(t)); pointer = true) {
    if (btf_is_struct(t)) { /* not its members: clang 14 then loses the tag */
      fprintf(source, "struct %s;\n", btf__name_by_offset(types, t->name_off));
      return;
    }
    t = btf_is_ptr(t) || btf_kind(t) == BTF_KIND_TYPE_TAG ? btf__type_by_id(types, t->type) : NULL;
  }
  if (!t || !btf_is_struct(t) || id >= sizeof dumped || dumped[id])
    return;
  dumped[id] = true;
  const struct btf_member *m = btf_members(t);
  for (uint32_t k = 0; k < btf_vlen(t); k++)
    write_struct(m[k].type);
  fprintf(source, "struct %s {\n", btf__name_by_offset(types, t->name_off));
  for (uint32_t k = 0; k < btf_vlen(t); k++)
    write_member(m[k].type, m[k].name_off ? btf__name_by_offset(types, m[k].name_off) : "m",
                 k && m[k].name_off == m[k - 1].name_off ? k : 0);
  if (!btf_vlen(t) && t->size)
    fprintf(source, "  long long opaque[%u];\n", t->size / 8);
  fprintf(source, "};\n");
}

/* The type of a map's values. */
static void write_type(uint32_t id) {
  const struct btf_type *t = types ? btf__type_by_id(types, id) : NULL;
  if (!t)
    return;
  write_struct(id);
  fprintf(source, "typedef struct %s %s_value%u;\n", btf__name_by_offset(types, t->name_off),
          program, id);
}

static void write_map(int k) {
  const struct h_map *m = &maps[k];
  if (m->as_data)
    fprintf(source, "%schar %s_data%d[%u] __attribute__((section(\".%s.%s_%d\"), used)) = {1};\n",
            m->flags & BPF_F_RDONLY_PROG ? "const " : "", program, k, m->value,
            m->flags & BPF_F_RDONLY_PROG ? "rodata" : "data", program, k);
  if (m->value_type)
    write_type(m->value_type);
  fprintf(source, "struct %s_m%d {\n  int (*type)[%u];\n", program, k, m->type);
  if (m->max)
    fprintf(source, "  int (*max_entries)[%u];\n", m->max);
  if (m->flags)
    fprintf(source, "  int (*map_flags)[%u];\n", m->flags);
  if (m->value_type)
    fprintf(source, "  int *key;\n  %s_value%u *value;\n", program, m->value_type);
  else if (m->key)
    fprintf(source, "  int (*key_size)[%u];\n", m->key);
  if (m->inner >= 0)
    fprintf(source, "  struct %s_m%d *values[];\n", program, m->inner);
  else if (m->value && !m->value_type)
    fprintf(source, "  int (*value_size)[%u];\n", m->value);
  fprintf(source, "} %s_map%d __attribute__((section(\".maps\"), used));\n", program, k);
}

static void write_word(const struct bpf_insn *i) {
  uint64_t word;
  memcpy(&word, i, sizeof word);
  fprintf(source, "    \".8byte 0x%llx\\n\"\n", (unsigned long long)word);
}

/* Instruction i and, where it is wide, its second slot; what it refers to by name. */
static void write_insn(const struct bpf_insn *insns, long i, long count, const int *function) {
  int map = map_of(&insns[i]);
  if (is_call(&insns[i]) && function)
    fprintf(source, "    \"call %s_sub%d\\n\"\n", program, function[i + 1 + insns[i].imm]);
  else if (is_function(&insns[i]) && function)
    fprintf(source, "    \"r%d = %s_sub%d ll\\n\"\n", insns[i].dst_reg, program,
            function[i + 1 + insns[i].imm]);
  else if (map >= 0 && insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
    fprintf(source, "    \"r%d = %s_data%d + %d ll\\n\"\n", insns[i].dst_reg, program, map,
            insns[i + 1].imm);
  else if (map >= 0)
    fprintf(source, "    \"r%d = %s_map%d ll\\n\"\n", insns[i].dst_reg, program, map);
  else {
    write_word(&insns[i]);
    if (is_wide(&insns[i]) && i + 1 < count)
      write_word(&insns[i + 1]);
  }
}

static void write_program(const char *section, const struct bpf_insn *insns, long count,
                          const int *function, int functions) {
  fprintf(source, "\n/* %s */\n", strstr(current->descr, "*/") ? "" : current->descr);
  for (int k = 0; k < map_count; k++)
    write_map(k);
  for (int f = 1; f < functions; f++)
    fprintf(source, "static int %s_sub%d(void);\n", program, f);
  for (int f = functions - 1; f >= 0; f--) {
    if (f)
      fprintf(source, "static __attribute__((naked, noinline, used)) int %s_sub%d(void) {\n",
              program, f);
    else
      fprintf(source, "__attribute__((section(\"%s\"), naked, noinline, used)) int %s(void) {\n",
              section, program);
    fprintf(source, "  asm volatile(\n");
    for (long i = 0; i < count; i++) {
      if (function[i] == f)
        write_insn(insns, i, count, functions > 1 ? function : NULL);
      i += is_wide(&insns[i]);
    }
    fprintf(source, "    \"\");\n}\n");
  }
}

/* Can clang's assembler write it by names? Where it cannot the program has no form. */
static bool can_be_named(const struct bpf_insn *insns, long count) {
  for (long i = 0; i < count; i++) {
    int map = map_of(&insns[i]);
    if (map >= 0 && (i + 1 >= count || insns[i].dst_reg > 10 || insns[i].off))
      return false;
    if (map >= 0 && insns[i].src_reg == BPF_PSEUDO_MAP_FD && insns[i + 1].imm)
      return false;
    if (map >= 0 && insns[i].src_reg == BPF_PSEUDO_MAP_VALUE) {
      maps[map].as_data = true;
      if (maps[map].type != BPF_MAP_TYPE_ARRAY || maps[map].flags & BPF_F_WRONLY_PROG ||
          maps[map].max != 1 || (uint32_t)insns[i + 1].imm >= maps[map].value)
        return false;
    }
    i += is_wide(&insns[i]);
  }
  return true;
}

/* --- What is expected ------------------------------------------------------------------------- */

static void put_text(const char *name, const char *text) {
  fprintf(list, "\"%s\":\"", name);
  for (; text && *text; text++)
    if (*text == '"' || *text == '\\')
      fprintf(list, "\\%c", *text);
    else
      fputc((unsigned char)*text < ' ' ? ' ' : *text, list);
  fputs("\",", list);
}

/* What this host's kernel says; NULL: it was not asked. */
static const char *ask(enum bpf_prog_type type, const struct bpf_insn *insns, size_t count,
                       const struct bpf_prog_load_opts *o) {
  if (!kernel)
    return NULL;
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = o->expected_attach_type,
              .prog_flags = o->prog_flags & ~BPF_F_TEST_RND_HI32, .attach_btf_id = o->attach_btf_id,
              .prog_btf_fd = o->prog_btf_fd < FIRST_FD ? o->prog_btf_fd : 0, .attempts = 1);
  if (options.prog_btf_fd) {
    options.func_info = o->func_info;
    options.func_info_cnt = o->func_info_cnt;
    options.func_info_rec_size = o->func_info_rec_size;
  }
  int fd = bpf_prog_load(type, NULL, "GPL", insns, count, &options);
  if (fd >= 0)
    close(fd);
  return fd >= 0 ? "accept" : "reject";
}

static int h_prog_load(enum bpf_prog_type type, const struct bpf_insn *insns, size_t count,
                       const struct bpf_prog_load_opts *o) {
  if (insns != current->insns && insns != current->fill_insns) /* for a map of programs */
    return kernel ? bpf_prog_load(type, NULL, "GPL", insns, count, (void *)o) : fds++;
  char section[128] = "";
  int *function = calloc(count + 1, sizeof *function), functions = 0;
  bool good = can_be_named(insns, (long)count) &&
              take_apart(insns, (long)count, function, &functions) &&
              section_of(type, o->expected_attach_type, o->prog_flags, section, sizeof section);
  const char *says = ask(type, insns, count, o);
  snprintf(program, sizeof program, "%s_%d", file, number);
  if (good)
    write_program(section, insns, (long)count, function, functions);
  fputc('{', list);
  put_text("object", good ? file : "");
  put_text("program", program);
  put_text("test", current->descr);
  put_text("section", section);
  if (says)
    put_text("kernel", says);
  fprintf(list, "\"strict_alignment\":%s,\"expected\":\"%s\"}\n",
          o->prog_flags & BPF_F_STRICT_ALIGNMENT ? "true" : "false",
          current->result == REJECT ? "reject" : "accept");
  free(function);
  errno = ENOTSUPP; /* the suite then goes on to the next */
  return -1;
}

/* --- All of them ------------------------------------------------------------------------------ */

/* The marker before the tests of a file: its name without its ending. */
static bool next_file(const char *name) {
  char path[4096];
  if (source && fclose(source))
    return false;
  snprintf(file, sizeof file, "%s", name);
  snprintf(path, sizeof path, "%s/%s.c", output, file);
  source = fopen(path, "w");
  number = 0;
  memset(dumped, 0, sizeof dumped);
  return source && fputs("char _license[] __attribute__((section(\"license\"), used)) = \"GPL\";\n",
                         source) >= 0;
}

int main(int argc, char **argv) {
  char path[4096];
  if (argc < 2)
    return 2;
  output = argv[1];
  kernel = argc > 2 && strcmp(argv[2], "kernel") == 0;
  snprintf(path, sizeof path, "%s/expected.jsonl", output);
  list = fopen(path, "w");
  if (!list || !freopen("/dev/null", "w", stdout))
    return 1;
  libbpf_set_print(NULL);
  bpf_semi_rand_init();
  for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
    int passes = 0, errors = 0;
    current = &tests[i];
    if (current->descr[0] == '\1') {
      if (!next_file(current->descr + 1))
        return 1;
      continue;
    }
    map_count = 0;
    attach_name = NULL;
    number++;
    do_test_single(current, false, &passes, &errors);
  }
  return (source && fclose(source)) | fclose(list) ? 1 : 0;
}
