/* A small firewall at the driver: it finds the flow of each packet, counts it, and drops it when
 * the flow's rule says so.  Everything that is no TCP or UDP over IPv4 or IPv6 passes.
 *
 * The same source makes the faulty twins: each macro below leaves out or spoils one thing, and a
 * comment of the form "REFUSED HERE: macro" stands on the line where a verifier has to stop.
 *   NO_BOUNDS_CHECK  the IPv6 header is read without a look at data_end
 *   NO_NULL_CHECK    the rule is used without a test for null
 *   OFF_BY_ONE       one byte less than the ports take is checked
 *   PAST_VALUE       the map's values are one field shorter than what is written
 *   UNDEFINED_KEY    the key is not cleared, so its unused bytes are what the stack held */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VLAN_TAGS 2
#define FRAGMENT_MASK 0x3fff /* more fragments, and the offset */

struct vlan_tag {
  __be16 tci;
  __be16 ethertype;
};

struct ports {
  __be16 source;
  __be16 destination;
};

/* 40 bytes.  An IPv4 address is the first word of its field, and the rest of the field is zero. */
struct flow_key {
  __u32 source[4];
  __u32 destination[4];
  struct ports ports;
  __u8 protocol;
  __u8 version;
  __u16 unused;
};

struct flow_rule {
  __u64 packets;
  __u64 bytes;
  __u32 drop;
  __u32 last_length;
};

enum { COUNT_OTHER, COUNT_UNKNOWN_FLOW, COUNT_PASSED, COUNT_DROPPED, COUNTERS };

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct flow_key);
#ifdef PAST_VALUE
  __uint(value_size, sizeof(struct flow_rule) - sizeof(__u32));
#else
  __type(value, struct flow_rule);
#endif
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, COUNTERS);
  __type(key, __u32);
  __type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 which) {
  __u64 *counter = bpf_map_lookup_elem(&counters, &which);
  if (counter)
    *counter += 1;
}

SEC("xdp")
int xdp_flow(struct xdp_md *ctx) {
  void *data_end = (void *)(long)ctx->data_end;
  void *cursor = (void *)(long)ctx->data;
  struct flow_key key;
  __u16 length;

#ifndef UNDEFINED_KEY
  __builtin_memset(&key, 0, sizeof key);
#endif

  struct ethhdr *ethernet = cursor;
  cursor += sizeof *ethernet;
  if (cursor > data_end)
    goto other;
  __be16 ethertype = ethernet->h_proto;

#pragma unroll
  for (int i = 0; i < VLAN_TAGS; i++) {
    if (ethertype != bpf_htons(ETH_P_8021Q) && ethertype != bpf_htons(ETH_P_8021AD))
      break;
    struct vlan_tag *tag = cursor;
    cursor += sizeof *tag;
    if (cursor > data_end)
      goto other;
    ethertype = tag->ethertype;
  }

  if (ethertype == bpf_htons(ETH_P_IP)) {
    struct iphdr *ip = cursor;
    if (cursor + sizeof *ip > data_end)
      goto other;
    if (ip->version != 4 || ip->ihl < 5 || (ip->frag_off & bpf_htons(FRAGMENT_MASK)))
      goto other;
    key.source[0] = ip->saddr;
    key.destination[0] = ip->daddr;
    key.protocol = ip->protocol;
    key.version = 4;
    length = bpf_ntohs(ip->tot_len);
    cursor += ip->ihl * 4;
  } else if (ethertype == bpf_htons(ETH_P_IPV6)) {
    struct ipv6hdr *ip = cursor;
    cursor += sizeof *ip;
#ifndef NO_BOUNDS_CHECK
    if (cursor > data_end)
      goto other;
#endif
    key.protocol = ip->nexthdr; /* REFUSED HERE: NO_BOUNDS_CHECK */
    __builtin_memcpy(key.source, &ip->saddr, sizeof key.source);
    __builtin_memcpy(key.destination, &ip->daddr, sizeof key.destination);
    key.version = 6;
    length = bpf_ntohs(ip->payload_len) + sizeof *ip;
  } else {
    goto other;
  }

  if (key.protocol != IPPROTO_TCP && key.protocol != IPPROTO_UDP)
    goto other;
  struct ports *ports = cursor;
#ifdef OFF_BY_ONE
  if (cursor + sizeof *ports - 1 > data_end)
    goto other;
#else
  if (cursor + sizeof *ports > data_end)
    goto other;
#endif
  key.ports.source = ports->source;
  key.ports.destination = ports->destination; /* REFUSED HERE: OFF_BY_ONE */

  struct flow_rule *rule = bpf_map_lookup_elem(&flows, &key); /* REFUSED HERE: UNDEFINED_KEY */
#ifndef NO_NULL_CHECK
  if (!rule) {
    count(COUNT_UNKNOWN_FLOW);
    return XDP_PASS;
  }
#endif
  if (rule->drop) { /* REFUSED HERE: NO_NULL_CHECK */
    count(COUNT_DROPPED);
    return XDP_DROP;
  }
  rule->packets += 1;
  rule->bytes += length;
  rule->last_length = length; /* REFUSED HERE: PAST_VALUE */
  count(COUNT_PASSED);
  return XDP_PASS;

other:
  count(COUNT_OTHER);
  return XDP_PASS;
}

char xdp_flow_license[] SEC("license") = "Dual BSD/GPL";
