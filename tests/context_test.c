/* The tables of program types, context fields and helpers against Linux: the installed header
 * (through the type information of corpus/uapi), this kernel's own types, and what its verifier
 * says to each access of each context. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/loader.h"
#include "report.h"
#include "isa/tables.h"

enum { SK_SKB = 14, SK_MSG = 16, SOCK_ADDR = 18, FLOW_DISSECTOR = 22, SYSCALL = 31 };

/* --- Structures and numbers ------------------------------------------------------------------ */

static const struct {
  uint32_t type;
  const char *name;
} structs[] = {{1, "__sk_buff"},    {2, "pt_regs"},
               {3, "__sk_buff"},    {4, "__sk_buff"},
               {6, "xdp_md"},       {7, "bpf_perf_event_data"},
               {8, "__sk_buff"},    {9, "bpf_sock"},
               {10, "__sk_buff"},   {11, "__sk_buff"},
               {12, "__sk_buff"},   {13, "bpf_sock_ops"},
               {14, "__sk_buff"},   {15, "bpf_cgroup_dev_ctx"},
               {16, "sk_msg_md"},   {18, "bpf_sock_addr"},
               {19, "__sk_buff"},   {21, "sk_reuseport_md"},
               {22, "__sk_buff"},   {23, "bpf_sysctl"},
               {25, "bpf_sockopt"}, {30, "bpf_sk_lookup"}};

/* The member of this name, also of an anonymous one; offsets in bytes. */
static bool find_member(const struct btf *btf, const struct btf_type *t, const char *name,
                        uint32_t *off, uint32_t *size) {
  const struct btf_member *m = btf_members(t);
  for (uint16_t i = 0; i < btf_vlen(t); i++) {
    const char *here = btf__name_by_offset(btf, m[i].name_off);
    uint32_t at = btf_member_bit_offset(t, i) / 8, bits = btf_member_bitfield_size(t, i);
    if (*here && strcmp(here, name) == 0) {
      *off = at;
      *size = bits ? (btf_member_bit_offset(t, i) % 8 + bits + 7) / 8
                   : (uint32_t)btf__resolve_size(btf, m[i].type);
      return true;
    }
    const struct btf_type *inner = btf__type_by_id(btf, m[i].type);
    if (!*here && btf_is_composite(inner) && find_member(btf, inner, name, off, size)) {
      *off += at;
      return true;
    }
  }
  return false;
}

/* Ports are of two bytes, with two that are 0 behind them: four are read as well. */
static bool inside(const struct w_field *f, uint32_t off, uint32_t size) {
  size_t n = strlen(f->name);
  if (size == 2 && n > 5 && strcmp(f->name + n - 5, "_port") == 0)
    size = 4;
  return f->off >= off && f->off + f->size <= off + size;
}

