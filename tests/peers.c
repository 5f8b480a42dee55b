#include "peers.h"

#include <stdlib.h>
#include <string.h>

/* Opcodes that are not known stop the loop: tables begin with that and are filled in. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define ARITHMETIC(X)                                                                              \
  X(0x00, x + y)                                                                                   \
  X(0x10, x - y)                                                                                   \
  X(0x20, x *y)                                                                                    \
  X(0x30, y ? x / y : 0)                                                                           \
  X(0x40, x | y)                                                                                   \
  X(0x50, x &y)                                                                                    \
  X(0x60, x << (y & (8 * sizeof(T) - 1)))                                                          \
  X(0x70, x >> (y & (8 * sizeof(T) - 1)))                                                          \
  X(0x90, y ? x % y : x) X(0xa0, x ^ y) X(0xb0, y) X(0xc0, (T)((S)x >> (y & (8 * sizeof(T) - 1))))
#define COMPARISONS(X)                                                                             \
  X(0x10, x == y)                                                                                  \
  X(0x20, x > y)                                                                                   \
  X(0x30, x >= y)                                                                                  \
  X(0x40, (x & y) != 0)                                                                            \
  X(0x50, x != y)                                                                                  \
  X(0x60, (S)x > (S)y)                                                                             \
  X(0x70, (S)x >= (S)y) X(0xa0, x < y) X(0xb0, x <= y) X(0xc0, (S)x < (S)y) X(0xd0, (S)x <= (S)y)
#define SIZES(X) X(0x00, uint32_t) X(0x08, uint16_t) X(0x10, uint8_t) X(0x18, uint64_t)

/* The same code for both; D, SRC, IMM, OFF are the instruction's fields, ADVANCE and JUMP go to the
 * next one. */
#define ALU_CODE(op, expr)                                                                         \
  ALU_ONE(op, 4, uint32_t, int32_t, IMM, expr)                                                     \
  ALU_ONE(op, c, uint32_t, int32_t, r[SRC], expr)                                                  \
  ALU_ONE(op, 7, uint64_t, int64_t, (int64_t)IMM, expr)                                            \
  ALU_ONE(op, f, uint64_t, int64_t, r[SRC], expr)
#define ALU_ONE(op, low, type, stype, second, expr)                                                \
  l_##op##_##low : {                                                                               \
    typedef type T;                                                                                \
    typedef stype S __attribute__((unused));                                                       \
    T x = (T)r[D], y = (T)(second);                                                                \
    (void)x;                                                                                       \
    r[D] = (T)(expr);                                                                              \
    ADVANCE;                                                                                       \
  }
#define JUMP_CODE(op, expr)                                                                        \
  JUMP_ONE(op, 6, uint32_t, int32_t, IMM, expr)                                                    \
  JUMP_ONE(op, e, uint32_t, int32_t, r[SRC], expr)                                                 \
  JUMP_ONE(op, 5, uint64_t, int64_t, (int64_t)IMM, expr)                                           \
  JUMP_ONE(op, d, uint64_t, int64_t, r[SRC], expr)
#define JUMP_ONE(op, low, type, stype, second, expr)                                               \
  l_##op##_##low : {                                                                               \
    typedef type T;                                                                                \
    typedef stype S __attribute__((unused));                                                       \
    T x = (T)r[D], y = (T)(second);                                                                \
    if (expr)                                                                                      \
      JUMP;                                                                                        \
    ADVANCE;                                                                                       \
  }
