/* The table of helpers against this host's kernel: which helper which type of program may call, and
 * for each helper of the table a call as its contract asks, and calls that change one argument to
 * another kind. It must have the same verdict on each. Then what is known after the call: whether
 * the packet may have moved, and what the result may be.
 *
 * helpers_test --differences prints each difference in a line that begins with `difference`, for
 * `make contracts`, which knows those of each release. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "attach.h"
#include "kernel/kernel.h"
#include "report.h"
#include "isa/tables.h"
#include "verify/verify.h"

enum { HELPERS = 211, SECCOMP = 255 }; /* the highest helper; a type that no kernel has */
enum { SLOTS = 96, BUFFER = -64, GIVEN = 8, FILLED = 128, UNCHANGED = 5 };

/* A map of each type that a helper takes; the kernel makes it. */
static const struct warrant_map maps[] = {
    {.type = 1, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 3, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 4, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 5, .key_size = 4, .value_size = 8, .max_entries = 4},
    {.type = 7, .key_size = 4, .value_size = 64, .max_entries = 4},
    {.type = 8, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 12, .key_size = 4, .value_size = 4, .max_entries = 4, .inner = 2},
    {.type = 14, .key_size = 4, .value_size = 4, .max_entries = 4, .readonly = true},
    {.type = 15, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 18, .key_size = 4, .value_size = 4, .max_entries = 4},
    {.type = 22, .key_size = 0, .value_size = 8, .max_entries = 4},
    {.type = 27, .key_size = 0, .value_size = 0, .max_entries = 4096},
    {.type = 29, .key_size = 4, .value_size = 8, .flags = BPF_F_NO_PREALLOC},
};

/* --- Differences by name ---------------------------------------------------------------------- */

/* One of a kind, and the types of programs in which it was seen. */
static struct difference { char what[120], types[900]; } differences[2048];
static unsigned difference_count;
static bool for_each_release; /* --differences */

/* What one test has asked; wrong: how often there was a difference, and the first. */
struct tally {
  unsigned calls, wrong, taken;
  char first[200];
};
static void differ(struct tally *t, const struct w_prog_type *type, const char *format, ...) {
  struct difference *d = &differences[difference_count];
  va_list list;
  va_start(list, format);
  vsnprintf(d->what, sizeof d->what, format, list);
  va_end(list);
  if (!t->wrong++)
    snprintf(t->first, sizeof t->first, "%s in %s programs", d->what, type->name);
  for (unsigned k = 0; k < difference_count; k++)
    if (!strcmp(differences[k].what, d->what)) {
      d = &differences[k];
      break;
    }
  if (d == &differences[difference_count] &&
      ++difference_count == sizeof differences / sizeof *differences)
    abort(); /* far more than there are questions */
  size_t used = strlen(d->types);
  snprintf(d->types + used, sizeof d->types - used, "%s%s", used ? " " : "", type->name);
}
/* Did the test find what it should? The differences of a release are for others to judge. */
static bool as_expected(const struct tally *t) { return for_each_release || !t->wrong; }
static const char *verdict(bool ours) {
  return ours ? "accepted here alone" : "accepted by the kernel alone";
}
static void print_differences(void) {
  for (unsigned k = 0; for_each_release && k < difference_count; k++)
    printf("difference %s: %s\n", differences[k].what, differences[k].types);
}

enum { VALUES = 2, ROOM = 64 }; /* the map whose value is given as memory, and its size */
struct made {
  struct warrant_insn insns[SLOTS];
  struct warrant_map maps[VALUES + 1];
  struct warrant_program p;
};

