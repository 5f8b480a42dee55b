/* Writes a copy of a file with a few bytes changed, the same for the same seed: `mutate SEED FROM
 * TO`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LARGEST (1u << 24)
#define CHANGES 8

/* xorshift64*: good enough, and the same on every machine. */
static uint64_t next(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1dull;
}

int main(int argc, char **argv) {
  static const uint8_t extreme[] = {0, 1, 7, 0x7f, 0x80, 0xff};
  if (argc != 4) {
    fprintf(stderr, "usage: mutate SEED FROM TO\n");
    return 2;
  }
  FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
  uint8_t *bytes = malloc(LARGEST);
  size_t size = in && bytes ? fread(bytes, 1, LARGEST, in) : 0;
  if (!out || !size) {
    fprintf(stderr, "mutate: cannot copy %s to %s\n", argv[2], argv[3]);
    return 1;
  }
  uint64_t state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15ull + 1;
  for (uint64_t changes = 1 + next(&state) % CHANGES; changes; changes--) {
    uint64_t choice = next(&state);
    bytes[next(&state) % size] =
        choice & 1 ? extreme[(choice >> 8) % sizeof extreme] : (uint8_t)(choice >> 8);
  }
  int failed = fwrite(bytes, 1, size, out) != size || fclose(out);
  fclose(in);
  free(bytes);
  return failed;
}
