/* What helpers answer in this host's kernel, against the table: each result, as a 64-bit number,
 * lies in its range; memory that counts as written is written, whatever was there before; and
 * nothing is written behind the size that is passed. Programs of tests/probe.c run with many
 * inputs, by the kernel's test run.
 *
 * On a host only what can do no harm outside of the run is run. answers_test --guest runs all, and
 * attaches what has no test run; it prints what each helper answered, and in lines that begin with
 * `difference` which ones did not, for `make contracts`. */
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>

#include "fire.h"
#include "probe.h"
#include "report.h"

enum {
  TYPES = 3,
  RUNS = 28,
  ATTACHED_RUNS = 10,
  HEADER = 6,
  CONTENTS,
  PATTERNS = 2,
  HELPERS = 256,
  ENOTSUPP = 524
};
static const uint8_t patterns[PATTERNS] = {0xa5, 0x5a};
static bool guest;

/* --- Inputs ----------------------------------------------------------------------------------- */

/* Numbers that mean something to some helper: offsets, lengths, flags, levels and options, signals
 * (none that ends the process), families, and what is too large. */
static const int64_t numbers[] = {
    0,      1,     2,     3,       4,       5,         8,
    13,     14,    20,    24,      50,      60,        64,
    100,    -1,    -4,    -64,     -300,    65535,     32768,
    0x0081, 0x100, 0x200, 1 << 30, -EINVAL, INT32_MIN, (int64_t)1 << 32};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* With these, by argument, a helper has a chance to succeed. */
static const struct {
  int32_t id;
  int64_t numbers[5];
} hints[] = {
    {9, {0, 20, 0, 0, 0}},  {10, {0, 24, 0, 1, 2}},
    {11, {0, 50, 0, 1, 2}}, {13, {0, 1, 1}},
    {18, {0, 0x0081, 5}},   {22, {0, 1}},
    {26, {0, 14}},          {27, {0, 0, 0}},
    {31, {0, 0xdd86, 0}},   {32, {0, 0}},
    {33, {0, 0, 0}},        {38, {0, 100, 0}},
    {39, {0, 64}},          {43, {0, 16, 0}},
    {44, {0, 14}},          {49, {0, 1, 9}},
    {50, {0, 8, 1, 0}},     {54, {0, -8}},
    {55, {0, 1}},           {57, {0, 1, 9}},
    {57, {0, 6, 13}},       {63, {0, 0, 10, 0}},
    {65, {0, -8}},          {68, {0, 0, 0, 0, 1}},
    {84, {0, 0, 0, -1, 0}}, {85, {0, 0, 0, -1, 0}},
    {90, {0, 0, 4, 0}},     {91, {0, 0, 4, 0}},
    {99, {0, 0, 0, -1, 0}}, {119, {0, 0, 0, 1}},
    {130, {0, 0, 0, 1}},    {155, {1, 0}},
    {163, {0, 1, 0, 8, 0}}, {163, {0, 1, 0, 0x10000000}},
    {192, {0, 5, 1}},       {192, {0, 0, 0}},
    {142, {0, 0, 0, 1}},    {142, {0, 0, 0, 0}},
    {59, {0, INT32_MIN}},   {144, {0, 4, 0}},
    {66, {0, 0, 0, 0, 0}},  {69, {0, 0, 0, 1}},
    {183, {0, 0}},          {105, {0, 0, 0}},
    {106, {0, 0, 0}},
};

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 31) * 0x7fb5d329728ea185u;
  return x ^ x >> 27;
}
/* Every other run has a hint's, if there is one for the helper. */
static void fill_numbers(const struct w_helper *h, unsigned run, uint64_t out[5]) {
  static const char text[] = "memory of this process";
  unsigned hinted = 0;
  for (unsigned i = 0; i < 5; i++)
    out[i] = (uint64_t)(run < 6 && run % 2 == 0
                            ? (int64_t[]){0, 1, -1}[run / 2]
                            : numbers[mix(run * 5 + i + 977 * (uint64_t)h->id) % NUMBERS]);
  for (size_t k = 0; k < sizeof hints / sizeof *hints; k++)
    hinted += hints[k].id == h->id;
  for (size_t k = 0, at = 0; run % 2 && k < sizeof hints / sizeof *hints; k++)
    if (hints[k].id == h->id && at++ == run / 2 % hinted)
      memcpy(out, hints[k].numbers, sizeof hints[k].numbers);
  if (run % 2 && (h->id == BPF_FUNC_probe_read_user || h->id == BPF_FUNC_probe_read_user_str))
    out[2] = (uintptr_t)text;
  struct stat pids;
  if (h->id == BPF_FUNC_get_ns_current_pid_tgid && run % 2 && !stat("/proc/self/ns/pid", &pids)) {
    out[0] = pids.st_dev; /* as the kernel numbers devices, for small ones */
    out[1] = pids.st_ino;
  }
}

