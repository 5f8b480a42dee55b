#include "load/forms/expression.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

enum { DEPTH_MAX = 50, WORD_SIZE = 64, ERRORS = 4096 };

#define NAMED(name)                                                                                \
  { #name, name }
static const struct {
  const char *name;
  uint32_t value;
} constants[] = {
    NAMED(BPF_LD),
    NAMED(BPF_LDX),
    NAMED(BPF_ST),
    NAMED(BPF_STX),
    NAMED(BPF_ALU),
    NAMED(BPF_JMP),
    NAMED(BPF_RET),
    NAMED(BPF_MISC),
    NAMED(BPF_W),
    NAMED(BPF_H),
    NAMED(BPF_B),
    NAMED(BPF_IMM),
    NAMED(BPF_ABS),
    NAMED(BPF_IND),
    NAMED(BPF_MEM),
    NAMED(BPF_LEN),
    NAMED(BPF_MSH),
    NAMED(BPF_ADD),
    NAMED(BPF_SUB),
    NAMED(BPF_MUL),
    NAMED(BPF_DIV),
    NAMED(BPF_OR),
    NAMED(BPF_AND),
    NAMED(BPF_LSH),
    NAMED(BPF_RSH),
    NAMED(BPF_NEG),
    NAMED(BPF_MOD),
    NAMED(BPF_XOR),
    NAMED(BPF_JA),
    NAMED(BPF_JEQ),
    NAMED(BPF_JGT),
    NAMED(BPF_JGE),
    NAMED(BPF_JSET),
    NAMED(BPF_K),
    NAMED(BPF_X),
    NAMED(BPF_A),
    NAMED(BPF_TAX),
    NAMED(BPF_TXA),
    NAMED(SECCOMP_RET_KILL_PROCESS),
    NAMED(SECCOMP_RET_KILL_THREAD),
    NAMED(SECCOMP_RET_KILL),
    NAMED(SECCOMP_RET_TRAP),
    NAMED(SECCOMP_RET_ERRNO),
    NAMED(SECCOMP_RET_USER_NOTIF),
    NAMED(SECCOMP_RET_TRACE),
    NAMED(SECCOMP_RET_LOG),
    NAMED(SECCOMP_RET_ALLOW),
    NAMED(SECCOMP_RET_DATA),
    NAMED(SECCOMP_RET_ACTION),
    NAMED(SECCOMP_RET_ACTION_FULL),
    NAMED(AUDIT_ARCH_AARCH64),
    NAMED(AUDIT_ARCH_ALPHA),
    NAMED(AUDIT_ARCH_ARM),
    NAMED(AUDIT_ARCH_ARMEB),
    NAMED(AUDIT_ARCH_I386),
    NAMED(AUDIT_ARCH_IA64),
    NAMED(AUDIT_ARCH_LOONGARCH64),
    NAMED(AUDIT_ARCH_M68K),
    NAMED(AUDIT_ARCH_MIPS),
    NAMED(AUDIT_ARCH_MIPS64),
    NAMED(AUDIT_ARCH_MIPS64N32),
    NAMED(AUDIT_ARCH_MIPSEL),
    NAMED(AUDIT_ARCH_MIPSEL64),
    NAMED(AUDIT_ARCH_MIPSEL64N32),
    NAMED(AUDIT_ARCH_PARISC),
    NAMED(AUDIT_ARCH_PARISC64),
    NAMED(AUDIT_ARCH_PPC),
    NAMED(AUDIT_ARCH_PPC64),
    NAMED(AUDIT_ARCH_PPC64LE),
    NAMED(AUDIT_ARCH_RISCV32),
    NAMED(AUDIT_ARCH_RISCV64),
    NAMED(AUDIT_ARCH_S390),
    NAMED(AUDIT_ARCH_S390X),
    NAMED(AUDIT_ARCH_SH),
    NAMED(AUDIT_ARCH_SPARC),
    NAMED(AUDIT_ARCH_SPARC64),
    NAMED(AUDIT_ARCH_X86_64),
    {"__X32_SYSCALL_BIT", 0x40000000},
    NAMED(SKF_AD_OFF),
    NAMED(SKF_AD_PROTOCOL),
    NAMED(SKF_AD_PKTTYPE),
    NAMED(SKF_AD_IFINDEX),
    NAMED(SKF_AD_NLATTR),
    NAMED(SKF_AD_NLATTR_NEST),
    NAMED(SKF_AD_MARK),
    NAMED(SKF_AD_QUEUE),
    NAMED(SKF_AD_HATYPE),
    NAMED(SKF_AD_RXHASH),
    NAMED(SKF_AD_CPU),
    NAMED(SKF_AD_ALU_XOR_X),
    NAMED(SKF_AD_VLAN_TAG),
    NAMED(SKF_AD_VLAN_TAG_PRESENT),
    NAMED(SKF_AD_PAY_OFFSET),
    NAMED(SKF_AD_RANDOM),
    NAMED(SKF_AD_VLAN_TPID),
    NAMED(SKF_NET_OFF),
    NAMED(SKF_LL_OFF),
};
#undef NAMED

static bool constant(const char *name, uint64_t *value) {
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    if (strcmp(constants[i].name, name) == 0) {
      *value = constants[i].value;
      return true;
    }
  for (int e = 1; *name == 'E' && e < ERRORS; e++) {
    const char *known = strerrorname_np(e);
    if (known && strcmp(known, name) == 0) {
      *value = (uint64_t)e;
      return true;
    }
  }
  return false;
}

static bool punctuation(struct w_scan *s, const char *text) {
  w_scan_space(s, true);
  return w_scan_take(s, text);
}

/* "(struct seccomp_data, args[1])" behind offsetof. */
static bool offset_of(struct w_scan *s, uint64_t *value) {
  static const struct {
    const char *name;
    size_t offset;
  } fields[] = {
      {"nr", offsetof(struct seccomp_data, nr)},
      {"arch", offsetof(struct seccomp_data, arch)},
      {"instruction_pointer", offsetof(struct seccomp_data, instruction_pointer)},
      {"args", offsetof(struct seccomp_data, args)},
  };
  char word[WORD_SIZE];
  bool good = punctuation(s, "(") && punctuation(s, "struct") && punctuation(s, "seccomp_data") &&
              punctuation(s, ",");
  w_scan_space(s, true);
  if (!good || !w_scan_word(s, word, sizeof word))
    return w_scan_fail(s, "offsetof is known of struct seccomp_data alone");
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (strcmp(fields[i].name, word))
      continue;
    uint64_t index = 0;
    *value = fields[i].offset;
    if (punctuation(s, "[")) {
      w_scan_space(s, true);
      if (!w_scan_number(s, &index) || index > 5 || !punctuation(s, "]"))
        return w_scan_fail(s, "a number from 0 to 5 should stand in args[...]");
      *value += 8 * index;
    }
    return punctuation(s, ")") || w_scan_fail(s, "the bracket of offsetof is not closed");
  }
  return w_scan_fail(s, "struct seccomp_data has no member '%s'", word);
}

