/* From a path to an object: reads the bytes within a limit, finds the form, frees what was made. */
#include "load/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int too_large(const char *path, struct warrant_error *error) {
  return warrant_fail(error, WARRANT_BAD_INPUT, "%s: larger than the limit of %zu MiB", path,
                      WARRANT_FILE_MAX >> 20);
}

/* Reads all of `fd`; the caller frees *bytes. */
static int read_all(const char *path, int fd, uint8_t **bytes, size_t *size,
                    struct warrant_error *error) {
  struct stat st;
  if (fstat(fd, &st))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", path, strerror(errno));
  if (S_ISDIR(st.st_mode))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: is a directory, not a program", path);
  if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > WARRANT_FILE_MAX)
    return too_large(path, error);
  uint8_t *buffer = NULL;
  size_t room = 0, used = 0;
  for (;;) {
    if (used == room) {
      room = room                                    ? room * 2
             : S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1
                                                     : 65536;
      if (room > WARRANT_FILE_MAX + 1)
        room = WARRANT_FILE_MAX + 1;
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
    if (used > WARRANT_FILE_MAX) {
      free(buffer);
      return too_large(path, error);
    }
  }
  *bytes = buffer;
  *size = used;
  return 0;
}

static const char *name_of(const char *path) { return strcmp(path, "-") ? path : "standard input"; }

int warrant_read_file(const char *path, uint8_t **bytes, size_t *size,
                      struct warrant_error *error) {
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: %s", path, strerror(errno));
  int result = read_all(name_of(path), fd, bytes, size, error);
  if (!standard)
    close(fd);
  return result;
}

int warrant_load(const char *path, const struct warrant_load_options *options,
                 struct warrant_object *object, struct warrant_error *error) {
  memset(object, 0, sizeof *object);
  uint8_t *bytes = NULL;
  size_t size = 0;
  if (warrant_read_file(path, &bytes, &size, error))
    return -1;
  int result = warrant_load_bytes(name_of(path), bytes, size, options, object, error);
  free(bytes);
  return result;
}

static bool known_format(const char *format) {
  static const char *const formats[] = {"elf", "ebpf", "cbpf", "seccomp", "asm"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(format, formats[i]) == 0)
      return true;
  return false;
}

int warrant_load_bytes(const char *name, const uint8_t *bytes, size_t size,
                       const struct warrant_load_options *options, struct warrant_object *object,
                       struct warrant_error *error) {
  static const struct warrant_load_options defaults = {0};
  if (!options)
    options = &defaults;
  memset(object, 0, sizeof *object);
  if (size > WARRANT_FILE_MAX)
    return too_large(name, error);
  if (size == 0)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: is empty", name);
  const char *format = options->format;
  if (format && !known_format(format))
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "unknown format '%s': elf, ebpf, cbpf, seccomp and asm are known", format);
  if (options->hex) {
    if (format && strcmp(format, "elf") == 0)
      return warrant_fail(error, WARRANT_BAD_INPUT, "--hex is for raw instructions, not for ELF");
    uint8_t *raw = NULL;
    size_t raw_size = 0;
    if (warrant_unhex(name, bytes, size, &raw, &raw_size, error))
      return -1;
    int result =
        raw_size ? warrant_load_raw(name, raw, raw_size, options, object, error)
                 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: has no hexadecimal digits", name);
    free(raw);
    return result;
  }
  bool elf = size >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
  if (format ? strcmp(format, "elf") == 0 : elf)
    return warrant_load_elf(name, bytes, size, options, object, error);
  return warrant_load_raw(name, bytes, size, options, object, error);
}

void warrant_program_free(struct warrant_program *program) {
  free(program->file);
  free(program->section);
  free(program->name);
  free(program->license);
  free(program->insns);
  free(program->cinsns);
  for (uint32_t i = 0; i < program->map_count; i++) {
    free(program->maps[i].name);
    free(program->maps[i].initial);
  }
  free(program->maps);
  free(program->lines);
  free(program->missing);
  for (uint32_t i = 0; i < program->type_count; i++) {
    free(program->types[i].name);
    free(program->types[i].pointers);
  }
  free(program->types);
  free(program->arguments);
  free(program->attach_to);
  free(program->strings);
  memset(program, 0, sizeof *program);
}

void warrant_object_free(struct warrant_object *object) {
  for (uint32_t i = 0; i < object->count; i++)
    warrant_program_free(&object->programs[i]);
  free(object->programs);
  free(object->problems);
  memset(object, 0, sizeof *object);
}

const struct warrant_line *warrant_line_at(const struct warrant_program *program, uint32_t pc) {
  const struct warrant_line *found = NULL;
  for (uint32_t low = 0, high = program->line_count; low < high;) {
    uint32_t middle = low + (high - low) / 2;
    if (program->lines[middle].pc <= pc) {
      found = &program->lines[middle];
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return found;
}
