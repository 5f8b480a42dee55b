/* Folders, embedded objects, processes and the table at the end. */
#include "cmd/cmd_subjects.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isa/room.h"
#include "load/loader.h"

/* --- Which ----------------------------------------------------------------------------------- */

static bool add(struct subjects *s, const char *path, bool embedded, size_t offset, size_t size) {
  struct subject *larger = w_room_for_one(s->list, s->count, &s->room, sizeof *larger);
  if (!larger)
    return false;
  s->list = larger;
  struct subject *x = &s->list[s->count];
  *x = (struct subject){.path = strdup(path), .offset = offset, .size = size, .embedded = embedded};
  if (embedded ? asprintf(&x->name, "%s@0x%zx", path, offset) < 0 : !(x->name = strdup(path)))
    x->name = NULL;
  if (!x->path || !x->name) {
    free(x->path);
    free(x->name);
    return false;
  }
  s->count++;
  return true;
}

enum form { OTHER, OBJECT, EXECUTABLE };

/* From the first bytes; a compiler before BPF had a machine number wrote 0. */
static enum form form_of(const char *path) {
  uint8_t head[20] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  ssize_t n =
      fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, head, sizeof head) : 0;
  if (fd >= 0)
    close(fd);
  if (n < (ssize_t)sizeof head || memcmp(head, "\177ELF", 4))
    return OTHER;
  unsigned machine = head[18] | head[19] << 8, type = head[16] | head[17] << 8;
  bool bpf = machine == 247 || machine == 0;
  return bpf && head[5] == 1 && type == 1 ? OBJECT : machine == 247 ? OTHER : EXECUTABLE;
}

/* The objects inside; 0, or -1 when out of memory. A file that can't be read has none. */
static int add_embedded(struct subjects *s, const char *path) {
  struct warrant_error error;
  uint8_t *bytes = NULL;
  size_t size = 0, length;
  bool good = true;
  if (warrant_read_file(path, &bytes, &size, &error))
    return 0;
  for (size_t at = 1; good && warrant_embedded(bytes, size, &at, &length); at += length) {
    good = add(s, path, true, at, length);
    s->embedded++;
  }
  free(bytes);
  return good ? 0 : -1;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
  return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_folder(struct subjects *s, char *path) {
  char *roots[] = {path, NULL};
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, by_name);
  bool good = tree != NULL;
  for (FTSENT *e; good && (e = fts_read(tree));) {
    size_t before = s->count;
    switch (e->fts_info) {
    case FTS_F:
    case FTS_SL:
    case FTS_SLNONE:
    case FTS_DEFAULT:
      s->files++;
      break;
    case FTS_DNR:
    case FTS_ERR:
      cmd_complain("%s: %s", e->fts_path, strerror(e->fts_errno));
      continue;
    default:
      continue;
    }
    enum form form = e->fts_info == FTS_F ? form_of(e->fts_accpath) : OTHER;
    if (form == OBJECT) {
      good = add(s, e->fts_path, false, 0, 0);
      s->objects++;
    } else if (form == EXECUTABLE) {
      good = add_embedded(s, e->fts_path) == 0;
    }
    if (s->count == before)
      s->skipped++;
  }
  if (tree)
    fts_close(tree);
  return good ? 0 : -1;
}

int subjects_collect(char **arguments, int count, struct subjects *s) {
  memset(s, 0, sizeof *s);
  for (int i = 0; i < count; i++) {
    char *path = arguments[i];
    struct stat st;
    size_t before = s->count;
    int result = 0;
    bool standard = strcmp(path, "-") == 0;
    if (!standard && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
      s->folder = true;
      result = add_folder(s, path);
    } else {
      if (!standard && form_of(path) == EXECUTABLE)
        result = add_embedded(s, path);
      if (result == 0 && s->count == before) /* then the loader says what it is */
        result = add(s, path, false, 0, 0) ? 0 : -1;
    }
    if (result) {
      cmd_complain("out of memory");
      return WARRANT_BAD_INPUT;
    }
  }
  return WARRANT_OK;
}

