/* warrant validate: the proved validator alone, on a certificate from a file; or the certificate as
 * text. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/cmd_judge.h"
#include "cmd/cmd_rodata.h"
#include "classic/disasm.h"
#include "load/image.h"
#include "load/loader.h"
#include "verify/show.h"

static const char help[] =
    "usage: warrant validate [OPTION]... FILE CERT\n"
    "       warrant validate --show [OPTION]... [FILE] CERT\n"
    "\n"
    "Asks the proved validator alone whether CERT, as `warrant check --cert` saves it, proves "
    "that\n"
    "the program in FILE is safe. Nothing is searched, and where CERT comes from does not matter.\n"
    "FILE is as for `warrant check`, or an image that `warrant check --image` saved.\n"
    "\n"
    "  --show          print the certificate as text, and validate nothing; FILE, where it is "
    "given,\n"
    "                  adds instructions and names of types\n"
    "  --isolated      the validator in a process of its own, the program warrant-validate\n"
    "  --prog NAME     the program, when FILE holds several\n"
    "  --profile P     root (default) or strict, as the certificate was made for\n"
    "  --btf FILE      types of the kernel that is meant (BTF, or ELF with .BTF); default: this "
    "host's\n"
    "  --kconfig FILE  its configuration, perhaps in gzip; default: this host's\n"
    "  --rodata V      file (default), any or NAME=VALUE, as the certificate was made for\n"
    "  --format FORM, --hex, --type TYPE, --ctx-size N   as for `warrant check`\n"
    "  --json          one object: file section program cert rodata valid message; with --show:\n"
    "                  bound derivation nodes\n"
    "  --quiet         only the exit code; changes nothing with --show\n"
    "  --help, --version\n"
    "\n"
    "Exit code: 0 valid; 1 refused; 2 unreadable input; 3 not supported; 4 --isolated, and the\n"
    "validator is not there.\n"
    "\n"
    "Example:\n"
    "  warrant check --cert flow.cert prog.bpf.o && warrant validate prog.bpf.o flow.cert\n"
    "  warrant check --cert c --image i prog.bpf.o && warrant validate i c\n";

enum { OPT_SHOW = CMD_OWN, OPT_ISOLATED };

/* --- A certificate as text ------------------------------------------------------------------- */

/* What is shown. Of JSON no more than a part is kept: a hostile certificate may be large. */
struct showing {
  const struct w_cert *cert;
  const uint8_t *bytes;
  const struct warrant_program *program; /* NULL: it is not known */
  struct w_target target;
};

static const char *insn_at(const struct showing *s, int64_t pc, char text[WARRANT_DISASM_MAX]) {
  if (!s->program || pc >= s->program->insn_count)
    return NULL;
  warrant_disasm(s->program, (uint32_t)pc, text, WARRANT_DISASM_MAX);
  return text;
}

/* The next run of stack bytes that are written, from *from up to *to; false: no more. */
static bool next_written(const struct w_state *st, int32_t *from, int32_t *to) {
  for (*from = *to; *from < 0 && !w_written(st, *from); ++*from)
    continue;
  for (*to = *from; *to < 0 && w_written(st, *to); ++*to)
    continue;
  return *from < 0;
}
static int32_t lowest(const struct w_state *st) { return -(int32_t)(st->depth + 1) * W_STACK; }

static void print_registers(const char *who, uint16_t defined, const struct w_aval *regs) {
  char text[W_SHOWN];
  const char *before = who;
  for (int r = 0; r < W_VALUES; r++)
    if (defined >> r & 1) {
      w_show_value(regs[r], text);
      printf("%s%s = %s", before, w_value_names[r], text);
      before = ", ";
    }
  if (defined)
    putchar('\n');
}

