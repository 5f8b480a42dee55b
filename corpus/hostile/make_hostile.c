/* Writes changed copies of a good BPF object: `make_hostile KIND OBJECT DIRECTORY`.
 *
 * `lies` of xdp_flow.o and `old-lies` of legacy.o: each copy has one lie in it, of the kind that a
 * careless reader follows out of its buffers: a size that is too large, an offset that wraps, an
 * index of nothing, a type that refers to itself. A reader has to refuse every one of them, so the
 * file names are the whole manifest.
 * `core-lies` of core.o: the same of one relocation, so that one program, or the object, is bad.
 * `old` of legacy.o: copies as old and careless tools leave them, which loaders take all the same.
 * tests/objects_test.sh says what a reader makes of each. */
#include <elf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy of the object while one lie is put into it. */
struct object {
  uint8_t *bytes; /* owned */
  size_t size;    /* what is written of them */
};

/* What <linux/btf.h> leaves to libbpf: the head of .BTF.ext. */
struct btf_ext_header {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t hdr_len, func_info_off, func_info_len, line_info_off, line_info_len;
};

static Elf64_Ehdr *header(struct object *o) { return (Elf64_Ehdr *)o->bytes; }

static Elf64_Shdr *sections(struct object *o) {
  return (Elf64_Shdr *)(o->bytes + header(o)->e_shoff);
}

static Elf64_Shdr *section(struct object *o, const char *name) {
  Elf64_Shdr *all = sections(o);
  const char *names = (const char *)o->bytes + all[header(o)->e_shstrndx].sh_offset;
  for (unsigned i = 1; i < header(o)->e_shnum; i++)
    if (!strcmp(names + all[i].sh_name, name))
      return &all[i];
  fprintf(stderr, "make_hostile: the object has no section %s\n", name);
  exit(1);
}

static void *data(struct object *o, const char *name) {
  return o->bytes + section(o, name)->sh_offset;
}

static Elf64_Sym *symbol(struct object *o, const char *name) {
  Elf64_Shdr *table = section(o, ".symtab");
  Elf64_Sym *all = data(o, ".symtab");
  const char *names = (const char *)o->bytes + sections(o)[table->sh_link].sh_offset;
  for (size_t i = 0; i < table->sh_size / sizeof *all; i++)
    if (!strcmp(names + all[i].st_name, name))
      return &all[i];
  fprintf(stderr, "make_hostile: the object has no symbol %s\n", name);
  exit(1);
}

static struct btf_header *btf(struct object *o) { return data(o, ".BTF"); }

/* The first type of this kind and name. */
static struct btf_type *btf_type(struct object *o, unsigned kind, const char *name, uint32_t *id) {
  struct btf_header *h = btf(o);
  uint8_t *types = (uint8_t *)h + h->hdr_len + h->type_off;
  const char *strings = (const char *)h + h->hdr_len + h->str_off;
  *id = 1;
  for (uint8_t *p = types; p < types + h->type_len; ++*id) {
    struct btf_type *t = (struct btf_type *)p;
    unsigned count = BTF_INFO_VLEN(t->info), extra = 0;
    if (BTF_INFO_KIND(t->info) == kind && (!name || !strcmp(strings + t->name_off, name)))
      return t;
    switch (BTF_INFO_KIND(t->info)) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG:
      extra = 4;
      break;
    case BTF_KIND_ARRAY:
      extra = sizeof(struct btf_array);
      break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      extra = count * sizeof(struct btf_member);
      break;
    case BTF_KIND_ENUM:
      extra = count * sizeof(struct btf_enum);
      break;
    case BTF_KIND_FUNC_PROTO:
      extra = count * sizeof(struct btf_param);
      break;
    case BTF_KIND_DATASEC:
      extra = count * sizeof(struct btf_var_secinfo);
      break;
    }
    p += sizeof *t + extra;
  }
  fprintf(stderr, "make_hostile: the object has no type of kind %u named %s\n", kind, name);
  exit(1);
}

static uint32_t *line_info(struct object *o) {
  struct btf_ext_header *h = data(o, ".BTF.ext");
  return (uint32_t *)((uint8_t *)h + h->hdr_len + h->line_info_off);
}

