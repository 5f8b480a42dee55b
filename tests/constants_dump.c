/* Prints the table of constants as it is for the architectures that are named: a line each, `ARCH
 * NAME VALUE`, or `ARCH NAME unsure`. tests/constants_agree.sh compares it with Linux's headers. */
#include <inttypes.h>
#include <stdio.h>

#include "audit/constants.h"

int main(int argc, char **argv) {
  const struct constant *c;
  uint64_t value;
  for (int i = 1; i < argc; i++)
    for (size_t k = 0; (c = w_constant(k)); k++)
      if (w_constant_value(c, argv[i], &value))
        printf("%s %s %" PRIu64 "\n", argv[i], c->name, value);
      else
        printf("%s %s unsure\n", argv[i], c->name);
  return 0;
}
