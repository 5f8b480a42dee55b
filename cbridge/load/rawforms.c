/* Raw bytes do not say which instruction set they are. A file is taken as classic BPF when every
 * instruction is one that Linux knows and the last is a return, as eBPF when every slot is a known
 * instruction and the last cannot fall through; as a seccomp filter when it is classic BPF of the
 * instructions that seccomp takes and returns seccomp actions only, as a socket filter otherwise.
 * When that leaves no answer or two, the user is asked: a filter checked by the other's rules would
 * get a verdict that means nothing. Filters that were read from a text get their kind here, too. */
#include "load/rawforms.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"
#include "isa/error.h"
#include "isa/tables.h"
#include "load/single.h"

enum raw_form { RAW_UNKNOWN, RAW_EBPF, RAW_CBPF, RAW_SECCOMP, RAW_EITHER_CLASSIC, RAW_EITHER };

static struct warrant_cinsn cinsn_at(const uint8_t *b) {
  return (struct warrant_cinsn){.code = w_le16(b), .jt = b[2], .jf = b[3], .k = w_le32(b + 4)};
}

/* The instructions that Linux takes from a classic program. */
static bool classic_known(uint16_t code) {
  switch (BPF_CLASS(code)) {
  case BPF_LD:
    switch (BPF_MODE(code)) {
    case BPF_ABS:
    case BPF_IND:
      return BPF_SIZE(code) != 0x18 && code <= 0xff;
    case BPF_IMM:
    case BPF_MEM:
    case BPF_LEN:
      return BPF_SIZE(code) == BPF_W && code <= 0xff;
    default:
      return false;
    }
  case BPF_LDX:
    switch (BPF_MODE(code)) {
    case BPF_IMM:
    case BPF_MEM:
    case BPF_LEN:
      return BPF_SIZE(code) == BPF_W && code <= 0xff;
    case BPF_MSH:
      return BPF_SIZE(code) == BPF_B && code <= 0xff;
    default:
      return false;
    }
  case BPF_ST:
  case BPF_STX:
    return code == BPF_ST || code == BPF_STX;
  case BPF_ALU:
    return code <= 0xff &&
           (code == (BPF_ALU | BPF_NEG) || (BPF_OP(code) <= BPF_XOR && BPF_OP(code) != BPF_NEG));
  case BPF_JMP:
    return code <= 0xff &&
           (code == (BPF_JMP | BPF_JA) || (BPF_OP(code) >= BPF_JEQ && BPF_OP(code) <= BPF_JSET));
  case BPF_RET:
    return code == (BPF_RET | BPF_K) || code == (BPF_RET | BPF_A);
  default:
    return code == (BPF_MISC | BPF_TAX) || code == (BPF_MISC | BPF_TXA);
  }
}

static bool classic_possible(const struct warrant_cinsn *cinsns, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!classic_known(cinsns[i].code))
      return false;
  return BPF_CLASS(cinsns[count - 1].code) == BPF_RET;
}

/* A filter, perhaps a wrong one: every opcode is below 256, as all of Linux's are. */
static bool classic_shaped(const struct warrant_cinsn *cinsns, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (cinsns[i].code > UINT8_MAX)
      return false;
  return true;
}

static void swap(struct warrant_cinsn *cinsns, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cinsns[i].code = __builtin_bswap16(cinsns[i].code);
    cinsns[i].k = __builtin_bswap32(cinsns[i].k);
  }
}

/* The instructions, in the byte order in which all of them are ones that Linux knows: it can't be
 * both, since an opcode is two bytes of which one is 0. NULL: out of memory. */
static struct warrant_cinsn *classic_of(const uint8_t *bytes, size_t count, bool *big) {
  struct warrant_cinsn *cinsns = calloc(count, sizeof *cinsns);
  *big = false;
  for (size_t i = 0; cinsns && i < count; i++)
    cinsns[i] = cinsn_at(bytes + 8 * i);
  if (cinsns && !classic_possible(cinsns, count)) {
    swap(cinsns, count);
    *big = classic_possible(cinsns, count);
    if (!*big)
      swap(cinsns, count);
  }
  return cinsns;
}

static bool seccomp_insn(struct warrant_cinsn c) {
  switch (BPF_CLASS(c.code)) {
  case BPF_LD:
    if (BPF_MODE(c.code) == BPF_ABS)
      return BPF_SIZE(c.code) == BPF_W && c.k % 4 == 0 && c.k < sizeof(struct seccomp_data);
    return BPF_MODE(c.code) != BPF_IND;
  case BPF_LDX:
    return BPF_MODE(c.code) != BPF_MSH;
  case BPF_ALU:
    return BPF_OP(c.code) != BPF_MOD;
  default:
    return true;
  }
}

/* Which of the two classic dialects. A return of 0 to 65535 is a plain number of bytes to a socket
 * filter and a kill to seccomp, so it tells nothing. */
