/* warrant seccomp audit: the table of what a filter decides, and what looks wrong with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "cmd/cmd_seccomp.h"
#include "audit/condition.h"
#include "audit/condition_text.h"

/* What makes a sandbox escapable, or weakens the kernel below it: `--policy` replaces it. */
static const char escape_policy[] = "never RUN for ptrace\n"
                                    "never RUN for process_vm_readv\n"
                                    "never RUN for process_vm_writev\n"
                                    "never RUN for pidfd_getfd\n"
                                    "never RUN for kcmp\n"
                                    "never RUN for open_by_handle_at\n"
                                    "never RUN for bpf\n"
                                    "never RUN for perf_event_open\n"
                                    "never RUN for io_uring_setup\n"
                                    "never RUN for userfaultfd\n"
                                    "never RUN for keyctl\n"
                                    "never RUN for add_key\n"
                                    "never RUN for request_key\n"
                                    "never RUN for init_module\n"
                                    "never RUN for finit_module\n"
                                    "never RUN for delete_module\n"
                                    "never RUN for kexec_load\n"
                                    "never RUN for kexec_file_load\n"
                                    "never RUN for mount\n"
                                    "never RUN for umount2\n"
                                    "never RUN for pivot_root\n"
                                    "never RUN for move_mount\n"
                                    "never RUN for open_tree\n"
                                    "never RUN for fsopen\n"
                                    "never RUN for fsmount\n"
                                    "never RUN for mount_setattr\n"
                                    "never RUN for setns\n"
                                    "never RUN for unshare when arg0 & 0x7e020080 != 0\n"
                                    "never RUN for clone when arg0 & 0x7e020000 != 0\n"
                                    "never RUN for clone3\n"
                                    "never RUN for ioctl when arg1 & 0xffffffff == 0x5412\n"
                                    "never RUN for ioctl when arg1 & 0xffffffff == 0x541c\n"
                                    "never RUN for reboot\n"
                                    "never RUN for swapon\n"
                                    "never RUN for swapoff\n"
                                    "never RUN for iopl\n"
                                    "never RUN for ioperm\n"
                                    "never RUN for acct\n"
                                    "never RUN for quotactl\n";

struct report {
  const struct audit_options *options;
  struct subject *s;
  struct bdd *m;
  const struct audit *a;
  bdd_t together;
  unsigned found; /* findings that matter */
  bool undecided;
  bool failed; /* out of memory or at a limit: said once, at the end */
};

/* ---- The table ---- */

/* Calls that one part of a diagram stands for, on one architecture. */
struct group {
  bdd_t f;
  struct {
    char *name; /* borrowed, or NULL for a number or a run of them */
    uint32_t low, high;
  } * calls; /* owned */
  size_t count, room;
};
struct groups {
  struct group *groups; /* owned */
  size_t count, room;
};
static bool group_add(struct groups *g, bdd_t f, char *name, uint32_t low, uint32_t high) {
  size_t i = 0;
  while (i < g->count && g->groups[i].f != f)
    i++;
  if (i == g->count) {
    if (g->count == g->room) {
      size_t room = g->room ? 2 * g->room : 16;
      struct group *more = realloc(g->groups, room * sizeof *more);
      if (!more)
        return false;
      g->groups = more;
      g->room = room;
    }
    g->groups[g->count++] = (struct group){.f = f};
  }
  struct group *group = &g->groups[i];
  if (group->count == group->room) {
    size_t room = group->room ? 2 * group->room : 8;
    void *more = realloc(group->calls, room * sizeof *group->calls);
    if (!more)
      return false;
    group->calls = more;
    group->room = room;
  }
  group->calls[group->count].name = name;
  group->calls[group->count].low = low;
  group->calls[group->count++].high = high;
  return true;
}
static void groups_free(struct groups *g) {
  for (size_t i = 0; i < g->count; i++)
    free(g->groups[i].calls);
  free(g->groups);
}

struct cost {
  bool known;
  uint32_t longest;
  double mean;
};

/* An architecture's table. */
struct section {
  const char *arch;
  struct {
    uint32_t low, high;
  } ranges[2]; /* of numbers; the first decides what is usual */
  unsigned range_count;
  bdd_t f;      /* over numbers and arguments */
  bdd_t rest;   /* what calls without a name come to, for the most part */
  bdd_t *reach; /* owned; what may reach each instruction on this architecture, or NULL */
  uint32_t insn_count;
};

