#include "load/elf_programs.h"

#include <stdlib.h>
#include <string.h>

#include "isa/room.h"

static int by_position(const void *a, const void *b) {
  const struct found_program *x = a, *y = b;
  if (x->section != y->section)
    return x->section < y->section ? -1 : 1;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return strcmp(x->name, y->name);
}

static int add_function(struct elf *e, struct found_program **list, uint32_t *count, size_t *room,
                        struct found_program function) {
  struct found_program *larger = w_room_for_one(*list, *count, room, sizeof *larger);
  if (!larger)
    return bad(e, "%s: out of memory", e->name);
  *list = larger;
  (*list)[(*count)++] = function;
  return 0;
}

/* Compilers before function symbols: a section of instructions is one program. */
static int add_whole_section(struct elf *e, uint32_t section) {
  const struct section *s = &e->sections[section];
  struct found_program function = {.name = s->name, .section = section};
  if (strcmp(s->name, ".text") == 0)
    return 0;
  if (s->size % 8 || s->size / 8 > UINT32_MAX)
    return bad(e, "%s: section '%s' is not a whole number of instructions", e->name, s->name);
  function.count = (uint32_t)(s->size / 8);
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (w_elf_symbol(e, i, &sym) && sym.st_shndx == section && sym.st_value == 0 &&
        GELF_ST_BIND(sym.st_info) == STB_GLOBAL && *w_elf_symbol_name(e, &sym))
      function.name = w_elf_symbol_name(e, &sym);
  }
  if (e->program_count == WARRANT_PROGRAMS_MAX)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: more than %u programs in one object are not supported", e->name,
                        WARRANT_PROGRAMS_MAX);
  if (add_function(e, &e->functions, &e->function_count, &e->function_room, function))
    return -1;
  return add_function(e, &e->programs, &e->program_count, &e->program_room, function);
}

int w_elf_find_programs(struct elf *e) {
  bool *covered = w_elf_take(e, e->section_count, sizeof *covered);
  if (!covered)
    return -1;
  bool only_text = false, names_functions = false;
  int result = -1;
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (!w_elf_symbol(e, i, &sym)) {
      bad(e, "%s: symbol %zu cannot be read", e->name, i);
      goto out;
    }
    names_functions |= GELF_ST_TYPE(sym.st_info) == STT_FUNC;
    if (GELF_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_shndx == SHN_UNDEF ||
        sym.st_shndx >= e->section_count || !w_elf_is_code(&e->sections[sym.st_shndx]))
      continue;
    const struct section *s = &e->sections[sym.st_shndx];
    const char *name = w_elf_symbol_name(e, &sym);
    if (sym.st_value % 8 || sym.st_size % 8 || sym.st_size == 0 || sym.st_value > s->size ||
        sym.st_size > s->size - sym.st_value) {
      bad(e, "%s: function '%s' is not a whole number of instructions inside section '%s'", e->name,
          name, s->name);
      goto out;
    }
    covered[sym.st_shndx] = true;
    struct found_program function = {.name = name,
                                     .section = sym.st_shndx,
                                     .start = (uint32_t)(sym.st_value / 8),
                                     .count = (uint32_t)(sym.st_size / 8),
                                     .local = GELF_ST_BIND(sym.st_info) == STB_LOCAL,
                                     .hidden = GELF_ST_VISIBILITY(sym.st_other) == STV_HIDDEN ||
                                               GELF_ST_VISIBILITY(sym.st_other) == STV_INTERNAL};
    if (add_function(e, &e->functions, &e->function_count, &e->function_room, function))
      goto out;
    if (strcmp(s->name, ".text") == 0) { /* what programs call, as libbpf reads it */
      only_text = true;
      continue;
    }
    if (e->program_count == WARRANT_PROGRAMS_MAX) {
      warrant_fail(e->error, WARRANT_UNSUPPORTED,
                   "%s: more than %u programs in one object are not supported", e->name,
                   WARRANT_PROGRAMS_MAX);
      goto out;
    }
    if (add_function(e, &e->programs, &e->program_count, &e->program_room, function))
      goto out;
  }
  for (uint32_t i = 1; i < e->section_count; i++)
    if (w_elf_is_code(&e->sections[i]) && !covered[i]) {
      if (names_functions && e->program_count && strcmp(e->sections[i].name, ".text")) {
        w_elf_warn(
            e, "no function symbol lies in section '%.60s', so all of it is taken for one program",
            e->sections[i].name);
      } else if (names_functions) {
        bad(e,
            "%s: section '%s' holds instructions but no function symbol says where a program "
            "starts",
            e->name, e->sections[i].name);
        goto out;
      }
      if (add_whole_section(e, i))
        goto out;
    }
  if (e->program_count == 0 && e->options->type) /* then a function in .text can be a program too */
    for (uint32_t i = 0; i < e->function_count && i < WARRANT_PROGRAMS_MAX; i++)
      if (!e->functions[i].local &&
          add_function(e, &e->programs, &e->program_count, &e->program_room, e->functions[i]))
        goto out;
  if (e->program_count == 0) {
    bad(e, "%s: holds no BPF program%s", e->name,
        only_text ? ": its functions are all in .text, so no section says what kind they are" : "");
    goto out;
  }
  qsort(e->programs, e->program_count, sizeof *e->programs, by_position);
  qsort(e->functions, e->function_count, sizeof *e->functions, by_position);
  result = 0;
out:
  free(covered);
  return result;
}

int w_elf_choose_programs(struct elf *e) {
  const char *wanted = e->options->prog;
  if (!wanted)
    return 0;
  for (int by_section = 0; by_section < 2; by_section++) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < e->program_count; i++) {
      struct found_program p = e->programs[i];
      if (strcmp(by_section ? e->sections[p.section].name : p.name, wanted) == 0)
        e->programs[kept++] = p;
    }
    if (kept) {
      e->program_count = kept;
      return 0;
    }
  }
  char names[256] = "";
  for (uint32_t i = 0; i < e->program_count; i++)
    if (!w_add_name(names, sizeof names, e->programs[i].name))
      break;
  return bad(e, "%s: has no program '%s'; it has %s", e->name, wanted, names);
}

uint32_t w_elf_function_at(const struct elf *e, uint32_t section, uint32_t start) {
  uint32_t low = 0;
  for (uint32_t high = e->function_count; low < high;) {
    uint32_t middle = low + (high - low) / 2;
    const struct found_program *f = &e->functions[middle];
    if (f->section < section || (f->section == section && f->start < start))
      low = middle + 1;
    else
      high = middle;
  }
  const struct found_program *f = &e->functions[low];
  return low < e->function_count && f->section == section && f->start == start ? low
                                                                               : e->function_count;
}