/* `older`: fields that were added since may be missing. */
static void compare_structs(const struct btf *btf, const char *whose, bool older) {
  bool good = true;
  unsigned fields = 0, newer = 0, types = 0;
  for (uint32_t k = 0; k < w_prog_type_count; k++) {
    const struct w_prog_type *p = &w_prog_types[k];
    const char *name = NULL;
    for (size_t i = 0; i < sizeof structs / sizeof *structs; i++)
      if (structs[i].type == p->id)
        name = structs[i].name;
    int id = name ? btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) : -1;
    if (id < 0)
      continue;
    const struct btf_type *t = btf__type_by_id(btf, (uint32_t)id);
    types++;
    if (older ? t->size > p->ctx_size : t->size != p->ctx_size) {
      printf("# %s: struct %s has %u bytes, and %s programs see %" PRIu32 "\n", whose, name,
             t->size, p->name, p->ctx_size);
      good = false;
    }
    for (uint32_t i = 0; p->id != BPF_PROG_TYPE_KPROBE && i < p->nfields; i++) {
      uint32_t off, size;
      const struct w_field *f = &p->fields[i];
      bool there = find_member(btf, t, f->name, &off, &size);
      if (there && inside(f, off, size)) {
        fields++;
      } else if (older && !there) {
        newer++;
      } else {
        printf("# %s: %s of %s is not at %" PRIu32 ", %" PRIu32 " bytes, in struct %s\n", whose,
               f->name, p->name, f->off, f->size, name);
        good = false;
      }
    }
  }
  int id = btf__find_by_name_kind(btf, "bpf_sock", BTF_KIND_STRUCT);
  const struct btf_type *sock = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
  const struct w_ref_kind *full = &w_ref_kinds[W_SOCKET];
  good &= sock && sock->size == full->size;
  for (uint32_t i = 0; sock && i < full->nfields; i++) {
    uint32_t off, size;
    const struct w_field *f = &full->fields[i];
    if (!find_member(btf, sock, f->name, &off, &size) || !inside(f, off, size)) {
      printf("# %s: %s is not at %" PRIu32 " in struct bpf_sock\n", whose, f->name, f->off);
      good = false;
    }
  }
  char text[120];
  printf("# %s: %u program types, %u fields, %u newer than it\n", whose, types, fields, newer);
  snprintf(text, sizeof text, "fields are where %s has them", whose);
  report(good && types > 20 && fields > 300 && newer < 100, text, NULL);
}

static bool enumerator(const struct btf *btf, const char *of, const char *name, int64_t *value) {
  int id = btf__find_by_name_kind(btf, of, BTF_KIND_ENUM);
  const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
  for (uint16_t i = 0; t && i < btf_vlen(t); i++)
    if (strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), name) == 0) {
      *value = btf_enum(t)[i].val;
      return true;
    }
  return false;
}

static void compare_numbers(const struct btf *btf, const char *whose, bool older) {
  bool good = true;
  unsigned helpers = 0, newer = 0, types = 0;
  char text[120];
  for (uint32_t i = 0; i < w_helper_count; i++) {
    int64_t value;
    snprintf(text, sizeof text, "BPF_FUNC_%s", w_helpers[i].name);
    bool there = enumerator(btf, "bpf_func_id", text, &value);
    helpers += there;
    newer += !there;
    if (there ? value != w_helpers[i].id : !older) {
      printf("# %s: %s is not helper %" PRId32 "\n", whose, text, w_helpers[i].id);
      good = false;
    }
  }
  int id = btf__find_by_name_kind(btf, "bpf_prog_type", BTF_KIND_ENUM);
  const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
  for (uint16_t i = 0; t && i < btf_vlen(t); i++) {
    const char *name = btf__name_by_offset(btf, btf_enum(t)[i].name_off);
    uint32_t number;
    if (strncmp(name, "BPF_PROG_TYPE_", 14) != 0 || strcmp(name, "BPF_PROG_TYPE_UNSPEC") == 0)
      continue;
    snprintf(text, sizeof text, "%s", name + 14);
    for (char *c = text; *c; c++)
      *c = (char)tolower(*c);
    types++;
    if (!warrant_type_number(text, &number) || number != (uint32_t)btf_enum(t)[i].val) {
      printf("# %s: %s is not known as %d\n", whose, text, btf_enum(t)[i].val);
      good = false;
    }
  }
  static const struct {
    const char *section, *attach;
  } sections[] = {{"cgroup/connect4", "BPF_CGROUP_INET4_CONNECT"},
                  {"cgroup/sendmsg6", "BPF_CGROUP_UDP6_SENDMSG"},
                  {"cgroup/connect_unix", "BPF_CGROUP_UNIX_CONNECT"},
                  {"cgroup/getsockname_unix", "BPF_CGROUP_UNIX_GETSOCKNAME"},
                  {"cgroup/post_bind6", "BPF_CGROUP_INET6_POST_BIND"},
                  {"netfilter", "BPF_NETFILTER"}};
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
    struct warrant_section s;
    int64_t value;
    if (enumerator(btf, "bpf_attach_type", sections[i].attach, &value)
            ? !warrant_section_type(sections[i].section, &s) || s.attach_type != value
            : !older) {
      printf("# %s: %s is attached otherwise\n", whose, sections[i].section);
      good = false;
    }
  }
  printf("# %s: %u helpers, %u newer than it, %u program types\n", whose, helpers, newer, types);
  snprintf(text, sizeof text, "numbers and names are those of %s", whose);
  report(good && helpers > 80 && types > 30, text, NULL);
}

