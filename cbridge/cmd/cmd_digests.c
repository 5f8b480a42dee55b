#include "cmd/cmd_digests.h"

#include <nettle/sha2.h>
#include <stdio.h>

#include "load/image.h"

static void add(cJSON *o, const char *name, const uint8_t *bytes, size_t size) {
  struct sha256_ctx sha;
  uint8_t digest[SHA256_DIGEST_SIZE];
  char hex[2 * SHA256_DIGEST_SIZE + 1];
  sha256_init(&sha);
  sha256_update(&sha, size, bytes);
  sha256_digest(&sha, sizeof digest, digest);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  cJSON_AddStringToObject(o, name, hex);
}

void cmd_json_digests(cJSON *object, const struct warrant_program *program, const uint8_t *image,
                      size_t size) {
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
}
