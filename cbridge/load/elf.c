/* eBPF objects as clang makes them: finds programs, maps and global data, relocates, and puts the
 * functions that a program calls behind it.
 *
 * Relocations are resolved once for each section of instructions into notes, one a slot. A program
 * is then a row of slices of sections, the first its own, the others functions it calls: their
 * instructions, the maps that their notes name, their lines.
 * What a program needs and we do not have becomes that program's problem; what is damaged fails the
 * object. */
#include <bpf/btf.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/host.h"
#include "load/loader.h"
#include "isa/tables.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif
#ifndef R_BPF_NONE
#define R_BPF_NONE 0
#endif
#ifndef R_BPF_64_64
#define R_BPF_64_64 1
#endif
#ifndef R_BPF_64_32
#define R_BPF_64_32 10
#endif
#define OP_LD_IMM64 0x18
#define OP_CALL 0x85
#define LEGACY_MAP_SIZE 20   /* type, key size, value size, entries, flags */
#define IPROUTE2_MAP_SIZE 36 /* the same, then id, pinning, inner id, inner index */

enum note_kind {
  NOTE_NONE,
  NOTE_MAP,
  NOTE_DATA,
  NOTE_CALL,
  NOTE_KFUNC,
  NOTE_EXTERN,
  NOTE_CODE,
  NOTE_OTHER
};

/* What the relocations of one slot say. */
struct note {
  uint8_t kind;
  uint32_t core;      /* CO-RE: 1 + index into elf.fixes */
  uint32_t map;       /* NOTE_MAP, NOTE_DATA: index into elf.maps; NOTE_CALL: the section;
                         NOTE_EXTERN, NOTE_KFUNC: 1 + index into elf.externs */
  uint32_t offset;    /* NOTE_DATA; NOTE_CALL: the slot there */
  const char *symbol; /* its name, "" for none; in the file's string table */
};

struct section {
  const char *name;
  uint32_t type;
  uint64_t flags, size;
  uint32_t link, info;
  const uint8_t *bytes; /* size bytes; NULL for SHT_NOBITS */
  uint32_t data_map;    /* global data: 1 + its index in elf.maps */
};

struct found_program {
  const char *name;
  uint32_t section, start, count; /* slots */
  bool local;
};

/* Where a function lies in the program that is being put together. */
struct part {
  const struct found_program *function;
  uint32_t at;
};

/* What is looked up once for a section of instructions. */
struct code {
  struct note *notes;                  /* owned; one a slot */
  struct warrant_line_record *records; /* owned */
  size_t record_count;
  bool known;
};

struct elf {
  const char *name;
  const struct warrant_load_options *options;
  struct warrant_error *error;
  struct warrant_object *object;
  Elf *elf;
  struct section *sections;
  size_t section_count;
  Elf_Data *symbols; /* owned by elf */
  size_t symbol_count;
  size_t strings; /* section of the symbols' names */
  struct warrant_map_def *maps;
  uint32_t map_count, declared,
      templates; /* maps from `declared` on are sorted by place, global data comes before;
                    from `templates` on, what maps of maps hold */
  struct warrant_btf types;
  const uint8_t *ext;
  size_t ext_size;
  const char *license; /* license_size bytes, perhaps without a NUL */
  size_t license_size;
  struct found_program *programs;
  uint32_t program_count, program_room;
  struct found_program *functions; /* all that can be called, by position */
  uint32_t function_count, function_room;
  struct warrant_host *host, *own_host; /* own_host: owned, where the caller has given none */
  struct warrant_core_fix *fixes;       /* owned; CO-RE relocations of the sections looked at */
  uint32_t fix_count, fix_room;
  uint64_t core_work;
  struct warrant_extern *externs; /* owned; ascending symbols */
  size_t extern_count;
  uint8_t *config; /* owned; the values of __kconfig externs, which are a map of their own */
  uint32_t config_map;
  struct code *code; /* by section */
  bool *called;      /* by function */
  uint32_t
      *placed;   /* by function: 1 + its place among the parts, while a program is put together */
  size_t memory; /* bytes handed out for the result and the notes */
};

#define bad(e, ...) warrant_fail((e)->error, WARRANT_BAD_INPUT, __VA_ARGS__)

