/* Random programs that are accepted here, on this host's kernel: does it refuse those, and only
 * those, that break one of Linux's rules? Part of `make linux-agrees`: linux_random [PROGRAMS].
 * Prints a line for each difference, `kernel-alone` or `warrant-alone`, a tab, and why; then the
 * figures. With SHOW set, the program of that number alone, with the kernel's log. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "gen.h"
#include "isa/tables.h"
#include "kernel/kernel.h"
#include "verify/verify.h"

static uint32_t this_release(void) {
  struct utsname host;
  unsigned major = 0, minor = 0;
  if (uname(&host) || sscanf(host.release, "%u.%u", &major, &minor) != 2)
    return 0;
  return WARRANT_RELEASE(major, minor);
}

/* The rule that makes this release refuse it, or NULL. */
static const struct warrant_policy *policy_of(const struct warrant_verdict *v, uint32_t release) {
  for (uint32_t k = 0; k < v->linux_count; k++)
    if (warrant_policy_holds(&v->linux_rules[k], release))
      return &v->linux_rules[k];
  return NULL;
}

/* The last thing that the kernel's verifier says, without its figures. */
static void last_words(const char *log, char *text, size_t size) {
  snprintf(text, size, "-");
  while (log && *log) {
    size_t n = strcspn(log, "\n");
    if (n && strncmp(log, "processed ", 10) && strncmp(log, "verification ", 13) &&
        strncmp(log, "stack depth", 11) && strncmp(log, "mark_", 5))
      snprintf(text, size, "%.*s", (int)n, log);
    log += n + (log[n] == '\n');
  }
}

int main(int argc, char **argv) {
  uint64_t programs = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000, accepted = 0, asked = 0;
  uint64_t both[2] = {0, 0}, differences = 0;
  uint32_t release = this_release();
  struct warrant_error error = {0};
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("%s\n", error.text);
    return WARRANT_NO_ENGINE;
  }
  for (uint64_t seed = getenv("SHOW") ? programs : 1; seed <= programs; seed++) {
    struct gen g = {.state = seed};
    static struct gen_program made;
    struct warrant_verdict v;
    struct warrant_kernel_result r = {0};
    struct w_prog_type raw;
    gen_program(&g, (enum gen_style)(seed % 3), &made);
    if (warrant_verify(&made.p, NULL, &v, &error))
      continue;
    /* raw memory is no kernel's type; programs at functions want one, and the syscall type a flag
     */
    const struct w_prog_type *type =
        w_prog_type_of(made.p.type, made.p.attach_type, made.p.ctx_size, &raw);
    bool judged =
        v.verdict == WARRANT_ACCEPT && type && !type->raw && !type->hooked && made.p.type != 31;
    accepted += v.verdict == WARRANT_ACCEPT;
    if (judged && !warrant_kernel_load(&made.p, &r, &error) &&
        (r.verdict == WARRANT_KERNEL_ACCEPT ||
         (r.verdict == WARRANT_KERNEL_REJECT && r.log && *r.log))) { /* else it has no such type */
      const struct warrant_policy *policy = policy_of(&v, release);
      bool refused = r.verdict == WARRANT_KERNEL_REJECT;
      char words[200];
      last_words(r.log, words, sizeof words);
      asked++;
      if (getenv("SHOW"))
        printf("%s\n", r.log);
      if (refused == (policy != NULL)) {
        both[refused]++;
      } else {
        differences++;
        printf("%s\t%s\tseed %" PRIu64 ", %s%s\n", refused ? "kernel-alone" : "warrant-alone",
               refused ? words : policy->rule, seed, warrant_type_name(made.p.type),
               refused ? "" : policy->message);
      }
    }
    warrant_kernel_result_free(&r);
    warrant_verdict_free(&v);
  }
  printf("random: %" PRIu64 " programs, %" PRIu64 " accepted, the kernel asked about %" PRIu64
         ": %" PRIu64 " accepted by both, %" PRIu64 " refused by both, %" PRIu64 " differ\n",
         programs, accepted, asked, both[0], both[1], differences);
  return 0;
}
