/* The assembler of classic BPF; see classic_asm.h. */
#include "classic/classic_asm.h"

#include <ctype.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classic/disasm.h"
#include "isa/error.h"

enum { WORD_MAX = 64, LABELS_MAX = BPF_MAXINSNS };

struct label {
  char name[WORD_MAX];
  uint32_t pc;
};
/* Where a jump goes, until labels are known. */
struct target {
  bool used;
  char label[WORD_MAX]; /* "" when it is a number */
  uint32_t pc;
};
struct jump {
  struct target yes, no;
  unsigned line;
};
struct assembler {
  const char *name, *at; /* at: the rest of the line */
  unsigned line;
  bool listing; /* the numbers before instructions are theirs */
  bool skips;   /* a number in a jump is how many instructions it skips */
  warrant_asm_resolve *resolve;
  void *data;
  struct warrant_cinsn *insns; /* owned until the end */
  struct jump *jumps;          /* owned; one an instruction */
  struct label *labels;        /* owned */
  uint32_t count, label_count;
  struct warrant_error *error;
};

static bool complain(struct assembler *a, const char *what, const char *about) {
  char text[WORD_MAX] = "";
  for (size_t i = 0; about && about[i] && i < sizeof text - 1; i++)
    text[i] = about[i] >= ' ' && about[i] <= '~' ? about[i] : '?';
  warrant_fail(a->error, WARRANT_BAD_INPUT, "%s: line %u: %s%s%s", a->name, a->line, what,
               about ? ": " : "", text);
  return false;
}
static void skip_space(struct assembler *a) {
  while (*a->at == ' ' || *a->at == '\t' || *a->at == '\r')
    a->at++;
}
static bool at_end(struct assembler *a) {
  skip_space(a);
  return *a->at == '\0' || *a->at == ';' || strncmp(a->at, "//", 2) == 0;
}
static bool symbol(struct assembler *a, const char *s) {
  skip_space(a);
  const char *at = a->at;
  for (; *s; s++) { /* spaces may stand anywhere between its characters */
    while (*at == ' ' && *s != ' ')
      at++;
    if (*at++ != *s)
      return false;
  }
  a->at = at;
  return true;
}
static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.'; }
/* A name, or "" when none stands here. */
static void word(struct assembler *a, char out[WORD_MAX]) {
  skip_space(a);
  size_t n = 0;
  while (is_word(a->at[n]) && n < WORD_MAX - 1) {
    out[n] = a->at[n];
    n++;
  }
  out[n] = '\0';
  a->at += n;
}
static bool number_of(const char *text, uint32_t *k) {
  char *end;
  if (!isdigit((unsigned char)*text))
    return false;
  unsigned long long v = strtoull(text, &end, 0);
  *k = (uint32_t)v;
  return *end == '\0' && v <= UINT32_MAX;
}
static bool value(struct assembler *a, enum warrant_asm_name what, uint32_t *k) {
  char text[WORD_MAX];
  bool minus = symbol(a, "-");
  word(a, text);
  if (number_of(text, k)) {
    *k = minus ? -*k : *k;
    return true;
  }
  if (!minus && *text && a->resolve && a->resolve(a->data, what, text, k))
    return true;
  return complain(a, "a number below 2^32 or a known name should stand here", *text ? text : a->at);
}
static bool number(struct assembler *a, uint32_t *k) { return value(a, WARRANT_ASM_CONSTANT, k); }
static bool closing(struct assembler *a, const char *bracket) {
  return symbol(a, bracket) || complain(a, "a bracket should be closed here", a->at);
}

/* The number of metadata of that name, as bpf_asm, libpcap or Go has it; 16: there is none. */
static unsigned ancillary(const char *name) {
  static const struct {
    const char *other, *ours;
  } aliases[] = {{"vlanp", "vlan_avail"},
                 {"random", "rand"},
                 {"xor_x", "alu_xor_x"},
                 {"pkttype", "type"},
                 {"vlan_avail", "vlan_avail"}};
  unsigned n = 0;
  for (size_t k = 0; k < sizeof aliases / sizeof *aliases; k++)
    if (strcmp(name, aliases[k].other) == 0)
      name = aliases[k].ours;
  while (n < 16 && strcmp(name, warrant_classic_ancillary_name(n)))
    n++;
  return n;
}
/* Metadata between `before` and `after`, when that stands here. */
static bool metadata(struct assembler *a, const char *before, const char *after, uint32_t *k) {
  const char *start = a->at;
  char text[WORD_MAX];
  if (symbol(a, before)) {
    word(a, text);
    unsigned n = ancillary(text);
    if (n < 16 && symbol(a, after)) {
      *k = (uint32_t)SKF_AD_OFF + 4 * n;
      return true;
    }
  }
  a->at = start;
  return false;
}

