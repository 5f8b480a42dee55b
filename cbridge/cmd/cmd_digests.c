#include "cmd/cmd_digests.h"

#include <nettle/sha2.h>
#include <stdio.h>

#include "load/host.h"
#include "load/image.h"

enum { HEX_SIZE = 2 * SHA256_DIGEST_SIZE + 1 };

static void digest(const void *bytes, size_t size, char hex[HEX_SIZE]) {
  struct sha256_ctx sha;
  uint8_t sum[SHA256_DIGEST_SIZE];
  sha256_init(&sha);
  sha256_update(&sha, size, bytes);
  sha256_digest(&sha, sizeof sum, sum);
  for (size_t i = 0; i < sizeof sum; i++)
    snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

static void add(cJSON *o, const char *name, const uint8_t *bytes, size_t size) {
  char hex[HEX_SIZE];
  digest(bytes, size, hex);
  cJSON_AddStringToObject(o, name, hex);
}

/* Types are megabytes, and those of one kernel in all calls, so they are read once. */
static void add_types(cJSON *o, struct warrant_host *host) {
  static const void *known;
  static char hex[HEX_SIZE];
  uint32_t size = 0;
  const void *bytes = host ? w_host_btf(host, &size) : NULL;
  if (bytes && bytes != known)
    digest(bytes, size, hex);
  known = bytes;
  if (bytes)
    cJSON_AddStringToObject(o, "btf", hex);
  else
    cJSON_AddNullToObject(o, "btf");
}

void cmd_json_digests(cJSON *object, const struct warrant_program *program, const uint8_t *image,
                      size_t size, struct warrant_host *host) {
  if (!image) {
    cJSON_AddNullToObject(object, "digests");
    return;
  }
  const struct w_image_parts parts = w_image_parts(program);
  cJSON *o = cJSON_AddObjectToObject(object, "digests");
  add(o, "image", image, size);
  add(o, "instructions", image + parts.instructions, size - parts.instructions);
  add(o, "maps", image + parts.maps, parts.instructions - 4 - parts.maps);
  add(o, "types", image + parts.types, parts.maps - parts.types);
  add_types(o, program->kernel_types ? host : NULL);
}
