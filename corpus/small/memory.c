/* The stack frame and the context. */
#include "small.h"

/* expect: accept */
PROGRAM(uses_the_top_of_the_frame, "r2 = 7; *(u64 *)(r10 - 8) = r2; r0 = *(u64 *)(r10 - 8); exit;")

/* expect: accept */
PROGRAM(uses_the_bottom_of_the_frame, "r2 = 7;"
                                      "*(u64 *)(r10 - 512) = r2;"
                                      "r0 = *(u64 *)(r10 - 512);"
                                      "exit;")

/* expect: reject out-of-bounds 1 */
PROGRAM(writes_above_the_frame, "r2 = 7; *(u64 *)(r10 + 0) = r2; r0 = 0; exit;")

/* expect: reject out-of-bounds 1 */
PROGRAM(writes_across_the_top, "r2 = 7; *(u64 *)(r10 - 4) = r2; r0 = 0; exit;")

/* expect: reject out-of-bounds 1 */
PROGRAM(writes_below_the_frame, "r2 = 7; *(u64 *)(r10 - 520) = r2; r0 = 0; exit;")

/* expect: reject out-of-bounds 0 */
PROGRAM(reads_above_the_frame, "r0 = *(u8 *)(r10 + 8); exit;")

/* expect: accept; strict: reject undefined-stack 0 */
PROGRAM(reads_what_the_stack_held, "r0 = *(u64 *)(r10 - 8); exit;")

/* expect: accept; strict: reject undefined-stack 2 */
PROGRAM(reads_more_than_it_wrote, "r2 = 7; *(u32 *)(r10 - 8) = r2; r0 = *(u64 *)(r10 - 8); exit;")

/* expect: accept */
PROGRAM(reads_half_of_what_it_wrote, "r2 = 7;"
                                     "*(u64 *)(r10 - 8) = r2;"
                                     "r0 = *(u32 *)(r10 - 4);"
                                     "exit;")

/* expect: accept */
PROGRAM(writes_through_a_copy, "r2 = r10;"
                               "r2 += -16;"
                               "r3 = 7;"
                               "*(u64 *)(r2 + 8) = r3;"
                               "r0 = *(u64 *)(r10 - 8);"
                               "exit;")

/* expect: reject out-of-bounds 3 */
PROGRAM(copy_leaves_the_frame, "r2 = r10; r2 += -16; r3 = 7; *(u64 *)(r2 + 16) = r3; r0 = 0; exit;")

/* expect: reject out-of-bounds 3 */
PROGRAM(index_has_no_bound, "r2 = *(u32 *)(r1 + 16);"
                            "r3 = r10;"
                            "r3 += r2;"
                            "*(u8 *)(r3 - 8) = r2;"
                            "r0 = 0;"
                            "exit;")

/* expect: accept */
PROGRAM(spills_the_context, "*(u64 *)(r10 - 8) = r1;"
                            "r2 = *(u64 *)(r10 - 8);"
                            "r0 = *(u32 *)(r2 + 16);"
                            "exit;")

/* expect: reject invalid-pointer 4 */
PROGRAM(spoils_a_spilled_pointer, "*(u64 *)(r10 - 8) = r1;"
                                  "r3 = 1;"
                                  "*(u8 *)(r10 - 8) = r3;"
                                  "r2 = *(u64 *)(r10 - 8);"
                                  "r0 = *(u32 *)(r2 + 16);"
                                  "exit;")

/* expect: reject invalid-pointer 1 */
PROGRAM(reads_at_a_number, "r1 = 4096; r0 = *(u64 *)(r1 + 0); exit;")

/* expect: reject invalid-pointer 1 */
PROGRAM(reads_at_an_unknown_number, "r2 = *(u32 *)(r1 + 16); r0 = *(u64 *)(r2 + 0); exit;")

/* A stored constant of 32 bits is extended by its sign: -44 is below zero.
 * The store has no text in older assemblers: *(u64 *)(r10 - 16) = -44. */
/* expect: reject out-of-bounds 4 */
PROGRAM(stored_constant_has_a_sign, ".8byte 0xffffffd4fff00a7a;"
                                    "r2 = *(u64 *)(r10 - 16);"
                                    "r0 = 0;"
                                    "if r2 s>= 0 goto .Lend%=;"
                                    "r0 = *(u64 *)(r10 + 4096);"
                                    ".Lend%=:"
                                    "exit;")

/* expect: accept */
PROGRAM(reads_a_field, "r0 = *(u32 *)(r1 + 12); exit;")

/* expect: reject bad-context-access 0 */
PROGRAM(reads_past_the_context, "r0 = *(u32 *)(r1 + 24); exit;")

/* expect: reject bad-context-access 0 */
PROGRAM(reads_before_the_context, "r0 = *(u32 *)(r1 - 4); exit;")

/* expect: reject bad-context-access 0 */
PROGRAM(reads_between_two_fields, "r0 = *(u32 *)(r1 + 14); exit;")

/* expect: reject bad-context-access 0 */
PROGRAM(reads_two_fields_at_once, "r0 = *(u64 *)(r1 + 8); exit;")

/* expect: reject bad-context-access 0 */
PROGRAM(reads_half_a_field, "r0 = *(u16 *)(r1 + 12); exit;")

/* expect: reject read-only|bad-context-access 1 */
PROGRAM(writes_the_context, "r2 = 0; *(u32 *)(r1 + 12) = r2; r0 = 2; exit;")

/* expect: reject bad-context-access|out-of-bounds 2 */
PROGRAM(field_has_no_bound, "r2 = *(u32 *)(r1 + 16); r1 += r2; r0 = *(u32 *)(r1 + 0); exit;")
