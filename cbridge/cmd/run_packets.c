#include "cmd/run_packets.h"

#include <inttypes.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "classic/code.h"
#include "cmd/packet_needs.h"
#include "cmd/reference_packet.h"
#include "kernel/kernel_filter.h"
#include "load/capture.h"
#include "load/loader.h"
#include "run/env.h"

enum { IN_ONE_PIECE = 2048 };

/* What became of one packet. */
enum ended { KEPT, DROPPED, FAULTED, UNKNOWN, ENDS };
struct outcome {
  enum ended ended;
  uint32_t value; /* what the filter returned; in the kernel, how many bytes it keeps */
  uint64_t steps, pc;
  char fault[40];    /* its kind */
  const char *needs; /* what was asked for; static */
};

struct running {
  const struct packet_run_options *o;
  const struct warrant_program *p;
  struct packet_known given;           /* what the command line says of every packet */
  struct warrant_kernel_filter kernel; /* open for that engine */
  uint64_t counts[ENDS], number;
};

/* ---- Traces ---- */

/* An instruction and what it is about to write, as the reference interpreter says it. */
static void print_step(const struct warrant_program *p, uint64_t pc, uint32_t a, uint32_t x) {
  const struct warrant_cinsn *i = &p->cinsns[pc];
  struct w_classic_code code;
  printf("{\"pc\":%" PRIu64 ",\"a\":\"0x%" PRIx32 "\",\"x\":\"0x%" PRIx32 "\",\"write\":", pc, a,
         x);
  bool known = w_classic_decode(i->code, &code);
  if (known && (code.kind == W_CLASSIC_ST || code.kind == W_CLASSIC_STX) && i->k < BPF_MEMWORDS)
    printf("{\"region\":\"scratch\",\"off\":%" PRIu32 ",\"bytes\":\"%08" PRIx32 "\"}}\n", 4 * i->k,
           __builtin_bswap32(code.kind == W_CLASSIC_ST ? a : x));
  else
    puts("null}");
}

/* The steps of the C interpreter, until one asks for what is not known. */
struct watch {
  const struct warrant_program *p;
  const struct packet_known *packet;
  const char *needs;
  uint64_t pc, steps; /* where; how many before it */
  bool print;
};
static void watch_step(void *data, uint64_t pc, uint32_t a, uint32_t x) {
  struct watch *w = data;
  if (w->needs || pc >= w->p->insn_count)
    return;
  if (w->print)
    print_step(w->p, pc, a, x);
  w->needs = packet_needs(w->packet, w->p, pc, x);
  w->pc = pc;
  w->steps++;
}

/* ---- Engines ---- */

static int run_c(const struct running *r, const struct packet_known *packet, struct outcome *out) {
  struct watch watch = {r->p, packet, .print = r->o->trace && r->o->engine == ENGINE_C};
  struct warrant_classic_result result;
  struct warrant_error error = {0};
  if (warrant_classic_run(r->p, WARRANT_DIALECT_SOCKET, &packet->in, r->o->fuel, watch_step, &watch,
                          &result, &error))
    return cmd_error(&error);
  *out = (struct outcome){DROPPED, result.value, result.steps, result.pc, "", watch.needs};
  if (watch.needs) {
    out->ended = UNKNOWN;
    out->pc = watch.pc;
    out->steps = watch.steps;
  } else if (result.outcome != WARRANT_CLASSIC_DONE) {
    out->ended = FAULTED;
    snprintf(out->fault, sizeof out->fault, "%s",
             result.outcome == WARRANT_CLASSIC_FAULT ? warrant_classic_fault_word(result.fault)
                                                     : warrant_fault_name(WARRANT_OUT_OF_FUEL));
  }
  return WARRANT_OK;
}

struct reference_lines {
  char *last;    /* owned: the last line is the result */
  uint64_t left; /* how many more are printed */
};
static void take_line(void *data, const char *line, size_t length) {
  struct reference_lines *lines = data;
  if (lines->last && lines->left) {
    puts(lines->last);
    lines->left--;
  }
  free(lines->last);
  lines->last = strndup(line, length);
}

/* The reference interpreter knows no packet in part: the C interpreter has said in `out` whether
 * one asks for what is not known, and how many of the steps are before that. */
static int run_reference(const struct running *r, const struct packet_known *packet,
                         struct outcome *out) {
  struct reference_lines lines = {NULL, out->needs ? out->steps : UINT64_MAX};
  char why[256] = "";
  if (out->needs && !r->o->trace)
    return WARRANT_OK;
  int ran = reference_packet_run(r->p, &packet->in, r->o->fuel, r->o->trace, take_line, &lines, why,
                                 sizeof why);
  cJSON *said = ran < 0 || !lines.last ? NULL : cJSON_Parse(lines.last);
  free(lines.last);
  if (!said) {
    cmd_complain("%s", *why ? why : "the reference interpreter says nothing");
    return WARRANT_UNSUPPORTED;
  }
  if (!out->needs) {
    const cJSON *fault = cJSON_GetObjectItem(said, "fault");
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(said, "result"));
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItem(fault, "kind"));
    *out = (struct outcome){.ended = kind ? FAULTED : DROPPED};
    out->steps = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(said, "steps"));
    out->value = value ? (uint32_t)strtoul(value, NULL, 16) : 0;
    if (kind) {
      out->pc = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(fault, "pc"));
      snprintf(out->fault, sizeof out->fault, "%s", kind);
    }
  }
  cJSON_Delete(said);
  return WARRANT_OK;
}

