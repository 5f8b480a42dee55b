#include "load/elf_reloc.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "load/core.h"
#include "load/elf_maps.h"
#include "load/host.h"

#ifndef R_BPF_NONE
#define R_BPF_NONE 0
#endif
#ifndef R_BPF_64_64
#define R_BPF_64_64 1
#endif
#ifndef R_BPF_64_32
#define R_BPF_64_32 10
#endif

/* Is this extern one that the kernel can do without, and does? */
static bool absent(const struct elf *e, const struct note *note) {
  return note->map && e->externs[note->map - 1].kind == WARRANT_EXTERN_ABSENT;
}

/* --- Notes: what relocations say ------------------------------------------------------------- */

/* `explicit`: the addend stands in the relocation, and not in the instruction. */
static int resolve(struct elf *e, const struct section *code, const GElf_Rela *rel, bool explicit,
                   struct note *notes) {
  uint64_t slots = code->size / 8, slot = rel->r_offset / 8;
  if (rel->r_offset % 8 || slot >= slots)
    return bad(e, "%s: a relocation of section '%s' lies outside its instructions", e->name,
               code->name);
  GElf_Sym sym;
  if (!w_elf_symbol(e, GELF_R_SYM(rel->r_info), &sym))
    return bad(e, "%s: a relocation of section '%s' names no symbol", e->name, code->name);
  struct note *note = &notes[slot];
  if (note->kind != NOTE_NONE)
    return bad(e, "%s: section '%s' has two relocations for one instruction", e->name, code->name);
  const uint8_t *insn = code->bytes + 8 * slot;
  int64_t addend = explicit ? rel->r_addend : (int32_t)w_le32(insn + 4);
  uint64_t target = sym.st_value + (uint64_t)addend;
  note->symbol = w_elf_symbol_name(e, &sym);
  bool defined = sym.st_shndx != SHN_UNDEF && sym.st_shndx < e->section_count;
  uint32_t type = GELF_R_TYPE(rel->r_info);
  if (explicit && type == R_BPF_NONE) /* compilers before the types had numbers */
    type = insn[0] == OP_LD_IMM64 ? R_BPF_64_64 : type;
  switch (type) {
  case R_BPF_64_64:
    if (insn[0] != OP_LD_IMM64 || slot + 1 >= slots)
      return bad(
          e,
          "%s: a relocation of section '%s' is for a 64-bit constant, and its instruction has none",
          e->name, code->name);
    if (sym.st_shndx == SHN_UNDEF) {
      const struct warrant_extern *x = w_elf_extern_of(e, GELF_R_SYM(rel->r_info));
      bool config = x && x->kind == WARRANT_EXTERN_CONFIG && !*x->problem;
      note->kind = config ? NOTE_DATA : NOTE_EXTERN;
      note->map = config ? e->config_map : x ? 1 + (uint32_t)(x - e->externs) : 0;
      note->offset = config ? x->offset : 0;
    } else if (!defined) {
      note->kind = NOTE_OTHER;
    } else if (e->sections[sym.st_shndx].data_map) {
      note->kind = NOTE_DATA;
      note->map = e->sections[sym.st_shndx].data_map - 1;
      if (target > e->maps[note->map].map.value_size)
        return bad(e, "%s: a relocation of section '%s' points outside section '%s'", e->name,
                   code->name, e->sections[sym.st_shndx].name);
      note->offset = (uint32_t)target;
    } else if (e->sections[sym.st_shndx].flags & SHF_EXECINSTR) {
      note->kind = NOTE_CODE;
      note->map = sym.st_shndx;
      note->offset =
          target % 8 == 0 && target / 8 < UINT32_MAX ? (uint32_t)(target / 8) : UINT32_MAX;
    } else {
      const struct warrant_map_def *map = w_elf_map_at(e, sym.st_shndx, target);
      note->kind = map ? NOTE_MAP : NOTE_OTHER;
      note->map = map ? (uint32_t)(map - e->maps) : 0;
    }
    return 0;
  case R_BPF_64_32:
    if (insn[0] != OP_CALL)
      return bad(e, "%s: a relocation of section '%s' is for a call, and its instruction is none",
                 e->name, code->name);
    note->kind = sym.st_shndx == SHN_UNDEF ? NOTE_KFUNC : NOTE_CALL;
    if (note->kind == NOTE_KFUNC) {
      const struct warrant_extern *x = w_elf_extern_of(e, GELF_R_SYM(rel->r_info));
      note->map = x ? 1 + (uint32_t)(x - e->externs) : 0;
    }
    if (note->kind == NOTE_CALL && explicit) {
      note->kind = NOTE_OTHER; /* no compiler has written it, so what it counts is not known */
    } else if (note->kind ==
               NOTE_CALL) { /* the constant counts slots, from the one after the symbol */
      int64_t to = (int64_t)(sym.st_value / 8) + (int32_t)w_le32(insn + 4) + 1;
      bool good =
          defined && sym.st_value % 8 == 0 && sym.st_value <= e->sections[sym.st_shndx].size;
      note->map = good ? sym.st_shndx : 0;
      note->offset = good && to >= 0 && to < UINT32_MAX ? (uint32_t)to : UINT32_MAX;
    }
    return 0;
  default:
    note->kind = NOTE_OTHER;
    return 0;
  }
}

