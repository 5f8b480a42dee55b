/* From a path to an object: this file alone knows the forms that a program comes in, and asks the
 * one that the bytes are. */
#include "load/loader.h"

#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "isa/error.h"
#include "load/elf.h"
#include "load/image.h"
#include "load/rawforms.h"
#include "load/single.h"

static bool known_format(const char *format) {
  static const char *const formats[] = {"elf", "ebpf", "cbpf", "seccomp", "asm"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(format, formats[i]) == 0)
      return true;
  return false;
}

static int load_assembly(const char *name, const uint8_t *bytes, size_t size,
                         const struct warrant_load_options *options, struct warrant_object *object,
                         struct warrant_error *error) {
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  if (warrant_asm(name, bytes, size, &insns, &count, error))
    return -1;
  return warrant_single(name, WARRANT_EBPF, insns, NULL, count, options, object, error);
}

/* A program that is in no object. Text is told apart by what it looks like, unless the format is
 * one of bytes. */
static int load_bare(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  if (options->rodata_count)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: has no constants that could be set: it is no object", name);
  const char *format = options->format ? options->format : "";
  bool assembly = strcmp(format, "asm") == 0, text = !*format && warrant_is_text(bytes, size);
  if (!assembly && strcmp(format, "ebpf")) {
    struct warrant_cinsn *cinsns = NULL;
    uint32_t count = 0;
    int other = warrant_decimal(name, bytes, size, &cinsns, &count, error);
    if (other < 0)
      return -1;
    if (!other)
      return warrant_single(name, strcmp(format, "seccomp") ? WARRANT_CBPF : WARRANT_SECCOMP, NULL,
                            cinsns, count, options, object, error);
  }
  if (assembly || (text && warrant_asm_likely(bytes, size)))
    return load_assembly(name, bytes, size, options, object, error);
  if (text)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: text, but neither assembly nor what tcpdump -ddd prints (hexadecimal "
                        "needs --hex)",
                        name);
  return warrant_load_raw(name, bytes, size, options, object, error);
}

int warrant_load_bytes(const char *name, const uint8_t *bytes, size_t size,
                       const struct warrant_load_options *options, struct warrant_object *object,
                       struct warrant_error *error) {
  static const struct warrant_load_options defaults = {0};
  if (!options)
    options = &defaults;
  memset(object, 0, sizeof *object);
  if (size > WARRANT_FILE_MAX)
    return w_too_large(name, error);
  if (size == 0)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: is empty", name);
  if (w_is_image(bytes, size) && !options->format && !options->hex)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: is the image of a program, which `warrant validate` takes", name);
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
        raw_size ? load_bare(name, raw, raw_size, options, object, error)
                 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: has no hexadecimal digits", name);
    free(raw);
    return result;
  }
  bool elf = size >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
  if (format ? strcmp(format, "elf") == 0 : elf)
    return warrant_load_elf(name, bytes, size, options, object, error);
  return load_bare(name, bytes, size, options, object, error);
}

int warrant_load(const char *path, const struct warrant_load_options *options,
                 struct warrant_object *object, struct warrant_error *error) {
  memset(object, 0, sizeof *object);
  uint8_t *bytes = NULL;
  size_t size = 0;
  if (warrant_read_file(path, &bytes, &size, error))
    return -1;
  int result = warrant_load_bytes(w_file_name(path), bytes, size, options, object, error);
  free(bytes);
  return result;
}
