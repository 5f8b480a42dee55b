/* Programs that are safe in a machine where helpers always do what one expects of them, and not in
 * Linux; and some that Linux alone refuses. */
#define SECTION "tc"
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 4);
  __type(value, __u64);
} queue SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} jumps SEC(".maps");

/* Two slots behind the label: there is nothing at 0. */
#define NOWHERE ".Lnowhere%=: r1 = 0; r0 = *(u64 *)(r1 + 0); exit;"

/* --- Results ---------------------------------------------------------------------------------- */

#define TEN(x) x x x x x x x x x x
/* A clone that is dropped is a positive answer, and takes the long way: 206 steps. */
/* expect: accept */
PROGRAM(takes_longer_when_a_clone_is_dropped,
        "r2 = 1; r3 = 1; call 13; if r0 s> 0 goto .Lmore%=; r0 = 0; exit;"
        ".Lmore%=: r0 = 0;" TEN(TEN("r0 += 1; r0 += 1;")) "exit;")

/* expect: accept */
PROGRAM(returns_what_the_clone_is, "r2 = 1; r3 = 1; call 13; exit;")

/* A length, when it is asked for TCP_BPF_SYN. */
#undef SECTION
#define SECTION "sockops"
/* expect: reject null-pointer 10; kernel: reject * * */
PROGRAM(believes_that_options_have_no_length,
        "r2 = 6; r3 = 1005; r4 = r10; r4 += -64; r5 = 64; call 57; if r0 s> 0 goto .Lnowhere%=;"
        "r0 = 1; exit;" NOWHERE)

/* The flags that are not known come back: -2^31, say. */
/* expect: reject null-pointer 7; kernel: reject * * */
PROGRAM(believes_that_flags_come_back_as_errors,
        "r2 = 0x80000000 ll; call 59; if r0 s< -4095 goto .Lnowhere%=; r0 = 1; exit;" NOWHERE)

/* Linux 6.1 leaves 32 bits of an error, which is a positive number. */
#undef SECTION
#define SECTION "xdp"
#define ON_THE_QUEUE(helper)                                                                       \
  "r1 = 7; *(u64 *)(r10 - 8) = r1; r1 = queue ll; r2 = r10; r2 += -8; r3 = 0; call " #helper ";"   \
  "if r0 s> 0 goto .Lnowhere%=; r0 = 2; exit;" NOWHERE
/* expect: reject null-pointer 12; kernel: reject * * */
PROGRAM(believes_that_pushes_answer_negative_numbers, ON_THE_QUEUE(87))
/* expect: reject null-pointer 12; kernel: reject * * */
PROGRAM(believes_that_pops_answer_negative_numbers, ON_THE_QUEUE(88))
/* expect: reject null-pointer 12; kernel: reject * * */
PROGRAM(believes_that_peeks_answer_negative_numbers, ON_THE_QUEUE(89))
/* expect: reject null-pointer 11; kernel: reject * * */
PROGRAM(believes_that_deletes_answer_negative_numbers,
        "r1 = 7; *(u32 *)(r10 - 4) = r1; r1 = pairs ll; r2 = r10; r2 += -4; call 3;"
        "if r0 s> 0 goto .Lnowhere%=; r0 = 2; exit;" NOWHERE)

/* --- Bytes that a helper may leave as they are ------------------------------------------------ */

/* A load from behind the packet's end writes nothing. */
/* expect: accept; strict: reject undefined-stack 5 */
PROGRAM(reads_what_was_not_loaded, "r2 = 1000; r3 = r10; r3 += -80; r4 = 8; call 189;"
                                   "r0 = *(u32 *)(r10 - 80); exit;")

/* The string is shorter than its memory. */
/* expect: accept; strict: reject undefined-stack 8 */
PROGRAM(reads_behind_a_copied_string, "r1 = 0x6968; *(u64 *)(r10 - 8) = r1; r3 = r10; r3 += -8; r1 "
                                      "= r10; r1 += -80; r2 = 32; call 115;"
                                      "r0 = *(u32 *)(r10 - 64); exit;")

/* Up to Linux 7.2 a short name leaves the rest. */
/* expect: accept; strict: reject undefined-stack 4 */
PROGRAM(reads_behind_a_name, "r1 = r10; r1 += -64; r2 = 32; call 16; r0 = *(u64 *)(r10 - 48);"
                             "exit;")

#undef SECTION
#define SECTION "cgroup/sysctl"
/* expect: accept; strict: reject undefined-stack 5 */
PROGRAM(reads_behind_a_sysctl, "r2 = r10; r2 += -64; r3 = 64; r4 = 0; call 101;"
                               "r0 = *(u64 *)(r10 - 8); r0 = 1; exit;")

#undef SECTION
#define SECTION "perf_event"
/* expect: accept; strict: reject undefined-stack 5 */
PROGRAM(reads_branches_that_there_are_none_of, "r2 = r10; r2 += -64; r3 = 48; r4 = 0; call 119;"
                                               "r0 = *(u64 *)(r10 - 64); exit;")

/* --- Packets as arguments of helpers that may move or free them ------------------------------- */

/* Six slots, 0 to 5: r6 is the context, and r7 a packet of 64 bytes at least. */
#define SKB_DATA                                                                                   \
  "r6 = r1; r7 = *(u32 *)(r6 + 76); r8 = *(u32 *)(r6 + 80); r1 = r7; r1 += 64;"                    \
  "if r1 > r8 goto .Lout%=;"