/* --- What the verifier of this kernel says --------------------------------------------------- */

#define INSN(c, d, s, o, i)                                                                        \
  ((struct bpf_insn){                                                                              \
      .code = (uint8_t)(c), .dst_reg = (d), .src_reg = (s), .off = (int16_t)(o), .imm = (i)})
static char text_of[16384]; /* the log */

static bool loads(const struct w_prog_type *p, uint32_t attach, const struct bpf_insn *insns,
                  size_t n, bool log) {
  LIBBPF_OPTS(bpf_prog_load_opts, o, .expected_attach_type = attach,
              .prog_flags = p->id == SYSCALL ? BPF_F_SLEEPABLE : 0, .attempts = 1, .log_level = log,
              .log_buf = log ? text_of : NULL, .log_size = log ? sizeof text_of : 0);
  text_of[0] = '\0';
  int fd = bpf_prog_load(p->id, "context", "GPL", insns, n, &o);
  if (fd < 0)
    return false;
  close(fd);
  return true;
}

static bool returns(const struct w_prog_type *p, uint32_t attach, int32_t r) {
  struct bpf_insn insns[] = {INSN(BPF_ALU64 | BPF_MOV, 0, 0, 0, r),
                             INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
  return loads(p, attach, insns, 2, false);
}

static int32_t good_result(const struct w_prog_type *p) {
  return p->has_ret ? (int32_t)p->ret_lo : 0;
}

static bool kernel_accesses(const struct w_prog_type *p, uint32_t attach, uint32_t off, uint32_t n,
                            bool write) {
  static const uint8_t codes[] = {0, BPF_B, BPF_H, 0, BPF_W, 0, 0, 0, BPF_DW};
  struct bpf_insn insns[] = {INSN(BPF_ALU64 | BPF_MOV, 2, 0, 0, 0),
                             write ? INSN(BPF_STX | BPF_MEM | codes[n], 1, 2, off, 0)
                                   : INSN(BPF_LDX | BPF_MEM | codes[n], 0, 1, off, 0),
                             INSN(BPF_ALU64 | BPF_MOV, 0, 0, 0, good_result(p)),
                             INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
  return loads(p, attach, insns, 4, false);
}

/* The same of a socket that helper `look` found, of struct bpf_sock_tuple's first 12 bytes. */
static bool kernel_accesses_socket(int32_t look, int32_t off, uint32_t n, bool write) {
  static const uint8_t codes[] = {0, BPF_B, BPF_H, 0, BPF_W, 0, 0, 0, BPF_DW};
  const struct w_prog_type tc = {.id = BPF_PROG_TYPE_SCHED_CLS};
  struct bpf_insn insns[] = {INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, 0),
                             INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 0),
                             INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
                             INSN(BPF_ALU64 | BPF_ADD, 2, 0, 0, -16),
                             INSN(BPF_ALU64 | BPF_MOV, 3, 0, 0, 12),
                             INSN(BPF_ALU64 | BPF_MOV, 4, 0, 0, -1),
                             INSN(BPF_ALU64 | BPF_MOV, 5, 0, 0, 0),
                             INSN(BPF_JMP | BPF_CALL, 0, 0, 0, look),
                             INSN(BPF_JMP | BPF_JEQ, 0, 0, 4, 0),
                             INSN(BPF_ALU64 | BPF_MOV, 2, 0, 0, 0),
                             write ? INSN(BPF_STX | BPF_MEM | codes[n], 0, 2, off, 0)
                                   : INSN(BPF_LDX | BPF_MEM | codes[n], 2, 0, off, 0),
                             INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 0, 0, 0),
                             INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_release),
                             INSN(BPF_ALU64 | BPF_MOV, 0, 0, 0, 0),
                             INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
  return loads(&tc, 0, insns, sizeof insns / sizeof *insns, false);
}