static void put(struct made *m, unsigned op, unsigned dst, unsigned src, int off, int32_t imm) {
  m->insns[m->p.insn_count++] = (struct warrant_insn){
      .op = (uint8_t)op, .dst = dst & 15, .src = src & 15, .off = (int16_t)off, .imm = imm};
}
static void begin(struct made *m, const struct w_prog_type *type) {
  static char empty[] = "", name[] = "p", license[] = "GPL";
  memset(m, 0, sizeof *m);
  m->p = (struct warrant_program){.kind = WARRANT_EBPF,
                                  .file = empty,
                                  .section = empty,
                                  .name = name,
                                  .license = license,
                                  .type = type->id,
                                  .insns = m->insns,
                                  .maps = m->maps};
  static char task[] = "task_struct", regs[] = "pt_regs";
  static struct warrant_object_type types[] = {{.name = task, .size = 8},
                                               {.name = regs, .size = 8}};
  m->p.types = types;
  m->p.type_count = sizeof types / sizeof *types;
  m->p.attach_type = attach_type_of(type);
  static char event[] = "sched_switch", hook[] = "file_open", iter[] = "task",
              function[] = "bpf_fentry_test1", modified[] = "bpf_modify_return_test";
  static const struct {
    uint32_t attach;
    char *to;
  } hooks[] = {{23, event}, {24, function}, {25, function}, {26, modified}, {27, hook}, {28, iter}};
  for (size_t i = 0; for_each_release && i < sizeof hooks / sizeof *hooks; i++)
    if (hooks[i].attach == m->p.attach_type)
      m->p.attach_to = hooks[i].to;
  m->p.attach_id = attach_number(&m->p);
  m->p.prog_flags = type->id == 31 ? 16 : 0; /* system calls alone are sleepable */
}
static void end(struct made *m, const struct w_prog_type *type) {
  put(m, 0xb7, 0, 0, 0, type->has_ret ? (int32_t)type->ret_lo : 0);
  put(m, 0x95, 0, 0, 0, 0);
}

/* How a call differs from the contract's, in argument `which`. */
enum way {
  AS_ASKED,
  EMPTY,
  TOO_LONG,
  AT_THE_TOP,
  ONE_BEYOND,
  A_NUMBER,
  THE_CONTEXT,
  OTHER_MAP,
  FROZEN_MAP,
  A_VALUE,
  A_CONSTANT,
  THE_PACKET,
  NO_CONTEXT,
  UNSET,
  NO_MEMORY, /* from here on, only to note what a release does: alignment is not modelled, and a
              * null of no bytes is neither read nor written */
  ODD,
  WAYS
};
static const char *const way_names[WAYS] = {"as asked",
                                            "of size 0",
                                            "past the stack",
                                            "with memory that ends with the stack",
                                            "with memory that ends a byte past the stack",
                                            "with a number for memory",
                                            "with the context for memory",
                                            "with another map",
                                            "with a map that programs may not write",
                                            "with a map's value for memory",
                                            "with a read-only value for memory",
                                            "with the packet for memory",
                                            "with a number for the context",
                                            "with an unset register",
                                            "with null for memory of size 0",
                                            "with memory at an odd address"};

static char map_name[] = "map";
static bool use_map(struct made *m, const struct w_helper *h, enum way how, unsigned r) {
  bool other = how == OTHER_MAP;
  const size_t count = sizeof maps / sizeof *maps;
  for (size_t i = 0; i < count; i++) {
    if (w_takes_map(h, maps[i].type) == other)
      continue;
    m->maps[0] = maps[i];
    m->maps[1] = maps[0];
    m->maps[0].name = m->maps[1].name = map_name;
    if (how == FROZEN_MAP) { /* a flag that not every type of map has */
      if (maps[i].type != 1 && maps[i].type != 22)
        continue;
      m->maps[0].flags = BPF_F_RDONLY_PROG;
      m->maps[0].readonly = true;
    }
    if (!m->p.map_count)
      m->p.map_count = maps[i].inner ? 2 : 1;
    put(m, 0x18, r, 1, 0, 0);
    put(m, 0, 0, 0, 0, 0);
    return true;
  }
  return false;
}

