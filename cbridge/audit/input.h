/* The variables of an audit's diagrams: the bits of struct seccomp_data, or of a packet. Which
 * variable is which bit, an input as an assignment and back, and the interpreter on one input. */
#ifndef WARRANT_AUDIT_INPUT_H
#define WARRANT_AUDIT_INPUT_H

#include <linux/seccomp.h>

#include "audit/bdd.h"
#include "audit/order.h"
#include "warrant.h"

/* The variable of bit j of a word, 0 the lowest; the order is the manager's. */
uint32_t w_input_var(const struct bdd *m, unsigned word, unsigned j);
/* The word of a variable, and which of its bits it is. */
unsigned w_input_word(const struct bdd *m, uint32_t var);
unsigned w_input_bit(const struct bdd *m, uint32_t var);
/* Gives a manager that has no diagrams yet the order for these filters: where two halves of
 * arguments meet, so do the other two, which are the same halves of a big-endian architecture.
 * Returns 0, or -1 when memory runs out. */
int w_input_order(struct bdd *m, const struct warrant_program *const *programs, size_t count);
/* For one filter, without that: as checker/Audit.v has it. */
int w_input_order_alone(struct bdd *m, const struct warrant_program *p);

/* On big-endian architectures the high half of an argument, and of the instruction pointer, is
 * first in memory. A filter and its diagrams are about words where they lie, and so is struct
 * seccomp_data here, whose numbers are those of a little-endian machine. What texts say is about
 * numbers as a process passes them: there the halves are swapped, in both directions. */
bool w_arch_big_endian(uint32_t arch);
struct seccomp_data w_input_swapped(const struct seccomp_data *input);
/* The same of a diagram over inputs; BDD_NONE at a limit. */
bdd_t w_audit_swapped(struct bdd *m, bdd_t f);

/* A packet's variables, highest bit first: byte i at 8 i; the metadata of SKF_AD_* at 8 SKF_AD_*
 * from PACKET_META on, those of random numbers, which differ by instruction, from PACKET_RANDOM on;
 * whether there is a device; the length. Linux's packets are not longer than PACKET_MAX bytes. */
enum {
  PACKET_MAX = 8 * 65535,
  PACKET_META = 8 * PACKET_MAX,
  PACKET_RANDOM = PACKET_META + 8 * 64,
  PACKET_DEVICE = PACKET_RANDOM + 32 * 4096,
  PACKET_LENGTH = PACKET_DEVICE + 1,
  PACKET_VARS = PACKET_LENGTH + 32,
};

/* An input of `when`, which is not BDD_FALSE; bits that do not matter are 0. */
struct seccomp_data w_audit_input(const struct bdd *m, bdd_t when);
/* Its bytes as they lie in memory on a little-endian machine. */
void w_audit_bytes(const struct seccomp_data *input, uint8_t bytes[64]);
/* The assignment of an input, for w_bdd_value. */
void w_audit_assignment(const struct bdd *m, const struct seccomp_data *input,
                        uint8_t bits[INPUT_VARS / 8]);
/* The inputs whose word `word`, architecture or number, is `value`: what is left of a diagram when
 * that is fixed. The words before it must not occur in it any more. */
bdd_t w_audit_fix(const struct bdd *m, bdd_t f, unsigned word, uint32_t value);

/* A packet of `when`, which is not BDD_FALSE: the shortest along one path of the diagram; bits that
 * do not matter are 0. */
struct audit_packet {
  uint32_t length;
  uint8_t *bytes; /* owned; at least one, so never NULL */
  bool device;
  uint32_t meta[16];    /* by SKF_AD_* / 4; all random numbers are `random` in place of one */
  uint32_t meta_needed; /* one bit each: the path asks for it */
  bool several_randoms; /* it asks for random numbers that differ: none is shown */
};
/* 0, or -1 when memory runs out. The caller frees `bytes`. */
int w_audit_packet(const struct bdd *m, bdd_t when, struct audit_packet *packet);
/* Runs a socket filter on one packet by the interpreter. Returns 0 with its result in *value, or
 * -1.
 */
int w_audit_run_packet(const struct warrant_program *p, const struct audit_packet *packet,
                       uint32_t *value);

/* Runs a filter on one input by the interpreter. Returns 0 with its result in *value, or -1. */
int w_audit_run(const struct warrant_program *p, const struct seccomp_data *input, uint32_t *value,
                uint64_t *steps);

#endif
