#include "load/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "isa/error.h"

static int too_large(const char *path, size_t most, struct warrant_error *error) {
  return warrant_fail(error, WARRANT_BAD_INPUT, "%s: larger than the limit of %zu MiB", path,
                      most >> 20);
}
int w_too_large(const char *path, struct warrant_error *error) {
  return too_large(path, WARRANT_FILE_MAX, error);
}

/* Reads all of `fd`; the caller frees *bytes. */
static int read_all(const char *path, int fd, size_t most, uint8_t **bytes, size_t *size,
                    struct warrant_error *error) {
  struct stat st;
  if (fstat(fd, &st))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", path, strerror(errno));
  if (S_ISDIR(st.st_mode))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: is a directory", path);
  if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > most)
    return too_large(path, most, error);
  uint8_t *buffer = NULL;
  size_t room = 0, used = 0;
  for (;;) {
    if (used == room) {
      room = room                                    ? room * 2
             : S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1
                                                     : 65536;
      if (room > most + 1)
        room = most + 1;
      uint8_t *larger = realloc(buffer, room);
      if (!larger) {
        free(buffer);
        return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", path);
      }
      buffer = larger;
    }
    ssize_t n = read(fd, buffer + used, room - used);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      int why = errno;
      free(buffer);
      return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", path, strerror(why));
    }
    if (n == 0)
      break;
    used += (size_t)n;
    if (used > most) {
      free(buffer);
      return too_large(path, most, error);
    }
  }
  *bytes = buffer;
  *size = used;
  return 0;
}

const char *w_file_name(const char *path) { return strcmp(path, "-") ? path : "standard input"; }

int w_read_file(const char *path, size_t most, uint8_t **bytes, size_t *size,
                struct warrant_error *error) {
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", path, strerror(errno));
  int result = read_all(w_file_name(path), fd, most, bytes, size, error);
  if (!standard)
    close(fd);
  return result;
}

int warrant_read_file(const char *path, uint8_t **bytes, size_t *size,
                      struct warrant_error *error) {
  return w_read_file(path, WARRANT_FILE_MAX, bytes, size, error);
}
