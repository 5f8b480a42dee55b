/* The eBPF decoder: it finds the encoding that fits, in the table that is printed from
 * semantics/Encode.v. */
#include "isa/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/error.h"

enum { MAX_REGISTER = 10 };

static enum w_decoded say(enum w_decoded result, char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static enum w_decoded say(enum w_decoded result, char *text, size_t size, const char *format, ...) {
  if (text && size) {
    va_list args;
    va_start(args, format);
    vsnprintf(text, size, format, args);
    va_end(args);
  }
  return result;
}
#define INVALID(...) say(W_DECODE_INVALID, text, size, __VA_ARGS__)
#define UNSUPPORTED(...) say(W_DECODE_UNSUPPORTED, text, size, __VA_ARGS__)

/* A field by its bit in `free`. `next` is the second slot, or NULL. */
static int32_t field_of(unsigned bit, const struct warrant_insn *s,
                        const struct warrant_insn *next) {
  switch (bit) {
  case W_FREE_DST:
    return s->dst;
  case W_FREE_SRC:
    return s->src;
  case W_FREE_OFF:
    return s->off;
  case W_FREE_IMM:
    return s->imm;
  default:
    return next ? next->imm : 0;
  }
}
/* A second constant that is no operand is 0. */
static bool fits(const struct w_encoding *e, unsigned bit, int32_t value) {
  return e->free & bit || field_of(bit, &e->slot, NULL) == value;
}

/* Says why none of the encodings of an opcode fits: by the first field that leaves none of them,
 * when those before it have chosen. */
static enum w_decoded explain(const struct w_encoding *first, const struct w_encoding *end,
                              const struct warrant_insn *s, const struct warrant_insn *next,
                              char *text, size_t size) {
  static const struct {
    unsigned bit;
    const char *name;
  } fields[] = {{W_FREE_SRC, "the instruction's source register"},
                {W_FREE_OFF, "the instruction's offset"},
                {W_FREE_IMM, "the instruction's constant"},
                {W_FREE_NEXT, "the constant of the instruction's second half"},
                {W_FREE_DST, "the instruction's destination register"}};
  enum { FIELDS = sizeof fields / sizeof *fields };
  for (unsigned known = 0; known < FIELDS; known++) {
    char values[120] = "";
    size_t used = 0, last = 0;
    bool left = false;
    int32_t before = 0;
    for (const struct w_encoding *e = first; e < end && !left; e++) {
      bool chosen = true;
      for (unsigned i = 0; i < known; i++)
        chosen &= fits(e, fields[i].bit, field_of(fields[i].bit, s, next));
      left = chosen && fits(e, fields[known].bit, field_of(fields[known].bit, s, next));
      int32_t value = field_of(fields[known].bit, &e->slot, NULL);
      if (!chosen || left || (used && value == before) || used + 16 > sizeof values)
        continue;
      last = used;
      before = value;
      used +=
          (size_t)snprintf(values + used, sizeof values - used, "%s%d", used ? ", " : "", value);
    }
    if (left)
      continue;
    if (last) /* of several, the last stands behind an "or" */
      return INVALID("%s must be %.*s or %s, not %d", fields[known].name, (int)last, values,
                     values + last + 2, field_of(fields[known].bit, s, next));
    return INVALID("%s must be %s", fields[known].name, values);
  }
  return INVALID("opcode 0x%02x does not exist", s->op);
}

static int64_t operand(enum w_found place, const struct warrant_insn *s,
                       const struct warrant_insn *next) {
  switch (place) {
  case W_IN_OFF:
    return s->off;
  case W_IN_IMM:
    return s->imm;
  case W_IN_NEXT:
    return next->imm;
  case W_IN_BOTH:
    return (int64_t)((uint64_t)(uint32_t)s->imm | (uint64_t)(uint32_t)next->imm << 32);
  default:
    return 0;
  }
}

const struct w_encoding *w_encoding_of(const struct warrant_insn *s,
                                       const struct warrant_insn *next) {
  const struct w_encoding *end = &w_encodings[w_encodings_of[s->op + 1]];
  for (const struct w_encoding *e = &w_encodings[w_encodings_of[s->op]]; e < end; e++)
    if (fits(e, W_FREE_DST, s->dst) && fits(e, W_FREE_SRC, s->src) && fits(e, W_FREE_OFF, s->off) &&
        fits(e, W_FREE_IMM, s->imm) && (!next || fits(e, W_FREE_NEXT, next->imm)))
      return e;
  return NULL;
}

enum w_decoded w_decode(const struct warrant_insn *slots, uint32_t count, uint32_t pc,
                        struct w_insn *insn, char *text, size_t size) {
  const struct warrant_insn *s = &slots[pc], *next = NULL;
  const struct w_encoding *first = &w_encodings[w_encodings_of[s->op]],
                          *end = &w_encodings[w_encodings_of[s->op + 1]];
  memset(insn, 0, sizeof *insn);
  if (first == end)
    return INVALID("opcode 0x%02x does not exist", s->op);
  if (w_slots(&first->insn) == 2) { /* all of one opcode are of one length */
    if (pc + 1 >= count)
      return INVALID("the second half of a 64-bit constant is missing");
    next = s + 1;
    if (next->op || next->dst || next->src || next->off)
      return INVALID("the second half of a 64-bit constant has fields that must be 0");
  }
  const struct w_encoding *e = w_encoding_of(s, next);
  if (!e)
    return explain(first, end, s, next, text, size);
  if (e->unsupported)
    return UNSUPPORTED("%s are not supported", e->unsupported);
  if (s->dst > MAX_REGISTER || s->src > MAX_REGISTER)
    return INVALID("register r%u does not exist", s->dst > MAX_REGISTER ? s->dst : s->src);
  *insn = e->insn;
  insn->dst = s->dst;
  insn->src = s->src;
  insn->off = (int32_t)operand(e->off, s, next);
  insn->imm = operand(e->imm, s, next);
  return W_DECODED;
}

enum w_decoded w_decode_all(const struct warrant_insn *slots, uint32_t count, struct w_insn *insns,
                            uint32_t *bad, char *text, size_t size) {
  enum w_decoded all = W_DECODED;
  char sentence[160];
  for (uint32_t pc = 0; pc < count;) {
    enum w_decoded one = w_decode(slots, count, pc, &insns[pc], sentence, sizeof sentence);
    if (one != W_DECODED && (all == W_DECODED || one == W_DECODE_INVALID)) {
      all = one;
      *bad = pc;
      if (text && size)
        snprintf(text, size, "%s", sentence);
      if (one == W_DECODE_INVALID)
        return all;
    }
    uint32_t n = one == W_DECODED ? w_slots(&insns[pc]) : 1;
    if (n == 2 && pc + 1 < count)
      memset(&insns[pc + 1], 0, sizeof insns[pc + 1]);
    pc += n;
  }
  return all;
}

int w_decode_check(const struct warrant_program *program, struct warrant_error *error) {
  char text[160];
  for (uint32_t pc = 0; pc < program->insn_count;) {
    struct w_insn insn;
    enum w_decoded one =
        w_decode(program->insns, program->insn_count, pc, &insn, text, sizeof text);
    if (one != W_DECODED)
      return warrant_fail(error, one == W_DECODE_INVALID ? WARRANT_BAD_INPUT : WARRANT_UNSUPPORTED,
                          "instruction %u: %s", pc, text);
    pc += w_slots(&insn);
  }
  return 0;
}
