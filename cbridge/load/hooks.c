/* What programs get that are attached to functions, tracepoints, iterators and hooks of the kernel:
 * their arguments by the prototype in the kernel's BTF, and the types of the objects that they lead
 * to. Only those types that some load of the program can meet are taken, and of each only the
 * pointers that it can load. Where this misses one the program is refused, never the other way
 * round: what a load gives is then a number. */
#include "load/hooks.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "isa/error.h"
#include "isa/tables.h"
#include "load/btfwalk.h"
#include "load/host.h"
#include "load/objects.h"

enum {
  TYPE_NETFILTER = 32,
  TYPES_MAX = 4095,        /* of one program */
  POINTERS_MAX = 16384,    /* of one program */
  FACTS_MAX = 1u << 21,    /* more are not looked at: then types may be missing */
  STACK_SLOTS = 512 / 8,   /* of a frame */
  SLOT = 16,               /* places below this are registers */
  RETURNED = 127,          /* a place: what some function returns */
  ELEMENT_BYTES = 1 << 16, /* of a key or value that an iterator shows */
  WORK_MAX = 1 << 23,      /* members and constants looked at: a few can describe very many paths */
};

struct hook {
  struct warrant_program *program;
  const struct btf *btf;
  const struct warrant_kernel_types *kernel;
  const struct w_prog_type *type;
  uint32_t *ids; /* owned; BTF ids of the program's types */
  uint32_t type_room, pointers, work;
  bool no_memory;
  struct w_insn *insns; /* owned */
  uint64_t *facts;      /* owned; a set by open addressing, 0 is empty */
  uint64_t *todo;       /* owned; those that have not been followed yet */
  uint32_t cap, count, todo_count;
};

/* --- Types ----------------------------------------------------------------------------------- */

/* The structure that a pointer to `id` leads to, 0: it is no structure, or none of the kernel's own
 * memory, or this BTF does not have it. */
static uint32_t structure(const struct btf *btf, uint32_t id) {
  for (int i = 0; i < W_BTF_DEPTH; i++) {
    const struct btf_type *t = btf__type_by_id(btf, id);
    if (!t)
      return 0;
    if (btf_is_composite(t))
      return id;
    if (btf_is_type_tag(t) && (strcmp(w_btf_text(btf, t->name_off), "user") == 0 ||
                               strcmp(w_btf_text(btf, t->name_off), "percpu") == 0))
      return 0;
    if (!btf_is_mod(t) && !btf_is_typedef(t))
      return 0;
    id = t->type;
  }
  return 0;
}

/* The structure that the pointer at offset `off` in type `id` leads to, 0: none. */
static uint32_t pointee(struct hook *h, uint32_t id, uint64_t off, int depth) {
  const struct btf *btf = h->btf;
  const struct btf_type *t = depth < W_BTF_DEPTH ? w_btf_skip(btf, &id) : NULL;
  if (!t)
    return 0;
  if (btf_is_ptr(t))
    return off ? 0 : structure(btf, t->type);
  if (btf_is_array(t)) {
    int64_t size = btf__resolve_size(btf, btf_array(t)->type);
    if (size <= 0 || off / (uint64_t)size >= btf_array(t)->nelems)
      return 0;
    return pointee(h, btf_array(t)->type, off % (uint64_t)size, depth + 1);
  }
  if (!btf_is_composite(t))
    return 0;
  for (uint16_t i = 0; i < btf_vlen(t) && h->work < WORK_MAX; i++) {
    h->work++;
    const struct btf_member *m = &btf_members(t)[i];
    uint32_t bits = btf_member_bit_offset(t, i);
    if (btf_member_bitfield_size(t, i) || bits % 8 || bits / 8 > off)
      continue;
    int64_t size = btf__resolve_size(btf, m->type);
    uint32_t found = size > 0 && off - bits / 8 < (uint64_t)size
                         ? pointee(h, m->type, off - bits / 8, depth + 1)
                         : 0;
    if (found)
      return found;
  }
  return 0;
}

