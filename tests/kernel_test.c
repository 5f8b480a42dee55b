/* BPF_PROG_TEST_RUN against both interpreters: result, packet, context and contents of maps, for
 * every program of the corpus and for generated ones. Only what is certified is run. kernel_test
 * [GENERATED [FIRST]] */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "both.h"
#include "classic/classic.h"
#include "run/session.h"
#include "gen.h"
#include "kernel/kernel.h"
#include "run/memory.h"
#include "report.h"

enum {
  PACKET_MAX = 1500,
  INPUTS = 12,
  MAPS_MAX = 64,
  ENTRIES = 3,
  SHOWN = 8,
  CTX_MAX = 65536,
  FUEL = 1000000 /* steps of a run, as warrant_env_default gives */
};
static const uint64_t default_generated = 3000;

struct counts {
  uint64_t programs, inputs, refused, excluded, different;
};

/* --- What can be compared -------------------------------------------------------------------- */

/* Helpers whose answers follow from their arguments, the packet and the maps. tests/engines_test.c
 * compares these and more, with inputs that make them fail, too; here are those that the corpus
 * calls. */
static const int32_t comparable[] = {BPF_FUNC_map_lookup_elem, BPF_FUNC_map_update_elem,
                                     BPF_FUNC_map_delete_elem, BPF_FUNC_map_lookup_percpu_elem,
                                     BPF_FUNC_tail_call,       BPF_FUNC_skb_store_bytes,
                                     BPF_FUNC_skb_load_bytes,  BPF_FUNC_xdp_load_bytes,
                                     BPF_FUNC_xdp_store_bytes, BPF_FUNC_xdp_adjust_head,
                                     BPF_FUNC_xdp_adjust_tail, BPF_FUNC_redirect_map,
                                     BPF_FUNC_redirect,        BPF_FUNC_csum_diff,
                                     BPF_FUNC_l3_csum_replace, BPF_FUNC_l4_csum_replace,
                                     BPF_FUNC_skb_pull_data,   BPF_FUNC_skb_change_tail,
                                     BPF_FUNC_xdp_get_buff_len};

/* The first helper that is none of them, 0 for none. */
static int32_t other_helper(const struct warrant_program *p) {
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct warrant_insn *i = &p->insns[pc];
    bool known = i->op != 0x85 || i->src;
    for (size_t k = 0; k < sizeof comparable / sizeof *comparable; k++)
      known |= comparable[k] == i->imm;
    if (!known)
      return i->imm;
    pc += i->op == 0x18;
  }
  return 0;
}

/* Fields of 32 bits that are of 16 in the kernel: a read of the upper half gives the lower half
 * there (6.18), and 0 here. */
static bool reads_an_upper_half(const struct warrant_program *p) {
  static const int16_t fields[] = {
      offsetof(struct __sk_buff, queue_mapping), offsetof(struct __sk_buff, protocol),
      offsetof(struct __sk_buff, vlan_tci),      offsetof(struct __sk_buff, vlan_proto),
      offsetof(struct __sk_buff, tc_index),      offsetof(struct __sk_buff, gso_segs),
      offsetof(struct __sk_buff, gso_size)};
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
      if (p->insns[pc].op == 0x69 && p->insns[pc].off == fields[k] + 2)
        return true;
  return false;
}

/* --- What is left behind --------------------------------------------------------------------- */

/* Text of everything that a run leaves, so that two of them can be compared and shown. */
struct state {
  char *text;
  size_t size;
};

static FILE *begin(struct state *s) {
  FILE *out = open_memstream(&s->text, &s->size);
  if (!out)
    abort();
  return out;
}

static void put_bytes(FILE *out, const char *name, const uint8_t *bytes, size_t n) {
  fprintf(out, "%s", name);
  for (size_t i = 0; i < n; i++)
    fprintf(out, "%02x", bytes[i]);
  fputc('\n', out);
}