static bool is_type(const char *word) {
  static const char *const words[] = {
      "unsigned", "signed", "short", "int", "char",  "long",     "__u8",     "__u16", "__u32",
      "uint8_t",  "u8",     "u16",   "u32", "__s32", "uint16_t", "uint32_t", "uint",  "size_t"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], word) == 0)
      return true;
  return false;
}

/* Over "(unsigned short)", when that stands here. */
static bool cast(struct w_scan *s) {
  const char *start = s->at;
  char word[WORD_SIZE];
  bool any = false;
  if (punctuation(s, "("))
    for (;;) {
      w_scan_space(s, true);
      if (any && w_scan_take(s, ")"))
        return true;
      if (!w_scan_word(s, word, sizeof word) || !is_type(word))
        break;
      any = true;
    }
  s->at = start;
  return false;
}

/* A character as gdb prints it behind a number, or alone: 'A', '\0', '\017', '\n'. */
static bool character(struct w_scan *s, uint64_t *value) {
  static const char letters[] = "abtnvfr", values[] = "\a\b\t\n\v\f\r";
  if (s->end - s->at < 3 || *s->at != '\'')
    return false;
  const char *p = s->at + 1;
  if (*p != '\\') {
    *value = (unsigned char)*p++;
  } else if (p++, *p >= '0' && *p <= '7') {
    for (*value = 0; p < s->end && *p >= '0' && *p <= '7' && *value < 32;)
      *value = 8 * *value + (uint64_t)(*p++ - '0');
  } else {
    const char *known = *p ? strchr(letters, *p) : NULL;
    *value = known ? (unsigned char)values[known - letters] : (unsigned char)*p;
    p++;
  }
  if (p >= s->end || *p != '\'')
    return false;
  s->at = p + 1;
  return true;
}

