/* warrant run: one program on a given context, packet and maps, in the C interpreter, the reference
 * one or this host's kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "cmd/cmd.h"
#include "cmd/cmd_judge.h"
#include "cmd/run_packets.h"
#include "load/capture.h"
#include "run/session.h"
#include "load/image.h"
#include "kernel/kernel.h"
#include "load/loader.h"
#include "cmd/validator.h"

static const char help[] =
    "usage: warrant run [OPTION]... FILE\n"
    "\n"
    "Executes one eBPF program and prints r0 on the last line, or a classic socket filter on each\n"
    "packet (below). What is not given is zero or empty, but\n"
    "for the fields of a context that the kernel's test run fills in: interface, length, "
    "protocol, ...\n"
    "\n"
    "  --ctx HEX|@FILE      bytes of the context (fields that are packet pointers follow from the "
    "packet)\n"
    "  --packet HEX|@FILE   bytes of the packet\n"
    "  --map NAME=FILE      initial entries: [{\"key\":\"HEX\",\"value\":\"HEX\"}, ...]; "
    "repeatable\n"
    "  --engine c|reference|kernel   the C interpreter (the default), the one extracted from Coq,\n"
    "                       or a test run in this host's kernel of a program that is certified\n"
    "  --certified          the C interpreter without checks: the program is verified first, and "
    "not\n"
    "                       run unless it is certified\n"
    "  --cert FILE          the same with a certificate that `warrant check --cert` saved\n"
    "  --seed N             of random numbers and undefined stack bytes (default 1)\n"
    "  --fuel N             at most so many steps (default 1000000)\n"
    "  --trace              every step, the state before it, as a JSON line\n"
    "  --prog NAME, --format FORM, --hex, --type TYPE, --ctx-size N, --profile P,\n"
    "  --btf FILE, --kconfig FILE, --rodata NAME=VALUE   as for `warrant "
    "check`\n"
    "  --json               the result as JSON\n"
    "  --quiet              of a file of packets the summary alone\n"
    "  --help, --version\n"
    "\n"
    "Classic filters return how many bytes of a packet are kept, 0 to drop it; they see it as a\n"
    "packet socket of Linux does, from the link-layer header on. They take --packet, or:\n"
    "  --packets FILE       each packet of a pcap capture, or of hexadecimal text, one a line\n"
    "  --meta NAME=N        what a load of metadata gives, by the name that `warrant disasm` "
    "prints\n"
    "                       (type, ifidx, mark, vlan_avail, ...); device=0: the packet has none.\n"
    "                       Known are proto, and hatype of Ethernet\n"
    "  --network N          where the network header is (default: by the link type)\n"
    "  --pcap-link N        the link type of packets in hexadecimal: 1 is Ethernet (default), 101 "
    "IP\n"
    "\n"
    "Exit code: 0 when the program ended, 1 when it faulted or was not run because it is refused, "
    "3 when\n"
    "the kernel has no test run for its type, its helpers or this input, or a filter asks for "
    "what\n"
    "its packets do not tell, 4 without bpf(2).\n"
    "\n"
    "Examples:\n"
    "  warrant run --packet @frame.bin --trace prog.bpf.o\n"
    "  tcpdump -ddd -y EN10MB tcp port 80 | warrant run --packets capture.pcap -\n"
    "  echo 'b7 00 00 00 01 00 00 00 95 00 00 00 00 00 00 00' | warrant run --hex --format ebpf "
    "-\n";

enum {
  RUN_CTX = CMD_OWN,
  RUN_PACKET,
  RUN_PACKETS,
  RUN_META,
  RUN_NETWORK,
  RUN_PCAP_LINK,
  RUN_MAP,
  RUN_ENGINE,
  RUN_CERTIFIED,
  RUN_CERT,
  RUN_SEED,
  RUN_FUEL,
  RUN_TRACE
};
enum { MAPS_GIVEN_MAX = 64, USUAL_CTX_MAX = 256 };
static const char *const engine_names[ENGINES] = {"c", "reference", "kernel"};

struct run_options {
  struct cmd_options common;
  const char *ctx, *packet, *cert, *maps[MAPS_GIVEN_MAX];
  size_t map_count;
  enum run_engine engine;
  bool certified, trace;
  bool steps_given; /* an option that says how an interpreter takes its steps */
  uint64_t seed, fuel;
  struct packet_run_options packets;  /* of classic filters; what all share is set late */
  const char *for_ebpf, *for_classic; /* an option that is for these alone; NULL: none was given */
};

