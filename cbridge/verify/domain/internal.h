/* What the files of this folder share, and no one else uses. */
#ifndef WARRANT_DOMAIN_INTERNAL_H
#define WARRANT_DOMAIN_INTERNAL_H

#include "verify/domain/domain.h"

/* Sums of constants, offsets and sizes that may leave 64 bits. */
__extension__ typedef __int128 wide;

/* --- fact.c: a result is an old value, or a new symbol plus a constant: the symbol `next`, whose
 * fact lies behind the others until the result is put somewhere. w_a_exec makes room for it. */
void w_set_scalar(struct w_fact *f, bool tainted, struct w_scalar s);
struct w_aval w_fresh(struct w_state *st, struct w_fact f);
struct w_aval w_fresh_scalar(struct w_state *st, bool tainted, struct w_scalar s);

/* --- state.c */
/* The first slot at or after `off`. */
uint32_t w_slot_index(const struct w_state *st, int32_t off);
/* Puts a result into register d, and goes on `slots` further. True. */
bool w_a_put(struct w_state *st, int slots, int d, struct w_aval v);

/* --- arith.c */
struct w_aval w_scalar_res(struct w_state *st, bool tainted, struct w_scalar s);
/* A pointer, or what was made of one by adding too much. */
bool w_is_pointer(const struct w_fact *f);
struct w_aval w_a_alu(const struct w_target *t, struct w_state *st, enum w_width w, enum w_aluop op,
                      struct w_aval a, struct w_aval b);
struct w_aval w_a_mov(struct w_state *st, enum w_width w, struct w_aval b);

/* --- address.c */
void w_note(struct w_effects *effects, enum w_effect_kind kind, int32_t off, uint32_t n,
            bool undefined);
/* init_ok, for the n bytes of the frame from off. */
bool w_read_frame(const struct w_target *t, const struct w_state *st, int32_t off, uint32_t n,
                  struct w_effects *effects, struct w_why *why);

/* --- access.c */
/* The address of a kernel object of type `i`; nothing is known, if there is no such type. */
struct w_aval w_object_res(const struct w_target *t, struct w_state *st, bool null, uint32_t i);
/* What the load i gives, in *r. */
bool w_a_load(const struct w_target *t, struct w_state *st, const struct w_insn *i,
              struct w_place pl, struct w_aval *r, struct w_effects *effects, struct w_why *why);
bool w_a_store(struct w_pool *pool, const struct w_target *t, struct w_state *st, enum w_size z,
               struct w_place pl, struct w_aval v, struct w_effects *effects, struct w_why *why);
/* The atomic operation i; its old value. */
bool w_a_atomic(struct w_pool *pool, const struct w_target *t, const struct w_insn *i,
                struct w_state *st, struct w_place pl, struct w_aval *old,
                struct w_effects *effects, struct w_why *why);
/* A store to the frame ends every spill it overlaps. */
void w_kill_slots(struct w_state *st, int32_t k, uint32_t n);
/* Bytes that were written, at least n of the place and at most m: spills end that may lie among
 * them, and those bytes are written for sure that are among the n wherever the place starts. */
void w_a_scribble(struct w_state *st, struct w_place pl, uint32_t n, uint32_t m,
                  struct w_effects *effects);

/* The same bytes will be written once `result` is known to be 0. */
void w_a_await(struct w_state *st, struct w_place pl, uint32_t n, struct w_aval result,
               struct w_effects *effects);

/* --- refine.c: a is one of these numbers, too. False: it cannot be. */
bool w_narrow(struct w_state *st, struct w_aval a, struct w_scalar s);

/* --- calls.c */
/* What the arguments show: the map passed, or -1; the memory written, at least lo and at most hi
 * bytes of it. */
struct w_seen {
  int64_t map;
  bool out;
  struct w_place pl;
  uint32_t lo, hi;
  uint64_t size;     /* the size asked for */
  bool release;      /* a reference is released: */
  uint32_t symbol;   /* its symbol */
  uint32_t callback; /* the slot of a function */
};
/* Helper `number`, or, if `kernel`, that function of the kernel, if programs of this type may call
 * it with these arguments; or NULL. */
const struct w_helper *w_a_args(const struct w_target *t, const struct w_state *st, bool kernel,
                                int64_t number, struct w_seen *q, struct w_effects *effects,
                                struct w_why *why);
/* What is called now has `st` as its caller. NULL: refused, or out of memory. */
struct w_frame *w_a_push(struct w_pool *pool, struct w_state *st, struct w_why *why);
/* A function begins, with its arguments: a frame of its own, nothing in it written. There is room
 * for a symbol. */
void w_a_begin(struct w_state *st, int64_t target);
/* Of a helper, or, if `kernel`, of a function of the kernel. */
bool w_a_call(const struct w_target *t, struct w_state *st, bool kernel, int64_t number,
              struct w_effects *effects, struct w_why *why);
bool w_a_call_local(struct w_pool *pool, struct w_state *st, int64_t target, struct w_why *why);
/* A function that returns nothing leaves r0 undefined. */
bool w_a_leave(struct w_state *st);
bool w_a_load_packet(const struct w_target *t, const struct w_insn *i, struct w_state *st,
                     struct w_why *why);

/* --- text.c */
/* False. */
bool w_refuse(struct w_why *why, enum w_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Why w_a_addr said no to an access of n bytes at register r (or argument r of a helper) + off. */
bool w_refuse_address(const struct w_target *t, const struct w_state *st, int r, int32_t off,
                      uint64_t n, bool write, struct w_why *why);
/* Why w_a_aligned said no to `what`. */
bool w_refuse_alignment(const struct w_target *t, const struct w_state *st, int r, int32_t off,
                        uint64_t n, const char *what, struct w_why *why);
/* "record", "socket", or a kernel object's type */
const char *w_ref_name(uint8_t ref);

#endif
