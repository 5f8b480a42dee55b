/* Little-endian numbers and instruction slots in bytes. */
#ifndef WARRANT_BYTES_H
#define WARRANT_BYTES_H

#include "warrant.h"

static inline uint16_t w_le16(const uint8_t *b) { return (uint16_t)(b[0] | b[1] << 8); }
static inline uint32_t w_le32(const uint8_t *b) {
  return w_le16(b) | (uint32_t)w_le16(b + 2) << 16;
}
static inline uint64_t w_le64(const uint8_t *b) {
  return w_le32(b) | (uint64_t)w_le32(b + 4) << 32;
}

/* Numbers of n bytes, 8 at most. */
static inline uint64_t w_load_le(const uint8_t *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++)
    v |= (uint64_t)p[i] << (8 * i);
  return v;
}
static inline void w_store_le(uint8_t *p, unsigned n, uint64_t v) {
  for (unsigned i = 0; i < n; i++)
    p[i] = (uint8_t)(v >> (8 * i));
}

static inline struct warrant_insn w_insn_at(const uint8_t *b) {
  return (struct warrant_insn){.op = b[0],
                               .dst = b[1] & 15,
                               .src = b[1] >> 4,
                               .off = (int16_t)w_le16(b + 2),
                               .imm = (int32_t)w_le32(b + 4)};
}

/* Writes a slot, of eight bytes. */
static inline void w_put_insn(uint8_t *b, const struct warrant_insn *i) {
  b[0] = i->op;
  b[1] = (uint8_t)(i->src << 4 | i->dst);
  w_store_le(b + 2, 2, (uint16_t)i->off);
  w_store_le(b + 4, 4, (uint32_t)i->imm);
}
static inline void w_put_cinsn(uint8_t *b, const struct warrant_cinsn *i) {
  w_store_le(b, 2, i->code);
  b[2] = i->jt;
  b[3] = i->jf;
  w_store_le(b + 4, 4, i->k);
}

#endif
