/* warrant-validate: the proved validator alone, with no verifier in the process. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/image.h"
#include "load/loader.h"
#include "cmd/validator.h"

static const char help[] =
    "usage: warrant-validate [OPTION]... FILE [CERT]\n"
    "       warrant-validate [--image] IMAGE [CERT]\n"
    "\n"
    "Asks the proved validator whether the certificate CERT shows that the program in FILE is "
    "safe.\n"
    "An image begins with WIMG, and is what `warrant check --image` saves.\n"
    "A classic program needs no certificate.\n"
    "\n"
    "  --image         the program is an image whatever it begins with, as docs/formats.md "
    "describes it\n"
    "  --prog NAME     the program, when FILE holds several\n"
    "  --profile P     root (default) or strict\n"
    "  --rodata V      what constants hold: file (default), any, or NAME=VALUE (repeatable)\n"
    "  --format FORM   elf, ebpf, cbpf or seccomp; otherwise found from the content\n"
    "  --type TYPE, --ctx-size N, --hex   for raw forms\n"
    "  --help\n"
    "\n"
    "Exit code: 0 valid; 1 refused; 2 wrong usage or unreadable input; 3 not supported.\n";

/* Images are larger than the objects that they are made of, and so may certificates be. */
#define READ_MAX ((size_t)1 << 30)

static int complain(const char *file, const char *text, int code) {
  fprintf(stderr, "warrant-validate: %s%s%s\n", file, *file ? ": " : "", text);
  return code;
}

/* The image of the one program in the file that has these bytes; the caller frees *image. Returns 0
 * or an exit code. */
static int load(const char *path, const uint8_t *bytes, size_t size,
                const struct warrant_load_options *options, uint8_t **image, size_t *image_size) {
  struct warrant_object object;
  struct warrant_error error = {0};
  if (warrant_load_bytes(w_file_name(path), bytes, size, options, &object, &error))
    return complain("", error.text, error.code);
  int code = WARRANT_OK;
  if (object.count != 1)
    code = complain(path, "holds several programs; choose one with --prog", WARRANT_BAD_INPUT);
  else if (object.problems[0].code)
    code = complain("", object.problems[0].text, object.problems[0].code);
  else if (warrant_image(&object.programs[0], image, image_size, &error))
    code = complain("", error.text, error.code);
  warrant_object_free(&object);
  return code;
}

/* The image in `path`, or of the program there. */
static int read_image(const char *path, bool is_image, const struct warrant_load_options *options,
                      uint8_t **image, size_t *size) {
  struct warrant_error error = {0};
  uint8_t *bytes = NULL;
  size_t n = 0;
  if (w_read_file(path, READ_MAX, &bytes, &n, &error))
    return complain("", error.text, error.code);
  if (!is_image && !w_is_image(bytes, n)) {
    int code = load(path, bytes, n, options, image, size);
    free(bytes);
    return code;
  }
  *image = bytes;
  *size = n;
  if (options->format || options->prog || options->type || options->ctx_size || options->hex ||
      options->profile != WARRANT_ROOT || options->rodata_any || options->rodata_count)
    return complain(path, "is an image, which options that say how to read a program do not change",
                    WARRANT_BAD_INPUT);
  return WARRANT_OK;
}

int main(int argc, char **argv) {
  enum { RODATA_MAX = 64 };
  enum { IMAGE = 256, PROG, PROFILE, FORMAT, TYPE, CTX_SIZE, HEX, RODATA, HELP };
  static const struct option long_options[] = {{"image", no_argument, NULL, IMAGE},
                                               {"prog", required_argument, NULL, PROG},
                                               {"profile", required_argument, NULL, PROFILE},
                                               {"format", required_argument, NULL, FORMAT},
                                               {"type", required_argument, NULL, TYPE},
                                               {"ctx-size", required_argument, NULL, CTX_SIZE},
                                               {"hex", no_argument, NULL, HEX},
                                               {"rodata", required_argument, NULL, RODATA},
                                               {"help", no_argument, NULL, HELP},
                                               {NULL, 0, NULL, 0}};
  const char *rodata[RODATA_MAX];
  struct warrant_load_options options = {.need_type = true, .rodata = rodata};
  bool is_image = false;
  uint32_t type = 0;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    char *end = NULL;
    switch (option) {
    case IMAGE:
      is_image = true;
      break;
    case PROG:
      options.prog = optarg;
      break;
    case FORMAT:
      options.format = optarg;
      break;
    case HEX:
      options.hex = true;
      break;
    case RODATA:
      if (strcmp(optarg, "any") == 0)
        options.rodata_any = true;
      else if (options.rodata_count == RODATA_MAX)
        return complain(optarg, "too many constants", WARRANT_BAD_INPUT);
      else if (strcmp(optarg, "file"))
        rodata[options.rodata_count++] = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      return WARRANT_OK;
    case PROFILE:
      if (strcmp(optarg, "root") && strcmp(optarg, "strict"))
        return complain(optarg, "is no profile that is known; root and strict are",
                        WARRANT_BAD_INPUT);
      options.profile = strcmp(optarg, "strict") ? WARRANT_ROOT : WARRANT_STRICT;
      break;
    case TYPE:
      if (!warrant_type_number(optarg, &type))
        return complain(optarg, "no such program type", WARRANT_BAD_INPUT);
      options.type = optarg;
      break;
    case CTX_SIZE:
      options.ctx_size = (uint32_t)strtoul(optarg, &end, 0);
      if (end == optarg || *end || strtoul(optarg, NULL, 0) > 1 << 20)
        return complain(optarg, "not a number of bytes up to 1048576", WARRANT_BAD_INPUT);
      break;
    default:
      fputs("`warrant-validate --help` lists the options.\n", stderr);
      return WARRANT_BAD_INPUT;
    }
  }
  if (argc - optind < 1 || argc - optind > 2)
    return complain("", "needs FILE and CERT; `warrant-validate --help` says more",
                    WARRANT_BAD_INPUT);
  const char *path = argv[optind], *cert_path = argv[optind + 1];
  uint8_t *image = NULL, *cert = NULL;
  size_t image_size = 0, cert_size = 0;
  struct warrant_error error = {0};
  int code = read_image(path, is_image, &options, &image, &image_size);
  if (!code && cert_path && w_read_file(cert_path, READ_MAX, &cert, &cert_size, &error))
    code = complain("", error.text, error.code);
  if (!code) {
    char why[400];
    int valid = warrant_validate_bytes(image, image_size, cert, cert_size, why, sizeof why);
    if (valid < 0)
      code = complain(path, why, WARRANT_UNSUPPORTED);
    else
      printf(valid ? "valid\n" : "refused: %s\n", why);
    if (valid == 0)
      code = WARRANT_REFUSED;
  }
  free(image);
  free(cert);
  return code;
}