/* HEX or @FILE; the caller frees *bytes. */
static int read_bytes(const char *option, const char *text, uint8_t **bytes, uint32_t *size) {
  struct warrant_error error = {0};
  size_t n = 0;
  int failed = *text == '@'
                   ? warrant_read_file(text + 1, bytes, &n, &error)
                   : warrant_unhex(option, (const uint8_t *)text, strlen(text), bytes, &n, &error);
  if (failed)
    return cmd_error(&error);
  if (n > 1u << 20) {
    cmd_complain("%s: more than 1 MiB", option);
    free(*bytes);
    *bytes = NULL;
    return WARRANT_BAD_INPUT;
  }
  *size = (uint32_t)n;
  return WARRANT_OK;
}

/* One hexadecimal string of exactly `size` bytes into `out`. */
static bool hex_field(const cJSON *entry, const char *name, uint8_t *out, uint32_t size) {
  const cJSON *text = cJSON_GetObjectItemCaseSensitive(entry, name);
  uint8_t *bytes = NULL;
  size_t n = 0;
  if (!cJSON_IsString(text) || (*text->valuestring == 0 && size))
    return false;
  if (size && warrant_unhex(name, (const uint8_t *)text->valuestring, strlen(text->valuestring),
                            &bytes, &n, NULL))
    return false;
  if (n == size && size)
    memcpy(out, bytes, size);
  free(bytes);
  return n == size;
}

/* NAME=FILE into the entries of the program's map of that name; entries->bytes is allocated for the
 * caller. */
static int read_entries(const struct warrant_program *p, const char *option,
                        struct warrant_entries *entries) {
  const char *equals = strchr(option, '=');
  uint32_t i = 0;
  while (equals && i < p->map_count &&
         (strlen(p->maps[i].name) != (size_t)(equals - option) ||
          strncmp(p->maps[i].name, option, (size_t)(equals - option))))
    i++;
  if (!equals || i == p->map_count) {
    cmd_complain("--map %s: %s", option,
                 equals ? "the program has no map of that name" : "write NAME=FILE");
    return WARRANT_BAD_INPUT;
  }
  struct warrant_error error = {0};
  uint8_t *text = NULL;
  size_t size = 0;
  if (warrant_read_file(equals + 1, &text, &size, &error))
    return cmd_error(&error);
  cJSON *json = cJSON_ParseWithLength((const char *)text, size);
  free(text);
  const struct warrant_map *map = &p->maps[i];
  size_t entry_size = (size_t)map->key_size + map->value_size;
  int count = cJSON_IsArray(json) ? cJSON_GetArraySize(json) : -1;
  uint8_t *bytes = count < 0 ? NULL : calloc((size_t)count + 1, entry_size + 1);
  const cJSON *entry = json ? json->child : NULL;
  bool ok = bytes != NULL;
  for (int k = 0; ok && k < count; k++, entry = entry->next)
    ok = hex_field(entry, "key", bytes + (size_t)k * entry_size, map->key_size) &&
         hex_field(entry, "value", bytes + (size_t)k * entry_size + map->key_size, map->value_size);
  cJSON_Delete(json);
  if (!ok) {
    free(bytes);
    cmd_complain("--map %s: expected a list of {\"key\":HEX,\"value\":HEX} with keys of %" PRIu32
                 " and values of %" PRIu32 " bytes",
                 option, map->key_size, map->value_size);
    return WARRANT_BAD_INPUT;
  }
  free((void *)(uintptr_t)entries[i].bytes);
  entries[i] = (struct warrant_entries){(uint32_t)count, bytes};
  return WARRANT_OK;
}

static void print_step(void *data, const struct warrant_trace *step) {
  char line[640];
  (void)data;
  warrant_trace_line(step, line, sizeof line);
  puts(line);
}