/* Some read the header of a packet that is none; to others it would be one to send. */
static bool takes_header(const struct w_helper *h) {
  return h->id >= BPF_FUNC_tcp_raw_gen_syncookie_ipv4 &&
         h->id <= BPF_FUNC_tcp_raw_check_syncookie_ipv6;
}

/* What memory holds that is read: nothing, a text, a connection, an address, a question about a
 * route, bits, and a header. */
static void fill_content(unsigned kind, uint8_t m[ROOM]) {
  static const char text[] = "42 and so on";
  uint32_t local = htonl(0x7f000001), one = 1;
  uint16_t port = htons(fire_port()), nine = htons(9), inet = 2;
  memset(m, kind == 5 ? 0xff : 0, ROOM);
  switch (kind) {
  case 1:
    memcpy(m, text, sizeof text);
    break;
  case 2:
    memcpy(m, &local, 4);
    memcpy(m + 4, &local, 4);
    memcpy(m + 8, &nine, 2);
    memcpy(m + 10, &port, 2);
    break;
  case 3:
    memcpy(m, &inet, 2);
    memcpy(m + 4, &local, 4);
    break;
  case 4: /* struct bpf_fib_lookup */
    m[0] = 2;
    memcpy(m + 8, &one, 4);
    memcpy(m + 16, &local, 4);
    memcpy(m + 32, &local, 4);
    break;
  case HEADER: /* of IPv4; as a TCP header it says that it has 28 bytes */
    m[0] = 0x45;
    m[8] = 64;
    m[9] = 6;
    memcpy(m + 12, &local, 4);
    memcpy(m + 16, &local, 4);
    break;
  default:
    break;
  }
}

/* --- What was answered ------------------------------------------------------------------------ */

static struct tally {
  unsigned calls, loads, refused;
  int64_t lo, hi;
  unsigned written[2][3]; /* by success and failure: all, some, none */
  int errors;             /* the last errno of a run that was none */
} tallies[HELPERS];
static unsigned outside, unwritten, behind;
static char first_outside[160], first_unwritten[160], first_behind[160];

static void fault(unsigned *count, char first[160], const struct choice *c, const char *what,
                  uint64_t number) {
  char text[160];
  snprintf(text, sizeof text, "%s in %s programs, size %u: %s 0x%llx", c->helper->name,
           c->type->name, c->size, what, (unsigned long long)number);
  if (!(*count)++)
    memcpy(first, text, sizeof text);
  if (guest && *count < 40)
    printf("# %s\n", text);
}

static bool in_range(const struct choice *c, int64_t r) {
  const struct w_helper *h = c->helper;
  if (h->ret == W_RET_INT)
    return r >= h->lo && r <= h->hi;
  return h->ret != W_RET_SIZE || (r >= -4095 && r <= (int64_t)c->size);
}
/* Errors of Linux 6.1's map helpers are 32-bit ones. */
static bool is_failure(uint64_t r) {
  return (int64_t)r < 0 || (r <= UINT32_MAX && r > UINT32_MAX - 4095);
}
/* How many bytes are to be written there; 0: it is no such argument. */
static uint32_t to_write(const struct choice *c, const struct probe *m, unsigned i) {
  enum w_arg g = c->helper->args[i];
  if (!w_arg_written(g) || w_arg_read(g))
    return 0;
  return g == W_ARG_VALUE_OUT ? m->maps[2].value_size
         : w_arg_sized(g)     ? c->size
                              : c->helper->sizes[i];
}

