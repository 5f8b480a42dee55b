/* Damaged certificates must prove nothing. Certificates of the flow filter, and of its faulty twins
 * with the fault taken out, are changed at random, as bytes and as what the bytes mean, and held
 * against the faulty twins: every accept would be a proof of something false. mutation_test
 * [MUTATIONS [SEED]]   for each twin */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify/cert.h"
#include "load/image.h"
#include "random.h"
#include "report.h"
#include "cmd/validator.h"
#include "verify/verify.h"

enum { WORKERS = 2 };
static struct gen g;
static uint32_t below(uint32_t n) { return gen_below(&g, n); }

static void *get(size_t n) {
  void *p = calloc(1, n ? n : 1);
  if (!p)
    abort();
  return p;
}

/* --- Certificates as fields ------------------------------------------------------------------ */

enum tag {
  BOUND,
  NODES,
  PC,
  PRESENT,
  VALUE_SYMBOL,
  VALUE_OFFSET,
  SLOTS,
  SLOT_AT,
  SLOT_SIZE,
  PENDING,
  WRITTEN,
  FACTS,
  FACT_SYMBOL,
  FACT_KIND,
  TAINTED,
  BITS,
  UNSIGNED,
  SIGNED,
  LOW,
  LENGTH,
  MULTIPLE,
  CHECKED,
  AVAILABLE,
  MAP,
  REF,
  NULLABLE,
  NEXT,
  POTENTIAL,
  TERMS,
  TERM,
  STEP,
  STEPS,
  TO_NODE,
  SUBSTS,
  SUBST_SYMBOL,
  TAGS,
};
enum form { BYTE, U, S };
struct field {
  uint8_t tag, form;
  uint64_t v;
};
enum { FIELDS_MAX = 60000, NODES_MAX = 2000, BYTES_MAX = FIELDS_MAX * 10 + 64 };
struct cert {
  struct field fields[FIELDS_MAX];
  uint32_t count;
  uint32_t nodes[NODES_MAX + 1],
      derivations[NODES_MAX]; /* where each node and its derivation begin; one more: the end */
  uint32_t node_count, root;
};

struct input {
  const uint8_t *bytes;
  size_t size, at;
  bool bad;
  struct cert *c;
};

static uint64_t take(struct input *in, enum tag tag, enum form form) {
  uint64_t v = 0;
  int64_t s = 0;
  if (in->bad || in->c->count == FIELDS_MAX) {
    in->bad = true;
    return 0;
  }
  if (form == BYTE) {
    in->bad = in->at >= in->size;
    v = in->bad ? 0 : in->bytes[in->at++];
  } else if (form == U) {
    in->bad = !w_get_u(in->bytes, in->size, &in->at, &v);
  } else {
    in->bad = !w_get_s(in->bytes, in->size, &in->at, &s);
    v = (uint64_t)s;
  }
  in->c->fields[in->c->count++] = (struct field){(uint8_t)tag, (uint8_t)form, v};
  return in->bad ? 0 : v;
}

static void take_value(struct input *in) {
  take(in, VALUE_SYMBOL, U);
  take(in, VALUE_OFFSET, S);
}

static void take_derivation(struct input *in) {
  for (uint64_t open = 1; open && !in->bad;) {
    switch (take(in, STEP, BYTE)) {
    case 0:
      open--;
      break;
    case 1:
      take(in, STEPS, U);
      break;
    case 2:
      open++;
      break;
    case 3:
      take(in, TO_NODE, U);
      for (uint64_t n = take(in, SUBSTS, U); n && !in->bad; n--) {
        take(in, SUBST_SYMBOL, U);
        take_value(in);
      }
      open--;
      break;
    default:
      in->bad = true;
    }
  }
}

