/* The table of helpers against this host's kernel: which helper which type of program may call, and
 * for each helper of the table a call as its contract asks, and calls that break it in one
 * argument. It must have the same verdict on each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "report.h"
#include "isa/tables.h"
#include "verify/verify.h"

enum { HELPERS = 211, SLOTS = 64, BUFFER = -64, FILLED = 128 };

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
};

struct made {
  struct warrant_insn insns[SLOTS];
  struct warrant_map maps[2];
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
  static const struct {
    uint32_t type, attach;
  } attached[] = {{13, 3},  {14, 5},  {15, 6},  {16, 7}, {20, 16},
                  {21, 39}, {22, 17}, {23, 18}, {30, 36}};
  static char task[] = "task_struct";
  static struct warrant_object_type types[] = {{.name = task, .size = 8}};
  m->p.types = types;
  m->p.type_count = 1;
  m->p.attach_type = type->nattach ? type->attach[0] : 0;
  for (size_t i = 0; i < sizeof attached / sizeof *attached; i++)
    if (attached[i].type == type->id)
      m->p.attach_type = attached[i].attach;
  m->p.prog_flags = type->id == 31 ? 16 : 0; /* system calls alone are sleepable */
}
static void end(struct made *m, const struct w_prog_type *type) {
  put(m, 0xb7, 0, 0, 0, type->has_ret ? (int32_t)type->ret_lo : 0);
  put(m, 0x95, 0, 0, 0, 0);
}

/* How a call breaks the contract, in argument `which`. */
enum way { AS_ASKED, EMPTY, TOO_LONG, A_NUMBER, THE_CONTEXT, OTHER_MAP, UNSET, WAYS };
static const char *const way_names[WAYS] = {"as asked",
                                            "with a size of 0",
                                            "past the stack",
                                            "with a number for memory",
                                            "with the context for memory",
                                            "with another map",
                                            "with an unset register"};

static bool use_map(struct made *m, const struct w_helper *h, bool other, unsigned r) {
  static char name[] = "map";
  const size_t count = sizeof maps / sizeof *maps;
  for (size_t i = 0; i < count; i++) {
    if (w_takes_map(h, maps[i].type) == other)
      continue;
    m->maps[0] = maps[i];
    m->maps[1] = maps[0];
    m->maps[0].name = m->maps[1].name = name;
    m->p.map_count = maps[i].inner ? 2 : 1;
    put(m, 0x18, r, 1, 0, 0);
    put(m, 0, 0, 0, 0, 0);
    return true;
  }
  return false;
}

/* False: the way does not apply to that argument. */
static bool call(struct made *m, const struct w_prog_type *type, const struct w_helper *h,
                 unsigned which, enum way way) {
  begin(m, type);
  put(m, 0xbf, 6, 1, 0, 0);
  put(m, 0xb7, 0, 0, 0, 0);
  for (int off = -8; off >= -FILLED; off -= 8)
    put(m, 0x7b, 10, 0, off, 0);
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
    if (how == A_NUMBER || how == THE_CONTEXT) {
      if (!memory)
        return false;
      if (how == A_NUMBER)
        put(m, 0xb7, r, 0, 0, 4096);
      else
        put(m, 0xbf, r, 6, 0, 0);
    } else if (g == W_ARG_MAP) {
      if ((how != AS_ASKED && how != OTHER_MAP) || !use_map(m, h, how == OTHER_MAP, r))
        return false;
    } else if (how == OTHER_MAP) {
      return false;
    } else if (g == W_ARG_CTX || g == W_ARG_CTX0) {
      put(m, 0xbf, r, 6, 0, 0);
    } else if (g == W_ARG_SIZE) {
      if (how == TOO_LONG || how == EMPTY)
        put(m, 0xb7, r, 0, 0, how == EMPTY ? 0 : -BUFFER + 1);
      else
        put(m, 0xb7, r, 0, 0, 8);
    } else if (memory) {
      put(m, 0xbf, r, 10, 0, 0);
      put(m, 0x07, r, 0, 0, BUFFER);
    } else {
      put(m, 0xb7, r, 0, 0, 0);
    }
    if ((how == EMPTY || how == TOO_LONG) && g != W_ARG_SIZE)
      return false;
  }
  put(m, 0x85, 0, 0, 0, h->id);
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