/* How many instructions one call executes: the longest and the mean over its arguments. */
static struct cost cost_of(const struct report *r, const struct section *s, uint32_t nr) {
  enum { VARYING_MAX = 256 };
  struct cost c = {.known = s->reach != NULL};
  struct bdd *m = r->m;
  bdd_t varying[VARYING_MAX];
  unsigned count = 0;
  for (uint32_t pc = 0; c.known && pc < s->insn_count; pc++) {
    bdd_t f = w_audit_fix(m, s->reach[pc], INPUT_NR, nr);
    if (f == BDD_TRUE) {
      c.longest++;
      c.mean++;
    } else if (f != BDD_FALSE) {
      double share = w_bdd_share(m, f);
      c.mean += share;
      c.known = share >= 0 && count < VARYING_MAX;
      if (c.known)
        varying[count++] = f;
    }
  }
  if (!c.known || count == 0)
    return c;
  struct bdd_vec sum = w_bdd_const(0);
  for (unsigned i = 0; i < count; i++) {
    struct bdd_vec one = w_bdd_const(0);
    one.bit[0] = varying[i];
    sum = w_bdd_vec_alu(m, 0x00, &sum, &one); /* BPF_ADD */
  }
  bdd_t domain = BDD_TRUE;
  for (int bit = 9; bit >= 0; bit--) {
    bdd_t high = bdd_and(m, domain, sum.bit[bit]);
    c.known &= high != BDD_NONE;
    if (high != BDD_FALSE) {
      domain = high;
      c.longest += 1u << bit;
    }
  }
  return c;
}

static const char *action_colour(uint32_t value) {
  return cmd_colour(stdout, w_action_runs(value) ? CMD_GOOD : CMD_BAD);
}

/* `index` is an outcome, or outcome_count for what is undecided. */
static bdd_t condition_of(const struct report *r, bdd_t f, uint32_t index) {
  bdd_t leaf = index == r->a->outcome_count
                   ? BDD_FALSE
                   : w_bdd_make(r->m, INPUT_VARS + index, BDD_FALSE, BDD_TRUE);
  return w_bdd_cut(r->m, f, INPUT_VARS, leaf);
}
static void outcome_name(const struct report *r, uint32_t index, char *out, size_t size) {
  if (index == r->a->outcome_count)
    snprintf(out, size, "undecided");
  else
    w_action_text(r->a->outcomes[index].value, out, size);
}

static void row_json(const struct section *s, const char *call, const uint32_t *low, uint32_t high,
                     const char *action, const char *condition, const struct cost *cost) {
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "arch", s->arch);
  cmd_json_text(o, "syscall", call);
  if (low)
    cmd_json_u64(o, "nr", *low);
  else
    cJSON_AddNullToObject(o, "nr");
  if (low && high != *low)
    cmd_json_u64(o, "nr_last", high);
  cmd_json_text(o, "action", action);
  cmd_json_text(o, "condition", condition);
  if (cost && cost->known) {
    cmd_json_u64(o, "steps_longest", cost->longest);
    cJSON_AddNumberToObject(o, "steps_mean", cost->mean);
  }
  cmd_print_json(o);
}

/* The rows of one part of a diagram, for all its calls. */
static void group_json(struct report *r, const struct section *s, const struct group *g) {
  for (uint32_t i = 0; i <= r->a->outcome_count; i++) {
    bdd_t when = condition_of(r, g->f, i);
    if (when == BDD_FALSE)
      continue;
    char action[64];
    outcome_name(r, i, action, sizeof action);
    char *condition = when == BDD_TRUE || when == BDD_NONE ? NULL : w_condition_text(r->m, when);
    if (when == BDD_NONE || (when != BDD_TRUE && !condition))
      r->failed = true;
    for (size_t c = 0; c < g->count; c++) {
      struct cost cost = {0};
      if (g->calls[c].name)
        cost = cost_of(r, s, g->calls[c].low);
      row_json(s, g->calls[c].name, &g->calls[c].low, g->calls[c].high, action, condition, &cost);
    }
    if (g->f == s->rest)
      row_json(s, "*", NULL, 0, action, condition, NULL);
    free(condition);
  }
}