static void take_fact(struct input *in) {
  switch (take(in, FACT_KIND, BYTE)) {
  case 0:
    take(in, TAINTED, BYTE);
    take(in, BITS, U), take(in, BITS, U);
    take(in, UNSIGNED, U), take(in, UNSIGNED, U);
    take(in, SIGNED, S), take(in, SIGNED, S);
    if (take(in, LOW, BYTE)) { /* bounds of the low half */
      take(in, BITS, U), take(in, BITS, U);
      take(in, UNSIGNED, U), take(in, UNSIGNED, U);
      take(in, SIGNED, S), take(in, SIGNED, S);
    }
    break;
  case 3:
    take(in, LOW, BYTE); /* the packet, or what is before it */
    take(in, LENGTH, U);
    if (take(in, CHECKED, BYTE))
      take(in, AVAILABLE, S);
    break;
  case 5:
  case 7:
  case 8:
  case 11:
  case 12: /* which type */
  case 13: /* which function */
    take(in, MAP, U);
    break;
  case 1: /* which frame, and how far past its top */
  case 6:
    take(in, MAP, U);
    take(in, LENGTH, U);
    take(in, MULTIPLE, BYTE);
    break;
  case 9:
    take(in, REF, BYTE);
    take(in, LENGTH, U);
    take(in, NULLABLE, BYTE);
    break;
  case 10:
    take(in, LENGTH, U);
    take(in, LENGTH, U);
    take(in, MULTIPLE, BYTE);
    break;
  default:
    break;
  }
}

static void take_registers(struct input *in) {
  take(in, PC, U);
  for (int r = 0; r < 12; r++)
    if (take(in, PRESENT, BYTE))
      take_value(in);
}

static void take_node(struct input *in) {
  take_registers(in);
  for (uint64_t n = take(in, SLOTS, U); n && !in->bad; n--) {
    take(in, SLOT_AT, S);
    if (take(in, SLOT_SIZE, BYTE)) {
      take_value(in);
    } else { /* bytes that are pending */
      take(in, PENDING, U);
      take(in, SUBST_SYMBOL, U);
    }
  }
  for (uint64_t n = take(in, SLOTS, U); n && !in->bad; n--)
    take(in, WRITTEN, BYTE);
  for (uint64_t n = take(in, SLOTS, U); n && !in->bad; n--) { /* callers */
    take_registers(in);
    if (take(in, PRESENT, BYTE)) { /* a callback, what it still gets, and how often */
      take(in, PC, U);
      take_value(in);
      take_value(in);
      take(in, LENGTH, U);
    }
  }
  for (uint64_t n = take(in, FACTS, U); n && !in->bad; n--) {
    take(in, FACT_SYMBOL, U);
    take_fact(in);
  }
  take(in, NEXT, U);
  take(in, POTENTIAL, S);
  for (uint64_t n = take(in, TERMS, U); n && !in->bad; n--) {
    take(in, TERM, S);
    take(in, TERM, U), take(in, TERM, U);
  }
}

static bool take_cert(struct cert *c, const uint8_t *bytes, size_t size) {
  struct input in = {.bytes = bytes, .size = size, .at = 5, .c = c};
  c->count = c->node_count = 0;
  take(&in, BOUND, U);
  uint64_t n = take(&in, NODES, U);
  c->root = c->count;
  take_derivation(&in);
  for (; n && !in.bad && c->node_count < NODES_MAX; n--) {
    c->nodes[c->node_count] = c->count;
    take_node(&in);
    c->derivations[c->node_count++] = c->count;
    take_derivation(&in);
  }
  c->nodes[c->node_count] = c->count;
  return !in.bad && !n && in.at == size;
}

static size_t put_cert(const struct cert *c, uint8_t *out) {
  size_t n = 5;
  memcpy(out, "WCRT\5", 5);
  for (uint32_t i = 0; i < c->count; i++) {
    uint64_t v = c->fields[i].v;
    if (c->fields[i].form == S)
      v = v << 1 ^ (v >> 63 ? UINT64_MAX : 0);
    if (c->fields[i].form == BYTE) {
      out[n++] = (uint8_t)v;
      continue;
    }
    for (; v > 127; v >>= 7)
      out[n++] = (uint8_t)(v | 128);
    out[n++] = (uint8_t)v;
  }
  return n;
}

