/* The C scalar operations for transfer_test.ml: numbers choose the operation, scalars go in and out
 * as bytes. */
#include <string.h>

#define CAML_NAME_SPACE
#include <caml/mlvalues.h>

#include "verify/domain/scalar.h"

/* In the machine's byte order: val, mask, umin, umax, smin, smax; has_low; the same six of the low
 * half. */
enum { BOUNDS = 48, SCALAR = 104 };

static struct w_scalar take(const unsigned char *from) {
  struct w_scalar s = {0};
  uint64_t has_low;
  memcpy(&s.all, from, BOUNDS), memcpy(&has_low, from + BOUNDS, 8);
  s.has_low = has_low;
  if (has_low)
    memcpy(&s.low, from + BOUNDS + 8, BOUNDS);
  return s;
}

static void give(unsigned char *to, struct w_scalar s) {
  uint64_t has_low = s.has_low;
  memcpy(to, &s.all, BOUNDS), memcpy(to + BOUNDS, &has_low, 8);
  memcpy(to + BOUNDS + 8, &s.low, BOUNDS);
}

_Static_assert(sizeof(struct w_bounds) == BOUNDS, "six numbers, and nothing between them");

/* `which` is the operation and up to three parameters; `scalars` holds a and b and gets the
 * results. */
value transfer_call(value which, value scalars) {
  unsigned char *bytes = Bytes_val(scalars);
  struct w_scalar a = take(bytes), b = take(bytes + SCALAR);
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
  case 6:
    result = w_sc_refine((enum w_width)p, (enum w_cmp)q, r, &a, &b);
    break;
  case 7:
    result = w_sc_le(&a, &b);
    break;
  case 8:
    result = w_sc_meet(a, b, &a);
    break;
  case 9:
    a = w_sc_join(a, b);
    break;
  case 10:
    a = w_sc_const(a.all.umin);
    break;
  case 11:
    a = w_sc_range(a.all.umin, a.all.umax);
    break;
  case 12:
    a = w_sc_srange(a.all.smin, a.all.smax);
    break;
  case 13:
    a = w_sc_of_bytes((enum w_size)p);
    break;
  case 15:
    a = w_sc_top();
    break;
  case 16:
    result = w_sc_is_const(&a, &a.all.umin);
    break;
  default:
    result = false;
    break;
  }
  give(bytes, a);
  give(bytes + SCALAR, b);
  return Val_bool(result);
}