static Elf64_Rel *relocation(struct object *o) { return data(o, ".relxdp"); }

/* --- The lies ----------------------------------------------------------------------------------
 */

static void empty(struct object *o) { o->size = 0; }
static void one_byte(struct object *o) { o->size = 1; }
static void magic_alone(struct object *o) { o->size = 4; }
static void header_cut(struct object *o) { o->size = sizeof(Elf64_Ehdr) - 1; }
static void header_alone(struct object *o) { o->size = sizeof(Elf64_Ehdr); }
static void cut_in_half(struct object *o) { o->size /= 2; }
static void last_byte_missing(struct object *o) { o->size--; }

static void other_machine(struct object *o) { header(o)->e_machine = EM_X86_64; }
static void other_class(struct object *o) { header(o)->e_ident[EI_CLASS] = ELFCLASS32; }
static void other_byte_order(struct object *o) { header(o)->e_ident[EI_DATA] = ELFDATA2MSB; }
static void no_byte_order(struct object *o) { header(o)->e_ident[EI_DATA] = 77; }
static void not_relocatable(struct object *o) { header(o)->e_type = ET_CORE; }

static void section_table_outside(struct object *o) { header(o)->e_shoff = o->size + 8; }
static void section_table_wraps(struct object *o) { header(o)->e_shoff = (uint64_t)-64; }
static void section_count_lies(struct object *o) { header(o)->e_shnum = 0xfeff; }
static void section_names_nowhere(struct object *o) { header(o)->e_shstrndx = 0xfe00; }
static void section_name_outside(struct object *o) { section(o, "xdp")->sh_name = 0x7fffffff; }

static void map_section_beyond_the_file(struct object *o) {
  section(o, ".maps")->sh_size = 1ull << 40;
}
static void map_section_wraps(struct object *o) { section(o, ".maps")->sh_offset = (uint64_t)-8; }
static void map_section_empty(struct object *o) { section(o, ".maps")->sh_size = 0; }
static void map_section_too_short(struct object *o) { section(o, ".maps")->sh_size = 8; }
static void map_symbol_outside(struct object *o) { symbol(o, "flows")->st_value = 1 << 20; }
static void map_definition_too_large(struct object *o) {
  uint32_t id;
  struct btf_var_secinfo *first =
      (struct btf_var_secinfo *)(btf_type(o, BTF_KIND_DATASEC, ".maps", &id) + 1);
  first->size = 1u << 30;
}
static void map_variable_of_no_type(struct object *o) {
  uint32_t id;
  btf_type(o, BTF_KIND_VAR, "flows", &id)->type = 0xffffff;
}

static void program_size_odd(struct object *o) { section(o, "xdp")->sh_size -= 3; }
static void program_section_empty(struct object *o) { section(o, "xdp")->sh_size = 0; }
static void program_beyond_the_file(struct object *o) { section(o, "xdp")->sh_size = 1ull << 62; }
static void program_symbol_outside(struct object *o) { symbol(o, "xdp_flow")->st_value = 1 << 20; }
static void program_symbol_too_long(struct object *o) { symbol(o, "xdp_flow")->st_size += 8; }
static void program_symbol_wraps(struct object *o) {
  symbol(o, "xdp_flow")->st_size = (uint64_t)-8;
}
static void program_symbol_odd(struct object *o) {
  symbol(o, "xdp_flow")->st_value = 4;
  symbol(o, "xdp_flow")->st_size -= 8;
}

static void relocation_outside(struct object *o) { relocation(o)->r_offset = 1 << 20; }
static void relocation_odd(struct object *o) { relocation(o)->r_offset += 3; }
static void relocation_wraps(struct object *o) { relocation(o)->r_offset = (uint64_t)-8; }
static void relocation_of_no_load(struct object *o) { relocation(o)->r_offset = 0; }
static void relocation_to_no_symbol(struct object *o) {
  relocation(o)->r_info = ELF64_R_INFO(0xffffffu, ELF64_R_TYPE(relocation(o)->r_info));
}
static void relocations_of_no_section(struct object *o) { section(o, ".relxdp")->sh_info = 0xffff; }
static void relocations_beyond_the_file(struct object *o) {
  section(o, ".relxdp")->sh_size = 1ull << 40;
}

