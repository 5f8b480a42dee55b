/* What a helper acquires has to be released, once, on every path: a record of a ring buffer, a
 * socket. */
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/* Six slots, 0 to 5: r6 is a record of 16 bytes, or null, and so is r0. */
#define RESERVE                                                                                    \
  "r1 = ring ll;"                                                                                  \
  "r2 = 16;"                                                                                       \
  "r3 = 0;"                                                                                        \
  "call 131;"                                                                                      \
  "r6 = r0;"
/* Three slots. */
#define SUBMIT                                                                                     \
  "r1 = r6;"                                                                                       \
  "r2 = 0;"                                                                                        \
  "call 132;"
#define DISCARD                                                                                    \
  "r1 = r6;"                                                                                       \
  "r2 = 0;"                                                                                        \
  "call 133;"
#define RESERVED RESERVE "if r0 == 0 goto .Lout%=;"

/* expect: accept */
PROGRAM(submits, RESERVED "r1 = 7; *(u64 *)(r6 + 0) = r1; *(u64 *)(r6 + 8) = r1;" SUBMIT OUT)

/* expect: accept */
PROGRAM(discards, RESERVED "r1 = *(u64 *)(r6 + 8);" DISCARD OUT)

/* expect: accept */
PROGRAM(spill_is_the_record, RESERVED "*(u64 *)(r10 - 8) = r6; r6 = 0; r6 = *(u64 *)(r10 - 8);"
                                      "*(u8 *)(r6 + 15) = r6;" SUBMIT OUT)

/* expect: accept */
PROGRAM(submits_on_one_path_and_discards_on_the_other,
        "r7 = *(u32 *)(r1 + 12);" RESERVED "if r7 > 3 goto .Lfar%=;" SUBMIT "goto .Lout%=;"
        ".Lfar%=:" DISCARD OUT)

/* expect: accept */
PROGRAM(null_stays_null, RESERVE "if r6 != 0 goto .Lfar%=; r0 = 2; exit;"
                                 ".Lfar%=:" SUBMIT "r0 = 2; exit;")

/* expect: accept */
PROGRAM(holds_two,
        RESERVED "r7 = r6;" RESERVE "r8 = r6; r6 = r7; r1 = 1; *(u64 *)(r7 + 8) = r1;" SUBMIT
                 "if r8 == 0 goto .Lout%=; r6 = r8;" DISCARD OUT)

/* expect: accept */
PROGRAM(held_through_a_loop, RESERVED "r7 = 0;"
                                      ".Lnext%=: r1 = r6; r2 = r7; r2 &= 15; *(u8 *)(r1 + 3) = r2;"
                                      "r7 += 1; if r7 < 20 goto .Lnext%=;" SUBMIT OUT)

/* expect: accept */
PROGRAM(record_as_a_value, RESERVED "r1 = 1; *(u64 *)(r6 + 0) = r1; *(u64 *)(r6 + 8) = r1;"
                                    "*(u32 *)(r10 - 4) = r1; r1 = pairs ll; r2 = r10; r2 += -4;"
                                    "r3 = r6; r4 = 0; call 2;" SUBMIT OUT)

/* expect: reject null-pointer 7 */
PROGRAM(writes_untested, RESERVE "r1 = 7; *(u64 *)(r6 + 0) = r1;" SUBMIT OUT)

/* expect: reject null-pointer|bad-helper-argument 8 */
PROGRAM(submits_untested, RESERVE SUBMIT OUT)

/* expect: reject leaked-reference * */
PROGRAM(never_submits, RESERVED "r1 = 7; *(u64 *)(r6 + 0) = r1;" OUT)

/* expect: reject leaked-reference * */
PROGRAM(forgets_one_path, "r7 = *(u32 *)(r1 + 12);" RESERVED "if r7 > 3 goto .Lout%=;" SUBMIT OUT)

/* expect: reject leaked-reference * */
PROGRAM(loses_the_record, RESERVED "r6 = 0; r0 = 0;" OUT)

/* expect: reject leaked-reference * */
PROGRAM(reserves_in_a_loop, "r7 = 0; .Lnext%=:" RESERVE "r7 += 1; if r7 < 9 goto .Lnext%=;"
                            "if r6 == 0 goto .Lout%=;" SUBMIT OUT)

/* expect: reject bad-helper-argument 12 */
PROGRAM(submits_twice, RESERVED SUBMIT SUBMIT OUT)

/* expect: reject invalid-pointer 11 */
PROGRAM(writes_after_submit, RESERVED SUBMIT "r1 = 7; *(u64 *)(r6 + 0) = r1;" OUT)

