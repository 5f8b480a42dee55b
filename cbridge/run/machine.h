/* The state of a run. How it is set up, found in memory and changed is in the files above this. */
#ifndef WARRANT_MACHINE_H
#define WARRANT_MACHINE_H

#include "isa/tables.h"
#include "load/objects.h"
#include "run/env.h"

enum { W_FRAME_SIZE = 512, W_FRAMES = 8, W_STACK_SIZE = 4096 };
#define W_ALL_REGISTERS 0x7ffu

/* One map's values, `slots` of them `stride` bytes apart, and for a hash map which slot each key
 * has. */
struct w_store {
  const struct warrant_map *map;
  uint64_t stride, slots;
  uint8_t *bytes;                      /* owned */
  uint8_t *keys;                       /* owned; slots * key_size, hash maps alone */
  bool *used;                          /* owned; hash maps alone */
  const struct warrant_entries *inner; /* borrowed; maps of maps alone: keys, and numbers of maps */
  uint8_t *ring;                       /* owned; ring buffers alone: where records are */
  uint64_t ring_size, ring_used;
  uint8_t *queue;            /* owned; queues and stacks alone: their elements, a ring of them */
  uint64_t oldest, in_queue; /* the first element's place there, and how many there are */
};

/* A reference that one helper acquired and another has not released yet. */
struct w_reference {
  uint8_t kind; /* enum w_ref */
  uint64_t base, size;
  uint8_t *bytes; /* a record's, in its ring buffer */
};

/* A caller, while a function that it called runs. */
struct w_frame {
  int64_t pc;
  uint64_t regs[11];
  uint16_t defined;
  uint64_t rounds;
  bool again; /* a helper calls that function, so often more; this is call `index` */
  int64_t callback;
  uint64_t rest, index, ctx;
};

struct w_machine {
  const struct warrant_program *program;
  const struct w_prog_type *type;
  const struct warrant_env *env;
  struct w_own_type own_type; /* where `type` points when the context is the program's own */
  bool strict;                /* reading an undefined stack byte is a fault */
  uint64_t regs[11];
  uint16_t defined;
  int64_t pc;
  uint64_t rounds;                     /* how often may_goto still goes on in this function */
  struct w_frame frames[W_FRAMES - 1]; /* `depth` callers, the first one first */
  unsigned depth;
  uint8_t stack[W_STACK_SIZE];
  uint8_t written[W_STACK_SIZE / 8];
  uint8_t *ctx;                    /* owned */
  uint8_t *buffer;                 /* owned; the packet as given, with room on either side */
  uint64_t packet_at, packet_size; /* where the packet is now */
  uint64_t meta_size;              /* bytes of metadata right before it */
  struct w_store
      *stores; /* owned; one for each map of the program, then two for each map of maps */
  uint32_t store_count;
  uint8_t socket[80];       /* zeros: what each socket has in its fields */
  struct w_reference *refs; /* owned; `nrefs` of them */
  uint32_t nrefs, refs_cap;
  bool *second;     /* owned; slot is the second half of an instruction */
  uint8_t *objects; /* owned; the largest kernel object's bytes, all 0, then those of each type */
  uint64_t *object_at; /* owned; where these begin there */
  uint64_t largest_object;
  uint64_t random, time;
  int level;     /* how many of the packet's checksums are known to be right, without the first; -1:
                    none */
  uint32_t hash; /* the packet's, where the program has set it */
  bool headed;   /* the packet has got a header in front */
};

#endif
