/* Bytes as text; forms/ has the other texts. */
#ifndef WARRANT_TEXT_H
#define WARRANT_TEXT_H

#include "warrant.h"

bool warrant_is_text(const uint8_t *bytes, size_t size);
/* Hexadecimal text to bytes; the caller frees *out. */
int warrant_unhex(const char *name, const uint8_t *text, size_t size, uint8_t **out,
                  size_t *out_size, struct warrant_error *error);

#endif
