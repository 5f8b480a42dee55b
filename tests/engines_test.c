/* What helpers answer, in three engines: the C interpreter, the reference one and this host's
 * kernel. Programs are made for every type that has a test run and every helper that may run in
 * one, with inputs that make it succeed and fail. Each call's result, all 64 bits of it, and the
 * first bytes that it wrote go to a map, and that and the packet are compared. What differs by
 * right, or may not run, stands in the tables of docs/run.md, which this reads.
 *   engines_test [MIXED [FIRST]]   so many programs that mix calls, from that number on */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include "both.h"
#include "isa/tables.h"
#include "kernel/kernel.h"
#include "random.h"
#include "report.h"
#include "run/memory.h"

enum {
  SLOT = 32,        /* bytes of a call's record: the result, and what it wrote */
  CALLS = 20,       /* at most so many in one program */
  INSNS_MAX = 4000, /* a call has a hundred at most */
  OUT = -64,        /* where a helper writes, from r10 */
  FIRST_IN = -128,  /* where it reads, and where it reads next */
  SECOND_IN = -192,
  ROOM = 64, /* bytes of each */
  PACKET_MAX = 1500,
  CTX_MAX = 65536,
  SHOWN = 12,
  HELPERS = 212,
};

/* --- Differences that stay ------------------------------------------------------------------- */

static const char tables[] = "docs/run.md";
/* The two tables there: helpers whose answers are the host's own, and those that may not run. */
enum table { OWN, KEPT_OFF, TABLES };
static const char *const headings[TABLES] = {"## Answers that are the host's own",
                                             "## Kept off the kernel"};
static bool named[TABLES][HELPERS];

static const struct w_helper *helper_named(const char *name, size_t n) {
  for (uint32_t i = 0; i < w_helper_count; i++)
    if (strlen(w_helpers[i].name) == n && !strncmp(w_helpers[i].name, name, n))
      return &w_helpers[i];
  return NULL;
}

/* The names in the first column of a row. False: one is no helper's. */
static bool take_row(enum table t, const char *row) {
  const char *column = strchr(row + 1, '|');
  for (const char *at = strchr(row, '`'); at && at < column; at = strchr(at, '`')) {
    const char *close = strchr(at + 1, '`');
    const struct w_helper *h = close ? helper_named(at + 1, (size_t)(close - at - 1)) : NULL;
    if (!h)
      return false;
    named[t][h->id] = true;
    at = close + 1;
  }
  return true;
}

static bool read_tables(void) {
  FILE *in = fopen(tables, "r");
  char line[2000];
  int t = TABLES, seen = 0;
  bool good = in != NULL;
  while (good && fgets(line, sizeof line, in)) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, "## ", 3))
      for (t = 0; t < TABLES && strcmp(line, headings[t]);)
        t++;
    seen += !strncmp(line, "## ", 3) && t < TABLES;
    if (t < TABLES && !strncmp(line, "| `", 3))
      good = take_row((enum table)t, line);
  }
  if (in)
    fclose(in);
  return good && seen == TABLES;
}

/* What Linux refuses in one type of program, though this project's table has it. */
static const struct {
  uint32_t type;
  int32_t id;
} refused_there[] = {
    /* they take a kernel object there, and not the context */
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_get_socket_cookie},
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_xdp_get_buff_len},
    /* programs that may sleep have no such maps */
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_tail_call},
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_perf_event_read},
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_perf_event_read_value},
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_perf_event_output},
    {BPF_PROG_TYPE_SYSCALL, BPF_FUNC_current_task_under_cgroup},
};

/* --- Programs -------------------------------------------------------------------------------- */

enum { RECORDS, LENT, MAPS }; /* the map of what is seen, and the one that a helper takes */
static char map_names[MAPS][8] = {"records", "lent"};

