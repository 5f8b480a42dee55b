/* From a path to an object: this file alone knows the forms that a program comes in, and asks the
 * one that the bytes are. */
#include "load/loader.h"

#include <stdlib.h>
#include <string.h>

#include "isa/asm.h"
#include "isa/error.h"
#include "load/elf.h"
#include "load/forms/forms.h"
#include "load/image.h"
#include "load/rawforms.h"
#include "load/single.h"
#include "load/text.h"

/* --format: a kind, a form of text or bytes, or KIND:FORM. */
struct format {
  char kind[16]; /* "": found from the content */
  const char *form;
};

static bool is_kind(const char *word) {
  static const char *const kinds[] = {"elf", "ebpf", "cbpf", "seccomp", "asm"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(word, kinds[i]) == 0)
      return true;
  return false;
}
static int read_format(const char *text, struct format *f, struct warrant_error *error) {
  char names[400];
  memset(f, 0, sizeof *f);
  if (!text)
    return 0;
  const char *colon = strchr(text, ':');
  size_t n = colon ? (size_t)(colon - text) : strlen(text);
  if (n < sizeof f->kind)
    memcpy(f->kind, text, n);
  bool kind = is_kind(f->kind);
  if (!kind)
    *f->kind = '\0';
  f->form = colon ? colon + 1 : kind ? NULL : text;
  if ((kind || !colon) && (!f->form || strcmp(f->form, "raw") == 0 || w_form_known(f->form)))
    return 0;
  w_form_names(names, sizeof names);
  return warrant_fail(error, WARRANT_BAD_INPUT,
                      "unknown format '%s': elf, ebpf, cbpf, seccomp and asm are known, and the "
                      "forms of a filter: raw, %s",
                      text, names);
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

/* What it was read from, as JSON calls it. */
static void say_form(struct warrant_object *object, const char *form) {
  for (uint32_t i = 0; i < object->count; i++)
    object->programs[i].form = form;
}

/* A program that is in no object. Text is told apart by what it looks like, and is never taken for
 * instructions. */
static int load_bare(const char *name, const uint8_t *bytes, size_t size, const struct format *f,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  if (options->rodata_count)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: has no constants that could be set: it is no object", name);
  const char *kind = *f->kind ? f->kind : NULL, *form = "raw";
  bool assembly = kind && strcmp(kind, "asm") == 0;
  struct w_filters filters = {0};
  int result;
  if (assembly ||
      (!kind && !f->form && warrant_is_text(bytes, size) && warrant_asm_likely(bytes, size))) {
    result = load_assembly(name, bytes, size, options, object, error);
    form = "asm";
  } else if (f->form && strcmp(f->form, "raw") == 0) {
    result = warrant_load_raw(name, bytes, size, kind, options, object, &form, error);
  } else {
    result = w_forms_read(name, bytes, size, f->form, &filters, error);
    form = filters.form ? filters.form : form;
    if (!result && filters.count && kind && strcmp(kind, "ebpf") == 0)
      result = warrant_fail(error, WARRANT_BAD_INPUT, "%s: a classic filter (form %s), and no eBPF",
                            name, form);
    else if (!result && filters.count)
      result = warrant_load_filters(name, &filters, kind, options, object, error);
    else if (!result && filters.bytes)
      result = warrant_load_raw(name, filters.bytes, filters.byte_count, kind, options, object,
                                &form, error);
    else if (!result)
      result = warrant_load_raw(name, bytes, size, kind, options, object, &form, error);
  }
  w_filters_free(&filters);
  say_form(object, form);
  return result;
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
  struct format format;
  if (read_format(options->format, &format, error))
    return -1;
  if (options->hex) {
    if (strcmp(format.kind, "elf") == 0)
      return warrant_fail(error, WARRANT_BAD_INPUT, "--hex is for raw instructions, not for ELF");
    uint8_t *raw = NULL;
    size_t raw_size = 0;
    if (warrant_unhex(name, bytes, size, &raw, &raw_size, error))
      return -1;
    int result =
        raw_size ? load_bare(name, raw, raw_size, &format, options, object, error)
                 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: has no hexadecimal digits", name);
    free(raw);
    return result;
  }
  bool elf = size >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
  if (options->format ? strcmp(format.kind, "elf") == 0 : elf) {
    int result = warrant_load_elf(name, bytes, size, options, object, error);
    say_form(object, "elf");
    return result;
  }
  return load_bare(name, bytes, size, &format, options, object, error);
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
