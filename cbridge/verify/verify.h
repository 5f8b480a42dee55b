/* The fast verifier: a path-sensitive search that ends in a certificate or a refusal. It is not
 * trusted: an accept counts once the proved validator has accepted the certificate. */
#ifndef WARRANT_VERIFY_H
#define WARRANT_VERIFY_H

#include "warrant.h"

/* Why a program is refused. Their words: warrant_reasons. */
enum w_reason {
  W_BAD_PC,
  W_UNDEFINED_REGISTER,
  W_OUT_OF_BOUNDS,
  W_READ_ONLY,
  W_BAD_CONTEXT_ACCESS,
  W_UNDEFINED_STACK,
  W_BAD_HELPER_ARGUMENT,
  W_UNKNOWN_HELPER,
  W_NULL_POINTER,
  W_INVALID_POINTER,
  W_FRAME_POINTER_WRITE,
  W_BAD_RETURN,
  W_LEAKED_REFERENCE,
  W_LOOP,
  W_TOO_COMPLEX,
  W_INVALID_INSTRUCTION,
  W_STACK_OVERFLOW,
  W_BAD_INSTRUCTION,
  W_REASONS,
  W_UNSUPPORTED, /* not a reason to refuse: there is no verdict */
};
/* The reason words, in the order of enum w_reason; static. */
const char *const *warrant_reasons(size_t *n);

struct w_event;
struct warrant_verify_options {
  uint64_t max_visited; /* instructions analysed, at most; 0: 1,000,000 */
  size_t max_bytes;     /* memory for the search, at most; 0: 1 GiB */
  /* Is told what the search does (event.h). NULL: nobody is. */
  void (*trace)(void *data, const struct w_event *event);
  void *trace_data;
};

/* A step of the way to a refusal. */
struct warrant_step {
  uint32_t pc;
  int8_t decision; /* of a branch: 1 it is taken, 0 it falls through; -1: no branch */
  uint32_t before; /* steps left out since the one before */
};

enum warrant_outcome { WARRANT_ACCEPT, WARRANT_REJECT, WARRANT_VERDICT_UNSUPPORTED };

struct warrant_verdict {
  enum warrant_outcome verdict;
  uint32_t pc;               /* REJECT, UNSUPPORTED: the instruction it is about */
  const char *reason;        /* REJECT: a word of warrant_reasons; static. Else NULL */
  char message[512];         /* REJECT, UNSUPPORTED: one sentence. ACCEPT: "" */
  uint64_t steps_bound;      /* ACCEPT: no run takes more steps */
  uint64_t visited;          /* instructions analysed */
  uint64_t time_ns, peak_kb; /* of the search: processor time, and memory that it allocated */
  uint8_t *cert;             /* owned; ACCEPT: the certificate (docs/formats.md) */
  size_t cert_len;
  char (*warnings)[256]; /* owned; what is allowed here and refused elsewhere, one sentence each */
  uint32_t warning_count;
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