struct made {
  const struct w_prog_type *type;
  struct warrant_program p;
  struct warrant_insn insns[INSNS_MAX];
  struct warrant_map maps[MAPS];
  int32_t helpers[CALLS];
  char said[CALLS][160]; /* the call with its inputs, for people */
  unsigned calls;
};

static void put(struct made *m, unsigned op, unsigned dst, unsigned src, int off, int64_t imm) {
  if (m->p.insn_count >= INSNS_MAX)
    abort();
  m->insns[m->p.insn_count++] = (struct warrant_insn){.op = (uint8_t)op,
                                                      .dst = dst & 15,
                                                      .src = src & 15,
                                                      .off = (int16_t)off,
                                                      .imm = (int32_t)imm};
}
static void put_wide(struct made *m, unsigned dst, unsigned src, uint64_t low, uint64_t high) {
  put(m, 0x18, dst, src, 0, (int32_t)(uint32_t)low);
  put(m, 0, 0, 0, 0, (int32_t)(uint32_t)high);
}
static void put_number(struct made *m, unsigned r, uint64_t x) {
  if ((uint64_t)(int64_t)(int32_t)(uint32_t)x == x)
    put(m, 0xb7, r, 0, 0, (int32_t)(uint32_t)x);
  else
    put_wide(m, r, 0, x, x >> 32);
}

static void begin(struct made *m, const struct w_prog_type *type) {
  static char empty[] = "", name[] = "answers", license[] = "GPL";
  m->type = type;
  m->calls = 0;
  m->p = (struct warrant_program){.kind = WARRANT_EBPF,
                                  .file = empty,
                                  .section = empty,
                                  .name = name,
                                  .license = license,
                                  .type = type->id,
                                  .attach_type = type->nattach ? type->attach[0] : 0,
                                  .insns = m->insns,
                                  .maps = m->maps,
                                  .map_count = 1};
  m->maps[RECORDS] = (struct warrant_map){.name = map_names[RECORDS],
                                          .type = BPF_MAP_TYPE_ARRAY,
                                          .key_size = 4,
                                          .value_size = CALLS * SLOT,
                                          .max_entries = 1};
  put(m, 0xbf, 6, 1, 0, 0);
  put_wide(m, 7, 2, RECORDS, 0);
}
static void end(struct made *m) {
  put(m, 0xb7, 0, 0, 0, m->type->has_ret ? m->type->ret_lo : 0);
  put(m, 0x95, 0, 0, 0, 0);
}

/* --- One call -------------------------------------------------------------------------------- */

static const int64_t numbers[] = {
    0,      1,          2,         3,         4,    5,    7,     8,     10,    12,    13,
    14,     15,         16,        17,        20,   24,   32,    40,    50,    63,    64,
    65,     80,         100,       128,       216,  217,  252,   255,   256,   300,   1000,
    3000,   3456,       3457,      4000,      8192, 9000, 16064, 16065, 65535, 65536, 65541,
    100000, 2147483647, INT64_MAX, INT64_MIN, -1,   -2,   -3,    -4,    -8,    -10,   -14,
    -22,    -50,        -51,       -64,       -216, -217, -252,  -255,  -256,  -1000, -65536};
/* Flags and the like are small. */
static const int64_t small[] = {0,    0,    0,    0,    1,    2,     3,     4,    5,    6,
                                7,    8,    10,   16,   0x10, 0x12,  0x14,  0x20, 0x32, 0x52,
                                0x72, 0x40, 0x80, 0x92, 0x94, 0x100, 0x101, -1,   65535};

static uint64_t number_for(struct gen *g, unsigned i) {
  if (i == 0 || gen_percent(g, 15))
    return (uint64_t)GEN_PICK(g, numbers);
  if (gen_percent(g, 15))
    return gen_u64(g) >> gen_below(g, 64);
  return (uint64_t)GEN_PICK(g, small);
}

