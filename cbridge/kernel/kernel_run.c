/* One run of a loaded program in the kernel, on a packet and context that are handed over. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "kernel/kernel.h"
#include "isa/tables.h"

enum {
  OUT_MAX = 1 << 16,
  LOOPBACK = 1 /* the interface that the kernel takes when none is named */
};

/* How the kernel's test run gives a program of some type its input. */
enum shape {
  NO_TEST_RUN,
  XDP,
  FRAME,   /* __sk_buff; the packet begins with its Ethernet header */
  PAYLOAD, /* __sk_buff; the packet begins after it, and the kernel wants one all the same */
  ARGUMENTS,
  CALLER, /* any bytes that the caller of a program for system calls hands over */
};

static enum shape shape_of(uint32_t type) {
  switch (type) {
  case BPF_PROG_TYPE_XDP:
    return XDP;
  case BPF_PROG_TYPE_SCHED_CLS:
  case BPF_PROG_TYPE_SCHED_ACT:
    return FRAME;
  case BPF_PROG_TYPE_SOCKET_FILTER:
  case BPF_PROG_TYPE_CGROUP_SKB:
  case BPF_PROG_TYPE_LWT_IN:
  case BPF_PROG_TYPE_LWT_OUT:
  case BPF_PROG_TYPE_LWT_XMIT:
    return PAYLOAD;
  case BPF_PROG_TYPE_RAW_TRACEPOINT:
    return ARGUMENTS;
  case BPF_PROG_TYPE_SYSCALL:
    return CALLER;
  default:
    return NO_TEST_RUN;
  }
}

/* --- What may run ---------------------------------------------------------------------------- */

/* Helpers that read the host or act on the run's own packet, context and maps. All others may send
 * a packet, a signal or a line to the host's trace, so a program that calls one is not run. */
static const int32_t harmless[] = {
    BPF_FUNC_map_lookup_elem,
    BPF_FUNC_map_update_elem,
    BPF_FUNC_map_delete_elem,
    BPF_FUNC_ktime_get_ns,
    BPF_FUNC_get_prandom_u32,
    BPF_FUNC_get_smp_processor_id,
    BPF_FUNC_skb_store_bytes,
    BPF_FUNC_l3_csum_replace,
    BPF_FUNC_l4_csum_replace,
    BPF_FUNC_tail_call,
    BPF_FUNC_get_current_pid_tgid,
    BPF_FUNC_get_current_uid_gid,
    BPF_FUNC_get_current_comm,
    BPF_FUNC_get_cgroup_classid,
    BPF_FUNC_skb_get_tunnel_key,
    BPF_FUNC_perf_event_read,
    BPF_FUNC_redirect,
    BPF_FUNC_get_route_realm,
    BPF_FUNC_perf_event_output,
    BPF_FUNC_skb_load_bytes,
    BPF_FUNC_csum_diff,
    BPF_FUNC_skb_get_tunnel_opt,
    BPF_FUNC_skb_set_tunnel_opt,
    BPF_FUNC_skb_change_type,
    BPF_FUNC_skb_under_cgroup,
    BPF_FUNC_get_hash_recalc,
    BPF_FUNC_get_current_task,
    BPF_FUNC_current_task_under_cgroup,
    BPF_FUNC_skb_change_tail,
    BPF_FUNC_skb_pull_data,
    BPF_FUNC_csum_update,
    BPF_FUNC_set_hash_invalid,
    BPF_FUNC_get_numa_node_id,
    BPF_FUNC_skb_change_head,
    BPF_FUNC_xdp_adjust_head,
    BPF_FUNC_get_socket_cookie,
    BPF_FUNC_get_socket_uid,
    BPF_FUNC_set_hash,
    BPF_FUNC_redirect_map,
    BPF_FUNC_xdp_adjust_meta,
    BPF_FUNC_perf_event_read_value,
    BPF_FUNC_xdp_adjust_tail,
    BPF_FUNC_skb_get_xfrm_state,
    BPF_FUNC_skb_load_bytes_relative,
    BPF_FUNC_skb_cgroup_id,
    BPF_FUNC_get_current_cgroup_id,
    BPF_FUNC_skb_ancestor_cgroup_id,
    BPF_FUNC_map_push_elem,
    BPF_FUNC_map_pop_elem,
    BPF_FUNC_map_peek_elem,
    BPF_FUNC_strtol,
    BPF_FUNC_strtoul,
    BPF_FUNC_jiffies64,
    BPF_FUNC_get_ns_current_pid_tgid,
    BPF_FUNC_get_netns_cookie,
    BPF_FUNC_get_current_ancestor_cgroup_id,
    BPF_FUNC_ktime_get_boot_ns,
    BPF_FUNC_ringbuf_output,
    BPF_FUNC_ringbuf_reserve,
    BPF_FUNC_ringbuf_submit,
    BPF_FUNC_ringbuf_discard,
    BPF_FUNC_ringbuf_query,
    BPF_FUNC_csum_level,
    BPF_FUNC_skb_cgroup_classid,
    BPF_FUNC_redirect_neigh,
    BPF_FUNC_redirect_peer,
    BPF_FUNC_ktime_get_coarse_ns,
    BPF_FUNC_get_attach_cookie,
    BPF_FUNC_xdp_get_buff_len,
    BPF_FUNC_xdp_load_bytes,
    BPF_FUNC_xdp_store_bytes,
    BPF_FUNC_skb_set_tstamp,
    BPF_FUNC_map_lookup_percpu_elem,
    BPF_FUNC_ktime_get_tai_ns,
};