/* r7: a value of an array of one element, which is never null. */
static void use_value(struct made *m, bool constant) {
  m->maps[0] = m->maps[1] = maps[0];
  m->maps[0].name = m->maps[1].name = m->maps[VALUES].name = map_name;
  struct warrant_map *map = &m->maps[VALUES];
  map->type = BPF_MAP_TYPE_ARRAY;
  map->key_size = 4;
  map->value_size = ROOM;
  map->max_entries = 1;
  map->readonly = constant;
  map->flags = constant ? BPF_F_RDONLY_PROG : 0;
  m->p.map_count = VALUES + 1;
  put(m, 0x18, 7, 2, 0, VALUES);
  put(m, 0, 0, 0, 0, 0);
}
/* r7: the packet's first byte, with room behind it. False: the type has no packet. */
static bool use_packet(struct made *m, const struct w_prog_type *type) {
  const struct w_field *start = NULL, *end = NULL;
  for (uint32_t k = 0; k < type->nfields; k++) {
    start = type->fields[k].kind == W_FIELD_DATA ? &type->fields[k] : start;
    end = type->fields[k].kind == W_FIELD_DATA_END ? &type->fields[k] : end;
  }
  if (!start || !end)
    return false;
  put(m, start->size == 8 ? 0x79 : 0x61, 7, 6, (int)start->off, 0);
  put(m, end->size == 8 ? 0x79 : 0x61, 8, 6, (int)end->off, 0);
  put(m, 0xbf, 9, 7, 0, 0);
  put(m, 0x07, 9, 0, 0, ROOM);
  put(m, 0xbd, 9, 8, 2, 0); /* enough: go on; else the end */
  put(m, 0xb7, 0, 0, 0, type->has_ret ? (int32_t)type->ret_lo : 0);
  put(m, 0x95, 0, 0, 0, 0);
  return true;
}
static bool offers(const struct w_prog_type *type, int32_t id) {
  bool found = false;
  for (uint32_t k = 0; k < type->nhelpers; k++)
    found |= type->helpers[k] == id;
  return found;
}
static void release(struct made *m, const struct w_helper *h, unsigned r) {
  put(m, 0xbf, 1, r, 0, 0);
  put(m, 0xb7, 2, 0, 0, 0);
  put(m, 0x85, 0, 0, 0, h->ref == W_RECORD ? 133 : 86); /* ringbuf_discard, sk_release */
}
/* r9: a reference of the kind that the helper asks for. False: the type has none. */
static bool acquire(struct made *m, const struct w_prog_type *type, const struct w_helper *h) {
  int32_t from = h->ref == W_RECORD ? 131 : 99; /* no helper wants a full socket */
  if (!offers(type, from))
    return false;
  if (h->ref == W_RECORD) {
    if (!use_map(m, w_helper_of(from), AS_ASKED, 1))
      return false;
    put(m, 0xb7, 2, 0, 0, GIVEN);
    put(m, 0xb7, 3, 0, 0, 0);
  } else {
    put(m, 0xbf, 1, 6, 0, 0);
    put(m, 0xbf, 2, 10, 0, 0);
    put(m, 0x07, 2, 0, 0, BUFFER);
    put(m, 0xb7, 3, 0, 0, 12); /* the addresses and ports of a tuple */
    put(m, 0xb7, 4, 0, 0, -1);
    put(m, 0xb7, 5, 0, 0, 0);
  }
  put(m, 0x85, 0, 0, 0, from);
  put(m, 0x55, 0, 0, 2, 0);
  end(m, type);
  put(m, 0xbf, 9, 0, 0, 0);
  return true;
}
/* r8: the current task, where the helper takes tasks. False: it takes others, or the type of
 * program does not tell it. */