/* Text that may be a number, or bytes that tend to be small: keys, addresses, words to sum. */
static void make_bytes(struct gen *g, int32_t id, uint8_t *out) {
  static const char *const texts[] = {"0",
                                      "12",
                                      "-7 ",
                                      "0x1F",
                                      "017",
                                      "9z",
                                      "  42",
                                      "-0x8",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "9223372036854775808",
                                      "-9223372036854775808",
                                      "",
                                      "-",
                                      "0x",
                                      "abc",
                                      "\t-",
                                      "+5",
                                      "0b1",
                                      "08",
                                      "-9223372036854775809",
                                      "00x5",
                                      "fFg"};
  bool text = id == BPF_FUNC_strtol || id == BPF_FUNC_strtoul;
  memset(out, 0, ROOM);
  for (unsigned i = 0; i < ROOM; i++)
    out[i] = (uint8_t)(gen_percent(g, 40) ? 0 : gen_percent(g, 40) ? gen_below(g, 4) : gen_u64(g));
  if (gen_percent(g, 10))
    memset(out, gen_percent(g, 50) ? 0xff : 0, ROOM);
  if (!text)
    return;
  const char *chosen = GEN_PICK(g, texts);
  strcpy((char *)out, chosen);
}
static void fill(struct made *m, int at, const uint8_t *bytes) {
  for (int i = 0; i < ROOM; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    put_number(m, 8, word);
    put(m, 0x7b, 10, 8, at + i, 0);
  }
}

/* Programs that may sleep have no tries, Bloom filters and maps of devices. */
static bool lends(const struct w_prog_type *type, uint32_t map) {
  if (map == BPF_MAP_TYPE_ARRAY_OF_MAPS || map == BPF_MAP_TYPE_HASH_OF_MAPS)
    return false;
  return type->id != BPF_PROG_TYPE_SYSCALL ||
         (map != BPF_MAP_TYPE_LPM_TRIE && map != BPF_MAP_TYPE_BLOOM_FILTER &&
          !w_is_redirect_map(map));
}

/* A map that the helper takes, the same one for the whole program. */
static void lend(struct gen *g, struct made *m, const struct w_helper *h) {
  if (m->p.map_count > LENT)
    return;
  uint32_t n = 0;
  while (n < W_MAP_TYPES && h->maps[n])
    n++;
  uint32_t type;
  do
    type = h->maps[gen_below(g, n)];
  while (!lends(m->type, type));
  struct warrant_map *map = &m->maps[LENT];
  *map = (struct warrant_map){
      .name = map_names[LENT], .type = type, .key_size = 4, .value_size = 8, .max_entries = 3};
  switch (type) {
  case BPF_MAP_TYPE_QUEUE:
  case BPF_MAP_TYPE_STACK:
  case BPF_MAP_TYPE_BLOOM_FILTER:
    map->key_size = 0;
    break;
  case BPF_MAP_TYPE_RINGBUF:
    map->key_size = map->value_size = 0;
    map->max_entries = 4096;
    break;
  case BPF_MAP_TYPE_LPM_TRIE:
    map->key_size = 4 + 1 + gen_below(g, 4);
    map->flags = BPF_F_NO_PREALLOC;
    break;
  case BPF_MAP_TYPE_LRU_HASH: /* which makes room by itself, at times of its own */
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    map->max_entries = 200;
    break;
  case BPF_MAP_TYPE_STACK_TRACE:
    map->value_size = 64;
    break;
  case BPF_MAP_TYPE_PROG_ARRAY:
  case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
  case BPF_MAP_TYPE_CGROUP_ARRAY:
  case BPF_MAP_TYPE_CPUMAP:
  case BPF_MAP_TYPE_XSKMAP:
  case BPF_MAP_TYPE_DEVMAP:
  case BPF_MAP_TYPE_DEVMAP_HASH:
  case BPF_MAP_TYPE_SOCKMAP:
  case BPF_MAP_TYPE_SOCKHASH:
  case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
    map->value_size = 4;
    map->readonly = w_is_redirect_map(type);
    break;
  default:
    break;
  }
  m->p.map_count = MAPS;
}

