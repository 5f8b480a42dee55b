/* The embedded validator, from C: honest certificates, bounds one too low, damaged and oversized
 * ones, damaged programs under honest certificates (what is still accepted has to run without a
 * fault), and several threads at once. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "load/image.h"
#include "run/session.h"
#include "report.h"
#include "cmd/validator.h"
#include "verify/verify.h"

static struct gen g = {1};
static uint32_t below(uint32_t n) { return gen_below(&g, n); }

/* --- Programs with certificates -------------------------------------------------------------- */

struct subject {
  struct warrant_program *program; /* of `object` */
  uint8_t *image, *cert;           /* owned */
  size_t image_size, cert_size;
  uint64_t bound;
};
enum { SUBJECTS_MOST = 200 };
static struct warrant_object objects[16];
static struct subject subjects[SUBJECTS_MOST];
static unsigned object_count, subject_count;

/* Every program of the object that the verifier accepts. */
static void collect(const char *path) {
  static const struct warrant_load_options options = {.profile = WARRANT_ROOT};
  struct warrant_error error = {0};
  struct warrant_object *object = &objects[object_count];
  if (warrant_load(path, &options, object, &error)) {
    report(false, path, error.text);
    return;
  }
  object_count++;
  for (uint32_t i = 0; i < object->count && subject_count < SUBJECTS_MOST; i++) {
    struct warrant_verdict verdict;
    struct subject *s = &subjects[subject_count];
    s->program = &object->programs[i];
    if (object->problems[i].code || warrant_verify(s->program, NULL, &verdict, &error))
      continue;
    if (verdict.verdict == WARRANT_ACCEPT &&
        !warrant_image(s->program, &s->image, &s->image_size, &error)) {
      s->cert = verdict.cert, s->cert_size = verdict.cert_len, s->bound = verdict.steps_bound;
      verdict.cert = NULL;
      subject_count++;
    }
    warrant_verdict_free(&verdict);
  }
}

static char why[400];
static int validate(const struct subject *s) {
  return warrant_validate_bytes(s->image, s->image_size, s->cert, s->cert_size, why, sizeof why);
}

/* --- LEB128 ---------------------------------------------------------------------------------- */

struct bytes {
  uint8_t *at; /* owned */
  size_t size, room;
};
static void put(struct bytes *b, uint8_t byte) {
  if (b->size == b->room) {
    b->room = 2 * b->room + 64;
    b->at = realloc(b->at, b->room);
    if (!b->at)
      abort();
  }
  b->at[b->size++] = byte;
}
static void put_u(struct bytes *b, uint64_t v) {
  for (; v > 127; v >>= 7)
    put(b, (uint8_t)(v | 128));
  put(b, (uint8_t)v);
}
static void header(struct bytes *b, uint64_t bound, uint64_t nodes) {
  for (const char *c = "WCRT\5"; *c; c++)
    put(b, (uint8_t)*c);
  put_u(b, bound);
  put_u(b, nodes);
}

/* The certificate with another bound; the bound is what follows the five bytes of the header. */
static struct bytes with_bound(const struct subject *s, uint64_t bound) {
  struct bytes b = {0};
  size_t at = 5;
  while (s->cert[at++] & 128)
    continue;
  for (size_t i = 0; i < 5; i++)
    put(&b, s->cert[i]);
  put_u(&b, bound);
  for (; at < s->cert_size; at++)
    put(&b, s->cert[at]);
  return b;
}

/* --- Tests ----------------------------------------------------------------------------------- */

static void honest(void) {
  bool accepted = true, exact = true, empty = true;
  char text[500] = "";
  for (unsigned i = 0; i < subject_count; i++) {
    struct subject s = subjects[i];
    if (validate(&s) != 1) {
      accepted = false;
      snprintf(text, sizeof text, "%s: %.400s", s.program->name, why);
    }
    struct bytes low = with_bound(&s, s.bound - 1);
    s.cert = low.at, s.cert_size = low.size;
    exact &= validate(&s) == 0;
    s.cert_size = 0;
    empty &= validate(&s) == 0;
    free(low.at);
  }
  report(subject_count > 20 && accepted, "accepts each certificate of the verifier", text);
  report(exact, "refuses each bound that is one too low", "accepted");
  report(empty, "refuses an empty certificate", "accepted");
}

