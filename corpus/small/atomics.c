/* Atomics: at multiples of their size. */
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 4);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u64); /* four bytes of length, and an address */
  __type(value, struct pair);
} addresses SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} records SEC(".maps");

/* Eight slots, 0 to 7: r0 is a value of 64 bytes, and r1 is 1. */
#define VALUE LOOKUP(wide) "if r0 == 0 goto .Lout%=; r1 = 1;"
/* Ten slots, 0 to 9: and r2 is a number of the value under the mask. */
#define INDEX(mask) VALUE "r2 = *(u64 *)(r0 + 0); r2 &= " #mask ";"

/* expect: accept */
PROGRAM(adds_to_a_value, VALUE "lock *(u64 *)(r0 + 8) += r1; lock *(u32 *)(r0 + 4) += r1;" OUT)

/* expect: reject misaligned 9 */
PROGRAM(adds_between_values, VALUE "lock *(u64 *)(r0 + 4) += r1;" OUT)

/* expect: reject misaligned 9 */
PROGRAM(adds_at_an_odd_place, VALUE "lock *(u32 *)(r0 + 1) += r1;" OUT)

/* The counters of a histogram. */
/* expect: accept */
PROGRAM(adds_to_a_counter, INDEX(7) "r2 <<= 3; r0 += r2; lock *(u64 *)(r0 + 0) += r1;" OUT)

/* expect: reject misaligned 13 */
PROGRAM(adds_to_half_counters, INDEX(7) "r2 <<= 2; r0 += r2; lock *(u64 *)(r0 + 0) += r1;" OUT)

/* expect: accept */
PROGRAM(adds_to_a_counter_of_four_bytes,
        INDEX(7) "r2 <<= 2; r0 += r2; lock *(u32 *)(r0 + 8) += r1;" OUT)

/* expect: reject misaligned 13 */
PROGRAM(adds_beside_a_counter, INDEX(6) "r2 <<= 3; r0 += r2; lock *(u64 *)(r0 + 4) += r1;" OUT)

/* The masks leave multiples of 8, and of 4. */
/* expect: accept */
PROGRAM(adds_under_a_mask, INDEX(56) "r0 += r2; lock *(u64 *)(r0 + 0) += r1;" OUT)

/* expect: reject misaligned 12 */
PROGRAM(adds_under_a_loose_mask, INDEX(52) "r0 += r2; lock *(u64 *)(r0 + 0) += r1;" OUT)

/* expect: reject misaligned 4 */
PROGRAM(adds_between_words_of_the_frame, "r1 = 0; *(u64 *)(r10 - 16) = r1; *(u64 *)(r10 - 8) = r1;"
                                         "r2 = 1; lock *(u64 *)(r10 - 12) += r2; r0 = 2; exit;")

/* expect: accept */
PROGRAM(adds_in_the_frame, "r1 = 0; *(u64 *)(r10 - 16) = r1; *(u64 *)(r10 - 8) = r1;"
                           "r2 = 1; lock *(u32 *)(r10 - 12) += r2; r0 = 2; exit;")

/* expect: accept */
PROGRAM(adds_to_a_record, "r1 = records ll; r2 = 16; r3 = 0; call 131; if r0 == 0 goto .Lout%=;"
                          "r1 = 0; *(u64 *)(r0 + 8) = r1; r2 = 1; lock *(u64 *)(r0 + 8) += r2;"
                          "r1 = r0; r2 = 0; call 132; r0 = 1;" OUT)

/* expect: reject misaligned 9 */
PROGRAM(adds_between_words_of_a_record,
        "r1 = records ll; r2 = 16; r3 = 0; call 131; if r0 == 0 goto .Lout%=;"
        "r1 = 0; *(u64 *)(r0 + 8) = r1; r2 = 1; lock *(u64 *)(r0 + 4) += r2;"
        "r1 = r0; r2 = 0; call 132; r0 = 1;" OUT)

/* Values of this trie follow four bytes of an address, so that 4 in them is a multiple of 8; Linux
 * takes their start for one. */
#define TRIE                                                                                       \
  "r1 = 32; *(u32 *)(r10 - 8) = r1; r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -8;"           \
  "r1 = addresses ll; call 1; if r0 == 0 goto .Lout%=; r1 = 1;"

/* expect: accept */
PROGRAM(adds_four_bytes_in_a_trie, TRIE "lock *(u32 *)(r0 + 0) += r1;" OUT)

/* expect: accept; kernel: reject misaligned 11 */
PROGRAM(adds_eight_bytes_in_a_trie, TRIE "lock *(u64 *)(r0 + 4) += r1;" OUT)

/* Neither is one of the context: w0 = load_acquire((u32 *)(r1 + 8)), and store_release of w0; as
 * bytes, for clang does not know them. */
/* expect: reject bad-context-access 0; kernel: reject * * */
PROGRAM(acquires_the_context, ".8byte 0x100000810c3; exit;")

/* expect: reject bad-context-access 1; kernel: reject * * */
PROGRAM(releases_to_the_context, "r0 = 0; .8byte 0x110000801c3; exit;")
