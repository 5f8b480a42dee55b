/* Symbols and facts: the abstract domain of checker/, function by function. A register or stack
 * slot holds symbol + constant; what is known is a fact about the symbol. What these functions
 * compute has to be what the proved ones compute, or the validator refuses the certificate.
 *
 * Names, here and in the whole library: warrant_ is exported in warrant.h, or an older name of what
 * other files call; w_ is internal to the library, with external linkage; what is static needs no
 * prefix. After it, a_ is an abstract operation that mirrors the one of that name in checker/
 * (w_a_exec is a_exec), and sc_ and bd_ those of Scalar.v and Bounds.v. Coq's own prefixes in
 * comments: l_ is a field of the layout, pt_ one of a program type. */
#ifndef WARRANT_DOMAIN_H
#define WARRANT_DOMAIN_H

#include "isa/decode.h"
#include "isa/tables.h"
#include "verify/domain/pool.h"
#include "verify/domain/scalar.h"
#include "verify/refusal.h"
#include "warrant.h"

enum {
  W_STACK = 512, /* of one frame */
  W_FRAMES = 8,
  W_STACK_TOTAL = W_FRAMES * W_STACK,
  W_FRAME_WORDS = W_STACK / 64,
  W_STACK_WORDS = W_STACK_TOTAL / 64,
  W_REACH = 131071, /* so far past an area's start sums do not wrap */
  W_WHOLE = 8,      /* the step of what is exactly at a start */
  W_ROUNDS = 11,    /* beside r0 to r10: what is left of the function's may_goto rounds */
  W_VALUES = 12,    /* r0 to r10, and W_ROUNDS */
};

/* --- Fact.v ---------------------------------------------------------------------------------- */

struct w_aval {
  uint32_t sym;
  int64_t c; /* soff is the conversion to int64_t */
};

enum w_fact_kind {
  W_FNONE, /* nothing is known: no fact */
  W_FSCALAR,
  W_FSTACK,
  W_FCTX,
  W_FPKT,
  W_FEND,
  W_FMAP,
  W_FMAP_VALUE,
  W_FMAP_VALUE_OR_NULL,
  W_FMAP_OR_NULL,
  W_FREF,
  W_FRECORD_AT,
  W_FOBJ,
  W_FOBJ_OR_NULL,
  W_FFUNC,
};
/* What a pointer of kind PKT points into: the packet, or its metadata, whose end is the packet. */
enum w_area { W_PACKET, W_METADATA };
struct w_fact {
  uint8_t kind;
  bool tainted; /* SCALAR */
  bool moved;   /* SCALAR, for messages alone: a pointer plus or minus something unknown */
  bool stale; /* SCALAR, for messages alone: it pointed into the packet until a helper moved that */
  bool checked; /* PKT: av is there */
  bool gone;    /* SCALAR, for messages alone: a reference that was released */
  uint8_t ref;  /* REF: enum w_ref */
  bool null;    /* REF: or null */
  uint8_t step; /* STACK, MAP_VALUE, RECORD_AT: a multiple of it past the start: 1, 2, 4 or 8 */
  union {
    uint32_t map;    /* MAP, MAP_VALUE, MAP_VALUE_OR_NULL, MAP_OR_NULL */
    uint32_t frame;  /* STACK: 0 is the first */
    uint32_t area;   /* PKT: enum w_area */
    uint32_t type;   /* OBJ */
    uint32_t code;   /* FUNC: the slot */
    uint32_t origin; /* REF, RECORD_AT: the instruction that it is from; no proof depends on it */
    uint32_t which;  /* whichever of these it is, where facts of one kind are compared */
  };
  union {
    struct w_scalar s; /* SCALAR */
    struct {
      int64_t mx, av; /* PKT, MAP_VALUE, STACK; RECORD_AT: mx, unsigned */
      uint64_t size;  /* REF, RECORD_AT */
    };
  };
};

/* --- State.v --------------------------------------------------------------------------------- */