/* A sentence about the whole object. */
static __attribute__((format(printf, 2, 3))) void warn(struct elf *e, const char *format, ...) {
  char *text = e->object->warning;
  size_t size = sizeof e->object->warning, n = strlen(text);
  va_list args;
  if (n && n + 2 < size)
    n += (size_t)snprintf(text + n, size - n, "; ");
  va_start(args, format);
  vsnprintf(text + n, size - n, format, args);
  va_end(args);
}

/* calloc within the object's memory limit; NULL has been reported. */
static void *take(struct elf *e, size_t count, size_t each) {
  if (count > (WARRANT_MEMORY_MAX - e->memory) / each) {
    bad(e, "%s: describes more than %zu MiB of programs and data", e->name,
        WARRANT_MEMORY_MAX >> 20);
    return NULL;
  }
  e->memory += count * each;
  void *p = calloc(count ? count : 1, each);
  if (!p)
    bad(e, "%s: out of memory", e->name);
  return p;
}

static char *take_text(struct elf *e, const char *text, size_t size) {
  char *copy = take(e, size + 1, 1);
  if (copy)
    memcpy(copy, text, size);
  return copy;
}

static uint32_t le32(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
static uint64_t le64(const uint8_t *b) { return le32(b) | (uint64_t)le32(b + 4) << 32; }
static uint16_t le16(const uint8_t *b) { return (uint16_t)(b[0] | b[1] << 8); }

static bool named(const char *section, const char *base) {
  size_t n = strlen(base);
  return strncmp(section, base, n) == 0 && (section[n] == '\0' || section[n] == '.');
}

/* --- The file's own tables ------------------------------------------------------------------- */

static int check_header(struct elf *e, const uint8_t *bytes, size_t size) {
  if (size < 4 || memcmp(bytes, "\177ELF", 4))
    return bad(e, "%s: is not an ELF object", e->name);
  if (size < 64)
    return bad(e, "%s: truncated: shorter than an ELF header", e->name);
  if (bytes[EI_CLASS] != ELFCLASS64)
    return bad(e, "%s: is not a 64-bit ELF object, as BPF objects are", e->name);
  if (bytes[EI_DATA] == ELFDATA2MSB)
    return bad(e, "%s: is a big-endian object; only little-endian ones can be looked at", e->name);
  if (bytes[EI_DATA] != ELFDATA2LSB)
    return bad(e, "%s: its ELF header names no byte order", e->name);
  if (le16(bytes + 18) != EM_BPF &&
      le16(bytes + 18) != EM_NONE) /* NONE: compilers before BPF had a number */
    return bad(e, "%s: is an ELF file for another machine (number %u), not for BPF", e->name,
               le16(bytes + 18));
  if (le16(bytes + 16) != ET_REL)
    return bad(e, "%s: is not a relocatable object, as compilers write them", e->name);
  uint64_t offset = le64(bytes + 40);
  uint64_t count = le16(bytes + 60);
  if (offset == 0 || count == 0)
    return bad(e, "%s: has no sections", e->name);
  if (le16(bytes + 58) != 64 || offset > size || count * 64 > size - offset)
    return bad(e, "%s: truncated: its section headers lie outside the file", e->name);
  if (le16(bytes + 62) >= count)
    return bad(e, "%s: its header names no section for the section names", e->name);
  return 0;
}

static int read_sections(struct elf *e, const uint8_t *bytes, size_t size) {
  size_t names = 0;
  if (elf_getshdrnum(e->elf, &e->section_count) || elf_getshdrstrndx(e->elf, &names))
    return bad(e, "%s: its section headers cannot be read: %s", e->name, elf_errmsg(-1));
  e->sections = take(e, e->section_count, sizeof *e->sections);
  if (!e->sections)
    return -1;
  for (size_t i = 0; i < e->section_count; i++) {
    struct section *s = &e->sections[i];
    Elf_Scn *scn = elf_getscn(e->elf, i);
    GElf_Shdr h;
    if (!scn || !gelf_getshdr(scn, &h))
      return bad(e, "%s: section header %zu cannot be read", e->name, i);
    s->name = i ? elf_strptr(e->elf, names, h.sh_name) : "";
    if (!s->name)
      return bad(e, "%s: the name of section %zu lies outside the file", e->name, i);
    if (h.sh_type != SHT_NOBITS && h.sh_type != SHT_NULL) {
      if (h.sh_offset > size || h.sh_size > size - h.sh_offset)
        return bad(e, "%s: section '%s' goes past the end of the file", e->name, s->name);
      s->bytes = bytes + h.sh_offset;
    }
    if ((h.sh_type == SHT_REL || h.sh_type == SHT_RELA) &&
        (h.sh_info >= e->section_count || h.sh_link >= e->section_count))
      return bad(e, "%s: the relocations in section '%s' are for a section that is not there",
                 e->name, s->name);
    s->type = h.sh_type;
    s->flags = h.sh_flags;
    s->size = h.sh_type == SHT_NULL ? 0 : h.sh_size;
    s->link = h.sh_link;
    s->info = h.sh_info;
    if (h.sh_type == SHT_SYMTAB && !e->symbols) {
      e->symbols = elf_getdata(scn, NULL);
      if (!e->symbols || h.sh_link == 0 || h.sh_link >= e->section_count)
        return bad(e, "%s: its symbol table cannot be read", e->name);
      e->symbol_count = e->symbols->d_size / sizeof(Elf64_Sym);
      if (e->symbol_count > INT32_MAX)
        return bad(e, "%s: its symbol table cannot be read", e->name);
      e->strings = h.sh_link;
    }
  }
  return 0;
}

static bool is_code(const struct section *s) {
  return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->size > 0;
}

static const char *symbol_name(struct elf *e, const GElf_Sym *sym) {
  if (GELF_ST_TYPE(sym->st_info) == STT_SECTION)
    return sym->st_shndx < e->section_count ? e->sections[sym->st_shndx].name : "";
  const char *name = elf_strptr(e->elf, e->strings, sym->st_name);
  return name ? name : "";
}

static bool symbol_at(struct elf *e, size_t i, GElf_Sym *sym) {
  return i < e->symbol_count && gelf_getsym(e->symbols, (int)i, sym);
}

/* --- Maps and global data -------------------------------------------------------------------- */

static struct warrant_map_def *add_map(struct elf *e, const char *name, uint32_t section,
                                       uint64_t offset) {
  if (e->map_count == WARRANT_MAPS_MAX) {
    warrant_fail(e->error, WARRANT_UNSUPPORTED,
                 "%s: more than %u maps in one object are not supported", e->name,
                 WARRANT_MAPS_MAX);
    return NULL;
  }
  if (!e->maps && !(e->maps = take(e, WARRANT_MAPS_MAX, sizeof *e->maps)))
    return NULL;
  char *copy = take_text(e, name, strlen(name));
  if (!copy)
    return NULL;
  struct warrant_map_def *def = &e->maps[e->map_count++];
  def->map.name = copy;
  def->section = section;
  def->offset = offset;
  return def;
}

static int add_data_maps(struct elf *e) {
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
    def->map.flags = constant ? BPF_F_RDONLY_PROG : 0;
    warrant_btf_data(&e->types, s->name, def->problem, sizeof def->problem);
    s->data_map = e->map_count;
  }
  return 0;
}

