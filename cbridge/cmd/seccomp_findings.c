#include "cmd/seccomp_findings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "audit/reach.h"
#include "classic/classic.h"
#include "audit/calls.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_names.h"
#include "cmd/seccomp_pieces.h"
#include "cmd/seccomp_wrap.h"

/* What makes a sandbox escapable, or weakens the kernel below it: `--policy` replaces it. Names
 * mean on each architecture what they are there: the flags of clone are its second argument on
 * s390, and MIPS has numbers of its own for TIOCSTI and TIOCLINUX. Where one had none, the policy
 * would be refused. */
static const char escape_policy[] =
    "never RUN for ptrace\n"
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
    "never RUN for umount\n"
    "never RUN for umount2\n"
    "never RUN for pivot_root\n"
    "never RUN for move_mount\n"
    "never RUN for open_tree\n"
    "never RUN for open_tree_attr\n"
    "never RUN for fsopen\n"
    "never RUN for fsmount\n"
    "never RUN for mount_setattr\n"
    "never RUN for setns\n"
    "never RUN for unshare when unshare_flags & (CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|"
    "CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWTIME) != 0\n"
    "never RUN for clone when clone_flags & (CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|"
    "CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET) != 0\n"
    "never RUN for clone3\n"
    "never RUN for ioctl when cmd & 0xffffffff == TIOCSTI\n"
    "never RUN for ioctl when cmd & 0xffffffff == TIOCLINUX\n"
    "never RUN for reboot\n"
    "never RUN for swapon\n"
    "never RUN for swapoff\n"
    "never RUN for iopl\n"
    "never RUN for ioperm\n"
    "never RUN for acct\n"
    "never RUN for quotactl\n"
    "never RUN for quotactl_fd\n";

