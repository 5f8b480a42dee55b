/* What the commands share: options, messages, JSON lines, colour. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/schema.h"
#include "isa/error.h"
#include "load/loader.h"

int cmd_close_written(FILE *f, bool good) {
  int why = good ? 0 : errno ? errno : EIO;
  if (f && fclose(f) && good)
    why = errno;
  return why;
}

void cmd_complain(const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  fprintf(stderr, "%swarrant:%s ", cmd_colour(stderr, CMD_BAD), cmd_colour(stderr, CMD_PLAIN));
  cmd_print_safe(stderr, text);
  fputc('\n', stderr);
}

int cmd_error(const struct warrant_error *error) {
  cmd_complain("%s", error->text);
  return error->code;
}

int cmd_problem(const struct warrant_program *p, const struct warrant_error *problem) {
  if (*p->name)
    cmd_complain("%s: %s%s%s: %s", p->file, p->section, *p->section ? "/" : "", p->name,
                 problem->text);
  else
    cmd_complain("%s: %s", p->file, problem->text);
  return problem->code;
}

void cmd_print_name(FILE *out, const char *file, const struct warrant_program *program) {
  static const char *const kinds[] = {"raw eBPF", "socket filter", "seccomp filter"};
  cmd_print_safe(out, file);
  if (!program)
    return;
  fputs(": ", out);
  if (*program->section) {
    cmd_print_safe(out, program->section);
    fputc('/', out);
  }
  cmd_print_safe(out, program->name);
  if (!*program->section) { /* found from its content, so say as what it is taken */
    fprintf(out, "%s%s", *program->name ? ", " : "", kinds[program->kind]);
    if (program->form && strcmp(program->form, "raw") && strcmp(program->form, "asm"))
      fprintf(out, " (%s)", program->form);
  }
}

static bool number(const char *text, unsigned long max, unsigned long *value) {
  char *end = NULL;
  errno = 0;
  unsigned long v = strtoul(text, &end, 0);
  if (errno || end == text || *end || !isdigit((unsigned char)*text) || v > max)
    return false;
  *value = v;
  return true;
}

/* What holds for every value is a question to a judge: a run needs one. */
static int take_rodata(struct cmd_options *options, const char *command) {
  struct warrant_load_options *load = &options->load;
  bool any = strcmp(optarg, "any") == 0, file = strcmp(optarg, "file") == 0;
  if (any && strcmp(command, "check") && strcmp(command, "validate"))
    cmd_complain("--rodata any: is for check and validate; %s takes file or NAME=VALUE", command);
  else if (!any && !file && (!strchr(optarg, '=') || *optarg == '='))
    cmd_complain("--rodata %s: file, any and NAME=VALUE are known", optarg);
  else if ((any && load->rodata_count) || (load->rodata_any && !any))
    cmd_complain("--rodata any: goes with no other --rodata");
  else if (!any && !file && load->rodata_count == CMD_RODATA_MAX)
    cmd_complain("--rodata: no more than %d constants can be set", CMD_RODATA_MAX);
  else {
    load->rodata_any |= any;
    if (!any && !file)
      options->rodata[load->rodata_count++] = optarg;
    return -1;
  }
  return WARRANT_BAD_INPUT;
}

int cmd_print_version(bool json) {
  if (json)
    printf("{\"warrant\":\"%s\",\"json\":%d}\n", WARRANT_VERSION, schema_version());
  else
    printf("warrant %s\n", WARRANT_VERSION);
  return WARRANT_OK;
}

