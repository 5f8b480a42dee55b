/* warrant asm: assembly text to raw eBPF instructions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isa/asm.h"
#include "isa/bytes.h"
#include "cmd/cmd.h"
#include "load/loader.h"

static const char help[] =
    "usage: warrant asm [OPTION]... FILE.s\n"
    "\n"
    "Turns assembly text, as `warrant disasm` prints it, into raw eBPF instructions of 8 bytes\n"
    "each. One instruction a line; `name:` is a label, which jumps and calls can name; ';' and\n"
    "'//' start a comment, and '#' after a space.\n"
    "\n"
    "  -o, --output OUT   write to this file rather than to standard output\n"
    "  --hex              write hexadecimal text, a line an instruction\n"
    "  --json             one object: file insns bytes (hexadecimal)\n"
    "  --quiet            changes nothing here\n"
    "  --help, --version\n"
    "\n"
    "Examples:\n"
    "  warrant asm -o prog.bin prog.s && warrant check --type xdp prog.bin\n"
    "  printf 'r0 = 1\\nexit\\n' | warrant asm --hex -\n";

/* The form that --json and --hex share; the caller frees it. `between`: after each instruction. */
static char *hex_text(const struct warrant_insn *insns, uint32_t count, const char *between) {
  size_t each = 16 + strlen(between);
  char *text = malloc(each * count + 1);
  for (uint32_t i = 0; text && i < count; i++) {
    uint8_t b[8];
    w_put_insn(b, &insns[i]);
    for (int k = 0; k < 8; k++)
      snprintf(text + each * i + 2 * k, 3, "%02x", b[k]);
    memcpy(text + each * i + 16, between, strlen(between) + 1);
  }
  return text;
}

static int write_raw(FILE *out, const struct warrant_insn *insns, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint8_t b[8];
    w_put_insn(b, &insns[i]);
    if (fwrite(b, 1, sizeof b, out) != sizeof b)
      return -1;
  }
  return 0;
}

static int write_all(const char *path, const struct warrant_insn *insns, uint32_t count, bool hex) {
  char *text = hex ? hex_text(insns, count, "\n") : NULL;
  FILE *out = path ? fopen(path, "wb") : stdout;
  if (!out || (hex && !text)) {
    cmd_complain("%s: %s", path ? path : "standard output",
                 out ? "out of memory" : strerror(errno));
    if (out && path)
      fclose(out);
    free(text);
    return WARRANT_BAD_INPUT;
  }
  errno = 0;
  bool failed = hex ? fputs(text, out) < 0 : write_raw(out, insns, count) != 0;
  free(text);
  failed |= path ? fclose(out) != 0 : fflush(out) != 0;
  if (failed)
    cmd_complain("%s: cannot be written: %s", path ? path : "standard output",
                 strerror(errno ? errno : EIO));
  return failed ? WARRANT_BAD_INPUT : WARRANT_OK;
}

static int print_json(const char *path, const struct warrant_insn *insns, uint32_t count) {
  char *text = hex_text(insns, count, "");
  if (!text) {
    cmd_complain("out of memory");
    return WARRANT_BAD_INPUT;
  }
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "file", path);
  cmd_json_u64(o, "insns", count);
  cmd_json_text(o, "bytes", text);
  cmd_print_json(o);
  free(text);
  return WARRANT_OK;
}

int cmd_asm(int argc, char **argv) {
  enum { HEX = CMD_OWN };
  static const struct option long_options[] = {CMD_COMMON_OPTIONS,
                                               {"output", required_argument, NULL, 'o'},
                                               {"hex", no_argument, NULL, HEX},
                                               {NULL, 0, NULL, 0}};
  struct cmd_options options = {.jobs = 1};
  const char *output = NULL;
  bool hex = false;
  for (int option; (option = getopt_long(argc, argv, "o:", long_options, NULL)) != -1;) {
    if (option == 'o') {
      output = optarg;
    } else if (option == HEX) {
      hex = true;
    } else {
      int code = cmd_option(&options, option, "asm", help);
      if (code >= 0)
        return code;
    }
  }
  if (argc - optind != 1) {
    cmd_complain("asm: name one FILE; `warrant asm --help` says more");
    return WARRANT_BAD_INPUT;
  }
  if (!output && !hex && !options.json && isatty(STDOUT_FILENO)) {
    cmd_complain("asm: the instructions are no text: name a file with -o, or use --hex");
    return WARRANT_BAD_INPUT;
  }
  const char *path = argv[optind];
  struct warrant_error error = {0};
  uint8_t *text = NULL;
  size_t size = 0;
  if (warrant_read_file(path, &text, &size, &error))
    return cmd_error(&error);
  struct warrant_insn *insns = NULL;
  uint32_t count = 0;
  int failed =
      warrant_asm(strcmp(path, "-") ? path : "standard input", text, size, &insns, &count, &error);
  free(text);
  if (failed)
    return cmd_error(&error);
  int code = output || !options.json ? write_all(output, insns, count, hex) : WARRANT_OK;
  if (options.json && code == WARRANT_OK)
    code = print_json(path, insns, count);
  free(insns);
  return code;
}
