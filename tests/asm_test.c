/* The assembler against the disassembler: every instruction that decodes survives text, and every
 * text that is printed survives bytes. Then what people write: labels, comments, mistakes; and text
 * that is damaged. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "isa/decode.h"
#include "isa/tables.h"
#include "classic/disasm.h"
#include "gen.h"
#include "report.h"

enum { CASES = 1000000, BATCH = 512 };

static struct gen g = {1};
static uint32_t below(uint32_t n) { return gen_below(&g, n); }
static int32_t number(void) { return (int32_t)gen_number(&g); }

static bool equal(const struct warrant_insn *a, const struct warrant_insn *b) {
  return a->op == b->op && a->dst == b->dst && a->src == b->src && a->off == b->off &&
         a->imm == b->imm;
}
static void show(const char *what, const struct warrant_insn *i) {
  printf("# %s: op 0x%02x dst %u src %u off %d imm %" PRId32 "\n", what, i->op, i->dst, i->src,
         i->off, i->imm);
}

/* --- Round trips ----------------------------------------------------------------------------- */

/* Instructions gathered until there are enough of them for one text. */
static struct batch {
  struct warrant_insn insns[BATCH + 2];
  uint32_t count;
} batch;
static uint64_t cases, by_opcode[256];
static bool same_bytes = true, same_text = true;

static size_t print(const struct warrant_insn *insns, uint32_t count, char *text) {
  struct warrant_program p = {.insns = (struct warrant_insn *)insns, .insn_count = count};
  size_t n = 0;
  for (uint32_t pc = 0; pc < count;) {
    pc += warrant_disasm(&p, pc, text + n, WARRANT_DISASM_MAX);
    n += strlen(text + n);
    text[n++] = '\n';
  }
  text[n] = '\0';
  return n;
}

static void flush(bool bytes_too) {
  static char text[(BATCH + 2) * WARRANT_DISASM_MAX + 1], again[sizeof text];
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  struct warrant_error error = {0};
  if (!batch.count || !same_bytes || !same_text) { /* the first difference is enough */
    batch.count = 0;
    return;
  }
  size_t n = print(batch.insns, batch.count, text);
  if (warrant_asm("text", (const uint8_t *)text, n, &insns, &count, &error)) {
    printf("# %s\n", error.text);
    same_bytes = false;
  } else {
    for (uint32_t i = 0; bytes_too && same_bytes && i < batch.count; i++)
      if (i >= count || !equal(&insns[i], &batch.insns[i])) {
        same_bytes = false;
        show("printed", &batch.insns[i]);
        if (i < count)
          show("read", &insns[i]);
      }
    same_bytes = same_bytes && (!bytes_too || count == batch.count);
    same_text =
        count <= batch.count && print(insns, count, again) == n && memcmp(text, again, n) == 0;
    for (const char *x = text, *y = again; !same_text && *x && *y;
         x = strchr(x, '\n') + 1, y = strchr(y, '\n') + 1)
      if (strcspn(x, "\n") != strcspn(y, "\n") || memcmp(x, y, strcspn(x, "\n"))) {
        printf("# printed '%.*s', again '%.*s'\n", (int)strcspn(x, "\n"), x, (int)strcspn(y, "\n"),
               y);
        break;
      }
  }
  free(insns);
  batch.count = 0;
}

/* Adds the instruction when it decodes (to `want`). */
static bool add(const struct warrant_insn *slots, enum w_decoded want) {
  struct w_insn insn;
  if (w_decode(slots, 2, 0, &insn, NULL, 0) != want)
    return false;
  batch.insns[batch.count++] = slots[0];
  if (slots[0].op == 0x18)
    batch.insns[batch.count++] = slots[1];
  by_opcode[slots[0].op]++;
  cases++;
  if (batch.count >= BATCH)
    flush(true);
  return true;
}

static const int16_t offsets[] = {0, 1, -1, 8, -8, 16, 32, 64, 127, -128, INT16_MAX, INT16_MIN};
static const int32_t constants[] = {
    0,    1,    -1,   16,    32,    64, 0x40, 0x41,      0x50,      0x51,      0xa0,
    0xa1, 0xe1, 0xf1, 0x100, 0x110, 5,  211,  INT16_MAX, INT16_MIN, INT32_MAX, INT32_MIN};

/* Each opcode with every register and boundary value of its fields, but no two of those fields
 * together with all others: the random cases mix them. */