bool warrant_kernel_runs(int32_t helper) {
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
    if (harmless[i] == helper)
      return true;
  return false;
}

static const char *helper_name(int32_t id) {
  for (uint32_t i = 0; i < w_helper_count; i++)
    if (w_helpers[i].id == id)
      return w_helpers[i].name;
  return "";
}

int warrant_kernel_may_run(const struct warrant_program *p, struct warrant_error *error) {
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct warrant_insn *i = &p->insns[pc];
    if (i->op == 0x8d)
      return warrant_fail(error, WARRANT_UNSUPPORTED,
                          "not run in the kernel: instruction %u calls through a register", pc);
    if (i->op == 0x85 && i->src == 2)
      return warrant_fail(error, WARRANT_UNSUPPORTED,
                          "not run in the kernel: instruction %u calls a function of the kernel",
                          pc);
    if (i->op == 0x85 && i->src == 0 && !warrant_kernel_runs(i->imm))
      return warrant_fail(
          error, WARRANT_UNSUPPORTED,
          "not run in the kernel: helper %d (%s) may reach outside the run, or is kept off", i->imm,
          helper_name(i->imm));
    pc += i->op == 0x18;
  }
  return 0;
}

/* --- Packet and context ---------------------------------------------------------------------- */

#define FIELD(type, name) offsetof(struct type, name), sizeof((struct type *)0)->name

static uint32_t get(const uint8_t *ctx, size_t off) {
  uint32_t v;
  memcpy(&v, ctx + off, sizeof v);
  return v;
}

static void put(uint8_t *ctx, size_t off, uint32_t v) { memcpy(ctx + off, &v, sizeof v); }

/* The Ethernet header's last two bytes, for a packet that begins after it: the context's protocol,
 * else what the packet looks like. */
