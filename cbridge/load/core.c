/* CO-RE relocations: what an object was compiled to assume of a kernel's types, fitted to the types
 * of the target kernel (Documentation/bpf/llvm_reloc.rst; libbpf does the same before it
 * loads). A relocation names a type of the object and a path into it; here the path is walked in
 * the types of the same name, and what it leads to goes into the instruction. Where it leads
 * nowhere, the instruction becomes a call that no kernel knows, so that only a program that reaches
 * it is refused.
 * Both sets of types are hostile: any number in them can be a lie. */
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/core.h"

#include "load/btfwalk.h"

enum { PATH_MAX_LENGTH = 64, WORK_MAX = 50000000 };

enum core_kind {
  FIELD_BYTE_OFFSET,
  FIELD_BYTE_SIZE,
  FIELD_EXISTS,
  FIELD_SIGNED,
  FIELD_LSHIFT_U64,
  FIELD_RSHIFT_U64,
  TYPE_ID_LOCAL,
  TYPE_ID_TARGET,
  TYPE_EXISTS,
  TYPE_SIZE,
  ENUMVAL_EXISTS,
  ENUMVAL_VALUE,
  TYPE_MATCHES,
};

static bool of_field(uint32_t kind) { return kind <= FIELD_RSHIFT_U64; }
static bool of_type(uint32_t kind) {
  return (kind >= TYPE_ID_LOCAL && kind <= TYPE_SIZE) || kind == TYPE_MATCHES;
}
static bool of_enum(uint32_t kind) { return kind == ENUMVAL_EXISTS || kind == ENUMVAL_VALUE; }

/* One step of a path: member or enumerator `idx` of `type`, or, without a name, element `idx` of an
 * array of `type`. */
struct step {
  uint32_t type, idx;
  const char *name;
};
struct path {
  const struct btf *btf;
  uint32_t root;
  struct step steps[PATH_MAX_LENGTH];
  uint32_t length;
  uint64_t bits; /* from the start of the root */
};

struct core {
  const struct btf *local, *target;
  uint64_t *work;
};

/* Every type that is looked at counts, so that small types can't describe a long search. */
static bool worked(struct core *c) { return ++*c->work > WORK_MAX; }

/* --- Types ----------------------------------------------------------------------------------- */

static bool same_essential(const char *a, const char *b) {
  size_t n = warrant_core_essential(a);
  return n == warrant_core_essential(b) && strncmp(a, b, n) == 0;
}

