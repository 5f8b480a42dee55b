/* Loops that an invariant proves to end and to be safe, whatever the number of their rounds. */
#include "small.h"

/* Linux follows every round, and gives up after a million instructions. */
/* expect: accept; kernel: reject too-complex * */
PROGRAM(ten_million_rounds,
        "r1 = 0; r0 = 0; .Lagain%=: r0 += r1; r1 += 1; if r1 < 10000000 goto .Lagain%=;"
        "r0 = 0; exit;")

/* expect: accept */
PROGRAM(ten_rounds, "r1 = 0; r0 = 0; .Lagain%=: r0 += r1; r1 += 1; if r1 < 10 goto .Lagain%=;"
                    "r0 = 0; exit;")

/* expect: accept */
PROGRAM(twenty_in_each_of_ten,
        "r1 = 0; .Louter%=: r2 = 0; .Linner%=: r2 += 1; if r2 < 20 goto .Linner%=;"
        "r1 += 1; if r1 < 10 goto .Louter%=; r0 = 0; exit;")

/* expect: accept */
PROGRAM(down_to_zero, "r1 = 1000; .Lagain%=: r1 += -1; if r1 != 0 goto .Lagain%=; r0 = 0; exit;")

/* expect: accept */
PROGRAM(down_while_above_zero,
        "r1 = 1000; .Lagain%=: r1 += -1; if r1 > 0 goto .Lagain%=; r0 = 0; exit;")

/* expect: accept */
PROGRAM(counts_on_the_stack_in_8_bytes,
        "r1 = 0; *(u64 *)(r10 - 8) = r1; .Lagain%=: r1 = *(u64 *)(r10 - 8); r1 += 1;"
        "*(u64 *)(r10 - 8) = r1; if r1 < 1000 goto .Lagain%=; r0 = 0; exit;")

/* Linux knows no number of 4 bytes at this offset. */
/* expect: accept; kernel: reject loop * */
PROGRAM(counts_on_the_stack_in_4_bytes,
        "w1 = 0; *(u32 *)(r10 - 4) = w1; .Lagain%=: w1 = *(u32 *)(r10 - 4); w1 += 1;"
        "*(u32 *)(r10 - 4) = w1; if w1 < 1000 goto .Lagain%=; r0 = 0; exit;")

/* expect: accept */
PROGRAM(counts_in_32_bits, "w1 = 0; .Lagain%=: w1 += 1; if w1 < 1000 goto .Lagain%=; r0 = 0; exit;")

/* expect: accept */
PROGRAM(until_equal_by_4, "r1 = 0; .Lagain%=: r1 += 4; if r1 != 1000 goto .Lagain%=; r0 = 0; exit;")

#define WALK(read)                                                                                 \
  PACKET "r6 = 0; .Lagain%=: r4 = r2; r4 += r6; r5 = r4; r5 += 1; if r5 > r3 goto .Lout%=;" read   \
         "r6 += 1; if r6 < 1400 goto .Lagain%=;" OUT

/* expect: accept */
PROGRAM(walks_the_packet, WALK("r0 = *(u8 *)(r4 + 0);"))

/* expect: reject out-of-bounds 8 */
PROGRAM(walks_one_byte_too_far, WALK("r0 = *(u8 *)(r4 + 1);"))

/* expect: reject out-of-bounds 5 */
PROGRAM(below_the_frame_after_a_loop,
        "r1 = 0; .Lagain%=: r2 = r10; r2 += -600; r1 += 1; if r1 < 1000 goto .Lagain%=;"
        "r0 = *(u64 *)(r2 + 0); r0 = 0; exit;")

/* The counter is cut off again in each round. */
/* expect: reject loop|too-complex * */
PROGRAM(never_gets_there, "r1 = 0; .Lagain%=: r1 += 1; if r1 != 0 goto .Lcut%=; r0 = 0; exit;"
                          ".Lcut%=: r1 &= 1048575; if r1 < 2000000 goto .Lagain%=; r0 = 0; exit;")

/* A buffer of 256 bytes, cleared in a loop; and a byte more. */
#define CLEAR(bytes)                                                                               \
  "r1 = 0; r3 = 0; .Lagain%=: r2 = r10; r2 += -256; r2 += r1; *(u8 *)(r2 + 0) = r3;"               \
  "r1 += 1; if r1 < " #bytes " goto .Lagain%=; r0 = 0; exit;"

/* expect: accept */
PROGRAM(clears_a_buffer, CLEAR(256))

/* expect: reject out-of-bounds 5 */
PROGRAM(clears_one_byte_more, CLEAR(257))