static bool holds_maps(const struct warrant_map_def *def) {
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
                    le32(s->bytes + def->offset + 20) == number
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
    inner = legacy_by_number(e, def->section, le32(b + 28), true);
  else if (room >= LEGACY_MAP_SIZE + 4)
    inner = legacy_by_number(e, def->section, le32(b + 20), false);
  if (!inner || inner == def)
    snprintf(def->problem, sizeof def->problem, "holds maps of a kind that is not told");
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
  def->map.type = le32(b);
  def->map.key_size = le32(b + 4);
  def->map.value_size = le32(b + 8);
  def->map.max_entries = le32(b + 12);
  def->map.flags = le32(b + 16);
  if (def->map.type == 0)
    return bad(e, "%s: map '%s' has no type", e->name, def->map.name);
  if (def->map.flags & BPF_F_WRONLY_PROG)
    snprintf(def->problem, sizeof def->problem, "may not be read by programs");
  if (holds_maps(def)) /* what follows otherwise is its loader's, such as where it is pinned */
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

static int add_declared_maps(struct elf *e) {
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
    if (!symbol_at(e, i, &sym))
      return bad(e, "%s: symbol %zu cannot be read", e->name, i);
    int type = GELF_ST_TYPE(sym.st_info);
    const struct section *s = sym.st_shndx < e->section_count ? &e->sections[sym.st_shndx] : NULL;
    if (sym.st_shndx == SHN_UNDEF || !s || !(has_btf_maps(s) || has_legacy_maps(s)) ||
        (type != STT_OBJECT && type != STT_NOTYPE))
      continue;
    const char *name = symbol_name(e, &sym);
    if (sym.st_value >= s->size)
      return bad(e, "%s: map '%s' lies outside its section", e->name, name);
    if (!add_map(e, name, sym.st_shndx, sym.st_value))
      return -1;
  }
  if (e->map_count == first && expected)
    return bad(e, "%s: its map section defines no map", e->name);
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
    if (holds_maps(def) && !def->map.inner && !*def->problem)
      snprintf(def->problem, sizeof def->problem, "holds maps of a kind that is not told");
    else if (!holds_maps(def) && def->map.inner)
      snprintf(def->problem, sizeof def->problem, "is of a type that holds no maps");
  }
  for (uint32_t i = first; i < e->map_count; i++) {
    struct warrant_map *map = &e->maps[i].map;
    map->readonly = map->flags & BPF_F_RDONLY_PROG || w_is_redirect_map(map->type);
  }
  for (uint32_t i = first; i < e->templates; i++) {
    struct warrant_map_def *def = &e->maps[i];
    const struct warrant_map_def *inner = def->map.inner ? &e->maps[def->map.inner - 1] : NULL;
    if (inner && holds_maps(inner))
      snprintf(def->problem, sizeof def->problem, "holds maps that hold others");
    else if (inner && *inner->problem && !*def->problem) {
      char why[sizeof def->problem];
      memcpy(why, inner->problem, sizeof why);
      snprintf(def->problem, sizeof def->problem, "holds a map that %.120s", why);
    }
  }
  return 0;
}

