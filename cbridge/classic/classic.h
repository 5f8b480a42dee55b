/* Classic BPF: checker and interpreter, the same in C as semantics/Classic.v and
 * checker/ClassicCheck.v: equal verdict, pc and reason, and equal steps.
 *
 * Every pointer stays the caller's, and nothing that is returned needs to be freed. */
#ifndef WARRANT_CLASSIC_H
#define WARRANT_CLASSIC_H

#include "classic/disasm.h"
#include "warrant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* LIBPCAP is libpcap's own interpreter reading a capture file: no kernel metadata. */
enum warrant_dialect {
  WARRANT_DIALECT_SOCKET,
  WARRANT_DIALECT_SECCOMP,
  WARRANT_DIALECT_LIBPCAP,
};

/* Why a program is refused; numbered as creason_number does. */
enum warrant_classic_reason {
  WARRANT_CLASSIC_EMPTY,
  WARRANT_CLASSIC_TOO_LONG,
  WARRANT_CLASSIC_INSN,
  WARRANT_CLASSIC_DIV_ZERO,
  WARRANT_CLASSIC_SHIFT,
  WARRANT_CLASSIC_SCRATCH_INDEX,
  WARRANT_CLASSIC_JUMP,
  WARRANT_CLASSIC_ANCILLARY,
  WARRANT_CLASSIC_NO_RETURN,
  WARRANT_CLASSIC_SCRATCH_UNDEF,
  WARRANT_CLASSIC_SECCOMP_INSN,
  WARRANT_CLASSIC_SECCOMP_LOAD,
  WARRANT_CLASSIC_REASONS, /* their number */
};

struct warrant_classic_verdict {
  bool accept;
  uint32_t pc;                        /* of the first refusal, in Linux's order; 0 on accept */
  enum warrant_classic_reason reason; /* meaningless on accept */
  const char *word;                   /* the reason as one word, static; "" on accept */
  char message[200];                  /* one sentence, no newline; "" on accept */
};

/* The reason as one word, static; "" for a number that is none. */
const char *warrant_classic_reason_word(enum warrant_classic_reason reason);

/* Checks a program of kind WARRANT_CBPF (socket filter) or WARRANT_SECCOMP by that dialect's rules.
 * Returns 0 and fills the verdict; or -1 when the program is of another kind or
 * memory runs out, with that in `message`. */
int warrant_classic_check(const struct warrant_program *p, struct warrant_classic_verdict *v);

/* The same for any classic program and any dialect. */
int warrant_classic_check_as(const struct warrant_program *p, enum warrant_dialect dialect,
                             struct warrant_classic_verdict *v);

/* Linux's packets are not longer. */
#define WARRANT_PACKET_MAX (8u * 65535)

/* What a program runs on: a packet with its metadata, or one system call. */
struct warrant_classic_input {
  const uint8_t
      *bytes;        /* `headroom` bytes and then `length` bytes of data; seccomp_data in seccomp */
  uint32_t headroom; /* bytes */
  uint32_t length;   /* bytes; at least 64 in seccomp */
  uint32_t wire_length; /* bytes; what LEN gives in libpcap, where a capture may hold less */
  int32_t network;   /* offset of the network header from the start of the data; may be negative */
  bool link_known;   /* the link-layer header's place is known: */
  int32_t link;      /* its offset, likewise */
  bool linear;       /* the data is in one piece: otherwise Linux finds no netlink attribute */
  bool device;       /* the packet has a device */
  uint32_t meta[16]; /* metadata, indexed by SKF_AD_* / 4 */
  /* When set, asked instead of `meta`, with SKF_AD_* and the pc (random numbers differ by pc). */
  uint32_t (*answer)(void *data, uint32_t number, uint32_t pc);
  void *answer_data;
};

/* Numbered as cfault_number does. */
enum warrant_classic_fault {
  WARRANT_CFAULT_PC,            /* no instruction there */
  WARRANT_CFAULT_INSN,          /* unknown, or not of the dialect */
  WARRANT_CFAULT_SCRATCH_INDEX, /* 16 or above */
  WARRANT_CFAULT_SCRATCH_UNDEF, /* never written */
  WARRANT_CFAULT_DIV_ZERO,      /* by a constant */
  WARRANT_CFAULT_SHIFT,         /* by a constant of 32 or more */
  WARRANT_CFAULT_LOAD,          /* unknown ancillary; misaligned or outside seccomp_data */
  WARRANT_CFAULTS,              /* their number */
};
/* The fault as one word, static; "" for a number that is none. */
const char *warrant_classic_fault_word(enum warrant_classic_fault fault);

/* Where Linux reads for a packet load at `offset`: *at counts from the start of the data, and may
 * lie outside. False: below SKF_LL_OFF, or the link-layer header's place is not known. */
bool warrant_classic_place(const struct warrant_classic_input *in, uint32_t offset, int64_t *at);

enum warrant_classic_outcome {
  WARRANT_CLASSIC_DONE,
  WARRANT_CLASSIC_FAULT,
  WARRANT_CLASSIC_OUT_OF_STEPS,
};
struct warrant_classic_result {
  enum warrant_classic_outcome outcome;
  uint32_t value;                   /* when done */
  enum warrant_classic_fault fault; /* when faulted */
  uint64_t pc;    /* of the last instruction, or of the next one when out of steps */
  uint64_t steps; /* instructions begun */
};

/* Called before each step; `pc` may lie outside the program, when the step is going to fault. */
typedef void warrant_classic_trace(void *data, uint64_t pc, uint32_t a, uint32_t x);

/* Runs any classic program, checked or not, for at most `max_steps` steps. `trace` may be NULL.
 * Returns 0, or -1 with `error` filled when the input does not fit the dialect. */
int warrant_classic_run(const struct warrant_program *p, enum warrant_dialect dialect,
                        const struct warrant_classic_input *input, uint64_t max_steps,
                        warrant_classic_trace *trace, void *trace_data,
                        struct warrant_classic_result *result, struct warrant_error *error);

#ifdef __cplusplus
}
#endif
#endif
