/* Names of arguments and constants: each argument is found by its name, each constant is one number
 * on an architecture, what is written for a number is that number again, conditions with names mean
 * what they meant, and hostile text is refused. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/calls.h"
#include "audit/condition.h"
#include "audit/condition_text.h"
#include "audit/naming.h"
#include "random.h"
#include "report.h"

static struct gen gen = {33};
static const char *const machines[] = {"x86_64",  "x32",      "i386",     "aarch64",     "arm",
                                       "riscv64", "s390x",    "s390",     "ppc64le",     "ppc64",
                                       "ppc",     "mips",     "mips64",   "mipsel64n32", "mipsel",
                                       "parisc",  "parisc64", "mips64el", "mips64n32"};
enum { MACHINES = sizeof machines / sizeof *machines };
static uint32_t below(uint32_t n) { return gen_below(&gen, n); }

/* What a text of names and numbers with `|` between them stands for; *good: all are known. */
static uint64_t value_of(const char *text, const char *arch, bool *good) {
  uint64_t value = 0;
  for (const char *s = text; *s; s += *s == '|') {
    size_t n = strcspn(s, "|");
    const struct constant *c = w_constant_named(s, n);
    uint64_t one = 0;
    *good = *good && (c ? w_constant_value(c, arch, &one) : *s == '0');
    value |= c ? one : strtoull(s, NULL, 0);
    s += n;
  }
  return value;
}

static void names_are_numbers(void) {
  const struct constant *c;
  unsigned twice = 0, without = 0, clash = 0;
  for (size_t i = 0; (c = w_constant(i)); i++) {
    twice += w_constant_named(c->name, strlen(c->name)) != c;
    bool other = i >= w_constants_generic.count + w_constants_linux.count;
    without += (c->kinds[0] == KIND_NONE) != other;
    for (unsigned a = 0; a < 6; a++) {
      char number[8];
      snprintf(number, sizeof number, "arg%u", a);
      clash += strcmp(number, c->name) == 0;
    }
  }
  report(twice == 0, "no name is in the table twice", NULL);
  report(without == 0,
         "each is of some kind, but for those that policies of other programs have alone", NULL);
  report(clash == 0, "none is an argument's", NULL);
}

/* A number that is likely to have a name of the kind: some of its constants together. */
static uint64_t likely(enum constant_kind kind, const char *arch) {
  const struct constant *c;
  uint64_t value = 0;
  uint64_t one;
  for (size_t i = 0; (c = w_constant(i)); i++)
    if (w_constant_is(c, kind) && below(4) == 0 && w_constant_value(c, arch, &one))
      value = c->role == ROLE_VALUE ? (below(2) ? one : value) : value | one;
  return below(5) ? value : value ^ (uint64_t)1 << below(64);
}
static void what_is_written_is_the_number(void) {
  unsigned wrong = 0, named = 0, zero = 0;
  for (unsigned n = 0; n < 40000; n++) {
    enum constant_kind kind = (enum constant_kind)(1 + below(KINDS - 1));
    const char *arch = GEN_PICK(&gen, machines);
    uint64_t masks[] = {UINT64_MAX, UINT32_MAX, likely(kind, arch), gen_u64(&gen)};
    uint64_t mask = GEN_PICK(&gen, masks), value = likely(kind, arch) & mask;
    struct text text = {0}; /* owned here */
    bool good = true;
    if (w_name_value(&text, kind, arch, mask, value)) {
      named++;
      zero += value == 0;
      if (!text.s || value_of(text.s, arch, &good) != value || !good) {
        wrong++;
        printf("# 0x%" PRIx64 " on %s became %s\n", value, arch, text.s ? text.s : "nothing");
      }
    } else if (text.length) {
      wrong++; /* something was written all the same */
    }
    free(text.s);
  }
  report(wrong == 0, "what is written for a number is the number", NULL);
  report(named > 5000 && zero > 50, "many numbers had names", NULL);
}

/* Random conditions in numbers, and the same with names. */
static const struct {
  const char *call;
  unsigned argument;
} places[] = {{"openat", 2}, {"ioctl", 1},  {"clone", 0},   {"mmap", 2},        {"mmap", 3},
              {"socket", 0}, {"socket", 1}, {"futex", 1},   {"personality", 0}, {"prctl", 0},
              {"mount", 3},  {"fcntl", 1},  {"madvise", 2}, {"kill", 1}};
