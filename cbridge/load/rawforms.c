/* Programs without an object file: instruction bytes, `tcpdump -ddd` text, assembly, hexadecimal
 * text.
 *
 * Raw bytes do not say which instruction set they are. A file is taken as classic BPF when every
 * instruction is one that Linux knows and the last is a return, as eBPF when every slot is a known
 * instruction and the last cannot fall through; as a seccomp filter when it is classic BPF of the
 * instructions that seccomp takes and returns seccomp actions only, as a socket filter otherwise.
 * When that leaves no answer or two, the user is asked: a filter checked by the other's rules would
 * get a verdict that means nothing. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "load/loader.h"

/* Numbers of a -ddd file: one for the count, four an instruction. */
#define TEXT_NUMBERS_MAX (1 + 4 * (size_t)WARRANT_INSNS_MAX)

enum raw_form { RAW_UNKNOWN, RAW_EBPF, RAW_CBPF, RAW_SECCOMP, RAW_EITHER_CLASSIC, RAW_EITHER };

static uint16_t le16(const uint8_t *b) { return (uint16_t)(b[0] | b[1] << 8); }
static uint32_t le32(const uint8_t *b) { return le16(b) | (uint32_t)le16(b + 2) << 16; }

static struct warrant_cinsn cinsn_at(const uint8_t *b) {
  return (struct warrant_cinsn){.code = le16(b), .jt = b[2], .jf = b[3], .k = le32(b + 4)};
}

static struct warrant_insn insn_at(const uint8_t *b) {
  return (struct warrant_insn){.op = b[0],
                               .dst = b[1] & 15,
                               .src = b[1] >> 4,
                               .off = (int16_t)le16(b + 2),
                               .imm = (int32_t)le32(b + 4)};
}

bool warrant_is_text(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if ((bytes[i] < ' ' || bytes[i] > '~') && !strchr("\t\n\r\f", bytes[i] ? bytes[i] : 1))
      return false;
  return size > 0;
}

static bool is_space(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

int warrant_unhex(const char *name, const uint8_t *text, size_t size, uint8_t **out,
                  size_t *out_size, struct warrant_error *error) {
  uint8_t *bytes = malloc(size / 2 + 1);
  if (!bytes)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  size_t n = 0;
  for (size_t i = 0; i < size;) {
    if (is_space(text[i])) {
      i++;
      continue;
    }
    /* A word may start with 0x, as many tools print bytes. */
    if (text[i] == '0' && i + 1 < size && (text[i + 1] == 'x' || text[i + 1] == 'X') &&
        (i == 0 || is_space(text[i - 1]))) {
      i += 2;
      if (i == size || hex_digit(text[i]) < 0) {
        free(bytes);
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: byte %zu: no hexadecimal digit after 0x",
                            name, i);
      }
    }
    int high = hex_digit(text[i]);
    int low = i + 1 < size ? hex_digit(text[i + 1]) : -1;
    if (high < 0 || low < 0) {
      free(bytes);
      return warrant_fail(error, WARRANT_BAD_INPUT,
                          "%s: byte %zu: not a pair of hexadecimal digits, which --hex asks for",
                          name, i);
    }
    bytes[n++] = (uint8_t)(high << 4 | low);
    i += 2;
  }
  *out = bytes;
  *out_size = n;
  return 0;
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

static bool classic_possible(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!classic_known(cinsn_at(bytes + 8 * i).code))
      return false;
  return BPF_CLASS(cinsn_at(bytes + 8 * (count - 1)).code) == BPF_RET;
}