static void print_state(const struct showing *s, const struct w_state *st) {
  char text[W_SHOWN];
  print_registers("  ", st->defined, st->regs);
  for (uint32_t k = 0; k < st->nslots; k++) {
    w_show_value(st->slots[k].v, text);
    printf("  stack %d, %u byte%s = %s\n", st->slots[k].off, w_bytes(st->slots[k].size),
           st->slots[k].size ? "s" : "", text);
  }
  if (st->pending.n)
    printf("  stack %" PRId32 "..%" PRId32 " written if s%" PRIu32 " is 0\n", st->pending.off,
           st->pending.off + (int32_t)st->pending.n - 1, st->pending.sym);
  for (int32_t to = lowest(st), from; next_written(st, &from, &to);)
    printf("  stack %" PRId32 "..%" PRId32 " written\n", from, to - 1);
  for (uint32_t k = st->depth; k-- > 0;) {
    const struct w_frame *f = &st->frames[k];
    printf("  returns to %" PRIu32 "\n", f->pc);
    if (f->again) {
      w_show_value(f->rest, text);
      printf("    when %" PRIu32 " was called again %s times", f->callback, text);
      w_show_value(f->ctx, text);
      printf(" with %s, %" PRIu64 " times in all at most\n", text, f->most);
    }
    print_registers("    ", st->frames[k].defined, st->frames[k].regs);
  }
  for (uint32_t k = 0; k < st->next; k++)
    if (st->facts[k].kind != W_FNONE) {
      w_show_fact(&s->target, st, k, text);
      printf("  s%" PRIu32 " is ", k);
      cmd_print_safe(stdout, text);
      putchar('\n');
    }
}

static void print_derivation(const struct showing *s, size_t code, size_t end) {
  enum { DEEPEST = 30 };
  struct w_moves moves = w_moves_of(s->bytes, code, end);
  struct w_move move;
  char text[W_SHOWN];
  while (w_next_move(&moves, &move)) {
    int indent = 2 + 2 * (int)(move.level < DEEPEST ? move.level : DEEPEST);
    printf("%*s", indent, "");
    switch (move.kind) {
    case W_MOVE_EXIT:
      puts("end");
      break;
    case W_MOVE_STEPS:
      printf("%" PRIu64 " step%s\n", move.n, move.n == 1 ? "" : "s");
      break;
    case W_MOVE_BRANCH:
      puts("branch, taken:");
      break;
    case W_MOVE_SUBSUME:
      printf("to node %" PRIu64, move.n);
      for (uint32_t k = 0; k < move.count; k++) {
        uint64_t symbol;
        struct w_aval value;
        w_next_meaning(&moves, &symbol, &value);
        w_show_value(value, text);
        printf("%s s%" PRIu64 " = %s", k ? "," : " where", symbol, text);
      }
      putchar('\n');
    }
  }
}

static void print_node(const struct showing *s, uint32_t number) {
  const struct w_cert_node *n = &s->cert->nodes[number];
  char text[WARRANT_DISASM_MAX > W_SHOWN ? WARRANT_DISASM_MAX : W_SHOWN];
  const char *insn = insn_at(s, n->st.pc, text);
  printf("node %" PRIu32 " at %" PRId64 "%s%s\n", number, n->st.pc, insn ? ": " : "",
         insn ? insn : "");
  print_state(s, &n->st);
  printf("  at most %" PRId64, n->potential);
  for (uint32_t k = 0; k < n->nterms; k++) {
    w_show_term(&n->terms[k], text);
    printf(" + %s", text);
  }
  printf(" steps\n  derivation:\n");
  print_derivation(s, n->code, n->code_end);
}

/* --- The same as one object of JSON, printed part by part ------------------------------------ */

static void put_part(cJSON *part) {
  char *text = cJSON_PrintUnformatted(part);
  fputs(text ? text : "null", stdout);
  free(text);
  cJSON_Delete(part);
}

static cJSON *json_registers(uint16_t defined, const struct w_aval *regs) {
  char text[W_SHOWN];
  cJSON *o = cJSON_CreateObject();
  for (int r = 0; r < W_VALUES; r++)
    if (defined >> r & 1) {
      w_show_value(regs[r], text);
      cmd_json_text(o, w_value_names[r], text);
    }
  return o;
}

