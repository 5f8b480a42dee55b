#include "load/btf.h"

#include <bpf/btf.h>
#include <linux/btf.h>
#include <string.h>

#include "isa/error.h"
#include "load/btfwalk.h"

/* libbpf checks the sections of BTF against each other; the header is checked here, in 64 bits and
 * with the alignment that our own reads of its types need. */
static bool header_fits(const uint8_t *bytes, size_t size) {
  struct btf_header h;
  if (size < sizeof h)
    return false;
  memcpy(&h, bytes, sizeof h);
  return h.magic == BTF_MAGIC && h.version == BTF_VERSION && h.hdr_len >= sizeof h &&
         h.hdr_len % 4 == 0 && h.type_off % 4 == 0 &&
         (uint64_t)h.hdr_len + h.type_off + h.type_len <= size &&
         (uint64_t)h.hdr_len + h.str_off + h.str_len <= size &&
         (uint64_t)h.type_off + h.type_len <= h.str_off;
}

uint32_t w_btf_section(const struct btf *btf, const char *section) {
  for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
    const struct btf_type *t = btf__type_by_id(btf, id);
    if (t && btf_is_datasec(t) && strcmp(w_btf_text(btf, t->name_off), section) == 0)
      return id;
  }
  return 0;
}

int warrant_btf_open(const char *name, const uint8_t *bytes, size_t size, struct warrant_btf *types,
                     struct warrant_error *error) {
  memset(types, 0, sizeof *types);
  if (header_fits(bytes, size))
    types->btf = btf__new(bytes, (uint32_t)size);
  if (!types->btf)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: its type information (.BTF) is damaged",
                        name);
  types->maps_id = w_btf_section(types->btf, ".maps");
  types->externs[0] = w_btf_section(types->btf, ".kconfig");
  types->externs[1] = w_btf_section(types->btf, ".ksyms");
  return 0;
}

void warrant_btf_close(struct warrant_btf *types) {
  btf__free(types->btf);
  types->btf = NULL;
}
