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
