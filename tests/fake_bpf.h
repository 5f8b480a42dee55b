/* A stand-in for bpf(2): what libbpf asks the kernel to make is written down, and nothing reaches
 * the kernel, so no privilege is needed. Link with fake_bpf.c, whose `syscall` libbpf then calls.
 */
#ifndef FAKE_BPF_H
#define FAKE_BPF_H

#include <linux/bpf.h>
#include <stdint.h>

struct fake_program {
  uint64_t file; /* an inode: libbpf duplicates descriptors */
  uint32_t type, attach_type, flags, count;
  struct bpf_insn *insns; /* owned here */
};

struct fake_map {
  uint64_t file;
  uint32_t type, key_size, value_size, max_entries, flags;
  uint8_t *first; /* owned here; the value at key 0, when it was set; else NULL */
};

/* By the descriptor that libbpf has; NULL: there is none. */
const struct fake_program *fake_program(int fd);
const struct fake_map *fake_map(int fd);
/* Forgets all of them; descriptors are libbpf's to close. */
void fake_forget(void);

#endif
