/* Steps through type information that all its readers take. It may be hostile. */
#ifndef WARRANT_BTFWALK_H
#define WARRANT_BTFWALK_H

#include <bpf/btf.h>
#include <stdint.h>

enum { W_BTF_DEPTH = 32 }; /* of types that stand for others, or lie in each other */

/* A name; "" where there is none. */
static inline const char *w_btf_text(const struct btf *btf, uint32_t offset) {
  const char *s = btf__str_by_offset(btf, offset);
  return s ? s : "";
}

/* Past typedefs and qualifiers, which moves *id on; NULL: damaged. */
static inline const struct btf_type *w_btf_skip(const struct btf *btf, uint32_t *id) {
  const struct btf_type *t = btf__type_by_id(btf, *id);
  for (int depth = 0; t && (btf_is_mod(t) || btf_is_typedef(t)); depth++) {
    if (depth == W_BTF_DEPTH)
      return NULL;
    *id = t->type;
    t = btf__type_by_id(btf, *id);
  }
  return t;
}
static inline const struct btf_type *w_btf_type(const struct btf *btf, uint32_t id) {
  return w_btf_skip(btf, &id);
}

#endif
