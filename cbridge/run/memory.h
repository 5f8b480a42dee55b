/* The memory of a run: which live region an address is in, and plain loads and stores. */
#ifndef WARRANT_MEMORY_H
#define WARRANT_MEMORY_H

#include "run/machine.h"

/* Between the first values of two maps, and between two maps themselves. */
#define W_VALUES_STRIDE (UINT64_C(1) << 32)
enum { W_MAP_OBJECT_STRIDE = 256 };
#define W_RING_START (UINT64_C(1) << 31) /* from a ring buffer's values to its records */
/* Kernel objects that may have been freed, and W_TYPE_STRIDE * (i + 1) above them the one of type
 * i. */
#define W_FREED_OBJECTS (UINT64_C(3) << 48)
#define W_TYPE_STRIDE (UINT64_C(1) << 32)
enum { W_PACKET_ROOM = 16384 }; /* bytes on either side, where helpers may move it */

struct w_place {
  uint8_t region;      /* as in struct warrant_trace */
  uint32_t map, index; /* index: of the value, or of the frame; enum w_ref of a reference */
  uint64_t off;        /* from the lowest byte of the region, or of the whole stack */
  uint8_t *bytes;
  bool writable;
};

/* The live region that holds [a, a + n). */
bool w_find(struct w_machine *m, uint64_t a, uint64_t n, struct w_place *place);
enum warrant_fault w_load(struct w_machine *m, uint64_t a, unsigned n, uint64_t *v);
enum warrant_fault w_store_value(struct w_machine *m, uint64_t a, unsigned n, uint64_t v);

/* Address of the first value of map number `i`, of the map itself, and of the object of a type. */
uint64_t w_values_at(const struct w_machine *m, uint32_t i);
uint64_t w_map_at(const struct w_machine *m, uint32_t i);
uint64_t w_object_at(uint32_t type);
uint8_t *w_packet_bytes(struct w_machine *m);
/* Bytes [off, off + n) of the packet, both as helpers take them; NULL when they are not there. */
uint8_t *w_packet_span(struct w_machine *m, uint64_t off, uint64_t n);

/* Whether a read of n bytes there is a fault because some were never written, in the strict
 * profile; and the note that they are written. */
bool w_undefined_stack(const struct w_machine *m, const struct w_place *p, uint64_t n);
void w_mark_written(struct w_machine *m, const struct w_place *p, uint64_t n);
/* Copies `from` (zeros when NULL, which is an error: EFAULT) to where a helper writes; the two may
 * overlap. */
int64_t w_give(struct w_machine *m, const struct w_place *out, uint64_t n, const uint8_t *from);
/* Is there a kernel object of the type of this name, or a part of one that is? */
bool w_is_named(const struct w_machine *m, uint64_t a, const char *name);
bool w_is_socket(const struct w_place *p);

#endif