/* The number of a type that joins the program's; UINT32_MAX: there are too many. */
static uint32_t new_type(struct hook *h, uint32_t id, const char *name, uint32_t size) {
  struct warrant_program *p = h->program;
  if (p->type_count == TYPES_MAX)
    return UINT32_MAX;
  if (p->type_count == h->type_room) {
    uint32_t room = h->type_room ? 2 * h->type_room : 16;
    uint32_t *ids = realloc(h->ids, room * sizeof *ids);
    if (ids)
      h->ids = ids;
    struct warrant_object_type *types = ids ? realloc(p->types, room * sizeof *types) : NULL;
    if (!types) {
      h->no_memory = true;
      return UINT32_MAX;
    }
    p->types = types;
    h->type_room = room;
  }
  char *own = strdup(name);
  if (!own) {
    h->no_memory = true;
    return UINT32_MAX;
  }
  h->ids[p->type_count] = id;
  p->types[p->type_count] = (struct warrant_object_type){.name = own, .size = size};
  return p->type_count++;
}

/* The number of the structure `id` among the program's types, which it joins. */
static uint32_t type_number(struct hook *h, uint32_t id) {
  for (uint32_t i = 0; i < h->program->type_count; i++)
    if (h->ids[i] == id)
      return i;
  const struct btf_type *t = btf__type_by_id(h->btf, id);
  return new_type(h, id, w_btf_text(h->btf, t->name_off), t->size);
}

/* Where the pointer at `off` in an object of this type leads, UINT32_MAX: there is none. */
static uint32_t follow(struct hook *h, uint32_t type, int64_t off) {
  struct warrant_object_type *t = &h->program->types[type];
  if (off < 0 || off + 8 > (int64_t)t->size)
    return UINT32_MAX;
  uint32_t to;
  if (w_pointer_at(t, (uint64_t)off, &to))
    return to;
  uint32_t id = pointee(h, h->ids[type], (uint64_t)off, 0);
  to = id && h->pointers < POINTERS_MAX ? type_number(h, id) : UINT32_MAX;
  if (to == UINT32_MAX)
    return to;
  t = &h->program->types[type]; /* they may have moved */
  struct warrant_pointer *pointers =
      realloc(t->pointers, (t->pointer_count + 1) * sizeof *pointers);
  if (!pointers) {
    h->no_memory = true;
    return UINT32_MAX;
  }
  t->pointers = pointers;
  pointers[t->pointer_count++] = (struct warrant_pointer){(uint32_t)off, to};
  h->pointers++;
  return to;
}

static uint32_t find_type(const struct hook *h, const char *name, uint32_t kind) {
  for (uint32_t id = warrant_types_first(h->kernel, name, warrant_core_essential(name)); id;
       id = h->kernel->next[id]) {
    const struct btf_type *t = btf__type_by_id(h->btf, id);
    if (t && btf_kind(t) == kind && strcmp(w_btf_text(h->btf, t->name_off), name) == 0)
      return id;
  }
  return 0;
}

/* Does a structure `wanted` lie at offset `off` of type `id`? */
static bool contains(struct hook *h, uint32_t id, uint64_t off, uint32_t wanted, int depth) {
  const struct btf *btf = h->btf;
  const struct btf_type *t = depth < W_BTF_DEPTH ? w_btf_skip(btf, &id) : NULL;
  if (!t)
    return false;
  if (id == wanted && !off)
    return true;
  if (btf_is_array(t)) {
    int64_t size = btf__resolve_size(btf, btf_array(t)->type);
    return size > 0 && off / (uint64_t)size < btf_array(t)->nelems &&
           contains(h, btf_array(t)->type, off % (uint64_t)size, wanted, depth + 1);
  }
  for (uint16_t i = 0; btf_is_composite(t) && i < btf_vlen(t) && h->work < WORK_MAX; i++) {
    h->work++;
    const struct btf_member *m = &btf_members(t)[i];
    uint32_t bits = btf_member_bit_offset(t, i);
    int64_t size = btf__resolve_size(btf, m->type);
    if (!btf_member_bitfield_size(t, i) && bits % 8 == 0 && bits / 8 <= off && size > 0 &&
        off - bits / 8 < (uint64_t)size && contains(h, m->type, off - bits / 8, wanted, depth + 1))
      return true;
  }
  return false;
}