static void print_calls(const struct group *g) {
  int column = 0;
  for (size_t c = 0; c < g->count; c++) {
    char text[96];
    if (g->calls[c].name)
      snprintf(text, sizeof text, "%s", g->calls[c].name);
    else if (g->calls[c].low == g->calls[c].high)
      snprintf(text, sizeof text, "#%" PRId32, (int32_t)g->calls[c].low);
    else
      snprintf(text, sizeof text, "#%" PRId32 "..%" PRId32, (int32_t)g->calls[c].low,
               (int32_t)g->calls[c].high);
    int n = (int)strlen(text) + 1;
    if (column == 0 || column + n > 90) {
      printf("%s      ", column ? "\n" : "");
      column = 6;
    }
    printf("%s%s", text, c + 1 < g->count ? " " : "");
    column += n;
  }
  putchar('\n');
}
static void group_text(struct report *r, const struct section *s, const struct group *g) {
  bool rest = g->f == s->rest, first = true;
  /* One of several outcomes needs no words: what calls usually come to, or else the last. */
  bdd_t usual = s->rest;
  uint32_t otherwise = UINT32_MAX, outcomes = 0;
  for (uint32_t i = 0; i <= r->a->outcome_count; i++)
    if (condition_of(r, g->f, i) != BDD_FALSE) {
      outcomes++;
      if (otherwise == UINT32_MAX || condition_of(r, usual, otherwise) != BDD_TRUE)
        otherwise = i;
    }
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i <= r->a->outcome_count; i++) {
      if ((i == otherwise) != (pass == 1))
        continue;
      bdd_t when = condition_of(r, g->f, i);
      if (when == BDD_FALSE)
        continue;
      char action[64];
      outcome_name(r, i, action, sizeof action);
      printf("  %s%-14s%s", i < r->a->outcome_count ? action_colour(r->a->outcomes[i].value) : "",
             action, cmd_colour(stdout, CMD_PLAIN));
      if (outcomes > 1 && i == otherwise) {
        printf(" otherwise");
      } else if (when != BDD_TRUE) {
        char *condition = when == BDD_NONE ? NULL : w_condition_text(r->m, when);
        if (condition)
          printf(" when %s", condition);
        else
          r->failed = true;
        free(condition);
      }
      puts(rest && first ? "  (every other call)" : "");
      first = false;
    }
  if (!rest || g->count)
    print_calls(g);
}

/* One line of a policy: an assertion, or a comment where the language has no words. */
static void policy_line(struct report *r, bool assertion, const char *action, const char *calls,
                        const char *condition) {
  if (r->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    char *text = NULL; /* owned here */
    if (asprintf(&text, "%s for %s%s%s", action, calls, condition ? " when " : "",
                 condition ? condition : "") < 0)
      text = NULL;
    cmd_json_text(o, assertion ? "assertion" : "comment", text);
    cmd_print_json(o);
    free(text);
    return;
  }
  printf("%s%s for %s%s%s\n", assertion ? "" : "# ", action, calls, condition ? " when " : "",
         condition ? condition : "");
}
/* The rows of one part of a diagram as a policy. */
static void group_policy(struct report *r, const struct section *s, const struct group *g,
                         bool named) {
  for (uint32_t i = 0; i <= r->a->outcome_count; i++) {
    bdd_t when = condition_of(r, g->f, i);
    if (when == BDD_FALSE)
      continue;
    char action[64], text[64], *calls = NULL; /* owned here */
    size_t size = 0, count = 0;
    FILE *list = open_memstream(&calls, &size);
    char *condition = when == BDD_TRUE || when == BDD_NONE ? NULL : w_condition_text(r->m, when);
    if (!list || when == BDD_NONE || (when != BDD_TRUE && !condition))
      r->failed = true;
    outcome_name(r, i, action, sizeof action);
    for (size_t c = 0; c < g->count && list; c++)
      if (g->calls[c].name)
        fprintf(list, "%s%s", count++ ? ", " : "", g->calls[c].name);
    if (list) {
      fprintf(list, " on %s", s->arch);
      fclose(list);
    }
    if (count)
      policy_line(r, named && i < r->a->outcome_count && w_action_known(r->a->outcomes[i].value),
                  action, calls, condition);
    free(calls);
    for (size_t c = 0; c < g->count; c++)
      if (!g->calls[c].name) {
        snprintf(text, sizeof text, "the numbers %" PRIu32 " to %" PRIu32, g->calls[c].low,
                 g->calls[c].high);
        policy_line(r, false, action, text, condition);
      }
    if (g->f == s->rest)
      policy_line(r, false, action, "every other number", condition);
    free(condition);
  }
}

