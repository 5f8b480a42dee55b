/* warrant seccomp diff: what changed between two filters, with a witness for each change. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/seccomp_commands.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_pieces.h"
#include "cmd/seccomp_subject.h"
#include "cmd/seccomp_wrap.h"

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
  bool undecided; /* something could not be looked at */
};
/* The calls that a change is about: one, or numbers from low to high, or those of a set, which is
 * NULL for other kinds. */
struct which {
  const char *arch, *name; /* `name` or NULL */
  uint32_t token, low, high;
  const char *set;
};

static void print_change(struct diff *d, const struct which *w, bdd_t f) {
  for (uint32_t i = 0; i < d->count; i++) {
    bdd_t leaf = w_bdd_make(d->m, INPUT_VARS + i, BDD_FALSE, BDD_TRUE);
    bdd_t when = w_bdd_cut(d->m, f, INPUT_VARS, leaf);
    d->undecided |= when == BDD_NONE;
    if (when == BDD_FALSE || when == BDD_NONE)
      continue;
    const struct change *c = &d->changes[i];
    unsigned *counter = *c->word == 'a' ? &d->allowed : *c->word == 'd' ? &d->denied : &d->changed;
    ++*counter;
    struct seccomp_data input = w_audit_input(d->m, when);
    input.arch = w->token;
    input.nr = (int)w->low;
    char old[64], new[64];
    w_action_text(c->old, old, sizeof old);
    w_action_text(c->new, new, sizeof new);
    if (d->options->json) {
      cJSON *o = cJSON_CreateObject();
      cmd_json_text(o, "change", c->word);
      cmd_json_text(o, "arch", w->arch);
      cmd_json_text(o, "syscall", w->name);
      cmd_json_u64(o, "nr", w->low);
      if (w->high != w->low)
        cmd_json_u64(o, "nr_last", w->high);
      if (w->set)
        cmd_json_text(o, "numbers", w->set);
      cmd_json_text(o, "old", old);
      cmd_json_text(o, "new", new);
      cJSON_AddItemToObject(o, "witness", json_input(&input));
      cmd_print_json(o);
    } else if (!d->options->quiet) {
      printf("%s%-8s%s ", cmd_colour(stdout, *c->word == 'a' ? CMD_BAD : CMD_NOTE), c->word,
             cmd_colour(stdout, CMD_PLAIN));
      char last[CALL_NUMBER_MAX], *text = NULL, *call = input_text(&input); /* owned here */
      call_number(w->high, last);
      bool run = w->high != w->low;
      if (call &&
          asprintf(&text, "%s%s%s%s%s%s%s: %s, was %s", call, run ? " (and numbers up to " : "",
                   run ? last : "", run ? ")" : "", w->set ? " (and others with " : "",
                   w->set ? w->set : "", w->set ? ")" : "", new, old) < 0)
        text = NULL;
      put_wrapped(stdout, 9, 12, text ? text : "out of memory");
      free(text);
      free(call);
      putchar('\n');
    }
  }
}

/* The changes of one architecture, whose numbers are from `from` to `to`. */
static void diff_numbers(struct diff *d, const char *name, uint32_t token, unsigned arch, bdd_t f,
                         uint32_t from, uint32_t to) {
  struct arch_calls calls = {0};
  if (arch < ARCHES)
    calls = calls_of(arch);
  bdd_t domain = word_within(d->m, INPUT_NR, from, to), named = named_numbers(d->m, &calls);
  bdd_t unnamed = bdd_and(d->m, domain, bdd_not(d->m, named));
  struct pieces p = split_within(d->m, f, INPUT_NR, domain, named);
  d->undecided |= p.failed;
  unsigned next = 0;
  for (size_t i = 0; i < p.count; i++) {
    struct which w = {.arch = name, .token = token};
    uint32_t low = p.pieces[i].low < from ? from : p.pieces[i].low;
    uint32_t high = p.pieces[i].high > to ? to : p.pieces[i].high;
    if (low > high || p.pieces[i].high < from || p.pieces[i].low > to)
      continue;
    bdd_t g = p.pieces[i].f;
    if (p.pieces[i].set != BDD_NONE) {
      if (g == BDD_FALSE)
        continue;
      char *text = word_text(d->m, w_bdd_cut(d->m, f, 32 * (INPUT_NR + 1), g), INPUT_NR,
                             unnamed); /* owned here */
      d->undecided |= !text;
      w.low = w.high = low;
      w.set = text ? text : "numbers of a set too large to print";
      print_change(d, &w, g);
      free(text);
      continue;
    }
    while (next < calls.count && calls.calls[next].nr < low)
      next++;
    if (g == BDD_FALSE)
      continue;
    uint64_t at = low;
    for (; next < calls.count && calls.calls[next].nr <= high; next++) {
      w.low = (uint32_t)at;
      w.high = calls.calls[next].nr - 1;
      w.name = NULL;
      if (at < calls.calls[next].nr)
        print_change(d, &w, g);
      w.low = w.high = calls.calls[next].nr;
      w.name = calls.calls[next].name;
      print_change(d, &w, g);
      at = (uint64_t)calls.calls[next].nr + 1;
    }
    w.low = (uint32_t)at;
    w.high = high;
    w.name = NULL;
    if (at <= high)
      print_change(d, &w, g);
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

/* The changes of all architectures: by name, and those without in runs or sets. */
static void diff_arches(struct diff *d, bdd_t f) {
  bdd_t named = named_arches(d->m);
  struct pieces p = split_within(d->m, f, INPUT_ARCH, BDD_TRUE, named);
  d->undecided |= p.failed;
  for (size_t i = 0; i < p.count; i++) {
    const struct piece *q = &p.pieces[i];
    bool known = false;
    if (q->f == BDD_FALSE)
      continue;
    for (unsigned k = 0; k < ARCHES && q->set == BDD_NONE; k++)
      if (arches[k].token >= q->low && arches[k].token <= q->high) {
        known = true;
        diff_numbers(d, arches[k].name, arches[k].token, k, q->f, k == X32 ? X32_BIT : 0,
                     k == X86_64 ? X32_BIT - 1 : UINT32_MAX);
      }
    if (known && q->low == q->high)
      continue;
    char name[64], *set = NULL; /* owned here */
    snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, q->low, q->high);
    if (q->set != BDD_NONE) {
      set = word_text(d->m, w_bdd_cut(d->m, f, 32 * (INPUT_ARCH + 1), q->f), INPUT_ARCH,
                      bdd_not(d->m, named));
      d->undecided |= !set;
    }
    diff_numbers(d, set ? set : name, q->low, ARCHES, q->f, 0, UINT32_MAX);
    free(set);
  }
  free(p.pieces);
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
    if (f != BDD_NONE)
      diff_arches(&d, f);
    undecided |= d.undecided;
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
