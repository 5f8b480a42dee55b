/* warrant seccomp diff: what changed between two filters, with a witness for each change. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_pieces.h"
#include "cmd/seccomp_subject.h"

struct change {
  uint32_t old, new;
  const char *word;
};
struct diff {
  const struct cmd_options *options;
  struct bdd *m;
  struct change *changes; /* owned; variable INPUT_VARS + i stands for change i */
  uint32_t count;
  unsigned allowed, denied, changed;
};

static void print_change(struct diff *d, const char *arch, const char *call, uint32_t low,
                         uint32_t high, bdd_t f, uint32_t token) {
  for (uint32_t i = 0; i < d->count; i++) {
    bdd_t leaf = w_bdd_make(d->m, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    bdd_t when = w_bdd_cut(d->m, f, INPUT_VARS, leaf);
    if (when == BDD_FALSE || when == BDD_NONE)
      continue;
    const struct change *c = &d->changes[i];
    unsigned *counter = *c->word == 'a' ? &d->allowed : *c->word == 'd' ? &d->denied : &d->changed;
    ++*counter;
    struct seccomp_data input = w_audit_input(d->m, when);
    input.arch = token;
    input.nr = (int)low;
    char old[64], new[64];
    w_action_text(c->old, old, sizeof old);
    w_action_text(c->new, new, sizeof new);
    if (d->options->json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "change", c->word);
      cmd_json_text(o, "arch", arch);
      cmd_json_text(o, "syscall", call);
      cmd_json_u64(o, "nr", low);
      if (high != low)
        cmd_json_u64(o, "nr_last", high);
      cmd_json_text(o, "old", old);
      cmd_json_text(o, "new", new);
      cJSON_AddItemToObject(o, "witness", json_input(&input));
      cmd_print_json(o);
    } else if (!d->options->quiet) {
      printf("%s%-8s%s ", cmd_colour(stdout, *c->word == 'a' ? CMD_BAD : CMD_NOTE), c->word,
             cmd_colour(stdout, CMD_PLAIN));
      print_input(stdout, &input);
      char last[CALL_NUMBER_MAX];
      call_number(high, last);
      if (high != low)
        printf(" (and numbers up to %s)", last);
      printf(": %s, was %s\n", new, old);
    }
  }
}

static void diff_numbers(struct diff *d, const char *name, uint32_t token, unsigned arch, bdd_t f,
                         uint32_t from, uint32_t to) {
  struct pieces p = split_word(d->m, f, INPUT_NR);
  struct arch_calls calls = {0};
  if (arch < ARCHES)
    calls = calls_of(arch);
  unsigned next = 0;
  for (size_t i = 0; i < p.count; i++) {
    uint32_t low = p.pieces[i].low < from ? from : p.pieces[i].low;
    uint32_t high = p.pieces[i].high > to ? to : p.pieces[i].high;
    if (low > high || p.pieces[i].high < from || p.pieces[i].low > to)
      continue;
    bdd_t g = p.pieces[i].f;
    while (next < calls.count && calls.calls[next].nr < low)
      next++;
    if (g == BDD_FALSE)
      continue;
    uint64_t at = low;
    for (; next < calls.count && calls.calls[next].nr <= high; next++) {
      if (at < calls.calls[next].nr)
        print_change(d, name, NULL, (uint32_t)at, calls.calls[next].nr - 1, g, token);
      print_change(d, name, calls.calls[next].name, calls.calls[next].nr, calls.calls[next].nr, g,
                   token);
      at = (uint64_t)calls.calls[next].nr + 1;
    }
    if (at <= high)
      print_change(d, name, NULL, (uint32_t)at, high, g, token);
  }
  calls_free(&calls);
  free(p.pieces);
}

static const char *change_word(uint32_t old, uint32_t new) {
  bool before = w_action_runs(old), after = w_action_runs(new);
  return before == after ? "changed" : after ? "allowed" : "denied";
}