static void section_print(struct report *r, struct section *s, unsigned arch) {
  struct arch_calls calls = {0};
  struct groups groups = {0};
  struct pieces pieces = split_word(r->m, s->f, INPUT_NR);
  s->rest = most_common(&pieces, s->ranges[0].low, s->ranges[0].high);
  if (arch < ARCHES)
    calls = calls_of(arch);
  bool good = !pieces.failed;
  for (unsigned k = 0; k < s->range_count; k++) {
    unsigned next = 0; /* the first named call not yet passed */
    for (size_t i = 0; i < pieces.count && good; i++) {
      uint32_t low = pieces.pieces[i].low, high = pieces.pieces[i].high;
      bdd_t f = pieces.pieces[i].f;
      if (high < s->ranges[k].low || low > s->ranges[k].high)
        continue;
      low = low < s->ranges[k].low ? s->ranges[k].low : low;
      high = high > s->ranges[k].high ? s->ranges[k].high : high;
      while (next < calls.count && calls.calls[next].nr < low)
        next++;
      uint64_t from = low; /* numbers without a name are gathered in runs */
      for (; next < calls.count && calls.calls[next].nr <= high && good; next++) {
        uint32_t nr = calls.calls[next].nr;
        if (f != s->rest && from < nr)
          good = group_add(&groups, f, NULL, (uint32_t)from, nr - 1);
        good = good && group_add(&groups, f, calls.calls[next].name, nr, nr);
        from = (uint64_t)nr + 1;
      }
      if (f != s->rest && from <= high)
        good = good && group_add(&groups, f, NULL, (uint32_t)from, high);
    }
  }
  if (r->options->explain) {
    bool any = false;
    if (!r->options->common.json)
      printf("\n# %s\n", s->arch);
    for (size_t i = 0; i < groups.count; i++) {
      group_policy(r, s, &groups.groups[i], arch < ARCHES);
      any |= groups.groups[i].f == s->rest;
    }
    struct group rest = {.f = s->rest};
    if (!any)
      group_policy(r, s, &rest, false);
    r->failed |= !good;
    groups_free(&groups);
    free(pieces.pieces);
    calls_free(&calls);
    return;
  }
  if (!r->options->common.json)
    printf("%s%s%s\n", cmd_colour(stdout, CMD_NOTE), s->arch, cmd_colour(stdout, CMD_PLAIN));
  bool rest_seen = false;
  double mean = 0;
  uint32_t longest = 0;
  const char *slowest = NULL;
  for (size_t i = 0; i < groups.count; i++) {
    rest_seen |= groups.groups[i].f == s->rest;
    if (r->options->common.json)
      group_json(r, s, &groups.groups[i]);
    else if (groups.groups[i].f != s->rest)
      group_text(r, s, &groups.groups[i]);
  }
  struct group rest = {.f = s->rest};
  if (r->options->common.json && !rest_seen)
    group_json(r, s, &rest);
  if (!r->options->common.json) {
    group_text(r, s, &rest);
    unsigned counted = 0;
    for (unsigned i = 0; i < calls.count && s->reach; i++) {
      struct cost cost = cost_of(r, s, calls.calls[i].nr);
      if (!cost.known)
        continue;
      mean += cost.mean;
      counted++;
      if (cost.longest > longest) {
        longest = cost.longest;
        slowest = calls.calls[i].name;
      }
    }
    if (counted)
      printf("  %scost: %.1f instructions in the mean over the calls, at most %" PRIu32 " (%s)%s\n",
             cmd_colour(stdout, CMD_DIM), mean / counted, longest, slowest ? slowest : "none",
             cmd_colour(stdout, CMD_PLAIN));
  }
  r->failed |= !good;
  groups_free(&groups);
  free(pieces.pieces);
  calls_free(&calls);
}

static void arch_section(struct report *r, const char *name, uint32_t token, unsigned arch) {
  if (r->options->arch && strcmp(r->options->arch, name) != 0)
    return;
  struct section s = {.arch = name, .ranges = {{0, UINT32_MAX}}, .range_count = 1};
  s.f = w_audit_fix(r->m, r->together, INPUT_ARCH, token);
  if (arch == X86_64) { /* the numbers between are x32's */
    s.ranges[0].high = X32_BIT - 1;
    s.ranges[1].low = 2 * X32_BIT;
    s.ranges[1].high = UINT32_MAX;
    s.range_count = 2;
  } else if (arch == X32) {
    s.ranges[0].low = X32_BIT;
    s.ranges[0].high = 2 * X32_BIT - 1;
  }
  const struct audit *one = r->s->stacked ? NULL : &r->s->audits[0];
  if (one && (s.reach = malloc(one->insn_count * sizeof *s.reach))) {
    s.insn_count = one->insn_count;
    for (uint32_t pc = 0; pc < s.insn_count; pc++)
      s.reach[pc] = w_audit_fix(r->m, one->reach[pc], INPUT_ARCH, token);
  }
  section_print(r, &s, arch);
  free(s.reach);
}