void subjects_free(struct subjects *s) {
  for (size_t i = 0; i < s->count; i++) {
    free(s->list[i].name);
    free(s->list[i].path);
  }
  free(s->list);
  memset(s, 0, sizeof *s);
}

int subjects_load(const struct subject *s, const struct warrant_load_options *options,
                  struct warrant_object *object, struct warrant_error *error) {
  if (!s->embedded)
    return warrant_load(s->path, options, object, error);
  uint8_t *bytes = NULL;
  size_t size = 0;
  memset(object, 0, sizeof *object);
  if (warrant_read_file(s->path, &bytes, &size, error))
    return -1;
  int result =
      s->offset > size || s->size > size - s->offset
          ? warrant_fail(error, WARRANT_BAD_INPUT, "%s: has changed meanwhile", s->name)
          : warrant_load_bytes(s->name, bytes + s->offset, s->size, options, object, error);
  free(bytes);
  return result;
}

/* --- The table ------------------------------------------------------------------------------- */

void tally_add(struct tally *t, const char *type, enum tally_column column, const char *reason) {
  size_t i = 0, last = sizeof t->types / sizeof *t->types - 1;
  if (!type)
    type = "none";
  while (i < last && *t->types[i].name && strcmp(t->types[i].name, type))
    i++;
  if (!*t->types[i].name)
    snprintf(t->types[i].name, sizeof t->types[i].name, "%s", i < last ? type : "others");
  t->types[i].counts[column]++;
  if (!reason)
    return;
  last = sizeof t->reasons / sizeof *t->reasons - 1;
  for (i = 0; i < last && *t->reasons[i].name && strcmp(t->reasons[i].name, reason);)
    i++;
  if (!*t->reasons[i].name)
    snprintf(t->reasons[i].name, sizeof t->reasons[i].name, "%s", i < last ? reason : "others");
  t->reasons[i].count++;
}

static void merge(struct tally *to, const struct tally *from) {
  for (size_t i = 0; i < sizeof from->types / sizeof *from->types; i++)
    for (int c = 0; c < TALLY_COLUMNS; c++)
      for (uint32_t n = from->types[i].counts[c]; n; n--)
        tally_add(to, from->types[i].name, (enum tally_column)c, NULL);
  for (size_t i = 0; i < sizeof from->reasons / sizeof *from->reasons; i++) {
    size_t k = 0, last = sizeof to->reasons / sizeof *to->reasons - 1;
    if (!from->reasons[i].count)
      continue;
    while (k < last && *to->reasons[k].name && strcmp(to->reasons[k].name, from->reasons[i].name))
      k++;
    memcpy(to->reasons[k].name, from->reasons[i].name, sizeof to->reasons[k].name);
    to->reasons[k].count += from->reasons[i].count;
  }
}

static void print_row(const char *name, const uint32_t *counts) {
  uint32_t all = 0;
  printf("%-24s", name);
  for (int c = 0; c < TALLY_COLUMNS; c++)
    all += counts[c];
  printf(" %9u %9u", all, counts[TALLY_CERTIFIED]);
  for (int c = TALLY_REFUSED; c < TALLY_COLUMNS; c++)
    printf(" %11u", counts[c] + (c == TALLY_ERROR ? counts[TALLY_UNCERTIFIED] : 0));
  printf(" %8.1f %%\n", all ? 100.0 * counts[TALLY_CERTIFIED] / all : 0);
}

void subjects_print(FILE *out, const struct subjects *s) {
  fprintf(out, "%zu files in folders: %zu BPF objects, %zu skipped; %zu objects inside of others\n",
          s->files, s->objects, s->skipped, s->embedded);
}

