/* Classic programs and their translations to eBPF: the same result, run directly, translated in
 * both interpreters, and in the kernel's socket filter; accepted and certified; with the same
 * audit. A line a test, `ok NAME`, `not ok NAME: why` or `skip NAME: why`.
 *
 *   --programs N   so many random programs (10,000 otherwise)
 *   --print N FILE...   no tests: N random programs and those in FILEs, each with its translation,
 *                       for tests/translate_equal_test.ml */
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit.h"
#include "both.h"
#include "classic/classic.h"
#include "load/image.h"
#include "random.h"
#include "report.h"
#include "isa/tables.h"
#include "cmd/validator.h"
#include "verify/verify.h"

/* ---- Random numbers, the same in each run ---- */

static struct gen gen = {1};
static uint32_t below(uint32_t n) { return gen_below(&gen, n); }
static uint32_t likely(void) {
  static const uint32_t some[] = {
      0,     1,          2,          7,          16,     31,         255,        2048,
      65535, 0x7fffffff, 0x80000000, 0x80000001, 262144, 0xfffffffe, 0xffffffff, 0xaaaaaaaa};
  return below(3) ? some[below(sizeof some / sizeof *some)] + below(2) : (uint32_t)gen_u64(&gen);
}

/* ---- Programs that the checker accepts ---- */

enum { MOST = 64, FOLD = 10, SCRATCH = 4, PACKET_MOST = 120 };
static struct warrant_cinsn insns[MOST + FOLD];
static char name[] = "random", nothing[] = "";
static struct warrant_program program = {
    .file = name, .section = nothing, .name = nothing, .cinsns = insns};
static uint8_t packet[PACKET_MOST];
static uint32_t packet_length;
static bool kernel_can; /* it reads nothing that a socket of ours decides */

static void emit(uint16_t code, uint32_t jt, uint32_t jf, uint32_t k) {
  insns[program.insn_count++] = (struct warrant_cinsn){code, (uint8_t)jt, (uint8_t)jf, k};
}
static uint16_t alu_or_jump(const uint16_t *ops, uint32_t count, uint16_t class) {
  return class | ops[below(count)] | (below(3) ? BPF_K : BPF_X);
}

static void load_packet(void) {
  static const uint16_t sizes[] = {BPF_W, BPF_H, BPF_B};
  uint16_t size = sizes[below(3)];
  uint32_t in = below(25) ? below(packet_length - 3) : packet_length - 4 + below(8);
  switch (below(8)) {
  case 0: /* from X, which makes the offset wrap now and then */
    emit(BPF_LDX | BPF_IMM, 0, 0, below(4) ? below(8) : 0 - below(8));
    emit(BPF_LD | size | BPF_IND, 0, 0, in);
    break;
  case 1:
    emit(BPF_LDX | BPF_B | BPF_MSH, 0, 0, in);
    break;
  case 2:
    if (below(20)) {
      emit(BPF_LD | size | BPF_ABS, 0, 0, in);
    } else { /* from a header that is nowhere near */
      emit(BPF_LD | size | BPF_ABS, 0, 0, (below(2) ? SKF_NET_OFF : SKF_LL_OFF) + below(40));
      kernel_can = false;
    }
    break;
  default:
    emit(BPF_LD | size | BPF_ABS, 0, 0, in);
    break;
  }
}
static void load_metadata(void) {
  static const uint32_t numbers[] = {
      SKF_AD_PROTOCOL, SKF_AD_PKTTYPE,          SKF_AD_IFINDEX,  SKF_AD_MARK,
      SKF_AD_QUEUE,    SKF_AD_RXHASH,           SKF_AD_CPU,      SKF_AD_ALU_XOR_X,
      SKF_AD_VLAN_TAG, SKF_AD_VLAN_TAG_PRESENT, SKF_AD_VLAN_TPID};
  uint32_t n = numbers[below(sizeof numbers / sizeof *numbers)];
  if (n == SKF_AD_IFINDEX && below(4)) /* it ends programs */
    n = SKF_AD_ALU_XOR_X;
  if (n == SKF_AD_CPU)
    kernel_can = false;
  emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)SKF_AD_OFF + n);
}