static void print_table(struct report *r) {
  struct pieces by_arch = split_word(r->m, r->together, INPUT_ARCH);
  if (by_arch.failed) {
    r->failed = true;
    return;
  }
  bdd_t others = most_common(&by_arch, 0, UINT32_MAX);
  bool plain = bdd_is_leaf(others) || w_bdd_var(r->m, others) >= INPUT_VARS;
  for (unsigned i = 0; i < ARCHES; i++) {
    bdd_t f = w_audit_fix(r->m, r->together, INPUT_ARCH, arches[i].token);
    /* A filter that does not look at the architecture is shown for the machine's own one. */
    if (f != others || (!plain && (i == X86_64 || i == X32)))
      arch_section(r, arches[i].name, arches[i].token, i);
  }
  for (size_t i = 0; i < by_arch.count; i++) {
    const struct piece *p = &by_arch.pieces[i];
    bool known = false;
    for (unsigned k = 0; k < ARCHES; k++)
      known |= arches[k].token == p->low;
    if (p->f == others || (known && p->low == p->high))
      continue;
    char name[64];
    if (p->low == p->high)
      snprintf(name, sizeof name, "0x%08" PRIx32, p->low);
    else
      snprintf(name, sizeof name, "0x%08" PRIx32 "-0x%08" PRIx32, p->low, p->high);
    arch_section(r, name, p->low, ARCHES);
  }
  if (!r->options->arch) {
    struct section s = {.arch = r->options->common.json ? "*" : "every other architecture",
                        .ranges = {{0, UINT32_MAX}},
                        .range_count = 1,
                        .f = others};
    section_print(r, &s, ARCHES);
  }
  free(by_arch.pieces);
}

/* ---- Findings ---- */

static void found(struct report *r, const char *name, const char *severity,
                  const struct seccomp_data *witness, const char *message) {
  uint32_t value = 0;
  bool ran = witness && subject_run(r->s, witness, &value);
  if (strcmp(severity, "info") != 0)
    r->found++;
  if (r->options->common.json) {
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "finding", name);
    cmd_json_text(o, "severity", severity);
    cmd_json_text(o, "message", message);
    if (witness)
      cJSON_AddItemToObject(o, "witness", json_input(witness));
    else
      cJSON_AddNullToObject(o, "witness");
    char action[64] = "";
    if (ran)
      w_action_text(value, action, sizeof action);
    cmd_json_text(o, "action", ran ? action : NULL);
    cmd_print_json(o);
    return;
  }
  bool bad = strcmp(severity, "high") == 0;
  printf("%s%s%s (%s): %s\n", cmd_colour(stdout, bad ? CMD_BAD : CMD_NOTE), name,
         cmd_colour(stdout, CMD_PLAIN), severity, message);
  if (witness) {
    char action[64] = "?";
    if (ran)
      w_action_text(value, action, sizeof action);
    fputs("    ", stdout);
    print_input(stdout, witness);
    printf(" -> %s\n", action);
  }
}

/* Inputs for which the call is executed. */
static bdd_t running(const struct report *r) {
  bdd_t f = BDD_FALSE;
  for (uint32_t i = 0; i < r->a->outcome_count; i++)
    if (w_action_runs(r->a->outcomes[i].value))
      f = bdd_or(r->m, f, r->a->outcomes[i].when);
  return f;
}

static void find_arch(struct report *r, bdd_t run) {
  struct pieces p = split_word(r->m, run, INPUT_ARCH);
  for (size_t i = 0; i < p.count; i++) {
    if (p.pieces[i].f == BDD_FALSE || p.pieces[i].high - p.pieces[i].low < 2)
      continue;
    /* A real architecture makes the better example. */
    struct seccomp_data d = w_audit_input(r->m, p.pieces[i].f);
    d.arch = p.pieces[i].low;
    static const unsigned preferred[] = {2, 3, 4, 5, X86_64};
    for (size_t k = 0; k < sizeof preferred / sizeof *preferred; k++) {
      uint32_t token = arches[preferred[k]].token;
      if (token >= p.pieces[i].low && token <= p.pieces[i].high) {
        d.arch = token;
        break;
      }
    }
    bool never = bdd_is_leaf(run) || w_bdd_var(r->m, run) >= 32;
    found(r, "arch-unchecked", "high", &d,
          never ? "the architecture is not checked: system call numbers mean something else on "
                  "another one"
                : "calls are let through on architectures that the filter does not name");
    break;
  }
  free(p.pieces);
}

