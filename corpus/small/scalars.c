/* What is known of a number.  r7 points at 64 bytes, r8 and r9 are any numbers: an offset that can
 * leave the 64 bytes has to be noticed, and one that cannot should be.
 *
 * Many of the refused programs are the pattern of a published verifier bug: a verifier that makes
 * the mistake named above takes the offset for 0. */
#include "small.h"

#define READ "r7 += r8; r0 = *(u8 *)(r7 + 0); exit;"
#define READ_9 "r7 += r9; r0 = *(u8 *)(r7 + 0); exit;"
/* Anything but 0 leaves the value. */
#define FAR "r8 *= 4096;" READ
#define FAR_9 "r9 *= 4096;" READ_9
/* r8 is taken for 1. */
#define FAR_UNLESS_ONE "r9 = 1; r9 -= r8;" FAR_9

/* expect: accept */
PROGRAM(masked, UNKNOWNS "r8 &= 63;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(masked_too_wide, UNKNOWNS "r8 &= 64;" READ OUT)

/* expect: accept */
PROGRAM(masked_low_half, UNKNOWNS "w8 &= 63;" READ OUT)

/* expect: accept */
PROGRAM(shifted_right, UNKNOWNS "r8 >>= 58;" READ OUT)

/* expect: accept */
PROGRAM(shifted_left_and_right, UNKNOWNS "r8 <<= 58; r8 >>= 58;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(shifted_right_with_sign, UNKNOWNS "r8 s>>= 58;" READ OUT)

/* expect: accept */
PROGRAM(compared, UNKNOWNS "if r8 > 63 goto .Lout%=;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(compared_by_one, UNKNOWNS "if r8 > 64 goto .Lout%=;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(compared_with_sign_only_above, UNKNOWNS "if r8 s> 63 goto .Lout%=;" READ OUT)

/* expect: accept */
PROGRAM(compared_with_sign, UNKNOWNS "if r8 s> 63 goto .Lout%=; if r8 s< 0 goto .Lout%=;" READ OUT)

/* expect: accept */
PROGRAM(compared_with_a_register, UNKNOWNS "r9 &= 63; if r8 > r9 goto .Lout%=;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(low_half_compared, UNKNOWNS "if w8 > 63 goto .Lout%=;" READ OUT)

/* expect: accept */
PROGRAM(low_half_kept_and_compared, UNKNOWNS "w8 = w8; if w8 > 63 goto .Lout%=;" READ OUT)

/* expect: accept */
PROGRAM(equal_to_a_constant, UNKNOWNS "if r8 != 63 goto .Lout%=;" READ OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(not_equal_to_a_constant, UNKNOWNS "if r8 == 64 goto .Lout%=;" READ OUT)

/* expect: accept */
PROGRAM(subtracted, UNKNOWNS "r9 &= 63; r8 = 63; r8 -= r9;" READ OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(subtracted_below_zero, UNKNOWNS "r9 &= 63; r8 = 62; r8 -= r9;" READ OUT)

/* expect: accept */
PROGRAM(multiplied, UNKNOWNS "r8 &= 7; r8 *= 9;" READ OUT)

/* expect: accept */
PROGRAM(added, UNKNOWNS "r8 &= 31; r9 &= 31; r8 += r9; r8 += 1;" READ OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(added_too_much, UNKNOWNS "r8 &= 31; r9 &= 31; r8 += r9; r8 += 3;" READ OUT)

/* expect: accept */
PROGRAM(bits_set_and_flipped, UNKNOWNS "r8 &= 32; r8 |= 7; r8 ^= 63;" READ OUT)

/* expect: accept */
PROGRAM(bytes_swapped, UNKNOWNS "r8 = be16 r8; r8 >>= 10;" READ OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(bytes_swapped_too_wide, UNKNOWNS "r8 = be16 r8; r8 >>= 9;" READ OUT)

/* expect: accept */
PROGRAM(upper_half_of_a_low_half, UNKNOWNS "r8 = -1; w8 = w8; r8 >>= 32;" READ OUT)

/* A 32-bit constant fills the lower half and clears the upper: it is not -1. */
/* expect: reject out-of-bounds 15 */
PROGRAM(constant_extended_by_its_sign, UNKNOWNS "w8 = -1; if r8 != -1 goto .Lfar%=; r0 = 2; exit;"
                                                ".Lfar%=: r0 = *(u8 *)(r7 + 4096); exit;" OUT)

/* The bound of 64 bits does not hold for what a truncation leaves. */
/* expect: reject out-of-bounds 18 */
PROGRAM(bound_kept_over_a_truncation,
        UNKNOWNS "r8 &= 1; r2 = 1; r2 <<= 32; r8 |= r2; w8 += 0;" FAR OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(sign_kept_over_a_shift, UNKNOWNS "if r8 s< -1 goto .Lout%=; if r8 s> 1 goto .Lout%=;"
                                         "r8 >>= 1;" READ OUT)

/* expect: reject out-of-bounds 17 */
PROGRAM(shifted_before_the_truncation, UNKNOWNS "r8 = 2; r8 <<= 31; w8 >>= 31; r8 -= 2;" FAR OUT)

/* expect: reject out-of-bounds 20 */
PROGRAM(low_halves_of_bounds_as_bounds, UNKNOWNS "if r8 == 0 goto .Lout%=; r2 = 0x100000001 ll;"
                                                 "if r8 > r2 goto .Lout%=; if w8 == 5 goto .Lout%=;"
                                                 "r8 &= 2; r8 >>= 1;" FAR OUT)

/* expect: reject out-of-bounds 22 */
PROGRAM(or_of_a_constant_narrows, UNKNOWNS "if w8 s< 0 goto .Lout%=; if r8 == 0 goto .Lout%=;"
                                           "r2 = 0x600000001 ll; if r8 > r2 goto .Lout%=;"
                                           "r8 |= 0; w8 = w8;" FAR_UNLESS_ONE OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(overflow_of_a_signed_half, UNKNOWNS "if w8 s< 0 goto .Lout%=; w8 += 1;"
                                            "if w8 s< 1 goto .Lfar%=; r0 = 2; exit;"
                                            ".Lfar%=: r0 = *(u8 *)(r7 + 4096); exit;" OUT)

/* expect: reject out-of-bounds 19 */
PROGRAM(signed_minimum_copied_to_the_half,
        UNKNOWNS "if r8 s< 1 goto .Lout%=;"
                 "if w8 s> 1 goto .Lout%=;"
                 "if w8 s< 0 goto .Lout%=; w8 = w8;" FAR_UNLESS_ONE OUT)

/* expect: reject out-of-bounds 18 */
PROGRAM(minimum_copied_to_the_half, UNKNOWNS "if r8 == 0 goto .Lout%=; if w8 > 1 goto .Lout%=;"
                                             "w8 = w8;" FAR_UNLESS_ONE OUT)

/* expect: reject out-of-bounds 23 */
PROGRAM(stale_bounds_of_a_known_half,
        UNKNOWNS "r8 <<= 32; r8 |= 1; r2 = 0x100000002 ll; r8 &= r2;"
                 "w8 = w8; if r9 > 1 goto .Lout%=; r8 += r9;" FAR_UNLESS_ONE OUT)

/* Bits that are set cannot compare equal to a number without them: the read is dead. */
/* expect: accept */
PROGRAM(set_bits_rule_out_a_value, UNKNOWNS "w8 |= 563; if w8 != 8 goto .Lout%=;"
                                            "r0 = *(u8 *)(r7 + 4096); exit;" OUT)

/* expect: reject out-of-bounds 19 */
PROGRAM(both_sides_of_one_test,
        UNKNOWNS "w8 &= 0x7fffffff; w8 |= 2; if w8 != 0x7ffffffd goto +0;"
                 "w8 -= 0x7ffffff0; if w8 s< 14 goto .Lout%=; w8 -= 14;" FAR OUT)

/* A copy that then changed in its lower half follows the original no more. */
/* expect: reject out-of-bounds 20 */
PROGRAM(copy_changed_in_its_half,
        UNKNOWNS "r9 = r8; w9 += 1; r2 = 0xffffffff ll;"
                 "if r8 != r2 goto .Lout%=; r9 >>= 32; r9 -= 1;" FAR_9 OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(sign_bits_then_or, UNKNOWNS "r8 s>>= 63; r8 |= 4096; if r8 s< 0 goto .Lout%=;" READ OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(copy_taken_before_the_swap,
        UNKNOWNS "r9 = r8; r8 = be64 r8; if r8 > 15 goto .Lout%=;" READ_9 OUT)

/* On one path r9 is a copy of r8, on the other it is not. */
/* expect: reject out-of-bounds 16 */
PROGRAM(copy_on_one_path_only, UNKNOWNS
        "r2 = *(u64 *)(r7 + 16); if r2 == 0 goto +1; r9 = r8; if r8 > 7 goto .Lout%=;" READ_9 OUT)

/* expect: reject out-of-bounds 20 */
PROGRAM(clears_on_one_path_only, UNKNOWNS "r8 = 1024; r2 = 0x80000000 ll; if r8 <= r2 goto .Luse%=;"
                                          "r8 = 0; r2 = 0; if r8 <= r2 goto .Luse%=; r8 = 0;"
                                          ".Luse%=:" READ OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(spilled_by_halves, UNKNOWNS "r8 &= 1; r8 <<= 12; *(u32 *)(r10 - 16) = r8;"
                                    "r8 = *(u32 *)(r10 - 16);" READ OUT)

/* expect: accept */
PROGRAM(spilled_whole,
        UNKNOWNS "r8 &= 63; *(u64 *)(r10 - 16) = r8; r8 = *(u64 *)(r10 - 16);" READ OUT)

/* expect: accept */
PROGRAM(compared_while_spilled, UNKNOWNS "*(u64 *)(r10 - 16) = r8; if r8 > 63 goto .Lout%=;"
                                         "r8 = *(u64 *)(r10 - 16);" READ OUT)

/* A 32-bit comparison of a 64-bit number: its low half has a range, whatever the high half is. */
/* expect: accept */
PROGRAM(bounds_a_half, UNKNOWNS "if w8 > 56 goto .Lout%=; w1 = w8; r7 += r1;"
                                "r0 = *(u64 *)(r7 + 0); exit;" OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(bounds_a_half_by_one_more, UNKNOWNS "if w8 > 57 goto .Lout%=; w1 = w8; r7 += r1;"
                                            "r0 = *(u64 *)(r7 + 0); exit;" OUT)

/* The whole number has no range. */
/* expect: reject out-of-bounds 13 */
PROGRAM(bounds_only_a_half, UNKNOWNS "if w8 > 56 goto .Lout%=; r7 += r8;"
                                     "r0 = *(u64 *)(r7 + 0); exit;" OUT)

/* A signed range on both sides of zero, moved up. */
/* expect: accept */
PROGRAM(bounds_a_signed_half, UNKNOWNS "if w8 s< -4 goto .Lout%=; if w8 s> 4 goto .Lout%=;"
                                       "w8 += 4; r7 += r8; r0 = *(u64 *)(r7 + 48); exit;" OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(bounds_a_signed_half_by_one_more,
        UNKNOWNS "if w8 s< -4 goto .Lout%=; if w8 s> 5 goto .Lout%=;"
                 "w8 += 4; r7 += r8; r0 = *(u64 *)(r7 + 48); exit;" OUT)

/* Register against register, and arithmetic that leaves the high half unknown in between. */
/* expect: accept */
PROGRAM(bounds_a_half_by_another,
        UNKNOWNS "if w9 > 7 goto .Lout%=; if w8 >= w9 goto .Lout%=;"
                 "r8 *= 8; w8 = w8; r7 += r8; r0 = *(u64 *)(r7 + 8); exit;" OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(bounds_a_half_by_another_or_equal,
        UNKNOWNS "if w9 > 7 goto .Lout%=; if w8 > w9 goto .Lout%=;"
                 "r8 *= 8; w8 = w8; r7 += r8; r0 = *(u64 *)(r7 + 8); exit;" OUT)