struct core_notes {
  struct elf *e;
  struct note *notes;
  uint64_t slots;
};

static struct warrant_core_fix *add_fix(struct elf *e) {
  if (e->fix_count == e->fix_room) {
    uint32_t room = e->fix_room ? 2 * e->fix_room : 64;
    size_t bytes = room * sizeof *e->fixes;
    struct warrant_core_fix *larger =
        bytes > WARRANT_MEMORY_MAX / 2 ? NULL : realloc(e->fixes, bytes);
    if (!larger)
      return NULL;
    e->fixes = larger;
    e->fix_room = room;
  }
  return &e->fixes[e->fix_count++];
}

static int note_core(void *context, const struct warrant_core_record *r) {
  enum { TYPE_ID_LOCAL = 6 };
  struct core_notes *c = context;
  const char *access = btf__str_by_offset(c->e->types.btf, r->access), *why = NULL;
  struct warrant_core_fix *fix;
  if (r->insn >= c->slots || c->notes[r->insn].core || !access || !(fix = add_fix(c->e)))
    return -1;
  c->notes[r->insn].core = c->e->fix_count;
  struct warrant_kernel_types *types =
      r->kind == TYPE_ID_LOCAL ? NULL : warrant_host_types(c->e->host, &why);
  warrant_core_solve(c->e->types.btf, types, r->type, access, r->kind, &c->e->core_work, fix);
  fix->of_kernel = types;
  if (fix->kind == WARRANT_CORE_NO_TYPES)
    snprintf(fix->text, sizeof fix->text, "%s", why);
  return 0;
}

/* The relocations of section `index`, which are for `code`. */
static int relocate_by(struct elf *e, const struct section *code, size_t index,
                       struct note *notes) {
  const struct section *s = &e->sections[index];
  bool explicit = s->type == SHT_RELA;
  size_t each = explicit ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
  Elf_Data *data = elf_getdata(elf_getscn(e->elf, index), NULL);
  bool good = data && s->size % each == 0 && data->d_size == s->size && s->size / each <= INT32_MAX;
  for (size_t j = 0; good && j < s->size / each; j++) {
    GElf_Rel rel;
    GElf_Rela rela;
    if (explicit) {
      good = gelf_getrela(data, (int)j, &rela);
    } else if ((good = gelf_getrel(data, (int)j, &rel))) {
      rela = (GElf_Rela){.r_offset = rel.r_offset, .r_info = rel.r_info};
    }
    if (good && resolve(e, code, &rela, explicit, notes))
      return -1;
  }
  return good ? 0 : bad(e, "%s: the relocations in section '%s' cannot be read", e->name, s->name);
}

struct note *w_elf_notes(struct elf *e, uint32_t index) {
  const struct section *code = &e->sections[index];
  struct note *notes = w_elf_take(e, code->size / 8, sizeof *notes);
  if (!notes)
    return NULL;
  for (size_t i = 1; i < e->section_count; i++) {
    const struct section *s = &e->sections[i];
    if (s->info != index || (s->type != SHT_REL && s->type != SHT_RELA))
      continue;
    if (relocate_by(e, code, i, notes))
      goto fail;
  }
  if (e->ext && e->types.btf) {
    struct core_notes core = {e, notes, code->size / 8};
    if (warrant_ext_core(e->name, e->ext, e->ext_size, e->types.btf, code->name, note_core, &core,
                         e->error))
      goto fail;
  }
  return notes;
fail:
  free(notes);
  return NULL;
}