static enum raw_form classic_dialect(const struct warrant_cinsn *cinsns, size_t count) {
  bool insns = true, returns = true, tells = false;
  for (size_t i = 0; i < count; i++) {
    struct warrant_cinsn c = cinsns[i];
    insns = insns && seccomp_insn(c);
    if (c.code == (BPF_RET | BPF_K)) {
      returns = returns && w_seccomp_action_of(c.k);
      tells = tells || c.k >= 0x10000;
    }
  }
  if (!returns || (!insns && !tells))
    return RAW_CBPF;
  return insns && tells ? RAW_SECCOMP : RAW_EITHER_CLASSIC;
}

bool warrant_looks_like_seccomp(const struct warrant_cinsn *cinsns, size_t count) {
  return classic_dialect(cinsns, count) == RAW_SECCOMP;
}

static bool ebpf_known(const struct warrant_insn *i) {
  uint8_t op = i->op;
  if (i->dst > 10 || (i->src > 10))
    return false;
  switch (op & 7) {
  case 0: /* LD: a 64-bit constant or the old packet loads */
    return op == 0x18 || op == 0x20 || op == 0x28 || op == 0x30 || op == 0x40 || op == 0x48 ||
           op == 0x50;
  case 1: /* LDX: plain, or sign-extending but not of 8 bytes */
    return (op & 0xe0) == 0x60 || ((op & 0xe0) == 0x80 && op != 0x99);
  case 2:
    return (op & 0xe0) == 0x60;
  case 3: /* STX: plain, or atomic of 4 or 8 bytes; atomic loads and stores have every size */
    return (op & 0xe0) == 0x60 || (op & 0xe0) == 0xc0;
  case 4:
  case 7:
    return (op & 0xf0) <= 0xd0;
  default: /* JMP, JMP32 */
    return (op & 0xf0) <= 0xe0;
  }
}

static bool ebpf_possible(const uint8_t *bytes, size_t count) {
  struct warrant_insn last = {0};
  for (size_t i = 0; i < count; i++) {
    last = w_insn_at(bytes + 8 * i);
    if (!ebpf_known(&last))
      return false;
    if (last.op == 0x18) {
      i++;
      if (i == count)
        return false;
      struct warrant_insn high = w_insn_at(bytes + 8 * i);
      if (high.op || high.dst || high.src || high.off)
        return false;
    }
  }
  if (last.op == 0x95)
    return true;
  /* a jump backward, but not past the start */
  return (last.op == 0x05 && last.off < 0 && (size_t)-last.off <= count) ||
         (last.op == 0x06 && last.imm < 0 && (size_t) - (int64_t)last.imm <= count);
}

static enum raw_form sniff(const uint8_t *bytes, const struct warrant_cinsn *cinsns, size_t count) {
  bool ebpf = ebpf_possible(bytes, count), classic = classic_possible(cinsns, count);
  if (ebpf && classic)
    return RAW_EITHER;
  if (ebpf)
    return RAW_EBPF;
  return classic ? classic_dialect(cinsns, count) : RAW_UNKNOWN;
}

static enum raw_form wanted(const char *kind) {
  return !kind                          ? RAW_UNKNOWN
         : strcmp(kind, "ebpf") == 0    ? RAW_EBPF
         : strcmp(kind, "cbpf") == 0    ? RAW_CBPF
         : strcmp(kind, "seccomp") == 0 ? RAW_SECCOMP
                                        : RAW_UNKNOWN;
}

/* The question to the user, where the content leaves two answers or none. */
static int ask(const char *name, enum raw_form form, struct warrant_error *error) {
  switch (form) {
  case RAW_EITHER:
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: could be classic BPF or eBPF: say which with --format ebpf, cbpf or seccomp", name);
  case RAW_EITHER_CLASSIC:
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: could be a socket filter or a seccomp filter: say which with --format cbpf "
        "or seccomp",
        name);
  default:
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: no form of program that is known here (--format ebpf, cbpf or seccomp takes "
        "it as raw instructions anyway)",
        name);
  }
}

static int load_ebpf(const char *name, const uint8_t *bytes, size_t count,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  struct warrant_insn *insns = calloc(count, sizeof *insns);
  if (!insns)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  for (size_t i = 0; i < count; i++)
    insns[i] = w_insn_at(bytes + 8 * i);
  return warrant_single(name, WARRANT_EBPF, insns, NULL, (uint32_t)count, options, object, error);
}

