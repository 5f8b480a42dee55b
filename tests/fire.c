#include "fire.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 128, WAIT_MS = 50 };

/* --- Test runs -------------------------------------------------------------------------------- */

bool fire_tests(uint32_t type) {
  switch (type) {
  case BPF_PROG_TYPE_XDP:
  case BPF_PROG_TYPE_SCHED_CLS:
  case BPF_PROG_TYPE_SCHED_ACT:
  case BPF_PROG_TYPE_SOCKET_FILTER:
  case BPF_PROG_TYPE_CGROUP_SKB:
  case BPF_PROG_TYPE_LWT_IN:
  case BPF_PROG_TYPE_LWT_OUT:
  case BPF_PROG_TYPE_LWT_XMIT:
  case BPF_PROG_TYPE_LWT_SEG6LOCAL:
  case BPF_PROG_TYPE_FLOW_DISSECTOR:
  case BPF_PROG_TYPE_RAW_TRACEPOINT:
  case BPF_PROG_TYPE_SK_LOOKUP:
  case BPF_PROG_TYPE_SYSCALL:
    return true;
  default:
    return false;
  }
}

/* Ethernet, then IPv4 or IPv6, then TCP from port 9 to the one that listens. */
static void fill_frame(uint8_t frame[FRAME], bool ipv6) {
  uint16_t type = htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
  memset(frame, 0, FRAME);
  memcpy(frame + 12, &type, 2);
  uint8_t *ip = frame + ETH_HLEN, *tcp = ip + (ipv6 ? 40 : 20);
  if (ipv6) {
    struct ipv6hdr h = {.version = 6,
                        .payload_len = htons(FRAME - ETH_HLEN - 40),
                        .nexthdr = IPPROTO_TCP,
                        .hop_limit = 64};
    h.saddr.s6_addr[15] = h.daddr.s6_addr[15] = 1;
    memcpy(ip, &h, sizeof h);
  } else {
    struct iphdr h = {.version = 4,
                      .ihl = 5,
                      .tos = 2, /* ECN-capable */
                      .tot_len = htons(FRAME - ETH_HLEN),
                      .ttl = 64,
                      .protocol = IPPROTO_TCP,
                      .saddr = htonl(0x7f000001),
                      .daddr = htonl(0x7f000001)};
    memcpy(ip, &h, sizeof h);
  }
  struct tcphdr t = {.source = htons(9), .dest = htons(fire_port()), .doff = 5, .syn = 1};
  memcpy(tcp, &t, sizeof t);
}

int fire_test_run(uint32_t type, int program, bool ipv6) {
  uint8_t frame[FRAME], out[4096];
  uint8_t arguments[96] = {0};
  struct bpf_sk_lookup lookup = {.family = AF_INET, .protocol = IPPROTO_TCP};
  LIBBPF_OPTS(bpf_test_run_opts, options);
  fill_frame(frame, ipv6);
  if (type == BPF_PROG_TYPE_SK_LOOKUP) {
    lookup.remote_ip4 = lookup.local_ip4 = htonl(0x7f000001);
    lookup.remote_port = htons(9);
    lookup.local_port = fire_port();
    options.ctx_in = &lookup;
    options.ctx_size_in = sizeof lookup;
  } else if (type == BPF_PROG_TYPE_RAW_TRACEPOINT || type == BPF_PROG_TYPE_SYSCALL) {
    options.ctx_in = arguments;
    options.ctx_size_in = sizeof arguments;
  } else {
    options.data_in = frame;
    options.data_size_in = sizeof frame;
    options.data_out = out;
    options.data_size_out = sizeof out;
  }
  return bpf_prog_test_run_opts(program, &options) ? errno : 0;
}

/* --- What listens, and what is in maps -------------------------------------------------------- */

uint16_t fire_port(void) {
  static uint16_t port;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
  socklen_t size = sizeof a;
  if (port)
    return port;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) || listen(fd, 8) ||
      getsockname(fd, (struct sockaddr *)&a, &size))
    return 9;
  return port = ntohs(a.sin_port); /* the socket stays open */
}

void fire_loopback(bool up) {
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = up ? IFF_UP | IFF_RUNNING : 0};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ioctl(fd, SIOCSIFFLAGS, &lo);
  close(fd);
}