struct w_slot {
  int16_t off;  /* from the first frame's top */
  uint8_t size; /* enum w_size */
  struct w_aval v;
};
/* A caller: what its registers are again when the function it called returns. */
struct w_frame {
  uint32_t pc;      /* where it goes on */
  uint16_t defined; /* of r6 to r10 and W_ROUNDS; the others are lost */
  struct w_aval regs[W_VALUES];
  uint64_t written[W_FRAME_WORDS]; /* of the function it called */
  /* That is a callback, and the helper calls it so often more; it passes ctx on, and all rounds
   * together are `most`, or fewer. */
  bool again;
  uint32_t callback; /* its slot */
  struct w_aval rest, ctx;
  uint64_t most;
};
/* n more bytes of the stack have been written if the symbol is 0, as it may turn out later. */
struct w_pending {
  uint32_t sym;
  int32_t off; /* from the first frame's top */
  uint32_t n;  /* 0: there are none */
};
struct w_state {
  int64_t pc;
  uint16_t defined; /* bit r: regs[r] is known */
  struct w_aval regs[W_VALUES];
  uint64_t written[W_FRAME_WORDS]; /* bit i: byte i of the first frame, from its lowest */
  struct w_pending pending;
  struct w_frame *frames; /* owned; the callers, the first one first */
  uint32_t depth, frame_cap;
  struct w_slot *slots; /* owned; by ascending offset */
  uint32_t nslots, slot_cap;
  struct w_fact *facts; /* owned; by symbol, `next` of them */
  uint32_t next, fact_cap;
};
/* The start of a program. False: out of memory. */
bool w_a_init(struct w_pool *pool, struct w_state *st);
bool w_state_copy(struct w_pool *pool, struct w_state *to, const struct w_state *from);
/* The same for a state that has arrays: they are used again. */
bool w_state_set(struct w_pool *pool, struct w_state *to, const struct w_state *from);
void w_state_free(struct w_pool *pool, struct w_state *st);
const struct w_slot *w_slot_at(const struct w_state *st, int32_t off);

/* What a program is checked for. */
struct w_target {
  struct w_prog_type type;
  const struct warrant_map *maps; /* borrowed from the program */
  uint32_t map_count;
  const struct warrant_object_type *types; /* borrowed from the program */
  uint32_t type_count;
  bool strict;
};

/* Why an instruction is refused. */
struct w_why {
  enum w_reason reason;
  char text[400];
};

/* What an instruction did to the stack: the search must know what a state's use depends on. */
enum w_effect_kind { W_READ, W_READ_SLOT, W_WRITE, W_AWAIT, W_SETTLE };
struct w_effect {
  /* READ_SLOT: the slot that starts at off was the result. AWAIT: these bytes are pending now, and
   * no others; SETTLE: they were, and are written now. */
  uint8_t kind;
  bool undefined; /* reads: some of the bytes were not written */
  int16_t off;
  uint16_t n;
};
struct w_effects {
  uint32_t count;
  struct w_effect e[12]; /* an atomic operation on eight slots has most of them */
};

static inline const struct w_fact *w_fact_of(const struct w_state *st, struct w_aval a) {
  return &st->facts[a.sym];
}
/* The number that a value is, in the state or in *room. NULL: it is none. */
const struct w_scalar *w_view(const struct w_state *st, struct w_aval a, bool *tainted,
                              struct w_scalar *room);
/* The same, where what is no number is any. */
const struct w_scalar *w_any_view(const struct w_state *st, struct w_aval a, bool *tainted,
                                  struct w_scalar *room);
bool w_const_of(const struct w_state *st, struct w_aval a, uint64_t *c);
bool w_aconst(const struct w_state *st, int64_t z, struct w_aval *v);

/* --- Arith.v, Address.v, Access.v ------------------------------------------------------------ */

enum w_place_kind { W_PSTACK, W_PCTX, W_PPKT, W_PVAL, W_PSOCK, W_POBJ };
struct w_place {
  enum w_place_kind kind;
  uint8_t ref;          /* SOCK: enum w_ref */
  int32_t k;            /* STACK: from the first frame's top; CTX, SOCK, OBJ: from its start */
  uint32_t type;        /* OBJ */
  uint32_t mx;          /* STACK: the bytes may start so much further on */
  const uint8_t *known; /* VAL: the bytes there, if they never change; else NULL */
};
bool w_a_addr(const struct w_target *t, const struct w_state *st, struct w_aval a, int32_t off,
              uint64_t n, bool write, struct w_place *pl);

/* Are the n bytes at a + off, which w_a_addr has placed, at a multiple of n? */
bool w_a_aligned(const struct w_target *t, const struct w_state *st, struct w_aval a, int32_t off,
                 uint64_t n);
