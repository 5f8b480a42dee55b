/* Helpers that take a constant string: text that nobody writes, and that ends with 0. */
#include "small.h"

const char format[] = "%d of %d", word[] = "warrant";
const char no_end[4] SEC(".rodata.end") = {'w', 'o', 'r', 'd'};
char changes[] = "warrant";

#define PRINT(text)                                                                                \
  "r1 = 1; *(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r1;"                                       \
  "r1 = r10; r1 += -48; r2 = 32; r3 = " text " ll; r4 = r10; r4 += -16; r5 = 16; call 165;"
/* r1 is eight bytes, and r2 their number. */
#define COMPARE "r1 = 1; *(u64 *)(r10 - 8) = r1; r1 = r10; r1 += -8; r2 = 8;"

/* expect: accept */
PROGRAM(prints_numbers, PRINT("format") "r0 = 2; exit;")

/* What is behind the text stays as it was. */
/* expect: accept; strict: reject undefined-stack 12 */
PROGRAM(reads_what_was_printed, PRINT("format") "r0 = *(u8 *)(r10 - 48); r0 = 2; exit;")

/* expect: reject bad-helper-argument 11 */
PROGRAM(prints_by_what_changes, PRINT("changes") "r0 = 2; exit;")

/* expect: accept */
PROGRAM(compares_with_a_word, COMPARE "r3 = word ll; call 182; r0 = 2; exit;")

/* expect: accept */
PROGRAM(compares_with_the_end_of_a_word, COMPARE "r3 = word ll; r3 += 3; call 182; r0 = 2; exit;")

/* expect: reject bad-helper-argument 7 */
PROGRAM(compares_with_what_changes, COMPARE "r3 = changes ll; call 182; r0 = 2; exit;")

/* expect: reject bad-helper-argument 7 */
PROGRAM(compares_with_the_stack, COMPARE "r3 = r10; r3 += -8; call 182; r0 = 2; exit;")

/* expect: reject bad-helper-argument 7 */
PROGRAM(compares_with_text_without_an_end, COMPARE "r3 = no_end ll; call 182; r0 = 2; exit;")