static void truncated(void) {
  bool good = true;
  for (unsigned i = 0; i < subject_count; i++) {
    struct subject s = subjects[i];
    size_t whole = s.cert_size;
    for (unsigned n = 0; n < 40; n++) {
      s.cert_size = below((uint32_t)whole);
      good &= validate(&s) == 0;
    }
  }
  report(good, "refuses what is cut short", "accepted");
}

/* A certificate is only evidence: whatever is accepted is a proof, so damage needs no verdict, just
 * an end. */
static void damaged_certificates(void) {
  bool good = true;
  unsigned still = 0;
  for (unsigned n = 0; n < 4000; n++) {
    struct subject s = subjects[below(subject_count)];
    uint8_t *copy = malloc(s.cert_size);
    memcpy(copy, s.cert, s.cert_size);
    for (unsigned k = 1 + below(3); k > 0; k--)
      copy[below((uint32_t)s.cert_size)] = (uint8_t)(below(2) ? below(256) : 1u << below(8));
    s.cert = copy;
    int valid = validate(&s);
    good &= valid >= 0;
    still += valid == 1;
    free(copy);
  }
  printf("# %u of 4000 damaged certificates are still valid\n", still);
  report(good, "reads every damaged certificate to an end", why);
}

/* Runs what was accepted in a few environments: no fault, and no more steps than the bound. */
static bool runs(const struct warrant_program *p, uint64_t bound) {
  static uint8_t bytes[256];
  for (unsigned n = 0; n < 8; n++) {
    for (size_t i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)below(256);
    struct warrant_env env;
    struct warrant_run run;
    struct warrant_error error = {0};
    warrant_env_default(&env);
    env.seed = below(1000);
    env.ctx_bytes = bytes, env.ctx_size = below(193);
    env.packet_bytes = bytes, env.packet_size = below(200);
    if (n == 0) /* an IPv4 frame */
      bytes[12] = 8, bytes[13] = 0, bytes[14] = 0x45, env.packet_size = 80;
    if (warrant_interpret(p, &env, NULL, NULL, &run, &error) || run.steps > bound ||
        (run.fault == WARRANT_OUT_OF_FUEL ? bound <= env.fuel : run.fault != WARRANT_NO_FAULT))
      return false;
  }
  return true;
}

static void damaged_programs(void) {
  bool good = true;
  unsigned still = 0;
  for (unsigned n = 0; n < 6000; n++) {
    struct subject s = subjects[below(subject_count)];
    struct warrant_program p = *s.program;
    size_t size = p.insn_count * sizeof *p.insns;
    p.insns = malloc(size);
    memcpy(p.insns, s.program->insns, size);
    struct warrant_insn *i = &p.insns[below(p.insn_count)];
    switch (below(5)) {
    case 0:
      i->dst = below(11) & 15;
      break;
    case 1:
      i->src = below(11) & 15;
      break;
    case 2:
      i->off = (int16_t)(i->off + (int)below(17) - 8);
      break;
    case 3:
      i->imm = (int32_t)((uint32_t)i->imm + below(17) - 8);
      break;
    default:
      i->op = (uint8_t)(i->op ^ 1u << below(8));
      break;
    }
    struct warrant_error error = {0};
    if (warrant_image(&p, &s.image, &s.image_size, &error))
      abort();
    if (validate(&s) == 1) {
      still++;
      if (!runs(&p, s.bound))
        good = false;
    }
    free(s.image);
    free(p.insns);
  }
  printf("# %u of 6000 damaged programs are still proved safe\n", still);
  report(good && still > 50 && still < 5000,
         "accepts a damaged program only when it runs without a fault", "see above");
}

static void intact_programs(void) {
  bool good = true;
  for (unsigned i = 0; i < subject_count; i++)
    good &= runs(subjects[i].program, subjects[i].bound);
  report(good, "accepted programs run without a fault, within their bounds", "one does not");
}

