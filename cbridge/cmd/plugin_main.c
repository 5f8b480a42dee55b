/* warrant-plugin: the plugin protocol of the public eBPF conformance suite. The program's bytes
 * come in hexadecimal on standard input, the memory's in the first argument; r0 goes to standard
 * output in hexadecimal. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/session.h"
#include "load/image.h"
#include "load/loader.h"
#include "cmd/validator.h"
#include "verify/verify.h"

static const char help[] =
    "usage: warrant-plugin [MEMHEX] [--program HEX] [--interpret|--certified|--reference]\n"
    "\n"
    "Runs an eBPF program (its bytes in hexadecimal on standard input, or given with --program) "
    "and prints r0 in\n"
    "hexadecimal. r1 is the address of the memory, or 0 when there is none, and r2 its length in "
    "bytes.\n"
    "\n"
    "  --interpret   with the C interpreter (the default)\n"
    "  --certified   the same, and without checks where the program, which is verified first, is "
    "certified\n"
    "  --reference   with the interpreter extracted from Coq\n"
    "\n"
    "Exit code: 0 r0 was printed; 1 the program faulted; 2 wrong usage or no program; 3 not "
    "supported.\n";

enum { PREFIX_MAX = 2, STEPS_MAX = 10000000 };
enum engine { INTERPRET, CERTIFIED, REFERENCE };

static int complain(int code, const char *text) {
  fprintf(stderr, "warrant-plugin: %s\n", text);
  return code;
}

/* The interpreters start a program with the address of its context in r1 and nothing else. What the
 * protocol has besides, instructions put before the program provide; jumps are relative, so it
 * needs no change. */
static uint32_t put_prefix(struct warrant_insn *insns, uint32_t memory_size) {
  const struct warrant_insn no_address = {.op = 0xb7, .dst = 1},
                            length = {.op = 0xb7, .dst = 2, .imm = (int32_t)memory_size};
  insns[0] = length;
  insns[1] = no_address;
  return memory_size ? 1 : 2;
}

/* The prefix counts neither as steps nor as instructions. */
static int faulted(const char *kind, int64_t pc, uint64_t steps, uint32_t prefix) {
  fprintf(stderr, "warrant-plugin: %s at instruction %" PRId64 " after %" PRIu64 " steps\n", kind,
          pc - prefix, steps - prefix);
  return WARRANT_REFUSED;
}

static int end(const struct warrant_run *run, uint32_t prefix) {
  if (run->fault != WARRANT_NO_FAULT)
    return faulted(warrant_fault_name(run->fault), run->pc, run->steps, prefix);
  printf("%" PRIx64 "\n", run->result);
  return WARRANT_OK;
}

struct last_line {
  uint32_t prefix;
  int code;
};

/* The only line of a run without a trace (docs/formats.md). */
static void take_line(void *data, const char *line, size_t length) {
  struct last_line *last = data;
  char kind[40];
  uint64_t result, steps;
  int64_t pc;
  (void)length;
  if (sscanf(line, "{\"result\":\"0x%" SCNx64, &result) == 1)
    printf("%" PRIx64 "\n", result);
  else if (sscanf(line,
                  "{\"result\":null,\"steps\":%" SCNu64
                  ",\"fault\":{\"kind\":\"%39[^\"]\",\"pc\":%" SCNd64,
                  &steps, kind, &pc) == 3)
    last->code = faulted(kind, pc, steps, last->prefix);
  else
    last->code = complain(WARRANT_UNSUPPORTED, line);
}

static int run_reference(const struct warrant_program *program, const struct warrant_env *env,
                         uint32_t prefix) {
  struct warrant_error error = {0};
  uint8_t *image = NULL, *bytes = NULL;
  size_t image_size = 0, size = 0;
  char why[300];
  struct last_line last = {prefix, WARRANT_OK};
  if (warrant_image(program, &image, &image_size, &error) ||
      warrant_env_encode(program, env, &bytes, &size, &error))
    last.code = complain(error.code, error.text);
  else if (warrant_reference_run(image, image_size, bytes, size, false, take_line, &last, why,
                                 sizeof why) < 0)
    last.code = complain(WARRANT_UNSUPPORTED, why);
  free(image);
  free(bytes);
  return last.code;
}