static void symbols_beyond_the_file(struct object *o) {
  section(o, ".symtab")->sh_size = 1ull << 40;
}
static void symbols_without_names(struct object *o) { section(o, ".symtab")->sh_link = 0xffff; }
static void symbol_name_outside(struct object *o) { symbol(o, "flows")->st_name = 0x7fffffff; }
static void symbol_of_no_section(struct object *o) { symbol(o, "xdp_flow")->st_shndx = 0xfe00; }

static void types_missing(struct object *o) { section(o, ".BTF")->sh_type = SHT_NULL; }
static void types_cut(struct object *o) { section(o, ".BTF")->sh_size = 20; }
static void types_of_other_magic(struct object *o) { btf(o)->magic = 0x1234; }
static void types_header_too_long(struct object *o) { btf(o)->hdr_len = 0x7fffffff; }
static void types_beyond_their_section(struct object *o) { btf(o)->type_len = 0x7ffffffc; }
static void types_wrap(struct object *o) { btf(o)->type_off = 0xfffffff0; }
static void strings_beyond_their_section(struct object *o) { btf(o)->str_len = 0x7fffffff; }
static void strings_without_end(struct object *o) {
  struct btf_header *h = btf(o);
  ((char *)h)[h->hdr_len + h->str_off + h->str_len - 1] = 'x';
}
static void type_of_itself(struct object *o) {
  uint32_t id;
  struct btf_type *t = btf_type(o, BTF_KIND_TYPEDEF, "__u64", &id);
  t->type = id;
}
static void members_without_number(struct object *o) {
  uint32_t id;
  btf_type(o, BTF_KIND_STRUCT, "flow_key", &id)->info |= 0xffff;
}

static void lines_of_no_size(struct object *o) { *line_info(o) = 0; }
static void lines_of_huge_size(struct object *o) { *line_info(o) = 0xfffffffc; }
static void lines_without_number(struct object *o) { line_info(o)[2] = 0xffffffff; }
static void lines_beyond_their_section(struct object *o) {
  ((struct btf_ext_header *)data(o, ".BTF.ext"))->line_info_len = 0x7ffffffc;
}
static void lines_header_cut(struct object *o) { section(o, ".BTF.ext")->sh_size = 6; }

/* --- Old objects -------------------------------------------------------------------------------
 */

/* Relocations with addends, as compilers before BPF had relocation numbers wrote them. The new
 * table stands behind everything else. */
static Elf64_Rela *with_addends(struct object *o) {
  Elf64_Shdr *s = section(o, ".relxdp");
  size_t count = s->sh_size / sizeof(Elf64_Rel), at = (o->size + 7) / 8 * 8;
  size_t larger = at + count * sizeof(Elf64_Rela), offset = (size_t)((uint8_t *)s - o->bytes);
  uint8_t *bytes = calloc(1, larger);
  if (!bytes)
    exit(1);
  memcpy(bytes, o->bytes, o->size);
  free(o->bytes);
  *o = (struct object){bytes, larger};
  s = (Elf64_Shdr *)(bytes + offset);
  const Elf64_Rel *old = (const Elf64_Rel *)(bytes + s->sh_offset);
  Elf64_Rela *new = (Elf64_Rela *)(bytes + at);
  for (size_t i = 0; i < count; i++)
    new[i] = (Elf64_Rela){.r_offset = old[i].r_offset, .r_info = old[i].r_info};
  s->sh_type = SHT_RELA;
  s->sh_entsize = sizeof *new;
  s->sh_offset = at;
  s->sh_size = count * sizeof *new;
  return new;
}
static void addends(struct object *o) { with_addends(o); }
static void addends_without_numbers(struct object *o) {
  Elf64_Rela *r = with_addends(o);
  for (size_t i = 0; i < section(o, ".relxdp")->sh_size / sizeof *r; i++)
    r[i].r_info = ELF64_R_INFO(ELF64_R_SYM(r[i].r_info), 0);
}
/* From one map to the other: the addend counts, and what stands in the instruction doesn't. */
static void addends_to_the_other_map(struct object *o) {
  Elf64_Rela *r = with_addends(o);
  uint64_t a = symbol(o, "counters")->st_value, b = symbol(o, "sizes")->st_value;
  r[0].r_addend = (int64_t)(b - a);
  r[1].r_addend = (int64_t)(a - b);
}
static void addend_between_maps(struct object *o) { with_addends(o)[0].r_addend = 4; }
static void addend_wraps(struct object *o) { with_addends(o)[0].r_addend = INT64_MIN; }
static void function_of_no_section(struct object *o) { symbol(o, "keep")->st_shndx = 0xfe00; }