/* Maps whose values are plain bytes. */
static bool has_bytes(const struct warrant_map *m) {
  return m->type == BPF_MAP_TYPE_HASH || m->type == BPF_MAP_TYPE_ARRAY ||
         m->type == BPF_MAP_TYPE_LRU_HASH || m->type == BPF_MAP_TYPE_PERCPU_HASH ||
         m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_array(const struct warrant_map *m) {
  return m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/* Keys in the interpreter's order: the kernel's hash tables have none. */
static void c_map(FILE *out, uint32_t i, const struct w_store *s) {
  for (uint64_t j = 0; j < s->slots; j++) {
    if (s->used && !s->used[j])
      continue;
    uint32_t index = (uint32_t)j;
    fprintf(out, "map %" PRIu32 " ", i);
    put_bytes(out, "key ", s->used ? s->keys + j * s->map->key_size : (uint8_t *)&index,
              s->used ? s->map->key_size : sizeof index);
    put_bytes(out, "  ", s->bytes + j * s->stride, s->map->value_size);
  }
}

static void kernel_value(FILE *out, int fd, const struct warrant_map *m, uint32_t i,
                         const uint8_t *key) {
  uint8_t value[64 * 1024] = {0};
  fprintf(out, "map %" PRIu32 " ", i);
  put_bytes(out, "key ", key, m->key_size < 4 || m->type != BPF_MAP_TYPE_ARRAY ? m->key_size : 4);
  if (bpf_map_lookup_elem(fd, key, value))
    fprintf(out, "  %s\n", strerror(errno));
  else /* of the first processor, where the program ran */
    put_bytes(out, "  ", value, m->value_size);
}

static uint32_t kernel_entries(int fd, uint32_t key_size) {
  uint8_t key[512], next[512];
  uint32_t n = 0;
  for (const uint8_t *at = NULL; key_size <= sizeof key && !bpf_map_get_next_key(fd, at, next);
       n++) {
    memcpy(key, next, sizeof key);
    at = key;
  }
  return n;
}

/* The interpreter's keys, and how many there are besides. */
static void kernel_map(FILE *out, int fd, uint32_t i, const struct w_store *s) {
  uint32_t known = 0;
  for (uint64_t j = 0; j < s->slots; j++) {
    if (s->used && !s->used[j])
      continue;
    uint64_t index = j;
    known++;
    kernel_value(out, fd, s->map, i, s->used ? s->keys + j * s->map->key_size : (uint8_t *)&index);
  }
  uint32_t all = kernel_entries(fd, s->map->key_size);
  if (all != known)
    fprintf(out, "map %" PRIu32 ": %" PRIu32 " entries\n", i, all);
}

static bool has_packet(const struct warrant_program *p) {
  return p->type != BPF_PROG_TYPE_RAW_TRACEPOINT && p->type != BPF_PROG_TYPE_SYSCALL;
}

static bool has_sk_buff(const struct warrant_program *p) {
  return has_packet(p) && p->type != BPF_PROG_TYPE_XDP;
}

/* What a program may write of an __sk_buff and the kernel gives back. */
static void put_context(FILE *out, const struct warrant_program *p, const uint8_t *ctx,
                        uint32_t size) {
  if (!has_sk_buff(p) || size < sizeof(struct __sk_buff))
    return;
  put_bytes(out, "mark ", ctx + offsetof(struct __sk_buff, mark), 4);
  put_bytes(out, "priority ", ctx + offsetof(struct __sk_buff, priority), 4);
  put_bytes(out, "cb ", ctx + offsetof(struct __sk_buff, cb), 20);
}

static void c_state(struct state *s, const struct warrant_program *p,
                    struct warrant_session *session, const struct warrant_run *run) {
  struct w_machine *m = warrant_session_machine(session);
  FILE *out = begin(s);
  fprintf(out, "result %" PRIx32 "\n", (uint32_t)run->result);
  if (has_packet(p))
    put_bytes(out, "packet ", w_packet_bytes(m), m->packet_size);
  put_context(out, p, m->ctx, m->type->ctx_size);
  for (uint32_t i = 0; i < p->map_count; i++)
    if (has_bytes(&p->maps[i]))
      c_map(out, i, &m->stores[i]);
  fclose(out);
}

static void kernel_state(struct state *s, const struct warrant_program *p,
                         struct warrant_session *session,
                         const struct warrant_kernel_program *in_kernel,
                         const struct warrant_kernel_run *run) {
  const struct w_machine *m = warrant_session_machine(session);
  FILE *out = begin(s);
  fprintf(out, "result %" PRIx32 "\n", run->result);
  if (has_packet(p))
    put_bytes(out, "packet ", run->packet, run->packet_size);
  put_context(out, p, run->ctx, run->ctx_size);
  for (uint32_t i = 0; i < p->map_count; i++)
    if (has_bytes(&p->maps[i]))
      kernel_map(out, in_kernel->maps[i], i, &m->stores[i]);
  fclose(out);
}

/* --- One program on one input ---------------------------------------------------------------- */

/* In the C interpreter without checks; what is left is described in *s. */
static struct warrant_session *in_c(const struct warrant_program *p, const struct warrant_env *env,
                                    struct state *s) {
  const struct warrant_session_options options = {.certified = true};
  struct warrant_session *session;
  struct warrant_error error;
  struct warrant_run run;
  if (warrant_session_open(p, env, &options, &session, &error))
    return NULL;
  warrant_session_run(session, &run);
  c_state(s, p, session, &run);
  return session;
}

/* Whether the result may depend on where things are or on what the stack held: then engines differ
 * by right. The second place is where the kernel has them. */
static bool depends_on_places(const struct warrant_program *p, const struct warrant_env *env,
                              const struct state *s) {
  struct warrant_program strict = *p;
  struct warrant_run run;
  struct warrant_error error;
  strict.profile = WARRANT_STRICT;
  if (warrant_interpret(&strict, env, NULL, NULL, &run, &error) || run.fault != WARRANT_NO_FAULT)
    return true;
  for (int round = 0; round < 2; round++) {
    struct warrant_env other = *env;
    uint64_t far = UINT64_C(0xffff888000000000) + (uint64_t)round * UINT64_C(0x123450000);
    other.stack = far + 0x1f00000;
    other.ctx = far + 0x2abcde8;
    other.packet = far + 0x3001100;
    other.maps = far + 0x50000000;
    other.values = far + UINT64_C(0x700000000);
    struct state t = {0};
    struct warrant_session *session = in_c(p, &other, &t);
    bool same = session && t.size == s->size && !memcmp(t.text, s->text, s->size);
    warrant_session_close(session);
    free(t.text);
    if (!same)
      return true;
  }
  return false;
}

enum outcome { SAME, DIFFERENT, PLACES, NOT_LOADED, NO_KERNEL_INPUT };

static enum outcome compare(const struct warrant_program *p, const struct warrant_env *given,
                            char *why, size_t size) {
  static uint8_t ctx[CTX_MAX];
  struct warrant_env env = *given;
  struct state c = {0}, kernel = {0};
  struct both both = {0};
  struct warrant_kernel_program in_kernel = {.fd = -1};
  struct warrant_kernel_result loaded = {0};
  struct warrant_kernel_run run = {0};
  struct warrant_error error = {0};
  enum outcome result = DIFFERENT;
  env.ctx_size = warrant_type_ctx_size(p->type);
  env.ctx_bytes = ctx;
  warrant_kernel_context(p, given, ctx, env.ctx_size);
  struct warrant_session *session = in_c(p, &env, &c);
  if (!session)
    snprintf(why, size, "not run in C");
  else if (!both_agree(&both, p, &env))
    snprintf(why, size, "the interpreters differ: %s", both.why);
  else if (both.run.fault != WARRANT_NO_FAULT)
    snprintf(why, size, "a certified program has a fault");
  else if (depends_on_places(p, &env, &c))
    result = PLACES;
  else if (warrant_kernel_open(p, &in_kernel, &loaded, &error) ||
           loaded.verdict != WARRANT_KERNEL_ACCEPT) {
    snprintf(why, size, "not loaded: %s%s", error.text, loaded.message);
    result = NOT_LOADED;
  } else if (warrant_kernel_run(p, &in_kernel, &env, &run, &error)) {
    snprintf(why, size, "%s", error.text);
    result = NO_KERNEL_INPUT;
  } else {
    kernel_state(&kernel, p, session, &in_kernel, &run);
    if (kernel.size == c.size && !memcmp(kernel.text, c.text, c.size))
      result = SAME;
    else
      snprintf(why, size, "interpreters:\n%.600s\n# kernel:\n%.600s", c.text, kernel.text);
  }
  warrant_session_close(session);
  both_free(&both);
  free(c.text);
  free(kernel.text);
  warrant_kernel_run_free(&run);
  warrant_kernel_close(&in_kernel);
  warrant_kernel_result_free(&loaded);
  return result;
}

/* --- Inputs ---------------------------------------------------------------------------------- */

/* An Ethernet frame: IPv4 with UDP or with options and TCP, IPv6, ARP, a VLAN tag, a length instead
 * of a type, junk. */
static uint32_t make_frame(struct gen *g, unsigned kind, uint8_t *out) {
  static const uint8_t types[][2] = {{8, 0}, {8, 0}, {0x86, 0xdd}, {8, 6}, {0x81, 0}, {0, 46}};
  static const uint32_t sizes[] = {60, 98, 86, 42, 64, 300};
  uint32_t size =
      kind < 6 ? sizes[kind] : 15 + gen_below(g, gen_percent(g, 10) ? PACKET_MAX - 15 : 150);
  for (uint32_t i = 0; i < size; i++)
    out[i] = (uint8_t)(gen_percent(g, 30) ? gen_below(g, 4) : gen_u64(g));
  if (gen_percent(g, 60)) /* to this host */
    memset(out, 0, 6);
  /* The kernel takes no IP packet without its whole header. */
  const uint8_t *type = types[size < 54 && kind % 6 < 3 ? 3 : kind % 6];
  memcpy(out + 12, type, 2);
  if (size < 34)
    return size;
  if (type[0] == 8 && type[1] == 0) {
    out[14] = kind == 1 ? 0x47 : 0x45;
    out[16] = 0;
    out[17] = (uint8_t)(size - 14);
    out[23] = kind == 1 ? 6 : 17;
  } else if (type[0] == 0x86) {
    out[14] = 0x60;
  }
  return size;
}

/* Some entries for each map that has bytes and may be written. */
static void make_entries(struct gen *g, const struct warrant_program *p, const uint8_t *frame,
                         struct warrant_entries *entries) {
  memset(entries, 0, MAPS_MAX * sizeof *entries);
  for (uint32_t i = 0; i < p->map_count && i < MAPS_MAX; i++) {
    const struct warrant_map *m = &p->maps[i];
    uint32_t each = m->key_size + m->value_size;
    if (!has_bytes(m) || m->readonly || m->initial || !m->max_entries || m->key_size > 16)
      continue;
    uint8_t *bytes = calloc(ENTRIES, each);
    if (!bytes)
      abort();
    uint32_t count = gen_below(g, m->max_entries < ENTRIES ? m->max_entries + 1 : ENTRIES + 1);
    for (uint32_t k = 0; k < count; k++) {
      uint8_t *at = bytes + k * each;
      at[0] = (uint8_t)gen_below(g, m->max_entries < 8 ? m->max_entries : 8);
      if (!is_array(m) && m->key_size == 4 && k == 0) /* an address of the packet */
        memcpy(at, frame + 26, 4);
      for (uint32_t b = 0; b < m->value_size; b++)
        at[m->key_size + b] = (uint8_t)(gen_percent(g, 60) ? gen_below(g, 4) : gen_u64(g));
    }
    entries[i] = (struct warrant_entries){count, bytes};
  }
}

/* Fields that a test run may set; the rest is the kernel's. */
static void make_context(struct gen *g, const struct warrant_program *p, uint8_t *ctx) {
  memset(ctx, 0, CTX_MAX);
  if (!has_packet(p)) {
    for (uint32_t i = 0; i < 96; i++)
      ctx[i] = (uint8_t)gen_u64(g);
  } else if (has_sk_buff(p)) {
    struct __sk_buff *skb = (struct __sk_buff *)(void *)ctx;
    skb->mark = (uint32_t)gen_number(g);
    skb->priority = (uint32_t)gen_number(g);
    skb->ingress_ifindex = gen_below(g, 3);
    skb->tstamp = gen_number(g) >> 1;
    skb->gso_segs = gen_below(g, 4);
    skb->gso_size = gen_below(g, 2000);
    for (int i = 0; i < 5; i++)
      skb->cb[i] = (uint32_t)gen_number(g);
  }
}

static enum outcome one_input(struct gen *g, const struct warrant_program *p, unsigned kind,
                              char *why, size_t size) {
  _Alignas(8) static uint8_t ctx[CTX_MAX];
  uint8_t frame[PACKET_MAX];
  struct warrant_entries entries[MAPS_MAX];
  struct warrant_env env;
  uint32_t length = make_frame(g, kind, frame);
  bool whole = p->type == BPF_PROG_TYPE_XDP || p->type == BPF_PROG_TYPE_SCHED_CLS ||
               p->type == BPF_PROG_TYPE_SCHED_ACT;
  make_entries(g, p, frame, entries);
  make_context(g, p, ctx);
  warrant_env_default(&env);
  env.ctx_bytes = ctx;
  env.ctx_size = warrant_type_ctx_size(p->type);
  if (has_packet(p)) {
    env.packet_bytes = whole ? frame : frame + 14;
    env.packet_size = whole ? length : length - 14;
  }
  if (has_sk_buff(p) && !whole)
    memcpy(ctx + offsetof(struct __sk_buff, protocol), frame + 12, 2);
  env.entries = entries;
  enum outcome o = compare(p, &env, why, size);
  for (uint32_t i = 0; i < p->map_count && i < MAPS_MAX; i++)
    free((void *)(uintptr_t)entries[i].bytes);
  return o;
}

/* --- Programs -------------------------------------------------------------------------------- */

/* Compares on `inputs` inputs. `name` NULL: nothing is said unless there is a difference. */
static void program(struct gen *g, const struct warrant_program *p, const char *name,
                    unsigned inputs, struct counts *c) {
  char why[2400] = "", label[300];
  unsigned same = 0;
  snprintf(label, sizeof label, "%s", name ? name : "a generated program");
  int32_t helper = other_helper(p);
  uint64_t bound = both_certified(p);
  if (bound > FUEL) {
    c->excluded++;
    if (name)
      printf("# excluded: %s: it may take %" PRIu64 " steps\n", label, bound);
    return;
  }
  if (!bound) {
    c->refused++;
    return;
  }
  if (helper || reads_an_upper_half(p)) {
    c->excluded++;
    if (name && helper)
      printf("# excluded: %s: helper %" PRId32 " does not answer alike in the kernel\n", label,
             helper);
    else if (name)
      printf("# excluded: %s: it reads the upper half of a field that is shorter in the kernel\n",
             label);
    return;
  }
  for (unsigned k = 0; k < inputs; k++) {
    enum outcome o = one_input(g, p, k, why, sizeof why);
    if (o == SAME) {
      same++;
      c->inputs++;
      continue;
    }
    if (o == PLACES)
      snprintf(why, sizeof why, "its result depends on addresses or on what the stack held");
    if (o == DIFFERENT) {
      c->different++;
      if (c->different <= SHOWN)
        printf("# different: %s, input %u: %s\n", label, k, why);
      return;
    }
    if (name)
      printf("# excluded: %s, input %u: %s\n", label, k, why);
    if (k == 0 || o == PLACES)
      break;
  }
  *(same ? &c->programs : &c->excluded) += 1;
}

/* What the kernel's socket filter lets through of a packet; -1: it can't be asked. */
static int64_t kernel_classic(const struct warrant_program *p, const uint8_t *packet,
                              uint32_t size) {
  struct sock_filter {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
  } *filter = calloc(p->insn_count, sizeof *filter);
  struct {
    unsigned short len;
    void *filter;
  } fprog = {(unsigned short)p->insn_count, filter};
  int pair[2];
  int64_t result = -1;
  if (!filter || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair)) {
    free(filter);
    return -1;
  }
  for (uint32_t i = 0; i < p->insn_count; i++)
    filter[i] =
        (struct sock_filter){p->cinsns[i].code, p->cinsns[i].jt, p->cinsns[i].jf, p->cinsns[i].k};
  if (!setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof fprog)) {
    uint8_t got[PACKET_MAX];
    ssize_t sent = send(pair[1], packet, size, MSG_DONTWAIT),
            n = recv(pair[0], got, sizeof got, MSG_DONTWAIT);
    result = n >= 0 ? n : errno == EAGAIN && (sent == (ssize_t)size || errno == EAGAIN) ? 0 : -1;
  }
  close(pair[0]);
  close(pair[1]);
  free(filter);
  return result;
}

