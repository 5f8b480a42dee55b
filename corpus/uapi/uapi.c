/* The contexts and numbers that <linux/bpf.h> gives, for a test that compares the tables with them:
 * they are read from this object's type information. */
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>

struct xdp_md xdp;
struct __sk_buff skb;
struct bpf_sock sock;
struct bpf_sock_ops sock_ops;
struct bpf_sock_addr sock_addr;
struct sk_msg_md sk_msg;
struct sk_reuseport_md sk_reuseport;
struct bpf_sysctl sysctl;
struct bpf_sockopt sockopt;
struct bpf_sk_lookup sk_lookup;
struct bpf_cgroup_dev_ctx device;
struct bpf_perf_event_data perf_event;
enum bpf_prog_type prog_type;
enum bpf_attach_type attach_type;
enum bpf_func_id helper;
