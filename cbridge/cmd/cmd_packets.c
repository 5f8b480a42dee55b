/* The outcomes of a socket filter, each with a packet that shows it. */
#include "cmd/cmd_packets.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "classic/classic.h"
#include "cmd/reference_packet.h"

/* ---- The reference interpreter ---- */

struct said {
  char text[120];
};
static void take_line(void *data, const char *line, size_t length) {
  struct said *said = data;
  snprintf(said->text, sizeof said->text, "%.*s", (int)length, line);
}

bool packets_reference_agrees(const struct warrant_program *p, const struct audit_packet *packet,
                              uint32_t value) {
  struct warrant_classic_input in = {
      .bytes = packet->bytes, .length = packet->length, .device = packet->device};
  char why[200], want[80];
  struct said said = {""};
  memcpy(in.meta, packet->meta, sizeof in.meta);
  int ran = reference_packet_run(p, &in, p->insn_count, false, take_line, &said, why, sizeof why);
  int n = snprintf(want, sizeof want, "{\"result\":\"0x%" PRIx32 "\",", value);
  return ran == 1 && strncmp(said.text, want, (size_t)n) == 0;
}

/* ---- A sample ---- */

/* The bits that the sample's path through the diagram asks for, as `packet[12:2] == 0x800 and ...`:
 * every packet of this length that has them ends the same. At most `size` characters. */
static void needed(const struct bdd *m, bdd_t when, const struct audit_packet *packet, char *text,
                   size_t size) {
  uint8_t *mask = calloc(packet->length + 1, 1); /* owned here */
  size_t used = 0;
  *text = '\0';
  if (!mask)
    return;
  while (!bdd_is_leaf(when)) {
    uint32_t v = w_bdd_var(m, when);
    if (v / 8 < packet->length)
      mask[v / 8] |= (uint8_t)(0x80 >> v % 8);
    when = w_bdd_low(m, when) == BDD_FALSE ? w_bdd_high(m, when) : w_bdd_low(m, when);
  }
  for (uint32_t i = 0; i < packet->length && used < size;) {
    uint32_t n = 0, bits = 0, value = 0;
    while (n < 4 && i + n < packet->length && mask[i + n])
      n++;
    n -= n == 3; /* as loads have it: 1, 2 or 4 */
    if (n == 0) {
      i++;
      continue;
    }
    for (uint32_t j = 0; j < n; j++) {
      bits = bits << 8 | mask[i + j];
      value = value << 8 | packet->bytes[i + j];
    }
    char place[40], test[24] = "";
    snprintf(place, sizeof place,
             n == 1 ? "packet[%" PRIu32 "]" : "packet[%" PRIu32 ":%" PRIu32 "]", i, n);
    if (bits != (n == 4 ? UINT32_MAX : (1u << 8 * n) - 1))
      snprintf(test, sizeof test, " & 0x%" PRIx32, bits);
    int put = snprintf(text + used, size - used, "%s%s%s == 0x%" PRIx32, used ? " and " : "", place,
                       test, value);
    used += put > 0 ? (size_t)put : 0;
    i += n;
  }
  free(mask);
}

static bool write_all(FILE *f, const void *bytes, size_t size) {
  return size == 0 || fwrite(bytes, size, 1, f) == 1;
}

/* DIRECTORY/FILE.0xRETURNED.pcap, in this machine's byte order, as pcap allows. */
static int write_pcap(const struct packet_options *options, const char *file, uint32_t value,
                      const struct audit_packet *packet, char *path, size_t size) {
  const char *base = strrchr(file, '/');
  base = base ? base + 1 : file;
  int n = snprintf(path, size, "%s/%s.0x%" PRIx32 ".pcap", options->directory,
                   strcmp(base, "-") == 0 ? "stdin" : base, value);
  if (n < 0 || (size_t)n >= size) {
    cmd_complain("the name of the packet's file would be too long");
    return WARRANT_BAD_INPUT;
  }
  /* magic, version 2.4, zone, accuracy, longest packet, link type; seconds, microseconds, lengths
   */
  const uint32_t header[] = {0xa1b2c3d4,     0x00040002,         0, 0,
                             PACKET_MAX,     options->link_type, 0, 0,
                             packet->length, packet->length};
  uint32_t bytes[sizeof header / sizeof *header];
  memcpy(bytes, header, sizeof header);
  const uint16_t version[2] = {2, 4};
  memcpy(bytes + 1, version, sizeof version);
  FILE *f = fopen(path, "wb");
  bool good = f && write_all(f, bytes, sizeof bytes) && write_all(f, packet->bytes, packet->length);
  int why = cmd_close_written(f, good);
  if (!why)
    return WARRANT_OK;
  cmd_complain("%s: the packet could not be written: %s", path, strerror(why));
  return WARRANT_BAD_INPUT;
}

