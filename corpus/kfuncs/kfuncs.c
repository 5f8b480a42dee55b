/* Programs that call functions of the kernel, fitted to corpus/kfuncs/kernel.c. Above each:
 *   expect: NAME VERDICT REASON         (`strict:` before a reason that the strict profile has)
 * and `; kernel: VERDICT`, where this host's kernel says another; `any`, where it may not have the
 * function, or not as it is here. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct kmem_cache {
  unsigned size;
} __attribute__((preserve_access_index));
struct flow_offload_tuple_rhash {
  unsigned long node;
};
struct task_struct {
  int pid;
} __attribute__((preserve_access_index));
struct cgroup {
  int level;
} __attribute__((preserve_access_index));
struct cpumask {
  unsigned long bits[4];
};
struct bpf_cpumask {
  struct cpumask mask;
};
struct tunnel_ends {
  __u16 from, to;
};
struct error {
  int error;
};
struct bpf_map {
  int id;
};

extern int bpf_strcmp(const char *s1, const char *s2) __ksym;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_pull_data(struct xdp_md *ctx, unsigned len) __ksym;
extern int bpf_skb_get_fou_encap(struct __sk_buff *skb, struct tunnel_ends *ends) __ksym __weak;
extern int bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;
extern struct kmem_cache *bpf_get_kmem_cache(__u64 addr) __ksym;
extern struct flow_offload_tuple_rhash *bpf_xdp_flow_lookup(struct xdp_md *ctx,
                                                            struct bpf_fib_lookup *fib,
                                                            struct error *options,
                                                            unsigned options_size) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *group, int level) __ksym;
extern void bpf_cgroup_release(struct cgroup *group) __ksym;
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_set_cpu(unsigned cpu, struct bpf_cpumask *mask) __ksym;
extern int bpf_cpumask_first(const struct cpumask *mask) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;
extern int bpf_absent(int x) __ksym __weak;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

char one[8] = "one", two[8] = "two";

/* --- Numbers, and memory that the function looks at by itself --------------------------------- */

/* expect: compares accept - */
SEC("xdp")
int compares(struct xdp_md *ctx) { return bpf_strcmp(one, two) ? XDP_DROP : XDP_PASS; }

/* expect: counts_elements accept - */
SEC("tc")
int counts_elements(struct __sk_buff *skb) {
  return bpf_map_sum_elem_count((struct bpf_map *)&counts) > 8;
}

/* expect: counts_a_ring reject bad-helper-argument; kernel: accept */
SEC("tc")
int counts_a_ring(struct __sk_buff *skb) {
  return bpf_map_sum_elem_count((struct bpf_map *)&ring) > 8;
}

/* --- Memory that it writes -------------------------------------------------------------------- */

/* The result is an int, so nothing says that all of r0 is 0.
 * expect: timestamp accept strict:undefined-stack; kernel: reject */
SEC("xdp")
int timestamp(struct xdp_md *ctx) {
  __u64 at;
  return bpf_xdp_metadata_rx_timestamp(ctx, &at) == 0 && at & 1 ? XDP_DROP : XDP_PASS;
}

/* expect: timestamp_untested accept strict:undefined-stack; kernel: reject */
SEC("xdp")
int timestamp_untested(struct xdp_md *ctx) {
  __u64 at;
  bpf_xdp_metadata_rx_timestamp(ctx, &at);
  return at & 1 ? XDP_DROP : XDP_PASS;
}

/* expect: timestamp_too_short reject bad-helper-argument */
SEC("xdp")
int timestamp_too_short(struct xdp_md *ctx) {
  __u32 at = 0;
  bpf_xdp_metadata_rx_timestamp(ctx, (__u64 *)&at);
  return at & 1 ? XDP_DROP : XDP_PASS;
}

/* expect: timestamp_of_a_frame reject unknown-helper */
SEC("tc")
int timestamp_of_a_frame(struct __sk_buff *skb) {
  __u64 at;
  return bpf_xdp_metadata_rx_timestamp((struct xdp_md *)skb, &at) == 0 && at & 1;
}

/* expect: tunnel accept strict:undefined-stack; kernel: any */
SEC("tc")
int tunnel(struct __sk_buff *skb) {
  struct tunnel_ends ends;
  return bpf_skb_get_fou_encap(skb, &ends) == 0 && ends.to == 53;
}

/* expect: tunnel_to_nowhere reject bad-helper-argument */
SEC("tc")
int tunnel_to_nowhere(struct __sk_buff *skb) { return bpf_skb_get_fou_encap(skb, 0); }

/* --- The packet ------------------------------------------------------------------------------- */

/* expect: pulled accept - */
SEC("xdp")
int pulled(struct xdp_md *ctx) {
  bpf_xdp_pull_data(ctx, 14);
  __u8 *data = (void *)(long)ctx->data;
  return data + 14 > (__u8 *)(long)ctx->data_end ? XDP_DROP : data[12] == 8 ? XDP_PASS : XDP_DROP;
}

/* expect: pulled_away reject invalid-pointer */
SEC("xdp")
int pulled_away(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data;
  if (data + 14 > (__u8 *)(long)ctx->data_end)
    return XDP_DROP;
  bpf_xdp_pull_data(ctx, 14);
  return data[12] == 8 ? XDP_PASS : XDP_DROP;
}