static bool seccomp_action(uint32_t k) {
  switch (k & SECCOMP_RET_ACTION_FULL) {
  case SECCOMP_RET_KILL_PROCESS:
  case SECCOMP_RET_KILL_THREAD:
  case SECCOMP_RET_TRAP:
  case SECCOMP_RET_ERRNO:
  case SECCOMP_RET_USER_NOTIF:
  case SECCOMP_RET_TRACE:
  case SECCOMP_RET_LOG:
  case SECCOMP_RET_ALLOW:
    return true;
  default:
    return false;
  }
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
static enum raw_form classic_dialect(const uint8_t *bytes, size_t count) {
  bool insns = true, returns = true, tells = false;
  for (size_t i = 0; i < count; i++) {
    struct warrant_cinsn c = cinsn_at(bytes + 8 * i);
    insns = insns && seccomp_insn(c);
    if (c.code == (BPF_RET | BPF_K)) {
      returns = returns && seccomp_action(c.k);
      tells = tells || c.k >= 0x10000;
    }
  }
  if (!returns || (!insns && !tells))
    return RAW_CBPF;
  return insns && tells ? RAW_SECCOMP : RAW_EITHER_CLASSIC;
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
    last = insn_at(bytes + 8 * i);
    if (!ebpf_known(&last))
      return false;
    if (last.op == 0x18) {
      i++;
      if (i == count)
        return false;
      struct warrant_insn high = insn_at(bytes + 8 * i);
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

static enum raw_form sniff(const uint8_t *bytes, size_t count) {
  bool ebpf = ebpf_possible(bytes, count), classic = classic_possible(bytes, count);
  if (ebpf && classic)
    return RAW_EITHER;
  if (ebpf)
    return RAW_EBPF;
  return classic ? classic_dialect(bytes, count) : RAW_UNKNOWN;
}

/* The decimal form: a count, then code, jt, jf and k of each instruction, between spaces, newlines
 * or (as iptables has it) commas. Not that form at all: returns 1, without an error. */
static int parse_ddd(const char *name, const uint8_t *text, size_t size,
                     struct warrant_cinsn **insns, uint32_t *count, struct warrant_error *error) {
  for (size_t i = 0; i < size; i++)
    if (!is_space(text[i]) && text[i] != ',' && (text[i] < '0' || text[i] > '9'))
      return 1;
  static const uint64_t limits[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX};
  static const char *const fields[] = {"code", "jt", "jf", "k"};
  struct warrant_cinsn *list = NULL, now = {0};
  uint64_t declared = 0;
  size_t numbers = 0;
  for (size_t i = 0; i < size;) {
    if (text[i] < '0' || text[i] > '9') {
      i++;
      continue;
    }
    uint64_t value = 0;
    for (; i < size && text[i] >= '0' && text[i] <= '9'; i++)
      if (value <= UINT32_MAX)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (numbers == 0) {
      declared = value;
      if (declared == 0 || declared > WARRANT_INSNS_MAX)
        return warrant_fail(
            error, WARRANT_BAD_INPUT,
            "%s: the first number, the count of instructions, is not between 1 and %u", name,
            WARRANT_INSNS_MAX);
      list = calloc(declared, sizeof *list);
      if (!list)
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
    } else {
      size_t field = (numbers - 1) % 4, index = (numbers - 1) / 4;
      if (index >= declared) {
        free(list);
        return warrant_fail(error, WARRANT_BAD_INPUT,
                            "%s: more than the %llu instructions that its first number declares",
                            name, (unsigned long long)declared);
      }
      if (value > limits[field]) {
        free(list);
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: instruction %zu: %s is above %llu", name,
                            index, fields[field], (unsigned long long)limits[field]);
      }
      switch (field) {
      case 0:
        now.code = (uint16_t)value;
        break;
      case 1:
        now.jt = (uint8_t)value;
        break;
      case 2:
        now.jf = (uint8_t)value;
        break;
      default:
        now.k = (uint32_t)value;
        list[index] = now;
      }
    }
    numbers++;
  }
  if (numbers == 0)
    return 1;
  if (numbers != 1 + 4 * declared) {
    free(list);
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: %llu instructions are declared, so %llu numbers should follow, not %zu", name,
        (unsigned long long)declared, (unsigned long long)(4 * declared), numbers - 1);
  }
  *insns = list;
  *count = (uint32_t)declared;
  return 0;
}

/* Makes the object with its one program; the instruction arrays become its own, even on failure. */
static int finish(const char *name, enum warrant_kind kind, struct warrant_insn *insns,
                  struct warrant_cinsn *cinsns, uint32_t count,
                  const struct warrant_load_options *options, struct warrant_object *object,
                  struct warrant_error *error) {
  struct warrant_program p = {.kind = kind,
                              .insns = insns,
                              .cinsns = cinsns,
                              .insn_count = count,
                              .profile = options->profile,
                              .file = strdup(name),
                              .section = strdup(""),
                              .name = strdup("")};
  memset(object, 0, sizeof *object);
  object->programs = calloc(1, sizeof *object->programs);
  object->problems = calloc(1, sizeof *object->problems);
  int result = 0;
  if (!p.file || !p.section || !p.name || !object->programs || !object->problems) {
    result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  } else if (options->prog) {
    result =
        warrant_fail(error, WARRANT_BAD_INPUT,
                     "%s: --prog %s: a raw program has no name to choose by", name, options->prog);
  } else if (kind == WARRANT_EBPF) {
    if (options->type) {
      struct warrant_section kind_of = {0};
      if (!warrant_type_of(options->type, &kind_of))
        result = warrant_fail(error, WARRANT_BAD_INPUT, "unknown program type '%s'", options->type);
      p.type = kind_of.type;
      p.attach_type = kind_of.attach_type;
    } else if (options->need_type) {
      result = warrant_fail(error, WARRANT_BAD_INPUT,
                            "%s: raw eBPF does not say what kind of program it is: use --type xdp, "
                            "socket, tc, ... or raw",
                            name);
    }
    p.ctx_size = p.type ? warrant_type_ctx_size(p.type) : options->ctx_size;
  } else {
    p.type = kind == WARRANT_CBPF ? 1 : 0; /* BPF_PROG_TYPE_SOCKET_FILTER; seccomp has no number */
    p.ctx_size = kind == WARRANT_SECCOMP ? sizeof(struct seccomp_data) : 0;
  }
  if (!result && options->type)
    result = warrant_hook(&p, options->type, options->host, object->problems, error);
  if (result) {
    warrant_program_free(&p);
    free(object->programs);
    free(object->problems);
    memset(object, 0, sizeof *object);
    return result;
  }
  object->programs[0] = p;
  object->count = 1;
  return 0;
}

int warrant_load_raw(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  enum raw_form form = RAW_UNKNOWN;
  bool assembly = options->format && strcmp(options->format, "asm") == 0;
  if (options->format) {
    if (strcmp(options->format, "ebpf") == 0)
      form = RAW_EBPF;
    else if (strcmp(options->format, "cbpf") == 0)
      form = RAW_CBPF;
    else if (strcmp(options->format, "seccomp") == 0)
      form = RAW_SECCOMP;
  }
  if (form != RAW_EBPF && !assembly) {
    struct warrant_cinsn *cinsns = NULL;
    uint32_t count = 0;
    int text = parse_ddd(name, bytes, size, &cinsns, &count, error);
    if (text < 0)
      return -1;
    if (text == 0)
      return finish(name, form == RAW_SECCOMP ? WARRANT_SECCOMP : WARRANT_CBPF, NULL, cinsns, count,
                    options, object, error);
  }
  bool text = form == RAW_UNKNOWN && warrant_is_text(bytes, size);
  if (assembly || (text && warrant_asm_likely(bytes, size))) {
    struct warrant_insn *insns = NULL;
    uint32_t count = 0;
    return warrant_asm(name, bytes, size, &insns, &count, error)
               ? -1
               : finish(name, WARRANT_EBPF, insns, NULL, count, options, object, error);
  }
  if (text)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: text, but neither assembly nor what tcpdump -ddd prints (hexadecimal "
                        "needs --hex)",
                        name);
  if (size % 8)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: %s: its %zu bytes are not a whole number of 8-byte instructions", name,
                        form == RAW_UNKNOWN ? "neither an ELF object nor raw instructions"
                                            : "not raw instructions",
                        size);
  size_t count = size / 8;
  if (count > WARRANT_INSNS_MAX)
    return warrant_fail(error, WARRANT_UNSUPPORTED,
                        "%s: %zu instructions, and more than %u in one program are not supported",
                        name, count, WARRANT_INSNS_MAX);
  if (form == RAW_UNKNOWN)
    form = sniff(bytes, count);
  switch (form) {
  case RAW_UNKNOWN:
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: no form of program that is known here (--format ebpf, cbpf or seccomp takes "
        "it as raw instructions anyway)",
        name);
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
  case RAW_EBPF: {
    struct warrant_insn *insns = calloc(count, sizeof *insns);
    if (!insns)
      return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
    for (size_t i = 0; i < count; i++)
      insns[i] = insn_at(bytes + 8 * i);
    return finish(name, WARRANT_EBPF, insns, NULL, (uint32_t)count, options, object, error);
  }
  case RAW_CBPF:
  case RAW_SECCOMP: {
    struct warrant_cinsn *cinsns = calloc(count, sizeof *cinsns);
    if (!cinsns)
      return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
    for (size_t i = 0; i < count; i++)
      cinsns[i] = cinsn_at(bytes + 8 * i);
    return finish(name, form == RAW_CBPF ? WARRANT_CBPF : WARRANT_SECCOMP, NULL, cinsns,
                  (uint32_t)count, options, object, error);
  }
  }
  return warrant_fail(error, WARRANT_BAD_INPUT, "%s: no form of program that is known here", name);
}
