/* Each program asks one thing of the kernel's types, and returns what it gets or reads there.
 * tests/objects_test.sh fits them to kernel_a.o and kernel_b.o. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#include "shape.h"
struct never {
  int since;
};
#pragma clang attribute pop

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, unsigned char[72]);
} bytes SEC(".maps");

/* 72 bytes that stand for a shape, of whichever kernel. */
static __always_inline struct shape *some_shape(void) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&bytes, &zero);
}
#define READS(name, expression)                                                                    \
  SEC("socket") int name(void) {                                                                   \
    struct shape *s = some_shape();                                                                \
    return s ? (int)(expression) : 0;                                                              \
  }
#define ASKS(name, expression)                                                                     \
  SEC("socket") int name(void) { return (int)(expression); }

READS(read_wide, s->wide)
READS(read_small, s->small)
READS(read_sign, s->sign)
READS(read_deep, s->first.deep)
READS(read_list, s->list[2])
READS(read_bits, BPF_CORE_READ_BITFIELD(s, high))
READS(read_pointer, s->pointer != 0)
READS(read_gone, s->gone)
READS(read_gone_if_there, bpf_core_field_exists(s->gone) ? s->gone : -1)
ASKS(offset_list, __builtin_preserve_field_info(((struct shape *)0)->list, BPF_FIELD_BYTE_OFFSET))
ASKS(size_small, bpf_core_field_size(((struct shape *)0)->small))
ASKS(sign_sign, __builtin_preserve_field_info(((struct shape *)0)->sign, BPF_FIELD_SIGNED))
ASKS(type_vanished, bpf_core_type_exists(struct vanished))
ASKS(type_arrived, bpf_core_type_exists(struct arrived___new))
ASKS(type_never, bpf_core_type_exists(struct never))
ASKS(size_shape, bpf_core_type_size(struct shape))
ASKS(size_number, bpf_core_type_size(number))
ASKS(size_never, bpf_core_type_size(struct never))
ASKS(enum_red, bpf_core_enum_value(enum colour, RED))
ASKS(enum_white, bpf_core_enum_value_exists(enum colour, WHITE))
ASKS(enum_white_used, bpf_core_enum_value(enum colour, WHITE))
ASKS(id_local, bpf_core_type_id_local(struct shape) > 0)
ASKS(id_kernel, bpf_core_type_id_kernel(struct shape) > 0)
ASKS(id_kernel_never, bpf_core_type_id_kernel(struct never))

char core_license[] SEC("license") = "GPL";