/* Keys that meet each other: few, and prefixes that a trie has. */
static void make_key(struct gen *g, const struct warrant_map *map, uint8_t *key) {
  memset(key, 0, ROOM);
  if (map->type == BPF_MAP_TYPE_LPM_TRIE) {
    key[0] = (uint8_t)(gen_percent(g, 90) ? gen_below(g, 8 * (map->key_size - 4) + 1) : gen_u64(g));
    for (uint32_t i = 4; i < map->key_size; i++)
      key[i] = (uint8_t)(gen_percent(g, 60) ? 0xc0 : 0xc0 | gen_below(g, 64));
    return;
  }
  key[0] = (uint8_t)gen_below(g, 5);
  if (gen_percent(g, 5))
    key[3] = 1;
}

static uint32_t size_for(struct gen *g, const struct w_helper *h, unsigned i) {
  bool none = h->args[i] == W_ARG_MEM0 || h->args[i] == W_ARG_OUT0;
  if (none && gen_percent(g, 20))
    return 0;
  static const uint32_t usual[] = {1, 2, 3, 4, 8, 12, 15, 16, 20, 28, 32, 40, 44, 60, 64};
  return GEN_PICK(g, usual);
}

/* Stores the result of the call, as a number that no address is in. */
static void record(struct made *m, const struct w_helper *h, int at) {
  bool second = m->calls % 2;
  switch (h->ret) {
  case W_RET_VALUE: /* null or not, and the first bytes that it points to */
    put(m, 0x15, 0, 0, 4, 0);
    put(m, 0x61, 8, 0, 0, 0);
    put(m, 0x7b, 7, 8, at + 8, 0);
    put(m, 0xb7, 0, 0, 0, 1);
    put(m, 0x7b, 7, 0, at, 0);
    return;
  case W_RET_ACQUIRE:
    put(m, 0xb7, 8, 0, 0, 0);
    put(m, 0x15, 0, 0, 4, 0);
    put(m, 0xbf, 1, 0, 0, 0);
    put(m, 0xb7, 2, 0, 0, 0);
    put(m, 0x85, 0, 0, 0, second ? BPF_FUNC_ringbuf_discard : BPF_FUNC_ringbuf_submit);
    put(m, 0xb7, 8, 0, 0, 1);
    put(m, 0x7b, 7, 8, at, 0);
    return;
  case W_RET_TAIL:
  case W_RET_VOID:
    return;
  default:
    put(m, 0x7b, 7, 0, at, 0);
  }
}

