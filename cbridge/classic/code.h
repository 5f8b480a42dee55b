/* What an opcode of classic BPF means, and which loads are of metadata. */
#ifndef WARRANT_CLASSIC_CODE_H
#define WARRANT_CLASSIC_CODE_H

#include "isa/tables.h"

#define W_CLASSIC_AD 0xfffff000u /* SKF_AD_OFF: offsets from here on are numbers of metadata */

/* False when there is no such instruction. */
static inline bool w_classic_decode(uint16_t code, struct w_classic_code *o) {
  *o = w_classic_codes[code < W_CLASSIC_CODES ? code : 0];
  return code < W_CLASSIC_CODES && o->kind != W_CLASSIC_NONE;
}
static inline bool w_classic_ancillary(uint32_t k) {
  return k >= W_CLASSIC_AD && k - W_CLASSIC_AD < 64 && k % 4 == 0;
}

#endif
