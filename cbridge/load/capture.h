/* Packets out of a file: a capture as tcpdump -w makes it (pcap), or hexadecimal text, a packet a
 * line. */
#ifndef WARRANT_CAPTURE_H
#define WARRANT_CAPTURE_H

#include "warrant.h"

struct w_capture {
  const char *name;     /* borrowed, as the bytes are */
  const uint8_t *bytes; /* all of the file */
  size_t size, at;
  bool pcap, big_endian; /* big_endian: of the capture's own numbers */
  uint32_t link_type;    /* of pcap: LINKTYPE_* */
  uint64_t count;        /* packets read so far */
  uint8_t *line;         /* owned: the bytes of the packet of the last line */
};
/* captured <= length, which the packet had when it was captured. */
struct w_captured {
  const uint8_t *bytes; /* the capture's, until its next packet */
  uint32_t captured, length;
};

/* Whether bytes begin as a capture does, also as a pcapng one, which is not read. */
bool w_is_capture(const uint8_t *bytes, size_t size);
/* Finds out what it is. The bytes are borrowed until w_capture_close. Returns 0; or -1 with an
 * error, and then there is nothing to close. */
int w_capture_open(const char *name, const uint8_t *bytes, size_t size, struct w_capture *capture,
                   struct warrant_error *error);
/* 1: the next packet; 0: there is none; -1: an error, and then no more is read. */
int w_capture_next(struct w_capture *capture, struct w_captured *packet,
                   struct warrant_error *error);
void w_capture_close(struct w_capture *capture);

#endif