static bdd_t with_high(struct bdd *m, bdd_t f, unsigned arg, uint32_t high, bool sign);
static void find_x32(struct report *r, bdd_t run) {
  bdd_t f = w_audit_fix(r->m, run, INPUT_ARCH, arches[X86_64].token);
  struct pieces p = split_word(r->m, f, INPUT_NR);
  struct arch_calls calls = calls_of(X32);
  bool open = false, differs = false, allowed = false;
  for (size_t i = 0; i < p.count && !open; i++) {
    uint32_t low = p.pieces[i].low < X32_BIT ? X32_BIT : p.pieces[i].low, high = p.pieces[i].high;
    high = high > X32_BIT + 1023 ? X32_BIT + 1023 : high;
    if (p.pieces[i].f == BDD_FALSE || high < low)
      continue;
    allowed = true;
    if (high - low < 512)
      continue; /* no more than a row of calls that are named one by one */
    open = true;
    struct seccomp_data d = w_audit_input(r->m, p.pieces[i].f);
    d.arch = arches[X86_64].token;
    d.nr = (int)(low + 1 <= high ? low + 1 : low);
    found(r, "x32-open", "high", &d,
          "numbers with the x32 bit (0x40000000) are let through on x86_64");
  }
  for (unsigned i = 0; i < calls.count && !open && !differs; i++) {
    /* The same call as x86_64 makes it: denied there and allowed here is a way around. */
    uint32_t nr;
    struct seccomp_names names = names_of_libseccomp();
    if (!names.number(names.data, X86_64, calls.calls[i].name, &nr))
      continue;
    bdd_t here = w_audit_fix(r->m, f, INPUT_NR, calls.calls[i].nr);
    bdd_t there = w_audit_fix(r->m, f, INPUT_NR, nr);
    bdd_t more = bdd_and(r->m, here, bdd_not(r->m, there));
    for (unsigned arg = 0; arg < 6; arg++) /* halves that the kernel ignores make no difference */
      if (narrow_arguments(calls.calls[i].name) >> arg & 1)
        more = with_high(r->m, more, arg, 0, false);
    if (more == BDD_FALSE || more == BDD_NONE)
      continue;
    differs = true;
    struct seccomp_data d = w_audit_input(r->m, more);
    d.arch = arches[X86_64].token;
    d.nr = (int)calls.calls[i].nr;
    char message[200];
    snprintf(message, sizeof message, "%s runs by its x32 number where its x86_64 number does not",
             calls.calls[i].name);
    found(r, "x32-open", "high", &d, message);
  }
  if (allowed && !open && !differs)
    found(r, "x32-open", "info", NULL,
          "x32 calls are let through, the same ones as on x86_64; few systems need them");
  calls_free(&calls);
  free(p.pieces);
}

static uint32_t low_var(unsigned arg) { return 32 * (INPUT_ARG + 2 * arg + 1); }
static uint32_t high_var(unsigned arg) { return 32 * (INPUT_ARG + 2 * arg); }
/* A comparison of the whole low half looks at its highest bits; a test of flags seldom does. */
static bool looks_at_top(const uint8_t *vars, uint32_t first) {
  for (uint32_t v = first; v < first + 4; v++)
    if (!(vars[v / 8] >> v % 8 & 1))
      return false;
  return true;
}
static bool looks_at(const uint8_t *vars, uint32_t first) {
  for (uint32_t v = first; v < first + 32; v++)
    if (vars[v / 8] >> v % 8 & 1)
      return true;
  return false;
}
/* f with the high half of an argument fixed, and with `sign` its low half's highest bit set. */
static bdd_t with_high(struct bdd *m, bdd_t f, unsigned arg, uint32_t high, bool sign) {
  uint8_t fixed[INPUT_VARS / 8] = {0}, values[INPUT_VARS / 8] = {0};
  for (uint32_t i = 0; i < 32; i++) {
    uint32_t v = high_var(arg) + i;
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
    if (high >> (31 - i) & 1)
      values[v / 8] |= (uint8_t)(1u << v % 8);
  }
  if (sign) {
    uint32_t v = low_var(arg);
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
    values[v / 8] |= (uint8_t)(1u << v % 8);
  }
  return w_bdd_fix(m, f, fixed, values);
}

static void call_input(struct seccomp_data *d, unsigned arch, uint32_t nr) {
  d->arch = arches[arch].token;
  d->nr = (int)nr;
}