/* False: the helper takes what a program of this kind does not have. */
static bool call(struct gen *g, struct made *m, const struct w_helper *h) {
  int at = (int)m->calls * SLOT;
  uint8_t bytes[ROOM];
  bool written = false;
  char *said = m->said[m->calls];
  size_t n = (size_t)snprintf(said, sizeof m->said[0], "%s %s(", m->type->name, h->name);
  memset(bytes, 0xa5, sizeof bytes);
  fill(m, OUT, bytes);
  int next = FIRST_IN;
  for (unsigned i = 0; i < h->nargs; i++) {
    unsigned r = i + 1;
    enum w_arg a = h->args[i];
    uint64_t x = 0;
    if (a == W_ARG_REF || a == W_ARG_RELEASE)
      return false;
    if (a == W_ARG_MAP)
      lend(g, m, h);
    if (a == W_ARG_CTX || a == W_ARG_CTX0) {
      put(m, 0xbf, r, 6, 0, 0);
      continue;
    }
    if (a == W_ARG_MAP) {
      n += (size_t)snprintf(said + n, sizeof m->said[0] - n, "map %" PRIu32 ", ",
                            m->maps[LENT].type);
      put_wide(m, r, 1, LENT, 0);
      continue;
    }
    if (w_arg_written(a)) {
      written = true;
      if (w_arg_read(a)) {
        make_bytes(g, h->id, bytes);
        fill(m, OUT, bytes);
      }
      put(m, 0xbf, r, 10, 0, 0);
      put(m, 0x07, r, 0, 0, OUT);
    } else if (w_arg_read(a)) {
      make_bytes(g, h->id, bytes);
      if (a == W_ARG_KEY)
        make_key(g, &m->maps[LENT], bytes);
      fill(m, next, bytes);
      put(m, 0xbf, r, 10, 0, 0);
      put(m, 0x07, r, 0, 0, next);
      next = SECOND_IN;
      for (unsigned k = 0; k < 8; k++)
        n += (size_t)snprintf(said + n, sizeof m->said[0] - n, "%02x", bytes[k]);
      n += (size_t)snprintf(said + n, sizeof m->said[0] - n, "..., ");
    }
    if (w_arg_read(a) || w_arg_written(a))
      continue;
    x = a == W_ARG_SIZE ? size_for(g, h, i - 1)
        : h->id == BPF_FUNC_map_lookup_percpu_elem
            ? (gen_percent(g, 50) ? 0
                                  : 100000 + gen_below(g, 9)) /* one that all hosts have, or none */
        : a == W_ARG_ALLOC ? (uint64_t)GEN_PICK(g, numbers) & 0x7fffffff
                           : number_for(g, h->args[0] == W_ARG_CTX ? i - 1 : i);
    n += (size_t)snprintf(said + n, sizeof m->said[0] - n, "%" PRId64 ", ", (int64_t)x);
    put_number(m, r, x);
  }
  snprintf(said + n - (n && said[n - 2] == ',' ? 2 : 0), 3, ")");
  put(m, 0x85, 0, 0, 0, h->id);
  record(m, h, at);
  for (int k = 0; written && k < 16; k += 8) {
    put(m, 0x79, 8, 10, OUT + k, 0);
    put(m, 0x7b, 7, 8, at + 8 + k, 0);
  }
  if (h->id == BPF_FUNC_set_hash) { /* what was set is no secret of the kernel's */
    put(m, 0xbf, 1, 6, 0, 0);
    put(m, 0x85, 0, 0, 0, BPF_FUNC_get_hash_recalc);
    put(m, 0x7b, 7, 0, at + 8, 0);
  }
  m->helpers[m->calls++] = h->id;
  return true;
}

/* --- One program in three engines ------------------------------------------------------------ */

struct totals {
  uint64_t programs, calls, same, differ_by_right, refused, not_run, different;
  uint64_t of[HELPERS]; /* calls that were compared */
  uint64_t different_in[HELPERS],
      no_load[HELPERS]; /* programs; by their first call, where not loaded */
};

/* What a test run can be given: a frame, or what follows its Ethernet header. */
static uint32_t make_packet(struct gen *g, const struct w_prog_type *type, uint8_t *out) {
  static const uint8_t types[][2] = {{8, 0}, {8, 0}, {0x86, 0xdd}, {8, 6}, {0x81, 0}};
  bool frame = type->id == BPF_PROG_TYPE_XDP || type->id == BPF_PROG_TYPE_SCHED_CLS ||
               type->id == BPF_PROG_TYPE_SCHED_ACT;
  unsigned kind = gen_below(g, 5);
  uint32_t size = 64 + (gen_percent(g, 50) ? 0 : gen_below(g, 300));
  for (uint32_t i = 0; i < size; i++)
    out[i] = (uint8_t)(gen_percent(g, 30) ? gen_below(g, 4) : gen_u64(g));
  memset(out, 0, 12);
  memcpy(out + 12, types[kind], 2);
  uint8_t *ip = frame ? out + 14 : out;
  if (frame ? kind < 2 : kind != 2)
    ip[0] = 0x45;
  else if (kind == 2)
    ip[0] = 0x60;
  return size;
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, uint32_t n) {
  return !n || !memcmp(a, b, n);
}

