/* How the cost of `warrant seccomp audit` grows with a filter's rules:
 *   bench_seccomp FOLDER WARRANT [--old WARRANT] [--tools SECCOMP-TOOLS] [FILE...]
 * The nodes of diagrams, which are the same in each run, and of families the growth for each
 * doubling; processor time of whole processes, of the other programs in turn with ours, and the
 * medians. Filters are written to the folder; each FILE is one more. Fails when nodes grow faster
 * than docs/performance.md says. */
#include <fcntl.h>
#include <math.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/audit.h"
#include "rules.h"

enum { ROUNDS = 5, SLOW_MS = 2000, LONGEST_S = 10, PATH_SIZE = 4096 };

static const char *folder, *ours, *old, *tools;
static bool failed;

/* ---- Filters ---- */

static struct rules_filter filter;
static bool exported(scmp_filter_ctx ctx, const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
  bool good = fd >= 0 && seccomp_export_bpf(ctx, fd) == 0;
  return (fd < 0 || close(fd) == 0) && good;
}
static bool filter_read(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return false;
  filter.count = (uint32_t)fread(filter.insns, sizeof *filter.insns, RULES_INSNS_MAX, f);
  bool good = filter.count > 0 && fgetc(f) == EOF;
  fclose(f);
  return good;
}
static bool filter_write(const char *path) {
  FILE *f = fopen(path, "wb");
  if (!f)
    return false;
  bool good = fwrite(filter.insns, sizeof *filter.insns, filter.count, f) == filter.count;
  return fclose(f) == 0 && good;
}

/* As a container's profile: n calls, some of them with certain arguments, on three architectures.
 */
static bool container(unsigned n, const char *path) {
  static const struct scmp_arg_cmp persons[] = {{0, SCMP_CMP_EQ, 0, 0},
                                                {0, SCMP_CMP_EQ, 8, 0},
                                                {0, SCMP_CMP_EQ, 0x20000, 0},
                                                {0, SCMP_CMP_EQ, 0x20008, 0},
                                                {0, SCMP_CMP_EQ, UINT32_MAX, 0}};
  const struct scmp_arg_cmp spaces = {0, SCMP_CMP_MASKED_EQ, 0x7e020000, 0};
  const struct scmp_arg_cmp vsock = {0, SCMP_CMP_NE, 40, 0};
  scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(1));
  bool good = ctx;
  if (good && seccomp_arch_native() == SCMP_ARCH_X86_64)
    good = seccomp_arch_add(ctx, SCMP_ARCH_X86) == 0 && seccomp_arch_add(ctx, SCMP_ARCH_X32) == 0;
  for (int nr = 0; nr < (int)n && good; nr++) {
    if (nr == SCMP_SYS(personality))
      for (size_t i = 0; i < sizeof persons / sizeof *persons; i++)
        seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &persons[i]);
    else if (nr == SCMP_SYS(clone))
      seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &spaces);
    else if (nr == SCMP_SYS(socket))
      seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &vsock);
    else
      seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
  }
  good = good && exported(ctx, path);
  seccomp_release(ctx);
  return good;
}
/* n rules on one call, as libseccomp compiles and sorts them. */
static bool one_call(unsigned n, const char *path) {
  scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(1));
  bool good = ctx;
  for (unsigned i = 0; i < n && good; i++) {
    struct scmp_arg_cmp cmp = {i % 6, SCMP_CMP_EQ, (uint64_t)(7 * i + 1) << 32 | 2654435761u * i,
                               0};
    good = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &cmp) == 0;
  }
  good = good && exported(ctx, path);
  seccomp_release(ctx);
  return good;
}

/* ---- Nodes ---- */