/* A helper takes an object of type `name`, and is given what lies at `off` of this type: the type
 * has that part, if it has. */
static void note_part(struct hook *h, uint32_t type, int64_t off, const char *name) {
  uint32_t wanted = find_type(h, name, BTF_KIND_STRUCT), number;
  if (!wanted || off < 0 || (!off && h->ids[type] == wanted) ||
      !contains(h, h->ids[type], (uint64_t)off, wanted, 0) ||
      (number = type_number(h, wanted)) == UINT32_MAX || h->pointers == POINTERS_MAX ||
      w_has_part(h->program->types, h->program->type_count, type, off, number))
    return;
  struct warrant_object_type *t = &h->program->types[type];
  struct warrant_pointer *parts = realloc(t->parts, (t->part_count + 1) * sizeof *parts);
  if (!parts) {
    h->no_memory = true;
    return;
  }
  t->parts = parts;
  parts[t->part_count++] = (struct warrant_pointer){(uint32_t)off, number};
  h->pointers++;
}

/* --- Arguments ------------------------------------------------------------------------------- */

/* Linux lets programs read no more than so many. */
static void add_argument(struct hook *h, uint32_t argument) {
  struct warrant_program *p = h->program;
  if (p->argument_count < WARRANT_ARGUMENTS_MAX)
    p->arguments[p->argument_count++] = argument;
}

/* As many words as it takes; false: it is of no type that the kernel hands to programs. */
static bool add_typed(struct hook *h, uint32_t id) {
  const struct btf_type *t = w_btf_skip(h->btf, &id);
  if (!t)
    return false;
  if (btf_is_ptr(t)) {
    uint32_t target = t->type, to = structure(h->btf, target);
    const struct btf_type *other = w_btf_skip(h->btf, &target);
    to = to ? type_number(h, to) : UINT32_MAX;
    add_argument(h, to != UINT32_MAX                          ? WARRANT_POINTER + to
                    : !target || (other && btf_is_int(other)) ? WARRANT_NUMBER
                                                              : WARRANT_HIDDEN);
    return true;
  }
  if (btf_is_int(t) || btf_is_any_enum(t) || btf_is_composite(t)) {
    for (uint32_t k = 0; k < WARRANT_ARGUMENTS_MAX && 8 * k < t->size; k++)
      add_argument(h, WARRANT_NUMBER);
    return true;
  }
  add_argument(h, WARRANT_HIDDEN);
  return true;
}

/* The hook's function in the kernel is named for it. */
static bool is_hook(const char *function, const char *hook) {
  static const char prefix[] = "bpf_lsm_";
  bool whole = strncmp(function, prefix, sizeof prefix - 1) == 0;
  return strcmp(whole ? function + sizeof prefix - 1 : function, hook) == 0;
}

/* A type of what an iterator shows of a map's element: bytes, of which there are as many as the
 * program reads, or Linux does not attach it to the map. */
static uint32_t bytes_type(struct hook *h, const char *name) {
  uint32_t number = new_type(h, 0, name, ELEMENT_BYTES);
  return number == UINT32_MAX ? WARRANT_NUMBER : WARRANT_POINTER + number;
}

/* Argument number `at` is parameter i of n: may it be null? Linux says so of what iterators show,
 * which end with null, and of parameters that are named so. */
