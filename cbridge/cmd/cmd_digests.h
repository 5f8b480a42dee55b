/* What was certified, by its digests. */
#ifndef WARRANT_CMD_DIGESTS_H
#define WARRANT_CMD_DIGESTS_H

#include <cjson/cJSON.h>

#include "warrant.h"

/* Adds `digests`: SHA-256 of the program's image and of its parts; null where `image` is NULL. */
void cmd_json_digests(cJSON *object, const struct warrant_program *program, const uint8_t *image,
                      size_t size);

#endif