#define MEMORY_CODE(prefix, code, T, CHECK)                                                        \
  l_##prefix##load_##code : {                                                                      \
    uint64_t a = r[SRC] + (uint64_t)(int64_t)OFF;                                                  \
    T v;                                                                                           \
    CHECK(a, sizeof v);                                                                            \
    memcpy(&v, (const void *)(uintptr_t)a, sizeof v);                                              \
    r[D] = v;                                                                                      \
    ADVANCE;                                                                                       \
  }                                                                                                \
  l_##prefix##storek_##code : {                                                                    \
    uint64_t a = r[D] + (uint64_t)(int64_t)OFF;                                                    \
    T v = (T)IMM;                                                                                  \
    CHECK(a, sizeof v);                                                                            \
    memcpy((void *)(uintptr_t)a, &v, sizeof v);                                                    \
    ADVANCE;                                                                                       \
  }                                                                                                \
  l_##prefix##storex_##code : {                                                                    \
    uint64_t a = r[D] + (uint64_t)(int64_t)OFF;                                                    \
    T v = (T)r[SRC];                                                                               \
    CHECK(a, sizeof v);                                                                            \
    memcpy((void *)(uintptr_t)a, &v, sizeof v);                                                    \
    ADVANCE;                                                                                       \
  }
#define BOUNDS(a, n)                                                                               \
  if (a - base > size - (n) && a - stack > stack_size - (n))                                       \
  goto stop
#define NO_BOUNDS(a, n)

#define ALU_LABELS(op, expr)                                                                       \
  [op | 0x4] = &&l_##op##_4, [op | 0xc] = &&l_##op##_c, [op | 0x7] = &&l_##op##_7,                 \
        [op | 0xf] = &&l_##op##_f,
#define JUMP_LABELS(op, expr)                                                                      \
  [op | 0x6] = &&l_##op##_6, [op | 0xe] = &&l_##op##_e, [op | 0x5] = &&l_##op##_5,                 \
        [op | 0xd] = &&l_##op##_d,
#define MEMORY_LABELS(prefix, code)                                                                \
  [0x61 | code] = &&l_##prefix##load_##code, [0x62 | code] = &&l_##prefix##storek_##code,          \
          [0x63 | code] = &&l_##prefix##storex_##code,
#define OTHER_LABELS                                                                               \
  [0x84] = &&l_neg32, [0x87] = &&l_neg64, [0x05] = &&l_ja, [0x95] = &&l_exit, [0x18] = &&l_long,

#define START_REGISTERS                                                                            \
  uint64_t r[11] = {0};                                                                            \
  uint64_t base = (uint64_t)(uintptr_t)memory->bytes, size = memory->size;                         \
  uint64_t stack = (uint64_t)(uintptr_t)memory->stack, stack_size = memory->stack_size;            \
  r[1] = base;                                                                                     \
  r[10] = stack + stack_size

bool peer_raw(const struct warrant_insn *insns, uint32_t count, const struct peer_memory *memory,
              uint64_t fuel, uint64_t *result) {
#define LABELS(code, T) MEMORY_LABELS(checked_, code)
  __extension__ static const void *const labels[256] = {
      [0 ... 255] = &&stop,
      ARITHMETIC(ALU_LABELS) COMPARISONS(JUMP_LABELS) SIZES(LABELS) OTHER_LABELS};
#undef LABELS
  START_REGISTERS;
  const struct warrant_insn *i;
  uint32_t pc = 0;
#define D i->dst
#define SRC i->src
#define IMM i->imm
#define OFF i->off
#define ADVANCE                                                                                    \
  do {                                                                                             \
    if (fuel-- == 0 || pc >= count)                                                                \
      goto stop;                                                                                   \
    i = &insns[pc++];                                                                              \
    goto *labels[i->op];                                                                           \
  } while (0)
#define JUMP pc += (uint32_t)(int32_t)OFF
  ADVANCE;
  ARITHMETIC(ALU_CODE)
  COMPARISONS(JUMP_CODE)
#define CODE(code, T) MEMORY_CODE(checked_, code, T, BOUNDS)
  SIZES(CODE)
#undef CODE
l_neg32:
  r[D] = (uint32_t)(0 - r[D]);
  ADVANCE;
l_neg64:
  r[D] = 0 - r[D];
  ADVANCE;
l_long:
  if (pc >= count)
    goto stop;
  r[D] = (uint32_t)IMM | (uint64_t)(uint32_t)insns[pc++].imm << 32;
  ADVANCE;
l_ja:
  JUMP;
  ADVANCE;
l_exit:
  *result = r[0];
  return true;
stop:
  return false;
#undef D
#undef SRC
#undef IMM
#undef OFF
#undef ADVANCE
#undef JUMP
}