/* --- Programs -------------------------------------------------------------------------------- */

struct subject {
  const char *name;
  struct warrant_object object; /* owned */
  struct warrant_program *p;    /* of it */
  uint8_t *image;               /* owned */
  size_t image_size;
};

static bool load(struct subject *s, const char *name, enum warrant_profile profile) {
  char path[100];
  const struct warrant_load_options options = {.profile = profile};
  struct warrant_error error = {0};
  snprintf(path, sizeof path, "build/corpus/%s.o", name);
  s->name = name;
  if (warrant_load(path, &options, &s->object, &error) ||
      warrant_image(&s->object.programs[0], &s->image, &s->image_size, &error)) {
    printf("# %s: %s\n", path, error.text);
    return false;
  }
  s->p = &s->object.programs[0];
  return true;
}
static void unload(struct subject *s) {
  warrant_object_free(&s->object);
  free(s->image);
}

static char why[300];
static int validate(const struct subject *s, const uint8_t *cert, size_t size) {
  return warrant_validate_bytes(s->image, s->image_size, cert, size, why, sizeof why);
}

/* A certificate, in both forms; NULL when the verifier does not accept. The caller frees it. */
struct proof {
  uint8_t *bytes; /* owned */
  size_t size;
  struct cert cert;
};
static void free_proof(struct proof *p) {
  if (p)
    free(p->bytes);
  free(p);
}
static struct proof *prove(const struct warrant_program *p, uint32_t *refused_at) {
  struct warrant_verdict v;
  struct warrant_error error;
  struct proof *proof = NULL;
  if (warrant_verify(p, NULL, &v, &error))
    return NULL;
  *refused_at = v.pc;
  if (v.verdict == WARRANT_ACCEPT) {
    proof = get(sizeof *proof);
    proof->bytes = v.cert, proof->size = v.cert_len;
    v.cert = NULL;
    if (!take_cert(&proof->cert, proof->bytes, proof->size)) {
      free_proof(proof);
      proof = NULL;
    }
  }
  warrant_verdict_free(&v);
  return proof;
}

/* A proof as close as can be had to one of the faulty program itself: of the program with each
 * access that is refused moved to where it is allowed. All other instructions are as they were.
 * *holds: it is accepted for that program. */
static struct proof *prove_without_faults(const struct subject *twin, uint32_t *moved,
                                          bool *holds) {
  struct warrant_program p = *twin->p;
  size_t size = p.insn_count * sizeof *p.insns;
  struct proof *proof = NULL;
  uint32_t pc = 0, next = 0;
  p.insns = get(size);
  memcpy(p.insns, twin->p->insns, size);
  p.profile = WARRANT_ROOT; /* the fault of one of them is none here */
  *moved = 0;
  while (!(proof = prove(&p, &pc)) && *moved < 100) {
    struct warrant_insn *i = &p.insns[pc], was = *i;
    unsigned class = i->op & 7;
    if (class < 1 || class > 3)
      break;
    bool better = false;
    for (int off = was.off; off >= was.off - 70 && !better; off--) {
      i->off = (int16_t)off;
      free_proof(proof);
      better = (proof = prove(&p, &next)) || next != pc;
    }
    if (!better) { /* nowhere near: to the frame, most of which a filter does not use */
      *i = was;
      if (class == 1)
        i->src = 10;
      else
        i->dst = 10;
      i->off = -512;
    }
    free_proof(proof);
    ++*moved;
  }
  uint8_t *image = NULL;
  size_t image_size;
  struct warrant_error error;
  *holds =
      proof && !warrant_image(&p, &image, &image_size, &error) &&
      warrant_validate_bytes(image, image_size, proof->bytes, proof->size, why, sizeof why) == 1;
  free(image);
  free(p.insns);
  return proof;
}

/* --- Changes --------------------------------------------------------------------------------- */

