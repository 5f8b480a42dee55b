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

struct file {
  ONLY_THERE(int mode)
  struct inode *f_inode;
};

struct bpf_iter_meta {
  unsigned long session_id, seq_num;
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
