/* An object in this host's kernel as its loader would put it there: libbpf opens it, makes its
 * maps, types and relocations, and loads one of its programs. Nothing is attached. */
#include "kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isa/error.h"

enum { SAID = 256, MAP_ARENA = 33 };

/* libbpf says why through a callback without an argument: the last thing said in this thread. */
static _Thread_local char said[SAID];
static int listen(enum libbpf_print_level level, const char *format, va_list values) {
  char line[SAID];
  if (level != LIBBPF_WARN)
    return 0;
  vsnprintf(line, sizeof line, format, values);
  const char *text = strncmp(line, "libbpf: ", 8) ? line : line + 8;
  /* the verifier's log comes through here as well, and what follows from a failure */
  if (strncmp(text, "failed to load object", 21) && strncmp(text, "-- ", 3))
    snprintf(said, sizeof said, "%.*s", (int)strcspn(text, "\n"), text);
  return 0;
}

/* A size for a map that the object leaves to its loader. The verdict does not depend on it. */
static uint32_t entries_for(const struct bpf_map *map) {
  switch (bpf_map__type(map)) {
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_ARRAY:
  case BPF_MAP_TYPE_PROG_ARRAY:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_PERCPU_ARRAY:
  case BPF_MAP_TYPE_STACK_TRACE:
  case BPF_MAP_TYPE_CGROUP_ARRAY:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
  case BPF_MAP_TYPE_LPM_TRIE:
  case BPF_MAP_TYPE_ARRAY_OF_MAPS:
  case BPF_MAP_TYPE_HASH_OF_MAPS:
  case BPF_MAP_TYPE_DEVMAP:
  case BPF_MAP_TYPE_DEVMAP_HASH:
  case BPF_MAP_TYPE_CPUMAP:
  case BPF_MAP_TYPE_XSKMAP:
  case BPF_MAP_TYPE_SOCKMAP:
  case BPF_MAP_TYPE_SOCKHASH:
  case BPF_MAP_TYPE_QUEUE:
  case BPF_MAP_TYPE_STACK:
    return 1;
  case BPF_MAP_TYPE_RINGBUF:
    return (uint32_t)sysconf(_SC_PAGESIZE);
  default: /* others have none, or libbpf knows how many */
    return 0;
  }
}

/* Only `wanted` is loaded. False: it is kept off the host, which `r` says. */
static bool choose(struct bpf_object *object, struct bpf_program *wanted,
                   const struct warrant_program *p, struct warrant_kernel_result *r) {
  struct bpf_program *program;
  struct bpf_map *map;
  bpf_object__for_each_program(program, object)
      bpf_program__set_autoload(program, program == wanted);
  if (bpf_program__type(wanted) == BPF_PROG_TYPE_UNSPEC) {
    bpf_program__set_type(wanted, (enum bpf_prog_type)p->type);
    bpf_program__set_expected_attach_type(wanted, (enum bpf_attach_type)p->attach_type);
  }
  if (bpf_program__insn_cnt(wanted) > WARRANT_KERNEL_INSNS_MAX)
    snprintf(r->message, sizeof r->message,
             "not loaded: %zu instructions, and more than %u are kept off this host's kernel",
             bpf_program__insn_cnt(wanted), WARRANT_KERNEL_INSNS_MAX);
  uint64_t bytes = 0;
  bpf_object__for_each_map(map, object) {
    if (!bpf_map__max_entries(map) && entries_for(map))
      bpf_map__set_max_entries(map, entries_for(map));
    uint64_t entry = (uint64_t)bpf_map__key_size(map) + bpf_map__value_size(map);
    uint32_t n = bpf_map__max_entries(map);
    bool ring = bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF;
    bytes += ring ? n : entry > WARRANT_KERNEL_MAPS_MAX ? entry : entry * n;
    if ((int)bpf_map__type(map) == MAP_ARENA || bytes > WARRANT_KERNEL_MAPS_MAX)
      snprintf(r->message, sizeof r->message,
               "not loaded: map '%.64s' is of a kind or size that is kept off this host",
               bpf_map__name(map));
    bpf_map__set_pin_path(map, NULL); /* nothing of the host is used or left behind */
  }
  if (*r->message)
    r->verdict = WARRANT_KERNEL_UNSUPPORTED;
  return !*r->message;
}