static uint64_t another_number(uint64_t v) {
  switch (below(8)) {
  case 0:
    return v + 1;
  case 1:
    return v - 1;
  case 2:
    return v + 1 + below(64);
  case 3:
    return v - 1 - below(64);
  case 4:
    return v ^ UINT64_C(1) << below(64);
  case 5:
    return 0;
  case 6:
    return below(256);
  default:
    return UINT64_MAX >> below(64);
  }
}

/* A field at random with one of the tags in `tags` (a bit each); the count when there is none. */
static uint32_t find_from(const struct cert *c, uint64_t tags, bool zero_too) {
  uint32_t from = below(c->count);
  for (uint32_t i = 0; i < c->count; i++) {
    uint32_t k = (from + i) % c->count;
    if (tags >> c->fields[k].tag & 1 && (zero_too || c->fields[k].v))
      return k;
  }
  return c->count;
}
static uint32_t find(const struct cert *c, uint64_t tags) { return find_from(c, tags, true); }
#define BIT(tag) (UINT64_C(1) << (tag))

/* Puts `n` fields of `from` in place of `had` fields at `at`. */
static void splice(struct cert *c, uint32_t at, uint32_t had, const struct field *from,
                   uint32_t n) {
  static struct field copy[FIELDS_MAX];
  if (n > FIELDS_MAX || c->count - had + n > FIELDS_MAX)
    return;
  memcpy(copy, from, n * sizeof *copy);
  memmove(&c->fields[at + n], &c->fields[at + had], (c->count - at - had) * sizeof *copy);
  memcpy(&c->fields[at], copy, n * sizeof *copy);
  c->count += n - had;
}

/* How many fields the derivation at `at` takes. */
static uint32_t derivation_size(const struct cert *c, uint32_t at) {
  uint32_t open = 1, i = at;
  while (open && i < c->count) {
    const struct field *f = &c->fields[i];
    uint64_t kind = f->tag == STEP ? f->v : 9;
    i++;
    if (kind == 0)
      open--;
    else if (kind == 2)
      open++;
    else if (kind == 1)
      i++;
    else if (kind == 3) {
      i += 2 + 3 * (uint32_t)c->fields[i + 1].v;
      open--;
    } else {
      return 1;
    }
  }
  return i - at;
}

/* Those that do not say what follows. */
static const uint64_t numbers =
    BIT(BOUND) | BIT(PC) | BIT(VALUE_SYMBOL) | BIT(VALUE_OFFSET) | BIT(SLOT_AT) | BIT(FACT_SYMBOL) |
    BIT(BITS) | BIT(UNSIGNED) | BIT(SIGNED) | BIT(LENGTH) | BIT(AVAILABLE) | BIT(MAP) | BIT(NEXT) |
    BIT(POTENTIAL) | BIT(TERM) | BIT(STEPS) | BIT(TO_NODE) | BIT(SUBST_SYMBOL);

static void change_numbers(struct cert *c) {
  for (uint32_t n = 1 + below(3); n > 0; n--) {
    uint32_t at = find(c, numbers);
    if (at == c->count)
      return;
    struct field *f = &c->fields[at];
    f->v = below(2) ? c->fields[find(c, BIT(f->tag))].v : another_number(f->v);
  }
}

/* Claims to know more: a null check or a comparison that was not made, bytes written, more of the
 * packet. */
