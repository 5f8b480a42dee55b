/* Safe programs that Linux refuses, beside close ones that it accepts: what needs a licence or
 * maps. The comment above each is `linux: NAME`, and then the rule and the instruction;
 * tests/linux_test.sh reads it, and has those that are instructions alone. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char licence[] SEC("license") = "Proprietary";

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64[2]);
} pairs SEC(".maps");

__u64 word;

#define PROGRAM(name, code)                                                                        \
  SEC("xdp") __attribute__((naked)) int name(void) { asm volatile(code : : : "memory"); }
#define FUNCTION(name, code)                                                                       \
  static __attribute__((naked, noinline, used)) int name(void) {                                   \
    asm volatile(code : : : "memory");                                                             \
  }
/* Eight slots: r0 is a value, or null. */
#define LOOKUP "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r1 = pairs ll; call 1;"

/* linux: prints licence 5 */
PROGRAM(prints,
        "r1 = 37; *(u64 *)(r10 - 8) = r1; r1 = r10; r1 += -8; r2 = 2; call 6; r0 = 0; exit;")
/* linux: tells_the_time */
PROGRAM(tells_the_time, "call 5; exit;")

/* Never made, but it is there. */
FUNCTION(tail_call, "r0 = 0; if r0 == 0 goto .Lend%=; call 12; .Lend%=: exit;")
/* linux: tail_call_below_256 tail-call-depth 2 */
PROGRAM(tail_call_below_256, "r1 = 0; *(u64 *)(r10 - 256) = r1; call tail_call; exit;")
/* linux: tail_call_below_240 tail-call-depth 2 before 6.12 */
PROGRAM(tail_call_below_240, "r1 = 0; *(u64 *)(r10 - 240) = r1; call tail_call; exit;")
/* linux: tail_call_below_224 */
PROGRAM(tail_call_below_224, "r1 = 0; *(u64 *)(r10 - 224) = r1; call tail_call; exit;")

/* linux: moved_before_the_test pointer-arithmetic 7 */
PROGRAM(moved_before_the_test, LOOKUP "r0 += 8; r0 = 0; exit;")
/* linux: moved_after_the_test */
PROGRAM(moved_after_the_test,
        LOOKUP "if r0 == 0 goto .Lend%=; r0 += 8; r0 = *(u64 *)(r0 + 0); .Lend%=: exit;")
/* linux: moves_the_map pointer-arithmetic 2 */
PROGRAM(moves_the_map, "r1 = pairs ll; r1 += 8; r0 = 0; exit;")
/* linux: moves_the_map_by_nothing */
PROGRAM(moves_the_map_by_nothing, "r1 = pairs ll; r1 += 0; r0 = 0; exit;")

/* linux: behind_the_data map-value 0 */
PROGRAM(behind_the_data, "r1 = word + 8 ll; r0 = 0; exit;")
/* linux: last_of_the_data */
PROGRAM(last_of_the_data, "r1 = word + 7 ll; r0 = *(u8 *)(r1 + 0); exit;")