/* The kernel says no more than how many bytes are kept; that the filter asks for nothing else than
 * bytes, the C interpreter has said. */
static int run_kernel(const struct running *r, const struct packet_known *packet,
                      struct outcome *out) {
  struct warrant_error error = {0};
  uint32_t bytes = 0;
  if (out->needs)
    return WARRANT_OK;
  if (warrant_kernel_filter_run(&r->kernel, packet->in.bytes, packet->in.length, &bytes, &error))
    return cmd_error(&error);
  *out = (struct outcome){.ended = DROPPED, .value = bytes};
  return WARRANT_OK;
}

/* ---- What is printed ---- */

static uint32_t kept(const struct packet_known *packet, const struct outcome *out) {
  return out->value < packet->in.length ? out->value : packet->in.length;
}

/* Whether `value` is what the filter returned: the kernel does not tell what is above the length.
 */
static bool value_known(const struct running *r, const struct packet_known *packet,
                        const struct outcome *out) {
  return out->ended < FAULTED && (r->o->engine != ENGINE_KERNEL || out->value < packet->in.length);
}

static void print_json(const struct running *r, const struct packet_known *packet,
                       const struct outcome *out) {
  putchar('{');
  if (r->o->packets)
    printf("\"packet\":%" PRIu64 ",", r->number);
  if (value_known(r, packet, out))
    printf("\"result\":\"0x%" PRIx32 "\"", out->value);
  else
    printf("\"result\":null");
  if (r->o->engine == ENGINE_KERNEL) /* it counts no steps */
    printf(",\"steps\":null");
  else
    printf(",\"steps\":%" PRIu64, out->steps);
  if (out->ended == FAULTED)
    printf(",\"fault\":{\"kind\":\"%s\",\"pc\":%" PRIu64 "}", out->fault, out->pc);
  else
    printf(",\"fault\":null");
  printf(",\"length\":%" PRIu32 ",\"captured\":%" PRIu32, packet->in.length, packet->captured);
  if (out->ended < FAULTED)
    printf(",\"kept\":%" PRIu32 "}\n", kept(packet, out));
  else if (out->ended == UNKNOWN)
    printf(",\"kept\":null,\"unknown\":{\"needs\":\"%s\",\"pc\":%" PRIu64 "}}\n", out->needs,
           out->pc);
  else
    puts(",\"kept\":null}");
}

static void print_text(const struct running *r, const struct packet_known *packet,
                       const struct outcome *out) {
  bool many = r->o->packets, value = value_known(r, packet, out);
  if (many)
    printf("%" PRIu64 ": ", r->number);
  if (out->ended == FAULTED)
    printf("fault: %s at instruction %" PRIu64 " after %" PRIu64 " steps\n", out->fault, out->pc,
           out->steps);
  else if (out->ended == UNKNOWN)
    printf("not known: instruction %" PRIu64 " needs %s\n", out->pc, out->needs);
  if (out->ended >= FAULTED)
    return;
  if (value)
    printf("0x%" PRIx32 "%s", out->value, many ? ", " : "\n");
  if (!many && value)
    return;
  if (out->ended == DROPPED)
    puts("dropped");
  else if (kept(packet, out) == packet->in.length)
    printf("keeps all %" PRIu32 " bytes\n", packet->in.length);
  else
    printf("keeps %" PRIu32 " of %" PRIu32 " bytes\n", out->value, packet->in.length);
}

static void print_summary(const struct running *r) {
  static const char *const words[ENDS] = {"kept", "dropped", "faulted", "unknown"};
  if (r->o->json)
    printf("{\"packets\":%" PRIu64, r->number);
  else
    printf("%" PRIu64 " packet%s", r->number, r->number == 1 ? "" : "s");
  for (int i = 0; i < ENDS; i++)
    if (r->o->json)
      printf(",\"%s\":%" PRIu64, words[i], r->counts[i]);
    else if (i < FAULTED || r->counts[i])
      printf("%s %" PRIu64 " %s", i ? "," : ":", r->counts[i], words[i]);
  puts(r->o->json ? "}" : "");
}