int cmd_option(struct cmd_options *options, int option, const char *command, const char *help) {
  unsigned long value = 0;
  switch (option) {
  case CMD_JSON:
    options->json = true;
    return -1;
  case CMD_QUIET:
    options->quiet = true;
    return -1;
  case CMD_JOBS:
    if (!number(optarg, 1024, &value) || value == 0) {
      cmd_complain("--jobs %s: not a number from 1 to 1024", optarg);
      return WARRANT_BAD_INPUT;
    }
    options->jobs = (long)value;
    return -1;
  case CMD_HELP:
    fputs(help, stdout);
    return WARRANT_OK;
  case CMD_VERSION:
    return cmd_print_version(options->json);
  case CMD_FORMAT:
    options->load.format = optarg;
    return -1;
  case CMD_HEX:
    options->load.hex = true;
    return -1;
  case CMD_PROG:
    options->load.prog = optarg;
    return -1;
  case CMD_TYPE: {
    uint32_t type = 0;
    if (!warrant_type_number(optarg, &type)) {
      cmd_complain("--type %s: no such program type", optarg);
      return WARRANT_BAD_INPUT;
    }
    options->load.type = optarg;
    return -1;
  }
  case CMD_CTX_SIZE:
    if (!number(optarg, 1 << 20, &value)) {
      cmd_complain("--ctx-size %s: not a number of bytes up to %d", optarg, 1 << 20);
      return WARRANT_BAD_INPUT;
    }
    options->load.ctx_size = (uint32_t)value;
    return -1;
  case CMD_PROFILE:
    if (strcmp(optarg, "root") == 0) {
      options->load.profile = WARRANT_ROOT;
    } else if (strcmp(optarg, "strict") == 0) {
      options->load.profile = WARRANT_STRICT;
    } else if (strcmp(optarg, "unprivileged") == 0) {
      cmd_complain("--profile unprivileged is not supported yet");
      return WARRANT_UNSUPPORTED;
    } else {
      cmd_complain("--profile %s: root and strict are known", optarg);
      return WARRANT_BAD_INPUT;
    }
    return -1;
  case CMD_BTF:
    options->btf = optarg;
    return -1;
  case CMD_KCONFIG:
    options->kconfig = optarg;
    return -1;
  case CMD_RODATA:
    return take_rodata(options, command);
  default: /* getopt_long has said what it does not know */
    fprintf(stderr, "`warrant %s --help` lists the options.\n", command);
    return WARRANT_BAD_INPUT;
  }
}

static struct warrant_host *host;

struct warrant_load_options cmd_loading(const struct cmd_options *options) {
  struct warrant_load_options load = options->load;
  if (!host)
    host = warrant_host_new(options->btf, options->kconfig);
  load.host = host;
  load.rodata = options->rodata;
  return load;
}

void cmd_release(void) {
  warrant_host_free(host);
  host = NULL;
}

bool cmd_number(const char *option, uint32_t low, uint32_t high, uint32_t *value) {
  char *end = NULL;
  errno = 0;
  unsigned long v = strtoul(optarg, &end, 0);
  if (!isdigit((unsigned char)*optarg) || errno || *end || v < low || v > high) {
    cmd_complain("%s %s: not a number from %" PRIu32 " to %" PRIu32, option, optarg, low, high);
    return false;
  }
  *value = (uint32_t)v;
  return true;
}

/* One program, or with `stack` the filters of one process. */
static int load_bytes(const char *name, const uint8_t *bytes, size_t size, bool stack,
                      const struct cmd_options *options, struct warrant_object *object) {
  struct warrant_error error = {0};
  const struct warrant_load_options load = cmd_loading(options);
  if (warrant_load_bytes(name, bytes, size, &load, object, &error))
    return cmd_error(&error);
  if (object->count > 1 && !(stack && object->stack)) {
    char names[400] = "";
    for (uint32_t i = 0; i < object->count; i++)
      if (!w_add_name(names, sizeof names, object->programs[i].name))
        break;
    cmd_complain("%s: holds %u programs; choose one with --prog: %s", name, object->count, names);
    warrant_object_free(object);
    return WARRANT_BAD_INPUT;
  }
  for (uint32_t i = 0; i < object->count; i++)
    if (object->problems[i].code) {
      int code = cmd_problem(&object->programs[i], &object->problems[i]);
      warrant_object_free(object);
      return code;
    }
  return WARRANT_OK;
}

static int load_file(const char *path, bool stack, const struct cmd_options *options,
                     struct warrant_object *object) {
  struct warrant_error error = {0};
  uint8_t *bytes;
  size_t size;
  if (warrant_read_file(path, &bytes, &size, &error))
    return cmd_error(&error);
  int code = load_bytes(w_file_name(path), bytes, size, stack, options, object);
  free(bytes);
  return code;
}

int cmd_load_one(const char *path, const struct cmd_options *options,
                 struct warrant_object *object) {
  return load_file(path, false, options, object);
}

int cmd_load_stack(const char *path, const struct cmd_options *options,
                   struct warrant_object *object) {
  return load_file(path, true, options, object);
}

int cmd_load_one_bytes(const char *name, const uint8_t *bytes, size_t size,
                       const struct cmd_options *options, struct warrant_object *object) {
  return load_bytes(name, bytes, size, false, options, object);
}

