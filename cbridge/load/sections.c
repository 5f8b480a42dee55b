/* Section names and program types, as libbpf names them. */
#include "load/sections.h"

#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>

#include "isa/tables.h"

/* Newer than some installed linux/bpf.h. */
#define TYPE_NETFILTER 32
#define ATTACH_KPROBE_MULTI 42
#define ATTACH_NETFILTER 45
#define ATTACH_UPROBE_MULTI 48
#define ATTACH_CGROUP_UNIX_CONNECT 49
#define ATTACH_CGROUP_UNIX_SENDMSG 50
#define ATTACH_CGROUP_UNIX_RECVMSG 51
#define ATTACH_CGROUP_UNIX_GETPEERNAME 52
#define ATTACH_CGROUP_UNIX_GETSOCKNAME 53
#define ATTACH_KPROBE_SESSION 56
#define ATTACH_UPROBE_SESSION 57
#define ATTACH_TRACE_FSESSION 58
#define FLAG_SLEEPABLE (1u << 4)
#define FLAG_XDP_FRAGS (1u << 5)

/* `name` ending in '/' is a prefix, in '+' the whole name or a prefix before '/', otherwise the
 * whole name. */
struct rule {
  const char *name;
  uint8_t type, attach, flags;
};

static const struct rule rules[] = {
    {"socket", BPF_PROG_TYPE_SOCKET_FILTER, 0, 0},
    {"sk_reuseport/migrate", BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT_OR_MIGRATE, 0},
    {"sk_reuseport", BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT, 0},
    {"kprobe+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"uprobe+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"uprobe.s+", BPF_PROG_TYPE_KPROBE, 0, FLAG_SLEEPABLE},
    {"kretprobe+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"uretprobe+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"uretprobe.s+", BPF_PROG_TYPE_KPROBE, 0, FLAG_SLEEPABLE},
    {"kprobe.multi+", BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE_MULTI, 0},
    {"kretprobe.multi+", BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE_MULTI, 0},
    {"kprobe.session+", BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE_SESSION, 0},
    {"uprobe.multi+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_MULTI, 0},
    {"uretprobe.multi+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_MULTI, 0},
    {"uprobe.session+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_SESSION, 0},
    {"uprobe.multi.s+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_MULTI, FLAG_SLEEPABLE},
    {"uretprobe.multi.s+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_MULTI, FLAG_SLEEPABLE},
    {"uprobe.session.s+", BPF_PROG_TYPE_KPROBE, ATTACH_UPROBE_SESSION, FLAG_SLEEPABLE},
    {"ksyscall+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"kretsyscall+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"usdt+", BPF_PROG_TYPE_KPROBE, 0, 0},
    {"usdt.s+", BPF_PROG_TYPE_KPROBE, 0, FLAG_SLEEPABLE},
    {"tc/ingress", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"tc/egress", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"tcx/egress", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"netkit/primary", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"netkit/peer", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"tc", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"classifier", BPF_PROG_TYPE_SCHED_CLS, 0, 0},
    {"action", BPF_PROG_TYPE_SCHED_ACT, 0, 0},
    {"tracepoint+", BPF_PROG_TYPE_TRACEPOINT, 0, 0},
    {"tp+", BPF_PROG_TYPE_TRACEPOINT, 0, 0},
    {"raw_tracepoint+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0},
    {"raw_tp+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0},
    {"raw_tracepoint.w+", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 0},
    {"raw_tp.w+", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 0},
    {"tp_btf+", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, 0},
    {"fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0},
    {"fmod_ret+", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, 0},
    {"fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, 0},
    {"fsession+", BPF_PROG_TYPE_TRACING, ATTACH_TRACE_FSESSION, 0},
    {"fentry.s+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, FLAG_SLEEPABLE},
    {"fmod_ret.s+", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, FLAG_SLEEPABLE},
    {"fexit.s+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, FLAG_SLEEPABLE},
    {"fsession.s+", BPF_PROG_TYPE_TRACING, ATTACH_TRACE_FSESSION, FLAG_SLEEPABLE},
    {"freplace+", BPF_PROG_TYPE_EXT, 0, 0},
    {"lsm+", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0},
    {"lsm.s+", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, FLAG_SLEEPABLE},
    {"lsm_cgroup+", BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, 0},
    {"iter+", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, 0},
    {"iter.s+", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, FLAG_SLEEPABLE},
    {"syscall", BPF_PROG_TYPE_SYSCALL, 0, FLAG_SLEEPABLE},
    {"xdp.frags/devmap", BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, FLAG_XDP_FRAGS},
    {"xdp/devmap", BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, 0},
    {"xdp.frags/cpumap", BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, FLAG_XDP_FRAGS},
    {"xdp/cpumap", BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, 0},
    {"xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, FLAG_XDP_FRAGS},
    {"xdp", BPF_PROG_TYPE_XDP, BPF_XDP, 0},
    {"perf_event", BPF_PROG_TYPE_PERF_EVENT, 0, 0},
    {"lwt_in", BPF_PROG_TYPE_LWT_IN, 0, 0},
    {"lwt_out", BPF_PROG_TYPE_LWT_OUT, 0, 0},
    {"lwt_xmit", BPF_PROG_TYPE_LWT_XMIT, 0, 0},
    {"lwt_seg6local", BPF_PROG_TYPE_LWT_SEG6LOCAL, 0, 0},
    {"sockops", BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS, 0},
    {"sk_skb/stream_parser", BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_PARSER, 0},
    {"sk_skb/stream_verdict", BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT, 0},
    {"sk_skb/verdict", BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, 0},
    {"sk_skb", BPF_PROG_TYPE_SK_SKB, 0, 0},
    {"sk_msg", BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, 0},
    {"lirc_mode2", BPF_PROG_TYPE_LIRC_MODE2, BPF_LIRC_MODE2, 0},
    {"flow_dissector", BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0},
    {"cgroup_skb/ingress", BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, 0},
    {"cgroup_skb/egress", BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, 0},
    {"cgroup/skb", BPF_PROG_TYPE_CGROUP_SKB, 0, 0},
    {"cgroup/sock_create", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, 0},
    {"cgroup/sock_release", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE, 0},
    {"cgroup/sock", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, 0},
    {"cgroup/post_bind4", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, 0},
    {"cgroup/post_bind6", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND, 0},
    {"cgroup/bind4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, 0},
    {"cgroup/bind6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND, 0},
    {"cgroup/connect4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 0},
    {"cgroup/connect6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT, 0},
    {"cgroup/connect_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_CONNECT, 0},
    {"cgroup/sendmsg4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, 0},
    {"cgroup/sendmsg6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG, 0},
    {"cgroup/sendmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_SENDMSG, 0},
    {"cgroup/recvmsg4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, 0},
    {"cgroup/recvmsg6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_RECVMSG, 0},
    {"cgroup/recvmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_RECVMSG, 0},
    {"cgroup/getpeername4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETPEERNAME, 0},
    {"cgroup/getpeername6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETPEERNAME, 0},
    {"cgroup/getpeername_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETPEERNAME, 0},
    {"cgroup/getsockname4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETSOCKNAME, 0},
    {"cgroup/getsockname6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETSOCKNAME, 0},
    {"cgroup/getsockname_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETSOCKNAME, 0},
    {"cgroup/sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, 0},
    {"cgroup/getsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, 0},
    {"cgroup/setsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, 0},
    {"cgroup/dev", BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, 0},
    {"struct_ops+", BPF_PROG_TYPE_STRUCT_OPS, 0, 0},
    {"struct_ops.s+", BPF_PROG_TYPE_STRUCT_OPS, 0, FLAG_SLEEPABLE},
    {"sk_lookup", BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0},
    {"netfilter", TYPE_NETFILTER, ATTACH_NETFILTER, 0},
};

static bool matches(const char *rule, const char *section) {
  size_t n = strlen(rule);
  if (rule[n - 1] == '/')
    return strncmp(section, rule, n) == 0;
  if (rule[n - 1] == '+')
    return strncmp(section, rule, n - 1) == 0 && (section[n - 1] == '\0' || section[n - 1] == '/');
  return strcmp(section, rule) == 0;
}

bool warrant_section_type(const char *section, struct warrant_section *result) {
  if (*section == '?') /* libbpf: do not load unless asked */
    section++;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (matches(rules[i].name, section)) {
      *result = (struct warrant_section){rules[i].type, rules[i].attach, rules[i].flags};
      return true;
    }
  return false;
}

/* The first name of a number is the one that is printed; the others are understood too. */
static const struct {
  const char *name;
  uint8_t type;
} types[] = {
    {"raw", 0},
    {"socket", BPF_PROG_TYPE_SOCKET_FILTER},
    {"socket_filter", BPF_PROG_TYPE_SOCKET_FILTER},
    {"kprobe", BPF_PROG_TYPE_KPROBE},
    {"tc", BPF_PROG_TYPE_SCHED_CLS},
    {"sched_cls", BPF_PROG_TYPE_SCHED_CLS},
    {"classifier", BPF_PROG_TYPE_SCHED_CLS},
    {"sched_act", BPF_PROG_TYPE_SCHED_ACT},
    {"action", BPF_PROG_TYPE_SCHED_ACT},
    {"tracepoint", BPF_PROG_TYPE_TRACEPOINT},
    {"xdp", BPF_PROG_TYPE_XDP},
    {"perf_event", BPF_PROG_TYPE_PERF_EVENT},
    {"cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB},
    {"cgroup_sock", BPF_PROG_TYPE_CGROUP_SOCK},
    {"lwt_in", BPF_PROG_TYPE_LWT_IN},
    {"lwt_out", BPF_PROG_TYPE_LWT_OUT},
    {"lwt_xmit", BPF_PROG_TYPE_LWT_XMIT},
    {"sock_ops", BPF_PROG_TYPE_SOCK_OPS},
    {"sockops", BPF_PROG_TYPE_SOCK_OPS},
    {"sk_skb", BPF_PROG_TYPE_SK_SKB},
    {"cgroup_device", BPF_PROG_TYPE_CGROUP_DEVICE},
    {"sk_msg", BPF_PROG_TYPE_SK_MSG},
    {"raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT},
    {"cgroup_sock_addr", BPF_PROG_TYPE_CGROUP_SOCK_ADDR},
    {"lwt_seg6local", BPF_PROG_TYPE_LWT_SEG6LOCAL},
    {"lirc_mode2", BPF_PROG_TYPE_LIRC_MODE2},
    {"sk_reuseport", BPF_PROG_TYPE_SK_REUSEPORT},
    {"flow_dissector", BPF_PROG_TYPE_FLOW_DISSECTOR},
    {"cgroup_sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL},
    {"raw_tracepoint_writable", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE},
    {"cgroup_sockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT},
    {"tracing", BPF_PROG_TYPE_TRACING},
    {"struct_ops", BPF_PROG_TYPE_STRUCT_OPS},
    {"ext", BPF_PROG_TYPE_EXT},
    {"lsm", BPF_PROG_TYPE_LSM},
    {"sk_lookup", BPF_PROG_TYPE_SK_LOOKUP},
    {"syscall", BPF_PROG_TYPE_SYSCALL},
    {"netfilter", TYPE_NETFILTER},
};

bool warrant_type_of(const char *name, struct warrant_section *result) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(name, types[i].name) == 0) {
      *result = (struct warrant_section){.type = types[i].type};
      return true;
    }
  for (uint32_t i = 0; i < w_prog_type_count; i++) { /* what Linux has no such name for */
    const struct w_prog_type *t = &w_prog_types[i];
    if (strcmp(name, t->name) == 0) {
      *result =
          (struct warrant_section){.type = t->id, .attach_type = t->nattach ? t->attach[0] : 0};
      return true;
    }
  }
  return warrant_section_type(name, result);
}

bool warrant_type_number(const char *name, uint32_t *type) {
  struct warrant_section section;
  if (!warrant_type_of(name, &section))
    return false;
  *type = section.type;
  return true;
}

const char *warrant_type_name(uint32_t type) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].type == type)
      return types[i].name;
  const struct w_prog_type *known = type ? w_prog_type_of(type, 0, 0, NULL) : NULL;
  return known ? known->name : NULL;
}

uint32_t warrant_type_ctx_size(uint32_t type) {
  for (uint32_t i = 0; i < w_prog_type_count; i++)
    if (w_prog_types[i].id == type)
      return w_prog_types[i].ctx_size;
  return 0;
}
