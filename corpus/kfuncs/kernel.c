/* A small kernel: its types and functions are what corpus/kfuncs/kfuncs.c is fitted to. What they
 * do counts for nothing. */
#include <linux/bpf.h>

struct cache {
  unsigned first;
};
struct kmem_cache {
  unsigned flags, size;
  struct cache *cache;
};
struct flow_offload_tuple_rhash {
  unsigned long node;
};
struct task_struct {
  int pid;
};
struct cgroup {
  int level;
};
struct cpumask {
  unsigned long bits[4];
};
struct bpf_cpumask {
  struct cpumask mask;
  int usage;
};
struct tunnel_ends {
  __u16 from, to;
};
struct bpf_map {
  int id;
};
struct error {
  int error;
};

#define FUNCTION(name, ...)                                                                        \
  int name(__VA_ARGS__);                                                                           \
  int name(__VA_ARGS__) { return 0; }
#define OBJECT(type, name, ...)                                                                    \
  struct type *name(__VA_ARGS__);                                                                  \
  struct type *name(__VA_ARGS__) {                                                                 \
    return 0;                                                                                      \
  }

#define NOTHING(name, ...)                                                                         \
  void name(__VA_ARGS__);                                                                          \
  void name(__VA_ARGS__) {}

#pragma clang diagnostic ignored "-Wunused-parameter"
FUNCTION(bpf_strcmp, const char *s1__ign, const char *s2__ign)
FUNCTION(bpf_xdp_metadata_rx_timestamp, const struct xdp_md *ctx, __u64 *timestamp)
FUNCTION(bpf_xdp_pull_data, struct xdp_md *ctx, unsigned len)
FUNCTION(bpf_skb_get_fou_encap, struct __sk_buff *skb, struct tunnel_ends *ends)
FUNCTION(bpf_map_sum_elem_count, const struct bpf_map *map)
OBJECT(kmem_cache, bpf_get_kmem_cache, __u64 addr)
OBJECT(flow_offload_tuple_rhash, bpf_xdp_flow_lookup, struct xdp_md *ctx,
       struct bpf_fib_lookup *fib, struct error *options, unsigned options_size)
NOTHING(bpf_rcu_read_lock, void)

OBJECT(task_struct, bpf_task_from_pid, int pid)
NOTHING(bpf_task_release, struct task_struct *task)
OBJECT(cgroup, bpf_cgroup_from_id, __u64 id)
OBJECT(cgroup, bpf_cgroup_ancestor, struct cgroup *group, int level)
NOTHING(bpf_cgroup_release, struct cgroup *group)
OBJECT(bpf_cpumask, bpf_cpumask_create, void)
NOTHING(bpf_cpumask_set_cpu, unsigned cpu, struct bpf_cpumask *mask)
FUNCTION(bpf_cpumask_first, const struct cpumask *mask)
NOTHING(bpf_cpumask_release, struct bpf_cpumask *mask)

/* Not as Linux has them. */
FUNCTION(bpf_strlen, const char *s__ign, unsigned more)
FUNCTION(bpf_strspn, const char *s__ign, const char *accept)