/* expect: reject invalid-pointer 12 */
PROGRAM(reads_a_copy_after_submit, RESERVED "*(u64 *)(r10 - 8) = r6;" SUBMIT
                                            "r1 = *(u64 *)(r10 - 8); r0 = *(u64 *)(r1 + 0);" OUT)

/* expect: reject out-of-bounds 8 */
PROGRAM(writes_past_the_record, RESERVED "r1 = 7; *(u64 *)(r6 + 9) = r1;" SUBMIT OUT)

/* expect: reject out-of-bounds 7 */
PROGRAM(reads_before_the_record, RESERVED "r1 = *(u8 *)(r6 - 1);" SUBMIT OUT)

/* expect: reject bad-helper-argument 10 */
PROGRAM(submits_the_middle, RESERVED "r6 += 8;" SUBMIT OUT)

/* expect: reject bad-helper-argument 10 */
PROGRAM(releases_a_record, RESERVED "r1 = r6; r2 = 0; r0 = 0; call 86;" OUT)

/* expect: reject bad-helper-argument 4 */
PROGRAM(size_is_not_known, "r2 = *(u32 *)(r1 + 12); r1 = ring ll; r3 = 0; call 131;"
                           "if r0 == 0 goto .Lout%=; r6 = r0;" SUBMIT OUT)

/* expect: reject bad-helper-argument 5 */
PROGRAM(reserves_in_a_hash, "r1 = pairs ll; r2 = 16; r3 = 0; r4 = 0; call 131; r6 = r0;"
                            "if r0 == 0 goto .Lout%=;" SUBMIT OUT)

/* Eleven slots, 0 to 10: r6 is a record of 16 bytes, and r8 that plus a number under the mask. */
#define INDEXED(mask)                                                                              \
  "r7 = *(u32 *)(r1 + 16);"                                                                        \
  "r7 &= " #mask ";" RESERVED "r8 = r6;"                                                           \
  "r8 += r7;"

/* expect: accept */
PROGRAM(writes_at_an_index, INDEXED(15) "*(u8 *)(r8 + 0) = r7;" SUBMIT OUT)

/* expect: reject out-of-bounds 11 */
PROGRAM(writes_one_past_at_an_index, INDEXED(15) "*(u8 *)(r8 + 1) = r7;" SUBMIT OUT)

/* expect: reject out-of-bounds 11 */
PROGRAM(writes_before_the_record_at_an_index, INDEXED(15) "*(u8 *)(r8 - 1) = r7;" SUBMIT OUT)

/* expect: accept */
PROGRAM(record_is_a_value_from_an_index,
        INDEXED(12) "r1 = 1; *(u64 *)(r6 + 0) = r1; *(u64 *)(r6 + 8) = r1;"
                    "r1 = pairs ll; r2 = r8; call 1; r8 = r0;" SUBMIT OUT)

/* expect: reject invalid-pointer 15 */
PROGRAM(writes_at_an_index_after_submit, INDEXED(15) SUBMIT "r1 = 7; *(u8 *)(r8 + 0) = r1;" OUT)

/* expect: reject bad-helper-argument 14 */
PROGRAM(submits_from_an_index, INDEXED(15) "r6 = r8;" SUBMIT OUT)

/* Another record is released. Here its size alone tells which record r8 points into. */
#define ANOTHER(size)                                                                              \
  "r9 = r6;"                                                                                       \
  "r1 = ring ll;"                                                                                  \
  "r2 = " #size ";"                                                                                \
  "r3 = 0;"                                                                                        \
  "call 131;"                                                                                      \
  "r6 = r0;"                                                                                       \
  "if r0 == 0 goto .Lnone%=;" SUBMIT ".Lnone%=: r6 = r9;"

/* expect: accept */
PROGRAM(gives_back_a_smaller_one, INDEXED(15) ANOTHER(8) "*(u8 *)(r8 + 0) = r7;" SUBMIT OUT)

/* expect: reject invalid-pointer 23; kernel: accept */
PROGRAM(gives_back_one_of_the_size, INDEXED(15) ANOTHER(16) "*(u8 *)(r8 + 0) = r7;" SUBMIT OUT)

/* No reference: the helper copies. */
/* expect: accept */
PROGRAM(outputs, "r1 = 5; *(u64 *)(r10 - 8) = r1; r1 = ring ll; r2 = r10; r2 += -8; r3 = 8; r4 = 0;"
                 "call 130; r0 = 2; exit;")