/* The first call whose record differs; -1: none. */
static int first_difference(const uint8_t *a, const uint8_t *b, unsigned calls) {
  for (unsigned i = 0; i < calls; i++)
    if (memcmp(a + i * SLOT, b + i * SLOT, SLOT))
      return (int)i;
  return -1;
}

static void tell(const struct made *m, const uint8_t *here, const uint8_t *there, int i) {
  uint64_t a[4], b[4];
  memcpy(a, here + i * SLOT, SLOT);
  memcpy(b, there + i * SLOT, SLOT);
  printf("# %s: 0x%" PRIx64 " %016" PRIx64 " %016" PRIx64 " here, 0x%" PRIx64 " %016" PRIx64
         " %016" PRIx64 " in the kernel\n",
         m->said[i], a[0], a[1], a[2], b[0], b[1], b[2]);
}

static void count_calls(const struct made *m, struct totals *t) {
  for (unsigned i = 0; i < m->calls; i++) {
    t->of[m->helpers[i]]++;
    if (m->helpers[i] == BPF_FUNC_ringbuf_reserve && i) /* each released in one of two ways */
      t->of[BPF_FUNC_ringbuf_submit]++, t->of[BPF_FUNC_ringbuf_discard]++;
  }
}

/* True: the engines agree, or differ by right. */
static bool in_the_kernel(const struct made *m, const struct warrant_env *env,
                          struct warrant_session *session, struct totals *t) {
  struct warrant_kernel_program in_kernel;
  struct warrant_kernel_result loaded = {0};
  struct warrant_kernel_run run = {0};
  struct warrant_error error = {0};
  uint8_t there[CALLS * SLOT] = {0};
  const uint8_t *here = warrant_session_value(session, RECORDS, 0);
  struct w_machine *machine = warrant_session_machine(session);
  uint32_t zero = 0;
  bool good = false;
  if (warrant_kernel_open(&m->p, &in_kernel, &loaded, &error)) {
    printf("# not asked: %s\n", error.text);
    return false;
  }
  if (loaded.verdict != WARRANT_KERNEL_ACCEPT) {
    printf("# %s: not loaded: %s\n", m->said[0], loaded.message);
    t->no_load[m->helpers[0]]++;
  } else if (warrant_kernel_run(&m->p, &in_kernel, env, &run, &error)) {
    printf("# %s: not run: %s\n", m->said[0], error.text);
  } else if (bpf_map_lookup_elem(in_kernel.maps[RECORDS], &zero, there)) {
    printf("# %s: no records\n", m->said[0]);
  } else {
    int i = first_difference(here, there, m->calls);
    t->calls += m->calls;
    if (i >= 0 && named[OWN][m->helpers[i]]) {
      t->differ_by_right++;
      good = true;
    } else if (i >= 0) {
      tell(m, here, there, i);
      t->different_in[m->helpers[i]]++;
    } else if (run.packet && (run.packet_size != machine->meta_size + machine->packet_size ||
                              !same_bytes(run.packet, w_packet_bytes(machine) - machine->meta_size,
                                          run.packet_size))) {
      printf("# %s, ... %s: the packet differs: %" PRIu64 " bytes here, %" PRIu32
             " in the kernel\n",
             m->said[0], m->said[m->calls - 1], machine->packet_size, run.packet_size);
    } else {
      t->same++;
      good = true;
    }
    count_calls(m, t);
  }
  warrant_kernel_run_free(&run);
  warrant_kernel_result_free(&loaded);
  warrant_kernel_close(&in_kernel);
  return good;
}