static bool use_object(struct made *m, const struct w_prog_type *type, const struct w_helper *h) {
  const struct w_helper *from = w_helper_of(158);
  if (strcmp(h->takes, from->object) || !offers(type, from->id))
    return false;
  put(m, 0x85, 0, 0, 0, from->id);
  put(m, 0xbf, 8, 0, 0, 0);
  return true;
}
static bool takes(const struct w_helper *h, enum w_arg g) {
  bool found = false;
  for (unsigned i = 0; i < h->nargs; i++)
    found |= h->args[i] == g;
  return found;
}
/* How many bytes are read or written there. */
static uint32_t bytes(const struct made *m, const struct w_helper *h, unsigned i) {
  switch (h->args[i]) {
  case W_ARG_KEY:
    return m->maps[0].key_size;
  case W_ARG_VALUE:
  case W_ARG_VALUE0:
  case W_ARG_VALUE_OUT:
    return m->maps[0].value_size;
  default:
    return w_arg_sized(h->args[i]) ? GIVEN : h->sizes[i];
  }
}
/* False: the way does not apply to that argument. */
static bool call(struct made *m, const struct w_prog_type *type, const struct w_helper *h,
                 unsigned which, enum way way) {
  h = w_helper_in(type, h->id);
  begin(m, type);
  put(m, 0xbf, 6, 1, 0, 0);
  put(m, 0xb7, 0, 0, 0, 0);
  for (int off = -8; off >= -FILLED; off -= 8)
    put(m, 0x7b, 10, 0, off, 0);
  if (way == A_VALUE || way == A_CONSTANT)
    use_value(m, way == A_CONSTANT);
  if (way == THE_PACKET && !use_packet(m, type))
    return false;
  bool kept = takes(h, W_ARG_REF), lent = kept || takes(h, W_ARG_RELEASE);
  if ((lent && !acquire(m, type, h)) || (takes(h, W_ARG_OBJECT) && !use_object(m, type, h)) ||
      takes(h, W_ARG_STRING) || takes(h, W_ARG_CALLBACK))
    return false; /* they are in corpus/small/strings.c and callbacks.c */
  for (unsigned i = 0; i < h->nargs; i++) {
    unsigned r = i + 1;
    enum w_arg g = h->args[i];
    enum way how = i == which ? way : AS_ASKED;
    bool memory = w_arg_read(g) || w_arg_written(g);
    if (how == UNSET) { /* nothing was put there since the program began */
      if (r == 1)
        return false;
      continue;
    }
    if (way == NO_MEMORY && i == which + 1 && g == W_ARG_SIZE) {
      put(m, 0xb7, r, 0, 0, 0);
    } else if (how == NO_MEMORY) {
      if (!w_arg_sized(g))
        return false;
      put(m, 0xb7, r, 0, 0, 0);
    } else if (how == NO_CONTEXT) {
      if (g != W_ARG_CTX && g != W_ARG_CTX0)
        return false;
      put(m, 0xb7, r, 0, 0, 1);
    } else if (how == A_NUMBER || how == THE_CONTEXT || (how >= A_VALUE && how < NO_CONTEXT)) {
      if (!memory)
        return false;
      if (how >= A_VALUE)
        put(m, 0xbf, r, 7, 0, 0);
      else if (how == A_NUMBER)
        put(m, 0xb7, r, 0, 0, 4096);
      else
        put(m, 0xbf, r, 6, 0, 0);
    } else if (g == W_ARG_MAP) {
      if ((how != AS_ASKED && how != OTHER_MAP && how != FROZEN_MAP) || !use_map(m, h, how, r))
        return false;
    } else if (how == OTHER_MAP || how == FROZEN_MAP) {
      return false;
    } else if (g == W_ARG_REF || g == W_ARG_RELEASE) {
      put(m, 0xbf, r, 9, 0, 0);
    } else if (g == W_ARG_OBJECT) {
      put(m, 0xbf, r, 8, 0, 0);
    } else if (g == W_ARG_CTX || g == W_ARG_CTX0) {
      put(m, 0xbf, r, 6, 0, 0);
    } else if (g == W_ARG_SIZE) {
      if (how == TOO_LONG || how == EMPTY)
        put(m, 0xb7, r, 0, 0, how == EMPTY ? 0 : -BUFFER + 1);
      else
        put(m, 0xb7, r, 0, 0, GIVEN);
    } else if (memory) {
      put(m, 0xbf, r, 10, 0, 0);
      if (how == AT_THE_TOP || how == ONE_BEYOND)
        put(m, 0x07, r, 0, 0, (how == ONE_BEYOND) - (int32_t)bytes(m, h, i));
      else
        put(m, 0x07, r, 0, 0, BUFFER + (how == ODD));
    } else {
      put(m, 0xb7, r, 0, 0, 0);
    }
    if ((how == EMPTY || how == TOO_LONG) && g != W_ARG_SIZE)
      return false;
    if ((how == AT_THE_TOP || how == ONE_BEYOND || how == ODD) && !memory)
      return false;
  }
  put(m, 0x85, 0, 0, 0, h->id);
  if (h->ret == W_RET_ACQUIRE) {
    put(m, 0x15, 0, 0, 3, 0); /* null: over the release */
    release(m, h, 0);
  }
  if (kept)
    release(m, h, 9);
  end(m, type);
  return true;
}

static bool accepted(const struct warrant_program *p) {
  struct warrant_verdict v;
  struct warrant_error error = {0};
  if (warrant_verify(p, NULL, &v, &error))
    return false;
  bool yes = v.verdict == WARRANT_ACCEPT;
  warrant_verdict_free(&v);
  return yes;
}

