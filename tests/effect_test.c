/* What Linux makes of returned values, in C: the table of actions against the kernel's header, and
 * `--values`, `--tables COUNT`: what effect_table_test.ml compares with the proved side. */
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/effect.h"
#include "diagram_text.h"
#include "isa/tables.h"
#include "random.h"
#include "report.h"

static struct gen gen = {1};
static uint32_t below(uint32_t n) { return gen_below(&gen, n); }

/* ---- Values ---- */

static const uint32_t some_data[] = {0,    1,      7,      4094,   4095,  4096,
                                     5000, 0x7fff, 0x8000, 0xfffe, 0xffff};
static const uint32_t no_actions[] = {0x00010000, 0x00040000, 0x00060000, 0x12340000, 0x7ffd0000,
                                      0x7ffe0000, 0x80010000, 0x80030000, 0xffff0000};
enum {
  DATA = sizeof some_data / sizeof *some_data,
  NO_ACTIONS = sizeof no_actions / sizeof *no_actions,
  RANDOM_VALUES = 100000
};

static void print_value(uint32_t value) {
  printf("%" PRIu32 " %" PRIu32 "\n", value, w_action_effect(value));
}
/* Every action and some numbers that are none, each with data at the borders; then random ones,
 * each second of which has an action. */
static int print_values(void) {
  for (uint32_t k = 0; k < DATA; k++) {
    for (uint32_t i = 0; i < w_seccomp_action_count; i++)
      print_value(w_seccomp_actions[i].value | some_data[k]);
    for (uint32_t i = 0; i < NO_ACTIONS; i++)
      print_value(no_actions[i] | some_data[k]);
  }
  for (uint32_t n = 0; n < RANDOM_VALUES; n++) {
    uint32_t value = (uint32_t)gen_u64(&gen);
    uint32_t action = w_seccomp_actions[below(w_seccomp_action_count)].value;
    print_value(n % 2 ? value : action | (value & SECCOMP_RET_DATA));
  }
  return 0;
}
static uint32_t some_value(void) {
  uint32_t action = below(6) ? w_seccomp_actions[below(w_seccomp_action_count)].value
                             : no_actions[below(NO_ACTIONS)];
  return action | some_data[below(DATA)];
}

/* ---- Stacks ---- */

enum { MOST_INSNS = 64, MOST_FILTERS = 3 };
static struct warrant_cinsn insns[MOST_FILTERS][MOST_INSNS];
static struct warrant_program filters[MOST_FILTERS];
static void emit(struct warrant_program *p, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k) {
  p->cinsns[p->insn_count++] = (struct warrant_cinsn){code, jt, jf, k};
}
/* Rules about a few numbers and low bits of arguments, so that filters of a stack meet; seldom one
 * about a product, which is beyond small limits. */
static void random_filter(struct warrant_program *p, unsigned rules) {
  static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
  p->insn_count = 0;
  for (unsigned i = 0; i < rules; i++) {
    uint32_t place = below(3) ? 0 : 16 + 8 * below(2);
    emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, place);
    if (place && below(20) == 0) {
      emit(p, BPF_MISC | BPF_TAX, 0, 0, 0);
      emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, 24);
      emit(p, BPF_ALU | BPF_MUL | BPF_X, 0, 0, 0);
    }
    emit(p, BPF_JMP | tests[below(4)] | BPF_K, 0, 1, below(place ? 16 : 5));
    emit(p, BPF_RET | BPF_K, 0, 0, some_value());
  }
  emit(p, BPF_RET | BPF_K, 0, 0, some_value());
}
/* A line `filters LIMIT COUNT`, the instructions of each in a line, in the order of installation; a
 * line `row EFFECT DIAGRAM` each and `undecided DIAGRAM`, or `refused`. */
