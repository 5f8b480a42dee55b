/* A run from outside: what a program runs in, and what a run tells. */
#ifndef WARRANT_ENV_H
#define WARRANT_ENV_H

#include "warrant.h"

/* Initial entries of one map: `count` times key bytes, then value bytes. Borrowed. */
struct warrant_entries {
  uint32_t count;
  const uint8_t *bytes;
};

/* What a program runs in. All borrowed for the run. Addresses must leave regions apart
 * (warrant_env_default). */
struct warrant_env {
  uint64_t stack, ctx, packet, maps,
      values;    /* addresses: frame bottom, context, packet, map objects, map values */
  uint64_t seed; /* of random numbers and of undefined stack bytes */
  uint64_t fuel; /* most steps */
  const uint8_t *ctx_bytes, *packet_bytes;
  uint32_t ctx_size, packet_size;
  const struct warrant_entries *entries; /* one for each map, or NULL */
};
/* Usual addresses, no packet, zero context, fuel for 1,000,000 steps. */
void warrant_env_default(struct warrant_env *env);
/* The bytes that docs/formats.md calls an environment. The caller frees *bytes. */
int warrant_env_encode(const struct warrant_program *program, const struct warrant_env *env,
                       uint8_t **bytes, size_t *size, struct warrant_error *error);

enum warrant_fault {
  WARRANT_NO_FAULT,
  WARRANT_BAD_PC,
  WARRANT_UNDEFINED_REGISTER,
  WARRANT_FRAME_WRITE,
  WARRANT_OUT_OF_BOUNDS,
  WARRANT_READ_ONLY,
  WARRANT_BAD_CONTEXT,
  WARRANT_UNDEFINED_STACK,
  WARRANT_MISALIGNED, /* an atomic at no multiple of its size */
  WARRANT_BAD_HELPER_ARGUMENT,
  WARRANT_UNKNOWN_HELPER,
  WARRANT_BAD_MAP,
  WARRANT_STACK_OVERFLOW,
  WARRANT_BAD_INSTRUCTION,
  WARRANT_BAD_CALLBACK, /* a callback returns what it may not */
  WARRANT_LEAKED_REFERENCE,
  WARRANT_OUT_OF_FUEL,
};
const char *warrant_fault_name(enum warrant_fault fault);

/* The state before an instruction, and what it is about to write. */
struct warrant_trace {
  int64_t pc;
  uint64_t regs[11];
  uint16_t defined; /* bit r: register r is defined */
  bool writes;
  uint8_t
      region; /* 0 stack, 1 ctx, 2 packet, 3 map value, 4 behind a reference; never 5, an object */
  uint32_t map, index; /* map and value, or index alone: the frame */
  int64_t off;         /* from the region's start; from the frame's top on the stack */
  uint8_t size;
  uint8_t bytes[8];
};
typedef void warrant_trace_fn(void *data, const struct warrant_trace *step);
/* One JSON line without its newline into `line`; returns its length. 512 bytes are enough. */
size_t warrant_trace_line(const struct warrant_trace *step, char *line, size_t size);

struct warrant_run {
  uint64_t result, steps;
  enum warrant_fault fault;
  int64_t pc; /* of the fault: a jump can lead before the program */
};

#endif
