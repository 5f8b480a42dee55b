/* Two interpreters to measure against, written as plainly as their kind allows. They know host
 * addresses and nothing of regions' rules; both have every arithmetic instruction, jump, load and
 * store, but no calls. */
#ifndef WARRANT_TESTS_PEERS_H
#define WARRANT_TESTS_PEERS_H

#include "warrant.h"

struct peer_memory {
  uint8_t *bytes, *stack;    /* borrowed; the stack's lowest byte */
  uint64_t size, stack_size; /* 8 or more */
};

/* Computed goto on instructions as they are in the file; before each one, fuel and pc are checked,
 * and each access is looked for in both pieces of memory. False: it stopped at a check or an
 * unknown instruction. */
bool peer_raw(const struct warrant_insn *insns, uint32_t count, const struct peer_memory *memory,
              uint64_t fuel, uint64_t *result);

/* Computed goto on 24-byte operations made beforehand, with no check of fuel and pc; `bounds`: each
 * access is looked for in both pieces of memory; else it just happens. The caller frees what
 * peer_decode returns. */
struct peer_op;
struct peer_op *peer_decode(const struct warrant_insn *insns, uint32_t count, bool bounds);
bool peer_predecoded(const struct peer_op *ops, const struct peer_memory *memory, uint64_t *result);

#endif