static void same_sockets(void) {
  static const struct {
    int32_t look;
    enum w_ref kind;
  } all[] = {{84, W_SOCKET}, {85, W_SOCKET}, {99, W_SOCK_COMMON}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const struct w_ref_kind *kind = &w_ref_kinds[all[i].kind];
    unsigned wrong = 0, allowed = 0;
    for (int32_t off = -8; off < 96; off++)
      for (uint32_t n = 1; n <= 8; n *= 2)
        for (int write = 0; write < 2; write++) {
          bool ours = !write && off >= 0 &&
                      w_field_in(kind->fields, kind->nfields, (uint32_t)off, n) != NULL;
          allowed += ours;
          if (ours == kernel_accesses_socket(all[i].look, off, n, write))
            continue;
          printf("# helper %" PRId32 ": Linux %s a %s of %" PRIu32 " bytes at %" PRId32 "\n",
                 all[i].look, ours ? "refuses" : "allows", write ? "store" : "load", n, off);
          wrong++;
        }
    char name[80];
    snprintf(name, sizeof name, "of sockets that helper %" PRId32 " finds", all[i].look);
    report(!wrong && allowed > 20, name, NULL);
    printf("# %u accesses are allowed\n", allowed);
  }
}

/* As semantics/Target.v has it: the first field that fits. */
static bool table_accesses(const struct w_prog_type *p, uint32_t off, uint32_t n, bool write) {
  for (uint32_t i = 0; i < p->nfields; i++) {
    const struct w_field *f = &p->fields[i];
    if ((f->off == off && f->size == n) ||
        (f->narrow && f->off <= off && off + n <= f->off + f->size && off % n == 0))
      return !write || (f->writable && f->kind == W_FIELD_PLAIN);
  }
  return false;
}

/* Pointers to what is not in the model: sockets, keys of flows, buffers. */
static bool left_out(uint32_t type, uint32_t off) {
  static const struct {
    uint32_t type, off;
  } all[] = {{1, 168},  {3, 168},  {4, 168},  {8, 168},  {10, 168}, {11, 168},
             {12, 168}, {14, 168}, {19, 168}, {22, 144}, {13, 184}, {16, 72},
             {18, 64},  {21, 40},  {21, 48},  {25, 0},   {30, 0},   {24, 0}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].type == type && all[i].off == off)
      return true;
  return type == 24 && off < 8;
}

static bool same_accesses(const struct w_prog_type *p, uint32_t attach) {
  bool good = true;
  uint32_t end = p->ctx_size < 256 ? p->ctx_size : 256;
  for (uint32_t off = 0; off < end; off++)
    for (uint32_t n = 1; n <= 8; n *= 2)
      for (int write = 0; write < 2; write++) {
        bool ours = table_accesses(p, off, n, write);
        if (ours == kernel_accesses(p, attach, off, n, write) || (!ours && left_out(p->id, off)))
          continue;
        printf("# %s (%" PRIu32 "): Linux %s a %s of %" PRIu32 " bytes at %" PRIu32 "\n", p->name,
               attach, ours ? "refuses" : "allows", write ? "store" : "load", n, off);
        good = false;
      }
  return good;
}

static bool same_results(const struct w_prog_type *p, uint32_t attach) {
  bool good = true;
  for (int32_t r = 0; r < 6; r++) {
    bool ours = !p->has_ret || ((uint32_t)r >= p->ret_lo && (uint32_t)r <= p->ret_hi);
    if (ours == returns(p, attach, r))
      continue;
    printf("# %s (%" PRIu32 "): Linux %s a result of %" PRId32 "\n", p->name, attach,
           ours ? "refuses" : "allows", r);
    good = false;
  }
  return good;
}