static bool is_certified(const struct warrant_program *program) {
  struct warrant_verdict verdict;
  struct warrant_error error = {0};
  uint8_t *image = NULL;
  size_t size = 0;
  char why[300];
  if (warrant_verify(program, NULL, &verdict, &error))
    return false;
  bool yes =
      verdict.verdict == WARRANT_ACCEPT && !warrant_image(program, &image, &size, &error) &&
      warrant_validate_bytes(image, size, verdict.cert, verdict.cert_len, why, sizeof why) == 1;
  free(image);
  warrant_verdict_free(&verdict);
  return yes;
}

static int run_c(const struct warrant_program *program, const struct warrant_env *env,
                 bool certified, uint32_t prefix) {
  const struct warrant_session_options options = {.certified = certified};
  struct warrant_session *session;
  struct warrant_error error = {0};
  struct warrant_run result;
  if (warrant_session_open(program, env, &options, &session, &error))
    return complain(error.code, error.text);
  warrant_session_run(session, &result);
  warrant_session_close(session);
  return end(&result, prefix);
}

/* `bytes` are `size` bytes of program; `memory` is borrowed. */
static int run(const uint8_t *bytes, size_t size, const uint8_t *memory, uint32_t memory_size,
               enum engine engine) {
  struct warrant_error error = {0};
  static char empty[] = "";
  if (size == 0 || size % 8)
    return complain(WARRANT_BAD_INPUT, "a program is a number of instructions of 8 bytes each");
  struct warrant_insn *insns = calloc(size / 8 + PREFIX_MAX, sizeof *insns);
  if (!insns)
    return complain(WARRANT_BAD_INPUT, "out of memory");
  uint32_t prefix = put_prefix(insns, memory_size);
  struct warrant_program program = {
      .file = empty, .section = empty, .name = empty, .ctx_size = memory_size};
  struct warrant_env env;
  struct warrant_run result;
  memcpy(insns + prefix, bytes, size);
  /* First alone: the numbers of instructions in messages are those of the program. */
  program.insns = insns + prefix;
  program.insn_count = (uint32_t)(size / 8);
  warrant_env_default(&env);
  env.fuel = 0;
  env.ctx_bytes = memory;
  env.ctx_size = memory_size;
  int code = warrant_interpret(&program, &env, NULL, NULL, &result, &error)
                 ? complain(error.code, error.text)
                 : WARRANT_OK;
  program.insns = insns;
  program.insn_count += prefix;
  env.fuel = STEPS_MAX;
  if (code == WARRANT_OK && engine == REFERENCE)
    code = run_reference(&program, &env, prefix);
  else if (code == WARRANT_OK)
    code = run_c(&program, &env, engine == CERTIFIED && is_certified(&program), prefix);
  free(insns);
  return code;
}

int main(int argc, char **argv) {
  static const struct option long_options[] = {
      {"program", required_argument, NULL, 'p'}, {"interpret", no_argument, NULL, 'i'},
      {"certified", no_argument, NULL, 'c'},     {"reference", no_argument, NULL, 'r'},
      {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
  struct warrant_error error = {0};
  const char *given = NULL;
  uint8_t *text = NULL, *bytes = NULL, *memory = NULL;
  size_t text_size = 0, size = 0, memory_size = 0;
  enum engine engine = INTERPRET;
  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
    case 'p':
      given = optarg;
      break;
    case 'i':
      engine = INTERPRET;
      break;
    case 'c':
      engine = CERTIFIED;
      break;
    case 'r':
      engine = REFERENCE;
      break;
    case 'h':
      fputs(help, stdout);
      return WARRANT_OK;
    default:
      return complain(WARRANT_BAD_INPUT, "`warrant-plugin --help` lists the options");
    }
  }
  if (argc - optind > 1)
    return complain(WARRANT_BAD_INPUT,
                    "one argument has the memory; `warrant-plugin --help` says more");
  const char *memory_text = optind < argc ? argv[optind] : "";
  bool failed = !given && warrant_read_file("-", &text, &text_size, &error);
  if (!failed)
    failed = warrant_unhex("the program", given ? (const uint8_t *)given : text,
                           given ? strlen(given) : text_size, &bytes, &size, &error);
  if (!failed && memory_text[strspn(memory_text, " \t\r\n")])
    failed = warrant_unhex("the memory", (const uint8_t *)memory_text, strlen(memory_text), &memory,
                           &memory_size, &error);
  int code = failed ? complain(error.code, error.text)
                    : run(bytes, size, memory, (uint32_t)memory_size, engine);
  if (fflush(stdout))
    code = complain(WARRANT_BAD_INPUT, "can't write the output");
  free(text);
  free(bytes);
  free(memory);
  return code;
}
