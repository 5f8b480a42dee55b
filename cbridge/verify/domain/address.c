/* checker/Address.v: what an address may be used for, and whether bytes of the stack are written.
 */
#include "verify/domain/internal.h"

#include <stdlib.h>

#include "load/objects.h"

bool w_a_addr(const struct w_target *t, const struct w_state *st, struct w_aval a, int32_t off,
              uint64_t n, bool write, struct w_place *pl) {
  const struct w_fact *f = w_fact_of(st, a);
  wide k = (wide)a.c + off;
  switch (f->kind) {
  case W_FSTACK:
    *pl = (struct w_place){
        .kind = W_PSTACK, .k = (int32_t)(k - (wide)f->frame * W_STACK), .mx = (uint32_t)f->mx};
    return f->frame <= st->depth && -W_STACK <= k && f->mx + k + n <= 0;
  case W_FCTX:
    *pl = (struct w_place){.kind = W_PCTX, .k = (int32_t)k};
    return 0 <= k && k + n <= t->type.ctx_size;
  case W_FPKT:
    *pl = (struct w_place){.kind = W_PPKT};
    return f->checked && 0 <= k && k + n <= f->av && !(write && !t->type.writes);
  case W_FMAP_VALUE: {
    if (f->map >= t->map_count)
      return false;
    const struct warrant_map *m = &t->maps[f->map];
    if (0 > k || f->mx + k + n > m->value_size || (write && m->readonly))
      return false;
    const uint8_t *constants = f->mx == 0 ? w_constants(m) : NULL;
    *pl = (struct w_place){.kind = W_PVAL, .known = constants ? constants + (size_t)k : NULL};
    return true;
  }
  case W_FREF:
    *pl = (struct w_place){
        .kind = f->ref == W_RECORD ? W_PVAL : W_PSOCK, .ref = f->ref, .k = (int32_t)k};
    return !f->null && 0 <= k && k + n <= f->size && !(write && f->ref != W_RECORD);
  case W_FRECORD_AT:
    *pl = (struct w_place){.kind = W_PVAL};
    return 0 <= k && (wide)(uint64_t)f->mx + k + n <= f->size;
  case W_FOBJ:
    *pl = (struct w_place){.kind = W_POBJ, .k = (int32_t)k, .type = f->type};
    return !write && f->type < t->type_count && 0 <= k && k + n <= t->types[f->type].size &&
           k <= INT32_MAX;
  }
  return false;
}

bool w_a_aligned(const struct w_target *t, const struct w_state *st, struct w_aval a, int32_t off,
                 uint64_t n) {
  const struct w_fact *f = w_fact_of(st, a);
  uint64_t k = (uint64_t)a.c + (uint64_t)(int64_t)off;
  switch (f->kind) {
  case W_FMAP_VALUE:
    k += w_value_skew(&t->maps[f->map]);
    break;
  case W_FREF:
  case W_FOBJ:
    return k % n == 0;
  case W_FSTACK:
  case W_FRECORD_AT:
    break;
  default:
    return false;
  }
  return f->step % n == 0 && k % n == 0;
}

/* All of the n bytes from off written; with `undefined` in mind, n > 0 and the bytes within the
 * frame. */
static bool all_init(const struct w_state *st, int32_t off, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!w_written(st, off + (int32_t)i))
      return false;
  return true;
}

void w_note(struct w_effects *effects, enum w_effect_kind kind, int32_t off, uint32_t n,
            bool undefined) {
  if (effects->count < sizeof effects->e / sizeof *effects->e)
    effects->e[effects->count++] = (struct w_effect){
        .kind = (uint8_t)kind, .undefined = undefined, .off = (int16_t)off, .n = (uint16_t)n};
}

bool w_read_frame(const struct w_target *t, const struct w_state *st, int32_t off, uint32_t n,
                  struct w_effects *effects, struct w_why *why) {
  bool init = all_init(st, off, n);
  if (!init && t->strict) {
    int32_t hole = off;
    while (w_written(st, hole))
      hole++;
    bool waits =
        st->pending.n && hole - st->pending.off < (int32_t)st->pending.n && hole >= st->pending.off;
    return w_refuse(why, W_UNDEFINED_STACK, "the stack byte at r10 %c %d %s before it is read",
                    hole < w_frame_top(st) ? '-' : '+', abs(hole - w_frame_top(st)),
                    waits ? "is written only if the helper succeeds: test that its result is 0"
                          : "was never written: clear the memory");
  }
  w_note(effects, W_READ, off, n, !init);
  return true;
}