/* Each helper that the table offers is offered; the arguments are another matter. */
static bool helpers_offered(const struct w_prog_type *p, uint32_t attach) {
  bool good = true;
  for (uint32_t i = 0; i < p->nhelpers; i++) {
    struct bpf_insn insns[] = {INSN(BPF_JMP | BPF_CALL, 0, 0, 0, p->helpers[i]),
                               INSN(BPF_ALU64 | BPF_MOV, 0, 0, 0, good_result(p)),
                               INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
    /* probe_write_user and override_return are there where the kernel is configured for them. */
    if (p->helpers[i] == 36 || p->helpers[i] == 58 || loads(p, attach, insns, 3, true) ||
        !(strstr(text_of, "cannot use helper") || strstr(text_of, "unknown func") ||
          strstr(text_of, "invalid func")))
      continue;
    printf("# %s (%" PRIu32 "): Linux does not offer helper %" PRId32 "\n", p->name, attach,
           p->helpers[i]);
    good = false;
  }
  return good;
}

/* What the table says holds for any attach type, Linux may want one for. */
static uint32_t some_attach(const struct w_prog_type *p) {
  static const struct {
    uint32_t type, attach;
  } wanted[] = {{13, BPF_CGROUP_SOCK_OPS}, {14, BPF_SK_SKB_STREAM_VERDICT},
                {15, BPF_CGROUP_DEVICE},   {16, BPF_SK_MSG_VERDICT},
                {20, BPF_LIRC_MODE2},      {21, BPF_SK_REUSEPORT_SELECT},
                {22, BPF_FLOW_DISSECTOR},  {23, BPF_CGROUP_SYSCTL},
                {30, BPF_SK_LOOKUP}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    if (wanted[i].type == p->id)
      return wanted[i].attach;
  return 0;
}

static void ask_kernel(void) {
  const struct w_prog_type socket = {.id = BPF_PROG_TYPE_SOCKET_FILTER};
  if (!returns(&socket, 0, 0)) {
    printf("skip contexts asked of the kernel: it loads no program here (%s)\n", strerror(errno));
    return;
  }
  unsigned asked = 0;
  for (uint32_t k = 0; k < w_prog_type_count; k++) {
    const struct w_prog_type *p = &w_prog_types[k];
    if (!p->id || p->id > 64) /* raw memory, and what is no type of eBPF's */
      continue;
    if (!p->ctx_size) /* what it is attached to has the arguments: typed_test */
      continue;
    for (uint32_t a = 0; a < (p->nattach ? p->nattach : 1); a++) {
      uint32_t attach = p->nattach ? p->attach[a] : some_attach(p);
      char name[120];
      snprintf(name, sizeof name, "%s, attached as %" PRIu32, p->name, attach);
      if (!returns(p, attach, good_result(p))) {
        printf("skip contexts %s: this kernel has no such programs (%s)\n", name, strerror(errno));
        continue;
      }
      bool accesses = same_accesses(p, attach), results = same_results(p, attach),
           helpers = helpers_offered(p, attach);
      report(accesses && results && helpers, name, NULL);
      asked++;
    }
  }
  printf("# %u program types and attach types were asked\n", asked);
  same_sockets();
}

int main(void) {
  libbpf_set_print(NULL);
  struct btf *header = btf__parse("build/corpus/uapi/uapi.o", NULL);
  report(header != NULL, "the header's types are there", NULL);
  if (header) {
    compare_structs(header, "the header", true);
    compare_numbers(header, "the header", true);
  }
  btf__free(header);
  struct btf *kernel = btf__parse("/sys/kernel/btf/vmlinux", NULL);
  if (kernel) {
    compare_structs(kernel, "this kernel", false);
    compare_numbers(kernel, "this kernel", false);
  } else {
    printf("skip contexts of this kernel: /sys/kernel/btf/vmlinux can't be read\n");
  }
  btf__free(kernel);
  ask_kernel();
  return failures ? 1 : 0;
}
