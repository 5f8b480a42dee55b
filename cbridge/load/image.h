/* The bytes in which a program crosses from C to the proved validator: the program image of
 * docs/formats.md, which extraction/image.ml reads. */
#ifndef WARRANT_IMAGE_H
#define WARRANT_IMAGE_H

#include "warrant.h"

/* The caller frees *bytes. */
int warrant_image(const struct warrant_program *p, uint8_t **bytes, size_t *len,
                  struct warrant_error *error);

/* Where its parts begin. */
struct w_image_parts {
  size_t types, maps;  /* at their counts */
  size_t instructions; /* at the first; they end the image */
};
struct w_image_parts w_image_parts(const struct warrant_program *p);
/* Bytes that begin as an image does. */
bool w_is_image(const uint8_t *bytes, size_t size);

#endif
