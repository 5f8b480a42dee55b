#include "load/elf_maps.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/tables.h"

#define LEGACY_MAP_SIZE 20   /* type, key size, value size, entries, flags */
#define IPROUTE2_MAP_SIZE 36 /* the same, then id, pinning, inner id, inner index */

static bool named(const char *section, const char *base) {
  size_t n = strlen(base);
  return strncmp(section, base, n) == 0 && (section[n] == '\0' || section[n] == '.');
}

static struct warrant_map_def *add_map(struct elf *e, const char *name, uint32_t section,
                                       uint64_t offset) {
  if (e->map_count == WARRANT_MAPS_MAX) {
    warrant_fail(e->error, WARRANT_UNSUPPORTED,
                 "%s: more than %u maps in one object are not supported", e->name,
                 WARRANT_MAPS_MAX);
    return NULL;
  }
  if (!e->maps && !(e->maps = w_elf_take(e, WARRANT_MAPS_MAX, sizeof *e->maps)))
    return NULL;
  char *copy = w_elf_text(e, name, strlen(name));
  if (!copy)
    return NULL;
  struct warrant_map_def *def = &e->maps[e->map_count++];
  def->map.name = copy;
  def->section = section;
  def->offset = offset;
  return def;
}

int w_elf_data_maps(struct elf *e) {
  for (uint32_t i = 1; i < e->section_count; i++) {
    struct section *s = &e->sections[i];
    bool constant = named(s->name, ".rodata");
    bool kept = s->type == SHT_PROGBITS && (constant || named(s->name, ".data"));
    bool zero = s->type == SHT_NOBITS && (named(s->name, ".bss") || named(s->name, ".data"));
    if ((!kept && !zero) || s->size == 0 || (s->flags & SHF_EXECINSTR))
      continue;
    if (s->size > WARRANT_FILE_MAX)
      return bad(e, "%s: section '%s' claims %llu bytes, more than the limit of %zu MiB", e->name,
                 s->name, (unsigned long long)s->size, WARRANT_FILE_MAX >> 20);
    struct warrant_map_def *def = add_map(e, s->name, i, 0);
    if (!def)
      return -1;
    def->map.type = BPF_MAP_TYPE_ARRAY;
    def->map.key_size = 4;
    def->map.value_size = (uint32_t)s->size;
    def->map.max_entries = 1;
    def->map.readonly = constant;
    def->map.rodata = constant;
    def->map.flags = constant ? BPF_F_RDONLY_PROG : 0;
    warrant_btf_data(&e->types, s->name, def->problem, sizeof def->problem);
    s->data_map = e->map_count;
  }
  return 0;
}