static void json_stack(cJSON *o, const struct w_state *st) {
  char text[W_SHOWN];
  cJSON *slots = cJSON_AddArrayToObject(o, "slots"),
        *written = cJSON_AddArrayToObject(o, "written"),
        *callers = cJSON_AddArrayToObject(o, "callers");
  for (uint32_t k = 0; k < st->nslots; k++) {
    cJSON *slot = cJSON_CreateObject();
    cJSON_AddNumberToObject(slot, "offset", st->slots[k].off);
    cmd_json_u64(slot, "size", w_bytes(st->slots[k].size));
    w_show_value(st->slots[k].v, text);
    cmd_json_text(slot, "value", text);
    cJSON_AddItemToArray(slots, slot);
  }
  for (int32_t to = lowest(st), from; next_written(st, &from, &to);)
    cJSON_AddItemToArray(written, cJSON_CreateIntArray((const int[]){from, to - 1}, 2));
  if (st->pending.n) {
    cJSON *pending = cJSON_AddObjectToObject(o, "pending");
    w_show_value((struct w_aval){.sym = st->pending.sym}, text);
    cmd_json_text(pending, "if_zero", text);
    cJSON_AddItemToObject(
        pending, "written",
        cJSON_CreateIntArray(
            (const int[]){st->pending.off, st->pending.off + (int32_t)st->pending.n - 1}, 2));
  }
  for (uint32_t k = st->depth; k-- > 0;) {
    cJSON *caller = cJSON_CreateObject();
    cmd_json_u64(caller, "pc", st->frames[k].pc);
    if (st->frames[k].again) {
      cJSON *rounds = cJSON_AddObjectToObject(caller, "rounds");
      cmd_json_u64(rounds, "callback", st->frames[k].callback);
      w_show_value(st->frames[k].rest, text);
      cmd_json_text(rounds, "rest", text);
      w_show_value(st->frames[k].ctx, text);
      cmd_json_text(rounds, "context", text);
      cmd_json_u64(rounds, "most", st->frames[k].most);
    }
    cJSON_AddItemToObject(caller, "registers",
                          json_registers(st->frames[k].defined, st->frames[k].regs));
    cJSON_AddItemToArray(callers, caller);
  }
}

static cJSON *json_move(struct w_moves *moves, const struct w_move *move) {
  static const char *const names[] = {"end", "steps", "branch", "subsume"};
  char text[W_SHOWN], name[32];
  cJSON *o = cJSON_CreateObject();
  cmd_json_u64(o, "level", move->level);
  cmd_json_text(o, "move", names[move->kind]);
  if (move->kind == W_MOVE_STEPS)
    cmd_json_u64(o, "steps", move->n);
  if (move->kind != W_MOVE_SUBSUME)
    return o;
  cmd_json_u64(o, "node", move->n);
  cJSON *where = cJSON_AddObjectToObject(o, "where");
  for (uint32_t k = 0; k < move->count; k++) {
    uint64_t symbol;
    struct w_aval value;
    w_next_meaning(moves, &symbol, &value);
    snprintf(name, sizeof name, "s%" PRIu64, symbol);
    w_show_value(value, text);
    cmd_json_text(where, name, text);
  }
  return o;
}

static void put_derivation(const struct showing *s, size_t code, size_t end) {
  struct w_moves moves = w_moves_of(s->bytes, code, end);
  struct w_move move;
  const char *before = ",\"derivation\":[";
  for (; w_next_move(&moves, &move); before = ",") {
    fputs(before, stdout);
    put_part(json_move(&moves, &move));
  }
  putchar(']');
}

