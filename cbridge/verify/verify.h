/* The fast verifier: a path-sensitive search that ends in a certificate or a refusal. It is not
 * trusted: an accept counts once the proved validator has accepted the certificate. */
#ifndef WARRANT_VERIFY_H
#define WARRANT_VERIFY_H

#include "verify/policy.h"
#include "verify/refusal.h"
#include "warrant.h"

struct w_event;
struct warrant_verify_options {
  /* Instructions analysed, at most. 0: as many as Linux looks at, 1,000,000, and a program that
   * needs more is refused; else what needs more is given up. */
  uint64_t max_visited;
  size_t max_bytes; /* memory for the search, at most; 0: 1 GiB. What needs more is given up. */
  uint64_t max_ns;  /* processor time of the search, at most; 0: any. Likewise. */
  /* Is told what the search does (event.h). NULL: nobody is. */
  void (*trace)(void *data, const struct w_event *event);
  void *trace_data;
};

enum warrant_outcome {
  WARRANT_ACCEPT,
  WARRANT_REJECT,
  WARRANT_VERDICT_UNSUPPORTED,
  WARRANT_GAVE_UP, /* a limit was reached, which says nothing about the program */
};
enum warrant_limit {
  WARRANT_LIMIT_NONE,
  WARRANT_LIMIT_TIME,
  WARRANT_LIMIT_MEMORY,
  WARRANT_LIMIT_VISITED
};

struct warrant_verdict {
  enum warrant_outcome verdict;
  enum warrant_limit limit;  /* GAVE_UP: which */
  uint32_t pc;               /* REJECT, UNSUPPORTED: the instruction it is about; GAVE_UP: where
                                the search was */
  const char *reason;        /* REJECT: a word of warrant_reasons; static. Else NULL */
  char message[512];         /* one sentence; ACCEPT: "" */
  uint64_t steps_bound;      /* ACCEPT: no run takes more steps */
  uint64_t visited;          /* instructions analysed */
  uint64_t compared;         /* states looked at to find one again: the rest of what takes time */
  uint64_t time_ns, peak_kb; /* of the search: processor time, and memory that it allocated */
  uint8_t *cert;             /* owned; ACCEPT: the certificate (docs/formats.md) */
  size_t cert_len;
  char (*warnings)[256]; /* owned; what is allowed here and refused elsewhere, one sentence each */
  uint32_t warning_count;
  struct warrant_policy *linux_rules; /* owned; Linux's rules that it breaks, by instruction */
  uint32_t linux_count;
  struct warrant_step *way; /* owned; REJECT: the steps that matter, up to `pc`. Else NULL */
  uint32_t way_len;
  const char
      *hint; /* REJECT: what to try, one sentence for a person; static. NULL: nothing to say */
  char state[1024]; /* REJECT: what was known where it was refused, "r1 = ...; r2 = ..." */
};

/* Judges an eBPF program. Returns 0 with *verdict filled, to be freed with warrant_verdict_free; or
 * -1 with *error when there is no verdict: a program that is not eBPF, or no memory. `options` may
 * be NULL. */
int warrant_verify(const struct warrant_program *program,
                   const struct warrant_verify_options *options, struct warrant_verdict *verdict,
                   struct warrant_error *error);
void warrant_verdict_free(struct warrant_verdict *verdict);

#endif