/* Replaces what the verifier refuses until it accepts. False: it never does. */
static bool repair(struct warrant_program *p, struct warrant_verdict *verdict) {
  static const struct warrant_verify_options few = {.max_visited = 10000};
  for (unsigned tries = 0; tries < 40; tries++) {
    struct warrant_error error = {0};
    if (warrant_verify(p, &few, verdict, &error)) /* does not decode */
      return false;
    if (verdict->verdict == WARRANT_ACCEPT)
      return true;
    uint32_t pc = verdict->pc;
    warrant_verdict_free(verdict);
    if (pc >= p->insn_count)
      return false;
    struct warrant_insn *i = &p->insns[pc], set = {.op = 0xb7, .dst = below(6) & 15, .imm = 1},
                        exit = {.op = 0x95};
    if (i->op == 0x18 && pc + 1 < p->insn_count)
      i[1] = set;
    *i = pc + 1 == p->insn_count ? exit : set;
  }
  return false;
}

static void generated(void) {
  static struct gen_program made;
  bool valid = true, safe = true;
  unsigned accepted = 0;
  char text[500] = "";
  for (unsigned n = 0; n < 3000 && valid && safe; n++) {
    struct subject s = {0};
    gen_program(&g, below(2) ? GEN_CAREFUL : GEN_LOOSE, &made);
    struct warrant_program p = made.p;
    struct warrant_verdict verdict;
    struct warrant_error error = {0};
    if (!repair(&p, &verdict))
      continue;
    accepted++;
    if (warrant_image(&p, &s.image, &s.image_size, &error))
      abort();
    s.cert = verdict.cert, s.cert_size = verdict.cert_len;
    valid = validate(&s) == 1;
    safe = runs(&p, verdict.steps_bound);
    if (!valid || !safe) {
      size_t at = (size_t)snprintf(text, sizeof text, "type %" PRIu32 ": %.200s:", p.type, why);
      for (uint32_t i = 0; i < p.insn_count && at + 24 < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, " %02x%x%x%04x%08" PRIx32,
                               p.insns[i].op, p.insns[i].src, p.insns[i].dst,
                               (uint16_t)p.insns[i].off, (uint32_t)p.insns[i].imm);
    }
    free(s.image);
    warrant_verdict_free(&verdict);
  }
  printf("# %u of 3000 generated programs were accepted\n", accepted);
  report(valid && accepted > 1000, "accepts the certificates of generated programs", text);
  report(safe, "and these run without a fault, within their bounds", text);
}

/* --- Limits ---------------------------------------------------------------------------------- */

static const struct warrant_insn coin[] =
    {/* 0: r0 = random; 1: if r0 == 5 goto 0; 2: r0 = 0; 3: exit */
     {.op = 0x85, .imm = 7},
     {.op = 0x15, .off = -2, .imm = 5},
     {.op = 0xb7},
     {.op = 0x95}};

/* Derivations nested `depth` deep on the taken side. */
static struct bytes nested(unsigned depth) {
  struct bytes b = {0};
  header(&b, 1u << 30, 0);
  for (unsigned i = 0; i < depth; i++)
    put(&b, 1), put_u(&b, 1), put(&b, 2);
  put(&b, 0);
  for (unsigned i = 0; i < depth; i++)
    put(&b, 1), put_u(&b, 1), put(&b, 0);
  return b;
}
static struct bytes steps(uint64_t n) {
  struct bytes b = {0};
  header(&b, 1u << 30, 0);
  put(&b, 1), put_u(&b, n), put(&b, 0);
  return b;
}
static struct bytes huge_number(void) {
  struct bytes b = {0};
  header(&b, 5, 0);
  b.size -= 2;
  for (unsigned i = 0; i < 10; i++)
    put(&b, 255);
  put(&b, 1);
  return b;
}

