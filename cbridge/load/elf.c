/* eBPF objects as clang makes them: finds programs, maps and global data, relocates, and puts the
 * functions that a program calls behind it.
 *
 * Relocations are resolved once for each section of instructions into notes, one a slot. A program
 * is then a row of slices of sections, the first its own, the others functions it calls: their
 * instructions, the maps that their notes name, their lines.
 * What a program needs and we do not have becomes that program's problem; what is damaged fails the
 * object. */
#include "load/elf.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/decode.h"
#include "isa/room.h"
#include "load/elf_maps.h"
#include "load/elf_programs.h"
#include "load/elf_reloc.h"
#include "load/hooks.h"
#include "load/host.h"
#include "load/rodata.h"
#include "load/sections.h"

/* Where a function lies in the program that is being put together. */
struct part {
  const struct found_program *function;
  uint32_t at;
  uint32_t caller, seen; /* while parts are looked for: who called it first, slots looked at */
};

/* --- Lines ----------------------------------------------------------------------------------- */

static size_t first_at(const struct warrant_line_record *records, size_t count, uint64_t insn) {
  size_t low = 0;
  for (size_t high = count; low < high;) {
    size_t middle = low + (high - low) / 2;
    if (records[middle].insn < insn)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The records of one part, with their strings: measured first, then copied. */
static int add_part_lines(struct elf *e, const struct part *part, bool copying, size_t *bytes,
                          size_t *count, struct warrant_program *p) {
  const struct found_program *found = part->function;
  const struct code *code = &e->code[found->section];
  const struct warrant_line_record *records = code->records;
  size_t first = first_at(records, code->record_count, found->start);
  size_t last = first_at(records, code->record_count, (uint64_t)found->start + found->count);
  const struct btf *btf = e->types.btf;
  const char *file = NULL;
  size_t used = *bytes;
  *count += last - first;
  for (size_t i = first; i < last; i++) {
    const struct warrant_line_record *r = &records[i];
    if (i == first || r->file_offset != r[-1].file_offset) {
      const char *name = btf__str_by_offset(btf, r->file_offset);
      size_t size = name ? strlen(name) + 1 : 0;
      if (copying)
        file = memcpy(p->strings + used, name, size);
      else if (!name)
        return bad(e, "%s: its line and relocation records (.BTF.ext) are damaged", e->name);
      used += size;
    }
    const char *text = btf__str_by_offset(btf, r->text_offset);
    size_t size = text ? strlen(text) + 1 : 0;
    if (copying) {
      char *copy = memcpy(p->strings + used, text, size);
      p->lines[p->line_count++] = (struct warrant_line){.pc = r->insn - found->start + part->at,
                                                        .line = r->line,
                                                        .file = file,
                                                        .text = *copy ? copy : NULL};
    } else if (!text) {
      return bad(e, "%s: its line and relocation records (.BTF.ext) are damaged", e->name);
    }
    used += size;
    if (used > WARRANT_MEMORY_MAX) /* take would refuse it: do not measure on */
      break;
  }
  *bytes = used;
  return 0;
}

static int add_lines(struct elf *e, const struct part *parts, uint32_t part_count,
                     struct warrant_program *p) {
  for (int copying = 0; copying < 2; copying++) {
    size_t used = 0, count = 0;
    for (uint32_t i = 0; i < part_count && used <= WARRANT_MEMORY_MAX; i++)
      if (add_part_lines(e, &parts[i], copying, &used, &count, p))
        return -1;
    if (count == 0)
      return 0;
    if (copying)
      return 0;
    p->strings_size = used;
    if (!(p->strings = w_elf_take(e, used, 1)) ||
        !(p->lines = w_elf_take(e, count, sizeof *p->lines)))
      return -1;
  }
  return 0;
}

/* --- Putting a program together -------------------------------------------------------------- */

/* Notes and lines of a section, found when first asked for; NULL has been reported. */
static const struct code *code_of(struct elf *e, uint32_t section) {
  struct code *code = &e->code[section];
  if (code->known)
    return code;
  if (!(code->notes = w_elf_notes(e, section)) ||
      (e->ext && e->types.btf &&
       warrant_ext_lines(e->name, e->ext, e->ext_size, e->types.btf, e->sections[section].name,
                         &code->records, &code->record_count, e->error)))
    return NULL;
  code->known = true;
  return code;
}

/* The functions that a program consists of, each once, in the order they are met. */
struct linking {
  struct part *parts; /* owned */
  uint32_t count, slots;
  size_t room;
};

static int add_part(struct elf *e, struct linking *l, const struct found_program *function) {
  struct part *larger = w_room_for_one(l->parts, l->count, &l->room, sizeof *larger);
  if (!larger)
    return bad(e, "%s: out of memory", e->name);
  l->parts = larger;
  l->parts[l->count++] = (struct part){.function = function, .at = l->slots};
  if (function->count > WARRANT_INSNS_MAX - l->slots)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: program '%s' has, with what it calls, more than %u instructions, and "
                        "that is not supported",
                        e->name, l->parts[0].function->name, WARRANT_INSNS_MAX);
  l->slots += function->count;
  return code_of(e, function->section) ? 0 : -1;
}

/* Is this a call of a function in the object, or does it take the function's address? Then `to` is
 * where that starts, in `section`. */
static bool names_function(const struct part *part, uint32_t slot, struct warrant_insn insn,
                           const struct note *note, uint32_t *section, uint32_t *to) {
  if (note->kind == NOTE_CALL || note->kind == NOTE_CODE) {
    *section = note->map;
    *to = note->offset;
    return true;
  }
  if (note->kind != NOTE_NONE || insn.op != OP_CALL || insn.src != BPF_PSEUDO_CALL)
    return false;
  int64_t target = (int64_t)part->function->start + slot + 1 + insn.imm;
  *section = part->function->section;
  *to = target >= 0 && target < UINT32_MAX ? (uint32_t)target : UINT32_MAX;
  return true;
}

/* The next function that the part names and that has no place yet; function_count: there is none.
 */
static uint32_t next_unplaced(const struct elf *e, struct part *part) {
  const struct section *s = &e->sections[part->function->section];
  const struct note *own = e->code[part->function->section].notes + part->function->start;
  while (part->seen < part->function->count) {
    uint32_t slot = part->seen++, section, to;
    struct warrant_insn insn = w_insn_at(s->bytes + 8 * ((size_t)part->function->start + slot));
    if (!names_function(part, slot, insn, &own[slot], &section, &to))
      continue;
    uint32_t f = w_elf_function_at(e, section, to);
    if (f < e->function_count && !e->placed[f])
      return f;
  }
  return e->function_count;
}

/* Finds all parts, from the main function on, in libbpf's order: a function comes behind all that
 * are there when it is met first, and what it calls comes before what its caller calls next. So an
 * instruction has the number that it has in the kernel. */
static int find_parts(struct elf *e, struct linking *l) {
  for (uint32_t i = 0;;) {
    uint32_t f = next_unplaced(e, &l->parts[i]);
    if (f < e->function_count) {
      if (add_part(e, l, &e->functions[f]))
        return -1;
      e->placed[f] = l->count;
      l->parts[l->count - 1].caller = i;
      i = l->count - 1;
    } else if (i == 0) {
      return 0;
    } else {
      i = l->parts[i].caller;
    }
  }
}

/* Instructions and notes of all parts, with the calls made to fit. */
static void copy_parts(struct elf *e, const struct linking *l, struct warrant_program *p,
                       struct note *notes, struct warrant_error *problem) {
  for (uint32_t i = 0; i < l->count; i++) {
    const struct part part = l->parts[i];
    const struct section *s = &e->sections[part.function->section];
    const struct note *own = e->code[part.function->section].notes + part.function->start;
    for (uint32_t slot = 0; slot < part.function->count; slot++) {
      struct warrant_insn insn = w_insn_at(s->bytes + 8 * ((size_t)part.function->start + slot));
      uint32_t section, to;
      if (names_function(&part, slot, insn, &own[slot], &section, &to)) {
        uint32_t f = w_elf_function_at(e, section, to);
        if (f < e->function_count) {
          insn.src = insn.op == OP_CALL ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC;
          insn.imm = (int32_t)l->parts[e->placed[f] - 1].at - (int32_t)(part.at + slot) - 1;
        } else if (!problem->code) {
          warrant_fail(problem, WARRANT_BAD_INPUT,
                       "instruction %u %s a place where no function starts", part.at + slot,
                       insn.op == OP_CALL ? "calls" : "takes the address of");
        }
      }
      p->insns[part.at + slot] = insn;
      notes[part.at + slot] = own[slot];
    }
  }
}

/* Which functions some instruction of the object calls. */
static int find_called(struct elf *e) {
  bool any_local = false;
  for (uint32_t i = 0; i < e->program_count; i++)
    any_local |= e->programs[i].local;
  if (!(e->called = w_elf_take(e, (size_t)e->function_count + 1, sizeof *e->called)) || !any_local)
    return e->called ? 0 : -1;
  for (uint32_t i = 1; i < e->section_count; i++) {
    const struct section *s = &e->sections[i];
    if (!w_elf_is_code(s))
      continue;
    const struct code *code = code_of(e, i);
    if (!code)
      return -1;
    struct found_program whole = {.section = i, .count = (uint32_t)(s->size / 8)};
    struct part part = {.function = &whole};
    for (uint32_t slot = 0; slot < whole.count; slot++) {
      uint32_t section, to;
      if (names_function(&part, slot, w_insn_at(s->bytes + 8 * (size_t)slot), &code->notes[slot],
                         &section, &to))
        e->called[w_elf_function_at(e, section, to)] = true;
    }
  }
  return 0;
}

/* p->insns and *notes (the caller's to free), and where each function lies. */
static int link_program(struct elf *e, const struct found_program *found, struct linking *l,
                        struct warrant_program *p, struct note **notes,
                        struct warrant_error *problem) {
  uint32_t main_function = w_elf_function_at(e, found->section, found->start);
  e->placed[main_function] = 1;
  if (add_part(e, l, found) || find_parts(e, l) ||
      !(p->insns = w_elf_take(e, l->slots, sizeof *p->insns)) ||
      !(*notes = w_elf_take(e, l->slots, sizeof **notes)))
    return -1;
  p->insn_count = l->slots;
  copy_parts(e, l, p, *notes, problem);
  return 0;
}

/* With types Linux judges a function that is global apart from its callers: the first one is named.
 */
static int name_apart(struct elf *e, const struct linking *l, struct warrant_program *p) {
  for (uint32_t i = 1; i < l->count && e->types.btf && !p->apart; i++) {
    const struct found_program *f = l->parts[i].function;
    if (!f->local && !f->hidden && !(p->apart = w_elf_text(e, f->name, strlen(f->name))))
      return -1;
  }
  return 0;
}

static int build(struct elf *e, const struct found_program *found, struct linking *l,
                 struct note **linked, struct warrant_program *p, struct warrant_error *problem) {
  const struct section *s = &e->sections[found->section];
  p->kind = WARRANT_EBPF;
  p->profile = e->options->profile;
  p->file = w_elf_text(e, e->name, strlen(e->name));
  p->section = w_elf_text(e, s->name, strlen(s->name));
  p->name = w_elf_text(e, found->name, strlen(found->name));
  if (!p->file || !p->section || !p->name)
    return -1;
  if (e->license && !(p->license = w_elf_text(e, e->license, strnlen(e->license, e->license_size))))
    return -1;
  if (found->count > WARRANT_INSNS_MAX)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: program '%s' has %u instructions, and more than %u are not supported",
                        e->name, found->name, found->count, WARRANT_INSNS_MAX);
  if (link_program(e, found, l, p, linked, problem) || name_apart(e, l, p))
    return -1;
  const struct note *notes = *linked;

  struct warrant_section kind = {0};
  bool kind_known = warrant_section_type(s->name, &kind);
  if (e->options->type) {
    struct warrant_section wanted = {0};
    if (!warrant_type_of(e->options->type, &wanted))
      return bad(e, "unknown program type '%s'", e->options->type);
    if (!kind_known || kind.type != wanted.type || wanted.attach_type)
      kind = wanted;
  } else if (!kind_known) {
    warrant_fail(problem, WARRANT_UNSUPPORTED,
                 "the section name '%s' says no program type: give one with --type", s->name);
  }
  p->type = kind.type;
  p->attach_type = kind.attach_type;
  p->prog_flags = kind.prog_flags;
  p->ctx_size = p->type ? warrant_type_ctx_size(p->type) : e->options->ctx_size;

  if (found->local && !problem->code &&
      e->called[w_elf_function_at(e, found->section, found->start)])
    warrant_fail(problem, WARRANT_UNSUPPORTED,
                 "this static function is called by others: it is not a program on its own");
  if (!problem->code && w_elf_fit_to_kernel(e, notes, p, problem))
    return -1;
  for (uint32_t pc = 0; pc < p->insn_count && !problem->code; pc++) {
    if (w_elf_problem(e, pc, p->insns[pc], &notes[pc], problem))
      break;
    if (p->insns[pc].op == OP_LD_IMM64)
      pc++; /* its second slot is no instruction */
  }
  w_elf_place_externs(e, notes, p);
  if (w_elf_relocate(e, notes, p))
    return -1;
  bool by_option = e->options->type && strchr(e->options->type, '/');
  if (warrant_hook(p, by_option ? e->options->type : s->name, e->host, problem, e->error))
    return -1;
  return add_lines(e, l->parts, l->count, p);
}

