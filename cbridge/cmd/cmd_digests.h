/* What was certified, by its digests. */
#ifndef WARRANT_CMD_DIGESTS_H
#define WARRANT_CMD_DIGESTS_H

#include <cjson/cJSON.h>

#include "warrant.h"

/* Adds `digests`: SHA-256 of the program's image and of its parts, and, where it depends on them,
 * of the types of `host`, which is the one that it was loaded for; null where `image` is NULL. */
void cmd_json_digests(cJSON *object, const struct warrant_program *program, const uint8_t *image,
                      size_t size, struct warrant_host *host);

#endif
