/* Programs that call one helper and note what it answers: what they are given, and what they leave,
 * are values of arrays, so that one program runs with many inputs. */
#ifndef WARRANT_TESTS_PROBE_H
#define WARRANT_TESTS_PROBE_H

#include "isa/tables.h"
#include "kernel/kernel.h"

enum { ROOM = 64, PLACES = 2, ANSWERS = 16, PROBE_SLOTS = 192, PROBE_MAPS = 3 };
/* The numbers of a call by argument, and the memory, in the order of its arguments. */
struct given {
  uint64_t numbers[5];
  uint8_t memory[PLACES][ROOM];
};
/* The result (of a pointer: whether it is not null), and the memory afterwards. */
struct answer {
  uint64_t result;
  uint8_t memory[PLACES][ROOM];
};
struct answers {
  uint64_t count; /* calls; answers has the last of them, from 0 on */
  struct answer list[ANSWERS];
};

/* What is chosen when the program is made. */
struct choice {
  const struct w_prog_type *type;
  const struct w_helper *helper;
  uint32_t size;   /* of all memory whose size is passed */
  uint32_t map;    /* the type of its map; 0: it has none */
  bool an_address; /* its last number is the address of the second memory */
  uint16_t port;   /* of a socket that listens, for helpers that want one */
};

/* A program in the library's form, with its maps: 0 is given, 1 is answers, 2 the helper's own. */
struct probe {
  struct warrant_insn insns[PROBE_SLOTS];
  struct warrant_map maps[PROBE_MAPS];
  struct warrant_object_type types[2];
  struct warrant_program p;
  int places[5]; /* by argument: which memory it is, or -1 */
};

/* False: there is no such program. */
bool probe_make(struct probe *probe, const struct choice *choice);
/* The map types of the helper's own map that a probe can have; 0 ends the list. */
uint32_t probe_map(const struct w_helper *h, unsigned k);

#endif