static uint16_t protocol_for(const uint8_t *ctx, const uint8_t *packet, uint32_t size) {
  uint16_t given = (uint16_t)get(ctx, offsetof(struct __sk_buff, protocol));
  if (given)
    return given;
  return htons(size && packet[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
}

/* What the kernel makes of the two bytes: small ones are a length. */
static uint16_t protocol_of(uint16_t type, const uint8_t *payload, uint32_t size) {
  if (ntohs(type) >= ETH_P_802_3_MIN)
    return type;
  return htons(size >= 2 && payload[0] == 0xff && payload[1] == 0xff ? ETH_P_802_3 : ETH_P_802_2);
}

/* The test run's socket has the addresses of the packet. */
static void put_addresses(uint8_t *ctx, uint16_t protocol, const uint8_t *payload, uint32_t size) {
  if (protocol == htons(ETH_P_IP)) {
    put(ctx, offsetof(struct __sk_buff, family), 2);
    if (size < sizeof(struct iphdr))
      return;
    memcpy(ctx + offsetof(struct __sk_buff, local_ip4), payload + offsetof(struct iphdr, saddr), 4);
    memcpy(ctx + offsetof(struct __sk_buff, remote_ip4), payload + offsetof(struct iphdr, daddr),
           4);
  } else if (protocol == htons(ETH_P_IPV6)) {
    put(ctx, offsetof(struct __sk_buff, family), 10);
    if (size < sizeof(struct ipv6hdr))
      return;
    memcpy(ctx + offsetof(struct __sk_buff, local_ip6), payload + offsetof(struct ipv6hdr, saddr),
           16);
    memcpy(ctx + offsetof(struct __sk_buff, remote_ip6), payload + offsetof(struct ipv6hdr, daddr),
           16);
  }
}

/* To the interface whose address is all zeros: this host, several, or another one. */
static uint32_t packet_type(const uint8_t *to) {
  static const uint8_t own[ETH_ALEN];
  return !memcmp(to, own, ETH_ALEN) ? 0 : to[0] & 1 ? 2 : 3;
}

/* From env's context to what an __sk_buff then says. */
static void fill_sk_buff(uint8_t *ctx, enum shape shape, const struct warrant_env *env) {
  const uint8_t *payload = env->packet_bytes;
  uint32_t size = env->packet_size;
  uint16_t type = 0;
  put(ctx, offsetof(struct __sk_buff, pkt_type), 0);
  if (shape == PAYLOAD) {
    type = protocol_for(ctx, payload, size);
  } else if (size >= ETH_HLEN) {
    memcpy(&type, payload + ETH_HLEN - 2, 2);
    put(ctx, offsetof(struct __sk_buff, pkt_type), packet_type(payload));
    payload += ETH_HLEN;
    size -= ETH_HLEN;
  }
  uint16_t protocol = protocol_of(type, payload, size);
  put(ctx, offsetof(struct __sk_buff, protocol), protocol);
  put(ctx, offsetof(struct __sk_buff, len), env->packet_size);
  if (!get(ctx, offsetof(struct __sk_buff, ifindex)))
    put(ctx, offsetof(struct __sk_buff, ifindex), LOOPBACK);
  if (!get(ctx, offsetof(struct __sk_buff, wire_len)))
    put(ctx, offsetof(struct __sk_buff, wire_len), env->packet_size);
  put_addresses(ctx, protocol, payload, size);
}

bool warrant_kernel_context(const struct warrant_program *p, const struct warrant_env *env,
                            uint8_t *ctx, uint32_t size) {
  enum shape shape = shape_of(p->type);
  if (shape == NO_TEST_RUN || size != warrant_type_ctx_size(p->type))
    return false;
  memset(ctx, 0, size);
  if (env->ctx_size)
    memcpy(ctx, env->ctx_bytes, env->ctx_size < size ? env->ctx_size : size);
  if (shape == XDP && !get(ctx, offsetof(struct xdp_md, ingress_ifindex)))
    put(ctx, offsetof(struct xdp_md, ingress_ifindex), LOOPBACK);
  if (shape == FRAME || shape == PAYLOAD)
    fill_sk_buff(ctx, shape, env);
  return true;
}

/* Copies the fields that the kernel lets a test run set, and nothing else: it refuses the rest. */
static void copy_settable(struct __sk_buff *to, const uint8_t *ctx) {
  static const struct {
    size_t off, size;
  } settable[] = {{FIELD(__sk_buff, mark)},     {FIELD(__sk_buff, priority)},
                  {FIELD(__sk_buff, ifindex)},  {FIELD(__sk_buff, ingress_ifindex)},
                  {FIELD(__sk_buff, cb)},       {FIELD(__sk_buff, tstamp)},
                  {FIELD(__sk_buff, wire_len)}, {FIELD(__sk_buff, gso_segs)},
                  {FIELD(__sk_buff, gso_size)}, {FIELD(__sk_buff, hwtstamp)}};
  for (size_t i = 0; i < sizeof settable / sizeof *settable; i++)
    memcpy((uint8_t *)to + settable[i].off, ctx + settable[i].off, settable[i].size);
}

/* --- The run --------------------------------------------------------------------------------- */

static bool is_per_cpu(uint32_t type) {
  return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* The same initial value for every processor. */
static int put_entry(int fd, const struct warrant_map *m, const uint8_t *key,
                     const uint8_t *value) {
  if (!is_per_cpu(m->type))
    return bpf_map_update_elem(fd, key, value, BPF_ANY) ? errno : 0;
  int processors = libbpf_num_possible_cpus();
  size_t each = ((size_t)m->value_size + 7) & ~(size_t)7;
  uint8_t *values = processors > 0 ? calloc((size_t)processors, each) : NULL;
  if (!values)
    return ENOMEM;
  for (int i = 0; i < processors; i++)
    memcpy(values + (size_t)i * each, value, m->value_size);
  int why = bpf_map_update_elem(fd, key, values, BPF_ANY) ? errno : 0;
  free(values);
  return why;
}

static int put_entries(const struct warrant_program *p,
                       const struct warrant_kernel_program *in_kernel,
                       const struct warrant_env *env, struct warrant_error *error) {
  for (uint32_t i = 0; env->entries && i < p->map_count; i++) {
    const struct warrant_map *m = &p->maps[i];
    const uint8_t *at = env->entries[i].bytes;
    for (uint32_t k = 0; k < env->entries[i].count; k++, at += m->key_size + m->value_size) {
      int why = put_entry(in_kernel->maps[i], m, at, at + m->key_size);
      if (why)
        return warrant_fail(error, WARRANT_UNSUPPORTED,
                            "the kernel does not take entry %u of map '%.64s': %s", k, m->name,
                            strerror(why));
    }
  }
  return 0;
}

static int fail_run(const char *file, int why, struct warrant_error *error) {
  if (why == EPERM)
    return warrant_fail(error, WARRANT_NO_ENGINE,
                        "this host's kernel cannot be asked: BPF_PROG_TEST_RUN: %s", strerror(why));
  const char *name = strerrorname_np(why);
  return warrant_fail(error, WARRANT_UNSUPPORTED,
                      "%s: the kernel runs no test with this packet and context (%s); packets have "
                      "14 bytes or more and fit in a page, and interfaces are those of the host",
                      file, name ? name : "unknown error");
}

int warrant_kernel_run(const struct warrant_program *p,
                       const struct warrant_kernel_program *in_kernel,
                       const struct warrant_env *env, struct warrant_kernel_run *run,
                       struct warrant_error *error) {
  enum shape shape = shape_of(p->type);
  uint32_t ctx_size = warrant_type_ctx_size(p->type);
  uint32_t header = shape == PAYLOAD ? ETH_HLEN : 0, size = env->packet_size + header;
  *run = (struct warrant_kernel_run){0};
  if (shape == NO_TEST_RUN) {
    const char *name = warrant_type_name(p->type);
    return warrant_fail(error, WARRANT_UNSUPPORTED, "the kernel has no test run for type %s",
                        name ? name : "unknown");
  }
  if (env->packet_size > OUT_MAX / 2)
    return fail_run(p->file, E2BIG, error);
  if (warrant_kernel_may_run(p, error) || put_entries(p, in_kernel, env, error))
    return -1;
  uint8_t *ctx = calloc(1, ctx_size), *packet = calloc(1, size + 1), *out = malloc(OUT_MAX);
  int result = -1;
  if (!ctx || !packet || !out) {
    warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
    goto done;
  }
  warrant_kernel_context(p, env, ctx, ctx_size);
  if (env->packet_size)
    memcpy(packet + header, env->packet_bytes, env->packet_size);
  if (header) {
    uint16_t protocol = (uint16_t)get(ctx, offsetof(struct __sk_buff, protocol));
    memcpy(packet + header - 2, &protocol, 2);
  }
  struct __sk_buff sk_buff = {0};
  struct xdp_md xdp_md = {.data_end = size};
  LIBBPF_OPTS(bpf_test_run_opts, options);
  if (shape == ARGUMENTS || shape == CALLER) {
    options.ctx_in = ctx;
    options.ctx_size_in = ctx_size;
  } else {
    options.data_in = packet;
    options.data_size_in = size;
    options.data_out = out;
    options.data_size_out = OUT_MAX;
    options.ctx_out = run->ctx;
    options.ctx_size_out = sizeof run->ctx;
  }
  if (shape == XDP) {
    xdp_md.ingress_ifindex = get(ctx, offsetof(struct xdp_md, ingress_ifindex));
    xdp_md.rx_queue_index = get(ctx, offsetof(struct xdp_md, rx_queue_index));
    xdp_md.egress_ifindex = get(ctx, offsetof(struct xdp_md, egress_ifindex));
    if (xdp_md.ingress_ifindex == LOOPBACK) /* its default, which it does not let one name */
      xdp_md.ingress_ifindex = 0;
    options.ctx_in = &xdp_md;
    options.ctx_size_in = sizeof xdp_md;
  } else if (shape == FRAME || shape == PAYLOAD) {
    copy_settable(&sk_buff, ctx);
    options.ctx_in = &sk_buff;
    options.ctx_size_in = sizeof sk_buff;
  }
  if (bpf_prog_test_run_opts(in_kernel->fd, &options)) {
    fail_run(p->file, errno, error);
    goto done;
  }
  run->result = options.retval;
  run->ctx_size = options.ctx_size_out;
  if (options.data_out && options.data_size_out >= header) {
    run->packet_size = options.data_size_out - header;
    memmove(out, out + header, run->packet_size);
    run->packet = out;
    out = NULL;
  }
  result = 0;
done:
  free(ctx);
  free(packet);
  free(out);
  return result;
}

void warrant_kernel_run_free(struct warrant_kernel_run *run) {
  free(run->packet);
  run->packet = NULL;
}
