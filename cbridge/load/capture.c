#include "load/capture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "isa/bytes.h"
#include "isa/error.h"
#include "load/text.h"

enum { FILE_HEADER = 24, RECORD_HEADER = 16 };
/* The first four bytes, as a little-endian number when the file is little-endian. */
enum {
  MICROSECONDS = 0xa1b2c3d4,
  NANOSECONDS = 0xa1b23c4d,
  KUZNETZOV = 0xa1b2cd34,      /* longer records */
  SECTION_HEADER = 0x0a0d0d0a, /* of pcapng */
  GZIP = 0x00088b1f,
  ZSTD = 0xfd2fb528,
};

static uint32_t swap(uint32_t v) { return __builtin_bswap32(v); }
static uint32_t word(const struct w_capture *c, size_t at) {
  uint32_t v = w_le32(c->bytes + at);
  return c->big_endian ? swap(v) : v;
}
static uint32_t half(const struct w_capture *c, size_t at) {
  uint32_t v = w_le16(c->bytes + at);
  return c->big_endian ? swap(v) >> 16 : v;
}

static bool is_magic(uint32_t v) { return v == MICROSECONDS || v == NANOSECONDS; }

static bool is_pcap(const uint8_t *bytes, size_t size) {
  return size >= 4 && (is_magic(w_le32(bytes)) || is_magic(swap(w_le32(bytes))));
}

bool w_is_capture(const uint8_t *bytes, size_t size) {
  return is_pcap(bytes, size) || (size >= 4 && w_le32(bytes) == SECTION_HEADER);
}

/* A sentence about captures that are not read, or NULL. */
static const char *not_read(uint32_t first) {
  if (first == SECTION_HEADER)
    return "is a pcapng capture, which is not read; `tcpdump -r FILE -w NEW` makes a pcap of it";
  if (first == KUZNETZOV || swap(first) == KUZNETZOV)
    return "is a pcap capture with longer records (magic 0xa1b2cd34), which is not read; `tcpdump "
           "-r FILE -w NEW` makes a usual one of it";
  if ((first & 0xffffff) == GZIP || first == ZSTD)
    return "is compressed; decompress it first";
  return NULL;
}

static int open_pcap(struct w_capture *c, struct warrant_error *error) {
  if (c->size < FILE_HEADER)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: cut off: a pcap capture begins with 24 bytes, and there are %zu",
                        c->name, c->size);
  c->pcap = true;
  c->big_endian = !is_magic(w_le32(c->bytes));
  if (half(c, 4) != 2 || half(c, 6) != 4)
    return warrant_fail(error, WARRANT_UNSUPPORTED,
                        "%s: pcap of version %" PRIu32 ".%" PRIu32 " is not read, 2.4 is", c->name,
                        half(c, 4), half(c, 6));
  c->link_type = word(c, 20) & 0x3ffffff; /* above it: how long the frames' checksums are */
  c->at = FILE_HEADER;
  return 0;
}

int w_capture_open(const char *name, const uint8_t *bytes, size_t size, struct w_capture *c,
                   struct warrant_error *error) {
  *c = (struct w_capture){.name = name, .bytes = bytes, .size = size};
  if (is_pcap(bytes, size))
    return open_pcap(c, error);
  const char *other = size >= 4 ? not_read(w_le32(bytes)) : NULL;
  if (other)
    return warrant_fail(error, WARRANT_UNSUPPORTED, "%s: %s", name, other);
  if (!warrant_is_text(bytes, size))
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: %s: neither a pcap capture nor hexadecimal text", name,
                        size ? "unknown" : "empty");
  return 0;
}

static int next_record(struct w_capture *c, struct w_captured *packet,
                       struct warrant_error *error) {
  size_t left = c->size - c->at;
  if (left == 0)
    return 0;
  if (left < RECORD_HEADER)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: cut off behind packet %" PRIu64 ": %zu bytes are left", c->name,
                        c->count, left);
  uint32_t captured = word(c, c->at + 8), length = word(c, c->at + 12);
  if (captured > length || length > WARRANT_PACKET_MAX)
    return warrant_fail(
        error, WARRANT_BAD_INPUT,
        "%s: packet %" PRIu64 " is damaged: %" PRIu32 " bytes captured of %" PRIu32 "%s", c->name,
        c->count + 1, captured, length, captured > length ? "" : ", and no packet is so long");
  if (captured > left - RECORD_HEADER)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: cut off in packet %" PRIu64 ": %zu of %" PRIu32 " bytes are there",
                        c->name, c->count + 1, left - RECORD_HEADER, captured);
  *packet = (struct w_captured){c->bytes + c->at + RECORD_HEADER, captured, length};
  c->at += RECORD_HEADER + (size_t)captured;
  c->count++;
  return 1;
}

static bool blank(const uint8_t *text, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (!strchr(" \t\r\f", text[i]))
      return false;
  return true;
}

static int next_line(struct w_capture *c, struct w_captured *packet, struct warrant_error *error) {
  while (c->at < c->size) {
    const uint8_t *text = c->bytes + c->at, *end = memchr(text, '\n', c->size - c->at);
    size_t size = end ? (size_t)(end - text) : c->size - c->at, n = 0;
    c->at += size + (end != NULL);
    if (blank(text, size) || *text == '#')
      continue;
    char name[300];
    snprintf(name, sizeof name, "%.200s: packet %" PRIu64, c->name, c->count + 1);
    free(c->line);
    c->line = NULL;
    if (warrant_unhex(name, text, size, &c->line, &n, error))
      return -1;
    if (n > WARRANT_PACKET_MAX)
      return warrant_fail(error, WARRANT_BAD_INPUT,
                          "%s: %zu bytes, and no packet is longer than %u", name, n,
                          WARRANT_PACKET_MAX);
    *packet = (struct w_captured){c->line, (uint32_t)n, (uint32_t)n};
    c->count++;
    return 1;
  }
  return 0;
}

int w_capture_next(struct w_capture *c, struct w_captured *packet, struct warrant_error *error) {
  return c->pcap ? next_record(c, packet, error) : next_line(c, packet, error);
}

void w_capture_close(struct w_capture *c) {
  free(c->line);
  c->line = NULL;
}
