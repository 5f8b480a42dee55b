/* Kernel objects as arguments of helpers, which want them of a type. Expectations as in typed.c. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "shape.h"

typedef unsigned long long u64;

#define STORAGE(name, kind)                                                                        \
  struct {                                                                                         \
    __uint(type, BPF_MAP_TYPE_##kind##_STORAGE);                                                   \
    __uint(map_flags, BPF_F_NO_PREALLOC);                                                          \
    __type(key, int);                                                                              \
    __type(value, u64);                                                                            \
  } name SEC(".maps")
STORAGE(of_tasks, TASK);
STORAGE(of_sockets, SK);
STORAGE(of_inodes, INODE);

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(int));
  __uint(value_size, sizeof(int));
} events SEC(".maps");

volatile u64 out;
char objects_license[] SEC("license") = "GPL";

/* --- What is kept for an object ------------------------------------------------------------- */

/* expect: counts_for_a_task accept - */
SEC("fentry/probed")
int counts_for_a_task(u64 *ctx) {
  u64 *count = bpf_task_storage_get(&of_tasks, (void *)ctx[0], 0, 1);
  if (count)
    ++*count;
  return 0;
}

/* What a pointer leads to is one too, and so is the current task; the first value is given. */
/* expect: counts_for_its_leader accept - */
SEC("tp_btf/switched")
int counts_for_its_leader(u64 *ctx) {
  struct task_struct *next = (void *)ctx[2], *current = (void *)bpf_get_current_task_btf();
  u64 first = 7, *count = bpf_task_storage_get(&of_tasks, next->group_leader, &first, 1);
  if (count)
    out = *count;
  return bpf_task_storage_delete(&of_tasks, (void *)current);
}

/* A socket begins with a sock_common. */
/* expect: marks_a_socket accept - */
SEC("fentry/sent")
int marks_a_socket(u64 *ctx) {
  u64 *mark = bpf_sk_storage_get(&of_sockets, (void *)ctx[0], 0, 1);
  if (mark)
    *mark = 1;
  else
    bpf_sk_storage_delete(&of_sockets, (void *)ctx[0]);
  return 0;
}

/* expect: marks_an_inode accept - */
SEC("lsm/opened")
int marks_an_inode(u64 *ctx) {
  u64 *mark = bpf_inode_storage_get(&of_inodes, ((struct file *)ctx[0])->f_inode, 0, 1);
  return mark && *mark ? -1 : 0;
}

/* expect: untested_storage reject null-pointer */
SEC("fentry/probed")
int untested_storage(u64 *ctx) {
  u64 *count = bpf_task_storage_get(&of_tasks, (void *)ctx[0], 0, 1);
  ++*count;
  return 0;
}

/* expect: storage_of_others reject bad-helper-argument */
SEC("fentry/probed")
int storage_of_others(u64 *ctx) {
  bpf_task_storage_get(&of_sockets, (void *)ctx[0], 0, 1);
  return 0;
}

/* expect: another_object reject bad-helper-argument */
SEC("fentry/probed")
int another_object(u64 *ctx) {
  bpf_task_storage_delete(&of_tasks, (void *)((struct task_struct *)ctx[0])->mm);
  return bpf_get_current_task_btf() == 0;
}

/* expect: within_the_task reject bad-helper-argument */
SEC("fentry/probed")
int within_the_task(u64 *ctx) {
  bpf_task_storage_delete(&of_tasks, (void *)(ctx[0] + 8));
  return 0;
}

/* expect: a_number reject bad-helper-argument */
SEC("fentry/probed")
int a_number(u64 *ctx) {
  bpf_get_current_task_btf();
  bpf_task_storage_delete(&of_tasks, (void *)ctx[1]);
  return 0;
}

/* expect: first_value_past_the_stack reject bad-helper-argument */
SEC("fentry/probed")
int first_value_past_the_stack(u64 *ctx) {
  int half = 7;
  bpf_task_storage_get(&of_tasks, (void *)ctx[0], (char *)&half + 1, 1);
  return 0;
}

/* --- What is told of one ---------------------------------------------------------------------- */

/* expect: tells_the_path accept - */
SEC("fentry/sent")
int tells_the_path(u64 *ctx) {
  char name[64];
  out = bpf_d_path(&((struct file *)ctx[1])->f_path, name, sizeof name);
  return 0;
}

