/* One object on its way to programs: what the files that read it share, and its own tables. */
#ifndef WARRANT_ELF_FILE_H
#define WARRANT_ELF_FILE_H

#include <gelf.h>

#include "isa/error.h"
#include "load/btfmaps.h"
#include "load/externs.h"
#include "load/lineinfo.h"

struct warrant_core_fix;

/* Programs and maps of one object, and bytes that all of its programs together may take: an object
 * can name the same bytes many times over, so its size alone bounds nothing. */
#define WARRANT_PROGRAMS_MAX 4096u
#define WARRANT_MAPS_MAX 1024u
#define WARRANT_MEMORY_MAX ((size_t)256 << 20)

#define OP_LD_IMM64 0x18
#define OP_CALL 0x85

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
  uint32_t core;   /* CO-RE: 1 + index into elf.fixes */
  uint32_t map;    /* NOTE_MAP, NOTE_DATA: index into elf.maps; NOTE_CALL, NOTE_CODE: the section;
                      NOTE_EXTERN, NOTE_KFUNC: 1 + index into elf.externs */
  uint32_t offset; /* NOTE_DATA; NOTE_CALL, NOTE_CODE: the slot there */
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
  bool hidden; /* no object but its own can call it, as libbpf reads it */
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
  uint32_t program_count;
  size_t program_room;
  struct found_program *functions; /* all that can be called, by position */
  uint32_t function_count;
  size_t function_room;
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
  size_t memory; /* bytes taken for the result and the notes */
};

#define bad(e, ...) warrant_fail((e)->error, WARRANT_BAD_INPUT, __VA_ARGS__)

/* Adds a sentence about the whole object. */
void w_elf_warn(struct elf *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* calloc within the object's memory limit; NULL has been reported. */
void *w_elf_take(struct elf *e, size_t count, size_t each);
char *w_elf_text(struct elf *e, const char *text, size_t size);

/* Refuses what is no object for BPF, by the first bytes. */
int w_elf_check_header(struct elf *e, const uint8_t *bytes, size_t size);
int w_elf_sections(struct elf *e, const uint8_t *bytes, size_t size);
/* Those with a meaning of their own: types, lines, license. */
int w_elf_special_sections(struct elf *e);
bool w_elf_is_code(const struct section *s);
bool w_elf_symbol(struct elf *e, size_t i, GElf_Sym *sym);
const char *w_elf_symbol_name(struct elf *e, const GElf_Sym *sym);

#endif
