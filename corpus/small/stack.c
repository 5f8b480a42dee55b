/* Variable offsets into the stack. */
#include "small.h"

/* Eight slots, 0 to 7: r3 is a buffer of 16 cleared bytes at r10 - 16, plus a number of the context
 * under the mask, which is r2. */
#define INDEXED(mask)                                                                              \
  "r2 = 0;"                                                                                        \
  "*(u64 *)(r10 - 8) = r2;"                                                                        \
  "*(u64 *)(r10 - 16) = r2;"                                                                       \
  "r2 = *(u32 *)(r1 + 16);"                                                                        \
  "r2 &= " #mask ";"                                                                               \
  "r3 = r10;"                                                                                      \
  "r3 += -16;"                                                                                     \
  "r3 += r2;"

/* expect: accept */
PROGRAM(reads_at_an_index, INDEXED(15) "r0 = *(u8 *)(r3 + 0); exit;")

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_one_past_the_buffer, INDEXED(15) "r0 = *(u8 *)(r3 + 1); exit;")

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_with_a_mask_too_wide, INDEXED(31) "r0 = *(u8 *)(r3 + 0); exit;")

/* expect: accept */
PROGRAM(writes_at_an_index, INDEXED(15) "*(u8 *)(r3 + 0) = r2; r0 = *(u8 *)(r10 - 16); exit;")

/* expect: reject out-of-bounds 8 */
PROGRAM(writes_one_past_the_buffer, INDEXED(15) "*(u8 *)(r3 + 1) = r2; r0 = 0; exit;")

/* expect: reject out-of-bounds 8 */
PROGRAM(writes_below_the_frame_at_an_index, INDEXED(15) "*(u8 *)(r3 - 497) = r2; r0 = 0; exit;")

/* expect: accept; strict: reject undefined-stack 8 */
PROGRAM(reads_where_half_is_written, INDEXED(15) "r0 = *(u8 *)(r3 - 8); exit;")

/* What a store with a variable offset wrote is not known byte by byte. */
/* expect: accept; strict: reject undefined-stack 9 */
PROGRAM(reads_what_it_may_have_written, INDEXED(15) "*(u8 *)(r3 - 16) = r2;"
                                                    "r0 = *(u8 *)(r10 - 32);"
                                                    "exit;")

/* expect: accept */
PROGRAM(index_from_the_top, "r2 = *(u32 *)(r1 + 16);"
                            "r2 &= 15;"
                            "r2 += -16;"
                            "r3 = r10;"
                            "r3 += r2;"
                            "*(u8 *)(r3 + 0) = r2;"
                            "r0 = 0;"
                            "exit;")

/* expect: accept; kernel: reject out-of-bounds 3 */
PROGRAM(index_is_taken_away, "r2 = *(u32 *)(r1 + 16);"
                             "r2 &= 15;"
                             "r3 = r10;"
                             "r3 -= r2;"
                             "*(u8 *)(r3 - 1) = r2;"
                             "r0 = 0;"
                             "exit;")

/* expect: reject out-of-bounds 4; kernel: reject out-of-bounds 3 */
PROGRAM(perhaps_nothing_is_taken_away, "r2 = *(u32 *)(r1 + 16);"
                                       "r2 &= 15;"
                                       "r3 = r10;"
                                       "r3 -= r2;"
                                       "*(u8 *)(r3 + 0) = r2;"
                                       "r0 = 0;"
                                       "exit;")

/* expect: accept */
PROGRAM(pointer_beside_the_range, "*(u64 *)(r10 - 24) = r1;" INDEXED(15) "*(u8 *)(r3 + 0) = r2;"
                                                                         "r4 = *(u64 *)(r10 - 24);"
                                                                         "r0 = *(u32 *)(r4 + 16);"
                                                                         "exit;")

/* expect: reject invalid-pointer 11 */
PROGRAM(pointer_in_the_range, "*(u64 *)(r10 - 24) = r1;" INDEXED(15) "*(u8 *)(r3 - 8) = r2;"
                                                                     "r4 = *(u64 *)(r10 - 24);"
                                                                     "r0 = *(u32 *)(r4 + 16);"
                                                                     "exit;")

/* expect: reject invalid-pointer 10 */
PROGRAM(reads_a_pointer_at_an_index, "*(u64 *)(r10 - 24) = r1;" INDEXED(8) "r4 = *(u64 *)(r3 - 8);"
                                                                           "r0 = *(u32 *)(r4 + 16);"
                                                                           "exit;")

/* Linux has atomics at constant offsets of the stack alone. */
/* expect: accept; kernel: reject * 8 */
PROGRAM(adds_at_an_index, INDEXED(8) "lock *(u64 *)(r3 + 0) += r2; r0 = *(u64 *)(r10 - 8); exit;")

/* expect: reject out-of-bounds 8 */
PROGRAM(adds_one_past_the_buffer, INDEXED(9) "lock *(u64 *)(r3 + 0) += r2;"
                                             "r0 = *(u64 *)(r10 - 8);"
                                             "exit;")

/* expect: accept */
PROGRAM(key_at_an_index, INDEXED(12) "r2 = r3;"
                                     "r1 = pairs ll;"
                                     "call 1;"
                                     "r0 = 2;"
                                     "exit;")

/* expect: reject bad-helper-argument 12 */
PROGRAM(key_one_past_the_buffer, INDEXED(12) "r2 = r3;"
                                             "r2 += 4;"
                                             "r1 = pairs ll;"
                                             "call 1;"
                                             "r0 = 2;"
                                             "exit;")
