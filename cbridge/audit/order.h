/* The order of the variables of an audit's diagrams. Words of seccomp_data that a filter compares
 * with each other form a group, in which their bits take turns, the highest first: whether two
 * words are equal takes a hundred nodes so, and 2^32 where one comes after the other. Architecture
 * and number stay by themselves, first and second. The same as in checker/Audit.v. */
#ifndef WARRANT_AUDIT_ORDER_H
#define WARRANT_AUDIT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "warrant.h"

/* The words in the order that they have without groups. Argument n has its high half in INPUT_ARG +
 * 2 n and its low half after it. */
enum { INPUT_ARCH = 0, INPUT_NR = 1, INPUT_ARG = 2, INPUT_IP = 14, INPUT_WORDS = 16 };
enum { INPUT_VARS = 32 * INPUT_WORDS };
/* The word at an offset that is a multiple of 4 below 64, and a word's offset. */
unsigned w_audit_word(uint32_t offset);
unsigned w_audit_offset(unsigned word);

struct input_order {
  uint16_t var[INPUT_VARS];    /* of bit j of word w, at 32 w + j */
  uint16_t place[INPUT_VARS];  /* of each variable: 32 w + j */
  uint16_t group[INPUT_WORDS]; /* of each word: the set of its group, one bit a word */
  bool plain;                  /* no two words form a group */
  bool chosen;                 /* for some filters */
};

/* Words that have been found to meet: for each the set of its group, one bit a word. */
struct meetings {
  uint16_t group[INPUT_WORDS];
};
void w_meetings_start(struct meetings *g);
void w_meetings_add(struct meetings *g, uint16_t words);
/* Words meet where their other halves do. */
void w_meetings_mirror(struct meetings *g);
/* Adds what meets in a seccomp filter. Returns 0, or -1 when memory runs out. */
int w_meetings_of(struct meetings *g, const struct warrant_program *p);
struct input_order w_order_with(const struct meetings *g);

#endif