/* --- What a program's notes do to it --------------------------------------------------------- */

bool w_elf_problem(struct elf *e, uint32_t pc, struct warrant_insn insn, const struct note *note,
                   struct warrant_error *problem) {
  const char *symbol = note->symbol ? note->symbol : "";
#define unsupported(...) warrant_fail(problem, WARRANT_UNSUPPORTED, __VA_ARGS__)
  switch ((enum note_kind)note->kind) {
  case NOTE_CALL:
  case NOTE_CODE:
    return false;
  case NOTE_KFUNC:
  case NOTE_EXTERN: {
    const struct warrant_extern *x = note->map ? &e->externs[note->map - 1] : NULL;
    if (note->kind == NOTE_KFUNC && x &&
        (x->kind == WARRANT_EXTERN_ABSENT || (x->kind == WARRANT_EXTERN_FUNCTION && x->number)))
      return false;
    if (note->kind == NOTE_KFUNC)
      return unsupported("instruction %u calls the kernel function '%s', which %s", pc, symbol,
                         x && *x->problem ? x->problem : "is no function that the object declares");
    if (x &&
        (x->kind == WARRANT_EXTERN_FUNCTION || (x->kind != WARRANT_EXTERN_NONE && !*x->problem)))
      return false;
    return unsupported("instruction %u uses the external '%s', which %s", pc, symbol,
                       x ? x->problem : "has no name");
  }
  case NOTE_OTHER:
    return unsupported(
        "instruction %u has a relocation against '%s' of a kind that is not supported", pc, symbol);
  case NOTE_MAP:
  case NOTE_DATA:
    if (*e->maps[note->map].problem)
      return unsupported(
          "instruction %u uses the map '%s', which %s, and that is not supported yet", pc,
          e->maps[note->map].map.name, e->maps[note->map].problem);
    return false;
  case NOTE_NONE:
    break;
  }
  if (insn.op == OP_CALL && insn.src == BPF_PSEUDO_KFUNC_CALL)
    return unsupported(
        "instruction %u calls a kernel function by a number that no relocation explains", pc);
#undef unsupported
  if (insn.op == OP_LD_IMM64 && insn.src)
    return warrant_fail(
        problem, WARRANT_BAD_INPUT,
        "instruction %u refers to a map or address by a number that no relocation explains", pc);
  return false;
}

int w_elf_fit_to_kernel(struct elf *e, const struct note *notes, struct warrant_program *p,
                        struct warrant_error *problem) {
  uint32_t count = 0;
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    count += notes[pc].core != 0 || notes[pc].kind == NOTE_KFUNC;
  if (count == 0)
    return 0;
  if (!(p->missing = w_elf_take(e, count, sizeof *p->missing)))
    return -1;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    if (notes[pc].kind == NOTE_KFUNC && absent(e, &notes[pc])) {
      struct warrant_missing *m = &p->missing[p->missing_count++];
      m->pc = pc;
      snprintf(m->what, sizeof m->what, "function %.100s", notes[pc].symbol);
    }
    if (!notes[pc].core)
      continue;
    const struct warrant_core_fix *fix = &e->fixes[notes[pc].core - 1];
    if (fix->kind == WARRANT_CORE_NO_TYPES)
      return warrant_fail(
                 problem, warrant_host_code(e->host),
                 "instruction %u needs a CO-RE relocation, so name the kernel's types with "
                 "--btf FILE: %s",
                 pc, fix->text),
             0;
    p->kernel_types |= fix->of_kernel;
    bool missing = false;
    const char *why = notes[pc].kind == NOTE_NONE
                          ? warrant_core_patch(fix, &p->insns[pc], p->insn_count - pc, &missing)
                          : "is not the only relocation there";
    if (why)
      return warrant_fail(problem, WARRANT_BAD_INPUT, "instruction %u: its CO-RE relocation %s", pc,
                          why),
             0;
    if (!missing)
      continue;
    struct warrant_missing *m = &p->missing[p->missing_count++];
    m->pc = pc;
    snprintf(m->what, sizeof m->what, "%.100s%s", fix->text,
             fix->kind == WARRANT_CORE_VALUE ? ", as it is" : "");
  }
  return 0;
}