/* About the filter as a whole. */
static void found(struct findings *r, const char *name, const char *severity,
                  const struct seccomp_data *witness, const char *message) {
  report_add(
      r->report,
      &(struct found){.name = name, .severity = severity, .witness = witness, .message = message});
}
/* About x86_64, to which the x32 numbers belong. */
static void found_x32(struct findings *r, const char *severity, const struct seccomp_data *witness,
                      const char *message) {
  report_add(r->report, &(struct found){.name = "x32-open",
                                        .severity = severity,
                                        .witness = witness,
                                        .message = message,
                                        .about_arch = true,
                                        .arch = X86_64});
}
/* About one call: the cause is a sentence without its name. */
static void found_call(struct findings *r, const char *name, const char *severity,
                       const struct seccomp_data *witness, unsigned arch, const char *call,
                       const char *cause) {
  report_add(r->report, &(struct found){.name = name,
                                        .severity = severity,
                                        .witness = witness,
                                        .cause = cause,
                                        .call = call,
                                        .about_arch = true,
                                        .arch = arch});
}
/* About an instruction, or several when pc is NO_PC. */
static void found_insn(struct findings *r, const char *name, const char *severity,
                       const struct seccomp_data *witness, uint32_t filter, uint32_t pc,
                       const char *message) {
  report_add(r->report, &(struct found){.name = name,
                                        .severity = severity,
                                        .witness = witness,
                                        .message = message,
                                        .has_place = true,
                                        .filter = filter,
                                        .pc = pc});
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

/* f with the upper 16 bits of the low half 0. */
static bdd_t with_sixteen(struct bdd *m, bdd_t f, unsigned arg) {
  uint8_t fixed[INPUT_VARS / 8] = {0}, values[INPUT_VARS / 8] = {0};
  for (unsigned j = 16; j < 32; j++) {
    uint32_t v = w_input_var(m, low_word(arg), j);
    fixed[v / 8] |= (uint8_t)(1u << v % 8);
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
    found_x32(r, "high", &d, "numbers with the x32 bit (0x40000000) are let through on x86_64");
  }
  for (unsigned i = 0; i < calls.count && !open && !differs; i++) {
    /* The same call as x86_64 makes it: denied there and allowed here is a way around. */
    uint32_t nr;
    if (!call_by_name(X86_64, calls.calls[i].name, &nr))
      continue;
    bdd_t here = w_audit_fix(r->s->bdd, f, INPUT_NR, calls.calls[i].nr);
    bdd_t there = w_audit_fix(r->s->bdd, f, INPUT_NR, nr);
    bdd_t more = bdd_and(r->s->bdd, here, bdd_not(r->s->bdd, there));
    const struct kernel_call *known = w_kernel_call_by_number(arches[X32].name, calls.calls[i].nr);
    for (unsigned arg = 0; arg < 6; arg++) /* halves that may not count make no difference */
      if (known && known->defined && !(known->wide >> arg & 1))
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
    found_x32(r, "high", &d, message);
  }
  if (allowed && !open && !differs)
    found_x32(
        r, "info", NULL,
        "calls of the x32 ABI (numbers from 0x40000000 on) are let through, the same ones as on "
        "x86_64; few systems need them");
  calls_free(&calls);
  free(p.pieces);
}

static void call_input(struct seccomp_data *d, unsigned arch, uint32_t nr) {
  d->arch = arches[arch].token;
  d->nr = (int)nr;
}
/* What a filter sees of a call whose arguments are those that a process passes. */
static struct seccomp_data words_of(const struct seccomp_data *passed) {
  return w_arch_big_endian(passed->arch) ? w_input_swapped(passed) : *passed;
}

/* One argument of one call, and what its filter looks at. `f` are the arguments for which it runs.
 */
struct compared {
  unsigned arch, arg;
  const struct named_call *call;
  const struct kernel_call *known; /* has the argument */
  bdd_t f;
  bool low, high;
};
/* `d` has its arguments as a process passes them. */
static void found_at(struct findings *r, const struct compared *c, const char *name,
                     const char *severity, struct seccomp_data d, const char *cause) {
  call_input(&d, c->arch, c->call->nr);
  d = words_of(&d);
  found_call(r, name, severity, &d, c->arch, c->call->name, cause);
}

/* Bits are compared that the kernel ignores: a value that is denied without them passes with them.
 */
static bool find_ignored(struct findings *r, const struct compared *c) {
  struct bdd *m = r->s->bdd;
  bool sixteen = c->known->sixteen >> c->arg & 1, narrow = c->known->narrow >> c->arg & 1;
  if (!c->low || !(sixteen || (narrow && c->high)))
    return false;
  /* Where registers have 32 bits, no higher one is ever set. */
  bdd_t f = arches[c->arch].wide ? c->f : with_high(m, c->f, c->arg, 0, false);
  bdd_t zero = with_high(m, f, c->arg, 0, false);
  bdd_t around = bdd_and(m, f, bdd_not(m, zero));
  char what[160];
  r->undecided |= around == BDD_NONE;
  if (around != BDD_FALSE && around != BDD_NONE) {
    snprintf(what, sizeof what,
             "the kernel ignores the high half of arg%u, which is compared: a denied value passes "
             "with bits set there",
             c->arg);
    found_at(r, c, "high-half", "high", w_audit_input(m, around), what);
    return true;
  }
  if (!sixteen)
    return false;
  around = bdd_and(m, f, bdd_not(m, with_sixteen(m, f, c->arg)));
  r->undecided |= around == BDD_NONE;
  if (around == BDD_FALSE || around == BDD_NONE)
    return false;
  snprintf(what, sizeof what,
           "the kernel takes 16 bits of arg%u, of which more are compared: a denied value passes "
           "with bits set above them",
           c->arg);
  found_at(r, c, "high-bits", "high", w_audit_input(m, around), what);
  return true;
}

/* A few values above 2^31 that pass zero-extended and not sign-extended, or the other way round,
 * while one of the two is treated as any other high half is. */
static void find_signs(struct findings *r, const struct compared *c) {
  struct bdd *m = r->s->bdd;
  bdd_t zeros = with_high(m, c->f, c->arg, 0, true),
        ones = with_high(m, c->f, c->arg, UINT32_MAX, true),
        other = with_high(m, c->f, c->arg, 0x5a5a5a5a, true);
  bdd_t z = w_bdd_xor(m, zeros, other), o = w_bdd_xor(m, ones, other);
  bool slip_z = z != BDD_FALSE && z != BDD_NONE && o == BDD_FALSE && w_bdd_share(m, z) < 1e-6;
  bool slip_o = o != BDD_FALSE && o != BDD_NONE && z == BDD_FALSE && w_bdd_share(m, o) < 1e-6;
  if (!slip_z && !slip_o)
    return;
  struct seccomp_data d = w_audit_input(m, slip_z ? z : o);
  d.args[c->arg] = (d.args[c->arg] & UINT32_MAX) | 0x80000000u | (slip_z ? 0xffffffff00000000u : 0);
  char what[160];
  snprintf(what, sizeof what,
           "arg%u is compared with a negative number that is %s-extended; the other form of it is "
           "treated differently",
           c->arg, slip_z ? "zero" : "sign");
  found_at(r, c, "sign-extension", c->known->narrow >> c->arg & 1 ? "medium" : "low", d, what);
}

/* What is said about one argument: nothing where the call does not have it, or is not known; and of
 * its halves nothing where it isn't known how much of it the kernel takes. */
static void find_halves(struct findings *r, const struct compared *c, const uint8_t *vars) {
  struct bdd *m = r->s->bdd;
  bool wide = c->known->wide >> c->arg & 1;
  if (find_ignored(r, c) || !arches[c->arch].wide)
    return;
  if (c->low && !c->high && wide && looks_at_top(m, vars, low_word(c->arg))) {
    struct seccomp_data d = w_audit_input(m, c->f);
    d.args[c->arg] |= (uint64_t)1 << 32;
    char what[100];
    snprintf(what, sizeof what, "only the low half of arg%u is compared, and any high half passes",
             c->arg);
    found_at(r, c, "low-half-only", "medium", d, what);
  }
  if (c->low && c->high)
    find_signs(r, c);
}

/* Arguments that are compared for a call of which no definition is known: no claim, but a word. */
static void find_unknown(struct findings *r, unsigned arch, bdd_t here) {
  struct bdd *m = r->s->bdd;
  struct pieces p = split_word(m, here, INPUT_NR);
  uint32_t first = arch == X32 ? X32_BIT : 0;
  uint32_t last = arch == X32 ? 2 * X32_BIT - 1 : arch == X86_64 ? X32_BIT - 1 : UINT32_MAX;
  unsigned unknown = 0; /* calls, or runs of them */
  struct seccomp_data d = {0};
  r->undecided |= p.failed;
  for (size_t i = 0; i < p.count; i++) {
    const struct piece *piece = &p.pieces[i];
    uint8_t vars[INPUT_VARS / 8] = {0};
    bool compared = false;
    if (bdd_is_leaf(piece->f) || !w_bdd_support(m, piece->f, vars))
      continue;
    for (unsigned word = INPUT_ARG; word < INPUT_IP; word++)
      compared |= looks_at(m, vars, word);
    uint64_t nr = piece->low < first ? first : piece->low;
    uint32_t high = piece->set != BDD_NONE ? piece->low : piece->high;
    high = high > last ? last : high;
    const struct kernel_call *call = NULL;
    while (nr <= high && (call = w_kernel_call_by_number(arches[arch].name, (uint32_t)nr)) &&
           call->defined)
      nr++;
    if (!compared || nr > high)
      continue;
    if (unknown++ == 0) {
      d = w_audit_input(m, piece->f);
      call_input(&d, arch, (uint32_t)nr);
    }
  }
  free(p.pieces);
  if (!unknown)
    return;
  char message[240], number[CALL_NUMBER_MAX], more[40] = "";
  char *name = call_name(arch, (uint32_t)d.nr); /* owned here */
  call_number((uint32_t)d.nr, number);
  if (unknown > 1)
    snprintf(more, sizeof more, " (and %u like it)", unknown - 1);
  snprintf(message, sizeof message,
           "%s%s%s on %s: how much of its arguments the kernel takes is not known, so nothing is "
           "said of their halves",
           name ? name : "call ", name ? "" : number, more, arches[arch].name);
  free(name);
  d = words_of(&d);
  found(r, "unknown-width", "info", &d, message);
}

static void find_arguments(struct findings *r) {
  bdd_t run = r->run;
  bdd_t others = w_audit_fix(r->s->bdd, run, INPUT_ARCH, 0x12345678);
  for (unsigned arch = 0; arch < ARCHES; arch++) {
    bdd_t here = w_audit_fix(r->s->bdd, run, INPUT_ARCH, arches[arch].token);
    if (here == others && arch != X86_64)
      continue;
    if (w_arch_big_endian(arches[arch].token))
      here = w_audit_swapped(r->s->bdd, here);
    if (here == BDD_NONE) {
      r->undecided = true;
      continue;
    }
    struct arch_calls calls = calls_of(arch);
    for (unsigned i = 0; i < calls.count; i++) {
      bdd_t f = w_audit_fix(r->s->bdd, here, INPUT_NR, calls.calls[i].nr);
      uint8_t vars[INPUT_VARS / 8] = {0};
      struct compared c = {.arch = arch, .call = &calls.calls[i], .f = f};
      c.known = w_kernel_call_by_number(arches[arch].name, calls.calls[i].nr);
      if (!c.known || bdd_is_leaf(f) || !w_bdd_support(r->s->bdd, f, vars))
        continue;
      for (; c.arg < c.known->arguments; c.arg++) {
        c.low = looks_at(r->s->bdd, vars, low_word(c.arg));
        c.high = looks_at(r->s->bdd, vars, high_word(c.arg));
        find_halves(r, &c, vars);
      }
    }
    calls_free(&calls);
    if (arches[arch].wide)
      find_unknown(r, arch, here);
  }
}

static void find_instructions(struct findings *r, uint32_t n) {
  const struct audit *a = &r->s->audits[n];
  const struct warrant_program *p = &r->s->objects[n].programs[0];
  char message[400], text[64], list[200], more[32] = "";
  size_t used = 0;
  uint32_t first = NO_PC;
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
      warrant_classic_disasm(&p->cinsns[pc], pc, text, sizeof text);
      if (last > pc)
        snprintf(message, sizeof message,
                 "no input reaches the instructions %" PRIu32 " to %" PRIu32, pc, last);
      else
        snprintf(message, sizeof message, "no input reaches instruction %" PRIu32 " (%s)", pc,
                 text);
      found_insn(r, "unreachable", "low", NULL, n, pc, message);
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
      if (always == 0) {
        example = d;
        first = pc;
      }
      int added = snprintf(list + used, sizeof list - used, "%s%" PRIu32, always ? ", " : "", pc);
      if (added > 0 && used + (size_t)added < sizeof list) {
        used += (size_t)added;
        listed++;
      }
      always++;
      continue;
    }
    warrant_classic_disasm(&p->cinsns[pc], pc, text, sizeof text);
    snprintf(message, sizeof message, "instruction %" PRIu32 " (%s) never matches", pc, text);
    found_insn(r, "dead-rule", "low", &d, n, pc, message);
  }
  free(reached);
  if (unknown > 0) {
    snprintf(message, sizeof message,
             "whether %u comparison%s always or never true is too hard to tell", unknown,
             unknown == 1 ? " is" : "s are");
    found_insn(r, "dead-rule", "info", NULL, n, NO_PC, message);
  }
  if (always == 0)
    return;
  list[used] = '\0';
  if (listed < always)
    snprintf(more, sizeof more, " and %u more", always - listed);
  snprintf(message, sizeof message,
           "%u comparison%s always true for what reaches %s, at instruction%s%s%s", always,
           always == 1 ? " is" : "s are", always == 1 ? "it" : "them",
           always == 1 ? " " : "s: ", list, more);
  found_insn(r, "dead-rule", "info", &example, n, always == 1 ? first : NO_PC, message);
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