int warrant_load_raw(const char *name, const uint8_t *bytes, size_t size, const char *kind,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     const char **form, struct warrant_error *error) {
  enum raw_form raw = wanted(kind);
  bool big = false;
  if (size % 8 || size == 0)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: %s: its %zu bytes are not a whole number of 8-byte instructions", name,
                        raw == RAW_UNKNOWN ? "neither an ELF object nor raw instructions"
                                           : "not raw instructions",
                        size);
  size_t count = size / 8;
  if (count > WARRANT_INSNS_MAX)
    return warrant_fail(error, WARRANT_UNSUPPORTED,
                        "%s: %zu instructions, and more than %u in one program are not supported",
                        name, count, WARRANT_INSNS_MAX);
  if (raw == RAW_EBPF)
    return load_ebpf(name, bytes, count, options, object, error);
  struct warrant_cinsn *cinsns = classic_of(bytes, count, &big); /* owned here */
  if (!cinsns)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  if (raw == RAW_UNKNOWN)
    raw = sniff(bytes, cinsns, count);
  else if (!classic_shaped(cinsns, count)) {
    free(cinsns);
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: no classic filter: an opcode is above 255 in either byte order", name);
  }
  if (raw == RAW_CBPF || raw == RAW_SECCOMP) {
    if (big)
      *form = "big-endian";
    return warrant_single(name, raw == RAW_CBPF ? WARRANT_CBPF : WARRANT_SECCOMP, NULL, cinsns,
                          (uint32_t)count, options, object, error);
  }
  free(cinsns);
  return raw == RAW_EBPF ? load_ebpf(name, bytes, count, options, object, error)
                         : ask(name, raw, error);
}

/* ---- Filters that were read from a text ---- */

/* Which dialect a filter is taken as. */
static enum raw_form dialect_of(const struct w_filter *f, const char *form, const char *kind) {
  if (wanted(kind) != RAW_UNKNOWN)
    return wanted(kind);
  if (f->kind != W_FORM_EITHER)
    return f->kind == W_FORM_SOCKET ? RAW_CBPF : RAW_SECCOMP;
  if (strcmp(form, "numbers") == 0 || strcmp(form, "bytecode") == 0) /* tcpdump's, unless said */
    return RAW_CBPF;
  return classic_dialect(f->insns, f->count);
}

/* Leaves those that --prog and --format ask for: of several filters, those of the wanted kind. */
static int choose(const char *name, struct w_filters *f, const char *kind, const char *prog,
                  struct warrant_error *error) {
  enum w_form_kind other = wanted(kind) == RAW_SECCOMP ? W_FORM_SOCKET
                           : wanted(kind) == RAW_CBPF  ? W_FORM_SECCOMP
                                                       : W_FORM_EITHER;
  uint32_t same = 0, kept = 0;
  for (uint32_t i = 0; i < f->count; i++) {
    if (!*f->list[i].name && f->count > 1)
      snprintf(f->list[i].name, sizeof f->list[i].name, "filter %u", i);
    same += other == W_FORM_EITHER || f->list[i].kind != other;
  }
  for (uint32_t i = 0; i < f->count; i++) {
    struct w_filter *x = &f->list[i];
    if ((same && other != W_FORM_EITHER && x->kind == other) || (prog && strcmp(prog, x->name)))
      free(x->insns);
    else
      f->list[kept++] = *x;
  }
  f->count = kept;
  return kept ? 0
              : warrant_fail(error, WARRANT_BAD_INPUT, "%s: no filter in it is called '%s'", name,
                             prog ? prog : "");
}

int warrant_load_filters(const char *name, struct w_filters *f, const char *kind,
                         const struct warrant_load_options *options, struct warrant_object *object,
                         struct warrant_error *error) {
  struct warrant_load_options one = *options;
  one.prog = NULL;
  bool several = f->count > 1;
  if (choose(name, f, kind, options->prog, error))
    return -1;
  struct warrant_program *programs = calloc(f->count, sizeof *programs);
  struct warrant_error *problems = calloc(f->count, sizeof *problems);
  int result = programs && problems ? 0 : warrant_fail(error, WARRANT_BAD_INPUT, "out of memory");
  uint32_t done = 0;
  for (; done < f->count && !result; done++) {
    struct w_filter *x = &f->list[done];
    enum raw_form form = dialect_of(x, f->form, kind);
    struct warrant_object single;
    if (form == RAW_EITHER_CLASSIC) {
      result = ask(name, form, error);
      break;
    }
    struct warrant_cinsn *insns = x->insns;
    x->insns = NULL; /* its owner is now the program */
    result = warrant_single(name, form == RAW_CBPF ? WARRANT_CBPF : WARRANT_SECCOMP, NULL, insns,
                            x->count, &one, &single, error);
    if (result)
      break;
    programs[done] = single.programs[0];
    problems[done] = single.problems[0];
    free(single.programs);
    free(single.problems);
    if (several) {
      char *named = strdup(x->name);
      if (named) {
        free(programs[done].name);
        programs[done].name = named;
      }
    }
  }
  if (result) {
    for (uint32_t i = 0; i < done; i++)
      warrant_program_free(&programs[i]);
    free(programs);
    free(problems);
    return -1;
  }
  object->programs = programs;
  object->problems = problems;
  object->count = f->count;
  object->stack = f->stack && f->count > 1;
  return 0;
}
