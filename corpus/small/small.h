/* Small programs in assembly, each with what a verifier has to say about it.
 *
 * The comment above a PROGRAM is its expectation, read by the tests:
 *   expect: accept
 *   expect: reject REASON PC            (several reasons as a|b; PC * where engines may differ)
 * and, where it is not the same, `; strict: ...` for that profile and `; kernel: ...` for Linux.
 * PC counts 8-byte slots from the program's start. */
#ifndef SMALL_H
#define SMALL_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The section, which gives the type; a file may have others. */
#ifndef SECTION
#define SECTION "xdp"
#endif
#define PROGRAM(name, code)                                                                        \
  SEC(SECTION) __attribute__((naked)) int name(void) { asm volatile(code : : : "memory"); }

/* A function that programs call. */
#define FUNCTION(name, code)                                                                       \
  static __attribute__((naked, noinline, used)) int name(void) {                                   \
    asm volatile(code : : : "memory");                                                             \
  }

struct pair {
  __u64 first, second;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct pair);
} pairs SEC(".maps");

struct words {
  __u64 word[8];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct words);
} wide SEC(".maps");

char small_license[] SEC("license") = "Dual BSD/GPL";

/* Seven slots, 0 to 6: r0 is a value of the map, or null. */
#define LOOKUP(map)                                                                                \
  "r2 = 0;"                                                                                        \
  "*(u32 *)(r10 - 4) = r2;"                                                                        \
  "r2 = r10;"                                                                                      \
  "r2 += -4;"                                                                                      \
  "r1 = " #map " ll;"                                                                              \
  "call 1;"

/* Eleven slots, 0 to 10: r7 is 64 bytes of a map, r8 and r9 any two 64-bit numbers. */
#define UNKNOWNS                                                                                   \
  LOOKUP(wide)                                                                                     \
  "if r0 == 0 goto .Lout%=;"                                                                       \
  "r7 = r0;"                                                                                       \
  "r8 = *(u64 *)(r7 + 0);"                                                                         \
  "r9 = *(u64 *)(r7 + 8);"

/* Two slots, 0 and 1: r2 is the packet, r3 its end. */
#define PACKET                                                                                     \
  "r2 = *(u32 *)(r1 + 0);"                                                                         \
  "r3 = *(u32 *)(r1 + 4);"

#define OUT                                                                                        \
  ".Lout%=:"                                                                                       \
  "r0 = 2;"                                                                                        \
  "exit;"

#endif