/* What to do about it, in a sentence. */
static void explain_need(const struct running *r, const char *needs) {
  if (r->o->engine == ENGINE_KERNEL && strcmp(needs, "bytes"))
    cmd_complain("%s: asks for %s, and between the sockets that --engine kernel has, packets have "
                 "their bytes alone",
                 r->p->file, needs);
  else if (strcmp(needs, "network") == 0)
    cmd_complain("%s: loads at SKF_NET_OFF, and the link type does not say where the network "
                 "header is: --network N",
                 r->p->file);
  else if (strcmp(needs, "link") == 0)
    cmd_complain("%s: loads at SKF_LL_OFF, and the packets have no header of a kernel's link layer",
                 r->p->file);
  else if (strcmp(needs, "bytes") == 0)
    cmd_complain("%s: reads bytes that the packet had and that were not captured (capture with "
                 "tcpdump -s 0)",
                 r->p->file);
  else
    cmd_complain("%s: reads %s, which packets in a file do not have: --meta %s=N", r->p->file,
                 needs, needs);
}

/* ---- Packets ---- */

/* Runs the filter on a packet of which `captured` bytes are there. */
static int run_packet(struct running *r, const struct w_captured *packet, uint32_t link_type,
                      const char **needs) {
  struct packet_known known = r->given;
  struct outcome out;
  uint8_t *whole = NULL;
  known.in.bytes = packet->bytes;
  known.in.length = known.in.wire_length = packet->length;
  known.captured = packet->captured;
  known.bare = r->o->engine == ENGINE_KERNEL;
  if (known.bare) /* what is longer may be in several pieces there */
    known.in.linear = packet->length <= IN_ONE_PIECE;
  if (packet->captured < packet->length) { /* `ld len` gives the length that Linux saw */
    if (!(whole = calloc(packet->length, 1))) {
      cmd_complain("out of memory");
      return WARRANT_BAD_INPUT;
    }
    memcpy(whole, packet->bytes, packet->captured);
    known.in.bytes = whole;
  }
  packet_from_link(&known, link_type, r->o->network);
  r->number++;
  int code = run_c(r, &known, &out);
  if (code == WARRANT_OK && r->o->engine == ENGINE_REFERENCE)
    code = run_reference(r, &known, &out);
  if (code == WARRANT_OK && r->o->engine == ENGINE_KERNEL)
    code = run_kernel(r, &known, &out);
  if (code == WARRANT_OK) {
    if (out.ended == DROPPED && kept(&known, &out))
      out.ended = KEPT;
    r->counts[out.ended]++;
    if (out.ended == UNKNOWN && !*needs)
      *needs = out.needs;
    if (!r->o->quiet || !r->o->packets)
      (r->o->json ? print_json : print_text)(r, &known, &out);
  }
  free(whole);
  return code;
}

static int run_file(struct running *r, const char **needs) {
  struct warrant_error error = {0};
  struct w_capture capture;
  struct w_captured packet;
  uint8_t *bytes = NULL;
  size_t size = 0;
  const char *path = r->o->packets;
  if (warrant_read_file(path, &bytes, &size, &error))
    return cmd_error(&error);
  int code = WARRANT_OK, got;
  if (w_capture_open(w_file_name(path), bytes, size, &capture, &error)) {
    free(bytes);
    return cmd_error(&error);
  }
  if (capture.pcap && r->o->link_given) {
    cmd_complain("--pcap-link is for packets in hexadecimal: a capture says its link type");
    code = WARRANT_BAD_INPUT;
  }
  uint32_t link = capture.pcap ? capture.link_type : r->o->link_type;
  if (capture.pcap && link != 1 && code == WARRANT_OK) {
    const char *name = packet_link_name(link);
    cmd_complain("%s: link type %" PRIu32 "%s%s%s, not Ethernet", capture.name, link,
                 name ? " (" : "", name ? name : "", name ? ")" : "");
  }
  while (code == WARRANT_OK && (got = w_capture_next(&capture, &packet, &error)) != 0)
    code = got < 0 ? cmd_error(&error) : run_packet(r, &packet, link, needs);
  if (r->number || code == WARRANT_OK)
    print_summary(r);
  w_capture_close(&capture);
  free(bytes);
  return code;
}

int run_packets(const struct packet_run_options *o, const struct warrant_program *p) {
  struct running r = {.o = o, .p = p, .given.in = {.linear = true, .device = true}};
  struct warrant_error error = {0};
  const char *needs = NULL;
  int code;
  for (size_t i = 0; i < o->meta_count; i++)
    if (!packet_meta_option(o->meta[i], &r.given)) {
      cmd_complain("--meta %s: write NAME=NUMBER, with a name that `warrant disasm` prints (proto, "
                   "type, ifidx, ...) or device",
                   o->meta[i]);
      return WARRANT_BAD_INPUT;
    }
  if (o->engine == ENGINE_KERNEL && warrant_kernel_filter_open(p, &r.kernel, &error))
    return cmd_error(&error);
  if (o->packets) {
    code = run_file(&r, &needs);
  } else {
    const struct w_captured packet = {o->packet, o->packet_size, o->packet_size};
    code = run_packet(&r, &packet, o->link_type, &needs);
  }
  if (o->engine == ENGINE_KERNEL)
    warrant_kernel_filter_close(&r.kernel);
  if (r.counts[FAULTED])
    code = cmd_worse(code, WARRANT_REFUSED);
  if (needs) {
    explain_need(&r, needs);
    code = cmd_worse(code, WARRANT_UNSUPPORTED);
  }
  return code;
}
