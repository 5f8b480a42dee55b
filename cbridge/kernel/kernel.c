/* Loading into this host's kernel. */
#include "kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "isa/error.h"
#include "isa/tables.h"
#include "kernel/kernel_filter.h"

#define HASH_BYTES_MAX ((uint64_t)16 << 20)
#define FIGURES_SIZE ((uint32_t)64 << 10)
#define MAP_TYPE_ARENA 33 /* newer than some installed headers */
#define MAP_TYPE_CGRP_STORAGE 32

static int no_engine(struct warrant_error *error, const char *what, int why) {
  return warrant_fail(error, WARRANT_NO_ENGINE, "this host's kernel cannot be asked: %s: %s", what,
                      strerror(why));
}

int warrant_kernel_available(enum warrant_kind kind, struct warrant_error *error) {
  if (kind != WARRANT_EBPF)
    return 0; /* classic filters need no privilege */
  static const struct bpf_insn nothing[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K},
      {.code = BPF_JMP | BPF_EXIT},
  };
  /* A type that needs privilege: with unprivileged BPF on, a socket filter would load and the rest
   * not. */
  int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", nothing, 2, NULL);
  if (fd < 0)
    return no_engine(error, "bpf(2)", errno);
  close(fd);
  return 0;
}

/* --- Maps ------------------------------------------------------------------------------------ */

static uint32_t processors(void) {
  long n = sysconf(_SC_NPROCESSORS_CONF);
  return n > 0 ? (uint32_t)n : 1;
}

static uint64_t bytes_an_entry(const struct warrant_map *m) {
  uint64_t each = (uint64_t)m->key_size + m->value_size + 64;
  bool per_cpu = m->type == BPF_MAP_TYPE_PERCPU_HASH || m->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
                 m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  return per_cpu ? each * processors() : each;
}

static bool is_hash(uint32_t type) {
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* What is kept for sockets, inodes, tasks and control groups. */
static bool is_storage(uint32_t type) {
  return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
         type == BPF_MAP_TYPE_TASK_STORAGE || type == MAP_TYPE_CGRP_STORAGE;
}

/* What the kernel is asked for. A verdict does not depend on how much a hash table holds, so a very
 * large one is made smaller. */
static uint32_t entries_of(const struct warrant_map *m) {
  uint64_t most = HASH_BYTES_MAX / bytes_an_entry(m);
  if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && m->max_entries == 0)
    return processors(); /* as libbpf fills it in */
  if (is_hash(m->type) && m->max_entries > most)
    return most ? (uint32_t)most : 1;
  return m->max_entries;
}

static uint64_t map_bytes(const struct warrant_map *m) {
  if (m->type == BPF_MAP_TYPE_RINGBUF || m->type == BPF_MAP_TYPE_USER_RINGBUF)
    return m->max_entries; /* its bytes */
  if (m->type == BPF_MAP_TYPE_LPM_TRIE)
    return 0; /* grows with its use */
  uint64_t total = 0;
  return __builtin_mul_overflow(bytes_an_entry(m), entries_of(m), &total) ? UINT64_MAX : total;
}

/* The kernel takes letters, digits, '_' and '.' in a name, at most 15 of them. */
static void kernel_name(const char *name, char out[16]) {
  size_t n = strnlen(name, 15);
  for (size_t i = 0; i < n; i++) {
    char c = name[i];
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '.';
    out[i] = good ? c : '_';
  }
  out[n] = '\0';
}

/* The kernel makes the storage of objects only where types of keys and values are told: a number,
 * and bytes. NULL: there is no memory, or the kernel does not take them. */
static struct btf *storage_types(const struct warrant_map *m, struct bpf_map_create_opts *options) {
  struct btf *btf = btf__new_empty();
  int key = btf__add_int(btf, "key", m->key_size, 0), byte = btf__add_int(btf, "byte", 1, 0);
  int value = btf__add_array(btf, key, byte, m->value_size);
  if (!btf || key < 0 || byte < 0 || value < 0 || btf__load_into_kernel(btf)) {
    btf__free(btf);
    return NULL;
  }
  options->btf_fd = (uint32_t)btf__fd(btf);
  options->btf_key_type_id = (uint32_t)key;
  options->btf_value_type_id = (uint32_t)value;
  return btf;
}

