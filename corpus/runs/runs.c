/* Programs of each type that the kernel can be asked to run once, with results that follow from
 * packet, context and maps alone: the three engines have to agree on them (tests/kernel_test.c).
 * All are accepted. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char runs_license[] SEC("license") = "Dual BSD/GPL";

struct counter {
  __u64 packets, bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, struct counter);
} by_address SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, struct counter);
} by_kind SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} ports SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} stages SEC(".maps");

static __u32 seen;           /* .bss */
static __u64 weight = 3;     /* .data */
volatile const __u32 by = 5; /* .rodata */

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

static __always_inline void count(__u32 kind, __u64 bytes) {
  struct counter *c = bpf_map_lookup_elem(&by_kind, &kind);
  if (c) {
    c->packets++;
    c->bytes += bytes * weight;
  }
}

/* --- XDP ------------------------------------------------------------------------------------- */

/* A table of addresses: made, changed and forgotten. */
SEC("xdp")
int addresses(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = data + sizeof *eth;
  if ((void *)(ip + 1) > end)
    return XDP_PASS;
  if (eth->h_proto != bpf_htons(ETH_P_IP))
    return XDP_DROP;
  __u32 key = ip->saddr;
  struct counter new = {.packets = 1, .bytes = bpf_ntohs(ip->tot_len)};
  struct counter *old = bpf_map_lookup_elem(&by_address, &key);
  if (!old)
    return bpf_map_update_elem(&by_address, &key, &new, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
  if (old->packets & 1)
    return bpf_map_delete_elem(&by_address, &key) ? XDP_ABORTED : XDP_TX;
  new.packets = old->packets + 1;
  return bpf_map_update_elem(&by_address, &key, &new, BPF_EXIST) ? XDP_ABORTED : XDP_PASS;
}

/* What updates and deletions say about keys that are there and keys that are not. */
SEC("xdp")
int errors_of_maps(void) {
  struct counter value = {.packets = 7};
  __u32 key = 2, outside = 9;
  __u32 result = 0;
  result |= (bpf_map_update_elem(&by_kind, &key, &value, BPF_NOEXIST) != 0) << 0;
  result |= (bpf_map_update_elem(&by_kind, &outside, &value, BPF_ANY) != 0) << 1;
  result |= (bpf_map_delete_elem(&by_kind, &key) != 0) << 2;
  result |= (bpf_map_lookup_elem(&by_kind, &outside) != 0) << 3;
  result |= (bpf_map_update_elem(&by_address, &outside, &value, BPF_EXIST) != 0) << 4;
  result |= (bpf_map_delete_elem(&by_address, &outside) != 0) << 5;
  for (int i = 0; i < 10; i++) { /* more than it holds */
    key = 1000 + i;
    result += (bpf_map_update_elem(&by_address, &key, &value, BPF_ANY) != 0) << 8;
  }
  return result;
}

/* The same by number. */
SEC("xdp")
int numbers_of_errors(void) {
  struct counter value = {.packets = 7};
  __u32 key = 2, outside = 9;
  __s64 a = bpf_map_update_elem(&by_kind, &key, &value, BPF_NOEXIST);
  __s64 b = bpf_map_update_elem(&by_kind, &outside, &value, BPF_ANY);
  __s64 c = bpf_map_delete_elem(&by_kind, &key);
  __s64 d = bpf_map_delete_elem(&by_address, &outside);
  return -a + (-b << 8) + (-c << 16) + (-d << 24);
}

SEC("xdp")
int moves_the_head(struct xdp_md *ctx) {
  if (bpf_xdp_adjust_head(ctx, -8))
    return XDP_ABORTED;
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 16 > end)
    return XDP_DROP;
  __builtin_memcpy(data, data + 8, 8);
  return XDP_TX + (end - data);
}

SEC("xdp")
int moves_the_tail(struct xdp_md *ctx) {
  int grown = bpf_xdp_adjust_tail(ctx, 6);
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 20 <= end)
    *(__u32 *)(data + 16) = grown;
  int shrunk = bpf_xdp_adjust_tail(ctx, -10);
  data = (void *)(long)ctx->data, end = (void *)(long)ctx->data_end;
  long size = end - data;
  asm volatile("" : "+r"(size)); /* the kernel wants the difference of addresses in 64 bits */
  return (grown << 16) + (shrunk << 12) + size;
}