static void random_insn(uint32_t total) {
  static const uint16_t alu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR,
                                 BPF_AND, BPF_XOR, BPF_LSH, BPF_RSH, BPF_MOD};
  static const uint16_t jumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
  bool seccomp = program.kind == WARRANT_SECCOMP;
  uint32_t pc = program.insn_count, left = total - pc - 1;
  switch (below(16)) {
  case 0:
  case 1:
  case 2:
    if (seccomp)
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 * below(16));
    else
      load_packet();
    break;
  case 3:
    if (seccomp)
      emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 * below(16));
    else
      load_metadata();
    break;
  case 4:
    emit((below(2) ? BPF_LD : BPF_LDX) | BPF_W | (below(3) ? BPF_IMM : BPF_LEN), 0, 0, likely());
    break;
  case 5:
    emit((below(2) ? BPF_LD : BPF_LDX) | BPF_MEM, 0, 0, below(SCRATCH));
    break;
  case 6:
    emit(below(2) ? BPF_ST : BPF_STX, 0, 0, below(2) ? below(SCRATCH) : below(16));
    break;
  case 7:
    emit(BPF_MISC | (below(2) ? BPF_TAX : BPF_TXA), 0, 0, 0);
    break;
  case 8:
    emit(BPF_ALU | BPF_NEG, 0, 0, 0);
    break;
  case 9:
  case 10:
  case 11: {
    uint16_t code = alu_or_jump(alu, seccomp ? 9 : 10, BPF_ALU), op = BPF_OP(code);
    uint32_t k = likely();
    if (op == BPF_LSH || op == BPF_RSH)
      k %= 32;
    if ((op == BPF_DIV || op == BPF_MOD) && k == 0)
      k = 3;
    emit(code, 0, 0, k);
    break;
  }
  case 12:
    emit(BPF_JMP | BPF_JA, 0, 0, below(left < 6 ? left : 6));
    break;
  case 13:
    if (below(3) == 0) {
      emit(BPF_RET | (below(2) ? BPF_K : BPF_A), 0, 0, likely());
      break;
    }
    /* fall through */
  default: {
    uint32_t room = left < 8 ? left : 8, jt = below(room), jf = below(room);
    if (below(2))
      *(below(2) ? &jt : &jf) = 0;
    emit(alu_or_jump(jumps, 4, BPF_JMP), jt, jf, likely());
    break;
  }
  }
}

/* A socket filter that cuts a packet shows the smaller of its result and the length; so that all
 * bits of A matter, it ends with some of their exclusive or. */
static void fold(void) {
  for (uint32_t shift = 16; shift >= 4; shift /= 2) {
    emit(BPF_MISC | BPF_TAX, 0, 0, 0);
    emit(BPF_ALU | BPF_RSH | BPF_K, 0, 0, shift);
    emit(BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0);
  }
  emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, 63);
}

static void random_program(void) {
  bool folded = below(4) != 0;
  uint32_t body = 12 + below(40), total = body + (folded ? FOLD + 1 : 1);
  program.kind = below(4) ? WARRANT_CBPF : WARRANT_SECCOMP;
  program.insn_count = 0;
  kernel_can = program.kind == WARRANT_CBPF;
  for (uint32_t i = 0; i < SCRATCH; i++) { /* every scratch word that is read has been written */
    if (below(2))
      emit((below(2) ? BPF_LD : BPF_LDX) | BPF_IMM, 0, 0, likely());
    emit(below(2) ? BPF_ST : BPF_STX, 0, 0, i);
  }
  while (program.insn_count + 1 < body)
    random_insn(total);
  while (program.insn_count < body)
    emit(BPF_ALU | BPF_NEG, 0, 0, 0);
  if (folded)
    fold();
  while (program.insn_count + 1 < total)
    emit(BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1);
  emit(BPF_RET | BPF_A, 0, 0, 0);
}

/* ---- Inputs, for the classic program and for its translation ---- */

static struct warrant_classic_input input;
static uint8_t context[256]; /* __sk_buff, or seccomp_data */

static void random_packet(void) {
  packet_length = 40 + below(PACKET_MOST - 40);
  for (uint32_t i = 0; i < PACKET_MOST; i += 8) {
    uint64_t r = gen_u64(&gen);
    memcpy(packet + i, &r, 8);
  }
}
static void put32(uint32_t off, uint32_t v) { memcpy(context + off, &v, 4); }