static void claim_more(struct cert *c) {
  for (uint32_t n = 1 + below(4); n > 0; n--) {
    uint32_t at;
    switch (below(8)) {
    case 6: /* aligned */
      if ((at = find(c, BIT(MULTIPLE))) < c->count)
        c->fields[at].v = 8;
      break;
    case 0: /* a value for sure */
      at = find(c, BIT(FACT_KIND));
      for (uint32_t i = 0;
           i < c->count && !(c->fields[at].tag == FACT_KIND && c->fields[at].v == 7); i++)
        at = (at + 1) % c->count;
      if (c->fields[at].tag == FACT_KIND && c->fields[at].v == 7) {
        const struct field value[] = {
            {FACT_KIND, BYTE, 6}, c->fields[at + 1], {LENGTH, U, 0}, {MULTIPLE, BYTE, 8}};
        splice(c, at, 2, value, 4);
      }
      break;
    case 1:
      if ((at = find(c, BIT(AVAILABLE))) < c->count)
        c->fields[at].v += 1 + below(below(2) ? 4 : 64);
      break;
    case 2:
      if ((at = find(c, BIT(CHECKED))) < c->count && !c->fields[at].v) {
        const struct field available[] = {{CHECKED, BYTE, 1}, {AVAILABLE, S, below(80)}};
        splice(c, at, 1, available, 2);
      }
      break;
    case 3: /* not null */
      if ((at = find(c, BIT(NULLABLE))) < c->count)
        c->fields[at].v = 0;
      break;
    case 4: /* a reference, forgotten */
      if ((at = find(c, BIT(REF))) < c->count && at) {
        const struct field anything[] = {
            {FACT_KIND, BYTE, 0},           {TAINTED, BYTE, 1},     {BITS, U, 0},
            {BITS, U, UINT64_MAX},          {UNSIGNED, U, 0},       {UNSIGNED, U, UINT64_MAX},
            {SIGNED, S, (uint64_t)1 << 63}, {SIGNED, S, INT64_MAX}, {LOW, BYTE, 0}};
        splice(c, at - 1, 4, anything, 9);
      }
      break;
    case 5: /* the frame, from some byte on */
      at = find(c, BIT(WRITTEN));
      for (; at < c->count && c->fields[at].tag == WRITTEN; at++)
        c->fields[at].v = 255;
      break;
    default:
      if ((at = find(c, BIT(UNSIGNED) | BIT(SIGNED) | BIT(BITS))) < c->count)
        c->fields[at].v = below(2) ? 0 : below(16);
    }
  }
}

/* Claims to know less: nodes from which more has to be proved, or nothing. */
static void claim_less(struct cert *c) {
  uint32_t at;
  switch (below(3)) {
  case 0:
    if ((at = find(c, BIT(UNSIGNED))) < c->count)
      c->fields[at].v = below(2) ? UINT64_MAX : 0;
    break;
  case 1:
    if ((at = find_from(c, BIT(PRESENT), false)) < c->count)
      splice(c, at, 3, &(struct field){PRESENT, BYTE, 0}, 1);
    break;
  default:
    if ((at = find_from(c, BIT(WRITTEN), false)) < c->count)
      c->fields[at].v &= below(256);
  }
}

static void change_subst(struct cert *c) {
  uint32_t at = find(c, BIT(SUBSTS));
  if (at == c->count)
    return;
  uint32_t n = (uint32_t)c->fields[at].v, k = n ? at + 1 + 3 * below(n) : 0;
  switch (below(n ? 4 : 1)) {
  case 0: {
    const struct field entry[] = {
        {SUBST_SYMBOL, U, below(40)}, {VALUE_SYMBOL, U, below(40)}, {VALUE_OFFSET, S, below(3)}};
    c->fields[at].v++;
    splice(c, at + 1, 0, entry, 3);
    break;
  }
  case 1:
    c->fields[at].v--;
    splice(c, k, 3, c->fields, 0);
    break;
  case 2:
    c->fields[k + below(2)].v = below(60);
    break;
  default:
    c->fields[k + 2].v = another_number(c->fields[k + 2].v);
    break;
  }
}