/* The largest of 1, 2, 4 and 8 that divides x, and at most `step`. */
static inline uint8_t w_step(uint8_t step, uint64_t x) {
  while (x % step)
    step /= 2;
  return step;
}

/* --- Refine.v, Calls.v, Exec.v, Subsume.v ---------------------------------------------------- */

/* What a comparison that came out as `b` tells; false: it cannot come out so (and the facts of the
 * two symbols may have changed in part). Changes the facts of x.sym and y.sym alone. */
bool w_refine(const struct w_target *t, struct w_state *st, enum w_width w, enum w_cmp c, bool b,
              struct w_aval x, struct w_aval y);

/* One instruction with one successor, on `st` itself. False: refused, with *why; or out of memory,
 * which pool->exhausted tells. */
bool w_a_exec(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
              struct w_state *st, struct w_effects *effects, struct w_why *why);
/* Where a callback may run or not: at the helper's call, and at the callback's end. */
bool w_forks(const struct w_insn *i, const struct w_state *st);
/* The sides that can be: *st is the one where the callback begins, and `fall`, whose arrays are the
 * caller's then, where it does not. */
struct w_sides {
  bool taken, falls;
  struct w_state fall;
};
/* False: refused, with *why; or out of memory. */
bool w_a_fork(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
              struct w_state *st, struct w_sides *sides, struct w_effects *effects,
              struct w_why *why);
/* The two operands of a conditional jump; of may_goto what is left of the rounds, and 0. */
bool w_a_operands(const struct w_insn *i, const struct w_state *st, struct w_aval *x,
                  struct w_aval *y, struct w_why *why);
/* The state after a branch: bytes that wait for a symbol are written if it is 0 now. */
void w_a_settle(struct w_state *st, struct w_effects *effects);
/* A side of a branch; false: it cannot come out so. Changes the facts of x.sym and y.sym alone:
 * where may_goto goes on, w_a_spend takes a round away. */
bool w_a_side(const struct w_target *t, struct w_state *st, const struct w_insn *i, bool taken,
              struct w_aval x, struct w_aval y);
void w_a_spend(struct w_state *st, const struct w_insn *i);
/* How many references are acquired. */
uint32_t w_nrefs(const struct w_state *st);
/* Refuses because the program would leak a reference that `st` has and `rest` has not (NULL: it has
 * none).
 */
bool w_refuse_leak(const struct w_state *st, const struct w_state *rest, struct w_why *why);
bool w_a_exit(const struct w_target *t, const struct w_state *st, struct w_why *why);

bool w_fact_le(const struct w_target *t, const struct w_state *st, struct w_aval a,
               const struct w_fact *f);

/* "the packet + 14, of which 34 bytes are checked": the value for a person. */
void w_describe(const struct w_target *t, const struct w_state *st, struct w_aval a, char *text,
                size_t size);

/* Sets of stack bytes: W_FRAME_WORDS words a frame, the first frame first. Offsets count from the
 * first frame's top. */
static inline uint32_t w_bit_of(int32_t off) {
  return (uint32_t)(-1 - off) / W_STACK * W_STACK + (uint32_t)off % W_STACK;
}
static inline bool w_bit(const uint64_t *bits, int32_t off) {
  return bits[w_bit_of(off) >> 6] >> (off & 63) & 1;
}
static inline void w_bit_set(uint64_t *bits, int32_t off) {
  bits[w_bit_of(off) >> 6] |= UINT64_C(1) << (off & 63);
}
static inline void w_bit_clear(uint64_t *bits, int32_t off) {
  bits[w_bit_of(off) >> 6] &= ~(UINT64_C(1) << (off & 63));
}
/* A word of the set of bytes written; there are w_words of them, since nothing is known of frames
 * that are not live. */
static inline uint32_t w_words(const struct w_state *st) { return (st->depth + 1) * W_FRAME_WORDS; }
static inline uint64_t *w_word(const struct w_state *st, uint32_t i) {
  const uint64_t *of_frame =
      i < W_FRAME_WORDS ? st->written : st->frames[i / W_FRAME_WORDS - 1].written;
  return (uint64_t *)&of_frame[i % W_FRAME_WORDS];
}
static inline bool w_written(const struct w_state *st, int32_t off) {
  return *w_word(st, w_bit_of(off) >> 6) >> (off & 63) & 1;
}
/* The top of the frame that is running. */
static inline int32_t w_frame_top(const struct w_state *st) {
  return -(int32_t)st->depth * W_STACK;
}

#endif