/* The packet as `program` sees it, with this metadata or, as on a socket of ours, with none. */
static void make_input(bool metadata) {
  memset(context, 0, sizeof context);
  input = (struct warrant_classic_input){
      .bytes = packet, .length = packet_length, .linear = true, .network = INT32_MAX};
  if (program.kind == WARRANT_SECCOMP) {
    input.length = sizeof(struct seccomp_data);
    memcpy(context, packet, input.length < packet_length ? input.length : packet_length);
    input.bytes = context;
    return;
  }
  if (metadata) {
    for (uint32_t i = 0; i < 16; i++)
      input.meta[i] = likely();
    input.meta[SKF_AD_PROTOCOL / 4] &= 0xffff;
    input.meta[SKF_AD_VLAN_TPID / 4] &= 0xffff;
    input.meta[SKF_AD_IFINDEX / 4] |= 1;
    input.meta[SKF_AD_CPU / 4] = 0; /* where both interpreters run programs */
    input.device = below(4);
  }
  put32(offsetof(struct __sk_buff, len), input.length);
  put32(offsetof(struct __sk_buff, ifindex), input.device ? input.meta[SKF_AD_IFINDEX / 4] : 0);
  for (uint32_t i = 0; i < w_classic_field_count; i++) {
    const struct w_classic_field *f = &w_classic_fields[i];
    uint32_t v = input.meta[f->number / 4];
    put32(f->offset, f->network_order ? __builtin_bswap16((uint16_t)v) : v);
  }
}
static struct warrant_env environment(const struct warrant_program *ebpf) {
  struct warrant_env env;
  warrant_env_default(&env);
  env.ctx_bytes = context;
  env.ctx_size = ebpf->ctx_size;
  env.packet_bytes = packet;
  env.packet_size = program.kind == WARRANT_SECCOMP ? 0 : packet_length;
  return env;
}

/* False when it does not end with a result, which is as bad as a wrong one. */
static bool direct(uint32_t *value) {
  struct warrant_classic_result r;
  struct warrant_error error;
  enum warrant_dialect dialect =
      program.kind == WARRANT_SECCOMP ? WARRANT_DIALECT_SECCOMP : WARRANT_DIALECT_SOCKET;
  if (warrant_classic_run(&program, dialect, &input, program.insn_count, NULL, NULL, &r, &error))
    return false;
  *value = r.value;
  return r.outcome == WARRANT_CLASSIC_DONE;
}

/* ---- The kernel ---- */

static int sockets[2] = {-1, -1};
static bool kernel_open(void) {
  struct sock_filter accept = {BPF_RET | BPF_K, 0, 0, 65535};
  struct sock_fprog filter = {1, &accept};
  return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets) == 0 &&
         setsockopt(sockets[0], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}
/* How much of the packet the filter lets through: 0 when it is dropped; -1 when it can't be told.
 */
static ssize_t kernel_passes(void) {
  struct sock_filter copy[MOST + FOLD];
  for (uint32_t i = 0; i < program.insn_count; i++)
    copy[i] = (struct sock_filter){insns[i].code, insns[i].jt, insns[i].jf, insns[i].k};
  struct sock_fprog filter = {(unsigned short)program.insn_count, copy};
  uint8_t got[PACKET_MOST];
  if (setsockopt(sockets[0], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) ||
      send(sockets[1], packet, packet_length, MSG_DONTWAIT) != (ssize_t)packet_length)
    return -1;
  ssize_t n = recv(sockets[0], got, sizeof got, MSG_DONTWAIT);
  return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
}
static ssize_t would_pass(uint32_t result) {
  return result < packet_length ? (ssize_t)result : (ssize_t)packet_length;
}

/* ---- Random programs, everywhere ---- */

struct tally {
  uint64_t programs, seccomp, nonzero, all_bits, reference, kernel, cut, certified;
  char why[1024], kernel_why[1024]; /* the first disagreement here, and in the kernel, or empty */
};
static void disagree_in(struct tally *t, char *w, const char *where, uint64_t want, uint64_t got) {
  size_t n = sizeof t->why;
  if (*w)
    return;
  int used = snprintf(w, n, "program %" PRIu64 " %s: want %" PRIu64 ", got %" PRIu64 ":",
                      t->programs, where, want, got);
  for (uint32_t i = 0; i < program.insn_count && used > 0 && (size_t)used < n; i++)
    used += snprintf(w + used, n - (size_t)used, " %x,%u,%u,%x", insns[i].code, insns[i].jt,
                     insns[i].jf, insns[i].k);
}

static void disagree(struct tally *t, const char *where, uint64_t want, uint64_t got) {
  disagree_in(t, t->why, where, want, got);
}