/* `inner`: a map like those that this one holds, or -1. */
static int make_map(const struct warrant_map *m, int inner, int *fd) {
  char name[16];
  kernel_name(m->name, name);
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = m->flags);
  uint32_t key_size = m->key_size, value_size = m->value_size;
  if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) { /* as other loaders fill it in */
    key_size = key_size ? key_size : sizeof(uint32_t);
    value_size = value_size ? value_size : sizeof(uint32_t);
  }
  if (inner >= 0)
    options.inner_map_fd = (uint32_t)inner;
  struct btf *types = is_storage(m->type) ? storage_types(m, &options) : NULL;
  *fd = bpf_map_create(m->type, name, key_size, value_size, entries_of(m), &options);
  int why = errno;
  btf__free(types);
  if (*fd < 0)
    return why;
  if (m->initial) {
    uint32_t zero = 0;
    if (bpf_map_update_elem(*fd, &zero, m->initial, BPF_ANY))
      return errno;
    if (m->readonly && bpf_map_freeze(*fd))
      return errno;
  }
  return 0;
}

/* --- eBPF ------------------------------------------------------------------------------------ */

/* Says why the program is kept off the host; false: it is not. */
static bool kept_off(const struct warrant_program *p, struct warrant_kernel_result *r) {
  uint64_t bytes = 0;
  const char *type = warrant_type_name(p->type);
  if (p->insn_count > WARRANT_KERNEL_INSNS_MAX)
    snprintf(r->message, sizeof r->message,
             "not loaded: %u instructions, and more than %u are kept off this host's kernel",
             p->insn_count, WARRANT_KERNEL_INSNS_MAX);
  else if (p->kind == WARRANT_EBPF && type && (!strcmp(type, "raw") || !strcmp(type, "seccomp")))
    snprintf(r->message, sizeof r->message, "not loaded: the kernel has no program type '%s'",
             type);
  for (uint32_t i = 0; i < p->map_count && !*r->message; i++) {
    uint64_t more = map_bytes(&p->maps[i]);
    if (p->maps[i].type == MAP_TYPE_ARENA || more > WARRANT_KERNEL_MAPS_MAX ||
        (bytes += more) > WARRANT_KERNEL_MAPS_MAX)
      snprintf(r->message, sizeof r->message,
               "not loaded: map '%.64s' is of a kind or size that is kept off "
               "this host",
               p->maps[i].name);
  }
  if (*r->message)
    r->verdict = WARRANT_KERNEL_UNSUPPORTED;
  return *r->message != '\0';
}

/* False when the kernel does not make a map; `r` says which. */
static bool make_maps(const struct warrant_program *p, struct warrant_kernel_program *in_kernel,
                      struct warrant_kernel_result *r) {
  for (uint32_t i = 0; i < p->map_count; i++) {
    const struct warrant_map *shape =
        p->maps[i].inner - 1 < p->map_count ? &p->maps[p->maps[i].inner - 1] : NULL;
    int inner = -1, why = shape ? make_map(shape, -1, &inner) : 0;
    in_kernel->maps[i] = -1;
    if (!why)
      why = make_map(&p->maps[i], inner, &in_kernel->maps[i]);
    if (inner >= 0)
      close(inner);
    in_kernel->map_count += in_kernel->maps[i] >= 0;
    if (why) {
      r->verdict = WARRANT_KERNEL_ERROR;
      r->number = why;
      snprintf(r->message, sizeof r->message, "the kernel does not make the map '%.64s': %s",
               p->maps[i].name, strerror(why));
      return false;
    }
  }
  return true;
}

static struct bpf_insn as_kernel_has_it(const struct warrant_insn *w) {
  return (struct bpf_insn){
      .code = w->op, .dst_reg = w->dst & 15, .src_reg = w->src & 15, .off = w->off, .imm = w->imm};
}

/* A function by its number in this host's types; as it is, if it is not known here or there. */
static int32_t function_id(int32_t number) {
  const struct w_function *f = w_function_of(number);
  const struct w_unsupported_function *other = w_unsupported_function_of(number);
  const char *name = f ? f->call.name : other ? other->name : NULL;
  int id = name ? libbpf_find_vmlinux_btf_id(name, BPF_TRACE_FENTRY) : 0;
  return id > 0 ? id : number;
}

/* The same instructions with maps by their descriptors, and the kernel's functions by their ids;
 * the caller frees them. */
