/* Programs that are attached to functions, tracepoints, iterators and hooks of the kernel in
 * kernel.c: what they may make of its objects. The comment above each says what is expected:
 *   expect: NAME VERDICT REASON
 * which tests/typed_test.sh reads. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "shape.h"

typedef unsigned long long u64;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, u64);
  __type(value, u64);
} seen SEC(".maps");

volatile u64 out;
char typed_license[] SEC("license") = "GPL";

/* expect: walks accept - */
SEC("fentry/probed")
int walks(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  out = task->group_leader->mm->total_vm + task->pid;
  return 0;
}

/* By the address of a member, an element of an array, and a pointer that was spilled. */
/* expect: walks_by_members accept - */
SEC("fentry/probed")
int walks_by_members(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  struct list_head *tasks = &task->tasks;
  u64 key = task->children[3]->pid;
  bpf_map_delete_elem(&seen, &key);
  asm volatile("" ::: "r6", "r7", "r8", "r9", "memory");
  out = (u64)tasks->next->prev + task->pid;
  return 0;
}

static __attribute__((noinline)) struct task_struct *leader(struct task_struct *task) {
  return task->group_leader;
}
/* expect: walks_in_functions accept - */
SEC("fentry/probed")
int walks_in_functions(u64 *ctx) {
  out = leader(leader((void *)ctx[0]))->pid;
  return 0;
}

/* A test of a typed pointer tells nothing, and is not needed. */
/* expect: tests_for_null accept - */
SEC("tp_btf/switched")
int tests_for_null(u64 *ctx) {
  struct task_struct *next = (void *)ctx[2];
  out = (_Bool)ctx[0];
  if (next->mm)
    out += next->mm->total_vm;
  return 1;
}

/* Two words by value, a pointer, and the function's result. */
/* expect: has_result accept - */
SEC("fexit/found")
int has_result(u64 *ctx) {
  struct task_struct *result = (void *)ctx[3];
  out = ctx[0] + ctx[1] + result->pid;
  return 0;
}

/* expect: modifies_result accept - */
SEC("fmod_ret/probed")
int modifies_result(u64 *ctx) { return (int)ctx[5] ? -22 : 7; }

/* expect: iterates accept - */
SEC("iter/task")
int iterates(u64 *ctx) {
  struct bpf_iter_meta *meta = (void *)ctx[0];
  struct task_struct *task = (void *)ctx[1];
  if (!task)
    return 1;
  out = meta->seq_num + task->pid;
  return 0;
}

/* expect: keeps_refusals accept - */
SEC("lsm/opened")
int keeps_refusals(u64 *ctx) {
  struct file *file = (void *)ctx[0];
  int before = (int)ctx[1];
  if (before)
    return before;
  return file->f_inode->i_ino == 7 ? -13 : 0;
}

/* A hook that answers yes or no, and not with an error. */
/* expect: answers_yes accept - */
SEC("lsm/audit_rule_known")
int answers_yes(u64 *ctx) { return 1; }

/* expect: result_counts_for_nothing accept - */
SEC("lsm/freed")
int result_counts_for_nothing(u64 *ctx) { return 7; }

/* expect: filters accept - */
SEC("netfilter")
int filters(u64 *ctx) {
  struct nf_hook_state *state = (void *)ctx[0];
  struct sk_buff *packet = (void *)ctx[1];
  return packet->len > 60 && state->hook == 1;
}

/* A number of an argument that there is none of: nothing is written. tests/typed_test.sh has the
 * strict profile's verdict. */
/* expect: asks_for_an_argument accept - */
SEC("fentry/probed")
int asks_for_an_argument(u64 *ctx) {
  u64 value;
  bpf_get_func_arg(ctx, 9, &value);
  out = value;
  return 0;
}

/* Not at a function at all. */
/* expect: current_task accept - */
SEC("kprobe/any")
int current_task(void *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task_btf();
  out = task->group_leader->pid;
  return 0;
}

/* expect: past_the_object reject out-of-bounds */
SEC("fentry/probed")
int past_the_object(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  out = *(volatile u64 *)((void *)task->mm + 16);
  return 0;
}

/* expect: before_the_object reject out-of-bounds */
SEC("fentry/probed")
int before_the_object(u64 *ctx) {
  out = *(volatile u64 *)(ctx[0] - 8);
  return 0;
}

/* expect: writes_the_object reject read-only */
SEC("fentry/probed")
int writes_the_object(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  task->pid = 1;
  return 0;
}

/* expect: follows_a_number reject invalid-pointer */
SEC("fentry/probed")
int follows_a_number(u64 *ctx) {
  out = *(volatile u64 *)ctx[3];
  return 0;
}

/* expect: follows_users_memory reject invalid-pointer */
SEC("fentry/probed")
int follows_users_memory(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  out = task->elsewhere->total_vm;
  return 0;
}

/* Objects may be at 0; what a lookup gives there is no object. */
/* expect: untested_value reject null-pointer */
SEC("fentry/probed")
int untested_value(u64 *ctx) {
  u64 key = ((struct task_struct *)ctx[0])->pid;
  u64 *value = bpf_map_lookup_elem(&seen, &key);
  out = *value;
  return 0;
}

/* expect: object_as_key reject bad-helper-argument */
SEC("fentry/probed")
int object_as_key(u64 *ctx) {
  bpf_map_delete_elem(&seen, (void *)ctx[0]);
  return 0;
}

/* expect: hidden_argument reject bad-context-access */
SEC("fentry/probed")
int hidden_argument(u64 *ctx) {
  out = ctx[2];
  return 0;
}

/* expect: past_the_arguments reject bad-context-access */
SEC("fentry/probed")
int past_the_arguments(u64 *ctx) {
  out = ctx[5];
  return 0;
}

/* expect: half_a_pointer reject bad-context-access */
SEC("fentry/probed")
int half_a_pointer(unsigned int *ctx) {
  out = ctx[0];
  return 0;
}

/* expect: no_arguments reject bad-context-access */
SEC("fentry/nothing")
int no_arguments(u64 *ctx) {
  out = ctx[0];
  return 0;
}

/* expect: grants_more reject bad-return */
SEC("lsm/opened")
int grants_more(u64 *ctx) { return 1; }

/* expect: answers_an_error reject bad-return */
SEC("lsm/audit_rule_known")
int answers_an_error(u64 *ctx) { return -1; }

/* expect: refuses_entry reject bad-return */
SEC("fentry/probed")
int refuses_entry(u64 *ctx) { return 1; }

/* expect: not_there unsupported not-supported */
SEC("fentry/no_such_function")
int not_there(u64 *ctx) { return 0; }

/* expect: in_a_module unsupported not-supported */
SEC("fexit/module:function")
int in_a_module(u64 *ctx) { return 0; }

/* expect: nowhere unsupported not-supported */
SEC("fentry")
int nowhere(u64 *ctx) { return 0; }
