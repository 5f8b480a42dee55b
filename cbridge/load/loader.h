/* Inside the loader: the steps from a file to programs. The public calls are in warrant.h. */
#ifndef WARRANT_LOADER_H
#define WARRANT_LOADER_H

#include "isa/error.h"
#include "warrant.h"

struct btf;
struct warrant_host;

/* More than this in one program is not supported (Linux stops at the same number). */
#define WARRANT_INSNS_MAX 1000000u
/* Programs of one object, and bytes that all of them together may take: an object can name the same
 * bytes many times over, so its size alone bounds nothing. */
#define WARRANT_PROGRAMS_MAX 4096u
#define WARRANT_MAPS_MAX 1024u
#define WARRANT_MEMORY_MAX ((size_t)256 << 20)

/* loader.c: all of a file ("-": standard input) up to WARRANT_FILE_MAX; the caller frees *bytes. */
int warrant_read_file(const char *path, uint8_t **bytes, size_t *size, struct warrant_error *error);

/* rawforms.c: instruction bytes, tcpdump -ddd text and hexadecimal text. */
bool warrant_is_text(const uint8_t *bytes, size_t size);
/* Hexadecimal text to bytes; the caller frees *out. */
int warrant_unhex(const char *name, const uint8_t *text, size_t size, uint8_t **out,
                  size_t *out_size, struct warrant_error *error);
int warrant_load_raw(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error);

/* elf.c */
int warrant_load_elf(const char *name, const uint8_t *bytes, size_t size,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     struct warrant_error *error);

/* embedded.c: the next BPF object inside of a larger file, from *at on. */
bool warrant_embedded(const uint8_t *bytes, size_t size, size_t *at, size_t *length);

/* sections.c: what libbpf reads in a section name. */
struct warrant_section {
  uint32_t type, attach_type, prog_flags;
};
bool warrant_section_type(const char *section, struct warrant_section *result);
/* The same for the name of a program type, or else for a section name. */
bool warrant_type_of(const char *name, struct warrant_section *result);

/* btfmaps.c: what BTF says about maps and global data, read through libbpf. libbpf writes warnings
 * about damaged BTF to standard error unless its caller has set libbpf_set_print; the command line
 * has. */
struct warrant_btf {
  struct btf *btf;     /* owned */
  uint32_t maps_id;    /* the DATASEC of .maps, 0: none */
  uint32_t externs[2]; /* the same for .kconfig and .ksyms */
  size_t work;         /* types visited so far: a small object can describe a very large graph */
};
/* A map that uses something not supported has `problem` set: only programs that refer to it are
 * affected. */
struct warrant_map_def {
  struct warrant_map map; /* name and initial owned */
  uint32_t section;       /* ELF section index and offset there: what relocations point at; 0: none
                             does, it is the kind of map that another holds */
  uint64_t offset;
  const uint8_t *data; /* global data that no section holds: value_size bytes; NULL: none */
  char problem[160];   /* "" or the end of a sentence "map NAME ..." */
};
int warrant_btf_open(const char *name, const uint8_t *bytes, size_t size, struct warrant_btf *types,
                     struct warrant_error *error);
void warrant_btf_close(struct warrant_btf *types);
/* Fills the sizes, type, flags and problem of def->map from the BTF variable def->map.name in
 * .maps, and *inner (name owned) with those of the maps it holds, where it holds maps. */
int warrant_btf_map(const char *name, struct warrant_btf *types, struct warrant_map_def *def,
                    struct warrant_map_def *inner, uint64_t room, struct warrant_error *error);
/* The same check for a data section: sets `problem` when a variable in it is not plain bytes. */
void warrant_btf_data(struct warrant_btf *types, const char *section, char *problem, size_t size);

/* hooks.c: fills the arguments of a program that is attached to the kernel's functions, and the
 * types of the objects that it can get to from there. `section` says to what, as libbpf reads it.
 * Sets *problem where that is not known; fails when out of memory. */
int warrant_hook(struct warrant_program *program, const char *section, struct warrant_host *host,
                 struct warrant_error *problem, struct warrant_error *error);

/* externs.c: what the kernel has for the names that an object leaves undefined. */
enum warrant_extern_kind {
  WARRANT_EXTERN_NONE,     /* `problem` says why */
  WARRANT_EXTERN_CONFIG,   /* at `offset` of what warrant_externs_solve makes; perhaps a problem */
  WARRANT_EXTERN_ADDRESS,  /* of a variable: BTF id `id`, or the number of an untyped one */
  WARRANT_EXTERN_FUNCTION, /* BTF id `id` */
  WARRANT_EXTERN_ABSENT,   /* weak, and the kernel has none: its address is 0 */
};
struct warrant_extern {
  uint32_t symbol;  /* index in the symbol table */
  const char *name; /* in the file */
  bool weak, untyped;
  enum warrant_extern_kind kind;
  uint32_t offset, id;
  char problem[200]; /* "" or the end of a sentence "the external ... " */
};
/* Fills all but the first three fields. The caller frees *data: `size` bytes, the configuration. */
int warrant_externs_solve(const char *name, struct warrant_btf *types, struct warrant_host *host,
                          struct warrant_extern *externs, size_t count, uint8_t **data,
                          uint32_t *size, struct warrant_error *error);

/* lineinfo.c: the line and relocation records of .BTF.ext. */
struct warrant_line_record {
  uint32_t insn;                           /* slot in the ELF section */
  uint32_t file_offset, text_offset, line; /* offsets into the BTF strings */
};
/* Line records of `section`, ascending; the caller frees *records. Damaged line information is bad
 * input. */
int warrant_ext_lines(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                      const char *section, struct warrant_line_record **records, size_t *count,
                      struct warrant_error *error);
/* Whether there are CO-RE relocations, as far as damaged bytes can say so. */
bool warrant_ext_has_core(const uint8_t *ext, size_t size);
/* Calls `each` with every CO-RE relocation of `section`; not 0: it is damaged. */
struct warrant_core_record {
  uint32_t insn;               /* slot in the ELF section */
  uint32_t type, access, kind; /* type id, offset into the BTF strings, what is asked */
};
int warrant_ext_core(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                     const char *section,
                     int (*each)(void *context, const struct warrant_core_record *record),
                     void *context, struct warrant_error *error);

#endif
