#include "load/forms/filters.h"

#include <stdlib.h>
#include <string.h>

void w_filters_free(struct w_filters *f) {
  for (uint32_t i = 0; i < f->count; i++)
    free(f->list[i].insns);
  free(f->list);
  free(f->bytes);
  memset(f, 0, sizeof *f);
}