static bool offers(const struct w_prog_type *type, int32_t id) {
  bool found = false;
  for (uint32_t k = 0; k < type->nhelpers; k++)
    found |= type->helpers[k] == id;
  return found;
}

/* Does the kernel load programs of this type at all? */
static bool known(const struct w_prog_type *type) {
  struct made m;
  char *log;
  if (type->raw)
    return false;
  begin(&m, type);
  end(&m, type);
  int yes = kernel_accepts(&m.p, &log);
  free(log);
  return yes == 1;
}

/* Who may call what: a call alone says it, whatever becomes of its arguments. */
static void test_offers(void) {
  char first[160] = "";
  unsigned wrong = 0;
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    const struct w_prog_type *type = &w_prog_types[i];
    struct made m;
    char *log;
    if (!known(type))
      continue;
    for (int32_t id = 1; id <= HELPERS; id++) {
      bool ours = offers(type, id);
      begin(&m, type);
      put(&m, 0x85, 0, 0, 0, id);
      end(&m, type);
      bool theirs =
          kernel_accepts(&m.p, &log) == 1 ||
          (log && *log && !strstr(log, "program of this type cannot use helper") &&
           !strstr(log, "unknown func") && !strstr(log, "not supported for program type"));
      free(log);
      /* the kernel's configuration decides on two; some take a socket here, which is missing */
      bool other = id == 36 || id == 58 || (type->id == 21 && id == 46) ||
                   (type->id == 25 && (id == 49 || id == 57));
      if (ours != theirs && !other && !wrong++)
        snprintf(first, sizeof first, "%s programs and helper %d", type->name, id);
    }
  }
  report(!wrong, "each type may call what the kernel lets it call", first);
}

struct tally {
  unsigned calls, wrong;
  char first[200];
};
static void compare(const struct w_prog_type *type, const struct w_helper *h, unsigned which,
                    enum way way, struct tally *t) {
  struct made m;
  char *log;
  if (!call(&m, type, h, which, way))
    return;
  bool ours = accepted(&m.p);
  int theirs = kernel_accepts(&m.p, &log);
  free(log);
  t->calls += theirs >= 0;
  if (theirs >= 0 && ours != theirs && !t->wrong++)
    snprintf(t->first, sizeof t->first, "argument %u of %s in %s programs, which is %s here",
             which + 1, h->name, type->name, ours ? "accepted" : "refused");
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

int main(void) {
  struct warrant_error error = {0};
  struct tally tallies[WAYS] = {0};
  test_unsupported();
  if (warrant_kernel_available(WARRANT_EBPF, &error)) {
    printf("skip helpers in the kernel: %s\n", error.text);
    return failures != 0;
  }
  test_offers();
  for (uint32_t k = 0; k < w_helper_count; k++) {
    const struct w_helper *h = &w_helpers[k];
    bool broken = false; /* in one type of program is enough */
    for (uint32_t i = 0; i < w_prog_type_count; i++) {
      const struct w_prog_type *type = &w_prog_types[i];
      /* sleepable programs have restrictions on maps besides; sk_lookup assigns null, too */
      bool other = type->id == 31 || (type->id == 30 && h->id == 124);
      if (!offers(type, h->id) || other || !known(type))
        continue;
      compare(type, h, 5, AS_ASKED, &tallies[AS_ASKED]);
      for (unsigned which = 0; which < h->nargs && !broken; which++)
        for (int way = EMPTY; way < WAYS; way++)
          compare(type, h, which, (enum way)way, &tallies[way]);
      broken = true;
    }
  }
  for (int way = 0; way < WAYS; way++) {
    char name[80];
    snprintf(name, sizeof name, "calls %s: the kernel's verdict on each", way_names[way]);
    bool few = tallies[way].calls <= 10; /* then nothing was tested */
    report(!(tallies[way].wrong + few), name, few ? "too few calls" : tallies[way].first);
    printf("# %u calls\n", tallies[way].calls);
  }
  return failures != 0;
}