static void every_opcode(enum w_decoded want) {
  for (unsigned op = 0; op < 256; op++)
    for (unsigned src = 0; src < 16; src++)
      for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++)
        for (size_t c = 0; c < sizeof constants / sizeof *constants; c++)
          for (unsigned dst = 0; dst < 11; dst += (src + o + c) % 11 ? 11 : 1) {
            struct warrant_insn slots[2] = {{.op = (uint8_t)op,
                                             .dst = dst & 15,
                                             .src = src & 15,
                                             .off = offsets[o],
                                             .imm = constants[c]}};
            add(slots, want);
            slots[1].imm = constants[(c * 7 + o) % (sizeof constants / sizeof *constants)];
            if (op == 0x18 && slots[1].imm)
              add(slots, want);
          }
}

static void random_cases(void) {
  while (cases < CASES && same_bytes && same_text) {
    struct warrant_insn slots[2] = {{.op = (uint8_t)below(256), .dst = below(11) & 15}};
    if (below(2))
      slots[0].src = below(11) & 15;
    if (below(2))
      slots[0].off = below(2) ? GEN_PICK(&g, offsets) : (int16_t)below(65536);
    if (below(2))
      slots[0].imm = below(2) ? GEN_PICK(&g, constants) : number();
    slots[1].imm = below(2) ? number() : 0;
    add(slots, W_DECODED);
  }
}

/* Bytes that mostly are no instruction: their text is read back to what prints the same. */
static void any_bytes(void) {
  for (unsigned n = 0; n < 200000 && same_bytes && same_text; n++) {
    struct warrant_insn i = {.op = (uint8_t)below(256),
                             .dst = below(11) & 15,
                             .src = below(11) & 15,
                             .off = (int16_t)(below(2) ? 0 : below(65536)),
                             .imm = below(2) ? 0 : number()};
    batch.insns[batch.count++] = i;
    if (batch.count >= BATCH)
      flush(false);
  }
  flush(false);
}

static void round_trips(void) {
  every_opcode(W_DECODED);
  uint64_t listed = cases;
  random_cases();
  flush(true);
  unsigned opcodes = 0;
  for (unsigned op = 0; op < 256; op++)
    opcodes += by_opcode[op] > 0;
  printf("# %" PRIu64 " instructions, %" PRIu64 " of them listed; %u opcodes\n", cases, listed,
         opcodes);
  report(same_bytes && cases >= CASES, "bytes to text to bytes", NULL);
  report(same_text, "text to bytes to text", NULL);
  /* RFC 9669 has 122 opcodes that start an instruction and 3 of MEMSX loads; beyond it there are
   * callx, which it has no row for, may_goto, and the atomic loads and stores of 1 and 2 bytes */
  report(opcodes == 122 + 3 + 4, "every opcode is met", NULL);
  same_bytes = same_text = true;
  cases = 0;
  for (uint32_t k = 0; k < w_function_count + w_unsupported_function_count; k++) {
    struct warrant_insn slots[2] = {{.op = 0x85, .src = 2}};
    slots[0].imm =
        k < w_function_count ? w_functions[k].call.id : w_unsupported_number(k - w_function_count);
    add(slots, W_DECODED);
  }
  flush(true);
  report(same_bytes && same_text && cases > 100, "functions of the kernel by name", NULL);
  same_bytes = same_text = true;
  any_bytes();
  report(same_bytes && same_text, "text of any bytes", NULL);
}

/* --- What people write ----------------------------------------------------------------------- */

static bool reads(const char *text, const struct warrant_insn *want, uint32_t want_count) {
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  struct warrant_error error = {0};
  bool good = warrant_asm("text", (const uint8_t *)text, strlen(text), &insns, &count, &error) == 0;
  if (!good)
    printf("# %s\n", error.text);
  good = good && count == want_count;
  for (uint32_t i = 0; good && i < count; i++)
    if (!equal(&insns[i], &want[i])) {
      show("want", &want[i]);
      show("got", &insns[i]);
      good = false;
    }
  free(insns);
  return good;
}
#define READS(text, ...)                                                                           \
  reads(text, (const struct warrant_insn[]){__VA_ARGS__},                                          \
        sizeof((const struct warrant_insn[]){__VA_ARGS__}) / sizeof(struct warrant_insn))
#define INSN(o, d, s, f, i)                                                                        \
  { .op = o, .dst = d, .src = s, .off = f, .imm = i }