/* What is said about one argument of one call. `f` are the arguments for which it runs. */
static void find_halves(struct report *r, unsigned arch, const struct named_call *call,
                        unsigned arg, bdd_t f, const uint8_t *vars) {
  bool low = looks_at(vars, low_var(arg)), high = looks_at(vars, high_var(arg));
  bool narrow = narrow_arguments(call->name) >> arg & 1;
  struct bdd *m = r->m;
  char message[200];
  if (low && !high && !narrow && looks_at_top(vars, low_var(arg))) {
    struct seccomp_data d = w_audit_input(m, f);
    call_input(&d, arch, call->nr);
    d.args[arg] |= (uint64_t)1 << 32;
    snprintf(message, sizeof message,
             "%s on %s: only the low half of arg%u is compared, and any high half passes",
             call->name, arches[arch].name, arg);
    found(r, "low-half-only", "medium", &d, message);
    return;
  }
  if (!low || !high)
    return;
  bdd_t zero = with_high(m, f, arg, 0, false);
  if (narrow) {
    bdd_t around = bdd_and(m, f, bdd_not(m, zero));
    if (around != BDD_FALSE && around != BDD_NONE) {
      struct seccomp_data d = w_audit_input(m, around);
      call_input(&d, arch, call->nr);
      snprintf(message, sizeof message,
               "%s on %s: the kernel ignores the high half of arg%u, which is compared: a denied "
               "value passes with bits set there",
               call->name, arches[arch].name, arg);
      found(r, "high-half", "high", &d, message);
      return;
    }
  }
  /* A few values above 2^31 that pass zero-extended and not sign-extended, or the other way round,
   * while one of the two is treated as any other high half is. */
  bdd_t zeros = with_high(m, f, arg, 0, true), ones = with_high(m, f, arg, UINT32_MAX, true),
        other = with_high(m, f, arg, 0x5a5a5a5a, true);
  bdd_t z = w_bdd_xor(m, zeros, other), o = w_bdd_xor(m, ones, other);
  bool slip_z = z != BDD_FALSE && z != BDD_NONE && o == BDD_FALSE && w_bdd_share(m, z) < 1e-6;
  bool slip_o = o != BDD_FALSE && o != BDD_NONE && z == BDD_FALSE && w_bdd_share(m, o) < 1e-6;
  if (slip_z || slip_o) {
    struct seccomp_data d = w_audit_input(m, slip_z ? z : o);
    call_input(&d, arch, call->nr);
    d.args[arg] = (d.args[arg] & UINT32_MAX) | 0x80000000u | (slip_z ? 0xffffffff00000000u : 0);
    snprintf(message, sizeof message,
             "%s on %s: arg%u is compared with a negative number that is %s-extended; the other "
             "form of it is treated differently",
             call->name, arches[arch].name, arg, slip_z ? "zero" : "sign");
    found(r, "sign-extension", narrow ? "medium" : "low", &d, message);
  }
}

static void find_arguments(struct report *r, bdd_t run) {
  bdd_t others = w_audit_fix(r->m, run, INPUT_ARCH, 0x12345678);
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    bdd_t here = w_audit_fix(r->m, run, INPUT_ARCH, arches[arch].token);
    if (!arches[arch].wide || arches[arch].big_endian || (here == others && arch != X86_64))
      continue;
    struct arch_calls calls = calls_of(arch);
    for (unsigned i = 0; i < calls.count; i++) {
      bdd_t f = w_audit_fix(r->m, here, INPUT_NR, calls.calls[i].nr);
      uint8_t vars[INPUT_VARS / 8] = {0};
      if (bdd_is_leaf(f) || !w_bdd_support(r->m, f, vars))
        continue;
      for (unsigned arg = 0; arg < 6; arg++)
        find_halves(r, arch, &calls.calls[i], arg, f, vars);
    }
    calls_free(&calls);
  }
}

static void find_instructions(struct report *r, uint32_t n) {
  const struct audit *a = &r->s->audits[n];
  const struct warrant_program *p = &r->s->objects[n].programs[0];
  char message[400], text[64], list[200];
  size_t used = 0;
  unsigned always = 0;
  struct seccomp_data example = {0};
  for (uint32_t pc = 0; pc < a->insn_count; pc++) {
    if (a->reach[pc] == BDD_FALSE) {
      uint32_t last = pc;
      while (last + 1 < a->insn_count && a->reach[last + 1] == BDD_FALSE)
        last++;
      if (last > pc)
        snprintf(message, sizeof message,
                 "no input reaches the instructions %" PRIu32 " to %" PRIu32, pc, last);
      else
        snprintf(message, sizeof message, "no input reaches instruction %" PRIu32, pc);
      found(r, "unreachable", "low", NULL, message);
      pc = last;
      continue;
    }
    if (a->taken[pc] == BDD_NONE || p->cinsns[pc].jt == p->cinsns[pc].jf ||
        (a->taken[pc] != BDD_FALSE && a->fallen[pc] != BDD_FALSE))
      continue;
    struct seccomp_data d = w_audit_input(r->m, a->reach[pc]);
    if (a->fallen[pc] == BDD_FALSE) { /* compilers write many, so they are told once */
      if (always == 0)
        example = d;
      int n = snprintf(list + used, sizeof list - used, "%s%" PRIu32, always ? ", " : "", pc);
      if (n > 0 && used + (size_t)n + 8 < sizeof list)
        used += (size_t)n;
      always++;
      continue;
    }
    warrant_classic_disasm(&p->cinsns[pc], pc, text, sizeof text);
    snprintf(message, sizeof message, "instruction %" PRIu32 " (%s) never matches", pc, text);
    found(r, "dead-rule", "low", &d, message);
  }
  if (always == 0)
    return;
  list[used] = '\0';
  snprintf(message, sizeof message, "%u comparison%s always true for what reaches %s: %s", always,
           always == 1 ? " is" : "s are", always == 1 ? "it" : "them", list);
  found(r, "dead-rule", "info", &example, message);
}