/* --- Kernel objects --------------------------------------------------------------------------- */

/* expect: cache accept - */
SEC("tc")
int cache(struct __sk_buff *skb) {
  struct kmem_cache *c = bpf_get_kmem_cache(skb->len);
  return c && c->size > 64;
}

/* expect: cache_written reject read-only */
SEC("tc")
int cache_written(struct __sk_buff *skb) {
  struct kmem_cache *c = bpf_get_kmem_cache(skb->len);
  if (c)
    c->size = 0;
  return 0;
}

/* expect: flow accept -; kernel: any */
SEC("xdp")
int flow(struct xdp_md *ctx) {
  struct bpf_fib_lookup fib = {.ifindex = ctx->ingress_ifindex};
  struct error options = {0};
  return bpf_xdp_flow_lookup(ctx, &fib, &options, sizeof options) ? XDP_PASS : XDP_DROP;
}

/* expect: flow_without_options reject bad-helper-argument */
SEC("xdp")
int flow_without_options(struct xdp_md *ctx) {
  struct bpf_fib_lookup fib = {.ifindex = ctx->ingress_ifindex};
  return bpf_xdp_flow_lookup(ctx, &fib, 0, 0) ? XDP_PASS : XDP_DROP;
}

/* --- Counted kernel objects ------------------------------------------------------------------- */

/* expect: task accept - */
SEC("tc")
int task(struct __sk_buff *skb) {
  struct task_struct *t = bpf_task_from_pid((int)skb->mark);
  if (!t)
    return 0;
  bpf_task_release(t);
  return 1;
}

/* expect: task_untested reject null-pointer */
SEC("tc")
int task_untested(struct __sk_buff *skb) {
  bpf_task_release(bpf_task_from_pid((int)skb->mark));
  return 1;
}

/* expect: task_leaked reject leaked-reference */
SEC("tc")
int task_leaked(struct __sk_buff *skb) { return bpf_task_from_pid((int)skb->mark) != 0; }

/* expect: task_released_twice reject bad-helper-argument */
SEC("tc")
int task_released_twice(struct __sk_buff *skb) {
  struct task_struct *t = bpf_task_from_pid((int)skb->mark);
  if (!t)
    return 0;
  bpf_task_release(t);
  bpf_task_release(t);
  return 1;
}

/* expect: task_for_a_group reject bad-helper-argument */
SEC("tc")
int task_for_a_group(struct __sk_buff *skb) {
  struct task_struct *t = bpf_task_from_pid((int)skb->mark);
  if (t)
    bpf_cgroup_release((struct cgroup *)t);
  return 1;
}

/* expect: task_read unsupported not-supported; kernel: accept */
SEC("tc")
int task_read(struct __sk_buff *skb) {
  struct task_struct *t = bpf_task_from_pid((int)skb->mark);
  if (!t)
    return 0;
  int pid = t->pid;
  bpf_task_release(t);
  return pid == 1;
}

/* expect: group accept - */
SEC("tc")
int group(struct __sk_buff *skb) {
  struct cgroup *g = bpf_cgroup_from_id(skb->mark);
  if (!g)
    return 0;
  struct cgroup *above = bpf_cgroup_ancestor(g, 1);
  bpf_cgroup_release(g);
  if (!above)
    return 0;
  bpf_cgroup_release(above);
  return 1;
}

/* expect: group_after_its_end reject bad-helper-argument */
SEC("tc")
int group_after_its_end(struct __sk_buff *skb) {
  struct cgroup *g = bpf_cgroup_from_id(skb->mark);
  if (!g)
    return 0;
  bpf_cgroup_release(g);
  struct cgroup *above = bpf_cgroup_ancestor(g, 1);
  if (above)
    bpf_cgroup_release(above);
  return 1;
}

/* expect: mask accept - */
SEC("syscall")
int mask(void *ctx) {
  struct bpf_cpumask *m = bpf_cpumask_create();
  if (!m)
    return 0;
  bpf_cpumask_set_cpu(3, m);
  int first = bpf_cpumask_first((struct cpumask *)m);
  bpf_cpumask_release(m);
  return first == 3;
}

/* expect: mask_of_a_frame reject unknown-helper */
SEC("socket")
int mask_of_a_frame(struct __sk_buff *skb) {
  struct bpf_cpumask *m = bpf_cpumask_create();
  if (m)
    bpf_cpumask_release(m);
  return 0;
}

/* --- Which function it is --------------------------------------------------------------------- */

/* expect: absent accept - */
SEC("xdp")
int absent(struct xdp_md *ctx) { return bpf_absent ? bpf_absent(1) : XDP_PASS; }

/* expect: absent_called reject unknown-helper */
SEC("xdp")
int absent_called(struct xdp_md *ctx) { return bpf_absent(1); }

/* expect: section unsupported not-supported; kernel: reject */
SEC("xdp")
int section(struct xdp_md *ctx) {
  bpf_rcu_read_lock();
  return XDP_PASS;
}

char kfuncs_license[] SEC("license") = "GPL";