static struct bpf_insn *for_kernel(const struct warrant_program *p, const int *maps) {
  struct bpf_insn *insns = calloc(p->insn_count, sizeof *insns);
  for (uint32_t i = 0; insns && i < p->insn_count; i++) {
    const struct warrant_insn *w = &p->insns[i];
    insns[i] = as_kernel_has_it(w);
    if (w->op == (BPF_JMP | BPF_CALL) && w->src == BPF_PSEUDO_KFUNC_CALL)
      insns[i].imm = function_id(w->imm);
    if (w->op != (BPF_LD | BPF_IMM | BPF_DW))
      continue;
    if (w->src == BPF_PSEUDO_MAP_IDX || w->src == BPF_PSEUDO_MAP_IDX_VALUE)
      insns[i].src_reg =
          w->src == BPF_PSEUDO_MAP_IDX ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE & 15;
    if (insns[i].src_reg == BPF_PSEUDO_MAP_FD || insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
      insns[i].imm = (uint32_t)w->imm < p->map_count ? maps[w->imm] : -1;
    if (++i < p->insn_count) /* the second slot is no instruction */
      insns[i] = as_kernel_has_it(w + 1);
  }
  return insns;
}

/* As its section says; and programs for system calls are loaded in one way alone. */
static uint32_t flags_of(const struct warrant_program *p) {
  return p->prog_flags | (p->type == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0);
}

/* What the program is attached to, by its number in this host's types, whatever the program was
 * fitted to; 0: there is no such thing. */
static uint32_t attach_id(const struct warrant_program *p) {
  if (!p->attach_to || !*p->attach_to || p->attach_id)
    return p->attach_id;
  int id = libbpf_find_vmlinux_btf_id(p->attach_to, (enum bpf_attach_type)p->attach_type);
  return id > 0 ? (uint32_t)id : 0;
}

static int load(const struct warrant_program *p, const struct bpf_insn *insns, uint32_t log_level,
                char *log, uint32_t log_size, struct warrant_kernel_result *r) {
  char name[16];
  kernel_name(p->name, name);
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = p->attach_type,
              .prog_flags = flags_of(p), .attempts = 1, .log_level = log_level, .log_buf = log,
              .log_size = log_size);
  *log = '\0';
  options.attach_btf_id = attach_id(p);
  uint64_t start = w_now_us();
  int fd =
      bpf_prog_load(p->type, name, p->license ? p->license : "GPL", insns, p->insn_count, &options);
  r->number = fd < 0 ? errno : 0;
  r->time_us = w_now_us() - start;
  log[log_size - 1] = '\0';
  return fd;
}

/* Once more, for the log of its steps; where that does not fit, what there was stays. */
static void explain(const struct warrant_program *p, const struct bpf_insn *insns, char **log) {
  char *steps = malloc(W_LOG_SIZE);
  struct warrant_kernel_result again = {0};
  int fd = steps ? load(p, insns, W_LOG_STEPS, steps, W_LOG_SIZE, &again) : -1;
  if (fd >= 0)
    close(fd);
  if (steps && fd < 0 && again.number != ENOSPC) {
    free(*log);
    *log = steps;
  } else {
    free(steps);
  }
}

/* Twice when it is refused: a log of steps takes time that should not count, and for an accepted
 * program nobody needs it. */
static int load_ebpf(const struct warrant_program *p, struct warrant_kernel_program *in_kernel,
                     struct warrant_kernel_result *r, struct warrant_error *error) {
  struct bpf_insn *insns = for_kernel(p, in_kernel->maps);
  char *log = malloc(FIGURES_SIZE);
  int result = -1;
  if (!insns || !log) {
    warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
    goto out;
  }
  r->flags = flags_of(p);
  in_kernel->fd = load(p, insns, W_LOG_FIGURES, log, FIGURES_SIZE, r);
  r->visited_known = w_number_in(log, "processed ", " insns", &r->visited);
  r->verification_known = w_number_in(log, "verification time ", " usec", &r->verification_us);
  if (in_kernel->fd >= 0) {
    r->verdict = WARRANT_KERNEL_ACCEPT;
  } else {
    w_kernel_refuse(r, r->number);
    if (r->number == EPERM && r->visited_known) /* it did look, whatever the number says */
      r->verdict = WARRANT_KERNEL_REJECT;
    explain(p, insns, &log);
  }
  r->log = strdup(log);
  result = r->log ? 0 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
out:
  free(insns);
  free(log);
  return result;
}

