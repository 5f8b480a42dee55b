/* A frame is gone when its function returns. */
#include "small.h"

FUNCTION(own_frame, "r0 = r10; exit;")
FUNCTION(writes_there, "r2 = 1; *(u64 *)(r1 - 8) = r2; r0 = 0; exit;")
FUNCTION(keeps_its_frame, "*(u64 *)(r1 + 0) = r10; r0 = 0; exit;")
FUNCTION(calls_writes_there, "call writes_there; exit;")

/* The next function of that depth may have its frame elsewhere. Linux lets no such pointer out. */
/* expect: reject invalid-pointer 8; kernel: reject * * */
PROGRAM(returns_its_frame, "call own_frame; r1 = r0; call writes_there; r0 = 1; exit;")

/* Through the caller's frame. */
/* expect: reject invalid-pointer 11; kernel: reject * * */
PROGRAM(leaves_its_frame_with_the_caller,
        "r1 = r10; r1 += -8; call keeps_its_frame;"
        "r1 = *(u64 *)(r10 - 8); call writes_there; r0 = 1; exit;")

/* From deeper in, and written where another function's frame would be. */
/* expect: reject invalid-pointer 10; kernel: reject * * */
PROGRAM(writes_a_frame_from_deeper_in,
        "call own_frame; r1 = r0; call calls_writes_there; r0 = 1; exit;")

/* The caller's own frame is there all the time. */
/* expect: accept */
PROGRAM(lends_its_frame, "r1 = r10; call writes_there; r0 = *(u64 *)(r10 - 8); exit;")

/* expect: accept */
PROGRAM(lends_its_frame_on, "r1 = r10; call calls_writes_there; r0 = *(u64 *)(r10 - 8); exit;")
