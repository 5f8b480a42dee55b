/* Programs and bytes as text: hexadecimal, and what tcpdump -ddd prints. */
#ifndef WARRANT_TEXT_H
#define WARRANT_TEXT_H

#include "warrant.h"

bool warrant_is_text(const uint8_t *bytes, size_t size);
/* Hexadecimal text to bytes; the caller frees *out. */
int warrant_unhex(const char *name, const uint8_t *text, size_t size, uint8_t **out,
                  size_t *out_size, struct warrant_error *error);
/* The decimal form: a count, then code, jt, jf and k of each instruction, between spaces, newlines
 * or (as iptables has it) commas. Not that form at all: returns 1, without an error. The caller
 * frees *insns. */
int warrant_decimal(const char *name, const uint8_t *text, size_t size,
                    struct warrant_cinsn **insns, uint32_t *count, struct warrant_error *error);

#endif
