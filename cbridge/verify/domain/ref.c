/* checker/Ref.v: references that are acquired and must be released. */
#include "verify/domain/internal.h"

#include <inttypes.h>

uint32_t w_nrefs(const struct w_state *st) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < st->next; k++)
    n += st->facts[k].kind == W_FREF;
  return n;
}

bool w_refuse_leak(const struct w_state *st, const struct w_state *rest, struct w_why *why) {
  const struct w_fact *f = NULL;
  for (uint32_t k = st->next; k-- > 0;) {
    bool kept = st->facts[k].kind != W_FREF;
    for (uint32_t j = 0; rest && !kept && j < rest->next; j++)
      kept = rest->facts[j].kind == W_FREF && rest->facts[j].origin == st->facts[k].origin;
    if (!kept)
      f = &st->facts[k];
  }
  if (!f)
    return w_refuse(why, W_LEAKED_REFERENCE,
                    "a reference acquired earlier is lost here and can no longer be released");
  return w_refuse(why, W_LEAKED_REFERENCE,
                  "the %s from the call at %" PRIu32 " %s: %s on every path", w_ref_name(f->ref),
                  f->origin,
                  rest ? "is lost here and can no longer be released" : "is not released here",
                  f->ref == W_RECORD ? "submit or discard it" : "release it");
}