struct nodes {
  uint32_t made, result; /* until the table is there; of the table */
  bool decided, good;
};
static uint32_t reachable(const struct bdd *m, const struct audit *a) {
  uint32_t count = w_bdd_nodes(m), depth = 0, seen = 0;
  bool *marked = calloc(count, sizeof *marked);
  bdd_t *stack = calloc((size_t)2 * count, sizeof *stack);
  if (!marked || !stack)
    abort();
  for (uint32_t i = 0; i < a->outcome_count; i++)
    stack[depth++] = a->outcomes[i].when;
  while (depth) {
    bdd_t f = stack[--depth];
    if (bdd_is_leaf(f) || marked[f])
      continue;
    marked[f] = true;
    seen++;
    stack[depth++] = w_bdd_low(m, f);
    stack[depth++] = w_bdd_high(m, f);
  }
  free(marked);
  free(stack);
  return seen;
}
static struct nodes nodes_of(void) {
  static struct warrant_cinsn insns[RULES_INSNS_MAX];
  struct warrant_program p = {.kind = WARRANT_SECCOMP, .cinsns = insns, .insn_count = filter.count};
  struct nodes n = {0};
  struct bdd *m = w_bdd_new(AUDIT_LIMIT);
  struct audit a;
  for (uint32_t i = 0; i < filter.count; i++)
    insns[i] = (struct warrant_cinsn){filter.insns[i].code, filter.insns[i].jt, filter.insns[i].jf,
                                      filter.insns[i].k};
  if (!m)
    abort();
  if (warrant_audit(&p, m, &a, NULL) == 0) {
    n = (struct nodes){w_bdd_nodes(m), reachable(m, &a), a.undecided == BDD_FALSE, true};
    w_audit_free(&a);
  }
  w_bdd_free(m);
  return n;
}

/* ---- Time ---- */

struct timed {
  double ms[ROUNDS];
  unsigned count;
  int findings;          /* -1: it failed */
  bool truncated, ended; /* by itself */
};
static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double median(const double *values, unsigned count) {
  double sorted[ROUNDS];
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_size);
  return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* What a program found, from its JSON: ours, or that of seccomp-tools. */
static void output_read(const char *path, struct timed *t, bool of_tools) {
  const char *mark = of_tools ? "\"severity\"" : "\"finding\"";
  FILE *f = fopen(path, "r");
  char *line = NULL; /* owned here */
  size_t room = 0;
  t->findings = 0;
  while (f && getline(&line, &room, f) > 0) {
    if (strstr(line, "\"undecided\""))
      continue; /* the reverse of one */
    for (const char *at = line; (at = strstr(at, mark)); at += strlen(mark))
      t->findings++;
    t->truncated |= strstr(line, "\"truncated\":true") || strstr(line, "\"truncated\": true");
  }
  free(line);
  if (f)
    fclose(f);
}
static void run_once(struct timed *t, char *const *command, bool of_tools) {
  char out[PATH_SIZE];
  snprintf(out, sizeof out, "%s/out", folder);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit most = {LONGEST_S, LONGEST_S};
    setrlimit(RLIMIT_CPU, &most);
    if (!freopen(out, "w", stdout) || !freopen("/dev/null", "w", stderr))
      _exit(127);
    execvp(command[0], command);
    _exit(127);
  }
  int status = -1;
  struct rusage used = {0};
  if (child < 0 || wait4(child, &status, 0, &used) != child)
    abort();
  t->ended = WIFEXITED(status);
  t->ms[t->count++] = 1e3 * (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                      1e-3 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
    output_read(out, t, of_tools);
  else
    t->findings = -1;
}
static void print_other(const struct timed *t) {
  if (t->count == 0)
    return;
  printf("%s%9.0f", t->ended ? "" : ">", median(t->ms, t->count));
  if (t->findings < 0)
    printf("   none");
  else
    printf("%7d%s", t->findings, t->truncated ? " in part" : "");
}
/* Which of the others are still asked: of a family, until one fails or takes long. */
struct others {
  const char *old, *tools;
};
/* Ours and the others in turn. */
static void print_times(const char *path, struct others *others) {
  struct timed new = {0}, before = {0}, other = {0};
  double ratios[ROUNDS];
  char *file = strdup(path); /* owned here */
  for (unsigned i = 0; i < ROUNDS; i++) {
    run_once(&new, (char *[]){(char *)ours, "seccomp", "audit", "--json", file, NULL}, false);
    if (others->old) {
      run_once(&before, (char *[]){(char *)others->old, "seccomp", "audit", "--json", file, NULL},
               false);
      ratios[i] = new.ms[i] / before.ms[i];
    }
    if (others->tools && i == 0)
      run_once(&other,
               (char *[]){(char *)others->tools, "audit", "-a", "amd64", "-f", "json", file, NULL},
               true);
  }
  free(file);
  printf("%9.0f%7d", median(new.ms, ROUNDS), new.findings);
  if (others->old) {
    print_other(&before);
    printf("%8.2f", median(ratios, ROUNDS));
    if (before.findings < 0 || median(before.ms, ROUNDS) > SLOW_MS)
      others->old = NULL;
  } else if (old) {
    printf("%9s%7s%8s", "-", "", "");
  }
  print_other(&other);
  if (other.count && (other.findings < 0 || other.truncated || other.ms[0] > SLOW_MS))
    others->tools = NULL;
  if (new.findings < 0)
    failed = true;
}