static void conditions_mean_the_same(void) {
  static const char *const forms[] = {"arg%u == 0x%" PRIx64, "arg%u & 0xffffffff != 0x%" PRIx64,
                                      "arg%u <= 0x%" PRIx64, "not (arg%u in {1, 0x%" PRIx64 "})",
                                      "arg%u & 0x3f == 0 or arg%u & 0x%" PRIx64 " == 0"};
  unsigned wrong = 0, named = 0;
  for (unsigned n = 0; n < 1500; n++) {
    size_t p = below(sizeof places / sizeof *places);
    const char *arch = GEN_PICK(&gen, machines);
    unsigned argument = places[p].argument, form = below(5);
    uint64_t value = likely(w_argument_kind(arch, places[p].call, argument), arch);
    char text[200];
    if (form == 4)
      snprintf(text, sizeof text, forms[4], argument, argument, value);
    else
      snprintf(text, sizeof text, forms[form], argument, value);
    struct bdd *m = w_bdd_new(200000);
    const char *at = text;
    bdd_t f = BDD_NONE, g = BDD_NONE;
    if (!m || w_condition_read(m, &at, &f, NULL))
      exit(2);
    char *plain = w_condition_text(m, f); /* owned here */
    char *words =
        plain ? w_condition_named(m, plain, f, arch, places[p].call) : NULL; /* and here */
    struct words read = {.arch = arch, .call = places[p].call};
    at = words;
    if (words) {
      named++;
      wrong += w_condition_read_words(m, &read, &at, &g, NULL) || *at || f != g || !read.used;
    }
    free(words);
    free(plain);
    w_bdd_free(m);
  }
  report(wrong == 0, "conditions with names mean what they meant", NULL);
  report(named > 300, "many conditions had names", NULL);
}

/* What is known from the calls' definitions, and where nothing is: the name of an argument. */
static const struct {
  const char *arch, *call;
  unsigned argument;
  const char *name;
} arguments[] = {
    {"x86_64", "openat", 2, "flags"},
    {"x86_64", "fanotify_mark", 3, "dfd"},
    {"x86_64", "socket", 0, "domain"}, /* of the manual */
    {"x86_64", "socket", 1, "type"},
    {"x86_64", "clone", 0, "clone_flags"},
    {"s390x", "clone", 1, "clone_flags"},
    {"s390", "clone", 1, "clone_flags"}, /* of a kernel before that of the table */
    {"aarch64", "clone", 3, "tls"},
    {"x86_64", "clone", 3, "child_tidptr"},
    {"x86_64", "prctl", 0, "option"},
    {"x86_64", "prctl", 1, NULL}, /* arg2, which is arg1 */
    {"i386", "mmap", 0, "arg"},
    {"i386", "mmap", 2, NULL},
    {"s390", "mmap2", 1, NULL},
    {"x86_64", "read", 3, NULL},
    {"x86_64", "read", ARGUMENTS, NULL},
    {"x86_64", "no_such_call", 0, NULL},
    {"vax", "read", 0, "fd"},
    /* Not defined there, and the same wherever they are. */
    {"parisc", "pipe2", 1, "flags"},
    {"parisc64", "mmap", 2, "prot"},
    {"arm", "mmap2", 2, "prot"},
    {"arm", "fallocate", 1, "mode"},
    /* A number of 64 bits takes two registers there, or was moved to begin at an even one. */
    {"arm", "fallocate", 2, NULL},
    {"mips", "fanotify_mark", 1, "flags"},
    {"mips", "fanotify_mark", 2, NULL},
    {"mips", "fanotify_mark", 3, NULL},
};
/* Names of another architecture's definition, and of the kernel's where the manual has another. */
static const struct {
  const char *arch, *call, *name;
  unsigned argument;
} read_too[] = {
    {"x86_64", "socket", "family", 0},      {"x32", "recvfrom", "ubuf", 1},
    {"riscv64", "mmap", "off", 5},          {"mips64n32", "waitid", "upid", 1},
    {"i386", "mmap", "prot", ARGUMENTS},    {"x32", "preadv", "pos_h", ARGUMENTS},
    {"x86_64", "prctl", "arg2", ARGUMENTS}, {"x86_64", "read", "", ARGUMENTS},
    {"x86_64", "openat", "-", ARGUMENTS},   {"x86_64", "read", "cmd", ARGUMENTS},
};
static void arguments_have_names(void) {
  char name[ARGUMENT_NAME_MAX];
  unsigned wrong = 0, lost = 0, named = 0, nameless = 0, kinds[KINDS] = {0}, without = 0;
  for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
    bool is = w_argument_name(arguments[i].arch, arguments[i].call, arguments[i].argument, name);
    const char *want = arguments[i].name;
    if ((want ? !is || strcmp(want, name) != 0 : is) && ++wrong)
      printf("# argument %u of %s on %s is %s\n", arguments[i].argument, arguments[i].call,
             arguments[i].arch, is ? name : "nothing");
  }
  report(wrong == 0, "arguments have the names of their definitions", NULL);
  for (size_t i = wrong = 0; i < sizeof read_too / sizeof *read_too; i++) {
    unsigned is = w_argument_named(read_too[i].arch, read_too[i].call, read_too[i].name,
                                   strlen(read_too[i].name));
    if (is != read_too[i].argument && ++wrong)
      printf("# %s of %s on %s is argument %u\n", read_too[i].name, read_too[i].call,
             read_too[i].arch, is);
  }
  report(wrong == 0, "names of other definitions are read, where there is no doubt", NULL);
  for (unsigned a = wrong = 0; a < w_kernel_arch_count; a++) {
    const char *arch = w_kernel_arches[a].name;
    bool all = strcmp(arch, "x86_64") == 0; /* of the others some calls */
    for (size_t c = 0; c < w_kernel_arches[a].count; c += all ? 1 : 1 + below(5))
      for (unsigned n = 0; n < ARGUMENTS; n++) {
        const struct kernel_call *k = &w_kernel_arches[a].calls[c];
        if (!w_argument_name(arch, k->name, n, name)) {
          nameless += n < k->arguments; /* arg2 of prctl */
          continue;
        }
        kinds[w_argument_kind(arch, k->name, n)]++;
        named++;
        wrong += w_argument_named(arch, k->name, name, strlen(name)) != n;
        lost += !(w_arguments_called(name, strlen(name)) >> n & 1);
      }
  }
  report(wrong == 0 && lost == 0, "each argument is found by its name", NULL);
  report(named > 4000 && nameless * 50 < named, "nearly all arguments have names", NULL);
  for (unsigned k = 1; k < KINDS; k++)
    without += kinds[k] == 0;
  report(without == 0, "each kind of constants is some argument's", NULL);
}

