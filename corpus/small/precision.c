/* Safe programs that a coarser verifier refuses, each beside a faulty one that is nearly the same.
 */
#include "small.h"

/* --- A number that is not 0, added to a pointer and counted down again -------------------------
 */

/* r8 is 1 to 64. */
#define SOME_OF_64 UNKNOWNS "r8 &= 63; r8 += 1;"

/* expect: accept */
PROGRAM(reads_the_last_of_some, SOME_OF_64 "r7 += r8; r0 = *(u8 *)(r7 - 1); exit;" OUT)

/* expect: reject out-of-bounds 13 */
PROGRAM(reads_the_last_of_perhaps_none,
        UNKNOWNS "r8 &= 63; r7 += r8; r0 = *(u8 *)(r7 - 1); exit;" OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(reads_before_the_last_of_some, SOME_OF_64 "r7 += r8; r0 = *(u8 *)(r7 - 2); exit;" OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(reads_behind_some, SOME_OF_64 "r7 += r8; r0 = *(u8 *)(r7 + 0); exit;" OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(reads_around_the_middle,
        UNKNOWNS "r8 &= 15; r8 += -8; r7 += 8; r7 += r8; r0 = *(u8 *)(r7 + 48); exit;" OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(reads_before_the_middle,
        UNKNOWNS "r8 &= 15; r8 += -8; r7 += 7; r7 += r8; r0 = *(u8 *)(r7 + 0); exit;" OUT)

/* r2 is the packet and 1 to 32 more bytes. */
#define BEHIND_SOME                                                                                \
  PACKET "r4 = r2; r4 += 1; if r4 > r3 goto .Lout%=; r5 = *(u8 *)(r2 + 0); r5 &= 31; r5 += 1;"     \
         "r2 += r5; r4 = r2; r4 += 1; if r4 > r3 goto .Lout%=;"

/* expect: accept; kernel: reject * * */
PROGRAM(reads_before_a_header, BEHIND_SOME "r0 = *(u16 *)(r2 - 1); exit;" OUT)

/* expect: reject out-of-bounds 12 */
PROGRAM(reads_before_the_packet_perhaps, BEHIND_SOME "r0 = *(u16 *)(r2 - 2); exit;" OUT)

/* expect: reject out-of-bounds 12 */
PROGRAM(reads_behind_what_was_compared, BEHIND_SOME "r0 = *(u16 *)(r2 + 0); exit;" OUT)

/* A record of 16 bytes, and its 1 to 8 first ones. */
#define RESERVE                                                                                    \
  LOOKUP(pairs)                                                                                    \
  "if r0 == 0 goto .Lout%=; r8 = *(u64 *)(r0 + 0); r8 &= 7; r8 += 1;"                              \
  "r1 = ring ll; r2 = 16; r3 = 0; call 131; if r0 == 0 goto .Lout%=; r6 = r0; r1 = r0;"            \
  "r6 += r8;"
#define SUBMIT "r2 = 0; call 132;"
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/* expect: accept */
PROGRAM(writes_the_last_of_a_record, RESERVE "r9 = 1; *(u8 *)(r6 - 1) = r9;" SUBMIT OUT)

/* expect: reject out-of-bounds 21 */
PROGRAM(writes_before_a_record, RESERVE "r9 = 1; *(u8 *)(r6 - 2) = r9;" SUBMIT OUT)

/* --- Bytes that a helper wrote if its result is 0, which is tested after other paths came in ----
 */

/* r6 is some number, r8 the context; then the helper writes 16 bytes of the stack, r7 is its
 * result.
 */
#define SOME_CASE "r6 = *(u32 *)(r1 + 16); r8 = r1;"
#define LOAD_TO(at) "r1 = r8; r2 = 0; r3 = r10; r3 += " at "; r4 = 16; call 189; r7 = r0;"
#define USE "if r7 != 0 goto .Lout%=; r0 = *(u8 *)(r10 - 1);" OUT

/* expect: accept */
PROGRAM(tests_after_paths_meet,
        SOME_CASE LOAD_TO("-16") "if r6 == 0 goto .Lmet%=; r6 = 1; .Lmet%=:" USE)

/* expect: accept; strict: reject undefined-stack 12 */
PROGRAM(tests_the_wrong_way_after_paths_meet,
        SOME_CASE LOAD_TO("-16") "if r6 == 0 goto .Lmet%=; r6 = 1; .Lmet%=:"
                                 "if r7 == 0 goto .Lout%=; r0 = *(u8 *)(r10 - 1);" OUT)

/* expect: accept */
PROGRAM(tests_for_either_of_two_helpers, SOME_CASE
        "if r6 == 0 goto .Lelse%=;" LOAD_TO("-16") "goto .Lmet%=;"
                                                   ".Lelse%=:" LOAD_TO("-16") ".Lmet%=:" USE)

/* expect: accept; strict: reject undefined-stack 19 */
PROGRAM(tests_for_helpers_that_write_elsewhere, SOME_CASE
        "if r6 == 0 goto .Lelse%=;" LOAD_TO("-32") "goto .Lmet%=;"
                                                   ".Lelse%=:" LOAD_TO("-16") ".Lmet%=:" USE)

/* expect: accept */
PROGRAM(tests_for_a_helper_that_may_be_left_out,
        SOME_CASE "r7 = -1; if r6 == 0 goto .Lmet%=;" LOAD_TO("-16") ".Lmet%=:" USE)

/* expect: accept; strict: reject undefined-stack 13 */
PROGRAM(believes_a_helper_that_was_left_out,
        SOME_CASE "r7 = 0; if r6 != 0 goto .Lload%=; goto .Lmet%=;"
                  ".Lload%=:" LOAD_TO("-16") ".Lmet%=:" USE)

/* The result that is tested is that of another call. */
/* expect: accept; strict: reject undefined-stack 19 */
PROGRAM(tests_the_result_of_another,
        SOME_CASE LOAD_TO("-16") LOAD_TO("-32") "if r6 == 0 goto .Lmet%=; r6 = 1; .Lmet%=:" USE)

/* --- A part of what was spilled ----------------------------------------------------------------
 */

/* r8 is spilled, the rest of the stack is not written. */
#define SPILL UNKNOWNS "*(u64 *)(r10 - 16) = r8;"
#define RELOAD(load) "r8 = *(" load ");" READ
#define READ "r7 += r8; r0 = *(u8 *)(r7 + 0); exit;"

/* expect: accept */
PROGRAM(reads_the_low_half_of_a_spill,
        UNKNOWNS "r8 &= 63; *(u64 *)(r10 - 16) = r8;" RELOAD("u32 *)(r10 - 16") OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(reads_the_low_half_of_a_wide_spill,
        UNKNOWNS "r8 &= 64; *(u64 *)(r10 - 16) = r8;" RELOAD("u32 *)(r10 - 16") OUT)

/* The low half says nothing of the other one. */
/* expect: reject out-of-bounds 16 */
PROGRAM(compares_the_low_half_of_a_spill,
        SPILL "r9 = *(u32 *)(r10 - 16); if r9 > 63 goto .Lout%=;" RELOAD("u64 *)(r10 - 16") OUT)

/* expect: accept */
PROGRAM(reads_a_part_of_zeros,
        UNKNOWNS "r8 = 0; *(u64 *)(r10 - 16) = r8;" RELOAD("u16 *)(r10 - 14") OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(reads_more_than_the_zeros,
        SPILL "r8 = 0; *(u32 *)(r10 - 16) = r8;" RELOAD("u64 *)(r10 - 16") OUT)

/* Little-endian: the bytes of 0x1234 are 0x34, 0x12. */
/* expect: accept; kernel: reject * * */
PROGRAM(reads_the_second_byte,
        UNKNOWNS "r8 = 0x1234; *(u64 *)(r10 - 16) = r8;" RELOAD("u8 *)(r10 - 15") OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(reads_the_second_byte_too_large,
        UNKNOWNS "r8 = 0x4034; *(u64 *)(r10 - 16) = r8;" RELOAD("u8 *)(r10 - 15") OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(reads_a_part_that_was_overwritten, UNKNOWNS
        "r6 = 0; *(u64 *)(r10 - 16) = r6; *(u8 *)(r10 - 15) = r8;" RELOAD("u32 *)(r10 - 16") OUT)

/* A part of a pointer is a number that nothing is known of. */
/* expect: reject out-of-bounds 14 */
PROGRAM(reads_a_part_of_a_pointer, UNKNOWNS "*(u64 *)(r10 - 16) = r7;" RELOAD("u8 *)(r10 - 16") OUT)

/* --- Comparisons of pointers -------------------------------------------------------------------
 */

/* Two bytes of the packet, from r2 to r5. */
#define TWO_BYTES PACKET "r5 = r2; r5 += 2; if r5 > r3 goto .Lout%=;"

/* expect: accept; kernel: reject * * */
PROGRAM(reads_until_a_pointer,
        TWO_BYTES ".Lnext%=: r0 = *(u8 *)(r2 + 0); r2 += 1; if r2 != r5 goto .Lnext%=;" OUT)

/* expect: reject out-of-bounds 6 */
PROGRAM(steps_over_a_pointer, TWO_BYTES
        "r2 += 1; .Lnext%=: r0 = *(u8 *)(r2 + 0); r2 += 2; if r2 != r5 goto .Lnext%=;" OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(reads_below_a_pointer,
        TWO_BYTES ".Lnext%=: r0 = *(u8 *)(r2 + 0); r2 += 1; if r2 < r5 goto .Lnext%=;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_up_to_a_pointer,
        TWO_BYTES ".Lnext%=: r0 = *(u8 *)(r2 + 0); r2 += 1; if r2 <= r5 goto .Lnext%=;" OUT)

/* Where so many bytes were checked, the end is no lower. */
/* expect: accept; kernel: reject * * */
PROGRAM(checks_twice, TWO_BYTES "if r5 <= r3 goto .Lin%=; r0 = *(u8 *)(r2 + 9); .Lin%=:" OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(checks_one_byte_more,
        TWO_BYTES "r5 += 1; if r5 <= r3 goto .Lin%=; r0 = *(u8 *)(r2 + 2); .Lin%=:" OUT)

/* Not the end, and not beyond it: a byte more. */
/* expect: accept; kernel: reject * * */
PROGRAM(is_not_the_end, TWO_BYTES "if r5 == r3 goto .Lout%=; r0 = *(u8 *)(r2 + 2); exit;" OUT)

/* expect: reject out-of-bounds 6 */
PROGRAM(is_the_end, TWO_BYTES "if r5 != r3 goto .Lout%=; r0 = *(u8 *)(r2 + 2); exit;" OUT)

/* expect: reject out-of-bounds 3 */
PROGRAM(is_not_the_end_but_perhaps_beyond,
        PACKET "if r2 == r3 goto .Lout%=; r0 = *(u8 *)(r2 + 1); exit;" OUT)

/* r6 is a value of the map, r0 another or null. */
#define TWO_VALUES LOOKUP(pairs) "if r0 == 0 goto .Lout%=; r6 = r0;" LOOKUP(pairs)

/* What equals a pointer that is not null is none, either. */
/* expect: accept */
PROGRAM(equals_a_value, TWO_VALUES "if r0 != r6 goto .Lout%=; r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject null-pointer 17 */
PROGRAM(differs_from_a_value,
        TWO_VALUES "if r0 == r6 goto .Lout%=; r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(is_above_a_pointer, TWO_VALUES "if r6 >= r0 goto .Lout%=; r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* expect: reject null-pointer 17 */
PROGRAM(is_below_a_pointer, TWO_VALUES "if r6 < r0 goto .Lout%=; r0 = *(u8 *)(r0 + 0); exit;" OUT)

/* --- A pointer less a number; differences of pointers -------------------------------------------
 */

/* expect: accept; kernel: reject * * */
PROGRAM(takes_away_some, UNKNOWNS "r8 &= 7; r7 += 8; r7 -= r8; r0 = *(u8 *)(r7 + 55); exit;" OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(takes_away_too_few, UNKNOWNS "r8 &= 7; r7 += 8; r7 -= r8; r0 = *(u8 *)(r7 + 56); exit;" OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(takes_away_too_many, UNKNOWNS "r8 &= 8; r7 += 7; r7 -= r8; r0 = *(u8 *)(r7 + 0); exit;" OUT)

/* r8 is how far r7 moved. */
#define MOVES(by) UNKNOWNS "r6 = r7; r6 += " by "; r8 = r6; r8 -= r7;"

/* expect: accept; kernel: reject * * */
PROGRAM(knows_how_far_it_moved, MOVES("63") READ OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(moved_too_far, MOVES("64") READ OUT)

/* --- Quotients and remainders ------------------------------------------------------------------
 */

/* r8 by a constant, in bytes that clang 14 has no words for: unsigned, and signed. */
#define REST(c) ".8byte 0x" c "00000897;"
#define SIGNED_REST(c) ".8byte 0x" c "00010897;"
#define SIGNED_QUOTIENT(c) ".8byte 0x" c "00010837;"

/* expect: accept; kernel: reject * * */
PROGRAM(rest_of_a_constant, UNKNOWNS "r8 = 193;" REST("00000082") READ OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(rest_of_a_constant_too_large, UNKNOWNS "r8 = 194;" REST("00000082") READ OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(rest_below_zero, UNKNOWNS SIGNED_REST("ffffffe0") "r8 += 31;" READ OUT)

/* expect: reject out-of-bounds 14 */
PROGRAM(rest_further_below_zero, UNKNOWNS SIGNED_REST("ffffffdf") "r8 += 31;" READ OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(quotient_below_zero, UNKNOWNS "r8 &= 127;" SIGNED_QUOTIENT("fffffffe") "r8 += 63;" READ OUT)

/* expect: reject out-of-bounds 15 */
PROGRAM(quotient_further_below_zero,
        UNKNOWNS "r8 &= 128;" SIGNED_QUOTIENT("fffffffe") "r8 += 63;" READ OUT)

/* --- Several spills read as one, and atomic operations on a spill ------------------------------
 */

#define TO_HALVES(low, high) "*(u32 *)(r10 - 16) = " low "; *(u32 *)(r10 - 12) = " high ";"

/* expect: accept; kernel: reject * * */
PROGRAM(reads_some_and_zeros_as_one,
        UNKNOWNS "r8 &= 63; r6 = 0;" TO_HALVES("r8", "r6") RELOAD("u64 *)(r10 - 16") OUT)

/* expect: reject out-of-bounds 17 */
PROGRAM(reads_zeros_and_some_as_one,
        UNKNOWNS "r8 &= 63; r6 = 0;" TO_HALVES("r6", "r8") RELOAD("u64 *)(r10 - 16") OUT)

/* expect: reject out-of-bounds 15; strict: reject undefined-stack 13 */
PROGRAM(reads_some_and_unwritten_as_one,
        UNKNOWNS "r8 &= 63; *(u32 *)(r10 - 16) = r8;" RELOAD("u64 *)(r10 - 16") OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(reads_across_zeros, UNKNOWNS "r8 = 0;" TO_HALVES("r8", "r8") RELOAD("u32 *)(r10 - 14") OUT)

/* r8 is spilled and 1 is added there, in bytes: the old value comes to r9. */
#define FETCH_ADD "*(u64 *)(r10 - 16) = r8; r9 = 1; .8byte 0x00000001fff09adb;"
#define READ_9 "r7 += r9; r0 = *(u8 *)(r7 + 0); exit;"

/* expect: accept */
PROGRAM(fetches_what_was_spilled, UNKNOWNS "r8 &= 63;" FETCH_ADD READ_9 OUT)

/* expect: reject out-of-bounds 16 */
PROGRAM(fetches_too_much, UNKNOWNS "r8 &= 64;" FETCH_ADD READ_9 OUT)

/* expect: accept; kernel: reject * * */
PROGRAM(reads_what_was_added, UNKNOWNS "r8 &= 31;" FETCH_ADD RELOAD("u64 *)(r10 - 16") OUT)

/* expect: reject out-of-bounds 17 */
PROGRAM(reads_what_was_added_too_large,
        UNKNOWNS "r8 &= 63;" FETCH_ADD RELOAD("u64 *)(r10 - 16") OUT)