void tally_print(const struct tally *t, const struct subjects *s) {
  uint32_t all[TALLY_COLUMNS] = {0};
  putchar('\n');
  subjects_print(stdout, s);
  putchar('\n');
  printf("%-24s %9s %9s %11s %11s %11s %11s %10s\n", "type", "programs", "certified", "refused",
         "unsupported", "gave up", "errors", "certified");
  for (size_t i = 0; i < sizeof t->types / sizeof *t->types && *t->types[i].name; i++) {
    print_row(t->types[i].name, t->types[i].counts);
    for (int c = 0; c < TALLY_COLUMNS; c++)
      all[c] += t->types[i].counts[c];
  }
  print_row("all", all);
  bool done[sizeof t->reasons / sizeof *t->reasons] = {0};
  for (size_t n = 0; n < sizeof done; n++) { /* by falling count */
    size_t best = sizeof done;
    for (size_t i = 0; i < sizeof done; i++)
      if (!done[i] && t->reasons[i].count &&
          (best == sizeof done || t->reasons[i].count > t->reasons[best].count))
        best = i;
    if (best == sizeof done)
      break;
    done[best] = true;
    printf("%s%-24s %9u\n", n ? "" : "\nnot accepted because of\n", t->reasons[best].name,
           t->reasons[best].count);
  }
}

/* --- Processes ------------------------------------------------------------------------------- */

/* What a worker sends about one subject; its output follows. */
struct message {
  size_t index;
  int code;
  size_t out, err;
  struct tally tally;
};
struct result {
  struct message head;
  char *text; /* owned; out, then err */
  bool there;
};
struct worker {
  pid_t pid;
  int pipe;
  uint8_t *buffer; /* owned; what has come of the next message */
  size_t used, room;
  size_t busy; /* 1 + the subject it last began */
};
/* Between all processes. */
struct shared {
  size_t next;
  size_t begun[]; /* by worker: 1 + the subject */
};

