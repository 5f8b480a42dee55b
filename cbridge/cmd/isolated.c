#include "cmd/isolated.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- The program ----------------------------------------------------------------------------- */

#define VALIDATOR "warrant-validate"

bool isolated_validator(char *path, size_t size) {
  ssize_t n = readlink("/proc/self/exe", path, size - 1);
  char *slash = n > 0 ? (path[n] = '\0', strrchr(path, '/')) : NULL;
  if (slash && slash + 1 + sizeof VALIDATOR <= path + size) {
    strcpy(slash + 1, VALIDATOR);
    if (access(path, X_OK) == 0)
      return true;
  }
  for (const char *at = getenv("PATH"); at && *at; at += strspn(at, ":")) {
    int length = (int)strcspn(at, ":");
    int written = snprintf(path, size, "%.*s/" VALIDATOR, length, at);
    if (length && written > 0 && (size_t)written < size && access(path, X_OK) == 0)
      return true;
    at += length;
  }
  return false;
}

#define ENDLESS "its process answers more than there is room for"

/* --- Bytes from and to other processes ------------------------------------------------------- */

/* All that comes until the other end is closed, `most` bytes at most; false: more, or no memory. */
static bool read_all(int fd, size_t most, uint8_t **bytes, size_t *size) {
  size_t room = 0;
  *bytes = NULL;
  *size = 0;
  for (;;) {
    if (*size == room) {
      room = room ? 2 * room : 4096;
      uint8_t *larger = room > 2 * most ? NULL : realloc(*bytes, room);
      if (!larger)
        return false;
      *bytes = larger;
    }
    ssize_t n = read(fd, *bytes + *size, room - *size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n == 0 && *size <= most;
    *size += (size_t)n;
  }
}

static int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return status;
}

/* Above the numbers that a child gets. */
static int moved_up(int fd) {
  int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
  if (fd >= 0)
    close(fd);
  return up;
}

/* A file that has these bytes and no name, and that nobody can change any more; -1: there is none.
 */
static int sealed(const uint8_t *bytes, size_t size) {
  int fd = moved_up(memfd_create("warrant", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  for (size_t at = 0; fd >= 0 && at < size;) {
    ssize_t n = write(fd, bytes + at, size - at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      close(fd);
      return -1;
    }
    at += (size_t)n;
  }
  if (fd >= 0 && (lseek(fd, 0, SEEK_SET) ||
                  fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK))) {
    close(fd);
    return -1;
  }
  return fd;
}

/* --- Limits ---------------------------------------------------------------------------------- */

/* What the validator maps and hardly uses: its stack. */
#define SET_ASIDE ((uint64_t)320 << 20)

/* Of the process itself: memory beside what it has. */
static void limit_self(const struct isolated_limits *limits) {
  if (limits->ns) {
    const struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(limits->ns / 1000000000),
                     .tv_usec = (suseconds_t)(limits->ns % 1000000000 / 1000 + 1)}};
    signal(SIGPROF, SIG_DFL);
    setitimer(ITIMER_PROF, &timer, NULL);
  }
  if (limits->bytes) {
    unsigned long long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm && fscanf(statm, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
      pages = 0;
    if (statm)
      fclose(statm);
    rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + SET_ASIDE + limits->bytes;
    setrlimit(RLIMIT_DATA, &(struct rlimit){most, most});
  }
}

/* Of another one, which has just begun: whole seconds. */
static void limit_other(pid_t process, const struct isolated_limits *limits) {
  rlim_t seconds = (limits->ns + 999999999) / 1000000000, bytes = SET_ASIDE + limits->bytes;
  if (limits->ns)
    prlimit(process, RLIMIT_CPU, &(struct rlimit){seconds, seconds}, NULL);
  if (limits->bytes)
    prlimit(process, RLIMIT_DATA, &(struct rlimit){bytes, bytes}, NULL);
}

/* It did not end as it should: because of a limit? One without memory ends in many ways. */
static void note_limit(int status, struct isolated_limits *limits) {
  int ended_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  limits->out_of_time =
      limits->ns && (ended_by == SIGPROF || ended_by == SIGXCPU || ended_by == SIGKILL);
  limits->out_of_memory = limits->bytes && !limits->out_of_time;
}

/* --- The validator --------------------------------------------------------------------------- */