static bool is_map_in_map(const struct warrant_map_def *def) {
  return def->map.type == BPF_MAP_TYPE_ARRAY_OF_MAPS || def->map.type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* The legacy map of number `index` in its section, or, by_id, the one of that id, which the
 * definitions of iproute2 have; NULL: there is none. */
static const struct warrant_map_def *legacy_by_number(const struct elf *e, uint32_t section,
                                                      uint32_t number, bool by_id) {
  uint32_t index = 0;
  for (uint32_t i = e->declared; i < e->map_count; i++) {
    const struct warrant_map_def *def = &e->maps[i];
    if (def->section != section)
      continue;
    const struct section *s = &e->sections[section];
    if (by_id ? s->bytes && s->size - def->offset >= IPROUTE2_MAP_SIZE &&
                    w_le32(s->bytes + def->offset + 20) == number
              : index == number)
      return def;
    index++;
  }
  return NULL;
}

/* Which map a legacy map of maps holds: after the flags comes that map's number, as in the kernel's
 * samples, or iproute2's id, pinning and inner id. */
static void legacy_inner(struct elf *e, struct warrant_map_def *def, const uint8_t *b,
                         uint64_t room) {
  const struct warrant_map_def *inner = NULL;
  if (room >= IPROUTE2_MAP_SIZE)
    inner = legacy_by_number(e, def->section, w_le32(b + 28), true);
  else if (room >= LEGACY_MAP_SIZE + 4)
    inner = legacy_by_number(e, def->section, w_le32(b + 20), false);
  if (!inner || inner == def)
    snprintf(def->problem, sizeof def->problem, "is a map-in-map without an inner map definition");
  else
    def->map.inner = 1 + (uint32_t)(inner - e->maps);
  def->map.value_size = 4; /* left out by some, and nothing else is possible */
}

static int legacy_map(struct elf *e, struct warrant_map_def *def, uint64_t room) {
  const struct section *s = &e->sections[def->section];
  if (!s->bytes || def->offset > s->size || s->size - def->offset < LEGACY_MAP_SIZE ||
      room < LEGACY_MAP_SIZE)
    return bad(e, "%s: the definition of map '%s' goes past its section", e->name, def->map.name);
  const uint8_t *b = s->bytes + def->offset;
  def->map.type = w_le32(b);
  def->map.key_size = w_le32(b + 4);
  def->map.value_size = w_le32(b + 8);
  def->map.max_entries = w_le32(b + 12);
  def->map.flags = w_le32(b + 16);
  if (def->map.type == 0)
    return bad(e, "%s: map '%s' has no type", e->name, def->map.name);
  if (def->map.flags & BPF_F_WRONLY_PROG)
    snprintf(def->problem, sizeof def->problem, "may not be read by programs");
  if (is_map_in_map(def)) /* what follows otherwise is its loader's, such as where it is pinned */
    legacy_inner(e, def, b, room);
  return 0;
}

static int by_place(const void *a, const void *b) {
  const struct warrant_map_def *x = a, *y = b;
  if (x->section != y->section)
    return x->section < y->section ? -1 : 1;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

/* A map that BTF defines; the kind of map it holds becomes one more. */
static int btf_map(struct elf *e, struct warrant_map_def *def, uint64_t room) {
  struct warrant_map_def inner = {0};
  int result = warrant_btf_map(e->name, &e->types, def, &inner, room, e->error);
  if (!result && inner.map.name) {
    struct warrant_map_def *added = add_map(e, inner.map.name, 0, 0);
    result = added ? 0 : -1;
    if (added) {
      char *name = added->map.name;
      *added = inner;
      added->map.name = name;
      def->map.inner = e->map_count;
    }
  }
  free(inner.map.name);
  return result;
}

static bool has_btf_maps(const struct section *s) { return strcmp(s->name, ".maps") == 0; }
/* The second form is gobpf's: a section for each map. */
static bool has_legacy_maps(const struct section *s) {
  return strcmp(s->name, "maps") == 0 || strncmp(s->name, "maps/", 5) == 0;
}

int w_elf_declared_maps(struct elf *e) {
  bool expected = false;
  for (uint32_t i = 1; i < e->section_count; i++) {
    const struct section *s = &e->sections[i];
    if (has_btf_maps(s) && s->size && !e->types.btf)
      return bad(e, "%s: has maps but no type information (.BTF) that defines them", e->name);
    expected |= s->size && (has_btf_maps(s) || has_legacy_maps(s));
  }
  e->declared = e->map_count;
  uint32_t first = e->declared;
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (!w_elf_symbol(e, i, &sym))
      return bad(e, "%s: symbol %zu cannot be read", e->name, i);
    int type = GELF_ST_TYPE(sym.st_info);
    const struct section *s = sym.st_shndx < e->section_count ? &e->sections[sym.st_shndx] : NULL;
    if (sym.st_shndx == SHN_UNDEF || !s || !(has_btf_maps(s) || has_legacy_maps(s)) ||
        (type != STT_OBJECT && type != STT_NOTYPE))
      continue;
    const char *name = w_elf_symbol_name(e, &sym);
    if (sym.st_value >= s->size)
      return bad(e, "%s: map '%s' lies outside its section", e->name, name);
    if (!add_map(e, name, sym.st_shndx, sym.st_value))
      return -1;
  }
  if (e->map_count == first && expected)
    return bad(e, "%s: its map section defines no map", e->name);
  if (e->map_count > first) /* an object may have none */
    qsort(e->maps + first, e->map_count - first, sizeof *e->maps, by_place);
  e->templates = e->map_count;
  for (uint32_t i = first; i < e->templates; i++) {
    struct warrant_map_def *def = &e->maps[i];
    const struct section *s = &e->sections[def->section];
    bool more = i + 1 < e->templates && def[1].section == def->section;
    uint64_t end = more ? def[1].offset : s->size;
    uint64_t room = s->size - def->offset;
    if (has_btf_maps(s) ? btf_map(e, def, room) : legacy_map(e, def, end - def->offset))
      return -1;
    if (is_map_in_map(def) && !def->map.inner && !*def->problem)
      snprintf(def->problem, sizeof def->problem,
               "is a map-in-map without an inner map definition");
    else if (!is_map_in_map(def) && def->map.inner)
      snprintf(def->problem, sizeof def->problem, "is of a type that holds no maps");
  }
  for (uint32_t i = first; i < e->map_count; i++) {
    struct warrant_map *map = &e->maps[i].map;
    map->readonly = map->flags & BPF_F_RDONLY_PROG || w_is_redirect_map(map->type);
  }
  for (uint32_t i = first; i < e->templates; i++) {
    struct warrant_map_def *def = &e->maps[i];
    const struct warrant_map_def *inner = def->map.inner ? &e->maps[def->map.inner - 1] : NULL;
    if (inner && is_map_in_map(inner))
      snprintf(def->problem, sizeof def->problem, "holds maps that hold others");
    else if (inner && *inner->problem && !*def->problem) {
      char why[sizeof def->problem];
      memcpy(why, inner->problem, sizeof why);
      snprintf(def->problem, sizeof def->problem, "holds a map that %.120s", why);
    }
  }
  return 0;
}

const struct warrant_map_def *w_elf_map_at(const struct elf *e, uint32_t section, uint64_t offset) {
  struct warrant_map_def key = {.section = section, .offset = offset};
  if (e->templates <= e->declared) /* none is defined: all there are stand for data */
    return NULL;
  return bsearch(&key, e->maps + e->declared, e->templates - e->declared, sizeof key, by_place);
}

/* --- Externs --------------------------------------------------------------------------------- */

int w_elf_externs(struct elf *e) {
  size_t count = 0;
  for (int filling = 0; filling < 2; filling++) {
    if (filling && (count == 0 || !(e->externs = w_elf_take(e, count, sizeof *e->externs))))
      return count == 0 ? 0 : -1;
    for (size_t i = 1; i < e->symbol_count; i++) {
      GElf_Sym sym;
      if (!w_elf_symbol(e, i, &sym) || sym.st_shndx != SHN_UNDEF || !*w_elf_symbol_name(e, &sym))
        continue;
      if (filling)
        e->externs[e->extern_count++] =
            (struct warrant_extern){.symbol = (uint32_t)i,
                                    .name = w_elf_symbol_name(e, &sym),
                                    .weak = GELF_ST_BIND(sym.st_info) == STB_WEAK};
      else
        count++;
    }
  }
  uint32_t size = 0;
  if (warrant_externs_solve(e->name, &e->types, e->host, e->externs, e->extern_count, &e->config,
                            &size, e->error))
    return -1;
  if (size == 0)
    return 0;
  struct warrant_map_def *def = add_map(e, ".kconfig", 0, 0);
  if (!def)
    return -1;
  def->map.type = BPF_MAP_TYPE_ARRAY;
  def->map.key_size = 4;
  def->map.value_size = size;
  def->map.max_entries = 1;
  def->map.readonly = true;
  def->map.flags = BPF_F_RDONLY_PROG;
  def->data = e->config;
  e->config_map = e->map_count - 1;
  return 0;
}

static int by_symbol(const void *a, const void *b) {
  const struct warrant_extern *x = a, *y = b;
  return (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

const struct warrant_extern *w_elf_extern_of(const struct elf *e, uint64_t symbol) {
  struct warrant_extern key = {.symbol = (uint32_t)symbol};
  return e->extern_count ? bsearch(&key, e->externs, e->extern_count, sizeof key, by_symbol) : NULL;
}