/* --- Predecoded ------------------------------------------------------------------------------ */

struct peer_op {
  const void *go;
  union {
    struct {
      int32_t imm, jump; /* jump: ops from this one to the target */
    };
    uint64_t wide;
  };
  int16_t off;
  uint8_t dst, src;
};
_Static_assert(sizeof(struct peer_op) == 24, "as measured elsewhere");

/* With ops == NULL, fills `table` instead: 256 addresses, those with bounds checks or those
 * without. */
static bool run_predecoded(const struct peer_op *ops, const struct peer_memory *memory,
                           uint64_t *result, bool bounds, const void **table) {
  if (!ops) {
#define LABELS(code, T) MEMORY_LABELS(free_, code)
    __extension__ static const void *const without[256] = {
        [0 ... 255] = &&stop,
        ARITHMETIC(ALU_LABELS) COMPARISONS(JUMP_LABELS) SIZES(LABELS) OTHER_LABELS};
#undef LABELS
#define LABELS(code, T) MEMORY_LABELS(checked_, code)
    __extension__ static const void *const with[256] = {
        [0 ... 255] = &&stop,
        ARITHMETIC(ALU_LABELS) COMPARISONS(JUMP_LABELS) SIZES(LABELS) OTHER_LABELS};
#undef LABELS
    memcpy(table, bounds ? with : without, sizeof with);
    return true;
  }
  START_REGISTERS;
  const struct peer_op *i = ops;
#define D i->dst
#define SRC i->src
#define IMM i->imm
#define OFF i->off
#define ADVANCE                                                                                    \
  do {                                                                                             \
    i++;                                                                                           \
    goto * i->go;                                                                                  \
  } while (0)
#define JUMP                                                                                       \
  do {                                                                                             \
    i += i->jump;                                                                                  \
    goto * i->go;                                                                                  \
  } while (0)
  goto * i->go;
  ARITHMETIC(ALU_CODE)
  COMPARISONS(JUMP_CODE)
#define CODE(code, T) MEMORY_CODE(checked_, code, T, BOUNDS) MEMORY_CODE(free_, code, T, NO_BOUNDS)
  SIZES(CODE)
#undef CODE
l_neg32:
  r[D] = (uint32_t)(0 - r[D]);
  ADVANCE;
l_neg64:
  r[D] = 0 - r[D];
  ADVANCE;
l_long:
  r[D] = i->wide;
  i += 2;
  goto * i->go;
l_ja:
  JUMP;
l_exit:
  *result = r[0];
  return true;
stop:
  return false;
}

struct peer_op *peer_decode(const struct warrant_insn *insns, uint32_t count, bool bounds) {
  struct peer_op *ops = calloc(count, sizeof *ops);
  const void *table[256];
  if (!ops)
    return NULL;
  run_predecoded(NULL, NULL, NULL, bounds, table);
  for (uint32_t pc = 0; pc < count; pc++) {
    const struct warrant_insn *i = &insns[pc];
    ops[pc] = (struct peer_op){.go = table[i->op],
                               .imm = i->imm,
                               .jump = i->off + 1,
                               .off = i->off,
                               .dst = i->dst,
                               .src = i->src};
    if (i->op == 0x18)
      ops[pc].wide = (uint32_t)i->imm | (uint64_t)(uint32_t)insns[pc + 1].imm << 32;
  }
  return ops;
}

bool peer_predecoded(const struct peer_op *ops, const struct peer_memory *memory,
                     uint64_t *result) {
  return run_predecoded(ops, memory, result, false, NULL);
}