void w_elf_place_externs(const struct elf *e, const struct note *notes, struct warrant_program *p) {
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct note *note = &notes[pc];
    struct warrant_insn *insn = &p->insns[pc];
    if (note->kind == NOTE_KFUNC || note->kind == NOTE_EXTERN) {
      const struct warrant_extern *of = note->map ? &e->externs[note->map - 1] : NULL;
      p->kernel_types |= of && !of->untyped && !*of->problem;
    }
    if (note->kind == NOTE_KFUNC && absent(e, note))
      *insn = (struct warrant_insn){.op = OP_CALL, .imm = WARRANT_CORE_POISON};
    else if (note->kind == NOTE_KFUNC && note->map && e->externs[note->map - 1].number)
      *insn = (struct warrant_insn){
          .op = OP_CALL, .src = BPF_PSEUDO_KFUNC_CALL, .imm = e->externs[note->map - 1].number};
    if (note->kind != NOTE_EXTERN || !note->map || pc + 1 == p->insn_count)
      continue;
    const struct warrant_extern *x = &e->externs[note->map - 1];
    bool there = x->kind != WARRANT_EXTERN_ABSENT;
    insn->src = there ? BPF_PSEUDO_BTF_ID : 0;
    insn->imm = there ? (int32_t)x->id : 0;
    insn[1].imm = there && x->untyped ? -1 : 0; /* the kernel's own types are object 0 */
  }
}

int w_elf_relocate(struct elf *e, const struct note *notes, struct warrant_program *p) {
  if (e->map_count == 0)
    return 0;
  uint32_t index[WARRANT_MAPS_MAX] = {0};
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    if (notes[pc].kind == NOTE_MAP || notes[pc].kind == NOTE_DATA)
      index[notes[pc].map] = 1;
  for (uint32_t i = 0; i < e->map_count; i++)
    if (index[i] && e->maps[i].map.inner)
      index[e->maps[i].map.inner - 1] = 1;
  uint32_t count = 0;
  for (uint32_t i = 0; i < e->map_count; i++)
    count += index[i];
  if (count == 0)
    return 0;
  if (!(p->maps = w_elf_take(e, count, sizeof *p->maps)))
    return -1;
  for (uint32_t i = 0; i < e->map_count; i++) {
    if (!index[i])
      continue;
    const struct warrant_map_def *def = &e->maps[i];
    const struct section *s = &e->sections[def->section];
    index[i] = p->map_count;
    struct warrant_map *map = &p->maps[p->map_count];
    *map = def->map;
    map->name = NULL;
    p->map_count++;
    if (!(map->name = w_elf_text(e, def->map.name, strlen(def->map.name))))
      return -1;
    const uint8_t *data = def->set ? def->set : def->data;
    if (map->rodata && e->options->rodata_any)
      continue;
    if (data) {
      if (!(map->initial = w_elf_take(e, map->value_size, 1)))
        return -1;
      memcpy(map->initial, data, map->value_size);
    } else if (s->data_map == i + 1) {
      if (!(map->initial = w_elf_take(e, s->size, 1)))
        return -1;
      if (s->bytes)
        memcpy(map->initial, s->bytes, s->size);
    }
  }
  for (uint32_t i = 0; i < p->map_count; i++)
    if (p->maps[i].inner)
      p->maps[i].inner = 1 + index[p->maps[i].inner - 1];
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    if (notes[pc].kind != NOTE_MAP && notes[pc].kind != NOTE_DATA)
      continue;
    struct warrant_insn *insn = &p->insns[pc];
    insn->src = notes[pc].kind == NOTE_MAP ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
    insn->imm = (int32_t)index[notes[pc].map];
    if (pc + 1 < p->insn_count) /* a program that ends here is refused by any decoder */
      insn[1].imm = (int32_t)notes[pc].offset;
  }
  return 0;
}