/* ---- Rows ---- */

static void print_head(void) {
  printf("%-16s%6s%7s%9s%7s%9s%7s%9s%7s", "family", "n", "insns", "made", "ratio", "result",
         "ratio", "ms", "found");
  if (old)
    printf("%9s%7s%8s", "old ms", "found", "ratio");
  if (tools)
    printf("%9s%7s", "tools ms", "found");
  putchar('\n');
}
/* `n` is 0 for a filter of no family; `last` is that of half the rules, or NULL, and `first` that
 * of the fewest. Nodes may grow by `most` from the last, or as the table has since the first. */
static struct nodes row(const char *name, unsigned n, const char *path, const struct nodes *first,
                        const struct nodes *last, double most, struct others *others) {
  struct nodes nodes = nodes_of();
  char number[16] = "";
  if (n)
    snprintf(number, sizeof number, "%u", n);
  printf("%-16s%6s%7u", name, number, filter.count);
  if (!nodes.good) {
    puts("  not audited");
    failed = true;
    return nodes;
  }
  printf("%9u", nodes.made);
  double made = last ? (double)nodes.made / last->made : 0;
  double result = last ? (double)nodes.result / last->result : 0;
  if (last)
    printf("%7.2f%9u%7.2f", made, nodes.result, result);
  else
    printf("%7s%9u%7s", "", nodes.result, "");
  print_times(path, others);
  bool fast = last && made > most &&
              (double)nodes.made / first->made > (double)nodes.result / first->result;
  printf("%s%s\n", nodes.decided ? "" : "  undecided in part", fast ? "  grows too fast" : "");
  failed |= fast || !nodes.decided;
  return nodes;
}

typedef bool (*maker)(unsigned n, const char *path);
static void family(const char *name, maker make, int kind, unsigned first_n, unsigned last_n,
                   double most) {
  struct nodes first = {0}, last = {0};
  struct others others = {old, tools};
  for (unsigned n = first_n; n <= last_n; n *= 2) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s-%u.bpf", folder, name, n);
    if (!make)
      rules_make(&filter, (enum rules)kind, n);
    if (make ? !make(n, path) || !filter_read(path) : !filter_write(path)) {
      printf("%-16s%6u could not be made\n", name, n);
      failed = true;
      return;
    }
    last = row(name, n, path, &first, last.good ? &last : NULL, most, &others);
    if (n == first_n)
      first = last;
  }
}

int main(int argc, char **argv) {
  int at = 3;
  if (argc < 3) {
    fputs("usage: bench_seccomp FOLDER WARRANT [--old WARRANT] [--tools PATH] [FILE...]\n", stderr);
    return 2;
  }
  folder = argv[1];
  ours = argv[2];
  for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2)
    *(strcmp(argv[at], "--old") == 0 ? &old : &tools) = argv[at + 1];
  print_head();
  for (int kind = 0; kind < RULES_KINDS; kind++) /* masks: no faster than their result */
    family(rules_names[kind], NULL, kind, 25, 800, kind == RULES_MASKS ? 0 : 2.5);
  family("container", container, 0, 50, 400, HUGE_VAL);
  family("libseccomp", one_call, 0, 25, 400, HUGE_VAL);
  for (; at < argc; at++) {
    const char *name = strrchr(argv[at], '/');
    if (filter_read(argv[at])) {
      struct others others = {old, tools};
      row(name ? name + 1 : argv[at], 0, argv[at], NULL, NULL, HUGE_VAL, &others);
    } else {
      printf("%s could not be read\n", argv[at]);
      failed = true;
    }
  }
  return failed;
}
