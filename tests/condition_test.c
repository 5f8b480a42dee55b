/* Conditions that compare arguments with each other: what a text means is what it says for single
 * calls, what is written is read back, and hostile text is refused. A line a test. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "audit/condition_text.h"
#include "audit/input.h"
#include "random.h"
#include "report.h"

static struct gen gen = {20};
static uint32_t below(uint32_t n) { return gen_below(&gen, n); }
static uint64_t likely(void) {
  static const uint64_t some[] = {0, 1, 2, 7, 255, 0xffff, 0x7fffffff, 0xffffffff};
  uint64_t v = GEN_PICK(&gen, some);
  return below(4) == 0 ? v << 32 | GEN_PICK(&gen, some)
         : below(5)    ? v + below(3) - 1
                       : gen_u64(&gen);
}

/* ---- Random conditions, and what they mean ---- */

enum { TEXT_MAX = 4000 };
struct source {
  char text[TEXT_MAX];
  size_t length;
  const uint64_t *args; /* NULL while the text is written */
  const char *at;       /* while it is evaluated */
};
static void put(struct source *s, const char *text) {
  size_t n = strlen(text);
  if (s->length + n >= sizeof s->text)
    exit(2);
  memcpy(s->text + s->length, text, n + 1);
  s->length += n;
}
static void put_number(struct source *s, uint64_t k) {
  char one[32];
  snprintf(one, sizeof one, below(2) ? "0x%" PRIx64 : "%" PRIu64, k);
  put(s, one);
}
static void write_expression(struct source *s, unsigned depth);
static void write_part(struct source *s, unsigned depth) {
  char name[16];
  switch (below(depth ? 6 : 4)) {
  case 0:
    put_number(s, likely());
    break;
  case 4:
  case 5:
    put(s, "(");
    write_expression(s, depth - 1);
    put(s, ")");
    break;
  default:
    snprintf(name, sizeof name, "arg%u%s", below(3), below(6) ? "" : ".high");
    put(s, name);
  }
}
static void write_expression(struct source *s, unsigned depth) {
  write_part(s, depth);
  for (unsigned n = below(3); n > 0; n--) {
    put(s, below(2) ? " + " : " - ");
    write_part(s, depth);
  }
  if (below(3)) {
    put(s, " & ");
    put_number(s, below(2) ? 0xffff : likely());
  }
}
static void write_condition(struct source *s, unsigned depth) {
  static const char *const operators[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
  if (depth && below(2)) {
    put(s, below(3) ? "(" : "not (");
    write_condition(s, depth - 1);
    put(s, below(2) ? " and " : " or ");
    write_condition(s, depth - 1);
    put(s, ")");
    return;
  }
  write_expression(s, 1);
  put(s, GEN_PICK(&gen, operators));
  write_expression(s, 1);
}

/* An evaluator of its own, for texts of the form above. */
static bool eat(struct source *s, const char *text) {
  size_t n = strlen(text);
  if (strncmp(s->at, text, n) != 0)
    return false;
  s->at += n;
  return true;
}
static uint64_t value(struct source *s);
static uint64_t part_value(struct source *s) {
  if (eat(s, "(")) {
    uint64_t v = value(s);
    eat(s, ")");
    return v;
  }
  if (eat(s, "arg")) {
    uint64_t v = s->args[*s->at++ - '0'];
    return eat(s, ".high") ? v >> 32 : v;
  }
  char *end;
  uint64_t v = strtoull(s->at, &end, 0);
  s->at = end;
  return v;
}
static uint64_t value(struct source *s) {
  uint64_t v = part_value(s);
  for (;;) {
    if (eat(s, " + "))
      v += part_value(s);
    else if (eat(s, " - "))
      v -= part_value(s);
    else if (eat(s, " & "))
      v &= part_value(s);
    else
      return v;
  }
}
/* Whether a parenthesis is around a condition: one holds no comparison inside of an expression. */
static bool opens_condition(const char *s) {
  unsigned depth = 0;
  do {
    depth += *s == '(';
    depth -= *s == ')';
    if (strchr("=<>!", *s))
      return true;
  } while (*++s && depth);
  return false;
}
static bool truth(struct source *s) {
  bool negated = eat(s, "not ");
  if (*s->at == '(' && opens_condition(s->at)) {
    eat(s, "(");
    bool a = truth(s), both = eat(s, " and ");
    if (!both)
      eat(s, " or ");
    bool b = truth(s);
    eat(s, ")");
    return negated ^ (both ? a && b : a || b);
  }
  uint64_t a = value(s);
  char op[3] = {0};
  sscanf(s->at, " %2[=!<>]", op);
  s->at += strlen(op) + 2;
  uint64_t b = value(s);
  switch (op[0]) {
  case '=':
    return a == b;
  case '!':
    return a != b;
  case '<':
    return op[1] ? a <= b : a < b;
  default:
    return op[1] ? a >= b : a > b;
  }
}

static struct bdd *manager(const char *text) {
  struct bdd *m = w_bdd_new(100000);
  struct meetings meetings;
  w_meetings_start(&meetings);
  w_condition_meetings(text, &meetings);
  if (!m || w_input_order(m, NULL, 0, &meetings))
    exit(2);
  return m;
}

static void test_meaning(void) {
  enum { CONDITIONS = 150, INPUTS = 200 };
  unsigned refused = 0, large = 0, wrong = 0, unread = 0, plain = 0;
  for (unsigned n = 0; n < CONDITIONS; n++) {
    struct source s = {.length = 0};
    write_condition(&s, 1);
    struct bdd *m = manager(s.text);
    struct warrant_error error = {0};
    const char *at = s.text;
    bdd_t f = BDD_NONE;
    if (w_condition_read(m, &at, &f, &error) || *at) {
      bool limit = strstr(error.text, "too large") != NULL;
      large += limit;
      refused += !limit;
      if (!limit)
        printf("# refused: %s: %s at %s\n", s.text, error.text, at);
      w_bdd_free(m);
      continue;
    }
    for (unsigned i = 0; i < INPUTS; i++) {
      struct seccomp_data d =
          bdd_is_leaf(f) || below(2) ? (struct seccomp_data){0} : w_audit_input(m, f);
      uint64_t args[6];
      for (unsigned k = 0; k < 6; k++)
        args[k] = below(3) ? likely() : d.args[k];
      if (below(3) == 0)
        args[1] = args[0] + below(3) - 1;
      memcpy(d.args, args, sizeof args);
      uint8_t bits[INPUT_VARS / 8];
      w_audit_assignment(m, &d, bits);
      s.args = args;
      s.at = s.text;
      bool right = truth(&s);
      if (w_bdd_value(m, f, bits) != right) {
        if (wrong++ < 3)
          printf("# wrong: %s for 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "\n", s.text, args[0],
                 args[1], args[2]);
      }
    }
    char *text = w_condition_text(m, f); /* read back there; here once more, to the end */
    bdd_t g = BDD_NONE;
    const char *again = text;
    unread += text && (w_condition_read(m, &again, &g, NULL) || g != f || *again);
    plain += text && strncmp(text, "diagram", 7) != 0;
    free(text);
    w_bdd_free(m);
  }
  report(wrong == 0, "meaning: random conditions on random calls", "some calls differ");
  report(refused == 0, "meaning: every condition is read", "some are refused");
  report(large < CONDITIONS / 4, "meaning: three in four are small enough", "more are too large");
  report(unread == 0 && plain > 0, "text: written and read back", "one is not read back");
  printf("# %u conditions: %u too large, %u written without a diagram\n", CONDITIONS, large, plain);
}

static void test_hostile(void) {
  static const char *const bad[] = {"arg0 + == 1",
                                    "arg0 & 0xff + 1 == arg1",
                                    "arg0 == arg1 +",
                                    "(arg0 + 1",
                                    "(arg0 == 1) + 1 == 2",
                                    "arg0 < arg1 < arg2",
                                    "arg0.low == 1",
                                    "arg0 + 99999999999999999999 == arg1",
                                    "arg0 & (1 == 1",
                                    "1",
                                    "arg0 -",
                                    "-1 == arg0",
                                    "diagram(n1 = arg0 + arg1 & 0x1 ? true : false; n1)"};
  unsigned accepted = 0;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct bdd *m = manager(bad[i]);
    const char *at = bad[i];
    bdd_t f;
    if (w_condition_read(m, &at, &f, NULL) == 0 && *at == '\0' && ++accepted)
      printf("# accepted: %s\n", bad[i]);
    w_bdd_free(m);
  }
  report(accepted == 0, "hostile: malformed conditions are refused", "one was accepted");

  char *deep = malloc(20001 + 40); /* owned here */
  if (!deep)
    exit(2);
  memset(deep, '(', 20000);
  strcpy(deep + 20000, "arg0 == 1");
  struct bdd *m = manager(deep);
  const char *at = deep;
  bdd_t f;
  struct warrant_error error = {0};
  report(w_condition_read(m, &at, &f, &error) != 0, "hostile: 20,000 parentheses", "accepted");
  w_bdd_free(m);
  free(deep);

  unsigned read = 0;
  for (unsigned n = 0; n < 3000; n++) { /* under the sanitizers: nothing else is asked */
    struct source s = {.length = 0};
    write_condition(&s, 1);
    for (unsigned k = 1 + below(4); k > 0; k--)
      s.text[below((uint32_t)s.length)] = "()&+-<>=!{}[],.0x9argip \t\n"[below(26)];
    struct bdd *fresh = w_bdd_new(2000);
    at = s.text;
    if (!fresh)
      exit(2);
    struct meetings meetings;
    w_meetings_start(&meetings);
    w_condition_meetings(s.text, &meetings);
    read += w_condition_read(fresh, &at, &f, NULL) == 0;
    w_bdd_free(fresh);
  }
  report(read > 0, "hostile: 3,000 damaged conditions", "none could be read any more");
}

int main(void) {
  test_meaning();
  test_hostile();
  return failures != 0;
}
