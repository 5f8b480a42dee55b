/* Programs of some types may read the packet, and not write it. */
#define SECTION "cgroup_skb/egress"
#include "small.h"

/* Five slots, 0 to 4: four bytes at r2 are packet. */
#define FOUR                                                                                       \
  "r2 = *(u32 *)(r1 + 76);"                                                                        \
  "r3 = *(u32 *)(r1 + 80);"                                                                        \
  "r4 = r2; r4 += 4; if r4 > r3 goto .Lout%=;"
#define ONE                                                                                        \
  ".Lout%=:"                                                                                       \
  "r0 = 1;"                                                                                        \
  "exit;"

/* expect: accept */
PROGRAM(cgroup_reads, FOUR "r5 = *(u32 *)(r2 + 0);" ONE)

/* expect: reject read-only 5 */
PROGRAM(cgroup_writes, FOUR "*(u32 *)(r2 + 0) = r4;" ONE)

/* expect: reject read-only 5 */
PROGRAM(cgroup_adds, FOUR "lock *(u32 *)(r2 + 0) += r4;" ONE)

/* Helpers that write memory do not write there either. */
/* expect: reject bad-helper-argument 11 */
PROGRAM(cgroup_has_it_written,
        "r6 = r1;" FOUR "r1 = r6; r3 = r2; r2 = 0; r4 = 4; r5 = 0; call 26;" ONE)

#undef SECTION
#define SECTION "lwt_in"
/* expect: accept */
PROGRAM(lwt_in_reads, FOUR "r5 = *(u32 *)(r2 + 0);" ONE)

/* expect: reject read-only 5 */
PROGRAM(lwt_in_writes, FOUR "*(u32 *)(r2 + 0) = r4;" ONE)

#undef SECTION
#define SECTION "lwt_xmit"
/* expect: accept */
PROGRAM(lwt_xmit_writes, FOUR "*(u32 *)(r2 + 0) = r4;" ONE)

#undef SECTION
#define SECTION "tc"
/* expect: accept */
PROGRAM(tc_writes, FOUR "*(u32 *)(r2 + 0) = r4;" ONE)
