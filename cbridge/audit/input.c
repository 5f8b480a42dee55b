#include "audit/input.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"

enum { SECCOMP_SIZE = sizeof(struct seccomp_data) };

/* ---- Variables ---- */

uint32_t w_input_var(const struct bdd *m, unsigned word, unsigned j) {
  return w_bdd_order(m)->var[32 * word + j];
}
unsigned w_input_word(const struct bdd *m, uint32_t var) { return w_bdd_order(m)->place[var] / 32; }
unsigned w_input_bit(const struct bdd *m, uint32_t var) { return w_bdd_order(m)->place[var] % 32; }

int w_input_order(struct bdd *m, const struct warrant_program *const *programs, size_t count) {
  struct meetings meetings;
  w_meetings_start(&meetings);
  for (size_t i = 0; i < count; i++)
    if (w_meetings_of(&meetings, programs[i]))
      return -1;
  w_meetings_mirror(&meetings);
  struct input_order order = w_order_with(&meetings);
  order.chosen = true;
  w_bdd_set_order(m, &order);
  return 0;
}

int w_input_order_alone(struct bdd *m, const struct warrant_program *p) {
  struct meetings meetings;
  w_meetings_start(&meetings);
  if (w_meetings_of(&meetings, p))
    return -1;
  struct input_order order = w_order_with(&meetings);
  order.chosen = true;
  w_bdd_set_order(m, &order);
  return 0;
}

/* ---- Calls ---- */

void w_audit_bytes(const struct seccomp_data *input, uint8_t bytes[SECCOMP_SIZE]) {
  uint64_t parts[8] = {(uint32_t)input->nr | (uint64_t)input->arch << 32,
                       input->instruction_pointer};
  memcpy(parts + 2, input->args, sizeof input->args);
  for (int i = 0; i < SECCOMP_SIZE; i++)
    bytes[i] = (uint8_t)(parts[i / 8] >> i % 8 * 8);
}

struct seccomp_data w_audit_input(const struct bdd *m, bdd_t when) {
  uint32_t words[INPUT_WORDS] = {0};
  while (!bdd_is_leaf(when)) {
    uint32_t v = w_bdd_var(m, when);
    if (w_bdd_low(m, when) == BDD_FALSE) {
      words[w_input_word(m, v)] |= 1u << w_input_bit(m, v);
      when = w_bdd_high(m, when);
    } else {
      when = w_bdd_low(m, when);
    }
  }
  struct seccomp_data d = {.nr = (int)words[INPUT_NR], .arch = words[INPUT_ARCH]};
  for (int i = 0; i < 6; i++)
    d.args[i] = (uint64_t)words[INPUT_ARG + 2 * i] << 32 | words[INPUT_ARG + 2 * i + 1];
  d.instruction_pointer = (uint64_t)words[INPUT_IP] << 32 | words[INPUT_IP + 1];
  return d;
}

void w_audit_assignment(const struct bdd *m, const struct seccomp_data *input,
                        uint8_t bits[INPUT_VARS / 8]) {
  uint8_t bytes[SECCOMP_SIZE];
  w_audit_bytes(input, bytes);
  memset(bits, 0, INPUT_VARS / 8);
  for (unsigned v = 0; v < INPUT_VARS; v++) {
    unsigned bit = w_input_bit(m, v);
    if (bytes[w_audit_offset(w_input_word(m, v)) + bit / 8] >> bit % 8 & 1)
      bits[v / 8] |= (uint8_t)(1u << v % 8);
  }
}

bdd_t w_audit_fix(const struct bdd *m, bdd_t f, unsigned word, uint32_t value) {
  while (!bdd_is_leaf(f) && w_bdd_var(m, f) < 32 * (word + 1)) {
    uint32_t v = w_bdd_var(m, f);
    f = value >> w_input_bit(m, v) & 1 ? w_bdd_high(m, f) : w_bdd_low(m, f);
  }
  return f;
}

int w_audit_run(const struct warrant_program *p, const struct seccomp_data *input, uint32_t *value,
                uint64_t *steps) {
  uint8_t bytes[SECCOMP_SIZE];
  w_audit_bytes(input, bytes);
  struct warrant_classic_input in = {.bytes = bytes, .length = sizeof bytes, .wire_length = 64};
  struct warrant_classic_result r;
  if (warrant_classic_run(p, WARRANT_DIALECT_SECCOMP, &in, p->insn_count, NULL, NULL, &r, NULL) ||
      r.outcome != WARRANT_CLASSIC_DONE)
    return -1;
  *value = r.value;
  if (steps)
    *steps = r.steps;
  return 0;
}

