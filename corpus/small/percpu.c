/* Maps that have values of their own on each processor. */
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, struct pair);
} counts SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, struct pair);
} flows SEC(".maps");

#define TEST "if r0 == 0 goto .Lout%=;"
/* Calls helper number `helper` of the map with key 0 and the value { 7, 9 }; r0 is what it says. */
#define CHANGE(map, helper)                                                                        \
  "r2 = 7; *(u64 *)(r10 - 24) = r2; r2 = 9; *(u64 *)(r10 - 16) = r2;"                              \
  "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r3 = r10; r3 += -24; r4 = 0;"               \
  "r1 = " #map " ll; call " #helper ";"

/* expect: accept */
PROGRAM(counts_here, LOOKUP(counts) TEST "r2 = *(u64 *)(r0 + 0); r2 += 1; *(u64 *)(r0 + 0) = r2;"
                                         "r0 = r2; exit;" OUT)

/* expect: accept */
PROGRAM(updates_an_array, CHANGE(counts, 2) LOOKUP(counts) TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(updates_a_hash, CHANGE(flows, 2) LOOKUP(flows) TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(deletes_from_a_hash,
        CHANGE(flows, 2) CHANGE(flows, 3) LOOKUP(flows) TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(deletes_from_an_array, CHANGE(counts, 3) "exit;")

/* The map_lookup_percpu_elem of this processor and of one that is not there. */
#define ELSEWHERE(map, processor)                                                                  \
  "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r3 = " #processor ";"                       \
  "r1 = " #map " ll; call 195;"

/* expect: accept */
PROGRAM(looks_at_the_first_processor,
        CHANGE(counts, 2) ELSEWHERE(counts, 0) TEST "r0 = *(u64 *)(r0 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(looks_at_no_processor,
        CHANGE(counts, 2) ELSEWHERE(counts, 65535) TEST "r0 = *(u64 *)(r0 + 0); exit;" OUT)

/* expect: reject null-pointer 8 */
PROGRAM(forgets_null_of_a_processor, ELSEWHERE(flows, 0) "r0 = *(u64 *)(r0 + 0); exit;")

/* expect: reject out-of-bounds 9 */
PROGRAM(reads_past_its_own_value, ELSEWHERE(flows, 0) TEST "r0 = *(u64 *)(r0 + 16); exit;" OUT)

/* expect: reject bad-helper-argument 7 */
PROGRAM(asks_a_map_of_all_processors, ELSEWHERE(pairs, 0) "r0 = 2; exit;")