/* The same call on two patterns. */
static void judge(const struct choice *c, const struct probe *m, const struct answer a[PATTERNS]) {
  struct tally *t = &tallies[c->helper->id];
  for (int k = 0; k < PATTERNS; k++) {
    int64_t r = (int64_t)a[k].result;
    t->lo = t->calls && t->lo < r ? t->lo : r;
    t->hi = t->calls && t->hi > r ? t->hi : r;
    t->calls++;
    if (!in_range(c, r))
      fault(&outside, first_outside, c, "answers", a[k].result);
  }
  for (unsigned i = 0; i < c->helper->nargs; i++) {
    uint32_t size = to_write(c, m, i), written = 0;
    if (!size)
      continue;
    const uint8_t *one = a[0].memory[m->places[i]], *two = a[1].memory[m->places[i]];
    bool both[2] = {is_failure(a[0].result), is_failure(a[1].result)};
    for (uint32_t b = 0; b < ROOM; b++) {
      bool same = one[b] == patterns[0] && two[b] == patterns[1];
      written += b < size && !same;
      if (b >= size && (one[b] != patterns[0] || two[b] != patterns[1]))
        fault(&behind, first_behind, c, "writes byte", b);
    }
    if (both[0] == both[1])
      t->written[both[0]][written == size ? 0 : written ? 1 : 2]++;
    bool claimed =
        !c->helper->partly || (c->helper->on_success && a[0].result == 0 && a[1].result == 0);
    if (claimed && written < size)
      fault(&unwritten, first_unwritten, c, "bytes written:", written);
  }
}

/* --- Runs ------------------------------------------------------------------------------------- */

/* One call, or as many as its trigger makes. Returns how many there were, into *left. */
static uint64_t run_once(const struct choice *c, const struct probe *m,
                         const struct warrant_kernel_program *k, unsigned run, uint8_t pattern,
                         struct answers *left) {
  struct given given;
  uint32_t zero = 0;
  fill_numbers(c->helper, run, given.numbers);
  for (unsigned i = 0; i < PLACES; i++)
    fill_content(run / 2 % (takes_header(c->helper) ? CONTENTS : HEADER), given.memory[i]);
  for (unsigned i = 0; i < c->helper->nargs; i++)
    if (to_write(c, m, i))
      memset(given.memory[m->places[i]], pattern, ROOM);
  memset(left, 0, sizeof *left);
  bpf_map_update_elem(k->maps[0], &zero, &given, BPF_ANY);
  bpf_map_update_elem(k->maps[1], &zero, left, BPF_ANY);
  if (c->map && run % 4) /* now and then a map without the entry */
    fire_fill(c->map, k->maps[2], guest);
  bool dropped = guest && c->helper->id == BPF_FUNC_clone_redirect && run % 4 == 1;
  if (dropped)
    fire_loopback(false);
  int why = fire_tests(c->type->id) ? fire_test_run(c->type->id, k->fd, run % 3 == 2)
                                    : fire_attached(&m->p, k->fd, c->map ? k->maps[2] : -1);
  if (dropped)
    fire_loopback(true);
  if (why)
    tallies[c->helper->id].errors = why;
  if (bpf_map_lookup_elem(k->maps[1], &zero, left))
    return 0;
  return left->count;
}

/* A host's kernel runs only what the library would run there. */
static bool may_run(const struct probe *m, const struct warrant_kernel_program *k) {
  uint8_t packet[64] = {0};
  struct warrant_env env = {.packet_bytes = packet, .packet_size = sizeof packet};
  struct warrant_kernel_run run;
  struct warrant_error error;
  if (guest)
    return true;
  if (warrant_kernel_run(&m->p, k, &env, &run, &error))
    return false;
  warrant_kernel_run_free(&run);
  return true;
}

static bool ask(const struct choice *c) {
  struct tally *t = &tallies[c->helper->id];
  struct probe m;
  struct warrant_kernel_program k;
  struct warrant_kernel_result r;
  struct warrant_error error;
  struct answers left[PATTERNS];
  bool tests = fire_tests(c->type->id), answered = false;
  if (!probe_make(&m, c) || (!tests && !(guest && fire_attaches(&m.p))))
    return false;
  t->loads++;
  if (warrant_kernel_open(&m.p, &k, &r, &error))
    return false;
  t->refused += k.fd < 0;
  if (k.fd >= 0 && may_run(&m, &k))
    for (unsigned run = 0; run < (tests ? RUNS : ATTACHED_RUNS); run++) {
      uint64_t both = ANSWERS;
      for (int p = 0; p < PATTERNS; p++) {
        uint64_t n = run_once(c, &m, &k, run, patterns[p], &left[p]);
        both = n < both ? n : both;
      }
      for (uint64_t i = 0; i < both; i++)
        judge(c, &m, (struct answer[]){left[0].list[i], left[1].list[i]});
      answered |= both > 0;
    }
  warrant_kernel_close(&k);
  warrant_kernel_result_free(&r);
  return answered;
}