#undef SECTION
#define SECTION "lwt_xmit"
/* expect: reject bad-helper-argument 10 */
PROGRAM(pushes_a_header_from_the_packet, SKB_DATA "r1 = r6; r2 = 2; r3 = r7; r4 = 20; call 73;" OUT)

#undef SECTION
#define SECTION "lwt_seg6local"
/* expect: reject bad-helper-argument 10 */
PROGRAM(stores_segments_from_the_packet, SKB_DATA "r1 = r6; r2 = 40; r3 = r7; r4 = 4; call 74;" OUT)

#undef SECTION
#define SECTION "xdp"
#define XDP_DATA                                                                                   \
  "r6 = r1; r7 = *(u32 *)(r6 + 0); r8 = *(u32 *)(r6 + 4); r1 = r7; r1 += 64;"                      \
  "if r1 > r8 goto .Lout%=;"
/* expect: reject bad-helper-argument 10 */
PROGRAM(stores_bytes_from_the_packet, XDP_DATA "r1 = r6; r2 = 0; r3 = r7; r4 = 42; call 190;" OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(adds_to_a_frame_atomically, XDP_DATA "r0 = 1; lock *(u64 *)(r7 + 0) += r0;" OUT)

/* --- Frames: a function's is not always in the same place ------------------------------------- */

#define FUNCTION(name, code)                                                                       \
  static __attribute__((naked, noinline, used)) int name(void) {                                   \
    asm volatile(code : : : "memory");                                                             \
  }
FUNCTION(slot_of_its_own, "r0 = r10; r0 += -8; exit;")
FUNCTION(slot_from_deeper_in, "call slot_of_its_own; exit;")
FUNCTION(stores_the_second_in_the_first, "*(u64 *)(r1 + 0) = r2; r0 = 0; exit;")
FUNCTION(keeps_a_pointer_meanwhile,
         "*(u64 *)(r10 - 24) = r2; r2 = *(u64 *)(r2 + 0); call stores_the_second_in_the_first;"
         "r1 = *(u64 *)(r10 - 24); r2 = 0x41; *(u64 *)(r1 + 0) = r2; r0 = 0; exit;")
/* Where the frames of Linux on x86 lie, the old frame's slot is the one that keeps the pointer. */
/* expect: reject invalid-pointer 28; kernel: reject * * */
PROGRAM(writes_a_pointer_through_an_old_frame,
        LOOKUP(wide) "if r0 == 0 goto .Lout%=; r6 = r0; call slot_from_deeper_in; r1 = r0; r2 = r6;"
                     "call keeps_a_pointer_meanwhile;" OUT)

FUNCTION(says_where_it_is, "r0 = 0; *(u64 *)(r1 + 0) = r10; exit;")
FUNCTION(calls_from_a_small_frame, "call says_where_it_is; exit;")
FUNCTION(calls_from_a_large_frame, "r3 = 0; *(u64 *)(r10 - 256) = r3; call says_where_it_is; exit;")
/* Both calls are at one depth, and their difference is no zero: nothing may follow from that. */
/* expect: accept */
PROGRAM(compares_two_places_of_a_frame,
        LOOKUP(pairs) "if r0 == 0 goto .Lout%=; r6 = r0; r1 = r6; call calls_from_a_small_frame;"
                      "r1 = r6; r1 += 8; call calls_from_a_large_frame;"
                      "r0 = *(u64 *)(r6 + 0); r1 = *(u64 *)(r6 + 8); r0 -= r1; exit;" OUT)

/* --- Results of programs ---------------------------------------------------------------------- */

#undef SECTION
#define SECTION "kprobe.session/vfs_read"
/* expect: reject bad-return 1 */
PROGRAM(session_returns_seven, "r0 = 7; exit;")
/* expect: accept */
PROGRAM(session_returns_one, "r0 = 1; exit;")

/* Linux 7.3 lets no program set a result above 0. */
#undef SECTION
#define SECTION "cgroup/setsockopt"
/* expect: accept */
PROGRAM(sets_a_result_of_one, "r1 = 1; call 187; r0 = 1; exit;")

/* --- What Linux refuses and is safe ----------------------------------------------------------- */

#undef SECTION
#define SECTION "xdp"
/* expect: accept; kernel: reject * * */
PROGRAM(calls_a_helper_through_a_register, "r6 = 5; .byte 0x8d, 0x06, 0, 0, 0, 0, 0, 0;"
                                           "r0 = 2; exit;")

FUNCTION(uses_all_of_its_frame, "r1 = 0; *(u64 *)(r10 - 512) = r1; r0 = 0; exit;")
/* expect: accept; kernel: reject * * */
PROGRAM(uses_two_whole_frames, "r1 = 0; *(u64 *)(r10 - 512) = r1; call uses_all_of_its_frame;"
                               "r0 = 2; exit;")

/* --- Tail calls ------------------------------------------------------------------------------- */

/* This program takes five steps; those of what it calls are another program's, or its own again. */
/* expect: accept */
PROGRAM(calls_itself_perhaps, "r2 = jumps ll; r3 = 0; call 12; r0 = 2; exit;")