static bool certified(const struct warrant_program *p, char *why, size_t size) {
  struct warrant_verdict v;
  struct warrant_error error;
  if (warrant_verify(p, NULL, &v, &error)) {
    snprintf(why, size, "%.400s", error.text);
    return false;
  }
  uint8_t *image = NULL;
  size_t image_size;
  bool good = v.verdict == WARRANT_ACCEPT;
  if (!good)
    snprintf(why, size, "%.400s", v.message);
  else if (warrant_image(p, &image, &image_size, &error))
    good = false;
  else
    good = warrant_validate_bytes(image, image_size, v.cert, v.cert_len, why, size) == 1;
  free(image);
  warrant_verdict_free(&v);
  return good;
}

static void one_program(struct tally *t, struct both *both, uint64_t each_reference,
                        uint64_t each_certificate, bool kernel) {
  struct warrant_program ebpf;
  struct warrant_error error;
  struct warrant_run run;
  uint32_t want = 0;
  random_packet();
  random_program();
  t->programs++;
  t->seccomp += program.kind == WARRANT_SECCOMP;
  if (warrant_translate(&program, &ebpf, &error)) {
    disagree(t, error.text, 0, 0);
    return;
  }
  make_input(true);
  struct warrant_env env = environment(&ebpf);
  if (!direct(&want))
    disagree(t, "directly", 0, 0);
  if (warrant_interpret(&ebpf, &env, NULL, NULL, &run, &error) || run.fault || run.result != want)
    disagree(t, "translated", want, run.fault ? (uint64_t) - (int)run.fault : run.result);
  t->nonzero += want != 0;
  t->all_bits += want > 0xffff;
  if (t->programs % each_reference == 0) {
    t->reference++;
    if (!both_agree(both, &ebpf, &env) || both->run.result != want)
      disagree(t, both->why, want, both->run.result);
  }
  if (t->programs % each_certificate == 0) {
    char why[500] = "";
    t->certified++;
    if (!certified(&ebpf, why, sizeof why))
      disagree(t, why, 0, 0);
  }
  warrant_program_free(&ebpf);
  if (kernel && kernel_can) {
    make_input(false);
    if (!direct(&want))
      disagree(t, "directly", 0, 0);
    ssize_t got = kernel_passes();
    t->kernel++;
    t->cut += got > 0 && got < packet_length;
    if (got != would_pass(want))
      disagree_in(t, t->kernel_why, "in the kernel", (uint64_t)would_pass(want), (uint64_t)got);
  }
}

static void test_programs(uint64_t count) {
  struct tally t = {.programs = 0};
  struct both both = {.quiet = true};
  char text[400];
  bool kernel = kernel_open();
  int why = errno;
  uint64_t each_reference = count < 20000 ? 10 : 100, each_certificate = count < 20000 ? 20 : 500;
  struct timespec t0, t1;
  clock_gettime(CLOCK_MONOTONIC, &t0);
  for (uint64_t i = 0; i < count && !*t.why && !*t.kernel_why; i++)
    one_program(&t, &both, each_reference, each_certificate, kernel);
  clock_gettime(CLOCK_MONOTONIC, &t1);
  both_free(&both);
  printf("# %" PRIu64 " programs, %" PRIu64 " of them seccomp filters; %" PRIu64
         " results are not 0, %" PRIu64
         " above 65535; the translation also in the reference %" PRIu64 " times, certified %" PRIu64
         " times; in the kernel %" PRIu64 " times, of which %" PRIu64 " cut the packet; %.1f s\n",
         t.programs, t.seccomp, t.nonzero, t.all_bits, t.reference, t.certified, t.kernel, t.cut,
         (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9);
  snprintf(text, sizeof text, "%" PRIu64 " programs run equal directly and translated", t.programs);
  report(!*t.why, text, t.why);
  if (kernel)
    report(t.kernel > t.programs / 3 && !*t.kernel_why, "the kernel's socket filter agrees",
           *t.kernel_why ? t.kernel_why : "it ran too few of them");
  else
    printf("skip the kernel's socket filter: %s\n", strerror(why));
  report(t.nonzero > t.programs / 3 && t.all_bits > t.programs / 20, "the programs say something",
         "nearly all results are 0");
  for (int i = 0; i < 2; i++)
    if (sockets[i] >= 0)
      close(sockets[i]);
}

/* ---- What is not translated ---- */

static void test_refusals(void) {
  static const struct {
    uint32_t number;
    const char *text;
  } loads[] = {{SKF_AD_NLATTR, "nla"},
               {SKF_AD_NLATTR_NEST, "nlan"},
               {SKF_AD_HATYPE, "hatype"},
               {SKF_AD_PAY_OFFSET, "poff"},
               {SKF_AD_RANDOM, "rand"}};
  struct warrant_program ebpf;
  struct warrant_error error;
  char want[200];
  unsigned translated = 0;
  program.kind = WARRANT_CBPF;
  for (uint32_t n = 0; n < 64; n += 4) {
    program.insn_count = 0;
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)SKF_AD_OFF + n);
    emit(BPF_RET | BPF_A, 0, 0, 0);
    if (warrant_translate(&program, &ebpf, &error) == 0) {
      translated++;
      warrant_program_free(&ebpf);
      continue;
    }
    const char *text = "?";
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
      if (loads[i].number == n)
        text = loads[i].text;
    snprintf(want, sizeof want,
             "random: instruction 0 (ld %s) reads what eBPF programs cannot, so there is no "
             "translation",
             text);
    report(error.code == WARRANT_UNSUPPORTED && strcmp(want, error.text) == 0, want, error.text);
  }
  report(translated == 11, "the other eleven ancillary loads are translated", "another number");
  program.insn_count = 0;
  emit(BPF_LD | BPF_MEM, 0, 0, 3);
  emit(BPF_RET | BPF_A, 0, 0, 0);
  report(warrant_translate(&program, &ebpf, &error) == -1 && error.code == WARRANT_REFUSED,
         "what the checker refuses is not translated", "it was");
  program.kind = WARRANT_EBPF;
  report(warrant_translate(&program, &ebpf, &error) == -1 && error.code == WARRANT_BAD_INPUT,
         "eBPF is not translated", "it was");
}

