/* This host's kernel as an engine: it loads a program, says what it thinks, and forgets it. Nothing
 * is ever attached to anything of the host; classic filters, which can only be judged by attaching
 * them, go to a socket or a child process made for the purpose. */
#ifndef WARRANT_KERNEL_H
#define WARRANT_KERNEL_H

#include "warrant.h"

/* A load by root can stall a processor for as long as the kernel's verifier runs. */
#define WARRANT_KERNEL_INSNS_MAX 4096u
/* Bytes that the maps of one program may take in the kernel. */
#define WARRANT_KERNEL_MAPS_MAX ((uint64_t)256 << 20)

enum warrant_kernel_verdict {
  WARRANT_KERNEL_ACCEPT,
  WARRANT_KERNEL_REJECT,
  WARRANT_KERNEL_UNSUPPORTED,
  WARRANT_KERNEL_ERROR
};

struct warrant_kernel_result {
  enum warrant_kernel_verdict verdict;
  int number; /* errno, 0 on accept */
  bool visited_known;
  uint64_t visited;  /* instructions the kernel's verifier processed */
  uint64_t time_us;  /* of the system call */
  uint32_t flags;    /* BPF_PROG_LOAD's prog_flags */
  char *log;         /* owned; the verifier's log, "" for none */
  char message[256]; /* one sentence; "" on accept */
};

/* Whether bpf(2) can be used at all: 0, or -1 with WARRANT_NO_ENGINE and why. */
int warrant_kernel_available(enum warrant_kind kind, struct warrant_error *error);
/* Asks the kernel. Fails only when the kernel could not be asked (code WARRANT_NO_ENGINE). Programs
 * that are too large for the host are WARRANT_KERNEL_UNSUPPORTED. Forks for a seccomp filter. */
int warrant_kernel_load(const struct warrant_program *program, struct warrant_kernel_result *result,
                        struct warrant_error *error);
void warrant_kernel_result_free(struct warrant_kernel_result *result);

#endif
