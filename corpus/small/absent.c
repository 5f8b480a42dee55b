/* Data that may be absent: messages and socket operations have it at an address that may be 0, with
 * the same end; so a comparison with the end is what counts. */
#define SECTION "sk_msg"
#include "small.h"

/* Four slots, 0 to 3. */
#define MESSAGE                                                                                    \
  "r2 = *(u64 *)(r1 + 0);"                                                                         \
  "r3 = *(u64 *)(r1 + 8);"                                                                         \
  "r4 = r2;"                                                                                       \
  "r4 += 8;"
#define PASS                                                                                       \
  ".Lout%=:"                                                                                       \
  "r0 = 1;"                                                                                        \
  "exit;"

/* expect: accept */
PROGRAM(reads_a_message, MESSAGE "if r4 > r3 goto .Lout%=; r5 = *(u64 *)(r2 + 0);" PASS)

/* expect: accept */
PROGRAM(writes_a_message, MESSAGE "if r4 > r3 goto .Lout%=; *(u64 *)(r2 + 0) = r4;" PASS)

/* expect: reject out-of-bounds 5 */
PROGRAM(reads_past_a_message, MESSAGE "if r4 > r3 goto .Lout%=; r5 = *(u64 *)(r2 + 1);" PASS)

/* expect: reject out-of-bounds 5 */
PROGRAM(tests_a_message_for_null, MESSAGE "if r2 == 0 goto .Lout%=; r5 = *(u64 *)(r2 + 0);" PASS)

/* expect: reject bad-context-access 0 */
PROGRAM(reads_half_an_address, "r2 = *(u32 *)(r1 + 0);" PASS)

#undef SECTION
#define SECTION "sockops"
/* expect: accept */
PROGRAM(reads_what_was_sent, "r2 = *(u64 *)(r1 + 192); r3 = *(u64 *)(r1 + 200); r4 = r2; r4 += 4;"
                             "if r4 > r3 goto .Lout%=; r5 = *(u32 *)(r2 + 0);" PASS)

/* expect: reject out-of-bounds 1 */
PROGRAM(reads_what_may_be_absent, "r2 = *(u64 *)(r1 + 192); r5 = *(u32 *)(r2 + 0);" PASS)

/* expect: reject read-only 5 */
PROGRAM(writes_what_was_sent, "r2 = *(u64 *)(r1 + 192); r3 = *(u64 *)(r1 + 200); r4 = r2; r4 += 4;"
                              "if r4 > r3 goto .Lout%=; *(u32 *)(r2 + 0) = r4;" PASS)