static void put_node(const struct showing *s, uint32_t number) {
  const struct w_cert_node *n = &s->cert->nodes[number];
  char text[W_SHOWN], name[16], insn[WARRANT_DISASM_MAX];
  cJSON *o = cJSON_CreateObject();
  cmd_json_u64(o, "pc", (uint64_t)n->st.pc);
  cmd_json_text(o, "insn", insn_at(s, n->st.pc, insn));
  cJSON_AddItemToObject(o, "registers", json_registers(n->st.defined, n->st.regs));
  json_stack(o, &n->st);
  cJSON *facts = cJSON_AddObjectToObject(o, "facts");
  for (uint32_t k = 0; k < n->st.next; k++)
    if (n->st.facts[k].kind != W_FNONE) {
      snprintf(name, sizeof name, "s%" PRIu32, k);
      w_show_fact(&s->target, &n->st, k, text);
      cmd_json_text(facts, name, text);
    }
  snprintf(text, sizeof text, "%" PRId64, n->potential);
  cJSON_AddRawToObject(o, "potential", text);
  cJSON *terms = cJSON_AddArrayToObject(o, "terms");
  for (uint32_t k = 0; k < n->nterms; k++) {
    w_show_term(&n->terms[k], text);
    cJSON_AddItemToArray(terms, cJSON_CreateString(text));
  }
  fputs(number ? ",{\"state\":" : "{\"state\":", stdout);
  put_part(o);
  put_derivation(s, n->code, n->code_end);
  putchar('}');
}

static void show(const struct showing *s, bool json) {
  const struct w_cert *c = s->cert;
  if (json) {
    printf("{\"bound\":%" PRIu64, c->bound);
    put_derivation(s, c->root, c->root_end);
    fputs(",\"nodes\":[", stdout);
    for (uint32_t k = 0; k < c->count; k++)
      put_node(s, k);
    puts("]}");
    return;
  }
  printf("at most %" PRIu64 " steps, %" PRIu32 " node%s\nstart\n", c->bound, c->count,
         c->count == 1 ? "" : "s");
  print_derivation(s, c->root, c->root_end);
  for (uint32_t k = 0; k < c->count; k++)
    print_node(s, k);
}

/* `program` may be NULL. Returns an exit code, having complained. */
static int show_certificate(const char *path, const struct warrant_program *program, bool json) {
  struct w_pool pool = {.limit = (size_t)1 << 30};
  struct warrant_error error = {0};
  struct w_cert cert;
  uint8_t *bytes = NULL;
  size_t size = 0;
  if (warrant_read_file(path, &bytes, &size, &error))
    return cmd_error(&error);
  int code = w_cert_read(&pool, bytes, size, &cert, &error) ? WARRANT_BAD_INPUT : WARRANT_OK;
  if (code != WARRANT_OK) {
    cmd_complain("%s: %s", path, error.text);
  } else {
    struct showing s = {.cert = &cert, .bytes = bytes, .program = program};
    if (program)
      s.target = (struct w_target){.maps = program->maps,
                                   .map_count = program->map_count,
                                   .types = program->types,
                                   .type_count = program->type_count};
    show(&s, json);
  }
  w_cert_free(&pool, &cert);
  free(bytes);
  return code;
}

/* --- The command ----------------------------------------------------------------------------- */

static int show_command(int argc, char **argv, struct cmd_options *options) {
  if (argc < 1 || argc > 2) {
    cmd_complain("validate: --show needs CERT, and perhaps FILE before it; `warrant validate "
                 "--help` says more");
    return WARRANT_BAD_INPUT;
  }
  if (argc == 1)
    return show_certificate(argv[0], NULL, options->json);
  struct warrant_object object;
  int code = cmd_load_one(argv[0], options, &object);
  if (code)
    return code;
  const struct warrant_program *p = &object.programs[0];
  if (p->kind == WARRANT_EBPF) {
    code = show_certificate(argv[1], p, options->json);
  } else {
    cmd_complain("%s: a classic program is checked without a certificate", argv[0]);
    code = WARRANT_BAD_INPUT;
  }
  warrant_object_free(&object);
  return code;
}

/* What is validated, and what came of it. */
struct validating {
  const char *path, *cert_path;
  const struct warrant_program *program; /* NULL: it was an image */
  int valid;                             /* as judge_image says it */
  char why[400];
};