static void print_result(bool json, const struct warrant_run *run) {
  const char *fault = run->fault == WARRANT_NO_FAULT ? NULL : warrant_fault_name(run->fault);
  if (json && fault)
    printf("{\"result\":null,\"steps\":%" PRIu64 ",\"fault\":{\"kind\":\"%s\",\"pc\":%" PRId64
           "}}\n",
           run->steps, fault, run->pc);
  else if (json)
    printf("{\"result\":\"0x%" PRIx64 "\",\"steps\":%" PRIu64 ",\"fault\":null}\n", run->result,
           run->steps);
  else if (fault)
    printf("fault: %s at instruction %" PRId64 " after %" PRIu64 " steps\n", fault, run->pc,
           run->steps);
  else
    printf("0x%" PRIx64 "\n", run->result);
}

/* The reference's last line is JSON; as text it is said like the C interpreter's. */
struct reference_output {
  bool json;
  char *last; /* the line not printed yet: the last one is the result */
};

static void take_line(void *data, const char *line, size_t length) {
  struct reference_output *out = data;
  if (out->last)
    puts(out->last);
  free(out->last);
  out->last = strndup(line, length);
}

static int print_reference_result(struct reference_output *out) {
  if (!out->last)
    return WARRANT_NO_ENGINE;
  cJSON *o = cJSON_Parse(out->last);
  const cJSON *fault = cJSON_GetObjectItem(o, "fault"), *result = cJSON_GetObjectItem(o, "result");
  int code = cJSON_IsNull(fault) ? WARRANT_OK : WARRANT_REFUSED;
  if (out->json)
    puts(out->last);
  else if (code == WARRANT_OK)
    puts(cJSON_GetStringValue(result));
  else
    printf("fault: %s at instruction %.0f after %.0f steps\n",
           cJSON_GetStringValue(cJSON_GetObjectItem(fault, "kind")),
           cJSON_GetNumberValue(cJSON_GetObjectItem(fault, "pc")),
           cJSON_GetNumberValue(cJSON_GetObjectItem(o, "steps")));
  cJSON_Delete(o);
  return code;
}

static int run_reference(const struct run_options *o, const struct warrant_program *p,
                         const struct warrant_env *env) {
  struct warrant_error error = {0};
  uint8_t *image = NULL, *bytes = NULL;
  size_t image_size = 0, size = 0;
  char why[256] = "";
  int code;
  if (warrant_image(p, &image, &image_size, &error) ||
      warrant_env_encode(p, env, &bytes, &size, &error)) {
    code = cmd_error(&error);
  } else {
    struct reference_output out = {.json = o->common.json};
    int got = warrant_reference_run(image, image_size, bytes, size, o->trace, take_line, &out, why,
                                    sizeof why);
    if (got < 0) {
      cmd_complain("%s", why);
      code = WARRANT_UNSUPPORTED;
    } else {
      code = print_reference_result(&out);
    }
    free(out.last);
  }
  free(image);
  free(bytes);
  return code;
}

static int run_c(const struct run_options *o, const struct warrant_program *p,
                 const struct warrant_env *env) {
  struct warrant_error error = {0};
  struct warrant_run run;
  if (o->certified && !o->trace) {
    const struct warrant_session_options certified = {.certified = true};
    struct warrant_session *session;
    if (warrant_session_open(p, env, &certified, &session, &error))
      return cmd_error(&error);
    warrant_session_run(session, &run);
    warrant_session_close(session);
  } else if (warrant_interpret(p, env, o->trace ? print_step : NULL, NULL, &run, &error)) {
    return cmd_error(&error);
  }
  print_result(o->common.json, &run);
  return run.fault == WARRANT_NO_FAULT ? WARRANT_OK : WARRANT_REFUSED;
}

