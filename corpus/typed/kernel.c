/* The types of a small kernel, as --btf takes them: structures, and the prototypes of what programs
 * are attached to. */
#define LAID_OUT
#include "shape.h"

struct nf_hook_state hook_state;
struct sk_buff packet;
struct task_struct task;
struct mm_struct memory;
struct list_head list;
struct inode inode;
struct file file;
struct bpf_iter_meta meta;
struct pt_regs regs;
struct bpf_map map;
struct seq_file sequence;
struct cgroup group;
struct linux_binprm binary;

typedef void (*btf_trace_switched)(void *data, _Bool preempt, struct task_struct *prev,
                                   struct task_struct *next);
btf_trace_switched *tracepoint;

struct pair {
  long first, second;
};

int probed(struct task_struct *task, short number, struct task_struct **others, void *any,
           char *text) {
  return task && number && others && any && text;
}
struct task_struct *found(struct pair by_value, struct task_struct *from) {
  return by_value.first ? from : 0;
}
void nothing(void) {}
int sent(struct tcp_sock *sk, struct file *file, struct cgroup *group) {
  return sk && file && group;
}
int received(struct sk_buff *packet) { return packet != 0; }
int bpf_iter_bpf_map_elem(struct bpf_iter_meta *meta, struct bpf_map *map, void *key, void *value) {
  return meta && map && key && value;
}
struct tcp_sock *perhaps_sent(struct tcp_sock *sk__nullable) {
  return sk__nullable;
}
int bpf_lsm_executed(struct linux_binprm *binary) { return !binary; }
int bpf_lsm_opened(struct file *file) { return !file; }
/* One of the hooks that answer yes or no. */
int bpf_lsm_audit_rule_known(struct file *file) { return !file; }
void bpf_lsm_freed(struct file *file) { (void)file; }
int bpf_iter_task(struct bpf_iter_meta *meta, struct task_struct *task) { return meta && task; }