/* A static function that others call is a part of them. */
static void drop_called(struct elf *e) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < e->program_count; i++) {
    struct found_program p = e->programs[i];
    if (!p.local || !e->called[w_elf_function_at(e, p.section, p.start)])
      kept++;
  }
  if (kept == 0) /* one was asked for by name */
    return;
  kept = 0;
  for (uint32_t i = 0; i < e->program_count; i++) {
    struct found_program p = e->programs[i];
    if (!p.local || !e->called[w_elf_function_at(e, p.section, p.start)])
      e->programs[kept++] = p;
  }
  e->program_count = kept;
}

static int build_all(struct elf *e, struct warrant_object *object) {
  if (!(e->code = w_elf_take(e, e->section_count, sizeof *e->code)) ||
      !(e->placed = w_elf_take(e, e->function_count, sizeof *e->placed)) || find_called(e))
    return -1;
  drop_called(e);
  object->programs = w_elf_take(e, e->program_count, sizeof *object->programs);
  object->problems = w_elf_take(e, e->program_count, sizeof *object->problems);
  if (!object->programs || !object->problems)
    return -1;
  int result = 0;
  for (uint32_t i = 0; i < e->program_count && result == 0; i++) {
    struct linking l = {0};
    struct note *notes = NULL;
    object->count = i + 1; /* so that a half-made program is freed too */
    result = build(e, &e->programs[i], &l, &notes, &object->programs[i], &object->problems[i]);
    if (notes)
      e->memory -= l.slots * sizeof *notes;
    for (uint32_t k = 0; k < l.count; k++)
      e->placed[w_elf_function_at(e, l.parts[k].function->section, l.parts[k].function->start)] = 0;
    free(notes);
    free(l.parts);
  }
  return result;
}