static void mark_null(struct hook *h, uint32_t at, const struct btf_param *parameters, uint16_t i,
                      uint16_t n) {
  struct warrant_program *p = h->program;
  static const char suffix[] = "__nullable";
  const char *name = w_btf_text(h->btf, parameters[i].name_off);
  size_t length = strlen(name);
  bool null = length >= sizeof suffix - 1 && !strcmp(name + length - (sizeof suffix - 1), suffix);
  if (p->attach_type == BPF_TRACE_ITER && i) {
    uint32_t id = parameters[i].type;
    const struct btf_type *t = w_btf_skip(h->btf, &id);
    if (t && btf_is_ptr(t) && !t->type) /* of an element: its map comes first, and is there */
      p->arguments[at] = bytes_type(h, strcmp(name, "key") ? "element's value" : "element's key");
    null = !(i == 1 && n > 2 && !strcmp(name, "map"));
  }
  if (null && p->arguments[at] >= WARRANT_POINTER)
    p->arguments[at] |= WARRANT_OR_NULL;
}

/* Arguments from a prototype; `first` of them are left out. */
static bool add_prototype(struct hook *h, uint32_t id, uint16_t first, bool with_result) {
  const struct btf_type *t = btf__type_by_id(h->btf, id);
  if (!t || !btf_is_func_proto(t) || btf_vlen(t) < first)
    return false;
  for (uint16_t i = first; i < btf_vlen(t); i++) {
    uint32_t at = h->program->argument_count;
    if (btf_params(t)[i].type ? !add_typed(h, btf_params(t)[i].type) : false)
      return false;
    if (at < h->program->argument_count)
      mark_null(h, at, btf_params(t), i, btf_vlen(t));
  }
  uint32_t result = t->type;
  const struct btf_type *r = result ? w_btf_skip(h->btf, &result) : NULL;
  h->program->void_result = !result;
  if (with_result && r && h->program->type == BPF_PROG_TYPE_LSM)
    add_argument(h, WARRANT_RESULT);
  return !with_result || !r || h->program->type == BPF_PROG_TYPE_LSM || add_typed(h, result);
}

static bool is_function(const struct hook *h) {
  uint32_t a = h->program->attach_type;
  return a == BPF_TRACE_FENTRY || a == BPF_TRACE_FEXIT || a == BPF_MODIFY_RETURN;
}

/* Fills the arguments; false: *problem says why not. */
static bool read_arguments(struct hook *h, struct warrant_error *problem) {
  struct warrant_program *p = h->program;
  char name[256];
  if (p->type == TYPE_NETFILTER) {
    static const char *const objects[] = {"nf_hook_state", "sk_buff"};
    for (int i = 0; i < 2; i++) {
      uint32_t id = find_type(h, objects[i], BTF_KIND_STRUCT);
      uint32_t number = id ? type_number(h, id) : UINT32_MAX;
      if (number == UINT32_MAX)
        return warrant_fail(problem, WARRANT_UNSUPPORTED, "the kernel's types have no struct %s",
                            objects[i]),
               false;
      add_argument(h, WARRANT_POINTER + number);
    }
    return true;
  }
  bool raw = p->attach_type == BPF_TRACE_RAW_TP;
  snprintf(name, sizeof name, "%s%s",
           raw                                ? "btf_trace_"
           : p->attach_type == BPF_TRACE_ITER ? "bpf_iter_"
           : p->type == BPF_PROG_TYPE_LSM     ? "bpf_lsm_"
                                              : "",
           p->attach_to);
  uint32_t id = find_type(h, name, raw ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);
  const struct btf_type *t = id ? btf__type_by_id(h->btf, id) : NULL;
  const struct btf_type *pointer = t && raw ? btf__type_by_id(h->btf, t->type) : NULL;
  if (!t || (raw && (!pointer || !btf_is_ptr(pointer))))
    return warrant_fail(problem, WARRANT_UNSUPPORTED,
                        "the kernel's types have no %s %s, which the program is attached to",
                        raw                                ? "tracepoint"
                        : p->attach_type == BPF_TRACE_ITER ? "iterator"
                        : p->type == BPF_PROG_TYPE_LSM     ? "LSM hook"
                                                           : "function",
                        p->attach_to),
           false;
  bool with_result = p->type == BPF_PROG_TYPE_LSM || p->attach_type == BPF_TRACE_FEXIT ||
                     p->attach_type == BPF_MODIFY_RETURN;
  if (!add_prototype(h, raw ? pointer->type : t->type, raw, with_result))
    return warrant_fail(problem, WARRANT_UNSUPPORTED,
                        "%s takes arguments of a type that is not supported", p->attach_to),
           false;
  if (p->type != BPF_PROG_TYPE_LSM)
    p->void_result = false; /* the program has a result of its own */
  for (const char *const *name = w_boolean_hooks; p->type == BPF_PROG_TYPE_LSM && *name; name++)
    p->boolean_result |= is_hook(p->attach_to, *name);
  return true;
}

