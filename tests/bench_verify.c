/* How long judging takes: the C verifier beside the time that this host's kernel reports for its
 * own, on the same programs in one run, and `warrant check` as a whole, with certification.
 *   bench_verify PATH...             every program of these objects, or of the objects in these
 * folders bench_verify --list CSV FOLDER   the programs that CSV names (file, section, function,
 * kernel, prog_type, prevail_user_s) and whose kernel is `pass` */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "kernel/kernel.h"
#include "verify/verify.h"

enum { ROUNDS = 5, SLOW_US = 100000, LINE_MAX_SIZE = 4096, COLUMNS_MAX = 32 };

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

/* --- Figures --------------------------------------------------------------------------------- */

struct figures {
  double *values; /* owned */
  size_t count, room;
};

static void add(struct figures *f, double v) {
  if (f->count == f->room) {
    f->room = 2 * f->room + 64;
    f->values = realloc(f->values, f->room * sizeof *f->values);
    if (!f->values)
      abort();
  }
  f->values[f->count++] = v;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double total(const struct figures *f) {
  double sum = 0;
  for (size_t i = 0; i < f->count; i++)
    sum += f->values[i];
  return sum;
}

static double median(struct figures *f) {
  qsort(f->values, f->count, sizeof *f->values, by_size);
  return f->count ? (f->values[(f->count - 1) / 2] + f->values[f->count / 2]) / 2 : 0;
}

struct set {
  const char *name;
  uint64_t programs, refused, kernel_refused, not_asked;
  struct figures verifier_us, kernel_us, ratios; /* of programs that both accept */
  struct figures check_ms;                       /* of all, processor time of the whole command */
  struct figures recorded_ms; /* of the same ones, what the list has for PREVAIL */
  long peak_kb;
  char peak_of[300];
};

/* --- One program ----------------------------------------------------------------------------- */

/* The command as a user calls it: processor time and memory of the whole process. */
static bool whole_check(const char *path, const char *prog, const char *type, double *ms,
                        long *kb) {
  malloc_trim(0); /* what this process has at the fork counts as the child's */
  pid_t child = fork();
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execl("build/bin/warrant", "warrant", "check", "--json", "--prog", prog, path,
          type ? "--type" : NULL, type, NULL);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) == 127)
    return false;
  *ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
  *kb = usage.ru_maxrss;
  return true;
}

/* The shortest of several rounds, in microseconds; negative: refused. */
static double verifier_time(const struct warrant_program *p) {
  double best = -1;
  for (int round = 0; round < ROUNDS; round++) {
    struct warrant_verdict v;
    struct warrant_error error;
    if (warrant_verify(p, NULL, &v, &error))
      return -1;
    bool accepted = v.verdict == WARRANT_ACCEPT;
    double us = (double)v.time_ns / 1e3;
    warrant_verdict_free(&v);
    if (!accepted)
      return -1;
    if (best < 0 || us < best)
      best = us;
  }
  return best;
}

static double thread_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* As the kernel reports it. That is time on the wall, so where others run on this processor
 * meanwhile, it is no more than the processor time of the load. -1: refused; -2: not asked. What
 * takes long stalls the host: once is enough. */
static double kernel_time(const struct warrant_program *p) {
  double best = -2;
  for (int round = 0; round < ROUNDS; round++) {
    struct warrant_kernel_result r;
    struct warrant_error error;
    double start = thread_us();
    if (warrant_kernel_load(p, &r, &error))
      return -2;
    double us = (double)r.verification_us, spent = thread_us() - start;
    enum warrant_kernel_verdict verdict = r.verdict;
    bool known = r.verification_known;
    warrant_kernel_result_free(&r);
    if (verdict != WARRANT_KERNEL_ACCEPT || !known)
      return verdict == WARRANT_KERNEL_REJECT ? -1 : -2;
    us = us < spent ? us : spent;
    if (best < 0 || us < best)
      best = us;
    if (us > SLOW_US)
      break;
  }
  return best;
}

static void measure(struct set *s, const char *path, const char *type,
                    const struct warrant_program *p, double recorded_s) {
  double ms;
  long kb;
  s->programs++;
  if (whole_check(path, p->name, type, &ms, &kb)) {
    add(&s->check_ms, ms);
    if (recorded_s >= 0)
      add(&s->recorded_ms, recorded_s * 1e3);
    if (kb > s->peak_kb) {
      s->peak_kb = kb;
      snprintf(s->peak_of, sizeof s->peak_of, "%.200s %.80s", path, p->name);
    }
  }
  double ours = verifier_time(p), kernel = kernel_time(p);
  s->refused += ours < 0;
  s->kernel_refused += kernel == -1;
  s->not_asked += kernel == -2;
  if (ours < 0 || kernel < 0)
    return;
  if (kernel < 0.5) /* it counts whole microseconds */
    kernel = 0.5;
  add(&s->verifier_us, ours);
  add(&s->kernel_us, kernel);
  add(&s->ratios, ours / kernel);
}

/* --- What to measure ------------------------------------------------------------------------- */

static void object(struct set *s, const char *path) {
  const struct warrant_load_options options = {.need_type = true};
  struct warrant_object o;
  struct warrant_error error;
  if (warrant_load(path, &options, &o, &error))
    return;
  for (uint32_t i = 0; i < o.count; i++)
    if (!o.problems[i].code && o.programs[i].kind == WARRANT_EBPF)
      measure(s, path, NULL, &o.programs[i], -1);
  warrant_object_free(&o);
}

