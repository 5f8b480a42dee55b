/* What libbpf lays out: functions that a program calls, and values of the kernel's configuration.
 * tests/libbpf_test.sh compares its order and offsets with ours, and gives the configuration. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#define FUNCTION static __attribute__((noinline))

/* Called in an order of which no other one is the same: behind `main` come first, second, third,
 * last. Their results are not known, so that no call is left out. */
static int step(int by) { return (int)bpf_get_prandom_u32() + by; }
FUNCTION int third(int x) { return step(x + 1); }
FUNCTION int second(int x) { return step(third(x) + 2); }
FUNCTION int first(int x) { return step(second(x) + third(x)); }
FUNCTION int last(int x) { return step(x + 4); }

SEC("xdp") int calls_in_calls(struct xdp_md *ctx) {
  int x = first((int)ctx->data_meta);
  return last(x) + third(x) > 0 ? XDP_PASS : XDP_DROP;
}

/* A function of more than one program. */
SEC("xdp") int calls_one_of_them(struct xdp_md *ctx) {
  return second((int)ctx->data_meta) > 0 ? XDP_PASS : XDP_DROP;
}

/* A function that others can be linked with lies in .text all the same. */
__attribute__((noinline)) int global_function(int x) { return step(last(x)); }
SEC("xdp") int calls_a_global_function(struct xdp_md *ctx) {
  return global_function((int)ctx->data_meta) > 0 ? XDP_PASS : XDP_DROP;
}

/* Declared in an order that is not that of their alignments, sizes and names. */
extern bool CONFIG_BPF_JIT __kconfig;
extern char CONFIG_LOCALVERSION[8] __kconfig;
extern unsigned CONFIG_HZ __kconfig;
extern unsigned long CONFIG_ABSENT __kconfig __weak;
extern enum libbpf_tristate CONFIG_IPV6 __kconfig;

SEC("socket") int configured(struct __sk_buff *skb) {
  (void)skb;
  return (CONFIG_BPF_JIT ? 1 : 0) + CONFIG_LOCALVERSION[1] + (int)CONFIG_HZ + (int)CONFIG_ABSENT +
         (CONFIG_IPV6 == TRI_MODULE ? 2 : 0);
}

int counted;
const volatile int limit = 7;
static const char names[2][4] = {"one", "two"};
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} events SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 3);
        __type(key, __u32);
        __type(value, __u64);
      });
} outer SEC(".maps");

/* Maps by their address. */
SEC("tc") int uses_maps(struct __sk_buff *skb) {
  __u32 key = 0;
  __u64 record = skb->len;
  void *inner = bpf_map_lookup_elem(&outer, &key);
  if (inner && bpf_map_lookup_elem(inner, &key))
    bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &record, sizeof record);
  return 0;
}

/* Places in global data. */
SEC("tc") int uses_data(struct __sk_buff *skb) {
  counted += names[skb->mark & 1][skb->hash & 3];
  return counted < limit;
}

/* With -DOTHER as libbpf should not have it: the program's instructions are the same, but for the
 * map that they name, a map's size and a constant. */
#ifdef OTHER
#define NAMED second_map
#define ENTRIES 5
#define CONSTANT 8
#else
#define NAMED first_map
#define ENTRIES 4
#define CONSTANT 7
#endif
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} first_map SEC(".maps"), second_map SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, ENTRIES);
  __type(key, __u32);
  __type(value, __u64);
} sized_map SEC(".maps");
const volatile int constant SEC(".rodata.constant") = CONSTANT;

SEC("xdp") int names_a_map(struct xdp_md *ctx) {
  __u32 key = ctx->rx_queue_index;
  return bpf_map_lookup_elem(&NAMED, &key) ? XDP_PASS : XDP_DROP;
}
SEC("xdp") int has_a_size(struct xdp_md *ctx) {
  __u32 key = ctx->rx_queue_index;
  return bpf_map_lookup_elem(&sized_map, &key) ? XDP_PASS : XDP_DROP;
}
SEC("xdp") int has_a_constant(struct xdp_md *ctx) {
  return (int)ctx->rx_queue_index < constant ? XDP_PASS : XDP_DROP;
}

char as_libbpf_license[] SEC("license") = "GPL";