/* 1, 0, or -1: the kernel has no verdict. *log is owned by the caller. */
static int kernel_accepts(const struct warrant_program *p, char **log) {
  struct warrant_kernel_result r = {0};
  struct warrant_error error = {0};
  *log = NULL;
  if (warrant_kernel_load(p, &r, &error))
    return -1;
  int yes = r.verdict == WARRANT_KERNEL_ACCEPT ? 1 : r.verdict == WARRANT_KERNEL_REJECT ? 0 : -1;
  *log = r.log;
  r.log = NULL;
  warrant_kernel_result_free(&r);
  return yes;
}

/* Does the kernel load programs of this type at all? */
static bool known(const struct w_prog_type *type) {
  static signed char answers[128]; /* 0: not asked yet */
  signed char *answer = &answers[type - w_prog_types];
  struct made m;
  char *log;
  if (type->raw || type->id == SECCOMP)
    return false;
  if (!*answer) {
    begin(&m, type);
    end(&m, type);
    *answer = kernel_accepts(&m.p, &log) == 1 ? 1 : -1;
    free(log);
  }
  return *answer > 0;
}

/* By the verifier's log: is it the type of program that may not call the helper, or has the kernel
 * none of that number? Releases word it in their own ways. */
static bool not_offered(const char *log) {
  static const char *const words[] = {"program of this type cannot use helper", "unknown func",
                                      "invalid func", "not supported for program type",
                                      "supported only for fentry"};
  for (size_t k = 0; log && k < sizeof words / sizeof *words; k++)
    if (strstr(log, words[k]))
      return true;
  return !log || !*log;
}

/* Does the kernel let this type call the helper, whatever becomes of its arguments? By a load of
 * its own, since there are ten thousand of them. */
static bool kernel_offers(const struct w_prog_type *type, int32_t id) {
  static char log[1 << 14];
  struct bpf_insn insns[] = {{.code = 0x85, .imm = id}, {.code = 0xb7}, {.code = 0x95}};
  struct made m;
  begin(&m, type);
  insns[1].imm = type->has_ret ? (int32_t)type->ret_lo : 0;
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = m.p.attach_type,
              .prog_flags = m.p.prog_flags, .attempts = 1, .log_level = 1, .log_buf = log,
              .log_size = sizeof log);
  *log = '\0';
  options.attach_btf_id = m.p.attach_id;
  int fd = bpf_prog_load(type->id, "p", "GPL", insns, 3, &options);
  if (fd >= 0)
    close(fd);
  return fd >= 0 || !not_offered(log);
}

/* The kernel's configuration decides on two helpers; some take a kernel object where they are left
 * out; and one is allowed to programs for which later kernels forbid it. */
static bool left_out(const struct w_prog_type *type, int32_t id) {
  return id == 36 || id == 58 || (id == 46 && (type->id == 21 || type->id == 31 || type->hooked)) ||
         (id == 188 && (type->id == 31 || type->hooked)) || (id == 39 && type->id == 19) ||
         ((id == 49 || id == 57) && (type->id == 25 || type->id == 9));
}

/* Who may call what: a call alone says it, whatever becomes of its arguments. */
static void test_offers(void) {
  struct tally t = {0}, types = {0};
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    const struct w_prog_type *type = &w_prog_types[i];
    if (type->raw || type->id == SECCOMP)
      continue;
    if (!known(type)) {
      differ(&types, type, "types that the kernel does not load");
      continue;
    }
    for (int32_t id = 1; id <= HELPERS; id++) {
      bool ours = offers(type, id);
      bool theirs = kernel_offers(type, id);
      if (ours != theirs && (for_each_release || !left_out(type, id)))
        differ(&t, type, "helper %d may be called %s", id,
               theirs ? "in the kernel alone" : "here alone");
    }
  }
  report(as_expected(&t), "each type may call what the kernel lets it call", t.first);
}

