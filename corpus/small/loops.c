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

/* may_goto: the loop ends by the rounds that are left to it, and no counter is needed. */
#define MAY(from, to)                                                                              \
  ".L" from "%=: .byte 0xe5; .byte 0; .long ((.L" to "%= - .L" from "%= - 8) / 8) & 65535;"        \
  ".short 0;"
#define AGAIN MAY("again", "out")
#define INNER MAY("inner", "next")

/* expect: accept */
PROGRAM(may_goto_alone, "r0 = 0;" AGAIN "goto .Lagain%=; .Lout%=: exit;")

/* expect: accept; kernel: reject too-complex * */
PROGRAM(may_goto_in_may_goto,
        "r0 = 0;" AGAIN INNER "r0 += 1; goto .Linner%=;"
        ".Lnext%=: if r0 > 5 goto .Lout%=; goto .Lagain%=; .Lout%=: r0 = 0; exit;")

/* expect: accept */
PROGRAM(may_goto_and_a_number,
        "r0 = 0; r6 = *(u32 *)(r1 + 16); r7 = 0;" AGAIN "r7 += 1; if r7 < r6 goto .Lagain%=;"
        ".Lout%=: r0 = 0; exit;")

FUNCTION(goes_on, "r0 = 0;" INNER "goto .Linner%=; .Lnext%=: exit;")
/* The rounds are a function's own: those of the caller are as they were. */
/* expect: accept */
PROGRAM(may_goto_calls, "r6 = 0;" AGAIN "call goes_on; r6 += 1; if r6 < 10 goto .Lagain%=;"
                        ".Lout%=: r0 = 0; exit;")

/* It writes above the frame after some rounds. */
/* expect: reject out-of-bounds * */
PROGRAM(may_goto_writes_on, "r0 = 0; r6 = r10; r6 += -16;" AGAIN
                            "*(u64 *)(r6 + 0) = r0; r6 += 8; goto .Lagain%=; .Lout%=: exit;")

/* When it jumps, it stays in the loop, with nothing spent. */
/* expect: reject loop * */
PROGRAM(may_goto_stays, "r0 = 0;" AGAIN ".Lout%=: goto .Lagain%=; exit;")