static void print_stack(uint32_t limit, uint32_t count) {
  struct numbering *n = malloc(sizeof *n);
  struct bdd *m = w_bdd_new(limit);
  const struct warrant_program *programs[MOST_FILTERS];
  struct audit audits[MOST_FILTERS], stack = {0}, all;
  printf("filters %" PRIu32 " %" PRIu32 "\n", limit, count);
  for (uint32_t i = 0; i < count; i++) {
    programs[i] = &filters[i];
    for (uint32_t k = 0; k < filters[i].insn_count; k++)
      printf("%s%u %u %u %" PRIu32, k ? " " : "", insns[i][k].code, insns[i][k].jt, insns[i][k].jf,
             insns[i][k].k);
    putchar('\n');
  }
  struct meetings none;
  w_meetings_start(&none);
  if (!n || !m || w_input_order(m, programs, count, &none))
    exit(2);
  for (uint32_t i = 0; i < count; i++)
    if (warrant_audit(&filters[i], m, &audits[i], NULL))
      exit(2);
  if (count > 1 && w_audit_stack(audits, count, &stack, NULL))
    exit(2);
  int failed = w_audit_effects(count > 1 ? &stack : &audits[0], &all);
  if (failed < 0)
    exit(2);
  for (uint32_t i = 0; i < all.outcome_count && !failed; i++) {
    printf("row %" PRIu32, all.outcomes[i].value);
    n->count = 0;
    print_diagram(m, all.outcomes[i].when, n);
    putchar('\n');
  }
  printf(failed ? "refused" : "undecided");
  n->count = 0;
  if (!failed)
    print_diagram(m, all.undecided, n);
  putchar('\n');
  free(all.outcomes);
  w_audit_free(&stack);
  for (uint32_t i = 0; i < count; i++)
    w_audit_free(&audits[i]);
  free(n);
  w_bdd_free(m);
}
static int print_tables(unsigned count) {
  static const uint32_t limits[] = {64, 200, 500, 1000, 3000, 10000, 30000};
  for (unsigned i = 0; i < MOST_FILTERS; i++)
    filters[i] = (struct warrant_program){.kind = WARRANT_SECCOMP, .cinsns = insns[i]};
  for (unsigned n = 0; n < count; n++) {
    uint32_t filter_count = 1 + below(MOST_FILTERS);
    for (unsigned i = 0; i < filter_count; i++)
      random_filter(&filters[i], 1 + below(8));
    print_stack(GEN_PICK(&gen, limits), filter_count);
  }
  return 0;
}

/* ---- The table of actions ---- */

static void test_actions(void) {
  static const struct {
    const char *name;
    uint32_t value;
  } kernel[] = {
      {"KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
      {"KILL_THREAD", SECCOMP_RET_KILL_THREAD},
      {"TRAP", SECCOMP_RET_TRAP},
      {"ERRNO", SECCOMP_RET_ERRNO},
      {"USER_NOTIF", SECCOMP_RET_USER_NOTIF},
      {"TRACE", SECCOMP_RET_TRACE},
      {"LOG", SECCOMP_RET_LOG},
      {"ALLOW", SECCOMP_RET_ALLOW},
  };
  uint32_t right = 0;
  for (uint32_t i = 0; i < sizeof kernel / sizeof *kernel && i < w_seccomp_action_count; i++)
    right += w_seccomp_actions[i].value == kernel[i].value &&
             strcmp(w_seccomp_actions[i].name, kernel[i].name) == 0;
  report(right == 8 && w_seccomp_action_count == 8, "names and numbers are the kernel's", NULL);
  uint32_t lower = 0;
  for (uint32_t i = 1; i < w_seccomp_action_count; i++)
    lower += (int32_t)w_seccomp_actions[i - 1].value < (int32_t)w_seccomp_actions[i].value;
  report(lower == 7, "the strictest one first", NULL);
  report(w_action_stricter(SECCOMP_RET_ERRNO | 4, SECCOMP_RET_ERRNO | 5) == (SECCOMP_RET_ERRNO | 4),
         "of equal actions the newer one's data", NULL);
  report(w_action_stricter(SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS) ==
             SECCOMP_RET_KILL_PROCESS,
         "actions are compared as signed numbers", NULL);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--values") == 0)
    return print_values();
  if (argc == 3 && strcmp(argv[1], "--tables") == 0)
    return print_tables((unsigned)strtoul(argv[2], NULL, 10));
  test_actions();
  return failures != 0;
}
