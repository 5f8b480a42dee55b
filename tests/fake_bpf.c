#include "fake_bpf.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
  struct fake_program *programs;
  struct fake_map *maps;
  uint32_t program_count, map_count;
} made;

static uint64_t file_of(int fd) {
  struct stat st;
  return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

const struct fake_program *fake_program(int fd) {
  uint64_t file = file_of(fd);
  for (uint32_t i = made.program_count; file && i-- > 0;) /* the last: numbers are used again */
    if (made.programs[i].file == file)
      return &made.programs[i];
  return NULL;
}

static struct fake_map *map_of(int fd) {
  uint64_t file = file_of(fd);
  for (uint32_t i = made.map_count; file && i-- > 0;)
    if (made.maps[i].file == file)
      return &made.maps[i];
  return NULL;
}
const struct fake_map *fake_map(int fd) { return map_of(fd); }

void fake_forget(void) {
  for (uint32_t i = 0; i < made.program_count; i++)
    free(made.programs[i].insns);
  for (uint32_t i = 0; i < made.map_count; i++)
    free(made.maps[i].first);
  free(made.programs);
  free(made.maps);
  memset(&made, 0, sizeof made);
}

/* A descriptor that can be duplicated, closed and, to `size`, mapped. */
static int descriptor(uint64_t size) {
  int fd = memfd_create("fake-bpf", MFD_CLOEXEC);
  if (fd >= 0 && ftruncate(fd, size < (uint64_t)1 << 40 ? (off_t)size : 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

static void *grown(void *list, uint32_t count, size_t each) {
  void *larger = realloc(list, (count + 1) * each);
  if (!larger)
    abort();
  return larger;
}

static int load_program(const union bpf_attr *a) {
  int fd = descriptor(0);
  struct fake_program p = {.file = file_of(fd),
                           .type = a->prog_type,
                           .attach_type = a->expected_attach_type,
                           .flags = a->prog_flags,
                           .count = a->insn_cnt};
  p.insns = calloc(p.count, sizeof *p.insns);
  if (!p.insns)
    abort();
  memcpy(p.insns, (const void *)(uintptr_t)a->insns, p.count * sizeof *p.insns);
  made.programs = grown(made.programs, made.program_count, sizeof p);
  made.programs[made.program_count++] = p;
  return fd;
}

static int create_map(const union bpf_attr *a) {
  int fd = descriptor(((uint64_t)a->value_size + 8) * a->max_entries + 8192);
  struct fake_map m = {.file = file_of(fd),
                       .type = a->map_type,
                       .key_size = a->key_size,
                       .value_size = a->value_size,
                       .max_entries = a->max_entries,
                       .flags = a->map_flags};
  made.maps = grown(made.maps, made.map_count, sizeof m);
  made.maps[made.map_count++] = m;
  return fd;
}

/* Global data are arrays of one value. */
static int set_value(const union bpf_attr *a) {
  struct fake_map *m = map_of((int)a->map_fd);
  const uint8_t *key = (const uint8_t *)(uintptr_t)a->key;
  if (!m || m->type != BPF_MAP_TYPE_ARRAY || m->max_entries != 1 || memcmp(key, "\0\0\0\0", 4))
    return 0;
  free(m->first);
  if (!(m->first = malloc(m->value_size)))
    abort();
  memcpy(m->first, (const void *)(uintptr_t)a->value, m->value_size);
  return 0;
}

static long answer(enum bpf_cmd command, const union bpf_attr *a) {
  switch (command) {
  case BPF_PROG_LOAD:
    return load_program(a);
  case BPF_MAP_CREATE:
    return create_map(a);
  case BPF_MAP_UPDATE_ELEM:
    return set_value(a);
  case BPF_BTF_LOAD:
    return descriptor(0);
  case BPF_MAP_FREEZE:
  case BPF_PROG_BIND_MAP:
    return 0;
  case BPF_BTF_GET_NEXT_ID: /* of modules: none */
    errno = ENOENT;
    return -1;
  default:
    errno = EINVAL;
    return -1;
  }
}

/* Instead of libc's, which every other call goes on to. */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  long a[6];
  va_list values;
  va_start(values, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg(values, long);
  va_end(values);
  if (number == SYS_bpf)
    return answer((enum bpf_cmd)a[0], (const union bpf_attr *)a[1]);
  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
