/* This host's kernel as an engine: it loads a program, says what it thinks, and forgets it. Nothing
 * is ever attached to anything of the host; classic filters, which can only be judged by attaching
 * them, go to a socket or a child process made for the purpose. */
#ifndef WARRANT_KERNEL_H
#define WARRANT_KERNEL_H

#include "kernel/kernel_result.h"
#include "run/env.h"

/* A load by root can stall a processor for as long as the kernel's verifier runs. */
#define WARRANT_KERNEL_INSNS_MAX 4096u
/* Bytes that the maps of one program may take in the kernel. */
#define WARRANT_KERNEL_MAPS_MAX ((uint64_t)256 << 20)

/* Whether bpf(2) can be used at all: 0, or -1 with WARRANT_NO_ENGINE and why. */
int warrant_kernel_available(enum warrant_kind kind, struct warrant_error *error);
/* Asks the kernel. Fails only when the kernel could not be asked (code WARRANT_NO_ENGINE). Programs
 * that are too large for the host are WARRANT_KERNEL_UNSUPPORTED. Forks for a seccomp filter. */
int warrant_kernel_load(const struct warrant_program *program, struct warrant_kernel_result *result,
                        struct warrant_error *error);
/* The same for a program of the ELF object at `path`, through libbpf, as its loader would do it:
 * with its types and functions' and lines' information, so that global functions, locks and kernel
 * functions get the kernel's own verdict. *opened: libbpf opens the object and knows the program;
 * else nothing was asked. What libbpf does not set up is WARRANT_KERNEL_UNSUPPORTED. Sets libbpf's
 * print callback for the time of the call, for the whole process. */
int warrant_kernel_load_object(const char *path, const struct warrant_program *program,
                               bool *opened, struct warrant_kernel_result *result,
                               struct warrant_error *error);

/* An eBPF program that the kernel holds, with its maps: descriptors, -1 for no program. */
struct warrant_kernel_program {
  int fd, *maps; /* owned, as the array is */
  uint32_t map_count;
};
/* As warrant_kernel_load, and keeps what the kernel accepts, until warrant_kernel_close. */
int warrant_kernel_open(const struct warrant_program *program,
                        struct warrant_kernel_program *in_kernel,
                        struct warrant_kernel_result *result, struct warrant_error *error);
void warrant_kernel_close(struct warrant_kernel_program *in_kernel);

/* --- kernel_run.c: BPF_PROG_TEST_RUN --------------------------------------------------------- */

struct warrant_kernel_run {
  uint32_t result; /* the low half of r0: the kernel gives no more */
  uint8_t *packet; /* owned; as the program left it, of XDP with its metadata before it */
  uint32_t packet_size;
  uint8_t ctx[256]; /* what the kernel gives back of the context */
  uint32_t ctx_size;
};
/* Runs the program once on env's context and packet; its maps hold env's entries then, and what
 * the program wrote to them afterwards. Run only what is certified. Fails with WARRANT_UNSUPPORTED
 * where there is no test run: for programs of this type, for this packet or context, or because a
 * helper would reach outside the run. Free with warrant_kernel_run_free. */
int warrant_kernel_run(const struct warrant_program *program,
                       const struct warrant_kernel_program *in_kernel,
                       const struct warrant_env *env, struct warrant_kernel_run *run,
                       struct warrant_error *error);
/* Whether a program that calls this helper may run here: what it does stays within the run. */
bool warrant_kernel_runs(int32_t helper);
/* -1: the program calls something that is kept off the kernel, which *error names. */
int warrant_kernel_may_run(const struct warrant_program *p, struct warrant_error *error);
void warrant_kernel_run_free(struct warrant_kernel_run *run);
/* The context that the program sees in that run: env's, but for the fields that the kernel fills in
 * by itself (interface, length, protocol, ...). `size` is that of the type's context. False: there
 * is no test run for this type. */
bool warrant_kernel_context(const struct warrant_program *program, const struct warrant_env *env,
                            uint8_t *ctx, uint32_t size);

#endif
