/* Functions that a helper calls, any number of rounds: what is true at the start of each. */
#define SECTION "tc"
#include "small.h"

/* Functions of the programs below. They get the number of the round, and what the program passes
 * on. */
#define FUNCTION(name, code)                                                                       \
  static __attribute__((naked, noinline, used)) int name(void) {                                   \
    asm volatile(code : : : "memory");                                                             \
  }
/* Five slots behind those that set r1: the function gets r10 - 64. */
#define LOOP(function) "r2 = " #function " ll; r3 = r10; r3 += -64; r4 = 0; call 181;"
#define CLEAR                                                                                      \
  "r0 = 0; *(u64 *)(r10 - 64) = r0; *(u64 *)(r10 - 56) = r0; *(u64 *)(r10 - 48) = r0;"             \
  "*(u64 *)(r10 - 40) = r0; *(u64 *)(r10 - 32) = r0; *(u64 *)(r10 - 24) = r0;"                     \
  "*(u64 *)(r10 - 16) = r0; *(u64 *)(r10 - 8) = r0;"

FUNCTION(counts, "r3 = *(u64 *)(r2 + 0); r3 += 1; *(u64 *)(r2 + 0) = r3; r0 = 0; exit;")

/* expect: accept */
PROGRAM(counts_a_thousand_rounds, CLEAR "r1 = 1000;" LOOP(counts) "r0 = *(u64 *)(r10 - 64); exit;")

/* The most that there can be. */
/* expect: accept */
PROGRAM(counts_eight_million_rounds,
        CLEAR "r1 = 8388608;" LOOP(counts) "r0 = *(u64 *)(r10 - 64); exit;")

/* As many as the packet has bytes, and none if it is larger than that. */
/* expect: accept */
PROGRAM(counts_unknown_rounds,
        "r6 = r1;" CLEAR "r1 = *(u32 *)(r6 + 0);" LOOP(counts) "r0 = *(u64 *)(r10 - 64); exit;")

FUNCTION(returns_its_number, "r0 = r1; exit;")

/* What a callback returns says whether it is called again, and has two values. */
/* expect: reject bad-return 19 */
PROGRAM(goes_on_by_any_number, CLEAR "r1 = 9;" LOOP(returns_its_number) "r0 = 0; exit;")

FUNCTION(returns_nothing, "exit;")

/* expect: reject undefined-register * */
PROGRAM(goes_on_by_nothing, CLEAR "r1 = 9;" LOOP(returns_nothing) "r0 = 0; exit;")

FUNCTION(marks_a_byte, "r2 += r1; *(u8 *)(r2 + 0) = r1; r0 = 0; exit;")
FUNCTION(marks_one_of_64_bytes, "r0 = 1; if r1 > 63 goto +3; r2 += r1; *(u8 *)(r2 + 0) = r1;"
                                "r0 = 0; exit;")

/* Sixty-four rounds, for 64 bytes. Linux does not know how many there are. */
/* expect: accept; kernel: reject * * */
PROGRAM(marks_64_bytes, CLEAR "r1 = 64;" LOOP(marks_a_byte) "r0 = 0; exit;")

/* expect: reject out-of-bounds 19 */
PROGRAM(marks_65_bytes, CLEAR "r1 = 65;" LOOP(marks_a_byte) "r0 = 0; exit;")

/* expect: accept */
PROGRAM(marks_64_bytes_at_most, CLEAR "r1 = 1000;" LOOP(marks_one_of_64_bytes) "r0 = 0; exit;")

FUNCTION(counts_now_and_then, "r6 = r2; call 7; if r0 > 5 goto +3; r3 = *(u64 *)(r6 + 0); r3 += 1;"
                              "*(u64 *)(r6 + 0) = r3; r0 = 0; exit;")

/* Two ways through each round. */
/* expect: accept */
PROGRAM(counts_a_part_of_the_rounds,
        CLEAR "r1 = 100000;" LOOP(counts_now_and_then) "r0 = *(u64 *)(r10 - 64); exit;")

FUNCTION(goes_on, "r0 = 0; exit;")
FUNCTION(loops, "r1 = 8388608; r2 = goes_on ll; r3 = 0; r4 = 0; call 181; r0 = 0; exit;")

/* The most rounds in each of the most rounds. */
/* expect: accept */
PROGRAM(loops_in_a_callback, "r1 = 8388608; r2 = loops ll; r3 = 0; r4 = 0; call 181; r0 = 0; exit;")

FUNCTION(reads_what_was_passed,
         "r3 = *(u64 *)(r2 + 0); r4 = *(u32 *)(r3 + 0); *(u64 *)(r2 + 8) = r4; r0 = 0; exit;")
FUNCTION(destroys_what_was_passed,
         "r3 = *(u64 *)(r2 + 0); r4 = *(u32 *)(r3 + 0); *(u64 *)(r2 + 0) = r4; r0 = 0; exit;")

/* A pointer in the caller's frame is there in each round. */
/* expect: accept */
PROGRAM(passes_the_context,
        "r6 = r1;" CLEAR
        "*(u64 *)(r10 - 64) = r6; r1 = 100;" LOOP(reads_what_was_passed) "r0 = 0; exit;")

/* It is a number in the second one. */
/* expect: reject invalid-pointer 21 */
PROGRAM(passes_the_context_once,
        "r6 = r1;" CLEAR
        "*(u64 *)(r10 - 64) = r6; r1 = 100;" LOOP(destroys_what_was_passed) "r0 = 0; exit;")

/* The caller uses it afterwards. */
/* expect: reject invalid-pointer 19; kernel: reject * * */
PROGRAM(uses_what_was_destroyed,
        "r6 = r1;" CLEAR "*(u64 *)(r10 - 64) = r6; r1 = 1;" LOOP(
            destroys_what_was_passed) "r1 = *(u64 *)(r10 - 64); r0 = *(u32 *)(r1 + 0); exit;")

FUNCTION(leaves_its_frame, "*(u64 *)(r2 + 0) = r10; r0 = 0; exit;")

/* Each round has a frame of its own. */
/* expect: reject out-of-bounds 17; kernel: reject * * */
PROGRAM(uses_a_round_s_frame,
        CLEAR "r1 = 3;" LOOP(
            leaves_its_frame) "r1 = *(u64 *)(r10 - 64); r0 = *(u64 *)(r1 - 8); r0 = 0; exit;")

FUNCTION(counts_inside, "r3 = r2; r1 = 10; r2 = counts ll; r4 = 0; call 181; r0 = 0; exit;")

/* expect: accept */
PROGRAM(counts_in_two_loops, CLEAR "r1 = 50;" LOOP(counts_inside) "r0 = 0; exit;")

/* Flags are an error, as far as is known. */
/* expect: accept; kernel: accept */
PROGRAM(has_flags, CLEAR "r1 = 9; r2 = counts ll; r3 = r10; r3 += -64; r4 = 1; call 181;"
                         "r0 = 0; exit;")

/* expect: reject bad-helper-argument 5; kernel: reject * * */
PROGRAM(calls_a_number, "r1 = 9; r2 = 16 ll; r3 = 0; r4 = 0; call 181; r0 = 0; exit;")
