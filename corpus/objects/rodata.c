/* Constants that a loader may set before loading, as `const volatile` says. tests/rodata_test.sh
 * asks for which of their values the programs are safe. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

/* What it returns depends on its constants alone. */
#define FILTER(name) SEC("socket") int name(struct __sk_buff *skb __attribute__((unused)))

enum mode { OFF, SLOW, FAST };

const volatile __u32 place = 3;
const volatile __s16 step = -1;
const volatile bool wide;
const volatile char letter = 'a';
const volatile enum mode mode = SLOW;
const volatile __u64 big = 1;
static const volatile __u32 near = 1;
const volatile __u32 table[4] = {1, 2, 3, 4};
const volatile struct { __u32 a, b; } pair = {1, 2};
/* Of a section of its own. */
const volatile __u32 apart SEC(".rodata.apart") = 2;

__u8 values[8];

/* In bounds for the file's value. */
FILTER(as_it_is) { return values[place]; }

/* For every value. */
FILTER(masked) { return values[place & 7]; }

/* For every value but those that turn it on: with FAST it is out of bounds. */
FILTER(switched) { return mode == FAST ? values[place + 6] : values[0]; }

FILTER(sees) {
  return step + wide * 16 + letter + mode * 256 + (big >> 32) + near * 65536 + table[1] + pair.b;
}

FILTER(in_another) { return values[apart]; }

/* Uses none. */
FILTER(without) { return values[1]; }

char rodata_license[] SEC("license") = "GPL";
