/* Random eBPF programs, and environments to run them in. What is generated follows from the seed
 * alone. */
#ifndef WARRANT_TESTS_GEN_H
#define WARRANT_TESTS_GEN_H

#include "run/env.h"
#include "random.h"

uint64_t gen_number(struct gen *g); /* mostly near the borders of 8, 16, 32 and 64 bits */

enum {
  GEN_INSNS_MAX = 240,
  GEN_MAPS_MAX = 5,
  GEN_VALUE_MAX = 128,
  GEN_CTX_MAX = 192,
  GEN_ENTRIES_MAX = 6,
  GEN_TYPES_MAX = 3,
  GEN_POINTERS_MAX = 4,
};
enum gen_style {
  GEN_CAREFUL, /* meant to be safe */
  GEN_LOOSE,   /* the same with a few instructions changed */
  GEN_WILD,    /* instructions that decode, in any order */
  GEN_DAMAGED, /* loose, with a few bits flipped: it need not decode */
  GEN_STYLES,
};

/* Nothing in it is allocated, and `p` points into it, so it can't be copied. */
struct gen_program {
  struct warrant_program p;
  struct warrant_insn insns[GEN_INSNS_MAX];
  struct warrant_map maps[GEN_MAPS_MAX];
  uint8_t initial[GEN_MAPS_MAX][GEN_VALUE_MAX];
  struct warrant_object_type types[GEN_TYPES_MAX];
  struct warrant_pointer pointers[GEN_TYPES_MAX][GEN_POINTERS_MAX];
  struct warrant_pointer parts[GEN_TYPES_MAX][GEN_POINTERS_MAX];
  uint32_t arguments[WARRANT_ARGUMENTS_MAX];
};
void gen_program(struct gen *g, enum gen_style style, struct gen_program *out);

/* The same holds here. `env.packet_bytes` is `packet` of gen_env's caller. */
struct gen_env {
  struct warrant_env env;
  uint8_t ctx[GEN_CTX_MAX];
  struct warrant_entries entries[GEN_MAPS_MAX];
  uint8_t bytes[GEN_MAPS_MAX][GEN_ENTRIES_MAX * (16 + GEN_VALUE_MAX)];
};
/* A well-formed environment: regions lie apart, anywhere. The packet has up to `packet_max` bytes,
 * which are put where `packet` points. */
void gen_env(struct gen *g, const struct warrant_program *p, uint8_t *packet, uint32_t packet_max,
             struct gen_env *out);

#endif
