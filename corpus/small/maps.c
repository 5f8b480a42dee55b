/* A lookup gives a value or null; a value has a size. */
#include "small.h"

#define CHECKED LOOKUP(pairs) "if r0 == 0 goto .Lout%=;"

/* expect: accept */
PROGRAM(reads_a_value, CHECKED "r0 = *(u64 *)(r0 + 8); exit;" OUT)

/* expect: accept */
PROGRAM(writes_a_value, CHECKED "r2 = 1; *(u64 *)(r0 + 8) = r2; r0 = 2; exit;" OUT)

/* What nobody writes is what it is: the first constant leads to the value's last byte, the second
 * one past it. */
volatile const unsigned char last_byte[2] SEC(".rodata.offsets") = {15, 16};
/* expect: accept */
PROGRAM(reads_at_a_constant, CHECKED "r1 = last_byte ll; r2 = *(u8 *)(r1 + 0); r0 += r2;"
                                     "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject out-of-bounds 12 */
PROGRAM(reads_past_a_constant, CHECKED "r1 = last_byte ll; r2 = *(u8 *)(r1 + 1); r0 += r2;"
                                       "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* The same bytes in .data may be written at any time. */
volatile unsigned char any_byte[2] SEC(".data.offsets") = {15, 16};
/* expect: reject out-of-bounds 12 */
PROGRAM(reads_at_a_variable, CHECKED "r1 = any_byte ll; r2 = *(u8 *)(r1 + 0); r0 += r2;"
                                     "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject null-pointer 7 */
PROGRAM(forgets_null, LOOKUP(pairs) "r0 = *(u64 *)(r0 + 0); exit;")

/* expect: reject null-pointer 8 */
PROGRAM(takes_null_for_a_value, LOOKUP(pairs) "if r0 != 0 goto .Lout%=;"
                                              "r0 = *(u64 *)(r0 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(test_reaches_a_copy, LOOKUP(pairs) "r6 = r0; if r0 == 0 goto .Lout%=;"
                                           "r0 = *(u64 *)(r6 + 0); exit;" OUT)

/* expect: reject null-pointer 16 */
PROGRAM(tests_another_lookup,
        LOOKUP(pairs) "r6 = r0;" LOOKUP(pairs) "if r0 == 0 goto .Lout%=;"
                                               "r0 = *(u64 *)(r6 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(value_outlives_a_lookup, LOOKUP(pairs) "if r0 == 0 goto .Lout%=; r6 = r0;" LOOKUP(
                                     pairs) "r0 = *(u64 *)(r6 + 8); exit;" OUT)

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_past_the_value, CHECKED "r0 = *(u8 *)(r0 + 16); exit;" OUT)

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_across_the_end_of_the_value, CHECKED "r0 = *(u64 *)(r0 + 12); exit;" OUT)

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_before_the_value, CHECKED "r0 = *(u8 *)(r0 - 1); exit;" OUT)

/* expect: reject out-of-bounds 9 */
PROGRAM(writes_past_the_value, CHECKED "r2 = 1; *(u32 *)(r0 + 16) = r2; r0 = 2; exit;" OUT)

/* expect: reject out-of-bounds 12 */
PROGRAM(walks_four_gigabytes_away, CHECKED "r0 += 0x40000000;"
                                           "r0 += 0x40000000;"
                                           "r0 += 0x40000000;"
                                           "r0 += 0x40000000;"
                                           "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* A value may lie anywhere, at that one address too. */
/* expect: reject out-of-bounds 13 */
PROGRAM(tests_for_one_address, CHECKED "r1 = 0x100000000 ll;"
                                       "if r0 == r1 goto .Lthere%=; r0 = 2; exit;"
                                       ".Lthere%=: r0 = *(u64 *)(r0 + 4096); exit;" OUT)

/* A number made from an address that may be null: it is 8 when the address was. */
/* expect: reject * * */
PROGRAM(counts_from_null,
        LOOKUP(pairs) "r6 = r0;" LOOKUP(pairs) "r8 = r0; r8 += 8; if r0 != 0 goto .Lout%=;"
                                               "if r6 == 0 goto .Lout%=; r8 *= 2; r6 += r8;"
                                               "r0 = *(u8 *)(r6 + 0); exit;" OUT)

/* expect: reject bad-helper-argument 6 */
PROGRAM(key_leaves_the_frame, "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -2;"
                              "r1 = pairs ll; call 1; r0 = 2; exit;")

/* expect: reject bad-helper-argument 3 */
PROGRAM(key_is_a_number, "r2 = 4096; r1 = pairs ll; call 1; r0 = 2; exit;")

/* expect: reject bad-helper-argument 3 */
PROGRAM(key_is_the_context, "r2 = r1; r1 = pairs ll; call 1; r0 = 2; exit;")

/* expect: reject bad-helper-argument 4 */
PROGRAM(map_is_the_context, "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4;"
                            "call 1; r0 = 2; exit;")

/* expect: reject bad-helper-argument 5 */
PROGRAM(map_is_a_number, "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r1 = 1;"
                         "call 1; r0 = 2; exit;")

/* expect: accept; strict: reject undefined-stack 4 */
PROGRAM(key_is_what_the_stack_held, "r2 = r10; r2 += -4; r1 = pairs ll; call 1; r0 = 2; exit;")

/* expect: accept; strict: reject undefined-stack 6 */
PROGRAM(key_is_half_written, "r2 = 0; *(u16 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r1 = pairs ll;"
                             "call 1; r0 = 2; exit;")

/* expect: accept */
PROGRAM(index_within_the_value, CHECKED "r2 = *(u64 *)(r0 + 0); r2 &= 15; r0 += r2;"
                                        "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject out-of-bounds 11 */
PROGRAM(index_reaches_past_the_value, CHECKED "r2 = *(u64 *)(r0 + 0); r2 &= 31; r0 += r2;"
                                              "r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject out-of-bounds 11 */
PROGRAM(last_index_is_too_wide, CHECKED "r2 = *(u64 *)(r0 + 0); r2 &= 15; r0 += r2;"
                                        "r0 = *(u16 *)(r0 + 0); exit;" OUT)

/* expect: reject out-of-bounds 10 */
PROGRAM(index_of_a_value_has_no_bound, CHECKED "r2 = *(u64 *)(r0 + 0); r0 += r2;"
                                               "r0 = *(u8 *)(r0 + 0); exit;" OUT)