/* Encodings by hand, from the opcode tables of RFC 9669. */
static void written(void) {
  bool labels = READS("start: r1 = 5\n"
                      "loop:\n"
                      "  r1 -= 1\n"
                      "  if r1 s> 0 goto loop ; once more\n"
                      "  if w1 != w2 goto out\n"
                      "  gotol start\n"
                      "  may_goto out\n"
                      "  call twice\n"
                      "  goto out // done\n"
                      "twice: out: exit # here",
                      INSN(0xb7, 1, 0, 0, 5), INSN(0x17, 1, 0, 0, 1), INSN(0x65, 1, 0, -2, 0),
                      INSN(0x5e, 1, 2, 4, 0), INSN(0x06, 0, 0, 0, -5), INSN(0xe5, 0, 0, 2, 0),
                      INSN(0x85, 0, 1, 0, 1), INSN(0x05, 0, 0, 0, 0), INSN(0x95, 0, 0, 0, 0));
  report(labels, "labels and comments", NULL);
  bool forms = READS("w3 = *(u8 *)(r2 + 0)\n*(u32*)(r10-4)=w1\nr0=-1\nr0=-r0\nw0 = 0xffffffff\nr1 "
                     "= 0xffffffffffffffff ll\n"
                     "call bpf_map_lookup_elem\ncall 1\nr4 = *(u32 *)(r5)\n r2 = map[#1] ll\nif r1 "
                     "== 0x10 goto pc+1\n"
                     "r0 = *(u8 *)skb[r3 - 2]\n\tw1 s/= -3\r\nr0 = *(s16 *)(r1 + 2)",
                     INSN(0x71, 3, 2, 0, 0), INSN(0x63, 10, 1, -4, 0), INSN(0xb7, 0, 0, 0, -1),
                     INSN(0x87, 0, 0, 0, 0), INSN(0xb4, 0, 0, 0, -1), INSN(0x18, 1, 0, 0, -1),
                     INSN(0, 0, 0, 0, -1), INSN(0x85, 0, 0, 0, 1), INSN(0x85, 0, 0, 0, 1),
                     INSN(0x61, 4, 5, 0, 0), INSN(0x18, 2, 1, 0, 1), INSN(0, 0, 0, 0, 0),
                     INSN(0x15, 1, 0, 1, 16), INSN(0x50, 0, 3, 0, -2), INSN(0x34, 1, 0, 1, -3),
                     INSN(0x89, 0, 1, 2, 0));
  report(forms, "forms that LLVM and the kernel print", NULL);
  bool numbered =
      READS("xdp/flow:\n; file.c:3\n     0: w0 = 0\n     1: lock *(u64 *)(r10 - 8) += r1\n"
            "     2: w0 = cmpxchg32_32(r10 - 4, w0, w3)\n     3: exit\n",
            INSN(0xb4, 0, 0, 0, 0), INSN(0xdb, 10, 1, -8, 0), INSN(0xc3, 10, 3, -4, 0xf1),
            INSN(0x95, 0, 0, 0, 0));
  report(numbered, "what warrant disasm prints", NULL);
}

/* --- Mistakes -------------------------------------------------------------------------------- */

static bool refuses(const char *text, const char *says) {
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  struct warrant_error error = {0};
  if (warrant_asm("t", (const uint8_t *)text, strlen(text), &insns, &count, &error) == 0) {
    free(insns);
    printf("# '%.80s' is taken\n", text);
    return false;
  }
  bool good = error.code == WARRANT_BAD_INPUT && strstr(error.text, says);
  if (!good)
    printf("# '%.80s': %s\n", text, error.text);
  return good;
}

