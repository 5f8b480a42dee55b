/* One program's verdict: the one place where the command line calls the verifier, the classic
 * checker and the proved validator. */
#ifndef WARRANT_CMD_JUDGE_H
#define WARRANT_CMD_JUDGE_H

#include <stdio.h>

#include "verify/verify.h"
#include "warrant.h"

enum judged { JUDGED_ACCEPT, JUDGED_REJECT, JUDGED_UNSUPPORTED, JUDGED_ERROR, JUDGED_GAVE_UP };

struct judgement {
  enum judged verdict;
  bool certified; /* the validator accepted the certificate */
  bool has_pc;    /* `pc` means something */
  uint32_t pc;
  const char *reason;       /* static, one word; NULL on accept */
  char message[600];        /* one sentence; "" on a plain accept */
  char state[1024];         /* on a reject, what was known there; "" for nothing */
  const char *hint;         /* static; on a reject, what to try; NULL for nothing */
  struct warrant_step *way; /* owned; on a reject of eBPF, the steps that matter */
  uint32_t way_len;
  bool measured; /* the numbers below mean something */
  uint64_t steps_bound, visited, time_us, peak_kb, validate_us;
  uint8_t *cert; /* owned; may be NULL for an empty certificate */
  size_t cert_size;
  uint8_t *image; /* owned; on an accept, the bytes that the validator saw; else NULL */
  size_t image_size;
  char (*warnings)[256]; /* owned */
  uint32_t warning_count;
  struct warrant_policy *linux_rules; /* owned; Linux's rules that it breaks */
  uint32_t linux_count;
};

/* Judges a loaded program; always fills the judgement. Free it with judgement_free. */
void judge(const struct warrant_program *program, struct judgement *judgement);
/* The same, with options for the verifier; its limits of time and memory hold for the validator,
 * too: for what time there is left, and for memory beside what this process has. */
void judge_with(const struct warrant_program *program, const struct warrant_verify_options *options,
                struct judgement *judgement);
void judgement_free(struct judgement *judgement);
/* Adds a warning; none for "". */
void judgement_warn(struct judgement *judgement, const char *text);
/* What is safe here and refused by Linux of that release becomes a refusal. */
void judgement_linux(struct judgement *judgement, uint32_t release);
/* "accept", "reject", "unsupported", "error" or "gave-up". */
const char *judged_word(enum judged verdict);
/* The exit code that a verdict asks for. */
int judged_code(const struct judgement *judgement);
/* A loader's problem as a judgement. */
void judge_problem(const struct warrant_error *problem, struct judgement *judgement);

/* From here on the verifier runs in a process of its own, and the validator is the program
 * `warrant-validate`. Returns 0, or an exit code when it is not there, having complained. */
int judge_isolated(void);

/* A judgement before the validator was asked, as bytes from one process to another. The stream
 * keeps what goes wrong. */
void judgement_put(const struct judgement *judgement, FILE *out);
/* Whatever the bytes are, it can be printed for a program of so many instructions, and freed.
 * False: they are no judgement. */
bool judgement_get(const uint8_t *bytes, size_t size, uint32_t insns, struct judgement *judgement);

/* Asks the validator: 1 valid, 0 refused, negative when it could not look; `why` says so in a
 * sentence. */
int judge_certificate(const struct warrant_program *program, const uint8_t *cert, size_t size,
                      char *why, size_t why_size);

/* The same of a program's image. */
int judge_image(const uint8_t *image, size_t image_size, const uint8_t *cert, size_t size,
                char *why, size_t why_size);

/* Calls `each` with every reason word and what it means. */
void judge_reasons(void (*each)(const char *word, const char *meaning));

#endif