/* The longest programs there can be: their jumps still fit. */
static void test_longest(void) {
  enum { LONG = 4096 };
  struct warrant_cinsn *many = calloc(LONG, sizeof *many);
  struct warrant_program p = program, ebpf;
  struct warrant_error error = {.text = ""};
  struct warrant_run run = {.result = 0};
  if (!many)
    abort();
  for (uint32_t i = 0; i < LONG; i++)
    many[i] = (struct warrant_cinsn){BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0};
  many[0] = (struct warrant_cinsn){BPF_JMP | BPF_JA, 0, 0, LONG - 2};
  many[LONG - 1] = (struct warrant_cinsn){BPF_RET | BPF_K, 0, 0, 77};
  p.kind = program.kind = WARRANT_CBPF;
  p.cinsns = many;
  p.insn_count = LONG;
  random_packet();
  make_input(false);
  bool good = warrant_translate(&p, &ebpf, &error) == 0;
  if (good) {
    struct warrant_env env = environment(&ebpf);
    good = warrant_interpret(&ebpf, &env, NULL, NULL, &run, &error) == 0 && run.result == 77;
    warrant_program_free(&ebpf);
  }
  report(good, "a jump over 4,094 blocks of seven instructions", error.text);
  free(many);
}

/* ---- The audit of a seccomp filter is that of its translation ---- */

static bool translated_run(const struct warrant_program *ebpf, const struct seccomp_data *data,
                           uint64_t *result) {
  struct warrant_env env;
  struct warrant_run run;
  struct warrant_error error;
  warrant_env_default(&env);
  env.ctx_bytes = (const uint8_t *)data;
  env.ctx_size = sizeof *data;
  if (warrant_interpret(ebpf, &env, NULL, NULL, &run, &error) || run.fault)
    return false;
  *result = run.result;
  return true;
}

/* Each row's witness, and random inputs: what the translation returns is the outcome of the row
 * that holds for the input. */
