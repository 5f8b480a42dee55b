/* The bytes in which a program crosses from C to the proved validator. All numbers are little
 * endian.
 *
 *   "WIMG" u8 version=1  u8 kind (0 eBPF, 1 socket filter, 2 seccomp)  u8 profile (0 root, 1
 * strict)  u8 0 u32 type  u32 ctx_size  u32 map_count each map: u32 type, key_size, value_size,
 * max_entries, flags  u8 readonly  u32 initial_len  initial bytes u32 insn_count  8 bytes an
 * instruction, as in the file */
#ifndef WARRANT_IMAGE_H
#define WARRANT_IMAGE_H

#include "warrant.h"

/* The caller frees *bytes. */
int warrant_image(const struct warrant_program *p, uint8_t **bytes, size_t *len,
                  struct warrant_error *error);

#endif