static void change_nodes(struct cert *c, const struct cert *other) {
  if (c->node_count < 2)
    return;
  uint32_t i = below(c->node_count - 1), j = i + 1 + below(c->node_count - 1 - i);
  uint32_t jump;
  static struct field a[FIELDS_MAX], b[FIELDS_MAX];
  uint32_t na = c->nodes[i + 1] - c->nodes[i], nb = c->nodes[j + 1] - c->nodes[j];
  memcpy(a, &c->fields[c->nodes[i]], na * sizeof *a);
  memcpy(b, &c->fields[c->nodes[j]], nb * sizeof *b);
  switch (below(6)) {
  case 0: /* swapped; the later one first, so that the earlier one does not move */
    splice(c, c->nodes[j], nb, a, na);
    splice(c, c->nodes[i], na, b, nb);
    break;
  case 1: /* the state of another */
    splice(c, c->nodes[j], c->derivations[j] - c->nodes[j], a, c->derivations[i] - c->nodes[i]);
    break;
  case 2: /* the derivation of another */
    splice(c, c->derivations[j], c->nodes[j + 1] - c->derivations[j],
           &a[c->derivations[i] - c->nodes[i]], c->nodes[i + 1] - c->derivations[i]);
    break;
  case 3: /* left out */
    splice(c, c->nodes[j], nb, a, 0);
    c->fields[1].v--;
    break;
  case 4: /* of another certificate */
    if (other->node_count) {
      uint32_t k = below(other->node_count);
      splice(c, c->nodes[j], nb, &other->fields[other->nodes[k]],
             other->nodes[k + 1] - other->nodes[k]);
    }
    break;
  default:
    if ((jump = find(c, BIT(TO_NODE))) < c->count)
      c->fields[jump].v = below(c->node_count + 1);
  }
}

static void change_derivation(struct cert *c, const struct cert *other) {
  uint32_t at = find(c, BIT(STEP)), from;
  if (at == c->count)
    return;
  uint32_t n = derivation_size(c, at);
  const struct cert *source = below(4) ? c : other;
  switch (below(4)) {
  case 0:
    splice(c, at, n, &(struct field){STEP, BYTE, 0}, 1);
    break;
  case 1:
    if ((from = find(source, BIT(STEP))) < source->count)
      splice(c, at, n, &source->fields[from], derivation_size(source, from));
    break;
  case 2:
    if ((from = find(c, BIT(STEPS))) < c->count)
      c->fields[from].v += 1 - 2 * below(2);
    break;
  default: { /* some steps more, and then on, or to a node, or the end */
    const struct field steps[] = {{STEP, BYTE, 1}, {STEPS, U, 1 + below(3)}};
    splice(c, at, 0, steps, 2);
  }
  }
}

enum change {
  BYTES_FLIPPED,
  BYTES_INSERTED,
  BYTES_DELETED,
  NUMBERS,
  MORE_CLAIMED,
  LESS_CLAIMED,
  SUBSTITUTIONS,
  NODES_CHANGED,
  DERIVATIONS,
  MIXED,
  CHANGES,
};
static const char *const change_names[] = {
    "bytes flipped", "bytes inserted", "bytes deleted", "numbers",     "more claimed",
    "less claimed",  "substitutions",  "nodes",         "derivations", "mixed"};

static void change_cert(struct cert *c, enum change change, const struct cert *other) {
  switch (change) {
  case NUMBERS:
    change_numbers(c);
    break;
  case MORE_CLAIMED:
    claim_more(c);
    break;
  case LESS_CLAIMED:
    claim_less(c);
    break;
  case SUBSTITUTIONS:
    change_subst(c);
    break;
  case NODES_CHANGED:
    change_nodes(c, other);
    break;
  case DERIVATIONS:
    change_derivation(c, other);
    break;
  default:
    break;
  }
}