static bool load(struct assembler *a, struct warrant_cinsn *i, bool x, uint16_t size) {
  uint16_t class = x ? BPF_LDX : BPF_LD;
  if (symbol(a, "M[")) {
    i->code = class | BPF_MEM;
    return number(a, &i->k) && closing(a, "]");
  }
  if (symbol(a, "#len") || symbol(a, "#pktlen")) {
    i->code = class | BPF_LEN;
    return true;
  }
  if (!x &&
      (metadata(a, "#", "", &i->k) || metadata(a, "[", "]", &i->k) || metadata(a, "", "", &i->k))) {
    i->code = BPF_LD | BPF_ABS | size;
    return true;
  }
  if (symbol(a, "#")) {
    i->code = class | BPF_IMM;
    return number(a, &i->k);
  }
  if (x) {
    i->code = BPF_LDX | BPF_MSH | BPF_B;
    return (symbol(a, "4*([") || complain(a, "ldx takes M[K], #K, #len or 4*([K]&0xf)", a->at)) &&
           number(a, &i->k) && closing(a, "]&0xf)");
  }
  if (symbol(a, "[x+")) {
    i->code = BPF_LD | BPF_IND | size;
    return number(a, &i->k) && closing(a, "]");
  }
  i->code = BPF_LD | BPF_ABS | size;
  if (symbol(a, "["))
    return number(a, &i->k) && closing(a, "]");
  return value(a, WARRANT_ASM_FIELD, &i->k);
}

static bool target(struct assembler *a, struct target *t) {
  char text[WORD_MAX];
  word(a, text);
  if (!*text)
    return complain(a, "a jump names an instruction or a label", a->at);
  t->used = true;
  if (!number_of(text, &t->pc))
    snprintf(t->label, sizeof t->label, "%s", text);
  return true;
}

/* Where a comparison goes: ", YES" or ", YES, NO", or as tcpdump has it "jt YES jf NO". */
static bool targets(struct assembler *a, struct target *yes, struct target *no) {
  if (symbol(a, "jt"))
    return target(a, yes) && (symbol(a, "jf") || complain(a, "jf should stand here", a->at)) &&
           target(a, no);
  return (symbol(a, ",") || complain(a, "a comma and a target should stand here", a->at)) &&
         target(a, yes) && (!symbol(a, ",") || target(a, no));
}

/* The second operand: a constant or X. */
static bool source(struct assembler *a, struct warrant_cinsn *i) {
  if (symbol(a, "#"))
    return number(a, &i->k);
  if (!symbol(a, "x") && !symbol(a, "%x"))
    return complain(a, "#K or x should stand here", a->at);
  i->code |= BPF_X;
  return true;
}