static struct bpf_program *find(struct bpf_object *object, const struct warrant_program *p) {
  struct bpf_program *program;
  bpf_object__for_each_program(program, object) {
    if (!strcmp(bpf_program__name(program), p->name) &&
        !strcmp(bpf_program__section_name(program), p->section))
      return program;
  }
  return NULL;
}

/* Constants that were set, as a skeleton's user does before loading. False: they can't be. */
static bool set_constants(struct bpf_object *object, const struct warrant_program *p,
                          struct warrant_kernel_result *r) {
  for (uint32_t i = 0; i < p->map_count; i++) {
    const struct warrant_map *m = &p->maps[i];
    struct bpf_map *map = m->rodata ? bpf_object__find_map_by_name(object, m->name) : NULL;
    if (map && m->initial && bpf_map__set_initial_value(map, m->initial, m->value_size)) {
      r->verdict = WARRANT_KERNEL_UNSUPPORTED;
      snprintf(r->message, sizeof r->message, "not loaded: libbpf does not set the constants of %s",
               m->name);
      return false;
    }
  }
  return true;
}

/* Opens and loads once. False: libbpf does not open the object, or has no such program. */
static bool load_once(const char *path, const struct warrant_program *p, uint32_t level, char *log,
                      uint32_t size, struct warrant_kernel_result *r) {
  *log = *said = '\0';
  struct bpf_object *object = bpf_object__open_file(path, NULL);
  struct bpf_program *program = object ? find(object, p) : NULL;
  if (program && choose(object, program, p, r) && set_constants(object, p, r)) {
    bpf_program__set_log_level(program, level);
    bpf_program__set_log_buf(program, log, size);
    uint64_t start = w_now_us();
    int error = bpf_object__load(object);
    r->time_us = w_now_us() - start;
    r->number = error < 0 ? -error : 0;
    r->flags = bpf_program__flags(program);
    log[size - 1] = '\0';
  }
  bpf_object__close(object);
  return program;
}

/* What the failure of a load says of the program. */
static void judge(struct warrant_kernel_result *r, const char *log) {
  /* without a word of the verifier it may have been a map, or a type that is not there */
  if (*log || strstr(said, "BPF program load failed"))
    w_kernel_refuse(r, r->number);
  else
    r->verdict = WARRANT_KERNEL_UNSUPPORTED;
  if (r->verdict == WARRANT_KERNEL_UNSUPPORTED)
    snprintf(r->message, sizeof r->message, "not loaded by libbpf: %.200s",
             *said ? said : strerror(r->number));
}

int warrant_kernel_load_object(const char *path, const struct warrant_program *p, bool *opened,
                               struct warrant_kernel_result *r, struct warrant_error *error) {
  memset(r, 0, sizeof *r);
  char *log = malloc(W_LOG_SIZE);
  if (!log)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", path);
  libbpf_print_fn_t before = libbpf_set_print(listen);
  *opened = load_once(path, p, W_LOG_FIGURES, log, W_LOG_SIZE, r);
  r->visited_known = w_number_in(log, "processed ", " insns", &r->visited);
  r->verification_known = w_number_in(log, "verification time ", " usec", &r->verification_us);
  if (r->number) { /* once more for the log of its steps, whose time should not count */
    uint64_t time = r->time_us;
    judge(r, log);
    if (r->verdict == WARRANT_KERNEL_REJECT) {
      struct warrant_kernel_result again = {0};
      load_once(path, p, W_LOG_STEPS, log, W_LOG_SIZE, &again);
    }
    r->time_us = time;
  }
  libbpf_set_print(before);
  r->log = strdup(log);
  free(log);
  return r->log ? 0 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", path);
}