/* A socket filter has no test run, but a socket: what arrives of a packet is what the filter
 * returns. */
static void classic(struct gen *g, const struct warrant_program *p, const char *name,
                    struct counts *c) {
  struct warrant_classic_verdict verdict;
  uint64_t before = c->inputs;
  if (warrant_classic_check(p, &verdict) || !verdict.accept) {
    c->refused++;
    return;
  }
  for (unsigned k = 0; k < INPUTS; k++) {
    uint8_t frame[PACKET_MAX];
    uint32_t size = make_frame(g, k, frame);
    struct warrant_classic_input input = {
        .bytes = frame, .length = size, .wire_length = size, .linear = true};
    struct warrant_classic_result run;
    int64_t kernel = kernel_classic(p, frame, size);
    if (warrant_classic_run(p, WARRANT_DIALECT_SOCKET, &input, 100000, NULL, NULL, &run, NULL) ||
        kernel < 0)
      break;
    uint32_t want = run.value < size ? run.value : size;
    if (run.outcome == WARRANT_CLASSIC_DONE && kernel == want) {
      c->inputs++;
      continue;
    }
    c->different++;
    printf("# different: %s, input %u: %" PRIu32 " bytes here, %" PRId64 " in the kernel\n", name,
           k, want, kernel);
    return;
  }
  *(c->inputs > before ? &c->programs : &c->excluded) += 1;
}