/* A connection over the loopback interface: both ends; -1 for what there is not. */
static void connected(int ends[2]) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
  socklen_t size = sizeof a;
  struct timeval wait = {.tv_usec = 1000 * WAIT_MS};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[1] = -1;
  setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  if (!bind(listener, (struct sockaddr *)&a, size) && !listen(listener, 4) &&
      !getsockname(listener, (struct sockaddr *)&a, &size) &&
      !connect(ends[0], (struct sockaddr *)&a, size))
    ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  close(listener);
}
static void talk(int from, int to) {
  char text[64] = "words between two sockets";
  struct pollfd ready = {.fd = to, .events = POLLIN};
  if (send(from, text, sizeof text, MSG_DONTWAIT | MSG_NOSIGNAL) > 0 && poll(&ready, 1, 10) > 0 &&
      recv(to, text, sizeof text, MSG_DONTWAIT) < 0)
    return;
}
static void shut(const int ends[2]) {
  for (int i = 0; i < 2; i++)
    if (ends[i] >= 0)
      close(ends[i]);
}

static int open_event(uint32_t type, uint64_t config, uint64_t period) {
  struct perf_event_attr attr = {.type = type,
                                 .config = config,
                                 .size = sizeof attr,
                                 .sample_period = period,
                                 .sample_type = PERF_SAMPLE_RAW};
  return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

void fire_fill(uint32_t type, int map, bool guest) {
  uint64_t key = 0;
  uint8_t value[64] = {1}; /* devices: the loopback interface */
  int cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC), event = -1;
  if (type == BPF_MAP_TYPE_CGROUP_ARRAY && cgroup >= 0)
    bpf_map_update_elem(map, &key, &cgroup, BPF_ANY);
  else if (type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && guest) {
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                   .config = PERF_COUNT_SW_BPF_OUTPUT,
                                   .size = sizeof attr,
                                   .sample_type = PERF_SAMPLE_RAW};
    event = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
    bpf_map_update_elem(map, &key, &event, BPF_ANY);
    key = 1; /* one to be counted */
    int counted = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0);
    bpf_map_update_elem(map, &key, &counted, BPF_ANY);
    close(counted);
  } else if (type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK)
    bpf_map_update_elem(map, NULL, value, BPF_ANY);
  else if (type != BPF_MAP_TYPE_PROG_ARRAY && type != BPF_MAP_TYPE_SOCKMAP &&
           type != BPF_MAP_TYPE_SOCKHASH && type != BPF_MAP_TYPE_RINGBUF &&
           type != BPF_MAP_TYPE_BLOOM_FILTER && type != BPF_MAP_TYPE_PERCPU_HASH &&
           type != BPF_MAP_TYPE_PERCPU_ARRAY && type != BPF_MAP_TYPE_LRU_PERCPU_HASH)
    bpf_map_update_elem(map, &key, value, BPF_ANY);
  if (cgroup >= 0)
    close(cgroup);
  if (event >= 0)
    close(event);
}

/* --- Attached, in guests alone ---------------------------------------------------------------- */