/* In one type of program, with each size that it may have, and each map; or with one. */
static bool ask_in(const struct w_prog_type *type, const struct w_helper *h, bool each_map) {
  static const uint32_t every[] = {1, 2, 4, 8, 12, 16, 20, 24, 28, 36, ROOM, 0},
                        few[] = {4, 16, 24, ROOM, 0};
  const uint32_t *sizes = fire_tests(type->id) ? every : few; /* a trigger takes its time */
  bool sized = false, mapped = false, answered = false, number = false;
  for (unsigned i = 0; i < h->nargs; i++) {
    sized |= h->args[i] == W_ARG_SIZE || h->args[i] == W_ARG_ALLOC;
    mapped |= h->args[i] == W_ARG_MAP;
    number |= w_arg_sized(h->args[i]);
  }
  bool address = number && h->nargs && h->args[h->nargs - 1] == W_ARG_ANY;
  for (size_t s = 0; s < 1 || (sized && sizes[s]); s++)
    for (unsigned k = 0; mapped && (each_map || !k) ? probe_map(h, k) != 0 : k < 1; k++)
      for (int a = 0; a <= address; a++)
        answered |= ask(&(struct choice){.type = type,
                                         .helper = w_helper_in(type, h->id),
                                         .size = sizes[s],
                                         .map = mapped ? probe_map(h, k) : 0,
                                         .an_address = a,
                                         .port = fire_port()});
  return answered;
}

/* In types that have a test run; attaching takes its time, so only what no such type may call is
 * attached. */
static void ask_helper(const struct w_helper *h) {
  unsigned asked = 0;
  for (int tests = 1; tests >= 0 && !asked; tests--)
    for (uint32_t k = 0; k < w_prog_type_count && asked < TYPES; k++) {
      const struct w_prog_type *type = &w_prog_types[k];
      bool offered = false;
      for (uint32_t i = 0; i < type->nhelpers; i++)
        offered |= type->helpers[i] == h->id;
      if (offered && !type->raw && fire_tests(type->id) == tests)
        asked += ask_in(type, h, !asked);
    }
  if (guest)
    printf("# asked: %s\n", h->name);
}

static void print_answers(void) {
  static const char *const how[3] = {"all", "some", "none"};
  unsigned answered = 0;
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    const struct tally *t = &tallies[h->id];
    answered += t->calls > 0;
    if (!guest)
      continue;
    if (!t->calls) {
      printf("difference no answer from %s: %s\n", h->name,
             !t->loads                ? "no program of its types can be run"
             : t->refused == t->loads ? "the kernel takes no such program"
             : t->errors == ENOTSUPP  ? "the kernel has no test run for its types"
             : t->errors              ? strerror(t->errors)
                                      : "it was not called");
      continue;
    }
    printf("answer %d %s %lld .. %lld, %u calls", h->id, h->name, (long long)t->lo,
           (long long)t->hi, t->calls);
    for (int f = 0; f < 2; f++)
      for (int w = 0; w < 3; w++)
        if (t->written[f][w])
          printf(", %s: %s", f ? "failure" : "success", how[w]);
    printf("\n");
  }
  printf("# %u of %u helpers answered\n", answered, w_helper_count);
  report(answered >= (guest ? 120 : 30), "enough helpers answered", "too few");
}

int main(int argc, char **argv) {
  struct warrant_error error = {0};
  guest = argc > 1 && !strcmp(argv[1], "--guest");
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("skip what helpers answer in the kernel: %s\n", error.text);
    return 0;
  }
  for (int s = 1; guest && s < NSIG; s++) /* helpers send some */
    signal(s, SIG_IGN);
  for (uint32_t k = 0; k < w_helper_count; k++)
    ask_helper(&w_helpers[k]);
  report(!outside, "every result lies in the table's range", first_outside);
  report(!unwritten, "memory that counts as written is written", first_unwritten);
  report(!behind, "nothing is written behind the size that is passed", first_behind);
  print_answers();
  return failures != 0;
}