/* False: the kernel does not let this type call the helper, which test_offers says. */
static bool compare(const struct w_prog_type *type, const struct w_helper *h, unsigned which,
                    enum way way, struct tally *t) {
  struct made m;
  char *log;
  /* newer kernels look for the socket of a tuple of no bytes, and Linux 6.1 refuses to */
  bool other = way == EMPTY && h->ret == W_RET_ACQUIRE && !for_each_release;
  if (other || !call(&m, type, h, which, way))
    return true;
  bool ours = accepted(&m.p);
  int theirs = kernel_accepts(&m.p, &log);
  bool offered = theirs == 1 || !not_offered(log);
  free(log);
  if (for_each_release && !offered)
    return false;
  t->calls += theirs >= 0;
  t->taken += theirs == 1;
  if (theirs < 0 || ours == theirs)
    return true;
  if (which == UNCHANGED)
    differ(t, type, "%s as asked, %s", h->name, verdict(ours));
  else
    differ(t, type, "%s with argument %u %s, %s", h->name, which + 1, way_names[way],
           verdict(ours));
  return true;
}

/* --- After the call --------------------------------------------------------------------------- */

/* The verdicts on what `after` adds behind a call as asked must be alike; -1: nobody was asked. */
static int alike(const struct made *m, bool *ours) {
  char *log;
  *ours = accepted(&m->p);
  int theirs = kernel_accepts(&m->p, &log);
  free(log);
  return theirs;
}
static const struct w_prog_type *asked_in(const struct w_helper *h, bool packet) {
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    const struct w_prog_type *type = &w_prog_types[i];
    struct made m;
    begin(&m, type);
    if (offers(type, h->id) && type->id != 31 && known(type) && (!packet || use_packet(&m, type)) &&
        kernel_offers(type, h->id))
      return type;
  }
  return NULL;
}

/* A pointer into the packet is read after the call. */
static void test_moves(void) {
  struct tally t = {0};
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    const struct w_prog_type *type = asked_in(h, true);
    struct made m;
    bool ours;
    if (!type || !call(&m, type, h, UNCHANGED, THE_PACKET))
      continue;
    m.p.insn_count -= 2;
    put(&m, 0x71, 0, 7, 0, 0);
    end(&m, type);
    int theirs = alike(&m, &ours);
    t.calls += theirs >= 0;
    if (theirs >= 0 && ours != theirs)
      differ(&t, type, "the packet after %s, %s", h->name, verdict(ours));
  }
  report(as_expected(&t) && t.calls > 50, "the packet after a call: the kernel's verdict on each",
         t.first);
  printf("# %u calls\n", t.calls);
}

/* Results that the kernel's source bounds, whatever its verifier believes: semantics/Target.v has
 * the line for each. The table may have no tighter bounds; nor, of others, than the verifier's. */
static const struct {
  int32_t id;
  int64_t lo, hi;
} bounded[] = {{7, 0, UINT32_MAX},
               {8, 0, UINT32_MAX},
               {17, 0, UINT32_MAX},
               {23, 0, UINT32_MAX},
               {24, 0, UINT32_MAX},
               {34, 0, UINT32_MAX},
               {42, INT32_MIN, INT32_MAX},
               {52, 0, UINT32_MAX},
               {60, 0, UINT32_MAX},
               {71, 0, UINT32_MAX},
               {72, 0, UINT32_MAX},
               {151, 0, UINT32_MAX},
               {152, 0, UINT32_MAX},
               {155, 0, UINT32_MAX},
               {183, -4095, 0},
               {184, -4095, 0},
               {186, INT32_MIN, INT32_MAX},
               {189, -4095, 0}};
static bool may_be_bounded(const struct w_helper *h, bool theirs) {
  for (size_t k = 0; k < sizeof bounded / sizeof *bounded; k++)
    if (bounded[k].id == h->id)
      return h->lo <= bounded[k].lo && h->hi >= bounded[k].hi;
  return theirs;
}
/* A result outside of the table's range leads to a read that nobody allows. */
static void test_results(void) {
  struct tally t = {0};
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    const struct w_prog_type *type = asked_in(h, false);
    for (int low = 0; type && low < 2; low++) {
      struct made m;
      bool ours;
      if ((h->ret != W_RET_INT && h->ret != W_RET_SIZE) || !call(&m, type, h, UNCHANGED, AS_ASKED))
        continue;
      int64_t lo = h->ret == W_RET_INT ? h->lo : -4095, hi = h->ret == W_RET_INT ? h->hi : 8;
      if (low ? lo == INT64_MIN : hi == INT64_MAX)
        continue;
      m.p.insn_count -= 2;
      put(&m, 0x18, 1, 0, 0, (int32_t)(low ? lo : hi));
      put(&m, 0, 0, 0, 0, (int32_t)((low ? lo : hi) >> 32));
      put(&m, low ? 0xcd : 0x6d, 0, 1, 2, 0); /* r0 s< lo, r0 s> hi */
      end(&m, type);
      put(&m, 0x79, 0, 10, 0, 0);
      end(&m, type);
      int theirs = alike(&m, &ours);
      t.calls += theirs >= 0;
      if (theirs >= 0 && (!ours || !may_be_bounded(h, theirs)))
        differ(&t, type, "the result of %s, %s", h->name,
               ours ? "of which the kernel believes more" : "whose own range is not believed");
    }
  }
  report(as_expected(&t) && t.calls > 10, "results are not bounded more tightly than in the kernel",
         t.first);
  printf("# %u bounds\n", t.calls);
}

