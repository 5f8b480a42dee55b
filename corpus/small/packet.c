/* Packet bytes are there once a comparison with the end said so. */
#include "small.h"

/* expect: reject out-of-bounds 2 */
PROGRAM(reads_unchecked, PACKET "r0 = *(u8 *)(r2 + 0); exit;")

/* expect: accept */
PROGRAM(reads_checked, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                              "r0 = *(u64 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(reads_the_last_checked_byte, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                            "r0 = *(u8 *)(r2 + 7); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_one_byte_more, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                    "r0 = *(u8 *)(r2 + 8); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_across_the_checked_end, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                             "r0 = *(u64 *)(r2 + 1); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_before_the_packet, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                        "r0 = *(u8 *)(r2 - 1); exit;" OUT)

/* expect: reject out-of-bounds 2 */
PROGRAM(checks_too_late, PACKET "r0 = *(u8 *)(r2 + 0); r4 = r2; r4 += 1;"
                                "if r4 > r3 goto .Lout%=; exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_on_the_wrong_side, PACKET "r4 = r2; r4 += 8; if r4 <= r3 goto .Lout%=;"
                                        "r0 = *(u8 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(end_compared_first, PACKET "r4 = r2; r4 += 8; if r3 < r4 goto .Lout%=;"
                                   "r0 = *(u8 *)(r2 + 7); exit;" OUT)

/* expect: accept */
PROGRAM(end_compared_first_taken, PACKET "r4 = r2; r4 += 8; if r3 >= r4 goto .Lread%=;"
                                         "r0 = 2; exit;"
                                         ".Lread%=: r0 = *(u8 *)(r2 + 7); exit;")

/* Strictly below the end: one more byte than what was added is there, and no two. */
/* expect: accept */
PROGRAM(strictly_below_the_end, PACKET "r4 = r2; r4 += 8; if r4 >= r3 goto .Lout%=;"
                                       "r0 = *(u8 *)(r2 + 8); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(strictly_below_the_end_by_two, PACKET "r4 = r2; r4 += 8; if r4 >= r3 goto .Lout%=;"
                                              "r0 = *(u8 *)(r2 + 9); exit;" OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(end_strictly_above_by_two, PACKET "r4 = r2; r4 += 8; if r3 > r4 goto .Lread%=;"
                                          "r0 = 2; exit;"
                                          ".Lread%=: r0 = *(u8 *)(r2 + 9); exit;")

/* Half an address says nothing about the other half. */
/* expect: reject out-of-bounds 5 */
PROGRAM(compares_half_addresses, PACKET "r4 = r2; r4 += 8; if w4 > w3 goto .Lout%=;"
                                        "r0 = *(u8 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(check_reaches_a_copy, PACKET "r5 = r2; r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                     "r0 = *(u64 *)(r5 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(check_reaches_a_spilled_copy, PACKET "*(u64 *)(r10 - 8) = r2; r4 = r2; r4 += 8;"
                                             "if r4 > r3 goto .Lout%=;"
                                             "r5 = *(u64 *)(r10 - 8);"
                                             "r0 = *(u64 *)(r5 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(writes_checked, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                               "r5 = 0; *(u32 *)(r2 + 4) = r5; r0 = 2; exit;" OUT)

/* expect: reject out-of-bounds 6 */
PROGRAM(writes_one_byte_more, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                     "r5 = 0; *(u32 *)(r2 + 5) = r5; r0 = 2; exit;" OUT)

/* expect: reject out-of-bounds|invalid-pointer 2 */
PROGRAM(reads_at_the_end, PACKET "r0 = *(u8 *)(r3 + 0); exit;")

#define FIRST_BYTE "r4 = r2; r4 += 1; if r4 > r3 goto .Lout%=; r5 = *(u8 *)(r2 + 0);"

/* expect: accept */
PROGRAM(variable_offset_checked, PACKET FIRST_BYTE "r2 += r5; r4 = r2; r4 += 4;"
                                                   "if r4 > r3 goto .Lout%=;"
                                                   "r0 = *(u32 *)(r2 + 0); exit;" OUT)

/* expect: reject out-of-bounds 10 */
PROGRAM(variable_offset_by_one, PACKET FIRST_BYTE "r2 += r5; r4 = r2; r4 += 3;"
                                                  "if r4 > r3 goto .Lout%=;"
                                                  "r0 = *(u32 *)(r2 + 0); exit;" OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(variable_offset_unchecked, PACKET FIRST_BYTE "r2 += r5; r0 = *(u8 *)(r2 + 0); exit;" OUT)

/* What was checked at the old place says nothing about the new one. */
/* expect: reject out-of-bounds 7 */
PROGRAM(check_does_not_move_along, PACKET "r4 = r2; r4 += 64; if r4 > r3 goto .Lout%=;"
                                          "r5 = *(u8 *)(r2 + 0); r2 += r5;"
                                          "r0 = *(u8 *)(r2 + 0); exit;" OUT)

/* Safe, but the check is forgotten when a variable offset is added, here as in Linux. */
/* expect: reject out-of-bounds 8 */
PROGRAM(check_covers_a_bounded_offset, PACKET "r4 = r2; r4 += 64; if r4 > r3 goto .Lout%=;"
                                              "r5 = *(u8 *)(r2 + 0); r5 &= 15; r2 += r5;"
                                              "r0 = *(u8 *)(r2 + 48); exit;" OUT)

/* Without a bound the sum may wrap round, and then lies below the end. */
/* expect: reject out-of-bounds 10 */
PROGRAM(offset_may_wrap, PACKET "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                "r5 = *(u64 *)(r2 + 0); r2 += r5; r4 = r2; r4 += 1;"
                                "if r4 > r3 goto .Lout%=; r0 = *(u8 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(packet_outlives_a_lookup, "r6 = *(u32 *)(r1 + 0); r7 = *(u32 *)(r1 + 4);"
                                  "r4 = r6; r4 += 8; if r4 > r7 goto .Lout%=;" LOOKUP(
                                      pairs) "r0 = *(u64 *)(r6 + 0); exit;" OUT)

/* Two addresses added are no address of anything; their difference is a length. */
/* expect: reject invalid-pointer 2 */
PROGRAM(adds_two_pointers, PACKET "r2 += r3; r0 = 1; if r2 > r3 goto .Lout%=; exit;" OUT)

/* expect: accept */
PROGRAM(subtracts_two_pointers, PACKET "r3 -= r2; r0 = 1; if r3 > 9 goto .Lout%=; exit;" OUT)