static void run(struct gen *g, struct made *m, struct totals *t) {
  static uint8_t ctx[CTX_MAX];
  uint8_t packet[PACKET_MAX];
  struct warrant_env given, env;
  struct warrant_session *session = NULL;
  struct warrant_error error = {0};
  struct warrant_run ended;
  struct both both = {0};
  end(m);
  warrant_env_default(&given);
  if (m->type->id != BPF_PROG_TYPE_RAW_TRACEPOINT && m->type->id != BPF_PROG_TYPE_SYSCALL) {
    given.packet_bytes = packet;
    given.packet_size = make_packet(g, m->type, packet);
  }
  env = given;
  env.ctx_bytes = ctx;
  env.ctx_size = m->type->ctx_size;
  if (!both_certified(&m->p)) { /* it is left off, and the test fails */
    t->refused++;
    printf("# %s, ... %s: not certified\n", m->said[0], m->said[m->calls - 1]);
    return;
  }
  warrant_kernel_context(&m->p, &given, ctx, env.ctx_size);
  t->programs++;
  bool good = false;
  if (!both_agree(&both, &m->p, &env))
    printf("# %s: the interpreters differ: %s\n", m->said[0], both.why);
  else if (warrant_session_open(&m->p, &env, NULL, &session, &error))
    printf("# %s: %s\n", m->said[0], error.text);
  else {
    warrant_session_run(session, &ended);
    if (ended.fault != WARRANT_NO_FAULT)
      printf("# %s: fault %s\n", m->said[0], warrant_fault_name(ended.fault));
    else
      good = in_the_kernel(m, &env, session, t);
  }
  if (!good)
    t->different++;
  warrant_session_close(session);
  both_free(&both);
}

/* --- Which programs -------------------------------------------------------------------------- */

static bool runs(const struct w_prog_type *type, const struct w_helper *h) {
  if (!h || !warrant_kernel_runs(h->id))
    return false;
  for (size_t i = 0; i < sizeof refused_there / sizeof *refused_there; i++)
    if (refused_there[i].type == type->id && refused_there[i].id == h->id)
      return false;
  for (unsigned i = 0; i < h->nargs; i++)
    if (h->args[i] == W_ARG_REF || h->args[i] == W_ARG_RELEASE || h->args[i] == W_ARG_OBJECT)
      return false;
  return true;
}
static bool has_test_run(const struct w_prog_type *type) {
  static uint8_t ctx[CTX_MAX];
  struct warrant_env env;
  struct warrant_program p = {.kind = WARRANT_EBPF, .type = type->id};
  warrant_env_default(&env);
  return type->attach[0] != BPF_XDP_DEVMAP && type->ctx_size == warrant_type_ctx_size(type->id) &&
         warrant_kernel_context(&p, &env, ctx, type->ctx_size);
}

/* A helper's calls alone: one a program where it may move the packet, else many. */
static void alone(struct gen *g, const struct w_prog_type *type, const struct w_helper *h,
                  struct totals *t) {
  static struct made m;
  unsigned programs = h->moves ? 10 : t->of[h->id] ? 1 : 3, calls = h->moves ? 1 : CALLS;
  if (named[OWN][h->id])
    programs = calls = 1;
  for (unsigned k = 0; k < programs; k++) {
    begin(&m, type);
    for (unsigned i = 0; i < calls; i++)
      call(g, &m, h);
    run(g, &m, t);
  }
}

