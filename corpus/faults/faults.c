/* The ten faults that people have most trouble with, and one that Linux lets root make, each in a
 * program of ordinary size. tests/explain_test.sh holds what is said about each against the
 * kernel's log. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow {
  __u32 source, target;
  __u16 ports[2];
  __u8 protocol; /* three bytes follow that nobody names */
};
struct counters {
  __u64 packets, bytes;
  __u32 by_length[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, struct flow);
  __type(value, struct counters);
} flows SEC(".maps");

/* The headers of a UDP packet over IPv4; NULL: it is none. */
static __always_inline struct udphdr *parse(struct xdp_md *ctx, struct flow *flow, int careless) {
  void *end = (void *)(long)ctx->data_end, *at = (void *)(long)ctx->data;
  struct ethhdr *ethernet = at;
  struct iphdr *ip = at + sizeof *ethernet;
  if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP))
    return NULL;
  if (ip->protocol != IPPROTO_UDP || ip->ihl < 5)
    return NULL;
  flow->source = ip->saddr;
  flow->target = ip->daddr;
  flow->protocol = ip->protocol;
  struct udphdr *udp = (void *)ip + ip->ihl * 4;
  if (!careless && (void *)(udp + 1) > end)
    return NULL;
  flow->ports[0] = udp->source;
  flow->ports[1] = udp->dest;
  return udp;
}

SEC("xdp") int no_bounds_check(struct xdp_md *ctx) {
  struct flow flow = {0};
  return parse(ctx, &flow, 1) && flow.ports[1] == bpf_htons(53) ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int no_null_check(struct xdp_md *ctx) {
  struct flow flow = {0};
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  struct counters *c = bpf_map_lookup_elem(&flows, &flow);
  c->packets++;
  return XDP_PASS;
}

SEC("xdp") int unbounded_index(struct xdp_md *ctx) {
  struct flow flow = {0};
  struct udphdr *udp = parse(ctx, &flow, 0);
  struct counters *c = udp ? bpf_map_lookup_elem(&flows, &flow) : NULL;
  if (!c)
    return XDP_PASS;
  c->by_length[bpf_ntohs(udp->len) / 64]++;
  return XDP_PASS;
}

SEC("xdp") int undefined_stack(struct xdp_md *ctx) {
  struct flow flow; /* strict: its last bytes are what the stack held */
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  struct counters *c = bpf_map_lookup_elem(&flows, &flow);
  return c && c->packets > 1000 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int stale_pointer(struct xdp_md *ctx) {
  struct flow flow = {0};
  struct udphdr *udp = parse(ctx, &flow, 0);
  if (!udp || bpf_xdp_adjust_head(ctx, -14))
    return XDP_DROP;
  return udp->len == 0 ? XDP_DROP : XDP_TX;
}

SEC("xdp") int unbounded_size(struct xdp_md *ctx) {
  struct flow flow = {0};
  __u8 payload[64] = {0};
  struct udphdr *udp = parse(ctx, &flow, 0);
  if (!udp)
    return XDP_PASS;
  bpf_xdp_load_bytes(ctx, 42, payload, bpf_ntohs(udp->len));
  return payload[0] == 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int endless_loop(struct xdp_md *ctx) {
  struct flow flow = {0};
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  __u32 tries = 0;
  while (tries != flow.target)
    tries += bpf_get_smp_processor_id() & 2;
  return XDP_DROP;
}

SEC("xdp") int other_types_helper(struct xdp_md *ctx) {
  struct flow flow = {0};
  __u8 byte = 0;
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  bpf_skb_load_bytes(ctx, 42, &byte, 1);
  return byte ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int number_as_pointer(struct xdp_md *ctx) {
  struct flow flow = {0};
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  __u32 *list = (void *)(long)flow.source;
  return *list == flow.target ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int no_such_field(struct xdp_md *ctx) {
  struct flow flow = {0};
  if (!parse(ctx, &flow, 0))
    return XDP_PASS;
  __u32 after = *(volatile __u32 *)(ctx + 1);
  return after == flow.target ? XDP_DROP : XDP_PASS;
}

SEC("cgroup_skb/egress") int bad_return(struct __sk_buff *skb) {
  struct flow flow = {0};
  if (bpf_skb_load_bytes(skb, 12, &flow.source, 8))
    return 1;
  flow.protocol = skb->protocol;
  struct counters *c = bpf_map_lookup_elem(&flows, &flow);
  return c ? (int)c->packets : 1;
}

char faults_license[] SEC("license") = "GPL";