/* The inputs that end differently, with the kind of change below them. BDD_NONE at a limit. */
static bdd_t differences(struct diff *d, const struct audit *old, const struct audit *new) {
  bdd_t f = BDD_FALSE;
  d->changes = calloc((size_t)old->outcome_count * new->outcome_count + 1, sizeof *d->changes);
  if (!d->changes)
    return BDD_NONE;
  for (uint32_t i = 0; i < old->outcome_count; i++)
    for (uint32_t j = 0; j < new->outcome_count; j++) {
      uint32_t a = old->outcomes[i].value, b = new->outcomes[j].value;
      if (a == b)
        continue;
      bdd_t both = bdd_and(d->m, old->outcomes[i].when, new->outcomes[j].when);
      if (both == BDD_FALSE)
        continue;
      bdd_t leaf = w_bdd_make(d->m, INPUT_VARS + d->count, BDD_FALSE, BDD_TRUE);
      f = w_bdd_ite(d->m, both, leaf, f);
      d->changes[d->count++] = (struct change){a, b, change_word(a, b)};
    }
  return f;
}

int seccomp_diff(const struct seccomp_options *options, char **files, unsigned count) {
  (void)count;
  struct bdd *bdd = w_bdd_new(options->limit);
  struct subject old = {0}, new = {0};
  struct diff d = {.options = &options->common, .m = bdd};
  int code = bdd ? WARRANT_OK : WARRANT_BAD_INPUT;
  if (!bdd)
    cmd_complain("out of memory");
  if (!code)
    code = subject_filters(&old, options, &files[0], 1);
  if (!code)
    code = subject_filters(&new, options, &files[1], 1);
  if (!code && subjects_order(bdd, (const struct subject *[]){&old, &new}, 2, NULL)) {
    cmd_complain("out of memory");
    code = WARRANT_BAD_INPUT;
  }
  if (!code)
    code = subject_audit(&old, files[0], bdd, options->limit);
  if (!code)
    code = subject_audit(&new, files[1], bdd, options->limit);
  if (!code) {
    w_bdd_allow(bdd, options->limit / 2);
    bdd_t f = differences(&d, &old.all, &new.all);
    bool undecided =
        f == BDD_NONE || old.all.undecided != BDD_FALSE || new.all.undecided != BDD_FALSE;
    struct pieces p = {0};
    if (f != BDD_NONE)
      p = split_word(bdd, f, INPUT_ARCH);
    for (size_t i = 0; i < p.count; i++) {
      const struct piece *q = &p.pieces[i];
      if (q->f == BDD_FALSE)
        continue;
      bool named = false;
      for (unsigned k = 0; k < ARCHES; k++)
        if (arches[k].token >= q->low && arches[k].token <= q->high) {
          named = true;
          diff_numbers(&d, arches[k].name, arches[k].token, k, q->f, k == X32 ? X32_BIT : 0,
                       k == X86_64 ? X32_BIT - 1 : UINT32_MAX);
        }
      if (!named || q->low != q->high) {
        char name[64];
        snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, q->low, q->high);
        diff_numbers(&d, name, q->low, ARCHES, q->f, 0, UINT32_MAX);
      }
    }
    undecided |= p.failed;
    free(p.pieces);
    if (undecided)
      cmd_complain("undecided for some inputs: their arithmetic is too large for --limit");
    else if (!options->common.json && !options->common.quiet && f == BDD_FALSE)
      puts("equivalent: every input ends the same");
    unsigned counted = options->fail_on == FAIL_ALLOWED  ? d.allowed
                       : options->fail_on == FAIL_DENIED ? d.denied
                                                         : d.allowed + d.denied + d.changed;
    code = counted || undecided ? WARRANT_REFUSED : WARRANT_OK;
  }
  free(d.changes);
  subject_free(&old);
  subject_free(&new);
  w_bdd_free(bdd);
  return code;
}