static bool send_all(int fd, const void *bytes, size_t size) {
  for (const char *p = bytes; size;) {
    ssize_t n = write(fd, p, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    p += n;
    size -= (size_t)n;
  }
  return true;
}

/* Sends what was written to a temporary file, and empties it. */
static bool send_file(int to, int from, size_t size) {
  char block[65536];
  for (size_t at = 0; at < size;) {
    ssize_t n = pread(from, block, sizeof block, (off_t)at);
    if (n <= 0 || !send_all(to, block, (size_t)n))
      return false;
    at += (size_t)n;
  }
  return ftruncate(from, 0) == 0 && lseek(from, 0, SEEK_SET) == 0;
}

static _Noreturn void work(const struct subjects *s, subject_check *each, void *context,
                           struct shared *shared, size_t number, int to) {
  int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
  if (out < 0 || err < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
    _exit(1);
  for (size_t i; (i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) < s->count;) {
    __atomic_store_n(&shared->begun[number], i + 1, __ATOMIC_RELEASE);
    struct message m = {.index = i};
    m.code = each(context, &s->list[i], &m.tally);
    fflush(stdout);
    fflush(stderr);
    struct stat a, b;
    if (fstat(out, &a) || fstat(err, &b))
      _exit(1);
    m.out = (size_t)a.st_size;
    m.err = (size_t)b.st_size;
    if (!send_all(to, &m, sizeof m) || !send_file(to, out, m.out) || !send_file(to, err, m.err))
      _exit(1);
    __atomic_store_n(&shared->begun[number], 0, __ATOMIC_RELEASE);
  }
  _exit(0);
}

/* Takes what has come; false at the end of the worker. */
static bool receive(struct worker *w, struct result *results) {
  if (w->room - w->used < 65536) {
    size_t room = w->room + 131072 + w->room / 2;
    uint8_t *larger = realloc(w->buffer, room);
    if (!larger)
      return false;
    w->buffer = larger;
    w->room = room;
  }
  ssize_t n = read(w->pipe, w->buffer + w->used, w->room - w->used);
  if (n < 0 && errno == EINTR)
    return true;
  if (n <= 0)
    return false;
  w->used += (size_t)n;
  for (;;) {
    struct message m;
    if (w->used < sizeof m)
      return true;
    memcpy(&m, w->buffer, sizeof m);
    if (w->used - sizeof m < m.out + m.err)
      return true;
    struct result *r = &results[m.index];
    if (!(r->text = malloc(m.out + m.err + 1)))
      return false;
    memcpy(r->text, w->buffer + sizeof m, m.out + m.err);
    r->head = m;
    r->there = true;
    w->used -= sizeof m + m.out + m.err;
    memmove(w->buffer, w->buffer + sizeof m + m.out + m.err, w->used);
  }
}

/* A worker that died took its subject with it. */
static void bury(struct worker *w, const struct subjects *s, const struct shared *shared,
                 size_t number, struct result *results) {
  int status = 0;
  while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
    ;
  size_t begun = __atomic_load_n(&shared->begun[number], __ATOMIC_ACQUIRE);
  if (!begun || begun > s->count || results[begun - 1].there)
    return;
  struct result *r = &results[begun - 1];
  r->there = true;
  r->head.code = WARRANT_BAD_INPUT;
  int n = asprintf(&r->text, "warrant: %s: its process ended before there was a verdict (%s %d)\n",
                   s->list[begun - 1].name, WIFSIGNALED(status) ? "signal" : "status",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  if (n < 0)
    r->text = NULL;
  r->head.err = n < 0 ? 0 : (size_t)n;
  tally_add(&r->head.tally, NULL, TALLY_ERROR, "no-verdict");
}

static int run_alone(const struct cmd_options *options, const struct subjects *s,
                     subject_check *each, void *context, struct tally *tally) {
  int code = WARRANT_OK;
  for (size_t i = 0; i < s->count; i++) {
    cmd_progress(options, i, s->count, s->list[i].name);
    code = cmd_worse(code, each(context, &s->list[i], tally));
  }
  cmd_progress(options, s->count, s->count, "");
  return code;
}

int subjects_run(const struct cmd_options *options, const struct subjects *s, subject_check *each,
                 void *context, struct tally *tally) {
  size_t jobs = (size_t)options->jobs < s->count ? (size_t)options->jobs : s->count;
  if (jobs < 2)
    return run_alone(options, s, each, context, tally);
  size_t bytes = sizeof(struct shared) + jobs * sizeof(size_t);
  struct shared *shared =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct result *results = calloc(s->count, sizeof *results);
  struct worker *workers = calloc(jobs, sizeof *workers);
  struct pollfd *polled = calloc(jobs, sizeof *polled);
  int code = WARRANT_OK;
  size_t running = 0, printed = 0;
  bool good = shared != MAP_FAILED && results && workers && polled;
  fflush(stdout);
  fflush(stderr);
  for (size_t k = 0; good && k < jobs; k++) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
      break;
    pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      work(s, each, context, shared, k, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
      close(ends[0]);
      break;
    }
    workers[k] = (struct worker){.pid = pid, .pipe = ends[0]};
    running++;
  }
  size_t started = running;
  if (good && started == 0) {
    code = run_alone(options, s, each, context, tally);
    printed = s->count;
  }
  while (running) {
    for (size_t k = 0; k < started; k++)
      polled[k] = (struct pollfd){.fd = workers[k].pid ? workers[k].pipe : -1, .events = POLLIN};
    if (poll(polled, started, -1) < 0 && errno != EINTR)
      break;
    for (size_t k = 0; k < started; k++) {
      if (polled[k].fd < 0 || !polled[k].revents || receive(&workers[k], results))
        continue;
      close(workers[k].pipe);
      bury(&workers[k], s, shared, k, results);
      workers[k].pid = 0;
      running--;
    }
    for (; printed < s->count && results[printed].there; printed++) {
      struct result *r = &results[printed];
      cmd_progress(options, s->count, s->count, "");
      fwrite(r->text, 1, r->head.out, stdout);
      fflush(stdout);
      fwrite(r->text + r->head.out, 1, r->head.err, stderr);
      code = cmd_worse(code, r->head.code);
      merge(tally, &r->head.tally);
      free(r->text);
      r->text = NULL;
      cmd_progress(options, printed, s->count, s->list[printed].name);
    }
  }
  cmd_progress(options, s->count, s->count, "");
  if (printed < s->count) {
    cmd_complain("%zu of %zu inputs were not looked at: no memory or no processes",
                 s->count - printed, s->count);
    code = cmd_worse(code, WARRANT_NO_ENGINE);
  }
  for (size_t k = 0; workers && k < jobs; k++)
    free(workers[k].buffer);
  for (size_t i = 0; results && i < s->count; i++)
    free(results[i].text);
  free(workers);
  free(results);
  free(polled);
  if (shared != MAP_FAILED)
    munmap(shared, bytes);
  return code;
}