/* Calls of all kinds, one after the other, on the same packet and map. */
static void mixed(uint64_t number, struct totals *t) {
  static struct made m;
  struct gen g = {number * UINT64_C(0xd1342543de82ef95) + 7};
  const struct w_prog_type *type;
  do
    type = &w_prog_types[gen_below(&g, w_prog_type_count)];
  while (!has_test_run(type));
  begin(&m, type);
  for (unsigned tries = 0; tries < 200 && m.calls < CALLS / 2; tries++) {
    const struct w_helper *h = w_helper_in(type, type->helpers[gen_below(&g, type->nhelpers)]);
    if (!runs(type, h) || named[OWN][h->id])
      continue;
    if (h->nargs && h->args[0] == W_ARG_MAP && m.p.map_count > LENT &&
        !w_takes_map(h, m.maps[LENT].type))
      continue;
    if (h->nargs > 1 && h->args[1] == W_ARG_MAP)
      continue;
    call(&g, &m, h);
  }
  if (m.calls)
    run(&g, &m, t);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

/* Each helper of a type that has a test run is compared, or is in one of the tables, or both are
 * wrong. */
static void test_tables(const struct totals *t) {
  char first[200] = "";
  bool here[HELPERS] = {0};
  for (uint32_t i = 0; i < w_prog_type_count; i++)
    for (uint32_t k = 0; has_test_run(&w_prog_types[i]) && k < w_prog_types[i].nhelpers; k++)
      if (w_helper_of(w_prog_types[i].helpers[k]))
        here[w_prog_types[i].helpers[k]] = true;
  for (int32_t id = 1; id < HELPERS && !*first; id++) {
    bool runs = warrant_kernel_runs(id);
    const char *name = w_helper_of(id) ? w_helper_of(id)->name : "no helper";
    if (here[id] && !runs && !named[KEPT_OFF][id])
      snprintf(first, sizeof first, "%s may not run, and %s does not say why", name, tables);
    else if (named[KEPT_OFF][id] && (runs || !here[id]))
      snprintf(first, sizeof first, "%s says that %s is kept off the kernel", tables, name);
    else if (named[OWN][id] && (!runs || !here[id]))
      snprintf(first, sizeof first, "%s says that %s has an answer of the host's", tables, name);
    else if (here[id] && runs && !t->of[id])
      snprintf(first, sizeof first, "%s was not compared", name);
  }
  report(!*first, "every helper is compared with the kernel, or a table says why not", first);
}

static void alone_all(struct gen *g, struct totals *t) {
  for (uint32_t i = 0; i < w_prog_type_count; i++)
    for (uint32_t k = 0; has_test_run(&w_prog_types[i]) && k < w_prog_types[i].nhelpers; k++) {
      const struct w_helper *h = w_helper_in(&w_prog_types[i], w_prog_types[i].helpers[k]);
      if (runs(&w_prog_types[i], h))
        alone(g, &w_prog_types[i], h, t);
    }
}

static void list(const char *what, const uint64_t *programs) {
  printf("# %s:", what);
  for (int32_t id = 1; id < HELPERS; id++)
    if (programs[id])
      printf(" %s", w_helper_of(id)->name);
  printf("\n");
}

/* The interpreters follow this release; another one has differences that docs/run.md names. */
static bool is_followed(void) {
  struct utsname name;
  return !uname(&name) && !strncmp(name.release, "6.18.", 5);
}

static void conclude(const struct totals *t, const char *what) {
  printf("# %s: %" PRIu64 " programs with %" PRIu64 " calls: %" PRIu64 " the same, %" PRIu64
         " differ by right, %" PRIu64 " not certified, %" PRIu64 " different\n",
         what, t->programs, t->calls, t->same, t->differ_by_right, t->refused, t->different);
  char name[200];
  snprintf(name, sizeof name, "calls %s: answers are the same in three engines", what);
  if (is_followed())
    report(!t->different && !t->refused && t->same > 50, name, NULL);
  else {
    list("other answers in this release", t->different_in);
    list("not loaded in some type", t->no_load);
    printf("skip %s: this kernel is not Linux 6.18, which they follow: %" PRIu64 " differ\n", name,
           t->different);
  }
}

int main(int argc, char **argv) {
  uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 200;
  uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
  static struct totals single, many;
  struct warrant_error error = {0};
  struct gen g = {2};
  libbpf_set_print(quiet);
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("skip helpers' answers in the kernel: %s\n", error.text);
    return 0;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one); /* the interpreters have one processor, number 0 */
  prctl(PR_SET_NAME, "warrant");
  bool read = read_tables();
  report(read, "the tables of docs/run.md name helpers", NULL);
  if (argc < 3) {
    alone_all(&g, &single);
    conclude(&single, "alone");
    test_tables(&single);
  }
  for (uint64_t n = first; n < first + count; n++)
    mixed(n, &many);
  if (count)
    conclude(&many, "mixed");
  return failures != 0;
}
