/* How often packets had which length: maps as gobpf has them, each in a section of its own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct gobpf_map {
  __u32 type, key_size, value_size, max_entries, flags, pinning;
  char its_own[256];
};

struct gobpf_map lengths SEC("maps/lengths") = {
    .type = BPF_MAP_TYPE_HASH,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u64),
    .max_entries = 16,
};
struct gobpf_map last SEC("maps/last") = {
    .type = BPF_MAP_TYPE_ARRAY,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u32),
    .max_entries = 1,
};

SEC("socket") int seen(struct __sk_buff *skb) {
  __u32 length = skb->len, zero = 0;
  __u32 *kept = bpf_map_lookup_elem(&last, &zero);
  __u64 *often = bpf_map_lookup_elem(&lengths, &length);
  if (kept)
    *kept = length;
  return often ? *often : 0;
}

char gobpf_license[] SEC("license") = "GPL";