static bool either(struct w_scan *s, uint64_t *value, int depth);

static bool primary(struct w_scan *s, uint64_t *value, int depth) {
  char word[WORD_SIZE];
  if (depth > DEPTH_MAX)
    return w_scan_fail(s, "an expression of more than %d brackets", DEPTH_MAX);
  while (cast(s))
    ;
  w_scan_space(s, true);
  if (w_scan_take(s, "~")) {
    if (!primary(s, value, depth + 1))
      return false;
    *value = ~*value & UINT32_MAX;
    return true;
  }
  if (w_scan_take(s, "-")) {
    if (!primary(s, value, depth + 1))
      return false;
    *value = -*value & UINT32_MAX;
    return true;
  }
  if (w_scan_take(s, "("))
    return either(s, value, depth + 1) &&
           (punctuation(s, ")") || w_scan_fail(s, "a bracket is not closed here"));
  if (w_scan_number(s, value) || character(s, value))
    return true;
  const char *start = s->at;
  if (!w_scan_word(s, word, sizeof word))
    return w_scan_fail(s, "a number should stand here");
  if (strcmp(word, "offsetof") == 0 || strcmp(word, "__builtin_offsetof") == 0)
    return offset_of(s, value);
  if (constant(word, value))
    return true;
  s->at = start;
  if (strncmp(word, "__NR_", 5) == 0 || strncmp(word, "SYS_", 4) == 0)
    return w_scan_fail(s,
                       "'%s' is another number on each architecture: run the source through "
                       "`gcc -E` first",
                       word);
  return w_scan_fail(
      s, "'%s' is no number and no name that is known here; `gcc -E` replaces macros", word);
}

/* The operators of C, without their ranks but for '|', which binds least: a mixture without
 * brackets is refused where the rank matters. */
static bool both(struct w_scan *s, uint64_t *value, int depth) {
  if (!primary(s, value, depth))
    return false;
  char before = 0;
  for (;;) {
    uint64_t other = 0;
    w_scan_space(s, true);
    char op = s->at < s->end ? *s->at : 0;
    bool shift = (op == '<' || op == '>') && s->end - s->at > 1 && s->at[1] == op;
    if (op != '&' && op != '+' && op != '-' && !shift)
      return true;
    if (before && (before == '+' || before == '-') != (op == '+' || op == '-'))
      return w_scan_fail(s, "brackets should tell which operator comes first here");
    before = op;
    s->at += shift ? 2 : 1;
    if (!primary(s, &other, depth))
      return false;
    if (op == '&')
      *value &= other;
    else if (op == '+')
      *value = (*value + other) & UINT32_MAX;
    else if (op == '-')
      *value = (*value - other) & UINT32_MAX;
    else if (other > 31)
      return w_scan_fail(s, "a shift by more than 31");
    else
      *value = op == '<' ? *value << other & UINT32_MAX : *value >> other;
  }
}

static bool either(struct w_scan *s, uint64_t *value, int depth) {
  if (!both(s, value, depth))
    return false;
  while (punctuation(s, "|")) {
    uint64_t other;
    if (!both(s, &other, depth))
      return false;
    *value |= other;
  }
  return true;
}

bool w_expression(struct w_scan *s, uint64_t *value) { return either(s, value, 0); }
