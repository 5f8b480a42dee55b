/* A packet counter as loaders before libbpf's took it: its map is a plain struct in a section
 * `maps`. corpus/hostile/make_hostile.c writes copies of it as old and careless tools leave them.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct old_map {
  __u32 type, key_size, value_size, max_entries, flags;
  __u32 pinning, inner; /* what follows is its loader's own */
};

struct old_map counters SEC("maps") = {
    .type = BPF_MAP_TYPE_ARRAY,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u64),
    .max_entries = 2,
};
struct old_map sizes SEC("maps") = {
    .type = BPF_MAP_TYPE_HASH,
    .key_size = sizeof(__u32),
    .value_size = 2 * sizeof(__u64),
    .max_entries = 64,
};

SEC("xdp") int count(struct xdp_md *ctx) {
  __u32 key = 1, size = ctx->data_end - ctx->data;
  __u64 *counter = bpf_map_lookup_elem(&counters, &key);
  if (counter)
    ++*counter;
  __u64 *of_size = bpf_map_lookup_elem(&sizes, &size);
  if (of_size)
    ++of_size[1];
  return XDP_PASS;
}

SEC("socket") int keep(struct __sk_buff *skb) { return skb->len; }

char legacy_license[] SEC("license") = "GPL";
