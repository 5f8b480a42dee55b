/* What helpers may be given, what they write, and what they answer. */
#define SECTION "tc"
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __uint(map_flags, BPF_F_RDONLY_PROG);
  __type(key, __u32);
  __type(value, __u64);
} frozen SEC(".maps");

/* Six slots, 0 to 5: r6 is the context, and r7 the packet, of 64 bytes at least. */
#define DATA                                                                                       \
  "r6 = r1;"                                                                                       \
  "r7 = *(u32 *)(r6 + 76);"                                                                        \
  "r8 = *(u32 *)(r6 + 80);"                                                                        \
  "r1 = r7;"                                                                                       \
  "r1 += 64;"                                                                                      \
  "if r1 > r8 goto .Lout%=;"

/* --- Packets: helpers that may move the packet could read what was freed ---------------------- */

/* expect: reject bad-helper-argument 11 */
PROGRAM(stores_bytes_of_the_packet, DATA "r1 = r6; r2 = 0; r3 = r7; r4 = 16; r5 = 0; call 9;" OUT)

/* expect: reject bad-helper-argument 10 */
PROGRAM(loads_bytes_into_the_packet, DATA "r1 = r6; r2 = 0; r3 = r7; r4 = 16; call 26;" OUT)

/* expect: accept */
PROGRAM(sums_bytes_of_the_packet,
        DATA "r1 = r7; r2 = 16; r3 = 0; r4 = 0; r5 = 0; call 28; r0 = *(u8 *)(r7 + 0);" OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(adds_to_the_packet_atomically, DATA "r1 = 1; lock *(u64 *)(r7 + 8) += r1;" OUT)

/* --- Maps that programs may not write --------------------------------------------------------- */

/* expect: reject bad-helper-argument 10 */
PROGRAM(updates_a_frozen_map, "r1 = 0; *(u32 *)(r10 - 4) = r1; *(u64 *)(r10 - 16) = r1;"
                              "r1 = frozen ll; r2 = r10; r2 += -4; r3 = r10; r3 += -16; r4 = 0;"
                              "call 2; r0 = 0; exit;")

/* expect: reject bad-helper-argument 6 */
PROGRAM(deletes_from_a_frozen_map, "r1 = 0; *(u32 *)(r10 - 4) = r1;"
                                   "r1 = frozen ll; r2 = r10; r2 += -4; call 3; r0 = 0; exit;")

/* --- What helpers write: of a string's memory nothing behind its end -------------------------- */

/* expect: accept; strict: reject undefined-stack 5 */
PROGRAM(reads_behind_a_string, "r1 = r10; r1 += -16; r2 = 16; r3 = 0; call 115;"
                               "r0 = *(u8 *)(r10 - 1); r0 = 0; exit;")

/* expect: accept */
PROGRAM(reads_bytes_of_the_packet, "r2 = 0; r3 = r10; r3 += -16; r4 = 16; call 26;"
                                   "r0 = *(u8 *)(r10 - 1); r0 = 0; exit;")

/* --- Results: a device may answer 1 or 2 to a cloned packet ----------------------------------- */

/* expect: reject null-pointer 8; kernel: reject * * */
PROGRAM(believes_that_no_clone_is_dropped, "r2 = 1; r3 = 0; call 13; if r0 s> 0 goto .Lmore%=;"
                                           "r0 = 0; exit;"
                                           ".Lmore%=: r1 = 0; r0 = 0; r0 = *(u64 *)(r1 + 0); exit;")

/* Failing updates leave 0x00000000ffffffef in Linux 6.1. */
/* expect: reject null-pointer 16; kernel: reject * * */
PROGRAM(believes_that_updates_answer_negative_numbers,
        "r1 = 0; *(u32 *)(r10 - 4) = r1; *(u64 *)(r10 - 24) = r1; *(u64 *)(r10 - 16) = r1;"
        "r1 = pairs ll; r2 = r10; r2 += -4; r3 = r10; r3 += -24; r4 = 0; call 2;"
        "if r0 s> 0 goto .Lmore%=; r0 = 0; exit;"
        ".Lmore%=: r1 = 0; r0 = *(u64 *)(r1 + 0); exit;")

/* --- Arguments that a helper has in some types of programs alone: the class of a socket --------
 */

/* expect: reject bad-helper-argument 1 */
PROGRAM(class_of_no_packet, "r1 = 0; call 17; r0 = 0; exit;")

/* expect: accept */
PROGRAM(class_of_the_packet, "call 17; r0 = 0; exit;")

#undef SECTION
#define SECTION "xdp"
/* expect: accept */
PROGRAM(class_of_the_task, "r1 = 0; call 17; r0 = 0; exit;")