static void object(struct gen *g, const char *path, struct counts *c) {
  const struct warrant_load_options options = {0};
  struct warrant_object o;
  struct warrant_error error;
  if (warrant_load(path, &options, &o, &error))
    return;
  for (uint32_t i = 0; i < o.count; i++) {
    const struct warrant_program *p = &o.programs[i];
    char name[300];
    snprintf(name, sizeof name, "%s %s", strrchr(path, '/') + 1, p->name);
    if (o.problems[i].code)
      continue;
    if (p->kind == WARRANT_EBPF)
      program(g, p, name, INPUTS, c);
    else if (p->kind == WARRANT_CBPF)
      classic(g, p, name, c);
  }
  warrant_object_free(&o);
}

static void folder(struct gen *g, const char *path, struct counts *c) {
  struct dirent **entries;
  int n = scandir(path, &entries, NULL, alphasort);
  for (int k = 0; k < n; k++) {
    char below[1024];
    const char *name = entries[k]->d_name, *dot = strrchr(name, '.');
    snprintf(below, sizeof below, "%s/%s", path, name);
    if (dot && (!strcmp(dot, ".o") || !strcmp(dot, ".ddd")))
      object(g, below, c);
    else if (!dot && strcmp(name, "hostile"))
      folder(g, below, c);
    free(entries[k]);
  }
  if (n >= 0)
    free(entries);
}

