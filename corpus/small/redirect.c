/* Maps of devices and of AF_XDP sockets: a lookup tells which device or queue, and nobody may write
 * that, though the maps' flags do not say so. */
#include "small.h"

struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, struct bpf_devmap_val);
} devices SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} devices_by_key SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_XSKMAP);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} queues SEC(".maps");

/* expect: accept */
PROGRAM(reads_a_device,
        LOOKUP(devices) "if r0 == 0 goto .Lout%=; r0 = *(u32 *)(r0 + 4); r0 = 2;" OUT)

/* expect: accept */
PROGRAM(reads_a_device_by_key,
        LOOKUP(devices_by_key) "if r0 == 0 goto .Lout%=; r0 = *(u32 *)(r0 + 0); r0 = 2;" OUT)

/* expect: accept */
PROGRAM(reads_a_queue, LOOKUP(queues) "if r0 == 0 goto .Lout%=; r0 = *(u32 *)(r0 + 0); r0 = 2;" OUT)

/* expect: reject null-pointer 7 */
PROGRAM(reads_a_queue_unchecked, LOOKUP(queues) "r0 = *(u32 *)(r0 + 0); r0 = 2;" OUT)

/* expect: reject out-of-bounds 8 */
PROGRAM(reads_past_a_queue,
        LOOKUP(queues) "if r0 == 0 goto .Lout%=; r0 = *(u32 *)(r0 + 4); r0 = 2;" OUT)

/* expect: reject read-only 9 */
PROGRAM(writes_a_device,
        LOOKUP(devices) "if r0 == 0 goto .Lout%=; r1 = 1; *(u32 *)(r0 + 0) = r1;" OUT)

/* expect: reject read-only 9 */
PROGRAM(writes_a_device_by_key,
        LOOKUP(devices_by_key) "if r0 == 0 goto .Lout%=; r1 = 1; *(u32 *)(r0 + 0) = r1;" OUT)

/* expect: reject read-only 9 */
PROGRAM(writes_a_queue,
        LOOKUP(queues) "if r0 == 0 goto .Lout%=; r1 = 1; *(u32 *)(r0 + 0) = r1;" OUT)

/* User space alone says which devices there are. */
/* expect: reject bad-helper-argument 6 */
PROGRAM(deletes_a_device, "r2 = 0; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4;"
                          "r1 = devices ll; call 3;" OUT)