static bool same_kind(const struct btf_type *a, const struct btf_type *b) {
  return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

static bool size_of(const struct btf *btf, uint32_t id, uint64_t *size) {
  int64_t n = btf__resolve_size(btf, id);
  *size = n < 0 ? 0 : (uint64_t)n;
  return n >= 0;
}

static const char *enumerator(const struct btf *btf, const struct btf_type *t, uint32_t i) {
  return w_btf_text(btf, btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off);
}

static uint64_t enum_value(const struct btf_type *t, uint32_t i) {
  return btf_is_enum64(t) ? btf_enum64_value(&btf_enum64(t)[i])
                          : (uint64_t)(int64_t)btf_enum(t)[i].val;
}

/* May a field of type `a` be read as one of type `b`? */
static bool fields_fit(struct core *c, uint32_t a, uint32_t b) {
  for (int depth = 0; depth < W_BTF_DEPTH; depth++) {
    const struct btf_type *x = w_btf_skip(c->local, &a), *y = w_btf_skip(c->target, &b);
    if (!x || !y || worked(c))
      return false;
    if (btf_is_composite(x) && btf_is_composite(y))
      return true;
    if (!same_kind(x, y))
      return false;
    switch (btf_kind(x)) {
    case BTF_KIND_PTR:
    case BTF_KIND_FLOAT:
      return true;
    case BTF_KIND_FWD:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: {
      const char *m = w_btf_text(c->local, x->name_off), *n = w_btf_text(c->target, y->name_off);
      return !*m || !*n || same_essential(m, n);
    }
    case BTF_KIND_INT:
      return btf_int_offset(x) == 0 && btf_int_offset(y) == 0;
    case BTF_KIND_ARRAY:
      a = btf_array(x)->type;
      b = btf_array(y)->type;
      continue;
    default:
      return false;
    }
  }
  return false;
}

static bool types_alike(struct core *c, uint32_t a, uint32_t b, bool whole, bool behind_pointer,
                        int depth);

static bool enums_match(struct core *c, const struct btf_type *x, const struct btf_type *y) {
  for (uint32_t i = 0; i < btf_vlen(x); i++) {
    bool found = false;
    for (uint32_t k = 0; k < btf_vlen(y) && !found; k++) {
      if (worked(c))
        return false;
      found = same_essential(enumerator(c->local, x, i), enumerator(c->target, y, k));
    }
    if (!found)
      return false;
  }
  return true;
}

static bool members_match(struct core *c, const struct btf_type *x, const struct btf_type *y,
                          bool behind_pointer, int depth) {
  for (uint32_t i = 0; i < btf_vlen(x); i++) {
    const struct btf_member *m = &btf_members(x)[i];
    bool found = false;
    for (uint32_t k = 0; k < btf_vlen(y) && !found; k++) {
      const struct btf_member *n = &btf_members(y)[k];
      if (worked(c))
        return false;
      found =
          same_essential(w_btf_text(c->local, m->name_off), w_btf_text(c->target, n->name_off)) &&
          types_alike(c, m->type, n->type, true, behind_pointer, depth + 1);
    }
    if (!found)
      return false;
  }
  return true;
}

/* Struct and union, and what is only announced as one. */
static bool is_record(const struct btf_type *t) { return btf_is_composite(t) || btf_is_fwd(t); }
static bool is_union(const struct btf_type *t) {
  return btf_is_fwd(t) ? BTF_INFO_KFLAG(t->info) : btf_is_union(t);
}

/* Is `b` of the kind of `a`, what they are made of included? With `whole`: does it have all that
 * `a` says, names, members, enumerators and parameters? */
static bool types_alike(struct core *c, uint32_t a, uint32_t b, bool whole, bool behind_pointer,
                        int depth) {
  for (; depth < W_BTF_DEPTH; depth++) {
    const struct btf_type *x = w_btf_skip(c->local, &a), *y = w_btf_skip(c->target, &b);
    if (!x || !y || worked(c) ||
        (whole &&
         !same_essential(w_btf_text(c->local, x->name_off), w_btf_text(c->target, y->name_off))))
      return false;
    if (whole && is_record(x) && is_record(y) &&
        (btf_is_fwd(x) || (btf_is_fwd(y) && behind_pointer)))
      return is_union(x) == is_union(y);
    if (!same_kind(x, y))
      return false;
    switch (btf_kind(x)) {
    case BTF_KIND_UNKN: /* void */
    case BTF_KIND_FWD:
      return true;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return !whole || behind_pointer ||
             (btf_vlen(x) <= btf_vlen(y) && members_match(c, x, y, behind_pointer, depth));
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return !whole || (btf_vlen(x) <= btf_vlen(y) && enums_match(c, x, y));
    case BTF_KIND_INT:
      if (!whole)
        return btf_int_offset(x) == 0 && btf_int_offset(y) == 0;
      return btf_int_bits(x) == btf_int_bits(y) &&
             (btf_int_encoding(x) & BTF_INT_SIGNED) == (btf_int_encoding(y) & BTF_INT_SIGNED);
    case BTF_KIND_PTR:
      behind_pointer = true;
      a = x->type;
      b = y->type;
      continue;
    case BTF_KIND_ARRAY:
      if (whole && btf_array(x)->nelems != btf_array(y)->nelems)
        return false;
      a = btf_array(x)->type;
      b = btf_array(y)->type;
      continue;
    case BTF_KIND_FUNC_PROTO:
      if (btf_vlen(x) != btf_vlen(y))
        return false;
      for (uint16_t i = 0; i < btf_vlen(x); i++)
        if (!types_alike(c, btf_params(x)[i].type, btf_params(y)[i].type, whole, behind_pointer,
                         depth + 1))
          return false;
      a = x->type;
      b = y->type;
      continue;
    default:
      return false;
    }
  }
  return false;
}

bool warrant_core_compatible(const struct btf *local, uint32_t a, const struct btf *target,
                             uint32_t b, uint64_t *work) {
  struct core c = {local, target, work};
  return types_alike(&c, a, b, false, false, 0);
}

/* --- Paths ----------------------------------------------------------------------------------- */

static bool add_step(struct path *p, uint32_t type, uint32_t idx, const char *name) {
  if (p->length == PATH_MAX_LENGTH)
    return false;
  p->steps[p->length++] = (struct step){type, idx, name};
  return true;
}

/* Goes `idx` elements of `type` further. */
static bool add_elements(struct path *p, uint32_t type, uint32_t idx) {
  uint64_t size;
  if (!size_of(p->btf, type, &size) || (size && idx > (UINT64_C(1) << 31) / size))
    return false;
  p->bits += idx * size * 8;
  return add_step(p, type, idx, NULL);
}

/* An array without a size of its own, at the end of what the last step is a member of. */
static bool open_array(const struct path *p, const struct btf_array *array) {
  const struct step *last = p->length ? &p->steps[p->length - 1] : NULL;
  if (!last || !last->name || array->nelems)
    return false;
  const struct btf_type *t = btf__type_by_id(p->btf, last->type);
  return t && last->idx + 1 == btf_vlen(t);
}

static bool next_number(const char **text, uint32_t *number) {
  uint64_t v = 0;
  const char *s = *text;
  for (; *s >= '0' && *s <= '9' && v <= INT32_MAX; s++)
    v = 10 * v + (uint64_t)(*s - '0');
  if (s == *text || v > INT32_MAX || (*s && *s != ':') || (*s == ':' && !s[1]))
    return false;
  *number = (uint32_t)v;
  *text = *s ? s + 1 : s;
  return true;
}

/* The path that the object names: "0:1:3", from an element of the root on. */
static bool parse_path(const struct btf *btf, uint32_t root, const char *text, uint32_t kind,
                       struct path *p) {
  *p = (struct path){.btf = btf, .root = root};
  uint32_t idx, id = root;
  if (of_type(kind))
    return strcmp(text, "0") == 0 && btf__type_by_id(btf, root);
  const struct btf_type *t = w_btf_skip(btf, &id);
  if (!t || !next_number(&text, &idx))
    return false;
  if (of_enum(kind))
    return !*text && btf_is_any_enum(t) && idx < btf_vlen(t) &&
           add_step(p, id, idx, enumerator(btf, t, idx));
  if (!add_elements(p, id, idx))
    return false;
  while (*text) {
    t = w_btf_skip(btf, &id);
    if (!t || !next_number(&text, &idx))
      return false;
    if (btf_is_composite(t)) {
      if (idx >= btf_vlen(t))
        return false;
      const char *name = w_btf_text(btf, btf_members(t)[idx].name_off);
      p->bits += btf_member_bit_offset(t, idx);
      if (*name && !add_step(p, id, idx, name)) /* the target may nest otherwise */
        return false;
      id = btf_members(t)[idx].type;
    } else if (btf_is_array(t)) {
      const struct btf_array *array = btf_array(t);
      id = array->type;
      bool open = open_array(p, array);
      if (!w_btf_skip(btf, &id) || (!open && idx >= array->nelems) || !add_elements(p, id, idx))
        return false;
    } else {
      return false;
    }
  }
  return true;
}

/* Finds the member that `step` names in `id` or in what has no name there. */
static bool follow_member(struct core *c, const struct step *step, uint32_t *id, struct path *p,
                          int depth) {
  const struct btf_type *t = w_btf_skip(c->target, id);
  const struct btf_type *from = btf__type_by_id(c->local, step->type);
  if (!t || !from || !btf_is_composite(t) || depth == W_BTF_DEPTH)
    return false;
  for (uint32_t i = 0; i < btf_vlen(t); i++) {
    const struct btf_member *m = &btf_members(t)[i];
    const char *name = w_btf_text(c->target, m->name_off);
    uint64_t bits = p->bits;
    if (worked(c))
      return false;
    p->bits += btf_member_bit_offset(t, i);
    if (!*name) {
      uint32_t inner = m->type;
      if (follow_member(c, step, &inner, p, depth + 1)) {
        *id = inner;
        return true;
      }
    } else if (strcmp(name, step->name) == 0) {
      bool fits =
          fields_fit(c, btf_members(from)[step->idx].type, m->type) && add_step(p, *id, i, name);
      if (fits)
        *id = m->type;
      return fits;
    }
    p->bits = bits;
  }
  return false;
}

/* The same path from `root` in the target; false: it isn't there. */
static bool follow(struct core *c, const struct path *local, uint32_t kind, uint32_t root,
                   struct path *p) {
  *p = (struct path){.btf = c->target, .root = root};
  if (kind == TYPE_MATCHES)
    return types_alike(c, local->root, root, true, false, 0);
  if (of_type(kind))
    return types_alike(c, local->root, root, false, false, 0);
  uint32_t id = root;
  const struct btf_type *t = w_btf_skip(c->target, &id);
  if (!t)
    return false;
  if (of_enum(kind)) {
    for (uint32_t i = 0; btf_is_any_enum(t) && i < btf_vlen(t); i++)
      if (same_essential(enumerator(c->target, t, i), local->steps[0].name))
        return add_step(p, id, i, enumerator(c->target, t, i));
    return false;
  }
  for (uint32_t i = 0; i < local->length; i++) {
    const struct step *step = &local->steps[i];
    if (!(t = w_btf_skip(c->target, &id)) || worked(c))
      return false;
    if (step->name) {
      if (!follow_member(c, step, &id, p, 0))
        return false;
      continue;
    }
    if (i) {
      if (!btf_is_array(t) || (!open_array(p, btf_array(t)) && step->idx >= btf_array(t)->nelems))
        return false;
      id = btf_array(t)->type;
      if (!w_btf_skip(c->target, &id))
        return false;
    }
    if (!add_elements(p, id, step->idx))
      return false;
  }
  return true;
}

/* --- Values ---------------------------------------------------------------------------------- */

struct value {
  uint64_t v;
  bool check;    /* the instruction must have had the object's own value */
  uint32_t type; /* FIELD_BYTE_OFFSET: of the field, and its size; 0: a bit field */
  uint64_t size;
};

static bool field_value(const struct path *p, uint32_t kind, struct value *v) {
  const struct step *last = &p->steps[p->length - 1];
  const struct btf_type *t = btf__type_by_id(p->btf, last->type);
  uint64_t size = 0;
  v->check = true;
  if (!t)
    return false;
  if (!last->name) {
    if ((kind != FIELD_BYTE_OFFSET && kind != FIELD_BYTE_SIZE) ||
        !size_of(p->btf, last->type, &size))
      return false;
    v->type = last->type;
    v->size = size;
    v->v = kind == FIELD_BYTE_OFFSET ? p->bits / 8 : size;
    return true;
  }
  uint32_t id = btf_members(t)[last->idx].type;
  const struct btf_type *field = w_btf_skip(p->btf, &id);
  uint64_t bits = btf_member_bitfield_size(t, last->idx), offset = p->bits / 8;
  bool bit_field = bits > 0;
  if (!field || (!bit_field && !size_of(p->btf, id, &size)))
    return false;
  if (bit_field) { /* the smallest aligned word that holds it */
    size = field->size;
    if (size == 0 || size > 16)
      return false;
    offset = p->bits / 8 / size * size;
    while (p->bits + bits - offset * 8 > size * 8) {
      if (size >= 8)
        return false;
      size *= 2;
      offset = p->bits / 8 / size * size;
    }
  } else {
    bits = size * 8;
  }
  switch (kind) {
  case FIELD_BYTE_OFFSET:
    v->v = offset;
    v->type = bit_field ? 0 : id;
    v->size = bit_field ? 0 : size;
    v->check = !bit_field;
    return true;
  case FIELD_BYTE_SIZE:
    v->v = size;
    v->check = !bit_field;
    return true;
  case FIELD_SIGNED:
    v->v = (btf_is_any_enum(field) && BTF_INFO_KFLAG(field->info)) ||
           (btf_is_int(field) && (btf_int_encoding(field) & BTF_INT_SIGNED));
    return true;
  case FIELD_LSHIFT_U64:
    v->v = (uint32_t)(64 - (p->bits + bits - offset * 8));
    v->check = !bit_field;
    return true;
  case FIELD_RSHIFT_U64:
    v->v = (uint32_t)(64 - bits);
    return true;
  default:
    return false;
  }
}

static bool value_of(const struct path *p, uint32_t kind, struct value *v) {
  *v = (struct value){0};
  switch (kind) {
  case FIELD_EXISTS:
  case TYPE_EXISTS:
  case TYPE_MATCHES:
  case ENUMVAL_EXISTS:
    v->v = 1;
    v->check = true;
    return true;
  case TYPE_ID_LOCAL:
  case TYPE_ID_TARGET:
    v->v = p->root; /* linking changes these, so what stands in the instruction says nothing */
    return true;
  case TYPE_SIZE:
    v->check = true;
    return size_of(p->btf, p->root, &v->v);
  case ENUMVAL_VALUE: {
    const struct btf_type *t = btf__type_by_id(p->btf, p->steps[0].type);
    v->check = true;
    if (t)
      v->v = enum_value(t, p->steps[0].idx);
    return t;
  }
  default:
    return field_value(p, kind, v);
  }
}

/* May a load or store take the target's size instead? */
static bool sizes_fit(const struct core *c, const struct value *old, const struct value *new) {
  if (old->size == new->size)
    return true;
  const struct btf_type *x = btf__type_by_id(c->local, old->type),
                        *y = btf__type_by_id(c->target, new->type);
  if (!x || !y)
    return false;
  return (btf_is_ptr(x) && btf_is_ptr(y)) ||
         (btf_is_int(x) && btf_is_int(y) && btf_int_encoding(x) != BTF_INT_SIGNED &&
          btf_int_encoding(y) != BTF_INT_SIGNED);
}

/* --- Relocations ----------------------------------------------------------------------------- */

/* "struct NAME" and the path's names. */
static void describe(const struct path *local, uint32_t kind, char *text, size_t size) {
  const struct btf_type *t = btf__type_by_id(local->btf, local->root);
  const char *what = btf_is_struct(t)     ? "struct "
                     : btf_is_union(t)    ? "union "
                     : btf_is_any_enum(t) ? "enum "
                                          : "";
  const char *name = w_btf_text(local->btf, t->name_off);
  int n = snprintf(text, size, "%s%.*s", what, (int)warrant_core_essential(name), name);
  for (uint32_t i = of_field(kind) ? 1 : 0; i < local->length && n > 0 && (size_t)n < size; i++)
    n += local->steps[i].name ? snprintf(text + n, size - (size_t)n, "%s%s",
                                         of_enum(kind) ? " " : ".", local->steps[i].name)
                              : snprintf(text + n, size - (size_t)n, "[%u]", local->steps[i].idx);
}

static void fail(struct warrant_core_fix *fix, const char *why) {
  fix->kind = WARRANT_CORE_BAD;
  snprintf(fix->text, sizeof fix->text, "%s", why);
}

void warrant_core_solve(const struct btf *local, const struct warrant_kernel_types *types,
                        uint32_t type_id, const char *access, uint32_t kind, uint64_t *work,
                        struct warrant_core_fix *fix) {
  struct core c = {local, types ? types->btf : NULL, work};
  struct path from, to;
  struct value old, new = {0};
  memset(fix, 0, sizeof *fix);
  if (!of_field(kind) && !of_type(kind) && !of_enum(kind)) {
    fail(fix, "is of a kind that is not known");
    return;
  }
  if (!parse_path(local, type_id, access, kind, &from)) {
    fail(fix, "is damaged");
    return;
  }
  describe(&from, kind, fix->text, sizeof fix->text);
  if (!value_of(&from, kind, &old) && of_field(kind)) {
    fail(fix, "is for a field whose place can't be said");
    return;
  }
  fix->old = old.v;
  fix->check = old.check;
  fix->old_size = old.size;
  bool found = false;
  if (kind == TYPE_ID_LOCAL) {
    new = old;
    found = true;
  } else if (!c.target) {
    fix->kind = WARRANT_CORE_NO_TYPES;
    return;
  } else {
    const struct btf_type *root = btf__type_by_id(local, type_id);
    const char *name = w_btf_text(local, root->name_off);
    size_t n = warrant_core_essential(name);
    if (n == 0) {
      fail(fix, "is for a type without a name");
      return;
    }
    for (uint32_t id = warrant_types_first(types, name, n); id; id = types->next[id]) {
      const struct btf_type *t = btf__type_by_id(c.target, id);
      const char *other = w_btf_text(c.target, t->name_off);
      struct value v;
      if (worked(&c)) {
        fail(fix, "needs more search through types than is allowed");
        return;
      }
      if (!same_kind(root, t) || warrant_core_essential(other) != n || strncmp(name, other, n) ||
          !follow(&c, &from, kind, id, &to) || !value_of(&to, kind, &v))
        continue;
      if (found && v.v != new.v) {
        fail(fix, "has several answers in the kernel's types");
        return;
      }
      new = v;
      found = true;
    }
    if (*work > WORK_MAX) {
      fail(fix, "needs more search through types than is allowed");
      return;
    }
  }
  /* Of a type that is missing, everything is 0. */
  bool zero = kind == FIELD_EXISTS || kind == ENUMVAL_EXISTS || of_type(kind);
  fix->kind = found || zero ? WARRANT_CORE_VALUE : WARRANT_CORE_MISSING;
  fix->new = new.v;
  fix->new_size = new.size;
  fix->misfit = found && kind == FIELD_BYTE_OFFSET && !sizes_fit(&c, &old, &new);
}

/* --- Instructions ---------------------------------------------------------------------------- */

static void poison(struct warrant_insn *insn, uint32_t slots) {
  for (uint32_t i = 0; i < slots; i++)
    insn[i] = (struct warrant_insn){.op = BPF_JMP | BPF_CALL, .imm = WARRANT_CORE_POISON};
}

static int access_size(uint8_t op) {
  switch (BPF_SIZE(op)) {
  case BPF_B:
    return 1;
  case BPF_H:
    return 2;
  case BPF_W:
    return 4;
  default:
    return 8;
  }
}

const char *warrant_core_patch(const struct warrant_core_fix *fix, struct warrant_insn *insn,
                               uint32_t room, bool *missing) {
  *missing = fix->kind == WARRANT_CORE_MISSING;
  bool wide = insn->op == (BPF_LD | BPF_IMM | BPF_DW);
  uint32_t slots = wide ? 2 : 1;
  if (slots > room)
    return "is for an instruction that is cut short";
  if (fix->kind == WARRANT_CORE_BAD)
    return fix->text;
  if (fix->kind == WARRANT_CORE_MISSING) {
    poison(insn, slots);
    return NULL;
  }
  static const char other[] = "is for an instruction that does not hold what the object says";
  switch (BPF_CLASS(insn->op)) {
  case BPF_ALU:
  case BPF_ALU64:
    if (BPF_SRC(insn->op) != BPF_K || (fix->check && (uint32_t)insn->imm != (uint32_t)fix->old))
      return other;
    insn->imm = (int32_t)(uint32_t)fix->new;
    return NULL;
  case BPF_LDX:
  case BPF_ST:
  case BPF_STX:
    if (fix->check && (uint32_t)insn->off != (uint32_t)fix->old)
      return other;
    if (fix->new > INT16_MAX)
      return "leads further than an instruction can reach";
    if (fix->misfit) {
      *missing = true;
      poison(insn, slots);
      return NULL;
    }
    insn->off = (int16_t)fix->new;
    if (fix->new_size != fix->old_size) {
      if ((uint64_t)access_size(insn->op) != fix->old_size)
        return other;
      uint64_t n = fix->new_size;
      if (n != 1 && n != 2 && n != 4 && n != 8)
        return "leads to a field of a size that no instruction reads";
      insn->op = (uint8_t)((insn->op & ~0x18) | (n == 8   ? BPF_DW
                                                 : n == 4 ? BPF_W
                                                 : n == 2 ? BPF_H
                                                          : BPF_B));
    }
    return NULL;
  case BPF_LD:
    if (!wide || insn[0].src || insn[0].off ||
        (fix->check &&
         ((uint64_t)(uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32) != fix->old))
      return other;
    insn[0].imm = (int32_t)(uint32_t)fix->new;
    insn[1].imm = (int32_t)(uint32_t)(fix->new >> 32);
    return NULL;
  default:
    return "is for an instruction that takes none";
  }
}