/* ---- Byte order ---- */

bool w_arch_big_endian(uint32_t arch) { return !(arch & __AUDIT_ARCH_LE); }

struct seccomp_data w_input_swapped(const struct seccomp_data *input) {
  struct seccomp_data d = *input;
  for (int i = 0; i < 6; i++)
    d.args[i] = input->args[i] << 32 | input->args[i] >> 32;
  d.instruction_pointer = input->instruction_pointer << 32 | input->instruction_pointer >> 32;
  return d;
}

/* `done` keeps what each node became, BDD_NONE where that is not known yet. */
static bdd_t swapped(struct bdd *m, bdd_t f, bdd_t *done) {
  if (bdd_is_leaf(f))
    return f;
  if (done[f] != BDD_NONE)
    return done[f];
  uint32_t v = w_bdd_var(m, f);
  if (v < INPUT_VARS && w_input_word(m, v) >= INPUT_ARG)
    v = w_input_var(m, w_input_word(m, v) ^ 1, w_input_bit(m, v));
  bdd_t low = swapped(m, w_bdd_low(m, f), done);
  bdd_t high = low == BDD_NONE ? BDD_NONE : swapped(m, w_bdd_high(m, f), done);
  if (high == BDD_NONE)
    return BDD_NONE;
  return done[f] = w_bdd_choose(m, v, low, high);
}
bdd_t w_audit_swapped(struct bdd *m, bdd_t f) {
  if (f == BDD_NONE || bdd_is_leaf(f))
    return f;
  size_t size = (size_t)w_bdd_nodes(m) + 2;
  bdd_t *done = malloc(size * sizeof *done); /* owned here */
  if (!done)
    return BDD_NONE;
  memset(done, 0xff, size * sizeof *done);
  bdd_t g = swapped(m, f, done);
  free(done);
  return g;
}

/* ---- Packets ---- */

int w_audit_packet(const struct bdd *m, bdd_t when, struct audit_packet *packet) {
  bdd_t path = when;
  *packet = (struct audit_packet){.bytes = NULL};
  uint32_t random = 0;
  bool first_random = true;
  for (int write = 0; write < 2; write++) { /* the length comes last, and the bytes need it */
    uint32_t random_pc = UINT32_MAX;
    for (path = when; !bdd_is_leaf(path);) {
      uint32_t v = w_bdd_var(m, path);
      bool one = w_bdd_low(m, path) == BDD_FALSE;
      path = one ? w_bdd_high(m, path) : w_bdd_low(m, path);
      if (write) {
        if (one && v < PACKET_META)
          packet->bytes[v / 8] |= (uint8_t)(0x80 >> v % 8);
        continue;
      }
      if (v >= PACKET_LENGTH) {
        packet->length |= (uint32_t)one << (31 - (v - PACKET_LENGTH));
      } else if (v == PACKET_DEVICE) {
        packet->device = one;
      } else if (v >= PACKET_RANDOM) {
        uint32_t pc = (v - PACKET_RANDOM) / 32;
        packet->several_randoms |= !first_random && pc != random_pc;
        first_random = false;
        random_pc = pc;
        random |= (uint32_t)one << (31 - (v - PACKET_RANDOM) % 32);
        packet->meta_needed |= 1u << SKF_AD_RANDOM / 4;
      } else if (v >= PACKET_META) {
        uint32_t n = (v - PACKET_META) / 32;
        packet->meta[n] |= (uint32_t)one << (31 - (v - PACKET_META) % 32);
        packet->meta_needed |= 1u << n;
      }
    }
    if (!write) {
      packet->meta[SKF_AD_RANDOM / 4] = random;
      packet->bytes = calloc(packet->length + 1, 1);
      if (!packet->bytes)
        return -1;
    }
  }
  return 0;
}

int w_audit_run_packet(const struct warrant_program *p, const struct audit_packet *packet,
                       uint32_t *value) {
  struct warrant_classic_input in = {.bytes = packet->bytes,
                                     .length = packet->length,
                                     .wire_length = packet->length,
                                     .linear = true,
                                     .device = packet->device};
  memcpy(in.meta, packet->meta, sizeof in.meta);
  struct warrant_classic_result r;
  if (warrant_classic_run(p, WARRANT_DIALECT_SOCKET, &in, p->insn_count, NULL, NULL, &r, NULL) ||
      r.outcome != WARRANT_CLASSIC_DONE)
    return -1;
  *value = r.value;
  return 0;
}