static void trigger_sockets(void) {
  int ends[2], on = 1, size = 0;
  socklen_t n = sizeof size;
  connected(ends);
  if (ends[1] >= 0) {
    talk(ends[0], ends[1]);
    talk(ends[1], ends[0]);
  }
  setsockopt(ends[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  getsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, &n);
  shut(ends);
}
static void trigger_sysctl(void) {
  char text[64];
  int fd = open("/proc/sys/kernel/hostname", O_RDWR | O_CLOEXEC);
  ssize_t n = read(fd, text, sizeof text);
  if (n > 0 && pwrite(fd, text, (size_t)n, 0) < 0)
    errno = 0; /* the program may refuse it */
  close(fd);
}
static int in_cgroup(int program, enum bpf_attach_type where) {
  int cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int why = bpf_prog_attach(program, cgroup, where, 0) ? errno : 0;
  if (!why) {
    if (where == BPF_CGROUP_SYSCTL)
      trigger_sysctl();
    else if (where == BPF_CGROUP_DEVICE)
      close(open("/dev/null", O_RDONLY | O_CLOEXEC));
    else
      trigger_sockets();
    bpf_prog_detach2(program, cgroup, where);
  }
  close(cgroup);
  return why;
}
static int at_function(int program) {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  int link = bpf_raw_tracepoint_open(NULL, program);
  int why = link < 0 ? errno : 0;
  if (!why && bpf_prog_test_run_opts(program, &options))
    why = errno;
  if (link >= 0)
    close(link);
  return why;
}
static int at_event(int program) {
  int fd = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 100000);
  int why =
      fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)
          ? errno
          : 0;
  struct timespec now, start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do
    clock_gettime(CLOCK_MONOTONIC, &now);
  while (!why && (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 5);
  if (fd >= 0)
    close(fd);
  return why;
}
/* The program decides on what goes between two sockets in a map: the helper's own, or another. */
static int on_messages(int program, int map, enum bpf_attach_type where) {
  int ends[2], own = -1, why = 0;
  struct bpf_map_info info = {0};
  uint32_t size = sizeof info, key = 0;
  if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &size) ||
      (info.type != BPF_MAP_TYPE_SOCKMAP && info.type != BPF_MAP_TYPE_SOCKHASH))
    map = own = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "sockets", 4, 4, 4, NULL);
  connected(ends);
  if (bpf_prog_attach(program, map, where, 0) || bpf_map_update_elem(map, &key, &ends[0], BPF_ANY))
    why = errno;
  key = 1;
  if (!why && where != BPF_SK_MSG_VERDICT && bpf_map_update_elem(map, &key, &ends[1], BPF_ANY))
    why = errno;
  if (!why)
    talk(ends[0], ends[1]);
  bpf_prog_detach2(program, map, where);
  shut(ends);
  if (own >= 0)
    close(own);
  return why;
}
static int on_reuseport(int program, int map) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
  socklen_t size = sizeof a;
  uint64_t key = 0, entry;
  int on = 1, fds[2] = {socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
                        socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  setsockopt(fds[0], SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  int why =
      bind(fds[0], (struct sockaddr *)&a, size) ||
              getsockname(fds[0], (struct sockaddr *)&a, &size) ||
              setsockopt(fds[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program, sizeof program) ||
              sendto(fds[1], "word", 4, MSG_DONTWAIT, (struct sockaddr *)&a, size) < 0
          ? errno
          : 0;
  entry = (uint64_t)fds[0]; /* from the second packet on, one to be chosen */
  if (!why && map >= 0 && !bpf_map_update_elem(map, &key, &entry, BPF_ANY) &&
      sendto(fds[1], "word", 4, MSG_DONTWAIT, (struct sockaddr *)&a, size) < 0)
    why = errno;
  shut(fds);
  return why;
}

bool fire_attaches(const struct warrant_program *p) {
  switch (p->type) {
  case BPF_PROG_TYPE_SOCK_OPS:
  case BPF_PROG_TYPE_CGROUP_DEVICE:
  case BPF_PROG_TYPE_CGROUP_SYSCTL:
  case BPF_PROG_TYPE_CGROUP_SOCKOPT:
  case BPF_PROG_TYPE_PERF_EVENT:
  case BPF_PROG_TYPE_SK_MSG:
  case BPF_PROG_TYPE_SK_SKB:
  case BPF_PROG_TYPE_SK_REUSEPORT:
    return true;
  case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
    return p->attach_type == BPF_CGROUP_INET4_CONNECT;
  case BPF_PROG_TYPE_CGROUP_SOCK:
    return p->attach_type == BPF_CGROUP_INET_SOCK_CREATE;
  case BPF_PROG_TYPE_TRACING:
    return p->attach_type == BPF_TRACE_FENTRY || p->attach_type == BPF_TRACE_FEXIT ||
           p->attach_type == BPF_MODIFY_RETURN;
  default:
    return false;
  }
}

int fire_attached(const struct warrant_program *p, int program, int map) {
  switch (p->type) {
  case BPF_PROG_TYPE_TRACING:
    return at_function(program);
  case BPF_PROG_TYPE_PERF_EVENT:
    return at_event(program);
  case BPF_PROG_TYPE_SK_MSG:
    return on_messages(program, map, BPF_SK_MSG_VERDICT);
  case BPF_PROG_TYPE_SK_SKB:
    return on_messages(program, map, BPF_SK_SKB_STREAM_VERDICT);
  case BPF_PROG_TYPE_SK_REUSEPORT:
    return on_reuseport(program, map);
  default:
    return in_cgroup(program, (enum bpf_attach_type)p->attach_type);
  }
}