static int run_kernel(const struct run_options *o, const struct warrant_program *p,
                      const struct warrant_env *env) {
  static const int codes[] = {WARRANT_OK, WARRANT_REFUSED, WARRANT_UNSUPPORTED, WARRANT_NO_ENGINE};
  struct warrant_error error = {0};
  struct warrant_kernel_program in_kernel;
  struct warrant_kernel_result loaded;
  struct warrant_kernel_run run;
  if (warrant_kernel_available(p->kind, &error) || warrant_kernel_may_run(p, &error) ||
      warrant_kernel_open(p, &in_kernel, &loaded, &error))
    return cmd_error(&error);
  int code = codes[loaded.verdict];
  if (code != WARRANT_OK)
    cmd_complain("%s: %s", p->file, loaded.message);
  else if (warrant_kernel_run(p, &in_kernel, env, &run, &error))
    code = cmd_error(&error);
  else {
    if (o->common.json) /* the kernel counts no steps */
      printf("{\"result\":\"0x%" PRIx32 "\",\"steps\":null,\"fault\":null}\n", run.result);
    else
      printf("0x%" PRIx32 "\n", run.result);
    warrant_kernel_run_free(&run);
  }
  warrant_kernel_close(&in_kernel);
  warrant_kernel_result_free(&loaded);
  return code;
}

/* Whether the program has a valid certificate: a saved one, or one that is looked for now. */
static int certify(const struct run_options *o, const struct warrant_program *p) {
  int code = WARRANT_OK;
  if (o->cert) {
    struct warrant_error error = {0};
    uint8_t *cert = NULL;
    size_t size = 0;
    char why[400];
    if (warrant_read_file(o->cert, &cert, &size, &error))
      return cmd_error(&error);
    int valid = judge_certificate(p, cert, size, why, sizeof why);
    free(cert);
    if (valid != 1) {
      cmd_complain("%s: not run: the validator %s: %s", p->file,
                   valid ? "could not look at the certificate" : "refuses the certificate", why);
      code = valid ? WARRANT_UNSUPPORTED : WARRANT_REFUSED;
    }
    return code;
  }
  struct judgement j;
  judge(p, &j);
  code = judged_code(&j);
  if (code != WARRANT_OK && j.has_pc)
    cmd_complain("%s: not run: not certified: instruction %" PRIu32 ": %s", p->file, j.pc,
                 j.message);
  else if (code != WARRANT_OK)
    cmd_complain("%s: not run: not certified: %s", p->file, j.message);
  judgement_free(&j);
  return code;
}

static int run_engine(const struct run_options *o, const struct warrant_program *p,
                      const struct warrant_env *env) {
  if (o->certified || o->engine == ENGINE_KERNEL) {
    int code = certify(o, p);
    if (code != WARRANT_OK)
      return code;
  }
  switch (o->engine) {
  case ENGINE_REFERENCE:
    return run_reference(o, p, env);
  case ENGINE_KERNEL:
    return run_kernel(o, p, env);
  default:
    return run_c(o, p, env);
  }
}

/* The context where none is given: what the kernel's test run makes of the packet. */
static void usual_context(const struct warrant_program *p, struct warrant_env *env,
                          uint8_t usual[USUAL_CTX_MAX]) {
  uint32_t size = warrant_type_ctx_size(p->type);
  if (size <= USUAL_CTX_MAX && warrant_kernel_context(p, env, usual, size)) {
    env->ctx_bytes = usual;
    env->ctx_size = size;
  }
}

/* A socket filter, on one packet or a file of them. */
static int run_classic(const struct run_options *o, const struct warrant_program *p) {
  struct packet_run_options options = o->packets;
  uint8_t *packet = NULL;
  int code = WARRANT_OK;
  if (p->kind == WARRANT_SECCOMP) {
    cmd_complain("%s: is a seccomp filter: `warrant seccomp emu` runs it on a system call",
                 p->file);
    return WARRANT_UNSUPPORTED;
  }
  if (!o->common.load.format && warrant_looks_like_seccomp(p->cinsns, p->insn_count)) {
    cmd_complain("%s: looks like a seccomp filter, which `warrant seccomp emu` runs on a system "
                 "call; --format cbpf takes it as a socket filter",
                 p->file);
    return WARRANT_UNSUPPORTED;
  }
  if (o->for_ebpf) {
    cmd_complain("run: %s is for eBPF programs; %s is a classic filter", o->for_ebpf, p->file);
    return WARRANT_BAD_INPUT;
  }
  if (!o->packet == !options.packets) {
    cmd_complain("run: a classic filter runs on packets: --packet HEX|@FILE, or --packets FILE%s",
                 o->packet ? ", not both" : "");
    return WARRANT_BAD_INPUT;
  }
  if (o->packet)
    code = read_bytes("--packet", o->packet, &packet, &options.packet_size);
  if (code == WARRANT_OK && packet && o->packet[0] == '@' &&
      w_is_capture(packet, options.packet_size)) {
    cmd_complain("--packet %s: is a capture: --packets %s", o->packet, o->packet + 1);
    code = WARRANT_BAD_INPUT;
  }
  if (code == WARRANT_OK && options.packet_size > WARRANT_PACKET_MAX) {
    cmd_complain("--packet: no packet is longer than %u bytes", WARRANT_PACKET_MAX);
    code = WARRANT_BAD_INPUT;
  }
  if (code == WARRANT_OK && (o->certified || o->engine == ENGINE_KERNEL))
    code = certify(o, p);
  options.packet = packet;
  options.engine = o->engine;
  options.json = o->common.json;
  options.quiet = o->common.quiet;
  options.trace = o->trace;
  options.fuel = o->fuel;
  if (code == WARRANT_OK)
    code = run_packets(&options, p);
  free(packet);
  return code;
}

