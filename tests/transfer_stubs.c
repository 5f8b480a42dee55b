/* The C scalar operations for transfer_test.ml: numbers choose the operation, scalars go in and out
 * as bytes. */
#include <string.h>

#define CAML_NAME_SPACE
#include <caml/mlvalues.h>

#include "scalar.h"

/* Six 64-bit numbers each, in the machine's byte order: val, mask, umin, umax, smin, smax. */
static struct w_scalar take(const unsigned char *from) {
  struct w_scalar s;
  memcpy(&s.val, from, 8), memcpy(&s.mask, from + 8, 8);
  memcpy(&s.umin, from + 16, 8), memcpy(&s.umax, from + 24, 8);
  memcpy(&s.smin, from + 32, 8), memcpy(&s.smax, from + 40, 8);
  return s;
}

static void give(unsigned char *to, struct w_scalar s) {
  memcpy(to, &s.val, 8), memcpy(to + 8, &s.mask, 8);
  memcpy(to + 16, &s.umin, 8), memcpy(to + 24, &s.umax, 8);
  memcpy(to + 32, &s.smin, 8), memcpy(to + 40, &s.smax, 8);
}

/* `which` is the operation and up to three parameters; `scalars` holds a and b and gets the
 * results. */
value transfer_call(value which, value scalars) {
  unsigned char *bytes = Bytes_val(scalars);
  struct w_scalar a = take(bytes), b = take(bytes + 48);
  long p = Long_val(Field(which, 1)), q = Long_val(Field(which, 2)), r = Long_val(Field(which, 3));
  bool result = true;
  switch (Long_val(Field(which, 0))) {
  case 0:
    a = w_sc_alu((enum w_width)p, (enum w_aluop)q, a, b);
    break;
  case 1:
    a = w_sc_neg((enum w_width)p, a);
    break;
  case 2:
    a = w_sc_sext((enum w_width)p, (enum w_size)q, a);
    break;
  case 3:
    a = w_sc_byte_order((enum w_swap)p, (enum w_size)q, a);
    break;
  case 4:
    a = w_sc_trunc((enum w_width)p, a);
    break;
  case 5:
    a = w_sc_trunc_bytes((enum w_size)p, a);
    break;
  case 6:
    result = w_sc_refine((enum w_width)p, (enum w_cmp)q, r, &a, &b);
    break;
  case 7:
    result = w_sc_le(a, b);
    break;
  case 8:
    result = w_sc_meet(a, b, &a);
    break;
  case 9:
    a = w_sc_join(a, b);
    break;
  case 10:
    a = w_sc_const(a.umin);
    break;
  case 11:
    a = w_sc_range(a.umin, a.umax);
    break;
  case 12:
    a = w_sc_srange(a.smin, a.smax);
    break;
  case 13:
    a = w_sc_of_bytes((enum w_size)p);
    break;
  case 14:
    a = w_sc_sync(a);
    break;
  case 15:
    a = w_sc_top();
    break;
  case 16:
    result = w_sc_is_const(a, &a.umin);
    break;
  default:
    result = false;
    break;
  }
  give(bytes, a);
  give(bytes + 48, b);
  return Val_bool(result);
}
