/* A few of a kernel's types, as programs write them down and, where LAID_OUT, as the kernel has
 * them: elsewhere, and more. Names are Linux's where Linux decides by them. */
#ifndef SHAPE_H
#define SHAPE_H

#ifdef LAID_OUT
#define ONLY_THERE(member) member;
#else
#define ONLY_THERE(member)
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct mm_struct {
  ONLY_THERE(long lock)
  unsigned long total_vm;
};

typedef struct mm_struct mm;

struct list_head {
  struct list_head *next, *prev;
};

struct task_struct {
  ONLY_THERE(long state[3])
  int pid;
  struct task_struct *group_leader;
  ONLY_THERE(void *stack)
  struct mm_struct *mm;
  struct list_head tasks;
  struct task_struct *children[4];
  mm __attribute__((btf_type_tag("user"))) * elsewhere;
};

struct inode {
  unsigned long i_ino;
};

struct path {
  void *mnt, *dentry;
};

struct file {
  ONLY_THERE(int mode)
  struct inode *f_inode;
  ONLY_THERE(long flags)
  struct path f_path;
};

struct seq_file {
  unsigned long count;
};

struct bpf_iter_meta {
  struct seq_file *seq;
  unsigned long session_id, seq_num;
};

struct bpf_map {
  int id;
};

struct pt_regs {
  ONLY_THERE(long saved[16])
  unsigned long ip;
};

struct cgroup {
  int level;
};

struct linux_binprm {
  int argc;
};

struct sock_common {
  short skc_family;
};
struct sock {
  struct sock_common __sk_common;
  int sk_mark;
};
/* A socket in a socket, as most are. */
struct tcp_sock {
  struct sock sk;
  unsigned int snd_cwnd;
};

struct nf_hook_state {
  unsigned char hook, pf;
};

struct sk_buff {
  ONLY_THERE(void *head)
  unsigned int len;
};

#pragma clang attribute pop

#endif
