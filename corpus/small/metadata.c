/* Metadata lie before the packet, and are there once a comparison with its first byte said so. */
#include "small.h"

/* Two slots, 0 and 1: r2 is the metadata, r3 the packet. */
#define METADATA                                                                                   \
  "r2 = *(u32 *)(r1 + 8);"                                                                         \
  "r3 = *(u32 *)(r1 + 0);"

/* expect: accept */
PROGRAM(reads_metadata, METADATA "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                 "r0 = *(u64 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(writes_metadata, METADATA "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                  "*(u64 *)(r2 + 0) = r4; r0 = 2; exit;" OUT)

/* expect: reject out-of-bounds 2 */
PROGRAM(reads_unchecked_metadata, METADATA "r0 = *(u8 *)(r2 + 0); exit;")

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_past_the_metadata, METADATA "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                          "r0 = *(u8 *)(r2 + 8); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_before_the_metadata, METADATA "r4 = r2; r4 += 8; if r4 > r3 goto .Lout%=;"
                                            "r0 = *(u8 *)(r2 - 1); exit;" OUT)

/* expect: accept */
PROGRAM(packet_compared_first, METADATA "r4 = r2; r4 += 4; if r3 < r4 goto .Lout%=;"
                                        "r0 = *(u32 *)(r2 + 0); exit;" OUT)

/* The packet's end is another thing, and that the packet's bytes are there does not follow. */
/* expect: reject out-of-bounds 6 */
PROGRAM(metadata_against_the_end, METADATA "r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 4;"
                                           "if r4 > r3 goto .Lout%=;"
                                           "r0 = *(u32 *)(r2 + 0); exit;" OUT)

/* expect: reject out-of-bounds 5 */
PROGRAM(packet_behind_metadata, METADATA "r4 = r2; r4 += 4; if r4 > r3 goto .Lout%=;"
                                         "r0 = *(u8 *)(r3 + 0); exit;" OUT)

/* The packet plus something is not where metadata end. */
/* expect: reject out-of-bounds 6 */
PROGRAM(end_with_an_offset, METADATA "r4 = r2; r4 += 4; r3 += 4; if r4 > r3 goto .Lout%=;"
                                     "r0 = *(u32 *)(r2 + 0); exit;" OUT)

/* expect: accept */
PROGRAM(makes_room, "r6 = r1; r2 = -4; call 54; if r0 != 0 goto .Lout%=;"
                    "r2 = *(u32 *)(r6 + 8); r3 = *(u32 *)(r6 + 0);"
                    "r4 = r2; r4 += 4; if r4 > r3 goto .Lout%=;"
                    "r4 = 7; *(u32 *)(r2 + 0) = r4; r0 = 2; exit;" OUT)

/* expect: reject invalid-pointer 7 */
PROGRAM(metadata_from_before_they_moved, "r6 = r1;" METADATA "r7 = r2; r2 = -4; call 54; r4 = r0;"
                                         "r0 = *(u8 *)(r7 + 0); exit;")
