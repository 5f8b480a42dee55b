#include "load/elf_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

void w_elf_warn(struct elf *e, const char *format, ...) {
  char *text = e->object->warning;
  size_t size = sizeof e->object->warning, n = strlen(text);
  va_list args;
  if (n && n + 2 < size)
    n += (size_t)snprintf(text + n, size - n, "; ");
  va_start(args, format);
  vsnprintf(text + n, size - n, format, args);
  va_end(args);
}

void *w_elf_take(struct elf *e, size_t count, size_t each) {
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

char *w_elf_text(struct elf *e, const char *text, size_t size) {
  char *copy = w_elf_take(e, size + 1, 1);
  if (copy)
    memcpy(copy, text, size);
  return copy;
}

/* --- The file's own tables ------------------------------------------------------------------- */

int w_elf_check_header(struct elf *e, const uint8_t *bytes, size_t size) {
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
  if (w_le16(bytes + 18) != EM_BPF &&
      w_le16(bytes + 18) != EM_NONE) /* NONE: compilers before BPF had a number */
    return bad(e, "%s: is an ELF file for another machine (number %u), not for BPF", e->name,
               w_le16(bytes + 18));
  if (w_le16(bytes + 16) != ET_REL)
    return bad(e, "%s: is not a relocatable object, as compilers write them", e->name);
  uint64_t offset = w_le64(bytes + 40);
  uint64_t count = w_le16(bytes + 60);
  if (offset == 0 || count == 0)
    return bad(e, "%s: has no sections", e->name);
  if (w_le16(bytes + 58) != 64 || offset > size || count * 64 > size - offset)
    return bad(e, "%s: truncated: its section headers lie outside the file", e->name);
  if (w_le16(bytes + 62) >= count)
    return bad(e, "%s: its header names no section for the section names", e->name);
  return 0;
}

int w_elf_sections(struct elf *e, const uint8_t *bytes, size_t size) {
  size_t names = 0;
  if (elf_getshdrnum(e->elf, &e->section_count) || elf_getshdrstrndx(e->elf, &names))
    return bad(e, "%s: its section headers cannot be read: %s", e->name, elf_errmsg(-1));
  e->sections = w_elf_take(e, e->section_count, sizeof *e->sections);
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

bool w_elf_is_code(const struct section *s) {
  return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->size > 0;
}

const char *w_elf_symbol_name(struct elf *e, const GElf_Sym *sym) {
  if (GELF_ST_TYPE(sym->st_info) == STT_SECTION)
    return sym->st_shndx < e->section_count ? e->sections[sym->st_shndx].name : "";
  const char *name = elf_strptr(e->elf, e->strings, sym->st_name);
  return name ? name : "";
}

bool w_elf_symbol(struct elf *e, size_t i, GElf_Sym *sym) {
  return i < e->symbol_count && gelf_getsym(e->symbols, (int)i, sym);
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

int w_elf_special_sections(struct elf *e) {
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
    w_elf_warn(
        e, "the type information (.BTF) is damaged: Linux's loader goes on without it, and so does "
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