static bool instruction(struct assembler *a, const char *op, struct warrant_cinsn *i,
                        struct jump *j) {
  static const struct {
    const char *name;
    uint16_t code;
  } plain[] = {{"tax", BPF_MISC | BPF_TAX},
               {"txa", BPF_MISC | BPF_TXA},
               {"neg", BPF_ALU | BPF_NEG}},
    loads[] = {{"ld", BPF_W}, {"ldh", BPF_H}, {"ldb", BPF_B}},
    alu[] = {{"add", BPF_ADD}, {"sub", BPF_SUB}, {"mul", BPF_MUL}, {"div", BPF_DIV},
             {"mod", BPF_MOD}, {"or", BPF_OR},   {"and", BPF_AND}, {"xor", BPF_XOR},
             {"lsh", BPF_LSH}, {"rsh", BPF_RSH}},
    jumps[] = {{"jeq", BPF_JEQ}, {"jgt", BPF_JGT}, {"jge", BPF_JGE}, {"jset", BPF_JSET},
               {"jne", BPF_JEQ}, {"jle", BPF_JGT}, {"jlt", BPF_JGE}, {"jneq", BPF_JEQ}};
  enum { OPPOSITES = 4 };
#define EACH(table) for (size_t n = 0; n < sizeof table / sizeof *table; n++)
  EACH(plain) if (strcmp(op, plain[n].name) == 0) {
    i->code = plain[n].code;
    return true;
  }
  EACH(loads) if (strcmp(op, loads[n].name) == 0) return load(a, i, false, loads[n].code);
  if (strcmp(op, "ldx") == 0 || strcmp(op, "ldxb") == 0)
    return load(a, i, true, BPF_B);
  EACH(alu) if (strcmp(op, alu[n].name) == 0) {
    i->code = BPF_ALU | alu[n].code;
    return source(a, i);
  }
  EACH(jumps) if (strcmp(op, jumps[n].name) == 0) {
    i->code = BPF_JMP | jumps[n].code;
    struct target *yes = n < OPPOSITES ? &j->yes : &j->no, *no = n < OPPOSITES ? &j->no : &j->yes;
    return source(a, i) && targets(a, yes, no);
  }
  if (strcmp(op, "ja") == 0 || strcmp(op, "jmp") == 0) {
    i->code = BPF_JMP | BPF_JA;
    return target(a, &j->yes);
  }
  if (strcmp(op, "st") == 0 || strcmp(op, "stx") == 0) {
    i->code = op[2] ? BPF_STX : BPF_ST;
    return (symbol(a, "M[") || complain(a, "M[K] should stand here", a->at)) && number(a, &i->k) &&
           closing(a, "]");
  }
  if (strcmp(op, "ret") == 0) {
    i->code = BPF_RET | BPF_K;
    if (symbol(a, "#"))
      return number(a, &i->k);
    skip_space(a);
    a->at += *a->at == '%';
    char text[WORD_MAX] = "";
    size_t n = 0;
    for (; (is_word(a->at[n]) || (a->at[n] && strchr("()", a->at[n]))) && n < WORD_MAX - 1; n++)
      text[n] = a->at[n];
    a->at += n;
    if (strcmp(text, "a") == 0) {
      i->code = BPF_RET | BPF_A;
      return true;
    }
    return (a->resolve && a->resolve(a->data, WARRANT_ASM_RETURN, text, &i->k)) ||
           complain(a, "ret takes a, #K or a known action", text);
  }
  if (strcmp(op, "unimp") == 0) {
    uint32_t code, jt, jf;
    if (!symbol(a, "#") || !number(a, &code) || !symbol(a, ",") || !number(a, &jt) ||
        !symbol(a, ",") || !number(a, &jf) || !symbol(a, ",") || !symbol(a, "#") ||
        !number(a, &i->k) || code > UINT16_MAX || jt > UINT8_MAX || jf > UINT8_MAX)
      return complain(a, "unimp takes #CODE, JT, JF, #K", NULL);
    *i = (struct warrant_cinsn){(uint16_t)code, (uint8_t)jt, (uint8_t)jf, i->k};
    return true;
  }
  return complain(a, "no such instruction", op);
}

/* The number of an instruction that a listing begins with. It has to be the right one, or jumps
 * would go elsewhere. */
static bool listed(struct assembler *a, uint32_t number) {
  return !a->listing || number == a->count ||
         complain(a, "the listing leaves out the instructions before this one", a->at);
}

static bool one_line(struct assembler *a) {
  char text[WORD_MAX];
  uint32_t ignored;
  if (symbol(a, "(")) { /* tcpdump -d */
    word(a, text);
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (!*text || *end || !symbol(a, ")"))
      return complain(a, "the number of the instruction should stand in the bracket", a->at);
    if (!listed(a, (uint32_t)n))
      return false;
  }
  for (;;) { /* the number that a listing begins with, and labels */
    if (at_end(a))
      return true;
    const char *start = a->at;
    word(a, text);
    skip_space(a);
    if (!*text || *a->at != ':') {
      a->at = start;
      break;
    }
    a->at++;
    if (number_of(text, &ignored)) {
      if (!listed(a, ignored))
        return false;
      continue;
    }
    for (uint32_t i = 0; i < a->label_count; i++)
      if (strcmp(a->labels[i].name, text) == 0)
        return complain(a, "this label was given before", text);
    if (a->label_count == LABELS_MAX)
      return complain(a, "too many labels", NULL);
    snprintf(a->labels[a->label_count].name, WORD_MAX, "%s", text);
    a->labels[a->label_count++].pc = a->count;
  }
  if (a->count == BPF_MAXINSNS)
    return complain(a, "more than 4096 instructions", NULL);
  word(a, text);
  a->jumps[a->count].line = a->line;
  if (!instruction(a, text, &a->insns[a->count], &a->jumps[a->count]))
    return false;
  a->count++;
  return at_end(a) || complain(a, "too much on this line", a->at);
}