static void hex(const uint8_t *bytes, uint32_t n, char *text) {
  for (uint32_t i = 0; i < n; i++)
    snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  text[2 * n] = '\0';
}

static void json_sample(cJSON *o, const struct audit_packet *packet, const char *condition,
                        const char *path) {
  char *text = malloc(2 * (size_t)packet->length + 1);
  if (text)
    hex(packet->bytes, packet->length, text);
  cmd_json_text(o, "packet", text);
  free(text);
  cmd_json_text(o, "needed", condition);
  cJSON *meta = cJSON_AddObjectToObject(o, "metadata");
  for (unsigned i = 0; i < 16; i++)
    if (packet->meta_needed >> i & 1)
      cmd_json_u64(meta, warrant_classic_ancillary_name(i), packet->meta[i]);
  cmd_json_text(o, "pcap", path);
}
static void text_sample(const struct audit_packet *packet, const char *condition) {
  enum { SHOWN = 64 };
  char text[2 * SHOWN + 1];
  uint32_t n = packet->length < SHOWN ? packet->length : SHOWN;
  hex(packet->bytes, n, text);
  printf("such as %" PRIu32 " bytes%s%s%s", packet->length, n ? ": " : "", text,
         n < packet->length ? "..." : "");
  for (unsigned i = 0; i < 16; i++)
    if (packet->meta_needed >> i & 1)
      printf(", %s = %" PRIu32, warrant_classic_ancillary_name(i), packet->meta[i]);
  putchar('\n');
  if (*condition)
    printf("    where %s\n", condition);
}

static int outcome(const struct packet_options *options, const char *file,
                   const struct warrant_program *p, const struct bdd *m,
                   const struct audit_outcome *found, cJSON *list) {
  struct audit_packet packet;
  char condition[1000], path[4096] = "";
  uint32_t value = 0;
  int code = WARRANT_OK;
  if (w_audit_packet(m, found->when, &packet)) {
    cmd_complain("%s: out of memory", file);
    return WARRANT_BAD_INPUT;
  }
  cJSON *o = list ? cJSON_CreateObject() : NULL;
  if (o)
    cmd_json_u64(o, "returns", found->value);
  else
    printf("  returns %" PRIu32 ", ", found->value);
  if (packet.several_randoms) { /* no one packet shows it */
    if (o)
      cJSON_AddNullToObject(o, "packet");
    else
      puts("which depends on several random numbers");
  } else if (w_audit_run_packet(p, &packet, &value) || value != found->value ||
             !packets_reference_agrees(p, &packet, value)) {
    cmd_complain("%s: the sample for 0x%" PRIx32 " does not end so in both interpreters", file,
                 found->value);
    code = WARRANT_REFUSED;
  } else {
    needed(m, found->when, &packet, condition, sizeof condition);
    if (options->directory)
      code = write_pcap(options, file, value, &packet, path, sizeof path);
    if (o)
      json_sample(o, &packet, condition, *path ? path : NULL);
    else
      text_sample(&packet, condition);
  }
  if (o)
    cJSON_AddItemToArray(list, o);
  free(packet.bytes);
  return code;
}

int packets_report(const struct packet_options *options, const char *file,
                   const struct warrant_program *p, cJSON *json) {
  struct bdd *m = w_bdd_new(options->limit);
  struct audit a;
  struct warrant_error error = {0};
  if (!m) {
    cmd_complain("%s: out of memory", file);
    return WARRANT_BAD_INPUT;
  }
  if (warrant_audit(p, m, &a, &error)) {
    w_bdd_free(m);
    cmd_complain("%s: %s", file, error.text);
    return error.code;
  }
  int code = WARRANT_OK;
  cJSON *list = json ? cJSON_AddArrayToObject(json, "outcomes") : NULL;
  for (uint32_t i = 0; i < a.outcome_count; i++)
    code = cmd_worse(code, outcome(options, file, p, m, &a.outcomes[i], list));
  bool undecided = a.undecided != BDD_FALSE;
  if (json)
    cJSON_AddBoolToObject(json, "undecided", undecided);
  else if (undecided)
    puts("  for some packets the outcome is undecided here");
  w_audit_free(&a);
  w_bdd_free(m);
  return code;
}