static int run_program(const struct run_options *o, const struct warrant_program *p) {
  struct warrant_env env;
  uint8_t *ctx = NULL, *packet = NULL, usual[USUAL_CTX_MAX];
  int code = WARRANT_OK;
  if (p->kind != WARRANT_EBPF)
    return run_classic(o, p);
  if (o->for_classic) {
    cmd_complain("run: %s is for classic filters; %s is an eBPF program", o->for_classic, p->file);
    return WARRANT_BAD_INPUT;
  }
  struct warrant_entries *entries = calloc((size_t)p->map_count + 1, sizeof *entries);
  warrant_env_default(&env);
  env.seed = o->seed;
  env.fuel = o->fuel;
  if (!entries)
    code = WARRANT_BAD_INPUT;
  if (code == WARRANT_OK && o->ctx)
    code = read_bytes("--ctx", o->ctx, &ctx, &env.ctx_size);
  if (code == WARRANT_OK && o->packet)
    code = read_bytes("--packet", o->packet, &packet, &env.packet_size);
  for (size_t i = 0; code == WARRANT_OK && i < o->map_count; i++)
    code = read_entries(p, o->maps[i], entries);
  env.ctx_bytes = ctx;
  env.packet_bytes = packet;
  env.entries = entries;
  if (!o->ctx)
    usual_context(p, &env, usual);
  if (code == WARRANT_OK)
    code = run_engine(o, p, &env);
  for (uint32_t i = 0; entries && i < p->map_count; i++)
    free((void *)(uintptr_t)entries[i].bytes);
  free(entries);
  free(ctx);
  free(packet);
  return code;
}

static bool take_number(const char *option, uint64_t *value) {
  char *end = NULL;
  unsigned long long v = strtoull(optarg, &end, 0);
  if (end == optarg || *end || *optarg == '-') {
    cmd_complain("%s %s: not a number", option, optarg);
    return false;
  }
  *value = v;
  return true;
}

/* Those of classic filters; the same. */
static int take_packets_option(struct run_options *o, int option) {
  struct packet_run_options *packets = &o->packets;
  uint32_t number = 0;
  switch (option) {
  case RUN_PACKETS:
    o->for_classic = "--packets";
    packets->packets = optarg;
    return -1;
  case RUN_META:
    o->for_classic = "--meta";
    if (packets->meta_count == META_GIVEN_MAX) {
      cmd_complain("--meta: more than %d", META_GIVEN_MAX);
      return WARRANT_BAD_INPUT;
    }
    packets->meta[packets->meta_count++] = optarg;
    return -1;
  case RUN_NETWORK:
    o->for_classic = "--network";
    if (!cmd_number("--network", 0, UINT16_MAX, &number))
      return WARRANT_BAD_INPUT;
    packets->network = number;
    return -1;
  default:
    o->for_classic = "--pcap-link";
    packets->link_given = true;
    return cmd_number("--pcap-link", 0, UINT16_MAX, &packets->link_type) ? -1 : WARRANT_BAD_INPUT;
  }
}

