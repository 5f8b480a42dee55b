#include "cmd/seccomp_findings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "audit/reach.h"
#include "classic/classic.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_pieces.h"
#include "cmd/seccomp_wrap.h"

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

static void found(struct findings *r, const char *name, const char *severity,
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
      w_action_text(w_action_effect(value), action, sizeof action);
    cmd_json_text(o, "action", ran ? action : NULL);
    cmd_print_json(o);
    return;
  }
  bool bad = strcmp(severity, "high") == 0;
  printf("%s%s%s (%s): ", cmd_colour(stdout, bad ? CMD_BAD : CMD_NOTE), name,
         cmd_colour(stdout, CMD_PLAIN), severity);
  put_wrapped(stdout, (unsigned)(strlen(name) + strlen(severity) + 5), 4, message);
  putchar('\n');
  if (witness) {
    char action[64] = "?";
    if (ran)
      w_action_text(w_action_effect(value), action, sizeof action);
    fputs("    ", stdout);
    print_input(stdout, witness);
    printf(" -> %s\n", action);
  }
}

bdd_t calls_that_run(const struct audit *a) {
  bdd_t f = BDD_FALSE;
  for (uint32_t i = 0; i < a->outcome_count; i++)
    if (w_action_runs(a->outcomes[i].value))
      f = bdd_or(a->bdd, f, a->outcomes[i].when);
  return f;
}

static void find_arch(struct findings *r) {
  bdd_t run = r->run;
  struct pieces p = split_word(r->s->bdd, run, INPUT_ARCH);
  r->undecided |= p.failed;
  for (size_t i = 0; i < p.count; i++) {
    bool many = p.pieces[i].set != BDD_NONE || p.pieces[i].high - p.pieces[i].low >= 2;
    if (p.pieces[i].f == BDD_FALSE || !many)
      continue;
    /* A real architecture makes the better example. */
    struct seccomp_data d = w_audit_input(r->s->bdd, p.pieces[i].f);
    d.arch = p.pieces[i].low;
    static const unsigned preferred[] = {2, 3, 4, 5, X86_64};
    for (size_t k = 0; k < sizeof preferred / sizeof *preferred; k++) {
      uint32_t token = arches[preferred[k]].token;
      if (token >= p.pieces[i].low && token <= p.pieces[i].high) {
        d.arch = token;
        break;
      }
    }
    bool never = bdd_is_leaf(run) || w_bdd_var(r->s->bdd, run) >= 32;
    found(r, "arch-unchecked", "high", &d,
          never ? "the architecture is not checked: system call numbers mean something else on "
                  "another one"
                : "calls are let through on architectures that the filter does not name");
    break;
  }
  free(p.pieces);
}

static unsigned low_word(unsigned arg) { return INPUT_ARG + 2 * arg + 1; }
static unsigned high_word(unsigned arg) { return INPUT_ARG + 2 * arg; }
/* A comparison of the whole low half looks at its highest bits; a test of flags seldom does. */
static bool looks_at_top(const struct bdd *m, const uint8_t *vars, unsigned word) {
  for (unsigned j = 28; j < 32; j++) {
    uint32_t v = w_input_var(m, word, j);
    if (!(vars[v / 8] >> v % 8 & 1))
      return false;
  }
  return true;
}
static bool looks_at(const struct bdd *m, const uint8_t *vars, unsigned word) {
  for (unsigned j = 0; j < 32; j++) {
    uint32_t v = w_input_var(m, word, j);
    if (vars[v / 8] >> v % 8 & 1)
      return true;
  }
  return false;
}
/* f with the high half of an argument fixed, and with `sign` its low half's highest bit set. */
static bdd_t with_high(struct bdd *m, bdd_t f, unsigned arg, uint32_t high, bool sign) {
  uint8_t fixed[INPUT_VARS / 8] = {0}, values[INPUT_VARS / 8] = {0};
  for (uint32_t i = 0; i < 32; i++) {
    uint32_t v = w_input_var(m, high_word(arg), 31 - i);
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
    if (high >> (31 - i) & 1)
      values[v / 8] |= (uint8_t)(1u << v % 8);
  }
  if (sign) {
    uint32_t v = w_input_var(m, low_word(arg), 31);
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
    values[v / 8] |= (uint8_t)(1u << v % 8);
  }
  return w_bdd_fix(m, f, fixed, values);
}