/* Eleven slots, 0 to 10: r6 is a socket, or null, and so is r0. skc_lookup_tcp (99) finds others
 * than full ones, too. */
#define LOOK_UP(helper)                                                                            \
  "r2 = 1;"                                                                                        \
  "*(u64 *)(r10 - 16) = r2;"                                                                       \
  "*(u32 *)(r10 - 8) = r2;"                                                                        \
  "r2 = r10;"                                                                                      \
  "r2 += -16;"                                                                                     \
  "r3 = 12;"                                                                                       \
  "r4 = -1;"                                                                                       \
  "r5 = 0;"                                                                                        \
  "call " #helper ";"                                                                              \
  "r6 = r0;"                                                                                       \
  "if r0 == 0 goto .Lout%=;"
#define LOOK_UP_SOCKET LOOK_UP(84)
#define RELEASE "r1 = r6; call 86;"

/* expect: accept */
PROGRAM(releases_the_socket, LOOK_UP_SOCKET "r1 = r6; call 86;" OUT)

/* expect: reject leaked-reference * */
PROGRAM(leaks_the_socket, LOOK_UP_SOCKET OUT)

/* expect: reject bad-helper-argument 14 */
PROGRAM(releases_twice, LOOK_UP_SOCKET "r1 = r6; call 86; r1 = r6; call 86;" OUT)

/* expect: reject bad-helper-argument 13 */
PROGRAM(submits_a_socket, LOOK_UP_SOCKET SUBMIT OUT)

/* expect: reject read-only 12 */
PROGRAM(writes_to_a_socket, LOOK_UP_SOCKET "r1 = 0; *(u32 *)(r6 + 4) = r1; r1 = r6; call 86;" OUT)

/* The family, the last byte of the local address, the port: some fields are read in parts. */
/* expect: accept */
PROGRAM(reads_fields,
        LOOK_UP_SOCKET "r7 = *(u32 *)(r6 + 4); r8 = *(u8 *)(r6 + 27); r9 = *(u16 *)(r6 + 48);"
                       "r0 = *(u32 *)(r6 + 16);" RELEASE OUT)

/* expect: accept */
PROGRAM(reads_fields_of_any_socket,
        LOOK_UP(99) "r7 = *(u32 *)(r6 + 4); r8 = *(u32 *)(r6 + 72); r9 = *(u16 *)(r6 + 44);" RELEASE
            OUT)

/* Two references, perhaps to one socket. */
/* expect: accept */
PROGRAM(reads_after_another_release,
        "r9 = r1; r7 = 0;" LOOK_UP_SOCKET "r7 = r6; r1 = r9;" LOOK_UP(
            99) "r1 = r7; call 86; r7 = 0; r8 = *(u32 *)(r6 + 4);" RELEASE
                ".Lout%=: if r7 == 0 goto .Lend%=; r1 = r7; call 86; .Lend%=: r0 = 2; exit;")

/* Only a full socket has a mark. */
/* expect: reject bad-context-access 11 */
PROGRAM(reads_mark_of_any_socket, LOOK_UP(99) "r7 = *(u32 *)(r6 + 16);" RELEASE OUT)

/* expect: reject bad-context-access 11 */
PROGRAM(reads_two_fields_at_once, LOOK_UP_SOCKET "r7 = *(u64 *)(r6 + 24);" RELEASE OUT)

/* expect: reject bad-context-access 11 */
PROGRAM(reads_where_no_field_is, LOOK_UP_SOCKET "r7 = *(u16 *)(r6 + 50);" RELEASE OUT)

/* expect: reject out-of-bounds 11 */
PROGRAM(reads_past_the_socket, LOOK_UP_SOCKET "r7 = *(u32 *)(r6 + 80);" RELEASE OUT)

/* expect: reject invalid-pointer 13 */
PROGRAM(reads_after_release, LOOK_UP_SOCKET RELEASE "r7 = *(u32 *)(r6 + 4);" OUT)

/* expect: reject null-pointer 11 */
PROGRAM(reads_untested,
        "r2 = 1; *(u64 *)(r10 - 16) = r2; *(u32 *)(r10 - 8) = r2; r2 = r10; r2 += -16; r3 = 12;"
        "r4 = -1; r5 = 0; call 84; r6 = r0; r0 = 0; r7 = *(u32 *)(r6 + 4);" RELEASE OUT)

/* expect: reject bad-helper-argument 16 */
PROGRAM(socket_as_memory,
        LOOK_UP_SOCKET "r1 = ring ll; r2 = r6; r3 = 4; r4 = 0; call 130;" RELEASE OUT)
