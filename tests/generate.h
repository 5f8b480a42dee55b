/* Random eBPF programs, for tests: short, mostly meaningful, and often faulty. Each test that
 * includes this has its own copy and its own stream of random numbers. */
#ifndef WARRANT_TEST_GENERATE_H
#define WARRANT_TEST_GENERATE_H

#include "warrant.h"

static uint64_t random_state = 1;
static inline uint32_t below(uint32_t n) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((random_state >> 32) % n);
}
#define PICK(array) ((array)[below(sizeof(array) / sizeof *(array))])

static inline int32_t number(void) {
  static const int32_t edges[] = {0,     1,     -1,    2,     7,         8,         31,
                                  32,    63,    64,    127,   128,       255,       256,
                                  32767, 32768, 65535, 65536, INT32_MAX, INT32_MIN, INT32_MIN + 1,
                                  -8,    -64};
  return below(4) ? PICK(edges) : (int32_t)(below(65536) * 65536 + below(65536));
}

enum { MOST = 64 }; /* a piece may begin below this */
struct build {
  struct warrant_insn insns[MOST + 16];
  uint32_t count;
};
static inline void emit(struct build *b, uint8_t op, unsigned dst, unsigned src, int off,
                        int32_t imm) {
  b->insns[b->count++] = (struct warrant_insn){
      .op = op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}

/* Mostly registers that are set. */
static inline unsigned reg(void) { return below(12) ? below(6) : below(11); }
static inline int frame_offset(void) {
  return -(int)(8 * (1 + below(4))) + (below(4) ? 0 : (int)below(8));
}

static inline void arithmetic(struct build *b) {
  static const uint8_t ops[] = {0x00, 0x10, 0x20, 0x30, 0x40, 0x50,
                                0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0};
  uint8_t class = below(2) ? 7 : 4, op = PICK(ops);
  int variant = (op == 0x30 || op == 0x90) && below(2) ? 1 : 0;
  switch (below(12)) {
  case 0:
    emit(b, class | 0x80, reg(), 0, 0, 0);
    break;
  case 1: {
    static const uint8_t swaps[] = {0xd4, 0xdc, 0xd7};
    static const int32_t sizes[] = {16, 32, 64};
    emit(b, PICK(swaps), reg(), 0, 0, PICK(sizes));
    break;
  }
  case 2: {
    static const int bits[] = {8, 16, 32};
    emit(b, class | 0xb8, reg(), reg(), bits[below(class == 7 ? 3 : 2)], 0);
    break;
  }
  case 3:
    emit(b, 0x18, reg(), 0, 0, number());
    emit(b, 0, 0, 0, 0, number());
    break;
  case 4:
  case 5:
  case 6:
  case 7:
    emit(b, class | op, reg(), 0, variant, number());
    break;
  default:
    emit(b, class | op | 8, reg(), reg(), variant, 0);
    break;
  }
}

static inline void access_memory(struct build *b, unsigned base, int off) {
  static const uint8_t sizes[] = {0x00, 0x08, 0x10, 0x18};
  uint8_t size = PICK(sizes);
  switch (below(4)) {
  case 0:
    emit(b, 0x61 | size, reg(), base, off, 0);
    break;
  case 1:
    emit(b, size == 0x18 ? 0x79 : 0x81 | size, reg(), base, off, 0);
    break;
  case 2:
    emit(b, 0x62 | size, base, 0, off, number());
    break;
  default:
    emit(b, 0x63 | size, base, reg(), off, 0);
    break;
  }
}

static inline void jump(struct build *b) {
  static const uint8_t ops[] = {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0};
  int off = below(20) ? (int)below(6) : (int)below(12) - 8;
  if (!below(6))
    emit(b, below(2) ? 0x05 : 0x06, 0, 0, 0, 0), b->insns[b->count - 1].off = 0;
  else if (below(2))
    emit(b, (below(2) ? 5 : 6) | PICK(ops), reg(), 0, off, number());
  else
    emit(b, (below(2) ? 5 : 6) | PICK(ops) | 8, reg(), reg(), off, 0);
  struct warrant_insn *last = &b->insns[b->count - 1];
  if (last->op == 0x05)
    last->off = (int16_t)off;
  if (last->op == 0x06)
    last->imm = off;
}

/* A helper call with its arguments set up, mostly as they should be; then the value is used when
 * there is one. */
static inline void call(struct build *b, uint32_t maps) {
  static const int32_t helpers[] = {1, 1, 1, 2, 2, 3, 5, 6, 7, 8, 23, 42, 125, 4};
  int32_t h = PICK(helpers);
  unsigned map = below(2) ? 0 : below(maps ? maps : 1);
  if (h <= 3 || !below(4)) {
    emit(b, 0x18, 1, 1, 0, (int32_t)(below(20) ? map : maps));
    emit(b, 0, 0, 0, 0, 0);
    emit(b, 0xbf, 2, 10, 0, 0);
    emit(b, 0x07, 2, 0, 0, below(4) ? -8 : frame_offset());
    if (below(8))
      emit(b, 0x7a, 2, 0, 0, (int32_t)below(3));
    emit(b, 0xbf, 3, 10, 0, 0);
    emit(b, 0x07, 3, 0, 0, -64);
    emit(b, 0xb7, 4, 0, 0, (int32_t)below(4));
  } else if (h == 6) {
    emit(b, 0xbf, 1, 10, 0, 0);
    emit(b, 0x07, 1, 0, 0, -16);
    emit(b, 0xb7, 2, 0, 0, (int32_t)below(18));
  }
  emit(b, 0x85, 0, 0, 0, h);
  if (h == 1) {
    if (below(8))
      emit(b, 0x15, 0, 0, 2, 0);
    access_memory(b, 0, (int)below(10));
  }
}

static inline void piece(struct build *b, uint32_t type, uint32_t maps) {
  switch (below(16)) {
  case 0:
  case 1:
    call(b, maps);
    break;
  case 2:
  case 3:
    jump(b);
    break;
  case 4:
    access_memory(b, 10, frame_offset());
    break;
  case 5:
    access_memory(b, 10, -(int)below(530));
    break;
  case 6: /* the packet, behind its check */
    emit(b, 0x61, 2, 6, type == 6 ? 0 : 76, 0);
    emit(b, 0x61, 3, 6, type == 6 ? 4 : 80, 0);
    emit(b, 0xbf, 4, 2, 0, 0);
    emit(b, 0x07, 4, 0, 0, (int32_t)below(40));
    emit(b, 0x2d, 4, 3, 1, 0);
    access_memory(b, 2, (int)below(40));
    break;
  case 7:
    access_memory(b, 6, (int)(below(2) ? 4 * below(6) : below(200)));
    break;
  case 8:
    emit(b, 0x18, 5, 2, 0, (int32_t)below(maps + 1));
    emit(b, 0, 0, 0, 0, (int32_t)below(20));
    access_memory(b, 5, (int)below(20) - 4);
    break;
  case 9:
    access_memory(b, reg(), number());
    break;
  default:
    arithmetic(b);
    break;
  }
}

static inline void generate(struct build *b, uint32_t type, uint32_t maps) {
  b->count = 0;
  emit(b, 0xbf, 6, 1, 0, 0);
  for (unsigned r = 0; r < 6; r++)
    if (below(10))
      emit(b, 0xb7, r, 0, 0, number());
  if (below(2))
    for (int off = -8; off >= -64; off -= 8)
      emit(b, 0x7a, 10, 0, off, number());
  bool lookups = !below(4); /* nothing but calls */
  for (uint32_t goal = b->count + below(lookups ? 40 : 24); b->count < goal && b->count < MOST;)
    lookups ? call(b, maps) : piece(b, type, maps);
  if (below(20))
    emit(b, 0x95, 0, 0, 0, 0);
}

/* --- A whole program ------------------------------------------------------------------------- */

static char name0[] = "pairs", name1[] = "array", name2[] = "settings";
static uint8_t initial[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static struct warrant_map maps[] = {
    {.name = name0, .type = 1, .key_size = 4, .value_size = 12, .max_entries = 3},
    {.name = name1, .type = 2, .key_size = 4, .value_size = 16, .max_entries = 3},
    {.name = name2,
     .type = 2,
     .key_size = 4,
     .value_size = 12,
     .max_entries = 1,
     .readonly = true,
     .initial = initial},
};
static char nothing[] = "";

/* A program of `type` in `b`; it borrows everything. */
static inline struct warrant_program generate_program(struct build *b, uint32_t type) {
  struct warrant_program p = {.file = nothing, .section = nothing, .name = nothing, .type = type};
  p.ctx_size = type ? 0 : 64;
  p.map_count = type ? 3 : below(4);
  p.maps = maps;
  p.profile = below(2) ? WARRANT_ROOT : WARRANT_STRICT;
  generate(b, type, p.map_count);
  p.insns = b->insns;
  p.insn_count = b->count;
  return p;
}

#endif