static void print_validity(const struct validating *v, const struct cmd_options *options) {
  if (options->json) {
    const struct warrant_program *p = v->program;
    cJSON *o = cJSON_CreateObject();
    cmd_json_text(o, "file", v->path);
    cmd_json_text(o, "section", p && *p->section ? p->section : NULL);
    cmd_json_text(o, "program", p && *p->name ? p->name : NULL);
    cmd_json_text(o, "cert", v->cert_path);
    cmd_json_rodata(o, p, options);
    cJSON_AddBoolToObject(o, "valid", v->valid == 1);
    cmd_json_text(o, "message", v->valid == 1 ? NULL : v->why);
    cmd_print_json(o);
  } else if (v->valid < 0) {
    cmd_complain("%s: the validator could not look at it: %s", v->path, v->why);
  } else if (!options->quiet) {
    cmd_print_safe(stdout, v->path);
    printf(": %s%s%s", cmd_colour(stdout, v->valid ? CMD_GOOD : CMD_BAD),
           v->valid ? "valid" : "refused", cmd_colour(stdout, CMD_PLAIN));
    if (!v->valid) {
      fputs(": ", stdout);
      cmd_print_safe(stdout, v->why);
    }
    putchar('\n');
    if (v->valid)
      cmd_print_rodata(stdout, v->program, options);
  }
}

/* An image is a loaded program, and what was asked for may be another one. */
static bool says_how_to_load(const struct cmd_options *options) {
  const struct warrant_load_options *load = &options->load;
  return load->format || load->prog || load->type || load->ctx_size || load->hex ||
         load->profile != WARRANT_ROOT || load->rodata_any || load->rodata_count || options->btf ||
         options->kconfig;
}

/* Returns an exit code, having complained or printed what came of it. */
static int validate_bytes(struct validating *v, const uint8_t *bytes, size_t size,
                          const uint8_t *cert, size_t cert_size,
                          const struct cmd_options *options) {
  struct warrant_object object = {0};
  if (!w_is_image(bytes, size)) {
    int code = cmd_load_one_bytes(w_file_name(v->path), bytes, size, options, &object);
    if (code)
      return code;
    v->program = &object.programs[0];
    v->valid = judge_certificate(v->program, cert, cert_size, v->why, sizeof v->why);
  } else if (says_how_to_load(options)) {
    cmd_complain("%s: is an image, which options that say how to read a program do not change",
                 v->path);
    return WARRANT_BAD_INPUT;
  } else {
    v->valid = judge_image(bytes, size, cert, cert_size, v->why, sizeof v->why);
  }
  print_validity(v, options);
  warrant_object_free(&object);
  return v->valid == 1 ? WARRANT_OK : v->valid == 0 ? WARRANT_REFUSED : WARRANT_UNSUPPORTED;
}

static int validate_command(const char *path, const char *cert_path,
                            const struct cmd_options *options) {
  struct validating v = {.path = path, .cert_path = cert_path};
  struct warrant_error error = {0};
  uint8_t *bytes = NULL, *cert = NULL;
  size_t size = 0, cert_size = 0;
  int code;
  if (warrant_read_file(path, &bytes, &size, &error) ||
      warrant_read_file(cert_path, &cert, &cert_size, &error))
    code = cmd_error(&error);
  else
    code = validate_bytes(&v, bytes, size, cert, cert_size, options);
  free(bytes);
  free(cert);
  return code;
}

int cmd_validate(int argc, char **argv) {
  static const struct option long_options[] = {CMD_COMMON_OPTIONS,
                                               CMD_LOAD_OPTIONS,
                                               {"show", no_argument, NULL, OPT_SHOW},
                                               {"isolated", no_argument, NULL, OPT_ISOLATED},
                                               {NULL, 0, NULL, 0}};
  struct cmd_options options = {.jobs = 1, .load = {.need_type = true}};
  bool show_it = false;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    if (option == OPT_SHOW) {
      show_it = true;
      continue;
    }
    if (option == OPT_ISOLATED) {
      if (judge_isolated())
        return WARRANT_NO_ENGINE;
      continue;
    }
    int code = cmd_option(&options, option, "validate", help);
    if (code >= 0)
      return code;
  }
  if (show_it)
    return show_command(argc - optind, argv + optind, &options);
  if (argc - optind != 2) {
    cmd_complain("validate: needs FILE and CERT; `warrant validate --help` says more");
    return WARRANT_BAD_INPUT;
  }
  return validate_command(argv[optind], argv[optind + 1], &options);
}