/* JSON text is UTF-8; names in a file can be anything. Replaces what is not well formed. */
static char *utf8(const char *text) {
  size_t n = strlen(text);
  char *copy = malloc(n + 1);
  if (!copy)
    return NULL;
  memcpy(copy, text, n + 1);
  for (size_t i = 0; i < n;) {
    const unsigned char *s = (const unsigned char *)copy + i;
    size_t length = s[0] < 0x80                                             ? 1
                    : s[0] >= 0xc2 && s[0] <= 0xdf && (s[1] & 0xc0) == 0x80 ? 2
                    : s[0] >= 0xe0 && s[0] <= 0xef && (s[1] & 0xc0) == 0x80 &&
                            (s[2] & 0xc0) == 0x80 && (s[0] != 0xe0 || s[1] >= 0xa0) &&
                            (s[0] != 0xed || s[1] < 0xa0)
                        ? 3
                    : s[0] >= 0xf0 && s[0] <= 0xf4 && (s[1] & 0xc0) == 0x80 &&
                            (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80 &&
                            (s[0] != 0xf0 || s[1] >= 0x90) && (s[0] != 0xf4 || s[1] < 0x90)
                        ? 4
                        : 0;
    if (length == 0) {
      copy[i] = '?';
      length = 1;
    }
    i += length;
  }
  return copy;
}

void cmd_json_text(cJSON *object, const char *name, const char *text) {
  char *clean = text ? utf8(text) : NULL;
  if (clean)
    cJSON_AddStringToObject(object, name, clean);
  else
    cJSON_AddNullToObject(object, name);
  free(clean);
}

void cmd_json_u64(cJSON *object, const char *name, uint64_t value) {
  char text[24]; /* cJSON keeps numbers as doubles */
  snprintf(text, sizeof text, "%" PRIu64, value);
  cJSON_AddRawToObject(object, name, text);
}

void cmd_print_json(cJSON *object) {
  char *line = cJSON_PrintUnformatted(object);
  if (line)
    puts(line);
  else
    cmd_complain("out of memory");
  cJSON_free(line);
  cJSON_Delete(object);
}

void cmd_print_safe(FILE *out, const char *text) {
  char *clean = utf8(text);
  for (unsigned char *c = (unsigned char *)clean; c && *c; c++) {
    bool c1 = c[0] == 0xc2 && c[1] < 0xa0; /* the control characters above 127 */
    if (c1)
      c++;
    fputc(c1 || (*c < ' ' && *c != '\t') || *c == 0x7f ? '?' : *c, out);
  }
  free(clean);
}

int cmd_worse(int a, int b) {
  static const int order[] = {WARRANT_REFUSED, WARRANT_BAD_INPUT, WARRANT_UNSUPPORTED,
                              WARRANT_NO_ENGINE};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (a == order[i] || b == order[i])
      return order[i];
  return WARRANT_OK;
}

const char *cmd_colour(FILE *out, enum cmd_colour colour) {
  static const char *const codes[] = {"\033[0m", "\033[32m", "\033[31m", "\033[33m", "\033[2m"};
  const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
  if ((no && *no) || !isatty(fileno(out)) || !term || strcmp(term, "dumb") == 0)
    return "";
  return codes[colour];
}

void cmd_progress(const struct cmd_options *options, size_t done, size_t total, const char *what) {
  if (options->quiet || total < 2 || !isatty(STDERR_FILENO))
    return;
  if (done >= total) {
    fputs("\r\033[K", stderr);
    return;
  }
  char bar[21];
  size_t filled = done * 20 / total;
  for (size_t i = 0; i < 20; i++)
    bar[i] = i < filled ? '#' : '.';
  bar[20] = '\0';
  fprintf(stderr, "\r[%s] %zu/%zu ", bar, done, total);
  cmd_print_safe(stderr, what);
  fputs("\033[K", stderr);
}

int cmd_read_text(const char *path, char **text) {
  struct warrant_error error = {0};
  uint8_t *bytes;
  size_t size;
  if (warrant_read_file(path, &bytes, &size, &error))
    return cmd_error(&error);
  char *copy = malloc(size + 1);
  if (copy) {
    memcpy(copy, bytes, size);
    copy[size] = '\0';
  }
  free(bytes);
  if (!copy || strlen(copy) != size) {
    cmd_complain(copy ? "%s: not a text file" : "%s: out of memory", path);
    free(copy);
    return WARRANT_BAD_INPUT;
  }
  *text = copy;
  return WARRANT_OK;
}
