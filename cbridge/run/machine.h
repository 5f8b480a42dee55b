/* What the two C interpreters share: the state of a run, its memory, and one step of the plain one
 * (interp.c). */
#ifndef WARRANT_MACHINE_H
#define WARRANT_MACHINE_H

#include "run/interp.h"
#include "load/objects.h"

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
};

struct w_place {
  uint8_t region;      /* as in struct warrant_trace */
  uint32_t map, index; /* index: of the value, or of the frame; enum w_ref of a reference */
  uint64_t off;        /* from the lowest byte of the region, or of the whole stack */
  uint8_t *bytes;
  bool writable;
};

/* All borrowed for the machine's life. Fails as warrant_interpret does; then there is nothing to
 * free. */
int w_machine_init(struct w_machine *m, const struct warrant_program *program,
                   const struct warrant_env *env, struct warrant_error *error);
void w_machine_free(struct w_machine *m);
/* To the first instruction. The memory stays as it is. */
void w_machine_start(struct w_machine *m);
/* Goes on from m->pc and run->steps until the program ends, faults or is out of fuel. `trace` may
 * be NULL. */
void w_machine_run(struct w_machine *m, warrant_trace_fn *trace, void *data,
                   struct warrant_run *run);

/* One instruction at m->pc. *done is set when the program ends. */
enum warrant_fault w_step(struct w_machine *m, const struct warrant_insn *insn, bool *done);
enum warrant_fault w_call_local(struct w_machine *m, int64_t target);
/* Exit: the program's end, or back to the caller with r0. */
enum warrant_fault w_leave(struct w_machine *m, bool *done);
/* NULL: there is no such helper for this type. */
const struct w_helper *w_find_helper(const struct w_prog_type *type, int32_t id);
/* Calls it with the arguments in r1 to r5. m->pc stays. */
enum warrant_fault w_call_helper(struct w_machine *m, const struct w_helper *helper);
/* The live region that holds [a, a + n). */
bool w_find(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *place);
enum warrant_fault w_load(struct w_machine *m, uint64_t a, unsigned n, uint64_t *v);
enum warrant_fault w_store_value(struct w_machine *m, uint64_t a, unsigned n, uint64_t v);
uint8_t *w_packet_bytes(struct w_machine *m);
/* Address of the first value of map number `i`, and of the map itself. */
uint64_t w_values_at(const struct w_machine *m, uint32_t i);
uint64_t w_map_at(const struct w_machine *m, uint32_t i);

#endif