/* Into `out`, of BYTES_MAX bytes. */
static size_t mutate(const struct proof *proof, const struct cert *other, enum change change,
                     uint8_t *out) {
  static struct cert c;
  if (change < NUMBERS) {
    size_t n = proof->size;
    memcpy(out, proof->bytes, n);
    for (uint32_t k = 1 + below(2); k > 0; k--) {
      uint32_t at = below((uint32_t)n), many = 1 + below(3);
      if (change == BYTES_FLIPPED) {
        out[at] ^= (uint8_t)(1u << below(8));
      } else if (change == BYTES_INSERTED) {
        memmove(out + at + many, out + at, n - at);
        for (uint32_t i = 0; i < many; i++)
          out[at + i] = (uint8_t)below(256);
        n += many;
      } else if (n - at > many) {
        memmove(out + at, out + at + many, n - at - many);
        n -= many;
      }
    }
    return n;
  }
  c = proof->cert;
  if (change ==
      MIXED) /* places of nodes are of no use after one that moves fields, so they come first */
    for (enum change each = CHANGES - 2; each >= NUMBERS; each--) {
      if (!below(2))
        change_cert(&c, each, other);
      if (each == NODES_CHANGED || each == DERIVATIONS)
        c.node_count = 0;
    }
  else
    change_cert(&c, change, other);
  return put_cert(&c, out);
}

/* --- Tests ----------------------------------------------------------------------------------- */

struct tally {
  uint64_t tried[CHANGES], accepted[CHANGES], unreadable[CHANGES], same;
};

/* Changes `proof` and asks about `s`. */
static void attack(const struct subject *s, const struct proof *proof, const struct cert *other,
                   uint32_t times, struct tally *t) {
  static uint8_t bytes[BYTES_MAX];
  for (uint32_t n = 0; n < times; n++) {
    enum change change = n % CHANGES;
    size_t size = mutate(proof, other, change, bytes);
    if (size == proof->size && !memcmp(bytes, proof->bytes, size)) {
      t->same++;
      continue;
    }
    int valid = validate(s, bytes, size);
    t->tried[change]++;
    t->accepted[change] += valid == 1;
    t->unreadable[change] += valid != 1 && !strncmp(why, "unusable", 8);
  }
}

static uint64_t sum(const uint64_t *of) {
  uint64_t n = 0;
  for (int i = 0; i < CHANGES; i++)
    n += of[i];
  return n;
}

static void print(const char *what, const struct tally *t) {
  printf("# %s: %" PRIu64 " changed certificates, %" PRIu64 " unreadable, %" PRIu64 " accepted;",
         what, sum(t->tried), sum(t->unreadable), sum(t->accepted));
  for (int i = 0; i < CHANGES; i++)
    printf(" %s %" PRIu64 "/%" PRIu64, change_names[i], t->accepted[i],
           t->tried[i] - t->unreadable[i]);
  puts("");
}

static void attack_twin(const char *name, enum warrant_profile profile, const struct proof *proof,
                        uint32_t mutations) {
  char text[120];
  struct subject twin = {0};
  struct tally t = {0};
  uint32_t moved = 0, refused_at;
  if (!load(&twin, name, profile)) {
    report(false, name, NULL);
    unload(&twin);
    return;
  }
  bool holds = false;
  struct proof *own = prove_without_faults(&twin, &moved, &holds), *no = prove(twin.p, &refused_at);
  snprintf(text, sizeof text, "%s: a certificate that holds but for the fault is refused", name);
  report(own && holds && !no && validate(&twin, own->bytes, own->size) == 0, text, NULL);
  printf("# %s, %" PRIu32 " accesses moved: %s\n", name, moved, why);
  snprintf(text, sizeof text, "%s: refuses the certificate of the good program", name);
  report(validate(&twin, proof->bytes, proof->size) == 0, text, NULL);
  uint32_t half = own ? mutations - mutations / 3 : 0;
  if (own)
    attack(&twin, own, &proof->cert, half, &t);
  attack(&twin, proof, own ? &own->cert : &proof->cert, mutations - half, &t);
  print(name, &t);
  snprintf(text, sizeof text, "%s: refuses %" PRIu32 " changed certificates", name, mutations);
  report(sum(t.accepted) == 0 && sum(t.tried) > mutations - mutations / 4, text, NULL);
  free_proof(own);
  free_proof(no);
  unload(&twin);
}

