/* What a register holds: nothing at entry but the context and the frame, nothing after a call but
 * the result and what a callee keeps. */
#include "small.h"

/* expect: accept */
PROGRAM(returns_a_constant, "r0 = 2; exit;")

/* expect: reject undefined-register 0 */
PROGRAM(ends_without_a_result, "exit;")

/* expect: reject undefined-register 0 */
PROGRAM(copies_what_nobody_wrote, "r0 = r3; exit;")

/* expect: reject undefined-register 0 */
PROGRAM(copies_the_low_half_of_nothing, "w0 = w3; exit;")

/* expect: reject undefined-register 1 */
PROGRAM(adds_what_nobody_wrote, "r0 = 0; r0 += r5; exit;")

/* expect: reject undefined-register 1 */
PROGRAM(branches_on_what_nobody_wrote, "r0 = 0; if r4 > 7 goto .Lend%=; .Lend%=: exit;")

/* expect: reject undefined-register 0 */
PROGRAM(stores_what_nobody_wrote, "*(u64 *)(r10 - 8) = r3; r0 = 0; exit;")

/* expect: reject undefined-register 3 */
PROGRAM(writes_on_one_path_only, "r2 = *(u32 *)(r1 + 16);"
                                 "if r2 == 0 goto .Ljoin%=;"
                                 "r3 = 1;"
                                 ".Ljoin%=:"
                                 "r0 = r3;"
                                 "exit;")

/* expect: accept */
PROGRAM(writes_on_both_paths, "r2 = *(u32 *)(r1 + 16);"
                              "r3 = 2;"
                              "if r2 == 0 goto .Ljoin%=;"
                              "r3 = 1;"
                              ".Ljoin%=:"
                              "r0 = r3;"
                              "exit;")

/* expect: reject undefined-register 7 */
PROGRAM(uses_an_argument_after_the_call, LOOKUP(pairs) "r0 = r1; exit;")

/* expect: accept */
PROGRAM(keeps_a_register_over_the_call, "r6 = 1;" LOOKUP(pairs) "r0 = r6; exit;")

/* expect: reject undefined-register 2 */
PROGRAM(calls_without_its_arguments, "r1 = pairs ll; call 1; r0 = 0; exit;")

/* expect: reject frame-pointer-write 0 */
PROGRAM(sets_the_frame_pointer, "r10 = 0; r0 = 0; exit;")

/* expect: reject frame-pointer-write 0 */
PROGRAM(moves_the_frame_pointer, "r10 += -8; r0 = 0; exit;")
