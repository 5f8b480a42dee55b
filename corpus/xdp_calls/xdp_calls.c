/* Local functions and atomics: a function of its own fills a summary in its caller's frame, another
 * counts it. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct summary {
  __u32 length;
  __u16 protocol;
  __u16 kind;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} totals SEC(".maps");

static __attribute__((noinline)) int look(struct xdp_md *ctx, struct summary *out) {
  void *data = (void *)(long)ctx->data;
  void *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end)
    return -1;
  out->protocol = bpf_ntohs(eth->h_proto);
  out->kind = out->protocol == ETH_P_IP ? 1 : out->protocol == ETH_P_IPV6 ? 2 : 3;
  out->length = ctx->rx_queue_index;
  return 0;
}

static __attribute__((noinline)) void count(__u32 kind, __u64 amount) {
  __u64 *total = bpf_map_lookup_elem(&totals, &kind);
  if (total)
    __sync_fetch_and_add(total, amount);
}

SEC("xdp")
int xdp_calls(struct xdp_md *ctx) {
  struct summary s = {};
  if (look(ctx, &s))
    return XDP_DROP;
  count(s.kind, 1);
  count(0, s.length);
  return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
