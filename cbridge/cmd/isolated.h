/* Parts of the command in processes of their own, which can't write this one's memory: the
 * verifier, and the validator as the program `warrant-validate`. */
#ifndef WARRANT_ISOLATED_H
#define WARRANT_ISOLATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Finds the program: in the folder of this one, or else in PATH. False: it is nowhere. */
bool isolated_validator(char *path, size_t size);

/* What a process may use; 0: as much as it likes. */
struct isolated_limits {
  uint64_t ns;                     /* of processor time */
  uint64_t bytes;                  /* of memory, beside what it begins with */
  bool out_of_time, out_of_memory; /* set by the two below: it ended for that */
};

/* As warrant_validate_bytes, by that program: 1, 0, or -1 when it reached no verdict, died, could
 * not be started or did not answer as it should. */
int isolated_validate(const char *validator, const uint8_t *image, size_t image_size,
                      const uint8_t *cert, size_t size, struct isolated_limits *limits, char *why,
                      size_t why_size);

/* Runs `work` in a copy of this process; what it writes to `out`, `most` bytes at most, comes in
 * *bytes, which the caller frees. False, with `why` in a sentence, when it did not end as it
 * should. */
bool isolated_run(void (*work)(void *data, FILE *out), void *data, size_t most,
                  struct isolated_limits *limits, uint8_t **bytes, size_t *size, char *why,
                  size_t why_size);

#endif