static void corpus(struct gen *g, struct counts *c) {
  folder(g, "build/corpus", c);
  puts("# excluded: seccomp worker: the kernel has no test run for seccomp filters; "
       "tests/audit_test.c compares those");
}

static void generated(uint64_t number, struct counts *c) {
  struct gen g = {number * UINT64_C(0xd1342543de82ef95) + 1};
  struct gen_program made;
  static uint8_t ctx[CTX_MAX];
  struct warrant_env env;
  gen_program(&g, GEN_CAREFUL, &made);
  warrant_env_default(&env);
  if (!warrant_kernel_context(&made.p, &env, ctx, warrant_type_ctx_size(made.p.type)))
    return; /* no test run for this type */
  for (uint32_t i = 0; i < made.p.map_count; i++) {
    struct warrant_map *m = &made.maps[i];
    if (m->readonly)
      m->flags = BPF_F_RDONLY_PROG; /* as .rodata has it */
    if (m->type == BPF_MAP_TYPE_ARRAY && (m->key_size != 4 || !m->max_entries))
      return; /* the kernel makes no such array */
  }
  char name[40];
  snprintf(name, sizeof name, "number %" PRIu64, number);
  uint64_t different = c->different;
  program(&g, &made.p, NULL, 3, c);
  if (c->different != different && c->different <= SHOWN) {
    printf("# that was program %s, for `warrant disasm --format ebpf --hex`:\n", name);
    put_bytes(stdout, "", (const uint8_t *)made.insns, made.p.insn_count * sizeof *made.insns);
  }
}