/* Calls that one return lets through are together whichever assertions they violate. */
static void found_escape(struct findings *r, const char *policy,
                         const struct assertion_result *result) {
  char *message = NULL, *cause = NULL; /* owned here; an assertion can be of any length */
  if (asprintf(&message, "%s on %s violates: %s", result->call ? result->call : "a call",
               result->arch, result->text) < 0)
    message = NULL;
  if (asprintf(&cause, "let through against %s", policy) < 0)
    cause = NULL;
  report_add(r->report, &(struct found){.name = "escape",
                                        .severity = "high",
                                        .witness = result->has_witness ? &result->witness : NULL,
                                        .message = message ? message : "out of memory",
                                        .cause = cause,
                                        .call = result->call,
                                        .about_arch = true,
                                        .one_hole = true,
                                        .arch = arch_by_name(result->arch)});
  free(cause);
  free(message);
}

static int find_policy(struct findings *r) {
  struct warrant_error error = {0};
  struct seccomp_names names = names_of_calls();
  struct policy *policy = NULL;
  const char *text = r->s->policy ? r->s->policy : escape_policy;
  const char *policy_name = r->s->policy ? r->options->policy : "the default policy";
  int status = w_policy_read(policy_name, text, r->s->bdd, &names, &policy, &error);
  if (status)
    return cmd_error(&error);
  for (unsigned i = 0; i < w_policy_count(policy); i++) {
    struct assertion_result result = {.holds = 0};
    for (unsigned from = 0; result.holds == 0;) { /* each call on each architecture */
      if (w_policy_decide_from(policy, i, &r->s->all, &from, &result, &error))
        result.holds = -1;
      r->undecided |= result.holds < 0;
      if (result.holds == 0)
        found_escape(r, policy_name, &result);
    }
  }
  w_policy_free(policy);
  return WARRANT_OK;
}

void findings_too_large(struct findings *r) {
  r->undecided = true;
  found(r, "undecided", "high", NULL, "the findings are too large for --limit");
}

int findings_collect(struct findings *r) {
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