static void hostile_text(void) {
  static const char *const bad[] = {"flags",
                                    "flags ==",
                                    "flags == O_",
                                    "O_CREAT",
                                    "O_CREAT == ",
                                    "flags & O_CREAT|O_EXCL == 0",
                                    "(O_CREAT|flags) == 0",
                                    "flags & (O_CREAT|) == 0",
                                    "flags in {O_CREAT|}",
                                    "flags in [O_CREAT, O_EXCL|",
                                    "arg2.flags == 1",
                                    "flags.low == 1",
                                    "O_CREAT.high == 1",
                                    "flags == o_creat"};
  unsigned accepted = 0, read = 0;
  bdd_t f;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct bdd *m = w_bdd_new(20000);
    struct words words = {.arch = "x86_64", .call = "openat"};
    const char *at = bad[i];
    if (w_condition_read_words(m, &words, &at, &f, NULL) == 0 && *at == '\0' && ++accepted)
      printf("# accepted: %s\n", bad[i]);
    w_bdd_free(m);
  }
  report(accepted == 0, "hostile: malformed names are refused", NULL);
  for (unsigned n = 0; n < 3000; n++) { /* under the sanitizers: nothing else is asked */
    char text[] = "flags & (O_ACCMODE|O_CREAT) == O_RDWR or flags in {O_EXCL, O_PATH|O_CLOEXEC}";
    for (unsigned k = 1 + below(4); k > 0; k--)
      text[below(sizeof text - 1)] = "()&+-<>=!{}[],.|0x9argOip_\t\n"[below(28)];
    struct bdd *m = w_bdd_new(2000);
    struct words words = {.arch = GEN_PICK(&gen, machines), .call = "openat"};
    struct meetings meetings;
    const char *at = text;
    w_meetings_start(&meetings);
    w_condition_meetings(text, &meetings);
    read += w_condition_read_words(m, &words, &at, &f, NULL) == 0;
    char *named = w_condition_named(m, text, BDD_TRUE, "x86_64", "openat");
    free(named);
    w_bdd_free(m);
  }
  report(read > 0, "hostile: 3,000 damaged conditions", "none could be read any more");
}

int main(void) {
  arguments_have_names();
  names_are_numbers();
  what_is_written_is_the_number();
  conditions_mean_the_same();
  hostile_text();
  return failures != 0;
}