/* expect: path_by_the_file reject bad-helper-argument */
SEC("fentry/sent")
int path_by_the_file(u64 *ctx) {
  char name[64];
  out = bpf_d_path((void *)ctx[1], name, sizeof name);
  return 0;
}

/* expect: tells_the_stack accept - */
SEC("iter/task")
int tells_the_stack(u64 *ctx) {
  struct task_struct *task = (void *)ctx[1];
  if (!task)
    return 0;
  u64 stack[8], n = bpf_get_task_stack(task, stack, sizeof stack, 0);
  struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
  out = n == sizeof stack ? stack[7] : regs->ip;
  return 0;
}

/* expect: stack_past_the_room reject bad-helper-argument */
SEC("iter/task")
int stack_past_the_room(u64 *ctx) {
  u64 stack[8];
  if (ctx[1])
    bpf_get_task_stack((void *)ctx[1], stack, sizeof stack + 8, 0);
  return 0;
}

/* expect: prints accept - */
SEC("iter/task")
int prints(u64 *ctx) {
  struct seq_file *seq = ((struct bpf_iter_meta *)ctx[0])->seq;
  struct task_struct *task = (void *)ctx[1];
  u64 number = task ? task->pid : 0;
  static const char format[] = "%d\n";
  bpf_seq_printf(seq, format, sizeof format, &number, sizeof number);
  bpf_seq_write(seq, &number, sizeof number);
  return 0;
}

/* expect: prints_past_the_number reject bad-helper-argument */
SEC("iter/task")
int prints_past_the_number(u64 *ctx) {
  u64 number = 0;
  bpf_seq_write(((struct bpf_iter_meta *)ctx[0])->seq, &number, sizeof number + 1);
  return 0;
}

/* expect: sets_options accept - */
SEC("lsm/executed")
int sets_options(u64 *ctx) { return bpf_bprm_opts_set((void *)ctx[0], 1) ? -1 : 0; }

/* expect: puts_out_a_packet accept - */
SEC("fentry/received")
int puts_out_a_packet(u64 *ctx) {
  u64 number = ((struct sk_buff *)ctx[0])->len;
  bpf_skb_output((void *)ctx[0], &events, -1, &number, sizeof number);
  return 0;
}

/* expect: asks_for_the_cookie accept - */
SEC("fentry/sent")
int asks_for_the_cookie(u64 *ctx) {
  out = bpf_get_socket_cookie((void *)ctx[0]);
  return 0;
}

/* expect: cookie_of_the_context reject bad-helper-argument */
SEC("fentry/sent")
int cookie_of_the_context(u64 *ctx) {
  out = bpf_get_socket_cookie(ctx);
  return 0;
}

/* --- An object or null ------------------------------------------------------------------------ */

/* expect: casts_a_socket accept - */
SEC("fentry/sent")
int casts_a_socket(u64 *ctx) {
  struct tcp_sock *tcp = (void *)bpf_skc_to_tcp_sock((void *)ctx[0]);
  if (tcp)
    out = tcp->snd_cwnd;
  return 0;
}

/* expect: untested_cast reject null-pointer */
SEC("fentry/sent")
int untested_cast(u64 *ctx) {
  out = ((struct tcp_sock *)bpf_skc_to_tcp_sock((void *)ctx[0]))->snd_cwnd;
  return 0;
}

/* expect: cast_as_argument reject null-pointer */
SEC("fentry/sent")
int cast_as_argument(u64 *ctx) {
  bpf_sk_storage_delete(&of_sockets, bpf_skc_to_tcp_sock((void *)ctx[0]));
  return 0;
}

/* expect: untested_task reject null-pointer */
SEC("iter/task")
int untested_task(u64 *ctx) {
  out = ((struct task_struct *)ctx[1])->pid;
  return 0;
}

/* expect: untested_argument reject null-pointer */
SEC("fentry/perhaps_sent")
int untested_argument(u64 *ctx) {
  out = ((struct tcp_sock *)ctx[0])->snd_cwnd;
  return 0;
}

/* expect: walks_a_map accept - */
SEC("iter/bpf_map_elem")
int walks_a_map(u64 *ctx) {
  unsigned int *key = (void *)ctx[2];
  u64 *value = (void *)ctx[3];
  if (key && value)
    out += *key + value[3] + ((struct bpf_map *)ctx[1])->id;
  return 0;
}

/* expect: untested_element reject null-pointer */
SEC("iter/bpf_map_elem")
int untested_element(u64 *ctx) {
  out += *(u64 *)ctx[3];
  return 0;
}