/* Who may write the packet. */
static void test_packet_writes(void) {
  struct tally t = {0};
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    const struct w_prog_type *type = &w_prog_types[i];
    for (int way = 0; way < 2; way++) {
      struct made m;
      bool ours;
      begin(&m, type);
      put(&m, 0xbf, 6, 1, 0, 0);
      if (!known(type) || !use_packet(&m, type))
        continue;
      put(&m, 0xb7, 1, 0, 0, 1);
      put(&m, way ? 0xc3 : 0x63, 7, 1, 0, 0); /* an atomic addition, or a store */
      end(&m, type);
      int theirs = alike(&m, &ours);
      t.calls += theirs >= 0;
      if (theirs >= 0 && ours != theirs)
        differ(&t, type, "%s on the packet, %s", way ? "an atomic" : "a store", verdict(ours));
    }
  }
  report(as_expected(&t) && t.calls > 10,
         "stores and atomics on the packet: the kernel's verdict on each", t.first);
  printf("# %u programs\n", t.calls);
}

/* Helpers that may leave some of the memory as it was: semantics/Target.v says why. Linux takes the
 * whole of it as written by every helper, so there is no verdict to compare with. */
static const int32_t partly[] = {16, 45, 101, 114, 115, 119, 141, 147, 165, 176, 183, 184, 189};
/* Memory that was not written before the call is read after it, its last byte. */
static void test_partly(void) {
  struct tally t = {0};
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    const struct w_prog_type *type = NULL;
    bool expected = true;
    unsigned out = h->nargs;
    struct made m;
    for (size_t i = 0; i < sizeof partly / sizeof *partly; i++)
      expected &= partly[i] != h->id;
    for (unsigned i = 0; i < h->nargs; i++)
      if (w_arg_written(h->args[i]) && !w_arg_read(h->args[i]))
        out = i;
    for (uint32_t i = 0; !type && i < w_prog_type_count; i++)
      if (offers(&w_prog_types[i], h->id))
        type = &w_prog_types[i];
    if (out == h->nargs || !type || !call(&m, type, h, UNCHANGED, AS_ASKED))
      continue;
    uint32_t last = (uint32_t)m.p.insn_count;
    for (uint32_t i = 0; i < last; i++) {
      struct warrant_insn *insn = &m.insns[i];
      if (insn->op == 0x7b && insn->off == -FILLED)
        *insn = (struct warrant_insn){.op = 0xb7};
      if (insn->op == 0x07 && insn->dst == out + 1 && insn->imm == BUFFER)
        insn->imm = -FILLED;
    }
    m.p.profile = WARRANT_STRICT;
    bool before = accepted(&m.p);
    m.p.insn_count -= 2;
    put(&m, 0x71, 1, 10, -FILLED + (int)bytes(&m, h, out) - 1, 0);
    end(&m, type);
    bool ours = accepted(&m.p);
    t.calls++;
    if ((!before || ours != expected) && !t.wrong++)
      snprintf(t.first, sizeof t.first, "%s in %s programs: %s", h->name, type->name,
               !before ? "the call itself is refused"
               : ours  ? "all bytes are taken for written"
                       : "some bytes are taken for unwritten");
  }
  report(!t.wrong && t.calls > 20, "which helpers may leave memory unwritten", t.first);
  printf("# %u helpers\n", t.calls);
}

