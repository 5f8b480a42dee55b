/* warrant-reference: runs a program image in an environment, as the theorems' own machine does. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "load/loader.h"
#include "cmd/validator.h"

static const char help[] =
    "usage: warrant-reference [--trace] IMAGE ENVIRONMENT\n"
    "\n"
    "Runs the program image in the environment (docs/formats.md has both forms) with the machine "
    "that the\n"
    "theorems speak of. Prints the result as one JSON object on the last line; with --trace the "
    "state\n"
    "before each step comes first, one line each.\n"
    "\n"
    "Exit code: 0 it ended with a result; 1 it faulted; 2 wrong usage or unreadable input.\n";

static void print(void *data, const char *line, size_t length) {
  (void)data;
  fwrite(line, 1, length, stdout);
  putchar('\n');
}

static int complain(const char *text) {
  fprintf(stderr, "warrant-reference: %s\n", text);
  return WARRANT_BAD_INPUT;
}

int main(int argc, char **argv) {
  static const struct option long_options[] = {
      {"trace", no_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  bool trace = false;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    if (option == 'h') {
      fputs(help, stdout);
      return WARRANT_OK;
    }
    if (option != 't')
      return complain("`warrant-reference --help` lists the options");
    trace = true;
  }
  if (argc - optind != 2)
    return complain("needs IMAGE and ENVIRONMENT; `warrant-reference --help` says more");
  uint8_t *image = NULL, *environment = NULL;
  size_t image_size = 0, environment_size = 0;
  struct warrant_error error = {0};
  int code;
  if (warrant_read_file(argv[optind], &image, &image_size, &error) ||
      warrant_read_file(argv[optind + 1], &environment, &environment_size, &error)) {
    code = complain(error.text);
  } else {
    char why[400];
    int ran = warrant_reference_run(image, image_size, environment, environment_size, trace, print,
                                    NULL, why, sizeof why);
    code = ran == 1 ? WARRANT_OK : ran == 0 ? WARRANT_REFUSED : complain(why);
    if (fflush(stdout))
      code = complain("can't write the output");
  }
  free(image);
  free(environment);
  return code;
}