static void refuses(struct bytes b, const char *reason, const char *name) {
  static char text[] = "";
  struct warrant_program p = {
      .file = text, .section = text, .name = text, .type = 6, .insn_count = 4};
  struct warrant_insn insns[4];
  memcpy(insns, coin, sizeof coin);
  p.insns = insns;
  struct subject s = {.program = &p, .cert = b.at, .cert_size = b.size};
  struct warrant_error error = {0};
  if (warrant_image(&p, &s.image, &s.image_size, &error))
    abort();
  int valid = validate(&s);
  report(valid == 0 && strstr(why, reason), name, why);
  free(s.image);
  free(b.at);
}

static void limits(void) {
  refuses(nested(100000), "not an exit", "replays 100,000 nested branches");
  refuses(nested(100001), "nested", "refuses 100,001 nested branches");
  struct bytes b = steps(1000000);
  uint64_t most = 1000000 + 64 * b.size;
  free(b.at);
  refuses(steps(most), "not shown", "takes 1,000,000 steps, and 64 for each byte");
  refuses(steps(most + 1), "steps", "refuses a step more");
  refuses(steps(UINT64_MAX), "steps", "refuses 2^64 - 1 steps");
  refuses(steps(0), "0 steps", "refuses a run of no steps");
  refuses(huge_number(), "2^64", "refuses a number that is too large");
}

/* --- Classic programs, threads --------------------------------------------------------------- */

static void classic(void) {
  static const struct warrant_cinsn good[] = {
      {0x20, 0, 0, 4}, {0x15, 0, 1, 0xc000003e}, {6, 0, 0, 0x7fff0000}, {6, 0, 0, 0}};
  static char text[] = "";
  struct warrant_cinsn insns[4];
  memcpy(insns, good, sizeof good);
  struct warrant_program p = {.kind = WARRANT_SECCOMP,
                              .file = text,
                              .section = text,
                              .name = text,
                              .cinsns = insns,
                              .insn_count = 4};
  struct subject s = {.program = &p};
  struct warrant_error error = {0};
  if (warrant_image(&p, &s.image, &s.image_size, &error))
    abort();
  report(validate(&s) == 1, "accepts a seccomp filter without a certificate", why);
  uint8_t junk[] = "junk";
  s.cert = junk, s.cert_size = 4;
  report(validate(&s) == 0, "refuses a certificate for a classic program", "accepted");
  free(s.image);
  s.cert = NULL, s.cert_size = 0;
  insns[0].k = 3;
  if (warrant_image(&p, &s.image, &s.image_size, &error))
    abort();
  report(validate(&s) == 0 && strstr(why, "outside"), "refuses a misaligned seccomp load", why);
  free(s.image);
}

static void *one_thread(void *argument) {
  bool *good = argument;
  char text[100];
  for (unsigned i = 0; i < subject_count; i++) {
    const struct subject *s = &subjects[i];
    *good &= warrant_validate_bytes(s->image, s->image_size, s->cert, s->cert_size, text,
                                    sizeof text) == 1;
  }
  return NULL;
}

static void threads(void) {
  pthread_t id[4];
  bool good[4] = {true, true, true, true};
  for (unsigned i = 0; i < 4; i++)
    if (pthread_create(&id[i], NULL, one_thread, &good[i]))
      abort();
  for (unsigned i = 0; i < 4; i++)
    pthread_join(id[i], NULL);
  report(good[0] && good[1] && good[2] && good[3], "serves four threads", "a verdict differs");
}

int main(void) {
  static const char *const paths[] = {
      "build/corpus/xdp_flow/xdp_flow.o", "build/corpus/small/control.o",
      "build/corpus/small/maps.o",        "build/corpus/small/memory.o",
      "build/corpus/small/packet.o",      "build/corpus/small/registers.o",
      "build/corpus/small/scalars.o"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    collect(paths[i]);
  if (subject_count == 0)
    return 1;
  printf("# %u accepted programs\n", subject_count);
  honest();
  intact_programs();
  truncated();
  damaged_certificates();
  damaged_programs();
  generated();
  limits();
  classic();
  threads();
  for (unsigned i = 0; i < subject_count; i++)
    free(subjects[i].image), free(subjects[i].cert);
  for (unsigned i = 0; i < object_count; i++)
    warrant_object_free(&objects[i]);
  return failures ? 1 : 0;
}