static void mistakes(void) {
  static const char *const list[][2] = {
      {"", "t: line 0: the text has no instruction"},
      {"; nothing\n\n", "the text has no instruction"},
      {"exit\nexit now", "t: line 2: 'now' is left over"},
      {"r11 = 0", "'r11 = 0' is no instruction"},
      {"r1 = ", "a value is missing at the end of the line"},
      {"r1 + 2", "'=', '+=' or another assignment should be where '+ 2' is"},
      {"r1 = w2", "not equally wide"},
      {"r1 += w2", "w2 is not as wide"},
      {"w1 s/= r2", "r2 is not as wide"},
      {"r1 = 0xffffffff", "not between -2147483648 and 2147483647"},
      {"w1 = 0x100000000", "not between -2147483648 and 4294967295"},
      {"r1 = 0x10000000000000000 ll", "does not fit in 64 bits"},
      {"w1 = 1 ll", "needs a whole register"},
      {"r1 = 12abc", "'12abc' is not a number"},
      {"r1 = -r2", "should be r1"},
      {"r1 = be16 r2", "should be r1"},
      {"r1 = be24 r1", "a value should be where"},
      {"w1 = be16 w1", "names the whole register"},
      {"w1 = (s32)w2", "a move extends"},
      {"r1 = (u8)r2", "a move extends"},
      {"r1 = *(u24 *)(r2 + 0)", "a type"},
      {"r1 = *(u32 *)(r2 + 32768)", "the offset is not between -32768 and 32767"},
      {"r1 = *(u32 *)(w2 + 0)", "w2 is not as wide"},
      {"r1 = *(s64 *)(r2 + 0)", "has no sign"},
      {"w1 = *(u64 *)(r2 + 0)", "half of the access's 64 bits"},
      {"w1 = *(s8 *)(r2 + 0)", "fills a whole register"},
      {"*(s8 *)(r2 + 0) = 1", "has no sign"},
      {"*(u32 *)(r2 + 0 = 1", "')' should be where '= 1' is"},
      {"r1 = *(u32 *)skb[4]", "into r0"},
      {"r0 = *(u64 *)skb[4]", "into r0"},
      {"lock *(u8 *)(r1 + 0) += r2", "of u32 or u64"},
      {"lock *(u32 *)(r1 + 0) += r2", "r2 is not as wide"},
      {"lock *(u64 *)(r1 + 0) = r2", "one of '+='"},
      {"r1 = atomic_fetch_add((u64 *)(r2 + 0), r3)", "should be r1"},
      {"r1 = cmpxchg_64(r2 + 0, r1, r3)", "goes to r0"},
      {"w2 = cmpxchg32_32(r10 - 4, w2, w3)", "goes to w0"},
      {"w0 = cmpxchg_64(r2 + 0, r0, r3)", "should be r0"},
      {"goto", "a distance or a label is missing"},
      {"goto 40000", "the distance is not between -32768 and 32767"},
      {"goto nowhere", "there is no label 'nowhere'"},
      {"a: exit\nb: exit\na: exit", "line 3: the label 'a' is on line 1 already"},
      {"if r1 goto +1", "a comparison"},
      {"if r1 == 1", "'goto' is missing"},
      {"if r1 == w2 goto +1", "w2 is not as wide"},
      {"call bpf_no_such_helper", "no helper is named"},
      {"call bpf_map_lookup_elem#2", "is helper 1, not 2"},
      {"call 1.5", "is not a number"},
      {"call", "what is called is missing"},
      {"callx w1", "w1 is not as wide"},
      {"r1 = map[flows] ll", "map[#0]"},
      {"r1 = map[#0]", "'ll' is missing"},
      {".8byte", "a number is missing"},
      {"exit; r0 = 1\n\x01", "line 2: '?' is no instruction"},
      {"exi", "is no instruction"},
  };
  bool good = true;
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    good &= refuses(list[i][0], list[i][1]);
  report(good, "mistakes", NULL);
  enum { FAR = 40000 };
  char *far = malloc(FAR * 5 + 64);
  if (!far)
    abort();
  size_t n = (size_t)sprintf(far, "goto  end\n");
  for (int i = 0; i < FAR; i++)
    n += (size_t)sprintf(far + n, "exit\n");
  n += (size_t)sprintf(far + n, "end: exit\n");
  good = refuses(far, "line 1: the label 'end' is too far");
  memcpy(far, "gotol end", 9);
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  good &= !warrant_asm("t", (const uint8_t *)far, n, &insns, &count, NULL) && count == FAR + 2 &&
          insns->imm == FAR;
  free(insns);
  free(far);
  report(good, "a label too far away", NULL);
}

/* Texts with a few characters changed: a sentence or a program, and nothing worse. */
static void damaged(void) {
  static char text[64 * WARRANT_DISASM_MAX + 1];
  static const char bits[] = " \t\n:;#/()[]*+-=<>&0189rwslxif.\"\\\377";
  unsigned refused = 0, taken = 0;
  bool good = true;
  for (unsigned n = 0; n < 20000; n++) {
    struct warrant_insn insns[64];
    uint32_t count = 1 + below(20);
    for (uint32_t i = 0; i < count; i++)
      insns[i] = (struct warrant_insn){.op = (uint8_t)below(256),
                                       .dst = below(11) & 15,
                                       .src = below(4) & 15,
                                       .off = below(3) ? 0 : (int16_t)below(65536),
                                       .imm = below(3) ? 0 : number()};
    size_t size = print(insns, count, text);
    for (unsigned k = below(4); k < 4; k++)
      text[below((uint32_t)size)] = below(8) ? bits[below(sizeof bits)] : (char)below(256);
    size = below(3) ? size : below((uint32_t)size);
    uint8_t *exact = malloc(size + 1); /* so that a read behind the end is seen */
    if (!exact)
      abort();
    memcpy(exact + 1, text, size);
    struct warrant_insn *out = NULL;
    uint32_t got = 0;
    struct warrant_error error = {0};
    (void)warrant_asm_likely(exact + 1, size);
    if (warrant_asm("t", exact + 1, size, &out, &got, &error)) {
      good &= !strncmp(error.text, "t: line ", 8);
      refused++;
    } else {
      good &= got > 0;
      taken++;
      free(out);
    }
    free(exact);
  }
  printf("# of 20000 damaged texts %u are refused\n", refused);
  report(good && refused > 1000 && taken > 1000, "damaged texts", NULL);
}

int main(void) {
  round_trips();
  written();
  mistakes();
  damaged();
  return failures ? 1 : 0;
}