static void addends_cut(struct object *o) {
  with_addends(o);
  section(o, ".relxdp")->sh_size -= 8;
}
static void addends_beyond_the_file(struct object *o) {
  with_addends(o);
  section(o, ".relxdp")->sh_size = 24ull << 32;
}
static void addend_relocation_outside(struct object *o) { with_addends(o)->r_offset = 1 << 20; }
static void addend_relocation_to_no_symbol(struct object *o) {
  with_addends(o)->r_info = ELF64_R_INFO(0xffffffu, 1);
}
static void addend_relocation_of_no_load(struct object *o) {
  Elf64_Rela *r = with_addends(o);
  r->r_offset = 0;
}
static void types_damaged_and_an_extern(struct object *o) {
  btf(o)->str_len = 0x7fffffff;
  symbol(o, "keep")->st_shndx = SHN_UNDEF;
}
static void types_damaged_and_core_relocations(struct object *o) {
  btf(o)->str_len = 0x7fffffff;
  struct btf_ext_header *h = data(o, ".BTF.ext");
  ((uint32_t *)(h + 1))[1] = 16; /* the length of their table */
}

/* --- CO-RE relocations ------------------------------------------------------------------------ */

/* The first record: where, of which type, along which path, what is asked. */
static uint32_t *core_record(struct object *o) {
  struct btf_ext_header *h = data(o, ".BTF.ext");
  uint32_t *table = (uint32_t *)((uint8_t *)h + h->hdr_len + ((uint32_t *)(h + 1))[0]);
  return table + 3;
}
static void core_of_no_type(struct object *o) { core_record(o)[1] = 0xffffff; }
static void core_of_void(struct object *o) { core_record(o)[1] = 0; }
static void core_path_of_words(struct object *o) { core_record(o)[2] = 1; }
static void core_path_outside(struct object *o) { core_record(o)[2] = 0x7fffffff; }
static void core_asks_the_unknown(struct object *o) { core_record(o)[3] = 99; }
static void core_outside(struct object *o) { core_record(o)[0] = 1 << 20; }
static void core_odd(struct object *o) { core_record(o)[0] += 4; }
static void core_of_other_instruction(struct object *o) { core_record(o)[0] -= 8; }
static void core_twice(struct object *o) { core_record(o)[4] = core_record(o)[0]; }

