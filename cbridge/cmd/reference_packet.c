#include "cmd/reference_packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "load/image.h"

enum { DEVICE = 1, LINK_KNOWN = 2 };

/* A packet of docs/formats.md; the caller frees it. NULL when memory runs out. */
static uint8_t *encode(const struct warrant_classic_input *in, uint64_t fuel, size_t *size) {
  enum { BEFORE = 4 + 1 + 8 + 1 + 16 * 4 + 3 * 4 };
  uint8_t *bytes = malloc(BEFORE + (size_t)in->length), *at = bytes;
  if (!bytes)
    return NULL;
  memcpy(at, "WPKT\2", 5);
  w_store_le(at + 5, 8, fuel);
  at[13] = (uint8_t)((in->device ? DEVICE : 0) | (in->link_known ? LINK_KNOWN : 0));
  at += 14;
  for (int i = 0; i < 16; i++, at += 4)
    w_store_le(at, 4, in->meta[i]);
  w_store_le(at, 4, (uint32_t)in->network);
  w_store_le(at + 4, 4, (uint32_t)in->link);
  w_store_le(at + 8, 4, in->length);
  memcpy(at + 12, in->bytes, in->length);
  *size = BEFORE + (size_t)in->length;
  return bytes;
}

int reference_packet_run(const struct warrant_program *p, const struct warrant_classic_input *in,
                         uint64_t fuel, bool trace, warrant_line_fn *line, void *data, char *why,
                         size_t why_size) {
  uint8_t *image = NULL;
  size_t image_size = 0, size = 0;
  struct warrant_error error = {0};
  int ran = -1;
  uint8_t *bytes = encode(in, fuel, &size);
  if (!bytes || warrant_image(p, &image, &image_size, &error))
    snprintf(why, why_size, "%s", bytes ? error.text : "out of memory");
  else
    ran = warrant_reference_run(image, image_size, bytes, size, trace, line, data, why, why_size);
  free(image);
  free(bytes);
  return ran;
}