/* Returns -1 to go on, or an exit code. */
static int take_option(struct run_options *o, int option) {
  switch (option) {
  case RUN_CTX:
    o->for_ebpf = "--ctx";
    o->ctx = optarg;
    return -1;
  case RUN_PACKET:
    o->packet = optarg;
    return -1;
  case RUN_TRACE:
    o->trace = o->steps_given = true;
    return -1;
  case RUN_CERT:
    o->cert = optarg;
    o->certified = true;
    return -1;
  case RUN_CERTIFIED:
    o->certified = true;
    return -1;
  case RUN_SEED:
    o->steps_given = true;
    o->for_ebpf = "--seed";
    return take_number("--seed", &o->seed) ? -1 : WARRANT_BAD_INPUT;
  case RUN_FUEL:
    o->steps_given = true;
    return take_number("--fuel", &o->fuel) ? -1 : WARRANT_BAD_INPUT;
  case RUN_PACKETS:
  case RUN_META:
  case RUN_NETWORK:
  case RUN_PCAP_LINK:
    return take_packets_option(o, option);
  case RUN_MAP:
    o->for_ebpf = "--map";
    if (o->map_count == MAPS_GIVEN_MAX) {
      cmd_complain("--map: more than %d", MAPS_GIVEN_MAX);
      return WARRANT_BAD_INPUT;
    }
    o->maps[o->map_count++] = optarg;
    return -1;
  case RUN_ENGINE:
    for (int e = 0; e < ENGINES; e++)
      if (strcmp(optarg, engine_names[e]) == 0) {
        o->engine = (enum run_engine)e;
        return -1;
      }
    cmd_complain("--engine %s: c, reference and kernel are known", optarg);
    return WARRANT_BAD_INPUT;
  default:
    return cmd_option(&o->common, option, "run", help);
  }
}

int cmd_run(int argc, char **argv) {
  static const struct option long_options[] = {
      CMD_COMMON_OPTIONS,
      CMD_LOAD_OPTIONS,
      {"ctx", required_argument, NULL, RUN_CTX},
      {"packet", required_argument, NULL, RUN_PACKET},
      {"packets", required_argument, NULL, RUN_PACKETS},
      {"meta", required_argument, NULL, RUN_META},
      {"network", required_argument, NULL, RUN_NETWORK},
      {"pcap-link", required_argument, NULL, RUN_PCAP_LINK},
      {"map", required_argument, NULL, RUN_MAP},
      {"engine", required_argument, NULL, RUN_ENGINE},
      {"certified", no_argument, NULL, RUN_CERTIFIED},
      {"cert", required_argument, NULL, RUN_CERT},
      {"seed", required_argument, NULL, RUN_SEED},
      {"fuel", required_argument, NULL, RUN_FUEL},
      {"trace", no_argument, NULL, RUN_TRACE},
      {NULL, 0, NULL, 0}};
  struct run_options o = {.common.jobs = 1,
                          .seed = 1,
                          .fuel = 1000000,
                          .packets = {.network = NETWORK_UNKNOWN, .link_type = 1}};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    int code = take_option(&o, option);
    if (code >= 0)
      return code;
  }
  if (optind + 1 != argc) {
    cmd_complain("run: name one FILE; `warrant run --help` says more");
    return WARRANT_BAD_INPUT;
  }
  if (o.engine == ENGINE_KERNEL && o.steps_given) {
    cmd_complain("run: --trace, --seed and --fuel are for the interpreters: the kernel has no such "
                 "thing");
    return WARRANT_BAD_INPUT;
  }
  if (o.engine == ENGINE_REFERENCE && o.certified) {
    cmd_complain("run: --certified and --cert are for the C interpreter: the reference one always "
                 "checks");
    return WARRANT_BAD_INPUT;
  }
  if (o.packets.packets && strcmp(o.packets.packets, "-") == 0 && strcmp(argv[optind], "-") == 0) {
    cmd_complain("run: the filter and the packets cannot both come from standard input");
    return WARRANT_BAD_INPUT;
  }
  struct warrant_object object;
  int code = cmd_load_one(argv[optind], &o.common, &object);
  if (code != WARRANT_OK)
    return code;
  code = run_program(&o, &object.programs[0]);
  warrant_object_free(&object);
  return code;
}