SEC("xdp")
int copies_bytes(struct xdp_md *ctx) {
  __u8 bytes[12];
  if (bpf_xdp_load_bytes(ctx, 0, bytes, sizeof bytes))
    return XDP_ABORTED;
  for (int i = 0; i < 6; i++) {
    __u8 b = bytes[i];
    bytes[i] = bytes[i + 6];
    bytes[i + 6] = b;
  }
  return bpf_xdp_store_bytes(ctx, 0, bytes, sizeof bytes) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp")
int to_another_port(struct xdp_md *ctx) {
  seen += ctx->ingress_ifindex + ctx->rx_queue_index;
  return bpf_redirect_map(&ports, seen & 3, XDP_PASS);
}

SEC("xdp")
int finds_no_stage(struct xdp_md *ctx) {
  bpf_tail_call(ctx, &stages, 1);
  return XDP_TX + seen++;
}

/* Arithmetic in both widths on what the packet says. */
SEC("xdp")
int arithmetic(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 16 > end)
    return XDP_DROP;
  __u64 x = *(__u64 *)data, y = *(__u64 *)(data + 8), r = 0;
  __u32 u = x, v = y;
  r += x / y + (x % y) * 3;
  r ^= u / v + (u % v) * 5;
  r += (x << (y & 63)) ^ (x >> (y & 63)) ^ ((__s64)x >> (y & 63));
  r ^= (u << (v & 31)) + (u >> (v & 31)) + ((__s32)u >> (v & 31));
  r += bpf_cpu_to_be64(x) ^ bpf_htonl(u) ^ bpf_htons(u);
  r ^= -x ^ (__u32)-v;
  if ((__s64)x < (__s64)y)
    r += 11;
  if ((__s32)u <= (__s32)v)
    r += 13;
  if (x > y)
    r ^= 17;
  if (u & v & 1)
    r ^= 19;
  return r ^ (r >> 32) ^ (r >> by);
}

SEC("xdp")
int checksum(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  __u32 sum = 0;
  for (int i = 0; i < 32 && data + 2 * i + 2 <= end; i++)
    sum += *(__u16 *)(data + 2 * i);
  sum = (sum & 0xffff) + (sum >> 16);
  count(3, sum);
  return (__u16)~sum;
}

SEC("xdp")
int atomics(void) {
  __u32 key = 1;
  struct counter *c = bpf_map_lookup_elem(&by_kind, &key);
  if (!c)
    return XDP_ABORTED;
  __u64 a = __sync_fetch_and_add(&c->packets, 5), b = __sync_fetch_and_xor(&c->bytes, a);
  a += __sync_lock_test_and_set(&c->packets, b + 1);
  a ^= __sync_val_compare_and_swap(&c->bytes, b ^ a, 99);
  __u32 *low = (__u32 *)&c->bytes;
  a += __sync_fetch_and_or(low, 0x80000000) + __sync_fetch_and_and(low, 0xff);
  return a;
}

static __attribute__((noinline)) __u32 mix(__u32 a, __u32 b, __u32 *out) {
  *out = a * 31 + b;
  return (a >> 3) ^ b;
}

SEC("xdp")
int calls(struct xdp_md *ctx) {
  __u32 length = ctx->data_end - ctx->data, a = 0, b = 0;
  __u32 r = mix(length, 7, &a);
  r += mix(a, r, &b);
  return r ^ b;
}

/* Arrays on the stack, indexed by bytes of the packet, here and in a function. */
static __attribute__((noinline)) __u32 largest(const __u32 *table, __u32 from) {
  __u32 most = 0, at = 0;
  for (__u32 i = 0; i < 8; i++) {
    __u32 k = (from + i) & 7;
    if (table[k] > most) {
      most = table[k];
      at = k;
    }
  }
  return at;
}