static void tell(const char *what, const struct counts *c) {
  printf("# %s: %" PRIu64 " programs on %" PRIu64 " inputs compared with the kernel, %" PRIu64
         " excluded, %" PRIu64 " refused and so not run, %" PRIu64 " different\n",
         what, c->programs, c->inputs, c->excluded, c->refused, c->different);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

int main(int argc, char **argv) {
  uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : default_generated;
  uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
  struct warrant_error error = {0};
  struct counts c = {0}, d = {0};
  struct gen g = {1};
  libbpf_set_print(quiet);
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("skip the kernel's test run: %s\n", error.text);
    return 0;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one); /* values of each processor: those of this one */
  if (argc < 2) {
    corpus(&g, &c);
    tell("corpus", &c);
    report(!c.different,
           "the kernel's test run and the interpreters agree on every program of the corpus", NULL);
    report(c.programs > 60 && c.inputs > 10 * c.programs,
           "most accepted programs of the corpus were compared", NULL);
  }
  for (uint64_t n = first; n < first + count; n++)
    generated(n, &d);
  tell("generated", &d);
  report(!d.different, "the kernel's test run and the interpreters agree on generated programs",
         NULL);
  report(count < 1000 || d.programs > count / 30, "many generated programs were compared", NULL);
  return failures != 0;
}
