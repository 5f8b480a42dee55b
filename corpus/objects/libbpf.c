/* Programs on which the kernel has another word where it gets an object's types and functions: they
 * are loaded through libbpf. tests/kernel_load_test.sh has the verdicts. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct counts {
  __u32 slot[32];
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct counts);
} counts SEC(".maps");

struct locked {
  struct bpf_spin_lock lock;
  __u32 word;
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, struct locked);
} locked SEC(".maps");

struct unlocked {
  __u32 lock, word;
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, struct unlocked);
} unlocked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __uint(value_size, 4);
} next SEC(".maps");

/* A global function is judged apart: what it returns is any number for its callers. */
__attribute__((noinline)) int below_32(__u64 x) { return x > 31 ? 31 : (int)x; }

SEC("xdp") int calls_a_global_function(struct xdp_md *ctx) {
  __u32 key = 0;
  struct counts *c = bpf_map_lookup_elem(&counts, &key);
  if (!c)
    return XDP_PASS;
  __u64 i = (__u64)below_32(ctx->rx_queue_index);
  asm volatile("" : "+r"(i));
  c->slot[i]++;
  return XDP_PASS;
}

/* A function of the object's own that tail calls: the kernel has to know that it is one. */
static __attribute__((noinline)) int goes_on(struct xdp_md *ctx) {
  bpf_tail_call(ctx, &next, ctx->rx_queue_index & 3);
  return 0;
}
SEC("xdp") int tail_calls_in_a_function(struct xdp_md *ctx) {
  goes_on(ctx);
  return XDP_PASS;
}

SEC("xdp") int takes_a_lock(struct xdp_md *ctx) {
  __u32 key = ctx->rx_queue_index & 3;
  struct locked *v = bpf_map_lookup_elem(&locked, &key);
  if (!v)
    return XDP_PASS;
  bpf_spin_lock(&v->lock);
  v->word++;
  bpf_spin_unlock(&v->lock);
  return XDP_PASS;
}

/* The lock is a plain number in the value's type. */
SEC("xdp") int takes_what_is_no_lock(struct xdp_md *ctx) {
  __u32 key = ctx->rx_queue_index & 3;
  struct unlocked *v = bpf_map_lookup_elem(&unlocked, &key);
  if (!v)
    return XDP_PASS;
  bpf_spin_lock((void *)&v->lock);
  v->word++;
  bpf_spin_unlock((void *)&v->lock);
  return XDP_PASS;
}

char libbpf_license[] SEC("license") = "Dual MIT/GPL";