static void path_of(struct set *s, const char *path) {
  struct stat st;
  struct dirent **entries;
  size_t length = strlen(path);
  if (stat(path, &st))
    return;
  if (!S_ISDIR(st.st_mode)) {
    if (length > 2 && !strcmp(path + length - 2, ".o"))
      object(s, path);
    return;
  }
  int n = scandir(path, &entries, NULL, alphasort);
  for (int i = 0; i < n; i++) {
    char below[4096];
    snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
    if (entries[i]->d_name[0] != '.' && strcmp(entries[i]->d_name, "hostile"))
      path_of(s, below);
    free(entries[i]);
  }
  if (n >= 0)
    free(entries);
}

/* Splits in place; the list has no quoted fields. */
static int split(char *line, char **fields) {
  int n = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *field; n < COLUMNS_MAX && (field = strsep(&line, ",")); n++)
    fields[n] = field;
  return n;
}

static int column(char **names, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (!strcmp(names[i], name))
      return i;
  fprintf(stderr, "bench_verify: the list has no column %s\n", name);
  exit(2);
}

static void listed(struct set *s, const char *folder, const char *file, const char *section,
                   const char *function, const char *type, double recorded_s) {
  char path[4096];
  uint32_t number = (uint32_t)strtoul(type, NULL, 10);
  const char *name = number ? warrant_type_name(number) : NULL;
  const struct warrant_load_options options = {.prog = function, .type = name};
  struct warrant_object o;
  struct warrant_error error;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (warrant_load(path, &options, &o, &error)) {
    s->programs++;
    s->refused++;
    return;
  }
  for (uint32_t i = 0; i < o.count; i++) {
    if (o.count > 1 && strcmp(o.programs[i].section, section))
      continue;
    if (o.problems[i].code) {
      s->programs++;
      s->refused++;
    } else {
      measure(s, path, name, &o.programs[i], recorded_s);
    }
    break;
  }
  warrant_object_free(&o);
}

static void list(struct set *s, const char *csv, const char *folder) {
  FILE *in = fopen(csv, "r");
  static char head[LINE_MAX_SIZE], line[LINE_MAX_SIZE];
  char *names[COLUMNS_MAX], *fields[COLUMNS_MAX];
  if (!in || !fgets(head, sizeof head, in)) {
    fprintf(stderr, "bench_verify: can't read %s\n", csv);
    exit(2);
  }
  int count = split(head, names);
  int file = column(names, count, "file"), section = column(names, count, "section"),
      function = column(names, count, "function"), kernel = column(names, count, "kernel"),
      type = column(names, count, "prog_type"), recorded = column(names, count, "prevail_user_s");
  while (fgets(line, sizeof line, in))
    if (split(line, fields) == count && !strcmp(fields[kernel], "pass"))
      listed(s, folder, fields[file], fields[section], fields[function], fields[type],
             *fields[recorded] ? strtod(fields[recorded], NULL) : -1);
  fclose(in);
}

/* --- Result ---------------------------------------------------------------------------------- */

static void tell(struct set *s) {
  size_t both = s->verifier_us.count;
  printf("%s: %" PRIu64 " programs; not accepted here %" PRIu64 ", refused by the kernel %" PRIu64
         ", not looked at there %" PRIu64 "\n",
         s->name, s->programs, s->refused, s->kernel_refused, s->not_asked);
  if (both) {
    double ours = total(&s->verifier_us), kernel = total(&s->kernel_us),
           m = median(&s->verifier_us), km = median(&s->kernel_us);
    printf("  both accept %-16zu %12s %12s %8s\n", both, "verifier", "kernel", "ratio");
    printf("  %-28s %9.2f ms %9.2f ms %8.2f\n", "total", ours / 1e3, kernel / 1e3, ours / kernel);
    printf("  %-28s %9.1f us %9.1f us %8.2f\n", "median", m, km, m / km);
    printf("  %-28s %12s %12s %8.2f\n", "median of the ratios", "", "", median(&s->ratios));
  }
  printf("  check with certification, processor time of the whole command: total %.2f s, median "
         "%.1f ms\n",
         total(&s->check_ms) / 1e3, median(&s->check_ms));
  if (s->recorded_ms.count)
    printf("  PREVAIL, as the list records it for %zu of these: total %.2f s, median %.1f ms (user "
           "time)\n",
           s->recorded_ms.count, total(&s->recorded_ms) / 1e3, median(&s->recorded_ms));
  printf("  most memory %.1f MB: %s\n", (double)s->peak_kb / 1e3, s->peak_of);
}

int main(int argc, char **argv) {
  struct utsname host;
  struct set s = {0};
  libbpf_set_print(quiet);
  if (argc < 2 || (!strcmp(argv[1], "--list") && argc != 4)) {
    fputs("usage: bench_verify PATH... | --list CSV FOLDER\n", stderr);
    return 2;
  }
  if (uname(&host) == 0)
    printf("Warrant %s, Linux %s, shortest of %d rounds\n", WARRANT_VERSION, host.release, ROUNDS);
  if (!strcmp(argv[1], "--list")) {
    s.name = argv[3];
    list(&s, argv[2], argv[3]);
    tell(&s);
    return 0;
  }
  for (int i = 1; i < argc; i++) {
    s = (struct set){.name = argv[i]};
    path_of(&s, argv[i]);
    tell(&s);
  }
  return 0;
}
