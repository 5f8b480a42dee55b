/* A map of maps: a lookup gives a map or null, and after a test that is a map like any other. */
#include "small.h"

struct inner {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct pair);
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(values, struct inner);
} array SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 2);
        __type(key, __u32);
        __type(value, struct pair);
      });
} hash SEC(".maps");

/* The arguments of a call on the map that r0 is, with the key that LOOKUP left on the stack. */
#define INNER "r1 = r0; r2 = r10; r2 += -4;"
#define TEST "if r0 == 0 goto .Lout%=;"

/* expect: accept */
PROGRAM(reads_an_inner_value,
        LOOKUP(array) TEST INNER "call 1;" TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(reads_an_inner_array,
        LOOKUP(hash) TEST INNER "call 1;" TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(updates_an_inner_map,
        "r3 = 7; *(u64 *)(r10 - 24) = r3; *(u64 *)(r10 - 16) = r3;" LOOKUP(array) TEST INNER
        "r3 = r10; r3 += -24; r4 = 0; call 2; r0 = 2; exit;" OUT)

/* expect: accept */
PROGRAM(deletes_from_an_inner_map, LOOKUP(array) TEST INNER "call 3; r0 = 2; exit;" OUT)

/* Updates the map under key 0, deletes the same key of the one under key 1, and looks in the first.
 */
/* expect: accept */
PROGRAM(keeps_maps_apart,
        "r3 = 7; *(u64 *)(r10 - 24) = r3; *(u64 *)(r10 - 16) = r3;" LOOKUP(array) TEST INNER
        "r3 = r10; r3 += -24; r4 = 0; call 2;"
        "r2 = 1; *(u32 *)(r10 - 28) = r2; r2 = r10; r2 += -28; r1 = array ll; call 1;" TEST INNER
        "call 3;" LOOKUP(array) TEST INNER "call 1;" TEST "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(tests_a_copy_of_the_map,
        LOOKUP(array) "r6 = r0;" TEST "r1 = r6; r2 = r10; r2 += -4; call 1;" TEST
                      "r0 = *(u64 *)(r0 + 0); exit;" OUT)

/* expect: reject null-pointer 10 */
PROGRAM(forgets_that_the_map_may_be_null, LOOKUP(array) INNER "call 1; r0 = 2; exit;")

/* expect: reject null-pointer 12 */
PROGRAM(forgets_that_the_value_may_be_null,
        LOOKUP(array) TEST INNER "call 1; r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* The kernel has types for what is in a map, and lets its first bytes be read. */
/* expect: reject invalid-pointer 9 */
PROGRAM(writes_the_map_as_memory,
        LOOKUP(array) TEST "r2 = 1; *(u64 *)(r0 + 0) = r2; r0 = 2; exit;" OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(reads_past_an_inner_value,
        LOOKUP(array) TEST INNER "call 1;" TEST "r0 = *(u64 *)(r0 + 16); exit;" OUT)

/* expect: reject bad-helper-argument 12 */
PROGRAM(moves_the_map, LOOKUP(array) TEST "r0 += 8;" INNER "call 1; r0 = 2; exit;" OUT)

/* expect: reject bad-helper-argument 8 */
PROGRAM(updates_the_outer_map, "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r3 = r2;"
                               "r1 = array ll; r4 = 0; call 2; r0 = 2; exit;")