int warrant_load_elf(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  struct elf e = {.name = name, .options = options, .error = error, .object = object};
  memset(object, 0, sizeof *object);
  if (w_elf_check_header(&e, bytes, size))
    return -1;
  if (elf_version(EV_CURRENT) == EV_NONE)
    return bad(&e, "%s: the ELF library is too old", name);
  e.host = options->host ? options->host : (e.own_host = warrant_host_new(NULL, NULL));
  if (!e.host)
    return bad(&e, "%s: out of memory", name);
  /* libelf takes the bytes as its own to change, so it gets a copy; all reads below are in the
   * original. */
  char *copy = malloc(size);
  if (!copy) {
    warrant_host_free(e.own_host);
    return bad(&e, "%s: out of memory", name);
  }
  memcpy(copy, bytes, size);
  e.elf = elf_memory(copy, size);
  int result = -1;
  if (!e.elf || elf_kind(e.elf) != ELF_K_ELF)
    bad(&e, "%s: cannot be read as an ELF object: %s", name, elf_errmsg(-1));
  else if (w_elf_sections(&e, bytes, size) == 0 && w_elf_special_sections(&e) == 0 &&
           w_elf_data_maps(&e) == 0 && w_elf_set_constants(&e) == 0 && w_elf_externs(&e) == 0 &&
           w_elf_declared_maps(&e) == 0 && w_elf_find_programs(&e) == 0 &&
           w_elf_choose_programs(&e) == 0)
    result = build_all(&e, object);
  if (result)
    warrant_object_free(object);
  for (uint32_t i = 0; i < e.map_count; i++) {
    free(e.maps[i].map.name);
    free(e.maps[i].set);
  }
  free(e.maps);
  for (size_t i = 0; e.code && i < e.section_count; i++) {
    free(e.code[i].notes);
    free(e.code[i].records);
  }
  free(e.code);
  free(e.fixes);
  free(e.externs);
  free(e.config);
  warrant_host_free(e.own_host);
  free(e.placed);
  free(e.called);
  free(e.sections);
  free(e.programs);
  free(e.functions);
  warrant_btf_close(&e.types);
  elf_end(e.elf);
  free(copy);
  return result;
}