/* A helper that needs something missing is named, and so is what it needs. */
static void test_unsupported(void) {
  unsigned wrong = 0;
  const char *first = "";
  for (uint32_t k = 0; k < w_unsupported_helper_count; k++) {
    const struct w_unsupported_helper *h = &w_unsupported_helpers[k];
    for (uint32_t i = 0; i < w_prog_type_count; i++) {
      struct made m;
      struct warrant_verdict v;
      if (!offers(&w_prog_types[i], h->id))
        continue;
      begin(&m, &w_prog_types[i]);
      put(&m, 0x85, 0, 0, 0, h->id);
      end(&m, &w_prog_types[i]);
      if (warrant_verify(&m.p, NULL, &v, NULL) || v.verdict != WARRANT_VERDICT_UNSUPPORTED ||
          !strstr(v.message, h->name) || !strstr(v.message, h->needs))
        wrong++, first = h->name;
      warrant_verdict_free(&v);
    }
  }
  report(!wrong, "a helper that is not supported is named, with what it needs", first);
}

/* What a cast of an acquired socket gives would end with its release, which is not supported. */
static void test_casts(void) {
  unsigned asked = 0, wrong = 0;
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    const struct w_prog_type *type = &w_prog_types[i];
    struct warrant_verdict v;
    struct made m;
    begin(&m, type);
    put(&m, 0xbf, 6, 1, 0, 0);
    for (int off = -8; off >= -FILLED; off -= 8)
      put(&m, 0x7a, 10, 0, off, 0);
    if (!offers(type, 137) || !acquire(&m, type, w_helper_of(100)))
      continue;
    put(&m, 0xbf, 1, 9, 0, 0);
    put(&m, 0x85, 0, 0, 0, 137);
    release(&m, w_helper_of(100), 9);
    end(&m, type);
    asked++;
    wrong += warrant_verify(&m.p, NULL, &v, NULL) || v.verdict != WARRANT_VERDICT_UNSUPPORTED ||
             !strstr(v.message, "acquired socket");
    warrant_verdict_free(&v);
  }
  report(asked && !wrong, "casts of acquired sockets are not supported, and it is said", NULL);
}

/* Each helper: as asked in every type, and with each argument broken in the first that has it. */
static void test_calls(void) {
  struct tally tallies[WAYS] = {0};
  unsigned refused = 0;
  const char *first = "";
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    unsigned calls = tallies[AS_ASKED].calls, taken = tallies[AS_ASKED].taken;
    bool broken = false; /* in one type of program is enough */
    for (uint32_t i = 0; i < w_prog_type_count; i++) {
      const struct w_prog_type *type = &w_prog_types[i];
      /* sleepable programs have restrictions on maps besides; sk_lookup assigns null, too */
      bool other = type->id == 31 || (type->id == 30 && h->id == 124);
      if (!offers(type, h->id) || other || !known(type))
        continue;
      if (!compare(type, h, UNCHANGED, AS_ASKED, &tallies[AS_ASKED]))
        continue;
      const struct w_helper *own = w_helper_in(type, h->id);
      for (unsigned which = 0; which < own->nargs && (!broken || own != h); which++)
        for (int way = EMPTY; way < (for_each_release ? WAYS : NO_MEMORY); way++)
          compare(type, h, which, (enum way)way, &tallies[way]);
      broken = true;
    }
    if (tallies[AS_ASKED].calls > calls && tallies[AS_ASKED].taken == taken && !refused++)
      first = h->name;
  }
  report(!refused, "no call as asked is refused by the kernel everywhere", first);
  for (int way = 0; way < (for_each_release ? WAYS : NO_MEMORY); way++) {
    char name[80];
    snprintf(name, sizeof name, "calls %s: the kernel's verdict on each", way_names[way]);
    bool few = tallies[way].calls < (way == FROZEN_MAP ? 4 : 11); /* then nothing was tested */
    report(as_expected(&tallies[way]) && !few, name, few ? "too few calls" : tallies[way].first);
    printf("# %u calls\n", tallies[way].calls);
  }
}

int main(int argc, char **argv) {
  struct warrant_error error = {0};
  for_each_release = argc > 1 && !strcmp(argv[1], "--differences");
  test_unsupported();
  test_partly();
  test_casts();
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("skip helpers in the kernel: %s\n", error.text);
    return failures != 0;
  }
  test_offers();
  test_moves();
  test_results();
  test_packet_writes();
  test_calls();
  print_differences();
  return failures != 0;
}