/* The map defined exactly there, or NULL. */
static const struct warrant_map_def *map_at(const struct elf *e, uint32_t section,
                                            uint64_t offset) {
  struct warrant_map_def key = {.section = section, .offset = offset};
  if (e->templates <= e->declared) /* none is defined: all there are stand for data */
    return NULL;
  return bsearch(&key, e->maps + e->declared, e->templates - e->declared, sizeof key, by_place);
}

/* --- Externs --------------------------------------------------------------------------------- */

static int add_externs(struct elf *e) {
  size_t count = 0;
  for (int filling = 0; filling < 2; filling++) {
    if (filling && (count == 0 || !(e->externs = take(e, count, sizeof *e->externs))))
      return count == 0 ? 0 : -1;
    for (size_t i = 1; i < e->symbol_count; i++) {
      GElf_Sym sym;
      if (!symbol_at(e, i, &sym) || sym.st_shndx != SHN_UNDEF || !*symbol_name(e, &sym))
        continue;
      if (filling)
        e->externs[e->extern_count++] =
            (struct warrant_extern){.symbol = (uint32_t)i,
                                    .name = symbol_name(e, &sym),
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

static const struct warrant_extern *extern_of(const struct elf *e, uint64_t symbol) {
  struct warrant_extern key = {.symbol = (uint32_t)symbol};
  return e->extern_count ? bsearch(&key, e->externs, e->extern_count, sizeof key, by_symbol) : NULL;
}

/* Is this extern one that the kernel can do without, and does? */
static bool absent(const struct elf *e, const struct note *note) {
  return note->map && e->externs[note->map - 1].kind == WARRANT_EXTERN_ABSENT;
}

/* --- Relocations ----------------------------------------------------------------------------- */

/* `explicit`: the addend stands in the relocation, and not in the instruction. */
static int resolve(struct elf *e, const struct section *code, const GElf_Rela *rel, bool explicit,
                   struct note *notes) {
  uint64_t slots = code->size / 8, slot = rel->r_offset / 8;
  if (rel->r_offset % 8 || slot >= slots)
    return bad(e, "%s: a relocation of section '%s' lies outside its instructions", e->name,
               code->name);
  GElf_Sym sym;
  if (!symbol_at(e, GELF_R_SYM(rel->r_info), &sym))
    return bad(e, "%s: a relocation of section '%s' names no symbol", e->name, code->name);
  struct note *note = &notes[slot];
  if (note->kind != NOTE_NONE)
    return bad(e, "%s: section '%s' has two relocations for one instruction", e->name, code->name);
  const uint8_t *insn = code->bytes + 8 * slot;
  int64_t addend = explicit ? rel->r_addend : (int32_t)le32(insn + 4);
  uint64_t target = sym.st_value + (uint64_t)addend;
  note->symbol = symbol_name(e, &sym);
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
      const struct warrant_extern *x = extern_of(e, GELF_R_SYM(rel->r_info));
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
    } else {
      const struct warrant_map_def *map = map_at(e, sym.st_shndx, target);
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
      const struct warrant_extern *x = extern_of(e, GELF_R_SYM(rel->r_info));
      note->map = x ? 1 + (uint32_t)(x - e->externs) : 0;
    }
    if (note->kind == NOTE_CALL && explicit) {
      note->kind = NOTE_OTHER; /* no compiler has written it, so what it counts is not known */
    } else if (note->kind ==
               NOTE_CALL) { /* the constant counts slots, from the one after the symbol */
      int64_t to = (int64_t)(sym.st_value / 8) + (int32_t)le32(insn + 4) + 1;
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

/* One note for each slot of section `index`; the caller frees them. */
static struct note *annotate(struct elf *e, uint32_t index) {
  const struct section *code = &e->sections[index];
  struct note *notes = take(e, code->size / 8, sizeof *notes);
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

/* --- Programs -------------------------------------------------------------------------------- */

static int by_position(const void *a, const void *b) {
  const struct found_program *x = a, *y = b;
  if (x->section != y->section)
    return x->section < y->section ? -1 : 1;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return strcmp(x->name, y->name);
}

static int add_function(struct elf *e, struct found_program **list, uint32_t *count, uint32_t *room,
                        struct found_program function) {
  if (*count == *room) {
    uint32_t more = *room ? 2 * *room : 16;
    struct found_program *larger = realloc(*list, more * sizeof *larger);
    if (!larger)
      return bad(e, "%s: out of memory", e->name);
    *list = larger;
    *room = more;
  }
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
    if (symbol_at(e, i, &sym) && sym.st_shndx == section && sym.st_value == 0 &&
        GELF_ST_BIND(sym.st_info) == STB_GLOBAL && *symbol_name(e, &sym))
      function.name = symbol_name(e, &sym);
  }
  if (e->program_count == WARRANT_PROGRAMS_MAX)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: more than %u programs in one object are not supported", e->name,
                        WARRANT_PROGRAMS_MAX);
  if (add_function(e, &e->functions, &e->function_count, &e->function_room, function))
    return -1;
  return add_function(e, &e->programs, &e->program_count, &e->program_room, function);
}

static int find_programs(struct elf *e) {
  bool *covered = take(e, e->section_count, sizeof *covered);
  if (!covered)
    return -1;
  bool only_text = false, names_functions = false;
  int result = -1;
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (!symbol_at(e, i, &sym)) {
      bad(e, "%s: symbol %zu cannot be read", e->name, i);
      goto out;
    }
    names_functions |= GELF_ST_TYPE(sym.st_info) == STT_FUNC;
    if (GELF_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_shndx == SHN_UNDEF ||
        sym.st_shndx >= e->section_count || !is_code(&e->sections[sym.st_shndx]))
      continue;
    const struct section *s = &e->sections[sym.st_shndx];
    const char *name = symbol_name(e, &sym);
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
                                     .local = GELF_ST_BIND(sym.st_info) == STB_LOCAL};
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
    if (is_code(&e->sections[i]) && !covered[i]) {
      if (names_functions && e->program_count && strcmp(e->sections[i].name, ".text")) {
        warn(e, "no function symbol lies in section '%.60s', so all of it is taken for one program",
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

/* Keeps the programs that --prog names: by function, or else by section. */
static int choose_programs(struct elf *e) {
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
  for (uint32_t i = 0; i < e->program_count; i++) {
    size_t n = strlen(names);
    if (n + strlen(e->programs[i].name) + 8 > sizeof names) {
      snprintf(names + n, sizeof names - n, ", ...");
      break;
    }
    snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", e->programs[i].name);
  }
  return bad(e, "%s: has no program '%s'; it has %s", e->name, wanted, names);
}

static struct warrant_insn insn_at(const uint8_t *b) {
  return (struct warrant_insn){.op = b[0],
                               .dst = b[1] & 15,
                               .src = b[1] >> 4,
                               .off = (int16_t)le16(b + 2),
                               .imm = (int32_t)le32(b + 4)};
}

/* Says in `problem` why the slot needs what is not supported; true when it does. */
static bool slot_problem(struct elf *e, uint32_t pc, struct warrant_insn insn,
                         const struct note *note, struct warrant_error *problem) {
  const char *symbol = note->symbol ? note->symbol : "";
#define unsupported(...) warrant_fail(problem, WARRANT_UNSUPPORTED, __VA_ARGS__)
  switch ((enum note_kind)note->kind) {
  case NOTE_CALL:
    return false;
  case NOTE_KFUNC:
    if (absent(e, note))
      return false;
    return unsupported(
        "instruction %u calls the kernel function '%s', and kernel functions (kfuncs) are "
        "not supported yet",
        pc, symbol);
  case NOTE_EXTERN: {
    const struct warrant_extern *x = note->map ? &e->externs[note->map - 1] : NULL;
    if (x && x->kind != WARRANT_EXTERN_NONE && !*x->problem)
      return false;
    return unsupported("instruction %u uses the external '%s', which %s", pc, symbol,
                       x ? x->problem : "has no name");
  }
  case NOTE_CODE:
    return unsupported(
        "instruction %u takes the address of the function %s'%s', and callbacks are not "
        "supported yet",
        pc, *symbol == '.' ? "in section " : "", symbol);
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
        "instruction %u calls a kernel function, and kernel functions (kfuncs) are not "
        "supported yet",
        pc);
#undef unsupported
  if (insn.op == OP_LD_IMM64 && insn.src)
    return warrant_fail(
        problem, WARRANT_BAD_INPUT,
        "instruction %u refers to a map or address by a number that no relocation explains", pc);
  return false;
}

/* Applies the CO-RE relocations. */
static int fit_to_kernel(struct elf *e, const struct note *notes, struct warrant_program *p,
                         struct warrant_error *problem) {
  uint32_t count = 0;
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    count += notes[pc].core != 0 || notes[pc].kind == NOTE_KFUNC;
  if (count == 0)
    return 0;
  if (!(p->missing = take(e, count, sizeof *p->missing)))
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

/* Puts in the addresses of externs: a variable is one of the layout's choosing, what is absent has
 * the address 0 and can't be called. */
static void place_externs(const struct elf *e, const struct note *notes,
                          struct warrant_program *p) {
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct note *note = &notes[pc];
    struct warrant_insn *insn = &p->insns[pc];
    if (note->kind == NOTE_KFUNC && absent(e, note))
      *insn = (struct warrant_insn){.op = OP_CALL, .imm = WARRANT_CORE_POISON};
    if (note->kind != NOTE_EXTERN || !note->map || pc + 1 == p->insn_count)
      continue;
    const struct warrant_extern *x = &e->externs[note->map - 1];
    bool there = x->kind != WARRANT_EXTERN_ABSENT;
    insn->src = there ? BPF_PSEUDO_BTF_ID : 0;
    insn->imm = there ? (int32_t)x->id : 0;
    insn[1].imm = there && x->untyped ? -1 : 0; /* the kernel's own types are object 0 */
  }
}

/* Copies maps that the program's notes name, in object order, and points its instructions at the
 * copies. */
static int relocate(struct elf *e, const struct note *notes, struct warrant_program *p) {
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
  if (!(p->maps = take(e, count, sizeof *p->maps)))
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
    if (!(map->name = take_text(e, def->map.name, strlen(def->map.name))))
      return -1;
    if (def->data) {
      if (!(map->initial = take(e, map->value_size, 1)))
        return -1;
      memcpy(map->initial, def->data, map->value_size);
    } else if (s->data_map == i + 1) {
      if (!(map->initial = take(e, s->size, 1)))
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
    if (!(p->strings = take(e, used, 1)) || !(p->lines = take(e, count, sizeof *p->lines)))
      return -1;
  }
  return 0;
}

/* --- Putting a program together -------------------------------------------------------------- */

/* The function that starts there; `e->function_count`: none. */
static uint32_t function_at(const struct elf *e, uint32_t section, uint32_t start) {
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

/* Notes and lines of a section, found when first asked for; NULL has been reported. */
static const struct code *code_of(struct elf *e, uint32_t section) {
  struct code *code = &e->code[section];
  if (code->known)
    return code;
  if (!(code->notes = annotate(e, section)) ||
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
  uint32_t count, room, slots;
};

static int add_part(struct elf *e, struct linking *l, const struct found_program *function) {
  if (l->count == l->room) {
    uint32_t room = l->room ? 2 * l->room : 8;
    struct part *larger = realloc(l->parts, room * sizeof *larger);
    if (!larger)
      return bad(e, "%s: out of memory", e->name);
    l->parts = larger;
    l->room = room;
  }
  l->parts[l->count++] = (struct part){function, l->slots};
  if (function->count > WARRANT_INSNS_MAX - l->slots)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: program '%s' has, with what it calls, more than %u instructions, and "
                        "that is not supported",
                        e->name, l->parts[0].function->name, WARRANT_INSNS_MAX);
  l->slots += function->count;
  return code_of(e, function->section) ? 0 : -1;
}

/* Is this a call of a function in the object? Then `to` is where the function starts, in `section`.
 */
static bool calls_function(const struct part *part, uint32_t slot, struct warrant_insn insn,
                           const struct note *note, uint32_t *section, uint32_t *to) {
  if (note->kind == NOTE_CALL) {
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

/* Finds all parts, from the main function on; `copying`: their instructions and notes too, with the
 * calls made to fit. */
static int link_parts(struct elf *e, struct linking *l, bool copying, struct warrant_program *p,
                      struct note *notes, struct warrant_error *problem) {
  for (uint32_t i = 0; i < l->count; i++) {
    struct part part = l->parts[i];
    const struct section *s = &e->sections[part.function->section];
    const struct note *own = e->code[part.function->section].notes + part.function->start;
    for (uint32_t slot = 0; slot < part.function->count; slot++) {
      struct warrant_insn insn = insn_at(s->bytes + 8 * ((size_t)part.function->start + slot));
      uint32_t section, to;
      if (calls_function(&part, slot, insn, &own[slot], &section, &to)) {
        uint32_t f = function_at(e, section, to);
        if (f == e->function_count) {
          if (copying && !problem->code)
            warrant_fail(problem, WARRANT_BAD_INPUT,
                         "instruction %u calls a place where no function starts", part.at + slot);
        } else if (!copying && !e->placed[f]) {
          if (add_part(e, l, &e->functions[f]))
            return -1;
          e->placed[f] = l->count;
        } else if (copying) {
          insn.src = BPF_PSEUDO_CALL;
          insn.imm = (int32_t)l->parts[e->placed[f] - 1].at - (int32_t)(part.at + slot) - 1;
        }
      }
      if (copying) {
        p->insns[part.at + slot] = insn;
        notes[part.at + slot] = own[slot];
      }
    }
  }
  return 0;
}

/* Which functions some instruction of the object calls. */
static int find_called(struct elf *e) {
  bool any_local = false;
  for (uint32_t i = 0; i < e->program_count; i++)
    any_local |= e->programs[i].local;
  if (!(e->called = take(e, (size_t)e->function_count + 1, sizeof *e->called)) || !any_local)
    return e->called ? 0 : -1;
  for (uint32_t i = 1; i < e->section_count; i++) {
    const struct section *s = &e->sections[i];
    if (!is_code(s))
      continue;
    const struct code *code = code_of(e, i);
    if (!code)
      return -1;
    struct found_program whole = {.section = i, .count = (uint32_t)(s->size / 8)};
    struct part part = {&whole, 0};
    for (uint32_t slot = 0; slot < whole.count; slot++) {
      uint32_t section, to;
      if (calls_function(&part, slot, insn_at(s->bytes + 8 * (size_t)slot), &code->notes[slot],
                         &section, &to))
        e->called[function_at(e, section, to)] = true;
    }
  }
  return 0;
}

/* p->insns and *notes (the caller's to free), and where each function lies. */
static int link_program(struct elf *e, const struct found_program *found, struct linking *l,
                        struct warrant_program *p, struct note **notes,
                        struct warrant_error *problem) {
  uint32_t main_function = function_at(e, found->section, found->start);
  e->placed[main_function] = 1;
  if (add_part(e, l, found) || link_parts(e, l, false, p, NULL, problem) ||
      !(p->insns = take(e, l->slots, sizeof *p->insns)) ||
      !(*notes = take(e, l->slots, sizeof **notes)))
    return -1;
  p->insn_count = l->slots;
  return link_parts(e, l, true, p, *notes, problem);
}

static int build(struct elf *e, const struct found_program *found, struct linking *l,
                 struct note **linked, struct warrant_program *p, struct warrant_error *problem) {
  const struct section *s = &e->sections[found->section];
  p->kind = WARRANT_EBPF;
  p->profile = e->options->profile;
  p->file = take_text(e, e->name, strlen(e->name));
  p->section = take_text(e, s->name, strlen(s->name));
  p->name = take_text(e, found->name, strlen(found->name));
  if (!p->file || !p->section || !p->name)
    return -1;
  if (e->license && !(p->license = take_text(e, e->license, strnlen(e->license, e->license_size))))
    return -1;
  if (found->count > WARRANT_INSNS_MAX)
    return warrant_fail(e->error, WARRANT_UNSUPPORTED,
                        "%s: program '%s' has %u instructions, and more than %u are not supported",
                        e->name, found->name, found->count, WARRANT_INSNS_MAX);
  if (link_program(e, found, l, p, linked, problem))
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

  if (found->local && !problem->code && e->called[function_at(e, found->section, found->start)])
    warrant_fail(problem, WARRANT_UNSUPPORTED,
                 "this static function is called by others: it is not a program on its own");
  if (!problem->code && fit_to_kernel(e, notes, p, problem))
    return -1;
  for (uint32_t pc = 0; pc < p->insn_count && !problem->code; pc++) {
    if (slot_problem(e, pc, p->insns[pc], &notes[pc], problem))
      break;
    if (p->insns[pc].op == OP_LD_IMM64)
      pc++; /* its second slot is no instruction */
  }
  place_externs(e, notes, p);
  if (relocate(e, notes, p))
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
    if (!p.local || !e->called[function_at(e, p.section, p.start)])
      kept++;
  }
  if (kept == 0) /* one was asked for by name */
    return;
  kept = 0;
  for (uint32_t i = 0; i < e->program_count; i++) {
    struct found_program p = e->programs[i];
    if (!p.local || !e->called[function_at(e, p.section, p.start)])
      e->programs[kept++] = p;
  }
  e->program_count = kept;
}

static int build_all(struct elf *e, struct warrant_object *object) {
  if (!(e->code = take(e, e->section_count, sizeof *e->code)) ||
      !(e->placed = take(e, e->function_count, sizeof *e->placed)) || find_called(e))
    return -1;
  drop_called(e);
  object->programs = take(e, e->program_count, sizeof *object->programs);
  object->problems = take(e, e->program_count, sizeof *object->problems);
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
      e->placed[function_at(e, l.parts[k].function->section, l.parts[k].function->start)] = 0;
    free(notes);
    free(l.parts);
  }
  return result;
}

/* Does the object mean something else without its types? Their own maps, externs and CO-RE
 * relocations are said in them. A loader goes on without them where they only describe. */
static bool needs_types(const struct elf *e, const struct section *ext) {
  for (uint32_t i = 1; i < e->section_count; i++)
    if (strcmp(e->sections[i].name, ".maps") == 0)
      return true;
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (!gelf_getsym(e->symbols, (int)i, &sym) ||
        (sym.st_shndx == SHN_UNDEF && GELF_ST_BIND(sym.st_info) != STB_LOCAL))
      return true;
  }
  return ext && warrant_ext_has_core(ext->bytes, ext->size);
}

static int read_special_sections(struct elf *e) {
  const struct section *btf = NULL, *ext = NULL;
  for (uint32_t i = 1; i < e->section_count; i++) {
    const struct section *s = &e->sections[i];
    if (!s->bytes || s->size == 0 || s->type != SHT_PROGBITS)
      continue;
    if (strcmp(s->name, ".BTF") == 0)
      btf = s;
    else if (strcmp(s->name, ".BTF.ext") == 0)
      ext = s;
    else if (strcmp(s->name, "license") == 0) {
      e->license = (const char *)s->bytes;
      e->license_size = s->size;
    }
  }
  if (btf && warrant_btf_open(e->name, btf->bytes, btf->size, &e->types, e->error)) {
    if (needs_types(e, ext))
      return -1;
    warn(e,
         "the type information (.BTF) is damaged: Linux's loader goes on without it, and so does "
         "this verdict");
    return 0;
  }
  if (ext) {
    if (!btf)
      return bad(e, "%s: has line information (.BTF.ext) without type information (.BTF)", e->name);
    e->ext = ext->bytes;
    e->ext_size = ext->size;
  }
  return 0;
}

int warrant_load_elf(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error) {
  struct elf e = {.name = name, .options = options, .error = error, .object = object};
  memset(object, 0, sizeof *object);
  if (check_header(&e, bytes, size))
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
  else if (read_sections(&e, bytes, size) == 0 && read_special_sections(&e) == 0 &&
           add_data_maps(&e) == 0 && add_externs(&e) == 0 && add_declared_maps(&e) == 0 &&
           find_programs(&e) == 0 && choose_programs(&e) == 0)
    result = build_all(&e, object);
  if (result)
    warrant_object_free(object);
  for (uint32_t i = 0; i < e.map_count; i++)
    free(e.maps[i].map.name);
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