SEC("xdp")
int counts_on_the_stack(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  __u8 nibbles[16] = {};
  __u32 table[8] = {};
  if (data + 16 > end)
    return XDP_DROP;
  for (int i = 0; i < 16; i++) {
    __u8 b = *(__u8 *)(data + i);
    nibbles[b & 15]++;
    nibbles[15 - (b >> 4)] += 3;
    table[b & 7] += b;
  }
  __u32 at = largest(table, nibbles[*(__u8 *)data & 15]);
  return table[at] * 8 + at + (nibbles[(at + 9) & 15] << 20);
}

/* --- Packets as __sk_buff has them ----------------------------------------------------------- */

SEC("tc")
int classifies(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end)
    return TC_ACT_SHOT;
  count(skb->pkt_type & 3, skb->len);
  skb->mark = skb->mark * 3 + eth->h_proto + skb->protocol;
  skb->cb[1] = skb->cb[0] + skb->ifindex + skb->ingress_ifindex;
  skb->cb[2] = skb->vlan_present + skb->gso_segs + skb->wire_len;
  skb->priority = skb->cb[1] ^ skb->tc_index;
  return skb->hash + skb->queue_mapping + (skb->tstamp != 0);
}

SEC("tc")
int rewrites(struct __sk_buff *skb) {
  __u8 bytes[6];
  if (bpf_skb_load_bytes(skb, 6, bytes, sizeof bytes))
    return TC_ACT_SHOT;
  bytes[0] ^= 2;
  if (bpf_skb_store_bytes(skb, 0, bytes, sizeof bytes, 0))
    return TC_ACT_SHOT;
  return bpf_skb_load_bytes(skb, 60000, bytes, sizeof bytes) + bytes[0];
}

SEC("tc")
int to_another_device(struct __sk_buff *skb) { return bpf_redirect(skb->ifindex, 0); }

SEC("action")
int acts(struct __sk_buff *skb) {
  skb->mark++;
  return skb->len > 100 ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

SEC("socket")
int filters(struct __sk_buff *skb) {
  if (load_byte(skb, 0) >> 4 != 4)
    return load_half(skb, 2);
  return load_word(skb, 12) + skb->len + load_byte(skb, skb->len - 1) + skb->protocol;
}

SEC("socket")
int reads_past_the_end(struct __sk_buff *skb) { return 1 + load_word(skb, skb->len - 2); }

SEC("socket")
int looks_into_it(struct __sk_buff *skb) {
  __u8 first[4] = {};
  int failed = bpf_skb_load_bytes(skb, 8, first, sizeof first);
  seen += first[0];
  return failed + (first[1] << 8) + skb->pkt_type + skb->cb[4];
}

SEC("cgroup_skb/ingress")
int lets_in(struct __sk_buff *skb) {
  struct iphdr ip;
  if (bpf_skb_load_bytes(skb, 0, &ip, sizeof ip))
    return 1;
  count(2, skb->len + skb->family);
  return ip.ttl > 3 && skb->remote_ip4 != skb->local_ip4;
}

SEC("lwt_in")
int comes_in(struct __sk_buff *skb) {
  __u8 protocol;
  if (bpf_skb_load_bytes(skb, 9, &protocol, sizeof protocol))
    return BPF_DROP;
  return protocol == 17 ? BPF_OK : BPF_DROP;
}

SEC("lwt_out")
int goes_out(struct __sk_buff *skb) { return skb->len & 1 ? BPF_OK : BPF_DROP; }

SEC("lwt_xmit")
int is_sent(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (data + 1 > end)
    return BPF_DROP;
  *(__u8 *)data ^= 0x0f;
  return BPF_OK;
}

/* --- Arguments of a raw tracepoint ----------------------------------------------------------- */

SEC("raw_tracepoint/sched_switch")
int arguments(struct bpf_raw_tracepoint_args *ctx) {
  __u64 sum = ctx->args[0] + ctx->args[1] * 3;
  count(sum & 3, ctx->args[2]);
  return sum ^ (sum >> 32);
}

/* --- What a caller hands over ---------------------------------------------------------------- */

struct question {
  __u32 a, b;
};

SEC("syscall")
int is_asked(struct question *q) {
  q->b ^= q->a;
  count(q->a & 3, q->b);
  return q->a + 2 * q->b;
}