static bool same_audit(const struct warrant_program *p, unsigned samples, uint64_t *rows,
                       uint64_t *runs) {
  struct warrant_program ebpf;
  struct warrant_error error;
  struct audit a;
  struct bdd *m = w_bdd_new(AUDIT_LIMIT);
  bool good = m != NULL;
  if (!m || warrant_audit(p, m, &a, &error)) {
    w_bdd_free(m);
    return false;
  }
  if (warrant_translate(p, &ebpf, &error)) {
    w_audit_free(&a);
    w_bdd_free(m);
    return false;
  }
  for (uint32_t i = 0; good && i < a.outcome_count; i++) {
    struct seccomp_data witness = w_audit_input(m, a.outcomes[i].when);
    uint64_t got;
    good = translated_run(&ebpf, &witness, &got) && got == a.outcomes[i].value;
    ++*rows, ++*runs;
  }
  for (unsigned s = 0; good && s < samples && a.outcome_count; s++) {
    /* near a witness, so that each row has its share */
    struct seccomp_data data = w_audit_input(m, a.outcomes[below(a.outcome_count)].when);
    uint32_t words[sizeof data / 4];
    memcpy(words, &data, sizeof data);
    for (unsigned change = below(3); change; change--)
      words[below(16)] = below(2) ? likely() : below(500);
    memcpy(&data, words, sizeof data);
    uint8_t bits[INPUT_VARS / 8];
    uint64_t got;
    w_audit_assignment(m, &data, bits);
    good = translated_run(&ebpf, &data, &got);
    ++*runs;
    for (uint32_t i = 0; good && i < a.outcome_count; i++)
      if (w_bdd_value(m, a.outcomes[i].when, bits))
        good = got == a.outcomes[i].value;
  }
  warrant_program_free(&ebpf);
  w_audit_free(&a);
  w_bdd_free(m);
  return good;
}

static void test_audits(void) {
  struct warrant_object object;
  struct warrant_load_options options = {.format = "seccomp"};
  struct warrant_error error = {.text = ""};
  uint64_t rows = 0, runs = 0;
  bool good = warrant_load("build/corpus/seccomp/worker.bpf", &options, &object, &error) == 0;
  if (good) {
    good = same_audit(&object.programs[0], 5000, &rows, &runs);
    warrant_object_free(&object);
  }
  report(good && rows >= 3, "audit: the real filter's table is its translation's", error.text);
  unsigned filters = 0, different = 0;
  while (filters < 80) {
    random_packet();
    random_program();
    if (program.kind != WARRANT_SECCOMP)
      continue;
    filters++;
    different += !same_audit(&program, 100, &rows, &runs);
  }
  printf("# %" PRIu64 " rows of %u filters, %" PRIu64 " runs of their translations\n", rows,
         filters + 1, runs);
  char text[80];
  snprintf(text, sizeof text, "%u of %u differ", different, filters);
  report(different == 0, "audit: generated filters' tables are their translations'", text);
}

/* ---- For the comparison with the extracted translation ---- */

static void print_translation(void) {
  struct warrant_program ebpf;
  struct warrant_error error;
  printf("%s", program.kind == WARRANT_SECCOMP ? "seccomp" : "socket");
  for (uint32_t i = 0; i < program.insn_count; i++)
    printf(" %u %u %u %u", program.cinsns[i].code, program.cinsns[i].jt, program.cinsns[i].jf,
           program.cinsns[i].k);
  printf("\nebpf");
  if (warrant_translate(&program, &ebpf, &error) == 0) {
    for (uint32_t i = 0; i < ebpf.insn_count; i++) {
      uint64_t word;
      memcpy(&word, &ebpf.insns[i], sizeof word);
      printf(" %" PRIu64, word);
    }
    warrant_program_free(&ebpf);
  } else {
    printf(" none");
  }
  printf("\n");
}
static int print_translations(uint64_t count, char **files) {
  for (uint64_t i = 0; i < count; i++) {
    random_packet();
    random_program();
    if (program.kind == WARRANT_CBPF && below(10) == 0) /* some that have none */
      insns[0] = (struct warrant_cinsn){BPF_LD | BPF_W | BPF_ABS, 0, 0,
                                        (uint32_t)SKF_AD_OFF + 4 * below(16)};
    struct warrant_classic_verdict verdict;
    warrant_classic_check(&program, &verdict);
    if (verdict.accept)
      print_translation();
  }
  for (; *files; files++) {
    struct warrant_object object;
    struct warrant_load_options options = {.format = NULL};
    struct warrant_error error;
    if (warrant_load(*files, &options, &object, &error)) {
      fprintf(stderr, "%s\n", error.text);
      return 1;
    }
    program.kind = object.programs[0].kind;
    program.cinsns = object.programs[0].cinsns;
    program.insn_count = object.programs[0].insn_count;
    print_translation();
    warrant_object_free(&object);
  }
  return 0;
}

int main(int argc, char **argv) {
  uint64_t count = 10000;
  if (argc >= 3 && strcmp(argv[1], "--print") == 0)
    return print_translations(strtoull(argv[2], NULL, 10), argv + 3);
  if (argc == 3 && strcmp(argv[1], "--programs") == 0)
    count = strtoull(argv[2], NULL, 10);
  test_programs(count);
  test_refusals();
  test_longest();
  test_audits();
  return failures != 0;
}