static void find_x32(struct findings *r) {
  bdd_t run = r->run;
  bdd_t f = w_audit_fix(r->s->bdd, run, INPUT_ARCH, arches[X86_64].token);
  bdd_t own = word_within(r->s->bdd, INPUT_NR, X32_BIT, X32_BIT + 1023);
  struct pieces p = split_word(r->s->bdd, f, INPUT_NR);
  struct arch_calls calls = calls_of(X32);
  r->undecided |= p.failed || own == BDD_NONE;
  bool open = false, differs = false, allowed = false;
  for (size_t i = 0; i < p.count && !open; i++) {
    uint32_t low = p.pieces[i].low < X32_BIT ? X32_BIT : p.pieces[i].low, high = p.pieces[i].high;
    high = high > X32_BIT + 1023 ? X32_BIT + 1023 : high;
    bdd_t set = p.pieces[i].set;
    if (set != BDD_NONE && p.pieces[i].f != BDD_FALSE) { /* numbers here and there: every second */
      set = bdd_and(r->s->bdd, set, own);
      if (word_count(r->s->bdd, set) < 512) {
        allowed |= set != BDD_FALSE;
        continue;
      }
      low = high = (uint32_t)w_audit_input(r->s->bdd, set).nr;
    } else {
      if (p.pieces[i].f == BDD_FALSE || high < low)
        continue;
      allowed = true;
      if (high - low < 512)
        continue; /* no more than a row of calls that are named one by one */
    }
    open = true;
    struct seccomp_data d = w_audit_input(r->s->bdd, p.pieces[i].f);
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
    bdd_t here = w_audit_fix(r->s->bdd, f, INPUT_NR, calls.calls[i].nr);
    bdd_t there = w_audit_fix(r->s->bdd, f, INPUT_NR, nr);
    bdd_t more = bdd_and(r->s->bdd, here, bdd_not(r->s->bdd, there));
    for (unsigned arg = 0; arg < 6; arg++) /* halves that the kernel ignores make no difference */
      if (narrow_arguments(calls.calls[i].name) >> arg & 1)
        more = with_high(r->s->bdd, more, arg, 0, false);
    if (more == BDD_FALSE || more == BDD_NONE)
      continue;
    differs = true;
    struct seccomp_data d = w_audit_input(r->s->bdd, more);
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

static void call_input(struct seccomp_data *d, unsigned arch, uint32_t nr) {
  d->arch = arches[arch].token;
  d->nr = (int)nr;
}

/* What is said about one argument of one call. `f` are the arguments for which it runs. */
static void find_halves(struct findings *r, unsigned arch, const struct named_call *call,
                        unsigned arg, bdd_t f, const uint8_t *vars) {
  struct bdd *m = r->s->bdd;
  bool low = looks_at(m, vars, low_word(arg)), high = looks_at(m, vars, high_word(arg));
  bool narrow = narrow_arguments(call->name) >> arg & 1;
  char message[200];
  if (low && !high && !narrow && looks_at_top(m, vars, low_word(arg))) {
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

static void find_arguments(struct findings *r) {
  bdd_t run = r->run;
  bdd_t others = w_audit_fix(r->s->bdd, run, INPUT_ARCH, 0x12345678);
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    bdd_t here = w_audit_fix(r->s->bdd, run, INPUT_ARCH, arches[arch].token);
    if (!arches[arch].wide || arches[arch].big_endian || (here == others && arch != X86_64))
      continue;
    struct arch_calls calls = calls_of(arch);
    for (unsigned i = 0; i < calls.count; i++) {
      bdd_t f = w_audit_fix(r->s->bdd, here, INPUT_NR, calls.calls[i].nr);
      uint8_t vars[INPUT_VARS / 8] = {0};
      if (bdd_is_leaf(f) || !w_bdd_support(r->s->bdd, f, vars))
        continue;
      for (unsigned arg = 0; arg < 6; arg++)
        find_halves(r, arch, &calls.calls[i], arg, f, vars);
    }
    calls_free(&calls);
  }
}

static void find_instructions(struct findings *r, uint32_t n) {
  const struct audit *a = &r->s->audits[n];
  const struct warrant_program *p = &r->s->objects[n].programs[0];
  char message[400], text[64], list[200], more[32] = "";
  size_t used = 0;
  unsigned always = 0, listed = 0; /* listed: of the first ones; the others are counted */
  unsigned unknown = 0;
  struct seccomp_data example = {0};
  struct reached *reached = w_audit_reached(a, p); /* owned here */
  if (!reached) {
    r->undecided = true;
    return;
  }
  for (uint32_t pc = 0; pc < a->insn_count; pc++) {
    const struct reached *here = &reached[pc];
    if (here->here == REACH_NEVER) {
      uint32_t last = pc;
      while (last + 1 < a->insn_count && reached[last + 1].here == REACH_NEVER)
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
    if (a->taken[pc] == BDD_NONE || p->cinsns[pc].jt == p->cinsns[pc].jf)
      continue;
    unknown += here->taken == REACH_UNKNOWN || here->fallen == REACH_UNKNOWN;
    if (here->here != REACH_SOME || here->taken == here->fallen ||
        (here->taken != REACH_NEVER && here->fallen != REACH_NEVER))
      continue;
    struct seccomp_data d = here->example;
    if (here->fallen == REACH_NEVER) { /* compilers write many, so they are told once */
      if (always == 0)
        example = d;
      int n = snprintf(list + used, sizeof list - used, "%s%" PRIu32, always ? ", " : "", pc);
      if (n > 0 && used + (size_t)n < sizeof list) {
        used += (size_t)n;
        listed++;
      }
      always++;
      continue;
    }
    warrant_classic_disasm(&p->cinsns[pc], pc, text, sizeof text);
    snprintf(message, sizeof message, "instruction %" PRIu32 " (%s) never matches", pc, text);
    found(r, "dead-rule", "low", &d, message);
  }
  free(reached);
  if (unknown > 0) {
    snprintf(message, sizeof message,
             "whether %u comparison%s always or never true is too hard to tell", unknown,
             unknown == 1 ? " is" : "s are");
    found(r, "dead-rule", "info", NULL, message);
  }
  if (always == 0)
    return;
  list[used] = '\0';
  if (listed < always)
    snprintf(more, sizeof more, " and %u more", always - listed);
  snprintf(message, sizeof message, "%u comparison%s always true for what reaches %s: %s%s", always,
           always == 1 ? " is" : "s are", always == 1 ? "it" : "them", list, more);
  found(r, "dead-rule", "info", &example, message);
}

static void find_outcomes(struct findings *r) {
  char message[200];
  const struct audit *returned = subject_returns(r->s);
  for (uint32_t i = 0; i < returned->outcome_count; i++) {
    const struct audit_outcome *o = &returned->outcomes[i];
    if (w_action_known(o->value))
      continue;
    struct seccomp_data d = w_audit_input(r->s->bdd, o->when);
    snprintf(message, sizeof message,
             "0x%08" PRIx32 " is no action; Linux kills the process for it", o->value);
    found(r, "bad-action", "medium", &d, message);
  }
  for (uint32_t i = 0; i < r->s->all.outcome_count; i++) {
    uint8_t vars[INPUT_VARS / 8] = {0};
    if (!w_bdd_support(r->s->bdd, r->s->all.outcomes[i].when, vars) ||
        (!looks_at(r->s->bdd, vars, INPUT_IP) && !looks_at(r->s->bdd, vars, INPUT_IP + 1)))
      continue;
    struct seccomp_data d = w_audit_input(r->s->bdd, r->s->all.outcomes[i].when);
    found(r, "ip-dependent", "low", &d,
          "the decision depends on the instruction pointer, which a process can choose by jumping "
          "to another system call instruction");
    break;
  }
}

static int find_policy(struct findings *r) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_libseccomp();
  struct policy *policy = NULL;
  const char *text = r->s->policy ? r->s->policy : escape_policy;
  const char *name = r->s->policy ? r->options->policy : "the default policy";
  int status = w_policy_read(name, text, r->s->bdd, &names, &policy, &error);
  if (status)
    return cmd_error(&error);
  for (unsigned i = 0; i < w_policy_count(policy); i++) {
    struct assertion_result result;
    if (w_policy_decide(policy, i, &r->s->all, &result, &error)) {
      r->undecided = true;
      continue;
    }
    if (result.holds < 0)
      r->undecided = true;
    if (result.holds != 0)
      continue;
    char *message = NULL; /* owned here; an assertion can be of any length */
    if (asprintf(&message, "%s on %s violates: %s", result.call ? result.call : "a call",
                 result.arch, result.text) < 0)
      message = NULL;
    found(r, "escape", "high", result.has_witness ? &result.witness : NULL,
          message ? message : "out of memory");
    free(message);
  }
  w_policy_free(policy);
  return WARRANT_OK;
}

int findings_print(struct findings *r) {
  find_arch(r);
  find_x32(r);
  find_arguments(r);
  find_outcomes(r);
  for (uint32_t n = 0; n < r->s->count; n++)
    find_instructions(r, n);
  int code = find_policy(r);
  if (r->undecided) {
    bdd_t when = r->s->all.undecided;
    struct seccomp_data d = w_audit_input(r->s->bdd, when);
    found(r, "undecided", "high", when != BDD_FALSE ? &d : NULL,
          "some inputs are undecided: their arithmetic is too large for --limit");
  }
  return code;
}