#define LIE(name)                                                                                  \
  { #name, name }
struct lie {
  const char *name;
  void (*tell)(struct object *);
};
static const struct lie lies[] = {
    LIE(empty),
    LIE(one_byte),
    LIE(magic_alone),
    LIE(header_cut),
    LIE(header_alone),
    LIE(cut_in_half),
    LIE(last_byte_missing),
    LIE(other_machine),
    LIE(other_class),
    LIE(other_byte_order),
    LIE(no_byte_order),
    LIE(not_relocatable),
    LIE(section_table_outside),
    LIE(section_table_wraps),
    LIE(section_count_lies),
    LIE(section_names_nowhere),
    LIE(section_name_outside),
    LIE(map_section_beyond_the_file),
    LIE(map_section_wraps),
    LIE(map_section_empty),
    LIE(map_section_too_short),
    LIE(map_symbol_outside),
    LIE(map_definition_too_large),
    LIE(map_variable_of_no_type),
    LIE(program_size_odd),
    LIE(program_section_empty),
    LIE(program_beyond_the_file),
    LIE(program_symbol_outside),
    LIE(program_symbol_too_long),
    LIE(program_symbol_wraps),
    LIE(program_symbol_odd),
    LIE(relocation_outside),
    LIE(relocation_odd),
    LIE(relocation_wraps),
    LIE(relocation_of_no_load),
    LIE(relocation_to_no_symbol),
    LIE(relocations_of_no_section),
    LIE(relocations_beyond_the_file),
    LIE(symbols_beyond_the_file),
    LIE(symbols_without_names),
    LIE(symbol_name_outside),
    LIE(symbol_of_no_section),
    LIE(types_missing),
    LIE(types_cut),
    LIE(types_of_other_magic),
    LIE(types_header_too_long),
    LIE(types_beyond_their_section),
    LIE(types_wrap),
    LIE(strings_beyond_their_section),
    LIE(strings_without_end),
    LIE(type_of_itself),
    LIE(members_without_number),
    LIE(lines_of_no_size),
    LIE(lines_of_huge_size),
    LIE(lines_without_number),
    LIE(lines_beyond_their_section),
    LIE(lines_header_cut),
    {NULL, NULL},
};
static const struct lie old_lies[] = {
    LIE(addends_cut),
    LIE(addends_beyond_the_file),
    LIE(addend_relocation_outside),
    LIE(addend_relocation_to_no_symbol),
    LIE(addend_relocation_of_no_load),
    LIE(types_damaged_and_an_extern),
    LIE(types_damaged_and_core_relocations),
    {NULL, NULL},
};
static const struct lie core_lies[] = {
    LIE(core_of_no_type),
    LIE(core_of_void),
    LIE(core_path_of_words),
    LIE(core_path_outside),
    LIE(core_asks_the_unknown),
    LIE(core_outside),
    LIE(core_odd),
    LIE(core_of_other_instruction),
    LIE(core_twice),
    {NULL, NULL},
};
static const struct lie old[] = {
    LIE(addends),
    LIE(addends_without_numbers),
    LIE(addends_to_the_other_map),
    LIE(addend_between_maps),
    LIE(addend_wraps),
    LIE(strings_beyond_their_section),
    LIE(types_of_other_magic),
    LIE(function_of_no_section),
    {NULL, NULL},
};

/* --- Files -------------------------------------------------------------------------------------
 */

static bool read_file(const char *path, struct object *o) {
  FILE *in = fopen(path, "rb");
  if (!in)
    return false;
  bool ok = !fseek(in, 0, SEEK_END);
  long size = ftell(in);
  rewind(in);
  o->bytes = ok && size >= (long)sizeof(Elf64_Ehdr) ? malloc((size_t)size) : NULL;
  o->size = (size_t)size;
  ok = o->bytes && fread(o->bytes, 1, o->size, in) == o->size;
  fclose(in);
  return ok;
}

static bool write_file(const char *path, const struct object *o) {
  FILE *out = fopen(path, "wb");
  if (!out)
    return false;
  bool ok = fwrite(o->bytes, 1, o->size, out) == o->size;
  return !fclose(out) && ok;
}

int main(int argc, char **argv) {
  struct object good;
  const char *kind = argc == 4 ? argv[1] : "";
  const struct lie *told = !strcmp(kind, "lies")        ? lies
                           : !strcmp(kind, "old-lies")  ? old_lies
                           : !strcmp(kind, "core-lies") ? core_lies
                           : !strcmp(kind, "old")       ? old
                                                        : NULL;
  if (!told) {
    fprintf(stderr, "usage: make_hostile lies|old-lies|core-lies|old OBJECT DIRECTORY\n");
    return 2;
  }
  if (!read_file(argv[2], &good)) {
    fprintf(stderr, "make_hostile: cannot read %s\n", argv[2]);
    return 1;
  }
  for (; told->name; told++) {
    struct object bad = {malloc(good.size), good.size};
    char path[4096];
    if (!bad.bytes)
      return 1;
    memcpy(bad.bytes, good.bytes, good.size);
    told->tell(&bad);
    snprintf(path, sizeof path, "%s/%s.o", argv[3], told->name);
    if (!write_file(path, &bad)) {
      fprintf(stderr, "make_hostile: cannot write %s: %s\n", path, strerror(errno));
      return 1;
    }
    free(bad.bytes);
  }
  free(good.bytes);
  return 0;
}