/* The certificate against every other program there is. */
static void others(const struct proof *proof) {
  static const char *const names[] = {"small/control",
                                      "small/maps",
                                      "small/memory",
                                      "small/packet",
                                      "small/registers",
                                      "small/scalars",
                                      "xdp_flow/no_bounds_check",
                                      "xdp_flow/no_null_check",
                                      "xdp_flow/off_by_one",
                                      "xdp_flow/past_value",
                                      "xdp_flow/undefined_key"};
  uint32_t programs = 0, accepted = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct subject s = {0};
    if (!load(&s, names[i], WARRANT_ROOT)) {
      accepted++;
      unload(&s);
      continue;
    }
    for (uint32_t k = 0; k < s.object.count; k++) {
      struct warrant_error error;
      free(s.image);
      s.image = NULL;
      if (s.object.problems[k].code ||
          warrant_image(&s.object.programs[k], &s.image, &s.image_size, &error))
        continue;
      programs++;
      accepted += validate(&s, proof->bytes, proof->size) != 0;
    }
    unload(&s);
  }
  printf("# %" PRIu32 " other programs\n", programs);
  report(accepted == 0 && programs > 20,
         "the good program's certificate is refused for every other program of the corpus", NULL);
}

static void attack_good(const struct subject *good, const struct proof *proof, uint32_t mutations) {
  static uint8_t again[BYTES_MAX];
  struct tally t = {0};
  report(validate(good, proof->bytes, proof->size) == 1,
         "the good program's certificate is accepted", NULL);
  report(put_cert(&proof->cert, again) == proof->size && !memcmp(again, proof->bytes, proof->size),
         "fields written again are the same bytes", NULL);
  printf("# %zu bytes, %" PRIu32 " fields, %" PRIu32 " nodes\n", proof->size, proof->cert.count,
         proof->cert.node_count);
  others(proof);
  attack(good, proof, &proof->cert, mutations, &t);
  print("the good program", &t);
  report(sum(t.accepted) < sum(t.tried) / 2, "most changes break a proof", NULL);
}

/* Every second subject, in a process of its own. */
static void work(uint32_t worker, const struct subject *good, const struct proof *proof,
                 uint32_t mutations, uint64_t seed) {
  static const struct {
    const char *name;
    enum warrant_profile profile;
  } twins[] = {{"xdp_flow/no_bounds_check", WARRANT_ROOT},
               {"xdp_flow/no_null_check", WARRANT_ROOT},
               {"xdp_flow/off_by_one", WARRANT_ROOT},
               {"xdp_flow/past_value", WARRANT_ROOT},
               {"xdp_flow/undefined_key", WARRANT_STRICT}};
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (uint32_t i = worker; i <= sizeof twins / sizeof *twins; i += WORKERS) {
    g = (struct gen){seed + i * UINT64_C(0xd1342543de82ef95)};
    if (i == 0)
      attack_good(good, proof, mutations);
    else
      attack_twin(twins[i - 1].name, twins[i - 1].profile, proof, mutations);
  }
}

int main(int argc, char **argv) {
  uint32_t mutations = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 10000, refused_at;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
  struct subject good = {0};
  struct proof *proof =
      load(&good, "xdp_flow/xdp_flow", WARRANT_ROOT) ? prove(good.p, &refused_at) : NULL;
  report(proof, "the good program has a certificate", NULL);
  if (!proof)
    return 1;
  fflush(stdout);
  pid_t children[WORKERS];
  for (uint32_t i = 0; i < WORKERS; i++)
    if (!(children[i] = fork())) {
      work(i, &good, proof, mutations, seed);
      free_proof(proof);
      unload(&good);
      exit(failures != 0);
    }
  int crashed = 0, refused = 0;
  for (int i = 0; i < WORKERS; i++) {
    int status;
    bool ended =
        children[i] > 0 && waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status);
    crashed += !ended || WEXITSTATUS(status) > 1;
    refused += ended && WEXITSTATUS(status) == 1;
  }
  report(!crashed, "no attack was cut short", NULL);
  free_proof(proof);
  unload(&good);
  return failures + refused != 0;
}
