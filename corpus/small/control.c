/* Where execution goes, and that it ends. */
#include "small.h"

/* expect: reject bad-pc * */
PROGRAM(runs_off_the_end, "r0 = 0;")

/* expect: reject bad-pc * */
PROGRAM(branches_off_the_end, "call 7; goto +2; r0 = 0; exit; if r0 > 7 goto -3;")

/* expect: reject bad-pc * */
PROGRAM(jumps_past_the_end, "r0 = 0; goto +100; exit;")

/* expect: reject bad-pc * */
PROGRAM(jumps_before_the_start, "r0 = 0; if r1 == 5 goto -5; exit;")

/* A constant of 64 bits takes two slots; the second is no instruction. */
/* expect: reject bad-pc * */
PROGRAM(jumps_into_a_constant, "r0 = 0; if r1 == 5 goto +1; r2 = 5 ll; exit;")

/* expect: reject unknown-helper 1 */
PROGRAM(calls_no_helper, "r0 = 0; call 99999; exit;")

/* expect: accept */
PROGRAM(jumps_backward_without_a_loop, "r0 = 1; goto .Lforth%=; .Lback%=: exit;"
                                       ".Lforth%=: r0 += 1; goto .Lback%=;")

/* expect: reject loop * */
PROGRAM(stays_where_it_is, "r0 = 0; .Lagain%=: if r1 != 0 goto .Lagain%=; exit;")

/* expect: reject loop * */
PROGRAM(goes_round_for_ever, "r0 = 0; .Lagain%=: r0 += 1; goto .Lagain%=; exit;")

/* expect: accept */
PROGRAM(counts_to_ten, "r0 = 0; .Lagain%=: r0 += 1; if r0 < 10 goto .Lagain%=; exit;")

/* expect: accept */
PROGRAM(never_enters_a_branch, "r2 = 0; r0 = 1; if r2 != 0 goto .Ldead%=; exit;"
                               ".Ldead%=: r0 = *(u64 *)(r2 + 0); exit;")

#define FORK "r2 = *(u32 *)(r1 + 16); if r2 == 0 goto +1; r3 = 1;"

/* Two to the sixteen paths, one state at each join. */
/* expect: accept */
PROGRAM(forks_and_joins,
        "r3 = 1;" FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK FORK
        "r0 = r3; exit;")