int warrant_kernel_open(const struct warrant_program *p, struct warrant_kernel_program *in_kernel,
                        struct warrant_kernel_result *r, struct warrant_error *error) {
  memset(r, 0, sizeof *r);
  *in_kernel = (struct warrant_kernel_program){.fd = -1};
  int result = 0;
  if (p->kind != WARRANT_EBPF)
    return warrant_fail(error, WARRANT_UNSUPPORTED, "%s: no eBPF program", p->file);
  if (!kept_off(p, r)) {
    in_kernel->maps = malloc((p->map_count + 1) * sizeof *in_kernel->maps);
    if (!in_kernel->maps)
      result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
    else if (make_maps(p, in_kernel, r))
      result = load_ebpf(p, in_kernel, r, error);
  }
  if (result == 0 && !r->log && !(r->log = strdup("")))
    result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  if (result || in_kernel->fd < 0)
    warrant_kernel_close(in_kernel);
  if (result)
    warrant_kernel_result_free(r);
  return result;
}

void warrant_kernel_close(struct warrant_kernel_program *in_kernel) {
  if (in_kernel->fd >= 0)
    close(in_kernel->fd);
  while (in_kernel->map_count)
    close(in_kernel->maps[--in_kernel->map_count]);
  free(in_kernel->maps);
  *in_kernel = (struct warrant_kernel_program){.fd = -1};
}

/* --- Classic --------------------------------------------------------------------------------- */

static int attach_to_own_socket(const struct sock_fprog *program, struct warrant_kernel_result *r,
                                struct warrant_error *error) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
    return no_engine(error, "socketpair", errno);
  uint64_t start = w_now_us();
  int failed = setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof *program);
  int why = errno;
  r->time_us = w_now_us() - start;
  close(pair[0]);
  close(pair[1]);
  if (failed)
    w_kernel_refuse(r, why);
  return 0;
}

/* After the filter is in place the child makes no system call: it dies of an illegal instruction.
 * So an exit with a number is a refusal, with that errno, and a death by a signal an installation,
 * whatever the filter does to system calls. */
static _Noreturn void install_and_die(const struct sock_fprog *program) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGILL, SIG_DFL);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _exit(errno & 255);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program))
    _exit(errno & 255);
  __builtin_trap();
}

static int install_in_child(const struct sock_fprog *program, struct warrant_kernel_result *r,
                            struct warrant_error *error) {
  uint64_t start = w_now_us();
  pid_t child = fork();
  if (child < 0)
    return no_engine(error, "fork", errno);
  if (child == 0)
    install_and_die(program);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return no_engine(error, "waitpid", errno);
  r->time_us = w_now_us() - start;
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP))
    return 0;
  if (WIFEXITED(status) && (WEXITSTATUS(status) == ENOSYS || WEXITSTATUS(status) == EPERM))
    return no_engine(error, "seccomp(2)", WEXITSTATUS(status));
  if (WIFEXITED(status) && WEXITSTATUS(status)) {
    w_kernel_refuse(r, WEXITSTATUS(status));
    return 0;
  }
  return warrant_fail(
      error, WARRANT_NO_ENGINE,
      "this host's kernel cannot be asked: the child that installs the filter was stopped");
}

static int load_classic(const struct warrant_program *p, struct warrant_kernel_result *r,
                        struct warrant_error *error) {
  struct sock_filter *filter = w_kernel_instructions(p);
  if (!filter)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  struct sock_fprog program = {.len = (unsigned short)p->insn_count, .filter = filter};
  int result = p->kind == WARRANT_SECCOMP ? install_in_child(&program, r, error)
                                          : attach_to_own_socket(&program, r, error);
  free(filter);
  return result;
}

int warrant_kernel_load(const struct warrant_program *p, struct warrant_kernel_result *r,
                        struct warrant_error *error) {
  if (p->kind == WARRANT_EBPF) {
    struct warrant_kernel_program in_kernel;
    int result = warrant_kernel_open(p, &in_kernel, r, error);
    warrant_kernel_close(&in_kernel);
    return result;
  }
  memset(r, 0, sizeof *r);
  int result = kept_off(p, r) ? 0 : load_classic(p, r, error);
  if (result == 0 && !r->log && !(r->log = strdup("")))
    result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  if (result)
    warrant_kernel_result_free(r);
  return result;
}
