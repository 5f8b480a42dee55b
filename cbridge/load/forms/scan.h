/* What the readers of forms share: one pass over a text, and the filters that grow. */
#ifndef WARRANT_FORMS_SCAN_H
#define WARRANT_FORMS_SCAN_H

#include "isa/decode.h"
#include "load/forms/filters.h"

struct w_scan {
  const char *name; /* of the file, for messages */
  const char *start, *at, *end;
  struct w_filters *out;
  uint8_t *bytes; /* owned by who reads the form: a dump's bytes */
  size_t byte_count;
  struct warrant_error *error;
};

/* Fails with the line that `at` is in, and the sentence. Returns false. */
bool w_scan_fail(struct w_scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The number of the line that `at` is in. */
uint32_t w_scan_line(const struct w_scan *s);

static inline bool w_is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
/* The digit that a character is, or -1. */
int w_digit(char c, unsigned base);

/* Over spaces, newlines and comments of C, which count as spaces where `comments` is set. */
void w_scan_space(struct w_scan *s, bool comments);
/* Over `text`, when it stands here. */
bool w_scan_take(struct w_scan *s, const char *text);
/* A name of letters, digits and '_'; false when none stands here. A longer one is cut. */
bool w_scan_word(struct w_scan *s, char *word, size_t size);
/* An unsigned number as C writes it, with its suffix; false when none stands here, or it has more
 * than 64 bits. */
bool w_scan_number(struct w_scan *s, uint64_t *value);
/* Whether `text` occurs from here to the end; moves there when it does. */
bool w_scan_find(struct w_scan *s, const char *text);

/* The line from here on, without its end, into `line`; moves to the next. False at the end, or,
 * having failed, when it is longer than `size` - 1. */
bool w_scan_next_line(struct w_scan *s, char *line, size_t size);

/* Begins another filter; `name` may be "". False when there are too many, or no memory. */
bool w_scan_filter(struct w_scan *s, const char *name);
/* Adds an instruction to the last filter, having looked at its fields' size. */
bool w_scan_insn(struct w_scan *s, uint64_t code, uint64_t jt, uint64_t jf, uint64_t k);
/* Adds bytes of a dump. */
bool w_scan_byte(struct w_scan *s, uint8_t byte);
/* Whether anything was found; fails with `what` otherwise. */
bool w_scan_some(struct w_scan *s, const char *what);

/* The readers. Each returns whether it could. */
bool w_read_numbers(struct w_scan *s);     /* tcpdump -ddd and what is like it */
bool w_read_socket_list(struct w_scan *s); /* ss -b */
bool w_read_bytecode(struct w_scan *s);    /* iptables, tc: '4,48 0 0 9,...' somewhere */
bool w_read_source(struct w_scan *s);      /* C, Go and JSON: structures, macros */
bool w_read_words(struct w_scan *s);       /* JSON of 64-bit numbers */
bool w_read_columns(struct w_scan *s);     /* code, jt, jf, k of a disassembler */
bool w_read_assembly(struct w_scan *s);
bool w_read_skips(struct w_scan *s); /* assembly whose jumps say how many they skip */
bool w_read_hex(struct w_scan *s);
bool w_read_byte_array(struct w_scan *s); /* xxd -i */
bool w_read_dump(struct w_scan *s);       /* xxd, hexdump -C, od */
bool w_read_base64(struct w_scan *s);
bool w_read_snap(struct w_scan *s);

#endif