/* How many instructions a jump at `pc` skips. */
static bool distance(struct assembler *a, uint32_t pc, const struct target *t, uint32_t limit,
                     uint32_t *skipped) {
  uint32_t to = t->pc, i = 0;
  *skipped = 0;
  if (!t->used)
    return true;
  a->line = a->jumps[pc].line;
  if (a->skips && !*t->label) {
    *skipped = to;
    return to <= limit || complain(a, "the jump is longer than 255 instructions", NULL);
  }
  if (*t->label) {
    while (i < a->label_count && strcmp(a->labels[i].name, t->label) != 0)
      i++;
    if (i == a->label_count)
      return complain(a, "no such label", t->label);
    to = a->labels[i].pc;
  }
  if (to <= pc)
    return complain(a, "jumps only go forward", *t->label ? t->label : NULL);
  *skipped = to - pc - 1;
  return *skipped <= limit || complain(a, "the jump is longer than 255 instructions", NULL);
}

static int assemble(struct assembler a, const char *text, struct warrant_cinsn **insns,
                    uint32_t *count) {
  char line[512];
  a.insns = calloc(BPF_MAXINSNS, sizeof *a.insns);
  a.jumps = calloc(BPF_MAXINSNS, sizeof *a.jumps);
  a.labels = calloc(LABELS_MAX, sizeof *a.labels);
  bool good = a.insns && a.jumps && a.labels;
  if (!good)
    warrant_fail(a.error, WARRANT_BAD_INPUT, "%s: out of memory", a.name);
  while (good && *text) {
    size_t n = strcspn(text, "\n");
    a.line++;
    if (n >= sizeof line) {
      good = complain(&a, "the line is too long", NULL);
      break;
    }
    memcpy(line, text, n);
    line[n] = '\0';
    a.at = line;
    good = one_line(&a);
    text += n + (text[n] == '\n');
  }
  for (uint32_t pc = 0; pc < a.count && good; pc++) {
    bool far = a.insns[pc].code == (BPF_JMP | BPF_JA);
    uint32_t yes, no;
    good = distance(&a, pc, &a.jumps[pc].yes, far ? UINT32_MAX : UINT8_MAX, &yes) &&
           distance(&a, pc, &a.jumps[pc].no, UINT8_MAX, &no);
    if (good && far)
      a.insns[pc].k = yes;
    else if (good && BPF_CLASS(a.insns[pc].code) == BPF_JMP)
      a.insns[pc].jt = (uint8_t)yes, a.insns[pc].jf = (uint8_t)no;
  }
  if (good && a.count == 0)
    good = complain(&a, "no instruction", NULL);
  free(a.jumps);
  free(a.labels);
  if (!good) {
    free(a.insns);
    return -1;
  }
  *insns = a.insns;
  *count = a.count;
  return 0;
}

int warrant_classic_asm(const char *name, const char *text, warrant_asm_resolve *resolve,
                        void *data, struct warrant_cinsn **insns, uint32_t *count,
                        struct warrant_error *error) {
  const struct assembler a = {.name = name, .resolve = resolve, .data = data, .error = error};
  return assemble(a, text, insns, count);
}

int warrant_classic_listing(const char *name, const char *text, unsigned first_line, bool skips,
                            struct warrant_cinsn **insns, uint32_t *count,
                            struct warrant_error *error) {
  const struct assembler a = {
      .name = name, .line = first_line - 1, .listing = true, .skips = skips, .error = error};
  return assemble(a, text, insns, count);
}