/* --- What loads can meet --------------------------------------------------------------------- */

/* Facts "before the instruction at pc, this place may hold the context (kind 0), or an object of
 * type kind - 1, plus off", each once. Frames share their slots, and calls their returns: to find
 * too much only adds types. */
static uint64_t fact_of(uint32_t pc, uint32_t place, uint32_t kind, int32_t off) {
  return (uint64_t)1 << 63 | (uint64_t)pc << 43 | (uint64_t)place << 36 | (uint64_t)kind << 24 |
         ((uint32_t)off & 0xffffff);
}

static void add_fact(struct hook *h, uint32_t pc, uint32_t place, uint32_t kind, int64_t off) {
  if (pc >= h->program->insn_count || off < -0x7fffff || off > 0x7fffff || h->count == FACTS_MAX)
    return;
  if (2 * h->count >= h->cap) {
    uint32_t cap = h->cap ? 2 * h->cap : 4096;
    uint64_t *facts = calloc(cap, sizeof *facts), *todo = realloc(h->todo, cap * sizeof *todo);
    if (todo)
      h->todo = todo;
    if (!facts || !todo) {
      free(facts);
      h->no_memory = true;
      return;
    }
    for (uint32_t i = 0; i < h->cap; i++)
      if (h->facts[i]) {
        uint32_t at = (uint32_t)(h->facts[i] * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);
        while (facts[at])
          at = (at + 1) & (cap - 1);
        facts[at] = h->facts[i];
      }
    free(h->facts);
    h->facts = facts;
    h->cap = cap;
  }
  uint64_t fact = fact_of(pc, place, kind, (int32_t)off);
  uint32_t at = (uint32_t)(fact * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (h->cap - 1);
  while (h->facts[at] && h->facts[at] != fact)
    at = (at + 1) & (h->cap - 1);
  if (h->facts[at])
    return;
  h->facts[at] = fact;
  h->count++;
  h->todo[h->todo_count++] = fact;
}

/* Spills are eight bytes, from r10. */
static bool slot_of(const struct w_insn *i, uint32_t *place) {
  if (i->size != W_S8 || i->off < -512 || i->off > -8 || i->off % 8)
    return false;
  *place = SLOT + (uint32_t)(i->off + 512) / 8;
  return true;
}

/* Where the pointer leads that is loaded from there. */
static uint32_t loaded(struct hook *h, uint32_t kind, int64_t off) {
  const struct warrant_program *p = h->program;
  if (kind)
    return follow(h, kind - 1, off);
  if (off < 0 || off % 8 || off / 8 >= p->argument_count)
    return UINT32_MAX;
  uint32_t a = p->arguments[off / 8];
  return a < WARRANT_POINTER ? UINT32_MAX : (a & ~WARRANT_OR_NULL) - WARRANT_POINTER;
}

static void follow_call(struct hook *h, uint32_t pc, uint32_t place, uint32_t kind, int32_t off) {
  const struct w_insn *i = &h->insns[pc];
  bool kernel = i->op == W_OP_CALLKERNEL;
  const struct w_helper *helper =
      kernel || i->op == W_OP_CALL ? w_callee(h->type, kernel, i->imm) : NULL;
  if (i->op == W_OP_CALLLOCAL && place >= 1 && place <= 5)
    add_fact(h, pc + 1 + (uint32_t)i->off, place, kind, off);
  if (helper && kind && place >= 1 && place <= helper->nargs &&
      (helper->args[place - 1] == W_ARG_OBJECT || helper->args[place - 1] == W_ARG_REF) &&
      helper->takes)
    note_part(h, kind - 1, off, helper->takes);
  if (place > 5)
    add_fact(h, pc + 1, place, kind, off);
}

/* The address of a member is often made so: its offset goes to a register, which is added. */
static void add_constants(struct hook *h, uint32_t next, const struct w_insn *add, uint32_t from,
                          uint32_t kind, int32_t off) {
  for (uint32_t pc = 0; pc < h->program->insn_count && h->work < WORK_MAX; pc++, h->work++) {
    const struct w_insn *i = &h->insns[pc];
    bool move = i->op == W_OP_ALU && i->alu == W_MOV && !i->reg;
    if ((move || i->op == W_OP_LDIMM) && i->dst == from && i->imm >= 0 && i->imm < 1 << 20)
      add_fact(h, next, add->dst, kind, off + i->imm);
  }
}

static void follow_fact(struct hook *h, uint64_t fact) {
  uint32_t pc = fact >> 43 & 0xfffff, place = fact >> 36 & 127, kind = fact >> 24 & 0xfff;
  int32_t off = (int32_t)((uint32_t)fact << 8) >> 8;
  const struct w_insn *i = &h->insns[pc];
  uint32_t next = pc + w_slots(i), slot;
  bool keeps = true;
  if (place == RETURNED) {
    for (uint32_t k = 0; k < h->program->insn_count; k++)
      if (h->insns[k].op == W_OP_CALLLOCAL)
        add_fact(h, k + 1, 0, kind, off);
    return;
  }
  switch (i->op) {
  case W_OP_ALU: {
    bool wide = i->width == W_A64;
    keeps = i->dst != place;
    if (wide && i->alu == W_MOV && i->reg && i->src == place)
      add_fact(h, next, i->dst, kind, off);
    else if (wide && !i->reg && i->dst == place && (i->alu == W_ADD || i->alu == W_SUB))
      add_fact(h, next, place, kind, i->alu == W_ADD ? off + i->imm : off - i->imm);
    else if (wide && i->reg && i->alu == W_ADD && (i->dst == place || i->src == place))
      add_constants(h, next, i, i->dst == place ? i->src : i->dst, kind, off);
    break;
  }
  case W_OP_LDX:
    keeps = i->dst != place;
    if (i->src == 10 && slot_of(i, &slot) && slot == place)
      add_fact(h, next, i->dst, kind, off);
    if (i->src == place && i->size == W_S8) {
      uint32_t to = loaded(h, kind, (int64_t)off + i->off);
      if (to != UINT32_MAX)
        add_fact(h, next, i->dst, to + 1, 0);
    }
    break;
  case W_OP_STX:
    if (i->dst == 10 && slot_of(i, &slot)) {
      keeps = slot != place;
      if (i->src == place)
        add_fact(h, next, slot, kind, off);
    }
    break;
  case W_OP_JA:
    next = pc + 1 + (uint32_t)i->off;
    break;
  case W_OP_JMP:
  case W_OP_MAYGOTO:
    add_fact(h, pc + 1 + (uint32_t)i->off, place, kind, off);
    break;
  case W_OP_CALL:
  case W_OP_CALLKERNEL:
  case W_OP_CALLX:
  case W_OP_CALLLOCAL:
    follow_call(h, pc, place, kind, off);
    return;
  case W_OP_EXIT:
    if (place == 0)
      add_fact(h, 0, RETURNED, kind, off);
    return;
  case W_OP_NEG:
  case W_OP_MOVSX:
  case W_OP_END:
  case W_OP_LDIMM:
  case W_OP_LDMAP:
  case W_OP_LDMAPVALUE:
  case W_OP_LDVAR:
  case W_OP_LDCODE:
    keeps = i->dst != place;
    break;
  default:
    break;
  }
  if (keeps)
    add_fact(h, next, place, kind, off);
}

/* The type of the object that a helper or function of the kernel gives which is called here; NULL:
 * it gives none. */
static const char *typed_result(const struct warrant_insn *i) {
  const struct w_helper *h =
      i->op == 0x85 && (!i->src || i->src == 2) ? w_callee(NULL, i->src == 2, i->imm) : NULL;
  return h ? h->object : NULL;
}

/* From the context, and from what helpers give. */
static void find_pointers(struct hook *h) {
  const struct warrant_program *p = h->program;
  if (p->argument_count)
    add_fact(h, 0, 1, 0, 0);
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const char *object = typed_result(&p->insns[pc]);
    uint32_t id = object ? find_type(h, object, BTF_KIND_STRUCT) : 0;
    uint32_t number = id ? type_number(h, id) : UINT32_MAX;
    if (number != UINT32_MAX)
      add_fact(h, pc + 1, 0, number + 1, 0);
  }
  while (h->todo_count && h->count < FACTS_MAX && !h->no_memory)
    follow_fact(h, h->todo[--h->todo_count]);
}