static void find_outcomes(struct report *r) {
  char message[200];
  for (uint32_t i = 0; i < r->a->outcome_count; i++) {
    const struct audit_outcome *o = &r->a->outcomes[i];
    if (w_action_known(o->value))
      continue;
    struct seccomp_data d = w_audit_input(r->m, o->when);
    snprintf(message, sizeof message,
             "0x%08" PRIx32 " is no action; Linux kills the process for it", o->value);
    found(r, "bad-action", "medium", &d, message);
  }
  for (uint32_t i = 0; i < r->a->outcome_count; i++) {
    uint8_t vars[INPUT_VARS / 8] = {0};
    if (!w_bdd_support(r->m, r->a->outcomes[i].when, vars) ||
        (!looks_at(vars, 32 * INPUT_IP) && !looks_at(vars, 32 * (INPUT_IP + 1))))
      continue;
    struct seccomp_data d = w_audit_input(r->m, r->a->outcomes[i].when);
    found(r, "ip-dependent", "low", &d,
          "the decision depends on the instruction pointer, which a process can choose by jumping "
          "to another system call instruction");
    break;
  }
}

static int find_policy(struct report *r) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_libseccomp();
  struct policy *policy = NULL;
  char *text = NULL; /* owned here */
  const char *name = "the default policy";
  if (r->options->policy) {
    name = r->options->policy;
    int code = read_text(name, &text);
    if (code)
      return code;
  }
  int status = w_policy_read(name, text ? text : escape_policy, r->m, &names, &policy, &error);
  free(text);
  if (status)
    return cmd_error(&error);
  for (unsigned i = 0; i < w_policy_count(policy); i++) {
    struct assertion_result result;
    if (w_policy_decide(policy, i, r->a, &result, &error)) {
      r->undecided = true;
      continue;
    }
    if (result.holds < 0)
      r->undecided = true;
    if (result.holds != 0)
      continue;
    char message[300];
    snprintf(message, sizeof message, "%s on %s goes against: %s",
             result.call ? result.call : "a call", result.arch, result.text);
    found(r, "escape", "high", result.has_witness ? &result.witness : NULL, message);
  }
  w_policy_free(policy);
  return WARRANT_OK;
}

int audit_report(const struct audit_options *options, const char *name, struct subject *s) {
  struct report r = {.options = options, .s = s, .m = s->bdd, .a = &s->all};
  w_bdd_allow(r.m, AUDIT_LIMIT / 2); /* the report's own diagrams */
  r.together = outcomes_together(r.a);
  bdd_t run = running(&r);
  if (r.together == BDD_NONE || run == BDD_NONE) {
    cmd_complain("%s: undecided: the table is too large for --limit", name);
    return WARRANT_REFUSED;
  }
  r.undecided = r.a->undecided != BDD_FALSE;
  if (options->explain) {
    if (!options->common.json) {
      fputs("# ", stdout);
      cmd_print_safe(stdout, name);
      putchar('\n');
    }
    print_table(&r);
    if (r.failed)
      cmd_complain("%s: a condition was too large to print; see --limit", name);
    return r.undecided || r.failed ? WARRANT_REFUSED : WARRANT_OK;
  }
  if (!options->common.json) {
    cmd_print_safe(stdout, name);
    printf(": %" PRIu32 " outcome%s, %s\n", r.a->outcome_count, r.a->outcome_count == 1 ? "" : "s",
           r.undecided ? "not all inputs decided" : "every input decided");
  }
  if (!options->findings_only)
    print_table(&r);
  find_arch(&r, run);
  find_x32(&r, run);
  find_arguments(&r, run);
  find_outcomes(&r);
  for (uint32_t n = 0; n < s->count; n++)
    find_instructions(&r, n);
  int code = find_policy(&r);
  if (r.undecided) {
    struct seccomp_data d = w_audit_input(r.m, r.a->undecided);
    found(&r, "undecided", "high", r.a->undecided != BDD_FALSE ? &d : NULL,
          "some inputs are undecided: their arithmetic is too large for --limit");
  }
  if (r.failed)
    cmd_complain("%s: a condition was too large to print; see --limit", name);
  if (!options->common.json && !r.found)
    puts("nothing found");
  if (code)
    return code;
  return r.found || r.undecided || r.failed ? WARRANT_REFUSED : WARRANT_OK;
}