/* Standard input is empty; 3 is the image and 4 the certificate. Returns 0 or an error number. */
static int start(const char *validator, int image, int cert, int out, pid_t *child) {
  static char name[] = VALIDATOR, option[] = "--image", first[] = "/proc/self/fd/3",
              second[] = "/proc/self/fd/4";
  char *argv[] = {name, option, first, second, NULL};
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error)
    return error;
  if (!(error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) &&
      !(error = posix_spawn_file_actions_adddup2(&actions, out, 1)) &&
      !(error = posix_spawn_file_actions_adddup2(&actions, out, 2)) &&
      !(error = posix_spawn_file_actions_adddup2(&actions, image, 3)) &&
      !(error = posix_spawn_file_actions_adddup2(&actions, cert, 4)))
    error = posix_spawn(child, validator, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* The text between two others that begin and end `said`, or NULL. */
static char *between(char *said, const char *before, const char *after) {
  size_t length = strlen(said), head = strlen(before), tail = strlen(after);
  if (length < head + tail || memcmp(said, before, head) ||
      strcmp(said + length - tail, after) != 0)
    return NULL;
  said[length - tail] = '\0';
  return strchr(said + head, '\n') ? NULL : said + head;
}

/* What the validator said and how it ended, as a verdict. */
static int verdict(char *said, int status, char *why, size_t why_size) {
  const char *text = NULL;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 0 && strcmp(said, "valid\n") == 0) {
    *why = '\0';
    return 1;
  }
  if (code == 1 && (text = between(said, "refused: ", "\n"))) {
    snprintf(why, why_size, "%s", text);
    return 0;
  }
  if (code == 3 && (text = between(said, VALIDATOR ": /proc/self/fd/3: ", "\n")))
    snprintf(why, why_size, "%s", text);
  else if (WIFSIGNALED(status))
    snprintf(why, why_size, "its process was ended by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(why, why_size, "its process did not answer as it should, and left with status %d",
             code);
  return -1;
}

int isolated_validate(const char *validator, const uint8_t *image, size_t image_size,
                      const uint8_t *cert, size_t size, struct isolated_limits *limits, char *why,
                      size_t why_size) {
  enum { SAID_MAX = 65536 };
  int files[2] = {sealed(image, image_size), sealed(cert, size)}, ends[2] = {-1, -1}, result = -1;
  uint8_t *said = NULL;
  size_t length = 0;
  pid_t child = -1;
  int error = files[0] < 0 || files[1] < 0 || pipe2(ends, O_CLOEXEC) ? errno : 0;
  ends[1] = moved_up(ends[1]);
  if (!error)
    error = start(validator, files[0], files[1], ends[1], &child);
  if (ends[1] >= 0)
    close(ends[1]);
  if (error) {
    snprintf(why, why_size, "%s could not be started: %s", validator, strerror(error));
  } else {
    limit_other(child, limits);
    bool whole = read_all(ends[0], SAID_MAX, &said, &length);
    if (!whole)
      kill(child, SIGKILL);
    int status = wait_for(child);
    char *text = whole && !(length && memchr(said, 0, length))
                     ? strndup(said ? (char *)said : "", length)
                     : strdup("");
    if (!whole || !text)
      snprintf(why, why_size, ENDLESS);
    else
      result = verdict(text, status, why, why_size);
    if (result < 0 && whole)
      note_limit(status, limits);
    free(text);
  }
  free(said);
  for (int i = 0; i < 2; i++)
    if (files[i] >= 0)
      close(files[i]);
  if (ends[0] >= 0)
    close(ends[0]);
  return result;
}

/* --- Anything else --------------------------------------------------------------------------- */

bool isolated_run(void (*work)(void *data, FILE *out), void *data, size_t most,
                  struct isolated_limits *limits, uint8_t **bytes, size_t *size, char *why,
                  size_t why_size) {
  int ends[2];
  fflush(NULL);
  pid_t child = pipe2(ends, O_CLOEXEC) ? -1 : fork();
  if (child < 0) {
    snprintf(why, why_size, "there is no process for it: %s", strerror(errno));
    *bytes = NULL;
    return false;
  }
  if (child == 0) {
    close(ends[0]);
    limit_self(limits);
    FILE *out = fdopen(ends[1], "wb");
    if (out)
      work(data, out);
    bool good = out && !ferror(out);
    good &= out && fclose(out) == 0;
    good &= fflush(stdout) == 0;
    _exit(good ? 0 : 1);
  }
  close(ends[1]);
  bool whole = read_all(ends[0], most, bytes, size);
  close(ends[0]);
  if (!whole)
    kill(child, SIGKILL);
  int status = wait_for(child);
  if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  if (whole)
    note_limit(status, limits);
  if (!whole)
    snprintf(why, why_size, ENDLESS);
  else if (WIFSIGNALED(status))
    snprintf(why, why_size, "its process was ended by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(why, why_size, "its process left with status %d", WEXITSTATUS(status));
  free(*bytes);
  *bytes = NULL;
  return false;
}