/* --- The whole ------------------------------------------------------------------------------- */

static bool calls_typed_helper(const struct warrant_program *p) {
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    if (typed_result(&p->insns[pc]))
      return true;
  return false;
}

/* The name after the '/', which libbpf takes for what the program is attached to. */
static const char *target_name(const char *section) {
  const char *slash = strchr(section, '/');
  return slash ? slash + 1 : "";
}

static bool named_target(struct hook *h, const char *section, struct warrant_error *problem) {
  const char *name = target_name(section);
  if (h->program->type == TYPE_NETFILTER)
    return true;
  if (!*name)
    return warrant_fail(problem, WARRANT_UNSUPPORTED,
                        "the section name '%s' does not say what the program is attached to",
                        section),
           false;
  if (is_function(h) && strchr(name, ':'))
    return warrant_fail(problem, WARRANT_UNSUPPORTED,
                        "programs that are attached to functions of kernel modules, as '%s' says, "
                        "are not supported",
                        section),
           false;
  return true;
}

int warrant_hook(struct warrant_program *p, const char *section, struct warrant_host *host,
                 struct warrant_error *problem, struct warrant_error *error) {
  struct w_prog_type raw;
  const struct w_prog_type *type = w_prog_type_of(p->type, p->attach_type, p->ctx_size, &raw);
  bool hooked = type && type->hooked;
  struct hook h = {.program = p, .type = type};
  const char *why = NULL;
  uint32_t at = 0;
  if (p->kind != WARRANT_EBPF || !type || problem->code || (!hooked && !calls_typed_helper(p)))
    return 0;
  if (hooked && !named_target(&h, section, problem))
    return 0;
  struct warrant_host *own = host ? NULL : warrant_host_new(NULL, NULL);
  host = host ? host : own;
  h.kernel = host ? warrant_host_types(host, &why) : NULL;
  if (!h.kernel) {
    if (host && hooked) /* the others are refused where they use what they get */
      warrant_fail(problem, warrant_host_code(host),
                   "%s programs need the kernel's types, so name them with --btf FILE: %s",
                   type->name, why);
    warrant_host_free(own);
    return host ? 0 : warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  }
  h.btf = h.kernel->btf;
  p->kernel_types = true;
  if (hooked) {
    p->attach_to = strdup(target_name(section));
    p->arguments = calloc(WARRANT_ARGUMENTS_MAX, sizeof *p->arguments);
    h.no_memory = !p->attach_to || !p->arguments;
    if (!h.no_memory)
      read_arguments(&h, problem);
    p->ctx_size = 8 * p->argument_count;
  }
  h.insns = calloc(p->insn_count, sizeof *h.insns);
  h.no_memory |= !h.insns;
  if (!h.no_memory && !problem->code &&
      w_decode_all(p->insns, p->insn_count, h.insns, &at, NULL, 0) == W_DECODED)
    find_pointers(&h);
  free(h.insns);
  free(h.ids);
  free(h.facts);
  free(h.todo);
  warrant_host_free(own);
  return h.no_memory ? warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file) : 0;
}
